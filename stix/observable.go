package stix

const observableTypes = "artifact autonomous-system directory domain-name email-addr email-message file ipv4-addr " +
	"ipv6-addr mac-addr mutex network-traffic process software url user-account windows-registry-key x509-certificate"

func sco(name, clause string, ext map[string]*spec, props ...prop) *spec {
	return &spec{name: name, clause: clause, class: classSCO, extensions: ext, props: append(scoProps(ext), props...)}
}

func charset(name string) prop { return form(name, "a character set of the IANA registry", charsetOK) }

// observables are the objects of clause 6.
var observables = []*spec{
	artifact,
	sco("autonomous-system", "6.2", nil,
		req(integer("number")), str("name"), str("rir")).build(),
	sco("directory", "6.3", nil,
		req(str("path")), charset("path_enc"), ts("ctime"), ts("mtime"), ts("atime"),
		scoRefs("contains_refs", "file directory")).build(),
	sco("domain-name", "6.4", nil,
		req(form("value", "a domain name (RFC 1034, RFC 5890)", domainOK)),
		scoRefs("resolves_to_refs", "ipv4-addr ipv6-addr domain-name")).build(),
	sco("email-addr", "6.5", nil,
		req(form("value", "an email address without display name (RFC 5322 addr-spec)", emailOK)),
		str("display_name"), scoRef("belongs_to_ref", "user-account")).build(),
	emailMessage,
	file,
	sco("ipv4-addr", "6.8", nil,
		req(form("value", "an IPv4 address or CIDR block", ipv4OK)),
		scoRefs("resolves_to_refs", "mac-addr"), scoRefs("belongs_to_refs", "autonomous-system")).build(),
	sco("ipv6-addr", "6.9", nil,
		req(form("value", "an IPv6 address or CIDR block", ipv6OK)),
		scoRefs("resolves_to_refs", "mac-addr"), scoRefs("belongs_to_refs", "autonomous-system")).build(),
	sco("mac-addr", "6.10", nil,
		req(form("value", "a MAC address in lower case with colons", macOK))).build(),
	sco("mutex", "6.11", nil, req(str("name"))).build(),
	networkTraffic,
	process,
	software,
	sco("url", "6.15", nil, req(form("value", "a URL (RFC 3986)", uriOK))).build(),
	userAccount,
	registryKey,
	certificate,
}

var artifact = func() *spec {
	s := sco("artifact", "6.1", nil,
		form("mime_type", "a media type of the IANA registry", mediaTypeOK),
		property("payload_bin", rule{kind: ruleBinary}),
		form("url", "a URL (RFC 3986)", uriOK),
		hashes("hashes"),
		enum("encryption_algorithm", "AES-256-GCM ChaCha20-Poly1305 mime-type-indicated"),
		str("decryption_key"))
	s.check = func(v *validator, o *object) {
		switch payload, url := o.has("payload_bin"), o.has("url"); {
		case payload && url:
			v.fail("6.1", "must not have both payload_bin and url")
		case !payload && !url:
			v.fail("6.1", "needs payload_bin, or url with hashes")
		case url && !o.has("hashes"):
			v.fail("6.1", "hashes is required where there is a url")
		}
		if o.has("decryption_key") && !o.has("encryption_algorithm") {
			v.fail("6.1", "decryption_key must not be present without encryption_algorithm")
		}
		v.randomID(o, "hashes", "payload_bin")
	}
	return s.build()
}()

// randomID holds clause 3.4: an observable that has none of its ID
// contributing properties must have a UUID of version 4.
func (v *validator) randomID(o *object, contributing ...string) {
	for _, name := range contributing {
		if o.has(name) {
			return
		}
	}
	n, ok := o.get("id")
	if !ok || v.tape.nodes[n].kind != kString {
		return
	}
	if _, version, ok := splitID(v.tape.str(n)); ok && version != 4 {
		v.failAt("id", "3.4", "must hold a UUID of version 4, since no ID contributing property is present")
	}
}

var mimePart = (&spec{name: "mime-part-type", clause: "6.6.2", nested: true, props: []prop{
	str("body"), scoRef("body_raw_ref", "artifact file"), str("content_type"), str("content_disposition"),
}, check: func(v *validator, o *object) {
	if o.has("body") == o.has("body_raw_ref") {
		v.fail("6.6.2", "needs exactly one of body and body_raw_ref")
	}
}}).build()

