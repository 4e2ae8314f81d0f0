package node

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"reflect"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"entente/act"
	"entente/internal/process"
)

// folded is a text as names are looked for in it: its words as the search folds
// them, with nothing between them, so that blanks, hyphens and invisible
// characters inside a name hide nothing.
type folded struct {
	words   []string
	letters string
	edge    []bool // of each byte of letters, and one past them: a word begins or ends here
}

func foldText(s string) *folded {
	// What is invisible may stand inside a word or between two; as a blank it
	// does neither any harm, because the letters are joined.
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return ' '
		}
		return r
	}, norm.NFKC.String(s))
	f := &folded{}
	var b strings.Builder
	var edges []int
	last := -1
	for _, t := range process.Analyse(s) {
		f.words = append(f.words, t.Text)
		if t.Start != last { // else the analyser cut a long run of letters
			edges = append(edges, b.Len())
		}
		digits := unicode.IsDigit([]rune(t.Text)[0])
		for i, r := range t.Text {
			if d := unicode.IsDigit(r); d != digits {
				edges, digits = append(edges, b.Len()+i), d
			}
		}
		b.WriteString(t.Text)
		last = t.End
	}
	f.letters = b.String()
	f.edge = make([]bool, len(f.letters)+1)
	f.edge[len(f.letters)] = true
	for _, i := range edges {
		f.edge[i] = true
	}
	return f
}

// holds reports whether a name stands in a text: as words of its own, after the
// particles that Arabic writes together with the next word, or with the endings
// of Russian cases.
func (f *folded) holds(name *folded) bool {
	if name.letters == "" {
		return false
	}
	if f.at(name.letters, arabicBefore) || f.declined(name) {
		return true
	}
	// After the particle li- the article loses its alef.
	rest, ok := strings.CutPrefix(name.letters, "ال")
	return ok && f.at("ل"+rest, func(s string) bool { return s == "ل" || s == "ول" || s == "فل" })
}

func (f *folded) at(name string, before func(string) bool) bool {
	first, _ := utf8.DecodeRuneInString(name)
	final, _ := utf8.DecodeLastRuneInString(name)
	for from := 0; ; {
		i := strings.Index(f.letters[from:], name)
		if i < 0 {
			return false
		}
		i += from
		end := i + len(name)
		begun := i
		for !f.edge[begun] {
			begun--
		}
		if (begun == i || unspaced(first) || before(f.letters[begun:i])) && (f.edge[end] || unspaced(final)) {
			return true
		}
		_, n := utf8.DecodeRuneInString(f.letters[i:])
		from = i + n
	}
}

// unspaced reports whether a letter is of a script that sets no blanks between
// words, or joins its particles to them.
func unspaced(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// arabicBefore reports whether letters are particles that Arabic writes together
// with the word after them: and, so; by, for, as; the article.
func arabicBefore(s string) bool {
	whole := s
	for _, group := range [][]string{{"و", "ف"}, {"ب", "ک", "لل", "ل"}, {"ال"}} {
		for _, particle := range group {
			if rest, ok := strings.CutPrefix(s, particle); ok {
				s = rest
				break
			}
		}
	}
	return whole != "" && s == ""
}

// Endings of Russian names in the nominative, and in all cases of the singular
// (Zaliznyak, Grammatical Dictionary of Russian: the declensions of proper
// nouns), as the search folds them.
var (
	russianNominative = strings.Fields("а я й ь о е ий ыи ый ой ая яя ия")
	russianCases      = strings.Fields("а я й ь о е у ю и ы ом ем ым им ой ей ою ею ого его ому ему ая яя ую юю ии ию ия ие ием ией ый ий")
)

// declined reports whether the words of a name stand in a row, those of the
// Cyrillic script in any case.
func (f *folded) declined(name *folded) bool {
	if !strings.ContainsFunc(name.letters, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) }) {
		return false
	}
	n := len(name.words)
	for i := 0; i+n <= len(f.words); i++ {
		if slices.EqualFunc(f.words[i:i+n], name.words, oneDeclined) {
			return true
		}
	}
	return false
}

