package charter

import (
	"errors"
	"strings"
	"testing"
)

func TestStrictJSON(t *testing.T) {
	type inner struct {
		D *string `json:"d"`
		E string  `json:"e,omitempty"`
	}
	type outer struct {
		A int            `json:"a"`
		B any            `json:"b"`
		C []inner        `json:"c"`
		F map[string]int `json:"f"`
		g int            // not in the text
	}
	with := func(b string) string { return `{"a":1,"b":` + b + `,"c":[{"d":null}],"f":{"x":1}}` }
	nested := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for _, tc := range []struct {
		text, want string // "" for accepted, or a part of the refusal
	}{
		{with(`null`), ""},
		{with(nested(31)), ""},
		{with(nested(33)), "deeper"},
		{with(`{"x":{"x":1}}`), ""},
		{with(`{"x":{"y":1,"y":1}}`), "twice"},
		{with(`"\ud83d\ude00"`), ""},
		{with(`"\\ud83d"`), ""},
		{with(`"\\\ud83d"`), "surrogate"},
		{with(`"\ud83d"`), "surrogate"},
		{with(`"\ud83dx"`), "surrogate"},
		{with(`"\ud83d\ud83d"`), "surrogate"},
		{with(`"\ude00"`), "surrogate"},
		{with(`"\u0041\ude00"`), "surrogate"},
		{with("\"\xff\""), "UTF-8"},
		{with(`1`) + `{}`, "after"},
		{with(`1`) + ` `, ""},
		{with(`1`) + `]`, "after"},
		{with(`01`), "JSON"},
		{with(`[1,]`), "JSON"},
		{with(`[1 2]`), "JSON"},
		{`{"a":1,"b":1,"c":[{"d":null,"e":""}],"f":{}}`, ""},
		{`{"a":1,"b":1,"c":[{}],"f":{}}`, "missing"},
		{`{"a":1,"b":1,"c":[{"d":null}]}`, "missing"},
		{`{"a":1,"b":1,"c":null,"f":{}}`, "null"},
		{`{"a":1,"b":1,"c":[null],"f":{}}`, "null"},
		{`{"a":1,"b":1,"c":[],"f":{"x":1.0}}`, "whole number"},
		{`{"a":1,"b":1,"c":[],"f":{"x":1,"x":1}}`, "twice"},
		{`{"A":1,"b":1,"c":[],"f":{}}`, "unknown field"},
		{`{"a":1,"b":1,"c":[],"f":{},"g":1}`, "unknown field"},
		{`{"a":1,"b":1,"c":[],"f":{},"":1}`, "unknown field"},
		{`{"a":"1","b":1,"c":[],"f":{}}`, "string"},
		{`{"a":true,"b":1,"c":[],"f":{}}`, "bool"},
		{`{"a":{},"b":1,"c":[],"f":{}}`, "object"},
		{`{"a":1,"b":1,"c":{},"f":{}}`, "object"},
		{`[]`, "array"},
		{``, "JSON"},
		{`{`, "JSON"},
	} {
		var v outer
		err := decodeStrict([]byte(tc.text), &v)
		switch {
		case tc.want == "" && err != nil:
			t.Errorf("%s: %v", tc.text, err)
		case tc.want != "" && (!errors.Is(err, ErrSyntax) || !strings.Contains(err.Error(), tc.want)):
			t.Errorf("%s: %v, want a refusal with %q", tc.text, err, tc.want)
		}
		_ = v.g
	}
}
