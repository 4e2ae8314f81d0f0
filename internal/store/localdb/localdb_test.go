package localdb

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"entente/internal/store"
)

var (
	ctx   = context.Background()
	start = time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
)

func open(t testing.TB, path string) *DB {
	t.Helper()
	db, err := Open(path, store.Options{Relaxed: true, Readers: 2})
	must(t, err)
	t.Cleanup(func() { db.Close() })
	return db
}

// fresh is a new database with one officer.
func fresh(t testing.TB) *DB {
	t.Helper()
	db := open(t, filepath.Join(t.TempDir(), "local.db"))
	must(t, db.Update(ctx, func(tx *Tx) error { return tx.InsertOfficer(officer("irq.duty")) }))
	return db
}

func officer(login string) Officer {
	return Officer{Login: login, Name: "Name", Roles: 5, MustChange: true, Password: "$", Created: start, PasswordSet: start.Add(time.Second)}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func id(n int) string { return fmt.Sprintf("%032x", n) }

func TestOpenTwiceAndNewer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep", "local.db")
	db := open(t, path)
	must(t, db.Update(ctx, func(tx *Tx) error { return tx.InsertOfficer(officer("a")) }))
	must(t, db.Close())
	db = open(t, path)
	if o, err := db.Read(ctx).Officer("a"); err != nil || o.Roles != 5 || !o.MustChange || o.Disabled || !o.PasswordSet.Equal(start.Add(time.Second)) || !o.LastLogIn.IsZero() || o.PasswordNo != 1 {
		t.Errorf("%+v, %v", o, err)
	}
	must(t, db.Update(ctx, func(tx *Tx) error {
		_, err := tx.run(`INSERT INTO schema_version (version) VALUES (999)`)
		return err
	}))
	must(t, db.Close())
	if _, err := Open(path, store.Options{}); !errors.Is(err, store.ErrVersion) {
		t.Errorf("a newer database: %v, want ErrVersion", err)
	}
}

func TestMissesAndCollisions(t *testing.T) {
	db := fresh(t)
	r := db.Read(ctx)
	for name, err := range map[string]error{
		"Officer":    second(r.Officer("nobody")),
		"Draft":      second(r.Draft(id(1))),
		"DraftMeta":  second(r.DraftMeta(id(1))),
		"Decision":   second(r.Decision(id(1))),
		"Batch":      second(r.Batch(id(1))),
		"Annotation": second(r.Annotation(id(1))),
		"Setting":    second(r.Setting("a")),
		"Session":    func() error { _, _, err := r.Session(Digest{}); return err }(),
	} {
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v, want ErrNotFound", name, err)
		}
	}
	for name, c := range map[string]struct {
		fn   func(*Tx) error
		want error
	}{
		"officer twice":        {func(tx *Tx) error { return tx.InsertOfficer(officer("irq.duty")) }, ErrExists},
		"no such officer":      {func(tx *Tx) error { return tx.SetOfficer(officer("x")) }, ErrNotFound},
		"password of nobody":   {func(tx *Tx) error { return tx.SetPassword("x", "$", start, false) }, ErrNotFound},
		"no such session":      {func(tx *Tx) error { return tx.DeleteSession("irq.duty", id(1)) }, ErrNotFound},
		"setting at version 2": {func(tx *Tx) error { return tx.SetSetting(Setting{Name: "a", Version: 2}) }, ErrStale},
		"no such draft":        {func(tx *Tx) error { return tx.UpdateDraft("irq.duty", Draft{ID: id(1)}) }, ErrStale},
		"plan of no draft":     {func(tx *Tx) error { return tx.PlanDraft(id(1), Digest{}, Digest{}, start) }, ErrStale},
		"no such batch":        {func(tx *Tx) error { return tx.AdvanceBatch(id(1), "", 0, 0, 0, start) }, ErrStale},
		"no such decision":     {func(tx *Tx) error { return tx.SetDecision(id(1), Prepared, Approved, "", start, "") }, ErrStale},
		"no such subject":      {func(tx *Tx) error { return tx.AddSubject(id(1), id(2)) }, ErrStale},
	} {
		if err := db.Update(ctx, c.fn); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	// A draft of an author who is no officer, a draft twice: refused by the
	// schema, and nothing is left.
	d := []Draft{{ID: id(1), Kind: "report"}}
	if err := db.Update(ctx, func(tx *Tx) error { return tx.InsertDrafts("nobody", d) }); err == nil {
		t.Error("a draft of nobody was stored")
	}
	must(t, db.Update(ctx, func(tx *Tx) error { return tx.InsertDrafts("irq.duty", d) }))
	if err := db.Update(ctx, func(tx *Tx) error { return tx.InsertDrafts("irq.duty", d) }); err == nil {
		t.Error("a draft was stored twice")
	}
}

func second[T any](_ T, err error) error { return err }

