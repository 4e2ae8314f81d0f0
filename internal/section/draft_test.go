package section

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestDraft(t *testing.T) {
	b := newBed(t)
	attach := []Attachment{{Digest: Digest{1}, Size: 3, Media: "text/plain", Name: "a.txt"}, {Digest: Digest{2}, Size: 0, Media: "image/png", Name: "خريطة.png"}}
	d, err := b.CreateDraft(b.ctx, b.duty, Content{Kind: "report", Bytes: []byte("one"), Attachments: attach})
	must(t, err)
	first := d.ETag()
	got := b.load(d.ID)
	if !bytes.Equal(got.Content, []byte("one")) || !slices.Equal(got.Attachments, attach) || got.State != Drafted || got.ETag() != first || !got.Created.Equal(b.clock.now()) {
		t.Errorf("loaded: %+v", got)
	}
	b.clock.advance(time.Minute)
	d, err = b.SaveDraft(b.ctx, b.analyst, d.ID, first, Content{Kind: "report", Bytes: []byte("two"), Attachments: attach[1:]})
	must(t, err)
	if got := b.load(d.ID); !bytes.Equal(got.Content, []byte("two")) || !slices.Equal(got.Attachments, attach[1:]) || got.ETag() != d.ETag() || got.Version != 2 {
		t.Errorf("saved: %+v", got)
	}
	_, err = b.SaveDraft(b.ctx, b.duty, d.ID, first, Content{Kind: "report", Bytes: []byte("three")})
	refusal(t, err, ErrConflict, 0)
	refusal(t, b.DiscardDraft(b.ctx, b.duty, d.ID, first), ErrConflict, 0)
	refusal(t, b.PlanDrafts(b.ctx, b.duty, Plan{Draft: d.ID, Content: Digest{1}, Plan: somePlan}), ErrConflict, 0)
	_, err = b.SaveDraft(b.ctx, b.duty, newID(), first, Content{Kind: "report", Bytes: []byte("x")})
	refusal(t, err, ErrNotFound, 0)
	_, err = b.Draft(b.ctx, b.duty, newID())
	refusal(t, err, ErrNotFound, 0)
	_, err = b.Draft(b.ctx, b.custodian, d.ID)
	refusal(t, err, ErrForbidden, 26)
	v, err := b.Versions(b.ctx, b.fdo, d.ID)
	must(t, err)
	if len(v) != 2 || v[0].Login != "irq.duty" || v[1].Login != "irq.an" || v[1].Digest != d.Digest || !v[1].At.Equal(b.clock.now()) {
		t.Errorf("versions: %+v", v)
	}
	must(t, b.DiscardDraft(b.ctx, b.duty, d.ID, d.ETag()))
	got = b.load(d.ID)
	if got.State != Discarded || len(got.Content) != 0 || got.Erased.IsZero() || got.Attachments[0].Name != "" {
		t.Errorf("discarded: %+v", got)
	}
	_, err = b.SaveDraft(b.ctx, b.duty, d.ID, got.ETag(), Content{Kind: "report", Bytes: []byte("x")})
	refusal(t, err, ErrState, 0)
	refusal(t, b.PlanDrafts(b.ctx, b.duty, Plan{Draft: d.ID, Content: got.Digest, Plan: somePlan}), ErrConflict, 0)
}

func TestEraseDraft(t *testing.T) {
	b := newBed(t)
	p, d := b.approved(strings.Repeat("a secret sentence that must not remain ", 1000))
	_, err := b.BeginRelease(b.ctx, p.ID)
	must(t, err)
	_, err = b.CompleteRelease(b.ctx, p.ID, Left{Draft: d.ID, Positions: []Position{{Incarnation: 1, Sequence: 1}}})
	must(t, err)
	refusal(t, b.EraseDraft(b.ctx, b.fdo, d.ID, "request 3"), ErrForbidden, 22)
	must(t, b.EraseDraft(b.ctx, b.dpo, d.ID, "request 3"))
	got := b.load(d.ID)
	if got.State != Released || len(got.Content) != 0 || got.Erased.IsZero() || got.Digest != d.Digest {
		t.Errorf("erased: %+v", got)
	}
	refusal(t, b.EraseDraft(b.ctx, b.dpo, d.ID, "request 3"), ErrState, 0)
	must(t, b.db.Shrink(b.ctx))
	for _, f := range []string{b.path, b.path + "-wal"} {
		if raw := readFile(t, f); bytes.Contains(raw, []byte("secret sentence")) {
			t.Errorf("%s still holds the content", f[strings.LastIndexByte(f, '/')+1:])
		}
	}
}

