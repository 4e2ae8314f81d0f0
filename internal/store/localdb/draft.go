package localdb

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"time"
)

// Digest is a SHA-256.
type Digest = [sha256.Size]byte

// DraftState is where a draft stands.
type DraftState uint8

// The states of a draft. A planned draft has the digest of a release plan; a
// change makes it a plain draft again.
const (
	Drafted DraftState = iota
	Planned
	Released
	Discarded // given up before it left; its content is erased
)

// Draft is a row of the drafts' table. Content is what the node put there; it
// is empty in lists and after erasure.
type Draft struct {
	ID, Kind string
	State    DraftState
	Version  int64 // from 1
	Content  []byte
	// Head is the beginning of the content, in lists alone.
	Head              []byte
	Digest            Digest // of kind, content and attachments, computed by the caller
	Plan              *Digest
	Decision          string // the open decision that it is part of, or empty
	Batch             string // the import it came with, or empty
	AttachmentCount   int
	Attachments       []Attachment // filled by Reader.Draft alone
	Created, Modified time.Time
	Erased            time.Time // zero unless its content was destroyed
	// Review is by when its personal data are to be reviewed, Unix seconds of log
	// time; 0 when it has none, -1 until that was looked at.
	Review int64
}

// ETag names the draft's present version: another version, or another
// content, has another.
func (d Draft) ETag() string { return fmt.Sprintf("%d-%x", d.Version, d.Digest[:8]) }

// Attachment refers to bytes kept elsewhere.
type Attachment struct {
	Digest      Digest
	Size        int64
	Media, Name string
}

// Version says who wrote a version of a draft.
type Version struct {
	Version int64
	Login   string
	Digest  Digest
	At      time.Time
}

// Position is the place of an envelope in its originator's own chain.
type Position struct {
	Incarnation uint32
	Sequence    uint64
}

const (
	draftMeta = `d.id, d.kind, d.state, d.version, d.digest, d.plan, coalesce(d.decision, ''), coalesce(d.batch, ''), d.attachments, d.created, d.modified, d.erased, d.review`

	// draftHead is the beginning of a content, in which its title stands.
	draftHead = `substr(d.content, 1, 4096)`

	sqlDraft     = `SELECT ` + draftMeta + `, d.content FROM drafts d WHERE d.id = ?`
	sqlDraftMeta = `SELECT ` + draftMeta + `, '' FROM drafts d WHERE d.id = ?`

	draftInsert          = `INSERT INTO drafts (id, kind, state, version, content, digest, plan, decision, batch, attachments, created, modified, erased) VALUES `
	versionInsert        = `INSERT INTO draft_versions (draft, version, login, digest, at) VALUES `
	sqlVersionInsert     = versionInsert + `(?, ?, ?, ?, ?)`
	sqlDraftUpdate       = `UPDATE drafts SET kind = ?, state = 0, version = version + 1, review = -1, of_review = 0, content = ?, digest = ?, plan = NULL, attachments = ?, modified = ? WHERE id = ? AND version = ? AND state < 2 AND decision IS NULL`
	sqlDraftPlan         = `UPDATE drafts SET state = 1, plan = ?, modified = ? WHERE id = ? AND digest = ? AND state < 2 AND decision IS NULL`
	sqlAttachmentsDelete = `DELETE FROM draft_attachments WHERE draft = ?`
)

// many is how many rows one statement of a bulk insert takes.
const many = 64

var (
	sqlDraftInsert       = draftInsert + values(1, 13)
	sqlDraftInsertMany   = draftInsert + values(many, 13)
	sqlVersionInsertMany = versionInsert + values(many, 5)
)

type draftScan struct {
	d                         Draft
	state                     int64
	digest, plan              []byte
	created, modified, erased int64
}

func (s *draftScan) dest() []any {
	return []any{&s.d.ID, &s.d.Kind, &s.state, &s.d.Version, &s.digest, &s.plan, &s.d.Decision, &s.d.Batch,
		&s.d.AttachmentCount, &s.created, &s.modified, &s.erased, &s.d.Review, &s.d.Content}
}

func (s *draftScan) draft() Draft {
	d := s.d
	d.State = DraftState(s.state)
	copy(d.Digest[:], s.digest)
	if len(s.plan) == sha256.Size {
		plan := Digest(s.plan)
		d.Plan = &plan
	}
	d.Created, d.Modified, d.Erased = fromMillis(s.created), fromMillis(s.modified), fromMillis(s.erased)
	return d
}

