package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"entente/act"
	"entente/internal/section"
)

// A day's budget of requests about persons is one budget: neither many drafts in
// one decision pass it, nor decisions that were put up before any of them left
// (rule 2).
func TestBudgetOfPersonsIsOneForAllThatLeaves(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	rus := h.nodes["RUS"]
	duty, fdo := h.officer("RUS", "duty", section.RoleDuty), h.officer("RUS", "fdo", section.RoleRelease)
	drafts := func(first, last int) (ids []string) {
		for i := first; i <= last; i++ {
			r := flour("IRN", "IRQ", "SYR")
			r.About, r.Title = act.AboutPerson, fmt.Sprintf("Driver %d", i)
			r.Parts = []string{fmt.Sprintf("Where did the driver of lorry %d go?", i)}
			raw, err := json.Marshal(r)
			check(t, err)
			d, err := rus.SaveStatement(ctx, duty, KindRequest, "", "", raw)
			check(t, err)
			ids = append(ids, d.ID)
		}
		return ids
	}
	beyond := func(err error) bool {
		var refused *Refused
		return errors.As(err, &refused) && refused.Findings[0].Code == errPersons.Code
	}
	ids := drafts(1, 10) // 30 members are asked, 24 may be
	if _, err := rus.Prepare(ctx, duty, ids, ""); !beyond(err) {
		t.Fatalf("ten drafts in one decision: %v", err)
	}
	// Each of two decisions keeps to the budget, both together do not.
	one, err := rus.Prepare(ctx, duty, ids[:5], "")
	check(t, err)
	two, err := rus.Prepare(ctx, duty, ids[5:], "")
	check(t, err)
	_, err = rus.Approve(ctx, fdo, one.ID, one.Digest)
	check(t, err)
	_, err = rus.Approve(ctx, fdo, two.ID, two.Digest)
	check(t, err)
	h.eventually("both are decided", func() bool {
		a, err := rus.section.Decision(ctx, duty, one.ID)
		check(t, err)
		b, err := rus.section.Decision(ctx, duty, two.ID)
		check(t, err)
		return a.State == section.Done && b.State == section.Failed
	})
	h.said("RUS", act.TypeRequest, 15)
	// What was filed counts before the log has it.
	h.nodes["IRQ"].stop() // who leads
	delete(h.nodes, "IRQ")
	more := drafts(11, 13)
	three, err := rus.Prepare(ctx, duty, more[:2], "")
	check(t, err)
	_, err = rus.Approve(ctx, fdo, three.ID, three.Digest)
	check(t, err)
	h.eventually("they are filed", func() bool {
		d, err := rus.section.Decision(ctx, duty, three.ID)
		check(t, err)
		return d.State == section.Done
	})
	own, err := rus.Views().AllSaid(ctx, string(act.TypeRequest), 0, 100)
	check(t, err)
	if len(own) != 15 {
		t.Fatalf("%d are logged", len(own))
	}
	three, err = rus.Prepare(ctx, duty, more[2:], "") // the last three
	check(t, err)
	_, err = rus.Approve(ctx, fdo, three.ID, three.Digest)
	check(t, err)
	h.eventually("the last are filed", func() bool {
		d, err := rus.section.Decision(ctx, duty, three.ID)
		check(t, err)
		return d.State == section.Done
	})
	r := flour("IRQ")
	r.About = act.AboutPerson
	raw, err := json.Marshal(r)
	check(t, err)
	if _, err := rus.SaveStatement(ctx, duty, KindRequest, "", "", raw); !beyond(err) {
		t.Errorf("the 25th of the day: %v", err)
	}
}
