package node

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"

	"entente/act"
	"entente/internal/keyring"
	"entente/internal/store/viewdb"
	"entente/seal"
)

// markReports finds views that do not stand, in the order of the log. An id is its
// originator's (spec/act.md, "Ids"): the first view of that originator which stands
// under it does; a view under an id that another originator used before is named
// apart. And a portion to which its originator gave another content before is its
// fault, shown as evidence; two originators that use one id name two portions. What
// does not stand has taken no id, so that nothing hangs on how the log is cut.
func (n *Node) markReports(ctx context.Context, leaves []opened) error {
	var ids []string
	var portions []viewdb.Portion
	for i := range leaves {
		if r := leaves[i].report; r != nil {
			ids = append(ids, r.ID, nameApart(r.ID, r.Originator))
			if r.Supersedes != "" {
				ids = append(ids, nameApart(r.Supersedes, r.Originator))
			}
			portions = append(portions, r.Portions...)
		}
	}
	known, err := n.views.HeldIDs(ctx, ids)
	if err != nil {
		return err
	}
	used, err := n.usedBefore(ctx, usedByReport, ids)
	if err != nil {
		return err
	}
	stated, err := n.views.Known(ctx, portions)
	if err != nil {
		return err
	}
	if err := n.statedBefore(ctx, leaves, stated); err != nil {
		return err
	}
	for i := range leaves {
		o := &leaves[i]
		if o.report == nil {
			continue
		}
		used.upto(o.index, known)
		name, ok := nameIn(known, o.report.ID, o.report.Originator)
		if !ok {
			o.report, o.code = nil, codeRepeated
			continue
		}
		if p, other, ok := contradicted(stated, o.report); ok {
			n.portionConflict(ctx, o, p, other)
			delete(known, name)
			o.report, o.code = nil, codeConflict
			continue
		}
		o.report.ID = name
		o.report.Supersedes = namedIn(known, o.report.Supersedes, o.report.Originator)
	}
	return nil
}

// contradicted returns the first portion of a report which its originator stated
// otherwise before, and where; of one without it notes what it states.
func contradicted(stated map[viewdb.StatedBy]viewdb.Stated, r *viewdb.Report) (viewdb.Portion, int64, bool) {
	for _, p := range r.Portions {
		if k, ok := stated[viewdb.StatedBy{Originator: r.Originator, ID: p.ID}]; ok && k.Index < r.Index && k.Digest != p.Digest {
			return p, k.Index, true
		}
	}
	for _, p := range r.Portions {
		by := viewdb.StatedBy{Originator: r.Originator, ID: p.ID}
		if k, ok := stated[by]; !ok || k.Index > r.Index {
			stated[by] = viewdb.Stated{Digest: p.Digest, Index: r.Index}
		}
	}
	return viewdb.Portion{}, 0, false
}

// markRepeatedStatements finds statements that carry the id of another one of their
// originator, and names those apart whose id another used before.
func (n *Node) markRepeatedStatements(ctx context.Context, leaves []opened) error {
	var ids []string
	for i := range leaves {
		s := leaves[i].said
		if s == nil {
			continue
		}
		ids = append(ids, s.ID, nameApart(s.ID, s.Originator))
		for _, r := range references(s) {
			for _, m := range r.of {
				ids = append(ids, nameApart(*r.id, m))
			}
		}
	}
	known, err := n.views.HeldStatements(ctx, ids)
	if err != nil {
		return err
	}
	used, err := n.usedBefore(ctx, usedByStatement, ids)
	if err != nil {
		return err
	}
	for i := range leaves {
		o := &leaves[i]
		if o.said == nil {
			continue
		}
		used.upto(o.index, known)
		name, ok := nameIn(known, o.said.ID, o.said.Originator)
		if !ok {
			o.said, o.code = nil, codeRepeated
			continue
		}
		o.said.ID = name
		for _, r := range references(o.said) {
			*r.id = namedIn(known, *r.id, r.of...)
		}
	}
	return nil
}

// reference is where a statement names another, and whose that may be.
type reference struct {
	id *string
	of []string
}

// references are those of a statement by which the views find what it is about.
func references(s *viewdb.Said) (out []reference) {
	var others []string
	for _, m := range s.Recipients {
		if m != s.Originator {
			others = append(others, m)
		}
	}
	add := func(id *string, of ...string) {
		if *id != "" {
			out = append(out, reference{id, of})
		}
	}
	if s.Request != nil {
		add(&s.Request.Joins, others...)
	}
	if s.Answer != nil {
		add(&s.Answer.Request, s.Answer.Asker)
	}
	if s.Closing != nil {
		add(&s.Closing.Request, s.Originator)
	}
	add(&s.Acknowledges, others...)
	if s.RedressAnswer != nil {
		add(&s.RedressAnswer.Redress, s.RedressAnswer.Asker)
	}
	for i := range s.Consents {
		add(&s.Consents[i].Answers, others...)
	}
	return out
}

// nameApart is what an act is called here that came under an id which another
// originator had used before. No act can be called so by itself: ids are hex.
func nameApart(id, originator string) string { return id + "@" + originator }

// actID is the id that an act states, whatever it is called here.
func actID(name string) act.ID {
	id, _, _ := strings.Cut(name, "@")
	return act.ID(id)
}

// nameIn gives an act its name beside those that are known, and notes it; false
// when its originator has used the id before.
func nameIn(known map[string]string, id, originator string) (string, bool) {
	by, taken := known[id]
	if _, apart := known[nameApart(id, originator)]; apart || taken && by == originator {
		return "", false
	}
	if taken {
		id = nameApart(id, originator)
	}
	known[id] = originator
	return id, true
}

// namedIn returns what the act that has an id and is of one of the originators
// is called here.
func namedIn(known map[string]string, id string, originators ...string) string {
	for _, m := range originators {
		if apart := nameApart(id, m); known[apart] != "" {
			return apart
		}
	}
	return id
}

// heardAlready says whether the log has certified a statement of an originator.
func (n *Node) heardAlready(ctx context.Context, id, originator string) (bool, error) {
	known, err := n.views.HeldStatements(ctx, []string{id, nameApart(id, originator)})
	return known[id] == originator || known[nameApart(id, originator)] == originator, err
}

// calledHere returns what the statement that has an id and is of one of the
// originators is called here.
func (n *Node) calledHere(ctx context.Context, id act.ID, originators []string) (act.ID, error) {
	var ids []string
	for _, m := range originators {
		ids = append(ids, nameApart(string(id), m))
	}
	known, err := n.views.HeldStatements(ctx, ids)
	return act.ID(namedIn(known, string(id), originators...)), err
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
