package node

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"entente/act"
	"entente/internal/bundle"
	"entente/internal/centre"
	"entente/internal/section"
	"entente/internal/store/logdb"
	"entente/internal/store/viewdb"
	"entente/label"
	"entente/tlog"
)

// carried is a bundle's file, as it lies on a medium.
type carried []byte

// courierHouse runs the four nodes; SYR's line is cut when it has met the
// others.
func courierHouse(t *testing.T) *house {
	t.Helper()
	h := newHouse(t, nil)
	h.start(four...)
	t.Cleanup(h.stopAll)
	h.ready(four...)
	return h
}

// cut restarts a member's node without a line.
func (h *house) cut(m label.MemberID) {
	h.t.Helper()
	officers := h.nodes[m].officers
	h.nodes[m].stop()
	h.change = func(o label.MemberID, opt *Options) {
		if o == m {
			opt.Addresses = map[label.MemberID]string{}
		}
	}
	n, err := Open(context.Background(), h.options(m))
	check(h.t, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- n.Run(ctx) }()
	h.nodes[m] = &running{Node: n, officers: officers, stop: func() { cancel(); <-done; n.Close() }}
}

func (h *house) custodian(m label.MemberID) section.Officer {
	h.t.Helper()
	h.officer(m, "duty", section.RoleDuty)
	return h.nodes[m].officers["custodian"]
}

// export makes a bundle and copies it to a medium.
func (h *house) export(m, to label.MemberID, since uint64) carried {
	h.t.Helper()
	ctx := context.Background()
	o := h.custodian(m)
	b, err := h.nodes[m].ExportBundle(ctx, o, BundleRequest{To: to, Since: since})
	check(h.t, err)
	f, _, err := h.nodes[m].BundleFile(ctx, o, to, b.Number)
	check(h.t, err)
	defer f.Close()
	data, err := io.ReadAll(f)
	check(h.t, err)
	return data
}

// importFile offers a file to a member's node.
func (h *house) importFile(m label.MemberID, file carried) (*BundleReport, error) {
	h.t.Helper()
	ctx := context.Background()
	n, o := h.nodes[m], h.custodian(m)
	id, err := h.stage(m, file)
	if err != nil {
		return nil, err
	}
	return n.ImportBundle(ctx, o, id, nil)
}

// inspectFile looks at a file as importFile takes it.
func (h *house) inspectFile(m label.MemberID, file carried) (*BundleReport, error) {
	h.t.Helper()
	id, err := h.stage(m, file)
	if err != nil {
		return nil, err
	}
	return h.nodes[m].InspectBundle(context.Background(), h.custodian(m), id, nil)
}

func (h *house) stage(m label.MemberID, file carried) (string, error) {
	h.t.Helper()
	ctx := context.Background()
	n, o := h.nodes[m], h.custodian(m)
	sum := sha256.Sum256(file)
	id := hex.EncodeToString(sum[:])
	have, _, err := n.StagedBundle(ctx, o, id)
	check(h.t, err)
	if err := n.StageBundle(ctx, o, id, have, int64(len(file)), bytes.NewReader(file[min(int(have), len(file)):]), nil); err != nil {
		return "", err
	}
	return id, nil
}

func (h *house) say(m label.MemberID, text string) string {
	h.t.Helper()
	return h.releaseReport(m, &Draft{ReportType: act.INTREP, Title: text, Portions: []act.PortionInput{portion(mark("RESTRICTED", m, four...), m, text)}})
}

