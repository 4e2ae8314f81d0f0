package localdb

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"entente/internal/store"
)

// A copy taken while officers work is a whole database with a whole audit log.
func TestSnapshot(t *testing.T) {
	db := fresh(t)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	end := sync.OnceFunc(func() { close(stop); wg.Wait() })
	defer end()
	wg.Go(func() {
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			default:
			}
			if err := db.Update(ctx, func(tx *Tx) error {
				_, err := tx.AppendAudit(AuditRow{At: start, Op: "x", Object: fmt.Sprint(n)})
				return err
			}); err != nil {
				t.Error(err)
			}
		}
	})
	for {
		if h, err := db.Read(ctx).AuditHead(); err != nil || h.Seq > 20 {
			must(t, err)
			break
		}
	}
	path := filepath.Join(t.TempDir(), "copy.db")
	must(t, store.Copy(ctx, db.DB().Path(), path))
	end()
	dup := open(t, path)
	head, faults, err := dup.Read(ctx).VerifyAudit()
	if err != nil || len(faults) > 0 || head.Seq < 20 {
		t.Errorf("head %d, %v, %v", head.Seq, faults, err)
	}
	if _, err := dup.Read(ctx).Officer("irq.duty"); err != nil {
		t.Error(err)
	}
	// The copy's head is on the original's chain.
	if _, faults, err := db.Read(ctx).VerifyAudit(head); err != nil || len(faults) > 0 {
		t.Errorf("%v, %v", faults, err)
	}
}
