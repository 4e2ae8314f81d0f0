package centre

import (
	"context"
	"time"

	"entente/internal/store/logdb"
)

// halt stops following the lead for good, with evidence.
func (s *Station) halt(ctx context.Context, cause error, kind string, evidence []byte) {
	id := ""
	if evidence != nil {
		id = evidenceID(evidence)
		e := logdb.Evidence{ID: id, Kind: kind, Class: kind + "/" + string(s.lead), Seen: time.Now().Unix(), Data: evidence}
		var err error
		if s.Halted() == nil {
			err = s.log.KeepEvidence(ctx, e) // the proof that halts is always kept
		} else {
			_, err = s.log.KeepEvidenceWithin(ctx, e, maxEvidence)
		}
		if err != nil {
			s.logger.Error("evidence could not be kept", "kind", kind, "err", err)
		}
	}
	s.mu.Lock()
	first := s.halted == nil
	if first {
		s.halted = &Halt{Code: Code(cause), Message: cause.Error(), EvidenceID: id}
		s.bump()
	}
	s.mu.Unlock()
	if first {
		s.logger.Error("halted", "code", Code(cause), "cause", cause.Error(), "evidence", id)
		if evidence != nil {
			s.watch.tell(kind, evidence)
		}
	}
}

// Halted returns why the station stopped, or nil.
func (s *Station) Halted() *Halt {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.halted
}
