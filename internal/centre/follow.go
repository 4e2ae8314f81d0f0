package centre

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"entente/label"
	"entente/tlog"
)

// follow mirrors the lead's log until ctx ends: it takes runs of leaves,
// verifies and stores them, and cosigns the heads.
func (s *Station) follow(ctx context.Context) error {
	pause := s.tune.RetryMin
	from := s.lead
	for {
		began := time.Now()
		err := s.followOnce(ctx, from)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if s.Halted() != nil {
			<-ctx.Done()
			return ctx.Err()
		}
		if time.Since(began) > s.tune.RetryMax {
			pause = s.tune.RetryMin
		}
		// While the lead is silent others may have more of its log.
		if m, ok := s.watch.ahead(); ok && m != s.lead {
			part, cancel := context.WithTimeout(ctx, 4*s.tune.RetryMax)
			err := s.followOnce(part, m)
			cancel()
			s.logger.Info("mirrored from another member", "from", string(m), "size", s.Size(), "err", err)
		}
		s.logger.Info("the stream ended", "from", string(from), "code", Code(err), "err", err, "again_in", pause)
		if err := sleep(ctx, pause); err != nil {
			return err
		}
		pause = min(2*pause, s.tune.RetryMax)
	}
}

// frame is one frame of a stream.
type frame struct {
	kind    byte
	payload []byte
}

// followOnce follows one member's stream until it breaks.
func (s *Station) followOnce(ctx context.Context, m label.MemberID) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	client, base, err := s.peers.Client(m)
	if err != nil {
		return err
	}
	s.mu.RLock()
	from := s.size
	s.mu.RUnlock()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+linkPath+"/stream?from="+strconv.FormatInt(from, 10), nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return readError(resp)
	}
	frames := make(chan frame, 64)
	failed := make(chan error, 1)
	go func() {
		defer close(frames)
		// A stream without a byte for so long is dead.
		dead := time.AfterFunc(6*s.tune.Alive, cancel)
		defer dead.Stop()
		br := bufio.NewReaderSize(resp.Body, 1<<18)
		for {
			kind, payload, err := readFrame(br)
			if err != nil {
				failed <- err
				return
			}
			dead.Reset(6 * s.tune.Alive)
			select {
			case frames <- frame{kind, payload}:
			case <-ctx.Done():
				failed <- ctx.Err()
				return
			}
		}
	}()
	f := follower{s: s, from: m}
	for {
		fr, ok := <-frames
		if !ok {
			return <-failed
		}
		if err := f.take(ctx, fr, len(frames) > 0); err != nil {
			return err
		}
		// What waited may have been no leaves: then the held head is the last.
		if fr.kind != frameEntries && f.held != nil && len(frames) == 0 {
			if err := f.checkpoint(ctx, f.held, false); err != nil {
				return err
			}
		}
	}
}

// follower is the state of one stream.
type follower struct {
	s        *Station
	from     label.MemberID
	run      run // leaves that have come and are not stored yet
	far      tlog.Checkpoint
	held     []byte // head of leaves in run that were not stored yet, because others waited
	farNote  []byte // signed head to which catching up is proven
	lastNote []byte // a certified head that came before its leaves
	first    bool
}

// take handles one frame. more says that others are waiting: leaves are then
// gathered, so that many batches are stored in one write.
func (f *follower) take(ctx context.Context, fr frame, more bool) error {
	s := f.s
	switch fr.kind {
	case frameAlive:
		return nil
	case frameEntries:
		first, r, err := parseEntries(fr.payload)
		if err != nil {
			return err
		}
		if want := s.size + int64(f.run.n()); first != want {
			return fmt.Errorf("the stream goes on at %d, wanted is %d", first, want)
		}
		f.run.headers = append(f.run.headers, r.headers...)
		f.run.bodies = append(f.run.bodies, r.bodies...)
		return nil
	case frameProof:
		m, n, proof, err := parseProof(fr.payload)
		if err != nil {
			return err
		}
		return f.proven(ctx, m, n, proof)
	case frameCheckpoint:
		return f.checkpoint(ctx, fr.payload, more)
	case frameCertified:
		cp, _, err := tlog.ParseCheckpoint(fr.payload)
		if err != nil {
			return err
		}
		if cp.Size > s.size {
			f.lastNote = fr.payload
			return nil
		}
		return s.certify(ctx, fr.payload)
	}
	return nil
}

