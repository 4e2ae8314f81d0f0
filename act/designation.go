package act

import (
	"strings"
	"time"
	"unicode"
)

// A Designation is a public listing of a person or an entity by a named
// authority. It is exempt from the counts of rule 2 and from the second
// member's agreement of rule 19, and holds for that the authority's public
// particulars alone, coarsely: years of birth and no days, countries and
// provinces and no towns or streets (rule 3), no numbers of documents, no
// religion, origin or health (rule 18), no family (rule 20), nothing by which
// persons could be ordered (rule 24).
type Designation struct {
	// Authority is who lists ("UN"), List which of its lists, Reference the
	// entry's stable key there ("QDi.001").
	Authority string `json:"authority"`
	List      string `json:"list"`
	Reference string `json:"reference"`
	// Kind says what is listed.
	Kind DesignationKind `json:"kind"`
	// Names holds the primary name first.
	Names []Name `json:"names"`
	// ListedOn and UpdatedOn are days, 2006-01-02; UpdatedOn may be empty.
	ListedOn  string `json:"listed_on"`
	UpdatedOn string `json:"updated_on,omitempty"`
	// Status says whether the listing is in force.
	Status DesignationStatus `json:"status"`
	// Basis is the ground that the authority states, quoted (rule 19).
	Basis string `json:"basis"`
	// Nationalities and the countries of places are written as the authority
	// writes them.
	Nationalities []string    `json:"nationalities,omitempty"`
	BirthYears    []BirthYear `json:"birth_years,omitempty"`
	BirthPlaces   []Place     `json:"birth_places,omitempty"`
	Places        []Place     `json:"places,omitempty"`
	// Roles are the offices and functions that the authority states.
	Roles []string `json:"roles,omitempty"`
}

// DesignationKind says what is listed.
type DesignationKind string

// The kinds of designation.
const (
	KindPerson DesignationKind = "person"
	KindEntity DesignationKind = "entity"
)

// DesignationStatus says whether a listing is in force.
type DesignationStatus string

// The states of a listing.
const (
	// InForce: the authority lists it.
	InForce DesignationStatus = "in force"
	// Ended: the authority lists it no longer.
	Ended DesignationStatus = "ended"
)

// NameQuality says how the authority qualifies a name.
type NameQuality string

// The qualities of names.
const (
	NamePrimary NameQuality = "primary"
	// NameOriginal is the primary name in its own script.
	NameOriginal NameQuality = "original"
	NameGood     NameQuality = "good"
	NameLow      NameQuality = "low"
	NameAlias    NameQuality = "alias"
	NameFormer   NameQuality = "former"
)

// A Name is one name of what is listed.
type Name struct {
	Name    string      `json:"name"`
	Quality NameQuality `json:"quality"`
	// Script is the ISO 15924 code of the script, empty for Latn.
	Script string `json:"script,omitempty"`
}

// YearQuality says how sure the authority is of a year.
type YearQuality string

// The qualities of years.
const (
	YearExact         YearQuality = "exact"
	YearApproximately YearQuality = "approximately"
	YearBetween       YearQuality = "between"
)

// A BirthYear is a year of birth, or a range of years, both ends included.
type BirthYear struct {
	From    int         `json:"from"`
	To      int         `json:"to"`
	Quality YearQuality `json:"quality"`
}

// A Place is a country, a province, or a province within a country.
type Place struct {
	Country  string `json:"country,omitempty"`
	Province string `json:"province,omitempty"`
}

// The closed lists.
var (
	designationKinds    = []DesignationKind{KindPerson, KindEntity}
	designationStatuses = []DesignationStatus{InForce, Ended}
	nameQualities       = []NameQuality{NamePrimary, NameOriginal, NameGood, NameLow, NameAlias, NameFormer}
	yearQualities       = []YearQuality{YearExact, YearApproximately, YearBetween}
)

// DesignationDigest returns the digest by which two states of a listing are
// compared and batches of listings are released: SHA-256 of the context
// "entente/v1/designation", a zero byte, and the bytes of the designation as
// [NewPortion] writes it into a portion.
func DesignationDigest(d *Designation) Digest {
	return digestOf(contextDesignation, appendDesignation(nil, d))
}

