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
	"strings"
	"sync"
	"syscall"
	"time"

	"entente/internal/bundle"
	"entente/internal/centre"
	"entente/internal/section"
	"entente/internal/store/logdb"
	"entente/label"
)

// The courier: files that are carried, for members without a line
// (spec/bundle.md). A bundle is made into, and taken from, a file beside the
// node's databases, which lies there sealed as it travels.

// DirCourier holds bundles on their way, in and out.
const DirCourier = "courier"

// BundleError is why a bundle is not made or not taken. Its code is stable
// (spec/bundle.md, section 8).
type BundleError struct{ code, text string }

// Error implements error.
func (e *BundleError) Error() string { return e.text }

// Errors of the courier, besides those of package bundle and of the centre.
var (
	ErrBundleCharter    = &BundleError{"bundle_charter", "the bundle is of another charter or another log: rule 5; nothing of it is taken"}
	ErrBundleSender     = &BundleError{"bundle_sender", "the bundle's sender is no other member of this charter; nothing of it is taken"}
	ErrBundleAddressee  = &BundleError{"bundle_addressee", "the addressee is no other member of this charter; entente members lists them"}
	ErrBundleGap        = &BundleError{"bundle_gap", "bundles before this one are missing"}
	ErrBundleReplay     = &BundleError{"bundle_replay", "the bundle was imported already, or is older than one that was; nothing is lost, take the next"}
	ErrBundleSeries     = &BundleError{"bundle_series", "the bundle does not continue what was imported of its sender, whose state may have been set back; ask for one with entente bundle export --from 1"}
	ErrBundleLog        = &BundleError{"bundle_log", "what the bundle says of the log does not hold; nothing of it was stored, ask another member for a bundle"}
	ErrBundleEnvelopes  = &BundleError{"bundle_envelopes", "an envelope in the bundle may not stand in the log; nothing of the bundle was stored, ask its sender"}
	ErrBundleAttachment = &BundleError{"bundle_attachment", "an attachment in the bundle is not what its digest says; nothing of the bundle was stored, ask its sender for a new one"}
	ErrBundleBusy       = &BundleError{"bundle_busy", "another bundle is being worked on; wait until it is done"}
	ErrBundleAbsent     = &BundleError{"bundle_absent", "there is no such bundle here; make it, or offer the file again"}
	ErrBundleKey        = &BundleError{"bundle_key", "the addressee has published no epoch key yet, so nothing can be sealed to it; its node has to run once with a line"}
	ErrBundleLedger     = &BundleError{"bundle_ledger", "the number is not that of this node's records: its state is older than what has left it, or nothing of that number has; restore the newest state, or begin a new incarnation (entente keys next --new-incarnation)"}
	ErrBundleOffset     = &BundleError{"bundle_offset", "the copy here has another length; ask how much there is, and go on from there"}
)

// BundleCode returns the stable code of err, empty when it is none of the
// courier.
func BundleCode(err error) string {
	var e *BundleError
	if errors.As(err, &e) {
		return e.code
	}
	return bundle.Code(err)
}

// courier lets one bundle at a time be worked on.
type courier struct {
	sync.Mutex
	files sync.Mutex    // while attachments are brought, or those that nothing names removed
	head  int64         // certified when the last bundle was taken; files guards it
	ended chan struct{} // a bundle was taken, or refused
	left  bool          // copies of bundles, or imports that had begun, lay here when the node was opened
}

func (n *Node) courierDir(way string) string { return filepath.Join(n.dir, DirCourier, way) }

// BundleRequest says what a bundle is to hold.
type BundleRequest struct {
	To label.MemberID
	// Since is the number of the first bundle whose contents it holds as well;
	// 0 for what comes after the last one.
	Since uint64
	// All asks for the whole log, whatever the addressee is known to hold.
	All bool
	// Progress is told bytes of records written, and of how many, roughly; may be
	// nil.
	Progress func(done, total int64)
}

