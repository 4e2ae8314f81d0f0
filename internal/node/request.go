package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// KindRequest is the kind of a draft that becomes requests.
const KindRequest = "request"

// Request is a request in the making, as an officer writes it. It leaves as one
// act for each member that is asked; which belong together, and when an answer
// is wanted, stands here alone and leaves in none.
type Request struct {
	Title       string               `json:"title,omitempty"`
	Purpose     string               `json:"purpose"`
	LegalBasis  string               `json:"legal_basis"`
	Requirement string               `json:"requirement,omitempty"`
	About       act.RequestAbout     `json:"about,omitempty"` // matter when empty
	Decision    *act.RequestDecision `json:"decision,omitempty"`
	// NobodyDetained states that it asks about nobody who is detained, although
	// it speaks of detention.
	NobodyDetained bool      `json:"nobody_detained,omitempty"`
	LTIOV          time.Time `json:"ltiov"`
	// WantedBy is when the asker wants the answer. It leaves the node in nothing.
	WantedBy time.Time `json:"wanted_by,omitzero"`
	// Policy and Class mark the request; the centre's common policy when empty.
	Policy label.PolicyID `json:"policy,omitempty"`
	Class  label.Class    `json:"class"`
	Parts  []string       `json:"parts,omitempty"`
	// To are the members that are asked. A request that joins another goes to
	// the asker of that one.
	To    label.MemberSet `json:"to,omitzero"`
	Joins act.ID          `json:"joins,omitempty"`
	// Asked, By and Written are drawn when it is saved. By is the officer who
	// wrote it last.
	Asked   []Asked   `json:"asked,omitempty"`
	By      string    `json:"by,omitempty"`
	Written time.Time `json:"written,omitzero"`
}

// Asked are the ids of the act in which one member is asked.
type Asked struct {
	Member label.MemberID `json:"member"`
	ID     act.ID         `json:"id"`
	Parts  []act.ID       `json:"parts"`
}

// requestLimits are the budgets of one asker a day (spec/requests.md; rule 2
// for persons): what is beyond them does not leave, and where it has left all
// the same it is in doubt at the addressee.
var requestLimits = viewdb.Limits{Day: 240, Person: 24}

// openLimits bound how many requests of this member, and of one of its officers,
// are open at a time; each member that is asked counts (spec/requests.md).
var openLimits = struct{ member, officer int }{member: 480, officer: 160}

// farthestDays is how many days ahead the latest time of value of an own request
// is at most.
const farthestDays = 366

// farthest is the latest time of value that a request may have which is written
// now.
func (n *Node) farthest() time.Time { return n.now().UTC().Add(farthestDays * 24 * time.Hour) }

type requestKind struct{}

func (k requestKind) settle(ctx context.Context, n *Node, o section.Officer, raw []byte) ([]byte, []act.Finding, error) {
	var r Request
	if err := readStatement(raw, &r); err != nil {
		return nil, nil, err
	}
	if err := n.fillRequest(ctx, &r); err != nil {
		fs, err := refusals(err)
		return nil, fs, err
	}
	r.Written, r.Asked, r.By = n.minute(), nil, o.Login
	for m := range r.To.All() {
		a := Asked{Member: m, ID: act.NewID()}
		for range r.Parts {
			a.Parts = append(a.Parts, act.NewID())
		}
		r.Asked = append(r.Asked, a)
	}
	s, err := k.acts(ctx, n, &r)
	if err != nil || len(s.findings) > 0 {
		return nil, s.findings, err
	}
	settled, err := json.Marshal(r)
	return settled, nil, err
}

// minute is the present time as acts claim it.
func (n *Node) minute() time.Time { return n.now().UTC().Truncate(time.Minute) }

// fillRequest puts in what follows from the request that is joined, and refuses
// what cannot be.
func (n *Node) fillRequest(ctx context.Context, r *Request) error {
	if r.Policy == "" {
		r.Policy = n.table.Common()
	}
	if r.About == "" {
		r.About = act.AboutMatter
	}
	if r.Joins != "" {
		if err := n.fillJoined(ctx, r); err != nil {
			return err
		}
	}
	switch {
	case r.To.IsEmpty():
		return errAskNobody
	case r.To.Contains(n.self):
		return errAskOneself
	case !n.found.Members().Includes(r.To):
		return n.noMembers(errAskStranger, r.To)
	case len(r.Parts) == 0 || len(r.Parts) > act.MaxParts:
		return errParts
	case !r.WantedBy.IsZero() && r.WantedBy.After(r.LTIOV):
		return errWanted
	}
	return nil
}

