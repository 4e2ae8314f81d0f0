package seal

import (
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"log/slog"
	"math/bits"

	"golang.org/x/crypto/chacha20poly1305"
)

const (
	// ChunkSize is how much of an attachment is encrypted at a time, in bytes.
	ChunkSize = 64 << 10
	// MaxAttachment bounds what this package encrypts or decrypts, in bytes.
	// What a centre accepts is far less, and for the caller to say.
	MaxAttachment int64 = 1 << 40
	// smallestAttachment is the smallest padded size.
	smallestAttachment = 64 << 10
	sealedChunkSize    = ChunkSize + overhead
)

// AttachmentKey is the key of one attachment, drawn for it alone. No verb of
// fmt and no slog handler prints it.
type AttachmentKey [32]byte

// Format writes a remark in place of the key (fmt.Formatter).
func (AttachmentKey) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, notShown) }

// LogValue returns a remark in place of the key (slog.LogValuer).
func (AttachmentKey) LogValue() slog.Value { return slog.StringValue(notShown) }

// AttachmentRef is what an act says of an attachment. It stands inside the
// sealed act; what is outside, the ciphertext, is found by its digest.
type AttachmentRef struct {
	Digest     Hash          // SHA-256 of the whole ciphertext
	Plain      Hash          // SHA-256 of the content
	Key        AttachmentKey // of this attachment alone
	Size       int64         // of the content in bytes
	SealedSize int64         // of the ciphertext in bytes, a function of Size
}

// AttachmentSealedSize returns the length in bytes of the ciphertext of an
// attachment of size bytes: size is padded up to 64 KiB, else to the next
// multiple of an eighth of the power of two below it, and each chunk of
// [ChunkSize] grows by 16 bytes (spec/envelope.md, "Attachments"). It returns
// ErrTooLarge when size is negative or above [MaxAttachment].
func AttachmentSealedSize(size int64) (int64, error) {
	if size < 0 || size > MaxAttachment {
		return 0, fmt.Errorf("%w: an attachment of %d bytes", ErrTooLarge, size)
	}
	p := paddedSize(size)
	return p + (p+ChunkSize-1)/ChunkSize*overhead, nil
}

func paddedSize(size int64) int64 {
	if size <= smallestAttachment {
		return smallestAttachment
	}
	step := int64(1) << (bits.Len64(uint64(size-1)) - 1 - 3)
	return (size + step - 1) / step * step
}

// Check returns ErrAttachment when the reference's sizes do not belong
// together. A caller that fetches by a foreign reference bounds SealedSize first.
func (r *AttachmentRef) Check() error {
	want, err := AttachmentSealedSize(r.Size)
	if err != nil || want != r.SealedSize {
		return fmt.Errorf("%w: %d bytes of content, %d sealed", ErrAttachment, r.Size, r.SealedSize)
	}
	return nil
}

// attachmentNonce is that of STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015):
// 15 zeros, the number of the chunk in 8 bytes, and 1 for the last chunk. The
// key is used for one attachment, so that no nonce comes twice under it.
func attachmentNonce(chunk uint64, last bool) (n [nonceSize]byte) {
	binary.BigEndian.PutUint64(n[15:], chunk)
	if last {
		n[23] = 1
	}
	return n
}

// EncryptAttachment encrypts what r holds, up to limit bytes, and writes the
// ciphertext to w, under a key drawn from crypto/rand. It holds two chunks in
// memory. More than limit is ErrTooLarge; errors of r and w are handed through.
// After an error what was written is of no use.
func EncryptAttachment(w io.Writer, r io.Reader, limit int64) (AttachmentRef, error) {
	var key AttachmentKey
	rand.Read(key[:])
	return encryptAttachment(w, r, limit, key)
}

func encryptAttachment(w io.Writer, r io.Reader, limit int64, key AttachmentKey) (AttachmentRef, error) {
	aead, err := chacha20poly1305.NewX(key[:])
	if err != nil {
		return AttachmentRef{}, fmt.Errorf("seal: attachment key: %w", err)
	}
	src := &padder{r: r, limit: min(limit, MaxAttachment), plain: sha256.New()}
	digest := sha256.New()
	out := io.MultiWriter(w, digest)

	// One chunk is read ahead, because a chunk must know whether it is the last.
	chunk, next := make([]byte, ChunkSize, sealedChunkSize), make([]byte, ChunkSize, sealedChunkSize)
	n, err := readFull(src, chunk)
	if err != nil {
		return AttachmentRef{}, err
	}
	var sealed int64
	for i := uint64(0); n > 0; i++ {
		m, err := readFull(src, next)
		if err != nil {
			return AttachmentRef{}, err
		}
		nonce := attachmentNonce(i, m == 0)
		ct := aead.Seal(chunk[:0], nonce[:], chunk[:n], nil)
		if _, err := out.Write(ct); err != nil {
			return AttachmentRef{}, fmt.Errorf("seal: attachment: write: %w", err)
		}
		sealed += int64(len(ct))
		chunk, next, n = next, chunk, m
	}
	return AttachmentRef{
		Digest: Hash(digest.Sum(nil)), Plain: Hash(src.plain.Sum(nil)), Key: key,
		Size: src.size, SealedSize: sealed,
	}, nil
}

// readFull fills b unless r ends first.
func readFull(r io.Reader, b []byte) (int, error) {
	n, err := io.ReadFull(r, b[:ChunkSize])
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return n, err
	}
	return n, nil
}

