package node

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"entente/internal/bundle"
	"entente/internal/centre"
	"entente/internal/section"
	"entente/internal/store"
	"entente/internal/store/logdb"
	"entente/label"
	"entente/seal"
	"entente/tlog"
)

// Taking a bundle in: staged, verified whole, adopted whole (spec/bundle.md,
// section 7).

// maxStaged bounds copies that wait; each may be as large as a bundle.
const maxStaged = 4

// StagedBundle says how many bytes of a file with the given SHA-256 (hex) are
// here, and whether that is all of it.
func (n *Node) StagedBundle(ctx context.Context, o section.Officer, file string) (have int64, whole bool, err error) {
	if err := n.section.Authorise(ctx, o, section.OpOperate, "bundle/in"); err != nil {
		return 0, false, err
	}
	path, err := n.stagedPath(file)
	if err != nil {
		return 0, false, err
	}
	if st, err := os.Stat(path); err == nil {
		return st.Size(), true, nil
	}
	st, err := os.Stat(path + ".part")
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return 0, false, nil
	case err != nil:
		return 0, false, err
	}
	return st.Size(), false, nil
}

func (n *Node) stagedPath(file string) (string, error) {
	raw, err := hex.DecodeString(file)
	if err != nil || len(raw) != sha256.Size || hex.EncodeToString(raw) != file {
		return "", ErrBundleAbsent
	}
	return filepath.Join(n.courierDir("in"), file+".age"), nil
}

