package node

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"entente/act"
	"entente/internal/store/viewdb"
	"entente/label"
)

// What was made of a portion goes with it when it is withdrawn from a member
// (spec/act.md, "consent"). The member follows the steps that it holds; across
// one that it does not hold the withdrawal names what comes next, if the member
// knows of that: by a grant to it, or because it got it.

// below is what is here of what was made of some portions and needs an
// originator's consent, nearest first.
type below struct {
	list []act.PortionRef
	of   map[act.PortionRef]*madeOf
}

// madeOf is one of them.
type madeOf struct {
	in *act.PortionInput
	to label.MemberSet // who got it, as far as is known here
}

// madeBelow follows portions into what was made of them.
func (n *Node) madeBelow(ctx context.Context, portions []act.PortionRef, by label.Originator) (*below, error) {
	b := &below{of: map[act.PortionRef]*madeOf{}}
	acts := map[int64]*act.Report{}
	next := refSet(portions)
	for depth := 0; len(next) > 0 && depth < citedDepth && len(b.list) < citedMost; depth++ {
		var keys [][16]byte
		for r := range next {
			if key, ok := portionBytes(r.Portion); ok {
				keys = append(keys, key)
			}
		}
		citing, err := n.views.Citing(ctx, keys)
		if err != nil {
			return nil, err
		}
		found := map[act.PortionRef]bool{}
		for _, c := range citing {
			r, ok := acts[c.Report]
			if !ok {
				full, err := n.views.At(ctx, c.Report)
				if err != nil && !errors.Is(err, viewdb.ErrNotFound) {
					return nil, err
				}
				if a, perr := act.Parse(full.Act); err == nil && perr == nil && a.Report != nil {
					r = a.Report
					r.To = r.To.With(label.MemberID(full.Originator))
				}
				acts[c.Report] = r
			}
			if r == nil || c.N >= len(r.Portions) {
				continue
			}
			p := &r.Portions[c.N]
			ref := act.PortionRef{Portion: p.ID, Digest: p.Digest}
			if !requires(&p.Label, by) || !slices.ContainsFunc(p.Cites, func(x act.Cite) bool { return next[act.PortionRef{Portion: x.Portion, Digest: x.Digest}] }) {
				continue
			}
			if b.of[ref] == nil {
				b.of[ref] = &madeOf{in: &p.PortionInput}
				b.list, found[ref] = append(b.list, ref), true
			}
			b.of[ref].to = b.of[ref].to.Union(r.To)
		}
		next = found
	}
	return b, nil
}

// further is what a withdrawal names beside its portions, in an act of its own
// for those who read the grant, without the basis that others were told.
type further struct {
	answers  string // the ask that the grant answered, as it is called here
	portions []act.PortionRef
}

// furtherOf returns what a withdrawal from a member has to name beside its
// portions so that it reaches all that is made of them and known to the member.
// words are the last ones of the originator on all that is below.
func (b *below) furtherOf(c *Consent, words []viewdb.Consent, m label.MemberID) (out []further) {
	reached, named := refSet(c.Portions), refIDs(c.Portions)
	said := map[act.PortionRef]*viewdb.Consent{}
	for i := range words {
		if w := &words[i]; w.Member == string(m) {
			said[act.PortionRef{Portion: portionID(w.Portion), Digest: act.Digest(w.Digest)}] = w
		}
	}
	for _, ref := range b.list {
		x, w := b.of[ref], said[ref]
		granted := w != nil && w.Step == string(act.ConsentGrant)
		taken := w != nil && w.Step == string(act.ConsentWithdraw)
		got := x.to.Contains(m)
		follows := got && slices.ContainsFunc(x.in.Cites, func(s act.Cite) bool { return reached[act.PortionRef{Portion: s.Portion, Digest: s.Digest}] })
		if !granted && !taken && !got {
			continue // nothing says that the member knows of it
		}
		reached[ref] = true
		if follows && !granted || taken || named[ref.Portion] {
			continue
		}
		answers := ""
		if granted {
			answers = w.Answers
		}
		i := slices.IndexFunc(out, func(f further) bool { return f.answers == answers && len(f.portions) < act.MaxCites })
		if i < 0 {
			i, out = len(out), append(out, further{answers: answers})
		}
		out[i].portions = append(out[i].portions, ref)
	}
	return out
}

// addBelow adds the acts that a withdrawal leaves in beside its own: each goes
// to the member that it is about, and to who asked for what it takes back. It
// says whether there are any.
func (n *Node) addBelow(ctx context.Context, s *speech, c *Consent, by label.Originator) (bool, error) {
	b, err := n.madeBelow(ctx, c.Portions, by)
	if err != nil || len(b.list) == 0 {
		return false, err
	}
	keys := make([][16]byte, 0, len(b.list))
	for _, ref := range b.list {
		if key, ok := portionBytes(ref.Portion); ok {
			keys = append(keys, key)
		}
	}
	words, err := n.views.LatestConsents(ctx, keys, []string{by.String()})
	if err != nil {
		return false, err
	}
	named := false
	for m := range c.Members.All() {
		for k, f := range b.furtherOf(c, words, m) {
			to := label.Members(n.self, m)
			if f.answers != "" {
				asked, err := n.views.Said(ctx, f.answers)
				switch {
				case errors.Is(err, viewdb.ErrNotFound):
					f.answers = "" // it is forgotten here, and nobody can be told that asked
				case err != nil:
					return false, err
				default:
					to = to.With(label.MemberID(asked.Originator))
				}
			}
			for _, ref := range f.portions {
				l := &b.of[ref].in.Label
				s.classes = append(s.classes, label.ClassRef{Policy: l.Policy, Class: l.Class})
			}
			named = true
			s.add(act.BuildConsent(act.Consent{
				Statement: act.Statement{ID: furtherID(c.Further, m, k), Written: c.Written, To: to},
				Step:      c.Step, By: by, Portions: f.portions, Members: label.Members(m), Answers: actID(f.answers),
			}))
		}
	}
	return named, nil
}

// furtherID makes an id that only who knows the seed can tell from a random one,
// and that is the same whenever the draft is planned.
func furtherID(seed act.ID, m label.MemberID, k int) act.ID {
	h := sha256.Sum256(fmt.Appendf(nil, "entente/v1/further\x00%s\x00%s\x00%d", seed, m, k))
	return act.ID(hex.EncodeToString(h[:16]))
}
