package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/localdb"
	"entente/internal/store/viewdb"
	"entente/label"
)

// Reviews of records with personal data: what is due, renewing, ending early
// (rule 21; spec/retention.md).

// Codes of refusals of reviews.
const (
	// CodeNotRenewal: a renewal that renews nothing, or says too late a since.
	CodeNotRenewal = "review_not_renewal"
	// CodeReviewNotOwn: another's record, which its originator alone renews.
	CodeReviewNotOwn = "review_not_own"
	// CodeNotPersonal: nothing in it is to be reviewed.
	CodeNotPersonal = "review_not_personal"
	// CodeReviewReason: a review without a reason, or without a date.
	CodeReviewReason = "review_reason"
	// CodeEndOnItsWay: the recall that ends it has not been logged for all.
	CodeEndOnItsWay = "review_recall_waits"
	// CodeEndNoRecord: what is to end is a statement.
	CodeEndNoRecord = "review_no_record"
)

// DefaultHorizon is how far ahead reviews are listed when nothing is said.
const DefaultHorizon = 30 * 24 * time.Hour

// RecordQuery selects records by their review.
type RecordQuery struct {
	Own, Others bool // only own ones, only others'
	// Within is how far ahead, DefaultHorizon when 0.
	Within time.Duration
	After  *RecordAt
	Limit  int // 1 to 501, 50 when 0
}

// RecordAt is a place in a list of records: by when, and which.
type RecordAt struct{ By, Index int64 }

// A Record is a report with personal data, by its review.
type Record struct {
	ID         act.ID // of the view
	Index      int64
	Originator label.MemberID
	Own        bool
	Type       act.ReportType
	// Title is empty once it is hidden.
	Title    string
	ReviewBy time.Time
	// Hidden says that it has ended, and Destroy from when it is destroyed.
	Hidden  bool
	Destroy time.Time
	// Categories are those of all its portions; Since is the day since which a
	// renewed one is kept.
	Categories []act.Category
	Since      string
	// SupersededBy is the newer view of the same readers.
	SupersededBy string
	// Draft is the own draft by which it is renewed.
	Draft string
}

// Records returns records whose review is due within a time or overdue, what has
// waited longest first. Errors: those of the section.
func (n *Node) Records(ctx context.Context, o section.Officer, q RecordQuery) ([]Record, error) {
	if err := n.section.Authorise(ctx, o, section.OpReviewRead, ""); err != nil {
		return nil, err
	}
	if q.Limit <= 0 || q.Limit > 501 {
		q.Limit = 50
	}
	if q.Within <= 0 {
		q.Within = DefaultHorizon
	}
	now := n.station.Certified().Time
	in := viewdb.ReviewQuery{At: now + int64(q.Within/time.Second), Own: q.Own, Others: q.Others, Limit: q.Limit, AfterIndex: -1}
	if q.After != nil {
		in.AfterBy, in.AfterIndex = q.After.By, q.After.Index
	}
	rows, err := n.views.ToReview(ctx, in)
	if err != nil {
		return nil, err
	}
	out := make([]Record, 0, len(rows))
	for _, row := range rows {
		a, err := act.Parse(row.Act)
		if err != nil {
			return nil, err // the projection has parsed it
		}
		ends := row.Ends
		if ends == 0 || ends > row.Review {
			ends = row.Review
		}
		r := Record{ID: act.ID(row.ID), Index: row.Index, Originator: label.MemberID(row.Originator), Own: row.Own, Type: act.ReportType(row.Type), Title: row.Title,
			ReviewBy: when(row.Review), Hidden: ends <= now, Destroy: when(ends + n.grace()), SupersededBy: row.SupersededBy}
		for i := range a.Report.Portions {
			d := a.Report.Portions[i].PersonData
			if d == nil {
				continue
			}
			r.Categories = append(r.Categories, d.Categories...)
			if d.Renewed != nil && (r.Since == "" || d.Renewed.Since < r.Since) {
				r.Since = d.Renewed.Since
			}
		}
		slices.Sort(r.Categories)
		r.Categories = slices.Compact(r.Categories)
		if r.Hidden || row.Withdrawn == row.Portions {
			r.Title = ""
		}
		if row.Own {
			if r.Draft, err = n.draftAt(ctx, row.Index); err != nil {
				return nil, err
			}
		}
		out = append(out, r)
	}
	return out, nil
}

