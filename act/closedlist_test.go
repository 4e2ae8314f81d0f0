package act

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

// The schema is a closed list (rule 1). What spec/act.md commits to, what the
// reader accepts and what schema.json says are the same list.

// specBlock returns the lines of the block of spec/act.md that is fenced with
// the given word.
func specBlock(t *testing.T, fence string) map[string][]string {
	t.Helper()
	b, err := os.ReadFile("../spec/act.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(b), "```"+fence+"\n")
	block, _, ok2 := strings.Cut(rest, "```")
	if !ok || !ok2 {
		t.Fatalf("spec/act.md has no block %q", fence)
	}
	out := map[string][]string{}
	for line := range strings.Lines(block) {
		name, list, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok {
			t.Fatalf("line %q", line)
		}
		out[name] = strings.Fields(list)
		if strings.Contains(list, "|") { // of several words each
			out[name] = strings.Split(list, "|")
		}
	}
	return out
}

func TestFieldsAreTheCommittedList(t *testing.T) {
	want := specBlock(t, "fields")
	if len(want) != len(shapes) {
		t.Errorf("%d objects in the specification, %d in the code", len(want), len(shapes))
	}
	for _, sh := range shapes {
		var got []string
		for _, f := range sh.fields {
			got = append(got, f.name)
		}
		if !slices.Equal(got, want[sh.name]) {
			t.Errorf("%s: the code reads %v, the specification commits to %v", sh.name, got, want[sh.name])
		}
		if len(sh.fields) > fieldLimit {
			t.Errorf("%s: %d fields, room for %d", sh.name, len(sh.fields), fieldLimit)
		}
	}
}

func TestValuesAreTheCommittedList(t *testing.T) {
	var types []string
	for typ := range readers {
		types = append(types, string(typ))
	}
	slices.Sort(types)
	want := specBlock(t, "values")
	slices.Sort(want["type"])
	for name, got := range map[string][]string{
		"type": types, "report_type": texts(ReportTypes()), "source kind": texts(SourceKinds()), "designation kind": texts(designationKinds),
		"consent step": texts(consentSteps), "acquisition statement": texts(acquisitions), "category": texts(categories),
		"recall kind": texts(recallKinds), "recall reason": texts(recallReasons), "acknowledgement state": texts(ackStates),
		"request about": texts(requestAbouts), "answer state": texts(answerStates), "closing outcome": texts(closingOutcomes),
		"redress ask": texts(redressAsks), "redress reason": texts(redressReasons), "redress for": texts(redressFors), "redress identity": texts(redressIdentities),
		"redress outcome": texts(redressOutcomes), "redress ground": texts(redressGrounds),
		"requirement kind": texts(requirementKinds), "register state": texts(registerStates),
	} {
		if !slices.Equal(got, want[name]) {
			t.Errorf("%s: the code has %v, the specification commits to %v", name, got, want[name])
		}
	}
}

func texts[T ~string](in []T) (out []string) {
	for _, v := range in {
		out = append(out, string(v))
	}
	return out
}

// TestNoFieldForWhatIsExcluded holds the names of the schema and of the closed
// values against the words of rules 1, 2, 3, 18 and 24.
func TestNoFieldForWhatIsExcluded(t *testing.T) {
	excluded := []string{
		"target", "strike", "weapon", "kill", "capture", "fire", "damage", "casualt", "munition", "ordnance", "aim", // rule 1
		"enemy", "hostile", "asset", "watchlist",
		"intercept", "passenger", "fingerprint", "biometric", "photo", "iris", "face", "voice", "dna", "passport", "document_number", // rule 2
		"latitude", "longitude", "coordinate", "lat", "lon", "position", "street", "address", "grid", // rule 3
		"religion", "sect", "ethnic", "tribe", "politic", "health", "sexual", "race", // rule 18
		"score", "rank", "threat", "risk", // rule 24
	}
	// Whole words where a part of another word would be hit.
	whole := map[string]bool{"lat": true, "lon": true, "aim": true, "race": true, "sect": true, "face": true, "dna": true, "rank": true}
	for _, name := range schemaNames(t) {
		for _, w := range excluded {
			hit := strings.Contains(name, w)
			if whole[w] {
				hit = slices.Contains(strings.FieldsFunc(name, func(r rune) bool { return r == '_' || r == '-' }), w)
			}
			if hit {
				t.Errorf("the schema has the name %q, which rule 1, 2, 3, 18 or 24 excludes (%q)", name, w)
			}
		}
	}
}

// schemaNames returns every field name of schema.json and every closed value.
func schemaNames(t *testing.T) []string {
	t.Helper()
	var doc any
	if err := json.Unmarshal(JSONSchema(), &doc); err != nil {
		t.Fatal(err)
	}
	var names []string
	var visit func(v any)
	visit = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if props, ok := v["properties"].(map[string]any); ok {
				for name := range props {
					names = append(names, name)
				}
			}
			if list, ok := v["enum"].([]any); ok {
				for _, e := range list {
					names = append(names, strings.ToLower(e.(string)))
				}
			}
			for _, e := range v {
				visit(e)
			}
		case []any:
			for _, e := range v {
				visit(e)
			}
		}
	}
	visit(doc)
	if len(names) < 60 {
		t.Fatalf("only %d names found in schema.json", len(names))
	}
	return names
}

func TestSchemaHasTheSameFields(t *testing.T) {
	var doc struct {
		Defs map[string]struct {
			Properties map[string]any `json:"properties"`
			Required   []string       `json:"required"`
			Additional *bool          `json:"additionalProperties"`
		} `json:"$defs"`
	}
	if err := json.Unmarshal(JSONSchema(), &doc); err != nil {
		t.Fatal(err)
	}
	inline := map[string]bool{"override": true}
	for _, sh := range shapes {
		if inline[sh.name] {
			continue // stands inside grade
		}
		def, ok := doc.Defs[strings.ReplaceAll(sh.name, " ", "_")]
		if !ok {
			t.Errorf("schema.json has no definition of %s", sh.name)
			continue
		}
		if def.Additional == nil || *def.Additional {
			t.Errorf("%s: schema.json leaves the list of fields open", sh.name)
		}
		if len(def.Properties) != len(sh.fields) {
			t.Errorf("%s: %d fields in schema.json, %d in the code", sh.name, len(def.Properties), len(sh.fields))
		}
		for _, f := range sh.fields {
			if _, ok := def.Properties[f.name]; !ok {
				t.Errorf("%s: schema.json lacks %s", sh.name, f.name)
			}
			if f.required && !slices.Contains(def.Required, f.name) {
				t.Errorf("%s: %s is not required in schema.json", sh.name, f.name)
			}
		}
	}
}
