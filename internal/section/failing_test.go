package section

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"entente/internal/store"
	"entente/internal/store/localdb"
)

// dump is every row of every table.
func (b *bed) dump() string {
	b.t.Helper()
	db, err := sql.Open("sqlite", "file:"+b.path)
	must(b.t, err)
	defer db.Close()
	var out strings.Builder
	for _, table := range []string{"officers", "sessions", "audit", "audit_head", "batches", "drafts", "draft_versions", "draft_attachments",
		"draft_envelopes", "decisions", "decision_drafts", "import_keys", "annotations", "settings"} {
		rows, err := db.Query("SELECT * FROM " + table + " ORDER BY 1, 2, 3")
		must(b.t, err)
		cols, err := rows.Columns()
		must(b.t, err)
		for rows.Next() {
			v, at := make([]any, len(cols)), make([]any, len(cols))
			for i := range v {
				at[i] = &v[i]
			}
			must(b.t, rows.Scan(at...))
			fmt.Fprintln(&out, table, v)
		}
		must(b.t, rows.Err())
	}
	return out.String()
}

// writes is every method that changes something, each on a bed made ready for
// it.
func writes() map[string]func(*bed) func(context.Context) error {
	content := Content{Kind: "report", Bytes: []byte("text"), Attachments: []Attachment{{Media: "a/b", Name: "a"}}}
	on := func(f func(*bed, context.Context) error) func(*bed) func(context.Context) error {
		return func(b *bed) func(context.Context) error {
			return func(ctx context.Context) error { return f(b, ctx) }
		}
	}
	return map[string]func(*bed) func(context.Context) error{
		"LogIn": on(func(b *bed, ctx context.Context) error {
			_, _, err := b.LogIn(ctx, "irq.duty", password, "")
			return err
		}),
		"LogOut": func(b *bed) func(context.Context) error {
			token, _, err := b.LogIn(b.ctx, "irq.duty", password, "")
			must(b.t, err)
			return func(ctx context.Context) error { return b.LogOut(ctx, token.Text()) }
		},
		"RevokeSession": on(func(b *bed, ctx context.Context) error {
			return b.RevokeSession(ctx, b.custodian, "irq.duty", b.duty.Session)
		}),
		"AddOfficer": on(func(b *bed, ctx context.Context) error {
			return b.AddOfficer(ctx, b.custodian, NewOfficer{Login: "irq.new", Name: "New", Roles: RolesOf(RoleDuty), Password: password})
		}),
		"SetRoles": func(b *bed) func(context.Context) error {
			b.approved("void with it")
			return func(ctx context.Context) error {
				return b.SetRoles(ctx, b.custodian, "irq.fdo", RolesOf(RoleAnalyst))
			}
		},
		"Rename":  on(func(b *bed, ctx context.Context) error { return b.Rename(ctx, b.custodian, "irq.duty", "Other") }),
		"Disable": on(func(b *bed, ctx context.Context) error { return b.Disable(ctx, b.custodian, "irq.duty") }),
		"ChangePassword": on(func(b *bed, ctx context.Context) error {
			return b.ChangePassword(ctx, b.duty, password, "eight dry stones in a row")
		}),
		"SetPassword": on(func(b *bed, ctx context.Context) error {
			return b.SetPassword(ctx, b.custodian, "irq.duty", "eight dry stones in a row")
		}),
		"SetSetting": on(func(b *bed, ctx context.Context) error { return b.SetSetting(ctx, b.custodian, "a", 0, "b") }),
		"Record": on(func(b *bed, ctx context.Context) error {
			return b.Record(ctx, b.duty, OpDiscover, "q", OutcomeDone, "")
		}),
		"Annotate": on(func(b *bed, ctx context.Context) error {
			_, err := b.Annotate(ctx, b.duty, "s", "note")
			return err
		}),
		"EditAnnotation": func(b *bed) func(context.Context) error {
			a, err := b.Annotate(b.ctx, b.duty, "s", "note")
			must(b.t, err)
			return func(ctx context.Context) error { return b.EditAnnotation(ctx, b.duty, a.ID, 1, "other") }
		},
		"DeleteAnnotation": func(b *bed) func(context.Context) error {
			a, err := b.Annotate(b.ctx, b.duty, "s", "note")
			must(b.t, err)
			return func(ctx context.Context) error { return b.DeleteAnnotation(ctx, b.duty, a.ID) }
		},
		"CreateDraft": on(func(b *bed, ctx context.Context) error {
			_, err := b.CreateDraft(ctx, b.duty, content)
			return err
		}),
		"SaveDraft": func(b *bed) func(context.Context) error {
			_, d := b.approved("void with it")
			return func(ctx context.Context) error {
				_, err := b.SaveDraft(ctx, b.duty, d.ID, d.ETag(), content)
				return err
			}
		},
		"PlanDrafts": func(b *bed) func(context.Context) error {
			d, e := b.draft("one"), b.draft("two")
			return func(ctx context.Context) error {
				return b.PlanDrafts(ctx, b.duty, Plan{d.ID, d.Digest, somePlan}, Plan{e.ID, e.Digest, somePlan})
			}
		},
		"DiscardDraft": func(b *bed) func(context.Context) error {
			_, d := b.approved("void with it")
			return func(ctx context.Context) error { return b.DiscardDraft(ctx, b.duty, d.ID, d.ETag()) }
		},
		"EraseDraft": func(b *bed) func(context.Context) error {
			d := b.draft("x")
			return func(ctx context.Context) error { return b.EraseDraft(ctx, b.dpo, d.ID, "request 3") }
		},
		"PrepareRelease": func(b *bed) func(context.Context) error {
			d, e := b.planned("one"), b.planned("two")
			return func(ctx context.Context) error {
				_, err := b.PrepareRelease(ctx, b.duty, Release{Drafts: []string{d.ID, e.ID}})
				return err
			}
		},
		"ApproveRelease": func(b *bed) func(context.Context) error {
			p := b.prepared(b.planned("one").ID)
			return func(ctx context.Context) error {
				_, err := b.ApproveRelease(ctx, b.fdo, p.ID, p.Digest)
				return err
			}
		},
		"RefuseRelease": func(b *bed) func(context.Context) error {
			p := b.prepared(b.planned("one").ID)
			return func(ctx context.Context) error { return b.RefuseRelease(ctx, b.fdo, p.ID, "no") }
		},
		"WithdrawRelease": func(b *bed) func(context.Context) error {
			p, _ := b.approved("one")
			return func(ctx context.Context) error { return b.WithdrawRelease(ctx, b.duty, p.ID, "no") }
		},
		"BeginRelease": func(b *bed) func(context.Context) error {
			p, _ := b.approved("one")
			return func(ctx context.Context) error {
				_, err := b.BeginRelease(ctx, p.ID)
				return err
			}
		},
		"CompleteRelease": func(b *bed) func(context.Context) error {
			p, d := b.approved("one")
			_, err := b.BeginRelease(b.ctx, p.ID)
			must(b.t, err)
			return func(ctx context.Context) error {
				_, err := b.CompleteRelease(ctx, p.ID, Left{d.ID, []Position{{Incarnation: 1, Sequence: 1}}})
				return err
			}
		},
		"FailRelease": func(b *bed) func(context.Context) error {
			p, _ := b.approved("one")
			_, err := b.BeginRelease(b.ctx, p.ID)
			must(b.t, err)
			return func(ctx context.Context) error { return b.FailRelease(ctx, p.ID, "no line") }
		},
		"OpenBatch": on(func(b *bed, ctx context.Context) error {
			_, err := b.OpenBatch(ctx, b.duty, "kind", "file")
			return err
		}),
		"ImportDrafts": func(b *bed) func(context.Context) error {
			x := b.batch()
			b.importing(x.ID, item("a", "A"))
			items := []ImportItem{item("a", "A2")}
			for i := range 200 {
				items = append(items, item(fmt.Sprint(i), strings.Repeat("x", i)+"."))
			}
			return func(ctx context.Context) error {
				_, err := b.ImportDrafts(ctx, b.duty, x.ID, "200", items)
				return err
			}
		},
		"CloseBatch": func(b *bed) func(context.Context) error {
			x := b.batch()
			return func(ctx context.Context) error { return b.CloseBatch(ctx, b.duty, x.ID) }
		},
		"DiscardBatch": func(b *bed) func(context.Context) error {
			x := b.batch()
			b.importing(x.ID, item("a", "A"), item("b", "B"))
			return func(ctx context.Context) error {
				_, err := b.DiscardBatch(ctx, b.duty, x.ID)
				return err
			}
		},
	}
}

