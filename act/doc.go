// Package act is what members say to each other inside an envelope: the closed
// set of acts, byte for byte.
//
// It is a pure core. It knows no clock, no disk and no network; its only
// randomness is that of [NewID]. It imports the label package and nothing else
// of the project.
//
// # Exact bytes
//
// An act is JSON. What was signed is never marshalled again: [Parse] keeps the
// exact bytes of the act and of each portion, and every digest is over these.
// [NewPortion] fixes a portion's bytes once; [BuildView] puts the same bytes
// into every view that holds the portion.
//
// # Strictness
//
// Two readers must never read two things in one act. One pass refuses invalid
// UTF-8, repeated fields, deep nesting, control characters, numbers that are
// not whole; a second one, over the places that the first has found, refuses
// every field that is not in the closed list, every value without its form,
// and everything that breaks a hard rule by itself.
//
// spec/act.md states all of this for somebody who writes another
// implementation, schema.json as far as JSON Schema can say it, and
// testdata/vectors/act holds the cases that all must agree on.
package act
