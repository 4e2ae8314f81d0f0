package node

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// releaseStatement lets a draft that is no report go: written by one officer,
// let go by another.
func (h *house) releaseStatement(m label.MemberID, kind string, content any) section.Draft {
	h.t.Helper()
	ctx := context.Background()
	n := h.nodes[m]
	duty, fdo := h.officer(m, "duty", section.RoleDuty), h.officer(m, "fdo", section.RoleRelease)
	raw, err := json.Marshal(content)
	check(h.t, err)
	d, err := n.SaveStatement(ctx, duty, kind, "", "", raw)
	check(h.t, err)
	dec, err := n.Prepare(ctx, duty, []string{d.ID}, "")
	check(h.t, err)
	_, err = n.Approve(ctx, fdo, dec.ID, dec.Digest)
	check(h.t, err)
	return d
}

// said waits until a member holds so many statements of a type.
func (h *house) said(m label.MemberID, typ act.Type, want int) []viewdb.Said {
	h.t.Helper()
	var out []viewdb.Said
	h.eventually(string(m)+" holds what was said", func() bool {
		var err error
		out, err = h.nodes[m].Views().AllSaid(context.Background(), string(typ), 0, 100)
		check(h.t, err)
		return len(out) == want
	})
	return out
}

// IRQ asks RUS whether IRN may have a portion. RUS has the ask; the others have
// nothing of it, and the log has three envelopes for it as for any release.
func TestStatementReachesItsReadersAlone(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	h.atRest(four...)
	before := h.nodes["IRQ"].Station().Certified().Size
	d := h.releaseStatement("IRQ", KindConsent, Consent{Step: act.ConsentAsk, By: "RUS", Members: label.Members("IRN"),
		Portions: []act.PortionRef{{Portion: act.NewID(), Digest: act.Digest{1}}}, Basis: "For the quincunx summary."})
	at := h.said("RUS", act.TypeConsent, 1)[0]
	a, err := act.Parse(at.Act)
	check(t, err)
	if a.Consent.Basis != "For the quincunx summary." || at.Originator != "IRQ" || at.Own {
		t.Errorf("RUS has %+v", at)
	}
	h.said("IRQ", act.TypeConsent, 1)
	var st State
	h.eventually("IRQ learns that RUS has it", func() bool {
		st, err = h.nodes["IRQ"].StateOf(ctx, h.officer("IRQ", "duty", section.RoleDuty), d.ID)
		check(t, err)
		return st.State == "logged" && len(st.Views) == 1 && len(st.Views[0].Received) == 1
	})
	h.atRest(four...)
	if got := h.nodes["IRQ"].Station().Certified().Size - before; got < 3 {
		t.Errorf("%d envelopes, want at least 3", got)
	}
	for _, m := range []label.MemberID{"IRN", "SYR"} {
		if got := dump(t, h.nodes[m].Views()); strings.Contains(got, "said\t") {
			t.Errorf("%s holds a statement that is not to it", m)
		}
	}

	// Views made again hold it as well.
	was := dump(t, h.nodes["RUS"].Views())
	h.stopAll()
	h.rebuild("RUS")
	h.start("RUS")
	if is := dump(t, h.nodes["RUS"].Views()); is != was {
		t.Error("the views made again are others")
	}
}

// A report and another act are not decided on together, and a statement that
// tells of nothing marked needs a second person.
func TestStatementsAreDecidedOnApart(t *testing.T) {
	h := newHouse(t, nil)
	h.start("IRQ")
	defer h.stopAll()
	ctx := context.Background()
	n, duty := h.nodes["IRQ"], h.officer("IRQ", "duty", section.RoleDuty)
	raw, err := json.Marshal(Consent{Step: act.ConsentAsk, By: "RUS", Members: label.Members("IRN"),
		Portions: []act.PortionRef{{Portion: act.NewID(), Digest: act.Digest{1}}}})
	check(t, err)
	s, err := n.SaveStatement(ctx, duty, KindConsent, "", "", raw)
	check(t, err)
	r, err := n.SaveDraft(ctx, duty, "", "", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(mark("RESTRICTED", "IRQ", four...), "IRQ", "alpha")}})
	check(t, err)
	if _, err := n.Prepare(ctx, duty, []string{s.ID, r.ID}, ""); !errors.Is(err, ErrMixed) {
		t.Errorf("both together: %v", err)
	}
	dec, err := n.Prepare(ctx, duty, []string{s.ID}, "")
	check(t, err)
	if dec.Kind != section.DecideAct || dec.Alone {
		t.Errorf("decision %+v", dec)
	}
	if _, err := n.SaveStatement(ctx, duty, "gossip", "", "", raw); !errors.Is(err, ErrKind) {
		t.Errorf("an unknown kind: %v", err)
	}
	var refused *Refused
	bad, err := json.Marshal(Consent{Step: act.ConsentGrant, By: "X VIA IRQ", Members: label.Members("IRN"),
		Portions: []act.PortionRef{{Portion: act.NewID(), Digest: act.Digest{1}}}})
	check(t, err)
	if _, err := n.SaveStatement(ctx, duty, KindConsent, "", "", bad); !errors.As(err, &refused) || refused.Findings[0].Rule != "8" {
		t.Errorf("a recorded consent without a basis: %v", err)
	}
}
