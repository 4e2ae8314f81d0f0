package section

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func item(key, text string) ImportItem {
	return ImportItem{Key: key, Source: ContentDigest(Content{Kind: "source", Bytes: []byte(text)}), Content: Content{Kind: "report", Bytes: []byte(text)}}
}

// outcomes is what became of the items, as "added same changed ...".
func outcomes(list []Imported) string {
	names := [...]string{"added", "same", "changed"}
	var out []string
	for _, x := range list {
		out = append(out, names[x.Outcome])
	}
	return strings.Join(out, " ")
}

func (b *bed) batch() Batch {
	b.t.Helper()
	x, err := b.OpenBatch(b.ctx, b.duty, "un-list", "consolidated.xml")
	must(b.t, err)
	return x
}

func (b *bed) importing(batch string, items ...ImportItem) []Imported {
	b.t.Helper()
	out, err := b.ImportDrafts(b.ctx, b.duty, batch, "", items)
	must(b.t, err)
	return out
}

func TestImportTakesInOnce(t *testing.T) {
	b := newBed(t)
	one := b.batch()
	first := b.importing(one.ID, item("a", "A"), item("b", "B"), item("c", "C"))
	if outcomes(first) != "added added added" {
		t.Fatalf("first: %+v", first)
	}
	for _, x := range first {
		d := b.load(x.Draft)
		if string(d.Content) != strings.ToUpper(x.Key) || d.Batch != one.ID || d.State != Drafted {
			t.Errorf("%s: %+v", x.Key, d)
		}
	}
	// The same file again, in another run: nothing is taken in.
	two := b.batch()
	again := b.importing(two.ID, item("c", "C"), item("b", "B2"), item("d", "D"))
	if outcomes(again) != "same changed added" || again[0].Draft != first[2].Draft || again[1].Draft != first[1].Draft || again[1].Previous != "" {
		t.Errorf("again: %+v", again)
	}
	if got := b.load(first[1].Draft); string(got.Content) != "B2" || got.Version != 2 {
		t.Errorf("changed: %+v", got)
	}
	// The keys of another kind of source are another room.
	other, err := b.OpenBatch(b.ctx, b.duty, "misp", "feed")
	must(t, err)
	if out := b.importing(other.ID, item("a", "A")); outcomes(out) != "added" {
		t.Errorf("another kind of source: %+v", out)
	}
	got, err := b.Batch(b.ctx, b.duty, two.ID)
	must(t, err)
	if got.Added != 1 || got.Changed != 1 || got.Same != 1 {
		t.Errorf("counts: %+v", got)
	}
}

// What was released is not written over: the new form is a new draft that names
// the old one.
func TestImportAfterRelease(t *testing.T) {
	b := newBed(t)
	x := b.batch()
	ids := map[string]string{}
	for _, r := range b.importing(x.ID, item("released", "1"), item("approved", "1"), item("leaving", "1"), item("discarded", "1")) {
		ids[r.Key] = r.Draft
		d := b.load(r.Draft)
		must(t, b.PlanDrafts(b.ctx, b.duty, Plan{Draft: d.ID, Content: d.Digest, Plan: somePlan}))
	}
	decided := map[string]Decision{}
	for _, key := range []string{"released", "approved", "leaving"} {
		p := b.prepared(ids[key])
		p, err := b.ApproveRelease(b.ctx, b.fdo, p.ID, p.Digest)
		must(t, err)
		if key != "approved" {
			_, err = b.BeginRelease(b.ctx, p.ID)
			must(t, err)
		}
		decided[key] = p
	}
	_, err := b.CompleteRelease(b.ctx, decided["released"].ID, Left{Draft: ids["released"], Positions: []Position{{Incarnation: 1, Sequence: 1}}})
	must(t, err)
	must(t, b.DiscardDraft(b.ctx, b.duty, ids["discarded"], b.load(ids["discarded"]).ETag()))

	again := b.importing(x.ID, item("discarded", "1"))
	if outcomes(again) != "same" {
		t.Errorf("an unchanged item that was discarded came back: %+v", again)
	}
	for _, r := range b.importing(x.ID, item("released", "2"), item("approved", "2"), item("leaving", "2"), item("discarded", "2")) {
		switch r.Key {
		case "approved": // written over, and the approval is void
			if r.Draft != ids[r.Key] || r.Previous != "" || b.decision(decided[r.Key].ID).State != Void {
				t.Errorf("%s: %+v", r.Key, r)
			}
		case "released", "leaving":
			if r.Draft == ids[r.Key] || r.Previous != ids[r.Key] || string(b.load(ids[r.Key]).Content) != "1" {
				t.Errorf("%s: %+v", r.Key, r)
			}
		case "discarded":
			if r.Draft == ids[r.Key] || r.Previous != "" {
				t.Errorf("%s: %+v", r.Key, r)
			}
		}
		if string(b.load(r.Draft).Content) != "2" {
			t.Errorf("%s: %+v", r.Key, b.load(r.Draft))
		}
	}
	if out := b.importing(x.ID, item("released", "2")); outcomes(out) != "same" {
		t.Errorf("the second form again: %+v", out)
	}
}

