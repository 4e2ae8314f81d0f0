package node

import (
	"bytes"
	"context"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"entente/act"
	"entente/internal/feed"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
	"entente/seal"
)

// sealedAt is a piece of the sealed body of what a member finds by a word, as it
// stands in every file that has that body.
func (h *house) sealedAt(m label.MemberID, word string) (row viewdb.Row, piece []byte) {
	h.t.Helper()
	row = h.find(m, viewdb.Query{Text: word}, 1)[0]
	_, body, _ := leaf(h.t, h.nodes[m].Node, row.Index)
	if len(body) < 256 {
		h.t.Fatalf("%s has %d bytes of the body of %s", m, len(body), word)
	}
	return row, body[96:128]
}

// Neither the word of what is destroyed nor its sealed body stays in any file: not
// with who took it in by courier, its copies and what it handed on for others
// among it, nor with who made the bundle; and a later bundle of one that still has
// it does not bring it back.
func TestNoSealedByteComesBackByCourier(t *testing.T) {
	h := courierHouse(t)
	ctx := context.Background()
	const word = "quincunxzebra"
	h.custodian("SYR")
	h.cut("SYR")
	by, _ := label.InstantOf(time.Now().Add(48 * time.Hour).Truncate(time.Second))
	p := personal(by, "RUS", word)
	p.Label.Rel = label.Members("RUS", "SYR")
	h.releaseReport("RUS", &Draft{ReportType: act.INTREP, Title: word, Portions: []act.PortionInput{p}})
	_, sealed := h.sealedAt("RUS", word)
	h.atRest("IRQ", "IRN", "RUS")
	holds := func(m label.MemberID, what []byte) bool {
		return bytes.Contains(bytes.ToLower(image(t, filepath.Join(h.dir, string(m)))), bytes.ToLower(what))
	}
	none := func(m label.MemberID, when string, pieces ...[]byte) {
		t.Helper()
		for i, what := range append(pieces, []byte(word)) {
			if holds(m, what) {
				t.Errorf("%s: %s has piece %d still", when, m, i)
			}
		}
	}
	_, err := h.importFile("SYR", h.export("RUS", "SYR", 0))
	check(t, err)
	row, same := h.sealedAt("SYR", word)
	if !bytes.Equal(same, sealed) {
		t.Fatal("SYR has another body: this test shows nothing")
	}
	_, err = h.nodes["SYR"].Forget(ctx, h.officer("SYR", "dpo", section.RoleDPO), "request 1", row.ID)
	check(t, err)
	none("SYR", "destroyed", sealed)

	// RUS has it yet, and gives SYR all once more.
	o := h.custodian("RUS")
	b, err := h.nodes["RUS"].ExportBundle(ctx, o, BundleRequest{To: "SYR", All: true})
	check(t, err)
	f, _, err := h.nodes["RUS"].BundleFile(ctx, o, "SYR", b.Number)
	check(t, err)
	var all bytes.Buffer
	_, err = all.ReadFrom(f)
	check(t, err)
	check(t, f.Close())
	_, err = h.importFile("SYR", all.Bytes())
	check(t, err)
	none("SYR", "after a second bundle with all", sealed)
	if rows, err := h.nodes["SYR"].views.Find(ctx, viewdb.Query{Text: word}); err != nil || len(rows) > 0 {
		t.Errorf("SYR finds it again: %v %v", rows, err)
	}

	// What SYR says reaches the lead by RUS, which hands it on.
	check(t, h.nodes["SYR"].ConfirmBundles(ctx, h.custodian("SYR"), nil))
	h.eventually("SYR to leave recovering", func() bool {
		st, err := h.nodes["SYR"].Status(ctx)
		check(t, err)
		return !st.Centre.Recovering
	})
	p = personal(by, "SYR", word)
	h.releaseReport("SYR", &Draft{ReportType: act.INTREP, Title: word, Portions: []act.PortionInput{p}})
	h.filedBy("SYR")
	_, err = h.importFile("RUS", h.export("SYR", "RUS", 0))
	check(t, err)
	h.find("RUS", viewdb.Query{Text: word}, 2)
	h.atRest("IRQ", "IRN", "RUS")
	h.eventually("nothing to be handed on", func() bool {
		left, err := h.nodes["RUS"].log.RelayFrom(ctx)
		check(t, err)
		return len(left) == 0
	})
	pieces := [][]byte{sealed}
	for _, r := range h.find("RUS", viewdb.Query{Text: word}, 2) {
		_, body, _ := leaf(t, h.nodes["RUS"].Node, r.Index)
		pieces = append(pieces, body[96:128])
		_, err = h.nodes["RUS"].Forget(ctx, h.officer("RUS", "dpo", section.RoleDPO), "request 2", r.ID)
		check(t, err)
	}
	none("RUS", "destroyed", pieces...)
}