func TestContentInBounds(t *testing.T) {
	b := newBed(t)
	good := func() Content { return Content{Kind: "report", Bytes: []byte("x")} }
	for name, edit := range map[string]func(*Content){
		"empty":             func(c *Content) { c.Bytes = nil },
		"too large":         func(c *Content) { c.Bytes = make([]byte, MaxDraft+1) },
		"no kind":           func(c *Content) { c.Kind = "" },
		"kind in capitals":  func(c *Content) { c.Kind = "Report" },
		"kind too long":     func(c *Content) { c.Kind = strings.Repeat("a", 33) },
		"many attachments":  func(c *Content) { c.Attachments = make([]Attachment, MaxAttachments+1) },
		"nameless":          func(c *Content) { c.Attachments = []Attachment{{Media: "a/b"}} },
		"name with newline": func(c *Content) { c.Attachments = []Attachment{{Media: "a/b", Name: "a\nb"}} },
		"no media type":     func(c *Content) { c.Attachments = []Attachment{{Name: "a"}} },
		"negative size":     func(c *Content) { c.Attachments = []Attachment{{Media: "a/b", Name: "a", Size: -1}} },
	} {
		t.Run(name, func(t *testing.T) {
			c := good()
			edit(&c)
			_, err := b.CreateDraft(b.ctx, b.duty, c)
			refusal(t, err, ErrBounds, 0)
		})
	}
	c := good()
	c.Bytes = make([]byte, MaxDraft)
	d, err := b.CreateDraft(b.ctx, b.duty, c)
	must(t, err)
	if got := b.load(d.ID); len(got.Content) != MaxDraft {
		t.Errorf("%d bytes came back", len(got.Content))
	}
	refusal(t, b.PlanDrafts(b.ctx, b.duty), ErrBounds, 0)
	refusal(t, b.PlanDrafts(b.ctx, b.duty, make([]Plan, MaxImport+1)...), ErrBounds, 0)
}

// Different contents have different digests, also where a byte moves from one
// field to the next.
func TestContentDigestIsInjective(t *testing.T) {
	list := []Content{
		{Kind: "a", Bytes: []byte("bc")},
		{Kind: "ab", Bytes: []byte("c")},
		{Kind: "a", Bytes: []byte("bc"), Attachments: []Attachment{{}}},
		{Kind: "a", Bytes: []byte("bc"), Attachments: []Attachment{{Media: "x", Name: "y"}}},
		{Kind: "a", Bytes: []byte("bc"), Attachments: []Attachment{{Media: "xy"}}},
		{Kind: "a", Bytes: []byte("bc"), Attachments: []Attachment{{Size: 1}}},
		{Kind: "a", Bytes: []byte("bc"), Attachments: []Attachment{{}, {}}},
	}
	seen := map[Digest]int{}
	for i, c := range list {
		if j, ok := seen[ContentDigest(c)]; ok {
			t.Errorf("%+v and %+v have one digest", c, list[j])
		}
		seen[ContentDigest(c)] = i
	}
}

// Pages together are the whole list once, the latest first, also when many
// drafts were made in one millisecond.
func TestPagesOfDrafts(t *testing.T) {
	b := newBed(t)
	want := map[string]bool{}
	for i := range 23 {
		if i%5 == 0 {
			b.clock.advance(time.Second)
		}
		var d Draft
		switch i % 3 {
		case 0:
			d = b.planned(fmt.Sprint(i))
		default:
			d = b.draft(fmt.Sprint(i))
		}
		want[d.ID] = i%3 == 0
	}
	gone := b.draft("gone")
	must(t, b.DiscardDraft(b.ctx, b.duty, gone.ID, gone.ETag()))
	planned := Planned
	for _, q := range []DraftQuery{{Limit: 1}, {Limit: 4}, {Limit: 100}, {State: &planned, Limit: 3}} {
		got := map[string]bool{}
		var last Draft
		for n := 0; ; n++ {
			page, err := b.Drafts(b.ctx, b.duty, q)
			must(t, err)
			if len(page) == 0 {
				break
			}
			for _, d := range page {
				if got[d.ID] {
					t.Fatalf("%s comes twice", d.ID)
				}
				if last.ID != "" && (d.Modified.After(last.Modified) || d.Modified.Equal(last.Modified) && d.ID > last.ID) {
					t.Errorf("out of order: %v %s after %v %s", d.Modified, d.ID, last.Modified, last.ID)
				}
				if len(d.Content) != 0 {
					t.Error("a list holds contents")
				}
				got[d.ID], last = true, d
			}
			q.BeforeModified, q.BeforeID = last.Modified, last.ID
		}
		n := 0
		for id, p := range want {
			if q.State == nil || p {
				n++
				if !got[id] {
					t.Errorf("limit %d: %s is missing", q.Limit, id)
				}
			}
		}
		if n != len(got) {
			t.Errorf("limit %d: %d drafts, want %d", q.Limit, len(got), n)
		}
	}
}

