package section

import (
	"errors"
	"strings"
	"testing"
)

// matrix is who may do what, said a second time and by hand: a change of the
// table in the code must be made here too.
// Columns: Duty, Analyst, Release, Inspector, DPO, Custodian.
const matrix = `
account.change          . . . . . C
account.list            . . . I . C
acknowledge             . . R . P .
annotation.read         D A R I P .
annotation.write        D A . . . .
audit.read              . . . I . .
audit.verify            . . . I . C
discover                D A . . . .
draft.discard           D A . . P .
draft.plan              D A R . P .
draft.read              D A R I P .
draft.save              D A . . . .
erase                   . . . . P .
import                  D A . . . .
inspect                 . . . I . .
keys                    . . . . . C
ledger.read             D A R I P .
officer.add             . . . . . C
officer.disable         . . . . . C
officer.list            . . . I . C
officer.password        . . . . . C
officer.roles           . . . . . C
operate                 . . . . . C
protection.acknowledge  D . . . . .
protection.read         D . R I . .
recall                  . . R . . .
redress                 . . . . P .
redress.read            . . R I P .
release.approve         . . R . . .
release.prepare         D A . . P .
release.read            D A R I P .
release.record          . . R . . .
release.refuse          . . R . . .
release.withdraw        D A R . P .
report.read             D A R I P .
review                  . . . . P .
review.read             . . . I P .
self.password           D A R I P C
self.sessions           D A R I P C
session.revoke          . . . . . C
setting.read            . . . I . C
setting.write           . . . . . C
status.read             D A R I P C
suggestion.judge        D A . . . .
suggestion.read         D A R I P .
release.unmask          . . R . . .
threat.release          D . R . . .
`

// allowed reads the matrix.
func allowed(t *testing.T) map[Op]Roles {
	t.Helper()
	out := map[Op]Roles{}
	for line := range strings.Lines(strings.TrimSpace(matrix)) {
		f := strings.Fields(line)
		if len(f) != 1+roleCount {
			t.Fatalf("bad line %q", line)
		}
		var s Roles
		for i, c := range f[1:] {
			if c != "." {
				s |= RolesOf(AllRoles()[i])
			}
		}
		out[Op(f[0])] = s
	}
	return out
}

func TestEveryOperationByEveryRole(t *testing.T) {
	table := allowed(t)
	if ops := Operations(); len(ops) != len(table) {
		t.Errorf("%d operations, %d in the matrix", len(ops), len(table))
	}
	for _, op := range Operations() {
		want, ok := table[op]
		if !ok {
			t.Errorf("%s is not in the matrix", op)
		}
		if Permitted(op) != want {
			t.Errorf("Permitted(%s) = %s, want %s", op, Permitted(op), want)
		}
		for _, r := range AllRoles() {
			o := Officer{Nation: "IRQ", Login: "x", Roles: RolesOf(r)}
			err := Authorise(o, op)
			if want.Has(r) {
				if err != nil {
					t.Errorf("%s by %s: %v", op, r, err)
				}
				continue
			}
			var ref *Refusal
			if !errors.As(err, &ref) || !errors.Is(err, ErrForbidden) || ref.Code != CodeForbidden {
				t.Fatalf("%s by %s: %v, want a refusal", op, r, err)
			}
			for _, cure := range want.List() {
				if !strings.Contains(ref.Cure, cure.String()) {
					t.Errorf("%s by %s: cure %q does not name %s", op, r, ref.Cure, cure)
				}
			}
		}
	}
}

// All combinations of roles permit what one of the roles permits, and nothing
// more.
func TestRolesAddUp(t *testing.T) {
	for set := Roles(0); set <= everyRole; set++ {
		for _, op := range Operations() {
			want := false
			for _, r := range set.List() {
				want = want || Authorise(Officer{Login: "x", Roles: RolesOf(r)}, op) == nil
			}
			if got := Authorise(Officer{Login: "x", Roles: set}, op) == nil; got != want {
				t.Errorf("%s by %s: %v, want %v", op, set, got, want)
			}
		}
	}
}

