package node

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"entente/act"
	"entente/internal/inspection"
	"entente/internal/keyring"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
	"entente/seal"
)

// inspectRun is how many leaves are looked at together.
const inspectRun = 512

// InspectQuery says of what an inspector asks a report.
type InspectQuery struct {
	// From and To are log indices [From, To); Since and Until, log times, stand
	// in their place where they are not zero. Without any it is the whole
	// certified log that has been projected.
	From, To     int64
	Since, Until time.Time
	// Evidence adds what proves to a third party what was signed (rule 32).
	Evidence bool
}

// ErrInspect refuses a range that cannot be reported on.
var ErrInspect = errors.New("rule 29: the range of an inspection begins before it ends and ends at or before what is certified and read here; ask of what is, or when more has come")

// An Inspection is a report that is about to be written.
type Inspection struct {
	n        *Node
	officer  section.Officer
	from, to int64
	at       int64 // log time of its end, to the minute
	evidence bool
}

// Inspect prepares an inspector's report of everything that this nation
// originated, received, asked, refused and erased (rule 29). Errors: those of
// the section, ErrInspect.
func (n *Node) Inspect(ctx context.Context, o section.Officer, q InspectQuery) (*Inspection, error) {
	if err := n.section.Authorise(ctx, o, section.OpInspect, "report"); err != nil {
		return nil, err
	}
	x := &Inspection{n: n, officer: o, from: q.From, to: q.To, evidence: q.Evidence}
	var err error
	if !q.Since.IsZero() {
		if x.from, err = n.log.SizeBefore(ctx, q.Since.Unix()); err != nil {
			return nil, err
		}
	}
	if !q.Until.IsZero() {
		if x.to, err = n.log.SizeBefore(ctx, q.Until.Unix()); err != nil {
			return nil, err
		}
	}
	cursor, err := n.views.Cursor(ctx)
	if err != nil {
		return nil, err
	}
	head, err := n.log.LastHead(ctx)
	if err != nil {
		return nil, err
	}
	most := min(cursor, head.Size)
	if x.to == 0 && q.Until.IsZero() {
		x.to = most
	}
	if x.from < 0 || x.from >= x.to || x.to > most {
		return nil, fmt.Errorf("%w: [%d, %d) of %d", ErrInspect, x.from, x.to, most)
	}
	x.at, err = n.log.LoggedAt(ctx, x.to-1)
	return x, err
}

// Range is [from, to) of the report in the log.
func (x *Inspection) Range() (from, to int64) { return x.from, x.to }

// Write writes the report (spec/inspection.md). For the same range, and as long
// as nothing in it is erased, it writes the same bytes. The audit log records
// it, with the digest of what was written.
func (x *Inspection) Write(ctx context.Context, w io.Writer) error {
	end, err := x.write(ctx, w)
	outcome, detail := section.OutcomeDone, inspection.CustodyDetail(&end, x.evidence)
	if err != nil {
		outcome, detail = section.OutcomeFailed, "broke off"
	}
	// That it was taken is on record also when its reader has gone.
	return errors.Join(err, x.n.section.Record(context.WithoutCancel(ctx), x.officer, section.OpInspect, inspection.CustodyObject(x.from, x.to), outcome, detail))
}

func (x *Inspection) write(ctx context.Context, w io.Writer) (inspection.End, error) {
	hash := x.n.hash()
	out, err := inspection.NewWriter(w, inspection.Head{Charter: hex.EncodeToString(hash[:]), Member: x.n.self, From: x.from, To: x.to, At: logMinute(x.at), Evidence: x.evidence})
	if err != nil {
		return inspection.End{}, err
	}
	for at := x.from; at < x.to; at += inspectRun {
		if err := ctx.Err(); err != nil {
			return inspection.End{}, err
		}
		if err := x.run(ctx, out, at, min(at+inspectRun, x.to)); err != nil {
			return inspection.End{}, err
		}
	}
	return out.Close()
}

