package stix

import "bytes"

// sdo makes the spec of a domain or relationship object: the common properties
// and its own.
func sdo(name, clause string, props ...prop) *spec {
	return &spec{name: name, clause: clause, class: classSDO, props: append(coreProps(), props...)}
}

// domainObjects are the objects of clauses 4 and 5 and the meta objects of
// clause 7 that have the common properties.
var domainObjects = []*spec{
	sdo("attack-pattern", "4.1",
		req(str("name")), str("description"), strings_("aliases"), killChainPhases()).build(),
	sdo("campaign", "4.2",
		req(str("name")), str("description"), strings_("aliases"), ts("first_seen"), ts("last_seen"),
		str("objective")).build().inOrder("first_seen", "last_seen", false),
	sdo("course-of-action", "4.3",
		req(str("name")), str("description")).build(),
	sdo("grouping", "4.4",
		str("name"), str("description"), req(str("context")), req(refs("object_refs", nil))).build(),
	sdo("identity", "4.5",
		req(str("name")), str("description"), strings_("roles"), str("identity_class"), strings_("sectors"),
		str("contact_information")).build(),
	sdo("incident", "4.6",
		req(str("name")), str("description")).build(),
	indicator,
	sdo("infrastructure", "4.8",
		req(str("name")), str("description"), strings_("infrastructure_types"), strings_("aliases"), killChainPhases(),
		ts("first_seen"), ts("last_seen")).build().inOrder("first_seen", "last_seen", false),
	sdo("intrusion-set", "4.9",
		req(str("name")), str("description"), strings_("aliases"), ts("first_seen"), ts("last_seen"), strings_("goals"),
		str("resource_level"), str("primary_motivation"), strings_("secondary_motivations"),
	).build().inOrder("first_seen", "last_seen", false),
	location,
	malware,
	malwareAnalysis,
	sdo("note", "4.13",
		str("abstract"), req(str("content")), strings_("authors"), req(refs("object_refs", nil))).build(),
	observedData,
	sdo("opinion", "4.15",
		str("explanation"), strings_("authors"),
		req(enum("opinion", "strongly-disagree disagree neutral agree strongly-agree")),
		req(refs("object_refs", nil))).build(),
	sdo("report", "4.16",
		req(str("name")), str("description"), strings_("report_types"), req(ts("published")),
		req(refs("object_refs", nil))).build(),
	sdo("threat-actor", "4.17",
		req(str("name")), str("description"), strings_("threat_actor_types"), strings_("aliases"), ts("first_seen"),
		ts("last_seen"), strings_("roles"), strings_("goals"), str("sophistication"), str("resource_level"),
		str("primary_motivation"), strings_("secondary_motivations"), strings_("personal_motivations"),
	).build().inOrder("first_seen", "last_seen", false),
	sdo("tool", "4.18",
		req(str("name")), str("description"), strings_("tool_types"), strings_("aliases"), killChainPhases(),
		str("tool_version")).build(),
	sdo("vulnerability", "4.19",
		req(str("name")), str("description")).build(),
	relationship,
	sighting,
	languageContent,
	extensionDefinition,
}

var indicator = func() *spec {
	s := sdo("indicator", "4.7",
		str("name"), str("description"), strings_("indicator_types"), req(str("pattern")), req(str("pattern_type")),
		str("pattern_version"), req(ts("valid_from")), ts("valid_until"), killChainPhases())
	s.check = checkIndicator
	return s.build().inOrder("valid_from", "valid_until", true)
}()

var location = func() *spec {
	s := sdo("location", "4.10",
		str("name"), str("description"),
		property("latitude", rule{kind: ruleFloat, min: -90, max: 90, bounded: true}),
		property("longitude", rule{kind: ruleFloat, min: -180, max: 180, bounded: true}),
		float("precision"), str("region"), str("country"), str("administrative_area"), str("city"),
		str("street_address"), str("postal_code"))
	s.check = func(v *validator, o *object) {
		lat, long := o.has("latitude"), o.has("longitude")
		if lat != long {
			v.fail("4.10", "latitude and longitude must both be present or both be absent")
		}
		if o.has("precision") && !(lat && long) {
			v.fail("4.10", "precision needs latitude and longitude")
		}
		if !o.has("region") && !o.has("country") && !(lat && long) {
			v.fail("4.10", "needs at least one of region, country, latitude with longitude")
		}
	}
	return s.build()
}()

var malware = func() *spec {
	s := sdo("malware", "4.11",
		str("name"), str("description"), strings_("malware_types"), req(boolean("is_family")), strings_("aliases"),
		killChainPhases(), ts("first_seen"), ts("last_seen"), refs("operating_system_refs", only("software")),
		strings_("architecture_execution_envs"), strings_("implementation_languages"), strings_("capabilities"),
		advisedScoRefs("sample_refs", "artifact file"))
	s.check = func(v *validator, o *object) {
		if n, ok := o.get("is_family"); ok && v.tape.nodes[n].kind == kTrue && !o.has("name") {
			v.fail("4.11", "name is required for a malware family")
		}
	}
	return s.build().inOrder("first_seen", "last_seen", false)
}()

var malwareAnalysis = sdo("malware-analysis", "4.12",
	req(str("product")), str("version"), ref("host_vm_ref", only("software")),
	ref("operating_system_ref", only("software")), refs("installed_software_refs", only("software")),
	str("configuration_version"), strings_("modules"), str("analysis_engine_version"),
	str("analysis_definition_version"), ts("submitted"), ts("analysis_started"), ts("analysis_ended"),
	str("result_name"), str("result"), refs("analysis_sco_refs", nil),
	ref("sample_ref", only("artifact file network-traffic")),
).build().oneOf("result", "analysis_sco_refs")

