package label

import (
	"fmt"
	"maps"
	"slices"
)

// Bounds on consent records.
const (
	// MaxConsents bounds the number of consent records in one call.
	MaxConsents = 1 << 16
	// MaxPortions bounds the number of portions in one call.
	MaxPortions = 4096
	// maxPortionID bounds the length of a portion's identifier in bytes.
	maxPortionID = 64
)

// PortionID names a portion: 1 to 64 printed ASCII characters without blanks,
// which the caller draws at random so that it tells nothing.
type PortionID string

// Validate reports what is malformed in id.
func (id PortionID) Validate() error {
	ok := len(id) > 0 && len(id) <= maxPortionID
	for i := 0; ok && i < len(id); i++ {
		ok = '!' <= id[i] && id[i] <= '~'
	}
	if !ok {
		return fmt.Errorf("%w: portion identifier %q: write 1 to %d printed ASCII characters without blanks", ErrSyntax, clip(string(id)), maxPortionID)
	}
	return nil
}

// Decision is what an originator has said about a member.
type Decision string

// The decisions.
const (
	// Grant lets the member have the material beyond its release set.
	Grant Decision = "grant"
	// Refuse records that a request was refused. It changes nothing in who
	// sees what; it keeps the same request from being proposed as if new.
	Refuse Decision = "refuse"
	// Withhold keeps the material from the member although its release set
	// names it: a narrowing or a standing reservation of the originator.
	Withhold Decision = "withhold"
)

// weight orders decisions of the same moment: the narrower one counts.
func (d Decision) weight() int {
	switch d {
	case Grant:
		return 1
	case Refuse:
		return 2
	case Withhold:
		return 3
	}
	return 0
}

// Consent is a recorded decision of an originator about its own material. For
// a party outside it is the holder's record of what that party said.
//
// Of the records of one originator that apply to one portion and one member,
// the one with the latest From counts, whether it names the portion or is a
// standing one. Of several with that same From the narrowest counts: a
// withholding before a refusal before a grant, of two grants the one that
// lapses first, of two others the one that lapses last. A record that has
// lapsed does not bring an earlier one back.
type Consent struct {
	// By is whose decision it is.
	By Originator `json:"by"`
	// Decision is what was decided.
	Decision Decision `json:"decision"`
	// To holds the members it is about.
	To MemberSet `json:"to"`
	// Portions names the portions it is about; empty, it stands for all
	// material of By (for a party outside: all that this holder holds of it).
	Portions []PortionID `json:"portions,omitempty"`
	// From is the moment from which it holds, Until the one at which it
	// lapses; absent, it does not lapse.
	From  Instant `json:"from"`
	Until Instant `json:"until,omitzero"`
}

// Validate reports, by an error that wraps [ErrConsent], what is wrong in c.
func (c Consent) Validate() error {
	if err := c.By.Validate(); err != nil {
		return fmt.Errorf("%w: %w", ErrConsent, err)
	}
	if c.Decision.weight() == 0 {
		return fmt.Errorf("%w: decision %q: write %s, %s or %s", ErrConsent, clip(string(c.Decision)), Grant, Refuse, Withhold)
	}
	if c.To.IsEmpty() {
		return fmt.Errorf("%w: it names no member: say whom it is about", ErrConsent)
	}
	if c.From.IsAbsent() || !c.From.valid() || !c.Until.valid() {
		return fmt.Errorf("%w: a record needs the moment from which it holds", ErrConsent)
	}
	if !c.From.Before(c.Until) {
		return fmt.Errorf("%w: it lapses at %s, not after it begins at %s", ErrConsent, c.Until, c.From)
	}
	if len(c.Portions) > MaxPortions {
		return fmt.Errorf("%w: %w: %d portions, at most %d", ErrConsent, ErrTooMany, len(c.Portions), MaxPortions)
	}
	for _, id := range c.Portions {
		if err := id.Validate(); err != nil {
			return fmt.Errorf("%w: %w", ErrConsent, err)
		}
	}
	return nil
}

// ConsentState is how the decision of one originator about one member and one
// portion stands at a moment.
type ConsentState string

// The states.
const (
	// NotAsked: there is no record.
	NotAsked ConsentState = "none"
	// Granted: a grant is in force.
	Granted ConsentState = "granted"
	// Refused: the last word was a refusal, which has not lapsed.
	Refused ConsentState = "refused"
	// Lapsed: the last word was a grant, which has lapsed.
	Lapsed ConsentState = "lapsed"
	// Withheld: a withholding is in force.
	Withheld ConsentState = "withheld"
)

// Consents is what a set of consent records comes to at one moment. It is
// immutable and safe for concurrent use. The zero value holds no record and
// knows no moment.
type Consents struct {
	at      Instant
	ledgers map[Originator]*ledger
}