// run writes the entries of one run of leaves.
func (x *Inspection) run(ctx context.Context, out *inspection.Writer, from, to int64) error {
	n := x.n
	headers, err := n.log.Headers(ctx, from, to)
	if err != nil {
		return err
	}
	rows, err := n.views.Between(ctx, from, to)
	if err != nil {
		return err
	}
	gone, err := n.log.ForgottenIn(ctx, from, to)
	if err != nil {
		return err
	}
	redress, err := x.redressIn(ctx, rows)
	if err != nil {
		return err
	}
	truths, err := x.truthsOf(ctx, rows)
	if err != nil {
		return err
	}
	for i := from; i < to; i++ {
		row, here := rows[i]
		f, erased := gone[i]
		if !here && !erased {
			continue // not ours, public, or a dummy
		}
		raw := headers[(i-from)*seal.HeaderSize : (i-from+1)*seal.HeaderSize]
		h, err := seal.ParseHeader(raw)
		if err != nil {
			return err
		}
		logged, err := n.log.LoggedAt(ctx, i)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(raw)
		e := &inspection.Entry{Index: i, Header: hex.EncodeToString(sum[:]), Originator: h.Originator, Logged: logMinute(logged)}
		if erased {
			e.What, e.By, e.Basis, e.To = "erased", f.Login, f.Basis, f.Recipients
		} else if err := x.describe(ctx, e, row, redress, truths[i]); err != nil {
			return err
		}
		if x.evidence && e.ActDigest != "" && e.Withheld == "" {
			if e.Evidence, err = x.proof(ctx, i, &h, row); err != nil {
				return err
			}
		}
		if err := out.Write(e); err != nil {
			return err
		}
	}
	return nil
}

// describe says what an envelope held.
func (x *Inspection) describe(ctx context.Context, e *inspection.Entry, row viewdb.Between, redress map[string]viewdb.AskedRedress, truth *Answer) error {
	own, raw := false, []byte(nil)
	switch {
	case row.Quarantined != nil:
		e.What, e.Code = "quarantined", row.Quarantined.Code
		if x.evidence {
			e.Withheld = "rule 32: what was not understood has no marking that can be read; its envelope stays here"
		}
		return nil
	case row.Report != nil:
		r := row.Report
		own, raw = r.Own, r.Act
		e.Doubt, e.Ended = r.Doubt, r.Ends != 0 && r.Ends <= x.at || row.TakenBack >= 0 && row.TakenBack < x.to
	default:
		own, raw = row.Said.Own, row.Said.Act
	}
	sum := sha256.Sum256(raw)
	e.ActDigest = hex.EncodeToString(sum[:])
	a, err := act.Parse(raw)
	if err != nil {
		return err // the projection has parsed it
	}
	if err := e.Tell(&a, own); err != nil {
		return err
	}
	switch {
	case a.Redress != nil:
		r := redress[e.ID]
		e.Doubt = r.Doubt
		e.Overdue = r.Doubt == "" && r.Outcome == "" && r.Due <= x.at
	case a.RedressAnswer != nil:
		r, err := x.n.views.RedressReplyAt(ctx, row.Said.Index)
		if err != nil {
			return err
		}
		e.Doubt = r.Doubt
	case a.Answer != nil && own && truth != nil:
		var was []string
		for _, p := range truth.Parts {
			was = append(was, string(p.State))
		}
		e.Drafted(was)
	case a.Report != nil:
		by := reviewOf(a.Report.Label)
		e.Overdue = by != 0 && by <= x.at
		if x.evidence {
			e.Withheld, err = x.cleared(ctx, a.Report)
		}
	}
	return err
}

// redressIn says how the requests for redress among rows stood at the end of the
// range.
func (x *Inspection) redressIn(ctx context.Context, rows map[int64]viewdb.Between) (map[string]viewdb.AskedRedress, error) {
	var ids []string
	for _, r := range rows {
		if r.Said != nil && r.Said.Type == string(act.TypeRedress) {
			ids = append(ids, r.Said.ID)
		}
	}
	out := map[string]viewdb.AskedRedress{}
	for part := range slices.Chunk(ids, 500) {
		list, err := x.n.views.Redresses(ctx, viewdb.RedressQuery{IDs: part, Upto: x.to, Limit: 500})
		if err != nil {
			return nil, err
		}
		for _, r := range list {
			out[r.ID] = r
		}
	}
	return out, nil
}

