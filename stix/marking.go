package stix

import "bytes"

// granularMarking is clause 7.2.3: selectors, and exactly one of marking_ref
// and lang.
var granularMarking = (&spec{name: "granular-marking", clause: "7.2.3", nested: true, props: []prop{
	req(list("selectors", rule{kind: ruleForm, form: selectorOK, want: "a selector (property names and [n], separated by dots)"})),
	ref("marking_ref", only("marking-definition")),
	langTag("lang"),
}, check: func(v *validator, o *object) {
	switch lang, mark := o.has("lang"), o.has("marking_ref"); {
	case !lang && !mark:
		v.fail("7.2.3", "needs marking_ref, or lang")
	case lang && mark:
		v.fail("7.2.3", "must not have both marking_ref and lang")
	}
}}).build()

// selectorOK tells whether s has the syntax of clause 7.2.3.1.
func selectorOK(s []byte) bool {
	if string(s) == "id" {
		return true
	}
	first := true
	for part := range bytes.SplitSeq(s, []byte(".")) {
		if !first && len(part) > 2 && part[0] == '[' && part[len(part)-1] == ']' {
			if !allDigits(part[1 : len(part)-1]) {
				return false
			}
			continue
		}
		if len(part) == 0 || len(part) > 250 || first && len(part) < 3 {
			return false
		}
		for _, c := range part {
			if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '-' || !first && c >= 'A' && c <= 'Z') {
				return false
			}
		}
		first = false
	}
	return true
}

// resolve follows a selector from object n and tells whether it names a value.
func (t *tape) resolve(n uint32, selector []byte) bool {
	for part := range bytes.SplitSeq(selector, []byte(".")) {
		if len(part) > 2 && part[0] == '[' {
			if t.nodes[n].kind != kArray {
				return false
			}
			index := uint32(0)
			for _, c := range part[1 : len(part)-1] {
				if c < '0' || c > '9' || index > 1<<27 {
					return false
				}
				index = index*10 + uint32(c-'0')
			}
			if index >= t.nodes[n].count {
				return false
			}
			for n++; index > 0; index-- {
				n = t.nodes[n].next
			}
			continue
		}
		var ok bool
		if n, ok = t.member(n, string(part)); !ok {
			return false
		}
	}
	return true
}

// markings checks what ties the markings of a STIX object to the object:
// selectors must name something in it, and a marking definition must not mark
// itself (7.2.2, 7.2.3).
func (v *validator) markings(o *object, id []byte) {
	t := v.tape
	if g, ok := o.get("granular_markings"); ok && t.nodes[g].kind == kArray {
		v.push([]byte("granular_markings"), 0)
		for i, m := range t.elements(g) {
			v.push(nil, i)
			if ref, ok := t.member(m, "marking_ref"); ok && o.spec.name == "marking-definition" && v.isString(ref, string(id)) {
				v.failAt("marking_ref", "7.2.3", "must not refer to the marking definition itself")
			}
			if sel, ok := t.member(m, "selectors"); ok && t.nodes[sel].kind == kArray {
				v.selectors(o.node, sel)
			}
			v.pop()
		}
		v.pop()
	}
	if o.spec.name != "marking-definition" {
		return
	}
	if refs, ok := o.get("object_marking_refs"); ok && t.nodes[refs].kind == kArray {
		for _, r := range t.elements(refs) {
			if v.isString(r, string(id)) {
				v.failAt("object_marking_refs", "7.2.2", "must not refer to the marking definition itself")
			}
		}
	}
}

// maxSelectorWork bounds the members and elements that selectors may walk.
const maxSelectorWork = 4_000_000

func (v *validator) selectors(root, list uint32) {
	t := v.tape
	if uint64(t.nodes[list].count)*uint64(t.nodes[root].next-root) > maxSelectorWork {
		v.fail("bound", "too many selectors for an object of this size")
		return
	}
	v.push([]byte("selectors"), 0)
	for i, s := range t.elements(list) {
		if t.nodes[s].kind != kString {
			continue
		}
		if text := t.str(s); selectorOK(text) && !t.resolve(root, text) {
			v.push(nil, i)
			v.fail("7.2.3.1", quoted(text)+" names nothing in this object")
			v.pop()
		}
	}
	v.pop()
}

