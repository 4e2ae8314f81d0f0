package node

import (
	"bytes"
	"context"
	"encoding/hex"
	"slices"

	"entente/act"
	"entente/internal/store/viewdb"
	"entente/label"
)

// Consents bear on what was made of the material, down any depth (rules 7, 8
// and 10): a portion that cites others has the consent of an originator for a
// member when every cited portion that needs it has it.

const (
	// citedDepth bounds how far citations are followed, citedMost how many
	// portions: what lies beyond counts as without consent.
	citedDepth = 32
	citedMost  = 4096
	// mostOriginators bounds those whose words are looked for.
	mostOriginators = 200
)

// cited is a portion as the consents on it are worked out.
type cited struct {
	in     *act.PortionInput
	digest act.Digest
	from   label.MemberID // who released it; empty for a draft
}

// shelf holds portions and the words on them while consents are worked out.
type shelf struct {
	n        *Node
	at       label.Instant
	portions map[act.ID]cited
	words    map[act.ID][]viewdb.Consent
	direct   label.Consents
	memo     map[standing]decided
}

type standing struct {
	by label.Originator
	of act.ID
	m  label.MemberID
}

type decided struct {
	state       label.ConsentState
	from, until label.Instant
}

// overlay is what stands in a run of leaves before a report and is not stored
// yet.
type overlay struct {
	portions map[act.ID][]cited
	consents []viewdb.Consent
	// stock was read ahead for the whole run; nil: nothing was.
	stock *stock
}

// state notes how a portion is stated in the run, once for each digest.
func (run *overlay) state(c cited) {
	for i, have := range run.portions[c.in.ID] {
		if have.digest == c.digest {
			run.portions[c.in.ID][i] = c
			return
		}
	}
	run.portions[c.in.ID] = append(run.portions[c.in.ID], c)
}

// needsConsent says whether any consent could bear on a portion: it has
// material of others, or comes from what may have.
func (n *Node) needsConsent(p *act.PortionInput) bool {
	self := label.Members(n.self)
	return len(p.Cites) > 0 || !p.Label.External.IsEmpty() || !p.Label.Originators.Union(p.Label.ConsentNeeded).Minus(self).IsEmpty()
}

// consentsFor returns the records that bear on the given portions and on
// everything that they cite, as they stand at a moment. run is nil outside the
// projection.
func (n *Node) consentsFor(ctx context.Context, portions []act.PortionInput, at label.Instant, run *overlay) ([]label.Consent, error) {
	s, err := n.shelfFor(ctx, portions, at, run)
	if s == nil || err != nil {
		return nil, err
	}
	return s.records()
}

// shelfFor takes down the given portions, what they cite, and the words on all
// of them; nil where no consent could bear on any.
func (n *Node) shelfFor(ctx context.Context, portions []act.PortionInput, at label.Instant, run *overlay) (*shelf, error) {
	s := &shelf{n: n, at: at, portions: map[act.ID]cited{}, words: map[act.ID][]viewdb.Consent{}, memo: map[standing]decided{}}
	needed := false
	for i := range portions {
		if n.needsConsent(&portions[i]) {
			needed = true
			s.portions[portions[i].ID] = cited{in: &portions[i]}
		}
	}
	if !needed {
		return nil, nil
	}
	if err := s.follow(ctx, run); err != nil {
		return nil, err
	}
	if err := s.listen(ctx, run); err != nil {
		return nil, err
	}
	return s, nil
}

