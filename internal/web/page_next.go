package web

import (
	"strconv"
	"time"
)

// nextPage says where the page behind rows begins, empty when there is none. A
// page that is not full is the last; behind a full one it is looked whether
// there is more.
func nextPage[T any](rows []T, limit int, name func(last T) string, behind func(last T) ([]T, error)) (string, error) {
	if len(rows) == 0 || len(rows) < limit {
		return "", nil
	}
	last := rows[len(rows)-1]
	more, err := behind(last)
	if err != nil || len(more) == 0 {
		return "", err
	}
	return name(last), nil
}

// placed names a row by its time and its id.
func placed(at time.Time, id string) string { return at.UTC().Format(time.RFC3339Nano) + "," + id }

func digits(n int64) string { return strconv.FormatInt(n, 10) }
