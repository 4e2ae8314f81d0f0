package node

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"

	"entente/act"
	"entente/internal/process/dates"
	naming "entente/internal/process/names"
	gazetteer "entente/internal/process/places"
	"entente/internal/process/places/load"
	"entente/internal/process/read"
	"entente/internal/section"
	"entente/internal/store/viewdb"
)

// Reading texts: what drafts and reports say is read in the background, for
// officers to accept or reject. Drafts wait in a queue of local.db, reports are
// followed by a durable cursor over the log, so that nothing is lost when the
// node stops and nothing is done twice. It is all this member's own: no byte
// that leaves the node hangs on it.

const (
	// readDrafts and readReports are how many are read together: little enough
	// that whatever comes meanwhile waits for milliseconds.
	readDrafts  = 4
	readReports = 8
	// readQuiet is how long the node must have been at rest before reports are
	// read: projection, releases and officers' changes go first.
	readQuiet = 500 * time.Millisecond
	// readAnyway is after how long a little is read although it is not at rest.
	readAnyway = 2 * time.Second
	// readRest is how long the reader rests after work, in multiples of what
	// that took, and restMost the longest.
	readRest = 2
	restMost = time.Second
	// readAgain is how soon what failed is tried again, and how often what has
	// ended is looked for.
	readAgain = time.Minute
	// readerKept is how long a reader that is not used stays in memory.
	readerKept = 10 * time.Minute
)

// suggesting is the reader of texts.
type suggesting struct {
	index string // directory of an index of places, empty for the embedded one

	busy sync.Mutex    // held while reports are read and stored, and while something is forgotten
	open chan struct{} // closed when the views can be followed
	once sync.Once
	kick chan struct{}

	mu      sync.Mutex
	edition int64
	methods string
	stored  chan struct{} // closed when something was stored
	failed  error

	// What follows is the background's alone.
	reader *read.Reader
	used   time.Time
	began  time.Time
	worked time.Time // when reports were read last
	ended  int64     // log time up to which what has ended was let go
	looked time.Time // when that was looked for last

	listed listed
}

// followViews lets the reader of texts begin: the views are what they are.
func (s *suggesting) followViews() { s.once.Do(func() { close(s.open) }) }

// poke says that a draft waits.
func (s *suggesting) poke() {
	select {
	case s.kick <- struct{}{}:
	default:
	}
}

// changed returns a channel that is closed when something was stored.
func (s *suggesting) changed() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stored == nil {
		s.stored = make(chan struct{})
	}
	return s.stored
}

func (s *suggesting) tell() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stored != nil {
		close(s.stored)
		s.stored = nil
	}
}