// A member without a line follows certified heads, opens what is released to it,
// and has its acts logged by others; its cosignature goes back with them.
func TestCourierBothWays(t *testing.T) {
	h := courierHouse(t)
	h.custodian("SYR")
	h.say("SYR", "before the cut alphabetagamma")
	h.atRest(four...) // SYR has its own back, and nothing waits in its outbox
	h.cut("SYR")
	syr := h.nodes["SYR"]
	if _, err := syr.station.File(context.Background(), []centre.Item{{}}); !errors.Is(err, centre.ErrRecovering) {
		t.Fatalf("a node that nobody has answered signs: %v", err)
	}

	h.say("RUS", "said to all quincunx")
	h.atRest("IRQ", "IRN", "RUS")
	first := h.export("RUS", "SYR", 0)
	rep, err := h.importFile("SYR", first)
	check(t, err)
	if !rep.Imported || rep.New == 0 || rep.Manifest.Number != 1 {
		t.Errorf("report %+v", rep)
	}
	h.find("SYR", viewdb.Query{Text: "quincunx"}, 1)
	if got, want := syr.station.Certified().Size, rep.Manifest.LogTo; got != want {
		t.Errorf("certified %d, want %d", got, want)
	}

	// The ledger's word, which must be that of the records, lets it sign.
	o := h.custodian("SYR")
	if err := syr.ConfirmBundles(context.Background(), o, map[label.MemberID]uint64{"RUS": 3}); !errors.Is(err, ErrBundleLedger) {
		t.Errorf("a wrong number: %v", err)
	}
	check(t, syr.ConfirmBundles(context.Background(), o, nil))
	h.eventually("SYR to leave recovering", func() bool {
		st, err := syr.Status(context.Background())
		check(t, err)
		return !st.Centre.Recovering
	})
	h.say("SYR", "from the dark perihelion")
	h.filedBy("SYR")
	back := h.export("SYR", "RUS", 0)
	base := h.nodes["RUS"].station.Certified().Size
	rep, err = h.importFile("RUS", back)
	check(t, err)
	if rep.Envelopes == 0 {
		t.Errorf("report %+v", rep)
	}
	for _, m := range []label.MemberID{"RUS", "IRQ", "IRN"} {
		h.find(m, viewdb.Query{Text: "perihelion"}, 1)
	}
	st, err := h.nodes["RUS"].BundleStatus(context.Background(), h.custodian("RUS"))
	check(t, err)
	for _, m := range st.Members {
		if m.Member == "SYR" && (m.Cosigned != syr.station.Certified().Size || !m.Missing || m.Taken.Received != 1 || m.Taken.Number != 1 || m.Made.Number != 1) {
			t.Errorf("SYR as RUS sees it: %+v", m)
		}
	}
	// What it said comes back to it in the log, and its outbox is empty.
	h.eventually("all that it filed to be logged", func() bool { return h.nodes["RUS"].station.Certified().Size >= base+int64(rep.Envelopes) })
	h.atRest("IRQ", "IRN", "RUS")
	_, err = h.importFile("SYR", h.export("RUS", "SYR", 0))
	check(t, err)
	h.find("SYR", viewdb.Query{Text: "perihelion"}, 1)
	if n := syr.station.Waiting(); n != 0 {
		t.Errorf("%d envelopes still wait", n)
	}
}

