package stix

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestSyntax(t *testing.T) {
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for _, c := range []struct {
		text   string
		clause string // "" for good
	}{
		{`{}`, ""}, {` [1, -0, 1.5e+3, true, false, null, "x"] `, ""},
		{`"\ud83d\ude00\u00e9\"\\\/\b\f\n\r\t"`, ""},
		{deep(DefaultDepth), ""},
		{deep(DefaultDepth + 1), "bound"},
		{``, "RFC 8259"}, {`{`, "RFC 8259"}, {`{"a"}`, "RFC 8259"}, {`{"a":1,}`, "RFC 8259"}, {`[1,]`, "RFC 8259"},
		{`[1 2]`, "RFC 8259"}, {`{a:1}`, "RFC 8259"}, {`'a'`, "RFC 8259"}, {`nul`, "RFC 8259"}, {`01`, "RFC 8259"},
		{`-`, "RFC 8259"}, {`1.`, "RFC 8259"}, {`.5`, "RFC 8259"}, {`1e`, "RFC 8259"}, {`+1`, "RFC 8259"},
		{`NaN`, "RFC 8259"}, {`"a`, "RFC 8259"}, {"\"a\nb\"", "RFC 8259"}, {`"\x"`, "RFC 8259"}, {`"\u12"`, "RFC 8259"},
		{`{} {}`, "RFC 8259"}, {"\xef\xbb\xbf{}", "RFC 8259"},
		{`"\ud83d"`, "RFC 8259"}, {`"\ude00\ud83d"`, "RFC 8259"},
		{"\"\xff\"", "RFC 7493"}, {"\"\xed\xa0\x80\"", "RFC 7493"}, {"\"\xc0\xaf\"", "RFC 7493"},
		{`{"a":1,"a":2}`, "RFC 7493"}, {`{"a":1,"\u0061":2}`, "RFC 7493"}, {`{"x":[{"b":1,"c":2,"b":3}]}`, "RFC 7493"},
	} {
		err := newTape(Limits{}).parse([]byte(c.text))
		switch {
		case err == nil && c.clause != "":
			t.Errorf("%.60q: accepted, want a finding of %s", c.text, c.clause)
		case err != nil && err.clause != c.clause:
			t.Errorf("%.60q: %v, want %q", c.text, err, c.clause)
		}
	}
}

// TestRepeatedNamesAmongMany puts one repetition among many names, where the
// names are found by hash and not pairwise.
func TestRepeatedNamesAmongMany(t *testing.T) {
	var b bytes.Buffer
	b.WriteString(`{"k500":0`)
	for i := range 1000 {
		b.WriteString(`,"k` + strings.Repeat("x", i%7) + string(rune('0'+i%10)) + strings.Repeat("y", i) + `":1`)
	}
	if err := newTape(Limits{}).parse([]byte(b.String() + "}")); err != nil {
		t.Fatal(err)
	}
	err := newTape(Limits{}).parse([]byte(b.String() + `,"k\u0035\u0030\u0030":1}`))
	if err == nil || err.clause != "RFC 7493" || !errors.Is(err, ErrSyntax) {
		t.Fatalf("a repeated name passed: %v", err)
	}
}

func TestBoundsOfTexts(t *testing.T) {
	for _, c := range []struct {
		lim  Limits
		text string
	}{
		{Limits{Object: 10}, `"0123456789"`},
		{Limits{Nodes: 3}, `[1,2,3]`},
		{Limits{Depth: 2}, `[[[1]]]`},
	} {
		if err := newTape(c.lim).parse([]byte(c.text)); !errors.Is(err, ErrTooLarge) {
			t.Errorf("%+v: %v", c.lim, err)
		}
	}
}

// repeats tells whether an object of the text has a name twice, by the
// standard library's tokens.
func repeats(text []byte) bool {
	dec := json.NewDecoder(bytes.NewReader(text))
	var names []map[string]bool
	var key []bool
	for {
		tok, err := dec.Token()
		if err != nil {
			return false
		}
		in := len(names) - 1
		switch d, _ := tok.(json.Delim); {
		case d == '{':
			if in >= 0 {
				key[in] = true
			}
			names, key = append(names, map[string]bool{}), append(key, true)
		case d == '[':
			if in >= 0 {
				key[in] = true
			}
			names, key = append(names, nil), append(key, false)
		case d == '}' || d == ']':
			names, key = names[:in], key[:in]
		case in >= 0 && names[in] != nil && key[in]:
			if s := tok.(string); names[in][s] {
				return true
			} else {
				names[in][s] = true
			}
			key[in] = false
		case in >= 0:
			key[in] = true
		}
	}
}

// FuzzTape compares with the standard library: what passes here is JSON there,
// and what is JSON there is refused here for a reason of I-JSON alone.
func FuzzTape(f *testing.F) {
	for _, raw := range validObjects(f) {
		f.Add(raw)
	}
	for _, s := range []string{`{"a":1,"a":2}`, `[1e5,-0.5,"\ud800"]`, `[[[`, "\"\xff\"", `{"":{"":[]}}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		err := newTape(Limits{}).parse(text)
		switch {
		case err == nil && !json.Valid(text):
			t.Fatal("accepted what is no JSON")
		case err == nil && repeats(text):
			t.Fatal("accepted a repeated name")
		case err == nil || !json.Valid(text) || !utf8.Valid(text):
		case err.clause == "RFC 8259" && !strings.Contains(err.msg, "surrogate"), err.clause == "RFC 7493" && !repeats(text):
			t.Fatalf("refused what is I-JSON: %v", err)
		}
		errs := Validate(text) // must not panic
		if err != nil && Valid(errs) {
			t.Fatal("valid although no I-JSON")
		}
	})
}
