package formats

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"

	"entente/act"
	"entente/internal/collect"
	"entente/label"
)

// pair is a thing of MISP with the STIX objects that misp-stix makes of it.
type pair struct{ MISP, STIX json.RawMessage }

// MISP takes the pairs of misp-stix in the directory in: the share of
// attributes, objects and galaxies that come back as they were through acts,
// and the share whose STIX object says what misp-stix says. What rule 3 refuses
// counts as right in the first and not at all in the second.
func MISP(dir string) ([]Figure, error) {
	var out []Figure
	for _, c := range []struct{ what, file, list string }{
		{"attributes", "misp_attributes_to_stix21.json", "Attribute"},
		{"objects", "misp_objects_to_stix21.json", "Object"},
		{"galaxies", "misp_galaxies_to_stix21.json", "Galaxy"},
	} {
		raw, err := read(filepath.Join(dir, c.file))
		if err != nil {
			return nil, err
		}
		var pairs map[string]pair
		if err := json.Unmarshal(raw, &pairs); err != nil {
			return nil, err
		}
		back := tally{name: "MISP " + c.what + " that come back"}
		same := tally{name: "MISP " + c.what + " said as misp-stix does"}
		for name, p := range pairs {
			event, carried, err := throughActs(c.list, p.MISP)
			if errors.Is(err, collect.ErrFinePlace) {
				back.add(true, "")
				continue
			}
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			back.add(event, name)
			same.add(saidAlike(carried, p.STIX), name)
		}
		out = append(out, back.figure())
		if same.n > 0 {
			out = append(out, same.figure())
		}
	}
	return out, nil
}

// throughActs takes things in as an event, makes portions of them, and gives
// them back: whether they are what they were, and the objects carried.
func throughActs(list string, things json.RawMessage) (same bool, carried []json.RawMessage, err error) {
	if things[0] != '[' {
		things = append(append(json.RawMessage("["), things...), ']')
	}
	raw := fmt.Appendf(nil, `{"Event":{"uuid":"33333333-3333-4333-8333-333333333333","info":"Measured","timestamp":"1603642920","distribution":"0",%q:%s}}`, list, things)
	o := collect.MISPOptions{Options: collect.Options{MaxPersons: 1000, Name: "measured.json", MediaType: "application/json", Origin: collect.Origin{
		Label:  label.Label{Policy: "CENTRE", Class: "RESTRICTED", Rel: label.Members("IRQ"), Originators: label.Members("IRQ")},
		Grade:  act.Grade{Reliability: "F", Credibility: "6"},
		Source: act.Source{Descriptor: "Measured", Kind: act.KindTechnicalPublic, Originator: "IRQ"}}}}
	var acts []act.Act
	_, err = collect.MISP(bytes.NewReader(raw), o, func(d collect.Draft) error {
		var ps []act.Portion
		for _, in := range d.Portions {
			p, err := act.NewPortion(in)
			if err != nil {
				return err
			}
			ps = append(ps, p)
			if p.Object != nil {
				carried = append(carried, p.Object.Bytes)
			}
		}
		a, err := act.BuildView(act.View{Type: d.Type, Title: d.Title, To: label.Members("IRQ"), Label: ps[0].Label, Written: written}, ps)
		acts = append(acts, a)
		return err
	})
	if err != nil {
		return false, nil, err
	}
	var b bytes.Buffer
	if _, err := collect.ExportMISP(&b, collect.MISPExportOptions{Keep: true}, acts...); err != nil {
		return false, nil, err
	}
	var got struct{ Response []any }
	var want any
	if err := errors.Join(json.Unmarshal(b.Bytes(), &got), json.Unmarshal(raw, &want)); err != nil {
		return false, nil, err
	}
	return len(got.Response) == 1 && reflect.DeepEqual(got.Response[0], want), carried[1:], nil
}

// saidAlike tells whether one of the carried objects has the content of the
// first object of its type that misp-stix makes: identifiers, times, labels and
// what refers to other objects aside.
func saidAlike(carried []json.RawMessage, golden json.RawMessage) bool {
	if golden[0] != '[' {
		golden = append(append(json.RawMessage("["), golden...), ']')
	}
	var want []map[string]any
	if json.Unmarshal(golden, &want) != nil {
		return false
	}
	for _, raw := range carried {
		var got map[string]any
		if json.Unmarshal(raw, &got) != nil {
			return false
		}
		for _, w := range want {
			if w["type"] == got["type"] {
				return reflect.DeepEqual(content(got), content(w))
			}
		}
	}
	return false
}

func content(o map[string]any) map[string]any {
	c := map[string]any{}
	for k, v := range o {
		switch {
		case strings.HasPrefix(k, "x_misp"), strings.HasSuffix(k, "_ref"), strings.HasSuffix(k, "_refs"):
		case k == "id", k == "spec_version", k == "created", k == "modified", k == "labels", k == "extensions", k == "valid_from",
			k == "pattern_version", k == "interoperability", k == "kill_chain_phases" && o["type"] == "indicator":
		default:
			c[k] = v
		}
	}
	return c
}
