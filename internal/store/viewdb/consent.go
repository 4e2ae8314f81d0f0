package viewdb

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
)

// Consent is one word of an originator about one portion and one member
// (spec/act.md, "consent").
type Consent struct {
	Index      int64
	Portion    [16]byte
	Digest     [32]byte
	Originator string // whose word: a member, or "X VIA IRQ"
	Member     string // about whom
	Step       string
	Since      int64 // Unix seconds
	Until      int64 // 0: it does not lapse
	Answers    string
}

const consentColumns = `idx, n, portion, digest, originator, member, step, since, until, answers`

// consents gathers the rows of one act.
func (in *inserts) consents(rows []Consent) {
	for n := range rows {
		c := &rows[n]
		in.add(&intoConsent, c.Index, n, c.Portion[:], c.Digest[:], c.Originator, c.Member, c.Step, c.Since, c.Until, c.Answers)
	}
}

// LatestConsents returns, of the words of the given originators on the given
// portions, under each digest the last one about each member; asks are none.
func (v *Views) LatestConsents(ctx context.Context, portions [][16]byte, originators []string) ([]Consent, error) {
	return v.lastWords(ctx, portions, originators, ``)
}

// LatestBefore is LatestConsents about one member, as it was before an index.
func (v *Views) LatestBefore(ctx context.Context, portions [][16]byte, originators []string, member string, before int64) ([]Consent, error) {
	return v.lastWords(ctx, portions, originators, ` AND member = ? AND idx < ?`, member, before)
}

// LastWithdrawals returns, of the withdrawals by the given originators of the
// given portions, under each digest the last one from each member.
func (v *Views) LastWithdrawals(ctx context.Context, portions [][16]byte, originators []string) ([]Consent, error) {
	return v.lastWords(ctx, portions, originators, ` AND step = 'withdraw'`)
}

