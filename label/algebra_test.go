package label

import (
	"errors"
	"testing"

	"pgregory.net/rapid"
)

// The laws of the join and of the roll-up, over 10,000 random sets of labels
// each (features: label algebra; journey 4).

const manySets = "10000"

// same reports whether two outcomes agree: equal labels, or both refused.
func same(a Label, errA error, b Label, errB error) bool {
	if errA != nil || errB != nil {
		return errA != nil && errB != nil
	}
	return a.Equal(b)
}

func TestJoinLaws(t *testing.T) {
	table := fourPolicies(t)
	join3 := func(a, b, c Label) (Label, error) {
		ab, err := Join(table, a, b)
		if err != nil {
			return Label{}, err
		}
		return Join(table, ab, c)
	}
	checks(t, manySets, func(t *rapid.T) {
		policies := bound
		if rapid.IntRange(0, 9).Draw(t, "alone") == 0 {
			policies = []PolicyID{"CENTRE", "NORTH", "ALONE"}
		}
		a, b, c := drawLabel(t, table, policies...), drawLabel(t, table, policies...), drawLabel(t, table, policies...)

		ab, err := Join(table, a, b)
		ba, err2 := Join(table, b, a)
		if !same(ab, err, ba, err2) {
			t.Fatalf("not commutative:\n%+v, %v\n%+v, %v", ab, err, ba, err2)
		}
		if aa, err := Join(table, a, a); err != nil || !aa.Equal(a) {
			t.Fatalf("not idempotent: %+v, %v", aa, err)
		}
		left, err1 := join3(a, b, c)
		var right Label
		bc, err2 := Join(table, b, c)
		if err2 == nil {
			right, err2 = Join(table, a, bc)
		}
		if !same(left, err1, right, err2) {
			t.Fatalf("not associative:\n%+v, %v\n%+v, %v", left, err1, right, err2)
		}
		if err != nil {
			if !errors.Is(err, ErrNoEquivalence) {
				t.Fatalf("refused for another reason than the policies: %v", err)
			}
			return
		}
		if err := ab.Validate(); err != nil {
			t.Fatalf("the join of valid labels is not valid: %v", err)
		}
		for _, x := range []Label{a, b} {
			if ok, err := Stricter(table, ab, x); err != nil || !ok {
				t.Fatalf("the join is no upper bound of %+v", x)
			}
		}
		// Least: an upper bound of both that is drawn from above is above the join.
		if ok, _ := Stricter(table, left, ab); err1 == nil && !ok {
			t.Fatalf("%+v is above a and b and not above their join", left)
		}
	})
}

func TestRollupIsTheFoldOfJoin(t *testing.T) {
	table := fourPolicies(t)
	checks(t, manySets, func(t *rapid.T) {
		policies := bound
		if rapid.IntRange(0, 9).Draw(t, "alone") == 0 {
			policies = []PolicyID{"CENTRE", "ALONE"}
		}
		labels := drawLabels(t, table, 8, policies...)
		consents := compile(t, now, drawConsents(t))

		got, _, err := Rollup(table, labels, consents)
		want, errWant := fold(table, consents, labels)
		if !same(got, err, want, errWant) {
			t.Fatalf("roll-up %+v, %v\nfold     %+v, %v", got, err, want, errWant)
		}
		if err != nil {
			return
		}
		if err := got.Validate(); err != nil {
			t.Fatalf("not valid: %v", err)
		}

		shuffled := rapid.Permutation(labels).Draw(t, "order")
		if again, _, err := Rollup(table, shuffled, consents); err != nil || !again.Equal(got) {
			t.Fatalf("depends on order:\n%+v\n%+v, %v", got, again, err)
		}
		doubled := append(append([]Label{}, labels...), shuffled[0])
		if again, _, err := Rollup(table, doubled, consents); err != nil || !again.Equal(got) {
			t.Fatalf("not idempotent:\n%+v\n%+v, %v", got, again, err)
		}
		cut := rapid.IntRange(1, len(labels)).Draw(t, "cut")
		if cut < len(labels) {
			a, _, err1 := Rollup(table, shuffled[:cut], consents)
			b, _, err2 := Rollup(table, shuffled[cut:], consents)
			again, _, err := Rollup(table, []Label{a, b}, consents)
			if err1 != nil || err2 != nil || err != nil || !again.Equal(got) {
				t.Fatalf("depends on grouping:\n%+v\n%+v, %v", got, again, err)
			}
		}
		if again, _, err := Rollup(table, []Label{got}, consents); err != nil || !again.Equal(got) {
			t.Fatalf("the roll-up of a roll-up is another:\n%+v\n%+v, %v", got, again, err)
		}
	})
}

func fold(table *Table, consents Consents, labels []Label) (acc Label, err error) {
	for i, l := range labels {
		e := consents.Effective(l, "")
		if i == 0 {
			acc = e
			continue
		}
		if acc, err = Join(table, acc, e); err != nil {
			return Label{}, err
		}
	}
	return acc, nil
}

