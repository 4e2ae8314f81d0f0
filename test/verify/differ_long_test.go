//go:build long

package verify_test

// everyFounding, everyGenesis: all of them.
const (
	everyFounding = 1
	everyGenesis  = 1
)
