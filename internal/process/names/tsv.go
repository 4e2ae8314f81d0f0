package names

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// ErrList is a line of a list that is not `id<TAB>name`, that is too long, or that is one too many; the message gives
// its number and the cure.
var ErrList = errors.New("names: malformed list")

// MaxLine bounds the bytes of a line of input that are looked at, its end not counted.
const MaxLine = 64 << 10

// MaxListNames bounds the names of a list.
const MaxListNames = 8 << 20

// Tally counts what a stream held.
type Tally struct {
	// Lines is the number of lines read.
	Lines int
	// Long is the number of lines longer than MaxLine. Such a line is compared by its beginning; as a query it is not
	// searched, since it could not be echoed in bounded space.
	Long int
	// FirstLong is the number of the first such line, from 1.
	FirstLong int
	// Flagged is the number of lines with a name that raised a flag, the cut ones included.
	Flagged int
	// Malformed is the number of lines of CompareTSV that lack one of the two names, FirstMalformed the first of them,
	// from 1. They are compared all the same.
	Malformed, FirstMalformed int
}

// lines reads a stream line by line in bounded memory. A line ends with "\n"; the last one may lack it.
type lines struct {
	r    *bufio.Reader
	n    int  // number of the last line
	long bool // the last line was longer than MaxLine and is cut
	kept []byte
}

func newLines(r io.Reader) *lines { return &lines{r: bufio.NewReaderSize(r, MaxLine+2)} }

// next gives the next line without its end; it is valid until the next call. At the end of the stream it gives io.EOF.
func (l *lines) next() ([]byte, error) {
	l.long = false
	b, err := l.r.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) || err == nil && len(b) > MaxLine+1 {
		l.long = true
		l.kept = append(l.kept[:0], b[:MaxLine]...)
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = l.r.ReadSlice('\n')
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		l.n++
		return l.kept, nil
	}
	switch {
	case err == nil:
		b = b[:len(b)-1]
	case errors.Is(err, io.EOF) && len(b) > 0:
		if len(b) > MaxLine {
			l.long = true
			b = b[:MaxLine]
		}
	default:
		return nil, err
	}
	l.n++
	return b, nil
}

// count adds the last line to a tally.
func (l *lines) count(t *Tally, flagged bool) {
	t.Lines++
	if l.long {
		t.Long++
		if t.FirstLong == 0 {
			t.FirstLong = l.n
		}
	}
	if l.long || flagged {
		t.Flagged++
	}
}

// idle says that nothing more can be read without waiting.
func (l *lines) idle() bool { return l.r.Buffered() == 0 }

// CompareOptions say what CompareTSV writes.
type CompareOptions struct {
	// Explain adds a column that says which tokens matched how, what was left over, and the flags of the names.
	Explain bool
	// JSON writes an object a line instead of columns.
	JSON bool
}

// comparison is the JSON form of a line of CompareTSV.
type comparison struct {
	Line       int     `json:"line"`
	Similarity float64 `json:"similarity"`
	Match      bool    `json:"match"`
	Why        string  `json:"why,omitempty"`
}

// CompareTSV reads lines `name1<TAB>name2[<TAB>schema]` and writes for each `similarity<TAB>match` or
// `similarity<TAB>no`, the similarity with four decimals and the match at Threshold. The schema is "Person" or
// "Organization"; an unknown one counts as Organization, a missing one lets the words decide. There is no quoting. A
// line without a tab has an empty second name, which matches nothing. It ends with the first read or write error.
func CompareTSV(in io.Reader, out io.Writer, opt CompareOptions) (Tally, error) {
	w := bufio.NewWriterSize(out, 1<<16)
	src := newLines(in)
	m := matchers.Get().(*matcher)
	defer matchers.Put(m)
	var tally Tally
	var row []byte
	for {
		line, err := src.next()
		if errors.Is(err, io.EOF) {
			return tally, w.Flush()
		}
		if err != nil {
			return tally, errors.Join(err, w.Flush())
		}
		a, rest, _ := strings.Cut(string(line), "\t")
		b, schema, _ := strings.Cut(rest, "\t")
		schema, _, _ = strings.Cut(schema, "\t")
		r := m.explain(a, b, ParseKind(schema))
		if src.long {
			r.Flags |= FlagCut
		}
		src.count(&tally, r.Flags != 0)
		if strings.TrimSpace(a) == "" || strings.TrimSpace(b) == "" {
			if tally.Malformed++; tally.Malformed == 1 {
				tally.FirstMalformed = src.n
			}
		}
		if row, err = appendComparison(row[:0], r, src.n, opt); err != nil {
			return tally, errors.Join(err, w.Flush())
		}
		if _, err := w.Write(row); err != nil {
			return tally, err
		}
		if src.idle() {
			if err := w.Flush(); err != nil {
				return tally, err
			}
		}
	}
}

