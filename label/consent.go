package label

import (
	"cmp"
	"fmt"
	"iter"
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

// ledger holds what one originator has said. Its words are in the order in
// which they count, which is the same for every member and every portion: the
// first one that applies decides.
type ledger struct {
	standing []word
	portions map[PortionID][]word // words about one portion alone
	self     MemberID             // the originator, or the holder of an external one
	// granted and withheld are what standing comes to at the moment.
	granted, withheld MemberSet
}

// word is one decision about some members.
type word struct {
	from, until Instant
	decision    Decision
	to          MemberSet
}

// byWeight orders words: the one that counts before the others first.
func byWeight(v, w word) int {
	if c := cmp.Compare(w.from, v.from); c != 0 {
		return c
	}
	if c := cmp.Compare(w.decision.weight(), v.decision.weight()); c != 0 {
		return c
	}
	switch first := v.until.Before(w.until); {
	case v.until == w.until:
		return 0
	case first == (v.decision == Grant):
		return -1
	default:
		return 1
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
			c.ledgers = make(map[Originator]*ledger, min(len(records), 2*MaxMembers))
		}
		l := c.ledgers[r.By]
		if l == nil {
			l = &ledger{self: r.By.Member()}
			c.ledgers[r.By] = l
		}
		w := word{r.From, r.Until, r.Decision, r.To}
		if len(r.Portions) == 0 {
			l.standing = append(l.standing, w)
		}
		for _, id := range r.Portions {
			if l.portions == nil {
				l.portions = make(map[PortionID][]word)
			}
			l.portions[id] = append(l.portions[id], w)
		}
	}
	for _, l := range c.ledgers {
		l.standing = counting(l.standing)
		for id, own := range l.portions {
			l.portions[id] = counting(own)
		}
		l.granted, l.withheld = l.sums("", at)
	}
	return c, nil
}

// counting sorts the words and drops those that decide about nobody, all their
// members having been decided about by words that count before them.
func counting(words []word) []word {
	if len(words) < 2 {
		return words
	}
	slices.SortFunc(words, byWeight)
	var decided MemberSet
	return slices.DeleteFunc(words, func(w word) bool {
		idle := decided.Includes(w.to)
		decided = decided.Union(w.to)
		return idle
	})
}

// sums returns to whom the words on a portion grant it and from whom they
// withhold it. An originator grants itself, and withholds nothing from itself;
// of an external one that holds for the holder.
func (l *ledger) sums(id PortionID, at Instant) (granted, withheld MemberSet) {
	decided := single(l.self)
	if l.portions == nil && len(l.standing) == 1 && l.standing[0].state(at) == Granted {
		return l.standing[0].to.Union(decided), MemberSet{}
	}
	granted = decided
	for w := range l.words(id) {
		fresh := w.to.Minus(decided)
		switch w.state(at) {
		case Granted:
			granted = granted.Union(fresh)
		case Withheld:
			withheld = withheld.Union(fresh)
		}
		decided = decided.Union(w.to)
	}
	return granted, withheld
}

// At returns the moment for which c was compiled, absent in the zero value.
func (c Consents) At() Instant { return c.at }

// words yields the words that apply to a portion in the order in which they
// count.
func (l *ledger) words(id PortionID) iter.Seq[*word] {
	return func(yield func(*word) bool) {
		a, b := l.standing, l.portions[id]
		for len(a) > 0 || len(b) > 0 {
			from := &a
			if len(a) == 0 || len(b) > 0 && byWeight(b[0], a[0]) < 0 {
				from = &b
			}
			if !yield(&(*from)[0]) {
				return
			}
			*from = (*from)[1:]
		}
	}
}

// decided returns the members to whom o grants the portion, itself or the
// holder included, and those from whom it withholds it.
func (c Consents) decided(o Originator, id PortionID) (granted, withheld MemberSet) {
	l := c.ledgers[o]
	if l == nil {
		return single(o.Member()), MemberSet{}
	}
	if _, own := l.portions[id]; own {
		return l.sums(id, c.at)
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
	for w := range l.words(id) {
		if w.to.Contains(m) {
			return w.state(c.at), w.until
		}
	}
	return NotAsked, 0
}
