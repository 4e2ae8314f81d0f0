package node

import (
	"context"
	"errors"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

const (
	// CodeReplacement: a correction names nothing that says it right, or what it
	// corrects itself.
	CodeReplacement = "recall_replacement"
	// CodeFrom: a narrowing does not name from whom, or something else does.
	CodeFrom = "recall_from"
)

// judgeNamed refuses what names too little or too much before anything is read
// for it: nothing that was named is left out in silence.
func (n *Node) judgeNamed(r *Recall) []act.Finding {
	right := r.ReplacedBy != "" || len(r.Replacements) > 0
	switch {
	case r.Kind != act.RecallNarrowing && !r.From.IsEmpty():
		return finding(CodeFrom, "", "members are named in a narrowing alone, and a %s goes to all who hold it; leave --from out, or say narrowing", r.Kind)
	case r.Kind == act.RecallNarrowing && r.From.IsEmpty():
		return finding(CodeFrom, "", "a narrowing is from members that are to have it no more; name from whom (--from)")
	case r.From.Contains(n.self):
		return finding(CodeFrom, "", "this member keeps what is its own; name from whom it is taken back (--from)")
	case !n.found.Members().Includes(r.From):
		return finding(CodeFrom, "7", "rule 7: %s is no member; entente members lists them", r.From.Minus(n.found.Members()))
	case r.Kind != act.RecallCorrection && (right || r.ToFollow):
		return finding(CodeReplacement, "", "only a correction says what is right; leave --replaced-by and --to-follow out, or say correction")
	case r.Kind == act.RecallCorrection && !right && !r.ToFollow:
		return finding(CodeReplacement, "", "a correction withdraws for good and names nothing that says it right; name the released draft that does (--replaced-by), say that it will follow (--to-follow), or withdraw it (--kind recall)")
	case right && r.ToFollow:
		return finding(CodeReplacement, "", "what is right is named, and is said to follow; leave out --replaced-by or --to-follow")
	}
	return nil
}

// fillReplaced puts in the portions that say it right. whole are those of all
// that was named to be recalled, of which some numbers may have been picked.
func (n *Node) fillReplaced(ctx context.Context, o section.Officer, r *Recall, whole []act.PortionRef) ([]act.Finding, error) {
	if r.ReplacedBy == "" {
		return nil, nil
	}
	refs, waits, err := n.portionsIn(ctx, o, r.ReplacedBy)
	if errors.Is(err, viewdb.ErrNotFound) || errors.Is(err, section.ErrNotFound) {
		return finding(CodeNoPortion, "", "nothing that was released has the id %s; release what is right first", shortened(r.ReplacedBy)), nil
	}
	if err != nil {
		return nil, err
	}
	gone, all, others := refIDs(r.Portions), refIDs(whole), 0
	one := len(refs) == 1 && string(refs[0].Portion) == r.ReplacedBy
	for _, ref := range refs {
		if gone[ref.Portion] {
			return replacesItself(r.ReplacedBy), nil
		}
		if one || !all[ref.Portion] {
			others++
		}
	}
	if others == 0 {
		return replacesItself(r.ReplacedBy), nil
	}
	if waits {
		r.Waits = append(r.Waits, r.ReplacedBy)
	}
	r.Replacements = append(r.Replacements, refs...)
	r.ReplacedBy = ""
	return nil, nil
}

func replacesItself(id string) []act.Finding {
	return finding(CodeReplacement, "", "%s is what is corrected itself, or holds it still: it does not say it right; release what is right as a report of its own, and name that (--replaced-by)", shortened(id))
}

// nobodyHolds says why a recall has nobody to go to.
func nobodyHolds(from label.MemberSet) []act.Finding {
	if from.IsEmpty() {
		return finding(CodeNobody, "", "no other member holds any of it: there is nobody to tell")
	}
	return finding(CodeNobody, "", "%s holds none of it: there is nobody to take it back from; entente report state shows who got it", from)
}
