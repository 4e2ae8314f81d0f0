package label

import "fmt"

// ReasonKind says why a member does not see a portion.
type ReasonKind string

// The reasons. The first four concern one member, the others everybody.
const (
	// NotReleased: the release set of the portion does not name the member.
	NotReleased ReasonKind = "not released"
	// ConsentMissing: By, whose consent could widen the release, has not
	// granted it. It only ever stands beside NotReleased.
	ConsentMissing ReasonKind = "consent missing"
	// ExternalMissing: the external originator By has not granted it (rule 8).
	ExternalMissing ReasonKind = "external originator"
	// WithheldBy: By keeps the portion from the member (rule 10).
	WithheldBy ReasonKind = "withheld"

	// Unlabelled: the portion has no label (rule 7).
	Unlabelled ReasonKind = "unlabelled"
	// Unsourced: the portion cites no source (rule 7).
	Unsourced ReasonKind = "unsourced"
	// Expired: the release of the portion ended at Until (rule 10).
	Expired ReasonKind = "expired"
	// ReviewOverdue: the portion holds personal data whose review was due at
	// Until (rule 21).
	ReviewOverdue ReasonKind = "review overdue"
	// NotReleasers: the portion is not released to the member that would
	// release it, so that member cannot pass it on (rule 7).
	NotReleasers ReasonKind = "not released to the releaser"
)

// Rule returns the number of the hard rule behind the reason.
func (k ReasonKind) Rule() int {
	switch k {
	case ExternalMissing:
		return 8
	case WithheldBy, Expired:
		return 10
	case ReviewOverdue:
		return 21
	}
	return 7
}

// Blocks reports whether the reason keeps the portion from everybody until it
// is cured.
func (k ReasonKind) Blocks() bool {
	switch k {
	case Unlabelled, Unsourced, Expired, ReviewOverdue, NotReleasers:
		return true
	}
	return false
}

// Reason is one reason why a member does not see a portion.
type Reason struct {
	Kind ReasonKind `json:"kind"`
	// By is whose decision is behind it, where it is one party's.
	By *Originator `json:"by,omitempty"`
	// Member is the releasing member of NotReleasers.
	Member MemberID `json:"member,omitempty"`
	// State is how By's decision stands.
	State ConsentState `json:"state,omitempty"`
	// Until is the moment at which the consent lapsed, the release ended or
	// the review was due.
	Until Instant `json:"until,omitzero"`
}

// PortionBlame is one portion that keeps a member out, and why. Index counts
// the portions from 0 in the order in which they were given; Rel is the release
// set of its label as the originators wrote it, before any consent.
type PortionBlame struct {
	Index   int       `json:"index"`
	ID      PortionID `json:"id,omitempty"`
	Rel     MemberSet `json:"rel"`
	Reasons []Reason  `json:"reasons"`
}

// Request is a consent to be asked for: of whom, for which portions, and how
// the party's decision stands now.
type Request struct {
	Of       Originator   `json:"of"`
	Portions []int        `json:"portions"`
	State    ConsentState `json:"state"`
}

// RemedyKind says what would let a member in.
type RemedyKind string

// The remedies.
const (
	// Tearline: give the member the portions it may see, under their own
	// banner; the others still get the whole.
	Tearline RemedyKind = "tearline"
	// AskConsent: ask for the consents in Ask; once all are granted the member
	// sees the whole.
	AskConsent RemedyKind = "ask consent"
	// WidenOwn: the releaser itself decides on the portions; it adds the member
	// to their release sets. Where others are asked too, both are needed.
	WidenOwn RemedyKind = "widen"
	// SecondMember: the release sets take no more members; they go to the member
	// once a second one has agreed (rule 19). It stands in the place of WidenOwn.
	SecondMember RemedyKind = "second member"
	// DropPortions: leave the portions out for everybody.
	DropPortions RemedyKind = "drop"
	// CurePortions: put right the portions that nobody may see.
	CurePortions RemedyKind = "cure"
)

