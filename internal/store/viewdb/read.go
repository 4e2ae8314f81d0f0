package viewdb

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"entente/internal/process"
)

// Row is a report in a list.
type Row struct {
	Index      int64    `json:"index"`
	ID         string   `json:"id"`
	Originator string   `json:"originator"`
	Own        bool     `json:"own"`
	Type       string   `json:"type"`
	Title      string   `json:"title"` // the type alone where a portion is withdrawn
	Written    string   `json:"written"`
	Class      string   `json:"class"`
	Banner     string   `json:"banner"`
	Grade      string   `json:"grade"`
	Portions   int      `json:"portions"`
	Recipients []string `json:"recipients"`
	Batch      string   `json:"batch,omitempty"`
	Supersedes string   `json:"supersedes,omitempty"`
	// SupersededBy names the view that replaces this one, if it is here.
	SupersededBy string `json:"superseded_by,omitempty"`
	// Doubt is the code of what is wrong with its marking, empty when nothing is
	// (spec/act.md, "The banner").
	Doubt string `json:"doubt,omitempty"`
	// Withdrawn, Review and Doubted count the portions that were withdrawn, that
	// rest on what was withdrawn, and that are in doubt (spec/recall.md).
	Withdrawn int `json:"withdrawn,omitempty"`
	Review    int `json:"review,omitempty"`
	Doubted   int `json:"doubted,omitempty"`
}

// Full is a report with the exact bytes of its act.
type Full struct {
	Row
	Act []byte
}

// titleOf is the title of a report r: its type alone where a portion of it is
// withdrawn, since the title may tell of that one (spec/recall.md).
const titleOf = `CASE WHEN EXISTS (SELECT 1 FROM caution tc WHERE tc.idx = r.idx AND tc.withdrawn > 0) THEN r.type ELSE r.title END`

// columns are those of a Row.
func (v *Views) columns() string {
	return `r.idx, r.id, r.originator, r.own, r.type, ` + titleOf + `, r.written, r.class, r.banner, r.grade, r.portions, r.recipients, r.batch, r.supersedes,
	coalesce((SELECT s.id FROM report s WHERE s.supersedes = r.id AND s.supersedes <> '' AND s.originator = r.originator AND ` + v.shown(`s`) + ` ORDER BY s.idx DESC LIMIT 1), ''), r.doubt,
	coalesce((SELECT c.withdrawn FROM caution c WHERE c.idx = r.idx), 0), coalesce((SELECT c.review FROM caution c WHERE c.idx = r.idx), 0),
	coalesce((SELECT c.doubt FROM caution c WHERE c.idx = r.idx), 0)`
}

func scanRow(scan func(...any) error, more ...any) (Row, error) {
	var r Row
	var own int
	var rec string
	err := scan(append([]any{&r.Index, &r.ID, &r.Originator, &own, &r.Type, &r.Title, &r.Written, &r.Class, &r.Banner, &r.Grade, &r.Portions, &rec, &r.Batch, &r.Supersedes, &r.SupersededBy, &r.Doubt, &r.Withdrawn, &r.Review, &r.Doubted}, more...)...)
	r.Own, r.Recipients = own == 1, strings.Fields(rec)
	return r, err
}

// Query narrows a list. Zero fields narrow nothing.
type Query struct {
	Text       string // words that must all occur; a last word with * is a prefix
	Originator string
	Type       string
	Batch      string
	Own        *bool
	Before     int64 // index: older than this one; 0 from the newest on
	Limit      int   // 1 to 500, 50 when 0
}

