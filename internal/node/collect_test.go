package node

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"entente/act"
	"entente/internal/collect"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// everybody is what an officer of IRQ says of an import for all members.
func everybody() collect.Origin {
	return collect.Origin{Label: mark("RESTRICTED", "IRQ", four...), Grade: act.Grade{Reliability: "B", Credibility: "3"},
		Source: act.Source{Descriptor: "an invented publication", Kind: act.KindOpen, Originator: "IRQ"}}
}

func inventedList(t testing.TB, entries int, update ...int) []byte {
	t.Helper()
	var b bytes.Buffer
	if len(update) == 0 {
		check(t, collect.WriteInventedList(&b, entries, 7))
	} else {
		check(t, collect.WriteInventedUpdate(&b, entries, 7, update[0], update[1], update[2]))
	}
	return b.Bytes()
}

// approveBatch lets another officer release an import as a whole.
func (h *house) approveBatch(m label.MemberID, batch string) section.Decision {
	h.t.Helper()
	ctx := context.Background()
	n := h.nodes[m]
	d, err := n.Prepare(ctx, h.officer(m, "duty", section.RoleDuty), nil, batch)
	check(h.t, err)
	fdo := h.officer(m, "fdo", section.RoleRelease)
	_, err = n.Approve(ctx, fdo, d.ID, d.Digest)
	check(h.t, err)
	return d
}

func (h *house) collect(m label.MemberID, r CollectRequest) CollectResult {
	h.t.Helper()
	out, err := h.nodes[m].Collect(context.Background(), h.officer(m, "duty", section.RoleDuty), r)
	check(h.t, err)
	return out
}

