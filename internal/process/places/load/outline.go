package load

import (
	"math"
	"slices"
	"strings"

	"entente/internal/process/places"
)

// newShape checks an outline and works out its box; nil for one without a
// usable loop.
func newShape(id string, loops [][]places.LatLon) *shape {
	s := &shape{Shape: places.Shape{ID: id}, south: 90, north: -90, west: 180, east: -180}
	for _, l := range loops {
		if len(l) < 3 {
			continue
		}
		for _, p := range l {
			if !p.Valid() || math.IsNaN(p.Lat) || math.IsNaN(p.Lon) {
				return nil
			}
			s.south, s.north = min(s.south, p.Lat), max(s.north, p.Lat)
			s.west, s.east = min(s.west, p.Lon), max(s.east, p.Lon)
		}
		s.Loops = append(s.Loops, l)
	}
	if len(s.Loops) == 0 {
		return nil
	}
	return s
}

// middle gives an outline's area in square kilometres and its centre of mass.
func middle(loops [][]places.LatLon) (km2 float64, at places.LatLon) {
	var area, x, y float64
	for _, l := range loops {
		for i := range l {
			j := (i + 1) % len(l)
			c := l[i].Lon*l[j].Lat - l[j].Lon*l[i].Lat
			area += c
			x += (l[i].Lon + l[j].Lon) * c
			y += (l[i].Lat + l[j].Lat) * c
		}
	}
	if area == 0 {
		if len(loops) > 0 && len(loops[0]) > 0 {
			return 0, loops[0][0]
		}
		return 0, places.LatLon{}
	}
	at = places.LatLon{Lat: y / (3 * area), Lon: x / (3 * area)}
	return math.Abs(area/2) * 111.2 * 111.2 * math.Cos(at.Lat*math.Pi/180), at
}

// place puts every place into the areas whose outlines hold it: a boundary
// that was given decides over a parent that a table names, because tables
// leave it out for many.
func (c *collection) place() {
	type area struct {
		*shape
		class places.Class
	}
	byClass := map[places.Class][]area{}
	for id, s := range c.shapes {
		e := &c.entries[c.index[id]]
		if e.Class == places.Admin1 || e.Class == places.Admin2 || e.Class == places.Admin3 {
			byClass[e.Class] = append(byClass[e.Class], area{s, e.Class})
		}
	}
	for class := range byClass {
		// P-codes before other issuers, so that the choice does not depend on
		// the order of a map.
		slices.SortFunc(byClass[class], func(a, b area) int {
			pa, pb := strings.HasPrefix(a.ID, "pcode:"), strings.HasPrefix(b.ID, "pcode:")
			if pa != pb {
				if pa {
					return -1
				}
				return 1
			}
			return strings.Compare(a.ID, b.ID)
		})
	}
	for i := range c.entries {
		e := &c.entries[i]
		for _, level := range [...]struct {
			class places.Class
			to    *string
		}{{places.Admin1, &e.Admin1}, {places.Admin2, &e.Admin2}, {places.Admin3, &e.Admin3}} {
			if e.Class >= level.class && e.Class <= places.Country {
				continue
			}
			for _, a := range byClass[level.class] {
				if e.At.Lat < a.south || e.At.Lat > a.north || e.At.Lon < a.west || e.At.Lon > a.east || a.ID == e.ID {
					continue
				}
				if places.Holds(a.Loops, e.At) {
					*level.to = a.ID
					if e.CountryCode == "" {
						e.CountryCode = c.entries[c.index[a.ID]].CountryCode
					}
					break
				}
			}
		}
	}
	// An area without a country (the properties of some do not tell it) takes
	// the one of what lies in it, because areas and places must share theirs.
	votes := map[string]map[string]int{}
	for i := range c.entries {
		e := &c.entries[i]
		for _, id := range [...]string{e.Admin1, e.Admin2, e.Admin3} {
			if id != "" && e.CountryCode != "" {
				if votes[id] == nil {
					votes[id] = map[string]int{}
				}
				votes[id][e.CountryCode]++
			}
		}
	}
	for id, v := range votes {
		if at, ok := c.index[id]; ok && c.entries[at].CountryCode == "" {
			best, n := "", 0
			for code, k := range v {
				if k > n || k == n && code < best {
					best, n = code, k
				}
			}
			c.entries[at].CountryCode = best
		}
	}
}

// simplify thins an outline to what matters at about 200 metres (Douglas and
// Peucker, The Canadian Cartographer 10, 1973).
func simplify(s places.Shape) places.Shape {
	out := places.Shape{ID: s.ID}
	for _, l := range s.Loops {
		if t := thin(l, 0.002); len(t) >= 3 {
			out.Loops = append(out.Loops, t)
		}
	}
	if len(out.Loops) == 0 {
		return s
	}
	return out
}

func thin(l []places.LatLon, tolerance float64) []places.LatLon {
	if len(l) < 5 {
		return l
	}
	keep := make([]bool, len(l))
	keep[0], keep[len(l)-1] = true, true
	// A stack of ranges instead of recursion: outlines have up to millions of
	// points.
	stack := [][2]int{{0, len(l) - 1}}
	if l[0] == l[len(l)-1] {
		half := len(l) / 2
		keep[half] = true
		stack = [][2]int{{0, half}, {half, len(l) - 1}}
	}
	for len(stack) > 0 {
		a, b := stack[len(stack)-1][0], stack[len(stack)-1][1]
		stack = stack[:len(stack)-1]
		far, at := tolerance, -1
		for i := a + 1; i < b; i++ {
			if d := offLine(l[a], l[b], l[i]); d > far {
				far, at = d, i
			}
		}
		if at > 0 {
			keep[at] = true
			stack = append(stack, [2]int{a, at}, [2]int{at, b})
		}
	}
	var out []places.LatLon
	for i, k := range keep {
		if k {
			out = append(out, l[i])
		}
	}
	return out
}

// offLine is the distance in degrees of p from the line a-b.
func offLine(a, b, p places.LatLon) float64 {
	dx, dy := b.Lon-a.Lon, b.Lat-a.Lat
	n := math.Hypot(dx, dy)
	if n == 0 {
		return math.Hypot(p.Lon-a.Lon, p.Lat-a.Lat)
	}
	return math.Abs(dy*(p.Lon-a.Lon)-dx*(p.Lat-a.Lat)) / n
}
