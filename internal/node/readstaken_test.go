package node

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

const recalledText = "BAIJI, 14 October 2015 (AFP) - Colonel Quincunx Hassan said Daesh had left the town of Baiji."

// What was read in a portion is gone with it when it is recalled.
func TestSuggestionsOfARecalledPortionAreReadToNobody(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	l := mark("RESTRICTED", "IRN", four...)
	draft := h.releaseReport("IRN", &Draft{ReportType: act.INTREP, Title: "Two", TitleLabel: &l, Portions: []act.PortionInput{portion(l, "IRN", recalledText), portion(l, "IRN", "the heliotrope is closed")}})
	row := h.find("IRQ", viewdb.Query{Text: "heliotrope"}, 1)[0]
	an := h.officer("IRQ", "an", section.RoleAnalyst)
	before := h.read(an, SuggestionQuery{Report: row.ID})
	if len(before.List) == 0 {
		t.Fatal("nothing was read")
	}
	h.recall("IRN", Recall{Kind: act.RecallWithdrawn, Reason: act.ReasonError, Report: draft, Numbers: []int{1}})
	h.eventually("IRQ has withdrawn it", func() bool {
		r, err := h.reads("IRQ", row.ID, section.RoleAnalyst)
		check(t, err)
		return r.Withdrawn == 1
	})
	r, err := h.reads("IRQ", row.ID, section.RoleAnalyst)
	check(t, err)
	if strings.Contains(string(r.Act), "Quincunx") {
		t.Fatal("the report shows it")
	}
	after, err := h.nodes["IRQ"].Suggestions(context.Background(), an, SuggestionQuery{Report: row.ID})
	check(t, err)
	for _, s := range after.List {
		if s.Number == 1 {
			t.Errorf("of the recalled portion %q is still read to an analyst", s.Text)
		}
	}
}

// The list of consents shows the texts that they are about, but for what was
// recalled; the ledger of refusals uses the same rows.
func TestConsentsShowNoRecalledText(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	two := mark("RESTRICTED", "RUS", "RUS", "IRQ")
	draft := h.releaseReport("RUS", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(two, "RUS", "convoy southbound"), portion(two, "RUS", "the heliotrope is closed")}})
	source := h.cite("IRQ", "convoy")
	h.releaseStatement("IRQ", KindConsent, Consent{Step: act.ConsentAsk, By: "RUS", Members: label.Members("IRN"), Portions: []act.PortionRef{{Portion: source.Portion}}, Basis: "for the summary"})
	h.said("IRQ", act.TypeConsent, 1)
	row := h.find("RUS", viewdb.Query{Text: "convoy"}, 1)[0]
	_ = row
	h.recall("RUS", Recall{Kind: act.RecallWithdrawn, Reason: act.ReasonError, Report: draft, Numbers: []int{1}})
	irq := h.find("IRQ", viewdb.Query{Text: "heliotrope"}, 1)[0]
	h.eventually("IRQ has withdrawn it", func() bool {
		r, err := h.reads("IRQ", irq.ID, section.RoleAnalyst)
		check(t, err)
		return r.Withdrawn == 1
	})
	words, err := h.nodes["IRQ"].Consents(ctx, h.officer("IRQ", "duty", section.RoleDuty), viewdb.ConsentQuery{})
	check(t, err)
	for _, w := range words {
		for _, text := range w.Texts {
			t.Errorf("the recalled text %q is shown with the consent", text)
		}
	}
}

// What takes something back cannot be forgotten: the views made again without it
// would show what was taken back.
func TestWhatTakesBackIsNotForgotten(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	l, m := mark("RESTRICTED", "IRN", four...), mark("RESTRICTED", "IRN", "IRN", "RUS")
	draft := h.releaseReport("IRN", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(l, "IRN", "the quincunx has five huts")}})
	h.releaseReport("IRN", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(m, "IRN", "the heliotrope is closed")}})
	recalled := h.find("RUS", viewdb.Query{Text: "quincunx"}, 1)[0]
	narrowed := h.find("RUS", viewdb.Query{Text: "heliotrope"}, 1)[0]
	h.find("IRN", viewdb.Query{Text: "quincunx"}, 1)
	source := h.cite("IRN", "heliotrope")
	h.recall("IRN", Recall{Kind: act.RecallWithdrawn, Reason: act.ReasonFabrication, Report: draft, Text: "Invented, by amaranth."})
	h.releaseStatement("IRN", KindConsent, Consent{Step: act.ConsentWithdraw, By: "IRN", Members: label.Members("RUS"), Portions: []act.PortionRef{{Portion: source.Portion}}, Basis: "The celadon rule."})
	recall, consent := h.recallFrom("RUS", "IRN"), h.said("RUS", act.TypeConsent, 1)[0]
	for _, row := range []viewdb.Row{recalled, narrowed} {
		h.eventually("RUS hides it", func() bool { _, err := h.nodes["RUS"].views.Get(ctx, row.ID); return err != nil })
	}
	dpo := h.officer("RUS", "dpo", section.RoleDPO)
	for _, id := range []string{recall.ID, consent.ID} {
		_, err := h.nodes["RUS"].Forget(ctx, dpo, "case 7", id)
		if !errors.Is(err, ErrStands) || ErrStands.Code != "forget_stands" || ErrStands.Rule != "10" || !strings.Contains(fmt.Sprint(err), "rule 10") {
			t.Errorf("forgetting %s: %v", id, err)
		}
	}
	// Their words stay (spec/retention.md, "What stays").
	words := func(when string) {
		t.Helper()
		for id, word := range map[string]string{recall.ID: "amaranth", consent.ID: "celadon"} {
			s, err := h.nodes["RUS"].views.Said(ctx, id)
			if err != nil || !strings.Contains(string(s.Act), word) {
				t.Errorf("%s: what %s says is %.300s (%v)", when, s.Type, s.Act, err)
			}
		}
	}
	words("after the refusal")
	// The reports themselves may be, and are not found when the views are made again.
	for _, id := range []string{string(source.Portion)} {
		_, err := h.nodes["RUS"].Forget(ctx, dpo, "case 7", id)
		check(t, err)
	}
	h.nodes["RUS"].stop()
	delete(h.nodes, "RUS")
	h.rebuild("RUS")
	h.start("RUS")
	for _, text := range []string{"quincunx", "heliotrope"} {
		if rows, err := h.nodes["RUS"].views.Find(ctx, viewdb.Query{Text: text}); err != nil || len(rows) != 0 {
			t.Errorf("%q is found again after a rebuild: %+v %v", text, rows, err)
		}
	}
	words("after a rebuild")
}

