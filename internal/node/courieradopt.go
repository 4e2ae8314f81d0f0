package node

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"entente/internal/bundle"
	"entente/internal/centre"
	"entente/internal/store/logdb"
	"entente/seal"
)

// A verified bundle is adopted whole, in steps that can be done again.

// adoptAgain adopts, again when the log has moved meanwhile because a line is
// there as well.
func (n *Node) adoptAgain(ctx context.Context, file, path string, rep *BundleReport, progress func(done, total int64)) error {
	for tries := 0; ; tries++ {
		before := n.station.Size()
		err := fullDisk(n.adoptBundle(ctx, file, path, rep, progress))
		if err == nil || courierCode(err) == centre.Code(centre.ErrFull) || ctx.Err() != nil || tries == 5 || n.station.Size() == before {
			return err
		}
	}
}

// adoptBundle stores what was tried. Interrupted, it is done again from the
// beginning: every step finds what it has done.
func (n *Node) adoptBundle(ctx context.Context, file, path string, rep *BundleReport, progress func(done, total int64)) error {
	f, r, size, err := n.openBundle(ctx, path)
	if err != nil {
		return err
	}
	defer f.Close()
	m := r.Manifest()
	adoption := n.station.Adopt(rep.logTime)
	var certified, known, cosigned, receipt []byte
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
		case bundle.KindKeys, bundle.KindCheckpoint, bundle.KindEntries, bundle.KindProof:
			if err := adoption.Frame(ctx, rec.Kind, rec.Payload); err != nil {
				return err
			}
		case bundle.KindCertified:
			certified = rec.Payload // when the rest is here
		case bundle.KindKnown:
			known = rec.Payload
		case bundle.KindCosigned:
			cosigned = rec.Payload
		case bundle.KindReceipt:
			receipt = rec.Payload
		case bundle.KindEnvelopes:
			if err := n.keepEnvelopes(ctx, file, rec.Payload); err != nil {
				return err
			}
		case bundle.KindAttachment:
			digest, left = bundle.AttachmentOf(rec.Payload)
			if att, err = n.beginAttached(digest); err != nil {
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
		n.courierFault(string(rec.Kind))
		progress(size+r.Done(), 2*size)
	}
	if err := syncAttached(filepath.Join(n.dir, DirAttached)); err != nil {
		return err
	}
	n.courierFault("stored")
	// From here on what the bundle brings is seen, all of it at once.
	if certified != nil {
		if err := adoption.Frame(ctx, bundle.KindCertified, certified); err != nil {
			return err
		}
	}
	n.courierFault("certified")
	if slices.Contains(m.Contents, "evidence") {
		if err := n.takeBundledEvidence(ctx, path); err != nil {
			return err
		}
	}
	n.courierFault("evidence")
	in := logdb.BundleIn{Member: string(m.From), Number: m.Number, Since: m.Since, LogTo: m.LogTo, Received: m.Received, Digest: r.End().Digest, At: time.Now().Unix()}
	if err := n.log.FinishAdopting(ctx, file, in); err != nil {
		return err
	}
	n.courierFault("noted")
	// It is imported, and will not be again: the rest is done though the custodian
	// has gone.
	ctx = context.WithoutCancel(ctx)
	if err := n.station.Relay(ctx, m.From); err != nil {
		n.logger.Warn("what came by courier is not taken as announced", "from", string(m.From), "err", err)
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
	n.dropTaken(ctx)
	return nil
}

// takeBundledEvidence takes the evidence in a bundle whose log is adopted, since
// what it proves may halt this node: then the log goes first.
func (n *Node) takeBundledEvidence(ctx context.Context, path string) error {
	f, r, _, err := n.openBundle(ctx, path)
	if err != nil {
		return err
	}
	defer f.Close()
	for {
		rec, err := r.Next()
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case rec.Kind == bundle.KindEvidence:
			if err := n.station.TakeEvidence(ctx, rec.Payload); err != nil {
				n.logger.Warn("evidence in a bundle is refused", "from", string(r.Manifest().From), "code", centre.Code(err))
			}
		case slices.Contains([]byte{bundle.KindCosigned, bundle.KindEnvelopes, bundle.KindReceipt, bundle.KindAttachment}, rec.Kind):
			return nil // no evidence comes after these
		}
	}
}

// courierHalf ends the name of an attachment of which not all has come.
const courierHalf = ".courier"

// beginAttached opens a file for an attachment, nil when it is here already. The
// caller holds n.courier.files.
func (n *Node) beginAttached(digest seal.Hash) (*os.File, error) {
	dir := filepath.Join(n.dir, DirAttached)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, digest.String())
	if err := os.Chtimes(path, brought, brought); !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return os.OpenFile(path+courierHalf, os.O_CREATE|os.O_TRUNC|os.O_RDWR, 0o600)
}

func endAttached(f *os.File, path string) error {
	err := os.Chtimes(f.Name(), brought, brought)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// syncAttached makes the names of attachments durable, if there are any.
func syncAttached(dir string) error {
	if err := syncDir(dir); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// keepEnvelopes keeps the sender's envelopes, to be handed to the lead when the
// bundle is adopted: what counts as not imported leaves nothing in the log.
func (n *Node) keepEnvelopes(ctx context.Context, file string, payload []byte) error {
	es, err := centre.SplitRelayed(payload)
	if err != nil {
		return err
	}
	return n.station.KeepRelayed(ctx, file, es)
}

// courierFault lets a test stop the node in the middle of an export or import.
func (n *Node) courierFault(stage string) {
	if n.fault != nil {
		n.fault("courier/"+stage, n.station.Size())
	}
}

// loadCourier looks, before anybody brings a bundle, whether any was left over.
func (n *Node) loadCourier(ctx context.Context) error {
	copies, err := os.ReadDir(n.courierDir("in"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	adopting, err := n.log.Adopting(ctx)
	n.courier.left = len(adopting)+len(copies) > 0
	return err
}

// finishAdopting finishes what a crash has interrupted, when the node starts.
// What cannot be finished is left to the custodian: nothing of it shows.
func (n *Node) finishAdopting(ctx context.Context) error {
	if !n.courier.left {
		return nil // a custodian is not kept waiting where nothing was interrupted
	}
	n.courier.Lock()
	defer n.courier.Unlock()
	defer n.takeFiles()()
	n.dropTaken(ctx) // what was noted and not removed any more
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
