package names

import (
	"fmt"
	"strings"
)

// String explains the result in one line without tabs: each pair with its way and similarity, then what is left over
// on either side, then the note and the flags.
func (r Result) String() string {
	var b strings.Builder
	b.WriteString("read as ")
	if r.Kind == Person {
		b.WriteString("person")
	} else {
		b.WriteString("organization")
	}
	for _, p := range r.Pairs {
		fmt.Fprintf(&b, "; %s = %s (%s, %.2f)", p.A.describe(), p.B.describe(), p.How, p.Similarity)
	}
	for _, side := range [...]struct {
		label  string
		tokens []Token
	}{{"only left: ", r.Left}, {"only right: ", r.Right}} {
		for i := range side.tokens {
			if i == 0 {
				b.WriteString("; " + side.label)
			} else {
				b.WriteString(", ")
			}
			b.WriteString(side.tokens[i].describe())
		}
	}
	if r.Note != "" {
		b.WriteString("; " + r.Note)
	}
	if r.Flags != 0 {
		b.WriteString("; flags: " + r.Flags.String())
	}
	return b.String()
}

func (t *Token) describe() string {
	if t.Role == RoleName {
		return t.Text
	}
	return t.Text + " [" + t.Role.String() + "]"
}