// ExportBundle makes the next bundle for a member and notes it; its file is
// read with [Node.BundleFile]. Errors: section.ErrForbidden, ErrBundle...,
// centre.ErrBodies, bundle.ErrTooLarge, and those of the disk.
func (n *Node) ExportBundle(ctx context.Context, o section.Officer, req BundleRequest) (logdb.BundleOut, error) {
	var none logdb.BundleOut
	if err := n.section.Authorise(ctx, o, section.OpOperate, "bundle/out/"+string(req.To)); err != nil {
		return none, err
	}
	if req.To == n.self || !n.found.Members().Contains(req.To) {
		return none, fmt.Errorf("%w (%s)", ErrBundleAddressee, req.To)
	}
	if !n.courier.TryLock() {
		return none, ErrBundleBusy
	}
	defer n.courier.Unlock()
	out, err := n.makeBundle(ctx, req)
	err = fullDisk(err)
	outcome, detail := section.OutcomeDone, fmt.Sprintf("number %d, leaves %d to %d, digest %s", out.Number, out.LogFrom, out.LogTo, out.Digest)
	if err != nil {
		outcome, detail = section.OutcomeFailed, "code="+courierCode(err)
	}
	return out, errors.Join(err, n.section.Record(context.WithoutCancel(ctx), o, section.OpOperate, "bundle/out/"+string(req.To), outcome, detail))
}

func courierCode(err error) string {
	if c := BundleCode(err); c != "" {
		return c
	}
	return centre.Code(err)
}

// nextBundle numbers the next bundle for a member.
func (n *Node) nextBundle(ctx context.Context, req BundleRequest, m *bundle.Manifest) error {
	last, _, err := n.log.BundleOut(ctx, string(req.To), 0)
	if err != nil {
		return err
	}
	in, _, err := n.log.BundleIn(ctx, string(req.To), 0)
	if err != nil {
		return err
	}
	m.Received = in.Number
	m.Number = max(last.Number, in.Received) + 1
	m.Since = m.Number
	if in.Received > last.Number {
		m.Since = 1 // the state here was set back: what it held is said again
	}
	if req.Since > m.Number {
		return fmt.Errorf("%w: the last for %s is %d", ErrBundleAbsent, req.To, last.Number)
	}
	if req.Since > 0 {
		m.Since = min(req.Since, m.Since)
	}
	if req.All {
		m.Since = 1
	}
	m.Previous = bundle.NoDigest
	if m.Since > 1 {
		before, found, err := n.log.BundleOut(ctx, string(req.To), m.Since-1)
		if err != nil {
			return err
		}
		if !found {
			return fmt.Errorf("%w: number %d for %s", ErrBundleAbsent, m.Since-1, req.To)
		}
		m.Previous, m.LogFrom = before.Digest, before.LogTo
		return nil
	}
	if req.All {
		return nil
	}
	// What the addressee has cosigned it held durably.
	m.LogFrom = n.station.Cosigning()[req.To].Size
	if first, found, err := n.log.BundleOut(ctx, string(req.To), 1); err != nil {
		return err
	} else if found {
		m.LogFrom = min(m.LogFrom, first.LogFrom)
	}
	return nil
}

// whatToSay gathers what is small of a bundle's contents.
type whatToSay struct {
	known, cosigned, receipt []byte
	evidence                 [][]byte
	files                    []bundleFile
	envelopes                bool
}

type bundleFile struct {
	digest [32]byte
	size   int64
}

func (n *Node) whatToSay(ctx context.Context, m *bundle.Manifest) (*whatToSay, error) {
	var w whatToSay
	var err error
	if w.known, err = n.station.Known(ctx, m.To); err != nil {
		return nil, err
	}
	if w.evidence, err = n.station.SharedEvidence(ctx, 64); err != nil {
		return nil, err
	}
	if w.cosigned, err = n.station.CosignedHead(ctx); err != nil {
		return nil, err
	}
	errSome := errors.New("there is one")
	if err = n.station.Outbox(ctx, func(logdb.Filed) error { return errSome }); errors.Is(err, errSome) {
		w.envelopes = true
	} else if err != nil {
		return nil, err
	}
	if w.receipt, err = n.receiptFor(m.To); err != nil {
		n.logger.Info("the bundle holds no receipt", "err", err)
		w.receipt = nil
	}
	if w.files, err = n.filesFor(ctx, m); err != nil {
		return nil, err
	}
	for _, c := range []struct {
		name string
		has  bool
	}{{"log", m.LogTo > 0}, {"known", true}, {"evidence", len(w.evidence) > 0}, {"cosigned", w.cosigned != nil}, {"envelopes", w.envelopes}, {"receipt", w.receipt != nil}, {"attachments", len(w.files) > 0}} {
		if c.has {
			m.Contents = append(m.Contents, c.name)
		}
	}
	return &w, nil
}

