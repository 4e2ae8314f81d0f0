package client_test

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"entente/act"
	"entente/internal/client"
	"entente/internal/logcopy"
	"entente/internal/node/nodetest"
	"entente/internal/web/api"
	"entente/label"
)

// release lets a report of IRQ leave and returns its row as another member's
// analyst finds it.
func (b *bed) release(to label.MemberID, text string, files ...act.Attachment) api.ReportRow {
	b.t.Helper()
	duty, fdo := b.as("IRQ", "duty"), b.as("IRQ", "release")
	p := portion(mark("RESTRICTED", "IRQ", "IRQ", "RUS", "IRN", "SYR"), "IRQ", text)
	p.Attachments = files
	d, err := duty.CreateDraft(b.ctx, api.Content{ReportType: act.SITREP, Portions: []act.PortionInput{p}})
	check(b.t, err)
	r, err := duty.PrepareRelease(b.ctx, d.ID)
	check(b.t, err)
	_, err = fdo.Approve(b.ctx, r.ID, r.Digest)
	check(b.t, err)
	reader := b.as(to, "analyst")
	var rows []api.ReportRow
	b.Wait(to, func() bool {
		rows, err = reader.Reports(b.ctx, api.Find{Text: text})
		check(b.t, err)
		return len(rows) == 1
	})
	return rows[0]
}

// noise is bytes that nothing compresses or repeats.
func noise(n int) []byte {
	out := make([]byte, 0, n+32)
	for sum := sha256.Sum256([]byte("noise")); len(out) < n; sum = sha256.Sum256(sum[:]) {
		out = append(out, sum[:]...)
	}
	return out[:n]
}

func TestAFileGoesOnWhereItBrokeOff(t *testing.T) {
	b := newBed(t)
	b.Ready("IRQ")
	file := noise(700_000)
	var sent int64
	at, err := b.as("IRQ", "duty").Upload(b.ctx, "picture of a bridge.bin", "application/octet-stream", bytes.NewReader(file), int64(len(file)), func(n int64) { sent = n })
	check(t, err)
	if at.Size != int64(len(file)) || at.PlainDigest != act.Digest(sha256.Sum256(file)) || sent != at.Size {
		t.Fatalf("attachment %+v, sent %d", at, sent)
	}
	row := b.release("RUS", "quincunx", *at)
	rus := b.as("RUS", "analyst")
	digest := at.Digest.String()

	var whole bytes.Buffer
	n, err := rus.Download(b.ctx, row.ID, digest, 0, &whole, nil)
	check(t, err)
	if n != at.Size || !bytes.Equal(whole.Bytes(), file) {
		t.Errorf("%d bytes came, or others", n)
	}
	// The line breaks in the middle; what is there is kept and the rest asked for.
	var part bytes.Buffer
	_, err = rus.Download(b.ctx, row.ID, digest, 0, &failingAfter{w: &part, left: 300_001}, nil)
	if err == nil {
		t.Fatal("the line did not break")
	}
	var told int64
	rest, err := rus.Download(b.ctx, row.ID, digest, int64(part.Len()), &part, func(n int64) { told = n })
	check(t, err)
	if part.Len() != len(file) || !bytes.Equal(part.Bytes(), file) || rest != int64(len(file))-300_001 || told != int64(len(file)) {
		t.Errorf("%d bytes came after the break, %d are there, told %d", rest, part.Len(), told)
	}
	_, err = rus.Download(b.ctx, row.ID, strings.Repeat("0", 64), 0, io.Discard, nil)
	refused(t, err, client.ErrNotFound, "not_found", "")
	_, err = rus.Download(b.ctx, row.ID, digest, at.Size, io.Discard, nil)
	refused(t, err, client.ErrInvalid, "request", "")
	_, err = b.as("RUS", "custodian").Download(b.ctx, row.ID, digest, 0, io.Discard, nil)
	refused(t, err, client.ErrForbidden, "forbidden", "26")
}

// failingAfter takes so many bytes and then breaks.
type failingAfter struct {
	w    io.Writer
	left int
}

func (f *failingAfter) Write(p []byte) (int, error) {
	n, err := f.w.Write(p[:min(len(p), f.left)])
	f.left -= n
	if err == nil && n < len(p) {
		err = errors.New("the line broke")
	}
	return n, err
}

