package section

import (
	"errors"
	"testing"
)

// A draft whose review is overdue is hidden from all but those who review and
// inspect, wherever drafts are listed: in an import too, which lists contents.
func TestADraftWhoseReviewIsOverdueIsInNoList(t *testing.T) {
	now := int64(100)
	b := newBedWith(t, Options{LogTime: func() int64 { return now }})
	x := b.batch()
	made := b.importing(x.ID, item("a", "A"), item("b", "B"))
	_, err := b.LookForReviews(b.ctx, 10, func(_ string, content []byte) int64 {
		if string(content) == "A" {
			return 200
		}
		return 0
	})
	must(t, err)
	seen := func(o Officer) (out string) {
		t.Helper()
		page, err := b.BatchDrafts(b.ctx, o, x.ID, "", 10)
		must(t, err)
		list, err := b.Drafts(b.ctx, o, DraftQuery{Limit: 10})
		must(t, err)
		if len(page) != len(list) {
			t.Errorf("%s sees %d drafts of the import, and %d in the list", o.Login, len(page), len(list))
		}
		for _, d := range page {
			out += string(d.Content)
		}
		return out
	}
	for _, c := range []struct {
		at     int64
		o      Officer
		hidden bool
	}{{199, b.analyst, false}, {200, b.analyst, true}, {200, b.duty, true}, {200, b.dpo, false}, {200, b.inspector, false}} {
		now = c.at
		got := seen(c.o)
		if len(got) != 2 && !c.hidden || c.hidden && got != "B" {
			t.Errorf("at %d %s sees %q", c.at, c.o.Login, got)
		}
		if _, err := b.Draft(b.ctx, c.o, made[0].Draft); errors.Is(err, ErrNotFound) != c.hidden {
			t.Errorf("at %d %s reads it: %v", c.at, c.o.Login, err)
		}
	}
}
