package api

import (
	"encoding/json"
	"time"
)

// Draft is a draft as shown.
type Draft struct {
	ID       string          `json:"id" doc:"Names the draft."`
	ETag     string          `json:"etag" doc:"Names this version; send it as If-Match to change it."`
	Kind     string          `json:"kind" doc:"report, or the kind of statement that it becomes."`
	State    string          `json:"state" enum:"drafted,planned,released,discarded" doc:"Where it stands."`
	Version  int64           `json:"version" doc:"From 1."`
	Digest   string          `json:"digest" doc:"Of the exact content: what is decided on."`
	Batch    string          `json:"batch,omitempty" doc:"The import that it came with."`
	Decision string          `json:"decision,omitempty" doc:"The open decision that it is part of."`
	Created  time.Time       `json:"created" doc:"When it was begun."`
	Modified time.Time       `json:"modified" doc:"When it was changed last."`
	Title    string          `json:"title,omitempty" doc:"As the officer wrote it; absent where there is none."`
	Content  json.RawMessage `json:"content,omitempty" doc:"The content; absent in lists and after erasure."`
}

// Drafts is a page of drafts.
type Drafts struct {
	Drafts []Draft `json:"drafts" doc:"The one changed last first."`
	Next   string  `json:"next,omitempty" doc:"Where the next page begins: before and before_id (behind a comma), or after in an import. Absent on the last page."`
}

// FindDrafts narrows a list of drafts.
type FindDrafts struct {
	State    string // drafted, planned, released or discarded; empty for all but discarded
	Before   time.Time
	BeforeID string
	Limit    int // 1 to 500, 50 when 0
}

// Plan is the dry-run of a release: who would see what, and why not the rest.
type Plan struct {
	Draft    string           `json:"draft" doc:"Id of the draft."`
	Kind     string           `json:"kind" doc:"report, or the kind of statement."`
	Alone    bool             `json:"alone,omitempty" doc:"One officer with the release role is enough (rule 6)."`
	Acts     []PlanAct        `json:"acts,omitempty" doc:"The acts in which a draft that is no report would leave."`
	Similar  []SimilarRequest `json:"similar,omitempty" doc:"Open requests here that ask much the same as a request; they can be joined."`
	ETag     string           `json:"etag" doc:"The version that was planned."`
	Digest   string           `json:"digest" doc:"Of who would see what: drafts whose portions have equal markings have equal ones. A decision is named by its own digest, over contents and plans."`
	Banner   string           `json:"banner" doc:"Marking of the whole, for the releasing officer."`
	Blocked  string           `json:"blocked,omitempty" doc:"Why the release cannot go ahead; absent when it can."`
	Findings []Finding        `json:"findings" doc:"Everything that stands against the release."`
	Portions []PlanPortion    `json:"portions" doc:"What the plan says of each portion."`
	Members  []PlanMember     `json:"members" doc:"What each member and observer would see, in rising order."`
	Views    []PlanView       `json:"views" doc:"The distinct views that would leave."`
	Uses     []ConsentUse     `json:"uses,omitempty" doc:"The consents on which it rests that members would see what they would, and for what use each was given."`
	Historic []string         `json:"historic" doc:"Named in a release set, but no members now: they receive nothing."`
}

// PlanAct is one act in which a draft that is no report would leave.
type PlanAct struct {
	Type       string          `json:"type" doc:"Type of the act (spec/act.md)."`
	Recipients []string        `json:"recipients" doc:"Who else gets it."`
	Act        json.RawMessage `json:"act" doc:"Its exact content."`
}

// PlanPortion is what a plan says of one portion.
type PlanPortion struct {
	Number     int      `json:"number" doc:"From 1."`
	ID         string   `json:"id" doc:"The portion's id."`
	Mark       string   `json:"mark" doc:"The portion's mark."`
	Recipients []string `json:"recipients" doc:"Who would see it."`
	Blocks     []string `json:"blocks" doc:"Why it must not be released to anybody; empty if nothing stands against it."`
}

// PlanMember is what one member would see.
type PlanMember struct {
	Member   string       `json:"member" doc:"The member or observer."`
	Observer bool         `json:"observer" doc:"It is an observer."`
	View     int          `json:"view" doc:"Number of its view, from 1; 0 if it sees nothing."`
	All      bool         `json:"all" doc:"It would see every portion."`
	Sees     []int        `json:"sees" doc:"Numbers of the portions that it would see."`
	Explain  string       `json:"explain" doc:"In words."`
	KeptBy   []PlanBlame  `json:"kept_by" doc:"The least set of portions that keeps it out, and why."`
	Remedies []PlanRemedy `json:"remedies" doc:"What would let it in."`
}

// PlanBlame is one portion that keeps a member out.
type PlanBlame struct {
	Portion int      `json:"portion" doc:"Number of the portion."`
	Reasons []string `json:"reasons" doc:"Why, in words."`
	Rules   []string `json:"rules" doc:"Numbers of the hard rules behind the reasons."`
}

// PlanRemedy is one way to let a member in.
type PlanRemedy struct {
	Kind     string `json:"kind" doc:"tearline, drop, ask consent, widen, second member or cure."`
	Text     string `json:"text" doc:"In words."`
	Portions []int  `json:"portions" doc:"Numbers of the portions of the tearline, or of those to be dropped, cured or consented to."`
	Banner   string `json:"banner,omitempty" doc:"Marking of the tearline, or of what is left."`
}

// PlanView is one distinct view.
type PlanView struct {
	Number     int      `json:"number" doc:"From 1."`
	Recipients []string `json:"recipients" doc:"Who sees exactly this."`
	Portions   []int    `json:"portions" doc:"Numbers of the portions in it."`
	Banner     string   `json:"banner" doc:"Marking of the view."`
}

// DraftState says where the envelopes of a draft stand.
type DraftState struct {
	State string     `json:"state" enum:"draft,waiting,filed,logged,received" doc:"draft; waiting (up for release, or approved and not sealed yet); filed (durable here); logged (certified by a quorum); received (proved by every recipient)."`
	Views []SentView `json:"views" doc:"The views that left, once they are logged."`
}

// SentView is one view of a released draft.
type SentView struct {
	Report     string   `json:"report,omitempty" doc:"Id of the report that its readers got."`
	Act        string   `json:"act,omitempty" doc:"Id of the statement that its readers got."`
	Index      int64    `json:"index" doc:"Where its envelope stands in the log."`
	Recipients []string `json:"recipients" doc:"Whom it was sealed to."`
	Received   []string `json:"received" doc:"Who has proved to have it."`
}
