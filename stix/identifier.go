package stix

import "bytes"

// splitID takes an identifier of clause 2.9 apart: object type, two hyphens, a
// UUID of RFC 4122 (variant 1, versions 1 to 5). It reports false for any other
// text. version is the UUID's.
func splitID(s []byte) (typ []byte, version byte, ok bool) {
	const uuid = 36
	n := len(s) - uuid
	if n < 5 || s[n-1] != '-' || s[n-2] != '-' {
		return nil, 0, false
	}
	typ = s[:n-2]
	if typ[0] < 'a' || typ[0] > 'z' || typ[len(typ)-1] == '-' {
		return nil, 0, false
	}
	for _, c := range typ {
		if !lowerDigitHyphen(c) {
			return nil, 0, false
		}
	}
	u := s[n:]
	for i, c := range u {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return nil, 0, false
			}
		} else if hexValue(c) < 0 {
			return nil, 0, false
		}
	}
	version = u[14] - '0'
	if version < 1 || version > 5 || hexValue(u[19])&0xc != 8 {
		return nil, 0, false
	}
	return typ, version, true
}

func lowerDigitHyphen(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-'
}

// idPrefix returns what stands before the first "--" of s, or nil.
func idPrefix(s []byte) []byte {
	if i := bytes.Index(s, []byte("--")); i > 0 {
		return s[:i]
	}
	return nil
}

// typeFault says why s is no name of an object type (clause 3.1), or "".
func typeFault(s []byte) string {
	switch {
	case len(s) < 3 || len(s) > 250:
		return "must have 3 to 250 characters"
	case s[0] < 'a' || s[0] > 'z':
		return "must begin with a letter a-z"
	case bytes.Contains(s, []byte("--")):
		return "must not have two hyphens in a row"
	}
	for _, c := range s {
		if !lowerDigitHyphen(c) {
			return "must consist of a-z, 0-9 and hyphens"
		}
	}
	return ""
}

// nameFault says why s is no name of a property (clause 3.1), or "". The name
// "id" is the one that is shorter than three characters.
func nameFault(s []byte) string {
	if string(s) == "id" {
		return ""
	}
	if len(s) < 3 || len(s) > 250 {
		return "must have 3 to 250 characters"
	}
	for i, c := range s {
		if c >= 'a' && c <= 'z' || i > 0 && (c >= '0' && c <= '9' || c == '_') {
			continue
		}
		return "must begin with a letter and consist of a-z, 0-9 and underscores"
	}
	return ""
}

// patternNameOK is the rule for a property name as the OASIS validator applies
// it to the first step of an object path and to the keys of translations: 3 to
// 250 of a-z, 0-9 and underscore.
func patternNameOK(s []byte) bool {
	if len(s) < 3 || len(s) > 250 {
		return false
	}
	for _, c := range s {
		if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_') {
			return false
		}
	}
	return true
}

// grosslyBadName tells the names that even the lenient reading of clause 3.1
// refuses: those that do not begin with a letter followed by two of a-z, 0-9
// and underscore. The OASIS validator looks no further than that.
func grosslyBadName(s []byte) bool {
	if bytes.HasSuffix(s, []byte("id")) {
		return false
	}
	return len(s) < 3 || nameFault(s[:3]) != ""
}

// dictionaryKeyOK tells whether s may be a key of a dictionary (clause 2.3).
func dictionaryKeyOK(s []byte) bool {
	if len(s) > 250 {
		return false
	}
	for _, c := range s {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-') {
			return false
		}
	}
	return true
}
