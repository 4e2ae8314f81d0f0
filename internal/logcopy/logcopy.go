// Package logcopy writes a copy of the log for an outside verifier, and
// verifies one offline with nothing but the founding file: signatures of the
// founding, every hash of the tree, the quorum's cosignatures, every chain of
// headers and the keys they are signed with (spec/log.md, section 8).
package logcopy

import (
	"context"
	"crypto/ed25519"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"entente/charter"
	"entente/internal/store/logdb"
	"entente/internal/weigh"
	"entente/label"
	"entente/seal"
	"entente/tlog"
)

// Parts of a copy.
const (
	FileFounding = "founding.note" // the founding file
	FilePublic   = "public"        // bodies of the public leaves
	DirLog       = "log"           // static export, tlog-tiles
)

// Bounds on what is read of a copy.
const (
	maxFounding = 4 << 20
	maxBody     = 1 << 20
	runLeaves   = 4096
)

// ErrCopy is wrapped by refusals of a copy that are neither the tree's nor the
// chains': a missing file, a body that belongs to no leaf.
var ErrCopy = errors.New("the copy of the log is not whole")

// Write writes the log up to its last certified head into dir. It goes on
// where an earlier one stopped, also at a larger head.
func Write(ctx context.Context, log *logdb.Log, f *charter.Founding, dir string, progress tlog.Progress) (tlog.Checkpoint, error) {
	head, err := log.LastHead(ctx)
	if err != nil {
		return tlog.Checkpoint{}, err
	}
	if head.Note == nil {
		return tlog.Checkpoint{}, fmt.Errorf("%w: no head was certified here yet; bring a quorum of members into reach", ErrCopy)
	}
	cp, _, err := tlog.ParseCheckpoint(head.Note)
	if err != nil {
		return cp, err
	}
	return cp, WriteTo(ctx, log, f, head, Dir(dir), progress)
}

// WriteTo writes the log up to a certified head as Write does, to wherever out
// puts files. The checkpoint comes last.
func WriteTo(ctx context.Context, log *logdb.Log, f *charter.Founding, head logdb.Head, out tlog.ExportDir, progress tlog.Progress) error {
	if err := out.WriteFile(FileFounding, f.Note()); err != nil {
		return err
	}
	public, err := publicBodies(ctx, log, head.Size)
	if err != nil {
		return err
	}
	if err := out.WriteFile(FilePublic, public); err != nil {
		return err
	}
	return tlog.Export(below{out, DirLog + "/"}, source{ctx, log}, head.Note, progress)
}

// below is a directory of an export.
type below struct {
	tlog.ExportDir
	prefix string
}

func (b below) ReadFile(name string) ([]byte, error) { return b.ExportDir.ReadFile(b.prefix + name) }

func (b below) WriteFile(name string, data []byte) error {
	return b.ExportDir.WriteFile(b.prefix+name, data)
}

// publicBodies returns the bodies of the public leaves below size, each as
// u64(index) || u32(length) || body.
func publicBodies(ctx context.Context, log *logdb.Log, size int64) ([]byte, error) {
	leaves, err := log.PublicLeaves(ctx, 0)
	if err != nil {
		return nil, err
	}
	var out []byte
	for _, p := range leaves {
		if p.Index >= size {
			break
		}
		run, err := log.Read(ctx, p.Index, p.Index+1)
		if err != nil {
			return nil, err
		}
		body := run.Bodies[0]
		if body == nil {
			return nil, fmt.Errorf("%w: the body of public leaf %d is not here; it comes with the next exchange", ErrCopy, p.Index)
		}
		out = binary.BigEndian.AppendUint64(out, uint64(p.Index))
		out = binary.BigEndian.AppendUint32(out, uint32(len(body)))
		out = append(out, body...)
	}
	return out, nil
}

// source is a node's log as tlog reads it.
type source struct {
	ctx context.Context
	log *logdb.Log
}

func (s source) ReadTile(level int, index int64, width int) ([]tlog.Hash, error) {
	return s.log.ReadTile(level, index, width)
}

func (s source) ReadLeaves(first int64, n int) ([][]byte, error) {
	raw, err := s.log.Headers(s.ctx, first, first+int64(n))
	if err != nil {
		return nil, err
	}
	out := make([][]byte, 0, n)
	for ; len(raw) > 0; raw = raw[seal.HeaderSize:] {
		out = append(out, raw[:seal.HeaderSize])
	}
	return out, nil
}

// Dir is a directory on the disk as tlog.Export writes it: files appear whole
// or not at all.
type Dir string

// ReadFile implements tlog.ExportDir.
func (d Dir) ReadFile(name string) ([]byte, error) {
	return os.ReadFile(filepath.Join(string(d), filepath.FromSlash(name)))
}

