package texts

import (
	"fmt"
	"sort"
	"strings"

	"entente/internal/process/dates"
	"entente/internal/process/language"
	"entente/internal/process/read"
)

// written is the date of the corpus.
const written = "2015-10-14"

// tally collects figures by name, language and split.
type tally map[[3]string]*Figure

func (t tally) at(name string, c *Case) *Figure {
	k := [3]string{name, c.Language, c.Split}
	if t[k] == nil {
		t[k] = &Figure{Name: name, Language: c.Language, Split: c.Split}
	}
	return t[k]
}

func (f *Figure) miss(format string, args ...any) {
	if len(f.Misses) < 40 {
		f.Misses = append(f.Misses, fmt.Sprintf(format, args...))
	}
}

func (t tally) figures() []Figure {
	var out []Figure
	for _, f := range t {
		out = append(out, *f)
	}
	sort.Slice(out, func(i, j int) bool {
		a, b := out[i], out[j]
		if a.Name != b.Name {
			return a.Name < b.Name
		}
		if a.Language != b.Language {
			return a.Language < b.Language
		}
		return a.Split < b.Split
	})
	return out
}

// Quality measures all readers on the corpus. A date is right where it overlaps
// the marked text and has the same interval; a quantity with the same kind and
// bounds, and its population is measured apart; a statement with an
// overlapping speaker (or cue) and the same modality, and the exact speaker is
// measured apart. Counts of what nothing happened to are not measured. The
// language is measured on each sentence alone and on its first three words.
func Quality(cases []Case) ([]Figure, error) {
	day, err := dates.ParseDay(written)
	if err != nil {
		return nil, err
	}
	r := &read.Reader{}
	t := tally{}
	for i := range cases {
		c := &cases[i]
		res := r.Text(c.Text, read.Options{Date: dates.Document{Day: day, Known: true}, Plain: true})
		scoreDates(t, c, res)
		if err := scoreQuantities(t, c, res); err != nil {
			return nil, err
		}
		scoreStatements(t, c, res)
		scoreLanguage(t, c)
	}
	return t.figures(), nil
}

func overlaps(m Mark, s read.Span) bool { return s.Bytes[0] < m.End && m.Start < s.Bytes[1] }

func scoreDates(t tally, c *Case, res *read.Result) {
	f := t.at("dates", c)
	used := map[int]bool{}
	for _, m := range c.Marks {
		if m.Kind != 'd' {
			continue
		}
		f.Gold++
		hit, said := false, "nothing"
		for i, d := range res.Dates {
			if !overlaps(m, d.Span) || used[i] {
				continue
			}
			said = shown(&d)
			if said == m.Want {
				hit, used[i] = true, true
				break
			}
		}
		if hit {
			f.Right++
		} else {
			f.miss("%s: %q is %s, read as %s", c.Text, c.Text[m.Start:m.End], m.Want, said)
		}
	}
	f.Found += len(res.Dates)
	for i, d := range res.Dates {
		if !used[i] && !covered(c, d.Span, 'd') {
			f.miss("%s: %q is no date, read as %s", c.Text, d.Text, shown(&d))
		}
	}
}

func covered(c *Case, s read.Span, kinds ...byte) bool {
	for _, m := range c.Marks {
		for _, k := range kinds {
			if m.Kind == k && overlaps(m, s) {
				return true
			}
		}
	}
	return false
}

func shown(d *read.Date) string {
	end := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	from, to := end(d.From), end(d.To)
	if from == to {
		return from
	}
	return from + ".." + to
}