// Validate refuses a designation that could not stand in a portion.
func (d *Designation) Validate() error {
	t, err := scan(appendDesignation(nil, d), nil)
	if err != nil {
		return err
	}
	_, err = decodeDesignation(t, 0)
	return err
}

func decodeDesignation(t *tape, n int) (d Designation, err error) {
	f, err := t.walk(n, &designationShape)
	if err != nil {
		return d, err
	}
	for _, s := range []struct {
		to    *string
		field int
		most  int
	}{
		{&d.Authority, designationAuthority, maxAuthority},
		{&d.List, designationList, maxAuthority},
		{&d.Reference, designationReference, maxReference},
	} {
		*s.to = t.text(f[s.field])
		if err := checkLine(designationShape.fields[s.field].name, *s.to, s.most); err != nil {
			return d, err
		}
	}
	d.Basis = t.text(f[designationBasis])
	if err := checkText("the basis", d.Basis, maxBasis); err != nil {
		return d, err
	}
	if err := checkNumber(d.Basis); err != nil {
		return d, err
	}
	if d.Kind, err = oneOf("kind", t.text(f[designationKind]), designationKinds); err != nil {
		return d, err
	}
	if d.Status, err = oneOf("status", t.text(f[designationStatus]), designationStatuses); err != nil {
		return d, err
	}
	if d.Names, err = elements(t, f[designationNames], "name", maxNames, decodeName); err != nil {
		return d, err
	}
	if len(d.Names) == 0 || d.Names[0].Quality != NamePrimary {
		return d, refuse(ErrValue, "the first name is the primary one")
	}
	d.ListedOn = t.text(f[designationListedOn])
	if err := checkDay("listed_on", d.ListedOn); err != nil {
		return d, err
	}
	if f.has(designationUpdatedOn) {
		d.UpdatedOn = t.text(f[designationUpdatedOn])
		if err := checkDay("updated_on", d.UpdatedOn); err != nil {
			return d, err
		}
	}
	return d, decodeParticulars(t, &f, &d)
}

func decodeParticulars(t *tape, f *found, d *Designation) (err error) {
	if d.Nationalities, err = elements(t, f[designationNationalities], "nationality", maxParticulars, decodeCountry); err != nil {
		return err
	}
	if d.BirthYears, err = elements(t, f[designationBirthYears], "birth year", maxParticulars, decodeYear); err != nil {
		return err
	}
	if d.BirthPlaces, err = elements(t, f[designationBirthPlaces], "birth place", maxParticulars, decodePlace); err != nil {
		return err
	}
	if d.Places, err = elements(t, f[designationPlaces], "place", maxParticulars, decodePlace); err != nil {
		return err
	}
	d.Roles, err = elements(t, f[designationRoles], "role", maxParticulars, func(t *tape, n int) (string, error) {
		s, err := textElement(t, n, "a role", maxRole)
		if err == nil {
			err = checkNumber(s)
		}
		return s, err
	})
	if err != nil {
		return err
	}
	if d.Kind == KindEntity && (len(d.BirthYears) > 0 || len(d.BirthPlaces) > 0 || len(d.Nationalities) > 0) {
		return refuse(ErrValue, "an entity has neither birth nor nationality")
	}
	return nil
}

func textElement(t *tape, n int, what string, most int) (string, error) {
	if k := t.nodes[n].kind; k != kindString && k != kindEscaped {
		return "", refuse(ErrValue, "%s is not a string", what)
	}
	s := t.text(n)
	return s, checkLine(what, s, most)
}

func decodeCountry(t *tape, n int) (string, error) {
	s, err := textElement(t, n, "a country", maxPlace)
	if err == nil {
		err = checkPlace(s)
	}
	return s, err
}

func decodeName(t *tape, n int) (m Name, err error) {
	f, err := t.walk(n, &nameShape)
	if err != nil {
		return m, err
	}
	m.Name = t.text(f[nameName])
	if err := checkLine("a name", m.Name, maxName); err != nil {
		return m, err
	}
	if err := checkNumber(m.Name); err != nil {
		return m, err
	}
	if m.Quality, err = oneOf("quality of a name", t.text(f[nameQuality]), nameQualities); err != nil {
		return m, err
	}
	if f.has(nameScript) {
		m.Script = t.text(f[nameScript])
		if len(m.Script) != 4 || !upper(m.Script[0]) || shapeOf(m.Script[1:], lower) != 3 {
			return m, refuse(ErrValue, "script %q is not a code of ISO 15924", clip(m.Script))
		}
	}
	return m, nil
}

