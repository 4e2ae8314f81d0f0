package section

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Role is one of the closed list of roles in a national section.
type Role uint8

const (
	// RoleDuty files: it drafts, plans, prepares releases and acknowledges.
	RoleDuty Role = iota
	// RoleAnalyst analyses: it drafts products, annotates and asks.
	RoleAnalyst
	// RoleRelease is the foreign-disclosure officer: alone with this role may
	// anything leave the nation (rule 6).
	RoleRelease
	// RoleInspector is the nation's overseer: it reads everything of its own
	// nation, the audit log included, and changes nothing (rule 29).
	RoleInspector
	// RoleDPO is the data-protection officer: reviews, redress, erasure
	// (rules 21 and 22).
	RoleDPO
	// RoleCustodian keeps keys, officers and configuration, and reads no
	// report, draft or annotation (rule 26).
	RoleCustodian

	roleCount = iota
)

var roleNames = [roleCount]string{"duty", "analyst", "release", "inspector", "dpo", "custodian"}

// String is the role's name in lower case, as the interface shows it.
func (r Role) String() string {
	if int(r) < roleCount {
		return roleNames[r]
	}
	return fmt.Sprintf("role(%d)", uint8(r))
}

// AllRoles is the closed list of roles.
func AllRoles() []Role {
	return []Role{RoleDuty, RoleAnalyst, RoleRelease, RoleInspector, RoleDPO, RoleCustodian}
}

// ParseRole reads a role's name; an unknown one is a [*Refusal] with code
// bounds.
func ParseRole(name string) (Role, error) {
	if i := slices.Index(roleNames[:], name); i >= 0 {
		return Role(i), nil
	}
	return 0, refuseBounds("the role is unknown", "use one of "+strings.Join(roleNames[:], ", "))
}

// Roles is a set of roles. The zero value is the empty set, which permits
// nothing. It is a bit set over [Role], so it can be compared with ==.
type Roles uint8

const everyRole = Roles(1<<roleCount - 1)

// RolesOf is the set of the given roles.
func RolesOf(roles ...Role) Roles {
	var s Roles
	for _, r := range roles {
		s |= 1 << r
	}
	return s & everyRole
}

// Has says whether r is in the set.
func (s Roles) Has(r Role) bool { return r < roleCount && s&(1<<r) != 0 }

// List is the roles of the set in the order of the closed list.
func (s Roles) List() []Role {
	var out []Role
	for r := range Role(roleCount) {
		if s.Has(r) {
			out = append(out, r)
		}
	}
	return out
}

// String is the names of the set, joined by commas.
func (s Roles) String() string {
	names := make([]string, 0, roleCount)
	for _, r := range s.List() {
		names = append(names, r.String())
	}
	return strings.Join(names, ",")
}

// MarshalJSON writes the set as a list of names.
func (s Roles) MarshalJSON() ([]byte, error) {
	names := make([]string, 0, roleCount)
	for _, r := range s.List() {
		names = append(names, r.String())
	}
	return json.Marshal(names)
}

// UnmarshalJSON reads a list of names; an unknown or repeated name is refused.
func (s *Roles) UnmarshalJSON(b []byte) error {
	var names []string
	if err := json.Unmarshal(b, &names); err != nil {
		return err
	}
	var out Roles
	for _, name := range names {
		r, err := ParseRole(name)
		if err != nil {
			return err
		}
		if out.Has(r) {
			return refuseBounds("the role "+name+" is given twice", "give each role once")
		}
		out |= 1 << r
	}
	*s = out
	return nil
}

// check says whether one officer may hold these roles together. A custodian
// who held a role that reads would make rule 26 void, and an inspector who
// also acts would inspect itself (rule 29); a person of a small section who
// does both kinds of work has two log-ins.
func (s Roles) check() error {
	switch {
	case s&^everyRole != 0:
		return refuseBounds("the set holds an unknown role", "use one of "+everyRole.String())
	case s == 0:
		return refuseBounds("an officer without a role may do nothing", "give at least one role, or disable the officer")
	case s.Has(RoleCustodian) && s != RolesOf(RoleCustodian):
		return &Refusal{Code: CodeRoles, Rule: 26, What: "custodian cannot be joined with another role",
			Why: "a custodian reads no report", Cure: "give the other roles to a second log-in", err: ErrRoles}
	case s.Has(RoleInspector) && s != RolesOf(RoleInspector):
		return &Refusal{Code: CodeRoles, Rule: 29, What: "inspector cannot be joined with another role",
			Why: "nobody inspects his own acts", Cure: "give the other roles to a second log-in", err: ErrRoles}
	}
	return nil
}
