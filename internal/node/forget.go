package node

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"entente/act"
	"entente/internal/keyring"
	"entente/internal/section"
	"entente/internal/store/logdb"
	"entente/internal/store/viewdb"
	"entente/seal"
)

// Forgotten says what was destroyed.
type Forgotten struct {
	// Reports counts views of reports: their bodies, keys, rows and words.
	Reports int `json:"reports"`
	// Drafts counts own drafts whose contents were erased, Files sealed files
	// that were removed.
	Drafts int `json:"drafts"`
	Files  int `json:"files"`
}

// ErrStands refuses to forget what takes something back, or lets it go further:
// made again without it, the views would show what was taken back.
var ErrStands = &act.Refusal{Code: "forget_stands", Rule: "10",
	Why: "what a recall or a consent says holds as long as the log", Cure: "forget the reports that it is about; what it took back is then gone here for good"}

// ErrCloses refuses to forget what closes a request that is here: without it the
// request would be open again.
var ErrCloses = &act.Refusal{Code: "forget_stands", Rule: "22",
	Why: "an answer and a closing stand as long as the request that they are about", Cure: "forget the request first, or both in one call"}

// ErrOwed refuses to forget what is asked of a member and is not answered yet: with
// the request, what it owes would be gone.
var ErrOwed = &act.Refusal{Code: "forget_owed", Rule: "22",
	Why: "a request for redress stands until its final answer", Cure: "answer it (entente redress answer), and forget it then"}

// ErrOnItsWay refuses to forget a report of which a view has not been certified
// yet.
var ErrOnItsWay = errors.New("a view of this report is still on its way into the log: try again when it has been certified")

// maxForget bounds what one call forgets.
const maxForget = 10_000

// ErrBasis refuses to forget without a reason that can stand in the audit log.
var ErrBasis = errors.New("rules 21 and 22: what is destroyed is destroyed for a stated reason: give the identifier of the request, the review or the retention rule, 1 to 200 bytes")