// filesFor returns the files that reports released to the addressee name, and
// that are still here.
func (n *Node) filesFor(ctx context.Context, m *bundle.Manifest) ([]bundleFile, error) {
	const page = 1000
	var out []bundleFile
	seen := map[[32]byte]bool{}
	for at := m.LogFrom; ; {
		fs, err := n.views.FilesFor(ctx, string(m.To), at, m.LogTo, page)
		if err != nil {
			return nil, err
		}
		for _, f := range fs {
			if seen[f.Digest] {
				continue
			}
			seen[f.Digest] = true
			if st, err := os.Stat(filepath.Join(n.dir, DirAttached, hex.EncodeToString(f.Digest[:]))); err == nil {
				out = append(out, bundleFile{f.Digest, st.Size()})
			}
		}
		if len(fs) < page {
			return out, nil
		}
		if at = fs[len(fs)-1].Index; fs[0].Index == at {
			at++ // one report with a page of files
		}
	}
}

func (n *Node) makeBundle(ctx context.Context, req BundleRequest) (logdb.BundleOut, error) {
	var none logdb.BundleOut
	head := n.station.Certified()
	// What is said of releases and receipts is said of what is projected.
	for {
		at, moved := n.Projected()
		if at >= head.Size {
			break
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return none, ctx.Err()
		}
	}
	coarse := int64(n.found.Charter().CoarseSeconds)
	m := &bundle.Manifest{Charter: n.hash().String(), Origin: n.station.Origin(), From: n.self, To: req.To, LogTo: head.Size, Made: time.Now().Unix() / coarse * coarse}
	if err := n.nextBundle(ctx, req, m); err != nil {
		return none, err
	}
	m.LogFrom = min(m.LogFrom, m.LogTo)
	state, epoch := n.station.State(), n.station.Epoch()
	key, ok := state.EpochKey(req.To, epoch)
	for ; !ok && epoch > 0; key, ok = state.EpochKey(req.To, epoch) {
		epoch--
	}
	if !ok {
		return none, ErrBundleKey
	}
	say, err := n.whatToSay(ctx, m)
	if err != nil {
		return none, err
	}
	bytes, err := n.log.Bytes(ctx, m.LogFrom, m.LogTo)
	if err != nil {
		return none, err
	}
	for _, f := range say.files {
		bytes += f.size
	}
	size, err := bundle.FileSize(bytes)
	if err != nil {
		return none, err
	}
	if err := n.roomFor(size); err != nil {
		return none, err
	}
	dir := n.courierDir("out")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return none, err
	}
	name := bundleName(req.To, m.Number)
	path := filepath.Join(dir, name)
	part, err := os.OpenFile(path+".part", os.O_CREATE|os.O_RDWR|os.O_TRUNC, 0o600)
	if err != nil {
		return none, err
	}
	defer os.Remove(path + ".part")
	defer part.Close()
	sum := sha256.New()
	w, err := bundle.NewWriter(io.MultiWriter(part, sum), *key, m)
	if err != nil {
		return none, err
	}
	n.courierFault("make")
	tell := func() {
		if req.Progress != nil {
			req.Progress(min(w.Size(), bytes), bytes)
		}
	}
	if err := n.writeBundle(ctx, w, m, head, say, tell); err != nil {
		return none, err
	}
	signer, err := n.station.HeadSigner(head.Size)
	if err != nil {
		return none, err
	}
	digest, err := w.Close(signer)
	if err != nil {
		return none, err
	}
	if err := part.Sync(); err != nil {
		return none, err
	}
	st, err := part.Stat()
	if err != nil {
		return none, err
	}
	n.courierFault("make/written")
	if err := os.Rename(path+".part", path); err != nil {
		return none, err
	}
	if err := syncDir(dir); err != nil {
		return none, err
	}
	n.courierFault("make/named")
	out := logdb.BundleOut{Member: string(req.To), Number: m.Number, Since: m.Since, LogFrom: m.LogFrom, LogTo: m.LogTo, Digest: digest, File: hex.EncodeToString(sum.Sum(nil)), Size: st.Size(), Made: time.Now().Unix()}
	if err := n.log.FinishBundleOut(ctx, out); err != nil {
		return none, err
	}
	n.courierFault("make/noted")
	return out, n.dropOlder(req.To, name)
}

// bundleName is the name of a bundle's file here.
func bundleName(to label.MemberID, number uint64) string {
	return fmt.Sprintf("%s-%d.age", to, number)
}

