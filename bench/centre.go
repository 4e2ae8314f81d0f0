package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"entente/act"
	"entente/bench/nodes"
	"entente/bench/stations"
	"entente/internal/store"
	"entente/label"
)

// labels measures the marking algebra on a product of 100 portions.
func labels(context.Context, *run) ([]figure, error) {
	t := label.DemonstrationTable()
	classes := label.DemonstrationPolicy().Classes
	members := []label.MemberID{"IRN", "IRQ", "RUS", "SYR"}
	portions := make([]label.Label, 100)
	for i := range portions {
		own := members[i%len(members)]
		portions[i] = label.Label{Policy: "CENTRE", Class: classes[i%len(classes)], Rel: label.Members(members[:2+i%3]...).With(own), Originators: label.Members(own)}
	}
	const rounds = 2000
	took := make([]time.Duration, rounds)
	for i := range took {
		began := time.Now()
		if _, _, err := label.Rollup(t, portions, label.Consents{}); err != nil {
			return nil, err
		}
		took[i] = time.Since(began)
	}
	slices.Sort(took)
	return []figure{shown("roll-up of 100 portions, median", float64(took[rounds/2].Nanoseconds())/1000, "µs")}, nil
}

// sequence measures how many envelopes the centre takes, beside a bare fsynced
// SQLite append of the same bytes in the same batches.
func sequence(ctx context.Context, r *run) ([]figure, error) {
	n := 30_000
	if r.full {
		n = 1_000_000
	}
	dir, err := r.scratch()
	if err != nil {
		return nil, err
	}
	c, err := stations.Open(ctx, stations.Options{Dir: dir})
	if err != nil {
		return nil, err
	}
	defer c.Close()
	// Growth is measured from 10,000 leaves on; the short run has less log.
	warm := 2000
	if r.full {
		warm = 10_000
	}
	if _, err := c.Sequence(ctx, warm); err != nil {
		return nil, err
	}
	// In parts, so that a log that grows can be seen to cost no more.
	parts := 4
	var rates []float64
	var total stations.Rate
	for range parts {
		rate, err := c.Sequence(ctx, n/parts)
		if err != nil {
			return nil, err
		}
		rates = append(rates, rate.PerSecond())
		total.Envelopes += rate.Envelopes
		total.Elapsed += rate.Elapsed
	}
	batches, err := batchesOf(ctx, c)
	if err != nil {
		return nil, err
	}
	baseline, err := bareAppend(ctx, filepath.Join(dir, "bare.db"), batches)
	if err != nil {
		return nil, err
	}
	return []figure{
		least(fmt.Sprintf("envelopes of 2 KB logged, mirrored, cosigned by four (%d)", total.Envelopes), total.PerSecond(), "1/s", 3000).over(baseline, 0.25).
			noted("goal 6,000; baseline: bare fsynced SQLite append, %d batches", len(batches)),
		flat("cost of an envelope, last quarter over first", rates[0]/rates[parts-1], r.full).noted("from %d leaves to %d; demanded from 10,000 to 1,000,000", warm, warm+n),
	}, nil
}

// flat is a figure of growth: it is judged only where the log has grown as far
// as is demanded.
func flat(name string, value float64, full bool) figure {
	if full {
		return most(name, value, "×", 1.3)
	}
	return shown(name, value, "×")
}

