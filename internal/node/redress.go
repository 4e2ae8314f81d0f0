package node

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// redressDays is by when an answer is wanted when its asker does not say: the
// charter has no date for it (spec/redress.md, "Who asks whom").
const redressDays = 30

// Redress is a request for redress in the making, as a data-protection officer
// writes it (spec/redress.md). What it passes on stands here alone, and leaves in
// no act.
type Redress struct {
	Ask        act.RedressAsk      `json:"ask,omitempty"`
	Reason     act.RedressReason   `json:"reason,omitempty"`
	Text       string              `json:"text,omitempty"`
	LegalBasis string              `json:"legal_basis,omitempty"`
	For        act.RedressFor      `json:"for,omitempty"` // member when empty
	Identity   act.RedressIdentity `json:"identity,omitempty"`
	Due        time.Time           `json:"due,omitzero"`
	MayPass    bool                `json:"may_pass,omitempty"`
	// Report names a view that is here, a released own draft, or a portion: its
	// portions, those with the Numbers from 1 where there are any, are meant.
	Report   string           `json:"report,omitempty"`
	Numbers  []int            `json:"numbers,omitempty"`
	Portions []act.PortionRef `json:"portions,omitempty"`
	// Passes is the id of a received request that is passed on: the portions that
	// it rests on are meant, those of To where they have several originators.
	Passes act.ID `json:"passes,omitempty"`
	// To is the originator of the portions.
	To label.MemberID `json:"to,omitempty"`
	// ID and Written are drawn when it is saved.
	ID      act.ID    `json:"id,omitempty"`
	Written time.Time `json:"written,omitzero"`
}

// Codes of findings on redress, all by rule 22; those that the views judge by are
// in spec/redress.md.
const (
	// CodeRedressNone: no such request is here.
	CodeRedressNone = "redress_none"
	// CodeRedressNotHere: this member does not hold what it is about.
	CodeRedressNotHere = "redress_not_here"
	// CodeRedressDivide: it is about portions of several originators.
	CodeRedressDivide = "redress_divide"
	// CodeRedressRepeated: the same was asked and is not answered yet.
	CodeRedressRepeated = "redress_repeated"
	// CodeRedressBudget: beyond the day's budget.
	CodeRedressBudget = "redress_budget"
	// CodeRedressNothing: what it is about rests on no other member's portion.
	CodeRedressNothing = "redress_nothing_cited"
	// CodeRedressWords: its asker's words may not be passed on.
	CodeRedressWords = "redress_words"
	// CodeRedressOwn: only who was asked answers, and only what was received is
	// passed on or carried out.
	CodeRedressOwn = "redress_own"
	// CodeRedressNotDone: what is to be granted has not been done.
	CodeRedressNotDone = "redress_not_done"
	// CodeRedressDoubt: a request that has no standing is refused, or left.
	CodeRedressDoubt = "redress_doubt"
	// CodeRedressAnswered: it was granted before.
	CodeRedressAnswered = "redress_answered"
)

// on22 is a finding by rule 22.
func on22(code, format string, args ...any) []act.Finding {
	return finding(code, "22", "rule 22: "+format, args...)
}

type redressKind struct{}

func (k redressKind) settle(ctx context.Context, n *Node, o section.Officer, raw []byte) ([]byte, []act.Finding, error) {
	var r Redress
	if err := readStatement(raw, &r); err != nil {
		return nil, nil, err
	}
	r.Written, r.ID = n.minute(), act.NewID()
	if fs, err := n.fillRedress(ctx, o, &r); err != nil || len(fs) > 0 {
		return nil, fs, err
	}
	s, err := k.acts(ctx, n, &r)
	if err != nil || len(s.findings) > 0 {
		return nil, s.findings, err
	}
	settled, err := json.Marshal(r)
	return settled, nil, err
}

