package label

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// drawRelease draws portions each of which carries marks of its own that no
// other part of the input holds.
func drawRelease(t *rapid.T, table *Table, most int) PlanInput {
	labels := drawLabels(t, table, most, bound...)
	in := PlanInput{
		Table:    table,
		Portions: make([]Portion, len(labels)),
		Members:  Members("IRN", "IRQ", "RUS", "SYR"),
		Releaser: "IRQ",
		At:       now,
	}
	if rapid.Bool().Draw(t, "observer") {
		in.Observers = Members("KRG")
	}
	var ids []PortionID
	for i := range labels {
		l := labels[i]
		l.Caveats = l.Caveats.Union(Caveats(secret(i)))
		in.Portions[i] = Portion{ID: PortionID("id-" + secret(i)), Sourced: rapid.IntRange(0, 9).Draw(t, "sourced") > 0}
		if rapid.IntRange(0, 19).Draw(t, "labelled") > 0 {
			in.Portions[i].Label = &l
		}
		ids = append(ids, in.Portions[i].ID)
	}
	in.Consents = drawConsents(t, ids...)
	return in
}

func secret(i int) string { return fmt.Sprintf("mark%dof-portion", i+1) }

func planOf(t interface{ Fatal(...any) }, in PlanInput) *ReleasePlan {
	p, err := PlanRelease(in)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// What a member gets holds nothing of a portion outside its release (rule 9):
// no mark of it, and no trace in what the other portions look like, since the
// sheet is the same as if the hidden portions had never been there.
func TestSheetHoldsNothingHidden(t *testing.T) {
	table := fourPolicies(t)
	checks(t, "3000", func(t *rapid.T) {
		in := drawRelease(t, table, 6)
		p := planOf(t, in)
		for m := range in.Members.Union(in.Observers).All() {
			sheet, ok, err := p.Sheet(m)
			if err != nil {
				t.Fatal(err)
			}
			b, err := json.Marshal(sheet)
			if ok && err != nil {
				t.Fatal(err)
			}
			less := in
			less.Portions = nil
			for i := range in.Portions {
				if p.Sees(m, i) {
					less.Portions = append(less.Portions, in.Portions[i])
				}
				if has := ok && strings.Contains(string(b), secret(i)); has != p.Sees(m, i) {
					t.Fatalf("%s sees portion %d: %t; its sheet shows it: %t\n%s", m, i+1, p.Sees(m, i), has, b)
				}
			}
			if ok != (len(less.Portions) > 0) {
				t.Fatalf("%s sees %d portions; has a sheet: %t", m, len(less.Portions), ok)
			}
			if !ok {
				continue
			}
			alone, _, err := planOf(t, less).Sheet(m)
			if err != nil {
				t.Fatal(err)
			}
			if c, _ := json.Marshal(alone); string(c) != string(b) {
				t.Fatalf("%s can tell that there is more:\n%s\n%s", m, b, c)
			}
			for n, q := range sheet.Portions {
				if q.Number != n+1 {
					t.Fatalf("numbers with a gap: %s", b)
				}
			}
		}
	})
}

// A plan against the definition in the specification.
func TestPlanByDefinition(t *testing.T) {
	table := fourPolicies(t)
	checks(t, "3000", func(t *rapid.T) {
		in := drawRelease(t, table, 6)
		p := planOf(t, in)
		consents := compile(t, in.At, in.Consents)
		all := in.Members.Union(in.Observers)
		blocked := false
		seen := make(map[MemberID][]int)
		for i, q := range in.Portions {
			block := q.Label == nil || !q.Sourced
			var rel MemberSet
			if q.Label != nil {
				rel = consents.Effective(*q.Label, q.ID).Rel
				block = block || q.Label.Expires.Passed(now) || q.Label.Personal && q.Label.ReviewBy.Passed(now) || !rel.Contains(in.Releaser)
			}
			blocked = blocked || block
			for m := range all.All() {
				if !block && rel.Contains(m) {
					seen[m] = append(seen[m], i)
				}
			}
		}
		if (p.Ready() == nil) == blocked || blocked && !errors.Is(p.Ready(), ErrBlocked) {
			t.Fatalf("blocked: %t, Ready: %v", blocked, p.Ready())
		}
		for _, r := range p.Recipients {
			v, ok := p.ViewOf(r.Member)
			if ok != (len(seen[r.Member]) > 0) || !slices.Equal(v.Portions, seen[r.Member]) {
				t.Fatalf("%s: view %v, want %v", r.Member, v.Portions, seen[r.Member])
			}
			if r.All != (len(v.Portions) == len(in.Portions)) || r.Observer != in.Observers.Contains(r.Member) {
				t.Fatalf("%+v", r)
			}
			if !ok {
				continue
			}
			if !v.Recipients.Contains(r.Member) || !v.Banner.Rel.Includes(v.Recipients) {
				t.Fatalf("view of %s: recipients %v, banner REL %v", r.Member, v.Recipients, v.Banner.Rel)
			}
			var labels []Label
			for _, i := range v.Portions {
				labels = append(labels, consents.Effective(*in.Portions[i].Label, in.Portions[i].ID))
			}
			want := labels[0]
			for _, l := range labels[1:] {
				var err error
				if want, err = Join(table, want, l); err != nil {
					t.Fatal(err)
				}
			}
			if !want.Equal(v.Banner) {
				t.Fatalf("banner %+v, want %+v", v.Banner, want)
			}
		}
		if len(p.Recipients) != all.Len() {
			t.Fatalf("%d recipients of %d", len(p.Recipients), all.Len())
		}
		for i, v := range p.Views {
			for _, w := range p.Views[:i] {
				if slices.Equal(v.Portions, w.Portions) || !v.Recipients.Intersect(w.Recipients).IsEmpty() {
					t.Fatalf("two views for one: %+v %+v", v, w)
				}
			}
		}
	})
}

// The blame is true and minimal: by brute force over all subsets of the
// portions, the blamed ones are the one least set without which the member
// sees all that is left. Each remedy does what it says.
func TestBlameAgainstBruteForce(t *testing.T) {
	table := fourPolicies(t)
	checks(t, "3000", func(t *rapid.T) {
		labels := drawLabels(t, table, 6, bound...)
		records := drawConsents(t)
		consents := compile(t, now, records)
		whole, blame, err := Rollup(table, labels, consents)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range drawMembers {
			b := blame.Of(m)
			var mask uint
			for _, p := range b.Portions {
				mask |= 1 << p.Index
				if len(p.Reasons) == 0 {
					t.Fatalf("%s is kept out by portion %d for no reason", m, p.Index+1)
				}
			}
			if in := whole.Rel.Contains(m); in != (mask == 0) {
				t.Fatalf("%s sees the whole: %t, blamed %b", m, in, mask)
			}
			letsIn := func(drop uint) bool {
				var rest []Label
				for i, l := range labels {
					if drop&(1<<i) == 0 {
						rest = append(rest, l)
					}
				}
				if len(rest) == 0 {
					return true
				}
				l, _, err := Rollup(table, rest, consents)
				return err == nil && l.Rel.Contains(m)
			}
			for drop := range uint(1) << len(labels) {
				ok := letsIn(drop)
				if drop == mask && !ok {
					t.Fatalf("without the blamed portions %b %s is still out", mask, m)
				}
				if ok && drop != mask && bits.OnesCount(drop) <= bits.OnesCount(mask) {
					t.Fatalf("%b lets %s in as well as the blamed %b", drop, m, mask)
				}
			}
			if kept := blame.KeptOut(); kept.Contains(m) && mask == 0 || mask != 0 && named(labels, m) && !kept.Contains(m) {
				t.Fatalf("KeptOut %v, and %s is blamed on %b", kept, m, mask)
			}
			testRemedies(t, table, labels, records, b)
		}
	})
}

func named(labels []Label, m MemberID) bool {
	return slices.ContainsFunc(labels, func(l Label) bool {
		return l.Rel.Contains(m) || l.required().Contains(m)
	})
}

func testRemedies(t *rapid.T, table *Table, labels []Label, records []Consent, b MemberBlame) {
	if len(b.Portions) == 0 {
		if len(b.Remedies) != 0 {
			t.Fatalf("remedies for nothing: %+v", b.Remedies)
		}
		return
	}
	kinds := make(map[RemedyKind]Remedy)
	for _, r := range b.Remedies {
		kinds[r.Kind] = r
	}
	ask, ok := kinds[AskConsent]
	if !ok {
		t.Fatalf("nobody to ask for %s: %+v", b.Member, b)
	}
	for i := range ask.Ask {
		granted := slices.Clone(records)
		for j, q := range ask.Ask {
			if j != i {
				granted = append(granted, Consent{By: q.Of, Decision: Grant, To: single(b.Member), From: now + 9})
			}
		}
		if l, _, err := Rollup(table, labels, compile(t, now+9, granted)); err != nil || l.Rel.Contains(b.Member) && lasting(records) {
			t.Fatalf("%s need not be asked to let %s in: %v", ask.Ask[i].Of, b.Member, err)
		}
		granted = append(granted, Consent{By: ask.Ask[i].Of, Decision: Grant, To: single(b.Member), From: now + 9})
		if l, _, err := Rollup(table, labels, compile(t, now+9, granted)); err != nil || !l.Rel.Contains(b.Member) && lasting(records) {
			t.Fatalf("all consents granted and %s still out: %+v %v", b.Member, ask, err)
		}
	}
	tear, ok := kinds[Tearline]
	if ok != (len(b.Portions) < len(labels)) {
		t.Fatalf("tearline: %t, blamed %d of %d", ok, len(b.Portions), len(labels))
	}
	if !ok {
		return
	}
	var rest []Label
	for _, i := range tear.Portions {
		rest = append(rest, labels[i])
	}
	l, _, err := Rollup(table, rest, compile(t, now, records))
	if err != nil || !l.Equal(*tear.Banner) || !l.Rel.Contains(b.Member) || len(rest)+len(b.Portions) != len(labels) {
		t.Fatalf("tearline %+v, want %+v, %v", tear, l, err)
	}
	if drop := kinds[DropPortions]; len(drop.Portions) != len(b.Portions) || !drop.Banner.Equal(l) {
		t.Fatalf("drop %+v", drop)
	}
}

// lasting reports whether the records say the same at now and at now+9.
func lasting(records []Consent) bool {
	return !slices.ContainsFunc(records, func(c Consent) bool { return c.Until != 0 || c.From > now })
}

// An observer sees only what a release set, or a grant, names it in (rule 31).
func TestObserverByNameAlone(t *testing.T) {
	table := fourPolicies(t)
	checks(t, "2000", func(t *rapid.T) {
		in := drawRelease(t, table, 4)
		in.Observers = Members("KRG")
		p := planOf(t, in)
		granted := slices.ContainsFunc(in.Consents, func(c Consent) bool { return c.Decision == Grant && c.To.Contains("KRG") })
		for i, q := range in.Portions {
			own := q.Label != nil && (q.Label.required().Contains("KRG"))
			if p.Sees("KRG", i) && !q.Label.Rel.Contains("KRG") && !granted && !own {
				t.Fatalf("KRG sees portion %d, which names it nowhere", i+1)
			}
		}
	})
}

func TestPlanKeepsNothingOfItsInput(t *testing.T) {
	l := Label{Policy: "CENTRE", Class: "SECRET", Rel: Members("IRQ", "RUS"), Originators: Members("IRQ")}
	in := PlanInput{
		Table: DemonstrationTable(), Portions: []Portion{{ID: "a", Label: &l, Sourced: true}},
		Members: Members("IRQ", "RUS", "SYR"), Releaser: "IRQ", At: now,
	}
	p := planOf(t, in)
	l.Rel = Members("IRQ", "SYR")
	in.Portions[0].ID = "b"
	if got := p.Explain("SYR"); !strings.Contains(got, "released to IRQ, RUS, not to SYR") || p.Portions[0].ID != "a" {
		t.Errorf("the plan followed its input: %s", got)
	}
}

// bigRelease is a release of 100 portions to 16 members in which every portion
// has its own release set, one in ten comes from outside, and consents are on
// record.
func bigRelease(b testing.TB) (*Table, []Portion, []Consent) {
	table := DemonstrationTable()
	all := sixteen().Slice()
	portions := make([]Portion, 100)
	for i := range portions {
		by := all[i%16]
		l := Label{
			Policy: "CENTRE", Class: table.common.Classes[i%4],
			Originators: single(by), UseCodes: UseCodesOf(UseCode(i % 2)),
			Caveats: Caveats(fmt.Sprintf("caveat %d", i%7)), Expires: now + 1000,
		}
		for j, m := range all {
			if (i>>(j%7))&1 == 0 || i%3 == 0 {
				l.Rel = l.Rel.With(m)
			}
		}
		l.Rel = l.Rel.With(by).With("AAA")
		if i%10 == 0 {
			l.External = Externals(External{"X", by})
		}
		if i%5 == 0 {
			l.ConsentNeeded = single(by)
		}
		if err := l.Validate(); err != nil {
			b.Fatal(err)
		}
		portions[i] = Portion{ID: PortionID(fmt.Sprintf("portion-%03d", i)), Label: &l, Sourced: true}
	}
	var records []Consent
	for _, m := range all {
		records = append(records,
			Consent{By: ByMember(m), Decision: Grant, To: Members("AAC", "AAD"), From: now - 9},
			Consent{By: ByExternal(External{"X", m}), Decision: Grant, To: sixteen(), From: now - 9})
	}
	return table, portions, records
}

func sixteen() MemberSet {
	var ids []MemberID
	for i := range 16 {
		ids = append(ids, MemberID([]byte{'A', 'A', 'A' + byte(i)}))
	}
	return Members(ids...)
}

func BenchmarkPlanRelease100x16(b *testing.B) {
	table, portions, records := bigRelease(b)
	in := PlanInput{Table: table, Portions: portions, Members: sixteen(), Releaser: "AAA", Consents: records, At: now}
	p, err := PlanRelease(in)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(len(p.Views)), "views")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := PlanRelease(in); err != nil {
			b.Fatal(err)
		}
	}
}
