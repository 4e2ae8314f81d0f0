package taxiidb

import (
	"context"
	"fmt"
	"time"

	"entente/internal/store"
	"entente/taxii"
)

const sqlReceive = `INSERT INTO intake (account, officer, at, persons, raw) VALUES (?, ?, ?, ?, ?)`

// MaxWaiting bounds how many objects wait for the intake; what is written
// beyond it is refused until some have arrived.
const MaxWaiting = 200_000

// keepArrived is how long what has arrived is still counted.
const keepArrived = 48 * time.Hour

// Received is an object on its way into the intake.
type Received struct {
	Seq     int64
	Account string
	Officer string
	Raw     []byte
}

// Receive is Apply for what a section's own account writes: what was not there
// is also put in line for the intake, in the same transaction, and stays there
// when it is deleted from its collection. officer is who answers for it, persons says
// of an object how many records of persons it is.
func (db *DB) Receive(ctx context.Context, account, officer string, c taxii.Change, persons func(*taxii.Object) int) (*taxii.Status, error) {
	var waiting int64
	if err := db.one(ctx, &waiting, `SELECT count(*) FROM intake WHERE raw <> ''`); err != nil {
		return nil, err
	}
	if waiting+int64(len(c.Add)) > MaxWaiting {
		return nil, fmt.Errorf("%w: %d objects wait for the intake, the most that may; write again when the officers' node has taken them in", taxii.ErrForbidden, waiting)
	}
	return db.apply(ctx, account, c, func(tx *store.Tx, o *taxii.Object) error {
		_, err := tx.Run(sqlReceive, account, officer, int64(c.At), persons(o), string(o.Raw))
		return err
	})
}

// PersonsSince counts the records of persons that an account has written since
// a moment within the last two days.
func (db *DB) PersonsSince(ctx context.Context, account string, since taxii.Timestamp) (int, error) {
	var n int
	err := db.one(ctx, &n, `SELECT coalesce(sum(persons), 0) FROM intake WHERE account = ? AND at >= ?`, account, int64(since))
	return n, err
}

// maxWaitingBytes bounds what is taken in together.
const maxWaitingBytes = 8 << 20

// Waiting returns what waits for the intake, the oldest first and all of one
// account, up to limit objects and, but for the first, 8 MiB.
func (db *DB) Waiting(ctx context.Context, limit int) ([]Received, error) {
	rows, err := db.s.Reader.QueryContext(ctx, `SELECT seq, account, officer, raw FROM intake WHERE raw <> '' ORDER BY seq LIMIT ?`, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Received
	total := 0
	for rows.Next() {
		var r Received
		if err := rows.Scan(&r.Seq, &r.Account, &r.Officer, &r.Raw); err != nil {
			return nil, err
		}
		total += len(r.Raw)
		if len(out) > 0 && (r.Account != out[0].Account || r.Officer != out[0].Officer || total > maxWaitingBytes) {
			break
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// Arrived notes that what was received has arrived in the intake, or was
// refused there for good; its bytes are kept no longer.
func (db *DB) Arrived(ctx context.Context, list []Received, now taxii.Timestamp) error {
	return db.s.Update(ctx, func(tx *store.Tx) error {
		for _, r := range list {
			if _, err := tx.Exec(`UPDATE intake SET raw = '' WHERE seq = ?`, r.Seq); err != nil {
				return err
			}
		}
		_, err := tx.Exec(`DELETE FROM intake WHERE raw = '' AND at < ?`, int64(now)-keepArrived.Microseconds())
		return err
	})
}
