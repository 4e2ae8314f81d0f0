package localdb

import "time"

// Account is a row of the accounts' table: a tool of the section's own that
// asks the node by itself.
type Account struct {
	Name    string
	Secret  [32]byte // SHA-256 of the secret
	Officer string   // who answers for what it writes; empty when it only reads
	Grants  string   // what it may see, opaque here
	Created time.Time
}

// Accounts returns the accounts that are not removed, by name.
func (r Reader) Accounts() ([]Account, error) {
	var out []Account
	err := r.each(func(scan func(...any) error) error {
		var a Account
		var secret []byte
		var created int64
		if err := scan(&a.Name, &secret, &a.Officer, &a.Grants, &created); err != nil {
			return err
		}
		copy(a.Secret[:], secret)
		a.Created = fromMillis(created)
		out = append(out, a)
		return nil
	}, `SELECT a.name, a.secret, a.officer, a.grants, a.created FROM accounts a WHERE a.removed = 0 ORDER BY a.name`)
	return out, err
}

// InsertAccount adds an account; ErrExists when the name was ever given.
func (tx *Tx) InsertAccount(a Account) error {
	return tx.change(ErrExists, `INSERT INTO accounts (name, secret, officer, grants, created, removed)
		VALUES (?, ?, ?, ?, ?, 0) ON CONFLICT (name) DO NOTHING`, a.Name, a.Secret[:], a.Officer, a.Grants, millis(a.Created))
}

// RemoveAccount ends an account; ErrNotFound when there is none of the name.
func (tx *Tx) RemoveAccount(name string) error {
	return tx.change(ErrNotFound, `UPDATE accounts SET removed = 1, secret = ?, grants = '' WHERE name = ? AND removed = 0`, make([]byte, 32), name)
}

// CountAccounts returns how many accounts there are, and how many names were
// ever given.
func (r Reader) CountAccounts() (open, ever int, err error) {
	err = r.row(`SELECT count(*) - coalesce(sum(removed), 0), count(*) FROM accounts`, nil, &open, &ever)
	return open, ever, err
}
