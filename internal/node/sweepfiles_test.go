package node

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
)

// A sealed file that no draft and no report names any more is removed, when it
// is old enough; what is named, or was attached just now, stays.
func TestFilesThatNothingNamesAreSwept(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	n, duty := h.nodes["IRQ"], h.officer("IRQ", "duty", section.RoleDuty)
	attach := func(text string) act.Attachment {
		t.Helper()
		a, err := n.Attach(ctx, duty, "plan.bin", "application/octet-stream", strings.NewReader(text), nil)
		check(t, err)
		return a
	}
	save := func(id, etag string, files ...act.Attachment) section.Draft {
		t.Helper()
		p := portion(mark("RESTRICTED", "IRQ", four...), "IRQ", "a plan")
		p.Attachments = files
		d, err := n.SaveDraft(ctx, duty, id, etag, &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{p}})
		check(t, err)
		return d
	}
	released := h.releaseFile("IRQ", "the released plan", []byte("released"))
	h.find("IRQ", viewdb.Query{Text: "released"}, 1)
	drafted, replaced, discarded, never := attach("drafted"), attach("replaced"), attach("discarded"), attach("never named")
	d := save("", "", replaced)
	save(d.ID, d.ETag(), drafted)
	d = save("", "", discarded)
	check(t, n.Section().DiscardDraft(ctx, duty, d.ID, d.ETag()))

	dir := filepath.Join(h.dir, "IRQ", DirAttached)
	part := strings.Repeat("ab", 32) + ".part"
	check(t, os.WriteFile(filepath.Join(dir, part), []byte("half"), 0o600))
	names := map[string]bool{ // what stays
		released.Digest.String(): true, drafted.Digest.String(): true,
		replaced.Digest.String(): false, discarded.Digest.String(): false, never.Digest.String(): false, part: false,
	}
	there := func(name string) bool {
		_, err := os.Stat(filepath.Join(dir, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		return err == nil
	}
	if removed, err := n.sweepFiles(ctx); removed != 0 || err != nil {
		t.Errorf("%d files that were attached just now are removed (%v)", removed, err)
	}
	old := time.Now().Add(-fileRest - time.Minute)
	for name := range names {
		check(t, os.Chtimes(filepath.Join(dir, name), old, old))
	}
	fresh := attach("attached just now")
	names[fresh.Digest.String()] = true
	h.atRest(four...) // nothing is swept while the views lack a leaf
	removed, err := n.sweepFiles(ctx)
	check(t, err)
	if removed != 4 {
		t.Errorf("%d files are removed, want 4", removed)
	}
	for name, stays := range names {
		if there(name) != stays {
			t.Errorf("%s: there %v, want %v", name, !stays, stays)
		}
	}

	// A draft that names what was swept is refused, and says what would cure it.
	p := portion(mark("RESTRICTED", "IRQ", four...), "IRQ", "a late plan")
	late := &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(mark("RESTRICTED", "IRQ", four...), "IRQ", "none"), p}}
	late.Portions[1].Attachments = []act.Attachment{fresh, never}
	_, err = n.SaveDraft(ctx, duty, "", "", late)
	var refused *Refused
	if !errors.As(err, &refused) || len(refused.Findings) != 1 || refused.Findings[0].Portion != 2 || refused.Findings[0].Code != codeSwept ||
		!strings.Contains(refused.Findings[0].Text, "attach the file again") {
		t.Errorf("a draft that names a removed file: %v", err)
	}
	late.Portions[1].Attachments = []act.Attachment{fresh, attach("never named")}
	_, err = n.SaveDraft(ctx, duty, "", "", late)
	check(t, err)
}
