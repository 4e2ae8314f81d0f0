package node

import (
	"context"
	"encoding/json"
	"errors"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// EndedRecord is what ending a record early came to.
type EndedRecord struct {
	// Destroyed is what is gone here; nil while the recall is on its way.
	Destroyed *Forgotten
	// Issued is what was put up for an officer with the release role: the recall
	// of an own record, the acknowledgement of another's; nil when there is none.
	Issued *Issued
}

// EndRecord ends a record before its term (spec/retention.md, "Ending early").
// Another's copy here is destroyed, and what tells its originator is put up. An
// own record is recalled from all who hold it; once that is logged, or when
// nobody holds it, the same order destroys the own copy with its draft. reason
// stands in the audit log: an identifier, 1 to 200 bytes.
//
// Errors: *Refused while the recall waits and of a statement, ErrOnItsWay, ErrBasis, those of the
// section, viewdb.ErrNotFound.
func (n *Node) EndRecord(ctx context.Context, o section.Officer, id, reason string) (*EndedRecord, error) {
	if err := n.section.Authorise(ctx, o, section.OpReview, id[:min(len(id), 64)]); err != nil {
		return nil, err
	}
	if !basisFits(reason) {
		return nil, ErrBasis
	}
	if err := n.checkRecord(ctx, id); err != nil {
		return nil, err
	}
	d, err := n.ownDraft(ctx, o, id)
	var foreign *Refused
	switch {
	case errors.As(err, &foreign):
		return n.endOfOthers(ctx, o, id, reason)
	case err != nil:
		return nil, err
	case d.Kind != KindReport:
		return nil, notRecord(id, d.Kind)
	case d.State == section.Released:
		return n.endOwn(ctx, o, d, reason)
	}
	if err := n.section.EraseDraft(ctx, o, d.ID, reason); err != nil {
		return nil, err
	}
	return &EndedRecord{Destroyed: &Forgotten{Drafts: 1}}, n.local.Shrink(ctx)
}

// checkRecord refuses the id of a statement: what was said to members is no record
// of a person, and has no term that could end early.
func (n *Node) checkRecord(ctx context.Context, id string) error {
	index, err := n.views.IndexOf(ctx, id)
	if errors.Is(err, viewdb.ErrNotFound) {
		return nil // a portion, or a draft
	}
	if err != nil {
		return err
	}
	said, err := n.views.SaidAt(ctx, index)
	if errors.Is(err, viewdb.ErrNotFound) {
		return nil // a report
	}
	if err != nil {
		return err
	}
	return notRecord(id, said.Type)
}

func notRecord(id, kind string) error {
	return &Refused{finding(CodeEndNoRecord, "21", "rule 21: %s is no record but a %s: a statement has no term that could end early; end the record that it is about (entente review end), answer a request (entente redress answer), or give up a draft that has not left", shortened(id), kind)}
}

// endOfOthers destroys this node's copy of another's record.
func (n *Node) endOfOthers(ctx context.Context, o section.Officer, id, reason string) (*EndedRecord, error) {
	indices, err := n.copiesOf(ctx, id)
	if err != nil {
		return nil, err
	}
	refs := map[label.MemberID][]act.PortionRef{}
	for _, i := range indices {
		full, err := n.views.At(ctx, i)
		if errors.Is(err, viewdb.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		a, err := act.Parse(full.Act)
		if err != nil {
			return nil, err
		}
		for k := range a.Report.Portions {
			p := &a.Report.Portions[k]
			refs[label.MemberID(full.Originator)] = append(refs[label.MemberID(full.Originator)], act.PortionRef{Portion: p.ID, Digest: p.Digest})
		}
	}
	gone, err := n.Forget(ctx, o, reason, id)
	if err != nil {
		return nil, err
	}
	out := &EndedRecord{Destroyed: &gone}
	for m, list := range refs {
		var left []act.PortionRef
		for _, r := range list {
			if here, err := n.views.Holding(ctx, rawID(r.Portion)); err != nil {
				return nil, err
			} else if len(here) == 0 && len(left) < act.MaxCites {
				left = append(left, r)
			}
		}
		if len(left) == 0 {
			continue // another view here still holds it
		}
		if out.Issued, err = n.PutUp(ctx, o, section.KindAcknowledgement, Acknowledgement{To: m, Portions: left, State: act.AckDestroyed}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// endOwn recalls an own record from all who hold it, and destroys it here when
// that is done.
func (n *Node) endOwn(ctx context.Context, o section.Officer, d section.Draft, reason string) (*EndedRecord, error) {
	if _, err := n.viewsOf(ctx, d.ID); errors.Is(err, errNotYet) {
		return nil, ErrOnItsWay
	} else if err != nil {
		return nil, err
	}
	positions, err := n.section.EnvelopesOf(ctx, d.ID)
	if err != nil {
		return nil, err
	}
	var refs []act.PortionRef
	var view string
	seen := map[act.ID]bool{}
	for _, p := range positions {
		at, ok, err := n.log.OwnIndex(ctx, p.Incarnation, p.Sequence)
		if err != nil || !ok {
			return nil, err
		}
		full, err := n.views.At(ctx, at)
		if errors.Is(err, viewdb.ErrNotFound) {
			continue // a dummy
		}
		if err != nil {
			return nil, err
		}
		a, err := act.Parse(full.Act)
		if err != nil {
			return nil, err
		}
		view = full.ID
		for i := range a.Report.Portions {
			if r := &a.Report.Portions[i]; !seen[r.ID] {
				seen[r.ID] = true
				refs = append(refs, act.PortionRef{Portion: r.ID, Digest: r.Digest})
			}
		}
	}
	held, err := n.gotFrom(ctx, refs)
	if err != nil {
		return nil, err
	}
	standing, err := n.views.StandingOfPortions(ctx, viewRefs(refs))
	if err != nil {
		return nil, err
	}
	var open []act.PortionRef
	for _, r := range refs {
		id := rawID(r.Portion)
		elsewhere := false
		for m, set := range held {
			elsewhere = elsewhere || m != n.self && set[id]
		}
		if s := standing[viewRef(r)]; elsewhere && !(s.Withdrawn && s.By == string(n.self)) {
			open = append(open, r)
		}
	}
	if len(open) == 0 {
		if view == "" {
			return nil, viewdb.ErrNotFound
		}
		gone, err := n.Forget(ctx, o, reason, view)
		if err != nil {
			return nil, err
		}
		return &EndedRecord{Destroyed: &gone}, nil
	}
	if waits, err := n.recallWaits(ctx, open); err != nil {
		return nil, err
	} else if waits {
		return nil, &Refused{finding(CodeEndOnItsWay, "21", "rule 21: the recall that ends it waits to be let go, or to be logged: an officer with the release role lets it go (entente report release list); order it again when the log has it, and it is destroyed here")}
	}
	raw, err := json.Marshal(Recall{Kind: act.RecallWithdrawn, Reason: act.ReasonUnlawful, Portions: open})
	if err != nil {
		return nil, err
	}
	settled, findings, err := recallKind{}.settle(ctx, n, o, raw)
	if err != nil {
		return nil, err
	}
	if len(findings) > 0 {
		return nil, &Refused{findings}
	}
	issued, err := n.putUpReview(ctx, o, section.Content{Kind: KindRecall, Bytes: settled})
	if err != nil {
		return nil, err
	}
	return &EndedRecord{Issued: issued}, nil
}

// recallWaits says whether a recall of any of some portions has been put up and
// has not come back by the log.
func (n *Node) recallWaits(ctx context.Context, refs []act.PortionRef) (bool, error) {
	wanted := refIDs(refs)
	for _, state := range []section.DecisionState{section.Prepared, section.Approved, section.Leaving} {
		ds, err := n.decisionsIn(ctx, state, func(d section.Decision) bool { return d.Kind == section.DecideWithhold })
		if err != nil {
			return false, err
		}
		for _, d := range ds {
			drafts, err := n.section.SubjectsOf(ctx, d.ID, 500)
			if err != nil {
				return false, err
			}
			for i := range drafts {
				var r Recall
				if drafts[i].Kind != KindRecall || readStatement(drafts[i].Content, &r) != nil {
					continue
				}
				for _, ref := range r.Portions {
					if wanted[ref.Portion] && r.Kind == act.RecallWithdrawn {
						return true, nil
					}
				}
			}
		}
	}
	return false, nil
}
