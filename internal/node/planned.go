package node

import (
	"context"
	"fmt"
	"strings"
	"time"

	"entente/internal/section"
)

// plannable refuses to plan a draft anew that has left, is up for release or
// was given up, and says what became of it.
func (n *Node) plannable(ctx context.Context, o section.Officer, d section.Draft) error {
	switch {
	case d.State == section.Released:
		as, err := n.leftAs(ctx, o, d.ID)
		if err != nil {
			return err
		}
		return &section.Refusal{Code: section.CodeState, Rule: 10, What: fmt.Sprintf("the draft was released at %s as %s", d.Modified.UTC().Format(time.RFC3339), as),
			Why: "what was said is not silently changed", Cure: "only look at its plan, or write a draft that supersedes it"}
	case d.State == section.Discarded:
		return &section.Refusal{Code: section.CodeState, What: "the draft was given up at " + d.Modified.UTC().Format(time.RFC3339), Cure: "begin a new one"}
	case d.Decision != "":
		what := "the draft is up for release in decision " + d.Decision
		if x, err := n.section.Decision(ctx, o, d.Decision); err == nil {
			what += fmt.Sprintf(", put up by %s at %s", x.PreparedBy, x.Prepared.UTC().Format(time.RFC3339))
		}
		return &section.Refusal{Code: section.CodeState, What: what, Cure: "decide on that, or withdraw it first; its plan can be looked at meanwhile"}
	}
	return nil
}

// leftAs names what a released draft left as, as far as the log shows it.
func (n *Node) leftAs(ctx context.Context, o section.Officer, draft string) (string, error) {
	st, err := n.StateOf(ctx, o, draft)
	if err != nil {
		return "", err
	}
	var ids []string
	for _, v := range st.Views {
		ids = append(ids, v.Report+v.Act)
	}
	switch len(ids) {
	case 0:
		return "envelopes that are on their way into the log", nil
	case 1:
		return "report " + ids[0], nil
	}
	return "reports " + strings.Join(ids, ", "), nil
}
