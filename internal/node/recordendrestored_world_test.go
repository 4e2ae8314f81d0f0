package node

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"entente/internal/section"
	"entente/internal/store/viewdb"
)

// What a restored node released after its backup it has back from the log, without
// a draft: it is its own record all the same, and is recalled from all who hold it
// before the own copy goes (rule 21).
func TestAnOwnRecordWithoutItsDraftIsRecalledFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSlowWorld(t, 14)
		ctx := context.Background()
		dpo := w.dpo("RUS")
		w.officer("RUS", "duty", section.RoleDuty)
		w.officer("RUS", "fdo", section.RoleRelease)
		w.report("RUS", "before the backup")
		w.halt("RUS")
		dir, backup := filepath.Join(w.dir, "RUS"), filepath.Join(t.TempDir(), "backup")
		copied := func(to, from string) {
			check(t, os.CopyFS(to, os.DirFS(from)))
			check(t, filepath.WalkDir(to, func(path string, d fs.DirEntry, err error) error {
				if err != nil || d.IsDir() {
					return err
				}
				return os.Chmod(path, 0o600)
			}))
		}
		copied(backup, dir)
		w.startNodes("RUS")
		w.settle(2 * time.Minute)
		w.ready("RUS")
		w.report("RUS", "the lorry is quincunx")
		w.halt("RUS")
		check(t, os.RemoveAll(dir))
		copied(dir, backup)
		for _, name := range []string{FileViews, FileViews + "-wal", FileViews + "-shm"} {
			check(t, os.RemoveAll(filepath.Join(dir, name)))
		}
		w.startNodes("RUS")
		w.settle(2 * time.Minute)
		w.ready("RUS")
		rus := w.nodes["RUS"]
		row := w.find("RUS", viewdb.Query{Text: "quincunx"}, 1)[0]
		if draft, err := rus.draftAt(ctx, row.Index); err != nil || draft != "" || !row.Own {
			t.Fatalf("own: %v, with the draft %q (%v): this test shows nothing", row.Own, draft, err)
		}
		_, err := rus.RenewRecord(ctx, dpo, row.ID, w.in(24*time.Hour), "needed")
		if code, rule := refusedFor(t, err); code != CodeNotRenewal || rule != "21" {
			t.Errorf("without its draft it is renewed: %v", err)
		}
		x, err := rus.EndRecord(ctx, dpo, row.ID, "review 1")
		check(t, err)
		if x.Destroyed != nil || x.Issued == nil {
			t.Fatalf("three members hold it, and it came to %+v", x)
		}
		w.approve("RUS", x.Issued)
		w.settle(time.Minute)
		if rows, err := w.nodes["IRN"].views.Find(ctx, viewdb.Query{Text: "quincunx"}); err != nil || len(rows) > 0 {
			t.Errorf("IRN shows it: %v (%v)", rows, err)
		}
		x, err = rus.EndRecord(ctx, dpo, row.ID, "review 1")
		check(t, err)
		if x.Destroyed == nil || x.Destroyed.Reports != 1 || x.Issued != nil {
			t.Errorf("all are told, and it came to %+v", x)
		}
		if _, err := rus.views.At(ctx, row.Index); !errors.Is(err, viewdb.ErrNotFound) {
			t.Errorf("the own copy is still here: %v", err)
		}
		drafts, err := rus.section.Drafts(ctx, dpo, section.DraftQuery{Limit: 10})
		check(t, err)
		for _, d := range drafts {
			if d.Kind == section.KindAcknowledgement {
				t.Errorf("RUS tells itself by draft %s", d.ID)
			}
		}
	})
}
