package node

import (
	"context"
	"encoding/hex"
	"fmt"

	"entente/act"
	"entente/internal/keyring"
	"entente/internal/store/viewdb"
	"entente/seal"
)

// markRepeated finds views that carry the id of another one, of whomever. The
// first that was logged stands.
func (n *Node) markRepeated(ctx context.Context, leaves []opened) error {
	var ids []string
	for i := range leaves {
		if r := leaves[i].report; r != nil {
			ids = append(ids, r.ID)
		}
	}
	known, err := n.views.HeldIDs(ctx, ids)
	if err != nil {
		return err
	}
	for i := range leaves {
		o := &leaves[i]
		if o.report == nil {
			continue
		}
		if known[o.report.ID] {
			o.report, o.code = nil, codeRepeated
			continue
		}
		known[o.report.ID] = true
	}
	return n.markRepeatedStatements(ctx, leaves)
}

// markRepeatedStatements does the same for statements.
func (n *Node) markRepeatedStatements(ctx context.Context, leaves []opened) error {
	var ids []string
	for i := range leaves {
		if s := leaves[i].said; s != nil {
			ids = append(ids, s.ID)
		}
	}
	known, err := n.views.HeldStatements(ctx, ids)
	if err != nil {
		return err
	}
	for i := range leaves {
		o := &leaves[i]
		switch {
		case o.said == nil:
		case known[o.said.ID]:
			o.said, o.code = nil, codeRepeated
		default:
			known[o.said.ID] = true
		}
	}
	return nil
}

// markConflicts finds portions that one id names with two contents: a fault of
// their originator, shown as evidence. The first that was logged stands.
func (n *Node) markConflicts(ctx context.Context, leaves []opened) error {
	var all []viewdb.Portion
	for i := range leaves {
		if r := leaves[i].report; r != nil {
			all = append(all, r.Portions...)
		}
	}
	known, err := n.views.Known(ctx, all)
	if err != nil {
		return err
	}
	for i := range leaves {
		o := &leaves[i]
		if o.report == nil {
			continue
		}
		for _, p := range o.report.Portions {
			k, ok := known[p.ID]
			if !ok {
				known[p.ID] = viewdb.Stated{Digest: p.Digest, Index: o.index}
				continue
			}
			if k.Digest != p.Digest {
				n.portionConflict(ctx, o, p, k.Index)
				o.report, o.code = nil, codeConflict
				break
			}
		}
	}
	return nil
}

// portionDigests reads the digest of each portion of an act.
func portionDigests(raw []byte) (map[seal.PortionID]seal.Hash, error) {
	a, err := act.Parse(raw)
	if err != nil {
		return nil, err
	}
	out := map[seal.PortionID]seal.Hash{}
	if a.Report == nil {
		return out, nil
	}
	for i := range a.Report.Portions {
		p := &a.Report.Portions[i]
		id, err := hex.DecodeString(string(p.ID))
		if err != nil || len(id) != 16 {
			return nil, fmt.Errorf("portion id %q", p.ID)
		}
		out[seal.PortionID(id)] = seal.Hash(p.Digest)
	}
	return out, nil
}

// portionConflict keeps the evidence of one portion stated in two ways.
func (n *Node) portionConflict(ctx context.Context, o *opened, p viewdb.Portion, other int64) {
	n.logger.Error("one portion is stated in two ways", "originator", string(o.h.Originator), "index", o.index, "other", other)
	read := func(index int64) (seal.Revealed, error) {
		run, err := n.log.Read(ctx, index, index+1)
		if err != nil {
			return seal.Revealed{}, err
		}
		h, err := seal.ParseHeader(run.Headers)
		if err != nil {
			return seal.Revealed{}, err
		}
		id := keyring.EnvelopeID{Originator: h.Originator, Incarnation: h.Incarnation, Sequence: h.Sequence}
		keys, err := n.ring.EnvelopeKeys(ctx, []keyring.EnvelopeID{id})
		if err != nil {
			return seal.Revealed{}, err
		}
		k := keys[id]
		if index == o.index {
			k = o.key
		}
		return seal.Revealed{Header: run.Headers, Body: run.Bodies[0], Key: k}, nil
	}
	a, err := read(o.index)
	if err != nil {
		return
	}
	b, err := read(other)
	if err != nil {
		return
	}
	if err := n.station.KeepFault(ctx, seal.NewPortionConflict(seal.PortionID(p.ID), a, b)); err != nil {
		n.logger.Error("no evidence could be made of it", "err", err)
	}
}
