package node

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"entente/act"
	"entente/internal/bundle"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// held is all that a node holds but for its officers and its audit log: log,
// views and keys row by row, and the names and sizes of its attachments.
func (h *house) held(m label.MemberID) string {
	h.t.Helper()
	var out []string
	dir := filepath.Join(h.dir, string(m))
	for _, db := range []string{FileLog, FileViews, "keys.db"} {
		rows, err := dumpTables(filepath.Join(dir, db))
		check(h.t, err)
		for _, r := range rows {
			out = append(out, db+" "+r)
		}
	}
	es, err := os.ReadDir(filepath.Join(dir, DirAttached))
	if err != nil && !os.IsNotExist(err) {
		h.t.Fatal(err)
	}
	for _, e := range es {
		i, err := e.Info()
		check(h.t, err)
		out = append(out, fmt.Sprintln(e.Name(), i.Size()))
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

// differ returns the first line that only one of two texts has.
func differ(a, b string) string {
	as, bs := strings.Split(a, "\n"), strings.Split(b, "\n")
	for _, l := range as {
		if !slices.Contains(bs, l) {
			return "gone: " + l
		}
	}
	for _, l := range bs {
		if !slices.Contains(as, l) {
			return "new: " + l
		}
	}
	return ""
}

// photograph attaches a file of 2.6 MB to a report of RUS.
func (h *house) photograph(text string) {
	h.t.Helper()
	a, err := h.nodes["RUS"].Attach(context.Background(), h.officer("RUS", "duty", section.RoleDuty), "photo.jpg", "image/jpeg", bytes.NewReader(bytes.Repeat([]byte("a photograph "), 200_000)), nil)
	check(h.t, err)
	p := portion(mark("RESTRICTED", "RUS", four...), "RUS", text)
	p.Attachments = []act.Attachment{a}
	h.releaseReport("RUS", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{p}})
	h.find("RUS", viewdb.Query{Text: text}, 1)
}

// Whatever is wrong with a file, it is refused with a code and a cure, and the
// node holds what it held before, row by row.
func TestCourierRefusedChangesNothing(t *testing.T) {
	h := courierHouse(t)
	h.custodian("SYR")
	h.cut("SYR")
	h.photograph("with a photograph quincunx")
	one := h.export("RUS", "SYR", 0)
	h.say("RUS", "two perihelion")
	h.find("RUS", viewdb.Query{Text: "perihelion"}, 1)
	two := h.export("RUS", "SYR", 0)
	before := h.held("SYR")
	refused := func(what string, file carried, codes ...string) {
		t.Helper()
		_, err := h.importFile("SYR", file)
		if !slices.Contains(codes, courierCode(err)) {
			t.Errorf("%s: %v, want %v", what, err, codes)
		}
		if text := fmt.Sprint(err); !strings.ContainsAny(text, ";:,") {
			t.Errorf("%s: %q says no cure", what, text)
		}
		if after := h.held("SYR"); after != before {
			t.Errorf("%s: it changed something: %s", what, differ(before, after))
			before = after
		}
	}
	flipped := func(at int) carried {
		bad := bytes.Clone(one)
		bad[at] ^= 1
		return bad
	}
	refused("out of order", two, "bundle_gap")
	for _, n := range []int{1, 20, 1000, 1626, 1627, 1643, 1644, 65536, len(one) / 2, len(one) - 16, len(one) - 1, 1050475} {
		refused(fmt.Sprintf("cut to %d bytes", n), one[:n], "bundle_truncated", "bundle_damaged")
	}
	refused("a byte more", append(bytes.Clone(one), 0), "bundle_truncated")
	for what, at := range map[string]int{"the version line": 5, "the recipient": 200, "the file key": 1590, "the header's check": 1610, "the nonce": 1630, "the first chunk": 1700, "the middle": len(one) / 2, "the last byte": len(one) - 1} {
		refused(what+" changed", flipped(at), "bundle_damaged", "bundle_addressee", "bundle_malformed")
	}
	ownNumber := func(number, since uint64, previous string) func(*bundle.Manifest) {
		return func(m *bundle.Manifest) { m.Number, m.Since, m.Previous = number, since, previous }
	}
	other := hex.EncodeToString(bytes.Repeat([]byte{7}, 32))
	refused("signed by another than its sender", h.forged(func(m *bundle.Manifest) { m.From = "IRN" }, nil, "RUS"), "bundle_signature")
	refused("a number far ahead", h.forged(ownNumber(9, 7, other), nil, "RUS"), "bundle_gap")
	h.leaveAttached(one, &before)
	refused("the same again", one, "bundle_replay")
	refused("its number with other contents", h.forged(ownNumber(1, 1, bundle.NoDigest), nil, "RUS"), "bundle_replay")
	refused("the next with another past", h.forged(ownNumber(2, 2, other), nil, "RUS"), "bundle_series")
	_, err := h.importFile("SYR", two)
	check(t, err)
	h.find("SYR", viewdb.Query{Text: "perihelion"}, 1)
	before = h.held("SYR")
	refused("an old one", one, "bundle_replay")
}

// leaveAttached imports a file and waits until all of it is projected.
func (h *house) leaveAttached(file carried, before *string) {
	h.t.Helper()
	_, err := h.importFile("SYR", file)
	check(h.t, err)
	h.find("SYR", viewdb.Query{Text: "quincunx"}, 1)
	n := h.nodes["SYR"]
	h.eventually("all is projected", func() bool { at, _ := n.Projected(); return at == n.station.Certified().Size })
	*before = h.held("SYR")
}

// A copy that goes on with the bytes of another file does not count, and what
// waits or came in part is shown, with what is missing before it.
func TestCourierShowsWhatIsMissing(t *testing.T) {
	h := courierHouse(t)
	h.custodian("SYR")
	h.cut("SYR")
	ctx := t.Context()
	syr, o := h.nodes["SYR"], h.custodian("SYR")
	bs := []carried{h.export("RUS", "SYR", 0), h.export("RUS", "SYR", 0), h.export("RUS", "SYR", 0)}
	waiting := func() []BundleWaiting {
		t.Helper()
		st, err := syr.BundleStatus(ctx, o)
		check(t, err)
		return st.Waiting
	}
	id := func(b carried) string { sum := sha256.Sum256(b); return hex.EncodeToString(sum[:]) }

	if err := syr.StageBundle(ctx, o, id(bs[0]), 0, int64(len(bs[0])), bytes.NewReader(bs[0][:70_000]), nil); !errors.Is(err, bundle.ErrTruncated) {
		t.Errorf("a part: %v", err)
	}
	if w := waiting(); len(w) != 1 || w[0].Whole || w[0].Have != 70_000 || w[0].File != id(bs[0]) {
		t.Errorf("a part is shown as %+v", w)
	}
	if err := syr.StageBundle(ctx, o, id(bs[0]), 70_000, int64(len(bs[0])), bytes.NewReader(bs[1][70_000:]), nil); !errors.Is(err, bundle.ErrDamaged) {
		t.Errorf("gone on with another file: %v", err)
	}
	if w := waiting(); len(w) != 0 {
		t.Errorf("left of it: %+v", w)
	}

	for _, b := range []carried{bs[2], bs[1]} {
		if _, err := h.importFile("SYR", b); !errors.Is(err, ErrBundleGap) {
			t.Errorf("out of order: %v", err)
		}
	}
	want := func(ws ...BundleWaiting) {
		t.Helper()
		got := waiting()
		for i := range got {
			got[i].Have = 0
		}
		if !slices.Equal(got, ws) {
			t.Errorf("it shows %+v, want %+v", got, ws)
		}
	}
	want(BundleWaiting{File: id(bs[1]), Whole: true, From: "RUS", Number: 2, Since: 2, MissingFrom: 1, MissingTo: 1},
		BundleWaiting{File: id(bs[2]), Whole: true, From: "RUS", Number: 3, Since: 3, MissingFrom: 1, MissingTo: 2})
	_, err := h.importFile("SYR", bs[0])
	check(t, err)
	want(BundleWaiting{File: id(bs[1]), Whole: true, From: "RUS", Number: 2, Since: 2},
		BundleWaiting{File: id(bs[2]), Whole: true, From: "RUS", Number: 3, Since: 3, MissingFrom: 2, MissingTo: 2})
	for _, b := range bs[1:] {
		_, err := h.importFile("SYR", b)
		check(t, err)
	}
	want()

	// While one is worked on no other is.
	syr.courier.Lock()
	if _, err := h.importFile("SYR", bs[0]); !errors.Is(err, ErrBundleBusy) {
		t.Errorf("two at once: %v", err)
	}
	if _, err := syr.ExportBundle(ctx, o, BundleRequest{To: "RUS"}); !errors.Is(err, ErrBundleBusy) {
		t.Errorf("an export beside an import: %v", err)
	}
	syr.courier.Unlock()
}

// full makes a file to which nothing can be written for want of room.
func full(t *testing.T, path string) {
	t.Helper()
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("there is no /dev/full here")
	}
	check(t, os.MkdirAll(filepath.Dir(path), 0o700))
	check(t, os.Symlink("/dev/full", path))
}

