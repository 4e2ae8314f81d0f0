package node

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"entente/act"
	"entente/internal/collect"
	"entente/seal"
)

var noTime time.Time

// A spool is a file that is taken in, readable more than once. Texts and lists
// are bounded and lie in memory. A bundle, MISP's events and event data lie
// sealed beside the databases: a bundle's bytes are kept, and nothing that is
// refused is ever in the clear on the disk.
type spool struct {
	bytes  []byte
	sealed *sealedFile
}

// spool takes up the file of a request.
func (n *Node) spool(ctx context.Context, r *CollectRequest, progress func(int64)) (*spool, error) {
	in := r.Reader
	if r.Path != "" {
		f, err := os.Open(r.Path)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	if r.Kind != CollectUNList && !r.Kind.written() {
		limit := n.found.Charter().Quotas.AttachmentBytes
		if r.Kind != CollectSTIX && r.Kind != CollectMISP {
			limit = MaxRowsFile // its original is not kept (rule 3), so that no quota counts it
		}
		s, err := n.sealUpTo(ctx, limit, r.Name, "application/stix+json", in, progress)
		if errors.Is(err, seal.ErrTooLarge) {
			return nil, fmt.Errorf("more than %d bytes: %w", limit, collect.ErrTooLarge)
		}
		if err != nil {
			return nil, err
		}
		return &spool{sealed: s}, nil
	}
	b, err := io.ReadAll(io.LimitReader(&meter{ctx: ctx, r: in, tell: progress}, maxSpool))
	if err != nil {
		return nil, err
	}
	return &spool{bytes: b}, nil
}

// open reads the file from its beginning.
func (s *spool) open() (io.ReadCloser, error) {
	if s.sealed == nil {
		return io.NopCloser(bytes.NewReader(s.bytes)), nil
	}
	f, err := os.Open(s.sealed.path)
	if err != nil {
		return nil, err
	}
	r, w := io.Pipe()
	go func() {
		defer f.Close()
		w.CloseWithError(seal.DecryptAttachment(w, f, s.sealed.ref))
	}()
	return r, nil
}

// digest names the file by SHA-256 of its content.
func (s *spool) digest() string {
	sum := sha256.Sum256(s.bytes)
	if s.sealed != nil {
		sum = [32]byte(s.sealed.ref.Plain)
	}
	return hex.EncodeToString(sum[:])
}

// keep keeps the sealed file as an attachment.
func (s *spool) keep() (act.Attachment, error) {
	if s.sealed == nil {
		return act.Attachment{}, ErrNoAttachment
	}
	return s.sealed.keep()
}

// drop forgets the file unless it was kept.
func (s *spool) drop() {
	s.bytes = nil
	if s.sealed != nil {
		s.sealed.drop()
	}
}

// A sealedFile lies beside the databases under a name of its own until it is
// kept. What a crash leaves behind is removed at the next start.
type sealedFile struct {
	path, dir, name, mediaType string
	ref                        seal.AttachmentRef
	kept                       bool
}

const sealingPattern = "sealing-*"

// sealFile seals what r holds, within the charter's quotas.
func (n *Node) sealFile(ctx context.Context, name, mediaType string, r io.Reader, progress func(int64)) (*sealedFile, error) {
	return n.sealUpTo(ctx, n.found.Charter().Quotas.AttachmentBytes, name, mediaType, r, progress)
}

// MaxRowsFile bounds event data in bytes; it is read as a stream and not kept.
const MaxRowsFile = 1 << 30

// sealUpTo is sealFile with a bound of its own.
func (n *Node) sealUpTo(ctx context.Context, limit int64, name, mediaType string, r io.Reader, progress func(int64)) (*sealedFile, error) {
	quota := n.found.Charter().Quotas
	dir := filepath.Join(n.dir, DirAttached)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	kept, err := sizeOf(dir)
	if err != nil {
		return nil, err
	}
	if kept >= quota.AttachmentsTotal {
		return nil, fmt.Errorf("%w (%d of %d bytes)", ErrAttachmentQuota, kept, quota.AttachmentsTotal)
	}
	if free, err := freeDisk(n.dir); err != nil {
		return nil, err
	} else if free < 2*quota.AttachmentBytes {
		return nil, fmt.Errorf("too little disk is free for an attachment: %d MiB", free>>20)
	}
	f, err := os.CreateTemp(dir, sealingPattern)
	if err != nil {
		return nil, err
	}
	s := &sealedFile{path: f.Name(), dir: dir, name: filepath.Base(name), mediaType: mediaType}
	s.ref, err = seal.EncryptAttachment(f, &meter{ctx: ctx, r: r, tell: progress}, limit)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		s.drop()
		return nil, err
	}
	return s, nil
}

// keep gives the file the name by which it is fetched.
func (s *sealedFile) keep() (act.Attachment, error) {
	if !s.kept {
		to := filepath.Join(s.dir, s.ref.Digest.String())
		if err := os.Rename(s.path, to); err != nil {
			return act.Attachment{}, err
		}
		s.path, s.kept = to, true
		if err := syncDir(s.dir); err != nil {
			return act.Attachment{}, err
		}
	}
	return act.Attachment{
		Name: s.name, MediaType: s.mediaType, Size: s.ref.Size, SealedSize: s.ref.SealedSize,
		Digest: act.Digest(s.ref.Digest), Key: append([]byte(nil), s.ref.Key[:]...), PlainDigest: act.Digest(s.ref.Plain),
	}, nil
}

func (s *sealedFile) drop() {
	if !s.kept {
		os.Remove(s.path)
	}
}

// attach seals and keeps what r holds.
func (n *Node) attach(ctx context.Context, name, mediaType string, r io.Reader, progress func(int64)) (act.Attachment, error) {
	s, err := n.sealFile(ctx, name, mediaType, r, progress)
	if err != nil {
		return act.Attachment{}, err
	}
	defer s.drop()
	return s.keep()
}

// sweepSealing removes what was being sealed when the node stopped, and the
// halves of attachments that a courier had brought: both are written again from
// their beginning.
func (n *Node) sweepSealing() error {
	left, err := filepath.Glob(filepath.Join(n.dir, DirAttached, sealingPattern))
	if err != nil {
		return err
	}
	halves, err := filepath.Glob(filepath.Join(n.dir, DirAttached, "*"+courierHalf))
	if err != nil {
		return err
	}
	left = append(left, halves...)
	for _, path := range left {
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	return nil
}

// syncDir makes a change of names durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
