package names

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// ErrLine is a line of a TSV stream that is longer than MaxLine; the message gives its number.
var ErrLine = errors.New("names: line too long")

// ErrList is a line of a list that is not `id<TAB>name`; the message gives its number and the cure.
var ErrList = errors.New("names: malformed list")

// MaxLine bounds the bytes of a line of input, its end not counted.
const MaxLine = 64 << 10

// MaxListNames bounds the names of a list that SearchTSV loads.
const MaxListNames = 8 << 20

// lines reads a stream line by line. A line ends with "\n" or "\r\n"; the last one may lack it.
type lines struct {
	r *bufio.Reader
	n int
}

func newLines(r io.Reader) *lines { return &lines{r: bufio.NewReaderSize(r, MaxLine+2)} }

// next gives the next line without its end; it is valid until the next call. At the end of the stream it gives io.EOF.
func (l *lines) next() ([]byte, error) {
	b, err := l.r.ReadSlice('\n')
	switch {
	case err == nil:
		b = b[:len(b)-1]
		b = bytes.TrimSuffix(b, []byte{'\r'})
	case errors.Is(err, bufio.ErrBufferFull):
		return nil, fmt.Errorf("%w: line %d has more than %d bytes; split it or leave it out", ErrLine, l.n+1, MaxLine)
	case errors.Is(err, io.EOF) && len(b) > 0:
	default:
		return nil, err
	}
	l.n++
	if len(b) > MaxLine {
		return nil, fmt.Errorf("%w: line %d has more than %d bytes; split it or leave it out", ErrLine, l.n, MaxLine)
	}
	return b, nil
}

// idle says that nothing more can be read without waiting.
func (l *lines) idle() bool { return l.r.Buffered() == 0 }

// CompareTSV reads lines `name1<TAB>name2[<TAB>schema]` and writes for each `similarity<TAB>match` or
// `similarity<TAB>no`, the similarity with four decimals and the match at Threshold. The schema is "Person" or
// "Organization"; an unknown one counts as Organization, a missing one lets the words decide. There is no quoting. A
// line without a tab has an empty second name, which matches nothing. With explain a third column says which tokens
// matched how and what was left over. It ends with the first read or write error, or with ErrLine.
func CompareTSV(in io.Reader, out io.Writer, explain bool) error {
	w := bufio.NewWriterSize(out, 1<<16)
	src := newLines(in)
	m := matchers.Get().(*matcher)
	defer matchers.Put(m)
	var num []byte
	for {
		line, err := src.next()
		if errors.Is(err, io.EOF) {
			return w.Flush()
		}
		if err != nil {
			return errors.Join(err, w.Flush())
		}
		a, rest, _ := strings.Cut(string(line), "\t")
		b, schema, _ := strings.Cut(rest, "\t")
		schema, _, _ = strings.Cut(schema, "\t")
		r := m.explain(a, b, ParseKind(schema))
		num = strconv.AppendFloat(num[:0], r.Similarity, 'f', 4, 64)
		word := "\tno"
		if r.Match {
			word = "\tmatch"
		}
		num = append(num, word...)
		if explain {
			num = append(num, '\t')
			num = append(num, r.String()...)
		}
		num = append(num, '\n')
		if _, err := w.Write(num); err != nil {
			return err
		}
		if src.idle() {
			if err := w.Flush(); err != nil {
				return err
			}
		}
	}
}

// ReadList builds an index from lines `id<TAB>name[<TAB>schema]`; several lines may share an id, empty lines are
// skipped, there is no quoting. It refuses a line without a tab or with an empty id with ErrList.
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

// SearchTSV loads a list as ReadList does, reads a query a line and writes for each hit
// `query<TAB>rank<TAB>id<TAB>name<TAB>similarity`, best first, at most top ids a query. The query is echoed byte for
// byte without its line end; one without a hit prints nothing. With matchesOnly only hits from Threshold on are written.
func SearchTSV(list, in io.Reader, out io.Writer, top int, matchesOnly bool) error {
	x, err := ReadList(list)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(out, 1<<16)
	src := newLines(in)
	s := NewSearcher(x)
	var row []byte
	for {
		line, err := src.next()
		if errors.Is(err, io.EOF) {
			return w.Flush()
		}
		if err != nil {
			return errors.Join(err, w.Flush())
		}
		for i, h := range s.Search(string(line), Guess, top) {
			if matchesOnly && h.Similarity < Threshold {
				continue
			}
			row = append(row[:0], line...)
			row = append(row, '\t')
			row = strconv.AppendInt(row, int64(i+1), 10)
			row = append(row, '\t')
			row = append(row, h.ID...)
			row = append(row, '\t')
			row = append(row, h.Name...)
			row = append(row, '\t')
			row = strconv.AppendFloat(row, h.Similarity, 'f', 4, 64)
			row = append(row, '\n')
			if _, err := w.Write(row); err != nil {
				return err
			}
		}
		if src.idle() {
			if err := w.Flush(); err != nil {
				return err
			}
		}
	}
}

// String explains the result in one line without tabs: each pair with its way and similarity, then what is left over
// on either side, then the note.
func (r Result) String() string {
	var b strings.Builder
	b.WriteString("read as ")
	if r.Kind == Person {
		b.WriteString("person")
	} else {
		b.WriteString("organization")
	}
	for _, p := range r.Pairs {
		fmt.Fprintf(&b, "; %s = %s (%s, %.2f)", p.A.describe(), p.B.describe(), p.How, p.Similarity)
	}
	for _, side := range [...]struct {
		label  string
		tokens []Token
	}{{"only left: ", r.Left}, {"only right: ", r.Right}} {
		for i := range side.tokens {
			if i == 0 {
				b.WriteString("; " + side.label)
			} else {
				b.WriteString(", ")
			}
			b.WriteString(side.tokens[i].describe())
		}
	}
	if r.Note != "" {
		b.WriteString("; " + r.Note)
	}
	return b.String()
}

func (t *Token) describe() string {
	if t.Role == RoleName {
		return t.Text
	}
	return t.Text + " [" + t.Role.String() + "]"
}