// batchesOf returns the sizes of the batches in the lead's log.
func batchesOf(ctx context.Context, c *stations.Centre) ([]int, error) {
	rows, err := c.Station(0).Log().DB().Reader.QueryContext(ctx, `SELECT n FROM chunk ORDER BY first`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []int
	for rows.Next() {
		var n int
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, rows.Err()
}

// bareAppend appends rows of 256 + 2,048 bytes in transactions of the given
// sizes, each fsynced, and returns rows a second.
func bareAppend(ctx context.Context, path string, batches []int) (float64, error) {
	db, err := store.Open(path, store.Options{})
	if err != nil {
		return 0, err
	}
	defer db.Close()
	const insert = `INSERT INTO row (id, data) VALUES (?, ?)`
	if err := db.Update(ctx, func(tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, `CREATE TABLE row (id BIGINT PRIMARY KEY, data BLOB NOT NULL)`)
		return err
	}); err != nil {
		return 0, err
	}
	if err := db.Prepare(insert); err != nil {
		return 0, err
	}
	data := make([]byte, 256+2048)
	for i := range data {
		data[i] = byte(i * 31)
	}
	id := 0
	began := time.Now()
	for _, n := range batches {
		if err := db.Update(ctx, func(tx *store.Tx) error {
			for range n {
				if _, err := tx.Run(insert, id, data); err != nil {
					return err
				}
				id++
			}
			return nil
		}); err != nil {
			return 0, err
		}
	}
	return float64(id) / time.Since(began).Seconds(), nil
}

// latency measures single envelopes at 500 a second, each with a report of
// about 2 KB that another member has to open and parse, the median of three
// runs.
func latency(ctx context.Context, r *run) ([]figure, error) {
	dir, err := r.scratch()
	if err != nil {
		return nil, err
	}
	report, err := reportOf2KB()
	if err != nil {
		return nil, err
	}
	c, err := stations.Open(ctx, stations.Options{Dir: dir, Act: report, Read: func(raw []byte) error {
		_, err := act.Parse(raw)
		return err
	}})
	if err != nil {
		return nil, err
	}
	defer c.Close()
	if _, err := c.Latency(ctx, 500, 2*time.Second); err != nil {
		return nil, err
	}
	var p50, p99 []float64
	for range 3 {
		p, err := c.Latency(ctx, 500, 10*time.Second)
		if err != nil {
			return nil, err
		}
		p50 = append(p50, p.P50.Seconds()*1000)
		p99 = append(p99, p.P99.Seconds()*1000)
	}
	slices.Sort(p50)
	slices.Sort(p99)
	return []figure{
		most("submit → certified and readable at another member, at 500/s, p50", p50[1], "ms", 15).noted("median of 3 runs, %.1f to %.1f", p50[0], p50[2]),
		most("submit → certified and readable at another member, at 500/s, p99", p99[1], "ms", 60).noted("median of 3 runs, %.1f to %.1f", p99[0], p99[2]),
	}, nil
}

// reportOf2KB returns the act of a report of four portions, in as many bytes as
// make a body of 2,048.
func reportOf2KB() ([]byte, error) {
	d := nodes.Report("IRQ", 1, 1)
	members := label.Members(nodes.Members...)
	build := func(cut int) (act.Act, error) {
		var portions []act.Portion
		for _, in := range d.Portions {
			in.Text = in.Text[:min(len(in.Text), cut)]
			p, err := act.NewPortion(in)
			if err != nil {
				return act.Act{}, err
			}
			portions = append(portions, p)
		}
		return act.BuildView(act.View{Type: d.ReportType, Title: d.Title, Written: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), To: members, Label: d.Portions[0].Label}, portions)
	}
	for cut := 400; cut > 0; cut -= 10 {
		a, err := build(cut)
		if err != nil {
			return nil, err
		}
		if len(a.Raw) <= 2004 {
			return a.Raw, nil
		}
	}
	return nil, errors.New("no report of four portions fits 2 KB")
}

// catchUp measures how fast a node follows from nothing, over small envelopes.
func catchUp(ctx context.Context, r *run) ([]figure, error) {
	n := 60_000
	if r.full {
		n = 1_000_000
	}
	dir, err := r.scratch()
	if err != nil {
		return nil, err
	}
	c, err := stations.Open(ctx, stations.Options{Dir: dir, ActBytes: 100})
	if err != nil {
		return nil, err
	}
	defer c.Close()
	if _, err := c.Sequence(ctx, n); err != nil {
		return nil, err
	}
	leaves, took, err := c.CatchUp(ctx)
	if err != nil {
		return nil, err
	}
	rate := float64(leaves) / took.Seconds()
	return []figure{least(fmt.Sprintf("catch-up from nothing (%d headers)", leaves), rate, "1/s", 1_000_000.0/15).noted("1,000,000 in %.0f s at this rate; bar 15 s", 1_000_000/rate)}, nil
}
