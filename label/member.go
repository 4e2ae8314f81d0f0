package label

import (
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"
)

// MaxMembers bounds the number of members in one set.
const MaxMembers = 256

// MemberID names a member or an observer of the centre by three capital Latin
// letters, the form of ISO 3166-1 alpha-3. Only the form is checked, because an
// observer need not be a state with an assigned code; that a name belongs to a
// member is for the charter to say. The word ALL is refused: release sets are
// always spelled out, so that nobody is in one by default (rule 31).
type MemberID string

// ParseMemberID returns the identifier written in s, or an error that wraps
// [ErrMember]. It folds nothing: lower case is refused.
func ParseMemberID(s string) (MemberID, error) {
	if len(s) != 3 || !capital(s[0]) || !capital(s[1]) || !capital(s[2]) {
		return "", fmt.Errorf("%w: %q: write three capital Latin letters (ISO 3166-1 alpha-3)", ErrMember, clip(s))
	}
	if s == "ALL" {
		return "", fmt.Errorf("%w: ALL names nobody: list the members, observers are never implied (rule 31)", ErrMember)
	}
	return MemberID(s), nil
}

func capital(b byte) bool { return 'A' <= b && b <= 'Z' }

// UnmarshalText accepts exactly what [ParseMemberID] accepts.
func (m *MemberID) UnmarshalText(b []byte) error {
	v, err := ParseMemberID(string(b))
	if err != nil {
		return err
	}
	*m = v
	return nil
}

// A member's code is its three letters as a number to the base 26: two bytes
// without a pointer, in the order of the names. Sets hold codes, because they
// are compared and joined far more often than they are shown.
type code = uint16

const codes = 26 * 26 * 26

// codeNames holds the names of all codes one after the other, so that a name is
// taken from a code without allocating.
var codeNames = func() string {
	b := make([]byte, 0, 3*codes)
	for c := range codes {
		b = append(b, 'A'+byte(c/676), 'A'+byte(c/26%26), 'A'+byte(c%26))
	}
	return string(b)
}()

func nameOf(c code) MemberID { return MemberID(codeNames[3*int(c) : 3*int(c)+3]) }

// codeOf returns the code of m; ok is false if m is not well formed.
func codeOf(m MemberID) (c code, ok bool) {
	if len(m) != 3 || !capital(m[0]) || !capital(m[1]) || !capital(m[2]) {
		return 0, false
	}
	return (code(m[0]-'A')*26+code(m[1]-'A'))*26 + code(m[2]-'A'), true
}

// MemberSet is a set of members, immutable, in rising order without
// repetition. The zero value is the empty set. Its JSON form is an array of
// strings in that order; any other order is refused, so that one set has one
// spelling.
type MemberSet struct{ codes []code }

// NewMemberSet returns the set of the given members in whatever order they
// come. It refuses malformed identifiers and more than [MaxMembers].
func NewMemberSet(ids ...MemberID) (MemberSet, error) {
	own := make([]code, 0, len(ids))
	for _, id := range ids {
		if _, err := ParseMemberID(string(id)); err != nil {
			return MemberSet{}, err
		}
		c, _ := codeOf(id)
		own = append(own, c)
	}
	s := MemberSet{sortedUnique(own)}
	if s.Len() > MaxMembers {
		return MemberSet{}, fmt.Errorf("%w: %d members in one set, at most %d", ErrTooMany, s.Len(), MaxMembers)
	}
	return s, nil
}

// Members is [NewMemberSet] for names that stand in source code: it panics
// where that returns an error.
func Members(ids ...MemberID) MemberSet {
	s, err := NewMemberSet(ids...)
	if err != nil {
		panic(err)
	}
	return s
}

// single is the set of m alone, or the empty set if m is not well formed.
func single(m MemberID) MemberSet {
	c, ok := codeOf(m)
	if !ok {
		return MemberSet{}
	}
	return MemberSet{[]code{c}}
}

// Len returns the number of members in s.
func (s MemberSet) Len() int { return len(s.codes) }

// IsEmpty reports whether s has no member.
func (s MemberSet) IsEmpty() bool { return len(s.codes) == 0 }

