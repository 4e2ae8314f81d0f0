package api

import "time"

// NewBundle asks for the next bundle for a member.
type NewBundle struct {
	To    string `json:"to" minLength:"3" maxLength:"3" doc:"The addressee."`
	Since uint64 `json:"since,omitempty" maximum:"9007199254740992" doc:"Number of the first bundle whose contents it holds as well; absent, what comes after the last."`
	All   bool   `json:"all,omitempty" doc:"Hold the whole log, whatever the addressee is known to have."`
}

// Bundle is a bundle that was made.
type Bundle struct {
	To      string `json:"to" doc:"The addressee."`
	Number  uint64 `json:"number" doc:"In the series for this addressee, from 1."`
	Since   uint64 `json:"since" doc:"The first number whose contents it holds as well."`
	LogFrom int64  `json:"log_from" doc:"First leaf inside."`
	LogTo   int64  `json:"log_to" doc:"Size of the certified head inside."`
	Digest  string `json:"digest" doc:"Of its records, hex."`
	File    string `json:"file" doc:"SHA-256 of its file, hex."`
	Size    int64  `json:"size" doc:"Of its file, in bytes."`
}

// BundleTaken says what a bundle is and what it brought.
type BundleTaken struct {
	From        string    `json:"from" doc:"Its sender."`
	Number      uint64    `json:"number" doc:"In the sender's series."`
	Since       uint64    `json:"since" doc:"The first number whose contents it holds as well."`
	LogFrom     int64     `json:"log_from" doc:"First leaf inside."`
	LogTo       int64     `json:"log_to" doc:"Size of the certified head inside."`
	Made        time.Time `json:"made" doc:"When, as the sender claims."`
	Contents    []string  `json:"contents" doc:"What is inside."`
	Received    uint64    `json:"received" doc:"The last bundle of this node that the sender had imported; 0 for none."`
	Digest      string    `json:"digest" doc:"Of its records, hex."`
	Size        int64     `json:"size" doc:"Of its file, in bytes."`
	New         int64     `json:"new" doc:"Leaves that were not here."`
	Envelopes   int       `json:"envelopes" doc:"Of the sender's own, to be handed to the lead."`
	Evidence    int       `json:"evidence" doc:"Proofs of faults inside."`
	Attachments int       `json:"attachments" doc:"Attachments inside."`
	Imported    bool      `json:"imported" doc:"It was imported, and not only looked at."`
	Before      bool      `json:"imported_before" doc:"Of one that was only looked at: it was imported before, or one imported before holds what it holds."`
}

// BundleLine is one line of the stream that answers while a bundle is made or
// taken. The last one has made, taken or error.
type BundleLine struct {
	Done  int64        `json:"done,omitempty" doc:"How far it is, in bytes: of what it holds while one is made; of the file, which is read twice, while one is taken."`
	Total int64        `json:"total,omitempty" doc:"Of how many, roughly while one is made."`
	Made  *Bundle      `json:"made,omitempty" doc:"The bundle, on the last line."`
	Taken *BundleTaken `json:"taken,omitempty" doc:"What it brought, on the last line."`
	Error *Error       `json:"error,omitempty" doc:"Why it was refused or broke off, on the last line."`
}

// StagedBundle says how much of a bundle's file is here.
type StagedBundle struct {
	Have  int64 `json:"have" doc:"Bytes."`
	Whole bool  `json:"whole" doc:"That is all of it."`
}

// BundleStatus says where the exchange by courier stands.
type BundleStatus struct {
	Recovering bool            `json:"recovering" doc:"This node signs nothing: the others, or bundles and the custodian's ledger, have still to tell what it signed before."`
	Unfinished []string        `json:"unfinished" doc:"Files whose import was interrupted; it is finished when the node starts, or the file is imported again."`
	Waiting    []BundleWaiting `json:"waiting" doc:"Copies that lie here and were not imported."`
	Members    []BundleMember  `json:"members" doc:"The other members."`
}

// BundleWaiting is a copy of a bundle that was not imported: bundles before it
// are missing, or it came only in part. Nothing of it is verified.
type BundleWaiting struct {
	File        string `json:"file" doc:"SHA-256 of the file, hex."`
	Have        int64  `json:"have" doc:"Bytes that are here."`
	Whole       bool   `json:"whole" doc:"All of the file is here."`
	From        string `json:"from,omitempty" doc:"Its sender, as it claims; of a whole one."`
	Number      uint64 `json:"number,omitempty" doc:"Its number, as it claims."`
	Since       uint64 `json:"since,omitempty" doc:"The first number whose contents it holds as well, as it claims."`
	MissingFrom uint64 `json:"missing_from,omitempty" doc:"The first bundle that has to come before it; absent when it can be imported now."`
	MissingTo   uint64 `json:"missing_to,omitempty" doc:"The last one."`
}

// BundleMember says where the exchange with one member stands.
type BundleMember struct {
	Member   string     `json:"member" doc:"The other member."`
	Made     uint64     `json:"made" doc:"The last bundle made for it; 0 for none."`
	MadeAt   *time.Time `json:"made_at,omitempty" doc:"When."`
	MadeTo   int64      `json:"made_to" doc:"Log size that it reaches."`
	Last     *Bundle    `json:"last,omitempty" doc:"That bundle, whose file the node keeps until it makes a later one; absent for none."`
	Received uint64     `json:"received" doc:"The last of these that the member is known to have imported; 0 for none."`
	Taken    uint64     `json:"taken" doc:"The last bundle imported from it; 0 for none."`
	TakenAt  *time.Time `json:"taken_at,omitempty" doc:"When."`
	Cosigned int64      `json:"cosigned" doc:"Size of the largest head that it is known to have cosigned."`
	At       *time.Time `json:"at,omitempty" doc:"When, by its own clock."`
	Missing  bool       `json:"missing" doc:"The certified head lacks its cosignature."`
	Relaying int        `json:"relaying" doc:"Its envelopes that came by courier and are being handed to the lead."`
}

// BundleLedger states which bundle left this node last for each member, as the
// courier's ledger has it.
type BundleLedger struct {
	Last map[string]uint64 `json:"last" doc:"Number by member; members to whom none has left do not stand in it."`
}
