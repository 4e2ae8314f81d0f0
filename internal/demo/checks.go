package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"entente/act"
	"entente/charter"
	"entente/internal/client"
	"entente/internal/logcopy"
	"entente/internal/node"
	"entente/internal/store"
	"entente/internal/store/logdb"
	"entente/internal/web/api"
	"entente/label"
	"entente/seal"
)

// Check is one thing that was looked at after the scenario.
type Check struct {
	Name string `json:"name"`
	OK   bool   `json:"ok"`
	// Found says what is wrong; empty when nothing is.
	Found string `json:"found,omitempty"`
}

// check looks at one thing and notes what came of it.
func (d *demo) check(name string, look func() error) {
	c := Check{Name: name, OK: true}
	if err := look(); err != nil {
		c.OK, c.Found = false, err.Error()
	}
	d.checks = append(d.checks, c)
	d.step("checked: "+name, len(d.checks), 0)
}

// inspect looks at everything that the scenario should have left behind,
// through the nodes' APIs and in their files.
func (d *demo) inspect(ctx context.Context) {
	for _, m := range members() {
		d.check(string(m)+" holds exactly the portions released to it", func() error { return d.holds(ctx, m) })
		d.check(string(m)+" finds the words of what it may read, and no other", func() error { return d.finds(ctx, m) })
		d.check(string(m)+" has no byte of a portion not released to it in any file", func() error { return d.files(m) })
	}
	d.check("a word of a portion not released is answered as a nonsense word is", func() error { return d.nonsense(ctx) })
	d.check("a report unknown and one not released are answered alike", func() error { return d.unknown(ctx) })
	d.check("titles show only to those who may read all they tell", func() error { return d.titles(ctx) })
	d.check("a member with fewer portions sees them numbered without a gap, under an id of its own", func() error { return d.views(ctx) })
	d.check("every release left as many envelopes as there are other members", func() error { return d.envelopes(ctx) })
	d.check("a draft without a grade is not saved", func() error { return d.ungraded(ctx) })
	d.check("nobody decides on a release that he put up", func() error { return d.ownRelease(ctx) })
	d.check("nobody releases without the release role", func() error { return d.roleless(ctx) })
	d.check("a portion without a source is not released", func() error { return d.unsourced(ctx) })
	d.check("a portion marked wider than what it cites is not released", func() error { return d.tainted(ctx) })
	d.check("a dry-run names what keeps a member out, and the tearline", func() error { return d.dryRun(ctx) })
	d.check("a reader who lacks a cited portion learns whose it is and no more", func() error { return d.citations(ctx) })
	d.check("a replaced report points to the one that replaces it", func() error { return d.replaced(ctx) })
	d.check("every report was received by all its recipients", func() error { return d.received(ctx) })
	d.check("all members hold the whole list", func() error { return d.listed(ctx) })
	d.check("importing the list again adds nothing", func() error { return d.again(ctx) })
	d.check("all nodes show one head", func() error { return d.oneHead(ctx) })
	d.check("the head is cosigned by a quorum", func() error { return d.cosigned(ctx) })
	d.check("nothing is in quarantine", func() error { return d.quarantine(ctx) })
	d.check("no node holds evidence of a fault", func() error { return d.evidence(ctx) })
	for _, m := range members() {
		d.check(string(m)+" holds every body, and each fits its header", func() error { return d.bodies(ctx, m) })
		d.check("an outside verifier agrees with the log of "+string(m), func() error { return d.outside(ctx, m) })
	}
	d.check("a copy of the log with one byte changed is refused", func() error { return d.tampered(ctx) })
	d.check("one byte changed in a label breaks verification", func() error { return d.changedLabel(ctx) })
	d.check("the audit logs are unbroken", func() error { return d.audits(ctx) })
	for _, m := range members() {
		d.check("the views of "+string(m)+" are the same when made again", func() error { return d.rebuilt(ctx, m) })
	}
}

