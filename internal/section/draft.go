package section

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"

	"entente/internal/store/localdb"
)

// Drafts as package localdb stores them.
type (
	Draft      = localdb.Draft
	DraftState = localdb.DraftState
	DraftQuery = localdb.DraftQuery
	Attachment = localdb.Attachment
	Version    = localdb.Version
	Position   = localdb.Position
)

// The states of a draft.
const (
	Drafted   = localdb.Drafted
	Planned   = localdb.Planned
	Released  = localdb.Released
	Discarded = localdb.Discarded
)

// The kinds of draft that ask for correction, erasure or restriction, and that
// answer such a request: the data-protection officer alone writes them (rule 22).
const (
	KindRedress       = "redress"
	KindRedressAnswer = "redress-answer"
)

// KindAcknowledgement is the kind of draft that answers another's recall.
const KindAcknowledgement = "acknowledgement"

// Content is what an officer writes: one act in the making.
type Content struct {
	Kind        string // 1-32 of a-z 0-9 -, beginning with a letter
	Bytes       []byte // at most MaxDraft, opaque here
	Attachments []Attachment
	// Read has the draft's texts read, for suggestions.
	Read bool
}

// ContentDigest names exact content: whatever is decided on a draft is decided
// on this. It is
//
//	SHA-256("entente/v1/draft" || 0x00 || u32(length) || kind || u64(length) || bytes || u32(attachments)
//	        || for each: digest || u64(size) || u32(length) || media || u32(length) || name)
func ContentDigest(c Content) Digest {
	h := sha256.New()
	var n [8]byte
	u32 := func(v int) { h.Write(binary.BigEndian.AppendUint32(n[:0], uint32(v))) }
	u64 := func(v uint64) { h.Write(binary.BigEndian.AppendUint64(n[:0], v)) }
	h.Write([]byte("entente/v1/draft\x00"))
	u32(len(c.Kind))
	h.Write([]byte(c.Kind))
	u64(uint64(len(c.Bytes)))
	h.Write(c.Bytes)
	u32(len(c.Attachments))
	for _, a := range c.Attachments {
		h.Write(a.Digest[:])
		u64(uint64(a.Size))
		u32(len(a.Media))
		h.Write([]byte(a.Media))
		u32(len(a.Name))
		h.Write([]byte(a.Name))
	}
	return Digest(h.Sum(nil))
}

func (c Content) check() error {
	if err := checkToken("kind of the draft", c.Kind, 32); err != nil {
		return err
	}
	if len(c.Bytes) == 0 || len(c.Bytes) > MaxDraft {
		return refuseBounds(fmt.Sprintf("the draft has %d bytes", len(c.Bytes)), fmt.Sprintf("use 1 to %d bytes, and attachments for more", MaxDraft))
	}
	if len(c.Attachments) > MaxAttachments {
		return refuseBounds("the draft has too many attachments", fmt.Sprintf("attach at most %d", MaxAttachments))
	}
	for _, a := range c.Attachments {
		if err := checkText("name of the attachment", a.Name, maxNameBytes); err != nil {
			return err
		}
		if err := checkText("media type of the attachment", a.Media, 100); err != nil {
			return err
		}
		if a.Size < 0 {
			return refuseBounds("the size of the attachment is negative", "give its size in bytes")
		}
	}
	return nil
}

// checkToken says whether s is a name of lower-case letters, digits, hyphens
// and dots.
func checkToken(what, s string, most int) error {
	ok := len(s) >= 1 && len(s) <= most && s[0] >= 'a' && s[0] <= 'z'
	for _, c := range []byte(s) {
		ok = ok && (c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '.')
	}
	if !ok {
		return refuseBounds("the "+what+" is refused", fmt.Sprintf("use 1 to %d of a-z, 0-9, hyphen and dot, beginning with a letter", most))
	}
	return nil
}

func opSave(kind string) Op {
	switch kind {
	case KindRedress, KindRedressAnswer:
		return OpRedress
	case KindAcknowledgement:
		return OpAcknowledge
	}
	return OpDraftSave
}