// follow takes down what the portions cite, one depth after the other.
func (s *shelf) follow(ctx context.Context, run *overlay) error {
	next := map[act.PortionRef]bool{}
	note := func(p *act.PortionInput) {
		for _, c := range p.Cites {
			if _, ok := s.portions[c.Portion]; !ok {
				next[act.PortionRef{Portion: c.Portion, Digest: c.Digest}] = true
			}
		}
	}
	for _, c := range s.portions {
		note(c.in)
	}
	for depth := 0; len(next) > 0 && depth < citedDepth && len(s.portions) < citedMost; depth++ {
		found, err := s.n.portionsHeld(ctx, next, run)
		if err != nil {
			return err
		}
		clear(next)
		for r, c := range found {
			// Of two under one id that are cited at one depth always the same is taken.
			if have, ok := s.portions[r.Portion]; !ok || bytes.Compare(c.digest[:], have.digest[:]) < 0 {
				s.portions[r.Portion] = c
			}
		}
		for r := range found {
			note(s.portions[r.Portion].in)
		}
	}
	return nil
}

// portionsHeld returns those of the portions that this node holds, by what was
// asked for: under the digest that is named, else as it was stated last under
// the id.
func (n *Node) portionsHeld(ctx context.Context, refs map[act.PortionRef]bool, run *overlay) (map[act.PortionRef]cited, error) {
	out := map[act.PortionRef]cited{}
	var keys [][16]byte
	var rest []act.PortionRef
	for r := range refs {
		if run != nil {
			if c, ok := exactly(run.portions[r.Portion], r.Digest); ok {
				out[r] = c
				continue
			}
			if c, known := run.stock.portion(r); known && (c == nil || c.digest == r.Digest) {
				if c != nil {
					out[r] = *c
				} else if in := run.portions[r.Portion]; len(in) > 0 {
					out[r] = in[len(in)-1]
				}
				continue
			}
		}
		if key, ok := portionBytes(r.Portion); ok {
			keys, rest = append(keys, key), append(rest, r)
		}
	}
	if len(keys) == 0 {
		return out, nil
	}
	held, err := n.views.WithPortions(ctx, keys, run != nil)
	if err != nil {
		return nil, err
	}
	acts := map[int64]act.Act{}
	for i, r := range rest {
		list := held[keys[i]]
		var last cited
		for k := range list {
			h := &list[k]
			a, ok := acts[h.Index]
			if !ok {
				if a, err = act.Parse(h.Act); err != nil {
					return nil, err
				}
				acts[h.Index] = a
			}
			p := &a.Report.Portions[h.N]
			last = cited{in: &p.PortionInput, digest: p.Digest, from: label.MemberID(h.Originator)}
			if p.Digest == r.Digest {
				break
			}
		}
		if run != nil && (last.in == nil || last.digest != r.Digest) {
			if in := run.portions[r.Portion]; len(in) > 0 {
				last = in[len(in)-1]
			}
		}
		if last.in != nil {
			out[r] = last
		}
	}
	return out, nil
}

// exactly finds what is stated under a digest.
func exactly(list []cited, digest act.Digest) (cited, bool) {
	for i := range list {
		if list[i].digest == digest {
			return list[i], true
		}
	}
	return cited{}, false
}

// portionID writes the id of a portion as acts do.
func portionID(key [16]byte) act.ID { return act.ID(hex.EncodeToString(key[:])) }

func portionBytes(id act.ID) (key [16]byte, ok bool) {
	n, err := hex.Decode(key[:], []byte(id)[:min(len(id), 32)])
	return key, err == nil && n == 16
}

// listen takes down the words on all portions and on what they cite.
func (s *shelf) listen(ctx context.Context, run *overlay) error {
	ids := map[act.ID]bool{}
	for id, c := range s.portions {
		ids[id] = true
		for _, x := range c.in.Cites {
			ids[x.Portion] = true
		}
	}
	by := s.originators()
	var ahead *stock
	if run != nil {
		ahead = run.stock
	}
	words, keys := ahead.said(ids, by)
	more, err := s.n.views.LatestConsents(ctx, keys, by)
	if err != nil {
		return err
	}
	words = append(words, more...)
	if run != nil {
		words = append(words, run.consents...)
	}
	inOrder(words)
	var records []label.Consent
	for _, w := range words {
		id := portionID(w.Portion)
		if !ids[id] || !slices.Contains(by, w.Originator) {
			continue // about nothing here, or not by anybody whose word counts here
		}
		r, ok := consentRecord(&w)
		if !ok {
			continue
		}
		if fits, err := s.fits(id, act.Digest(w.Digest)); err != nil {
			return err
		} else if !fits {
			continue
		}
		s.words[id] = append(s.words[id], w)
		records = append(records, r)
	}
	s.direct, err = label.NewConsents(s.at, records)
	return err
}

