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
// the word. It reaches nothing that is not the originator's own.

// takenBack finds what the withdrawals in a run of leaves take back.
func (n *Node) takenBack(ctx context.Context, leaves []opened) (out []viewdb.Withdrawn, err error) {
	for i := range leaves {
		o := &leaves[i]
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
			w := &withdrawal{n: n, leaves: leaves[:i], word: o.index, by: by, named: c.Originator, content: map[act.ID]act.Digest{},
				acts: map[int64]*act.Report{}, taken: map[int64]bool{}}
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
	// content is what is known to come from the portion, by what bytes.
	content map[act.ID]act.Digest
	acts    map[int64]*act.Report
	taken   map[int64]bool
}

// reach follows a portion into everything that was made of it.
func (w *withdrawal) reach(ctx context.Context, id act.ID, digest act.Digest) error {
	key, ok := portionBytes(id)
	if !ok {
		return nil
	}
	w.content[id] = digest
	holding, err := w.n.views.Holding(ctx, key)
	if err != nil {
		return err
	}
	for _, index := range holding {
		r, err := w.report(ctx, index)
		if err != nil {
			return err
		}
		if r != nil {
			w.take(index, r, func(p *act.Portion) bool { return p.ID == id && p.Digest == digest })
		}
	}
	for i := range w.leaves {
		if o := &w.leaves[i]; o.report != nil {
			w.take(o.index, o.view, func(p *act.Portion) bool { return p.ID == id && p.Digest == digest })
		}
	}
	next := map[act.ID]bool{id: true}
	for depth := 0; len(next) > 0 && depth < citedDepth && len(w.content) < citedMost; depth++ {
		if next, err = w.step(ctx, next); err != nil {
			return err
		}
	}
	return nil
}

// step takes back what cites the given portions, and returns what it is.
func (w *withdrawal) step(ctx context.Context, from map[act.ID]bool) (map[act.ID]bool, error) {
	var keys [][16]byte
	for id := range from {
		if key, ok := portionBytes(id); ok {
			keys = append(keys, key)
		}
	}
	citing, err := w.n.views.Citing(ctx, keys)
	if err != nil {
		return nil, err
	}
	found := map[act.ID]bool{}
	comes := func(p *act.Portion) bool {
		for _, c := range p.Cites {
			if d, ok := w.content[c.Portion]; ok && from[c.Portion] && d == c.Digest {
				return true
			}
		}
		return false
	}
	note := func(p *act.Portion) bool {
		if !comes(p) {
			return false
		}
		if _, ok := w.content[p.ID]; !ok && requires(&p.Label, w.by) {
			w.content[p.ID], found[p.ID] = p.Digest, true
		}
		return true
	}
	for _, c := range citing {
		r, err := w.report(ctx, c.Report)
		if err != nil {
			return nil, err
		}
		if r != nil {
			w.take(c.Report, r, note)
		}
	}
	for i := range w.leaves {
		if o := &w.leaves[i]; o.report != nil {
			w.take(o.index, o.view, note)
		}
	}
	return found, nil
}

// take takes a report back when one of its portions is reached and is the
// originator's to take: its own material, or what rests on its consent.
func (w *withdrawal) take(index int64, r *act.Report, reached func(*act.Portion) bool) {
	for i := range r.Portions {
		p := &r.Portions[i]
		if reached(p) && w.mayTake(&p.Label) {
			w.taken[index] = true
		}
	}
}

// mayTake says whether an originator can take material so marked from this node
// (spec/label.md): what it originated, always; what only needs its consent, when
// it was not released here without.
func (w *withdrawal) mayTake(l *label.Label) bool {
	if w.by.Kind == label.KindExternal {
		return requires(l, w.by)
	}
	m := label.MemberID(w.by.ID)
	return l.Originators.Contains(m) || l.ConsentNeeded.Contains(m) && !l.Rel.Contains(w.n.self)
}

// report returns a report of others that was logged before the word, nil for any
// other.
func (w *withdrawal) report(ctx context.Context, index int64) (*act.Report, error) {
	if index >= w.word {
		return nil, nil
	}
	if r, ok := w.acts[index]; ok {
		return r, nil
	}
	full, err := w.n.views.At(ctx, index)
	if errors.Is(err, viewdb.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	a, err := act.Parse(full.Act)
	if err != nil || full.Own {
		a.Report = nil
	}
	w.acts[index] = a.Report
	return a.Report, nil
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
		if lapsed, werr = n.log.HeadTime(ctx, word); werr != nil {
			lapsed = 0
		}
	}
	return &ErrWithdrawn{By: by, Since: label.Instant(lapsed)}
}
