package section

import (
	"context"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"entente/internal/store/localdb"
)

// The rows of the audit log and its heads, as package localdb stores them.
type (
	AuditRow   = localdb.AuditRow
	AuditHead  = localdb.AuditHead
	AuditFault = localdb.AuditFault
	AuditQuery = localdb.AuditQuery
)

// Record notes an operation that the node performed for an officer, or, with
// the zero Officer, by itself. object and detail hold identifiers, counts and
// digests, never contents or secrets; at most 200 and 512 bytes.
func (s *Section) Record(ctx context.Context, o Officer, op Op, object, outcome, detail string) error {
	switch outcome {
	case OutcomeDone, OutcomeRefused, OutcomeFailed:
	default:
		return refuseBounds("the outcome is unknown", "use done, refused or failed")
	}
	return s.db.Update(ctx, func(tx *localdb.Tx) error { return s.record(tx, o.Login, op, object, outcome, detail) })
}

// Audit returns a page of the audit log, newest first.
func (s *Section) Audit(ctx context.Context, o Officer, q AuditQuery) ([]AuditRow, error) {
	if err := s.Authorise(ctx, o, OpAuditRead, ""); err != nil {
		return nil, err
	}
	q.Limit = pageLimit(q.Limit)
	return s.db.Read(ctx).Audit(q)
}

// VerifyAudit walks the whole audit log and returns its head and everything
// that is wrong with it, at most 100 faults: rows changed, dropped, inserted,
// moved. That rows were cut off the end together with the head is found only
// by heads exported earlier, which must be on the chain. The verification is
// itself a row, behind the head returned.
func (s *Section) VerifyAudit(ctx context.Context, o Officer, earlier ...AuditHead) (AuditHead, []AuditFault, error) {
	if err := s.Authorise(ctx, o, OpAuditVerify, ""); err != nil {
		return AuditHead{}, nil, err
	}
	head, faults, err := s.db.Read(ctx).VerifyAudit(earlier...)
	if err != nil {
		return AuditHead{}, nil, err
	}
	err = s.act(ctx, o, OpAuditVerify, "", func(*localdb.Tx, Officer) (string, error) {
		return fmt.Sprintf("rows=%d faults=%d", head.Seq, len(faults)), nil
	})
	return head, faults, err
}

// AuditHead is the present head, for the node to anchor elsewhere.
func (s *Section) AuditHead(ctx context.Context) (AuditHead, error) {
	return s.db.Read(ctx).AuditHead()
}

// FormatAuditHead is the exported form of a head, one line without newline:
// "entente/v1/audit", the number of rows and the hash in hexadecimal, with
// single spaces between.
func FormatAuditHead(h AuditHead) string {
	return fmt.Sprintf("%s %d %x", localdb.AuditContext, h.Seq, h.Hash)
}

// ParseAuditHead reads what FormatAuditHead wrote, and refuses every other
// form with ErrBounds.
func ParseAuditHead(line string) (AuditHead, error) {
	var h AuditHead
	f := strings.Split(line, " ")
	if len(f) == 3 && f[0] == localdb.AuditContext {
		seq, err1 := strconv.ParseInt(f[1], 10, 64)
		hash, err2 := hex.DecodeString(f[2])
		if err1 == nil && err2 == nil && seq >= 0 && len(hash) == len(h.Hash) {
			h.Seq = seq
			copy(h.Hash[:], hash)
			if FormatAuditHead(h) == line {
				return h, nil
			}
		}
	}
	return AuditHead{}, refuseBounds("this is no head of an audit log", `give a line of the form "`+localdb.AuditContext+` rows hash"`)
}
