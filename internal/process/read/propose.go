package read

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"entente/internal/process/attributions"
	"entente/internal/process/dates"
	"entente/internal/process/language"
	"entente/internal/process/passage"
	"entente/internal/process/quantities"
)

// The kinds of proposals: what an officer can confirm of a text.
const (
	KindPerson       = mentionPerson
	KindGroup        = mentionGroup
	KindOrganisation = mentionOrganization
	KindPlace        = "place"
	KindDate         = "date"
	KindQuantity     = "quantity"
	KindStatement    = "statement"
	KindCredit       = "credit"
	KindLanguage     = "language"
)

// Kinds is the closed list of kinds. None says anything of a religion, an
// ethnicity, a view, health or sexual life (rule 18).
func Kinds() []string {
	return []string{KindPerson, KindGroup, KindOrganisation, KindPlace, KindDate, KindQuantity, KindStatement, KindCredit, KindLanguage}
}

// MaxProposals bounds the proposals that are kept of one portion.
const MaxProposals = 2000

// Proposal is one finding as it is kept: where it stands in the text, what it
// is taken to mean, and by which method. The words themselves are not repeated:
// they stand in the text, and go with it.
type Proposal struct {
	// N names it within its text, from 1.
	N    int    `json:"n"`
	Kind string `json:"k"`
	// Bytes and Points are the offsets in the text, in bytes and in code
	// points, end excluded.
	Bytes      [2]int  `json:"b"`
	Points     [2]int  `json:"p"`
	Method     string  `json:"m"`
	Version    string  `json:"v"`
	Confidence float64 `json:"c"` // 0 to 1
	Meaning    Meaning `json:"x"`
}

// Meaning is what a finding is taken to mean; which fields are set hangs on its
// kind.
type Meaning struct {
	Names []string `json:"names,omitempty"` // usual names of a known group

	Place   string   `json:"place,omitempty"` // id in the gazetteer
	Name    string   `json:"name,omitempty"`  // its usual name
	Class   string   `json:"class,omitempty"`
	Country string   `json:"country,omitempty"` // ISO 3166-1 alpha-2
	Cell    string   `json:"cell,omitempty"`    // S2 cell of about 10 km (rule 3)
	Others  []string `json:"others,omitempty"`  // ids of other places of that name

	From      string `json:"from,omitempty"` // first and last day; empty is open
	To        string `json:"to,omitempty"`
	At        string `json:"at,omitempty"` // time of day of a day-time group
	Precision string `json:"precision,omitempty"`
	Calendar  string `json:"calendar,omitempty"`

	Low        *float64 `json:"low,omitempty"`
	High       *float64 `json:"high,omitempty"` // absent is open
	Event      string   `json:"event,omitempty"`
	Unit       string   `json:"unit,omitempty"`
	Population string   `json:"population,omitempty"`

	Speaker     *[2]int `json:"speaker,omitempty"` // bytes of the text
	SpeakerKind string  `json:"speaker_kind,omitempty"`
	Content     *[2]int `json:"content,omitempty"`
	Modality    string  `json:"modality,omitempty"`
	Direct      bool    `json:"direct,omitempty"`

	Credit string `json:"credit,omitempty"`
	Agency string `json:"agency,omitempty"`

	Language string `json:"language,omitempty"` // BCP 47
}

// Methods names everything that a reader reads by, with versions, and the
// places that it knows by their fingerprint. Two readers with the same name
// propose the same of the same text.
func Methods(gazetteer string) string {
	list := []string{
		passage.Method + "/" + passage.Version, language.Method + "/" + language.Version, dates.Method + "/" + dates.Version,
		quantities.Method + "/" + quantities.Version, attributions.Method + "/" + attributions.Version,
		methodMentions + "/" + versionMentions, methodGroups + "/" + versionGroups, methodProposals + "/" + versionProposals,
	}
	if gazetteer != "" {
		list = append(list, methodPlaces+"/"+versionPlaces+"+"+gazetteer)
	}
	return strings.Join(list, " ")
}

