package node

import (
	"context"
	"errors"

	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// State says where the envelopes of a released draft stand.
type State struct {
	// State is draft, waiting (approved, not sealed yet), filed (durable
	// here), logged (certified by a quorum).
	State string `json:"state"`
	// Views are the reports, or statements, that readers got, by id, with who
	// has proved to have received each.
	Views []ViewState `json:"views,omitempty"`
	// Unread counts envelopes that are certified and not read back here yet:
	// each may become one more of Views.
	Unread int `json:"unread,omitempty"`
}

// ViewState is one view of a released draft.
type ViewState struct {
	Report     string           `json:"report,omitempty"`
	Act        string           `json:"act,omitempty"` // id of a statement
	Index      int64            `json:"index"`
	Recipients []string         `json:"recipients"`
	Received   []label.MemberID `json:"received"`
}

// StateOf says what became of a draft.
func (n *Node) StateOf(ctx context.Context, o section.Officer, id string) (State, error) {
	d, err := n.section.Draft(ctx, o, id)
	if err != nil {
		return State{}, err
	}
	positions, err := n.section.Positions(ctx, o, id)
	if err != nil {
		return State{}, err
	}
	if len(positions) == 0 {
		if d.Decision != "" {
			return State{State: "waiting"}, nil
		}
		return State{State: "draft"}, nil
	}
	st := State{State: "logged"}
	certified := n.station.Certified().Size
	cursor, err := n.views.Cursor(ctx)
	if err != nil {
		return State{}, err
	}
	for _, p := range positions {
		i, ok, err := n.log.OwnIndex(ctx, p.Incarnation, p.Sequence)
		if err != nil {
			return State{}, err
		}
		if !ok || i >= certified {
			st.State = "filed"
			continue
		}
		full, err := n.views.At(ctx, i)
		if errors.Is(err, viewdb.ErrNotFound) {
			said, serr := n.views.SaidAt(ctx, i)
			if serr == nil {
				st.Views = append(st.Views, ViewState{Act: said.ID, Index: i, Recipients: said.Recipients, Received: n.receipts.by(i, said.Recipients)})
				continue
			}
			err = serr
		}
		switch {
		case errors.Is(err, viewdb.ErrNotFound) && i >= cursor:
			st.Unread++
			continue
		case errors.Is(err, viewdb.ErrNotFound):
			continue // a dummy, or forgotten
		case err != nil:
			return State{}, err
		}
		st.Views = append(st.Views, ViewState{Report: full.ID, Index: i, Recipients: full.Recipients, Received: n.receipts.by(i, full.Recipients)})
	}
	return st, nil
}