// Draft returns the draft with its content and attachments, or ErrNotFound.
func (r Reader) Draft(id string) (Draft, error) {
	d, err := r.draft(sqlDraft, id)
	if err == nil && d.AttachmentCount > 0 {
		d.Attachments, err = r.Attachments(id)
	}
	return d, err
}

// DraftMeta returns the draft without its content, or ErrNotFound.
func (r Reader) DraftMeta(id string) (Draft, error) { return r.draft(sqlDraftMeta, id) }

func (r Reader) draft(query, id string) (Draft, error) {
	var s draftScan
	if err := r.row(query, []any{id}, s.dest()...); err != nil {
		return Draft{}, err
	}
	return s.draft(), nil
}

// DraftQuery selects drafts without their contents, the one modified last
// first. A page goes on where BeforeModified and BeforeID name the last row of
// the page before.
type DraftQuery struct {
	State          *DraftState // all states when nil
	BeforeModified time.Time
	BeforeID       string
	Limit          int
	// HideAt leaves out drafts whose review was due at or before this log time,
	// Unix seconds; 0 leaves out nothing.
	HideAt int64
}

// Drafts returns up to q.Limit drafts.
func (r Reader) Drafts(q DraftQuery) ([]Draft, error) {
	before := int64(1<<63 - 1)
	if !q.BeforeModified.IsZero() {
		before = millis(q.BeforeModified)
	}
	states := []DraftState{Drafted, Planned, Released}
	if q.State != nil {
		states = []DraftState{*q.State}
	}
	// One ordered walk of the index per state, merged: no sort over all rows.
	var out []Draft
	for _, st := range states {
		page, err := r.draftList(`SELECT `+draftMeta+`, `+draftHead+` FROM drafts d
			WHERE d.state = ? AND (d.modified, d.id) < (?, ?) AND (d.review <= 0 OR d.review > ?) ORDER BY d.modified DESC, d.id DESC LIMIT ?`,
			int(st), before, q.BeforeID, q.HideAt, q.Limit)
		if err != nil {
			return nil, err
		}
		for i := range page {
			page[i].Head, page[i].Content = page[i].Content, nil
		}
		out = mergeDrafts(out, page, q.Limit)
	}
	return out, nil
}

// mergeDrafts merges two lists that are ordered by falling (modified, id) and
// keeps the first limit rows.
func mergeDrafts(a, b []Draft, limit int) []Draft {
	later := func(x, y Draft) bool {
		if !x.Modified.Equal(y.Modified) {
			return x.Modified.After(y.Modified)
		}
		return x.ID > y.ID
	}
	out := make([]Draft, 0, min(limit, len(a)+len(b)))
	for len(out) < limit && (len(a) > 0 || len(b) > 0) {
		if len(b) == 0 || len(a) > 0 && later(a[0], b[0]) {
			out, a = append(out, a[0]), a[1:]
		} else {
			out, b = append(out, b[0]), b[1:]
		}
	}
	return out
}

// BatchDrafts returns up to limit drafts of an import by id, with contents,
// behind the id after, but those whose review was due at or before hideAt, by log
// time, Unix seconds; 0 leaves out none.
func (r Reader) BatchDrafts(batch, after string, hideAt int64, limit int) ([]Draft, error) {
	return r.draftList(`SELECT `+draftMeta+`, d.content FROM drafts d WHERE d.batch = ? AND d.id > ? AND (d.review <= 0 OR d.review > ?) ORDER BY d.id LIMIT ?`, batch, after, hideAt, limit)
}

// DecisionDrafts returns up to limit of a decision's drafts that have not left
// yet by id, with contents, behind the id after.
func (r Reader) DecisionDrafts(decision, after string, limit int) ([]Draft, error) {
	return r.draftList(`SELECT `+draftMeta+`, d.content FROM decision_drafts s JOIN drafts d ON d.id = s.draft
		WHERE s.decision = ? AND s.draft > ? AND s.released = 0 ORDER BY s.draft LIMIT ?`, decision, after, limit)
}

// SubjectDrafts returns up to limit of a decision's drafts, left or not, by id,
// with contents, behind the id after.
func (r Reader) SubjectDrafts(decision, after string, limit int) ([]Draft, error) {
	return r.draftList(`SELECT `+draftMeta+`, d.content FROM decision_drafts s JOIN drafts d ON d.id = s.draft
		WHERE s.decision = ? AND s.draft > ? ORDER BY s.draft LIMIT ?`, decision, after, limit)
}

func (r Reader) draftList(query string, args ...any) ([]Draft, error) {
	var out []Draft
	err := r.each(func(scan func(...any) error) error {
		var s draftScan
		if err := scan(s.dest()...); err != nil {
			return err
		}
		out = append(out, s.draft())
		return nil
	}, query, args...)
	return out, err
}

