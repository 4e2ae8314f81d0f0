package node

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
)

// Local sources and private persons are masked at release (rule 25; spec/act.md,
// "Masks"). A draft keeps each name with the word that stands for it, so that a
// portion that is said again has the same bytes; what leaves has the word alone.

// mark25 is a name in a draft and, once it has been saved, the word for it.
var mark25 = regexp.MustCompile(`\[\[([^\[\]|\n]{1,400})(?:\|((?:person|source) [A-Z2-7]{5}))?\]\]`)

// wordAlone is a word as it leaves, where a name stood.
var wordAlone = regexp.MustCompile(`^\[(person|source) [A-Z2-7]{5}\]$`)

// wordsSaid are the words as they leave, in a text.
var wordsSaid = regexp.MustCompile(`\[(?:person|source) [A-Z2-7]{5}\]`)

// Refusals of masks.
var (
	errMark = &act.Refusal{Code: "mask_form", Rule: "25",
		Why: "two square brackets begin or end the mark of a name, and here is none", Cure: "write the name as [[name]], of 1 to 400 bytes on one line, or the brackets with a blank between them"}
	errUnmasked = &act.Refusal{Code: "mask_missing", Rule: "25",
		Why: "private persons are masked at release, and no name is marked here", Cure: "write each name as [[name]]; or, where none stands in it or a name has to be seen, let an officer with the release role say why: entente report release unmask"}
	errInClear = &act.Refusal{Code: "mask_in_clear", Rule: "25",
		Why: "a name that is masked in this report stands in clear elsewhere in it", Cure: "mark it there as well, or leave it out; of an object or a title, leave that out"}
	errSaidOtherwise = &act.Refusal{Code: "portion_changed", Rule: "10",
		Why: "a portion with this id was released with other bytes, and a portion never changes under its id", Cure: "take the portion as it was released, or file it without id and salt, as a new one"}
)

// Unmask is the decision of a release officer that names stand in clear.
type Unmask struct {
	Officer string `json:"officer"`
	Reason  string `json:"reason"`
}

// private are the categories of persons whose names are masked by default: all
// but those who are named for an act of theirs (rule 19).
var private = []act.Category{act.CategoryWitness, act.CategoryVictim, act.CategorySource, act.CategoryMinor, act.CategoryOther}

// informant reports whether whoever a source is, is a person who told it.
func informant(s *act.Source) bool { return s.Kind == act.KindHuman || s.Kind == act.KindDetained }

// masks finds or draws the word for a name: one for each name and release set in
// a report, so that views that share no portion share no word.
type masks struct {
	words map[string]string
	taken map[string]bool // words, of whichever name
}

func maskKey(kind, name string, p *act.PortionInput) string {
	return kind + "\x00" + strings.ToLower(strings.Join(strings.Fields(name), " ")) + "\x00" + p.Label.Rel.String()
}

// drawn returns the words in portions that this node drew before. One that
// stands for two names is kept for the first alone.
func drawn(portions ...act.PortionInput) *masks {
	m := &masks{words: map[string]string{}, taken: map[string]bool{}}
	m.know(portions)
	return m
}

func (m *masks) know(portions []act.PortionInput) {
	for i := range portions {
		p := &portions[i]
		known := func(text string) {
			for _, found := range mark25.FindAllStringSubmatch(text, -1) {
				kind, _, ok := strings.Cut(found[2], " ")
				if key := maskKey(kind, found[1], p); ok && m.words[key] == "" && !m.taken[found[2]] {
					m.words[key], m.taken[found[2]] = found[2], true
				}
			}
		}
		known(p.Text)
		for k := range p.Sources {
			known(p.Sources[k].Descriptor)
			known(p.Sources[k].Party)
		}
	}
}

