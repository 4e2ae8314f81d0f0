package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// witness is a portion about an invented witness, for one other member.
func witness(text string) act.PortionInput {
	p := record("IRQ", "RUS", text)
	p.PersonData = &act.PersonData{Categories: []act.Category{act.CategoryWitness}, Purpose: "An invented case.", LegalBasis: "Invented law."}
	p.Sources[0].Party = "Invented Informant"
	p.Sources[0].Descriptor = "a neighbour of [[Invented Informant]]"
	return p
}

// Names that an officer marked, and the parties of human sources, leave as words
// that stand for them; the draft keeps them (rule 25).
func TestLocalSourcesAndPrivatePersonsAreMasked(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	irq := h.nodes["IRQ"]
	duty, fdo, chief := h.officer("IRQ", "duty", section.RoleDuty), h.officer("IRQ", "fdo", section.RoleRelease), h.officer("IRQ", "chief", section.RoleRelease)

	const name = "Example Invented Person"
	d := &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{
		witness("a laburnum: [[" + name + "]] saw it"), witness("[[" + name + "]] and [[Another Invented]] came back"),
		portion(mark("RESTRICTED", "IRQ", "IRN", "IRQ"), "IRQ", "[[Another Invented]] is elsewhere"),
	}}
	id := h.releaseReport("IRQ", d)
	row := h.find("RUS", viewdb.Query{Text: "laburnum"}, 1)[0]
	full, err := h.nodes["RUS"].Views().At(ctx, row.Index)
	check(t, err)
	for _, gone := range []string{name, "Another Invented", "Invented Informant", "[["} {
		if strings.Contains(string(full.Act), gone) {
			t.Errorf("RUS reads %q: %s", gone, full.Act)
		}
	}
	a, err := act.Parse(full.Act)
	check(t, err)
	word := func(s string) string { return s[strings.Index(s, "["):][:len("[person ABCDE]")] }
	one, two := a.Report.Portions[0], a.Report.Portions[1]
	if w := word(one.Text); !strings.HasPrefix(two.Text, w) || strings.Count(two.Text, w) != 1 || !strings.HasPrefix(w, "[person ") {
		t.Errorf("one person has two words, or two have one: %q %q", one.Text, two.Text)
	}
	if s := one.Sources[0]; !wordAlone.MatchString(s.Party) || s.Descriptor != "a neighbour of "+s.Party {
		t.Errorf("the source is %+v", s)
	}
	// To another release set the same person is another word, so that views which
	// share no portion share no word.
	other := h.find("IRN", viewdb.Query{Text: "elsewhere"}, 1)[0]
	full, err = h.nodes["IRN"].Views().At(ctx, other.Index)
	check(t, err)
	b, err := act.Parse(full.Act)
	check(t, err)
	if strings.Contains(two.Text, word(b.Report.Portions[0].Text)) {
		t.Errorf("the views share a word: %q %q", two.Text, b.Report.Portions[0].Text)
	}
	kept, err := irq.section.Draft(ctx, duty, id)
	check(t, err)
	if !strings.Contains(string(kept.Content), name) {
		t.Error("the draft has lost the name")
	}

	// Said again, a portion has the bytes that it had; in clear it would not.
	again, err := ParseDraft(kept.Content)
	check(t, err)
	again.Supersedes = id
	saved, err := irq.SaveDraft(ctx, duty, "", "", again)
	check(t, err)
	if p, err := irq.Plan(ctx, duty, saved.ID); err != nil || p.Blocked != "" {
		t.Errorf("the same portions cannot leave again: %v %v", p, err)
	}
	unmasked, err := irq.UnmaskDraft(ctx, fdo, saved.ID, saved.ETag(), "The court made the name public.")
	check(t, err)
	if p, err := irq.Plan(ctx, duty, unmasked.ID); err != nil || !strings.Contains(p.Blocked, "(rule 10)") {
		t.Errorf("a portion leaves with two contents: %+v %v", p, err)
	}

	// By decision of a release officer, and of a second one, names leave in clear.
	open := &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{witness("an acacia: [[" + name + "]] saw it")}}
	saved, err = irq.SaveDraft(ctx, duty, "", "", open)
	check(t, err)
	var no *section.Refusal
	if _, err := irq.UnmaskDraft(ctx, duty, saved.ID, saved.ETag(), "It reads better."); !errors.As(err, &no) || no.Rule != 25 {
		t.Errorf("a drafter unmasks: %v", err)
	}
	forged := *open
	forged.Unmask = &Unmask{Officer: "irq.fdo", Reason: "Forged."}
	kept, err = irq.SaveDraft(ctx, duty, saved.ID, saved.ETag(), &forged)
	check(t, err)
	if strings.Contains(string(kept.Content), "Forged") {
		t.Error("a drafter writes the decision himself")
	}
	saved, err = irq.UnmaskDraft(ctx, fdo, kept.ID, kept.ETag(), "The witness speaks in public.")
	check(t, err)
	dec, err := irq.Prepare(ctx, duty, []string{saved.ID}, "")
	check(t, err)
	if _, err := irq.Approve(ctx, fdo, dec.ID, dec.Digest); !errors.As(err, &no) || no.Rule != 6 {
		t.Errorf("who unmasked it lets it go: %v", err)
	}
	_, err = irq.Approve(ctx, chief, dec.ID, dec.Digest)
	check(t, err)
	row = h.find("RUS", viewdb.Query{Text: "acacia"}, 1)[0]
	full, err = h.nodes["RUS"].Views().At(ctx, row.Index)
	check(t, err)
	if !strings.Contains(string(full.Act), name) || !strings.Contains(string(full.Act), `"party":"Invented Informant"`) {
		t.Errorf("RUS reads %s", full.Act)
	}
}

