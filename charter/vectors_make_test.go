package charter

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"unicode/utf8"

	"entente/label"
)

func hashOf(b []byte) Hash { return sha256.Sum256(b) }

// vectorReadmes stand beside the files.
var vectorReadmes = map[string]string{
	"charter": `# Vectors: the founding file and its fold

One case a file. ` + "`type`" + ` is ` + "`founding`" + ` (` + "`text`" + ` is a founding file, spec/charter.md) or ` + "`fold`" + ` (the same, and ` + "`leaves`" + ` are fed to the state in order; payloads in base64).

` + "`expect`" + ` is ` + "`ok`" + ` or the refusal: ` + "`syntax`, `version`, `scope`, `signature`, `key`, `other-charter`" + `; for leaves ` + "`order`, `invalid-leaf`, `no-effect`, `version`" + `. ` + "`base64`" + ` stands in place of ` + "`text`" + ` where that is not UTF-8. ` + "`found`" + ` says what a valid one contains. Keys are made as keys/README.md says.
`,
	"genesis": `# Vectors: the genesis

One case a file: ` + "`text`" + ` is the payload of leaf 0 (spec/genesis.md), ` + "`charter`" + ` the hash that the node has pinned, ` + "`expect`" + ` and ` + "`found`" + ` as in charter/README.md.
`,
	"keys": `# Vectors: keys

One case a file (spec/keys.md, spec/README.md "Signatures"). ` + "`expect`" + ` and ` + "`found`" + ` as in charter/README.md.

| type | input | known beforehand |
|---|---|---|
| certificate | ` + "`text`" + `: the note | ` + "`charter`" + ` (or the word founding), ` + "`member`" + `, ` + "`key`" + `: its root |
| epoch-keys | ` + "`text`" + `: the payload | ` + "`key`" + `: the member's epoch purpose key |
| close | ` + "`text`" + `: the payload | |
| public-key | ` + "`key`" + `: is it one? | |
| signature | ` + "`message`, `signature`" + ` in hex, over context, 0x00, message | ` + "`key`, `context`" + ` |

All keys are in hex. The private keys of tests have these seeds, and protect nothing:

    root and purpose keys  SHA-256("entente test key XXX <purpose>")            Ed25519 seed
    epoch keys             SHA-256("entente test epoch key XXX <epoch>")        seed of MLKEM768-X25519

XXX is the member's id, purpose one of root, header, checkpoint, cosignature, tls, epoch. A later generation of a key has " 2" and so on after it.
`,
}

// allVectors makes every case.
func allVectors(t *testing.T) map[string]vector {
	all := map[string]vector{}
	put := func(dir string, cases map[string]vector) {
		for name, v := range cases {
			all[dir+"/"+name] = v
		}
	}
	put("charter", foundingVectors(t))
	put("charter", foldVectors(t))
	put("genesis", genesisVectors(t))
	put("keys", certificateVectors(t))
	put("keys", epochKeyVectors(t))
	put("keys", publicKeyVectors())
	put("keys", signatureVectors())
	return all
}

// signatureLine signs any text whatever, as a faulty or lying member would.
func signatureLine(text, name string, priv ed25519.PrivateKey) string {
	pub := priv.Public().(ed25519.PublicKey)
	id := sha256.Sum256(append([]byte(name+"\n\x01"), pub...))
	return "— " + name + " " + base64.StdEncoding.EncodeToString(append(id[:4:4], ed25519.Sign(priv, []byte(text))...)) + "\n"
}

func signedText(text string, ids ...label.MemberID) string {
	out := text + "\n"
	for _, id := range ids {
		out += signatureLine(text, string(id)+"/root", testKey(id, "root"))
	}
	return out
}

