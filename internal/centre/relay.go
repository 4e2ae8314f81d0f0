package centre

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"entente/internal/store/logdb"
	"entente/label"
	"entente/seal"
	"entente/tlog"
)

// What a courier brings besides the log: a member's envelopes to be handed to
// the lead, its cosignature, what it knows, and evidence (spec/bundle.md,
// section 7).

// KeepRelayed keeps envelopes of another member that a trial has passed, with
// the copy of the bundle that they came in. Nothing is said of them to anybody
// before that is adopted and Relay is called.
func (s *Station) KeepRelayed(ctx context.Context, file string, es []logdb.Relayed) error {
	if len(es) == 0 {
		return nil
	}
	return s.log.KeepRelayed(ctx, file, es)
}

// Relay hands a member's envelopes, whose bundle is adopted, to the lead until
// the log holds them, and takes their headers as announced.
func (s *Station) Relay(ctx context.Context, from label.MemberID) error {
	err := s.log.RelayHeaders(ctx, string(from), 4096, func(headers []byte) {
		if err := s.watch.heard(ctx, from, headers); err != nil {
			s.logger.Info("what came by courier is not taken as announced", "from", string(from), "code", Code(err))
		}
	})
	select {
	case s.relay <- struct{}{}:
	default:
	}
	return err
}

// SplitRelayed takes envelopes apart that a trial has passed.
func SplitRelayed(payload []byte) ([]logdb.Relayed, error) {
	es, err := splitEnvelopes(payload)
	if err != nil {
		return nil, err
	}
	out := make([]logdb.Relayed, es.n())
	for i := range out {
		raw := es.header(i)
		out[i] = logdb.Relayed{Originator: string(raw[40:43]), Filed: logdb.Filed{Incarnation: be32(raw[44:]), Sequence: be64(raw[48:]), Header: raw, Body: es.bodies[i]}}
	}
	return out, nil
}

// relayed returns one envelope that came by courier, or nil.
func (s *Station) relayed(ctx context.Context, m label.MemberID, inc uint32, seq uint64) (*logdb.Filed, error) {
	es, err := s.log.Relaying(ctx, string(m), inc, seq-1, 1)
	if err != nil || len(es) == 0 || es[0].Incarnation != inc || es[0].Sequence != seq {
		return nil, err
	}
	return &es[0], nil
}

