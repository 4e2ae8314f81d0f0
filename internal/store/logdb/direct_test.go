package logdb

import (
	"context"
	"path/filepath"
	"testing"

	"entente/internal/store"
)

// What has expired is held against its originator no more: what comes after it
// is not refused for good.
func TestWhatExpiredCountsNoMore(t *testing.T) {
	ctx := context.Background()
	l, err := Open(filepath.Join(t.TempDir(), "log.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for i := range byte(3) {
		if _, err := l.PutDirect(ctx, Direct{Hash: [32]byte{i}, Originator: "IRN", Envelope: []byte{i}, Seen: int64(i)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.ExpireDirect(ctx, [32]byte{0}, [32]byte{1}); err != nil {
		t.Fatal(err)
	}
	if expired, err := l.PutDirect(ctx, Direct{Hash: [32]byte{1}, Originator: "IRN", Envelope: []byte{1}, Seen: 9}); err != nil || !expired {
		t.Errorf("what comes again after it expired is not known as that (%v)", err)
	}
	if n, err := l.CountDirect(ctx, "IRN"); err != nil || n != 1 {
		t.Errorf("%d count (%v), want 1", n, err)
	}
	if all, err := l.Directs(ctx); err != nil || len(all) != 3 {
		t.Errorf("that %d came is remembered (%v), want 3", len(all), err)
	}
}
