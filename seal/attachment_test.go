package seal

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"math/bits"
	"runtime"
	"testing"
	"testing/iotest"

	"golang.org/x/crypto/chacha20poly1305"
	"pgregory.net/rapid"
)

func TestAttachmentSizes(t *testing.T) {
	// Padded sizes of the table in spec/envelope.md, and their chunks.
	cases := []struct{ size, padded, chunks int64 }{
		{0, 65536, 1}, {1, 65536, 1}, {65536, 65536, 1},
		{65537, 73728, 2}, {73728, 73728, 2}, {73729, 81920, 2},
		{131072, 131072, 2}, {131073, 147456, 3},
		{1000000, 1048576, 16}, {1048577, 1179648, 18},
		{100_000_000, 100663296, 1536}, {104857600, 109051904, 1664},
	}
	for _, c := range cases {
		got, err := AttachmentSealedSize(c.size)
		if err != nil || got != c.padded+16*c.chunks {
			t.Errorf("%d bytes: %d sealed, want %d, %v", c.size, got, c.padded+16*c.chunks, err)
		}
	}
	for _, size := range []int64{-1, MaxAttachment + 1, 1<<63 - 1} {
		_, err := AttachmentSealedSize(size)
		wantCode(t, err, ErrTooLarge)
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(0, MaxAttachment).Draw(t, "n")
		p := paddedSize(n)
		if p < n || p < 65536 || paddedSize(p) != p {
			t.Fatalf("%d padded to %d", n, p)
		}
		if n > 65536 && (p-n)*8 >= n {
			t.Fatalf("%d padded to %d: more than an eighth", n, p)
		}
		// Four significant bits, or five where the size is a power of two times
		// an odd number of sixteenths.
		if bits.Len64(uint64(p))-bits.TrailingZeros64(uint64(p)) > 4 {
			t.Fatalf("%d is not one of eight steps", p)
		}
	})
}

// checked decrypts and holds back what was written when there is an error.
func checked(ct []byte, ref AttachmentRef) (content []byte, written int, err error) {
	var out bytes.Buffer
	err = DecryptAttachment(&out, bytes.NewReader(ct), ref)
	return out.Bytes(), out.Len(), err
}

func TestAttachmentRoundTrip(t *testing.T) {
	long := act(200000)
	edges := []int{0, 1, 65535, 65536, 65537, 131072, 131073, 200000, 73728, 73729}
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.OneOf(rapid.SampledFrom(edges), rapid.IntRange(0, 200000)).Draw(t, "size")
		data := long[:size]
		var r io.Reader = bytes.NewReader(data)
		switch rapid.IntRange(0, 2).Draw(t, "reader") {
		case 1:
			r = iotest.HalfReader(r)
		case 2:
			r = iotest.DataErrReader(r)
		}
		var ct bytes.Buffer
		ref, err := EncryptAttachment(&ct, r, int64(size))
		if err != nil {
			t.Fatal(err)
		}
		want, _ := AttachmentSealedSize(int64(size))
		if int64(ct.Len()) != want || ref.SealedSize != want || ref.Size != int64(size) ||
			ref.Digest != sha256.Sum256(ct.Bytes()) || ref.Plain != sha256.Sum256(data) {
			t.Fatalf("%d bytes, %+v", ct.Len(), ref)
		}
		got, _, err := checked(ct.Bytes(), ref)
		if err != nil || !bytes.Equal(got, data) {
			t.Fatalf("%d bytes back of %d, %v", len(got), size, err)
		}

		// A byte changed anywhere, cut off or put on: nothing is written.
		bad := bytes.Clone(ct.Bytes())
		bad[rapid.IntRange(0, len(bad)-1).Draw(t, "at")] ^= 1
		if _, n, err := checked(bad, ref); Code(err) != "seal-digest" || n != 0 {
			t.Fatalf("changed: %v after %d bytes", err, n)
		}
		if _, n, err := checked(ct.Bytes()[:ct.Len()-1], ref); Code(err) != "seal-length" || n != 0 {
			t.Fatalf("cut: %v after %d bytes", err, n)
		}
		if _, n, err := checked(append(bad, 0), ref); Code(err) != "seal-length" || n != 0 {
			t.Fatalf("longer: %v after %d bytes", err, n)
		}
	})
}