// cleared says why material cannot be handed out as evidence, empty when it
// can: with H1 it is not for judicial proceedings without the provider's
// permission, which is a grant on record to this member for that use (rule 32,
// inspection.md).
func (x *Inspection) cleared(ctx context.Context, r *act.Report) (string, error) {
	self := x.n.self
	var ids [][16]byte
	var by []string
	for i := range r.Portions {
		l := &r.Portions[i].Label
		if !l.UseCodes.Has(label.H1) {
			continue
		}
		ids = append(ids, rawID(r.Portions[i].ID))
		for m := range l.Originators.Minus(label.Members(self)).All() {
			by = append(by, label.ByMember(m).String())
		}
		for o := range l.External.All() {
			by = append(by, label.ByExternal(o).String())
		}
	}
	if len(by) == 0 {
		return "", nil
	}
	slices.Sort(by)
	said, err := x.n.views.LatestBefore(ctx, ids, slices.Compact(by), string(self), x.to)
	if err != nil {
		return "", err
	}
	indices := map[int64]bool{}
	for i := range said {
		indices[said[i].Index] = true
	}
	acts, err := x.n.consentsAt(ctx, indices)
	if err != nil {
		return "", err
	}
	type permission struct {
		portion [16]byte
		digest  [32]byte
		by      string
	}
	granted := map[permission]bool{}
	for i := range said { // in log order
		c := &said[i]
		a := acts[c.Index]
		granted[permission{c.Portion, c.Digest, c.Originator}] = a != nil && a.ForProceedings() &&
			c.Step == string(act.ConsentGrant) && (c.Until == 0 || c.Until > x.at)
	}
	for i := range r.Portions {
		l := &r.Portions[i].Label
		if !l.UseCodes.Has(label.H1) {
			continue
		}
		for m := range l.Originators.Minus(label.Members(self)).All() {
			if !granted[permission{rawID(r.Portions[i].ID), r.Portions[i].Digest, label.ByMember(m).String()}] {
				return fmt.Sprintf("rule 32: portion %d is marked H1, and no permission of %s for judicial proceedings is on record; ask it for consent with the use \"%s\"", i+1, m, act.UseProceedings), nil
			}
		}
		for o := range l.External.All() {
			if by := label.ByExternal(o); !granted[permission{rawID(r.Portions[i].ID), r.Portions[i].Digest, by.String()}] {
				return fmt.Sprintf("rule 32: portion %d is marked H1, and no permission of %s for judicial proceedings is on record; have its holder record one with the use \"%s\"", i+1, by, act.UseProceedings), nil
			}
		}
	}
	return "", nil
}

// proof takes the sealed body and its key: with the leaf they prove what was
// signed. Nil where the body is no longer here.
func (x *Inspection) proof(ctx context.Context, index int64, h *seal.Header, row viewdb.Between) (*inspection.Evidence, error) {
	run, err := x.n.log.Read(ctx, index, index+1)
	if err != nil || run.Bodies[0] == nil {
		return nil, err
	}
	id := keyring.EnvelopeID{Originator: h.Originator, Incarnation: h.Incarnation, Sequence: h.Sequence}
	keys, err := x.n.ring.EnvelopeKeys(ctx, []keyring.EnvelopeID{id})
	if err != nil {
		return nil, err
	}
	k, ok := keys[id]
	if !ok {
		return nil, nil
	}
	e := &inspection.Evidence{Body: run.Bodies[0], Key: k[:]}
	if row.Report != nil {
		e.Act = row.Report.Act
	} else {
		e.Act = row.Said.Act
	}
	return e, nil
}

// logMinute writes a log time to the minute: heads are kept by the minute.
func logMinute(at int64) string { return time.Unix(at/60*60, 0).UTC().Format("2006-01-02T15:04Z") }