// WriteFile implements tlog.ExportDir.
func (d Dir) WriteFile(name string, data []byte) error {
	path := filepath.Join(string(d), filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".writing-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(data)
	if err := errors.Join(err, tmp.Chmod(0o644), tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}

// Verdict is what a verifier found to be true of a whole copy.
type Verdict struct {
	Charter  string           `json:"charter"` // fingerprint
	Size     int64            `json:"size"`
	Root     string           `json:"root"`
	LogTime  int64            `json:"log_time"`
	Cosigned []label.MemberID `json:"cosigned"`
	Quorum   int              `json:"quorum"`
	// Chains is how many headers each originator has in the log.
	Chains map[label.MemberID]int64 `json:"chains"`
	// Public is the number of public leaves whose contents were folded.
	Public int `json:"public_leaves"`
	// Suspended are originators that evidence in the log convicted.
	Suspended []label.MemberID `json:"suspended"`
}

// Verify verifies a copy completely. pinned is the charter hash that the
// verifier knows to be right, or nil to take the copy's own founding file
// (whose fingerprint the verdict gives, to be compared). progress may be nil.
// Errors are those of charter, tlog and seal, and ErrCopy.
func Verify(fsys fs.FS, pinned *charter.Hash, progress tlog.Progress) (*Verdict, error) {
	note, err := readBounded(fsys, FileFounding, maxFounding)
	if err != nil {
		return nil, err
	}
	f, err := charter.ParseFounding(note)
	if err != nil {
		return nil, err
	}
	if pinned != nil && f.Hash() != *pinned {
		return nil, fmt.Errorf("%w: the copy belongs to the centre %s", charter.ErrOtherCharter, f.Fingerprint())
	}
	logFS, err := fs.Sub(fsys, DirLog)
	if err != nil {
		return nil, err
	}
	c := &checker{found: f, log: logFS, hash: seal.Hash(f.Hash())}
	c.state = charter.NewState(f, weigh.Leaf)
	head, err := readBounded(logFS, "checkpoint", 1<<20)
	if err != nil {
		return nil, err
	}
	claimed, _, err := tlog.ParseCheckpoint(head)
	if err != nil {
		return nil, err
	}
	public, err := fsys.Open(FilePublic)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCopy, err)
	}
	defer public.Close()
	c.public = &bodies{r: public}
	// The chains are followed first, since they say which keys certify the
	// head; the tree then says that these headers are the ones certified.
	if err := c.follow(claimed.Size); err != nil {
		return nil, err
	}
	logKey, cosigners, err := c.verifiers(claimed.Size)
	if err != nil {
		return nil, err
	}
	cp, cosigned, err := tlog.VerifyExport(logFS, logKey, cosigners, c.state.Quorum(), progress)
	if err != nil {
		return nil, err
	}
	v := &Verdict{Charter: f.Fingerprint(), Size: cp.Size, Root: fmt.Sprintf("%x", cp.Root[:]), LogTime: tlog.LogTime(cosigned), Quorum: c.state.Quorum(),
		Chains: c.counts, Public: c.folded, Suspended: []label.MemberID{}}
	for _, m := range f.Members().Slice() {
		for _, co := range cosigned {
			if co.Name == charter.CosignerName(m) {
				v.Cosigned = append(v.Cosigned, m)
			}
		}
		if c.state.Suspended(m) {
			v.Suspended = append(v.Suspended, m)
		}
	}
	return v, nil
}

func readBounded(fsys fs.FS, name string, limit int64) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCopy, err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(b)) > limit {
		return nil, fmt.Errorf("%w: %s is longer than %d bytes", ErrCopy, name, limit)
	}
	return b, nil
}

// checker follows the chains of a copy.
type checker struct {
	found  *charter.Founding
	hash   seal.Hash
	log    fs.FS
	public *bodies
	state  *charter.State
	chains map[label.MemberID]seal.Chain
	counts map[label.MemberID]int64
	folded int
}

// follow reads all headers below size, folds the public leaves among them, and
// holds every header against its originator's chain and key.
func (c *checker) follow(size int64) error {
	c.chains, c.counts = map[label.MemberID]seal.Chain{}, map[label.MemberID]int64{}
	for first := int64(0); first < size; first += runLeaves {
		n := min(runLeaves, size-first)
		headers, err := c.headers(first, int(n))
		if err != nil {
			return err
		}
		if err := c.run(first, headers); err != nil {
			return fmt.Errorf("leaves from %d on: %w", first, err)
		}
	}
	return c.public.end()
}

func (c *checker) headers(first int64, n int) ([]byte, error) {
	out := make([]byte, 0, n*seal.HeaderSize)
	for at := first; at < first+int64(n); at += 256 {
		width := int(min(256, first+int64(n)-at))
		data, err := readBounded(c.log, tlog.BundlePath(at/256, width), 256*(2+seal.HeaderSize))
		if err != nil {
			return nil, err
		}
		leaves, err := tlog.ParseBundle(data, width)
		if err != nil {
			return nil, err
		}
		for _, l := range leaves {
			if len(l) != seal.HeaderSize {
				return nil, fmt.Errorf("%w: a leaf is %d bytes long, a header has %d", ErrCopy, len(l), seal.HeaderSize)
			}
			out = append(out, l...)
		}
	}
	return out, nil
}