func foundingVectors(t *testing.T) map[string]vector {
	two := []label.MemberID{"IRQ", "SYR"}
	base := testCharter(two...)
	raw, err := base.Text()
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	replace := func(old, new string) string {
		t.Helper()
		if !strings.Contains(text, old) {
			t.Fatalf("no %q in the text", old)
		}
		return strings.Replace(text, old, new, 1)
	}
	cases := map[string]vector{}
	put := func(name, what, expect, file string) {
		v := vector{What: what, Type: "founding", Expect: expect, Text: file}
		if !utf8.ValidString(file) {
			v.Text, v.Base64 = "", base64.StdEncoding.EncodeToString([]byte(file))
		}
		cases[name] = v
	}
	// signed by both, whatever the text says
	text2 := func(name, what, expect, text string) { put(name, what, expect, signedText(text, two...)) }
	// with a certificate of IRQ other than the right one
	member := func(name, what, expect string, m Member) {
		c := *base
		c.Members = []Member{m, base.Members[1]}
		text2(name, what, expect, renderUnchecked(t, &c))
	}

	four := signAll(t, testCharter(baghdad...))
	put("valid-four-members", "four members, all sign", "ok", string(four))
	text2("valid-two-members", "two members, all sign", "ok", text)
	put("valid-signatures-in-another-order", "the lines of signatures may stand in any order; the hash is that of the text", "ok",
		signedText(text, "SYR", "IRQ"))
	text2("valid-compact", "the same object without indentation: another text, so another hash", "ok", compact(t, text))

	put("signature-missing", "one member has not signed", "signature", signedText(text, "IRQ"))
	put("signature-none", "nobody has signed", "syntax", text)
	put("signature-of-a-stranger", "a third line, by a key that is no member's root", "signature",
		signedText(text, two...)+signatureLine(text, "FRA/root", testKey("FRA", "root")))
	put("signature-twice", "one member's line stands twice", "signature", signedText(text, "IRQ", "SYR", "SYR"))
	put("signature-wrong-root", "SYR's line is by another key than the root that the text gives", "signature",
		signedText(text, "IRQ")+signatureLine(text, "SYR/root", testKey("SYR", "header")))
	put("signature-over-another-text", "SYR signed another text", "signature",
		signedText(text, "IRQ")+signatureLine(replace("Joint", "Other"), "SYR/root", testKey("SYR", "root")))
	put("signature-base64-not-canonical", "stray bits in the base64 of a signature line", "signature",
		strayBits(signedText(text, two...)))

	text2("scope-unknown-purpose", "a purpose outside the closed list (rule 1, rule 5)", "scope", replace(`"collection"`, `"weapons"`))
	text2("scope-empty", "no purpose at all", "scope", emptyScope(t, base))
	text2("scope-purpose-twice", "a purpose stands twice", "syntax", replace(`"processing"`, `"analysis"`))
	text2("members-twice", "a member stands twice", "syntax", withMembers(t, base, 0, 0))
	text2("members-out-of-order", "members not in order of ids", "syntax", withMembers(t, base, 1, 0))
	text2("members-one", "one member is no centre", "syntax", withMembers(t, base, 0))
	text2("leads-member-missing", "the order of leads lacks a member", "syntax", replace("\"leads\": [\n    \"SYR\",", "\"leads\": ["))
	text2("leads-stranger", "the order of leads names who is no member", "syntax", replace("\"leads\": [\n    \"SYR\"", "\"leads\": [\n    \"FRA\""))
	text2("slots-too-few", "fewer slots than members", "syntax", replace(`"slots": 8`, `"slots": 1`))
	text2("slots-too-many", "more slots than 16", "syntax", replace(`"slots": 8`, `"slots": 17`))
	text2("field-unknown", "a field that the format does not have", "syntax", replace(`"v": 1,`, `"v": 1, "w": 1,`))
	text2("field-in-capitals", "field names are exact", "syntax", replace(`"name"`, `"Name"`))
	text2("field-missing", "every field stands in the text, also those with a usual value", "syntax", replace("  \"term_days\": 90,\n", ""))
	text2("field-null", "null is no value", "syntax", replace(`"term_days": 90`, `"term_days": null`))
	text2("field-of-a-member-unknown", "the same inside a member", "syntax", replace(`"id": "IRQ",`, `"id": "IRQ", "seat": 1,`))
	text2("key-twice", "a key stands twice, with equal values", "syntax", replace(`"v": 1,`, `"v": 1, "v": 1,`))
	text2("key-twice-in-policies", "a key stands twice, deep inside", "syntax", replace(`"common": "CENTRE",`, `"common": "CENTRE", "common": "CENTRE",`))
	text2("trailing-data", "a second object after the first", "syntax", text[:len(text)-1]+" {}\n")
	text2("leading-spaces", "the text is one object and one newline; here two spaces come before", "syntax", "  "+text)
	text2("version-2", "a newer format is unknown, not malformed", "version", replace(`"v": 1`, `"v": 2`))
	text2("version-0", "there is no format 0", "syntax", replace(`"v": 1`, `"v": 0`))
	text2("number-as-float", "numbers are whole and in plain digits", "syntax", replace(`"term_days": 90`, `"term_days": 90.0`))
	text2("number-with-exponent", "numbers are whole and in plain digits", "syntax", replace(`"term_days": 90`, `"term_days": 9e1`))
	text2("number-as-text", "a number is no string", "syntax", replace(`"term_days": 90`, `"term_days": "90"`))
	text2("number-minus-zero", "-0 is not 0", "syntax", replace(`"grace_days": 14`, `"grace_days": -0`))
	text2("number-huge", "a number beyond 64 bits", "syntax", replace(`"term_days": 90`, `"term_days": 90000000000000000000`))
	text2("bounds-term", "a term of 367 days", "syntax", replace(`"term_days": 90`, `"term_days": 367`))
	text2("bounds-epoch", "an epoch of no days", "syntax", replace(`"epoch_days": 30`, `"epoch_days": 0`))
	text2("bounds-reduction", "places finer than 10 km (rule 3)", "syntax", replace(`"cell_km": 10`, `"cell_km": 9`))
	text2("bounds-all-sets", "all sets for seven members", "syntax", replace(`"all_sets": 5`, `"all_sets": 7`))
	text2("bounds-name", "no name", "syntax", replace(`"Joint Information Centre (test)"`, `""`))
	text2("founded-with-offset", "times are UTC, written with Z", "syntax", replace(`2026-01-01T00:00:00Z`, `2026-01-01T00:00:00+00:00`))
	text2("founded-with-fraction", "times are whole seconds", "syntax", replace(`2026-01-01T00:00:00Z`, `2026-01-01T00:00:00.5Z`))
	text2("second-person-unknown-class", "not a class of the common policy", "syntax", replace(`"second_person_above": "OPEN"`, `"second_person_above": "LIMITED"`))
	text2("policies-common-unknown", "the common policy is not in the list", "syntax", replace(`"common": "CENTRE"`, `"common": "OTHER"`))
	text2("text-half-surrogate", "an escape of half a surrogate pair", "syntax", replace("Republic of Iraq", `\ud800`))
	put("text-not-utf8", "a byte that is no UTF-8", "syntax", signedText(replace("Republic of Iraq", "\xff"), two...))
	text2("text-too-deep", "nested deeper than 32", "syntax",
		replace(`"collection"`, strings.Repeat("[", 40)+`"collection"`+strings.Repeat("]", 40)))

	root := testKey("IRQ", "root")
	cert := func(change func(*KeyCertificate)) *KeyCertificate {
		c := &KeyCertificate{Member: "IRQ", Incarnation: 1, Serial: 1, Keys: testPurposeKeys("IRQ", "")}
		change(c)
		return c
	}
	good := cert(func(*KeyCertificate) {})
	goodText := certText(t, good)
	certificate := func(name, what, expect, text string, signer ed25519.PrivateKey) {
		m := base.Members[0]
		m.Keys = text + "\n" + signatureLine(text, "IRQ/root", signer)
		member(name, what, expect, m)
	}
	certificate("certificate-wrong-root", "the certificate is not signed by the root that the text gives", "signature", goodText, testKey("IRQ", "tls"))
	certificate("certificate-of-a-charter", "inside the founding file the charter's place holds the word founding", "syntax",
		strings.Replace(goodText, "founding", strings.Repeat("0", 63)+"1", 1), root)
	certificate("certificate-serial-2", "the founding certificate has serial 1", "syntax",
		strings.Replace(goodText, "\n1\n1\n", "\n1\n2\n", 1), root)
	certificate("certificate-incarnation-2", "the founding certificate has incarnation 1", "syntax",
		strings.Replace(goodText, "\n1\n1\n", "\n2\n1\n", 1), root)
	certificate("certificate-of-another", "IRQ's root certifies keys for SYR", "signature",
		strings.Replace(goodText, "IRQ", "SYR", 1), root)
	shared := cert(func(c *KeyCertificate) { c.Keys.TLS = PublicKeyOf(testKey("SYR", "tls")) })
	member("keys-shared", "two members have one key", "key", testMemberWith("IRQ", shared, root))
	sharedRoot := cert(func(c *KeyCertificate) { c.Keys.TLS = PublicKeyOf(testKey("SYR", "root")) })
	member("keys-of-another-root", "a key is another member's root", "key", testMemberWith("IRQ", sharedRoot, root))
	weak := base.Members[0]
	text2("root-small-order", "a root key of small order", "key",
		replace(weak.Root.String(), base64.StdEncoding.EncodeToString(append([]byte{1}, make([]byte, 31)...))))
	return cases
}