// A write that fails leaves nothing; one that was persisted although it was
// reported as failed leaves all of it, with its row in the audit log.
func TestFailingWrites(t *testing.T) {
	broken := errors.New("the disk broke")
	for name, ready := range writes() {
		t.Run(name, func(t *testing.T) {
			b := newBed(t)
			write := ready(b)
			before := b.dump()
			ctx, cancel := context.WithCancel(b.ctx)
			cancel()
			if err := write(ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("cancelled: %v", err)
			}
			if b.dump() != before {
				t.Fatal("a cancelled write left something")
			}
			b.fault = func(at store.Stage) error {
				if at == store.BeforeCommit {
					return broken
				}
				return nil
			}
			if err := write(b.ctx); !errors.Is(err, broken) {
				t.Errorf("not persisted: %v", err)
			}
			b.fault = nil
			if b.dump() != before {
				t.Fatal("a write that was not persisted left something")
			}
			rows := len(b.rows())
			b.fault = func(at store.Stage) error {
				if at == store.AfterCommit {
					return broken
				}
				return nil
			}
			if err := write(b.ctx); !errors.Is(err, broken) {
				t.Errorf("persisted, reported as failed: %v", err)
			}
			b.fault = nil
			if b.dump() == before || len(b.rows()) == rows {
				t.Error("a write that was persisted left nothing, or no audit row")
			}
			if _, faults, err := b.db.Read(b.ctx).VerifyAudit(); err != nil || len(faults) > 0 {
				t.Errorf("audit: %v %v", faults, err)
			}
		})
	}
}