// TestAttachmentChunks opens an attachment with nothing of this package but the
// numbers of spec/envelope.md.
func TestAttachmentChunks(t *testing.T) {
	data := act(150000)
	var ct bytes.Buffer
	ref, err := EncryptAttachment(&ct, bytes.NewReader(data), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	aead, _ := chacha20poly1305.NewX(ref.Key[:])
	var plain []byte
	rest := ct.Bytes()
	for i := 0; len(rest) > 0; i++ {
		n := min(len(rest), 65536+16)
		nonce := make([]byte, 24)
		nonce[22] = byte(i)
		if n == len(rest) {
			nonce[23] = 1
		}
		plain, err = aead.Open(plain, nonce, rest[:n], nil)
		if err != nil {
			t.Fatal(i, err)
		}
		rest = rest[n:]
	}
	if len(plain) != 163840 || !bytes.Equal(plain[:len(data)], data) || !allZero(plain[len(data):]) {
		t.Fatalf("%d bytes inside", len(plain))
	}
}

// TestAttachmentByForger: an originator with software of its own, or a
// recipient, who all know the key, makes other ciphertexts under it. Against
// the digest in the act nothing is written; with the digest of an originator
// who did it wrong, the fault is named.
func TestAttachmentByForger(t *testing.T) {
	data := act(200000) // four chunks, the last one short
	var out bytes.Buffer
	ref, err := EncryptAttachment(&out, bytes.NewReader(data), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	ct := out.Bytes()
	aead, _ := chacha20poly1305.NewX(ref.Key[:])
	chunk := func(i int) []byte { return ct[i*sealedChunkSize : min((i+1)*sealedChunkSize, len(ct))] }
	sealAs := func(i int, last bool, plain []byte) []byte {
		n := attachmentNonce(uint64(i), last)
		return aead.Seal(nil, n[:], plain, nil)
	}
	plainOf := func(i int, last bool) []byte {
		n := attachmentNonce(uint64(i), last)
		p, err := aead.Open(nil, n[:], chunk(i), nil)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	other := bytes.Clone(plainOf(0, false))
	other[0] ^= 1
	padding := bytes.Clone(plainOf(3, true))
	padding[len(padding)-1] = 1
	cases := []struct {
		name string
		ct   []byte
		want string
	}{
		{"chunks swapped", join(chunk(1), chunk(0), chunk(2), chunk(3)), "seal-authentication"},
		{"a chunk twice", join(chunk(0), chunk(0), chunk(2), chunk(3)), "seal-authentication"},
		{"last not marked", join(chunk(0), chunk(1), chunk(2), sealAs(3, false, plainOf(3, true))), "seal-authentication"},
		{"last marked early", join(chunk(0), chunk(1), sealAs(2, true, plainOf(2, false)), chunk(3)), "seal-authentication"},
		{"padding not zero", join(chunk(0), chunk(1), chunk(2), sealAs(3, true, padding)), "seal-padding"},
		{"other content", join(sealAs(0, false, other), chunk(1), chunk(2), chunk(3)), "seal-digest"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if _, n, err := checked(c.ct, ref); Code(err) != "seal-digest" || n != 0 {
				t.Fatalf("against the signed digest: %v after %d bytes", err, n)
			}
			signed := ref
			signed.Digest = sha256.Sum256(c.ct)
			if _, _, err := checked(c.ct, signed); Code(err) != c.want {
				t.Fatalf("signed for: %v, want %s", err, c.want)
			}
		})
	}
	t.Run("references", func(t *testing.T) {
		for name, change := range map[string]func(*AttachmentRef){
			"size too small for the class": func(r *AttachmentRef) { r.Size = 10 },
			"negative":                     func(r *AttachmentRef) { r.Size = -1 },
			"sealed size of another":       func(r *AttachmentRef) { r.SealedSize++ },
			"beyond all bounds":            func(r *AttachmentRef) { r.Size, r.SealedSize = 1<<62, 1<<62 },
		} {
			bad := ref
			change(&bad)
			if _, n, err := checked(ct, bad); Code(err) != "seal-attachment" || n != 0 {
				t.Errorf("%s: %v after %d bytes", name, err, n)
			}
		}
		// A size within the same class but too small: padding shows it.
		bad := ref
		bad.Size = 199999
		if _, _, err := checked(ct, bad); Code(err) != "seal-padding" {
			t.Errorf("one byte less: %v", err)
		}
		bad = ref
		bad.Key[0] ^= 1
		if _, _, err := checked(ct, bad); Code(err) != "seal-authentication" {
			t.Errorf("another key: %v", err)
		}
	})
}

// changing gives other bytes, or fewer, the second time that it is read from
// its start.
type changing struct {
	*bytes.Reader
	second []byte
	seeks  int
}

func (c *changing) Seek(offset int64, whence int) (int64, error) {
	if c.seeks++; c.seeks == 2 {
		c.Reader = bytes.NewReader(c.second)
	}
	return c.Reader.Seek(offset, whence)
}

func TestAttachmentStorageChanges(t *testing.T) {
	var out bytes.Buffer
	ref, err := EncryptAttachment(&out, bytes.NewReader(act(200000)), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	changed := bytes.Clone(out.Bytes())
	changed[10] ^= 1
	for name, second := range map[string][]byte{"changed": changed, "shorter": out.Bytes()[:100000], "gone": nil} {
		err := DecryptAttachment(io.Discard, &changing{Reader: bytes.NewReader(out.Bytes()), second: second}, ref)
		if Code(err) != "seal-digest" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

var errDisk = errors.New("disk")

// failAfter fails to write from byte n on.
type failAfter int

func (f *failAfter) Write(b []byte) (int, error) {
	if *f -= failAfter(len(b)); *f < 0 {
		return 0, errDisk
	}
	return len(b), nil
}

type noSeek struct{ io.Reader }

func (noSeek) Seek(int64, int) (int64, error) { return 0, errDisk }

func TestAttachmentHandsErrorsThrough(t *testing.T) {
	data := act(200000)
	_, err := EncryptAttachment(io.Discard, bytes.NewReader(data), 199999)
	wantCode(t, err, ErrTooLarge)
	_, err = EncryptAttachment(io.Discard, bytes.NewReader(nil), -1)
	wantCode(t, err, ErrTooLarge)
	_, err = EncryptAttachment(io.Discard, io.MultiReader(bytes.NewReader(data), iotest.ErrReader(errDisk)), 1<<20)
	wantCode(t, err, errDisk)
	for _, n := range []int{0, 100000} {
		w := failAfter(n)
		_, err = EncryptAttachment(&w, bytes.NewReader(data), 1<<20)
		wantCode(t, err, errDisk)
	}
	var out bytes.Buffer
	ref, err := EncryptAttachment(&out, bytes.NewReader(data), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	w := failAfter(100000)
	wantCode(t, DecryptAttachment(&w, bytes.NewReader(out.Bytes()), ref), errDisk)
	wantCode(t, DecryptAttachment(io.Discard, noSeek{bytes.NewReader(out.Bytes())}, ref), errDisk)
}

// TestAttachmentMemory encrypts 64 MiB, and reads as much to check it, and
// allocates a small part of that.
func TestAttachmentMemory(t *testing.T) {
	const size = 64 << 20
	var ref AttachmentRef
	sealed := &tape{}
	for name, do := range map[string]func() error{
		"encrypt": func() (err error) {
			ref, err = EncryptAttachment(io.Discard, io.LimitReader(endless{}, size), size)
			return err
		},
		"check": func() error {
			return DecryptAttachment(io.Discard, sealed, AttachmentRef{Size: size, SealedSize: size + size/ChunkSize*16})
		},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if err := do(); err != nil && !errors.Is(err, ErrDigest) {
			t.Fatal(name, err)
		}
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 2<<20 {
			t.Errorf("%s: %d bytes allocated for %d", name, n, size)
		}
	}
	if ref.Size != size {
		t.Fatal("nothing was encrypted")
	}
}

// tape reads as zeros, of the length of a sealed attachment of 64 MiB.
type tape struct{ at int64 }

func (r *tape) Read(b []byte) (int, error) {
	n := int(min(int64(len(b)), 64<<20+1024*16-r.at))
	if n == 0 {
		return 0, io.EOF
	}
	r.at += int64(n)
	return n, nil
}

func (r *tape) Seek(offset int64, _ int) (int64, error) {
	r.at = offset
	return offset, nil
}

type endless struct{}

func (endless) Read(b []byte) (int, error) { return len(b), nil }
