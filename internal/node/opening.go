package node

import (
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"entente/act"
	"entente/charter"
	"entente/internal/keyring"
	"entente/internal/store/logdb"
	"entente/internal/store/viewdb"
	"entente/label"
	"entente/seal"
)

// opened is what one leaf came to.
type opened struct {
	index  int64
	header []byte
	h      seal.Header
	mine   bool
	key    seal.EnvelopeKey
	to     label.MemberSet // own envelopes: whom they are sealed to
	report *viewdb.Report
	view   *act.Report       // what report was made of
	judge  bool              // its marking needs consents, or what it cites
	late   *viewdb.Withdrawn // it was taken back before it came
	said   *viewdb.Said
	code   string // why it is quarantined
	dummy  bool
	gone   *logdb.Forgotten // it was opened once, and its contents destroyed since
}

// recipients returns whom an own envelope is sealed to, this node left out.
func (o *opened) recipients(self label.MemberID) (out []string) {
	if o.gone != nil {
		return o.gone.Recipients
	}
	for m := range o.to.Minus(label.Members(self)).All() {
		out = append(out, string(m))
	}
	return out
}

// quarantineEnds returns when an envelope ends that is quarantined: a view as it
// is marked, so that it ends here as at every other holder. What could not be read
// has no marking, and may hold personal data (spec/retention.md).
func (o *opened) quarantineEnds() int64 {
	if o.view == nil {
		return viewdb.EndsUnread
	}
	return endOf(o.view.Label)
}

// open opens one leaf if it is sealed to this node. It runs beside others and
// touches nothing but o.
func (n *Node) open(state *charter.State, o *opened, body []byte, stored map[keyring.EnvelopeID]seal.EnvelopeKey) {
	if o.h.Kind != seal.Sealed || o.gone != nil {
		return
	}
	defer func() {
		if r := recover(); r != nil {
			n.logger.Error("an act broke the projection and is quarantined", "index", o.index, "panic", fmt.Sprintf("%T", r), "at", calls())
			o.mine, o.report, o.view, o.said, o.code = true, nil, nil, nil, codePanic
		}
	}()
	t := n.projector.trials[trialKey{o.h.Originator, o.h.Incarnation, o.h.Epoch}]
	k, _, ok := t.try.Find(o.header)
	if !ok {
		k, ok = stored[keyring.EnvelopeID{Originator: o.h.Originator, Incarnation: o.h.Incarnation, Sequence: o.h.Sequence}]
		if !ok || !k.Fits(o.header) {
			return
		}
	}
	o.mine, o.key = true, k
	if body == nil {
		o.code = codeDestroyed
		return
	}
	pub, have := state.HeaderKey(o.h.Originator, o.index)
	if !have {
		o.code = codeKey
		return
	}
	// Own headers were signed here, and the log holds them by their chain.
	if o.h.Originator != n.self {
		if err := seal.VerifyHeader(o.header, ed25519.PublicKey(pub[:])); err != nil {
			o.code = seal.Code(err)
			return
		}
	}
	raw, err := seal.Open(o.header, body, k)
	if err != nil {
		o.code = seal.Code(err)
		return
	}
	if n.fault != nil {
		n.fault("open", o.index)
	}
	a, err := act.Parse(raw)
	if err != nil {
		o.code = act.Code(err)
		return
	}
	if a.Type == act.TypeDummy {
		o.dummy = true
		return
	}
	to := label.MemberSet{}
	if a.Statement != nil {
		if !a.Statement.To.Contains(n.self) || !a.Statement.To.Contains(o.h.Originator) {
			o.code = codeReaders
			return
		}
		o.said = n.saidRow(o, a)
		to = a.Statement.To
	} else {
		o.report, o.view = n.reportRow(o, a), a.Report
		o.report.Doubt, o.judge = n.checkAlone(a.Report, o.h.Originator)
		to = a.Report.To
	}
	if o.h.Originator == n.self {
		o.to = to // our own word of whom we sealed it to
	}
}

