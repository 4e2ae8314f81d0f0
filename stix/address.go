package stix

import (
	"bytes"
	"net/netip"
	"strings"

	"golang.org/x/net/idna"
)

// ipv4OK tells whether s is an IPv4 address or a CIDR block of them (6.8).
func ipv4OK(s []byte) bool {
	addr, bits, cidr := bytes.Cut(s, []byte("/"))
	a, err := netip.ParseAddr(string(addr))
	return err == nil && a.Is4() && (!cidr || prefixBitsOK(bits, 32))
}

// ipv6OK tells whether s is an IPv6 address or a CIDR block of them (6.9).
func ipv6OK(s []byte) bool {
	addr, bits, cidr := bytes.Cut(s, []byte("/"))
	a, err := netip.ParseAddr(string(addr))
	return err == nil && a.Is6() && (!cidr || prefixBitsOK(bits, 128))
}

func prefixBitsOK(s []byte, most int) bool {
	if len(s) == 0 || len(s) > 3 || !allDigits(s) || len(s) > 1 && s[0] == '0' {
		return false
	}
	n := 0
	for _, c := range s {
		n = n*10 + int(c-'0')
	}
	return n <= most
}

// macOK tells whether s is a MAC-48 address, lower case with colons (6.10).
func macOK(s []byte) bool {
	if len(s) != 17 {
		return false
	}
	for i, c := range s {
		if i%3 == 2 {
			if c != ':' {
				return false
			}
		} else if hexValue(c) < 0 || c >= 'A' && c <= 'F' {
			return false
		}
	}
	return true
}

// strictIDNA checks names of RFC 5890 without changing them.
var strictIDNA = idna.New(
	idna.ValidateLabels(true),
	idna.StrictDomainName(true),
	idna.CheckHyphens(true),
	idna.CheckJoiners(true),
	idna.BidiRule(),
)

// domainOK tells whether s is a domain name of RFC 1034, or an
// internationalised one of RFC 5890 (6.4).
func domainOK(s []byte) bool {
	name := bytes.TrimSuffix(s, []byte("."))
	if len(name) == 0 {
		return false
	}
	ascii := string(name)
	for _, c := range name {
		if c >= 0x80 {
			var err error
			if ascii, err = strictIDNA.ToASCII(string(name)); err != nil {
				return false
			}
			break
		}
	}
	if len(ascii) > 253 {
		return false
	}
	for label := range strings.SplitSeq(ascii, ".") {
		if !labelOK(label) {
			return false
		}
	}
	return true
}

func labelOK(s string) bool {
	if len(s) == 0 || len(s) > 63 || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if !(c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '-') {
			return false
		}
	}
	if len(s) > 3 && s[2:4] == "--" {
		if !strings.EqualFold(s[:2], "xn") {
			return false
		}
		_, err := strictIDNA.ToUnicode(strings.ToLower(s))
		return err == nil
	}
	return true
}

// emailOK tells whether s is an address without display name, RFC 5322's
// addr-spec with a domain of at least two labels (6.5).
func emailOK(s []byte) bool {
	at := bytes.LastIndexByte(s, '@')
	if at < 1 || len(s) > 998 {
		return false
	}
	local, domain := s[:at], s[at+1:]
	if local[0] == '"' {
		if len(local) < 2 || local[len(local)-1] != '"' || !quotedLocalOK(local[1:len(local)-1]) {
			return false
		}
	} else {
		for _, c := range local {
			if !(c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || strings.IndexByte(".!#$%&'*+-/=?^_`{|}~", c) >= 0) {
				return false
			}
		}
	}
	if len(domain) > 2 && domain[0] == '[' && domain[len(domain)-1] == ']' {
		lit := domain[1 : len(domain)-1]
		return ipv4OK(lit) || bytes.HasPrefix(lit, []byte("IPv6:")) && ipv6OK(lit[5:])
	}
	dot := bytes.IndexByte(domain, '.')
	if dot < 1 || dot == len(domain)-1 {
		return false
	}
	for _, c := range domain {
		if !(c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '.') {
			return false
		}
	}
	return true
}

func quotedLocalOK(s []byte) bool {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			i++
			if i == len(s) || s[i] < 0x20 || s[i] > 0x7e {
				return false
			}
		case c == '"' || c < 0x20 || c > 0x7e:
			return false
		}
	}
	return true
}
