package node

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"entente/act"
	"entente/internal/process/read"
	"entente/internal/section"
	"entente/internal/store/viewdb"
)

// SuggestionID names a suggestion: a text and the finding in it.
type SuggestionID = section.SuggestionID

// FormatSuggestion writes the name of a suggestion as officers see it: "412.7".
func FormatSuggestion(id SuggestionID) string { return fmt.Sprintf("%d.%d", id.Reading, id.N) }

// ParseSuggestion reads what FormatSuggestion writes.
func ParseSuggestion(s string) (SuggestionID, bool) {
	a, b, ok := strings.Cut(s, ".")
	reading, err1 := strconv.ParseInt(a, 10, 64)
	n, err2 := strconv.Atoi(b)
	id := SuggestionID{Reading: reading, N: n}
	return id, ok && err1 == nil && err2 == nil && reading > 0 && n > 0 && FormatSuggestion(id) == s
}

// Suggestion is what a reader proposes to see in a part of a text, and what
// officers said of it.
type Suggestion struct {
	ID      SuggestionID
	Portion act.ID
	Number  int // of the portion in the draft or report, from 1
	// Text is the exact text at the offsets of the proposal.
	Text string
	read.Proposal
	Says      section.Says
	Judgments []section.Judged
	// Names are what stands of a name, of each pair the last word.
	Names []section.NameJudged

	text    string // of the portion
	edition int64
}

// Speaker is the text of a statement's speaker, empty where nobody is named.
func (s *Suggestion) Speaker() string { return s.part(s.Meaning.Speaker) }

// Content is the text of what a statement says.
func (s *Suggestion) Content() string { return s.part(s.Meaning.Content) }

func (s *Suggestion) part(at *[2]int) string {
	if at == nil {
		return ""
	}
	return s.text[at[0]:at[1]]
}

// IsName says whether it is the name of a person, a group or an organisation.
func (s *Suggestion) IsName() bool {
	return s.Kind == read.KindPerson || s.Kind == read.KindGroup || s.Kind == read.KindOrganisation
}

// seen is the suggestion as the section wants it.
func (s *Suggestion) seen() section.Seen {
	return section.Seen{SuggestionID: s.ID, Kind: s.Kind, Edition: s.edition}
}

// SuggestionQuery narrows a list of suggestions.
type SuggestionQuery struct {
	Draft  string // of a draft, or
	Report string // of a report
	Kind   string // empty for all
	Says   *section.Says
	After  string // behind what Suggestions.Next gave
	Limit  int    // 1 to 500, 500 when 0
}

// Suggestions is a page of suggestions.
type Suggestions struct {
	List []Suggestion
	// Waiting says that a text has still to be read, or to be read anew.
	Waiting bool
	// Open, Accepted and Rejected count all of the draft or report.
	Open, Accepted, Rejected int
	// Next is where the next page begins; empty when this is the last.
	Next string
}

// ErrSuggestion refuses what is no suggestion of a text that the officer may
// read, in words that do not tell which of it is so.
var ErrSuggestion = errors.New("no suggestion of that number is here; list those of the report or draft")

// Suggestions returns the suggestions of a draft or report that the officer may
// read, in the order of its text.
func (n *Node) Suggestions(ctx context.Context, o section.Officer, q SuggestionQuery) (Suggestions, error) {
	if err := n.section.Authorise(ctx, o, section.OpSuggestionRead, q.Draft+q.Report); err != nil {
		return Suggestions{}, err
	}
	texts, waiting, err := n.textsFor(ctx, o, q)
	if err != nil {
		return Suggestions{}, err
	}
	if q.Limit <= 0 || q.Limit > section.MaxPage {
		q.Limit = section.MaxPage
	}
	var after SuggestionID
	behind := q.After == ""
	if !behind {
		var ok bool
		if after, ok = ParseSuggestion(q.After); !ok {
			return Suggestions{}, ErrSuggestion
		}
	}
	n.suggesting.mu.Lock()
	edition := n.suggesting.edition
	n.suggesting.mu.Unlock()
	out := Suggestions{Waiting: waiting, List: []Suggestion{}}
	for i := range texts {
		t := &texts[i]
		r, ok, err := n.section.ReadingOf(ctx, t.id, t.digest)
		if err != nil {
			return Suggestions{}, err
		}
		if q.Draft == "" && (!ok || r.Edition != edition) {
			out.Waiting = true
		}
		if !ok {
			continue
		}
		out.Accepted, out.Rejected, out.Open = out.Accepted+r.Accepted, out.Rejected+r.Rejected, out.Open+r.Found-r.Accepted-r.Rejected
		if r.Found == 0 || out.Next != "" {
			continue
		}
		list, err := n.suggestionsIn(ctx, r, t)
		if err != nil {
			return Suggestions{}, err
		}
		for _, s := range list {
			switch {
			case !behind:
				behind = s.ID == after
				continue
			case q.Kind != "" && s.Kind != q.Kind || q.Says != nil && s.Says != *q.Says:
				continue
			}
			if len(out.List) == q.Limit {
				out.Next = FormatSuggestion(out.List[q.Limit-1].ID)
				break
			}
			out.List = append(out.List, s)
		}
	}
	if !behind {
		return Suggestions{}, ErrSuggestion
	}
	return out, nil
}

