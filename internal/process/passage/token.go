package passage

import (
	"unicode"
	"unicode/utf8"

	"entente/internal/process/language"
)

// Kind is what a token is.
type Kind uint8

// The kinds of tokens.
const (
	Word Kind = iota
	Number
	Mark // a punctuation mark or any other sign: one character
)

// Capitals says how a word is written in a script that has capitals.
type Capitals uint8

// How words are written.
const (
	Lower Capitals = iota
	Initial
	All
)

// Token is a word, a run of digits, or one sign of the normal form.
type Token struct {
	// Start and End are byte offsets into the normal form.
	Start, End int
	// Key is the word as it is looked up: see [Fold].
	Key      string
	Kind     Kind
	Lang     language.Tag
	Capitals Capitals
	Script   language.Script
	// Space says that the token before does not touch this one; Breaks how many
	// ends of lines stand between them, at most 2.
	Space  bool
	Breaks uint8
}

// Is reports whether the token is the given sign or has the given key.
func (t *Token) Is(key string) bool { return t.Key == key }

// maxWord bounds a word in bytes; a longer run of letters is cut.
const maxWord = 256

// Tokens returns the tokens of a normal form. Flags of it that only words show
// (letters of two scripts in one word) are added to the form.
func Tokens(f *Form) []Token {
	text := f.Text
	out := make([]Token, 0, len(text)/5+8)
	arena := make([]byte, 0, len(text)/4)
	type pending struct{ token, from, to int }
	var folded []pending
	var found Flagging
	space, breaks := true, uint8(0)
	for i := 0; i < len(text); {
		c := text[i]
		if c <= ' ' {
			space = true
			if c == '\n' && breaks < 2 {
				breaks++
			}
			i++
			continue
		}
		t := Token{Start: i, Space: space, Breaks: breaks}
		space, breaks = false, 0
		switch {
		case c >= '0' && c <= '9':
			for i < len(text) && text[i] >= '0' && text[i] <= '9' && i-t.Start < maxWord {
				i++
			}
			t.Kind, t.End = Number, i
			t.Key = text[t.Start:i]
		default:
			end, w := word(text, i)
			if end == i {
				_, n := utf8.DecodeRuneInString(text[i:])
				t.Kind, t.End = Mark, i+n
				t.Key = text[i : i+n]
				if k := foldMark(t.Key); k != "" {
					t.Key = k
				}
				i += n
				break
			}
			t.End, t.Script, t.Capitals = end, w.script, w.capitals()
			if w.mixed() {
				if n := len(arena); true {
					var alike bool
					arena, alike = foldMixed(arena, text[i:end], w)
					if alike {
						found.Add(FlagHomoglyph, f.ToOriginal(Span{i, end}))
					}
					folded = append(folded, pending{len(out), n, len(arena)})
				}
			} else if w.fold {
				n := len(arena)
				arena = appendFold(arena, text[i:end])
				folded = append(folded, pending{len(out), n, len(arena)})
			} else {
				t.Key = text[i:end]
			}
			i = end
		}
		out = append(out, t)
	}
	keys := string(arena)
	for _, p := range folded {
		out[p.token].Key = keys[p.from:p.to]
	}
	if len(found.flags) > 0 {
		f.Flags = Merge(f.Flags, found.flags, 0)
	}
	return out
}

// shape is what a word is made of.
type shape struct {
	script                  language.Script
	latin, cyrillic, others int
	upper, lower            int
	firstUpper              bool
	fold                    bool
}

func (w *shape) mixed() bool { return w.latin > 0 && w.cyrillic > 0 }

func (w *shape) capitals() Capitals {
	switch {
	case !w.firstUpper:
		return Lower
	case w.upper > 1 && w.lower == 0:
		return All
	}
	return Initial
}

// word returns where the word that begins at i ends, i if none does.
func word(text string, i int) (int, shape) {
	var w shape
	start := i
	for i < len(text) && i-start < maxWord {
		c := text[i]
		if c < utf8.RuneSelf {
			switch {
			case 'a' <= c && c <= 'z':
				w.latin++
				w.lower++
			case 'A' <= c && c <= 'Z':
				w.firstUpper = w.firstUpper || i == start
				w.latin++
				w.upper++
				w.fold = true
			case c == '\'' && i > start && i+1 < len(text) && isLetterAt(text, i+1):
				// The genitive of English is a token of its own.
				if (text[i+1]|0x20) == 's' && (i+2 == len(text) || !isLetterAt(text, i+2)) {
					w.finish()
					return i, w
				}
			case c == '\'' && i == start && i+1 < len(text) && text[i+1]|0x20 == 's' && (i+2 == len(text) || !isLetterAt(text, i+2)):
			default:
				w.finish()
				return i, w
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		switch k := language.ScriptOf(r); {
		case k == language.Latin:
			w.latin++
			w.fold = true
			w.cased(r, i == start)
		case k == language.Cyrillic:
			w.cyrillic++
			w.cased(r, i == start)
		case k == language.ArabicScript || k == language.Hebrew || k == language.OtherScript:
			w.others++
			w.script = k
			w.fold = true
		case r == '’' && i > start && i+n < len(text) && isLetterAt(text, i+n):
			if (text[i+n]|0x20) == 's' && (i+n+1 == len(text) || !isLetterAt(text, i+n+1)) {
				w.finish()
				return i, w
			}
			w.fold = true
		case r == '’' && i == start && i+n < len(text) && text[i+n]|0x20 == 's' && (i+n+1 == len(text) || !isLetterAt(text, i+n+1)):
			w.fold = true
		case i > start && (unicode.Is(unicode.M, r) || r == 0x200C):
			w.fold = true
		case i > start && (r >= 0x0653 && r <= 0x0655):
			w.fold = true
		default:
			w.finish()
			return i, w
		}
		i += n
	}
	w.finish()
	return i, w
}

func (w *shape) cased(r rune, first bool) {
	if unicode.IsUpper(r) {
		w.upper++
		w.fold = true
		w.firstUpper = w.firstUpper || first
		return
	}
	w.lower++
	if r == 'ё' {
		w.fold = true
	}
}

func (w *shape) finish() {
	switch {
	case w.others > w.latin && w.others > w.cyrillic:
	case w.cyrillic > w.latin:
		w.script = language.Cyrillic
	case w.latin > 0:
		w.script = language.Latin
	}
}

func isLetterAt(text string, i int) bool {
	r, _ := utf8.DecodeRuneInString(text[i:])
	return language.ScriptOf(r) != language.NoScript
}

// foldMark gives one form to the quotation marks, dashes and commas of all
// scripts; it returns "" for other signs.
func foldMark(s string) string {
	switch s {
	case "“", "”", "„", "‟", "«", "»", "〝", "〞", "״":
		return "\""
	case "‘", "’", "‹", "›", "‚":
		return "'"
	case "–", "—", "‐", "‑", "‒", "―", "−":
		return "-"
	case "،", "٬":
		return ","
	case "؛":
		return ";"
	case "؟":
		return "?"
	case "۔":
		return "."
	case "٪", "％":
		return "%"
	case "٫":
		return "."
	}
	return ""
}
