package centre

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"entente/internal/store/logdb"
	"entente/label"
	"entente/seal"
	"entente/tlog"
)

// linkPath is where the member link stands.
const linkPath = "/entente/v1"

type errorAnswer struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

type submitAnswer struct {
	Code     string `json:"code,omitempty"`
	Message  string `json:"message,omitempty"`
	Accepted int    `json:"accepted"`
	Next     uint64 `json:"next"`
}

type headAnswer struct {
	Checkpoint string `json:"checkpoint"`
	Certified  string `json:"certified"`
}

type knownAnswer struct {
	Header   string `json:"header"`
	Size     int64  `json:"size"`
	Cosigned string `json:"cosigned"`
}

// Caller tells which member a request came from, as the TLS handshake proved.
type Caller func(r *http.Request) (label.MemberID, bool)

// Handler serves the member link (spec/delivery.md). caller names the member
// behind a request; requests of others are refused.
func (s *Station) Handler(caller Caller) http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern string, h func(w http.ResponseWriter, r *http.Request, from label.MemberID) error) {
		mux.Handle(pattern, s.Guard(caller, h))
	}
	handle("POST "+linkPath+"/announce", s.serveAnnounce)
	handle("GET "+linkPath+"/envelope", s.serveEnvelope)
	handle("GET "+linkPath+"/head", s.serveHead)
	mux.Handle("GET "+linkPath+"/stream", s.admit(caller, func(w http.ResponseWriter, r *http.Request, from label.MemberID) error {
		c := http.NewResponseController(w)
		c.SetReadDeadline(time.Time{})
		c.SetWriteDeadline(time.Time{})
		return s.serveStream(w, r, from, func(r *http.Request) bool { m, ok := caller(r); return ok && m == from })
	}))
	handle("GET "+linkPath+"/range", s.serveRange)
	handle("GET "+linkPath+"/known", s.serveKnown)
	handle("POST "+linkPath+"/evidence", s.serveEvidence)
	handle("POST "+linkPath+"/submit", s.serveSubmit)
	handle("POST "+linkPath+"/cosign", s.serveCosign)
	return mux
}

// Guard serves one path of the member link: it refuses who is no member, and of
// a member what is more than one may have under way at once; it bounds what is
// read of a request and how long that and the answer take, and answers the error
// that h returns with its code (see [Code]). A handler that has begun its answer
// returns nil.
func (s *Station) Guard(caller Caller, h func(w http.ResponseWriter, r *http.Request, from label.MemberID) error) http.Handler {
	return s.admit(caller, func(w http.ResponseWriter, r *http.Request, from label.MemberID) error {
		w, n := timed(w, r), claimed(r)
		err := s.gate.enter(from, n)
		if err == nil {
			defer s.gate.leave(from, n)
			err = h(w, r, from)
		}
		if err != nil {
			s.refuse(w, err)
		}
		return nil
	})
}

// admit is Guard for what is counted elsewhere and may take its time.
func (s *Station) admit(caller Caller, h func(w http.ResponseWriter, r *http.Request, from label.MemberID) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from, ok := caller(r)
		if !ok {
			// What has still to come of the request is not waited for long.
			http.NewResponseController(w).SetReadDeadline(time.Now().Add(lineGrace))
			WriteError(w, http.StatusForbidden, codeStranger, "the key of this connection is no member's TLS key in force")
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxFrame)
		if err := h(w, r, from); err != nil {
			s.refuse(w, err)
		}
	})
}

// refuse answers with the code of err and nothing of what is inside the node.
func (s *Station) refuse(w http.ResponseWriter, err error) {
	code, status, message := Code(err), http.StatusUnprocessableEntity, err.Error()
	var tooBig *http.MaxBytesError
	switch {
	case errors.As(err, &tooBig):
		code, status, message = "too_large", http.StatusRequestEntityTooLarge, ErrTooLarge.Error()
	case errors.Is(err, ErrNotFound):
		status = http.StatusNotFound
	case errors.Is(err, ErrFork), errors.Is(err, ErrNotLead), errors.Is(err, ErrRecovering), errors.Is(err, ErrHalted):
		status = http.StatusConflict
	case errors.Is(err, ErrQuota), errors.Is(err, ErrBusy):
		status = http.StatusTooManyRequests
	case code == "internal":
		s.logger.Error("the member link failed", "err", err)
		status, message = http.StatusInternalServerError, "the node could not answer; its log says why"
	}
	WriteError(w, status, code, message)
}