// An import of a list, released as one batch, reaches everybody; the next
// edition of the list supersedes and ends, and the same edition does nothing.
func TestListIsTakenInReleasedAndUpdated(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	irq := h.nodes["IRQ"]
	duty := h.officer("IRQ", "duty", section.RoleDuty)
	fdo := h.officer("IRQ", "fdo", section.RoleRelease)

	first := h.collect("IRQ", CollectRequest{Kind: CollectUNList, Name: "list.xml", Reader: bytes.NewReader(inventedList(t, 40)), Origin: everybody()})
	if first.Items != 40 || first.Added != 40 || first.Changed+first.Same+first.Ended != 0 || first.Resumed {
		t.Fatalf("%+v", first)
	}
	again := h.collect("IRQ", CollectRequest{Kind: CollectUNList, Name: "list.xml", Reader: bytes.NewReader(inventedList(t, 40)), Origin: everybody()})
	if again.Added+again.Changed != 0 || again.Same != 40 || again.Batch != first.Batch {
		t.Fatalf("the same list again: %+v", again)
	}
	if bs, err := irq.Batches(ctx, duty, noTime, "", 10); err != nil || len(bs) != 1 || bs[0].State != BatchDrafts || bs[0].Drafts != 40 || bs[0].Digest != first.Digest {
		t.Fatalf("%v %+v", err, bs)
	}

	// One approval covers all forty, and names digest, count and recipients.
	d, err := irq.Prepare(ctx, duty, nil, first.Batch)
	check(t, err)
	if _, err := irq.Approve(ctx, duty, d.ID, d.Digest); !errors.Is(err, section.ErrForbidden) {
		t.Fatalf("the officer who imported approves: %v", err)
	}
	seen, err := irq.Decision(ctx, fdo, d.ID)
	check(t, err)
	if seen.Subjects != 40 || seen.Entries != first.Digest || len(seen.Views) != 1 || len(seen.Views[0].To) != 3 || seen.Views[0].Count != 40 || seen.Batch != first.Batch {
		t.Fatalf("%+v", seen)
	}
	h.atRest(four...)
	before := irq.Station().Size()
	_, err = irq.Approve(ctx, fdo, d.ID, seen.Digest)
	check(t, err)
	rows := h.find("RUS", viewdb.Query{Type: "DESIGNATION", Limit: 100}, 40)
	if rows[0].Batch != first.Digest.String() {
		t.Errorf("a report carries batch %s, not the digest %s of all entries", rows[0].Batch, first.Digest)
	}
	h.atRest(four...)
	if sent := irq.Station().Size() - before; sent >= 80 {
		t.Errorf("40 listings with one view each left as %d envelopes", sent)
	}
	h.find("IRQ", viewdb.Query{Type: "DESIGNATION", Limit: 100}, 40)

	partial := func(n collect.Note) bool { return strings.Contains(n.Text, "see that it is the whole list") }
	// The next edition: 3 ended, 5 changed, 2 new.
	next := h.collect("IRQ", CollectRequest{Kind: CollectUNList, Name: "list.xml", Reader: bytes.NewReader(inventedList(t, 40, 3, 5, 2)), Origin: everybody()})
	if next.Added != 2 || next.Changed != 5 || next.Ended != 3 || next.Same != 32 || slices.ContainsFunc(next.Notes, partial) {
		t.Fatalf("%+v", next)
	}
	h.approveBatch("IRQ", next.Batch)
	h.find("SYR", viewdb.Query{Type: "DESIGNATION", Limit: 100}, 50)
	ls, err := h.nodes["SYR"].Views().Designations(ctx, "", 100)
	check(t, err)
	ended := 0
	for _, l := range ls {
		if l.Status == string(act.Ended) {
			ended++
		}
	}
	if len(ls) != 42 || ended != 3 {
		t.Errorf("SYR holds %d listings, %d ended; want 42 and 3", len(ls), ended)
	}
	superseded := 0
	for _, r := range h.find("SYR", viewdb.Query{Batch: first.Digest.String(), Limit: 100}, 40) {
		if r.SupersededBy != "" {
			superseded++
		}
	}
	if superseded != 8 {
		t.Errorf("%d of the first reports are superseded, want 8", superseded)
	}

	// All has left; a list of the same entries under another day holds nothing new.
	h.eventually("the batch to be released", func() bool {
		b, err := irq.Batch(ctx, duty, next.Batch)
		check(t, err)
		return b.State == BatchReleased && b.Released == 10
	})
	same := strings.Replace(string(inventedList(t, 40, 3, 5, 2)), "2016-02-01", "2016-02-09", 1)
	if got := h.collect("IRQ", CollectRequest{Kind: CollectUNList, Name: "list.xml", Reader: strings.NewReader(same), Origin: everybody()}); got.Added+got.Changed != 0 || got.Same != 39 {
		t.Errorf("%+v", got)
	} else if b, err := irq.Batch(ctx, duty, got.Batch); err != nil || b.State != BatchEmpty || got.Batch == next.Batch {
		t.Errorf("%v %+v", err, b)
	}

	// A list that may be a part of the list is warned of.
	part := strings.Replace(string(inventedList(t, 20)), "2016-01-04", "2016-03-01", 1)
	if got := h.collect("IRQ", CollectRequest{Kind: CollectUNList, Name: "part.xml", Reader: strings.NewReader(part), Origin: everybody()}); got.Ended < 10 || !slices.ContainsFunc(got.Notes, partial) || got.Noted == 0 {
		t.Errorf("%+v", got)
	}

	// An older list would undo what came after it.
	_, err = irq.Collect(ctx, duty, CollectRequest{Kind: CollectUNList, Name: "old.xml", Reader: bytes.NewReader(inventedList(t, 40)), Origin: everybody()})
	if !errors.Is(err, collect.ErrOlder) {
		t.Errorf("an older list: %v", err)
	}
}

