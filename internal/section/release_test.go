package section

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"entente/internal/store/localdb"
)

// Journey J1, as far as the section goes: irq.duty files, irq.fdo releases, and
// irq.duty's own release is refused by rule 6.
func TestTwoPersonsRelease(t *testing.T) {
	b := newBed(t)
	d := b.draft("portion 4: REL IRQ RUS IRN")
	_, err := b.PrepareRelease(b.ctx, b.duty, Release{Drafts: []string{d.ID}})
	refusal(t, err, ErrState, 0) // no dry-run yet
	must(t, b.PlanDrafts(b.ctx, b.duty, Plan{Draft: d.ID, Content: d.Digest, Plan: somePlan}))
	p := b.prepared(d.ID)

	_, err = b.ApproveRelease(b.ctx, b.duty, p.ID, p.Digest)
	refusal(t, err, ErrForbidden, 6)
	p, err = b.ApproveRelease(b.ctx, b.fdo, p.ID, p.Digest)
	must(t, err)
	if p.State != Approved || p.DecidedBy != "irq.fdo" || p.PreparedBy != "irq.duty" {
		t.Errorf("approved: %+v", p)
	}

	_, err = b.BeginRelease(b.ctx, p.ID)
	must(t, err)
	list, err := b.LeavingDrafts(b.ctx, p.ID, "", 0)
	must(t, err)
	if len(list) != 1 || !bytes.Equal(list[0].Content, []byte("portion 4: REL IRQ RUS IRN")) {
		t.Fatalf("leaving: %+v", list)
	}
	at := []Position{{Incarnation: 1, Sequence: 17}, {Incarnation: 1, Sequence: 19}}
	done, err := b.CompleteRelease(b.ctx, p.ID, Left{Draft: d.ID, Positions: at})
	must(t, err)
	if !done {
		t.Error("not done")
	}
	if got := b.decision(p.ID); got.State != Done || got.Released != 1 || got.DecidedBy != "irq.fdo" {
		t.Errorf("decision: %+v", got)
	}
	if got := b.load(d.ID); got.State != Released || got.Decision != "" {
		t.Errorf("draft: %+v", got)
	}
	got, err := b.Positions(b.ctx, b.duty, d.ID)
	must(t, err)
	if !slices.Equal(got, at) {
		t.Errorf("positions %v, want %v", got, at)
	}
	// What was released is not silently changed (rule 10).
	_, err = b.SaveDraft(b.ctx, b.duty, d.ID, d.ETag(), Content{Kind: "report", Bytes: []byte("other")})
	refusal(t, err, ErrState, 10)
	refusal(t, b.DiscardDraft(b.ctx, b.duty, d.ID, d.ETag()), ErrState, 10)

	var ops []string
	for _, row := range b.rows() {
		if row.Object == p.ID {
			ops = append(ops, row.Login+" "+row.Op+" "+row.Outcome)
		}
	}
	want := []string{
		"irq.duty release.prepare done",
		"irq.duty release.approve refused",
		"irq.fdo release.approve done",
		"irq.fdo release.record done",
		"irq.fdo release.record done",
	}
	if !slices.Equal(ops, want) {
		t.Errorf("audit: %q", ops)
	}
}

