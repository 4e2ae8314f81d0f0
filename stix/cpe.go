package stix

import "bytes"

// cpeOK tells whether s is a CPE 2.3 name in its formatted string binding
// (NIST IR 7695, 6.2.1): "cpe:2.3:" and eleven components.
func cpeOK(s []byte) bool {
	rest, ok := bytes.CutPrefix(s, []byte("cpe:2.3:"))
	if !ok || len(s) > 4096 {
		return false
	}
	count := 0
	for {
		part, tail, more := cutComponent(rest)
		if !cpeComponentOK(count, part) {
			return false
		}
		count++
		if !more {
			return count == 11
		}
		if count == 11 {
			return false
		}
		rest = tail
	}
}

// cutComponent cuts at the first colon that no backslash quotes.
func cutComponent(s []byte) (part, rest []byte, more bool) {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case ':':
			return s[:i], s[i+1:], true
		}
	}
	return s, nil, false
}

func cpeComponentOK(index int, s []byte) bool {
	if len(s) == 1 && (s[0] == '*' || s[0] == '-') {
		return true
	}
	switch index {
	case 0:
		return len(s) == 1 && (s[0] == 'a' || s[0] == 'o' || s[0] == 'h')
	case 6:
		return cpeLanguageOK(s)
	}
	// avstring: wildcards only at the ends, in between unreserved characters
	// and quoted punctuation.
	s = trimWildcards(s)
	if len(s) == 0 {
		return false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c == '_':
		case c == '\\':
			i++
			if i == len(s) || bytes.IndexByte([]byte("\\*?!\"#$%&'()+,/:;<=>@[]^`{|}~-._"), s[i]) < 0 {
				return false
			}
		default:
			return false
		}
	}
	return true
}

func trimWildcards(s []byte) []byte {
	if len(s) > 0 && s[0] == '*' {
		s = s[1:]
	} else {
		s = bytes.TrimLeft(s, "?")
	}
	end := len(s)
	if end > 0 && s[end-1] == '*' {
		end--
	} else {
		for end > 0 && s[end-1] == '?' {
			end--
		}
	}
	if end < len(s) && end > 0 && s[end-1] == '\\' {
		end++ // the wildcard is quoted and belongs to the value
	}
	return s[:end]
}

func cpeLanguageOK(s []byte) bool {
	lang, region, ok := bytes.Cut(s, []byte("-"))
	if len(lang) < 2 || len(lang) > 3 {
		return false
	}
	for _, c := range lang {
		if c|0x20 < 'a' || c|0x20 > 'z' {
			return false
		}
	}
	if !ok {
		return true
	}
	if len(region) == 3 {
		return allDigits(region)
	}
	return len(region) == 2 && region[0]|0x20 >= 'a' && region[0]|0x20 <= 'z' && region[1]|0x20 >= 'a' && region[1]|0x20 <= 'z'
}
