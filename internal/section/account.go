package section

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"time"

	"entente/internal/store/localdb"
)

// Bounds on accounts.
const (
	MaxAccounts = 64   // at the same time
	maxAccounts = 1024 // ever given, removed ones too: they stand in the audit log
	maxGrants   = 16 << 10
)

// Account is a tool of the section's own (an indicator platform, a sensor's
// manager) that asks the node by itself: it is no officer, has no role, and
// may do nothing but what who serves it reads out of its grants.
type Account struct {
	Name string
	// Officer answers for what the account writes: its drafts are this
	// officer's. Empty, the account may only read.
	Officer string
	// Grants is what the account may see, in the words of who serves it.
	Grants  string
	Created time.Time
}

// AddAccount makes an account and returns its secret: 256 random bits in 43
// characters, of which only a digest is kept, so that it is shown once. The
// name follows the rule of log-ins and is never given twice, nor to an officer.
func (s *Section) AddAccount(ctx context.Context, o Officer, a Account) (secret string, err error) {
	if err := checkLogin("name of the account", a.Name); err != nil {
		return "", err
	}
	if len(a.Grants) > maxGrants {
		return "", refuseBounds("the grants of the account are too long", fmt.Sprintf("use at most %d bytes", maxGrants))
	}
	raw := make([]byte, 32)
	rand.Read(raw) // never fails
	secret = base64.RawURLEncoding.EncodeToString(raw)
	err = s.act(ctx, o, OpAccountChange, a.Name, func(tx *localdb.Tx, _ Officer) (string, error) {
		open, ever, err := tx.CountAccounts()
		if err != nil {
			return "", err
		}
		if open >= MaxAccounts || ever >= maxAccounts {
			return "", refuseBounds(fmt.Sprintf("the section has %d accounts, the most it may have", open), "remove one that is not used")
		}
		if _, err := tx.Officer(a.Name); err == nil {
			return "", &Refusal{Code: CodeExists, What: "an officer has this name", Cure: "choose another name", err: ErrExists}
		}
		if a.Officer != "" {
			row, err := tx.Officer(a.Officer)
			if err != nil {
				return "", refused(err, "officer")
			}
			if err := mayImport(s.officer(row, "")); err != nil {
				return "", err
			}
		}
		return "added officer=" + a.Officer, refused(tx.InsertAccount(localdb.Account{Name: a.Name, Secret: sha256.Sum256([]byte(secret)),
			Officer: a.Officer, Grants: a.Grants, Created: s.now()}), "account")
	})
	if err != nil {
		return "", err
	}
	return secret, nil
}

// mayImport says whether an officer can answer for what an account writes.
func mayImport(o Officer) error {
	o.MustChange = false // who logs in next will change it
	if err := Authorise(o, OpImport); err != nil {
		return &Refusal{Code: CodeRoles, Rule: 2, What: "the officer who is to answer for the account may not take in material", Why: "its roles are: " + orNone(o.Roles),
			Cure: "name an officer with one of the roles " + Permitted(OpImport).String(), err: ErrRoles}
	}
	return nil
}

// RemoveAccount ends an account at once.
func (s *Section) RemoveAccount(ctx context.Context, o Officer, name string) error {
	return s.act(ctx, o, OpAccountChange, bounded(name), func(tx *localdb.Tx, _ Officer) (string, error) {
		return "removed", refused(tx.RemoveAccount(name), "account")
	})
}

// Accounts lists the accounts by name.
func (s *Section) Accounts(ctx context.Context, o Officer) ([]Account, error) {
	if err := s.Authorise(ctx, o, OpAccountList, ""); err != nil {
		return nil, err
	}
	known, err := s.KnownAccounts(ctx)
	if err != nil {
		return nil, err
	}
	return known.List(), nil
}

// KnownAccounts returns the accounts of this moment, by which the node lets
// them in. No officer asks for it.
func (s *Section) KnownAccounts(ctx context.Context) (*Accounts, error) {
	rows, err := s.db.Read(ctx).Accounts()
	return &Accounts{rows}, err
}

// Accounts are the accounts of a moment. It is read only.
type Accounts struct{ rows []localdb.Account }

// List returns the accounts by name.
func (a *Accounts) List() []Account {
	out := make([]Account, 0, len(a.rows))
	for _, r := range a.rows {
		out = append(out, Account{Name: r.Name, Officer: r.Officer, Grants: r.Grants, Created: r.Created})
	}
	return out
}

// Check returns the account with the name and secret, and whether there is one.
// It takes the same time for whatever is wrong: every account is compared.
func (a *Accounts) Check(name, secret string) (Account, bool) {
	got := sha256.Sum256([]byte(secret))
	who := sha256.Sum256([]byte(name))
	found := -1
	for i := range a.rows {
		r := &a.rows[i]
		id := sha256.Sum256([]byte(r.Name))
		if subtle.ConstantTimeCompare(who[:], id[:])&subtle.ConstantTimeCompare(got[:], r.Secret[:]) == 1 {
			found = i
		}
	}
	if found < 0 {
		return Account{}, false
	}
	r := &a.rows[found]
	return Account{Name: r.Name, Officer: r.Officer, Grants: r.Grants, Created: r.Created}, true
}

// ActingFor returns the officer who answers for an account, with the roles of
// this moment: what the account writes is taken in as this officer's. It fails
// where the officer is disabled or may not take in material any more.
func (s *Section) ActingFor(ctx context.Context, a Account) (Officer, error) {
	row, err := s.db.Read(ctx).Officer(a.Officer)
	if err != nil {
		return Officer{}, refused(err, "officer")
	}
	o := s.officer(row, "")
	if err := mayImport(o); err != nil {
		return Officer{}, err
	}
	o.MustChange = false
	return o, nil
}
