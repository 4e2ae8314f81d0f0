package passage

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// New brings a text into normal form. A text that is not UTF-8 but can be read
// in one of the encodings of old Arabic, Persian and Russian systems is read
// in that one, and flagged; other bytes that are not UTF-8 stay where they are.
// It never fails.
func New(original string) *Form { return NewIn(original, GuessEncoding(original)) }

// NewIn is New for a text, or a part of one, whose encoding is known.
func NewIn(original string, e *Encoding) *Form {
	b := newBuilder(original)
	if e.Wide() {
		b.wide(e)
		b.flags.Add(FlagDecoded, Span{0, len(original)})
		return b.form(e.Name)
	}
	if e != nil {
		for i := range len(original) {
			b.put(e.table[original[i]], i, i+1)
		}
		b.flags.Add(FlagDecoded, Span{0, len(original)})
		return b.form(e.Name)
	}
	b.text(0, len(original))
	return b.form("")
}

// builder writes the normal form rune by rune.
type builder struct {
	f     Form
	out   []byte
	flags Flagging
	// base is where the last letter that can take marks begins in out, -1 if
	// there is none; marks how many it has taken.
	base, marks int
	// pairs counts pairs of letters as text in a wrong encoding has them.
	pairs    int
	pairSpan Span
	last     rune
}

func newBuilder(original string) *builder {
	b := &builder{f: Form{Original: original}, base: -1}
	b.out = make([]byte, 0, len(original)+len(original)/16+16)
	return b
}

func (b *builder) form(encoding string) *Form {
	if b.pairs >= 4 {
		b.flags.Add(FlagMojibake, b.pairSpan)
	}
	b.f.Text = string(b.out)
	b.f.Flags = b.flags.done()
	for i := range b.f.Flags {
		if b.f.Flags[i].Kind == FlagDecoded {
			b.f.Flags[i].Detail = encoding
		}
	}
	if len(b.f.pieces) == 0 || b.f.pieces[0].norm != 0 || b.f.pieces[0].orig != 0 {
		b.f.pieces = append([]piece{{}}, b.f.pieces...)
	}
	return &b.f
}

// cut begins a piece where the original is at orig, unless one begins there.
func (b *builder) cut(orig int) {
	p := piece{uint32(len(b.out)), uint32(orig)}
	if n := len(b.f.pieces); n > 0 {
		last := b.f.pieces[n-1]
		if last == p {
			return
		}
	}
	b.f.pieces = append(b.f.pieces, p)
}

// text writes the original from start to end, which is UTF-8 but for mistakes.
func (b *builder) text(start, end int) {
	s := b.f.Original
	for i := start; i < end; {
		// Most of a text is copied as it is, in runs.
		j := i
		for j < end {
			c := s[j]
			if c >= 0x20 && c < 0x7F || c == '\n' || c == '\t' {
				j++
				continue
			}
			// Plain letters of the Arabic block (U+0621 to U+063A, U+0641 to
			// U+064A, U+0671 to U+06D3 and U+06D5) and of Cyrillic.
			if j+1 < end && (c >= 0xD0 && c <= 0xD1 || c >= 0xD8 && c <= 0xDB) && s[j+1]&0xC0 == 0x80 {
				r := rune(c&0x1F)<<6 | rune(s[j+1]&0x3F)
				if r >= 0x0621 && r <= 0x063A || r >= 0x0641 && r <= 0x064A || r >= 0x0671 && r <= 0x06D5 || r >= 0x0400 && r <= 0x045F ||
					r == 0x060C || r == 0x061B || r == 0x061F {
					j += 2
					continue
				}
			}
			break
		}
		if j > i {
			b.out = append(b.out, s[i:j]...)
			_, n := utf8.DecodeLastRuneInString(s[i:j])
			b.base, b.marks = len(b.out)-n, 0
			b.last = 0
			i = j
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:end])
		if r == utf8.RuneError && n <= 1 {
			b.replace(i, i+1, "\uFFFD")
			b.flags.Add(FlagInvalid, Span{i, i + 1})
			b.base = -1
			i++
			continue
		}
		b.put(r, i, i+n)
		i += n
	}
}

