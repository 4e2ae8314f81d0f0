package api

// RecallContent is a recall in the making (spec/recall.md).
type RecallContent struct {
	Kind         string       `json:"kind" enum:"recall,correction,narrowing,doubt,review,cleared" doc:"What is said."`
	Reason       string       `json:"reason,omitempty" enum:"error,fabrication,unlawful,release-mistake,doubt" doc:"Why; absent of what is cleared or under review."`
	Report       string       `json:"report,omitempty" maxLength:"64" doc:"A released own draft, a report that is here, or a portion: its portions are meant."`
	Numbers      []int        `json:"numbers,omitempty" maxItems:"200" doc:"Only these portions of it, from 1."`
	Portions     []PortionRef `json:"portions,omitempty" maxItems:"128" doc:"Portions by id; digests are filled in from what is held."`
	ReplacedBy   string       `json:"replaced_by,omitempty" maxLength:"64" doc:"Of a correction: the released own draft that says it right."`
	ToFollow     bool         `json:"to_follow,omitempty" doc:"Of a correction without one: what is right is not released yet, and follows."`
	Replacements []PortionRef `json:"replacements,omitempty" maxItems:"128" doc:"Of a correction: the portions that say it right."`
	Text         string       `json:"text,omitempty" maxLength:"1000" doc:"To the readers."`
	Redress      string       `json:"redress,omitempty" maxLength:"64" doc:"A received request for redress that this carries out: its portions are meant. It leaves in no act."`
	From         []string     `json:"from,omitempty" maxItems:"16" doc:"Of a narrowing: who is to have it no more, in rising order."`
}

// Issued is a statement that was let go, or put up for somebody to let go.
type Issued struct {
	Release Release   `json:"release" doc:"The decision: approved when it was let go, prepared when somebody has to."`
	Drafts  []string  `json:"drafts" doc:"The drafts that hold what was said."`
	Acts    []PlanAct `json:"acts" doc:"What leaves, and to whom."`
	Waits   bool      `json:"waits,omitempty" doc:"What is recalled is on its way into the log itself: the recall leaves right after it has arrived, to all whom it has reached."`
}

// AcknowledgementContent answers a recall of another member.
type AcknowledgementContent struct {
	State    string `json:"state" enum:"received,quarantined,destroyed,retained" doc:"How far this member has followed it."`
	Complete bool   `json:"complete,omitempty" doc:"Nothing that this member has made of it is under review any more; refused while something is."`
	Basis    string `json:"basis,omitempty" maxLength:"1000" doc:"The law by which it is retained, in words that may be told."`
}

// RecallAct is a recall as read.
type RecallAct struct {
	ID           string         `json:"id" doc:"Names the act."`
	Index        int64          `json:"index" doc:"Where its envelope stands in the log, -1 while the log has not certified it."`
	Originator   string         `json:"originator" doc:"Who says it."`
	Own          bool           `json:"own" doc:"This member says it."`
	Written      string         `json:"written,omitempty" doc:"Its originator's claim."`
	To           []string       `json:"to" doc:"Who reads it."`
	Kind         string         `json:"kind" doc:"recall, correction, narrowing, doubt, review or cleared."`
	Reason       string         `json:"reason,omitempty" doc:"Its class of reasons."`
	Text         string         `json:"text,omitempty" doc:"To its readers."`
	Portions     []PortionRef   `json:"portions" doc:"What it is about."`
	Replacements []PortionRef   `json:"replacements,omitempty" doc:"What says it right."`
	Provisional  bool           `json:"provisional,omitempty" doc:"It came beside the log, which has not certified it yet."`
	Bearing      string         `json:"bearing" enum:"in force,waiting,lifted,void" doc:"What it came to here; void: it is not the issuer's own, changes nothing and is in doubt."`
	Reports      []string       `json:"reports,omitempty" doc:"The reports here that hold any of it, when one act is asked for."`
	Holders      []RecallHolder `json:"holders,omitempty" doc:"Of an own recall: how far its readers have followed it."`
}

// RecallHolder is what the issuer knows of one reader: never which products were
// made of it, nor how many.
type RecallHolder struct {
	Member   string `json:"member" doc:"The reader."`
	State    string `json:"state" enum:"sent,received,quarantined,destroyed,retained" doc:"quarantined is proved by its receipt; destroyed and retained its officers say."`
	Complete bool   `json:"complete,omitempty" doc:"It says that nothing it made of this is under review any more."`
	Basis    string `json:"basis,omitempty" doc:"The law by which it is retained."`
}

// Recalls is a page of recalls.
type Recalls struct {
	Recalls []RecallAct `json:"recalls" doc:"Newest first; what the log has not certified before all others."`
	Next    string      `json:"next,omitempty" doc:"Where the next page begins: before. Absent on the last page."`
}

// FindRecalls narrows a list of recalls.
type FindRecalls struct {
	Own    bool  // only this member's
	Others bool  // only others'
	Before int64 // older than this index
	Limit  int   // 1 to 500, 50 when 0
}

// PortionState is what stands against one portion of a report.
type PortionState struct {
	Number      int    `json:"number" doc:"In the report, from 1."`
	Portion     string `json:"portion" doc:"Its id."`
	Withdrawn   bool   `json:"withdrawn,omitempty" doc:"It is withdrawn; the act shown here lacks it."`
	Doubt       bool   `json:"doubt,omitempty" doc:"It is in doubt (rule 23)."`
	Review      bool   `json:"review,omitempty" doc:"What it rests on was withdrawn or is in doubt."`
	By          string `json:"by,omitempty" doc:"Who withdraws or doubts it."`
	Kind        string `json:"kind,omitempty" doc:"By what kind of act."`
	Reason      string `json:"reason,omitempty" doc:"The class of reasons."`
	Recall      string `json:"recall,omitempty" doc:"The act."`
	Provisional bool   `json:"provisional,omitempty" doc:"The log has not certified that act yet."`
	Text        string `json:"text" doc:"All of it in words."`
}

// ReportChange is what a newer version of a report changed for its reader.
type ReportChange struct {
	Replaces string   `json:"replaces" doc:"Id of the view that it replaces."`
	Gone     []string `json:"gone" doc:"Portions that are not in it any more."`
	New      []string `json:"new" doc:"Portions that are new in it."`
	Kept     int      `json:"kept" doc:"How many stayed as they were."`
}
