package api

import "time"

// PrepareRelease puts drafts, or a whole import, up for release by a second
// officer. One of both is given.
type PrepareRelease struct {
	Drafts []string `json:"drafts,omitempty" maxItems:"1000" doc:"Ids of drafts."`
	Batch  string   `json:"batch,omitempty" maxLength:"64" doc:"Id of an import, all of whose drafts are released by one digest."`
}

// Release is a decision on what leaves the nation.
type Release struct {
	ID         string     `json:"id" doc:"Names the decision."`
	State      string     `json:"state" enum:"prepared,approved,leaving,done,refused,withdrawn,void,failed" doc:"prepared and approved are open; leaving cannot be taken back; the others are final."`
	Kind       string     `json:"kind,omitempty" doc:"In lists: what its first draft is, report or the kind of a statement."`
	Title      string     `json:"title,omitempty" doc:"In lists: the title of its first draft, where it has one that its reader may see."`
	Digest     string     `json:"digest" doc:"Names exactly what is decided on: every draft's content and plan. Approve with it."`
	Drafts     int64      `json:"drafts" doc:"How many drafts are in it."`
	Left       int64      `json:"left" doc:"How many of them have left."`
	PreparedBy string     `json:"prepared_by" doc:"Who put it up; another officer decides (rule 6)."`
	Prepared   time.Time  `json:"prepared" doc:"When."`
	DecidedBy  string     `json:"decided_by,omitempty" doc:"Who decided."`
	Decided    *time.Time `json:"decided,omitempty" doc:"When."`
	Reason     string     `json:"reason,omitempty" doc:"Why it was refused, withdrawn or made void."`
}

// Releases is a page of decisions.
type Releases struct {
	Releases []Release `json:"releases" doc:"The oldest first."`
	Next     string    `json:"next,omitempty" doc:"Where the next page begins: after and after_id, behind a comma. Absent on the last page."`
}

// FindReleases narrows a list of decisions.
type FindReleases struct {
	State   string // prepared when empty
	After   time.Time
	AfterID string
	Limit   int // 1 to 500, 50 when 0
}

// ReleaseDraft is one draft in a decision.
type ReleaseDraft struct {
	Draft   string `json:"draft" doc:"Id of the draft."`
	Content string `json:"content" doc:"Digest of the content that is decided on."`
	Plan    string `json:"plan" doc:"Digest of the plan that is decided on."`
	Left    bool   `json:"left" doc:"It has left."`
}

// ReleaseDrafts is a page of what a decision is about.
type ReleaseDrafts struct {
	Drafts []ReleaseDraft `json:"drafts" doc:"By id of the draft; the next page begins behind the last."`
	Next   string         `json:"next,omitempty" doc:"Where the next page begins: after. Absent on the last page."`
}

// Approve lets a decision go ahead.
type Approve struct {
	Digest string `json:"digest" pattern:"^[0-9a-f]{64}$" doc:"The digest of the decision as it was read; another one is refused."`
}

// Reason says why a decision is refused or withdrawn.
type Reason struct {
	Reason string `json:"reason" minLength:"1" maxLength:"1000" doc:"In words, for the section alone."`
}

// ReleaseDetail is a decision as the officer who decides sees it: by the
// digest, the number and the recipients of what would leave.
type ReleaseDetail struct {
	Release
	Batch   string      `json:"batch,omitempty" doc:"Id of the import that all drafts came with."`
	Entries string      `json:"entries,omitempty" doc:"Of an import: digest of all entries as one batch, which each of the released reports will carry."`
	Views   []ViewCount `json:"views" doc:"How many views would go to whom."`
	Titles  []string    `json:"titles" doc:"Titles of the first drafts, at most 20."`
}

// ViewCount says how many views go to exactly these members.
type ViewCount struct {
	To    []string `json:"to" doc:"The members."`
	Count int64    `json:"count" doc:"How many views."`
}

// Batch is one run of an importer, with where its drafts stand.
type Batch struct {
	ID        string     `json:"id" doc:"Names the import."`
	Kind      string     `json:"kind" doc:"What it was taken in as; the room within which the keys of entries are unique."`
	Name      string     `json:"name" doc:"File name, as the officer gave it."`
	State     string     `json:"state" enum:"importing,drafts,prepared,released,empty" doc:"importing: give the same file again to go on; drafts: to be put up for release; prepared: up for release; released: all of it has left, or was given up; empty: nothing in it was new."`
	File      string     `json:"file" doc:"SHA-256 of the file."`
	Digest    string     `json:"digest" doc:"Of all entries as one batch."`
	Items     int64      `json:"items" doc:"How many entries the file has."`
	Generated *time.Time `json:"generated,omitempty" doc:"When the publisher of a list made it."`
	Login     string     `json:"login" doc:"Who imported."`
	Created   time.Time  `json:"created" doc:"When it began."`
	Modified  time.Time  `json:"modified" doc:"When it moved last."`
	Added     int64      `json:"added" doc:"Entries taken in."`
	Changed   int64      `json:"changed" doc:"Entries known before with another content."`
	Same      int64      `json:"same" doc:"Entries known before, unchanged."`
	NotTaken  int64      `json:"not_taken" doc:"Rows that are broken or that a rule does not let in."`
	Noted     int64      `json:"noted" doc:"Notes on the import: see /batches/{id}/notes."`
	Reduced   bool       `json:"reduced" doc:"The original is hashed and not kept, by rule 3."`
	Drafts    int64      `json:"drafts" doc:"Drafts in the making."`
	Deciding  int64      `json:"deciding" doc:"Of these, up for release."`
	Released  int64      `json:"released" doc:"Drafts that left."`
	Discarded int64      `json:"discarded" doc:"Drafts given up."`
	Decision  string     `json:"decision,omitempty" doc:"The open decision that they are part of, if any."`
}

// Batches is a page of imports.
type Batches struct {
	Batches []Batch `json:"batches" doc:"The newest first."`
	Next    string  `json:"next,omitempty" doc:"Where the next page begins: before and before_id, behind a comma. Absent on the last page."`
}

// BatchPlan is the dry-run of the release of a whole import.
type BatchPlan struct {
	Batch        string         `json:"batch" doc:"Id of the import."`
	Count        int64          `json:"count" doc:"How many drafts can leave."`
	Views        []ViewCount    `json:"views" doc:"How many views would go to whom."`
	Blocked      []BlockedDraft `json:"blocked" doc:"The first of those that cannot leave, at most 50."`
	BlockedCount int64          `json:"blocked_count" doc:"How many cannot leave."`
}

// BlockedDraft is a draft that cannot leave.
type BlockedDraft struct {
	Draft string `json:"draft" doc:"Id of the draft."`
	Why   string `json:"why" doc:"What stands against it."`
}

// Discarded says how many drafts of an import were given up.
type Discarded struct {
	Drafts int64 `json:"drafts" doc:"How many drafts were given up."`
}

// Erase says on what the destruction of contents rests.
type Erase struct {
	Basis string `json:"basis" minLength:"1" maxLength:"200" doc:"Identifier of the request, the review or the retention rule (rules 21 and 22); it stands in the audit log."`
}

// Forgotten says what of a report was destroyed on this node.
type Forgotten struct {
	Reports int `json:"reports" doc:"Views of reports: bodies, keys, rows and words."`
	Drafts  int `json:"drafts" doc:"Own drafts whose contents were erased."`
	Files   int `json:"files" doc:"Sealed files that were removed."`
}
