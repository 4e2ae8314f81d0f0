package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"entente/act"
	"entente/internal/plural"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// KindConsent is the kind of a draft that becomes consent acts.
const KindConsent = "consent"

// Consent is a consent act in the making, as an officer writes it.
type Consent struct {
	Step act.ConsentStep `json:"step"`
	// By is whose consent: a member, or "X VIA IRQ". An answer takes it from
	// the ask.
	By string `json:"by,omitempty"`
	// Portions are named by their ids; digests are filled in from what is held.
	Portions []act.PortionRef `json:"portions,omitempty"`
	// Draft names an own draft instead: what of By stands in its portions with
	// these numbers, from 1, or in all when there are none, and what these cite
	// of By.
	Draft   string          `json:"draft,omitempty"`
	Numbers []int           `json:"numbers,omitempty"`
	Members label.MemberSet `json:"members,omitzero"`
	Until   time.Time       `json:"until,omitzero"`
	Use     string          `json:"use,omitempty"`
	Basis   string          `json:"basis,omitempty"`
	// Answers is the id of the ask that a grant or a refusal answers; of the
	// grant that is withdrawn.
	Answers act.ID `json:"answers,omitempty"`
	// IDs are those of the acts, drawn when it is saved.
	IDs []act.ID `json:"ids,omitempty"`
	// Further is random, and what the ids of the further acts of a withdrawal are
	// made from. It leaves in no act.
	Further act.ID `json:"further,omitempty"`
	// Written is when it was saved, whenever it is planned.
	Written time.Time `json:"written,omitzero"`
	// Request is the request for whose answer an ask is made. It leaves in no act.
	Request act.ID `json:"request,omitempty"`
}

// Refusals of consents.
var (
	errNotOurs = &act.Refusal{Code: "consent_originator", Rule: "10",
		Why: "only its originator decides on material", Cure: "ask the one that it belongs to: entente consent ask"}
	errOurs = &act.Refusal{Code: "consent_own",
		Why: "one's own consent is not asked", Cure: "release it, or grant it: entente consent record"}
	errNoAsk = &act.Refusal{Code: "consent_unknown",
		Why: "no such ask, or grant, is here", Cure: "entente consent list shows them"}
	errNotGrant = &act.Refusal{Code: "consent_not_grant",
		Why: "this is no grant of this member, and only a grant is withdrawn", Cure: "name the grant: entente consent show ASK names what answered it"}
	errItself = &act.Refusal{Code: "consent_itself",
		Why: "an originator, or the holder of what is of a party outside, has the material anyhow", Cure: "leave it out of the members"}
	errStranger = &act.Refusal{Code: "consent_stranger", Rule: "7",
		Why: "this is no member of the centre", Cure: "entente members lists them"}
)

type consentKind struct{}

func (k consentKind) settle(ctx context.Context, n *Node, o section.Officer, raw []byte) ([]byte, []act.Finding, error) {
	var c Consent
	if err := readStatement(raw, &c); err != nil {
		return nil, nil, err
	}
	if err := n.fillConsent(ctx, o, &c); err != nil {
		fs, err := refusals(err)
		return nil, fs, err
	}
	for len(c.IDs) < max(1, c.Members.Len()) {
		c.IDs = append(c.IDs, act.NewID())
	}
	if c.Step == act.ConsentWithdraw && c.Further == "" {
		c.Further = act.NewID()
	}
	c.Written = n.minute()
	s, err := k.acts(ctx, n, &c, "")
	if err != nil || len(s.findings) > 0 {
		return nil, s.findings, err
	}
	settled, err := json.Marshal(c)
	return settled, nil, err
}