// Rule 6: the second person is neither who prepared nor anybody who wrote in
// the draft, in whatever version and whatever other role.
func TestSecondPersonIsNoAuthor(t *testing.T) {
	b := newBed(t)
	for _, c := range []struct {
		name           string
		author, editor Officer
		preparer       Officer
		fdo2OK         bool
	}{
		{"author prepares", b.duty, Officer{}, b.duty, true},
		{"the officer is the author", b.fdo2, Officer{}, b.duty, false},
		{"the officer is the author and prepares", b.fdo2, Officer{}, b.fdo2, false},
		{"the officer prepares", b.duty, Officer{}, b.fdo2, false},
		{"the officer edited a version in between", b.duty, b.fdo2, b.analyst, false},
	} {
		d, err := b.CreateDraft(b.ctx, c.author, Content{Kind: "report", Bytes: []byte(c.name)})
		must(t, err)
		if c.editor.Login != "" {
			d, err = b.SaveDraft(b.ctx, c.editor, d.ID, d.ETag(), Content{Kind: "report", Bytes: []byte(c.name + " edited")})
			must(t, err)
			d, err = b.SaveDraft(b.ctx, c.author, d.ID, d.ETag(), Content{Kind: "report", Bytes: []byte(c.name)})
			must(t, err)
		}
		must(t, b.PlanDrafts(b.ctx, c.author, Plan{Draft: d.ID, Content: d.Digest, Plan: somePlan}))
		p, err := b.PrepareRelease(b.ctx, c.preparer, Release{Drafts: []string{d.ID}})
		must(t, err)
		_, err = b.ApproveRelease(b.ctx, b.fdo2, p.ID, p.Digest)
		if c.fdo2OK {
			must(t, err)
			continue
		}
		refusal(t, err, ErrSecondPerson, 6)
		if row := b.lastRow(); row.Login != "irq.fdo2" || row.Outcome != OutcomeRefused || row.Detail != "code=second_person" {
			t.Errorf("%s: audit row %+v", c.name, row)
		}
		if got := b.decision(p.ID); got.State != Prepared {
			t.Errorf("%s: the refused approval left %+v", c.name, got)
		}
		_, err = b.ApproveRelease(b.ctx, b.fdo, p.ID, p.Digest)
		must(t, err)
	}
}

// One author among many drafts of a batch is enough to be refused.
func TestSecondPersonInABatch(t *testing.T) {
	b := newBed(t)
	var ids []string
	for i := range 5 {
		ids = append(ids, b.planned(fmt.Sprint("item ", i)).ID)
	}
	d, err := b.CreateDraft(b.ctx, b.fdo2, Content{Kind: "report", Bytes: []byte("mine")})
	must(t, err)
	must(t, b.PlanDrafts(b.ctx, b.fdo2, Plan{Draft: d.ID, Content: d.Digest, Plan: somePlan}))
	p := b.prepared(append(ids, d.ID)...)
	_, err = b.ApproveRelease(b.ctx, b.fdo2, p.ID, p.Digest)
	refusal(t, err, ErrSecondPerson, 6)
	_, err = b.ApproveRelease(b.ctx, b.fdo, p.ID, p.Digest)
	must(t, err)
}

// An act that releases nothing needs one person with the release role when the
// node says so; a release never does.
func TestActByOnePerson(t *testing.T) {
	b := newBed(t)
	d, err := b.CreateDraft(b.ctx, b.fdo2, Content{Kind: "request", Bytes: []byte("what is known of ...")})
	must(t, err)
	must(t, b.PlanDrafts(b.ctx, b.fdo2, Plan{Draft: d.ID, Content: d.Digest, Plan: somePlan}))
	_, err = b.PrepareRelease(b.ctx, b.fdo2, Release{Kind: DecideRelease, Alone: true, Drafts: []string{d.ID}})
	refusal(t, err, ErrSecondPerson, 6)
	two, err := b.PrepareRelease(b.ctx, b.fdo2, Release{Kind: DecideAct, Drafts: []string{d.ID}})
	must(t, err)
	_, err = b.ApproveRelease(b.ctx, b.fdo2, two.ID, two.Digest)
	refusal(t, err, ErrSecondPerson, 6)
	must(t, b.WithdrawRelease(b.ctx, b.fdo2, two.ID, "below the class"))
	one, err := b.PrepareRelease(b.ctx, b.fdo2, Release{Kind: DecideAct, Alone: true, Drafts: []string{d.ID}})
	must(t, err)
	if one.Digest == two.Digest {
		t.Error("by one or by two is not part of what is decided")
	}
	_, err = b.ApproveRelease(b.ctx, b.duty, one.ID, one.Digest)
	refusal(t, err, ErrForbidden, 6)
	_, err = b.ApproveRelease(b.ctx, b.fdo2, one.ID, one.Digest)
	must(t, err)
}

