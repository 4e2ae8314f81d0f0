package collect

import (
	"strconv"
	"strings"
	"time"
)

// objectForm says which STIX object an object of MISP is, and which of its
// attributes, by their relation, are properties of it. What has no property
// stays in the extension alone.
type objectForm struct {
	typ   string
	fixed map[string]any
	props []objectProp
}

// objectProp takes the attributes of one relation to a property.
type objectProp struct {
	rel, prop string
	kind      propKind
}

type propKind uint8

const (
	asText propKind = iota
	asList
	asNumber
	asTime
	asTruth
	asHash    // under the hash's name in the dictionary prop
	asLower   // a list of lower-case words
	asAddress // a reference to an observable of an IP address
	asMail    // a reference to an observable of an email address
	asMails   // a list of these
	asHive    // a registry key with its hive spelt out
)

var (
	fileProps = []objectProp{
		{"filename", "name", asText}, {"FileName", "name", asText}, {"md5", "hashes", asHash}, {"sha1", "hashes", asHash}, {"sha256", "hashes", asHash}, {"sha512", "hashes", asHash},
		{"MD5", "hashes", asHash}, {"SHA-1", "hashes", asHash}, {"SHA-256", "hashes", asHash}, {"SSDEEP", "hashes", asHash}, {"TLSH", "hashes", asHash},
		{"sha3-256", "hashes", asHash}, {"sha3-512", "hashes", asHash}, {"ssdeep", "hashes", asHash}, {"tlsh", "hashes", asHash},
		{"size-in-bytes", "size", asNumber}, {"FileSize", "size", asNumber}, {"file-encoding", "name_enc", asText}, {"mimetype", "mime_type", asText},
		{"creation-time", "ctime", asTime}, {"modification-time", "mtime", asTime}, {"access-time", "atime", asTime},
		{"lnk-creation-time", "ctime", asTime}, {"lnk-modification-time", "mtime", asTime}, {"lnk-access-time", "atime", asTime},
	}
	trafficProps = []objectProp{
		{"ip-src", "src_ref", asAddress}, {"ip-dst", "dst_ref", asAddress}, {"ip", "dst_ref", asAddress}, {"src-port", "src_port", asNumber}, {"dst-port", "dst_port", asNumber},
		{"layer3-protocol", "protocols", asLower}, {"layer4-protocol", "protocols", asLower}, {"protocol", "protocols", asLower}, {"layer7-protocol", "protocols", asLower},
		{"first-seen", "start", asTime}, {"first-packet-seen", "start", asTime}, {"last-seen", "end", asTime}, {"last-packet-seen", "end", asTime},
	}
	accountProps = []objectProp{
		{"account-id", "user_id", asText}, {"id", "user_id", asText}, {"user-id", "user_id", asText}, {"account-name", "account_login", asText}, {"username", "account_login", asText},
		{"account-type", "account_type", asText}, {"display-name", "display_name", asText}, {"displayed-name", "display_name", asText}, {"user-fullname", "display_name", asText},
		{"password", "credential", asText}, {"password_last_changed", "credential_last_changed", asTime}, {"created", "account_created", asTime},
		{"first_login", "account_first_login", asTime}, {"last_login", "account_last_login", asTime}, {"expires", "account_expires", asTime},
		{"privileged", "is_privileged", asTruth}, {"disabled", "is_disabled", asTruth}, {"is_service_account", "is_service_account", asTruth}, {"can_escalate_privs", "can_escalate_privs", asTruth},
	}
	entityProps = []objectProp{
		{"name", "name", asText}, {"text", "description", asText}, {"description", "description", asText}, {"business", "sectors", asList}, {"sectors", "sectors", asList},
		{"role", "roles", asList}, {"roles", "roles", asList}, {"employee-type", "roles", asList}, {"identity_class", "identity_class", asText},
	}
)

func account(kind string, more ...objectProp) objectForm {
	return objectForm{"user-account", map[string]any{"account_type": kind}, append(more, accountProps...)}
}

