package collect

import (
	"net/netip"
	"strconv"
	"strings"

	"entente/stix"
)

// mispHashes has the name of each hash algorithm of MISP in STIX: that of the
// vocabulary, else MISP's in capitals without what a dictionary's key may not
// have (STIX 2.1 2.3). SHA-512/256 is no SHA-256, and keeps its own name.
var mispHashes = map[string]string{
	"md5": "MD5", "sha1": "SHA-1", "sha256": "SHA-256", "sha512": "SHA-512", "sha3-256": "SHA3-256", "sha3-512": "SHA3-512",
	"ssdeep": "SSDEEP", "tlsh": "TLSH", "sha224": "SHA224", "sha384": "SHA384", "sha3-224": "SHA3224", "sha3-384": "SHA3384",
	"sha512/224": "SHA512-224", "sha512/256": "SHA512-256", "authentihash": "AUTHENTIHASH", "imphash": "IMPHASH",
	"pehash": "PEHASH", "vhash": "VHASH", "telfhash": "TELFHASH",
}

// mispValues has the observables that are one property of the value.
var mispValues = map[string][2]string{
	"domain": {"domain-name", "value"}, "hostname": {"domain-name", "value"}, "email": {"email-addr", "value"},
	"url": {"url", "value"}, "uri": {"url", "value"}, "link": {"url", "value"}, "mac-address": {"mac-addr", "value"},
	"mutex": {"mutex", "name"}, "filename": {"file", "name"}, "attachment": {"file", "name"},
	"email-body": {"email-message", "body"}, "email-subject": {"email-message", "subject"}, "email-message-id": {"email-message", "message_id"},
}

// rules of other languages, which an indicator carries as its pattern.
var mispRules = map[string]bool{"snort": true, "suricata": true, "yara": true, "sigma": true}

// mispAttribute says an attribute as one STIX object: the observable that it
// names, an indicator for a rule, an object of the domain, or, where STIX has
// nothing for it, an object of our own. References within are deterministic
// identifiers of observables that are not carried by themselves.
func mispAttribute(a, event fields) map[string]any {
	typ, value := a.text("type"), a.text("value")
	uuid := a.text("uuid")
	if o := mispObservable(typ, value); o != nil && holds(o) {
		return o
	}
	if len(uuid) == 36 {
		switch {
		case mispRules[typ]:
			o := domainObject("indicator", uuid, a, event)
			o["pattern"], o["pattern_type"], o["valid_from"] = value, typ, o["created"]
			return o
		case typ == "vulnerability":
			o := domainObject("vulnerability", uuid, a, event)
			o["name"] = value
			if strings.HasPrefix(value, "CVE-") {
				o["external_references"] = []map[string]string{{"source_name": "cve", "external_id": value}}
			}
			if holds(o) {
				return o
			}
		case typ == "campaign-name":
			o := domainObject("campaign", uuid, a, event)
			o["name"] = value
			return o
		}
		o := domainObject("x-misp-attribute", uuid, a, event)
		o["x_misp_type"], o["x_misp_value"] = typ, value
		return o
	}
	o := domainObject("x-misp-attribute", event.text("uuid"), a, event)
	delete(o, "id")
	o["id"] = "x-misp-attribute--" + textUUID(event.text("uuid"), typ, value)
	o["x_misp_type"], o["x_misp_value"] = typ, value
	return o
}

// holds tells whether an observable of a foreign value is valid STIX.
func holds(o map[string]any) bool {
	raw, err := mispObject(cloneOf(o), mispBody{})
	return err == nil && raw != nil
}

func cloneOf(o map[string]any) map[string]any {
	c := make(map[string]any, len(o))
	for k, v := range o {
		c[k] = v
	}
	return c
}

