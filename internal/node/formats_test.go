package node

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"entente/act"
	"entente/internal/collect"
	"entente/internal/exchange"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
	"entente/stix"
)

const (
	inventedGroup = "5a7d1c52-9c1c-4f0e-8a38-3b0c8f0a9d01"
	inventedEvent = "5a7d1c52-9c1c-4f0e-8a38-3b0c8f0a9d02"
)

// mispEvent is an invented event of MISP; distribution is that of the event.
func mispEvent(distribution string, attributes ...string) string {
	return `{"response":[{"Event":{"uuid":"` + inventedEvent + `","info":"Invented quincunx","date":"2016-01-04","timestamp":"1451865600","threat_level_id":"4","analysis":"0",` +
		distribution + `,"Attribute":[` + strings.Join(attributes, ",") + `]}}]}`
}

func mispAttribute(n int, value, distribution string) string {
	return fmt.Sprintf(`{"uuid":"5a7d1c52-9c1c-4f0e-8a38-3b0c8f0a9e%02d","type":"text","category":"Other","timestamp":"1451865600","value":%q,%s}`, n, value, distribution)
}

// shared is how an officer of IRQ takes events of MISP in.
func shared(raw string) CollectRequest {
	return CollectRequest{Kind: CollectMISP, Name: "events.json", Reader: strings.NewReader(raw), Origin: everybody(), Sharing: map[string]label.MemberSet{
		"1": label.Members("IRN", "IRQ"), "3": label.Members(four...), inventedGroup: label.Members("IRN"),
	}}
}

func (h *house) exportFile(m label.MemberID, r ExportRequest) string {
	h.t.Helper()
	x, err := h.nodes[m].Export(context.Background(), h.officer(m, "an", section.RoleAnalyst), r)
	check(h.t, err)
	var b bytes.Buffer
	_, err = x.Write(&b)
	check(h.t, err)
	return b.String()
}

func (h *house) drafts(m label.MemberID, batch string) []*Draft {
	h.t.Helper()
	ds, err := h.nodes[m].Section().BatchDrafts(context.Background(), h.officer(m, "duty", section.RoleDuty), batch, "", 500)
	check(h.t, err)
	var out []*Draft
	for i := range ds {
		d, err := ParseDraft(ds[i].Content)
		check(h.t, err)
		out = append(out, d)
	}
	return out
}

func (h *house) importNotes(m label.MemberID, batch string) string {
	h.t.Helper()
	ns, err := h.nodes[m].Section().ImportNotes(context.Background(), h.officer(m, "duty", section.RoleDuty), batch, 0, 500)
	check(h.t, err)
	var b strings.Builder
	for _, n := range ns {
		fmt.Fprintf(&b, "%d/%s/%s\n", n.Line, n.Rule, n.Text)
	}
	return b.String()
}