// On a full disk, at whatever page it is reached, nothing is half done, and
// what was stored can be read.
func TestFullDisk(t *testing.T) {
	long := Content{Kind: "report", Bytes: []byte(strings.Repeat("long text ", 4000)), Attachments: []Attachment{{Media: "a/b", Name: "a"}}}
	for name, write := range map[string]func(*bed, Batch) error{
		"CreateDraft": func(b *bed, _ Batch) error {
			_, err := b.CreateDraft(b.ctx, b.duty, long)
			return err
		},
		"ImportDrafts": func(b *bed, x Batch) error {
			var items []ImportItem
			for i := range 20 {
				items = append(items, ImportItem{Key: fmt.Sprint(i), Content: long})
			}
			_, err := b.ImportDrafts(b.ctx, b.duty, x.ID, "", items)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBed(t)
			x := b.batch()
			d := b.draft("there before")
			before := b.dump()
			full := 0
			for pages := int64(1); ; pages++ {
				must(t, b.db.Close())
				limit := pageCount(t, b.path) + pages - 1
				var err error
				b.db, err = localdb.Open(b.path, store.Options{Relaxed: true, Readers: 1, MaxPages: limit})
				must(t, err)
				err = write(b, x)
				if err == nil {
					break
				}
				full++
				if !errors.Is(err, store.ErrFull) {
					t.Fatalf("at %d pages: %v", limit, err)
				}
				if b.dump() != before {
					t.Fatalf("at %d pages: something was left", limit)
				}
				if string(b.load(d.ID).Content) != "there before" {
					t.Error("what was stored cannot be read")
				}
			}
			b.db.Close()
			if full < 3 {
				t.Errorf("the disk was full %d times only", full)
			}
		})
	}
}

