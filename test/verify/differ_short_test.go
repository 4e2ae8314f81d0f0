//go:build !long

package verify_test

// everyFounding and everyGenesis are how many altered files there are for each that is
// shown to both verifiers; with the tag long all are.
const (
	everyFounding = 24
	everyGenesis  = 10
)