func foldVectors(t *testing.T) map[string]vector {
	s := newFold(t, nil)
	file := string(s.Founding().Note())
	g, err := s.Founding().Genesis()
	if err != nil {
		t.Fatal(err)
	}
	genesis := Leaf{kindGenesis, "IRQ", 1, 1, g}
	type step struct {
		index  int64
		leaf   Leaf
		expect string
	}
	render := func(what string, steps ...step) vector {
		v := vector{What: what, Type: "fold", Expect: "ok", Text: file}
		for _, st := range steps {
			v.Leaves = append(v.Leaves, vectorLeaf{st.index, st.leaf.Kind, st.leaf.Originator, st.leaf.Incarnation,
				st.leaf.Sequence, base64.StdEncoding.EncodeToString(st.leaf.Payload), st.expect})
		}
		return v
	}
	sealed := func(id label.MemberID, incarnation uint32, sequence uint64) Leaf {
		return Leaf{Kind: kindSealed, Originator: id, Incarnation: incarnation, Sequence: sequence}
	}
	reborn := s.keysLeaf("SYR", 2, 2, " 2")
	return map[string]vector{
		"fold-genesis": render("genesis first, at index 0, by the lead, and once",
			step{1, genesis, "order"},
			step{0, sealed("IRQ", 1, 1), "invalid-leaf"},
			step{0, Leaf{kindGenesis, "RUS", 1, 1, g}, "invalid-leaf"},
			step{0, genesis, "ok"},
			step{1, genesis, "invalid-leaf"},
			step{1, sealed("FRA", 1, 1), "invalid-leaf"},
			step{1, sealed("IRN", 1, 1), "ok"},
			step{2, Leaf{7, "IRN", 1, 2, nil}, "version"},
		),
		"fold-rotation": render("a certificate comes into force at its index; serials have no gaps; ended keys stay ended",
			step{0, genesis, "ok"},
			step{5, s.keysLeaf("RUS", 1, 3, " 2"), "invalid-leaf"},
			step{5, s.keysLeaf("RUS", 1, 2, " 2"), "ok"},
			step{6, s.keysLeaf("RUS", 1, 3, ""), "invalid-leaf"},
			step{6, s.keysLeaf("RUS", 1, 3, " 3"), "ok"},
		),
		"fold-incarnation": render("a higher incarnation begins with sequence 1 and ends the earlier",
			step{0, genesis, "ok"},
			step{1, sealed("SYR", 2, 1), "invalid-leaf"},
			step{1, Leaf{kindKeys, "SYR", 2, 5, reborn.Payload}, "invalid-leaf"},
			step{1, reborn, "ok"},
			step{2, sealed("SYR", 1, 2), "invalid-leaf"},
			step{2, sealed("SYR", 2, 2), "ok"},
		),
		"fold-epoch-keys": render("the first statement for an epoch counts until a new certificate",
			step{0, genesis, "ok"},
			step{1, s.epochLeaf("IRN", 1, "", key("IRN", 0, ""), key("IRN", 1, "")), "ok"},
			step{2, s.epochLeaf("IRN", 1, "", key("IRN", 1, " other"), key("IRN", 2, "")), "no-effect"},
			step{3, s.keysLeaf("IRN", 1, 2, " 2"), "ok"},
			step{4, s.epochLeaf("IRN", 1, "", key("IRN", 1, " other")), "no-effect"},
			step{5, s.epochLeaf("IRN", 1, " 2", key("IRN", 1, " other")), "ok"},
			step{6, Leaf{kindEpochKeys, "IRN", 1, 9, []byte("garbage")}, "no-effect"},
		),
		"fold-close": render("closing an epoch closes those before it; epochs rise",
			step{0, genesis, "ok"},
			step{1, s.closeLeaf("IRQ", 1), "ok"},
			step{2, s.closeLeaf("IRQ", 0), "no-effect"},
			step{3, s.closeLeaf("IRQ", 1), "no-effect"},
			step{4, s.closeLeaf("IRQ", 3), "ok"},
			step{5, Leaf{kindClose, "RUS", 1, 2, s.closeLeaf("IRQ", 5).Payload}, "no-effect"},
		),
	}
}

