package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"entente/bench/taxii"
)

// Bars of the TAXII server over OpenTAXII.
const (
	taxiiPageRatio = 25
	taxiiAddRatio  = 20
	taxiiFlat      = 1.2
)

// taxiiFigures measures the TAXII server beside OpenTAXII: pages of 100 objects,
// a different one each request, and adding in hundreds.
func taxiiFigures(ctx context.Context, r *run) ([]figure, error) {
	sizes := []int{10_000, 100_000}
	if r.full {
		sizes = []int{10_000, 1_000_000}
	}
	var houses []*taxii.House
	defer func() {
		for _, h := range houses {
			h.Close()
		}
	}()
	for _, n := range sizes {
		dir, err := r.scratch()
		if err != nil {
			return nil, err
		}
		h, err := taxii.Open(ctx, dir, n)
		if err != nil {
			return nil, err
		}
		houses = append(houses, h)
	}
	base, without := taxii.OpenBaseline(ctx, sizes...)
	if base != nil {
		defer base.Close()
	}
	// The sizes take turns, and so do the servers: what else the machine does
	// falls on all of them.
	const rounds = 3
	var pages, others [2][]float64
	for range rounds {
		for i := range sizes {
			v, err := houses[i].Pages(ctx, 1000, 2, 100, "")
			if err != nil {
				return nil, err
			}
			pages[i] = append(pages[i], v)
			if base == nil {
				continue
			}
			if v, err = base.Pages(ctx, i, 2*time.Second, 2, 100); err != nil {
				return nil, err
			}
			others[i] = append(others[i], v)
		}
	}
	var out []figure
	beside := func(f figure, baseline float64, bar float64) figure {
		if base == nil {
			return f.noted("%v", without)
		}
		return f.over(baseline, bar)
	}
	for i, n := range sizes {
		out = append(out, beside(shown(fmt.Sprintf("taxii: pages of 100 objects from %d held", n), median(pages[i]), "1/s"), median(others[i]), taxiiPageRatio))
	}
	cost := make([]float64, rounds)
	for k := range cost {
		cost[k] = pages[0][k] / pages[1][k]
	}
	out = append(out, most(fmt.Sprintf("taxii: cost of a page, %d over %d held", sizes[1], sizes[0]), median(cost), "×", taxiiFlat))
	if !r.full {
		out = append(out, absent("taxii: pages of 100 objects from 1000000 held", fmt.Errorf("%w here: make bench-full takes it", errNotTaken)))
	}
	for i, n := range sizes {
		added, err := houses[i].Add(ctx, 50, 100)
		if err != nil {
			return out, err
		}
		other := 0.0
		if base != nil {
			if other, err = base.Add(ctx, i, 3, 100); err != nil {
				return out, err
			}
		}
		out = append(out, beside(shown(fmt.Sprintf("taxii: objects added in hundreds to %d held", n), added, "1/s"), other, taxiiAddRatio))
	}
	return out, nil
}

func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(v))
	return s[len(s)/2]
}
