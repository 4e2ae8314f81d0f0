package main

import (
	"context"
	"path/filepath"
	"strings"

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
		{"stix: a long bundle", func() ([]formats.Figure, error) { return formats.Long(1 << 30) }},
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
			fig := formatFigure(f)
			if f.N > 0 {
				fig = fig.noted("n=%d", f.N)
			}
			out = append(out, fig)
		}
	}
	return out, nil
}

// longMemory is by how many megabytes a bundle of any length may let the
// process grow.
const longMemory = 64

// formatFigure sets a figure beside what is demanded: of shares that say what
// is right the whole, of what misp-stix says otherwise nothing.
func formatFigure(f formats.Figure) figure {
	switch {
	case f.Unit == "objects/s":
		return least(f.Name, f.Value, f.Unit, 20_000)
	case f.Unit == "MB":
		return most(f.Name, f.Value, f.Unit, longMemory)
	case f.Unit == "share" && !strings.HasSuffix(f.Name, "as misp-stix does"):
		return least(f.Name, f.Value, f.Unit, 1)
	}
	return shown(f.Name, f.Value, f.Unit)
}
