package node

import (
	"cmp"
	"context"
	"slices"

	"entente/act"
	"entente/internal/store/viewdb"
	"entente/label"
)

// stock is what the reports of a run of leaves rest on and the views hold
// already, read for all of them at once. It answers for exactly the portions
// and originators that it was asked for, and holds nothing of the run itself:
// what stands in the run before a report comes before it (overlay).
type stock struct {
	// portions were looked for: those that are held, and those that are not.
	portions map[act.PortionRef]*cited
	// words are the last ones of the originators in by on the portions in heard.
	heard map[act.ID]bool
	by    map[string]bool
	words map[act.ID][]viewdb.Consent
}

// stockMost bounds how many portions are read ahead for a run; what lies
// beyond is read when it is asked for.
const stockMost = 4 * citedMost

// stockFor reads ahead for a run: the portions that its reports cite, down to
// what these cite, and the words on all of them. That a run needs a few queries,
// however many reports are judged in it, hangs on it; what it answers never does.
func (n *Node) stockFor(ctx context.Context, leaves []opened) (*stock, error) {
	s := &stock{portions: map[act.PortionRef]*cited{}, heard: map[act.ID]bool{}, by: map[string]bool{}, words: map[act.ID][]viewdb.Consent{}}
	var members label.MemberSet
	var outside label.ExternalSet
	next := map[act.PortionRef]bool{}
	note := func(id act.ID, p *act.PortionInput) {
		members = members.Union(p.Label.Originators).Union(p.Label.ConsentNeeded)
		outside = outside.Union(p.Label.External)
		s.heard[id] = true
		for _, c := range p.Cites {
			s.heard[c.Portion] = true
			r := act.PortionRef{Portion: c.Portion, Digest: c.Digest}
			if _, ok := s.portions[r]; !ok {
				next[r] = true
			}
		}
	}
	for i := range leaves {
		if leaves[i].report == nil {
			continue
		}
		for k := range leaves[i].view.Portions {
			p := &leaves[i].view.Portions[k]
			if leaves[i].judge || len(p.Cites) > 0 {
				note(p.ID, &p.PortionInput)
			} else { // a later one may cite it
				members = members.Union(p.Label.Originators).Union(p.Label.ConsentNeeded)
				outside = outside.Union(p.Label.External)
			}
		}
	}
	for depth := 0; len(next) > 0 && depth < citedDepth && len(s.portions)+len(next) <= stockMost; depth++ {
		found, err := n.portionsHeld(ctx, next, &overlay{})
		if err != nil {
			return nil, err
		}
		for r := range next {
			s.portions[r] = nil
		}
		clear(next)
		for r, c := range found {
			s.portions[r] = &c
		}
		for r, c := range found {
			note(r.Portion, c.in)
		}
	}
	var by []string
	for m := range members.All() {
		by = append(by, string(m))
	}
	for x := range outside.All() {
		by = append(by, x.String())
	}
	if len(by) > mostOriginators {
		clear(s.heard) // each report asks for its own
		return s, nil
	}
	for _, o := range by {
		s.by[o] = true
	}
	keys := make([][16]byte, 0, len(s.heard))
	for id := range s.heard {
		if key, ok := portionBytes(id); ok {
			keys = append(keys, key)
		}
	}
	words, err := n.views.LatestConsents(ctx, keys, by)
	if err != nil {
		return nil, err
	}
	for _, w := range words {
		id := portionID(w.Portion)
		s.words[id] = append(s.words[id], w)
	}
	return s, nil
}

// portion returns a portion as the views hold it, nil for one that they do not,
// and whether it is known which of the two.
func (s *stock) portion(r act.PortionRef) (c *cited, known bool) {
	if s == nil {
		return nil, false
	}
	c, known = s.portions[r]
	return c, known
}

// said returns the stored words of originators on portions, those first that
// were said first, and the portions of which it does not know.
func (s *stock) said(ids map[act.ID]bool, by []string) (words []viewdb.Consent, rest [][16]byte) {
	knows := s != nil
	for _, o := range by {
		knows = knows && s.by[o]
	}
	for id := range ids {
		if knows && s.heard[id] {
			for _, w := range s.words[id] {
				if slices.Contains(by, w.Originator) {
					words = append(words, w)
				}
			}
		} else if key, ok := portionBytes(id); ok {
			rest = append(rest, key)
		}
	}
	return words, rest
}

// inOrder sorts words as the log has them.
func inOrder(words []viewdb.Consent) {
	slices.SortFunc(words, func(a, b viewdb.Consent) int {
		return cmp.Or(cmp.Compare(a.Index, b.Index), slices.Compare(a.Portion[:], b.Portion[:]), cmp.Compare(a.Member, b.Member))
	})
}
