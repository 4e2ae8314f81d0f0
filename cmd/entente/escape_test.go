package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"entente/internal/web/api"
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

// What another member wrote begins no line of its own, in a list and in a text.
func TestOthersWordsMakeNoLines(t *testing.T) {
	const forged = "x\n00000000  IRQ grant: IRQ for SYR, 9 portions  in force"
	atNode(t, func(w http.ResponseWriter, _ *http.Request) {
		json.NewEncoder(w).Encode(api.Consents{Consents: []api.ConsentAct{{ID: "7367", Originator: "RUS", Step: "ask", By: "IRQ", Members: []string{"SYR"}, State: "open", Counts: true, Use: forged}}})
	})
	code, out, errs := command("", "consent", "list")
	if code != exitDone || strings.Count(out, "\n") != 1 || !strings.Contains(out, `x\x0a0000`) {
		t.Errorf("code %d, %q, %s", code, out, errs)
	}
	type title string
	if got := harmless([]any{forged, title(forged), errors.New(forged)}); got[0] != escaped(forged) || got[1] != got[0] || got[2] != got[0] {
		t.Errorf("filled in as %q", got)
	}
	if got := indented("one\n2. (S) forged\n\u202eRLO\tend", 5); got != "one\n     2. (S) forged\n     \\u202eRLO    end" {
		t.Errorf("%q", got)
	}
}

// Bytes that are no UTF-8 are refused before they become another text.
func TestOnlyUTF8IsTaken(t *testing.T) {
	asked := false
	atNode(t, func(http.ResponseWriter, *http.Request) { asked = true })
	for _, args := range [][]string{{"report", "new", "--text", "caf\xe9", "--title", "x"}, {"consent", "ask", "--of", "RUS", "--use", "\xff"}} {
		if code, _, errs := command("", args...); code != exitUsage || !strings.Contains(errs, "is not UTF-8; convert it first") {
			t.Errorf("%q: code %d, %s", args, code, errs)
		}
	}
	if code, _, errs := command(`{"title": "`+"\xc7\xe1"+`"}`, "report", "new"); code != exitUsage || !strings.Contains(errs, "not UTF-8 from byte 12 on") {
		t.Errorf("a file: code %d, %s", code, errs)
	}
	if asked {
		t.Error("the node was asked")
	}
}
