package stix

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

// validObjects reads testdata/valid.jsonl: synthetic objects of every kind with
// every property filled in, one a line.
func validObjects(t testing.TB) [][]byte {
	t.Helper()
	raw, err := os.ReadFile("testdata/valid.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Split(bytes.TrimSpace(raw), []byte("\n"))
}

func TestEveryKindOfObjectIsValid(t *testing.T) {
	types := map[string]bool{}
	for i, raw := range validObjects(t) {
		for _, e := range Validate(raw) {
			t.Errorf("line %d: %v", i+1, e)
		}
		o, err := ParseObject(raw)
		if err != nil {
			t.Fatal(err)
		}
		types[o.Type] = true
	}
	for typ := range definedTypes {
		if !types[typ] {
			t.Errorf("no example of %s", typ)
		}
	}
}

// base returns the n-th example of a type, decoded.
func base(t testing.TB, typ string, n int) map[string]any {
	t.Helper()
	for _, raw := range validObjects(t) {
		var m map[string]any
		if err := json.Unmarshal(raw, &m); err != nil {
			t.Fatal(err)
		}
		if m["type"] == typ {
			if n == 0 {
				return m
			}
			n--
		}
	}
	t.Fatalf("no example of %s", typ)
	return nil
}

// set puts a JSON value at a dotted path, numbers being indices; "-" removes
// what is there.
func set(t testing.TB, doc map[string]any, path, value string) {
	t.Helper()
	var v any
	if value != "-" {
		if err := json.Unmarshal([]byte(value), &v); err != nil {
			t.Fatalf("%s: %v", value, err)
		}
	}
	steps := strings.Split(path, "/")
	var at any = doc
	for i, s := range steps {
		last := i == len(steps)-1
		switch x := at.(type) {
		case map[string]any:
			switch {
			case last && value == "-":
				if _, ok := x[s]; !ok {
					t.Fatalf("nothing at %s to remove", path)
				}
				delete(x, s)
			case last:
				x[s] = v
			default:
				at = x[s]
			}
		case []any:
			n := int(s[0] - '0')
			if last {
				x[n] = v
			} else {
				at = x[n]
			}
		default:
			t.Fatalf("no way to %s", path)
		}
	}
}

// ruleCase changes one place of an example and says what must come of it: the
// clause that is broken and the path it is reported at, or nothing.
type ruleCase struct {
	typ    string
	n      int
	path   string
	value  string
	at     string
	clause string
}

func (c ruleCase) run(t *testing.T) {
	doc := base(t, c.typ, c.n)
	for i, p := range strings.Split(c.path, " & ") {
		set(t, doc, p, strings.Split(c.value, " & ")[i])
	}
	raw, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	errs := Validate(raw)
	if c.clause == "" {
		if len(errs) > 0 {
			t.Errorf("%s %s = %s: want valid, got %v", c.typ, c.path, c.value, errs)
		}
		return
	}
	if !slices.ContainsFunc(errs, func(e Error) bool { return e.Path == c.at && e.Clause == c.clause }) {
		t.Errorf("%s %s = %s: want %s (%s), got %v", c.typ, c.path, c.value, c.at, c.clause, errs)
	}
}

func TestCommonRules(t *testing.T) {
	for _, c := range []ruleCase{
		{"campaign", 0, "type", `-`, "$", "3.2"},
		{"campaign", 0, "type", `5`, "$.type", "3.2"},
		{"campaign", 0, "spec_version", `-`, "$", "4.2"},
		{"campaign", 0, "spec_version", `"2.2"`, "$.spec_version", "4.2"},
		{"campaign", 0, "spec_version", `"2.0"`, "", ""},
		{"campaign", 0, "id", `-`, "$", "4.2"},
		{"campaign", 0, "id", `"campaign--1"`, "$.id", "2.9"},
		{"campaign", 0, "id", `"malware--ff1e0780-358c-4808-a8c7-d0fca4ef6ef4"`, "$.id", "2.9"},
		{"campaign", 0, "id", `"campaign--ff1e0780-358c-7808-a8c7-d0fca4ef6ef4"`, "$.id", "2.9"},
		{"campaign", 0, "id", `"campaign--ff1e0780-358c-4808-c8c7-d0fca4ef6ef4"`, "$.id", "2.9"},
		{"campaign", 0, "created", `-`, "$", "4.2"},
		{"campaign", 0, "created", `"2016-04-31T20:03:48.000Z"`, "$.created", "2.15"},
		{"campaign", 0, "created", `"2016-04-06T20:03:48Z"`, "$.created", "3.2"},
		{"campaign", 0, "created", `"2016-04-06T20:03:48.12Z"`, "$.created", "3.2"},
		{"campaign", 0, "created", `"2016-04-06T20:03:48.123456Z"`, "", ""},
		{"campaign", 0, "modified", `"2015-04-06T20:03:48.000Z"`, "$.modified", "3.6.1"},
		{"campaign", 0, "modified", `"2016-04-06T20:03:48.000Z"`, "", ""},
		{"campaign", 0, "created & modified", `"2016-04-06T20:03:48.000001Z" & "2016-04-06T20:03:48.000Z"`, "$.modified", "3.6.1"},
		{"campaign", 0, "revoked", `"true"`, "$.revoked", "2.2"},
		{"campaign", 0, "labels", `[]`, "$.labels", "2.12"},
		{"campaign", 0, "labels", `"x"`, "$.labels", "2.12"},
		{"campaign", 0, "labels/1", `7`, "$.labels[1]", "2.14"},
		{"campaign", 0, "confidence", `101`, "$.confidence", "2.10"},
		{"campaign", 0, "confidence", `-1`, "$.confidence", "2.10"},
		{"campaign", 0, "confidence", `50.5`, "$.confidence", "2.10"},
		{"campaign", 0, "confidence", `"50"`, "$.confidence", "2.10"},
		{"campaign", 0, "confidence", `100`, "", ""},
		{"campaign", 0, "lang", `"english"`, "$.lang", "4.2"},
		{"campaign", 0, "lang", `"xx"`, "$.lang", "4.2"},
		{"campaign", 0, "lang", `"ckb"`, "", ""},
		{"campaign", 0, "lang", `"fa-IR"`, "", ""},
		{"campaign", 0, "object_marking_refs/0", `"x"`, "$.object_marking_refs[0]", "2.9"},
		{"campaign", 0, "created_by_ref", `"identity"`, "$.created_by_ref", "2.9"},
		{"campaign", 0, "external_references/0/external_id", `"CVE-2020-12"`, "$.external_references[0].external_id", "2.5"},
		{"campaign", 0, "external_references/0/external_id", `"CVE-2020-01234"`, "$.external_references[0].external_id", "2.5"},
		{"campaign", 0, "external_references/0/external_id", `"CVE-2020-0123"`, "", ""},
		{"campaign", 0, "external_references/1/external_id", `"CAPEC-x"`, "$.external_references[1].external_id", "2.5"},
		{"campaign", 0, "external_references/2/external_id", `"CVE-2020-1234"`, "$.external_references[2].source_name", "2.5"},
		{"campaign", 0, "external_references/2/url", `"not a url"`, "$.external_references[2].url", "2.5"},
		{"campaign", 0, "external_references/2/url", `" https://example.com/ "`, "", ""},
		{"campaign", 0, "external_references/2/url", `"https://example.com/bücher/كتاب"`, "", ""},
		{"campaign", 0, "external_references/2/url", `"bücher"`, "$.external_references[2].url", "2.5"},
		{"campaign", 0, "external_references/2/hashes", `{"FOO":"x"}`, "$.external_references[2].hashes.FOO", "2.5"},
		{"campaign", 0, "external_references/2", `{"source_name":"x"}`, "$.external_references[2]", "2.5"},
		{"campaign", 0, "external_references/2", `{"description":"x"}`, "$.external_references[2]", "2.5"},
		{"attack-pattern", 0, "kill_chain_phases/0/phase_name", `-`, "$.kill_chain_phases[0]", "2.11"},
		// names and values of custom properties
		{"campaign", 0, "foo", `null`, "$.foo", "2"},
		{"campaign", 0, "foo", `[]`, "$.foo", "2.12"},
		{"campaign", 0, "Foo", `1`, "$.Foo", "3.1"},
		{"campaign", 0, "ab", `1`, "$.ab", "3.1"},
		{"campaign", 0, "severity", `1`, "$.severity", "3.8"},
		{"campaign", 0, "some_bin", `"zz"`, "$.some_bin", "2.1"},
		{"campaign", 0, "some_hex", `"abc"`, "$.some_hex", "2.8"},
		{"x-custom", 0, "type", `"x_custom"`, "$.type", "3.1"},
		{"x-custom", 0, "type", `"x--custom"`, "$.type", "3.1"},
		{"x-custom", 0, "type", `"action"`, "$.type", "3.8"},
		{"x-custom", 0, "type", `"x-other"`, "", ""},
	} {
		c.run(t)
	}
}

func TestDomainObjectRules(t *testing.T) {
	for _, c := range []ruleCase{
		{"attack-pattern", 0, "name", `-`, "$", "4.1"},
		{"attack-pattern", 0, "name", `5`, "$.name", "2.14"},
		{"campaign", 0, "last_seen", `"2016-04-06T20:03:47.999Z"`, "$.last_seen", "4.2"},
		{"campaign", 0, "last_seen", `"2016-04-06T20:03:48Z"`, "", ""},
		{"grouping", 0, "context", `-`, "$", "4.4"},
		{"grouping", 0, "object_refs", `[]`, "$.object_refs", "2.12"},
		{"identity", 0, "identity_class", `"whatever"`, "", ""},
		{"indicator", 0, "pattern_type", `-`, "$", "4.7"},
		{"indicator", 0, "pattern", `"[file:name = ]"`, "$.pattern", "9"},
		{"indicator", 0, "pattern", `"[f:name = 'x']"`, "$.pattern", "9.7"},
		{"indicator", 0, "pattern", `"[file:n = 'x']"`, "$.pattern", "9.7"},
		{"indicator", 0, "pattern & pattern_type", `"alert tcp" & "snort"`, "", ""},
		{"indicator", 0, "valid_until", `"2016-04-06T20:03:48.000Z"`, "$.valid_until", "4.7"},
		{"location", 0, "latitude", `-`, "$", "4.10"},
		{"location", 0, "latitude", `90.5`, "$.latitude", "2.6"},
		{"location", 0, "longitude & latitude", `- & -`, "$", "4.10"},
		{"location", 0, "longitude & latitude & precision", `- & - & -`, "", ""},
		{"location", 0, "longitude & latitude & precision & region & country", `- & - & - & - & -`, "$", "4.10"},
		{"malware", 0, "is_family", `-`, "$", "4.11"},
		{"malware", 0, "name", `-`, "$", "4.11"},
		{"malware", 0, "name & is_family", `- & false`, "", ""},
		{"malware", 0, "sample_refs/0", `"malware--ff1e0780-358c-4808-a8c7-d0fca4ef6ef4"`, "", ""},
		{"malware", 0, "operating_system_refs/0", `"file--ff1e0780-358c-4808-a8c7-d0fca4ef6ef4"`, "$.operating_system_refs[0]", "4.11"},
		{"malware-analysis", 0, "result & analysis_sco_refs", `- & -`, "$", "4.12"},
		{"malware-analysis", 0, "sample_ref", `"url--ff1e0780-358c-5808-a8c7-d0fca4ef6ef4"`, "$.sample_ref", "4.12"},
		{"note", 0, "content", `-`, "$", "4.13"},
		{"observed-data", 0, "number_observed", `0`, "$.number_observed", "2.10"},
		{"observed-data", 0, "number_observed", `1000000000`, "$.number_observed", "2.10"},
		{"observed-data", 0, "object_refs", `-`, "$", "4.14"},
		{"observed-data", 0, "objects", `{"0":{}}`, "$", "4.14"},
		{"observed-data", 0, "object_refs", `["identity--ff1e0780-358c-4808-a8c7-d0fca4ef6ef4"]`, "$.object_refs", "4.14"},
		{"observed-data", 0, "last_observed", `"2015-01-01T00:00:00Z"`, "$.last_observed", "4.14"},
		{"observed-data", 1, "objects", `{}`, "$.objects", "4.14"},
		{"observed-data", 1, "objects/0/parent_directory_ref", `"9"`, "$.objects['0'].parent_directory_ref", "4.14"},
		{"observed-data", 1, "objects/0/parent_directory_ref", `"0"`, "$.objects['0'].parent_directory_ref", "6.7"},
		{"opinion", 0, "opinion", `"maybe"`, "$.opinion", "4.15"},
		{"report", 0, "published", `-`, "$", "4.16"},
		{"relationship", 0, "relationship_type", `"Uses"`, "$.relationship_type", "5.1"},
		{"relationship", 0, "source_ref", `"marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"`, "$.source_ref", "5.1"},
		{"relationship", 0, "target_ref", `"sighting--ff1e0780-358c-4808-a8c7-d0fca4ef6ef4"`, "$.target_ref", "5.1"},
		{"relationship", 0, "stop_time", `"2016-04-06T20:03:48Z"`, "$.stop_time", "5.1"},
		{"sighting", 0, "count", `1000000000`, "$.count", "2.10"},
		{"sighting", 0, "sighting_of_ref", `"file--ff1e0780-358c-5808-a8c7-d0fca4ef6ef4"`, "$.sighting_of_ref", "5.2"},
		{"sighting", 0, "observed_data_refs/0", `"file--ff1e0780-358c-5808-a8c7-d0fca4ef6ef4"`, "$.observed_data_refs[0]", "5.2"},
		{"sighting", 0, "where_sighted_refs/0", `"malware--ff1e0780-358c-4808-a8c7-d0fca4ef6ef4"`, "$.where_sighted_refs[0]", "5.2"},
		{"language-content", 0, "object_ref", `"bundle--ff1e0780-358c-4808-a8c7-d0fca4ef6ef4"`, "$.object_ref", "7.1"},
		{"language-content", 0, "contents", `{"xx":{"name":"a"}}`, "$.contents.xx", "7.1"},
		{"language-content", 0, "contents", `{"de":{"N":"a"}}`, "$.contents.de.N", "7.1"},
		{"language-content", 0, "contents", `{"de":"a"}`, "$.contents.de", "7.1"},
		{"extension-definition", 0, "created_by_ref", `-`, "$", "7.3"},
		{"extension-definition", 0, "extension_types", `["new-thing"]`, "$.extension_types[0]", "7.3"},
		{"extension-definition", 0, "extension_types", `["new-sco"]`, "$.extension_properties", "7.3"},
	} {
		c.run(t)
	}
}

func TestObservableRules(t *testing.T) {
	for _, c := range []ruleCase{
		{"artifact", 0, "url", `"https://example.com"`, "$", "6.1"},
		{"artifact", 0, "payload_bin", `-`, "$", "6.1"},
		{"artifact", 0, "payload_bin", `"abc"`, "$.payload_bin", "2.1"},
		{"artifact", 0, "mime_type", `"foo/bar"`, "$.mime_type", "6.1"},
		{"artifact", 0, "mime_type", `"application/a2l"`, "", ""},
		{"artifact", 0, "encryption_algorithm", `"rot13"`, "$.encryption_algorithm", "6.1"},
		{"artifact", 0, "encryption_algorithm", `-`, "$", "6.1"},
		{"artifact", 0, "hashes/MD5", `"abc"`, "$.hashes.MD5", "2.7"},
		{"artifact", 0, "hashes/MD", `"abc"`, "$.hashes.MD", "2.7"},
		{"artifact", 1, "hashes", `-`, "$", "6.1"},
		{"artifact", 1, "url", `"example"`, "$.url", "6.1"},
		{"autonomous-system", 0, "number", `"15139"`, "$.number", "2.10"},
		{"autonomous-system", 0, "number", `18014398509481984`, "$.number", "2.10"},
		{"directory", 0, "path_enc", `"no such set"`, "$.path_enc", "6.3"},
		{"directory", 0, "contains_refs/0", `"url--ff1e0780-358c-5808-a8c7-d0fca4ef6ef4"`, "$.contains_refs[0]", "6.3"},
		{"domain-name", 0, "value", `"exa mple.com"`, "$.value", "6.4"},
		{"domain-name", 0, "value", `"bücher.example"`, "", ""},
		{"email-addr", 0, "value", `"Joe <joe@example.com>"`, "$.value", "6.5"},
		{"email-message", 0, "is_multipart", `-`, "$", "6.6"},
		{"email-message", 0, "body_multipart", `[{"body":"x"}]`, "$.body_multipart", "6.6"},
		{"email-message", 1, "body", `"x"`, "$.body", "6.6"},
		{"email-message", 1, "body_multipart/0/body_raw_ref", `"file--ff1e0780-358c-5808-a8c7-d0fca4ef6ef4"`, "$.body_multipart[0]", "6.6.2"},
		{"email-message", 0, "additional_header_fields", `{"X-A":5}`, "$.additional_header_fields['X-A']", "2.12"},
		{"email-message", 0, "additional_header_fields", `{"X-A":["one"]}`, "", ""},
		{"file", 0, "name & hashes", `- & -`, "$", "6.7"},
		{"file", 0, "size", `-1`, "$.size", "2.10"},
		{"file", 0, "extensions/ntfs-ext", `{"foo":1}`, "$.extensions['ntfs-ext']", "6.7.3"},
		{"file", 0, "extensions/pdf-ext/document_info_dict/Title", `5`, "$.extensions['pdf-ext'].document_info_dict.Title", "6.7.4"},
		{"file", 0, "extensions/raster-image-ext/exif_tags", `{"make":"x"}`, "$.extensions['raster-image-ext'].exif_tags.make", "6.7.5"},
		{"file", 0, "extensions/windows-pebinary-ext/pe_type", `-`, "$.extensions['windows-pebinary-ext']", "6.7.6"},
		{"file", 0, "extensions/windows-pebinary-ext/time_date_stamp", `"2016-01-22T12:31:12.5Z"`, "$.extensions['windows-pebinary-ext'].time_date_stamp", "6.7.6"},
		{"file", 0, "extensions/windows-pebinary-ext/sections/0/name", `-`, "$.extensions['windows-pebinary-ext'].sections[0]", "6.7.6.3"},
		{"file", 0, "extensions/windows-pebinary-ext/optional_header", `{}`, "$.extensions['windows-pebinary-ext'].optional_header", "6.7.6.2"},
		{"file", 0, "extensions/archive-ext/contains_refs", `-`, "$.extensions['archive-ext']", "6.7.2"},
		{"file", 0, "extensions", `{}`, "$.extensions", "2.3"},
		{"file", 0, "extensions", `{"foo":{"bar":1}}`, "$.extensions.foo", "7.3"},
		{"file", 0, "extensions", `{"extension-definition--d83fce45-ef58-4c6c-a3f4-1fbc32e98c6e":{"rank":5}}`, "$.extensions['extension-definition--d83fce45-ef58-4c6c-a3f4-1fbc32e98c6e']", "7.3"},
		{"ipv4-addr", 0, "value", `"198.51.100.300"`, "$.value", "6.8"},
		{"ipv4-addr", 0, "value", `"198.51.100.0/24"`, "", ""},
		{"ipv6-addr", 0, "value", `"2001:db8::/129"`, "$.value", "6.9"},
		{"ipv6-addr", 0, "value", `"::ffff:198.51.100.1"`, "", ""},
		{"mac-addr", 0, "value", `"D2:FB:49:24:37:18"`, "$.value", "6.10"},
		{"mutex", 0, "name", `-`, "$", "6.11"},
		{"network-traffic", 0, "protocols", `[]`, "$.protocols", "2.12"},
		{"network-traffic", 0, "src_ref & dst_ref", `- & -`, "$", "6.12"},
		{"network-traffic", 0, "is_active", `true`, "$.end", "6.12"},
		{"network-traffic", 0, "end", `"2015-01-01T00:00:00Z"`, "$.end", "6.12"},
		{"network-traffic", 0, "src_port", `65536`, "$.src_port", "2.10"},
		{"network-traffic", 0, "src_ref", `"file--ff1e0780-358c-5808-a8c7-d0fca4ef6ef4"`, "$.src_ref", "6.12"},
		{"network-traffic", 0, "ipfix", `{"a":true}`, "$.ipfix.a", "6.12"},
		{"network-traffic", 0, "extensions/tcp-ext", `{"foo":1}`, "$.extensions['tcp-ext']", "6.12.5"},
		{"network-traffic", 0, "extensions/icmp-ext/icmp_code_hex", `"0"`, "$.extensions['icmp-ext'].icmp_code_hex", "2.8"},
		{"network-traffic", 0, "extensions/socket-ext/address_family", `"AF_FOO"`, "$.extensions['socket-ext'].address_family", "6.12.4"},
		{"network-traffic", 0, "extensions/socket-ext/options", `{"so_x":1}`, "$.extensions['socket-ext'].options.so_x", "6.12.4"},
		{"network-traffic", 0, "extensions/http-request-ext/request_method", `-`, "$.extensions['http-request-ext']", "6.12.2"},
		{"network-traffic", 0, "extensions/http-request-ext/request_header", `{"Host":"a"}`, "$.extensions['http-request-ext'].request_header.Host", "6.12.2"},
		{"process", 0, "id", `"process--ff1e0780-358c-5808-a8c7-d0fca4ef6ef4"`, "$.id", "3.4"},
		{"process", 0, "extensions/windows-service-ext/start_type", `"SOMETIME"`, "$.extensions['windows-service-ext'].start_type", "6.13.3"},
		{"process", 0, "extensions/windows-process-ext/integrity_level", `"none"`, "$.extensions['windows-process-ext'].integrity_level", "6.13.2"},
		{"process", 0, "extensions/windows-process-ext/startup_info", `{"foo":"x"}`, "$.extensions['windows-process-ext'].startup_info.foo", "6.13.2"},
		{"software", 0, "cpe", `"cpe:/a:b:c"`, "$.cpe", "6.14"},
		{"software", 0, "languages", `["en","deu"]`, "", ""},
		{"software", 0, "languages", `["ger","per"]`, "", ""},
		{"software", 0, "languages", `["xx"]`, "$.languages[0]", "6.14"},
		{"url", 0, "value", `"example.com"`, "$.value", "6.15"},
		{"user-account", 0, "account_type & user_id & account_login", `- & - & -`, "$.id", "3.4"},
		{"user-account", 0, "extensions/unix-account-ext", `{"foo":1}`, "$.extensions['unix-account-ext']", "6.16.2"},
		{"windows-registry-key", 0, "key", `"HKLM\\System"`, "$.key", "6.17"},
		{"windows-registry-key", 0, "values/0/data_type", `"REG_X"`, "$.values[0].data_type", "6.17.2"},
		{"windows-registry-key", 0, "values/0", `{"foo":1}`, "$.values[0]", "6.17.2"},
		{"x509-certificate", 0, "x509_v3_extensions", `{"foo":1}`, "$.x509_v3_extensions", "6.18.2"},
		{"x509-certificate", 0, "x509_v3_extensions/private_key_usage_period_not_before", `"2016-11-31T08:17:27Z"`, "$.x509_v3_extensions.private_key_usage_period_not_before", "2.15"},
	} {
		c.run(t)
	}
}

func TestMarkingRules(t *testing.T) {
	const self = `"marking-definition--ff1e0780-358c-4808-a8c7-d0fca4ef6ef4"`
	for _, c := range []ruleCase{
		{"marking-definition", 0, "definition", `-`, "$", "7.2.1"},
		{"marking-definition", 0, "definition_type", `-`, "$", "7.2.1"},
		{"marking-definition", 0, "definition", `{}`, "$.definition", "7.2.1.3"},
		{"marking-definition", 0, "definition", `"x"`, "$.definition", "7.2.1"},
		{"marking-definition", 0, "object_marking_refs", `[` + self + `]`, "$.object_marking_refs", "7.2.2"},
		{"marking-definition", 0, "object_marking_refs", `["identity--ff1e0780-358c-4808-a8c7-d0fca4ef6ef4"]`, "$.object_marking_refs[0]", "7.2.1"},
		{"marking-definition", 0, "granular_markings/0/marking_ref", self, "$.granular_markings[0].marking_ref", "7.2.3"},
		{"marking-definition", 0, "extensions", `{"x-ext":{"abc":1}}`, "$.extensions['x-ext']", "7.2.1"},
		{"marking-definition", 2, "definition", `{"tlp":"green"}`, "$.id", "7.2.1.4"},
		{"marking-definition", 2, "created", `"2017-01-20T00:00:00Z"`, "$.created", "7.2.1.4"},
		{"marking-definition", 2, "name", `"TLP:GREEN"`, "$.name", "7.2.1.4"},
		{"marking-definition", 2, "definition", `{"tlp":"clear"}`, "$.definition", "7.2.1.4"},
		{"marking-definition", 2, "created_by_ref", `"identity--ff1e0780-358c-4808-a8c7-d0fca4ef6ef4"`, "$.created_by_ref", "7.2.1.4"},
		{"campaign", 0, "granular_markings/0/selectors", `["nothing"]`, "$.granular_markings[0].selectors[0]", "7.2.3.1"},
		{"campaign", 0, "granular_markings/0/selectors", `["labels.[2]"]`, "$.granular_markings[0].selectors[0]", "7.2.3.1"},
		{"campaign", 0, "granular_markings/0/selectors", `["labels.[1]","id","external_references.[2].hashes.SHA-256"]`, "", ""},
		{"campaign", 0, "granular_markings/0/selectors", `["[0]"]`, "$.granular_markings[0].selectors[0]", "7.2.3"},
		{"campaign", 0, "granular_markings/0/selectors", `[]`, "$.granular_markings[0].selectors", "2.12"},
		{"campaign", 0, "granular_markings/0/marking_ref", `-`, "$.granular_markings[0]", "7.2.3"},
		{"campaign", 0, "granular_markings/0", `{"lang":"de","selectors":["name"]}`, "", ""},
		{"campaign", 0, "granular_markings/0/lang", `"de"`, "$.granular_markings[0]", "7.2.3"},
		{"campaign", 0, "granular_markings/0/marking_ref", `"identity--ff1e0780-358c-4808-a8c7-d0fca4ef6ef4"`, "$.granular_markings[0].marking_ref", "7.2.3"},
	} {
		c.run(t)
	}
}

func TestBundleRules(t *testing.T) {
	for _, c := range []ruleCase{
		{"bundle", 0, "id", `-`, "$", "8.1"},
		{"bundle", 0, "id", `"campaign--ff1e0780-358c-4808-a8c7-d0fca4ef6ef4"`, "$.id", "2.9"},
		{"bundle", 0, "objects", `[]`, "$.objects", "8.1"},
		{"bundle", 0, "objects", `-`, "", ""},
		{"bundle", 0, "objects", `{}`, "$.objects", "8.1"},
		{"bundle", 0, "objects/1", `5`, "$.objects[1]", "3"},
		{"bundle", 0, "objects/1", `{"type":"bundle","id":"bundle--ff1e0780-358c-4808-a8c7-d0fca4ef6ef4"}`, "$.objects[1].type", "8.1"},
		{"bundle", 0, "objects/1/number", `-`, "$.objects[1]", "6.2"},
		{"bundle", 0, "version", `1`, "", ""},
		// an object without spec_version is one of STIX 2.0
		{"bundle", 2, "objects/0/labels", `-`, "$.objects[0]", "STIX 2.0 part 2, 2.5"},
		{"bundle", 2, "objects/0/confidence", `5`, "$.objects[0].confidence", "3.8"},
		{"bundle", 2, "objects/0/created", `"2016-04-06T20:03:48.0001Z"`, "$.objects[0].created", "STIX 2.0 part 1, 3.1"},
		{"bundle", 2, "objects/0/id", `"indicator--ff1e0780-358c-5808-a8c7-d0fca4ef6ef4"`, "$.objects[0].id", "STIX 2.0 part 1, 2.5"},
		{"bundle", 2, "objects/0/spec_version", `"2.1"`, "$.objects[0]", "4.7"},
	} {
		c.run(t)
	}
}

func TestListsAndOtherDocuments(t *testing.T) {
	campaign := `{"type":"campaign","spec_version":"2.1","id":"campaign--ff1e0780-358c-4808-a8c7-d0fca4ef6ef4","created":"2016-04-06T20:03:48.000Z","modified":"2016-04-06T20:03:48.000Z","name":"n"}`
	for _, c := range []struct {
		doc  string
		want string
	}{
		{`[` + campaign + `,` + campaign + `]`, ""},
		{`[` + campaign + `,{"type":"campaign"}]`, "$[1]"},
		{`[[` + campaign + `]]`, "$[0]"},
		{`[]`, "$"}, {`{}`, "$"}, {`5`, "$"}, {`"x"`, "$"}, {`null`, "$"}, {``, "$"}, {`{"type":"campaign"`, "$"},
		{campaign + campaign, "$"},
		{strings.Replace(campaign, `"name":"n"`, `"name":"n","name":"n"`, 1), "$"},
		{strings.Replace(campaign, `"n"`, "\"\xff\"", 1), "$"},
		{strings.Replace(campaign, `"n"`, `"\ud800"`, 1), "$"},
		{"\xef\xbb\xbf" + campaign, "$"},
		{strings.Replace(campaign, `"n"`, strings.Repeat("[", 200)+strings.Repeat("]", 200), 1), "$"},
	} {
		errs := Validate([]byte(c.doc))
		if c.want == "" && len(errs) > 0 || c.want != "" && (len(errs) == 0 || errs[0].Path != c.want) {
			t.Errorf("%.60s: %v, want %q", c.doc, errs, c.want)
		}
	}
}

func TestAdviceAndStrictness(t *testing.T) {
	doc := base(t, "campaign", 0)
	set(t, doc, "created_by_ref", `"tool--ff1e0780-358c-4808-a8c7-d0fca4ef6ef4"`)
	raw, _ := json.Marshal(doc)
	if errs := Validate(raw); len(errs) > 0 {
		t.Errorf("normal: %v", errs)
	}
	errs := ValidateWith(raw, Options{Advice: true})
	if len(errs) != 1 || !errs[0].Advice || !Valid(errs) {
		t.Errorf("advice: %v", errs)
	}
	errs = ValidateWith(raw, Options{Strict: true})
	if len(errs) != 1 || errs[0].Advice || Valid(errs) {
		t.Errorf("strict: %v", errs)
	}
}

func TestFindingsAreBounded(t *testing.T) {
	raw := []byte(`[` + strings.Repeat(`5,`, 1000) + `5]`)
	errs := ValidateWith(raw, Options{Limits: Limits{Errors: 10}})
	if len(errs) != 11 || !strings.Contains(errs[10].Message, "991 further") {
		t.Errorf("%d findings, last %v", len(errs), errs[len(errs)-1])
	}
}

// TestVerdictFile compares with the verdicts of another validator, where
// STIX_VERDICTS names a file of them: {"doc":...,"valid":...} a line.
func TestVerdictFile(t *testing.T) {
	name := os.Getenv("STIX_VERDICTS")
	if name == "" {
		t.Skip("STIX_VERDICTS names no file of verdicts")
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<26)
	same, all := 0, 0
	for sc.Scan() {
		var row struct {
			Doc   json.RawMessage
			Valid bool
		}
		if err := json.Unmarshal(sc.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		all++
		if errs := Validate(row.Doc); Valid(errs) == row.Valid {
			same++
		} else if all-same <= 20 {
			t.Logf("valid = %v there, here %v: %.200s", row.Valid, errs, row.Doc)
		}
	}
	t.Logf("%d of %d verdicts agree", same, all)
}
