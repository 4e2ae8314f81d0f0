package seal

import (
	"bytes"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"

	"golang.org/x/crypto/chacha20poly1305"
	"pgregory.net/rapid"
)

// TestKeySchedule holds mac and the key schedule to crypto/hmac and
// crypto/hkdf, written out as spec/envelope.md says it.
func TestKeySchedule(t *testing.T) {
	sum := func(key, message []byte) []byte {
		h := hmac.New(sha256.New, key)
		h.Write(message)
		return h.Sum(nil)
	}
	rapid.Check(t, func(t *rapid.T) {
		key := [32]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "key"))
		message := rapid.SliceOfN(rapid.Byte(), 0, maxMessage).Draw(t, "message")
		if got := mac(&key, message); !bytes.Equal(got[:], sum(key[:], message)) {
			t.Fatal("mac is not HMAC-SHA256")
		}
		h := drawHeader(t)
		h.Kind = Sealed
		raw := h.AppendTo(nil)
		info := "entente/v1/envelope\x00" + string(raw[40:43]) + string(raw[44:48]) + string(raw[48:56])
		want, err := hkdf.Key(sha256.New, key[:], h.Charter[:], info, 32)
		if err != nil {
			t.Fatal(err)
		}
		k := DeriveKey(SetKey(key), raw)
		if !bytes.Equal(k[:], want) {
			t.Fatal("the envelope key is not HKDF's")
		}
		copy(raw[atTag:], sum(k[:], []byte("tag")))
		if !k.Fits(raw) {
			t.Fatal("the right tag does not fit")
		}
		trial := NewTrial(h.Charter, []SetKey{NewSetKey(), SetKey(key), NewSetKey()})
		if got, i, ok := trial.Find(raw); !ok || i != 1 || got != k {
			t.Fatal("the trial does not find it")
		}
		raw[atTag+rapid.IntRange(0, 31).Draw(t, "at")] ^= 1
		if _, _, ok := trial.Find(raw); ok || k.Fits(raw) {
			t.Fatal("a wrong tag fits")
		}
	})
}

// TestBodyIsXChaCha opens a body with nothing of this package but the numbers
// of spec/envelope.md.
func TestBodyIsXChaCha(t *testing.T) {
	m := newMember("IRQ")
	e, k := m.seal(t, NewSetKey(), []byte("what is said"))
	h := hmac.New(sha256.New, k[:])
	h.Write([]byte("body"))
	aead, _ := chacha20poly1305.NewX(h.Sum(nil))
	ad := append(bytes.Clone(e.Header[:104]), e.Header[136:192]...)
	inner, err := aead.Open(nil, e.Body[:24], e.Body[24:], ad)
	if err != nil {
		t.Fatal(err)
	}
	want := append([]byte{0, 0, 0, 12}, "what is said"...)
	if len(inner) != 1024-40 || !bytes.HasPrefix(inner, want) || !allZero(inner[len(want):]) {
		t.Fatalf("inside: %q", inner)
	}
}

func TestSealRoundTrip(t *testing.T) {
	m := newMember("IRQ")
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(0, MaxBody-44).Draw(t, "size")
		least := Class(rapid.IntRange(0, Classes-1).Draw(t, "least"))
		setKey, said := NewSetKey(), act(size)
		e, k, err := Seal(m.place(), setKey, said, least, m.signer())
		if err != nil {
			t.Fatal(err)
		}
		h, err := ParseHeader(e.Header)
		if err != nil {
			t.Fatal(err)
		}
		own, _ := ClassFor(size, true)
		if h.Class != max(own, least) || len(e.Body) != h.Class.Size() {
			t.Fatalf("%d bytes at least class %d: class %d, body of %d", size, least, h.Class, len(e.Body))
		}
		if err := VerifyHeader(e.Header, m.public()); err != nil {
			t.Fatal(err)
		}
		if DeriveKey(setKey, e.Header) != k {
			t.Fatal("the recipient derives another key")
		}
		got, err := Open(e.Header, e.Body, k)
		if err != nil || !bytes.Equal(got, said) {
			t.Fatalf("%d bytes back of %d, %v", len(got), size, err)
		}
		wrong := DeriveKey(NewSetKey(), e.Header)
		if _, err := Open(e.Header, e.Body, wrong); Code(err) != "seal-tag" {
			t.Fatalf("another key: %v", err)
		}
	})
}

