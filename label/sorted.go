package label

import (
	"cmp"
	"slices"
)

// The sets of a label are small (a handful of members) and read far more often
// than they are made, so they are sorted slices that nobody writes to after
// they were made: equal sets have equal slices, and the common case of "the
// other set adds nothing" returns one of the arguments without allocating.

// sortedUnique sorts s in place and drops repetitions. An empty result is nil,
// so that the zero value of a set is its only empty value.
func sortedUnique[T cmp.Ordered](s []T) []T {
	if len(s) == 0 {
		return nil
	}
	slices.Sort(s)
	return slices.Compact(s)
}

// rising reports whether s is strictly rising: sorted and without repetition.
func rising[T cmp.Ordered](s []T) bool {
	for i := 1; i < len(s); i++ {
		if s[i-1] >= s[i] {
			return false
		}
	}
	return true
}

// includes reports whether every element of b is in a.
func includes[T cmp.Ordered](a, b []T) bool {
	if len(b) > len(a) {
		return false
	}
	i := 0
	for _, x := range b {
		for i < len(a) && a[i] < x {
			i++
		}
		if i == len(a) || a[i] != x {
			return false
		}
		i++
	}
	return true
}

func union[T cmp.Ordered](a, b []T) []T {
	if includes(a, b) {
		return a
	}
	if includes(b, a) {
		return b
	}
	out := make([]T, 0, len(a)+len(b))
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] < b[j]:
			out = append(out, a[i])
			i++
		case a[i] > b[j]:
			out = append(out, b[j])
			j++
		default:
			out = append(out, a[i])
			i++
			j++
		}
	}
	out = append(out, a[i:]...)
	return append(out, b[j:]...)
}

func intersect[T cmp.Ordered](a, b []T) []T {
	if includes(a, b) {
		return b
	}
	if includes(b, a) {
		return a
	}
	var out []T
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] < b[j]:
			i++
		case a[i] > b[j]:
			j++
		default:
			out = append(out, a[i])
			i++
			j++
		}
	}
	return out
}

func minus[T cmp.Ordered](a, b []T) []T {
	if len(a) == 0 || len(b) == 0 {
		return a
	}
	var out []T
	j := 0
	for _, x := range a {
		for j < len(b) && b[j] < x {
			j++
		}
		if j < len(b) && b[j] == x {
			continue
		}
		out = append(out, x)
	}
	return out
}
