package charter

import (
	"fmt"
	"slices"

	"entente/label"
)

// Policies are the classification policies of the members, which of them is
// common to all, and which classes protect alike (spec/label.md).
type Policies struct {
	Common       label.PolicyID      `json:"common"`
	List         []label.Policy      `json:"list"`
	Equivalences []label.Equivalence `json:"equivalences"`
}

// maxEquivalences bounds the pairs: no class needs more than one equal in each
// other policy.
const maxEquivalences = label.MaxPolicies * label.MaxClasses

// Table returns the policies as the marking algebra wants them.
// Errors: ErrSyntax with what label.NewTable says.
func (p *Policies) Table() (*label.Table, error) {
	if len(p.Equivalences) > maxEquivalences {
		return nil, fmt.Errorf("%w: %d equivalences, at most %d", ErrSyntax, len(p.Equivalences), maxEquivalences)
	}
	t, err := label.NewTable(p.Common, p.List, p.Equivalences)
	if err != nil {
		return nil, fmt.Errorf("%w: policies: %w", ErrSyntax, err)
	}
	return t, nil
}

// checkPolicies builds the table and holds the class above which a second
// person is needed to the common policy.
func (c *Charter) checkPolicies() error {
	t, err := c.Policies.Table()
	if err != nil {
		return err
	}
	common, _ := t.Policy(t.Common())
	if !slices.Contains(common.Classes, c.SecondPersonAbove) {
		return fmt.Errorf("%w: second_person_above %q is no class of the common policy %s; it is one of %v (rule 6)",
			ErrSyntax, clip(string(c.SecondPersonAbove)), common.ID, common.Classes)
	}
	return nil
}