// ledger holds the last words of one originator.
type ledger struct {
	standing map[MemberID]word
	portions map[PortionID]map[MemberID]word
	// granted and withheld are what standing comes to at the moment.
	granted, withheld MemberSet
}

// word is one decision about one member.
type word struct {
	from, until Instant
	decision    Decision
}

// over reports whether w counts rather than v.
func (w word) over(v word) bool {
	switch {
	case w.from != v.from:
		return v.from < w.from
	case w.decision != v.decision:
		return w.decision.weight() > v.decision.weight()
	default:
		return w.until.Before(v.until) == (w.decision == Grant)
	}
}

func (w word) state(at Instant) ConsentState {
	lapsed := w.until.Passed(at)
	switch {
	case w.decision == Grant && !lapsed:
		return Granted
	case w.decision == Grant:
		return Lapsed
	case w.decision == Refuse && !lapsed:
		return Refused
	case w.decision == Withhold && !lapsed:
		return Withheld
	}
	return NotAsked
}

// NewConsents compiles the records as they stand at the moment at: records
// that begin later are left out. The order of the records does not matter.
func NewConsents(at Instant, records []Consent) (Consents, error) {
	if at.IsAbsent() || !at.valid() {
		return Consents{}, fmt.Errorf("%w: consents are valid at a moment: give one", ErrConsent)
	}
	if len(records) > MaxConsents {
		return Consents{}, fmt.Errorf("%w: %w: %d records, at most %d", ErrConsent, ErrTooMany, len(records), MaxConsents)
	}
	c := Consents{at: at}
	for i := range records {
		r := &records[i]
		if err := r.Validate(); err != nil {
			return Consents{}, fmt.Errorf("record %d of %s: %w", i+1, r.By, err)
		}
		if at < r.From {
			continue
		}
		if c.ledgers == nil {
			c.ledgers = make(map[Originator]*ledger)
		}
		l := c.ledgers[r.By]
		if l == nil {
			l = &ledger{standing: make(map[MemberID]word)}
			c.ledgers[r.By] = l
		}
		w := word{r.From, r.Until, r.Decision}
		if len(r.Portions) == 0 {
			record(l.standing, r.To, w)
		}
		for _, id := range r.Portions {
			if l.portions == nil {
				l.portions = make(map[PortionID]map[MemberID]word)
			}
			if l.portions[id] == nil {
				l.portions[id] = make(map[MemberID]word)
			}
			record(l.portions[id], r.To, w)
		}
	}
	for _, l := range c.ledgers {
		l.granted, l.withheld = sums(l.standing, at)
	}
	return c, nil
}

func record(words map[MemberID]word, to MemberSet, w word) {
	for m := range to.All() {
		if v, ok := words[m]; !ok || w.over(v) {
			words[m] = w
		}
	}
}

func sums(words map[MemberID]word, at Instant) (granted, withheld MemberSet) {
	for m, w := range words {
		switch w.state(at) {
		case Granted:
			granted.ids = append(granted.ids, m)
		case Withheld:
			withheld.ids = append(withheld.ids, m)
		}
	}
	slices.Sort(granted.ids)
	slices.Sort(withheld.ids)
	return granted, withheld
}

// At returns the moment for which c was compiled, absent in the zero value.
func (c Consents) At() Instant { return c.at }

// words returns the words of o on a portion, nil if there are none that differ
// from the standing ones.
func (l *ledger) words(id PortionID) map[MemberID]word {
	own := l.portions[id]
	if own == nil {
		return nil
	}
	all := maps.Clone(l.standing)
	for m, w := range own {
		if v, ok := all[m]; !ok || w.over(v) {
			all[m] = w
		}
	}
	return all
}

// decided returns the members to whom o grants the portion and those from whom
// o withholds it.
func (c Consents) decided(o Originator, id PortionID) (granted, withheld MemberSet) {
	l := c.ledgers[o]
	if l == nil {
		return MemberSet{}, MemberSet{}
	}
	if all := l.words(id); all != nil {
		return sums(all, c.at)
	}
	return l.granted, l.withheld
}

// State returns how the decision of o about giving the portion to m stands,
// and the moment at which the record that counts lapses or has lapsed. An
// empty id asks for the standing decision.
func (c Consents) State(o Originator, id PortionID, m MemberID) (ConsentState, Instant) {
	l := c.ledgers[o]
	if l == nil {
		return NotAsked, 0
	}
	w, ok := l.standing[m]
	if own, has := l.portions[id][m]; has && (!ok || own.over(w)) {
		w, ok = own, true
	}
	if !ok {
		return NotAsked, 0
	}
	return w.state(c.at), w.until
}
