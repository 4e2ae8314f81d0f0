package feed

import (
	"fmt"
	"strings"
	"testing"

	"entente/internal/store/viewdb"
	"entente/label"
)

// hidden are the ways in which a report is not for the low account: each alone
// must keep it out.
var hidden = map[string]struct {
	by   label.MemberID
	mark func(*label.Label)
}{
	"a higher class":               {"IRQ", func(l *label.Label) { l.Class = "SECRET" }},
	"a member that is not cleared": {"RUS", nil},
	"not released to this member":  {"IRN", func(l *label.Label) { l.Rel = label.Members("IRN", "SYR") }},
	"another member's consent":     {"IRN", func(l *label.Label) { l.ConsentNeeded = label.Members("IRN") }},
	"an originator outside":        {"IRQ", func(l *label.Label) { l.External = label.Externals(label.External{ID: "X-1", Holder: "IRQ"}) }},
	"a handling code":              {"IRQ", func(l *label.Label) { l.UseCodes = label.UseCodesOf(label.H1) }},
	"a caveat":                     {"IRQ", func(l *label.Label) { l.Caveats = label.Caveats("named officers only") }},
	"a foreign mark":               {"IRQ", func(l *label.Label) { l.Caveats = label.Caveats("TLP:RED") }},
	"personal data": {"IRQ", func(l *label.Label) {
		l.Personal, l.ReviewBy, l.Rel = true, label.At(2027, 4, 1, 0, 0), label.Members("IRN", "IRQ")
	}},
	"two originators, one too many": {"IRQ", func(l *label.Label) { l.Originators = label.Members("IRQ", "SYR") }},
}

// link is a relationship between two tools.
func link(n, from, to int) string {
	return fmt.Sprintf(`{"type":"relationship","spec_version":"2.1","id":"relationship--%08d-17d4-4cbf-938f-98ee46b3cd3f","created":"%s","modified":"%s","relationship_type":"uses","source_ref":"%s","target_ref":"%s"}`,
		n, v1, v1, toolID(from), toolID(to))
}

// Two worlds differ in nothing but reports that the account is not cleared for:
// it gets the same bytes to every question, headers, pages, counts and errors
// included. The hidden reports come before, between and behind the others, in
// the same minutes; they bring the same objects, newer and older versions of
// them, and the ends of relationships that the others bring.
func TestALowerClearanceEmitsNothingMore(t *testing.T) {
	open := []item{
		{name: "one", by: "IRQ", minute: 2, objects: []string{tool(1, v1), tool(2, v1)}},
		{name: "two", by: "IRN", minute: 2, objects: []string{tool(1, v1), link(1, 1, 7)}},
		{name: "three", by: "IRQ", minute: 9, objects: []string{tool(3, v2)}},
		{name: "four", by: "IRQ", minute: 9, supersedes: "three", objects: []string{tool(3, v2), tool(4, v1)}},
	}
	asked := []string{toolID(1), toolID(2), toolID(3), toolID(4), toolID(7), toolID(8), toolID(55),
		"relationship--00000001-17d4-4cbf-938f-98ee46b3cd3f", "relationship--00000002-17d4-4cbf-938f-98ee46b3cd3f", "report--00000000-0000-5000-8000-000000000000"}
	world := func(t *testing.T, more func(place int) []item) (*bed, string) {
		b := newBed(t)
		b.account("low", Grants{Clearance: low, Read: []string{Reports}})
		b.account("high", Grants{Clearance: high, Read: []string{Reports}})
		for i := range len(open) + 1 {
			if more != nil {
				b.file(more(i)...)
				b.turn()
			}
			if i < len(open) {
				b.file(open[i])
				b.turn()
			}
		}
		return b, b.everything("low", asked...)
	}
	_, without := world(t, nil)
	if !strings.Contains(without, toolID(2)) || strings.Count(without, "\n404\n") < 10 {
		t.Fatalf("the questions find too little:\n%.3000s", without)
	}
	for why, h := range hidden {
		t.Run(why, func(t *testing.T) {
			b, with := world(t, func(place int) []item {
				minute := []int64{1, 2, 2, 9, 9}[place]
				name := fmt.Sprint("hidden ", place)
				it := item{name: name, by: h.by, mark: h.mark, minute: minute, objects: []string{tool(1, v1), tool(1, v2), tool(3, v1), tool(7, v1), tool(8, v1), link(2, 7, 8)}}
				if place == 3 {
					it.supersedes = "hidden 1"
				}
				return []item{it}
			})
			if without != with {
				t.Fatalf("an account that is cleared for less can tell: %s", firstDifference(without, with))
			}
			// The hidden ones are there for who is cleared for them.
			switch all := b.ids("high", Reports); why {
			case "another member's consent", "an originator outside", "not released to this member":
				if contains(all, toolID(8)) {
					t.Error("handed to a tool although nobody was asked")
				}
			default:
				if !contains(all, toolID(8)) {
					t.Error("the higher account does not have it either: the test shows nothing")
				}
			}
		})
	}
}

func contains(list []string, x string) bool {
	for _, y := range list {
		if x == y {
			return true
		}
	}
	return false
}

