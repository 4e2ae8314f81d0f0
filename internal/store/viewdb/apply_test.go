package viewdb

import (
	"context"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"entente/internal/store"
)

// invented returns a report with four portions and about 2 KB of words.
func invented(i int64) Report {
	r := Report{Index: i, ID: fmt.Sprintf("%032x", i*2654435761), Originator: "IRQ", Type: "INTREP", Title: fmt.Sprintf("report nr%d", i), Class: "RESTRICTED", Grade: "B2", Recipients: []string{"IRN", "RUS", "SYR"}}
	var b strings.Builder
	for k := int64(0); b.Len() < 2048; k++ {
		fmt.Fprintf(&b, "w%d ", (i*31+k*k*7)%8000)
	}
	r.Text = b.String() + fmt.Sprintf("nr%d", i)
	r.Act = []byte(strings.Repeat("x", 3500))
	for n := range 4 {
		var p Portion
		binary.BigEndian.PutUint64(p.ID[:], uint64(i*4+int64(n))*11400714819323198485)
		r.Portions = append(r.Portions, p)
	}
	return r
}

// Every row of a batch arrives, whatever the number of rows is: those that are
// stored together and those that are left over.
func TestApplyStoresEveryRow(t *testing.T) {
	for _, n := range []int64{1, 15, 16, 17, 200} {
		v, stale, err := Open(filepath.Join(t.TempDir(), "view.db"), store.Options{})
		if err != nil || stale {
			t.Fatal(err, stale)
		}
		defer v.Close()
		b := Batch{Cursor: n}
		for i := range n {
			b.Reports = append(b.Reports, invented(i))
			b.Sent = append(b.Sent, Sent{Index: i, Recipients: []string{"IRN"}})
			b.Quarantined = append(b.Quarantined, Quarantined{Index: 1000 + i, Originator: "IRN", Code: "x"})
			b.Reports[i].Listings = []Designation{{Authority: "UN", List: "A", Reference: fmt.Sprint(i)}}
			b.Reports[i].Own = i%2 == 0
			b.Reports[i].Attachments = [][32]byte{{byte(i)}}
		}
		ctx := context.Background()
		if err := v.Apply(ctx, b); err != nil {
			t.Fatal(err)
		}
		for table, want := range map[string]int64{"report": n, "portion": 4 * n, "designation": n, "attachment": n, "sent": n, "quarantine": n} {
			var got int64
			if err := v.db.Reader.QueryRow(`SELECT count(*) FROM ` + table).Scan(&got); err != nil || got != want {
				t.Errorf("%d reports: %s has %d rows, want %d (%v)", n, table, got, want, err)
			}
		}
		for i := range n {
			if rows, err := v.Find(ctx, Query{Text: fmt.Sprintf("nr%d", i)}); err != nil || len(rows) != 1 || rows[0].Index != i {
				t.Errorf("%d reports: nr%d is found as %v (%v)", n, i, rows, err)
			}
		}
		if c, err := v.Counts(ctx); err != nil || c.Reports != n || c.Quarantined != n || c.Own != (n+1)/2 || c.Listings != n {
			t.Errorf("%d reports: counts %+v (%v)", n, c, err)
		}
		if err := v.Delete(ctx, []int64{0}); err != nil {
			t.Fatal(err)
		}
		if c, err := v.Counts(ctx); err != nil || c.Reports != n-1 || c.Own != (n+1)/2-1 || c.Quarantined != n {
			t.Errorf("%d reports, one deleted: counts %+v (%v)", n, c, err)
		}
		if c, err := v.Cursor(ctx); err != nil || c != n {
			t.Errorf("cursor %d, %v", c, err)
		}
	}
}

func BenchmarkApply(b *testing.B) {
	v, _, err := Open(filepath.Join(b.TempDir(), "view.db"), store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer v.Close()
	const run = 512
	at := int64(0)
	b.ResetTimer()
	for range b.N {
		batch := Batch{}
		b.StopTimer()
		for range run {
			batch.Reports = append(batch.Reports, invented(at))
			at++
		}
		batch.Cursor = at
		b.StartTimer()
		if err := v.Apply(context.Background(), batch); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*run)/b.Elapsed().Seconds(), "reports/s")
}
