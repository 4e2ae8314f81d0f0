package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"entente/act"
	"entente/internal/client"
	"entente/internal/web/api"
	"entente/label"
)

// refused wants a refusal with one of the codes.
func refused(err error, codes ...string) error {
	var r *client.Error
	switch {
	case err == nil:
		return errors.New("it was not refused")
	case !errors.As(err, &r):
		return err
	case slices.Contains(codes, r.Code):
		return nil
	}
	for _, f := range r.Findings {
		if slices.Contains(codes, f.Code) {
			return nil
		}
	}
	return fmt.Errorf("it was refused with %s: %s", r.Code, r.Message)
}

// simple is a report of one portion of IRQ, for refusals.
func simple(text string) *api.Content {
	return &api.Content{ReportType: act.INTREP, Portions: []act.PortionInput{{
		Lang: "en", Text: text, Grade: act.Grade{Reliability: "B", Credibility: "2"},
		Label:   label.Label{Policy: "CENTRE", Class: r, Rel: label.Members(members()...), Originators: label.Members("IRQ")},
		Sources: []act.Source{{Descriptor: "a resident", Kind: act.KindHuman, Originator: "IRQ"}},
	}}}
}

func (d *demo) ungraded(ctx context.Context) error {
	content := simple("Without a grade.")
	content.Portions[0].Grade = act.Grade{}
	_, err := d.desks["IRQ"]["duty"].CreateDraft(ctx, *content)
	return refused(err, "act_no_grade")
}

// withDraft saves a draft for as long as a check looks at it.
func (d *demo) withDraft(ctx context.Context, content *api.Content, look func(api.Draft) error) error {
	duty := d.desks["IRQ"]["duty"]
	draft, err := duty.CreateDraft(ctx, *content)
	if err != nil {
		return err
	}
	if err := look(*draft); err != nil {
		return err
	}
	draft, err = duty.Draft(ctx, draft.ID)
	if err != nil {
		return err
	}
	return duty.DiscardDraft(ctx, draft.ID, draft.ETag)
}

func (d *demo) ownRelease(ctx context.Context) error {
	chief := d.desks["IRQ"]["chief"]
	return d.withDraft(ctx, simple("Own release."), func(draft api.Draft) error {
		if _, err := chief.PlanDraft(ctx, draft.ID); err != nil {
			return err
		}
		rel, err := chief.PrepareRelease(ctx, draft.ID)
		if err != nil {
			return err
		}
		_, err = chief.Approve(ctx, rel.ID, rel.Digest)
		if err := refused(err, "second_person"); err != nil {
			return err
		}
		_, err = chief.Withdraw(ctx, rel.ID, "a check")
		return err
	})
}

func (d *demo) roleless(ctx context.Context) error {
	duty := d.desks["IRQ"]["duty"]
	return d.withDraft(ctx, simple("Release without the role."), func(draft api.Draft) error {
		if _, err := duty.PlanDraft(ctx, draft.ID); err != nil {
			return err
		}
		rel, err := duty.PrepareRelease(ctx, draft.ID)
		if err != nil {
			return err
		}
		_, err = d.desks["IRQ"]["an"].Approve(ctx, rel.ID, rel.Digest)
		if err := refused(err, "forbidden"); err != nil {
			return err
		}
		_, err = duty.Withdraw(ctx, rel.ID, "a check")
		return err
	})
}

// notReleased wants the release of a draft to be refused.
func (d *demo) notReleased(ctx context.Context, content *api.Content, codes ...string) error {
	duty := d.desks["IRQ"]["duty"]
	return d.withDraft(ctx, content, func(draft api.Draft) error {
		plan, err := duty.PlanDraft(ctx, draft.ID)
		if err != nil {
			return refused(err, codes...)
		}
		if !slices.ContainsFunc(plan.Findings, func(f api.Finding) bool { return slices.Contains(codes, f.Code) }) {
			return fmt.Errorf("the dry-run does not find it: %+v", plan.Findings)
		}
		_, err = duty.PrepareRelease(ctx, draft.ID)
		return refused(err, append(codes, "blocked", "state")...)
	})
}

func (d *demo) unsourced(ctx context.Context) error {
	content := simple("Without a source.")
	content.Portions[0].Sources = nil
	return d.notReleased(ctx, content, "act_no_source")
}

func (d *demo) tainted(ctx context.Context) error {
	cited := d.played.byName["depot-rus/1"] // SECRET, RUS and IRQ
	content := simple("A paraphrase, marked too wide.")
	content.Portions[0].Sources = nil
	content.Portions[0].Label.Originators = label.Members("IRQ", "RUS")
	content.Portions[0].Cites = []act.Cite{{Portion: cited.id, Digest: cited.digest, Originator: "RUS"}}
	return d.notReleased(ctx, content, "act_taint")
}

// dryRun is journey J4: what keeps IRN from the merged report.
func (d *demo) dryRun(ctx context.Context) error {
	plan, err := d.desks["IRQ"]["duty"].ReadPlan(ctx, d.played.drafts["merged"])
	if err != nil {
		return err
	}
	if !strings.Contains(plan.Banner, "SECRET") || !strings.Contains(plan.Banner, "IRQ") || !strings.Contains(plan.Banner, "RUS") || strings.Contains(plan.Banner, "IRN") {
		return fmt.Errorf("the banner is %q", plan.Banner)
	}
	for _, m := range plan.Members {
		if m.Member != "IRN" {
			continue
		}
		if !slices.Equal(m.Sees, []int{2, 3}) {
			return fmt.Errorf("IRN would see %v, not portions 2 and 3", m.Sees)
		}
		if len(m.KeptBy) != 1 || m.KeptBy[0].Portion != 1 {
			return fmt.Errorf("what keeps IRN out is %+v, not portion 1 alone", m.KeptBy)
		}
		for _, r := range m.Remedies {
			if r.Kind == "tearline" && slices.Equal(r.Portions, []int{2, 3}) && strings.Contains(r.Banner, "CONFIDENTIAL") {
				return nil
			}
		}
		return fmt.Errorf("no tearline of portions 2 and 3 is offered: %+v", m.Remedies)
	}
	return errors.New("the plan does not speak of IRN")
}
