package node

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"entente/act"
	"entente/internal/section"
	"entente/label"
)

const inventedPerson = "Example Invented Person"

// A record of a person that a file brings is personal data: its portion says so,
// with a date of review, and it leaves when an officer has said as what person, for
// what and by what law, to one other member, and under a word (rules 17, 19, 21, 25).
// What else is in the file is not held back.
func TestARecordOfAPersonInAFileIsPersonalData(t *testing.T) {
	h := newHouse(t, nil)
	h.start("IRQ")
	defer h.stopAll()
	ctx := context.Background()
	irq, duty := h.nodes["IRQ"], h.officer("IRQ", "duty", section.RoleDuty)
	object := func(name string, attributes ...string) string {
		return strings.Replace(mispEvent(`"distribution":"3"`), `"Attribute":[]`,
			`"Object":[{"uuid":"5a7d1c52-9c1c-4f0e-8a38-3b0c8f0a9e77","name":"`+name+`","meta-category":"misc","distribution":"5","Attribute":[`+strings.Join(attributes, ",")+`]}]`, 1)
	}
	named := mispAttribute(1, inventedPerson, `"distribution":"5"`)
	ofPerson := strings.Replace(named, `"category":"Other"`, `"category":"Person"`, 1)
	bundles := 0
	bundle := func(object string) CollectRequest {
		bundles++ // nothing is taken in twice
		raw := strings.Replace(inventedBundle, `{"type":"tool","spec_version":"2.1","id":"tool--1d9b6a2c-52cb-4b5a-9f60-0d3a0c6f2a03"`, object, 1)
		return CollectRequest{Kind: CollectSTIX, Name: "b.json", Origin: everybody(), Reader: strings.NewReader(strings.ReplaceAll(raw, "0d3a0c6f2a02", fmt.Sprintf("0d3a0c6f2b%02d", bundles)))}
	}
	for _, c := range []struct {
		what    string
		request CollectRequest
		// records are the drafts, with the cover, that hold a record of a person;
		// others those that can leave as they are.
		records, others int
	}{
		{"an identity of STIX", bundle(`{"type":"identity","identity_class":"individual","spec_version":"2.1","id":"identity--1d9b6a2c-52cb-4b5a-9f60-0d3a0c6f2a04"`), 2, 1},
		{"an object of MISP in STIX", bundle(`{"type":"x-misp-object","x_misp_name":"passport","spec_version":"2.1","id":"x-misp-object--1d9b6a2c-52cb-4b5a-9f60-0d3a0c6f2a05"`), 2, 1},
		{"an attribute of MISP in STIX", bundle(`{"type":"x-misp-attribute","x_misp_category":"Person","spec_version":"2.1","id":"x-misp-attribute--1d9b6a2c-52cb-4b5a-9f60-0d3a0c6f2a06"`), 2, 1},
		{"an organisation of STIX", bundle(`{"type":"identity","identity_class":"organization","spec_version":"2.1","id":"identity--1d9b6a2c-52cb-4b5a-9f60-0d3a0c6f2a07"`), 0, 3},
		{"an attribute of MISP", shared(mispEvent(`"distribution":"3"`, mispAttribute(2, "word", `"distribution":"5"`), ofPerson)), 1, 0},
		{"an object of MISP", shared(strings.ReplaceAll(object("person", named), inventedEvent, "5a7d1c52-9c1c-4f0e-8a38-3b0c8f0a9d11")), 1, 0},
		{"an object of MISP that says it in an attribute", shared(strings.ReplaceAll(object("vehicle", ofPerson), inventedEvent, "5a7d1c52-9c1c-4f0e-8a38-3b0c8f0a9d12")), 1, 0},
		{"no person of MISP", shared(strings.ReplaceAll(object("vehicle", named), inventedEvent, "5a7d1c52-9c1c-4f0e-8a38-3b0c8f0a9d13")), 0, 1},
	} {
		out := h.collect("IRQ", c.request)
		plan, err := irq.PlanBatch(ctx, duty, out.Batch)
		check(t, err)
		if plan.BlockedCount != int64(c.records) || plan.Count != int64(c.others) {
			t.Errorf("%s: %d can leave, want %d: %+v", c.what, plan.Count, c.others, plan.Blocked)
		}
		for _, id := range out.Drafts {
			row, err := irq.section.Draft(ctx, duty, id)
			check(t, err)
			d, err := ParseDraft(row.Content)
			check(t, err)
			p, err := irq.Plan(ctx, duty, id)
			check(t, err)
			for i := range d.Portions {
				l := d.Portions[i].Label
				told := slices.ContainsFunc(p.Findings, func(f act.Finding) bool {
					return f.Portion == i+1 && f.Is(act.ErrNoPersonData) && strings.Contains(f.Text, "state them as person_data")
				})
				holds := c.records > 0 && (strings.Contains(d.Portions[i].Text, inventedPerson) || strings.Contains(d.Portions[i].Text, "Invented tool") || len(d.Portions[i].Attachments) > 0)
				if l.Personal != holds || told != holds {
					t.Errorf("%s: %q is personal data: %v; that it cannot leave is told: %v", c.what, d.Portions[i].Text, l.Personal, told)
				}
				if left := l.ReviewBy.Time().Sub(irq.now()); holds && (left < (act.ReviewDaysOther-2)*24*time.Hour || left > act.ReviewDaysOther*24*time.Hour) {
					t.Errorf("%s: to be reviewed in %v", c.what, left)
				}
			}
		}
	}
}