// fill gives every mark in a text its word. A word that somebody else chose gives
// way to one that is drawn.
func (m *masks) fill(p *act.PortionInput, kind, text string) string {
	return mark25.ReplaceAllStringFunc(text, func(s string) string {
		found := mark25.FindStringSubmatch(s)
		kind := kind
		if said, _, ok := strings.Cut(found[2], " "); ok {
			kind = said
		}
		key := maskKey(kind, found[1], p)
		for m.words[key] == "" {
			var b [4]byte
			_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program rather
			if word := kind + " " + base32.StdEncoding.EncodeToString(b[:])[:5]; !m.taken[word] {
				m.words[key], m.taken[word] = word, true
			}
		}
		return "[[" + found[1] + "|" + m.words[key] + "]]"
	})
}

// markAll gives the marks in portions their words, and marks whoever is a local
// source; m holds the words that were drawn before. It refuses brackets that mark
// nothing.
func markAll(portions []act.PortionInput, m *masks) (findings []act.Finding) {
	for i := range portions {
		p := &portions[i]
		p.Text = m.fill(p, "person", p.Text)
		loose := p.Text
		p.Sources = slices.Clone(p.Sources)
		wrong := false
		for k := range p.Sources {
			s := &p.Sources[k]
			s.Descriptor = m.fill(p, "source", s.Descriptor)
			m.party(p, s)
			loose += "\n" + s.Descriptor
			wrong = wrong || informant(s) && s.Party != "" && !hasMark(s.Party) && !wordAlone.MatchString(s.Party)
		}
		nobody := slices.ContainsFunc(mark25.FindAllStringSubmatch(loose, -1), func(m []string) bool { return foldText(m[1]).letters == "" })
		if rest := mark25.ReplaceAllString(loose, ""); wrong || nobody || strings.Contains(rest, "[[") || strings.Contains(rest, "]]") {
			f := findingOf(errMark)
			f.Portion = i + 1
			findings = append(findings, f)
		}
	}
	return findings
}

// party marks whose word it is, where that is a person who told it, there and in
// the descriptor.
func (m *masks) party(p *act.PortionInput, s *act.Source) {
	if !informant(s) || s.Party == "" || wordAlone.MatchString(s.Party) || strings.ContainsAny(s.Party, "[]|\n") {
		s.Party = m.fill(p, "source", s.Party)
	} else {
		s.Party = m.fill(p, "source", "[["+s.Party+"]]")
	}
	found := mark25.FindStringSubmatch(s.Party)
	if !informant(s) || found == nil || found[0] != s.Party || foldText(found[1]).letters == "" {
		return
	}
	var out strings.Builder
	from := 0
	for _, at := range append(mark25.FindAllStringIndex(s.Descriptor, -1), []int{len(s.Descriptor), len(s.Descriptor)}) {
		out.WriteString(markName(s.Descriptor[from:at[0]], found[1], s.Party))
		out.WriteString(s.Descriptor[at[0]:at[1]])
		from = at[1]
	}
	s.Descriptor = out.String()
}

// markName puts a mark where a name stands in a text as words of its own.
func markName(text, name, mark string) string {
	var out strings.Builder
	for from := 0; ; {
		i := strings.Index(text[from:], name)
		if i < 0 {
			return out.String() + text
		}
		i += from
		before, _ := utf8.DecodeLastRuneInString(text[:i])
		after, _ := utf8.DecodeRuneInString(text[i+len(name):])
		if unicode.IsLetter(before) || unicode.IsLetter(after) {
			from = i + 1
			continue
		}
		out.WriteString(text[:i])
		out.WriteString(mark)
		text, from = text[i+len(name):], 0
	}
}

// markSources marks the local sources of portions that a file brought. A word
// beside a name in it is none that this node drew, and is taken out.
func markSources(portions []act.PortionInput) {
	m := drawn()
	undo := func(s string) string { return mark25.ReplaceAllString(s, "[[$1]]") }
	for i := range portions {
		p := &portions[i]
		p.Text = undo(p.Text)
		p.Sources = slices.Clone(p.Sources)
		for k := range p.Sources {
			s := &p.Sources[k]
			s.Descriptor = undo(s.Descriptor)
			if party := undo(s.Party); informant(s) || party != s.Party {
				s.Party = party
				if informant(s) {
					m.party(p, s)
				}
			}
		}
	}
}