// mispObservable is the observable that an attribute names, nil for none.
func mispObservable(typ, value string) map[string]any {
	if v, ok := mispValues[typ]; ok {
		o := map[string]any{"type": v[0], v[1]: value}
		if v[0] == "email-message" {
			o["is_multipart"] = false
		}
		return randomized(o)
	}
	if name, ok := mispHashes[typ]; ok {
		return map[string]any{"type": "file", "hashes": map[string]string{name: value}}
	}
	left, right, two := strings.Cut(value, "|")
	switch {
	case strings.HasPrefix(typ, "filename|") || typ == "malware-sample":
		name, ok := mispHashes[strings.TrimPrefix(typ, "filename|")]
		if typ == "malware-sample" {
			name, ok = "MD5", true
		}
		if i := strings.LastIndexByte(value, '|'); ok && i > 0 {
			return map[string]any{"type": "file", "name": value[:i], "hashes": map[string]string{name: value[i+1:]}}
		}
	case strings.HasPrefix(typ, "x509-fingerprint-"):
		if name, ok := mispHashes[strings.TrimPrefix(typ, "x509-fingerprint-")]; ok {
			return map[string]any{"type": "x509-certificate", "hashes": map[string]string{name: value}}
		}
	case typ == "AS":
		if n, err := strconv.ParseUint(strings.TrimPrefix(strings.ToUpper(value), "AS"), 10, 32); err == nil {
			return map[string]any{"type": "autonomous-system", "number": n}
		}
	case typ == "domain|ip" && two:
		return referring("domain-name", map[string]any{"value": left}, "resolves_to_refs", true, address(right))
	case typ == "ip-src" || typ == "ip-dst":
		return traffic(typ[3:], address(value), "")
	case typ == "ip-src|port" || typ == "ip-dst|port":
		if i := strings.LastIndexByte(value, '|'); i > 0 {
			return traffic(typ[3:6], address(value[:i]), value[i+1:])
		}
	case typ == "hostname|port" && two:
		return traffic("dst", map[string]any{"type": "domain-name", "value": left}, right)
	case typ == "regkey":
		return map[string]any{"type": "windows-registry-key", "key": wholeHive(value)}
	case typ == "regkey|value" && two:
		return map[string]any{"type": "windows-registry-key", "key": wholeHive(left), "values": []map[string]string{{"data": right}}}
	case typ == "github-username":
		return map[string]any{"type": "user-account", "account_type": "github", "account_login": value}
	case typ == "email-src":
		return mail("from_ref", false, value)
	case typ == "email-dst":
		return mail("to_refs", true, value)
	case typ == "email-reply-to":
		return header("Reply-To", value)
	case typ == "email-x-mailer":
		return header("X-Mailer", value)
	case typ == "email-header":
		return randomized(map[string]any{"type": "email-message", "is_multipart": false, "received_lines": []string{value}})
	}
	return nil
}

// address is the observable of an IP address, nil for what is none.
func address(s string) map[string]any {
	host, _, _ := strings.Cut(s, "/")
	a, err := netip.ParseAddr(host)
	switch {
	case err != nil:
		return nil
	case a.Is4():
		return map[string]any{"type": "ipv4-addr", "value": s}
	}
	return map[string]any{"type": "ipv6-addr", "value": s}
}

// traffic is network traffic with one end known.
func traffic(end string, other map[string]any, port string) map[string]any {
	more := map[string]any{"protocols": []string{"tcp"}}
	if port != "" {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil {
			return nil
		}
		more[end+"_port"] = n
	}
	return referring("network-traffic", more, end+"_ref", false, other)
}

func mail(property string, list bool, value string) map[string]any {
	o := referring("email-message", map[string]any{"is_multipart": false}, property, list, map[string]any{"type": "email-addr", "value": value})
	return randomized(o)
}

func header(name, value string) map[string]any {
	return randomized(map[string]any{"type": "email-message", "is_multipart": false, "additional_header_fields": map[string]string{name: value}})
}

// referring is an observable that refers to another one by its deterministic
// identifier; nil where the other is none.
func referring(typ string, more map[string]any, property string, list bool, other map[string]any) map[string]any {
	id := referenceTo(other)
	if id == "" {
		return nil
	}
	more["type"] = typ
	if list {
		more[property] = []string{id}
	} else {
		more[property] = id
	}
	return more
}

// referenceTo is the deterministic identifier of an observable, "" for none.
func referenceTo(o map[string]any) string {
	if o == nil {
		return ""
	}
	id, err := stix.DeterministicID(mustJSON(o))
	if err != nil {
		return ""
	}
	return id
}

// randomized gives an observable without ID contributing properties an
// identifier that depends on its content and has the form that clause 3.4 asks
// for: a UUID of version 4.
func randomized(o map[string]any) map[string]any {
	if o == nil {
		return nil
	}
	raw := mustJSON(o)
	if _, err := stix.DeterministicID(raw); err == nil {
		return o
	}
	o["id"] = o["type"].(string) + "--" + textUUID(string(raw))
	return o
}

// hives has the abbreviations of Windows' registry hives (clause 6.17 wants
// them spelt out).
var hives = map[string]string{"HKLM": "HKEY_LOCAL_MACHINE", "HKCU": "HKEY_CURRENT_USER", "HKCR": "HKEY_CLASSES_ROOT", "HKU": "HKEY_USERS", "HKCC": "HKEY_CURRENT_CONFIG"}

func wholeHive(key string) string {
	hive, rest, _ := strings.Cut(key, `\`)
	if long, ok := hives[strings.ToUpper(hive)]; ok {
		return long + key[len(key)-len(rest)-min(1, len(key)-len(hive)):]
	}
	return key
}
