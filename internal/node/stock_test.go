package node

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"entente/act"
	"entente/internal/store/viewdb"
	"entente/label"
	"entente/seal"
)

// cited runs are reports, and words on them, that rest on one another: some in
// the views already, some in the run that is to be judged.
type citedRun struct {
	n    *Node
	r    *rand.Rand
	next int64
	made []*act.Report
}

func (c *citedRun) id() act.ID {
	var raw [16]byte
	for i := range raw {
		raw[i] = byte(c.r.UintN(256))
	}
	return portionID(raw)
}

// report is one of RUS that cites up to most of those before it, of some with a
// digest that is another, and is marked wider than it or needs consent.
func (c *citedRun) report(t testing.TB, most int) opened {
	t.Helper()
	l := mark("RESTRICTED", "RUS", four...)
	in := portion(l, "RUS", fmt.Sprintf("portion %d", c.next))
	switch c.r.IntN(5) {
	case 0, 1, 2:
		in.Label.Originators = label.Members("IRN", "RUS")
		in.Label.ConsentNeeded = label.Members("IRN")
	case 3:
		in.Label.Rel = label.Members("IRN", "IRQ", "RUS")
	}
	for range min(c.r.IntN(most+1), len(c.made)) {
		p := c.made[max(0, len(c.made)-1-c.r.IntN(50))].Portions[0]
		x := act.Cite{Portion: p.ID, Digest: p.Digest, Originator: "RUS"}
		if c.r.IntN(20) == 0 {
			x.Digest[0]++
		}
		repeated := false
		for _, y := range in.Cites {
			repeated = repeated || y.Portion == x.Portion
		}
		if !repeated {
			in.Cites = append(in.Cites, x)
		}
	}
	in.ID = c.id()
	p, err := act.NewPortion(in)
	check(t, err)
	built, err := act.BuildView(act.View{Type: act.INTREP, Title: "Judged", Written: time.Unix(1_700_000_000, 0), To: p.Label.Rel, Label: p.Label}, []act.Portion{p})
	check(t, err)
	o := opened{index: c.next, mine: true, h: seal.Header{Originator: "RUS", Time: 1_700_000_000 + c.next}, view: built.Report}
	o.report = c.n.reportRow(&o, built)
	o.report.Doubt, o.judge = c.n.checkAlone(built.Report, o.h.Originator)
	c.next++
	c.made = append(c.made, built.Report)
	return o
}

// word is a grant, a refusal or a withdrawal of IRN about one of the portions.
func (c *citedRun) word(t testing.TB) opened {
	t.Helper()
	p := c.made[max(0, len(c.made)-1-c.r.IntN(50))].Portions[0]
	step := []act.ConsentStep{act.ConsentGrant, act.ConsentGrant, act.ConsentRefuse, act.ConsentWithdraw}[c.r.IntN(4)]
	x := act.Consent{Statement: act.Statement{ID: c.id(), Written: time.Unix(1_700_000_000, 0).UTC().Truncate(time.Minute), To: label.Members("IRN", "IRQ")}, Step: step, By: label.ByMember("IRN"),
		Portions: []act.PortionRef{{Portion: p.ID, Digest: p.Digest}}, Members: label.Members([]label.MemberID{"IRQ", "IRQ", "RUS", "SYR"}[c.r.IntN(4)])}
	if step == act.ConsentGrant && c.r.IntN(2) == 0 {
		x.Until = x.Written.Add(time.Duration(1+c.r.IntN(100)) * 24 * time.Hour)
	}
	built, err := act.BuildConsent(x)
	check(t, err)
	o := opened{index: c.next, mine: true, h: seal.Header{Originator: "IRN", Time: 1_700_000_000 + c.next}}
	o.said = c.n.saidRow(&o, built)
	c.next++
	return o
}

// run makes so many leaves.
func (c *citedRun) run(t testing.TB, leaves, most int) []opened {
	t.Helper()
	var out []opened
	for range leaves {
		if len(c.made) > 0 && c.r.IntN(3) == 0 {
			out = append(out, c.word(t))
		} else {
			out = append(out, c.report(t, most))
		}
	}
	return out
}

// store puts a run into the views as it was judged.
func (c *citedRun) store(t testing.TB, leaves []opened) {
	t.Helper()
	b := viewdb.Batch{Cursor: c.next}
	for i := range leaves {
		if leaves[i].report != nil {
			b.Reports = append(b.Reports, *leaves[i].report)
		}
		if leaves[i].said != nil {
			b.Said = append(b.Said, *leaves[i].said)
		}
	}
	check(t, c.n.views.Apply(context.Background(), b))
}

// What is read ahead for a run changes nothing in how its reports are judged.
func TestReadingAheadJudgesTheSame(t *testing.T) {
	h := newHouse(t, nil)
	n, err := Open(t.Context(), h.options("IRQ"))
	check(t, err)
	defer n.Close()
	c := &citedRun{n: n, r: rand.New(rand.NewPCG(1, 2))}
	doubts, rests := 0, 0
	for range 12 {
		leaves := c.run(t, 40, 3)
		apart := make([]opened, len(leaves))
		for i, o := range leaves {
			if o.report != nil {
				row := *o.report
				o.report = &row
			}
			apart[i] = o
		}
		check(t, n.judgeRun(t.Context(), apart, nil))
		check(t, n.checkTogether(t.Context(), leaves))
		for i := range leaves {
			a, b := leaves[i].report, apart[i].report
			if a == nil {
				continue
			}
			if a.Doubt != b.Doubt || a.Ends != b.Ends || a.Rests != b.Rests {
				t.Errorf("leaf %d: %q until %d (%s), and without reading ahead %q until %d (%s)", leaves[i].index, a.Doubt, a.Ends, a.Rests, b.Doubt, b.Ends, b.Rests)
			}
			if a.Doubt != "" {
				doubts++
			}
			if a.Rests != "" {
				rests++
			}
		}
		c.store(t, leaves)
	}
	if doubts < 20 || rests < 5 || doubts > 400 {
		t.Errorf("%d are in doubt and %d rest on a consent that ends, which shows little", doubts, rests)
	}
}

// BenchmarkJudging judges runs of reports that cite others, reading ahead and
// each by itself.
func BenchmarkJudging(b *testing.B) {
	h := newHouse(b, nil)
	n, err := Open(b.Context(), h.options("IRQ"))
	check(b, err)
	defer n.Close()
	c := &citedRun{n: n, r: rand.New(rand.NewPCG(1, 2))}
	for range 10 { // what is cited
		leaves := c.run(b, 512, 0)
		check(b, n.checkTogether(b.Context(), leaves))
		c.store(b, leaves)
	}
	cited, leaves := c.made, []opened(nil)
	for range 512 {
		c.made = cited
		leaves = append(leaves, c.report(b, 2))
	}
	b.Run("ahead", func(b *testing.B) {
		for b.Loop() {
			check(b, n.checkTogether(b.Context(), leaves))
		}
	})
	b.Run("each", func(b *testing.B) {
		for b.Loop() {
			check(b, n.judgeRun(b.Context(), leaves, nil))
		}
	})
}
