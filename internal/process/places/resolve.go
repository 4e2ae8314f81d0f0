package places

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"sync"
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
	for i := range segments {
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
		if i == 0 {
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

// segment is one place of a field: the same place in up to two scripts.
type segment struct {
	names []wording
	class Class // what generic words say; classCount for nothing
	near  bool  // "north of", "countryside of"
}

// wording is one writing of a segment.
type wording struct {
	key     []byte
	words   []string
	plain   []string // without generic and near words
	sounds  []sound  // of words, and of plain if different
	plainBy []byte   // key of plain
}

// maxSegments bounds the places of one field.
const maxSegments = 8

// segmentsOf parts the two fields and pairs them.
func segmentsOf(name, other string) []segment {
	a, b := splitPlaces(name), splitPlaces(other)
	if len(a) == 0 {
		a, b = b, nil
	}
	var out []segment
	for i, s := range a {
		seg := segment{class: classCount}
		seg.add(s)
		// Fields of as many parts are parallel; else the first parts pair.
		if len(b) == len(a) || i == 0 && len(b) > 0 {
			seg.add(b[i])
		}
		if len(seg.names) > 0 && len(out) < maxSegments {
			out = append(out, seg)
		}
	}
	return out
}

// splitPlaces parts a field that may hold several places.
func splitPlaces(s string) []string {
	var out []string
	for p := range strings.FieldsFuncSeq(clip(s), func(r rune) bool {
		switch r {
		case ',', ';', '/', '|', '،', '؛', '(', ')', '[', ']', '\n', '\r', '&', '+', '–', '—', '>':
			return true
		}
		return false
	}) {
		// " and ", " و " and " - " part places when spaces stand on both sides.
		for _, sep := range []string{" and ", " و ", " - ", " и "} {
			p = strings.ReplaceAll(p, sep, "\x00")
		}
		for p := range strings.SplitSeq(p, "\x00") {
			if p = strings.TrimSpace(p); p != "" && len(out) < maxSegments {
				out = append(out, p)
			}
		}
	}
	return out
}

// add takes a writing into the segment.
func (s *segment) add(text string) {
	words := parts(text)
	if len(words) == 0 || len(words) > 24 {
		return
	}
	w := wording{words: words, key: appendKey(nil, text)}
	for i, p := range words {
		if c, generic := genericWords[p]; generic && len(words) > 1 {
			// A generic word at an edge qualifies; in the middle it is the name.
			if i == 0 || i == len(words)-1 {
				if s.class == classCount {
					s.class = c
				}
				continue
			}
		}
		if nearWords[p] && len(words) > 1 && (len(w.plain) == 0 || edge(words[i:])) {
			s.near = true
			continue
		}
		w.plain = append(w.plain, p)
	}
	if len(w.plain) == 0 {
		w.plain = words
	}
	w.plainBy = []byte(strings.Join(w.plain, ""))
	w.sounds = soundings(words)
	if len(w.plain) < len(words) {
		w.sounds = append(w.sounds, soundings(w.plain)...)
	}
	s.names = append(s.names, w)
}

// edge reports that only words of nearness and kind follow.
func edge(words []string) bool {
	for _, w := range words {
		if _, generic := genericWords[w]; !generic && !nearWords[w] {
			return false
		}
	}
	return true
}

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

// soundCountries are the countries whose names are compared by sound when no
// country is given and no name is found as written.
var soundCountries = []string{"SY", "IQ", "LB"}

// Bounds of one query's work.
const (
	maxSounded    = 160 // places compared by sound
	maxConsidered = 600 // places compared at all
)

// candidates calls do with every place that the segment may name: sim says how
// alike the names are, exact that one is the same but for its writing.
func (r *resolver) candidates(seg *segment, do func(m ref, rec *record, sim float64, exact bool)) {
	clear(r.seen)
	if r.seen == nil {
		r.seen = make(map[ref]struct{}, 64)
	}
	type named struct {
		ref
		mask uint8 // which wordings are the place's name as written
	}
	var exact []named
	var buf [32]hit
	var found []match
	for i := range seg.names {
		w := &seg.names[i]
		found, _ = r.g.lookup(w.key, found[:0], buf[:0])
		whole := len(found)
		if string(w.plainBy) != string(w.key) {
			found, _ = r.g.lookup(w.plainBy, found, buf[:0])
		}
	next:
		for f, m := range found {
			// Seas and regions have no country.
			if code := r.g.countryOf(m.ref); r.country != "" && code != r.country && code != "" {
				continue
			}
			mask := uint8(0)
			if f < whole {
				mask = 1 << i
			}
			for k := range exact {
				if exact[k].ref == m.ref {
					exact[k].mask |= mask
					continue next
				}
			}
			if len(exact) < maxConsidered {
				exact = append(exact, named{m.ref, mask})
			}
		}
	}
	for _, n := range exact {
		r.seen[n.ref] = struct{}{}
		rec := r.g.record(n.ref)
		if sim := r.compare(seg, n.ref, rec, n.mask); sim > 0.5 {
			do(n.ref, rec, sim, n.mask != 0)
		}
	}
	countries := soundCountries
	if r.country != "" {
		countries = []string{r.country}
	} else if len(exact) > 0 {
		return
	}
	for i, f := range r.g.files {
		for _, code := range countries {
			if _, ok := f.byCode[code]; !ok {
				continue
			}
			x := f.sounds.of(f, code)
			left := maxSounded
			for n := range seg.names {
				for s := range seg.names[n].sounds {
					x.near(seg.names[n].sounds[s].skel, func(entry int32) {
						m := ref{int32(i), entry}
						if _, twice := r.seen[m]; twice || left == 0 {
							return
						}
						left--
						r.seen[m] = struct{}{}
						rec := f.entry(int(entry))
						if sim := compareSounds(seg, x.of(entry), 0); sim > 0.5 {
							do(m, rec, sim, false)
						}
					})
				}
			}
		}
	}
}

// compare tells how alike a segment's names are to a place's; the wordings of
// mask are the place's names as written.
func (r *resolver) compare(seg *segment, m ref, rec *record, mask uint8) float64 {
	if int(mask) == 1<<len(seg.names)-1 {
		return 1
	}
	if r.country != "" && r.g.countryOf(m) == r.country {
		f := r.g.files[m.file]
		return compareSounds(seg, f.sounds.of(f, r.country).of(m.entry), mask)
	}
	return compareSounds(seg, soundsOf(rec), mask)
}

// compareSounds tells how alike a segment's names are to the sounds of a
// place's names.
func compareSounds(seg *segment, known []sound, mask uint8) float64 {
	var best [2]float64
	n := 0
	for i := range seg.names[:min(len(seg.names), 2)] {
		w := &seg.names[i]
		b := 0.0
		if mask>>i&1 == 1 {
			b = 1
		} else {
			for k := range known {
				s := &known[k]
				for q := range w.sounds {
					if d := len(w.sounds[q].skel) - len(s.skel); d > 3 || d < -3 {
						continue
					}
					cross := s.script != w.sounds[q].script
					v := alike(w.sounds[q].phon, s.phon, cross)
					if cross {
						v *= 0.96
					} else {
						v *= 0.985
					}
					b = max(b, v)
				}
			}
		}
		best[n] = b
		n++
	}
	switch n {
	case 0:
		return 0
	case 1:
		return best[0]
	}
	// Two writings: the better one leads, the other must not contradict it.
	return 0.65*max(best[0], best[1]) + 0.35*min(best[0], best[1])
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
			x.weight += 1.5 / (1 + d*d/2500) / float64(len(r.near))
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
