package names

import "math/bits"

// The sound classes of consonants. They only pre-select: what is compared afterwards are the letters.
const (
	classB = iota // b p
	classF        // f v
	classT        // t d
	classK        // k g q
	classS        // s z sh j
	classL
	classM
	classN
	classR
	classCount

	classX  = classS + 100 // in alt: the sound is s, or two, k and s
	classTS = classX + 1   // in alt: the sound is s, or two, t and s
	classTH = classX + 2   // in alt: the sound is also s, or f in names that came by way of Russian
)

// sound is what a consonant may count as: the classes it surely has, may have, and whether it may vanish.
type sound struct {
	main, alt int8 // classes, -1 none
	mute      bool // it may also be absent from the other spelling
}

const none = -1

// soundOf reads the consonant at i and the letters it takes; ok is false for vowels, breath and unknown letters.
func soundOf(w []rune, i int) (s sound, n int, ok bool) {
	next := rune(0)
	if i+1 < len(w) {
		next = w[i+1]
	}
	switch w[i] {
	case 'b', 'ب', 'پ', 'б', 'п':
		return sound{classB, none, false}, 1, true
	case 'p':
		if next == 'h' {
			return sound{classF, none, false}, 2, true
		}
		return sound{classB, none, false}, 1, true
	case 'f', 'ف', 'ф':
		return sound{classF, none, false}, 1, true
	case 'v', 'ڤ', 'в':
		return sound{classF, none, true}, 1, true
	case 'w':
		return sound{classF, none, true}, 1, true
	case 't':
		switch next {
		case 'h':
			return sound{classT, classTH, false}, 2, true
		case 's', 'z', 'c', 'j':
			return sound{classS, classTS, false}, 2, true
		}
		return sound{classT, none, false}, 1, true
	case 'd':
		switch next {
		case 'h':
			return sound{classT, classS, false}, 2, true
		case 'j', 'z', 's':
			return sound{classS, classTS, false}, 2, true
		}
		return sound{classT, none, false}, 1, true
	case 'ت', 'т', 'د', 'д':
		if next == 'ش' || next == 'ج' || next == 'س' || next == 'ж' || next == 'з' || next == 'с' || next == 'ш' {
			return sound{classS, classTS, false}, 2, true
		}
		return sound{classT, none, false}, 1, true
	case 'ط':
		return sound{classT, none, false}, 1, true
	case 'ض', 'ث', 'ذ', 'ظ':
		return sound{classT, classS, false}, 1, true
	case 'k':
		if next == 'h' {
			return sound{}, 2, false
		}
		return sound{classK, none, false}, 1, true
	case 'q':
		return sound{classK, classS, false}, 1, true
	case 'ك', 'ق', 'گ', 'к':
		return sound{classK, none, false}, 1, true
	case 'г', 'غ':
		return sound{classK, none, true}, 1, true
	case 'g':
		if next == 'h' {
			return sound{classK, none, true}, 2, true
		}
		if next == 'e' || next == 'i' || next == 'y' {
			return sound{classK, classS, false}, 1, true
		}
		return sound{classK, none, false}, 1, true
	case 'c':
		switch {
		case next == 'h':
			return sound{classS, classK, false}, 2, true
		case next == 'k' || next == 'q':
			return sound{classK, none, false}, 2, true
		case next == 'z' || next == 's':
			return sound{classS, none, false}, 2, true
		case next == 'e' || next == 'i' || next == 'y':
			return sound{classS, classK, false}, 1, true
		}
		return sound{classK, classS, false}, 1, true
	case 'x':
		return sound{classS, classX, false}, 1, true
	case 's', 'z':
		if w[i] == 's' && next == 'c' && i+2 < len(w) && w[i+2] == 'h' {
			return sound{classS, none, false}, 3, true
		}
		if next == 'h' || next == 's' && w[i] == 'z' || next == 'z' && w[i] == 's' {
			return sound{classS, none, false}, 2, true
		}
		return sound{classS, none, false}, 1, true
	case 'j':
		return sound{classS, none, true}, 1, true
	case 'ج':
		return sound{classS, classK, false}, 1, true
	case 'س', 'ص', 'ز', 'ش', 'چ', 'ژ', 'с', 'з', 'ш', 'щ', 'ж', 'ч', 'ц':
		return sound{classS, none, false}, 1, true
	case 'l', 'ل', 'ڵ', 'л':
		return sound{classL, none, false}, 1, true
	case 'm', 'م', 'м':
		return sound{classM, none, false}, 1, true
	case 'n', 'ن', 'н':
		return sound{classN, none, false}, 1, true
	case 'r', 'ر', 'ڕ', 'р':
		if next == 'z' {
			return sound{classR, classS, false}, 2, true
		}
		return sound{classR, none, false}, 1, true
	}
	return sound{}, 1, false
}

