package names

import "strings"

// compoundEnds are the second parts of compounds in the form that parsing gives them: "of the religion", "of God".
var compoundEnds = [...]string{"aldin", "allah", "الدين", "الله", "алдин", "аллах"}

// compoundHead is the first part of such a compound, by which alone its bearer is often called ("Nasir" for
// Nasir al-Din); "" when t is none.
func compoundHead(t *Token) string {
	if t.Role != RoleName {
		return ""
	}
	for _, end := range compoundEnds {
		if head, ok := strings.CutSuffix(t.Text, end); ok && runeLen(head) >= leastHead {
			return head
		}
	}
	return ""
}

// leastHead bounds the letters of a compound's first part; shorter ones meet too many names.
const leastHead = 3

// headFactor is what a name alone is like a compound that opens with it.
const headFactor = 0.8

// headAligned compares the first part of a compound with a name that is none. It is 0 where neither or both are.
func (m *matcher) headAligned(a, b *tokenForms) float32 {
	if a.token.Role != RoleName || b.token.Role != RoleName {
		return 0
	}
	ha, hb := compoundHead(a.token), compoundHead(b.token)
	if (ha == "") == (hb == "") {
		return 0
	}
	if ha == "" {
		a, b, ha = b, a, hb
	}
	if ha == b.token.Text {
		return headFactor
	}
	s, _ := m.aligned(m.forms.get(ha, a.token.Script), b.letterForms)
	return s * headFactor
}
