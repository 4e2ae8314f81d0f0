package node

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// importAndDie imports a bundle in a process of its own, which ends without a
// word at the given step of the adoption.
func importAndDie(n *Node, path string, dieAt int) error {
	file, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	ctx := context.Background()
	_, o, err := n.Section().LogIn(ctx, "custodian", "correct horse battery", "test")
	if err != nil {
		return err
	}
	step := 0
	n.fault = func(stage string, _ int64) {
		if strings.HasPrefix(stage, "courier/") {
			if step++; step == dieAt {
				p, err := os.FindProcess(os.Getpid())
				if err == nil {
					p.Kill()
				}
				select {}
			}
		}
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
	fmt.Println("imported")
	return n.Close()
}

// Cut off at any step of an import, a node shows all of a bundle or nothing of
// it, and the same file, or the next start, finishes it.
func TestCourierCutOffAtEveryStep(t *testing.T) {
	h := courierHouse(t)
	h.custodian("SYR")
	h.say("IRQ", "carried quincunx")
	h.find("RUS", viewdb.Query{Text: "quincunx"}, 1)
	h.find("SYR", viewdb.Query{Text: "quincunx"}, 1)
	h.atRest(four...)
	h.cut("SYR")
	h.nodes["SYR"].stop()
	delete(h.nodes, "SYR")
	h.say("IRQ", "carried perihelion")
	h.find("RUS", viewdb.Query{Text: "perihelion"}, 1)
	h.atRest("IRQ", "IRN", "RUS")
	file := h.export("RUS", "SYR", 0)
	path := filepath.Join(t.TempDir(), "bundle")
	check(t, os.WriteFile(path, file, 0o600))
	fresh := filepath.Join(t.TempDir(), "fresh")
	check(t, os.CopyFS(fresh, os.DirFS(filepath.Join(h.dir, "SYR"))))

	look := func() (certified, size int64, last uint64) {
		n, err := Open(context.Background(), h.options("SYR"))
		check(t, err)
		defer n.Close()
		in, _, err := n.log.BundleIn(context.Background(), "RUS", 0)
		check(t, err)
		return n.station.Certified().Size, n.station.Size(), in.Number
	}
	die := func(at int) (imported bool) {
		order, err := json.Marshal(childOrder{Dir: h.dir, Member: "SYR", Addresses: map[label.MemberID]string{}, Bundle: path, DieAt: at})
		check(t, err)
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childEnv+"="+string(order))
		out, err := cmd.Output()
		if err == nil != strings.Contains(string(out), "imported") || strings.Contains(string(out), "failed") {
			t.Fatalf("cut off at step %d: %v\n%s", at, err, out)
		}
		return err == nil
	}
	before, _, _ := look()
	steps := 0
	for at := 1; ; at++ {
		done := die(at)
		certified, size, last := look()
		if done {
			if last != 1 || certified != size || certified <= before {
				t.Errorf("imported: bundle %d, certified %d of %d", last, certified, size)
			}
			break
		}
		if last != 0 || certified != before && certified != size || at < 4 && certified != before {
			t.Errorf("cut off at step %d: bundle %d, certified %d of %d, was %d", at, last, certified, size, before)
		}
		if steps++; steps > 20 {
			t.Fatal("it never ends")
		}
	}
	if steps < 5 {
		t.Errorf("only %d steps", steps)
	}
	// The next start finishes it by itself.
	for _, at := range []int{2, 3} {
		restore(t, filepath.Join(h.dir, "SYR"), fresh)
		die(at)
		n, err := Open(context.Background(), h.options("SYR"))
		check(t, err)
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- n.Run(ctx) }()
		h.nodes["SYR"] = &running{Node: n, officers: map[string]section.Officer{}, stop: func() { cancel(); <-done; n.Close() }}
		h.find("SYR", viewdb.Query{Text: "perihelion"}, 1)
		h.nodes["SYR"].stop()
		delete(h.nodes, "SYR")
		if _, _, last := look(); last != 1 {
			t.Errorf("cut off at step %d and started: bundle %d", at, last)
		}
	}
}