// ownDraft returns the own draft that an id names: its own, that of a view that
// was made of it, or of a portion in one. Errors: *Refused for another's record,
// errNoDraft for an own one without a draft, viewdb.ErrNotFound.
func (n *Node) ownDraft(ctx context.Context, o section.Officer, id string) (section.Draft, error) {
	d, err := n.section.Draft(ctx, o, id)
	if err == nil || !errors.Is(err, section.ErrNotFound) {
		return d, err
	}
	indices, err := n.copiesOf(ctx, id)
	if err != nil {
		return d, err
	}
	for _, i := range indices {
		if draft, err := n.draftAt(ctx, i); err != nil || draft != "" {
			if err != nil {
				return d, err
			}
			return n.section.Draft(ctx, o, draft)
		}
	}
	for _, i := range indices {
		full, err := n.views.At(ctx, i)
		if err == nil && full.Own {
			return d, errNoDraft
		}
		if err != nil && !errors.Is(err, viewdb.ErrNotFound) {
			return d, err
		}
	}
	return d, &Refused{finding(CodeReviewNotOwn, "10", "rule 10: record %s is another's: its originator alone renews it; ask that member's data-protection officer (entente redress)", shortened(id))}
}

// errNoDraft: an own record was released after the backup that this node was
// restored from, so that its draft is not here.
var errNoDraft = errors.New("its draft is not here")

// keptSince is the day since which the personal data of a released draft are
// kept: that of its own renewal, or that on which it was begun.
func keptSince(d *Draft, begun time.Time) string {
	since := begun.UTC().Format(time.DateOnly)
	for i := range d.Portions {
		if p := d.Portions[i].PersonData; p != nil && p.Renewed != nil && p.Renewed.Since < since {
			since = p.Renewed.Since
		}
	}
	return since
}

// hasPersonalData says whether a portion of a draft is to be reviewed.
func hasPersonalData(p *act.PortionInput) bool { return p.Label.Personal && p.PersonData != nil }

// RenewRecord puts up a newer version of an own record, which keeps its personal
// data until another review, for an officer with the release role to let go. The
// portions with personal data are said again, under ids of their own; the others
// stay as they are.
//
// Errors: *Refused (rules 10 and 21), those of the section, viewdb.ErrNotFound.
func (n *Node) RenewRecord(ctx context.Context, o section.Officer, id string, by label.Instant, reason string) (*Issued, error) {
	if err := n.section.Authorise(ctx, o, section.OpReview, id[:min(len(id), 64)]); err != nil {
		return nil, err
	}
	if strings.TrimSpace(reason) == "" || by.IsAbsent() {
		return nil, &Refused{finding(CodeReviewReason, "21", "rule 21: a review says why the data are still needed, and by when they are looked at again; give both")}
	}
	row, err := n.ownDraft(ctx, o, id)
	if errors.Is(err, errNoDraft) {
		return nil, &Refused{finding(CodeNotRenewal, "21", "rule 21: record %s left this node, and its draft is not here (any more), as after a restore; report what is still needed anew, and end this one (entente review end)", shortened(id))}
	}
	if err != nil {
		return nil, err
	}
	if row.Kind != KindReport || row.State != section.Released || !row.Erased.IsZero() {
		return nil, &Refused{finding(CodeNotRenewal, "21", "rule 21: only what was released and is still here is renewed; what is a draft is given its date there, and what was destroyed is gone")}
	}
	d, err := ParseDraft(row.Content)
	if err != nil {
		return nil, err
	}
	since, any := keptSince(d, row.Created), false
	for i := range d.Portions {
		p := &d.Portions[i]
		if !hasPersonalData(p) {
			if d.Unmask != nil && hasWord(p) { // it left in clear, and will not: its bytes are others (rule 10)
				p.ID, p.Salt = act.NewID(), string(act.NewID())
			}
			continue
		}
		any = true
		data := *p.PersonData
		data.Renewed = &act.Renewal{Since: since, Reason: reason}
		p.ID, p.Salt, p.Label.ReviewBy, p.PersonData = act.NewID(), string(act.NewID()), by, &data
	}
	if !any {
		return nil, &Refused{finding(CodeNotPersonal, "21", "rule 21: report %s holds no personal data that are reviewed; nothing has to be renewed", shortened(id))}
	}
	d.Supersedes = row.ID
	d.Unmask = nil // that was decided of another draft (rule 25)
	findings := markAll(d.Portions, drawn(d.Portions...))
	for i, p := range d.leaving() {
		for _, f := range act.CheckDraft(p) {
			f.Portion = i + 1
			findings = append(findings, f)
		}
	}
	if len(findings) > 0 {
		return nil, &Refused{findings}
	}
	raw, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	c := d.content(raw)
	c.Read = true
	return n.putUpReview(ctx, o, c)
}

