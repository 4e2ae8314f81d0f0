package viewdb

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"entente/internal/process"
	"entente/internal/store"
)

// Report is one view of a report as a row.
type Report struct {
	Index      int64  // of its envelope in the log
	ID         string // of the view, 32 hex digits
	Originator string
	Own        bool
	Type       string
	Title      string
	Written    string // RFC 3339
	Logged     int64  // the header's time claim, Unix seconds
	Class      string
	Banner     string
	Grade      string // best grade among the portions, as B2
	Portions   []Portion
	Recipients []string
	Batch      string
	Supersedes string
	Act        []byte
	Text       string // all that can be searched
	Listings   []Designation
	// Attachments are the digests of the sealed files.
	Attachments [][32]byte
	// Ends is the log time from which the report is shown to nobody, Unix
	// seconds; 0 when it never ends.
	Ends int64
	// Rests is whose consent the report rests on here, when that is why it ends.
	Rests string
	// Holders are the other members that have it, as far as it says: whom it is
	// sealed to, and who sealed it.
	Holders []string
	// Doubt is the code of what is wrong with its marking, empty when nothing is.
	Doubt string
	// Review is by when its personal data are to be reviewed, Unix seconds of log
	// time, 0 when it has none.
	Review int64
}

// Withdrawn is a report that its originator, or that of what it comes from, has
// taken back from this node.
type Withdrawn struct {
	Report     int64 // its index
	Word       int64 // index of the act that takes it back
	Originator string
}

// Portion is where a portion stands.
type Portion struct {
	ID     [16]byte
	Digest [32]byte
	Cites  []Cite // the portions that it cites
	// HeldFor names the members that hold what is in it for parties outside.
	HeldFor []string
	// Mine says that this nation answers for it, and Review by when its personal
	// data are to be reviewed, Unix seconds, 0 for none.
	Mine   bool
	Review int64
	// Unnamed says that who signed the view is not among the portion's
	// originators.
	Unnamed bool
}

// Cite is a citation of a portion.
type Cite struct {
	ID         [16]byte
	Digest     [32]byte
	Originator string
}

// Designation is a listing that a report states.
type Designation struct {
	Authority, List, Reference, Kind, Name, Status string
}

// Quarantined is an envelope that opened and was not understood.
type Quarantined struct {
	Index      int64  `json:"index"`
	Originator string `json:"originator"`
	Code       string `json:"code"`
	// Ends is the log time at which its own marking ends it, Unix seconds; 0 never;
	// EndsUnread for what could not be read, and bears no marking.
	Ends int64 `json:"-"`
}

// EndsUnread is the Ends of what ends a fixed time after it was logged.
const EndsUnread = -1

// Sent is one of this node's own envelopes.
type Sent struct {
	Index      int64
	Hash       [32]byte // of the header
	Recipients []string // without this node
}

// Tally is what was opened of one originator so far (spec/delivery.md,
// "Receipts").
type Tally struct {
	Originator string
	Opened     int64
	Hash       [32]byte
	Failed     int64
}

// Batch is what a run of leaves came to.
type Batch struct {
	Reports     []Report // in the order of the log
	Said        []Said
	Withdrawn   []Withdrawn
	Quarantined []Quarantined
	Sent        []Sent
	Tallies     []Tally
	Cursor      int64 // first leaf after the run
}

// Words returns a text as the search index holds it. It is work for many
// processors, apart from the one writer.
func Words(text string) string {
	tokens := process.Analyse(text)
	var b strings.Builder
	b.Grow(len(text))
	for i, t := range tokens {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(t.Text)
	}
	return b.String()
}

