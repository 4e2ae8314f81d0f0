package collect

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"entente/stix"
)

func reduced(t interface{ Fatal(...any) }, raw string) (string, Reduction) {
	var b bytes.Buffer
	red, err := ReduceSTIX(strings.NewReader(raw), &b, options())
	if err != nil {
		t.Fatal(err)
	}
	if !stix.Valid(stix.Validate(b.Bytes())) && stix.Valid(stix.Validate([]byte(raw))) {
		t.Fatal("what was valid is not: ", stix.Validate(b.Bytes())[0])
	}
	if _, err := STIX(bytes.NewReader(b.Bytes()), options(), nil); err != nil && red.Dropped < red.Objects {
		t.Fatal("what was reduced is still refused: ", err)
	}
	return b.String(), red
}

func place(more string) string {
	return `{"type":"location","spec_version":"2.1","id":"location--` + uuidA + `","created":"2016-01-01T00:00:00.000Z","modified":"2016-01-01T00:00:00.000Z"` + more + `}`
}

func TestReduceSTIX(t *testing.T) {
	clean := tool(uuidA, ` , "description" : "as it stands"`)
	for _, c := range []struct {
		name, object     string
		dropped, reduced int
		gone, stays      []string
	}{
		{"a clean object", clean, 0, 0, nil, []string{clean}},
		{"coordinates", place(`,"country":"iq","latitude":33.31522,"longitude":44.36612,"precision":5`), 0, 1, []string{"33.315", "44.366", `"precision":`}, []string{`"country":"iq"`, "original_sha256", `"left_out":["latitude","longitude","precision"]`}},
		{"street", place(`,"country":"iq","administrative_area":"Nineveh","street_address":"1 Example Street","postal_code":"41001"`), 0, 1, []string{"Example Street", "41001"}, []string{"Nineveh"}},
		{"nothing but coordinates", place(`,"latitude":33.31522,"longitude":44.36612`), 1, 0, []string{"33.315", "location--"}, nil},
		{"in a text", tool(uuidA, `,"description":"Seen at 33.31522, 44.36612 at noon"`), 0, 1, []string{"33.315"}, []string{"Seen at [place left out: rule 3] at noon"}},
		{"deep in a custom object", `{"type":"x-thing","id":"x-thing--` + uuidA + `","a":[{"b":{"GPS":"1,2","c":1}},{"object_relation":"latitude","value":"33.3"}],"lat_only":1}`, 0, 1, []string{`"GPS":`, "33.3"}, []string{`"c":1`, "lat_only"}},
		{"an observation of a person", `{"type":"observed-data","spec_version":"2.1","id":"observed-data--` + uuidA + `","created":"2016-01-01T00:00:00.000Z","modified":"2016-01-01T00:00:00.000Z","first_observed":"2016-01-01T11:22:33Z","last_observed":"2016-01-01T11:22:33Z","number_observed":1,"object_refs":["user-account--` + uuidA + `"]}`, 1, 0, []string{"11:22:33"}, nil},
		{"markings of parts", place(`,"country":"iq","latitude":33.31522,"longitude":44.36612,"granular_markings":[{"marking_ref":"marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9","selectors":["latitude"]}]`), 0, 1, []string{"granular_markings", "33.315"}, []string{`"object_marking_refs":["marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"]`}},
	} {
		raw := stixBundle(c.object)
		out, red := reduced(t, raw)
		if red.Objects != 1 || red.Dropped != c.dropped || red.Reduced != c.reduced || len(red.Notes) != c.dropped+c.reduced {
			t.Errorf("%s: %+v", c.name, red)
		}
		if red.Original.Digest != sha256.Sum256([]byte(raw)) || !red.Original.Dropped {
			t.Errorf("%s: original %+v", c.name, red.Original)
		}
		for _, s := range c.gone {
			if strings.Contains(out, s) {
				t.Errorf("%s: %q is still there: %s", c.name, s, out)
			}
		}
		for _, s := range c.stays {
			if !strings.Contains(out, s) {
				t.Errorf("%s: %q is gone: %s", c.name, s, out)
			}
		}
		for _, n := range red.Notes {
			if n.Rule != "3" {
				t.Errorf("%s: note without its rule: %+v", c.name, n)
			}
		}
		if c.dropped+c.reduced > 0 {
			_, err := STIX(strings.NewReader(raw), options(), nil)
			if !errors.Is(err, ErrFinePlace) || !strings.Contains(err.Error(), "rule 3") {
				t.Errorf("%s: not refused as it was: %v", c.name, err)
			}
		}
	}
	for _, raw := range []string{`{`, `[]`, `{"type":"tool"}`, stixBundle(`5`), stixBundle(`{"type":"tool","latitude":1,"latitude":2}`)} {
		if _, err := ReduceSTIX(strings.NewReader(raw), new(bytes.Buffer), options()); !isRefusal(err) {
			t.Errorf("%s: %v", raw, err)
		}
	}
}

// TestReducedBundlesPass draws objects with fine places anywhere: what remains
// passes the importer, and no fine value remains.
func TestReducedBundlesPass(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var draw func(depth int) any
		names := append([]string{"name", "value", "a_list", "Latitude", "note"}, finePlaces...)
		draw = func(depth int) any {
			switch k := rapid.IntRange(0, 3).Draw(t, "kind"); {
			case k == 0 && depth < 4:
				m := map[string]any{}
				for _, n := range rapid.SliceOfNDistinct(rapid.SampledFrom(names), 0, 3, rapid.ID[string]).Draw(t, "names") {
					m[n] = draw(depth + 1)
				}
				return m
			case k == 1 && depth < 4:
				return []any{draw(depth + 1), draw(depth + 1)}
			case k == 2:
				return "at 33.31522, 44.36612"
			}
			return 33.31522
		}
		var objects []string
		for i := range rapid.IntRange(1, 3).Draw(t, "objects") {
			m := map[string]any{"type": "x-thing", "id": fmt.Sprintf("x-thing--%08d-0000-4000-8000-000000000000", i), "some_thing": draw(0), "description": "at 33.31522, 44.36612"}
			raw, _ := json.Marshal(m)
			objects = append(objects, string(raw))
		}
		out, _ := reduced(t, stixBundle(objects...))
		for _, p := range finePlaces {
			if strings.Contains(strings.ToLower(out), `"`+p+`":`) {
				t.Fatalf("%s remains: %s", p, out)
			}
		}
		if strings.Contains(out, "44.366") && strings.Contains(out, "33.31522, ") {
			t.Fatalf("coordinates remain: %s", out)
		}
	})
}

func FuzzReduceSTIX(f *testing.F) {
	f.Add(stixBundle(place(`,"country":"iq","latitude":33.31522`), tool(uuidA, "")))
	f.Fuzz(func(t *testing.T, raw string) {
		var b bytes.Buffer
		if _, err := ReduceSTIX(strings.NewReader(raw), &b, options()); err != nil {
			return
		}
		if _, err := STIX(&b, options(), nil); errors.Is(err, ErrFinePlace) {
			t.Fatal(err)
		}
	})
}
