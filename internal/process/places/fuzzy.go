package places

import (
	"cmp"
	"hash/maphash"
	"slices"
	"sync"
)

// fuzzy is the index of one country's names by sound: the skeletons, and the
// skeletons with one consonant left out, so that one that is missing, added or
// mistaken still meets (symmetric delete, Garbe's SymSpell). It is built when a
// country is first asked for by a name that is not found as written.
type fuzzy struct {
	names  []soundName
	keys   []soundKey // sorted by hash
	spread int        // entries
}

// soundName is one name of one entry.
type soundName struct {
	entry int32
	sound sound
}

// soundKey leads from a skeleton or a shortened one to a name.
type soundKey struct {
	hash uint32
	name int32 // its place in names, negative (^n) for a shortened skeleton
}

// maxFuzzyCountries bounds the sound indexes a file keeps; the one that is
// asked for beyond takes the place of another.
const maxFuzzyCountries = 12

var soundSeed = maphash.MakeSeed()

func soundHash(s []byte) uint32 { return uint32(maphash.Bytes(soundSeed, s)) }

// fuzzyIndexes are the sound indexes of a file.
type fuzzyIndexes struct {
	mu        sync.Mutex
	byCountry map[string]*fuzzySlot
}

type fuzzySlot struct {
	once sync.Once
	f    *fuzzy
}

// of gives the sound index of a country.
func (x *fuzzyIndexes) of(f *file, code string) *fuzzy {
	x.mu.Lock()
	slot := x.byCountry[code]
	if slot == nil {
		if x.byCountry == nil {
			x.byCountry = map[string]*fuzzySlot{}
		}
		if len(x.byCountry) >= maxFuzzyCountries {
			for other := range x.byCountry {
				delete(x.byCountry, other)
				break
			}
		}
		slot = &fuzzySlot{}
		x.byCountry[code] = slot
	}
	x.mu.Unlock()
	slot.once.Do(func() { slot.f = buildFuzzy(f, code) })
	return slot.f
}

func buildFuzzy(f *file, code string) *fuzzy {
	out := &fuzzy{}
	c, ok := f.byCode[code]
	if !ok {
		return out
	}
	out.spread = c.N
	var buf []byte
	for e := c.At; e < c.At+c.N; e++ {
		r := f.entry(e)
		first := len(out.names)
		add := func(name string) {
			for _, words := range variants(parts(name)) {
				s := soundOf(words)
				if s.phon == "" {
					continue
				}
				if slices.ContainsFunc(out.names[first:], func(n soundName) bool { return n.sound == s }) {
					continue
				}
				n := int32(len(out.names))
				out.names = append(out.names, soundName{int32(e), s})
				out.keys = append(out.keys, soundKey{soundHash([]byte(s.skel)), n})
				if len(s.skel) >= 3 && len(s.skel) <= 14 {
					for i := range len(s.skel) {
						buf = append(append(buf[:0], s.skel[:i]...), s.skel[i+1:]...)
						out.keys = append(out.keys, soundKey{soundHash(buf), ^n})
					}
				}
			}
		}
		add(r.name)
		for _, n := range r.names {
			add(n)
		}
	}
	slices.SortFunc(out.keys, func(a, b soundKey) int { return cmp.Compare(a.hash, b.hash) })
	return out
}

// variants gives the ways a name may be read: as it is, and without the words
// that only say what kind of place it is.
func variants(words []string) [][]string {
	if len(words) == 0 {
		return nil
	}
	out := [][]string{words}
	var plain []string
	for _, w := range words {
		if _, generic := genericWords[w]; !generic {
			plain = append(plain, w)
		}
	}
	if len(plain) > 0 && len(plain) < len(words) {
		out = append(out, plain)
	}
	return out
}

// near calls do with the names whose skeleton is the given one or one
// consonant away.
func (x *fuzzy) near(skel string, do func(n *soundName)) {
	seen := make(map[int32]struct{}, 16)
	visit := func(h uint32, shortened bool) {
		i, _ := slices.BinarySearchFunc(x.keys, h, func(k soundKey, h uint32) int { return cmp.Compare(k.hash, h) })
		for ; i < len(x.keys) && x.keys[i].hash == h; i++ {
			n := x.keys[i].name
			if n < 0 {
				n = ^n
			}
			if _, twice := seen[n]; !twice {
				seen[n] = struct{}{}
				do(&x.names[n])
			}
		}
	}
	visit(soundHash([]byte(skel)), false)
	if len(skel) >= 3 && len(skel) <= 14 {
		var buf [16]byte
		for i := range len(skel) {
			b := append(append(buf[:0], skel[:i]...), skel[i+1:]...)
			visit(soundHash(b), true)
		}
	}
}
