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
	}{{"a request answered in part", d.request}, {"a recall", d.recall}, {"a courier, there and back", d.courier}} {
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
	given := d.played.byName["harvest/1"]
	if err := d.readable(ctx, "RUS", given); err != nil {
		return err
	}
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
			if m == "RUS" && r.To == "IRN" && !slices.ContainsFunc(r.Parts[0].Portions, func(p api.GivenPortion) bool { return p.Portion == string(given.id) }) {
				return fmt.Errorf("RUS is given %+v", r.Parts[0].Portions)
			}
			if m == "RUS" && r.To == "IRQ" && slices.ContainsFunc(r.Parts, func(p api.RequestPart) bool { return p.State != "" }) {
				return fmt.Errorf("RUS reads an answer of IRQ, who gave none: %+v", r.Parts)
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
	for _, key := range []string{"wrong-rus/1", "wrong-syr/1"} {
		for _, m := range members() {
			states, err := d.standing(ctx, m, d.played.byName[key])
			if err != nil {
				return err
			}
			if !slices.ContainsFunc(states, func(p api.PortionState) bool { return p.Review }) {
				return fmt.Errorf("at %s %s, which comes from it, is not under review", m, key)
			}
		}
	}
	if err := d.followed(ctx); err != nil {
		return err
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

// followed checks that IRN is told of each holder that it has followed.
func (d *demo) followed(ctx context.Context) error {
	return d.wait(ctx, "all holders to say that they have followed the recall", func() (bool, error) {
		page, err := d.desks["IRN"]["an"].Recalls(ctx, api.FindRecalls{Own: true, Limit: 200})
		if err != nil {
			return false, err
		}
		var by []string
		for _, r := range page.Recalls {
			for _, h := range r.Holders {
				if h.State == "quarantined" {
					by = append(by, h.Member)
				}
			}
		}
		slices.Sort(by)
		return slices.Equal(by, []string{"IRQ", "RUS", "SYR"}), nil
	})
}

// A carriedBundle is one that went by courier.
type carriedBundle struct {
	from, to, other label.MemberID // other is another member, for whom it is not
	made            *api.Bundle
	file            []byte
}

// courier carries a bundle from SYR to RUS, and one back; each takes what is for
// it once, and it is for nobody else.
func (d *demo) courier(ctx context.Context) error {
	for _, b := range []carriedBundle{{from: "SYR", to: "RUS", other: "IRN"}, {from: "RUS", to: "SYR", other: "IRQ"}} {
		cl := d.desks[b.from]["custodian"]
		made, err := cl.MakeBundle(ctx, api.NewBundle{To: string(b.to), All: true}, nil)
		if err != nil {
			return err
		}
		var file bytes.Buffer
		if _, err := cl.BundleFile(ctx, string(b.to), made.Number, 0, &file, nil); err != nil {
			return err
		}
		b.made, b.file = made, file.Bytes()
		taken, err := d.takeBundle(ctx, b.to, &b)
		if err != nil {
			return err
		}
		if !taken.Imported || taken.From != string(b.from) || taken.LogTo < made.LogTo {
			return fmt.Errorf("%s took %+v", b.to, taken)
		}
		d.played.bundles = append(d.played.bundles, b)
	}
	return nil
}

func (d *demo) takeBundle(ctx context.Context, m label.MemberID, b *carriedBundle) (*api.BundleTaken, error) {
	cl := d.desks[m]["custodian"]
	if err := cl.StageBundle(ctx, b.made.File, 0, int64(len(b.file)), bytes.NewReader(b.file), nil); err != nil {
		return nil, err
	}
	return cl.ImportBundle(ctx, b.made.File, false, nil)
}

// carried checks that each says what it took, and takes nothing again and nothing
// that is for another.
func (d *demo) carried(ctx context.Context) error {
	if len(d.played.bundles) != 2 {
		return fmt.Errorf("%d bundles were carried", len(d.played.bundles))
	}
	for i := range d.played.bundles {
		b := &d.played.bundles[i]
		st, err := d.desks[b.to]["custodian"].BundleStatus(ctx)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(st.Members, func(m api.BundleMember) bool { return m.Member == string(b.from) && m.Taken == b.made.Number }) {
			return fmt.Errorf("%s does not say that it took bundle %d of %s: %+v", b.to, b.made.Number, b.from, st)
		}
		if _, err := d.takeBundle(ctx, b.to, b); refused(err, "bundle_replay") != nil {
			return fmt.Errorf("%s, the same bundle again: %w", b.to, refused(err, "bundle_replay"))
		}
		if _, err := d.takeBundle(ctx, b.other, b); refused(err, "bundle_addressee") != nil {
			return fmt.Errorf("%s, a bundle for %s: %w", b.other, b.to, refused(err, "bundle_addressee"))
		}
	}
	return nil
}
