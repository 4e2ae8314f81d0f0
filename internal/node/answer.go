package node

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// The kinds of drafts that become answers and closings.
const (
	KindAnswer  = "answer"
	KindClosing = "closing"
)

// Answer is an answer in the making. It holds the true state of each part,
// whatever leaves: the nation's own inspector reads it here.
type Answer struct {
	Request act.ID       `json:"request"`
	Parts   []AnswerPart `json:"parts"`
	// Alike: declined and no holding both leave as "nothing to give".
	Alike bool   `json:"alike,omitempty"`
	Note  string `json:"note,omitempty"`
	Final bool   `json:"final,omitempty"`
	// ID and Written are drawn when it is saved.
	ID      act.ID    `json:"id,omitempty"`
	Written time.Time `json:"written,omitzero"`
}

// AnswerPart is the answer to one part.
type AnswerPart struct {
	// Number is the part's place in the request, from 1.
	Number int             `json:"number"`
	State  act.AnswerState `json:"state"`
	// Portions are named by their ids, or all those of an own report that the
	// asker got, named by the draft that left or by the view, are meant; digests
	// are filled in.
	Portions []act.PortionRef `json:"portions,omitempty"`
	Report   string           `json:"report,omitempty"`
}

type answerKind struct{}

func (k answerKind) settle(ctx context.Context, n *Node, o section.Officer, raw []byte) ([]byte, []act.Finding, error) {
	var a Answer
	if err := readStatement(raw, &a); err != nil {
		return nil, nil, err
	}
	a.ID, a.Written = act.NewID(), n.minute()
	if err := n.fillAnswer(ctx, o, &a); err != nil {
		fs, err := refusals(err)
		return nil, fs, err
	}
	s, err := k.acts(ctx, n, &a)
	if err != nil || len(s.findings) > 0 {
		return nil, s.findings, err
	}
	settled, err := json.Marshal(a)
	return settled, nil, err
}

// checkParts refuses parts that are not those of a request with so many, each at
// most once.
func checkParts(parts []AnswerPart, of int) error {
	if len(parts) == 0 {
		return errAnswerParts
	}
	seen := map[int]bool{}
	for _, p := range parts {
		if p.Number < 1 || p.Number > of || seen[p.Number] {
			return fmt.Errorf("part %d of %d: %w", p.Number, of, errAnswerParts)
		}
		seen[p.Number] = true
	}
	return nil
}

// fillAnswer puts in the portions of the reports that are named, those that the
// asker still has.
func (n *Node) fillAnswer(ctx context.Context, o section.Officer, a *Answer) error {
	x, err := n.requestByID(ctx, string(a.Request))
	if err != nil {
		return err
	}
	asked, err := act.Parse(x.Act)
	if err != nil {
		return err
	}
	if err := checkParts(a.Parts, len(asked.Request.Parts)); err != nil {
		return err
	}
	of := make([]int, len(a.Parts)) // how many portions of each were named by themselves
	for i := range a.Parts {
		p := &a.Parts[i]
		of[i] = len(p.Portions)
		if p.Report == "" {
			continue
		}
		refs, err := n.ownReport(ctx, o, p.Report, label.MemberID(x.Originator))
		if err != nil {
			if r := new(act.Refusal); errors.As(err, &r) {
				return fmt.Errorf("part %d, report %s: %w", p.Number, shortened(p.Report), err)
			}
			return err
		}
		p.Portions = append(p.Portions, refs...)
	}
	given, err := n.givenTo(ctx, a, x.Originator)
	if err != nil {
		return err
	}
	for i := range a.Parts {
		p := &a.Parts[i]
		if p.Report == "" {
			continue
		}
		// What is left of it is meant.
		left := slices.DeleteFunc(slices.Clone(p.Portions[of[i]:]), func(r act.PortionRef) bool { _, ok := given[rawID(r.Portion)]; return !ok })
		if len(left) == 0 {
			return fmt.Errorf("part %d, report %s: %w", p.Number, p.Report, errNotGiven)
		}
		p.Portions, p.Report = append(p.Portions[:of[i]], left...), ""
	}
	return a.checkGiven(given)
}

// ownReport returns the portions of an own report that a member got: of a view, or
// of the view in which a released draft went to it. Refusals: errNotReport where
// none is here, errNotGiven where it went to others.
func (n *Node) ownReport(ctx context.Context, o section.Officer, id string, to label.MemberID) ([]act.PortionRef, error) {
	full, err := n.views.Get(ctx, id)
	if errors.Is(err, viewdb.ErrNotFound) {
		had, err := n.releasedAs(ctx, o, id)
		switch {
		case err != nil:
			return nil, err
		case had[to] == "":
			return nil, errNotGiven
		}
		if full, err = n.views.Get(ctx, string(had[to])); errors.Is(err, viewdb.ErrNotFound) {
			return nil, errNotGiven // taken back
		} else if err != nil {
			return nil, err
		}
	} else if err != nil {
		return nil, err
	}
	held, err := act.Parse(full.Act)
	switch {
	case err != nil:
		return nil, err
	case !full.Own:
		return nil, errNotReport
	case !held.Report.To.Contains(to):
		return nil, errNotGiven
	}
	return refsOf(held.Report.Portions), nil
}

