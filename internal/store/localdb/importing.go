package localdb

import "time"

// Batch is one run of an importer, which may be interrupted and go on.
type Batch struct {
	ID         string
	SourceKind string // "un-list", "misp", ...
	Source     string // file name or address, as the officer gave it
	Login      string
	Closed     bool
	Position   string // where the importer goes on, in its own words
	Added      int64  // items taken in
	Changed    int64  // items known before with another digest
	Same       int64  // items known before, unchanged
	Created    time.Time
	Modified   time.Time
}

// ImportKey says that an item of a kind of source was taken in.
type ImportKey struct {
	Item   string
	Digest Digest
	Draft  string
}

const (
	batchColumns = `id, source_kind, source, login, closed, position, added, changed, same, created, modified`

	sqlBatch        = `SELECT ` + batchColumns + ` FROM batches WHERE id = ?`
	sqlBatchAdvance = `UPDATE batches SET position = ?, added = added + ?, changed = changed + ?, same = same + ?, modified = ? WHERE id = ? AND closed = 0`

	importInsert    = `INSERT INTO import_keys (source_kind, item, digest, draft, batch) VALUES `
	sqlImportInsert = importInsert + `(?, ?, ?, ?, ?)`
	sqlImportSet    = `UPDATE import_keys SET digest = ?, draft = ?, batch = ? WHERE source_kind = ? AND item = ?`
)

var (
	sqlImportInsertMany = importInsert + values(many, 5)
	sqlImportFindMany   = `SELECT item, digest, draft FROM import_keys WHERE source_kind = ? AND item IN ` + values(1, many)
)

type batchScan struct {
	b                         Batch
	closed, created, modified int64
}

func (s *batchScan) dest() []any {
	return []any{&s.b.ID, &s.b.SourceKind, &s.b.Source, &s.b.Login, &s.closed, &s.b.Position, &s.b.Added, &s.b.Changed, &s.b.Same, &s.created, &s.modified}
}

func (s *batchScan) batch() Batch {
	b := s.b
	b.Closed, b.Created, b.Modified = s.closed != 0, fromMillis(s.created), fromMillis(s.modified)
	return b
}

// Batch returns the batch, or ErrNotFound.
func (r Reader) Batch(id string) (Batch, error) {
	var s batchScan
	if err := r.row(sqlBatch, []any{id}, s.dest()...); err != nil {
		return Batch{}, err
	}
	return s.batch(), nil
}

// Batches returns up to limit batches, the newest first, older than the one
// created at before with id beforeID; from the newest when before is zero.
func (r Reader) Batches(before time.Time, beforeID string, limit int) ([]Batch, error) {
	at := int64(1<<63 - 1)
	if !before.IsZero() {
		at = millis(before)
	}
	var out []Batch
	err := r.each(func(scan func(...any) error) error {
		var s batchScan
		if err := scan(s.dest()...); err != nil {
			return err
		}
		out = append(out, s.batch())
		return nil
	}, `SELECT `+batchColumns+` FROM batches WHERE (created, id) < (?, ?) ORDER BY created DESC, id DESC LIMIT ?`, at, beforeID, limit)
	return out, err
}

// InsertBatch adds a batch.
func (tx *Tx) InsertBatch(b Batch) error {
	_, err := tx.run(`INSERT INTO batches (`+batchColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		b.ID, b.SourceKind, b.Source, b.Login, bit(b.Closed), b.Position, b.Added, b.Changed, b.Same, millis(b.Created), millis(b.Modified))
	return err
}

// AdvanceBatch moves an open batch's position and adds to its counts;
// ErrStale when it is closed.
func (tx *Tx) AdvanceBatch(id, position string, added, changed, same int64, at time.Time) error {
	return tx.change(ErrStale, sqlBatchAdvance, position, added, changed, same, millis(at), id)
}

// CloseBatch closes an open batch; ErrStale when it is closed.
func (tx *Tx) CloseBatch(id string, at time.Time) error {
	return tx.change(ErrStale, `UPDATE batches SET closed = 1, modified = ? WHERE id = ? AND closed = 0`, millis(at), id)
}

// ImportKeys returns those of the items that were taken in before, by item.
func (r Reader) ImportKeys(sourceKind string, items []string) (map[string]ImportKey, error) {
	out := make(map[string]ImportKey)
	for start := 0; start < len(items); start += many {
		chunk := items[start:min(start+many, len(items))]
		args := make([]any, 0, many+1)
		args = append(args, sourceKind)
		for i := range many {
			// A short chunk repeats its last item: one statement for all.
			args = append(args, chunk[min(i, len(chunk)-1)])
		}
		err := r.each(func(scan func(...any) error) error {
			var k ImportKey
			var digest []byte
			if err := scan(&k.Item, &digest, &k.Draft); err != nil {
				return err
			}
			copy(k.Digest[:], digest)
			out[k.Item] = k
			return nil
		}, sqlImportFindMany, args...)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// InsertImportKeys notes items as taken in by a batch.
func (tx *Tx) InsertImportKeys(sourceKind, batch string, keys []ImportKey) error {
	for rest := keys; len(rest) > 0; {
		n, query := 1, sqlImportInsert
		if len(rest) >= many {
			n, query = many, sqlImportInsertMany
		}
		args := make([]any, 0, n*5)
		for i := range rest[:n] {
			k := &rest[i]
			args = append(args, sourceKind, k.Item, k.Digest[:], k.Draft, batch)
		}
		if _, err := tx.run(query, args...); err != nil {
			return err
		}
		rest = rest[n:]
	}
	return nil
}

// SetImportKey notes another digest and draft of an item.
func (tx *Tx) SetImportKey(sourceKind, batch string, k ImportKey) error {
	return tx.change(ErrNotFound, sqlImportSet, k.Digest[:], k.Draft, batch, sourceKind, k.Item)
}

// Items returns up to limit items of a kind of source in the order of their
// names, behind the one named after.
func (r Reader) Items(sourceKind, after string, limit int) ([]ImportKey, error) {
	var out []ImportKey
	err := r.each(func(scan func(...any) error) error {
		var k ImportKey
		var digest []byte
		if err := scan(&k.Item, &digest, &k.Draft); err != nil {
			return err
		}
		copy(k.Digest[:], digest)
		out = append(out, k)
		return nil
	}, `SELECT item, digest, draft FROM import_keys WHERE source_kind = ? AND item > ? ORDER BY item LIMIT ?`, sourceKind, after, limit)
	return out, err
}

// BatchCounts says how many drafts of an import stand where.
type BatchCounts struct {
	Drafts    int64 // in the making: drafted or planned
	Deciding  int64 // of these, up for release
	Released  int64
	Discarded int64
	Decision  string // one of the open decisions that they are part of
}

// BatchCounts counts the drafts of an import.
func (r Reader) BatchCounts(batch string) (BatchCounts, error) {
	var c BatchCounts
	err := r.each(func(scan func(...any) error) error {
		var state, n, deciding int64
		var decision string
		if err := scan(&state, &n, &deciding, &decision); err != nil {
			return err
		}
		switch DraftState(state) {
		case Released:
			c.Released += n
		case Discarded:
			c.Discarded += n
		default:
			c.Drafts, c.Deciding = c.Drafts+n, c.Deciding+deciding
			c.Decision = max(c.Decision, decision)
		}
		return nil
	}, `SELECT state, count(*), count(decision), coalesce(max(decision), '') FROM drafts WHERE batch = ? GROUP BY state`, batch)
	return c, err
}
