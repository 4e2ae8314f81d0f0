package section

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"entente/internal/store/localdb"
)

// ImportNote says of an import what was left out or could not be taken in, as
// package localdb stores it.
type ImportNote = localdb.ImportNote

// Bounds on the notes of one import.
const (
	MaxImportNotes    = 10_000
	maxImportNoteText = 1000
)

// NoteImport keeps what an open batch says beside its drafts, in place of what
// it said before, and moves its position, in one transaction: an import that
// takes nothing in is on record as well. Texts become one line of at most 1,000
// bytes.
func (s *Section) NoteImport(ctx context.Context, o Officer, batch, position string, notes []ImportNote) error {
	if len(position) > maxPosition {
		return refuseBounds("the importer's position is too long", fmt.Sprintf("use at most %d bytes", maxPosition))
	}
	if len(notes) > MaxImportNotes {
		return refuseBounds(fmt.Sprintf("%d notes on one import", len(notes)), fmt.Sprintf("give at most %d", MaxImportNotes))
	}
	for i := range notes {
		notes[i].Text = noteLine(notes[i].Text)
		if len(notes[i].Rule) > 16 {
			return refuseBounds("the rule of a note is too long", "give its number alone")
		}
	}
	now := s.now()
	return s.act(ctx, o, OpImport, bounded(batch), func(tx *localdb.Tx, _ Officer) (string, error) {
		if err := tx.AdvanceBatch(batch, position, 0, 0, 0, now); err != nil {
			if _, missing := tx.Batch(batch); missing != nil {
				return "", refused(missing, "import")
			}
			return "", refused(err, "import")
		}
		return fmt.Sprintf("notes=%d", len(notes)), tx.SetImportNotes(batch, notes)
	})
}

// noteLine makes one bounded line of graphic characters of a text that may quote
// a foreign file.
func noteLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsGraphic(r) || r == utf8.RuneError {
			return ' '
		}
		return r
	}, cutText(s, maxImportNoteText))
	if s = strings.Join(strings.Fields(s), " "); s == "" {
		return "(empty)"
	}
	return s
}

// cutText cuts a text to most bytes at a character.
func cutText(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}

// ImportNotes returns a page of what an import says beside its drafts, behind
// the place after.
func (s *Section) ImportNotes(ctx context.Context, o Officer, batch string, after int64, limit int) ([]ImportNote, error) {
	if err := s.Authorise(ctx, o, OpDraftRead, batch); err != nil {
		return nil, err
	}
	if _, err := s.db.Read(ctx).Batch(batch); err != nil {
		return nil, refused(err, "import")
	}
	return s.db.Read(ctx).ImportNotes(batch, after, pageLimit(limit))
}

// RecordExport notes in the audit log that an officer took reports out of the
// node as a file (rule 29): detail says how many and in which format.
func (s *Section) RecordExport(ctx context.Context, o Officer, detail string) error {
	return s.act(ctx, o, OpReportRead, "export", func(*localdb.Tx, Officer) (string, error) { return cutText(detail, maxDetail), nil })
}