var emailMessage = func() *spec {
	s := sco("email-message", "6.6", nil,
		req(boolean("is_multipart")), ts("date"), str("content_type"), scoRef("from_ref", "email-addr"),
		scoRef("sender_ref", "email-addr"), scoRefs("to_refs", "email-addr"), scoRefs("cc_refs", "email-addr"),
		scoRefs("bcc_refs", "email-addr"), str("message_id"), str("subject"), strings_("received_lines"),
		custom("additional_header_fields", (*validator).headerFields), str("body"),
		embeddedList("body_multipart", mimePart), scoRef("raw_email_ref", "artifact"))
	s.check = func(v *validator, o *object) {
		if n, ok := o.get("is_multipart"); ok {
			switch v.tape.nodes[n].kind {
			case kTrue:
				if o.has("body") {
					v.failAt("body", "6.6", "must not be used where is_multipart is true; use body_multipart")
				}
			case kFalse:
				if o.has("body_multipart") {
					v.failAt("body_multipart", "6.6", "must not be used where is_multipart is false; use body")
				}
			}
		}
		v.randomID(o, "from_ref", "subject", "body")
	}
	return s.build()
}()

var ownHeaders = wordSet("date received_lines content_type from_ref sender_ref to_refs cc_refs bcc_refs subject")

// headerFields checks additional header fields: a string, or a list of them,
// for each, and not only fields that have a property of their own.
func (v *validator) headerFields(n uint32) {
	others, own := 0, 0
	v.dictionary(n, func(key []byte, val uint32) {
		if ownHeaders[string(key)] {
			own++
		} else {
			others++
		}
		v.stringOrStrings(val)
	})
	if own > 0 {
		if others == 0 {
			v.fail("6.6", "must hold other header fields than those that have a property of their own")
		} else {
			v.advise("6.6", "must not repeat header fields that have a property of their own")
		}
	}
}

func (v *validator) stringOrStrings(n uint32) {
	t := v.tape
	switch t.nodes[n].kind {
	case kString:
	case kArray:
		for i, e := range t.elements(n) {
			if t.nodes[e].kind != kString {
				v.push(nil, i)
				v.wrongKind(e, "2.14", "a string")
				v.pop()
			}
		}
	default:
		v.wrongKind(n, "2.12", "a list of strings")
	}
}

var networkTraffic = func() *spec {
	s := sco("network-traffic", "6.12", networkExtensions,
		ts("start"), ts("end"), boolean("is_active"),
		scoRef("src_ref", "ipv4-addr ipv6-addr mac-addr domain-name"),
		scoRef("dst_ref", "ipv4-addr ipv6-addr mac-addr domain-name"),
		between("src_port", 0, 65535), between("dst_port", 0, 65535), req(strings_("protocols")),
		integer("src_byte_count"), integer("dst_byte_count"), integer("src_packets"), integer("dst_packets"),
		custom("ipfix", (*validator).ipfix), scoRef("src_payload_ref", "artifact"), scoRef("dst_payload_ref", "artifact"),
		scoRefs("encapsulates_refs", "network-traffic"), scoRef("encapsulated_by_ref", "network-traffic"))
	s.check = func(v *validator, o *object) {
		if n, ok := o.get("is_active"); ok && v.tape.nodes[n].kind == kTrue && o.has("end") {
			v.failAt("end", "6.12", "must not be present where is_active is true")
		}
	}
	return s.build().oneOf("src_ref", "dst_ref").inOrder("start", "end", false)
}()

func (v *validator) ipfix(n uint32) {
	v.dictionary(n, func(_ []byte, val uint32) {
		switch v.tape.nodes[val].kind {
		case kString:
		case kNumber:
			v.integer(val, &rule{kind: ruleInteger})
		default:
			v.wrongKind(val, "6.12", "a string or an integer")
		}
	})
}

var process = func() *spec {
	s := sco("process", "6.13", processExtensions,
		boolean("is_hidden"), integer("pid"), ts("created_time"), str("cwd"), str("command_line"),
		dict("environment_variables"), scoRefs("opened_connection_refs", "network-traffic"),
		scoRef("creator_user_ref", "user-account"), scoRef("image_ref", "file"), scoRef("parent_ref", "process"),
		scoRefs("child_refs", "process"),
		// Not of STIX 2.1, but the OASIS schemas let one of these stand for it.
		property("name", rule{kind: ruleCustom, check: (*validator).notNull}),
		property("created", rule{kind: ruleCustom, check: (*validator).notNull}),
		property("arguments", rule{kind: ruleCustom, check: (*validator).notNull}))
	s.check = func(v *validator, o *object) { v.randomID(o) }
	return s.build().oneOf("extensions", "is_hidden", "pid", "created_time", "cwd", "command_line",
		"environment_variables", "opened_connection_refs", "creator_user_ref", "image_ref", "parent_ref", "child_refs",
		"name", "created", "arguments")
}()

func (v *validator) notNull(n uint32) {
	switch x := v.tape.nodes[n]; {
	case x.kind == kNull:
		v.fail("2", "must not be null; leave the property out")
	case x.kind == kArray && x.count == 0:
		v.fail("2.12", "empty lists are not allowed; leave the property out")
	}
}

