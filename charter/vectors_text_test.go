package charter

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"entente/label"
)

// The functions below write what the package itself would refuse to write.

// renderUnchecked is Text without its checks.
func renderUnchecked(t testing.TB, c *Charter) string {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(c); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func withMembers(t testing.TB, base *Charter, order ...int) string {
	c := *base
	c.Members, c.Leads = nil, nil
	for _, i := range order {
		c.Members = append(c.Members, base.Members[i])
		c.Leads = append(c.Leads, base.Members[i].ID)
	}
	return renderUnchecked(t, &c)
}

func emptyScope(t testing.TB, base *Charter) string {
	c := *base
	c.Scope = []Purpose{}
	return renderUnchecked(t, &c)
}

func compact(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, []byte(text)); err != nil {
		t.Fatal(err)
	}
	return b.String() + "\n"
}

// certText is the text of a certificate, checked as Text checks it.
func certText(t testing.TB, c *KeyCertificate) string {
	t.Helper()
	text, err := c.Text()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// strayBits sets bits of the last signature's base64 that decode to nothing:
// 68 bytes leave two of them.
func strayBits(note string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	i := strings.LastIndex(note, "=") - 1
	n := strings.IndexByte(alphabet, note[i])
	out := note[:i] + alphabet[n+1:n+2] + note[i+1:]
	if _, err := base64.StdEncoding.Strict().DecodeString(out[strings.LastIndex(out, " ")+1 : len(out)-1]); err == nil {
		panic("the bits are not stray")
	}
	return out
}

func genesisOf(t testing.TB, founding string) string {
	t.Helper()
	g := &Genesis{V: 1, Term: 1, Lead: "SYR", Founding: founding,
		Last: map[label.MemberID]LastHeader{}, Promises: []string{}}
	b, err := g.payload()
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