// Whatever changes a draft between preparing and leaving makes the decision
// void; nothing of what was not approved can leave.
func TestChangeVoidsTheDecision(t *testing.T) {
	attach := []Attachment{{Digest: Digest{9}, Size: 10, Media: "image/png", Name: "map.png"}}
	for name, change := range map[string]func(*bed, Draft) error{
		"another text": func(b *bed, d Draft) error {
			_, err := b.SaveDraft(b.ctx, b.duty, d.ID, d.ETag(), Content{Kind: "report", Bytes: []byte("other")})
			return err
		},
		"another kind": func(b *bed, d Draft) error {
			_, err := b.SaveDraft(b.ctx, b.duty, d.ID, d.ETag(), Content{Kind: "recall", Bytes: d.Content})
			return err
		},
		"an attachment": func(b *bed, d Draft) error {
			_, err := b.SaveDraft(b.ctx, b.duty, d.ID, d.ETag(), Content{Kind: "report", Bytes: d.Content, Attachments: attach})
			return err
		},
		"discarded": func(b *bed, d Draft) error { return b.DiscardDraft(b.ctx, b.duty, d.ID, d.ETag()) },
		"erased":    func(b *bed, d Draft) error { return b.EraseDraft(b.ctx, b.dpo, d.ID, "request 3") },
	} {
		for _, approve := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, approved %v", name, approve), func(t *testing.T) {
				b := newBed(t)
				d, other := b.planned("text"), b.planned("another draft of the same decision")
				p := b.prepared(d.ID, other.ID)
				if approve {
					_, err := b.ApproveRelease(b.ctx, b.fdo, p.ID, p.Digest)
					must(t, err)
				}
				must(t, change(b, b.load(d.ID)))
				if got := b.decision(p.ID); got.State != Void {
					t.Fatalf("decision: %+v", got)
				}
				_, err := b.ApproveRelease(b.ctx, b.fdo, p.ID, p.Digest)
				refusal(t, err, ErrState, 0)
				_, err = b.BeginRelease(b.ctx, p.ID)
				refusal(t, err, ErrState, 0)
				// The other draft is free again, and still planned.
				if o := b.load(other.ID); o.State != Planned || o.Decision != "" {
					t.Errorf("the other draft: %+v", o)
				}
				b.prepared(other.ID)
				if name != "discarded" && name != "erased" {
					if got := b.load(d.ID); got.State != Drafted || got.Plan != nil {
						t.Errorf("the draft: %+v", got)
					}
				}
			})
		}
	}
}

// Saving the same content is no change, and makes nobody an author.
func TestSavingTheSame(t *testing.T) {
	b := newBed(t)
	p, d := b.approved("text")
	got, err := b.SaveDraft(b.ctx, b.analyst, d.ID, d.ETag(), Content{Kind: "report", Bytes: []byte("text")})
	must(t, err)
	if got.ETag() != d.ETag() || got.State != Planned {
		t.Errorf("saved: %+v", got)
	}
	if b.decision(p.ID).State != Approved {
		t.Error("the decision is void")
	}
	v, err := b.Versions(b.ctx, b.duty, d.ID)
	must(t, err)
	if len(v) != 1 || v[0].Login != "irq.duty" {
		t.Errorf("versions: %+v", v)
	}
}

// What is approved is what was seen: an officer who saw another digest is
// refused.
func TestApprovalNamesTheDigest(t *testing.T) {
	b := newBed(t)
	p := b.prepared(b.planned("one").ID)
	q := b.prepared(b.planned("two").ID)
	for _, digest := range []Digest{{}, q.Digest, somePlan} {
		_, err := b.ApproveRelease(b.ctx, b.fdo, p.ID, digest)
		refusal(t, err, ErrChanged, 6)
	}
	// The digest covers the plan too.
	d := b.planned("one again")
	r := b.prepared(d.ID)
	must(t, b.WithdrawRelease(b.ctx, b.duty, r.ID, "another plan"))
	must(t, b.PlanDrafts(b.ctx, b.duty, Plan{Draft: d.ID, Content: d.Digest, Plan: Digest{42}}))
	if again := b.prepared(d.ID); again.Digest == r.Digest {
		t.Error("another plan, the same digest")
	}
}

