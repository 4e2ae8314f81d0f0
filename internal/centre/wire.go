package centre

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"

	"entente/internal/store/logdb"
	"entente/seal"
	"entente/tlog"
)

// Frames of a stream (spec/delivery.md, "GET /stream").
const (
	frameEntries    = 'E'
	frameProof      = 'P'
	frameCheckpoint = 'C'
	frameCertified  = 'Q'
	frameKeys       = 'K'
	frameAlive      = 'B'
)

const (
	// maxFrame bounds a frame's payload, and every request and answer.
	maxFrame = 8 << 20
	// maxNote bounds a checkpoint note on the wire.
	maxNote = 64 << 10
	// maxCertificate bounds a key certificate (spec/keys.md).
	maxCertificate = 2048
	// entryOverhead is what an entry has beside header and body.
	entryOverhead = 1 + 4
	// entriesHead is what a frame of entries has before them.
	entriesHead = 8 + 4
)

func be32(b []byte) uint32 { return binary.BigEndian.Uint32(b) }
func be64(b []byte) uint64 { return binary.BigEndian.Uint64(b) }

// appendFrame appends one frame.
func appendFrame(dst []byte, kind byte, payload []byte) []byte {
	dst = append(dst, kind)
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(payload)))
	return append(dst, payload...)
}

// appendEntries appends a frame of entries.
func appendEntries(dst []byte, r logdb.Run) []byte {
	size := entriesHead
	for _, b := range r.Bodies {
		size += entryOverhead + seal.HeaderSize + len(b)
	}
	dst = append(dst, frameEntries)
	dst = binary.BigEndian.AppendUint32(dst, uint32(size))
	dst = binary.BigEndian.AppendUint64(dst, uint64(r.First))
	dst = binary.BigEndian.AppendUint32(dst, uint32(r.N()))
	for i, b := range r.Bodies {
		dst = appendEntry(dst, r.Header(i), b)
	}
	return dst
}

func appendEntry(dst, header, body []byte) []byte {
	flag := byte(0)
	if body != nil {
		flag = 1
	}
	dst = append(dst, flag)
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(body)))
	dst = append(dst, header...)
	return append(dst, body...)
}

// parseEntries reads the payload of a frame of entries. The bodies are views
// into it.
func parseEntries(p []byte) (first int64, r run, err error) {
	if len(p) < entriesHead {
		return 0, run{}, ErrTruncated
	}
	first, n := int64(be64(p)), int(be32(p[8:]))
	p = p[entriesHead:]
	if first < 0 || n < 1 || n > len(p)/(entryOverhead+seal.HeaderSize) {
		return 0, run{}, fmt.Errorf("%w: %d entries from %d in %d bytes", ErrTruncated, n, first, len(p))
	}
	r = run{headers: make([]byte, 0, n*seal.HeaderSize), bodies: make([][]byte, 0, n)}
	for range n {
		var header, body []byte
		if header, body, p, err = parseEntry(p); err != nil {
			return 0, run{}, err
		}
		r.add(header, body)
	}
	if len(p) != 0 {
		return 0, run{}, fmt.Errorf("%w: %d bytes after the last entry", ErrTooLarge, len(p))
	}
	return first, r, nil
}

func parseEntry(p []byte) (header, body, rest []byte, err error) {
	if len(p) < entryOverhead+seal.HeaderSize {
		return nil, nil, nil, ErrTruncated
	}
	flag, n := p[0], int(be32(p[1:]))
	header, p = p[entryOverhead:entryOverhead+seal.HeaderSize], p[entryOverhead+seal.HeaderSize:]
	switch {
	case flag > 1 || flag == 0 && n != 0 || n > seal.MaxBody:
		return nil, nil, nil, fmt.Errorf("%w: entry with flag %d and %d bytes", ErrTooLarge, flag, n)
	case n > len(p):
		return nil, nil, nil, ErrTruncated
	case flag == 1:
		body = p[:n:n]
	}
	return header, body, p[n:], nil
}

// appendProof appends a frame with the consistency proof from size m to n.
func appendProof(dst []byte, m, n int64, proof []tlog.Hash) []byte {
	p := binary.BigEndian.AppendUint64(nil, uint64(m))
	p = binary.BigEndian.AppendUint64(p, uint64(n))
	p = binary.BigEndian.AppendUint16(p, uint16(len(proof)))
	for _, h := range proof {
		p = append(p, h[:]...)
	}
	return appendFrame(dst, frameProof, p)
}

func parseProof(p []byte) (m, n int64, proof []tlog.Hash, err error) {
	if len(p) < 18 {
		return 0, 0, nil, ErrTruncated
	}
	m, n = int64(be64(p)), int64(be64(p[8:]))
	k := int(binary.BigEndian.Uint16(p[16:]))
	if p = p[18:]; k > tlog.MaxProof || len(p) != k*tlog.HashSize || m < 0 || n < m {
		return 0, 0, nil, fmt.Errorf("%w: proof of %d hashes from %d to %d in %d bytes", ErrTruncated, k, m, n, len(p))
	}
	proof = make([]tlog.Hash, k)
	for i := range proof {
		copy(proof[i][:], p[i*tlog.HashSize:])
	}
	return m, n, proof, nil
}

// readFrame reads one frame; its payload is the caller's own.
func readFrame(r *bufio.Reader) (byte, []byte, error) {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, err
	}
	n := int(be32(head[1:]))
	limit := maxFrame
	switch head[0] {
	case frameEntries:
	case frameCheckpoint, frameCertified:
		limit = maxNote
	case frameProof:
		limit = 18 + tlog.MaxProof*tlog.HashSize
	case frameKeys:
		limit = maxCertificate
	case frameAlive:
		limit = 0
	default:
		return 0, nil, fmt.Errorf("%w: frame of type %q", ErrTruncated, head[0])
	}
	if n > limit {
		return 0, nil, fmt.Errorf("%w: frame %q of %d bytes", ErrTooLarge, head[0], n)
	}
	p := make([]byte, n)
	_, err := io.ReadFull(r, p)
	return head[0], p, err
}

// splitEnvelopes takes a request of envelopes apart: header, then a body of the
// length that the header's class gives.
func splitEnvelopes(p []byte) (run, error) {
	var r run
	for len(p) > 0 {
		if len(p) < seal.HeaderSize {
			return r, ErrTruncated
		}
		h, err := seal.ParseHeader(p[:seal.HeaderSize])
		if err != nil {
			return r, err
		}
		n := seal.HeaderSize + h.Class.Size()
		if len(p) < n {
			return r, ErrTruncated
		}
		r.add(p[:seal.HeaderSize], p[seal.HeaderSize:n:n])
		p = p[n:]
	}
	return r, nil
}
