package main

import (
	"context"
	"errors"
	"fmt"

	"entente/bench/taxii"
)

// taxiiFigures measures the TAXII server: pages of 100 objects, a different one
// each request, and adding in hundreds.
func taxiiFigures(ctx context.Context, r *run) ([]figure, error) {
	sizes := []int{10_000, 100_000}
	if r.full {
		sizes = []int{10_000, 1_000_000}
	}
	var out []figure
	var rates []float64
	for _, n := range sizes {
		dir, err := r.scratch()
		if err != nil {
			return out, err
		}
		h, err := taxii.Open(ctx, dir, n)
		if err != nil {
			return out, err
		}
		pages, err := h.Pages(ctx, 2000, 2, 100, "")
		if err == nil {
			rates = append(rates, pages)
			out = append(out, shown(fmt.Sprintf("taxii: pages of 100 objects from %d held", n), pages, "1/s"))
			var added float64
			if added, err = h.Add(ctx, 20, 100); err == nil {
				out = append(out, shown(fmt.Sprintf("taxii: objects added in hundreds to %d held", n), added, "1/s"))
			}
		}
		if err := errors.Join(err, h.Close()); err != nil {
			return out, err
		}
	}
	return append(out, most(fmt.Sprintf("taxii: cost of a page, %d over %d held", sizes[1], sizes[0]), rates[0]/rates[1], "×", 1.2)), nil
}
