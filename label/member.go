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

// MemberSet is a set of members, immutable, in rising order without
// repetition. The zero value is the empty set. Its JSON form is an array of
// strings in that order; any other order is refused, so that one set has one
// spelling.
type MemberSet struct{ ids []MemberID }

// NewMemberSet returns the set of the given members in whatever order they
// come. It refuses malformed identifiers and more than [MaxMembers].
func NewMemberSet(ids ...MemberID) (MemberSet, error) {
	own := make([]MemberID, 0, len(ids))
	for _, id := range ids {
		v, err := ParseMemberID(string(id))
		if err != nil {
			return MemberSet{}, err
		}
		own = append(own, v)
	}
	s := MemberSet{ids: sortedUnique(own)}
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

// single is the set of one identifier that is known to be well formed.
func single(m MemberID) MemberSet { return MemberSet{ids: []MemberID{m}} }

// Len returns the number of members in s.
func (s MemberSet) Len() int { return len(s.ids) }

// IsEmpty reports whether s has no member.
func (s MemberSet) IsEmpty() bool { return len(s.ids) == 0 }

// Contains reports whether m is in s.
func (s MemberSet) Contains(m MemberID) bool {
	for _, id := range s.ids {
		if id >= m {
			return id == m
		}
	}
	return false
}

// Includes reports whether every member of o is in s.
func (s MemberSet) Includes(o MemberSet) bool { return includes(s.ids, o.ids) }

// Equal reports whether s and o have the same members.
func (s MemberSet) Equal(o MemberSet) bool { return slices.Equal(s.ids, o.ids) }

// Union returns the members that are in s or in o.
func (s MemberSet) Union(o MemberSet) MemberSet { return MemberSet{ids: union(s.ids, o.ids)} }

// Intersect returns the members that are in both s and o.
func (s MemberSet) Intersect(o MemberSet) MemberSet { return MemberSet{ids: intersect(s.ids, o.ids)} }

// Minus returns the members of s that are not in o.
func (s MemberSet) Minus(o MemberSet) MemberSet { return MemberSet{ids: minus(s.ids, o.ids)} }

// With returns s and m. m must be well formed, which every MemberID that came
// from [ParseMemberID] is.
func (s MemberSet) With(m MemberID) MemberSet {
	if s.Contains(m) {
		return s
	}
	return s.Union(single(m))
}

// All yields the members in rising order.
func (s MemberSet) All() iter.Seq[MemberID] { return slices.Values(s.ids) }

// Slice returns the members in rising order in a slice of the caller's own.
func (s MemberSet) Slice() []MemberID { return slices.Clone(s.ids) }

// String returns the members in rising order, separated by spaces.
func (s MemberSet) String() string { return s.join(" ") }

func (s MemberSet) join(sep string) string {
	var b strings.Builder
	for i, id := range s.ids {
		if i > 0 {
			b.WriteString(sep)
		}
		b.WriteString(string(id))
	}
	return b.String()
}

// MarshalJSON writes an array of strings in rising order.
func (s MemberSet) MarshalJSON() ([]byte, error) {
	b := make([]byte, 0, 2+6*len(s.ids))
	b = append(b, '[')
	for i, id := range s.ids {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '"')
		b = append(b, id...)
		b = append(b, '"')
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
	var ids []MemberID
	for _, r := range raw {
		id, err := ParseMemberID(r)
		if err != nil {
			return MemberSet{}, err
		}
		ids = append(ids, id)
	}
	if !rising(ids) {
		return MemberSet{}, fmt.Errorf("%w: members %v are not in rising order without repetition: sort them", ErrSyntax, ids)
	}
	return MemberSet{ids: ids}, nil
}

// clip shortens foreign text before it is quoted in an error.
func clip(s string) string {
	const limit = 48
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "..."
}
