package stix

// Objects of STIX 2.0. A bundle may hold them: clause 3.2 has an object
// without spec_version be one of 2.0, unless it is a cyber observable. Their
// own rules (STIX Version 2.0, parts 1 and 2) apply then; the observables
// inside their observed data are only looked at for their type.

var reservedNames20 = wordSet(`confidence severity action usernames phone_numbers addresses first_seen_precision
	last_seen_precision valid_from_precision valid_until_precision`)

func coreProps20() []prop {
	return []prop{
		req(property("type", rule{})),
		req(property("id", rule{})),
		ref("created_by_ref", advised("identity")),
		req(property("created", rule{kind: ruleTimestampMilli3})),
		req(property("modified", rule{kind: ruleTimestampMilli3})),
		boolean("revoked"),
		strings_("labels"),
		langTag("lang"),
		externalReferences(),
		refs("object_marking_refs", advised("marking-definition")),
		granularMarkings(),
	}
}

func sdo20(name, clause string, props ...prop) *spec {
	return (&spec{name: name, clause: "STIX 2.0 part 2, " + clause, class: classSDO, props: append(coreProps20(), props...)}).build()
}

func (s *spec) labelled() *spec {
	s.required |= s.mask("labels")
	return s
}

// notLinked20 are the types that a relationship of 2.0 cannot connect.
const notLinked20 = "relationship sighting bundle marking-definition"

var customObject20 = sdo20("custom object", "7")

var objects20 = []*spec{
	(&spec{name: "marking-definition", clause: "STIX 2.0 part 1, 4.1", class: classMeta, nested: true, check: checkMarkingDefinition, props: []prop{
		req(property("type", rule{})), req(property("id", rule{})), ref("created_by_ref", advised("identity")),
		req(ts("created")), externalReferences(), refs("object_marking_refs", only("marking-definition")),
		granularMarkings(), req(str("definition_type")), req(property("definition", rule{kind: ruleEmbedded, sub: anyObject})),
	}}).build(),
	sdo20("attack-pattern", "2.1", req(str("name")), str("description"), killChainPhases()),
	sdo20("campaign", "2.2", req(str("name")), str("description"), strings_("aliases"), ts("first_seen"), ts("last_seen"),
		str("objective")).inOrder("first_seen", "last_seen", false),
	sdo20("course-of-action", "2.3", req(str("name")), str("description")),
	sdo20("identity", "2.4", req(str("name")), str("description"), req(str("identity_class")), strings_("sectors"),
		str("contact_information")),
	sdo20("indicator", "2.5", str("name"), str("description"), req(str("pattern")), req(ts("valid_from")), ts("valid_until"),
		killChainPhases()).labelled().inOrder("valid_from", "valid_until", true),
	sdo20("intrusion-set", "2.6", req(str("name")), str("description"), strings_("aliases"), ts("first_seen"), ts("last_seen"),
		strings_("goals"), str("resource_level"), str("primary_motivation"), strings_("secondary_motivations")).
		inOrder("first_seen", "last_seen", false),
	sdo20("malware", "2.7", req(str("name")), str("description"), killChainPhases()).labelled(),
	sdo20("observed-data", "2.8", req(ts("first_observed")), req(ts("last_observed")),
		req(between("number_observed", 1, 999_999_999)), req(custom("objects", (*validator).observedObjects))).
		inOrder("first_observed", "last_observed", false),
	sdo20("report", "2.9", req(str("name")), str("description"), req(ts("published")), req(refs("object_refs", nil))).labelled(),
	sdo20("threat-actor", "2.10", req(str("name")), str("description"), strings_("aliases"), strings_("roles"),
		strings_("goals"), str("sophistication"), str("resource_level"), str("primary_motivation"),
		strings_("secondary_motivations"), strings_("personal_motivations")).labelled(),
	sdo20("tool", "2.11", req(str("name")), str("description"), killChainPhases(), str("tool_version")).labelled(),
	sdo20("vulnerability", "2.12", req(str("name")), str("description")),
	sdo20("relationship", "3.1", req(form("relationship_type", "lower case letters, digits and hyphens", relationshipTypeOK)),
		str("description"), req(ref("source_ref", not(notLinked20))), req(ref("target_ref", not(notLinked20)))),
	sdo20("sighting", "3.2", ts("first_seen"), ts("last_seen"), between("count", 0, 999_999_999),
		req(ref("sighting_of_ref", not(notLinked20))), refs("observed_data_refs", only("observed-data")),
		refs("where_sighted_refs", only("identity")), boolean("summary")).inOrder("first_seen", "last_seen", false),
}

// anyObject is an object of which nothing more is known.
var anyObject = (&spec{name: "object", clause: "2.3", nested: true}).build()

// observables20 are the observables whose shape is the same in STIX 2.0, where
// they have no identifier.
var observables20 = func() map[string]*spec {
	value := func(name, want string, ok func([]byte) bool) *spec {
		return (&spec{name: name, clause: "STIX 2.0 part 4", nested: true, props: []prop{req(form("value", want, ok))}}).build()
	}
	required := func(name string, p prop) *spec {
		return (&spec{name: name, clause: "STIX 2.0 part 4", nested: true, props: []prop{req(p)}}).build()
	}
	return byName(
		value("domain-name", "a domain name (RFC 1034, RFC 5890)", domainOK),
		value("email-addr", "an email address without display name (RFC 5322 addr-spec)", emailOK),
		value("ipv4-addr", "an IPv4 address or CIDR block", ipv4OK),
		value("ipv6-addr", "an IPv6 address or CIDR block", ipv6OK),
		value("mac-addr", "a MAC address in lower case with colons", macOK),
		value("url", "a URL (RFC 3986)", uriOK),
		required("autonomous-system", integer("number")),
		required("directory", str("path")),
		required("mutex", str("name")),
		required("software", str("name")),
		required("windows-registry-key", form("key", "a key with the hive's full name (HKEY_LOCAL_MACHINE, not HKLM)", fullHive)),
	)
}()