// Proposals returns what is to be confirmed of a result, in the order of the
// text and never in one of likelihood (rule 24), and how many more there were
// than are kept.
//
// Where the text names a person or a group, places are given as finely as rule
// 3 allows: below a district by their cell of about 10 km and without an
// identifier, and days without their time.
func (r *Result) Proposals() (kept []Proposal, left int) {
	var out []Proposal
	add := func(kind string, s *Suggestion, m Meaning) {
		out = append(out, Proposal{Kind: kind, Bytes: s.Bytes, Points: s.Points, Method: s.Method, Version: s.Version, Confidence: s.Confidence, Meaning: m})
	}
	someone := false
	for i := range r.Mentions {
		m := &r.Mentions[i]
		someone = someone || m.Kind == mentionPerson || m.Kind == mentionGroup
		add(m.Kind, &m.Suggestion, Meaning{Names: m.Names})
	}
	for i := range r.Attributions {
		a := &r.Attributions[i]
		someone = someone || a.Speaker != nil
		add(KindStatement, &a.Suggestion, Meaning{Speaker: bytesOf(a.Speaker), SpeakerKind: a.SpeakerKind, Content: bytesOf(a.Content), Modality: a.Modality, Direct: a.Direct})
	}
	for i := range r.Places {
		p := &r.Places[i]
		m := Meaning{Place: p.ID, Name: p.Name, Class: p.Class, Country: p.Country, Cell: p.Cell, Others: p.Others}
		if someone && fine[p.Class] {
			m.Place, m.Others = "", nil
		}
		add(KindPlace, &p.Suggestion, m)
	}
	for i := range r.Dates {
		d := &r.Dates[i]
		if !d.Resolved {
			continue
		}
		m := Meaning{Precision: d.Precision, Calendar: d.Calendar, At: d.At}
		if d.From != nil {
			m.From = *d.From
		}
		if d.To != nil {
			m.To = *d.To
		}
		if someone && m.At != "" {
			m.At, m.Precision = "", dates.DayPrecision.String()
		}
		add(KindDate, &d.Suggestion, m)
	}
	for i := range r.Quantities {
		q := &r.Quantities[i]
		low := q.Low
		add(KindQuantity, &q.Suggestion, Meaning{Low: &low, High: q.High, Event: q.Kind, Unit: q.Unit, Population: q.Population})
	}
	for i := range r.Credits {
		c := &r.Credits[i]
		add(KindCredit, &c.Suggestion, Meaning{Credit: c.Kind, Agency: c.Agency})
	}
	for i := range r.Languages {
		l := &r.Languages[i]
		add(KindLanguage, &l.Suggestion, Meaning{Language: l.Code})
	}
	slices.SortStableFunc(out, func(a, b Proposal) int {
		return cmp.Or(cmp.Compare(a.Bytes[0], b.Bytes[0]), cmp.Compare(a.Bytes[1], b.Bytes[1]))
	})
	if len(out) > MaxProposals {
		out, left = out[:MaxProposals], len(out)-MaxProposals
	}
	for i := range out {
		out[i].N = i + 1
	}
	return out, left
}

// fine are the classes of places that are smaller than a district.
var fine = map[string]bool{"city": true, "section": true, "spot": true}

func bytesOf(s *Span) *[2]int {
	if s == nil {
		return nil
	}
	return &s.Bytes
}

// EncodeProposals writes proposals as they are kept; nothing for none.
func EncodeProposals(list []Proposal) ([]byte, error) {
	if len(list) == 0 {
		return []byte{}, nil
	}
	return json.Marshal(list)
}

// ErrProposals is wrapped where bytes are not what [EncodeProposals] wrote.
var ErrProposals = errors.New("these are no proposals that were kept")

// DecodeProposals reads what [EncodeProposals] wrote, for a text of so many
// bytes. Errors: ErrProposals.
func DecodeProposals(raw []byte, size int) ([]Proposal, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	var out []Proposal
	if err := json.Unmarshal(raw, &out); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrProposals, err)
	}
	within := func(s [2]int) bool { return s[0] >= 0 && s[0] <= s[1] && s[1] <= size }
	for i := range out {
		m := &out[i].Meaning
		if out[i].N <= 0 || !within(out[i].Bytes) || m.Speaker != nil && !within(*m.Speaker) || m.Content != nil && !within(*m.Content) {
			return nil, fmt.Errorf("%w: one of them lies beside the text", ErrProposals)
		}
	}
	return out, nil
}

// MergeProposals renews what was proposed of a text by earlier methods: what
// officers have judged stays as it was and keeps its number, everything else
// gives way to what is proposed now. What is proposed again of the same kind in
// the same place keeps its number. The result is in the order of the text.
func MergeProposals(old []Proposal, judged func(n int) bool, now []Proposal) []Proposal {
	type place struct {
		kind  string
		bytes [2]int
		nth   int
	}
	at := func(seen map[place]int, p *Proposal) place {
		k := place{kind: p.Kind, bytes: p.Bytes}
		seen[k]++
		k.nth = seen[k]
		return k
	}
	had, next := map[place]*Proposal{}, 0
	seen := map[place]int{}
	var out []Proposal
	for i := range old {
		next = max(next, old[i].N)
		had[at(seen, &old[i])] = &old[i]
		if judged(old[i].N) {
			out = append(out, old[i])
		}
	}
	clear(seen)
	for i := range now {
		p := now[i]
		if o := had[at(seen, &p)]; o != nil {
			if judged(o.N) {
				continue
			}
			p.N = o.N
		} else {
			next++
			p.N = next
		}
		out = append(out, p)
	}
	slices.SortStableFunc(out, func(a, b Proposal) int {
		return cmp.Or(cmp.Compare(a.Bytes[0], b.Bytes[0]), cmp.Compare(a.Bytes[1], b.Bytes[1]), cmp.Compare(a.N, b.N))
	})
	return out
}
