package collect

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"entente/internal/plural"
	"entente/label"
)

// Markings are the marking definitions of a bundle (STIX 2.1 clause 7.2), as
// they bound the labels of what it marks. An import that is given those of the
// whole bundle from an earlier reading finds also what stands behind its first
// use.
type Markings struct {
	known map[string]restriction
	// asked counts the uses of each marking; over says that there are more.
	asked map[string]int
	over  bool
}

// restriction is what a marking definition asks for.
type restriction struct {
	// mark is a foreign mark, empty for none.
	mark string
	// label is one of a centre's own labels, by the label extension.
	label *label.Label
}

// tlpMarkings are the predefined marking definitions: those of TLP 1.0 (clause
// 7.2.1.4) and those of OASIS for TLP 2.0.
var tlpMarkings = map[string]string{
	"marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": "TLP:CLEAR",
	"marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": "TLP:GREEN",
	"marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": "TLP:AMBER",
	"marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": "TLP:RED",
	"marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487": "TLP:CLEAR",
	"marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb": "TLP:GREEN",
	"marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421": "TLP:AMBER",
	"marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003": "TLP:AMBER+STRICT",
	"marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1": "TLP:RED",
}

// labelExtension is the extension under which a marking definition holds a
// label of a centre (spec/stix.md), tlpExtension that of OASIS for TLP 2.0.
const (
	labelExtension = "extension-definition--a1d4e6f8-2b3c-4d5e-9f60-718293a4b503"
	tlpExtension   = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
)

// maxMarkings bounds the marking definitions of one bundle.
const maxMarkings = 10_000

// define notes what a marking definition asks for, if that is understood: one
// that is not bounds what it marks to nobody, as one that is missing does. A
// statement (clause 7.2.1.3) is no bound on readers.
func (m *Markings) define(id string, raw []byte) {
	var o struct {
		Kind       string `json:"definition_type"`
		Definition struct {
			TLP string `json:"tlp"`
		} `json:"definition"`
		Extensions map[string]json.RawMessage `json:"extensions"`
	}
	if len(m.known) >= maxMarkings || json.Unmarshal(raw, &o) != nil {
		return
	}
	var r restriction
	mark := ""
	switch {
	case o.Extensions[labelExtension] != nil:
		var body struct {
			Label label.Label `json:"label"`
		}
		if json.Unmarshal(o.Extensions[labelExtension], &body) != nil || body.Label.Validate() != nil {
			return
		}
		r.label = &body.Label
	case o.Extensions[tlpExtension] != nil:
		var body struct {
			TLP string `json:"tlp_2_0"`
		}
		_ = json.Unmarshal(o.Extensions[tlpExtension], &body) // an empty token is none
		mark = body.TLP
	case o.Kind == "tlp":
		mark = o.Definition.TLP
	case o.Kind == "statement" && len(o.Extensions) == 0:
	default:
		return
	}
	if mark != "" {
		f, err := label.ParseForeignMark("TLP:" + strings.ToUpper(mark))
		if err != nil {
			return
		}
		r.mark = f.String()
	} else if r.label == nil && o.Kind != "statement" {
		return
	}
	if m.known == nil {
		m.known = make(map[string]restriction)
	}
	m.known[id] = r
}

// ask notes which markings an object refers to, those of its parts included.
func (m *Markings) ask(o *stixObject) {
	for _, g := range o.Granular {
		if g.Marking != "" {
			o.Markings = append(o.Markings, g.Marking)
		}
	}
	for _, ref := range o.Markings {
		if _, there := m.asked[ref]; !there && len(m.asked) >= maxMarkings {
			m.over = true
			continue
		}
		if m.asked == nil {
			m.asked = make(map[string]int)
		}
		m.asked[ref]++
	}
}

// bound applies markings to the officer's label, which they only ever narrow.
// What is not understood releases to nobody beyond the originators of the label.
func (m *Markings) bound(l label.Label, refs []string) label.Label {
	if l.Equal(label.Label{}) {
		return l // the officer has still to set it
	}
	// A label of a centre adds originators, who are not for that among those to
	// whom what is not understood is released.
	alone := l.Originators
	for _, ref := range refs {
		mark := tlpMarkings[ref]
		switch r, known := m.known[ref]; {
		case mark != "":
			l.Caveats = l.Caveats.Union(label.Caveats(mark))
		case !known:
			l.Rel = l.Rel.Intersect(alone)
		case r.mark != "":
			l.Caveats = l.Caveats.Union(label.Caveats(r.mark))
		case r.label != nil:
			l = narrowed(l, r.label)
			if l.Policy != r.label.Policy || l.Class != r.label.Class {
				l.Rel = l.Rel.Intersect(alone)
			}
		}
	}
	return l
}

// whole applies all markings of the bundle: what holds all of it goes no further
// than any part.
func (m *Markings) whole(l label.Label) label.Label {
	alone := l.Originators
	l = m.bound(l, slices.Sorted(maps.Keys(m.asked)))
	if m.over {
		l.Rel = l.Rel.Intersect(alone)
	}
	return l
}

// Notes says of each marking that bounds labels, other than by TLP, what it
// does; call it when all of the bundle was read.
func (m *Markings) Notes() []Note {
	var out []Note
	for _, ref := range slices.Sorted(maps.Keys(m.asked)) {
		switch r, known := m.known[ref]; {
		case tlpMarkings[ref] != "":
		case !known:
			out = append(out, Note{Rule: "7", Text: fmt.Sprintf("the marking %.80s of %s is not understood, and %s released to nobody beyond the originators", ref, plural.Of(m.asked[ref], "object"), plural.Choose(m.asked[ref], "it is", "they are"))})
		case r.label != nil:
			out = append(out, Note{Rule: "7", Text: fmt.Sprintf("the marking %.80s of %s is a label of %s, to which the import's own is narrowed; where the classes differ, %s released to nobody beyond the originators", ref, plural.Of(m.asked[ref], "object"), r.label.Originators, plural.Choose(m.asked[ref], "it is", "they are"))})
		}
	}
	return out
}

// narrowed joins to l everything of another label but its class.
func narrowed(l label.Label, by *label.Label) label.Label {
	l.Rel = l.Rel.Intersect(by.Rel)
	l.Originators = l.Originators.Union(by.Originators)
	l.ConsentNeeded = l.ConsentNeeded.Union(by.ConsentNeeded)
	l.External = l.External.Union(by.External)
	l.UseCodes = l.UseCodes.Union(by.UseCodes)
	l.Caveats = l.Caveats.Union(by.Caveats)
	l.Personal = l.Personal || by.Personal
	l.ReviewBy, l.Expires = l.ReviewBy.Min(by.ReviewBy), l.Expires.Min(by.Expires)
	return l
}