// Bulk inserts store every row, on both sides of the size of a statement.
func TestInsertDraftsInBulk(t *testing.T) {
	db := fresh(t)
	next := 0
	for _, n := range []int{0, 1, many - 1, many, many + 1, 2*many + 7} {
		var drafts []Draft
		var keys []ImportKey
		batch := id(1_000_000 + n)
		for range n {
			next++
			drafts = append(drafts, Draft{ID: id(next), Kind: "report", Content: fmt.Append(nil, next), Digest: Digest{byte(next)}, Batch: batch, Created: start, Modified: start})
			keys = append(keys, ImportKey{Item: fmt.Sprint(next), Digest: Digest{byte(next)}, Draft: id(next)})
		}
		must(t, db.Update(ctx, func(tx *Tx) error {
			if err := tx.InsertDrafts("irq.duty", drafts); err != nil {
				return err
			}
			return tx.InsertImportKeys("kind", batch, keys)
		}))
		got, err := db.Read(ctx).BatchDrafts(batch, "", 0, 1000)
		must(t, err)
		if len(got) != n {
			t.Fatalf("%d drafts of %d", len(got), n)
		}
		for i, d := range got {
			if d.ID != drafts[i].ID || string(d.Content) != string(drafts[i].Content) || d.Digest != drafts[i].Digest || d.Version != 1 || !d.Created.Equal(start) {
				t.Errorf("%+v, want %+v", d, drafts[i])
			}
			v, err := db.Read(ctx).Versions(d.ID)
			if err != nil || len(v) != 1 || v[0].Login != "irq.duty" || v[0].Digest != d.Digest {
				t.Errorf("versions %+v, %v", v, err)
			}
		}
		must(t, db.Update(ctx, func(tx *Tx) error {
			var items []string
			for _, k := range keys {
				items = append(items, k.Item, "unknown "+k.Item)
			}
			found, err := tx.ImportKeys("kind", items)
			if err == nil && len(found) != n {
				t.Errorf("%d keys of %d", len(found), n)
			}
			for _, k := range keys {
				if found[k.Item] != k {
					t.Errorf("%+v, want %+v", found[k.Item], k)
				}
			}
			none, err2 := tx.ImportKeys("other kind", items)
			if len(none) != 0 {
				t.Errorf("%d keys of another kind", len(none))
			}
			return errors.Join(err, err2)
		}))
	}
}

// What is up for release, or has left, is not changed, whatever the caller
// forgets to ask.
func TestDraftIsHeld(t *testing.T) {
	db := fresh(t)
	plan := Digest{7}
	must(t, db.Update(ctx, func(tx *Tx) error {
		return errors.Join(
			tx.InsertDrafts("irq.duty", []Draft{{ID: id(1), Kind: "report", Digest: Digest{1}}}),
			tx.PlanDraft(id(1), Digest{1}, plan, start),
			tx.InsertDecision(Decision{ID: id(9), PreparedBy: "irq.duty", Prepared: start}),
			tx.AddSubject(id(9), id(1)),
		)
	}))
	held := func(when string) {
		t.Helper()
		for name, fn := range map[string]func(*Tx) error{
			"changed":           func(tx *Tx) error { return tx.UpdateDraft("irq.duty", Draft{ID: id(1), Kind: "report", Version: 1}) },
			"planned":           func(tx *Tx) error { return tx.PlanDraft(id(1), Digest{1}, Digest{8}, start) },
			"put up once again": func(tx *Tx) error { return tx.AddSubject(id(9), id(1)) },
		} {
			if err := db.Update(ctx, fn); !errors.Is(err, ErrStale) {
				t.Errorf("%s, %s: %v, want ErrStale", when, name, err)
			}
		}
		n, err := db.Read(ctx).Draft(id(1))
		if err != nil || n.Version != 1 || *n.Plan != plan {
			t.Errorf("%s: %+v, %v", when, n, err)
		}
	}
	held("in a decision")
	if err := db.Update(ctx, func(tx *Tx) error { return tx.EraseDraft(id(1), start) }); !errors.Is(err, ErrStale) {
		t.Errorf("erased: %v, want ErrStale", err)
	}
	must(t, db.Update(ctx, func(tx *Tx) error {
		fresh, err := tx.ReleaseDraft(id(9), id(1), []Position{{Incarnation: 1, Sequence: 1}}, start)
		if !fresh {
			t.Error("was released before")
		}
		return err
	}))
	held("released")
}

