package places

import (
	"math"
	"slices"
)

// Bounds of the joint resolution; beyond them names are resolved by what is
// nearest in the text.
const (
	maxCandidates = 64  // candidates of one name
	maxGroups     = 256 // distinct names that weigh on one another
	contextDepth  = 6   // candidates of a name that weigh on the others
)

// group is one name of a text, all its mentions together: a name means the
// same place throughout a report unless it is told apart by its container.
type group struct {
	key       string
	mentions  []int
	cands     []candidate
	container int // group that explicitly contains this one, -1
}

// candidate is one place that a name may mean.
type candidate struct {
	ref
	kind      nameKind
	class     Class
	country   int32 // number of the country, the same in all files
	admin1    int32 // number of the first-level area within the country, see areaNumber
	admin2    int32
	xyz       [3]float32
	logPop    float32
	score     float32 // without context
	total     float32
	p         float32
	contained bool
	capital   bool
}

// weights of the joint resolution, chosen on the development half of the
// geoparsing corpora; doc/places.md tells how.
type weightSet struct {
	Population, First, Code                                                float32
	Country, Admin1, Admin2, Region, Water, Section, Admin3                float32
	Contained, NotContained, SameAdmin1, SameCountry, Near, Vicinity       float32
	AreaNamed, CountryNamed, CountyNamed, Capital, NearBest, Dilute, Sharp float32
	WorldCapital, WorldCountry                                             float32
}

var weights = weightSet{
	Population: 1.15, First: 3.1, Code: -1,
	Country: 5, Admin1: 1.7, Admin2: -2.2, Region: 3, Water: 5, Section: -1, Admin3: -0.5,
	Contained: 2, NotContained: -1, SameAdmin1: 2.2, SameCountry: 1.25, Near: 10.6, Vicinity: 2,
	AreaNamed: 3.5, CountryNamed: 2.9, CountyNamed: 4, Capital: -0.8, NearBest: 0.5, Dilute: 0.15, Sharp: 1.4,
	WorldCapital: 5, WorldCountry: 5,
}

// joint resolves the names of one text together.
type joint struct {
	g      *Gazetteer
	groups []group
	byKey  map[string]int
	arena  []candidate
}

// areaNumber identifies an area over all files: the file and the entry.
func areaNumber(file, entry int32) int32 {
	if entry < 0 {
		return -1
	}
	return entry | file<<27
}

// fill makes a candidate of a match.
func (g *Gazetteer) candidate(m match) candidate {
	f := g.files[m.file]
	r := f.entry(int(m.entry))
	at := r.at()
	const rad = math.Pi / 180
	sinLat, cosLat := math.Sincos(at.Lat * rad)
	sinLon, cosLon := math.Sincos(at.Lon * rad)
	c := candidate{
		ref: m.ref, kind: m.kind, class: r.class, capital: r.capital, country: countryNumber(f.countryOf(int(m.entry))),
		admin1: areaNumber(m.file, r.admin1), admin2: areaNumber(m.file, r.admin2),
		xyz:    [3]float32{float32(cosLat * cosLon), float32(cosLat * sinLon), float32(sinLat)},
		logPop: float32(math.Log10(float64(r.population) + 30)),
	}
	switch r.class {
	case Admin1:
		c.admin1 = areaNumber(m.file, m.entry)
	case Admin2:
		c.admin2 = areaNumber(m.file, m.entry)
	}
	w := &weights
	c.score = w.Population * c.logPop
	switch c.kind {
	case nameFirst:
		c.score += w.First
	case nameCode:
		c.score += w.Code
	}
	if r.capital {
		c.score += w.Capital
	}
	switch c.class {
	case Country:
		c.score += w.Country
	case Admin1:
		c.score += w.Admin1
	case Admin2:
		c.score += w.Admin2
	case Region, Continent:
		c.score += w.Region + 5
	case Water, Land:
		c.score += w.Water + 4
	case Section, Spot:
		c.score += w.Section
	case Admin3:
		c.score += w.Admin3
	}
	return c
}

// countryNumber packs the two letters of a country code.
func countryNumber(code string) int32 {
	if len(code) != 2 {
		return -1
	}
	return int32(code[0])<<8 | int32(code[1])
}

