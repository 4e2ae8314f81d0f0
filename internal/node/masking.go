package node

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/json"
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
type masks map[string]string

func maskKey(kind, name string, p *act.PortionInput) string {
	return kind + "\x00" + strings.ToLower(strings.Join(strings.Fields(name), " ")) + "\x00" + p.Label.Rel.String()
}

func (m masks) known(p *act.PortionInput, text string) {
	for _, found := range mark25.FindAllStringSubmatch(text, -1) {
		if kind, _, ok := strings.Cut(found[2], " "); ok {
			m[maskKey(kind, found[1], p)] = found[2]
		}
	}
}

// fill gives every mark in a text its word.
func (m masks) fill(p *act.PortionInput, kind, text string) string {
	return mark25.ReplaceAllStringFunc(text, func(s string) string {
		found := mark25.FindStringSubmatch(s)
		if found[2] != "" {
			return s
		}
		key := maskKey(kind, found[1], p)
		if m[key] == "" {
			var b [4]byte
			_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program rather
			m[key] = kind + " " + base32.StdEncoding.EncodeToString(b[:])[:5]
		}
		return "[[" + found[1] + "|" + m[key] + "]]"
	})
}

// markAll gives the marks in portions their words, and marks whoever is a local
// source. It refuses brackets that mark nothing.
func markAll(portions []act.PortionInput) (findings []act.Finding) {
	m := masks{}
	for i := range portions {
		p := &portions[i]
		m.known(p, p.Text)
		for k := range p.Sources {
			m.known(p, p.Sources[k].Descriptor)
			m.known(p, p.Sources[k].Party)
		}
	}
	for i := range portions {
		p := &portions[i]
		p.Text = m.fill(p, "person", p.Text)
		loose := p.Text
		p.Sources = slices.Clone(p.Sources)
		for k := range p.Sources {
			s := &p.Sources[k]
			s.Descriptor = m.fill(p, "source", s.Descriptor)
			loose += "\n" + s.Descriptor
			m.party(p, s)
		}
		if rest := mark25.ReplaceAllString(loose, ""); strings.Contains(rest, "[[") || strings.Contains(rest, "]]") {
			f := findingOf(errMark)
			f.Portion = i + 1
			findings = append(findings, f)
		}
	}
	return findings
}

// party marks whose word it is, where that is a person who told it.
func (m masks) party(p *act.PortionInput, s *act.Source) {
	if !informant(s) || s.Party == "" || wordAlone.MatchString(s.Party) || strings.ContainsAny(s.Party, "[]|\n") {
		s.Party = m.fill(p, "source", s.Party)
		return
	}
	s.Party = m.fill(p, "source", "[["+s.Party+"]]")
}

// markSources marks the local sources of portions that a file brought; what else
// stands in them is as it came.
func markSources(portions []act.PortionInput) {
	m := masks{}
	for i := range portions {
		p := &portions[i]
		p.Sources = slices.Clone(p.Sources)
		for k := range p.Sources {
			m.party(p, &p.Sources[k])
		}
	}
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
				return s // a file brought it; it is no mark of an officer's
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
	var names []string
	for i := range d.Portions {
		p := &d.Portions[i]
		marked := mark25.FindAllStringSubmatch(p.Text, -1)
		for k := range p.Sources {
			marked = append(marked, mark25.FindAllStringSubmatch(p.Sources[k].Descriptor+"\n"+p.Sources[k].Party, -1)...)
		}
		for _, m := range marked {
			if m[2] != "" && !slices.Contains(names, m[1]) {
				names = append(names, m[1])
			}
		}
		if p.PersonData != nil && len(marked) == 0 && slices.ContainsFunc(p.PersonData.Categories, func(c act.Category) bool { return slices.Contains(private, c) }) {
			add(i+1, errUnmasked)
		}
	}
	if len(names) == 0 {
		return out
	}
	for i, p := range d.leaving() {
		texts := []string{p.Text}
		for k := range p.Sources {
			texts = append(texts, p.Sources[k].Descriptor, p.Sources[k].Party)
		}
		for _, a := range p.Attachments {
			texts = append(texts, a.Name)
		}
		if p.PersonData != nil {
			texts = append(texts, p.PersonData.Ground, p.PersonData.Consent, p.PersonData.Purpose)
		}
		clear := slices.ContainsFunc(names, func(name string) bool {
			return slices.ContainsFunc(texts, func(s string) bool { return stands(s, name) }) || p.Object != nil && bytes.Contains(p.Object.Bytes, []byte(name))
		})
		if clear {
			add(i+1, errInClear)
		}
	}
	if slices.ContainsFunc(names, func(name string) bool { return stands(d.Title, name) }) {
		add(0, errInClear)
	}
	return out
}

// stands reports whether a name stands in a text as words of its own.
func stands(text, name string) bool {
	for from := 0; ; {
		i := strings.Index(text[from:], name)
		if i < 0 {
			return false
		}
		i += from
		before, _ := utf8.DecodeLastRuneInString(text[:i])
		after, _ := utf8.DecodeRuneInString(text[i+len(name):])
		if !unicode.IsLetter(before) && !unicode.IsLetter(after) {
			return true
		}
		from = i + 1
	}
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
	if err != nil || len(known) == 0 {
		return nil, err
	}
	var out []act.Finding
	for i, p := range d.leaving() {
		k, ok := known[viewdb.StatedBy{Originator: string(n.self), ID: rawID(p.ID)}]
		if !ok {
			continue
		}
		if made, err := act.NewPortion(p); err == nil && made.Digest != act.Digest(k.Digest) {
			f := findingOf(errSaidOtherwise)
			f.Portion = i + 1
			out = append(out, f)
		}
	}
	return out, nil
}

// hasWord reports whether a mark with its word stands in a portion.
func hasWord(p *act.PortionInput) bool {
	has := func(s string) bool {
		return strings.Contains(s, "[[") && slices.ContainsFunc(mark25.FindAllStringSubmatch(s, -1), func(m []string) bool { return m[2] != "" })
	}
	return has(p.Text) || slices.ContainsFunc(p.Sources, func(s act.Source) bool { return has(s.Descriptor) || has(s.Party) })
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
