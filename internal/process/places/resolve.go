package places

import (
	"cmp"
	"math"
	"slices"
)

// Query is a place as an event record names it. All fields but one may be
// empty.
type Query struct {
	// Name and Other are the place's name, Other usually in another script;
	// each may hold several places or a place and what it lies in, parted by
	// commas, semicolons or slashes.
	Name, Other string
	// Province and Country are what the place lies in, in any language;
	// Country may be an ISO 3166-1 code.
	Province, Country string
	// Near are places already settled that the one asked for likely lies
	// beside, such as the others of the same report.
	Near []LatLon
}

// Answer is where a place lies.
type Answer struct {
	// Place is the gazetteer's entry.
	Place Entry
	// Km is the radius in kilometres around Place.At within which the place
	// lies.
	Km float64
	// Confidence is between 0 and 1.
	Confidence float64
	// Others are further readings that were possible, the likeliest first, at
	// most five.
	Others []Entry
}

// abstainBelow is the confidence under which Resolve gives no answer; chosen
// on the development half so that nine of ten answers hold.
const abstainBelow = 0.38

// Resolve settles a place by its names and what it lies in. It reports false
// when the names are in no gazetteer or fit several places equally well; the
// answer then still carries the readings in Others.
func (g *Gazetteer) Resolve(q Query) (Answer, bool) {
	r := resolver{g: g, near: q.Near[:min(len(q.Near), 64)]}
	r.hints(q.Province, q.Country)
	segments := segmentsOf(q.Name, q.Other)
	if len(segments) == 0 {
		// Nothing but the hints: the province, else the country.
		switch {
		case len(r.areas) > 0:
			return r.area(r.areas[0].ref)
		case r.countryRef.file >= 0:
			return r.area(r.countryRef)
		}
		return Answer{}, false
	}
	var fallback Answer
	for _, i := range r.order(segments) {
		r.others = r.others[:0]
		for k := range segments {
			if k != i {
				r.others = append(r.others, &segments[k])
			}
		}
		a, ok := r.one(&segments[i])
		if ok {
			return a, true
		}
		if len(fallback.Others) == 0 {
			fallback = a
		}
	}
	if segments[0].class == Section && len(r.areas) > 0 {
		// A quarter that no gazetteer has lies in the province's city.
		city := segmentsOf(q.Province, "")
		if len(city) > 0 {
			city[0].class = City
			if a, ok := r.one(&city[0]); ok && a.Place.Class == City {
				a.Km, a.Confidence = max(a.Km, 10), a.Confidence*0.6
				return a, true
			}
		}
	}
	return fallback, false
}

// order gives the segments in the order in which they are tried: those that
// name a governorate, which others of the field lie in ("Idlib, Khan
// Sheikhoun"), come last.
func (r *resolver) order(segments []segment) []int {
	var first, last []int
	for i := range segments {
		area := false
		if len(segments) > 1 {
			for _, a := range r.areasNamed(&segments[i]) {
				area = area || a.rec.class == Admin1 && a.sim > 0.95
			}
		}
		if area {
			last = append(last, i)
		} else {
			first = append(first, i)
		}
	}
	return append(first, last...)
}

// reading is a candidate place with its weight.
type reading struct {
	ref
	rec    *record
	weight float64
	sim    float64
	inside float64
	exact  bool
	p      float64
}

