package node

import (
	"entente/act"
	"entente/label"
)

// A consent act goes to the member that it is about, and tells it nothing of the
// others. So a reader cannot know by which words others have a view, and decides
// about itself alone (spec/act.md, "The banner"): each of them does the same.

// hearing is what a reader knows of the words that a view rests on.
type hearing struct {
	n        *Node
	o        *opened
	at       label.Instant
	records  []label.Consent
	consents label.Consents // what the records come to
}

// checkMarking holds the banner against the portions, towards this reader.
func (h *hearing) checkMarking() error {
	err := h.o.view.CheckMarking(h.n.table, h.consents)
	if err == nil {
		return nil
	}
	if c, ok := h.unheard(h.o.view.Label.Rel); ok && h.o.view.CheckMarking(h.n.table, c) == nil {
		return nil
	}
	return err
}

// checkTaint holds a portion against one that it cites, towards this reader.
func (h *hearing) checkTaint(p *act.PortionInput, cited *act.Portion) error {
	err := act.CheckTaint(h.n.table, h.consents, p, cited)
	if err == nil {
		return nil
	}
	if c, ok := h.unheard(h.o.view.Label.Rel.Union(p.Label.Rel)); ok && act.CheckTaint(h.n.table, c, p, cited) == nil {
		return nil
	}
	return err
}

// unheard returns the consents with a grant for the others of the given members
// from everybody whose words do not all come here. It is older than every word,
// so that whatever was heard of a member counts before it. This node's own words
// are all here, and for an own report nothing has to be taken on trust.
func (h *hearing) unheard(rel label.MemberSet) (label.Consents, bool) {
	others := rel.Minus(label.Members(h.n.self))
	if h.o.report.Own || others.IsEmpty() {
		return label.Consents{}, false
	}
	records := append([]label.Consent(nil), h.records...)
	seen := map[label.Originator]bool{}
	for i := range h.o.view.Portions {
		for _, by := range needed(&h.o.view.Portions[i].Label) {
			if seen[by] || by.Member() == h.n.self {
				continue
			}
			seen[by] = true
			records = append(records, label.Consent{By: by, Decision: label.Grant, To: others, From: 1})
		}
	}
	c, err := label.NewConsents(h.at, records)
	return c, err == nil
}
