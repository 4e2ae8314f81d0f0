package section

import (
	"context"
	"errors"

	"entente/internal/store/localdb"
)

// Drafts with personal data stand for their term, as what was released does
// (rule 21; spec/retention.md).

// hideAt is the log time, Unix seconds, at or before which the review of the drafts
// was due that are hidden from an officer; 0 for who reviews or inspects, from whom
// none is.
func (s *Section) hideAt(o Officer) int64 {
	if s.o.LogTime == nil || o.Roles&RolesOf(RoleDPO, RoleInspector) != 0 {
		return 0
	}
	return s.o.LogTime()
}

// Hides says whether a draft is hidden from an officer: the review of its personal
// data is overdue, and he neither reviews nor inspects (rule 21).
func (s *Section) Hides(o Officer, d Draft) bool {
	return d.Review > 0 && d.Review <= s.hideAt(o)
}

// LookForReviews notes of up to limit drafts by when their personal data are to
// be reviewed; look reads a content of a kind. It returns how many it looked at.
func (s *Section) LookForReviews(ctx context.Context, limit int, look func(kind string, content []byte) int64) (int, error) {
	ds, err := s.db.Read(ctx).Unlooked(limit)
	if err != nil || len(ds) == 0 {
		return 0, err
	}
	return len(ds), s.db.Update(ctx, func(tx *localdb.Tx) error {
		for i := range ds {
			if err := tx.SetReview(ds[i].ID, ds[i].Digest, look(ds[i].Kind, ds[i].Content)); err != nil {
				return err
			}
		}
		return nil
	})
}

// EraseUnreviewed destroys for the node the content of up to limit drafts whose
// review was due at or before a log time, released or not, and says how many.
// One that is leaving waits until it has left. basis stands in the audit log.
// The write-ahead log is truncated.
func (s *Section) EraseUnreviewed(ctx context.Context, at int64, basis string, limit int) (int, error) {
	erased, by, after := 0, int64(0), ""
	for erased < limit {
		ds, err := s.db.Read(ctx).ReviewedBy(at, by, after, limit)
		if err != nil {
			return erased, err
		}
		for i := range ds {
			by, after = ds[i].Review, ds[i].ID
			err := s.db.Update(ctx, func(tx *localdb.Tx) error {
				d, err := tx.DraftMeta(ds[i].ID)
				if err != nil || !d.Erased.IsZero() {
					return err
				}
				if err := s.voidOf(tx, "", d); err != nil {
					return err
				}
				if err := tx.EraseDraft(d.ID, s.now()); err != nil {
					return err
				}
				return s.record(tx, "", OpErase, d.ID, OutcomeDone, "basis="+basis)
			})
			switch {
			case errors.Is(err, ErrState): // it is leaving
			case err != nil:
				return erased, err
			default:
				erased++
			}
		}
		if len(ds) < limit {
			break
		}
	}
	if erased == 0 {
		return 0, nil
	}
	return erased, s.db.Shrink(ctx)
}

// DraftsToReview returns drafts with personal data whose review is due at or
// before a log time, behind (afterBy, afterID), what has waited longest first.
// It tells no contents.
func (s *Section) DraftsToReview(ctx context.Context, o Officer, at, afterBy int64, afterID string, limit int) ([]Draft, error) {
	if err := s.Authorise(ctx, o, OpReviewRead, ""); err != nil {
		return nil, err
	}
	return s.db.Read(ctx).ReviewedBy(at, afterBy, afterID, pageLimit(limit))
}

// CreateReviewed begins a draft that a review came to: a newer version of a
// record, or the recall that ends one. The data-protection officer writes it
// (rule 21).
func (s *Section) CreateReviewed(ctx context.Context, o Officer, c Content) (Draft, error) {
	if err := c.check(); err != nil {
		return Draft{}, err
	}
	return s.createDraft(ctx, o, OpReview, c)
}

// SubjectsOf returns for the node up to limit drafts of a decision, with
// contents.
func (s *Section) SubjectsOf(ctx context.Context, decision string, limit int) ([]Draft, error) {
	return s.db.Read(ctx).SubjectDrafts(decision, "", limit)
}
