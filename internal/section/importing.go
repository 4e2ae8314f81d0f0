package section

import (
	"context"
	"errors"
	"fmt"
	"time"

	"entente/internal/store/localdb"
)

// Batch is one run of an importer, as package localdb stores it.
type Batch = localdb.Batch

// ImportItem is one item of a source, made a draft by the importer.
type ImportItem struct {
	// Key names the item within its kind of source, at most 200 bytes.
	Key string
	// Source is the digest of the item as the source gave it. Where it is the
	// same as last time the item is passed over.
	Source  Digest
	Content Content
	// Correct returns the content for the case that the item must become
	// another draft because the one named, an earlier form of it, was released:
	// the content then says what it replaces. Content serves where it is nil.
	Correct func(previous string) (Content, error)
}

// Imported says what became of an item.
type Imported struct {
	Key     string
	Draft   string // the draft that holds it
	Outcome ImportOutcome
	// Previous is the released draft that an earlier form of the item was
	// made, when the new one had to become another draft: a correction.
	Previous string
}

// ImportOutcome is what became of an item.
type ImportOutcome uint8

// The outcomes of an item.
const (
	ImportAdded   ImportOutcome = iota // not known before: a new draft
	ImportSame                         // known, unchanged: nothing was done
	ImportChanged                      // known with another digest: written over its draft, or a new draft where that one had left
)

// OpenBatch begins an import. sourceKind ("un-list") is the room within which
// the keys of items are unique.
func (s *Section) OpenBatch(ctx context.Context, o Officer, sourceKind, source string) (Batch, error) {
	if err := checkToken("kind of the source", sourceKind, 32); err != nil {
		return Batch{}, err
	}
	if err := checkText("source", source, maxReason); err != nil {
		return Batch{}, err
	}
	now := s.now()
	b := Batch{ID: newID(), SourceKind: sourceKind, Source: source, Login: o.Login, Created: now, Modified: now}
	err := s.act(ctx, o, OpImport, b.ID, func(tx *localdb.Tx, _ Officer) (string, error) {
		return "source_kind=" + sourceKind, tx.InsertBatch(b)
	})
	if err != nil {
		return Batch{}, err
	}
	return b, nil
}

