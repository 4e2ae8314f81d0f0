package node

import (
	"encoding/hex"

	"entente/act"
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