// suggest reads texts until ctx ends. What goes wrong is shown by the status
// and tried again; it stops nothing else.
func (n *Node) suggest(ctx context.Context) error {
	s := &n.suggesting
	select {
	case <-s.open:
	case <-ctx.Done():
		return ctx.Err()
	}
	s.began = time.Now()
	s.worked = s.began
	for {
		_, moved := n.Projected()
		wait, err := n.suggestStep(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		s.mu.Lock()
		if err != nil && s.failed == nil {
			n.logger.Error("texts are not read", "err", err)
		}
		s.failed = err
		s.mu.Unlock()
		if err != nil {
			wait = readAgain
		}
		t := time.NewTimer(max(wait, time.Millisecond))
		if wait < readAgain {
			moved = nil // there is work: only its time is waited for
		}
		select {
		case <-t.C:
		case <-moved:
		case <-s.kick:
		case <-ctx.Done():
		}
		t.Stop()
	}
}

// suggestStep does a little and returns how long to wait before the next: at
// least readAgain when there is nothing to do.
func (n *Node) suggestStep(ctx context.Context) (time.Duration, error) {
	s := &n.suggesting
	if s.edition == 0 {
		if err := n.loadEdition(ctx); err != nil {
			return 0, err
		}
	}
	if err := n.letGoOfEnded(ctx); err != nil {
		return 0, err
	}
	begun := time.Now()
	did, err := n.readDraftTexts(ctx)
	if err != nil {
		return 0, err
	}
	if !did {
		if wait := n.unrest(begun); wait > 0 {
			more, err := n.moreToRead(ctx)
			if err != nil || more {
				return wait, err
			}
			return readAgain, nil
		}
		if did, err = n.readReportTexts(ctx); err != nil {
			return 0, err
		}
		s.worked = time.Now()
	}
	if !did {
		if s.reader != nil && time.Since(s.used) > readerKept {
			s.reader = nil
		}
		n.suggesting.listed.rest(readerKept)
		return readAgain, nil
	}
	s.tell()
	return min(readRest*time.Since(begun), restMost), nil
}

// unrest is how long to wait until reports may be read: 0 when the node is at
// rest, or has not been for long.
func (n *Node) unrest(now time.Time) time.Duration {
	if now.Sub(n.suggesting.worked) >= readAnyway {
		return 0
	}
	p := &n.projector
	p.mu.Lock()
	last, cursor := p.movedAt, p.cursor
	p.mu.Unlock()
	for _, t := range []time.Time{n.section.Touched(), n.suggesting.began} {
		if t.After(last) {
			last = t
		}
	}
	if !n.releasing.TryLock() {
		return readQuiet
	}
	n.releasing.Unlock()
	if n.station.Certified().Size > cursor {
		return readQuiet
	}
	return max(0, readQuiet-now.Sub(last))
}

// moreToRead says whether there are leaves to look at.
func (n *Node) moreToRead(ctx context.Context) (bool, error) {
	cursor, err := n.section.ReadingCursor(ctx)
	if err != nil {
		return false, err
	}
	projected, err := n.views.Cursor(ctx)
	return cursor < projected, err
}

// loadEdition finds out by what texts are read here; where that has changed,
// everything nobody has judged is read again.
func (n *Node) loadEdition(ctx context.Context) error {
	s := &n.suggesting
	known, err := load.Fingerprint(s.index)
	if err != nil {
		return err
	}
	methods := read.Methods(known)
	id, err := n.section.ReadingEdition(ctx, methods)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.edition, s.methods = id, methods
	s.mu.Unlock()
	return nil
}

// take returns the reader, making it when it is first needed.
func (s *suggesting) take() (*read.Reader, error) {
	if s.reader == nil {
		g, err := load.Open(s.index)
		if err != nil {
			return nil, err
		}
		s.reader = &read.Reader{Places: g}
	}
	s.used = time.Now()
	return s.reader, nil
}

// readDraftTexts reads the drafts that wait longest and says whether there were
// any.
func (n *Node) readDraftTexts(ctx context.Context) (bool, error) {
	ids, err := n.section.ReadingQueue(ctx, readDrafts)
	if err != nil || len(ids) == 0 {
		return false, err
	}
	var list []section.ReadTexts
	for _, id := range ids {
		d, ok, err := n.section.DraftText(ctx, id)
		if err != nil {
			return false, err
		}
		x := section.ReadTexts{Holder: section.Holder{Draft: id}, Version: d.Version}
		if ok && d.Kind == KindReport {
			draft, err := ParseDraft(d.Content)
			if err != nil {
				n.logger.Error("a draft cannot be read", "draft", id, "err", err)
			} else if x.Texts, err = n.readTexts(ctx, textsOf(draft.Portions)); err != nil {
				return false, err
			}
		}
		list = append(list, x)
	}
	return true, n.section.StoreReadings(ctx, list, -1, nil)
}

// readReportTexts reads the next reports of the views and says whether there
// were any.
func (n *Node) readReportTexts(ctx context.Context) (bool, error) {
	s := &n.suggesting
	s.busy.Lock()
	defer s.busy.Unlock()
	from, err := n.section.ReadingCursor(ctx)
	if err != nil {
		return false, err
	}
	reports, to, err := n.views.Texts(ctx, from, readReports)
	if err != nil || to <= from {
		return false, err
	}
	held, err := n.section.HeldReadings(ctx, from, to)
	if err != nil {
		return false, err
	}
	var list []section.ReadTexts
	var there []int64
	for _, r := range reports {
		there = append(there, r.Index)
		if e, ok := held[r.Index]; ok && e == s.edition {
			continue // it is what it was: the log does not change
		}
		texts, err := n.readReport(ctx, r)
		if err != nil {
			return false, err
		}
		list = append(list, section.ReadTexts{Holder: section.Holder{Index: r.Index}, Texts: texts})
	}
	return true, n.section.StoreReadings(ctx, list, to, there)
}

func (n *Node) readReport(ctx context.Context, r viewdb.Text) ([]section.ReadText, error) {
	a, err := act.Parse(r.Act)
	if err != nil || a.Report == nil {
		return nil, err
	}
	in := make([]act.PortionInput, len(a.Report.Portions))
	for i := range in {
		in[i] = a.Report.Portions[i].PortionInput
	}
	return n.readTexts(ctx, textsOf(in))
}

// portionText is one text that is to be read.
type portionText struct {
	id     [16]byte
	digest [32]byte
	text   string
}

// textsOf returns the texts that say something in words. A listing and what
// came as data say it in fields already.
func textsOf(portions []act.PortionInput) []portionText {
	var out []portionText
	for i := range portions {
		p := &portions[i]
		id, err := hex.DecodeString(string(p.ID))
		if err != nil || len(id) != 16 || p.Text == "" || p.Designation != nil || p.Object != nil {
			continue
		}
		out = append(out, portionText{[16]byte(id), sha256.Sum256([]byte(p.Text)), p.Text})
	}
	return out
}

// readTexts reads texts of one draft or report, those apart that were read by
// the same methods before. The date that one of them bears counts for those
// that follow it.
func (n *Node) readTexts(ctx context.Context, texts []portionText) ([]section.ReadText, error) {
	edition := n.suggesting.edition
	out := make([]section.ReadText, 0, len(texts))
	dated := ""
	for i := range texts {
		t := &texts[i]
		old, known, err := n.section.ReadingOf(ctx, t.id, t.digest)
		if err != nil {
			return nil, err
		}
		if known && old.Edition == edition {
			if old.Dated != "" {
				dated = old.Dated
			}
			out = append(out, section.ReadText{Reading: old})
			continue
		}
		x, err := n.readText(t, dated)
		if err != nil {
			return nil, err
		}
		if x.Dated != "" {
			dated = x.Dated
		}
		out = append(out, x)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// readText reads one text against a date, which may be empty. A text that
// breaks the reader is kept as one in which nothing was found.
func (n *Node) readText(t *portionText, dated string) (x section.ReadText, err error) {
	r, err := n.suggesting.take()
	if err != nil {
		return x, err
	}
	x = section.ReadText{Reading: section.Reading{Portion: t.id, Digest: t.digest, Edition: n.suggesting.edition, Dated: dated, Body: []byte{}}, Renew: true}
	found := n.proposals(r, t, &x.Dated)
	x.Merge = func(old section.Reading, judged func(int) bool) ([]byte, int, error) {
		was, err := read.DecodeProposals(old.Body, len(t.text))
		if err != nil {
			return nil, 0, err
		}
		all := read.MergeProposals(was, judged, found)
		body, err := read.EncodeProposals(all)
		return body, len(all), err
	}
	x.Found = len(found)
	x.Body, err = read.EncodeProposals(found)
	return x, err
}

func (n *Node) proposals(r *read.Reader, t *portionText, dated *string) (found []read.Proposal) {
	defer func() {
		if broke := recover(); broke != nil {
			n.logger.Error("a text cannot be read", "portion", hex.EncodeToString(t.id[:]), "broke", fmt.Sprintf("%T", broke))
			found = nil
		}
	}()
	o := read.Options{Plain: true, CellKm: n.found.Charter().Reduction.CellKM}
	if *dated != "" {
		if day, err := dates.ParseDay(*dated); err == nil {
			o.Date = dates.Document{Day: day, Known: true}
		}
	}
	res := r.Text(t.text, o)
	if res.DocumentDate != nil {
		*dated = res.DocumentDate.Date
	}
	found, left := res.Proposals()
	if left > 0 {
		n.logger.Warn("a text holds more than is kept", "portion", hex.EncodeToString(t.id[:]), "left", left)
	}
	return found
}

// letGoOfEnded destroys what was read in reports that are shown no more since
// it was last looked for.
func (n *Node) letGoOfEnded(ctx context.Context) error {
	s := &n.suggesting
	now := n.station.Certified().Time
	if now <= s.ended || !s.looked.IsZero() && time.Since(s.looked) < readAgain {
		return nil
	}
	s.busy.Lock()
	defer s.busy.Unlock()
	gone, err := n.views.EndedBetween(ctx, s.ended, now)
	if err != nil {
		return err
	}
	listings, err := n.views.ListingsOnlyAt(ctx, gone)
	if err != nil {
		return err
	}
	if err := n.section.LetGo(ctx, gone, listings); err != nil {
		return err
	}
	s.ended, s.looked = now, time.Now()
	return nil
}

// letGo destroys what was read in reports that are forgotten. The caller holds
// suggesting.busy until the views have forgotten them too.
func (n *Node) letGo(ctx context.Context, indices []int64) error {
	listings, err := n.views.ListingsOnlyAt(ctx, indices)
	if err != nil {
		return err
	}
	n.suggesting.listed.forget()
	return n.section.LetGo(ctx, indices, listings)
}

// WaitRead waits until the texts of a draft were read, or for the time given,
// and says whether they were.
func (n *Node) WaitRead(ctx context.Context, draft string, most time.Duration) (bool, error) {
	t := time.NewTimer(most)
	defer t.Stop()
	for {
		stored := n.suggesting.changed()
		queued, err := n.section.ReadingQueued(ctx, draft)
		if err != nil || !queued {
			return !queued, err
		}
		n.suggesting.poke()
		select {
		case <-stored:
		case <-t.C:
			return false, nil
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
}

// ReadingStatus says how far the reading of texts is, without contents.
type ReadingStatus struct {
	Methods string // by which texts are read; empty before anything was
	section.ReadingCounts
	Read, Projected int64 // reports of the log below these indices were read, and projected
	Failed          string
}

// ReadingStatus returns how far the reading of texts is.
func (n *Node) ReadingStatus(ctx context.Context, o section.Officer) (ReadingStatus, error) {
	if err := n.section.Authorise(ctx, o, section.OpStatusRead, ""); err != nil {
		return ReadingStatus{}, err
	}
	s := &n.suggesting
	s.mu.Lock()
	st := ReadingStatus{Methods: s.methods}
	edition, failed := s.edition, s.failed
	s.mu.Unlock()
	if failed != nil {
		st.Failed = "texts are not read; the node's log says why"
		if errors.Is(failed, gazetteer.ErrFile) {
			st.Failed = failed.Error()
		}
	}
	var err error
	if st.ReadingCounts, err = n.section.ReadingCounts(ctx, edition); err != nil {
		return st, err
	}
	if st.Read, err = n.section.ReadingCursor(ctx); err != nil {
		return st, err
	}
	st.Projected, err = n.views.Cursor(ctx)
	return st, err
}

// listed is the index of the names of the listings that are held here.
type listed struct {
	mu    sync.Mutex
	index *naming.Index
	last  int64
	count int64
	used  time.Time
}

// forget drops the index.
func (l *listed) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.index = nil
}

// rest drops the index when it was not used for long.
func (l *listed) rest(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if time.Since(l.used) > d {
		l.index = nil
	}
}
