package node

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// citing returns a portion by a member that cites others.
func citing(l label.Label, m label.MemberID, text string, cited ...act.Portion) act.PortionInput {
	p := portion(l, m, text)
	p.Sources = nil
	for i := range cited {
		p.Cites = append(p.Cites, act.Cite{Portion: cited[i].ID, Digest: cited[i].Digest, Originator: firstOf(cited[i].Label.Originators)})
		p.Label.Originators = p.Label.Originators.Union(cited[i].Label.Originators)
	}
	return p
}

func firstOf(s label.MemberSet) label.MemberID { return s.Slice()[0] }

// portions returns those of the one report that a member finds by a word.
func (h *house) portions(m label.MemberID, word string) (viewdb.Row, []act.Portion) {
	h.t.Helper()
	row := h.find(m, viewdb.Query{Text: word}, 1)[0]
	full, err := h.nodes[m].views.Get(context.Background(), row.ID)
	check(h.t, err)
	a, err := act.Parse(full.Act)
	check(h.t, err)
	return row, a.Report.Portions
}

// reads returns a report as an officer of a member reads it.
func (h *house) reads(m label.MemberID, id string, role section.Role) (*Report, error) {
	h.t.Helper()
	return h.nodes[m].Report(context.Background(), h.officer(m, role.String(), role), id)
}

func (h *house) recall(m label.MemberID, r Recall) *Issued {
	h.t.Helper()
	x, err := h.nodes[m].IssueRecall(context.Background(), h.officer(m, "fdo", section.RoleRelease), r)
	check(h.t, err)
	return x
}

// recallFrom waits for the recall of one member that another holds.
func (h *house) recallFrom(m, by label.MemberID) (found viewdb.Said) {
	h.t.Helper()
	h.eventually(string(m)+" holds a recall of "+string(by), func() bool {
		all, err := h.nodes[m].Views().AllSaid(context.Background(), string(act.TypeRecall), 0, 100)
		check(h.t, err)
		i := slices.IndexFunc(all, func(s viewdb.Said) bool { return s.Originator == string(by) })
		if i >= 0 {
			found = all[i]
		}
		return i >= 0
	})
	return found
}

