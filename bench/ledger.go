package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"entente/act"
	"entente/internal/store"
	"entente/internal/store/viewdb"
	"entente/label"
)

// ledgerFigures measures the disclosure ledger of a nation with a million
// disclosures: pages of 50, with everything that is read for them.
func ledgerFigures(ctx context.Context, r *run) (out []figure, err error) {
	n := 100_000
	if r.full {
		n = 1_000_000
	}
	dir, err := r.scratch()
	if err != nil {
		return nil, err
	}
	v, _, err := viewdb.Open(filepath.Join(dir, "view.db"), store.Options{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, v.Close()) }()
	rest := label.Members("IRN", "IRQ", "RUS", "SYR")
	l := label.Label{Policy: "CENTRE", Class: "RESTRICTED", Rel: rest, Originators: label.Members("IRQ")}
	const portions, holders = 4, 3
	reports := n / (portions * holders)
	id := func(i int64) (id [16]byte) {
		binary.BigEndian.PutUint64(id[:], uint64(i)*11400714819323198485)
		binary.BigEndian.PutUint64(id[8:], uint64(i))
		return id
	}
	var ps []act.Portion
	for range portions {
		p, err := act.NewPortion(act.PortionInput{Label: l, Grade: act.Grade{Reliability: "B", Credibility: "2"}, Lang: "en", Text: "Two lorries with flour were let go at the northern checkpoint.",
			Sources: []act.Source{{Descriptor: "A resident", Kind: act.KindHuman, Originator: "IRQ"}}})
		if err != nil {
			return nil, err
		}
		ps = append(ps, p)
	}
	a, err := act.BuildView(act.View{Type: act.INTREP, Title: "Flour", Written: time.Date(2015, 9, 30, 6, 40, 0, 0, time.UTC), To: rest.Minus(label.Members("IRQ")), Label: l}, ps)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	const run = 2000
	for first := 0; first < reports; first += run {
		var b viewdb.Batch
		for i := first; i < min(first+run, reports); i++ {
			row := viewdb.Report{Index: int64(i), ID: fmt.Sprintf("%032x", i+1), Originator: "IRQ", Own: true, Type: "INTREP", Title: "Flour", Recipients: []string{"IRN", "RUS", "SYR"},
				Holders: []string{"IRN", "RUS", "SYR"}, Act: a.Raw, Text: "flour"}
			for k := range portions {
				p := viewdb.Portion{ID: id(int64(i*portions + k)), Mine: true, Review: 1 << 40}
				if i%10 == 0 {
					p.Review = int64(i + 1) // overdue at any present time
				}
				row.Portions = append(row.Portions, p)
			}
			b.Reports = append(b.Reports, row)
		}
		b.Cursor = int64(min(first+run, reports))
		if err := v.Apply(ctx, b); err != nil {
			return nil, err
		}
	}
	stored := time.Since(began)
	page := func(q viewdb.LedgerQuery) error {
		q.Limit = 51
		rows, err := v.Ledger(ctx, q)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return errors.New("a page of the ledger is empty")
		}
		var at []int64
		var ids [][16]byte
		var refs []viewdb.Ref
		for i := range rows {
			at, ids = append(at, rows[i].Index), append(ids, rows[i].Portion)
			refs = append(refs, viewdb.Ref{ID: rows[i].Portion, Digest: rows[i].Digest})
		}
		slices.Sort(at)
		acts, err := v.ActsAt(ctx, slices.Compact(at))
		if err != nil {
			return err
		}
		for _, raw := range acts {
			if _, err := act.Parse(raw); err != nil {
				return err
			}
		}
		if _, err := v.LatestConsents(ctx, ids, []string{"IRQ"}); err != nil {
			return err
		}
		_, err = v.StandingOfPortions(ctx, refs)
		return err
	}
	one := id(int64(reports * portions / 2))
	for _, c := range []struct {
		name string
		q    viewdb.LedgerQuery
	}{
		{"first page", viewdb.LedgerQuery{}},
		{"first page of one holder", viewdb.LedgerQuery{Holder: "RUS"}},
		{"first page of what is overdue", viewdb.LedgerQuery{Overdue: 1 << 30}},
		{"one portion", viewdb.LedgerQuery{Portion: &one}},
		{"a page from the middle", viewdb.LedgerQuery{After: &viewdb.DisclosureAt{Index: int64(reports / 2), Holder: "RUS"}}},
	} {
		var took []time.Duration
		for range 50 {
			began := time.Now()
			if err := page(c.q); err != nil {
				return out, fmt.Errorf("%s: %w", c.name, err)
			}
			took = append(took, time.Since(began))
		}
		slices.Sort(took)
		out = append(out, most(fmt.Sprintf("ledger of %d disclosures: %s, worst of 50", reports*portions*holders, c.name), took[len(took)-1].Seconds()*1000, "ms", 50).
			noted("middle %.1f ms; stored in %.0f s", took[25].Seconds()*1000, stored.Seconds()))
	}
	return out, nil
}
