package act

import (
	"strings"

	"entente/label"
)

// Reliability grades a source from A (completely reliable) to F (reliability
// cannot be judged), after STANAG 2511. It never colours [Credibility]: the two
// are judged apart (rule 13).
type Reliability string

// Credibility grades a content from 1 (confirmed by other independent sources)
// to 6 (truth cannot be judged), after STANAG 2511.
type Credibility string

// A Grade is what the originator thinks of a portion's source and of its
// content.
type Grade struct {
	Reliability Reliability `json:"reliability"`
	Credibility Credibility `json:"credibility"`
	// Override is the officer who answers for credibility 1 where fewer than
	// two independent parties are named (rule 12). With any other credibility
	// it is refused.
	Override *Override `json:"override,omitempty"`
}

// An Override names the officer who sets a refusal of rule 12 aside, and why.
type Override struct {
	Officer string `json:"officer"`
	Reason  string `json:"reason"`
}

// IsZero reports whether nothing has been graded.
func (g Grade) IsZero() bool { return g == Grade{} }

// String returns the grade as desks write it, "B2".
func (g Grade) String() string { return string(g.Reliability) + string(g.Credibility) }

// SourceKind says how a source knows, in the closed list below. No kind stands
// for the watching of persons or of their communications (rule 2).
type SourceKind string

// The kinds of source.
const (
	// KindHuman is a person who told it.
	KindHuman SourceKind = "human"
	// KindOfficial is a statement or record that an authority made public.
	KindOfficial SourceKind = "official"
	// KindDocument is a document that is not public.
	KindDocument SourceKind = "document"
	// KindOpen is press, a book, a web page: open to anybody.
	KindOpen SourceKind = "open"
	// KindSignalsPublic is a broadcast or transmission meant for everybody.
	KindSignalsPublic SourceKind = "signals-public"
	// KindTechnicalPublic is published technical data.
	KindTechnicalPublic SourceKind = "technical-public"
	// KindPartner is a report of a service, of a member or from outside.
	KindPartner SourceKind = "partner"
	// KindDetained is a person in detention, who told it or of whom it was
	// taken down. It needs an acquisition statement (rule 23).
	KindDetained SourceKind = "detained"
)

// sourceKinds is the closed list.
var sourceKinds = []SourceKind{
	KindHuman, KindOfficial, KindDocument, KindOpen, KindSignalsPublic, KindTechnicalPublic, KindPartner, KindDetained,
}

// A Source is where a portion comes from, described so that it can be shown to
// every reader of the portion without giving the source away.
type Source struct {
	// Descriptor is one line in words.
	Descriptor string `json:"descriptor"`
	// Kind is how the source knows.
	Kind SourceKind `json:"kind"`
	// Originator is whose source it is: a member ("IRQ"), or a party outside
	// and the member that holds its material ("X VIA IRQ"), in the written
	// form of the label package. The portion's label must name it.
	Originator string `json:"originator"`
	// Party is whose word it is, where that is known: the level at which
	// independence is counted (rule 12). Sources of one party spell it alike.
	Party string `json:"party,omitempty"`
	// Acquisition is how it was got: required of, and only of, a source of
	// kind detained (rule 23).
	Acquisition *Acquisition `json:"acquisition,omitempty"`
}

// A Cite says that a portion comes from another one.
type Cite struct {
	// Portion and Digest name the cited portion and fix what it said.
	Portion ID     `json:"portion"`
	Digest  Digest `json:"digest"`
	// Originator is the member whose portion it is: all that a reader who
	// lacks the portion learns of it.
	Originator label.MemberID `json:"originator"`
}

func decodeGrade(t *tape, n int) (g Grade, err error) {
	f, err := t.walk(n, &gradeShape)
	if err != nil {
		return g, err
	}
	r, c := t.text(f[gradeReliability]), t.text(f[gradeCredibility])
	if len(r) != 1 || r[0] < 'A' || r[0] > 'F' {
		return g, refuse(ErrValue, "reliability %q is not one of A to F", clip(r))
	}
	if len(c) != 1 || c[0] < '1' || c[0] > '6' {
		return g, refuse(ErrValue, "credibility %q is not one of 1 to 6", clip(c))
	}
	g = Grade{Reliability: Reliability(r), Credibility: Credibility(c)}
	if !f.has(gradeOverride) {
		return g, nil
	}
	if c != "1" {
		return g, refuse(ErrValue, "an override stands with credibility %s and only 1 can need one", c)
	}
	if f, err = t.walk(f[gradeOverride], &overrideShape); err != nil {
		return g, err
	}
	o := Override{Officer: t.text(f[overrideOfficer]), Reason: t.text(f[overrideReason])}
	if err := checkLine("the officer of an override", o.Officer, maxOfficer); err != nil {
		return g, err
	}
	if err := checkText("the reason of an override", o.Reason, maxReason); err != nil {
		return g, err
	}
	g.Override = &o
	return g, nil
}

func appendGrade(b []byte, g *Grade) []byte {
	o := begin(b, &gradeShape)
	o.str(gradeReliability, string(g.Reliability))
	o.str(gradeCredibility, string(g.Credibility))
	if g.Override != nil {
		o.key(gradeOverride)
		w := begin(o.b, &overrideShape)
		w.str(overrideOfficer, g.Override.Officer)
		w.str(overrideReason, g.Override.Reason)
		o.b = w.end()
	}
	return o.end()
}

