package bundle

import (
	"bufio"
	"bytes"
	"crypto/hpke"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"io"

	"entente/seal"
	"entente/tlog"
)

// Reader reads one bundle as a stream and holds it to its form: order, bounds,
// digest and padding. What it hands out is signed by nobody until the whole was
// read and [End.Verify] agreed.
type Reader struct {
	r        *bufio.Reader
	sum      hash.Hash
	n        int64
	class    int
	manifest *Manifest
	end      *End
	rank     int
	counts   map[byte]int
	left     int64 // bytes of an attachment that have still to come
	err      error
}

// Record is one record of a bundle; its payload is the caller's own.
type Record struct {
	Kind    byte
	Payload []byte
}

// Open begins to read a bundle of so many bytes with any of the keys. Errors:
// ErrTruncated, ErrAddressee, ErrDamaged, ErrMalformed, ErrVersion.
func Open(r io.Reader, size int64, keys []hpke.PrivateKey) (*Reader, error) {
	class, err := ClassOf(size)
	if err != nil {
		return nil, err
	}
	plain, err := open(io.LimitReader(r, size), keys)
	if err != nil {
		return nil, err
	}
	return newReader(plain, class)
}

// newReader begins to read the plaintext of a bundle.
func newReader(plain io.Reader, class int) (*Reader, error) {
	out := &Reader{r: bufio.NewReaderSize(plain, 1<<18), sum: sha256.New(), class: class, counts: map[byte]int{}}
	first, err := out.record()
	if err != nil {
		return nil, err
	}
	if first.Kind != KindManifest {
		return nil, fmt.Errorf("%w (it begins with a record %q)", ErrMalformed, first.Kind)
	}
	out.manifest, err = ParseManifest(first.Payload)
	return out, err
}

// Manifest returns what the bundle says that it is.
func (r *Reader) Manifest() *Manifest { return r.manifest }

// Class returns the class of the bundle's size.
func (r *Reader) Class() int { return r.class }

// Done returns the bytes of records read so far.
func (r *Reader) Done() int64 { return r.n }

// Next returns the next record after the manifest, and io.EOF after the last
// but the end; then [Reader.End] has the end.
func (r *Reader) Next() (Record, error) {
	if r.err != nil {
		return Record{}, r.err
	}
	rec, err := r.record()
	if err == nil && rec.Kind == KindEnd {
		err = io.EOF
	}
	r.err = err
	return rec, err
}

// End returns the end, after Next has returned io.EOF.
func (r *Reader) End() *End { return r.end }

func (r *Reader) record() (Record, error) {
	before := r.n
	var digest []byte
	var head [recordHead]byte
	if err := r.full(head[:]); err != nil {
		return Record{}, err
	}
	f, ok := forms[head[0]]
	n := int(binary.BigEndian.Uint32(head[1:]))
	rec := Record{Kind: head[0]}
	switch {
	case !ok:
		return rec, fmt.Errorf("%w (a record of type %d)", ErrMalformed, head[0])
	case n < f.min || n > f.max:
		return rec, fmt.Errorf("%w (a record %q of %d bytes)", ErrMalformed, head[0], n)
	case f.rank < r.rank:
		return rec, fmt.Errorf("%w (a record %q out of order)", ErrMalformed, head[0])
	}
	r.rank = f.rank
	r.counts[rec.Kind]++
	if f.count > 0 && r.counts[rec.Kind] > f.count {
		return rec, fmt.Errorf("%w (more than %d records %q)", ErrMalformed, f.count, rec.Kind)
	}
	if rec.Kind == KindEnd {
		digest = r.sum.Sum(nil)
	}
	rec.Payload = make([]byte, n)
	if err := r.full(rec.Payload); err != nil {
		return rec, err
	}
	if rec.Kind != KindEnd {
		r.sum.Write(head[:])
		r.sum.Write(rec.Payload)
	}
	if (rec.Kind == KindAttached) != (r.left > 0) {
		return rec, fmt.Errorf("%w (an attachment of another size than stated)", ErrMalformed)
	}
	switch rec.Kind {
	case KindAttachment:
		size := binary.BigEndian.Uint64(rec.Payload[32:])
		if size == 0 || size > uint64(classSize(Classes-1)) {
			return rec, fmt.Errorf("%w (an attachment of %d bytes)", ErrMalformed, size)
		}
		r.left = int64(size)
	case KindAttached:
		if r.left -= int64(n); r.left < 0 {
			return rec, fmt.Errorf("%w (an attachment of another size than stated)", ErrMalformed)
		}
	case KindEnd:
		return rec, r.finish(rec.Payload, before, digest)
	}
	return rec, nil
}

// finish reads the end and what is after it.
func (r *Reader) finish(raw []byte, before int64, digest []byte) error {
	e := &End{Class: int(raw[0]), Length: int64(binary.BigEndian.Uint64(raw[1:])), Digest: hex.EncodeToString(raw[9:41]), KeyID: [8]byte(raw[73:81]), raw: [endSize]byte(raw)}
	least, err := classFor(r.n)
	if err != nil || e.Class != r.class || e.Class != least || e.Length != before || !bytes.Equal(raw[9:41], digest) || !zero(raw[41:73]) || !zero(raw[81:89]) {
		return fmt.Errorf("%w (its end)", ErrMalformed)
	}
	buf := make([]byte, 1<<16)
	for left := classSize(r.class) - r.n; left > 0; {
		part := buf[:min(left, int64(len(buf)))]
		if err := r.fill(part); err != nil {
			return err
		}
		if !zero(part) {
			return fmt.Errorf("%w (its padding)", ErrMalformed)
		}
		left -= int64(len(part))
	}
	// The outer layer is whole only when its last chunk was opened.
	switch _, err := r.r.ReadByte(); err {
	case io.EOF:
	case nil:
		return fmt.Errorf("%w (bytes after its padding)", ErrMalformed)
	default:
		return err
	}
	r.end = e
	return nil
}

func zero(b []byte) bool {
	var x byte
	for _, c := range b {
		x |= c
	}
	return x == 0
}

// full reads bytes of records.
func (r *Reader) full(p []byte) error {
	r.n += int64(len(p))
	return r.fill(p)
}

func (r *Reader) fill(p []byte) error {
	_, err := io.ReadFull(r.r, p)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return fmt.Errorf("%w (it ends in the middle of a record)", ErrMalformed)
	}
	return err
}

// AttachmentOf reads the payload of a record that begins an attachment.
func AttachmentOf(payload []byte) (digest seal.Hash, size int64) {
	return seal.Hash(payload[:32]), int64(binary.BigEndian.Uint64(payload[32:]))
}

// TilePayload writes a tile as a record's payload.
func TilePayload(t tlog.Tile) []byte {
	b := binary.BigEndian.AppendUint64([]byte{byte(t.Level)}, uint64(t.Index))
	return append(b, t.Bytes()...)
}

// ParseTile reads a tile. Error: ErrMalformed.
func ParseTile(payload []byte) (tlog.Tile, error) {
	if len(payload) < 9 || payload[0] >= maxTiles {
		return tlog.Tile{}, fmt.Errorf("%w (a tile)", ErrMalformed)
	}
	hs, err := tlog.ParseTile(payload[9:])
	index := binary.BigEndian.Uint64(payload[1:])
	if err != nil || index > maxLeaves {
		return tlog.Tile{}, fmt.Errorf("%w (a tile)", ErrMalformed)
	}
	return tlog.Tile{Level: int(payload[0]), Index: int64(index), Hashes: hs}, nil
}
