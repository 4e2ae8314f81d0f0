package charter

import (
	"crypto/ed25519"
	"crypto/hpke"
	"crypto/sha256"
	"testing"

	"entente/label"
)

// Test keys are SHA-256 of a sentence that anybody can hash; they protect
// nothing. See testdata/vectors/keys/README.md.
func testSeed(sentence string) []byte {
	sum := sha256.Sum256([]byte(sentence))
	return sum[:]
}

func testKey(member label.MemberID, what string) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(testSeed("entente test key " + string(member) + " " + what))
}

// testPurposeKeys are the keys of a member's certificate; generation "" is the
// founding one.
func testPurposeKeys(member label.MemberID, generation string) PurposeKeys {
	var p PurposeKeys
	for i, purpose := range purposes {
		p.set(i, PublicKeyOf(testKey(member, purpose+generation)))
	}
	return p
}

func testEpochKey(member label.MemberID, epoch, generation string) EpochPublicKey {
	priv, err := hpke.MLKEM768X25519().NewPrivateKey(testSeed("entente test epoch key " + string(member) + " " + epoch + generation))
	if err != nil {
		panic(err)
	}
	return EpochPublicKey(priv.PublicKey().Bytes())
}

func testPolicies() Policies {
	return Policies{
		Common: "CENTRE",
		List: []label.Policy{
			{ID: "CENTRE", Classes: []label.Class{"OPEN", "RESTRICTED", "SECRET"}, Shorts: []string{"O", "R", "S"}},
			{ID: "EXAMPLE", Classes: []label.Class{"ORDINARY", "LIMITED", "CLOSED"}, Shorts: []string{"OR", "L", "C"}},
		},
		Equivalences: []label.Equivalence{
			{A: label.ClassRef{Policy: "CENTRE", Class: "OPEN"}, B: label.ClassRef{Policy: "EXAMPLE", Class: "ORDINARY"}},
			{A: label.ClassRef{Policy: "CENTRE", Class: "RESTRICTED"}, B: label.ClassRef{Policy: "EXAMPLE", Class: "LIMITED"}},
			{A: label.ClassRef{Policy: "CENTRE", Class: "SECRET"}, B: label.ClassRef{Policy: "EXAMPLE", Class: "CLOSED"}},
		},
	}
}

var baghdad = []label.MemberID{"IRN", "IRQ", "RUS", "SYR"}

var testNames = map[label.MemberID]string{
	"IRN": "Islamic Republic of Iran", "IRQ": "Republic of Iraq",
	"RUS": "Russian Federation", "SYR": "Syrian Arab Republic",
}

// testCharter is a charter of the given members (in order of ids), led by them
// from the second on.
func testCharter(ids ...label.MemberID) *Charter {
	c := New()
	c.Name = "Joint Information Centre (test)"
	c.Founded = label.At(2026, 1, 1, 0, 0)
	for _, id := range ids {
		c.Members = append(c.Members, testMember(id))
	}
	c.Leads = append(append([]label.MemberID{}, ids[1:]...), ids[0])
	c.SecondPersonAbove = "OPEN"
	c.Policies = testPolicies()
	c.Slots = max(c.Slots, len(ids))
	return c
}

func testMember(id label.MemberID) Member {
	cert := &KeyCertificate{Member: id, Incarnation: 1, Serial: 1, Keys: testPurposeKeys(id, "")}
	return testMemberWith(id, cert, testKey(id, "root"))
}

func testMemberWith(id label.MemberID, cert *KeyCertificate, root ed25519.PrivateKey) Member {
	keys, err := cert.Sign(root)
	if err != nil {
		panic(err)
	}
	name := testNames[id]
	if name == "" {
		name = "Member " + string(id)
	}
	return Member{ID: id, Name: name, Root: PublicKeyOf(root), Keys: string(keys)}
}

func signAll(t testing.TB, c *Charter) []byte {
	t.Helper()
	file, err := c.Text()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range c.Members {
		if file, err = Sign(file, m.ID, testKey(m.ID, "root")); err != nil {
			t.Fatal(err)
		}
	}
	return file
}

func testFounding(t testing.TB, ids ...label.MemberID) *Founding {
	t.Helper()
	f, err := ParseFounding(signAll(t, testCharter(ids...)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}
