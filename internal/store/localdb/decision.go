package localdb

import (
	"slices"
	"strings"
	"time"
)

// DecisionState is where a decision on a release stands.
type DecisionState uint8

// The states of a decision. Prepared and Approved are open; Leaving cannot be
// taken back; the others are final.
const (
	Prepared  DecisionState = iota
	Approved                // by a second person; nothing has left yet
	Leaving                 // the node seals and sends
	Done                    // everything in it has left
	Refused                 // by the releasing officer
	Withdrawn               // by whoever prepared it
	Void                    // what was decided on changed, or who decided may no longer
	Failed                  // the node could not send the rest
)

// Decision is a row of the decisions' table.
type Decision struct {
	ID         string
	Kind       uint8
	Alone      bool // one officer is enough
	State      DecisionState
	Digest     Digest
	Subjects   int64
	Released   int64
	PreparedBy string
	Prepared   time.Time
	DecidedBy  string // empty until somebody decided
	Decided    time.Time
	Reason     string
}

// Subject is one draft in a decision, as it was when the decision was
// prepared.
type Subject struct {
	Draft         string
	Content, Plan Digest
	Released      bool
}

const (
	decisionColumns = `id, kind, alone, state, digest, subjects, released, prepared_by, prepared, decided_by, decided, reason`

	sqlDraftReleased   = `UPDATE drafts SET state = 2, decision = NULL, modified = ? WHERE id = ? AND decision = ?`
	sqlSubjectReleased = `UPDATE decision_drafts SET released = 1 WHERE decision = ? AND draft = ? AND released = 0`
	sqlEnvelopeInsert  = `INSERT INTO draft_envelopes (draft, incarnation, sequence) VALUES (?, ?, ?) ON CONFLICT (draft, incarnation, sequence) DO NOTHING`
)

var sqlFirstDrafts = `SELECT s.decision, d.kind, ` + draftHead + ` FROM decision_drafts s JOIN drafts d ON d.id = s.draft
	WHERE s.decision IN ` + values(1, many) + ` AND s.draft = (SELECT min(m.draft) FROM decision_drafts m WHERE m.decision = s.decision) AND (d.review <= 0 OR d.review > ?)`

type decisionScan struct {
	d                                     Decision
	kind, alone, state, prepared, decided int64
	digest                                []byte
}

func (s *decisionScan) dest() []any {
	return []any{&s.d.ID, &s.kind, &s.alone, &s.state, &s.digest, &s.d.Subjects, &s.d.Released, &s.d.PreparedBy, &s.prepared, &s.d.DecidedBy, &s.decided, &s.d.Reason}
}

func (s *decisionScan) decision() Decision {
	d := s.d
	d.Kind, d.Alone, d.State = uint8(s.kind), s.alone != 0, DecisionState(s.state)
	copy(d.Digest[:], s.digest)
	d.Prepared, d.Decided = fromMillis(s.prepared), fromMillis(s.decided)
	return d
}

// Decision returns the decision, or ErrNotFound.
func (r Reader) Decision(id string) (Decision, error) {
	var s decisionScan
	if err := r.row(`SELECT `+decisionColumns+` FROM decisions WHERE id = ?`, []any{id}, s.dest()...); err != nil {
		return Decision{}, err
	}
	return s.decision(), nil
}

// Decisions returns up to limit decisions in one state, the oldest first,
// behind the one prepared at after with id afterID.
func (r Reader) Decisions(state DecisionState, after time.Time, afterID string, limit int) ([]Decision, error) {
	var out []Decision
	err := r.each(func(scan func(...any) error) error {
		var s decisionScan
		if err := scan(s.dest()...); err != nil {
			return err
		}
		out = append(out, s.decision())
		return nil
	}, `SELECT `+decisionColumns+` FROM decisions WHERE state = ? AND (prepared, id) > (?, ?) ORDER BY prepared, id LIMIT ?`,
		int(state), millis(after), afterID, limit)
	return out, err
}