func TestAnnotations(t *testing.T) {
	b := newBed(t)
	a, err := b.Annotate(b.ctx, b.duty, "portion:1", "قارن مع التقرير السابق\nline two")
	must(t, err)
	_, err = b.Annotate(b.ctx, b.inspector, "portion:1", "x")
	refusal(t, err, ErrForbidden, 0)
	must(t, b.EditAnnotation(b.ctx, b.duty, a.ID, 1, "second"))
	refusal(t, b.EditAnnotation(b.ctx, b.duty, a.ID, 1, "third"), ErrConflict, 0)
	refusal(t, b.EditAnnotation(b.ctx, b.analyst, a.ID, 2, "not mine"), ErrForbidden, 0)
	refusal(t, b.EditAnnotation(b.ctx, b.duty, newID(), 1, "x"), ErrNotFound, 0)
	refusal(t, b.EditAnnotation(b.ctx, b.duty, a.ID, 2, ""), ErrBounds, 0)
	_, err = b.Annotate(b.ctx, b.duty, "portion:1", strings.Repeat("x", MaxAnnotation+1))
	refusal(t, err, ErrBounds, 0)
	for i := range 5 {
		_, err := b.Annotate(b.ctx, b.analyst, "portion:1", fmt.Sprint(i))
		must(t, err)
	}
	_, err = b.Annotate(b.ctx, b.analyst, "portion:2", "elsewhere")
	must(t, err)
	var bodies []string
	var last Annotation
	for {
		page, err := b.Annotations(b.ctx, b.fdo, "portion:1", last.Created, last.ID, 2)
		must(t, err)
		if len(page) == 0 {
			break
		}
		for _, x := range page {
			bodies = append(bodies, x.Body)
		}
		last = page[len(page)-1]
	}
	slices.Sort(bodies)
	if !slices.Equal(bodies, []string{"0", "1", "2", "3", "4", "second"}) {
		t.Errorf("notes: %q", bodies)
	}
	_, err = b.Annotations(b.ctx, b.custodian, "portion:1", time.Time{}, "", 0)
	refusal(t, err, ErrForbidden, 26)
	refusal(t, b.DeleteAnnotation(b.ctx, b.analyst, a.ID), ErrForbidden, 0)
	must(t, b.DeleteAnnotation(b.ctx, b.dpo, a.ID))
	refusal(t, b.DeleteAnnotation(b.ctx, b.duty, a.ID), ErrNotFound, 0)
}

func TestSettings(t *testing.T) {
	b := newBed(t)
	refusal(t, b.SetSetting(b.ctx, b.duty, "name.islamic-state", 0, "x"), ErrForbidden, 26)
	must(t, b.SetSetting(b.ctx, b.custodian, "name.islamic-state", 0, "Daesh"))
	refusal(t, b.SetSetting(b.ctx, b.custodian, "name.islamic-state", 0, "x"), ErrConflict, 0)
	must(t, b.SetSetting(b.ctx, b.custodian, "name.islamic-state", 1, "ISIL"))
	refusal(t, b.SetSetting(b.ctx, b.custodian, "name.islamic-state", 1, "x"), ErrConflict, 0)
	refusal(t, b.SetSetting(b.ctx, b.custodian, "Name", 0, "x"), ErrBounds, 0)
	refusal(t, b.SetSetting(b.ctx, b.custodian, "name", 0, strings.Repeat("x", MaxSetting+1)), ErrBounds, 0)
	if v, ok, err := b.Configured(b.ctx, "name.islamic-state"); v != "ISIL" || !ok || err != nil {
		t.Errorf("configured: %q %v %v", v, ok, err)
	}
	if v, ok, err := b.Configured(b.ctx, "unset"); v != "" || ok || err != nil {
		t.Errorf("unset: %q %v %v", v, ok, err)
	}
	all, err := b.Settings(b.ctx, b.inspector)
	must(t, err)
	if len(all) != 1 || all[0].Login != "irq.cust" || all[0].Version != 2 {
		t.Errorf("settings: %+v", all)
	}
	if row := b.lastRow(); strings.Contains(row.Detail, "ISIL") {
		t.Errorf("the value is in the audit log: %+v", row)
	}
}

