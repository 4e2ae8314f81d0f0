package viewdb

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// The ledger is the list of own portions times holders, in its order, whatever
// the size of its pages and however the log was cut into batches; what is
// deleted is no longer in it.
func TestLedgerIsEveryPortionInEveryHand(t *testing.T) {
	views := [2]*Views{open(t, t.TempDir()), open(t, t.TempDir())}
	rapid.Check(t, func(rt *rapid.T) {
		ctx := context.Background()
		var want []DisclosureAt
		var reports []Report
		n := rapid.IntRange(1, 8).Draw(rt, "reports")
		for i := range n {
			r := Report{Index: int64(i * 3), ID: fmt.Sprintf("%032x", i), Originator: "IRQ", Own: true, Act: []byte("act"), Text: "x",
				Holders: rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"IRN", "RUS", "SYR"}), 0, 3, rapid.ID[string]).Draw(rt, "holders")}
			for k := range rapid.IntRange(1, 3).Draw(rt, "portions") {
				p := stated(i*3 + k)
				p.Mine, p.Review = rapid.Bool().Draw(rt, "mine"), int64(rapid.IntRange(0, 3).Draw(rt, "review"))
				r.Portions = append(r.Portions, p)
				for _, m := range r.Holders {
					if p.Mine {
						want = append(want, DisclosureAt{Index: r.Index, N: k, Holder: m, Review: p.Review})
					}
				}
			}
			reports = append(reports, r)
		}
		for j, v := range views {
			if err := v.Reset(ctx); err != nil {
				rt.Fatal(err)
			}
			step := 1 + j*n
			for from := 0; from < n; from += step {
				if err := v.Apply(ctx, Batch{Reports: reports[from:min(from+step, n)], Cursor: 1}); err != nil {
					rt.Fatal(err)
				}
			}
		}
		var dumps [2]bytes.Buffer
		for j, v := range views {
			if err := v.Dump(ctx, &dumps[j]); err != nil {
				rt.Fatal(err)
			}
		}
		if dumps[0].String() != dumps[1].String() {
			rt.Fatal("the views differ with the batches")
		}
		gone := int64(rapid.IntRange(0, n-1).Draw(rt, "deleted") * 3)
		if rapid.Bool().Draw(rt, "delete") {
			if err := views[0].Delete(ctx, []int64{gone}); err != nil {
				rt.Fatal(err)
			}
			want = slices.DeleteFunc(want, func(d DisclosureAt) bool { return d.Index == gone })
		}
		check := func(name string, q LedgerQuery, keep func(DisclosureAt) bool, order func(a, b DisclosureAt) int) {
			expect := slices.DeleteFunc(slices.Clone(want), func(d DisclosureAt) bool { return !keep(d) })
			slices.SortFunc(expect, order)
			var got []DisclosureAt
			q.Limit = rapid.IntRange(1, 5).Draw(rt, "limit")
			for {
				rows, err := views[0].Ledger(ctx, q)
				if err != nil {
					rt.Fatal(err)
				}
				for _, r := range rows {
					got = append(got, r.DisclosureAt)
				}
				if len(rows) < q.Limit {
					break
				}
				q.After = &got[len(got)-1]
			}
			if !slices.Equal(got, expect) {
				rt.Fatalf("%s: %v, want %v", name, got, expect)
			}
		}
		newest := func(a, b DisclosureAt) int {
			for _, d := range []int{int(b.Index - a.Index), b.N - a.N} {
				if d != 0 {
					return d
				}
			}
			if a.Holder > b.Holder {
				return -1
			}
			return 1
		}
		longest := func(a, b DisclosureAt) int {
			if a.Review != b.Review {
				return int(a.Review - b.Review)
			}
			return -newest(a, b)
		}
		check("all", LedgerQuery{}, func(DisclosureAt) bool { return true }, newest)
		check("holder", LedgerQuery{Holder: "RUS"}, func(d DisclosureAt) bool { return d.Holder == "RUS" }, newest)
		check("overdue", LedgerQuery{Overdue: 2}, func(d DisclosureAt) bool { return d.Review != 0 && d.Review <= 2 }, longest)
		check("overdue of a holder", LedgerQuery{Overdue: 2, Holder: "IRN"}, func(d DisclosureAt) bool { return d.Holder == "IRN" && d.Review != 0 && d.Review <= 2 }, longest)
		one := pid(3)
		check("portion", LedgerQuery{Portion: &one}, func(d DisclosureAt) bool { return d.Index == 3 && d.N == 0 }, newest)
	})
}
