package section

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"entente/internal/store/localdb"
)

// Decisions as package localdb stores them.
type (
	Decision      = localdb.Decision
	DecisionState = localdb.DecisionState
	Subject       = localdb.Subject
	FirstDraft    = localdb.FirstDraft
)

// The states of a decision.
const (
	Prepared  = localdb.Prepared
	Approved  = localdb.Approved
	Leaving   = localdb.Leaving
	Done      = localdb.Done
	Refused   = localdb.Refused
	Withdrawn = localdb.Withdrawn
	Void      = localdb.Void
	Failed    = localdb.Failed
)

// The kinds of decision.
const (
	// DecideRelease lets contents leave the nation: two persons, always.
	DecideRelease uint8 = iota
	// DecideAct lets an act leave that releases nothing (a request, a vote, an
	// acknowledgement). One officer with the release role is enough when the
	// charter's class for a second person is not exceeded, which the node
	// says with Alone.
	DecideAct
	// DecideWithhold lets an act leave that gives nobody anything: a recall, a
	// doubt, an acknowledgement. One officer with the release role is enough,
	// whatever the class (spec/recall.md), and it goes before all else.
	DecideWithhold
)

// Release is what an officer puts up for decision: drafts by their ids, or all
// planned drafts of an import.
type Release struct {
	Kind   uint8
	Alone  bool // one officer is enough; refused with DecideRelease (rule 6)
	Drafts []string
	Batch  string
}

// decisionDigest names what is decided on:
//
//	SHA-256("entente/v1/decision" || 0x00 || kind || alone || u32(subjects)
//	        || for each subject by id: id (16 bytes) || content digest || plan digest)
func decisionDigest(kind uint8, alone bool, subjects int64, each func(func(Subject) error) error) (Digest, error) {
	h := sha256.New()
	h.Write([]byte("entente/v1/decision\x00"))
	b := byte(0)
	if alone {
		b = 1
	}
	h.Write(binary.BigEndian.AppendUint32([]byte{kind, b}, uint32(subjects)))
	err := each(func(x Subject) error {
		id, err := hex.DecodeString(x.Draft)
		if err != nil || len(id) != 16 {
			return fmt.Errorf("section: draft id %q: %w", x.Draft, ErrBounds)
		}
		h.Write(id)
		h.Write(x.Content[:])
		h.Write(x.Plan[:])
		return nil
	})
	return Digest(h.Sum(nil)), err
}

func storedDigest(r localdb.Reader, d Decision) (Digest, error) {
	return decisionDigest(d.Kind, d.Alone, d.Subjects, func(fn func(Subject) error) error {
		return r.Subjects(d.ID, "", MaxSubjects+1, fn)
	})
}

// PrepareRelease puts planned drafts up for release. They stay as they are
// until it is decided; a change of one of them makes the decision void.
func (s *Section) PrepareRelease(ctx context.Context, o Officer, r Release) (Decision, error) {
	switch {
	case r.Kind != DecideRelease && r.Kind != DecideAct && r.Kind != DecideWithhold:
		return Decision{}, refuseBounds("the kind of decision is unknown", "use release, act or withhold")
	case (len(r.Drafts) == 0) == (r.Batch == ""):
		return Decision{}, refuseBounds("a release names drafts, or one import", "give either of them")
	case len(r.Drafts) > MaxImport:
		return Decision{}, refuseBounds(fmt.Sprintf("%d drafts named in one release", len(r.Drafts)), fmt.Sprintf("name at most %d, or an import as a whole", MaxImport))
	}
	d := Decision{ID: newID(), Kind: r.Kind, Alone: r.Alone, State: Prepared, PreparedBy: o.Login, Prepared: s.now()}
	err := s.act(ctx, o, OpReleasePrepare, d.ID, func(tx *localdb.Tx, actor Officer) (string, error) {
		if r.Alone && r.Kind == DecideRelease {
			return "", refuseSecondPerson("a release by one person", "a release always needs a second person", "leave it to an officer with the release role")
		}
		if err := tx.InsertDecision(d); err != nil {
			return "", err
		}
		n, err := addSubjects(tx, d.ID, r)
		if err != nil {
			return "", err
		}
		d.Subjects = n
		if actor.Roles&drafters == 0 {
			// The data-protection officer prepares redress, what is retained by law,
			// and what a review came to (rule 21), and nothing else.
			other, err := tx.CountOtherKinds(d.ID, KindRedress, KindRedressAnswer, KindAcknowledgement)
			if err != nil {
				return "", err
			}
			if other > 0 {
				return "", &Refusal{Code: CodeForbidden, Rule: 6, What: "release.prepare is permitted to you for redress, acknowledgements and what a review came to alone",
					Cure: "ask an officer with one of the roles " + drafters.String(), err: ErrForbidden}
			}
		}
		if d.Digest, err = storedDigest(tx.Reader, d); err != nil {
			return "", err
		}
		return fmt.Sprintf("subjects=%d digest=%x", n, d.Digest), tx.SetDecisionDigest(d.ID, d.Digest, n)
	})
	if err != nil {
		return Decision{}, err
	}
	return d, nil
}