// A recall that comes beside the log is kept as it was sealed until the log has
// it, and not a moment longer; what it took back is then destroyed with nothing
// of it, sealed or open, left at either.
func TestNoSealedByteIsLeftAtEither(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	const word = "quincunxzebra"
	h.releaseReport("IRQ", &Draft{ReportType: act.INTREP, Title: word, Portions: []act.PortionInput{portion(mark("RESTRICTED", "IRQ", "IRQ", "RUS"), "IRQ", word)}})
	row, sealed := h.sealedAt("RUS", word)
	h.find("IRQ", viewdb.Query{Text: word}, 1)
	h.atRest(four...)
	h.recall("IRQ", Recall{Kind: act.RecallWithdrawn, Reason: act.ReasonError, Report: row.ID})
	said := h.recallFrom("RUS", "IRQ")
	h.atRest(four...)
	for _, m := range []label.MemberID{"IRQ", "RUS"} {
		direct, err := h.nodes[m].log.Directs(ctx)
		if err != nil || len(direct) > 0 {
			t.Errorf("%s keeps what came beside the log: %d (%v)", m, len(direct), err)
		}
		dir := filepath.Join(h.dir, string(m))
		if _, body, _ := leaf(t, h.nodes[m].Node, row.Index); !bytes.Contains(body, sealed) {
			t.Fatalf("%s has nothing of it before: this test shows nothing", m)
		}
		_, err = h.nodes[m].Forget(ctx, h.officer(m, "dpo", section.RoleDPO), "request 1", row.ID)
		check(t, err)
		if raw := image(t, dir); bytes.Contains(raw, sealed) || bytes.Contains(bytes.ToLower(raw), []byte(word)) {
			t.Errorf("%s has it still", m)
		}
		// The header is what stays, with the recall.
		header, body, head := leaf(t, h.nodes[m].Node, row.Index)
		if len(header) != seal.HeaderSize || body != nil || head.Originator != "IRQ" {
			t.Errorf("%s has a header of %d bytes and a body of %d", m, len(header), len(body))
		}
		if _, err := h.nodes[m].views.Said(ctx, said.ID); err != nil {
			t.Errorf("%s has lost the recall: %v", m, err)
		}
	}
}

// What a tool wrote and removed again is in no file when its drafts are given up;
// nor is a list that was taken in.
func TestNoByteOfAToolIsLeft(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	const word = "quincunxzebra"
	c := h.tool("IRQ", "sensor", "duty", feed.Grants{Clearance: feed.Clearance{Class: "RESTRICTED", Members: label.Members("IRQ")}, Write: true})
	duty := h.officer("IRQ", "duty", section.RoleDuty)
	const id = "tool--00000001-17d4-4cbf-938f-98ee46b3cd3f"
	code, body := c.ask(http.MethodPost, "/entente/collections/sensor/objects/",
		`{"objects":[{"type":"tool","spec_version":"2.1","id":"`+id+`","created":"2016-04-06T20:03:48.000Z","modified":"2016-04-06T20:03:48.000Z","name":"`+word+`tool"}]}`)
	if code != http.StatusAccepted {
		t.Fatalf("HTTP %d %s", code, body)
	}
	var batches []string
	h.eventually("the intake", func() bool {
		bs, err := c.node.Batches(ctx, duty, noTime, "", 10)
		check(t, err)
		for i := range bs {
			if bs[i].State == BatchDrafts {
				batches = append(batches, bs[i].ID)
			}
		}
		return len(batches) > 0
	})
	list := bytes.ReplaceAll(inventedList(t, 3), []byte("<COMMENTS1>"), []byte("<COMMENTS1>"+word+"list "))
	if !bytes.Contains(list, []byte(word)) {
		t.Fatal("the list has not the word: this test shows nothing of it")
	}
	batches = append(batches, h.collect("IRQ", CollectRequest{Kind: CollectUNList, Name: word + "list.xml", Reader: bytes.NewReader(list), Origin: everybody()}).Batch)
	dir := filepath.Join(h.dir, "IRQ")
	for _, w := range []string{word + "tool", word + "list"} {
		if len(filesWith(t, dir, w)) == 0 {
			t.Fatalf("%s is nowhere before: this test shows nothing", w)
		}
	}
	if code, body := c.ask(http.MethodDelete, "/entente/collections/sensor/objects/"+id+"/", ""); code != http.StatusOK {
		t.Fatal(body)
	}
	for _, b := range batches {
		_, err := c.node.Section().DiscardBatch(ctx, duty, b)
		check(t, err)
	}
	for _, f := range filesWith(t, dir, word) {
		t.Errorf("it is still in %s: %q", f, residue(t, dir, word))
	}
}

// filedBy waits until a member without a line has filed all that was approved,
// and not only what its keys need.
func (h *house) filedBy(m label.MemberID) {
	h.t.Helper()
	n := h.nodes[m]
	h.eventually(string(m)+" to file", func() bool {
		approved, err := n.section.DecisionsIn(h.t.Context(), section.Approved, noTime, "", 1)
		check(h.t, err)
		st, err := n.Status(h.t.Context())
		check(h.t, err)
		return st.Waiting+len(approved) == 0 && n.station.Waiting() > 0
	})
}