// An event of a sharing group reaches those of the group and nobody else, and a
// group of nobody is nobody: an organisation outside the group must not receive
// (github.com/MISP/MISP issue 1720), an empty group must not mean everybody
// (issue 4200). Who receives sees no gap, and gives the event back as it was.
func TestSharingGroupReachesItsMembersAlone(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	group := `"distribution":"4","sharing_group_uuid":"` + inventedGroup + `"`
	inner := []string{
		mispAttribute(1, "word alpha", `"distribution":"5"`),
		mispAttribute(2, "word hidden", `"distribution":"4","sharing_group_uuid":"`+inventedGroup+`","SharingGroup":{"uuid":"`+inventedGroup+`","SharingGroupOrg":[]}`),
		mispAttribute(3, "word gamma", `"distribution":"5"`),
	}
	raw := mispEvent(group, inner...)
	got := h.collect("IRQ", shared(strings.Replace(raw, `"uuid"`, `"id":"17","attribute_count":"3","uuid"`, 1)))
	if got.Added != 1 || got.Noted != 1 {
		t.Fatalf("%+v", got)
	}
	if n := h.importNotes("IRQ", got.Batch); !strings.Contains(n, "numbers and counts") {
		t.Errorf("notes %s", n)
	}
	if again := h.collect("IRQ", shared(strings.Replace(raw, `"uuid"`, `"id":"17","attribute_count":"3","uuid"`, 1))); again.Added+again.Changed != 0 || again.Batch != got.Batch {
		t.Errorf("the same file again: %+v", again)
	}
	d := h.approveBatch("IRQ", got.Batch)
	if seen, err := h.nodes["IRQ"].Decision(context.Background(), h.officer("IRQ", "fdo", section.RoleRelease), d.ID); err != nil || len(seen.Views) != 2 || len(seen.Views[0].To) != 0 || !slices.Equal(seen.Views[1].To, []label.MemberID{"IRN"}) {
		t.Fatalf("%v %+v", err, seen)
	}
	row := h.find("IRN", viewdb.Query{Text: "alpha"}, 1)[0]
	if row.Portions != 3 { // the head and two attributes
		t.Errorf("IRN sees %d portions", row.Portions)
	}
	back := h.exportFile("IRN", ExportRequest{Format: ExportMISP, Reports: []string{row.ID}, KeepDistribution: true})
	if strings.Contains(back, "hidden") || strings.Contains(back, "attribute_count") || strings.Contains(back, "place") {
		t.Errorf("the export shows more than IRN may see: %s", back)
	}
	var have, want any
	check(t, json.Unmarshal([]byte(back), &have))
	check(t, json.Unmarshal([]byte(mispEvent(group, inner[0], inner[2])), &want))
	if !reflect.DeepEqual(have, want) {
		t.Errorf("the event came back as\n%s", back)
	}
	if bare := h.exportFile("IRN", ExportRequest{Format: ExportMISP, Reports: []string{row.ID}}); !strings.Contains(bare, `"distribution":"0"`) || strings.Contains(bare, inventedGroup) {
		t.Errorf("without asking the event keeps its distribution: %s", bare)
	}
	// Everybody has what follows: by then RUS and SYR would have had this too.
	h.releaseReport("IRQ", &Draft{ReportType: act.INTREP, Title: "After", Portions: []act.PortionInput{portion(mark("RESTRICTED", "IRQ", four...), "IRQ", "word after")}})
	for _, m := range []label.MemberID{"RUS", "SYR"} {
		h.find(m, viewdb.Query{Text: "after"}, 1)
		if rows, err := h.nodes[m].Views().Find(context.Background(), viewdb.Query{Limit: 10}); err != nil || len(rows) != 1 {
			t.Errorf("%s outside the group sees %v %+v", m, err, rows)
		}
	}
}

// A form of an event with a narrower distribution replaces the one that was
// released, for those who get it; of those who do not, the import says that they
// hold the earlier one. That narrowing takes nothing back by itself is what
// other platforms do not say (github.com/MISP/MISP issue 4784).
func TestNarrowedEventReplacesAndSaysWhoHoldsTheEarlier(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	inherits := mispAttribute(1, "word alpha", `"distribution":"5"`)
	first := h.collect("IRQ", shared(mispEvent(`"distribution":"3"`, inherits)))
	h.approveBatch("IRQ", first.Batch)
	for _, m := range []label.MemberID{"IRQ", "IRN", "RUS"} {
		h.find(m, viewdb.Query{Text: "alpha"}, 1)
	}
	// The attribute stands in the file as it stood: its label is another one.
	next := h.collect("IRQ", shared(mispEvent(`"distribution":"1"`, inherits)))
	if next.Changed != 1 || next.Added != 0 {
		t.Fatalf("%+v", next)
	}
	if n := h.importNotes("IRQ", next.Batch); !strings.Contains(n, "/10/RUS SYR holds an earlier form") {
		t.Errorf("notes %q", n)
	}
	h.approveBatch("IRQ", next.Batch)
	rows := h.find("IRN", viewdb.Query{Text: "alpha"}, 2)
	if rows[1].SupersededBy != rows[0].ID {
		t.Errorf("IRN sees %+v", rows)
	}
	if rows, err := h.nodes["RUS"].Views().Find(context.Background(), viewdb.Query{Text: "alpha"}); err != nil || len(rows) != 1 {
		t.Errorf("RUS sees %v %+v", err, rows)
	}
}

