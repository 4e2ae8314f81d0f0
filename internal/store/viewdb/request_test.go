package viewdb

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"entente/internal/store"
)

// askedBy is a request to IRQ, whose views these are, or one that IRQ asks.
func askedBy(index int64, id, from, to string, r Request) Said {
	r.Member = to
	if r.Parts == nil {
		r.Parts = []string{"a", "b"}
	}
	if r.LTIOV == 0 {
		r.LTIOV = 1000
	}
	return Said{Index: index, ID: id, Originator: from, Own: from == "IRQ", Type: "request", Written: "2015-10-01T07:00:00Z", Recipients: []string{from, to}, Act: []byte(id), Request: &r}
}

func answerTo(index int64, id, from, asker string, a Answer) Said {
	a.Asker = asker
	return Said{Index: index, ID: id, Originator: from, Own: from == "IRQ", Type: "answer", Recipients: []string{from, asker}, Act: []byte(id), Answer: &a}
}

func closingOf(index int64, id, from, member, request string) Said {
	return Said{Index: index, ID: id, Originator: from, Own: from == "IRQ", Type: "closing", Recipients: []string{from, member}, Act: []byte(id), Closing: &Closing{Request: request, Member: member}}
}

func viewsWith(t *testing.T, said ...Said) *Views {
	t.Helper()
	v, _, err := Open(filepath.Join(t.TempDir(), "view.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.Close() })
	if err := v.Apply(context.Background(), Batch{Said: said, Cursor: 100}); err != nil {
		t.Fatal(err)
	}
	return v
}

func askedIn(t *testing.T, v *Views, q RequestQuery, l Limits, now int64) map[string]Asked {
	t.Helper()
	rows, err := v.Requests(context.Background(), q, l, now)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]Asked{}
	for _, r := range rows {
		out[r.ID] = r
	}
	return out
}

var loose = Limits{Day: 100, Person: 100}

// An answer counts from who was asked, a closing from who asks, and both after
// the request; whatever else names it changes nothing.
func TestRepliesCountFromTheirPartiesAlone(t *testing.T) {
	parts := []string{"a"}
	for what, c := range map[string]struct {
		said                    Said
		answered, final, closed bool
	}{
		"an answer in part":              {answerTo(5, "x", "IRN", "IRQ", Answer{Request: "q", Parts: parts}), true, false, false},
		"the last answer":                {answerTo(5, "x", "IRN", "IRQ", Answer{Request: "q", Parts: parts, Final: true}), true, true, false},
		"an answer of somebody else":     {answerTo(5, "x", "RUS", "IRQ", Answer{Request: "q", Parts: parts, Final: true}), false, false, false},
		"an answer to somebody else":     {answerTo(5, "x", "IRN", "RUS", Answer{Request: "q", Parts: parts, Final: true}), false, false, false},
		"an answer logged before":        {answerTo(1, "x", "IRN", "IRQ", Answer{Request: "q", Parts: parts, Final: true}), false, false, false},
		"an answer to a part not asked":  {answerTo(5, "x", "IRN", "IRQ", Answer{Request: "q", Parts: []string{"a", "c"}, Final: true}), false, false, false},
		"an answer to another request":   {answerTo(5, "x", "IRN", "IRQ", Answer{Request: "r", Parts: parts, Final: true}), false, false, false},
		"a closing by the asker":         {closingOf(5, "x", "IRQ", "IRN", "q"), false, false, true},
		"a closing by who was asked":     {closingOf(5, "x", "IRN", "IRQ", "q"), false, false, false},
		"a closing to somebody else":     {closingOf(5, "x", "IRQ", "RUS", "q"), false, false, false},
		"a closing logged before":        {closingOf(1, "x", "IRQ", "IRN", "q"), false, false, false},
		"a closing of another's request": {closingOf(5, "x", "RUS", "IRN", "q"), false, false, false},
	} {
		v := viewsWith(t, askedBy(3, "q", "IRQ", "IRN", Request{}), c.said)
		got := askedIn(t, v, RequestQuery{}, loose, 10)["q"]
		if got.Answered != c.answered || got.Final != c.final || got.Closed != c.closed {
			t.Errorf("%s: answered %v, final %v, closed %v", what, got.Answered, got.Final, got.Closed)
		}
		replies, err := v.RepliesTo(context.Background(), []string{"q"}, false)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(replies); c.said.Answer != nil && c.said.Answer.Request != "q" && n != 0 || n == 1 && replies[0].Counts != (c.answered || c.closed) {
			t.Errorf("%s: replies %+v", what, replies)
		}
	}
}

// A request lapses by log time at its latest time of value, not before; open
// lists hold what is neither lapsed nor closed nor in doubt.
func TestRequestsLapse(t *testing.T) {
	v := viewsWith(t, askedBy(1, "q", "IRQ", "IRN", Request{LTIOV: 100}), askedBy(2, "r", "RUS", "IRQ", Request{LTIOV: 200}), askedBy(3, "s", "RUS", "IRQ", Request{LTIOV: 300}), closingOf(4, "x", "RUS", "IRQ", "s"))
	for _, c := range []struct {
		now  int64
		open string
	}{{99, "q r"}, {100, "r"}, {199, "r"}, {200, ""}} {
		got := ""
		for _, id := range []string{"q", "r", "s"} {
			if _, ok := askedIn(t, v, RequestQuery{Open: true}, loose, c.now)[id]; ok {
				if got != "" {
					got += " "
				}
				got += id
			}
		}
		if got != c.open {
			t.Errorf("at %d open: %q, want %q", c.now, got, c.open)
		}
		if all := askedIn(t, v, RequestQuery{}, loose, c.now); all["q"].Lapsed != (c.now >= 100) {
			t.Errorf("at %d lapsed is %v", c.now, all["q"].Lapsed)
		}
	}
	own, other := true, false
	if got := askedIn(t, v, RequestQuery{Own: &own}, loose, 1); len(got) != 1 {
		t.Errorf("own requests: %v", got)
	}
	if got := askedIn(t, v, RequestQuery{Own: &other}, loose, 1); len(got) != 2 {
		t.Errorf("requests of others: %v", got)
	}
}

// What an asker sends beyond its budget of a day is in doubt; another day and
// another asker have budgets of their own (rule 2 for persons).
func TestRequestsBeyondTheBudgetAreInDoubt(t *testing.T) {
	var said []Said
	for i := range 4 {
		said = append(said, askedBy(int64(10+i), fmt.Sprint("p", i), "RUS", "IRQ", Request{Person: true, Day: 7}))
	}
	said = append(said, askedBy(20, "matter", "RUS", "IRQ", Request{Day: 7}), askedBy(21, "next", "RUS", "IRQ", Request{Person: true, Day: 8}),
		askedBy(22, "irn", "IRN", "IRQ", Request{Person: true, Day: 7}), askedBy(23, "own", "IRQ", "RUS", Request{Person: true, Day: 7}))
	v := viewsWith(t, said...)
	got := askedIn(t, v, RequestQuery{}, Limits{Day: 100, Person: 2}, 1)
	for id, over := range map[string]bool{"p0": false, "p1": false, "p2": true, "p3": true, "matter": false, "next": false, "irn": false, "own": false} {
		if got[id].Over != over {
			t.Errorf("%s over its budget of persons: %v", id, got[id].Over)
		}
	}
	if got := askedIn(t, v, RequestQuery{}, Limits{Day: 4, Person: 100}, 1); !got["matter"].Over || got["p3"].Over {
		t.Errorf("the budget of a day: %v %v", got["matter"].Over, got["p3"].Over)
	}
	if got := askedIn(t, v, RequestQuery{Open: true}, Limits{Day: 100, Person: 2}, 1); len(got) != 6 {
		t.Errorf("%d are open", len(got))
	}
	if all, person, err := v.AskedOn(context.Background(), "IRQ", 7); err != nil || all != 1 || person != 1 {
		t.Errorf("asked on the day: %d %d %v", all, person, err)
	}
}

// Whoever answers without end is read no further than its first answers, and
// hides nothing that was said to other requests of the page.
func TestAnswersAreBounded(t *testing.T) {
	said := []Said{askedBy(1, "q", "IRQ", "IRN", Request{}), askedBy(2, "r", "IRQ", "RUS", Request{})}
	for i := range 3 * MostAnswers {
		said = append(said, answerTo(int64(10+i), fmt.Sprint("a", i), "IRN", "IRQ", Answer{Request: "q", Parts: []string{"a"}, Final: i == 2*MostAnswers}),
			answerTo(int64(1000+i), fmt.Sprint("x", i), "SYR", "IRQ", Answer{Request: "q", Parts: []string{"a"}}))
	}
	said = append(said, answerTo(5000, "last", "RUS", "IRQ", Answer{Request: "r", Parts: []string{"a"}, Final: true}))
	v := viewsWith(t, said...)
	if got := askedIn(t, v, RequestQuery{}, loose, 10); got["q"].Answers != MostAnswers || got["q"].Final || got["r"].Answers != 1 || !got["r"].Final {
		t.Errorf("answers that count: %d (final %v) and %d", got["q"].Answers, got["q"].Final, got["r"].Answers)
	}
	for _, counting := range []bool{true, false} {
		replies, err := v.RepliesTo(context.Background(), []string{"q", "r"}, counting)
		if err != nil {
			t.Fatal(err)
		}
		want := 2*MostAnswers + 1
		if counting {
			want = MostAnswers + 1
		}
		if len(replies) != want || replies[len(replies)-1].ID != "last" || replies[MostAnswers-1].ID != fmt.Sprint("a", MostAnswers-1) {
			t.Errorf("%d replies, the last %s, want %d", len(replies), replies[len(replies)-1].ID, want)
		}
	}
}

// Open requests are counted for budgets: the newest, of one side.
func TestOpenRequestsAreCounted(t *testing.T) {
	v := viewsWith(t, askedBy(1, "q", "IRQ", "IRN", Request{LTIOV: 100}), askedBy(2, "r", "IRQ", "RUS", Request{LTIOV: 200}), askedBy(3, "s", "RUS", "IRQ", Request{LTIOV: 300}),
		askedBy(4, "t", "IRQ", "SYR", Request{LTIOV: 300}), closingOf(5, "x", "IRQ", "SYR", "t"))
	for _, c := range []struct {
		own   bool
		limit int
		now   int64
		want  string
	}{{true, 10, 50, "[2 1]"}, {true, 1, 50, "[2]"}, {true, 10, 100, "[2]"}, {true, 10, 200, "[]"}, {false, 10, 50, "[3]"}} {
		got, err := v.OpenAt(context.Background(), c.own, c.limit, loose, c.now)
		if err != nil || fmt.Sprint(got) != c.want {
			t.Errorf("open, own %v, at %d: %v, want %s (%v)", c.own, c.now, got, c.want, err)
		}
	}
}

// Pages follow one another and what is deleted leaves nothing.
func TestRequestsPageAndAreDeleted(t *testing.T) {
	v := viewsWith(t, askedBy(1, "q", "RUS", "IRQ", Request{}), askedBy(2, "r", "RUS", "IRQ", Request{Joins: "q"}), answerTo(3, "a", "IRQ", "RUS", Answer{Request: "q", Parts: []string{"b"}}), closingOf(4, "c", "RUS", "IRQ", "q"),
		Said{Index: 5, ID: "l", Originator: "RUS", Type: "coverage", Act: []byte("l"), Recipients: []string{"IRQ", "RUS"}, Line: &Line{Name: "road", State: "open"}})
	ctx := context.Background()
	first, err := v.Requests(ctx, RequestQuery{Limit: 1}, loose, 1)
	if err != nil || len(first) != 1 || first[0].ID != "r" {
		t.Fatalf("first page %v %v", first, err)
	}
	second, err := v.Requests(ctx, RequestQuery{Limit: 1, Before: first[0].Index}, loose, 1)
	if err != nil || len(second) != 1 || second[0].ID != "q" {
		t.Fatalf("second page %v %v", second, err)
	}
	if joins := askedIn(t, v, RequestQuery{Joins: "q"}, loose, 1); len(joins) != 1 {
		t.Errorf("joined by %v", joins)
	}
	if err := v.Delete(ctx, []int64{1, 2, 3, 4, 5}); err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"request", "request_part", "answer", "answer_part", "closing", "line", "said"} {
		var n int
		if err := v.db.Reader.QueryRow(`SELECT count(*) FROM ` + table).Scan(&n); err != nil || n != 0 {
			t.Errorf("%s still has %d rows: %v", table, n, err)
		}
	}
}