// Adding a portion never widens anything, and neither does taking consents
// away; a grant later than all other words never narrows.
func TestRollupIsMonotone(t *testing.T) {
	table := fourPolicies(t)
	checks(t, manySets, func(t *rapid.T) {
		labels := drawLabels(t, table, 6, bound...)
		records := drawConsents(t)
		consents := compile(t, now, records)
		before, _, err := Rollup(table, labels, consents)
		if err != nil {
			t.Fatal(err)
		}
		after, _, err := Rollup(table, append(labels, drawLabel(t, table, bound...)), consents)
		if err != nil {
			t.Fatal(err)
		}
		if ok, err := Stricter(table, after, before); err != nil || !ok {
			t.Fatalf("one portion more widened it:\n%+v\n%+v", before, after)
		}
		if !before.Rel.Includes(after.Rel) {
			t.Fatalf("REL grew from %v to %v", before.Rel, after.Rel)
		}

		by := ByMember(rapid.SampledFrom(drawMembers).Draw(t, "grantor"))
		grant := Consent{By: by, Decision: Grant, To: drawMemberSet(t, 1, "granted"), From: now + 2}
		later := compile(t, now+2, append(records, grant))
		without, _, err1 := Rollup(table, labels, compile(t, now+2, records))
		with, _, err2 := Rollup(table, labels, later)
		if err1 != nil || err2 != nil || !with.Rel.Includes(without.Rel) {
			t.Fatalf("a grant narrowed %v to %v", without.Rel, with.Rel)
		}
	})
}

func TestEffectiveTwiceIsOnce(t *testing.T) {
	table := fourPolicies(t)
	checks(t, "2000", func(t *rapid.T) {
		l := drawLabel(t, table, bound...)
		consents := compile(t, now, drawConsents(t, "p1", "p2"))
		once := consents.Effective(l, "p1")
		if twice := consents.Effective(once, "p1"); !twice.Equal(once) {
			t.Fatalf("%v, then %v", once.Rel, twice.Rel)
		}
		if err := once.Validate(); err != nil {
			t.Fatal(err)
		}
	})
}

// Which records decide does not depend on the order in which they are given.
func TestConsentsDoNotDependOnOrder(t *testing.T) {
	table := fourPolicies(t)
	checks(t, "2000", func(t *rapid.T) {
		l := drawLabel(t, table, bound...)
		records := drawConsents(t, "p1")
		a := compile(t, now, records).Effective(l, "p1")
		b := compile(t, now, rapid.Permutation(records).Draw(t, "order")).Effective(l, "p1")
		if !a.Equal(b) {
			t.Fatalf("%v or %v", a.Rel, b.Rel)
		}
	})
}

func TestRollupRefuses(t *testing.T) {
	table := fourPolicies(t)
	good := Label{Policy: "CENTRE", Class: "SECRET", Rel: Members("IRQ"), Originators: Members("IRQ")}
	with := func(f func(*Label)) Label { l := good; f(&l); return l }
	many := func(n int) (ids []MemberID) {
		for i := range n {
			ids = append(ids, MemberID([]byte{'A' + byte(i/26), 'A' + byte(i%26), 'Q'}))
		}
		return ids
	}
	for _, c := range []struct {
		name   string
		labels []Label
		want   error
	}{
		{"nothing", nil, ErrNoPortions},
		{"too many portions", make([]Label, MaxPortions+1), ErrTooMany},
		{"no label", []Label{good, {}}, ErrUnknownPolicy},
		{"unknown class", []Label{with(func(l *Label) { l.Class = "TOP" })}, ErrUnknownClass},
		{"no originator", []Label{with(func(l *Label) { l.Originators = MemberSet{} })}, ErrInvalid},
		{"own release", []Label{with(func(l *Label) { l.Rel = Members("RUS") })}, ErrInvalid},
		{"a policy that stands alone", []Label{good, with(func(l *Label) { l.Policy, l.Class = "ALONE", "LOW" })}, ErrNoEquivalence},
		{"more originators than a label holds", []Label{
			with(func(l *Label) { l.Originators = Members(many(200)...) }),
			with(func(l *Label) { l.Originators = Members("XAA", "XAB").Union(Members(shift(many(200))...)) }),
		}, ErrTooMany},
	} {
		if _, _, err := Rollup(table, c.labels, Consents{}); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, err, c.want)
		}
	}
}

func shift(ids []MemberID) []MemberID {
	out := make([]MemberID, len(ids))
	for i, m := range ids {
		out[i] = MemberID([]byte{m[0], m[1], 'Z'})
	}
	return out
}

func BenchmarkRollup100(b *testing.B) {
	table, portions, records := bigRelease(b)
	labels := make([]Label, len(portions))
	for i, p := range portions {
		labels[i] = *p.Label
	}
	consents := compile(b, now, records)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := Rollup(table, labels, consents); err != nil {
			b.Fatal(err)
		}
	}
}