// What somebody changes behind the section's back does not leave.
func TestChangedBehindTheBack(t *testing.T) {
	for name, sql := range map[string]string{
		"content":               `UPDATE drafts SET content = 'forged' WHERE id = ?`,
		"content and digest":    `UPDATE drafts SET content = 'forged', digest = zeroblob(32) WHERE id = ?`,
		"plan":                  `UPDATE drafts SET plan = zeroblob(32) WHERE id = ?`,
		"subject":               `UPDATE decision_drafts SET digest = zeroblob(32) WHERE draft = ?`,
		"both":                  `UPDATE decision_drafts SET plan = zeroblob(32) WHERE draft = ?; UPDATE drafts SET plan = zeroblob(32)`,
		"name of an attachment": `UPDATE draft_attachments SET name = 'forged' WHERE draft = ?`,
	} {
		t.Run(name, func(t *testing.T) {
			b := newBed(t)
			d, err := b.CreateDraft(b.ctx, b.duty, Content{Kind: "report", Bytes: []byte("text"), Attachments: []Attachment{{Media: "text/plain", Name: "a"}}})
			must(t, err)
			must(t, b.PlanDrafts(b.ctx, b.duty, Plan{Draft: d.ID, Content: d.Digest, Plan: somePlan}))
			p := b.prepared(d.ID)
			_, err = b.ApproveRelease(b.ctx, b.fdo, p.ID, p.Digest)
			must(t, err)
			rawSQL(t, b.path, sql, d.ID)
			_, err = b.BeginRelease(b.ctx, p.ID)
			if err == nil {
				_, err = b.LeavingDrafts(b.ctx, p.ID, "", 0)
				refusal(t, err, ErrChanged, 6)
				return
			}
			refusal(t, err, ErrChanged, 6)
			if got := b.decision(p.ID); got.State != Void {
				t.Errorf("decision: %+v", got)
			}
		})
	}
}

// An approval counts as long as its officer may approve.
func TestApproverLosesTheRole(t *testing.T) {
	for name, lose := range map[string]func(*bed) error{
		"role":     func(b *bed) error { return b.SetRoles(b.ctx, b.custodian, "irq.fdo", RolesOf(RoleAnalyst)) },
		"disabled": func(b *bed) error { return b.Disable(b.ctx, b.custodian, "irq.fdo") },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBed(t)
			p, _ := b.approved("one")
			q, _ := b.approved("two")
			_, err := b.BeginRelease(b.ctx, q.ID)
			must(t, err)
			must(t, lose(b))
			if got := b.decision(p.ID); got.State != Void {
				t.Errorf("approved decision: %+v", got)
			}
			// What has begun to leave cannot be called back.
			if got := b.decision(q.ID); got.State != Leaving {
				t.Errorf("leaving decision: %+v", got)
			}
			_, err = b.BeginRelease(b.ctx, p.ID)
			refusal(t, err, ErrState, 0)
		})
	}
}

// The approver's role is read again when the release begins, also when it was
// taken behind the section's back.
func TestApproverIsJudgedAgain(t *testing.T) {
	b := newBed(t)
	p, d := b.approved("text")
	rawSQL(t, b.path, `UPDATE officers SET roles = 1 WHERE login = ?`, "irq.fdo")
	_, err := b.BeginRelease(b.ctx, p.ID)
	refusal(t, err, ErrForbidden, 6)
	if got := b.decision(p.ID); got.State != Void || b.load(d.ID).Decision != "" {
		t.Errorf("decision: %+v", got)
	}
	if row := b.lastRow(); row.Op != "release.void" || row.Object != p.ID {
		t.Errorf("audit row %+v", row)
	}
}

