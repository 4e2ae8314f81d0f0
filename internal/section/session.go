package section

import (
	"context"
	"errors"
	"strings"
	"time"

	"entente/internal/store"
	"entente/internal/store/localdb"
)

// Session is an open session, as listed. The token is not in it.
type Session struct {
	ID      string
	Login   string
	Client  string // what the edge said of where it came from
	Created time.Time
	Seen    time.Time // to about a minute
	Ends    time.Time // at the latest
}

// LogIn checks login and password and opens a session. client says where the
// log-in comes from (an address, a program); it is kept for the officer's list
// of sessions, at most 128 bytes of printable ASCII.
//
// A log-in fails with ErrCredentials whether the officer is unknown, disabled
// or the password is wrong, after the same work; with ErrThrottled after too
// many failures; with ErrBusy when too many log-ins wait to be checked.
func (s *Section) LogIn(ctx context.Context, login, password, client string) (Token, Officer, error) {
	client = printable(client)
	row, err := s.verifyPassword(ctx, login, password)
	if err != nil {
		if errors.Is(err, ErrCredentials) {
			// Who it was is named only when there is such an officer: what
			// was typed may have been a password in the wrong field.
			err = s.recordFailure(ctx, opLogIn, row.Login, "client="+client, err)
		}
		return Token{}, Officer{}, err
	}
	token, id := NewToken(), newID()
	var o Officer
	err = s.db.Update(ctx, func(tx *localdb.Tx) error {
		now := s.o.Now()
		x, err := tx.Officer(row.Login)
		if err != nil {
			return refused(err, "officer")
		}
		if x.Disabled || x.PasswordNo != row.PasswordNo {
			return refuseCredentials() // changed while the password was being checked
		}
		if _, err := tx.DeleteEndedSessions(now); err != nil {
			return err
		}
		if err := dropOldest(tx, x.Login); err != nil {
			return err
		}
		if err := tx.InsertSession(localdb.Session{Token: token.hash(), ID: id, Login: x.Login, Created: now, Seen: now,
			Idle: s.o.Idle, Ends: now.Add(s.o.Life), Client: client}); err != nil {
			return err
		}
		if err := tx.LoggedIn(x.Login, now); err != nil {
			return err
		}
		o = s.officer(x, id)
		return s.record(tx, x.Login, opLogIn, id, OutcomeDone, "client="+client)
	})
	if err != nil {
		return Token{}, Officer{}, err
	}
	return token, o, nil
}

// dropOldest makes room for one more session of the officer.
func dropOldest(tx *localdb.Tx, login string) error {
	open, err := tx.Sessions(login)
	if err != nil {
		return err
	}
	for len(open) >= MaxSessions {
		if err := tx.DeleteSession(login, open[len(open)-1].ID); err != nil {
			return err
		}
		open = open[:len(open)-1]
	}
	return nil
}

// verifyPassword checks a password under the throttle. On ErrCredentials the
// officer returned has a login only if there is such an officer.
func (s *Section) verifyPassword(ctx context.Context, login, password string) (localdb.Officer, error) {
	if wait := s.throttle.begin(login, s.o.Now()); wait > 0 {
		seconds := int((wait + time.Second - 1) / time.Second)
		return localdb.Officer{}, &Refusal{Code: CodeThrottled, What: "too many log-ins failed", Cure: "wait, then try again",
			RetryAfter: seconds, err: ErrThrottled}
	}
	prepared, fine := preparePassword(password)
	row, err := s.db.Read(ctx).Officer(login)
	if err != nil && !errors.Is(err, localdb.ErrNotFound) {
		s.throttle.cancel(login)
		return localdb.Officer{}, err
	}
	ok, upgraded, err := s.hasher.verify(ctx, row.Password, prepared)
	if err != nil {
		s.throttle.cancel(login)
		return localdb.Officer{}, err
	}
	if !ok || !fine || row.Disabled {
		return row, refuseCredentials()
	}
	s.throttle.success(login)
	if upgraded != "" {
		if err := s.db.Update(ctx, func(tx *localdb.Tx) error { return tx.Rehash(login, row.Password, upgraded) }); err != nil {
			return localdb.Officer{}, err
		}
	}
	return row, nil
}

