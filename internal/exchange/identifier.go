package exchange

import (
	"crypto/sha1"
	"fmt"
	"strings"
)

// namespace is the UUID under which the identifiers of this package are
// derived (RFC 4122 4.3): 7d0a1c6e-52a4-4f5b-9c39-6c1f0f8a3b52.
var namespace = [16]byte{0x7d, 0x0a, 0x1c, 0x6e, 0x52, 0xa4, 0x4f, 0x5b, 0x9c, 0x39, 0x6c, 0x1f, 0x0f, 0x8a, 0x3b, 0x52}

// identifier derives the STIX identifier of what parts name: the same parts
// give the same identifier on every node, and nothing can be told from it.
func identifier(typ string, parts ...string) string {
	h := sha1.New() // RFC 4122 4.3 fixes SHA-1 for version 5
	h.Write(namespace[:])
	h.Write([]byte(typ + "\x00" + strings.Join(parts, "\x00")))
	u := h.Sum(nil)[:16]
	u[6] = u[6]&0x0f | 0x50
	u[8] = u[8]&0x3f | 0x80
	return fmt.Sprintf("%s--%x-%x-%x-%x-%x", typ, u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}
