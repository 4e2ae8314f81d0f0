package node

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"entente/internal/section"
	"entente/label"
)

// collectAndDie takes in a list in a process of its own, which ends without a
// word once it has told of so many entries.
func collectAndDie(n *Node, order childOrder) error {
	_, o, err := n.Section().LogIn(context.Background(), "duty", "correct horse battery", "test")
	if err != nil {
		return err
	}
	list, err := os.ReadFile(order.List)
	if err != nil {
		return err
	}
	_, err = n.Collect(context.Background(), o, CollectRequest{Kind: CollectUNList, Reader: bytes.NewReader(list), Progress: func(p CollectProgress) {
		if p.Items >= int64(order.DieAt) {
			fmt.Println("told", p.Items)
			if p, err := os.FindProcess(os.Getpid()); err == nil {
				p.Kill()
			}
			select {}
		}
	}})
	return err
}

// A node that is killed in the middle of an import has what it told of, shows the
// import as unfinished and none of it as whole; the same file finishes it. Nothing
// is lost and nothing is there twice, however often it is killed.
func TestKilledImportGoesOn(t *testing.T) {
	const entries = 900
	h := newHouse(t, nil)
	h.start("IRQ")
	defer h.stopAll()
	duty := h.officer("IRQ", "duty", section.RoleDuty)
	h.leave("IRQ")
	list := inventedList(t, entries)
	file := filepath.Join(t.TempDir(), "list.xml")
	check(t, os.WriteFile(file, list, 0o600))
	ctx := context.Background()
	var first string
	had := int64(0)
	for at := 1; at <= 3; at++ { // what it tells of is what it adds
		raw, err := json.Marshal(childOrder{Dir: h.dir, Member: "IRQ", Addresses: map[label.MemberID]string{}, List: file, DieAt: at})
		check(t, err)
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childEnv+"="+string(raw))
		out, err := cmd.Output()
		told := int64(0)
		if _, serr := fmt.Sscanf(strings.TrimSpace(string(out)), "told %d", &told); serr != nil || err == nil {
			t.Fatalf("it was not killed the %d. time: %v\n%s", at, err, out)
		}
		h.start("IRQ")
		all, err := h.nodes["IRQ"].Batches(ctx, duty, noTime, "", 10)
		check(t, err)
		if len(all) != 1 || all[0].State != BatchImporting || first != "" && all[0].ID != first {
			t.Fatalf("killed the %d. time, it has %+v", at, all)
		}
		first = all[0].ID
		if b := all[0]; b.Drafts < had+told || b.Drafts >= entries {
			t.Errorf("killed the %d. time, %d were told and %d are there, before %d", at, told, b.Drafts, had)
		}
		had = all[0].Drafts
		h.leave("IRQ")
	}
	h.start("IRQ")
	collect := func() CollectResult {
		out, err := h.nodes["IRQ"].Collect(ctx, duty, CollectRequest{Kind: CollectUNList, Reader: bytes.NewReader(list)})
		check(t, err)
		return out
	}
	rest := collect()
	if !rest.Resumed || rest.Batch != first || rest.Added != entries-had || rest.Same != 0 {
		t.Errorf("%+v after %d", rest, had)
	}
	b, err := h.nodes["IRQ"].Batch(ctx, duty, first)
	check(t, err)
	if b.State != BatchDrafts || b.Drafts != entries || b.Added != entries {
		t.Errorf("it came to %+v", b)
	}
	if again := collect(); again.Added != 0 {
		t.Errorf("the same again adds %+v", again)
	}
}
