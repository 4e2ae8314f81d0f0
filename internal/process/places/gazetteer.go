package places

import (
	_ "embed"
	"fmt"
	"slices"
	"sync"
)

//go:embed gazetteer/world.bin
var worldFile []byte

// Gazetteer is the world's places together with what an operator loaded. It is
// immutable and safe for concurrent use; what it decodes from its files it
// keeps.
type Gazetteer struct {
	files []*file // the embedded one first
	hints hintCache
}

var world = sync.OnceValues(func() (*Gazetteer, error) {
	f, err := openFile(worldFile, false)
	if err != nil {
		return nil, fmt.Errorf("embedded gazetteer: %w", err)
	}
	return &Gazetteer{files: []*file{f}}, nil
})

// World gives the gazetteer that the program carries. Opening reads the
// directory alone; places are decoded as they are asked for.
func World() (*Gazetteer, error) { return world() }

// Fingerprint names the embedded gazetteer together with files that Write
// wrote, by their checksums, and opens none of them.
func Fingerprint(files ...[]byte) string {
	s := checksum(worldFile)
	for _, f := range files {
		s += "," + checksum(f)
	}
	return s
}

// With gives a gazetteer that also has the places of the given files, each the
// bytes that Write wrote. It fails with ErrFile for a damaged one. The slices
// are kept and must not change.
func (g *Gazetteer) With(files ...[]byte) (*Gazetteer, error) {
	out := &Gazetteer{files: slices.Clone(g.files)}
	for _, data := range files {
		f, err := openFile(data, true)
		if err != nil {
			return nil, err
		}
		out.files = append(out.files, f)
	}
	if len(out.files) > maxFiles {
		return nil, fmt.Errorf("%w: %d files are more than the %d that can be open together; load them into one", ErrFile, len(out.files), maxFiles)
	}
	return out, nil
}

// Read gives a gazetteer of the given files alone, without the embedded one.
func Read(files ...[]byte) (*Gazetteer, error) { return (&Gazetteer{}).With(files...) }

const maxFiles = 16

// Sources lists what the gazetteer was made from, for attribution.
func (g *Gazetteer) Sources() []Source {
	var out []Source
	for _, f := range g.files {
		out = append(out, f.head.Sources...)
	}
	return out
}

// Len is the number of places.
func (g *Gazetteer) Len() int {
	n := 0
	for _, f := range g.files {
		n += f.head.Entries
	}
	return n
}

// ref names a place: the file and its entry there.
type ref struct {
	file  int32
	entry int32
}

func (g *Gazetteer) record(r ref) *record { return g.files[r.file].entry(int(r.entry)) }

// id gives a place's identifier.
func (g *Gazetteer) id(r ref) string {
	rec := g.record(r)
	return g.files[r.file].id(rec.issuer, rec.number)
}

// countryOf gives the place's country code.
func (g *Gazetteer) countryOf(r ref) string { return g.files[r.file].countryOf(int(r.entry)) }

func (f *file) countryOf(entry int) string {
	lo, hi := 0, len(f.head.Countries)
	for lo < hi {
		m := (lo + hi) / 2
		if f.head.Countries[m].At+f.head.Countries[m].N <= entry {
			lo = m + 1
		} else {
			hi = m
		}
	}
	if lo < len(f.head.Countries) {
		return f.head.Countries[lo].Code
	}
	return ""
}

// lookup appends the places of all files that the key leads to.
func (g *Gazetteer) lookup(k []byte, dst []match, buf []hit) (matches []match, longer bool) {
	for i, f := range g.files {
		hits, more := f.lookup(k, buf[:0])
		longer = longer || more
		for _, h := range hits {
			dst = append(dst, match{ref{int32(i), h.entry}, h.kind})
		}
	}
	return dst, longer
}

// match is a place that a key leads to.
type match struct {
	ref
	kind nameKind
}

// describe gives a place as an entry.
func (g *Gazetteer) describe(r ref) Entry {
	rec := g.record(r)
	f := g.files[r.file]
	e := Entry{
		ID: g.id(r), Same: rec.same, Name: rec.name, Names: rec.names, Class: rec.class, At: rec.at(),
		Km: radius(rec.class, int(rec.population), float64(rec.km)), Population: int(rec.population), Capital: rec.capital, CountryCode: g.countryOf(r),
	}
	for _, a := range [...]struct {
		entry int32
		id    *string
	}{{rec.admin1, &e.Admin1}, {rec.admin2, &e.Admin2}, {rec.admin3, &e.Admin3}} {
		if a.entry >= 0 {
			area := f.entry(int(a.entry))
			*a.id = f.id(area.issuer, area.number)
		}
	}
	return e
}

// Each calls do with every place of the gazetteer until it returns false. It
// decodes the whole gazetteer.
func (g *Gazetteer) Each(do func(Entry) bool) {
	for i, f := range g.files {
		for e := range f.head.Entries {
			if !do(g.describe(ref{int32(i), int32(e)})) {
				return
			}
		}
	}
}
