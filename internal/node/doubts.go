package node

import (
	"context"
	"encoding/hex"
	"errors"
	"slices"

	"entente/act"
	"entente/internal/store/viewdb"
	"entente/label"
)

// What a reader checks of a marking when it opens a view (spec/act.md, "The
// banner", "Taint"): a view that fails is shown, as in doubt.

// checkAlone checks what a view shows by itself, without any consent, and says
// whether more is needed to judge it. It runs beside others.
func (n *Node) checkAlone(r *act.Report) (doubt string, more bool) {
	if err := r.CheckMarking(n.table, label.Consents{}); err != nil {
		doubt, more = act.Code(err), true
	}
	for i := range r.Portions {
		p := &r.Portions[i]
		more = more || len(p.Cites) > 0 || !p.Label.External.IsEmpty() || !p.Label.Rel.Contains(n.self)
	}
	return doubt, more
}

// checkTogether judges the reports of a run that need more: by the consents
// that were logged before each, and the portions that it cites. What came later
// in the log counts for nothing, so that views made again are the same.
func (n *Node) checkTogether(ctx context.Context, leaves []opened) error {
	run := &overlay{portions: map[act.ID]cited{}}
	needed := false
	for i := range leaves {
		o := &leaves[i]
		needed = needed || o.report != nil && o.judge
	}
	if !needed {
		return nil
	}
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
			run.portions[p.ID] = cited{in: &p.PortionInput, digest: p.Digest, from: o.h.Originator}
		}
	}
	return nil
}

func (n *Node) judgeMarking(ctx context.Context, o *opened, run *overlay) error {
	at := label.Instant(o.h.Time)
	inputs := make([]act.PortionInput, len(o.view.Portions))
	for i := range inputs {
		inputs[i] = o.view.Portions[i].PortionInput
	}
	records, err := n.consentsFor(ctx, inputs, at, run)
	if err != nil {
		return err
	}
	consents, err := label.NewConsents(at, records)
	if err != nil {
		return err
	}
	o.report.Doubt = ""
	if err := o.view.CheckMarking(n.table, consents); err != nil {
		o.report.Doubt = act.Code(err)
	} else if err := n.checkTaint(ctx, o.view, consents, run); err != nil {
		if act.Code(err) == "act_error" {
			return err
		}
		o.report.Doubt = act.Code(err)
	}
	if o.report.Own {
		return nil
	}
	if end, by := n.restsOn(o.view, consents); !end.IsAbsent() && (o.report.Ends == 0 || int64(end) < o.report.Ends) {
		o.report.Ends, o.report.Rests = int64(end), by
	}
	return nil
}

// checkTaint holds each portion against those that it cites and that are here.
func (n *Node) checkTaint(ctx context.Context, r *act.Report, c label.Consents, run *overlay) error {
	ids := map[act.ID]bool{}
	for i := range r.Portions {
		for _, x := range r.Portions[i].Cites {
			ids[x.Portion] = true
		}
	}
	if len(ids) == 0 {
		return nil
	}
	held, err := n.portionsHeld(ctx, ids, run)
	if err != nil {
		return err
	}
	for i := range r.Portions {
		p := &r.Portions[i]
		for _, x := range p.Cites {
			h, ok := held[x.Portion]
			if !ok {
				continue
			}
			if h.digest != x.Digest {
				return act.ErrCitedDigest
			}
			if err := act.CheckTaint(n.table, c, &p.PortionInput, &act.Portion{PortionInput: *h.in, Digest: h.digest}); err != nil {
				return err
			}
		}
	}
	return nil
}

// withdrawals are the consents that a run of leaves takes back from this node.
func (n *Node) withdrawals(o *opened) (out []viewdb.Withdrawn) {
	for _, c := range o.said.Consents {
		if c.Step == string(act.ConsentWithdraw) && c.Member == string(n.self) {
			out = append(out, viewdb.Withdrawn{Index: o.index, Portion: c.Portion, Originator: c.Originator, Since: c.Since})
		}
	}
	return out
}

// ErrWithdrawn refuses a report whose originator's consent has ended.
type ErrWithdrawn struct {
	By    string        // whose consent
	Since label.Instant // since when
}

// Error says what, why and what would cure it.
func (e *ErrWithdrawn) Error() string {
	return "rules 8 and 10: this is withdrawn since " + e.Since.String() + ": the consent of " + e.By + " that it rests on has ended; ask its releaser to have it renewed"
}

// withdrawn returns an ErrWithdrawn for a report that was read here and rests
// on a consent that has ended, else ErrNotFound as for what never was.
func (n *Node) withdrawn(ctx context.Context, id string, err error) error {
	if !errors.Is(err, viewdb.ErrNotFound) {
		return err
	}
	by, since, werr := n.views.WithdrawnBy(ctx, id)
	if werr != nil {
		return werr
	}
	if by == "" {
		return err
	}
	return &ErrWithdrawn{By: by, Since: label.Instant(since)}
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
