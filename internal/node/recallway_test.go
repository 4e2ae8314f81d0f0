package node

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"entente/act"
	"entente/internal/centre"
	"entente/internal/section"
	"entente/internal/store"
	"entente/internal/store/viewdb"
	"entente/label"
	"entente/seal"
)

// With two of four members dark nothing is certified. What IRN takes back is
// hidden at RUS all the same, provisionally, and also after RUS was restarted;
// when the others are back it is certified, and stands by the log alone.
func TestRecallIsAppliedBeforeTheLogCertifiesIt(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	draft := h.releaseReport("IRN", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(mark("RESTRICTED", "IRN", four...), "IRN", "the quincunx has five huts")}})
	row, _ := h.portions("RUS", "quincunx")
	h.atRest(four...) // nothing that is certified reaches RUS when the others are gone
	for _, m := range []label.MemberID{"IRQ", "SYR"} {
		h.nodes[m].stop()
		delete(h.nodes, m)
	}
	certified := h.nodes["RUS"].station.Certified().Size
	h.recall("IRN", Recall{Kind: act.RecallWithdrawn, Reason: act.ReasonFabrication, Report: draft})
	gone := func(what string) {
		t.Helper()
		h.eventually(what, func() bool {
			_, err := h.nodes["RUS"].views.Get(ctx, row.ID)
			return errors.Is(err, viewdb.ErrNotFound)
		})
		if rows, err := h.nodes["RUS"].views.Find(ctx, viewdb.Query{}); err != nil || len(rows) != 0 {
			t.Errorf("%s: %+v %v", what, rows, err)
		}
	}
	gone("RUS hides it")
	if is := h.nodes["RUS"].station.Certified().Size; is != certified {
		t.Fatalf("the log went on by %d leaves", is-certified)
	}
	duty := h.officer("RUS", "duty", section.RoleDuty)
	list, err := h.nodes["RUS"].Recalls(ctx, duty, RecallQuery{})
	check(t, err)
	if len(list) != 1 || !list[0].Provisional || list[0].Bearing != "in force" || list[0].Recall.Reason != act.ReasonFabrication {
		t.Errorf("%+v", list)
	}
	h.nodes["RUS"].stop()
	delete(h.nodes, "RUS")
	h.start("RUS")
	gone("RUS hides it after a restart")

	h.start("IRQ", "SYR")
	h.eventually("it is certified", func() bool {
		ps, err := h.nodes["RUS"].views.Provisional(ctx)
		check(t, err)
		all, err := h.nodes["RUS"].views.AllSaid(ctx, string(act.TypeRecall), 0, 10)
		check(t, err)
		return len(ps) == 0 && len(all) == 1
	})
	gone("RUS hides it by the log")
	h.atRest(four...)
	if ds, err := h.nodes["RUS"].log.Directs(ctx); err != nil || len(ds) != 0 {
		t.Errorf("still kept: %d %v", len(ds), err)
	}
}

// A member that was away finds the recall before it opens anything else of what
// came meanwhile, although that is more than it projects at once.
func TestRecallIsFoundBeforeAnythingElseIsOpened(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	all := mark("RESTRICTED", "IRN", four...)
	draft := h.releaseReport("IRN", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(all, "IRN", "the quincunx has five huts")}})
	row := h.find("SYR", viewdb.Query{Text: "quincunx"}, 1)[0]
	duty := h.officer("SYR", "duty", section.RoleDuty)
	h.atRest(four...) // SYR has nothing left of that release to open when it starts again
	h.nodes["SYR"].stop()
	delete(h.nodes, "SYR")
	for range 6 {
		h.releaseReport("IRN", &Draft{ReportType: act.SITREP, Portions: []act.PortionInput{portion(all, "IRN", "another matter")}})
	}
	h.find("IRQ", viewdb.Query{Text: "another"}, 6)
	h.recall("IRN", Recall{Kind: act.RecallWithdrawn, Reason: act.ReasonError, Report: draft})
	h.recallFrom("IRQ", "IRN")

	n, err := Open(ctx, h.options("SYR"))
	check(t, err)
	n.projector.run = 4
	var opened, shown atomic.Int64
	n.fault = func(stage string, _ int64) {
		if stage != "open" {
			return
		}
		opened.Add(1)
		if rows, err := n.views.Find(ctx, viewdb.Query{Text: "quincunx"}); err != nil || len(rows) != 0 {
			shown.Add(1)
		}
	}
	// While it looks, nothing is shown.
	n.catching.Store(true)
	if _, err := n.Find(ctx, duty, viewdb.Query{}); !errors.Is(err, ErrCatchingUp) {
		t.Errorf("a search: %v", err)
	}
	if _, err := n.Report(ctx, duty, row.ID); !errors.Is(err, ErrCatchingUp) {
		t.Errorf("a report: %v", err)
	}
	h.run(n)
	h.find("SYR", viewdb.Query{Text: "another"}, 6)
	h.recallFrom("SYR", "IRN")
	if opened.Load() == 0 || shown.Load() != 0 {
		t.Errorf("of %d envelopes %d were opened while it could be read", opened.Load(), shown.Load())
	}
	if err := n.CatchingUp(); err != nil {
		t.Error(err)
	}
}

