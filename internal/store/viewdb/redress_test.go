package viewdb

import (
	"context"
	"fmt"
	"slices"
	"testing"
)

func portionNo(n byte) Portion { return Portion{ID: [16]byte{n}, Digest: [32]byte{n, n}} }

// redressBy is a request for redress in the views of IRQ.
func redressBy(index int64, id, from, to string, due int64, portions ...byte) Said {
	r := Redress{Member: to, Ask: "erase", Day: 1, Due: due}
	for _, n := range portions {
		r.Portions = append(r.Portions, portionNo(n))
	}
	return Said{Index: index, ID: id, Originator: from, Own: from == "IRQ", Type: "redress", Recipients: []string{from, to}, Act: []byte(id), Redress: &r}
}

func redressAnswered(index int64, id, from, asker, redress, outcome string, portions ...byte) Said {
	a := RedressAnswer{Redress: redress, Asker: asker, Outcome: outcome}
	for _, n := range portions {
		a.Portions = append(a.Portions, portionNo(n))
	}
	return Said{Index: index, ID: id, Originator: from, Own: from == "IRQ", Type: "redress-answer", Recipients: []string{from, asker}, Act: []byte(id), RedressAnswer: &a}
}

// heldIn is a report in the views of IRQ, own or of another.
func heldIn(index int64, id, from string, to []string, portions ...Portion) Report {
	return Report{Index: index, ID: id, Originator: from, Own: from == "IRQ", Type: "INTREP", Recipients: to, Act: []byte(id), Portions: portions}
}

func redressViews(t *testing.T, reports []Report, said ...Said) *Views {
	t.Helper()
	v := viewsWith(t)
	if err := v.Apply(context.Background(), Batch{Reports: reports, Said: said, Cursor: 1000}); err != nil {
		t.Fatal(err)
	}
	return v
}

func redressIn(t *testing.T, v *Views, q RedressQuery) map[string]AskedRedress {
	t.Helper()
	rows, err := v.Redresses(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]AskedRedress{}
	for _, r := range rows {
		out[r.ID] = r
	}
	return out
}

// What has standing and what has none, and why (spec/redress.md, "State").
func TestStandingOfRedress(t *testing.T) {
	other := portionNo(2)
	other.Digest = [32]byte{9}
	v := redressViews(t, []Report{
		heldIn(1, "own", "IRQ", []string{"RUS", "IRN"}, portionNo(1), portionNo(2)),
		heldIn(2, "theirs", "IRN", []string{"IRQ"}, portionNo(3)),
	},
		redressBy(10, "good", "RUS", "IRQ", 100, 1),
		redressBy(11, "again", "RUS", "IRQ", 200, 1),
		redressBy(12, "other holder", "IRN", "IRQ", 100, 1, 2),
		redressBy(13, "not a holder", "SYR", "IRQ", 100, 1),
		redressBy(14, "in part not a holder's", "RUS", "IRQ", 100, 2, 3),
		redressBy(15, "not here", "SYR", "IRQ", 100, 7),
		func() Said {
			s := redressBy(16, "other bytes", "RUS", "IRQ", 100)
			s.Redress.Portions = []Portion{other}
			return s
		}(),
		redressAnswered(20, "refusal", "IRQ", "RUS", "good", "refused"),
		redressBy(21, "anew", "RUS", "IRQ", 300, 1),
		redressBy(22, "in house", "IRQ", "IRQ", 100, 1),
		redressBy(23, "in house of another's", "IRQ", "IRQ", 100, 3),
		redressBy(24, "own ask", "IRQ", "IRN", 50, 3),
	)
	got := redressIn(t, v, RedressQuery{})
	for id, want := range map[string]string{"good": "", "again": "redress_repeated", "other holder": "", "not a holder": "redress_not_holder", "in part not a holder's": "redress_not_holder",
		"not here": "", "other bytes": "redress_not_holder", "anew": "", "in house": "", "in house of another's": "redress_not_holder", "own ask": ""} {
		if r, ok := got[id]; !ok || r.Doubt != want {
			t.Errorf("%s: in doubt by %q, want %q", id, r.Doubt, want)
		}
	}
	if r := got["good"]; r.Outcome != "refused" || r.Answered != 20 {
		t.Errorf("good: %+v", r)
	}
	open := redressIn(t, v, RedressQuery{Open: true})
	if len(open) != 5 { // other holder, not here, anew, in house, own ask
		t.Errorf("open: %v", open)
	}
	if asked := redressIn(t, v, RedressQuery{Asked: true}); len(asked) != 3 {
		t.Errorf("asked: %v", asked)
	}
	if received := redressIn(t, v, RedressQuery{Received: true, Overdue: 100}); len(received) != 3 {
		t.Errorf("received and overdue: %v", received)
	}
	if about := redressIn(t, v, RedressQuery{About: [][16]byte{portionNo(3).ID}, Asked: true}); len(about) != 2 {
		t.Errorf("about a portion: %v", about)
	}
	if early := redressIn(t, v, RedressQuery{ID: "good", Upto: 20}); early["good"].Outcome != "" || early["good"].Answered != -1 {
		t.Errorf("before its answer: %+v", early)
	}
	for now, want := range map[int64][2]int{49: {0, 0}, 50: {0, 1}, 99: {0, 1}, 100: {3, 1}, 300: {4, 1}} {
		here, there, err := v.OverdueRedress(context.Background(), now)
		if err != nil || [2]int{here, there} != want {
			t.Errorf("overdue at %d: %d here, %d there (%v), want %v", now, here, there, err, want)
		}
	}

	// Deleted, nothing of it is left.
	if err := v.Delete(context.Background(), []int64{10, 20, 24}); err != nil {
		t.Fatal(err)
	}
	if got := redressIn(t, v, RedressQuery{}); len(got) != 9 || got["again"].Doubt != "" {
		t.Errorf("after a deletion: %v", got)
	}
}