func genesisVectors(t *testing.T) map[string]vector {
	f := testFounding(t, "IRQ", "SYR")
	raw, err := f.Genesis()
	if err != nil {
		t.Fatal(err)
	}
	text, pin := string(raw), f.Hash().String()
	replace := func(old, new string) string {
		t.Helper()
		if !strings.Contains(text, old) {
			t.Fatalf("no %q in the genesis", old)
		}
		return strings.Replace(text, old, new, 1)
	}
	last := `"last":{"IRQ":{"incarnation":1,"sequence":17,"hash":"` + strings.Repeat("ab", 32) + `"}}`
	later := strings.NewReplacer(`"term":1`, `"term":2`, `"lead":"SYR"`, `"lead":"IRQ"`, `"predecessor":null`,
		`"predecessor":"a checkpoint\n"`, `"last":{}`, last, `"promises":[]`, `"promises":["a promise"]`).Replace(text)
	cases := map[string]vector{}
	put := func(name, what, expect, text, pin string) {
		cases[name] = vector{What: what, Type: "genesis", Expect: expect, Text: text, Charter: pin}
	}
	put("valid-term-1", "the genesis of the first term", "ok", text, pin)
	put("valid-term-2", "the form of a later one: predecessor, last headers and promises stand in it, and are judged by who holds the earlier log", "ok", later, pin)
	put("pinned-another", "the node pinned another charter", "other-charter", text, strings.Repeat("0", 64))
	put("term-0", "terms count from 1", "syntax", replace(`"term":1`, `"term":0`), pin)
	put("lead-out-of-turn", "term 1 is led by SYR", "syntax", replace(`"lead":"SYR"`, `"lead":"IRQ"`), pin)
	put("lead-no-id", "a lead that is no id", "syntax", replace(`"lead":"SYR"`, `"lead":"syr"`), pin)
	put("first-with-last-headers", "the first term has no last headers", "syntax", replace(`"last":{}`, last), pin)
	put("first-with-predecessor", "the first term has no predecessor", "syntax", replace(`"predecessor":null`, `"predecessor":""`), pin)
	put("second-without-predecessor", "a later term names its predecessor", "syntax",
		strings.NewReplacer(`"term":1`, `"term":2`, `"lead":"SYR"`, `"lead":"IRQ"`).Replace(text), pin)
	put("last-of-a-stranger", "a last header of who is no member", "unknown-member", strings.Replace(later, `{"IRQ":`, `{"FRA":`, 1), pin)
	put("last-sequence-0", "sequences count from 1", "syntax", strings.Replace(later, `"sequence":17`, `"sequence":0`, 1), pin)
	put("field-unknown", "a field that the format does not have", "syntax", replace(`"v":1`, `"v":1,"w":1`), pin)
	put("field-missing", "every field stands in it", "syntax", replace(`,"promises":[]`, ``), pin)
	put("key-twice", "a key stands twice", "syntax", replace(`"v":1`, `"v":1,"v":1`), pin)
	put("version-2", "a newer format is unknown, not malformed", "version", replace(`"v":1`, `"v":2`), pin)
	put("trailing-data", "data after the object", "syntax", text+"{}", pin)
	put("founding-unsigned", "a founding file that not all have signed", "signature",
		genesisOf(t, signedText(string(f.Text()), "SYR")), pin)
	return cases
}