// What is under review is not handed out to other tools, which would not hear
// what comes of it: named it is refused, among others it is left out, and said so.
func TestWhatIsUnderReviewIsNotExported(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	l := mark("RESTRICTED", "IRN", four...)
	draft := h.releaseReport("IRN", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(l, "IRN", "the quincunx has five huts")}})
	_, ps := h.portions("RUS", "quincunx")
	h.portions("IRN", "quincunx")
	h.releaseReport("RUS", &Draft{ReportType: act.INTSUM, Portions: []act.PortionInput{citing(mark("RESTRICTED", "RUS", four...), "RUS", "a depot of note, amaranth", ps[0])}})
	row := h.find("SYR", viewdb.Query{Text: "amaranth"}, 1)[0]
	duty := h.officer("SYR", "duty", section.RoleDuty)
	export := func(r ExportRequest) (*Export, error) {
		r.Format = ExportSTIX
		return h.nodes["SYR"].Export(ctx, duty, r)
	}
	named, since := ExportRequest{Reports: []string{row.ID}}, ExportRequest{Since: time.Unix(1, 0), Query: viewdb.Query{Originator: "RUS"}}
	for _, r := range []ExportRequest{named, since} {
		if x, err := export(r); err != nil || len(x.Reports) != 1 || x.Unsettled != 0 {
			t.Fatalf("before: %+v %v", x, err)
		}
	}
	h.recall("IRN", Recall{Kind: act.RecallWithdrawn, Reason: act.ReasonError, Report: draft})
	h.eventually("SYR has it under review", func() bool {
		r, err := h.reads("SYR", row.ID, section.RoleAnalyst)
		check(t, err)
		return r.Review == 1
	})
	if _, err := export(named); !errors.Is(err, ErrExportUnsettled) {
		t.Errorf("what is under review is exported: %v", err)
	}
	x, err := export(since)
	check(t, err)
	var b strings.Builder
	notes, err := x.Write(&b)
	check(t, err)
	if len(x.Reports) != 0 || strings.Contains(b.String(), "amaranth") || len(notes) != 1 || notes[0].Rule != "10" {
		t.Errorf("%d reports, notes %v", len(x.Reports), notes)
	}
}

// The ledger shows no title of another's view that its originator has taken back.
func TestTheLedgerHidesTheTitleOfWhatOthersTookBack(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	l := mark("RESTRICTED", "IRN", four...)
	h.releaseReport("IRN", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(l, "IRN", "the quincunx has five huts")}})
	_, ps := h.portions("RUS", "quincunx")
	pl := mark("RESTRICTED", "RUS", four...)
	tl := pl
	draft := h.releaseReport("RUS", &Draft{ReportType: act.INTSUM, Title: "Colonel Amaranth defects", TitleLabel: &tl, Portions: []act.PortionInput{citing(pl, "RUS", "a depot of note, amaranth", ps[0])}})
	row := h.find("IRN", viewdb.Query{Text: "amaranth"}, 1)[0]
	h.find("RUS", viewdb.Query{Text: "amaranth"}, 1)
	h.recall("RUS", Recall{Kind: act.RecallWithdrawn, Reason: act.ReasonError, Report: draft})
	h.eventually("IRN hides it", func() bool { _, err := h.nodes["IRN"].views.Get(ctx, row.ID); return err != nil })
	rows, err := h.nodes["IRN"].Ledger(ctx, h.officer("IRN", "an", section.RoleAnalyst), LedgerQuery{})
	check(t, err)
	for _, r := range rows {
		if strings.Contains(r.Title, "Amaranth") {
			t.Errorf("an analyst of IRN reads the title %q of what RUS has taken back", r.Title)
			break
		}
	}
}