// What is beyond the budget of a day has no standing, and may be asked again.
func TestBudgetOfRedress(t *testing.T) {
	var said []Said
	for i := range MaxRedressDay + 1 {
		said = append(said, redressBy(int64(10+i), fmt.Sprint("r", i), "RUS", "IRQ", 100, byte(100+i)))
	}
	next := redressBy(90, "next day", "RUS", "IRQ", 100, byte(100+MaxRedressDay))
	next.Redress.Day = 2
	v := redressViews(t, nil, append(said, redressBy(80, "another's", "SYR", "IRQ", 100, 1), next)...)
	got := redressIn(t, v, RedressQuery{})
	for id, want := range map[string]string{"r0": "", fmt.Sprint("r", MaxRedressDay-1): "", fmt.Sprint("r", MaxRedressDay): "redress_budget", "another's": "", "next day": ""} {
		if got[id].Doubt != want {
			t.Errorf("%s: in doubt by %q, want %q", id, got[id].Doubt, want)
		}
	}
	if n, err := v.RedressOn(context.Background(), "IRQ", 1); err != nil || n != 0 {
		t.Errorf("IRQ asked %d (%v)", n, err)
	}
}

// A request for redress counts for the day that it claims, but for none before that
// of an earlier one of its asker, however the leaves came together and whichever of
// them was destroyed: no header's time evades a budget.
func TestBudgetOfRedressIsNotSpentOnDaysGoneBy(t *testing.T) {
	ctx := context.Background()
	v := viewsWith(t)
	for i := range int64(2*MaxRedressDay + 2) {
		s := redressBy(10+i, fmt.Sprint("r", i), "RUS", "IRQ", 100, byte(100+i))
		s.Redress.Day = 100 - i%MaxRedressDay // each day has some left
		if err := v.Apply(ctx, Batch{Said: []Said{s}, Cursor: 11 + i}); err != nil {
			t.Fatal(err)
		}
	}
	beyond := func() (n int) {
		for _, r := range redressIn(t, v, RedressQuery{Limit: 200}) {
			if r.Doubt == "redress_budget" {
				n++
			}
		}
		return n
	}
	if n := beyond(); n != MaxRedressDay+2 {
		t.Errorf("%d are beyond the budget, want all but %d", n, MaxRedressDay)
	}
	// Made again without the first, the next would be the first.
	if err := v.Delete(ctx, []int64{10}); err != nil {
		t.Fatal(err)
	}
	again := viewsWith(t)
	for i := range int64(2*MaxRedressDay + 2) {
		s := redressBy(10+i, fmt.Sprint("r", i), "RUS", "IRQ", 100, byte(100+i))
		s.Redress.Day = 100 - i%MaxRedressDay
		if i > 0 {
			if err := again.Apply(ctx, Batch{Said: []Said{s}, Cursor: 11 + i}); err != nil {
				t.Fatal(err)
			}
		}
	}
	live, made := redressIn(t, v, RedressQuery{Limit: 200}), redressIn(t, again, RedressQuery{Limit: 200})
	for id, r := range made {
		if live[id].Doubt != r.Doubt {
			t.Errorf("%s: in doubt by %q, made again by %q", id, live[id].Doubt, r.Doubt)
		}
	}
	if n := beyond(); len(made) != len(live) || n == 0 {
		t.Errorf("%d live, %d made again, %d beyond the budget", len(live), len(made), n)
	}
}

