// Package language tells in which language a piece of text is written: Arabic,
// Persian, Sorani (Central Kurdish), Russian, English, or another one. It works
// by letter trigrams and frequent words against a table that is built into the
// program; nothing is fetched. It reads a few words as well as a page, and
// parts a text that mixes languages into segments.
//
// The table is made by the program in gen; table.go says from what.
package language

import (
	"math"
	"unicode"
	"unicode/utf8"
)

// Method and Version name the detector in suggestions: a table or rule that
// changes its answers changes the version.
const (
	Method  = "language.trigrams"
	Version = "2"
)

// Tag is a language as the readers of texts tell them apart.
type Tag uint8

// The languages that are read. Other is a language that was recognised, or a
// script, in which nothing is read; Unknown is a text without evidence.
const (
	Unknown Tag = iota
	Arabic
	Persian
	Sorani
	Russian
	English
	Other
)

// Tags are the languages that are read, in a fixed order.
var Tags = [...]Tag{Arabic, Persian, Sorani, Russian, English}

var tagNames = [...]string{"und", "ar", "fa", "ckb", "ru", "en", "other"}

// String returns the BCP 47 code of a language that is read, else "other" or
// "und".
func (t Tag) String() string {
	if int(t) < len(tagNames) {
		return tagNames[t]
	}
	return tagNames[Unknown]
}

// ParseTag returns the tag of a code as String writes it. A code of any other
// language is Other, the empty one Unknown; region and script are ignored.
func ParseTag(code string) Tag {
	for i := range code {
		if code[i] == '-' || code[i] == '_' {
			code = code[:i]
			break
		}
	}
	for i, n := range tagNames {
		if n == code {
			return Tag(i)
		}
	}
	if code == "" {
		return Unknown
	}
	return Other
}

// Guess is what the detector thinks of a text.
type Guess struct {
	Tag Tag
	// Code is the BCP 47 code of the most likely language, also where Tag is
	// Other ("tr", "uk", "he" ...); of a script without a table it is the code
	// of its best known language. It is "und" where nothing can be said.
	Code string
	// Confidence is between 0 and 1: about how often a guess like this is
	// right.
	Confidence float64
}

// Script is a system of letters, as far as the detector needs them apart.
type Script uint8

// The scripts with tables come first, in the order of the tables.
const (
	NoScript Script = iota
	ArabicScript
	Cyrillic
	Latin
	Hebrew
	OtherScript
)

// ScriptOf returns the script of a letter, and NoScript for all else.
func ScriptOf(r rune) Script {
	switch {
	case r < 0x80:
		if 'a' <= r|0x20 && r|0x20 <= 'z' {
			return Latin
		}
		return NoScript
	case r < 0x0250:
		if r >= 0xC0 && r != 0xD7 && r != 0xF7 || r == 0xAA || r == 0xBA {
			return Latin
		}
		return NoScript
	case r >= 0x0400 && r < 0x0530:
		if r >= 0x0482 && r <= 0x0489 {
			return NoScript
		}
		return Cyrillic
	case r >= 0x0600 && r < 0x0700:
		switch {
		case r < 0x0620, r == 0x0640, r >= 0x064B && r <= 0x066D, r == 0x0670, r == 0x06D4, r >= 0x06D6 && r <= 0x06ED && r != 0x06D5, r >= 0x06F0 && r <= 0x06F9:
			return NoScript
		}
		return ArabicScript
	case r >= 0x0750 && r < 0x0780, r >= 0xFB50 && r < 0xFDFE, r >= 0xFE70 && r < 0xFEFF:
		return ArabicScript
	case r >= 0x05D0 && r < 0x05F5:
		return Hebrew
	case r >= 0x1E00 && r < 0x1F00:
		return Latin
	case r < 0x0370, r >= 0x2000 && r < 0x2C00, r == utf8.RuneError:
		return NoScript
	case unicode.IsLetter(r):
		return OtherScript
	}
	return NoScript
}

// Detect returns the language of a text as a whole: that of the script with
// the most letters. It reads at most some thousand letters of it.
func Detect(s string) Guess {
	var c counts
	c.scan(s, maxDetect)
	script := c.dominant()
	if script == NoScript {
		return Guess{Code: "und"}
	}
	if script >= Hebrew {
		return foreign(script, s)
	}
	var v evidence
	v.add(s, script, maxDetect)
	return v.guess(nil)
}

const maxDetect = 4000

// counts holds how many letters of each script a text has.
type counts [OtherScript + 1]int

func (c *counts) scan(s string, limit int) {
	for _, r := range s {
		if k := ScriptOf(r); k != NoScript {
			c[k]++
			if limit--; limit == 0 {
				return
			}
		}
	}
}

