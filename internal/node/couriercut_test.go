package node

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// carryAndDie makes or imports a bundle in a process of its own, which ends
// without a word at the given step, whose name it has said.
func carryAndDie(n *Node, order childOrder) error {
	ctx := context.Background()
	_, o, err := n.Section().LogIn(ctx, "custodian", "correct horse battery", "test")
	if err != nil {
		return err
	}
	step := 0
	n.fault = func(stage string, _ int64) {
		if stage, ok := strings.CutPrefix(stage, "courier/"); ok {
			if step++; step == order.DieAt {
				fmt.Println("dies at", stage)
				p, err := os.FindProcess(os.Getpid())
				if err == nil {
					p.Kill()
				}
				select {}
			}
		}
	}
	if order.ExportTo != "" {
		// What is certified has to be projected first.
		if err := n.loadProjector(ctx); err != nil {
			return err
		}
		for moved := true; moved; {
			if moved, err = n.projectOnce(ctx, n.station.Certified().Size); err != nil {
				return err
			}
		}
		if _, err := n.ExportBundle(ctx, o, BundleRequest{To: order.ExportTo}); err != nil {
			return err
		}
		fmt.Println("done")
		return n.Close()
	}
	file, err := os.ReadFile(order.Bundle)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(file)
	id := hex.EncodeToString(sum[:])
	have, _, err := n.StagedBundle(ctx, o, id)
	if err != nil {
		return err
	}
	if err := n.StageBundle(ctx, o, id, have, int64(len(file)), bytes.NewReader(file[have:]), nil); err != nil {
		return err
	}
	if _, err := n.ImportBundle(ctx, o, id, nil); err != nil {
		return err
	}
	fmt.Println("done")
	return n.Close()
}

// carry has a process make or import a bundle, and returns the step at which it
// died, "" when it went through.
func (h *house) carry(order childOrder) (stage string) {
	h.t.Helper()
	order.Dir, order.Addresses = h.dir, map[label.MemberID]string{}
	raw, err := json.Marshal(order)
	check(h.t, err)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+string(raw))
	out, err := cmd.Output()
	_, stage, died := strings.Cut(strings.TrimSpace(string(out)), "dies at ")
	if died != (err != nil) || died == strings.Contains(string(out), "done") {
		h.t.Fatalf("step %d: %v\n%s", order.DieAt, err, out)
	}
	return stage
}

// imported says how far a stopped node's log is certified and stored, and which
// bundle of a member it has imported last.
func (h *house) imported(m, from label.MemberID) (certified, size int64, last uint64) {
	h.t.Helper()
	n, err := Open(context.Background(), h.options(m))
	check(h.t, err)
	defer n.Close()
	in, _, err := n.log.BundleIn(context.Background(), string(from), 0)
	check(h.t, err)
	return n.station.Certified().Size, n.station.Size(), in.Number
}

// rebuilt makes the views of a stopped node anew and returns them as text, with
// the names of its attachments.
func (h *house) rebuilt(m label.MemberID) string {
	h.t.Helper()
	n, err := Open(context.Background(), h.options(m))
	check(h.t, err)
	defer n.Close()
	check(h.t, n.Rebuild(context.Background(), nil))
	out := dump(h.t, n.Views())
	es, err := os.ReadDir(filepath.Join(h.dir, string(m), DirAttached))
	if err != nil && !os.IsNotExist(err) {
		h.t.Fatal(err)
	}
	for _, e := range es {
		i, err := e.Info()
		check(h.t, err)
		out += fmt.Sprintln(e.Name(), i.Size())
	}
	return out
}

// leave stops a node and forgets that it ran.
func (h *house) leave(m label.MemberID) {
	h.nodes[m].stop()
	delete(h.nodes, m)
}

