package section

import (
	"context"
	"errors"
	"fmt"
	"time"

	"entente/internal/store/localdb"
)

// What follows an approval is done by the node, by the authority of the officer
// who approved, whose name stands in the audit rows:
//
//	BeginRelease       the decision cannot be taken back or voided any more
//	LeavingDrafts      what is to be sealed, in pages, digests checked
//	CompleteRelease    these left, as these envelopes; may be said again
//	FailRelease        the rest will never leave
//
// A node that was interrupted finds its work with DecisionsIn(Leaving).

// BeginRelease starts the release of an approved decision; one that is leaving
// already is returned again. It fails, and makes the decision void, when a
// draft in it changed behind the section's back (ErrChanged) or when the
// approver may no longer approve (ErrForbidden).
func (s *Section) BeginRelease(ctx context.Context, id string) (Decision, error) {
	out, err := s.begin(ctx, id)
	if !errors.Is(err, ErrChanged) && !errors.Is(err, ErrForbidden) {
		return out, err
	}
	reason := err.Error()
	voided := s.db.Update(ctx, func(tx *localdb.Tx) error {
		d, err := tx.Decision(id)
		if err != nil || d.State != Approved {
			return err
		}
		return s.void(tx, "", d, reason)
	})
	if voided != nil {
		err = errors.Join(err, voided)
	}
	return Decision{}, err
}

func (s *Section) begin(ctx context.Context, id string) (Decision, error) {
	var out Decision
	err := s.db.Update(ctx, func(tx *localdb.Tx) error {
		d, err := tx.Decision(id)
		if err != nil {
			return refused(err, "decision")
		}
		if d.State == Leaving {
			out = d
			return nil // begun before, and interrupted
		}
		if d.State != Approved {
			return refuseDecided(d)
		}
		approver, err := tx.Officer(d.DecidedBy)
		if err != nil {
			return refused(err, "officer")
		}
		if err := Authorise(s.officer(approver, ""), OpReleaseApprove); err != nil {
			return err
		}
		if err := s.unchanged(tx, d); err != nil {
			return err
		}
		if err := tx.SetDecision(id, Approved, Leaving, d.DecidedBy, d.Decided, d.Reason); err != nil {
			return refused(err, "decision")
		}
		out = d
		out.State = Leaving
		return s.record(tx, d.DecidedBy, OpReleaseRecord, id, OutcomeDone, "leaving")
	})
	if err != nil {
		return Decision{}, err
	}
	return out, nil
}

// DecisionsIn returns a page of decisions in one state for the node, the oldest
// first.
func (s *Section) DecisionsIn(ctx context.Context, state DecisionState, after time.Time, afterID string, limit int) ([]Decision, error) {
	return s.db.Read(ctx).Decisions(state, after, afterID, pageLimit(limit))
}

