package taxiidb

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"entente/internal/store"
	"entente/taxii"

	"pgregory.net/rapid"
)

// entry is an object of the model.
type entry struct {
	id, typ, spec, vkey string
	added               taxii.Timestamp
}

// model says in the plainest way which objects a filter means (clause 3.4):
// type, id and added_after first, then the latest specification version of
// each identifier or those asked for, then the versions.
func model(held []entry, f taxii.Filter) []entry {
	some := slices.DeleteFunc(slices.Clone(held), func(e entry) bool {
		return e.added <= f.AddedAfter || len(f.IDs) > 0 && !slices.Contains(f.IDs, e.id) || len(f.Types) > 0 && !slices.Contains(f.Types, e.typ)
	})
	of := func(keep func(e, n entry) bool) []entry {
		return slices.DeleteFunc(slices.Clone(some), func(e entry) bool {
			return slices.ContainsFunc(some, func(n entry) bool { return n.id == e.id && !keep(e, n) })
		})
	}
	if len(f.SpecVersions) > 0 {
		some = slices.DeleteFunc(some, func(e entry) bool { return !slices.Contains(f.SpecVersions, e.spec) })
	} else {
		some = of(func(e, n entry) bool { return n.spec <= e.spec })
	}
	v := f.Versions
	if v.All {
		return some
	}
	first := of(func(e, n entry) bool { return n.vkey >= e.vkey })
	last := of(func(e, n entry) bool { return n.vkey <= e.vkey })
	return slices.DeleteFunc(some, func(e entry) bool {
		return !(v.First && slices.Contains(first, e) || v.Last && slices.Contains(last, e) || slices.Contains(v.At, e.vkey))
	})
}