// km is the distance of two candidates, along the chord: what matters is below
// 1,000 km, where chord and arc agree.
func (c *candidate) km2(d *candidate) float32 {
	x, y, z := c.xyz[0]-d.xyz[0], c.xyz[1]-d.xyz[1], c.xyz[2]-d.xyz[2]
	return (x*x + y*y + z*z) * (earthKm * earthKm)
}

// gather groups the mentions and makes their candidates.
func (j *joint) gather(s *scan, mentions []mention) {
	j.groups, j.arena = j.groups[:0], j.arena[:0]
	if j.byKey == nil {
		j.byKey = map[string]int{}
	}
	clear(j.byKey)
	var buf []byte
	of := make([]int, len(mentions))
	for i := range mentions {
		m := &mentions[i]
		buf = s.span(buf[:0], m.from, m.to)
		if m.container >= 0 {
			c := &mentions[m.container]
			buf = append(buf, ',')
			buf = s.span(buf, c.from, c.to)
		}
		n, ok := j.byKey[string(buf)]
		if !ok {
			n = len(j.groups)
			k := string(buf)
			j.byKey[k] = n
			j.groups = append(j.groups, group{key: k, container: -1})
			j.candidates(&j.groups[n], m.matches)
		}
		of[i] = n
		j.groups[n].mentions = append(j.groups[n].mentions, i)
	}
	for i := range mentions {
		if c := mentions[i].container; c >= 0 && of[c] != of[i] {
			j.groups[of[i]].container = of[c]
		}
	}
}

// candidates fills a group's candidates, the most likely by themselves first.
func (j *joint) candidates(gr *group, matches []match) {
	start := len(j.arena)
	for _, m := range matches {
		j.arena = append(j.arena, j.g.candidate(m))
	}
	cs := j.arena[start:]
	slices.SortStableFunc(cs, func(a, b candidate) int {
		switch {
		case a.score > b.score:
			return -1
		case a.score < b.score:
			return 1
		}
		return 0
	})
	if len(j.g.files) > 1 {
		cs = j.merge(cs)
	}
	gr.cands = cs[:min(len(cs), maxCandidates):min(len(cs), maxCandidates)]
}

// merge keeps one of candidates of several files that are the same place: the
// one of the first file, so that a place has one identifier throughout.
func (j *joint) merge(cs []candidate) []candidate {
	out := cs[:0]
next:
	for _, c := range cs {
		for i := range out {
			if o := &out[i]; o.file != c.file && o.country == c.country && o.samePlace(&c) {
				if c.file < o.file {
					score := max(o.score, c.score)
					*o = c
					o.score = score
				}
				continue next
			}
		}
		out = append(out, c)
	}
	return out
}

// sameKm is how far apart the points of two sources for one place lie at most,
// by class: areas are given by their middle or by their seat.
var sameKm = [classCount]float32{City: 8, Section: 4, Admin3: 15, Admin2: 40, Admin1: 120, Country: 1500, Region: 200, Continent: 3000, Water: 200, Land: 50, Spot: 4}

// samePlace reports that two candidates of one name and one country, of
// different files, are one place.
func (c *candidate) samePlace(d *candidate) bool {
	km2 := c.km2(d)
	return c.class == d.class && km2 < sameKm[c.class]*sameKm[c.class] || km2 < 1
}

// lies reports that c lies in the area d.
func (j *joint) lies(c, d *candidate) bool {
	switch d.class {
	case Country:
		return c.country == d.country && c.class != Country
	case Admin1:
		if c.class == Country || c.country != d.country || c.ref == d.ref {
			return false
		}
		return c.admin1 == areaNumber(d.file, d.entry) || c.file != d.file && c.km2(d) < 200*200
	case Admin2, Admin3:
		return c.class != Country && c.class != Admin1 && c.ref != d.ref && (c.admin2 == areaNumber(d.file, d.entry) || c.km2(d) < 40*40)
	case City:
		return (c.class == City || c.class == Section || c.class == Spot) && c.ref != d.ref && c.country == d.country && c.km2(d) < 60*60
	case Region, Continent, Land, Water:
		r := j.g.record(d.ref)
		return c.ref != d.ref && float64(c.km2(d)) < float64(r.km)*float64(r.km)*1.5
	}
	return false
}