// Contains reports whether m is in s.
func (s MemberSet) Contains(m MemberID) bool {
	c, ok := codeOf(m)
	return ok && s.has(c)
}

func (s MemberSet) has(c code) bool {
	for _, x := range s.codes {
		if x >= c {
			return x == c
		}
	}
	return false
}

// Includes reports whether every member of o is in s.
func (s MemberSet) Includes(o MemberSet) bool { return includes(s.codes, o.codes) }

// Equal reports whether s and o have the same members.
func (s MemberSet) Equal(o MemberSet) bool { return slices.Equal(s.codes, o.codes) }

// shares reports whether s and o are one slice, and so equal.
func (s MemberSet) shares(o MemberSet) bool {
	return len(s.codes) == len(o.codes) && (len(s.codes) == 0 || &s.codes[0] == &o.codes[0])
}

// Union returns the members that are in s or in o.
func (s MemberSet) Union(o MemberSet) MemberSet { return MemberSet{union(s.codes, o.codes)} }

// Intersect returns the members that are in both s and o.
func (s MemberSet) Intersect(o MemberSet) MemberSet { return MemberSet{intersect(s.codes, o.codes)} }

// Minus returns the members of s that are not in o.
func (s MemberSet) Minus(o MemberSet) MemberSet { return MemberSet{minus(s.codes, o.codes)} }

// With returns s and m. What is not well formed is not added.
func (s MemberSet) With(m MemberID) MemberSet {
	if s.Contains(m) {
		return s
	}
	return s.Union(single(m))
}

// All yields the members in rising order.
func (s MemberSet) All() iter.Seq[MemberID] {
	return func(yield func(MemberID) bool) {
		for _, c := range s.codes {
			if !yield(nameOf(c)) {
				return
			}
		}
	}
}

// Slice returns the members in rising order in a slice of the caller's own,
// nil for the empty set.
func (s MemberSet) Slice() []MemberID { return slices.Collect(s.All()) }

// String returns the members in rising order, separated by spaces.
func (s MemberSet) String() string { return s.join(" ") }

func (s MemberSet) join(sep string) string { return strings.Join(s.names(), sep) }

func (s MemberSet) names() []string {
	out := make([]string, len(s.codes))
	for i, c := range s.codes {
		out[i] = string(nameOf(c))
	}
	return out
}

// MarshalJSON writes an array of strings in rising order.
func (s MemberSet) MarshalJSON() ([]byte, error) {
	b := make([]byte, 0, 2+6*len(s.codes))
	b = append(b, '[')
	for i, c := range s.codes {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, '"'), nameOf(c)...), '"')
	}
	return append(b, ']'), nil
}

// UnmarshalJSON reads what MarshalJSON writes and nothing else: an array of
// well-formed identifiers in strictly rising order, at most [MaxMembers].
func (s *MemberSet) UnmarshalJSON(b []byte) error {
	var raw []string
	if err := json.Unmarshal(b, &raw); err != nil {
		return fmt.Errorf("%w: a set of members is an array of strings: %v", ErrSyntax, err)
	}
	if raw == nil {
		return fmt.Errorf("%w: a set of members is an array, not null: write [] or leave the field out", ErrSyntax)
	}
	v, err := membersInOrder(raw)
	if err != nil {
		return err
	}
	*s = v
	return nil
}

// membersInOrder is the strict reader behind every written form of a set.
func membersInOrder(raw []string) (MemberSet, error) {
	if len(raw) > MaxMembers {
		return MemberSet{}, fmt.Errorf("%w: %d members in one set, at most %d", ErrTooMany, len(raw), MaxMembers)
	}
	var own []code
	for _, r := range raw {
		id, err := ParseMemberID(r)
		if err != nil {
			return MemberSet{}, err
		}
		c, _ := codeOf(id)
		own = append(own, c)
	}
	if !rising(own) {
		return MemberSet{}, fmt.Errorf("%w: members %v are not in rising order without repetition: sort them", ErrSyntax, raw)
	}
	return MemberSet{own}, nil
}

// clip shortens foreign text before it is quoted in an error.
func clip(s string) string {
	const limit = 48
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "..."
}
