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
	"entente/internal/process/places/load"
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
	more, err := indexFigures(r, world)
	return append(out, more...), err
}

// indexFigures measures names and points of sources that the loaded index does
// not have, at the same bars as the embedded one.
func indexFigures(r *run, world *places.Gazetteer) ([]figure, error) {
	dir := filepath.Join(r.data, "gazetteer")
	var out []figure
	for _, c := range []struct {
		name  string
		alone bool // without what is embedded
		from  []string
		asked func() ([]gauge.Asked, error)
	}{
		{"GeoNames variants in WOF alone", true, []string{"wof_sy.tsv"}, func() ([]gauge.Asked, error) { return gauge.Variants(world, "SY"), nil }},
		{"COD capitals in embedded and WOF", false, []string{"wof_sy.tsv"}, func() ([]gauge.Asked, error) {
			cod, err := loaded(r, dir, true, filepath.Join("cod_syria", "syr_admincapitals.shp"), filepath.Join("cod_syria", "syr_admin1.shp"))
			if err != nil {
				return nil, err
			}
			return gauge.Points(cod, "SY"), nil
		}},
	} {
		asked, err := c.asked()
		var g *places.Gazetteer
		if err == nil {
			g, err = loaded(r, dir, c.alone, c.from...)
		}
		if errors.Is(err, fs.ErrNotExist) {
			out = append(out, absent("places: "+c.name, err))
			continue
		}
		if err != nil {
			return out, err
		}
		for _, half := range []struct {
			name string
			held bool
		}{{"dev", false}, {"held", true}} {
			res := gauge.Resolve(g, gauge.HalfAsked(asked, half.held))
			all, of := "places: "+c.name+", of all ["+half.name+"]", "places: "+c.name+", of the resolved ["+half.name+"]"
			if half.held {
				out = append(out, least(all, res.Coverage(), "share", 0.70).noted("n=%d, goal .80", res.Asked), least(of, res.Precision(), "share", 0.90).noted("goal .92"))
			} else {
				out = append(out, shown(all, res.Coverage(), "share"), shown(of, res.Precision(), "share"))
			}
		}
	}
	return out, nil
}

// loaded builds an index of files and opens it.
func loaded(r *run, dir string, alone bool, files ...string) (*places.Gazetteer, error) {
	to, err := r.scratch()
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, f := range files {
		if _, err := os.Stat(filepath.Join(dir, f)); err != nil {
			return nil, err
		}
		paths = append(paths, filepath.Join(dir, f))
	}
	if _, err := load.Build(to, paths); err != nil {
		return nil, err
	}
	if !alone {
		return load.Open(to)
	}
	raw, err := os.ReadFile(filepath.Join(to, load.IndexName))
	if err != nil {
		return nil, err
	}
	return places.Read(raw)
}