// ImportDrafts takes in up to 1000 items of an open batch, with contents of at
// most 16 MiB together, and moves the batch's position, all in one
// transaction: an importer that was interrupted goes on from Batch.Position,
// and one that starts again takes nothing in twice. No key may come twice in
// one call. The result has the order of the items.
func (s *Section) ImportDrafts(ctx context.Context, o Officer, batch, position string, items []ImportItem) ([]Imported, error) {
	if err := checkItems(position, items); err != nil {
		return nil, err
	}
	digests := make([]Digest, len(items))
	keys := make([]string, len(items))
	for i := range items {
		digests[i], keys[i] = ContentDigest(items[i].Content), items[i].Key
	}
	now := s.now()
	out := make([]Imported, len(items))
	err := s.act(ctx, o, OpImport, bounded(batch), func(tx *localdb.Tx, actor Officer) (string, error) {
		b, err := tx.Batch(batch)
		if err != nil {
			return "", refused(err, "import")
		}
		if b.Closed {
			return "", refuseState("the import is closed", "begin a new one")
		}
		known, err := tx.ImportKeys(b.SourceKind, keys)
		if err != nil {
			return "", err
		}
		var fresh []Draft
		reads := map[string]bool{}
		var freshKeys []localdb.ImportKey
		var n [3]int64
		for i := range items {
			it := &items[i]
			k, seen := known[it.Key]
			out[i] = Imported{Key: it.Key, Draft: k.Draft}
			switch {
			case seen && k.Digest == it.Source:
				out[i].Outcome = ImportSame
			case seen:
				out[i].Outcome = ImportChanged
				if err := s.reimport(tx, actor, b, it, digests[i], &out[i]); err != nil {
					return "", err
				}
			default:
				out[i].Outcome, out[i].Draft = ImportAdded, newID()
				fresh = append(fresh, importedDraft(out[i].Draft, b.ID, it, digests[i], now))
				if it.Content.Read {
					reads[out[i].Draft] = true
				}
				freshKeys = append(freshKeys, localdb.ImportKey{Item: it.Key, Digest: it.Source, Draft: out[i].Draft})
			}
			n[out[i].Outcome]++
		}
		if err := tx.InsertDrafts(actor.Login, fresh); err != nil {
			return "", err
		}
		for i := range fresh {
			if fresh[i].AttachmentCount > 0 {
				if err := tx.SetAttachments(fresh[i].ID, fresh[i].Attachments); err != nil {
					return "", err
				}
			}
		}
		for i := range fresh {
			if reads[fresh[i].ID] {
				if err := tx.QueueReading(fresh[i].ID, now); err != nil {
					return "", err
				}
			}
		}
		if err := tx.InsertImportKeys(b.SourceKind, b.ID, freshKeys); err != nil {
			return "", err
		}
		if err := tx.AdvanceBatch(b.ID, position, n[ImportAdded], n[ImportChanged], n[ImportSame], now); err != nil {
			return "", refused(err, "import")
		}
		return fmt.Sprintf("added=%d changed=%d same=%d", n[ImportAdded], n[ImportChanged], n[ImportSame]), nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func importedDraft(id, batch string, it *ImportItem, digest Digest, now time.Time) Draft {
	return Draft{ID: id, Kind: it.Content.Kind, Content: it.Content.Bytes, Digest: digest, Batch: batch,
		AttachmentCount: len(it.Content.Attachments), Attachments: it.Content.Attachments, Created: now, Modified: now}
}

// reimport takes in another form of an item that is known: over its draft, or
// as a new draft when that one has left, is leaving or was given up.
func (s *Section) reimport(tx *localdb.Tx, actor Officer, b Batch, it *ImportItem, digest Digest, out *Imported) error {
	d, err := tx.DraftMeta(out.Draft)
	if err != nil {
		return err
	}
	leaving := false
	if d.Decision != "" {
		dec, err := tx.Decision(d.Decision)
		if err != nil {
			return err
		}
		leaving = dec.State == Leaving
	}
	if d.State == Drafted || d.State == Planned && !leaving {
		if digest != d.Digest {
			_, err = s.rewrite(tx, actor, d, it.Content, digest)
		}
	} else {
		item := *it
		if d.State != Discarded {
			out.Previous = d.ID
			if it.Correct != nil {
				if item.Content, err = it.Correct(d.ID); err != nil {
					return err
				}
				if err := item.Content.check(); err != nil {
					return err
				}
				digest = ContentDigest(item.Content)
			}
		}
		out.Draft = newID()
		fresh := importedDraft(out.Draft, b.ID, &item, digest, s.now())
		if err = tx.InsertDrafts(actor.Login, []Draft{fresh}); err == nil && fresh.AttachmentCount > 0 {
			err = tx.SetAttachments(fresh.ID, fresh.Attachments)
		}
		if err == nil && item.Content.Read {
			err = tx.QueueReading(fresh.ID, s.now())
		}
	}
	if err != nil {
		return err
	}
	return tx.SetImportKey(b.SourceKind, b.ID, localdb.ImportKey{Item: it.Key, Digest: it.Source, Draft: out.Draft})
}

func checkItems(position string, items []ImportItem) error {
	if len(position) > maxPosition {
		return refuseBounds("the importer's position is too long", fmt.Sprintf("use at most %d bytes", maxPosition))
	}
	if len(items) == 0 || len(items) > MaxImport {
		return refuseBounds(fmt.Sprintf("%d items in one call", len(items)), fmt.Sprintf("give 1 to %d", MaxImport))
	}
	total := 0
	seen := make(map[string]bool, len(items))
	for i := range items {
		it := &items[i]
		if err := checkText("key of an item", it.Key, maxObject); err != nil {
			return err
		}
		if seen[it.Key] {
			return refuseBounds("the key of an item comes twice in one call", "give the last form alone")
		}
		seen[it.Key] = true
		if opSave(it.Content.Kind) == OpRedress {
			return refuseBounds("a redress is not imported", "let the data-protection officer write it")
		}
		if err := it.Content.check(); err != nil {
			return err
		}
		total += len(it.Content.Bytes)
	}
	if total > MaxImportBytes {
		return refuseBounds(fmt.Sprintf("%d bytes in one call", total), fmt.Sprintf("give at most %d", MaxImportBytes))
	}
	return nil
}

// CloseBatch ends an import.
func (s *Section) CloseBatch(ctx context.Context, o Officer, batch string) error {
	return s.act(ctx, o, OpImport, bounded(batch), func(tx *localdb.Tx, _ Officer) (string, error) {
		if err := tx.CloseBatch(batch, s.now()); err != nil {
			if _, missing := tx.Batch(batch); missing != nil {
				return "", refused(missing, "import")
			}
			if errors.Is(err, localdb.ErrStale) {
				return "", refuseState("the import is closed", "nothing needs to be done")
			}
			return "", err
		}
		return "closed", nil
	})
}

// DiscardBatch gives up every draft of an import that has not left and is not
// up for release, and forgets that their items were taken in. It returns how
// many.
func (s *Section) DiscardBatch(ctx context.Context, o Officer, batch string) (int64, error) {
	var n int64
	err := s.destroy(ctx, o, OpDraftDiscard, bounded(batch), func(tx *localdb.Tx, actor Officer) (string, error) {
		if err := Authorise(actor, OpImport); err != nil {
			return "", err
		}
		_, err := tx.Batch(batch)
		if err != nil {
			return "", refused(err, "import")
		}
		if n, err = tx.DiscardBatch(batch, s.now()); err == nil {
			// An import that was interrupted does not go on behind what was
			// given up: the file begins a new one.
			if err = tx.CloseBatch(batch, s.now()); errors.Is(err, localdb.ErrStale) {
				err = nil
			}
		}
		return fmt.Sprintf("drafts=%d", n), err
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// Batch returns an import.
func (s *Section) Batch(ctx context.Context, o Officer, id string) (Batch, error) {
	if err := s.Authorise(ctx, o, OpDraftRead, id); err != nil {
		return Batch{}, err
	}
	b, err := s.db.Read(ctx).Batch(id)
	return b, refused(err, "import")
}

// Batches returns a page of imports, the newest first, older than the one
// created at before with id beforeID.
func (s *Section) Batches(ctx context.Context, o Officer, before time.Time, beforeID string, limit int) ([]Batch, error) {
	if err := s.Authorise(ctx, o, OpDraftRead, ""); err != nil {
		return nil, err
	}
	return s.db.Read(ctx).Batches(before, beforeID, pageLimit(limit))
}

// BatchDrafts returns a page of an import's drafts by id, with contents, behind
// the id after: what the node plans. Those that are hidden from the officer are
// left out.
func (s *Section) BatchDrafts(ctx context.Context, o Officer, batch, after string, limit int) ([]Draft, error) {
	if err := s.Authorise(ctx, o, OpDraftRead, batch); err != nil {
		return nil, err
	}
	return s.db.Read(ctx).BatchDrafts(batch, after, s.hideAt(o), pageLimit(limit))
}

// ImportKey says that an item of a kind of source was taken in, with which
// digest, and which draft holds it.
type ImportKey = localdb.ImportKey

// Known returns those of the items that were taken in before, by key.
func (s *Section) Known(ctx context.Context, o Officer, sourceKind string, keys []string) (map[string]ImportKey, error) {
	if err := s.Authorise(ctx, o, OpDraftRead, ""); err != nil {
		return nil, err
	}
	return s.db.Read(ctx).ImportKeys(sourceKind, keys)
}

// Items returns a page of everything that was ever taken in of a kind of
// source, by key, behind the key after.
func (s *Section) Items(ctx context.Context, o Officer, sourceKind, after string, limit int) ([]ImportKey, error) {
	if err := s.Authorise(ctx, o, OpDraftRead, ""); err != nil {
		return nil, err
	}
	return s.db.Read(ctx).Items(sourceKind, after, pageLimit(limit))
}

// BatchCounts says how many drafts of an import stand where.
type BatchCounts = localdb.BatchCounts

// BatchCounts counts the drafts of an import.
func (s *Section) BatchCounts(ctx context.Context, o Officer, batch string) (BatchCounts, error) {
	if err := s.Authorise(ctx, o, OpDraftRead, batch); err != nil {
		return BatchCounts{}, err
	}
	return s.db.Read(ctx).BatchCounts(batch)
}