// An importer that is killed anywhere goes on from the stored position and
// takes every item in exactly once, whatever its chunks are.
func TestImportResumes(t *testing.T) {
	b := newBed(t)
	run := 0
	rapid.Check(t, func(rt *rapid.T) {
		run++
		kind := fmt.Sprintf("kind-%d", run)
		x, err := b.OpenBatch(b.ctx, b.duty, kind, "file")
		must(t, err)
		n := rapid.IntRange(1, 200).Draw(rt, "items")
		items := make([]ImportItem, n)
		for i := range items {
			items[i] = item(fmt.Sprint(i), fmt.Sprintf("%d of %d", i, run))
		}
		at, added := 0, 0
		for at < n {
			size := min(n-at, rapid.SampledFrom([]int{1, 63, 64, 65, 128, 129}).Draw(rt, "chunk"))
			out, err := b.ImportDrafts(b.ctx, b.duty, x.ID, fmt.Sprint(at+size), items[at:at+size])
			if err != nil {
				rt.Fatal(err)
			}
			for _, r := range out {
				if r.Outcome == ImportAdded {
					added++
				}
			}
			if rapid.Bool().Draw(rt, "killed") {
				// The importer begins again; its position is what was stored,
				// or, had it lost that, the beginning.
				got, err := b.Batch(b.ctx, b.duty, x.ID)
				if err != nil {
					rt.Fatal(err)
				}
				fmt.Sscan(got.Position, &at)
				if rapid.IntRange(0, 4).Draw(rt, "lost") == 0 {
					at = 0
				}
			} else {
				at += size
			}
			if added > n {
				rt.Fatalf("%d of %d added", added, n)
			}
		}
		if added != n {
			rt.Fatalf("%d of %d added", added, n)
		}
		seen := map[string]bool{}
		after := ""
		for {
			page, err := b.BatchDrafts(b.ctx, b.duty, x.ID, after, 100)
			must(t, err)
			if len(page) == 0 {
				break
			}
			for _, d := range page {
				seen[string(d.Content)] = true
				after = d.ID
			}
		}
		if len(seen) != n {
			rt.Fatalf("%d drafts, want %d", len(seen), n)
		}
	})
}

func TestReleaseOfAnImport(t *testing.T) {
	b := newBed(t)
	x := b.batch()
	var items []ImportItem
	for i := range 150 {
		items = append(items, item(fmt.Sprint(i), fmt.Sprint("text ", i)))
	}
	out := b.importing(x.ID, items...)
	_, err := b.PrepareRelease(b.ctx, b.duty, Release{Batch: x.ID})
	refusal(t, err, ErrState, 0)
	var plans []Plan
	for i, r := range out[:140] {
		plans = append(plans, Plan{Draft: r.Draft, Content: ContentDigest(items[i].Content), Plan: somePlan})
	}
	// All of them or none.
	bad := append(slices.Clone(plans), Plan{Draft: out[149].Draft, Content: Digest{1}, Plan: somePlan})
	refusal(t, b.PlanDrafts(b.ctx, b.duty, bad...), ErrConflict, 0)
	if b.load(out[0].Draft).State != Drafted {
		t.Error("half of the plans were stored")
	}
	must(t, b.PlanDrafts(b.ctx, b.duty, plans...))
	p, err := b.PrepareRelease(b.ctx, b.duty, Release{Batch: x.ID})
	must(t, err)
	if p.Subjects != 140 {
		t.Errorf("%d subjects, want those 140 that are planned", p.Subjects)
	}
	var seen int
	after := ""
	for {
		page, err := b.Subjects(b.ctx, b.fdo, p.ID, after, 50)
		must(t, err)
		if len(page) == 0 {
			break
		}
		seen += len(page)
		after = page[len(page)-1].Draft
	}
	if seen != 140 {
		t.Errorf("%d subjects listed", seen)
	}
	_, err = b.ApproveRelease(b.ctx, b.fdo, p.ID, p.Digest)
	must(t, err)
	// The same drafts named one by one are another decision with the same
	// content, hence the same digest.
	must(t, b.WithdrawRelease(b.ctx, b.duty, p.ID, "by name"))
	var ids []string
	for _, r := range out[:140] {
		ids = append(ids, r.Draft)
	}
	if q := b.prepared(ids...); q.Digest != p.Digest {
		t.Error("the digest depends on how the drafts were named")
	}
}

