package localdb

import "strings"

// WaitingActs returns the drafts of decisions in any of some states that have not
// left, with contents, those of decisions of one kind left out: the oldest decision
// first, then by id, at most limit.
func (r Reader) WaitingActs(but uint8, states []DecisionState, limit int) ([]Draft, error) {
	if len(states) == 0 {
		return nil, nil
	}
	args := make([]any, 0, len(states)+2)
	for _, s := range states {
		args = append(args, int(s))
	}
	return r.draftList(`SELECT `+draftMeta+`, d.content FROM decisions x JOIN drafts d ON d.decision = x.id
		WHERE x.state IN (?`+strings.Repeat(`, ?`, len(states)-1)+`) AND x.kind <> ? ORDER BY x.prepared, x.id, d.id LIMIT ?`, append(args, int(but), limit)...)
}