// What a node without a line has released and not handed in yet is held to its
// bytes as well.
func TestPortionsThatWaitAreHeldToTheirBytes(t *testing.T) {
	h := courierHouse(t)
	h.cut("SYR")
	ctx, syr, duty := context.Background(), h.nodes["SYR"], h.officer("SYR", "duty", section.RoleDuty)
	p := record("SYR", "RUS", "[[Example Invented Person]] saw it")
	p.PersonData = &act.PersonData{Categories: []act.Category{act.CategoryWitness}, Purpose: "An invented case.", LegalBasis: "Invented law."}
	id := h.releaseReport("SYR", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{p}})
	kept, err := syr.section.Draft(ctx, duty, id)
	check(t, err)
	again, err := ParseDraft(kept.Content)
	check(t, err)
	again.Supersedes = id
	saved, err := syr.SaveDraft(ctx, duty, "", "", again)
	check(t, err)
	if p, err := syr.Plan(ctx, duty, saved.ID); err != nil || p.Blocked != "" {
		t.Errorf("the same portions cannot leave again: %v %v", p, err)
	}
	open, err := syr.UnmaskDraft(ctx, h.officer("SYR", "fdo", section.RoleRelease), saved.ID, saved.ETag(), "The court made the name public.")
	check(t, err)
	if p, err := syr.Plan(ctx, duty, open.ID); err != nil || !strings.Contains(p.Blocked, "(rule 10)") {
		t.Errorf("a portion leaves with two contents: %+v %v", p, err)
	}
}