// Answers count when they are from who was asked, to who asked, in order and
// about what was asked; what was granted stays granted.
func TestAnswersOnRedress(t *testing.T) {
	v := redressViews(t, nil,
		redressAnswered(9, "early", "RUS", "IRQ", "ask", "refused"),
		redressBy(10, "ask", "IRQ", "RUS", 100, 1, 2),
		redressAnswered(11, "foreign", "IRN", "IRQ", "ask", "granted", 1, 2),
		redressAnswered(12, "to another", "RUS", "SYR", "ask", "granted", 1, 2),
		redressAnswered(13, "other portions", "RUS", "IRQ", "ask", "granted", 1, 3),
		redressAnswered(14, "passed", "RUS", "IRQ", "ask", "passed-on"),
		redressAnswered(15, "refused", "RUS", "IRQ", "ask", "refused"),
		redressAnswered(16, "granted", "RUS", "IRQ", "ask", "granted", 1, 2),
		redressAnswered(17, "refused after all", "RUS", "IRQ", "ask", "refused"),
		redressAnswered(18, "of nothing", "RUS", "IRQ", "unknown", "refused"),
	)
	replies, err := v.RedressReplies(context.Background(), "ask")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range replies {
		got = append(got, r.ID+":"+r.Doubt)
	}
	want := []string{"early:redress_early", "foreign:redress_foreign", "to another:redress_foreign", "other portions:redress_portions", "passed:", "refused:", "granted:", "refused after all:redress_answered"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	for upto, want := range map[int64]string{14: "", 15: "", 16: "refused", 17: "granted", 0: "granted"} {
		r := redressIn(t, v, RedressQuery{Upto: upto})["ask"]
		if r.Outcome != want || r.PassedOn != (upto == 0 || upto > 14) {
			t.Errorf("up to %d: %+v", upto, r)
		}
	}
	if r, err := v.RedressReplyAt(context.Background(), 18); err != nil || r.Doubt != "redress_early" {
		t.Errorf("an answer to nothing: %+v %v", r, err)
	}
	if _, err := v.RedressReplyAt(context.Background(), 10); err != ErrNotFound {
		t.Errorf("no answer: %v", err)
	}
}

// What resolves a request is found by what says it right and by what replaces.
func TestReplacedIn(t *testing.T) {
	newer := heldIn(3, "newer", "RUS", []string{"IRQ"}, portionNo(5))
	newer.Supersedes = "old"
	v := redressViews(t, []Report{
		heldIn(1, "old", "RUS", []string{"IRQ"}, portionNo(1)), heldIn(2, "right", "RUS", []string{"IRQ"}, portionNo(4)), newer,
	})
	for _, c := range []struct {
		right, gone [][16]byte
		want        []string
	}{
		{nil, nil, nil},
		{[][16]byte{portionNo(4).ID}, nil, []string{"right"}},
		{nil, [][16]byte{portionNo(1).ID}, []string{"newer"}},
		{[][16]byte{portionNo(4).ID}, [][16]byte{portionNo(1).ID}, []string{"right", "newer"}},
	} {
		if got, err := v.ReplacedIn(context.Background(), c.right, c.gone); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%v: %v %v", c, got, err)
		}
	}
}