// opDiscard is what an officer who gives up a draft must be allowed: redress is its
// data-protection officer's alone (rule 22), anything else is the drafters'.
func opDiscard(kind string) Op {
	if opSave(kind) == OpRedress {
		return OpRedress
	}
	return OpDraftSave
}

// CreateDraft begins a draft; its ETag names this version.
func (s *Section) CreateDraft(ctx context.Context, o Officer, c Content) (Draft, error) {
	if err := c.check(); err != nil {
		return Draft{}, err
	}
	return s.createDraft(ctx, o, opSave(c.Kind), c)
}

// createDraft begins a draft of a content that was checked, as op.
func (s *Section) createDraft(ctx context.Context, o Officer, op Op, c Content) (Draft, error) {
	now := s.now()
	d := Draft{ID: newID(), Kind: c.Kind, Version: 1, Content: c.Bytes, Digest: ContentDigest(c),
		AttachmentCount: len(c.Attachments), Attachments: c.Attachments, Created: now, Modified: now}
	err := s.act(ctx, o, op, d.ID, func(tx *localdb.Tx, actor Officer) (string, error) {
		if err := tx.InsertDrafts(actor.Login, []Draft{d}); err != nil {
			return "", err
		}
		if op == OpReview {
			if err := tx.SetOfReview(d.ID); err != nil {
				return "", err
			}
		}
		if c.Read {
			if err := tx.QueueReading(d.ID, now); err != nil {
				return "", err
			}
		}
		return "kind=" + c.Kind + " version=1", tx.SetAttachments(d.ID, c.Attachments)
	})
	if err != nil {
		return Draft{}, err
	}
	return d, nil
}

// SaveDraft replaces the content of the draft that etag names, and makes the
// officer one of its authors. The plan, and an open decision that the draft
// was part of, are void with it: what was approved is not what it says now.
// Saving the same content changes nothing.
func (s *Section) SaveDraft(ctx context.Context, o Officer, id, etag string, c Content) (Draft, error) {
	if err := c.check(); err != nil {
		return Draft{}, err
	}
	digest := ContentDigest(c)
	var out Draft
	err := s.act(ctx, o, opSave(c.Kind), bounded(id), func(tx *localdb.Tx, actor Officer) (string, error) {
		d, err := s.changeable(tx, id, etag)
		if err != nil {
			return "", err
		}
		if d.Kind != c.Kind && (opSave(d.Kind) != OpDraftSave || opSave(c.Kind) != OpDraftSave) {
			return "", refuseState("a redress or an acknowledgement cannot become another kind of draft, nor another kind one of these", "begin a new draft")
		}
		if digest == d.Digest {
			d.Content, d.Attachments = c.Bytes, c.Attachments
			out = d
			return "unchanged", nil
		}
		out, err = s.rewrite(tx, actor, d, c, digest)
		return fmt.Sprintf("kind=%s version=%d", c.Kind, out.Version), err
	})
	if err != nil {
		return Draft{}, err
	}
	return out, nil
}

// UnmaskDraft replaces the content of the draft that etag names by one whose
// names leave in clear, by the decision of an officer with the release role, who
// becomes one of its authors and so does not let it go himself (rules 6 and 25).
// The reason, 1 to 500 bytes of text, stands in the audit log.
func (s *Section) UnmaskDraft(ctx context.Context, o Officer, id, etag string, c Content, reason string) (Draft, error) {
	if err := checkText("reason", reason, maxUnmaskReason); err != nil {
		return Draft{}, err
	}
	if err := c.check(); err != nil {
		return Draft{}, err
	}
	var out Draft
	err := s.act(ctx, o, OpReleaseUnmask, bounded(id), func(tx *localdb.Tx, actor Officer) (string, error) {
		d, err := s.changeable(tx, id, etag)
		if err != nil {
			return "", err
		}
		out, err = s.rewrite(tx, actor, d, c, ContentDigest(c))
		return fmt.Sprintf("version=%d reason=%s", out.Version, reason), err
	})
	if err != nil {
		return Draft{}, err
	}
	return out, nil
}

const maxUnmaskReason = 500

