package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"time"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// KindRecall is the kind of a draft that becomes recall acts.
const KindRecall = "recall"

// Recall is a recall in the making, as an officer writes it (spec/recall.md).
type Recall struct {
	Kind   act.RecallKind   `json:"kind"`
	Reason act.RecallReason `json:"reason,omitempty"`
	// Report names a released own draft, or a view that is here: its portions,
	// those with the Numbers from 1 where there are any, are meant.
	Report   string           `json:"report,omitempty"`
	Numbers  []int            `json:"numbers,omitempty"`
	Portions []act.PortionRef `json:"portions,omitempty"`
	// ReplacedBy names the released own draft that a correction says it right in.
	ReplacedBy string `json:"replaced_by,omitempty"`
	// ToFollow says that what is right is not released yet, and follows.
	ToFollow     bool             `json:"to_follow,omitempty"`
	Replacements []act.PortionRef `json:"replacements,omitempty"`
	Text         string           `json:"text,omitempty"`
	// From are those who are to have it no more; of a narrowing alone.
	From label.MemberSet `json:"from,omitzero"`
	// Redress is the id of a received request that this carries out: its portions,
	// those with the Numbers where there are any, are meant. It leaves in no act.
	Redress act.ID    `json:"redress,omitempty"`
	Written time.Time `json:"written,omitzero"`
	// Waits are released own drafts that had not reached the log when it was
	// written: it leaves when they have (spec/recall.md, "On its way").
	Waits []string `json:"waits,omitempty"`
	// IDs are those of the acts, by reader, drawn when it is saved.
	IDs map[label.MemberID]act.ID `json:"ids,omitempty"`
}

// Codes of findings on recalls.
const (
	// CodeNotOwn: it is another's material, of which one may doubt alone.
	CodeNotOwn = "recall_not_own"
	// CodeNobody: no member got it.
	CodeNobody = "recall_nobody"
	// CodeNoPortion: no such portion, report or draft is here.
	CodeNoPortion = "recall_no_portion"
)

func finding(code, rule, format string, args ...any) []act.Finding {
	return []act.Finding{{Code: code, Rule: rule, Text: fmt.Sprintf(format, args...)}}
}

type recallKind struct{}

func (k recallKind) settle(ctx context.Context, n *Node, o section.Officer, raw []byte) ([]byte, []act.Finding, error) {
	var r Recall
	if err := readStatement(raw, &r); err != nil {
		return nil, nil, err
	}
	if fs, err := n.fillRecall(ctx, o, &r); err != nil || len(fs) > 0 {
		return nil, fs, err
	}
	s, err := k.acts(ctx, n, &r, "")
	switch {
	case errors.Is(err, errNotYet): // whom it reaches is known when it leaves
	case err != nil || len(s.findings) > 0:
		return nil, s.findings, err
	}
	settled, err := json.Marshal(r)
	return settled, nil, err
}

// fillRecall puts in the portions of what is named, with their digests.
func (n *Node) fillRecall(ctx context.Context, o section.Officer, r *Recall) ([]act.Finding, error) {
	if fs := n.judgeNamed(r); len(fs) > 0 {
		return fs, nil
	}
	var whole []act.PortionRef
	r.Written, r.Waits = n.now().UTC().Truncate(time.Minute), nil
	r.IDs = map[label.MemberID]act.ID{}
	for m := range n.found.Members().Minus(label.Members(n.self)).All() {
		r.IDs[m] = act.NewID()
	}
	if r.Redress != "" {
		if fs, err := n.fillCarried(ctx, r); err != nil || len(fs) > 0 {
			return fs, err
		}
	}
	if r.Report != "" {
		refs, waits, err := n.portionsIn(ctx, o, r.Report)
		if errors.Is(err, viewdb.ErrNotFound) || errors.Is(err, section.ErrNotFound) {
			return finding(CodeNoPortion, "", "nothing that was released or received has the id %s; name a released draft, or a report that is here", shortened(r.Report)), nil
		}
		if err != nil {
			return nil, err
		}
		if waits {
			r.Waits = append(r.Waits, r.Report)
		}
		picked, fs := chosen(refs, r.Numbers)
		if len(fs) > 0 {
			return fs, nil
		}
		whole = append(whole, refs...)
		r.Portions = append(r.Portions, picked...)
		r.Report, r.Numbers = "", nil
	}
	if fs, err := n.fillReplaced(ctx, o, r, whole); err != nil || len(fs) > 0 {
		return fs, err
	}
	if len(r.Portions) == 0 || len(r.Portions) > act.MaxCites || len(r.Replacements) > act.MaxCites {
		return finding(act.ErrTooMany.Code, "", "a recall is of 1 to %d portions, and has as many replacements at most; divide it", act.MaxCites), nil
	}
	return nil, n.fillDigests(ctx, r.Portions, r.Replacements)
}

