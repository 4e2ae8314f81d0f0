package centre

import (
	"crypto/ed25519"

	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"entente/charter"
	"entente/internal/store/logdb"
	"entente/label"
	"entente/seal"
	"entente/tlog"
)

// Kinds of evidence on the member link.
const (
	evidenceFork     = "fork"     // tlog: two heads of one log that contradict each other
	evidenceRollback = "rollback" // a member that cosigned a smaller head after a larger one
	evidenceSeal     = "envelope" // seal: two headers in one place, unopenable bodies, ...
)

func evidenceID(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Rollback proves that a member went back: it cosigned the head Large, and
// later by its own clock the smaller head Small of the same log. An honest
// member never does (spec/evidence.md).
type Rollback struct {
	Member string `json:"member"` // cosigner's key name
	Small  string `json:"small"`  // checkpoint note with its cosignature
	Large  string `json:"large"`
}

// Verify checks the proof with nothing but the members' keys.
func (r Rollback) Verify(cosigners []tlog.Verifier) error {
	for _, v := range cosigners {
		if v.Name() != r.Member {
			continue
		}
		small, _, err := tlog.ParseCheckpoint([]byte(r.Small))
		if err != nil {
			return err
		}
		large, _, err := tlog.ParseCheckpoint([]byte(r.Large))
		if err != nil {
			return err
		}
		a, err := tlog.VerifyCosignature([]byte(r.Small), v)
		if err != nil {
			return err
		}
		b, err := tlog.VerifyCosignature([]byte(r.Large), v)
		if err != nil {
			return err
		}
		if small.Origin != large.Origin || small.Size >= large.Size || a.Time <= b.Time {
			return fmt.Errorf("%w: size %d at %d, size %d at %d shows no going back", tlog.ErrEvidence, small.Size, a.Time, large.Size, b.Time)
		}
		return nil
	}
	return fmt.Errorf("%w: %q is no cosigner", tlog.ErrEvidence, r.Member)
}

// rolledBack halts over a lead whose head is smaller than a certified one.
func (w *watch) rolledBack(ctx context.Context, small, large []byte, cause error) {
	r := Rollback{Member: cosignerName(w.s.lead), Small: string(small), Large: string(large)}
	data, err := json.Marshal(r)
	if err != nil {
		return
	}
	if r.Verify(w.s.cosigners) == nil {
		w.s.halt(ctx, cause, evidenceRollback, data)
		return
	}
	// Without a later cosignature it is what we saw, not yet a proof for
	// others: a lead that recovers goes on, and we wait for it.
	w.s.logger.Error("the lead shows a shorter log", "cause", cause.Error())
}

// takeEvidence verifies evidence that another member hands in, and acts on it.
func (s *Station) takeEvidence(ctx context.Context, kind string, data []byte) error {
	switch kind {
	case evidenceFork:
		ev, err := tlog.ParseEvidence(data)
		if err != nil {
			return err
		}
		f, err := tlog.VerifyEvidence(ev, s.logKey)
		if err != nil {
			return err
		}
		s.halt(ctx, fmt.Errorf("%w: %s", ErrForkedLog, f), kind, data)
		return nil
	case evidenceRollback:
		var r Rollback
		if err := json.Unmarshal(data, &r); err != nil {
			return fmt.Errorf("%w: %v", tlog.ErrEvidence, err)
		}
		if err := r.Verify(s.cosigners); err != nil {
			return err
		}
		if r.Member == cosignerName(s.lead) {
			s.halt(ctx, fmt.Errorf("%w: %s", ErrRollback, r.Member), kind, data)
			return nil
		}
		return s.log.KeepEvidence(ctx, logdb.Evidence{ID: evidenceID(data), Kind: kind, Seen: time.Now().Unix(), Data: data})
	case evidenceSeal:
		return s.takeSealEvidence(ctx, data)
	}
	return fmt.Errorf("%w: kind %q", tlog.ErrEvidence, kind)
}

// forkOf keeps the evidence of two headers in one place, hands it on, and has it
// logged, which suspends their originator.
func (w *watch) forkOf(ctx context.Context, a, b []byte) {
	data, err := seal.MarshalEvidence(seal.NewFork(a, b))
	if err == nil {
		err = w.s.takeSealEvidence(ctx, data)
	}
	if err != nil {
		w.s.logger.Error("two headers in one place, and no evidence of it", "err", err)
	}
}

// KeepFault keeps the evidence of an originator's fault that was found when its
// envelopes were opened. What discloses their contents stays here; the rest is
// handed on. A fault that does not verify is refused.
func (s *Station) KeepFault(ctx context.Context, f seal.Fault) error {
	data, err := seal.MarshalEvidence(f)
	if err != nil {
		return err
	}
	return s.takeSealEvidence(ctx, data)
}

// takeSealEvidence verifies a fault of an originator, keeps the evidence, hands
// it on, and files it as a leaf when it suspends and is not in the log yet.
func (s *Station) takeSealEvidence(ctx context.Context, data []byte) error {
	f, err := seal.ParseEvidence(data)
	if err != nil {
		return err
	}
	state := s.State()
	if err := seal.Verify(f, s.means(state)); err != nil {
		return err
	}
	e := logdb.Evidence{ID: evidenceID(data), Kind: evidenceSeal, Seen: time.Now().Unix(), Data: data}
	if err := s.log.KeepEvidence(ctx, e); err != nil {
		return err
	}
	accused, _ := f.Accused()
	s.logger.Error("an originator is at fault", "fault", f.Type().String(), "accused", string(accused), "evidence", e.ID)
	if f.Type().Discloses() {
		return nil // it shows what is inside an envelope: not for everybody
	}
	s.watch.tell(evidenceSeal, data)
	if !f.Type().Suspends() || accused == s.self || state.Suspended(accused) {
		return nil
	}
	go func() {
		// Filing waits for the outbox, which may be waiting for the caller.
		_, err := s.File(s.life(), []Item{{Ref: "evidence/" + e.ID, Seal: func(p seal.Place) (seal.Envelope, error) {
			return seal.SealPublic(p, seal.Evidence, data, s.keys.Header())
		}}})
		if err != nil {
			s.logger.Info("evidence is not filed yet", "evidence", e.ID, "code", Code(err))
		}
	}()
	return nil
}

// means is what a fault is judged with under a state.
func (s *Station) means(state *charter.State) seal.Means {
	return seal.Means{Charter: s.hash, Portions: s.portions, HeaderKey: func(o label.MemberID, incarnation uint32, id [8]byte) (ed25519.PublicKey, error) {
		k, ok := state.HeaderKeyByID(o, incarnation, charter.KeyID(id))
		if !ok {
			return nil, fmt.Errorf("%w: key %x of %s", charter.ErrKey, id, o)
		}
		return ed25519.PublicKey(k[:]), nil
	}}
}

// judge weighs the payload of an evidence leaf; it is the same for every
// member, as it depends on the log alone.
func (s *Station) judge(state *charter.State, payload []byte) ([]label.MemberID, error) {
	f, err := seal.ParseLeafEvidence(payload)
	if err != nil {
		return nil, err
	}
	if err := seal.Verify(f, s.means(state)); err != nil {
		return nil, err
	}
	if accused, ok := f.Accused(); ok && f.Type().Suspends() {
		return []label.MemberID{accused}, nil
	}
	return nil, nil
}
