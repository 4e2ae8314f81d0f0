package label

import (
	"fmt"
	"strings"
)

// MaxText bounds a written marking in bytes.
const MaxText = 64 << 10

// The words of the written forms. They are Latin tokens in every language.
const (
	wordRel      = "REL TO "
	wordRelShort = "REL "
	wordNoRel    = "NOT RELEASABLE"
	wordNoRelPM  = "NOT REL"
	wordORCON    = "ORCON "
	wordFGI      = "FGI "
	wordPersonal = "PERSONAL DATA"
	wordPersPM   = "PERS"
	wordCaveat   = "CAVEAT "
	wordOrigin   = "ORIGIN "
	wordReview   = "REVIEW BY "
	wordExpires  = "EXPIRES "

	stroke = "//"
)

// form is one of the written forms of a label.
type form int

const (
	bannerForm form = iota
	portionForm
	fullForm
)

// Banner returns the banner line of l:
//
//	SECRET//REL TO IRQ, RUS//H1 H2//ORCON RUS//FGI X VIA IRQ//PERSONAL DATA//TLP:AMBER//CAVEAT text
//
// with the parts that are empty left out; an empty release set is written NOT
// RELEASABLE. It says everything but policy, originators and dates. It refuses
// a label that is not valid.
func Banner(l Label) (string, error) {
	if err := l.Validate(); err != nil {
		return "", err
	}
	return l.write(string(l.Class), bannerForm), nil
}

// PortionMark returns the portion mark of l, in which the class has its short
// form: (S//REL IRQ RUS//H2//ORCON RUS). It says what the banner says.
func PortionMark(t *Table, l Label) (string, error) {
	p, rank, err := t.lookup(l.Policy, l.Class)
	if err != nil {
		return "", err
	}
	if err := l.checkConditions(); err != nil {
		return "", err
	}
	return "(" + l.write(p.Shorts[rank], portionForm) + ")", nil
}

// Full returns the full line of l, from which [ParseFull] reads it back whole:
// the banner line with the policy before the class and the originators and the
// dates at the end.
//
//	CENTRE:SECRET//REL TO IRQ, RUS//H2//ORCON RUS//ORIGIN IRQ, RUS//EXPIRES 2027-01-31T00:00:00Z
func Full(l Label) (string, error) {
	if err := l.Validate(); err != nil {
		return "", err
	}
	return l.write(string(l.Policy)+":"+string(l.Class), fullForm), nil
}

func (l *Label) write(class string, f form) string {
	var b strings.Builder
	b.WriteString(class)
	part := func(texts ...string) {
		b.WriteString(stroke)
		for _, t := range texts {
			b.WriteString(t)
		}
	}
	sep, rel, none, personal := ", ", wordRel, wordNoRel, wordPersonal
	if f == portionForm {
		sep, rel, none, personal = " ", wordRelShort, wordNoRelPM, wordPersPM
	}
	if l.Rel.IsEmpty() {
		part(none)
	} else {
		part(rel, l.Rel.join(sep))
	}
	if l.UseCodes != 0 {
		part(l.UseCodes.String())
	}
	if !l.ConsentNeeded.IsEmpty() {
		part(wordORCON, l.ConsentNeeded.join(sep))
	}
	if !l.External.IsEmpty() {
		part(wordFGI, strings.Join(l.External.keys, sep))
	}
	if l.Personal {
		part(personal)
	}
	for _, m := range l.Caveats.Foreign() {
		part(m.String())
	}
	for c := range l.Caveats.All() {
		if _, foreign := foreignOf(c); !foreign {
			part(wordCaveat, c)
		}
	}
	if f == fullForm {
		part(wordOrigin, l.Originators.join(sep))
		if !l.ReviewBy.IsAbsent() {
			part(wordReview, l.ReviewBy.String())
		}
		if !l.Expires.IsAbsent() {
			part(wordExpires, l.Expires.String())
		}
	}
	return b.String()
}

// ParseBanner reads a banner line of the given policy back into a label with
// the given originators and no dates. It accepts exactly what [Banner] writes:
// for a label without dates ParseBanner is its inverse.
func ParseBanner(t *Table, policy PolicyID, originators MemberSet, s string) (Label, error) {
	l := Label{Policy: policy, Originators: originators}
	class, err := l.read(s, bannerForm)
	if err != nil {
		return Label{}, err
	}
	l.Class = Class(class)
	if err := t.Check(l); err != nil {
		return Label{}, err
	}
	return l, l.sameAs(s, l.write(class, bannerForm))
}

// ParsePortionMark reads a portion mark of the given policy as [ParseBanner]
// reads a banner line.
func ParsePortionMark(t *Table, policy PolicyID, originators MemberSet, s string) (Label, error) {
	inner, ok := strings.CutPrefix(s, "(")
	inner, closed := strings.CutSuffix(inner, ")")
	if !ok || !closed {
		return Label{}, fmt.Errorf("%w: portion mark %q: it stands in round brackets", ErrSyntax, clip(s))
	}
	p := t.policies[policy]
	if p == nil {
		return Label{}, fmt.Errorf("%w: %q: add it to the table or mark in one of %v", ErrUnknownPolicy, clip(string(policy)), t.order)
	}
	l := Label{Policy: policy, Originators: originators}
	short, err := l.read(inner, portionForm)
	if err != nil {
		return Label{}, err
	}
	for i, x := range p.Shorts {
		if x == short {
			l.Class = p.Classes[i]
		}
	}
	if l.Class == "" {
		return Label{}, fmt.Errorf("%w: short form %q in policy %s: they are %v", ErrUnknownClass, clip(short), policy, p.Shorts)
	}
	if err := t.Check(l); err != nil {
		return Label{}, err
	}
	return l, l.sameAs(inner, l.write(short, portionForm))
}