// TestEveryByteOfAnEnvelopeCounts flips one bit anywhere in header or body.
func TestEveryByteOfAnEnvelopeCounts(t *testing.T) {
	m := newMember("IRQ")
	sealed, k := m.seal(t, NewSetKey(), act(700))
	public := m.public1(t, Close, act(700))
	rapid.Check(t, func(t *rapid.T) {
		e, open := sealed, func(h, b []byte) ([]byte, error) { return Open(h, b, k) }
		if rapid.Bool().Draw(t, "public") {
			e, open = public, Payload
		}
		header, body := bytes.Clone(e.Header), bytes.Clone(e.Body)
		at := rapid.IntRange(0, len(header)+len(body)-1).Draw(t, "at")
		bit := byte(1) << rapid.IntRange(0, 7).Draw(t, "bit")
		if at < len(header) {
			header[at] ^= bit
		} else {
			body[at-len(header)] ^= bit
		}
		verr := VerifyHeader(header, m.public())
		_, oerr := open(header, body)
		if verr == nil && oerr == nil {
			t.Fatalf("byte %d does not count", at)
		}
		for _, err := range []error{verr, oerr} {
			if err != nil && Code(err) == "" {
				t.Fatalf("no code: %v", err)
			}
		}
	})
}

// TestHeaderIsBoundIntoBody moves a body under a header of its originator that
// differs in one field of the associated data: it must not open there.
func TestHeaderIsBoundIntoBody(t *testing.T) {
	m := newMember("IRQ")
	e, k := m.seal(t, NewSetKey(), act(10))
	for name, at := range map[string]int{"time": atTime + 7, "epoch": atEpoch + 3, "key id": atKeyID, "incarnation": atIncarnation + 3} {
		raw := bytes.Clone(e.Header)
		raw[at] ^= 1
		if name == "incarnation" { // 1 ^ 1 is 0; take 3
			raw[at] = 3
		}
		_, err := Open(raw, e.Body, k)
		if Code(err) != "seal-authentication" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSealPublicRoundTrip(t *testing.T) {
	m := newMember("IRQ")
	for kind := Genesis; kind <= Evidence; kind++ {
		for _, size := range []int{0, 1, 1020, 1021, MaxBody - 4} {
			e, err := SealPublic(m.place(), kind, act(size), m.signer())
			if err != nil {
				t.Fatal(err)
			}
			if err := VerifyHeader(e.Header, m.public()); err != nil {
				t.Fatal(err)
			}
			got, err := Payload(e.Header, e.Body)
			if err != nil || !bytes.Equal(got, act(size)) {
				t.Fatalf("%v of %d bytes: %v", kind, size, err)
			}
			if _, err := Open(e.Header, e.Body, EnvelopeKey{}); Code(err) != "seal-kind" {
				t.Fatalf("opened: %v", err)
			}
		}
	}
}

func TestClasses(t *testing.T) {
	// The table of spec/envelope.md, a second time.
	sizes := []int{1024, 1536, 2048, 3072, 4096, 6144, 8192, 12288, 16384, 24576, 32768, 49152, 65536}
	for i, size := range sizes {
		c := Class(i)
		if c.Size() != size || c.Capacity() != size-44 || c.PublicCapacity() != size-4 {
			t.Errorf("class %d: %d, %d, %d", i, c.Size(), c.Capacity(), c.PublicCapacity())
		}
		for _, sealed := range []bool{true, false} {
			capacity := map[bool]int{true: size - 44, false: size - 4}[sealed]
			if got, err := ClassFor(capacity, sealed); got != c || err != nil {
				t.Errorf("%d bytes: class %d, %v", capacity, got, err)
			}
			got, err := ClassFor(capacity+1, sealed)
			if i == len(sizes)-1 {
				wantCode(t, err, ErrTooLarge)
			} else if got != c+1 {
				t.Errorf("%d bytes: class %d", capacity+1, got)
			}
		}
	}
	if Classes != len(sizes) || Class(Classes).Size() != 0 || Class(Classes).Capacity() != 0 || Class(Classes).PublicCapacity() != 0 {
		t.Error("a class beyond the table")
	}
	_, err := ClassFor(-1, true)
	wantCode(t, err, ErrTooLarge)
}

func TestSealRefuses(t *testing.T) {
	m := newMember("IRQ")
	good := m.place()
	after := func(change func(*Place)) Place { p := good; change(&p); return p }
	cases := []struct {
		name  string
		place Place
		act   int
		least Class
		want  error
	}{
		{"no incarnation", after(func(p *Place) { p.Incarnation = 0 }), 1, 0, ErrIncarnation},
		{"no sequence", after(func(p *Place) { p.Sequence = 0 }), 1, 0, ErrSequence},
		{"first with a predecessor", after(func(p *Place) { p.Previous = testCharter }), 1, 0, ErrPrevious},
		{"time before 1970", after(func(p *Place) { p.Time = -1 }), 1, 0, ErrTime},
		{"no originator", after(func(p *Place) { p.Originator = "" }), 1, 0, ErrOriginator},
		{"long originator", after(func(p *Place) { p.Originator = "IRQX" }), 1, 0, ErrOriginator},
		{"act too large", good, MaxBody - 43, 0, ErrTooLarge},
		{"no such class", good, 1, Classes, ErrClass},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := Seal(c.place, NewSetKey(), act(c.act), c.least, m.signer())
			wantCode(t, err, c.want)
		})
	}
	for _, kind := range []Kind{Sealed, Vote, Promise, 99} {
		_, err := SealPublic(good, kind, nil, m.signer())
		wantCode(t, err, ErrKind)
	}
	_, err := SealPublic(good, Close, act(MaxBody-3), m.signer())
	wantCode(t, err, ErrTooLarge)
	_, _, err = Seal(good, NewSetKey(), nil, 0, brokenSigner{m.signer(), nil})
	wantCode(t, err, ErrSignature)
	_, _, err = Seal(good, NewSetKey(), nil, 0, brokenSigner{m.signer(), errUnknownKey})
	wantCode(t, err, errUnknownKey)
}

