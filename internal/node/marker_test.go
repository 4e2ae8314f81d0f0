package node

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// A word is put wherever an officer can put text: in every field of a report, in
// notes on it, in statements of all kinds, in drafts that are rewritten, given
// up, refused and erased, and in imports. Each is then destroyed in its own way.
// After that no byte of the word is in any file of either node: databases with
// their free pages, write-ahead logs, search index and sealed files.
func TestNoByteOfWhatIsDestroyedIsLeft(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	// One beginning in all places, so that one search finds all; the end tells
	// where it was put.
	const word = "quincunxzebra"
	irq, rus := h.nodes["IRQ"], h.nodes["RUS"]
	duty, dpo := h.officer("IRQ", "duty", section.RoleDuty), h.officer("IRQ", "dpo", section.RoleDPO)
	fdo := h.officer("IRQ", "fdo", section.RoleRelease)
	an, foreign := h.officer("RUS", "an", section.RoleAnalyst), h.officer("RUS", "dpo", section.RoleDPO)

	// A report, with notes on it at both.
	file, err := irq.Attach(ctx, duty, word+"name.bin", "application/octet-stream", strings.NewReader(strings.Repeat(word+"file ", 500)), nil)
	check(t, err)
	by, _ := label.InstantOf(time.Now().Add(48 * time.Hour).Truncate(time.Second))
	p := personal(by, "IRQ", "Karim "+word+"text said in Mosul on 3 October 2015 that it was so.")
	p.Sources[0].Descriptor, p.Sources[0].Party = word+"descriptor", word+"party"
	p.PersonData.Purpose, p.PersonData.LegalBasis = word+"purpose", word+"basis"
	p.PersonData.Categories, p.PersonData.Ground, p.PersonData.Consent = []act.Category{act.CategorySuspect, act.CategoryVictim}, word+"ground", word+"consent"
	p.Grade = act.Grade{Reliability: "A", Credibility: "1", Override: &act.Override{Officer: word + "officer", Reason: word + "override"}}
	p.Attachments = []act.Attachment{file}
	draft := h.releaseReport("IRQ", &Draft{ReportType: act.INTREP, Title: word + "title", Portions: []act.PortionInput{p, portion(mark("RESTRICTED", "IRQ", "IRQ", "RUS"), "IRQ", word+"plain")}})
	row := h.find("RUS", viewdb.Query{Text: word + "text"}, 1)[0]
	check(t, rus.Attachment(ctx, an, row.ID, file.Digest, &bytes.Buffer{}))
	if left := filesWith(t, filepath.Join(h.dir, "RUS"), word+"text"); len(left) == 0 {
		t.Fatal("the word is nowhere before: this test shows nothing")
	}
	for _, x := range []struct {
		n       *running
		o       section.Officer
		subject string
	}{{irq, duty, draft}, {irq, duty, row.ID}, {rus, an, row.ID}} {
		_, err := x.n.Section().Annotate(ctx, x.o, x.subject, word+"note")
		check(t, err)
	}
	_, ps := h.portions("RUS", word+"plain")
	cite := act.Cite{Portion: ps[1].ID, Digest: ps[1].Digest, Originator: "IRQ"}
	h.releaseReport("RUS", &Draft{ReportType: act.INTSUM, Title: word + "summary", Portions: []act.PortionInput{derived(mark("RESTRICTED", "IRQ", "IRQ", "RUS"), word+"quoted", cite)}})
	product := h.find("IRQ", viewdb.Query{Text: word + "quoted"}, 1)[0]

	// Statements. What a consent or a recall says holds as long as the log (rule
	// 10), and so they hold none of it (spec/retention.md, "What stays").
	h.releaseStatement("RUS", KindConsent, Consent{Step: act.ConsentAsk, By: "IRQ", Portions: []act.PortionRef{{Portion: cite.Portion, Digest: cite.Digest}}, Members: label.Members("RUS"), Basis: "for the summary"})
	r := flour("IRQ")
	r.Title, r.Purpose, r.LegalBasis, r.Parts = word+"request", word+"why", word+"law", []string{word + "question"}
	h.releaseStatement("RUS", KindRequest, r)
	asked := h.board("IRQ", 1)[0]
	h.releaseStatement("IRQ", KindAnswer, Answer{Request: act.ID(asked.ID), Parts: []AnswerPart{{Number: 1, State: act.AnswerNoHolding}}, Note: word + "answer", Final: true})
	h.said("RUS", act.TypeAnswer, 1)
	h.releaseStatement("RUS", KindClosing, Closing{Requests: []act.ID{act.ID(asked.ID)}, Outcome: act.ClosedNotMet, Note: word + "closing"})
	h.said("IRQ", act.TypeClosing, 1)
	h.releaseStatement("RUS", KindRequirement, Requirement{Reference: word + "ref", Kind: act.PIR, Title: word + "need", Text: word + "needed", To: label.Members("IRQ")})
	h.releaseStatement("RUS", KindCoverage, Coverage{Subject: word + "subject", To: label.Members("IRQ")})
	h.said("IRQ", act.TypeRequirement, 1)
	h.said("IRQ", act.TypeCoverage, 1)
	h.recall("RUS", Recall{Kind: act.RecallWithdrawn, Reason: act.ReasonError, Report: product.ID})
	h.recallFrom("IRQ", "RUS")

	// Drafts that never leave: rewritten and given up; refused and erased.
	work := &Draft{ReportType: act.INTREP, Title: word + "draft", Portions: []act.PortionInput{portion(mark("RESTRICTED", "IRQ", four...), "IRQ", word+"first")}}
	one, err := irq.SaveDraft(ctx, duty, "", "", work)
	check(t, err)
	work.Portions[0].Text = word + "second"
	one, err = irq.SaveDraft(ctx, duty, one.ID, one.ETag(), work)
	check(t, err)
	work.Portions[0].ID, work.Portions[0].Salt = "", ""
	two, err := irq.SaveDraft(ctx, duty, "", "", work)
	check(t, err)
	dec, err := irq.Prepare(ctx, duty, []string{two.ID}, "")
	check(t, err)
	check(t, irq.Section().RefuseRelease(ctx, fdo, dec.ID, word+"refused"))
	// Imports.
	var batches []string
	for _, c := range []CollectRequest{
		{Kind: CollectText, Name: word + "text.txt", Reader: strings.NewReader(word + "head\n\nThe bridge of " + word + "town was closed.")},
		{Kind: CollectHTML, Name: word + "page.html", Reader: strings.NewReader("<html><head><title>" + word + "page</title></head><body><article><h1>" + word + "page</h1><p>Closed.</p></article></body></html>")},
		{Kind: CollectSTIX, Name: word + "bundle.json", Reader: strings.NewReader(strings.Replace(inventedBundle, "Invented tool", word+"tool", 1)), Origin: everybody()},
		shared(strings.Replace(mispEvent(`"distribution":"3"`, mispAttribute(1, word+"value", `"distribution":"5"`)), "Invented quincunx", word+"event", 1)),
	} {
		batches = append(batches, h.collect("IRQ", c).Batch)
	}

	// Each is destroyed in its own way.
	check(t, irq.Section().DiscardDraft(ctx, duty, one.ID, one.ETag()))
	if left := filesWith(t, filepath.Join(h.dir, "IRQ"), word+"first"); len(left) > 0 {
		t.Errorf("what an earlier version of a draft that was given up said is still in %v", left)
	}
	check(t, irq.Section().EraseDraft(ctx, dpo, two.ID, "request 1"))
	for _, b := range batches {
		_, err := irq.Section().DiscardBatch(ctx, duty, b)
		check(t, err)
	}
	for _, x := range []struct {
		m label.MemberID
		o section.Officer
	}{{"IRQ", dpo}, {"RUS", foreign}} {
		n := h.nodes[x.m]
		ids := []string{row.ID}
		if _, err := n.views.IndexOf(ctx, product.ID); err == nil {
			ids = append(ids, product.ID)
		}
		for _, typ := range []act.Type{act.TypeRequest, act.TypeAnswer, act.TypeClosing, act.TypeRequirement, act.TypeCoverage} {
			for _, s := range h.said(x.m, typ, 1) {
				ids = append(ids, s.ID)
			}
		}
		_, err := n.Forget(ctx, x.o, "request 2", ids...)
		check(t, err)
		dir := filepath.Join(h.dir, string(x.m))
		for _, f := range filesWith(t, dir, word) {
			t.Errorf("%s has it still in %s: %q", x.m, f, residue(t, dir, word))
		}
	}
}

// residue returns what stands where a word is left in the files of a node.
func residue(t testing.TB, dir, word string) (out []string) {
	raw := bytes.ToLower(image(t, dir))
	seen := map[string]bool{}
	for len(out) < 20 {
		at := bytes.Index(raw, []byte(word))
		if at < 0 {
			return out
		}
		end := at + len(word)
		for end < len(raw) && raw[end] >= 'a' && raw[end] <= 'z' {
			end++
		}
		if w := string(raw[max(0, at-20):end]); !seen[string(raw[at:end])] {
			seen[string(raw[at:end])] = true
			out = append(out, w)
		}
		raw = raw[end:]
	}
	return out
}
