package web

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"entente/internal/web/api"
)

// describer compiles the description's schemas, once for all tests: but for
// the name of a cookie it is the same on every node.
type describer struct {
	once     sync.Once
	doc      map[string]any
	compiler *jsonschema.Compiler
	mu       sync.Mutex
	compiled map[string]*jsonschema.Schema
}

var described describer

func (d *describer) load(t testing.TB, spec []byte) {
	t.Helper()
	d.once.Do(func() {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(spec))
		check(t, err)
		d.doc = doc.(map[string]any)
		d.compiled = map[string]*jsonschema.Schema{}
		d.compiler = jsonschema.NewCompiler()
		d.compiler.DefaultDraft(jsonschema.Draft2020)
		d.compiler.AssertFormat()
		check(t, d.compiler.AddResource("mem:openapi.json", doc))
	})
}

// schema compiles what stands at a place of the description.
func (d *describer) schema(t testing.TB, steps ...string) *jsonschema.Schema {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	loc := "mem:openapi.json#"
	for _, s := range steps {
		loc += "/" + strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(s)
	}
	if s := d.compiled[loc]; s != nil {
		return s
	}
	s, err := d.compiler.Compile(loc)
	check(t, err)
	d.compiled[loc] = s
	return s
}

// conforms holds an answer to the description: every test of this package that
// makes a request is a test of it.
func (b *bed) conforms(req *http.Request, w *httptest.ResponseRecorder) {
	b.t.Helper()
	verb, path, ok := strings.Cut(req.Pattern, " ")
	if !ok || !strings.HasPrefix(path, base) || strings.HasSuffix(path, "/openapi.json") || verb != req.Method {
		return
	}
	described.load(b.t, b.server.OpenAPI())
	op := described.doc["paths"].(map[string]any)[path].(map[string]any)[strings.ToLower(verb)].(map[string]any)
	status := strconv.Itoa(w.Code)
	responses := op["responses"].(map[string]any)
	if _, ok := responses[status]; !ok {
		if w.Code < 400 {
			b.t.Errorf("%s answers %d, which is not described", req.Pattern, w.Code)
			return
		}
		status = "default"
	}
	content, _ := responses[status].(map[string]any)["content"].(map[string]any)
	if w.Code == http.StatusNoContent {
		if w.Body.Len() > 0 {
			b.t.Errorf("%s: no content, and a body", req.Pattern)
		}
		return
	}
	kind, _, _ := strings.Cut(w.Header().Get("Content-Type"), ";")
	if content[kind] == nil {
		b.t.Errorf("%s answers %d with %s, which is not described", req.Pattern, w.Code, kind)
		return
	}
	docs := [][]byte{w.Body.Bytes()}
	switch kind {
	case "application/json":
	case api.TypeNDJSON:
		docs = bytes.Split(bytes.TrimSpace(w.Body.Bytes()), []byte("\n"))
	default:
		return
	}
	s := described.schema(b.t, "paths", path, strings.ToLower(verb), "responses", status, "content", kind, "schema")
	for _, raw := range docs {
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
		if err == nil {
			err = s.Validate(v)
		}
		if err != nil {
			b.t.Errorf("%s: HTTP %d does not fit its description: %v\n%s", req.Pattern, w.Code, err, raw)
		}
	}
}

// All schemas compile, and what acts say of themselves they say here too.
func TestTheDescriptionIsWellFormed(t *testing.T) {
	b := newBed(t)
	described.load(t, b.server.OpenAPI())
	for name := range described.doc["components"].(map[string]any)["schemas"].(map[string]any) {
		described.schema(t, "components", "schemas", name)
	}
	content := described.schema(t, "components", "schemas", "Content")
	for text, ok := range map[string]bool{
		`{"report_type":"INTREP","title":"","portions":[{"lang":"en","text":"x","label":{"policy":"CENTRE","class":"SECRET","rel":["IRQ"],"originators":["IRQ"]}}]}`: true,
		`{"report_type":"INTREP","title":"","portions":[{"lang":"en","text":"x","label":{"policy":"CENTRE","class":"SECRET","rel":["ALL"],"originators":["IRQ"]}}]}`: false,
		`{"report_type":"INTREP","title":"","portions":[{"lang":"en","text":"x","label":{"policy":"CENTRE","class":"SECRET","rel":["irq"],"originators":["IRQ"]}}]}`: false,
		`{"report_type":"INTREP","title":"","portions":[{"lang":"en","text":"x","label":{"policy":"CENTRE","class":"SECRET","rel":["IRQ"],"originators":[]}}]}`:      false,
		`{"report_type":"OTHER","title":"","portions":[{"lang":"en","text":"x"}]}`:                                                                                   false,
		`{"report_type":"INTREP","title":"","portions":[]}`:                                             false,
		`{"report_type":"INTREP","title":"","portions":[{"lang":"en","text":"x","place":"33.1 44.2"}]}`: false,
		`{"report_type":"INTREP","title":"","more":1,"portions":[{"lang":"en","text":"x"}]}`:            false,
	} {
		var v any
		check(t, json.Unmarshal([]byte(text), &v))
		if err := content.Validate(v); (err == nil) != ok {
			t.Errorf("%s: %v", text, err)
		}
	}
}
