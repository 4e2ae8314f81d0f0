package node

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"entente/act"
	"entente/internal/centre"
	"entente/internal/section"
	"entente/label"
	"entente/seal"
)

// Attachments lie sealed beside the databases, each under the digest of its
// sealed bytes. They pass through in pieces and are never held in memory.

// Errors of attachments.
var (
	ErrAttachmentQuota = errors.New("the charter's quota of attachments is used up: remove some that are no longer needed")
	ErrNoAttachment    = errors.New("there is no such attachment here: take its digest from the report, or ask its originator whether the file is still kept")
)

// Attach seals a file beside the node's databases and returns what a portion
// says of it. progress is told the bytes read.
func (n *Node) Attach(ctx context.Context, o section.Officer, name, mediaType string, r io.Reader, progress func(int64)) (act.Attachment, error) {
	if err := n.section.Authorise(ctx, o, section.OpDraftSave, "attachment"); err != nil {
		return act.Attachment{}, err
	}
	return n.attach(ctx, name, mediaType, r, progress)
}

// meter counts what is read, and stops when the context ends.
type meter struct {
	ctx  context.Context
	r    io.Reader
	n    int64
	tell func(int64)
}

func (m *meter) Read(p []byte) (int, error) {
	if err := m.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := m.r.Read(p)
	m.n += int64(n)
	if m.tell != nil {
		m.tell(m.n)
	}
	return n, err
}

// sizeOf adds the sizes of the files in a directory.
func sizeOf(dir string) (int64, error) {
	es, err := os.ReadDir(dir)
	if err != nil {
		return 0, err
	}
	var sum int64
	for _, e := range es {
		if i, err := e.Info(); err == nil {
			sum += i.Size()
		}
	}
	return sum, nil
}

// Attachment writes an attachment of a report that is here to w, fetching it
// from its originator first where it is not here yet. A broken transfer goes on
// where it stopped.
func (n *Node) Attachment(ctx context.Context, o section.Officer, report string, digest act.Digest, w io.Writer) error {
	if err := n.section.Authorise(ctx, o, section.OpReportRead, report); err != nil {
		return err
	}
	if err := n.CatchingUp(); err != nil {
		return err
	}
	full, err := n.views.Get(ctx, report)
	if err != nil {
		return err
	}
	a, err := act.Parse(full.Act)
	if err != nil {
		return err
	}
	gone, err := n.views.WithdrawnOf(ctx, full.Index)
	if err != nil {
		return err
	}
	for i := range a.Report.Portions {
		if gone[i] {
			continue
		}
		for _, at := range a.Report.Portions[i].Attachments {
			if at.Digest != digest {
				continue
			}
			if len(at.Key) != len(seal.AttachmentKey{}) {
				return seal.ErrAttachment
			}
			ref := seal.AttachmentRef{Digest: seal.Hash(at.Digest), Key: seal.AttachmentKey(at.Key), Size: at.Size, SealedSize: at.SealedSize, Plain: seal.Hash(at.PlainDigest)}
			return n.openAttachment(ctx, label.MemberID(full.Originator), ref, w)
		}
	}
	return ErrNoAttachment
}

func (n *Node) openAttachment(ctx context.Context, from label.MemberID, ref seal.AttachmentRef, w io.Writer) error {
	if err := ref.Check(); err != nil {
		return err
	}
	path := filepath.Join(n.dir, DirAttached, ref.Digest.String())
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) && from != n.self {
		if err := n.fetchOnce(ctx, from, ref, path); err != nil {
			return err
		}
		f, err = os.Open(path)
	}
	if err != nil {
		return fmt.Errorf("%w: %v", ErrNoAttachment, errors.Unwrap(err))
	}
	defer f.Close()
	return seal.DecryptAttachment(w, f, ref)
}

// fetching lets one fetch at a time work on what has come of an attachment.
type fetching struct {
	mu sync.Mutex
	m  map[seal.Hash]chan struct{} // closed when the fetch has ended
}