// fillRedress puts in the portions, their originator, and what follows from a
// request that is passed on.
func (n *Node) fillRedress(ctx context.Context, o section.Officer, r *Redress) ([]act.Finding, error) {
	if r.Passes != "" {
		if fs, err := n.fillPassed(ctx, r); err != nil || len(fs) > 0 {
			return fs, err
		}
	}
	if r.For == "" {
		r.For = act.ForMember
	}
	if r.Due.IsZero() {
		r.Due = r.Written.Add(redressDays * 24 * time.Hour)
	}
	if r.Report != "" {
		refs, waits, err := n.portionsIn(ctx, o, r.Report)
		if err == nil && waits {
			err = ErrOnItsWay
		}
		if notThere(err) {
			return on22(CodeRedressNotHere, "nothing that this member holds has the id %s; redress is asked of what one holds", shortened(r.Report)), nil
		}
		if err != nil {
			return nil, err
		}
		picked, fs := chosen(refs, r.Numbers)
		if len(fs) > 0 {
			return fs, nil
		}
		r.Portions = append(r.Portions, picked...)
		r.Report, r.Numbers = "", nil
	}
	if len(r.Portions) == 0 || len(r.Portions) > act.MaxCites {
		return finding(act.ErrTooMany.Code, "", "redress is asked of 1 to %d portions; divide it", act.MaxCites), nil
	}
	if err := n.fillDigests(ctx, r.Portions); err != nil {
		return nil, err
	}
	firsts, err := n.firstFrom(ctx, rawIDs(r.Portions))
	if err != nil {
		return nil, err
	}
	for _, p := range r.Portions {
		f, ok := firsts[rawID(p.Portion)]
		switch {
		case !ok || f.digest != p.Digest:
			return on22(CodeRedressNotHere, "portion %s is not here, or under another digest; redress is asked of what one holds", p.Portion), nil
		case r.To == "":
			r.To = f.from
		case r.To != f.from:
			return on22(CodeRedressDivide, "it is about portions of %s and of %s: ask each by a request of its own (--number)", r.To, f.from), nil
		}
	}
	return nil, nil
}

// chosen picks references by their numbers from 1; all without any.
func chosen(refs []act.PortionRef, numbers []int) ([]act.PortionRef, []act.Finding) {
	if len(numbers) == 0 {
		return refs, nil
	}
	var out []act.PortionRef
	for _, k := range numbers {
		if k < 1 || k > len(refs) {
			return nil, finding(act.ErrValue.Code, "", "portion %d: there are %d; name them from 1", k, len(refs))
		}
		if !slices.Contains(out, refs[k-1]) {
			out = append(out, refs[k-1])
		}
	}
	return out, nil
}

// first is in whose view a portion came here first, and under which digest: that
// member is its originator for who holds it (spec/act.md, "recall").
type first struct {
	from   label.MemberID
	digest act.Digest
	view   string
}

// firstFrom says of portions that are here whose they are.
func (n *Node) firstFrom(ctx context.Context, ids [][16]byte) (map[[16]byte]first, error) {
	own, err := n.views.HeldBy(ctx, ids)
	if err != nil {
		return nil, err
	}
	got, err := n.views.Got(ctx, ids)
	if err != nil {
		return nil, err
	}
	at := map[[16]byte]int64{}
	out := map[[16]byte]first{}
	for _, h := range append(own, got...) {
		if i, ok := at[h.Portion.ID]; ok && i <= h.Index {
			continue
		}
		at[h.Portion.ID] = h.Index
		out[h.Portion.ID] = first{label.MemberID(h.Originator), act.Digest(h.Portion.Digest), h.View}
	}
	return out, nil
}

// classesOf are those of portions that are here.
func (n *Node) classesOf(ctx context.Context, refs []act.PortionRef) ([]label.ClassRef, error) {
	firsts, err := n.firstFrom(ctx, rawIDs(refs))
	if err != nil {
		return nil, err
	}
	var out []label.ClassRef
	read := map[string]bool{}
	for _, p := range refs {
		f, ok := firsts[rawID(p.Portion)]
		if !ok || read[f.view] {
			continue
		}
		read[f.view] = true
		full, err := n.views.Withdrawn(ctx, f.view)
		if err != nil {
			if notThere(err) {
				continue // it has ended: nothing of it is told by its id
			}
			return nil, err
		}
		a, err := act.Parse(full.Act)
		if err != nil {
			return nil, err
		}
		for i := range a.Report.Portions {
			q := &a.Report.Portions[i]
			if slices.ContainsFunc(refs, func(r act.PortionRef) bool { return r.Portion == q.ID }) {
				out = append(out, label.ClassRef{Policy: q.Label.Policy, Class: q.Label.Class})
			}
		}
	}
	return out, nil
}

func (k redressKind) speak(ctx context.Context, n *Node, d section.Draft) (*speech, error) {
	var r Redress
	if err := readStatement(d.Content, &r); err != nil {
		return nil, err
	}
	return k.acts(ctx, n, &r)
}

