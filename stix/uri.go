package stix

import (
	"bytes"
	"net/netip"
)

// Character classes of RFC 3986.
const (
	uriUnreserved = 1 << iota
	uriSubDelim
	uriPathExtra  // : @
	uriQueryExtra // / ?
	uriScheme
)

var uriClass = func() (t [256]uint8) {
	set := func(chars string, class uint8) {
		for _, c := range []byte(chars) {
			t[c] |= class
		}
	}
	const alpha = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	set(alpha+"0123456789-._~", uriUnreserved)
	set("!$&'()*+,;=", uriSubDelim)
	set(":@", uriPathExtra)
	set("/?", uriQueryExtra)
	set(alpha+"0123456789+-.", uriScheme)
	return
}()

const (
	uriRegName = uriUnreserved | uriSubDelim
	uriPath    = uriUnreserved | uriSubDelim | uriPathExtra
	uriQuery   = uriPath | uriQueryExtra
)

// uriOK tells whether s is a URI of RFC 3986 section 3: with a scheme, and in
// ASCII, everything else percent-encoded.
func uriOK(s []byte) bool {
	colon := bytes.IndexByte(s, ':')
	if colon < 1 || s[0]|0x20 < 'a' || s[0]|0x20 > 'z' || !allOf(s[:colon], uriScheme) {
		return false
	}
	rest := s[colon+1:]
	if i := bytes.IndexByte(rest, '#'); i >= 0 {
		if !encodedOf(rest[i+1:], uriQuery) {
			return false
		}
		rest = rest[:i]
	}
	if i := bytes.IndexByte(rest, '?'); i >= 0 {
		if !encodedOf(rest[i+1:], uriQuery) {
			return false
		}
		rest = rest[:i]
	}
	if bytes.HasPrefix(rest, []byte("//")) {
		rest = rest[2:]
		authority := rest
		if i := bytes.IndexByte(rest, '/'); i >= 0 {
			authority, rest = rest[:i], rest[i:]
		} else {
			rest = nil
		}
		if !authorityOK(authority) {
			return false
		}
	}
	for _, c := range rest {
		if c == '/' {
			continue
		}
		if c != '%' && uriClass[c]&uriPath == 0 {
			return false
		}
	}
	return percentOK(rest)
}

func authorityOK(s []byte) bool {
	if i := bytes.LastIndexByte(s, '@'); i >= 0 {
		for _, c := range s[:i] {
			if c != ':' && c != '%' && uriClass[c]&uriRegName == 0 {
				return false
			}
		}
		if !percentOK(s[:i]) {
			return false
		}
		s = s[i+1:]
	}
	if len(s) > 0 && s[0] == '[' {
		end := bytes.IndexByte(s, ']')
		if end < 0 || !ipLiteralOK(s[1:end]) {
			return false
		}
		s = s[end+1:]
		return len(s) == 0 || s[0] == ':' && allDigits(s[1:])
	}
	if i := bytes.LastIndexByte(s, ':'); i >= 0 {
		if !allDigits(s[i+1:]) {
			return false
		}
		s = s[:i]
	}
	return encodedOf(s, uriRegName)
}

func ipLiteralOK(s []byte) bool {
	if len(s) > 2 && s[0]|0x20 == 'v' {
		dot := bytes.IndexByte(s, '.')
		return dot > 1 && allHex(s[1:dot]) && dot+1 < len(s) && allOf(bytes.ReplaceAll(s[dot+1:], []byte(":"), nil), uriRegName)
	}
	a, err := netip.ParseAddr(string(s))
	return err == nil && a.Is6() && a.Zone() == ""
}

func allDigits(s []byte) bool {
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

func allOf(s []byte, class uint8) bool {
	for _, c := range s {
		if uriClass[c]&class == 0 {
			return false
		}
	}
	return true
}

func encodedOf(s []byte, class uint8) bool {
	for _, c := range s {
		if c != '%' && uriClass[c]&class == 0 {
			return false
		}
	}
	return percentOK(s)
}

func percentOK(s []byte) bool {
	for {
		i := bytes.IndexByte(s, '%')
		if i < 0 {
			return true
		}
		if i+2 >= len(s) || hexValue(s[i+1]) < 0 || hexValue(s[i+2]) < 0 {
			return false
		}
		s = s[i+3:]
	}
}