// Cut off at any step of an import, a node shows all of a bundle or nothing of
// it, and the same file, or the next start, finishes it: nothing is lost and
// nothing is there twice.
func TestCourierCutOffAtEveryStep(t *testing.T) {
	h := courierHouse(t)
	h.custodian("SYR")
	h.say("IRQ", "carried quincunx")
	h.find("RUS", viewdb.Query{Text: "quincunx"}, 1)
	h.find("SYR", viewdb.Query{Text: "quincunx"}, 1)
	h.atRest(four...)
	h.cut("SYR")
	h.leave("SYR")
	h.say("IRQ", "carried perihelion")
	h.find("RUS", viewdb.Query{Text: "perihelion"}, 1)
	photo, err := h.nodes["RUS"].Attach(t.Context(), h.officer("RUS", "duty", section.RoleDuty), "photo.jpg", "image/jpeg", bytes.NewReader(bytes.Repeat([]byte("a photograph "), 200_000)), nil)
	check(t, err)
	p := portion(mark("RESTRICTED", "RUS", four...), "RUS", "with a photograph aphelion")
	p.Attachments = []act.Attachment{photo}
	h.releaseReport("RUS", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{p}})
	h.find("RUS", viewdb.Query{Text: "aphelion"}, 1)
	h.atRest("IRQ", "IRN", "RUS")
	file := h.export("RUS", "SYR", 0)
	if len(file) < 2<<20 {
		t.Fatalf("the file has %d bytes", len(file))
	}
	path := filepath.Join(t.TempDir(), "bundle")
	check(t, os.WriteFile(path, file, 0o600))
	fresh, dir := filepath.Join(t.TempDir(), "fresh"), filepath.Join(h.dir, "SYR")
	check(t, os.CopyFS(fresh, os.DirFS(dir)))
	before, _, _ := h.imported("SYR", "RUS")
	h.carry(childOrder{Member: "SYR", Bundle: path})
	want := h.rebuilt("SYR")
	restore(t, dir, fresh)

	// One import after another, on what the one before it left.
	var stages []string
	for at := 1; ; at++ {
		stage := h.carry(childOrder{Member: "SYR", Bundle: path, DieAt: at})
		stages = append(stages, stage)
		certified, size, last := h.imported("SYR", "RUS")
		seen, noted := certified == size && certified > before, last == 1
		switch stage {
		case "noted", "":
			if !seen || !noted {
				t.Errorf("%q: bundle %d, certified %d of %d", stage, last, certified, size)
			}
		case "certified", "evidence":
			if !seen || noted {
				t.Errorf("cut off at %q: bundle %d, certified %d of %d", stage, last, certified, size)
			}
		default:
			if certified != before || noted {
				t.Errorf("cut off at %q: bundle %d, certified %d of %d, was %d", stage, last, certified, size, before)
			}
		}
		if stage == "noted" || stage == "" {
			break
		}
		if stage == "staged" {
			at = 0 // it is not copied again
		}
	}
	for _, s := range []string{"copied", "staged", "tried", "begun", "E", "D", "stored", "certified", "evidence", "noted"} {
		if !slices.Contains(stages, s) {
			t.Errorf("it was not cut off at %s, but at %v", s, stages)
		}
	}
	if got := h.rebuilt("SYR"); got != want {
		t.Errorf("after being cut off %d times it has\n%s\nand not\n%s", len(stages), got, want)
	}
	// The next start finishes it by itself, wherever its adoption was cut off.
	begun := slices.Index(stages, "begun")
	for at, stage := range stages {
		if at < begun || (at-begun)%3 != 0 && stage != "certified" {
			continue
		}
		restore(t, dir, fresh)
		h.carry(childOrder{Member: "SYR", Bundle: path, DieAt: at + 1})
		h.cutStart("SYR")
		h.find("SYR", viewdb.Query{Text: "perihelion"}, 1)
		h.find("SYR", viewdb.Query{Text: "aphelion"}, 1)
		h.eventually("it is noted", func() bool {
			in, _, err := h.nodes["SYR"].log.BundleIn(context.Background(), "RUS", 0)
			check(t, err)
			return in.Number == 1
		})
		h.leave("SYR")
		if got := h.rebuilt("SYR"); got != want {
			t.Errorf("cut off at %s and started it has\n%s\nand not\n%s", stage, got, want)
		}
	}
}

// What a member without a line files reaches the log once, although the node
// that hands it in is cut off at every step of taking it.
func TestCourierCutOffWhileEnvelopesAreTaken(t *testing.T) {
	h := courierHouse(t)
	h.custodian("SYR")
	h.custodian("RUS")
	h.atRest(four...)
	h.cut("SYR")
	_, err := h.importFile("SYR", h.export("RUS", "SYR", 0))
	check(t, err)
	check(t, h.nodes["SYR"].ConfirmBundles(t.Context(), h.custodian("SYR"), nil))
	h.say("SYR", "from the dark perihelion")
	h.filedBy("SYR")
	path := filepath.Join(t.TempDir(), "bundle")
	check(t, os.WriteFile(path, h.export("SYR", "RUS", 0), 0o600))
	officers := h.nodes["RUS"].officers
	h.leave("RUS")
	for at := 1; ; at++ {
		if stage := h.carry(childOrder{Member: "RUS", Bundle: path, DieAt: at}); stage == "noted" || stage == "" {
			break
		}
	}
	h.start("RUS")
	h.nodes["RUS"].officers = officers
	// A node that was started signs nothing before three others have told it what
	// it signed: the third of them is SYR, in its next bundle.
	next := h.export("SYR", "RUS", 0)
	h.eventually("RUS to have finished what it began", func() bool {
		_, err := h.importFile("RUS", next)
		return !errors.Is(err, ErrBundleBusy)
	})
	for _, m := range []label.MemberID{"RUS", "IRQ", "IRN"} {
		h.find(m, viewdb.Query{Text: "perihelion"}, 1)
	}
	h.eventually("nothing is left to hand in", func() bool {
		left, err := h.nodes["RUS"].log.RelayFrom(context.Background())
		check(t, err)
		return len(left) == 0
	})
	for _, m := range []label.MemberID{"RUS", "IRQ", "IRN"} {
		if rows := h.find(m, viewdb.Query{Text: "perihelion"}, 1); len(rows) != 1 {
			t.Errorf("%s has it %d times", m, len(rows))
		}
		st, err := h.nodes[m].Status(t.Context())
		check(t, err)
		evidence, err := h.nodes[m].log.AllEvidence(t.Context())
		check(t, err)
		if st.Centre.Halted != nil || len(evidence) > 0 {
			t.Errorf("%s: halted %v, %d pieces of evidence", m, st.Centre.Halted, len(evidence))
		}
	}
}

