package api

import "time"

// RequestContent is a request in the making (spec/act.md, "request").
type RequestContent struct {
	Title          string           `json:"title,omitempty" maxLength:"300" doc:"What it is about, in a line; a request that joins another takes it from that one."`
	Purpose        string           `json:"purpose" maxLength:"1000" doc:"What it is for."`
	LegalBasis     string           `json:"legal_basis" maxLength:"1000" doc:"On what law it rests."`
	Requirement    string           `json:"requirement,omitempty" maxLength:"64" doc:"Reference of a requirement of this member."`
	About          string           `json:"about,omitempty" enum:"matter,person,detained" doc:"What it asks about; matter when absent."`
	Decision       *RequestDecision `json:"decision,omitempty" doc:"The written decision on a request about a detained person (rule 23)."`
	NobodyDetained bool             `json:"nobody_detained,omitempty" doc:"It speaks of detention and asks about nobody who is detained. Stays here."`
	LTIOV          *time.Time       `json:"ltiov,omitempty" doc:"Latest time of value, to the minute."`
	WantedBy       *time.Time       `json:"wanted_by,omitempty" doc:"When the answer is wanted. Stays here."`
	Policy         string           `json:"policy,omitempty" maxLength:"64" doc:"Policy of the class; the centre's common one when absent."`
	Class          string           `json:"class,omitempty" maxLength:"64" doc:"Class of the request itself."`
	Parts          []string         `json:"parts,omitempty" maxItems:"32" doc:"What it asks, part by part."`
	To             []string         `json:"to,omitempty" maxItems:"16" doc:"Who is asked, in rising order; each learns of itself alone."`
	Joins          string           `json:"joins,omitempty" maxLength:"64" doc:"Id of a request of another member that it joins; it goes to that member."`
}

// RequestDecision is the written decision that asking about a detained person
// does it no harm.
type RequestDecision struct {
	Officer string `json:"officer" maxLength:"100" doc:"Who decided."`
	Text    string `json:"text" maxLength:"1000" doc:"The decision."`
}

// AnswerContent is an answer in the making (spec/act.md, "answer").
type AnswerContent struct {
	Request string              `json:"request" maxLength:"64" doc:"Id of the request."`
	Parts   []AnswerPartContent `json:"parts" maxItems:"32" doc:"What is answered, part by part."`
	Alike   bool                `json:"alike,omitempty" doc:"Declined and no holding both leave as nothing to give; which it was stays here."`
	Note    string              `json:"note,omitempty" maxLength:"1000" doc:"To the asker."`
	Final   bool                `json:"final,omitempty" doc:"Nothing follows."`
}

// AnswerPartContent is the answer to one part.
type AnswerPartContent struct {
	Number   int          `json:"number" minimum:"1" maximum:"32" doc:"Its place in the request, from 1."`
	State    string       `json:"state" enum:"full,partial,no holding,declined" doc:"How it truly stands."`
	Portions []PortionRef `json:"portions,omitempty" maxItems:"32" doc:"What is given: portions of own reports that the asker got."`
	Report   string       `json:"report,omitempty" maxLength:"64" doc:"Or all portions of this own report that the asker got, named by the draft that left or by its own id."`
}

// ClosingContent is a closing in the making (spec/act.md, "closing").
type ClosingContent struct {
	Requests []string `json:"requests" minItems:"1" maxItems:"16" doc:"Ids of own requests."`
	All      bool     `json:"all,omitempty" doc:"Also those that were asked together with them."`
	Outcome  string   `json:"outcome" enum:"met,partly met,not met,withdrawn" doc:"What was got."`
	Note     string   `json:"note,omitempty" maxLength:"1000" doc:"To those who were asked."`
}

