package node

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"entente/act"
	"entente/internal/collect"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

const told = "BAIJI, 14 October 2015 (AFP) - At least nine people, including three children, were killed on Tuesday in clashes near Baiji. Colonel Karim Hassan said Daesh had left the town."

// read waits for what was read of a draft.
func (h *house) read(o section.Officer, q SuggestionQuery) Suggestions {
	h.t.Helper()
	limit := time.Now().Add(testPatience)
	for {
		got, err := h.nodes["IRQ"].SuggestionsSoon(context.Background(), o, q, 10*time.Second)
		check(h.t, err)
		if !got.Waiting {
			return got
		}
		if time.Now().After(limit) {
			h.t.Fatalf("it is not read: %+v", got)
		}
	}
}

// What is collected or saved is read; what is imported in bulk is read when it
// is a report.
func TestDraftsAreRead(t *testing.T) {
	h := newHouse(t, nil)
	h.start("IRQ")
	defer h.stopAll()
	n, duty := h.nodes["IRQ"], h.officer("IRQ", "duty", section.RoleDuty)
	ctx := context.Background()
	res, err := n.Collect(ctx, duty, CollectRequest{Kind: CollectText, Name: "a.txt", Reader: strings.NewReader(told), Origin: collect.Origin{Lang: "en"}})
	check(t, err)
	got := h.read(duty, SuggestionQuery{Draft: res.Drafts[0]})
	if got.Open != len(got.List) || got.Open < 10 {
		t.Fatalf("%+v", got)
	}
	for i, s := range got.List {
		if s.Text != told[s.Bytes[0]:s.Bytes[1]] || i > 0 && s.Bytes[0] < got.List[i-1].Bytes[0] || s.Number != 1 || s.Method == "" || s.Version == "" {
			t.Errorf("%+v", s)
		}
	}
	raw, err := n.section.Draft(ctx, duty, res.Drafts[0])
	check(t, err)
	if _, err := n.JudgeSuggestions(ctx, duty, section.SaysAccepted, []SuggestionID{got.List[0].ID, got.List[1].ID}); err != nil {
		t.Fatal(err)
	}
	again, err := n.section.Draft(ctx, duty, res.Drafts[0])
	check(t, err)
	if string(raw.Content) != string(again.Content) || raw.Digest != again.Digest || raw.Version != again.Version {
		t.Error("a judgement changed the draft")
	}
}

// rows counts what lies in local.db of what was read.
func (h *house) rows(m label.MemberID) map[string]int {
	h.t.Helper()
	out := map[string]int{}
	for _, table := range []string{"readings", "reading_holders", "reading_queue", "suggestion_judgements", "name_judgements"} {
		var n int
		check(h.t, h.nodes[m].local.DB().Reader.QueryRow(`SELECT count(*) FROM `+table).Scan(&n))
		out[table] = n
	}
	return out
}

// A draft's suggestions go when it is given up, and those of a wording when the
// draft says it otherwise; what was judged of a wording that stays, stays.
func TestSuggestionsGoWithTheirText(t *testing.T) {
	h := newHouse(t, nil)
	h.start("IRQ")
	defer h.stopAll()
	n, duty := h.nodes["IRQ"], h.officer("IRQ", "duty", section.RoleDuty)
	ctx := context.Background()
	all := mark("RESTRICTED", "IRQ", four...)
	d := &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(all, "IRQ", told), portion(all, "IRQ", "Two people were killed in Mosul on 3 October 2015.")}}
	saved, err := n.SaveDraft(ctx, duty, "", "", d)
	check(t, err)
	first := h.read(duty, SuggestionQuery{Draft: saved.ID})
	if _, err := n.JudgeSuggestions(ctx, duty, section.SaysRejected, []SuggestionID{first.List[0].ID}); err != nil {
		t.Fatal(err)
	}
	d.Portions[1].Text = "Two people were killed in Tikrit on 3 October 2015."
	saved, err = n.SaveDraft(ctx, duty, saved.ID, saved.ETag(), d)
	check(t, err)
	second := h.read(duty, SuggestionQuery{Draft: saved.ID})
	if second.Rejected != 1 || second.List[0].ID != first.List[0].ID || second.List[0].Says != section.SaysRejected {
		t.Errorf("the judgement is gone: %+v", second.List[0])
	}
	for _, s := range second.List {
		if s.Text == "Mosul" {
			t.Error("the earlier wording is still there")
		}
	}
	if got := h.rows("IRQ"); got["readings"] != 2 || got["reading_holders"] != 2 || got["suggestion_judgements"] != 1 {
		t.Errorf("%v", got)
	}
	check(t, n.section.DiscardDraft(ctx, duty, saved.ID, saved.ETag()))
	for table, rows := range h.rows("IRQ") {
		if rows != 0 {
			t.Errorf("%d rows are left in %s", rows, table)
		}
	}
	if _, err := n.JudgeSuggestions(ctx, duty, section.SaysAccepted, []SuggestionID{first.List[0].ID}); !errors.Is(err, ErrSuggestion) {
		t.Errorf("what is gone is judged: %v", err)
	}
}