// A model of drafts and decisions: whatever officers do in whatever order, what
// leaves was approved, as it is, by somebody who wrote nothing of it.
func TestReleaseModel(t *testing.T) {
	b := newBed(t)
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		type draft struct {
			text    string
			authors map[string]bool
			planned bool
			left    bool
			gone    bool
		}
		type decision struct {
			ids      []string
			texts    map[string]string
			digest   Digest
			preparer string
			approver string
			state    DecisionState
		}
		drafts := map[string]*draft{}
		decisions := map[string]*decision{}
		var draftIDs, decisionIDs []string
		officers := []Officer{b.duty, b.analyst, b.fdo, b.fdo2}
		may := func(o Officer, op Op) bool { return Authorise(o, op) == nil }
		openOf := func(id string) string {
			for k, d := range decisions {
				if slices.Contains(d.ids, id) && d.state < Done {
					return k
				}
			}
			return ""
		}
		anyDraft := func() string { return rapid.SampledFrom(draftIDs).Draw(rt, "draft") }
		anyDecision := func() string { return rapid.SampledFrom(decisionIDs).Draw(rt, "decision") }
		who := func() Officer { return rapid.SampledFrom(officers).Draw(rt, "officer") }
		agree := func(err error, want bool, what string) bool {
			if (err == nil) != want {
				rt.Fatalf("%s: %v, the model says %v", what, err, want)
			}
			return want
		}
		rt.Repeat(map[string]func(*rapid.T){
			"create": func(*rapid.T) {
				o := who()
				n++
				text := fmt.Sprint("text ", n)
				d, err := b.CreateDraft(b.ctx, o, Content{Kind: "report", Bytes: []byte(text)})
				if agree(err, may(o, OpDraftSave), "create") {
					drafts[d.ID] = &draft{text: text, authors: map[string]bool{o.Login: true}}
					draftIDs = append(draftIDs, d.ID)
				}
			},
			"save": func(rt *rapid.T) {
				if len(draftIDs) == 0 {
					rt.Skip()
				}
				o, id := who(), anyDraft()
				m, open := drafts[id], openOf(id)
				n++
				text := fmt.Sprint("text ", n)
				cur := b.load(id)
				_, err := b.SaveDraft(b.ctx, o, id, cur.ETag(), Content{Kind: "report", Bytes: []byte(text)})
				can := may(o, OpDraftSave) && !m.left && !m.gone && (open == "" || decisions[open].state != Leaving)
				if agree(err, can, "save") {
					m.text, m.planned, m.authors[o.Login] = text, false, true
					if open != "" {
						decisions[open].state = Void
					}
				}
			},
			"discard": func(rt *rapid.T) {
				if len(draftIDs) == 0 || rapid.IntRange(0, 3).Draw(rt, "rare") > 0 {
					rt.Skip()
				}
				o, id := who(), anyDraft()
				m, open := drafts[id], openOf(id)
				err := b.DiscardDraft(b.ctx, o, id, b.load(id).ETag())
				can := may(o, OpDraftDiscard) && may(o, OpDraftSave) && !m.left && !m.gone && (open == "" || decisions[open].state != Leaving)
				if agree(err, can, "discard") {
					m.gone = true
					if open != "" {
						decisions[open].state = Void
					}
				}
			},
			"plan": func(rt *rapid.T) {
				if len(draftIDs) == 0 {
					rt.Skip()
				}
				o, id := who(), anyDraft()
				m := drafts[id]
				err := b.PlanDrafts(b.ctx, o, Plan{Draft: id, Content: b.load(id).Digest, Plan: somePlan})
				if agree(err, may(o, OpDraftPlan) && !m.left && !m.gone && openOf(id) == "", "plan") {
					m.planned = true
				}
			},
			"prepare": func(rt *rapid.T) {
				if len(draftIDs) == 0 {
					rt.Skip()
				}
				o := who()
				ids := rapid.SliceOfNDistinct(rapid.SampledFrom(draftIDs), 1, min(3, len(draftIDs)), rapid.ID[string]).Draw(rt, "drafts")
				can := may(o, OpReleasePrepare)
				texts := map[string]string{}
				for _, id := range ids {
					can = can && drafts[id].planned && !drafts[id].left && !drafts[id].gone && openOf(id) == ""
					texts[id] = drafts[id].text
				}
				p, err := b.PrepareRelease(b.ctx, o, Release{Drafts: ids})
				if agree(err, can, "prepare") {
					decisions[p.ID] = &decision{ids: ids, texts: texts, digest: p.Digest, preparer: o.Login}
					decisionIDs = append(decisionIDs, p.ID)
				}
			},
			"approve": func(rt *rapid.T) {
				if len(decisionIDs) == 0 {
					rt.Skip()
				}
				o, id := who(), anyDecision()
				m := decisions[id]
				can := may(o, OpReleaseApprove) && m.state == Prepared && m.preparer != o.Login
				for _, d := range m.ids {
					can = can && !drafts[d].authors[o.Login]
				}
				_, err := b.ApproveRelease(b.ctx, o, id, m.digest)
				if agree(err, can, "approve") {
					m.state, m.approver = Approved, o.Login
				}
			},
			"withdraw": func(rt *rapid.T) {
				if len(decisionIDs) == 0 || rapid.IntRange(0, 3).Draw(rt, "rare") > 0 {
					rt.Skip()
				}
				o, id := who(), anyDecision()
				m := decisions[id]
				err := b.WithdrawRelease(b.ctx, o, id, "withdrawn")
				if agree(err, m.state <= Approved && (o.Login == m.preparer || o.Login == m.approver), "withdraw") {
					m.state = Withdrawn
				}
			},
			"begin": func(rt *rapid.T) {
				if len(decisionIDs) == 0 {
					rt.Skip()
				}
				id := anyDecision()
				m := decisions[id]
				_, err := b.BeginRelease(b.ctx, id)
				if agree(err, m.state == Approved || m.state == Leaving, "begin") {
					m.state = Leaving
				}
			},
			"leave": func(rt *rapid.T) {
				if len(decisionIDs) == 0 {
					rt.Skip()
				}
				id := anyDecision()
				m := decisions[id]
				list, err := b.LeavingDrafts(b.ctx, id, "", 0)
				if !agree(err, m.state == Leaving, "leave") {
					return
				}
				var left []Left
				for _, d := range list {
					if string(d.Content) != m.texts[d.ID] {
						rt.Fatalf("%q leaves, %q was approved", d.Content, m.texts[d.ID])
					}
					if drafts[d.ID].authors[m.approver] || m.approver == m.preparer || m.approver == "" {
						rt.Fatalf("%s approved its own draft", m.approver)
					}
					left = append(left, Left{Draft: d.ID, Positions: []Position{{Incarnation: 1, Sequence: 1}}})
				}
				done, err := b.CompleteRelease(b.ctx, id, left...)
				if err != nil || !done || len(left) != len(m.ids) {
					rt.Fatalf("%d of %d left, done %v, %v", len(left), len(m.ids), done, err)
				}
				m.state = Done
				for _, d := range m.ids {
					drafts[d].left = true
				}
			},
			"": func(rt *rapid.T) {
				for id, m := range decisions {
					if got := b.decision(id); got.State != m.state {
						rt.Fatalf("decision is %s, the model says %s", stateName(got.State), stateName(m.state))
					}
				}
				for id, m := range drafts {
					want := Drafted
					switch {
					case m.left:
						want = Released
					case m.gone:
						want = Discarded
					case m.planned:
						want = Planned
					}
					if got := b.load(id); got.State != want || got.Decision != openOf(id) {
						rt.Fatalf("draft %+v, the model says state %d in decision %q", got, want, openOf(id))
					}
				}
			},
		})
	})
	if _, faults, err := b.VerifyAudit(b.ctx, b.inspector); err != nil || len(faults) > 0 {
		t.Errorf("audit: %v %v", faults, err)
	}
}
