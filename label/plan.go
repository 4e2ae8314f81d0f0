package label

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
)

// Portion is the smallest unit that carries its own label. The zero value has
// no label and no source, and so cannot be released (rule 7).
type Portion struct {
	ID PortionID
	// Label is the portion's label, nil if it has none.
	Label *Label
	// Sourced says that the portion cites its source or is its originator's
	// own statement.
	Sourced bool
	// Bilateral says that its release set takes a second member and no third:
	// further it goes by consents alone (rule 19; act.CheckAgreed).
	Bilateral bool
}

// PlanInput is what a release plan is computed from.
type PlanInput struct {
	Table *Table
	// Portions are the parts of what is to be released, in order.
	Portions []Portion
	// Members and Observers are those of the charter. An observer sees only
	// what names it (rule 31).
	Members, Observers MemberSet
	// Releaser is the member or observer that would release.
	Releaser MemberID
	// Consents are the records known to the releaser.
	Consents []Consent
	// At is the moment for which the plan holds.
	At Instant
}

// ReleasePlan says who would see what if the portions were released: the dry
// run. It is for the releasing officer, who sees all the portions; what goes to
// a member is made from its [Sheet] alone. A plan holds no pointer into its
// input, is immutable, and is safe for concurrent use.
type ReleasePlan struct {
	Releaser MemberID `json:"releaser"`
	At       Instant  `json:"at"`
	// Portions has one entry for each portion, in the order of the input.
	Portions []PortionPlan `json:"portions"`
	// Recipients has one entry for each member and observer, in rising order.
	Recipients []RecipientPlan `json:"recipients"`
	// Views groups the recipients that would see the same portions, in the
	// order of the lowest recipient of each. Who sees no portion is in none.
	Views []View `json:"views"`
	// Historic holds those whom a release set names but who are neither
	// members nor observers (now); they receive nothing.
	Historic MemberSet `json:"historic"`

	w *whole
}

// PortionPlan is what the plan says of one portion.
type PortionPlan struct {
	ID PortionID `json:"id"`
	// Label is the effective label, nil if the portion has none.
	Label *Label `json:"label"`
	// Blocks says why the portion must not be released to anybody, empty if
	// nothing stands against it.
	Blocks []Reason `json:"blocks,omitempty"`
	// Recipients holds the members and observers that would see it.
	Recipients MemberSet `json:"recipients"`
}

// RecipientPlan is what the plan says of one member or observer.
type RecipientPlan struct {
	Member   MemberID `json:"member"`
	Observer bool     `json:"observer,omitempty"`
	// View is the index of the recipient's view, -1 if it sees nothing.
	View int `json:"view"`
	// All says that the recipient would see every portion.
	All bool `json:"all"`
}

// View is what one group of recipients would see.
type View struct {
	// Portions holds the indices of the portions seen, rising.
	Portions []int `json:"portions"`
	// Recipients holds those who see exactly these.
	Recipients MemberSet `json:"recipients"`
	// Banner is the label of the view: the roll-up of its portions.
	Banner Label `json:"banner"`
}

// PlanRelease computes who would see what. It refuses, by an error that wraps
// [ErrPlan] or what [NewConsents] and [Table.Check] return, only input that
// makes no sense; what must not be released is in the plan, where it keeps
// [ReleasePlan.Ready] from returning nil.
func PlanRelease(in PlanInput) (*ReleasePlan, error) {
	w, all, err := in.prepare()
	if err != nil {
		return nil, err
	}
	p := &ReleasePlan{Releaser: in.Releaser, At: in.At, w: w}
	if err := p.matrix(in.Observers, all); err != nil {
		return nil, err
	}
	return p, nil
}

