// Package load reads gazetteers that an operator brings and builds from them
// an index that the places package opens: Who's On First tables and areas as
// GeoJSON, dumps and name tables of GeoNames, and boundaries of the OCHA common
// operational data sets as shapefiles.
//
// Everything read is foreign: sizes, counts and depths are bounded, and a file
// that is not what it seems is refused with its name and what would cure it.
package load

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"entente/internal/process/places"
)

// IndexName is the file that Build writes into the operator's directory.
const IndexName = "places.bin"

// Bounds of what is read.
const (
	maxFile    = 1 << 30 // bytes of one file, inflated
	maxLine    = 1 << 20
	maxPoints  = 20_000_000 // points of all outlines of one file
	maxAreas   = 100_000
	maxColumns = 512
)

var (
	// ErrFormat is a file in none of the forms that are read, or damaged.
	ErrFormat = errors.New("gazetteer source is not readable")
	// ErrTooLarge is a file beyond the bounds.
	ErrTooLarge = errors.New("gazetteer source is too large")
)

// Report says what Build took from the files.
type Report struct {
	Places int
	Areas  int // places with an outline
	// Files has a line for each file: what it was and what it gave.
	Files []FileReport
}

// FileReport says what one file gave.
type FileReport struct {
	Path   string
	Form   string
	Places int
	// Skipped counts rows without a name or a point.
	Skipped int
	// Note tells why a file gave nothing, if so.
	Note string
}

// collection gathers what the files hold.
type collection struct {
	entries []places.Entry
	index   map[string]int    // id -> entry
	shapes  map[string]*shape // id -> outline
	names   map[string][]string
	sources []places.Source
	points  int
}

// shape is an outline in full, before simplification.
type shape struct {
	places.Shape
	south, north, west, east float64
}

// Build reads the files, joins what is the same place, puts places into the
// areas whose outlines were given, and writes the index into dir. The order of
// the files does not matter, except that of places given twice the first
// point holds.
func Build(dir string, paths []string) (Report, error) {
	var r Report
	c := &collection{index: map[string]int{}, shapes: map[string]*shape{}, names: map[string][]string{}}
	world, err := places.World()
	if err != nil {
		return r, err
	}
	for _, p := range paths {
		before := len(c.entries)
		fr, err := c.read(p)
		if err != nil {
			return r, err
		}
		fr.Path = p
		fr.Places = len(c.entries) - before
		r.Files = append(r.Files, fr)
	}
	c.attachNames(world)
	c.place()
	var shapes []places.Shape
	for _, s := range c.shapes {
		shapes = append(shapes, simplify(s.Shape))
	}
	slices.SortFunc(shapes, func(a, b places.Shape) int { return strings.Compare(a.ID, b.ID) })
	r.Places, r.Areas = len(c.entries), len(shapes)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return r, err
	}
	return r, writeFile(filepath.Join(dir, IndexName), func(w io.Writer) error {
		return places.Write(w, c.entries, shapes, c.sources)
	})
}

// writeFile writes through a temporary file, so that an index that is in use
// is replaced whole or not at all.
func writeFile(path string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".places-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	b := bufio.NewWriterSize(f, 1<<20)
	if err = write(b); err == nil {
		err = b.Flush()
	}
	if err == nil {
		err = f.Chmod(0o644) // an index is no secret; the node may run as another user
	}
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// Open gives the embedded gazetteer together with the index that Build wrote
// into dir; an empty dir gives the embedded one alone.
func Open(dir string) (*places.Gazetteer, error) {
	g, err := places.World()
	if err != nil || dir == "" {
		return g, err
	}
	path := filepath.Join(dir, IndexName)
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("%w: no index in %s; make one with: entente place load --index %s FILE…", places.ErrFile, dir, dir)
	}
	if info.Size() > maxFile {
		return nil, fmt.Errorf("%w: %s has more than %d bytes", ErrTooLarge, path, maxFile)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return g.With(data)
}

// Fingerprint names the gazetteer that Open would give, without opening it.
// Errors: those of Open for an index that is not there.
func Fingerprint(dir string) (string, error) {
	if dir == "" {
		return places.Fingerprint(), nil
	}
	f, err := os.Open(filepath.Join(dir, IndexName))
	if err != nil {
		return "", fmt.Errorf("%w: no index in %s; make one with: entente place load --index %s FILE…", places.ErrFile, dir, dir)
	}
	defer f.Close()
	end := make([]byte, 4)
	if st, err := f.Stat(); err != nil || st.Size() < 4 {
		return "", fmt.Errorf("%w: the index in %s is cut short", places.ErrFile, dir)
	} else if _, err := f.ReadAt(end, st.Size()-4); err != nil {
		return "", err
	}
	return places.Fingerprint(end), nil
}

// read takes one file in, by its name's ending and its first line.
func (c *collection) read(path string) (FileReport, error) {
	f, err := os.Open(path)
	if err != nil {
		return FileReport{}, err
	}
	defer f.Close()
	name := strings.ToLower(filepath.Base(path))
	switch {
	case strings.HasSuffix(name, ".zip"):
		info, err := f.Stat()
		if err != nil {
			return FileReport{}, err
		}
		return c.readZip(f, info.Size(), path)
	case strings.HasSuffix(name, ".shp"):
		return c.readShapefile(path)
	case strings.HasSuffix(name, ".dbf"), strings.HasSuffix(name, ".shx"), strings.HasSuffix(name, ".prj"), strings.HasSuffix(name, ".cpg"):
		return FileReport{Form: "part of a shapefile", Note: "read together with its .shp"}, nil
	}
	return c.readStream(f, path)
}

// readStream reads a table or GeoJSON, inflating it if need be.
func (c *collection) readStream(r io.Reader, path string) (FileReport, error) {
	b := bufio.NewReaderSize(r, 1<<16)
	if magic, _ := b.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(b)
		if err != nil {
			return FileReport{}, fmt.Errorf("%w: %s: %w", ErrFormat, path, err)
		}
		b = bufio.NewReaderSize(z, 1<<16)
	}
	limited := &limit{r: b, left: maxFile, path: path}
	b = bufio.NewReaderSize(limited, 1<<16)
	first, err := b.Peek(1)
	if err != nil && err != io.EOF {
		return FileReport{}, fmt.Errorf("%w: %s: %w", ErrFormat, path, err)
	}
	if len(first) > 0 && (first[0] == '{' || first[0] == '[') {
		return c.readJSON(b, path)
	}
	return c.readTable(b, path)
}