// proven stores a run that a consistency proof ties to a signed head.
func (f *follower) proven(ctx context.Context, m, n int64, proof []tlog.Hash) error {
	s := f.s
	if f.far.Size != n || m != s.size+int64(f.run.n()) || f.run.n() == 0 {
		return fmt.Errorf("a proof from %d to %d fits nothing here", m, n)
	}
	s.appending.Lock()
	defer s.appending.Unlock()
	_, err := s.appendRun(ctx, f.run, nil, func(size int64, root tlog.Hash) error {
		if err := tlog.CheckConsistency(proof, size, n, root, f.far.Root); err != nil {
			return fmt.Errorf("leaves up to %d do not belong to the head of size %d: %w", size, n, err)
		}
		return nil
	})
	f.run = run{}
	return err
}

// checkpoint takes a head signed by the lead.
func (f *follower) checkpoint(ctx context.Context, note []byte, more bool) error {
	s := f.s
	f.held = nil
	cp, err := tlog.VerifyCheckpoint(note, s.origin, s.logKey)
	if err != nil {
		return err
	}
	reach := s.size + int64(f.run.n())
	switch {
	case cp.Size > reach: // catching up: what follows is proven against this head
		f.far, f.farNote = cp, note
		return nil
	case cp.Size < reach && f.run.n() > 0:
		return fmt.Errorf("a head of size %d after leaves up to %d", cp.Size, reach)
	case cp.Size < s.size:
		return s.shorter(ctx, f.from, cp, note)
	}
	if f.run.n() > 0 {
		if more && f.run.n() < s.tune.CatchUp {
			f.held = note
			return nil // others wait: one write for all of them
		}
		s.appending.Lock()
		_, err := s.appendRun(ctx, f.run, nil, func(size int64, root tlog.Hash) error {
			if root != cp.Root {
				return fmt.Errorf("%w: the leaves up to %d do not give the head that the lead signed", errRoot, size)
			}
			return nil
		})
		s.appending.Unlock()
		f.run = run{}
		if errors.Is(err, errRoot) {
			return err
		}
		if err != nil {
			return err
		}
	} else if _, err := s.seeCheckpoint(ctx, note); err != nil {
		return err
	}
	s.keepCheckpoint(cp, note)
	s.cosigner.offer(note, cp.Size)
	if f.lastNote != nil {
		note := f.lastNote
		if c, _, err := tlog.ParseCheckpoint(note); err == nil && c.Size <= s.size {
			f.lastNote = nil
			return s.certify(ctx, note)
		}
	}
	return nil
}

// errRoot: leaves that do not give the signed root. Either the stream was
// garbled or the lead is at odds with itself; heads decide, not the stream.
var errRoot = newError("root", "the leaves do not give the head that was signed")

// shorter judges a head that is smaller than the log here. From another member
// it only says that the member is behind. From the lead, it is a roll-back once
// the larger one was certified.
func (s *Station) shorter(ctx context.Context, from label.MemberID, cp tlog.Checkpoint, note []byte) error {
	if _, err := s.seeCheckpoint(ctx, note); err != nil {
		return err
	}
	if from != s.lead {
		return fmt.Errorf("%s is behind: it has %d leaves", from, cp.Size)
	}
	h := s.Certified()
	if cp.Size >= h.Size {
		return fmt.Errorf("the lead has %d leaves, %d were seen: waiting for it to recover", cp.Size, s.size)
	}
	err := fmt.Errorf("%w: its head has size %d, certified are %d", ErrRollback, cp.Size, h.Size)
	s.watch.rolledBack(ctx, note, h.Note, err)
	return err
}