// ParseFull reads a full line back. It accepts exactly what [Full] writes.
func ParseFull(s string) (Label, error) {
	var l Label
	name, err := l.read(s, fullForm)
	if err != nil {
		return Label{}, err
	}
	policy, class, ok := strings.Cut(name, ":")
	if !ok {
		return Label{}, fmt.Errorf("%w: full line %q: it begins with POLICY:CLASS", ErrSyntax, clip(s))
	}
	l.Policy, l.Class = PolicyID(policy), Class(class)
	if err := l.Validate(); err != nil {
		return Label{}, err
	}
	return l, l.sameAs(s, l.write(name, fullForm))
}

// sameAs holds a reading to the one spelling of what was read: the order of the
// parts and of the names in them is fixed.
func (l *Label) sameAs(got, want string) error {
	if got != want {
		*l = Label{}
		return fmt.Errorf("%w: %q is not in the fixed order: write %q", ErrSyntax, clip(got), want)
	}
	return nil
}

// read takes a marking apart into l and returns its first part. It does not
// care about order, which sameAs does.
func (l *Label) read(s string, f form) (first string, err error) {
	if len(s) > MaxText {
		return "", fmt.Errorf("%w: a marking of %d bytes, at most %d", ErrTooMany, len(s), MaxText)
	}
	list, rel, none, personal := ", ", wordRel, wordNoRel, wordPersonal
	if f == portionForm {
		list, rel, none, personal = " ", wordRelShort, wordNoRelPM, wordPersPM
	}
	var caveats []string
	parts := strings.Split(s, stroke)
	for _, part := range parts[1:] {
		if v, ok := strings.CutPrefix(part, rel); ok {
			l.Rel, err = readMembers(v, list)
		} else if part == none {
			l.Rel = MemberSet{}
		} else if v, ok := strings.CutPrefix(part, wordORCON); ok {
			l.ConsentNeeded, err = readMembers(v, list)
		} else if v, ok := strings.CutPrefix(part, wordFGI); ok {
			l.External, err = readExternals(v, list)
		} else if part == personal {
			l.Personal = true
		} else if v, ok := strings.CutPrefix(part, wordCaveat); ok {
			caveats = append(caveats, v)
		} else if _, ok := foreignOf(part); ok {
			caveats = append(caveats, part)
		} else if v, ok := strings.CutPrefix(part, wordOrigin); ok && f == fullForm {
			l.Originators, err = readMembers(v, list)
		} else if v, ok := strings.CutPrefix(part, wordReview); ok && f == fullForm {
			l.ReviewBy, err = ParseInstant(v)
		} else if v, ok := strings.CutPrefix(part, wordExpires); ok && f == fullForm {
			l.Expires, err = ParseInstant(v)
		} else if codes, cerr := useCodesInOrder(strings.Split(part, " ")); cerr == nil {
			l.UseCodes = codes
		} else {
			err = fmt.Errorf("%w: %q is no part of a marking: write a restriction of your own as CAVEAT and its text", ErrSyntax, clip(part))
		}
		if err != nil {
			return "", err
		}
	}
	if len(caveats) > MaxCaveats {
		return "", fmt.Errorf("%w: %d caveats, at most %d", ErrTooMany, len(caveats), MaxCaveats)
	}
	l.Caveats, err = NewCaveatSet(caveats...)
	return parts[0], err
}

func readMembers(s, sep string) (MemberSet, error) {
	if strings.Count(s, sep) >= MaxMembers {
		return MemberSet{}, fmt.Errorf("%w: more than %d members in one set", ErrTooMany, MaxMembers)
	}
	return membersInOrder(strings.Split(s, sep))
}

// readExternals reads a list of X VIA IRQ. In a portion mark it is separated by
// blanks, and so each entry is three words.
func readExternals(s, sep string) (ExternalSet, error) {
	texts := strings.Split(s, sep)
	if sep == " " {
		words := texts
		texts = nil
		for len(words) >= 3 {
			texts = append(texts, strings.Join(words[:3], " "))
			words = words[3:]
		}
		if len(words) > 0 {
			return ExternalSet{}, fmt.Errorf("%w: external originators %q: write each as X VIA IRQ", ErrSyntax, clip(s))
		}
	}
	if len(texts) > MaxExternals {
		return ExternalSet{}, fmt.Errorf("%w: %d external originators, at most %d", ErrTooMany, len(texts), MaxExternals)
	}
	xs := make([]External, len(texts))
	for i, t := range texts {
		x, err := ParseExternal(t)
		if err != nil {
			return ExternalSet{}, err
		}
		xs[i] = x
	}
	return externalsInOrder(xs)
}