// LeavingDrafts returns up to limit drafts of a leaving decision that have not
// left yet, by id, behind the id after, with contents and attachments. It fails
// with ErrChanged when a content is not what its digest says.
func (s *Section) LeavingDrafts(ctx context.Context, id, after string, limit int) ([]Draft, error) {
	r := s.db.Read(ctx)
	d, err := r.Decision(id)
	if err != nil {
		return nil, refused(err, "decision")
	}
	if d.State != Leaving {
		return nil, refuseDecided(d)
	}
	list, err := r.DecisionDrafts(id, after, pageLimit(limit))
	if err != nil {
		return nil, err
	}
	for i := range list {
		if list[i].AttachmentCount > 0 {
			if list[i].Attachments, err = r.Attachments(list[i].ID); err != nil {
				return nil, err
			}
		}
		if err := intact(list[i]); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// DecidedBy says for the node who let a decision go.
func (s *Section) DecidedBy(ctx context.Context, id string) (login string, err error) {
	d, err := s.db.Read(ctx).Decision(id)
	return d.DecidedBy, refused(err, "decision")
}

// Leaves says for the node whether a decision was let go and has not been
// carried out to its end.
func (s *Section) Leaves(ctx context.Context, id string) (bool, error) {
	d, err := s.db.Read(ctx).Decision(id)
	return d.State == Approved || d.State == Leaving, refused(err, "decision")
}

// EnvelopesOf says for the node as which envelopes a draft left; empty when it
// has not.
func (s *Section) EnvelopesOf(ctx context.Context, draft string) ([]Position, error) {
	return s.db.Read(ctx).Positions(draft)
}

// DraftsOf returns for the node those of the drafts, at most 500, that are
// there, with contents, by id.
func (s *Section) DraftsOf(ctx context.Context, ids []string) ([]Draft, error) {
	return s.db.Read(ctx).DraftsOf(ids)
}

// maxWaitingActs bounds how many acts that wait are looked through, the oldest.
const maxWaitingActs = 2000

// WaitingActs returns for the node the drafts beside reports whose decisions are in
// any of some states and that have not left, with contents, the oldest decision
// first, at most 2000.
func (s *Section) WaitingActs(ctx context.Context, states ...DecisionState) ([]Draft, error) {
	return s.db.Read(ctx).WaitingActs(DecideRelease, states, maxWaitingActs)
}

// SourceOf returns for the node the import that a draft came with.
func (s *Section) SourceOf(ctx context.Context, batch string) (Batch, error) {
	b, err := s.db.Read(ctx).Batch(batch)
	return b, refused(err, "import")
}

// SubjectDrafts returns for the node a page of a decision's drafts, those that
// have left too, by id, behind the id after, with contents.
func (s *Section) SubjectDrafts(ctx context.Context, id, after string, limit int) ([]Draft, error) {
	return s.db.Read(ctx).SubjectDrafts(id, after, pageLimit(limit))
}

// MaxEnvelopes is as how many envelopes one draft leaves at most: as one for each
// act, filled up to a multiple of the other members.
const MaxEnvelopes = 1024

// Left says as which envelopes a draft left.
type Left struct {
	Draft     string
	Positions []Position // at least one, at most MaxEnvelopes
}

// CompleteRelease records that drafts of a leaving decision left, up to 1000 in
// a call; what was recorded before is passed over. When all have left the
// decision is done, which is returned.
func (s *Section) CompleteRelease(ctx context.Context, id string, left ...Left) (done bool, err error) {
	if len(left) == 0 || len(left) > MaxImport {
		return false, refuseBounds(fmt.Sprintf("%d drafts in one call", len(left)), fmt.Sprintf("give 1 to %d", MaxImport))
	}
	for _, l := range left {
		if len(l.Positions) < 1 || len(l.Positions) > MaxEnvelopes {
			return false, refuseBounds(fmt.Sprintf("a released draft has 1 to %d envelopes", MaxEnvelopes), "give their positions")
		}
	}
	err = s.db.Update(ctx, func(tx *localdb.Tx) error {
		d, err := tx.Decision(id)
		if err != nil {
			return refused(err, "decision")
		}
		if d.State == Done {
			done = true
			return nil
		}
		if d.State != Leaving {
			return refuseDecided(d)
		}
		now := s.now()
		var n int64
		for _, l := range left {
			fresh, err := tx.ReleaseDraft(id, l.Draft, l.Positions, now)
			if err != nil {
				return refused(err, "draft")
			}
			if fresh {
				n++
			}
		}
		if n == 0 {
			return nil
		}
		if err := tx.AddReleased(id, n); err != nil {
			return err
		}
		if done = d.Released+n == d.Subjects; done {
			if err := tx.SetDecision(id, Leaving, Done, d.DecidedBy, d.Decided, d.Reason); err != nil {
				return refused(err, "decision")
			}
		}
		return s.record(tx, d.DecidedBy, OpReleaseRecord, id, OutcomeDone, fmt.Sprintf("left=%d of=%d", d.Released+n, d.Subjects))
	})
	return done && err == nil, err
}

// FailRelease gives up what of a leaving decision has not left. The node calls
// it only when it is certain that no envelope of the rest went out.
func (s *Section) FailRelease(ctx context.Context, id, reason string) error {
	if err := checkText("reason", reason, maxReason); err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx *localdb.Tx) error {
		d, err := tx.Decision(id)
		if err != nil {
			return refused(err, "decision")
		}
		if d.State != Leaving {
			return refuseDecided(d)
		}
		if err := tx.SetDecision(id, Leaving, Failed, d.DecidedBy, d.Decided, reason); err != nil {
			return refused(err, "decision")
		}
		return s.record(tx, d.DecidedBy, OpReleaseRecord, id, OutcomeFailed, fmt.Sprintf("left=%d of=%d", d.Released, d.Subjects))
	})
}

// voidOf makes the open decision void that the draft is part of; one that is
// leaving cannot be.
func (s *Section) voidOf(tx *localdb.Tx, by string, draft Draft) error {
	if draft.Decision == "" {
		return nil
	}
	d, err := tx.Decision(draft.Decision)
	if err != nil {
		return err
	}
	if d.State == Leaving {
		return refuseState("the draft is leaving", "wait until it has left, then issue a correction or a recall")
	}
	return s.void(tx, by, d, "a draft in it was changed")
}

// voidApprovals makes void what the officer approved and what has not begun to
// leave.
func (s *Section) voidApprovals(tx *localdb.Tx, by, login string) error {
	ids, err := tx.ApprovedBy(login)
	if err != nil {
		return err
	}
	for _, id := range ids {
		d, err := tx.Decision(id)
		if err != nil {
			return err
		}
		if err := s.void(tx, by, d, "its approver may no longer approve"); err != nil {
			return err
		}
	}
	return nil
}

func (s *Section) void(tx *localdb.Tx, by string, d Decision, reason string) error {
	if err := tx.SetDecision(d.ID, d.State, Void, d.DecidedBy, d.Decided, reason); err != nil {
		return err
	}
	return s.record(tx, by, opReleaseVoid, d.ID, OutcomeDone, "was="+stateName(d.State))
}