func decodeSource(t *tape, n int) (s Source, err error) {
	f, err := t.walk(n, &sourceShape)
	if err != nil {
		return s, err
	}
	s = Source{Descriptor: t.text(f[sourceDescriptor]), Originator: t.text(f[sourceOriginator])}
	if err := checkLine("the descriptor of a source", s.Descriptor, maxDescriptor); err != nil {
		return s, err
	}
	if s.Kind, err = oneOf("kind of source", t.text(f[sourceKind]), sourceKinds); err != nil {
		return s, err
	}
	if _, _, err := ownerOf(s.Originator); err != nil {
		return s, err
	}
	if f.has(sourceParty) {
		s.Party = t.text(f[sourceParty])
		if err := checkLine("the party of a source", s.Party, maxParty); err != nil {
			return s, err
		}
	}
	if f.has(sourceAcquisition) {
		s.Acquisition, err = decodeAcquisition(t, f[sourceAcquisition])
	}
	return s, err
}

// ownerOf reads the originator of a source: a member, or a party outside.
func ownerOf(s string) (m label.MemberID, x label.External, err error) {
	if strings.Contains(s, " ") {
		x, err = label.ParseExternal(s)
	} else {
		m, err = label.ParseMemberID(s)
	}
	if err != nil {
		err = refuse(ErrValue, "originator: %v", err)
	}
	return m, x, err
}

func appendSource(b []byte, s *Source) []byte {
	o := begin(b, &sourceShape)
	o.str(sourceDescriptor, s.Descriptor)
	o.str(sourceKind, string(s.Kind))
	o.str(sourceOriginator, s.Originator)
	o.opt(sourceParty, s.Party)
	if s.Acquisition != nil {
		o.key(sourceAcquisition)
		o.b = appendAcquisition(o.b, s.Acquisition)
	}
	return o.end()
}

func decodeCite(t *tape, n int) (c Cite, err error) {
	f, err := t.walk(n, &citeShape)
	if err != nil {
		return c, err
	}
	if c.Portion, err = ParseID(t.text(f[citePortion])); err != nil {
		return c, err
	}
	if c.Digest, err = ParseDigest(t.text(f[citeDigest])); err != nil {
		return c, err
	}
	c.Originator, err = memberID(t.text(f[citeOriginator]))
	return c, err
}

func appendCite(b []byte, c *Cite) []byte {
	o := begin(b, &citeShape)
	o.str(citePortion, string(c.Portion))
	o.str(citeDigest, c.Digest.String())
	o.str(citeOriginator, string(c.Originator))
	return o.end()
}

// parties counts the independent parties that the sources name. Two spellings
// that differ in case or blanks alone are one party. What was got from a person
// in detention otherwise than lawfully counts for nobody (rule 23).
func parties(sources []Source) int {
	n := 0
	for i := range sources {
		p := partyKey(sources[i].Party)
		if p == "" || !sources[i].clean() {
			continue
		}
		fresh := true
		for k := range i {
			fresh = fresh && (partyKey(sources[k].Party) != p || !sources[k].clean())
		}
		if fresh {
			n++
		}
	}
	return n
}

func partyKey(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

func memberID(s string) (label.MemberID, error) {
	m, err := label.ParseMemberID(s)
	if err != nil {
		return "", refuse(ErrValue, "%v", err)
	}
	return m, nil
}

// oneOf takes s from a closed list.
func oneOf[T ~string](what, s string, list []T) (T, error) {
	for _, v := range list {
		if string(v) == s {
			return v, nil
		}
	}
	return "", refuse(ErrValue, "%s %q is none of %v", what, clip(s), list)
}

// checkText refuses a decoded string that is blank or too long.
func checkText(what, s string, most int) error {
	if strings.TrimSpace(s) == "" {
		return refuse(ErrValue, "%s is blank", what)
	}
	if len(s) > most {
		return refuse(ErrFieldSize, "%s has %d bytes, at most %d", what, len(s), most)
	}
	return nil
}

// checkLine is checkText for a text of one line.
func checkLine(what, s string, most int) error {
	if strings.ContainsAny(s, "\n\t") {
		return refuse(ErrControl, "%s is one line", what)
	}
	return checkText(what, s, most)
}

// checkLang accepts a language tag in the subset of BCP 47 (RFC 5646 section
// 2.1) that act.md names: language ["-" script] ["-" region], each in its usual
// case, as "ar", "ckb-Arab-IQ", "und".
func checkLang(s string) error {
	if n := shapeOf(s, lower); n == 2 || n == 3 {
		rest := s[n:]
		if len(rest) >= 5 && rest[0] == '-' && upper(rest[1]) && shapeOf(rest[2:], lower) == 3 {
			rest = rest[5:]
		}
		switch {
		case rest == "",
			len(rest) == 3 && rest[0] == '-' && shapeOf(rest[1:], upper) == 2,
			len(rest) == 4 && rest[0] == '-' && shapeOf(rest[1:], digit) == 3:
			return nil
		}
	}
	return refuse(ErrValue, "language %q is not a tag of BCP 47 such as ar, fa, ckb-Arab-IQ, und", clip(s))
}

// shapeOf returns the length of the longest beginning of s that consists of
// bytes of one class.
func shapeOf(s string, class func(byte) bool) int {
	n := 0
	for n < len(s) && class(s[n]) {
		n++
	}
	return n
}

func lower(c byte) bool { return 'a' <= c && c <= 'z' }
func upper(c byte) bool { return 'A' <= c && c <= 'Z' }
func digit(c byte) bool { return '0' <= c && c <= '9' }