func (c *checker) run(first int64, headers []byte) error {
	type leaf struct {
		h    seal.Header
		body []byte
	}
	n := len(headers) / seal.HeaderSize
	public := map[int]leaf{}
	for i := range n {
		raw := headers[i*seal.HeaderSize : (i+1)*seal.HeaderSize]
		h, err := seal.ParseHeader(raw)
		if err != nil {
			return &seal.RunError{Index: i, Err: err}
		}
		c.counts[h.Originator]++
		if h.Kind == seal.Sealed {
			continue
		}
		body, err := c.public.at(first + int64(i))
		if err != nil {
			return err
		}
		if err := seal.CheckBody(raw, body); err != nil {
			return &seal.RunError{Index: i, Err: err}
		}
		public[i] = leaf{h, body}
	}
	at := 0
	fold := func(to int) error {
		for ; at < to; at++ {
			l, ok := public[at]
			if !ok || !charter.Folds(uint8(l.h.Kind)) {
				continue
			}
			payload, err := seal.Payload(headers[at*seal.HeaderSize:(at+1)*seal.HeaderSize], l.body)
			if err != nil {
				return err
			}
			err = c.state.Apply(first+int64(at), charter.Leaf{Kind: uint8(l.h.Kind), Originator: l.h.Originator, Incarnation: l.h.Incarnation, Sequence: l.h.Sequence, Payload: payload})
			if err != nil && !errors.Is(err, charter.ErrNoEffect) {
				return &seal.RunError{Index: at, Err: err}
			}
			c.folded++
		}
		return nil
	}
	key := func(i int, h *seal.Header) (ed25519.PublicKey, error) {
		if err := fold(i); err != nil {
			return nil, err
		}
		l := charter.Leaf{Kind: uint8(h.Kind), Originator: h.Originator, Incarnation: h.Incarnation, Sequence: h.Sequence}
		if h.Kind == seal.Keys || h.Kind == seal.Genesis {
			payload, err := seal.Payload(headers[i*seal.HeaderSize:(i+1)*seal.HeaderSize], public[i].body)
			if err != nil {
				return nil, err
			}
			l.Payload = payload
		}
		k, err := c.state.HeaderKeyFor(first+int64(i), l)
		return ed25519.PublicKey(k[:]), err
	}
	if err := seal.CheckRun(c.hash, c.chains, headers, key); err != nil {
		return err
	}
	return fold(n)
}

// verifiers returns the keys that certify a head of the given size.
func (c *checker) verifiers(size int64) (tlog.Verifier, []tlog.Verifier, error) {
	lead := c.state.Lead()
	k, ok := c.state.CheckpointKey(lead, size)
	if !ok {
		return tlog.Verifier{}, nil, fmt.Errorf("%w: no checkpoint key of %s is in force", charter.ErrKey, lead)
	}
	logKey, err := tlog.NewLogVerifier(c.state.Origin(), ed25519.PublicKey(k[:]))
	if err != nil {
		return tlog.Verifier{}, nil, err
	}
	var cosigners []tlog.Verifier
	for _, m := range c.state.Members().Slice() {
		k, ok := c.state.CosignatureKey(m, size)
		if !ok {
			continue
		}
		v, err := tlog.NewCosignerVerifier(charter.CosignerName(m), ed25519.PublicKey(k[:]))
		if err != nil {
			return tlog.Verifier{}, nil, err
		}
		cosigners = append(cosigners, v)
	}
	return logKey, cosigners, nil
}

// bodies reads the file of public bodies in the order of the log.
type bodies struct {
	r io.Reader
}

// at returns the body of the leaf at index, which must be the next of the file.
func (b *bodies) at(index int64) ([]byte, error) {
	var head [12]byte
	if _, err := io.ReadFull(b.r, head[:]); err != nil {
		return nil, fmt.Errorf("%w: the body of public leaf %d is missing", ErrCopy, index)
	}
	got, n := binary.BigEndian.Uint64(head[:8]), binary.BigEndian.Uint32(head[8:])
	if got != uint64(index) {
		return nil, fmt.Errorf("%w: the next public body is of leaf %d, needed is that of %d", ErrCopy, got, index)
	}
	if n > maxBody {
		return nil, fmt.Errorf("%w: the body of leaf %d claims %d bytes", ErrCopy, index, n)
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(b.r, body); err != nil {
		return nil, fmt.Errorf("%w: the body of leaf %d ends early", ErrCopy, index)
	}
	return body, nil
}

// end says whether the file holds nothing more.
func (b *bodies) end() error {
	var one [1]byte
	if n, _ := io.ReadFull(b.r, one[:]); n > 0 {
		return fmt.Errorf("%w: the file of public bodies holds more than the log has public leaves", ErrCopy)
	}
	return nil
}