func TestRefuseAndWithdraw(t *testing.T) {
	b := newBed(t)
	d := b.planned("text")
	p := b.prepared(d.ID)
	_, err := b.PrepareRelease(b.ctx, b.duty, Release{Drafts: []string{d.ID}})
	refusal(t, err, ErrState, 0) // it is up for release already
	refusal(t, b.RefuseRelease(b.ctx, b.duty, p.ID, "no"), ErrForbidden, 6)
	refusal(t, b.RefuseRelease(b.ctx, b.fdo, p.ID, ""), ErrBounds, 0)
	refusal(t, b.WithdrawRelease(b.ctx, b.analyst, p.ID, "no"), ErrForbidden, 6)
	must(t, b.RefuseRelease(b.ctx, b.fdo, p.ID, "portion 4 names a source"))
	if got := b.decision(p.ID); got.State != Refused || got.Reason != "portion 4 names a source" || got.DecidedBy != "irq.fdo" {
		t.Errorf("refused: %+v", got)
	}
	for _, row := range b.rows() {
		if strings.Contains(row.Detail, "portion 4") {
			t.Errorf("the reason is in the audit log: %+v", row)
		}
	}
	_, err = b.ApproveRelease(b.ctx, b.fdo2, p.ID, p.Digest)
	refusal(t, err, ErrState, 0)

	p = b.prepared(d.ID)
	must(t, b.WithdrawRelease(b.ctx, b.duty, p.ID, "not yet"))
	p = b.prepared(d.ID)
	_, err = b.ApproveRelease(b.ctx, b.fdo, p.ID, p.Digest)
	must(t, err)
	must(t, b.WithdrawRelease(b.ctx, b.fdo, p.ID, "on second thoughts"))
	p = b.prepared(d.ID)
	_, err = b.ApproveRelease(b.ctx, b.fdo, p.ID, p.Digest)
	must(t, err)
	_, err = b.BeginRelease(b.ctx, p.ID)
	must(t, err)
	refusal(t, b.WithdrawRelease(b.ctx, b.duty, p.ID, "too late"), ErrState, 0)
	_, err = b.SaveDraft(b.ctx, b.duty, d.ID, d.ETag(), Content{Kind: "report", Bytes: []byte("too late")})
	refusal(t, err, ErrState, 0)
	refusal(t, b.EraseDraft(b.ctx, b.dpo, d.ID, "too late"), ErrState, 0)
}

