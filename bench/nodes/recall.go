package nodes

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"entente/act"
	"entente/internal/node"
	"entente/internal/store/viewdb"
	"entente/label"
)

// Recalls releases n reports numbered from first on, one after the other, and
// takes each back: how long from the officer's word until every other running
// node shows it to nobody.
func (h *House) Recalls(ctx context.Context, m label.MemberID, seed uint64, first, n int) (Latency, error) {
	_, release, err := h.officers(ctx, m)
	if err != nil {
		return Latency{}, err
	}
	own := h.running[m]
	var took []time.Duration
	for i := range n {
		if err := h.Single(ctx, m, Report(m, seed, first+i)); err != nil {
			return Latency{}, err
		}
		word := "nr" + strconv.Itoa(first+i)
		at := map[label.MemberID]string{}
		for o, r := range h.running {
			if err := found1(ctx, r.Node, word); err != nil {
				return Latency{}, err
			}
			rows, err := r.Views().Find(ctx, viewdb.Query{Text: word})
			if err != nil || len(rows) != 1 {
				return Latency{}, fmt.Errorf("%s finds %d reports for %s: %w", o, len(rows), word, errors.Join(err, errNotOne))
			}
			at[o] = rows[0].ID
		}
		start := time.Now()
		if _, err := own.IssueRecall(ctx, release, node.Recall{Kind: act.RecallWithdrawn, Reason: act.ReasonError, Report: at[m]}); err != nil {
			return Latency{}, err
		}
		last := start
		for o, r := range h.running {
			if o == m {
				continue
			}
			for {
				_, err := r.Views().Get(ctx, at[o])
				if errors.Is(err, viewdb.ErrNotFound) {
					break
				}
				if err != nil {
					return Latency{}, err
				}
				time.Sleep(200 * time.Microsecond)
			}
			last = time.Now()
		}
		took = append(took, last.Sub(start))
	}
	slices.Sort(took)
	p := func(p float64) time.Duration { return took[min(len(took)-1, int(p*float64(len(took))))] }
	return Latency{N: n, P50: p(.50), P90: p(.90), P99: p(.99), Max: took[len(took)-1]}, nil
}

var errNotOne = errors.New("a report of its own number is found once")