// wordsBefore returns the words that this node drew for a draft: those of its
// last version, of the report that it replaces, and of portions that were
// released, which are held to their bytes (rule 10).
func (n *Node) wordsBefore(ctx context.Context, o section.Officer, id string, d *Draft) (*masks, error) {
	m := drawn()
	if !slices.ContainsFunc(d.Portions, func(p act.PortionInput) bool { return hasWord(&p) }) {
		return m, nil
	}
	for _, id := range []string{id, d.Supersedes} {
		if id == "" {
			continue
		}
		row, err := n.section.Draft(ctx, o, id)
		var no *section.Refusal
		switch {
		case errors.Is(err, section.ErrNotFound), errors.As(err, &no), err == nil && row.Kind != KindReport:
			continue
		case err != nil:
			return nil, err
		}
		if before, err := ParseDraft(row.Content); err == nil { // else it was destroyed
			m.know(before.Portions)
		}
	}
	var ids []viewdb.Portion
	for i := range d.Portions {
		if p := &d.Portions[i]; p.ID != "" && hasWord(p) {
			ids = append(ids, viewdb.Portion{ID: rawID(p.ID)})
		}
	}
	known, err := n.views.Known(ctx, ids)
	if err != nil {
		return nil, err
	}
	for i := range d.Portions {
		if p := &d.Portions[i]; p.ID != "" {
			if _, ok := known[viewdb.StatedBy{Originator: string(n.self), ID: rawID(p.ID)}]; ok {
				m.know(d.Portions[i : i+1])
			}
		}
	}
	return m, nil
}

// leaving are the portions as they would leave: each name with the word for it,
// or, where a release officer so decided, in clear.
func (d *Draft) leaving() []act.PortionInput {
	out := slices.Clone(d.Portions)
	said := func(s string) string {
		if !strings.Contains(s, "[[") {
			return s
		}
		return mark25.ReplaceAllStringFunc(s, func(s string) string {
			switch found := mark25.FindStringSubmatch(s); {
			case found[2] == "":
				return s // a file brought it; [Draft.unmasked] refuses it
			case d.Unmask != nil:
				return found[1]
			default:
				return "[" + found[2] + "]"
			}
		})
	}
	for i := range out {
		p := &out[i]
		p.Text = said(p.Text)
		p.Sources = slices.Clone(p.Sources)
		for k := range p.Sources {
			p.Sources[k].Descriptor, p.Sources[k].Party = said(p.Sources[k].Descriptor), said(p.Sources[k].Party)
		}
	}
	return out
}

// unmasked returns what stands against a release by rule 25.
func (d *Draft) unmasked() (out []act.Finding) {
	if d.Unmask != nil {
		return nil
	}
	add := func(portion int, err error) {
		f := findingOf(err)
		f.Portion = portion
		out = append(out, f)
	}
	for i := range d.Portions {
		p := &d.Portions[i]
		// Who told it is masked by itself; it says nothing of who stands in the text.
		if p.PersonData != nil && !hasMark(p.Text) && slices.ContainsFunc(p.PersonData.Categories, func(c act.Category) bool { return slices.Contains(private, c) }) {
			add(i+1, errUnmasked)
		}
		if bare(p.Text) || slices.ContainsFunc(p.Sources, func(s act.Source) bool {
			return bare(s.Descriptor) || bare(s.Party) || informant(&s) && s.Party != "" && !hasMark(s.Party) && !wordAlone.MatchString(s.Party)
		}) {
			add(i+1, errMark)
		}
	}
	return append(out, d.inClear()...)
}