// saidRow makes the row of a statement.
func (n *Node) saidRow(o *opened, a act.Act) *viewdb.Said {
	row := &viewdb.Said{Index: o.index, ID: string(a.Statement.ID), Originator: string(o.h.Originator), Own: o.h.Originator == n.self,
		Type: string(a.Type), Written: a.Statement.Written.UTC().Format(time.RFC3339), Act: a.Raw}
	for m := range a.Statement.To.All() {
		row.Recipients = append(row.Recipients, string(m))
	}
	if a.Consent != nil {
		row.Consents = consentRows(o, a.Consent)
	}
	requestRows(o, a, row)
	redressRows(o, a, row)
	if a.Recall != nil {
		row.Recall, row.Narrowed = n.recallRow(o, a.Recall), n.narrowedRow(o, a.Recall)
	}
	if a.Acknowledgement != nil {
		row.Acknowledges = string(a.Acknowledgement.Recall)
		row.GoneEarly = rowsOf(a.Acknowledgement.Portions)
	}
	return row
}

// calls tells the functions and lines that led to the panic being recovered,
// innermost first, at most 24, without the values that they were called with:
// a log must hold no contents, and what a panic says may quote them.
func calls() string {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	var out []string
	for len(out) < 24 {
		f, more := frames.Next()
		if f.Function != "" && !strings.HasPrefix(f.Function, "runtime.") {
			out = append(out, fmt.Sprintf("%s (%s:%d)", f.Function, filepath.Base(f.File), f.Line))
		}
		if !more {
			break
		}
	}
	return strings.Join(out, ", ")
}

// reportRow makes the row of a report.
func (n *Node) reportRow(o *opened, a act.Act) *viewdb.Report {
	r := a.Report
	row := &viewdb.Report{
		Index: o.index, ID: string(r.ID), Originator: string(o.h.Originator), Own: o.h.Originator == n.self,
		Type: string(r.View.Type), Title: r.Title, Written: r.Written.UTC().Format(time.RFC3339), Logged: o.h.Time,
		Class: string(r.Label.Class), Act: a.Raw, Supersedes: string(r.Supersedes),
	}
	row.Ends, row.Review = endOf(r.Label), reviewOf(r.Label)
	if !r.Batch.IsZero() {
		row.Batch = r.Batch.String()
	}
	if banner, err := label.Banner(r.Label); err == nil {
		row.Banner = banner
	}
	for m := range r.To.All() {
		row.Recipients = append(row.Recipients, string(m))
	}
	for m := range r.To.With(o.h.Originator).Minus(label.Members(n.self)).All() {
		row.Holders = append(row.Holders, string(m))
	}
	for i := range r.Portions {
		p := &r.Portions[i]
		id, err := hex.DecodeString(string(p.ID))
		if err != nil || len(id) != 16 {
			continue // Parse has checked it
		}
		row.Portions = append(row.Portions, viewdb.Portion{ID: [16]byte(id), Digest: [32]byte(p.Digest), Cites: citations(p.Cites), HeldFor: holders(p.Label),
			Unnamed: !p.Label.Originators.Contains(o.h.Originator),
			Mine:    row.Own || p.Label.Originators.Contains(n.self), Review: reviewOf(p.Label)})
		for _, a := range p.Attachments {
			row.Attachments = append(row.Attachments, [32]byte(a.Digest))
		}
		if g := p.Grade.String(); row.Grade == "" || g < row.Grade {
			row.Grade = g
		}
		if d := p.Designation; d != nil {
			row.Listings = append(row.Listings, viewdb.Designation{
				Authority: d.Authority, List: d.List, Reference: d.Reference, Kind: string(d.Kind), Name: d.Names[0].Name, Status: string(d.Status)})
		}
	}
	row.Text = wordsOf(r, nil)
	return row
}

// wordsOf returns what of a report can be searched, without the portions at the
// places that are withdrawn, nor, where there are any, the title.
func wordsOf(r *act.Report, withdrawn map[int]bool) string {
	var text strings.Builder
	if anyOf(withdrawn) {
		text.WriteString(string(r.View.Type))
	} else {
		text.WriteString(r.Title)
	}
	for i := range r.Portions {
		if withdrawn[i] {
			continue
		}
		p := &r.Portions[i]
		text.WriteByte('\n')
		text.WriteString(p.Text)
		if d := p.Designation; d != nil {
			text.WriteByte('\n')
			text.WriteString(d.Reference)
			for _, name := range d.Names {
				text.WriteByte('\n')
				text.WriteString(name.Name)
			}
		}
	}
	return viewdb.Words(text.String())
}
