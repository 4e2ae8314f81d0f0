package section

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"entente/internal/store/localdb"
)

// Officer is a person of the national section, as authenticated or listed.
type Officer struct {
	Nation string // member id
	Login  string
	Name   string
	Roles  Roles
	// Disabled officers can do nothing; they stay in the list, for their acts
	// stay in the audit log.
	Disabled bool
	// MustChange: the password was set by a custodian; until it is changed
	// nothing else is permitted.
	MustChange  bool
	Created     time.Time
	PasswordSet time.Time
	LastLogIn   time.Time // zero before the first
	// Session is the id of the session that authenticated the officer, empty
	// in lists. It is not the token.
	Session string
}

func (s *Section) officer(row localdb.Officer, session string) Officer {
	return Officer{Nation: s.o.Nation, Login: row.Login, Name: row.Name, Roles: Roles(row.Roles), Disabled: row.Disabled, MustChange: row.MustChange,
		Created: row.Created, PasswordSet: row.PasswordSet, LastLogIn: row.LastLogIn, Session: session}
}

// NewOfficer is what a custodian says of a new officer.
type NewOfficer struct {
	Login    string // 1-64 of a-z 0-9 . _ - beginning with a letter; never given twice
	Name     string // 1-200 bytes
	Roles    Roles
	Password string
	// KeepPassword lets the officer go on with the password that the
	// custodian knows. It is for demonstrations and tests.
	KeepPassword bool
}

// Found adds the section's first custodian, when there is no officer yet; it
// is the one operation that no officer performs (the operator does, on the
// node itself). Two custodians should be appointed soon: nobody but a
// custodian can set a forgotten password.
func (s *Section) Found(ctx context.Context, first NewOfficer) error {
	if first.Roles != RolesOf(RoleCustodian) {
		return refuseBounds("the first officer is a custodian and nothing else", "give the role custodian")
	}
	hash, err := s.newOfficer(ctx, first)
	if err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx *localdb.Tx) error {
		all, err := tx.Officers()
		if err != nil {
			return err
		}
		if len(all) > 0 {
			return &Refusal{Code: CodeExists, Rule: 26, What: "the section has officers already", Cure: "let a custodian add officers", err: ErrExists}
		}
		if err := s.insert(tx, first, hash); err != nil {
			return err
		}
		return s.record(tx, "", opFound, first.Login, OutcomeDone, "nation="+s.o.Nation)
	})
}

// newOfficer checks what is said of a new officer and hashes the password.
func (s *Section) newOfficer(ctx context.Context, n NewOfficer) (string, error) {
	if err := checkLogin("login", n.Login); err != nil {
		return "", err
	}
	if err := checkText("name of the officer", n.Name, maxNameBytes); err != nil {
		return "", err
	}
	if err := n.Roles.check(); err != nil {
		return "", err
	}
	password, err := s.checkPassword(n.Password, n.Login, n.Name)
	if err != nil {
		return "", err
	}
	return s.hasher.hash(ctx, password)
}

func (s *Section) insert(tx *localdb.Tx, n NewOfficer, hash string) error {
	now := s.o.Now()
	return refused(tx.InsertOfficer(localdb.Officer{Login: n.Login, Name: n.Name, Roles: uint8(n.Roles), MustChange: !n.KeepPassword,
		Password: hash, Created: now, PasswordSet: now}), "officer")
}

// AddOfficer adds an officer.
func (s *Section) AddOfficer(ctx context.Context, o Officer, n NewOfficer) error {
	// Hashing is dear and happens outside the transaction: who may not add is
	// refused before it, and judged again inside.
	if err := s.Authorise(ctx, o, OpOfficerAdd, ""); err != nil {
		return err
	}
	hash, err := s.newOfficer(ctx, n)
	if err != nil {
		return err
	}
	return s.act(ctx, o, OpOfficerAdd, n.Login, func(tx *localdb.Tx, _ Officer) (string, error) {
		if err := roomForOfficer(tx); err != nil {
			return "", err
		}
		return "roles=" + n.Roles.String(), s.insert(tx, n, hash)
	})
}