// padder reads what r holds and then zeros up to the padded size.
type padder struct {
	r     io.Reader
	limit int64
	plain hash.Hash
	size  int64 // of what r held so far
	ended bool
	zeros int64 // left to give once ended
}

// Read never gives content and zeros in one call.
func (p *padder) Read(b []byte) (int, error) {
	if !p.ended {
		n, err := p.r.Read(b)
		p.size += int64(n)
		if p.size > p.limit {
			return 0, fmt.Errorf("%w: an attachment of more than %d bytes", ErrTooLarge, p.limit)
		}
		p.plain.Write(b[:n])
		switch {
		case err == io.EOF:
			p.ended, p.zeros = true, paddedSize(p.size)-p.size
		case err != nil:
			return n, fmt.Errorf("seal: attachment: read: %w", err)
		}
		return n, nil
	}
	if p.zeros == 0 {
		return 0, io.EOF
	}
	n := int(min(int64(len(b)), p.zeros))
	clear(b[:n])
	p.zeros -= int64(n)
	return n, nil
}

// DecryptAttachment writes the content of the ciphertext in r to w. It reads r
// from its start twice, holding one chunk in memory: first it checks length
// (ErrLength) and digest (ErrDigest) of the whole, and only then does it
// decrypt. Every recipient knows the key, so that chunks that authenticate
// prove nothing about who wrote them; the digest in the signed act does. No
// byte is written to w before the digest has been found right.
//
// After that, ErrAuthentication, ErrPadding, or ErrDigest for the content, are
// the originator's fault, or the storage under r changed between the two
// readings, which ErrDigest for the ciphertext says. In each case what was
// written to w is to be thrown away. A reference that contradicts itself is
// ErrAttachment; errors of r and w are handed through.
func DecryptAttachment(w io.Writer, r io.ReadSeeker, ref AttachmentRef) error {
	if err := ref.Check(); err != nil {
		return err
	}
	if err := checkAttachment(r, &ref); err != nil {
		return err
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("seal: attachment: seek: %w", err)
	}
	aead, err := chacha20poly1305.NewX(ref.Key[:])
	if err != nil {
		return fmt.Errorf("seal: attachment key: %w", err)
	}
	return decryptChunks(w, r, &ref, aead)
}

// checkAttachment reads the whole of r against length and digest.
func checkAttachment(r io.ReadSeeker, ref *AttachmentRef) error {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("seal: attachment: seek: %w", err)
	}
	digest := sha256.New()
	n, err := io.CopyBuffer(struct{ io.Writer }{digest}, struct{ io.Reader }{io.LimitReader(r, ref.SealedSize+1)}, make([]byte, ChunkSize))
	if err != nil {
		return fmt.Errorf("seal: attachment: read: %w", err)
	}
	if n != ref.SealedSize {
		return fmt.Errorf("%w: the attachment has %d bytes, found %s", ErrLength, ref.SealedSize, found(n, ref.SealedSize))
	}
	if Hash(digest.Sum(nil)) != ref.Digest {
		return fmt.Errorf("%w: the attachment's ciphertext", ErrDigest)
	}
	return nil
}

func found(n, want int64) string {
	if n > want {
		return "more"
	}
	return fmt.Sprint(n)
}

// decryptChunks is the second reading. When a chunk is at fault it reads on,
// to tell a fault of the originator from storage that changed.
func decryptChunks(w io.Writer, r io.Reader, ref *AttachmentRef, aead cipher.AEAD) error {
	digest, plain := sha256.New(), sha256.New()
	buf := make([]byte, sealedChunkSize)
	sealed, content := ref.SealedSize, ref.Size
	var fault error
	for i := uint64(0); sealed > 0; i++ {
		n := min(sealed, sealedChunkSize)
		if _, err := io.ReadFull(r, buf[:n]); err != nil {
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				return fmt.Errorf("%w: the attachment shrank while it was read", ErrDigest)
			}
			return fmt.Errorf("seal: attachment: read: %w", err)
		}
		sealed -= n
		digest.Write(buf[:n])
		if fault != nil {
			continue
		}
		var chunk []byte
		chunk, fault = openChunk(aead, i, sealed == 0, buf[:n], content)
		if fault != nil {
			continue
		}
		content -= int64(len(chunk))
		plain.Write(chunk)
		if _, err := w.Write(chunk); err != nil {
			return fmt.Errorf("seal: attachment: write: %w", err)
		}
	}
	switch {
	case Hash(digest.Sum(nil)) != ref.Digest:
		return fmt.Errorf("%w: the attachment's ciphertext changed while it was read", ErrDigest)
	case fault != nil:
		return fault
	case Hash(plain.Sum(nil)) != ref.Plain:
		return fmt.Errorf("%w: the attachment's content", ErrDigest)
	}
	return nil
}

// openChunk decrypts in place and returns the part of the chunk that is
// content, of which left bytes are still to come.
func openChunk(aead cipher.AEAD, i uint64, last bool, ct []byte, left int64) ([]byte, error) {
	nonce := attachmentNonce(i, last)
	chunk, err := aead.Open(ct[:0], nonce[:], ct, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: chunk %d of the attachment", ErrAuthentication, i)
	}
	m := min(left, int64(len(chunk)))
	if !allZero(chunk[m:]) {
		return nil, fmt.Errorf("%w: chunk %d of the attachment", ErrPadding, i)
	}
	return chunk[:m], nil
}
