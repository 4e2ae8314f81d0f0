package viewdb

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"entente/internal/store"
)

func open(t testing.TB, dir string) *Views {
	v, _, err := Open(filepath.Join(dir, "view.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.Close() })
	v.Reword(func(act []byte, gone map[int]bool) (string, error) {
		return fmt.Sprintf("%s without %d", act, len(gone)), nil
	})
	return v
}

func pid(n int) (id [16]byte) {
	copy(id[:], fmt.Sprintf("%08d%08d", n*7919%100000007, n))
	return id
}

func stated(n int) Portion { return Portion{ID: pid(n), Digest: [32]byte{1, byte(n)}} }

// event is one thing of a log: a report with portions that cite others, or a
// recall.
type event struct {
	report *Report
	recall *Recall
}

// model is what must come of a log, computed without any of the code.
type model struct {
	owner    map[[16]byte]string // who first stated a portion
	cites    map[[16]byte][]Cite // what it cites
	said     []Recall
	reports  []*Report
	reviewed map[[16]byte]bool
}

func (m *model) withdrawn(id [16]byte) bool { return m.hit(id, "recall") }

// hit says whether a standing recall of a kind names a held portion.
func (m *model) hit(id [16]byte, kind string) bool {
	for _, r := range m.said {
		for _, p := range r.Portions {
			if p.ID == id && r.Kind == kind && m.owner[id] != "" && (m.owner[id] == r.By || kind == kindDoubt) {
				return true
			}
		}
	}
	return false
}

// taint spreads from what cites something bad, to a fixed point.
func (m *model) taint() {
	for again := true; again; {
		again = false
		for id, cites := range m.cites {
			if m.reviewed[id] {
				continue
			}
			for _, c := range cites {
				if m.bad(c) {
					m.reviewed[id], again = true, true
				}
			}
		}
	}
}

func (m *model) bad(c Cite) bool {
	if m.reviewed[c.ID] || m.hit(c.ID, "recall") || m.hit(c.ID, kindDoubt) {
		return true
	}
	for _, r := range m.said { // of what is not here, the citation names the originator
		for _, p := range r.Portions {
			if p.ID == c.ID && m.owner[c.ID] == "" && r.By == c.Originator && (r.Kind == "recall" || r.Kind == kindDoubt) {
				return true
			}
		}
	}
	return false
}

// A log comes to what the rules say (withdrawn, in doubt, under review to any
// depth), however it is cut into batches and whatever comes first, the views or
// their recalls. SYR, who gives texts of its own the ids of others' portions,
// changes nothing.
func TestRecallsComeToTheSameInAnyBatches(t *testing.T) {
	members := []string{"IRN", "IRQ", "RUS"}
	views := [2]*Views{open(t, t.TempDir()), open(t, t.TempDir())}
	rapid.Check(t, func(rt *rapid.T) {
		ctx := context.Background()
		var log []event
		m := &model{owner: map[[16]byte]string{}, cites: map[[16]byte][]Cite{}, reviewed: map[[16]byte]bool{}}
		owner := map[int]string{}
		n := rapid.IntRange(3, 25).Draw(rt, "events")
		for i := range n {
			what := rapid.IntRange(0, 4).Draw(rt, "what")
			if what == 4 {
				k := rapid.IntRange(0, 3*n-1).Draw(rt, "taken")
				log = append(log, event{report: &Report{Index: int64(i), ID: fmt.Sprintf("%032x", i), Originator: "SYR", Act: []byte(fmt.Sprint("report ", i)), Text: fmt.Sprint("report ", i),
					Portions: []Portion{{ID: pid(k), Digest: [32]byte{2, byte(k)}}}}})
				continue
			}
			if what > 1 {
				by := rapid.SampledFrom(members).Draw(rt, "by")
				r := &Report{Index: int64(i), ID: fmt.Sprintf("%032x", i), Originator: by, Act: []byte(fmt.Sprint("report ", i)), Text: fmt.Sprint("report ", i)}
				for k := range rapid.IntRange(1, 3).Draw(rt, "portions") {
					p := stated(i*3 + k)
					owner[i*3+k] = by
					for range rapid.IntRange(0, 2).Draw(rt, "cites") {
						c := rapid.IntRange(0, 3*n-1).Draw(rt, "cited")
						if c == i*3+k {
							continue
						}
						whose := owner[c]
						if whose == "" {
							whose = "IRN"
						}
						p.Cites = append(p.Cites, Cite{ID: pid(c), Digest: stated(c).Digest, Originator: whose})
					}
					r.Portions = append(r.Portions, p)
				}
				log = append(log, event{report: r})
				continue
			}
			r := &Recall{Index: int64(i), Act: fmt.Sprintf("%032x", i), By: rapid.SampledFrom(members).Draw(rt, "by"), Kind: rapid.SampledFrom([]string{"recall", "doubt"}).Draw(rt, "kind"), Reason: "error"}
			r.Portions = []Portion{stated(rapid.IntRange(0, 3*n-1).Draw(rt, "named"))}
			log = append(log, event{recall: r})
		}
		for _, e := range log {
			if e.recall != nil {
				m.said = append(m.said, *e.recall)
			} else {
				m.reports = append(m.reports, e.report)
				if e.report.Originator == "SYR" {
					continue
				}
				for _, p := range e.report.Portions {
					m.owner[p.ID], m.cites[p.ID] = e.report.Originator, p.Cites
				}
			}
			m.taint()
		}

		var dumps [2]bytes.Buffer
		for k := range dumps {
			v := views[k]
			if err := v.Reset(ctx); err != nil {
				rt.Fatal(err)
			}
			for i := 0; i < len(log); {
				size := 1
				if k == 1 {
					size = min(rapid.IntRange(1, n).Draw(rt, "batch"), len(log)-i)
				}
				b := Batch{Cursor: int64(i + size)}
				for _, e := range log[i : i+size] {
					if e.recall != nil {
						b.Said = append(b.Said, Said{Index: e.recall.Index, ID: e.recall.Act, Originator: e.recall.By, Type: "recall", Act: []byte("{}"), Recall: e.recall})
					} else {
						b.Reports = append(b.Reports, *e.report)
					}
				}
				if err := v.Apply(ctx, b); err != nil {
					rt.Fatal(err)
				}
				i += size
			}
			if err := v.dumpRows(ctx, &dumps[k]); err != nil {
				rt.Fatal(err)
			}
			for _, r := range m.reports {
				got, err := v.At(ctx, r.Index)
				if err != nil {
					rt.Fatal(err)
				}
				var withdrawn, review, doubted int
				for _, p := range r.Portions {
					if r.Originator == "SYR" {
						break
					}
					if m.withdrawn(p.ID) {
						withdrawn++
					}
					if m.reviewed[p.ID] {
						review++
					}
					if m.hit(p.ID, kindDoubt) {
						doubted++
					}
				}
				if got.Withdrawn != withdrawn || got.Review != review || got.Doubted != doubted {
					rt.Fatalf("report %d: %d withdrawn, %d under review, %d in doubt; want %d, %d, %d", r.Index, got.Withdrawn, got.Review, got.Doubted, withdrawn, review, doubted)
				}
				_, err = v.Get(ctx, r.ID)
				if hidden := withdrawn == len(r.Portions); hidden != (err == ErrNotFound) {
					rt.Fatalf("report %d: hidden should be %v, reading says %v", r.Index, hidden, err)
				}
			}
			c, err := v.Counts(ctx)
			found, ferr := v.Find(ctx, Query{Limit: 500})
			if err != nil || ferr != nil || c.Reports != int64(len(found)) {
				rt.Fatalf("%d reports are counted, %d found: %v %v", c.Reports, len(found), err, ferr)
			}
		}
		if !bytes.Equal(dumps[0].Bytes(), dumps[1].Bytes()) {
			rt.Fatalf("one by one:\n%s\ntogether:\n%s", dumps[0].String(), dumps[1].String())
		}
	})
}

// dumpRows dumps all but the words.
func (v *Views) dumpRows(ctx context.Context, b *bytes.Buffer) error {
	for _, t := range tables {
		if err := v.dump(ctx, b, t.name, `SELECT * FROM `+t.name+` ORDER BY `+t.order); err != nil {
			return err
		}
	}
	return nil
}

func apply(t testing.TB, v *Views, b Batch) {
	t.Helper()
	if err := v.Apply(context.Background(), b); err != nil {
		t.Fatal(err)
	}
}

func says(i int64, by, kind string, ps ...Portion) Batch {
	return Batch{Cursor: i + 1, Said: []Said{{Index: i, ID: fmt.Sprintf("%032x", i), Originator: by, Type: "recall", Act: []byte("{}"), Recall: &Recall{Index: i, Act: fmt.Sprintf("%032x", i), By: by, Kind: kind, Reason: "error", Portions: ps}}}}
}

// What has not been certified hides and is taken back without a trace; when it
// is certified it stands alone.
func TestProvisionalRecalls(t *testing.T) {
	ctx := context.Background()
	v := open(t, t.TempDir())
	apply(t, v, Batch{Cursor: 2, Reports: []Report{
		{Index: 0, ID: "a", Originator: "IRN", Portions: []Portion{stated(1), stated(2)}, Act: []byte("a"), Text: "quincunx"},
		{Index: 1, ID: "b", Originator: "RUS", Portions: []Portion{{ID: pid(3), Cites: []Cite{{ID: pid(1), Digest: stated(1).Digest, Originator: "IRN"}}}}, Act: []byte("b"), Text: "other"},
	}})
	var before bytes.Buffer
	if err := v.dumpRows(ctx, &before); err != nil {
		t.Fatal(err)
	}
	r := Recall{Act: fmt.Sprintf("%032x", 2), By: "IRN", Kind: "recall", Reason: "error", Portions: []Portion{stated(1)}}
	for want := 1; want >= 0; want-- { // the second time it is there
		if n, err := v.Provisionally(ctx, []Recall{r}); err != nil || n != want {
			t.Fatal(n, err)
		}
	}
	a, err := v.Get(ctx, "a")
	b, berr := v.Get(ctx, "b")
	if err != nil || berr != nil || a.Withdrawn != 1 || b.Review != 1 {
		t.Fatalf("%+v %+v %v %v", a.Row, b.Row, err, berr)
	}
	if rows, err := v.Find(ctx, Query{Text: "quincunx"}); err != nil || len(rows) != 0 {
		t.Errorf("a withdrawn word is found: %v %v", rows, err)
	}
	if s, err := v.StandingOf(ctx, 0); err != nil || len(s) != 1 || !s[0].Withdrawn || !s[0].Provisional || s[0].By != "IRN" || s[0].Reason != "error" {
		t.Errorf("%+v %v", s, err)
	}
	if err := v.EndProvisional(ctx, r.Act, "IRQ"); err != nil {
		t.Fatal(err)
	}
	if a, _ := v.Get(ctx, "a"); a.Withdrawn != 1 {
		t.Error("the act of another of the same id ended it")
	}
	if err := v.EndProvisional(ctx, r.Act, "IRN"); err != nil {
		t.Fatal(err)
	}
	var after bytes.Buffer
	if err := v.dumpRows(ctx, &after); err != nil || after.String() != before.String() {
		t.Errorf("it left a trace: %v\n%s", err, after.String())
	}
	// Provisionally again, then by the log: as if by the log alone.
	if _, err := v.Provisionally(ctx, []Recall{r}); err != nil {
		t.Fatal(err)
	}
	apply(t, v, says(2, "IRN", "recall", stated(1)))
	if ps, err := v.Provisional(ctx); err != nil || len(ps) != 0 {
		t.Errorf("still provisional: %v %v", ps, err)
	}
	if s, _ := v.StandingOf(ctx, 0); len(s) != 1 || s[0].Provisional {
		t.Errorf("%+v", s)
	}
}

// A review ends by the word of the portion's originator, a doubt by that of its
// sayer; neither by anybody else's.
func TestWhatIsCleared(t *testing.T) {
	ctx := context.Background()
	v := open(t, t.TempDir())
	apply(t, v, Batch{Cursor: 2, Reports: []Report{
		{Index: 0, ID: "a", Originator: "IRN", Portions: []Portion{stated(1)}, Act: []byte("a")},
		{Index: 1, ID: "b", Originator: "RUS", Portions: []Portion{{ID: pid(3), Digest: stated(3).Digest, Cites: []Cite{{ID: pid(1), Digest: stated(1).Digest, Originator: "IRN"}}}}, Act: []byte("b")},
	}})
	is := func(what string, doubted, review int) {
		t.Helper()
		a, err := v.At(ctx, 0)
		b, berr := v.At(ctx, 1)
		if err != nil || berr != nil || a.Doubted != doubted || b.Review != review {
			t.Errorf("%s: %d in doubt, %d under review, want %d and %d (%v %v)", what, a.Doubted, b.Review, doubted, review, err, berr)
		}
	}
	apply(t, v, says(2, "RUS", "doubt", stated(1)))
	is("RUS doubts what IRN says", 1, 1)
	apply(t, v, says(3, "IRN", "cleared", stated(1)))
	is("IRN cannot clear it", 1, 1)
	apply(t, v, says(4, "IRN", "cleared", stated(3)))
	is("nor end the review of RUS", 1, 1)
	apply(t, v, says(5, "RUS", "cleared", stated(1)))
	is("RUS can", 0, 1)
	apply(t, v, says(6, "RUS", "cleared", stated(3)))
	is("and ends its review", 0, 0)
	apply(t, v, says(7, "IRQ", "recall", stated(1)))
	is("a recall by a stranger", 0, 0)
	if h, err := v.HeardOf(ctx, fmt.Sprintf("%032x", 7), "IRQ"); err != nil || len(h) != 1 || h[0].Effect != EffectVoid {
		t.Errorf("%+v %v", h, err)
	}
	other := stated(1)
	other.Digest[0]++
	apply(t, v, says(8, "IRN", "recall", other))
	if _, err := v.Get(ctx, "a"); err != nil {
		t.Errorf("a recall by another digest: %v", err)
	}
}

// What holds an id under another digest is no copy of what was recalled.
func TestACopyIsOfTheSameDigest(t *testing.T) {
	v := open(t, t.TempDir())
	apply(t, v, Batch{Cursor: 2, Reports: []Report{
		{Index: 0, ID: "a", Originator: "IRN", Portions: []Portion{stated(1)}, Act: []byte("a")},
		{Index: 1, ID: "b", Originator: "SYR", Portions: []Portion{{ID: pid(1), Digest: [32]byte{2}}}, Act: []byte("b")},
	}})
	apply(t, v, says(2, "IRN", "recall", stated(1)))
	h, err := v.HeardOf(context.Background(), fmt.Sprintf("%032x", 2), "IRN")
	if err != nil || len(h) != 1 || h[0].Effect != EffectHolds || !slices.Equal(h[0].Reports, []string{"a"}) {
		t.Errorf("%+v %v", h, err)
	}
}

// A recall reaches 10,000 products that come from one portion in chains and in
// width within two seconds (the bound of the issue is the centre's reach; here
// it guards against a plan that grows with the square).
func TestCascadeOfManyProducts(t *testing.T) {
	v := open(t, t.TempDir())
	b := Batch{Cursor: 10001, Reports: []Report{{Index: 0, ID: "a", Originator: "IRN", Portions: []Portion{stated(0)}, Act: []byte("a")}}}
	for i := 1; i <= 10000; i++ {
		from := (i - 1) / 3
		p := stated(i)
		p.Cites = []Cite{{ID: pid(from), Digest: stated(from).Digest, Originator: "IRN"}}
		b.Reports = append(b.Reports, Report{Index: int64(i), ID: fmt.Sprint("r", i), Originator: "RUS", Portions: []Portion{p, stated(20000 + i)}, Act: bytes.Repeat([]byte("x"), 2000)})
	}
	apply(t, v, b)
	begun := time.Now()
	apply(t, v, says(10001, "IRN", "recall", stated(0)))
	took := time.Since(begun)
	t.Logf("%v", took)
	var n int
	if err := v.db.Reader.QueryRow(`SELECT count(*) FROM caution WHERE review = 1`).Scan(&n); err != nil || n != 10000 {
		t.Errorf("%d products are under review: %v", n, err)
	}
	if took > time.Minute { // about one second on an idle machine
		t.Errorf("it took %v", took)
	}
}

// A node that dies while it takes a recall in has all of it afterwards, or
// nothing: what is withdrawn, what is under review, and how far it has come.
func TestRecallIsStoredWholeOrNotAtAll(t *testing.T) {
	ctx := context.Background()
	for _, stage := range []store.Stage{store.BeforeCommit, store.AfterCommit} {
		dir := t.TempDir()
		path := filepath.Join(dir, "view.db")
		dying := false
		died := errors.New("the process dies")
		v, _, err := Open(path, store.Options{Fault: func(at store.Stage) error {
			if dying && at == stage {
				return died
			}
			return nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		apply(t, v, Batch{Cursor: 3, Reports: []Report{
			{Index: 0, ID: "a", Originator: "IRN", Portions: []Portion{stated(1)}, Act: []byte("a")},
			{Index: 1, ID: "b", Originator: "RUS", Portions: []Portion{{ID: pid(3), Cites: []Cite{{ID: pid(1), Digest: stated(1).Digest, Originator: "IRN"}}}}, Act: []byte("b")},
			{Index: 2, ID: "c", Originator: "SYR", Portions: []Portion{{ID: pid(4), Cites: []Cite{{ID: pid(3), Originator: "RUS"}}}}, Act: []byte("c")},
		}})
		dying = true
		if err := v.Apply(ctx, says(3, "IRN", "recall", stated(1))); !errors.Is(err, died) {
			t.Fatal(err)
		}
		v.Close()
		v = open(t, dir)
		_, gone := v.Get(ctx, "a")
		c, err := v.At(ctx, 2)
		cursor, cerr := v.Cursor(ctx)
		if err != nil || cerr != nil {
			t.Fatal(err, cerr)
		}
		whole := errors.Is(gone, ErrNotFound) && c.Review == 1 && cursor == 4
		none := gone == nil && c.Review == 0 && cursor == 3
		if stage == store.BeforeCommit && !none || stage == store.AfterCommit && !whole {
			t.Errorf("stage %v: reading says %v, %d under review, cursor %d", stage, gone, c.Review, cursor)
		}
	}
}

// What is withdrawn is under review and in doubt no more: the rest of its report can
// be written to a file, and a product of which the portion was taken back is done
// with. What is shown and under review still keeps it back.
func TestWhatIsWithdrawnIsUnderReviewNoMore(t *testing.T) {
	ctx := context.Background()
	v := open(t, t.TempDir())
	apply(t, v, Batch{Cursor: 2, Reports: []Report{
		{Index: 0, ID: "a", Originator: "IRN", Portions: []Portion{stated(1), stated(2)}, Act: []byte("a")},
		{Index: 1, ID: "b", Originator: "IRQ", Own: true, Portions: []Portion{{ID: pid(3), Digest: stated(3).Digest, Cites: []Cite{{ID: pid(1), Digest: stated(1).Digest, Originator: "IRN"}}}, stated(4)}, Act: []byte("b")},
	}})
	unsettled := func(id string, want bool, when string) {
		t.Helper()
		got, err := v.Acts(ctx, []string{id})
		if err != nil || len(got) != 1 || got[0].Unsettled != want {
			t.Errorf("%s, %s is unsettled: %+v, want %v (%v)", when, id, got, want, err)
		}
	}
	madeOf := func(want int, when string) {
		t.Helper()
		if rows, err := v.MadeOf(ctx, 4, 10); err != nil || len(rows) != want {
			t.Errorf("%s, %d products are under review, want %d (%v)", when, len(rows), want, err)
		}
	}
	apply(t, v, says(2, "IRN", "review", stated(1)))
	apply(t, v, says(3, "IRQ", "doubt", stated(1)))
	unsettled("a", true, "under review")
	unsettled("b", true, "what cites it is under review")
	apply(t, v, says(4, "IRN", "recall", stated(1)))
	unsettled("a", false, "with what was under review withdrawn")
	unsettled("b", true, "with what it cites withdrawn")
	madeOf(1, "with its own portion standing")
	apply(t, v, says(5, "IRQ", "recall", stated(3)))
	unsettled("b", false, "with its own portion withdrawn")
	madeOf(0, "with its own portion withdrawn")
	apply(t, v, says(6, "IRN", "review", stated(2)))
	unsettled("a", true, "with another portion under review")
}

// What is under an id is known by its digest (spec/act.md, "Ids"): when one of two
// portions of one id is forgotten, what stood against it goes with it, and what is
// left is as for who never held it.
func TestForgettingOneOfTwoPortionsOfOneID(t *testing.T) {
	ctx := context.Background()
	cite := []Cite{{ID: pid(1), Digest: stated(1).Digest, Originator: "IRN"}}
	other := Portion{ID: pid(3), Digest: [32]byte{9}}
	batch := func(forgotten bool) Batch {
		b := Batch{Cursor: 3, Reports: []Report{
			{Index: 0, ID: "a", Originator: "IRN", Portions: []Portion{stated(1)}, Act: []byte("a")},
			{Index: 1, ID: "b", Originator: "RUS", Portions: []Portion{{ID: pid(3), Digest: stated(3).Digest, Cites: cite}}, Act: []byte("b")},
			{Index: 2, ID: "c", Originator: "SYR", Portions: []Portion{other}, Act: []byte("c")},
		}}
		if forgotten {
			b.Reports = append(b.Reports[:1], b.Reports[2])
		}
		return b
	}
	v, fresh := open(t, t.TempDir()), open(t, t.TempDir())
	for _, to := range []*Views{v, fresh} {
		apply(t, to, batch(to == fresh))
		apply(t, to, says(3, "IRN", "recall", stated(1)))
		apply(t, to, says(4, "RUS", "doubt", stated(3)))
	}
	row := func(index int64) Row {
		r, err := v.At(ctx, index)
		if err != nil {
			t.Fatal(err)
		}
		return r.Row
	}
	if b, c := row(1), row(2); b.Review != 1 || b.Doubted != 1 || c.Review != 0 || c.Doubted != 0 {
		t.Errorf("RUS's has %d under review and %d in doubt, and SYR's of the same id %d and %d", b.Review, b.Doubted, c.Review, c.Doubted)
	}
	ref := Ref{pid(3), stated(3).Digest}
	if s, err := v.StandingOfPortions(ctx, []Ref{ref, {other.ID, other.Digest}}); err != nil || len(s) != 1 || !s[ref].Review || !s[ref].Doubt {
		t.Errorf("%+v (%v)", s, err)
	}
	if err := v.Delete(ctx, []int64{1}); err != nil {
		t.Fatal(err)
	}
	var got, want bytes.Buffer
	if err := v.Dump(ctx, &got); err != nil {
		t.Fatal(err)
	}
	if err := fresh.Dump(ctx, &want); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want.Bytes()) {
		t.Errorf("forgotten:\n%s\nnever held:\n%s", got.Bytes(), want.Bytes())
	}
}
