package section

import (
	"slices"
	"strings"
)

// Op is an operation that an officer may or may not perform. Its text is
// stable: it stands in the audit log.
type Op string

// The closed list of operations. What is not in it is denied.
const (
	OpReportRead      Op = "report.read"      // open, search and analyse what this node may open
	OpDraftRead       Op = "draft.read"       // read work before its release
	OpDraftSave       Op = "draft.save"       // write or change a draft of any kind but redress
	OpDraftPlan       Op = "draft.plan"       // dry-run: attach the plan of who will see what
	OpDraftDiscard    Op = "draft.discard"    // give up a draft that has not left
	OpErase           Op = "erase"            // destroy the contents of a draft or a note
	OpImport          Op = "import"           // take in drafts from a file or feed
	OpAnnotationRead  Op = "annotation.read"  // read the section's own notes
	OpAnnotationWrite Op = "annotation.write" // write them
	OpSuggestionRead  Op = "suggestion.read"  // see what was read in texts that one may read
	OpSuggestionJudge Op = "suggestion.judge" // accept and reject it; say which names are the same
	OpDiscover        Op = "discover"         // hit / no-hit query with case and purpose

	OpReleasePrepare  Op = "release.prepare"  // put a draft, or a batch, up for release
	OpReleaseRead     Op = "release.read"     // see what is up for release
	OpReleaseApprove  Op = "release.approve"  // let it leave the nation
	OpReleaseRefuse   Op = "release.refuse"   // send it back
	OpReleaseWithdraw Op = "release.withdraw" // take it back before it left
	OpReleaseRecord   Op = "release.record"   // the node records as what a release left; by the approver's authority
	OpReleaseUnmask   Op = "release.unmask"   // decide that names of sources and private persons leave in clear
	OpThreatRelease   Op = "threat.release"   // break glass: a threat to life
	OpRecall          Op = "recall"           // take back, doubt or narrow what was released, alone
	OpAcknowledge     Op = "acknowledge"      // say what was done about another's recall

	OpProtectionRead        Op = "protection.read"        // read protection notices
	OpProtectionAcknowledge Op = "protection.acknowledge" // acknowledge them

	OpRedress     Op = "redress"      // draft and answer requests for correction or erasure
	OpRedressRead Op = "redress.read" // read them
	OpReview      Op = "review"       // decide on records at their review date
	OpReviewRead  Op = "review.read"  // see which records are to be reviewed, and what became of those that ended
	OpLedgerRead  Op = "ledger.read"  // who holds what of ours
	OpInspect     Op = "inspect"      // the inspector's reports

	OpAuditRead   Op = "audit.read"   // read the audit log
	OpAuditVerify Op = "audit.verify" // check its chain, export its head

	OpOfficerList     Op = "officer.list"     // list officers and their sessions
	OpOfficerAdd      Op = "officer.add"      // add an officer
	OpOfficerRoles    Op = "officer.roles"    // set an officer's roles
	OpOfficerDisable  Op = "officer.disable"  // disable or enable an officer
	OpOfficerPassword Op = "officer.password" // set another officer's password
	OpSessionRevoke   Op = "session.revoke"   // end another officer's sessions
	OpAccountList     Op = "account.list"     // list the accounts of the section's tools
	OpAccountChange   Op = "account.change"   // make and remove them
	OpKeys            Op = "keys"             // make, certify and revoke keys
	OpSettingRead     Op = "setting.read"     // read the configuration
	OpSettingWrite    Op = "setting.write"    // change it
	OpOperate         Op = "operate"          // back up, rebuild, move bundles, restore

	OpStatusRead   Op = "status.read"   // heads, cosignatures, alarms: no contents
	OpSelfPassword Op = "self.password" // change one's own password
	OpSelfSessions Op = "self.sessions" // list and end one's own sessions
)

// Records that no officer asks for and that need no permission: they are
// written by log-in and founding themselves.
const (
	opFound  Op = "section.found"
	opLogIn  Op = "log.in"
	opLogOut Op = "log.out"
	// A decision made void by what happened to its drafts or its approver.
	opReleaseVoid Op = "release.void"
)

type permission struct {
	roles Roles
	rule  int // the hard rule that a refusal names, 0 if none
}

var (
	readers  = everyRole &^ RolesOf(RoleCustodian)
	drafters = RolesOf(RoleDuty, RoleAnalyst)
)

