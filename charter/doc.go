// Package charter holds what the members of a centre have agreed upon and
// signed: who they are, in which order they lead, how many make a quorum, for
// which purposes the centre exists, and which keys speak for whom from which
// place in the log on.
//
// It is a deterministic core: no clock, disk, network or randomness. Two
// members who feed the same founding file and the same leaves into it reach
// the same answer to every question. The wire formats are those of
// spec/charter.md, spec/keys.md and spec/genesis.md.
//
// The way through the package: [ParseFounding] verifies a founding file,
// [NewState] starts the fold from it, [State.Apply] takes the public leaves of
// the log in order, and the methods of [State] answer.
package charter