// Lost, repeated, out of order, cut short, changed, for somebody else: each is
// refused with a code of its own, and nothing of it shows.
func TestCourierRefusals(t *testing.T) {
	h := courierHouse(t)
	h.custodian("SYR")
	h.cut("SYR")
	var bs []carried
	for _, w := range []string{"one quincunx", "two quincunx", "three quincunx"} {
		h.find("RUS", viewdb.Query{Text: "quincunx"}, len(bs))
		h.say("IRQ", w)
		h.find("RUS", viewdb.Query{Text: "quincunx"}, len(bs)+1)
		bs = append(bs, h.export("RUS", "SYR", 0))
	}
	before := h.nodes["SYR"].station.Size()
	refused := func(what string, m label.MemberID, file carried, code string) error {
		t.Helper()
		_, err := h.importFile(m, file)
		if courierCode(err) != code {
			t.Errorf("%s: %v, want %s", what, err, code)
		}
		if got := h.nodes["SYR"].station.Size(); got != before {
			t.Errorf("%s: the log has %d leaves, had %d", what, got, before)
		}
		return err
	}
	err := refused("out of order", "SYR", bs[1], "bundle_gap")
	if err != nil && !strings.Contains(err.Error(), "bundle 1 of RUS is missing") {
		t.Errorf("a gap is told as %v", err)
	}
	refused("two are missing", "SYR", bs[2], "bundle_gap")
	refused("cut short", "SYR", bs[0][:len(bs[0])-1000], "bundle_truncated")
	damaged := bytes.Clone(bs[0])
	damaged[len(damaged)/2] ^= 1
	refused("damaged", "SYR", damaged, "bundle_damaged")
	refused("for somebody else", "IRN", bs[0], "bundle_addressee")
	refused("its own", "RUS", bs[0], "bundle_addressee")
	rep, err := h.importFile("SYR", bs[0])
	check(t, err)
	before = h.nodes["SYR"].station.Size()
	if rep.Manifest.LogTo != before {
		t.Errorf("%d leaves, want %d", before, rep.Manifest.LogTo)
	}
	refused("again", "SYR", bs[0], "bundle_replay")
	if got, err := h.inspectFile("SYR", bs[0]); err != nil || !got.Before || got.Imported || got.New != 0 || got.Manifest.Number != rep.Manifest.Number || got.Digest != rep.Digest {
		t.Errorf("looked at again it is %+v, %v", got, err)
	}
	// One that holds what is missing takes the place of those that are lost.
	wide := h.export("RUS", "SYR", 2)
	_, err = h.importFile("SYR", wide)
	check(t, err)
	before = h.nodes["SYR"].station.Size()
	refused("overtaken", "SYR", bs[1], "bundle_replay")
	refused("overtaken", "SYR", bs[2], "bundle_replay")
	if got, err := h.inspectFile("SYR", bs[1]); err != nil || !got.Before {
		t.Errorf("the overtaken one looked at is %+v, %v", got, err)
	}
	for _, to := range []label.MemberID{"ZZZ", "RUS"} {
		if _, err := h.nodes["RUS"].ExportBundle(t.Context(), h.custodian("RUS"), BundleRequest{To: to}); !errors.Is(err, ErrBundleAddressee) || !strings.Contains(err.Error(), string(to)) {
			t.Errorf("a bundle for %s: %v", to, err)
		}
	}
	h.find("SYR", viewdb.Query{Text: "quincunx"}, 3)
	if _, err := os.ReadDir(h.nodes["SYR"].courierDir("in")); err != nil {
		t.Error(err)
	}
}

// forged makes a bundle as RUS's node would, with contents of the test's own.
func (h *house) forged(change func(m *bundle.Manifest), write func(w *bundle.Writer, m *bundle.Manifest, head logdb.Head), signedBy label.MemberID) carried {
	h.t.Helper()
	n := h.nodes["RUS"]
	head := n.station.Certified()
	m := &bundle.Manifest{Charter: n.hash().String(), Origin: n.station.Origin(), From: "RUS", To: "SYR", LogTo: head.Size, Made: 0, Contents: []string{"log"}}
	check(h.t, n.nextBundle(context.Background(), BundleRequest{To: "SYR", All: true}, m))
	m.LogFrom = 0
	if change != nil {
		change(m)
	}
	key, ok := n.station.State().EpochKey("SYR", n.station.Epoch())
	if !ok {
		h.t.Fatal("SYR has no key")
	}
	var out bytes.Buffer
	w, err := bundle.NewWriter(&out, *key, m)
	check(h.t, err)
	if write == nil {
		check(h.t, n.station.WriteLog(context.Background(), w, m.LogFrom, head, func(int64) {}))
	} else {
		write(w, m, head)
	}
	s, err := h.nodes[signedBy].station.HeadSigner(head.Size)
	check(h.t, err)
	_, err = w.Close(s)
	check(h.t, err)
	return out.Bytes()
}