// skeletonClass is the main sound class of a single letter plus one, 0 for vowels and breath.
func skeletonClass(r rune) byte {
	w := [1]rune{r}
	if s, _, ok := soundOf(w[:], 0); ok {
		return byte(s.main) + 1
	}
	return 0
}

// outline says which classes a word surely and possibly holds, a bit a class, and a second bit for a second time.
type outline struct{ sure, possible uint32 }

func outlineOf(w []rune) outline {
	var o outline
	for i := 0; i < len(w); {
		s, n, ok := soundOf(w, i)
		if ok {
			if s.alt == none && !s.mute && !(i > 0 && w[i] == w[i-1]) {
				bit := uint32(1) << (2 * s.main)
				if o.sure&bit != 0 {
					bit <<= 1
				}
				o.sure |= bit
			}
			for _, c := range [...]int8{s.main, s.alt} {
				if c == classTH {
					o.possible |= 3 << (2 * classF)
					c = classS
				}
				switch c {
				case classX:
					c = classK
				case classTS:
					c = classT
				}
				if c != none {
					o.possible |= 3 << (2 * c)
				}
			}
		}
		i += n
	}
	return o
}

// apart counts the sure consonants of either word that the other cannot have.
func (o outline) apart(p outline) int {
	return bits.OnesCount32(o.sure&^p.possible) + bits.OnesCount32(p.sure&^o.possible)
}

// farApart is the count of foreign consonants from which two words are not aligned at all: one replaced letter makes
// two of them.
const farApart = 3

// skeletons lists the readings of a word as classes, at most eight, each at most maxSkeleton long.
const maxSkeleton = 10

type skeleton struct {
	n int
	c [maxSkeleton]byte
}

func skeletonsOf(w []rune, out []skeleton) []skeleton {
	out = append(out[:0], skeleton{})
	for i := 0; i < len(w); {
		s, n, ok := soundOf(w, i)
		if ok && !(i > 0 && w[i] == w[i-1] && n == 1) {
			live := len(out)
			if len(out) <= 4 {
				for k := range live {
					switch {
					case s.alt == classX || s.alt == classTS:
						first := byte(classT)
						if s.alt == classX {
							first = classK
						}
						out = append(out, out[k])
						out[len(out)-1].push(first)
						out[len(out)-1].push(classS)
						continue
					case s.alt == classTH:
						out = append(out, out[k], out[k])
						out[len(out)-2].push(classF)
						out[len(out)-1].push(classS)
						continue
					}
					if s.alt != none {
						out = append(out, out[k])
						out[len(out)-1].push(byte(s.alt))
					} else if s.mute {
						out = append(out, out[k])
					}
				}
			}
			for k := range live {
				out[k].push(byte(s.main))
			}
		}
		i += n
	}
	return out
}

func (s *skeleton) push(c byte) {
	if s.n < maxSkeleton {
		s.c[s.n] = c
		s.n++
	}
}

// key packs a skeleton, leaving out position skip (-1: none), into a number.
func (s *skeleton) key(skip int) uint64 {
	k := uint64(1)
	for i := range s.n {
		if i != skip {
			k = k<<4 | uint64(s.c[i]+1)
		}
	}
	return k
}

// cutKey marks the key of a skeleton from which a consonant was left out.
const cutKey = 1 << 61

