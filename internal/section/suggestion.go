package section

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"entente/internal/store/localdb"
)

// What was read in texts, and what officers said of it, as package localdb
// stores them.
type (
	Reading       = localdb.Reading
	Holder        = localdb.Holder
	Says          = localdb.Says
	SameAs        = localdb.SameAs
	SuggestionID  = localdb.SuggestionID
	Judged        = localdb.Judged
	NameJudged    = localdb.NameJudged
	ReadingCounts = localdb.ReadingCounts
)

// What officers say of suggestions and names.
const (
	SaysOpen     = localdb.StateOpen
	SaysAccepted = localdb.StateAccepted
	SaysRejected = localdb.StateRejected

	NamesUnsure    = localdb.NamesUnsure
	NamesSame      = localdb.NamesSame
	NamesNotSame   = localdb.NamesNotSame
	NamesWithdrawn = localdb.NamesWithdrawn
)

// Bounds of judgements.
const (
	MaxJudged          = 500 // suggestions in one call
	maxJudgements      = 100 // of one suggestion
	maxNamesJudged     = 200 // of one name
	maxJudgementReason = 1000
)

var saysWords = map[Says]string{SaysOpen: "reopened", SaysAccepted: "accepted", SaysRejected: "rejected"}

var sameWords = map[SameAs]string{NamesUnsure: "unsure", NamesSame: "same", NamesNotSame: "not-same", NamesWithdrawn: "withdrawn"}

// Seen is a suggestion as an officer saw it.
type Seen struct {
	SuggestionID
	Kind    string // for the audit log
	Edition int64  // of the reading in which it was seen
}

// String is the object of the audit log.
func (s Seen) String() string { return fmt.Sprintf("suggestion/%d.%d", s.Reading, s.N) }

// JudgeSuggestions records that an officer accepts, rejects or reopens
// suggestions, all of them or none, and returns how many were changed by it: to
// say again what holds changes nothing. Each change is a row of the audit log,
// without contents. Who may read the texts is for the caller to check.
func (s *Section) JudgeSuggestions(ctx context.Context, o Officer, says Says, list []Seen) (int, error) {
	if len(list) == 0 || len(list) > MaxJudged {
		return 0, refuseBounds(fmt.Sprintf("%d suggestions in one call", len(list)), fmt.Sprintf("give 1 to %d", MaxJudged))
	}
	if _, ok := saysWords[says]; !ok {
		return 0, refuseBounds("the judgement is unknown", "accept, reject or reopen")
	}
	changed := 0
	now := s.now()
	err := s.act(ctx, o, OpSuggestionJudge, list[0].String(), func(tx *localdb.Tx, actor Officer) (string, error) {
		changed = 0
		for _, x := range list {
			if err := unchanged(tx, x); err != nil {
				return "", err
			}
			before, times, err := tx.LastJudgement(x.SuggestionID)
			if err != nil {
				return "", err
			}
			if before == says {
				continue
			}
			if times >= maxJudgements {
				return "", refuseBounds(fmt.Sprintf("%s was judged %d times", x, times), "leave it as it is")
			}
			changed++
			if err := tx.Judge(Judged{SuggestionID: x.SuggestionID, Seq: times + 1, Says: says, Login: actor.Login, At: now}, before); err != nil {
				return "", err
			}
			if x != list[0] {
				if err := s.record(tx, actor.Login, OpSuggestionJudge, x.String(), OutcomeDone, "kind="+x.Kind+" says="+saysWords[says]); err != nil {
					return "", err
				}
			}
		}
		return "kind=" + list[0].Kind + " says=" + saysWords[says], nil
	})
	if err != nil {
		return 0, err
	}
	return changed, nil
}

// unchanged says whether what an officer saw is what stands there.
func unchanged(tx *localdb.Tx, x Seen) error {
	r, err := tx.Reading(x.Reading)
	if err != nil {
		return refused(err, "suggestion")
	}
	if r.Edition != x.Edition {
		return refuseConflict("suggestion")
	}
	return nil
}

// NameStatement is what an officer says of a name in a text and a listing, or
// another name in a text: of one of both.
type NameStatement struct {
	Name    Seen
	Listing string
	Other   *Seen
	Says    SameAs
	Reason  string // may be empty
}

