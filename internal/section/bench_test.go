package section

import (
	"fmt"
	"testing"
)

// BenchmarkImport is the rate at which an import of 1.5 KB items becomes
// drafts, in calls of 1000.
func BenchmarkImport(b *testing.B) {
	bed := newBed(b)
	batch, err := bed.OpenBatch(bed.ctx, bed.duty, "bench", "made up")
	must(b, err)
	text := make([]byte, 1500)
	for i := range text {
		text[i] = byte('a' + i%26)
	}
	items := func(round int) []ImportItem {
		out := make([]ImportItem, 1000)
		for i := range out {
			key := fmt.Sprintf("%d-%d", round, i)
			out[i] = ImportItem{Key: key, Source: Digest{byte(round), byte(round >> 8), byte(i), byte(i >> 8)},
				Content: Content{Kind: "report", Bytes: append([]byte(key), text...)}}
		}
		return out
	}
	round := 0
	for b.Loop() {
		_, err := bed.ImportDrafts(bed.ctx, bed.duty, batch.ID, fmt.Sprint(round), items(round))
		must(b, err)
		round++
	}
	b.ReportMetric(float64(round)*1000/b.Elapsed().Seconds(), "drafts/s")
}

// BenchmarkAuthenticate is what every request of the desk pays.
func BenchmarkAuthenticate(b *testing.B) {
	bed := newBed(b)
	token, _, err := bed.LogIn(bed.ctx, "irq.duty", password, "")
	must(b, err)
	text := token.Text()
	for b.Loop() {
		if _, err := bed.Authenticate(bed.ctx, text); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkHash is one password hash at the default cost.
func BenchmarkHash(b *testing.B) {
	for b.Loop() {
		hashPassword(password, DefaultArgon2)
	}
}

// BenchmarkRelease is preparing, approving and recording the release of an
// import of 5000 drafts.
func BenchmarkRelease(b *testing.B) {
	bed := newBed(b)
	const size = 5000
	n := 0
	for b.Loop() {
		b.StopTimer()
		batch, err := bed.OpenBatch(bed.ctx, bed.duty, "bench", "made up")
		must(b, err)
		var plans []Plan
		for start := 0; start < size; start += 1000 {
			items := make([]ImportItem, 1000)
			for i := range items {
				key := fmt.Sprintf("%d-%d", n, start+i)
				items[i] = ImportItem{Key: key, Content: Content{Kind: "report", Bytes: []byte(key)}}
			}
			out, err := bed.ImportDrafts(bed.ctx, bed.duty, batch.ID, "", items)
			must(b, err)
			for i, x := range out {
				plans = append(plans, Plan{Draft: x.Draft, Content: ContentDigest(items[i].Content), Plan: somePlan})
			}
		}
		b.StartTimer()
		for start := 0; start < size; start += 1000 {
			must(b, bed.PlanDrafts(bed.ctx, bed.duty, plans[start:start+1000]...))
		}
		d, err := bed.PrepareRelease(bed.ctx, bed.duty, Release{Batch: batch.ID})
		must(b, err)
		_, err = bed.ApproveRelease(bed.ctx, bed.fdo, d.ID, d.Digest)
		must(b, err)
		_, err = bed.BeginRelease(bed.ctx, d.ID)
		must(b, err)
		var done bool
		for start := 0; start < size; start += 1000 {
			left := make([]Left, 1000)
			for i := range left {
				left[i] = Left{Draft: plans[start+i].Draft, Positions: []Position{{Incarnation: 1, Sequence: uint64(n*size + start + i + 1)}}}
			}
			done, err = bed.CompleteRelease(bed.ctx, d.ID, left...)
			must(b, err)
		}
		if !done {
			b.Fatal("not done")
		}
		n++
	}
	b.ReportMetric(float64(n)*size/b.Elapsed().Seconds(), "drafts/s")
}