// Request is a request as a member's board shows it.
type Request struct {
	ID          string           `json:"id" doc:"Names the act."`
	Index       int64            `json:"index" doc:"Where its envelope stands in the log."`
	From        string           `json:"from" doc:"Who asks."`
	To          string           `json:"to" doc:"Who is asked."`
	Own         bool             `json:"own" doc:"This member asks."`
	Written     string           `json:"written" doc:"Its originator's claim."`
	State       string           `json:"state" doc:"open, consent asked, partly answered, answered, lapsed, closed, in doubt (spec/requests.md)."`
	Outcome     string           `json:"outcome,omitempty" doc:"What its asker says it got, when it is closed."`
	Title       string           `json:"title" doc:"What it is about."`
	Purpose     string           `json:"purpose" doc:"What it is for."`
	LegalBasis  string           `json:"legal_basis" doc:"On what law it rests."`
	Requirement string           `json:"requirement,omitempty" doc:"Reference of a requirement of the asker."`
	About       string           `json:"about" doc:"matter, person or detained."`
	Decision    *RequestDecision `json:"decision,omitempty" doc:"On a detained person."`
	LTIOV       time.Time        `json:"ltiov" doc:"Latest time of value."`
	Mark        string           `json:"mark" doc:"The request's own marking."`
	Parts       []RequestPart    `json:"parts" doc:"What it asks, and how each part stands."`
	Joins       string           `json:"joins,omitempty" doc:"Request that it joins."`
	JoinCounts  bool             `json:"join_counts,omitempty" doc:"That request is here, and was asked of this one's asker."`
	Draft       string           `json:"draft,omitempty" doc:"Own requests: the draft that it left from."`
	Together    []AskedTogether  `json:"together,omitempty" doc:"Own requests: who else was asked by that draft."`
	WantedBy    *time.Time       `json:"wanted_by,omitempty" doc:"Own requests: when the answer is wanted."`
	Overdue     bool             `json:"overdue,omitempty" doc:"Own requests: it was wanted before now and has no final answer."`
	Similar     []SimilarRequest `json:"similar" doc:"Open requests here that ask much the same."`
	Replies     []RequestReply   `json:"replies,omitempty" doc:"When one request is asked for: all that names it."`
	Joined      []Request        `json:"joined,omitempty" doc:"When one request is asked for: requests that join it."`
}

// RequestPart is one thing that a request asks.
type RequestPart struct {
	Number   int            `json:"number" doc:"From 1."`
	Text     string         `json:"text" doc:"What is asked."`
	State    string         `json:"state,omitempty" doc:"full, partial, no holding, declined or nothing to give; absent while nothing was said."`
	Portions []GivenPortion `json:"portions,omitempty" doc:"What was given."`
}

// GivenPortion is a portion that was given in answer.
type GivenPortion struct {
	Portion  string `json:"portion" doc:"Its id."`
	Digest   string `json:"digest,omitempty" doc:"Of its content."`
	Standing string `json:"standing,omitempty" doc:"What stands against it now: withdrawn, in doubt or under review; absent when nothing does."`
}

// AskedTogether is another request of the same draft.
type AskedTogether struct {
	Member string `json:"member" doc:"Who was asked."`
	ID     string `json:"id" doc:"By which act."`
}

// SimilarRequest is an open request that asks much the same.
type SimilarRequest struct {
	ID      string `json:"id" doc:"Names the request."`
	From    string `json:"from" doc:"Who asks."`
	To      string `json:"to" doc:"Who is asked."`
	Title   string `json:"title" doc:"What it is about."`
	Percent int    `json:"percent" doc:"How much of their words they share, 0 to 100."`
	Join    bool   `json:"join" doc:"Another member asks it, and it can be joined."`
}

// RequestReply is an answer to a request, or its closing.
type RequestReply struct {
	ID      string            `json:"id" doc:"Names the act."`
	Index   int64             `json:"index" doc:"Where its envelope stands in the log."`
	Type    string            `json:"type" doc:"answer or closing."`
	From    string            `json:"from" doc:"Who says it."`
	Own     bool              `json:"own" doc:"This member says it."`
	Written string            `json:"written" doc:"Its originator's claim."`
	Counts  bool              `json:"counts" doc:"It is from whose word counts; else it changes nothing and is in doubt."`
	Outcome string            `json:"outcome,omitempty" doc:"Of a closing."`
	Note    string            `json:"note,omitempty" doc:"What it adds."`
	Final   bool              `json:"final,omitempty" doc:"Nothing follows."`
	Parts   []RequestPartSaid `json:"parts,omitempty" doc:"Of an answer."`
}