func oneDeclined(found, name string) bool {
	if found == name {
		return true
	}
	stem := 0
	for i, r := range name {
		if !unicode.Is(unicode.Cyrillic, r) || !strings.HasPrefix(found[min(i, len(found)):], string(r)) {
			break
		}
		stem = i + utf8.RuneLen(r)
	}
	least := min(3, utf8.RuneCountInString(name)-1)
	for ; stem > 0 && utf8.RuneCountInString(name[:stem]) >= least; stem -= 2 { // two bytes a letter
		a, b := name[stem:], found[stem:]
		if (a == "" || slices.Contains(russianNominative, a)) && (b == "" || slices.Contains(russianCases, b)) {
			return true
		}
	}
	return false
}

// said is a text that leaves, and where it stands.
type said struct{ where, text string }

// freeText returns every text of a portion that people wrote: all its fields but
// closed lists, ids, labels and keys.
func freeText(p *act.PortionInput) []said {
	q := *p
	q.ID, q.Salt, q.Lang, q.Cites, q.Object = "", "", "", nil, nil
	q.Attachments = slices.Clone(q.Attachments)
	for i := range q.Attachments {
		q.Attachments[i].MediaType, q.Attachments[i].Key = "", nil
	}
	q.Sources = slices.Clone(q.Sources)
	for i := range q.Sources {
		q.Sources[i].Originator = ""
	}
	var out []said
	walkText("", reflect.ValueOf(&q).Elem(), &out)
	if p.Object != nil {
		out = append(out, objectText(p.Object.Bytes)...)
	}
	return out
}

// walkText collects fields of type string; closed lists have types of their own.
func walkText(where string, v reflect.Value, out *[]said) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			walkText(where, v.Elem(), out)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
			if name == "" || name == "label" {
				continue
			}
			if where != "" {
				name = where + "." + name
			}
			walkText(name, v.Field(i), out)
		}
	case reflect.Slice:
		for i := range v.Len() {
			walkText(fmt.Sprintf("%s %d", where, i+1), v.Index(i), out)
		}
	case reflect.String:
		if v.Type() == reflect.TypeFor[string]() && v.String() != "" {
			*out = append(*out, said{where, v.String()})
		}
	}
}

// objectText returns the strings of a foreign object, decoded; of one that is no
// JSON, its bytes as text.
func objectText(raw []byte) (out []said) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	for json.Valid(raw) {
		t, err := dec.Token()
		if err != nil {
			return out
		}
		if s, ok := t.(string); ok && s != "" {
			out = append(out, said{"object", s})
		}
	}
	return []said{{"object", html.UnescapeString(string(raw))}}
}

// maskedName is a name that has a word, folded.
type maskedName struct {
	name *folded
	word string
	own  bool // it is a party, which the node marked by itself
}

// maskedNames returns the names in a draft that have words, each once.
func (d *Draft) maskedNames() (out []maskedName) {
	known := map[string]int{}
	take := func(s string, own bool) {
		for _, m := range mark25.FindAllStringSubmatch(s, -1) {
			if m[2] == "" {
				continue
			}
			if i, ok := known[m[1]]; ok {
				out[i].own = out[i].own || own
				continue
			}
			known[m[1]] = len(out)
			out = append(out, maskedName{foldText(m[1]), m[2], own})
		}
	}
	for i := range d.Portions {
		p := &d.Portions[i]
		take(p.Text, false)
		for k := range p.Sources {
			take(p.Sources[k].Descriptor, false)
			take(p.Sources[k].Party, informant(&p.Sources[k]))
		}
	}
	return out
}

// inClear returns what stands against a release because a masked name is in clear
// elsewhere. The name itself is not in it, its word and the place are.
func (d *Draft) inClear() (out []act.Finding) {
	names := d.maskedNames()
	if len(names) == 0 {
		return nil
	}
	look := func(portion int, texts []said) {
		for _, s := range texts {
			text := foldText(wordsSaid.ReplaceAllString(s.text, " "))
			for _, n := range names {
				if !text.holds(n.name) {
					continue
				}
				f := findingOf(errInClear)
				f.Portion = portion
				f.Text += fmt.Sprintf("; the name stands in %s, and its word is [%s]", s.where, n.word)
				if n.own {
					f.Text += ", which the node gave to the party of a human source by itself"
				}
				out = append(out, f)
				return
			}
		}
	}
	leaving := d.leaving()
	for i := range leaving {
		look(i+1, freeText(&leaving[i]))
	}
	look(0, []said{{"title", d.Title}})
	return out
}