type brokenSigner struct {
	Signer
	err error
}

func (s brokenSigner) Sign(string, []byte) ([]byte, error) { return make([]byte, 63), s.err }

// TestBodyRefuses has an originator with software of its own sign for bodies
// that are not in the form.
func TestBodyRefuses(t *testing.T) {
	m := newMember("IRQ")
	e := m.public1(t, Close, act(100))
	body := func(change func([]byte)) Envelope {
		b := bytes.Clone(e.Body)
		change(b)
		return Envelope{withBody(e.Header, b, m.key), b}
	}
	cases := []struct {
		name string
		e    Envelope
		want error
	}{
		{"padding not zero", body(func(b []byte) { b[1023] = 1 }), ErrPadding},
		{"padding not zero at once", body(func(b []byte) { b[104] = 1 }), ErrPadding},
		{"length beyond the body", body(func(b []byte) { b[2] = 4 }), ErrPadding},
		{"length of 2^32-1", body(func(b []byte) { copy(b, "\xff\xff\xff\xff") }), ErrPadding},
		{"not the body signed for", Envelope{e.Header, make([]byte, 1024)}, ErrDigest},
		{"too short", Envelope{e.Header, e.Body[:1023]}, ErrLength},
		{"too long", Envelope{e.Header, append(bytes.Clone(e.Body), 0)}, ErrLength},
		{"no body", Envelope{e.Header, nil}, ErrLength},
		{"no header", Envelope{nil, e.Body}, ErrLength},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := Payload(c.e.Header, c.e.Body)
			wantCode(t, err, c.want)
		})
	}
	// The largest length that the body holds is no fault.
	if _, err := Payload(body(func(b []byte) { copy(b, "\x00\x00\x03\xfc") }).Header, body(func(b []byte) { copy(b, "\x00\x00\x03\xfc") }).Body); err != nil {
		t.Fatal(err)
	}
	s, _ := m.seal(t, NewSetKey(), nil)
	_, err := Payload(s.Header, s.Body)
	wantCode(t, err, ErrKind)
}

