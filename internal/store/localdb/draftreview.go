package localdb

// Unlooked returns up to limit drafts whose content stands and of which it is
// not known by when they are to be reviewed, with contents, by id.
func (r Reader) Unlooked(limit int) ([]Draft, error) {
	return r.draftList(`SELECT `+draftMeta+`, d.content FROM drafts d WHERE d.review = -1 AND d.erased = 0 ORDER BY d.id LIMIT ?`, limit)
}

// SetReview notes by when the personal data in a draft with this content are to
// be reviewed, Unix seconds, 0 when there are none. A draft that has another
// content meanwhile stays as it is.
func (tx *Tx) SetReview(id string, content Digest, by int64) error {
	_, err := tx.run(`UPDATE drafts SET review = ? WHERE id = ? AND digest = ?`, by, id, content[:])
	return err
}

// ReviewedBy returns drafts whose content stands, without it, whose review was
// due at or before a log time, Unix seconds, behind (afterBy, afterID), what has
// waited longest first.
func (r Reader) ReviewedBy(at, afterBy int64, afterID string, limit int) ([]Draft, error) {
	return r.draftList(`SELECT `+draftMeta+`, '' FROM drafts d WHERE d.review > 0 AND d.review <= ? AND d.erased = 0 AND (d.review, d.id) > (?, ?)
		ORDER BY d.review, d.id LIMIT ?`, at, afterBy, afterID, limit)
}

// SetOfReview notes that a draft is what a review of personal data came to, until
// somebody changes it.
func (tx *Tx) SetOfReview(id string) error {
	_, err := tx.run(`UPDATE drafts SET of_review = 1 WHERE id = ?`, id)
	return err
}