// texts returns every text of a portion that a member's analyst can read.
func (d *demo) texts(ctx context.Context, m label.MemberID) (map[string]*api.Report, error) {
	out := map[string]*api.Report{}
	err := d.eachReport(ctx, m, func(rep *api.Report) error {
		read, err := readAct(rep.Act)
		if err != nil {
			return err
		}
		for _, p := range read.Portions {
			out[p.Text] = rep
		}
		return nil
	})
	return out, err
}

// eachReport visits every report but listings that a member's analyst can see.
func (d *demo) eachReport(ctx context.Context, m label.MemberID, visit func(*api.Report) error) error {
	an := d.desks[m]["an"]
	var before int64
	for {
		page, err := an.Reports(ctx, api.Find{Before: before, Limit: 500})
		if err != nil {
			return err
		}
		for _, row := range page {
			before = row.Index
			if row.Type == string(act.DESIGNATION) {
				continue
			}
			rep, err := an.Report(ctx, row.ID)
			if err != nil {
				return err
			}
			if err := visit(rep); err != nil {
				return fmt.Errorf("report %s: %w", row.ID, err)
			}
		}
		if len(page) < 500 {
			return nil
		}
	}
}

func (d *demo) holds(ctx context.Context, m label.MemberID) error {
	got, err := d.texts(ctx, m)
	if err != nil {
		return err
	}
	for _, t := range d.played.told {
		may, has := slices.Contains(t.sealedTo(), m), got[t.text] != nil
		switch {
		case has && !may:
			return fmt.Errorf("it reads portion %d of %q, which is not released to it", t.number, t.of.key)
		case may && !has:
			return fmt.Errorf("it lacks portion %d of %q", t.number, t.of.key)
		}
		delete(got, t.text)
	}
	if len(got) > 0 {
		return fmt.Errorf("it holds %d portions that nobody filed", len(got))
	}
	return nil
}

func (d *demo) finds(ctx context.Context, m label.MemberID) error {
	for _, t := range d.played.told {
		page, err := d.desks[m]["an"].Reports(ctx, api.Find{Text: t.marker})
		if err != nil {
			return err
		}
		// Of its own reports a member finds every view that left.
		may := slices.Contains(t.sealedTo(), m)
		if may != (len(page) > 0) || len(page) > 1 && t.of.from != m {
			return fmt.Errorf("it finds %d reports with the word of portion %d of %q", len(page), t.number, t.of.key)
		}
	}
	return nil
}

// files looks through every byte of a node's directory.
func (d *demo) files(m label.MemberID) error {
	var words [][]byte
	var whose []*told
	for _, t := range d.played.told {
		if !slices.Contains(t.readers(t.of.from), m) {
			words = append(words, []byte(t.marker))
			whose = append(whose, t)
		}
	}
	if len(words) == 0 {
		return errors.New("there is no portion that it may not read; the scenario is wrong")
	}
	return filepath.WalkDir(d.house.configs[m].Dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) { // a write-ahead log that was taken in meanwhile
			return nil
		}
		if err != nil {
			return err
		}
		for i, w := range words {
			if bytes.Contains(data, w) {
				return fmt.Errorf("%s holds a word of portion %d of %q", filepath.Base(path), whose[i].number, whose[i].of.key)
			}
		}
		return nil
	})
}

// closedTo returns a portion that a member may not read.
func (d *demo) closedTo(m label.MemberID) *told {
	for _, t := range d.played.told {
		if !slices.Contains(t.readers(t.of.from), m) {
			return t
		}
	}
	return nil
}

func (d *demo) nonsense(ctx context.Context) error {
	for _, m := range members() {
		a, err := d.raw(ctx, m, "/reports?text="+d.closedTo(m).marker)
		if err != nil {
			return err
		}
		b, err := d.raw(ctx, m, "/reports?text=qxnonsense99999")
		if err != nil {
			return err
		}
		if !bytes.Equal(a, b) {
			return fmt.Errorf("%s gets different answers", m)
		}
	}
	return nil
}

