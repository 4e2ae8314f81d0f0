package node

import (
	"context"

	"entente/act"
	"entente/internal/store/viewdb"
	"entente/label"
)

// errWithdrawnGrant refuses a word that would change nothing, and seem to.
var errWithdrawnGrant = &act.Refusal{Code: "consent_withdrawn",
	Why: "the grant is withdrawn already and nothing is left of it", Cure: "entente consent list shows what stands"}

// granted refuses to refuse what a grant allows, and names the grant.
func granted(grant string) *act.Refusal {
	return &act.Refusal{Code: "consent_granted", Rule: "10",
		Why: "granted already, and a refusal would leave the grant in force", Cure: "withdraw it: entente consent withdraw " + grant}
}

// openStill refuses a refusal of what a grant in force allows, which only a
// withdrawal ends, and a withdrawal of what is withdrawn. What was refused may
// still be granted.
//
// An error that is a refusal wraps *act.Refusal.
func (n *Node) openStill(ctx context.Context, c *Consent, by label.Originator) error {
	if c.Step != act.ConsentRefuse && c.Step != act.ConsentWithdraw {
		return nil
	}
	keys := make([][16]byte, 0, len(c.Portions))
	for _, p := range c.Portions {
		if key, ok := portionBytes(p.Portion); ok {
			keys = append(keys, key)
		}
	}
	words, err := n.views.LatestConsents(ctx, keys, []string{by.String()})
	if err != nil {
		return err
	}
	now := n.station.Certified().Time
	withdrawn := 0
	for i := range words {
		x := &words[i]
		if !c.Members.Contains(label.MemberID(x.Member)) {
			continue
		}
		switch {
		case x.Step == string(act.ConsentWithdraw):
			withdrawn++
		case c.Step == act.ConsentRefuse && x.Step == string(act.ConsentGrant) && (x.Until == 0 || x.Until > now):
			return n.grantedBy(ctx, x)
		}
	}
	if c.Step == act.ConsentWithdraw && withdrawn > 0 && withdrawn == len(keys)*c.Members.Len() {
		return errWithdrawnGrant
	}
	return nil
}

// grantedBy names the grant that says a word, to withdraw.
func (n *Node) grantedBy(ctx context.Context, x *viewdb.Consent) error {
	if x.Answers != "" {
		answers, err := n.views.AnswersTo(ctx, x.Answers)
		if err != nil {
			return err
		}
		for i := range answers {
			if answers[i].Index == x.Index {
				return granted(answers[i].ID)
			}
		}
	}
	return granted("with the id that entente consent list names")
}
