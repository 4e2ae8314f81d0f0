package charter

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"entente/label"

	"pgregory.net/rapid"
)

func TestFoundingFile(t *testing.T) {
	c := testCharter(baghdad...)
	text, err := c.Text()
	if err != nil {
		t.Fatal(err)
	}
	file := signAll(t, c)
	f, err := ParseFounding(file)
	if err != nil {
		t.Fatal(err)
	}
	if f.Hash() != Hash(sha256.Sum256(text)) {
		t.Error("the charter hash is not SHA-256 of the text")
	}
	if !bytes.Equal(f.Text(), text) || !bytes.Equal(f.Note(), file) {
		t.Error("text or note changed on the way")
	}
	again, err := f.Charter().Text()
	if err != nil || !bytes.Equal(again, text) {
		t.Errorf("rendering what was read gives other bytes (%v)", err)
	}
	if got := f.Members(); !got.Equal(label.Members(baghdad...)) {
		t.Errorf("members %v", got)
	}
	m, ok := f.Member("IRQ")
	if !ok || m.Name != "Republic of Iraq" || m.Root != PublicKeyOf(testKey("IRQ", "root")) {
		t.Errorf("member %+v", m)
	}
	if cert, ok := f.Certificate("IRQ"); !ok || cert.Keys != testPurposeKeys("IRQ", "") {
		t.Errorf("certificate %+v", cert)
	}
	if _, ok := f.Member("FRA"); ok {
		t.Error("FRA is a member")
	}
	if want := "entente/" + f.Hash().String()[:16] + "/7"; f.Origin(7) != want {
		t.Errorf("origin %q, want %q", f.Origin(7), want)
	}
}