func TestSessions(t *testing.T) {
	db := fresh(t)
	session := func(n int, seen time.Time) Session {
		return Session{Token: Digest{byte(n)}, ID: id(n), Login: "irq.duty", Created: start, Seen: seen, Idle: time.Hour, Ends: start.Add(90 * time.Minute), Client: "c"}
	}
	must(t, db.Update(ctx, func(tx *Tx) error {
		for n := range 4 {
			if err := tx.InsertSession(session(n, start.Add(time.Duration(n)*time.Minute))); err != nil {
				return err
			}
		}
		return tx.TouchSession(Digest{1}, start.Add(30*time.Minute))
	}))
	ids := func() (out []string) {
		list, err := db.Read(ctx).Sessions("irq.duty")
		must(t, err)
		for _, s := range list {
			out = append(out, s.ID)
		}
		return out
	}
	if got := ids(); !slices.Equal(got, []string{id(1), id(3), id(2), id(0)}) {
		t.Errorf("order: %q", got)
	}
	// Seen never moves back.
	must(t, db.Update(ctx, func(tx *Tx) error { return tx.TouchSession(Digest{1}, start) }))
	s, o, err := db.Read(ctx).Session(Digest{1})
	must(t, err)
	if want := session(1, start.Add(30*time.Minute)); s != want || o.Login != "irq.duty" {
		t.Errorf("%+v, want %+v", s, want)
	}
	for _, c := range []struct {
		at   time.Duration
		left int
	}{{time.Hour - time.Millisecond, 4}, {time.Hour, 3}, {62 * time.Minute, 2}, {90*time.Minute - time.Millisecond, 1}, {90 * time.Minute, 0}} {
		live := 0
		list, err := db.Read(ctx).Sessions("irq.duty")
		must(t, err)
		for _, s := range list {
			if s.Live(start.Add(c.at)) {
				live++
			}
		}
		must(t, db.Update(ctx, func(tx *Tx) error {
			_, err := tx.DeleteEndedSessions(start.Add(c.at))
			return err
		}))
		if got := ids(); len(got) != c.left || live != c.left {
			t.Errorf("after %v: %d sessions, %d live, want %d", c.at, len(got), live, c.left)
		}
	}
}

// Merged lists are the sorted whole, cut.
func TestMergeDrafts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := func(name string, odd int) []Draft {
			out := []Draft{}
			for _, n := range rapid.SliceOfNDistinct(rapid.IntRange(0, 30), 0, 20, rapid.ID[int]).Draw(t, name) {
				out = append(out, Draft{ID: id(2*n + odd), Modified: start.Add(time.Duration(n%4) * time.Second)})
			}
			slices.SortFunc(out, byFalling)
			return out
		}
		a, b, limit := list("a", 0), list("b", 1), rapid.IntRange(0, 25).Draw(t, "limit")
		want := append(slices.Clone(a), b...)
		slices.SortFunc(want, byFalling)
		want = want[:min(limit, len(want))]
		got := mergeDrafts(a, b, limit)
		if !slices.EqualFunc(got, want, func(x, y Draft) bool { return x.ID == y.ID }) {
			t.Fatalf("%v, want %v", got, want)
		}
	})
}

func byFalling(x, y Draft) int {
	if c := y.Modified.Compare(x.Modified); c != 0 {
		return c
	}
	if x.ID > y.ID {
		return -1
	}
	return 1
}

// The queries of lists walk an index: none of them sorts or scans a table.
func TestListsWalkAnIndex(t *testing.T) {
	db := fresh(t)
	for name, query := range map[string]string{
		"session":       sqlSession,
		"sessions":      `SELECT s.id FROM sessions s WHERE s.login = ? ORDER BY s.seen DESC, s.id DESC`,
		"drafts":        `SELECT d.id FROM drafts d WHERE d.state = ? AND (d.modified, d.id) < (?, ?) ORDER BY d.modified DESC, d.id DESC LIMIT ?`,
		"batch drafts":  `SELECT d.id, d.content FROM drafts d WHERE d.batch = ? AND d.id > ? ORDER BY d.id LIMIT ?`,
		"of a decision": `UPDATE drafts SET decision = NULL WHERE decision = ?`,
		"decisions":     `SELECT id FROM decisions WHERE state = ? AND (prepared, id) > (?, ?) ORDER BY prepared, id LIMIT ?`,
		"subjects":      `SELECT draft FROM decision_drafts WHERE decision = ? AND draft > ? ORDER BY draft LIMIT ?`,
		"annotations":   `SELECT id FROM annotations WHERE subject = ? AND (created, id) > (?, ?) ORDER BY created, id LIMIT ?`,
		"audit":         `SELECT seq FROM audit WHERE seq < ? ORDER BY seq DESC LIMIT ?`,
		"audit, login":  `SELECT seq FROM audit WHERE seq < ? AND login = ? ORDER BY seq DESC LIMIT ?`,
		"audit, object": `SELECT seq FROM audit WHERE seq < ? AND object = ? ORDER BY seq DESC LIMIT ?`,
		"import keys":   sqlImportFindMany,
	} {
		rows, err := db.s.Reader.Query("EXPLAIN QUERY PLAN "+query, slices.Repeat([]any{nil}, countMarks(query))...)
		must(t, err)
		for rows.Next() {
			var a, b, c int
			var detail string
			must(t, rows.Scan(&a, &b, &c, &detail))
			if detail[:4] == "SCAN" || detail[:3] == "USE" {
				t.Errorf("%s: %s", name, detail)
			}
		}
		must(t, rows.Err())
	}
}

func countMarks(query string) (n int) {
	for _, c := range query {
		if c == '?' {
			n++
		}
	}
	return n
}

// Many readers prepare and use the same statements at once.
func TestReadersAtOnce(t *testing.T) {
	db := fresh(t)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for range 20 {
				if _, err := db.Read(ctx).Officer("irq.duty"); err != nil {
					t.Error(err)
				}
				if _, err := db.Read(ctx).Officers(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}