const inventedStatement = "marking-definition--5a7d1c52-9c1c-4f0e-8a38-3b0c8f0a9d07"

// What an originator outside has marked is never taken in wider: TLP becomes a
// foreign mark, a marking that nobody understands releases to nobody, and the
// file itself goes no further than any of its parts
// (github.com/MISP/MISP issue 3155: an import widens the distribution).
func TestImportNeverWidensTheOriginatorsMarking(t *testing.T) {
	h := newHouse(t, nil)
	h.start("IRQ")
	defer h.stopAll()
	tool := func(n int, more string) string {
		return fmt.Sprintf(`{"type":"tool","spec_version":"2.1","id":"tool--5a7d1c52-9c1c-4f0e-8a38-3b0c8f0a9c%02d","created":"2016-01-01T00:00:00.000Z","modified":"2016-01-01T00:00:00.000Z","name":"tool %d"%s}`, n, n, more)
	}
	own, err := mark("RESTRICTED", "SYR", "SYR", "IRQ").MarshalJSON()
	check(t, err)
	const centres = "marking-definition--5a7d1c52-9c1c-4f0e-8a38-3b0c8f0a9d08"
	bundle := `{"type":"bundle","id":"bundle--5a7d1c52-9c1c-4f0e-8a38-3b0c8f0a9d09","objects":[` + strings.Join([]string{
		tool(1, ``),
		tool(2, `,"object_marking_refs":["marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"]`),
		tool(3, `,"granular_markings":[{"marking_ref":"marking-definition--f88d31f6-486f-44da-b317-01333bde0b82","selectors":["name"]}]`),
		tool(4, `,"object_marking_refs":["marking-definition--5a7d1c52-9c1c-4f0e-8a38-3b0c8f0a9dff"]`),
		tool(5, `,"object_marking_refs":["`+inventedStatement+`"]`),
		tool(6, `,"object_marking_refs":["`+centres+`"]`),
		`{"type":"marking-definition","spec_version":"2.1","id":"` + inventedStatement + `","created":"2016-01-01T00:00:00.000Z","definition_type":"statement","definition":{"statement":"Invented terms of use"}}`,
		`{"type":"marking-definition","spec_version":"2.1","id":"` + centres + `","created":"2016-01-01T00:00:00.000Z","extensions":{"` + exchange.LabelExtension + `":{"extension_type":"property-extension","label":` + string(own) + `}}}`,
	}, ",") + `]}`
	got := h.collect("IRQ", CollectRequest{Kind: CollectSTIX, Name: "b.json", Reader: strings.NewReader(bundle), Origin: everybody()})
	want := map[string]string{
		"tool: tool 1": "IRN IRQ RUS SYR ", "tool: tool 2": "IRN IRQ RUS SYR TLP:RED", "tool: tool 3": "IRN IRQ RUS SYR TLP:AMBER",
		"tool: tool 4": "IRQ ", "tool: tool 5": "IRN IRQ RUS SYR ", "tool: tool 6": "IRQ SYR ", "Taken in: b.json": "IRQ TLP:RED",
	}
	for _, d := range h.drafts("IRQ", got.Batch) {
		l := d.Portions[0].Label
		var marks []string
		for _, m := range l.Caveats.Foreign() {
			marks = append(marks, m.String())
		}
		if w, there := want[d.Title]; there && l.Rel.String()+" "+strings.Join(marks, " ") != w {
			t.Errorf("%s is released to %s with %v, want %s", d.Title, l.Rel, marks, w)
		}
		if d.Title == "tool: tool 6" && !l.Originators.Equal(label.Members("IRQ", "SYR")) {
			t.Errorf("the label of SYR lost its originator: %s", l.Originators)
		}
		delete(want, d.Title)
	}
	if len(want) > 0 {
		t.Errorf("not there: %v", want)
	}
	if n := h.importNotes("IRQ", got.Batch); strings.Count(n, "\n") != 2 || !strings.Contains(n, "is not understood") || !strings.Contains(n, "label of SYR") {
		t.Errorf("notes %s", n)
	}
}