// replace writes s for a part of the original, as a piece of its own.
func (b *builder) replace(start, end int, s string) {
	b.cut(start)
	b.out = append(b.out, s...)
	b.cut(end)
}

// put writes one rune that stands for a part of the original.
func (b *builder) put(r rune, start, end int) {
	b.mojibake(r, start, end)
	switch {
	case r == '\n' || r == '\t' || r >= 0x20 && r < 0x7F:
		b.copied(r, start, end)
	case r == '\r':
		if end < len(b.f.Original) && b.f.Original[end] == '\n' {
			b.drop(start, end)
		} else {
			b.replace(start, end, "\n")
		}
	case r < 0x20 || r >= 0x7F && r < 0xA0 && r != 0x85:
		b.flags.Add(FlagControl, Span{start, end})
		b.replace(start, end, " ")
		b.base = -1
	case r == 0x2028 || r == 0x2029 || r == 0x85:
		b.replace(start, end, "\n")
	case r == 0xA0 || r >= 0x2000 && r <= 0x200A || r == 0x202F || r == 0x205F || r == 0x3000 || r == 0x1680:
		b.replace(start, end, " ")
		b.base = -1
	case r == 0x200C: // the half-space; at the edge of a word it says nothing
		if n := len(b.out); n > 0 && b.out[n-1] > 0x20 && !bytes.HasSuffix(b.out, halfSpace) {
			b.copied(r, start, end)
		} else {
			b.drop(start, end)
		}
	case r == 0x200E || r == 0x200F || r == 0x061C || r == 0xAD:
		b.drop(start, end)
	case r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069:
		b.flags.Add(FlagBidi, Span{start, end})
		b.drop(start, end)
	case r == 0x200D: // joins letters of some scripts and emoji
		b.drop(start, end)
	case r == 0xFEFF && start == 0:
		b.drop(start, end)
	case r == 0x200B || r >= 0x2060 && r <= 0x2064 || r == 0xFEFF || r >= 0xE0000 && r < 0xE0080 || r >= 0xFE00 && r <= 0xFE0F:
		if r < 0xFE00 || r == 0xFEFF || r >= 0xE0000 {
			b.flags.Add(FlagInvisible, Span{start, end})
		}
		b.drop(start, end)
	case r == 0x0640:
		b.join(start, end)
	case isVowelSign(r):
		b.mark(r, start, end, false)
	case r >= 0x0300 && unicode.Is(unicode.M, r):
		b.mark(r, start, end, true)
	case r == 0xFFFD:
		b.flags.Add(FlagReplaced, Span{start, end})
		b.copied(r, start, end)
	default:
		if d, ok := digitOf(r); ok {
			b.replace(start, end, string('0'+d))
			b.base = -1
			return
		}
		b.letter(r, start, end)
	}
}

// letter writes a letter or sign, in composed and compatible form where it has
// one.
func (b *builder) letter(r rune, start, end int) {
	if r >= 0xFB50 && r <= 0xFEFC || r >= 0xFF01 && r <= 0xFFEE || r >= 0x1D400 && r <= 0x1D7FF || r == 0x212A || r == 0x212B || r == 0x0675 {
		s := norm.NFKC.String(string(r))
		if s != string(r) {
			b.flags.Add(FlagForms, Span{start, end})
			b.base, b.marks = len(b.out), 0
			b.replace(start, end, fitOne(s))
			return
		}
	}
	b.copied(r, start, end)
}

// fitOne keeps ligatures of presentation forms short; only the longest of
// them, a whole prayer, is left as it is.
func fitOne(s string) string {
	if len(s) > 24 {
		return s[:strings.IndexByte(s, ' ')+1]
	}
	return s
}

// copied writes a rune as it is. In a text of another encoding its length
// differs, and it becomes a piece of its own.
func (b *builder) copied(r rune, start, end int) {
	same := end-start == utf8.RuneLen(r)
	if !same {
		b.cut(start)
	}
	b.base, b.marks = len(b.out), 0
	b.out = utf8.AppendRune(b.out, r)
	if !same {
		b.cut(end)
	}
}

