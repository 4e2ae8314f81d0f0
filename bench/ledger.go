package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"entente/act"
	"entente/bench/nodes"
	"entente/internal/node"
	"entente/internal/store"
	"entente/internal/store/logdb"
	"entente/internal/store/viewdb"
	"entente/label"
)

// What the ledger that is measured is made of: a report has so many portions and
// goes to three holders.
const (
	ledgerPortions = 4
	ledgerHolders  = 3
	// ledgerBase is where its reports stand in the log, behind all that its node has.
	ledgerBase = 10_000_000
)

// ledgerFigures measures the disclosure ledger of a nation with a million
// disclosures, as its node answers an officer: pages of 50 in a section where every
// tenth report is overdue, every seventh has ended, of every twentieth a portion was
// taken back, of every fortieth one from one holder alone, and of every thirtieth
// one destroyed early.
func ledgerFigures(ctx context.Context, r *run) (out []figure, err error) {
	n := 100_000
	if r.full {
		n = 1_000_000
	}
	dir, err := r.scratch()
	if err != nil {
		return nil, err
	}
	h, err := nodes.New(filepath.Join(dir, "house"))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, h.Stop()) }()
	if err := h.Start(ctx, nodes.Members...); err != nil {
		return nil, err
	}
	if _, err := h.Ledger(ctx, "IRQ", node.LedgerQuery{}); err != nil {
		return nil, err
	}
	if err := h.Stop(); err != nil {
		return nil, err
	}
	reports := n / (ledgerPortions * ledgerHolders)
	began := time.Now()
	if err := fillLedger(ctx, h.Dir("IRQ"), reports); err != nil {
		return nil, err
	}
	stored := time.Since(began)
	if err := h.Start(ctx, nodes.Members...); err != nil {
		return nil, err
	}
	one := act.ID(fmt.Sprintf("%x", ledgerID(int64(reports*ledgerPortions/2))))
	middle := &viewdb.DisclosureAt{Index: ledgerBase + int64(reports/2), Holder: "RUS"}
	for _, c := range []struct {
		name string
		q    node.LedgerQuery
	}{
		{"first page", node.LedgerQuery{}},
		{"first page of one holder", node.LedgerQuery{Holder: "RUS"}},
		{"first page of what is overdue", node.LedgerQuery{Overdue: true}},
		{"first page of what has ended", node.LedgerQuery{Ended: true}},
		{"first page of what was taken back", node.LedgerQuery{Recalled: true}},
		{"one portion", node.LedgerQuery{Portion: one}},
		{"a page from the middle", node.LedgerQuery{After: middle}},
	} {
		c.q.Limit = 51 // a page, and whether there is another
		var took []time.Duration
		for range 50 {
			began := time.Now()
			rows, err := h.Ledger(ctx, "IRQ", c.q)
			if err == nil && len(rows) == 0 {
				err = errors.New("a page of the ledger is empty")
			}
			if err != nil {
				return out, fmt.Errorf("%s: %w", c.name, err)
			}
			took = append(took, time.Since(began))
		}
		slices.Sort(took)
		out = append(out, most(fmt.Sprintf("ledger of %d disclosures: %s, worst of 50", reports*ledgerPortions*ledgerHolders, c.name), took[len(took)-1].Seconds()*1000, "ms", 50).
			noted("middle %.1f ms; stored in %.0f s", took[25].Seconds()*1000, stored.Seconds()))
	}
	return out, nil
}

// ledgerID is the id of a portion.
func ledgerID(i int64) (id [16]byte) {
	binary.BigEndian.PutUint64(id[:], uint64(i)*11400714819323198485)
	binary.BigEndian.PutUint64(id[8:], uint64(i))
	return id
}

