// Package passage brings a text into the form in which it can be read, and
// keeps the way back: the normal form with offsets to the original bytes both
// ways, its words, its sentences, and what in it is not running text
// (navigation, captions, share bars, repetitions). Nothing of the original is
// changed or lost; what looks like a trick is flagged.
package passage

import (
	"sort"
	"unicode/utf8"
)

// Method and Version name this reader in suggestions.
const (
	Method  = "passage"
	Version = "2"
)

// Form is a text in normal form: NFC; without tatweel, vowel signs of the
// Arabic script and invisible characters (the half-space of Persian and Sorani
// stays: it is spelling); presentation forms as the letters that they show;
// the decimal digits of all scripts as ASCII; every kind of space as a space
// and every end of a line as a newline. Letters are otherwise kept as they
// are; what folds further is in the keys of tokens.
type Form struct {
	// Original is the text as it came, byte for byte.
	Original string
	// Text is the normal form, always valid UTF-8. A byte that is not UTF-8
	// stands in it as U+FFFD.
	Text string
	// Flags say what was found that a reader should know of, in order of kind.
	Flags []Flag
	// pieces part Text: a piece is as long in both, and then copied, or was
	// changed as a whole.
	pieces []piece
}

// piece begins at norm in the normal form and at orig in the original.
type piece struct{ norm, orig uint32 }

// MaxForm bounds a text that is brought into normal form at once, in bytes.
// Longer ones are read in windows.
const MaxForm = 1 << 30

// Span is a part of a text in byte offsets.
type Span struct{ Start, End int }

// at returns the index of the piece in which offset off of the normal form
// lies; of several that begin there, the last.
func (f *Form) at(off int) int {
	return sort.Search(len(f.pieces), func(i int) bool { return int(f.pieces[i].norm) > off }) - 1
}

// bounds returns where piece i ends in both.
func (f *Form) bounds(i int) (norm, orig int) {
	if i+1 < len(f.pieces) {
		return int(f.pieces[i+1].norm), int(f.pieces[i+1].orig)
	}
	return len(f.Text), len(f.Original)
}

// ToOriginal returns the part of the original that a part of the normal form
// stands for. Marks that the normal form leaves out belong to the letter
// before them.
func (f *Form) ToOriginal(s Span) Span {
	if len(f.pieces) == 0 {
		return s
	}
	if s.End <= s.Start {
		p := f.start(s.Start)
		return Span{p, p}
	}
	i := f.at(s.End - 1)
	p := f.pieces[i]
	norm, orig := f.bounds(i)
	end := orig
	if norm-int(p.norm) == orig-int(p.orig) {
		end = int(p.orig) + s.End - int(p.norm)
	}
	return Span{f.start(s.Start), end}
}

func (f *Form) start(off int) int {
	if len(f.pieces) == 0 {
		return off
	}
	if off >= len(f.Text) {
		return len(f.Original)
	}
	i := f.at(off)
	p := f.pieces[i]
	norm, orig := f.bounds(i)
	if norm-int(p.norm) == orig-int(p.orig) {
		return int(p.orig) + off - int(p.norm)
	}
	return int(p.orig)
}

// FromOriginal returns the part of the normal form that stands for a part of
// the original. It is empty where the normal form left all of it out.
func (f *Form) FromOriginal(s Span) Span {
	if len(f.pieces) == 0 {
		return s
	}
	find := func(off int, up bool) int {
		if off >= len(f.Original) {
			return len(f.Text)
		}
		i := sort.Search(len(f.pieces), func(i int) bool { return int(f.pieces[i].orig) > off }) - 1
		if i < 0 {
			return 0
		}
		p := f.pieces[i]
		norm, orig := f.bounds(i)
		switch {
		case norm-int(p.norm) == orig-int(p.orig):
			return int(p.norm) + off - int(p.orig)
		case up && off > int(p.orig):
			return norm
		}
		return int(p.norm)
	}
	start, end := find(s.Start, false), find(s.End, true)
	return Span{start, max(start, end)}
}

// Points turns byte offsets of a text into offsets in code points. A byte that
// is not UTF-8 counts as one, and so does each byte of a text in an encoding of
// one byte a letter; of UTF-16 a pair of surrogates counts as one. Offsets that are asked for in rising order cost
// one pass over the text in all.
type Points struct {
	text         string
	single       bool
	wide         *Encoding
	byteAt, cpAt int
}

// NewPoints begins at the start of a text in an encoding.
func NewPoints(text string, e *Encoding) *Points {
	if e.Wide() {
		return &Points{text: text, wide: e}
	}
	return &Points{text: text, single: e != nil}
}

// At returns how many code points stand before byte offset off.
func (p *Points) At(off int) int {
	off = min(max(off, 0), len(p.text))
	if p.single {
		return off
	}
	if p.wide != nil {
		if off < p.byteAt {
			p.byteAt, p.cpAt = 0, 0
		}
		for p.byteAt < off {
			_, n := p.wide.rune(p.text, p.byteAt)
			p.byteAt += n
			p.cpAt++
		}
		return p.cpAt
	}
	if off < p.byteAt {
		if p.byteAt-off > off {
			p.byteAt, p.cpAt = 0, 0
		} else {
			p.cpAt -= utf8.RuneCountInString(p.text[off:p.byteAt])
			p.byteAt = off
			return p.cpAt
		}
	}
	p.cpAt += utf8.RuneCountInString(p.text[p.byteAt:off])
	p.byteAt = off
	return p.cpAt
}