func certificateVectors(t *testing.T) map[string]vector {
	charter := hashOf([]byte("some charter"))
	root := testKey("IRQ", "root")
	c := &KeyCertificate{Charter: charter, Member: "IRQ", Incarnation: 2, Serial: 3, Keys: testPurposeKeys("IRQ", " 3")}
	text := certText(t, c)
	founding := certText(t, &KeyCertificate{Member: "IRQ", Incarnation: 1, Serial: 1, Keys: testPurposeKeys("IRQ", "")})
	line := func(text string) string { return signatureLine(text, "IRQ/root", root) }
	header := "header " + c.Keys.Header.String()
	replace := func(old, new string) string {
		t.Helper()
		if !strings.Contains(text, old) {
			t.Fatalf("no %q in the certificate", old)
		}
		return strings.Replace(text, old, new, 1)
	}
	cases := map[string]vector{}
	put := func(name, what, expect, note, charter string) {
		pub := PublicKeyOf(root)
		cases["certificate-"+name] = vector{What: what, Type: "certificate", Expect: expect, Text: note,
			Charter: charter, Member: "IRQ", Key: hex.EncodeToString(pub[:])}
	}
	ours := charter.String()
	signed := func(name, what, expect, text string) { put(name, what, expect, text+"\n"+line(text), ours) }
	signed("valid", "a later certificate, of a later incarnation", "ok", text)
	put("valid-founding", "a certificate of the founding file", "ok", founding+"\n"+line(founding), foundingWord)
	put("of-another-charter", "it names another charter", "other-charter", text+"\n"+line(text), hashOf([]byte("another")).String())
	put("founding-word-later", "the word founding counts inside the founding file alone", "syntax", founding+"\n"+line(founding), ours)
	signed("charter-zero", "a charter hash of zeros", "syntax", replace(ours, strings.Repeat("0", 64)))
	signed("charter-in-capitals", "hex is lower case", "syntax", replace(ours, strings.ToUpper(ours)))
	signed("of-another-member", "it certifies another member's keys", "signature", replace("IRQ", "SYR"))
	signed("member-lower-case", "ids are capitals", "syntax", replace("IRQ", "irq"))
	signed("incarnation-0", "incarnations count from 1", "syntax", replace("\n2\n3\n", "\n0\n3\n"))
	signed("serial-0", "serials count from 1", "syntax", replace("\n2\n3\n", "\n2\n0\n"))
	signed("serial-leading-zero", "numbers have no leading zeros", "syntax", replace("\n2\n3\n", "\n2\n03\n"))
	signed("serial-too-large", "serials end at 4096", "syntax", replace("\n2\n3\n", "\n2\n4097\n"))
	signed("incarnation-33-bits", "incarnations have 32 bits", "syntax", replace("\n2\n3\n", "\n4294967296\n3\n"))
	signed("key-twice", "one key for two purposes", "key", replace("tls "+c.Keys.TLS.String(), "tls "+c.Keys.Epoch.String()))
	signed("key-is-root", "the root key as a purpose key", "key", replace(header, "header "+PublicKeyOf(root).String()))
	signed("key-small-order", "a key of small order", "key", replace(header, "header AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="))
	signed("key-31-bytes", "a key of 31 bytes", "syntax", replace(header, "header "+base64.StdEncoding.EncodeToString(make([]byte, 31))))
	signed("key-base64-without-padding", "base64 has its padding", "syntax", replace(header+"\n", strings.TrimRight(header, "=")+"\n"))
	signed("lines-swapped", "the lines have one order", "syntax",
		replace(header+"\ncheckpoint "+c.Keys.Checkpoint.String(), "checkpoint "+c.Keys.Checkpoint.String()+"\n"+header))
	signed("line-more", "a line too many", "syntax", text+"spare "+c.Keys.Epoch.String()+"\n")
	signed("line-less", "a line too few", "syntax", strings.TrimSuffix(text, "epoch "+c.Keys.Epoch.String()+"\n"))
	signed("version-2", "a newer format is unknown, not malformed", "version", replace("entente/v1/keys", "entente/v2/keys"))
	signed("first-line", "another first line", "syntax", replace("entente/v1/keys", "entente/v1/key"))
	put("unsigned", "no signature", "signature", text, ours)
	put("signed-by-another", "signed by another member's root", "signature", text+"\n"+signatureLine(text, "SYR/root", testKey("SYR", "root")), ours)
	put("signed-under-a-false-name", "signed by another key under the member's name", "signature",
		text+"\n"+signatureLine(text, "IRQ/root", testKey("SYR", "root")), ours)
	put("signed-twice", "a second line of signature", "signature",
		text+"\n"+line(text)+signatureLine(text, "SYR/root", testKey("SYR", "root")), ours)
	put("signature-flipped", "a bit of the text is not what was signed", "signature", replace("\n2\n3\n", "\n2\n4\n")+"\n"+line(text), ours)
	return cases
}

