package node

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"entente/act"
	"entente/internal/inspection"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// inspect writes the report of a member's inspector over the leaves [0, to).
func inspect(t testing.TB, n *Node, o section.Officer, to int64, evidence bool) []byte {
	t.Helper()
	x, err := n.Inspect(context.Background(), o, InspectQuery{To: to, Evidence: evidence})
	check(t, err)
	var b bytes.Buffer
	check(t, x.Write(context.Background(), &b))
	return b.Bytes()
}

// The inspector's report tells of everything that the nation said, was told,
// asked, answered and refused, as what it was; nothing of what the others have
// between them; and it is the same, byte for byte, after the views were made
// again, and at a node made of a copy of what cannot be made again.
func TestInspectionTellsEverythingAndIsMadeAgain(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()

	// Material of RUS, quoted by IRQ; consent asked, refused, granted, withdrawn.
	two := mark("SECRET", "RUS", "RUS", "IRQ")
	two.ConsentNeeded = label.Members("RUS")
	h.releaseReport("RUS", &Draft{ReportType: act.INTREP, Title: "Convoy", Portions: []act.PortionInput{portion(two, "RUS", "convoy southbound")}})
	_, p := h.sees("IRQ", &Draft{ReportType: act.INTSUM, Title: "Summary", Portions: []act.PortionInput{derived(two, "a hexagon was seen", h.cite("IRQ", "convoy"))}})
	h.releaseStatement("IRQ", KindConsent, Consent{Step: act.ConsentAsk, By: "RUS", Members: label.Members("IRN"), Draft: p.Draft})
	ask := h.said("RUS", act.TypeConsent, 1)[0].ID
	h.releaseStatement("RUS", KindConsent, Consent{Step: act.ConsentRefuse, Answers: act.ID(ask)})
	h.said("RUS", act.TypeConsent, 2)
	h.releaseStatement("RUS", KindConsent, Consent{Step: act.ConsentGrant, Answers: act.ID(ask)})
	grant := h.said("RUS", act.TypeConsent, 3)[2].ID
	h.releaseStatement("RUS", KindConsent, Consent{Step: act.ConsentWithdraw, Answers: act.ID(grant)})
	h.said("RUS", act.TypeConsent, 4)

	// RUS asks and closes; it is asked, and declines without saying so.
	h.releaseStatement("RUS", KindRequest, flour("IRQ"))
	asked := h.board("IRQ", 1)[0]
	h.releaseStatement("IRQ", KindAnswer, Answer{Request: act.ID(asked.ID), Final: true, Parts: []AnswerPart{{Number: 1, State: act.AnswerNoHolding}}})
	h.said("RUS", act.TypeAnswer, 1)
	h.releaseStatement("RUS", KindClosing, Closing{Requests: []act.ID{act.ID(asked.ID)}, Outcome: act.ClosedNotMet})
	h.said("RUS", act.TypeClosing, 1)
	h.releaseStatement("IRN", KindRequest, flour("RUS"))
	of := h.board("RUS", 1)[0]
	h.releaseStatement("RUS", KindAnswer, Answer{Request: act.ID(of.ID), Alike: true, Parts: []AnswerPart{{Number: 1, State: act.AnswerDeclined}, {Number: 2, State: act.AnswerNoHolding}}})
	h.said("RUS", act.TypeAnswer, 2)
	h.releaseStatement("RUS", KindAnswer, Answer{Request: act.ID(of.ID), Parts: []AnswerPart{{Number: 3, State: act.AnswerNoHolding}}})
	h.said("RUS", act.TypeAnswer, 3)
	h.releaseStatement("RUS", KindRequirement, Requirement{Reference: "PIR 1", Kind: act.PIR, Title: "Roads"})
	h.said("RUS", act.TypeRequirement, 1)
	h.releaseStatement("RUS", KindCoverage, Coverage{Subject: "Northern road", To: label.Members("SYR")})
	h.said("RUS", act.TypeCoverage, 1)

	// What IRQ said to RUS it takes back, and RUS says how far it has followed.
	h.releaseReport("IRQ", &Draft{ReportType: act.INTREP, Title: "Depot", Portions: []act.PortionInput{portion(mark("RESTRICTED", "IRQ", "IRQ", "RUS"), "IRQ", "the quincunx has five huts")}})
	_, _ = h.portions("RUS", "quincunx")
	h.find("IRQ", viewdb.Query{Text: "quincunx"}, 1)
	h.recall("IRQ", Recall{Kind: act.RecallWithdrawn, Reason: act.ReasonError, Report: h.find("IRQ", viewdb.Query{Text: "quincunx"}, 1)[0].ID})
	recall := h.recallFrom("RUS", "IRQ")
	_, err := h.nodes["RUS"].Acknowledge(ctx, h.officer("RUS", "fdo", section.RoleRelease), Acknowledgement{Recall: act.ID(recall.ID), State: act.AckReceived})
	check(t, err)
	h.said("RUS", act.TypeAcknowledgement, 1)

	// Something of the others, and something that nobody understands.
	h.releaseReport("IRQ", &Draft{ReportType: act.INTREP, Title: "Others", Portions: []act.PortionInput{portion(mark("RESTRICTED", "IRQ", "IRQ", "SYR"), "IRQ", "the nonagon")}})
	h.put("IRQ", []byte(`{"v":1,"type":"report"`))
	h.quarantined("RUS", 1)
	h.atRest(four...)

	rus := h.nodes["RUS"]
	insp := h.officer("RUS", "insp", section.RoleInspector)
	to, _ := rus.Projected()
	h.eventually("the head over all that is projected is kept", func() bool {
		head, err := rus.log.LastHead(ctx)
		check(t, err)
		return head.Size >= to
	})
	first := inspect(t, rus.Node, insp, to, false)
	var lines []string
	overall := map[string]bool{}
	_, end, err := inspection.Read(bytes.NewReader(first), func(_ inspection.Head, e *inspection.Entry) error {
		lines = append(lines, strings.Join([]string{e.What, string(e.Originator), e.Type, e.Step, e.Truth, e.Title}, "|"))
		overall[e.About] = true
		if e.What != "quarantined" && e.ActDigest == "" {
			t.Errorf("leaf %d has no digest of its act", e.Index)
		}
		return nil
	})
	check(t, err)
	for _, want := range []string{
		"originated|RUS|INTREP|||Convoy", "received|IRQ|INTREP|||Depot",
		"received|IRQ|consent|ask||", "refused|RUS|consent|refuse||", "originated|RUS|consent|grant||", "refused|RUS|consent|withdraw||",
		"asked|RUS|request|||Quincunx lorries", "received|IRQ|answer|no holding||", "originated|RUS|closing|not met||",
		"received|IRN|request|||Quincunx lorries", "refused|RUS|answer|nothing to give, nothing to give|declined, no holding|", "answered|RUS|answer|no holding||",
		"originated|RUS|requirement|open||Roads", "originated|RUS|coverage|open||Northern road",
		"received|IRQ|recall|recall||", "originated|RUS|acknowledgement|received||", "quarantined|IRQ||||",
	} {
		n := 0
		for _, l := range lines {
			if l == want {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%q stands %d times in\n%s", want, n, strings.Join(lines, "\n"))
		}
	}
	if end.Counts["asked"] != 1 || end.Counts["answered"] != 1 || end.Counts["refused"] != 3 || bytes.Contains(first, []byte("Others")) || bytes.Contains(first, []byte("nonagon")) {
		t.Errorf("%+v", end)
	}
	for _, id := range []string{ask, asked.ID, of.ID, recall.ID} {
		if !overall[id] {
			t.Errorf("no entry says that it is about %s", id)
		}
	}
	// The inspector alone takes it.
	if _, err := rus.Inspect(ctx, h.officer("RUS", "duty", section.RoleDuty), InspectQuery{}); err == nil {
		t.Error("a duty officer takes it")
	}

	// Made again, and from a copy without the views.
	proof := inspect(t, rus.Node, insp, to, true)
	rus.stop()
	delete(h.nodes, "RUS")
	h.rebuild("RUS")
	dir := filepath.Join(h.dir, "RUS")
	again := func(what string) {
		t.Helper()
		n, err := Open(ctx, h.options("RUS"))
		check(t, err)
		defer n.Close()
		check(t, n.Rebuild(ctx, nil))
		_, o, err := n.Section().LogIn(ctx, "insp", "correct horse battery", "test")
		check(t, err)
		if !bytes.Equal(inspect(t, n, o, to, false), first) {
			t.Errorf("%s the report is another", what)
		}
		if !bytes.Equal(inspect(t, n, o, to, true), proof) {
			t.Errorf("%s the report with evidence is another", what)
		}
	}
	again("after the views were made again")
	copied := filepath.Join(h.dir, "copy")
	check(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		name, rel := filepath.Rel(dir, path)
		if err != nil || rel != nil || strings.HasPrefix(name, FileViews) {
			return errors.Join(err, rel)
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(copied, name), 0o700)
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(copied, name), raw, 0o600)
	}))
	check(t, os.RemoveAll(dir))
	check(t, os.Rename(copied, dir))
	again("after a restore")
}