// IRN says two things to all; RUS makes a product of the first, for SYR, who
// never got IRN's report itself; SYR makes one of that. IRN takes the first thing
// back.
func TestRecallReachesAllThatWasMadeOfIt(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	three := mark("RESTRICTED", "IRN", "IRN", "IRQ", "RUS", "SYR")
	inner := mark("RESTRICTED", "IRN", "IRN", "IRQ", "RUS", "SYR")
	draft := h.releaseReport("IRN", &Draft{ReportType: act.INTREP, Title: "Depot", TitleLabel: &three, Portions: []act.PortionInput{
		portion(inner, "IRN", "the quincunx has five huts"), portion(three, "IRN", "the heliotrope is closed")}})
	row, ps := h.portions("RUS", "quincunx")
	_, _ = h.portions("IRQ", "quincunx")
	product := mark("RESTRICTED", "RUS", "IRN", "IRQ", "RUS", "SYR")
	h.releaseReport("RUS", &Draft{ReportType: act.INTSUM, Portions: []act.PortionInput{citing(product, "RUS", "a depot of note, amaranth", ps[0])}})
	rusRow, rusPs := h.portions("SYR", "amaranth")
	h.releaseReport("SYR", &Draft{ReportType: act.ASSESSMENT, Portions: []act.PortionInput{citing(mark("RESTRICTED", "SYR", four...), "SYR", "two steps down, celadon", rusPs[0])}})
	syrRow, syrPs := h.portions("IRQ", "celadon")
	_, _ = h.portions("SYR", "celadon")
	h.atRest(four...)

	// Nobody but its originator takes it back, and a forgery changes nothing.
	var refused *Refused
	if _, err := h.nodes["RUS"].IssueRecall(ctx, h.officer("RUS", "fdo", section.RoleRelease), Recall{Kind: act.RecallWithdrawn, Reason: act.ReasonError, Report: row.ID}); !errors.As(err, &refused) || refused.Findings[0].Rule != "10" {
		t.Fatalf("RUS takes back what is IRN's: %v", err)
	}
	if _, err := h.nodes["IRN"].IssueRecall(ctx, h.officer("IRN", "duty", section.RoleDuty), Recall{Kind: act.RecallWithdrawn, Reason: act.ReasonError, Report: draft}); !errors.Is(err, section.ErrForbidden) {
		t.Fatalf("a duty officer recalls: %v", err)
	}

	issued := h.recall("IRN", Recall{Kind: act.RecallWithdrawn, Reason: act.ReasonError, Report: draft, Numbers: []int{1}, Text: "There were no huts."})
	if len(issued.Acts) != 3 || !issued.Decision.Alone {
		t.Errorf("%+v", issued)
	}
	for _, a := range issued.Acts {
		if len(a.To) != 1 {
			t.Errorf("one act goes to %v", a.To)
		}
	}
	for _, m := range []label.MemberID{"IRN", "IRQ", "RUS", "SYR"} {
		id := ""
		for _, r := range h.find(m, viewdb.Query{Text: "heliotrope"}, 1) {
			id = r.ID
		}
		h.eventually(string(m)+" has withdrawn it", func() bool {
			r, err := h.reads(m, id, section.RoleAnalyst)
			check(t, err)
			return r.Withdrawn == 1
		})
		r, err := h.reads(m, id, section.RoleAnalyst)
		check(t, err)
		if strings.Contains(string(r.Act), "quincunx") || !strings.Contains(string(r.Act), "heliotrope") || len(r.Marks) != 1 {
			t.Errorf("%s reads %s", m, r.Act)
		}
		if len(r.Portions) != 1 || r.Portions[0].Number != 1 || r.Portions[0].Text() != "withdrawn by IRN (error)" {
			t.Errorf("%s: %+v", m, r.Portions)
		}
		if rows, err := h.nodes[m].views.Find(ctx, viewdb.Query{Text: "quincunx"}); err != nil || len(rows) != 0 {
			t.Errorf("%s finds it: %+v %v", m, rows, err)
		}
		// The title may tell of it, and goes with it.
		if r.Title != "INTREP" || strings.Contains(string(r.Act), "Depot") {
			t.Errorf("%s still reads the title %q of %s", m, r.Title, r.Act)
		}
		if rows, err := h.nodes[m].views.Find(ctx, viewdb.Query{Text: "depot"}); err != nil || slices.ContainsFunc(rows, func(row viewdb.Row) bool { return row.ID == id }) {
			t.Errorf("%s finds it by its title: %+v %v", m, rows, err)
		}
		if rows, err := h.nodes[m].views.Find(ctx, viewdb.Query{Text: "heliotrope"}); err != nil || len(rows) != 1 || rows[0].Title != "INTREP" {
			t.Errorf("%s lists %+v %v", m, rows, err)
		}
		if old, err := h.reads(m, id, section.RoleInspector); err != nil || old.Title != "Depot" {
			t.Errorf("the inspector of %s does not read the title: %v", m, err)
		}
		if old, err := h.reads(m, id, section.RoleInspector); err != nil || !strings.Contains(string(old.Act), "quincunx") {
			t.Errorf("the inspector of %s does not read the old version: %v", m, err)
		}
	}

	// One step down, and two steps down at the next member.
	for _, x := range []struct {
		m  label.MemberID
		id string
	}{{"RUS", h.find("RUS", viewdb.Query{Text: "amaranth"}, 1)[0].ID}, {"SYR", rusRow.ID}, {"IRQ", syrRow.ID}, {"SYR", h.find("SYR", viewdb.Query{Text: "celadon"}, 1)[0].ID}} {
		h.eventually(string(x.m)+" has it under review", func() bool {
			r, err := h.reads(x.m, x.id, section.RoleAnalyst)
			check(t, err)
			return r.Review == 1
		})
	}
	// What rests on it is not released.
	for _, c := range []struct {
		m    label.MemberID
		p    act.Portion
		code string
	}{{"IRQ", ps[0], CodeWithdrawn}, {"IRQ", syrPs[0], CodeUnderReview}, {"SYR", rusPs[0], CodeUnderReview}} {
		duty := h.officer(c.m, "duty", section.RoleDuty)
		saved, err := h.nodes[c.m].SaveDraft(ctx, duty, "", "", &Draft{ReportType: act.INTSUM, Portions: []act.PortionInput{citing(mark("RESTRICTED", c.m, four...), c.m, "again", c.p)}})
		check(t, err)
		plan, err := h.nodes[c.m].Plan(ctx, duty, saved.ID)
		check(t, err)
		if !slices.ContainsFunc(plan.Findings, func(f act.Finding) bool { return f.Code == c.code && f.Rule == "10" }) || plan.Blocked == "" {
			t.Errorf("%s: %+v", c.m, plan.Findings)
		}
	}

	// RUS replaces the sentence; its reader sees what changed.
	rusDuty := h.officer("RUS", "duty", section.RoleDuty)
	drafts, err := h.nodes["RUS"].Section().Drafts(ctx, rusDuty, section.DraftQuery{Limit: 10})
	check(t, err)
	i := slices.IndexFunc(drafts, func(d section.Draft) bool { return d.Kind == KindReport && d.State == section.Released })
	h.releaseReport("RUS", &Draft{ReportType: act.INTSUM, Supersedes: drafts[i].ID, Portions: []act.PortionInput{portion(mark("RESTRICTED", "RUS", four...), "RUS", "nothing of note, viridian")}})
	next := h.find("SYR", viewdb.Query{Text: "viridian"}, 1)[0]
	r, err := h.reads("SYR", next.ID, section.RoleAnalyst)
	check(t, err)
	if r.Change == nil || string(r.Change.Replaces) != rusRow.ID || len(r.Change.Gone) != 1 || len(r.Change.New) != 1 || r.Change.Kept != 0 {
		t.Errorf("the change is %+v", r.Change)
	}
	h.eventually("RUS has nothing under review any more", func() bool {
		rows, err := h.nodes["RUS"].views.UnderReview(ctx, true, 0, 10)
		check(t, err)
		return len(rows) == 0
	})

	// It tells IRN so; IRN sees a state for each holder, and no product.
	said := h.recallFrom("RUS", "IRN")
	if _, err := h.nodes["RUS"].Acknowledge(ctx, h.officer("RUS", "fdo", section.RoleRelease), Acknowledgement{Recall: act.ID(said.ID), State: act.AckRetained, Basis: "x"}); !errors.As(err, &refused) || refused.Findings[0].Code != CodeNotDPO {
		t.Errorf("a releasing officer states the law: %v", err)
	}
	_, err = h.nodes["RUS"].Acknowledge(ctx, h.officer("RUS", "fdo", section.RoleRelease), Acknowledgement{Recall: act.ID(said.ID), State: act.AckQuarantined, Complete: true})
	check(t, err)
	at := h.recallFrom("SYR", "IRN")
	if _, err := h.nodes["SYR"].Acknowledge(ctx, h.officer("SYR", "fdo", section.RoleRelease), Acknowledgement{Recall: act.ID(at.ID), State: act.AckQuarantined, Complete: true}); !errors.As(err, &refused) || refused.Findings[0].Code != CodeNotComplete {
		t.Errorf("SYR has its own product under review and says that all is done: %v", err)
	}
	if _, err := h.nodes["SYR"].Acknowledge(ctx, h.officer("SYR", "fdo", section.RoleRelease), Acknowledgement{Recall: act.ID(at.ID), State: act.AckDestroyed}); !errors.As(err, &refused) || refused.Findings[0].Code != CodeNotDestroyed {
		t.Errorf("SYR has a copy and says that it is destroyed: %v", err)
	}
	o := h.officer("IRN", "duty", section.RoleDuty)
	h.eventually("IRN sees what RUS says", func() bool {
		list, err := h.nodes["IRN"].Recalls(ctx, o, RecallQuery{Own: true, Limit: 10})
		check(t, err)
		for _, x := range list {
			if len(x.Holders) != 1 || x.Holders[0].Member != "RUS" {
				continue
			}
			return x.Holders[0].State == "quarantined" && x.Holders[0].Complete
		}
		return false
	})

	// Views made again are the same.
	for _, m := range four {
		h.nodes[m].direct.wait()
	}
	h.atRest(four...)
	was := map[label.MemberID]string{}
	h.stopAll()
	for _, m := range []label.MemberID{"RUS", "SYR", "IRN"} {
		h.rebuild(m)
		h.start(m)
		was[m] = dump(t, h.nodes[m].Views())
		h.nodes[m].stop()
		delete(h.nodes, m)
		h.rebuild(m)
		h.start(m)
		if is := dump(t, h.nodes[m].Views()); is != was[m] {
			t.Errorf("the views of %s made again are others", m)
		}
	}
}