// The signatures are over the text, so their order does not touch the hash.
func TestSigningRoundAndAtHome(t *testing.T) {
	c := testCharter(baghdad...)
	text, err := c.Text()
	if err != nil {
		t.Fatal(err)
	}
	round := signAll(t, c)
	var alone [][]byte
	for _, id := range []label.MemberID{"SYR", "IRQ", "IRN", "RUS"} {
		file, err := Sign(text, id, testKey(id, "root"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ParseFounding(file); !errors.Is(err, ErrSignature) {
			t.Errorf("with one signature of four: %v, want ErrSignature", err)
		}
		alone = append(alone, file)
	}
	partial, err := Merge(alone[:2]...)
	if err != nil {
		t.Fatal(err)
	}
	if missing, err := Missing(partial); err != nil || !missing.Equal(label.Members("IRN", "RUS")) {
		t.Errorf("missing %v (%v), want IRN RUS", missing, err)
	}
	merged, err := Merge(append(alone, alone[0], partial)...)
	if err != nil {
		t.Fatal(err)
	}
	a, err := ParseFounding(merged)
	if err != nil {
		t.Fatal(err)
	}
	b, err := ParseFounding(round)
	if err != nil {
		t.Fatal(err)
	}
	if a.Hash() != b.Hash() {
		t.Error("the way of signing changed the hash")
	}
	if missing, err := Missing(merged); err != nil || !missing.IsEmpty() {
		t.Errorf("missing %v (%v), want nobody", missing, err)
	}
	if missing, err := Missing(text); err != nil || missing.Len() != 4 {
		t.Errorf("missing on the bare text %v (%v), want all", missing, err)
	}
	if _, err := Sign(text, "FRA", testKey("FRA", "root")); !errors.Is(err, ErrUnknownMember) {
		t.Errorf("signing by who is no member: %v", err)
	}
	if _, err := Sign(text, "IRQ", testKey("IRN", "root")); !errors.Is(err, ErrKey) {
		t.Errorf("signing with another's root: %v", err)
	}
	other := testCharter(baghdad...)
	other.Name = "Another centre"
	if _, err := Merge(round, signAll(t, other)); !errors.Is(err, ErrSyntax) {
		t.Errorf("merging two texts: %v", err)
	}
}

// Rule 1, rule 5: the scope is a closed list, and its refusal says which rule.
func TestScopeIsClosed(t *testing.T) {
	for _, p := range []Purpose{"weapons", "fires", "Collection", "", "analysis "} {
		c := testCharter(baghdad...)
		c.Scope = []Purpose{Analysis, p}
		_, err := c.Text()
		if !errors.Is(err, ErrScope) || !strings.Contains(err.Error(), "rule 1") {
			t.Errorf("scope %q: %v, want ErrScope naming rule 1", p, err)
		}
	}
	c := testCharter(baghdad...)
	c.Scope = nil
	if _, err := c.Text(); err == nil {
		t.Error("an empty scope was accepted")
	}
	c.Scope = []Purpose{Protection}
	if _, err := c.Text(); err != nil {
		t.Errorf("protection alone: %v", err)
	}
}

func TestBounds(t *testing.T) {
	cases := []struct {
		name string
		ok   bool
		set  func(*Charter)
	}{
		{"term 1", true, func(c *Charter) { c.TermDays = 1 }},
		{"term 366", true, func(c *Charter) { c.TermDays = 366 }},
		{"term 0", false, func(c *Charter) { c.TermDays = 0 }},
		{"term 367", false, func(c *Charter) { c.TermDays = 367 }},
		{"epoch 92", true, func(c *Charter) { c.EpochDays = 92 }},
		{"epoch 0", false, func(c *Charter) { c.EpochDays = 0 }},
		{"epoch 93", false, func(c *Charter) { c.EpochDays = 93 }},
		{"grace 0", true, func(c *Charter) { c.GraceDays = 0 }},
		{"grace -1", false, func(c *Charter) { c.GraceDays = -1 }},
		{"grace 93", false, func(c *Charter) { c.GraceDays = 93 }},
		{"window 0", false, func(c *Charter) { c.WindowDays = 0 }},
		{"slots as many as members", true, func(c *Charter) { c.Slots = 4 }},
		{"slots fewer than members", false, func(c *Charter) { c.Slots = 3 }},
		{"slots 17", false, func(c *Charter) { c.Slots = 17 }},
		{"merge delay 0", false, func(c *Charter) { c.MergeDelaySeconds = 0 }},
		{"coarse 3601", false, func(c *Charter) { c.CoarseSeconds = 3601 }},
		{"receipt 0", false, func(c *Charter) { c.ReceiptSeconds = 0 }},
		{"all sets 0", true, func(c *Charter) { c.AllSets = 0 }},
		{"all sets 7", false, func(c *Charter) { c.AllSets = 7 }},
		{"quota of leaves 59", false, func(c *Charter) { c.Quotas.LeavesPerMinute = 59 }},
		{"quota of attachment over 100 MiB", false, func(c *Charter) { c.Quotas.AttachmentBytes = 100<<20 + 1 }},
		{"cell 9 km", false, func(c *Charter) { c.Reduction.CellKM = 9 }},
		{"delay 23 h", false, func(c *Charter) { c.Reduction.DelayH = 23 }},
		{"delay 48 h", true, func(c *Charter) { c.Reduction.DelayH = 48 }},
		{"second person above an unknown class", false, func(c *Charter) { c.SecondPersonAbove = "LIMITED" }},
		{"second person above SECRET", true, func(c *Charter) { c.SecondPersonAbove = "SECRET" }},
		{"no equivalences", true, func(c *Charter) { c.Policies.Equivalences = nil }},
		{"no policies", false, func(c *Charter) { c.Policies.List = nil }},
		{"common policy unknown", false, func(c *Charter) { c.Policies.Common = "NONE" }},
		{"leads repeat", false, func(c *Charter) { c.Leads[0] = c.Leads[1] }},
		{"leads short", false, func(c *Charter) { c.Leads = c.Leads[1:] }},
		{"members out of order", false, func(c *Charter) { c.Members[0], c.Members[1] = c.Members[1], c.Members[0] }},
		{"member twice", false, func(c *Charter) { c.Members[1] = c.Members[0] }},
		{"one member", false, func(c *Charter) { c.Members, c.Leads = c.Members[:1], []label.MemberID{"IRN"} }},
		{"name 200 bytes", true, func(c *Charter) { c.Name = strings.Repeat("n", 200) }},
		{"name 201 bytes", false, func(c *Charter) { c.Name = strings.Repeat("n", 201) }},
		{"no name", false, func(c *Charter) { c.Name = "" }},
		{"name with a line break", false, func(c *Charter) { c.Name = "a\nb" }},
		{"name that turns its direction", false, func(c *Charter) { c.Name = "a\u202eb" }},
		{"name in Arabic", true, func(c *Charter) { c.Name = "مركز المعلومات المشترك" }},
		{"not founded", false, func(c *Charter) { c.Founded = 0 }},
		{"format 0", false, func(c *Charter) { c.V = 0 }},
		{"purpose twice", false, func(c *Charter) { c.Scope = []Purpose{Analysis, Analysis} }},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			c := testCharter(baghdad...)
			tc.set(c)
			_, err := c.Text()
			if tc.ok && err != nil {
				t.Errorf("refused: %v", err)
			}
			if !tc.ok && !errors.Is(err, ErrSyntax) {
				t.Errorf("%v, want ErrSyntax", err)
			}
		})
	}
}

