package main

import (
	"fmt"
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"
)

// escaped makes foreign text fit for a terminal and for one cell of a line:
// control characters, what turns the direction of writing around, and bytes
// that are no UTF-8 are written as escapes. Everything else stays as it is.
func escaped(s string) string {
	if !strings.ContainsFunc(s, commands) && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case r < 0x80 && commands(r):
			fmt.Fprintf(&b, `\x%02x`, r)
		case commands(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}

// commands says whether a terminal takes a character for a command: the
// controls of ISO 6429, and the overrides and isolates of the bidirectional
// algorithm (Unicode UAX #9). The joiners of Arabic script are none.
func commands(r rune) bool {
	return unicode.IsControl(r) || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

// lines is text that was made for people line by line, of which nobody else
// chose where a line begins.
type lines string

// harmless returns what is filled into a line, escaped where it is text of any
// type but lines.
func harmless(args []any) []any {
	out := make([]any, len(args))
	for i, a := range args {
		switch a := a.(type) {
		case string:
			out[i] = escaped(a)
		case error:
			out[i] = escaped(a.Error())
		case lines:
			out[i] = a
		default:
			if reflect.ValueOf(a).Kind() == reflect.String {
				a = escaped(fmt.Sprint(a))
			}
			out[i] = a
		}
	}
	return out
}

// indented keeps the lines of a text apart from those around it: each but the
// first begins with so many blanks.
func indented(text string, blanks int) lines {
	parts := strings.Split(text, "\n")
	for i := range parts {
		parts[i] = escaped(strings.ReplaceAll(parts[i], "\t", "    "))
	}
	return lines(strings.Join(parts, "\n"+strings.Repeat(" ", blanks)))
}
