package localdb

// ImportNote says of an import what was left out or could not be taken in.
type ImportNote struct {
	Place int64 // from 1, in the order of the file
	Line  int64 // of the file, 0 where it has none
	Rule  string
	Text  string
}

const importNoteInsert = `INSERT INTO import_notes (batch, place, line, rule, text) VALUES `

var (
	sqlImportNote     = importNoteInsert + `(?, ?, ?, ?, ?)`
	sqlImportNoteMany = importNoteInsert + values(many, 5)
)

// SetImportNotes replaces the notes of a batch; their places are given anew.
func (tx *Tx) SetImportNotes(batch string, notes []ImportNote) error {
	if _, err := tx.run(`DELETE FROM import_notes WHERE batch = ?`, batch); err != nil {
		return err
	}
	place := int64(0)
	for rest := notes; len(rest) > 0; {
		n, query := 1, sqlImportNote
		if len(rest) >= many {
			n, query = many, sqlImportNoteMany
		}
		args := make([]any, 0, n*5)
		for i := range rest[:n] {
			place++
			args = append(args, batch, place, rest[i].Line, rest[i].Rule, rest[i].Text)
		}
		if _, err := tx.run(query, args...); err != nil {
			return err
		}
		rest = rest[n:]
	}
	return nil
}

// ImportNotes returns up to limit notes of a batch, behind the place after.
func (r Reader) ImportNotes(batch string, after int64, limit int) ([]ImportNote, error) {
	var out []ImportNote
	err := r.each(func(scan func(...any) error) error {
		var n ImportNote
		err := scan(&n.Place, &n.Line, &n.Rule, &n.Text)
		out = append(out, n)
		return err
	}, `SELECT place, line, rule, text FROM import_notes WHERE batch = ? AND place > ? ORDER BY place LIMIT ?`, batch, after, limit)
	return out, err
}
