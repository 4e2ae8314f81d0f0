package api

import (
	"time"

	"entente/act"
	"entente/label"
)

// Attachment is a file that was sealed beside the node's databases: what a
// portion says of it. It holds the key to the file.
type Attachment = act.Attachment

// CollectKinds is the closed list of what a file is taken in as.
const (
	CollectText     = "text"
	CollectHTML     = "html"
	CollectMarkdown = "markdown"
	CollectUNList   = "un-list"
	CollectSTIX     = "stix"
	CollectMISP     = "misp"
	CollectUCDP     = "ucdp"
	CollectACLED    = "acled"
	CollectGTD      = "gtd"
	CollectGDELT    = "gdelt"
	CollectCSV      = "csv"
	CollectGeoJSON  = "geojson"
	CollectCoT      = "cot"
)

// CollectOrigin is what an officer says once for all of a file that is taken
// in. It goes into the query, as JSON. With no label the drafts get the
// strictest class of the common policy, released to nobody but this member.
type CollectOrigin struct {
	Label  *label.Label   `json:"label,omitempty" doc:"Of every portion; absent, the strictest class of the common policy, released to nobody but this member."`
	Grade  *CollectGrade  `json:"grade,omitempty" doc:"Of every portion; absent, texts stay ungraded and entries of lists and bundles get F6."`
	Source *CollectSource `json:"source,omitempty" doc:"Of every portion; absent, lists and bundles name the file."`
	Lang   string         `json:"lang,omitempty" maxLength:"35" doc:"Language of the text, BCP 47; absent, what the file says."`
}

// CollectGrade grades source and content.
type CollectGrade struct {
	Reliability string `json:"reliability" enum:"A,B,C,D,E,F" doc:"Of the source."`
	Credibility string `json:"credibility" enum:"1,2,3,4,5,6" doc:"Of the content."`
}

// CollectSource describes a source.
type CollectSource struct {
	Descriptor string `json:"descriptor" maxLength:"500" doc:"One line in words."`
	Kind       string `json:"kind" maxLength:"32" doc:"How the source knows; of the acts' closed list."`
	Originator string `json:"originator" maxLength:"64" doc:"Whose source it is."`
	Party      string `json:"party,omitempty" maxLength:"120" doc:"Whose word it is."`
}

// Collected says what an import came to. All of it is durable.
type Collected struct {
	Batch     string     `json:"batch" doc:"Id of the import; it is released as one."`
	Kind      string     `json:"kind" doc:"What the file was taken in as."`
	Name      string     `json:"name" doc:"File name."`
	File      string     `json:"file" doc:"SHA-256 of the file."`
	Size      int64      `json:"size" doc:"Bytes of the file."`
	Digest    string     `json:"digest" doc:"Of all entries as one batch."`
	Generated *time.Time `json:"generated,omitempty" doc:"When the publisher of a list made it."`
	Items     int64      `json:"items" doc:"Entries in the file."`
	Added     int64      `json:"added" doc:"Taken in."`
	Changed   int64      `json:"changed" doc:"Known before with another content."`
	Same      int64      `json:"same" doc:"Known before, unchanged."`
	Ended     int64      `json:"ended" doc:"Listings that the list has no longer, beside those changed."`
	NotTaken  int64      `json:"not_taken" doc:"Rows that are broken or that a rule does not let in; the notes name them by line."`
	Noted     int64      `json:"noted" doc:"Notes on the import: see /batches/{id}/notes."`
	Reduced   bool       `json:"reduced" doc:"The original is hashed and not kept, by rule 3."`
	Drafts    []string   `json:"drafts" doc:"Drafts made or changed, at most 1,000."`
	Notes     []Note     `json:"notes" doc:"What was left out, and by which rule; the first of them."`
	Resumed   bool       `json:"resumed" doc:"An import that was interrupted went on."`
	Ignored   bool       `json:"ignored,omitempty" doc:"The file was taken in before with another marking, grade, source, language or type, which stays: what was asked for now was not applied. The notes say what to do."`
}

// Note says that something was left out of an import.
type Note struct {
	Rule string `json:"rule,omitempty" doc:"Number of the hard rule that is the reason."`
	Text string `json:"text" doc:"What was left out."`
}

// ImportNote says of an import what was left out or could not be taken in.
type ImportNote struct {
	Place int64  `json:"place" doc:"From 1, in the order of the file."`
	Line  int64  `json:"line,omitempty" doc:"Line of the file, or number of the feature or event."`
	Rule  string `json:"rule,omitempty" doc:"Number of the hard rule that is the reason."`
	Text  string `json:"text" doc:"What, and why."`
}

// ImportNotes is a page of what an import says beside its drafts.
type ImportNotes struct {
	Notes []ImportNote `json:"notes" doc:"In the order of the file."`
}

// CollectLine is one line of the stream that answers an import. The last one
// has result or error.
type CollectLine struct {
	Progress *CollectProgress `json:"progress,omitempty" doc:"How far it is."`
	Result   *Collected       `json:"result,omitempty" doc:"What it came to, on the last line."`
	Error    *Error           `json:"error,omitempty" doc:"Why it was refused or broke off, on the last line."`
}

// CollectProgress says how far an import is.
type CollectProgress struct {
	Done    int64 `json:"done" doc:"Bytes of the file."`
	Total   int64 `json:"total" doc:"Of how many; 0 while the file is read for the first time."`
	Items   int64 `json:"items" doc:"Entries so far."`
	Added   int64 `json:"added" doc:"Of these, taken in."`
	Changed int64 `json:"changed" doc:"Of these, known before with another content."`
	Same    int64 `json:"same" doc:"Of these, known before, unchanged."`
	Ended   int64 `json:"ended" doc:"Of these, listings that the list has no longer."`
}

// Media types of streams.
const (
	TypeNDJSON = "application/x-ndjson"
	TypeTar    = "application/x-tar"
	TypeBytes  = "application/octet-stream"
	TypeNote   = "text/plain; charset=utf-8"
)
