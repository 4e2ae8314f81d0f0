package centre

import (
	"fmt"
	"time"

	"entente/label"
)

// bucket is the token bucket of one originator (spec/quotas.md): it holds ten
// minutes' worth.
type bucket struct {
	leaves, bytes float64
	at            time.Time
}

const bucketMinutes = 10

// charge is what a batch takes of one originator's quota.
type charge struct{ leaves, bytes float64 }

// bucketOf returns an originator's bucket, filled up to now. The caller holds mu.
func (q *sequencer) bucketOf(o label.MemberID) *bucket {
	quota := q.s.found.Charter().Quotas
	leaves, volume := float64(quota.LeavesPerMinute), float64(quota.BytesPerMinute)
	now := time.Now()
	b := q.buckets[o]
	if b == nil {
		b = &bucket{leaves: bucketMinutes * leaves, bytes: bucketMinutes * volume, at: now}
		q.buckets[o] = b
	}
	past := now.Sub(b.at).Minutes()
	b.leaves = min(bucketMinutes*leaves, b.leaves+past*leaves)
	b.bytes = min(bucketMinutes*volume, b.bytes+past*volume)
	b.at = now
	return b
}

// allow adds one envelope to what a batch takes of its originator's quota, or
// refuses it. Nothing is taken before the envelope is verified: what others hand
// in under an originator's name must not use its quota up.
func (q *sequencer) allow(o label.MemberID, bytes int, charged map[label.MemberID]charge) error {
	quota := q.s.found.Charter().Quotas
	q.mu.Lock()
	defer q.mu.Unlock()
	b, c := q.bucketOf(o), charged[o]
	c.leaves, c.bytes = c.leaves+1, c.bytes+float64(bytes)
	if b.leaves < c.leaves || b.bytes < c.bytes {
		q.s.overQuota.Add(1)
		wait := max((c.leaves-b.leaves)/float64(quota.LeavesPerMinute), (c.bytes-b.bytes)/float64(quota.BytesPerMinute))
		return fmt.Errorf("%w: %s may file %d leaves and %d bytes a minute; more is taken in %s",
			ErrQuota, o, quota.LeavesPerMinute, quota.BytesPerMinute, time.Duration(wait*float64(time.Minute)).Round(time.Second))
	}
	charged[o] = c
	return nil
}

// charge takes from the quotas what was logged.
func (q *sequencer) charge(charged map[label.MemberID]charge) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for o, c := range charged {
		b := q.bucketOf(o)
		b.leaves, b.bytes = b.leaves-c.leaves, b.bytes-c.bytes
	}
}

// OverQuota returns how many envelopes this node has refused as the lead, since
// it was opened, because their originator was over its quota.
func (s *Station) OverQuota() int64 { return s.overQuota.Load() }
