package node

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"entente/act"
	"entente/internal/exchange"
	"entente/label"
)

// BenchmarkCollect takes whole files in, to drafts that are durable.
func BenchmarkCollect(b *testing.B) {
	const rows, attributes, objects = 20_000, 10_000, 5_000
	var as, os []string
	for i := range attributes {
		as = append(as, fmt.Sprintf(`{"uuid":"%08d-9c1c-4f0e-8a38-3b0c8f0a9e00","type":"domain","category":"Network activity","timestamp":"1451865600","value":"d%d.example","distribution":"5"}`, i, i))
	}
	for i := range objects {
		os = append(os, fmt.Sprintf(`{"type":"tool","spec_version":"2.1","id":"tool--%08d-9c1c-4f0e-8a38-3b0c8f0a9e00","created":"2016-01-01T00:00:00.000Z","modified":"2016-01-01T00:00:00.000Z","name":"tool %d","description":%q}`, i, i, strings.Repeat("an invented tool ", 20)))
	}
	for _, c := range []struct {
		kind CollectKind
		n    int
		raw  string
	}{
		{CollectUCDP, rows, ucdpColumns + manyLines(rows)},
		{CollectMISP, attributes, mispEvent(`"distribution":"3"`, as...)},
		{CollectSTIX, objects, `{"type":"bundle","id":"bundle--5a7d1c52-9c1c-4f0e-8a38-3b0c8f0a9d09","objects":[` + strings.Join(os, ",") + `]}`},
	} {
		b.Run(string(c.kind), func(b *testing.B) {
			h := newHouse(b, nil)
			h.start("IRQ")
			defer h.stopAll()
			b.SetBytes(int64(len(c.raw)))
			for i := 0; b.Loop(); i++ {
				// Another file each time, so that none is known.
				raw := strings.ReplaceAll(c.raw, "2016-01-01T", fmt.Sprintf("%04d-01-01T", 2000+i%1000))
				raw = strings.ReplaceAll(raw, `"timestamp":"14518656`, fmt.Sprintf(`"timestamp":"1%04d656`, i))
				got := h.collect("IRQ", CollectRequest{Kind: c.kind, Name: "f", Origin: everybody(), Reader: strings.NewReader(raw + strings.Repeat("\n", i))})
				if got.Added+got.Changed == 0 {
					b.Fatalf("%+v", got)
				}
			}
			b.ReportMetric(float64(c.n)*float64(b.N)/b.Elapsed().Seconds(), "entries/s")
		})
	}
}

// BenchmarkExport says reports in STIX, and reads them back.
func BenchmarkExport(b *testing.B) {
	var acts []act.Act
	for i := range 1000 {
		var ps []act.Portion
		for k := range 3 {
			p, err := act.NewPortion(portion(mark("RESTRICTED", "IRQ", four...), "IRQ", fmt.Sprintf("portion %d of report %d", k, i)))
			check(b, err)
			ps = append(ps, p)
		}
		a, err := act.BuildView(act.View{ID: act.NewID(), Type: act.INTREP, Title: "A report", Written: time.Date(2016, 1, 4, 0, 0, 0, 0, time.UTC), To: label.Members("IRN"), Label: ps[0].Label}, ps)
		check(b, err)
		acts = append(acts, a)
	}
	var file bytes.Buffer
	b.Run("write", func(b *testing.B) {
		for b.Loop() {
			file.Reset()
			check(b, exchange.Export(&file, acts...))
		}
		b.ReportMetric(float64(len(acts))*float64(b.N)/b.Elapsed().Seconds(), "reports/s")
	})
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			got, err := exchange.Import(bytes.NewReader(file.Bytes()))
			check(b, err)
			if len(got.Reports) != len(acts) {
				b.Fatal(len(got.Reports))
			}
		}
		b.ReportMetric(float64(len(acts))*float64(b.N)/b.Elapsed().Seconds(), "reports/s")
	})
}