// begin waits until nobody fetches an attachment, and returns what ends the
// caller's turn.
func (f *fetching) begin(ctx context.Context, digest seal.Hash) (end func(), err error) {
	for {
		f.mu.Lock()
		other, busy := f.m[digest]
		if !busy {
			done := make(chan struct{})
			if f.m == nil {
				f.m = map[seal.Hash]chan struct{}{}
			}
			f.m[digest] = done
			f.mu.Unlock()
			return func() {
				f.mu.Lock()
				delete(f.m, digest)
				f.mu.Unlock()
				close(done)
			}, nil
		}
		f.mu.Unlock()
		select {
		case <-other:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// fetchOnce fetches an attachment unless another has done so meanwhile.
func (n *Node) fetchOnce(ctx context.Context, from label.MemberID, ref seal.AttachmentRef, path string) error {
	end, err := n.fetching.begin(ctx, ref.Digest)
	if err != nil {
		return err
	}
	defer end()
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return n.fetch(ctx, from, ref, path)
}

// fetch brings a sealed attachment from its originator. What stands under its
// name has its digest: anything else is removed, so that asking again begins
// anew.
func (n *Node) fetch(ctx context.Context, from label.MemberID, ref seal.AttachmentRef, path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	part, err := os.OpenFile(path+".part", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer part.Close()
	have, err := part.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if have > ref.SealedSize {
		have = 0
		if err := part.Truncate(0); err != nil {
			return err
		}
	}
	for tries := 0; have < ref.SealedSize; tries++ {
		got, err := n.fetchFrom(ctx, from, ref, part, have)
		have += got
		if err == nil {
			continue
		}
		if ctx.Err() != nil || tries >= 5 {
			return fmt.Errorf("the attachment could not be fetched from %s (%d of %d bytes are here; asking again goes on from there): %w", from, have, ref.SealedSize, err)
		}
		if err := pause(ctx, time.Duration(tries+1)*200*time.Millisecond); err != nil {
			return err
		}
	}
	if _, err := part.Seek(0, io.SeekStart); err != nil {
		return err
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, part); err != nil {
		return err
	}
	if seal.Hash(sum.Sum(nil)) != ref.Digest {
		n.logger.Warn("a member gave something else than the attachment that its report names", "member", string(from), "digest", ref.Digest.String())
		err := fmt.Errorf("%s gave something else than the attachment that its report names, and it was thrown away: ask %s to give it whole, then ask again: %w", from, from, seal.ErrDigest)
		return errors.Join(err, os.Remove(path+".part"))
	}
	if err := part.Sync(); err != nil {
		return err
	}
	return os.Rename(path+".part", path)
}

// fetchFrom reads what is missing from offset at on, and returns how much came.
func (n *Node) fetchFrom(ctx context.Context, from label.MemberID, ref seal.AttachmentRef, part *os.File, at int64) (int64, error) {
	client, base, err := n.link.Client(from)
	if err != nil {
		return 0, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/entente/v1/attachment/"+ref.Digest.String(), nil)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Range", "bytes="+strconv.FormatInt(at, 10)+"-")
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusPartialContent && strings.HasPrefix(resp.Header.Get("Content-Range"), "bytes "+strconv.FormatInt(at, 10)+"-"):
	case resp.StatusCode == http.StatusOK && at == 0:
	case resp.StatusCode == http.StatusNotFound:
		return 0, ErrNoAttachment
	default:
		return 0, fmt.Errorf("HTTP %d", resp.StatusCode)
	}
	if _, err := part.Seek(at, io.SeekStart); err != nil {
		return 0, err
	}
	got, err := io.Copy(part, io.LimitReader(resp.Body, ref.SealedSize-at))
	if err == nil && at+got < ref.SealedSize {
		err = io.ErrUnexpectedEOF
	}
	return got, err
}

// serveAttachment gives a sealed attachment of this member's own, released
// reports to a member that knows its digest, which is a secret between those
// who were told of it. Of what was fetched from others, or has not left,
// nothing is said: whether this node holds it is nobody's to know (rule 9).
func (n *Node) serveAttachment(w http.ResponseWriter, r *http.Request, _ label.MemberID) error {
	digest := r.PathValue("digest")
	raw, err := hex.DecodeString(digest)
	if err != nil || len(raw) != len(act.Digest{}) || hex.EncodeToString(raw) != digest {
		return centre.ErrNotFound
	}
	own, err := n.namesStill(r.Context(), [32]byte(raw))
	if err != nil {
		return err
	}
	if !own {
		return centre.ErrNotFound
	}
	f, err := os.Open(filepath.Join(n.dir, DirAttached, digest))
	if err != nil {
		return centre.ErrNotFound
	}
	defer f.Close()
	w.Header().Set("Content-Type", "application/octet-stream")
	http.ServeContent(w, r, "", time.Time{}, f)
	return nil
}

// namesStill says whether a portion of an own report that is released, has not
// ended and is not withdrawn names a file.
func (n *Node) namesStill(ctx context.Context, digest [32]byte) (bool, error) {
	list, err := n.views.OwnNaming(ctx, digest, 100)
	if err != nil {
		return false, err
	}
	for _, f := range list {
		if f.Withdrawn == 0 {
			return true, nil
		}
		a, err := act.Parse(f.Act)
		if err != nil {
			return false, err
		}
		gone, err := n.views.WithdrawnOf(ctx, f.Index)
		if err != nil {
			return false, err
		}
		for i := range a.Report.Portions {
			for _, x := range a.Report.Portions[i].Attachments {
				if !gone[i] && x.Digest == act.Digest(digest) {
					return true, nil
				}
			}
		}
	}
	return false, nil
}
