package places

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