// numberedText is a text with its place.
type numberedText struct {
	portionText
	number int
}

// textsFor returns the texts of what a query names, if the officer may read it,
// and whether it still waits for being read.
func (n *Node) textsFor(ctx context.Context, o section.Officer, q SuggestionQuery) ([]numberedText, bool, error) {
	if q.Draft != "" {
		d, err := n.section.Draft(ctx, o, q.Draft)
		if err != nil {
			return nil, false, err
		}
		if len(d.Content) == 0 || d.Kind != KindReport {
			return nil, false, nil
		}
		draft, err := ParseDraft(d.Content)
		if err != nil {
			return nil, false, err
		}
		queued, err := n.section.ReadingQueued(ctx, q.Draft)
		if err != nil {
			return nil, false, err
		}
		return numbered(draft.Portions), queued, nil
	}
	if err := n.section.Authorise(ctx, o, section.OpReportRead, q.Report); err != nil {
		return nil, false, err
	}
	if err := n.CatchingUp(); err != nil {
		return nil, false, err
	}
	full, err := n.views.Get(ctx, q.Report)
	if err != nil {
		return nil, false, err
	}
	texts, err := n.textsOf(ctx, full)
	return texts, false, err
}

// textsOf returns the texts of a report that are not withdrawn: what a recall
// took back is read to nobody in pieces either (rule 10).
func (n *Node) textsOf(ctx context.Context, full viewdb.Full) ([]numberedText, error) {
	a, err := act.Parse(full.Act)
	if err != nil || a.Report == nil {
		return nil, err
	}
	var gone map[int]bool
	if full.Withdrawn > 0 {
		if gone, err = n.views.WithdrawnOf(ctx, full.Index); err != nil {
			return nil, err
		}
	}
	in := make([]act.PortionInput, len(a.Report.Portions))
	for i := range in {
		in[i] = a.Report.Portions[i].PortionInput
	}
	return slices.DeleteFunc(numbered(in), func(t numberedText) bool { return gone[t.number-1] }), nil
}

func numbered(portions []act.PortionInput) []numberedText {
	var out []numberedText
	for i := range portions {
		for _, t := range textsOf(portions[i : i+1]) {
			out = append(out, numberedText{t, i + 1})
		}
	}
	return out
}