// relayLoop hands to the lead what came by courier, until ctx ends.
func (s *Station) relayLoop(ctx context.Context) error {
	pause := s.tune.RetryMin
	sent := map[label.MemberID]seal.Chain{}
	for {
		changed := s.Changed()
		open, err := s.relayOnce(ctx, sent)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			clear(sent)
			s.logger.Info("what came by courier is not logged yet", "code", Code(err), "err", err, "again_in", pause)
			if err := sleep(ctx, pause); err != nil {
				return err
			}
			pause = min(2*pause, s.tune.RetryMax)
			continue
		}
		pause = s.tune.RetryMin
		if !open {
			changed = nil
		}
		select {
		case <-changed:
		case <-s.relay:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// refusedForGood are codes of envelopes that the log will never hold. Their
// originator keeps them, and says them again in its next bundle.
var refusedForGood = []string{"fork", "suspended", "sequence", "previous", "incarnation", "signature", "digest", "charter", "version", "kind", "originator"}

// relayOnce submits what has not been submitted, and says whether anything is
// left.
func (s *Station) relayOnce(ctx context.Context, sent map[label.MemberID]seal.Chain) (open bool, err error) {
	from, err := s.log.RelayFrom(ctx)
	if err != nil {
		return false, err
	}
	for o := range from {
		m := label.MemberID(o)
		s.mu.RLock()
		end := s.chains[m]
		s.mu.RUnlock()
		if err := s.log.EndRelaying(ctx, o, end.Incarnation, end.Sequence); err != nil {
			return true, err
		}
		if after(sent[m], end) {
			end = sent[m]
		}
		for {
			es, err := s.log.Relaying(ctx, o, end.Incarnation, end.Sequence, s.tune.BatchLeaves)
			if err != nil {
				return true, err
			}
			if len(es) == 0 {
				break
			}
			var r run
			bytes := 0
			for _, e := range es {
				if bytes += len(e.Header) + len(e.Body); bytes > maxFrame {
					break
				}
				r.add(e.Header, e.Body)
			}
			n, err := s.submitTo(ctx, r)
			if n > 0 {
				end = seal.Chain{Incarnation: es[n-1].Incarnation, Sequence: es[n-1].Sequence}
				sent[m] = end
			}
			if err != nil {
				if n == 0 && slices.Contains(refusedForGood, Code(err)) {
					s.logger.Warn("the lead refuses what came by courier", "originator", o, "code", Code(err))
					last := es[len(es)-1]
					if err := s.log.EndRelaying(ctx, o, last.Incarnation, last.Sequence); err != nil {
						return true, err
					}
				}
				return true, err
			}
		}
		open = true
	}
	return open, nil
}

// Known returns what is known here of a member, as GET /known says it.
func (s *Station) Known(ctx context.Context, m label.MemberID) ([]byte, error) {
	header, err := s.knownHeader(ctx, m)
	if err != nil {
		return nil, err
	}
	return json.Marshal(knownAnswer{Header: base64.StdEncoding.EncodeToString(header), Size: s.Size(), Cosigned: string(s.watch.provenOf(m))})
}

// TakeKnown takes what another member knows of this one as its answer since the
// start (spec/recovery.md).
func (s *Station) TakeKnown(m label.MemberID, raw []byte) error {
	if err := s.recovery.take(m, raw); err != nil {
		return err
	}
	s.wake()
	return nil
}

// Vouch takes a custodian's word that nothing left this node after its state,
// for a node that no quorum of members can answer (spec/bundle.md, section 9).
// A lead has a line or does not lead: ErrRecovering.
func (s *Station) Vouch() error {
	if s.self == s.lead {
		return fmt.Errorf("%w: the lead of the term needs a line", ErrRecovering)
	}
	s.recovery.mu.Lock()
	s.recovery.vouched = true
	s.recovery.mu.Unlock()
	s.wake()
	return nil
}

func (s *Station) wake() {
	s.mu.Lock()
	s.bump()
	s.mu.Unlock()
}

// CosignedHead returns the certified head with this member's cosignature, which
// is made now if it is not in it; nil where this member does not cosign it.
func (s *Station) CosignedHead(ctx context.Context) ([]byte, error) {
	h := s.Certified()
	if h.Note == nil {
		return nil, nil
	}
	v := s.verifiersAt(h.Size)
	if _, err := tlog.VerifyCosignature(h.Note, v.of(s.self)); err == nil {
		return h.Note, nil
	}
	line, at, err := s.cosign(ctx, h.Note, h.Size)
	if err != nil {
		s.logger.Info("the certified head is not cosigned", "size", h.Size, "code", Code(err))
		return nil, nil
	}
	note, err := tlog.AddSignature(h.Note, line)
	if err != nil {
		return nil, err
	}
	s.watch.keepCosigned(note, h.Size, []tlog.Cosigned{{Name: cosignerName(s.self), Time: at}})
	return note, nil
}

// TakeCosigned takes a head that a member has cosigned: it is remembered, held
// against the log here and handed to the lead.
func (s *Station) TakeCosigned(ctx context.Context, m label.MemberID, note []byte) error {
	cp, err := s.seeCheckpoint(ctx, note)
	if err != nil {
		return err
	}
	v := s.verifiersAt(cp.Size)
	c, err := tlog.VerifyCosignature(note, v.of(m))
	if err != nil {
		return err
	}
	s.watch.keepCosigned(note, cp.Size, []tlog.Cosigned{c})
	_, lines, err := tlog.ParseCheckpoint(note)
	if err != nil {
		return err
	}
	for _, l := range lines {
		if l.Name != c.Name || l.KeyID != v.of(m).KeyID() {
			continue
		}
		// Late, it certifies nothing: whether the lead takes it is its affair.
		s.spawn(func(ctx context.Context) {
			ctx, cancel := context.WithTimeout(ctx, s.tune.RetryMax)
			defer cancel()
			if err := s.postCosignature(ctx, cp.Size, []byte(l.String())); err != nil {
				s.logger.Info("a cosignature that came by courier did not reach the lead", "of", string(m), "err", err)
			}
		})
		break
	}
	return nil
}

// Cosigning says of each member the largest head that it is known to have
// cosigned, and when by its own clock.
func (s *Station) Cosigning() map[label.MemberID]Cosigning {
	s.watch.mu.Lock()
	defer s.watch.mu.Unlock()
	out := map[label.MemberID]Cosigning{}
	for name, h := range s.watch.cosigned {
		m, _, _ := strings.Cut(name, "/")
		out[label.MemberID(m)] = Cosigning{h.size, time.Unix(h.time, 0).UTC()}
	}
	return out
}

// Cosigning is the largest head that a member is known to have cosigned.
type Cosigning struct {
	Size int64
	At   time.Time
}

// Outbox calls each for this member's envelopes that the log here does not hold,
// in the order of its chain.
func (s *Station) Outbox(ctx context.Context, each func(logdb.Filed) error) error {
	s.mu.RLock()
	end := s.chains[s.self]
	s.mu.RUnlock()
	for {
		es, err := s.log.Outbox(ctx, end.Incarnation, end.Sequence, 256)
		if err != nil || len(es) == 0 {
			return err
		}
		for _, e := range es {
			if err := each(e); err != nil {
				return err
			}
			end = seal.Chain{Incarnation: e.Incarnation, Sequence: e.Sequence}
		}
	}
}

// SharedEvidence returns proofs kept here that may be handed on, the newest
// first, at most limit.
func (s *Station) SharedEvidence(ctx context.Context, limit int) ([][]byte, error) {
	entries, err := s.log.ListEvidence(ctx)
	if err != nil {
		return nil, err
	}
	var out [][]byte
	for _, entry := range slices.Backward(entries) {
		if len(out) == limit {
			break
		}
		e, ok, err := s.log.OneEvidence(ctx, entry.ID)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		if e.Kind == evidenceSeal {
			if f, err := seal.ParseEvidence(e.Data); err != nil || f.Type().Discloses() {
				continue
			}
		}
		if _, err := s.Judge(e.Data); err != nil {
			continue
		}
		out = append(out, e.Data)
	}
	return out, nil
}

// TakeEvidence verifies evidence that came by courier, and acts on it.
func (s *Station) TakeEvidence(ctx context.Context, data []byte) error {
	return s.takeEvidence(ctx, data)
}

// HeadSigner returns the header signer of the certificate in force by the log
// here. Error: ErrKeys.
func (s *Station) HeadSigner(size int64) (seal.Signer, error) {
	cert, ok := s.State().Certificate(s.self, size)
	if !ok {
		return nil, ErrKeys
	}
	keys, err := s.keysOf(cert)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKeys, err)
	}
	return keys.Header(), nil
}