// Whatever takes a report away, the next answer is that of a world in which it
// never was: forgotten, ended by log time, replaced by its originator, or gone
// while the feed was closed.
func TestWhatIsGoneLeavesNoTrace(t *testing.T) {
	asked := []string{toolID(1), toolID(2), toolID(3), toolID(9)}
	before := item{name: "before", by: "IRQ", minute: 1, objects: []string{tool(1, v1)}}
	going := item{name: "going", by: "IRQ", minute: 3, objects: []string{tool(1, v2), tool(2, v1), tool(3, v1)}}
	after := item{name: "after", by: "IRQ", minute: 5, objects: []string{tool(2, v1), tool(3, v1)}}
	for way, c := range map[string]struct {
		change func(it *item)
		gone   func(b *bed, at int64)
		also   []item // filed behind, in both worlds
	}{
		"forgotten": {gone: func(b *bed, at int64) {
			check(b.t, b.views.Delete(b.ctx, []int64{at}))
			check(b.t, b.feed.Forget(b.ctx, []int64{at}))
		}},
		"gone while the feed was closed": {gone: func(b *bed, at int64) {
			check(b.t, b.feed.Close())
			check(b.t, b.views.Delete(b.ctx, []int64{at}))
			b.open()
		}},
		"a consent was withdrawn": {gone: func(b *bed, at int64) {
			check(b.t, b.views.Apply(b.ctx, viewdb.Batch{Cursor: b.cursor, Withdrawn: []viewdb.Withdrawn{{Report: at, Word: b.cursor + 1, Originator: "IRQ"}}}))
			b.feed.Changed()
		}},
		"ended": {change: func(it *item) { it.ends = founded.Unix() + 100*60 }, gone: func(b *bed, _ int64) {
			b.mu.Lock()
			b.log = founded.Unix() + 100*60
			b.mu.Unlock()
		}},
	} {
		t.Run(way, func(t *testing.T) {
			world := func(there bool) string {
				b := newBed(t)
				b.account("low", Grants{Clearance: low, Read: []string{Reports}})
				b.file(before)
				var at int64
				if there {
					it := going
					if c.change != nil {
						c.change(&it)
					}
					at = b.file(it)[0]
				} else {
					b.cursor++
				}
				b.file(after)
				b.turn()
				if there {
					if got := b.ids("low", Reports); len(got) < 12 || !contains(got, toolID(2)) {
						t.Fatalf("it was not there before: %v", got)
					}
					c.gone(b, at)
				}
				return b.everything("low", asked...) // no turn in between: the next answer
			}
			if without, with := world(false), world(true); without != with {
				t.Fatalf("a trace is left: %s", firstDifference(without, with))
			}
		})
	}
}

// A report that its originator has replaced is gone at once; another member
// cannot make it go by naming it (rule 10).
func TestOnlyTheOriginatorReplaces(t *testing.T) {
	b := newBed(t)
	b.account("low", Grants{Clearance: low, Read: []string{Reports}})
	b.file(item{name: "first", by: "IRQ", minute: 1, objects: []string{tool(1, v1)}})
	b.turn()
	b.file(item{name: "claim", by: "IRN", minute: 2, supersedes: "first", objects: []string{tool(2, v1)}})
	if !contains(b.ids("low", Reports), toolID(1)) {
		t.Fatal("a member replaced the report of another")
	}
	last := b.file(item{name: "second", by: "IRQ", minute: 3, supersedes: "first", objects: []string{tool(3, v1)}})
	if contains(b.ids("low", Reports), toolID(1)) {
		t.Fatal("a replaced report is still handed out")
	}
	b.turn()
	if !contains(b.ids("low", Reports), toolID(3)) {
		t.Fatal("what replaces it is not handed out")
	}
	// A replacement that is not for this account takes the replaced one away too.
	b.file(item{name: "third", by: "IRQ", minute: 4, supersedes: "second", mark: func(l *label.Label) { l.Class = "SECRET" }, objects: []string{tool(4, v1)}})
	b.turn()
	if got := b.ids("low", Reports); contains(got, toolID(3)) || contains(got, toolID(4)) {
		t.Fatalf("%v", got)
	}
	// When the last word is destroyed, the officers see the one before again,
	// and so does the account.
	check(t, b.views.Delete(b.ctx, []int64{last[0] + 1}))
	check(t, b.feed.Forget(b.ctx, []int64{last[0] + 1}))
	b.turn()
	if !contains(b.ids("low", Reports), toolID(3)) {
		t.Fatal("the report in force did not come back")
	}
}

// Material so marked reaches no tool whatever its clearance, and portions are
// judged beside the banner.
func TestAReportGoesWholeOrNotAtAll(t *testing.T) {
	j, err := high.judge(label.DemonstrationTable(), "IRQ")
	check(t, err)
	b := newBed(t)
	a := b.report(item{name: "x", by: "RUS"})
	if !j.admitsReport(a.Report) {
		t.Fatal("plain material of a cleared member is not admitted")
	}
	a.Report.Portions[0].Label.ConsentNeeded = label.Members("RUS")
	if j.admitsReport(a.Report) {
		t.Fatal("a portion under ORCON is admitted under a laxer banner")
	}
	own := plain("IRQ")
	own.ConsentNeeded = label.Members("IRQ")
	if !j.admits(own) {
		t.Fatal("the member's own consent is its own to give")
	}
	strange := plain("IRQ")
	strange.Policy = "NOWHERE"
	if j.admits(strange) || j.admits(label.Label{}) {
		t.Fatal("what is not known is admitted")
	}
}