// putUpReview saves what a review came to, and puts it up for an officer with the
// release role as one decision.
func (n *Node) putUpReview(ctx context.Context, o section.Officer, cs ...section.Content) (*Issued, error) {
	out := new(Issued)
	// What cannot leave is not left lying: it holds personal data.
	undo := func(err error) error {
		for _, d := range out.Drafts {
			err = errors.Join(err, n.section.EraseDraft(ctx, o, d, "a review that could not be put up"))
		}
		return err
	}
	var rows []section.Draft
	for _, c := range cs {
		n.naming.RLock()
		row, err := n.section.CreateReviewed(ctx, o, c)
		n.naming.RUnlock()
		if err != nil {
			return nil, undo(err)
		}
		rows, out.Drafts = append(rows, row), append(out.Drafts, row.ID)
	}
	var err error
	if out.Decision, err = n.Prepare(ctx, o, out.Drafts, ""); err != nil {
		return nil, undo(err)
	}
	for _, row := range rows {
		if row.Kind == KindReport {
			continue
		}
		plan, _, err := n.planStatement(ctx, row)
		if err != nil {
			return nil, err
		}
		out.Acts = append(out.Acts, plan.Acts...)
	}
	return out, nil
}

// renewsNothing returns what stands against a release that says of personal data
// that a review renewed them (spec/retention.md, "Terms").
func (n *Node) renewsNothing(ctx context.Context, d *Draft) ([]act.Finding, error) {
	var out []act.Finding
	since, looked := "", false
	for i := range d.Portions {
		p := &d.Portions[i]
		if !hasPersonalData(p) || p.PersonData.Renewed == nil {
			continue
		}
		if !looked {
			looked = true
			var err error
			if since, err = n.sinceOf(ctx, d.Supersedes); err != nil {
				return nil, err
			}
		}
		switch {
		case since == "":
			out = append(out, act.Finding{Portion: i + 1, Code: CodeNotRenewal, Rule: "21", Text: "rule 21: it says that a review renewed it, and supersedes no released report with personal data that is still here; leave renewed out, and take a first term"})
		case p.PersonData.Renewed.Since != since:
			out = append(out, act.Finding{Portion: i + 1, Code: CodeNotRenewal, Rule: "21", Text: fmt.Sprintf("rule 21: it says that the data are kept since %s, and they are since %s; say so", p.PersonData.Renewed.Since, since)})
		}
	}
	return out, nil
}

// sinceOf returns the day since which a released draft keeps personal data,
// empty when it keeps none, or is not here.
func (n *Node) sinceOf(ctx context.Context, draft string) (string, error) {
	if draft == "" {
		return "", nil
	}
	row, err := n.local.Read(ctx).Draft(draft)
	if errors.Is(err, localdb.ErrNotFound) || err == nil && (row.Kind != KindReport || row.State != section.Released || !row.Erased.IsZero()) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	d, err := ParseDraft(row.Content)
	if err != nil {
		return "", nil // not one of this version's
	}
	for i := range d.Portions {
		if hasPersonalData(&d.Portions[i]) {
			return keptSince(d, row.Created), nil
		}
	}
	return "", nil
}
