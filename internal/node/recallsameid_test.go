package node

import (
	"context"
	"errors"
	"testing"
	"time"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// A portion is known by id and digest together (spec/act.md, "Ids"): a doubt
// about what IRN gave RUS under the id of a portion of RUS's own goes to IRN, and
// to none of those who hold RUS's; nor does it stand against RUS's.
func TestADoubtGoesToThoseWhoHoldWhatItIsAbout(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	h.releaseReport("RUS", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(mark("RESTRICTED", "RUS", four...), "RUS", "a bridge is vermilion")}})
	own := h.cite("RUS", "vermilion")
	h.find("IRN", viewdb.Query{Text: "vermilion"}, 1)
	in := portion(mark("RESTRICTED", "IRN", "IRN", "RUS"), "IRN", "a heliotrope tower")
	in.ID, in.Salt = own.Portion, string(act.NewID())
	made, err := act.NewPortion(in)
	check(t, err)
	v, err := act.BuildView(act.View{Type: act.INTREP, Title: "A tower", Written: time.Now().UTC().Truncate(time.Minute), To: label.Members("IRN", "RUS"), Label: in.Label}, []act.Portion{made})
	check(t, err)
	h.speaks("IRN", v.Raw, "RUS")
	h.find("RUS", viewdb.Query{Text: "heliotrope"}, 1)
	doubt := Recall{Kind: act.RecallDoubt, Reason: act.ReasonError, Text: "the tower is elsewhere", Portions: []act.PortionRef{{Portion: made.ID, Digest: made.Digest}}}
	x := h.recall("RUS", doubt)
	if len(x.Acts) != 1 || len(x.Acts[0].To) != 1 || x.Acts[0].To[0] != "IRN" {
		t.Errorf("the doubt about IRN's portion goes out as %d acts, the first to %v", len(x.Acts), x.Acts[0].To)
	}
	h.said("RUS", act.TypeRecall, len(x.Acts))
	h.atRest(four...)
	rows, err := h.nodes["RUS"].ledger(ctx, LedgerQuery{Portion: own.Portion})
	check(t, err)
	if len(rows) != 3 {
		t.Errorf("%d members hold RUS's portion", len(rows))
	}
	for _, d := range rows {
		if d.Standing.Kind != "" || d.Followed != "" {
			t.Errorf("RUS doubts IRN's portion, and in the ledger its own at %s is %q, %q", d.Holder, d.Standing.Kind, d.Followed)
		}
	}
	fdo := h.officer("RUS", "fdo", section.RoleRelease)
	wrong := Recall{Kind: act.RecallWithdrawn, Reason: act.ReasonError, Portions: []act.PortionRef{{Portion: own.Portion, Digest: made.Digest}}}
	var refused *Refused
	if _, err := h.nodes["RUS"].IssueRecall(ctx, fdo, wrong); !errors.As(err, &refused) || refused.Findings[0].Code != CodeNotOwn {
		t.Errorf("RUS takes back IRN's portion: %v", err)
	}
	wrong.Portions[0].Digest[0]++
	if _, err := h.nodes["RUS"].IssueRecall(ctx, fdo, wrong); !errors.As(err, &refused) || refused.Findings[0].Code != CodeNoPortion {
		t.Errorf("RUS takes back what is nowhere: %v", err)
	}
	// And its own it may still doubt for the same reason.
	mine := doubt
	mine.Portions = []act.PortionRef{{Portion: own.Portion, Digest: own.Digest}}
	if got, err := h.nodes["RUS"].IssueRecall(ctx, fdo, mine); err != nil || len(got.Acts) != 3 {
		t.Errorf("a doubt about the own portion: %v", err)
	}
}
