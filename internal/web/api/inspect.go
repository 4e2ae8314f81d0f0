package api

import "time"

// FindInspection says of what an inspector asks a report. Zero fields narrow
// nothing.
type FindInspection struct {
	From, To     int64     // leaves [From, To)
	Since, Until time.Time // in their place: by log time
	Evidence     bool
}