func TestDenyByDefault(t *testing.T) {
	for _, c := range []struct {
		name string
		o    Officer
		op   Op
	}{
		{"nobody", Officer{}, OpStatusRead},
		{"no login", Officer{Roles: everyRole}, OpStatusRead},
		{"no role", Officer{Login: "x"}, OpSelfPassword},
		{"disabled", Officer{Login: "x", Roles: everyRole, Disabled: true}, OpSelfPassword},
		{"unknown operation", Officer{Login: "x", Roles: everyRole}, "report.forge"},
		{"empty operation", Officer{Login: "x", Roles: everyRole}, ""},
		{"log-in is no operation of an officer", Officer{Login: "x", Roles: everyRole}, opLogIn},
		{"password set by a custodian", Officer{Login: "x", Roles: everyRole, MustChange: true}, OpReportRead},
		{"role outside the list", Officer{Login: "x", Roles: 1 << 7}, OpStatusRead},
	} {
		if err := Authorise(c.o, c.op); !errors.Is(err, ErrForbidden) {
			t.Errorf("%s: %v, want forbidden", c.name, err)
		}
	}
	if err := Authorise(Officer{Login: "x", Roles: RolesOf(RoleDuty), MustChange: true}, OpSelfPassword); err != nil {
		t.Errorf("changing the password: %v", err)
	}
}

// The rules that refusals name: rule 6 for what leaves, 26 for what a custodian
// may not read, 29 for what is the inspector's.
func TestRefusalsNameTheirRule(t *testing.T) {
	for _, c := range []struct {
		role Role
		op   Op
		rule int
	}{
		{RoleDuty, OpReleaseApprove, 6},
		{RoleCustodian, OpReportRead, 26},
		{RoleCustodian, OpDraftRead, 26},
		{RoleDuty, OpOfficerAdd, 26},
		{RoleDuty, OpAuditRead, 29},
		{RoleRelease, OpErase, 22},
		{RoleRelease, OpRedress, 22},
		{RoleAnalyst, OpRedressRead, 22},
		{RoleAnalyst, OpThreatRelease, 11},
	} {
		r := refusal(t, Authorise(Officer{Login: "x", Roles: RolesOf(c.role)}, c.op), ErrForbidden, c.rule)
		if !strings.Contains(r.Error(), "(rule ") {
			t.Errorf("%q does not show its rule", r)
		}
	}
}

func TestRolesThatOneOfficerMayHold(t *testing.T) {
	for _, c := range []struct {
		roles Roles
		ok    bool
		rule  int
	}{
		{RolesOf(RoleDuty), true, 0},
		{RolesOf(RoleDuty, RoleAnalyst, RoleRelease), true, 0},
		{RolesOf(RoleDPO, RoleAnalyst), true, 0},
		{RolesOf(RoleInspector), true, 0},
		{RolesOf(RoleCustodian), true, 0},
		{0, false, 0},
		{1 << 7, false, 0},
		{RolesOf(RoleCustodian, RoleDuty), false, 26},
		{RolesOf(RoleCustodian, RoleInspector), false, 26},
		{RolesOf(RoleInspector, RoleRelease), false, 29},
	} {
		err := c.roles.check()
		if c.ok {
			if err != nil {
				t.Errorf("%s: %v", c.roles, err)
			}
			continue
		}
		kind := ErrBounds
		if c.rule != 0 {
			kind = ErrRoles
		}
		refusal(t, err, kind, c.rule)
	}
}

func TestRolesAsText(t *testing.T) {
	s := RolesOf(RoleRelease, RoleDuty)
	if s.String() != "duty,release" {
		t.Errorf("String = %q", s)
	}
	b, err := s.MarshalJSON()
	if err != nil || string(b) != `["duty","release"]` {
		t.Errorf("JSON = %s, %v", b, err)
	}
	var back Roles
	must(t, back.UnmarshalJSON(b))
	if back != s {
		t.Errorf("back = %s", back)
	}
	for _, bad := range []string{`["duty","duty"]`, `["chief"]`, `["Duty"]`, `"duty"`, `[1]`} {
		if err := new(Roles).UnmarshalJSON([]byte(bad)); err == nil {
			t.Errorf("%s was accepted", bad)
		}
	}
}