// keysOf appends the retrieval keys of a word: each reading whole and, from two consonants, with any one left out.
// Two words meet when a whole key of the one is a key of the other, or when they share a cut key.
func keysOf(w []rune, work []skeleton, keys []uint64, cuts bool) ([]skeleton, []uint64) {
	work = skeletonsOf(w, work)
	start := len(keys)
	add := func(k uint64) {
		for _, x := range keys[start:] {
			if x == k {
				return
			}
		}
		keys = append(keys, k)
	}
	for i := range work {
		s := &work[i]
		add(s.key(-1))
		if s.n >= 2 && cuts {
			for d := range s.n {
				add(s.key(d) | cutKey)
			}
		}
	}
	return work, keys
}

// keyLetters is the number of consonants in a key.
func keyLetters(k uint64) int { return (63 - bits.LeadingZeros64(k&^cutKey)) / 4 }

// maxPhones bounds the symbols of a rough spelling.
const maxPhones = 14

// rough is a word as a sequence of sound classes: consonants as in the skeletons, one symbol each for the vowels of
// front, back and open kind. plain leaves the vowels out, for the Arabic script, which does the same.
type rough struct {
	n, m   uint8
	length uint8 // letters
	script Script
	alt    bool // there is a second reading
	full   [maxPhones]uint8
	plain  [maxPhones]uint8
}

const (
	phoneA = classCount + iota
	phoneI
	phoneU
	phoneCount
)

func roughOf(w []rune) rough {
	var r rough
	put := func(c uint8) {
		if r.n < maxPhones && !(c >= phoneA && r.n > 0 && r.full[r.n-1] == c) {
			r.full[r.n] = c
			r.n++
		}
	}
	for i := 0; i < len(w); {
		s, n, ok := soundOf(w, i)
		switch {
		case ok && (w[i] == 'w'):
			put(phoneU)
		case ok && !(i > 0 && w[i] == w[i-1] && n == 1):
			put(uint8(s.main))
			if r.m < maxPhones {
				r.plain[r.m] = uint8(s.main)
				r.m++
			}
		case !ok:
			switch w[i] {
			case 'a', 'ا', 'а', 'я', 'ە', 'e', 'э', 'е':
				put(phoneA)
			case 'i', 'y', 'ي', 'ێ', 'и', 'й', 'ы':
				put(phoneI)
			case 'o', 'u', 'و', 'ۆ', 'о', 'у', 'ю':
				put(phoneU)
			}
		}
		i += n
	}
	return r
}

// roughQuery measures rough spellings against one word (Myers 1999, bit-parallel edit distance).
type roughQuery struct {
	full, plain [phoneCount]uint32
	lenF, lenP  uint8
	arabic      bool
}

func (q *roughQuery) set(r *rough, s Script) {
	*q = roughQuery{lenF: r.n, lenP: r.m, arabic: s == Arabic}
	for i := range r.n {
		q.full[r.full[i]] |= 1 << i
	}
	for i := range r.m {
		q.plain[r.plain[i]] |= 1 << i
	}
}

// distance is twice the edit distance to r; when one of the two is Arabic, consonants count three times as much.
func (q *roughQuery) distance(r *rough, s Script) int {
	if q.arabic != (s == Arabic) {
		return 3*myers(&q.plain, q.lenP, r.plain[:r.m]) + myers(&q.full, q.lenF, r.full[:r.n])
	}
	return 2 * myers(&q.full, q.lenF, r.full[:r.n])
}

func myers(peq *[phoneCount]uint32, m uint8, text []uint8) int {
	if m == 0 {
		return len(text)
	}
	pv, mv := ^uint32(0), uint32(0)
	score := int(m)
	top := uint32(1) << (m - 1)
	for _, c := range text {
		eq := peq[c]
		xv := eq | mv
		xh := (((eq & pv) + pv) ^ pv) | eq
		ph := mv | ^(xh | pv)
		mh := pv & xh
		if ph&top != 0 {
			score++
		}
		if mh&top != 0 {
			score--
		}
		ph = ph<<1 | 1
		mh <<= 1
		pv = mh | ^(xv | ph)
		mv = ph & xv
	}
	return score
}
