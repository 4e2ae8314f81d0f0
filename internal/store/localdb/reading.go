package localdb

import (
	"context"
	"errors"
	"strings"
	"time"
)

// PortionID is the id of a portion.
type PortionID = [16]byte

// Reading is what was read in one text: a portion in one wording.
type Reading struct {
	ID       int64 // from 1; never given twice
	Portion  PortionID
	Digest   Digest // SHA-256 of the text
	Edition  int64  // of the methods that read it
	Dated    string // the day against which it was read, empty for none
	Found    int
	Accepted int
	Rejected int
	Body     []byte // what was found, as its reader writes it
}

// Holder is what holds texts: a draft, or a report when Draft is empty.
type Holder struct {
	Draft string
	Index int64 // of the report in the log
}

func (h Holder) index() int64 {
	if h.Draft != "" {
		return -1
	}
	return h.Index
}

const (
	readingColumns = `id, portion, digest, edition, dated, found, accepted, rejected, body`

	sqlReadingInsert  = `INSERT INTO readings (` + readingColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`
	sqlReadingUpdate  = `UPDATE readings SET edition = ?, dated = ?, found = ?, body = ? WHERE id = ?`
	sqlReadingOf      = `SELECT ` + readingColumns + ` FROM readings WHERE portion = ? AND digest = ?`
	sqlHolderInsert   = `INSERT INTO reading_holders (draft, idx, place, reading) VALUES (?, ?, ?, ?)`
	sqlHolderReadings = `SELECT DISTINCT reading FROM reading_holders WHERE draft = ? AND idx = ?`
	sqlHolderDelete   = `DELETE FROM reading_holders WHERE draft = ? AND idx = ?`
	sqlReadingHeld    = `SELECT count(*) FROM reading_holders WHERE reading = ?`
	sqlStateGet       = `SELECT value FROM reading_state WHERE name = ?`
	sqlStateSet       = `INSERT INTO reading_state (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`
	sqlQueueInsert    = `INSERT INTO reading_queue (draft, at) VALUES (?, ?) ON CONFLICT (draft) DO NOTHING`
	sqlQueueDelete    = `DELETE FROM reading_queue WHERE draft = ?`
)

var sqlReadingDelete = []string{
	`DELETE FROM suggestion_judgements WHERE reading = ?`,
	`DELETE FROM name_judgements WHERE reading = ?`,
	`DELETE FROM name_judgements WHERE other_reading = ?`,
	`DELETE FROM readings WHERE id = ?`,
}

func scanReading(scan func(...any) error) (Reading, error) {
	var x Reading
	var portion, digest []byte
	if err := scan(&x.ID, &portion, &digest, &x.Edition, &x.Dated, &x.Found, &x.Accepted, &x.Rejected, &x.Body); err != nil {
		return Reading{}, err
	}
	copy(x.Portion[:], portion)
	copy(x.Digest[:], digest)
	return x, nil
}

// Reading returns what was read in a text by its number, or ErrNotFound.
func (r Reader) Reading(id int64) (Reading, error) {
	return scanReading(func(dest ...any) error {
		return r.row(`SELECT `+readingColumns+` FROM readings WHERE id = ?`, []any{id}, dest...)
	})
}

// ReadingOf returns what was read in a portion in one wording, or ErrNotFound.
func (r Reader) ReadingOf(portion PortionID, digest Digest) (Reading, error) {
	return scanReading(func(dest ...any) error { return r.row(sqlReadingOf, []any{portion[:], digest[:]}, dest...) })
}

// HoldersOf returns what holds a text, drafts first, up to limit.
func (r Reader) HoldersOf(reading int64, limit int) ([]Holder, error) {
	var out []Holder
	err := r.each(func(scan func(...any) error) error {
		var h Holder
		if err := scan(&h.Draft, &h.Index); err != nil {
			return err
		}
		out = append(out, h)
		return nil
	}, `SELECT DISTINCT draft, idx FROM reading_holders WHERE reading = ? ORDER BY draft DESC, idx DESC LIMIT ?`, reading, limit)
	return out, err
}

// Held returns the numbers of the texts that something holds, in its order.
func (r Reader) Held(h Holder) ([]int64, error) {
	return r.numbers(`SELECT reading FROM reading_holders WHERE draft = ? AND idx = ? ORDER BY place`, h.Draft, h.index())
}

// HeldBetween returns which reports from one log index to before another hold
// texts, each with the lowest edition among them.
func (r Reader) HeldBetween(from, to int64) (map[int64]int64, error) {
	out := map[int64]int64{}
	err := r.each(func(scan func(...any) error) error {
		var index, edition int64
		if err := scan(&index, &edition); err != nil {
			return err
		}
		out[index] = edition
		return nil
	}, `SELECT h.idx, min(r.edition) FROM reading_holders h JOIN readings r ON r.id = h.reading WHERE h.draft = '' AND h.idx >= ? AND h.idx < ? GROUP BY h.idx`, from, to)
	return out, err
}

func (r Reader) numbers(query string, args ...any) ([]int64, error) {
	var out []int64
	err := r.each(func(scan func(...any) error) error {
		var n int64
		if err := scan(&n); err != nil {
			return err
		}
		out = append(out, n)
		return nil
	}, query, args...)
	return out, err
}

// InsertReading adds what was read in a text, under a number of its own.
func (tx *Tx) InsertReading(x Reading) (int64, error) {
	last, err := tx.ReadingState("last reading")
	if err != nil {
		return 0, err
	}
	last++
	if err := tx.SetReadingState("last reading", last); err != nil {
		return 0, err
	}
	_, err = tx.run(sqlReadingInsert, last, x.Portion[:], x.Digest[:], x.Edition, x.Dated, x.Found, 0, 0, notNil(x.Body))
	return last, err
}

// UpdateReading replaces what was found in a text; what was said of it stays.
func (tx *Tx) UpdateReading(x Reading) error {
	return tx.change(ErrNotFound, sqlReadingUpdate, x.Edition, x.Dated, x.Found, notNil(x.Body), x.ID)
}

// Hold says which texts something holds, in its order; those that nothing holds
// any more are destroyed with all that was said of them.
func (tx *Tx) Hold(h Holder, readings []int64) error {
	had, err := tx.numbers(sqlHolderReadings, h.Draft, h.index())
	if err != nil {
		return err
	}
	if _, err := tx.run(sqlHolderDelete, h.Draft, h.index()); err != nil {
		return err
	}
	for i, id := range readings {
		if _, err := tx.run(sqlHolderInsert, h.Draft, h.index(), i+1, id); err != nil {
			return err
		}
	}
	return tx.dropUnheld(had)
}

// dropUnheld destroys those of the texts that nothing holds.
func (tx *Tx) dropUnheld(readings []int64) error {
	for _, id := range readings {
		var n int64
		if err := tx.row(sqlReadingHeld, []any{id}, &n); err != nil {
			return err
		}
		if n > 0 {
			continue
		}
		for _, q := range sqlReadingDelete {
			if _, err := tx.run(q, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// LetGo says that drafts or reports hold nothing any more.
func (tx *Tx) LetGo(holders ...Holder) error {
	for _, h := range holders {
		if err := tx.Hold(h, nil); err != nil {
			return err
		}
		if h.Draft != "" {
			if _, err := tx.run(sqlQueueDelete, h.Draft); err != nil {
				return err
			}
		}
	}
	return nil
}

// letGoOfBatch lets go of the drafts of an import that are given up.
func (tx *Tx) letGoOfBatch(batch string) error {
	const drafts = `SELECT id FROM drafts WHERE batch = ? AND state < 2 AND decision IS NULL`
	had, err := tx.numbers(`SELECT DISTINCT reading FROM reading_holders WHERE draft <> '' AND draft IN (`+drafts+`)`, batch)
	if err != nil {
		return err
	}
	for _, q := range []string{`DELETE FROM reading_holders WHERE draft <> '' AND draft IN (` + drafts + `)`, `DELETE FROM reading_queue WHERE draft IN (` + drafts + `)`} {
		if _, err := tx.run(q, batch); err != nil {
			return err
		}
	}
	return tx.dropUnheld(had)
}

// QueueReading notes that the texts of a draft are to be read.
func (tx *Tx) QueueReading(draft string, at time.Time) error {
	_, err := tx.run(sqlQueueInsert, draft, millis(at))
	return err
}

// ReadingDone takes a draft off the queue.
func (tx *Tx) ReadingDone(draft string) error {
	_, err := tx.run(sqlQueueDelete, draft)
	return err
}

// ReadingQueue returns the drafts that wait longest, up to limit.
func (r Reader) ReadingQueue(limit int) ([]string, error) {
	var out []string
	err := r.each(func(scan func(...any) error) error {
		var id string
		if err := scan(&id); err != nil {
			return err
		}
		out = append(out, id)
		return nil
	}, `SELECT draft FROM reading_queue ORDER BY at, draft LIMIT ?`, limit)
	return out, err
}

// ReadingQueued says whether a draft waits for being read.
func (r Reader) ReadingQueued(draft string) (bool, error) {
	var n int64
	err := r.row(`SELECT count(*) FROM reading_queue WHERE draft = ?`, []any{draft}, &n)
	return n > 0, err
}

// ReadingState returns a number that the reader of texts keeps; 0 for one that
// was never set.
func (r Reader) ReadingState(name string) (int64, error) {
	var v int64
	err := r.row(sqlStateGet, []any{name}, &v)
	if errors.Is(err, ErrNotFound) {
		return 0, nil
	}
	return v, err
}

// SetReadingState keeps a number for the reader of texts.
func (tx *Tx) SetReadingState(name string, value int64) error {
	_, err := tx.run(sqlStateSet, name, value)
	return err
}

// Edition returns the number of the methods so named, giving one where there is
// none yet. Later methods have higher numbers, also those that come back.
func (tx *Tx) Edition(methods string) (id int64, fresh bool, err error) {
	var last int64
	var name string
	switch err := tx.row(`SELECT id, methods FROM reading_editions ORDER BY id DESC LIMIT 1`, nil, &last, &name); {
	case errors.Is(err, ErrNotFound):
	case err != nil:
		return 0, false, err
	case name == methods:
		return last, false, nil
	}
	if _, err := tx.run(`DELETE FROM reading_editions WHERE methods = ?`, methods); err != nil {
		return 0, false, err
	}
	_, err = tx.run(`INSERT INTO reading_editions (id, methods) VALUES (?, ?)`, last+1, methods)
	return last + 1, true, err
}

// QueueStale queues the drafts that hold texts read by another edition.
func (tx *Tx) QueueStale(edition int64, at time.Time) error {
	_, err := tx.run(`INSERT INTO reading_queue (draft, at) SELECT DISTINCT h.draft, ? FROM reading_holders h JOIN readings r ON r.id = h.reading
		WHERE r.edition <> ? AND h.draft <> '' ON CONFLICT (draft) DO NOTHING`, millis(at), edition)
	return err
}

// Methods returns the names of the methods of an edition, or ErrNotFound.
func (r Reader) Methods(edition int64) (string, error) {
	var s string
	err := r.row(`SELECT methods FROM reading_editions WHERE id = ?`, []any{edition}, &s)
	return s, err
}

// ReadingCounts are totals of what was read.
type ReadingCounts struct {
	Texts, Earlier            int64 // texts read, and of these by earlier methods
	Found, Accepted, Rejected int64
	Queued                    int64 // drafts
}

// ReadingCounts returns totals; edition is the present one.
func (r Reader) ReadingCounts(edition int64) (ReadingCounts, error) {
	var c ReadingCounts
	err := r.row(`SELECT count(*), coalesce(sum(CASE WHEN edition <> ? THEN 1 ELSE 0 END), 0), coalesce(sum(found), 0), coalesce(sum(accepted), 0), coalesce(sum(rejected), 0),
		(SELECT count(*) FROM reading_queue) FROM readings`, []any{edition}, &c.Texts, &c.Earlier, &c.Found, &c.Accepted, &c.Rejected, &c.Queued)
	return c, err
}

// LetGoOfAllBut lets go of what reports from one log index to before another
// hold, those apart that are still there.
func (tx *Tx) LetGoOfAllBut(from, to int64, there []int64) error {
	args := []any{from, to}
	but := ""
	if len(there) > 0 {
		but = ` AND idx NOT IN (?` + strings.Repeat(`, ?`, len(there)-1) + `)`
		for _, i := range there {
			args = append(args, i)
		}
	}
	gone, err := tx.numbers(`SELECT DISTINCT idx FROM reading_holders WHERE draft = '' AND idx >= ? AND idx < ?`+but, args...)
	if err != nil {
		return err
	}
	for _, i := range gone {
		if err := tx.LetGo(Holder{Index: i}); err != nil {
			return err
		}
	}
	return nil
}

// Touched returns when this database was written last by anybody but the
// reader of texts.
func (db *DB) Touched() time.Time { return time.Unix(0, db.touched.Load()) }

// UpdateQuietly is Update for the reader of texts, whose writing says nothing
// of whether officers are at work.
func (db *DB) UpdateQuietly(ctx context.Context, fn func(tx *Tx) error) error {
	return db.update(ctx, fn)
}