// TestSecretsAreNotPrinted tries the usual ways by which a secret gets into a
// log.
func TestSecretsAreNotPrinted(t *testing.T) {
	var key [32]byte
	for i := range key {
		key[i] = 0xa5
	}
	for _, secret := range []any{SetKey(key), EnvelopeKey(key), AttachmentKey(key), &Revealed{Key: EnvelopeKey(key)}, AttachmentRef{Key: AttachmentKey(key)}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%x", "%X", "%d", "%q", "%s"} {
			if s := fmt.Sprintf(verb, secret); strings.Contains(strings.ToLower(s), "a5a5") || strings.Contains(s, "165") || strings.Contains(s, "0xa5") {
				t.Errorf("%s of %T: %s", verb, secret, s)
			}
		}
	}
	for _, secret := range []any{SetKey(key), EnvelopeKey(key), AttachmentKey(key)} {
		var out bytes.Buffer
		// Without the time, whose digits say anything.
		slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		}})).Info("x", "key", secret)
		if !json.Valid(out.Bytes()) || strings.Contains(out.String(), "165") || !strings.Contains(out.String(), notShown) {
			t.Errorf("slog of %T: %s", secret, out.String())
		}
	}
}

func TestKeysOfOtherLengthsFitNothing(t *testing.T) {
	if DeriveKey(NewSetKey(), nil) != (EnvelopeKey{}) || (EnvelopeKey{}).Fits(nil) {
		t.Fatal("a key for no header")
	}
	if _, _, ok := NewTrial(testCharter, []SetKey{NewSetKey()}).Find(make([]byte, 10)); ok {
		t.Fatal("found for no header")
	}
	m := newMember("IRQ")
	setKey := NewSetKey()
	e, _ := m.seal(t, setKey, nil)
	if _, _, ok := NewTrial(Hash{}, []SetKey{setKey}).Find(e.Header); ok {
		t.Fatal("found under another charter")
	}
	// A public envelope has no tag to fit, whatever stands there.
	e.Header[atKind] = byte(Close)
	if DeriveKey(setKey, e.Header).Fits(e.Header) {
		t.Fatal("fits a public envelope")
	}
}

// TestFreshRandomness: nonces, set keys, attachment keys and throwaway keys are
// drawn anew each time.
func TestFreshRandomness(t *testing.T) {
	m, key := newMember("IRQ"), NewSetKey()
	place := m.packetPlace(0)
	draws := map[string]func() []byte{
		"nonce": func() []byte {
			e, _, err := Seal(m.place(), key, nil, 0, m.signer())
			if err != nil {
				t.Fatal(err)
			}
			return e.Body[:nonceSize]
		},
		"set key": func() []byte { k := NewSetKey(); return k[:] },
		"attachment key": func() []byte {
			ref, err := EncryptAttachment(io.Discard, bytes.NewReader(nil), 0)
			if err != nil {
				t.Fatal(err)
			}
			return ref.Key[:]
		},
		"filler": func() []byte {
			f, err := makeFiller(&place)
			if err != nil {
				t.Fatal(err)
			}
			return f
		},
	}
	for name, draw := range draws {
		if a, b := draw(), draw(); bytes.Equal(a, b) || allZero(a) || allZero(b) {
			t.Errorf("%s is not drawn anew", name)
		}
	}
}
