package api

import "time"

// RecordReview is a report with personal data, by its review.
type RecordReview struct {
	ID           string    `json:"id" doc:"Id of the report as this member has it."`
	Index        int64     `json:"index" doc:"Where its envelope stands in the log."`
	Originator   string    `json:"originator" doc:"Who released it."`
	Own          bool      `json:"own" doc:"This member did."`
	ReportType   string    `json:"report_type" doc:"Type of the report."`
	Title        string    `json:"title" doc:"Its title; empty once it is hidden."`
	State        string    `json:"state" enum:"due,hidden" doc:"hidden: its review is overdue, and it is shown to nobody."`
	ReviewBy     time.Time `json:"review_by" doc:"By when its personal data are to be reviewed, by the log's time."`
	Destroyed    time.Time `json:"destroyed" doc:"From when every holder destroys it, when nobody renews it."`
	Categories   []string  `json:"categories" doc:"As what persons stand in it."`
	Since        string    `json:"since,omitempty" doc:"Since which day its data are kept, when a review has renewed them."`
	SupersededBy string    `json:"superseded_by,omitempty" doc:"A newer version, as by a renewal: this one takes its course."`
	Draft        string    `json:"draft,omitempty" doc:"The own draft that it was made of."`
}

// RecordReviews is a page of records by their review.
type RecordReviews struct {
	Records []RecordReview `json:"records" doc:"What has waited longest first."`
	Next    string         `json:"next,omitempty" doc:"Where the next page begins; absent on the last."`
}

// FindRecordReviews narrows a list of records.
type FindRecordReviews struct {
	From  string // own or others; empty for both
	Days  int    // due within so many days, 30 when 0
	After string // behind this row, Next of an earlier page
	Limit int    // 1 to 500, 50 when 0
}

// RenewalContent says that a record is still needed.
type RenewalContent struct {
	ReviewBy time.Time `json:"review_by" doc:"By when it is to be reviewed again: 1,095 days ahead at most (rule 21)."`
	Reason   string    `json:"reason" minLength:"1" maxLength:"500" doc:"Why it is still needed; its readers see it."`
}

// EndingContent ends a record before its term.
type EndingContent struct {
	Reason string `json:"reason" minLength:"1" maxLength:"200" doc:"The review or rule that it rests on, as it stands in the audit log: an identifier, no name."`
}

// EndedRecord is what ending a record came to.
type EndedRecord struct {
	Destroyed *ErasedCopies `json:"destroyed,omitempty" doc:"What is gone here; absent while the recall of an own record is on its way."`
	Issued    *Issued       `json:"issued,omitempty" doc:"What was put up for an officer with the release role: the recall of an own record, or what tells its originator."`
}

// ErasedCopies counts what was destroyed here.
type ErasedCopies struct {
	Reports int `json:"reports" doc:"Views of reports: bodies, keys, rows and words."`
	Drafts  int `json:"drafts" doc:"Own drafts."`
	Files   int `json:"files" doc:"Sealed files."`
}

// EndedReport is an own report that has ended, and what became of its copies.
type EndedReport struct {
	ID        string        `json:"id" doc:"Id of the view."`
	Index     int64         `json:"index" doc:"Where its envelope stands in the log."`
	Ended     time.Time     `json:"ended" doc:"When, by the log's time."`
	Destroyed time.Time     `json:"destroyed" doc:"From when every holder destroys it."`
	Here      bool          `json:"here" doc:"This node's own copy is still here, hidden."`
	Holders   []EndedHolder `json:"holders" doc:"Its readers."`
}

// EndedHolder is what one reader has said of its copy.
type EndedHolder struct {
	Member string     `json:"member" doc:"The reader."`
	State  string     `json:"state" enum:"not yet,destroyed,overdue" doc:"overdue: more than a day past the grace, and no receipt says that it is destroyed."`
	Told   *time.Time `json:"told,omitempty" doc:"When its receipt came that says so, by the log's time."`
}

// EndedReports is a page of own reports that have ended.
type EndedReports struct {
	Reports []EndedReport `json:"reports" doc:"What ended last first."`
	Next    string        `json:"next,omitempty" doc:"Where the next page begins; absent on the last."`
}
