package label

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Every form of a label reads back to what was written.
func TestFormsRoundTrip(t *testing.T) {
	table := fourPolicies(t)
	checks(t, "5000", func(t *rapid.T) {
		l := drawLabel(t, table, "CENTRE", "NORTH", "SOUTH", "ALONE")
		if rapid.IntRange(0, 5).Draw(t, "nobody") == 0 && l.Originators.Len() > 1 {
			l.Rel = MemberSet{}
		}
		b, err := json.Marshal(l)
		if err != nil {
			t.Fatal(err)
		}
		var back Label
		if err := json.Unmarshal(b, &back); err != nil || !back.Equal(l) {
			t.Fatalf("JSON %s: %+v, %v", b, back, err)
		}
		full, err := Full(l)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := ParseFull(full); err != nil || !back.Equal(l) {
			t.Fatalf("full line %q: %+v, %v", full, back, err)
		}

		c, err := table.Confidentiality(l, now)
		if err != nil {
			t.Fatal(err)
		}
		xml, err := c.AppendXML(nil)
		if err != nil {
			t.Fatal(err)
		}
		read, err := ParseConfidentiality(xml)
		if err != nil {
			t.Fatalf("%v\n%s", err, xml)
		}
		if back, err := table.LabelOf(read, MemberSet{}); err != nil || !back.Equal(l) || read.Created != now {
			t.Fatalf("XML %s: %+v, %v", xml, back, err)
		}

		undated := l
		undated.Personal, undated.ReviewBy, undated.Expires = false, 0, 0
		banner, err := Banner(undated)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := ParseBanner(table, l.Policy, l.Originators, banner); err != nil || !back.Equal(undated) {
			t.Fatalf("banner %q: %+v, %v", banner, back, err)
		}
		mark, err := PortionMark(table, undated)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := ParsePortionMark(table, l.Policy, l.Originators, mark); err != nil || !back.Equal(undated) {
			t.Fatalf("portion mark %q: %+v, %v", mark, back, err)
		}
	})
}

// An alternative label says the same under another class, and its class leads
// back to the original one.
func TestAlternativeKeepsTheLimits(t *testing.T) {
	table := fourPolicies(t)
	checks(t, "1000", func(t *rapid.T) {
		l := drawLabel(t, table, bound...)
		to := rapid.SampledFrom(bound).Draw(t, "to")
		c, err := table.Alternative(l, to, now)
		if err != nil {
			if !errors.Is(err, ErrNoEquivalence) {
				t.Fatal(err)
			}
			return
		}
		if c.Kind != AlternativeLabel {
			t.Fatalf("kind %s", c.Kind)
		}
		back, err := table.LabelOf(c, MemberSet{})
		if err != nil {
			t.Fatal(err)
		}
		class, err := table.Equivalent(ClassRef{to, back.Class}, l.Policy)
		if err != nil || class != l.Class {
			t.Fatalf("%s of %s became %s of %s and then %s (%v)", l.Class, l.Policy, back.Class, to, class, err)
		}
		if back.Policy, back.Class = l.Policy, l.Class; !back.Equal(l) {
			t.Fatalf("%+v\n%+v", back, l)
		}
	})
}

