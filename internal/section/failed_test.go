package section

import "testing"

// A release that could not leave waits for somebody until each of its drafts that
// did not leave was changed, given up or put up again; and it has a name in lists.
func TestFailedReleaseWaitsForSomebody(t *testing.T) {
	failed := func(b *bed, ids ...string) Decision {
		t.Helper()
		p := b.prepared(ids...)
		_, err := b.ApproveRelease(b.ctx, b.fdo, p.ID, p.Digest)
		must(t, err)
		_, err = b.BeginRelease(b.ctx, p.ID)
		must(t, err)
		must(t, b.FailRelease(b.ctx, p.ID, "no line to anybody"))
		return p
	}
	count := func(b *bed, want int, when string) {
		t.Helper()
		n, err := b.CountFailed(b.ctx)
		must(t, err)
		if n != want {
			t.Errorf("%s %d failed releases wait, want %d", when, n, want)
		}
	}
	b := newBed(t)
	one, two, three := b.planned("one"), b.planned("two"), b.planned("three")
	count(b, 0, "at first")
	p := failed(b, one.ID, two.ID)
	q := failed(b, three.ID)
	count(b, 2, "after two failed")
	first, err := b.FirstDrafts(b.ctx, b.fdo, []string{p.ID, q.ID, "nothing"})
	must(t, err)
	if len(first) != 2 || first[q.ID].Kind != three.Kind || string(first[q.ID].Head) != "three" {
		t.Errorf("the first drafts are %+v", first)
	}

	got := b.load(one.ID)
	must(t, b.DiscardDraft(b.ctx, b.duty, got.ID, got.ETag()))
	count(b, 2, "with one draft of two given up")
	got = b.load(two.ID)
	_, err = b.SaveDraft(b.ctx, b.duty, got.ID, got.ETag(), Content{Kind: "report", Bytes: []byte("two, changed")})
	must(t, err)
	count(b, 1, "with the other one changed")
	again := b.prepared(three.ID)
	count(b, 0, "with the third put up again")
	must(t, b.WithdrawRelease(b.ctx, b.duty, again.ID, "not now"))
	count(b, 0, "with the third taken back by somebody")

	four, five := b.planned("four"), b.planned("five")
	failed(b, four.ID, five.ID)
	count(b, 1, "after another failed")
	for _, d := range []Draft{four, five} {
		got := b.load(d.ID)
		must(t, b.DiscardDraft(b.ctx, b.duty, got.ID, got.ETag()))
	}
	count(b, 0, "with all of it given up")
}

// A list of drafts shows the beginning of each but of those that the officer who
// reads it may not read (rule 22).
func TestListsLeaveOutWhatMayNotBeRead(t *testing.T) {
	b := newBed(t)
	for _, c := range []Content{{Kind: "request", Bytes: []byte("lorries")}, {Kind: KindRedress, Bytes: []byte("a person")}} {
		who := b.duty
		if c.Kind == KindRedress {
			who = b.dpo
		}
		_, err := b.CreateDraft(b.ctx, who, c)
		must(t, err)
	}
	for _, c := range []struct {
		who  Officer
		want string
	}{{b.duty, ""}, {b.dpo, "a person"}} {
		page, err := b.Drafts(b.ctx, c.who, DraftQuery{})
		must(t, err)
		heads := map[string]string{}
		for _, d := range page {
			heads[d.Kind] = string(d.Head)
		}
		if len(page) != 2 || heads["request"] != "lorries" || heads[KindRedress] != c.want {
			t.Errorf("%s reads %v", c.who.Login, heads)
		}
	}
}
