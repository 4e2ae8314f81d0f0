package centre

import (
	"context"
	"errors"
	"fmt"

	"entente/charter"
	"entente/internal/store/logdb"
	"entente/internal/weigh"
	"entente/label"
	"entente/seal"
	"entente/tlog"
)

// loaded is the state in memory as log.db has it.
type loaded struct {
	size      int64
	frontier  *tlog.Frontier
	chains    map[label.MemberID]seal.Chain
	bytes     map[label.MemberID]int64
	state     *charter.State
	certified logdb.Head
	absent    int
}

// read reads the state from log.db.
func (s *Station) read(ctx context.Context) (*loaded, error) {
	l := &loaded{chains: map[label.MemberID]seal.Chain{}, bytes: map[label.MemberID]int64{}, state: charter.NewState(s.found, weigh.Leaf)}
	var err error
	if l.size, err = s.log.Size(ctx); err != nil {
		return nil, err
	}
	if l.frontier, err = tlog.NewFrontier(l.size, s.log); err != nil {
		return nil, fmt.Errorf("read the log's tiles: %w", err)
	}
	rows, err := s.log.Chains(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		m := label.MemberID(r.Originator)
		l.chains[m] = seal.Chain{Incarnation: r.Incarnation, Sequence: r.Sequence, Last: seal.Hash(r.Hash)}
		l.bytes[m] = r.Bytes
	}
	public, err := s.log.PublicLeaves(ctx, 0)
	if err != nil {
		return nil, err
	}
	for _, p := range public {
		if !foldable(seal.Kind(p.Kind)) {
			continue
		}
		run, err := s.log.Read(ctx, p.Index, p.Index+1)
		if err != nil {
			return nil, err
		}
		if run.Bodies[0] == nil {
			return nil, fmt.Errorf("the public leaf %d has no body: %w", p.Index, logdb.ErrCorrupt)
		}
		if err := s.fold(l.state, p.Index, run.Headers, run.Bodies[0]); err != nil {
			return nil, err
		}
	}
	if l.certified, err = s.log.LastHead(ctx); err != nil {
		return nil, err
	}
	missing, err := s.log.Missing(ctx, 1<<20)
	if err != nil {
		return nil, err
	}
	l.absent = len(missing)
	return l, nil
}

// load brings the state in memory to what log.db holds.
func (s *Station) load(ctx context.Context) error {
	l, err := s.read(ctx)
	if err != nil {
		return err
	}
	s.take(l)
	return s.loadOpaque(ctx)
}

func (s *Station) take(l *loaded) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.size, s.root, s.frontier = l.size, l.frontier.Root(), l.frontier
	s.chains, s.bytes, s.state, s.absent = l.chains, l.bytes, l.state, l.absent
	if l.certified.Size > s.certified.Size {
		s.certified = l.certified
	}
	s.bump()
}

// settle asks the file what a write that failed has left, and goes on from
// there: it may have been persisted although it failed. The caller holds
// appending.
func (s *Station) settle(ctx context.Context) error {
	if !s.doubt {
		return nil
	}
	l, err := s.read(context.WithoutCancel(ctx))
	if err != nil {
		return fmt.Errorf("what a failed write has left cannot be read: %w", err)
	}
	s.take(l)
	s.useKeys()
	s.doubt = false
	s.out.logged(s.chains[s.self])
	s.watch.logged(s.chains)
	return nil
}

// settingCheckpoint is the lead's last checkpoint that was verified, so that a
// mirror can be served, and a fork be proven, after a restart as well.
const settingCheckpoint = "checkpoint"

// loadHeads takes up the last heads that were verified, and a halt over
// evidence that is kept: a restart makes no lead honest.
func (s *Station) loadHeads(ctx context.Context) error {
	note, err := s.log.Setting(ctx, settingCheckpoint)
	if err != nil {
		return err
	}
	for _, n := range [][]byte{note, s.certified.Note} {
		if len(n) == 0 {
			continue
		}
		cp, _, err := tlog.ParseCheckpoint(n)
		if err != nil {
			return fmt.Errorf("the kept checkpoint: %w", err)
		}
		if _, err := tlog.VerifyCheckpoint(n, s.origin, s.verifiersAt(cp.Size).log); err != nil {
			return fmt.Errorf("the kept checkpoint: %w", err)
		}
		s.keepCheckpoint(cp, n)
		if c, err := tlog.VerifyCosignature(n, s.verifiersAt(cp.Size).of(s.lead)); err == nil {
			s.leadSize, s.leadTime = max(s.leadSize, cp.Size), max(s.leadTime, c.Time)
		}
	}
	kept, err := s.log.ListEvidence(ctx)
	if err != nil {
		return err
	}
	for _, entry := range kept {
		if entry.Kind == evidenceSeal || s.halted != nil {
			continue
		}
		e, ok, err := s.log.OneEvidence(ctx, entry.ID)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		a, err := s.Judge(e.Data)
		if err != nil {
			s.logger.Error("kept evidence does not stand", "evidence", e.ID, "err", err)
			continue
		}
		if a.StopsLog {
			s.halted = &Halt{Code: Code(a.Cause), Message: a.Cause.Error(), EvidenceID: e.ID}
		}
	}
	return nil
}

// foldable says whether the charter's state depends on leaves of a kind.
func foldable(k seal.Kind) bool { return charter.Folds(uint8(k)) }

// fold applies one public leaf to a state.
func (s *Station) fold(st *charter.State, index int64, header, body []byte) error {
	h, err := seal.ParseHeader(header)
	if err != nil {
		return err
	}
	payload, err := seal.Payload(header, body)
	if err != nil {
		return err
	}
	err = st.Apply(index, charter.Leaf{
		Kind: uint8(h.Kind), Originator: h.Originator, Incarnation: h.Incarnation, Sequence: h.Sequence, Payload: payload,
	})
	if errors.Is(err, charter.ErrNoEffect) {
		s.logger.Warn("a public leaf says nothing that counts", "index", index, "kind", h.Kind.String(), "originator", string(h.Originator))
		return nil
	}
	return err
}
