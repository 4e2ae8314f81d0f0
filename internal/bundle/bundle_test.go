package bundle

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hpke"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"testing"

	"filippo.io/age"

	"entente/charter"
	"entente/seal"
)

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func epochKey(t testing.TB) (hpke.PrivateKey, charter.EpochPublicKey) {
	k, err := hpke.MLKEM768X25519().GenerateKey()
	check(t, err)
	return k, charter.EpochPublicKey(k.PublicKey().Bytes())
}

func signer(name string) (seal.Signer, charter.PublicKey) {
	seed := sha256.Sum256([]byte(name))
	k := ed25519.NewKeyFromSeed(seed[:])
	return seal.NewSigner(k), charter.PublicKey(k.Public().(ed25519.PublicKey))
}

func manifest() *Manifest {
	return &Manifest{Charter: fmt.Sprintf("%064x", 7), Origin: "entente/0000000000000007/1", From: "SYR", To: "RUS", Number: 1, Since: 1, Previous: NoDigest,
		LogFrom: 0, LogTo: 0, Made: 1_800_000_000, Contents: []string{"receipt", "attachments"}}
}

// small makes a bundle with a receipt and an attachment of n bytes.
func small(t testing.TB, to charter.EpochPublicKey, n int) (file []byte, digest string) {
	var out bytes.Buffer
	w, err := NewWriter(&out, to, manifest())
	check(t, err)
	check(t, w.Record(KindReceipt, make([]byte, 256)))
	data := bytes.Repeat([]byte{3}, n)
	check(t, w.Attachment(sha256.Sum256(data), int64(n), bytes.NewReader(data)))
	s, _ := signer("SYR")
	digest, err = w.Close(s)
	check(t, err)
	return out.Bytes(), digest
}

// readAll reads a bundle to its end.
func readAll(file []byte, keys ...hpke.PrivateKey) (kinds string, r *Reader, err error) {
	r, err = Open(bytes.NewReader(file), int64(len(file)), keys)
	if err != nil {
		return "", nil, err
	}
	for {
		rec, err := r.Next()
		if err == io.EOF {
			return kinds, r, nil
		}
		if err != nil {
			return kinds, r, err
		}
		kinds += string(rec.Kind)
	}
}

// A bundle is read as it was written, by its addressee alone, and its file has
// one of 29 sizes.
func TestRoundTrip(t *testing.T) {
	key, pub := epochKey(t)
	other, _ := epochKey(t)
	_, pk := signer("SYR")
	_, stranger := signer("IRN")
	for _, n := range []int{1, MaxChunk, MaxChunk + 1, 1<<20 - 10_000, 3 << 20} {
		file, digest := small(t, pub, n)
		if _, err := ClassOf(int64(len(file))); err != nil {
			t.Errorf("%d bytes: %v", n, err)
		}
		// It opens with any of the keys held, whichever it was.
		kinds, r, err := readAll(file, other, key)
		check(t, err)
		if want := "RA" + string(bytes.Repeat([]byte("D"), (n+MaxChunk-1)/MaxChunk)); kinds != want {
			t.Errorf("records %s, want %s", kinds, want)
		}
		if r.End().Digest != digest || r.Manifest().To != "RUS" {
			t.Errorf("digest %s, want %s", r.End().Digest, digest)
		}
		check(t, r.End().Verify(pk))
		if err := r.End().Verify(stranger); !errors.Is(err, ErrSignature) {
			t.Errorf("another member's key: %v", err)
		}
		if _, _, err := readAll(file, other); !errors.Is(err, ErrAddressee) {
			t.Errorf("another addressee: %v", err)
		}
	}
}