// releasedAs says in which views a released draft of a report went to whom.
func (n *Node) releasedAs(ctx context.Context, o section.Officer, draft string) (map[label.MemberID]act.ID, error) {
	d, err := n.section.Draft(ctx, o, draft)
	switch {
	case errors.Is(err, section.ErrNotFound) || err == nil && d.Kind != KindReport:
		return nil, errNotReport
	case err != nil:
		return nil, err
	}
	switch err := n.arrived(ctx, d); {
	case errors.Is(err, errNotYet):
		return nil, errGivenLater
	case err != nil:
		return nil, err
	case d.State != section.Released:
		return nil, errNotGiven
	}
	return n.viewsOf(ctx, draft)
}

// givenTo returns those of the portions of an answer that the asker holds, with
// their digests.
func (n *Node) givenTo(ctx context.Context, a *Answer, asker string) (map[[16]byte][32]byte, error) {
	var ids [][16]byte
	for i := range a.Parts {
		ids = append(ids, rawIDs(a.Parts[i].Portions)...)
	}
	return n.views.GivenTo(ctx, asker, ids)
}

// checkGiven refuses what the asker does not hold, and puts in the digests of
// what it does.
func (a *Answer) checkGiven(given map[[16]byte][32]byte) error {
	for i := range a.Parts {
		for k := range a.Parts[i].Portions {
			r := &a.Parts[i].Portions[k]
			digest, ok := given[rawID(r.Portion)]
			switch {
			case !ok:
				return fmt.Errorf("part %d, portion %s: %w", a.Parts[i].Number, r.Portion, errNotGiven)
			case !r.Digest.IsZero() && r.Digest != act.Digest(digest):
				return fmt.Errorf("part %d, portion %s: %w", a.Parts[i].Number, r.Portion, act.ErrCitedDigest)
			}
			r.Digest = act.Digest(digest)
		}
	}
	return nil
}

func (k answerKind) speak(ctx context.Context, n *Node, d section.Draft) (*speech, error) {
	var a Answer
	if err := readStatement(d.Content, &a); err != nil {
		return nil, err
	}
	return k.acts(ctx, n, &a)
}

// acts makes the one act of an answer. Where refusal and lack are to look the
// same they have one state, and nothing else in the act hangs on which it was.
func (answerKind) acts(ctx context.Context, n *Node, a *Answer) (*speech, error) {
	s := new(speech)
	refuse := func(err error) { s.findings = append(s.findings, findingOf(err)) }
	x, err := n.requestByID(ctx, string(a.Request))
	if errors.Is(err, errNoRequest) {
		refuse(err)
		return s, nil
	}
	if err != nil {
		return nil, err
	}
	parsed, err := act.Parse(x.Act)
	if err != nil {
		return nil, err
	}
	switch {
	case x.Own:
		refuse(errAnswerOwn)
	case x.Over:
		refuse(errAnswerDoubt)
	case x.Closed || x.Lapsed:
		refuse(errEnded)
	case x.Final:
		refuse(errAnswerFinal)
	case x.Answers >= viewdb.MostAnswers:
		refuse(errAnswersMany)
	}
	if err := checkParts(a.Parts, len(parsed.Request.Parts)); err != nil {
		refuse(err)
		return s, nil
	}
	// It may have been taken back since it was written.
	given, err := n.givenTo(ctx, a, x.Originator)
	if err != nil {
		return nil, err
	}
	if err := a.checkGiven(given); err != nil {
		refuse(err)
		return s, nil
	}
	out := act.Answer{
		Statement: act.Statement{ID: a.ID, Written: a.Written, To: label.Members(n.self, label.MemberID(x.Originator))},
		Request:   actID(string(a.Request)), Note: a.Note, Final: a.Final,
	}
	for _, p := range a.Parts {
		state := p.State
		switch {
		case state == act.AnswerNothing:
			refuse(errTruth)
		case a.Alike && (state == act.AnswerDeclined || state == act.AnswerNoHolding):
			state = act.AnswerNothing
		}
		out.Parts = append(out.Parts, act.AnswerPart{Part: parsed.Request.Parts[p.Number-1].ID, State: state, Portions: p.Portions})
	}
	if x.Answers > 0 && len(s.findings) == 0 {
		same, err := n.saidLast(ctx, &out)
		if err != nil {
			return nil, err
		}
		if same {
			refuse(errAnswerSame)
			return s, nil
		}
	}
	s.add(act.BuildAnswer(out))
	return s, nil
}

