package node

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// KindReport is the kind of a draft that becomes a report.
const KindReport = "report"

// Draft is a report in the making, as an officer writes it: the content of a
// draft in the section.
type Draft struct {
	ReportType act.ReportType `json:"report_type"`
	// Title is shown to those whom TitleLabel allows, to others the type
	// alone; empty, everybody sees the type alone.
	Title string `json:"title"`
	// TitleLabel marks the title; absent, it is the roll-up of all portions.
	TitleLabel *label.Label `json:"title_label,omitempty"`
	// Supersedes names the released draft that this one replaces.
	Supersedes string             `json:"supersedes,omitempty"`
	Portions   []act.PortionInput `json:"portions"`
	// Unmask is set by a release officer alone ([Node.UnmaskDraft]).
	Unmask *Unmask `json:"unmask,omitempty"`
}

// draftInput is a draft whose labels are not read yet.
type draftInput struct {
	Draft
	Portions []struct {
		act.PortionInput
		Label json.RawMessage `json:"label"`
	} `json:"portions"`
}

// ErrDraft refuses bytes that are no draft.
var ErrDraft = errors.New("this is no draft; spec/act.md says what stands in one")

// MaxPortions bounds a draft (spec/act.md).
const MaxPortions = 200

// ParseDraft reads a draft strictly.
func ParseDraft(raw []byte) (*Draft, error) {
	if !utf8.Valid(raw) {
		return nil, errNoUTF8
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	var in draftInput
	if err := dec.Decode(&in); err != nil {
		return nil, fmt.Errorf("%w: %s", ErrDraft, jsonFault(raw, new(Draft), err))
	}
	if err := nothingFollows(raw, dec.InputOffset()); err != nil {
		return nil, err
	}
	d := in.Draft
	for i := range in.Portions {
		p := &in.Portions[i]
		// Portions mostly share their label, and reading one is most of the work.
		switch {
		case i > 0 && bytes.Equal(p.Label, in.Portions[i-1].Label):
			p.PortionInput.Label = in.Portions[i-1].PortionInput.Label
		case len(p.Label) > 0:
			if err := json.Unmarshal(p.Label, &p.PortionInput.Label); err != nil {
				return nil, fmt.Errorf("%w: %s", ErrDraft, jsonFault(raw, new(Draft), err))
			}
		}
		d.Portions = append(d.Portions, p.PortionInput)
	}
	if len(d.Portions) == 0 || len(d.Portions) > MaxPortions {
		return nil, fmt.Errorf("%w: it has %d portions, 1 to %d are allowed", ErrDraft, len(d.Portions), MaxPortions)
	}
	return &d, nil
}

// Refused is a draft or release that breaks rules, with all findings.
type Refused struct {
	Findings []act.Finding
}

// Error names the first finding.
func (r *Refused) Error() string {
	f := r.Findings[0]
	if f.Portion > 0 {
		return fmt.Sprintf("portion %d: %s", f.Portion, f.Text)
	}
	return f.Text
}

// CodeStranger is the code of a finding that a release set names somebody who
// is no member: nobody could open what is sealed to it.
const CodeStranger = "unknown_member"

// strangers finds members of a release set who are none of the charter's.
func (n *Node) strangers(portion int, l *label.Label) []act.Finding {
	if l == nil {
		return nil
	}
	strange := l.Rel.Minus(n.found.Members())
	if strange.IsEmpty() {
		return nil
	}
	return []act.Finding{{Portion: portion, Code: CodeStranger, Rule: "7",
		Text: fmt.Sprintf("the release set names %s, who is no member; the members are %s (rule 7)", strange, n.found.Members())}}
}

// SaveDraft stores a draft for an officer: a new one when id is empty, else a
// new version over the one that etag names. Ids of portions are fixed here, so
// that later drafts can cite them.
func (n *Node) SaveDraft(ctx context.Context, o section.Officer, id, etag string, d *Draft) (section.Draft, error) {
	if err := n.fillCites(ctx, d); err != nil {
		return section.Draft{}, err
	}
	var findings []act.Finding
	if err := act.CheckTitle(d.Title); err != nil {
		findings = append(findings, act.Finding{Code: act.Code(err), Text: err.Error()})
	}
	findings = append(findings, n.strangers(0, d.TitleLabel)...)
	d.Unmask = nil // whoever changes it does not decide that (rule 25)
	words, err := n.wordsBefore(ctx, o, id, d)
	if err != nil {
		return section.Draft{}, err
	}
	findings = append(findings, markAll(d.Portions, words)...)
	for i := range d.Portions {
		p := &d.Portions[i]
		findings = append(findings, n.strangers(i+1, &p.Label)...)
		if p.ID == "" {
			p.ID = act.NewID()
		}
		if p.Salt == "" {
			p.Salt = string(act.NewID())
		}
		if p.Label.Equal(label.Label{}) {
			continue // found already
		}
		if err := n.table.Check(p.Label); err != nil {
			findings = append(findings, act.Finding{Portion: i + 1, Code: act.ErrUnknownClass.Code, Rule: act.ErrUnknownClass.Rule,
				Text: fmt.Sprintf("%v: %v", err, act.ErrUnknownClass)})
		}
	}
	for i, p := range d.leaving() {
		for _, f := range act.CheckDraft(p) {
			f.Portion = i + 1
			findings = append(findings, f)
		}
	}
	if len(findings) > 0 {
		return section.Draft{}, &Refused{findings}
	}
	// No sealed file is swept from here until the draft names it.
	n.naming.RLock()
	defer n.naming.RUnlock()
	if err := n.filesHere(d); err != nil {
		return section.Draft{}, err
	}
	raw, err := json.Marshal(d)
	if err != nil {
		return section.Draft{}, err
	}
	c := d.content(raw)
	c.Read = true
	defer n.suggesting.poke()
	if id == "" {
		return n.section.CreateDraft(ctx, o, c)
	}
	return n.section.SaveDraft(ctx, o, id, etag, c)
}

// fillCites puts in the digest and the originator of cited portions that are
// held here, where the officer named the portion alone.
func (n *Node) fillCites(ctx context.Context, d *Draft) error {
	wanted := map[act.PortionRef]bool{}
	for i := range d.Portions {
		for _, c := range d.Portions[i].Cites {
			if c.Digest.IsZero() || c.Originator == "" {
				wanted[act.PortionRef{Portion: c.Portion, Digest: c.Digest}] = true
			}
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	held, err := n.portionsHeld(ctx, wanted, nil)
	if err != nil {
		return err
	}
	for i := range d.Portions {
		for k := range d.Portions[i].Cites {
			c := &d.Portions[i].Cites[k]
			h, ok := held[act.PortionRef{Portion: c.Portion, Digest: c.Digest}]
			if !ok {
				continue
			}
			if c.Digest.IsZero() {
				c.Digest = h.digest
			}
			if c.Originator == "" {
				c.Originator = h.from
			}
		}
	}
	return nil
}

// content is a draft as the section keeps it, with the files that it names.
func (d *Draft) content(raw []byte) section.Content {
	c := section.Content{Kind: KindReport, Bytes: raw}
	for i := range d.Portions {
		for _, a := range d.Portions[i].Attachments {
			c.Attachments = append(c.Attachments, section.Attachment{Digest: section.Digest(a.Digest), Size: a.Size, Media: a.MediaType, Name: a.Name})
		}
	}
	return c
}

// Plan is the dry-run of a release: who would see what, and what stands
// against it.
type Plan struct {
	Draft    string             `json:"draft"`
	Kind     string             `json:"kind"`
	ETag     string             `json:"etag"`
	Digest   string             `json:"digest"`
	Banner   string             `json:"banner"`
	Release  *label.ReleasePlan `json:"release"`
	Findings []act.Finding      `json:"findings"`
	// Explain says in words what each member would see, by member id.
	Explain map[label.MemberID]string `json:"explain"`
	// Uses are the consents on which it rests that members would see what they
	// would, and for what use each was given.
	Uses []ConsentUse `json:"uses,omitempty"`
	// Acts are those in which a draft that is no report would leave; Release is
	// nil then.
	Acts []PlannedAct `json:"acts,omitempty"`
	// Alone says that one officer with the release role is enough (rule 6).
	Alone bool `json:"alone,omitempty"`
	// Withholds: it gives nobody anything, and goes before all else.
	Withholds bool `json:"withholds,omitempty"`
	// Similar are the open requests that ask much the same as a request.
	Similar []Similar `json:"similar,omitempty"`
	// Blocked says why the release cannot go ahead; empty when it can.
	Blocked string `json:"blocked,omitempty"`
}

// ReadPlan returns the dry-run of a draft's release and attaches nothing to it:
// whoever approves sees by it who would see what, also while the draft is up
// for release.
func (n *Node) ReadPlan(ctx context.Context, o section.Officer, id string) (*Plan, error) {
	d, err := n.section.Draft(ctx, o, id)
	if err != nil {
		return nil, err
	}
	return n.planOf(ctx, d)
}

// Plan computes the dry-run of a draft and attaches it, so that it can be put
// up for release.
func (n *Node) Plan(ctx context.Context, o section.Officer, id string) (*Plan, error) {
	d, err := n.section.Draft(ctx, o, id)
	if err != nil {
		return nil, err
	}
	if err := n.plannable(ctx, o, d); err != nil {
		return nil, err
	}
	p, err := n.planOf(ctx, d)
	if err != nil {
		return nil, err
	}
	if p.Blocked == "" {
		sum, err := hex.DecodeString(p.Digest)
		if err != nil {
			return nil, err
		}
		if err := n.section.PlanDrafts(ctx, o, section.Plan{Draft: id, Content: d.Digest, Plan: section.Digest(sum)}); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (n *Node) planOf(ctx context.Context, d section.Draft) (*Plan, error) {
	if d.Kind != KindReport {
		p, _, err := n.planStatement(ctx, d)
		return p, err
	}
	draft, err := ParseDraft(d.Content)
	if err != nil {
		return nil, err
	}
	j, err := n.judge(ctx, draft)
	if err != nil {
		return nil, err
	}
	out := &Plan{Draft: d.ID, Kind: KindReport, ETag: d.ETag(), Release: j.rel, Findings: j.findings, Blocked: j.blocked, Digest: hex.EncodeToString(j.digest[:]), Explain: map[label.MemberID]string{}, Uses: j.uses}
	for m := range n.found.Members().All() {
		out.Explain[m] = j.rel.Explain(m)
		if j.blocked != "" { // nobody sees any of it yet
			out.Explain[m] = strings.Replace(out.Explain[m], string(m)+" sees ", string(m)+" would see ", 1)
		}
		if bound := boundTo(j.uses, m); bound != "" {
			out.Explain[m] += "; " + bound
		}
	}
	var labels []label.Label
	for i := range j.rel.Portions {
		if l := j.rel.Portions[i].Label; l != nil {
			labels = append(labels, *l) // as the consents on record leave it
		}
	}
	if whole, _, err := label.Rollup(n.table, labels, label.Consents{}); err == nil {
		if b, err := label.Banner(whole); err == nil {
			out.Banner = b
		}
	}
	return out, nil
}

// judgement is what a release of a draft would come to.
type judgement struct {
	rel      *label.ReleasePlan
	uses     []ConsentUse
	findings []act.Finding
	blocked  string // why it cannot go ahead
	digest   section.Digest
}

// judge computes who would see what of a draft, and whether it can be released.
func (n *Node) judge(ctx context.Context, d *Draft) (*judgement, error) {
	rel, uses, at, err := n.planViews(ctx, d)
	if err != nil {
		return nil, err
	}
	findings, err := n.against(ctx, d, at)
	if err != nil {
		return nil, err
	}
	j := &judgement{rel: rel, uses: uses, findings: findings}
	if len(findings) > 0 {
		j.blocked = (&Refused{findings}).Error()
	} else if err := rel.Ready(); err != nil {
		j.blocked = strings.TrimPrefix(err.Error(), label.ErrBlocked.Error()+": ") // who refuses by it says so
	}
	j.digest, err = planDigest(rel, uses)
	return j, err
}

// planDigest names a plan by who would see what, whenever it was computed, and
// by the uses to which consents bind it: who approves decides on these too.
func planDigest(rel *label.ReleasePlan, uses []ConsentUse) (section.Digest, error) {
	raw, err := json.Marshal(rel.Views)
	if err != nil {
		return section.Digest{}, err
	}
	type bound struct {
		Member  label.MemberID
		By, Use string
		On      []int
	}
	var to []bound
	for i := range uses {
		if u := &uses[i]; u.Use != "" {
			to = append(to, bound{u.Member, u.By, u.Use, u.Portions})
		}
	}
	if len(to) > 0 {
		more, err := json.Marshal(to)
		if err != nil {
			return section.Digest{}, err
		}
		raw = append(append(raw, 0), more...)
	}
	return sha256.Sum256(append([]byte("entente/v1/plan\x00"), raw...)), nil
}

// planViews computes who would see what of a draft at this moment, and on which
// consents that rests.
func (n *Node) planViews(ctx context.Context, d *Draft) (*label.ReleasePlan, []ConsentUse, label.Instant, error) {
	at, ok := label.InstantOf(n.now())
	if !ok {
		return nil, nil, 0, errors.New("this node's clock lies outside of the years 0001 to 9999: set it")
	}
	leaving := d.leaving()
	s, err := n.shelfFor(ctx, leaving, at, nil)
	if err != nil {
		return nil, nil, 0, err
	}
	var consents []label.Consent
	if s != nil {
		if consents, err = s.records(); err != nil {
			return nil, nil, 0, err
		}
	}
	in := label.PlanInput{Table: n.table, Members: n.found.Members(), Releaser: n.self, At: at, Consents: consents}
	for i := range d.Portions {
		p := &d.Portions[i]
		lp := label.Portion{ID: label.PortionID(p.ID), Sourced: len(p.Sources)+len(p.Cites) > 0, Bilateral: p.Label.Personal && p.Designation == nil}
		if p.Label.Policy != "" {
			l := p.Label
			lp.Label = &l
		}
		in.Portions = append(in.Portions, lp)
	}
	rel, err := label.PlanRelease(in)
	if err != nil {
		return nil, nil, 0, err
	}
	uses, err := s.uses(ctx, leaving, viewedIn(rel))
	return rel, uses, at, err
}

// against returns what stands against the release of a draft.
func (n *Node) against(ctx context.Context, d *Draft, at label.Instant) ([]act.Finding, error) {
	leaving := d.leaving()
	records, err := n.consentsFor(ctx, leaving, at, nil)
	if err != nil {
		return nil, err
	}
	consents, err := label.NewConsents(at, records)
	if err != nil {
		return nil, err
	}
	var lookup error
	findings := act.CheckRelease(act.Release{
		Type: d.ReportType, Portions: leaving, Table: n.table, Consents: consents, At: time.Unix(int64(at), 0).UTC(),
		Cited: func(r act.PortionRef) (act.Portion, bool) {
			p, _, err := n.portionOf(ctx, r)
			if err != nil && !errors.Is(err, viewdb.ErrNotFound) {
				lookup = err
			}
			return p, err == nil
		},
	})
	if lookup != nil {
		return nil, lookup
	}
	findings = append(findings, d.unmasked()...)
	changed, err := n.changed(ctx, d)
	if err != nil {
		return nil, err
	}
	bad, err := n.restsBadly(ctx, d)
	if err != nil {
		return nil, err
	}
	renewed, err := n.renewsNothing(ctx, d)
	return slices.Concat(findings, changed, bad, renewed), err
}

// cites says whether any portion cites another.
func (d *Draft) cites() bool {
	return slices.ContainsFunc(d.Portions, func(p act.PortionInput) bool { return len(p.Cites) > 0 })
}

// portionOf returns a portion that this node holds, and who released it; where it
// is not here, one of the same id.
func (n *Node) portionOf(ctx context.Context, r act.PortionRef) (act.Portion, label.MemberID, error) {
	raw, err := hex.DecodeString(string(r.Portion))
	if err != nil || len(raw) != 16 {
		return act.Portion{}, "", viewdb.ErrNotFound
	}
	full, i, err := n.views.WithPortion(ctx, viewdb.Ref{ID: [16]byte(raw), Digest: r.Digest})
	if err != nil {
		return act.Portion{}, "", err
	}
	a, err := act.Parse(full.Act)
	if err != nil {
		return act.Portion{}, "", err
	}
	return a.Report.Portions[i], label.MemberID(full.Originator), nil
}

// Report is a report as an officer reads it, verified by this node.
type Report struct {
	viewdb.Row
	// Act holds the exact bytes of the act.
	Act json.RawMessage `json:"act"`
	// Marks are the portion marks, in order.
	Marks []string `json:"marks"`
	// LogTime is when it was certified, RFC 3339.
	LogTime string `json:"log_time"`
	// Received tells of own reports who has proved to have it.
	Received []label.MemberID `json:"received,omitempty"`
	// CitedBy names what of a cited portion this reader holds.
	Cites []CitedPortion `json:"cites,omitempty"`
	// State is filed, logged or received.
	State string `json:"state"`
	// Portions say what stands against portions; of these the act lacks those
	// that are withdrawn, unless an inspector reads it.
	Portions []PortionState `json:"portion_states,omitempty"`
	// Uses are the consents in force on which it rests that its readers have it.
	Uses []ConsentUse `json:"uses,omitempty"`
	// Change says what a newer version changed.
	Change *Change `json:"change,omitempty"`
}

// CitedPortion is what a reader learns of a portion that is cited.
type CitedPortion struct {
	Portion    act.ID         `json:"portion"`
	Originator label.MemberID `json:"originator"`
	// Text is the cited text where the reader holds it, else "a source of ORIGINATOR".
	Text string `json:"text"`
	Held bool   `json:"held"`
	// Standing says what stands against it, empty when nothing does.
	Standing string `json:"standing,omitempty"`
}

// Report returns one report, with what it cites.
func (n *Node) Report(ctx context.Context, o section.Officer, id string) (*Report, error) {
	if err := n.section.Authorise(ctx, o, section.OpReportRead, id); err != nil {
		return nil, err
	}
	if err := n.CatchingUp(); err != nil {
		return nil, err
	}
	full, a, states, err := n.readable(ctx, o, id)
	if err != nil {
		return nil, err
	}
	r := &Report{Row: full.Row, Act: a.Raw, State: "logged", Portions: states}
	if r.Change, err = n.changeOf(ctx, full); err != nil {
		return nil, err
	}
	if r.Uses, err = n.usesOfReport(ctx, full.Own, a.Report); err != nil {
		return nil, err
	}
	citedStates, err := n.citedStates(ctx, a.Report)
	if err != nil {
		return nil, err
	}
	for i := range a.Report.Portions {
		p := &a.Report.Portions[i]
		mark, err := label.PortionMark(n.table, p.Label)
		if err != nil {
			return nil, err
		}
		r.Marks = append(r.Marks, mark)
		for _, c := range p.Cites {
			cp := CitedPortion{Portion: c.Portion, Originator: c.Originator, Text: "a source of " + string(c.Originator)}
			if held, _, err := n.portionOf(ctx, act.PortionRef{Portion: c.Portion, Digest: c.Digest}); err == nil && held.Digest == c.Digest {
				cp.Text, cp.Held = held.Text, true
			} else if err != nil && !errors.Is(err, viewdb.ErrNotFound) {
				return nil, err
			}
			if st, ok := citedStates[viewdb.Ref{ID: rawID(c.Portion), Digest: c.Digest}]; ok {
				cp.Standing = portionState(st).Text()
				if st.Withdrawn && !cp.Held {
					cp.Text = cp.Standing
				}
			}
			r.Cites = append(r.Cites, cp)
		}
	}
	if t, err := n.log.LoggedAt(ctx, full.Index); err == nil {
		r.LogTime = time.Unix(t, 0).UTC().Format(time.RFC3339)
	}
	if full.Own {
		r.Received = n.receipts.by(full.Index, full.Recipients)
		if len(r.Received) > 0 {
			r.State = "received"
		}
	}
	return r, nil
}

// Find returns reports that this node's officers may read, newest first.
func (n *Node) Find(ctx context.Context, o section.Officer, q viewdb.Query) ([]viewdb.Row, error) {
	if err := n.section.Authorise(ctx, o, section.OpReportRead, ""); err != nil {
		return nil, err
	}
	if err := n.CatchingUp(); err != nil {
		return nil, err
	}
	return n.views.Find(ctx, q)
}