// What was cut short, lengthened or changed anywhere is refused.
func TestDamage(t *testing.T) {
	key, pub := epochKey(t)
	file, _ := small(t, pub, 1000)
	if _, _, err := readAll(nil, key); !errors.Is(err, ErrEmpty) || errors.Is(err, ErrTruncated) {
		t.Errorf("an empty file: %v", err)
	}
	for _, n := range []int{1, 100, ageHeader, len(file) / 2, len(file) - 1} {
		if _, _, err := readAll(file[:n], key); !errors.Is(err, ErrTruncated) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
	if _, _, err := readAll(append(bytes.Clone(file), 0), key); !errors.Is(err, ErrTruncated) {
		t.Error("a byte more is taken")
	}
	// Cut to the size of a smaller class.
	large, _ := small(t, pub, 1<<20)
	if _, _, err := readAll(large[:fileSize(0)], key); Code(err) == "" {
		t.Errorf("cut to a smaller class: %v", err)
	}
	for at := 0; at < len(file); at += 1 + len(file)/97 {
		bad := bytes.Clone(file)
		bad[at] ^= 1
		if _, _, err := readAll(bad, key); Code(err) == "" {
			t.Errorf("byte %d changed: %v", at, err)
		}
	}
}

// plain builds a plaintext of records, ended and padded as asked, to try forms
// that the writer does not make.
func plain(t testing.TB, records ...Record) []byte {
	var b []byte
	for _, r := range records {
		b = append(b, r.Kind)
		b = binary.BigEndian.AppendUint32(b, uint32(len(r.Payload)))
		b = append(b, r.Payload...)
	}
	sum := sha256.Sum256(b)
	end := make([]byte, endSize)
	binary.BigEndian.PutUint64(end[1:], uint64(len(b)))
	copy(end[9:], sum[:])
	s, _ := signer("SYR")
	id := seal.KeyID(s.PublicKey())
	copy(end[73:], id[:])
	sig, err := s.Sign(contextBundle, end[:endSigned])
	check(t, err)
	copy(end[endSigned:], sig)
	b = append(b, KindEnd)
	b = binary.BigEndian.AppendUint32(b, endSize)
	b = append(b, end...)
	return append(b, make([]byte, int(classSize(0))-len(b))...)
}

func readPlain(b []byte) error {
	r, err := newReader(bytes.NewReader(b), 0)
	for err == nil {
		_, err = r.Next()
	}
	if err == io.EOF {
		return nil
	}
	return err
}

// The order, counts and bounds of records hold.
func TestForm(t *testing.T) {
	m, err := manifest().marshal()
	check(t, err)
	M := Record{KindManifest, m}
	R := Record{KindReceipt, make([]byte, 256)}
	A := Record{KindAttachment, binary.BigEndian.AppendUint64(make([]byte, 32), 10)}
	D := func(n int) Record { return Record{KindAttached, make([]byte, n)} }
	N := Record{KindKnown, []byte("{}")}
	for _, c := range []struct {
		what    string
		records []Record
		ok      bool
	}{
		{"the least", []Record{M}, true},
		{"an attachment in two parts", []Record{M, N, R, A, D(4), D(6)}, true},
		{"nothing", nil, false},
		{"no manifest", []Record{R}, false},
		{"two manifests", []Record{M, M}, false},
		{"out of order", []Record{M, R, N}, false},
		{"two receipts", []Record{M, R, R}, false},
		{"a short receipt", []Record{M, {KindReceipt, make([]byte, 255)}}, false},
		{"an unknown type", []Record{M, {'x', []byte{1}}}, false},
		{"an attachment too short", []Record{M, A, D(9)}, false},
		{"an attachment too long", []Record{M, A, D(11)}, false},
		{"an attachment without its bytes", []Record{M, A, A}, false},
		{"bytes of no attachment", []Record{M, D(1)}, false},
	} {
		if err := readPlain(plain(t, c.records...)); (err == nil) != c.ok || err != nil && !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", c.what, err)
		}
	}
	good := plain(t, M, R)
	end := recordHead + len(m) + recordHead + 256 + recordHead
	for what, at := range map[string]int{"class": end, "length": end + 8, "digest": end + 9, "reserved": end + 50, "reserved again": end + 83, "padding": len(good) - 1, "manifest": recordHead + 3} {
		bad := bytes.Clone(good)
		bad[at] ^= 1
		if err := readPlain(bad); Code(err) == "" {
			t.Errorf("%s changed: %v", what, err)
		}
	}
}