func epochKeyVectors(t *testing.T) map[string]vector {
	charter := hashOf([]byte("some charter"))
	priv := testKey("IRQ", "epoch")
	e := &EpochKeys{Charter: charter, Member: "IRQ", Incarnation: 1}
	for n := range uint32(4) {
		e.Keys = append(e.Keys, key("IRQ", n, ""))
	}
	text, err := e.text()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(text, "\n")
	epoch := func(n int, k []byte) string { return fmt.Sprintf("%d %s\n", n, base64.StdEncoding.EncodeToString(k)) }
	head := strings.Join(lines[:4], "")
	cases := map[string]vector{}
	pub := PublicKeyOf(priv)
	put := func(name, what, expect, payload string) {
		cases["epoch-keys-"+name] = vector{What: what, Type: "epoch-keys", Expect: expect, Text: payload, Key: hex.EncodeToString(pub[:])}
	}
	signed := func(name, what, expect, text string) {
		put(name, what, expect, text+base64.StdEncoding.EncodeToString(SignContext(priv, contextEpochKeys, []byte(text)))+"\n")
	}
	first := e.Keys[0].Key
	signed("valid", "the keys of four epochs", "ok", text)
	signed("valid-one", "the key of one epoch", "ok", head+epoch(7, first[:]))
	var eight string
	for n := range 8 {
		eight += epoch(n, first[:])
	}
	signed("valid-eight", "eight epochs are the most", "ok", head+eight)
	signed("nine", "nine epochs are too many", "syntax", head+eight+epoch(8, first[:]))
	signed("none", "no epoch at all", "syntax", head)
	signed("falling", "epochs rise", "syntax", head+lines[5]+lines[4])
	signed("twice", "an epoch stands twice", "syntax", head+lines[4]+lines[4])
	signed("leading-zero", "numbers have no leading zeros", "syntax", head+"0"+lines[4])
	signed("key-short", "a key of 1,215 bytes", "syntax", head+epoch(0, first[:1215]))
	low := bytes.Clone(first[:])
	clear(low[EpochKeySize-32:])
	signed("x25519-small-order", "an X25519 point of small order, to which nobody can seal", "key", head+epoch(0, low))
	big := bytes.Clone(first[:])
	copy(big, []byte{0xff, 0xff, 0xff})
	signed("mlkem-out-of-range", "an ML-KEM coefficient not below q (FIPS 203, section 7.2)", "key", head+epoch(0, big))
	signed("charter-malformed", "the charter hash is 64 hex digits", "syntax", strings.Replace(text, charter.String(), "founding", 1))
	signed("version-2", "a newer format is unknown, not malformed", "version", strings.Replace(text, "entente/v1/", "entente/v2/", 1))
	put("unsigned", "no signature", "syntax", text)
	put("signed-by-another", "signed by another key", "signature",
		text+base64.StdEncoding.EncodeToString(SignContext(testKey("IRQ", "header"), contextEpochKeys, []byte(text)))+"\n")
	put("signed-without-context", "signed without the context", "signature",
		text+base64.StdEncoding.EncodeToString(ed25519.Sign(priv, []byte(text)))+"\n")
	valid := cases["epoch-keys-valid"].Text
	put("trailing-data", "a line after the signature", "syntax", valid+"\n")
	put("newline-missing", "the last line has no newline", "syntax", strings.TrimSuffix(valid, "\n"))

	close1, err := Close{charter, "IRQ", 1, 0}.Payload()
	if err != nil {
		t.Fatal(err)
	}
	closing := func(name, what, expect, payload string) {
		cases["close-"+name] = vector{What: what, Type: "close", Expect: expect, Text: payload}
	}
	closing("valid", "epoch 0 is closed", "ok", string(close1))
	closing("trailing-data", "a line too many", "syntax", string(close1)+"\n")
	closing("newline-missing", "the last line has no newline", "syntax", strings.TrimSuffix(string(close1), "\n"))
	closing("negative", "epochs have no sign", "syntax", strings.Replace(string(close1), "\n0\n", "\n-1\n", 1))
	closing("version-2", "a newer format is unknown, not malformed", "version", strings.Replace(string(close1), "/v1/", "/v2/", 1))
	return cases
}

