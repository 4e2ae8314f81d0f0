package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"entente/act"
	"entente/internal/client"
	"entente/internal/web/api"
	"entente/label"
)

// The daily exchange after the reports: a request, a recall, a courier
// (journeys J2, J5 and J14 in short).

// exchange plays it.
func (d *demo) exchange(ctx context.Context) error {
	for _, step := range []struct {
		name string
		do   func(context.Context) error
	}{{"a request answered in part", d.request}, {"a recall", d.recall}, {"a bundle by courier", d.courier}} {
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
		d.step(step.name, 0, 0)
	}
	return nil
}

// asked is what RUS asks: part 1 is answered, part 2 is not.
var asked = []string{"How is the date harvest in Khuzestan province?", "Which roads in Ilam province are closed?"}

// request has RUS ask IRQ and IRN, each of whom knows of itself alone. IRN
// answers the first part and declines the second without saying so; RUS closes.
func (d *demo) request(ctx context.Context) error {
	ltiov := time.Now().UTC().Add(72 * time.Hour).Truncate(time.Minute)
	if err := d.say(ctx, "RUS", func(cl *client.Client) (*api.Draft, error) {
		return cl.DraftRequest(ctx, api.RequestContent{Title: "Harvest and roads", Purpose: "Weekly summary.", LegalBasis: "Charter, article 2.",
			LTIOV: &ltiov, Parts: asked, To: []string{"IRN", "IRQ"}, Class: "RESTRICTED"})
	}); err != nil {
		return err
	}
	at, err := d.requestAt(ctx, "IRN", "open")
	if err != nil {
		return err
	}
	given := d.played.byName["harvest/1"]
	own, err := d.desks["IRN"]["an"].Reports(ctx, api.Find{Text: given.marker})
	if err != nil || len(own) == 0 {
		return errors.Join(fmt.Errorf("IRN does not find what it answers with"), err)
	}
	if err := d.say(ctx, "IRN", func(cl *client.Client) (*api.Draft, error) {
		return cl.DraftAnswer(ctx, api.AnswerContent{Request: at.ID, Alike: true, Final: true, Parts: []api.AnswerPartContent{
			{Number: 1, State: "full", Report: own[0].ID}, {Number: 2, State: "declined"}}})
	}); err != nil {
		return err
	}
	answered, err := d.requestAt(ctx, "RUS", "answered")
	if err != nil {
		return err
	}
	return d.say(ctx, "RUS", func(cl *client.Client) (*api.Draft, error) {
		return cl.DraftClosing(ctx, api.ClosingContent{Requests: []string{answered.ID}, All: true, Outcome: "partly met"})
	})
}

// requestAt waits until a member's board shows a request in a state.
func (d *demo) requestAt(ctx context.Context, m label.MemberID, state string) (got api.Request, err error) {
	err = d.wait(ctx, fmt.Sprintf("%s to see a request that is %s", m, state), func() (bool, error) {
		page, err := d.desks[m]["an"].Requests(ctx, api.FindRequests{Limit: 200})
		if err != nil {
			return false, err
		}
		for _, r := range page.Requests {
			if r.State == state {
				got = r
				return true, nil
			}
		}
		return false, nil
	})
	return got, err
}

// asks checks who has learnt of the request: who asked, and each of the asked of
// itself alone.
func (d *demo) asks(ctx context.Context) error {
	for m, to := range map[label.MemberID][]string{"RUS": {"IRN", "IRQ"}, "IRN": {"IRN"}, "IRQ": {"IRQ"}, "SYR": nil} {
		page, err := d.desks[m]["an"].Requests(ctx, api.FindRequests{Limit: 200})
		if err != nil {
			return err
		}
		var got []string
		for _, r := range page.Requests {
			got = append(got, r.To)
		}
		slices.Sort(got)
		if !slices.Equal(got, to) {
			return fmt.Errorf("%s sees requests to %v, not to %v", m, got, to)
		}
		for _, r := range page.Requests {
			if r.State != "closed" {
				return fmt.Errorf("at %s the request to %s is %s", m, r.To, r.State)
			}
			if m == "RUS" && r.To == "IRN" && (len(r.Parts) != 2 || r.Parts[0].State != "full" || r.Parts[1].State != "nothing to give") {
				return fmt.Errorf("RUS reads %+v", r.Parts)
			}
		}
	}
	return nil
}

