package places

import (
	"hash/maphash"
	"slices"
	"sync"
)

// fuzzy is the index of one country's names by sound: the skeletons, and the
// skeletons with one consonant left out, so that one that is missing, added or
// mistaken still meets (symmetric delete, Garbe's SymSpell). It is built when a
// country is first asked for by a name that is not found as written.
type fuzzy struct {
	first int      // the country's first entry
	from  []int32  // by entry: where its names begin in sounds
	owner []int32  // by name: its entry
	names []sound  // all names, entry by entry
	keys  []uint64 // hash of a skeleton, whole or cut, above the number of its name; sorted
}

// soundKey joins the hash of a skeleton, or of one that was cut, and the number
// of a name, so that keys sort as integers.
func soundKey(hash uint32, name int) uint64 { return uint64(hash)<<32 | uint64(uint32(name)) }

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
	x := &fuzzy{}
	c, ok := f.byCode[code]
	if !ok {
		return x
	}
	x.first = c.At
	x.from = make([]int32, 0, c.N+1)
	var buf []byte
	for e := c.At; e < c.At+c.N; e++ {
		x.from = append(x.from, int32(len(x.names)))
		for _, s := range soundsOf(f.entry(e)) {
			n := len(x.names)
			x.names = append(x.names, s)
			x.owner = append(x.owner, int32(e))
			x.keys = append(x.keys, soundKey(soundHash([]byte(s.skel)), n))
			if len(s.skel) >= shortestCut && len(s.skel) <= longestCut {
				for i := range len(s.skel) {
					buf = append(append(buf[:0], s.skel[:i]...), s.skel[i+1:]...)
					x.keys = append(x.keys, soundKey(soundHash(buf), n))
				}
			}
		}
	}
	x.from = append(x.from, int32(len(x.names)))
	slices.Sort(x.keys)
	return x
}

// shortestCut and longestCut bound the skeletons of which one consonant may be
// wrong: with two left nothing is told apart.
const (
	shortestCut = 3
	longestCut  = 14
)

// of gives the sounds of an entry.
func (x *fuzzy) of(entry int32) []sound {
	i := int(entry) - x.first
	if i < 0 || i+1 >= len(x.from) {
		return nil
	}
	return x.names[x.from[i]:x.from[i+1]]
}

// soundsOf works out the sounds of a record's names, each once.
func soundsOf(r *record) []sound {
	var out []sound
	add := func(name string) {
		for _, words := range variants(parts(name)) {
			s := soundOf(words)
			if s.phon != "" && !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
	}
	add(r.name)
	for _, n := range r.names[:min(len(r.names), 60)] {
		add(n)
	}
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

// near calls do with the entries of names whose skeleton is the given one or
// one consonant away, some more than once.
func (x *fuzzy) near(skel string, do func(entry int32)) {
	visit := func(h uint32) {
		i, _ := slices.BinarySearch(x.keys, soundKey(h, 0))
		for ; i < len(x.keys) && uint32(x.keys[i]>>32) == h; i++ {
			do(x.owner[uint32(x.keys[i])])
		}
	}
	visit(soundHash([]byte(skel)))
	if len(skel) >= shortestCut && len(skel) <= longestCut {
		var buf [longestCut]byte
		for i := range len(skel) {
			visit(soundHash(append(append(buf[:0], skel[:i]...), skel[i+1:]...)))
		}
	}
}