// WriteError answers a request on the member link with an error: every one of
// them has this form (spec/delivery.md).
func WriteError(w http.ResponseWriter, status int, code, message string) {
	writeJSON(w, status, errorAnswer{code, message})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v) // a broken connection is the reader's loss
}

func (s *Station) serveSubmit(w http.ResponseWriter, r *http.Request, from label.MemberID) error {
	if s.sequencer == nil {
		return ErrNotLead
	}
	if !s.recovery.headReady() {
		return ErrRecovering
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	envelopes, err := splitEnvelopes(body)
	res := s.sequencer.submit(r.Context(), envelopes)
	if res.err == nil {
		res.err = err
	}
	if res.err == nil {
		writeJSON(w, http.StatusOK, submitAnswer{Accepted: res.accepted, Next: res.next})
		return nil
	}
	s.logger.Info("a submission is refused", "from", string(from), "code", Code(res.err), "accepted", res.accepted)
	status := http.StatusUnprocessableEntity
	message := res.err.Error()
	switch {
	case errors.Is(res.err, ErrQuota):
		status = http.StatusTooManyRequests
	case errors.Is(res.err, ErrFork), errors.Is(res.err, ErrHalted), errors.Is(res.err, seal.ErrSequence):
		status = http.StatusConflict
	case Code(res.err) == ErrFull.(*codeError).code:
		status, message = http.StatusInsufficientStorage, ErrFull.Error()
	case Code(res.err) == "internal":
		status, message = http.StatusInternalServerError, "the lead could not store it; submit again"
	}
	writeJSON(w, status, submitAnswer{Code: Code(res.err), Message: message, Accepted: res.accepted, Next: res.next})
	return nil
}

func (s *Station) serveCosign(w http.ResponseWriter, r *http.Request, _ label.MemberID) error {
	if s.sequencer == nil {
		return ErrNotLead
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, 8+tlog.MaxLine))
	if err != nil {
		return err
	}
	if len(body) < 9 {
		return ErrTruncated
	}
	if err := s.sequencer.gather(int64(be64(body)), body[8:]); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Station) serveHead(w http.ResponseWriter, _ *http.Request, _ label.MemberID) error {
	s.mu.RLock()
	a := headAnswer{Checkpoint: string(s.checkNote), Certified: string(s.certified.Note)}
	s.mu.RUnlock()
	writeJSON(w, http.StatusOK, a)
	return nil
}

