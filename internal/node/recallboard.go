package node

import (
	"context"
	"encoding/hex"
	"errors"
	"slices"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// RecallWord is a recall act as officers read it.
type RecallWord struct {
	viewdb.Said
	Recall *act.Recall
	// Provisional: it came beside the log, which has not certified it yet.
	Provisional bool
	// Bearing says what it came to here: in force, waiting (nothing of it is
	// here), lifted, or void (it is not the issuer's own, or names other bytes).
	Bearing string
	// Reports are the views here that hold any of it; filled for one alone.
	Reports []string
	// Holders say of an own recall how far its readers have followed it.
	Holders []RecallHolder
}

// RecallHolder is what the issuer knows of one reader: never which products were
// made of it, nor how many.
type RecallHolder struct {
	Member label.MemberID
	// State is sent, quarantined, destroyed or retained.
	State    string
	Complete bool
	Basis    string // the law, when retained
}

// RecallQuery narrows a list of recalls. Zero fields narrow nothing.
type RecallQuery struct {
	Own    bool  // only this member's own
	Others bool  // only others'
	Before int64 // index: older than this one; 0 from the newest on
	Limit  int   // 1 to 500, 50 when 0
}

// Recalls returns recall acts, newest first; those that the log has not
// certified stand before all others, without their act.
func (n *Node) Recalls(ctx context.Context, o section.Officer, q RecallQuery) ([]RecallWord, error) {
	if err := n.section.Authorise(ctx, o, section.OpReportRead, ""); err != nil {
		return nil, err
	}
	if q.Limit <= 0 || q.Limit > 500 {
		q.Limit = 50
	}
	var out []RecallWord
	if q.Before == 0 && !q.Own {
		early, err := n.views.Provisional(ctx)
		if err != nil {
			return nil, err
		}
		for _, s := range early {
			out = append(out, RecallWord{Said: viewdb.Said{Index: -1, ID: s.Act, Originator: s.By, Type: string(act.TypeRecall), Recipients: []string{}},
				Recall: &act.Recall{Kind: act.RecallKind(s.Kind), Reason: act.RecallReason(s.Reason)}, Provisional: true})
		}
	}
	rows, err := n.views.SaidBefore(ctx, string(act.TypeRecall), q.Own, q.Others, q.Before, q.Limit)
	if err != nil {
		return nil, err
	}
	for _, s := range rows {
		a, err := act.Parse(s.Act)
		if err != nil {
			return nil, err
		}
		out = append(out, RecallWord{Said: s, Recall: a.Recall})
	}
	return out, n.bearings(ctx, out, false)
}

// RecallOf returns one recall act, with the reports here that hold any of it.
// Errors: viewdb.ErrNotFound.
func (n *Node) RecallOf(ctx context.Context, o section.Officer, id string) (*RecallWord, error) {
	if err := n.section.Authorise(ctx, o, section.OpReportRead, id); err != nil {
		return nil, err
	}
	s, err := n.views.Said(ctx, id)
	if err != nil {
		return nil, err
	}
	a, err := act.Parse(s.Act)
	if err != nil || a.Recall == nil {
		return nil, errors.Join(err, viewdb.ErrNotFound)
	}
	words := []RecallWord{{Said: s, Recall: a.Recall}}
	return &words[0], n.bearings(ctx, words, true)
}

// bearings fills in what recalls came to here and at their readers.
func (n *Node) bearings(ctx context.Context, words []RecallWord, reports bool) error {
	named := make([]viewdb.RecallBy, len(words))
	for i := range words {
		named[i] = viewdb.RecallBy{Act: words[i].ID, By: words[i].Originator}
	}
	all, err := n.views.HeardOfAll(ctx, named, reports)
	if err != nil {
		return err
	}
	for i := range words {
		w, heard := &words[i], all[named[i]]
		w.Bearing = bearingOf(heard)
		if w.Own && w.Recall.Kind == act.RecallNarrowing {
			w.Bearing = "in force"
		}
		for _, h := range heard {
			if w.Provisional {
				w.Recall.Portions = append(w.Recall.Portions, act.PortionRef{Portion: act.ID(hex.EncodeToString(h.Portion[:]))})
			}
			for _, r := range h.Reports {
				if !slices.Contains(w.Reports, r) {
					w.Reports = append(w.Reports, r)
				}
			}
		}
	}
	if err := n.holdersOf(ctx, words); err != nil {
		return err
	}
	return n.endedThere(ctx, words)
}

// endedThere puts in which readers of own recalls have destroyed all that a recall
// names since it was logged: a review that ends at its reader names that, and not
// the recall.
func (n *Node) endedThere(ctx context.Context, words []RecallWord) error {
	var ids [][16]byte
	for i := range words {
		if words[i].Own {
			for _, p := range words[i].Recall.Portions {
				ids = append(ids, rawID(p.Portion))
			}
		}
	}
	gone, err := n.views.GoneEarly(ctx, ids)
	if err != nil {
		return err
	}
	for i := range words {
		w := &words[i]
		for k := range w.Holders {
			h := &w.Holders[k]
			here := slices.ContainsFunc(w.Recall.Portions, func(p act.PortionRef) bool {
				return !slices.ContainsFunc(gone[rawID(p.Portion)], func(g viewdb.GoneAt) bool {
					return g.Holder == string(h.Member) && g.Digest == [32]byte(p.Digest) && g.Index > w.Index
				})
			})
			if !here && h.State != string(act.AckRetained) {
				h.State = string(act.AckDestroyed)
			}
		}
	}
	return nil
}

func bearingOf(heard []viewdb.Heard) string {
	best := viewdb.EffectVoid
	for _, h := range heard {
		switch {
		case h.Effect == viewdb.EffectHolds:
			return "in force"
		case h.Effect == viewdb.EffectWaits || best == viewdb.EffectVoid:
			best = h.Effect
		}
	}
	switch best {
	case viewdb.EffectWaits:
		return "waiting"
	case viewdb.EffectLifted:
		return "lifted"
	}
	return "void"
}

// holdersOf says how far the readers of own recalls have followed them: by
// receipt, and by what their officers said.
func (n *Node) holdersOf(ctx context.Context, words []RecallWord) error {
	var own []string
	for i := range words {
		if words[i].Own {
			own = append(own, words[i].ID)
		}
	}
	all, err := n.views.AcknowledgementsOf(ctx, own)
	if err != nil {
		return err
	}
	for i := range words {
		w := &words[i]
		if !w.Own {
			continue
		}
		said := map[string]*act.Acknowledgement{}
		complete := map[string]bool{}
		for _, s := range all[w.ID] {
			a, err := act.Parse(s.Act)
			if err != nil || a.Acknowledgement == nil || !slices.Contains(w.Recipients, s.Originator) || s.Own || s.Index <= w.Index {
				continue // nobody has followed what had not come
			}
			said[s.Originator] = a.Acknowledgement // the last one counts
			complete[s.Originator] = complete[s.Originator] || a.Acknowledgement.Complete
		}
		got := n.receipts.by(w.Index, w.Recipients)
		for _, m := range w.Recipients {
			if m == string(n.self) {
				continue
			}
			h := RecallHolder{Member: label.MemberID(m), State: "sent"}
			if slices.Contains(got, h.Member) {
				h.State = string(act.AckQuarantined)
			}
			if a := said[m]; a != nil {
				h.Complete = complete[m]
				if a.State != act.AckReceived || h.State == "sent" {
					h.State, h.Basis = string(a.State), a.Basis
				}
			}
			w.Holders = append(w.Holders, h)
		}
	}
	return nil
}

// UnderReview returns reports that are under review or in doubt, newest first.
func (n *Node) UnderReview(ctx context.Context, o section.Officer, own bool, before int64, limit int) ([]viewdb.Row, error) {
	if err := n.section.Authorise(ctx, o, section.OpReportRead, ""); err != nil {
		return nil, err
	}
	if err := n.CatchingUp(); err != nil {
		return nil, err
	}
	if limit <= 0 || limit > 500 {
		limit = 50
	}
	return n.views.UnderReview(ctx, own, before, limit)
}
