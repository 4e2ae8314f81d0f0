// Package api is the vocabulary of a node's HTTP API: every body that goes
// over the wire, with the text that the OpenAPI description carries. Server
// (package web) and client (package client) share it, so neither can drift.
//
// Times are RFC 3339 in UTC. Members are ISO 3166-1 alpha-3. Ids are 32
// lower-case hex digits, digests 64. Lists are never null.
package api

// Base is the path under which the API stands.
const Base = "/api/v1"

// MaxAddress bounds the path and query of a request in bytes.
const MaxAddress = 8 << 10

// HeaderDesk must stand, with any value, on every changing request that is
// authorised by the cookie: a foreign page cannot set it.
const HeaderDesk = "Entente-Desk"

// Error is how the API refuses. It is the body of every answer with a status
// of 400 and above.
type Error struct {
	Code     string    `json:"code" doc:"Stable, for programs."`
	Message  string    `json:"message" doc:"What is refused, why, and what would cure it."`
	Rule     string    `json:"rule,omitempty" doc:"Number of the hard rule that is the reason."`
	Findings []Finding `json:"findings,omitempty" doc:"Everything that stands against it, where it is more than one thing."`
}

// Finding is one thing that stands against saving or releasing a draft.
type Finding struct {
	Portion int    `json:"portion" doc:"Number of the portion, from 1; 0 for the whole."`
	Code    string `json:"code" doc:"Stable, for programs."`
	Rule    string `json:"rule,omitempty" doc:"Number of the hard rule that is the reason."`
	Text    string `json:"text" doc:"What, why, and what would cure it."`
}

// Codes of refusals that the API itself gives, and those of the section that
// programs tell apart; those of acts, importers and the centre come beside them.
const (
	CodeRequest      = "request"         // the request does not have the form described
	CodeNotFound     = "not_found"       // there is no such thing, or it is not for the reader: the same answer
	CodeMethod       = "method"          // the path does not take this method
	CodeTooLarge     = "too_large"       // larger than the API takes
	CodeOrigin       = "origin"          // a foreign page may not act with a session
	CodeHost         = "host"            // the node is not called by this name
	CodeBlocked      = "blocked"         // the release plan says that nothing may leave
	CodeGrants       = "grants"          // an account cannot have these rights
	CodeDraft        = "draft"           // the bytes are no draft
	CodeQuota        = "quota"           // the charter's quota is used up
	CodeFull         = "full"            // too little disk is free
	CodeBusy         = "busy"            // as much of it is going on as the node allows
	CodeTimeout      = "timeout"         // it took longer than the node allows
	CodeCancelled    = "cancelled"       // the request was broken off
	CodeInternal     = "internal"        // the node failed; its own log says why
	CodeNotCertified = "not_certified"   // no head was certified here yet
	CodeOnItsWay     = "on_its_way"      // a view of the report is not certified yet
	CodeBasis        = "basis"           // what is destroyed needs a stated reason
	CodeRecovering   = "recovering"      // the node signs nothing yet
	CodeThrottled    = "throttled"       // too many failed log-ins; Retry-After says how long
	CodeSession      = "unauthenticated" // no session, or one that has ended
	CodeCredentials  = "credentials"     // log-in and password do not fit
	CodeForbidden    = "forbidden"       // no role of the officer permits it
	CodeSecondPerson = "second_person"   // another officer must decide (rule 6)
	CodeConflict     = "conflict"        // somebody else changed it first
	CodeChanged      = "changed"         // what was seen is not what would leave
	CodeState        = "state"           // its state does not allow the step
	CodeExists       = "exists"          // there is one already
	CodeWithdrawn    = "withdrawn"       // the consent that a report rests on has ended, or it was recalled
	CodeCatchingUp   = "catching_up"     // recalls are looked for before anything is shown
)