// notLinked are the types that a relationship cannot connect (clause 5.1).
const notLinked = "relationship sighting bundle marking-definition language-content extension-definition"

var relationship = func() *spec {
	s := sdo("relationship", "5.1",
		req(form("relationship_type", "lower case letters, digits and hyphens", relationshipTypeOK)),
		str("description"), req(ref("source_ref", not(notLinked))), req(ref("target_ref", not(notLinked))),
		ts("start_time"), ts("stop_time"))
	s.class = classSRO
	return s.build().inOrder("start_time", "stop_time", true)
}()

func relationshipTypeOK(s []byte) bool {
	for _, c := range s {
		if !lowerDigitHyphen(c) {
			return false
		}
	}
	return len(s) > 0
}

var sighting = func() *spec {
	s := sdo("sighting", "5.2",
		str("description"), ts("first_seen"), ts("last_seen"), between("count", 0, 999_999_999),
		req(ref("sighting_of_ref", not(notLinked+" "+observableTypes))),
		refs("observed_data_refs", only("observed-data")), refs("where_sighted_refs", only("identity location")),
		boolean("summary"))
	s.class = classSRO
	return s.build().inOrder("first_seen", "last_seen", false)
}()

var languageContent = func() *spec {
	s := sdo("language-content", "7.1",
		req(ref("object_ref", not("bundle language-content"))), ts("object_modified"),
		req(custom("contents", (*validator).translations)))
	s.class = classMeta
	return s.build()
}()

// translations checks the contents of language content: language tag to
// property name to translation.
func (v *validator) translations(n uint32) {
	v.dictionary(n, func(key []byte, val uint32) {
		if !languageOK(key, false) {
			v.fail("7.1", "is no language tag (RFC 5646)")
		}
		if v.tape.nodes[val].kind != kObject {
			v.wrongKind(val, "7.1", "a dictionary of property names and their translations")
			return
		}
		for k := range v.tape.members(val) {
			if name := v.tape.str(k); !patternNameOK(name) {
				v.push(name, 0)
				v.fail("7.1", "is no property name: 3 to 250 of a-z, 0-9 and underscores are wanted")
				v.pop()
			}
		}
	})
}

var extensionDefinition = func() *spec {
	s := sdo("extension-definition", "7.3",
		req(str("name")), str("description"), req(str("schema")), req(str("version")),
		req(list("extension_types", rule{kind: ruleEnum, enum: extensionTypes})),
		list("extension_properties", rule{kind: ruleForm, soft: true, want: "a property name (clause 3.1)", form: func(s []byte) bool { return nameFault(s) == "" }}))
	s.class = classMeta
	s.build()
	s.required |= s.mask("created_by_ref")
	s.check = func(v *validator, o *object) {
		types, ok := o.get("extension_types")
		if !ok || !o.has("extension_properties") || v.tape.nodes[types].kind != kArray {
			return
		}
		for _, e := range v.tape.elements(types) {
			if v.isString(e, "toplevel-property-extension") {
				return
			}
		}
		v.failAt("extension_properties", "7.3", "must only be used with the extension type toplevel-property-extension")
	}
	return s
}()

var observedData = func() *spec {
	s := sdo("observed-data", "4.14",
		req(ts("first_observed")), req(ts("last_observed")), req(between("number_observed", 1, 999_999_999)),
		custom("objects", (*validator).observedObjects), refs("object_refs", nil))
	s.check = checkObservedData
	return s.build().inOrder("first_observed", "last_observed", false)
}()

func checkObservedData(v *validator, o *object) {
	list, hasRefs := o.get("object_refs")
	switch hasObjects := o.has("objects"); {
	case hasObjects && hasRefs:
		v.fail("4.14", "must not have both objects and object_refs")
	case !hasObjects && !hasRefs:
		v.fail("4.14", "needs object_refs (or the deprecated objects)")
	}
	if !hasRefs || v.tape.nodes[list].kind != kArray {
		return
	}
	// At least one must be an observable. Types that the specification does
	// not define may be observables.
	for _, e := range v.tape.elements(list) {
		if v.tape.nodes[e].kind != kString {
			return
		}
		typ := idPrefix(v.tape.str(e))
		if c := definedTypes[string(typ)]; c == classSCO || c == classNone {
			return
		}
	}
	if v.tape.nodes[list].count > 0 {
		v.failAt("object_refs", "4.14", "must refer to at least one cyber observable")
	}
}

func checkIndicator(v *validator, o *object) {
	p, ok := o.get("pattern")
	kindNode, hasKind := o.get("pattern_type")
	if !ok || !hasKind || v.tape.nodes[p].kind != kString || !v.isString(kindNode, "stix") {
		return
	}
	version := "2.1"
	for _, name := range []string{"pattern_version", "spec_version"} {
		if n, ok := o.get(name); ok && v.tape.nodes[n].kind == kString {
			version = string(v.tape.str(n))
			break
		}
	}
	text := v.tape.str(p)
	pattern, err := parsePattern(text, version)
	if err != nil {
		v.failAt("pattern", err.Clause, err.Error())
		return
	}
	if fault := pattern.nameFault(); fault != "" {
		v.failAt("pattern", "9.7", fault)
	}
}

// idHasType tells whether the identifier s names an object of the type.
func idHasType(s, typ []byte) bool {
	return bytes.HasPrefix(s, typ) && bytes.HasPrefix(s[len(typ):], []byte("--"))
}