// Manifests stand in their one form and within their bounds.
func TestManifest(t *testing.T) {
	good, err := manifest().marshal()
	check(t, err)
	if _, err := ParseManifest(good); err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string]func(*Manifest){
		"charter":  func(m *Manifest) { m.Charter = "00" },
		"itself":   func(m *Manifest) { m.To = m.From },
		"member":   func(m *Manifest) { m.To = "rus" },
		"number 0": func(m *Manifest) { m.Number = 0 },
		"since":    func(m *Manifest) { m.Since = 2 },
		"previous": func(m *Manifest) { m.Number, m.Since = 2, 2 },
		"range":    func(m *Manifest) { m.LogFrom = 1 },
		"contents": func(m *Manifest) { m.Contents = []string{"receipt", "log"} },
		"twice":    func(m *Manifest) { m.Contents = []string{"log", "log"} },
		"unknown":  func(m *Manifest) { m.Contents = []string{"paper"} },
	} {
		m := manifest()
		change(m)
		if _, err := m.marshal(); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for what, raw := range map[string][]byte{
		"spaces":        bytes.Replace(good, []byte(","), []byte(", "), 1),
		"unknown field": bytes.Replace(good, []byte(`{"v":1`), []byte(`{"v":1,"x":1`), 1),
		"twice":         bytes.Replace(good, []byte(`{"v":1`), []byte(`{"v":1,"v":1`), 1),
		"trailing":      append(bytes.Clone(good), ' '),
	} {
		if _, err := ParseManifest(raw); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := ParseManifest(bytes.Replace(good, []byte(`"v":1`), []byte(`"v":2`), 1)); !errors.Is(err, ErrVersion) {
		t.Errorf("version 2: %v", err)
	}
}

// The outer layer is age's own: its library opens what is sealed here, and what
// it seals is opened here.
func TestOuterLayerIsAges(t *testing.T) {
	id, err := age.GenerateHybridIdentity()
	check(t, err)
	file, _ := small(t, charter.EpochPublicKey(bech32(t, id.Recipient().String())), 10)
	r, err := age.Decrypt(bytes.NewReader(file), id)
	check(t, err)
	text, err := io.ReadAll(r)
	check(t, err)
	if int64(len(text)) != classSize(0) || text[0] != KindManifest {
		t.Errorf("%d bytes, beginning %q", len(text), text[:1])
	}
	key, err := hpke.MLKEM768X25519().NewPrivateKey(bech32(t, id.String()))
	check(t, err)
	var sealed bytes.Buffer
	w, err := age.Encrypt(&sealed, id.Recipient())
	check(t, err)
	_, err = w.Write(text)
	check(t, err)
	check(t, w.Close())
	_, _, err = readAll(sealed.Bytes(), key)
	check(t, err)
}

// bech32 reads the data of a text in Bech32 (BIP 173), without its checksum.
func bech32(t testing.TB, s string) []byte {
	s = string(bytes.ToLower([]byte(s)))
	data := s[bytes.LastIndexByte([]byte(s), '1')+1:]
	var out []byte
	acc, bits := 0, 0
	for _, c := range data[:len(data)-6] {
		v := bytes.IndexByte([]byte("qpzry9x8gf2tvdw0s3jn54khce6mua7l"), byte(c))
		acc, bits = acc<<5|v, bits+5
		for bits >= 8 {
			bits -= 8
			out = append(out, byte(acc>>bits))
			acc &= 1<<bits - 1
		}
	}
	return out
}

func FuzzPlaintext(f *testing.F) {
	m, err := manifest().marshal()
	check(f, err)
	f.Add(plain(f, Record{KindManifest, m}, Record{KindReceipt, make([]byte, 256)})[:2000])
	f.Add(plain(f, Record{KindManifest, m}, Record{KindAttachment, binary.BigEndian.AppendUint64(make([]byte, 32), 3)}, Record{KindAttached, []byte{1, 2, 3}})[:2000])
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1<<20 {
			return
		}
		b = append(bytes.Clone(b), make([]byte, int(classSize(0))-len(b))...)
		if err := readPlain(b); err != nil && Code(err) == "" {
			t.Errorf("an error without a code: %v", err)
		}
	})
}

func FuzzManifest(f *testing.F) {
	m, err := manifest().marshal()
	check(f, err)
	f.Add(m)
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := ParseManifest(b)
		if err != nil {
			if Code(err) == "" {
				t.Errorf("an error without a code: %v", err)
			}
			return
		}
		if again, err := m.marshal(); err != nil || !bytes.Equal(again, b) {
			t.Errorf("%s is written again as %s: %v", b, again, err)
		}
	})
}
