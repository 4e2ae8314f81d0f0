package api

import (
	"encoding/json"
	"time"
)

// Disclosure is one portion of this nation's in one other member's hands.
type Disclosure struct {
	View          string          `json:"view" doc:"Id of the report as the holder has it."`
	Index         int64           `json:"index" doc:"Where its envelope stands in the log."`
	ReportType    string          `json:"report_type" doc:"Type of the report."`
	Title         string          `json:"title" doc:"Its title, empty once it has ended."`
	Portion       string          `json:"portion" doc:"Id of the portion."`
	Digest        string          `json:"digest" doc:"Of its content."`
	Number        int             `json:"number" doc:"Its number in that report, from 1."`
	Holder        string          `json:"holder" doc:"Who holds it."`
	Via           string          `json:"via" doc:"Who sealed it to the holder: this member, or one that made something of it."`
	Since         *time.Time      `json:"since,omitempty" doc:"Since when, by the log's time."`
	Mark          string          `json:"mark" doc:"Its marking in full: the terms."`
	Label         json.RawMessage `json:"label" doc:"The same as a label."`
	Until         *time.Time      `json:"until,omitempty" doc:"When the holder's view ends, by the log's time."`
	ReviewBy      *time.Time      `json:"review_by,omitempty" doc:"By when its personal data are to be reviewed."`
	Overdue       bool            `json:"overdue" doc:"That review is overdue (rule 21)."`
	Ended         bool            `json:"ended" doc:"The view has ended: the holder hides it, and destroys it after the charter's grace."`
	Destroyed     string          `json:"destroyed,omitempty" doc:"Of an own view that has ended, what the holder said of its copy: not yet, destroyed, or overdue."`
	Receipt       string          `json:"receipt" enum:"received,logged,claimed" doc:"received: the holder has proved that it opened it. claimed: another member sealed it, and says to whom."`
	Consent       *LedgerConsent  `json:"consent,omitempty" doc:"The last word of this nation about this portion and holder."`
	Outside       []LedgerConsent `json:"outside,omitempty" doc:"The last words of parties outside for which this nation speaks."`
	Recalled      string          `json:"recalled,omitempty" doc:"recall, correction, narrowing or doubt, when it was taken back from this holder or is in doubt."`
	RecalledSince *time.Time      `json:"recalled_since,omitempty" doc:"Since when that stands, by the log's time."`
	RecallID      string          `json:"recall_id,omitempty" doc:"Id of the act that says so."`
	Reason        string          `json:"reason,omitempty" doc:"Reason of that."`
	Followed      string          `json:"followed,omitempty" doc:"How far the holder has followed that: sent, quarantined, destroyed or retained."`
	Review        bool            `json:"review,omitempty" doc:"It rests on what was withdrawn or is in doubt, and is looked at again."`
	SupersededBy  string          `json:"superseded_by,omitempty" doc:"A later view of the same readers."`
}

// LedgerConsent is a word about one portion and one member.
type LedgerConsent struct {
	By     string     `json:"by" doc:"Whose word: this nation's, or that of a party outside as X VIA IRQ."`
	Step   string     `json:"step" enum:"grant,refuse,withdraw" doc:"What was said."`
	Since  time.Time  `json:"since" doc:"Since when."`
	Until  *time.Time `json:"until,omitempty" doc:"When it lapses."`
	Lapsed bool       `json:"lapsed,omitempty" doc:"It has lapsed, by the log's time: the holder has nothing more on it."`
	Use    string     `json:"use,omitempty" doc:"For what use it was given; absent when that was not said."`
	Index  int64      `json:"index" doc:"Where the act stands in the log."`
}

// Ledger is a page of the disclosure ledger.
type Ledger struct {
	Disclosures []Disclosure `json:"disclosures" doc:"Newest first; of what is overdue what has waited longest first."`
	Next        string       `json:"next,omitempty" doc:"Where the next page begins; absent on the last."`
}

// FindLedger narrows the ledger.
type FindLedger struct {
	Holder   string // a member
	Portion  string // id of a portion
	Overdue  bool   // whose review is overdue
	Ended    bool   // what has ended
	Recalled bool   // what was taken back or is in doubt
	Before   string // behind this row, Next of an earlier page
	Limit    int    // 1 to 500, 50 when 0
}

// Refusals is a page of what this nation refused, withdrew and declined.
type Refusals struct {
	Refusals []ConsentAct     `json:"refusals" doc:"Consents that were refused or withdrawn, newest first."`
	Declined []DeclinedAnswer `json:"declined" doc:"Answers that decline, newest first, of the same page: index puts both in one order."`
	Next     string           `json:"next,omitempty" doc:"Where the next page begins; absent on the last."`
}

// DeclinedAnswer is an own answer that declines what was asked, or says that
// there is nothing to give.
type DeclinedAnswer struct {
	ID      string         `json:"id" doc:"Names the act."`
	Index   int64          `json:"index" doc:"Where its envelope stands in the log."`
	Written string         `json:"written" doc:"Its claim of when."`
	To      string         `json:"to" doc:"Who asked."`
	Request string         `json:"request" doc:"Id of the request."`
	Title   string         `json:"title,omitempty" doc:"Of the request, where it is still here."`
	Note    string         `json:"note,omitempty" doc:"What was told with it."`
	Parts   []DeclinedPart `json:"parts" doc:"What was declined."`
}

// DeclinedPart is one part of a request that was declined.
type DeclinedPart struct {
	Number int    `json:"number" doc:"Its place in the request, from 1; 0 where the request is not here any more."`
	Text   string `json:"text,omitempty" doc:"What was asked."`
	State  string `json:"state" enum:"declined,nothing to give" doc:"What was said."`
	Truth  string `json:"truth,omitempty" doc:"As what it was drafted."`
}
