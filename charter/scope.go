package charter

import (
	"fmt"
	"slices"
)

// Purpose is one entry of a charter's scope. The list is closed: what is not
// in it has no word in the protocol, and no node starts under a charter that
// names it (rule 1, rule 5).
type Purpose string

// The purposes that a centre can have (spec/charter.md).
const (
	Collection Purpose = "collection"
	Processing Purpose = "processing"
	Analysis   Purpose = "analysis"
	Movements  Purpose = "movements"
	Protection Purpose = "protection"
)

// Purposes returns the closed list in its order.
func Purposes() []Purpose {
	return []Purpose{Collection, Processing, Analysis, Movements, Protection}
}

// checkScope holds a scope to the closed list. Errors: ErrScope, ErrSyntax.
func checkScope(scope []Purpose) error {
	if len(scope) == 0 {
		return fmt.Errorf("%w: the scope is empty; name at least one of %v (rule 5)", ErrScope, Purposes())
	}
	for i, p := range scope {
		if !slices.Contains(Purposes(), p) {
			return fmt.Errorf("%w: %q; a centre's purposes are %v and nothing else (rule 1, rule 5)",
				ErrScope, clip(string(p)), Purposes())
		}
		if slices.Contains(scope[:i], p) {
			return fmt.Errorf("%w: purpose %q stands twice; keep one", ErrSyntax, p)
		}
	}
	return nil
}
