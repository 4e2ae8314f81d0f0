package taxii

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
)

// BasicAuth returns an Authenticate function for one user with a password
// (RFC 7617). It keeps a keyed digest of them and takes the same time for
// whatever is wrong.
func BasicAuth(user, password string) func(*http.Request) (string, bool) {
	key := make([]byte, 32)
	rand.Read(key) // never fails
	sum := func(s string) []byte {
		m := hmac.New(sha256.New, key)
		m.Write([]byte(s))
		return m.Sum(nil)
	}
	wantUser, wantPassword := sum(user), sum(password)
	return func(r *http.Request) (string, bool) {
		u, p, ok := r.BasicAuth()
		same := subtle.ConstantTimeCompare(sum(u), wantUser) & subtle.ConstantTimeCompare(sum(p), wantPassword)
		return user, ok && same == 1
	}
}
