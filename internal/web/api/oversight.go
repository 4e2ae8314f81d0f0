package api

import "time"

// Status is the condition of a node, without contents.
type Status struct {
	Member  string     `json:"member" doc:"Whose node it is."`
	Charter string     `json:"charter" doc:"Fingerprint of the charter."`
	Origin  string     `json:"origin" doc:"Origin line of the log."`
	Lead    string     `json:"lead" doc:"The member that leads the present term."`
	Ready   bool       `json:"ready" doc:"It may release to every member."`
	Log     LogStatus  `json:"log" doc:"The log and its head."`
	Views   ViewStatus `json:"views" doc:"What the node's officers may read, in numbers."`
	Peers   []Peer     `json:"peers" doc:"The other members as this node sees them."`
	Halted  *Halt      `json:"halted,omitempty" doc:"Why the node follows the lead no longer; absent when it does."`
	Epoch   uint32     `json:"epoch" doc:"Present key epoch."`
	// LostEpochs is absent where all keys are here.
	LostEpochs []uint32 `json:"lost_epochs,omitempty" doc:"Key epochs ahead whose published keys are not on this node: what is sealed to them cannot be opened until the certificate is renewed."`
	Waiting    int      `json:"releases_waiting" doc:"Releases that are leaving."`
	Failed     int      `json:"releases_failed,omitempty" doc:"Releases that could not leave, of which a draft stands as it was put up: somebody changes it, gives it up or puts it up again."`
	// RedressHere and RedressThere are rule 22's.
	RedressHere  int      `json:"redress_overdue_here,omitempty" doc:"Requests for redress that this member has not answered in time."`
	RedressThere int      `json:"redress_overdue_there,omitempty" doc:"Requests for redress of this member that others have not answered in time."`
	Evidence     int      `json:"evidence" doc:"Proofs of faults kept here."`
	Disk         Disk     `json:"disk" doc:"Free space and sizes of the files."`
	Versions     Versions `json:"versions" doc:"Of program and formats."`
}

// LogStatus is the condition of the log on this node.
type LogStatus struct {
	Size       int64      `json:"size" doc:"Leaves here."`
	Root       string     `json:"root" doc:"Hash of the tree of all leaves here, base64."`
	Certified  int64      `json:"certified" doc:"Size of the last head that a quorum cosigned."`
	LogTime    *time.Time `json:"log_time,omitempty" doc:"Median of that head's cosignature times; absent before the first."`
	Quorum     int        `json:"quorum" doc:"How many cosignatures certify a head."`
	Cosigned   []Cosigned `json:"cosigned" doc:"Who cosigned the certified head, and when."`
	Missing    []string   `json:"missing" doc:"Members whose cosignature the certified head lacks."`
	Recovering bool       `json:"recovering" doc:"The node signs nothing until the others told what it signed before."`
	Outbox     int        `json:"outbox" doc:"Own envelopes that wait to be logged."`
	Absent     int        `json:"bodies_absent" doc:"Bodies that have still to come."`
	UnknownAt  *int64     `json:"unknown_version_at,omitempty" doc:"First leaf of a version that this program does not know."`
	Announced  int        `json:"announced" doc:"Headers that other members have announced and that are not in the log here yet."`
	Withheld   []string   `json:"withheld" doc:"Originators that announced headers which the lead has not logged in time."`
	ClockSkew  int64      `json:"clock_skew_s" doc:"Seconds that this node's clock is ahead of log time."`
}

// Cosigned is one cosignature of the certified head.
type Cosigned struct {
	Member string    `json:"member" doc:"Who cosigned."`
	Time   time.Time `json:"time" doc:"When, by its own clock."`
}