func pageCount(t *testing.T, path string) (n int64) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path)
	must(t, err)
	defer db.Close()
	must(t, db.QueryRow("PRAGMA page_count").Scan(&n))
	return n
}

// Of many who save the same version one wins, of two who approve the same
// decision one, and the audit log has no gap.
func TestAtOnce(t *testing.T) {
	b := newBed(t)
	d := b.draft("one")
	p := b.prepared(b.planned("two").ID)
	var saved, conflicts, approved atomic.Int32
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			_, err := b.SaveDraft(b.ctx, b.analyst, d.ID, d.ETag(), Content{Kind: "report", Bytes: fmt.Append(nil, "change ", i)})
			switch {
			case err == nil:
				saved.Add(1)
			case errors.Is(err, ErrConflict):
				conflicts.Add(1)
			default:
				t.Error(err)
			}
		})
		wg.Go(func() {
			o := []Officer{b.fdo, b.fdo2}[i%2]
			_, err := b.ApproveRelease(b.ctx, o, p.ID, p.Digest)
			switch {
			case err == nil:
				approved.Add(1)
			case !errors.Is(err, ErrState):
				t.Error(err)
			}
		})
		wg.Go(func() {
			if _, _, err := b.LogIn(b.ctx, "irq.fdo", password, ""); err != nil && !errors.Is(err, ErrThrottled) {
				t.Error(err)
			}
		})
		wg.Go(func() {
			if _, err := b.Drafts(b.ctx, b.inspector, DraftQuery{}); err != nil {
				t.Error(err)
			}
			if _, faults, err := b.VerifyAudit(b.ctx, b.inspector); err != nil || len(faults) > 0 {
				t.Error(faults, err)
			}
		})
	}
	wg.Wait()
	if saved.Load() != 1 || conflicts.Load() != 15 || approved.Load() != 1 {
		t.Errorf("%d saved, %d conflicts, %d approved", saved.Load(), conflicts.Load(), approved.Load())
	}
	// The same import by several at once takes each item in once.
	x := b.batch()
	items := make([]ImportItem, 100)
	for i := range items {
		items[i] = item(fmt.Sprint(i), fmt.Sprint("text ", i))
	}
	var added atomic.Int32
	for range 8 {
		wg.Go(func() {
			out, err := b.ImportDrafts(b.ctx, b.duty, x.ID, "", items)
			if err != nil {
				t.Error(err)
			}
			for _, r := range out {
				if r.Outcome == ImportAdded {
					added.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if added.Load() != 100 {
		t.Errorf("%d added, want 100", added.Load())
	}
}

// A session that was closed and opened again has everything it had.
func TestReopen(t *testing.T) {
	b := newBed(t)
	token, _, err := b.LogIn(b.ctx, "irq.duty", password, "")
	must(t, err)
	p, d := b.approved("text")
	head, err := b.AuditHead(b.ctx)
	must(t, err)
	must(t, b.db.Close())
	db, err := localdb.Open(b.path, store.Options{})
	must(t, err)
	defer db.Close()
	if b.Section, err = Open(db, Options{Nation: "IRQ", Now: b.clock.now, Argon2: cheap}); err != nil {
		t.Fatal(err)
	}
	if o, err := b.Authenticate(b.ctx, token.Text()); err != nil || o.Login != "irq.duty" {
		t.Errorf("session: %+v %v", o, err)
	}
	if got := b.load(d.ID); string(got.Content) != "text" {
		t.Errorf("draft: %+v", got)
	}
	if _, faults, err := b.VerifyAudit(b.ctx, b.inspector, head); err != nil || len(faults) > 0 {
		t.Errorf("audit: %v %v", faults, err)
	}
	if _, err := b.BeginRelease(b.ctx, p.ID); err != nil {
		t.Errorf("decision: %v", err)
	}
}