// fillConsent puts in what follows from the ask that is answered, from a draft,
// and from what is held here, and refuses what cannot be.
func (n *Node) fillConsent(ctx context.Context, o section.Officer, c *Consent) error {
	if c.Answers != "" {
		if err := n.fromEarlier(ctx, c); err != nil {
			return err
		}
	}
	by, err := act.ParseOriginator(c.By)
	if err != nil {
		return err
	}
	switch own := by.Member() == n.self; {
	case c.Step == act.ConsentAsk && own:
		return errOurs
	case c.Step != act.ConsentAsk && !own:
		return errNotOurs
	case !n.found.Members().Contains(by.Member()), !n.found.Members().Includes(c.Members):
		return n.noMembers(errStranger, c.Members.With(by.Member()))
	case c.Members.Contains(by.Member()):
		return errItself
	}
	if c.Draft != "" {
		if err := n.fromDraft(ctx, o, c, by); err != nil {
			return err
		}
	}
	held, err := n.portionsHeld(ctx, refSet(c.Portions), nil)
	if err != nil {
		return err
	}
	for i := range c.Portions {
		r := &c.Portions[i]
		h, ok := held[*r]
		switch {
		case ok && !r.Digest.IsZero() && r.Digest != h.digest:
			return fmt.Errorf("portion %s: %w", r.Portion, act.ErrCitedDigest)
		case ok && !requires(&h.in.Label, by):
			return fmt.Errorf("portion %s: %w", r.Portion, n.noNeed(needed(&h.in.Label)))
		case ok:
			r.Digest = h.digest
			if c.Step != act.ConsentGrant {
				continue
			}
			if err := act.CheckAgreed(h.in.Label, h.in.Label.Rel.Union(c.Members), h.in.Designation != nil); err != nil {
				return fmt.Errorf("portion %s: %w", r.Portion, err)
			}
		case r.Digest.IsZero():
			return fmt.Errorf("portion %s: %w", r.Portion, errNoPortion)
		}
	}
	return nil
}

func refIDs(refs []act.PortionRef) map[act.ID]bool {
	out := map[act.ID]bool{}
	for i := range refs {
		out[refs[i].Portion] = true
	}
	return out
}

func refSet(refs []act.PortionRef) map[act.PortionRef]bool {
	out := map[act.PortionRef]bool{}
	for _, r := range refs {
		out[r] = true
	}
	return out
}

// fromEarlier takes over what the officer left out from the ask that is
// answered, or the grant that is withdrawn.
func (n *Node) fromEarlier(ctx context.Context, c *Consent) error {
	said, err := n.views.Said(ctx, string(c.Answers))
	if errors.Is(err, viewdb.ErrNotFound) {
		return errNoAsk
	}
	if err != nil {
		return err
	}
	a, err := act.Parse(said.Act)
	if err != nil || a.Consent == nil {
		return errNoAsk
	}
	e := a.Consent
	if c.Step == act.ConsentWithdraw && !(e.Step == act.ConsentGrant && said.Own) {
		return errNotGrant
	}
	if c.Step == act.ConsentWithdraw {
		if c.Answers, err = n.calledHere(ctx, e.Answers, said.Recipients); err != nil {
			return err
		}
	} else if e.Step != act.ConsentAsk || c.Step == act.ConsentAsk {
		return errNoAsk
	}
	if c.By == "" {
		c.By = e.By.String()
	}
	if len(c.Portions) == 0 && c.Draft == "" {
		c.Portions = e.Portions
	}
	if c.Members.IsEmpty() {
		c.Members = e.Members
	}
	if c.Step == act.ConsentGrant && c.Until.IsZero() {
		c.Until = e.Until
	}
	if c.Step == act.ConsentGrant && c.Use == "" {
		c.Use = e.Use
	}
	return nil
}

// fromDraft names the portions of an originator in an own draft: those that it
// cites, and those that have something of it themselves.
func (n *Node) fromDraft(ctx context.Context, o section.Officer, c *Consent, by label.Originator) error {
	d, err := n.section.Draft(ctx, o, c.Draft)
	if err != nil {
		return err
	}
	draft, err := ParseDraft(d.Content)
	if err != nil {
		return err
	}
	wanted := map[int]bool{}
	for _, k := range c.Numbers {
		if k < 1 || k > len(draft.Portions) {
			return fmt.Errorf("%w: the draft has %s", errNoPortion, plural.Of(len(draft.Portions), "portion"))
		}
		wanted[k-1] = true
	}
	named := refIDs(c.Portions)
	add := func(r act.PortionRef) {
		if !named[r.Portion] {
			named[r.Portion] = true
			c.Portions = append(c.Portions, r)
		}
	}
	cites := map[act.PortionRef]bool{}
	leaving := draft.leaving()
	for i := range leaving {
		p := &leaving[i]
		if len(wanted) > 0 && !wanted[i] {
			continue
		}
		for _, s := range p.Sources {
			if s.Originator != by.String() || c.Step == act.ConsentAsk {
				continue // an originator cannot judge what it does not hold
			}
			made, err := act.NewPortion(*p)
			if err != nil {
				return err
			}
			add(act.PortionRef{Portion: made.ID, Digest: made.Digest})
			break
		}
		for _, x := range p.Cites {
			cites[act.PortionRef{Portion: x.Portion, Digest: x.Digest}] = true
		}
	}
	held, err := n.portionsHeld(ctx, cites, nil)
	if err != nil {
		return err
	}
	for i := range draft.Portions {
		for _, x := range draft.Portions[i].Cites {
			if h, ok := held[act.PortionRef{Portion: x.Portion, Digest: x.Digest}]; ok && requires(&h.in.Label, by) {
				add(act.PortionRef{Portion: x.Portion, Digest: h.digest})
			}
		}
	}
	c.Draft, c.Numbers = "", nil
	if len(c.Portions) == 0 {
		var whose []label.Originator
		for i := range leaving {
			whose = append(whose, needed(&leaving[i].Label)...)
		}
		return n.noNeed(whose)
	}
	return nil
}