// Remedy is one way to let a member in.
type Remedy struct {
	Kind RemedyKind `json:"kind"`
	// Portions holds the indices of the portions of the tearline, or of those
	// to be dropped, cured or consented to.
	Portions []int `json:"portions"`
	// Banner is the label of the tearline, or of what is left after dropping.
	Banner *Label `json:"banner,omitempty"`
	// Ask holds the consents to be asked for; all of them are needed.
	Ask []Request `json:"ask,omitempty"`
}

// MemberBlame is what keeps one member out of a whole. Portions is the least
// set of portions whose removal lets the member see all that is left: it is the
// only such set, since each of them alone keeps the member out.
type MemberBlame struct {
	Member   MemberID       `json:"member"`
	Portions []PortionBlame `json:"portions"`
	Remedies []Remedy       `json:"remedies"`
}

// Blame answers, for every member, which portions of a whole keep it out, why,
// and what would change that. It is immutable and computes its answers when
// asked. The zero value blames nothing.
type Blame struct{ w *whole }

// whole is a list of portions with their labels as they are and as the
// consents leave them.
type whole struct {
	*frame
	ids       []PortionID // nil where the portions have none
	raw       []*Label
	effective []*Label
	blocks    [][]Reason // nil where nothing can block
	consents  Consents
	bilateral []bool // nil where no portion is
}

// full says whether the release set of a portion takes no more members.
func (w *whole) full(i int) bool {
	return w.bilateral != nil && w.bilateral[i] && w.effective[i] != nil && w.effective[i].Rel.Len() >= 2
}

func (w *whole) id(i int) PortionID {
	if w.ids == nil {
		return ""
	}
	return w.ids[i]
}

func (w *whole) blocked(i int) bool { return w.blocks != nil && len(w.blocks[i]) > 0 }

func (w *whole) sees(m MemberID, i int) bool {
	return !w.blocked(i) && w.effective[i] != nil && w.effective[i].Rel.Contains(m)
}

// KeptOut returns the members that are named anywhere in the labels (as
// releasable to, as originators, as those whose consent is needed) and do not
// see the whole. Others may be asked about too: nobody sees a portion that is
// not released to it.
func (b Blame) KeptOut() MemberSet {
	if b.w == nil {
		return MemberSet{}
	}
	in := b.w.members
	for i, l := range b.w.effective {
		if b.w.blocked(i) || l == nil {
			return b.w.members
		}
		in = in.Intersect(l.Rel)
	}
	return b.w.members.Minus(in)
}

// Of returns what keeps m out, with no portions and no remedies if nothing
// does.
func (b Blame) Of(m MemberID) MemberBlame {
	if b.w == nil {
		return MemberBlame{Member: m}
	}
	return b.w.blame(m)
}

func (w *whole) blame(m MemberID) MemberBlame {
	out := MemberBlame{Member: m}
	seen := make([]uint64, words(len(w.raw)))
	var kept, curable []int
	for i := range w.raw {
		if w.sees(m, i) {
			seen[i/64] |= 1 << (i % 64)
			continue
		}
		pb := PortionBlame{Index: i, ID: w.id(i), Reasons: w.reasons(m, i)}
		if w.raw[i] != nil {
			pb.Rel = w.raw[i].Rel
		}
		out.Portions = append(out.Portions, pb)
		kept = append(kept, i)
		if w.blocked(i) {
			curable = append(curable, i)
		}
	}
	if len(kept) == 0 {
		return out
	}
	if len(curable) > 0 {
		out.Remedies = append(out.Remedies, Remedy{Kind: CurePortions, Portions: curable})
	}
	if ask := requests(out.Portions); len(ask) > 0 && len(curable) == 0 {
		out.Remedies = append(out.Remedies, Remedy{Kind: AskConsent, Portions: kept, Ask: ask})
	}
	if banner, err := w.join(seen); err == nil {
		out.Remedies = append(out.Remedies,
			Remedy{Kind: Tearline, Portions: positions(seen), Banner: &banner},
			Remedy{Kind: DropPortions, Portions: kept, Banner: &banner})
	}
	return out
}

