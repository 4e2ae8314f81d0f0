package node

import (
	"entente/act"
	"entente/internal/store/viewdb"
	"entente/label"
)

// What was on its way when an originator took it back from this node, or when
// its consent lapsed, is read by nobody either: the last word before the leaf
// counts (spec/act.md, "consent"), and it would have taken the view away.

// ending is the last word on what a portion comes from by which this node is not
// to have it.
type ending struct {
	state label.ConsentState // Withheld or Lapsed; empty for none
	from  label.Instant      // when it was said, in the order of the log
	until label.Instant      // when it lapsed
}

// late notes, of a view of another member, whose word that was logged before it
// has taken it back, and whose consent had lapsed.
func (s *shelf) late(o *opened) {
	if o.report.Own {
		return
	}
	trails := map[label.Originator]*trail{}
	for i := range o.view.Portions {
		p := &o.view.Portions[i]
		for _, by := range needed(&p.Label) {
			if by.Member() == s.n.self || !mayTake(&p.Label, by, s.n.self) {
				continue
			}
			w := trails[by]
			if w == nil {
				w = &trail{s: s, by: by, seen: map[act.ID]label.Instant{}}
				trails[by] = w
			}
			w.visit(p.ID, 0, 0)
			if t := w.withheld; t.state != "" && (o.late == nil || int64(t.from)-1 < o.late.Word) {
				o.late = &viewdb.Withdrawn{Report: o.index, Word: int64(t.from) - 1, Originator: by.String()}
			}
			if t := w.lapsed; t.state != "" && (o.report.Ends == 0 || int64(t.until) < o.report.Ends) {
				o.report.Ends, o.report.Rests = int64(t.until), by.String()
			}
		}
	}
}

// mostSteps bounds a trail: nothing that is cited more often stops the views.
const mostSteps = 4 * citedMost

// trail follows the portions of a view to what they come from of one originator.
type trail struct {
	s    *shelf
	by   label.Originator
	took int
	seen map[act.ID]label.Instant // with which grant above it
	// withheld and lapsed are the earliest of each that were found.
	withheld, lapsed ending
}

// visit looks at a portion. granted is when the last grant on anything that
// comes from it was said: an older word on the portion does not count against it.
func (w *trail) visit(id act.ID, granted label.Instant, depth int) {
	if at, ok := w.seen[id]; ok && at <= granted || depth >= citedDepth || w.took == mostSteps {
		return
	}
	w.took++
	w.seen[id] = granted
	c, held := w.s.portions[id]
	if held && !requires(&c.in.Label, w.by) {
		return
	}
	state, until := w.s.direct.State(w.by, label.PortionID(id), w.s.n.self)
	said := label.Instant(0)
	for _, x := range w.s.words[id] {
		if x.Originator == w.by.String() && x.Member == string(w.s.n.self) {
			said = max(said, spokenAt(&x))
		}
	}
	switch {
	case state == label.Withheld && said > granted:
		if w.withheld.state == "" || said < w.withheld.from {
			w.withheld = ending{state: state, from: said}
		}
	case state == label.Lapsed && said > granted && !(held && w.by.Kind == label.KindMember && c.in.Label.Rel.Contains(w.s.n.self) && len(c.in.Cites) == 0):
		if w.lapsed.state == "" || until.Before(w.lapsed.until) {
			w.lapsed = ending{state: state, from: said, until: until}
		}
	case state == label.Granted:
		granted = max(granted, said)
	}
	if !held {
		return
	}
	for _, x := range c.in.Cites {
		w.visit(x.Portion, granted, depth+1)
	}
}
