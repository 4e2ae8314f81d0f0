package viewdb

import (
	"context"
	"errors"
	"slices"
	"strings"
)

// Who was refused what, and from whom what was taken back, for the ledger.

// Narrowed is what an own narrowing takes back from its reader. Its issuer keeps
// it, so it changes no view here.
type Narrowed struct {
	Holder   string
	Reason   string
	Portions [][16]byte
}

func (in *inserts) narrowed(s *Said) {
	if x := s.Narrowed; x != nil {
		for _, id := range x.Portions {
			in.add(&intoNarrowed, id[:], s.Index, x.Holder, x.Reason)
		}
	}
}

// Refusals returns what this member refused, newest first, before an index when
// it is not 0: consent acts that refuse or withdraw, and answers that decline a
// part of a request or say that there is nothing to give.
func (v *Views) Refusals(ctx context.Context, before int64, limit int) ([]Said, error) {
	if before == 0 {
		before = 1 << 62
	}
	return v.manySaid(ctx, `SELECT s.idx, s.id, s.originator, s.own, s.type, s.written, s.recipients, s.act FROM said s
		WHERE s.own = 1 AND s.idx IN (SELECT c.idx FROM consent c WHERE c.step IN ('refuse', 'withdraw') AND c.idx < ?
			UNION ALL SELECT a.idx FROM answer a WHERE a.declined = 1 AND a.idx < ?) ORDER BY s.idx DESC LIMIT ?`, before, before, limit)
}

// TakenFrom is an own recall that names a portion, and is in force.
type TakenFrom struct {
	Said   // without its act
	Kind   string
	Reason string
	// Digest is that under which it names the portion; zero of a narrowing, which
	// is of this member's own.
	Digest [32]byte
}

// About says whether it is of the portion under a digest: another member may have
// used the id for a portion of its own.
func (t *TakenFrom) About(digest [32]byte) bool { return t.Digest == digest || t.Digest == [32]byte{} }

// OwnRecalls returns the recalls, corrections, narrowings and doubts of this
// member that name any of the portions and that it has not cleared, by portion:
// doubts before what takes back, then in log order.
func (v *Views) OwnRecalls(ctx context.Context, ids [][16]byte) (map[[16]byte][]TakenFrom, error) {
	out := map[[16]byte][]TakenFrom{}
	for part := range slices.Chunk(ids, 400) {
		args := make([]any, 0, 2*len(part))
		for range 2 {
			for i := range part {
				args = append(args, part[i][:])
			}
		}
		list := `(?` + strings.Repeat(`, ?`, len(part)-1) + `)`
		rows, err := v.db.Reader.QueryContext(ctx, `SELECT x.portion, x.digest, s.idx, s.id, s.recipients, x.kind, x.reason FROM (
				SELECT portion, digest, idx, kind, reason FROM recalled WHERE portion IN `+list+` AND effect = 1 AND kind IN ('recall', 'correction', 'doubt')
				UNION ALL SELECT portion, NULL, idx, 'narrowing', reason FROM narrowed WHERE portion IN `+list+`
			) x JOIN said s ON s.idx = x.idx WHERE s.own = 1 ORDER BY x.kind = 'doubt' DESC, s.idx`, args...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var id, digest []byte
			t := TakenFrom{Said: Said{Own: true}}
			var to string
			if err := rows.Scan(&id, &digest, &t.Index, &t.ID, &to, &t.Kind, &t.Reason); err != nil {
				rows.Close()
				return nil, err
			}
			t.Recipients = strings.Fields(to)
			copy(t.Digest[:], digest)
			out[[16]byte(id)] = append(out[[16]byte(id)], t)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return nil, err
		}
	}
	return out, nil
}