// changeable returns the draft without content if it is at etag and has not
// left.
func (s *Section) changeable(tx *localdb.Tx, id, etag string) (Draft, error) {
	d, err := tx.DraftMeta(id)
	switch {
	case err != nil:
		return Draft{}, refused(err, "draft")
	case d.State == Released:
		return Draft{}, &Refusal{Code: CodeState, Rule: 10, What: "the draft was released", Why: "what was said is not silently changed",
			Cure: "issue a correction or a recall", err: ErrState}
	case d.State == Discarded:
		return Draft{}, refuseState("the draft was discarded", "begin a new one")
	case d.ETag() != etag:
		return Draft{}, refuseConflict("draft")
	}
	return d, nil
}

// rewrite stores new content over d, which has not left, and voids the
// decision that it was part of.
func (s *Section) rewrite(tx *localdb.Tx, actor Officer, d Draft, c Content, digest Digest) (Draft, error) {
	if err := s.voidOf(tx, actor.Login, d); err != nil {
		return Draft{}, err
	}
	now := s.now()
	d.Kind, d.State, d.Content, d.Digest, d.Modified = c.Kind, Drafted, c.Bytes, digest, now
	had := d.AttachmentCount
	d.AttachmentCount, d.Attachments = len(c.Attachments), c.Attachments
	if err := tx.UpdateDraft(actor.Login, d); err != nil {
		return Draft{}, refused(err, "draft")
	}
	if c.Read {
		if err := tx.QueueReading(d.ID, now); err != nil {
			return Draft{}, err
		}
	}
	if had+d.AttachmentCount > 0 {
		if err := tx.SetAttachments(d.ID, c.Attachments); err != nil {
			return Draft{}, err
		}
	}
	d.Version++
	d.Plan, d.Decision = nil, ""
	return d, nil
}

// Plan is the outcome of a dry-run: who will see what of exactly this content.
type Plan struct {
	Draft   string
	Content Digest // of the draft that was planned
	Plan    Digest // of the release plan
}

// PlanDrafts attaches the digests of release plans to up to 1000 drafts, all
// of them or none. It fails with ErrConflict when one of them is not the
// content that was planned any more, or is up for release.
func (s *Section) PlanDrafts(ctx context.Context, o Officer, plans ...Plan) error {
	if len(plans) == 0 || len(plans) > MaxImport {
		return refuseBounds(fmt.Sprintf("%d plans in one call", len(plans)), fmt.Sprintf("give 1 to %d", MaxImport))
	}
	now := s.now()
	return s.act(ctx, o, OpDraftPlan, bounded(plans[0].Draft), func(tx *localdb.Tx, _ Officer) (string, error) {
		for _, p := range plans {
			if err := tx.PlanDraft(p.Draft, p.Content, p.Plan, now); err != nil {
				return "", refused(err, "draft")
			}
		}
		if len(plans) == 1 {
			return fmt.Sprintf("plan=%x", plans[0].Plan), nil
		}
		return fmt.Sprintf("drafts=%d", len(plans)), nil
	})
}

// DiscardDraft gives up a draft that has not left: its content is erased, who
// wrote it remains. When it returns nil no byte of any version of it is left in
// the database's files.
func (s *Section) DiscardDraft(ctx context.Context, o Officer, id, etag string) error {
	return s.destroy(ctx, o, OpDraftDiscard, bounded(id), func(tx *localdb.Tx, actor Officer) (string, error) {
		d, err := s.changeable(tx, id, etag)
		if err != nil {
			return "", err
		}
		if err := Authorise(actor, opDiscard(d.Kind)); err != nil {
			return "", err
		}
		if err := s.voidOf(tx, actor.Login, d); err != nil {
			return "", err
		}
		return "", refused(tx.EraseDraft(id, s.now()), "draft")
	})
}

// EraseDraft destroys the content of any draft, released or not, as the
// data-protection officer decides (rules 21 and 22). basis is the identifier
// of the request or review that it rests on. When it returns nil no byte of any
// version of it is left in the database's files; backups hold it until they
// expire.
func (s *Section) EraseDraft(ctx context.Context, o Officer, id, basis string) error {
	if err := checkText("basis", basis, maxObject); err != nil {
		return err
	}
	return s.destroy(ctx, o, OpErase, bounded(id), func(tx *localdb.Tx, actor Officer) (string, error) {
		d, err := tx.DraftMeta(id)
		if err != nil {
			return "", refused(err, "draft")
		}
		if !d.Erased.IsZero() {
			return "", refuseState("the content was erased before", "nothing needs to be done")
		}
		if err := s.voidOf(tx, actor.Login, d); err != nil {
			return "", err
		}
		return "basis=" + basis, refused(tx.EraseDraft(id, s.now()), "draft")
	})
}

