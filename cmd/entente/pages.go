package main

import (
	"strconv"
	"strings"
	"time"
)

// A list is shown page by page, all of them alike: --limit says how many rows,
// and where the list goes on behind them a line on standard error names the
// flag with which it does, as "next" in JSON says. Lists that are newest first
// go on with --before, the others with --after.

// newestFirst are the flags of a list that goes from the newest row back.
type newestFirst struct {
	Before string `help:"Only what comes before this row of an earlier page, for the next page." placeholder:"NEXT"`
	Limit  int    `help:"How many, at most 500." default:"50"`
}

// oldestFirst are the flags of a list that goes from the oldest row on.
type oldestFirst struct {
	After string `help:"Only what comes after this row of an earlier page, for the next page." placeholder:"NEXT"`
	Limit int    `help:"How many, at most 500." default:"50"`
}

// maxRows is how many rows a node gives in one answer.
const maxRows = 500

// Validate checks the number of rows.
func (n newestFirst) Validate() error { return validRows(n.Limit) }

// Validate checks the number of rows.
func (o oldestFirst) Validate() error { return validRows(o.Limit) }

func validRows(limit int) error {
	if limit < 1 || limit > maxRows {
		return usage("--limit is %d; give a number from 1 to %d", limit, maxRows)
	}
	return nil
}

// more says on standard error that a list was cut, and how it goes on.
func (w *world) more(flag, next string) {
	if next != "" {
		w.notef("… more: --%s %s", flag, next)
	}
}

// placed reads a place in a list of things with a time and an id.
func placed(flag, next string) (at time.Time, id string, err error) {
	if next == "" {
		return at, "", nil
	}
	text, id, ok := strings.Cut(next, ",")
	if at, err = time.Parse(time.RFC3339Nano, text); err != nil || !ok || id == "" {
		return at, "", usage("--%s %s: give what an earlier page ended with", flag, next)
	}
	return at, id, nil
}

// numbered reads a place in a list of things with a number.
func numbered(flag, next string) (int64, error) {
	if next == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(next, 10, 64)
	if err != nil || n < 1 {
		return 0, usage("--%s %s: give what an earlier page ended with", flag, next)
	}
	return n, nil
}
