//go:build long

package node

// How often the test of nodes that are cut off cuts them off.
const (
	cutsOfMember = 120
	cutsOfLead   = 80
)
