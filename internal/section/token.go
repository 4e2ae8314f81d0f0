package section

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// Token is the secret of a session: 32 random bytes. Its text is the same as a
// bearer token and as the value of a cookie. It is shown once, to whoever
// logged in; only its hash is stored.
type Token [32]byte

const tokenPrefix = "entente_"

var tokenText = base64.RawURLEncoding.Strict()

// NewToken draws a token.
func NewToken() Token {
	var t Token
	rand.Read(t[:])
	return t
}

// Text is the token for the officer: "entente_" and 43 characters of base64url
// without padding. The prefix lets tools that look for leaked secrets find it.
func (t Token) Text() string { return tokenPrefix + tokenText.EncodeToString(t[:]) }

// String hides the token, so that it does not end up in a log by accident.
func (t Token) String() string { return tokenPrefix + "(hidden)" }

// GoString hides the token as String does.
func (t Token) GoString() string { return t.String() }

func (t Token) hash() [sha256.Size]byte { return sha256.Sum256(t[:]) }

// ParseToken reads the text of a token, in its canonical form alone. It fails
// with the refusal of a token that is unknown: nothing is said of the form.
func ParseToken(text string) (Token, error) {
	body, ok := strings.CutPrefix(text, tokenPrefix)
	if !ok || len(body) != tokenText.EncodedLen(len(Token{})) {
		return Token{}, refuseSession()
	}
	b, err := tokenText.DecodeString(body)
	if err != nil || len(b) != len(Token{}) {
		return Token{}, refuseSession()
	}
	return Token(b), nil
}

// newID draws a 128-bit identifier, 32 hexadecimal digits, without an order.
func newID() string {
	var b [16]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}
