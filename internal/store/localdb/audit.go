package localdb

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// AuditRow is one row of the audit log.
type AuditRow struct {
	Seq     int64     // from 1, without gaps
	At      time.Time // milliseconds; the node's clock, a claim
	Login   string    // officer, empty for the node itself
	Op      string
	Object  string // identifier of what was acted on, never its contents
	Outcome string
	Detail  string
	Hash    [sha256.Size]byte
}

// AuditHead names a state of the audit log: its last row and that row's hash.
// Seq 0 is the empty log, with a zero hash.
type AuditHead struct {
	Seq  int64
	Hash [sha256.Size]byte
}

// AuditContext begins the bytes that every row's hash covers.
const AuditContext = "entente/v1/audit"

// Chain is the hash of row after a row with hash prev (zero before the first):
//
//	SHA-256(AuditContext || 0x00 || prev || u64(seq) || u64(Unix milliseconds)
//	        || for login, op, object, outcome, detail: u32(length) || bytes)
//
// Integers are big-endian. row.Hash itself is not looked at.
func Chain(prev [sha256.Size]byte, row AuditRow) [sha256.Size]byte {
	b := make([]byte, 0, 512)
	b = append(b, AuditContext...)
	b = append(b, 0)
	b = append(b, prev[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(row.Seq))
	b = binary.BigEndian.AppendUint64(b, uint64(millis(row.At)))
	for _, s := range [...]string{row.Login, row.Op, row.Object, row.Outcome, row.Detail} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(s)))
		b = append(b, s...)
	}
	return sha256.Sum256(b)
}

const (
	sqlAuditHead    = `SELECT seq, hash FROM audit_head WHERE one = 1`
	sqlAuditHeadSet = `INSERT INTO audit_head (one, seq, hash) VALUES (1, ?, ?)
		ON CONFLICT (one) DO UPDATE SET seq = excluded.seq, hash = excluded.hash`
	sqlAuditInsert = `INSERT INTO audit (seq, at, login, op, object, outcome, detail, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`
)

// AuditHead is the log's present head.
func (r Reader) AuditHead() (AuditHead, error) {
	var h AuditHead
	var hash []byte
	switch err := r.row(sqlAuditHead, nil, &h.Seq, &hash); {
	case errors.Is(err, ErrNotFound):
		return AuditHead{}, nil
	case err != nil:
		return AuditHead{}, err
	}
	copy(h.Hash[:], hash)
	return h, nil
}

// AppendAudit adds a row behind the head; Seq and Hash of row are computed,
// At is kept to the millisecond. It returns the row as stored.
func (tx *Tx) AppendAudit(row AuditRow) (AuditRow, error) {
	h, err := tx.AuditHead()
	if err != nil {
		return AuditRow{}, err
	}
	row.Seq = h.Seq + 1
	row.At = fromMillis(millis(row.At))
	row.Hash = Chain(h.Hash, row)
	if _, err := tx.run(sqlAuditInsert, row.Seq, millis(row.At), row.Login, row.Op, row.Object, row.Outcome, row.Detail, row.Hash[:]); err != nil {
		return AuditRow{}, err
	}
	_, err = tx.run(sqlAuditHeadSet, row.Seq, row.Hash[:])
	return row, err
}

// AuditQuery selects audit rows, newest first.
type AuditQuery struct {
	Before int64  // only rows with a smaller Seq; 0 starts at the newest
	Login  string // only this officer's, when not empty
	Object string // only on this object, when not empty
	Limit  int
}

// Audit returns up to q.Limit rows.
func (r Reader) Audit(q AuditQuery) ([]AuditRow, error) {
	query := `SELECT seq, at, login, op, object, outcome, detail, hash FROM audit WHERE seq < ?`
	before := q.Before
	if before <= 0 {
		before = 1<<63 - 1
	}
	args := []any{before}
	if q.Login != "" {
		query, args = query+` AND login = ?`, append(args, q.Login)
	}
	if q.Object != "" {
		query, args = query+` AND object = ?`, append(args, q.Object)
	}
	return r.auditRows(query+` ORDER BY seq DESC LIMIT ?`, append(args, q.Limit)...)
}

func (r Reader) auditRows(query string, args ...any) ([]AuditRow, error) {
	var out []AuditRow
	err := r.each(func(scan func(...any) error) error {
		var a AuditRow
		var at int64
		var hash []byte
		if err := scan(&a.Seq, &at, &a.Login, &a.Op, &a.Object, &a.Outcome, &a.Detail, &hash); err != nil {
			return err
		}
		a.At = fromMillis(at)
		copy(a.Hash[:], hash) // a hash of another length cannot match and is reported as changed
		out = append(out, a)
		return nil
	}, query, args...)
	return out, err
}

// AuditFault is one thing wrong with the audit log.
type AuditFault struct {
	Seq  int64 // the row it was seen at
	What string
}

// maxFaults bounds what is reported of a log that was rewritten altogether.
const maxFaults = 100

// VerifyAudit walks the whole log and returns what is wrong with it, at most
// 100 faults, and the head that it checked up to. It finds every row that was
// changed, dropped, inserted or moved. Rows cut off the end together with a
// head set back to fit are found only by heads exported earlier: those given
// must lie on the chain.
func (r Reader) VerifyAudit(earlier ...AuditHead) (AuditHead, []AuditFault, error) {
	// Head and last row in one statement, hence one state; rows that are
	// appended while the walk goes on are beyond it.
	var head AuditHead
	var hash []byte
	var last int64
	err := r.row(`SELECT coalesce(max(h.seq), 0), (SELECT hash FROM audit_head), (SELECT coalesce(max(seq), 0) FROM audit) FROM audit_head h`,
		nil, &head.Seq, &hash, &last)
	if err != nil {
		return AuditHead{}, nil, err
	}
	copy(head.Hash[:], hash)

	var faults []AuditFault
	add := func(seq int64, format string, args ...any) {
		if len(faults) < maxFaults {
			faults = append(faults, AuditFault{Seq: seq, What: fmt.Sprintf(format, args...)})
		}
	}
	anchors := map[int64][][sha256.Size]byte{}
	for _, a := range earlier {
		anchors[a.Seq] = append(anchors[a.Seq], a.Hash)
		if a.Seq > head.Seq {
			add(a.Seq, "the log ended at row %d earlier, and ends at row %d now", a.Seq, head.Seq)
		}
	}
	if last > head.Seq {
		add(head.Seq+1, "rows up to %d lie behind the head, which is at row %d", last, head.Seq)
	}

	const page = 1000
	var prev [sha256.Size]byte
	var at int64 // the last row walked
	for at < head.Seq && len(faults) < maxFaults {
		rows, err := r.auditRows(`SELECT seq, at, login, op, object, outcome, detail, hash FROM audit
			WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?`, at, head.Seq, page)
		if err != nil {
			return AuditHead{}, nil, err
		}
		if len(rows) == 0 {
			add(at+1, "rows %d to %d are missing", at+1, head.Seq)
			break
		}
		for _, row := range rows {
			if row.Seq != at+1 {
				add(at+1, "rows %d to %d are missing", at+1, row.Seq-1)
			}
			if Chain(prev, row) != row.Hash {
				add(row.Seq, "row %d, or the row before it, was changed", row.Seq)
			}
			for _, want := range anchors[row.Seq] {
				if want != row.Hash {
					add(row.Seq, "row %d is not the one whose hash was exported earlier", row.Seq)
				}
			}
			prev, at = row.Hash, row.Seq
		}
	}
	if at == head.Seq && prev != head.Hash {
		add(head.Seq, "the head does not fit the last row")
	}
	return head, faults, nil
}
