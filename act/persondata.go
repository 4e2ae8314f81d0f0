package act

import (
	"slices"
	"time"

	"entente/label"
)

// Category says as what persons stand in a portion (rule 17). It orders nobody
// and is passed on to nobody: a link gives no status (rule 20).
type Category string

// The closed list of rule 17.
const (
	CategorySuspect   Category = "suspect"
	CategoryAssociate Category = "associate"
	CategoryWitness   Category = "witness"
	CategoryVictim    Category = "victim"
	CategorySource    Category = "source"
	CategoryMinor     Category = "minor"
	// CategoryOther is the default, and is kept the shortest.
	CategoryOther Category = "other"
)

var categories = []Category{
	CategorySuspect, CategoryAssociate, CategoryWitness, CategoryVictim, CategorySource, CategoryMinor, CategoryOther,
}

// Categories is the closed list of rule 17, in its order.
func Categories() []Category { return slices.Clone(categories) }

// The longest that personal data stand without a review, in days (rule 21,
// spec/act.md, "person data").
const (
	ReviewDaysOther   = 183  // nobody is anything but "other"
	ReviewDaysFirst   = 365  // anybody else, before the first review
	ReviewDaysRenewed = 1095 // after a review that renewed them
)

// PersonData says by what right personal data stand in a portion (rules 17,
// 19 and 21). When they are reviewed is in the label.
type PersonData struct {
	// Categories are as what persons stand in it, in the order of the list.
	Categories []Category `json:"categories"`
	// Purpose and LegalBasis, at most 500 bytes each.
	Purpose    string `json:"purpose"`
	LegalBasis string `json:"legal_basis"`
	// Ground is the specific act, or the designation and its authority, for
	// which a suspect or an associate is named (rule 19), at most 500 bytes.
	Ground string `json:"ground,omitempty"`
	// Consent says who consented for a minor or a victim (rule 17), at most
	// 500 bytes.
	Consent string `json:"consent,omitempty"`
	// Renewed is set once a review has renewed them.
	Renewed *Renewal `json:"renewed,omitempty"`
}

// A Renewal says that a review found the data still needed (rule 21).
type Renewal struct {
	// Since is the day, 2006-01-02, since which they have been kept.
	Since string `json:"since"`
	// Reason says why they are still needed, at most 500 bytes.
	Reason string `json:"reason"`
}

// ReviewWithin is the longest time after the writing of a report at which its
// data must be reviewed.
func (p *PersonData) ReviewWithin() time.Duration {
	days := ReviewDaysFirst
	switch {
	case p.Renewed != nil:
		days = ReviewDaysRenewed
	case len(p.Categories) == 1 && p.Categories[0] == CategoryOther:
		days = ReviewDaysOther
	}
	return time.Duration(days) * 24 * time.Hour
}

func (d *decoder) personData(n int) (*PersonData, error) {
	f, err := d.walk(n, &personDataShape)
	if err != nil {
		return nil, err
	}
	p := &PersonData{Purpose: d.text(f[personPurpose]), LegalBasis: d.text(f[personLegalBasis])}
	if p.Categories, err = elements(d.tape, f[personCategories], "category", len(categories), decodeCategory); err != nil {
		return nil, err
	}
	if len(p.Categories) == 0 {
		return nil, refuse(ErrValue, "no category; of somebody who is none of the others it is \"other\"")
	}
	if !slices.IsSortedFunc(p.Categories, func(a, b Category) int { return slices.Index(categories, a) - slices.Index(categories, b) }) {
		return nil, refuse(ErrValue, "the categories are not in the order of the list")
	}
	if len(slices.Compact(slices.Clone(p.Categories))) != len(p.Categories) {
		return nil, refuse(ErrRepeated, "a category")
	}
	if err := checkText("the purpose", p.Purpose, maxReason); err != nil {
		return nil, err
	}
	if err := checkText("the legal basis", p.LegalBasis, maxReason); err != nil {
		return nil, err
	}
	if p.Ground, err = optionalText(d.tape, f[personGround], "the ground", maxReason); err != nil {
		return nil, err
	}
	if p.Consent, err = optionalText(d.tape, f[personConsent], "the consent", maxReason); err != nil {
		return nil, err
	}
	if !f.has(personRenewed) {
		return p, nil
	}
	if f, err = d.walk(f[personRenewed], &renewalShape); err != nil {
		return nil, err
	}
	p.Renewed = &Renewal{Since: d.text(f[renewalSince]), Reason: d.text(f[renewalReason])}
	if _, err := parseDay(p.Renewed.Since); err != nil {
		return nil, err
	}
	return p, checkText("the reason of a renewal", p.Renewed.Reason, maxReason)
}