// prepare checks the input and computes the effective labels and the blocks.
func (in *PlanInput) prepare() (*whole, MemberSet, error) {
	var none MemberSet
	all := in.Members.Union(in.Observers)
	switch n := len(in.Portions); {
	case in.Table == nil:
		return nil, none, fmt.Errorf("%w: no policy table: give the charter's", ErrPlan)
	case n == 0:
		return nil, none, fmt.Errorf("%w: %w: add at least one portion", ErrPlan, ErrNoPortions)
	case n > MaxPortions:
		return nil, none, fmt.Errorf("%w: %w: %d portions, at most %d", ErrPlan, ErrTooMany, n, MaxPortions)
	case all.Len() > MaxMembers:
		return nil, none, fmt.Errorf("%w: %w: %d members and observers, at most %d", ErrPlan, ErrTooMany, all.Len(), MaxMembers)
	case all.Len() != in.Members.Len()+in.Observers.Len():
		return nil, none, fmt.Errorf("%w: %s are named both as members and as observers: each is one or the other", ErrPlan, in.Members.Intersect(in.Observers))
	case !all.Contains(in.Releaser):
		return nil, none, fmt.Errorf("%w: %q would release but is neither a member nor an observer of the charter", ErrPlan, clip(string(in.Releaser)))
	}
	consents, err := NewConsents(in.At, in.Consents)
	if err != nil {
		return nil, none, fmt.Errorf("%w: %w", ErrPlan, err)
	}

	n := len(in.Portions)
	w := &whole{
		consents:  consents,
		ids:       make([]PortionID, n),
		raw:       make([]*Label, n),
		effective: make([]*Label, n),
		blocks:    make([][]Reason, n),
		bilateral: make([]bool, n),
	}
	labels := make([]Label, n)
	seen := make(map[PortionID]int, n)
	for i := range in.Portions {
		p := &in.Portions[i]
		if err := p.ID.Validate(); err != nil {
			return nil, none, fmt.Errorf("%w: portion %d: %w", ErrPlan, i+1, err)
		}
		if j, twice := seen[p.ID]; twice {
			return nil, none, fmt.Errorf("%w: portions %d and %d have the same identifier %q: each has its own", ErrPlan, j+1, i+1, p.ID)
		}
		seen[p.ID] = i
		w.ids[i], w.bilateral[i] = p.ID, p.Bilateral
		if p.Label != nil {
			if err := in.Table.Check(*p.Label); err != nil {
				return nil, none, fmt.Errorf("%w: portion %d: %w", ErrPlan, i+1, err)
			}
			labels[i] = *p.Label
			w.raw[i], w.effective[i] = &labels[i], consents.effective(&labels[i], p.ID)
		}
		w.blocks[i] = blocks(w.effective[i], p.Sourced, in.Releaser, in.At)
	}
	if w.frame, err = newFrame(in.Table, w.effective, w.raw, all); err != nil {
		return nil, none, fmt.Errorf("%w: %w", ErrPlan, err)
	}
	return w, all, nil
}

// blocks returns what keeps a portion with the effective label l from
// everybody.
func blocks(l *Label, sourced bool, releaser MemberID, at Instant) []Reason {
	var out []Reason
	if l == nil {
		out = append(out, Reason{Kind: Unlabelled})
	}
	if !sourced {
		out = append(out, Reason{Kind: Unsourced})
	}
	if l == nil {
		return out
	}
	if l.Expires.Passed(at) {
		out = append(out, Reason{Kind: Expired, Until: l.Expires})
	}
	if l.Personal && l.ReviewBy.Passed(at) {
		out = append(out, Reason{Kind: ReviewOverdue, Until: l.ReviewBy})
	}
	if !l.Rel.Contains(releaser) {
		out = append(out, Reason{Kind: NotReleasers, Member: releaser})
	}
	return out
}

