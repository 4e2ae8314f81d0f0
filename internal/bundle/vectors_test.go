package bundle

import (
	"bytes"
	"crypto/hpke"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"flag"
	"io"
	"os"
	"path/filepath"
	"testing"

	"filippo.io/age"

	"entente/charter"
)

var update = flag.Bool("update", false, "write the vectors anew")

const vectorDir = "../../testdata/vectors/bundle"

// vector is one case of testdata/vectors/bundle.
type vector struct {
	About string `json:"about"`
	Op    string `json:"op"`   // read, or outer
	Want  string `json:"want"` // a refusal's code, empty when it is taken

	// read: the records with the end, which zeros fill up to the class's size;
	// tail is put in the place of the last of these.
	Class   int    `json:"class,omitempty"`
	Records string `json:"records,omitempty"` // hex
	Tail    string `json:"tail,omitempty"`    // hex
	Key     string `json:"key,omitempty"`     // of the sender, hex
	Digest  string `json:"digest,omitempty"`  // hex

	// outer: the header of an age file, the epoch key's seed, and the file key.
	Header  string `json:"header,omitempty"` // hex
	Seed    string `json:"seed,omitempty"`   // hex
	FileKey string `json:"file_key,omitempty"`
}

func unhex(t testing.TB, s string) []byte {
	b, err := hex.DecodeString(s)
	check(t, err)
	return b
}

// judge does what a vector asks for.
func (v *vector) judge(t *testing.T) (code string) {
	if v.Op == "outer" {
		key, err := hpke.MLKEM768X25519().NewPrivateKey(unhex(t, v.Seed))
		check(t, err)
		got, err := age.DecryptHeader(unhex(t, v.Header), identities{key})
		if err != nil {
			return ErrAddressee.code
		}
		if hex.EncodeToString(got) != v.FileKey {
			t.Errorf("file key %x", got)
		}
		return ""
	}
	text, tail := unhex(t, v.Records), unhex(t, v.Tail)
	text = append(text, make([]byte, max(0, int(classSize(v.Class))-len(text)-len(tail)))...)
	r, err := newReader(bytes.NewReader(append(text, tail...)), v.Class)
	for err == nil {
		_, err = r.Next()
	}
	if err == io.EOF {
		err = r.End().Verify(charter.PublicKey(unhex(t, v.Key)))
		if r.End().Digest != v.Digest {
			t.Errorf("digest %s", r.End().Digest)
		}
	}
	if err != nil && Code(err) == "" {
		t.Errorf("an error without a code: %v", err)
	}
	return Code(err)
}

// The vectors say the same as the code, and each file stands for itself.
func TestVectors(t *testing.T) {
	if *update {
		writeVectors(t)
	}
	files, err := filepath.Glob(filepath.Join(vectorDir, "*.json"))
	check(t, err)
	if len(files) < 15 {
		t.Fatalf("%d vectors", len(files))
	}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		check(t, err)
		var v vector
		check(t, json.Unmarshal(raw, &v))
		if got := v.judge(t); got != v.Want {
			t.Errorf("%s: %q, want %q", filepath.Base(f), got, v.Want)
		}
	}
}