// Subjects calls fn for each draft of a decision by id, behind the id after,
// up to limit of them.
func (r Reader) Subjects(decision, after string, limit int, fn func(Subject) error) error {
	return r.each(func(scan func(...any) error) error {
		var s Subject
		var content, plan []byte
		var released int64
		if err := scan(&s.Draft, &content, &plan, &released); err != nil {
			return err
		}
		copy(s.Content[:], content)
		copy(s.Plan[:], plan)
		s.Released = released != 0
		return fn(s)
	}, `SELECT draft, digest, plan, released FROM decision_drafts WHERE decision = ? AND draft > ? ORDER BY draft LIMIT ?`, decision, after, limit)
}

// FirstDraft is the first draft of a decision, by id: its kind, and the beginning
// of its content.
type FirstDraft struct {
	Kind string
	Head []byte
}

// FirstDrafts returns the first draft of each of these decisions, but of those
// whose review was due at or before a log time, Unix seconds; 0 leaves out nothing.
func (r Reader) FirstDrafts(decisions []string, hideAt int64) (map[string]FirstDraft, error) {
	out := map[string]FirstDraft{}
	for ids := range slices.Chunk(decisions, many) {
		args := make([]any, many, many+1)
		for i := range args {
			args[i] = ""
			if i < len(ids) {
				args[i] = ids[i]
			}
		}
		if err := r.each(func(scan func(...any) error) error {
			var id string
			var f FirstDraft
			if err := scan(&id, &f.Kind, &f.Head); err != nil {
				return err
			}
			out[id] = f
			return nil
		}, sqlFirstDrafts, append(args, hideAt)...); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// CountFailed counts the failed decisions that wait for somebody: a draft that
// did not leave stands as it was put up, and nobody has changed it, given it up or
// put it up again.
func (r Reader) CountFailed() (int, error) {
	var n int
	err := r.row(`SELECT count(*) FROM decisions f WHERE f.state = 7 AND EXISTS
		(SELECT 1 FROM decision_drafts s JOIN drafts d ON d.id = s.draft
		WHERE s.decision = f.id AND s.released = 0 AND d.state < 2 AND d.decision IS NULL AND d.erased = 0 AND d.digest = s.digest AND NOT EXISTS
		(SELECT 1 FROM decision_drafts l JOIN decisions o ON o.id = l.decision WHERE l.draft = s.draft AND o.id <> f.id AND o.prepared >= f.prepared))`, nil, &n)
	return n, err
}

// IsAuthor says whether the officer wrote any version of any draft in the
// decision.
func (r Reader) IsAuthor(decision, login string) (bool, error) {
	var n int
	err := r.row(`SELECT count(*) FROM decision_drafts s WHERE s.decision = ? AND EXISTS
		(SELECT 1 FROM draft_versions v WHERE v.draft = s.draft AND v.login = ?)`, []any{decision, login}, &n)
	return n > 0, err
}

// Unchanged counts the subjects of a decision whose draft still is what it was
// when the decision was prepared: planned, of the same content and plan, and
// part of this decision.
func (r Reader) Unchanged(decision string) (int64, error) {
	var n int64
	err := r.row(`SELECT count(*) FROM decision_drafts s JOIN drafts d ON d.id = s.draft
		WHERE s.decision = ? AND d.decision = s.decision AND d.state = 1 AND d.erased = 0 AND d.digest = s.digest AND d.plan = s.plan`, []any{decision}, &n)
	return n, err
}

// InsertDecision adds a decision, whose digest and subjects are set later.
func (tx *Tx) InsertDecision(d Decision) error {
	_, err := tx.run(`INSERT INTO decisions (`+decisionColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		d.ID, int(d.Kind), bit(d.Alone), int(d.State), d.Digest[:], d.Subjects, d.Released, d.PreparedBy, millis(d.Prepared), d.DecidedBy, millis(d.Decided), d.Reason)
	return err
}

// AddSubject makes a planned draft that is in no open decision part of this
// one; ErrStale when it is not such a draft.
func (tx *Tx) AddSubject(decision, draft string) error {
	if err := tx.change(ErrStale, `UPDATE drafts SET decision = ? WHERE id = ? AND state = 1 AND decision IS NULL AND erased = 0`, decision, draft); err != nil {
		return err
	}
	_, err := tx.run(`INSERT INTO decision_drafts (decision, draft, digest, plan, released)
		SELECT decision, id, digest, plan, 0 FROM drafts WHERE id = ?`, draft)
	return err
}

// AddBatch makes every planned draft of an import that is in no open decision
// part of this one, and returns how many.
func (tx *Tx) AddBatch(decision, batch string) (int64, error) {
	if _, err := tx.run(`UPDATE drafts SET decision = ? WHERE batch = ? AND state = 1 AND decision IS NULL AND erased = 0`, decision, batch); err != nil {
		return 0, err
	}
	return tx.run(`INSERT INTO decision_drafts (decision, draft, digest, plan, released)
		SELECT decision, id, digest, plan, 0 FROM drafts WHERE decision = ?`, decision)
}

// SetDecisionDigest stores what a new decision is about.
func (tx *Tx) SetDecisionDigest(id string, digest Digest, subjects int64) error {
	return tx.change(ErrNotFound, `UPDATE decisions SET digest = ?, subjects = ? WHERE id = ?`, digest[:], subjects, id)
}

// SetDecision moves a decision from one state to another; ErrStale when it is
// not in the first. A decision that is final lets go of its drafts that have
// not left.
func (tx *Tx) SetDecision(id string, from, to DecisionState, by string, at time.Time, reason string) error {
	if err := tx.change(ErrStale, `UPDATE decisions SET state = ?, decided_by = ?, decided = ?, reason = ? WHERE id = ? AND state = ?`,
		int(to), by, millis(at), reason, id, int(from)); err != nil {
		return err
	}
	if to < Done {
		return nil
	}
	_, err := tx.run(`UPDATE drafts SET decision = NULL WHERE decision = ?`, id)
	return err
}

// ApprovedBy returns the decisions that an officer approved and that have not
// begun to leave.
func (r Reader) ApprovedBy(login string) ([]string, error) {
	var out []string
	err := r.each(func(scan func(...any) error) error {
		var id string
		if err := scan(&id); err != nil {
			return err
		}
		out = append(out, id)
		return nil
	}, `SELECT id FROM decisions WHERE decided_by = ? AND state = 1 ORDER BY id`, login)
	return out, err
}

// ReleaseDraft records as which envelopes a draft of a decision left. It
// returns false when that was recorded before.
func (tx *Tx) ReleaseDraft(decision, draft string, positions []Position, at time.Time) (bool, error) {
	n, err := tx.run(sqlSubjectReleased, decision, draft)
	if err != nil || n == 0 {
		return false, err
	}
	if err := tx.change(ErrStale, sqlDraftReleased, millis(at), draft, decision); err != nil {
		return false, err
	}
	for _, p := range positions {
		if _, err := tx.run(sqlEnvelopeInsert, draft, int64(p.Incarnation), int64(p.Sequence)); err != nil {
			return false, err
		}
	}
	return true, nil
}

// AddReleased counts n more drafts of a decision as released.
func (tx *Tx) AddReleased(decision string, n int64) error {
	return tx.change(ErrNotFound, `UPDATE decisions SET released = released + ? WHERE id = ?`, n, decision)
}

// CountOtherKinds is how many of a decision's drafts are of none of the kinds,
// and not what a review came to.
func (r Reader) CountOtherKinds(decision string, kinds ...string) (int64, error) {
	var n int64
	args := []any{decision}
	for _, k := range kinds {
		args = append(args, k)
	}
	err := r.row(`SELECT count(*) FROM decision_drafts s JOIN drafts d ON d.id = s.draft WHERE s.decision = ? AND d.of_review = 0`+strings.Repeat(` AND d.kind <> ?`, len(kinds)), args, &n)
	return n, err
}