// fillDigests adds the digests of portions that were named by id alone.
func (n *Node) fillDigests(ctx context.Context, lists ...[]act.PortionRef) error {
	for _, refs := range lists {
		for i := range refs {
			if !refs[i].Digest.IsZero() {
				continue
			}
			k, ok, err := n.statedHere(ctx, refs[i].Portion)
			if err != nil {
				return err
			}
			if ok {
				refs[i].Digest = act.Digest(k.Digest)
			}
		}
	}
	return nil
}

// heldAs says which of the portions are here under the digests that are named.
func (n *Node) heldAs(ctx context.Context, portions []viewdb.Portion) (map[[16]byte]bool, error) {
	known, err := n.views.Known(ctx, portions)
	if err != nil {
		return nil, err
	}
	out := map[[16]byte]bool{}
	for by, k := range known {
		for i := range portions {
			if portions[i].ID == by.ID && portions[i].Digest == k.Digest {
				out[by.ID] = true
			}
		}
	}
	return out, nil
}

// statedHere returns how the portion that has an id was first stated, by this
// member before all others.
func (n *Node) statedHere(ctx context.Context, id act.ID) (first viewdb.Stated, ok bool, err error) {
	known, err := n.views.Known(ctx, []viewdb.Portion{{ID: rawID(id)}})
	if err != nil {
		return first, false, err
	}
	for by, k := range known {
		if by.ID != rawID(id) {
			continue
		}
		if by.Originator == string(n.self) {
			return k, true, nil
		}
		if !ok || k.Index < first.Index {
			first, ok = k, true
		}
	}
	return first, ok, nil
}

// portionsIn returns the portions of a released own draft, of a view that is
// here, or the one portion that has the id; waits says that the draft was let go
// and has not come back by the log.
func (n *Node) portionsIn(ctx context.Context, o section.Officer, id string) (refs []act.PortionRef, waits bool, err error) {
	full, err := n.views.Withdrawn(ctx, id)
	switch {
	case err == nil:
		a, err := act.Parse(full.Act)
		if err != nil {
			return nil, false, err
		}
		return refsOf(a.Report.Portions), false, nil
	case !errors.Is(err, viewdb.ErrNotFound):
		return nil, false, err
	}
	if k, ok, err := n.statedHere(ctx, act.ID(id)); err != nil {
		return nil, false, err
	} else if ok {
		return []act.PortionRef{{Portion: act.ID(id), Digest: act.Digest(k.Digest)}}, false, nil
	}
	d, err := n.section.Draft(ctx, o, id)
	if err != nil {
		return nil, false, err
	}
	if d.Kind != KindReport {
		return nil, false, viewdb.ErrNotFound
	}
	switch err := n.arrived(ctx, d); {
	case errors.Is(err, errNotYet):
		waits = true
	case err != nil:
		return nil, false, err
	case d.State != section.Released:
		return nil, false, viewdb.ErrNotFound
	}
	draft, err := ParseDraft(d.Content)
	if err != nil {
		return nil, false, err
	}
	portions, err := act.NewPortions(draft.leaving())
	return refsOf(portions), waits, err
}

func refsOf(portions []act.Portion) []act.PortionRef {
	refs := make([]act.PortionRef, len(portions))
	for i := range portions {
		refs[i] = act.PortionRef{Portion: portions[i].ID, Digest: portions[i].Digest}
	}
	return refs
}

// arrived refuses with errNotYet what was let go and has not come back by the
// log, and nothing else: a draft that is not released has nowhere to arrive.
func (n *Node) arrived(ctx context.Context, d section.Draft) error {
	if d.State == section.Released {
		_, err := n.viewsOf(ctx, d.ID)
		return err
	}
	if d.Decision == "" {
		return nil
	}
	if leaves, err := n.section.Leaves(ctx, d.Decision); err != nil || !leaves {
		return err
	}
	return errNotYet
}

// allArrived is arrived for the drafts that a recall waits for.
func (n *Node) allArrived(ctx context.Context, ids []string) error {
	drafts, err := n.section.DraftsOf(ctx, ids)
	if err != nil {
		return err
	}
	for _, d := range drafts {
		if err := n.arrived(ctx, d); err != nil {
			return fmt.Errorf("what is recalled is on its way: %w", err)
		}
	}
	return nil
}