func ruleForm(kind, rel string) objectForm {
	return objectForm{"indicator", map[string]any{"pattern_type": kind}, []objectProp{{rel, "pattern", asText}, {"comment", "description", asText},
		{kind + "-rule-name", "name", asText}, {"rule-name", "name", asText}}}
}

// mispObjects has the form of each object by its name.
var mispObjects = map[string]objectForm{
	"android-app":        {"software", nil, []objectProp{{"name", "name", asText}}},
	"artifact":           {"artifact", nil, []objectProp{{"md5", "hashes", asHash}, {"sha1", "hashes", asHash}, {"sha256", "hashes", asHash}, {"mime_type", "mime_type", asText}, {"url", "url", asText}}},
	"asn":                {"autonomous-system", nil, []objectProp{{"asn", "number", asNumber}, {"description", "name", asText}}},
	"attack-pattern":     {"attack-pattern", nil, []objectProp{{"name", "name", asText}, {"summary", "description", asText}}},
	"course-of-action":   {"course-of-action", nil, []objectProp{{"name", "name", asText}, {"description", "description", asText}}},
	"cpe-asset":          {"software", nil, []objectProp{{"product", "name", asText}, {"cpe", "cpe", asText}, {"vendor", "vendor", asText}, {"version", "version", asText}, {"language", "languages", asLower}}},
	"credential":         {"user-account", nil, []objectProp{{"username", "user_id", asText}, {"password", "credential", asText}}},
	"directory":          {"directory", nil, []objectProp{{"path", "path", asText}, {"path-encoding", "path_enc", asText}, {"creation-time", "ctime", asTime}, {"modification-time", "mtime", asTime}, {"access-time", "atime", asTime}}},
	"email":              {"email-message", map[string]any{"is_multipart": false}, []objectProp{{"from", "from_ref", asMail}, {"to", "to_refs", asMails}, {"cc", "cc_refs", asMails}, {"bcc", "bcc_refs", asMails}, {"subject", "subject", asText}, {"message-id", "message_id", asText}, {"send-date", "date", asTime}, {"email-body", "body", asText}}},
	"employee":           {"identity", map[string]any{"identity_class": "individual"}, entityProps},
	"facebook-account":   account("facebook"),
	"file":               {"file", nil, fileProps},
	"github-user":        account("github"),
	"gitlab-user":        account("gitlab", objectProp{"name", "display_name", asText}),
	"hashlookup":         {"file", nil, fileProps},
	"identity":           {"identity", nil, entityProps},
	"image":              {"file", nil, []objectProp{{"filename", "name", asText}}},
	"intrusion-set":      {"intrusion-set", nil, []objectProp{{"name", "name", asText}, {"description", "description", asText}, {"aliases", "aliases", asList}, {"goals", "goals", asList}, {"resource_level", "resource_level", asText}, {"primary-motivation", "primary_motivation", asText}, {"secondary-motivation", "secondary_motivations", asList}, {"first_seen", "first_seen", asTime}, {"last_seen", "last_seen", asTime}}},
	"ip-port":            {"network-traffic", nil, trafficProps},
	"legal-entity":       {"identity", map[string]any{"identity_class": "organization"}, entityProps},
	"lnk":                {"file", nil, fileProps},
	"mutex":              {"mutex", nil, []objectProp{{"name", "name", asText}}},
	"netflow":            {"network-traffic", nil, trafficProps},
	"network-connection": {"network-traffic", nil, trafficProps},
	"network-socket":     {"network-traffic", nil, trafficProps},
	"news-agency":        {"identity", map[string]any{"identity_class": "organization"}, entityProps},
	"nova-rule":          ruleForm("nova", "raw-rule"),
	"organization":       {"identity", map[string]any{"identity_class": "organization"}, entityProps},
	"owasp-crs-rule":     ruleForm("owasp-crs", "raw-rule"),
	"parler-account":     account("parler"),
	"person":             {"identity", map[string]any{"identity_class": "individual"}, entityProps},
	"process":            {"process", nil, []objectProp{{"pid", "pid", asNumber}, {"hidden", "is_hidden", asTruth}, {"command-line", "command_line", asText}, {"current-directory", "cwd", asText}, {"creation-time", "created_time", asTime}}},
	"reddit-account":     account("reddit"),
	"registry-key":       {"windows-registry-key", nil, []objectProp{{"key", "key", asHive}, {"last-modified", "modified_time", asTime}}},
	"registry-key-value": {"windows-registry-key", nil, nil},
	"sigma":              ruleForm("sigma", "sigma"),
	"suricata":           ruleForm("suricata", "suricata"),
	"telegram-account":   account("telegram"),
	"twitter-account":    account("twitter", objectProp{"name", "account_login", asText}),
	"url":                {"url", nil, []objectProp{{"url", "value", asText}}},
	"user-account":       {"user-account", nil, accountProps},
	"vulnerability":      {"vulnerability", nil, []objectProp{{"id", "name", asText}, {"summary", "description", asText}}},
	"wazuh-rule":         ruleForm("wazuh", "wazuh-rule"),
	"x509":               {"x509-certificate", nil, []objectProp{{"x509-fingerprint-md5", "hashes", asHash}, {"x509-fingerprint-sha1", "hashes", asHash}, {"x509-fingerprint-sha256", "hashes", asHash}, {"version", "version", asText}, {"serial-number", "serial_number", asText}, {"signature_algorithm", "signature_algorithm", asText}, {"issuer", "issuer", asText}, {"subject", "subject", asText}, {"validity-not-before", "validity_not_before", asTime}, {"validity-not-after", "validity_not_after", asTime}, {"pubkey-info-algorithm", "subject_public_key_algorithm", asText}, {"pubkey-info-modulus", "subject_public_key_modulus", asText}, {"pubkey-info-exponent", "subject_public_key_exponent", asNumber}, {"self_signed", "is_self_signed", asTruth}}},
	"yara":               ruleForm("yara", "yara"),
	"domain-ip":          {"domain-name", nil, []objectProp{{"domain", "value", asText}}},
}