// An import that is interrupted goes on where it was, and nothing is there
// twice.
func TestInterruptedImportGoesOn(t *testing.T) {
	h := newHouse(t, nil)
	h.start("IRQ")
	defer h.stopAll()
	irq := h.nodes["IRQ"]
	duty := h.officer("IRQ", "duty", section.RoleDuty)
	list := inventedList(t, 900)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	part, err := irq.Collect(ctx, duty, CollectRequest{Kind: CollectUNList, Reader: bytes.NewReader(list), Progress: func(p CollectProgress) {
		if p.Items >= 300 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) || part.Added < 300 || part.Added >= 900 {
		t.Fatalf("%v: %+v", err, part)
	}
	if b, err := irq.Batch(context.Background(), duty, part.Batch); err != nil || b.State != BatchImporting || b.Drafts != part.Added {
		t.Fatalf("%v %+v", err, b)
	}
	rest := h.collect("IRQ", CollectRequest{Kind: CollectUNList, Reader: bytes.NewReader(list)})
	if !rest.Resumed || rest.Batch != part.Batch || rest.Added != 900-part.Added || rest.Same != 0 {
		t.Fatalf("%+v after %+v", rest, part)
	}
	if b, err := irq.Batch(context.Background(), duty, part.Batch); err != nil || b.State != BatchDrafts || b.Drafts != 900 || b.Added != 900 {
		t.Fatalf("%v %+v", err, b)
	}
	// Nobody marked it: it is for this member alone.
	p, err := irq.PlanBatch(context.Background(), duty, part.Batch)
	check(t, err)
	if p.Count != 900 || len(p.Views) != 1 || len(p.Views[0].To) != 0 {
		t.Errorf("%+v", p)
	}
}

// A written report becomes one draft; what nobody graded cannot leave.
func TestTextBecomesADraft(t *testing.T) {
	h := newHouse(t, nil)
	h.start("IRQ")
	defer h.stopAll()
	ctx := context.Background()
	irq := h.nodes["IRQ"]
	duty := h.officer("IRQ", "duty", section.RoleDuty)
	files := map[CollectKind]string{
		CollectText:     "Invented events of the week\n\nThe bridge of Exampletown was closed.\n\nThe market was open.",
		CollectHTML:     "<html><head><title>Invented events</title></head><body><article><h1>Invented events</h1><p>The bridge of Exampletown was closed.</p></article></body></html>",
		CollectMarkdown: "# Invented events\n\nThe bridge of Exampletown was closed.\n",
	}
	for kind, text := range files {
		got := h.collect("IRQ", CollectRequest{Kind: kind, Name: "C:\\files\\events", Reader: strings.NewReader(text)})
		if got.Added != 1 || len(got.Drafts) != 1 || got.Name != "events" {
			t.Fatalf("%s: %+v", kind, got)
		}
		if again := h.collect("IRQ", CollectRequest{Kind: kind, Name: "other", Reader: strings.NewReader(text)}); again.Added != 0 || again.Same != 1 {
			t.Errorf("%s again: %+v", kind, again)
		}
		p, err := irq.Plan(ctx, duty, got.Drafts[0])
		check(t, err)
		if p.Blocked == "" || len(p.Findings) == 0 || p.Findings[0].Code != act.ErrNoGrade.Code {
			t.Errorf("%s: ungraded and not blocked: %+v", kind, p)
		}
		d, err := irq.Section().Draft(ctx, duty, got.Drafts[0])
		check(t, err)
		draft, err := ParseDraft(d.Content)
		check(t, err)
		if l := draft.Portions[0].Label; l.Class != "SECRET" || !l.Rel.Equal(label.Members("IRQ")) {
			t.Errorf("%s: unmarked text is marked %+v", kind, l)
		}
		if !strings.Contains(draft.Portions[len(draft.Portions)-1].Text, "market") && !strings.Contains(draft.Portions[0].Text, "bridge") {
			t.Errorf("%s: %+v", kind, draft.Portions)
		}
	}
}

const inventedBundle = `{"type":"bundle","id":"bundle--1d9b6a2c-52cb-4b5a-9f60-0d3a0c6f2a01","objects":[
 {"type":"malware","spec_version":"2.1","id":"malware--1d9b6a2c-52cb-4b5a-9f60-0d3a0c6f2a02","created":"2016-01-01T00:00:00.000Z","modified":"2016-01-01T00:00:00.000Z","name":"Invented quincunx","is_family":false},
 {"type":"tool","spec_version":"2.1","id":"tool--1d9b6a2c-52cb-4b5a-9f60-0d3a0c6f2a03","created":"2016-01-01T00:00:00.000Z","modified":"2016-01-01T00:00:00.000Z","name":"Invented tool"}]}`

// A bundle of STIX objects keeps every byte: of each object in its portion, of
// the bundle in the attachment of the cover.
func TestBundleIsKeptByteForByte(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	got := h.collect("IRQ", CollectRequest{Kind: CollectSTIX, Name: "bundle.json", Reader: strings.NewReader(inventedBundle), Origin: everybody()})
	if got.Added != 3 || got.Items != 3 {
		t.Fatalf("%+v", got)
	}
	if again := h.collect("IRQ", CollectRequest{Kind: CollectSTIX, Name: "bundle.json", Reader: strings.NewReader(inventedBundle), Origin: everybody()}); again.Added != 0 || again.Same != 3 {
		t.Fatalf("again: %+v", again)
	}
	h.approveBatch("IRQ", got.Batch)
	rows := h.find("RUS", viewdb.Query{Batch: "", Limit: 10}, 3)
	an := h.officer("RUS", "an", section.RoleAnalyst)
	files, objects := 0, 0
	for _, row := range rows {
		r, err := h.nodes["RUS"].Report(ctx, an, row.ID)
		check(t, err)
		a, err := act.Parse(r.Act)
		check(t, err)
		for _, p := range a.Report.Portions {
			if p.Object != nil && strings.Contains(inventedBundle, string(p.Object.Bytes)) {
				objects++
			}
			for _, at := range p.Attachments {
				var b bytes.Buffer
				check(t, h.nodes["RUS"].Attachment(ctx, an, row.ID, at.Digest, &b))
				if b.String() == inventedBundle {
					files++
				}
			}
		}
	}
	if files != 1 || objects != 2 {
		t.Errorf("RUS has the bundle %d times and %d objects of it", files, objects)
	}
	left, err := filepath.Glob(filepath.Join(h.dir, "IRQ", DirAttached, "*"))
	if err != nil || len(left) != 1 {
		t.Errorf("attachments of IRQ: %v %v", left, err)
	}
}

// What cannot be taken in is refused with a code and a cure, and nothing of it
// is stored.
func TestMalformedFilesAreRefused(t *testing.T) {
	h := newHouse(t, nil)
	h.start("IRQ")
	defer h.stopAll()
	ctx := context.Background()
	irq := h.nodes["IRQ"]
	duty := h.officer("IRQ", "duty", section.RoleDuty)
	fdo := h.officer("IRQ", "fdo", section.RoleRelease)
	unknown := everybody()
	unknown.Label.Class = "VERY SECRET"
	list := string(inventedList(t, 5))
	for name, c := range map[string]struct {
		r    CollectRequest
		code string
	}{
		"no UTF-8":       {CollectRequest{Kind: CollectText, Reader: strings.NewReader("a\xff\xfeb")}, "act_utf8"},
		"nothing":        {CollectRequest{Kind: CollectText, Reader: strings.NewReader(" \n")}, "import_no_text"},
		"100 MB of text": {CollectRequest{Kind: CollectText, Reader: &endless{n: 100 << 20}}, "import_too_large"},
		"100 MB of page": {CollectRequest{Kind: CollectHTML, Reader: &endless{n: 100 << 20}}, "import_too_large"},
		"101 MB of STIX": {CollectRequest{Kind: CollectSTIX, Reader: &endless{n: 101 << 20}}, "import_too_large"},
		"unknown class":  {CollectRequest{Kind: CollectText, Reader: strings.NewReader("a text"), Origin: unknown}, "act_unknown_class"},
		"unknown kind":   {CollectRequest{Kind: "fax", Reader: strings.NewReader("a text")}, "import_request"},
		"no file":        {CollectRequest{Kind: CollectText}, "import_request"},
		"two files":      {CollectRequest{Kind: CollectText, Path: "a", Reader: strings.NewReader("a")}, "import_request"},
		"half a list":    {CollectRequest{Kind: CollectUNList, Reader: strings.NewReader(list[:len(list)/2])}, "import_xml"},
		"no bundle":      {CollectRequest{Kind: CollectSTIX, Reader: strings.NewReader("{}")}, "import_stix"},
		"precise place":  {CollectRequest{Kind: CollectSTIX, Reader: strings.NewReader(strings.Replace(inventedBundle, `"name":"Invented tool"`, `"latitude":36.123456`, 1))}, "import_fine_place"},
		"unprintable":    {CollectRequest{Kind: CollectText, Name: "a\x01b", Reader: strings.NewReader("a text")}, "import_request"},
		"foreign label":  {CollectRequest{Kind: CollectText, Reader: strings.NewReader("a text"), Origin: collect.Origin{Source: act.Source{Descriptor: "x", Kind: "spy", Originator: "IRQ"}}}, "act_value"},
	} {
		_, err := irq.Collect(ctx, duty, c.r)
		if got := codeOf(err); got != c.code {
			t.Errorf("%s: code %q (%v), want %q", name, got, err, c.code)
		}
	}
	if _, err := irq.Collect(ctx, fdo, CollectRequest{Kind: CollectText, Reader: strings.NewReader("a text")}); !errors.Is(err, section.ErrForbidden) {
		t.Errorf("an officer who may not import: %v", err)
	}
	if bs, err := irq.Batches(ctx, duty, noTime, "", 10); err != nil || len(bs) != 0 {
		t.Errorf("refused files left imports behind: %v %+v", err, bs)
	}
	left, _ := filepath.Glob(filepath.Join(h.dir, "IRQ", DirAttached, "*"))
	if len(left) != 0 {
		t.Errorf("refused files left attachments behind: %v", left)
	}
}

// codeOf is the code under which the edge shows a refusal.
func codeOf(err error) string {
	var r *Refused
	if errors.As(err, &r) {
		return r.Findings[0].Code
	}
	return act.Code(err)
}

// endless is n bytes of text.
type endless struct{ n int }

func (e *endless) Read(p []byte) (int, error) {
	if e.n == 0 {
		return 0, errors.New("read to the end")
	}
	n := min(len(p), e.n)
	for i := range p[:n] {
		p[i] = "abcdefg \n"[i%9]
	}
	e.n -= n
	return n, nil
}

// The real list and the real bundles of the development data.
func TestRealFilesAreTakenIn(t *testing.T) {
	data := filepath.Join("..", "..", "..", "shared", "data")
	if _, err := os.Stat(data); err != nil {
		t.Skipf("development data is not here: %v", err)
	}
	h := newHouse(t, nil)
	h.start("IRQ")
	defer h.stopAll()
	ctx := context.Background()
	irq := h.nodes["IRQ"]
	duty := h.officer("IRQ", "duty", section.RoleDuty)
	for _, c := range []struct {
		kind CollectKind
		path string
		want int64
	}{
		{CollectUNList, "names/UN_consolidated.xml", 1003},
		{CollectSTIX, "stix/capec-2.1.json", 0},
		{CollectSTIX, "stix/ics-attack-18.1.json", 0},
		{CollectSTIX, "stix/mobile-attack-17.1.json", 0},
	} {
		r := CollectRequest{Kind: c.kind, Path: filepath.Join(data, c.path), Origin: everybody()}
		got := h.collect("IRQ", r)
		if got.Added == 0 || c.want > 0 && got.Added != c.want || got.Items != got.Added+got.Same {
			t.Errorf("%s: %+v", c.path, got)
		}
		if again := h.collect("IRQ", r); again.Added+again.Changed != 0 || again.Batch != got.Batch {
			t.Errorf("%s again: %+v", c.path, again)
		}
		p, err := irq.PlanBatch(ctx, duty, got.Batch)
		check(t, err)
		if p.BlockedCount != 0 || p.Count != got.Added || len(p.Views) != 1 {
			t.Errorf("%s: %+v", c.path, p)
		}
		t.Logf("%s: %d entries, %d bytes, notes %v", c.path, got.Added, got.Size, got.Notes)
	}
}

// A file that was taken in with another marking keeps it, and whoever gives it
// again with a new one is told so, and how to apply it.
func TestTheSameFileAskedOtherwiseIsSaid(t *testing.T) {
	h := newHouse(t, nil)
	h.start("IRQ")
	defer h.stopAll()
	ctx := context.Background()
	n := h.nodes["IRQ"]
	take := func(o collect.Origin, typ act.ReportType) CollectResult {
		return h.collect("IRQ", CollectRequest{Kind: CollectText, Name: "a.txt", Reader: strings.NewReader("The road is closed."), Origin: o, Type: typ})
	}
	first := take(everybody(), "")
	if first.Added != 1 || first.Ignored {
		t.Fatalf("%+v", first)
	}
	if again := take(everybody(), act.INTREP); again.Same != 1 || again.Ignored || len(again.Notes) > 0 {
		t.Errorf("the same: %+v", again)
	}
	narrower := everybody()
	narrower.Label = mark("SECRET", "IRQ", "IRQ")
	graded := everybody()
	graded.Grade = act.Grade{Reliability: "A", Credibility: "2"}
	for what, o := range map[string]collect.Origin{"another marking": narrower, "another grade": graded, "nothing said": {}} {
		got := take(o, "")
		if !got.Ignored || got.Same != 1 || got.Batch != first.Batch || len(got.Notes) != 1 || !strings.Contains(got.Notes[0].Text, "discard") || !strings.Contains(got.Notes[0].Text, first.Batch) {
			t.Errorf("%s: %+v", what, got)
		}
	}
	if got := take(everybody(), act.SITREP); !got.Ignored {
		t.Errorf("another type: %+v", got)
	}
	_, err := n.section.DiscardBatch(ctx, h.officer("IRQ", "duty", section.RoleDuty), first.Batch)
	check(t, err)
	if got := take(narrower, ""); got.Added != 1 || got.Ignored {
		t.Errorf("after discarding: %+v", got)
	}
}
