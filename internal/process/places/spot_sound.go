package places

import "slices"

// Transliterated names have no one spelling: a report on Syria writes "Tal
// Rifaat", "Tell Refaat" or "Tal Rifat". Where a text names such a country, its
// capitalised words that are in no gazetteer as written are looked up by sound
// among the country's places.

// soundedCountries are those whose names come to English by ear.
var soundedCountries = set("SY IQ LB JO IR TR PS YE LY EG AF SA")

// nameHeads begin transliterated names of places.
var nameHeads = set(`tal tel tell tall khan kafr kfar kafar kufr deir dayr der jisr ain ayn ein bab maarat maaret marat maarrat umm al el ras
	jabal jebel wadi qalaat qalat beit bayt khirbet khirbat burj bir nahr hawija hajar rasm`)

// Bounds of the lookup by sound in a text.
const (
	soundLikeness = 0.90 // how alike a name must be
	maxSoundSpans = 400  // spans looked up in one piece of text
	maxSoundWords = 3
)

// bySound finds further mentions once the text's countries are known. It
// returns all mentions in their order and whether there are new ones.
func (f *finder) bySound(g *Gazetteer, mentions []mention) ([]mention, bool) {
	codes := f.countries(g)
	if len(codes) == 0 {
		return mentions, false
	}
	words := f.scan.words
	taken := make([]bool, len(words))
	for _, m := range mentions {
		for i := m.from; i < m.to; i++ {
			taken[i] = true
		}
	}
	before := len(mentions)
	spans := 0
	for i := 0; i < len(words) && spans < maxSoundSpans; i++ {
		w := &words[i]
		if taken[i] || !w.capital || w.script != scriptLatin || w.shout && len(f.scan.keyOf(i)) < 5 {
			continue
		}
		k := f.scan.keyOf(i)
		if functionWords[string(k)] || titleWords[string(k)] || orgWords[string(k)] || neverFirst[string(k)] || givenNames[string(k)] || demonyms[string(k)] || arabicGiven[string(k)] || englishWords[string(k)] {
			continue
		}
		for n := min(maxSoundWords, len(words)-i); n >= 1; n-- {
			if !f.mayName(i, n, taken) {
				continue
			}
			spans++
			if matches := f.sounded(g, i, n, codes); len(matches) > 0 {
				mentions = append(mentions, mention{
					from: i, to: i + n, start: int(w.start), end: int(words[i+n-1].end), matches: matches, container: -1,
				})
				i += n - 1
				break
			}
		}
	}
	if len(mentions) == before {
		return mentions, false
	}
	slices.SortFunc(mentions, func(a, b mention) int { return a.start - b.start })
	return mentions, true
}

// countries gives the codes of the countries that the settled names of the
// text lie in, as far as they are compared by sound: the two most named.
func (f *finder) countries(g *Gazetteer) []string {
	count := map[string]int{}
	for i := range f.joint.groups {
		gr := &f.joint.groups[i]
		if len(gr.cands) > 0 && gr.cands[0].p > 0.5 {
			if code := g.countryOf(gr.cands[0].ref); soundedCountries[code] {
				count[code] += len(gr.mentions)
			}
		}
	}
	var out []string
	for code := range count {
		out = append(out, code)
	}
	slices.SortFunc(out, func(a, b string) int {
		if d := count[b] - count[a]; d != 0 {
			return d
		}
		if a < b {
			return -1
		}
		return 1
	})
	return out[:min(2, len(out))]
}

// mayName reports that n words from i may be the name of a place by how they
// are written and what stands before.
func (f *finder) mayName(i, n int, taken []bool) bool {
	words := f.scan.words
	for k := i; k < i+n; k++ {
		if taken[k] || words[k].number || words[k].script != scriptLatin {
			return false
		}
		if k > i {
			if g := words[k].gap; g != gapSpace && g != gapJoin {
				return false
			}
			if !words[k].capital && !articles[string(f.scan.keyOf(k))] {
				return false
			}
		}
	}
	if !words[i+n-1].capital {
		return false
	}
	// The capitalised run must end where the name ends.
	if e := i + n; e < len(words) && words[e].capital && !taken[e] && (words[e].gap == gapSpace || words[e].gap == gapJoin) {
		return false
	}
	locative := i > 0 && words[i].gap == gapSpace && !words[i-1].capital && locatives[string(f.scan.keyOf(i-1))]
	if n == 1 {
		k := f.scan.keyOf(i)
		return len(k) >= 5 && !commonWords[string(k)] && locative
	}
	return locative || nameHeads[string(f.scan.keyOf(i))]
}

// sounded gives the places of the countries that sound like words i to i+n.
func (f *finder) sounded(g *Gazetteer, i, n int, codes []string) []match {
	var list []string
	for k := i; k < i+n; k++ {
		list = append(list, string(f.scan.keyOf(k)))
	}
	best := soundLikeness
	var out []match
	seen := map[ref]bool{}
	for _, s := range soundings(list) {
		if len(s.skel) < 3 {
			continue
		}
		for fi, file := range g.files {
			for _, code := range codes {
				if _, ok := file.byCode[code]; !ok {
					continue
				}
				x := file.sounds.of(file, code)
				x.near(s.skel, func(entry int32) {
					m := ref{int32(fi), entry}
					if seen[m] || len(seen) > maxSounded {
						return
					}
					seen[m] = true
					for _, known := range x.of(entry) {
						if known.script != scriptLatin {
							continue
						}
						switch v := alike(s.phon, known.phon, false); {
						case v > best+0.02:
							best, out = v, append(out[:0], match{m, nameFurther})
							return
						case v >= best-0.02 && v >= soundLikeness:
							out = append(out, match{m, nameFurther})
							return
						}
					}
				})
			}
		}
	}
	return out[:min(len(out), 32)]
}