// mispStandard says an object of MISP as the STIX object of its kind, nil where
// there is none or where its values do not make a valid one.
func mispStandard(name string, ob fields, attributes []fields, event fields) map[string]any {
	form, ok := mispObjects[name]
	if !ok {
		return nil
	}
	uuid := ob.text("uuid")
	o := map[string]any{"type": form.typ}
	if domainType[form.typ] {
		o = domainObject(form.typ, uuid, ob, event)
	}
	for k, v := range form.fixed {
		o[k] = v
	}
	for _, p := range form.props {
		for _, a := range attributes {
			if a.text("object_relation") == p.rel {
				p.set(o, a)
			}
		}
	}
	finishObject(name, o, attributes)
	if !domainType[form.typ] {
		o = randomized(o)
	}
	if !holds(o) {
		return nil
	}
	return o
}

// domainType has the types above that are no observables.
var domainType = map[string]bool{"attack-pattern": true, "course-of-action": true, "identity": true, "indicator": true, "intrusion-set": true, "vulnerability": true}

// set takes one attribute to its property. What is set already stays, but
// lists, which grow.
func (p objectProp) set(o map[string]any, a fields) {
	v := a.text("value")
	if v == "" {
		return
	}
	var value any
	switch p.kind {
	case asText:
		value = v
	case asList, asLower:
		if p.kind == asLower {
			v = strings.ToLower(v)
		}
		list, _ := o[p.prop].([]string)
		for _, s := range list {
			if s == v {
				return
			}
		}
		o[p.prop] = append(list, v)
		return
	case asNumber:
		n, err := strconv.ParseInt(strings.TrimPrefix(v, "AS"), 10, 64)
		if err != nil {
			return
		}
		value = n
	case asTime:
		at, ok := mispDate(v)
		if !ok {
			return
		}
		value = at
	case asTruth:
		value = v == "1" || strings.EqualFold(v, "true")
	case asHash:
		name, ok := mispHashes[strings.TrimPrefix(a.text("type"), "x509-fingerprint-")]
		if !ok {
			return
		}
		hashes, _ := o[p.prop].(map[string]string)
		if hashes == nil {
			hashes = map[string]string{}
			o[p.prop] = hashes
		}
		hashes[name] = v
		return
	case asAddress, asMail, asMails:
		other := address(v)
		if p.kind != asAddress {
			other = map[string]any{"type": "email-addr", "value": v}
		}
		id := referenceTo(other)
		if id == "" {
			return
		}
		if p.kind == asMails {
			list, _ := o[p.prop].([]string)
			o[p.prop] = append(list, id)
			return
		}
		value = id
	case asHive:
		value = wholeHive(v)
	}
	if _, there := o[p.prop]; !there || p.prop == "account_type" {
		o[p.prop] = value
	}
}

