package api

import "time"

// Officer is a person of the national section.
type Officer struct {
	Nation     string     `json:"nation" doc:"The member whose officer it is."`
	Login      string     `json:"login" doc:"Never given twice."`
	Name       string     `json:"name" doc:"For people."`
	Roles      []string   `json:"roles" enum:"duty,analyst,release,inspector,dpo,custodian" doc:"In the order of the closed list."`
	Disabled   bool       `json:"disabled" doc:"May do nothing; stays listed, for the acts stay in the audit log."`
	MustChange bool       `json:"must_change_password" doc:"The password was set by a custodian; nothing else is permitted until it is changed."`
	Created    time.Time  `json:"created" doc:"When the officer was added."`
	LastLogIn  *time.Time `json:"last_log_in,omitempty" doc:"Absent before the first."`
}

// Officers is the answer to a list of officers.
type Officers struct {
	Officers []Officer `json:"officers" doc:"By login, disabled ones too."`
}

// LogIn asks for a session.
type LogIn struct {
	Login    string `json:"login" maxLength:"64" doc:"The officer's login."`
	Password string `json:"password" maxLength:"1024" writeOnly:"true" doc:"The officer's password."`
	Desk     bool   `json:"desk,omitempty" doc:"Keep the token in the member's cookie alone, out of reach of scripts, and do not show it."`
}

// Session is the session that a request carries.
type Session struct {
	Token   string   `json:"token,omitempty" doc:"The bearer token; shown once, at log-in without desk."`
	Officer Officer  `json:"officer" doc:"Whose session it is."`
	Allowed []string `json:"allowed" doc:"The operations that the officer's roles permit, so that a desk need not offer the others."`
}

// OpenSession is a session as listed.
type OpenSession struct {
	ID      string    `json:"id" doc:"Not the token."`
	Login   string    `json:"login" doc:"Whose it is."`
	Client  string    `json:"client" doc:"The program that logged in, as it called itself."`
	Created time.Time `json:"created" doc:"When it began."`
	Seen    time.Time `json:"seen" doc:"When it was last used, to about a minute."`
	Ends    time.Time `json:"ends" doc:"When it ends at the latest."`
	Present bool      `json:"present" doc:"It is the one that asks."`
}

// Sessions is the answer to a list of sessions.
type Sessions struct {
	Sessions []OpenSession `json:"sessions" doc:"The one used last first."`
}

// NewPassword changes one's own password.
type NewPassword struct {
	Present string `json:"present" maxLength:"1024" writeOnly:"true" doc:"The present password."`
	Next    string `json:"next" maxLength:"1024" writeOnly:"true" doc:"The new one."`
}

// NewOfficer adds an officer.
type NewOfficer struct {
	Login    string   `json:"login" maxLength:"64" doc:"1 to 64 of a-z 0-9 . _ - beginning with a letter."`
	Name     string   `json:"name" maxLength:"200" doc:"For people, at most 200 bytes."`
	Roles    []string `json:"roles" enum:"duty,analyst,release,inspector,dpo,custodian" doc:"At least one. Custodian and inspector stand alone (rules 26 and 29)."`
	Password string   `json:"password" maxLength:"1024" writeOnly:"true" doc:"The first password; the officer changes it at the first log-in."`
}

// ChangeOfficer changes another officer; absent fields stay as they are.
type ChangeOfficer struct {
	Name     *string   `json:"name,omitempty" maxLength:"200" doc:"The new name."`
	Roles    *[]string `json:"roles,omitempty" enum:"duty,analyst,release,inspector,dpo,custodian" doc:"The new roles, at once for open sessions."`
	Disabled *bool     `json:"disabled,omitempty" doc:"True ends all sessions and rights at once; false lets the officer log in again."`
}

// SetPassword gives another officer a new password.
type SetPassword struct {
	Password string `json:"password" maxLength:"1024" writeOnly:"true" doc:"It must be changed at the next log-in; open sessions end."`
}
