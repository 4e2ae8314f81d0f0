package node

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"entente/internal/bundle"
	"entente/internal/centre"
	"entente/internal/section"
	"entente/internal/store"
	"entente/seal"
	"entente/tlog"
)

// Taking a bundle in: staged, verified whole, adopted whole (spec/bundle.md,
// section 7).

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
	defer n.takeFiles()()
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
		return rep, errors.Join(err, n.forgetCopy(ctx, file, path, err))
	}
	n.courierFault("tried")
	if err = n.roomFor(rep.Size); err != nil {
		return rep, err
	}
	if err = n.log.BeginAdopting(ctx, file, o.Login); err != nil {
		return rep, err
	}
	n.courierFault("begun")
	if err = n.adoptAgain(ctx, file, path, rep, progress); err == nil {
		rep.Imported = true
	}
	return rep, err
}

// forgetCopy removes a copy that was only looked at, unless its adoption has
// begun, or that can never be imported.
func (n *Node) forgetCopy(ctx context.Context, file, path string, err error) error {
	if err == nil {
		adopting, err := n.log.Adopting(ctx)
		if _, begun := adopting[file]; err != nil || begun {
			return err
		}
		return os.Remove(path)
	}
	for _, later := range []error{ErrBundleGap, ErrAttachmentQuota, centre.ErrHalted, centre.ErrFull, store.ErrFull, context.Canceled} {
		if errors.Is(err, later) {
			return nil
		}
	}
	if code := courierCode(err); ctx.Err() != nil || code == centre.Code(centre.ErrLogGap) || code == "internal" {
		return nil
	}
	return errors.Join(n.log.DropAdopting(ctx, file), os.Remove(path))
}

// dropTaken removes the copies of bundles that were imported, or of which all came
// with others that were: nobody could import them any more. The caller holds
// n.courier.
func (n *Node) dropTaken(ctx context.Context) {
	dir := n.courierDir("in")
	es, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		n.logger.Warn("the copies of bundles are not looked through", "err", err)
	}
	for _, e := range es {
		file, whole := strings.CutSuffix(e.Name(), ".age")
		if !whole {
			continue
		}
		path := filepath.Join(dir, e.Name())
		f, r, _, err := n.openBundle(ctx, path)
		if err != nil {
			continue // why, its import says
		}
		f.Close()
		if err := n.mayFollow(ctx, r.Manifest()); !errors.Is(err, ErrBundleReplay) {
			continue
		}
		if err := errors.Join(n.log.DropAdopting(ctx, file), os.Remove(path)); err != nil {
			n.logger.Warn("the copy of a bundle that was imported is not removed", "file", file, "err", err)
		}
	}
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
	room := attachedRoom{n: n}
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
			file.begin(rec.Payload)
			if least, _ := seal.AttachmentSealedSize(0); file.left < least {
				return rep, fmt.Errorf("%w (it has %d bytes, a sealed one at least %d)", ErrBundleAttachment, file.left, least)
			}
			if limit, err := seal.AttachmentSealedSize(n.found.Charter().Quotas.AttachmentBytes); err != nil || file.left > limit {
				return rep, fmt.Errorf("%w (it is larger than the charter allows)", ErrBundleAttachment)
			}
			if err := room.take(file.digest, file.left); err != nil {
				return rep, err
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
	sum    hash.Hash
}

func (f *trialFile) begin(payload []byte) {
	f.digest, f.left = bundle.AttachmentOf(payload)
	f.sum = sha256.New()
}

func (f *trialFile) add(part []byte) error {
	f.sum.Write(part)
	if f.left -= int64(len(part)); f.left == 0 && seal.Hash(f.sum.Sum(nil)) != f.digest {
		return ErrBundleAttachment
	}
	return nil
}

// attachedRoom counts attachments that are not here against what the charter
// lets a node keep, so that a bundle with more is refused before anything of it
// is stored.
type attachedRoom struct {
	n          *Node
	counted    bool
	kept, more int64
}

func (a *attachedRoom) take(digest seal.Hash, size int64) error {
	dir := filepath.Join(a.n.dir, DirAttached)
	if _, err := os.Stat(filepath.Join(dir, digest.String())); !errors.Is(err, fs.ErrNotExist) {
		return err // it is here
	}
	if !a.counted {
		var err error
		if a.kept, err = sizeOf(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		a.counted = true
	}
	a.more += size
	if limit := a.n.found.Charter().Quotas.AttachmentsTotal; a.kept+a.more > limit {
		return fmt.Errorf("%w (%d bytes are kept, the charter allows %d, and the bundle brings more)", ErrAttachmentQuota, a.kept, limit)
	}
	return nil
}
