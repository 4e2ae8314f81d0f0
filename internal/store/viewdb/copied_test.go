package viewdb

import (
	"context"
	"errors"
	"testing"
)

// A portion is its originator's, whoever handed out a copy of it first: the
// originator's recall takes back every view of it, the copier's none; and it does
// not matter which of view, copy and recall came first.
func TestACopyGivesNoRight(t *testing.T) {
	ctx := context.Background()
	copied := stated(1)
	copied.Unnamed = true
	copyOf := func(i int64) Batch {
		return Batch{Cursor: i + 1, Reports: []Report{{Index: i, ID: "a", Originator: "RUS", Portions: []Portion{copied}, Act: []byte("a")}}}
	}
	original := func(i int64) Batch {
		return Batch{Cursor: i + 1, Reports: []Report{{Index: i, ID: "b", Originator: "IRQ", Portions: []Portion{stated(1)}, Act: []byte("b")}}}
	}
	recall := func(by string) func(i int64) Batch {
		return func(i int64) Batch { return says(i, by, "recall", stated(1)) }
	}
	for name, c := range map[string]struct {
		log   []func(i int64) Batch
		shown bool
	}{
		"the originator, after both":         {[]func(int64) Batch{copyOf, original, recall("IRQ")}, false},
		"the originator, before its view":    {[]func(int64) Batch{copyOf, recall("IRQ"), original}, false},
		"the originator, before both":        {[]func(int64) Batch{recall("IRQ"), copyOf, original}, false},
		"the copier, after both":             {[]func(int64) Batch{copyOf, original, recall("RUS")}, true},
		"the copier, before the originator":  {[]func(int64) Batch{copyOf, recall("RUS"), original}, true},
		"the copier, before everything":      {[]func(int64) Batch{recall("RUS"), copyOf, original}, true},
		"a stranger, after both":             {[]func(int64) Batch{copyOf, original, recall("SYR")}, true},
		"the originator, the copy came last": {[]func(int64) Batch{original, recall("IRQ"), copyOf}, false},
	} {
		v := open(t, t.TempDir())
		for i, b := range c.log {
			apply(t, v, b(int64(i)))
		}
		for _, id := range []string{"a", "b"} {
			_, err := v.Get(ctx, id)
			if c.shown && err != nil || !c.shown && !errors.Is(err, ErrNotFound) {
				t.Errorf("%s recalls: view %s: %v, want shown %v", name, id, err, c.shown)
			}
		}
	}
}

// What another stated under the same id is not recalled with it.
func TestARecallIsOfOneDigest(t *testing.T) {
	ctx := context.Background()
	v := open(t, t.TempDir())
	other := stated(1)
	other.Digest[31]++
	apply(t, v, Batch{Cursor: 2, Reports: []Report{
		{Index: 0, ID: "a", Originator: "RUS", Portions: []Portion{other}, Act: []byte("a")},
		{Index: 1, ID: "b", Originator: "IRQ", Portions: []Portion{stated(1)}, Act: []byte("b")},
	}})
	apply(t, v, says(2, "RUS", "recall", other))
	if _, err := v.Get(ctx, "b"); err != nil {
		t.Errorf("RUS recalls its own portion, and IRQ's of the same id is gone: %v", err)
	}
	apply(t, v, says(3, "IRQ", "recall", stated(1)))
	if _, err := v.Get(ctx, "b"); !errors.Is(err, ErrNotFound) {
		t.Errorf("IRQ recalls its own portion, whose id RUS used first: %v", err)
	}
}
