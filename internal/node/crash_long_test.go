//go:build long

package node

// How often the test of killed nodes kills.
const (
	killsOfMember = 120
	killsOfLead   = 80
)
