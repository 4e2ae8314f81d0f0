package nodes

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"

	"entente/act"
	"entente/internal/node"
	"entente/internal/section"
	"entente/label"
)

// Portions and ReportBytes are the shape of an invented report: the number of
// its portions and the bytes of their texts together.
const (
	Portions    = 4
	ReportBytes = 2048
)

// Report returns the invented report number i of a seed: [Portions] portions
// for all members, with about [ReportBytes] of text drawn from 8,000 invented
// words, the common ones more often. Its number stands in it as the word
// "nr" followed by the number, so that it can be searched for.
func Report(m label.MemberID, seed uint64, i int) *node.Draft {
	r := rand.New(rand.NewPCG(seed, uint64(i)))
	d := &node.Draft{ReportType: act.INTREP, Title: fmt.Sprintf("Invented report nr%d", i)}
	l := label.Label{Policy: "CENTRE", Class: "RESTRICTED", Rel: label.Members(Members...), Originators: label.Members(m)}
	for p := range Portions {
		var b strings.Builder
		if p == 0 {
			fmt.Fprintf(&b, "nr%d ", i)
		}
		for b.Len() < ReportBytes/Portions {
			b.WriteString(word(int(8000 * r.Float64() * r.Float64() * r.Float64())))
			b.WriteByte(' ')
		}
		d.Portions = append(d.Portions, act.PortionInput{
			ID: act.NewID(), Salt: string(act.NewID()), Label: l, Grade: act.Grade{Reliability: "B", Credibility: "2"}, Lang: "en", Text: strings.TrimSpace(b.String()),
			Sources: []act.Source{{Descriptor: "an invented resident", Kind: act.KindHuman, Originator: string(m)}},
		})
	}
	return d
}

var syllables = [20]string{"ba", "ke", "di", "mo", "ru", "sha", "tel", "nor", "vik", "zu", "fen", "gal", "hes", "jo", "lar", "pim", "qua", "ost", "wel", "yan"}

// word returns the invented word number n.
func word(n int) string { return syllables[n%20] + syllables[n/20%20] + syllables[n/400%20] }

// draftKind is the kind of source under which invented reports are imported.
const draftKind = "invented"

// File imports n invented reports, numbered from first on, as drafts of one
// batch, and returns the batch.
func (h *House) File(ctx context.Context, m label.MemberID, seed uint64, first, n int) (batch string, err error) {
	duty, _, err := h.officers(ctx, m)
	if err != nil {
		return "", err
	}
	s := h.running[m].Section()
	b, err := s.OpenBatch(ctx, duty, draftKind, "invented reports")
	if err != nil {
		return "", err
	}
	const run = 500
	for at := 0; at < n; at += run {
		items := make([]section.ImportItem, 0, run)
		for i := at; i < min(at+run, n); i++ {
			raw, err := json.Marshal(Report(m, seed, first+i))
			if err != nil {
				return "", err
			}
			items = append(items, section.ImportItem{Key: fmt.Sprintf("%d/%d", seed, first+i), Source: sha256.Sum256(raw), Content: section.Content{Kind: node.KindReport, Bytes: raw}})
		}
		if _, err := s.ImportDrafts(ctx, duty, b.ID, "", items); err != nil {
			return "", err
		}
	}
	return b.ID, s.CloseBatch(ctx, duty, b.ID)
}

// Release lets two officers release a batch; it returns when the approval is
// durable.
func (h *House) Release(ctx context.Context, m label.MemberID, batch string) error {
	duty, release, err := h.officers(ctx, m)
	if err != nil {
		return err
	}
	n := h.running[m]
	d, err := n.Prepare(ctx, duty, nil, batch)
	if err != nil {
		return err
	}
	_, err = n.Approve(ctx, release, d.ID, d.Digest)
	return err
}

// Single files one report and has it released by itself; it returns when the
// approval is durable.
func (h *House) Single(ctx context.Context, m label.MemberID, d *node.Draft) error {
	duty, release, err := h.officers(ctx, m)
	if err != nil {
		return err
	}
	n := h.running[m]
	saved, err := n.SaveDraft(ctx, duty, "", "", d)
	if err != nil {
		return err
	}
	dec, err := n.Prepare(ctx, duty, []string{saved.ID}, "")
	if err != nil {
		return err
	}
	_, err = n.Approve(ctx, release, dec.ID, dec.Digest)
	return err
}
