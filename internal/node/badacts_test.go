package node

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"entente/act"
	"entente/internal/keyring"
	"entente/internal/store/viewdb"
	"entente/label"
	"entente/seal"
)

// A statement of any kind that is malformed, to others, not of one of its
// readers, or sent again is quarantined with its code, and its envelope and key
// are kept: who said it can be shown. It stands on no board.
func TestBadStatementsAreQuarantinedWithTheirEvidence(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	written := time.Now().UTC().Truncate(time.Minute)
	statement := func(to ...label.MemberID) act.Statement {
		return act.Statement{ID: act.NewID(), Written: written, To: label.Members(to...)}
	}
	pair := statement("IRQ", "SYR")
	ref := []act.PortionRef{{Portion: act.NewID(), Digest: act.Digest{1}}}
	raw := func(a act.Act, err error) string {
		t.Helper()
		check(t, err)
		return string(a.Raw)
	}
	request := func(s act.Statement) string {
		return raw(act.BuildRequest(act.Request{Statement: s, Title: "Flour", Purpose: "relief", LegalBasis: "agreement", About: act.AboutMatter, LTIOV: written.Add(48 * time.Hour),
			Label: label.Label{Policy: "CENTRE", Class: "RESTRICTED", Rel: s.To, Originators: label.Members("IRQ")}, Parts: []act.RequestPart{{ID: act.NewID(), Text: "How many?"}}}))
	}
	later, earlier := written.Add(48*time.Hour).Format(time.RFC3339), written.Add(-48*time.Hour).Format(time.RFC3339)
	answer := raw(act.BuildAnswer(act.Answer{Statement: pair, Request: act.NewID(), Parts: []act.AnswerPart{{Part: act.NewID(), State: act.AnswerDeclined}}}))
	closing := raw(act.BuildClosing(act.Closing{Statement: pair, Request: act.NewID(), Outcome: act.ClosedMet}))
	consent := func(step act.ConsentStep, by label.Originator) string {
		return raw(act.BuildConsent(act.Consent{Statement: pair, Step: step, By: by, Portions: ref, Members: label.Members("SYR"), Until: written.Add(48 * time.Hour), Basis: "a letter"}))
	}
	withdraw := raw(act.BuildConsent(act.Consent{Statement: pair, Step: act.ConsentWithdraw, By: label.ByMember("IRQ"), Portions: ref, Members: label.Members("SYR")}))
	recall := raw(act.BuildRecall(act.Recall{Statement: pair, Kind: act.RecallWithdrawn, Reason: act.ReasonError, Portions: ref}))
	ack := raw(act.BuildAcknowledgement(act.Acknowledgement{Statement: pair, Recall: act.NewID(), State: act.AckReceived}))
	eei := raw(act.BuildRequirement(act.Requirement{Statement: pair, Reference: "EEI 1.1", Kind: act.EEI, Parent: "PIR 1", Title: "Flour", State: act.RegisterOpen}))
	coverage := raw(act.BuildCoverage(act.Coverage{Statement: pair, Subject: "Road", State: act.RegisterOpen}))
	redress := raw(act.BuildRedress(act.Redress{Statement: pair, Ask: act.AskErase, Portions: ref, Reason: act.RedressUnlawful, Text: "It is not lawful.", LegalBasis: "Invented law.",
		For: act.ForPerson, Identity: act.IdentityPapers, Due: written.Add(48 * time.Hour)}))
	redressed := raw(act.BuildRedressAnswer(act.RedressAnswer{Statement: pair, Redress: act.NewID(), Outcome: act.RedressRefused, Ground: act.GroundAccurate, Text: "It is right."}))
	early := raw(act.BuildAcknowledgement(act.Acknowledgement{Statement: pair, Portions: ref, State: act.AckDestroyed}))
	good := request(statement("IRQ", "SYR"))
	x := label.ByExternal(label.External{ID: "X", Holder: "IRQ"})

	cases := []struct{ what, act, old, new, code string }{
		{"a request without a label", request(pair), `"label":{`, `"lable":{`, "act_unknown_field"},
		{"a request past its time when it is written", request(pair), later, earlier, "act_value"},
		{"a request of a detained person without a decision", request(pair), `"about":"matter"`, `"about":"detained"`, "act_decision"},
		{"a request to two", request(pair), `"to":["IRQ","SYR"]`, `"to":["IRN","IRQ","SYR"]`, "act_value"},
		{"a request to others", request(statement("IRN", "IRQ")), "", "", codeReaders},
		{"a request of another", strings.ReplaceAll(request(statement("IRQ", "SYR")), `"IRQ"`, `"IRN"`), "", "", codeReaders},
		{"a request of a later version", request(pair), `"v":1`, `"v":9`, "act_unknown_version"},
		{"an answer in a state that there is not", answer, `"declined"`, `"perhaps"`, "act_value"},
		{"an answer that gives nothing", answer, `"declined"`, `"full"`, "act_missing_field"},
		{"a closing with an outcome that there is not", closing, `"met"`, `"good"`, "act_value"},
		{"an ask with a step that there is not", consent(act.ConsentAsk, label.ByMember("SYR")), `"ask"`, `"beg"`, "act_value"},
		{"a grant that lapses before it is written", consent(act.ConsentGrant, label.ByMember("IRQ")), later, earlier, "act_value"},
		{"a grant of a party outside without a word how", consent(act.ConsentGrant, x), `"basis":"a letter"`, `"use":"a letter"`, "act_external"},
		{"a refusal with an end", consent(act.ConsentGrant, label.ByMember("IRQ")), `"grant"`, `"refuse"`, "act_value"},
		{"a withdrawal of nothing", withdraw, `"portions":[`, `"portions":[],"x":[`, "act_unknown_field"},
		{"a recall of a kind that there is not", recall, `"kind":"recall"`, `"kind":"oubliette"`, "act_value"},
		{"a recall without a reason", recall, `"reason":"error",`, ``, "act_missing_field"},
		{"an acknowledgement in a state that there is not", ack, `"state":"received"`, `"state":"lost"`, "act_value"},
		{"an EEI of nothing", eei, `"parent":"PIR 1",`, ``, "act_missing_field"},
		{"a line that ends before it is written", coverage, `"subject":"Road"`, `"subject":"Road","until":"` + earlier + `"`, "act_value"},
		{"a line told to two", coverage, `"to":["IRQ","SYR"]`, `"to":["IRN","IRQ","SYR"]`, "act_value"},
		{"an end of an EEI that lapses before it is written", eei, `"state":`, `"until":"` + earlier + `","state":`, "act_value"},
		{"an acknowledgement of portions as received", early, `"destroyed"`, `"received"`, "act_value"},
		{"a law that is not named", ack, `"state":"received"`, `"state":"retained"`, "act_missing_field"},
		{"redress that asks what there is not", redress, `"ask":"erase"`, `"ask":"forget"`, "act_value"},
		{"redress wanted before it is written", redress, later, earlier, "act_value"},
		{"redress for a person of no checked identity", redress, `"identity":"papers",`, ``, "act_identity"},
		{"redress to two", redress, `"to":["IRQ","SYR"]`, `"to":["IRN","IRQ","SYR"]`, "act_value"},
		{"redress to others", redress, `"to":["IRQ","SYR"]`, `"to":["IRN","IRQ"]`, codeReaders},
		{"an outcome of redress that there is not", redressed, `"outcome":"refused"`, `"outcome":"filed"`, "act_value"},
		{"redress refused without a ground", redressed, `"ground":"accurate",`, ``, "act_ground"},
		{"an answer on redress of another", strings.ReplaceAll(redressed, `"IRQ"`, `"IRN"`), "", "", codeReaders},
		{"no end", coverage, `}`, ``, "act_json"},
		{"a field twice", coverage, `"subject":"Road"`, `"subject":"Road","subject":"Sea"`, "act_duplicate_field"},
		{"the same again", good, "", "", codeRepeated},
	}
	h.put("IRQ", []byte(good))
	for i := range cases {
		c := &cases[i]
		if c.old != "" {
			bad := strings.Replace(c.act, c.old, c.new, 1)
			if bad == c.act {
				t.Fatalf("%s: %s holds no %s", c.what, c.act, c.old)
			}
			c.act = bad
		}
		h.put("IRQ", []byte(c.act))
	}
	syr := h.nodes["SYR"]
	var rows []viewdb.Quarantined
	h.eventually("all are quarantined", func() bool {
		var err error
		rows, err = syr.views.Quarantine(ctx, 100)
		check(t, err)
		return len(rows) >= len(cases)
	})
	if len(rows) != len(cases) {
		t.Fatalf("%d are quarantined, want %d", len(rows), len(cases))
	}
	for i, c := range cases {
		row := rows[len(rows)-1-i]
		if row.Code != c.code || row.Originator != "IRQ" {
			t.Errorf("%s: %s of %s, want %s", c.what, row.Code, row.Originator, c.code)
		}
		run, err := syr.log.Read(ctx, row.Index, row.Index+1)
		check(t, err)
		head, err := seal.ParseHeader(run.Headers)
		check(t, err)
		id := keyring.EnvelopeID{Originator: head.Originator, Incarnation: head.Incarnation, Sequence: head.Sequence}
		keys, err := syr.ring.EnvelopeKeys(ctx, []keyring.EnvelopeID{id})
		check(t, err)
		opened, err := seal.Open(run.Headers, run.Bodies[0], keys[id])
		if err != nil || !bytes.Equal(opened, []byte(c.act)) {
			t.Errorf("%s: what was signed cannot be shown: %v", c.what, err)
		}
	}
	if got := h.requests("SYR", viewdb.RequestQuery{}); len(got) != 1 || string(got[0].Act) != good {
		t.Errorf("the board of SYR has %d requests", len(got))
	}
	for _, m := range []label.MemberID{"IRN", "RUS"} { // the good one was sealed to them as well, and is to SYR
		if got := h.requests(m, viewdb.RequestQuery{}); len(got) > 1 {
			t.Errorf("the board of %s has %d requests", m, len(got))
		}
	}
}