// Judgements are kept with who and when, taken back, and all or none; another
// member's node knows nothing of them. Where a report is forgotten no word of
// what was read or said is left.
func TestJudgementsAreKeptAndForgotten(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	const word = "quincunxzebra"
	all := mark("RESTRICTED", "IRQ", four...)
	listing := portion(all, "IRQ", "A listing.")
	listing.Designation = &act.Designation{Authority: "UN", List: "Invented", Reference: "INi.001", Kind: act.KindPerson, Status: act.InForce, ListedOn: "2015-01-01", Basis: "invented",
		Names: []act.Name{{Name: "Karim Hasan al-Namudhaji", Quality: act.NamePrimary}}}
	h.releaseReport("IRQ", &Draft{ReportType: act.DESIGNATION, Portions: []act.PortionInput{listing}})
	h.releaseReport("IRQ", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(all, "IRQ", told+" "+word)}})
	row := h.find("RUS", viewdb.Query{Text: word}, 1)[0]
	h.find("RUS", viewdb.Query{Text: "listing"}, 1)
	rus, an := h.nodes["RUS"], h.officer("RUS", "an", section.RoleAnalyst)
	q := SuggestionQuery{Report: row.ID}
	var got Suggestions
	h.eventually("the report is read", func() bool {
		var err error
		got, err = rus.Suggestions(ctx, an, q)
		check(t, err)
		return !got.Waiting
	})
	var person Suggestion
	for _, s := range got.List {
		if s.Kind == "person" {
			person = s
		}
	}
	if person.Text != "Karim Hassan" {
		t.Fatalf("%+v", got.List)
	}
	for i, says := range []section.Says{section.SaysAccepted, section.SaysRejected, section.SaysOpen, section.SaysOpen, section.SaysAccepted} {
		n, err := rus.JudgeSuggestions(ctx, an, says, []SuggestionID{person.ID})
		check(t, err)
		if (n == 1) == (i == 3) {
			t.Errorf("judgement %d changed %d", i, n)
		}
	}
	if _, err := rus.JudgeSuggestions(ctx, an, section.SaysAccepted, []SuggestionID{got.List[0].ID, {Reading: person.ID.Reading, N: 9999}}); !errors.Is(err, ErrSuggestion) {
		t.Errorf("a suggestion of nothing is judged: %v", err)
	}
	fdo := h.officer("RUS", "fdo", section.RoleRelease)
	if _, err := rus.JudgeSuggestions(ctx, fdo, section.SaysAccepted, []SuggestionID{person.ID}); !errors.Is(err, section.ErrForbidden) {
		t.Errorf("a releasing officer judges: %v", err)
	}
	got, err := rus.Suggestions(ctx, an, SuggestionQuery{Report: row.ID, Kind: "person"})
	check(t, err)
	if s := got.List[0]; got.Accepted != 1 || got.Rejected != 0 || s.Says != section.SaysAccepted || len(s.Judgments) != 4 || s.Judgments[1].Says != section.SaysRejected || s.Judgments[3].Login != "an" || s.Judgments[3].At.IsZero() {
		t.Errorf("%+v of %+v", s, got)
	}

	// Candidates come with reasons; what is said of a pair stands until it is
	// said otherwise or taken back.
	cs, err := rus.Candidates(ctx, an, person.ID)
	check(t, err)
	if len(cs) != 1 || cs[0].Key != "UN/Invented/INi.001" || cs[0].Explained == "" || cs[0].Standing != nil {
		t.Fatalf("%+v", cs)
	}
	say := func(says section.SameAs, listing string) error {
		return rus.JudgeName(ctx, an, NameStatement{Name: person.ID, Listing: listing, Says: says, Reason: "because " + word})
	}
	if err := say(section.NamesWithdrawn, cs[0].Key); !errors.Is(err, section.ErrState) {
		t.Errorf("nothing is taken back: %v", err)
	}
	check(t, say(section.NamesSame, cs[0].Key))
	check(t, say(section.NamesWithdrawn, cs[0].Key))
	check(t, say(section.NamesNotSame, cs[0].Key))
	if err := say(section.NamesSame, "UN/Invented/INi.999"); !errors.Is(err, ErrListing) {
		t.Errorf("a listing that is not here: %v", err)
	}
	if cs, err = rus.Candidates(ctx, an, person.ID); err != nil || cs[0].Standing == nil || cs[0].Standing.Says != section.NamesNotSame {
		t.Errorf("%+v %v", cs, err)
	}
	h.eventually("the others have read it", func() bool { return h.rows("IRN")["readings"] == 1 })
	if got := h.rows("IRN"); got["suggestion_judgements"]+got["name_judgements"] != 0 {
		t.Errorf("IRN holds what RUS said: %v", got)
	}

	if len(filesWith(t, filepath.Join(h.dir, "RUS"), word)) < 2 {
		t.Fatal("the word is not in local.db before it is forgotten: this test shows nothing")
	}
	_, err = rus.Forget(ctx, h.officer("RUS", "dpo", section.RoleDPO), "request 7", row.ID)
	check(t, err)
	for table, rows := range h.rows("RUS") {
		if rows != 0 {
			t.Errorf("%d rows are left in %s", rows, table)
		}
	}
	if left := filesWith(t, filepath.Join(h.dir, "RUS"), word); len(left) > 0 {
		t.Errorf("the word is left in %v", left)
	}
	if _, err := rus.Suggestions(ctx, an, q); !errors.Is(err, viewdb.ErrNotFound) {
		t.Errorf("suggestions of what is forgotten: %v", err)
	}
	h.eventually("the originator's own is untouched", func() bool { return h.rows("IRQ")["readings"] == 1 })
}

