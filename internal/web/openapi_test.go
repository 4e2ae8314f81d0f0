package web

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"entente/act"
	"entente/internal/node"
	"entente/internal/section"
	"entente/label"
)

var update = flag.Bool("update", false, "write the golden files anew")

// document is the description as a program reads it.
func document(t *testing.T) map[string]any {
	t.Helper()
	b := newBed(t)
	var doc map[string]any
	check(t, json.Unmarshal(b.server.OpenAPI(), &doc))
	return doc
}

// operations are the operations of the description, "METHOD path" each, in
// order.
func operations(doc map[string]any) (keys []string, ops map[string]map[string]any) {
	ops = map[string]map[string]any{}
	for path, item := range doc["paths"].(map[string]any) {
		for verb, op := range item.(map[string]any) {
			ops[strings.ToUpper(verb)+" "+path] = op.(map[string]any)
		}
	}
	keys = slices.Sorted(maps.Keys(ops))
	return keys, ops
}

// The list of operations is part of the protocol between a node and its
// officers' programs: it changes only on purpose.
func TestOperationsAreThoseOfTheGoldenFile(t *testing.T) {
	keys, ops := operations(document(t))
	var b strings.Builder
	for _, k := range keys {
		perm, _ := ops[k]["x-operation"].(string)
		if perm == "" {
			perm = "-"
		}
		fmt.Fprintf(&b, "%-55s %-22s %s\n", k, ops[k]["operationId"], perm)
	}
	golden := filepath.Join("testdata", "operations.txt")
	if *update {
		check(t, os.WriteFile(golden, []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile(golden)
	check(t, err)
	if b.String() != string(want) {
		t.Errorf("the operations differ from %s; look at the change, then go test -update\n%s", golden, b.String())
	}
}

// walk calls fn for every schema in the description, with its place.
func walk(at string, v any, fn func(at string, m map[string]any)) {
	switch x := v.(type) {
	case map[string]any:
		fn(at, x)
		for k, y := range x {
			switch k {
			case "if", "then", "else", "not", "anyOf", "allOf", "prefixItems": // conditions name fields that are described elsewhere
			default:
				walk(at+"/"+k, y, fn)
			}
		}
	case []any:
		for i, y := range x {
			walk(fmt.Sprintf("%s/%d", at, i), y, fn)
		}
	}
}

func TestEverythingIsDescribed(t *testing.T) {
	doc := document(t)
	if doc["openapi"] != "3.1.0" {
		t.Errorf("openapi is %v", doc["openapi"])
	}
	schemas := doc["components"].(map[string]any)["schemas"].(map[string]any)
	keys, ops := operations(doc)
	for _, k := range keys {
		op := ops[k]
		if op["summary"] == nil || op["description"] == nil || len(op["tags"].([]any)) != 1 {
			t.Errorf("%s has no summary, description or tag", k)
		}
		params, _ := op["parameters"].([]any)
		for _, p := range params {
			p := p.(map[string]any)
			if p["description"] == nil {
				t.Errorf("%s: the parameter %v is not described", k, p["name"])
			}
		}
		for _, name := range regexp.MustCompile(`\{(\w+)\}`).FindAllStringSubmatch(k, -1) {
			if !slices.ContainsFunc(params, func(p any) bool {
				m := p.(map[string]any)
				return m["name"] == name[1] && m["in"] == "path" && m["required"] == true
			}) {
				t.Errorf("%s does not read its path's %s", k, name[1])
			}
		}
		responses := op["responses"].(map[string]any)
		if responses["default"] == nil {
			t.Errorf("%s does not say how it refuses", k)
		}
		for status, r := range responses {
			content, _ := r.(map[string]any)["content"].(map[string]any)
			if status != "204" && len(content) == 0 {
				t.Errorf("%s: the answer %s has no body described", k, status)
			}
			for kind, m := range content {
				if m.(map[string]any)["schema"] == nil {
					t.Errorf("%s: the answer %s of %s has no schema", k, status, kind)
				}
			}
		}
	}
	for name, s := range schemas {
		walk(name, s, func(at string, m map[string]any) {
			if p, ok := m["properties"].(map[string]any); ok {
				for field, f := range p {
					if d, _ := f.(map[string]any)["description"].(string); d == "" {
						t.Errorf("%s.%s is not described", at, field)
					}
				}
			}
		})
	}
	walk("", doc, func(at string, m map[string]any) {
		if r, ok := m["$ref"].(string); ok && schemas[strings.TrimPrefix(r, "#/components/schemas/")] == nil {
			t.Errorf("%s refers to %s, which is not there", at, r)
		}
	})
}

func TestSetsOfMembersHaveOneForm(t *testing.T) {
	schemas := document(t)["components"].(map[string]any)["schemas"].(map[string]any)
	set := schemas["MemberSet"].(map[string]any)
	if set["type"] != "array" || set["uniqueItems"] != true || !strings.Contains(set["description"].(string), "rising order") {
		t.Errorf("MemberSet is described as %v", set)
	}
	// What the description shows is what the node takes, and no other order.
	example, err := json.Marshal(set["examples"].([]any)[0])
	check(t, err)
	var s label.MemberSet
	check(t, json.Unmarshal(example, &s))
	if err := json.Unmarshal([]byte(`["RUS","IRQ"]`), &s); err == nil {
		t.Error("a set out of order is taken")
	}
	rel := schemas["Label"].(map[string]any)["properties"].(map[string]any)["rel"].(map[string]any)
	if rel["$ref"] != "#/components/schemas/MemberSet" {
		t.Errorf("rel is described as %v", rel)
	}
}

// Rule 1: report types are a closed list, and nothing in the API names what the
// centre is not for.
func TestTheAPIKeepsToTheClosedList(t *testing.T) {
	doc := document(t)
	types := []any{}
	for _, x := range act.ReportTypes() {
		types = append(types, string(x))
	}
	enums := 0
	walk("", doc, func(at string, m map[string]any) {
		e, ok := m["enum"].([]any)
		if !ok || !slices.Contains(e, any("INTREP")) {
			return
		}
		enums++
		if !slices.Equal(e, types) {
			t.Errorf("%s lists the types %v, the closed list is %v", at, e, types)
		}
	})
	if enums < 4 {
		t.Errorf("only %d places state the closed list", enums)
	}
	content := doc["components"].(map[string]any)["schemas"].(map[string]any)["Content"].(map[string]any)["properties"].(map[string]any)["report_type"].(map[string]any)
	if content["enum"] == nil {
		t.Errorf("a draft's type is described as %v", content)
	}
	kinds := []any{}
	for _, k := range node.CollectKinds() {
		kinds = append(kinds, string(k))
	}
	_, ops := operations(doc)
	for _, p := range ops["POST "+base+"/collect"]["parameters"].([]any) {
		if p := p.(map[string]any); p["name"] == "kind" && !slices.Equal(p["schema"].(map[string]any)["enum"].([]any), kinds) {
			t.Errorf("kinds of import are %v", p)
		}
	}
	roles := []any{}
	for _, r := range section.AllRoles() {
		roles = append(roles, r.String())
	}
	walk("", doc, func(at string, m map[string]any) {
		if e, ok := m["enum"].([]any); ok && slices.Contains(e, any("custodian")) && !slices.Equal(e, roles) {
			t.Errorf("%s lists the roles %v", at, e)
		}
	})

	// Every name of a path, a parameter, a field, a schema and a value of a
	// closed list, and every word of the texts.
	forbidden := regexp.MustCompile(`(?i)(target|kill|strike|hostile|asset|watchlist|enemy|weapon|biometric|religion|ethnic|sect\b|\bscore)`)
	for _, w := range forbidden.FindAllString(string(newBed(t).server.OpenAPI()), -1) {
		t.Errorf("the description holds %q", w)
	}
}

func TestTheDescriptionIsServed(t *testing.T) {
	b := newBed(t)
	for _, path := range []string{"/openapi.json", base + "/openapi.json"} {
		r := b.request("GET", path, "", nil)
		if r.Code != 200 || r.Header().Get("Content-Type") != "application/openapi+json" || r.Body.String() != string(b.server.OpenAPI()) {
			t.Errorf("%s: %d %s", path, r.Code, r.Header())
		}
	}
}
