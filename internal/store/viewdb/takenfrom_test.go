package viewdb

import (
	"context"
	"fmt"
	"slices"
	"testing"
)

// The ledger keeps what was taken back from a holder and what has ended: a
// narrowing bears on its reader's rows alone, a recall on all, and what is
// cleared on none; page by page it is the same.
func TestLedgerKeepsWhatWasTakenBack(t *testing.T) {
	ctx := context.Background()
	v := open(t, t.TempDir())
	var b Batch
	for i := range 5 {
		p := stated(i)
		p.Mine = true
		r := Report{Index: int64(i), ID: fmt.Sprintf("%032x", i), Originator: "IRQ", Own: true, Act: []byte("act"), Text: "x", Holders: []string{"IRN", "RUS"}, Portions: []Portion{p}}
		if i == 3 {
			r.Ends = 70
		}
		b.Reports = append(b.Reports, r)
	}
	said := func(i int64, to string, r *Recall, n *Narrowed) {
		b.Said = append(b.Said, Said{Index: i, ID: fmt.Sprintf("%032x", i), Originator: "IRQ", Own: true, Type: "recall", Recipients: []string{"IRQ", to}, Act: []byte("act"), Recall: r, Narrowed: n})
	}
	word := func(i int64, kind string, n int) *Recall {
		return &Recall{Index: i, Act: fmt.Sprintf("%032x", i), By: "IRQ", Kind: kind, Reason: "error", Portions: []Portion{stated(n)}}
	}
	said(10, "RUS", nil, &Narrowed{Holder: "RUS", Reason: "error", Portions: [][16]byte{pid(0)}})
	said(11, "IRN", word(11, "recall", 1), nil)
	said(12, "IRN", word(12, "doubt", 2), nil)
	said(13, "IRN", word(13, "cleared", 2), nil)
	said(14, "IRN", word(14, "doubt", 1), nil)
	b.Said = append(b.Said, Said{Index: 20, ID: "a", Originator: "IRQ", Own: true, Type: "answer", Act: []byte("x"), Answer: &Answer{Request: "r", Asker: "RUS", Declined: true}},
		Said{Index: 21, ID: "b", Originator: "IRQ", Own: true, Type: "answer", Act: []byte("x"), Answer: &Answer{Request: "r", Asker: "RUS"}},
		Said{Index: 22, ID: "c", Originator: "RUS", Type: "answer", Act: []byte("x"), Answer: &Answer{Request: "s", Asker: "IRQ", Declined: true}})
	b.Cursor = 30
	if err := v.Apply(ctx, b); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		q    LedgerQuery
		want string
	}{
		{"recalled", LedgerQuery{Recalled: true}, "[1RUS 1IRN 0RUS]"},
		{"recalled of RUS", LedgerQuery{Recalled: true, Holder: "RUS"}, "[1RUS 0RUS]"},
		{"recalled of IRN", LedgerQuery{Recalled: true, Holder: "IRN"}, "[1IRN]"},
		{"ended before its end", LedgerQuery{Ended: 69}, "[]"},
		{"ended", LedgerQuery{Ended: 70}, "[3RUS 3IRN]"},
		{"ended and recalled", LedgerQuery{Ended: 70, Recalled: true}, "[]"},
	} {
		for _, limit := range []int{1, 2, 50} {
			got := []string{}
			q := c.q
			for q.Limit = limit; ; {
				rows, err := v.Ledger(ctx, q)
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range rows {
					got = append(got, fmt.Sprint(r.Index, r.Holder))
				}
				if len(rows) < limit {
					break
				}
				q.After = &rows[len(rows)-1].DisclosureAt
			}
			if fmt.Sprint(got) != c.want {
				t.Errorf("%s, %d a page: %v, want %s", c.name, limit, got, c.want)
			}
		}
	}
	own, err := v.OwnRecalls(ctx, [][16]byte{pid(0), pid(1), pid(2)})
	if err != nil {
		t.Fatal(err)
	}
	kinds := func(n int) (out []string) {
		for _, x := range own[pid(n)] {
			out = append(out, fmt.Sprint(x.Kind, x.Index))
		}
		return out
	}
	if !slices.Equal(kinds(0), []string{"narrowing10"}) || !slices.Equal(kinds(1), []string{"doubt14", "recall11"}) || kinds(2) != nil {
		t.Errorf("own recalls: %v %v %v", kinds(0), kinds(1), kinds(2))
	}
	refused, err := v.Refusals(ctx, 0, 10)
	if err != nil || len(refused) != 1 || refused[0].ID != "a" {
		t.Errorf("refused: %+v, %v", refused, err)
	}
	if err := v.Delete(ctx, []int64{10, 20}); err != nil {
		t.Fatal(err)
	}
	rows, err := v.Ledger(ctx, LedgerQuery{Recalled: true, Holder: "RUS"})
	if err != nil || len(rows) != 1 {
		t.Errorf("%d rows after the narrowing is gone: %v", len(rows), err)
	}
	if refused, err = v.Refusals(ctx, 0, 10); err != nil || len(refused) != 0 {
		t.Errorf("refused after its answer is gone: %+v, %v", refused, err)
	}
}