// ViewStatus is the condition of the projection.
type ViewStatus struct {
	Projected    int64 `json:"projected" doc:"Leaves that the views take into account."`
	BehindFor    int64 `json:"behind_s" doc:"Seconds since the views last had all of the certified head; 0 while they have."`
	Reports      int64 `json:"reports" doc:"Reports that may be read here."`
	Own          int64 `json:"own" doc:"Of these, this member's own."`
	Designations int64 `json:"designations" doc:"Public listings known here."`
	Quarantined  int64 `json:"quarantined" doc:"Envelopes for this member that were not understood."`
}

// Peer is another member as this node sees it.
type Peer struct {
	Member   string     `json:"member" doc:"The member."`
	Cosigned bool       `json:"cosigned" doc:"It cosigned the certified head."`
	Received int64      `json:"received" doc:"Log size up to which it has proved to have opened everything that was sealed to it by this member."`
	Lag      int64      `json:"lag" doc:"Certified leaves beyond that."`
	Opened   int64      `json:"opened" doc:"Envelopes of this member that it opened."`
	Failed   int64      `json:"failed" doc:"Of these, not understood there."`
	At       *time.Time `json:"at,omitempty" doc:"When its last receipt came; absent before the first."`
	Differs  bool       `json:"differs" doc:"It has opened something else than was meant for it."`
}

// Halt says why a node follows the lead no longer.
type Halt struct {
	Code     string `json:"code" doc:"Stable, for programs."`
	Message  string `json:"message" doc:"What was seen."`
	Evidence string `json:"evidence,omitempty" doc:"Id of the evidence."`
}

// Disk is what the node's files take and what is left.
type Disk struct {
	Free  int64  `json:"free" doc:"Free bytes; -1 where the system does not tell."`
	Files []File `json:"files" doc:"The node's files with their write-ahead logs."`
}

// File is the size of one file or directory of the node.
type File struct {
	Name  string `json:"name" doc:"Without the directory."`
	Bytes int64  `json:"bytes" doc:"Its size."`
}

// Versions are those of program and formats.
type Versions struct {
	API      string `json:"api" doc:"Of this API."`
	Program  string `json:"program" doc:"Of the program, as built."`
	Go       string `json:"go" doc:"Of the compiler."`
	Act      int    `json:"act" doc:"Of the format of acts."`
	Analyser int    `json:"analyser" doc:"Of the analyser of texts; another one makes the views anew."`
}

// Member is a member of the centre with what identifies it.
type Member struct {
	ID          string     `json:"id" doc:"ISO 3166-1 alpha-3."`
	Name        string     `json:"name" doc:"As the charter says."`
	Self        bool       `json:"self" doc:"It is the member whose node this is."`
	Lead        bool       `json:"lead" doc:"It leads the present term."`
	Suspended   bool       `json:"suspended" doc:"Evidence in the log convicts it."`
	Root        Key        `json:"root" doc:"Its offline root key, pinned by the charter."`
	Incarnation uint32     `json:"incarnation" doc:"From 1; a higher one began after a restore."`
	Keys        MemberKeys `json:"keys" doc:"Its keys in force."`
}

// MemberKeys are a member's keys, one for each purpose.
type MemberKeys struct {
	Header      Key `json:"header" doc:"Signs headers and receipts."`
	Checkpoint  Key `json:"checkpoint" doc:"Signs heads, as lead."`
	Cosignature Key `json:"cosignature" doc:"Cosigns heads."`
	TLS         Key `json:"tls" doc:"Of the member link."`
	Epoch       Key `json:"epoch" doc:"Certifies epoch keys."`
}

// Key is a public key.
type Key struct {
	Key         string `json:"key" doc:"Ed25519, base64."`
	Fingerprint string `json:"fingerprint" doc:"To be compared by voice or in writing."`
}

// Members is the charter's membership.
type Members struct {
	Charter     string   `json:"charter" doc:"Name of the centre."`
	Fingerprint string   `json:"fingerprint" doc:"Of the charter."`
	Quorum      int      `json:"quorum" doc:"How many cosignatures certify a head."`
	Policy      string   `json:"policy" doc:"The classification policy common to all."`
	Classes     []string `json:"classes" doc:"Its classes, the lowest first."`
	Members     []Member `json:"members" doc:"In rising order of ids."`
}