// Of a name the last line of its originator stands, and whoever was told by any
// of them is known.
func TestTheLastLineStands(t *testing.T) {
	line := func(index int64, by, name, state string, until int64, to ...string) Said {
		return Said{Index: index, ID: fmt.Sprint("l", index), Originator: by, Own: by == "IRQ", Type: "requirement", Act: []byte(name), Recipients: to, Line: &Line{Name: name, State: state, Until: until}}
	}
	v := viewsWith(t, line(1, "IRQ", "PIR 1", "open", 0, "IRN", "IRQ"), line(2, "IRQ", "PIR 1", "ended", 0, "IRQ", "RUS"), line(3, "RUS", "PIR 1", "open", 50, "IRQ", "RUS"), line(4, "IRQ", "PIR 2", "open", 0, "IRQ"))
	ctx := context.Background()
	rows, err := v.Lines(ctx, LineQuery{Type: "requirement"})
	if err != nil || len(rows) != 3 || rows[2].State != "ended" || fmt.Sprint(rows[2].Told) != "[IRN RUS]" || len(rows[0].Told) != 0 {
		t.Errorf("the register is %+v %v", rows, err)
	}
	for now, want := range map[int64]int{49: 2, 50: 1} {
		if open, err := v.Lines(ctx, LineQuery{Type: "requirement", Open: true, Now: now}); err != nil || len(open) != want {
			t.Errorf("at %d %d are in force: %v", now, len(open), err)
		}
	}
}