// permissions is the whole table: who may do what. Deny by default: an
// operation or a role that is not in it is refused. It is never written to.
var permissions = map[Op]permission{
	OpReportRead:      {readers, 26},
	OpDraftRead:       {readers, 26},
	OpDraftSave:       {drafters, 0},
	OpDraftPlan:       {drafters | RolesOf(RoleRelease, RoleDPO), 0},
	OpDraftDiscard:    {drafters | RolesOf(RoleDPO), 0}, // each what he may write
	OpErase:           {RolesOf(RoleDPO), 22},
	OpImport:          {drafters, 2},
	OpAnnotationRead:  {readers, 26},
	OpAnnotationWrite: {drafters, 0},
	OpSuggestionRead:  {readers, 26},
	OpSuggestionJudge: {drafters, 24},
	OpDiscover:        {drafters, 2},

	OpReleasePrepare:  {drafters | RolesOf(RoleDPO), 6},
	OpReleaseRead:     {readers, 6},
	OpReleaseApprove:  {RolesOf(RoleRelease), 6},
	OpReleaseRefuse:   {RolesOf(RoleRelease), 6},
	OpReleaseWithdraw: {drafters | RolesOf(RoleRelease, RoleDPO), 6},
	OpReleaseRecord:   {RolesOf(RoleRelease), 6},
	OpReleaseUnmask:   {RolesOf(RoleRelease), 25},
	OpThreatRelease:   {RolesOf(RoleDuty, RoleRelease), 11},
	OpRecall:          {RolesOf(RoleRelease), 10},
	OpAcknowledge:     {RolesOf(RoleRelease, RoleDPO), 22},

	OpProtectionRead:        {RolesOf(RoleDuty, RoleRelease, RoleInspector), 4},
	OpProtectionAcknowledge: {RolesOf(RoleDuty), 4},

	OpRedress:     {RolesOf(RoleDPO), 22},
	OpRedressRead: {RolesOf(RoleRelease, RoleInspector, RoleDPO), 22},
	OpReview:      {RolesOf(RoleDPO), 21},
	OpReviewRead:  {RolesOf(RoleDPO, RoleInspector), 21},
	OpLedgerRead:  {readers, 29},
	OpInspect:     {RolesOf(RoleInspector), 29},

	OpAuditRead:   {RolesOf(RoleInspector), 29},
	OpAuditVerify: {RolesOf(RoleInspector, RoleCustodian), 29},

	OpOfficerList:     {RolesOf(RoleInspector, RoleCustodian), 26},
	OpOfficerAdd:      {RolesOf(RoleCustodian), 26},
	OpOfficerRoles:    {RolesOf(RoleCustodian), 26},
	OpOfficerDisable:  {RolesOf(RoleCustodian), 26},
	OpOfficerPassword: {RolesOf(RoleCustodian), 26},
	OpSessionRevoke:   {RolesOf(RoleCustodian), 26},
	OpAccountList:     {RolesOf(RoleInspector, RoleCustodian), 26},
	OpAccountChange:   {RolesOf(RoleCustodian), 26},
	OpKeys:            {RolesOf(RoleCustodian), 26},
	OpSettingRead:     {RolesOf(RoleInspector, RoleCustodian), 26},
	OpSettingWrite:    {RolesOf(RoleCustodian), 26},
	OpOperate:         {RolesOf(RoleCustodian), 26},

	OpStatusRead:   {everyRole, 0},
	OpSelfPassword: {everyRole, 0},
	OpSelfSessions: {everyRole, 0},
}

// Operations is the closed list of operations in alphabetical order.
func Operations() []Op {
	ops := make([]Op, 0, len(permissions))
	for op := range permissions {
		ops = append(ops, op)
	}
	slices.Sort(ops)
	return ops
}

// Permitted is the roles that may perform op, empty for an operation that is
// not in the closed list.
func Permitted(op Op) Roles { return permissions[op].roles }

// Authorise says whether the officer may perform op: nil, or a [*Refusal]
// with [ErrForbidden] that names the rule and the role that would cure it. It
// judges by the roles in o, which are those of the moment when o was
// authenticated; methods of [Section] judge again by what is stored.
func Authorise(o Officer, op Op) error {
	p, known := permissions[op]
	switch {
	case !known:
		return &Refusal{Code: CodeForbidden, What: "the operation is not in the closed list", Cure: "nothing cures this", err: ErrForbidden}
	case o.Disabled:
		return &Refusal{Code: CodeForbidden, What: "the officer is disabled", Cure: "ask a custodian", err: ErrForbidden}
	case o.Login == "" || o.Roles&p.roles == 0:
		return &Refusal{Code: CodeForbidden, Rule: p.rule,
			What: string(op) + " is not permitted to you",
			Why:  "your roles are: " + orNone(o.Roles),
			Cure: "ask an officer with one of the roles " + strings.ReplaceAll(p.roles.String(), ",", ", "),
			err:  ErrForbidden}
	case o.MustChange && op != OpSelfPassword && op != OpSelfSessions:
		return &Refusal{Code: CodeForbidden, What: string(op) + " is not permitted yet",
			Why: "your password was set by a custodian, who knows it", Cure: "change your password", err: ErrForbidden}
	}
	return nil
}

func orNone(s Roles) string {
	if s == 0 {
		return "none"
	}
	return strings.ReplaceAll(s.String(), ",", ", ")
}
