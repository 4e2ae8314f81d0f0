// Package label is the marking algebra of the centre: what a marking says, how
// markings of parts make the marking of a whole, whom that keeps out and
// through which part, and who would see what if it were released.
//
// It is a pure core. It knows no clock, no disk and no network: every moment
// is an argument, every table is handed in, equal arguments give equal results.
// It imports no other package of the project.
//
// # The three operations
//
// [Join] takes two labels to the least label that is at least as strict as
// both. It is commutative, associative, idempotent and monotone, so a whole may
// be marked in any order and in any grouping and the marking never depends on
// it. [Rollup] is the fold of [Join] over the labels of the portions, after
// the release of each portion was narrowed or widened by the consents on
// record; it returns the [Blame] with it. [PlanRelease] answers, before
// anything leaves, which member would see which portion and why not.
//
// # Forms
//
// A [Label] has a strict JSON form (the one that goes into signed acts), a
// banner line, a portion mark, a full line from which it can be read back
// whole, and the XML form of STANAG 4774.
//
// spec/label.md states all of this for somebody who writes another
// implementation; testdata/vectors/label holds the cases both must agree on.
package label
