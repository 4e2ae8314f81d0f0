package viewdb

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// The ledger is the list of own portions times holders, in its order, whatever
// narrows it, whatever the size of its pages and however the log was cut into
// batches; what is deleted is no longer in it.
func TestLedgerIsEveryPortionInEveryHand(t *testing.T) {
	views := [2]*Views{open(t, t.TempDir()), open(t, t.TempDir())}
	rapid.Check(t, func(rt *rapid.T) {
		ctx := context.Background()
		type row struct {
			DisclosureAt
			ends      int64
			takenBack bool
		}
		var want []row
		var reports []Report
		var said []Said
		say := func(s Said) {
			s.Index, s.Originator, s.Own, s.Type, s.Recipients, s.Act = int64(100+len(said)), "IRQ", true, "recall", []string{"IRQ", "RUS"}, []byte("act")
			s.ID = fmt.Sprintf("%032x", s.Index)
			if s.Recall != nil {
				s.Recall.Index, s.Recall.Act, s.Recall.By, s.Recall.Reason = s.Index, s.ID, "IRQ", "error"
			}
			said = append(said, s)
		}
		n := rapid.IntRange(1, 8).Draw(rt, "reports")
		for i := range n {
			r := Report{Index: int64(i * 3), ID: fmt.Sprintf("%032x", i), Originator: "IRQ", Own: true, Act: []byte("act"), Text: "x", Ends: int64(rapid.IntRange(0, 3).Draw(rt, "ends")),
				Holders: rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"IRN", "RUS", "SYR"}), 0, 3, rapid.ID[string]).Draw(rt, "holders")}
			for k := range rapid.IntRange(1, 3).Draw(rt, "portions") {
				p := stated(i*3 + k)
				p.Mine, p.Review = rapid.Bool().Draw(rt, "mine"), int64(rapid.IntRange(0, 3).Draw(rt, "review"))
				r.Portions = append(r.Portions, p)
				word := rapid.SampledFrom([]string{"", "", "recall", "doubt", "narrowing"}).Draw(rt, "word")
				narrowed := rapid.SampledFrom([]string{"IRN", "RUS", "SYR"}).Draw(rt, "narrowed")
				switch word {
				case "recall", "doubt":
					say(Said{Recall: &Recall{Kind: word, Portions: []Portion{stated(i*3 + k)}}})
				case "narrowing":
					say(Said{Narrowed: &Narrowed{Holder: narrowed, Reason: "error", Portions: [][16]byte{pid(i*3 + k)}}})
				}
				for _, m := range r.Holders {
					if p.Mine {
						want = append(want, row{DisclosureAt{Index: r.Index, N: k, Holder: m, Review: p.Review}, r.Ends, word == "recall" || word == "doubt" || word == "narrowing" && m == narrowed})
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
			if err := v.Apply(ctx, Batch{Said: said, Cursor: 1}); err != nil {
				rt.Fatal(err)
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
			want = slices.DeleteFunc(want, func(d row) bool { return d.Index == gone })
		}
		check := func(q LedgerQuery) {
			var expect []DisclosureAt
			for _, d := range want {
				if (q.Holder == "" || d.Holder == q.Holder) && (q.Portion == nil || *q.Portion == pid(int(d.Index)+d.N)) && (q.Overdue == 0 || d.Review != 0 && d.Review <= q.Overdue) &&
					(q.Ended == 0 || d.ends != 0 && d.ends <= q.Ended) && (!q.Recalled || d.takenBack) {
					expect = append(expect, d.DisclosureAt)
				}
			}
			slices.SortFunc(expect, func(a, b DisclosureAt) int {
				newest := cmp.Or(cmp.Compare(b.Index, a.Index), cmp.Compare(b.N, a.N), cmp.Compare(b.Holder, a.Holder))
				if q.Overdue == 0 {
					return newest
				}
				return cmp.Or(cmp.Compare(a.Review, b.Review), -newest)
			})
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
				rt.Fatalf("%+v: %v, want %v", q, got, expect)
			}
		}
		one := pid(3)
		for _, holder := range []string{"", "RUS"} {
			for _, portion := range []*[16]byte{nil, &one} {
				for _, overdue := range []int64{0, 2} {
					for _, ended := range []int64{0, 2} {
						for _, recalled := range []bool{false, true} {
							check(LedgerQuery{Holder: holder, Portion: portion, Overdue: overdue, Ended: ended, Recalled: recalled})
						}
					}
				}
			}
		}
	})
}