// TestFiltersAgreeWithTheModel adds and deletes at random, versions out of
// order among them, and asks at random.
func TestFiltersAgreeWithTheModel(t *testing.T) {
	ctx := context.Background()
	db, err := OpenWith(t.TempDir(), store.Options{Relaxed: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	run := 0
	rapid.Check(t, func(r *rapid.T) {
		run++
		coll := fmt.Sprintf("collection %d", run)
		_, err := db.Import(ctx, &taxii.MedallionFile{Roots: []taxii.MedallionRoot{{Name: "r", Collections: []taxii.MedallionCollection{{Collection: taxii.Collection{ID: coll, CanRead: true}}}}}}, 1, nil)
		if err != nil {
			r.Fatal(err)
		}
		ids := []string{"a--1", "a--2", "b--1", "c--1"}
		specs := []string{"2.0", "2.1"}
		version := rapid.Custom(func(r *rapid.T) string {
			return fmt.Sprintf("2020-01-01T00:00:0%d.", rapid.IntRange(0, 5).Draw(r, "version"))
		})
		var held []entry
		clock := taxii.Timestamp(0)
		for range rapid.IntRange(1, 12).Draw(r, "changes") {
			c := taxii.Change{Root: "r", Collection: coll}
			id := rapid.SampledFrom(ids).Draw(r, "id")
			if rapid.IntRange(0, 5).Draw(r, "delete") == 0 {
				c.Delete = &taxii.Filter{IDs: []string{id}, Versions: taxii.Versions{At: []string{version.Draw(r, "deleted")}}}
				db.Apply(ctx, "", c) // nothing to delete is no matter here
				held = slices.DeleteFunc(held, func(e entry) bool { return e.id == id && e.vkey == c.Delete.Versions.At[0] })
				continue
			}
			clock += 10
			c.At = clock
			e := entry{id: id, typ: taxii.TypeOf(id), spec: rapid.SampledFrom(specs).Draw(r, "spec"), vkey: version.Draw(r, "v"), added: clock}
			if slices.ContainsFunc(held, func(h entry) bool { return h.id == e.id && h.spec == e.spec && h.vkey == e.vkey }) {
				continue
			}
			o := taxii.Object{Raw: []byte(`{}`), ID: id, Type: e.typ, Spec: e.spec, Version: e.vkey + "0Z"}
			if st, err := db.Apply(ctx, "", taxii.Change{Root: "r", Collection: coll, Add: []taxii.Object{o}, At: clock}); err != nil || st.SuccessCount != 1 {
				r.Fatalf("%+v, %v", st, err)
			}
			held = append(held, e)
		}
		for range 6 {
			f := taxii.Filter{AddedAfter: taxii.NoTimestamp}
			if rapid.Bool().Draw(r, "after") {
				f.AddedAfter = taxii.Timestamp(rapid.IntRange(0, int(clock)).Draw(r, "added_after"))
			}
			pick := func(name string, from []string) []string {
				if !rapid.Bool().Draw(r, name) {
					return nil
				}
				return slices.Compact(slices.Sorted(slices.Values(rapid.SliceOfN(rapid.SampledFrom(from), 1, 3).Draw(r, name+"s"))))
			}
			f.IDs = pick("match[id]", ids)
			f.Types = pick("match[type]", []string{"a", "b", "c", "d"})
			f.SpecVersions = pick("match[spec_version]", specs)
			switch rapid.IntRange(0, 4).Draw(r, "match[version]") {
			case 0:
				f.Versions.All = true
			case 1:
				f.Versions = taxii.Versions{First: rapid.Bool().Draw(r, "first"), Last: rapid.Bool().Draw(r, "last"), At: []string{version.Draw(r, "at")}}
			default:
				f.Versions.Last = true
			}
			// Page by page, to hold the borders too.
			var got []taxii.Timestamp
			sel := taxii.Selection{Root: "r", Collection: coll, Filter: f, After: taxii.Start, Limit: rapid.IntRange(1, 4).Draw(r, "limit")}
			for {
				p, err := db.Page(ctx, "", sel)
				if err != nil {
					r.Fatal(err)
				}
				for _, rec := range p.Records {
					got = append(got, rec.Place.Added)
				}
				if !p.More {
					break
				}
				sel.After = p.Records[len(p.Records)-1].Place
			}
			var want []taxii.Timestamp
			for _, e := range model(held, f) {
				want = append(want, e.added)
			}
			if !slices.Equal(got, want) {
				r.Fatalf("%+v\n got %v\nwant %v\nheld %v", f, got, want, held)
			}
		}
	})
}

// TestManyShapesOfQueries asks in more shapes than statements are kept, from
// several sides at once.
func TestManyShapesOfQueries(t *testing.T) {
	ctx := context.Background()
	db, err := OpenWith(t.TempDir(), store.Options{Relaxed: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Import(ctx, file(t), 1, nil); err != nil {
		t.Fatal(err)
	}
	failed := make(chan error, 4)
	for range cap(failed) {
		go func() {
			var first error
			for i := range 2 * maxStmts {
				types := make([]string, 1+i%16)
				for k := range types {
					types[k] = fmt.Sprint("t", k)
				}
				f := taxii.Filter{AddedAfter: taxii.NoTimestamp, Types: types, Versions: taxii.Versions{All: i&16 > 0, First: i&32 > 0, Last: i&64 > 0}}
				if i&128 > 0 {
					f.SpecVersions = []string{"2.1"}
				}
				if i&256 > 0 {
					f.SpecVersions = []string{"2.0", "2.1"}
				}
				if _, err := db.Page(ctx, "", taxii.Selection{Root: "one", Collection: heldID, Filter: f, After: taxii.Start, Limit: 2, Bodies: i&64 > 0}); err != nil && first == nil {
					first = err
				}
			}
			failed <- first
		}()
	}
	for range cap(failed) {
		if err := <-failed; err != nil {
			t.Error(err)
		}
	}
	if n := len(db.stmts); n > maxStmts+cap(failed) {
		t.Errorf("%d statements are kept", n)
	}
}