// matrix fills in who sees what, and groups the recipients into views.
func (p *ReleasePlan) matrix(observers, all MemberSet) error {
	w, n := p.w, len(p.w.ids)
	k := words(n)

	// masks holds, for each place in w.members, the set of portions seen.
	masks := make([]uint64, w.members.Len()*k)
	here, named := make([]uint64, w.w.member), make([]uint64, w.w.member)
	w.index.pack(here, all)
	p.Portions = make([]PortionPlan, n)
	for i := range p.Portions {
		q := &p.Portions[i]
		*q = PortionPlan{ID: w.ids[i], Label: w.effective[i], Blocks: w.blocks[i]}
		if q.Label == nil {
			continue
		}
		elsewhere := false
		for j, rel := range w.parts(w.row(i)).rel {
			named[j] |= rel
			elsewhere = elsewhere || rel&^here[j] != 0
			for rel &= here[j]; rel != 0 && !w.blocked(i); rel &= rel - 1 {
				m := j*64 + bits.TrailingZeros64(rel)
				masks[m*k+i/64] |= 1 << (i % 64)
			}
		}
		switch {
		case w.blocked(i):
		case elsewhere:
			q.Recipients = q.Label.Rel.Intersect(all)
		default:
			q.Recipients = q.Label.Rel
		}
	}
	p.Historic = MemberSet{unpack(w.members.codes, named)}.Minus(all)

	type group struct {
		mask []uint64
		who  []code
	}
	var groups []group
	whole := everything(n)
	p.Recipients = make([]RecipientPlan, 0, all.Len())
	for at, c := range w.members.codes {
		if !all.has(c) {
			continue
		}
		m := nameOf(c)
		mask := masks[at*k : (at+1)*k]
		r := RecipientPlan{Member: m, Observer: observers.has(c), View: -1}
		if !isEmpty(mask) {
			r.View = slices.IndexFunc(groups, func(g group) bool { return slices.Equal(g.mask, mask) })
			if r.View < 0 {
				r.View = len(groups)
				groups = append(groups, group{mask: mask})
			}
			groups[r.View].who = append(groups[r.View].who, c)
			r.All = slices.Equal(mask, whole)
		}
		p.Recipients = append(p.Recipients, r)
	}

	p.Views = make([]View, len(groups))
	for i, g := range groups {
		banner, err := w.join(g.mask)
		if err != nil {
			return fmt.Errorf("%w: the portions for %s: %w", ErrPlan, MemberSet{g.who}, err)
		}
		p.Views[i] = View{Portions: positions(g.mask), Recipients: MemberSet{g.who}, Banner: banner}
	}
	return nil
}

// Ready returns nil if nothing stands against releasing the portions to those
// whom the plan names, and otherwise an error that wraps [ErrBlocked] and names
// each portion that blocks, why, and what would cure it. A release without any
// recipient but the releaser is ready: it is a filing of one's own.
func (p *ReleasePlan) Ready() error {
	var parts []string
	for i := range p.Portions {
		for _, r := range p.Portions[i].Blocks {
			parts = append(parts, fmt.Sprintf("portion %d: %s", i+1, r.text("", MemberSet{})))
		}
	}
	if len(parts) == 0 {
		return nil
	}
	return fmt.Errorf("%w: %s", ErrBlocked, strings.Join(parts, "; "))
}

// Sees reports whether m would see the portion of index i.
func (p *ReleasePlan) Sees(m MemberID, i int) bool {
	return i >= 0 && i < len(p.Portions) && p.Portions[i].Recipients.Contains(m)
}

// Blame returns what keeps m from seeing all of it, why, and what would change
// that. It goes by the release sets alone: that somebody is neither a member
// nor an observer (any more) is no fault of a portion.
func (p *ReleasePlan) Blame(m MemberID) MemberBlame {
	return p.w.blame(m).ownDecision(p.Releaser).agreed(p.w.full)
}

// ViewOf returns the view of m; ok is false if m would see nothing.
func (p *ReleasePlan) ViewOf(m MemberID) (v View, ok bool) {
	for i := range p.Recipients {
		if r := &p.Recipients[i]; r.Member == m && r.View >= 0 {
			return p.Views[r.View], true
		}
	}
	return View{}, false
}
