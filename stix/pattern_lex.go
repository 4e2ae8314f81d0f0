package stix

import (
	"fmt"
	"unicode/utf8"
)

// Bounds on a pattern: its length in bytes and the nesting of its parentheses.
const (
	maxPattern      = 1 << 20
	maxPatternDepth = 200
)

// PatternError is where and why a text is no pattern.
type PatternError struct {
	// Offset counts bytes from the start of the pattern.
	Offset int
	// Clause is the clause of STIX 2.1 that is broken.
	Clause string
	// Message says what is wrong.
	Message string
}

// Error renders the fault on one line.
func (e *PatternError) Error() string {
	return fmt.Sprintf("invalid pattern at byte %d: %s", e.Offset, e.Message)
}

// Unwrap makes errors.Is(err, ErrPattern) hold.
func (e *PatternError) Unwrap() error { return ErrPattern }

// tokenKind is the kind of a token of the pattern grammar.
type tokenKind uint8

const (
	tokEnd tokenKind = iota
	tokInt
	tokFloat
	tokString
	tokHex
	tokBinary
	tokTime
	tokBool
	tokWord     // identifier without hyphen
	tokHyphened // identifier with one
	tokKeyword
	tokSymbol // one of = != < <= > >= : . , ( ) [ ] *
)

func (k tokenKind) String() string {
	return [...]string{"end of pattern", "integer", "float", "string", "hex constant", "binary constant",
		"timestamp constant", "boolean", "name", "name with hyphen", "keyword", "symbol"}[k]
}

// token is a token: text is the source text, without quotes and prefix for
// constants, escapes left in.
type token struct {
	kind tokenKind
	text string
	off  int
}

var patternKeywords = wordSet("AND OR NOT FOLLOWEDBY LIKE MATCHES ISSUPERSET ISSUBSET EXISTS LAST IN START STOP " +
	"SECONDS WITHIN REPEATS TIMES")

// lexer cuts a pattern into tokens, always the longest that fits, as the
// grammar of the OASIS committee does.
type lexer struct {
	src string
	pos int
}

func (l *lexer) fault(off int, format string, args ...any) *PatternError {
	return &PatternError{off, "9", fmt.Sprintf(format, args...)}
}

// blank skips white space and comments.
func (l *lexer) blank() *PatternError {
	for l.pos < len(l.src) {
		r, size := utf8.DecodeRuneInString(l.src[l.pos:])
		switch {
		case patternSpace(r):
			l.pos += size
		case r == '/' && l.at(1) == '/':
			for l.pos < len(l.src) && l.src[l.pos] != '\n' && l.src[l.pos] != '\r' {
				l.pos++
			}
		case r == '/' && l.at(1) == '*':
			start := l.pos
			for l.pos += 2; ; l.pos++ {
				if l.pos+1 >= len(l.src) {
					return l.fault(start, "comment without end")
				}
				if l.src[l.pos] == '*' && l.src[l.pos+1] == '/' {
					l.pos += 2
					break
				}
			}
		default:
			return nil
		}
	}
	return nil
}

func patternSpace(r rune) bool {
	switch r {
	case ' ', '\t', '\r', '\n', '\v', '\f', 0x85, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000:
		return true
	}
	return r >= 0x2000 && r <= 0x200a
}

func (l *lexer) at(ahead int) byte {
	if l.pos+ahead < len(l.src) {
		return l.src[l.pos+ahead]
	}
	return 0
}

func (l *lexer) next() (token, *PatternError) {
	if err := l.blank(); err != nil {
		return token{}, err
	}
	start := l.pos
	if start == len(l.src) {
		return token{tokEnd, "", start}, nil
	}
	switch c := l.src[start]; {
	case c == '\'':
		return l.quoted(tokString, 0)
	case (c == 't' || c == 'b' || c == 'h') && l.at(1) == '\'':
		return l.constant(c)
	case c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.':
		if t, ok := l.number(); ok {
			return t, nil
		}
		if c == '.' {
			return l.symbol(1)
		}
		return token{}, l.fault(start, "%q needs a number after it", c)
	case c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z':
		return l.word(), nil
	case c == '=':
		if l.at(1) == '=' {
			t, err := l.symbol(2)
			t.text = "="
			return t, err
		}
		return l.symbol(1)
	case c == '!' && l.at(1) == '=':
		return l.symbol(2)
	case c == '<' && l.at(1) == '>':
		t, err := l.symbol(2)
		t.text = "!="
		return t, err
	case c == '<' || c == '>':
		if l.at(1) == '=' {
			return l.symbol(2)
		}
		return l.symbol(1)
	case c == ':' || c == ',' || c == '(' || c == ')' || c == '[' || c == ']' || c == '*':
		return l.symbol(1)
	}
	r, _ := utf8.DecodeRuneInString(l.src[start:])
	return token{}, l.fault(start, "unexpected character %q", r)
}