// What a member's own program would never write is refused before anything of it
// is stored.
func TestCourierForgeries(t *testing.T) {
	h := courierHouse(t)
	h.custodian("SYR")
	h.cut("SYR")
	h.say("IRQ", "one quincunx")
	h.find("RUS", viewdb.Query{Text: "quincunx"}, 1)
	before := h.nodes["SYR"].station.Size()
	frames := func(n *Node, head logdb.Head) []byte {
		var b bytes.Buffer
		check(t, n.station.WriteLog(context.Background(), &b, 0, head, func(int64) {}))
		return b.Bytes()
	}
	for _, c := range []struct {
		what   string
		change func(*bundle.Manifest)
		write  func(w *bundle.Writer, m *bundle.Manifest, head logdb.Head)
		by     label.MemberID
		code   string
	}{
		{"another member's signature", nil, nil, "IRN", "bundle_signature"},
		{"another charter", func(m *bundle.Manifest) { m.Charter = strings.Repeat("0", 64) }, nil, "RUS", "bundle_charter"},
		{"another log", func(m *bundle.Manifest) { m.Origin = "entente/0/2" }, nil, "RUS", "bundle_charter"},
		{"another addressee inside", func(m *bundle.Manifest) { m.To = "IRN" }, nil, "RUS", "bundle_addressee"},
		{"a stranger", func(m *bundle.Manifest) { m.From = "XXX" }, nil, "RUS", "bundle_sender"},
		{"leaves missing between", func(m *bundle.Manifest) { m.LogFrom = m.LogTo }, nil, "RUS", "bundle_log"},
		{"no log at all", nil, func(*bundle.Writer, *bundle.Manifest, logdb.Head) {}, "RUS", "bundle_log"},
		{"a leaf changed", nil, func(w *bundle.Writer, _ *bundle.Manifest, head logdb.Head) {
			b := frames(h.nodes["RUS"].Node, head)
			run, err := h.nodes["RUS"].log.Read(context.Background(), head.Size-1, head.Size)
			check(t, err)
			at := bytes.LastIndex(b, run.Header(0)) // a leaf that SYR lacks; what it has is not read again
			b[at+100] ^= 1
			w.Write(b)
		}, "RUS", "bundle_log"},
		{"a head without its quorum", nil, func(w *bundle.Writer, _ *bundle.Manifest, head logdb.Head) {
			lines := bytes.SplitAfter(head.Note, []byte("\n"))
			short := head
			short.Note = bytes.Join(lines[:len(lines)-2], nil)
			w.Write(frames(h.nodes["RUS"].Node, short))
		}, "RUS", "bundle_log"},
		{"an envelope of another member", nil, func(w *bundle.Writer, _ *bundle.Manifest, head logdb.Head) {
			w.Write(frames(h.nodes["RUS"].Node, head))
			run, err := h.nodes["RUS"].log.Read(context.Background(), 0, 1)
			check(t, err)
			check(t, w.Record(bundle.KindEnvelopes, append(run.Header(0), run.Bodies[0]...)))
		}, "RUS", "bundle_envelopes"},
		{"an attachment of another digest", nil, func(w *bundle.Writer, _ *bundle.Manifest, head logdb.Head) {
			w.Write(frames(h.nodes["RUS"].Node, head))
			check(t, w.Attachment([32]byte{1}, 1<<17, bytes.NewReader(make([]byte, 1<<17))))
		}, "RUS", "bundle_attachment"},
		{"an attachment smaller than any, of which a bundle holds millions", nil, func(w *bundle.Writer, _ *bundle.Manifest, head logdb.Head) {
			w.Write(frames(h.nodes["RUS"].Node, head))
			check(t, w.Attachment(sha256.Sum256(make([]byte, 65_551)), 65_551, bytes.NewReader(make([]byte, 65_551))))
		}, "RUS", "bundle_attachment"},
	} {
		_, err := h.importFile("SYR", h.forged(c.change, c.write, c.by))
		if courierCode(err) != c.code {
			t.Errorf("%s: %v, want %s", c.what, err, c.code)
		}
		if got := h.nodes["SYR"].station.Size(); got != before {
			t.Errorf("%s: the log has %d leaves, had %d", c.what, got, before)
		}
		if h.nodes["SYR"].station.Halted() != nil {
			t.Fatalf("%s halts: %+v", c.what, h.nodes["SYR"].station.Halted())
		}
	}
	// The same without a fault is taken.
	_, err := h.importFile("SYR", h.forged(nil, nil, "RUS"))
	check(t, err)
	h.find("SYR", viewdb.Query{Text: "quincunx"}, 1)
}

