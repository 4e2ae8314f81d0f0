package viewdb

import (
	"context"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Whoever asks without end makes no board slow, neither of its addressee nor in
// the plan of who wants to ask.
func TestFloodLeavesTheBoardQuick(t *testing.T) {
	ctx := context.Background()
	const n = 20_000
	said := make([]Said, n)
	for i := range said {
		said[i] = Said{Index: int64(i), ID: fmt.Sprintf("%032x", i), Originator: "RUS", Type: "request", Act: []byte("{}"), Recipients: []string{"IRQ", "RUS"},
			Request: &Request{Member: "IRQ", Day: 1, LTIOV: 1 << 40, Parts: []string{fmt.Sprint(i)}}}
	}
	v := viewsWith(t, said...)
	for what, read := range map[string]func() (int, error){
		"the board": func() (int, error) {
			rows, err := v.Requests(ctx, RequestQuery{Open: true, Limit: 200}, Limits{Day: 240, Person: 24}, 1)
			return len(rows), err
		},
		"what is open": func() (int, error) {
			open, err := v.OpenAt(ctx, false, 200, Limits{Day: 240, Person: 24}, 1)
			return len(open), err
		},
	} {
		at := time.Now()
		rows, err := read()
		if err != nil || rows != 200 {
			t.Errorf("%s: %d rows (%v)", what, rows, err)
		}
		// Counting back from each of them takes minutes.
		if took := time.Since(at); took > 3*time.Second {
			t.Errorf("%s takes %v after %d requests of one asker in one day", what, took, n)
		}
	}
}

// A request counts for the day that it claims, but for none before that of an
// earlier request of its asker: a budget that was left over is not spent later.
func TestBudgetIsNotSpentOnDaysGoneBy(t *testing.T) {
	v := viewsWith(t,
		askedBy(1, "a", "RUS", "IRQ", Request{Day: 7}),
		askedBy(2, "b", "RUS", "IRQ", Request{Day: 5}), // as of 7
		askedBy(3, "c", "RUS", "IRQ", Request{Day: 4}), // as of 7
		askedBy(4, "d", "IRN", "IRQ", Request{Day: 4}),
		askedBy(5, "e", "RUS", "IRQ", Request{Day: 8}),
	)
	if err := v.Apply(context.Background(), Batch{Said: []Said{askedBy(6, "f", "RUS", "IRQ", Request{Day: 6}), askedBy(7, "g", "RUS", "IRQ", Request{Day: 8})}, Cursor: 100}); err != nil {
		t.Fatal(err)
	}
	got := askedIn(t, v, RequestQuery{}, Limits{Day: 2, Person: 2}, 1)
	for id, over := range map[string]bool{"a": false, "b": false, "c": true, "d": false, "e": false, "f": false, "g": true} {
		if got[id].Over != over {
			t.Errorf("%s beyond the budget: %v", id, got[id].Over)
		}
	}
}

// Which requests are beyond the budgets hangs neither on how the leaves came
// together in runs nor on whether one was destroyed before or after the views
// were made again.
func TestBudgetIsTheSameMadeAgain(t *testing.T) {
	ctx := context.Background()
	live, again := open(t, t.TempDir()), open(t, t.TempDir())
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(r, "requests")
		gone := rapid.SliceOfDistinct(rapid.Int64Range(1, int64(n)), func(i int64) int64 { return i }).Draw(r, "destroyed")
		lost := map[int64]bool{}
		for _, i := range gone {
			lost[i] = true
		}
		for _, v := range []*Views{live, again} {
			if err := v.Reset(ctx); err != nil {
				r.Fatal(err)
			}
		}
		var run, kept []Said
		for i := int64(1); i <= int64(n); i++ {
			s := askedBy(i, fmt.Sprint(i), rapid.SampledFrom([]string{"RUS", "IRN", "IRQ"}).Draw(r, "asker"), "IRQ",
				Request{Day: rapid.Int64Range(1, 3).Draw(r, "day"), Person: rapid.Bool().Draw(r, "person")})
			if run = append(run, s); rapid.Bool().Draw(r, "ends a run") || i == int64(n) {
				if err := live.Apply(ctx, Batch{Said: run, Cursor: i + 1}); err != nil {
					r.Fatal(err)
				}
				run = nil
			}
			if !lost[i] {
				kept = append(kept, s)
			}
		}
		if err := live.Delete(ctx, gone); err != nil {
			r.Fatal(err)
		}
		if err := again.Apply(ctx, Batch{Said: kept, Cursor: int64(n) + 1}); err != nil {
			r.Fatal(err)
		}
		rows := func(v *Views) (out string) {
			rows, err := v.db.Reader.QueryContext(ctx, `SELECT idx, counted, nth, nth_person FROM request ORDER BY idx`)
			if err != nil {
				r.Fatal(err)
			}
			defer rows.Close()
			for rows.Next() {
				var x [4]int64
				if err := rows.Scan(&x[0], &x[1], &x[2], &x[3]); err != nil {
					r.Fatal(err)
				}
				out += fmt.Sprintln(x)
			}
			return out
		}
		if a, b := rows(live), rows(again); a != b {
			r.Fatalf("live\n%s\nmade again\n%s", a, b)
		}
	})
}
