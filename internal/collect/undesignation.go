package collect

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"entente/act"
)

// listEntry is an INDIVIDUAL or an ENTITY as the publisher writes it. Elements
// that are not named here are not read.
type listEntry struct {
	First     string        `xml:"FIRST_NAME"`
	Second    string        `xml:"SECOND_NAME"`
	Third     string        `xml:"THIRD_NAME"`
	Fourth    string        `xml:"FOURTH_NAME"`
	List      string        `xml:"UN_LIST_TYPE"`
	Reference string        `xml:"REFERENCE_NUMBER"`
	ListedOn  string        `xml:"LISTED_ON"`
	Original  string        `xml:"NAME_ORIGINAL_SCRIPT"`
	Remarks   string        `xml:"COMMENTS1"`
	Roles     []string      `xml:"DESIGNATION>VALUE"`
	Nations   []string      `xml:"NATIONALITY>VALUE"`
	Updated   []string      `xml:"LAST_DAY_UPDATED>VALUE"`
	Aliases   []listAlias   `xml:"INDIVIDUAL_ALIAS"`
	EAliases  []listAlias   `xml:"ENTITY_ALIAS"`
	Addresses []listPlace   `xml:"INDIVIDUAL_ADDRESS"`
	EAddress  []listPlace   `xml:"ENTITY_ADDRESS"`
	Births    []listBirth   `xml:"INDIVIDUAL_DATE_OF_BIRTH"`
	Births2   []listPlace   `xml:"INDIVIDUAL_PLACE_OF_BIRTH"`
	Documents []listPresent `xml:"INDIVIDUAL_DOCUMENT"`
}

type listAlias struct {
	Quality string `xml:"QUALITY"`
	Name    string `xml:"ALIAS_NAME"`
	Note    string `xml:"NOTE"`
}

type listPlace struct {
	Street   string `xml:"STREET"`
	City     string `xml:"CITY"`
	Zip      string `xml:"ZIP_CODE"`
	Note     string `xml:"NOTE"`
	Province string `xml:"STATE_PROVINCE"`
	Country  string `xml:"COUNTRY"`
}

type listBirth struct {
	Type string `xml:"TYPE_OF_DATE"`
	Date string `xml:"DATE"`
	Year string `xml:"YEAR"`
	From string `xml:"FROM_YEAR"`
	To   string `xml:"TO_YEAR"`
	Note string `xml:"NOTE"`
}

// listPresent says only that a document was there; nothing of it is read.
type listPresent struct {
	Type   string `xml:"TYPE_OF_DOCUMENT"`
	Number string `xml:"NUMBER"`
}

// Bounds of what is taken over; they are those of act.md or below.
const (
	mostNames       = 128
	mostParticulars = 32
	mostName        = 400
	mostRole        = 500
	mostPlace       = 120
	mostBasis       = 4 << 10
)

// designation reduces an entry of the list to what act.md lets in.
func (x *listEntry) designation(person bool) Entry {
	var e Entry
	d := &e.Designation
	d.Authority, d.Status = "UN", act.InForce
	d.List, d.Reference = oneLine(x.List), oneLine(x.Reference)
	d.Kind = act.KindEntity
	if person {
		d.Kind = act.KindPerson
	}
	d.ListedOn = day(x.ListedOn)
	for _, u := range x.Updated {
		d.UpdatedOn = max(d.UpdatedOn, day(u))
	}
	x.names(&e)
	for _, r := range x.Roles {
		if r = cut(oneLine(r), mostRole); r == "" || len(d.Roles) == mostParticulars {
			continue
		}
		if hasNumber(r) {
			e.LeftOut.Documents++
			continue
		}
		d.Roles = appendNew(d.Roles, r)
	}
	x.places(&e)
	if person {
		x.births(&e)
	}
	for _, doc := range x.Documents {
		if oneLine(doc.Type+doc.Number) != "" {
			e.LeftOut.Documents++
		}
	}
	d.Basis, e.LeftOut.Remarks = reduceRemarks(x.Remarks)
	d.Basis = cut(d.Basis, mostBasis)
	e.Quoted = d.Basis != ""
	if !e.Quoted {
		d.Basis = fmt.Sprintf("Listed by the United Nations Security Council, list %q. ", d.List)
		if e.LeftOut.Remarks > 0 {
			d.Basis += "All remarks of the list are left out here."
		} else {
			d.Basis += "The list makes no remark."
		}
	}
	return e
}

// day returns the day of a date of the list, which may carry a zone behind it.
func day(s string) string {
	if s = strings.TrimSpace(s); len(s) > len("2006-01-02") {
		s = s[:len("2006-01-02")]
	}
	return s
}