func (s *Section) recordFailure(ctx context.Context, op Op, login, detail string, cause error) error {
	err := s.db.Update(ctx, func(tx *localdb.Tx) error {
		return s.record(tx, login, op, "", OutcomeRefused, detail)
	})
	if err != nil {
		return errors.Join(cause, err)
	}
	return cause
}

// Authenticate returns the officer whose session the token opens, with the
// roles of this moment. It fails with ErrSession when there is none.
func (s *Section) Authenticate(ctx context.Context, token string) (Officer, error) {
	t, err := ParseToken(token)
	if err != nil {
		return Officer{}, err
	}
	hash, now := t.hash(), s.o.Now()
	ses, row, err := s.db.Read(ctx).Session(hash)
	switch {
	case errors.Is(err, localdb.ErrNotFound):
		return Officer{}, refuseSession()
	case err != nil:
		return Officer{}, err
	case !ses.Live(now) || row.Disabled:
		return Officer{}, refuseSession()
	}
	// Use is noted now and then, so that reading does not wait for the writer
	// at every request.
	if now.Sub(ses.Seen) >= min(s.o.Idle/10, time.Minute) {
		err := s.db.Update(ctx, func(tx *localdb.Tx) error { return tx.TouchSession(hash, now) })
		// On a full disk officers can still read, until their sessions end.
		if err != nil && !errors.Is(err, store.ErrFull) {
			return Officer{}, err
		}
	}
	return s.officer(row, ses.ID), nil
}

// LogOut ends the session that the token opens.
func (s *Section) LogOut(ctx context.Context, token string) error {
	o, err := s.Authenticate(ctx, token)
	if err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx *localdb.Tx) error {
		if err := tx.DeleteSession(o.Login, o.Session); err != nil {
			if errors.Is(err, localdb.ErrNotFound) {
				return refuseSession()
			}
			return err
		}
		return s.record(tx, o.Login, opLogOut, o.Session, OutcomeDone, "")
	})
}

// Sessions lists an officer's open sessions, the one seen last first: one's
// own, or for a custodian or inspector anybody's.
func (s *Section) Sessions(ctx context.Context, o Officer, login string) ([]Session, error) {
	op := OpOfficerList
	if login == o.Login {
		op = OpSelfSessions
	}
	if err := s.Authorise(ctx, o, op, login); err != nil {
		return nil, err
	}
	rows, err := s.db.Read(ctx).Sessions(login)
	if err != nil {
		return nil, err
	}
	now := s.o.Now()
	out := make([]Session, 0, len(rows))
	for _, r := range rows {
		if r.Live(now) {
			out = append(out, Session{ID: r.ID, Login: r.Login, Client: r.Client, Created: r.Created, Seen: r.Seen, Ends: r.Ends})
		}
	}
	return out, nil
}

// RevokeSession ends one session by its id: one's own, or for a custodian
// anybody's.
func (s *Section) RevokeSession(ctx context.Context, o Officer, login, id string) error {
	op := OpSessionRevoke
	if login == o.Login {
		op = OpSelfSessions
	}
	return s.act(ctx, o, op, bounded(id), func(tx *localdb.Tx, _ Officer) (string, error) {
		return "login=" + bounded(login), refused(tx.DeleteSession(login, id), "session")
	})
}

// printable keeps the printable ASCII of a foreign text, at most 128 bytes.
func printable(s string) string {
	if len(s) > maxClient {
		s = s[:maxClient]
	}
	return strings.Map(func(r rune) rune {
		if r >= ' ' && r <= '~' {
			return r
		}
		return -1
	}, s)
}