// saidLast says whether the last answer to a request that counts says the same.
func (n *Node) saidLast(ctx context.Context, a *act.Answer) (bool, error) {
	said, err := n.views.RepliesTo(ctx, []string{string(a.Request)}, true)
	if err != nil {
		return false, err
	}
	var last *act.Answer
	for _, s := range said {
		if x, err := act.Parse(s.Act); err == nil && x.Answer != nil && x.Answer.ID != a.ID {
			last = x.Answer
		}
	}
	if last == nil || last.Note != a.Note || last.Final != a.Final {
		return false, nil
	}
	parts := func(x *act.Answer) []act.AnswerPart {
		return slices.SortedFunc(slices.Values(x.Parts), func(p, q act.AnswerPart) int { return cmp.Compare(p.Part, q.Part) })
	}
	return slices.EqualFunc(parts(last), parts(a), func(p, q act.AnswerPart) bool {
		return p.Part == q.Part && p.State == q.State && slices.Equal(p.Portions, q.Portions)
	}), nil
}

// Closing is a closing in the making.
type Closing struct {
	// Requests are the own requests that are closed, at least one; with All also
	// those that were asked together with them.
	Requests []act.ID           `json:"requests"`
	All      bool               `json:"all,omitempty"`
	Outcome  act.ClosingOutcome `json:"outcome"`
	Note     string             `json:"note,omitempty"`
	// IDs and Written are drawn when it is saved.
	IDs     []act.ID  `json:"ids,omitempty"`
	Written time.Time `json:"written,omitzero"`
}

type closingKind struct{}

func (k closingKind) settle(ctx context.Context, n *Node, _ section.Officer, raw []byte) ([]byte, []act.Finding, error) {
	var c Closing
	if err := readStatement(raw, &c); err != nil {
		return nil, nil, err
	}
	if c.All {
		if err := n.fillClosing(ctx, &c); err != nil {
			fs, err := refusals(err)
			return nil, fs, err
		}
	}
	c.Written, c.IDs = n.minute(), nil
	for range c.Requests {
		c.IDs = append(c.IDs, act.NewID())
	}
	s, err := k.acts(ctx, n, &c)
	if err != nil || len(s.findings) > 0 {
		return nil, s.findings, err
	}
	settled, err := json.Marshal(c)
	return settled, nil, err
}

// fillClosing adds those requests that were asked together with the ones named
// and are not closed.
func (n *Node) fillClosing(ctx context.Context, c *Closing) error {
	if len(c.Requests) > act.MaxRecipients {
		return errCloseMany
	}
	rows, err := n.requestsOf(ctx, c.Requests)
	if err != nil {
		return err
	}
	var at []int64
	named := map[act.ID]bool{}
	for id, x := range rows {
		named[id] = true
		at = append(at, x.Index)
	}
	drafts, err := n.draftsAt(ctx, at)
	if err != nil {
		return err
	}
	var more []act.ID
	for _, x := range rows {
		d, ok := drafts[x.Index]
		if !ok {
			continue
		}
		var r Request
		if err := readStatement(d.Content, &r); err != nil {
			return err
		}
		for _, a := range r.Asked {
			if !named[a.ID] {
				named[a.ID] = true
				more = append(more, a.ID)
			}
		}
	}
	slices.Sort(more)
	together, err := n.requestsOf(ctx, more[:min(len(more), 500)])
	if err != nil {
		return err
	}
	for _, id := range more {
		if x, ok := together[id]; ok && !x.Closed {
			c.Requests = append(c.Requests, id)
		}
	}
	c.All = false
	return nil
}

func (k closingKind) speak(ctx context.Context, n *Node, d section.Draft) (*speech, error) {
	var c Closing
	if err := readStatement(d.Content, &c); err != nil {
		return nil, err
	}
	return k.acts(ctx, n, &c)
}

// acts makes one act for each member that was asked.
func (closingKind) acts(ctx context.Context, n *Node, c *Closing) (*speech, error) {
	s := new(speech)
	refuse := func(err error) { s.findings = append(s.findings, findingOf(err)) }
	if len(c.Requests) == 0 || len(c.Requests) > act.MaxRecipients || len(c.IDs) != len(c.Requests) {
		refuse(errCloseMany)
		return s, nil
	}
	rows, err := n.requestsOf(ctx, c.Requests)
	if err != nil {
		return nil, err
	}
	for i, id := range c.Requests {
		x, ok := rows[id]
		switch {
		case !ok:
			refuse(errNoRequest)
			return s, nil
		case !x.Own:
			refuse(errCloseOther)
		case x.Closed:
			refuse(errClosed)
		}
		s.add(act.BuildClosing(act.Closing{Statement: act.Statement{ID: c.IDs[i], Written: c.Written, To: label.Members(n.self, label.MemberID(x.Member))},
			Request: actID(string(id)), Outcome: c.Outcome, Note: c.Note}))
	}
	return s, nil
}