func addSubjects(tx *localdb.Tx, decision string, r Release) (int64, error) {
	if r.Batch != "" {
		n, err := tx.AddBatch(decision, r.Batch)
		switch {
		case err != nil:
			return 0, err
		case n == 0:
			return 0, refuseState("the import has no planned draft that is not up for release yet", "plan its drafts first")
		case n > MaxSubjects:
			return 0, refuseBounds(fmt.Sprintf("%d drafts in one release", n), fmt.Sprintf("release at most %d together", MaxSubjects))
		}
		return n, nil
	}
	for _, id := range r.Drafts {
		if err := tx.AddSubject(decision, id); err != nil {
			if !errors.Is(err, localdb.ErrStale) {
				return 0, err
			}
			if _, missing := tx.DraftMeta(id); missing != nil {
				return 0, refused(missing, "draft")
			}
			return 0, refuseState("a draft is not planned, was released, or is up for release already", "plan it, or decide on the other release first")
		}
	}
	return int64(len(r.Drafts)), nil
}

// ApproveRelease lets the prepared decision go ahead. digest is that of what
// the officer saw: it must be the decision's. The officer must have the
// release role, must not have prepared it, and must not be an author of any
// draft in it (rule 6), unless the decision needs one person alone.
func (s *Section) ApproveRelease(ctx context.Context, o Officer, id string, digest Digest) (Decision, error) {
	var out Decision
	err := s.act(ctx, o, OpReleaseApprove, bounded(id), func(tx *localdb.Tx, actor Officer) (string, error) {
		d, err := tx.Decision(id)
		if err != nil {
			return "", refused(err, "decision")
		}
		if d.State != Prepared {
			return "", refuseDecided(d)
		}
		if !d.Alone {
			author, err := tx.IsAuthor(id, actor.Login)
			if err != nil {
				return "", err
			}
			if author || d.PreparedBy == actor.Login {
				return "", refuseSecondPerson("your own release", "you prepared it, or wrote in it", "ask another officer with the release role")
			}
		}
		if digest != d.Digest {
			return "", refuseChanged("the digest is not that of the decision")
		}
		if err := s.unchanged(tx, d); err != nil {
			return "", err
		}
		now := s.now()
		if err := tx.SetDecision(id, Prepared, Approved, actor.Login, now, ""); err != nil {
			return "", refused(err, "decision")
		}
		out = d
		out.State, out.DecidedBy, out.Decided = Approved, actor.Login, now
		return fmt.Sprintf("subjects=%d digest=%x", d.Subjects, d.Digest), nil
	})
	if err != nil {
		return Decision{}, err
	}
	return out, nil
}

// unchanged says whether every draft still is what the decision is about.
func (s *Section) unchanged(tx *localdb.Tx, d Decision) error {
	n, err := tx.Unchanged(d.ID)
	if err != nil {
		return err
	}
	digest, err := storedDigest(tx.Reader, d)
	if err != nil {
		return err
	}
	if n != d.Subjects || digest != d.Digest {
		return refuseChanged("a draft in it was changed")
	}
	return nil
}

// RefuseRelease sends a prepared decision back; the drafts can be changed and
// put up again.
func (s *Section) RefuseRelease(ctx context.Context, o Officer, id, reason string) error {
	return s.decide(ctx, o, OpReleaseRefuse, id, reason, func(d Decision, _ Officer) (DecisionState, error) {
		if d.State != Prepared {
			return 0, refuseDecided(d)
		}
		return Refused, nil
	})
}

