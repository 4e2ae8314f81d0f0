package section

import (
	"context"
	"fmt"

	"entente/internal/store/localdb"
)

// Withheld is one act of an officer that gives nobody anything: its content, and
// the digest of what would leave, as the node computed it.
type Withheld struct {
	Content Content
	Plan    Digest
}

// Withhold lets acts go that give nobody anything, at once and by one officer:
// op is OpRecall or OpAcknowledge, which the officer must be permitted, with the
// release role (rule 6; spec/recall.md). What was written, that it was let go,
// and by whom is stored as for any other release, in one transaction. It returns
// the approved decision and the ids of its drafts.
func (s *Section) Withhold(ctx context.Context, o Officer, op Op, acts ...Withheld) (Decision, []string, error) {
	if op != OpRecall && op != OpAcknowledge {
		return Decision{}, nil, refuseBounds(string(op)+" withholds nothing", "put it up for release")
	}
	if len(acts) == 0 || len(acts) > MaxImport {
		return Decision{}, nil, refuseBounds(fmt.Sprintf("%d acts at once", len(acts)), fmt.Sprintf("give 1 to %d", MaxImport))
	}
	now := s.now()
	d := Decision{ID: newID(), Kind: DecideWithhold, Alone: true, State: Prepared, PreparedBy: o.Login, Prepared: now}
	var drafts []Draft
	var ids []string
	for i := range acts {
		c := &acts[i].Content
		if err := c.check(); err != nil {
			return Decision{}, nil, err
		}
		x := Draft{ID: newID(), Kind: c.Kind, Version: 1, Content: c.Bytes, Digest: ContentDigest(*c), Created: now, Modified: now}
		drafts, ids = append(drafts, x), append(ids, x.ID)
	}
	err := s.act(ctx, o, op, d.ID, func(tx *localdb.Tx, actor Officer) (string, error) {
		if err := Authorise(actor, OpReleaseApprove); err != nil {
			return "", err
		}
		if err := tx.InsertDrafts(actor.Login, drafts); err != nil {
			return "", err
		}
		for i := range drafts {
			if err := tx.PlanDraft(drafts[i].ID, drafts[i].Digest, acts[i].Plan, now); err != nil {
				return "", refused(err, "draft")
			}
		}
		if err := tx.InsertDecision(d); err != nil {
			return "", err
		}
		n, err := addSubjects(tx, d.ID, Release{Drafts: ids})
		if err != nil {
			return "", err
		}
		d.Subjects = n
		if d.Digest, err = storedDigest(tx.Reader, d); err != nil {
			return "", err
		}
		if err := tx.SetDecisionDigest(d.ID, d.Digest, n); err != nil {
			return "", err
		}
		if err := tx.SetDecision(d.ID, Prepared, Approved, actor.Login, now, ""); err != nil {
			return "", refused(err, "decision")
		}
		d.State, d.DecidedBy, d.Decided = Approved, actor.Login, now
		return fmt.Sprintf("subjects=%d digest=%x", n, d.Digest), nil
	})
	if err != nil {
		return Decision{}, nil, err
	}
	return d, ids, nil
}