func writeVectors(t *testing.T) {
	check(t, os.MkdirAll(vectorDir, 0o755))
	write := func(name string, v vector) {
		raw, err := json.MarshalIndent(v, "", "  ")
		check(t, err)
		check(t, os.WriteFile(filepath.Join(vectorDir, name+".json"), append(raw, '\n'), 0o644))
	}
	m, err := manifest().marshal()
	check(t, err)
	_, pk := signer("SYR")
	_, other := signer("IRN")
	read := func(name, about, want string, change func([]byte) []byte, records ...Record) {
		text := plain(t, records...)
		n := len(text)
		for n > 0 && text[n-1] == 0 {
			n--
		}
		text = bytes.Clone(text[:n])
		digest := ""
		if r, err := newReader(bytes.NewReader(append(bytes.Clone(text), make([]byte, int(classSize(0))-len(text))...)), 0); err == nil {
			for err == nil {
				_, err = r.Next()
			}
			if r.End() != nil {
				digest = r.End().Digest
			}
		}
		if change != nil {
			text, digest = change(text), ""
		}
		v := vector{About: about, Op: "read", Want: want, Records: hex.EncodeToString(text), Key: hex.EncodeToString(pk[:])}
		if want == "" || want == ErrSignature.code {
			v.Digest = digest
		}
		write(name, v)
	}
	M, R := Record{KindManifest, m}, Record{KindReceipt, bytes.Repeat([]byte{7}, 256)}
	A := Record{KindAttachment, binary.BigEndian.AppendUint64(make([]byte, 32), 10)}
	D := func(n int) Record { return Record{KindAttached, bytes.Repeat([]byte{9}, n)} }
	N := Record{KindKnown, []byte(`{"header":"","size":0,"cosigned":""}`)}
	bad := ErrMalformed.code
	edit := func(at int) func([]byte) []byte {
		return func(b []byte) []byte {
			if at < 0 {
				at += len(b)
			}
			b[at] ^= 1
			return b
		}
	}
	read("valid-least", "a manifest and nothing else", "", nil, M)
	read("valid-attachment", "an attachment in two parts after a receipt", "", nil, M, N, R, A, D(4), D(6))
	read("order", "a receipt before what the sender knows", bad, nil, M, R, N)
	read("two-receipts", "two receipts", bad, nil, M, R, R)
	read("receipt-short", "a receipt of 255 bytes", bad, nil, M, Record{KindReceipt, make([]byte, 255)})
	read("unknown-type", "a record of an unknown type", bad, nil, M, Record{'x', []byte{1}})
	read("no-manifest", "it does not begin with a manifest", bad, nil, R)
	read("attachment-short", "an attachment shorter than stated", bad, nil, M, A, D(9))
	read("attachment-long", "an attachment longer than stated", bad, nil, M, A, D(11))
	read("digest", "a byte of a receipt changed", bad, edit(recordHead+len(m)+recordHead+100), M, R)
	read("signature", "a byte of the signature changed", ErrSignature.code, nil, M, R)
	read("end-class", "the end names another class", bad, edit(recordHead+len(m)+recordHead+256+recordHead), M, R)
	read("end-reserved", "a reserved byte of the end is set", bad, edit(recordHead+len(m)+recordHead+256+recordHead+50), M, R)
	for name, change := range map[string]func(*Manifest){
		"manifest-version-2": func(m *Manifest) { m.V = 2 },
		"manifest-since":     func(m *Manifest) { m.Since = 2 },
		"manifest-range":     func(m *Manifest) { m.LogFrom = 1 },
		"manifest-itself":    func(m *Manifest) { m.To = m.From },
		"manifest-contents":  func(m *Manifest) { m.Contents = []string{"receipt", "log"} },
	} {
		x := manifest()
		x.V = 1
		change(x)
		raw, err := json.Marshal(x)
		check(t, err)
		want := bad
		if x.V == 2 {
			want = ErrVersion.code
		}
		read(name, "the manifest's fields are out of their bounds", want, nil, Record{KindManifest, raw})
	}
	// The signature of another member over the same.
	raw, err := os.ReadFile(filepath.Join(vectorDir, "valid-least.json"))
	check(t, err)
	var v vector
	check(t, json.Unmarshal(raw, &v))
	v.About, v.Want, v.Key = "signed by another member than is asked for", ErrSignature.code, hex.EncodeToString(other[:])
	write("signature", v)
	v.About, v.Want, v.Key, v.Tail, v.Digest = "a byte of the padding is set", bad, hex.EncodeToString(pk[:]), "01", ""
	write("padding", v)

	key, pub := epochKey(t)
	seed, err := key.Bytes()
	check(t, err)
	file, _ := small(t, pub, 1)
	fileKey, err := age.DecryptHeader(file[:ageHeader], identities{key})
	check(t, err)
	write("outer", vector{About: "the header of the outer layer, opened with the seed of an epoch key", Op: "outer", Header: hex.EncodeToString(file[:ageHeader]), Seed: hex.EncodeToString(seed), FileKey: hex.EncodeToString(fileKey)})
	stranger, _ := epochKey(t)
	seed, err = stranger.Bytes()
	check(t, err)
	write("outer-stranger", vector{About: "the same with the key of another", Op: "outer", Want: ErrAddressee.code, Header: hex.EncodeToString(file[:ageHeader]), Seed: hex.EncodeToString(seed)})
}
