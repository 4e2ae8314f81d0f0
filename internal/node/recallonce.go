package node

import (
	"context"
	"maps"
	"slices"
	"strings"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// CodeAlready: it was taken back, or doubted, already.
const CodeAlready = "recall_already"

// filedDrafts returns the drafts beside reports that were filed and that the views
// do not show, some left out.
func (n *Node) filedDrafts(ctx context.Context, but map[string]bool) (out []section.Draft, err error) {
	cursor, err := n.views.Cursor(ctx)
	if err != nil {
		return nil, err
	}
	filed, err := n.log.FiledBehind(ctx, cursor, mostOnTheWay)
	if err != nil {
		return nil, err
	}
	var ids []string
	seen := map[string]bool{}
	for _, f := range filed {
		part := strings.Split(f.Ref, "/") // as releaseRef writes it
		if len(part) == 4 && part[0] == "release" && !seen[part[2]] && !but[part[2]] {
			seen[part[2]] = true
			ids = append(ids, part[2])
		}
	}
	for some := range slices.Chunk(ids, 500) {
		drafts, err := n.section.DraftsOf(ctx, some)
		if err != nil {
			return nil, err
		}
		for _, d := range drafts {
			if d.Kind != KindReport {
				out = append(out, d)
			}
		}
	}
	return out, nil
}

// waitingDrafts are filedDrafts, and before them those whose decisions are in any
// of some states.
func (n *Node) waitingDrafts(ctx context.Context, but map[string]bool, states ...section.DecisionState) (out []section.Draft, err error) {
	waiting, err := n.section.WaitingActs(ctx, states...)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	maps.Copy(seen, but)
	for _, d := range waiting {
		if !seen[d.ID] {
			seen[d.ID] = true
			out = append(out, d)
		}
	}
	filed, err := n.filedDrafts(ctx, seen)
	return append(out, filed...), err
}

// earlier is what a recall that was let go before says of some portions.
type earlier struct {
	kind     act.RecallKind
	reason   act.RecallReason
	portions map[act.PortionRef]bool
	right    map[act.ID]bool
	to       func(label.MemberID) bool
}

// reach orders what takes back by how much it says to one reader; 0 for what
// takes nothing back.
func reach(k act.RecallKind) int {
	return slices.Index([]act.RecallKind{act.RecallNarrowing, act.RecallWithdrawn, act.RecallCorrection}, k) + 1
}

// covers says whether an act adds nothing to it for a portion.
func (e *earlier) covers(r *act.Recall, m label.MemberID, p act.PortionRef) bool {
	if !e.portions[p] || !e.to(m) || e.reason != r.Reason || reach(e.kind) < reach(r.Kind) || (e.kind == act.RecallDoubt) != (r.Kind == act.RecallDoubt) {
		return false
	}
	return !slices.ContainsFunc(r.Replacements, func(x act.PortionRef) bool { return !e.right[x.Portion] })
}

// repeated refuses what takes back, or doubts, nothing that was not taken back,
// or doubted, before from the same readers, for the same reason and as far. A
// review may be said again, but not to carry out redress while it stands.
func (n *Node) repeated(ctx context.Context, r *Recall, s *speech, draft string) ([]act.Finding, error) {
	review := r.Redress != "" && r.Kind == act.RecallReview
	if reach(r.Kind) == 0 && r.Kind != act.RecallDoubt && !review || len(s.acts) == 0 {
		return nil, nil
	}
	before, err := n.recalledBefore(ctx, r, draft)
	if err != nil {
		return nil, err
	}
	for _, a := range s.acts {
		m := a.to.Minus(label.Members(n.self)).Slice()[0]
		for _, p := range a.act.Recall.Portions {
			if !slices.ContainsFunc(before, func(e earlier) bool { return e.covers(a.act.Recall, m, p) }) {
				return nil, nil
			}
		}
	}
	if r.Redress != "" {
		return finding(CodeAlready, "10", "rule 10: all who hold it were told already that it is %s; say so to who asked (entente redress answer %s), or give what is new: another reason, or what says it right", wordFor(r.Kind), r.Redress), nil
	}
	return finding(CodeAlready, "10", "rule 10: all who hold it were told already that it is %s, for this reason; entente recall list --from own shows who has followed; give another reason if there is one, or take back more", wordFor(r.Kind)), nil
}

func wordFor(k act.RecallKind) string {
	switch k {
	case act.RecallDoubt:
		return "in doubt"
	case act.RecallReview:
		return "under review"
	}
	return "withdrawn"
}

// recalledBefore returns what other own recalls say of the portions of one: those
// in force, and those that were filed and are not logged yet.
func (n *Node) recalledBefore(ctx context.Context, r *Recall, draft string) (out []earlier, err error) {
	// Of two that wait to leave neither stands back for the other.
	var let []section.DecisionState
	if draft == "" {
		let = []section.DecisionState{section.Approved, section.Leaving}
	}
	drafts, err := n.waitingDrafts(ctx, map[string]bool{draft: true}, let...)
	if err != nil {
		return nil, err
	}
	for _, d := range drafts {
		var x Recall
		if d.Kind != KindRecall || readStatement(d.Content, &x) != nil {
			continue
		}
		out = append(out, earlier{kind: x.Kind, reason: x.Reason, portions: refSet(x.Portions), right: refIDs(x.Replacements),
			to: func(m label.MemberID) bool { return x.Kind != act.RecallNarrowing || x.From.Contains(m) }})
	}
	if r.Kind == act.RecallReview {
		standing, err := n.reviewsStanding(ctx, r.Portions)
		return append(out, standing...), err
	}
	held, err := n.views.OwnRecalls(ctx, rawIDs(r.Portions))
	if err != nil {
		return nil, err
	}
	own := map[act.ID]bool{}
	for _, id := range r.IDs {
		own[id] = true
	}
	right := map[string]map[act.ID]bool{}
	for _, p := range r.Portions {
		list := held[rawID(p.Portion)]
		for i := range list {
			t := &list[i]
			if own[actID(t.ID)] || !t.About(p.Digest) {
				continue
			}
			if right[t.ID] == nil && len(r.Replacements) > 0 {
				if right[t.ID], err = n.replacedIn(ctx, t); err != nil {
					return nil, err
				}
			}
			out = append(out, earlier{kind: act.RecallKind(t.Kind), reason: act.RecallReason(t.Reason), portions: map[act.PortionRef]bool{p: true}, right: right[t.ID],
				to: func(m label.MemberID) bool { return slices.Contains(t.Recipients, string(m)) }})
		}
	}
	return out, nil
}

// reviewsStanding are the own reviews of portions that are under review still.
func (n *Node) reviewsStanding(ctx context.Context, refs []act.PortionRef) (out []earlier, err error) {
	said, err := n.views.RecallsOn(ctx, string(n.self), rawIDs(refs))
	if err != nil {
		return nil, err
	}
	standing, err := n.views.StandingOfPortions(ctx, viewRefs(refs))
	if err != nil {
		return nil, err
	}
	for _, x := range said {
		a, err := act.Parse(x.Act)
		if err != nil || a.Recall == nil || a.Recall.Kind != act.RecallReview {
			continue
		}
		still := slices.DeleteFunc(slices.Clone(a.Recall.Portions), func(p act.PortionRef) bool { return !standing[viewRef(p)].Review })
		out = append(out, earlier{kind: act.RecallReview, portions: refSet(still),
			to: func(m label.MemberID) bool { return slices.Contains(x.Recipients, string(m)) }})
	}
	return out, nil
}

// replacedIn returns the portions that an own recall names as right.
func (n *Node) replacedIn(ctx context.Context, t *viewdb.TakenFrom) (map[act.ID]bool, error) {
	s, err := n.views.Said(ctx, t.ID)
	if err != nil {
		return nil, err
	}
	a, err := act.Parse(s.Act)
	if err != nil || a.Recall == nil {
		return map[act.ID]bool{}, nil // the projection has parsed it
	}
	return refIDs(a.Recall.Replacements), nil
}
