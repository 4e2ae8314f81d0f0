package node

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"entente/act"
	"entente/internal/section"
	"entente/label"
)

// What is read of a draft is what was written, label by label.
func TestDraftIsReadAsItWasWritten(t *testing.T) {
	all, some := mark("RESTRICTED", "IRQ", four...), mark("SECRET", "IRQ", "IRQ", "RUS")
	d := &Draft{ReportType: act.INTREP, Title: "a title", TitleLabel: &all, Supersedes: "x", Portions: []act.PortionInput{
		portion(all, "IRQ", "one"), portion(all, "IRQ", "two"), portion(some, "IRQ", "three"), portion(all, "IRQ", "four"), {Lang: "und", Text: "unmarked"}, portion(all, "IRQ", "five"),
	}}
	raw, err := json.Marshal(d)
	check(t, err)
	got, err := ParseDraft(raw)
	check(t, err)
	if !reflect.DeepEqual(got, d) {
		t.Errorf("read %+v, wrote %+v", got, d)
	}
	for _, bad := range []string{"", "{}", `{"portions":[]}`, `{"portions":[{"text":"a","labels":{}}]}`, `{"portions":[{"text":"a"}],"more":1}`,
		`{"portions":[{"text":"a","label":{"policy":7}}]}`, `{"portions":[{"text":"a"}]} {}`, `{"portions":[` + strings.Repeat(`{"text":"a"},`, MaxPortions) + `{"text":"a"}]}`} {
		if _, err := ParseDraft([]byte(bad)); !errors.Is(err, ErrDraft) {
			t.Errorf("%.60s: %v", bad, err)
		}
	}
}

func FuzzParseDraft(f *testing.F) {
	f.Add([]byte(`{"report_type":"INTREP","title":"","portions":[{"label":{"policy":"CENTRE"},"lang":"en","text":"a"}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		d, err := ParseDraft(raw)
		if err != nil {
			return
		}
		again, err := json.Marshal(d)
		check(t, err)
		if _, err := ParseDraft(again); err != nil {
			t.Errorf("%s: %v", again, err)
		}
	})
}

// A malformed draft is refused with a code and a cure, and is not stored; what
// may be saved and not released says so in its dry-run.
func TestMalformedDraftsAreRefused(t *testing.T) {
	h := newHouse(t, nil)
	h.start("IRQ")
	defer h.stopAll()
	ctx := context.Background()
	n := h.nodes["IRQ"]
	duty := h.officer("IRQ", "duty", section.RoleDuty)
	good := func() act.PortionInput { return portion(mark("RESTRICTED", "IRQ", four...), "IRQ", "a text") }
	for name, c := range map[string]struct {
		change func(*act.PortionInput)
		code   string
	}{
		"no UTF-8":       {func(p *act.PortionInput) { p.Text = "a\xffb" }, "act_utf8"},
		"control":        {func(p *act.PortionInput) { p.Text = "a\x00b" }, "act_control_character"},
		"100 MB of text": {func(p *act.PortionInput) { p.Text = strings.Repeat("a", 100<<20) }, "act_text_size"},
		"no text":        {func(p *act.PortionInput) { p.Text = "" }, "act_value"},
		"no label":       {func(p *act.PortionInput) { p.Label = label.Label{} }, "act_no_label"},
		"no grade":       {func(p *act.PortionInput) { p.Grade = act.Grade{} }, "act_no_grade"},
		"a wrong grade":  {func(p *act.PortionInput) { p.Grade.Reliability = "Z" }, "act_value"},
		"foreign source": {func(p *act.PortionInput) { p.Sources[0].Originator = "RUS" }, "act_originator"},
		"unconfirmed":    {func(p *act.PortionInput) { p.Grade.Credibility = "1" }, "act_unconfirmed"},
		"unknown class":  {func(p *act.PortionInput) { p.Label.Class = "VERY SECRET" }, "act_unknown_class"},
	} {
		p := good()
		c.change(&p)
		saved, err := n.SaveDraft(ctx, duty, "", "", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{good(), p}})
		var r *Refused
		if err == nil {
			var plan *Plan
			if plan, err = n.Plan(ctx, duty, saved.ID); err == nil && len(plan.Findings) > 0 {
				err = &Refused{plan.Findings}
			}
			if _, prepared := n.Prepare(ctx, duty, []string{saved.ID}, ""); prepared == nil {
				t.Errorf("%s: it was put up for release", name)
			}
		}
		if !errors.As(err, &r) || r.Findings[0].Code != c.code || r.Findings[0].Portion != 2 || !strings.Contains(r.Findings[0].Text, ";") {
			t.Errorf("%s: %v, want %s of portion 2 with a cure", name, err, c.code)
		}
	}
}
