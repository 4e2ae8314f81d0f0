package places

import (
	"unicode"
	"unicode/utf8"
)

// gap is what stands between a word and the one before it.
type gap uint8

const (
	gapBreak  gap = iota // the beginning, a line end, brackets, dashes
	gapSpace             // spaces only
	gapJoin              // a hyphen or an apostrophe
	gapComma             // a comma
	gapPeriod            // a full stop, which may belong to an abbreviation
	gapStop              // the end of a sentence for sure: ! ? : ;
)

// word is a run of letters and digits of a text.
type word struct {
	start, end int32 // bytes of the text
	key        int32 // where its folded form begins in scan.keys
	keyEnd     int32
	gap        gap
	script     script
	capital    bool // begins in upper case
	shout      bool // upper case throughout, two letters or more
	number     bool
	dotted     bool  // a full stop follows at once
	ownerEnd   int32 // where an English possessive that follows ends: "John's"; 0 for none
}

// scan is a text taken apart into words.
type scan struct {
	text  string
	words []word
	keys  []byte
}

// maxWord bounds a word in bytes; what is longer is cut into pieces.
const maxWord = 96

// letterClass of the ASCII bytes, worked out once.
const (
	asciiApart = iota
	asciiLower
	asciiUpper
	asciiDigit
	asciiDrop
)

var asciiClass = func() (t [utf8.RuneSelf]uint8) {
	for c := range t {
		switch {
		case 'a' <= c && c <= 'z':
			t[c] = asciiLower
		case 'A' <= c && c <= 'Z':
			t[c] = asciiUpper
		case '0' <= c && c <= '9':
			t[c] = asciiDigit
		}
	}
	return t
}()

// run takes text apart. Its slices are reused by the next call.
func (s *scan) run(text string) {
	s.text, s.words, s.keys = text, s.words[:0], s.keys[:0]
	w := word{start: -1}
	g := gapBreak
	letters, uppers, digits := 0, 0, 0
	last := 0 // the end of the word's last letter; marks after it are not of the name
	flush := func() {
		if w.start < 0 {
			return
		}
		w.end, w.keyEnd = int32(last), int32(len(s.keys))
		w.shout = uppers > 1 && uppers == letters
		w.number = letters == 0 && digits > 0
		if w.keyEnd > w.key {
			if letters > 0 && w.script == scriptLatin || w.script == scriptCyrillic {
				k := unmix(s.keys[w.key:w.keyEnd])
				s.keys = append(s.keys[:w.key], k...)
				w.keyEnd = int32(len(s.keys))
			}
			s.words = append(s.words, w)
			g = gapJoin
		}
		w = word{start: -1}
		letters, uppers, digits = 0, 0, 0
	}
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			switch asciiClass[c] {
			case asciiLower, asciiUpper, asciiDigit:
				if w.start < 0 {
					w = word{start: int32(i), key: int32(len(s.keys)), gap: g, script: scriptLatin}
					w.capital = asciiClass[c] == asciiUpper
				} else if i-int(w.start) >= maxWord {
					flush()
					continue
				}
				switch asciiClass[c] {
				case asciiUpper:
					c += 'a' - 'A'
					uppers++
					letters++
				case asciiLower:
					letters++
				default:
					digits++
				}
				s.keys = append(s.keys, c)
				i++
				last = i
				continue
			}
			// An apostrophe inside a word belongs to it when letters follow,
			// except the English possessive.
			if w.start >= 0 && (c == '\'' || c == '`') && s.inner(i, 1) {
				i++
				continue
			}
			if w.start >= 0 && c == '.' {
				w.dotted = true
				// "U.S.": full stops between single letters belong to the word.
				if s.initials(int(w.start), i) {
					i++
					continue
				}
			}
			flush()
			g = widen(g, gapOf(rune(c)))
			i++
			if c == '\'' || c == '`' {
				i += s.possessive(i)
			}
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		f := foldRune(r)
		switch {
		case r == utf8.RuneError && n == 1:
			flush()
			g = widen(g, gapSpace)
		case f == dropRune:
			if w.start >= 0 && (r == '’' || r == '‘' || r == '′') && !s.inner(i, n) {
				flush()
				g = widen(g, gapJoin)
				n += s.possessive(i + n)
			}
		case f == apartRune:
			flush()
			g = widen(g, gapOf(r))
		default:
			if w.start < 0 {
				w = word{start: int32(i), key: int32(len(s.keys)), gap: g, script: scriptOf(r)}
				w.capital = unicode.IsUpper(r)
			} else if i-int(w.start) >= maxWord {
				flush()
				continue
			}
			if unicode.IsLetter(r) {
				letters++
				if unicode.IsUpper(r) {
					uppers++
				}
			} else {
				digits++
			}
			s.keys = appendFold(s.keys, r, f)
			last = i + n
		}
		i += n
	}
	flush()
}

