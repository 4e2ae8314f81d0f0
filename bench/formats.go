package main

import (
	"context"
	"path/filepath"

	"entente/bench/formats"
)

// formatFigures measures the readers of exchange formats.
func formatFigures(ctx context.Context, r *run) ([]figure, error) {
	dir := filepath.Join(r.data, "stix")
	var out []figure
	for _, m := range []struct {
		name string
		take func() ([]formats.Figure, error)
	}{
		{"stix: documents", func() ([]formats.Figure, error) {
			return formats.Documents(filepath.Join(dir, "stix21-verdicts-dev.jsonl"))
		}},
		{"stix: patterns", func() ([]formats.Figure, error) { return formats.Patterns(filepath.Join(dir, "patterns-dev.jsonl")) }},
		{"stix: identifiers", func() ([]formats.Figure, error) { return formats.Identifiers(filepath.Join(dir, "sco-ids-dev.jsonl")) }},
		{"stix: bundles", func() ([]formats.Figure, error) {
			return formats.Bundles(filepath.Join(dir, "ics-attack-18.1.json"), filepath.Join(dir, "mobile-attack-17.1.json"), filepath.Join(dir, "capec-2.1.json"))
		}},
		{"misp", func() ([]formats.Figure, error) { return formats.MISP(filepath.Join(dir, "misp-stix-mapping")) }},
	} {
		if err := ctx.Err(); err != nil {
			return out, err
		}
		fs, err := m.take()
		if err != nil {
			out = append(out, absent(m.name, err))
			continue
		}
		for _, f := range fs {
			fig := shown(f.Name, f.Value, f.Unit)
			if f.Unit == "objects/s" {
				fig = least(f.Name, f.Value, f.Unit, 20_000)
			}
			if f.N > 0 {
				fig = fig.noted("n=%d", f.N)
			}
			out = append(out, fig)
		}
	}
	return out, nil
}
