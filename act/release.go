package act

import (
	"errors"
	"time"

	"entente/label"
)

// A Release is what an officer is about to let go, with what the checks need
// to know of the world.
type Release struct {
	// Type is the type of the report.
	Type ReportType
	// Portions are those of the whole report, in order.
	Portions []PortionInput
	// Table holds the charter's policies.
	Table *label.Table
	// Consents are those on record, at the moment of the release.
	Consents label.Consents
	// Cited returns the portion that is cited, when this node holds it, its own or
	// received; else one of the same id, if it holds one.
	Cited func(PortionRef) (Portion, bool)
	// At is when it is to be released, to which the dates of review of
	// personal data are held (rule 21); the zero time: they are not.
	At time.Time
}

// A Finding is a reason for which a portion cannot be saved or released.
type Finding struct {
	// Portion counts from 1; 0 stands for the whole report.
	Portion int `json:"portion"`
	// Code and Rule are those of the [Refusal].
	Code string `json:"code"`
	Rule string `json:"rule,omitempty"`
	// Text says what, why and what would cure it.
	Text string `json:"text"`

	refusal *Refusal
}

// Is reports whether the finding is of this refusal.
func (f Finding) Is(r *Refusal) bool { return f.refusal == r }

func finding(portion int, err error) Finding {
	f := Finding{Portion: portion, Code: Code(err), Text: err.Error()}
	if errors.As(err, &f.refusal) {
		f.Rule = f.refusal.Rule
	}
	return f
}

// CheckDraft returns why a portion cannot be saved, nil if nothing stands
// against it. A draft may still lack its source, or by what right it holds
// personal data, may rest on what cannot be shown to be lawfully got, and may
// cite anything: that keeps it from being released, not from being written.
func CheckDraft(in PortionInput) []Finding {
	_, errs := noteRules(in, &decoder{})
	var out []Finding
	for _, err := range errs {
		if !errors.Is(err, ErrNoSource) && !errors.Is(err, ErrNoPersonData) && !errors.Is(err, ErrIllTreatment) {
			out = append(out, finding(1, err))
		}
	}
	return out
}

// CheckRelease returns everything that stands against the release, portion by
// portion, and nil if nothing does. The same checks bind whoever builds the
// views; this is the list that the officer sees before.
func CheckRelease(r Release) []Finding {
	var out []Finding
	switch {
	case len(r.Portions) == 0:
		return append(out, finding(0, refuse(ErrNoPortions, "no portion")))
	case len(r.Portions) > MaxPortions:
		return append(out, finding(0, refuse(ErrTooMany, "%d portions, at most %d", len(r.Portions), MaxPortions)))
	}
	if _, err := oneOf("report type", string(r.Type), reportTypes); err != nil {
		out = append(out, finding(0, err))
	}
	seen := make(map[ID]bool, len(r.Portions))
	var told label.MemberSet // who has a record of a person that is agreed to by nobody
	var d decoder            // remembers the labels
	for i := range r.Portions {
		p := &r.Portions[i]
		_, errs := noteRules(*p, &d)
		if p.ID != "" && seen[p.ID] {
			errs = append(errs, refuse(ErrPortionRepeated, "portion %d", i+1))
		}
		seen[p.ID] = true
		if err := checkKindOfReport(r.Type, p); err != nil {
			errs = append(errs, err)
		}
		if !r.At.IsZero() {
			if err := checkReviewDate(r.At, p); err != nil {
				errs = append(errs, err)
			}
		}
		if err := checkReach(r.Consents, p); err != nil && len(errs) == 0 {
			errs = append(errs, err)
		} else if err == nil && r.bilateral(p) {
			if told = told.Union(p.Label.Rel); told.Len() > bilateral {
				errs = append(errs, refuse(ErrSecondMember, "with portions before it this report takes personal data to %s", told))
			}
		}
		errs = append(errs, r.checkCites(p)...)
		for _, err := range errs {
			out = append(out, finding(i+1, err))
		}
	}
	return out
}

// bilateral says whether a portion goes to one other member because nobody has
// agreed to more (rule 19): several of them in one report go to the same one, since
// what they say may be the same.
func (r *Release) bilateral(p *PortionInput) bool {
	return p.Label.Personal && p.Designation == nil && effective(r.Consents, p).Rel.Len() <= bilateral
}