func decodeCategory(t *tape, n int) (Category, error) {
	if k := t.nodes[n].kind; k != kindString && k != kindEscaped {
		return "", refuse(ErrValue, "a category is a string")
	}
	return oneOf("category", t.text(n), categories)
}

func parseDay(s string) (time.Time, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() < 1970 {
		return t, refuse(ErrValue, "%q is not a day such as 2015-09-30", clip(s))
	}
	return t, nil
}

// checkPersonData is rules 17, 19 and 21, as far as the portion by itself can
// show them. A public listing has none of it: only the authority's public
// particulars stand there.
func checkPersonData(l *label.Label, p *PersonData, listing bool) error {
	switch {
	case p == nil && l.Personal && !listing:
		return refuse(ErrNoPersonData, "its label says personal data")
	case p == nil:
		return nil
	case listing:
		return refuse(ErrPersonData, "a public listing has no category")
	case !l.Personal:
		return refuse(ErrPersonData, "its label does not say so")
	}
	has := func(cs ...Category) bool {
		return slices.ContainsFunc(cs, func(c Category) bool { return slices.Contains(p.Categories, c) })
	}
	if has(CategoryMinor, CategoryVictim) && p.Consent == "" {
		return refuse(ErrPersonConsent, "categories %v", p.Categories)
	}
	if has(CategorySuspect, CategoryAssociate) && p.Ground == "" {
		return refuse(ErrNoGround, "categories %v", p.Categories)
	}
	return CheckAgreed(*l, l.Rel, false)
}

// bilateral is how many members at most have a record of a person between them
// before a second one has agreed to more: its originator and one other.
const bilateral = 2

// CheckAgreed is the second member's agreement of rule 19: [ErrSecondMember]
// refuses that the members of reach have a portion with the label l, when it
// holds personal data that are no public listing, unless one other member at
// most is among them, or, beyond the label's own release, a second member is
// one of those whose grants widen it (spec/label.md, "Consent").
func CheckAgreed(l label.Label, reach label.MemberSet, listing bool) error {
	switch {
	case !l.Personal || listing:
		return nil
	case l.Rel.Len() > bilateral:
		return refuse(ErrSecondMember, "released to %s", l.Rel)
	case reach.Len() > bilateral && l.Originators.Union(l.ConsentNeeded).Len() < 2:
		return refuse(ErrSecondMember, "for %s by the grant of %s alone", reach, l.Originators)
	}
	return nil
}

// checkReviewDate is rule 21 over a portion of a report written at the given
// moment: a review that comes too late is none.
func checkReviewDate(written time.Time, p *PortionInput) error {
	d := p.PersonData
	if d == nil || !p.Label.Personal {
		return nil
	}
	if d.Renewed != nil {
		since, err := parseDay(d.Renewed.Since)
		if err != nil {
			return err
		}
		if since.After(written) {
			return refuse(ErrReviewDate, "kept since %s, and written %s", d.Renewed.Since, written.Format(time.DateOnly))
		}
	}
	latest := written.Add(d.ReviewWithin())
	if at := time.Unix(int64(p.Label.ReviewBy), 0); at.After(latest) {
		return refuse(ErrReviewDate, "review by %s, at the latest %s", at.UTC().Format(time.DateOnly), latest.UTC().Format(time.DateOnly))
	}
	return nil
}

func appendPersonData(b []byte, p *PersonData) []byte {
	o := begin(b, &personDataShape)
	list(&o, personCategories, p.Categories, func(b []byte, c *Category) []byte { return appendString(b, string(*c)) })
	o.str(personPurpose, p.Purpose)
	o.str(personLegalBasis, p.LegalBasis)
	o.opt(personGround, p.Ground)
	o.opt(personConsent, p.Consent)
	if p.Renewed != nil {
		o.key(personRenewed)
		w := begin(o.b, &renewalShape)
		w.str(renewalSince, p.Renewed.Since)
		w.str(renewalReason, p.Renewed.Reason)
		o.b = w.end()
	}
	return o.end()
}
