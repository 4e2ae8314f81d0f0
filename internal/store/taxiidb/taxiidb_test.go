package taxiidb

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"entente/internal/store"
	"entente/taxii"
)

const heldID = "00000001-2222-4222-8222-222222222222"

func file(t testing.TB) *taxii.MedallionFile {
	t.Helper()
	raw, err := os.ReadFile("../../../taxii/testdata/medallion.json")
	if err != nil {
		t.Fatal(err)
	}
	f, err := taxii.ReadMedallion(bytes.NewReader(raw), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestImportTwiceAndOpenAgain(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	db, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	n, err := db.Import(ctx, file(t), 1, nil)
	if want := (Imported{Roots: 2, Collections: 5, Objects: 12, Flawed: 1, Undated: 2, Statuses: 1}); err != nil || n != want {
		t.Errorf("%+v, %v", n, err)
	}
	n, err = db.Import(ctx, file(t), 2, nil)
	if want := (Imported{Roots: 2, Collections: 5, Held: 12, Statuses: 1}); err != nil || n != want {
		t.Errorf("again: %+v, %v", n, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if db, err = Open(dir); err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	d, err := db.Directory(ctx, "")
	if err != nil || len(d.Roots) != 2 || d.Roots[0].Name != "one" || len(d.Roots[0].Collections) != 5 || d.Discovery.APIRoots[0] != "http://localhost:5000/one/" {
		t.Errorf("%+v, %v", d, err)
	}
	var flaws []Flaw
	if err := db.Flaws(ctx, func(f Flaw) error { flaws = append(flaws, f); return nil }); err != nil || len(flaws) != 1 || flaws[0].Collection != heldID || !strings.HasPrefix(flaws[0].ID, "indicator--00000003") {
		t.Errorf("%+v, %v", flaws, err)
	}
	st, err := db.Status(ctx, "anybody", "one", "00000000-3333-4333-8333-333333333333")
	if err != nil || st.Status != taxii.StatusPending || len(st.Pendings) != 1 || st.RequestTimestamp != "2020-01-01T00:00:00.000000Z" {
		t.Errorf("%+v, %v", st, err)
	}
}

// TestAllOrNothing: an import or an addition that fails leaves nothing.
func TestAllOrNothing(t *testing.T) {
	ctx := context.Background()
	fail := false
	refused := errors.New("refused")
	db, err := OpenWith(t.TempDir(), store.Options{Relaxed: true, Fault: func(s store.Stage) error {
		if fail && s == store.BeforeCommit {
			return refused
		}
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	fail = true
	if _, err := db.Import(ctx, file(t), 1, nil); !errors.Is(err, refused) {
		t.Fatal(err)
	}
	if d, err := db.Directory(ctx, ""); err != nil || len(d.Roots) != 0 {
		t.Errorf("%+v, %v", d, err)
	}
	fail = false
	if _, err := db.Import(ctx, file(t), 1, nil); err != nil {
		t.Fatal(err)
	}
	count := func() int {
		p, err := db.Page(ctx, "", taxii.Selection{Root: "one", Collection: heldID, Filter: taxii.Filter{AddedAfter: taxii.NoTimestamp, Versions: taxii.Versions{All: true}}, After: taxii.Start, Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		return len(p.Records)
	}
	before := count()
	o, err := taxii.ReadObject([]byte(`{"type":"x","id":"x--1"}`))
	if err != nil {
		t.Fatal(err)
	}
	fail = true
	if st, err := db.Apply(ctx, "", taxii.Change{Root: "one", Collection: heldID, Add: []taxii.Object{o}, At: 5}); !errors.Is(err, refused) || st != nil {
		t.Errorf("%+v, %v", st, err)
	}
	if got := count(); got != before {
		t.Errorf("%d objects, %d before", got, before)
	}
}

// TestPlansWalkAnIndex holds that no query of a page sorts what a collection
// holds: the cost of a page must not follow the collection's size.
func TestPlansWalkAnIndex(t *testing.T) {
	db, err := OpenWith(t.TempDir(), store.Options{Relaxed: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for name, f := range map[string]taxii.Filter{
		"plain":        {Versions: taxii.Versions{Last: true}},
		"type":         {Types: []string{"a"}, Versions: taxii.Versions{Last: true}},
		"types":        {Types: []string{"a", "b", "c"}, Versions: taxii.Versions{Last: true}},
		"many types":   {Types: strings.Split(strings.Repeat("a,", 40)+"a", ","), Versions: taxii.Versions{Last: true}},
		"all":          {Versions: taxii.Versions{All: true}},
		"first":        {Versions: taxii.Versions{First: true}},
		"spec_version": {SpecVersions: []string{"2.1"}, Versions: taxii.Versions{Last: true}},
		"versions":     {Versions: taxii.Versions{At: []string{"2020"}, First: true, Last: true}},
	} {
		q := pageQuery(1, taxii.Selection{Filter: f, Limit: 100, Bodies: true})
		rows, err := db.s.Reader.Query("EXPLAIN QUERY PLAN "+q.String(), q.args...)
		if err != nil {
			t.Fatalf("%s: %v: %s", name, err, q)
		}
		var plan []string
		for rows.Next() {
			var a, b, c int
			var text string
			if err := rows.Scan(&a, &b, &c, &text); err != nil {
				t.Fatal(err)
			}
			plan = append(plan, text)
		}
		rows.Close()
		all := strings.Join(plan, "\n")
		// What is merged from several types is at most a page of each.
		if name != "types" && strings.Contains(all, "TEMP B-TREE") || strings.Count(all, "SCAN objects") > 0 || strings.Contains(all, "SCAN o") || !strings.Contains(all, "added>") && !strings.Contains(all, "(added,seq)>") {
			t.Errorf("%s:\n%s", name, all)
		}
	}
}

func TestUsersSeeTheirStatusAlone(t *testing.T) {
	ctx := context.Background()
	db, err := OpenWith(t.TempDir(), store.Options{Relaxed: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Import(ctx, file(t), 1, nil); err != nil {
		t.Fatal(err)
	}
	o, _ := taxii.ReadObject([]byte(`{"type":"x","id":"x--1"}`))
	st, err := db.Apply(ctx, "one", taxii.Change{Root: "one", Collection: heldID, Add: []taxii.Object{o}, At: 5})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Status(ctx, "one", "one", st.ID); err != nil {
		t.Error(err)
	}
	for _, c := range [][2]string{{"two", "one"}, {"one", "two"}} {
		if _, err := db.Status(ctx, c[0], c[1], st.ID); !errors.Is(err, taxii.ErrNotFound) {
			t.Errorf("%v: %v", c, err)
		}
	}
	// After its time the next addition clears it away.
	o2, _ := taxii.ReadObject([]byte(`{"type":"x","id":"x--2"}`))
	if _, err := db.Apply(ctx, "one", taxii.Change{Root: "one", Collection: heldID, Add: []taxii.Object{o2}, At: 6 + taxii.Timestamp(keepStatus.Microseconds())}); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Status(ctx, "one", "one", st.ID); !errors.Is(err, taxii.ErrNotFound) {
		t.Error(err)
	}
}

// TestDatesNeverGoBack: a clock that stands still or goes back, and deleting
// the newest, do not give a date out again.
func TestDatesNeverGoBack(t *testing.T) {
	ctx := context.Background()
	db, err := OpenWith(t.TempDir(), store.Options{Relaxed: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Import(ctx, file(t), 1, nil); err != nil {
		t.Fatal(err)
	}
	const empty = "00000002-2222-4222-8222-222222222222"
	last := taxii.NoTimestamp
	for i, at := range []taxii.Timestamp{1000, 1000, 10, 5000, 20} {
		id := fmt.Sprintf("x--%d", i)
		o, _ := taxii.ReadObject(fmt.Appendf(nil, `{"type":"x","id":%q}`, id))
		if _, err := db.Apply(ctx, "", taxii.Change{Root: "one", Collection: empty, Add: []taxii.Object{o}, At: at}); err != nil {
			t.Fatal(err)
		}
		p, err := db.Page(ctx, "", taxii.Selection{Root: "one", Collection: empty, Filter: taxii.Filter{AddedAfter: last, Versions: taxii.Versions{Last: true}}, After: taxii.Start, Limit: 10})
		if err != nil || len(p.Records) != 1 || p.Records[0].Place.Added <= last {
			t.Fatalf("%d: %+v, %v; last %d", i, p.Records, err, last)
		}
		last = p.Records[0].Place.Added
		if _, err := db.Apply(ctx, "", taxii.Change{Root: "one", Collection: empty, Delete: &taxii.Filter{IDs: []string{id}}}); err != nil {
			t.Fatal(err)
		}
	}
}
