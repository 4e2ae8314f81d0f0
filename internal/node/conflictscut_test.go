package node

import (
	"slices"
	"testing"
	"time"

	"entente/act"
	"entente/internal/store/viewdb"
	"entente/label"
	"entente/seal"
)

// What is quarantined takes no id and states no portion: so what comes after it
// stands alike in one run of leaves and in another, and views made again are the
// same.
func TestQuarantinedReportsTakeNothingInOneRun(t *testing.T) {
	h := newHouse(t, nil)
	first := act.NewID()
	mine := func(id act.ID, text string) act.PortionInput {
		p := portion(mark("RESTRICTED", "RUS", four...), "RUS", text)
		p.ID, p.Salt = id, string(act.NewID())
		return p
	}
	known, other, view := act.NewID(), act.NewID(), act.NewID()
	views := []struct {
		from     label.MemberID
		id       act.ID
		portions []act.PortionInput
	}{
		{"RUS", first, []act.PortionInput{mine(known, "one")}},
		{"RUS", view, []act.PortionInput{mine(other, "two"), mine(known, "one in another way")}}, // a conflict
		{"RUS", act.NewID(), []act.PortionInput{mine(other, "two in another way")}},              // nothing else here states it
		{"RUS", view, []act.PortionInput{mine(act.NewID(), "three")}},                            // nothing else here has its id
		{"RUS", first, []act.PortionInput{mine(act.NewID(), "four"), mine(known, "one again")}},  // repeated, and a conflict
	}
	play := func(cut int) (out []string) {
		n, err := Open(t.Context(), h.options("IRQ"))
		check(t, err)
		defer n.Close()
		check(t, n.views.Reset(t.Context()))
		var leaves []opened
		for i, v := range views {
			made, err := act.NewPortions(v.portions)
			check(t, err)
			a, err := act.BuildView(act.View{ID: v.id, Type: act.INTREP, Title: "A report", Written: time.Unix(1_700_000_000, 0), To: label.Members(four...), Label: made[0].Label}, made)
			check(t, err)
			o := opened{index: int64(i), mine: true, h: seal.Header{Originator: v.from, Time: 1_700_000_000}, view: a.Report}
			o.report = n.reportRow(&o, a)
			leaves = append(leaves, o)
		}
		for run := range slices.Chunk(leaves, cut) {
			check(t, n.markReports(t.Context(), run))
			b := viewdb.Batch{Cursor: run[len(run)-1].index + 1}
			for i := range run {
				code := run[i].code
				if run[i].report != nil {
					b.Reports = append(b.Reports, *run[i].report)
					code = "stands"
				}
				out = append(out, code)
			}
			check(t, n.views.Apply(t.Context(), b))
		}
		return out
	}
	want := []string{"stands", codeConflict, "stands", "stands", codeRepeated}
	for cut := 1; cut <= len(views); cut++ {
		if got := play(cut); !slices.Equal(got, want) {
			t.Errorf("in runs of %d: %q, want %q", cut, got, want)
		}
	}
}