// originators are those whose consent any of the portions needs, in writing.
func (s *shelf) originators() []string {
	var members label.MemberSet
	var outside label.ExternalSet
	for _, c := range s.portions {
		members = members.Union(c.in.Label.Originators).Union(c.in.Label.ConsentNeeded)
		outside = outside.Union(c.in.Label.External)
	}
	var out []string
	for m := range members.All() {
		out = append(out, string(m))
	}
	for x := range outside.All() {
		out = append(out, x.String())
	}
	return out[:min(len(out), mostOriginators)]
}

// fits says whether a word is about a portion as it is here: what was changed
// since has no consent. A portion that is not here is taken at its word.
func (s *shelf) fits(id act.ID, digest act.Digest) (bool, error) {
	c, ok := s.portions[id]
	if !ok {
		return true, nil
	}
	if c.digest.IsZero() {
		p, err := act.NewPortion(*c.in)
		if err != nil {
			return false, nil // it cannot leave as it is
		}
		c.digest = p.Digest
		s.portions[id] = c
	}
	return c.digest == digest, nil
}

// consentRecord puts a stored word into the terms of the marking algebra.
func consentRecord(w *viewdb.Consent) (label.Consent, bool) {
	by, err := act.ParseOriginator(w.Originator)
	if err != nil {
		return label.Consent{}, false
	}
	c := label.Consent{By: by, To: label.Members(label.MemberID(w.Member)), Portions: []label.PortionID{label.PortionID(hex.EncodeToString(w.Portion[:]))},
		From: spokenAt(w), Until: label.Instant(w.Until)}
	switch act.ConsentStep(w.Step) {
	case act.ConsentGrant:
		c.Decision = label.Grant
	case act.ConsentRefuse:
		c.Decision = label.Refuse
	case act.ConsentWithdraw:
		c.Decision = label.Withhold
	default:
		return c, false
	}
	return c, c.Validate() == nil
}

// spokenAt orders words as the log does, and by nothing that anybody claims: of
// two on one thing the later leaf counts.
func spokenAt(w *viewdb.Consent) label.Instant { return label.Instant(w.Index) + 1 }

// state is how an originator's decision about giving a portion to a member
// stands.
func (s *shelf) state(k standing, depth int) decided {
	if d, ok := s.memo[k]; ok {
		return d
	}
	s.memo[k] = decided{state: label.NotAsked} // citations have no circles; if they had, this ends them
	d := s.decide(k, depth)
	s.memo[k] = d
	return d
}

func (s *shelf) decide(k standing, depth int) decided {
	if st, until := s.direct.State(k.by, label.PortionID(k.of), k.m); st != label.NotAsked {
		d := decided{state: st, until: until}
		for _, w := range s.words[k.of] {
			if w.Originator == k.by.String() && w.Member == string(k.m) {
				d.from = max(d.from, spokenAt(&w))
			}
		}
		return d
	}
	c, ok := s.portions[k.of]
	if !ok || depth >= citedDepth {
		return decided{state: label.NotAsked}
	}
	for i := range c.in.Sources {
		if c.in.Sources[i].Originator == k.by.String() {
			return decided{state: label.NotAsked} // it has something of its own of this originator
		}
	}
	var out decided
	for i := range c.in.Cites {
		id := c.in.Cites[i].Portion
		q, held := s.portions[id]
		if held && !requires(&q.in.Label, k.by) {
			continue
		}
		if !held && len(s.words[id]) == 0 {
			continue // whether it needs this consent is the releaser's to know
		}
		d := s.state(standing{k.by, id, k.m}, depth+1)
		if d.state == label.NotAsked && held && k.by.Kind == label.KindMember && q.in.Label.Rel.Contains(k.m) {
			continue // its originator released it to the member without being asked
		}
		out = narrower(out, d)
	}
	if out.state == "" {
		out.state = label.NotAsked
	}
	return out
}