// reasons returns why m does not see portion i: at least one if it does not,
// none if it does.
func (w *whole) reasons(m MemberID, i int) []Reason {
	var out []Reason
	if w.blocked(i) {
		out = append(out, w.blocks[i]...)
	}
	l := w.raw[i]
	if l == nil || w.effective[i].Rel.Contains(m) {
		return out
	}
	var missing, withheld []Reason
	for o := range l.required().All() {
		if o == m {
			continue
		}
		by := ByMember(o)
		switch state, until := w.consents.State(by, w.id(i), m); state {
		case Granted:
		default:
			if state == Withheld && l.Originators.Contains(o) {
				withheld = append(withheld, Reason{Kind: WithheldBy, By: &by, State: state, Until: until})
				missing = append(missing, Reason{}) // a withholding is no grant either
				continue
			}
			missing = append(missing, Reason{Kind: ConsentMissing, By: &by, State: state, Until: until})
		}
	}
	if !l.Rel.Contains(m) && len(missing) > 0 {
		out = append(out, Reason{Kind: NotReleased})
		for _, r := range missing {
			if r.By != nil {
				out = append(out, r)
			}
		}
	}
	for x := range l.External.All() {
		if x.Holder == m {
			continue
		}
		by := ByExternal(x)
		switch state, until := w.consents.State(by, w.id(i), m); state {
		case Granted:
		case Withheld:
			withheld = append(withheld, Reason{Kind: WithheldBy, By: &by, State: state, Until: until})
		default:
			out = append(out, Reason{Kind: ExternalMissing, By: &by, State: state, Until: until})
		}
	}
	return append(out, withheld...)
}

// requests gathers whose consents would cure all the reasons.
func requests(portions []PortionBlame) []Request {
	var out []Request
	at := make(map[Originator]int)
	for _, p := range portions {
		for _, r := range p.Reasons {
			if r.By == nil {
				continue
			}
			i, ok := at[*r.By]
			if !ok {
				i = len(out)
				at[*r.By] = i
				out = append(out, Request{Of: *r.By, State: r.State})
			}
			q := &out[i]
			if n := len(q.Portions); n == 0 || q.Portions[n-1] != p.Index {
				q.Portions = append(q.Portions, p.Index)
			}
			if q.State != r.State {
				q.State = narrower(q.State, r.State)
			}
		}
	}
	return out
}

// narrower returns the state that weighs more against asking again.
func narrower(a, b ConsentState) ConsentState {
	for _, s := range []ConsentState{Withheld, Refused, Lapsed} {
		if a == s || b == s {
			return s
		}
	}
	return a
}

// Rollup returns the label of the whole whose portions have the given labels:
// the fold of [Join] over their effective labels, and the blame. The order of
// the labels changes nothing but the indices in the blame. Only standing
// consents apply, since the labels come without the identifiers of their
// portions; [PlanRelease] has those.
//
// An empty Rel in the result says that no member may see the whole. Rollup
// refuses an empty list with [ErrNoPortions], more than [MaxPortions], and
// whatever [Join] refuses.
func Rollup(t *Table, labels []Label, consents Consents) (Label, Blame, error) {
	if len(labels) == 0 {
		return Label{}, Blame{}, fmt.Errorf("%w: give at least one portion with its label (rule 7)", ErrNoPortions)
	}
	if len(labels) > MaxPortions {
		return Label{}, Blame{}, fmt.Errorf("%w: %d portions, at most %d", ErrTooMany, len(labels), MaxPortions)
	}
	w := &whole{consents: consents}
	own := make([]Label, len(labels))
	w.raw, w.effective = make([]*Label, len(labels)), make([]*Label, len(labels))
	for i, l := range labels {
		if err := t.Check(l); err != nil {
			return Label{}, Blame{}, fmt.Errorf("portion %d: %w", i+1, err)
		}
		own[i] = l
		w.raw[i], w.effective[i] = &own[i], consents.effective(&own[i], "")
	}
	var err error
	if w.frame, err = newFrame(t, w.effective, w.raw, MemberSet{}); err != nil {
		return Label{}, Blame{}, err
	}
	l, err := w.join(everything(len(labels)))
	if err != nil {
		return Label{}, Blame{}, err
	}
	return l, Blame{w}, nil
}