// drop leaves a part of the original out.
func (b *builder) drop(start, end int) {
	if n := len(b.f.pieces); n > 1 && int(b.f.pieces[n-1].norm) == len(b.out) && b.f.pieces[n-2].norm == b.f.pieces[n-1].norm && int(b.f.pieces[n-1].orig) == start {
		b.f.pieces[n-1].orig = uint32(end)
		return
	}
	b.cut(start)
	b.cut(end)
}

// join leaves a mark out and gives it to the letter before it.
func (b *builder) join(start, end int) {
	if b.base < 0 {
		b.drop(start, end)
		return
	}
	b.reletter(end, string(b.out[b.base:]))
}

// reletter makes the last letter a piece of its own that reaches to end in the
// original, and writes it as s.
func (b *builder) reletter(end int, s string) {
	// Where the letter begins in the original: no piece begins after it but
	// at its own end.
	for n := len(b.f.pieces); n > 0 && int(b.f.pieces[n-1].norm) > b.base; n = len(b.f.pieces) {
		b.f.pieces = b.f.pieces[:n-1]
	}
	orig := b.base
	if n := len(b.f.pieces); n > 0 {
		p := b.f.pieces[n-1]
		orig = int(p.orig) + b.base - int(p.norm)
	}
	b.out = b.out[:b.base]
	b.cut(orig)
	b.out = append(b.out, s...)
	b.cut(end)
}

var halfSpace = []byte("\u200c")

// maxMarks is how many marks a letter of any spelling takes.
const maxMarks = 4

// mark takes a combining mark: composes it with its letter where Unicode has
// that, keeps it where keep is set, else leaves it out.
func (b *builder) mark(r rune, start, end int, keep bool) {
	b.marks++
	if b.marks == maxMarks+1 {
		b.flags.Add(FlagMarks, Span{start, end})
	}
	if b.base < 0 {
		b.drop(start, end)
		return
	}
	if !keep || b.marks > maxMarks {
		b.reletter(end, string(b.out[b.base:]))
		return
	}
	b.reletter(end, norm.NFC.String(string(b.out[b.base:])+string(r)))
}

// isVowelSign reports marks of the Arabic script that spelling leaves out.
// Madda and hamza above and below are letters' parts and stay.
func isVowelSign(r rune) bool {
	return r >= 0x064B && r <= 0x0652 || r >= 0x0656 && r <= 0x065F || r == 0x0670 || r >= 0x0610 && r <= 0x061A || r >= 0x06D6 && r <= 0x06ED && unicode.Is(unicode.Mn, r)
}

// digitOf returns the value of a decimal digit of any script.
func digitOf(r rune) (rune, bool) {
	switch {
	case r >= 0x0660 && r <= 0x0669:
		return r - 0x0660, true
	case r >= 0x06F0 && r <= 0x06F9:
		return r - 0x06F0, true
	case r < 0x0660 || !unicode.Is(unicode.Nd, r):
		return 0, false
	}
	// Unicode lays each set of ten out in order from its zero, and each set
	// but the mathematical ones begins at a multiple of ten from a gap.
	if r >= 0x1D7CE && r <= 0x1D7FF {
		return (r - 0x1D7CE) % 10, true
	}
	for k := range rune(10) {
		if !unicode.Is(unicode.Nd, r-k-1) || k == 9 {
			return k, true
		}
	}
	return 0, false
}

// mojibake counts pairs of letters that UTF-8 read as Windows-1252 or Latin-1
// shows for Arabic, Cyrillic and accented letters.
func (b *builder) mojibake(r rune, start, end int) {
	switch b.last {
	case 'Ø', 'Ù', 'Ú', 'Û', 'Ð', 'Ñ', 'Ã':
		if r >= 0x80 && r <= 0xBF || r >= 0x2010 && r <= 0x203A || r == 0x20AC || r == 0x2122 || r == 0x0192 || r == 0x02C6 || r >= 0x0152 && r <= 0x017E {
			if b.pairs == 0 {
				b.pairSpan.Start = start - utf8.RuneLen(b.last)
			}
			b.pairs++
			b.pairSpan.End = end
		}
	}
	b.last = r
}
