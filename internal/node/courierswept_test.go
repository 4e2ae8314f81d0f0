package node

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"entente/act"
	"entente/internal/bundle"
	"entente/internal/section"
	"entente/internal/store/logdb"
	"entente/internal/store/viewdb"
	"entente/seal"
)

// A file in a bundle that nothing imported names is removed when the bundle's
// acts are projected, so that no sender fills the quota here; one that an act of
// the same bundle or of the next one names stays, whenever files are looked
// through meanwhile.
func TestCourierKeepsNoFileThatNothingNames(t *testing.T) {
	h := courierHouse(t)
	h.custodian("SYR")
	h.cut("SYR")
	ctx := t.Context()
	rus, syr := h.nodes["RUS"], h.nodes["SYR"]
	h.photograph("with a photograph quincunx")
	es, err := os.ReadDir(filepath.Join(rus.dir, DirAttached))
	check(t, err)
	named, err := os.ReadFile(filepath.Join(rus.dir, DirAttached, es[0].Name()))
	check(t, err)
	later, err := rus.Attach(ctx, h.officer("RUS", "duty", section.RoleDuty), "plan.bin", "application/octet-stream", bytes.NewReader([]byte("a plan")), nil)
	check(t, err)
	early, err := os.ReadFile(filepath.Join(rus.dir, DirAttached, later.Digest.String()))
	check(t, err)
	litter := bytes.Repeat([]byte("named by nobody "), 5000)

	number := uint64(0)
	made := func(files ...[]byte) carried {
		number++
		return h.forged(func(m *bundle.Manifest) {
			m.Number, m.Since, m.Previous = number, 1, bundle.NoDigest
			m.Contents = append(m.Contents, "attachments")
		}, func(w *bundle.Writer, m *bundle.Manifest, head logdb.Head) {
			check(t, rus.station.WriteLog(ctx, w, m.LogFrom, head, func(int64) {}))
			for _, f := range files {
				check(t, w.Attachment(sha256.Sum256(f), int64(len(f)), bytes.NewReader(f)))
			}
		}, "RUS")
	}
	path := func(file []byte) string {
		return filepath.Join(syr.dir, DirAttached, seal.Hash(sha256.Sum256(file)).String())
	}
	there := func(file []byte) bool {
		t.Helper()
		_, err := os.Stat(path(file))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		return err == nil
	}
	// taken imports a file; whoever looks for files that nothing names looks
	// again after every record.
	taken := func(file carried) {
		t.Helper()
		id, err := h.stage("SYR", file)
		check(t, err)
		rep, err := syr.ImportBundle(ctx, h.custodian("SYR"), id, func(int64, int64) {
			if _, err := syr.sweepFiles(context.WithoutCancel(ctx)); err != nil {
				t.Error(err)
			}
			if _, err := syr.sweepBrought(context.WithoutCancel(ctx)); err != nil {
				t.Error(err)
			}
		})
		check(t, err)
		if !rep.Imported {
			t.Fatalf("report %+v", rep)
		}
	}
	settled := func(what string, file []byte, stays bool) {
		t.Helper()
		h.eventually(what, func() bool {
			i, err := os.Stat(path(file))
			if stays {
				return err == nil && time.Since(i.ModTime()) < fileRest // it was looked for, and is named
			}
			return errors.Is(err, fs.ErrNotExist)
		})
	}

	taken(made(litter, named))
	h.find("SYR", viewdb.Query{Text: "quincunx"}, 1)
	settled("what nothing names to be gone", litter, false)
	settled("what the bundle names to stay", named, true)

	// Brought with one bundle and named in the next, before the acts of either
	// are projected.
	h.say("RUS", "meanwhile perihelion")
	h.find("RUS", viewdb.Query{Text: "perihelion"}, 1)
	syr.projector.busy.Lock()
	taken(made(early, litter))
	p := portion(mark("RESTRICTED", "RUS", four...), "RUS", "with a plan aphelion")
	p.Attachments = []act.Attachment{later}
	h.releaseReport("RUS", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{p}})
	h.find("RUS", viewdb.Query{Text: "aphelion"}, 1)
	taken(made(early))
	if !there(early) || !there(litter) {
		t.Error("a file was removed before the acts of its bundle were projected")
	}
	syr.projector.busy.Unlock()
	settled("what nothing names to be gone", litter, false)
	settled("what the next bundle names to stay", early, true)

	// Once more after the first was let go.
	taken(made(litter, early))
	settled("what nothing names to be gone again", litter, false)
	settled("what was named before to stay", early, true)
	row := h.find("SYR", viewdb.Query{Text: "aphelion"}, 1)[0]
	var got bytes.Buffer
	check(t, syr.Attachment(ctx, h.officer("SYR", "duty", section.RoleDuty), row.ID, later.Digest, &got))
	if got.String() != "a plan" {
		t.Errorf("%q came", got.String())
	}
}
