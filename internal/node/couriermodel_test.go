package node

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/tlog"
)

// restore puts a copy of a node's directory in its place.
func restore(t *testing.T, dir, from string) {
	t.Helper()
	check(t, os.RemoveAll(dir))
	check(t, os.CopyFS(dir, os.DirFS(from)))
	check(t, filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			err = os.Chmod(p, 0o600)
		}
		return err
	}))
}

// However bundles are lost, repeated, reordered, cut short and overtaken by
// wider ones, each is taken or refused as the series says, with a cure; and when
// everything has come the log is that of a member with a line.
func TestCourierAnyOrder(t *testing.T) {
	h := courierHouse(t)
	h.custodian("SYR")
	h.nodes["SYR"].stop()
	delete(h.nodes, "SYR")
	type made struct {
		file          carried
		number, since uint64
	}
	var bs []made
	for i := range 4 {
		h.say("IRQ", fmt.Sprintf("carried quincunx %d", i))
		h.find("RUS", viewdb.Query{Text: "quincunx"}, i+1)
		h.atRest("IRQ", "IRN", "RUS") // each bundle has the whole of it
		bs = append(bs, made{h.export("RUS", "SYR", 0), uint64(i + 1), uint64(i + 1)})
	}
	bs = append(bs, made{h.export("RUS", "SYR", 2), 5, 2}, made{h.export("RUS", "SYR", 1), 6, 1})
	head := h.nodes["RUS"].station.Certified()
	root, err := tlog.RootAt(head.Size, h.nodes["RUS"].log)
	check(t, err)
	h.change = nil
	fresh, dir := filepath.Join(t.TempDir(), "fresh"), filepath.Join(h.dir, "SYR")
	check(t, os.CopyFS(fresh, os.DirFS(dir)))

	rounds := 12
	if testing.Short() {
		rounds = 3
	}
	for seed := range rounds {
		r := rand.New(rand.NewPCG(uint64(seed), 14))
		restore(t, dir, fresh)
		n, err := Open(context.Background(), h.options("SYR"))
		check(t, err)
		_, custodian, err := n.Section().LogIn(context.Background(), "custodian", "correct horse battery", "test")
		check(t, err)
		h.nodes["SYR"] = &running{Node: n, officers: map[string]section.Officer{"custodian": custodian, "duty": {}}, stop: func() {}}
		last := uint64(0)
		var told []string
		offer := func(b made, short bool) {
			size := n.station.Size()
			file := b.file
			want := ""
			switch {
			case short:
				file = bytes.Clone(file[:len(file)-1-r.IntN(len(file)-1)])
				want = "bundle_truncated"
			case b.number <= last:
				want = "bundle_replay"
			case b.since > last+1:
				want = "bundle_gap"
			}
			_, err := h.importFile("SYR", file)
			told = append(told, fmt.Sprintf("%d(%v)", b.number, short))
			if courierCode(err) != want && !(err == nil && want == "") {
				t.Fatalf("seed %d, %v after %d: %v, want %q", seed, told, last, err, want)
			}
			switch {
			case err == nil:
				last = b.number
			case n.station.Size() != size:
				t.Fatalf("seed %d, %v: refused, and the log went from %d to %d", seed, told, size, n.station.Size())
			case want == "bundle_gap" && !strings.Contains(err.Error(), fmt.Sprintf("--from %d", last+1)):
				t.Errorf("seed %d: the cure is not named: %v", seed, err)
			}
		}
		for range r.IntN(12) {
			offer(bs[r.IntN(len(bs))], r.IntN(4) == 0)
		}
		// What is missing comes at last.
		for last < 4 {
			offer(bs[last], false)
		}
		got, err := tlog.RootAt(n.station.Certified().Size, n.log)
		check(t, err)
		if n.station.Certified().Size != head.Size || got != root {
			t.Errorf("seed %d, %v: certified %d, a member with a line has %d", seed, told, n.station.Certified().Size, head.Size)
		}
		check(t, n.Close())
	}
	delete(h.nodes, "SYR")
}
