package api

import (
	"encoding/json"

	"entente/act"
	"entente/label"
)

// ReportRow is a report in a list.
type ReportRow struct {
	Index        int64    `json:"index" doc:"Where its envelope stands in the log; the next page begins before it."`
	ID           string   `json:"id" doc:"Id of the view that this member got; another member's view has another."`
	Originator   string   `json:"originator" doc:"The member that said it."`
	Own          bool     `json:"own" doc:"It is this member's own."`
	Type         string   `json:"type" enum:"INTREP,SUPINTREP,INTSUM,SITREP,ASSESSMENT,ANSWER,DESIGNATION" doc:"One of the closed list (rule 1)."`
	Title        string   `json:"title" doc:"The title that this member may see."`
	Written      string   `json:"written" doc:"When it was written, by its originator's claim."`
	Class        string   `json:"class" doc:"Class of the whole view."`
	Banner       string   `json:"banner" doc:"Marking of the whole view."`
	Grade        string   `json:"grade" doc:"The best grade among its portions, A1 to F6."`
	Portions     int      `json:"portions" doc:"How many portions the view has."`
	Recipients   []string `json:"recipients" doc:"Who got this view, by the originator's claim."`
	Batch        string   `json:"batch,omitempty" doc:"Digest of the release that it was part of, for an import."`
	Supersedes   string   `json:"supersedes,omitempty" doc:"Id of the view that it replaces."`
	SupersededBy string   `json:"superseded_by,omitempty" doc:"Id of the view that replaces it, if it is here."`
	Doubt        string   `json:"doubt,omitempty" doc:"Code of what is wrong with its marking; absent when nothing is."`
	Withdrawn    int      `json:"withdrawn,omitempty" doc:"How many of its portions are withdrawn."`
	Review       int      `json:"review,omitempty" doc:"How many are under review: what they rest on was withdrawn or is in doubt."`
	Doubted      int      `json:"doubted,omitempty" doc:"How many are in doubt (rule 23)."`
}

// Reports is a page of reports.
type Reports struct {
	Reports []ReportRow `json:"reports" doc:"Newest first. A page that is not full is the last one; no total is told."`
	Next    string      `json:"next,omitempty" doc:"Where the next page begins: before. Absent on the last page."`
}

// Report is one report.
type Report struct {
	ReportRow
	Act      json.RawMessage `json:"act" doc:"The act, for reading. Its exact bytes, over which digests and signatures are, stand at the report's act."`
	Marks    []string        `json:"marks" doc:"The portions' marks, in their order."`
	LogTime  string          `json:"log_time,omitempty" doc:"Log time by which it was certified."`
	Received []string        `json:"received" doc:"Of own reports: who has proved to have it."`
	Cites    []CitedPortion  `json:"cites" doc:"What the report cites."`
	Uses     []ConsentUse    `json:"uses,omitempty" doc:"The consents in force on which it rests that its readers have it, and for what use each was given."`
	States   []PortionState  `json:"portion_states,omitempty" doc:"What stands against portions. Of these the act shown here lacks those that are withdrawn, unless an inspector reads it."`
	Change   *ReportChange   `json:"change,omitempty" doc:"What this version changed."`
	State    string          `json:"state" enum:"filed,logged,received" doc:"Where it stands."`
	Verified bool            `json:"verified" doc:"This node has verified signature, place in the log and cosignatures; always true of what it shows."`
}

// CitedPortion is what a reader learns of a portion that is cited.
type CitedPortion struct {
	Portion    string `json:"portion" doc:"Id of the cited portion."`
	Originator string `json:"originator" doc:"The member whose portion it is."`
	Text       string `json:"text" doc:"The cited text where the reader holds it, else that it is a source of the originator."`
	Held       bool   `json:"held" doc:"The reader holds the cited portion."`
	Standing   string `json:"standing,omitempty" doc:"What stands against it: withdrawn, in doubt or under review; absent when nothing does."`
}

// Find narrows a search for reports. Zero fields narrow nothing.
type Find struct {
	Text       string
	Originator string
	Type       string
	Batch      string
	Own        *bool
	Before     int64 // log index: only older ones
	Limit      int   // 1 to 500, 50 when 0
}

// Designation is the present state of a public listing by an authority.
type Designation struct {
	Originator string `json:"originator" doc:"The member that filed it."`
	Authority  string `json:"authority" doc:"Who lists."`
	List       string `json:"list" doc:"Which of its lists."`
	Reference  string `json:"reference" doc:"The entry's stable key there; the next page begins behind it."`
	Kind       string `json:"kind" enum:"person,entity" doc:"What is listed."`
	Name       string `json:"name" doc:"Primary name."`
	Status     string `json:"status" enum:"in force,ended" doc:"Whether the listing is in force."`
	Report     string `json:"report" doc:"Id of the report that says so."`
}

// Designations is a page of designations.
type Designations struct {
	Designations []Designation `json:"designations" doc:"By reference."`
}

// Content is a draft's content, as an officer writes it.
type Content struct {
	ReportType act.ReportType     `json:"report_type" enum:"INTREP,SUPINTREP,INTSUM,SITREP,ASSESSMENT,ANSWER,DESIGNATION" doc:"One of the closed list (rule 1)."`
	Title      string             `json:"title" doc:"Shown to those whom title_label allows, to others the type alone; empty, everybody sees the type alone."`
	TitleLabel *label.Label       `json:"title_label,omitempty" doc:"Marks the title; absent, it is the roll-up of all portions."`
	Supersedes string             `json:"supersedes,omitempty" doc:"Id of the released draft that this one replaces."`
	Portions   []act.PortionInput `json:"portions" minItems:"1" maxItems:"200" doc:"What is said, each with its own label, grade and sources. Names of private persons and local sources are written [[name]]; the node adds the word that stands for each (rule 25)."`
	Unmask     *Unmasked          `json:"unmask,omitempty" doc:"A release officer's decision that the marked names leave in clear; set by its own operation alone, and ended by the next change (rule 25)."`
}

// Unmasked is a decision that masked names leave in clear.
type Unmasked struct {
	Officer string `json:"officer" doc:"Who decided it."`
	Reason  string `json:"reason" doc:"Why."`
}

// Unmask asks for one.
type Unmask struct {
	Reason string `json:"reason" minLength:"1" maxLength:"500" doc:"Why the names have to be seen; it stands in the audit log."`
}
