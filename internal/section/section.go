package section

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"time"

	"entente/internal/store/localdb"
)

// Bounds of what a section holds.
const (
	MaxOfficers    = 64   // enabled at the same time
	maxLogins      = 1024 // ever given, disabled ones too: they stand in the audit log
	MaxSessions    = 16   // of one officer; a further log-in ends the one seen longest ago
	MaxDraft       = 1 << 20
	MaxAttachments = 64 // of one draft
	MaxSubjects    = 100_000
	MaxImport      = 1000     // items in one call of ImportDrafts
	MaxImportBytes = 16 << 20 // and their contents together
	MaxAnnotation  = 16 << 10
	MaxAnnotations = 1000 // on one subject
	MaxSetting     = 64 << 10
	MaxSettings    = 1024
	MaxPage        = 500 // rows in one answer
	maxNameBytes   = 200
	maxObject      = 200
	maxDetail      = 512
	maxReason      = 1000
	maxClient      = 128
	maxPosition    = 4 << 10 // of an importer
)

// Options say how a section is run. Nation and Now must be given.
type Options struct {
	// Nation is the member's id, three capital letters.
	Nation string
	// Now is the node's clock.
	Now func() time.Time
	// LogTime is the time of the certified log in Unix seconds, by which drafts
	// whose review is overdue are hidden; without it none is.
	LogTime func() int64
	// Argon2 is the cost of password hashes, [DefaultArgon2] when zero. A
	// stored hash of another cost is replaced at the officer's next log-in.
	Argon2 Argon2
	// Hashes is how many password hashes may be computed at once, 2 when 0.
	Hashes int
	// MinPassword is the least length of a password in characters, 15 when 0
	// (NIST SP 800-63B-4 for a password that is the only factor).
	MinPassword int
	// Idle and Life are when a session ends without use, and in any case;
	// 30 minutes and 12 hours when 0.
	Idle, Life time.Duration
	// Throttle bounds failed log-ins, [DefaultThrottle] when zero.
	Throttle Throttle
}

// Section is a nation's section on its node. It is safe for concurrent use.
type Section struct {
	db       *localdb.DB
	o        Options
	hasher   *hasher
	throttle *throttle
}

// Open runs a section over its database. It fails with ErrBounds when an
// option is out of bounds.
func Open(db *localdb.DB, o Options) (*Section, error) {
	if o.Argon2 == (Argon2{}) {
		o.Argon2 = DefaultArgon2
	}
	if o.Throttle == (Throttle{}) {
		o.Throttle = DefaultThrottle
	}
	setDefault(&o.Hashes, 2)
	setDefault(&o.MinPassword, 15)
	setDefault(&o.Idle, 30*time.Minute)
	setDefault(&o.Life, 12*time.Hour)
	if err := errors.Join(o.Argon2.check(), o.Throttle.check()); err != nil {
		return nil, err
	}
	switch {
	case !isNation(o.Nation):
		return nil, refuseBounds("the nation is not a member's id", "give three letters A-Z")
	case o.Now == nil:
		return nil, refuseBounds("there is no clock", "set Options.Now")
	case o.Hashes < 1 || o.Hashes > 64:
		return nil, refuseBounds("the number of hashes at once is out of bounds", "give 1 to 64")
	case o.MinPassword < 8 || o.MinPassword > 64:
		return nil, refuseBounds("the least length of a password is out of bounds", "give 8 to 64 characters")
	case o.Idle < time.Minute || o.Life < o.Idle || o.Life > 7*24*time.Hour:
		return nil, refuseBounds("the life of sessions is out of bounds", "give at least a minute of idleness and at most seven days of life")
	}
	return &Section{db: db, o: o, hasher: newHasher(o.Argon2, o.Hashes), throttle: newThrottle(o.Throttle)}, nil
}

func setDefault[T comparable](v *T, d T) {
	var zero T
	if *v == zero {
		*v = d
	}
}

// Nation is the member whose section this is.
func (s *Section) Nation() string { return s.o.Nation }

func isNation(id string) bool {
	return len(id) == 3 && 'A' <= min(id[0], id[1], id[2]) && max(id[0], id[1], id[2]) <= 'Z'
}