func publicKeyVectors() map[string]vector {
	cases := map[string]vector{}
	put := func(name, what, expect string, key []byte) {
		cases["public-key-"+name] = vector{What: what, Type: "public-key", Expect: expect, Key: hex.EncodeToString(key)}
	}
	put("valid", "an ordinary key", "ok", PublicKeyOf(testKey("IRQ", "header")).bytes())
	put("valid-mixed-order", "a point of large order plus one of order 8: accepted, since R is compared as bytes", "ok", encode(mixedOrder()))
	for i, y := range smallOrderY {
		for sign := range 2 {
			b := make([]byte, 32)
			y.FillBytes(b)
			for j := range 16 {
				b[j], b[31-j] = b[31-j], b[j]
			}
			b[31] |= byte(sign) << 7
			put(fmt.Sprintf("small-order-%d-%d", i, sign), "a point of small order, or such a y with the sign of x set where x is 0", "key", b)
		}
	}
	for _, y := range []int64{0, 1, 3, 18} {
		b := make([]byte, 32)
		new(big.Int).Add(fieldPrime, big.NewInt(y)).FillBytes(b)
		for j := range 16 {
			b[j], b[31-j] = b[31-j], b[j]
		}
		put(fmt.Sprintf("not-canonical-p-plus-%d", y), "y >= 2^255-19", "key", b)
	}
	two := make([]byte, 32)
	two[0] = 2
	put("off-the-curve", "no point has this y", "key", two)
	return cases
}

// torsion is a point of order 8.
func torsion() point {
	b := make([]byte, 32)
	orderEightY.FillBytes(b)
	for j := range 16 {
		b[j], b[31-j] = b[31-j], b[j]
	}
	return *decode(b)
}

