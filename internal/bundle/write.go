package bundle

import (
	"bufio"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"io"

	"entente/charter"
	"entente/seal"
)

// Writer writes one bundle as a stream: the manifest, then records in their
// order, then [Writer.Close].
type Writer struct {
	age  io.WriteCloser
	out  *bufio.Writer
	sum  hash.Hash
	n    int64
	head [recordHead]byte
}

// NewWriter begins a bundle for the holder of the epoch key. The manifest is
// written at once; its version is filled in.
func NewWriter(w io.Writer, to charter.EpochPublicKey, m *Manifest) (*Writer, error) {
	raw, err := m.marshal()
	if err != nil {
		return nil, err
	}
	outer, err := sealTo(w, to)
	if err != nil {
		return nil, err
	}
	out := &Writer{age: outer, out: bufio.NewWriterSize(outer, 1<<18), sum: sha256.New()}
	return out, out.Record(KindManifest, raw)
}

// Write writes records that are made elsewhere, whole ones; it implements
// io.Writer.
func (w *Writer) Write(p []byte) (int, error) {
	w.sum.Write(p)
	w.n += int64(len(p))
	if w.n > classSize(Classes-1)-endSize-recordHead {
		return 0, ErrTooLarge
	}
	return w.out.Write(p)
}

// Record writes one record.
func (w *Writer) Record(kind byte, payload []byte) error {
	f, ok := forms[kind]
	if !ok || len(payload) < f.min || len(payload) > f.max {
		return fmt.Errorf("%w (a record %q of %d bytes)", ErrMalformed, kind, len(payload))
	}
	w.head[0] = kind
	binary.BigEndian.PutUint32(w.head[1:], uint32(len(payload)))
	if _, err := w.Write(w.head[:]); err != nil {
		return err
	}
	_, err := w.Write(payload)
	return err
}

// Size returns the bytes of the records so far.
func (w *Writer) Size() int64 { return w.n }

// Attachment writes a sealed attachment of the given digest and size, read from
// r.
func (w *Writer) Attachment(digest seal.Hash, size int64, r io.Reader) error {
	if err := w.Record(KindAttachment, binary.BigEndian.AppendUint64(digest[:], uint64(size))); err != nil {
		return err
	}
	buf := make([]byte, MaxChunk)
	for left := size; left > 0; {
		part := buf[:min(left, int64(len(buf)))]
		if _, err := io.ReadFull(r, part); err != nil {
			return err
		}
		if err := w.Record(KindAttached, part); err != nil {
			return err
		}
		left -= int64(len(part))
	}
	return nil
}

// Close signs and pads the bundle and returns its digest. The writer underneath
// is not closed.
func (w *Writer) Close(signer seal.Signer) (digest string, err error) {
	class, err := classFor(w.n + recordHead + endSize)
	if err != nil {
		return "", err
	}
	end := make([]byte, endSize)
	end[0] = byte(class)
	binary.BigEndian.PutUint64(end[1:], uint64(w.n))
	sum := w.sum.Sum(nil)
	copy(end[9:], sum)
	id := seal.KeyID(signer.PublicKey())
	copy(end[73:], id[:])
	sig, err := signer.Sign(contextBundle, end[:endSigned])
	if err != nil {
		return "", err
	}
	copy(end[endSigned:], sig)
	left := classSize(class) - w.n - recordHead - endSize
	if err := w.Record(KindEnd, end); err != nil {
		return "", err
	}
	zeros := make([]byte, 1<<16)
	for left > 0 {
		part := zeros[:min(left, int64(len(zeros)))]
		if _, err := w.out.Write(part); err != nil {
			return "", err
		}
		left -= int64(len(part))
	}
	if err := w.out.Flush(); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum), w.age.Close()
}

// End is the last record of a bundle: what the sender has signed.
type End struct {
	Class  int
	Length int64
	Digest string // of all records before, hex
	KeyID  [8]byte
	raw    [endSize]byte
}

// Verify says whether the holder of key has signed the bundle.
func (e *End) Verify(key charter.PublicKey) error {
	if e.KeyID != seal.KeyID(ed25519.PublicKey(key[:])) || !key.Verify(contextBundle, e.raw[:endSigned], e.raw[endSigned:]) {
		return ErrSignature
	}
	return nil
}