// Nothing follows a final answer that counts: what is logged later counts for
// nothing, and one that does not count itself ends nothing (spec/act.md, "answer").
func TestNothingCountsBehindAFinalAnswer(t *testing.T) {
	final := func(i int64, id string, parts ...string) Said {
		return answerTo(i, id, "IRN", "IRQ", Answer{Request: "q", Parts: parts, Final: true})
	}
	later := answerTo(9, "later", "IRN", "IRQ", Answer{Request: "q", Parts: []string{"b"}})
	for what, c := range map[string]struct {
		before Said
		counts bool
	}{
		"a final one":                       {final(5, "f", "a"), false},
		"one that is not final":             {answerTo(5, "f", "IRN", "IRQ", Answer{Request: "q", Parts: []string{"a"}}), true},
		"a final one to a part not asked":   {final(5, "f", "c"), true},
		"a final one logged before it":      {final(1, "f", "a"), true},
		"a final one of somebody else":      {answerTo(5, "f", "RUS", "IRQ", Answer{Request: "q", Parts: []string{"a"}, Final: true}), true},
		"a final one that was logged after": {final(11, "f", "a"), true},
	} {
		v := viewsWith(t, askedBy(3, "q", "IRQ", "IRN", Request{}), c.before, later)
		replies, err := v.RepliesTo(context.Background(), []string{"q"}, false)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range replies {
			if r.ID == "later" && r.Counts != c.counts {
				t.Errorf("behind %s an answer counts: %v", what, r.Counts)
			}
		}
	}
}
