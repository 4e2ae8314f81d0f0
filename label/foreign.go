package label

import (
	"fmt"
	"strings"
)

// ForeignScheme is a marking scheme of others that the centre imports and
// renders but does not issue.
type ForeignScheme string

// The foreign schemes.
const (
	// TLP is the Traffic Light Protocol, version 2.0 (FIRST, August 2022): how
	// far the recipient may pass the information on.
	TLP ForeignScheme = "TLP"
	// PAP is the Permissible Actions Protocol of MISP: how visibly the
	// recipient may act on the information.
	PAP ForeignScheme = "PAP"
)

// foreignTokens holds the tokens of each scheme, the least strict first.
var foreignTokens = map[ForeignScheme][]string{
	TLP: {"CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"},
	PAP: {"CLEAR", "GREEN", "AMBER", "RED"},
}

// ForeignMark is a marking that came with imported material, as TLP:AMBER. Its
// tokens stay in Latin capitals in every language (TLP 2.0, section 3). In a
// label it is carried as the caveat of the same text; of one scheme a label
// carries only the strictest mark. A foreign mark never widens a release set,
// and none is derived from it: who may read is for the member that imports the
// material to say.
type ForeignMark struct {
	Scheme ForeignScheme `json:"scheme"`
	Token  string        `json:"token"`
}

// ParseForeignMark reads a mark as "TLP:AMBER+STRICT" or "PAP:GREEN". The
// token WHITE, which TLP 1.0 and older PAP used, is read as CLEAR, its name
// since TLP 2.0. Case is not folded.
func ParseForeignMark(s string) (ForeignMark, error) {
	scheme, token, _ := strings.Cut(s, ":")
	if token == "WHITE" {
		token = "CLEAR"
	}
	m := ForeignMark{Scheme: ForeignScheme(scheme), Token: token}
	if m.Rank() < 0 {
		return ForeignMark{}, fmt.Errorf("%w: foreign mark %q: the marks are TLP:CLEAR, GREEN, AMBER, AMBER+STRICT, RED and PAP:CLEAR, GREEN, AMBER, RED",
			ErrSyntax, clip(s))
	}
	return m, nil
}

// String returns the mark as it is printed.
func (m ForeignMark) String() string { return string(m.Scheme) + ":" + m.Token }

// Rank orders the marks of one scheme, 0 for the least strict; it is -1 for
// what is no mark of a known scheme.
func (m ForeignMark) Rank() int {
	for i, t := range foreignTokens[m.Scheme] {
		if t == m.Token {
			return i
		}
	}
	return -1
}

// foreignOf returns the foreign mark that a caveat is, if it is one in its one
// written form.
func foreignOf(caveat string) (ForeignMark, bool) {
	if !strings.HasPrefix(caveat, "TLP:") && !strings.HasPrefix(caveat, "PAP:") {
		return ForeignMark{}, false
	}
	m, err := ParseForeignMark(caveat)
	return m, err == nil && m.String() == caveat
}
