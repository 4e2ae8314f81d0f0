package viewdb

import "context"

// NamedFile is a file that an own, released report names.
type NamedFile struct {
	Index  int64
	Digest [32]byte
}

// FilesFor returns the files that own reports name which were released to a
// member with an index in [from, to), and have not ended, in log order, up to
// limit; a file that several name comes several times.
func (v *Views) FilesFor(ctx context.Context, member string, from, to int64, limit int) ([]NamedFile, error) {
	rows, err := v.db.Reader.QueryContext(ctx, `SELECT a.idx, a.digest FROM attachment a JOIN report r ON r.idx = a.idx
		WHERE a.idx >= ? AND a.idx < ? AND r.own = 1 AND ' ' || r.recipients || ' ' LIKE '% ' || ? || ' %' AND `+v.shown(`r`)+` ORDER BY a.idx, a.n LIMIT ?`, from, to, member, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []NamedFile
	for rows.Next() {
		var f NamedFile
		var d []byte
		if err := rows.Scan(&f.Index, &d); err != nil {
			return nil, err
		}
		copy(f.Digest[:], d)
		out = append(out, f)
	}
	return out, rows.Err()
}