// fillLedger puts the reports, and what was said of them, into the views of a node
// that does not run, and what its holders said of destruction beside its log.
func fillLedger(ctx context.Context, dir string, reports int) (err error) {
	v, _, err := viewdb.Open(filepath.Join(dir, node.FileViews), store.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, v.Close()) }()
	cursor, err := v.Cursor(ctx)
	if err != nil {
		return err
	}
	made, err := ledgerAct()
	if err != nil {
		return err
	}
	at := time.Date(2015, 9, 30, 6, 40, 0, 0, time.UTC)
	acknowledged := func(x act.Acknowledgement) (*act.Act, error) {
		x.Statement = act.Statement{ID: act.NewID(), Written: at, To: label.Members("IRQ", "RUS")}
		x.State = act.AckDestroyed
		a, err := act.BuildAcknowledgement(x)
		return &a, err
	}
	const together = 2000
	said := int64(ledgerBase + reports)
	for first := 0; first < reports; first += together {
		b := viewdb.Batch{Cursor: cursor}
		say := func(from, typ string, a *act.Act, s viewdb.Said) {
			s.Index, s.ID, s.Originator, s.Own, s.Type, s.Recipients = said, string(a.Statement.ID), from, from == "IRQ", typ, []string{"IRQ", "RUS"}
			s.Act = a.Raw
			if s.Recall != nil {
				s.Recall.Index, s.Recall.Act, s.Recall.By = said, s.ID, from
			}
			b.Said = append(b.Said, s)
			said++
		}
		for i := first; i < min(first+together, reports); i++ {
			row := viewdb.Report{Index: ledgerBase + int64(i), ID: fmt.Sprintf("%032x", i+1), Originator: "IRQ", Own: true, Type: "INTREP", Title: "Flour", Recipients: []string{"IRN", "RUS", "SYR"},
				Holders: []string{"IRN", "RUS", "SYR"}, Act: made.Raw, Text: "flour"}
			if i%7 == 0 {
				row.Ends = int64(i + 1)
			}
			for k := range ledgerPortions {
				p := viewdb.Portion{ID: ledgerID(int64(i*ledgerPortions + k)), Mine: true, Review: 1 << 40}
				p.Digest[0] = 1
				if i%10 == 0 {
					p.Review = int64(i + 1) // overdue at any present time
				}
				row.Portions = append(row.Portions, p)
			}
			b.Reports = append(b.Reports, row)
			if i%20 == 0 {
				x, err := act.BuildRecall(act.Recall{Statement: act.Statement{ID: act.NewID(), Written: at, To: label.Members("IRQ", "RUS")}, Kind: act.RecallWithdrawn, Reason: act.ReasonError,
					Portions: []act.PortionRef{{Portion: made.Report.Portions[0].ID, Digest: made.Report.Portions[0].Digest}}})
				if err != nil {
					return err
				}
				say("IRQ", "recall", &x, viewdb.Said{Recall: &viewdb.Recall{Kind: "recall", Reason: "error", Portions: row.Portions[1:2]}})
				a, err := acknowledged(act.Acknowledgement{Recall: x.Statement.ID})
				if err != nil {
					return err
				}
				say("RUS", "acknowledgement", a, viewdb.Said{Acknowledges: string(x.Statement.ID)})
			}
			if i%40 == 0 {
				x, err := act.BuildRecall(act.Recall{Statement: act.Statement{ID: act.NewID(), Written: at, To: label.Members("IRQ", "SYR")}, Kind: act.RecallNarrowing, Reason: act.ReasonError,
					Portions: []act.PortionRef{{Portion: made.Report.Portions[0].ID, Digest: made.Report.Portions[0].Digest}}})
				if err != nil {
					return err
				}
				say("IRQ", "recall", &x, viewdb.Said{Narrowed: &viewdb.Narrowed{Holder: "SYR", Reason: "error", Portions: [][16]byte{row.Portions[3].ID}}})
			}
			if i%30 == 0 {
				a, err := acknowledged(act.Acknowledgement{Portions: []act.PortionRef{{Portion: made.Report.Portions[0].ID, Digest: made.Report.Portions[0].Digest}}})
				if err != nil {
					return err
				}
				say("RUS", "acknowledgement", a, viewdb.Said{GoneEarly: row.Portions[2:3]})
			}
		}
		if err := v.Apply(ctx, b); err != nil {
			return err
		}
	}
	l, err := logdb.Open(filepath.Join(dir, node.FileLog), store.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	for _, m := range []string{"IRN", "RUS"} { // SYR is overdue
		for k := range int64(1000) {
			d := logdb.Destruction{Member: m, Upto: (k + 1) * int64(reports) / 1000, Size: ledgerBase + (k+1)*int64(reports)/1000, Told: k + 1, Receipt: make([]byte, 256)}
			if err := l.KeepDestruction(ctx, d); err != nil {
				return err
			}
		}
	}
	return nil
}

// ledgerAct is a report of so many portions as its bytes.
func ledgerAct() (act.Act, error) {
	rest := label.Members("IRN", "IRQ", "RUS", "SYR")
	l := label.Label{Policy: "CENTRE", Class: "RESTRICTED", Rel: rest, Originators: label.Members("IRQ")}
	var ps []act.Portion
	for range ledgerPortions {
		p, err := act.NewPortion(act.PortionInput{Label: l, Grade: act.Grade{Reliability: "B", Credibility: "2"}, Lang: "en", Text: "Two lorries with flour were let go at the northern checkpoint.",
			Sources: []act.Source{{Descriptor: "A resident", Kind: act.KindHuman, Originator: "IRQ"}}})
		if err != nil {
			return act.Act{}, err
		}
		ps = append(ps, p)
	}
	return act.BuildView(act.View{Type: act.INTREP, Title: "Flour", Written: time.Date(2015, 9, 30, 6, 40, 0, 0, time.UTC), To: rest.Minus(label.Members("IRQ")), Label: l}, ps)
}