// Forget destroys this node's own copy of reports, each named by its own id or
// by the id of a portion in it, or, in quarantine, by its place in the log as
// leaf-17: the sealed body, the envelope's key, the evidence that quotes it, the rows
// of the views, the words in the search index, the suggestions and what was
// said of them, the sealed files that nothing
// else here names, and of own reports the draft with all views made of it. The
// log stays whole, and that the envelope was opened is still told in receipts.
// reason is the request or rule that it rests on; it stands in the audit log.
//
// When it returns nil no byte of the contents is left in any file of the node.
// What was begun and interrupted is finished with the next look of the retention,
// or at the next start. Other members
// keep their copies: asking them is a recall. A backup keeps its copy until it
// expires. While the set key of the epoch lives, whoever holds the body and this
// node's keys could open it again; the epoch's end closes that
// (spec/keys.md, "Forgetting").
//
// Errors: those of the section for an officer who may not erase,
// viewdb.ErrNotFound for an id of which nothing is here, ErrBasis.
func (n *Node) Forget(ctx context.Context, o section.Officer, reason string, ids ...string) (Forgotten, error) {
	if !basisFits(reason) {
		return Forgotten{}, ErrBasis
	}
	for _, id := range ids {
		if err := n.section.Authorise(ctx, o, section.OpErase, id[:min(len(id), 64)]); err != nil {
			return Forgotten{}, err
		}
	}
	n.projector.busy.Lock()
	defer n.projector.busy.Unlock()
	var all []int64
	for _, id := range ids {
		found, err := n.copiesOf(ctx, id)
		if err != nil {
			return Forgotten{}, err
		}
		all = append(all, found...)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	if len(all) == 0 || len(all) > maxForget {
		return Forgotten{}, fmt.Errorf("%w: %d reports at once, 1 to %d are", viewdb.ErrNotFound, len(all), maxForget)
	}
	return n.forgetAt(ctx, o.Login, reason, all)
}

// basisFits says whether a reason can stand in the audit log.
func basisFits(reason string) bool { return strings.TrimSpace(reason) != "" && len(reason) <= 200 }

// forgetAt notes reports as forgotten and destroys them. The caller holds
// projector.busy.
func (n *Node) forgetAt(ctx context.Context, login, reason string, all []int64) (Forgotten, error) {
	var list []logdb.Forgotten
	for _, i := range all {
		f := logdb.Forgotten{Index: i, Login: login, Basis: reason}
		full, err := n.views.At(ctx, i)
		switch {
		case err == nil:
			if a, err := act.Parse(full.Act); err == nil && a.Report != nil {
				f.Ends, f.Uses = endOf(a.Report.Label), idsUsed(&full, a.Report)
			}
			if full.Own {
				f.Act, f.Recipients = full.ID, slices.DeleteFunc(full.Recipients, func(m string) bool { return m == string(n.self) })
			}
		case errors.Is(err, viewdb.ErrNotFound):
			said, err := n.views.SaidAt(ctx, i)
			if err == nil {
				f.Uses = []logdb.Use{{Key: useKey(usedByStatement, said.ID), Value: said.Originator}}
				if err := n.checkClosesNothing(ctx, &said, all); err != nil {
					return Forgotten{}, err
				}
			}
			switch {
			case err == nil && (said.Type == string(act.TypeRecall) || said.Type == string(act.TypeConsent)):
				return Forgotten{}, fmt.Errorf("%s %s: %w", said.Type, said.ID, ErrStands)
			case err == nil && said.Type == string(act.TypeRedress):
				if err := n.checkNotOwed(ctx, &said); err != nil {
					return Forgotten{}, err
				}
				if said.Own {
					f.Recipients = slices.DeleteFunc(said.Recipients, func(m string) bool { return m == string(n.self) })
				}
			case err == nil && said.Own:
				f.Recipients = slices.DeleteFunc(said.Recipients, func(m string) bool { return m == string(n.self) })
			case errors.Is(err, viewdb.ErrNotFound):
				f.Failed = true // quarantined
				if f.Recipients, err = n.sentTo(ctx, i); err != nil {
					return Forgotten{}, err
				}
			case err != nil:
				return Forgotten{}, err
			}
		case err != nil:
			return Forgotten{}, err
		}
		list = append(list, f)
	}
	judged, err := n.views.RedressJudged(ctx, all)
	if err != nil {
		return Forgotten{}, err
	}
	if err := n.log.KeepRedressJudged(ctx, judged); err != nil {
		return Forgotten{}, err
	}
	if err := n.keepThrough(ctx, all); err != nil {
		return Forgotten{}, err
	}
	if err := n.log.Forget(ctx, list); err != nil {
		return Forgotten{}, err
	}
	n.station.DropBodies()
	if n.fault != nil {
		n.fault("forget", all[0])
	}
	return n.forget(ctx, list)
}

// sentTo returns the readers of an own envelope, this node left out; none of
// another's.
func (n *Node) sentTo(ctx context.Context, index int64) ([]string, error) {
	sent, err := n.views.SentTo(ctx, index, index+1, 1)
	if err != nil || len(sent) == 0 {
		return nil, err
	}
	return sent[0].Recipients, nil
}

// checkNotOwed refuses, by ErrOwed, a request for redress that has standing and no
// final answer that counts.
func (n *Node) checkNotOwed(ctx context.Context, said *viewdb.Said) error {
	rows, err := n.views.Redresses(ctx, viewdb.RedressQuery{ID: said.ID, Open: true})
	if err != nil {
		return err
	}
	if slices.ContainsFunc(rows, func(r viewdb.AskedRedress) bool { return r.Index == said.Index }) {
		return fmt.Errorf("%s %s: %w", said.Type, said.ID, ErrOwed)
	}
	return nil
}

// leafPrefix and a log index name what is in quarantine, where no id can be had.
const leafPrefix = "leaf-"

// leafNamed reads the name of a leaf.
func leafNamed(id string) (index int64, ok bool) {
	digits, ok := strings.CutPrefix(id, leafPrefix)
	if !ok {
		return 0, false
	}
	index, err := strconv.ParseInt(digits, 10, 64)
	return index, err == nil && index >= 0
}

// isQuarantined says whether an envelope to this node stands in quarantine; the
// public leaves that do are part of the log, and stay.
func (n *Node) isQuarantined(ctx context.Context, index int64) (bool, error) {
	in, err := n.views.IsQuarantined(ctx, index)
	if err != nil || !in {
		return false, err
	}
	raw, err := n.log.Headers(ctx, index, index+1)
	if err != nil {
		return false, err
	}
	h, err := seal.ParseHeader(raw)
	return err == nil && h.Kind == seal.Sealed, err
}

// checkClosesNothing refuses, by ErrCloses, an answer or a closing that counts
// for a request which is not forgotten with it.
func (n *Node) checkClosesNothing(ctx context.Context, said *viewdb.Said, all []int64) error {
	requests, err := n.views.Closes(ctx, said.Index)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(requests, func(i int64) bool { return !slices.Contains(all, i) }) {
		return fmt.Errorf("%s %s: %w", said.Type, said.ID, ErrCloses)
	}
	return nil
}

// copiesOf returns the log indices of what is forgotten with a report or a
// portion, or of what is in quarantine at a leaf.
func (n *Node) copiesOf(ctx context.Context, id string) ([]int64, error) {
	var found []int64
	index, err := n.views.IndexOf(ctx, id)
	leaf, named := leafNamed(id)
	switch {
	case named:
		if quarantined, err := n.isQuarantined(ctx, leaf); err != nil || !quarantined {
			return nil, cmp.Or(err, viewdb.ErrNotFound)
		}
		found = []int64{leaf}
	case err == nil:
		found = []int64{index}
	case !errors.Is(err, viewdb.ErrNotFound):
		return nil, err
	default:
		raw, err := hex.DecodeString(id)
		if err != nil || len(raw) != 16 {
			return nil, viewdb.ErrNotFound
		}
		if found, err = n.views.Holding(ctx, [16]byte(raw)); err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return nil, viewdb.ErrNotFound
		}
	}
	// All views of an own report come from one draft, which holds them all.
	for _, i := range slices.Clone(found) {
		draft, err := n.draftAt(ctx, i)
		if err != nil || draft == "" {
			if err != nil {
				return nil, err
			}
			continue
		}
		positions, err := n.section.EnvelopesOf(ctx, draft)
		if err != nil {
			return nil, err
		}
		for _, p := range positions {
			at, ok, err := n.log.OwnIndex(ctx, p.Incarnation, p.Sequence)
			if err != nil {
				return nil, err
			}
			if cursor, _ := n.Projected(); !ok || at >= cursor {
				return nil, ErrOnItsWay
			}
			_, err = n.views.At(ctx, at)
			if errors.Is(err, viewdb.ErrNotFound) {
				_, err = n.views.SaidAt(ctx, at)
			}
			switch {
			case err == nil:
				found = append(found, at)
			case !errors.Is(err, viewdb.ErrNotFound): // a dummy is not found
				return nil, err
			}
		}
	}
	return found, nil
}