// suggestionsIn returns the suggestions of one text.
func (n *Node) suggestionsIn(ctx context.Context, r section.Reading, t *numberedText) ([]Suggestion, error) {
	list, err := read.DecodeProposals(r.Body, len(t.text))
	if err != nil {
		return nil, err
	}
	out := make([]Suggestion, len(list))
	at := make(map[int]*Suggestion, len(list))
	for i, p := range list {
		out[i] = Suggestion{ID: SuggestionID{Reading: r.ID, N: p.N}, Portion: act.ID(hex.EncodeToString(t.id[:])), Number: t.number,
			Text: t.text[p.Bytes[0]:p.Bytes[1]], Proposal: p, text: t.text, edition: r.Edition}
		at[p.N] = &out[i]
	}
	said, names, err := n.section.Judgements(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	for _, j := range said {
		if s := at[j.N]; s != nil {
			s.Judgments, s.Says = append(s.Judgments, j), j.Says
		}
	}
	for _, j := range names {
		for _, id := range []SuggestionID{j.Name, j.Other} {
			if s := at[id.N]; s != nil && id.Reading == r.ID {
				s.Names = append(s.Names, j)
			}
		}
	}
	for i := range out {
		out[i].Names = lastWords(out[i].Names)
	}
	return out, nil
}

// lastWords returns the last word on each pair, if it was not withdrawn.
func lastWords(all []section.NameJudged) []section.NameJudged {
	type pair struct {
		a, b    SuggestionID
		listing string
	}
	last := map[pair]int{}
	for i, j := range all {
		last[pair{j.Name, j.Other, j.Listing}] = i
	}
	var out []section.NameJudged
	for i, j := range all {
		if last[pair{j.Name, j.Other, j.Listing}] == i && j.Says != section.NamesWithdrawn {
			out = append(out, j)
		}
	}
	return out
}

// maxHolders bounds how many holders of a text are looked at for one that the
// officer may read.
const maxHolders = 16

// Suggestion returns one suggestion of a text that the officer may read.
// Errors: ErrSuggestion.
func (n *Node) Suggestion(ctx context.Context, o section.Officer, id SuggestionID) (Suggestion, error) {
	if err := n.section.Authorise(ctx, o, section.OpSuggestionRead, FormatSuggestion(id)); err != nil {
		return Suggestion{}, err
	}
	list, err := n.suggestionsOf(ctx, o, id.Reading)
	if err != nil {
		return Suggestion{}, err
	}
	for _, s := range list {
		if s.ID == id {
			return s, nil
		}
	}
	return Suggestion{}, ErrSuggestion
}

// suggestionsOf returns the suggestions of a text by its number, if the officer
// may read a draft or report that holds it.
func (n *Node) suggestionsOf(ctx context.Context, o section.Officer, reading int64) ([]Suggestion, error) {
	r, err := n.section.Reading(ctx, reading)
	if errors.Is(err, section.ErrNotFound) {
		return nil, ErrSuggestion
	}
	if err != nil {
		return nil, err
	}
	holders, err := n.section.HoldersOf(ctx, reading, maxHolders)
	if err != nil {
		return nil, err
	}
	for _, h := range holders {
		q := SuggestionQuery{Draft: h.Draft}
		if h.Draft == "" {
			if q.Report, err = n.views.Shows(ctx, h.Index); errors.Is(err, viewdb.ErrNotFound) {
				continue
			} else if err != nil {
				return nil, err
			}
		}
		texts, _, err := n.textsFor(ctx, o, q)
		if errors.Is(err, viewdb.ErrNotFound) || errors.Is(err, section.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for i := range texts {
			if texts[i].id == r.Portion && texts[i].digest == [sha256.Size]byte(r.Digest) {
				return n.suggestionsIn(ctx, r, &texts[i])
			}
		}
	}
	return nil, ErrSuggestion
}

// JudgeSuggestions accepts, rejects or reopens suggestions of texts that the
// officer may read, all of them or none, and returns how many were changed. The
// texts stay what they are.
func (n *Node) JudgeSuggestions(ctx context.Context, o section.Officer, says section.Says, ids []SuggestionID) (int, error) {
	if err := n.section.Authorise(ctx, o, section.OpSuggestionJudge, ""); err != nil {
		return 0, err
	}
	if len(ids) > section.MaxJudged {
		ids = ids[:section.MaxJudged+1] // the section refuses them
	}
	known := map[int64]map[int]*Suggestion{}
	var list []section.Seen
	for _, id := range ids {
		of, ok := known[id.Reading]
		if !ok {
			all, err := n.suggestionsOf(ctx, o, id.Reading)
			if err != nil {
				return 0, err
			}
			of = make(map[int]*Suggestion, len(all))
			for i := range all {
				of[all[i].ID.N] = &all[i]
			}
			known[id.Reading] = of
		}
		s := of[id.N]
		if s == nil {
			return 0, ErrSuggestion
		}
		list = append(list, s.seen())
	}
	return n.section.JudgeSuggestions(ctx, o, says, list)
}

// NameStatement is what an officer says of a name in a text and a listing, or
// another name in a text.
type NameStatement struct {
	Name    SuggestionID
	Listing string // key of a listing that is held here, or
	Other   SuggestionID
	Says    section.SameAs
	Reason  string
}

// ErrNotAName refuses to compare what is no name.
var ErrNotAName = errors.New("only the names of persons, groups and organisations are compared")

// ErrListing refuses a listing that is not held here.
var ErrListing = errors.New("no such listing is held here; candidates lists those that are like the name")

// JudgeName records what an officer says of two names that he may read. Nothing
// is merged by it.
func (n *Node) JudgeName(ctx context.Context, o section.Officer, x NameStatement) error {
	if err := n.section.Authorise(ctx, o, section.OpSuggestionJudge, FormatSuggestion(x.Name)); err != nil {
		return err
	}
	s, err := n.name(ctx, o, x.Name)
	if err != nil {
		return err
	}
	st := section.NameStatement{Name: s.seen(), Listing: x.Listing, Says: x.Says, Reason: x.Reason}
	if x.Listing == "" {
		other, err := n.name(ctx, o, x.Other)
		if err != nil {
			return err
		}
		seen := other.seen()
		st.Other = &seen
	} else if x.Says != section.NamesWithdrawn {
		listings, err := n.views.ListingOf(ctx, x.Listing)
		if err != nil {
			return err
		}
		if len(listings) == 0 {
			return ErrListing
		}
	}
	return n.section.JudgeName(ctx, o, st)
}

func (n *Node) name(ctx context.Context, o section.Officer, id SuggestionID) (Suggestion, error) {
	s, err := n.Suggestion(ctx, o, id)
	if err == nil && !s.IsName() {
		err = ErrNotAName
	}
	return s, err
}

// maxWait bounds how long a list of suggestions waits for the reader.
const maxWait = 10 * time.Second

// SuggestionsSoon is Suggestions for a draft that may still be read: it waits
// for that, at most ten seconds and at most so long.
func (n *Node) SuggestionsSoon(ctx context.Context, o section.Officer, q SuggestionQuery, wait time.Duration) (Suggestions, error) {
	limit := time.NewTimer(min(wait, maxWait))
	defer limit.Stop()
	for {
		stored := n.suggesting.changed()
		out, err := n.Suggestions(ctx, o, q)
		if err != nil || !out.Waiting || wait <= 0 {
			return out, err
		}
		n.suggesting.poke()
		select {
		case <-stored:
		case <-limit.C:
			return out, nil
		case <-ctx.Done():
			return out, ctx.Err()
		}
	}
}
