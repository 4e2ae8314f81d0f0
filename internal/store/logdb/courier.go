package logdb

import (
	"context"
	"database/sql"
	"errors"

	"entente/internal/store"
)

// BundleOut is a bundle that this node has made for a member.
type BundleOut struct {
	Member  string
	Number  uint64
	Since   uint64
	LogFrom int64
	LogTo   int64
	Digest  string // of its records, hex
	File    string // SHA-256 of the file, hex
	Size    int64  // of the file, in bytes
	Made    int64  // Unix seconds, local clock
}

// BundleIn is a bundle of a member that was imported whole.
type BundleIn struct {
	Member   string
	Number   uint64
	Since    uint64
	LogTo    int64
	Received uint64 // the last bundle of this node that its sender had imported
	Digest   string
	At       int64 // Unix seconds, local clock
}

// Relayed is an envelope of another member that is handed to the lead.
type Relayed struct {
	Originator string
	Filed
}

// FinishBundleOut notes a finished bundle, before it is given to anybody.
func (l *Log) FinishBundleOut(ctx context.Context, b BundleOut) error {
	return l.db.Update(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`INSERT INTO bundle_out (member, number, since, log_from, log_to, digest, file, size, made) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			b.Member, int64(b.Number), int64(b.Since), b.LogFrom, b.LogTo, b.Digest, b.File, b.Size, b.Made)
		return err
	})
}

const bundleOutColumns = `SELECT member, number, since, log_from, log_to, digest, file, size, made FROM bundle_out `

func scanBundleOut(row interface{ Scan(...any) error }) (b BundleOut, err error) {
	var number, since int64
	err = row.Scan(&b.Member, &number, &since, &b.LogFrom, &b.LogTo, &b.Digest, &b.File, &b.Size, &b.Made)
	b.Number, b.Since = uint64(number), uint64(since)
	return b, err
}

// BundleOut returns one bundle made for a member, number 0 the last; found says
// whether there is one.
func (l *Log) BundleOut(ctx context.Context, member string, number uint64) (b BundleOut, found bool, err error) {
	b, err = scanBundleOut(l.db.Reader.QueryRowContext(ctx, bundleOutColumns+`WHERE member = ? AND (? = 0 OR number = ?) ORDER BY number DESC LIMIT 1`, member, int64(number), int64(number)))
	if errors.Is(err, sql.ErrNoRows) {
		return BundleOut{}, false, nil
	}
	return b, err == nil, err
}

// LastBundlesOut returns the last bundle made for each member.
func (l *Log) LastBundlesOut(ctx context.Context) ([]BundleOut, error) {
	rows, err := l.db.Reader.QueryContext(ctx, bundleOutColumns+`AS b WHERE number = (SELECT max(number) FROM bundle_out WHERE member = b.member) ORDER BY member`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []BundleOut
	for rows.Next() {
		b, err := scanBundleOut(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, rows.Err()
}

const bundleInColumns = `SELECT member, number, since, log_to, received, digest, at FROM bundle_in `

func scanBundleIn(row interface{ Scan(...any) error }) (b BundleIn, err error) {
	var number, since, received int64
	err = row.Scan(&b.Member, &number, &since, &b.LogTo, &received, &b.Digest, &b.At)
	b.Number, b.Since, b.Received = uint64(number), uint64(since), uint64(received)
	return b, err
}

// BundleIn returns one bundle of a member that was imported, number 0 the last;
// found says whether there is one.
func (l *Log) BundleIn(ctx context.Context, member string, number uint64) (b BundleIn, found bool, err error) {
	b, err = scanBundleIn(l.db.Reader.QueryRowContext(ctx, bundleInColumns+`WHERE member = ? AND (? = 0 OR number = ?) ORDER BY number DESC LIMIT 1`, member, int64(number), int64(number)))
	if errors.Is(err, sql.ErrNoRows) {
		return BundleIn{}, false, nil
	}
	return b, err == nil, err
}

// LastBundlesIn returns the last bundle imported of each member.
func (l *Log) LastBundlesIn(ctx context.Context) ([]BundleIn, error) {
	rows, err := l.db.Reader.QueryContext(ctx, bundleInColumns+`AS b WHERE number = (SELECT max(number) FROM bundle_in WHERE member = b.member) ORDER BY member`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []BundleIn
	for rows.Next() {
		b, err := scanBundleIn(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, rows.Err()
}

// BeginAdopting notes that the adoption of a copy has begun. Another one that
// was not finished is replaced only by itself.
func (l *Log) BeginAdopting(ctx context.Context, file, login string) error {
	return l.db.Update(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`INSERT INTO bundle_adopting (file, login) VALUES (?, ?) ON CONFLICT (file) DO NOTHING`, file, login)
		return err
	})
}

// Adopting returns the copies whose adoption has begun and is not finished, each
// with who began it.
func (l *Log) Adopting(ctx context.Context) (map[string]string, error) {
	rows, err := l.db.Reader.QueryContext(ctx, `SELECT file, login FROM bundle_adopting`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]string{}
	for rows.Next() {
		var file, login string
		if err := rows.Scan(&file, &login); err != nil {
			return nil, err
		}
		out[file] = login
	}
	return out, rows.Err()
}

// DropAdopting gives up an adoption, and with it what would have been handed to
// the lead.
func (l *Log) DropAdopting(ctx context.Context, file string) error {
	return l.db.Update(ctx, func(tx *store.Tx) error {
		if _, err := tx.Exec(`DELETE FROM relay WHERE file = ?`, file); err != nil {
			return err
		}
		_, err := tx.Exec(`DELETE FROM bundle_adopting WHERE file = ?`, file)
		return err
	})
}

// KeepRelayed stores envelopes that are handed to the lead when the copy that
// they came in is adopted (FinishAdopting). One that is stored already stays as
// it is, unless the copy that it came in never was adopted.
func (l *Log) KeepRelayed(ctx context.Context, file string, es []Relayed) error {
	return l.db.Update(ctx, func(tx *store.Tx) error {
		for _, e := range es {
			if _, err := tx.Exec(`INSERT INTO relay (originator, incarnation, sequence, header, body, file) VALUES (?, ?, ?, ?, ?, ?)
				ON CONFLICT DO UPDATE SET header = excluded.header, body = excluded.body, file = excluded.file WHERE file <> ''`,
				e.Originator, e.Incarnation, int64(e.Sequence), e.Header, e.Body, file); err != nil {
				return err
			}
		}
		return nil
	})
}

// FinishAdopting notes a bundle as imported: from here on it is a replay, and
// its envelopes are for the lead.
func (l *Log) FinishAdopting(ctx context.Context, file string, b BundleIn) error {
	return l.db.Update(ctx, func(tx *store.Tx) error {
		if _, err := tx.Exec(`INSERT INTO bundle_in (member, number, since, log_to, received, digest, at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			b.Member, int64(b.Number), int64(b.Since), b.LogTo, int64(b.Received), b.Digest, b.At); err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE relay SET file = '' WHERE file = ?`, file); err != nil {
			return err
		}
		_, err := tx.Exec(`DELETE FROM bundle_adopting WHERE file = ?`, file)
		return err
	})
}

// Relaying returns up to limit envelopes of one originator that follow a place
// in its chain, in order; those of adopted bundles only.
func (l *Log) Relaying(ctx context.Context, originator string, incarnation uint32, sequence uint64, limit int) ([]Filed, error) {
	rows, err := l.db.Reader.QueryContext(ctx,
		`SELECT incarnation, sequence, header, body FROM relay WHERE file = '' AND originator = ? AND (incarnation > ? OR incarnation = ? AND sequence > ?) ORDER BY incarnation, sequence LIMIT ?`,
		originator, incarnation, incarnation, int64(sequence), limit)
	if err != nil {
		return nil, err
	}
	return filedOf(rows)
}

// RelayHeaders calls each with the headers of an originator's envelopes that
// Relaying returns, at most limit together, in the order of its chain.
func (l *Log) RelayHeaders(ctx context.Context, originator string, limit int, each func(headers []byte)) error {
	var incarnation uint32
	var sequence int64
	for {
		rows, err := l.db.Reader.QueryContext(ctx,
			`SELECT incarnation, sequence, header FROM relay WHERE file = '' AND originator = ? AND (incarnation > ? OR incarnation = ? AND sequence > ?) ORDER BY incarnation, sequence LIMIT ?`,
			originator, incarnation, incarnation, sequence, limit)
		if err != nil {
			return err
		}
		var headers []byte
		n := 0
		for ; rows.Next(); n++ {
			var h []byte
			if err := rows.Scan(&incarnation, &sequence, &h); err != nil {
				rows.Close()
				return err
			}
			headers = append(headers, h...)
		}
		if err := rows.Err(); err != nil || n == 0 {
			return err
		}
		each(headers)
	}
}

// RelayFrom returns whose envelopes are handed to the lead, and how many.
func (l *Log) RelayFrom(ctx context.Context) (map[string]int, error) {
	rows, err := l.db.Reader.QueryContext(ctx, `SELECT originator, count(*) FROM relay WHERE file = '' GROUP BY originator`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]int{}
	for rows.Next() {
		var o string
		var n int
		if err := rows.Scan(&o, &n); err != nil {
			return nil, err
		}
		out[o] = n
	}
	return out, rows.Err()
}

// EndRelaying gives up an originator's envelopes up to a place in its chain:
// the log holds them, or never will.
func (l *Log) EndRelaying(ctx context.Context, originator string, incarnation uint32, sequence uint64) error {
	return l.db.Update(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`DELETE FROM relay WHERE originator = ? AND (incarnation < ? OR incarnation = ? AND sequence <= ?)`, originator, incarnation, incarnation, int64(sequence))
		return err
	})
}
