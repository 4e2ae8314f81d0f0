package taxii

import (
	"errors"
	"mime"
	"net/http"
	"strings"
)

// acceptable tells whether the Accept header has a media range of TAXII 2.1
// (clauses 1.6.8 and 3.1). General ranges such as */* do not suffice: a request
// must name TAXII, so that a later version cannot be taken for this one.
func acceptable(h http.Header) bool {
	for _, line := range h.Values("Accept") {
		for _, item := range splitList(line) {
			if q, ok := taxiiType(item); ok && q != "0" && strings.Trim(q, "0.") != "" || ok && q == "" {
				return true
			}
		}
	}
	return false
}

// contentTypeOK tells whether a body is TAXII 2.1.
func contentTypeOK(h http.Header) bool {
	types := h.Values("Content-Type")
	if len(types) != 1 {
		return false
	}
	_, ok := taxiiType(types[0])
	return ok
}

// taxiiType tells whether a media type is TAXII without version or of 2.1, and
// returns its quality.
func taxiiType(s string) (q string, ok bool) {
	typ, params, err := mime.ParseMediaType(s)
	if err != nil || typ != "application/taxii+json" {
		return "", false
	}
	v, has := params["version"]
	return params["q"], !has || v == "2.1"
}

// splitList divides a header at commas outside of quotes; at most 64 items.
func splitList(s string) []string {
	var items []string
	quoted, from := false, 0
	for i := 0; i < len(s) && len(items) < 64; i++ {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case quoted && s[i] == '\\':
			i++
		case s[i] == ',' && !quoted:
			items = append(items, s[from:i])
			from = i + 1
		}
	}
	return append(items, s[from:])
}

// isA is errors.As.
func isA[T error](err error, to *T) bool { return errors.As(err, to) }
