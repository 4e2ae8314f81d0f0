package places

import (
	"cmp"
	"slices"

	"github.com/golang/geo/s2"
)

// CoarseLevel is the level of the S2 cells that Coarse gives: about ten
// kilometres across, the finest that rule 3 allows for persons and groups.
const CoarseLevel = 10

// LevelFor returns the finest level of S2 cells of which the longest edge is at
// least km kilometres: [CoarseLevel] for 10, and never a finer one.
func LevelFor(km int) int {
	return min(CoarseLevel, s2.MaxEdgeMetric.MaxLevel(float64(km)/earthKm))
}

// Cell is an S2 cell: its token names it, At is its middle and Km the radius
// that covers it.
type Cell struct {
	Token string
	At    LatLon
	Km    float64
}

// Coarse reduces a point to the S2 cell of CoarseLevel that holds it (rule 3).
// The finer point cannot be got back from it: every point of the cell gives
// the same answer. A point off the globe gives false.
func Coarse(p LatLon) (Cell, bool) { return CoarseAt(p, CoarseLevel) }

// CoarseAt is Coarse for a charter that is stricter: a level that [LevelFor]
// gave. A finer one is taken for CoarseLevel.
func CoarseAt(p LatLon, level int) (Cell, bool) {
	if !p.Valid() {
		return Cell{}, false
	}
	id := s2.CellIDFromLatLng(s2.LatLngFromDegrees(p.Lat, p.Lon)).Parent(max(0, min(level, CoarseLevel)))
	mid := id.LatLng()
	c := Cell{Token: id.ToToken(), At: LatLon{mid.Lat.Degrees(), mid.Lng.Degrees()}}
	cell := s2.CellFromCellID(id)
	for k := range 4 {
		v := s2.LatLngFromPoint(cell.Vertex(k))
		c.Km = max(c.Km, c.At.Km(LatLon{v.Lat.Degrees(), v.Lng.Degrees()}))
	}
	return c, true
}

// District gives the smallest area with an outline that holds the point: a
// sub-district, a district, a governorate. Only loaded indexes have outlines;
// without one that holds the point it reports false.
func (g *Gazetteer) District(p LatLon) (Entry, bool) {
	if !p.Valid() {
		return Entry{}, false
	}
	la, lo := int64(p.Lat*1e4), int64(p.Lon*1e4)
	type area struct {
		ref
		file, shape int
		class       Class
		size        int64
	}
	var holding []area
	for i, f := range g.files {
		for k := range f.boxes {
			b := &f.boxes[k]
			if la < b.box[0]-1 || la > b.box[2]+1 || lo < b.box[1]-1 || lo > b.box[3]+1 {
				continue
			}
			class := f.entry(b.entry).class
			if class == Country || !class.admin() {
				continue
			}
			holding = append(holding, area{ref{int32(i), int32(b.entry)}, i, k, class, (b.box[2] - b.box[0]) * (b.box[3] - b.box[1])})
		}
	}
	slices.SortFunc(holding, func(a, b area) int {
		return cmp.Or(cmp.Compare(a.class, b.class), cmp.Compare(a.size, b.size))
	})
	for _, a := range holding {
		if Holds(g.files[a.file].shape(a.shape).Loops, p) {
			return g.describe(a.ref), true
		}
	}
	return Entry{}, false
}

// shape gives outline k.
func (f *file) shape(k int) *Shape { return f.shapes.get(f, k, decodeShape) }

func decodeShape(f *file, k int, raw []byte) Shape {
	d := decoder{b: raw}
	var s Shape
	for range d.count(1) {
		n := d.count(2)
		l := make([]LatLon, 0, n)
		var la, lo int64
		for range n {
			la += d.varint()
			lo += d.varint()
			l = append(l, LatLon{float64(la) / 1e4, float64(lo) / 1e4})
		}
		if d.bad {
			break
		}
		s.Loops = append(s.Loops, l)
	}
	return s
}

// Holds reports that the point lies inside the loops, by the parity of the
// edges that a ray to the east crosses: inside an island, outside in a hole.
// Areas across the 180th meridian are not told apart.
func Holds(loops [][]LatLon, p LatLon) bool {
	in := false
	for _, l := range loops {
		for i, j := 0, len(l)-1; i < len(l); j, i = i, i+1 {
			a, b := l[i], l[j]
			if (a.Lat > p.Lat) != (b.Lat > p.Lat) && p.Lon < (b.Lon-a.Lon)*(p.Lat-a.Lat)/(b.Lat-a.Lat)+a.Lon {
				in = !in
			}
		}
	}
	return in
}
