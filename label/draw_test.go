package label

import (
	"flag"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// What the property tests draw from: few members and few names, so that sets
// meet, nest and miss each other often.

var drawMembers = []MemberID{"IRN", "IRQ", "KRG", "RUS", "SYR"}

const now = Instant(1_795_262_400) // 2026-11-21T12:00:00Z

// fourPolicies is a common policy, two that are equated with it (one in part
// through the other) and one that stands alone.
func fourPolicies(t testing.TB) *Table {
	t.Helper()
	north := Policy{ID: "NORTH", URI: "urn:oid:2.25.71", Classes: []Class{"OPEN", "GUARDED", "CLOSED"}, Shorts: []string{"O", "G", "X"}}
	south := Policy{ID: "SOUTH", Classes: []Class{"ALPHA", "BETA"}, Shorts: []string{"A", "B"}}
	alone := Policy{ID: "ALONE", Classes: []Class{"LOW", "HIGH"}, Shorts: []string{"L", "H"}}
	table, err := NewTable("CENTRE", []Policy{DemonstrationPolicy(), north, south, alone}, []Equivalence{
		{ClassRef{"NORTH", "OPEN"}, ClassRef{"CENTRE", "UNCLASSIFIED"}},
		{ClassRef{"CENTRE", "CONFIDENTIAL"}, ClassRef{"NORTH", "GUARDED"}},
		{ClassRef{"NORTH", "CLOSED"}, ClassRef{"CENTRE", "SECRET"}},
		{ClassRef{"SOUTH", "ALPHA"}, ClassRef{"CENTRE", "RESTRICTED"}},
		{ClassRef{"SOUTH", "BETA"}, ClassRef{"NORTH", "CLOSED"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func checks(t *testing.T, n string, prop func(*rapid.T)) {
	t.Helper()
	f := flag.Lookup("rapid.checks")
	old := f.Value.String()
	if err := flag.Set("rapid.checks", n); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = flag.Set("rapid.checks", old) }()
	rapid.Check(t, prop)
}

func drawSome[T comparable](t *rapid.T, from []T, least, most int, name string) []T {
	var out []T
	bits := rapid.IntRange(0, 1<<len(from)-1).Draw(t, name)
	for i, x := range from {
		if bits&(1<<i) != 0 && len(out) < most {
			out = append(out, x)
		}
	}
	for i := 0; len(out) < least; i++ {
		if !slices.Contains(out, from[i]) {
			out = append(out, from[i])
		}
	}
	return out
}

func drawMemberSet(t *rapid.T, least int, name string) MemberSet {
	return Members(drawSome(t, drawMembers, least, len(drawMembers), name)...)
}

var drawCaveats = []string{"TLP:CLEAR", "TLP:RED", "TLP:AMBER+STRICT", "PAP:AMBER", "PAP:RED", "named officers only", "a <b> & \"c\"", "محدود"}

// drawLabel draws a valid label of one of the policies.
func drawLabel(t *rapid.T, table *Table, policies ...PolicyID) Label {
	id := rapid.SampledFrom(policies).Draw(t, "policy")
	p, _ := table.Policy(id)
	l := Label{
		Policy:      id,
		Class:       rapid.SampledFrom(p.Classes).Draw(t, "class"),
		Rel:         drawMemberSet(t, 0, "rel"),
		Originators: Members(drawSome(t, drawMembers, 1, 2, "originators")...),
		UseCodes:    UseCodes(rapid.IntRange(0, 15).Draw(t, "codes")),
	}
	if l.Originators.Len() == 1 {
		l.Rel = l.Rel.Union(l.Originators)
	}
	if rapid.Bool().Draw(t, "orcon") {
		l.ConsentNeeded = Members(drawSome(t, drawMembers, 1, 2, "consent")...)
	}
	if rapid.IntRange(0, 3).Draw(t, "outside") == 0 {
		l.External = Externals(External{
			ID:     rapid.SampledFrom([]ExternalID{"X", "X-1", "Y.2"}).Draw(t, "external"),
			Holder: rapid.SampledFrom(l.Originators.Slice()).Draw(t, "holder"),
		})
	}
	if rapid.IntRange(0, 2).Draw(t, "caveated") == 0 || l.UseCodes.Has(H3) {
		l.Caveats = CaveatSet{sortedUnique(drawSome(t, drawCaveats, 1, 4, "caveats"))}.strictest()
	}
	if l.UseCodes.Has(H2) && l.ConsentNeeded.IsEmpty() && l.External.IsEmpty() {
		l.ConsentNeeded = l.Originators
	}
	if l.Personal = rapid.IntRange(0, 4).Draw(t, "personal") == 0; l.Personal || rapid.IntRange(0, 3).Draw(t, "reviewed") == 0 {
		l.ReviewBy = now + Instant(rapid.IntRange(-2, 5).Draw(t, "review"))
	}
	if rapid.IntRange(0, 3).Draw(t, "limited") == 0 {
		l.Expires = now + Instant(rapid.IntRange(-2, 5).Draw(t, "expires"))
	}
	if err := l.Validate(); err != nil {
		t.Fatalf("the generator drew an invalid label: %v", err)
	}
	return l
}

func drawLabels(t *rapid.T, table *Table, most int, policies ...PolicyID) []Label {
	out := make([]Label, rapid.IntRange(1, most).Draw(t, "labels"))
	for i := range out {
		out[i] = drawLabel(t, table, policies...)
	}
	return out
}

var bound = []PolicyID{"CENTRE", "NORTH", "SOUTH"}

// drawConsents draws records; with ids, some of them are about one portion.
func drawConsents(t *rapid.T, ids ...PortionID) []Consent {
	out := make([]Consent, rapid.IntRange(0, 6).Draw(t, "consents"))
	for i := range out {
		c := Consent{
			Decision: rapid.SampledFrom([]Decision{Grant, Grant, Grant, Refuse, Withhold}).Draw(t, "decision"),
			To:       drawMemberSet(t, 1, "to"),
			From:     now + Instant(rapid.IntRange(-3, 1).Draw(t, "from")),
		}
		m := rapid.SampledFrom(drawMembers).Draw(t, "by")
		if c.By = ByMember(m); rapid.IntRange(0, 2).Draw(t, "kind") == 0 {
			c.By = ByExternal(External{rapid.SampledFrom([]ExternalID{"X", "X-1", "Y.2"}).Draw(t, "by"), m})
		}
		if rapid.Bool().Draw(t, "lapses") {
			c.Until = c.From + Instant(rapid.IntRange(1, 4).Draw(t, "until"))
		}
		if len(ids) > 0 && rapid.Bool().Draw(t, "scoped") {
			c.Portions = []PortionID{rapid.SampledFrom(ids).Draw(t, "portion")}
		}
		out[i] = c
	}
	return out
}

func compile(t interface{ Fatal(...any) }, at Instant, records []Consent) Consents {
	c, err := NewConsents(at, records)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
