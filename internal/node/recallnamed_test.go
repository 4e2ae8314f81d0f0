package node

import (
	"context"
	"errors"
	"strings"
	"testing"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// What cannot be undone is not let go on a slip: a correction names what says it
// right, or that it follows; what is corrected replaces nothing; a narrowing
// names members from whom; and a number that is not there is refused.
func TestRecallNamesWhatItMeans(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	two := mark("RESTRICTED", "IRN", "IRN", "RUS")
	say := func(words ...string) string {
		d := &Draft{ReportType: act.INTREP, Title: words[0], TitleLabel: &two}
		for _, w := range words {
			d.Portions = append(d.Portions, portion(two, "IRN", w))
		}
		return h.releaseReport("IRN", d)
	}
	draft, right := say("quincunx", "heliotrope"), say("viridian")
	row, ps := h.portions("IRN", "quincunx")
	h.portions("RUS", "quincunx")
	h.portions("RUS", "viridian")
	h.atRest(four...)
	fdo := h.officer("IRN", "fdo", section.RoleRelease)

	correction := Recall{Kind: act.RecallCorrection, Reason: act.ReasonError, Report: draft, Numbers: []int{2}}
	narrowing := Recall{Kind: act.RecallNarrowing, Reason: act.ReasonMistake, Report: draft}
	with := func(r Recall, change func(*Recall)) Recall { change(&r); return r }
	for _, c := range []struct {
		what string
		r    Recall
		code string
		says string
	}{
		{"a correction by nothing", correction, CodeReplacement, "--to-follow"},
		{"a correction by itself", with(correction, func(r *Recall) { r.ReplacedBy = draft }), CodeReplacement, "corrected itself"},
		{"a correction by a view of itself", with(correction, func(r *Recall) { r.ReplacedBy = row.ID }), CodeReplacement, "corrected itself"},
		{"a correction by the portion itself", with(correction, func(r *Recall) { r.ReplacedBy = string(ps[1].ID) }), CodeReplacement, "corrected itself"},
		{"a correction by two words", with(correction, func(r *Recall) { r.ReplacedBy, r.ToFollow = right, true }), CodeReplacement, "leave out"},
		{"a recall by what is right", with(correction, func(r *Recall) { r.Kind, r.ReplacedBy = act.RecallWithdrawn, right }), CodeReplacement, "only a correction"},
		{"a narrowing from nobody", narrowing, CodeFrom, "name from whom (--from)"},
		{"a narrowing from itself", with(narrowing, func(r *Recall) { r.From = label.Members("IRN") }), CodeFrom, "--from"},
		{"a narrowing from a stranger", with(narrowing, func(r *Recall) { r.From = label.Members("FRA") }), CodeFrom, "FRA is no member"},
		{"a narrowing from who has none", with(narrowing, func(r *Recall) { r.From = label.Members("SYR") }), CodeNobody, "SYR holds none of it"},
		{"a recall from one", with(narrowing, func(r *Recall) { r.Kind, r.From = act.RecallWithdrawn, label.Members("RUS") }), CodeFrom, "narrowing alone"},
		{"portion 99", with(correction, func(r *Recall) { r.Kind, r.Numbers = act.RecallWithdrawn, []int{99} }), act.ErrValue.Code, "portion 99: there are 2; name them from 1"},
	} {
		x, err := h.nodes["IRN"].IssueRecall(context.Background(), fdo, c.r)
		var refused *Refused
		if !errors.As(err, &refused) || refused.Findings[0].Code != c.code || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %+v, %v; want %s that says %q", c.what, x, err, c.code, c.says)
		}
	}
	if all, err := h.nodes["IRN"].Views().AllSaid(context.Background(), string(act.TypeRecall), 0, 10); err != nil || len(all) != 0 {
		t.Errorf("something left all the same: %v %v", all, err)
	}

	h.recall("IRN", with(correction, func(r *Recall) { r.ToFollow = true }))
	h.recallFrom("RUS", "IRN")
	h.recall("IRN", with(correction, func(r *Recall) { r.Numbers, r.ReplacedBy = []int{1}, right }))
	h.eventually("RUS is told what is right", func() bool {
		all, err := h.nodes["RUS"].Views().AllSaid(context.Background(), string(act.TypeRecall), 0, 10)
		check(t, err)
		return len(all) == 2
	})
	if rows, err := h.nodes["RUS"].views.Find(context.Background(), viewdb.Query{Text: "quincunx"}); err != nil || len(rows) != 0 {
		t.Errorf("RUS still finds it: %v %v", rows, err)
	}
}