func (d *demo) unknown(ctx context.Context) error {
	// A view that others got: its id from the originator's state of the draft.
	for _, t := range d.played.told {
		readers := t.readers(t.of.from)
		st, err := d.desks[t.of.from]["duty"].DraftState(ctx, d.played.drafts[t.of.key])
		if err != nil {
			return err
		}
		for _, v := range st.Views {
			for _, m := range members() {
				if slices.Contains(v.Recipients, string(m)) || slices.Contains(readers, m) {
					continue
				}
				a, errA := d.raw(ctx, m, "/reports/"+v.Report)
				b, errB := d.raw(ctx, m, "/reports/00000000000000000000000000000000")
				if errA == nil || errB == nil || !bytes.Equal(a, b) || errA.Error() != errB.Error() {
					return fmt.Errorf("%s gets different answers (%v, %v)", m, errA, errB)
				}
			}
		}
	}
	return nil
}

func (d *demo) titles(ctx context.Context) error {
	for _, m := range members() {
		if err := d.eachReport(ctx, m, func(rep *api.Report) error {
			for _, t := range d.played.told {
				if rep.Title == t.of.title && t.of.from == label.MemberID(rep.Originator) && !slices.Contains(t.readers(t.of.from), m) {
					return fmt.Errorf("%s reads the title of %q, and may not read its portion %d", m, t.of.key, t.number)
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

func (d *demo) views(ctx context.Context) error {
	ids := map[string]int{}
	for m, want := range map[label.MemberID]int{"IRN": 4, "RUS": 4, "SYR": 3} {
		page, err := d.desks[m]["an"].Reports(ctx, api.Find{Text: d.played.byName["crossing/1"].marker})
		if err != nil {
			return err
		}
		if len(page) != 1 {
			return fmt.Errorf("%s finds %d reports", m, len(page))
		}
		rep, err := d.desks[m]["an"].Report(ctx, page[0].ID)
		if err != nil {
			return err
		}
		if rep.Portions != want || len(rep.Marks) != want {
			return fmt.Errorf("%s sees %d portions, %d marks, not %d", m, rep.Portions, len(rep.Marks), want)
		}
		if s := string(rep.Act); m == "SYR" && (strings.Contains(s, `"of"`) || strings.Contains(s, "total")) {
			return errors.New("the act that SYR reads tells of more")
		}
		ids[rep.ID]++
	}
	if len(ids) != 2 {
		return fmt.Errorf("there are %d views of the report, not 2", len(ids))
	}
	return nil
}

// envelopes counts the sealed leaves of each originator.
func (d *demo) envelopes(ctx context.Context) error {
	log, err := logdb.Open(filepath.Join(d.house.configs["IRN"].Dir, node.FileLog), store.Options{})
	if err != nil {
		return err
	}
	defer log.Close()
	size, err := log.Size(ctx)
	if err != nil {
		return err
	}
	raw, err := log.Headers(ctx, 0, size)
	if err != nil {
		return err
	}
	got, want := map[label.MemberID]int{}, map[label.MemberID]int{"IRQ": d.played.list}
	for ; len(raw) > 0; raw = raw[seal.HeaderSize:] {
		h, err := seal.ParseHeader(raw[:seal.HeaderSize])
		if err != nil {
			return err
		}
		if h.Kind == seal.Sealed {
			got[h.Originator]++
		}
	}
	for _, rep := range scenario() {
		want[rep.from] += len(members()) - 1
	}
	for _, m := range members() {
		if got[m] != want[m] {
			return fmt.Errorf("%s has %d sealed envelopes in the log, not %d", m, got[m], want[m])
		}
	}
	return nil
}

// refused wants a refusal with one of the codes.
func refused(err error, codes ...string) error {
	var r *client.Error
	switch {
	case err == nil:
		return errors.New("it was not refused")
	case !errors.As(err, &r):
		return err
	case slices.Contains(codes, r.Code):
		return nil
	}
	for _, f := range r.Findings {
		if slices.Contains(codes, f.Code) {
			return nil
		}
	}
	return fmt.Errorf("it was refused with %s: %s", r.Code, r.Message)
}

// simple is a report of one portion of IRQ, for refusals.
func simple(text string) *api.Content {
	return &api.Content{ReportType: act.INTREP, Portions: []act.PortionInput{{
		Lang: "en", Text: text, Grade: act.Grade{Reliability: "B", Credibility: "2"},
		Label:   label.Label{Policy: "CENTRE", Class: r, Rel: label.Members(members()...), Originators: label.Members("IRQ")},
		Sources: []act.Source{{Descriptor: "a resident", Kind: act.KindHuman, Originator: "IRQ"}},
	}}}
}

func (d *demo) ungraded(ctx context.Context) error {
	content := simple("Without a grade.")
	content.Portions[0].Grade = act.Grade{}
	_, err := d.desks["IRQ"]["duty"].CreateDraft(ctx, *content)
	return refused(err, "act_no_grade")
}

// withDraft saves a draft for as long as a check looks at it.
func (d *demo) withDraft(ctx context.Context, content *api.Content, look func(api.Draft) error) error {
	duty := d.desks["IRQ"]["duty"]
	draft, err := duty.CreateDraft(ctx, *content)
	if err != nil {
		return err
	}
	if err := look(*draft); err != nil {
		return err
	}
	draft, err = duty.Draft(ctx, draft.ID)
	if err != nil {
		return err
	}
	return duty.DiscardDraft(ctx, draft.ID, draft.ETag)
}

func (d *demo) ownRelease(ctx context.Context) error {
	chief := d.desks["IRQ"]["chief"]
	return d.withDraft(ctx, simple("Own release."), func(draft api.Draft) error {
		if _, err := chief.PlanDraft(ctx, draft.ID); err != nil {
			return err
		}
		rel, err := chief.PrepareRelease(ctx, draft.ID)
		if err != nil {
			return err
		}
		_, err = chief.Approve(ctx, rel.ID, rel.Digest)
		if err := refused(err, "second_person"); err != nil {
			return err
		}
		_, err = chief.Withdraw(ctx, rel.ID, "a check")
		return err
	})
}

func (d *demo) roleless(ctx context.Context) error {
	duty := d.desks["IRQ"]["duty"]
	return d.withDraft(ctx, simple("Release without the role."), func(draft api.Draft) error {
		if _, err := duty.PlanDraft(ctx, draft.ID); err != nil {
			return err
		}
		rel, err := duty.PrepareRelease(ctx, draft.ID)
		if err != nil {
			return err
		}
		_, err = d.desks["IRQ"]["an"].Approve(ctx, rel.ID, rel.Digest)
		if err := refused(err, "forbidden"); err != nil {
			return err
		}
		_, err = duty.Withdraw(ctx, rel.ID, "a check")
		return err
	})
}

// notReleased wants the release of a draft to be refused.
func (d *demo) notReleased(ctx context.Context, content *api.Content, codes ...string) error {
	duty := d.desks["IRQ"]["duty"]
	return d.withDraft(ctx, content, func(draft api.Draft) error {
		plan, err := duty.PlanDraft(ctx, draft.ID)
		if err != nil {
			return refused(err, codes...)
		}
		if !slices.ContainsFunc(plan.Findings, func(f api.Finding) bool { return slices.Contains(codes, f.Code) }) {
			return fmt.Errorf("the dry-run does not find it: %+v", plan.Findings)
		}
		_, err = duty.PrepareRelease(ctx, draft.ID)
		return refused(err, append(codes, "blocked", "state")...)
	})
}

func (d *demo) unsourced(ctx context.Context) error {
	content := simple("Without a source.")
	content.Portions[0].Sources = nil
	return d.notReleased(ctx, content, "act_no_source")
}

func (d *demo) tainted(ctx context.Context) error {
	cited := d.played.byName["depot-rus/1"] // SECRET, RUS and IRQ
	content := simple("A paraphrase, marked too wide.")
	content.Portions[0].Sources = nil
	content.Portions[0].Label.Originators = label.Members("IRQ", "RUS")
	content.Portions[0].Cites = []act.Cite{{Portion: cited.id, Digest: cited.digest, Originator: "RUS"}}
	return d.notReleased(ctx, content, "act_taint")
}

// dryRun is journey J4: what keeps IRN from the merged report.
func (d *demo) dryRun(ctx context.Context) error {
	plan, err := d.desks["IRQ"]["duty"].ReadPlan(ctx, d.played.drafts["merged"])
	if err != nil {
		return err
	}
	if !strings.Contains(plan.Banner, "SECRET") || !strings.Contains(plan.Banner, "IRQ") || !strings.Contains(plan.Banner, "RUS") || strings.Contains(plan.Banner, "IRN") {
		return fmt.Errorf("the banner is %q", plan.Banner)
	}
	for _, m := range plan.Members {
		if m.Member != "IRN" {
			continue
		}
		if !slices.Equal(m.Sees, []int{2, 3}) {
			return fmt.Errorf("IRN would see %v, not portions 2 and 3", m.Sees)
		}
		if len(m.KeptBy) != 1 || m.KeptBy[0].Portion != 1 {
			return fmt.Errorf("what keeps IRN out is %+v, not portion 1 alone", m.KeptBy)
		}
		for _, r := range m.Remedies {
			if r.Kind == "tearline" && slices.Equal(r.Portions, []int{2, 3}) && strings.Contains(r.Banner, "CONFIDENTIAL") {
				return nil
			}
		}
		return fmt.Errorf("no tearline of portions 2 and 3 is offered: %+v", m.Remedies)
	}
	return errors.New("the plan does not speak of IRN")
}

func (d *demo) citations(ctx context.Context) error {
	// SYR reads the addition's first portion and lacks none of its citations;
	// IRN reads portion 2 of the merged report's sources, not portion 1's.
	cited := d.played.byName["crossing/4"]
	for _, m := range members() {
		held := slices.Contains(cited.readers(cited.of.from), m)
		if err := d.eachReport(ctx, m, func(rep *api.Report) error {
			for _, c := range rep.Cites {
				if c.Portion == string(cited.id) && c.Held != held {
					return fmt.Errorf("%s: held is %v", m, c.Held)
				}
				if !c.Held && (!strings.Contains(c.Text, c.Originator) || len(c.Text) > 40) {
					return fmt.Errorf("%s reads %q of a portion that it lacks", m, c.Text)
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

func (d *demo) replaced(ctx context.Context) error {
	older, newer := d.played.byName["water/1"], d.played.byName["water-2/1"]
	for _, m := range members() {
		if m == older.of.from {
			continue // its originator sees every view of both
		}
		a, err := d.desks[m]["an"].Reports(ctx, api.Find{Text: older.marker})
		if err != nil {
			return err
		}
		b, err := d.desks[m]["an"].Reports(ctx, api.Find{Text: newer.marker})
		if err != nil {
			return err
		}
		if len(a) != 1 || len(b) != 1 || a[0].SupersededBy != b[0].ID || b[0].Supersedes != a[0].ID {
			return fmt.Errorf("%s does not see which replaces which", m)
		}
	}
	return nil
}

func (d *demo) received(ctx context.Context) error {
	for _, rep := range scenario() {
		st, err := d.desks[rep.from]["duty"].DraftState(ctx, d.played.drafts[rep.key])
		if err != nil {
			return err
		}
		for _, v := range st.Views {
			for _, m := range v.Recipients {
				if m != string(rep.from) && !slices.Contains(v.Received, m) {
					return fmt.Errorf("%q: no receipt of %s", rep.key, m)
				}
			}
		}
		if st.State != "received" {
			return fmt.Errorf("%q is %s", rep.key, st.State)
		}
	}
	return nil
}

func (d *demo) listed(ctx context.Context) error {
	for _, m := range members() {
		n, err := d.designations(ctx, m)
		if err != nil {
			return err
		}
		if n != d.played.list {
			return fmt.Errorf("%s holds %d designations, not %d", m, n, d.played.list)
		}
	}
	return nil
}

func (d *demo) again(ctx context.Context) error {
	done, err := d.collectList(ctx)
	if err != nil {
		return err
	}
	if done.Added != 0 || done.Changed != 0 || done.Same != int64(d.played.list) {
		return fmt.Errorf("%d added, %d changed, %d the same", done.Added, done.Changed, done.Same)
	}
	return nil
}

func (d *demo) oneHead(ctx context.Context) error {
	if err := d.agree(ctx); err != nil {
		return err
	}
	var root string
	for _, m := range members() {
		st, err := d.desks[m]["insp"].Status(ctx)
		if err != nil {
			return err
		}
		if st.Halted != nil {
			return fmt.Errorf("%s has halted: %s", m, st.Halted.Message)
		}
		if root == "" {
			root = st.Log.Root
		}
		if st.Log.Root != root {
			return fmt.Errorf("%s has another root", m)
		}
	}
	return nil
}

func (d *demo) cosigned(ctx context.Context) error {
	for _, m := range members() {
		st, err := d.desks[m]["insp"].Status(ctx)
		if err != nil {
			return err
		}
		if len(st.Log.Cosigned) < 3 || st.Log.Quorum != 3 {
			return fmt.Errorf("%s holds %d cosignatures, quorum %d", m, len(st.Log.Cosigned), st.Log.Quorum)
		}
	}
	return nil
}

func (d *demo) quarantine(ctx context.Context) error {
	for _, m := range members() {
		q, err := d.desks[m]["insp"].Quarantine(ctx, 0)
		if err != nil {
			return err
		}
		if len(q) > 0 {
			return fmt.Errorf("%s did not understand %d envelopes: %s", m, len(q), q[0].Code)
		}
	}
	return nil
}

func (d *demo) evidence(ctx context.Context) error {
	for _, m := range members() {
		e, err := d.desks[m]["insp"].Evidence(ctx)
		if err != nil {
			return err
		}
		if len(e) > 0 {
			return fmt.Errorf("%s holds evidence: %s", m, e[0].Kind)
		}
	}
	return nil
}

// bodies reads every body from a node's file.
func (d *demo) bodies(ctx context.Context, m label.MemberID) error {
	log, err := logdb.Open(filepath.Join(d.house.configs[m].Dir, node.FileLog), store.Options{})
	if err != nil {
		return err
	}
	defer log.Close()
	size, err := log.Size(ctx)
	if err != nil {
		return err
	}
	for from := int64(0); from < size; from += 64 {
		run, err := log.Read(ctx, from, min(from+64, size))
		if err != nil {
			return err
		}
		for i, body := range run.Bodies {
			if body == nil {
				return fmt.Errorf("the body of leaf %d is lost", from+int64(i))
			}
			if err := seal.CheckBody(run.Header(i), body); err != nil {
				return fmt.Errorf("leaf %d: %w", from+int64(i), err)
			}
		}
	}
	return nil
}

// copyOf makes a copy of a member's log.
func (d *demo) copyOf(ctx context.Context, m label.MemberID, to string) error {
	log, err := logdb.Open(filepath.Join(d.house.configs[m].Dir, node.FileLog), store.Options{})
	if err != nil {
		return err
	}
	defer log.Close()
	_, err = logcopy.Write(ctx, log, d.house.found, to, nil)
	return err
}

func (d *demo) withCopy(ctx context.Context, m label.MemberID, look func(dir string, pinned charter.Hash) error) error {
	dir, err := os.MkdirTemp("", "entente-copy-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := d.copyOf(ctx, m, dir); err != nil {
		return err
	}
	return look(dir, d.house.found.Hash())
}

func (d *demo) outside(ctx context.Context, m label.MemberID) error {
	return d.withCopy(ctx, m, func(dir string, pinned charter.Hash) error {
		v, err := logcopy.Verify(os.DirFS(dir), &pinned, nil)
		if err != nil {
			return err
		}
		st, err := d.desks[m]["insp"].Status(ctx)
		if err != nil {
			return err
		}
		if v.Size != st.Log.Certified {
			return fmt.Errorf("it verifies %d leaves, the node shows %d", v.Size, st.Log.Certified)
		}
		return d.python(ctx, dir)
	})
}

func (d *demo) tampered(ctx context.Context) error {
	return d.withCopy(ctx, "RUS", func(dir string, pinned charter.Hash) error {
		var entries string
		err := filepath.WalkDir(filepath.Join(dir, logcopy.DirLog, "tile", "entries"), func(path string, e fs.DirEntry, err error) error {
			if err == nil && e.Type().IsRegular() {
				entries = path
			}
			return err
		})
		if err != nil {
			return err
		}
		data, err := os.ReadFile(entries)
		if err != nil {
			return err
		}
		data[len(data)/2] ^= 1
		if err := os.WriteFile(entries, data, 0o600); err != nil {
			return err
		}
		if _, err := logcopy.Verify(os.DirFS(dir), &pinned, nil); err == nil {
			return errors.New("it was taken for whole")
		}
		return nil
	})
}

// changedLabel changes one byte of a label in the bytes that RUS holds: the
// portion has another digest then, and is not the one that was signed.
func (d *demo) changedLabel(ctx context.Context) error {
	t := d.played.byName["crossing/4"]
	page, err := d.desks["RUS"]["an"].Reports(ctx, api.Find{Text: t.marker})
	if err != nil {
		return err
	}
	if len(page) != 1 {
		return fmt.Errorf("RUS finds %d reports", len(page))
	}
	rep, err := d.desks["RUS"]["an"].Report(ctx, page[0].ID)
	if err != nil {
		return err
	}
	before, err := readAct(rep.Act)
	if err != nil {
		return err
	}
	changed := bytes.Replace(rep.Act, []byte(`"SECRET"`), []byte(`"SECRES"`), 1)
	if bytes.Equal(changed, rep.Act) {
		return errors.New("there is no label to change")
	}
	for i, p := range before.Portions {
		other := bytes.Replace(p.Raw, []byte(`"SECRET"`), []byte(`"SECRES"`), 1)
		if !bytes.Equal(other, p.Raw) && act.PortionDigest(other) == p.Digest {
			return fmt.Errorf("portion %d has the same digest", i+1)
		}
	}
	return d.signedBytes(ctx, rep.Index)
}

// signedBytes changes one byte of an envelope's body, and wants its header to
// refuse it.
func (d *demo) signedBytes(ctx context.Context, index int64) error {
	log, err := logdb.Open(filepath.Join(d.house.configs["RUS"].Dir, node.FileLog), store.Options{})
	if err != nil {
		return err
	}
	defer log.Close()
	run, err := log.Read(ctx, index, index+1)
	if err != nil {
		return err
	}
	body := bytes.Clone(run.Bodies[0])
	for _, at := range []int{0, len(body) / 2, len(body) - 1} {
		body[at] ^= 1
		if seal.CheckBody(run.Header(0), body) == nil {
			return fmt.Errorf("byte %d can be changed unseen", at)
		}
		body[at] ^= 1
	}
	return seal.CheckBody(run.Header(0), body)
}

func (d *demo) audits(ctx context.Context) error {
	for _, m := range members() {
		v, err := d.desks[m]["insp"].VerifyAudit(ctx)
		if err != nil {
			return err
		}
		if !v.Intact || v.Rows == 0 {
			return fmt.Errorf("%s: %+v", m, v.Faults)
		}
	}
	return nil
}

// acts counts the reports that were released.
func (d *demo) acts() int { return len(scenario()) + d.played.list }

// summary is what a run came to, as --json prints it.
func (d *demo) summary() Summary {
	return Summary{Members: len(members()), Acts: d.acts(), Checks: d.checks}
}

// Summary is what a run of the demonstration came to.
type Summary struct {
	Members int     `json:"members"`
	Acts    int     `json:"acts"`
	Checks  []Check `json:"checks"`
}

// OK reports whether every check was passed, and any was made.
func (s Summary) OK() bool {
	return len(s.Checks) > 0 && !slices.ContainsFunc(s.Checks, func(c Check) bool { return !c.OK })
}

// String lists the checks for people.
func (s Summary) String() string {
	var b strings.Builder
	for _, c := range s.Checks {
		mark := "ok  "
		if !c.OK {
			mark = "FAIL"
		}
		fmt.Fprintf(&b, "%s %s", mark, c.Name)
		if c.Found != "" {
			fmt.Fprintf(&b, ": %s", c.Found)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
