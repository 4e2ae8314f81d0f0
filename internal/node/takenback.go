package node

import (
	"context"
	"encoding/hex"
	"errors"

	"entente/act"
	"entente/internal/store/viewdb"
	"entente/label"
)

// What an originator takes back from this node (spec/act.md, "consent"): the
// views of its portions, and of what was made of them, that were logged before
// the word. What was still on its way then is taken back as it comes
// (ontheway.go). It reaches nothing that is not the originator's own.

// takenBack finds what the withdrawals in a run of leaves take back, and what of
// it earlier ones have taken back before it came.
func (n *Node) takenBack(ctx context.Context, leaves []opened) (out []viewdb.Withdrawn, err error) {
	for i := range leaves {
		o := &leaves[i]
		if o.late != nil {
			out = append(out, *o.late)
		}
		if o.said == nil {
			continue
		}
		for _, c := range o.said.Consents {
			if c.Step != string(act.ConsentWithdraw) || c.Member != string(n.self) {
				continue
			}
			by, err := act.ParseOriginator(c.Originator)
			if err != nil {
				continue
			}
			w := &withdrawal{n: n, leaves: leaves[:i], word: o.index, by: by, named: c.Originator, content: map[act.PortionRef]bool{},
				acts: map[int64]stated{}, taken: map[int64]bool{}}
			if err := w.reach(ctx, act.ID(hex.EncodeToString(c.Portion[:])), act.Digest(c.Digest)); err != nil {
				return nil, err
			}
			for report := range w.taken {
				out = append(out, viewdb.Withdrawn{Report: report, Word: o.index, Originator: c.Originator})
			}
		}
	}
	return out, nil
}

// withdrawal is one word that takes a portion back.
type withdrawal struct {
	n      *Node
	leaves []opened // those of the run that stand before the word
	word   int64    // its index
	by     label.Originator
	named  string
	// content is what is known to come from the portion.
	content map[act.PortionRef]bool
	acts    map[int64]stated
	taken   map[int64]bool
}

// stated is a report that was logged before a withdrawal.
type stated struct {
	report *act.Report
	// own: it says what it comes from, and is never taken back.
	own bool
}

// reach follows a portion into everything that was made of it.
func (w *withdrawal) reach(ctx context.Context, id act.ID, digest act.Digest) error {
	key, ok := portionBytes(id)
	if !ok {
		return nil
	}
	first := act.PortionRef{Portion: id, Digest: digest}
	w.content[first] = true
	holding, err := w.n.views.Holding(ctx, key)
	if err != nil {
		return err
	}
	for _, index := range holding {
		r, err := w.report(ctx, index)
		if err != nil {
			return err
		}
		w.take(index, r, func(p *act.Portion) bool { return p.ID == id && p.Digest == digest })
	}
	for i := range w.leaves {
		if o := &w.leaves[i]; o.report != nil {
			w.take(o.index, stated{o.view, o.report.Own}, func(p *act.Portion) bool { return p.ID == id && p.Digest == digest })
		}
	}
	next := map[act.PortionRef]bool{first: true}
	for depth := 0; len(next) > 0 && depth < citedDepth && len(w.content) < citedMost; depth++ {
		if next, err = w.step(ctx, next); err != nil {
			return err
		}
	}
	return nil
}

// step takes back what cites the given portions, and returns what it is.
func (w *withdrawal) step(ctx context.Context, from map[act.PortionRef]bool) (map[act.PortionRef]bool, error) {
	var keys [][16]byte
	for r := range from {
		if key, ok := portionBytes(r.Portion); ok {
			keys = append(keys, key)
		}
	}
	citing, err := w.n.views.Citing(ctx, keys)
	if err != nil {
		return nil, err
	}
	found := map[act.PortionRef]bool{}
	comes := func(p *act.Portion) bool {
		for _, c := range p.Cites {
			if from[act.PortionRef{Portion: c.Portion, Digest: c.Digest}] {
				return true
			}
		}
		return false
	}
	note := func(p *act.Portion) bool {
		if !comes(p) {
			return false
		}
		if r := (act.PortionRef{Portion: p.ID, Digest: p.Digest}); !w.content[r] && requires(&p.Label, w.by) {
			w.content[r], found[r] = true, true
		}
		return true
	}
	for _, c := range citing {
		r, err := w.report(ctx, c.Report)
		if err != nil {
			return nil, err
		}
		w.take(c.Report, r, note)
	}
	for i := range w.leaves {
		if o := &w.leaves[i]; o.report != nil {
			w.take(o.index, stated{o.view, o.report.Own}, note)
		}
	}
	return found, nil
}

// take takes a report back when one of its portions is reached and is the
// originator's to take: its own material, or what rests on its consent. An own
// report is followed and stays: what this node said itself is its own.
func (w *withdrawal) take(index int64, s stated, reached func(*act.Portion) bool) {
	if s.report == nil {
		return
	}
	for i := range s.report.Portions {
		p := &s.report.Portions[i]
		if reached(p) && !s.own && mayTake(&p.Label, w.by, w.n.self) {
			w.taken[index] = true
		}
	}
}

// mayTake says whether an originator can take material so marked from a member
// (spec/label.md): what it originated, always; what only needs its consent, when
// it was not released there without.
func mayTake(l *label.Label, by label.Originator, from label.MemberID) bool {
	if by.Kind == label.KindExternal {
		return requires(l, by)
	}
	m := label.MemberID(by.ID)
	return l.Originators.Contains(m) || l.ConsentNeeded.Contains(m) && !l.Rel.Contains(from)
}

// report returns a report that was logged before the word; its act is nil where
// there is none.
func (w *withdrawal) report(ctx context.Context, index int64) (stated, error) {
	if index >= w.word {
		return stated{}, nil
	}
	if s, ok := w.acts[index]; ok {
		return s, nil
	}
	full, err := w.n.views.At(ctx, index)
	if errors.Is(err, viewdb.ErrNotFound) {
		return stated{}, nil
	}
	if err != nil {
		return stated{}, err
	}
	a, err := act.Parse(full.Act)
	if err != nil {
		a.Report = nil // the projection has parsed it
	}
	s := stated{a.Report, full.Own}
	w.acts[index] = s
	return s, nil
}

// ErrWithdrawn refuses a report whose originator's consent has ended.
type ErrWithdrawn struct {
	By    string        // whose consent
	Since label.Instant // since when, by log time; absent when it is not known
}

// Error says what, why and what would cure it.
func (e *ErrWithdrawn) Error() string {
	since := ""
	if !e.Since.IsAbsent() {
		since = " since " + e.Since.String()
	}
	return "rules 8 and 10: this is withdrawn" + since + ": the consent of " + e.By + " that it rests on has ended; ask its releaser to have it renewed"
}

// withdrawn returns an ErrWithdrawn for a report that was read here and rests
// on a consent that has ended, else ErrNotFound as for what never was.
func (n *Node) withdrawn(ctx context.Context, id string, err error) error {
	if !errors.Is(err, viewdb.ErrNotFound) {
		return err
	}
	by, word, lapsed, werr := n.views.WithdrawnBy(ctx, id)
	if werr != nil {
		return werr
	}
	if by == "" {
		return err
	}
	if word >= 0 {
		if lapsed, werr = n.log.LoggedAt(ctx, word); werr != nil {
			lapsed = 0
		}
	}
	return &ErrWithdrawn{By: by, Since: label.Instant(lapsed)}
}
