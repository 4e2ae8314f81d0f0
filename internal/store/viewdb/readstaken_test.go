package viewdb

import (
	"context"
	"fmt"
	"testing"
)

// What was taken back is not counted.
func TestWhatWasTakenBackIsNotCounted(t *testing.T) {
	ctx := context.Background()
	v := open(t, t.TempDir())
	apply(t, v, Batch{Cursor: 1, Reports: []Report{{Index: 0, ID: "a", Originator: "IRQ", Portions: []Portion{stated(1)}, Act: []byte("a")}}})
	apply(t, v, Batch{Cursor: 2, Withdrawn: []Withdrawn{{Report: 0, Word: 1, Originator: "IRQ"}}})
	c, err := v.Counts(ctx)
	rows, ferr := v.Find(ctx, Query{})
	if err != nil || ferr != nil || int(c.Reports) != len(rows) {
		t.Errorf("%d reports are counted, %d shown (%v %v)", c.Reports, len(rows), err, ferr)
	}
}

// Two recalls before the log; the end of one must not end the other.
func TestAProvisionalReviewOutlivesAnother(t *testing.T) {
	ctx := context.Background()
	v := open(t, t.TempDir())
	apply(t, v, Batch{Cursor: 3, Reports: []Report{
		{Index: 0, ID: "a", Originator: "IRN", Portions: []Portion{stated(1)}, Act: []byte("a")},
		{Index: 1, ID: "b", Originator: "SYR", Portions: []Portion{stated(2)}, Act: []byte("b")},
		{Index: 2, ID: "c", Originator: "RUS", Portions: []Portion{{ID: pid(3), Digest: stated(3).Digest, Cites: []Cite{
			{ID: pid(1), Digest: stated(1).Digest, Originator: "IRN"}, {ID: pid(2), Digest: stated(2).Digest, Originator: "SYR"}}}}, Act: []byte("c")},
	}})
	for _, r := range []Recall{
		{Act: "1", By: "IRN", Kind: "recall", Reason: "error", Portions: []Portion{stated(1)}},
		{Act: "2", By: "SYR", Kind: "recall", Reason: "error", Portions: []Portion{stated(2)}},
	} {
		if _, err := v.Provisionally(ctx, []Recall{r}); err != nil {
			t.Fatal(err)
		}
	}
	if err := v.EndProvisional(ctx, "1", "IRN"); err != nil {
		t.Fatal(err)
	}
	if c, err := v.Get(ctx, "c"); err != nil || c.Review != 1 {
		t.Errorf("SYR's recall still stands, but what rests on it is under review no more: %+v %v", c.Row, err)
	}
}

// What is listed in a withdrawn portion is named no more.
func TestAWithdrawnListingIsNotNamed(t *testing.T) {
	ctx := context.Background()
	v := open(t, t.TempDir())
	apply(t, v, Batch{Cursor: 1, Reports: []Report{{Index: 0, ID: "a", Originator: "IRN", Portions: []Portion{stated(1), stated(2)}, Act: []byte("a"),
		Listings: []Designation{{Authority: "UN", List: "L", Reference: "1", Kind: "person", Name: "recalled name", Status: "in force"}, {Authority: "UN", List: "L", Reference: "2", Kind: "person", Name: "other", Status: "in force"}}}}})
	apply(t, v, says(1, "IRN", "recall", stated(1)))
	if ls, err := v.Designations(ctx, "", 10); err != nil || len(ls) != 1 {
		t.Fatalf("%v %v", ls, err)
	}
	if ls, err := v.ListingOf(ctx, "UN/L/1"); err != nil || len(ls) != 0 {
		t.Errorf("ListingOf names %v (%v)", ls, err)
	}
	if ls, err := v.ListedActs(ctx, -1, 0, 10); err != nil || len(ls) != 1 {
		t.Errorf("ListedActs names %d (%v)", len(ls), err)
	}
}

// A report by another that names it as superseded does not end a review.
func TestAnotherMemberSupersedesNothing(t *testing.T) {
	ctx := context.Background()
	v := open(t, t.TempDir())
	apply(t, v, Batch{Cursor: 2, Reports: []Report{
		{Index: 0, ID: "a", Originator: "IRN", Portions: []Portion{stated(1)}, Act: []byte("a")},
		{Index: 1, ID: "b", Originator: "RUS", Own: true, Recipients: []string{"SYR"}, Portions: []Portion{{ID: pid(3), Digest: stated(3).Digest, Cites: []Cite{{ID: pid(1), Digest: stated(1).Digest, Originator: "IRN"}}}}, Act: []byte("b")},
		{Index: 2, ID: "c", Originator: "SYR", Supersedes: "b", Portions: []Portion{stated(4)}, Act: []byte("c")}, // SYR, who reads b
	}})
	apply(t, v, says(3, "IRN", "recall", stated(1)))
	if rows, err := v.UnderReview(ctx, true, 0, 10); err != nil || len(rows) != 1 {
		t.Errorf("UnderReview: %d (%v), SYR's report hides RUS's own from its list", len(rows), err)
	}
	if rows, err := v.Untold(ctx, 10); err != nil || len(rows) != 1 {
		t.Errorf("Untold: %d (%v), RUS's readers are never told", len(rows), err)
	}
	if rows, err := v.MadeOf(ctx, 3, 10); err != nil || len(rows) != 1 {
		t.Errorf("MadeOf: %d (%v), RUS would say that it is complete", len(rows), err)
	}
	if b, err := v.Get(ctx, "b"); err != nil || b.SupersededBy != "" {
		t.Errorf("RUS's report shows as replaced by %q of SYR", b.SupersededBy)
	}
}

// What is said of a doubt does not hang on whether its view came first.
func TestWhatClearedComesToDoesNotHangOnItsView(t *testing.T) {
	ctx := context.Background()
	heard := func(first bool) (out []Effect) {
		v := open(t, t.TempDir())
		r := Batch{Cursor: 1, Reports: []Report{{Index: 0, ID: "a", Originator: "IRN", Portions: []Portion{stated(1)}, Act: []byte("a")}}}
		at := int64(0)
		if first {
			apply(t, v, r)
			at = 1
		}
		apply(t, v, says(at, "RUS", "doubt", stated(1)))
		apply(t, v, says(at+1, "RUS", "cleared", stated(1)))
		if !first {
			r.Reports[0].Index, r.Cursor = 2, 3
			apply(t, v, r)
		}
		for _, i := range []int64{at, at + 1} {
			h, err := v.HeardOf(ctx, fmt.Sprintf("%032x", i), "RUS")
			if err != nil || len(h) != 1 {
				t.Fatal(h, err)
			}
			out = append(out, h[0].Effect)
		}
		return out
	}
	if a, b := heard(true), heard(false); fmt.Sprint(a) != fmt.Sprint(b) {
		t.Errorf("view first %v, view last %v", a, b)
	}
}
