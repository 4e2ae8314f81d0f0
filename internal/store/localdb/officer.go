package localdb

import "time"

// Officer is a row of the officers' table. Password is an argon2id hash in PHC
// string format; Roles is the bit set of package section.
type Officer struct {
	Login, Name string
	Roles       uint8
	Disabled    bool
	MustChange  bool // the password was set by somebody else
	Password    string
	PasswordNo  int64 // counts the officer's passwords, not the hashes of one
	Created     time.Time
	PasswordSet time.Time
	LastLogIn   time.Time // zero before the first
}

const (
	officerColumns = `o.login, o.name, o.roles, o.disabled, o.must_change, o.password, o.password_no, o.created, o.password_set, o.last_log_in`

	sqlOfficer         = `SELECT ` + officerColumns + ` FROM officers o WHERE o.login = ?`
	sqlOfficerLoggedIn = `UPDATE officers SET last_log_in = ? WHERE login = ?`
)

// officerScan is where the columns of an officer go before they have types.
type officerScan struct {
	o                             Officer
	roles, disabled, must         int64
	created, passwordSet, loggedI int64
}

func (s *officerScan) dest() []any {
	return []any{&s.o.Login, &s.o.Name, &s.roles, &s.disabled, &s.must, &s.o.Password, &s.o.PasswordNo, &s.created, &s.passwordSet, &s.loggedI}
}

func (s *officerScan) officer() Officer {
	o := s.o
	o.Roles, o.Disabled, o.MustChange = uint8(s.roles), s.disabled != 0, s.must != 0
	o.Created, o.PasswordSet, o.LastLogIn = fromMillis(s.created), fromMillis(s.passwordSet), fromMillis(s.loggedI)
	return o
}

// Officer returns the officer with the login, or ErrNotFound.
func (r Reader) Officer(login string) (Officer, error) {
	var s officerScan
	if err := r.row(sqlOfficer, []any{login}, s.dest()...); err != nil {
		return Officer{}, err
	}
	return s.officer(), nil
}

// Officers returns all officers, disabled ones too, by login.
func (r Reader) Officers() ([]Officer, error) {
	var out []Officer
	err := r.each(func(scan func(...any) error) error {
		var s officerScan
		if err := scan(s.dest()...); err != nil {
			return err
		}
		out = append(out, s.officer())
		return nil
	}, `SELECT `+officerColumns+` FROM officers o ORDER BY o.login`)
	return out, err
}

// InsertOfficer adds an officer; ErrExists when the login was ever given.
func (tx *Tx) InsertOfficer(o Officer) error {
	return tx.change(ErrExists, `INSERT INTO officers
		(login, name, roles, disabled, must_change, password, password_no, created, password_set, last_log_in)
		VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?, ?) ON CONFLICT (login) DO NOTHING`,
		o.Login, o.Name, o.Roles, bit(o.Disabled), bit(o.MustChange), o.Password,
		millis(o.Created), millis(o.PasswordSet), millis(o.LastLogIn))
}

// SetOfficer stores name, roles and disabled of the officer.
func (tx *Tx) SetOfficer(o Officer) error {
	return tx.change(ErrNotFound, `UPDATE officers SET name = ?, roles = ?, disabled = ? WHERE login = ?`,
		o.Name, o.Roles, bit(o.Disabled), o.Login)
}

// SetPassword stores a password hash, when it was set and whether it must be
// changed at the next log-in.
func (tx *Tx) SetPassword(login, phc string, at time.Time, mustChange bool) error {
	return tx.change(ErrNotFound, `UPDATE officers SET password = ?, password_no = password_no + 1, password_set = ?, must_change = ? WHERE login = ?`,
		phc, millis(at), bit(mustChange), login)
}

// Rehash replaces the hash of the same password, if it is still old.
func (tx *Tx) Rehash(login, old, phc string) error {
	_, err := tx.run(`UPDATE officers SET password = ? WHERE login = ? AND password = ?`, phc, login, old)
	return err
}

// LoggedIn stores when the officer last logged in.
func (tx *Tx) LoggedIn(login string, at time.Time) error {
	return tx.change(ErrNotFound, sqlOfficerLoggedIn, millis(at), login)
}