func (k recallKind) speak(ctx context.Context, n *Node, d section.Draft) (*speech, error) {
	var r Recall
	if err := readStatement(d.Content, &r); err != nil {
		return nil, err
	}
	return k.acts(ctx, n, &r, d.ID)
}

// acts makes one act for each member that holds any of the portions, with those
// that it holds: nothing in it tells of other readers or views. draft names the
// draft, empty where there is none yet.
func (recallKind) acts(ctx context.Context, n *Node, r *Recall, draft string) (*speech, error) {
	s := &speech{withholds: r.Kind.Withholds()}
	if err := n.allArrived(ctx, r.Waits); err != nil {
		return nil, err
	}
	has, fs, err := n.holders(ctx, r)
	if err != nil || len(fs) > 0 {
		s.findings = fs
		return s, err
	}
	right, err := n.gotFrom(ctx, r.Replacements)
	if err != nil {
		return s, err
	}
	for _, m := range n.found.Members().Minus(label.Members(n.self)).Slice() {
		mine := only(r.Portions, has[m])
		if len(mine) == 0 || r.Kind == act.RecallNarrowing && !r.From.Contains(m) {
			continue
		}
		s.add(act.BuildRecall(act.Recall{
			Statement: act.Statement{ID: r.IDs[m], Written: r.Written, To: label.Members(n.self, m)},
			Kind:      r.Kind, Reason: r.Reason, Portions: mine, Replacements: only(r.Replacements, right[m]), Text: r.Text,
		}))
	}
	if len(s.acts)+len(s.findings) == 0 {
		s.findings = nobodyHolds(r.From)
	}
	if len(s.findings) == 0 {
		s.findings, err = n.repeated(ctx, r, s, draft)
	}
	return s, err
}

// shortened bounds what was handed in where it is told again.
func shortened(s string) string { return s[:min(len(s), 64)] }

// only returns those of the references whose portions are in a set.
func only(refs []act.PortionRef, in map[viewdb.Ref]bool) (out []act.PortionRef) {
	for _, r := range refs {
		if in[viewRef(r)] {
			out = append(out, r)
		}
	}
	return out
}

// gotFrom says which members got which of some portions in own views.
func (n *Node) gotFrom(ctx context.Context, refs []act.PortionRef) (map[label.MemberID]map[viewdb.Ref]bool, error) {
	held, err := n.views.HeldBy(ctx, rawIDs(refs))
	if err != nil {
		return nil, err
	}
	return byReader(held), nil
}

// byReader sorts what is held by who got it. Another member may have used one of
// the ids for a portion of its own: each is named by its digest as well.
func byReader(held []viewdb.Held) map[label.MemberID]map[viewdb.Ref]bool {
	out := map[label.MemberID]map[viewdb.Ref]bool{}
	for _, h := range held {
		for _, m := range h.Recipients {
			set := out[label.MemberID(m)]
			if set == nil {
				set = map[viewdb.Ref]bool{}
				out[label.MemberID(m)] = set
			}
			set[heldRef(&h)] = true
		}
	}
	return out
}

func heldRef(h *viewdb.Held) viewdb.Ref {
	return viewdb.Ref{ID: h.Portion.ID, Digest: h.Portion.Digest}
}

func rawIDs(refs []act.PortionRef) [][16]byte {
	out := make([][16]byte, len(refs))
	for i := range refs {
		out[i] = rawID(refs[i].Portion)
	}
	return out
}

// viewRefs returns the references as the views have them.
func viewRefs(refs []act.PortionRef) []viewdb.Ref {
	out := make([]viewdb.Ref, len(refs))
	for i := range refs {
		out[i] = viewRef(refs[i])
	}
	return out
}

func viewRef(r act.PortionRef) viewdb.Ref {
	return viewdb.Ref{ID: rawID(r.Portion), Digest: r.Digest}
}