func roomForOfficer(tx *localdb.Tx) error {
	all, err := tx.Officers()
	if err != nil {
		return err
	}
	enabled := 0
	for _, x := range all {
		if !x.Disabled {
			enabled++
		}
	}
	if enabled >= MaxOfficers || len(all) >= maxLogins {
		return refuseBounds(fmt.Sprintf("the section has %d officers, the most it may have", enabled), "disable one who has left")
	}
	return nil
}

// Officers lists all officers by login, disabled ones too.
func (s *Section) Officers(ctx context.Context, o Officer) ([]Officer, error) {
	if err := s.Authorise(ctx, o, OpOfficerList, ""); err != nil {
		return nil, err
	}
	rows, err := s.db.Read(ctx).Officers()
	out := make([]Officer, 0, len(rows))
	for _, row := range rows {
		out = append(out, s.officer(row, ""))
	}
	return out, err
}

// SetRoles replaces an officer's roles, at once for open sessions. Nobody sets
// his own. Who loses the release role loses the approvals that have not begun
// to leave.
func (s *Section) SetRoles(ctx context.Context, o Officer, login string, roles Roles) error {
	return s.change(ctx, o, OpOfficerRoles, login, func(tx *localdb.Tx, x *localdb.Officer) (string, error) {
		if err := roles.check(); err != nil {
			return "", err
		}
		detail := "roles=" + Roles(x.Roles).String() + "->" + roles.String()
		x.Roles = uint8(roles)
		if roles.Has(RoleRelease) {
			return detail, nil
		}
		return detail, s.voidApprovals(tx, o.Login, login)
	})
}

// Rename replaces an officer's name.
func (s *Section) Rename(ctx context.Context, o Officer, login, name string) error {
	return s.change(ctx, o, OpOfficerRoles, login, func(_ *localdb.Tx, x *localdb.Officer) (string, error) {
		x.Name = name
		return "name", checkText("name of the officer", name, maxNameBytes)
	})
}

// Disable ends an officer's sessions and rights at once, and voids the
// approvals that have not begun to leave. Nobody disables himself, so one
// custodian always remains.
func (s *Section) Disable(ctx context.Context, o Officer, login string) error {
	return s.change(ctx, o, OpOfficerDisable, login, func(tx *localdb.Tx, x *localdb.Officer) (string, error) {
		x.Disabled = true
		n, err := tx.DeleteSessions(login, "")
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("disabled sessions=%d", n), s.voidApprovals(tx, o.Login, login)
	})
}

// Enable lets a disabled officer log in again.
func (s *Section) Enable(ctx context.Context, o Officer, login string) error {
	return s.change(ctx, o, OpOfficerDisable, login, func(tx *localdb.Tx, x *localdb.Officer) (string, error) {
		if !x.Disabled {
			return "enabled", nil
		}
		x.Disabled = false
		return "enabled", roomForOfficer(tx)
	})
}

// change applies fn to another officer's row.
func (s *Section) change(ctx context.Context, o Officer, op Op, login string, fn func(*localdb.Tx, *localdb.Officer) (string, error)) error {
	return s.act(ctx, o, op, bounded(login), func(tx *localdb.Tx, actor Officer) (string, error) {
		if login == actor.Login {
			return "", &Refusal{Code: CodeForbidden, Rule: 26, What: string(op) + " on yourself is not permitted",
				Cure: "ask another custodian", err: ErrForbidden}
		}
		x, err := tx.Officer(login)
		if err != nil {
			return "", refused(err, "officer")
		}
		detail, err := fn(tx, &x)
		if err != nil {
			return "", err
		}
		return detail, tx.SetOfficer(x)
	})
}