func appendComparison(row []byte, r Result, line int, opt CompareOptions) ([]byte, error) {
	if opt.JSON {
		c := comparison{Line: line, Similarity: r.Similarity, Match: r.Match}
		if opt.Explain {
			c.Why = r.String()
		}
		b, err := json.Marshal(c)
		return append(append(row, b...), '\n'), err
	}
	row = strconv.AppendFloat(row, r.Similarity, 'f', 4, 64)
	word := "\tno"
	if r.Match {
		word = "\tmatch"
	}
	row = append(row, word...)
	if opt.Explain {
		row = append(row, '\t')
		row = append(row, r.String()...)
	}
	return append(row, '\n'), nil
}

// ReadList builds an index from lines `id<TAB>name[<TAB>schema]`; several lines may share an id, empty lines are
// skipped, there is no quoting. It refuses a line without a tab, with an empty id or of more than MaxLine bytes, and
// more than MaxListNames names, with ErrList.
func ReadList(list io.Reader) (*Index, error) {
	src := newLines(list)
	b := NewIndexBuilder()
	for {
		line, err := src.next()
		if errors.Is(err, io.EOF) {
			return b.Build(), nil
		}
		if err != nil {
			return nil, err
		}
		if src.long {
			return nil, fmt.Errorf("%w: line %d has more than %d bytes; shorten the name", ErrList, src.n, MaxLine)
		}
		line = bytes.TrimSuffix(line, []byte{'\r'})
		if len(line) == 0 {
			continue
		}
		id, rest, ok := strings.Cut(string(line), "\t")
		if !ok || id == "" {
			return nil, fmt.Errorf("%w: line %d is not id<TAB>name; put a tab between a non-empty id and the name", ErrList, src.n)
		}
		name, schema, _ := strings.Cut(rest, "\t")
		if b.Len() == MaxListNames {
			return nil, fmt.Errorf("%w: line %d is more than the %d names a list may have; split the list", ErrList, src.n, MaxListNames)
		}
		b.Add(id, name, ParseKind(schema))
	}
}

// MaxTop bounds the hits of one query.
const MaxTop = 1000

// SearchOptions say what SearchTSV writes.
type SearchOptions struct {
	// Top is how many ids a query gives at most, 1 to MaxTop; values outside are moved to the nearer bound.
	Top int
	// Matches keeps only hits from Threshold on.
	Matches bool
	// JSON writes an object a line instead of columns; the query is given by its line number.
	JSON bool
}

// found is the JSON form of a line of SearchTSV.
type found struct {
	Line       int     `json:"line"`
	Rank       int     `json:"rank"`
	ID         string  `json:"id"`
	Name       string  `json:"name"`
	Similarity float64 `json:"similarity"`
}

// SearchTSV reads a query a line and writes for each hit `query<TAB>rank<TAB>id<TAB>name<TAB>similarity`, best first,
// one line an id. The query is echoed byte for byte without its "\n"; one without a hit prints nothing.
func SearchTSV(x *Index, in io.Reader, out io.Writer, opt SearchOptions) (Tally, error) {
	w := bufio.NewWriterSize(out, 1<<16)
	src := newLines(in)
	s := NewSearcher(x)
	top := min(max(opt.Top, 1), MaxTop)
	var tally Tally
	var row []byte
	for {
		line, err := src.next()
		if errors.Is(err, io.EOF) {
			return tally, w.Flush()
		}
		if err != nil {
			return tally, errors.Join(err, w.Flush())
		}
		var hits []Hit
		if !src.long {
			hits = s.Search(string(line), Guess, top)
		}
		src.count(&tally, s.flags != 0)
		for i, h := range hits {
			if opt.Matches && h.Similarity < Threshold {
				continue
			}
			if row, err = appendHit(row[:0], line, src.n, i+1, h, opt.JSON); err != nil {
				return tally, errors.Join(err, w.Flush())
			}
			if _, err := w.Write(row); err != nil {
				return tally, err
			}
		}
		if src.idle() {
			if err := w.Flush(); err != nil {
				return tally, err
			}
		}
	}
}

func appendHit(row, query []byte, line, rank int, h Hit, asJSON bool) ([]byte, error) {
	if asJSON {
		b, err := json.Marshal(found{line, rank, h.ID, h.Name, h.Similarity})
		return append(append(row, b...), '\n'), err
	}
	row = append(row, query...)
	row = append(row, '\t')
	row = strconv.AppendInt(row, int64(rank), 10)
	row = append(row, '\t')
	row = append(row, h.ID...)
	row = append(row, '\t')
	row = append(row, h.Name...)
	row = append(row, '\t')
	row = strconv.AppendFloat(row, h.Similarity, 'f', 4, 64)
	return append(row, '\n'), nil
}
