package node

import (
	"errors"
	"regexp"
	"strings"
	"testing"
)

// What is wrong with a draft is said with its line, its column and its field,
// in words that an officer understands.
func TestFaultsOfDraftsArePlaced(t *testing.T) {
	const label = `{"policy": "CENTRE", "class": "RESTRICTED", "rel": ["IRQ"], "originators": ["IRQ"]}`
	draft := func(portion string) string {
		return "{\"report_type\": \"INTREP\",\n \"portions\": [\n  {\"lang\": \"en\", \"text\": \"é\"},\n  " + portion + "]}"
	}
	for _, c := range []struct{ about, raw, want string }{
		{"text for a list", `{"portions": "none"}`, `line 1, column 14: portions: a list is wanted, here stands text`},
		{"a number for text", draft(`{"text": 5}`), `line 4, column 12: portion 2, text: text is wanted, here stands a number`},
		{"text for an object", draft(`{"grade": "B2"}`), `line 4, column 13: portion 2, grade: an object is wanted, here stands text`},
		{"a deep field", draft(`{"sources": [{"kind": "human"}, {"kind": []}]}`), `line 4, column 44: portion 2, source 2, kind: text is wanted, here stands a list`},
		{"an unknown field", draft(`{"txt": "a"}`), `line 4, column 4: portion 2: there is no field "txt"; the fields are attachments,`},
		{"a field known elsewhere", `{"report_type": "INTREP", "text": "a", "portions": [{"text": "a"}]}`, `line 1, column 27: there is no field "text"; the fields are portions, report_type, supersedes, title, title_label`},
		{"a title's label", `{"title_label": {"policy": 1}}`, `line 1, column 28: title_label, policy: text is wanted, here stands a number`},
		{"a label's set", draft(`{"label": {"policy": "CENTRE", "class": "RESTRICTED", "rel": "IRQ", "originators": ["IRQ"]}}`), `line 4, column 64: portion 2, label, rel: a list of members is wanted, here stands text`},
		{"a label's unknown field", draft(`{"label": {"policy": "CENTRE", "klass": "x"}}`), `line 4, column 34: portion 2, label: there is no field "klass"`},
		{"half a label", draft(`{"label": {"policy": "CENTRE"}}`), `line 4, column 13: portion 2, label: `},
		{"text for a label", draft(`{"label": "RESTRICTED"}`), `line 4, column 13: portion 2, label: `},
		{"no JSON", "{\"portions\":\n [}", `line 2, column 3: invalid character '}'`},
		{"cut short", `{"portions": [`, `line 1, column 15: it ends too soon`},
		{"two drafts", draft(`{"label": `+label+`}`) + "\n{}", `line 5, column 1: something follows`},
	} {
		_, err := ParseDraft([]byte(c.raw))
		if !errors.Is(err, ErrDraft) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s:\n got %v\nwant %s", c.about, err, c.want)
			continue
		}
		if words := regexp.MustCompile(`json|Go |struct|unmarshal|\w+Input|node\.|act\.\w|label\.\w`).FindString(strings.TrimPrefix(err.Error(), ErrDraft.Error())); words != "" {
			t.Errorf("%s names the program: %v", c.about, err)
		}
	}
}

func FuzzFaultsOfDrafts(f *testing.F) {
	for _, s := range []string{`{"portions":"none"}`, `{"portions":[{"label":{"rel":[1]}}]}`, `[`, `{"portions":[{"sources":[{"kind":[]}]}]}`, `null`, `{"title_label":null,"portions":[null]}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if _, err := ParseDraft(raw); err != nil && strings.Contains(err.Error(), "Go struct") {
			t.Errorf("%q: %v", raw, err)
		}
	})
}
