// Package stix is the STIX 2.1 core: it keeps the original bytes of every
// object and returns them byte for byte, checks objects against the MUST rules
// of the specification, reads a bundle as a stream in bounded memory, parses
// and evaluates STIX patterns and derives the identifiers of cyber observables.
//
// The specification is "STIX Version 2.1", OASIS Standard, 10 June 2021; the
// clause numbers in this package and in the errors it returns are that
// document's. What is checked, what is not, and where the OASIS validator and
// the specification differ is written down in spec/stix.md; each clause with
// yes, partly or no stands in spec/index.txt.
//
// The package is a pure core: no clock, no disk, no network. It never changes
// what it is given: nothing is re-marshalled.
package stix
