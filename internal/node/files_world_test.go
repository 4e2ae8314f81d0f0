package node

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"entente/seal"
)

// dumpFiles writes out what lies in a node's directory: of files their names, of
// databases every row of every table, with what is random replaced by its
// length. The pages of a database are not compared: where a row lies hangs on
// random keys. Rows are sorted, since their numbers hang on the order of what
// happened in one instant.
func dumpFiles(t testing.TB, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		if strings.HasSuffix(name, ".db") {
			rows, err := dumpTables(path)
			for _, r := range rows {
				out = append(out, name+" "+r)
			}
			return err
		}
		if !strings.HasSuffix(name, "-wal") && !strings.HasSuffix(name, "-shm") {
			info, err := d.Info()
			out = append(out, fmt.Sprintf("%s: %d bytes", masked(name), info.Size()))
			return err
		}
		return nil
	})
	check(t, err)
	slices.Sort(out)
	return out
}

func dumpTables(path string) ([]string, error) {
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	if err != nil {
		return nil, err
	}
	defer db.Close()
	tables, err := column(db, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, table := range tables {
		if strings.Contains(table, "_data") || strings.Contains(table, "_idx") {
			continue // pages of the search index: what they hold is the texts of other tables
		}
		if table == "announced" {
			continue // a header is kept there only if it comes before its leaf: a race of one instant
		}
		rows, err := db.Query(`SELECT * FROM "` + table + `"`)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", table, err)
		}
		names, err := rows.Columns()
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			values := make([]any, len(names))
			into := make([]any, len(names))
			for i := range values {
				into[i] = &values[i]
			}
			if err := rows.Scan(into...); err != nil {
				return nil, err
			}
			line := table + ":"
			for i, v := range values {
				if table == "set_key" && (names[i] == "slot" || names[i] == "packet") || table == "search_docsize" && names[i] == "id" {
					continue // drawn by lot, as the order of packets and views is
				}
				line += " " + names[i] + "=" + cell(v)
			}
			out = append(out, line)
		}
		if err := rows.Close(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func column(db *sql.DB, query string) ([]string, error) {
	rows, err := db.Query(query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// cell is one value of a row. Headers are shown as far as everybody sees them.
func cell(v any) string {
	switch x := v.(type) {
	case []byte:
		if len(x) == seal.HeaderSize {
			if h := headerLine(x); h != "no header" {
				return "<" + h + ">"
			}
		}
		if json.Valid(x) || strings.HasPrefix(string(x), "entente/") {
			return masked(string(x))
		}
		return fmt.Sprintf("<%d bytes>", len(x))
	case string:
		return masked(x)
	}
	return fmt.Sprint(v)
}