// A file that reports name travels with them, and opens where they open.
func TestCourierAttachment(t *testing.T) {
	h := courierHouse(t)
	h.custodian("SYR")
	h.cut("SYR")
	ctx := context.Background()
	rus := h.nodes["RUS"]
	duty := h.officer("RUS", "duty", section.RoleDuty)
	data := bytes.Repeat([]byte("a photograph "), 200_000) // 2.6 MB
	a, err := rus.Attach(ctx, duty, "photo.jpg", "image/jpeg", bytes.NewReader(data), nil)
	check(t, err)
	p := portion(mark("RESTRICTED", "RUS", four...), "RUS", "with a photograph quincunx")
	p.Attachments = []act.Attachment{a}
	h.releaseReport("RUS", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{p}})
	h.find("IRQ", viewdb.Query{Text: "quincunx"}, 1)
	h.find("RUS", viewdb.Query{Text: "quincunx"}, 1)
	rep, err := h.importFile("SYR", h.export("RUS", "SYR", 0))
	check(t, err)
	if rep.Attachments != 1 {
		t.Errorf("report %+v", rep)
	}
	row := h.find("SYR", viewdb.Query{Text: "quincunx"}, 1)[0]
	var got bytes.Buffer
	check(t, h.nodes["SYR"].Attachment(ctx, h.officer("SYR", "duty", section.RoleDuty), row.ID, a.Digest, &got))
	if !bytes.Equal(got.Bytes(), data) {
		t.Errorf("%d bytes came, want %d", got.Len(), len(data))
	}
	// In a bundle for a member to whom it was not released it is not.
	if fs, err := rus.views.FilesFor(ctx, "XXX", 0, 1<<40, 10); err != nil || len(fs) != 0 {
		t.Errorf("files for a stranger: %v, %v", fs, err)
	}
}

// A transfer that breaks off goes on where it stopped; a copy that differs is
// refused.
func TestCourierStaging(t *testing.T) {
	h := courierHouse(t)
	h.custodian("SYR")
	h.cut("SYR")
	file := h.export("RUS", "SYR", 0)
	ctx := context.Background()
	syr, o := h.nodes["SYR"], h.custodian("SYR")
	sum := sha256.Sum256(file)
	id := hex.EncodeToString(sum[:])
	if err := syr.StageBundle(ctx, o, id, 0, int64(len(file)), bytes.NewReader(file[:100_000]), nil); !errors.Is(err, bundle.ErrTruncated) {
		t.Errorf("a part: %v", err)
	}
	have, whole, err := syr.StagedBundle(ctx, o, id)
	if err != nil || have != 100_000 || whole {
		t.Errorf("%d bytes, whole %v: %v", have, whole, err)
	}
	if err := syr.StageBundle(ctx, o, id, 0, int64(len(file)), bytes.NewReader(file), nil); !errors.Is(err, ErrBundleOffset) {
		t.Errorf("from the beginning again: %v", err)
	}
	if _, err := syr.ImportBundle(ctx, o, id, nil); !errors.Is(err, ErrBundleAbsent) {
		t.Errorf("half of it is imported: %v", err)
	}
	check(t, syr.StageBundle(ctx, o, id, have, int64(len(file)), bytes.NewReader(file[have:]), nil))
	rep, err := syr.InspectBundle(ctx, o, id, nil)
	check(t, err)
	if rep.Imported || rep.Manifest.From != "RUS" {
		t.Errorf("report %+v", rep)
	}
	if err := syr.StageBundle(ctx, h.officer("SYR", "duty", section.RoleDuty), id, 0, int64(len(file)), bytes.NewReader(file), nil); !errors.Is(err, section.ErrForbidden) {
		t.Errorf("an officer who is no custodian: %v", err)
	}
	other := bytes.Clone(file)
	other[5] ^= 1
	if err := syr.StageBundle(ctx, o, id, 0, int64(len(file)), bytes.NewReader(other), nil); !errors.Is(err, bundle.ErrDamaged) {
		t.Errorf("another file under its digest: %v", err)
	}
	if es, err := os.ReadDir(filepath.Join(syr.dir, DirCourier, "in")); err != nil || len(es) != 0 {
		t.Errorf("left lying: %v, %v", es, err)
	}
}