// lastWords returns the last words that are no asks and of which more holds, in
// log order. What others say of the portions is not read.
func (v *Views) lastWords(ctx context.Context, portions [][16]byte, originators []string, more string, with ...any) ([]Consent, error) {
	var out []Consent
	for part := range slices.Chunk(portions, 300) {
		for by := range slices.Chunk(originators, 300) {
			var args []any
			for i := range part {
				args = append(args, part[i][:])
			}
			for _, o := range by {
				args = append(args, o)
			}
			rows, err := v.db.Reader.QueryContext(ctx, `SELECT c.idx, c.portion, c.digest, c.originator, c.member, c.step, c.since, c.until, c.answers FROM consent c
				JOIN (SELECT portion, digest, originator, member, max(idx) AS idx FROM consent INDEXED BY consent_word
					WHERE portion IN (?`+strings.Repeat(`, ?`, len(part)-1)+`) AND originator IN (?`+strings.Repeat(`, ?`, len(by)-1)+`) AND step <> 'ask'`+more+`
					GROUP BY portion, digest, originator, member) l
				ON l.portion = c.portion AND l.digest = c.digest AND l.originator = c.originator AND l.member = c.member AND l.idx = c.idx
				WHERE c.step <> 'ask' ORDER BY c.idx, c.n`, append(args, with...)...)
			if err != nil {
				return nil, err
			}
			if out, err = scanConsents(rows, out); err != nil {
				return nil, err
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Consent) int { return cmp.Compare(a.Index, b.Index) })
	return out, nil
}

// AskTo names an ask and whose answer to it counts.
type AskTo struct {
	Ask, Originator string
}

// AnswersBy returns how the originators asked have answered last, grant or
// refuse.
func (v *Views) AnswersBy(ctx context.Context, asks []AskTo) (map[AskTo]string, error) {
	out, at := map[AskTo]string{}, map[AskTo]int64{}
	for part := range slices.Chunk(asks, 200) {
		var args []any
		for _, a := range part {
			args = append(args, a.Ask, a.Originator)
		}
		rows, err := v.db.Reader.QueryContext(ctx, `WITH q (ask, originator) AS (VALUES (?, ?)`+strings.Repeat(`, (?, ?)`, len(part)-1)+`), s (step) AS (VALUES ('grant'), ('refuse'))
			SELECT q.ask, q.originator, s.step, coalesce((SELECT max(c.idx) FROM consent c WHERE c.answers = q.ask AND c.answers <> '' AND c.originator = q.originator AND c.step = s.step), -1) FROM q, s`, args...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var a AskTo
			var step string
			var index int64
			if err := rows.Scan(&a.Ask, &a.Originator, &step, &index); err != nil {
				rows.Close()
				return nil, err
			}
			if last, ok := at[a]; index >= 0 && (!ok || index > last) {
				out[a], at[a] = step, index
			}
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Citing returns where the given portions are cited, by log index.
func (v *Views) Citing(ctx context.Context, portions [][16]byte) ([]Citation, error) {
	var out []Citation
	for len(portions) > 0 {
		part := portions[:min(len(portions), 500)]
		portions = portions[len(part):]
		args := make([]any, len(part))
		for i := range part {
			args[i] = portionKey(&part[i])
		}
		rows, err := v.db.Reader.QueryContext(ctx, `SELECT idx, n, id FROM cite WHERE key IN (?`+strings.Repeat(`, ?`, len(part)-1)+`) ORDER BY idx, n, k`, args...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var c Citation
			var id []byte
			if err := rows.Scan(&c.Report, &c.N, &id); err != nil {
				rows.Close()
				return nil, err
			}
			copy(c.Cited[:], id)
			out = append(out, c)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Citation is where a portion is cited: in which report, by its index, and by
// which of its portions, from 0.
type Citation struct {
	Report int64
	N      int
	Cited  [16]byte
}

func scanConsents(rows *sql.Rows, out []Consent) ([]Consent, error) {
	for rows.Next() {
		var c Consent
		var portion, digest []byte
		if err := rows.Scan(&c.Index, &portion, &digest, &c.Originator, &c.Member, &c.Step, &c.Since, &c.Until, &c.Answers); err != nil {
			rows.Close()
			return nil, err
		}
		copy(c.Portion[:], portion)
		copy(c.Digest[:], digest)
		out = append(out, c)
	}
	return out, errors.Join(rows.Err(), rows.Close())
}

// ConsentQuery narrows a list of consent acts. Zero fields narrow nothing.
type ConsentQuery struct {
	// Open keeps the asks that nobody has answered, and that this member must
	// answer when Mine is set too.
	Open   bool
	Mine   bool
	Own    *bool // said by this member, or by others
	Before int64 // index: older than this one; 0 from the newest on
	Limit  int   // 1 to 500, 50 when 0
}

// Consents returns consent acts, newest first. Those of others about whose
// material they are not say nothing here and are shown all the same.
func (v *Views) Consents(ctx context.Context, q ConsentQuery) ([]Said, error) {
	if q.Limit <= 0 || q.Limit > 500 {
		q.Limit = 50
	}
	where, args := []string{`s.type = 'consent'`}, []any{}
	if q.Before > 0 {
		where, args = append(where, `s.idx < ?`), append(args, q.Before)
	}
	if q.Open {
		where = append(where, `EXISTS (SELECT 1 FROM consent c WHERE c.idx = s.idx AND c.step = 'ask')
			AND NOT EXISTS (SELECT 1 FROM consent a JOIN consent c ON c.idx = s.idx AND c.originator = a.originator
				WHERE a.answers = s.id AND a.answers <> '' AND a.step IN ('grant', 'refuse'))`)
	}
	if q.Mine {
		where = append(where, `s.own = 0`)
	}
	if q.Own != nil {
		own := 0
		if *q.Own {
			own = 1
		}
		where, args = append(where, `s.own = ?`), append(args, own)
	}
	return v.manySaid(ctx, `SELECT s.idx, s.id, s.originator, s.own, s.type, s.written, s.recipients, s.act FROM said s WHERE `+strings.Join(where, ` AND `)+` ORDER BY s.idx DESC LIMIT ?`, append(args, q.Limit)...)
}

// AnswersTo returns the consent acts that answer an ask, in log order.
func (v *Views) AnswersTo(ctx context.Context, ask string) ([]Said, error) {
	return v.manySaid(ctx, `SELECT s.idx, s.id, s.originator, s.own, s.type, s.written, s.recipients, s.act FROM said s
		WHERE s.idx IN (SELECT c.idx FROM consent c WHERE c.answers = ? AND c.answers <> '') ORDER BY s.idx LIMIT 500`, ask)
}

// WithPortions returns those reports here that hold one of the given portions,
// by id: of each digest under which the id stands, at most mostStated, the
// newest, and the portion's place; the newest of all last. Those that have
// ended, and withdrawn portions, are left out unless ended is set, as it is where
// the answer must not change with time.
func (v *Views) WithPortions(ctx context.Context, ids [][16]byte, ended bool) (map[[16]byte][]Holding, error) {
	out := map[[16]byte][]Holding{}
	shown := v.shown(`r`) + ` AND NOT ` + withdrawnID(`p.id`)
	if ended {
		shown = `1 = 1`
	}
	for len(ids) > 0 {
		part := ids[:min(len(ids), 200)]
		ids = ids[len(part):]
		args := make([]any, len(part))
		for i := range part {
			args[i] = portionKey(&part[i])
		}
		rows, err := v.db.Reader.QueryContext(ctx, `SELECT p.id, p.digest, p.n, r.idx, r.originator, r.act FROM portion p JOIN report r ON r.idx = p.idx
			WHERE p.key IN (?`+strings.Repeat(`, ?`, len(part)-1)+`) AND `+shown+` ORDER BY p.idx`, args...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var id, digest []byte
			var h Holding
			if err := rows.Scan(&id, &digest, &h.N, &h.Index, &h.Originator, &h.Act); err != nil {
				rows.Close()
				return nil, err
			}
			h.Digest = [32]byte(digest)
			list := slices.DeleteFunc(out[[16]byte(id)], func(x Holding) bool { return x.Digest == h.Digest })
			if len(list) == mostStated {
				list = list[1:]
			}
			out[[16]byte(id)] = append(list, h)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Holding is where a portion stands in a report.
type Holding struct {
	Index      int64
	N          int // from 0
	Digest     [32]byte
	Originator string
	Act        []byte
}

// mostStated bounds under how many digests one id is looked at: no more members
// than that can have used it.
const mostStated = 16
