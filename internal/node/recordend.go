package node

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// EndedRecord is what ending a record early came to.
type EndedRecord struct {
	// Destroyed is what is gone here; nil while the recall is on its way.
	Destroyed *Forgotten
	// Issued is what was put up for an officer with the release role, as one
	// decision: the recalls of an own record, or the acknowledgements of another's,
	// as many as its portions and originators need; nil when there is none.
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
	case errors.Is(err, errNoDraft):
		indices, err := n.copiesOf(ctx, id)
		if err != nil {
			return nil, err
		}
		return n.endViews(ctx, o, indices, id, reason)
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
	return &Refused{finding(CodeEndNoRecord, "21", "rule 21: %s is no record but a %s: a statement has no term that could end early; end the record that it is about (entente review end), answer a request (entente redress answer), or give up a draft that has not left (entente report discard)", shortened(id), kind)}
}

// endOfOthers destroys this node's copy of another's record. What tells its
// originator is saved first, so that no interruption loses it: it cannot be let go
// while a copy is here.
func (n *Node) endOfOthers(ctx context.Context, o section.Officer, id, reason string) (*EndedRecord, error) {
	if err := n.section.Authorise(ctx, o, section.OpErase, id[:min(len(id), 64)]); err != nil {
		return nil, err
	}
	indices, err := n.copiesOf(ctx, id)
	if err != nil {
		return nil, err
	}
	refs, err := n.goneWith(ctx, indices)
	if err != nil {
		return nil, err
	}
	var drafts []string
	for _, m := range slices.Sorted(maps.Keys(refs)) {
		for part := range slices.Chunk(refs[m], act.MaxCites) {
			raw, err := json.Marshal(Acknowledgement{To: m, Portions: part, State: act.AckDestroyed, Written: n.minute(), ID: act.NewID()})
			if err != nil {
				return nil, err
			}
			d, err := n.section.CreateReviewed(ctx, o, section.Content{Kind: section.KindAcknowledgement, Bytes: raw})
			if err != nil {
				return nil, errors.Join(err, n.eraseDrafts(ctx, o, drafts))
			}
			drafts = append(drafts, d.ID)
		}
	}
	gone, err := n.Forget(ctx, o, reason, id)
	if err != nil {
		// What has begun is finished later, and is to be told then.
		if begun, errBegun := n.log.ForgottenIn(ctx, indices[0], indices[0]+1); errBegun == nil && len(begun) == 0 {
			err = errors.Join(err, n.eraseDrafts(ctx, o, drafts))
		}
		return nil, err
	}
	out := &EndedRecord{Destroyed: &gone}
	if len(drafts) == 0 {
		return out, nil // another view here still holds it
	}
	out.Issued = &Issued{Drafts: drafts}
	for _, draft := range drafts {
		plan, err := n.Plan(ctx, o, draft)
		if err != nil {
			return nil, err
		}
		out.Issued.Acts = append(out.Issued.Acts, plan.Acts...)
	}
	out.Issued.Decision, err = n.Prepare(ctx, o, drafts, "")
	return out, err
}

// eraseDrafts destroys statements that are not to be said.
func (n *Node) eraseDrafts(ctx context.Context, o section.Officer, drafts []string) (err error) {
	for _, d := range drafts {
		err = errors.Join(err, n.section.EraseDraft(ctx, o, d, "an end that was refused"))
	}
	return err
}

// goneWith returns the portions of others' views at some log indices that no other
// view here holds, by who sealed them.
func (n *Node) goneWith(ctx context.Context, indices []int64) (map[label.MemberID][]act.PortionRef, error) {
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
		from := label.MemberID(full.Originator)
		named := refSet(refs[from])
		for k := range a.Report.Portions {
			p := &a.Report.Portions[k]
			ref := act.PortionRef{Portion: p.ID, Digest: p.Digest}
			here, err := n.views.Holding(ctx, rawID(p.ID))
			if err != nil {
				return nil, err
			}
			if !named[ref] && !slices.ContainsFunc(here, func(at int64) bool { return !slices.Contains(indices, at) }) {
				refs[from] = append(refs[from], ref)
			}
		}
	}
	return refs, nil
}

// endOwn ends what a released own draft left as.
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
	var indices []int64
	for _, p := range positions {
		at, ok, err := n.log.OwnIndex(ctx, p.Incarnation, p.Sequence)
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, ErrOnItsWay
		}
		indices = append(indices, at)
	}
	return n.endViews(ctx, o, indices, "", reason)
}

// endViews recalls the portions of own views at some log indices from all who hold
// them, and destroys what id names here, one of the views when it is empty, when
// that is done.
func (n *Node) endViews(ctx context.Context, o section.Officer, indices []int64, id, reason string) (*EndedRecord, error) {
	var refs []act.PortionRef
	seen := map[act.ID]bool{}
	for _, at := range indices {
		full, err := n.views.At(ctx, at)
		if errors.Is(err, viewdb.ErrNotFound) || err == nil && !full.Own {
			continue // a dummy; another's that holds a portion of it
		}
		if err != nil {
			return nil, err
		}
		a, err := act.Parse(full.Act)
		if err != nil {
			return nil, err
		}
		if id == "" {
			id = full.ID
		}
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
	open, err := n.notRecalled(ctx, refs, held)
	if err != nil {
		return nil, err
	}
	if len(open) == 0 {
		if id == "" {
			return nil, viewdb.ErrNotFound
		}
		gone, err := n.Forget(ctx, o, reason, id)
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
	var cs []section.Content
	for part := range slices.Chunk(open, act.MaxCites) {
		raw, err := json.Marshal(Recall{Kind: act.RecallWithdrawn, Reason: act.ReasonUnlawful, Portions: part})
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
		cs = append(cs, section.Content{Kind: KindRecall, Bytes: settled})
	}
	issued, err := n.putUpReview(ctx, o, cs...)
	if err != nil {
		return nil, err
	}
	return &EndedRecord{Issued: issued}, nil
}

// notRecalled returns those of own portions for which the log has not certified,
// for each member that holds them, a recall to that member.
func (n *Node) notRecalled(ctx context.Context, refs []act.PortionRef, held map[label.MemberID]map[viewdb.Ref]bool) ([]act.PortionRef, error) {
	to := map[act.PortionRef]label.MemberSet{}
	for part := range slices.Chunk(refs, recallsRun) {
		said, err := n.views.RecallsOn(ctx, string(n.self), rawIDs(part))
		if err != nil {
			return nil, err
		}
		for i := range said {
			a, err := act.Parse(said[i].Act)
			if err != nil {
				return nil, err
			}
			switch a.Recall.Kind {
			case act.RecallWithdrawn, act.RecallCorrection, act.RecallNarrowing:
			default:
				continue // it takes nothing back
			}
			for _, r := range a.Recall.Portions {
				to[r] = to[r].Union(a.Statement.To)
			}
		}
	}
	var open []act.PortionRef
	for _, r := range refs {
		for m, has := range held {
			if m != n.self && has[viewRef(r)] && n.found.Members().Contains(m) && !to[r].Contains(m) {
				open = append(open, r)
				break
			}
		}
	}
	return open, nil
}

// recallsRun is for how many portions together it is asked which recalls there
// are: of each there is one for every reader.
const recallsRun = 16

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