// forge files an act that no node of this program would make.
func (h *house) forge(by, to label.MemberID, r act.Recall) centre.Filed {
	h.t.Helper()
	ctx := context.Background()
	n := h.nodes[by]
	r.Statement = act.Statement{ID: act.NewID(), Written: time.Now().UTC().Truncate(time.Minute), To: label.Members(by, to)}
	a, err := act.BuildRecall(r)
	check(h.t, err)
	s := &sender{n: n.Node, keys: map[setKeyOf]seal.SetKey{}}
	epoch := n.station.Epoch()
	key, err := s.setKey(ctx, epoch, r.To)
	check(h.t, err)
	items, err := s.filled(ctx, func(k int) string { return string(r.ID) + string(rune('a'+k)) }, []outgoing{{act: a.Raw, key: key}}, epoch, false)
	check(h.t, err)
	filed, err := n.station.File(ctx, items[:1])
	check(h.t, err)
	return filed[0]
}

// What RUS takes back of IRN's changes nothing, by the log or beside it; it is
// kept, and shown as void.
func TestForgedRecallChangesNothing(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	h.releaseReport("IRN", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(mark("RESTRICTED", "IRN", four...), "IRN", "the quincunx has five huts")}})
	row, ps := h.portions("SYR", "quincunx")
	h.portions("RUS", "quincunx")
	filed := h.forge("RUS", "SYR", act.Recall{Kind: act.RecallWithdrawn, Reason: act.ReasonError, Portions: []act.PortionRef{{Portion: ps[0].ID, Digest: ps[0].Digest}}})
	e, err := h.nodes["RUS"].log.OutboxEnvelope(ctx, filed.Incarnation, filed.Sequence)
	check(t, err)
	raw := append(append([]byte{}, e.Header...), e.Body...)
	if err := h.nodes["SYR"].takeDirect(ctx, "RUS", raw); err != nil && !errors.Is(err, errNotWithholding) || err == nil && h.nodes["SYR"].directs(t) > 0 {
		t.Errorf("beside the log: %v", err)
	}
	if err := h.nodes["SYR"].takeDirect(ctx, "IRN", raw); !errors.Is(err, seal.ErrOriginator) {
		t.Errorf("handed in by another: %v", err)
	}
	bent := append([]byte{}, raw...)
	bent[len(bent)-1] ^= 1
	if err := h.nodes["SYR"].takeDirect(ctx, "RUS", bent); err == nil {
		t.Error("a bent body is taken")
	}
	said := h.recallFrom("SYR", "RUS")
	r, err := h.reads("SYR", row.ID, section.RoleDuty)
	check(t, err)
	if r.Withdrawn != 0 || len(r.Portions) != 0 || !strings.Contains(string(r.Act), "quincunx") {
		t.Errorf("%+v", r)
	}
	w, err := h.nodes["SYR"].RecallOf(ctx, h.officer("SYR", "duty", section.RoleDuty), said.ID)
	check(t, err)
	if w.Bearing != "void" {
		t.Errorf("it is shown as %q", w.Bearing)
	}

	// But RUS may doubt it, and take its doubt back.
	h.recall("RUS", Recall{Kind: act.RecallDoubt, Reason: act.ReasonDoubt, Report: row.ID, Portions: []act.PortionRef{{Portion: ps[0].ID, Digest: ps[0].Digest}}}.named())
	h.eventually("SYR has it in doubt", func() bool {
		r, err := h.reads("SYR", row.ID, section.RoleDuty)
		check(t, err)
		return r.Doubted == 1 && strings.Contains(r.Portions[0].Text(), "in doubt, says RUS (doubt)")
	})
	duty := h.officer("IRQ", "duty", section.RoleDuty)
	_, irq := h.portions("IRQ", "quincunx")
	h.eventually("IRQ has it in doubt", func() bool {
		rows, err := h.nodes["IRQ"].UnderReview(ctx, duty, false, 0, 10)
		check(t, err)
		return len(rows) == 1
	})
	h.atRest(four...) // RUS has its own doubt back as well
	saved, err := h.nodes["IRQ"].SaveDraft(ctx, duty, "", "", &Draft{ReportType: act.INTSUM, Portions: []act.PortionInput{citing(mark("RESTRICTED", "IRQ", four...), "IRQ", "again", irq[0])}})
	check(t, err)
	plan, err := h.nodes["IRQ"].Plan(ctx, duty, saved.ID)
	check(t, err)
	if len(plan.Findings) != 1 || plan.Findings[0].Code != CodeInDoubt || plan.Findings[0].Rule != "23" {
		t.Errorf("%+v", plan.Findings)
	}
	rusDuty, fdo := h.officer("RUS", "duty", section.RoleDuty), h.officer("RUS", "fdo", section.RoleRelease)
	var refused *Refused
	if _, err := h.nodes["RUS"].IssueRecall(ctx, fdo, Recall{Kind: act.RecallCleared, Portions: []act.PortionRef{{Portion: ps[0].ID, Digest: ps[0].Digest}}}); !errors.As(err, &refused) || refused.Findings[0].Rule != "6" {
		t.Errorf("one officer clears: %v", err)
	}
	x, err := h.nodes["RUS"].PutUp(ctx, rusDuty, KindRecall, Recall{Kind: act.RecallCleared, Portions: []act.PortionRef{{Portion: ps[0].ID, Digest: ps[0].Digest}}})
	check(t, err)
	if x.Decision.Alone {
		t.Error("one officer is enough to clear")
	}
	_, err = h.nodes["RUS"].Approve(ctx, fdo, x.Decision.ID, x.Decision.Digest)
	check(t, err)
	h.eventually("SYR has it in doubt no more", func() bool {
		r, err := h.reads("SYR", row.ID, section.RoleDuty)
		check(t, err)
		return r.Doubted == 0
	})
}

