package node

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
	"entente/seal"
)

// releaseFile releases a report to all with one attachment, and returns what a
// portion says of it.
func (h *house) releaseFile(m label.MemberID, text string, content []byte) act.Attachment {
	h.t.Helper()
	file, err := h.nodes[m].Attach(context.Background(), h.officer(m, "duty", section.RoleDuty), "plan.bin", "application/octet-stream", bytes.NewReader(content), nil)
	check(h.t, err)
	p := portion(mark("RESTRICTED", m, four...), m, text)
	p.Attachments = []act.Attachment{file}
	h.releaseReport(m, &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{p}})
	return file
}

// ask is one member asking another for a path of the member link: the status
// and everything that the answer says, its date left out.
func (h *house) ask(from, of label.MemberID, method, path string) (int, string) {
	h.t.Helper()
	client, base, err := h.nodes[from].link.Client(of)
	check(h.t, err)
	req, err := http.NewRequest(method, base+"/entente/v1"+path, strings.NewReader("nothing"))
	check(h.t, err)
	resp, err := client.Do(req)
	check(h.t, err)
	defer resp.Body.Close()
	resp.Header.Del("Date")
	var b bytes.Buffer
	check(h.t, resp.Header.Write(&b))
	_, err = io.Copy(&b, resp.Body)
	check(h.t, err)
	return resp.StatusCode, b.String()
}

// That a member has fetched an attachment, or prepared one, is not to be seen
// by a member that knows its digest: the answer is the one for what never was.
func TestHoldingAnAttachmentDoesNotShow(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	file := h.releaseFile("IRQ", "the plan of the bridge", []byte("a plan"))
	row := h.find("RUS", viewdb.Query{Text: "bridge"}, 1)[0]
	h.find("IRQ", viewdb.Query{Text: "bridge"}, 1) // who gives what it has read back itself
	check(t, h.nodes["RUS"].Attachment(ctx, h.officer("RUS", "an", section.RoleAnalyst), row.ID, file.Digest, io.Discard))
	draft, err := h.nodes["IRQ"].Attach(ctx, h.officer("IRQ", "duty", section.RoleDuty), "next.bin", "application/octet-stream", strings.NewReader("not released"), nil)
	check(t, err)
	p := portion(mark("RESTRICTED", "IRQ", four...), "IRQ", "to be released later")
	p.Attachments = []act.Attachment{draft}
	_, err = h.nodes["IRQ"].SaveDraft(ctx, h.officer("IRQ", "duty", section.RoleDuty), "", "", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{p}})
	check(t, err)
	for m, d := range map[label.MemberID]act.Digest{"RUS": file.Digest, "IRQ": draft.Digest} {
		if _, err := os.Stat(filepath.Join(h.dir, string(m), DirAttached, d.String())); err != nil {
			t.Fatalf("%s does not hold the file, and this test shows nothing: %v", m, err)
		}
	}

	if status, _ := h.ask("SYR", "IRQ", "GET", "/attachment/"+file.Digest.String()); status != http.StatusOK {
		t.Errorf("the originator's own, released attachment: HTTP %d", status)
	}
	status, never := h.ask("SYR", "RUS", "GET", "/attachment/"+strings.Repeat("0", 64))
	if status != http.StatusNotFound || !strings.Contains(never, "application/json") || !strings.Contains(never, `"not_found"`) {
		t.Fatalf("what never was: HTTP %d %s", status, never)
	}
	for _, c := range []struct {
		what string
		of   label.MemberID
		name string
	}{
		{"fetched from another", "RUS", file.Digest.String()},
		{"of a draft", "IRQ", draft.Digest.String()},
		{"a piece that is on its way", "RUS", file.Digest.String() + ".part"},
		{"no digest", "RUS", "log.db"},
		{"in capitals", "IRQ", strings.ToUpper(file.Digest.String())},
	} {
		if status, got := h.ask("SYR", c.of, "GET", "/attachment/"+c.name); status != http.StatusNotFound || got != never {
			t.Errorf("%s: HTTP %d\n%s\nwant what never was:\n%s", c.what, status, got, never)
		}
	}

	// Every other refusal of the member link has the same form.
	if status, got := h.ask("SYR", "RUS", "POST", "/receipt"); status != http.StatusUnprocessableEntity ||
		!strings.Contains(got, "Content-Type: application/json") || !strings.Contains(got, `"code":"receipt"`) {
		t.Errorf("what is no receipt: HTTP %d %s", status, got)
	}
}

// An originator that gives other bytes than its report names is told by name,
// nothing of them is kept, and once it gives the right ones the attachment is
// there: for all who ask at the same time by one fetch.
func TestAnAttachmentOfOtherBytesIsNotKept(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	content := make([]byte, 300_000)
	_, err := rand.Read(content)
	check(t, err)
	file := h.releaseFile("IRQ", "the plan of the bridge", content)
	row := h.find("RUS", viewdb.Query{Text: "bridge"}, 1)[0]
	h.find("IRQ", viewdb.Query{Text: "bridge"}, 1)
	an := h.officer("RUS", "an", section.RoleAnalyst)

	path := filepath.Join(h.dir, "IRQ", DirAttached, file.Digest.String())
	right, err := os.ReadFile(path)
	check(t, err)
	lie := bytes.Clone(right)
	lie[len(lie)/2] ^= 1
	check(t, os.WriteFile(path, lie, 0o600))
	err = h.nodes["RUS"].Attachment(ctx, an, row.ID, file.Digest, io.Discard)
	if !errors.Is(err, seal.ErrDigest) || !strings.Contains(err.Error(), "IRQ gave") {
		t.Errorf("other bytes: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(h.dir, "RUS", DirAttached, "*")); len(left) > 0 {
		t.Errorf("what IRQ gave is kept: %v", left)
	}

	check(t, os.WriteFile(path, right, 0o600))
	var wg sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wg.Go(func() {
			var b bytes.Buffer
			errs[i] = h.nodes["RUS"].Attachment(ctx, an, row.ID, file.Digest, &b)
			if errs[i] == nil && !bytes.Equal(b.Bytes(), content) {
				errs[i] = errors.New("it is another content")
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Errorf("eight at once: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(h.dir, "RUS", DirAttached, "*")); len(left) != 1 {
		t.Errorf("RUS keeps %v, want the attachment alone", left)
	}
}

// One fetch at a time works on an attachment; whoever waits can give up.
func TestOneFetchAtATime(t *testing.T) {
	var f fetching
	one, two := seal.Hash{1}, seal.Hash{2}
	end, err := f.begin(t.Context(), one)
	check(t, err)
	other, err := f.begin(t.Context(), two)
	check(t, err)
	other()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.begin(ctx, one); !errors.Is(err, context.Canceled) {
		t.Errorf("a second fetch of one attachment begins: %v", err)
	}
	end()
	end, err = f.begin(t.Context(), one)
	check(t, err)
	end()
	if len(f.m) != 0 {
		t.Errorf("%d turns are left", len(f.m))
	}
}
