// Package section is the national section of a member: its officers, what
// each role may do, their sessions, the drafts they work on, the release of
// those drafts by two persons, and the audit log of all of it.
//
// It is the node's own state (design section 1.4: backed up, never rebuilt
// from the log) and lies in package localdb. Nothing here knows what a report
// says: drafts are opaque bytes, and their digests are what is decided on.
//
// Three things hold for every method that changes something:
//
//   - it is an act of an officer of this nation, whose roles are read anew
//     inside the transaction, and it is denied unless a role permits it;
//   - its effect and its row in the audit log are one transaction;
//   - a refusal is a [*Refusal]: what, why, what would cure it, and the number
//     of the hard rule where one is the reason.
package section