// JudgeName records what an officer says of a pair. It stands for this member
// until another officer of it says otherwise; nothing is merged by it, and what
// was said before is kept. To withdraw what nobody said is refused.
func (s *Section) JudgeName(ctx context.Context, o Officer, x NameStatement) error {
	word, ok := sameWords[x.Says]
	switch {
	case !ok:
		return refuseBounds("the judgement is unknown", "say same, not same, unsure, or withdraw")
	case (x.Listing == "") == (x.Other == nil):
		return refuseBounds("a name is compared with one listing or one other name", "name one of both")
	case x.Other != nil && x.Other.SuggestionID == x.Name.SuggestionID:
		return refuseBounds("a name is compared with itself", "name another")
	case len(x.Reason) > maxJudgementReason || !utf8.ValidString(x.Reason):
		return refuseBounds("the reason is refused", fmt.Sprintf("use at most %d bytes of UTF-8", maxJudgementReason))
	case len(x.Listing) > maxObject:
		return refuseBounds("the key of the listing is too long", "name a listing that is held here")
	}
	j := NameJudged{Name: x.Name.SuggestionID, Listing: x.Listing, Says: x.Says, Reason: strings.TrimSpace(x.Reason), At: s.now()}
	with := "listing"
	if x.Other != nil {
		with = x.Other.String()
		j.Other = x.Other.SuggestionID
		if before(j.Other, j.Name) { // a pair has no order
			j.Name, j.Other = j.Other, j.Name
		}
	}
	return s.act(ctx, o, OpSuggestionJudge, x.Name.String(), func(tx *localdb.Tx, actor Officer) (string, error) {
		if err := unchanged(tx, x.Name); err != nil {
			return "", err
		}
		if x.Other != nil {
			if err := unchanged(tx, *x.Other); err != nil {
				return "", err
			}
		}
		said, err := tx.PairJudged(j)
		if err != nil {
			return "", err
		}
		n, err := tx.CountNamesJudged(j.Name)
		if err != nil {
			return "", err
		}
		switch {
		case x.Says == NamesWithdrawn && (len(said) == 0 || said[len(said)-1].Says == NamesWithdrawn):
			return "", refuseState("nothing stands that could be withdrawn", "judge first")
		case n >= maxNamesJudged:
			return "", refuseBounds(fmt.Sprintf("of this name %d things were said", n), "leave it as it is")
		}
		j.Login = actor.Login
		return "names=" + word + " with=" + with, tx.JudgeName(j)
	})
}

func before(a, b SuggestionID) bool {
	return a.Reading < b.Reading || a.Reading == b.Reading && a.N < b.N
}

// Reading returns for the node what was read in a text, with what was said of
// it, or ErrNotFound.
func (s *Section) Reading(ctx context.Context, id int64) (Reading, error) {
	r, err := s.db.Read(ctx).Reading(id)
	return r, refused(err, "suggestion")
}

// ReadingOf returns for the node what was read in a portion in one wording;
// false when it was not read.
func (s *Section) ReadingOf(ctx context.Context, portion [16]byte, text Digest) (Reading, bool, error) {
	r, err := s.db.Read(ctx).ReadingOf(portion, text)
	if errors.Is(err, localdb.ErrNotFound) {
		return Reading{}, false, nil
	}
	return r, err == nil, err
}

// Judgements returns for the node what officers said of the suggestions and the
// names of a text.
func (s *Section) Judgements(ctx context.Context, reading int64) ([]Judged, []NameJudged, error) {
	r := s.db.Read(ctx)
	js, err := r.Judgements(reading)
	if err != nil {
		return nil, nil, err
	}
	ns, err := r.NamesJudged(reading)
	return js, ns, err
}

// HoldersOf returns for the node what holds a text, up to limit.
func (s *Section) HoldersOf(ctx context.Context, reading int64, limit int) ([]Holder, error) {
	return s.db.Read(ctx).HoldersOf(reading, limit)
}

// DraftText returns for the node a draft whose texts are to be read; false when
// there is none any more.
func (s *Section) DraftText(ctx context.Context, id string) (Draft, bool, error) {
	d, err := s.db.Read(ctx).Draft(id)
	if errors.Is(err, localdb.ErrNotFound) || err == nil && !d.Erased.IsZero() {
		return Draft{}, false, nil
	}
	return d, err == nil, err
}

// ReadingQueue returns for the node drafts whose texts wait for being read.
func (s *Section) ReadingQueue(ctx context.Context, limit int) ([]string, error) {
	return s.db.Read(ctx).ReadingQueue(limit)
}

// ReadingQueued says whether the texts of a draft wait for being read.
func (s *Section) ReadingQueued(ctx context.Context, draft string) (bool, error) {
	return s.db.Read(ctx).ReadingQueued(draft)
}

// HeldReadings returns for the node which reports between two log indices were
// read, and by which edition at the earliest.
func (s *Section) HeldReadings(ctx context.Context, from, to int64) (map[int64]int64, error) {
	return s.db.Read(ctx).HeldBetween(from, to)
}

// ReadingCounts returns totals of what was read.
func (s *Section) ReadingCounts(ctx context.Context, edition int64) (ReadingCounts, error) {
	return s.db.Read(ctx).ReadingCounts(edition)
}

// Touched returns when the section's state was changed last by anybody but the
// reader of texts.
func (s *Section) Touched() time.Time { return s.db.Touched() }

// ReadText is a text that was read, or was known: ID is then its number.
type ReadText struct {
	Reading
	// Renew says that what was found replaces what stands under ID. Merge is
	// asked then for what is kept of what stood there.
	Renew bool
	Merge func(old Reading, judged func(n int) bool) (body []byte, found int, err error)
}

