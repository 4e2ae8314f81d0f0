package label

import "fmt"

// Label is the marking of a portion or of a whole. It is a value: nothing in
// this package changes a label that it was given.
//
// The zero value is no label. A label that came from [Label.UnmarshalJSON],
// from a parser of this package, from [Join] or from [Rollup] is valid; one
// that was put together by hand is checked by [Label.Validate] wherever it
// enters an operation.
type Label struct {
	// Policy is the classification policy, and Class the class within it.
	Policy PolicyID
	Class  Class
	// Rel holds the members to whom the originators release the material (REL
	// TO). Nobody is in it who is not named. Empty, it says: not releasable.
	Rel MemberSet
	// Originators holds the members that answer for the material: for a
	// portion the member it came from, for a product all whose material is in
	// it. Never empty.
	Originators MemberSet
	// ConsentNeeded holds the members without whose consent the material goes
	// to nobody beyond Rel (ORCON).
	ConsentNeeded MemberSet
	// External holds the originators outside the centre whose material is in
	// it, each with the member that holds it (rule 8).
	External ExternalSet
	// UseCodes holds the handling codes H0 to H3.
	UseCodes UseCodes
	// Caveats holds further restrictions and foreign marks.
	Caveats CaveatSet
	// Personal says that there are personal data in it.
	Personal bool
	// ReviewBy is the moment by which the marking is to be reviewed, Expires
	// the one at which the release ends. Absent is later than all.
	ReviewBy Instant
	Expires  Instant
}

// Validate reports the first condition that l breaks, by an error that wraps
// [ErrInvalid]. The conditions hold of every join of labels of which they
// hold. It does not look at the policy table; [Table.Check] does.
func (l Label) Validate() error {
	if err := l.Policy.validate(); err != nil {
		return fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if err := checkText("class", string(l.Class), maxName); err != nil {
		return fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return l.checkConditions()
}

// checkConditions is Validate without the two names, which a lookup in a table
// has checked already.
func (l *Label) checkConditions() error {
	if l.Originators.IsEmpty() {
		return fmt.Errorf("%w: no originator: name the member that answers for it (rule 7)", ErrInvalid)
	}
	if l.Originators.Len() == 1 && !l.Rel.Includes(l.Originators) {
		return fmt.Errorf("%w: the only originator %s is not in its release set %s: an originator always is in that of its own material", ErrInvalid, l.Originators, l.Rel)
	}
	for x := range l.External.All() {
		if !l.Originators.Contains(x.Holder) {
			return fmt.Errorf("%w: external originator %s: the holder %s answers for it and must be an originator (rule 8)", ErrInvalid, x, x.Holder)
		}
	}
	if l.UseCodes >= 1<<useCodes {
		return fmt.Errorf("%w: unknown use codes: the codes are H0, H1, H2, H3", ErrInvalid)
	}
	if l.UseCodes.Has(H2) && l.ConsentNeeded.IsEmpty() && l.External.IsEmpty() {
		return fmt.Errorf("%w: H2 without anybody whose permission is needed: name the originator under consent needed (rule 7)", ErrInvalid)
	}
	if l.UseCodes.Has(H3) && l.Caveats.IsEmpty() {
		return fmt.Errorf("%w: H3 without a caveat: state the restriction in a caveat", ErrInvalid)
	}
	if l.Personal && l.ReviewBy.IsAbsent() {
		return fmt.Errorf("%w: personal data without a review date: set review by (rule 21)", ErrInvalid)
	}
	if !l.ReviewBy.valid() || !l.Expires.valid() {
		return fmt.Errorf("%w: a date out of range: dates lie after 1970-01-01T00:00:00Z and before the year 10000", ErrInvalid)
	}
	return nil
}

// Check reports whether l is valid and its policy and class are in the table.
func (t *Table) Check(l Label) error {
	if _, _, err := t.lookup(l.Policy, l.Class); err != nil {
		return err
	}
	return l.checkConditions()
}

// CheckOwn reports whether l can mark a portion that the member by originates
// alone: a valid label whose only originator is by, and which, when it carries
// H2, names by or an external originator as the one whose permission is needed.
func (l Label) CheckOwn(by MemberID) error {
	if err := l.Validate(); err != nil {
		return err
	}
	if l.Originators.Len() != 1 || !l.Originators.Contains(by) {
		return fmt.Errorf("%w: the originators are %s, not %s alone: a portion of one's own names oneself", ErrInvalid, l.Originators, by)
	}
	if l.UseCodes.Has(H2) && l.External.IsEmpty() && !l.ConsentNeeded.Contains(by) {
		return fmt.Errorf("%w: H2 on material of %s without consent of %s needed: add %s to consent needed", ErrInvalid, by, by, by)
	}
	return nil
}

// Equal reports whether l and o say the same.
func (l Label) Equal(o Label) bool {
	return l.Policy == o.Policy && l.Class == o.Class &&
		l.Rel.Equal(o.Rel) && l.Originators.Equal(o.Originators) &&
		l.ConsentNeeded.Equal(o.ConsentNeeded) && l.External.Equal(o.External) &&
		l.UseCodes == o.UseCodes && l.Caveats.Equal(o.Caveats) &&
		l.Personal == o.Personal && l.ReviewBy == o.ReviewBy && l.Expires == o.Expires
}

// bounded reports a set of l that outgrew its bound by a union.
func (l *Label) bounded() error {
	switch {
	case l.Originators.Len() > MaxMembers || l.ConsentNeeded.Len() > MaxMembers:
		return fmt.Errorf("%w: the whole has more than %d originators: split it", ErrTooMany, MaxMembers)
	case l.External.Len() > MaxExternals:
		return fmt.Errorf("%w: the whole has more than %d external originators: split it", ErrTooMany, MaxExternals)
	case l.Caveats.Len() > MaxCaveats:
		return fmt.Errorf("%w: the whole has more than %d caveats: split it", ErrTooMany, MaxCaveats)
	}
	return nil
}
