package node

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"entente/internal/section"
)

// Imports of one file at once are one import: the others find it taken in.
func TestOneFileTakenInTwiceAtOnce(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	duty := h.officer("IRQ", "duty", section.RoleDuty)
	for _, kind := range []CollectKind{CollectUNList, CollectText} {
		file := []byte("A bridge was closed in the morning.")
		if kind == CollectUNList {
			file = inventedList(t, 400)
		}
		var wg sync.WaitGroup
		got := make([]CollectResult, 4)
		errs := make([]error, len(got))
		for i := range got {
			wg.Go(func() {
				got[i], errs[i] = h.nodes["IRQ"].Collect(context.Background(), duty, CollectRequest{Kind: kind, Name: "file", Reader: bytes.NewReader(file), Origin: everybody()})
			})
		}
		wg.Wait()
		var added, items int64
		for i := range got {
			if errs[i] != nil {
				t.Errorf("%s %d: %v", kind, i, errs[i])
			}
			if got[i].Batch != got[0].Batch {
				t.Errorf("%s: import %s beside %s", kind, got[i].Batch, got[0].Batch)
			}
			added, items = added+got[i].Added, got[i].Items
		}
		if added != items {
			t.Errorf("%s: %d added of %d", kind, added, items)
		}
	}
}

// While one edition of a list is taken in no other is: an older one that was held
// against what stood before would undo what a newer one has brought meanwhile.
func TestEditionsAreTakenInOneAfterAnother(t *testing.T) {
	h := newHouse(t, nil)
	h.start("IRQ")
	defer h.stopAll()
	irq, duty := h.nodes["IRQ"], h.officer("IRQ", "duty", section.RoleDuty)
	newer := CollectRequest{Kind: CollectUNList, Name: "list.xml", Reader: bytes.NewReader(inventedList(t, 600, 3, 5, 2)), Origin: everybody()}
	begun := false
	older := h.collect("IRQ", CollectRequest{Kind: CollectUNList, Name: "list.xml", Reader: bytes.NewReader(inventedList(t, 600)), Origin: everybody(), Progress: func(p CollectProgress) {
		if p.Items == 0 || begun {
			return
		}
		begun = true
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if got, err := irq.Collect(ctx, duty, newer); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the newer list was taken in beside the older one: %d added, %d changed, %v", got.Added, got.Changed, err)
		}
	}})
	if !begun || older.Added != 600 {
		t.Fatalf("of the older one %d added, %d changed", older.Added, older.Changed)
	}
	newer.Reader = bytes.NewReader(inventedList(t, 600, 3, 5, 2))
	if got := h.collect("IRQ", newer); got.Added != 2 || got.Changed != 5 || got.Ended != 3 {
		t.Errorf("of the newer one %d added, %d changed, %d ended", got.Added, got.Changed, got.Ended)
	}
}

// A turn is given to one at a time and name, and waiting for it ends with the
// context.
func TestTakingInWaits(t *testing.T) {
	var turns takingIn
	leave, err := turns.begin(t.Context(), "a")
	check(t, err)
	other, err := turns.begin(t.Context(), "b")
	check(t, err)
	other()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := turns.begin(ended, "a"); !errors.Is(err, context.Canceled) {
		t.Error(fmt.Sprint("waited: ", err))
	}
	leave()
	again, err := turns.begin(t.Context(), "a")
	check(t, err)
	again()
}