// An export of one member's node, taken in by another, gives drafts that say the
// same under markings that keep whose it is, citing what they were made from
// (rules 7 and 8); a member to whom it was not released is refused; and an
// export holds nothing that its officer may not read (rule 9).
func TestExportedReportsReadBack(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	three := mark("SECRET", "IRQ", "IRQ", "IRN", "RUS")
	three.Caveats = label.Caveats("TLP:AMBER")
	first := portion(mark("RESTRICTED", "IRQ", four...), "IRQ", "word alpha\nover <two> lines")
	second := portion(three, "IRQ", "word beta")
	second.Grade = act.Grade{Reliability: "C", Credibility: "3"}
	second.Object = &act.Object{MediaType: act.MediaTypeSTIX, Bytes: []byte(`{"type":"tool", "spec_version":"2.1","id":"tool--5a7d1c52-9c1c-4f0e-8a38-3b0c8f0a9c01","created":"2016-01-01T00:00:00.000Z","modified":"2016-01-01T00:00:00.000Z","name":"n"}`)}
	h.releaseReport("IRQ", &Draft{ReportType: act.INTREP, Title: "Alpha and beta", Portions: []act.PortionInput{first, second}})
	list := h.collect("IRQ", CollectRequest{Kind: CollectUNList, Name: "list.xml", Reader: bytes.NewReader(inventedList(t, 2)), Origin: everybody()})
	h.approveBatch("IRQ", list.Batch)
	held := h.find("RUS", viewdb.Query{}, 3)
	cut := h.find("SYR", viewdb.Query{}, 3)

	whole := h.exportFile("RUS", ExportRequest{Format: ExportSTIX, Since: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)})
	if !stix.Valid(stix.Validate([]byte(whole))) || !strings.Contains(whole, "granular_markings") || !strings.Contains(whole, "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421") {
		t.Errorf("the export is not valid, or lost its markings")
	}
	taken := h.collect("RUS", CollectRequest{Kind: CollectSTIX, Name: "x.json", Reader: strings.NewReader(whole)})
	if taken.Added != 3 || taken.Noted != 0 {
		t.Fatalf("%+v: %s", taken, h.importNotes("RUS", taken.Batch))
	}
	if again := h.collect("RUS", CollectRequest{Kind: CollectSTIX, Name: "x.json", Reader: strings.NewReader(whole)}); again.Added+again.Changed != 0 || again.Same != 3 {
		t.Errorf("again: %+v", again)
	}
	listings := 0
	for _, d := range h.drafts("RUS", taken.Batch) {
		for i, p := range d.Portions {
			cited, by, err := h.nodes["RUS"].portionOf(ctx, act.PortionRef{Portion: p.Cites[len(p.Cites)-1].Portion, Digest: p.Cites[len(p.Cites)-1].Digest})
			check(t, err)
			l := cited.Label
			l.Originators = label.Members("IRQ", "RUS")
			same := p.Text == cited.Text && p.Grade == cited.Grade && p.Lang == cited.Lang && p.Label.Equal(l) && reflect.DeepEqual(p.Sources, cited.Sources) &&
				reflect.DeepEqual(p.Designation, cited.Designation) && reflect.DeepEqual(p.Object, cited.Object)
			if !same || by != "IRQ" || p.ID == cited.ID || p.Cites[0].Originator != "IRQ" {
				t.Errorf("%s, portion %d: %+v was %+v", d.Title, i+1, p, cited.PortionInput)
			}
			if p.Designation != nil {
				listings++
			}
		}
		if d.Title == "Alpha and beta" && (d.ReportType != act.INTREP || len(d.Portions) != 2) {
			t.Errorf("%+v", d)
		}
	}
	if listings != 2 {
		t.Errorf("%d listings", listings)
	}
	// Nothing stands against their release, as far as the originators released.
	p, err := h.nodes["RUS"].PlanBatch(ctx, h.officer("RUS", "duty", section.RoleDuty), taken.Batch)
	check(t, err)
	if p.BlockedCount != 0 || p.Count != 3 {
		t.Errorf("%+v", p)
	}
	for _, v := range p.Views {
		if v.Count != 2 && len(v.To) > 3 {
			t.Errorf("views %+v", p.Views)
		}
	}
	left, _ := filepath.Glob(filepath.Join(h.dir, "RUS", DirAttached, "*"))
	if len(left) != 0 {
		t.Errorf("the file was kept under one marking: %v", left)
	}
	// What the officer says narrows, and never widens.
	narrow := everybody()
	narrow.Label = mark("RESTRICTED", "RUS", "RUS", "SYR")
	narrow.Source = act.Source{}
	other := strings.Replace(whole, `"type":"bundle"`, `"type": "bundle"`, 1)
	less := h.collect("RUS", CollectRequest{Kind: CollectSTIX, Name: "x.json", Reader: strings.NewReader(other), Origin: narrow})
	for _, d := range h.drafts("RUS", less.Batch) {
		for _, p := range d.Portions {
			if p.Text == "word beta" && (p.Label.Rel.String() != "RUS" || p.Label.Class != "SECRET") || !label.Members("RUS", "SYR").Includes(p.Label.Rel) {
				t.Errorf("%s: %s %s", p.Text, p.Label.Class, p.Label.Rel)
			}
		}
	}

	// SYR holds a part, and its export shows no more.
	_, err = h.nodes["SYR"].Collect(ctx, h.officer("SYR", "duty", section.RoleDuty), CollectRequest{Kind: CollectSTIX, Name: "x.json", Reader: strings.NewReader(whole)})
	if !errors.Is(err, ErrNotReleasedHere) {
		t.Errorf("SYR takes in what was not released to it: %v", err)
	}
	all := h.exportFile("SYR", ExportRequest{Format: ExportSTIX, Since: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)})
	for _, hidden := range []string{"beta", "tool--", "TLP", "granular", "Alpha and", "SECRET", held[2].ID, held[1].ID, held[0].ID} {
		if strings.Contains(all, hidden) && !slices.ContainsFunc(cut, func(r viewdb.Row) bool { return r.ID == hidden }) {
			t.Errorf("the export of SYR holds %s", hidden)
		}
	}
	an := h.officer("SYR", "an", section.RoleAnalyst)
	i := slices.IndexFunc(held, func(r viewdb.Row) bool { return r.Title == "Alpha and beta" })
	for _, f := range []ExportFormat{ExportSTIX, ExportMISP} {
		_, closed := h.nodes["SYR"].Export(ctx, an, ExportRequest{Format: f, Reports: []string{cut[0].ID, held[i].ID}})
		_, nothing := h.nodes["SYR"].Export(ctx, an, ExportRequest{Format: f, Reports: []string{cut[0].ID, strings.Repeat("0", 32)}})
		if closed == nil || nothing == nil || closed.Error() != nothing.Error() {
			t.Errorf("%s: %v against %v", f, closed, nothing)
		}
	}
	// An altered export is refused, and says what would cure it.
	for from, to := range map[string]string{"word alpha": "word omega", `"RESTRICTED"`: `"UNCLASSIFIED"`} {
		_, err := h.nodes["RUS"].Collect(ctx, h.officer("RUS", "duty", section.RoleDuty), CollectRequest{Kind: CollectSTIX, Name: "x.json", Reader: strings.NewReader(strings.ReplaceAll(whole, from, to))})
		if !errors.Is(err, exchange.ErrAltered) {
			t.Errorf("%s for %s: %v", to, from, err)
		}
	}
}

