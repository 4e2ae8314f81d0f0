package node

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"entente/act"
	naming "entente/internal/process/names"
	"entente/internal/process/read"
	"entente/internal/section"
)

// Candidate is a listing whose name is like one in a text. What it is worth is
// for an officer to say; the likeness decides nothing and orders nothing
// (rule 24).
type Candidate struct {
	Key       string // authority, list and reference
	Kind      string // person or entity
	Name      string // primary name
	Like      string // the listed name that is most like
	Status    string
	Reports   []string // that state it, by the member that filed it
	Match     bool     // as like as names of one bearer usually are
	Likeness  float64  // 0 to 1
	Explained string   // which words fit which, and how
	Standing  *section.NameJudged
}

const (
	// maxCandidates bounds the candidates of one name, leastLike is the
	// likeness from which there is one.
	maxCandidates = 10
	leastLike     = 0.05
	// maxListed bounds the listings whose names are indexed.
	maxListed = 50_000
)

// Candidates returns the listings held here that a name in a text may mean, in
// the order of their keys: the name must be in a text that the officer may
// read. Errors: ErrSuggestion, ErrNotAName.
func (n *Node) Candidates(ctx context.Context, o section.Officer, id SuggestionID) ([]Candidate, error) {
	s, err := n.name(ctx, o, id)
	if err != nil {
		return nil, err
	}
	x, err := n.listedNames(ctx)
	if err != nil || x == nil {
		return nil, err
	}
	kind := naming.Organization
	if s.Kind == read.KindPerson {
		kind = naming.Person
	}
	called := append([]string{strings.Join(strings.Fields(s.Text), " ")}, s.Meaning.Names...)
	best := map[string]naming.Hit{}
	query := map[string]string{}
	search := naming.NewSearcher(x)
	for _, name := range called {
		for _, h := range search.Search(short(name), kind, maxCandidates) {
			if h.Similarity >= leastLike && h.Similarity > best[h.ID].Similarity {
				best[h.ID], query[h.ID] = h, short(name)
			}
		}
	}
	hits := make([]naming.Hit, 0, len(best))
	for _, h := range best {
		hits = append(hits, h)
	}
	if len(hits) > maxCandidates { // the least like are left out; what is left is not ordered by it
		slices.SortFunc(hits, func(a, b naming.Hit) int {
			switch {
			case a.Similarity > b.Similarity:
				return -1
			case a.Similarity < b.Similarity:
				return 1
			}
			return strings.Compare(a.ID, b.ID)
		})
		hits = hits[:maxCandidates]
	}
	slices.SortFunc(hits, func(a, b naming.Hit) int { return strings.Compare(a.ID, b.ID) })
	var out []Candidate
	for _, h := range hits {
		listings, err := n.views.ListingOf(ctx, h.ID)
		if err != nil {
			return nil, err
		}
		if len(listings) == 0 {
			continue // it has ended meanwhile
		}
		c := Candidate{Key: h.ID, Kind: listings[0].Kind, Name: listings[0].Name, Status: listings[0].Status, Like: h.Name, Match: h.Similarity >= naming.Threshold,
			Likeness: h.Similarity, Explained: naming.Compare(query[h.ID], h.Name, kind).String()}
		for _, l := range listings {
			c.Reports = append(c.Reports, l.Report)
		}
		for i := range s.Names {
			if s.Names[i].Listing == h.ID {
				c.Standing = &s.Names[i]
			}
		}
		out = append(out, c)
	}
	return out, nil
}

// listedNames returns the index of the names of the listings in force, nil when
// there are none. It is made when it is first asked for, and again when a
// listing came or went.
func (n *Node) listedNames(ctx context.Context) (*naming.Index, error) {
	l := &n.suggesting.listed
	l.mu.Lock()
	defer l.mu.Unlock()
	last, count, err := n.views.LastListing(ctx)
	if err != nil || count == 0 {
		return nil, err
	}
	l.used = time.Now()
	if l.index != nil && l.last == last && l.count == count {
		return l.index, nil
	}
	b := naming.NewIndexBuilder()
	index, nth := int64(-1), -1
	for listings := 0; listings < maxListed; {
		page, err := n.views.ListedActs(ctx, index, nth, 500)
		if err != nil {
			return nil, err
		}
		for i := range page {
			p := &page[i]
			index, nth = p.Index, p.N
			d, err := designationIn(p.Act, p.N)
			if err != nil {
				return nil, err
			}
			if d == nil {
				continue
			}
			kind := naming.Organization
			if d.Kind == act.KindPerson {
				kind = naming.Person
			}
			for _, name := range d.Names {
				b.Add(p.Key(), name.Name, kind)
			}
			listings++
		}
		if len(page) < 500 {
			break
		}
	}
	if b.Len() == 0 {
		return nil, nil
	}
	l.index, l.last, l.count = b.Build(), last, count
	return l.index, nil
}

// designationIn returns the listing of an act by its place among them.
func designationIn(raw []byte, nth int) (*act.Designation, error) {
	a, err := act.Parse(raw)
	if err != nil || a.Report == nil {
		return nil, err
	}
	for i := range a.Report.Portions {
		if d := a.Report.Portions[i].Designation; d != nil {
			if nth == 0 {
				return d, nil
			}
			nth--
		}
	}
	return nil, nil
}

// short bounds a text in an explanation.
func short(s string) string {
	if len(s) <= 200 {
		return s
	}
	cut := 200
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