// Cut off at any step of an export, a node gives no number to two bundles and
// has no half of a file under a bundle's name; the next export goes through and
// is taken.
func TestCourierCutOffWhileItExports(t *testing.T) {
	h := courierHouse(t)
	h.custodian("SYR")
	h.custodian("RUS")
	h.atRest(four...)
	h.cut("SYR")
	photo, err := h.nodes["RUS"].Attach(t.Context(), h.officer("RUS", "duty", section.RoleDuty), "photo.jpg", "image/jpeg", bytes.NewReader(bytes.Repeat([]byte("a photograph "), 200_000)), nil)
	check(t, err)
	p := portion(mark("RESTRICTED", "RUS", four...), "RUS", "with a photograph aphelion")
	p.Attachments = []act.Attachment{photo}
	h.releaseReport("RUS", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{p}})
	h.find("RUS", viewdb.Query{Text: "aphelion"}, 1)
	officers := h.nodes["RUS"].officers
	h.leave("RUS")
	digests := map[uint64]string{}
	var stages []string
	for at := 1; ; at++ {
		stage := h.carry(childOrder{Member: "RUS", ExportTo: "SYR", DieAt: at})
		n, err := Open(t.Context(), h.options("RUS"))
		check(t, err)
		last, found, err := n.log.BundleOut(t.Context(), "SYR", 0)
		check(t, err)
		check(t, n.Close())
		if noted := stage == "make/noted" || stage == ""; found != noted && !slices.Contains(stages, "make/noted") {
			t.Errorf("cut off at %q: bundle %d is noted", stage, last.Number)
		}
		es, err := os.ReadDir(filepath.Join(h.dir, "RUS", DirCourier, "out"))
		check(t, err)
		for _, e := range es {
			data, err := os.ReadFile(filepath.Join(h.dir, "RUS", DirCourier, "out", e.Name()))
			check(t, err)
			sum := sha256.Sum256(data)
			switch {
			case strings.HasSuffix(e.Name(), ".part"):
			case found && e.Name() == bundleName("SYR", last.Number) && hex.EncodeToString(sum[:]) != last.File:
				t.Errorf("cut off at %q: %s is not what is noted", stage, e.Name())
			case !found && stage != "make/named":
				t.Errorf("cut off at %q: there is %s", stage, e.Name())
			}
		}
		if found {
			if was, ok := digests[last.Number]; ok && was != last.Digest {
				t.Errorf("number %d was given twice", last.Number)
			}
			digests[last.Number] = last.Digest
		}
		if stages = append(stages, stage); stage == "" {
			break
		}
	}
	for _, s := range []string{"make", "make/log", "make/attachment", "make/written", "make/named", "make/noted", ""} {
		if !slices.Contains(stages, s) {
			t.Errorf("it was not cut off at %s, but at %v", s, stages)
		}
	}
	h.start("RUS")
	h.nodes["RUS"].officers = officers
	h.eventually("RUS to have looked for what it began", func() bool {
		_, err := h.nodes["RUS"].ExportBundle(t.Context(), h.custodian("RUS"), BundleRequest{To: "SYR"})
		return !errors.Is(err, ErrBundleBusy)
	})
	_, err = h.importFile("SYR", h.export("RUS", "SYR", 1))
	check(t, err)
	h.find("SYR", viewdb.Query{Text: "aphelion"}, 1)
}

// cutStart runs a stopped node without a line.
func (h *house) cutStart(m label.MemberID) {
	h.t.Helper()
	n, err := Open(context.Background(), h.options(m))
	check(h.t, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- n.Run(ctx) }()
	h.nodes[m] = &running{Node: n, officers: map[string]section.Officer{}, stop: func() { cancel(); <-done; n.Close() }}
}