// draftAt returns the draft whose view the own envelope at an index is; empty
// when it is none.
func (n *Node) draftAt(ctx context.Context, index int64) (string, error) {
	ref, err := n.log.RefAt(ctx, index)
	if err != nil {
		return "", err
	}
	parts := strings.Split(ref, "/")
	if len(parts) != 4 || parts[0] != "release" {
		return "", nil
	}
	return parts[2], nil
}

// forget destroys what was noted as forgotten: the keys first, then every
// copy. It may be done again.
func (n *Node) forget(ctx context.Context, list []logdb.Forgotten) (Forgotten, error) {
	var out Forgotten
	var indices []int64
	var keys []keyring.EnvelopeID
	var headers [][]byte
	files := map[[32]byte]bool{}
	for _, f := range list {
		indices = append(indices, f.Index)
		raw, err := n.log.Headers(ctx, f.Index, f.Index+1)
		if err != nil {
			return out, err
		}
		h, err := seal.ParseHeader(raw)
		if err != nil {
			return out, err
		}
		headers = append(headers, raw)
		keys = append(keys, keyring.EnvelopeID{Originator: h.Originator, Incarnation: h.Incarnation, Sequence: h.Sequence})
		named, err := n.views.Attachments(ctx, f.Index)
		if err != nil {
			return out, err
		}
		for _, d := range named {
			files[d] = true
		}
	}
	if err := n.ring.Forget(ctx, keys...); err != nil {
		return out, err
	}
	if err := n.station.DropDisclosing(ctx, headers); err != nil {
		return out, err
	}
	// The drafts name files too, and go before these are looked at.
	for _, f := range list {
		if f.Login == byTheNode {
			continue // what ends is the release
		}
		draft, err := n.draftAt(ctx, f.Index)
		if err != nil {
			return out, err
		}
		if draft == "" {
			continue
		}
		erased, err := n.section.CompleteErasure(ctx, f.Login, draft, f.Basis)
		if err != nil && !errors.Is(err, section.ErrNotFound) {
			return out, err
		}
		if erased {
			out.Drafts++
		}
	}
	// The files go while the views still say that they were named.
	for d := range files {
		used, err := n.fileInUse(ctx, d, indices)
		if err != nil {
			return out, err
		}
		if used {
			continue
		}
		for _, name := range []string{hex.EncodeToString(d[:]), hex.EncodeToString(d[:]) + ".part"} {
			err := os.Remove(filepath.Join(n.dir, DirAttached, name))
			if err == nil {
				out.Files++
			} else if !errors.Is(err, fs.ErrNotExist) {
				return out, err
			}
		}
	}
	// So do the notes on them, which name them by their ids.
	subjects, err := n.views.IDsAt(ctx, indices)
	if err != nil {
		return out, err
	}
	if err := n.section.ForgetSubjects(ctx, subjects); err != nil {
		return out, err
	}
	// Nothing may be read in them once more until they are gone.
	n.suggesting.busy.Lock()
	defer n.suggesting.busy.Unlock()
	if err := n.letGo(ctx, indices); err != nil {
		return out, err
	}
	if err := n.views.Delete(ctx, indices); err != nil {
		return out, err
	}
	if err := n.feed.Forget(ctx, indices); err != nil {
		return out, err
	}
	if err := n.log.ForgetDone(ctx, indices); err != nil {
		return out, err
	}
	for _, f := range list {
		if err := n.section.Record(ctx, section.Officer{Login: f.Login}, section.OpErase, fmt.Sprintf("leaf/%d", f.Index), section.OutcomeDone, "basis="+f.Basis); err != nil {
			return out, err
		}
	}
	out.Reports = len(list)
	return out, nil
}

// fileInUse says whether anything but the reports at these indices names a
// sealed file.
func (n *Node) fileInUse(ctx context.Context, digest [32]byte, but []int64) (bool, error) {
	used, err := n.section.AttachmentInUse(ctx, digest)
	if err != nil || used {
		return used, err
	}
	return n.views.HasAttachment(ctx, digest, but)
}

// finishForgetting ends what an earlier run of the node was forgetting when it
// stopped.
func (n *Node) finishForgetting(ctx context.Context) error {
	for {
		list, err := n.log.Unforgotten(ctx, 1000)
		if err != nil || len(list) == 0 {
			return err
		}
		if _, err := n.forget(ctx, list); err != nil {
			return fmt.Errorf("finish forgetting: %w", err)
		}
	}
}