// inner reports that the apostrophe of n bytes at i stands inside a name, as in
// "Sana'a" and "Coeur d'Alene", and is not the English possessive.
func (s *scan) inner(i, n int) bool {
	rest := s.text[i+n:]
	r, m := utf8.DecodeRuneInString(rest)
	if !unicode.IsLetter(r) {
		return false
	}
	if r == 's' || r == 'S' {
		after, _ := utf8.DecodeRuneInString(rest[m:])
		return unicode.IsLetter(after)
	}
	return true
}

// possessive gives the length of the English "s" at i that ends a word.
func (s *scan) possessive(i int) int {
	if i == 0 || i >= len(s.text) || s.text[i]|0x20 != 's' || len(s.words) == 0 {
		return 0
	}
	if r, _ := utf8.DecodeRuneInString(s.text[i+1:]); unicode.IsLetter(r) || unicode.IsDigit(r) {
		return 0
	}
	last := &s.words[len(s.words)-1]
	if int(last.end) < i-3 {
		return 0
	}
	last.ownerEnd = int32(i + 1)
	return 1
}

// initials reports that text[start:i] is a capital or capitals with full stops
// and another capital follows the stop at i, or has just ended one.
func (s *scan) initials(start, i int) bool {
	if i-start > 12 {
		return false
	}
	single := true
	for k := start; k < i; k++ {
		if c := s.text[k]; (k-start)%2 == 0 && (c < 'A' || c > 'Z') || (k-start)%2 == 1 && c != '.' {
			single = false
		}
	}
	// "W.Va.": one capital, a stop, a capitalised rest.
	return (single || i-start == 1) && i+1 < len(s.text) && s.text[i+1] >= 'A' && s.text[i+1] <= 'Z' && s.text[start] >= 'A' && s.text[start] <= 'Z'
}

// widen joins two gaps: the stronger one holds.
func widen(g, next gap) gap {
	strength := [...]uint8{gapBreak: 5, gapSpace: 1, gapJoin: 0, gapComma: 2, gapPeriod: 3, gapStop: 4}
	if strength[next] > strength[g] {
		return next
	}
	return g
}

// gapOf tells what a character between words means.
func gapOf(r rune) gap {
	switch r {
	case ' ', '\t', '\u00a0', '"', '“', '”', '«', '»', '\r':
		return gapSpace
	case '-', '‐', '‑', '’', '\'', '`':
		return gapJoin
	case ',', '،', '、':
		return gapComma
	case '.', '۔', '…':
		return gapPeriod
	case '!', '?', ':', ';', '؟', '؛':
		return gapStop
	}
	if unicode.IsSpace(r) && r != '\n' {
		return gapSpace
	}
	return gapBreak
}

// keyOf gives the folded form of word i; it is valid until the next run.
func (s *scan) keyOf(i int) []byte { return s.keys[s.words[i].key:s.words[i].keyEnd] }

// span gives the folded form of words i to j, j excluded, without spaces.
func (s *scan) span(dst []byte, i, j int) []byte {
	return append(dst, s.keys[s.words[i].key:s.words[j-1].keyEnd]...)
}
