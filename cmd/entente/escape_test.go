package main

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestForeignTextCommandsNoTerminal(t *testing.T) {
	for in, want := range map[string]string{
		"Three people":             "Three people",
		"می‌رود":                   "می‌رود", // a joiner belongs to the word
		"\x1b]0;owned\x07":         `\x1b]0;owned\x07`,
		"a\x7fb\u009bc":            `a\x7fb\u009bc`,
		"\xff\xfe":                 `\xff\xfe`,
		"right\u202eleft\u2066 so": `right\u202eleft\u2066 so`,
		"a\tb\nc":                  `a\x09b\x0ac`,
	} {
		if got := escaped(in); got != want {
			t.Errorf("%q is written as %q, want %q", in, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))
		if got := escaped(s); !utf8.ValidString(got) || strings.ContainsFunc(got, unicode.IsControl) {
			t.Fatalf("%q is written as %q", s, got)
		}
	})
}

func TestTextReadEscapes(t *testing.T) {
	code, out, errs := command("Colonel Karim\x1b[31m Tamimi said on 3 October 2015 that \x1b]0;x\x07 12 people were killed.\n", "text", "read", "--no-places", "--date", "2015-10-14")
	if code != exitDone || !strings.Contains(out, "\t") || strings.ContainsFunc(strings.NewReplacer("\n", "", "\t", "").Replace(out), unicode.IsControl) || !strings.Contains(out, `\x1b`) {
		t.Errorf("exit code %d\n%q\n%s", code, out, errs)
	}
}