// ReadTexts is what a draft or a report holds.
type ReadTexts struct {
	Holder
	// Version is that of the draft that was read: another one is read again.
	Version int64
	Texts   []ReadText
}

// stateCursor is up to where the reports of the log were read.
const stateCursor = "reports read"

// ReadingCursor returns the log index up to which reports were read.
func (s *Section) ReadingCursor(ctx context.Context) (int64, error) {
	return s.db.Read(ctx).ReadingState(stateCursor)
}

// StoreReadings keeps for the node what was read, in one transaction. A draft
// that was changed or erased meanwhile is left out: it is read again. Where
// cursor is not negative, the reports from the present one to it were read, and
// those of them that are not among there hold nothing any more.
func (s *Section) StoreReadings(ctx context.Context, list []ReadTexts, cursor int64, there []int64) error {
	return s.db.UpdateQuietly(ctx, func(tx *localdb.Tx) error {
		for i := range list {
			if err := storeReadings(tx, &list[i]); err != nil {
				return err
			}
		}
		if cursor < 0 {
			return nil
		}
		from, err := tx.ReadingState(stateCursor)
		if err != nil {
			return err
		}
		if err := tx.LetGoOfAllBut(from, cursor, there); err != nil {
			return err
		}
		return tx.SetReadingState(stateCursor, cursor)
	})
}

func storeReadings(tx *localdb.Tx, x *ReadTexts) error {
	if x.Draft != "" {
		d, err := tx.DraftMeta(x.Draft)
		if errors.Is(err, localdb.ErrNotFound) || err == nil && !d.Erased.IsZero() {
			return tx.ReadingDone(x.Draft)
		}
		if err != nil || d.Version != x.Version {
			return err
		}
		if err := tx.ReadingDone(x.Draft); err != nil {
			return err
		}
	}
	ids := make([]int64, 0, len(x.Texts))
	for i := range x.Texts {
		id, err := storeReading(tx, &x.Texts[i])
		if err != nil {
			return err
		}
		ids = append(ids, id)
	}
	return tx.Hold(x.Holder, ids)
}

func storeReading(tx *localdb.Tx, t *ReadText) (int64, error) {
	// Another holder's text of the same words may have come meanwhile.
	old, err := tx.ReadingOf(t.Portion, t.Digest)
	switch {
	case errors.Is(err, localdb.ErrNotFound):
		return tx.InsertReading(t.Reading)
	case err != nil:
		return 0, err
	case !t.Renew || old.Edition == t.Edition:
		return old.ID, nil
	}
	said, err := tx.Judgements(old.ID)
	if err != nil {
		return 0, err
	}
	names, err := tx.NamesJudged(old.ID)
	if err != nil {
		return 0, err
	}
	judged := map[int]bool{}
	for _, j := range said {
		judged[j.N] = true
	}
	for _, j := range names {
		for _, id := range []SuggestionID{j.Name, j.Other} {
			if id.Reading == old.ID {
				judged[id.N] = true
			}
		}
	}
	next := t.Reading
	next.ID = old.ID
	if next.Body, next.Found, err = t.Merge(old, func(n int) bool { return judged[n] }); err != nil {
		return 0, err
	}
	return old.ID, tx.UpdateReading(next)
}

// ReadingEdition returns the number of the methods so named. Where they are
// others than before, all that was read is queued to be read again.
func (s *Section) ReadingEdition(ctx context.Context, methods string) (int64, error) {
	var id int64
	err := s.db.UpdateQuietly(ctx, func(tx *localdb.Tx) error {
		var fresh bool
		var err error
		if id, fresh, err = tx.Edition(methods); err != nil || !fresh {
			return err
		}
		if err := tx.SetReadingState(stateCursor, 0); err != nil {
			return err
		}
		return tx.QueueStale(id, s.now())
	})
	return id, err
}

// ReadReportsAgain lets the node look at all reports again, after the views
// were made again: what was read of them is kept where they are still there.
func (s *Section) ReadReportsAgain(ctx context.Context) error {
	return s.db.UpdateQuietly(ctx, func(tx *localdb.Tx) error { return tx.SetReadingState(stateCursor, 0) })
}

// LetGo destroys for the node what was read in reports that are not here any
// more, by log index, and what was said of names and the listings given. The
// write-ahead log is truncated.
func (s *Section) LetGo(ctx context.Context, indices []int64, listings []string) error {
	if len(indices)+len(listings) == 0 {
		return nil
	}
	err := s.db.UpdateQuietly(ctx, func(tx *localdb.Tx) error {
		for _, i := range indices {
			if err := tx.LetGo(Holder{Index: i}); err != nil {
				return err
			}
		}
		for _, l := range listings {
			if err := tx.DropListing(l); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.db.Shrink(ctx)
}
