package client_test

import (
	"bytes"
	"context"
	"errors"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"entente/act"
	"entente/internal/client"
	"entente/internal/node/nodetest"
	"entente/internal/web"
	"entente/internal/web/api"
	"entente/label"
)

// bed is the four nodes of a centre with the API of each, and officers logged
// in as they are asked for.
type bed struct {
	*nodetest.Centre
	t   *testing.T
	ctx context.Context
	srv map[label.MemberID]*httptest.Server
}

func newBed(t *testing.T) *bed {
	t.Helper()
	b := &bed{Centre: nodetest.Found(t, nil), t: t, ctx: t.Context(), srv: map[label.MemberID]*httptest.Server{}}
	b.Start()
	for m, n := range b.Nodes {
		b.srv[m] = httptest.NewServer(web.New(n, web.Options{}).Handler())
		t.Cleanup(b.srv[m].Close)
	}
	return b
}

// as returns a client with the session of a member's officer.
func (b *bed) as(m label.MemberID, login string) *client.Client {
	b.t.Helper()
	c, err := client.New(b.srv[m].URL, client.Options{Agent: "test"})
	check(b.t, err)
	_, err = c.LogIn(b.ctx, login, nodetest.Password)
	check(b.t, err)
	return c
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// refused checks that err is a refusal of a kind, with a code and a rule.
func refused(t *testing.T, err, kind error, code, rule string) *client.Error {
	t.Helper()
	var e *client.Error
	if !errors.As(err, &e) || !errors.Is(err, kind) || e.Code != code || e.Rule != rule || e.Message == "" {
		t.Fatalf("got %#v (%v), want %v with code %s and rule %s", e, err, kind, code, rule)
	}
	return e
}

func mark(class label.Class, m label.MemberID, rel ...label.MemberID) label.Label {
	return label.Label{Policy: "CENTRE", Class: class, Rel: label.Members(rel...), Originators: label.Members(m)}
}

func portion(l label.Label, m label.MemberID, text string) act.PortionInput {
	return act.PortionInput{Label: l, Grade: act.Grade{Reliability: "B", Credibility: "2"}, Lang: "en", Text: text,
		Sources: []act.Source{{Descriptor: "a resident", Kind: act.KindHuman, Originator: string(m)}}}
}

// Journey J1 as officers walk it: an INTREP of four portions, three for all,
// the fourth not for SYR.
func TestReportReachesThoseItIsReleasableTo(t *testing.T) {
	b := newBed(t)
	b.Ready(nodetest.Four...)
	duty, fdo := b.as("IRQ", "duty"), b.as("IRQ", "release")
	all := mark("RESTRICTED", "IRQ", "IRQ", "RUS", "IRN", "SYR")
	three := mark("SECRET", "IRQ", "IRQ", "RUS", "IRN")

	ungraded := portion(all, "IRQ", "a market closed")
	ungraded.Grade = act.Grade{}
	_, err := duty.CreateDraft(b.ctx, api.Content{ReportType: act.INTREP, Portions: []act.PortionInput{ungraded}})
	if e := refused(t, err, client.ErrInvalid, "act_no_grade", ""); len(e.Findings) != 1 || e.Findings[0].Portion != 1 {
		t.Errorf("findings %+v", e.Findings)
	}

	d, err := duty.CreateDraft(b.ctx, api.Content{ReportType: act.INTREP, Portions: []act.PortionInput{
		portion(all, "IRQ", "alpha crossing at the bridge"), portion(all, "IRQ", "bravo market closed"),
		portion(all, "IRQ", "charlie road open"), portion(three, "IRQ", "delta quincunx depot")}})
	check(t, err)
	p, err := duty.PlanDraft(b.ctx, d.ID)
	check(t, err)
	if p.Blocked != "" || len(p.Views) != 2 {
		t.Errorf("plan %+v", p)
	}
	for _, m := range p.Members {
		if m.Member == "SYR" && (!slices.Equal(m.Sees, []int{1, 2, 3}) || len(m.KeptBy) != 1 || m.KeptBy[0].Portion != 4 || len(m.Remedies) == 0 || m.Explain == "") {
			t.Errorf("SYR: %+v", m)
		}
	}
	rel, err := duty.PrepareRelease(b.ctx, d.ID)
	check(t, err)

	// The releasing officer sees what waits, to whom it would go, and by
	// which plan; the officer who wrote it has no way around.
	waiting, err := fdo.Releases(b.ctx, api.FindReleases{})
	check(t, err)
	if len(waiting) != 1 || waiting[0].ID != rel.ID || waiting[0].PreparedBy != "duty" {
		t.Fatalf("waiting %+v", waiting)
	}
	detail, err := fdo.Release(b.ctx, rel.ID)
	check(t, err)
	if len(detail.Views) == 0 || detail.Digest != rel.Digest {
		t.Errorf("detail %+v", detail)
	}
	subjects, err := fdo.ReleaseDrafts(b.ctx, rel.ID, "", 0)
	check(t, err)
	now, err := fdo.ReadPlan(b.ctx, d.ID)
	check(t, err)
	if len(subjects) != 1 || subjects[0].Plan != now.Digest || now.Digest != p.Digest {
		t.Errorf("decided on plan %+v, now %s, then %s", subjects, now.Digest, p.Digest)
	}
	_, err = duty.Approve(b.ctx, rel.ID, rel.Digest)
	refused(t, err, client.ErrForbidden, "forbidden", "6")
	_, err = fdo.Approve(b.ctx, rel.ID, strings.Repeat("0", 64))
	refused(t, err, client.ErrChanged, "changed", "6")
	ok, err := fdo.Approve(b.ctx, rel.ID, detail.Digest)
	check(t, err)
	if ok.State != "approved" || ok.DecidedBy != "release" {
		t.Errorf("approved %+v", ok)
	}

	find := func(m label.MemberID, text string, want int) []api.ReportRow {
		t.Helper()
		an := b.as(m, "analyst")
		var rows []api.ReportRow
		b.Wait(m, func() bool {
			rows, err = an.Reports(b.ctx, api.Find{Text: text})
			check(t, err)
			return len(rows) >= want
		})
		return rows
	}
	if r := find("RUS", "quincunx", 1); r[0].Portions != 4 {
		t.Errorf("RUS sees %d portions", r[0].Portions)
	}
	syr := find("SYR", "bridge", 1)[0]
	if syr.Portions != 3 {
		t.Errorf("SYR sees %d portions", syr.Portions)
	}
	full, err := b.as("SYR", "analyst").Report(b.ctx, syr.ID)
	check(t, err)
	if len(full.Marks) != 3 || !full.Verified || strings.Contains(string(full.Act), "quincunx") {
		t.Errorf("report %+v", full)
	}
	exact, err := b.as("SYR", "analyst").ReportAct(b.ctx, syr.ID)
	check(t, err)
	here, err := b.Nodes["SYR"].Views().Get(b.ctx, syr.ID)
	check(t, err)
	if !bytes.Equal(exact, here.Act) {
		t.Errorf("the act's bytes are not as sealed")
	}
	b.Wait("IRQ", func() bool {
		st, err := duty.DraftState(b.ctx, d.ID)
		check(t, err)
		return st.State == "received" && len(st.Views) == 2
	})
	st, err := fdo.Status(b.ctx)
	check(t, err)
	if st.Member != "IRQ" || st.Log.Certified == 0 || len(st.Log.Cosigned) < st.Log.Quorum || len(st.Peers) != 3 || len(st.Disk.Files) != 4 {
		t.Errorf("status %+v", st)
	}
}

func portions(texts ...string) (out []act.PortionInput) {
	for _, t := range texts {
		out = append(out, portion(mark("RESTRICTED", "IRQ", "IRQ", "RUS", "IRN", "SYR"), "IRQ", t))
	}
	return out
}