// Find returns reports, newest first.
func (v *Views) Find(ctx context.Context, q Query) ([]Row, error) {
	if q.Limit <= 0 || q.Limit > 500 {
		q.Limit = 50
	}
	where := []string{v.shown(`r`)}
	var args []any
	add := func(cond string, arg any) {
		where, args = append(where, cond), append(args, arg)
	}
	from := `report r`
	if strings.TrimSpace(q.Text) != "" {
		match := matchQuery(q.Text)
		if match == "" {
			return nil, nil
		}
		// Newest first within the hits; the index is walked from its end.
		from = `search JOIN report r ON r.idx = search.rowid - 1`
		add(`search MATCH ?`, match)
		if q.Before > 0 {
			add(`search.rowid < ?`, q.Before+1)
		}
	} else if q.Before > 0 {
		add(`r.idx < ?`, q.Before)
	}
	if q.Originator != "" {
		add(`r.originator = ?`, q.Originator)
	}
	if q.Type != "" {
		add(`r.type = ?`, q.Type)
	}
	if q.Batch != "" {
		add(`r.batch = ?`, q.Batch)
	}
	if q.Own != nil {
		own := 0
		if *q.Own {
			own = 1
		}
		add(`r.own = ?`, own)
	}
	query := `SELECT ` + v.columns() + ` FROM ` + from + ` WHERE ` + strings.Join(where, ` AND `)
	order := ` ORDER BY r.idx DESC`
	if strings.HasPrefix(from, "search") {
		order = ` ORDER BY search.rowid DESC`
	}
	rows, err := v.db.Reader.QueryContext(ctx, query+order+` LIMIT ?`, append(args, q.Limit)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Row
	for rows.Next() {
		r, err := scanRow(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// matchQuery writes the words of a query for FTS5: each quoted, all required.
func matchQuery(text string) string {
	prefix := strings.HasSuffix(strings.TrimSpace(text), "*")
	tokens := process.Analyse(text)
	if len(tokens) > 32 {
		tokens = tokens[:32]
	}
	parts := make([]string, len(tokens))
	for i, t := range tokens {
		parts[i] = `"` + strings.ReplaceAll(t.Text, `"`, `""`) + `"`
		if prefix && i == len(tokens)-1 {
			parts[i] += `*`
		}
	}
	return strings.Join(parts, " AND ")
}

// Get returns one report that has not ended and is not withdrawn.
func (v *Views) Get(ctx context.Context, id string) (Full, error) {
	return v.full(ctx, `r.id = ? AND `+v.shown(`r`), id)
}

// At returns the report whose envelope stands at a log index, ended and
// withdrawn ones too: it is for the node's own book-keeping and no officer reads
// by it.
func (v *Views) At(ctx context.Context, index int64) (Full, error) {
	return v.full(ctx, `r.idx = ?`, index)
}

func (v *Views) full(ctx context.Context, where string, arg any) (Full, error) {
	var f Full
	row := v.db.Reader.QueryRowContext(ctx, `SELECT `+v.columns()+`, r.act FROM report r WHERE `+where, arg)
	r, err := scanRow(row.Scan, &f.Act)
	if errors.Is(err, sql.ErrNoRows) {
		return Full{}, ErrNotFound
	}
	f.Row = r
	return f, err
}

// WithPortion returns a report that holds a portion that is not withdrawn, the
// newest; where none does, one with another's of the same id.
func (v *Views) WithPortion(ctx context.Context, p Ref) (Full, int, error) {
	var f Full
	var n int
	row := v.db.Reader.QueryRowContext(ctx, `SELECT `+v.columns()+`, r.act, p.n FROM portion p JOIN report r ON r.idx = p.idx WHERE p.key = ? AND p.id = ? AND `+v.shown(`r`)+` AND NOT `+withdrawnID(`p.id`)+` ORDER BY p.digest = ? DESC, p.idx DESC LIMIT 1`, portionKey(&p.ID), p.ID[:], p.Digest[:])
	r, err := scanRow(row.Scan, &f.Act, &n)
	if errors.Is(err, sql.ErrNoRows) {
		return Full{}, 0, ErrNotFound
	}
	f.Row = r
	return f, n, err
}

// StatedBy names a portion of one originator.
type StatedBy struct {
	Originator string
	ID         [16]byte
}

// Stated is what a portion was first stated as, and by which envelope.
type Stated struct {
	Digest [32]byte
	Index  int64
}

// Known returns, for those of the portions that were stated before, what each
// originator first stated them as.
func (v *Views) Known(ctx context.Context, portions []Portion) (map[StatedBy]Stated, error) {
	out := map[StatedBy]Stated{}
	for len(portions) > 0 {
		part := portions[:min(len(portions), 500)]
		portions = portions[len(part):]
		args := make([]any, len(part))
		for i := range part {
			args[i] = portionKey(&part[i].ID)
		}
		rows, err := v.db.Reader.QueryContext(ctx, `SELECT p.id, p.idx, p.digest, r.originator FROM portion p JOIN report r ON r.idx = p.idx WHERE p.key IN (?`+strings.Repeat(`, ?`, len(part)-1)+`) ORDER BY p.key, p.idx DESC, p.n DESC`, args...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var id, d []byte
			var i int64
			var by string
			if err := rows.Scan(&id, &i, &d, &by); err != nil {
				rows.Close()
				return nil, err
			}
			out[StatedBy{by, [16]byte(id)}] = Stated{Digest: [32]byte(d), Index: i}
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Listing is the present state of one designation.
type Listing struct {
	Originator string `json:"originator"`
	Authority  string `json:"authority"`
	List       string `json:"list"`
	Reference  string `json:"reference"`
	Kind       string `json:"kind"`
	Name       string `json:"name"`
	Status     string `json:"status"`
	Report     string `json:"report"`
}

// Designations returns listings by reference, behind the one given, up to limit.
func (v *Views) Designations(ctx context.Context, after string, limit int) ([]Listing, error) {
	rows, err := v.db.Reader.QueryContext(ctx, `SELECT d.originator, d.authority, d.list, d.reference, d.kind, d.name, d.status, r.id
		FROM designation d JOIN report r ON r.idx = d.idx
		WHERE d.reference > ? AND `+v.shown(`r`)+` AND NOT `+withdrawnAt(`d`)+` AND NOT EXISTS (SELECT 1 FROM designation l JOIN report lr ON lr.idx = l.idx AND `+v.shown(`lr`)+` AND NOT `+withdrawnAt(`l`)+` WHERE l.reference = d.reference AND l.originator = d.originator AND l.list = d.list AND (l.idx, l.n) > (d.idx, d.n))
		ORDER BY d.reference, d.originator LIMIT ?`, after, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Listing
	for rows.Next() {
		var l Listing
		if err := rows.Scan(&l.Originator, &l.Authority, &l.List, &l.Reference, &l.Kind, &l.Name, &l.Status, &l.Report); err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, rows.Err()
}

// Counts are totals for the status page.
type Counts struct {
	Reports     int64 `json:"reports"`
	Own         int64 `json:"own"`
	Quarantined int64 `json:"quarantined"`
	Listings    int64 `json:"designations"`
}

// withdrawnAt is the condition that the portion of a row with idx and n is
// withdrawn.
func withdrawnAt(row string) string {
	return `EXISTS (SELECT 1 FROM portion wp WHERE wp.idx = ` + row + `.idx AND wp.n = ` + row + `.n AND ` + withdrawnID(`wp.id`) + `)`
}

// Counts returns totals of what is here, has not ended and is not withdrawn.
func (v *Views) Counts(ctx context.Context) (Counts, error) {
	var c Counts
	var ended, ownEnded int64
	at := v.logTime()
	err := v.db.Reader.QueryRowContext(ctx, `SELECT coalesce((SELECT n FROM total WHERE name = 'reports'), 0), coalesce((SELECT n FROM total WHERE name = 'own'), 0),
		coalesce((SELECT n FROM total WHERE name = 'quarantined'), 0),
		(SELECT count(*) FROM (SELECT DISTINCT reference, originator, list FROM designation WHERE idx NOT IN (SELECT idx FROM report WHERE withdrawn <> 0 OR ends <> 0 AND ends <= ?)
			AND (idx, n) NOT IN (SELECT p.idx, p.n FROM recalled x JOIN portion p ON p.key = x.key AND p.id = x.portion AND p.digest = x.digest WHERE x.effect = 1 AND x.kind IN `+withdraws+`))),
		(SELECT count(*) FROM report WHERE ends <> 0 AND ends <= ?) + (SELECT count(*) FROM report r WHERE r.withdrawn <> 0 AND (r.ends = 0 OR r.ends > ?))
			+ (SELECT count(*) FROM caution c JOIN report r ON r.idx = c.idx WHERE c.hidden = 1 AND r.withdrawn = 0 AND (r.ends = 0 OR r.ends > ?)),
		(SELECT count(*) FROM report WHERE ends <> 0 AND ends <= ? AND own = 1) + (SELECT count(*) FROM caution c JOIN report r ON r.idx = c.idx WHERE c.hidden = 1 AND (r.ends = 0 OR r.ends > ?) AND r.own = 1)`, at, at, at, at, at, at).
		Scan(&c.Reports, &c.Own, &c.Quarantined, &c.Listings, &ended, &ownEnded)
	c.Reports, c.Own = c.Reports-ended, c.Own-ownEnded
	return c, err
}

// Quarantine returns what was not understood, newest first.
func (v *Views) Quarantine(ctx context.Context, limit int) ([]Quarantined, error) {
	rows, err := v.db.Reader.QueryContext(ctx, `SELECT idx, originator, code FROM quarantine ORDER BY idx DESC LIMIT ?`, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Quarantined
	for rows.Next() {
		var q Quarantined
		if err := rows.Scan(&q.Index, &q.Originator, &q.Code); err != nil {
			return nil, err
		}
		out = append(out, q)
	}
	return out, rows.Err()
}

// HeldIDs returns those of the ids that are of reports here, with who signed
// each.
func (v *Views) HeldIDs(ctx context.Context, ids []string) (map[string]string, error) {
	return v.held(ctx, "report", ids)
}

// HeldStatements does the same for statements.
func (v *Views) HeldStatements(ctx context.Context, ids []string) (map[string]string, error) {
	return v.held(ctx, "said", ids)
}

func (v *Views) held(ctx context.Context, table string, ids []string) (map[string]string, error) {
	out := make(map[string]string, len(ids))
	for len(ids) > 0 {
		part := ids[:min(len(ids), 500)]
		ids = ids[len(part):]
		args := make([]any, len(part))
		for i := range part {
			args[i] = part[i]
		}
		rows, err := v.db.Reader.QueryContext(ctx, `SELECT id, originator FROM `+table+` WHERE id IN (?`+strings.Repeat(`, ?`, len(part)-1)+`)`, args...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var id, originator string
			if err := rows.Scan(&id, &originator); err != nil {
				rows.Close()
				return nil, err
			}
			out[id] = originator
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return nil, err
		}
	}
	return out, nil
}