// A stranger who has the export and the charter's fingerprint needs nothing
// else to verify the log.
func TestTheExportVerifiesOutside(t *testing.T) {
	b := newBed(t)
	b.Ready(nodetest.Four...)
	b.release("SYR", "quincunx")
	syr := b.as("SYR", "inspector")
	var file bytes.Buffer
	var told int64
	n, err := syr.ExportLog(b.ctx, &file, func(n int64) { told = n })
	check(t, err)
	if n != int64(file.Len()) || told != n {
		t.Errorf("%d bytes, told %d, have %d", n, told, file.Len())
	}
	dir := t.TempDir()
	unpack(t, bytes.NewReader(file.Bytes()), dir)
	pinned := b.Nodes["SYR"].Founding().Hash()
	verdict, err := logcopy.Verify(os.DirFS(dir), &pinned, nil)
	check(t, err)
	if verdict.Size < 4 || len(verdict.Cosigned) < verdict.Quorum {
		t.Errorf("verdict %+v", verdict)
	}
	note, err := syr.Checkpoint(b.ctx)
	check(t, err)
	if !strings.HasPrefix(string(note), b.Nodes["SYR"].Station().Origin()+"\n") {
		t.Errorf("checkpoint %q", note)
	}
	// Nothing that was sealed is in it.
	if bytes.Contains(file.Bytes(), []byte("quincunx")) {
		t.Error("the export holds contents")
	}
	// One changed byte is found.
	path := filepath.Join(dir, "log", "tile", "entries", "000.p")
	bundles, err := os.ReadDir(path)
	check(t, err)
	path = filepath.Join(path, bundles[0].Name())
	raw, err := os.ReadFile(path)
	check(t, err)
	raw[len(raw)/2] ^= 1
	check(t, os.WriteFile(path, raw, 0o644))
	if _, err := logcopy.Verify(os.DirFS(dir), &pinned, nil); err == nil {
		t.Error("a changed copy verifies")
	}
}

func unpack(t *testing.T, r io.Reader, dir string) {
	t.Helper()
	for in := tar.NewReader(r); ; {
		h, err := in.Next()
		if err == io.EOF {
			return
		}
		check(t, err)
		path := filepath.Join(dir, filepath.FromSlash(h.Name))
		check(t, os.MkdirAll(filepath.Dir(path), 0o755))
		raw, err := io.ReadAll(in)
		check(t, err)
		check(t, os.WriteFile(path, raw, 0o644))
	}
}

func TestCollectIsIdempotent(t *testing.T) {
	b := newBed(t)
	duty := b.as("IRQ", "duty")
	l := mark("RESTRICTED", "IRQ", "IRQ", "RUS")
	text := "Report from the river\n\nThe bridge is closed since noon.\n\nA quincunx was seen on the road.\n"
	take := func(text string) (*api.Collected, error) {
		return duty.Collect(b.ctx, client.CollectRequest{Kind: api.CollectText, Name: "river.txt", Reader: strings.NewReader(text), Size: int64(len(text)),
			Origin: &api.CollectOrigin{Label: &l, Grade: &api.CollectGrade{Reliability: "B", Credibility: "3"}, Lang: "en",
				Source: &api.CollectSource{Descriptor: "a patrol", Kind: "human", Originator: "IRQ"}}})
	}
	first, err := take(text)
	check(t, err)
	if first.Added != 1 || len(first.Drafts) != 1 || first.Batch == "" || first.Size != int64(len(text)) {
		t.Fatalf("first %+v", first)
	}
	again, err := take(text)
	check(t, err)
	if again.Added != 0 || again.Same != 1 {
		t.Errorf("again %+v", again)
	}
	batch, err := duty.Batch(b.ctx, first.Batch)
	check(t, err)
	if batch.Drafts != 1 || batch.State != "drafts" || batch.File != first.File {
		t.Errorf("batch %+v", batch)
	}
	ds, err := duty.BatchDrafts(b.ctx, first.Batch, "", 0)
	check(t, err)
	if len(ds) != 1 || !strings.Contains(string(ds[0].Content), "quincunx") {
		t.Errorf("drafts %+v", ds)
	}
	plan, err := duty.PlanBatch(b.ctx, first.Batch)
	check(t, err)
	if plan.Count != 1 || plan.BlockedCount != 0 || len(plan.Views) != 1 {
		t.Errorf("plan %+v", plan)
	}
	rel, err := duty.PrepareBatch(b.ctx, first.Batch)
	check(t, err)
	detail, err := b.as("IRQ", "release").Release(b.ctx, rel.ID)
	check(t, err)
	if detail.Batch != first.Batch || len(detail.Titles) != 1 {
		t.Errorf("detail %+v", detail)
	}
	_, err = b.as("IRQ", "release").Refuse(b.ctx, rel.ID, "not yet")
	check(t, err)
	n, err := duty.DiscardBatch(b.ctx, first.Batch)
	check(t, err)
	if n != 1 {
		t.Errorf("%d drafts given up", n)
	}
	// Refused as a whole, with the importer's own code and a cure.
	_, err = duty.Collect(b.ctx, client.CollectRequest{Kind: api.CollectUNList, Name: "list.xml", Reader: strings.NewReader("<html/>"), Size: -1})
	refused(t, err, client.ErrInvalid, "import_xml", "")
	_, err = duty.Collect(b.ctx, client.CollectRequest{Kind: "dossier", Name: "x", Reader: strings.NewReader("x"), Size: 1})
	refused(t, err, client.ErrInvalid, "request", "")
	_, err = b.as("IRQ", "release").Collect(b.ctx, client.CollectRequest{Kind: api.CollectText, Name: "x", Reader: strings.NewReader("x"), Size: 1})
	refused(t, err, client.ErrForbidden, "forbidden", "2")
}