func (c *counts) dominant() Script {
	best := NoScript
	for k := ArabicScript; k <= OtherScript; k++ {
		if c[k] > c[best] {
			best = k
		}
	}
	return best
}

// foreign names the best known language of a script without a table.
func foreign(script Script, s string) Guess {
	g := Guess{Tag: Other, Code: "und", Confidence: 0.95}
	if script == Hebrew {
		g.Code = "he"
		return g
	}
	for _, r := range s {
		switch {
		case ScriptOf(r) != OtherScript:
			continue
		case unicode.Is(unicode.Greek, r):
			g.Code = "el"
		case unicode.Is(unicode.Armenian, r):
			g.Code = "hy"
		case unicode.Is(unicode.Georgian, r):
			g.Code = "ka"
		case unicode.Is(unicode.Syriac, r):
			g.Code = "syr"
		case unicode.Is(unicode.Devanagari, r):
			g.Code = "hi"
		case unicode.Is(unicode.Hiragana, r), unicode.Is(unicode.Katakana, r):
			g.Code = "ja"
		case unicode.Is(unicode.Hangul, r):
			g.Code = "ko"
		case unicode.Is(unicode.Han, r):
			g.Code = "zh"
		}
		break
	}
	return g
}

// evidence is what the letters of one script say for each language of its
// table.
type evidence struct {
	script Script
	sums   [maxLanguages]float32
	// grams is how many features were counted.
	grams int
}

// add counts the features of the letters of one script in s, at most limit of
// them.
func (v *evidence) add(s string, script Script, limit int) {
	v.script = script
	t := tables()[script-ArabicScript]
	n := len(t.codes)
	var a, b rune = ' ', ' '
	word, letters := wordSeed, 0
	share := float32(1)
	feed := func(r rune) {
		if row := t.find(gram(a, b, r)); row != nil {
			for i := range n {
				v.sums[i] += weights[row[i]] * share
			}
			v.grams++
		} else if row := t.find(letter(b)); row != nil && b != ' ' {
			for i := range n {
				v.sums[i] += weights[row[i]] * share / 2
			}
			v.grams++
		}
		a, b = b, r
	}
	end := func() {
		if letters == 0 {
			return
		}
		feed(' ')
		if row := t.find(word); row != nil {
			for i := range n {
				v.sums[i] += weights[row[i]]
			}
			v.grams++
		}
		a, b, word, letters, share = ' ', ' ', wordSeed, 0, 1
	}
	for _, r := range s {
		if ScriptOf(r) != script {
			if unicode.Is(unicode.Mn, r) || r == 0x0640 {
				continue
			}
			end()
			continue
		}
		small := lower(r)
		if letters == 0 && small != r && script == Latin {
			share = nameShare
		}
		feed(small)
		word = wordGram(word, small)
		letters++
		if limit--; limit == 0 {
			break
		}
	}
	end()
}

// nameShare is what the trigrams of a word with a capital count in the Latin
// script: most such words are names, which are spelt alike in texts of any
// language. That it is a frequent word counts in full.
const nameShare = 0.2

// lower folds case; letters of the Arabic script in presentation form, as old
// files hold them, are given as the letters that they show.
func lower(r rune) rune {
	switch {
	case r < 0x80:
		if 'A' <= r && r <= 'Z' {
			return r | 0x20
		}
		return r
	case r >= 0x0600 && r < 0x0700:
		return r
	}
	return unicode.ToLower(r)
}

// temper takes back that neighbouring trigrams say the same thing: they share
// letters, so that their evidence must not be multiplied as if independent.
const temper = 3.0

// ours is how much likelier a text is in a language that is read than in
// another one of the same script, before a letter is looked at.
const ours = 2.8

// guess weighs the evidence. prior, where not nil, adds to each language.
func (v *evidence) guess(prior *[maxLanguages]float32) Guess {
	t := tables()[v.script-ArabicScript]
	var post [maxLanguages]float64
	best, most := 0, math.Inf(-1)
	for i := range t.codes {
		post[i] = float64(v.sums[i]) / temper
		if t.tags[i] != Other {
			post[i] += ours
		}
		if prior != nil {
			post[i] += float64(prior[i])
		}
		if post[i] > most {
			best, most = i, post[i]
		}
	}
	sum := 0.0
	for i := range t.codes {
		sum += math.Exp(post[i] - most)
	}
	g := Guess{Tag: t.tags[best], Code: t.codes[best], Confidence: 1 / sum}
	if v.grams == 0 {
		g.Confidence = 0
	}
	return g
}
