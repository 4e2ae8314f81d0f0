package api

import "time"

// RedressContent is a request for redress in the making (spec/redress.md).
type RedressContent struct {
	Ask        string       `json:"ask,omitempty" enum:"correct,erase,restrict" doc:"What is asked; that of the passed-on request when absent."`
	Reason     string       `json:"reason,omitempty" enum:"inaccurate,mistaken-identity,unlawful,no-ground,not-needed,overdue,no-consent" doc:"Why, in a word; that of the passed-on request when absent."`
	Text       string       `json:"text,omitempty" maxLength:"2000" doc:"What is wrong, and what would be right; no number of papers, and no name beyond what the portion says."`
	LegalBasis string       `json:"legal_basis,omitempty" maxLength:"1000" doc:"On what law it rests."`
	For        string       `json:"for,omitempty" enum:"member,person" doc:"For whom; member when absent."`
	Identity   string       `json:"identity,omitempty" enum:"papers,representative,authority,officer" doc:"For a person: how it was checked that it is that person's wish."`
	Due        *time.Time   `json:"due,omitempty" doc:"By when the answer is wanted, to the minute and within 90 days; after 30 days when absent."`
	MayPass    bool         `json:"may_pass,omitempty" doc:"The addressee may pass these words on to those whose material it rests on."`
	Report     string       `json:"report,omitempty" maxLength:"64" doc:"A report that is here, a released own draft, or a portion: its portions are meant."`
	Numbers    []int        `json:"numbers,omitempty" maxItems:"200" doc:"Only these portions of it, from 1."`
	Portions   []PortionRef `json:"portions,omitempty" maxItems:"128" doc:"Portions by id; digests are filled in from what is held."`
	Passes     string       `json:"passes,omitempty" maxLength:"64" doc:"A received request that is passed on to those whose portions it rests on. It leaves in no act."`
	To         string       `json:"to,omitempty" maxLength:"3" doc:"The originator of the portions; needed where a passed-on request rests on several members' portions."`
}

// RedressAnswerContent is an answer to a request for redress in the making.
type RedressAnswerContent struct {
	Redress string `json:"redress" maxLength:"64" doc:"The request that is answered."`
	Outcome string `json:"outcome" enum:"granted,partly,refused,passed-on" doc:"What is granted has been done before."`
	Ground  string `json:"ground,omitempty" enum:"accurate,lawful,not-held,identity,law" doc:"Why it is not granted, or not all of it."`
	Text    string `json:"text,omitempty" maxLength:"2000" doc:"To the asker; required where not all is granted."`
	Numbers []int  `json:"numbers,omitempty" maxItems:"128" doc:"Of what is granted in part: the portions of the request that were done, from 1; those that are done when absent."`
}

// Redress is a request for redress as read.
type Redress struct {
	ID         string       `json:"id" doc:"Names the act."`
	Index      int64        `json:"index" doc:"Where its envelope stands in the log."`
	From       string       `json:"from" doc:"Whose data-protection officer asks."`
	To         string       `json:"to" doc:"Whose is asked."`
	Own        bool         `json:"own" doc:"This member asks it."`
	Written    string       `json:"written" doc:"Its asker's claim."`
	State      string       `json:"state" enum:"open,passed on,granted,partly granted,refused,in doubt" doc:"How it stands."`
	Doubt      string       `json:"doubt,omitempty" doc:"Why it has no standing here, stable (rule 22)."`
	Ask        string       `json:"ask" doc:"correct, erase or restrict."`
	Reason     string       `json:"reason" doc:"Of the closed list."`
	Text       string       `json:"text" doc:"What is wrong."`
	LegalBasis string       `json:"legal_basis" doc:"On what law it rests."`
	For        string       `json:"for" doc:"member, or person."`
	Identity   string       `json:"identity,omitempty" doc:"How it was checked that it is the person's wish."`
	Portions   []PortionRef `json:"portions" doc:"What it is about, numbered from 1."`
	MayPass    bool         `json:"may_pass,omitempty" doc:"Its words may be passed on."`
	Due        time.Time    `json:"due" doc:"By when the answer is wanted."`
	Overdue    bool         `json:"overdue,omitempty" doc:"It has no final answer, and the date is past."`
	Passes     string       `json:"passes,omitempty" doc:"Of an own one: the received request that it passes on."`
	Draft      string       `json:"draft,omitempty" doc:"Of an own one: the draft that it left as."`

	// The rest is there when one is asked for.
	Late     bool           `json:"late,omitempty" doc:"Its answer came after the date, by log time."`
	Undone   int            `json:"undone,omitempty" doc:"Portions of which is granted what is not so here."`
	Reports  []string       `json:"reports,omitempty" doc:"Reports here that hold any of it."`
	Recalls  []string       `json:"recalls,omitempty" doc:"Recall acts of its addressee on it."`
	Versions []string       `json:"versions,omitempty" doc:"Reports here that say it right, or replace those that held it."`
	Passed   []string       `json:"passed,omitempty" doc:"Own requests that pass it on."`
	Replies  []RedressReply `json:"replies,omitempty" doc:"What was answered, in the order of the log."`
}

// RedressReply is an answer to a request for redress as read.
type RedressReply struct {
	ID           string       `json:"id" doc:"Names the act."`
	Index        int64        `json:"index" doc:"Where its envelope stands in the log."`
	From         string       `json:"from" doc:"Who says it."`
	Own          bool         `json:"own" doc:"This member says it."`
	Written      string       `json:"written" doc:"Its originator's claim."`
	Outcome      string       `json:"outcome" doc:"granted, partly, refused or passed-on."`
	Ground       string       `json:"ground,omitempty" doc:"Why not, or not all."`
	Text         string       `json:"text,omitempty" doc:"To the asker."`
	Portions     []PortionRef `json:"portions,omitempty" doc:"What was done."`
	Replacements []PortionRef `json:"replacements,omitempty" doc:"What says it right."`
	Doubt        string       `json:"doubt,omitempty" doc:"Why it changes nothing, stable (rule 22)."`
}

// Redresses is a page of requests for redress.
type Redresses struct {
	Redress []Redress `json:"redress" doc:"Newest first."`
	Next    string    `json:"next,omitempty" doc:"Where the next page begins: before. Absent on the last page."`
}

// FindRedress narrows a list of requests for redress.
type FindRedress struct {
	Side    string // asked or received; both when empty
	Open    bool   // has standing, and no final answer
	Overdue bool   // and is due
	Before  int64  // older than this index
	Limit   int    // 1 to 500, 50 when 0
}
