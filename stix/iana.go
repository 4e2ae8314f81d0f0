package stix

import (
	"bytes"
	_ "embed" // for the lists of the registry
	"strings"
	"sync"
)

//go:embed iana_media.txt
var mediaTypeList string

//go:embed iana_charset.txt
var charsetList string

// registryList makes a set of the lines of a list, without comments.
func registryList(text string) func() map[string]bool {
	return sync.OnceValue(func() map[string]bool {
		m := map[string]bool{}
		for line := range strings.Lines(text) {
			if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
				m[line] = true
			}
		}
		return m
	})
}

var (
	mediaTypes = registryList(mediaTypeList)
	charsets   = registryList(charsetList)
)

// mediaTypeOK tells whether s is a media type of the IANA registry (6.1). Case
// does not matter in the subtype (RFC 2045 5.1).
func mediaTypeOK(s []byte) bool {
	if len(s) > 255 {
		return false
	}
	if mediaTypes()[string(s)] {
		return true
	}
	top, sub, ok := bytes.Cut(s, []byte("/"))
	return ok && mediaTypes()[string(top)+"/"+string(bytes.ToLower(sub))]
}

// charsetOK tells whether s is the name of a character set that clauses 6.3
// and 6.7 want: the preferred MIME name of the IANA registry, or the name where
// it has none.
func charsetOK(s []byte) bool { return charsets()[string(s)] }