// A release that was interrupted goes on, and recording it twice changes
// nothing.
func TestInterruptedRelease(t *testing.T) {
	b := newBed(t)
	var ids []string
	for i := range 7 {
		ids = append(ids, b.planned(fmt.Sprint("item ", i)).ID)
	}
	slices.Sort(ids)
	p := b.prepared(ids...)
	refusal(t, b.FailRelease(b.ctx, p.ID, "no"), ErrState, 0)
	_, err := b.CompleteRelease(b.ctx, p.ID, Left{Draft: ids[0], Positions: []Position{{Incarnation: 1, Sequence: 1}}})
	refusal(t, err, ErrState, 0)
	_, err = b.LeavingDrafts(b.ctx, p.ID, "", 0)
	refusal(t, err, ErrState, 0)
	_, err = b.ApproveRelease(b.ctx, b.fdo, p.ID, p.Digest)
	must(t, err)
	for range 2 { // begun, interrupted, begun again
		got, err := b.BeginRelease(b.ctx, p.ID)
		must(t, err)
		if got.State != Leaving {
			t.Fatalf("begun: %+v", got)
		}
	}
	open, err := b.DecisionsIn(b.ctx, Leaving, time.Time{}, "", 0)
	must(t, err)
	if len(open) != 1 || open[0].ID != p.ID {
		t.Errorf("leaving: %+v", open)
	}
	left := func(i int) Left {
		return Left{Draft: ids[i], Positions: []Position{{Incarnation: 1, Sequence: uint64(i + 1)}}}
	}
	done, err := b.CompleteRelease(b.ctx, p.ID, left(0), left(1), left(2))
	must(t, err)
	rows := len(b.rows())
	again, err := b.CompleteRelease(b.ctx, p.ID, left(1), left(2))
	must(t, err)
	if done || again || len(b.rows()) != rows || b.decision(p.ID).Released != 3 {
		t.Errorf("done %v, again %v, %+v", done, again, b.decision(p.ID))
	}
	rest, err := b.LeavingDrafts(b.ctx, p.ID, "", 2)
	must(t, err)
	if len(rest) != 2 || rest[0].ID != ids[3] || rest[1].ID != ids[4] {
		t.Errorf("the rest begins with %+v", rest)
	}
	rest, err = b.LeavingDrafts(b.ctx, p.ID, ids[4], 10)
	must(t, err)
	if len(rest) != 2 || rest[1].ID != ids[6] {
		t.Errorf("the rest ends with %+v", rest)
	}
	// A draft that is not in the decision is passed over, and not released.
	stranger := b.planned("stranger")
	_, err = b.CompleteRelease(b.ctx, p.ID, Left{Draft: stranger.ID, Positions: []Position{{Incarnation: 1, Sequence: 9}}})
	must(t, err)
	if b.load(stranger.ID).State != Planned {
		t.Error("a draft outside the decision was released")
	}
	_, err = b.CompleteRelease(b.ctx, p.ID, Left{Draft: ids[3]})
	refusal(t, err, ErrBounds, 0)

	must(t, b.FailRelease(b.ctx, p.ID, "no line to anybody"))
	if got := b.decision(p.ID); got.State != Failed || got.Released != 3 {
		t.Errorf("failed: %+v", got)
	}
	if got := b.load(ids[3]); got.State != Planned || got.Decision != "" {
		t.Errorf("a draft that did not leave: %+v", got)
	}
	q := b.prepared(ids[3:]...)
	_, err = b.ApproveRelease(b.ctx, b.fdo, q.ID, q.Digest)
	must(t, err)
	_, err = b.BeginRelease(b.ctx, q.ID)
	must(t, err)
	done, err = b.CompleteRelease(b.ctx, q.ID, left(3), left(4), left(5), left(6))
	must(t, err)
	if !done {
		t.Error("not done")
	}
	if done, err = b.CompleteRelease(b.ctx, q.ID, left(3)); err != nil || !done {
		t.Errorf("said again: %v, %v", done, err)
	}
}

// The data-protection officer prepares redress, and nothing else.
func TestRedress(t *testing.T) {
	b := newBed(t)
	redress := Content{Kind: KindRedress, Bytes: []byte("the record is wrong")}
	_, err := b.CreateDraft(b.ctx, b.duty, redress)
	refusal(t, err, ErrForbidden, 22)
	_, err = b.CreateDraft(b.ctx, b.dpo, Content{Kind: "report", Bytes: []byte("x")})
	refusal(t, err, ErrForbidden, 0)
	d, err := b.CreateDraft(b.ctx, b.dpo, redress)
	must(t, err)
	_, err = b.SaveDraft(b.ctx, b.duty, d.ID, d.ETag(), Content{Kind: "report", Bytes: []byte("x")})
	refusal(t, err, ErrState, 0)
	must(t, b.PlanDrafts(b.ctx, b.fdo, Plan{Draft: d.ID, Content: d.Digest, Plan: somePlan}))
	report := b.planned("a report")
	_, err = b.PrepareRelease(b.ctx, b.dpo, Release{Drafts: []string{d.ID, report.ID}})
	refusal(t, err, ErrForbidden, 6)
	p, err := b.PrepareRelease(b.ctx, b.dpo, Release{Drafts: []string{d.ID}})
	must(t, err)
	_, err = b.ApproveRelease(b.ctx, b.fdo, p.ID, p.Digest)
	must(t, err)

	// Who neither writes nor releases it does not read it; the answer is another
	// draft than the request.
	_, err = b.Draft(b.ctx, b.duty, d.ID)
	refusal(t, err, ErrForbidden, 22)
	if _, err := b.Draft(b.ctx, b.fdo, d.ID); err != nil {
		t.Error(err)
	}
	a, err := b.CreateDraft(b.ctx, b.dpo, Content{Kind: KindRedressAnswer, Bytes: []byte("it is right")})
	must(t, err)
	_, err = b.SaveDraft(b.ctx, b.dpo, a.ID, a.ETag(), redress)
	refusal(t, err, ErrState, 0)
	must(t, b.PlanDrafts(b.ctx, b.dpo, Plan{Draft: a.ID, Content: a.Digest, Plan: somePlan}))
	_, err = b.PrepareRelease(b.ctx, b.dpo, Release{Drafts: []string{a.ID}})
	must(t, err)
}