func (k consentKind) speak(ctx context.Context, n *Node, d section.Draft) (*speech, error) {
	var c Consent
	if err := readStatement(d.Content, &c); err != nil {
		return nil, err
	}
	return k.acts(ctx, n, &c, d.ID)
}

// acts makes one act for each member that it is about, so that none learns of
// the others; the asker reads all that answer it. draft names the draft, empty
// where there is none yet.
func (consentKind) acts(ctx context.Context, n *Node, c *Consent, draft string) (*speech, error) {
	s := new(speech)
	by, err := act.ParseOriginator(c.By)
	if err != nil {
		s.findings = append(s.findings, findingOf(err))
		return s, nil
	}
	readers := label.Members(n.self)
	if c.Step == act.ConsentAsk {
		readers = readers.With(by.Member())
	} else if c.Answers != "" {
		asked, err := n.views.Said(ctx, string(c.Answers))
		if err != nil {
			return s, err
		}
		readers = readers.With(label.MemberID(asked.Originator))
	}
	for i, m := range c.Members.Slice() {
		to := readers
		if c.Step == act.ConsentGrant || c.Step == act.ConsentWithdraw {
			to = to.With(m)
		}
		id := act.ID("")
		if i < len(c.IDs) {
			id = c.IDs[i]
		}
		s.add(act.BuildConsent(act.Consent{
			Statement: act.Statement{ID: id, Written: c.Written, To: to},
			Step:      c.Step, By: by, Portions: c.Portions, Members: label.Members(m), Until: c.Until, Use: c.Use, Basis: c.Basis, Answers: actID(string(c.Answers)),
		}))
	}
	if c.Members.IsEmpty() {
		s.findings = append(s.findings, findingOf(fmt.Errorf("a consent is for a member at least: %w", act.ErrValue)))
	}
	more := false
	if c.Step == act.ConsentWithdraw {
		if more, err = n.addBelow(ctx, s, c, by); err != nil {
			return s, err
		}
	}
	if err = n.answerWaits(ctx, c, draft); err == nil {
		err = n.openStill(ctx, c, by, more)
	}
	if err := s.refuse(err); err != nil {
		return s, err
	}
	held, err := n.portionsHeld(ctx, refSet(c.Portions), nil)
	if err != nil {
		return s, err
	}
	if len(held) == len(c.Portions) {
		for _, h := range held {
			s.classes = append(s.classes, label.ClassRef{Policy: h.in.Label.Policy, Class: h.in.Label.Class})
		}
	}
	return s, nil
}

// consentRows are the words of a consent act where they count: an originator's
// own, or an ask to it. The rest changes nothing.
func consentRows(o *opened, c *act.Consent) []viewdb.Consent {
	from := o.h.Originator
	if c.Step == act.ConsentAsk && !c.To.Contains(c.By.Member()) || c.Step != act.ConsentAsk && c.By.Member() != from {
		return nil
	}
	var rows []viewdb.Consent
	until := int64(0)
	if !c.Until.IsZero() {
		until = c.Until.Unix()
	}
	for _, p := range c.Portions {
		key, ok := portionBytes(p.Portion)
		if !ok {
			continue
		}
		for m := range c.Members.All() {
			rows = append(rows, viewdb.Consent{Index: o.index, Portion: key, Digest: [32]byte(p.Digest), Originator: c.By.String(), Member: string(m),
				Step: string(c.Step), Since: o.h.Time, Until: until, Answers: string(c.Answers)})
		}
	}
	return rows
}
