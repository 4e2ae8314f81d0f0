package label

import (
	"fmt"
	"iter"
	"slices"
	"strings"
)

// MaxExternals bounds the number of external originators in one label.
const MaxExternals = 64

// maxExternalID bounds the length of the name of an external originator.
const maxExternalID = 32

// ExternalID names an originator outside the centre as its holder calls it: 1
// to 32 capital Latin letters, digits, dots, hyphens and underscores, the
// first one a letter or a digit.
type ExternalID string

// ParseExternalID returns the identifier written in s.
func ParseExternalID(s string) (ExternalID, error) {
	ok := len(s) > 0 && len(s) <= maxExternalID && s[0] != '.' && s[0] != '-' && s[0] != '_'
	for i := 0; ok && i < len(s); i++ {
		b := s[i]
		ok = capital(b) || '0' <= b && b <= '9' || b == '.' || b == '-' || b == '_'
	}
	if !ok {
		return "", fmt.Errorf("%w: external originator %q: write 1 to %d capital letters, digits, '.', '-', '_', a letter or digit first",
			ErrSyntax, clip(s), maxExternalID)
	}
	return ExternalID(s), nil
}

// External is material of an originator outside the centre, and the member
// through which it came in. The holder is the only one who may see it until a
// consent of the outsider is on record (rule 8).
type External struct {
	ID     ExternalID `json:"id"`
	Holder MemberID   `json:"holder"`
}

// via stands between the identifier and the holder in every written form. A
// blank is lower than every letter of an identifier, so the order of the
// written forms is the order of (identifier, holder).
const via = " VIA "

// String returns the written form, as "X VIA IRQ".
func (e External) String() string { return string(e.ID) + via + string(e.Holder) }

// ParseExternal reads the written form.
func ParseExternal(s string) (External, error) {
	id, holder, ok := strings.Cut(s, via)
	if !ok {
		return External{}, fmt.Errorf("%w: external originator %q: write it as X VIA IRQ, with the member that holds the material", ErrSyntax, clip(s))
	}
	x, err := ParseExternalID(id)
	if err != nil {
		return External{}, err
	}
	h, err := ParseMemberID(holder)
	if err != nil {
		return External{}, err
	}
	return External{ID: x, Holder: h}, nil
}

// ExternalSet is a set of external originators, immutable, ordered by
// identifier and then by holder, without repetition. The zero value is the
// empty set. Its JSON form is an array of {"id","holder"} in that order.
type ExternalSet struct{ keys []string }

// NewExternalSet returns the set of the given external originators.
func NewExternalSet(xs ...External) (ExternalSet, error) {
	keys := make([]string, 0, len(xs))
	for _, x := range xs {
		k := x.String()
		if _, err := ParseExternal(k); err != nil {
			return ExternalSet{}, err
		}
		keys = append(keys, k)
	}
	s := ExternalSet{keys: sortedUnique(keys)}
	if s.Len() > MaxExternals {
		return ExternalSet{}, fmt.Errorf("%w: %d external originators, at most %d", ErrTooMany, s.Len(), MaxExternals)
	}
	return s, nil
}

// Externals is [NewExternalSet] for names that stand in source code: it panics
// where that returns an error.
func Externals(xs ...External) ExternalSet {
	s, err := NewExternalSet(xs...)
	if err != nil {
		panic(err)
	}
	return s
}

// externalsInOrder is the strict reader behind every written form of the set.
func externalsInOrder(xs []External) (ExternalSet, error) {
	s, err := NewExternalSet(xs...)
	if err != nil {
		return ExternalSet{}, err
	}
	for i, k := range s.keys {
		if len(s.keys) != len(xs) || k != xs[i].String() {
			return ExternalSet{}, fmt.Errorf("%w: external originators are not in rising order without repetition: sort them by id, then holder", ErrSyntax)
		}
	}
	return s, nil
}

// Len returns the number of external originators in s.
func (s ExternalSet) Len() int { return len(s.keys) }

// IsEmpty reports whether s is empty.
func (s ExternalSet) IsEmpty() bool { return len(s.keys) == 0 }

// Contains reports whether e is in s.
func (s ExternalSet) Contains(e External) bool {
	_, ok := slices.BinarySearch(s.keys, e.String())
	return ok
}

// Includes reports whether every element of o is in s.
func (s ExternalSet) Includes(o ExternalSet) bool { return includes(s.keys, o.keys) }

// Equal reports whether s and o have the same elements.
func (s ExternalSet) Equal(o ExternalSet) bool { return slices.Equal(s.keys, o.keys) }

// Union returns the elements that are in s or in o.
func (s ExternalSet) Union(o ExternalSet) ExternalSet {
	return ExternalSet{keys: union(s.keys, o.keys)}
}

// All yields the elements in order.
func (s ExternalSet) All() iter.Seq[External] {
	return func(yield func(External) bool) {
		for _, k := range s.keys {
			if !yield(splitExternal(k)) {
				return
			}
		}
	}
}

func splitExternal(key string) External {
	n := len(key) - len(via) - 3
	return External{ID: ExternalID(key[:n]), Holder: MemberID(key[n+len(via):])}
}

// OriginatorKind says whether an originator is a member or stands outside.
type OriginatorKind string

// The kinds of originator.
const (
	// KindMember is a member or an observer of the centre.
	KindMember OriginatorKind = "member"
	// KindExternal is a party outside the centre.
	KindExternal OriginatorKind = "external"
)

// Originator is a party whose consent counts: a member, or a party outside
// together with the member that holds its material and speaks with it. It is
// comparable, and its JSON form has the fields kind, id and, for a party
// outside, holder.
type Originator struct {
	Kind   OriginatorKind `json:"kind"`
	ID     string         `json:"id"`
	Holder MemberID       `json:"holder,omitempty"`
}

// ByMember is the originator m.
func ByMember(m MemberID) Originator { return Originator{Kind: KindMember, ID: string(m)} }

// ByExternal is the outside originator e.
func ByExternal(e External) Originator {
	return Originator{Kind: KindExternal, ID: string(e.ID), Holder: e.Holder}
}

// Member returns the member that o is, or the member through which a party
// outside is reached: the one to whom a request for consent goes.
func (o Originator) Member() MemberID {
	if o.Kind == KindExternal {
		return o.Holder
	}
	return MemberID(o.ID)
}

// Validate reports what is malformed in o.
func (o Originator) Validate() error {
	switch o.Kind {
	case KindMember:
		if o.Holder != "" {
			return fmt.Errorf("%w: originator %s is a member and has no holder", ErrSyntax, clip(o.ID))
		}
		_, err := ParseMemberID(o.ID)
		return err
	case KindExternal:
		if _, err := ParseExternalID(o.ID); err != nil {
			return err
		}
		_, err := ParseMemberID(string(o.Holder))
		return err
	}
	return fmt.Errorf("%w: kind of originator %q: write %s or %s", ErrSyntax, clip(string(o.Kind)), KindMember, KindExternal)
}

// String returns "IRQ" for a member and "X VIA IRQ" for a party outside.
func (o Originator) String() string {
	if o.Kind == KindExternal {
		return o.ID + via + string(o.Holder)
	}
	return o.ID
}
