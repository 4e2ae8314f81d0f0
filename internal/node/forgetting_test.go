package node

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// filesWith returns the files below dir in which a word stands.
func filesWith(t testing.TB, dir, word string) (out []string) {
	t.Helper()
	check(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		if bytes.Contains(bytes.ToLower(raw), []byte(strings.ToLower(word))) {
			out = append(out, filepath.Base(path))
		}
		return err
	}))
	return out
}

func dump(t testing.TB, v *viewdb.Views) string {
	t.Helper()
	var b bytes.Buffer
	check(t, v.Dump(context.Background(), &b))
	return b.String()
}

// After Forget no byte of a report is left in any file of the node, at the
// originator and at a reader, while the other nodes keep theirs, the log goes
// on, and views made again are the same.
func TestForgottenLeavesNoByteBehind(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	all := mark("RESTRICTED", "IRQ", four...)
	duty := h.officer("IRQ", "duty", section.RoleDuty)
	const word = "quincunxzebra"
	secret := make([]byte, 4096)
	rand.Read(secret)
	copy(secret, word)
	file, err := h.nodes["IRQ"].Attach(ctx, duty, "plan.bin", "application/octet-stream", bytes.NewReader(secret), nil)
	check(t, err)
	for i := range 60 {
		p := portion(all, "IRQ", fmt.Sprintf("report %d of the bridge at %s", i, strings.Repeat("Exampletown ", 40+i)))
		if i == 30 {
			p.Text += word
			p.Attachments = []act.Attachment{file}
		}
		three := portion(mark("SECRET", "IRQ", "IRQ", "RUS"), "IRQ", fmt.Sprintf("note %d", i))
		h.releaseReport("IRQ", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{p, three}})
	}
	for _, m := range four {
		h.find(m, viewdb.Query{Text: "bridge", Limit: 500}, 60)
	}
	rus := h.find("RUS", viewdb.Query{Text: word}, 1)[0]
	an := h.officer("RUS", "an", section.RoleAnalyst)
	var b bytes.Buffer
	check(t, h.nodes["RUS"].Attachment(ctx, an, rus.ID, file.Digest, &b))
	if len(filesWith(t, filepath.Join(h.dir, "RUS"), word)) == 0 || len(filesWith(t, filepath.Join(h.dir, "IRQ"), word)) == 0 {
		t.Fatal("the word is nowhere before it is forgotten: this test shows nothing")
	}

	// Who may not erase, and what is not here.
	if _, err := h.nodes["RUS"].Forget(ctx, an, "test", rus.ID); !errors.Is(err, section.ErrForbidden) {
		t.Errorf("an analyst forgets: %v", err)
	}
	dpo := h.officer("RUS", "dpo", section.RoleDPO)
	if _, err := h.nodes["RUS"].Forget(ctx, dpo, "", rus.ID); !errors.Is(err, ErrBasis) {
		t.Errorf("without a reason: %v", err)
	}
	if _, err := h.nodes["RUS"].Forget(ctx, dpo, "test", strings.Repeat("a", 32)); !errors.Is(err, viewdb.ErrNotFound) {
		t.Errorf("what is not here: %v", err)
	}

	// A reader forgets by the report, the originator by a portion of it.
	got, err := h.nodes["RUS"].Forget(ctx, dpo, "request 7", rus.ID)
	check(t, err)
	if got.Reports != 1 || got.Drafts != 0 || got.Files != 1 {
		t.Errorf("RUS forgot %+v", got)
	}
	mine := h.find("IRQ", viewdb.Query{Text: word}, 2) // the two views of it
	full, err := h.nodes["IRQ"].Views().Get(ctx, mine[0].ID)
	check(t, err)
	a, err := act.Parse(full.Act)
	check(t, err)
	got, err = h.nodes["IRQ"].Forget(ctx, h.officer("IRQ", "dpo", section.RoleDPO), "request 7", string(a.Report.Portions[0].ID))
	check(t, err)
	if got.Reports != 2 || got.Drafts != 1 || got.Files != 1 {
		t.Errorf("IRQ forgot %+v", got)
	}
	for _, m := range []label.MemberID{"RUS", "IRQ"} {
		if left := filesWith(t, filepath.Join(h.dir, string(m)), word); len(left) > 0 {
			t.Errorf("%s has the word still in %v", m, left)
		}
		if rows, err := h.nodes[m].Views().Find(ctx, viewdb.Query{Text: word}); err != nil || len(rows) > 0 {
			t.Errorf("%s finds it still: %v %v", m, err, rows)
		}
		if _, err := h.nodes[m].Views().Get(ctx, rus.ID); !errors.Is(err, viewdb.ErrNotFound) {
			t.Errorf("%s has it still: %v", m, err)
		}
	}
	if ls, _ := filepath.Glob(filepath.Join(h.dir, "RUS", DirAttached, "*")); len(ls) > 0 {
		t.Errorf("RUS keeps the file: %v", ls)
	}
	h.find("IRN", viewdb.Query{Text: word}, 1)
	h.find("SYR", viewdb.Query{Text: word}, 1)

	// The log goes on, receipts hold, and a rebuild gives the same views.
	h.releaseReport("IRQ", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(all, "IRQ", "afterwards")}})
	for _, m := range four {
		h.find(m, viewdb.Query{Text: "afterwards"}, 1)
	}
	last := h.find("IRQ", viewdb.Query{Text: "afterwards"}, 1)[0].Index
	h.eventually("a receipt of RUS", func() bool { return len(h.nodes["IRQ"].receipts.by(last, []string{"RUS"})) > 0 })
	h.atRest(four...)
	before := dump(t, h.nodes["RUS"].Views())
	h.nodes["RUS"].stop()
	delete(h.nodes, "RUS")
	h.rebuild("RUS")
	h.start("RUS")
	if after := dump(t, h.nodes["RUS"].Views()); after != before {
		t.Error("the views made again differ")
	}
}

