package localdb

import (
	"crypto/sha256"
	"time"
)

// Session is a row of the sessions' table. Of the token only the hash is
// stored.
type Session struct {
	Token         [sha256.Size]byte
	ID, Login     string
	Created, Seen time.Time
	Idle          time.Duration // it ends at Seen + Idle,
	Ends          time.Time     // and never later than this
	Client        string
}

// Live says whether the session is open at the time.
func (s Session) Live(at time.Time) bool {
	return at.Before(s.Seen.Add(s.Idle)) && at.Before(s.Ends)
}

const (
	sessionColumns = `s.token, s.id, s.login, s.created, s.seen, s.idle, s.ends, s.client`

	sqlSession       = `SELECT ` + sessionColumns + `, ` + officerColumns + ` FROM sessions s JOIN officers o ON o.login = s.login WHERE s.token = ?`
	sqlSessionInsert = `INSERT INTO sessions (token, id, login, created, seen, idle, ends, client) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`
	sqlSessionTouch  = `UPDATE sessions SET seen = ? WHERE token = ? AND seen < ?`
)

type sessionScan struct {
	s                         Session
	token                     []byte
	created, seen, idle, ends int64
}

func (s *sessionScan) dest() []any {
	return []any{&s.token, &s.s.ID, &s.s.Login, &s.created, &s.seen, &s.idle, &s.ends, &s.s.Client}
}

func (s *sessionScan) session() Session {
	out := s.s
	copy(out.Token[:], s.token)
	out.Created, out.Seen, out.Ends = fromMillis(s.created), fromMillis(s.seen), fromMillis(s.ends)
	out.Idle = time.Duration(s.idle) * time.Millisecond
	return out
}

// Session returns the session of the token's hash, open or not, with its
// officer; or ErrNotFound.
func (r Reader) Session(token [sha256.Size]byte) (Session, Officer, error) {
	var s sessionScan
	var o officerScan
	if err := r.row(sqlSession, []any{token[:]}, append(s.dest(), o.dest()...)...); err != nil {
		return Session{}, Officer{}, err
	}
	return s.session(), o.officer(), nil
}

// Sessions returns an officer's sessions, the one seen last first.
func (r Reader) Sessions(login string) ([]Session, error) {
	var out []Session
	err := r.each(func(scan func(...any) error) error {
		var s sessionScan
		if err := scan(s.dest()...); err != nil {
			return err
		}
		out = append(out, s.session())
		return nil
	}, `SELECT `+sessionColumns+` FROM sessions s WHERE s.login = ? ORDER BY s.seen DESC, s.id DESC`, login)
	return out, err
}

// InsertSession adds a session.
func (tx *Tx) InsertSession(s Session) error {
	_, err := tx.run(sqlSessionInsert, s.Token[:], s.ID, s.Login, millis(s.Created), millis(s.Seen), s.Idle.Milliseconds(), millis(s.Ends), s.Client)
	return err
}

// TouchSession moves Seen of a session forward, never back.
func (tx *Tx) TouchSession(token [sha256.Size]byte, at time.Time) error {
	_, err := tx.run(sqlSessionTouch, millis(at), token[:], millis(at))
	return err
}

// DeleteSession ends one of an officer's sessions; ErrNotFound when it is not
// theirs or not there.
func (tx *Tx) DeleteSession(login, id string) error {
	return tx.change(ErrNotFound, `DELETE FROM sessions WHERE login = ? AND id = ?`, login, id)
}

// DeleteSessions ends all of an officer's sessions but the one with the id
// except, and returns how many.
func (tx *Tx) DeleteSessions(login, except string) (int64, error) {
	return tx.run(`DELETE FROM sessions WHERE login = ? AND id <> ?`, login, except)
}

// DeleteEndedSessions removes the sessions that are no longer open.
func (tx *Tx) DeleteEndedSessions(at time.Time) (int64, error) {
	return tx.run(`DELETE FROM sessions WHERE ends <= ? OR seen + idle <= ?`, millis(at), millis(at))
}
