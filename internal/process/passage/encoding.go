package passage

import (
	"sync"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"entente/internal/process/language"
)

// The encodings of one byte a letter that texts of the region come in.
var encodings = sync.OnceValue(func() (list []Encoding) {
	for _, e := range []struct {
		name string
		m    *charmap.Charmap
	}{{"windows-1256", charmap.Windows1256}, {"windows-1251", charmap.Windows1251}, {"koi8-r", charmap.KOI8R}, {"iso-8859-6", charmap.ISO8859_6}, {"windows-1252", charmap.Windows1252}} {
		var t [256]rune
		for i := range t {
			t[i] = e.m.DecodeByte(byte(i))
		}
		list = append(list, Encoding{Name: e.name, table: t})
	}
	return list
})

// Encoding is one of a byte a letter or of two bytes a unit; nil stands for
// UTF-8.
type Encoding struct {
	// Name is the name that the IANA registry has.
	Name  string
	table [256]rune
	order byteOrder
}

// GuessEncoding returns the encoding of a text that is not UTF-8, nil for one
// that is, or is but for a few bytes. UTF-16 is told by its byte order mark or
// its zero bytes; of those of a byte a letter the one is taken that gives the text
// most clearly a language that is read.
func GuessEncoding(s string) *Encoding {
	bad, good, control := 0, 0, 0
	head := s[:min(len(s), 64<<10)]
	if e := guessWide(head); e != nil {
		return e
	}
	for i := 0; i < len(head); {
		if c := head[i]; c < utf8.RuneSelf {
			if c < 0x20 && c != '\n' && c != '\r' && c != '\t' {
				control++
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(head[i:])
		if r == utf8.RuneError && n == 1 {
			bad++
		} else {
			good++
		}
		i += n
	}
	if bad < 8 || bad < 3*good || control*50 > len(head) {
		return nil
	}
	var best *Encoding
	most := 0.6
	list := encodings()
	for i := range list {
		e := &list[i]
		runes, wrong := make([]rune, 0, 600), 0
		for j := 0; j < len(head) && len(runes) < 600; j++ {
			r := e.table[head[j]]
			if r == utf8.RuneError || r >= 0x80 && r < 0xA0 {
				wrong++
			}
			runes = append(runes, r)
		}
		g := language.Detect(string(runes))
		c := g.Confidence - float64(wrong)/float64(len(runes))
		if g.Tag == language.Other {
			c -= 0.3
		}
		// Between two that fit, small letters speak for the right one: KOI8-R
		// and Windows-1251 hold them the other way round.
		c -= swapped(runes)
		if c > most {
			best, most = e, c
		}
	}
	return best
}

// swapped returns the share of words that go from a small letter to a capital.
func swapped(runes []rune) float64 {
	n, bad := 1, 0
	for i := 1; i < len(runes); i++ {
		if runes[i-1] < 0x80 || runes[i] < 0x80 {
			continue
		}
		n++
		if isUpper(runes[i]) && !isUpper(runes[i-1]) {
			bad++
		}
	}
	return float64(bad) / float64(n)
}

func isUpper(r rune) bool { return r >= 0x0400 && r <= 0x042F || r >= 0xC0 && r <= 0xDE }