// Forgetting that was interrupted is finished at the next start.
func TestInterruptedForgettingIsFinished(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	const word = "hapaxlegomenon"
	h.releaseReport("IRQ", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(mark("RESTRICTED", "IRQ", four...), "IRQ", word)}})
	h.find("IRQ", viewdb.Query{Text: word}, 1)
	rus := h.find("RUS", viewdb.Query{Text: word}, 1)[0]
	dpo := h.officer("RUS", "dpo", section.RoleDPO)
	// The keys' file is closed under it: it stops after the note of what is to go.
	check(t, h.nodes["RUS"].ring.Close())
	if _, err := h.nodes["RUS"].Forget(ctx, dpo, "request 8", rus.ID); err == nil {
		t.Fatal("forgotten without the keys")
	}
	h.nodes["RUS"].stop()
	delete(h.nodes, "RUS")
	h.start("RUS")
	if _, err := h.nodes["RUS"].Views().Get(ctx, rus.ID); !errors.Is(err, viewdb.ErrNotFound) {
		t.Errorf("it is here still: %v", err)
	}
	if left := filesWith(t, filepath.Join(h.dir, "RUS"), word); len(left) > 0 {
		t.Errorf("the word is still in %v", left)
	}
}

// While the views are emptied to be made again nothing is destroyed: of a report
// that is gone from them it could not be kept whose it was, to whom it was sealed,
// and when it ended.
func TestNothingIsDestroyedWhileTheViewsAreEmptied(t *testing.T) {
	h := newHouse(t, nil)
	n, err := Open(context.Background(), h.options("IRQ"))
	check(t, err)
	defer n.Close()
	emptied := false
	n.fault = func(stage string, _ int64) {
		if stage != "empty" {
			return
		}
		emptied = true
		if n.projector.busy.TryLock() {
			n.projector.busy.Unlock()
			t.Error("something could be destroyed meanwhile")
		}
	}
	check(t, n.Rebuild(context.Background(), nil))
	if !emptied {
		t.Error("the views are emptied elsewhere: this test shows nothing")
	}
}