func TestRuleThreeIsNamed(t *testing.T) {
	c := testCharter(baghdad...)
	c.Reduction.CellKM = 1
	if _, err := c.Text(); err == nil || !strings.Contains(err.Error(), "rule 3") {
		t.Errorf("%v, want rule 3 in it", err)
	}
}

// Every key of every member is its own, whatever its purpose.
func TestKeysPairwiseDifferent(t *testing.T) {
	for i := range purposes {
		for j := range purposes {
			c := testCharter(baghdad...)
			keys := testPurposeKeys("IRN", "")
			irq := testPurposeKeys("IRQ", "")
			keys.set(i, irq.list()[j])
			cert := &KeyCertificate{Member: "IRN", Incarnation: 1, Serial: 1, Keys: keys}
			c.Members[0] = testMemberWith("IRN", cert, testKey("IRN", "root"))
			if _, err := c.Text(); !errors.Is(err, ErrKey) {
				t.Errorf("%s of IRN = %s of IRQ: %v, want ErrKey", purposes[i], purposes[j], err)
			}
		}
	}
	c := testCharter(baghdad...)
	keys := testPurposeKeys("RUS", "")
	keys.Epoch = PublicKeyOf(testKey("IRN", "root"))
	c.Members[2] = testMemberWith("RUS", &KeyCertificate{Member: "RUS", Incarnation: 1, Serial: 1, Keys: keys}, testKey("RUS", "root"))
	if _, err := c.Text(); !errors.Is(err, ErrKey) {
		t.Errorf("epoch key of RUS = root of IRN: %v, want ErrKey", err)
	}
}

// No byte of a founding file can change without it being refused or its hash
// changing. (Lines of signatures may change places; a flip cannot do that.)
func TestFoundingFlips(t *testing.T) {
	file := signAll(t, testCharter("IRQ", "SYR"))
	for i := range file {
		for _, bit := range []byte{0x01, 0x20} {
			bad := slices.Clone(file)
			bad[i] ^= bit
			if _, err := ParseFounding(bad); err == nil {
				t.Fatalf("accepted with bit %#x of byte %d (%q) flipped", bit, i, file[i])
			}
		}
	}
}

func TestSixteenMembersFit(t *testing.T) {
	var ids []label.MemberID
	for i := range MaxMembers {
		ids = append(ids, label.MemberID(fmt.Sprintf("M%cX", 'A'+i)))
	}
	c := testCharter(ids...)
	for i := range c.Members {
		c.Members[i].Name = strings.Repeat("ш", 100)
	}
	f, err := ParseFounding(signAll(t, c))
	if err != nil {
		t.Fatal(err)
	}
	if g, err := f.Genesis(); err != nil || len(g) > MaxPayload {
		t.Errorf("genesis of %d bytes (%v)", len(g), err)
	}
	c.Members = append(c.Members, testMember("ZZZ"))
	c.Leads = append(c.Leads, "ZZZ")
	if _, err := c.Text(); !errors.Is(err, ErrSyntax) {
		t.Errorf("seventeen members: %v", err)
	}
}

// A charter whose founding file would fit into no genesis is refused before
// anybody founds a centre on it.
func TestFoundingMustFitGenesis(t *testing.T) {
	c := testCharter(baghdad...)
	for i := range 62 {
		p := label.Policy{ID: label.PolicyID(fmt.Sprintf("P%02d", i))}
		for j := range 16 {
			p.Classes = append(p.Classes, label.Class(fmt.Sprintf("CLASS %02d OF POLICY %02d", j, i)))
			p.Shorts = append(p.Shorts, fmt.Sprintf("C%02d", j))
		}
		c.Policies.List = append(c.Policies.List, p)
	}
	text, err := c.Text()
	if err != nil {
		t.Fatalf("the text alone fits: %v", err)
	}
	for _, m := range c.Members {
		if text, err = Sign(text, m.ID, testKey(m.ID, "root")); err != nil {
			t.Fatal(err)
		}
	}
	if _, err = ParseFounding(text); !errors.Is(err, ErrSyntax) || !strings.Contains(err.Error(), "genesis") {
		t.Errorf("%v, want that it fits into no genesis", err)
	}
}