// named leaves the portions to be found by the report.
func (r Recall) named() Recall {
	r.Portions = nil
	return r
}

func (r *running) directs(t *testing.T) int {
	ds, err := r.log.Directs(context.Background())
	check(t, err)
	return len(ds)
}

// What the log never certifies ends after the charter's window.
func TestProvisionalRecallEnds(t *testing.T) {
	h := newHouse(t, nil)
	var late atomic.Int64
	h.change = func(_ label.MemberID, o *Options) {
		o.Section.Now = func() time.Time { return time.Now().Add(time.Duration(late.Load())) }
	}
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	draft := h.releaseReport("IRN", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(mark("RESTRICTED", "IRN", four...), "IRN", "the quincunx has five huts")}})
	row, _ := h.portions("RUS", "quincunx")
	h.atRest(four...)
	for _, m := range []label.MemberID{"IRQ", "SYR"} {
		h.nodes[m].stop()
		delete(h.nodes, m)
	}
	h.recall("IRN", Recall{Kind: act.RecallWithdrawn, Reason: act.ReasonError, Report: draft})
	h.eventually("RUS hides it", func() bool { _, err := h.nodes["RUS"].views.Get(ctx, row.ID); return err != nil })
	check(t, h.nodes["RUS"].expireDirect(ctx))
	if _, err := h.nodes["RUS"].views.Get(ctx, row.ID); err == nil {
		t.Error("it ended at once")
	}
	kept, err := h.nodes["RUS"].log.Directs(ctx)
	check(t, err)
	if len(kept) != 1 {
		t.Fatalf("%d are kept", len(kept))
	}
	late.Store(int64(time.Duration(h.found.Charter().WindowDays+1) * 24 * time.Hour))
	check(t, h.nodes["RUS"].expireDirect(ctx))
	if _, err := h.nodes["RUS"].views.Get(ctx, row.ID); err != nil {
		t.Errorf("it did not end: %v", err)
	}
	ended := func(what string) {
		t.Helper()
		if _, err := h.nodes["RUS"].views.Get(ctx, row.ID); err != nil {
			t.Errorf("%s: it hides again: %v", what, err)
		}
		ds, err := h.nodes["RUS"].log.Directs(ctx)
		check(t, err)
		if len(ds) != 1 || !ds[0].Expired || len(ds[0].Envelope) != 0 {
			t.Errorf("%s: %+v", what, ds)
		}
	}
	ended("ended")
	check(t, h.nodes["RUS"].takeDirect(ctx, "IRN", kept[0].Envelope))
	ended("sent again")
}

// Of one originator no more is kept than a node can hold until the log certifies
// it, whatever is in it; that takes nothing from the others.
func TestDirectHasAQuota(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	rus := h.nodes["RUS"]
	check(t, rus.log.DB().Update(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < ?)
			INSERT INTO direct (hash, originator, envelope, seen, expired) SELECT randomblob(32), 'IRN', x'00', 1, 0 FROM n`, maxDirect)
		return err
	}))
	run, err := rus.log.Read(ctx, 0, rus.station.Certified().Size)
	check(t, err)
	said := map[label.MemberID]string{}
	for i := range run.Bodies {
		head, err := seal.ParseHeader(run.Header(i))
		check(t, err)
		if m := head.Originator; m == "IRN" || m == "IRQ" {
			_, err := h.nodes[m].post(ctx, "RUS", "/direct", append(append([]byte{}, run.Header(i)...), run.Bodies[i]...))
			said[m] = fmt.Sprint(err)
		}
	}
	if said["IRN"] != "HTTP 429 quota" || said["IRQ"] != "HTTP 422 not_withholding" {
		t.Errorf("%v", said)
	}
}
