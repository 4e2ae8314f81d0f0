//go:build long

package node

// How many walks there are, and how many releases in each.
const (
	walks     = 24
	walkSteps = 20
)
