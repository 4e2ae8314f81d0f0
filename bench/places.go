package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	gauge "entente/bench/places"
	"entente/internal/process/places"
)

// placeFigures measures the places: names put on the map, and names found in
// news. Bars hold for the half that nothing was tuned on.
func placeFigures(ctx context.Context, r *run) ([]figure, error) {
	world, err := places.World()
	if err != nil {
		return nil, err
	}
	var out []figure
	for _, c := range []struct {
		name, file string
		read       func(string) ([]gauge.Document, error)
	}{
		{"LGL", "lgl.xml", gauge.ReadLGL},
		{"GeoVirus", "GeoVirus.xml", gauge.ReadGeoVirus},
	} {
		docs, err := c.read(filepath.Join(r.data, "geoparse", c.file))
		if errors.Is(err, fs.ErrNotExist) {
			out = append(out, absent("places in "+c.name, err))
			continue
		}
		if err != nil {
			return out, err
		}
		bytes := 0
		for _, d := range docs {
			bytes += len(d.Text)
		}
		began := time.Now()
		for _, half := range []struct {
			name string
			held bool
		}{{"dev", false}, {"held", true}} {
			g := gauge.Geoparse(world, gauge.Half(docs, half.held))
			name := "places in " + c.name + ": found ones within 161 km [" + half.name + "]"
			f := shown(name, g.Accuracy(), "share")
			if half.held {
				f = least(name, g.Accuracy(), "share", 0.85)
			}
			out = append(out, f.noted("recall %.3f over %d names", g.Recall(), g.Gold))
		}
		out = append(out, shown("places in "+c.name+": texts of 3 KB", float64(bytes)/3072/time.Since(began).Seconds(), "1/s"))
	}
	wof := filepath.Join(r.data, "gazetteer", "wof_sy.tsv")
	if _, err := os.Stat(wof); err != nil {
		return append(out, absent("places: names of Syria", err)), nil
	}
	asked, err := gauge.OtherNames(wof)
	if err != nil {
		return out, err
	}
	for _, half := range []struct {
		name string
		held bool
	}{{"dev", false}, {"held", true}} {
		began := time.Now()
		res := gauge.Resolve(world, gauge.HalfAsked(asked, half.held))
		rate := float64(res.Asked) / time.Since(began).Seconds()
		all, of := "places: names of Syria within 10 km, of all ["+half.name+"]", "places: names of Syria within 10 km, of the resolved ["+half.name+"]"
		if half.held {
			out = append(out, least(all, res.Coverage(), "share", 0.70).noted("n=%d, goal .80", res.Asked), least(of, res.Precision(), "share", 0.90).noted("goal .92"))
		} else {
			out = append(out, shown(all, res.Coverage(), "share"), shown(of, res.Precision(), "share"), shown("places: names resolved", rate, "1/s"))
		}
	}
	return out, nil
}
