package passage

import (
	"strings"
	"unicode/utf8"

	"entente/internal/process/language"
)

// Lexicon holds words and phrases of one language with a meaning each. The
// zero value is empty and ready.
type Lexicon[T any] struct {
	language language.Tag
	words    map[string]T
	phrases  map[string][]phrase[T]
}

type phrase[T any] struct {
	rest    []string
	meaning T
}

// NewLexicon returns an empty lexicon of a language.
func NewLexicon[T any](tag language.Tag) *Lexicon[T] {
	return &Lexicon[T]{tag, map[string]T{}, map[string][]phrase[T]{}}
}

// Add gives words and phrases a meaning; they are parted by semicolons and
// written as people write. merge combines a new meaning with one that the word
// has already.
func (l *Lexicon[T]) Add(list string, meaning T, merge func(old, meaning T) T) {
	for entry := range strings.SplitSeq(list, ";") {
		words := strings.Fields(entry)
		for i := range words {
			words[i] = Fold(words[i])
		}
		switch len(words) {
		case 0:
		case 1:
			if old, ok := l.words[words[0]]; ok {
				l.words[words[0]] = merge(old, meaning)
			} else {
				l.words[words[0]] = meaning
			}
		default:
			ps := l.phrases[words[0]]
			at := len(ps)
			for at > 0 && len(ps[at-1].rest) < len(words)-1 {
				at--
			}
			ps = append(ps, phrase[T]{})
			copy(ps[at+1:], ps[at:])
			ps[at] = phrase[T]{words[1:], meaning}
			l.phrases[words[0]] = ps
		}
	}
}

// At looks up the longest phrase that begins at token i, else the word; it
// returns how many tokens it takes, 0 if nothing is found. In Arabic the
// prefixes of a first word (and, in, for, the ...) are left off where the word
// is not found with them, in Sorani the case endings.
func (l *Lexicon[T]) At(tokens []Token, i int) (meaning T, n int) {
	key := tokens[i].Key
	if m, n := l.find(key, tokens, i); n > 0 {
		return m, n
	}
	switch l.language {
	case language.Arabic:
		var buf [8]string
		for _, k := range arabicStems(key, buf[:0]) {
			if m, n := l.find(k, tokens, i); n > 0 {
				return m, n
			}
		}
	case language.Sorani:
		var buf [8]string
		for _, k := range soraniStems(key, buf[:0]) {
			if m, n := l.find(k, tokens, i); n > 0 {
				return m, n
			}
		}
	}
	return meaning, 0
}

func (l *Lexicon[T]) find(key string, tokens []Token, i int) (meaning T, n int) {
	for _, p := range l.phrases[key] {
		if matches(p.rest, tokens, i+1, l.language) {
			return p.meaning, 1 + len(p.rest)
		}
	}
	if m, ok := l.words[key]; ok {
		return m, 1
	}
	return meaning, 0
}

func matches(words []string, tokens []Token, i int, tag language.Tag) bool {
	if i+len(words) > len(tokens) {
		return false
	}
	for k, w := range words {
		t := &tokens[i+k]
		if t.Breaks > 1 {
			return false
		}
		if t.Key == w {
			continue
		}
		if tag == language.Sorani && k == len(words)-1 {
			var buf [8]string
			ok := false
			for _, s := range soraniStems(t.Key, buf[:0]) {
				ok = ok || s == w
			}
			if ok {
				continue
			}
		}
		return false
	}
	return true
}

// arabicStems appends what is left of a word without the prefixes that Arabic
// writes together with it, least taken off first.
func arabicStems(key string, out []string) []string {
	if utf8.RuneCountInString(key) < 3 {
		return out
	}
	rest := key
	if s, ok := strings.CutPrefix(rest, "و"); ok {
		out = append(out, s)
		rest = s
	} else if s, ok := strings.CutPrefix(rest, "ف"); ok {
		out = append(out, s)
		rest = s
	}
	if r, size := utf8.DecodeRuneInString(rest); strings.ContainsRune("بلک", r) && utf8.RuneCountInString(rest) >= 3 {
		s := rest[size:]
		out = append(out, s)
		if r == 'ل' && strings.HasPrefix(s, "ل") {
			// li-l-: the article has lost its alef.
			out = append(out, "ا"+s, strings.TrimPrefix(s, "ل"))
		}
		rest = s
	}
	if s, ok := strings.CutPrefix(rest, "ال"); ok && utf8.RuneCountInString(s) >= 2 {
		out = append(out, s)
	}
	return out
}

// soraniEnds are endings of Sorani words as keys have them, longest first: of
// place and case, of the definite and the plural, and "too".
var soraniEnds = []string{"یشدا", "هکانی", "هکان", "یدا", "هکهی", "هکه", "یش", "هوه", "یان", "دا", "ان", "ێک", "ی", "ش", "ه"}

func soraniStems(key string, out []string) []string {
	for _, e := range soraniEnds {
		if s, ok := strings.CutSuffix(key, e); ok && utf8.RuneCountInString(s) >= 2 && len(out) < cap(out) {
			out = append(out, s)
		}
	}
	return out
}