// requirementStill refuses to ask for a requirement that is not open.
func (n *Node) requirementStill(ctx context.Context, r *Request) error {
	if r.Requirement == "" {
		return nil
	}
	line, err := n.ownLine(ctx, act.TypeRequirement, r.Requirement)
	if err != nil {
		return err
	}
	if line == nil || line.State != string(act.RegisterOpen) || line.Until != 0 && line.Until <= n.station.Certified().Time {
		return errNoRequirement
	}
	return nil
}

// fillJoined takes over from the request that is joined what the officer left
// out.
func (n *Node) fillJoined(ctx context.Context, r *Request) error {
	x, err := n.requestByID(ctx, string(r.Joins))
	if err != nil {
		return err
	}
	switch {
	case x.Own:
		return errJoinOwn
	case x.Closed || x.Lapsed || x.Over:
		return errJoinEnded
	}
	if x.Joins != "" {
		j, err := n.requestByID(ctx, x.Joins)
		if err != nil && !errors.Is(err, errNoRequest) {
			return err
		}
		if err == nil && j.Own && j.Member == x.Originator {
			return errJoinOwn
		}
	}
	asker := label.Members(label.MemberID(x.Originator))
	if r.To.IsEmpty() {
		r.To = asker
	}
	if !r.To.Equal(asker) {
		return errJoinOne
	}
	a, err := act.Parse(x.Act)
	if err != nil {
		return err
	}
	j := a.Request
	if r.Title == "" {
		r.Title = j.Title
	}
	if len(r.Parts) == 0 {
		for _, p := range j.Parts {
			r.Parts = append(r.Parts, p.Text)
		}
	}
	if r.LTIOV.IsZero() {
		if r.LTIOV = j.LTIOV; r.LTIOV.After(n.farthest()) { // which a foreign node may allow
			r.LTIOV = n.farthest().Truncate(time.Minute)
		}
	}
	if r.Class == "" {
		r.Policy, r.Class = j.Label.Policy, j.Label.Class
	}
	return nil
}

// joinsStill refuses to join what has ended since it was written, and what this
// member joins already by an open request.
func (n *Node) joinsStill(ctx context.Context, r *Request) error {
	if r.Joins == "" {
		return nil
	}
	x, err := n.requestByID(ctx, string(r.Joins))
	if err != nil {
		return err
	}
	if x.Closed || x.Lapsed || x.Over {
		return errJoinEnded
	}
	own, mine := true, ownActs(r)
	joining, err := n.views.Requests(ctx, viewdb.RequestQuery{Own: &own, Open: true, Joins: string(r.Joins), Limit: len(mine) + 1}, requestLimits, n.station.Certified().Time)
	if err != nil {
		return err
	}
	for i := range joining {
		if !mine[joining[i].ID] {
			return fmt.Errorf("by %s: %w", joining[i].ID, errJoinTwice)
		}
	}
	return nil
}

// requestByID returns a request that is here. Errors: errNoRequest.
func (n *Node) requestByID(ctx context.Context, id string) (viewdb.Asked, error) {
	rows, err := n.views.Requests(ctx, viewdb.RequestQuery{ID: id}, requestLimits, n.station.Certified().Time)
	if err != nil {
		return viewdb.Asked{}, err
	}
	if len(rows) == 0 {
		return viewdb.Asked{}, errNoRequest
	}
	return rows[0], nil
}

func (k requestKind) speak(ctx context.Context, n *Node, d section.Draft) (*speech, error) {
	var r Request
	if err := readStatement(d.Content, &r); err != nil {
		return nil, err
	}
	s, err := k.acts(ctx, n, &r)
	if err != nil {
		return nil, err
	}
	if s.similar, err = n.similarTo(ctx, wordingOf(r.Title, r.Parts), ownActs(&r), string(r.Joins)); err != nil {
		return nil, err
	}
	return s, nil
}

// ownActs are the ids of the acts of a draft.
func ownActs(r *Request) map[string]bool {
	out := map[string]bool{}
	for _, a := range r.Asked {
		out[string(a.ID)] = true
	}
	return out
}