// names takes over the primary name, the name in its own script, and all
// others, without what is no name in them.
func (x *listEntry) names(e *Entry) {
	primary := oneLine(strings.Join([]string{x.First, x.Second, x.Third, x.Fourth}, " "))
	if hasNumber(primary) {
		primary = beforeParticulars(primary)
		e.LeftOut.Documents++
	}
	names := []act.Name{{Name: cut(primary, mostName), Quality: act.NamePrimary, Script: script(primary)}}
	add := func(s string, q act.NameQuality) {
		for _, n := range splitNames(s) {
			if hasNumber(n) || particulars.MatchString(n) {
				n = beforeParticulars(n)
				e.LeftOut.Documents++
			}
			known := slices.ContainsFunc(names, func(o act.Name) bool { return o.Name == n })
			if n == "" || len(n) > mostName || known || len(names) == mostNames {
				continue
			}
			names = append(names, act.Name{Name: n, Quality: q, Script: script(n)})
		}
	}
	add(x.Original, act.NameOriginal)
	for _, a := range append(x.Aliases, x.EAliases...) {
		q := act.NameAlias
		switch strings.ToLower(strings.TrimSpace(a.Quality)) {
		case "good":
			q = act.NameGood
		case "low":
			q = act.NameLow
		case "f.k.a.":
			q = act.NameFormer
		}
		add(a.Name, q)
		if _, original, ok := strings.Cut(a.Note, "original script:"); ok {
			add(original, q)
		}
	}
	e.Designation.Names = names
}

// particulars are what stands behind some names on the list and is no part of
// them.
var particulars = regexp.MustCompile(`(?i)[\s,(]*\b(born|dob|date of birth|passport|national id|identification|identity|false identity|no\.)\b`)

// beforeParticulars returns the name in front of particulars or of a number,
// empty if there is none.
func beforeParticulars(s string) string {
	if m := particulars.FindStringIndex(s); m != nil {
		s = s[:m[0]]
	}
	if i := strings.IndexFunc(s, unicode.IsDigit); i >= 0 && hasNumber(s) {
		s = s[:i]
	}
	return trimName(s)
}

var listMark = regexp.MustCompile(`^\(?[a-z]\)\s+`)

// splitNames takes apart a field that holds several names: between semicolons,
// and where a bracket opens that does not close in the same piece.
func splitNames(s string) []string {
	s = strings.ReplaceAll(oneLine(s), "(original script)", "")
	var out []string
	for _, piece := range strings.FieldsFunc(s, func(r rune) bool { return r == ';' }) {
		piece = trimName(piece)
		if strings.Count(piece, "(") != strings.Count(piece, ")") {
			for _, p := range strings.FieldsFunc(piece, func(r rune) bool { return r == '(' || r == ')' }) {
				out = append(out, trimName(p))
			}
			continue
		}
		out = append(out, piece)
	}
	return slices.DeleteFunc(out, func(n string) bool { return n == "" })
}

func trimName(s string) string {
	s = listMark.ReplaceAllString(strings.TrimSpace(s), "")
	return strings.Trim(s, " ,:“”\"")
}

// scripts are those in which names of the list are written, by ISO 15924.
var scripts = []struct {
	code  string
	table *unicode.RangeTable
}{
	{"", unicode.Latin}, {"Arab", unicode.Arabic}, {"Cyrl", unicode.Cyrillic}, {"Hang", unicode.Hangul}, {"Hani", unicode.Han},
	{"Hebr", unicode.Hebrew}, {"Deva", unicode.Devanagari}, {"Beng", unicode.Bengali}, {"Ethi", unicode.Ethiopic}, {"Grek", unicode.Greek},
}

// script returns the script of the first letter, empty for Latn and for what
// it does not know.
func script(s string) string {
	for _, r := range s {
		if !unicode.IsLetter(r) {
			continue
		}
		for _, sc := range scripts {
			if unicode.Is(sc.table, r) {
				return sc.code
			}
		}
		return ""
	}
	return ""
}

// places takes over countries and provinces and nothing finer (rule 3).
func (x *listEntry) places(e *Entry) {
	d := &e.Designation
	for _, n := range x.Nations {
		if n = oneLine(n); coarse(n) && d.Kind == act.KindPerson && len(d.Nationalities) < mostParticulars {
			d.Nationalities = appendNew(d.Nationalities, n)
		}
	}
	for _, p := range append(x.Addresses, x.EAddress...) {
		if oneLine(p.Street+p.City+p.Zip+p.Note) != "" {
			e.LeftOut.Addresses++
		}
		if q := p.place(); q != (act.Place{}) && len(d.Places) < mostParticulars {
			d.Places = appendNew(d.Places, q)
		}
	}
}

var roads = regexp.MustCompile(`(?i)\b(street|avenue|road|boulevard|lane|plaza|market|near|quarter|village|town|city)\b`)

func (p listPlace) place() (q act.Place) {
	if c := oneLine(p.Country); coarse(c) {
		q.Country = c
	}
	province := oneLine(p.Province)
	province = strings.TrimSpace(province[strings.LastIndex(province, ",")+1:]) // "Town, Province"
	if coarse(province) && !roads.MatchString(province) {
		q.Province = province
	}
	return q
}