// hasMark reports whether a mark with its word stands in a text.
func hasMark(s string) bool {
	return strings.Contains(s, "[[") && slices.ContainsFunc(mark25.FindAllStringSubmatch(s, -1), func(m []string) bool { return m[2] != "" })
}

// bare reports whether brackets stand in a text as those of a mark, without a
// word: a file brought them, and no officer has said whether they are one.
func bare(s string) bool {
	return strings.Contains(s, "[[") && slices.ContainsFunc(mark25.FindAllStringSubmatch(s, -1), func(m []string) bool { return m[2] == "" })
}

// replacedPortions are the digests of the portions of the released draft that
// another replaces, which may not be in the log yet: a node without a line hands
// in what it released days later.
func (n *Node) replacedPortions(ctx context.Context, d *Draft) (map[act.ID]act.Digest, error) {
	if d.Supersedes == "" {
		return nil, nil
	}
	row, ok, err := n.section.DraftText(ctx, d.Supersedes)
	if err != nil || !ok || row.Kind != KindReport {
		return nil, err
	}
	before, err := ParseDraft(row.Content)
	if err != nil {
		return nil, nil // it was destroyed
	}
	out := map[act.ID]act.Digest{}
	for _, p := range before.leaving() {
		if made, err := act.NewPortion(p); err == nil {
			out[made.ID] = made.Digest
		}
	}
	return out, nil
}

// changed returns the portions of a draft that this member released with other
// bytes under the same id.
func (n *Node) changed(ctx context.Context, d *Draft) ([]act.Finding, error) {
	if d.Unmask == nil && d.Supersedes == "" && !slices.ContainsFunc(d.Portions, func(p act.PortionInput) bool { return hasWord(&p) }) {
		return nil, nil // nothing here could have left in another form
	}
	var ids []viewdb.Portion
	for i := range d.Portions {
		if id := d.Portions[i].ID; id != "" {
			ids = append(ids, viewdb.Portion{ID: rawID(id)})
		}
	}
	known, err := n.views.Known(ctx, ids)
	if err != nil {
		return nil, err
	}
	waiting, err := n.replacedPortions(ctx, d)
	if err != nil || len(known)+len(waiting) == 0 {
		return nil, err
	}
	var out []act.Finding
	for i, p := range d.leaving() {
		was, ok := waiting[p.ID]
		if k, said := known[viewdb.StatedBy{Originator: string(n.self), ID: rawID(p.ID)}]; said {
			was, ok = act.Digest(k.Digest), true
		}
		if !ok {
			continue
		}
		if made, err := act.NewPortion(p); err == nil && made.Digest != was {
			f := findingOf(errSaidOtherwise)
			f.Portion = i + 1
			out = append(out, f)
		}
	}
	return out, nil
}

// hasWord reports whether a mark with its word stands in a portion.
func hasWord(p *act.PortionInput) bool {
	return hasMark(p.Text) || slices.ContainsFunc(p.Sources, func(s act.Source) bool { return hasMark(s.Descriptor) || hasMark(s.Party) })
}

// UnmaskDraft records that the names in a draft stand in clear when it leaves,
// with the release officer's reason. It is a new version of the draft, of which
// this officer becomes an author: another one lets it go (rule 6). The next
// change of the draft ends it.
func (n *Node) UnmaskDraft(ctx context.Context, o section.Officer, id, etag, reason string) (section.Draft, error) {
	d, err := n.section.Draft(ctx, o, id)
	if err != nil {
		return section.Draft{}, err
	}
	if d.Kind != KindReport {
		return section.Draft{}, fmt.Errorf("%w: only a report holds masked names", ErrDraft)
	}
	draft, err := ParseDraft(d.Content)
	if err != nil {
		return section.Draft{}, err
	}
	draft.Unmask = &Unmask{Officer: o.Login, Reason: reason}
	raw, err := json.Marshal(draft)
	if err != nil {
		return section.Draft{}, err
	}
	return n.section.UnmaskDraft(ctx, o, id, etag, draft.content(raw), reason)
}