// holders says which members hold which of the portions of a recall, as far as
// this node can know, and what stands against its being said here.
func (n *Node) holders(ctx context.Context, r *Recall) (map[label.MemberID]map[viewdb.Ref]bool, []act.Finding, error) {
	ids := rawIDs(r.Portions)
	own, err := n.views.HeldBy(ctx, ids)
	if err != nil {
		return nil, nil, err
	}
	got, err := n.views.Got(ctx, ids)
	if err != nil {
		return nil, nil, err
	}
	ours, theirs := map[viewdb.Ref]bool{}, map[viewdb.Ref]bool{}
	for i := range own {
		ours[heldRef(&own[i])] = true
	}
	for i := range got {
		h := &got[i]
		theirs[heldRef(h)] = true
		h.Recipients = append(h.Recipients, h.Originator)
	}
	refs := viewRefs(r.Portions)
	mayHold, err := n.views.HeldFor(ctx, string(n.self), refs)
	if err != nil {
		return nil, nil, err
	}
	for i, ref := range refs {
		switch {
		case ours[ref]:
		case !theirs[ref]:
			return nil, finding(CodeNoPortion, "", "portion %s is not here; name what was released or received", r.Portions[i].Portion), nil
		case r.Kind == act.RecallDoubt || r.Kind == act.RecallCleared || mayHold[ref] && r.Kind != act.RecallReview:
		default:
			return nil, finding(CodeNotOwn, "10", "rule 10: portion %s is another's: its originator alone can take it back; say that you doubt it (--kind doubt), or ask its originator", r.Portions[i].Portion), nil
		}
	}
	all := byReader(own)
	for m, set := range byReader(got) {
		if all[m] == nil {
			all[m] = map[viewdb.Ref]bool{}
		}
		maps.Copy(all[m], set)
	}
	delete(all, n.self)
	return all, nil, nil
}

// Issued is a recall, or an acknowledgement, that was let go or put up.
type Issued struct {
	Decision section.Decision
	Drafts   []string
	// Acts are what leaves, and to whom.
	Acts []PlannedAct
	// Waits: what is recalled is on its way itself, and the recall leaves right
	// after it has arrived, to all whom it has reached by then.
	Waits bool
}

// IssueRecall lets a recall go by one officer with the release role, before all
// else (spec/recall.md).
//
// Errors: *Refused with all findings, those of the section.
func (n *Node) IssueRecall(ctx context.Context, o section.Officer, r Recall) (*Issued, error) {
	if !r.Kind.Withholds() {
		return nil, &Refused{finding(act.ErrValue.Code, "6", "rule 6: %q takes nothing back, so that one officer cannot say it alone; clear it with a second person (entente recall clear)", r.Kind)}
	}
	raw, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	return n.withhold(ctx, o, section.OpRecall, KindRecall, raw)
}

// withhold settles and lets go what gives nobody anything.
func (n *Node) withhold(ctx context.Context, o section.Officer, op section.Op, kind string, raw []byte) (*Issued, error) {
	if err := n.section.Authorise(ctx, o, op, ""); err != nil {
		return nil, err
	}
	settled, findings, err := statementKinds[kind].settle(ctx, n, o, raw)
	if err != nil {
		return nil, err
	}
	if len(findings) > 0 {
		return nil, &Refused{findings}
	}
	plan, s, err := n.planStatement(ctx, section.Draft{Kind: kind, Content: settled})
	waits := errors.Is(err, errNotYet)
	if waits {
		plan, s, err = new(Plan), new(speech), nil
	}
	if err != nil {
		return nil, err
	}
	if len(plan.Findings) > 0 {
		return nil, &Refused{plan.Findings}
	}
	d, drafts, err := n.section.Withhold(ctx, o, op, section.Withheld{Content: section.Content{Kind: kind, Bytes: settled}, Plan: s.digest()})
	if err != nil {
		return nil, err
	}
	n.hurry()
	return &Issued{Decision: d, Drafts: drafts, Acts: plan.Acts, Waits: waits}, nil
}

// PutUp saves a statement of an officer and puts it up for another to let go.
// Errors: those of SaveStatement and Prepare, ErrOnItsWay.
func (n *Node) PutUp(ctx context.Context, o section.Officer, kind string, content any) (*Issued, error) {
	raw, err := json.Marshal(content)
	if err != nil {
		return nil, err
	}
	draft, err := n.SaveStatement(ctx, o, kind, "", "", raw)
	if err != nil {
		return nil, err
	}
	plan, _, err := n.planStatement(ctx, draft)
	if errors.Is(err, errNotYet) {
		return nil, ErrOnItsWay
	}
	if err != nil {
		return nil, err
	}
	d, err := n.Prepare(ctx, o, []string{draft.ID}, "")
	if err != nil {
		return nil, err
	}
	return &Issued{Decision: d, Drafts: []string{draft.ID}, Acts: plan.Acts}, nil
}