// coarse reports whether s can be the name of a country or a province.
func coarse(s string) bool {
	return s != "" && len(s) <= mostPlace && !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsDigit(r) || strings.ContainsRune("#@°", r) })
}

var year = regexp.MustCompile(`\b(1[89]\d\d|20\d\d)\b`)

// births takes over years, and countries and provinces of birth.
func (x *listEntry) births(e *Entry) {
	d := &e.Designation
	for _, b := range x.Births {
		from, to := yearIn(b.From), yearIn(b.To)
		q := act.YearExact
		switch strings.ToUpper(strings.TrimSpace(b.Type)) {
		case "BETWEEN":
			q = act.YearBetween
		case "EXACT":
		default:
			q = act.YearApproximately
		}
		if from == 0 {
			if from = yearIn(b.Date); from == 0 {
				from = yearIn(b.Year)
			} else {
				e.LeftOut.Births++
			}
		}
		if from == 0 {
			from = yearIn(b.Note)
		}
		if to < from {
			to = from
		}
		if from == 0 || len(d.BirthYears) == mostParticulars {
			continue
		}
		if from != to && q == act.YearExact {
			q = act.YearBetween
		}
		d.BirthYears = appendNew(d.BirthYears, act.BirthYear{From: from, To: to, Quality: q})
	}
	for _, p := range x.Births2 {
		if oneLine(p.Street+p.City) != "" {
			e.LeftOut.Births++
		}
		if q := p.place(); q != (act.Place{}) && len(d.BirthPlaces) < mostParticulars {
			d.BirthPlaces = appendNew(d.BirthPlaces, q)
		}
	}
}

func yearIn(s string) int {
	n, _ := strconv.Atoi(year.FindString(s))
	return n
}

func appendNew[T comparable](list []T, v T) []T {
	if slices.Contains(list, v) {
		return list
	}
	return append(list, v)
}

// Draft returns the report for an entry: one portion, its text the particulars
// in words, under what the officer says once for the whole list.
func (e *Entry) Draft(o Options) Draft {
	d := &e.Designation
	p := act.PortionInput{
		Label: o.Origin.Label, Grade: o.Origin.Grade, Lang: "en", Text: e.text(),
		Sources: []act.Source{o.Origin.Source}, Designation: d,
	}
	dr := Draft{
		Key: d.Reference, Digest: e.Digest, At: e.At, Type: act.DESIGNATION,
		Title: cut(d.Reference+" "+d.Names[0].Name, 300), Portions: []act.PortionInput{p},
		Original: File{Name: o.Name, MediaType: o.MediaType, Path: o.Path, Dropped: true},
	}
	l := e.LeftOut
	for _, n := range []struct {
		count int
		rule  string
		what  string
	}{
		{l.Documents, "2", "documents and numbers"},
		{l.Addresses, "3", "addresses finer than a province"},
		{l.Births, "3", "days and towns of birth"},
		{l.Remarks, "3, 18 and 20", "sentences of the remarks with numbers, addresses, family, the body or belonging"},
	} {
		if n.count > 0 {
			dr.Notes = append(dr.Notes, Note{Rule: n.rule, Text: fmt.Sprintf("left out: %s (%d)", n.what, n.count)})
		}
	}
	return dr
}

// text says the designation in words, for reading and for search.
func (e *Entry) text() string {
	d := &e.Designation
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s listed by the %s (%s) on %s, %s.\n", d.Reference, d.Kind, d.Authority, d.List, d.ListedOn, d.Status)
	for i, n := range d.Names {
		if i == 0 {
			fmt.Fprintf(&b, "Name: %s", n.Name)
		} else {
			fmt.Fprintf(&b, "; %s (%s)", n.Name, n.Quality)
		}
	}
	line := func(what string, list []string) {
		if len(list) > 0 {
			fmt.Fprintf(&b, "\n%s: %s", what, strings.Join(list, "; "))
		}
	}
	line("Roles", d.Roles)
	line("Nationality", d.Nationalities)
	var years []string
	for _, y := range d.BirthYears {
		s := strconv.Itoa(y.From)
		if y.To != y.From {
			s += "-" + strconv.Itoa(y.To)
		}
		if y.Quality == act.YearApproximately {
			s = "about " + s
		}
		years = append(years, s)
	}
	line("Born", years)
	line("Born in", placeNames(d.BirthPlaces))
	line("Places", placeNames(d.Places))
	if e.Quoted {
		fmt.Fprintf(&b, "\nThe list says: “%s”", d.Basis)
	} else {
		b.WriteString("\n" + d.Basis)
	}
	return cut(b.String(), act.MaxText)
}

func placeNames(ps []act.Place) (out []string) {
	for _, p := range ps {
		switch {
		case p.Province == "":
			out = append(out, p.Country)
		case p.Country == "":
			out = append(out, p.Province)
		default:
			out = append(out, p.Province+", "+p.Country)
		}
	}
	return out
}
