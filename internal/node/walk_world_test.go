package node

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"entente/act"
	"entente/internal/section"
	"entente/label"
)

// walk is a world in which everything is drawn: who releases what to whom and
// when from one seed, which both worlds have, what the coalition does not get
// from another, which each has for itself. What spec/leaks.md declares is
// drawn from the first: the moments, the numbers and the size classes of the
// releases, and who reads the same view as the coalition.
func walk(t *testing.T, coalition []label.MemberID, seed, hidden uint64, steps int) (seen observed) {
	synctest.Test(t, func(t *testing.T) {
		common, own := rand.New(rand.NewPCG(seed, 0)), rand.New(rand.NewPCG(seed, hidden))
		w := newWorld(t, four[common.IntN(4)], nil)
		defer w.close()
		base := w.untilCalm()
		for i := range steps {
			w.settle(time.Duration(1+common.IntN(20)) * time.Second)
			by := four[common.IntN(4)]
			d := drawDraft(t, common, own, by, coalition, i)
			if common.IntN(4) == 0 && !slices.Contains(coalition, by) && own.IntN(2) == 0 {
				_, err := w.nodes[by].SaveDraft(context.Background(), w.officer(by, "duty", section.RoleDuty), "", "", d)
				check(t, err) // stays a draft, in one world perhaps
			}
			w.releaseReport(by, d)
		}
		w.settle(30 * time.Second)
		for _, m := range coalition {
			seen.answers = append(seen.answers, ask(w, m, base)...)
		}
		w.close()
		seen.take(w, base, coalition)
	})
	return seen
}

// hiddenSize is how many bytes the portions make that the coalition does not
// get, however many there are: so a release is of one class in both worlds.
const hiddenSize = 4400

func drawDraft(t testing.TB, common, own *rand.Rand, by label.MemberID, coalition []label.MemberID, step int) *Draft {
	var inner []label.MemberID // get all, in both worlds
	readers := []label.MemberID{by}
	for _, m := range four {
		switch {
		case m == by:
		case slices.Contains(coalition, m):
			if common.IntN(3) > 0 {
				readers = append(readers, m)
			}
		case common.IntN(2) == 0:
			inner = append(inner, m)
		default:
			readers = append(readers, m)
		}
	}
	everyone := append(slices.Clone(readers), inner...)
	if slices.Contains(coalition, by) {
		inner = nil // what the coalition says is the same in both worlds
	}
	l := mark("RESTRICTED", by, everyone...)
	d := &Draft{ReportType: act.SITREP, Title: fmt.Sprint("step ", step), TitleLabel: &l}
	for i := range 1 + common.IntN(3) {
		d.Portions = append(d.Portions, portion(l, by, fmt.Sprintf("for all readers of step %d, %d %s", step, i, strings.Repeat("z", common.IntN(300)))))
	}
	if len(inner) == 0 {
		return d
	}
	n := 1 + own.IntN(4)
	word := []string{"quincunx ", "heliotrope "}[own.IntN(2)]
	room := hiddenSize
	for i := range n {
		p := portion(mark("SECRET", by, append(slices.Clone(inner), by)...), by, word)
		fixed, err := act.NewPortion(p)
		check(t, err)
		room -= len(fixed.Raw) + 1 // and a comma
		if i == n-1 {
			p.Text += strings.Repeat("x", room)
		}
		at := own.IntN(len(d.Portions) + 1)
		d.Portions = slices.Insert(d.Portions, at, p)
	}
	return d
}

// However the acts fall, two worlds that differ in what is hidden alone are the
// same to each coalition.
func TestNonInterferenceOnWalks(t *testing.T) {
	for seed := range uint64(walks) {
		coalition := [][]label.MemberID{{"SYR"}, {"IRN", "RUS"}, {"IRQ"}, {"IRQ", "SYR"}, {"RUS"}, {"IRN"}}[seed%6]
		t.Run(fmt.Sprintf("%d %v", seed, coalition), func(t *testing.T) {
			one, two := walk(t, coalition, seed, 1, walkSteps), walk(t, coalition, seed, 2, walkSteps)
			for _, d := range one.against(two) {
				t.Error(d)
			}
		})
	}
}
