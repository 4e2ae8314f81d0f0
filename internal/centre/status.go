package centre

import (
	"context"
	"slices"

	"entente/label"
	"entente/tlog"
)

// Status is the condition of a station, fit for showing.
type Status struct {
	Size         int64            `json:"size"`
	Root         string           `json:"root"`
	Certified    int64            `json:"certified"`
	LogTime      int64            `json:"log_time"`
	Cosigned     []tlog.Cosigned  `json:"cosigned"`
	Missing      []label.MemberID `json:"missing"` // members whose cosignature the certified head lacks
	Quorum       int              `json:"quorum"`
	Lead         label.MemberID   `json:"lead"`
	Recovering   bool             `json:"recovering"`
	Halted       *Halt            `json:"halted"`
	Outbox       int              `json:"outbox"`
	BodiesAbsent int              `json:"bodies_absent"`
	Opaque       int64            `json:"unknown_version_at"` // -1 when none
	Announced    int              `json:"announced"`          // headers that others have announced and that are not in the log here
	Withheld     []string         `json:"withheld"`
	Refused      string           `json:"refused"` // why the lead's stream was last refused, empty while it is followed
	ClockSkew    int64            `json:"clock_skew_s"`
}

// Status returns the condition of the station.
func (s *Station) Status(ctx context.Context) (Status, error) {
	n, err := s.log.OutboxSize(ctx)
	if err != nil {
		return Status{}, err
	}
	s.mu.RLock()
	st := Status{
		Size: s.size, Root: s.root.String(), Certified: s.certified.Size, LogTime: s.certified.Time,
		Quorum: s.quorum, Lead: s.lead, Halted: s.halted, Outbox: n, Refused: s.refused,
		BodiesAbsent: s.absent, Opaque: s.opaque, ClockSkew: s.clockSkew.Load(),
	}
	note := s.certified.Note
	s.mu.RUnlock()
	st.Recovering, st.Announced, st.Withheld = s.recovery.active(), s.watch.awaited(), s.watch.withheld()
	if note != nil {
		v := s.verifiersAt(st.Certified)
		cs, err := tlog.Cosignatures(note, v.cosigners)
		if err != nil {
			return st, err
		}
		st.Cosigned = cs
		for m := range s.found.Members().All() {
			if !slices.ContainsFunc(cs, func(c tlog.Cosigned) bool { return c.Name == cosignerName(m) }) {
				st.Missing = append(st.Missing, m)
			}
		}
	}
	return st, nil
}