// CompleteErasure erases for the node the content of a draft that was ordered
// to be forgotten by an officer, and may be said again; it says whether that
// had still to be done. The write-ahead log is truncated.
func (s *Section) CompleteErasure(ctx context.Context, login, id, basis string) (bool, error) {
	fresh := false
	err := s.db.Update(ctx, func(tx *localdb.Tx) error {
		d, err := tx.DraftMeta(id)
		if err != nil || !d.Erased.IsZero() {
			return refused(err, "draft")
		}
		fresh = true
		if err := s.voidOf(tx, login, d); err != nil {
			return err
		}
		if err := tx.EraseDraft(id, s.now()); err != nil {
			return refused(err, "draft")
		}
		return s.record(tx, login, OpErase, id, OutcomeDone, "basis="+basis)
	})
	if err != nil {
		return false, err
	}
	return fresh, s.db.Shrink(ctx)
}

// AttachmentInUse says for the node whether a draft whose content stands, sent
// or not, names a sealed file.
func (s *Section) AttachmentInUse(ctx context.Context, digest Digest) (bool, error) {
	return s.db.Read(ctx).AttachmentInUse(digest)
}

// Draft returns a draft with its content and attachments.
func (s *Section) Draft(ctx context.Context, o Officer, id string) (Draft, error) {
	if err := s.Authorise(ctx, o, OpDraftRead, id); err != nil {
		return Draft{}, err
	}
	d, err := s.db.Read(ctx).Draft(id)
	if err == nil && s.Hides(o, d) {
		return Draft{}, refuseNotFound("draft")
	}
	if err == nil && opSave(d.Kind) == OpRedress {
		if err := s.Authorise(ctx, o, OpRedressRead, id); err != nil {
			return Draft{}, err
		}
	}
	return d, refused(err, "draft")
}

// Drafts returns a page of drafts without contents, the one modified last
// first; discarded ones only when asked for. The beginning of a content that this
// officer may not read is left out.
func (s *Section) Drafts(ctx context.Context, o Officer, q DraftQuery) ([]Draft, error) {
	if err := s.Authorise(ctx, o, OpDraftRead, ""); err != nil {
		return nil, err
	}
	q.Limit = pageLimit(q.Limit)
	q.HideAt = s.hideAt(o)
	page, err := s.db.Read(ctx).Drafts(q)
	for i := range page {
		if opSave(page[i].Kind) == OpRedress && Authorise(o, OpRedressRead) != nil {
			page[i].Head = nil
		}
	}
	return page, err
}

// Versions says who wrote each version of a draft, the first one first; their
// logins are the draft's authors. Earlier contents are not kept.
func (s *Section) Versions(ctx context.Context, o Officer, id string) ([]Version, error) {
	if err := s.Authorise(ctx, o, OpDraftRead, id); err != nil {
		return nil, err
	}
	return s.db.Read(ctx).Versions(id)
}

// Positions says as which envelopes a draft was released.
func (s *Section) Positions(ctx context.Context, o Officer, id string) ([]Position, error) {
	if err := s.Authorise(ctx, o, OpDraftRead, id); err != nil {
		return nil, err
	}
	return s.db.Read(ctx).Positions(id)
}

// now is the clock to the millisecond, as it is stored.
func (s *Section) now() time.Time { return s.o.Now().UTC().Truncate(time.Millisecond) }

// intact says whether the content of a draft is what its digest says.
func intact(d Draft) error {
	if ContentDigest(Content{Kind: d.Kind, Bytes: d.Content, Attachments: d.Attachments}) != d.Digest {
		return &Refusal{Code: CodeChanged, Rule: 6, What: "draft " + d.ID + " does not have the content that its digest names",
			Why: "the database was changed behind the section's back", Cure: "verify the audit log, and restore from a backup", err: ErrChanged}
	}
	return nil
}