// Rule 3: what is too fine is refused; reduced, it is stored without it, and
// nothing of the original is on the disk but its digest.
func TestReducedFilesKeepTheDigestAlone(t *testing.T) {
	h := newHouse(t, nil)
	h.start("IRQ")
	defer h.stopAll()
	ctx := context.Background()
	irq, duty := h.nodes["IRQ"], h.officer("IRQ", "duty", section.RoleDuty)
	fine := `{"type":"bundle","id":"bundle--5a7d1c52-9c1c-4f0e-8a38-3b0c8f0a9d09","objects":[` +
		`{"type":"location","spec_version":"2.1","id":"location--5a7d1c52-9c1c-4f0e-8a38-3b0c8f0a9c01","created":"2016-01-01T00:00:00.000Z","modified":"2016-01-01T00:00:00.000Z","name":"quincunx","country":"iq","latitude":36.34512,"longitude":43.15789},` +
		`{"type":"location","spec_version":"2.1","id":"location--5a7d1c52-9c1c-4f0e-8a38-3b0c8f0a9c02","created":"2016-01-01T00:00:00.000Z","modified":"2016-01-01T00:00:00.000Z","country":"iq"}]}`
	event := mispEvent(`"distribution":"3"`, mispAttribute(1, "quincunx at 36.34512, 43.15789", `"distribution":"5"`))
	for kind, raw := range map[CollectKind]string{CollectSTIX: fine, CollectMISP: event} {
		ask := func(reduce bool) (CollectResult, error) {
			return irq.Collect(ctx, duty, CollectRequest{Kind: kind, Name: "f.json", Reader: strings.NewReader(raw), Origin: everybody(), Reduce: reduce})
		}
		_, err := ask(false)
		if !errors.Is(err, collect.ErrFinePlace) || !strings.Contains(err.Error(), "rule 3") || !strings.Contains(err.Error(), "reduce") {
			t.Errorf("%s: %v", kind, err)
		}
		got, err := ask(true)
		check(t, err)
		if !got.Reduced || got.Noted == 0 || got.File != act.Digest(sha(raw)) || got.Size != int64(len(raw)) {
			t.Errorf("%s: %+v", kind, got)
		}
		again, err := ask(true)
		if err != nil || again.Added+again.Changed != 0 || again.Batch != got.Batch {
			t.Errorf("%s again: %v %+v", kind, err, again)
		}
		if b, err := irq.Batch(ctx, duty, got.Batch); err != nil || !b.Reduced || b.Noted != got.Noted {
			t.Errorf("%s: %v %+v", kind, err, b)
		}
		for _, d := range h.drafts("IRQ", got.Batch) {
			raw, err := json.Marshal(d)
			check(t, err)
			if strings.Contains(string(raw), "36.345") {
				t.Errorf("%s: a fine place remains: %s", kind, raw)
			}
			for _, p := range d.Portions {
				if p.Object != nil && strings.Contains(string(p.Object.Bytes), "36.345") {
					t.Errorf("%s: a fine place remains: %s", kind, p.Object.Bytes)
				}
			}
			if strings.HasPrefix(d.Title, "Taken in") && !strings.Contains(d.Portions[0].Text, got.File.String()) {
				t.Errorf("%s: the cover does not name the original: %s", kind, d.Portions[0].Text)
			}
		}
	}
	check(t, filepath.WalkDir(filepath.Join(h.dir, "IRQ"), func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		if bytes.Contains(raw, []byte("36.34512")) {
			t.Errorf("%s holds the fine place", path)
		}
		return err
	}))
	// A bundle with nothing to reduce stays as it is.
	plain := h.collect("IRQ", CollectRequest{Kind: CollectSTIX, Name: "p.json", Reader: strings.NewReader(inventedBundle), Origin: everybody(), Reduce: true})
	if plain.Reduced || plain.Noted != 0 || plain.Added != 3 {
		t.Errorf("%+v", plain)
	}
}
