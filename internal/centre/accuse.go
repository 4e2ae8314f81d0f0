package centre

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"entente/charter"
	"entente/internal/store/logdb"
	"entente/seal"
	"entente/tlog"
)

// rolledBack weighs a head of the lead that is smaller than one that it has
// shown before. It halts over it when the two prove a roll-back.
func (s *Station) rolledBack(ctx context.Context, small []byte, cause error) {
	s.mu.RLock()
	larger := [][]byte{s.certified.Note, s.checkNote, s.seenNote}
	s.mu.RUnlock()
	for _, large := range larger {
		if large == nil {
			continue
		}
		data, err := json.Marshal(Rollback{Member: cosignerName(s.lead), Small: string(small), Large: string(large)})
		if err != nil {
			continue
		}
		if _, err := s.Judge(data); err == nil {
			s.halt(ctx, cause, evidenceRollback, data)
			return
		}
	}
	// Without a later cosignature it is what we saw, not yet a proof for
	// others: a lead that recovers goes on, and we wait for it.
	s.logger.Error("the lead shows a shorter log", "cause", cause.Error())
}

// means is what evidence is judged with under a state.
func (s *Station) means(st *charter.State) Means {
	return Means{State: st, Portions: s.portions, cache: &s.verifiers}
}

// Judge verifies evidence by the log here.
func (s *Station) Judge(data []byte) (Accusation, error) {
	m := s.means(s.State())
	m.Missing = s.lacks
	return m.Judge(data)
}

// lacks says nil when the log up to a certified head does not hold a header.
func (s *Station) lacks(note, header []byte) error {
	cp, _, err := tlog.ParseCheckpoint(note)
	if err != nil {
		return err
	}
	v := s.verifiersAt(cp.Size)
	if cp, _, err = tlog.Certified(note, v.log, v.cosigners, s.quorum); err != nil {
		return err
	}
	ctx := s.lifeContext()
	if cp.Size > s.Size() {
		return fmt.Errorf("%w: the log here has %d leaves, the head %d", seal.ErrMeans, s.Size(), cp.Size)
	}
	if err := s.compareHead(ctx, cp, note); err != nil {
		return err
	}
	h, err := seal.ParseHeader(header)
	if err != nil {
		return err
	}
	s.mu.RLock()
	end := s.chains[h.Originator]
	s.mu.RUnlock()
	if end.Incarnation < h.Incarnation || end.Incarnation == h.Incarnation && end.Sequence < h.Sequence {
		return nil // nothing so late is in the log at all
	}
	// One search at a time: it reads the whole log.
	s.searching.Lock()
	defer s.searching.Unlock()
	index, _, err := s.findLeaf(ctx, func(raw []byte) bool { return string(raw) == string(header) })
	switch {
	case errors.Is(err, ErrNotFound):
		return nil
	case err != nil:
		return err
	case index < cp.Size:
		return fmt.Errorf("%w: the log holds the header at %d", ErrEvidence, index)
	}
	return nil
}

// takeEvidence verifies evidence that another member hands in, and acts on it.
func (s *Station) takeEvidence(ctx context.Context, data []byte) error {
	a, err := s.Judge(data)
	switch {
	case err != nil:
		return err
	case a.Form == evidenceSeal:
		return s.takeSealEvidence(ctx, data, a)
	case a.StopsLog:
		if s.Halted() == nil { // one proof is enough, and they could be many
			s.halt(ctx, a.Cause, a.Form, data)
		}
		return nil
	}
	// Of a cosigner's roll-backs one says it all.
	e := logdb.Evidence{ID: evidenceID(data), Kind: a.Form, Class: a.Form + "/" + string(a.Accused), Seen: time.Now().Unix(), Data: data}
	kept, err := s.log.KeepEvidenceWithin(ctx, e, 1)
	if err == nil && kept {
		s.watch.tell(a.Form, data)
	}
	return err
}

// maxEvidence is how many proofs of one class are kept: whoever signs can make
// any number of them against itself, and one shows its fault.
const maxEvidence = 8

// sealClass names what a fault shows of whom. A fork that suspends stands with
// its key apart from those that do not: forks made with a key that ended later,
// which suspend nobody, must not keep out the one that does.
func sealClass(f seal.Fault, a Accusation) string {
	of := a.Accused
	if missing, ok := f.(*seal.Missing); ok {
		// It accuses nobody, but it is the originator who can make many.
		if h, err := seal.ParseHeader(missing.Header); err == nil {
			of = h.Originator
		}
	}
	class := evidenceSeal + "/" + string(of) + "/" + f.Type().String()
	if fork, ok := f.(*seal.Fork); ok && a.Suspends {
		if h, err := seal.ParseHeader(fork.A); err == nil {
			class += "/" + hex.EncodeToString(h.KeyID[:])
		}
	}
	return class
}

// forkOf keeps the evidence of two headers in one place, hands it on, and has it
// logged, which suspends their originator.
func (w *watch) forkOf(ctx context.Context, a, b []byte) {
	if err := w.s.KeepFault(ctx, seal.NewFork(a, b)); err != nil {
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
	a, err := s.Judge(data)
	if err != nil {
		return err
	}
	return s.takeSealEvidence(ctx, data, a)
}

// DropDisclosing destroys what evidence is kept that shows what is inside any of
// some envelopes, given by their headers: it holds their keys and bodies, and ends
// with them (spec/retention.md). The file in which the database's changes lie is
// the caller's to truncate.
func (s *Station) DropDisclosing(ctx context.Context, headers [][]byte) error {
	named := make(map[string]bool, len(headers))
	for _, h := range headers {
		named[string(h)] = true
	}
	entries, err := s.log.ListEvidence(ctx)
	if err != nil {
		return err
	}
	var drop []string
	for _, entry := range entries {
		if entry.Kind != evidenceSeal {
			continue
		}
		e, ok, err := s.log.OneEvidence(ctx, entry.ID)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		f, err := seal.ParseEvidence(e.Data)
		if err != nil {
			continue // kept by another version, which knows what it is
		}
		switch f := f.(type) {
		case *seal.Unopenable:
			ok = named[string(f.Header)]
		case *seal.PortionConflict:
			ok = named[string(f.A.Header)] || named[string(f.B.Header)]
		default:
			ok = false
		}
		if ok {
			drop = append(drop, e.ID)
		}
	}
	return s.log.DropEvidence(ctx, drop)
}

// takeSealEvidence keeps verified evidence against an originator, hands it on,
// and files it as a leaf when it suspends and is not in the log yet. What comes
// beyond the bound of its class is dropped: it shows nothing new.
func (s *Station) takeSealEvidence(ctx context.Context, data []byte, a Accusation) error {
	f, err := seal.ParseEvidence(data)
	if err != nil {
		return err
	}
	e := logdb.Evidence{ID: evidenceID(data), Kind: evidenceSeal, Class: sealClass(f, a), Seen: time.Now().Unix(), Data: data}
	if kept, err := s.log.KeepEvidenceWithin(ctx, e, maxEvidence); err != nil || !kept {
		return err
	}
	s.logger.Error("evidence of an originator", "fault", f.Type().String(), "accused", string(a.Accused), "evidence", e.ID)
	if f.Type().Discloses() {
		return nil // it shows what is inside an envelope: not for everybody
	}
	s.watch.tell(evidenceSeal, data)
	if !a.Suspends || a.Accused == s.self || s.State().Suspended(a.Accused) {
		return nil
	}
	// Filing waits for the outbox, which may be waiting for the caller.
	s.spawn(func(ctx context.Context) { s.watch.fileEvidence(ctx, e.ID, data) })
	return nil
}
