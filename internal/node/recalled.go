package node

import (
	"context"
	"encoding/hex"

	"entente/act"
	"entente/internal/store/logdb"
	"entente/internal/store/viewdb"
)

// recallRow says what a recall act does here; nil when it does nothing: a
// narrowing takes portions from its reader, and its issuer keeps them.
func (n *Node) recallRow(o *opened, r *act.Recall) *viewdb.Recall {
	if r.Kind == act.RecallNarrowing && o.h.Originator == n.self {
		return nil
	}
	row := &viewdb.Recall{Index: o.index, Act: string(r.ID), By: string(o.h.Originator), Kind: string(r.Kind), Reason: string(r.Reason)}
	for _, p := range r.Portions {
		row.Portions = append(row.Portions, refRow(p))
	}
	return row
}

// keepThrough keeps what was reached through reports, by log index, that are to be
// forgotten: a recall and a withdrawal reach any number of steps down (spec/recall.md,
// spec/act.md), and views made again without the steps between could not tell.
func (n *Node) keepThrough(ctx context.Context, indices []int64) error {
	through, err := n.views.Through(ctx, indices)
	if err != nil {
		return err
	}
	var keep logdb.Through
	var gone []logdb.Reviewed
	for _, r := range through.Reviews {
		keep.Reviews = append(keep.Reviews, logdb.Reviewed{Portion: r.ID, Digest: r.Digest, Cause: r.Cause})
	}
	for _, w := range through.Withdrawn {
		keep.TakenBack = append(keep.TakenBack, logdb.TakenBack{Report: w.Report, Word: w.Word, Originator: w.Originator})
	}
	for _, p := range through.Gone {
		gone = append(gone, logdb.Reviewed{Portion: p.ID, Digest: p.Digest})
	}
	return n.log.KeepThrough(ctx, keep, gone, indices)
}

// reachedBefore puts in what the recalls among the leaves of a run, from log index
// first on, put under review through reports that are forgotten, and returns what
// was taken back through such.
func (n *Node) reachedBefore(ctx context.Context, leaves []opened, first int64) ([]viewdb.Withdrawn, error) {
	kept, err := n.log.KeptThrough(ctx, first, first+int64(len(leaves)))
	if err != nil {
		return nil, err
	}
	for _, k := range kept.Reviews {
		if o := &leaves[k.Cause-first]; o.said != nil && o.said.Recall != nil {
			o.said.Recall.Through = append(o.said.Recall.Through, viewdb.Portion{ID: k.Portion, Digest: k.Digest})
		}
	}
	var out []viewdb.Withdrawn
	for _, w := range kept.TakenBack {
		out = append(out, viewdb.Withdrawn{Report: w.Report, Word: w.Word, Originator: w.Originator})
	}
	return out, nil
}

// narrowedRow says whom an own narrowing takes what from; nil for all else.
func (n *Node) narrowedRow(o *opened, r *act.Recall) *viewdb.Narrowed {
	if r.Kind != act.RecallNarrowing || o.h.Originator != n.self {
		return nil
	}
	row := &viewdb.Narrowed{Holder: other(r.To, n.self), Reason: string(r.Reason)}
	seen := map[act.ID]bool{}
	for _, p := range r.Portions {
		if !seen[p.Portion] {
			seen[p.Portion] = true
			row.Portions = append(row.Portions, rawID(p.Portion))
		}
	}
	return row
}

// refRow is a portion reference as the views hold it.
func refRow(r act.PortionRef) viewdb.Portion {
	return viewdb.Portion{ID: rawID(r.Portion), Digest: [32]byte(r.Digest)}
}

// rawID is an id as the views hold it; zero for what is none, which no portion
// has.
func rawID(id act.ID) (out [16]byte) {
	if raw, err := hex.DecodeString(string(id)); err == nil && len(raw) == len(out) {
		out = [16]byte(raw)
	}
	return out
}

// reword makes the words of a report of which portions are withdrawn.
func reword(raw []byte, withdrawn map[int]bool) (string, error) {
	a, err := act.Parse(raw)
	if err != nil {
		return "", err
	}
	return wordsOf(a.Report, withdrawn), nil
}