// recall has IRN take a report back of which RUS made a product, and SYR one of
// that.
func (d *demo) recall(ctx context.Context) error {
	issued, err := d.desks["IRN"]["fdo"].IssueRecall(ctx, api.RecallContent{Kind: "recall", Reason: "error", Report: d.played.drafts["wrong"], Text: "It was another bridge."})
	if err != nil {
		return err
	}
	d.played.said["IRN"] += len(issued.Drafts)
	d.played.byName["wrong/1"].recalled = true
	for _, key := range []string{"wrong-rus/1", "wrong-syr/1"} {
		t := d.played.byName[key]
		for _, m := range members() {
			if err := d.wait(ctx, fmt.Sprintf("%s to show %s under review", m, key), func() (bool, error) {
				states, err := d.standing(ctx, m, t)
				return slices.ContainsFunc(states, func(p api.PortionState) bool { return p.Review }), err
			}); err != nil {
				return err
			}
		}
	}
	return nil
}

// standing returns what stands against the report in which a member reads a
// portion.
func (d *demo) standing(ctx context.Context, m label.MemberID, t *told) ([]api.PortionState, error) {
	an := d.desks[m]["an"]
	found, err := an.Reports(ctx, api.Find{Text: t.marker})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	full, err := an.Report(ctx, found[0].ID)
	if err != nil {
		return nil, err
	}
	return full.States, nil
}

// recalledEverywhere checks that what was taken back is read nowhere, and that
// nothing more can be made of what came from it.
func (d *demo) recalledEverywhere(ctx context.Context) error {
	t := d.played.byName["wrong/1"]
	for _, m := range members() {
		found, err := d.desks[m]["an"].Reports(ctx, api.Find{Text: t.marker})
		if err != nil {
			return err
		}
		if len(found) > 0 {
			return fmt.Errorf("%s still finds what IRN has taken back", m)
		}
	}
	from := d.played.byName["wrong-syr/1"]
	if err := d.readable(ctx, "IRQ", from); err != nil {
		return err
	}
	content := simple("What comes of it.")
	content.Portions[0].Sources = nil
	content.Portions[0].Label.Originators = from.origins.With("IRQ")
	content.Portions[0].Cites = []act.Cite{{Portion: from.id, Digest: from.digest, Originator: from.of.from}}
	return d.notReleased(ctx, content, "act_under_review")
}

// courier carries a bundle from SYR to RUS, who takes it once; it is for nobody
// else.
func (d *demo) courier(ctx context.Context) error {
	made, err := d.desks["SYR"]["custodian"].MakeBundle(ctx, api.NewBundle{To: "RUS", All: true}, nil)
	if err != nil {
		return err
	}
	var file bytes.Buffer
	if _, err := d.desks["SYR"]["custodian"].BundleFile(ctx, "RUS", made.Number, 0, &file, nil); err != nil {
		return err
	}
	d.played.bundle, d.played.bundleFile = made, file.Bytes()
	taken, err := d.takeBundle(ctx, "RUS")
	if err != nil {
		return err
	}
	if !taken.Imported || taken.From != "SYR" || taken.LogTo < made.LogTo {
		return fmt.Errorf("RUS took %+v", taken)
	}
	return nil
}

func (d *demo) takeBundle(ctx context.Context, m label.MemberID) (*api.BundleTaken, error) {
	cl, made := d.desks[m]["custodian"], d.played.bundle
	if err := cl.StageBundle(ctx, made.File, 0, int64(len(d.played.bundleFile)), bytes.NewReader(d.played.bundleFile), nil); err != nil {
		return nil, err
	}
	return cl.ImportBundle(ctx, made.File, false, nil)
}

// carried checks that the bundle is taken neither again nor by another.
func (d *demo) carried(ctx context.Context) error {
	if _, err := d.takeBundle(ctx, "RUS"); err == nil {
		return errors.New("RUS took the same bundle twice")
	}
	if _, err := d.takeBundle(ctx, "IRN"); err == nil {
		return errors.New("IRN took a bundle for RUS")
	}
	return nil
}