// What rule 25 keeps from being saved or released, with its code.
func TestWhatIsNotMaskedStays(t *testing.T) {
	const name = "Example Invented Person"
	private := func(text string) act.PortionInput {
		p := witness(text)
		p.Sources = []act.Source{{Descriptor: "a list", Kind: act.KindOfficial, Originator: "IRQ"}}
		return p
	}
	object := private("[[" + name + "]] saw it")
	object.Object = &act.Object{MediaType: act.MediaTypeSTIX, Bytes: []byte(`{"name":"` + name + `"}`)}
	suspect := record("IRQ", "RUS", name+" is wanted for an invented act")
	for _, c := range []struct {
		name  string
		draft Draft
		want  string
	}{
		{"marked", Draft{Portions: []act.PortionInput{private("[[" + name + "]] saw it")}}, ""},
		{"a private person in clear", Draft{Portions: []act.PortionInput{private(name + " saw it")}}, "mask_missing"},
		{"in clear in another portion", Draft{Portions: []act.PortionInput{private("[[" + name + "]] saw it"), portion(label.Label{}, "IRQ", "So "+name+" says.")}}, "mask_in_clear"},
		{"a part of another word", Draft{Portions: []act.PortionInput{private("[[Ali]] saw it"), portion(label.Label{}, "IRQ", "Alignment and Khalid.")}}, ""},
		{"in the title", Draft{Title: "On " + name, Portions: []act.PortionInput{private("[[" + name + "]] saw it")}}, "mask_in_clear"},
		{"in an object", Draft{Portions: []act.PortionInput{object}}, "mask_in_clear"},
		{"named for an act", Draft{Portions: []act.PortionInput{suspect}}, ""},
		{"by decision", Draft{Portions: []act.PortionInput{private(name + " saw it")}, Unmask: &Unmask{"fdo", "Public."}}, ""},
		{"half a mark", Draft{Portions: []act.PortionInput{private("[[" + name + "] saw it")}}, "mask_form"},
		{"a word of one's own", Draft{Portions: []act.PortionInput{private("[[" + name + "|" + name + "]] saw it")}}, "mask_form"},
	} {
		found := markAll(c.draft.Portions, drawn(c.draft.Portions...))
		if len(found) == 0 {
			found = c.draft.unmasked()
		}
		got := ""
		if len(found) > 0 {
			got = found[0].Code
			if found[0].Rule != "25" || !strings.Contains(found[0].Text, "(rule 25)") {
				t.Errorf("%s: %+v", c.name, found[0])
			}
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// Whatever is marked does not leave, saving again changes no word, and what is
// left of a text is what stood around the marks.
func TestMasksHideAndAreStable(t *testing.T) {
	names := rapid.StringMatching(`[A-Zا-يА-Я][a-zا-يа-я]{2,8} [A-Z][a-z]{2,8}qz`)
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfNDistinct(names, 1, 4, rapid.ID[string]).Draw(t, "names")
		var d Draft
		for i := range rapid.IntRange(1, 4).Draw(t, "portions") {
			text := fmt.Sprintf("text %d", i)
			for range rapid.IntRange(0, 3).Draw(t, "marks") {
				text += " [[" + rapid.SampledFrom(list).Draw(t, "name") + "]],"
			}
			rel := []label.MemberID{"IRQ", rapid.SampledFrom([]label.MemberID{"RUS", "IRN"}).Draw(t, "to")}
			d.Portions = append(d.Portions, portion(mark("RESTRICTED", "IRQ", rel...), "IRQ", text))
		}
		if f := markAll(d.Portions, drawn(d.Portions...)); len(f) > 0 {
			t.Fatal(f)
		}
		first := d.leaving()
		raw, err := json.Marshal(first)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range list {
			if strings.Contains(string(raw), n) {
				t.Fatalf("%q leaves: %s", n, raw)
			}
		}
		markAll(d.Portions, drawn(d.Portions...))
		for i, p := range d.leaving() {
			if p.Text != first[i].Text {
				t.Fatalf("%q became %q", first[i].Text, p.Text)
			}
		}
		d.Unmask = &Unmask{}
		for i, p := range d.leaving() {
			if strings.Contains(p.Text, "[") || !strings.HasPrefix(p.Text, fmt.Sprintf("text %d", i)) {
				t.Fatalf("in clear it is %q", p.Text)
			}
		}
	})
}
