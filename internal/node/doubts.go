package node

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"entente/act"
	"entente/internal/store/viewdb"
	"entente/label"
)

// What a reader checks of a marking when it opens a view (spec/act.md, "The
// banner", "Taint"): a view that fails is shown, as in doubt.

// checkAlone checks what a view shows by itself, without any consent, and says
// whether more is needed to judge it. It runs beside others.
func (n *Node) checkAlone(r *act.Report, from label.MemberID) (doubt string, more bool) {
	if err := r.CheckMarking(n.table, label.Consents{}); err != nil {
		doubt, more = act.Code(err), true
	} else if copied(r, from) {
		doubt = act.ErrOriginator.Code
	}
	for i := range r.Portions {
		p := &r.Portions[i]
		more = more || len(p.Cites) > 0 || !p.Label.External.IsEmpty() || !p.Label.Rel.Contains(n.self) ||
			!p.Label.Originators.Minus(label.Members(n.self, from)).IsEmpty() // who may have taken it back
	}
	return doubt, more
}

// copied says whether a view hands out what is not its signer's: a portion that
// neither names the signer among its originators nor comes from others.
func copied(r *act.Report, from label.MemberID) bool {
	return slices.ContainsFunc(r.Portions, func(p act.Portion) bool { return len(p.Cites) == 0 && !p.Label.Originators.Contains(from) })
}

// checkTogether judges the reports of a run that need more: by the consents
// that were logged before each, and the portions that it cites. What came later
// in the log counts for nothing, so that views made again are the same.
func (n *Node) checkTogether(ctx context.Context, leaves []opened) error {
	needed := false
	for i := range leaves {
		o := &leaves[i]
		needed = needed || o.report != nil && o.judge
	}
	if !needed {
		return nil
	}
	ahead, err := n.stockFor(ctx, leaves)
	if err != nil && doubtful(err) == "" {
		return err // else each report is judged by what it reads itself
	}
	return n.judgeRun(ctx, leaves, ahead)
}

// judgeRun judges the reports of a run, by what was read ahead for it, or,
// where that is nil, by what each reads itself.
func (n *Node) judgeRun(ctx context.Context, leaves []opened, ahead *stock) error {
	run := &overlay{portions: map[act.ID][]cited{}, stock: ahead}
	for i := range leaves {
		o := &leaves[i]
		if o.said != nil {
			run.consents = append(run.consents, o.said.Consents...)
		}
		if o.report == nil {
			continue
		}
		if o.judge {
			if err := n.judgeMarking(ctx, o, run); err != nil {
				return err
			}
		}
		for k := range o.view.Portions {
			p := &o.view.Portions[k]
			run.state(cited{in: &p.PortionInput, digest: p.Digest, from: o.h.Originator})
		}
	}
	return nil
}

// judgeMarking judges one report. Nothing that a report or the words on it say
// stops the others: what cannot be judged is in doubt. An error is the store's.
func (n *Node) judgeMarking(ctx context.Context, o *opened, run *overlay) (err error) {
	defer func() {
		if broke := recover(); broke != nil {
			n.logger.Error("a marking broke the projection and is in doubt", "index", o.index, "panic", fmt.Sprintf("%T", broke), "at", calls())
			o.report.Doubt, err = codePanic, nil
		}
		if code := doubtful(err); code != "" {
			o.report.Doubt, err = code, nil
		}
	}()
	if n.fault != nil {
		n.fault("judge", o.index)
	}
	// All words that stand before the leaf count, whatever its header claims;
	// what lapses is hidden by log time (restsOn).
	at := max(label.Instant(o.h.Time), label.Instant(o.index)+1)
	inputs := make([]act.PortionInput, len(o.view.Portions))
	for i := range inputs {
		inputs[i] = o.view.Portions[i].PortionInput
	}
	held, err := n.shelfFor(ctx, inputs, at, run)
	if err != nil {
		return err
	}
	var records []label.Consent
	if held != nil {
		held.late(o) // whatever becomes of the rest
		if records, err = held.records(); err != nil {
			return err
		}
	}
	consents, err := label.NewConsents(at, records)
	if err != nil {
		return err
	}
	heard := hearing{n: n, o: o, at: at, records: records, consents: consents}
	o.report.Doubt = ""
	if err := heard.checkMarking(); err != nil {
		o.report.Doubt = act.Code(err)
	} else if copied(o.view, o.h.Originator) {
		o.report.Doubt = act.ErrOriginator.Code
	} else if err := n.checkTaint(ctx, o.view, &heard, run); err != nil {
		code := doubtful(err)
		if code == "" {
			return err
		}
		o.report.Doubt = code
	}
	if o.report.Own {
		return nil
	}
	if end, by := n.restsOn(o.view, consents); !end.IsAbsent() && (o.report.Ends == 0 || int64(end) < o.report.Ends) {
		o.report.Ends, o.report.Rests = int64(end), by
	}
	return nil
}

// codeConsents is the doubt about a report on which more was said than is read.
const codeConsents = "consents"

// doubtful returns the code of an error that is about contents, and "" for one
// of the store.
func doubtful(err error) string {
	var refusal *act.Refusal
	switch {
	case err == nil:
		return ""
	case errors.As(err, &refusal):
		return refusal.Code
	case errors.Is(err, label.ErrTooMany), errors.Is(err, label.ErrConsent):
		return codeConsents
	}
	return ""
}

// checkTaint holds each portion against those that it cites and that are here.
func (n *Node) checkTaint(ctx context.Context, r *act.Report, heard *hearing, run *overlay) error {
	refs := map[act.PortionRef]bool{}
	for i := range r.Portions {
		for _, x := range r.Portions[i].Cites {
			refs[act.PortionRef{Portion: x.Portion, Digest: x.Digest}] = true
		}
	}
	if len(refs) == 0 {
		return nil
	}
	held, err := n.portionsHeld(ctx, refs, run)
	if err != nil {
		return err
	}
	for i := range r.Portions {
		p := &r.Portions[i]
		for _, x := range p.Cites {
			h, ok := held[act.PortionRef{Portion: x.Portion, Digest: x.Digest}]
			if !ok {
				continue
			}
			if h.digest != x.Digest {
				if h.from != x.Originator {
					continue // another's portion under the same id
				}
				return act.ErrCitedDigest
			}
			if err := heard.checkTaint(&p.PortionInput, &act.Portion{PortionInput: *h.in, Digest: h.digest}); err != nil {
				return err
			}
		}
	}
	return nil
}

// citations are what a portion cites, as the views hold it.
func citations(cs []act.Cite) []viewdb.Cite {
	var out []viewdb.Cite
	for i := range cs {
		if raw, err := hex.DecodeString(string(cs[i].Portion)); err == nil && len(raw) == 16 {
			out = append(out, viewdb.Cite{ID: [16]byte(raw), Digest: [32]byte(cs[i].Digest), Originator: string(cs[i].Originator)})
		}
	}
	return out
}

// holders are the members that hold what a label marks for parties outside.
func holders(l label.Label) []string {
	var out []string
	for x := range l.External.All() {
		if m := string(x.Holder); !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	return out
}