// Versions returns who wrote each version, the first one first.
func (r Reader) Versions(draft string) ([]Version, error) {
	var out []Version
	err := r.each(func(scan func(...any) error) error {
		var v Version
		var digest []byte
		var at int64
		if err := scan(&v.Version, &v.Login, &digest, &at); err != nil {
			return err
		}
		copy(v.Digest[:], digest)
		v.At = fromMillis(at)
		out = append(out, v)
		return nil
	}, `SELECT version, login, digest, at FROM draft_versions WHERE draft = ? ORDER BY version`, draft)
	return out, err
}

// Attachments returns a draft's attachments in their order.
func (r Reader) Attachments(draft string) ([]Attachment, error) {
	var out []Attachment
	err := r.each(func(scan func(...any) error) error {
		var a Attachment
		var digest []byte
		if err := scan(&digest, &a.Size, &a.Media, &a.Name); err != nil {
			return err
		}
		copy(a.Digest[:], digest)
		out = append(out, a)
		return nil
	}, `SELECT digest, size, media, name FROM draft_attachments WHERE draft = ? ORDER BY place`, draft)
	return out, err
}

// AttachmentInUse says whether a draft whose content was not erased names an
// attachment with this digest.
func (r Reader) AttachmentInUse(digest Digest) (bool, error) {
	var n int64
	err := r.row(`SELECT count(*) FROM draft_attachments a JOIN drafts d ON d.id = a.draft WHERE a.digest = ? AND d.erased = 0`, []any{digest[:]}, &n)
	return n > 0, err
}

// Positions returns where a released draft's envelopes stand.
func (r Reader) Positions(draft string) ([]Position, error) {
	var out []Position
	err := r.each(func(scan func(...any) error) error {
		var inc, seq int64
		if err := scan(&inc, &seq); err != nil {
			return err
		}
		out = append(out, Position{Incarnation: uint32(inc), Sequence: uint64(seq)})
		return nil
	}, `SELECT incarnation, sequence FROM draft_envelopes WHERE draft = ? ORDER BY incarnation, sequence`, draft)
	return out, err
}

// InsertDrafts adds drafts at version 1, written by login. Attachments are set
// apart.
func (tx *Tx) InsertDrafts(login string, drafts []Draft) error {
	for rest := drafts; len(rest) > 0; {
		n, draftSQL, versionSQL := 1, sqlDraftInsert, sqlVersionInsert
		if len(rest) >= many {
			n, draftSQL, versionSQL = many, sqlDraftInsertMany, sqlVersionInsertMany
		}
		d, v := make([]any, 0, n*13), make([]any, 0, n*5)
		for i := range rest[:n] {
			x := &rest[i]
			d = append(d, x.ID, x.Kind, int(Drafted), 1, notNil(x.Content), x.Digest[:], nil, nil, orNull(x.Batch), x.AttachmentCount, millis(x.Created), millis(x.Modified), 0)
			v = append(v, x.ID, 1, login, x.Digest[:], millis(x.Modified))
		}
		if _, err := tx.run(draftSQL, d...); err != nil {
			return err
		}
		if _, err := tx.run(versionSQL, v...); err != nil {
			return err
		}
		rest = rest[n:]
	}
	return nil
}

// UpdateDraft replaces kind, content and digest of the draft at d.Version and
// makes it a plain draft of the next version, written by login. ErrStale when
// it is not at that version, was released, or is part of an open decision.
func (tx *Tx) UpdateDraft(login string, d Draft) error {
	if err := tx.change(ErrStale, sqlDraftUpdate, d.Kind, notNil(d.Content), d.Digest[:], d.AttachmentCount, millis(d.Modified), d.ID, d.Version); err != nil {
		return err
	}
	_, err := tx.run(sqlVersionInsert, d.ID, d.Version+1, login, d.Digest[:], millis(d.Modified))
	return err
}

// SetAttachments replaces a draft's attachments.
func (tx *Tx) SetAttachments(draft string, list []Attachment) error {
	if _, err := tx.run(sqlAttachmentsDelete, draft); err != nil {
		return err
	}
	for i, a := range list {
		if _, err := tx.run(`INSERT INTO draft_attachments (draft, place, digest, size, media, name) VALUES (?, ?, ?, ?, ?, ?)`,
			draft, i, a.Digest[:], a.Size, a.Media, a.Name); err != nil {
			return err
		}
	}
	return nil
}