// A disk that is full in the middle of an export or import is said so; nothing of
// the bundle shows, no number is spent, and with room again the same goes through.
func TestCourierOnAFullDisk(t *testing.T) {
	h := courierHouse(t)
	h.custodian("SYR")
	h.cut("SYR")
	ctx := t.Context()
	rus, syr := h.nodes["RUS"], h.nodes["SYR"]
	h.photograph("with a photograph quincunx")
	for i := range 20 {
		text := fmt.Sprintf("perihelion %d %s", i, strings.Repeat("a long story ", 1000))
		h.releaseReport("RUS", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(mark("RESTRICTED", "RUS", four...), "RUS", text)}})
	}
	h.find("RUS", viewdb.Query{Text: "perihelion"}, 20)
	wantFull := func(what string, err error) {
		t.Helper()
		if courierCode(err) != "full" || !strings.Contains(fmt.Sprint(err), "free") {
			t.Errorf("%s: %v", what, err)
		}
	}

	full(t, filepath.Join(rus.courierDir("out"), "SYR-1.age.part"))
	_, err := rus.ExportBundle(ctx, h.custodian("RUS"), BundleRequest{To: "SYR"})
	wantFull("an export", err)
	if es, err := os.ReadDir(rus.courierDir("out")); err != nil || len(es) != 0 {
		t.Errorf("it left %v (%v)", es, err)
	}
	file := h.export("RUS", "SYR", 0)
	if last, _, err := rus.log.BundleOut(ctx, "SYR", 0); err != nil || last.Number != 1 {
		t.Errorf("the first that was made is number %d (%v)", last.Number, err)
	}

	before := h.held("SYR")
	unchanged := func(what string) {
		t.Helper()
		if after := h.held("SYR"); after != before {
			t.Errorf("%s: it changed something: %s", what, differ(before, after))
		}
	}
	sum := sha256.Sum256(file)
	half := filepath.Join(syr.courierDir("in"), hex.EncodeToString(sum[:])+".age.part")
	full(t, half)
	_, err = h.importFile("SYR", file)
	wantFull("a copy", err)
	unchanged("a copy")
	check(t, os.Remove(half))

	// More attachments than the charter lets a node keep.
	filler := filepath.Join(syr.dir, DirAttached, "filler")
	check(t, os.MkdirAll(filepath.Dir(filler), 0o700))
	check(t, os.WriteFile(filler, nil, 0o600))
	check(t, os.Truncate(filler, h.found.Charter().Quotas.AttachmentsTotal-1000))
	if _, err := h.importFile("SYR", file); !errors.Is(err, ErrAttachmentQuota) {
		t.Errorf("beyond the quota: %v", err)
	}
	check(t, os.Remove(filler))
	unchanged("beyond the quota")

	certified, views := syr.station.Certified().Size, dump(t, syr.Views())
	unseen := func(what string) {
		t.Helper()
		in, _, err := syr.log.BundleIn(ctx, "RUS", 0)
		check(t, err)
		if got := syr.station.Certified().Size; got != certified || dump(t, syr.Views()) != views || in.Number != 0 {
			t.Errorf("%s: certified %d, was %d; bundle %d is noted", what, got, certified, in.Number)
		}
		if st, err := syr.BundleStatus(ctx, h.custodian("SYR")); err != nil || len(st.Adopting) != 1 {
			t.Errorf("%s: %+v is shown as not finished (%v)", what, st.Adopting, err)
		}
	}
	setRoom(t, syr.log.DB(), 1)
	_, err = h.importFile("SYR", file)
	wantFull("the log", err)
	unseen("the log")
	setRoom(t, syr.log.DB(), plenty)
	sealed, err := os.ReadDir(filepath.Join(rus.dir, DirAttached))
	check(t, err)
	full(t, filepath.Join(syr.dir, DirAttached, sealed[0].Name()+".courier"))
	_, err = h.importFile("SYR", file)
	wantFull("an attachment", err)
	unseen("an attachment")
	rep, err := h.importFile("SYR", file)
	check(t, err)
	if !rep.Imported || rep.Attachments != 1 {
		t.Errorf("report %+v", rep)
	}
	h.find("SYR", viewdb.Query{Text: "perihelion"}, 20)
	h.find("SYR", viewdb.Query{Text: "quincunx"}, 1)
}