// one settles a segment.
func (r *resolver) one(seg *segment) (Answer, bool) {
	var all []reading
	r.candidates(seg, func(m ref, rec *record, sim float64, exact bool) {
		if rec.class == Country && r.country != "" && seg.class == classCount && len(r.areas) > 0 {
			return
		}
		x := reading{ref: m, rec: rec, sim: sim, inside: 1, exact: exact}
		x.weight = 16 * (sim - 1)
		if exact {
			x.weight += 1.2
		}
		x.weight += 0.45 * math.Log10(float64(rec.population)+30)
		switch rec.class {
		case Country:
			x.weight += 1
		case Admin1:
			x.weight -= 0.5
		case Admin2:
			x.weight -= 2
		case Admin3:
			x.weight -= 2
		case Section, Spot:
			x.weight -= 1
		case Region, Continent, Water, Land:
			x.weight -= 0.5
		}
		if seg.class != classCount && rec.class != City {
			if rec.class == seg.class {
				x.weight += 3
			} else {
				x.weight -= 0.5
			}
		}
		if len(r.areas) > 0 {
			x.inside = r.inside(m, rec)
			x.weight += 5.5 * (x.inside - 1)
		}
		for _, p := range r.near {
			d := p.Km(rec.at())
			x.weight += 3 / (1 + d*d/(150*150)) / float64(len(r.near))
		}
		all = append(all, x)
	})
	if len(all) == 0 {
		return Answer{}, false
	}
	r.contain(all)
	slices.SortStableFunc(all, func(a, b reading) int { return cmp.Compare(b.weight, a.weight) })
	all = all[:min(len(all), 40)]
	sum := 0.0
	for i := range all {
		all[i].p = math.Exp(1.3 * (all[i].weight - all[0].weight))
		sum += all[i].p
	}
	// Readings within ten kilometres of one another are one answer.
	best := &all[0]
	share, spread := 0.0, 0.0
	for i := range all {
		all[i].p /= sum
		if d := best.rec.at().Km(all[i].rec.at()); d <= 10 {
			share += all[i].p
			if all[i].p > 0.1 {
				spread = max(spread, d)
			}
		}
	}
	quality := 1 / (1 + math.Exp(-18*(best.sim-r.demand(seg, best))))
	if len(r.areas) > 0 && best.inside < 0.5 {
		quality *= 0.3 + best.inside
	}
	if seg.class == classCount && (best.rec.class == Admin2 || best.rec.class == Admin3) && best.rec.km > 12 {
		// The place of a report is the district's town, not its middle.
		quality *= 0.55
	}
	if r.country == "" && len(r.areas) == 0 {
		quality *= 0.95
	}
	a := Answer{Confidence: share * quality}
	for i := range all[1:] {
		if len(a.Others) < 5 && all[i+1].p > 0.03 {
			a.Others = append(a.Others, r.g.describe(all[i+1].ref))
		}
	}
	e := r.g.describe(best.ref)
	if a.Confidence < abstainBelow {
		a.Others = append([]Entry{e}, a.Others...)
		return a, false
	}
	a.Place = e
	a.Km = max(e.Km, spread)
	if seg.near {
		a.Km += 5
	}
	return a, true
}

// demand is how alike the names must be for an even chance. A short name that
// is not the same is mostly another one, and so is a near match in a country of
// which the gazetteer has few places: the one asked for is not in it.
func (r *resolver) demand(seg *segment, best *reading) float64 {
	d := 0.80
	if best.exact {
		return d
	}
	skel := 0
	for i := range seg.names {
		for _, s := range seg.names[i].sounds {
			skel = max(skel, len(s.skel))
		}
	}
	switch {
	case skel <= 2:
		d += 0.10
	case skel == 3:
		d += 0.04
	}
	code := r.g.countryOf(best.ref)
	n := 0
	for _, f := range r.g.files {
		n += f.byCode[code].N
	}
	if n < thinCountry {
		d += 0.05
	}
	return d
}

// thinCountry is the number of places below which a country's villages are
// mostly missing.
const thinCountry = 2000

// contain weighs readings by the other places of the same field: "Al-Bab,
// Aleppo" is the one in or beside Aleppo.
func (r *resolver) contain(all []reading) {
	for _, o := range r.others {
		type other struct {
			ref
			rec *record
			sim float64
		}
		var places []other
		r.candidates(o, func(m ref, rec *record, sim float64, exact bool) {
			if sim >= 0.85 && len(places) < 64 {
				places = append(places, other{m, rec, sim})
			}
		})
		for i := range all {
			x := &all[i]
			best := 0.0
			for _, p := range places {
				if p.ref == x.ref {
					continue
				}
				if p.file == x.file && (x.rec.admin1 == p.entry || x.rec.admin2 == p.entry || x.rec.admin3 == p.entry) {
					best = max(best, 1)
					continue
				}
				d := p.rec.at().Km(x.rec.at())
				reach := max(30, float64(p.rec.km))
				best = max(best, 1/(1+d*d/(reach*reach)))
			}
			x.weight += 3 * best
		}
	}
}

// area answers with an area that was asked for by itself.
func (r *resolver) area(m ref) (Answer, bool) {
	e := r.g.describe(m)
	return Answer{Place: e, Km: e.Km, Confidence: 0.8}, true
}