// requires says whether material so marked needs an originator's consent to go
// beyond its release.
func requires(l *label.Label, by label.Originator) bool {
	if by.Kind == label.KindExternal {
		return l.External.Contains(label.External{ID: label.ExternalID(by.ID), Holder: by.Holder})
	}
	return l.Originators.Union(l.ConsentNeeded).Contains(label.MemberID(by.ID))
}

// needed returns all whose consent material so marked needs to go beyond its
// release.
func needed(l *label.Label) []label.Originator {
	var out []label.Originator
	for m := range l.Originators.Union(l.ConsentNeeded).All() {
		out = append(out, label.ByMember(m))
	}
	for x := range l.External.All() {
		out = append(out, label.ByExternal(x))
	}
	return out
}

// narrower returns what two decisions, both of which must be, come to.
func narrower(a, b decided) decided {
	rank := func(s label.ConsentState) int {
		switch s {
		case label.Withheld:
			return 5
		case label.Lapsed:
			return 4
		case label.Refused:
			return 3
		case label.NotAsked:
			return 2
		case label.Granted:
			return 1
		}
		return 0
	}
	switch {
	case rank(a.state) > rank(b.state):
		return a
	case rank(a.state) < rank(b.state):
		return b
	}
	return decided{state: a.state, from: max(a.from, b.from), until: a.until.Min(b.until)}
}

// records returns all that was said, and what follows from it for what cites.
func (s *shelf) records() ([]label.Consent, error) {
	var out []label.Consent
	for _, words := range s.words {
		for i := range words {
			if r, ok := consentRecord(&words[i]); ok {
				out = append(out, r)
			}
		}
	}
	members := s.n.found.Members()
	for id, c := range s.portions {
		if len(c.in.Cites) == 0 {
			continue
		}
		for _, o := range needed(&c.in.Label) {
			for m := range members.All() {
				if st, _ := s.direct.State(o, label.PortionID(id), m); st != label.NotAsked || m == o.Member() {
					continue
				}
				if r, ok := s.derived(standing{o, id, m}); ok {
					out = append(out, r)
				}
			}
		}
	}
	if len(out) > label.MaxConsents {
		return nil, label.ErrTooMany
	}
	return out, nil
}

// derived puts what follows for a portion into a record.
func (s *shelf) derived(k standing) (label.Consent, bool) {
	d := s.state(k, 0)
	c := label.Consent{By: k.by, To: label.Members(k.m), Portions: []label.PortionID{label.PortionID(k.of)}, From: max(d.from, 1), Until: d.until}
	switch d.state {
	case label.Granted, label.Lapsed:
		c.Decision = label.Grant
	case label.Refused:
		c.Decision = label.Refuse
	case label.Withheld:
		c.Decision = label.Withhold
	default:
		return c, false
	}
	return c, c.Validate() == nil
}

// restsOn returns when a view ends for this node because a consent that it
// rests on lapses, and whose; 0 when none does. c are the consents on record.
func (n *Node) restsOn(r *act.Report, c label.Consents) (end label.Instant, by string) {
	for i := range r.Portions {
		p := &r.Portions[i]
		for _, o := range needed(&p.Label) {
			if o.Member() == n.self {
				continue
			}
			st, until := c.State(o, label.PortionID(p.ID), n.self)
			if st != label.Granted || until.IsAbsent() {
				continue
			}
			if end.IsAbsent() || until.Before(end) {
				end, by = until, o.String()
			}
		}
	}
	return end, by
}

// errNoPortion refuses to name a portion that is neither here nor in the draft.
var errNoPortion = &act.Refusal{Code: "consent_portion",
	Why: "no such portion is held here", Cure: "name one that you can read, or a draft of your own and the number of its portion"}
