package act

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"entente/label"
)

// ReportType is one of a closed list (rule 1).
type ReportType string

// The types of report.
const (
	// INTREP reports a single event, now; SUPINTREP adds to one.
	INTREP    ReportType = "INTREP"
	SUPINTREP ReportType = "SUPINTREP"
	// INTSUM covers a period, SITREP a situation.
	INTSUM ReportType = "INTSUM"
	SITREP ReportType = "SITREP"
	// ASSESSMENT is an analytic product, ANSWER answers a request.
	ASSESSMENT ReportType = "ASSESSMENT"
	ANSWER     ReportType = "ANSWER"
	// DESIGNATION holds public listings by named authorities and nothing else.
	DESIGNATION ReportType = "DESIGNATION"
)

// reportTypes is the closed list.
var reportTypes = []ReportType{INTREP, SUPINTREP, INTSUM, SITREP, ASSESSMENT, ANSWER, DESIGNATION}

// A View is what one view of a report says beside its portions. Views of one
// report share no field that could tell that they belong together: each has
// its own ID and a title for its own readers.
type View struct {
	// ID names this view. Empty, [BuildView] draws one.
	ID ID
	// Type is the type of the report.
	Type ReportType
	// Title is one line that every reader of this view may see.
	Title string
	// Written is when the report was written: the originator's claim, in UTC
	// to the minute.
	Written time.Time
	// To holds the members that this view is sealed to, as the originator
	// claims. The originator may leave itself out.
	To label.MemberSet
	// Label is the banner: at least as strict as the roll-up of the portions.
	Label label.Label
	// Batch is the digest of the batch that was released as one (see
	// [BatchDigest]), zero where the report was released by itself.
	Batch Digest
	// Supersedes names the earlier view of the same readers which this one
	// replaces; empty for none.
	Supersedes ID
}

// A Report is one view of a report, as a reader has it. Readers number its
// portions from 1.
type Report struct {
	View
	Portions []Portion
}

// writtenForm is RFC 3339 in UTC with the seconds always zero.
const writtenForm = "2006-01-02T15:04:00Z"

func (d *decoder) report() (*Report, error) {
	f, err := d.walk(0, &reportShape)
	if err != nil {
		return nil, err
	}
	r := new(Report)
	if r.ID, err = ParseID(d.text(f[reportID])); err != nil {
		return nil, within(err, "id")
	}
	if r.Type, err = oneOf("report type", d.text(f[reportReportType]), reportTypes); err != nil {
		return nil, err
	}
	r.Title = d.text(f[reportTitle])
	if err := checkLine("the title", r.Title, maxTitle); err != nil {
		return nil, err
	}
	if r.Written, err = parseWritten(d.text(f[reportWritten])); err != nil {
		return nil, err
	}
	if !f.has(reportLabel) {
		return nil, refuse(ErrNoLabel, "no banner")
	}
	if r.Label, err = d.label(f[reportLabel]); err != nil {
		return nil, within(err, "banner")
	}
	if r.To, err = decodeRecipients(d.tape, f[reportTo]); err != nil {
		return nil, err
	}
	if !r.Label.Rel.Includes(r.To) {
		return nil, refuse(ErrRecipients, "to %s, released to %s", r.To.Minus(r.Label.Rel), r.Label.Rel)
	}
	if f.has(reportBatch) {
		if r.Batch, err = ParseDigest(d.text(f[reportBatch])); err != nil {
			return nil, within(err, "batch")
		}
	}
	if f.has(reportSupersedes) {
		if r.Supersedes, err = ParseID(d.text(f[reportSupersedes])); err != nil {
			return nil, within(err, "supersedes")
		}
		if r.Supersedes == r.ID {
			return nil, refuse(ErrValue, "a view supersedes itself")
		}
	}
	return r, d.portions(r, f[reportPortions])
}

func (d *decoder) portions(r *Report, n int) error {
	c := d.count(n)
	switch {
	case c == 0:
		return refuse(ErrNoPortions, "no portion")
	case c > MaxPortions:
		return refuse(ErrTooMany, "%d portions, at most %d", c, MaxPortions)
	}
	r.Portions = make([]Portion, 0, c)
	for i, e := range d.elements(n) {
		p, err := d.portion(e)
		if err == nil {
			err = checkKindOfReport(r.Type, &p.PortionInput)
		}
		if err == nil {
			err = checkReviewDate(r.Written, &p.PortionInput)
		}
		if err != nil {
			return within(err, "portion %d", i+1)
		}
		r.Portions = append(r.Portions, p)
	}
	return checkDistinct(r.Portions)
}