// PlanDraft attaches the digest of a release plan to the draft if its content
// still has the digest given; ErrStale otherwise, and when the draft was
// released or is part of an open decision.
func (tx *Tx) PlanDraft(id string, content, plan Digest, at time.Time) error {
	return tx.change(ErrStale, sqlDraftPlan, plan[:], millis(at), id, content[:])
}

// EraseDraft destroys the draft's content, the names of its attachments, the
// notes on it, the words in which its release was refused, what was read in it
// and is held by nothing else, and with the last draft of an import what that
// quotes and the name of its file. Digests, authors and positions remain. A draft that has not left is
// discarded with it; ErrStale when it is part of an open decision.
func (tx *Tx) EraseDraft(id string, at time.Time) error {
	if _, err := tx.run(`UPDATE draft_attachments SET name = '', media = '' WHERE draft = ?`, id); err != nil {
		return err
	}
	if err := tx.LetGo(Holder{Draft: id}); err != nil {
		return err
	}
	if err := tx.DeleteAnnotationsOn(id); err != nil {
		return err
	}
	if _, err := tx.run(`UPDATE decisions SET reason = '' WHERE reason <> '' AND id IN (SELECT decision FROM decision_drafts WHERE draft = ?)`, id); err != nil {
		return err
	}
	if err := tx.change(ErrStale, `UPDATE drafts SET content = ?, erased = ?, state = CASE WHEN state = 2 THEN 2 ELSE 3 END
		WHERE id = ? AND decision IS NULL`, []byte{}, millis(at), id); err != nil {
		return err
	}
	return tx.emptied(`(SELECT batch FROM drafts WHERE id = ?)`, id)
}

// emptied destroys the words of an import of which no draft has its content any
// more.
func (tx *Tx) emptied(batch string, arg any) error {
	none := ` AND NOT EXISTS (SELECT 1 FROM drafts d WHERE d.batch = `
	for _, q := range []string{
		`DELETE FROM import_notes WHERE batch = ` + batch + none + `import_notes.batch AND d.erased = 0)`,
		`UPDATE batches SET source = '' WHERE id = ` + batch + none + `batches.id AND d.erased = 0)`,
	} {
		if _, err := tx.run(q, arg); err != nil {
			return err
		}
	}
	return nil
}

// DiscardBatch erases and discards every draft of an import that has not left
// and is in no open decision, forgets that their items were taken in, and
// returns how many drafts it discarded.
func (tx *Tx) DiscardBatch(batch string, at time.Time) (int64, error) {
	if err := tx.letGoOfBatch(batch); err != nil {
		return 0, err
	}
	for _, q := range []string{
		`DELETE FROM import_notes WHERE batch = ?`, // they quote what is given up
		`DELETE FROM import_keys WHERE draft IN (SELECT id FROM drafts WHERE batch = ? AND state < 2 AND decision IS NULL)`,
		`UPDATE draft_attachments SET name = '', media = '' WHERE draft IN (SELECT id FROM drafts WHERE batch = ? AND state < 2 AND decision IS NULL)`,
	} {
		if _, err := tx.run(q, batch); err != nil {
			return 0, err
		}
	}
	const given = `SELECT id FROM drafts WHERE batch = ? AND state < 2 AND decision IS NULL`
	for _, q := range []string{
		`DELETE FROM annotations WHERE subject IN (` + given + `)`,
		`UPDATE decisions SET reason = '' WHERE reason <> '' AND id IN (SELECT decision FROM decision_drafts WHERE draft IN (` + given + `))`,
	} {
		if _, err := tx.run(q, batch); err != nil {
			return 0, err
		}
	}
	n, err := tx.run(`UPDATE drafts SET content = ?, erased = ?, state = 3 WHERE batch = ? AND state < 2 AND decision IS NULL`, []byte{}, millis(at), batch)
	if err != nil {
		return 0, err
	}
	return n, tx.emptied(`?`, batch)
}

func notNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// String gives incarnation and sequence with a slash between, as in "1/42".
func (p Position) String() string { return fmt.Sprintf("%d/%d", p.Incarnation, p.Sequence) }

// DraftsOf returns those of the drafts, at most 500, that are there, with
// contents, by id.
func (r Reader) DraftsOf(ids []string) ([]Draft, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	if len(ids) > 500 {
		return nil, fmt.Errorf("localdb: %d drafts in one query", len(ids))
	}
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	return r.draftList(`SELECT `+draftMeta+`, d.content FROM drafts d WHERE d.id IN (?`+strings.Repeat(`, ?`, len(ids)-1)+`) ORDER BY d.id`, args...)
}