func TestReleaseInBounds(t *testing.T) {
	b := newBed(t)
	d := b.planned("x")
	for name, r := range map[string]Release{
		"nothing":              {},
		"drafts and an import": {Drafts: []string{d.ID}, Batch: "b"},
		"unknown kind":         {Kind: 7, Drafts: []string{d.ID}},
		"too many":             {Drafts: make([]string, MaxImport+1)},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := b.PrepareRelease(b.ctx, b.duty, r)
			refusal(t, err, ErrBounds, 0)
		})
	}
	_, err := b.PrepareRelease(b.ctx, b.duty, Release{Drafts: []string{newID()}})
	refusal(t, err, ErrNotFound, 0)
	_, err = b.PrepareRelease(b.ctx, b.duty, Release{Drafts: []string{d.ID, d.ID}})
	refusal(t, err, ErrState, 0)
	_, err = b.PrepareRelease(b.ctx, b.duty, Release{Batch: newID()})
	refusal(t, err, ErrState, 0)
	if got := b.load(d.ID); got.Decision != "" {
		t.Errorf("a refused release holds the draft: %+v", got)
	}
	_, err = b.ApproveRelease(b.ctx, b.fdo, newID(), Digest{})
	refusal(t, err, ErrNotFound, 0)
}

// The bytes that digests cover, computed once by hand (Python's hashlib).
func TestDigestVectors(t *testing.T) {
	c := Content{Kind: "report", Bytes: []byte("hello"), Attachments: []Attachment{{Digest: Digest{1}, Size: 5, Media: "text/plain", Name: "a.txt"}}}
	if got := fmt.Sprintf("%x", ContentDigest(c)); got != contentVector {
		t.Errorf("content digest %s", got)
	}
	got, err := decisionDigest(DecideAct, true, 1, func(fn func(Subject) error) error {
		return fn(Subject{Draft: "000102030405060708090a0b0c0d0e0f", Content: Digest{1}, Plan: Digest{2}})
	})
	must(t, err)
	if fmt.Sprintf("%x", got) != decisionVector {
		t.Errorf("decision digest %x", got)
	}
	row := AuditRow{Seq: 1, At: time.UnixMilli(1795251600000), Login: "irq.duty", Op: "draft.save", Object: "o", Outcome: "done", Detail: "d"}
	if got := fmt.Sprintf("%x", localdb.Chain(Digest{7}, row)); got != auditVector {
		t.Errorf("audit hash %s", got)
	}
}

const (
	contentVector  = "5624417254989a1c9a5c30958afce28ca438e2c602a5e83083638eaf83fb02c2"
	decisionVector = "4b4c545d68c28ee8c9fcb42ccd376449d4c48d26a8236cbac69e7f03d609db81"
	auditVector    = "890606e821d20d88c37b63f325faf3b81e61aee187c7ffc2bd9a5e6d65ce6f0c"
)
