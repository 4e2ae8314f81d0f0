//go:build long

package node

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
)

// A bundle of 2 GB is made and imported in bounded memory.
func TestCourierTwoGigabytes(t *testing.T) {
	h := courierHouse(t)
	h.custodian("SYR")
	h.cut("SYR")
	ctx := context.Background()
	rus, syr := h.nodes["RUS"], h.nodes["SYR"]
	duty := h.officer("RUS", "duty", section.RoleDuty)
	const files, size = 21, 100 << 20
	var last act.Attachment
	var first [8]byte
	for i := range files {
		first[0] = byte(i)
		a, err := rus.Attach(ctx, duty, fmt.Sprintf("part%d.bin", i), "application/octet-stream", io.MultiReader(bytes.NewReader(first[:]), io.LimitReader(boundless{}, size-8)), nil)
		check(t, err)
		last = a
		p := portion(mark("RESTRICTED", "RUS", four...), "RUS", fmt.Sprintf("part quincunx %d", i))
		p.Attachments = []act.Attachment{a}
		h.releaseReport("RUS", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{p}})
	}
	h.find("RUS", viewdb.Query{Text: "quincunx"}, files)
	h.find("IRQ", viewdb.Query{Text: "quincunx"}, files)

	var most atomic.Uint64
	stop := make(chan struct{})
	go func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most.Store(max(most.Load(), m.HeapInuse))
			select {
			case <-tick.C:
			case <-stop:
				return
			}
		}
	}()
	began := time.Now()
	b, err := rus.ExportBundle(ctx, h.custodian("RUS"), BundleRequest{To: "SYR"})
	check(t, err)
	exported := time.Since(began)
	if b.Size < 2<<30 {
		t.Fatalf("the file has %d bytes", b.Size)
	}
	f, _, err := rus.BundleFile(ctx, h.custodian("RUS"), "SYR", b.Number)
	check(t, err)
	defer f.Close()
	began = time.Now()
	check(t, syr.StageBundle(ctx, h.custodian("SYR"), b.File, 0, b.Size, f, nil))
	rep, err := syr.ImportBundle(ctx, h.custodian("SYR"), b.File, nil)
	check(t, err)
	imported := time.Since(began)
	close(stop)
	if rep.Attachments != files {
		t.Errorf("%d attachments came", rep.Attachments)
	}
	t.Logf("%d MB exported in %v, copied, verified and stored in %v, at most %d MB of heap", b.Size>>20, exported, imported, most.Load()>>20)
	if most.Load() > 512<<20 {
		t.Errorf("%d MB of heap were used", most.Load()>>20)
	}
	h.find("SYR", viewdb.Query{Text: "quincunx"}, files)
	rows := h.find("SYR", viewdb.Query{Text: fmt.Sprint(files - 1)}, 1)
	n := new(written)
	check(t, syr.Attachment(ctx, h.officer("SYR", "duty", section.RoleDuty), rows[0].ID, last.Digest, n))
	if *n != size {
		t.Errorf("%d bytes of an attachment", *n)
	}
}

// boundless is a file without an end.
type boundless struct{}

// Read implements io.Reader.
func (boundless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'e'
	}
	return len(p), nil
}

// written counts what is written.
type written int64

// Write implements io.Writer.
func (c *written) Write(p []byte) (int, error) {
	*c += written(len(p))
	return len(p), nil
}