// What a foreign document holds beyond a label of the centre is kept as well.
func TestConfidentialityRoundTrip(t *testing.T) {
	want := Confidentiality{
		Kind: MetadataLabel, ID: "m-1", Policy: "NORTH", PolicyURI: "urn:oid:2.25.71", Class: "GUARDED",
		PrivacyMark: " staff only\r\n\"1\" & <2> ",
		Categories: []Category{
			{Type: Informative, TagName: "", Values: []string{""}},
			{Type: Restrictive, TagName: "Special Handling", URI: "urn:oid:1.2.3", Values: []string{"A", " b\t"}},
			{Type: Permissive, TagName: "Only"},
		},
		OriginatorID: "duty@example.org", OriginatorIDType: "rfc822Name", Created: now, Review: now + 1,
	}
	b, err := want.AppendXML([]byte("before"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := ParseConfidentiality(b[len("before"):])
	if err != nil {
		t.Fatal(err)
	}
	g, _ := json.Marshal(got)
	w, _ := json.Marshal(want)
	if string(g) != string(w) || !strings.HasPrefix(string(b), "before<") {
		t.Errorf("got  %s\nwant %s", g, w)
	}
	if err := got.Conforms(); err != nil {
		t.Error(err)
	}
	got.Review = 0
	if err := got.Conforms(); !errors.Is(err, ErrSTANAG) {
		t.Errorf("without review date: %v", err)
	}
}

func TestConfidentialityRefuses(t *testing.T) {
	good := Confidentiality{Kind: OriginatorLabel, Policy: "P", Class: "C", Created: now}
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for name, f := range map[string]func(*Confidentiality){
		"kind":          func(c *Confidentiality) { c.Kind = "label" },
		"identifier":    func(c *Confidentiality) { c.ID = "1a" },
		"policy":        func(c *Confidentiality) { c.Policy = "" },
		"class blanks":  func(c *Confidentiality) { c.Class = "A  B" },
		"URI":           func(c *Confidentiality) { c.PolicyURI = "urn:oid:1..2" },
		"category type": func(c *Confidentiality) { c.Categories = []Category{{Type: "X"}} },
		"category URI":  func(c *Confidentiality) { c.Categories = []Category{{Type: Permissive, URI: "x"}} },
		"categories":    func(c *Confidentiality) { c.Categories = make([]Category, MaxCategories+1) },
		"values": func(c *Confidentiality) {
			c.Categories = []Category{{Type: Permissive, Values: make([]string, MaxValues+1)}}
		},
		"identifier alone": func(c *Confidentiality) { c.OriginatorID = "x" },
		"identifier type":  func(c *Confidentiality) { c.OriginatorID, c.OriginatorIDType = "x", "y" },
		"control":          func(c *Confidentiality) { c.PrivacyMark = "a\x01" },
		"not a character":  func(c *Confidentiality) { c.PrivacyMark = "\uffff" },
		"UTF-8":            func(c *Confidentiality) { c.PrivacyMark = "\xff" },
		"long":             func(c *Confidentiality) { c.PrivacyMark = strings.Repeat("a", maxXMLText+1) },
		"created":          func(c *Confidentiality) { c.Created = 0 },
		"review":           func(c *Confidentiality) { c.Review = -1 },
	} {
		c := good
		f(&c)
		if _, err := c.AppendXML(nil); !errors.Is(err, ErrSTANAG) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The texts of an import: marks of a scheme, the strictest kept.
func TestForeignMarks(t *testing.T) {
	a, b := Caveats("PAP:GREEN", "TLP:AMBER", "a"), Caveats("PAP:RED", "TLP:AMBER+STRICT", "b")
	if got := a.Union(b); !got.Equal(Caveats("PAP:RED", "TLP:AMBER+STRICT", "a", "b")) {
		t.Errorf("union %v", got)
	}
	if a.Covers(Caveats("TLP:RED")) || !a.Covers(Caveats("TLP:GREEN", "a")) || a.Covers(Caveats("b")) {
		t.Error("a stricter mark counts for a laxer one, and only so")
	}
	l := own("SECRET", "IRQ", "IRQ")
	l.Caveats = b
	if got, _ := Banner(l); got != "SECRET//REL TO IRQ//TLP:AMBER+STRICT//PAP:RED//CAVEAT b" {
		t.Errorf("banner %q", got)
	}
	m, err := ParseForeignMark("TLP:WHITE")
	if err != nil || m.String() != "TLP:CLEAR" || m.Rank() != 0 {
		t.Errorf("%v, %v", m, err)
	}
}

func TestMomentsRoundDown(t *testing.T) {
	for _, c := range []struct {
		in   string
		want Instant
	}{
		{"2026-11-21T12:00:00.999Z", now},
		{"2026-11-21T15:00:00+03:00", now},
		{"1970-01-01T00:00:00Z", 0},
		{"0001-01-01T00:00:00Z", 0},
	} {
		at, err := time.Parse(time.RFC3339Nano, c.in)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := InstantOf(at); got != c.want && (ok || c.want != 0) || ok != (c.want != 0) {
			t.Errorf("%s: %d, %t; want %d", c.in, got, ok, c.want)
		}
	}
	if Instant(0).Before(now) || !now.Before(0) || now.Min(0) != now || Instant(0).Min(now) != now {
		t.Error("an absent moment is later than all")
	}
	if !now.Passed(now) || now.Passed(now-1) || Instant(0).Passed(now) {
		t.Error("a limit is reached in the second it names")
	}
	if _, err := json.Marshal(struct{ A Instant }{}); !errors.Is(err, ErrSyntax) {
		t.Errorf("an absent moment was written: %v", err)
	}
}

// A set behaves as a set.
func TestMemberSet(t *testing.T) {
	checks(t, "2000", func(t *rapid.T) {
		a, b := drawMemberSet(t, 0, "a"), drawMemberSet(t, 0, "b")
		for _, m := range drawMembers {
			inA, inB := a.Contains(m), b.Contains(m)
			if a.Union(b).Contains(m) != (inA || inB) || a.Intersect(b).Contains(m) != (inA && inB) ||
				a.Minus(b).Contains(m) != (inA && !inB) || !a.With(m).Contains(m) {
				t.Fatalf("%v and %v at %s", a, b, m)
			}
		}
		if a.Includes(b) != a.Union(b).Equal(a) || a.Includes(b) != b.Minus(a).IsEmpty() || a.Equal(b) != (a.Includes(b) && b.Includes(a)) {
			t.Fatalf("%v and %v", a, b)
		}
		for _, s := range []MemberSet{a.Union(b), a.Intersect(b), a.Minus(b), a.With("IRQ")} {
			if !rising(s.codes) || s.IsEmpty() != (s.codes == nil) {
				t.Fatalf("%#v is not in its one form", s)
			}
		}
		j, err := json.Marshal(a)
		var back MemberSet
		if err != nil || json.Unmarshal(j, &back) != nil || !back.Equal(a) {
			t.Fatalf("%s", j)
		}
	})
	if _, err := NewMemberSet("IRQ", "irq"); !errors.Is(err, ErrMember) {
		t.Error(err)
	}
}

func TestCheckOwn(t *testing.T) {
	l := own("SECRET", "IRQ", "IRQ", "RUS")
	if err := l.CheckOwn("IRQ"); err != nil {
		t.Error(err)
	}
	if err := l.CheckOwn("RUS"); !errors.Is(err, ErrInvalid) {
		t.Errorf("RUS marks IRQ's portion as its own: %v", err)
	}
	l.UseCodes, l.ConsentNeeded = UseCodesOf(H2), Members("RUS")
	if err := l.CheckOwn("IRQ"); !errors.Is(err, ErrInvalid) {
		t.Errorf("H2 without the provider's own permission: %v", err)
	}
	l.External = Externals(External{"X", "IRQ"})
	if err := l.CheckOwn("IRQ"); err != nil {
		t.Errorf("H2 of an outside originator: %v", err)
	}
}