// Epoch is a key epoch as the log knows it.
type Epoch struct {
	Epoch     uint32   `json:"epoch" doc:"Number of the epoch."`
	Present   bool     `json:"present" doc:"It is the present one by log time."`
	Published []string `json:"published" doc:"Members that have published their key for it."`
	Missing   []string `json:"missing" doc:"Members that have not; nothing can be sealed to them in it."`
}

// Epochs lists the present epoch and those ahead.
type Epochs struct {
	Epochs []Epoch `json:"epochs" doc:"In rising order."`
}

// Quarantined is an envelope for this member that was not understood.
type Quarantined struct {
	Index      int64  `json:"index" doc:"Where it stands in the log."`
	Originator string `json:"originator" doc:"Who sealed it."`
	Code       string `json:"code" doc:"Why, stable."`
}

// Quarantine lists what was not understood.
type Quarantine struct {
	Quarantine []Quarantined `json:"quarantine" doc:"Newest first."`
}

// Evidence is a proof of a fault that this node keeps.
type Evidence struct {
	ID    string    `json:"id" doc:"SHA-256 of its bytes."`
	Kind  string    `json:"kind" doc:"What it shows."`
	Seen  time.Time `json:"seen" doc:"When it was seen, by this node's clock."`
	Bytes int       `json:"bytes" doc:"Its size."`
}

// FindEvidence narrows a list of evidence.
type FindEvidence struct {
	After string // id: only what was seen later
	Limit int    // 1 to 500, 100 when 0
}

// EvidenceList is a page of the evidence that is kept.
type EvidenceList struct {
	Evidence []Evidence `json:"evidence" doc:"Oldest first."`
	Next     string     `json:"next,omitempty" doc:"Where the next page begins: after. Absent on the last page."`
}

// AuditRow is one row of the audit log.
type AuditRow struct {
	Seq     int64     `json:"seq" doc:"From 1, without gaps; the next page begins before it."`
	At      time.Time `json:"at" doc:"By the node's clock."`
	Login   string    `json:"login" doc:"Who; empty for the node itself."`
	Op      string    `json:"op" doc:"The operation."`
	Object  string    `json:"object" doc:"Identifier of what was acted on."`
	Outcome string    `json:"outcome" enum:"done,refused,failed" doc:"What came of it."`
	Detail  string    `json:"detail" doc:"Counts, digests and codes; never contents."`
	Hash    string    `json:"hash" doc:"Chains the row to all before it."`
}

// Audit is a page of the audit log.
type Audit struct {
	Rows []AuditRow `json:"rows" doc:"Newest first."`
	Next string     `json:"next,omitempty" doc:"Where the next page begins: before. Absent on the last page."`
}

// FindAudit narrows the audit log.
type FindAudit struct {
	Before int64  // sequence number: only older rows
	Login  string // only this officer's
	Object string // only on this object
	Limit  int    // 1 to 500, 100 when 0
}

// AuditVerdict is what a check of the audit log's chain found.
type AuditVerdict struct {
	Head   string       `json:"head" doc:"The head in its exported form; keep it elsewhere, and hand it in at a later check."`
	Rows   int64        `json:"rows" doc:"How many rows were checked."`
	Intact bool         `json:"intact" doc:"Nothing is wrong."`
	Faults []AuditFault `json:"faults" doc:"What is wrong, at most 100."`
}

// AuditFault is one thing wrong with the audit log.
type AuditFault struct {
	Seq  int64  `json:"seq" doc:"The row at which it was seen."`
	What string `json:"what" doc:"In words."`
}

// VerifyAudit asks for a check of the audit log.
type VerifyAudit struct {
	Heads []string `json:"heads,omitempty" maxItems:"100" doc:"Heads exported earlier, which must lie on the chain."`
}
