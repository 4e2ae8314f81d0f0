// Package exchange says reports in STIX 2.1 and reads them back without loss.
//
// A view of a report becomes a report object, each portion a note, each
// designation an identity, each label a marking definition; what STIX has no
// property for stands in extensions of our own, whose definitions and JSON
// schemas travel in the bundle. Foreign objects that a portion carries go into
// the bundle byte for byte. spec/stix.md says which goes where.
//
// Reading back gives the same acts, byte for byte, and refuses a bundle in
// which a STIX property and an extension say two things: a marking that was
// taken off, a text that was edited.
//
// The package is pure: no clock, no disk, no network, and no randomness.
package exchange