// cosignLoop sends cosignatures to the lead, newest first, until ctx ends.
type cosignLoop struct {
	s      *Station
	offers chan offered
}

type offered struct {
	note []byte
	size int64
}

func newCosignLoop(s *Station) *cosignLoop {
	return &cosignLoop{s: s, offers: make(chan offered, 1)}
}

// offer puts a head forward for cosigning; an older one that waits is dropped.
func (c *cosignLoop) offer(note []byte, size int64) {
	for {
		select {
		case c.offers <- offered{note, size}:
			return
		default:
		}
		select {
		case <-c.offers:
		default:
		}
	}
}

func (c *cosignLoop) run(ctx context.Context) error {
	s := c.s
	again := time.NewTicker(s.tune.CompareEvery)
	defer again.Stop()
	var last offered
	for {
		select {
		case last = <-c.offers:
		case <-again.C:
			// A head that could not be cosigned may be by now: bodies have
			// come, or what was withheld has appeared.
			s.mu.RLock()
			done := last.note == nil || s.certified.Size >= last.size
			s.mu.RUnlock()
			if done {
				continue
			}
		case <-ctx.Done():
			return ctx.Err()
		}
		line, err := s.cosign(last.note, last.size)
		if err != nil {
			s.logger.Info("a head is not cosigned", "size", last.size, "code", Code(err))
			continue
		}
		if err := s.postCosignature(ctx, last.size, line); err != nil && ctx.Err() == nil {
			s.logger.Info("a cosignature did not reach the lead", "size", last.size, "err", err)
		}
	}
}

func (s *Station) postCosignature(ctx context.Context, size int64, line []byte) error {
	if s.sequencer != nil {
		return s.sequencer.gather(ctx, size, line)
	}
	_, err := s.post(ctx, s.lead, "/cosign", append(putU64(nil, uint64(size)), line...))
	return err
}

// postEnvelopes submits to a member that leads.
func (s *Station) postEnvelopes(ctx context.Context, to label.MemberID, r run) (int, error) {
	var body []byte
	for i := range r.n() {
		body = append(append(body, r.header(i)...), r.bodies[i]...)
	}
	answer, err := s.post(ctx, to, "/submit", body)
	var a submitAnswer
	if len(answer) > 0 {
		if jerr := json.Unmarshal(answer, &a); jerr != nil && err == nil {
			err = fmt.Errorf("the lead's answer: %w", jerr)
		}
	}
	return min(a.Accepted, r.n()), err
}

// remoteError is a refusal by another member.
type remoteError struct {
	code, message string
	status        int
}

func (e *remoteError) Error() string { return e.message + " (" + e.code + ")" }

// post sends one request on the member link and returns the answer's body.
func (s *Station) post(ctx context.Context, to label.MemberID, path string, body []byte) ([]byte, error) {
	return s.call(ctx, to, http.MethodPost, path, body)
}

func (s *Station) call(ctx context.Context, to label.MemberID, method, path string, body []byte) ([]byte, error) {
	client, base, err := s.peers.Client(to)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, method, base+linkPath+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxFrame+1))
	if err != nil {
		return nil, err
	}
	if len(answer) > maxFrame {
		return nil, fmt.Errorf("%w: the answer of %s", ErrTooLarge, to)
	}
	if resp.StatusCode >= 300 {
		return answer, asRemote(resp.StatusCode, answer)
	}
	return answer, nil
}

func readError(resp *http.Response) error {
	b, err := io.ReadAll(io.LimitReader(resp.Body, 4096))
	if err != nil {
		return err
	}
	return asRemote(resp.StatusCode, b)
}

func asRemote(status int, b []byte) error {
	var a errorAnswer
	if json.Unmarshal(b, &a) != nil || a.Code == "" {
		return &remoteError{code: "http", message: "HTTP " + strconv.Itoa(status), status: status}
	}
	// What another member says is shown, but bounded.
	return &remoteError{code: a.Code[:min(len(a.Code), 64)], message: a.Message[:min(len(a.Message), 500)], status: status}
}