// RequestPartSaid is what an answer says to one part.
type RequestPartSaid struct {
	Number int    `json:"number" doc:"From 1; 0 where the request has no such part."`
	State  string `json:"state" doc:"What was said."`
	Truth  string `json:"truth,omitempty" doc:"Own answers: as what it was drafted."`
}

// Requests is a page of a board.
type Requests struct {
	Requests []Request `json:"requests" doc:"Newest first."`
	Next     string    `json:"next,omitempty" doc:"Where the next page begins: before. Absent on the last page."`
}

// FindRequests narrows a board.
type FindRequests struct {
	Side   string // asked, received; all when empty
	Open   bool   // neither closed nor lapsed nor in doubt
	Before int64  // older than this index
	Limit  int    // 1 to 500, 50 when 0
}

// RequirementContent is a line of the register of requirements in the making.
type RequirementContent struct {
	Reference string     `json:"reference" maxLength:"64" doc:"Its name; the last line with it stands."`
	Kind      string     `json:"kind,omitempty" enum:"PIR,EEI" doc:"Priority requirement, or essential element of one."`
	Parent    string     `json:"parent,omitempty" maxLength:"64" doc:"Reference of the PIR of an EEI."`
	Title     string     `json:"title,omitempty" maxLength:"300" doc:"What it is about."`
	Text      string     `json:"text,omitempty" maxLength:"2000" doc:"What is to be known."`
	Until     *time.Time `json:"until,omitempty" doc:"Until when it holds, to the minute."`
	State     string     `json:"state,omitempty" enum:"open,ended" doc:"open when absent."`
	To        []string   `json:"to,omitempty" maxItems:"16" doc:"Who is told; when absent those who were told before, else nobody."`
}

// CoverageContent is a line of the board of who covers what in the making.
type CoverageContent struct {
	Subject     string     `json:"subject" maxLength:"300" doc:"What is covered; the last line with it stands."`
	Requirement string     `json:"requirement,omitempty" maxLength:"64" doc:"Reference of a requirement."`
	Until       *time.Time `json:"until,omitempty" doc:"Until when, to the minute."`
	State       string     `json:"state,omitempty" enum:"open,ended" doc:"open when absent."`
	To          []string   `json:"to,omitempty" maxItems:"16" doc:"Who is told; when absent those who were told before, else nobody."`
}

// RegisterLine is a line of a register that stands.
type RegisterLine struct {
	ID        string     `json:"id" doc:"Names the act."`
	Index     int64      `json:"index" doc:"Where its envelope stands in the log."`
	Member    string     `json:"member" doc:"Whose line it is."`
	Own       bool       `json:"own" doc:"This member's."`
	Written   string     `json:"written" doc:"Its originator's claim."`
	State     string     `json:"state" doc:"open or ended."`
	InForce   bool       `json:"in_force" doc:"It is open and has not passed its end."`
	Until     *time.Time `json:"until,omitempty" doc:"Until when it holds."`
	Told      []string   `json:"told,omitempty" doc:"Own lines: who was told of it."`
	Reference string     `json:"reference,omitempty" doc:"Of a requirement; of the requirement that is covered."`
	Kind      string     `json:"kind,omitempty" doc:"PIR or EEI."`
	Parent    string     `json:"parent,omitempty" doc:"The PIR of an EEI."`
	Title     string     `json:"title,omitempty" doc:"What a requirement is about."`
	Text      string     `json:"text,omitempty" doc:"What is to be known."`
	Subject   string     `json:"subject,omitempty" doc:"What is covered."`
}

// Register is a page of a register.
type Register struct {
	Lines []RegisterLine `json:"lines" doc:"Newest first."`
	Next  string         `json:"next,omitempty" doc:"Where the next page begins: before. Absent on the last page."`
}

// FindLines narrows a register.
type FindLines struct {
	Member string // whose
	Open   bool   // in force
	Before int64  // older than this index
	Limit  int    // 1 to 500, 50 when 0
}