// finishObject does what no table can say.
func finishObject(name string, o map[string]any, attributes []fields) {
	value := func(rel string) string {
		for _, a := range attributes {
			if a.text("object_relation") == rel {
				return a.text("value")
			}
		}
		return ""
	}
	switch o["type"] {
	case "indicator":
		o["valid_from"] = o["created"]
		var refs []map[string]string
		for _, a := range attributes {
			if rel := a.text("object_relation"); rel == "ref" || rel == "reference" {
				refs = append(refs, map[string]string{"source_name": "url", "url": strings.TrimSpace(a.text("value"))})
			}
		}
		if refs != nil {
			o["external_references"] = refs
		}
	case "network-traffic":
		if o["protocols"] == nil {
			o["protocols"] = []string{"ipv4"}
		}
	case "vulnerability":
		if id := value("id"); strings.HasPrefix(id, "CVE-") {
			refs := []map[string]string{{"source_name": "cve", "external_id": id}}
			for _, a := range attributes {
				if a.text("object_relation") == "references" {
					refs = append(refs, map[string]string{"source_name": "url", "url": strings.TrimSpace(a.text("value"))})
				}
			}
			o["external_references"] = refs
		}
	case "attack-pattern":
		if id := strings.TrimPrefix(value("id"), "CAPEC-"); id != "" {
			o["external_references"] = []map[string]string{{"source_name": "capec", "external_id": "CAPEC-" + id}}
		}
	case "windows-registry-key":
		v := map[string]string{}
		for rel, prop := range map[string]string{"name": "name", "data": "data", "data-type": "data_type"} {
			if s := value(rel); s != "" {
				v[prop] = s
			}
		}
		if len(v) > 0 {
			o["values"] = []map[string]string{v}
		}
	case "domain-name":
		var ids []string
		for _, a := range attributes {
			if a.text("object_relation") == "ip" {
				if id := referenceTo(address(a.text("value"))); id != "" {
					ids = append(ids, id)
				}
			}
		}
		if len(ids) > 0 {
			o["resolves_to_refs"] = ids
		}
	case "identity":
		if whole := strings.Join(nonEmpty(value("first-name"), value("last-name")), " "); o["name"] == nil && whole != "" {
			o["name"] = whole
		}
	case "artifact":
		for _, a := range attributes {
			if data := a.text("data"); data != "" && o["url"] == nil {
				o["payload_bin"] = data
			}
		}
		if s := value("encryption_algorithm"); s != "" {
			o["encryption_algorithm"] = s
			if key := value("decryption_key"); key != "" {
				o["decryption_key"] = key
			}
		}
	case "file":
		if path := value("path"); path != "" {
			if id := referenceTo(map[string]any{"type": "directory", "path": path}); id != "" {
				o["parent_directory_ref"] = id
			}
		}
	}
}

// mispDate reads a date of MISP and writes it as a timestamp of STIX.
func mispDate(s string) (string, bool) {
	for _, f := range []string{time.RFC3339Nano, "2006-01-02T15:04:05-0700", "2006-01-02T15:04:05.999999-0700", "2006-01-02T15:04:05.999999", "2006-01-02 15:04:05", time.DateOnly} {
		if t, err := time.Parse(f, s); err == nil {
			return t.UTC().Format("2006-01-02T15:04:05.999999Z"), true
		}
	}
	return "", false
}