func (s *Station) serveEnvelope(w http.ResponseWriter, r *http.Request, _ label.MemberID) error {
	inc, err1 := strconv.ParseUint(r.URL.Query().Get("incarnation"), 10, 32)
	seq, err2 := strconv.ParseUint(r.URL.Query().Get("sequence"), 10, 63)
	if err1 != nil || err2 != nil {
		return ErrNotFound
	}
	f, err := s.log.OutboxEnvelope(r.Context(), uint32(inc), seq)
	if err != nil {
		return err
	}
	if f == nil {
		return ErrNotFound
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Write(append(append([]byte{}, f.Header...), f.Body...))
	return nil
}

func (s *Station) serveRange(w http.ResponseWriter, r *http.Request, _ label.MemberID) error {
	from, err1 := strconv.ParseInt(r.URL.Query().Get("from"), 10, 64)
	to, err2 := strconv.ParseInt(r.URL.Query().Get("to"), 10, 64)
	s.mu.RLock()
	size := s.size
	s.mu.RUnlock()
	if err1 != nil || err2 != nil || from < 0 || from >= to || to > size {
		return ErrNotFound
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	sent := 0
	for from < to {
		end := min(from+64, to)
		run, err := s.log.Read(r.Context(), from, end)
		if err != nil {
			return err
		}
		var out []byte
		for i := range run.N() {
			n := entryOverhead + seal.HeaderSize + len(run.Bodies[i])
			if sent+n > maxFrame {
				w.Write(out)
				return nil
			}
			sent += n
			out = appendEntry(out, run.Header(i), run.Bodies[i])
		}
		if _, err := w.Write(out); err != nil {
			return nil
		}
		from = end
	}
	return nil
}

// serveStream sends the log from an index on, and goes on as it grows.
func (s *Station) serveStream(w http.ResponseWriter, r *http.Request, from label.MemberID, still func(*http.Request) bool) error {
	at, err := strconv.ParseInt(r.URL.Query().Get("from"), 10, 64)
	if err != nil || at < 0 {
		return ErrNotFound
	}
	if !s.streams.enter(from) {
		WriteError(w, http.StatusTooManyRequests, "streams", "this member holds as many streams as are allowed; close one")
		return nil
	}
	defer s.streams.leave(from)
	w.Header().Set("Content-Type", "application/octet-stream")
	w.WriteHeader(http.StatusOK)
	out := http.NewResponseController(w)
	st := streamer{s: s, w: w, at: at}
	alive := time.NewTimer(s.tune.Alive)
	defer alive.Stop()
	state := s.State()
	for {
		changed := s.Changed()
		if now := s.State(); now != state {
			// A key that was revoked opens nothing further. Its owner is
			// still sent the leaf that says so.
			if state = now; !still(r) {
				if _, err := st.step(r.Context()); err == nil {
					out.Flush()
				}
				return nil
			}
		}
		wrote, err := st.step(r.Context())
		if err != nil {
			s.logger.Debug("a stream ended", "to", string(from), "err", err)
			return nil // the status line is sent; the reader sees the end
		}
		if wrote {
			if out.Flush() != nil {
				return nil
			}
			alive.Reset(s.tune.Alive)
			continue
		}
		select {
		case <-changed:
		case <-alive.C:
			if _, err := w.Write(appendFrame(nil, frameAlive, nil)); err != nil || out.Flush() != nil {
				return nil
			}
			alive.Reset(s.tune.Alive)
		case <-r.Context().Done():
			return nil
		}
	}
}

// streamer is how far one stream has come.
type streamer struct {
	s       *Station
	w       io.Writer
	at      int64 // next leaf to send
	told    int64 // size of the last checkpoint sent; -1 after a catch-up head
	toldQ   int64 // size of the last certified head sent
	toldQN  int   // and its length, which grows with more cosignatures
	checked bool  // a first checkpoint was sent
}

// step sends what there is to send now, and says whether that was anything.
func (t *streamer) step(ctx context.Context) (bool, error) {
	s := t.s
	s.mu.RLock()
	note, size, cert := s.checkNote, s.checkSize, s.certified
	s.mu.RUnlock()
	if note == nil {
		return false, nil
	}
	if t.at > size {
		// More than is here: show the head, the follower judges it.
		if t.checked && t.told == size {
			return false, nil
		}
		t.checked, t.told = true, size
		_, err := t.w.Write(appendFrame(nil, frameCheckpoint, note))
		return true, err
	}
	wrote := false
	if t.at < size {
		if err := t.leaves(ctx, note, size); err != nil {
			return false, err
		}
		wrote = true
	} else if !t.checked {
		if _, err := t.w.Write(appendFrame(nil, frameCheckpoint, note)); err != nil {
			return false, err
		}
		wrote, t.checked, t.told = true, true, size
	}
	if cert.Note != nil && (cert.Size > t.toldQ || cert.Size == t.toldQ && len(cert.Note) > t.toldQN) {
		t.toldQ, t.toldQN = cert.Size, len(cert.Note)
		if _, err := t.w.Write(appendFrame(nil, frameCertified, cert.Note)); err != nil {
			return false, err
		}
		wrote = true
	}
	return wrote, nil
}

// leaves sends leaves up to size and the head over them.
func (t *streamer) leaves(ctx context.Context, note []byte, size int64) error {
	s := t.s
	t.checked, t.told = true, size
	if s.sequencer != nil {
		if bs := s.sequencer.after(t.at); bs != nil {
			for _, b := range bs {
				if _, err := t.w.Write(b.entries); err != nil {
					return err
				}
				if _, err := t.w.Write(b.checkpoint); err != nil {
					return err
				}
				t.at = b.end
			}
			return nil
		}
	}
	far := size-t.at > int64(s.tune.CatchUp)
	if far {
		if err := t.newKeys(ctx, size); err != nil {
			return err
		}
		if _, err := t.w.Write(appendFrame(nil, frameCheckpoint, note)); err != nil {
			return err
		}
	}
	sent := 0 // leaves since the last proof
	for t.at < size {
		if err := ctx.Err(); err != nil {
			return err
		}
		run, err := s.log.Read(ctx, t.at, min(t.at+512, size))
		if err != nil {
			return err
		}
		// A frame holds at most 8 MiB.
		for run.N() > 0 {
			part := head(run, maxFrame)
			if _, err := t.w.Write(appendEntries(nil, part)); err != nil {
				return err
			}
			n := part.N()
			t.at, sent = t.at+int64(n), sent+n
			run = logdb.Run{First: run.First + int64(n), Headers: run.Headers[n*seal.HeaderSize:], Bodies: run.Bodies[n:]}
		}
		if far && t.at < size && sent >= s.tune.CatchUp {
			proof, err := tlog.ConsistencyProof(t.at, size, s.log)
			if err != nil {
				return err
			}
			if _, err := t.w.Write(appendProof(nil, t.at, size, proof)); err != nil {
				return err
			}
			sent = 0
		}
	}
	_, err := t.w.Write(appendFrame(nil, frameCheckpoint, note))
	return err
}

// newKeys sends the lead's certificate under which the head ahead is signed, when
// the follower cannot know it yet.
func (t *streamer) newKeys(ctx context.Context, size int64) error {
	s := t.s
	st := s.State()
	before, _ := st.Certificate(s.lead, t.at-1)
	if now, _ := st.Certificate(s.lead, size-1); now == before {
		return nil
	}
	public, err := s.log.PublicLeaves(ctx, t.at)
	if err != nil {
		return err
	}
	last := int64(-1)
	for _, p := range public {
		if seal.Kind(p.Kind) == seal.Keys && label.MemberID(p.Originator) == s.lead && p.Index < size {
			last = p.Index
		}
	}
	if last < 0 {
		return nil
	}
	run, err := s.log.Read(ctx, last, last+1)
	if err != nil {
		return err
	}
	payload, err := seal.Payload(run.Headers, run.Bodies[0])
	if err != nil {
		return err
	}
	_, err = t.w.Write(appendFrame(nil, frameKeys, payload))
	return err
}

// head returns the longest part of a run whose frame fits limit; one leaf at
// least.
func head(r logdb.Run, limit int) logdb.Run {
	n, size := 0, entriesHead
	for n < r.N() {
		size += entryOverhead + seal.HeaderSize + len(r.Bodies[n])
		if size > limit && n > 0 {
			break
		}
		n++
	}
	return logdb.Run{First: r.First, Headers: r.Headers[:n*seal.HeaderSize], Bodies: r.Bodies[:n]}
}

func putU64(b []byte, v uint64) []byte { return binary.BigEndian.AppendUint64(b, v) }

func (s *Station) serveKnown(w http.ResponseWriter, r *http.Request, from label.MemberID) error {
	m := label.MemberID(r.URL.Query().Get("member"))
	if m != from {
		// What is known of a member is for that member to ask.
		return ErrNotFound
	}
	header, err := s.knownHeader(r.Context(), m)
	if err != nil {
		return err
	}
	s.mu.RLock()
	size := s.size
	s.mu.RUnlock()
	writeJSON(w, http.StatusOK, knownAnswer{
		Header: base64.StdEncoding.EncodeToString(header), Size: size, Cosigned: string(s.watch.provenOf(m)),
	})
	return nil
}

func (s *Station) serveEvidence(w http.ResponseWriter, r *http.Request, from label.MemberID) error {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	if err := s.takeEvidence(r.Context(), data); err != nil {
		return err
	}
	s.logger.Warn("evidence was handed in", "from", string(from))
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Station) serveAnnounce(w http.ResponseWriter, r *http.Request, from label.MemberID) error {
	body, err := io.ReadAll(io.LimitReader(r.Body, 4096*seal.HeaderSize+1))
	if err != nil {
		return err
	}
	if err := s.watch.heard(r.Context(), from, body); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
