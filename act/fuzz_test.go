package act

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzParse feeds foreign bytes to the reader. What it accepts must be JSON
// that any reader reads alike, must hold its exact bytes, and must come out the
// same when a view is built of the same portions.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob(filepath.Join(vectorDir, "*.json"))
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		var v vector
		if err := json.Unmarshal(b, &v); err != nil {
			f.Fatal(err)
		}
		if v.Act != nil && len(*v.Act) < 8000 {
			f.Add([]byte(*v.Act))
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		before := bytes.Clone(raw)
		a, err := Parse(raw)
		if !bytes.Equal(before, raw) {
			t.Fatal("Parse wrote to its input")
		}
		if err != nil {
			if Code(err) == "act_error" {
				t.Fatalf("a refusal without a code: %v", err)
			}
			if !utf8.ValidString(err.Error()) || len(err.Error()) > 2000 {
				t.Fatalf("a message of %d bytes", len(err.Error()))
			}
			return
		}
		if !json.Valid(raw) || !bytes.Equal(a.Raw, raw) {
			t.Fatal("accepted what is not JSON, or not kept")
		}
		if a.Statement != nil {
			rebuilt(t, a)
		}
		if a.Report == nil {
			return
		}
		for _, p := range a.Report.Portions {
			again, err := ParsePortion(p.Raw)
			if err != nil || again.Digest != p.Digest || again.Text != p.Text {
				t.Fatalf("a portion by itself reads otherwise: %v", err)
			}
		}
		b, err := BuildView(a.Report.View, a.Report.Portions)
		if Code(err) == ErrTooLarge.Code && err != nil {
			return // escapes were written longer
		}
		if err != nil {
			t.Fatalf("the same view cannot be built: %v", err)
		}
		for i, p := range b.Report.Portions {
			if !bytes.Equal(p.Raw, a.Report.Portions[i].Raw) {
				t.Fatal("a portion's bytes changed")
			}
		}
		if b.Report.Title != a.Report.Title || !b.Report.Label.Equal(a.Report.Label) || !b.Report.Written.Equal(a.Report.Written) {
			t.Fatal("the view changed")
		}
	})
}

// rebuilt builds a statement again of what was read: it must read the same.
func rebuilt(t *testing.T, a Act) {
	t.Helper()
	var b Act
	var err error
	var was, is any
	switch a.Type {
	case TypeConsent:
		b, err = BuildConsent(*a.Consent)
		was, is = a.Consent, b.Consent
	case TypeRecall:
		b, err = BuildRecall(*a.Recall)
		was, is = a.Recall, b.Recall
	case TypeAcknowledgement:
		b, err = BuildAcknowledgement(*a.Acknowledgement)
		was, is = a.Acknowledgement, b.Acknowledgement
	case TypeRequest:
		b, err = BuildRequest(*a.Request)
		was, is = a.Request, b.Request
	case TypeAnswer:
		b, err = BuildAnswer(*a.Answer)
		was, is = a.Answer, b.Answer
	case TypeClosing:
		b, err = BuildClosing(*a.Closing)
		was, is = a.Closing, b.Closing
	case TypeRedress:
		b, err = BuildRedress(*a.Redress)
		was, is = a.Redress, b.Redress
	case TypeRedressAnswer:
		b, err = BuildRedressAnswer(*a.RedressAnswer)
		was, is = a.RedressAnswer, b.RedressAnswer
	case TypeRequirement:
		b, err = BuildRequirement(*a.Requirement)
		was, is = a.Requirement, b.Requirement
	case TypeCoverage:
		b, err = BuildCoverage(*a.Coverage)
		was, is = a.Coverage, b.Coverage
	default:
		t.Fatalf("%s is not built again here", a.Type)
	}
	if err != nil && Code(err) == ErrTooLarge.Code {
		return // escapes were written longer
	}
	if err != nil || !reflect.DeepEqual(was, is) {
		t.Fatalf("the statement changed: %v\n%+v\n%+v", err, was, is)
	}
}

// FuzzScan holds the strict reader of the form against encoding/json: what it
// accepts, that one accepts and reads to the same strings.
func FuzzScan(f *testing.F) {
	for _, s := range []string{`{"a":[1,"x\u00e9\ud83c\udf3e",true,{}],"b":null}`, `[]`, `"\""`, `9007199254740991`, `{"a":1,"a":2}`, `{"a":{"a":1}}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		tp, err := scan(raw, nil)
		if err != nil {
			return
		}
		var v any
		if err := json.Unmarshal(raw, &v); err != nil {
			t.Fatalf("scan accepts what is not JSON: %v", err)
		}
		compare(t, tp, 0, v)
		if int(tp.nodes[0].next) != len(tp.nodes) || len(tp.names) != 0 {
			t.Fatal("the tape is not closed")
		}
	})
}

// compare walks the tape and what encoding/json made of the same bytes.
func compare(t *testing.T, tp *tape, n int, v any) {
	t.Helper()
	switch k := tp.nodes[n].kind; k {
	case kindString, kindEscaped:
		if v != tp.text(n) {
			t.Fatalf("%q read as %q", tp.raw(n), tp.text(n))
		}
	case kindNumber:
		if v != float64(tp.integer(n)) {
			t.Fatalf("%s read as %d", tp.raw(n), tp.integer(n))
		}
	case kindArray:
		list := v.([]any)
		if tp.count(n) != len(list) {
			t.Fatalf("%d elements, %d", tp.count(n), len(list))
		}
		for i, e := range tp.elements(n) {
			compare(t, tp, e, list[i])
		}
	case kindObject:
		m, fields := v.(map[string]any), 0
		for name := n + 1; name < int(tp.nodes[n].next); name = int(tp.nodes[name+1].next) {
			compare(t, tp, name+1, m[tp.text(name)])
			fields++
		}
		if fields != len(m) {
			t.Fatalf("%d fields, %d", fields, len(m))
		}
	case kindBool:
		if b, ok := v.(bool); !ok || strings.HasPrefix(string(tp.raw(n)), "t") != b {
			t.Fatalf("%s read as %v", tp.raw(n), v)
		}
	}
}