// dropOlder removes the files of earlier bundles for a member: what they held
// can be said again, and they take as much room as it.
func (n *Node) dropOlder(to label.MemberID, but string) error {
	es, err := os.ReadDir(n.courierDir("out"))
	if err != nil {
		return err
	}
	for _, e := range es {
		if strings.HasPrefix(e.Name(), string(to)+"-") && e.Name() != but {
			err = errors.Join(err, os.Remove(filepath.Join(n.courierDir("out"), e.Name())))
		}
	}
	return err
}

// fullDisk says of a write that found no room what a full database is said of.
func fullDisk(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w: %w", centre.ErrFull, err)
	}
	return err
}

// roomFor refuses to begin what would use the disk's reserve.
func (n *Node) roomFor(bytes int64) error {
	free, err := freeDisk(n.dir)
	if err != nil {
		return err
	}
	if free-bytes < 64<<20 {
		return fmt.Errorf("%w: %d MiB are free, %d are needed beside the reserve", centre.ErrFull, free>>20, bytes>>20)
	}
	return nil
}

// writeBundle writes the records after the manifest.
func (n *Node) writeBundle(ctx context.Context, w *bundle.Writer, m *bundle.Manifest, head logdb.Head, say *whatToSay, tell func()) error {
	tiles, err := n.station.EdgeTiles(m.LogFrom)
	if err != nil {
		return err
	}
	for _, t := range tiles {
		if err := w.Record(bundle.KindTile, bundle.TilePayload(t)); err != nil {
			return err
		}
	}
	if err := n.station.WriteLog(ctx, w, m.LogFrom, head, func(int64) { tell(); n.courierFault("make/log") }); err != nil {
		return err
	}
	if err := w.Record(bundle.KindKnown, say.known); err != nil {
		return err
	}
	for _, e := range say.evidence {
		if err := w.Record(bundle.KindEvidence, e); err != nil {
			return err
		}
	}
	if say.cosigned != nil {
		if err := w.Record(bundle.KindCosigned, say.cosigned); err != nil {
			return err
		}
	}
	if say.envelopes {
		var gathered []byte
		flush := func() error {
			if len(gathered) == 0 {
				return nil
			}
			err := w.Record(bundle.KindEnvelopes, gathered)
			gathered = gathered[:0]
			return err
		}
		if err := n.station.Outbox(ctx, func(f logdb.Filed) error {
			if len(gathered)+len(f.Header)+len(f.Body) > bundle.MaxEnvelopes {
				if err := flush(); err != nil {
					return err
				}
			}
			gathered = append(append(gathered, f.Header...), f.Body...)
			return ctx.Err()
		}); err != nil {
			return err
		}
		if err := flush(); err != nil {
			return err
		}
	}
	if say.receipt != nil {
		if err := w.Record(bundle.KindReceipt, say.receipt); err != nil {
			return err
		}
	}
	for _, f := range say.files {
		if err := n.carry(ctx, w, f, tell); err != nil {
			return err
		}
		n.courierFault("make/attachment")
	}
	return nil
}

// carry writes one sealed attachment.
func (n *Node) carry(ctx context.Context, w *bundle.Writer, f bundleFile, tell func()) error {
	file, err := os.Open(filepath.Join(n.dir, DirAttached, hex.EncodeToString(f.digest[:])))
	if err != nil {
		return err
	}
	defer file.Close()
	return w.Attachment(f.digest, f.size, &meter{ctx: ctx, r: file, tell: func(int64) { tell() }})
}

// BundleFile opens the file of a bundle that was made; it is there until a later
// one for the same member is made. Errors: section.ErrForbidden, ErrBundleAbsent.
func (n *Node) BundleFile(ctx context.Context, o section.Officer, to label.MemberID, number uint64) (*os.File, logdb.BundleOut, error) {
	if err := n.section.Authorise(ctx, o, section.OpOperate, "bundle/out/"+string(to)); err != nil {
		return nil, logdb.BundleOut{}, err
	}
	b, found, err := n.log.BundleOut(ctx, string(to), number)
	if err != nil {
		return nil, b, err
	}
	if !found {
		return nil, b, fmt.Errorf("%w (number %d for %s; entente bundle status shows the last one)", ErrBundleAbsent, number, to)
	}
	f, err := os.Open(filepath.Join(n.courierDir("out"), bundleName(to, b.Number)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, b, fmt.Errorf("%w (number %d for %s was made; its file is kept until a later one is)", ErrBundleAbsent, number, to)
	}
	return f, b, err
}
