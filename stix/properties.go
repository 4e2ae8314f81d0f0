package stix

import (
	"bytes"
	"maps"
	"slices"
)

func sortedWords(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }

// reservedNames may not be used as names of custom properties at the top of a
// STIX object (clause 3.8).
var reservedNames = wordSet("action severity username phone_numbers")

// external references, clause 2.5

var externalReference = func() *spec {
	s := &spec{name: "external-reference", clause: "2.5", nested: true, props: []prop{
		req(str("source_name")),
		str("description"),
		form("url", "a URL (RFC 3986)", urlInReference),
		custom("hashes", func(v *validator, n uint32) { v.hashes(n, true) }),
		str("external_id"),
	}, check: checkExternalReference}
	return s.build()
}()

// urlInReference accepts blanks around the URL of an external reference, since
// RFC 3986 appendix C has them ignored, and characters beyond ASCII in it, which
// RFC 3987 3.1 maps to percent-encoded ones: published content has both.
func urlInReference(s []byte) bool {
	s = bytes.Trim(s, " ")
	for i, c := range s {
		if c >= 0x80 {
			plain := bytes.Clone(s)
			for k := i; k < len(plain); k++ {
				if plain[k] >= 0x80 {
					plain[k] = 'x'
				}
			}
			return uriOK(plain)
		}
	}
	return uriOK(s)
}

func checkExternalReference(v *validator, o *object) {
	src, ok := o.get("source_name")
	if !ok || v.tape.nodes[src].kind != kString {
		return
	}
	name := v.tape.str(src)
	var id []byte
	idNode, hasID := o.get("external_id")
	if hasID {
		if v.tape.nodes[idNode].kind != kString {
			return
		}
		id = v.tape.str(idNode)
	}
	switch string(name) {
	case "cve":
		if !cveOK(id) {
			v.failAt("external_id", "2.5", "must be CVE-YYYY-NNNN, with four or more digits, where source_name is cve")
		}
		return
	case "capec":
		if !capecOK(id) {
			v.failAt("external_id", "2.5", "must be CAPEC-NNN where source_name is capec")
		}
		return
	}
	if hasID && (cveOK(id) || capecOK(id)) {
		v.failAt("source_name", "2.5", "must be cve for a CVE and capec for a CAPEC identifier, not "+quoted(name))
	}
	if !hasID && !o.has("description") && !o.has("url") {
		v.fail("2.5", "needs at least one of description, url, external_id beside source_name")
	}
}

// cveOK tells CVE-YYYY- and four digits, or more that do not begin with zero.
func cveOK(s []byte) bool {
	s, ok := bytes.CutPrefix(s, []byte("CVE-"))
	if !ok || len(s) < 9 || s[4] != '-' || !allDigits(s[:4]) || !allDigits(s[5:]) {
		return false
	}
	return len(s) == 9 || s[5] != '0'
}

func capecOK(s []byte) bool {
	s, ok := bytes.CutPrefix(s, []byte("CAPEC-"))
	return ok && len(s) > 0 && allDigits(s)
}

// kill chain phases, clause 2.11

var killChainPhase = (&spec{name: "kill-chain-phase", clause: "2.11", nested: true, props: []prop{
	req(str("kill_chain_name")),
	req(str("phase_name")),
}}).build()

func killChainPhases() prop { return embeddedList("kill_chain_phases", killChainPhase) }

func externalReferences() prop { return embeddedList("external_references", externalReference) }

// common properties, clause 3.2

func langTag(name string) prop {
	return form(name, "a language tag (RFC 5646)", func(s []byte) bool { return languageOK(s, false) })
}

func specVersion() prop { return enum("spec_version", "2.0 2.1") }

func granularMarkings() prop { return embeddedList("granular_markings", granularMarking) }

// coreProps are the common properties of SDOs, SROs, language content and
// extension definitions. type and id are checked before (stixObject).
func coreProps() []prop {
	return []prop{
		req(property("type", rule{})),
		req(specVersion()),
		req(property("id", rule{})),
		ref("created_by_ref", &refRule{only: wordSet("identity"), names: "identity", soft: true}),
		req(property("created", rule{kind: ruleTimestampMilli})),
		req(property("modified", rule{kind: ruleTimestampMilli})),
		boolean("revoked"),
		strings_("labels"),
		between("confidence", 0, 100),
		langTag("lang"),
		externalReferences(),
		refs("object_marking_refs", advised("marking-definition")),
		granularMarkings(),
		custom("extensions", (*validator).coreExtensions),
	}
}

// scoProps are the common properties of cyber observables.
func scoProps(ext map[string]*spec) []prop {
	return []prop{
		req(property("type", rule{})),
		specVersion(),
		req(property("id", rule{})),
		langTag("lang"), // not applicable, but held to its rule where it stands
		refs("object_marking_refs", advised("marking-definition")),
		granularMarkings(),
		boolean("defanged"),
		custom("extensions", func(v *validator, n uint32) { v.extensions(n, ext, true) }),
	}
}

func (v *validator) coreExtensions(n uint32) { v.extensions(n, nil, true) }

// extensions, clauses 3.2, 7.3 and 11

var extensionTypes = wordSet("new-sdo new-sco new-sro property-extension toplevel-property-extension")

var extensionBody = (&spec{name: "extension", clause: "7.3", ext: true, props: []prop{
	req(property("extension_type", rule{kind: ruleEnum, enum: extensionTypes})),
}}).build()

// predefinedBody is an extension named by an earlier version's rules, of which
// only the form is known.
var predefinedBody = (&spec{name: "extension", clause: "11.3", ext: true}).build()

// extensions checks the dictionary of extensions: keys are identifiers of
// extension definitions or, if named is set, names ending in -ext.
func (v *validator) extensions(n uint32, known map[string]*spec, named bool) {
	t := v.tape
	if t.nodes[n].kind != kObject {
		v.wrongKind(n, "3.2", "a dictionary of extensions")
		return
	}
	if t.nodes[n].count == 0 {
		v.fail("2.3", "must not be empty; leave the property out")
	}
	for k, val := range t.members(n) {
		key := t.str(k)
		v.push(key, 0)
		switch {
		case known[string(key)] != nil:
			v.object(val, known[string(key)])
		case bytes.HasPrefix(key, []byte("extension-definition--")):
			if typ, _, ok := splitID(key); !ok || string(typ) != "extension-definition" {
				v.fail("7.3", "is no identifier of an extension definition")
			} else {
				v.object(val, extensionBody)
			}
		case named && extNameOK(key):
			if t.nodes[val].kind == kObject && t.nodes[val].count == 0 {
				v.fail("11.3", "must not be empty; leave the extension out")
			}
			v.object(val, predefinedBody)
		case named:
			v.fail("7.3", "must be the identifier of an extension definition, or a name ending in -ext")
		default:
			v.fail("7.2.1", "must be the identifier of an extension definition")
		}
		v.pop()
	}
}

func extNameOK(s []byte) bool {
	body, ok := bytes.CutSuffix(s, []byte("-ext"))
	if !ok || len(body) == 0 || len(s) > 250 || body[len(body)-1] == '-' || body[0] < 'a' || body[0] > 'z' || bytes.Contains(body, []byte("--")) {
		return false
	}
	for _, c := range body {
		if !lowerDigitHyphen(c) {
			return false
		}
	}
	return true
}