// limit is a reader that fails beyond a number of bytes, so that a small file
// that inflates without end is refused.
type limit struct {
	r    io.Reader
	left int64
	path string
}

func (l *limit) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, fmt.Errorf("%w: %s holds more than %d bytes; split it by country", ErrTooLarge, l.path, maxFile)
	}
	if int64(len(p)) > l.left {
		p = p[:l.left]
	}
	n, err := l.r.Read(p)
	l.left -= int64(n)
	return n, err
}

// add takes an entry in, or joins it to the one of the same id. It reports
// false for an entry that cannot be used.
func (c *collection) add(e places.Entry) (bool, error) {
	e.Names = slices.DeleteFunc(e.Names, func(n string) bool { return strings.TrimSpace(n) == "" })
	if e.Name == "" && len(e.Names) > 0 {
		e.Name = e.Names[0]
	}
	if at, ok := c.index[e.ID]; ok && e.ID != "" {
		old := &c.entries[at]
		old.Names = append(old.Names, e.Name)
		old.Names = append(old.Names, e.Names...)
		old.Same = append(old.Same, e.Same...)
		old.Population = max(old.Population, e.Population)
		old.Km = max(old.Km, e.Km)
		for _, p := range [...]struct{ to, from *string }{{&old.Admin1, &e.Admin1}, {&old.Admin2, &e.Admin2}, {&old.Admin3, &e.Admin3}, {&old.CountryCode, &e.CountryCode}} {
			if *p.to == "" {
				*p.to = *p.from
			}
		}
		return true, nil
	}
	if e.ID == "" || e.Name == "" || !e.At.Valid() || e.At == (places.LatLon{}) {
		return false, nil
	}
	if len(c.entries) >= places.MaxEntries {
		return false, fmt.Errorf("%w: more than %d places; load fewer countries", ErrTooLarge, places.MaxEntries)
	}
	c.index[e.ID] = len(c.entries)
	c.entries = append(c.entries, e)
	return true, nil
}

// source notes where entries come from, once.
func (c *collection) source(name, licence string) {
	if !slices.ContainsFunc(c.sources, func(s places.Source) bool { return s.Name == name }) {
		c.sources = append(c.sources, places.Source{Name: name, Licence: licence})
	}
}

// attachNames gives the names of a table that is keyed by GeoNames id to the
// places that have that id; a place that only the embedded gazetteer has is
// taken over with them.
func (c *collection) attachNames(world *places.Gazetteer) {
	if len(c.names) == 0 {
		return
	}
	for i := range c.entries {
		e := &c.entries[i]
		for _, id := range append([]string{e.ID}, e.Same...) {
			if n, ok := c.names[id]; ok {
				e.Names = append(e.Names, n...)
				delete(c.names, id)
			}
		}
	}
	if len(c.names) == 0 {
		return
	}
	world.Each(func(e places.Entry) bool {
		if n, ok := c.names[e.ID]; ok {
			e.Names = append(slices.Clone(e.Names), n...)
			e.Admin1, e.Admin2, e.Admin3 = "", "", ""
			if used, err := c.add(e); err != nil || !used {
				return err == nil
			}
			delete(c.names, e.ID)
		}
		return len(c.names) > 0
	})
}