// Views made again leave suggestions and judgements; other methods renew what
// nobody judged and keep the rest, and reading goes on where it stopped.
func TestOtherMethodsRenewWhatNobodyJudged(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	all := mark("RESTRICTED", "IRQ", four...)
	h.releaseReport("IRQ", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(all, "IRQ", told)}})
	row := h.find("RUS", viewdb.Query{Text: "baiji"}, 1)[0]
	an := h.officer("RUS", "an", section.RoleAnalyst)
	list := func() (got Suggestions) {
		h.eventually("the report is read", func() bool {
			var err error
			got, err = h.nodes["RUS"].Suggestions(ctx, an, SuggestionQuery{Report: row.ID})
			check(t, err)
			return !got.Waiting && len(got.List) > 0
		})
		return got
	}
	before := list()
	if _, err := h.nodes["RUS"].JudgeSuggestions(ctx, an, section.SaysAccepted, []SuggestionID{before.List[2].ID}); err != nil {
		t.Fatal(err)
	}
	h.nodes["RUS"].stop()
	h.rebuild("RUS")
	n, err := Open(ctx, h.options("RUS"))
	check(t, err)
	// As if it had been read by other methods.
	_, err = n.section.ReadingEdition(ctx, "earlier/1")
	check(t, err)
	h.run(n)
	h.eventually("it is read by the present methods", func() bool {
		st, err := n.ReadingStatus(ctx, an)
		check(t, err)
		return st.Texts == 1 && st.Earlier == 0 && st.Read == st.Projected && strings.Contains(st.Methods, "dates.grammar")
	})
	after := list()
	if after.Accepted != 1 || len(after.List) != len(before.List) {
		t.Fatalf("%d accepted, %d of %d", after.Accepted, len(after.List), len(before.List))
	}
	for i, s := range after.List {
		b := before.List[i]
		if s.ID != b.ID || s.Text != b.Text || s.edition <= b.edition || (s.Says == section.SaysAccepted) != (i == 2) {
			t.Errorf("%+v, was %+v", s, b)
		}
	}
}
