package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"entente/bench/nodes"
	"entente/internal/store"
	"entente/internal/store/viewdb"
)

// recallFigures measures what is taken back: how fast it is hidden at all
// holders, and how fast the views of one follow it through everything that was
// made of it.
func recallFigures(ctx context.Context, r *run) (out []figure, err error) {
	dir, err := r.scratch()
	if err != nil {
		return nil, err
	}
	h, err := nodes.New(filepath.Join(dir, "house"))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, h.Stop()) }()
	if err := h.Start(ctx, nodes.Members...); err != nil {
		return nil, err
	}
	n := 50
	if r.full {
		n = 200
	}
	lat, err := h.Recalls(ctx, "IRN", 3, 3_000_000, n)
	if err != nil {
		return nil, err
	}
	out = append(out, most("recall to quarantined at all three holders, p99", lat.P99.Seconds()*1000, "ms", 400).noted("%d recalls, p50 %.0f ms", lat.N, lat.P50.Seconds()*1000))
	took, err := cascade(ctx, filepath.Join(dir, "view.db"), 10_000)
	if err != nil {
		return out, err
	}
	return append(out, most("cascade of a recall through 10,000 derived products", took.Seconds(), "s", 2)), nil
}

// cascade makes views of products that come from one portion, three from each,
// two portions in each, and takes the first back.
func cascade(ctx context.Context, path string, products int) (took time.Duration, err error) {
	v, _, err := viewdb.Open(path, store.Options{})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, v.Close()) }()
	at := func(i int) (p viewdb.Portion) {
		binary.BigEndian.PutUint64(p.ID[:], uint64(i)*11400714819323198485)
		binary.BigEndian.PutUint64(p.ID[8:], uint64(i))
		p.Digest[0] = 1
		return p
	}
	b := viewdb.Batch{Cursor: int64(products) + 1, Reports: []viewdb.Report{{ID: "first", Originator: "IRN", Portions: []viewdb.Portion{at(0)}, Act: []byte("{}")}}}
	for i := 1; i <= products; i++ {
		from := at((i - 1) / 3)
		p := at(i)
		p.Cites = []viewdb.Cite{{ID: from.ID, Digest: from.Digest, Originator: "RUS"}}
		b.Reports = append(b.Reports, viewdb.Report{Index: int64(i), ID: fmt.Sprint("product", i), Originator: "RUS", Portions: []viewdb.Portion{p, at(products + i)},
			Act: bytes.Repeat([]byte("x"), 3000)})
	}
	if err := v.Apply(ctx, b); err != nil {
		return 0, err
	}
	index := int64(products) + 1
	recall := viewdb.Recall{Index: index, Act: "recall", By: "IRN", Kind: "recall", Reason: "error", Portions: []viewdb.Portion{at(0)}}
	begun := time.Now()
	err = v.Apply(ctx, viewdb.Batch{Cursor: index + 1, Said: []viewdb.Said{{Index: index, ID: "recall", Originator: "IRN", Type: "recall", Act: []byte("{}"), Recall: &recall}}})
	took = time.Since(begun)
	if err != nil {
		return took, err
	}
	last, err := v.At(ctx, int64(products))
	if err == nil && last.Review != 1 {
		err = errors.New("the last product is not under review")
	}
	return took, err
}