// checkKindOfReport keeps listings in reports of their own.
func checkKindOfReport(t ReportType, p *PortionInput) error {
	if (t == DESIGNATION) != (p.Designation != nil) {
		return refuse(ErrDesignation, "report type %s", t)
	}
	return nil
}

func checkDistinct(ps []Portion) error {
	seen := make(map[ID]struct{}, len(ps))
	for i := range ps {
		if _, ok := seen[ps[i].ID]; ok {
			return refuse(ErrPortionRepeated, "portion %d", i+1)
		}
		seen[ps[i].ID] = struct{}{}
	}
	return nil
}

func parseWritten(s string) (time.Time, error) {
	t, err := time.Parse(writtenForm, s)
	if err != nil || t.Year() < 1970 {
		return t, refuse(ErrValue, "written %q is not a time in UTC to the minute such as 2015-09-30T06:40:00Z", clip(s))
	}
	return t, nil
}

func decodeRecipients(t *tape, n int) (label.MemberSet, error) {
	ids, err := elements(t, n, "recipient", MaxRecipients, func(t *tape, n int) (label.MemberID, error) {
		if t.nodes[n].kind != kindString {
			return "", refuse(ErrValue, "a recipient is a member's id")
		}
		return memberID(t.text(n))
	})
	if err != nil {
		return label.MemberSet{}, err
	}
	if !slices.IsSorted(ids) {
		return label.MemberSet{}, refuse(ErrValue, "the recipients are not in rising order")
	}
	set, err := label.NewMemberSet(ids...)
	if err != nil {
		return set, refuse(ErrValue, "%v", err)
	}
	if set.Len() != len(ids) {
		return set, refuse(ErrRepeated, "recipients")
	}
	return set, nil
}

// CheckTitle refuses a title that no view could have: one that is no line of
// text, or longer than a title may be. The empty title is none.
func CheckTitle(title string) error {
	if title == "" {
		return nil
	}
	if !utf8.ValidString(title) {
		return refuse(ErrUTF8, "the title is not valid UTF-8")
	}
	if strings.ContainsFunc(title, unicode.IsControl) {
		return refuse(ErrControl, "the title")
	}
	return checkLine("the title", title, maxTitle)
}

// BuildView returns the exact bytes of a view that holds the given portions in
// this order, byte for byte. It refuses what a reader would refuse, by the
// same check, and so never returns bytes that [Parse] refuses.
func BuildView(v View, portions []Portion) (Act, error) {
	if len(portions) > MaxPortions {
		return Act{}, refuse(ErrTooMany, "%d portions, at most %d", len(portions), MaxPortions)
	}
	if v.ID == "" {
		v.ID = NewID()
	}
	o := begin(nil, &reportShape)
	o.integer(reportV, Version)
	o.str(reportType, string(TypeReport))
	o.str(reportID, string(v.ID))
	o.str(reportReportType, string(v.Type))
	o.str(reportTitle, v.Title)
	o.str(reportWritten, v.Written.UTC().Format(writtenForm))
	o.key(reportTo)
	to, err := v.To.MarshalJSON()
	if err != nil {
		return Act{}, refuse(ErrValue, "%v", err)
	}
	o.b = append(o.b, to...)
	if !v.Label.Equal(label.Label{}) {
		l, err := v.Label.MarshalJSON()
		if err != nil {
			return Act{}, refuse(ErrLabel, "banner: %v", err)
		}
		o.key(reportLabel)
		o.b = append(o.b, l...)
	}
	if !v.Batch.IsZero() {
		o.str(reportBatch, v.Batch.String())
	}
	o.opt(reportSupersedes, string(v.Supersedes))
	o.key(reportPortions)
	o.b = append(o.b, '[')
	for i := range portions {
		if i > 0 {
			o.b = append(o.b, ',')
		}
		if o.b = append(o.b, portions[i].Raw...); len(o.b) > MaxAct {
			return Act{}, refuse(ErrTooLarge, "%d of %d portions make %d bytes", i+1, len(portions), len(o.b))
		}
	}
	o.b = append(o.b, ']')
	return Parse(o.end())
}
