package places

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"sync"
)

// areaRef is an area that a hint names.
type areaRef struct {
	ref
	rec  *record
	code string
	sim  float64
}

// resolver settles one query.
type resolver struct {
	g          *Gazetteer
	near       []LatLon
	country    string // ISO code, empty if unknown
	countryRef ref
	areas      []areaRef
	others     []*segment
	seen       map[ref]struct{}
}

// hint is what a pair of province and country was read as.
type hint struct {
	country    string
	countryRef ref
	areas      []areaRef
}

// hintCache keeps what provinces and countries were read as: a table names the
// same few thousands of times.
type hintCache struct {
	mu sync.Mutex
	by map[[2]string]hint
}

// maxHints bounds the cache; a full one is begun anew.
const maxHints = 2048

// hints reads province and country, once for each pair.
func (r *resolver) hints(province, country string) {
	at := [2]string{clip(province), clip(country)}
	c := &r.g.hints
	c.mu.Lock()
	h, ok := c.by[at]
	c.mu.Unlock()
	if !ok {
		r.readHints(at[0], at[1])
		h = hint{r.country, r.countryRef, r.areas}
		c.mu.Lock()
		if c.by == nil || len(c.by) >= maxHints {
			c.by = map[[2]string]hint{}
		}
		c.by[at] = h
		c.mu.Unlock()
	}
	r.country, r.countryRef, r.areas = h.country, h.countryRef, h.areas
}

// readHints reads province and country.
func (r *resolver) readHints(province, country string) {
	r.countryRef = ref{file: -1}
	if c := strings.TrimSpace(country); c != "" {
		r.country, r.countryRef = r.g.countryByName(c)
	}
	p := strings.TrimSpace(province)
	if p == "" {
		return
	}
	for i, seg := range segmentsOf(p, "") {
		if i > 2 {
			break
		}
		r.areas = append(r.areas, r.areasNamed(&seg)...)
	}
	slices.SortStableFunc(r.areas, func(a, b areaRef) int { return cmp.Compare(b.sim, a.sim) })
	if r.country == "" && len(r.areas) > 0 {
		r.country = r.areas[0].code
	}
}

// countryByName finds a country by a name in any language or an ISO code.
func (g *Gazetteer) countryByName(name string) (string, ref) {
	var hits [16]hit
	var found []match
	found, _ = g.lookup(appendKey(nil, name), nil, hits[:0])
	for _, m := range found {
		if g.record(m.ref).class == Country {
			return g.countryOf(m.ref), m.ref
		}
	}
	upper := strings.ToUpper(strings.TrimSpace(name))
	for i, f := range g.files {
		if c, ok := f.byCode[upper]; ok && len(upper) == 2 {
			for e := c.At; e < c.At+c.N && i == 0; e++ {
				if f.entry(e).class == Country {
					return upper, ref{0, int32(e)}
				}
			}
			return upper, ref{file: -1}
		}
	}
	return "", ref{file: -1}
}

// areasNamed finds the areas of a segment in every file: by name as written,
// else by sound.
func (r *resolver) areasNamed(seg *segment) []areaRef {
	var out []areaRef
	best := map[Class]float64{}
	r.candidates(seg, func(m ref, rec *record, sim float64, exact bool) {
		if !rec.class.admin() && rec.class != City || sim < 0.72 || rec.class == City && rec.population < 20_000 {
			return
		}
		if exact {
			sim = 1
		}
		best[rec.class] = max(best[rec.class], sim)
		out = append(out, areaRef{m, rec, r.g.countryOf(m), sim})
	})
	// The highest level that is named well is meant: "Aleppo" in a province's
	// column is the governorate.
	level := City
	for _, c := range []Class{Admin1, Admin2, Admin3, City} {
		if best[c] >= 0.85 || best[c] > 0 && best[c] >= best[level]+0.1 {
			level = c
			break
		}
	}
	// Sources spell and number the same area each in its own way: what is named
	// best takes along what is named well and lies in the same place.
	var sure, kept []areaRef
	for _, a := range out {
		if a.rec.class == level && a.sim >= best[level]-0.03 {
			sure = append(sure, a)
		}
	}
	for _, a := range out {
		same := a.rec.class == level && a.sim >= best[level]-0.03
		for i := range sure {
			same = same || a.rec.class == level && a.sim >= 0.8 && a.rec.at().Km(sure[i].rec.at()) < max(20, 0.6*float64(sure[i].rec.km))
		}
		if same {
			kept = append(kept, a)
		}
	}
	return kept
}

// inside tells whether a place lies in one of the hinted areas: 1 yes, 0 no, or
// something between where only the distance speaks.
func (r *resolver) inside(m ref, rec *record) float64 {
	best := 0.0
	for i := range r.areas {
		a := &r.areas[i]
		if a.ref == m {
			return 1
		}
		if a.file == m.file && (rec.admin1 == a.entry || rec.admin2 == a.entry || rec.admin3 == a.entry) {
			return 1
		}
		d := a.rec.at().Km(rec.at())
		if rec.admin1 < 0 || a.rec.class == City || a.file != m.file && !r.hasAreaIn(m.file) {
			reach := float64(a.rec.km)
			if reach == 0 {
				reach = 60
			}
			best = max(best, min(0.9, math.Exp(-max(0, d-0.5*reach)/(0.5*reach))))
		} else if a.rec.km < 20 && d < 35 {
			best = max(best, 0.7) // "Damascus" is said of all around it
		} else if d < float64(a.rec.km) || d < 30 {
			best = max(best, 0.25) // a border drawn otherwise
		}
	}
	return best
}

// hasAreaIn reports that the hint was found in the file, so that membership by
// record decides.
func (r *resolver) hasAreaIn(file int32) bool {
	for i := range r.areas {
		if r.areas[i].file == file {
			return true
		}
	}
	return false
}