// Outcomes of an operation in the audit log.
const (
	OutcomeDone    = "done"
	OutcomeRefused = "refused"
	OutcomeFailed  = "failed"
)

// Digest is a SHA-256.
type Digest = [sha256.Size]byte

// act performs an operation: it reads the officer anew, judges, applies fn and
// writes the audit row, all in one transaction. fn returns the row's detail.
// When the operation is refused nothing of it is kept but a row that says so.
func (s *Section) act(ctx context.Context, o Officer, op Op, object string, fn func(tx *localdb.Tx, actor Officer) (detail string, err error)) error {
	err := s.db.Update(ctx, func(tx *localdb.Tx) error {
		actor, err := s.actor(tx, o)
		if err != nil {
			return err
		}
		if err := Authorise(actor, op); err != nil {
			return err
		}
		detail, err := fn(tx, actor)
		if err != nil {
			return err
		}
		return s.record(tx, actor.Login, op, object, OutcomeDone, detail)
	})
	var r *Refusal
	if !errors.As(err, &r) || !telling(r.Code) {
		return err
	}
	// The refused transaction was undone; the refusal itself is a fact.
	recorded := s.db.Update(ctx, func(tx *localdb.Tx) error {
		return s.record(tx, o.Login, op, object, OutcomeRefused, "code="+string(r.Code))
	})
	if recorded != nil {
		return errors.Join(r, recorded)
	}
	return r
}

// destroy is act for what destroys contents: afterwards they are not in the
// write-ahead log either.
func (s *Section) destroy(ctx context.Context, o Officer, op Op, object string, fn func(tx *localdb.Tx, actor Officer) (detail string, err error)) error {
	if err := s.act(ctx, o, op, object, fn); err != nil {
		return err
	}
	return s.db.Shrink(ctx)
}

// telling says whether a refusal belongs in the audit log: that somebody tried
// what he may not, rather than that two people saved at once.
func telling(c Code) bool {
	switch c {
	case CodeForbidden, CodeSecondPerson, CodeChanged, CodeRoles:
		return true
	}
	return false
}

// actor reads the officer anew: roles given or taken since the session was
// looked up count at once.
func (s *Section) actor(r interface {
	Officer(login string) (localdb.Officer, error)
}, o Officer) (Officer, error) {
	if o.Nation != s.o.Nation {
		return Officer{}, &Refusal{Code: CodeForbidden, Rule: 6, What: "the officer is not of this nation", Cure: "act on your own nation's node", err: ErrForbidden}
	}
	row, err := r.Officer(o.Login)
	switch {
	case errors.Is(err, localdb.ErrNotFound):
		return Officer{}, refuseSession()
	case err != nil:
		return Officer{}, err
	}
	return s.officer(row, o.Session), nil
}

// record appends a row to the audit log.
func (s *Section) record(tx *localdb.Tx, login string, op Op, object, outcome, detail string) error {
	if len(object) > maxObject || len(detail) > maxDetail {
		return refuseBounds(fmt.Sprintf("the audit row of %s is too long", op), "shorten it")
	}
	_, err := tx.AppendAudit(localdb.AuditRow{At: s.o.Now(), Login: login, Op: string(op), Object: object, Outcome: outcome, Detail: detail})
	return err
}

// refused turns the store's misses into refusals about what.
func refused(err error, what string) error {
	switch {
	case errors.Is(err, localdb.ErrNotFound):
		return refuseNotFound(what)
	case errors.Is(err, localdb.ErrStale):
		return refuseConflict(what)
	case errors.Is(err, localdb.ErrExists):
		return &Refusal{Code: CodeExists, What: "there is " + article(what) + " of that name already", Cure: "choose another name", err: ErrExists}
	}
	return err
}

// pageLimit is how many rows an answer has.
func pageLimit(n int) int {
	if n <= 0 || n > MaxPage {
		return MaxPage
	}
	return n
}

// article puts the indefinite article before a word.
func article(what string) string {
	if what != "" && strings.ContainsRune("aeiou", rune(what[0])) {
		return "an " + what
	}
	return "a " + what
}
