package viewdb

import (
	"strings"

	"entente/internal/store"
)

// into is a table that takes rows, many in one statement: most of the cost of a small row is
// that of its statement.
type into struct {
	place     int
	columns   int
	together  int
	one, many string
}

func insertInto(place int, table string, columns, together int) into {
	row := "(?" + strings.Repeat(", ?", columns-1) + ")"
	return into{place: place, columns: columns, together: together,
		one: "INSERT INTO " + table + " VALUES " + row, many: "INSERT INTO " + table + " VALUES " + row + strings.Repeat(", "+row, together-1)}
}

// The tables of a report, in the order in which their rows are stored.
var (
	intoReport         = insertInto(0, "report (idx, id, originator, own, type, title, written, logged, class, banner, grade, portions, recipients, batch, supersedes, act, ends, rests, doubt, review)", 20, 16)
	intoPortion        = insertInto(1, "portion (idx, n, key, id, digest)", 5, 64)
	intoDesignation    = insertInto(2, "designation (idx, n, originator, authority, list, reference, kind, name, status)", 9, 16)
	intoAttachment     = insertInto(3, "attachment (idx, n, digest)", 3, 16)
	intoQuarantine     = insertInto(4, "quarantine (idx, originator, code, ends)", 4, 16)
	intoSent           = insertInto(5, "sent (idx, hash, recipients)", 3, 64)
	intoSearch         = insertInto(6, "search (rowid, words)", 2, 1)
	intoSaid           = insertInto(7, "said ("+saidColumns+")", 8, 16)
	intoConsent        = insertInto(8, "consent ("+consentColumns+")", 10, 16)
	intoCite           = insertInto(9, "cite (idx, n, k, key, id, digest, originator)", 7, 64)
	intoHeldFor        = insertInto(10, "held_for (idx, n, holder)", 3, 16)
	intoAcknowledged   = insertInto(11, "acknowledged (idx, recall)", 2, 16)
	intoRequest        = insertInto(12, "request (idx, id, originator, member, own, person, day, ltiov, joins, counted, nth, nth_person)", 12, 16)
	intoRequestPart    = insertInto(13, "request_part (idx, part)", 2, 16)
	intoAnswer         = insertInto(14, "answer (idx, request, originator, asker, final, declined)", 6, 16)
	intoAnswerPart     = insertInto(15, "answer_part (idx, part)", 2, 16)
	intoClosing        = insertInto(16, "closing (idx, request, originator, member)", 4, 16)
	intoLine           = insertInto(17, "line (idx, type, originator, own, name, state, until, recipients)", 8, 16)
	intoDisclosure     = insertInto(18, "disclosure (idx, n, holder, review)", 4, 64)
	intoRedress        = insertInto(19, "redress (idx, id, originator, member, own, ask, subject, day, due, counted, nth)", 11, 16)
	intoRedressPortion = insertInto(20, "redress_portion (idx, portion, key, digest)", 4, 16)
	intoRedressAnswer  = insertInto(21, "redress_answer (idx, redress, originator, asker, outcome)", 5, 16)
	intoGoneEarly      = insertInto(22, "gone_early (idx, n, holder, portion, digest)", 5, 16)
	intoNarrowed       = insertInto(23, "narrowed (portion, idx, holder, reason)", 4, 16)
	intoAll            = []*into{&intoReport, &intoPortion, &intoDesignation, &intoAttachment, &intoQuarantine, &intoSent, &intoSearch, &intoSaid, &intoConsent, &intoCite, &intoHeldFor, &intoAcknowledged,
		&intoRequest, &intoRequestPart, &intoAnswer, &intoAnswerPart, &intoClosing, &intoLine, &intoDisclosure, &intoRedress, &intoRedressPortion, &intoRedressAnswer, &intoGoneEarly, &intoNarrowed}
)

// inserts gathers rows for all tables of one transaction.
type inserts struct {
	tx   *store.Tx
	args [24][]any
	err  error
	// counted is how far the requests of each asker are counted.
	counted map[asker]counted
}

// add gathers one row, and stores what has come together.
func (in *inserts) add(t *into, row ...any) {
	args := append(in.args[t.place], row...)
	if len(args) == t.columns*t.together && in.err == nil {
		_, in.err = in.tx.Run(t.many, args...)
		args = args[:0]
	}
	in.args[t.place] = args
}

// flush stores what is left.
func (in *inserts) flush() error {
	for _, t := range intoAll {
		for args := in.args[t.place]; len(args) > 0 && in.err == nil; args = args[t.columns:] {
			_, in.err = in.tx.Run(t.one, args[:t.columns]...)
		}
		in.args[t.place] = nil
	}
	return in.err
}

// portionKey is what portions are found by: the beginning of the id.
func portionKey(id *[16]byte) []byte { return id[:8] }

// report gathers the rows of a report, all but its words.
func (in *inserts) report(r *Report) {
	own := 0
	if r.Own {
		own = 1
	}
	in.add(&intoReport, r.Index, r.ID, r.Originator, own, r.Type, r.Title, r.Written, r.Logged, r.Class, r.Banner, r.Grade,
		len(r.Portions), strings.Join(r.Recipients, " "), r.Batch, r.Supersedes, r.Act, r.Ends, r.Rests, r.Doubt, r.Review)
	for n := range r.Portions {
		p := &r.Portions[n]
		in.add(&intoPortion, r.Index, n, portionKey(&p.ID), p.ID[:], p.Digest[:])
		for k := range p.Cites {
			c := &p.Cites[k]
			in.add(&intoCite, r.Index, n, k, portionKey(&c.ID), c.ID[:], c.Digest[:], c.Originator)
		}
		if p.Unnamed && in.err == nil {
			_, in.err = in.tx.Run(sqlUnnamed, r.Index, n)
		}
		for _, m := range p.HeldFor {
			in.add(&intoHeldFor, r.Index, n, m)
		}
	}
	in.disclosures(r)
	for n := range r.Listings {
		d := &r.Listings[n]
		in.add(&intoDesignation, r.Index, n, r.Originator, d.Authority, d.List, d.Reference, d.Kind, d.Name, d.Status)
	}
	for n := range r.Attachments {
		in.add(&intoAttachment, r.Index, n, r.Attachments[n][:])
	}
}