// acts makes the one act, to the originator alone.
func (redressKind) acts(ctx context.Context, n *Node, r *Redress) (*speech, error) {
	s := new(speech)
	if !n.found.Members().Contains(r.To) {
		s.findings = append(s.findings, findingOf(n.noMembers(errStranger, label.Members(r.To))))
		return s, nil
	}
	s.add(act.BuildRedress(act.Redress{
		Statement: act.Statement{ID: r.ID, Written: r.Written, To: label.Members(n.self, r.To)},
		Ask:       r.Ask, Portions: r.Portions, Reason: r.Reason, Text: r.Text, LegalBasis: r.LegalBasis,
		For: r.For, Identity: r.Identity, Due: r.Due, MayPass: r.MayPass,
	}))
	var err error
	if s.classes, err = n.classesOf(ctx, r.Portions); err != nil {
		return nil, err
	}
	today, err := n.views.RedressOn(ctx, string(n.self), dayOf(n.now().Unix()))
	if err != nil {
		return nil, err
	}
	if today >= viewdb.MaxRedressDay {
		s.findings = append(s.findings, on22(CodeRedressBudget, "the day's budget of %d requests for redress is used up; ask tomorrow, or of several portions at once", viewdb.MaxRedressDay)...)
	}
	open, err := n.views.Redresses(ctx, viewdb.RedressQuery{Asked: true, Open: true, About: rawIDs(r.Portions), Limit: 500})
	if err != nil {
		return nil, err
	}
	subject := viewdb.RedressSubject(string(r.Ask), rowsOf(r.Portions))
	for _, x := range open {
		a, err := act.Parse(x.Act)
		if err != nil || x.ID == string(r.ID) || x.Member != string(r.To) {
			continue
		}
		if viewdb.RedressSubject(x.Ask, rowsOf(a.Redress.Portions)) == subject {
			s.findings = append(s.findings, on22(CodeRedressRepeated, "the same was asked by %s and is not answered yet; wait for the answer, and ask anew if it is refused", x.ID)...)
			break
		}
	}
	return s, nil
}

// rowsOf are portions as the views hold them.
func rowsOf(refs []act.PortionRef) []viewdb.Portion {
	out := make([]viewdb.Portion, len(refs))
	for i := range refs {
		out[i] = refRow(refs[i])
	}
	return out
}

// redressRows puts what acts on redress say into the row of their statement.
func redressRows(o *opened, a act.Act, row *viewdb.Said) {
	switch from := o.h.Originator; {
	case a.Redress != nil:
		r := a.Redress
		row.Redress = &viewdb.Redress{Member: otherOrSelf(r.To, from), Ask: string(r.Ask), Day: dayOf(o.h.Time), Due: r.Due.Unix(), Portions: rowsOf(r.Portions)}
	case a.RedressAnswer != nil:
		r := a.RedressAnswer
		row.RedressAnswer = &viewdb.RedressAnswer{Redress: string(r.Redress), Asker: otherOrSelf(r.To, from), Outcome: string(r.Outcome), Portions: rowsOf(r.Portions)}
	}
}

// judgedBefore puts in how the requests for redress among the leaves of a run, from
// log index first on, were judged when views that are forgotten were still here.
func (n *Node) judgedBefore(ctx context.Context, leaves []opened, first int64) error {
	judged, err := n.log.RedressJudged(ctx, first, first+int64(len(leaves)))
	if err != nil || len(judged) == 0 {
		return err
	}
	for i := range leaves {
		o := &leaves[i]
		if not, ok := judged[o.index]; ok && o.said != nil && o.said.Redress != nil {
			o.said.Redress.NotHolder = &not
		}
	}
	return nil
}

// otherOrSelf is the reader of a statement beside its originator, who is its only
// reader where it asks itself; empty when it claims other readers than its own.
func otherOrSelf(to label.MemberSet, originator label.MemberID) string {
	if to.Equal(label.Members(originator)) {
		return string(originator)
	}
	return other(to, originator)
}

// receivedRedress returns a request that this member is asked. Findings say why
// there is none.
func (n *Node) receivedRedress(ctx context.Context, id act.ID) (row viewdb.AskedRedress, r *act.Redress, fs []act.Finding, err error) {
	rows, err := n.views.Redresses(ctx, viewdb.RedressQuery{ID: string(id)})
	if err != nil {
		return row, nil, nil, err
	}
	if len(rows) == 0 {
		return row, nil, on22(CodeRedressNone, "no request for redress has the id %s here; entente redress list shows them", shortened(string(id))), nil
	}
	row = rows[0]
	if row.Member != string(n.self) {
		return row, nil, on22(CodeRedressOwn, "this member asks it, and %s answers it", row.Member), nil
	}
	a, err := act.Parse(row.Act)
	return row, a.Redress, nil, err
}

// AskRedress writes a request for redress and puts it up for an officer with the
// release role. Errors: *Refused with all findings, those of the section.
func (n *Node) AskRedress(ctx context.Context, o section.Officer, r Redress) (*Issued, error) {
	return n.PutUp(ctx, o, section.KindRedress, r)
}

// AnswerRedress writes an answer and puts it up likewise.
func (n *Node) AnswerRedress(ctx context.Context, o section.Officer, a RedressAnswer) (*Issued, error) {
	return n.PutUp(ctx, o, section.KindRedressAnswer, a)
}

// ReadRedress reads what an officer wrote on redress, strictly, into a *Redress
// or a *RedressAnswer. Errors: ErrDraft.
func ReadRedress(raw []byte, into any) error { return readStatement(raw, into) }
