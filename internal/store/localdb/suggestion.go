package localdb

import "time"

// Says is what an officer said of a suggestion.
type Says uint8

// The states of a suggestion. StateOpen is that of one that nobody judged, and of
// one whose judgement was taken back.
const (
	StateOpen Says = iota
	StateAccepted
	StateRejected
)

// SuggestionID names a suggestion: a text and the finding in it.
type SuggestionID struct {
	Reading int64
	N       int
}

// Judged is one thing that an officer said of a suggestion.
type Judged struct {
	SuggestionID
	Seq   int64 // from 1 for each suggestion
	Says  Says
	Login string
	At    time.Time
}

// SameAs is what an officer said of two names; NamesWithdrawn takes it back.
type SameAs uint8

// What is said of two names.
const (
	NamesUnsure SameAs = iota
	NamesSame
	NamesNotSame
	NamesWithdrawn
)

// NameJudged is one thing that an officer said of a name in a text and a
// listing, or another name in a text.
type NameJudged struct {
	Seq     int64
	Name    SuggestionID
	Listing string       // key of a listing, empty for another name
	Other   SuggestionID // zero for a listing
	Says    SameAs
	Login   string
	Reason  string
	At      time.Time
}

const (
	sqlJudgedInsert = `INSERT INTO suggestion_judgements (reading, n, seq, says, login, at) VALUES (?, ?, ?, ?, ?, ?)`
	sqlJudgedLast   = `SELECT seq, says FROM suggestion_judgements WHERE reading = ? AND n = ? ORDER BY seq DESC LIMIT 1`
	sqlJudgedCounts = `UPDATE readings SET accepted = accepted + ?, rejected = rejected + ? WHERE id = ?`
)

// Judgements returns everything that was said of the suggestions of a text, in
// order.
func (r Reader) Judgements(reading int64) ([]Judged, error) {
	var out []Judged
	err := r.each(func(scan func(...any) error) error {
		j := Judged{SuggestionID: SuggestionID{Reading: reading}}
		var says, at int64
		if err := scan(&j.N, &j.Seq, &says, &j.Login, &at); err != nil {
			return err
		}
		j.Says, j.At = Says(says), fromMillis(at)
		out = append(out, j)
		return nil
	}, `SELECT n, seq, says, login, at FROM suggestion_judgements WHERE reading = ? ORDER BY n, seq`, reading)
	return out, err
}

// LastJudgement returns what holds of a suggestion, and how often it was
// judged: StateOpen and 0 for one that nobody judged.
func (r Reader) LastJudgement(id SuggestionID) (says Says, times int64, err error) {
	err = r.each(func(scan func(...any) error) error {
		var s int64
		err := scan(&times, &s)
		says = Says(s)
		return err
	}, sqlJudgedLast, id.Reading, id.N)
	return says, times, err
}

// Judge adds what an officer said of a suggestion behind what was said before,
// of which says is the last.
func (tx *Tx) Judge(j Judged, before Says) error {
	if _, err := tx.run(sqlJudgedInsert, j.Reading, j.N, j.Seq, int(j.Says), j.Login, millis(j.At)); err != nil {
		return err
	}
	accepted, rejected := bit(j.Says == StateAccepted)-bit(before == StateAccepted), bit(j.Says == StateRejected)-bit(before == StateRejected)
	return tx.change(ErrNotFound, sqlJudgedCounts, accepted, rejected, j.Reading)
}

const nameColumns = `seq, reading, n, listing, other_reading, other_n, says, login, reason, at`

func (r Reader) namesJudged(query string, args ...any) ([]NameJudged, error) {
	var out []NameJudged
	err := r.each(func(scan func(...any) error) error {
		var j NameJudged
		var says, at int64
		if err := scan(&j.Seq, &j.Name.Reading, &j.Name.N, &j.Listing, &j.Other.Reading, &j.Other.N, &says, &j.Login, &j.Reason, &at); err != nil {
			return err
		}
		j.Says, j.At = SameAs(says), fromMillis(at)
		out = append(out, j)
		return nil
	}, query, args...)
	return out, err
}

// NamesJudged returns everything that was said of the names of a text, in
// order.
func (r Reader) NamesJudged(reading int64) ([]NameJudged, error) {
	return r.namesJudged(`SELECT `+nameColumns+` FROM name_judgements WHERE reading = ? UNION SELECT `+nameColumns+` FROM name_judgements WHERE other_reading = ? ORDER BY seq`, reading, reading)
}

// PairJudged returns everything that was said of one pair, in order. The pair
// is given as it is stored.
func (r Reader) PairJudged(j NameJudged) ([]NameJudged, error) {
	return r.namesJudged(`SELECT `+nameColumns+` FROM name_judgements WHERE reading = ? AND n = ? AND listing = ? AND other_reading = ? AND other_n = ? ORDER BY seq`,
		j.Name.Reading, j.Name.N, j.Listing, j.Other.Reading, j.Other.N)
}

// CountNamesJudged is how often something was said of a name.
func (r Reader) CountNamesJudged(id SuggestionID) (int64, error) {
	var n int64
	err := r.row(`SELECT count(*) FROM name_judgements WHERE reading = ? AND n = ?`, []any{id.Reading, id.N}, &n)
	return n, err
}

// JudgeName adds what an officer said of a pair; its number is given here.
func (tx *Tx) JudgeName(j NameJudged) error {
	last, err := tx.ReadingState("last name judgement")
	if err != nil {
		return err
	}
	if err := tx.SetReadingState("last name judgement", last+1); err != nil {
		return err
	}
	_, err = tx.run(`INSERT INTO name_judgements (`+nameColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		last+1, j.Name.Reading, j.Name.N, j.Listing, j.Other.Reading, j.Other.N, int(j.Says), j.Login, j.Reason, millis(j.At))
	return err
}

// DropListing destroys what was said of names and a listing that is no longer
// held here.
func (tx *Tx) DropListing(listing string) error {
	_, err := tx.run(`DELETE FROM name_judgements WHERE listing = ? AND listing <> ''`, listing)
	return err
}
