package viewdb

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
)

// Said is a statement as a row: an act that is neither a report nor a dummy
// (spec/act.md, "Statements").
type Said struct {
	Index      int64    `json:"index"` // of its envelope in the log
	ID         string   `json:"id"`    // 32 hex digits
	Originator string   `json:"originator"`
	Own        bool     `json:"own"`
	Type       string   `json:"type"`
	Written    string   `json:"written"` // RFC 3339
	Recipients []string `json:"recipients"`
	Act        []byte   `json:"-"` // exact bytes
	// Consents are what a consent act says, where it counts.
	Consents []Consent `json:"-"`
	// Recall is what a recall act does here; nil when it does nothing.
	Recall *Recall `json:"-"`
	// Narrowed is what an own narrowing takes back from its reader.
	Narrowed *Narrowed `json:"-"`
	// Acknowledges is the id of the recall that an acknowledgement is about.
	Acknowledges string `json:"-"`
	// GoneEarly are the portions that its originator says it has destroyed before
	// their term.
	GoneEarly []Portion `json:"-"`
	// Request, Answer, Closing and Line are what acts of these kinds say.
	Request *Request `json:"-"`
	Answer  *Answer  `json:"-"`
	Closing *Closing `json:"-"`
	Line    *Line    `json:"-"`
	// Redress and RedressAnswer are what acts on redress say.
	Redress       *Redress       `json:"-"`
	RedressAnswer *RedressAnswer `json:"-"`
}

const saidColumns = `idx, id, originator, own, type, written, recipients, act`

func scanSaid(scan func(...any) error) (s Said, err error) {
	var own int
	var to string
	err = scan(&s.Index, &s.ID, &s.Originator, &own, &s.Type, &s.Written, &to, &s.Act)
	s.Own, s.Recipients = own == 1, strings.Fields(to)
	return s, err
}

// Said returns one statement. Errors: ErrNotFound.
func (v *Views) Said(ctx context.Context, id string) (Said, error) {
	s, err := scanSaid(v.db.Reader.QueryRowContext(ctx, `SELECT `+saidColumns+` FROM said WHERE id = ?`, id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return Said{}, ErrNotFound
	}
	return s, err
}

// SaidAt returns the statement at a log index. Errors: ErrNotFound.
func (v *Views) SaidAt(ctx context.Context, index int64) (Said, error) {
	s, err := scanSaid(v.db.Reader.QueryRowContext(ctx, `SELECT `+saidColumns+` FROM said WHERE idx = ?`, index).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return Said{}, ErrNotFound
	}
	return s, err
}

// AllSaid returns statements of one type in log order, those from index from
// on, up to limit.
func (v *Views) AllSaid(ctx context.Context, typ string, from int64, limit int) ([]Said, error) {
	return v.manySaid(ctx, `SELECT `+saidColumns+` FROM said WHERE type = ? AND idx >= ? ORDER BY idx LIMIT ?`, typ, from, limit)
}

func (v *Views) manySaid(ctx context.Context, query string, args ...any) ([]Said, error) {
	rows, err := v.db.Reader.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Said
	for rows.Next() {
		s, err := scanSaid(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// SaidIn returns the statements at the given places in the log, in log order.
func (v *Views) SaidIn(ctx context.Context, indices []int64) ([]Said, error) {
	var out []Said
	for part := range slices.Chunk(indices, 500) {
		args := make([]any, len(part))
		for i := range part {
			args[i] = part[i]
		}
		rows, err := v.manySaid(ctx, `SELECT idx, id, originator, own, type, written, recipients, act FROM said
			WHERE idx IN (?`+strings.Repeat(`, ?`, len(part)-1)+`) ORDER BY idx`, args...)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}

// said gathers the rows of a statement.
func (in *inserts) said(s *Said) {
	own := 0
	if s.Own {
		own = 1
	}
	in.add(&intoSaid, s.Index, s.ID, s.Originator, own, s.Type, s.Written, strings.Join(s.Recipients, " "), s.Act)
	in.consents(s.Consents)
	in.requests(s)
	in.narrowed(s)
	in.redress(s)
	if s.Acknowledges != "" {
		in.add(&intoAcknowledged, s.Index, s.Acknowledges)
	}
	for n := range s.GoneEarly {
		in.add(&intoGoneEarly, s.Index, n, s.Originator, s.GoneEarly[n].ID[:], s.GoneEarly[n].Digest[:])
	}
}

// SaidBefore returns statements of one type, newest first, own ones or others'
// alone where that is asked for, older than an index unless it is 0.
func (v *Views) SaidBefore(ctx context.Context, typ string, own, others bool, before int64, limit int) ([]Said, error) {
	where, args := `type = ?`, []any{typ}
	if before > 0 {
		where, args = where+` AND idx < ?`, append(args, before)
	}
	switch {
	case own:
		where += ` AND own = 1`
	case others:
		where += ` AND own = 0`
	}
	return v.manySaid(ctx, `SELECT `+saidColumns+` FROM said WHERE `+where+` ORDER BY idx DESC LIMIT ?`, append(args, limit)...)
}

// AcknowledgementsOf returns what was said about recalls, by recall in log order,
// of each the first 500.
func (v *Views) AcknowledgementsOf(ctx context.Context, recalls []string) (map[string][]Said, error) {
	out := map[string][]Said{}
	for part := range slices.Chunk(recalls, 400) {
		args := make([]any, len(part))
		for i := range part {
			args[i] = part[i]
		}
		rows, err := v.db.Reader.QueryContext(ctx, `SELECT a.recall, s.idx, s.id, s.originator, s.own, s.type, s.written, s.recipients, s.act FROM (
				SELECT recall, idx, row_number() OVER (PARTITION BY recall ORDER BY idx) AS k FROM acknowledged WHERE recall IN (?`+strings.Repeat(`, ?`, len(part)-1)+`)
			) a JOIN said s ON s.idx = a.idx WHERE a.k <= 500 ORDER BY s.idx`, args...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var recall string
			s, err := scanSaid(func(into ...any) error { return rows.Scan(append([]any{&recall}, into...)...) })
			if err != nil {
				rows.Close()
				return nil, err
			}
			out[recall] = append(out[recall], s)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return nil, err
		}
	}
	return out, nil
}