// The officer cures it: with a purpose, a legal basis and a category, for one other
// member and under a word it can leave, and not before (rules 17, 19 and 25). What
// the officer says is reviewed sooner stays so.
func TestARecordOfAPersonInAFileLeavesAsAnyDoes(t *testing.T) {
	h := newHouse(t, nil)
	h.start("IRQ")
	defer h.stopAll()
	ctx := context.Background()
	irq, duty := h.nodes["IRQ"], h.officer("IRQ", "duty", section.RoleDuty)
	from := everybody()
	from.Label.ReviewBy = label.Instant(irq.minute().AddDate(0, 0, 30).Unix())
	r := shared(mispEvent(`"distribution":"3"`, strings.Replace(mispAttribute(1, inventedPerson, `"distribution":"5"`), `"category":"Other"`, `"category":"Person"`, 1)))
	r.Origin = from
	out := h.collect("IRQ", r)
	row, err := irq.section.Draft(ctx, duty, out.Drafts[0])
	check(t, err)
	d, err := ParseDraft(row.Content)
	check(t, err)
	i := slices.IndexFunc(d.Portions, func(p act.PortionInput) bool { return p.Label.Personal })
	if i < 0 {
		t.Fatalf("%+v", d.Portions)
	}
	p := &d.Portions[i]
	if p.Label.ReviewBy != from.Label.ReviewBy {
		t.Errorf("to be reviewed by %s, and its officer said %s", p.Label.ReviewBy, from.Label.ReviewBy)
	}
	p.PersonData = &act.PersonData{Categories: []act.Category{act.CategoryOther}, Purpose: "An invented case.", LegalBasis: "Invented law."}
	if _, err := irq.SaveDraft(ctx, duty, row.ID, row.ETag(), d); err == nil || !strings.Contains(err.Error(), act.ErrSecondMember.Code) && !strings.Contains(err.Error(), "rule 19") {
		t.Fatalf("for everybody: %v", err)
	}
	p.Label.Rel = label.Members("IRN", "IRQ")
	saved, err := irq.SaveDraft(ctx, duty, row.ID, row.ETag(), d)
	check(t, err)
	plan, err := irq.Plan(ctx, duty, saved.ID)
	check(t, err)
	if plan.Blocked == "" || !strings.Contains(plan.Blocked, "rule 25") {
		t.Errorf("in clear: %q", plan.Blocked)
	}
	if d, err = ParseDraft(saved.Content); err != nil {
		t.Fatal(err)
	}
	p = &d.Portions[i]
	p.Text, p.Object = "[["+inventedPerson+"]] was named", nil
	saved, err = irq.SaveDraft(ctx, duty, saved.ID, saved.ETag(), d)
	check(t, err)
	if plan, err = irq.Plan(ctx, duty, saved.ID); err != nil || plan.Blocked != "" {
		t.Errorf("it cannot leave: %v %+v", err, plan)
	}
}
