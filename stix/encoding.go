package stix

import "bytes"

// hexOK tells whether s is a value of the hex type (clause 2.8): an even,
// non-zero number of hexadecimal digits.
func hexOK(s []byte) bool {
	if len(s) == 0 || len(s)%2 != 0 {
		return false
	}
	return allHex(s)
}

func allHex(s []byte) bool {
	for _, c := range s {
		if hexValue(c) < 0 {
			return false
		}
	}
	return true
}

// base64OK tells whether s is a value of the binary type (clause 2.1): base64
// of RFC 4648 section 4 with padding, not empty.
func base64OK(s []byte) bool {
	if len(s) == 0 || len(s)%4 != 0 {
		return false
	}
	body := bytes.TrimSuffix(s, []byte("="))
	if len(body) < len(s) {
		body = bytes.TrimSuffix(body, []byte("="))
	}
	for _, c := range body {
		if !base64Char[c] {
			return false
		}
	}
	return true
}

var base64Char = func() (t [256]bool) {
	for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		t[c] = true
	}
	return
}()

// hashLength is the number of hexadecimal digits of the hash algorithms of
// the vocabulary hash-algorithm-ov (clause 10.7) that have a fixed one.
var hashLength = map[string]int{
	"MD5": 32, "SHA-1": 40, "SHA-256": 64, "SHA-512": 128, "SHA3-256": 64, "SHA3-512": 128,
}

// hashVocabulary tells whether the name is of hash-algorithm-ov.
func hashVocabulary(name []byte) bool {
	_, fixed := hashLength[string(name)]
	return fixed || string(name) == "SSDEEP" || string(name) == "TLSH"
}

// hashFault says why the value is none of the named algorithm, or "". Of
// algorithms outside the vocabulary nothing is known, so any string passes.
func hashFault(name, value []byte) string {
	if n, ok := hashLength[string(name)]; ok {
		if len(value) == n && allHex(value) {
			return ""
		}
		return "is no " + string(name) + " value: hexadecimal digits of the algorithm's length are wanted"
	}
	switch string(name) {
	case "SSDEEP":
		if len(value) >= 1 && len(value) <= 128 {
			for _, c := range value {
				if !base64Char[c] && c != ':' && c != '.' {
					return "is no SSDEEP value: letters, digits and /+:. are wanted"
				}
			}
			return ""
		}
		return "is no SSDEEP value: 1 to 128 characters are wanted"
	case "TLSH":
		// Since TLSH 4 a value begins with its version, "T1".
		v := value
		if len(v) == 72 && (v[0] == 'T' || v[0] == 't') {
			v = v[2:]
		}
		if len(v) == 70 {
			for _, c := range v {
				if c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' {
					continue
				}
				return "is no TLSH value: letters and digits are wanted"
			}
			return ""
		}
		return "is no TLSH value: 70 characters are wanted, or 72 with the version in front"
	}
	return ""
}