// ChangePassword replaces the officer's own password, given the present one,
// and ends all other sessions of the officer. A wrong present password counts
// as a failed log-in.
func (s *Section) ChangePassword(ctx context.Context, o Officer, present, next string) error {
	if err := s.Authorise(ctx, o, OpSelfPassword, o.Login); err != nil {
		return err
	}
	prepared, err := s.checkPassword(next, o.Login, o.Name)
	if err != nil {
		return err
	}
	row, err := s.verifyPassword(ctx, o.Login, present)
	if errors.Is(err, ErrCredentials) {
		err = s.recordFailure(ctx, OpSelfPassword, o.Login, "", err)
	}
	if err != nil {
		return err
	}
	if present == next {
		return refusePassword("it is the present one", "choose another")
	}
	hash, err := s.hasher.hash(ctx, prepared)
	if err != nil {
		return err
	}
	return s.act(ctx, o, OpSelfPassword, o.Login, func(tx *localdb.Tx, actor Officer) (string, error) {
		now, err := tx.Officer(actor.Login)
		if err != nil {
			return "", err
		}
		if now.PasswordNo != row.PasswordNo {
			return "", refuseConflict("password")
		}
		if err := tx.SetPassword(actor.Login, hash, s.o.Now(), false); err != nil {
			return "", err
		}
		n, err := tx.DeleteSessions(actor.Login, o.Session)
		return fmt.Sprintf("sessions=%d", n), err
	})
}

// SetPassword gives another officer a new password and ends that officer's
// sessions; at the next log-in it must be changed.
func (s *Section) SetPassword(ctx context.Context, o Officer, login, password string) error {
	if err := s.Authorise(ctx, o, OpOfficerPassword, bounded(login)); err != nil {
		return err
	}
	prepared, err := s.checkPassword(password, login, "")
	if err != nil {
		return err
	}
	hash, err := s.hasher.hash(ctx, prepared)
	if err != nil {
		return err
	}
	return s.change(ctx, o, OpOfficerPassword, login, func(tx *localdb.Tx, x *localdb.Officer) (string, error) {
		if err := tx.SetPassword(login, hash, s.o.Now(), true); err != nil {
			return "", err
		}
		n, err := tx.DeleteSessions(login, "")
		return fmt.Sprintf("sessions=%d", n), err
	})
}

// Authorise says whether the officer may perform op, as [Authorise] does, and
// notes a refusal in the audit log. object is the identifier of what op would
// act on.
func (s *Section) Authorise(ctx context.Context, o Officer, op Op, object string) error {
	err := Authorise(o, op)
	if err == nil && o.Nation != s.o.Nation {
		_, err = s.actor(s.db.Read(ctx), o)
	}
	if err == nil {
		return nil
	}
	recorded := s.db.Update(ctx, func(tx *localdb.Tx) error {
		return s.record(tx, o.Login, op, bounded(object), OutcomeRefused, "code="+string(CodeForbidden))
	})
	if recorded != nil {
		return errors.Join(err, recorded)
	}
	return err
}

// bounded cuts a foreign text that goes into the audit log as an object.
func bounded(s string) string {
	if len(s) > 64 || !utf8.ValidString(s) {
		return "(too long)"
	}
	return s
}

// checkLogin says whether a name by which somebody logs in is within bounds.
func checkLogin(what, login string) error {
	ok := len(login) >= 1 && len(login) <= 64 && login[0] >= 'a' && login[0] <= 'z'
	for _, c := range []byte(login) {
		ok = ok && (c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '.' || c == '_' || c == '-')
	}
	if !ok {
		return refuseBounds("the "+what+" is empty, too long, or has characters that none has", "use 1 to 64 of a-z, 0-9, dot, underscore and hyphen, beginning with a letter")
	}
	return nil
}

// checkText says whether a text for people is within bounds: valid, not empty,
// on one line, without characters that change how what stands beside it is
// read. The joiners of Persian and Sorani are allowed.
func checkText(what, text string, most int) error {
	const zwnj, zwj = '\u200c', '\u200d'
	ok := len(text) <= most && utf8.ValidString(text) && strings.TrimSpace(text) == text && text != ""
	for _, r := range text {
		ok = ok && (unicode.IsGraphic(r) || r == zwnj || r == zwj)
	}
	if !ok {
		return refuseBounds("the "+what+" is refused", fmt.Sprintf("use 1 to %d bytes on one line, without control characters or spaces at the ends", most))
	}
	return nil
}