// WithdrawRelease takes a decision back that has not begun to leave: by whoever
// prepared it, or by whoever approved it.
func (s *Section) WithdrawRelease(ctx context.Context, o Officer, id, reason string) error {
	return s.decide(ctx, o, OpReleaseWithdraw, id, reason, func(d Decision, actor Officer) (DecisionState, error) {
		switch {
		case d.State != Prepared && d.State != Approved:
			return 0, refuseDecided(d)
		case actor.Login != d.PreparedBy && actor.Login != d.DecidedBy:
			return 0, &Refusal{Code: CodeForbidden, Rule: 6, What: "the decision is not yours to withdraw",
				Cure: "ask who prepared or approved it, or change the draft, which makes it void", err: ErrForbidden}
		}
		return Withdrawn, nil
	})
}

// decide moves a decision to the final state that judge names.
func (s *Section) decide(ctx context.Context, o Officer, op Op, id, reason string, judge func(Decision, Officer) (DecisionState, error)) error {
	if err := checkText("reason", reason, maxReason); err != nil {
		return err
	}
	return s.act(ctx, o, op, bounded(id), func(tx *localdb.Tx, actor Officer) (string, error) {
		d, err := tx.Decision(id)
		if err != nil {
			return "", refused(err, "decision")
		}
		to, err := judge(d, actor)
		if err != nil {
			return "", err
		}
		// The reason is kept with the decision; it may speak of contents, so
		// it does not go into the audit log.
		return "", refused(tx.SetDecision(id, d.State, to, actor.Login, s.now(), reason), "decision")
	})
}

// Decision returns a decision.
func (s *Section) Decision(ctx context.Context, o Officer, id string) (Decision, error) {
	if err := s.Authorise(ctx, o, OpReleaseRead, id); err != nil {
		return Decision{}, err
	}
	d, err := s.db.Read(ctx).Decision(id)
	return d, refused(err, "decision")
}

// Decisions returns a page of the decisions in one state, the oldest first,
// behind the one prepared at after with id afterID.
func (s *Section) Decisions(ctx context.Context, o Officer, state DecisionState, after time.Time, afterID string, limit int) ([]Decision, error) {
	if err := s.Authorise(ctx, o, OpReleaseRead, ""); err != nil {
		return nil, err
	}
	return s.db.Read(ctx).Decisions(state, after, afterID, pageLimit(limit))
}

// FirstDrafts returns the first draft of each of these decisions, by its kind and
// the beginning of its content, but of those that this officer may not read.
func (s *Section) FirstDrafts(ctx context.Context, o Officer, decisions []string) (map[string]FirstDraft, error) {
	if err := s.Authorise(ctx, o, OpReleaseRead, ""); err != nil {
		return nil, err
	}
	first, err := s.db.Read(ctx).FirstDrafts(decisions, s.hideAt(o))
	for id, f := range first {
		if opSave(f.Kind) == OpRedress && Authorise(o, OpRedressRead) != nil {
			first[id] = FirstDraft{Kind: f.Kind}
		}
	}
	return first, err
}

// CountFailed counts the failed releases that wait for somebody: a draft that did
// not leave stands as it was put up, and nobody has changed it, given it up or put
// it up again.
func (s *Section) CountFailed(ctx context.Context) (int, error) {
	return s.db.Read(ctx).CountFailed()
}

// Subjects returns a page of what a decision is about, by draft id, behind the
// id after.
func (s *Section) Subjects(ctx context.Context, o Officer, id, after string, limit int) ([]Subject, error) {
	if err := s.Authorise(ctx, o, OpReleaseRead, id); err != nil {
		return nil, err
	}
	var out []Subject
	err := s.db.Read(ctx).Subjects(id, after, pageLimit(limit), func(x Subject) error {
		out = append(out, x)
		return nil
	})
	return out, err
}

func refuseSecondPerson(what, why, cure string) *Refusal {
	return &Refusal{Code: CodeSecondPerson, Rule: 6, What: what + " is refused", Why: why, Cure: cure, err: ErrSecondPerson}
}

func refuseChanged(why string) *Refusal {
	return &Refusal{Code: CodeChanged, Rule: 6, What: "what you saw is not what would leave", Why: why, Cure: "load the decision again and read it", err: ErrChanged}
}

func refuseDecided(d Decision) *Refusal {
	return refuseState("the decision is "+stateName(d.State), "load it again")
}

var stateNames = [...]string{"prepared", "approved", "leaving", "done", "refused", "withdrawn", "void", "failed"}

func stateName(s DecisionState) string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return "in an unknown state"
}
