package api

import "time"

// ConsentContent is a consent act in the making: ask, grant, refuse or withdraw
// (spec/act.md, "consent").
type ConsentContent struct {
	Step     string       `json:"step" enum:"ask,grant,refuse,withdraw" doc:"What is said."`
	By       string       `json:"by,omitempty" maxLength:"60" doc:"Whose material it is: a member, or a party outside as X VIA IRQ. An answer takes it from the ask."`
	Portions []PortionRef `json:"portions,omitempty" maxItems:"128" doc:"The portions, by id; digests are filled in from what is held."`
	Draft    string       `json:"draft,omitempty" maxLength:"64" doc:"Instead: an own draft, and what of that originator stands in it."`
	Numbers  []int        `json:"numbers,omitempty" maxItems:"200" doc:"Only of these portions of the draft, from 1."`
	Members  []string     `json:"members,omitempty" maxItems:"16" doc:"Who are to have them, in rising order; each learns of itself alone."`
	Until    *time.Time   `json:"until,omitempty" doc:"When the grant lapses, to the minute."`
	Use      string       `json:"use,omitempty" maxLength:"500" doc:"For what use."`
	Basis    string       `json:"basis,omitempty" maxLength:"1000" doc:"Why it is asked; how a party outside gave it."`
	Answers  string       `json:"answers,omitempty" maxLength:"64" doc:"The ask that is answered, or the grant that is withdrawn."`
	Request  string       `json:"request,omitempty" maxLength:"64" doc:"The request for whose answer it is asked. Stays here."`
}

// PortionRef names a portion.
type PortionRef struct {
	Portion string `json:"portion" maxLength:"32" doc:"Its id."`
	Digest  string `json:"digest,omitempty" maxLength:"64" doc:"Of its content."`
}

// ConsentAct is a consent act as read.
type ConsentAct struct {
	ID         string           `json:"id" doc:"Names the act."`
	Index      int64            `json:"index" doc:"Where its envelope stands in the log."`
	Originator string           `json:"originator" doc:"Who says it."`
	Own        bool             `json:"own" doc:"This member says it."`
	Written    string           `json:"written" doc:"Its originator's claim."`
	To         []string         `json:"to" doc:"Who reads it."`
	Step       string           `json:"step" doc:"ask, grant, refuse or withdraw."`
	By         string           `json:"by" doc:"Whose material it is."`
	Members    []string         `json:"members" doc:"Who is to have it."`
	Until      *time.Time       `json:"until,omitempty" doc:"When a grant lapses."`
	Use        string           `json:"use,omitempty" doc:"For what use."`
	Basis      string           `json:"basis,omitempty" doc:"Why it is asked; how a party outside gave it."`
	Answers    string           `json:"answers,omitempty" doc:"The ask that it answers."`
	Counts     bool             `json:"counts" doc:"It is from whose word counts; else it changes nothing and is in doubt."`
	State      string           `json:"state,omitempty" doc:"Of an ask: open, granted, refused; of a grant: in force, lapsed, withdrawn."`
	Portions   []ConsentPortion `json:"portions" doc:"What it is about."`
	Answered   []ConsentAct     `json:"answered,omitempty" doc:"What answers an ask, when one act is asked for."`
}

// ConsentPortion is one portion that a consent act is about.
type ConsentPortion struct {
	PortionRef
	Text string `json:"text,omitempty" doc:"Its text, where it is held here."`
}

// Consents is a page of consent acts.
type Consents struct {
	Consents []ConsentAct `json:"consents" doc:"Newest first."`
	More     bool         `json:"more" doc:"There are others before the last."`
}

// FindConsents narrows a list of consent acts.
type FindConsents struct {
	Open   bool  // asks that nobody has answered
	Mine   bool  // said by others to this member
	Before int64 // older than this index
	Limit  int   // 1 to 500, 50 when 0
}

// ConsentUse is a consent with which a member has material that was not released
// to it, or has it of a party outside.
type ConsentUse struct {
	Member   string     `json:"member" doc:"Who has it with this consent."`
	By       string     `json:"by" doc:"Whose consent it is."`
	Use      string     `json:"use,omitempty" doc:"For what use it was given, as it was said; absent when that was not said."`
	Until    *time.Time `json:"until,omitempty" doc:"When it lapses."`
	Act      string     `json:"act" doc:"Id of the grant."`
	Portions []int      `json:"portions" doc:"Numbers of the portions that rest on it, from 1."`
}