func decodeYear(t *tape, n int) (y BirthYear, err error) {
	f, err := t.walk(n, &yearShape)
	if err != nil {
		return y, err
	}
	from, to := t.integer(f[yearFrom]), t.integer(f[yearTo])
	if from < 1800 || to < from || to > 2200 {
		return y, refuse(ErrValue, "years of birth %d to %d", from, to)
	}
	y.From, y.To = int(from), int(to)
	y.Quality, err = oneOf("quality of a year", t.text(f[yearQuality]), yearQualities)
	if err == nil && from != to && y.Quality == YearExact {
		err = refuse(ErrValue, "an exact year is one year, not %d to %d", from, to)
	}
	return y, err
}

func decodePlace(t *tape, n int) (p Place, err error) {
	f, err := t.walk(n, &placeShape)
	if err != nil {
		return p, err
	}
	if !f.has(placeCountry) && !f.has(placeProvince) {
		return p, refuse(ErrMissingField, "country or province of a place")
	}
	for i, to := range [...]*string{placeCountry: &p.Country, placeProvince: &p.Province} {
		if !f.has(i) {
			continue
		}
		*to = t.text(f[i])
		if err := checkLine("a place", *to, maxPlace); err != nil {
			return p, err
		}
		if err := checkPlace(*to); err != nil {
			return p, err
		}
	}
	return p, nil
}

// checkPlace refuses what looks like an address or like coordinates. It cannot
// know all names of towns; digits are the mark of what is certainly too fine.
func checkPlace(s string) error {
	if strings.ContainsAny(s, "0123456789٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹#@°") {
		return refuse(ErrFinePlace, "%q", clip(s))
	}
	return nil
}

// NumberRun is the length from which a run of digits in a designation counts as
// the number of a document, a register or a telephone. Years, resolutions and
// document symbols of the United Nations are shorter.
const NumberRun = 5

// checkNumber refuses texts with such a run.
func checkNumber(s string) error {
	run := 0
	for _, r := range s {
		if !unicode.IsDigit(r) {
			run = 0
		} else if run++; run == NumberRun {
			return refuse(ErrNumber, "%q", clip(s))
		}
	}
	return nil
}

// checkDay accepts a day of the calendar, 2006-01-02.
func checkDay(what, s string) error {
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return refuse(ErrValue, "%s %q is not a day such as 2015-09-27", what, clip(s))
	}
	return nil
}

func appendDesignation(b []byte, d *Designation) []byte {
	o := begin(b, &designationShape)
	o.str(designationAuthority, d.Authority)
	o.str(designationList, d.List)
	o.str(designationReference, d.Reference)
	o.str(designationKind, string(d.Kind))
	list(&o, designationNames, d.Names, appendName)
	o.str(designationListedOn, d.ListedOn)
	o.opt(designationUpdatedOn, d.UpdatedOn)
	o.str(designationStatus, string(d.Status))
	o.str(designationBasis, d.Basis)
	list(&o, designationNationalities, d.Nationalities, appendStr)
	list(&o, designationBirthYears, d.BirthYears, appendYear)
	list(&o, designationBirthPlaces, d.BirthPlaces, appendPlace)
	list(&o, designationPlaces, d.Places, appendPlace)
	list(&o, designationRoles, d.Roles, appendStr)
	return o.end()
}

func appendName(b []byte, n *Name) []byte {
	o := begin(b, &nameShape)
	o.str(nameName, n.Name)
	o.str(nameQuality, string(n.Quality))
	o.opt(nameScript, n.Script)
	return o.end()
}

func appendYear(b []byte, y *BirthYear) []byte {
	o := begin(b, &yearShape)
	o.integer(yearFrom, int64(y.From))
	o.integer(yearTo, int64(y.To))
	o.str(yearQuality, string(y.Quality))
	return o.end()
}

func appendPlace(b []byte, p *Place) []byte {
	o := begin(b, &placeShape)
	o.opt(placeCountry, p.Country)
	o.opt(placeProvince, p.Province)
	return o.end()
}