func TestDiscardBatch(t *testing.T) {
	b := newBed(t)
	x, y := b.batch(), b.batch()
	b.importing(y.ID, item("other", "other"))
	out := b.importing(x.ID, item("a", "A"), item("b", "B"), item("c", "C"))
	d := b.load(out[0].Draft)
	must(t, b.PlanDrafts(b.ctx, b.duty, Plan{Draft: d.ID, Content: d.Digest, Plan: somePlan}))
	b.prepared(d.ID)
	n, err := b.DiscardBatch(b.ctx, b.duty, x.ID)
	must(t, err)
	if n != 2 || b.load(out[0].Draft).State != Planned || b.load(out[1].Draft).State != Discarded || len(b.load(out[1].Draft).Content) != 0 {
		t.Errorf("%d discarded, %+v", n, b.load(out[1].Draft))
	}
	// Discarded as a whole, the items can be taken in again.
	if again := b.importing(y.ID, item("a", "A"), item("b", "B"), item("other", "other")); outcomes(again) != "same added same" {
		t.Errorf("again: %+v", again)
	}
	_, err = b.DiscardBatch(b.ctx, b.duty, newID())
	refusal(t, err, ErrNotFound, 0)
}

func TestImportInBounds(t *testing.T) {
	b := newBed(t)
	x := b.batch()
	large := make([]ImportItem, 17)
	for i := range large {
		large[i] = item(fmt.Sprint(i), strings.Repeat("x", MaxDraft))
	}
	for name, items := range map[string][]ImportItem{
		"nothing":      {},
		"too many":     make([]ImportItem, MaxImport+1),
		"too large":    large,
		"key twice":    {item("a", "A"), item("a", "B")},
		"no key":       {item("", "A")},
		"key too long": {item(strings.Repeat("a", 201), "A")},
		"no content":   {item("a", "")},
		"redress":      {{Key: "a", Content: Content{Kind: KindRedress, Bytes: []byte("x")}}},
		"its answer":   {{Key: "a", Content: Content{Kind: KindRedressAnswer, Bytes: []byte("x")}}},
	} {
		_, err := b.ImportDrafts(b.ctx, b.duty, x.ID, "", items)
		if !errors.Is(err, ErrBounds) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := b.ImportDrafts(b.ctx, b.duty, x.ID, strings.Repeat("x", maxPosition+1), []ImportItem{item("a", "A")})
	refusal(t, err, ErrBounds, 0)
	_, err = b.ImportDrafts(b.ctx, b.fdo, x.ID, "", []ImportItem{item("a", "A")})
	refusal(t, err, ErrForbidden, 2)
	_, err = b.ImportDrafts(b.ctx, b.duty, newID(), "", []ImportItem{item("a", "A")})
	refusal(t, err, ErrNotFound, 0)
	_, err = b.OpenBatch(b.ctx, b.duty, "UN list", "x")
	refusal(t, err, ErrBounds, 0)
	must(t, b.CloseBatch(b.ctx, b.duty, x.ID))
	refusal(t, b.CloseBatch(b.ctx, b.duty, x.ID), ErrState, 0)
	refusal(t, b.CloseBatch(b.ctx, b.duty, newID()), ErrNotFound, 0)
	_, err = b.ImportDrafts(b.ctx, b.duty, x.ID, "", []ImportItem{item("a", "A")})
	refusal(t, err, ErrState, 0)
	list, err := b.Batches(b.ctx, b.duty, time.Time{}, "", 10)
	must(t, err)
	if len(list) != 1 || !list[0].Closed {
		t.Errorf("imports: %+v", list)
	}
}