// The list of the Security Council, where it is here: thousands of entries with
// progress, released by one digest, and nothing twice.
func TestCollectTheList(t *testing.T) {
	path := filepath.Join("..", "..", "..", "shared", "data", "names", "UN_consolidated.xml")
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("the list is not at %s", path)
	}
	check(t, err)
	defer f.Close()
	st, err := f.Stat()
	check(t, err)
	b := newBed(t)
	duty := b.as("IRQ", "duty")
	l := mark("UNCLASSIFIED", "IRQ", "IRQ", "RUS", "IRN", "SYR")
	var sent int64
	var last api.CollectProgress
	lines := 0
	take := func() *api.Collected {
		t.Helper()
		_, err := f.Seek(0, io.SeekStart)
		check(t, err)
		out, err := duty.Collect(b.ctx, client.CollectRequest{Kind: api.CollectUNList, Name: "consolidated.xml", Reader: io.NopCloser(f), Size: st.Size(), Origin: &api.CollectOrigin{Label: &l},
			Sent: func(n int64) { sent = n }, Progress: func(p api.CollectProgress) { last = p; lines++ }})
		check(t, err)
		return out
	}
	first := take()
	if first.Added < 100 || first.Items != first.Added || sent != st.Size() || lines == 0 || last.Total == 0 {
		t.Errorf("first %+v, sent %d, %d lines, last %+v", first, sent, lines, last)
	}
	if again := take(); again.Added != 0 || again.Same != first.Items {
		t.Errorf("again %+v", again)
	}
}

// Broken off in the middle of a file, an import leaves nothing half done.
func TestCollectBrokenOffGoesOn(t *testing.T) {
	b := newBed(t)
	duty := b.as("IRQ", "duty")
	ctx, cancel := context.WithCancel(b.ctx)
	text := strings.Repeat("A line about the bridge.\n", 1000)
	_, err := duty.Collect(ctx, client.CollectRequest{Kind: api.CollectText, Name: "a.txt", Size: int64(len(text)),
		Reader: io.MultiReader(strings.NewReader(text[:5000]), breaker(cancel))})
	if !errors.Is(err, client.ErrUnreachable) || !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	whole, err := duty.Collect(b.ctx, client.CollectRequest{Kind: api.CollectText, Name: "a.txt", Size: int64(len(text)), Reader: strings.NewReader(text)})
	check(t, err)
	if whole.Added != 1 || whole.Size != int64(len(text)) {
		t.Errorf("%+v", whole)
	}
}

type breaker func()

func (b breaker) Read([]byte) (int, error) { b(); return 0, context.Canceled }
