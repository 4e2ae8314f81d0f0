package seal

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"testing"

	"golang.org/x/crypto/chacha20poly1305"
)

// FuzzParseLeafEvidence: a leaf takes what evidence in general is, those kinds
// apart that show what is inside an envelope, and nothing else.
func FuzzParseLeafEvidence(f *testing.F) {
	s := newStanding(f)
	for _, fault := range s.all() {
		b, err := MarshalEvidence(fault)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
		f.Add(b[:len(b)-1])
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		fault, err := ParseLeafEvidence(payload)
		general, generalErr := ParseEvidence(payload)
		switch {
		case generalErr != nil:
			if err == nil || Code(err) != Code(generalErr) {
				t.Fatalf("a leaf: %v, in general: %v", err, generalErr)
			}
		case general.Type().Discloses():
			if !errors.Is(err, ErrDiscloses) || fault != nil {
				t.Fatalf("evidence that discloses stands in a leaf: %v", err)
			}
		case err != nil || fault.Type() != general.Type():
			t.Fatalf("a leaf: %v, %v", fault, err)
		}
	})
}

// FuzzDecryptAttachment: whatever an originator has sealed in its chunks, and
// says of it, the reader gets exactly what the act names or a refusal, and no
// byte before the ciphertext's digest is right.
func FuzzDecryptAttachment(f *testing.F) {
	seed := func(n int) ([]byte, AttachmentRef) {
		var out bytes.Buffer
		ref, err := EncryptAttachment(&out, bytes.NewReader(act(n)), 1<<20)
		if err != nil {
			f.Fatal(err)
		}
		return out.Bytes(), ref
	}
	for _, n := range []int{0, 1, 5000, 70000} {
		ct, ref := seed(n)
		f.Add(ct, ref.Size, ref.SealedSize, false, false)
		f.Add(ct[:len(ct)-1], ref.Size, ref.SealedSize, true, false)
		f.Add(act(n), ref.Size, ref.SealedSize, true, true)
	}
	key := AttachmentKey{1, 2, 3}
	f.Fuzz(func(t *testing.T, ct []byte, size, sealedSize int64, rightDigest, sealed bool) {
		if sealed { // under the key: only what is inside is wrong
			aead, err := chacha20poly1305.NewX(key[:])
			if err != nil {
				t.Fatal(err)
			}
			n := attachmentNonce(0, true)
			ct = aead.Seal(nil, n[:], ct[:min(len(ct), ChunkSize)], nil)
		}
		ref := AttachmentRef{Key: key, Size: size, SealedSize: sealedSize, Plain: sha256.Sum256(ct)}
		if rightDigest {
			ref.Digest = sha256.Sum256(ct)
		}
		var out bytes.Buffer
		err := DecryptAttachment(&out, bytes.NewReader(ct), ref)
		if err == nil {
			if int64(out.Len()) != size || Hash(sha256.Sum256(out.Bytes())) != ref.Plain {
				t.Fatalf("%d bytes came out, which are not what the reference names", out.Len())
			}
			return
		}
		if Code(err) == "" {
			t.Fatalf("no code: %v", err)
		}
		if Hash(sha256.Sum256(ct)) != ref.Digest && out.Len() > 0 {
			t.Fatalf("%d bytes were written before the digest was known to be right", out.Len())
		}
		if int64(out.Len()) > max(size, 0) {
			t.Fatalf("%d bytes were written of %d", out.Len(), size)
		}
		if DecryptAttachment(io.Discard, bytes.NewReader(ct), ref) == nil {
			t.Fatal("the second reading finds it right")
		}
	})
}