var software = sco("software", "6.14", nil,
	req(str("name")), form("cpe", "a CPE 2.3 formatted string", cpeOK), str("swid"),
	list("languages", rule{kind: ruleForm, want: "a language tag (RFC 5646)", form: func(s []byte) bool { return languageOK(s, true) }}),
	str("vendor"), str("version")).build()

var userAccount = func() *spec {
	s := sco("user-account", "6.16", accountExtensions,
		str("user_id"), str("credential"), str("account_login"), str("account_type"), str("display_name"),
		boolean("is_service_account"), boolean("is_privileged"), boolean("can_escalate_privs"), boolean("is_disabled"),
		ts("account_created"), ts("account_expires"), ts("credential_last_changed"), ts("account_first_login"),
		ts("account_last_login"))
	s.check = func(v *validator, o *object) { v.randomID(o, "account_type", "user_id", "account_login") }
	return s.build().oneOf("extensions", "user_id", "credential", "account_login", "account_type", "display_name",
		"is_service_account", "is_privileged", "can_escalate_privs", "is_disabled", "account_created", "account_expires",
		"credential_last_changed", "account_first_login", "account_last_login")
}()

var registryValue = (&spec{name: "windows-registry-value-type", clause: "6.17.2", nested: true, props: []prop{
	str("name"), str("data"),
	enum("data_type", "REG_NONE REG_SZ REG_EXPAND_SZ REG_BINARY REG_DWORD REG_DWORD_BIG_ENDIAN REG_DWORD_LITTLE_ENDIAN "+
		"REG_LINK REG_MULTI_SZ REG_RESOURCE_LIST REG_FULL_RESOURCE_DESCRIPTION REG_RESOURCE_REQUIREMENTS_LIST REG_QWORD "+
		"REG_INVALID_TYPE"),
}}).build().oneOfAll()

var registryKey = func() *spec {
	s := sco("windows-registry-key", "6.17", nil,
		form("key", "a key with the hive's full name (HKEY_LOCAL_MACHINE, not HKLM)", fullHive),
		embeddedList("values", registryValue), ts("modified_time"), scoRef("creator_user_ref", "user-account"),
		integer("number_of_subkeys"),
		// As for process: the OASIS schemas let this stand for it.
		property("modified", rule{kind: ruleCustom, check: (*validator).notNull}))
	s.check = func(v *validator, o *object) { v.randomID(o, "key", "values") }
	return s.build().oneOf("key", "values", "modified_time", "creator_user_ref", "number_of_subkeys", "modified")
}()

// fullHive tells whether a registry key spells its hive out (clause 6.17).
func fullHive(s []byte) bool {
	for _, short := range []string{"HKLM", "HKCC", "HKCR", "HKCU", "HKU"} {
		if len(s) >= len(short) && equalFold(s[:len(short)], short) && (len(s) == len(short) || s[len(short)] != '_') {
			return false
		}
	}
	return true
}

func equalFold(s []byte, upper string) bool {
	for i, c := range s {
		if c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		if c != upper[i] {
			return false
		}
	}
	return true
}

var certificateExtensions = (&spec{name: "x509-v3-extensions-type", clause: "6.18.2", nested: true, props: []prop{
	str("basic_constraints"), str("name_constraints"), str("policy_constraints"), str("key_usage"),
	str("extended_key_usage"), str("subject_key_identifier"), str("authority_key_identifier"),
	str("subject_alternative_name"), str("issuer_alternative_name"), str("subject_directory_attributes"),
	str("crl_distribution_points"), str("inhibit_any_policy"), ts("private_key_usage_period_not_before"),
	ts("private_key_usage_period_not_after"), str("certificate_policies"), str("policy_mappings"),
}}).build().oneOfAll()

var certificate = func() *spec {
	s := sco("x509-certificate", "6.18", nil,
		boolean("is_self_signed"), hashes("hashes"), str("version"), str("serial_number"), str("signature_algorithm"),
		str("issuer"), ts("validity_not_before"), ts("validity_not_after"), str("subject"),
		str("subject_public_key_algorithm"), str("subject_public_key_modulus"), integer("subject_public_key_exponent"),
		embedded("x509_v3_extensions", certificateExtensions))
	s.check = func(v *validator, o *object) { v.randomID(o, "hashes", "serial_number") }
	return s.build().oneOf("is_self_signed", "hashes", "version", "serial_number", "signature_algorithm", "issuer",
		"validity_not_before", "validity_not_after", "subject", "subject_public_key_algorithm",
		"subject_public_key_modulus", "subject_public_key_exponent", "x509_v3_extensions")
}()