// resolve settles every group: the candidates' own weight, what contains them,
// what the text names beside them, and how near they lie to one another.
func (j *joint) resolve() {
	w := &weights
	for i := range j.groups {
		gr := &j.groups[i]
		for k := range gr.cands {
			c := &gr.cands[k]
			c.total = c.score
			if gr.container >= 0 {
				holds := false
				for m := range j.groups[gr.container].cands {
					if j.lies(c, &j.groups[gr.container].cands[m]) {
						holds = true
						break
					}
				}
				c.contained = holds
				if holds {
					c.total += w.Contained
				} else {
					c.total += w.NotContained
				}
			}
		}
		soften(gr.cands)
	}
	context := j.groups[:min(len(j.groups), maxGroups)]
	for range 3 {
		for i := range j.groups {
			j.settle(i, context)
		}
		for i := range j.groups {
			soften(j.groups[i].cands)
		}
	}
}

// settle adds the context's support to the candidates of group i.
func (j *joint) settle(i int, context []group) {
	w := &weights
	gr := &j.groups[i]
	if len(gr.cands) == 0 {
		return
	}
	base := gr.container
	// How much the report is about the world: the other countries it names.
	abroad := float32(0)
	for o := range context {
		if o != i && len(context[o].cands) > 0 && context[o].cands[0].class == Country {
			abroad += context[o].cands[0].p
		}
	}
	abroad /= abroad + 2
	for k := range gr.cands {
		c := &gr.cands[k]
		var near, nearBest, vicinity, state, nation, county, stateNamed, nationNamed float32
		weight := 1 / (1 + w.Dilute*float32(len(context)))
		for o := range context {
			other := &context[o]
			if o == i || len(other.cands) == 0 || o == base && !c.contained {
				continue
			}
			var bestNear, bestVicinity, sameState, sameNation, named, namedNation, namedCounty float32
			for m := range other.cands[:min(len(other.cands), contextDepth)] {
				d := &other.cands[m]
				if d.p < 0.02 || d.ref == c.ref {
					continue
				}
				switch d.class {
				case Country:
					if d.country == c.country {
						namedNation += d.p
					}
					continue
				case Continent, Region:
					continue
				case Admin1:
					if d.admin1 == c.admin1 && c.class != Country {
						named += d.p
					} else if d.country == c.country {
						sameNation += d.p
					}
					continue
				case Admin2:
					if d.admin2 == c.admin2 && c.class != Country && d.admin2 >= 0 {
						namedCounty += d.p
					}
				}
				if d.country == c.country {
					sameNation += d.p
				}
				if d.admin1 == c.admin1 && d.admin1 >= 0 && c.class != Country {
					sameState += d.p
				}
				if c.class == Country || c.class == Continent {
					continue
				}
				d2 := c.km2(d)
				bestNear = max(bestNear, d.p/(1+d2/(40*40)))
				bestVicinity = max(bestVicinity, d.p/(1+d2/(200*200)))
			}
			near += bestNear * weight
			nearBest = max(nearBest, bestNear)
			vicinity += bestVicinity * weight
			state += sameState * weight
			nation += sameNation * weight
			county = max(county, namedCounty)
			stateNamed = max(stateNamed, named)
			nationNamed = max(nationNamed, namedNation)
		}
		c.total = c.score + w.Near*near + w.NearBest*nearBest + w.Vicinity*vicinity + w.SameAdmin1*state + w.SameCountry*nation +
			w.AreaNamed*stateNamed + w.CountryNamed*nationNamed + w.CountyNamed*county
		if c.capital {
			c.total += w.WorldCapital * abroad
		}
		if c.class == Country {
			c.total += w.WorldCountry * abroad
		}
		if gr.container >= 0 {
			if c.contained {
				c.total += w.Contained
			} else {
				c.total += w.NotContained
			}
		}
	}
}

// soften turns totals into probabilities and puts the likeliest first.
func soften(cs []candidate) {
	if len(cs) == 0 {
		return
	}
	slices.SortStableFunc(cs, func(a, b candidate) int {
		switch {
		case a.total > b.total:
			return -1
		case a.total < b.total:
			return 1
		}
		return 0
	})
	var sum float32
	for i := range cs {
		cs[i].p = float32(math.Exp(float64(max(-30, (cs[i].total-cs[0].total)*weights.Sharp))))
		sum += cs[i].p
	}
	for i := range cs {
		cs[i].p /= sum
	}
}