// noteRules puts the portion into bytes and reads them back, as [NewPortion]
// does, but notes every rule that is broken.
func noteRules(in PortionInput, d *decoder) (Portion, []error) {
	d.noting, d.noted = true, nil
	p, err := newPortion(&in, d)
	if err != nil {
		return p, append(d.noted, err)
	}
	return p, d.noted
}

// checkCites is rule 7 over what the portion cites.
func (r *Release) checkCites(p *PortionInput) []error {
	if p.Label.Equal(label.Label{}) {
		return nil // refused by its own rule
	}
	if err := checkClass(r.Table, p.Label); err != nil {
		return []error{err}
	}
	var errs []error
	for i := range p.Cites {
		c := &p.Cites[i]
		q, held := Portion{}, false
		if r.Cited != nil {
			q, held = r.Cited(PortionRef{Portion: c.Portion, Digest: c.Digest})
		}
		switch {
		case !held:
			errs = append(errs, refuse(ErrUnknownCitation, "citation %d", i+1))
			continue
		case q.Digest != c.Digest:
			errs = append(errs, refuse(ErrCitedDigest, "citation %d", i+1))
			continue
		}
		if err := CheckTaint(r.Table, r.Consents, p, &q); err != nil {
			errs = append(errs, within(err, "citation %d", i+1))
		}
	}
	return errs
}

// CheckTaint refuses, by [ErrTaint], a portion that is marked wider than one
// that it cites, under the consents on record.
func CheckTaint(t *label.Table, c label.Consents, p *PortionInput, cited *Portion) error {
	own := effective(c, p)
	whole, err := label.Join(t, own, effective(c, &cited.PortionInput))
	if err != nil {
		return markingError(err)
	}
	if !whole.Equal(own) {
		return refuse(ErrTaint, "a portion of %s", cited.Label.Originators)
	}
	return nil
}

// EffectiveLabel returns the label that a portion which cites the given ones
// needs at least: the roll-up of its own label and of theirs, under the
// consents on record. It is its own effective label if and only if the portion
// carries the whole taint already.
func EffectiveLabel(t *label.Table, c label.Consents, p *PortionInput, cited []Portion) (label.Label, error) {
	whole := effective(c, p)
	if err := checkClass(t, whole); err != nil {
		return label.Label{}, err
	}
	for i := range cited {
		var err error
		if whole, err = label.Join(t, whole, effective(c, &cited[i].PortionInput)); err != nil {
			return label.Label{}, markingError(err)
		}
	}
	return whole, nil
}

// CheckMarking is what a view shows to whoever knows the charter's policies
// and the consents on record: that all its labels are of these policies, and
// that the banner is at least as strict as the roll-up of the portions. An
// originator checks it before it signs, a reader when it opens.
func (r *Report) CheckMarking(t *label.Table, c label.Consents) error {
	if err := checkClass(t, r.Label); err != nil {
		return within(err, "banner")
	}
	var whole label.Label
	for i := range r.Portions {
		p := &r.Portions[i]
		l := effective(c, &p.PortionInput)
		err := checkClass(t, l)
		if err == nil {
			err = checkReach(c, &p.PortionInput)
		}
		if err != nil {
			return within(err, "portion %d", i+1)
		}
		if i == 0 {
			whole = l
			continue
		}
		if whole, err = label.Join(t, whole, l); err != nil {
			return within(markingError(err), "portion %d", i+1)
		}
	}
	strict, err := label.Stricter(t, r.Label, whole)
	if err != nil {
		return markingError(err)
	}
	if !strict {
		return refuse(ErrBanner, "banner %s of %s, roll-up %s of %s", r.Label.Class, r.Label.Policy, whole.Class, whole.Policy)
	}
	return nil
}

// checkReach is the second member's agreement over what the consents on record
// make of a release (rule 19).
func checkReach(c label.Consents, p *PortionInput) error {
	return CheckAgreed(p.Label, effective(c, p).Rel, p.Designation != nil)
}

func effective(c label.Consents, p *PortionInput) label.Label {
	return c.Effective(p.Label, label.PortionID(p.ID))
}

func checkClass(t *label.Table, l label.Label) error {
	return markingError(t.Check(l))
}

// markingError takes an error of the marking algebra to a refusal of acts.
func markingError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, label.ErrUnknownPolicy), errors.Is(err, label.ErrUnknownClass):
		return refuse(ErrUnknownClass, "%v", err)
	}
	return refuse(ErrLabel, "%v", err)
}