func (l *lexer) symbol(n int) (token, *PatternError) {
	t := token{tokSymbol, l.src[l.pos : l.pos+n], l.pos}
	l.pos += n
	return t, nil
}

// quoted reads a string whose opening quote stands skip bytes ahead. Only the
// quote and the backslash may be escaped (9.2).
func (l *lexer) quoted(kind tokenKind, skip int) (token, *PatternError) {
	start := l.pos
	body := start + skip + 1
	for p := body; p < len(l.src); p++ {
		switch l.src[p] {
		case '\'':
			l.pos = p + 1
			return token{kind, l.src[body:p], start}, nil
		case '\\':
			p++
			if p >= len(l.src) || l.src[p] != '\'' && l.src[p] != '\\' {
				return token{}, l.fault(p-1, `a backslash in a string must be followed by ' or \`)
			}
		}
	}
	return token{}, l.fault(start, "string without end")
}

// constant reads t'...', b'...' or h'...'.
func (l *lexer) constant(c byte) (token, *PatternError) {
	kind := map[byte]tokenKind{'t': tokTime, 'b': tokBinary, 'h': tokHex}[c]
	t, err := l.quoted(kind, 1)
	if err != nil {
		return t, err
	}
	switch {
	case kind == tokTime && !patternTimeOK(t.text):
		return t, l.fault(t.off, "%q is no timestamp: t'YYYY-MM-DDThh:mm:ss[.s...]Z' is wanted", clip(t.text))
	case kind == tokBinary && !base64OK([]byte(t.text)):
		return t, l.fault(t.off, "%q is no base64 (RFC 4648)", clip(t.text))
	case kind == tokHex && (len(t.text)%2 != 0 || !allHex([]byte(t.text))):
		return t, l.fault(t.off, "%q is no even number of hexadecimal digits", clip(t.text))
	}
	return t, nil
}

// patternTimeOK tells whether s has the form of a timestamp constant. The
// grammar looks at each field alone: 30 February is in form.
func patternTimeOK(s string) bool {
	_, fault := parseTimestamp([]byte(s))
	return fault != timestampShape
}

func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "..."
	}
	return s
}

// number reads an integer or a float. An integer has no leading zero: "01" is
// two integers, which the parser refuses. A float may have any digits, or none,
// before its point.
func (l *lexer) number() (token, bool) {
	start, p := l.pos, l.pos
	if c := l.src[p]; c == '+' || c == '-' {
		p++
	}
	digits := p
	for p < len(l.src) && l.src[p] >= '0' && l.src[p] <= '9' {
		p++
	}
	if p+1 < len(l.src) && l.src[p] == '.' && l.src[p+1] >= '0' && l.src[p+1] <= '9' {
		for p++; p < len(l.src) && l.src[p] >= '0' && l.src[p] <= '9'; p++ {
		}
		l.pos = p
		return token{tokFloat, l.src[start:p], start}, true
	}
	if p == digits {
		return token{}, false
	}
	if l.src[digits] == '0' {
		p = digits + 1
	}
	l.pos = p
	return token{tokInt, l.src[start:p], start}, true
}

func (l *lexer) word() token {
	start, hyphen := l.pos, false
	for ; l.pos < len(l.src); l.pos++ {
		c := l.src[l.pos]
		if c == '-' {
			hyphen = true
		} else if !(c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9') {
			break
		}
	}
	t := token{tokWord, l.src[start:l.pos], start}
	switch {
	case hyphen:
		t.kind = tokHyphened
	case patternKeywords[t.text]:
		t.kind = tokKeyword
	case t.text == "true" || t.text == "false":
		t.kind = tokBool
	}
	return t
}
