// Package texts measures the readers of texts: how much of what a text says
// they find, how much of what they find is right, for each language, and how
// fast they are. The corpus of the project stands beside package read; news
// reports are no part of the repository, and without them the functions that
// need them return [ErrNoData].
package texts

import (
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"strconv"
	"strings"
)

// ErrNoData means that the development data is not there.
var ErrNoData = errors.New("texts: the development data is absent")

// Figure is one thing measured: how many are to be found, were found, and are
// right.
type Figure struct {
	// Name says what was measured, Language and Split of what; Split is "dev"
	// or "held".
	Name, Language, Split string
	Gold, Found, Right    int
	// Misses are the first cases that were not right.
	Misses []string
}

// Precision is the share of what was found that is right, Recall that of what
// was to be found.
func (f Figure) Precision() float64 { return share(f.Right, f.Found) }

// Recall is the share of what was to be found that was found rightly.
func (f Figure) Recall() float64 { return share(f.Right, f.Gold) }

func share(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

// String renders the figure on one line.
func (f Figure) String() string {
	return fmt.Sprintf("%-22s %-4s %-5s precision %5.1f %%  recall %5.1f %%  of %d", f.Name, f.Language, f.Split, 100*f.Precision(), 100*f.Recall(), f.Gold)
}

// Case is one sentence of the corpus with what is to be found in it.
type Case struct {
	Language, Split string
	Text            string
	Marks           []Mark
}

// Mark is one thing to be found: d, q, s, c, t or v, see the corpus.
type Mark struct {
	Kind       byte
	Start, End int
	Want       string
}

// Corpus reads the corpus.
func Corpus(file string) ([]Case, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var cases []Case
	lang := ""
	for n, line := range strings.Split(string(b), "\n") {
		if name, ok := strings.CutPrefix(line, "-- "); ok {
			lang = strings.TrimSuffix(strings.TrimSuffix(name, " --"), ".txt")
			continue
		}
		if lang == "" || line == "" {
			continue
		}
		c, err := parse(line)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, n+1, err)
		}
		c.Language = lang
		h := fnv.New32a()
		h.Write([]byte(line))
		c.Split = [2]string{"dev", "held"}[h.Sum32()>>7&1]
		cases = append(cases, c)
	}
	return cases, nil
}

// parse reads one line with its marks.
func parse(line string) (Case, error) {
	var c Case
	var text strings.Builder
	for {
		i := strings.IndexByte(line, '{')
		if i < 0 {
			text.WriteString(line)
			break
		}
		text.WriteString(line[:i])
		body, rest, ok := strings.Cut(line[i+1:], "}")
		if !ok || len(body) < 3 || body[1] != ':' {
			return c, errors.New("a mark does not end, or has no kind")
		}
		said, want, _ := strings.Cut(body[2:], "|")
		c.Marks = append(c.Marks, Mark{body[0], text.Len(), text.Len() + len(said), want})
		text.WriteString(said)
		line = rest
	}
	c.Text = text.String()
	return c, nil
}

// quantity is what a mark of a quantity says.
type quantity struct {
	kind      string
	low, high float64
	open      bool
	who       string
}

func parseQuantity(s string) (q quantity, err error) {
	f := strings.Fields(s)
	if len(f) < 2 {
		return quantity{kind: "none"}, nil
	}
	q.kind = f[0]
	low, high, ranged := strings.Cut(f[1], "..")
	if q.low, err = strconv.ParseFloat(low, 64); err != nil {
		return q, err
	}
	q.high = q.low
	if ranged {
		if high == "" {
			q.open = true
		} else if q.high, err = strconv.ParseFloat(high, 64); err != nil {
			return q, err
		}
	}
	if len(f) > 2 {
		q.who = f[2]
	}
	return q, nil
}
