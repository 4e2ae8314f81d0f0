package viewdb

import (
	"context"
	"strings"
)

// Line is a line of a register: a requirement, or who covers what.
type Line struct {
	Name  string // of what: the last line of an originator with it stands
	State string // open or ended
	Until int64  // Unix seconds; 0 when it does not end by itself
}

// LineQuery narrows a register. Zero fields narrow nothing but Type.
type LineQuery struct {
	Type       string // of the acts: requirement, coverage
	Originator string
	Name       string
	Open       bool // in force at now
	Now        int64
	Before     int64
	Limit      int // 1 to 500, 50 when 0
}

// RegisterLine is the line that stands of a name.
type RegisterLine struct {
	Said
	Name, State string
	Until       int64
	// Told are those who were told of it by any line of that name.
	Told []string
}

// Lines returns the lines of a register that stand, newest first.
func (v *Views) Lines(ctx context.Context, q LineQuery) ([]RegisterLine, error) {
	if q.Limit <= 0 || q.Limit > 501 {
		q.Limit = 50
	}
	where, args := []string{`l.type = ?`, `NOT EXISTS (SELECT 1 FROM line m WHERE m.type = l.type AND m.originator = l.originator AND m.name = l.name AND m.idx > l.idx)`}, []any{q.Type}
	add := func(cond string, a ...any) { where, args = append(where, cond), append(args, a...) }
	if q.Originator != "" {
		add(`l.originator = ?`, q.Originator)
	}
	if q.Name != "" {
		add(`l.name = ?`, q.Name)
	}
	if q.Open {
		add(`l.state = 'open' AND (l.until = 0 OR l.until > ?)`, q.Now)
	}
	if q.Before > 0 {
		add(`l.idx < ?`, q.Before)
	}
	rows, err := v.db.Reader.QueryContext(ctx, `SELECT s.idx, s.id, s.originator, s.own, s.type, s.written, s.recipients, s.act, l.name, l.state, l.until
		FROM line l JOIN said s ON s.idx = l.idx WHERE `+strings.Join(where, ` AND `)+` ORDER BY l.idx DESC LIMIT ?`, append(args, q.Limit)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []RegisterLine
	for rows.Next() {
		var x RegisterLine
		if x.Said, err = scanSaid(func(dest ...any) error { return rows.Scan(append(dest, &x.Name, &x.State, &x.Until)...) }); err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return out, v.told(ctx, q.Type, out)
}

// told fills in who was told of own lines.
func (v *Views) told(ctx context.Context, typ string, lines []RegisterLine) error {
	at := map[string][]int{}
	args := []any{typ}
	for i := range lines {
		if lines[i].Own {
			if len(at[lines[i].Name]) == 0 {
				args = append(args, lines[i].Name)
			}
			at[lines[i].Name] = append(at[lines[i].Name], i)
		}
	}
	if len(at) == 0 {
		return nil
	}
	rows, err := v.db.Reader.QueryContext(ctx, `SELECT DISTINCT l.name, l.originator, l.recipients FROM line l WHERE l.type = ? AND l.own = 1 AND l.name IN (?`+strings.Repeat(`, ?`, len(args)-2)+`) ORDER BY l.name, l.recipients`, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var name, by, to string
		if err := rows.Scan(&name, &by, &to); err != nil {
			return err
		}
		for _, i := range at[name] {
			for _, m := range strings.Fields(to) {
				if m != by {
					lines[i].Told = append(lines[i].Told, m)
				}
			}
		}
	}
	return rows.Err()
}