func scoreQuantities(t tally, c *Case, res *read.Result) error {
	f, who := t.at("quantities", c), t.at("populations", c)
	used := map[int]bool{}
	for _, m := range c.Marks {
		if m.Kind != 'q' {
			continue
		}
		want, err := parseQuantity(m.Want)
		if err != nil {
			return fmt.Errorf("%s: %w", c.Text, err)
		}
		if want.kind == "count" || want.kind == "none" {
			for i, q := range res.Quantities {
				if overlaps(m, q.Span) {
					used[i] = true
				}
			}
			continue
		}
		f.Gold++
		hit, said := false, "nothing"
		for i, q := range res.Quantities {
			if !overlaps(m, q.Span) || used[i] {
				continue
			}
			said = fmt.Sprintf("%s %v..%v %s", q.Kind, q.Low, value(q.High), q.Population)
			if q.Kind == want.kind && q.Low == want.low && (want.open == (q.High == nil)) && (want.open || *q.High == want.high) {
				hit, used[i] = true, true
				if want.who != "" && want.kind != "money" && want.kind != "percent" {
					who.Gold++
					who.Found++
					if q.Population == want.who || q.Unit == want.who {
						who.Right++
					} else {
						who.miss("%s: %s, read as %s", c.Text, want.who, q.Population)
					}
				}
				break
			}
		}
		if hit {
			f.Right++
		} else {
			f.miss("%s: %q is %s, read as %s", c.Text, c.Text[m.Start:m.End], m.Want, said)
		}
	}
	for i, q := range res.Quantities {
		if used[i] || q.Kind != "count" {
			f.Found++
		}
		if !used[i] && q.Kind != "count" && !covered(c, q.Span, 'q') {
			f.miss("%s: %q is none, read as %s", c.Text, q.Text, q.Kind)
		}
	}
	return nil
}

func value(p *float64) any {
	if p == nil {
		return ""
	}
	return *p
}

func scoreStatements(t tally, c *Case, res *read.Result) {
	f, exact, told := t.at("statements", c), t.at("speakers exact", c), t.at("addressees", c)
	used := map[int]bool{}
	for _, m := range c.Marks {
		switch m.Kind {
		case 's', 'c':
			f.Gold++
			hit, said := false, "nothing"
			for i, a := range res.Attributions {
				s := a.Span
				if m.Kind == 's' {
					if a.Speaker == nil {
						continue
					}
					s = *a.Speaker
				}
				if !overlaps(m, s) {
					continue
				}
				said = a.Modality
				if a.Modality == m.Want {
					used[i] = true
					if !hit && m.Kind == 's' {
						exact.Gold++
						exact.Found++
						if s.Bytes[0] == m.Start && s.Bytes[1] == m.End {
							exact.Right++
						} else {
							exact.miss("%s: %q, read as %q", c.Text, c.Text[m.Start:m.End], s.Text)
						}
					}
					hit = true
				}
			}
			if hit {
				f.Right++
			} else {
				f.miss("%s: %q is %s, read as %s", c.Text, c.Text[m.Start:m.End], m.Want, said)
			}
		case 't':
			told.Gold++
			hit := false
			for _, a := range res.Attributions {
				hit = hit || a.Addressee != nil && overlaps(m, *a.Addressee)
			}
			if hit {
				told.Right++
			} else {
				told.miss("%s: %q", c.Text, c.Text[m.Start:m.End])
			}
		}
	}
	// Further verbs of one speaker ("saying", "adding") repeat what was found.
	for i, a := range res.Attributions {
		if a.Addressee != nil {
			told.Found++
		}
		if used[i] {
			continue
		}
		f.Found++
		speaker := ""
		if a.Speaker != nil {
			speaker = a.Speaker.Text
		}
		f.miss("%s: %q of %q is none, read as %s", c.Text, a.Text, speaker, a.Modality)
	}
	f.Found += len(used)
}

func scoreLanguage(t tally, c *Case) {
	words := strings.Fields(c.Text)
	for name, text := range map[string]string{"language": c.Text, "language of 3 words": strings.Join(words[:min(3, len(words))], " ")} {
		f := t.at(name, c)
		f.Gold++
		f.Found++
		if g := language.Detect(text); g.Tag.String() == c.Language {
			f.Right++
		} else {
			f.miss("%s: %s", text, g.Code)
		}
	}
}