// Apply stores what a run of leaves came to, in one transaction with the
// cursor. Report.Text must have passed Words.
func (v *Views) Apply(ctx context.Context, b Batch) error {
	return v.db.Update(ctx, func(tx *store.Tx) error {
		in := inserts{tx: tx}
		changed, err := in.recalls(&b)
		if err != nil {
			return err
		}
		for i := range b.Said {
			in.said(&b.Said[i])
		}
		for _, q := range b.Quarantined {
			in.add(&intoQuarantine, q.Index, q.Originator, q.Code, q.Ends)
		}
		for i := range b.Sent {
			s := &b.Sent[i]
			in.add(&intoSent, s.Index, s.Hash[:], strings.Join(s.Recipients, " "))
		}
		if err := in.flush(); err != nil {
			return err
		}
		if err := judgeRedress(tx, b.Said); err != nil {
			return err
		}
		for i := range b.Withdrawn {
			w := &b.Withdrawn[i]
			if _, err := tx.Run(sqlWithdraw, w.Word+1, w.Originator, w.Report); err != nil {
				return err
			}
		}
		own := int64(0)
		for i := range b.Reports {
			if b.Reports[i].Own {
				own++
			}
		}
		if err := addTotals(tx, int64(len(b.Reports)), own, int64(len(b.Quarantined))); err != nil {
			return err
		}
		for _, t := range b.Tallies {
			if _, err := tx.Run(sqlTally, t.Originator, t.Opened, t.Hash[:], t.Failed); err != nil {
				return err
			}
		}
		if _, err := tx.Run(sqlSetting, settingCursor, strconv.FormatInt(b.Cursor, 10)); err != nil {
			return err
		}
		if _, err := tx.Run(sqlSetting, settingAnalyser, analyser); err != nil {
			return err
		}
		// The words come last, one row at a time: a statement of many rows
		// opens a savepoint, at which the index writes out what it has gathered.
		for i := range b.Reports {
			in.add(&intoSearch, b.Reports[i].Index+1, b.Reports[i].Text)
		}
		if in.err != nil {
			return in.err
		}
		return changed.words(ctx, v)
	})
}

// addTotals adds to the numbers of rows.
func addTotals(tx *store.Tx, reports, own, quarantined int64) error {
	for _, t := range [...]struct {
		name string
		n    int64
	}{{"reports", reports}, {"own", own}, {"quarantined", quarantined}} {
		if _, err := tx.Run(sqlTotal, t.name, t.n); err != nil {
			return err
		}
	}
	return nil
}

// Try says whether a report can be stored, and stores nothing.
func (v *Views) Try(ctx context.Context, r *Report) error {
	return v.try(ctx, func(in *inserts) {
		in.report(r)
		if in.flush() == nil {
			in.add(&intoSearch, r.Index+1, r.Text)
		}
	})
}

// TrySaid says whether a statement can be stored, and stores nothing.
func (v *Views) TrySaid(ctx context.Context, s *Said) error {
	return v.try(ctx, func(in *inserts) { in.said(s) })
}

func (v *Views) try(ctx context.Context, add func(*inserts)) error {
	err := v.db.Update(ctx, func(tx *store.Tx) error {
		in := inserts{tx: tx}
		add(&in)
		if err := in.flush(); err != nil {
			return err
		}
		return errTried
	})
	if errors.Is(err, errTried) {
		return nil
	}
	return err
}

var errTried = errors.New("tried")

// Tallies returns what was opened of each originator.
func (v *Views) Tallies(ctx context.Context) (map[string]Tally, error) {
	rows, err := v.db.Reader.QueryContext(ctx, `SELECT originator, opened, hash, failed FROM tally`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]Tally{}
	for rows.Next() {
		var t Tally
		var h []byte
		if err := rows.Scan(&t.Originator, &t.Opened, &h, &t.Failed); err != nil {
			return nil, err
		}
		copy(t.Hash[:], h)
		out[t.Originator] = t
	}
	return out, rows.Err()
}

// SentTo returns own envelopes with an index in [from, to) in log order, up to
// limit.
func (v *Views) SentTo(ctx context.Context, from, to int64, limit int) ([]Sent, error) {
	rows, err := v.db.Reader.QueryContext(ctx, `SELECT idx, hash, recipients FROM sent WHERE idx >= ? AND idx < ? ORDER BY idx LIMIT ?`, from, to, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Sent
	for rows.Next() {
		var s Sent
		var h []byte
		var rec string
		if err := rows.Scan(&s.Index, &h, &rec); err != nil {
			return nil, err
		}
		copy(s.Hash[:], h)
		s.Recipients = strings.Fields(rec)
		out = append(out, s)
	}
	return out, rows.Err()
}