func TestQuorum(t *testing.T) {
	want := map[int]int{2: 2, 3: 3, 4: 3, 5: 4, 6: 5, 7: 5, 8: 6, 9: 7, 10: 7, 13: 9, 16: 11}
	for n, q := range want {
		if got := Quorum(n); got != q {
			t.Errorf("Quorum(%d) = %d, want %d", n, got, q)
		}
	}
	// Two quorums share an honest member when up to floor((n-1)/3) collude.
	for n := MinMembers; n <= MaxMembers; n++ {
		if common := 2*Quorum(n) - n; common <= (n-1)/3 {
			t.Errorf("n = %d: two quorums share %d, of whom %d may collude", n, common, (n-1)/3)
		}
	}
}

func TestLeadOfTerm(t *testing.T) {
	c := testCharter(baghdad...)
	for term, want := range map[uint32]label.MemberID{
		0: "", 1: "IRQ", 2: "RUS", 3: "SYR", 4: "IRN", 5: "IRQ", 1<<32 - 1: "SYR",
	} {
		if got := c.Lead(term); got != want {
			t.Errorf("term %d is led by %q, want %q", term, got, want)
		}
	}
}

func TestEpochs(t *testing.T) {
	c := testCharter(baghdad...)
	start := c.Founded.Time().Unix()
	const epoch = 30 * 86400
	for _, tc := range []struct {
		at   int64
		want uint32
	}{
		{start - 1, 0}, {start, 0}, {start + epoch - 1, 0}, {start + epoch, 1},
		{start + 12*epoch, 12}, {-1 << 62, 0}, {1<<63 - 1, 1<<32 - 1},
	} {
		if got := c.EpochOf(tc.at); got != tc.want {
			t.Errorf("EpochOf(%d) = %d, want %d", tc.at, got, tc.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		e := rapid.Uint32().Draw(t, "epoch")
		end := c.EpochEnd(e)
		if got := c.EpochOf(end - 1); got != e {
			t.Fatalf("the last second of epoch %d is in epoch %d", e, got)
		}
		if e < 1<<32-1 && c.EpochOf(end) != e+1 {
			t.Fatalf("the second after epoch %d is in epoch %d", e, c.EpochOf(end))
		}
	})
}

func TestFingerprint(t *testing.T) {
	// By other tools: (printf 'entente/v1/fingerprint\0'; head -c 32 /dev/zero) | sha256sum
	const want = "2ef3 cbdf 0ff5 e53a 3c84 65d2 9df8 93e6 ba9c be9d"
	if got := Fingerprint([32]byte{}); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if groups := strings.Fields(Fingerprint([32]byte{1})); len(groups) != 10 || len(groups[3]) != 4 {
		t.Errorf("groups %v, want ten of four", groups)
	}
}

func FuzzParseFounding(f *testing.F) {
	file := signAll(f, testCharter("IRQ", "SYR"))
	f.Add(file)
	f.Add(bytes.Replace(file, []byte(`"v"`), []byte(`"V"`), 1))
	f.Add([]byte("{}\n\n— A/root AAAAAAA=\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		founding, err := ParseFounding(b)
		if err != nil {
			return
		}
		if !bytes.Equal(founding.Note(), b) {
			t.Fatal("note changed")
		}
	})
}

// The text alone, since no fuzzer guesses signatures.
func FuzzParseText(f *testing.F) {
	text, err := testCharter("IRQ", "SYR").Text()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte("{\"v\":2}\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, certs, err := parseText(b)
		if err != nil {
			return
		}
		if len(certs) != len(c.Members) || c.validateAgain() != nil {
			t.Fatal("accepted what does not validate")
		}
		again, err := c.Text()
		if err != nil {
			t.Fatalf("cannot be written again: %v", err)
		}
		c2, _, err := parseText(again)
		if err != nil {
			t.Fatal(err)
		}
		a, _ := json.Marshal(c)
		b2, _ := json.Marshal(c2)
		if !bytes.Equal(a, b2) {
			t.Fatal("writing and reading again changes it")
		}
	})
}

func (c *Charter) validateAgain() error {
	_, err := c.validate()
	return err
}