// A second lead's head: two heads of one log that contradict each other, found
// in a bundle, halt the reader as they do online, with the evidence kept.
func TestCourierConflictHalts(t *testing.T) {
	h := courierHouse(t)
	h.custodian("SYR")
	h.cut("SYR")
	syr := h.nodes["SYR"]
	before := syr.station.Certified()
	h.eventually("RUS to hold what SYR holds", func() bool { return h.nodes["RUS"].station.Size() >= before.Size })
	// The lead's keys sign another root for the size that SYR holds.
	other := h.contradict(before)
	file := h.forged(func(m *bundle.Manifest) { m.LogFrom, m.LogTo = before.Size, before.Size }, func(w *bundle.Writer, m *bundle.Manifest, _ logdb.Head) {
		tiles, err := h.nodes["RUS"].station.EdgeTiles(before.Size)
		check(t, err)
		for _, tile := range tiles {
			check(t, w.Record(bundle.KindTile, bundle.TilePayload(tile)))
		}
		check(t, w.Record(bundle.KindCheckpoint, other))
		check(t, w.Record(bundle.KindCertified, other))
	}, "RUS")
	_, err := h.importFile("SYR", file)
	if courierCode(err) != "forked_log" {
		t.Errorf("a contradicting head: %v", err)
	}
	if syr.station.Halted() == nil {
		t.Fatal("it goes on")
	}
	if n, err := syr.log.CountEvidence(context.Background()); err != nil || n != 1 {
		t.Errorf("%d proofs are kept: %v", n, err)
	}
	if _, err := h.importFile("SYR", h.export("RUS", "SYR", 0)); courierCode(err) != "halted" {
		t.Errorf("after that: %v", err)
	}
}

// contradict signs, as the lead and every member, a head of the same size with
// another root.
func (h *house) contradict(head logdb.Head) []byte {
	h.t.Helper()
	lead := h.nodes[four[0]]
	sig, err := lead.signers.of(lead.station.LinkKeys())
	check(h.t, err)
	signer, err := tlog.NewLogSigner(lead.station.Origin(), sig.Checkpoint)
	check(h.t, err)
	note, err := tlog.SignCheckpoint(tlog.Checkpoint{Origin: lead.station.Origin(), Size: head.Size, Root: tlog.Hash{1}}, signer)
	check(h.t, err)
	for _, m := range four {
		n := h.nodes[m]
		sig, err := n.signers.of(n.station.LinkKeys())
		check(h.t, err)
		c, err := tlog.NewCosigner(string(m)+"/cosignature", sig.Cosignature)
		check(h.t, err)
		line, err := tlog.Cosign(note, c, head.Time)
		check(h.t, err)
		note, err = tlog.AddSignature(note, line)
		check(h.t, err)
	}
	return note
}