// secretScalar is the scalar of a test key (RFC 8032, section 5.1.5).
func secretScalar() *big.Int {
	h := sha512.Sum512(testKey("IRQ", "header").Seed())
	h[0] &= 248
	h[31] = h[31]&63 | 64
	return littleEndianScalar(h[:32])
}

func littleEndianScalar(b []byte) *big.Int {
	r := make([]byte, len(b))
	for i := range b {
		r[len(b)-1-i] = b[i]
	}
	return new(big.Int).SetBytes(r)
}

func scalarBytes(s *big.Int) []byte {
	b := make([]byte, 32)
	s.FillBytes(b)
	for j := range 16 {
		b[j], b[31-j] = b[31-j], b[j]
	}
	return b
}

func mixedOrder() point { return add(times(secretScalar(), basePoint()), torsion()) }

// challenge is h of RFC 8032, section 5.1.7, not reduced.
func challenge(r, key, message []byte) *big.Int {
	h := sha512.Sum512(append(append(append([]byte{}, r...), key...), message...))
	return new(big.Int).Mod(littleEndianScalar(h[:]), groupOrder)
}

// signatureVectors are the edge cases on which verifiers are known to differ
// (Chalkias, Garillot, Nikolaenko: Taming the many EdDSAs, 2020).
func signatureVectors() map[string]vector {
	const context = "entente/v1/header"
	cases := map[string]vector{}
	put := func(name, what, expect string, key, message, sig []byte) {
		cases["signature-"+name] = vector{What: what, Type: "signature", Expect: expect, Key: hex.EncodeToString(key),
			Context: context, Message: hex.EncodeToString(message), Signature: hex.EncodeToString(sig)}
	}
	full := func(message []byte) []byte { return contextual(context, message) }
	message := []byte("a message")
	priv := testKey("IRQ", "header")
	key := PublicKeyOf(priv).bytes()
	a, nonce := secretScalar(), big.NewInt(123456789)
	sig := SignContext(priv, context, message)
	put("valid", "an ordinary signature", "ok", key, message, sig)
	put("of-another-message", "another message", "signature", key, []byte("A message"), sig)
	put("under-another-context", "signed under another context", "signature", key, message, SignContext(priv, "entente/v1/slot", message))
	put("without-context", "signed without a context", "signature", key, message, ed25519.Sign(priv, message))
	s := littleEndianScalar(sig[32:])
	put("s-not-reduced", "S + L in place of S", "signature", key, message, append(bytes.Clone(sig[:32]), scalarBytes(s.Add(s, groupOrder))...))

	make64 := func(r []byte, nonce *big.Int, key []byte, message []byte) []byte {
		s := new(big.Int).Mul(challenge(r, key, full(message)), a)
		s.Add(s, nonce).Mod(s, groupOrder)
		return append(bytes.Clone(r), scalarBytes(s)...)
	}
	neutral := encode(point{big.NewInt(0), big.NewInt(1)})
	put("r-neutral", "R is the neutral element: verifies, since only keys are held to large order", "ok",
		key, message, make64(neutral, big.NewInt(0), key, message))
	notCanonical := bytes.Repeat([]byte{0xff}, 32)
	notCanonical[0], notCanonical[31] = 0xee, 0x7f
	put("r-not-canonical", "R is the neutral element with y = p+1: compared as bytes it is not what is computed", "signature",
		key, message, make64(notCanonical, big.NewInt(0), key, message))
	mixedR := encode(add(times(nonce, basePoint()), torsion()))
	put("r-mixed-order", "R has a component of small order: a verifier with cofactor would accept it", "signature",
		key, message, make64(mixedR, nonce, key, message))
	mixed, r := encode(mixedOrder()), encode(times(nonce, basePoint()))
	// S*B - h*A = R - h*T: R when h is a multiple of 8, and not otherwise.
	var byEight, odd []byte
	for i := 0; byEight == nil || odd == nil; i++ {
		m := fmt.Appendf(nil, "message %d", i)
		if new(big.Int).Mod(challenge(r, mixed, full(m)), big.NewInt(8)).Sign() == 0 {
			byEight = m
		} else {
			odd = m
		}
	}
	put("key-mixed-order-refused", "under a key of mixed order, h no multiple of 8: a verifier with cofactor would accept it", "signature",
		mixed, odd, make64(r, nonce, mixed, odd))
	put("key-mixed-order-accepted", "under a key of mixed order, h a multiple of 8", "ok", mixed, byEight, make64(r, nonce, mixed, byEight))
	put("key-small-order", "under the neutral element as key R = S*B holds for every message", "key",
		neutral, message, append(bytes.Clone(r), scalarBytes(nonce)...))
	return cases
}
