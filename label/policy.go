package label

import (
	"fmt"
	"slices"
	"strings"
)

// Bounds on policy tables.
const (
	// MaxPolicies bounds the number of policies in a table.
	MaxPolicies = 64
	// MaxClasses bounds the number of classes in a policy.
	MaxClasses = 16
	// maxName bounds the length of a policy's or a class's name in bytes.
	maxName = 64
	// maxShort bounds the length of a class's short form in bytes.
	maxShort = 16
)

// PolicyID names a classification policy: the PolicyIdentifier of STANAG 4774.
// 1 to 64 bytes of printed text without a colon.
type PolicyID string

// Class is the name of a class within a policy, as SECRET: the Classification
// of STANAG 4774. 1 to 64 bytes of printed text. The words are those of the
// policy's owner in the owner's script; none is built in.
type Class string

// Policy is a classification policy: a chain of classes.
type Policy struct {
	// ID names the policy.
	ID PolicyID `json:"id"`
	// URI is the object identifier of the policy as urn:oid:1.2.3, or empty
	// (ADatP-4774 Ed. A, appendix 1, table 5).
	URI string `json:"uri,omitempty"`
	// Classes holds the names of the classes in rising order.
	Classes []Class `json:"classes"`
	// Shorts holds, for each class, its form in a portion mark, as S.
	Shorts []string `json:"shorts"`
}

// ClassRef names a class of a policy.
type ClassRef struct {
	Policy PolicyID `json:"policy"`
	Class  Class    `json:"class"`
}

// String returns the class and its policy, as "SECRET of CENTRE".
func (r ClassRef) String() string { return fmt.Sprintf("%s of %s", r.Class, r.Policy) }

// Equivalence states that two classes of different policies protect alike. It
// is data here: who signed it is for the charter to say.
type Equivalence struct {
	A ClassRef `json:"a"`
	B ClassRef `json:"b"`
}

// Table is a set of policies, one of them common to all members, and the
// equivalences between them. It is immutable and safe for concurrent use.
type Table struct {
	common   *tablePolicy
	policies map[PolicyID]*tablePolicy
	order    []PolicyID
}

// tablePolicy is a policy with what the hot path asks of it.
type tablePolicy struct {
	Policy
	rank map[Class]int
	// up holds, for each class, the rank of its equal in the common policy. It
	// is nil in a policy that no equivalence mentions.
	up []int
	// down holds, for each class of the common policy, the rank of its equal
	// here, or -1.
	down []int
}

// NewTable returns the table of the given policies, common being the one into
// which labels of different policies roll up. An error wraps [ErrTable] if
//
//   - a policy or a class is malformed or named twice, or common is not among
//     the policies;
//   - an equivalence names an unknown policy or class, two classes of one
//     policy, or the same pair as another one;
//   - the equivalences, taken together and in both directions, put a class
//     above itself (they are cyclic or break the order of a policy);
//   - a policy is equated only in part: every policy that an equivalence
//     mentions must have, for each of its classes, an equal in the common
//     policy, directly or through others. Without this it would depend on the
//     order of the portions whether a roll-up is refused.
//
// A policy that no equivalence mentions stands alone: its labels roll up only
// among themselves.
func NewTable(common PolicyID, policies []Policy, equivalences []Equivalence) (*Table, error) {
	if len(policies) > MaxPolicies {
		return nil, fmt.Errorf("%w: %w: %d policies, at most %d", ErrTable, ErrTooMany, len(policies), MaxPolicies)
	}
	t := &Table{policies: make(map[PolicyID]*tablePolicy, len(policies))}
	for _, p := range policies {
		if err := p.validate(); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrTable, err)
		}
		if t.policies[p.ID] != nil {
			return nil, fmt.Errorf("%w: policy %s stands twice: name each policy once", ErrTable, p.ID)
		}
		tp := &tablePolicy{Policy: p, rank: make(map[Class]int, len(p.Classes))}
		tp.Classes, tp.Shorts = slices.Clone(p.Classes), slices.Clone(p.Shorts)
		for i, c := range tp.Classes {
			tp.rank[c] = i
		}
		t.policies[p.ID] = tp
		t.order = append(t.order, p.ID)
	}
	slices.Sort(t.order)
	t.common = t.policies[common]
	if t.common == nil {
		return nil, fmt.Errorf("%w: the common policy %q is not among the policies: add it or name another", ErrTable, clip(string(common)))
	}
	if err := t.equate(equivalences); err != nil {
		return nil, err
	}
	return t, nil
}