// StageBundle copies a bundle's file beside the databases, from an offset on:
// what came before a broken transfer is kept. size is the whole file's. Errors:
// section.ErrForbidden, ErrBundleOffset, bundle.ErrTruncated, bundle.ErrDamaged
// when the whole has not the digest, centre.ErrFull.
func (n *Node) StageBundle(ctx context.Context, o section.Officer, file string, offset, size int64, r io.Reader, progress func(int64)) error {
	have, whole, err := n.StagedBundle(ctx, o, file)
	if err != nil {
		return err
	}
	if whole {
		return nil
	}
	if _, err := bundle.ClassOf(size); err != nil {
		return err
	}
	if offset != have {
		return fmt.Errorf("%w (%d bytes are here)", ErrBundleOffset, have)
	}
	if !n.courier.TryLock() {
		return ErrBundleBusy
	}
	defer n.courier.Unlock()
	path, err := n.stagedPath(file)
	if err != nil {
		return err
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if have == 0 {
		if err := n.dropWaiting(ctx, dir); err != nil {
			return err
		}
	}
	if err := n.roomFor(size - have); err != nil {
		return err
	}
	part, err := os.OpenFile(path+".part", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer part.Close()
	if _, err := part.Seek(have, io.SeekStart); err != nil {
		return err
	}
	tell := func(got int64) {
		if progress != nil {
			progress(have + got)
		}
	}
	got, err := io.Copy(part, &meter{ctx: ctx, r: io.LimitReader(r, size-have+1), tell: tell})
	if err != nil {
		return err
	}
	if have+got != size {
		if have+got > size {
			os.Remove(path + ".part")
		}
		return fmt.Errorf("%w (%d of %d bytes came)", bundle.ErrTruncated, have+got, size)
	}
	sum := sha256.New()
	if _, err := part.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if _, err := io.Copy(sum, &meter{ctx: ctx, r: part}); err != nil {
		return err
	}
	if hex.EncodeToString(sum.Sum(nil)) != file {
		return errors.Join(fmt.Errorf("%w (the copy has another digest than the file that was offered)", bundle.ErrDamaged), os.Remove(path+".part"))
	}
	if err := part.Sync(); err != nil {
		return err
	}
	return os.Rename(path+".part", path)
}

// dropWaiting makes room for another copy: of those that wait, for example for a
// bundle before them, the oldest goes, unless its adoption has begun.
func (n *Node) dropWaiting(ctx context.Context, dir string) error {
	adopting, err := n.log.Adopting(ctx)
	if err != nil {
		return err
	}
	es, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var waiting []fs.FileInfo
	for _, e := range es {
		file, _, _ := strings.Cut(e.Name(), ".")
		if _, begun := adopting[file]; begun {
			continue
		}
		if i, err := e.Info(); err == nil {
			waiting = append(waiting, i)
		}
	}
	slices.SortFunc(waiting, func(a, b fs.FileInfo) int { return a.ModTime().Compare(b.ModTime()) })
	for len(waiting) >= maxStaged {
		if err := os.Remove(filepath.Join(dir, waiting[0].Name())); err != nil {
			return err
		}
		waiting = waiting[1:]
	}
	return nil
}

// DropStaged removes the copy of a bundle, unless its adoption has begun.
func (n *Node) DropStaged(ctx context.Context, o section.Officer, file string) error {
	if err := n.section.Authorise(ctx, o, section.OpOperate, "bundle/in"); err != nil {
		return err
	}
	path, err := n.stagedPath(file)
	if err != nil {
		return err
	}
	if !n.courier.TryLock() {
		return ErrBundleBusy
	}
	defer n.courier.Unlock()
	adopting, err := n.log.Adopting(ctx)
	if err != nil {
		return err
	}
	if _, begun := adopting[file]; begun {
		return ErrBundleBusy
	}
	for _, p := range []string{path, path + ".part"} {
		if err := os.Remove(p); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// BundleReport says what a bundle is and what it brought.
type BundleReport struct {
	Manifest    bundle.Manifest
	Digest      string
	Size        int64 // of the file, in bytes
	New         int64 // leaves that were not here
	Envelopes   int   // of the sender, to be handed to the lead
	Evidence    int
	Attachments int
	Imported    bool
	// Before says, of a bundle that is only looked at, that it was imported
	// before, or that one imported before holds what it holds.
	Before bool

	logTime int64 // of its head
}

// InspectBundle verifies a staged bundle and stores nothing of it.
func (n *Node) InspectBundle(ctx context.Context, o section.Officer, file string, progress func(done, total int64)) (*BundleReport, error) {
	return n.takeBundle(ctx, o, file, true, progress)
}

// ImportBundle verifies a staged bundle, and adopts all of it or nothing.
// progress is told bytes, the file's counted twice. The copy is removed when it
// was imported, and when it never can be. Errors: section.ErrForbidden,
// ErrBundle..., those of package bundle and of the centre.
func (n *Node) ImportBundle(ctx context.Context, o section.Officer, file string, progress func(done, total int64)) (*BundleReport, error) {
	return n.takeBundle(ctx, o, file, false, progress)
}

func (n *Node) takeBundle(ctx context.Context, o section.Officer, file string, inspect bool, progress func(done, total int64)) (rep *BundleReport, err error) {
	if err := n.section.Authorise(ctx, o, section.OpOperate, "bundle/in"); err != nil {
		return nil, err
	}
	path, err := n.stagedPath(file)
	if err != nil {
		return nil, err
	}
	if !n.courier.TryLock() {
		return nil, ErrBundleBusy
	}
	defer n.courier.Unlock()
	if progress == nil {
		progress = func(int64, int64) {}
	}
	object, detail := "bundle/in", "file "+file
	outcome := section.OutcomeDone
	defer func() {
		if err != nil {
			outcome, detail = section.OutcomeRefused, detail+", code="+courierCode(err)
		}
		err = errors.Join(err, n.section.Record(context.WithoutCancel(ctx), o, section.OpOperate, object, outcome, detail))
	}()
	rep, err = n.tryBundle(ctx, path, inspect, progress)
	if rep != nil {
		object = "bundle/in/" + string(rep.Manifest.From)
		detail = fmt.Sprintf("number %d, %s", rep.Manifest.Number, detail)
	}
	if err != nil || inspect {
		return rep, errors.Join(err, n.forgetCopy(ctx, path, err, inspect))
	}
	if err = n.log.BeginAdopting(ctx, file, o.Login); err != nil {
		return rep, err
	}
	if err = n.adoptAgain(ctx, file, path, rep, progress); err == nil {
		rep.Imported = true
	}
	return rep, err
}

// forgetCopy removes a copy that was only looked at, or can never be imported.
func (n *Node) forgetCopy(ctx context.Context, path string, err error, inspect bool) error {
	for _, later := range []error{ErrBundleGap, centre.ErrHalted, centre.ErrFull, store.ErrFull, context.Canceled} {
		if errors.Is(err, later) || ctx.Err() != nil || courierCode(err) == centre.Code(centre.ErrLogGap) {
			return nil
		}
	}
	if err == nil && !inspect || err != nil && courierCode(err) == "internal" {
		return nil
	}
	return os.Remove(path)
}

// openBundle begins to read a staged copy.
func (n *Node) openBundle(ctx context.Context, path string) (*os.File, *bundle.Reader, int64, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, 0, ErrBundleAbsent
	}
	if err != nil {
		return nil, nil, 0, err
	}
	st, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, nil, 0, err
	}
	keys, err := n.ring.HeldEpochKeys(ctx)
	if err != nil {
		f.Close()
		return nil, nil, 0, err
	}
	r, err := bundle.Open(f, st.Size(), keys)
	if err != nil {
		f.Close()
		return nil, nil, 0, err
	}
	return f, r, st.Size(), nil
}

// mayFollow holds a manifest against the series that was imported.
func (n *Node) mayFollow(ctx context.Context, m *bundle.Manifest) error {
	switch {
	case m.Charter != n.hash().String() || m.Origin != n.station.Origin():
		return ErrBundleCharter
	case m.To != n.self:
		return fmt.Errorf("%w (it names %s)", bundle.ErrAddressee, m.To)
	case m.From == n.self || !n.found.Members().Contains(m.From):
		return ErrBundleSender
	}
	last, _, err := n.log.BundleIn(ctx, string(m.From), 0)
	if err != nil {
		return err
	}
	switch {
	case m.Number <= last.Number:
		return fmt.Errorf("%w (number %d of %s; the last imported is %d)", ErrBundleReplay, m.Number, m.From, last.Number)
	case m.Since > last.Number+1:
		missing := fmt.Sprintf("bundle %d of %s is missing", last.Number+1, m.From)
		if m.Since > last.Number+2 {
			missing = fmt.Sprintf("bundles %d to %d of %s are missing", last.Number+1, m.Since-1, m.From)
		}
		return fmt.Errorf("%w: %s: import that first, or ask for all of it with entente bundle export --to %s --from %d", ErrBundleGap, missing, n.self, last.Number+1)
	case m.Since == 1:
		return nil
	}
	before, found, err := n.log.BundleIn(ctx, string(m.From), m.Since-1)
	if err != nil {
		return err
	}
	if found && before.Digest != m.Previous {
		return ErrBundleSeries
	}
	return nil
}

// tryBundle verifies all of a bundle and changes nothing but for evidence. One
// that was imported before is verified again only where it is inspected.
func (n *Node) tryBundle(ctx context.Context, path string, inspect bool, progress func(done, total int64)) (*BundleReport, error) {
	f, r, size, err := n.openBundle(ctx, path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rep := &BundleReport{Manifest: *r.Manifest(), Size: size}
	m := &rep.Manifest
	if err := n.mayFollow(ctx, m); inspect && errors.Is(err, ErrBundleReplay) {
		rep.Before = true
	} else if err != nil {
		return rep, err
	}
	var tiles []tlog.Tile
	var trial *centre.Trial
	begin := func() error {
		if trial == nil {
			trial, err = n.station.Try(m.From, m.LogFrom, tiles)
			if err != nil {
				return wrapLog(err)
			}
		}
		return nil
	}
	var file trialFile
	for {
		rec, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return rep, err
		}
		if err := ctx.Err(); err != nil {
			return rep, err
		}
		if rec.Kind == bundle.KindTile {
			t, err := bundle.ParseTile(rec.Payload)
			if err != nil {
				return rep, err
			}
			tiles = append(tiles, t)
			continue
		}
		if err := begin(); err != nil {
			return rep, err
		}
		switch rec.Kind {
		case bundle.KindKeys, bundle.KindCheckpoint, bundle.KindEntries, bundle.KindProof, bundle.KindCertified:
			if err := trial.Frame(ctx, rec.Kind, rec.Payload); err != nil {
				return rep, wrapLog(err)
			}
		case bundle.KindEvidence:
			if _, err := n.station.Judge(rec.Payload); err == nil {
				rep.Evidence++
			}
		case bundle.KindEnvelopes:
			es, err := trial.Envelopes(ctx, rec.Payload)
			if err != nil {
				return rep, fmt.Errorf("%w: %w", ErrBundleEnvelopes, err)
			}
			rep.Envelopes += es
		case bundle.KindAttachment:
			if err := file.begin(rec.Payload); err != nil {
				return rep, err
			}
			if limit, err := seal.AttachmentSealedSize(n.found.Charter().Quotas.AttachmentBytes); err != nil || file.left > limit {
				return rep, fmt.Errorf("%w (it is larger than the charter allows)", ErrBundleAttachment)
			}
			rep.Attachments++
		case bundle.KindAttached:
			if err := file.add(rec.Payload); err != nil {
				return rep, err
			}
		}
		progress(r.Done(), 2*size)
	}
	if err := begin(); err != nil {
		return rep, err
	}
	if err := trial.Whole(m.LogTo); err != nil {
		return rep, wrapLog(err)
	}
	if err := trial.NothingOpen(); err != nil {
		return rep, fmt.Errorf("%w: %w", ErrBundleEnvelopes, err)
	}
	key, ok := trial.HeaderKey(m.LogTo)
	if !ok {
		return rep, ErrBundleSender
	}
	if err := r.End().Verify(key); err != nil {
		return rep, err
	}
	rep.Digest, rep.New, rep.logTime = r.End().Digest, trial.New(), trial.LogTime()
	return rep, nil
}

// wrapLog says that a bundle's log does not hold, unless the reason is one of
// this node's own.
func wrapLog(err error) error {
	switch code := centre.Code(err); {
	case errors.Is(err, centre.ErrLogGap):
		return fmt.Errorf("%w; with entente bundle export --all", err)
	case code == "internal", errors.Is(err, centre.ErrHalted), errors.Is(err, centre.ErrForkedLog), errors.Is(err, centre.ErrInvalidLog), errors.Is(err, centre.ErrFull):
		return err
	}
	return fmt.Errorf("%w: %w", ErrBundleLog, err)
}

// trialFile holds an attachment against its digest.
type trialFile struct {
	digest seal.Hash
	left   int64
	sum    interface {
		io.Writer
		Sum([]byte) []byte
	}
}

func (f *trialFile) begin(payload []byte) error {
	f.digest, f.left = bundle.AttachmentOf(payload)
	f.sum = sha256.New()
	return nil
}

func (f *trialFile) add(part []byte) error {
	f.sum.Write(part)
	if f.left -= int64(len(part)); f.left == 0 && seal.Hash(f.sum.Sum(nil)) != f.digest {
		return ErrBundleAttachment
	}
	return nil
}

// adoptAgain adopts, again when the log has moved meanwhile because a line is
// there as well.
func (n *Node) adoptAgain(ctx context.Context, file, path string, rep *BundleReport, progress func(done, total int64)) error {
	for tries := 0; ; tries++ {
		before := n.station.Size()
		err := n.adoptBundle(ctx, file, path, rep, progress)
		if err == nil || ctx.Err() != nil || tries == 5 || n.station.Size() == before {
			return err
		}
	}
}

// adoptBundle stores what was tried. Interrupted, it is done again from the
// beginning: every step finds what it has done.
func (n *Node) adoptBundle(ctx context.Context, file, path string, rep *BundleReport, progress func(done, total int64)) error {
	if err := n.roomFor(rep.Size); err != nil {
		return err
	}
	f, r, size, err := n.openBundle(ctx, path)
	if err != nil {
		return err
	}
	defer f.Close()
	m := r.Manifest()
	adoption := n.station.Adopt(rep.logTime)
	var known, cosigned, receipt []byte
	var att *os.File
	defer func() {
		if att != nil {
			att.Close()
			os.Remove(att.Name())
		}
	}()
	var digest seal.Hash
	var left int64
	for {
		rec, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		switch rec.Kind {
		case bundle.KindKeys, bundle.KindCheckpoint, bundle.KindEntries, bundle.KindProof, bundle.KindCertified:
			if err := adoption.Frame(ctx, rec.Kind, rec.Payload); err != nil {
				return err
			}
			n.courierFault(rec.Kind)
		case bundle.KindKnown:
			known = rec.Payload
		case bundle.KindCosigned:
			cosigned = rec.Payload
		case bundle.KindReceipt:
			receipt = rec.Payload
		case bundle.KindEvidence:
			if err := n.station.TakeEvidence(ctx, rec.Payload); err != nil {
				n.logger.Warn("evidence in a bundle is refused", "from", string(m.From), "code", centre.Code(err))
			}
		case bundle.KindEnvelopes:
			if err := n.relayEnvelopes(ctx, m.From, rec.Payload); err != nil {
				return err
			}
		case bundle.KindAttachment:
			digest, left = bundle.AttachmentOf(rec.Payload)
			if att, err = n.beginAttached(digest, left); err != nil {
				return err
			}
		case bundle.KindAttached:
			if left -= int64(len(rec.Payload)); att == nil {
				break // it is here
			}
			if _, err := att.Write(rec.Payload); err != nil {
				return err
			}
			if left == 0 {
				if err := endAttached(att, filepath.Join(n.dir, DirAttached, digest.String())); err != nil {
					return err
				}
				att = nil
			}
		}
		progress(size+r.Done(), 2*size)
	}
	n.courierFault(bundle.KindEnd)
	in := logdb.BundleIn{Member: string(m.From), Number: m.Number, Since: m.Since, LogTo: m.LogTo, Received: m.Received, Digest: r.End().Digest, At: time.Now().Unix()}
	if err := n.log.FinishAdopting(ctx, file, in); err != nil {
		return err
	}
	if cosigned != nil {
		if err := n.station.TakeCosigned(ctx, m.From, cosigned); err != nil {
			n.logger.Warn("the head that the bundle's sender cosigned is refused", "from", string(m.From), "code", centre.Code(err))
		}
	}
	if receipt != nil {
		if err := n.takeReceipt(ctx, m.From, receipt); err != nil {
			n.logger.Warn("a receipt is refused", "from", string(m.From), "err", err)
		}
	}
	if known != nil {
		if err := n.station.TakeKnown(m.From, known); err != nil {
			n.logger.Warn("what the bundle's sender knows of this node is refused", "from", string(m.From), "err", err)
		}
	}
	return os.Remove(path)
}

// beginAttached opens a file for an attachment, nil when it is here already.
func (n *Node) beginAttached(digest seal.Hash, size int64) (*os.File, error) {
	dir := filepath.Join(n.dir, DirAttached)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, digest.String())
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	kept, err := sizeOf(dir)
	if err != nil {
		return nil, err
	}
	if kept+size > n.found.Charter().Quotas.AttachmentsTotal {
		return nil, fmt.Errorf("%w (%d bytes are kept)", ErrAttachmentQuota, kept)
	}
	return os.OpenFile(path+".courier", os.O_CREATE|os.O_TRUNC|os.O_RDWR, 0o600)
}

func endAttached(f *os.File, path string) error {
	err := f.Sync()
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// relayEnvelopes keeps the sender's envelopes, to be handed to the lead.
func (n *Node) relayEnvelopes(ctx context.Context, from label.MemberID, payload []byte) error {
	es, err := centre.SplitRelayed(payload)
	if err != nil {
		return err
	}
	return n.station.Relay(ctx, from, es)
}

// courierFault lets a test stop the node in the middle of an import.
func (n *Node) courierFault(kind byte) {
	if n.fault != nil {
		n.fault("courier/"+string(kind), n.station.Size())
	}
}

// finishAdopting finishes what a crash has interrupted, when the node starts. What cannot be finished is left to the custodian: nothing of it shows.
func (n *Node) finishAdopting(ctx context.Context) error {
	n.courier.Lock()
	defer n.courier.Unlock()
	adopting, err := n.log.Adopting(ctx)
	if err != nil {
		return err
	}
	for file, login := range adopting {
		path, err := n.stagedPath(file)
		if err != nil {
			return err
		}
		rep, err := n.tryBundle(ctx, path, false, func(int64, int64) {})
		if err == nil {
			err = n.adoptAgain(ctx, file, path, rep, func(int64, int64) {})
		}
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			n.logger.Error("an interrupted import could not be finished", "file", file, "begun_by", login, "code", courierCode(err), "err", err)
			if err := n.log.DropAdopting(ctx, file); err != nil {
				return err
			}
		default:
			n.logger.Info("an interrupted import is finished", "from", string(rep.Manifest.From), "number", rep.Manifest.Number)
		}
	}
	return nil
}
