package main

import (
	"context"
	"path/filepath"

	"entente/bench/names"
)

// nameFigures measures the comparison and search of names. Bars hold for the
// half that nothing was improved on.
func nameFigures(ctx context.Context, r *run) ([]figure, error) {
	dir := filepath.Join(r.data, "names")
	var out []figure
	for _, m := range []struct {
		name string
		take func() ([]names.Figure, error)
	}{
		{"names: pairs", func() ([]names.Figure, error) { return names.Pairs(dir, nil) }},
		{"names: list", func() ([]names.Figure, error) { return names.UN(dir, nil) }},
		{"names: single", func() ([]names.Figure, error) { return names.Singles(dir, nil) }},
		{"names: alerts", func() ([]names.Figure, error) { return names.Alerts(dir, nil) }},
		{"names: compare", func() ([]names.Figure, error) { return names.SpeedCompare(dir) }},
		{"names: search", func() ([]names.Figure, error) { return names.SpeedUN(dir) }},
		{"names: a million", func() ([]names.Figure, error) { return names.SpeedMillion(dir) }},
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
			out = append(out, nameFigure(f))
		}
	}
	return out, nil
}

func nameFigure(f names.Figure) figure {
	name := "names: " + f.Name
	if f.Split != "" {
		name += " [" + f.Split + "]"
	}
	fig := shown(name, f.Value, f.Unit)
	bar, demanded := nameBars[f.Name]
	if demanded && f.Split != names.Dev && f.Unit != "P" && f.Unit != "R" {
		if bar.most {
			fig = most(name, f.Value, f.Unit, bar.value)
		} else {
			fig = least(name, f.Value, f.Unit, bar.value)
		}
	}
	if f.N > 0 {
		fig = fig.noted("n=%d", f.N)
	}
	return fig
}

// nameBars are what is demanded, by the figures' names. Of pairs, F1 alone. The
// bar of aliases is for those of good quality and those of bodies: what a list
// itself calls of low quality is no spelling to be found by.
var nameBars = map[string]struct {
	value float64
	most  bool
}{
	"made pairs, persons":                        {value: 0.85},
	"made pairs, organizations":                  {value: 0.85},
	"UN original script":                         {value: 0.95},
	"UN alias, good and organizations":           {value: 0.62},
	"UN pairs, persons":                          {value: 0.85},
	"UN pairs, organizations":                    {value: 0.85},
	"google_ar2en, to Latin":                     {value: 0.93},
	"google_ar2en, from Latin":                   {value: 0.93},
	"wd_arabic, 5000 names, to Latin":            {value: 0.90},
	"wd_arabic, 5000 names, from Latin":          {value: 0.90},
	"wd_russian, 5000 names, to Latin":           {value: 0.94},
	"wd_russian, 5000 names, from Latin":         {value: 0.94},
	"lightly changed persons, list with aliases": {value: 0.99},
	"lightly changed persons, primary names":     {value: 0.99},
	"false alerts, wd_arabic parts":              {value: 0.003, most: true},
	"false alerts, wd_russian parts":             {value: 0.003, most: true},
	"false alerts, frequent Arabic parts":        {value: 0.003, most: true},
	"search over the UN list":                    {value: 5000},
	"search over a million names":                {value: 500},
}