func (id PolicyID) validate() error {
	if err := checkText("policy", string(id), maxName); err != nil {
		return err
	}
	if strings.Contains(string(id), ":") {
		return fmt.Errorf("%w: policy %q: a colon separates policy and class and cannot stand in the name", ErrSyntax, id)
	}
	return nil
}

func (p Policy) validate() error {
	if err := p.ID.validate(); err != nil {
		return err
	}
	if p.URI != "" {
		if err := checkURN(p.URI); err != nil {
			return err
		}
	}
	switch n := len(p.Classes); {
	case n == 0:
		return fmt.Errorf("%w: policy %s has no class: give at least one", ErrSyntax, p.ID)
	case n > MaxClasses:
		return fmt.Errorf("%w: policy %s has %d classes, at most %d", ErrTooMany, p.ID, n, MaxClasses)
	case len(p.Shorts) != n:
		return fmt.Errorf("%w: policy %s has %d classes and %d short forms: give one for each", ErrSyntax, p.ID, n, len(p.Shorts))
	}
	seen := make(map[string]bool, 2*len(p.Classes))
	for i, c := range p.Classes {
		if err := checkText("class", string(c), maxName); err != nil {
			return fmt.Errorf("policy %s: %w", p.ID, err)
		}
		if err := checkText("short form of a class", p.Shorts[i], maxShort); err != nil {
			return fmt.Errorf("policy %s: %w", p.ID, err)
		}
		if seen["c"+string(c)] || seen["s"+p.Shorts[i]] {
			return fmt.Errorf("%w: policy %s: class %s or its short form %s stands twice: each must be its own", ErrSyntax, p.ID, c, p.Shorts[i])
		}
		seen["c"+string(c)], seen["s"+p.Shorts[i]] = true, true
	}
	return nil
}

// checkURN accepts urn:oid: and dotted decimal numbers.
func checkURN(s string) error {
	rest, ok := strings.CutPrefix(s, "urn:oid:")
	ok = ok && len(s) <= 200
	for _, part := range strings.Split(rest, ".") {
		ok = ok && part != "" && strings.Trim(part, "0123456789") == "" && (part == "0" || part[0] != '0')
	}
	if !ok {
		return fmt.Errorf("%w: URI %q: write urn:oid: and the object identifier (ADatP-4774 Ed. A, appendix 1, table 5)", ErrSyntax, clip(s))
	}
	return nil
}

// lookup returns a policy of the table and the rank of a class in it.
func (t *Table) lookup(p PolicyID, c Class) (*tablePolicy, int, error) {
	tp := t.policies[p]
	if tp == nil {
		return nil, 0, fmt.Errorf("%w: %q: add it to the table or mark in one of %v", ErrUnknownPolicy, clip(string(p)), t.order)
	}
	r, ok := tp.rank[c]
	if !ok {
		return nil, 0, fmt.Errorf("%w: %q of policy %s: its classes are %v", ErrUnknownClass, clip(string(c)), p, tp.Classes)
	}
	return tp, r, nil
}

// Common returns the policy into which labels of different policies roll up.
func (t *Table) Common() PolicyID { return t.common.ID }

// Policies returns the names of the table's policies in rising order.
func (t *Table) Policies() []PolicyID { return slices.Clone(t.order) }

// Policy returns a policy of the table.
func (t *Table) Policy(id PolicyID) (Policy, bool) {
	tp := t.policies[id]
	if tp == nil {
		return Policy{}, false
	}
	p := tp.Policy
	p.Classes, p.Shorts = slices.Clone(p.Classes), slices.Clone(p.Shorts)
	return p, true
}

// Equivalent returns the class of the policy to that protects like the given
// class: what a reader of another policy is shown beside the original, and
// what an alternativeConfidentialityLabel of STANAG 4774 holds. An error wraps
// [ErrNoEquivalence] where the table states none.
func (t *Table) Equivalent(from ClassRef, to PolicyID) (Class, error) {
	tp, r, err := t.lookup(from.Policy, from.Class)
	if err != nil {
		return "", err
	}
	if from.Policy == to {
		return from.Class, nil
	}
	dst := t.policies[to]
	if dst == nil {
		return "", fmt.Errorf("%w: %q: add it to the table or ask for one of %v", ErrUnknownPolicy, clip(string(to)), t.order)
	}
	if tp.up != nil && dst.down != nil {
		if d := dst.down[tp.up[r]]; d >= 0 {
			return dst.Classes[d], nil
		}
	}
	return "", fmt.Errorf("%w: %s has no equal in policy %s: have the members sign one", ErrNoEquivalence, from, to)
}