// acts makes one act for each member that is asked, with ids of its own.
func (requestKind) acts(ctx context.Context, n *Node, r *Request) (*speech, error) {
	s := &speech{findings: asks(r.About, r.NobodyDetained, r.Title, r.Parts)}
	refuse := func(err error) { s.findings = append(s.findings, findingOf(err)) }
	switch now := n.station.Certified().Time; {
	case r.LTIOV.Unix() <= now:
		refuse(errLate)
	case r.LTIOV.After(n.farthest()):
		refuse(errFar)
	}
	if err := s.refuse(n.requirementStill(ctx, r)); err != nil {
		return s, err
	}
	if err := s.refuse(n.joinsStill(ctx, r)); err != nil {
		return s, err
	}
	for _, a := range r.Asked {
		pair := label.Members(n.self, a.Member)
		l := label.Label{Policy: r.Policy, Class: r.Class, Rel: pair, Originators: label.Members(n.self)}
		if r.Joins != "" {
			l.Originators = pair // it says again what the other has asked
		}
		if err := n.table.Check(l); err != nil {
			refuse(fmt.Errorf("%v: %w", err, act.ErrUnknownClass))
			return s, nil
		}
		x := act.Request{
			Statement: act.Statement{ID: a.ID, Written: r.Written, To: pair},
			Title:     r.Title, Purpose: r.Purpose, LegalBasis: r.LegalBasis, Requirement: r.Requirement, About: r.About, Decision: r.Decision,
			LTIOV: r.LTIOV, Label: l, Joins: actID(string(r.Joins)),
		}
		if len(a.Parts) != len(r.Parts) {
			return nil, fmt.Errorf("%w: its parts have no ids; save it again", ErrDraft)
		}
		for i, text := range r.Parts {
			x.Parts = append(x.Parts, act.RequestPart{ID: a.Parts[i], Text: text})
		}
		built, err := act.BuildRequest(x)
		s.add(built, err)
		if err != nil {
			return s, nil // the others would be refused alike
		}
	}
	s.classes = append(s.classes, label.ClassRef{Policy: r.Policy, Class: r.Class})
	passed, err := n.requestBudgets(ctx, r)
	s.findings = append(s.findings, passed...)
	return s, err
}

// Similar is a request that asks much the same as another, among those that
// this member has asked or was asked.
type Similar struct {
	ID    string `json:"id"`
	From  string `json:"from"`
	To    string `json:"to"`
	Title string `json:"title"`
	// Percent says how many of their words they share, 0 to 100.
	Percent int `json:"percent"`
	// Join says that it can be joined: another member asks it, for its own part, and
	// this member does not join it yet.
	Join bool `json:"join"`
}

// mostSimilar bounds how many open requests are compared, the newest ones.
const mostSimilar = 200

// wordedRequest is an open request with its words.
type wordedRequest struct {
	row     viewdb.Asked
	r       *act.Request
	wording wording
}

// openWorded returns the open requests that are here, with their words.
func (n *Node) openWorded(ctx context.Context) ([]wordedRequest, error) {
	rows, err := n.views.Requests(ctx, viewdb.RequestQuery{Open: true, Limit: mostSimilar}, requestLimits, n.station.Certified().Time)
	if err != nil {
		return nil, err
	}
	out := make([]wordedRequest, 0, len(rows))
	for _, row := range rows {
		a, err := act.Parse(row.Act)
		if err != nil || a.Request == nil {
			continue
		}
		out = append(out, wordedRequest{row, a.Request, requestWording(a.Request)})
	}
	return out, nil
}

func requestWording(r *act.Request) wording {
	var parts []string
	for _, p := range r.Parts {
		parts = append(parts, p.Text)
	}
	return wordingOf(r.Title, parts)
}

// similarTo returns the open requests that share most of their words with a
// text, but not those that are left out.
func (n *Node) similarTo(ctx context.Context, text wording, but map[string]bool, joins string) ([]Similar, error) {
	open, err := n.openWorded(ctx)
	if err != nil {
		return nil, err
	}
	return similarAmong(open, text, but, joins), nil
}

// shownSimilar bounds how many are named.
const shownSimilar = 10

func similarAmong(open []wordedRequest, text wording, but map[string]bool, joins string) []Similar {
	var out []Similar
	joined := map[string]bool{}
	for i := range open {
		if x := &open[i]; x.row.Own && x.r.Joins != "" {
			joined[string(x.r.Joins)] = true
		}
	}
	for i := range open {
		x := &open[i]
		if but[x.row.ID] || x.row.ID == joins || joins == "" && string(x.r.Joins) != "" && but[string(x.r.Joins)] {
			continue
		}
		if l := text.like(&x.wording); l >= similarFrom && len(out) < shownSimilar {
			out = append(out, Similar{ID: x.row.ID, From: x.row.Originator, To: x.row.Member, Title: x.r.Title, Percent: int(l*100 + 0.5), Join: !x.row.Own && x.r.Joins == "" && !joined[x.row.ID]})
		}
	}
	return out
}
