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
		if err := s.log.KeepEvidence(ctx, logdb.Evidence{ID: id, Kind: kind, Seen: time.Now().Unix(), Data: evidence}); err != nil {
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
