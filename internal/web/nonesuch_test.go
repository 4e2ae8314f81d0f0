package web

import (
	"errors"
	"fmt"
	"testing"

	"entente/internal/store/viewdb"
	"entente/internal/web/api"
)

// What is not here is named for what it is, with the list of what there is, and
// alike whether it never was or is another member's; any other error stays.
func TestNoneSuchNamesTheThing(t *testing.T) {
	want := "no recall of that id is here: entente recall list shows those that are"
	for _, err := range []error{viewdb.ErrNotFound, fmt.Errorf("of another member: %w", viewdb.ErrNotFound)} {
		var p *problem
		if got := noneSuch(err, "recall", "entente recall list"); !errors.As(got, &p) || p.body.Code != api.CodeNotFound || p.body.Message != want || p.status != 404 {
			t.Errorf("%v", got)
		}
	}
	if other := errors.New("quincunx"); noneSuch(other, "recall", "entente recall list") != other {
		t.Error("another error is changed")
	}
}