// tlp has the four marking definitions of the Traffic Light Protocol, which
// clause 7.2.1.4 fixes to the letter: colour to identifier.
var tlp = map[string]string{
	"white": "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9",
	"green": "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da",
	"amber": "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82",
	"red":   "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed",
}

const tlpCreated = "2017-01-20T00:00:00.000Z"

func markingProps() []prop {
	return []prop{
		req(property("type", rule{})),
		req(specVersion()),
		req(property("id", rule{})),
		ref("created_by_ref", advised("identity")),
		req(ts("created")),
		externalReferences(),
		refs("object_marking_refs", only("marking-definition")),
		granularMarkings(),
		custom("extensions", func(v *validator, n uint32) { v.extensions(n, nil, false) }),
		langTag("lang"),
		str("name"),
		str("definition_type"),
		custom("definition", func(v *validator, n uint32) {
			if v.tape.nodes[n].kind != kObject {
				v.wrongKind(n, "7.2.1", "an object")
			}
		}),
	}
}

var markingDefinition = (&spec{
	name: "marking-definition", clause: "7.2.1", class: classMeta, nested: true,
	props: markingProps(), check: checkMarkingDefinition,
}).build()

func checkMarkingDefinition(v *validator, o *object) {
	t := v.tape
	def, hasDef := o.get("definition")
	kindNode, hasKind := o.get("definition_type")
	if !o.has("extensions") {
		if !hasDef {
			v.fail("7.2.1", "required property definition is missing (there are no extensions)")
		}
		if !hasKind {
			v.fail("7.2.1", "required property definition_type is missing (there are no extensions)")
		}
	}
	if !hasKind || t.nodes[kindNode].kind != kString {
		return
	}
	switch string(t.str(kindNode)) {
	case "statement":
		if !hasDef {
			if o.has("extensions") {
				v.fail("7.2.1.3", "definition is missing for definition_type statement")
			}
			return
		}
		if s, ok := t.member(def, "statement"); !ok || t.nodes[s].kind != kString {
			v.failAt("definition", "7.2.1.3", "needs the string statement")
		}
	case "tlp":
		v.tlpDefinition(o, def, hasDef)
	}
}

func (v *validator) tlpDefinition(o *object, def uint32, hasDef bool) {
	t := v.tape
	for k := range t.members(o.node) {
		switch name := t.str(k); string(name) {
		case "type", "spec_version", "id", "created", "definition_type", "definition":
		case "name":
			if v.old {
				v.failAt("name", "STIX 2.0 part 1, 4.1.4", "is no property of a TLP marking definition of STIX 2.0")
			}
		default:
			v.failAt(string(name), "7.2.1.4", "is no property of a TLP marking definition, which the specification fixes")
		}
	}
	if !hasDef {
		return
	}
	colour, ok := t.member(def, "tlp")
	if !ok || t.nodes[colour].kind != kString || tlp[string(t.str(colour))] == "" {
		v.failAt("definition", "7.2.1.4", "needs tlp with one of white, green, amber, red")
		return
	}
	word := string(t.str(colour))
	want := map[string]string{
		"id":      tlp[word],
		"created": tlpCreated,
		"name":    "TLP:" + string(bytes.ToUpper([]byte(word))),
	}
	if v.old {
		delete(want, "name")
	} else {
		want["spec_version"] = "2.1"
	}
	for _, name := range []string{"id", "created", "name", "spec_version"} {
		if w, fixed := want[name]; fixed {
			if n, ok := o.get(name); !ok || !v.isString(n, w) {
				v.failAt(name, "7.2.1.4", "must be "+w+" for TLP "+word)
			}
		}
	}
}
