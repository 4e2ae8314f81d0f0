package logdb

import (
	"bytes"
	"fmt"
	"path/filepath"
	"testing"

	"entente/internal/store"
)

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Of a class so many proofs are kept as are allowed, the first ones; what is kept
// already is no new one, and other classes are not touched.
func TestEvidenceIsBoundedByClass(t *testing.T) {
	l, err := Open(filepath.Join(t.TempDir(), "log.db"), store.Options{Relaxed: true})
	check(t, err)
	defer l.Close()
	ctx := t.Context()
	one := func(class string, i int) Evidence {
		return Evidence{ID: fmt.Sprintf("%s-%02d", class, i), Kind: "envelope", Class: class, Seen: int64(i), Data: bytes.Repeat([]byte{byte(i)}, 10+i)}
	}
	for round := range 2 {
		for i := range 12 {
			for _, class := range []string{"a", "b"} {
				kept, err := l.KeepEvidenceWithin(ctx, one(class, i), 3)
				check(t, err)
				if kept != (i < 3) {
					t.Errorf("round %d: proof %d of class %s kept: %v", round, i, class, kept)
				}
			}
		}
	}
	check(t, l.KeepEvidence(ctx, one("a", 11))) // what must be kept is kept
	n, err := l.CountEvidence(ctx)
	check(t, err)
	list, err := l.ListEvidence(ctx)
	check(t, err)
	if n != 7 || len(list) != 7 {
		t.Fatalf("%d counted, %d listed, want 7", n, len(list))
	}
	for i, e := range list {
		full, ok, err := l.OneEvidence(ctx, e.ID)
		check(t, err)
		if !ok || full.ID != e.ID || full.Kind != e.Kind || full.Class != e.Class || full.Seen != e.Seen || int64(len(full.Data)) != e.Bytes {
			t.Errorf("listed %+v, fetched %+v", e, full)
		}
		if want := one(full.Class, int(full.Seen)); !bytes.Equal(full.Data, want.Data) {
			t.Errorf("%s holds %x", e.ID, full.Data)
		}
		if i > 0 && list[i-1].Seen > e.Seen {
			t.Error("not the oldest first")
		}
	}
	if _, ok, err := l.OneEvidence(ctx, "none"); ok || err != nil {
		t.Errorf("a proof that is not there: %v, %v", ok, err)
	}
}
