package collect

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"

	"entente/internal/plural"
)

// EventColumns says what the columns of a CSV file mean: each field holds the
// name of a column, empty for none. From, and one of Type and Text, are needed;
// without ID the line is the identifier.
type EventColumns struct {
	ID        string   `toml:"id"`
	From      string   `toml:"from"`
	To        string   `toml:"to"`
	Type      string   `toml:"type"`
	Text      string   `toml:"text"`
	Country   string   `toml:"country"`
	Province  string   `toml:"province"`
	District  string   `toml:"district"`
	Latitude  string   `toml:"latitude"`
	Longitude string   `toml:"longitude"`
	Deaths    string   `toml:"deaths"`
	Actors    []string `toml:"actors"`
	Sources   []string `toml:"sources"`
	// Comma separates columns, "," where it is empty.
	Comma string `toml:"comma"`
	// Days is how days are written, in Go's reference form ("02.01.2006");
	// 2006-01-02 where it is empty.
	Days string `toml:"days"`
}

// ParseEventColumns reads the mapping from TOML, strictly.
func ParseEventColumns(r io.Reader) (*EventColumns, error) {
	c := new(EventColumns)
	if err := toml.NewDecoder(io.LimitReader(r, 64<<10)).DisallowUnknownFields().Decode(c); err != nil {
		return nil, refuse(ErrEvents, "the mapping of columns: %v", err)
	}
	if c.From == "" || c.Type == "" && c.Text == "" {
		return nil, refuse(ErrEvents, "the mapping of columns needs from, and type or text")
	}
	if c.Comma != "" && (utf8.RuneCountInString(c.Comma) != 1 || strings.ContainsAny(c.Comma, "\"\r\n")) {
		return nil, refuse(ErrEvents, "comma %q is not one character", c.Comma)
	}
	return c, nil
}

// Bounds of one row.
const (
	maxRowBytes = 256 << 10
	maxRowLines = 500
)

// rows cuts a table into rows. A quotation that is never closed breaks the row
// that it stands in and not those behind it.
type rows struct {
	r      *bufio.Reader
	line   int // lines read
	ahead  []string
	quotes bool
	again  int // lines that were read again
	lost   int // lines left out with the last row
}

// maxAgain bounds the lines that are read again after broken rows, so that no
// file makes its reader slow.
const maxAgain = 2_000_000

// retry gives the lines of a row behind its first back: they were taken for a
// part of a quotation that the first line left open.
func (t *rows) retry(text string) {
	lines := strings.Split(text, "\n")[1:]
	t.giveBack(lines)
}

func (t *rows) giveBack(lines []string) {
	if t.again += len(lines); t.again > maxAgain {
		t.lost = len(lines)
		return
	}
	t.ahead = append(lines, t.ahead...)
}

// next returns the text of the next row, the line where it begins, and whether
// it is whole.
func (t *rows) next() (text string, line int, whole bool, err error) {
	first, err := t.read()
	if err != nil {
		return "", 0, false, err
	}
	line = t.line - len(t.ahead)
	if !t.quotes || strings.Count(first, `"`)%2 == 0 {
		return first, line, len(first) <= maxRowBytes, nil
	}
	parts, size := []string{first}, len(first)
	for size <= maxRowBytes && len(parts) < maxRowLines {
		more, err := t.read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return "", 0, false, err
		}
		parts = append(parts, more)
		size += len(more)
		if strings.Count(more, `"`)%2 == 1 {
			return strings.Join(parts, "\n"), line, true, nil
		}
	}
	t.giveBack(parts[1:])
	return first, line, false, nil
}

func (t *rows) read() (string, error) {
	if len(t.ahead) > 0 {
		s := t.ahead[0]
		t.ahead = t.ahead[1:]
		return s, nil
	}
	var b []byte
	for {
		part, err := t.r.ReadSlice('\n')
		if len(b) <= maxRowBytes {
			b = append(b, part...)
		}
		if err == nil || err == io.EOF && len(b) > 0 {
			t.line++
			return strings.TrimRight(string(b), "\r\n"), nil
		}
		if err != bufio.ErrBufferFull {
			return "", err
		}
	}
}

// table reads the formats that are rows of columns.
func (e *eventIntake) table() error {
	comma, quotes := ',', true
	form := tableForms[e.o.Format]
	switch e.o.Format {
	case GDELT:
		comma, quotes = '\t', false
	case EventCSV:
		if e.o.Columns == nil {
			return refuse(ErrEvents, "no mapping of columns")
		}
		form = mappedForm(e.o.Columns)
		if e.o.Columns.Comma != "" {
			comma, _ = utf8.DecodeRuneInString(e.o.Columns.Comma)
		}
	}
	t := &rows{r: bufio.NewReaderSize(e.in.src, 64<<10), quotes: quotes}
	var c *columns
	for {
		if t.lost > 0 {
			e.broken(t.line-len(t.ahead)-t.lost+1, "%s that too many broken quotations went before %s left out", plural.Of(t.lost, "line"), plural.Choose(t.lost, "is", "are"))
			t.lost = 0
		}
		text, line, whole, err := t.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if strings.TrimSpace(text) == "" {
			continue
		}
		var cells []string
		switch {
		case !whole:
			e.broken(line, "a quotation is not closed, or the row is longer than %d bytes", maxRowBytes)
			continue
		case !utf8.ValidString(text):
			e.broken(line, "it is not UTF-8")
			continue
		case quotes:
			r := csv.NewReader(strings.NewReader(text))
			r.Comma, r.FieldsPerRecord = comma, -1
			if cells, err = r.Read(); err != nil {
				var p *csv.ParseError
				if errors.As(err, &p) {
					err = p.Err
				}
				e.broken(line, "%v", err)
				t.retry(text)
				continue
			}
		default:
			cells = strings.Split(text, string(comma))
		}
		if c == nil && form.header {
			if c, err = newColumns(strings.TrimPrefix(cells[0], "\ufeff"), cells[1:], form.needs); err != nil {
				return err
			}
			continue
		}
		if c == nil {
			c = &columns{}
		}
		if c.width > 0 && len(cells) != c.width {
			e.broken(line, "it has %d columns and the header %d", len(cells), c.width)
			if quotes {
				t.retry(text)
			}
			continue
		}
		c.cells, c.line, c.level = cells, line, e.o.CellLevel
		ev, err := form.read(c)
		if err != nil {
			e.broken(line, "%v", err)
			continue
		}
		if err := e.row(line, &ev); err != nil {
			return err
		}
	}
	if c == nil {
		return refuse(ErrEvents, "the file is empty")
	}
	return nil
}

// tableForm reads the rows of one format.
type tableForm struct {
	header bool
	needs  []string
	read   func(c *columns) (Event, error)
}

// columns is a row with the names of its columns.
type columns struct {
	index map[string]int
	width int
	cells []string
	line  int
	level int // of the cells that coordinates become
}

func newColumns(first string, rest, needs []string) (*columns, error) {
	c := &columns{index: make(map[string]int), width: len(rest) + 1}
	for i, name := range append([]string{first}, rest...) {
		name = strings.ToLower(strings.TrimSpace(name))
		if _, twice := c.index[name]; !twice {
			c.index[name] = i
		}
	}
	for _, n := range needs {
		if _, ok := c.index[strings.ToLower(n)]; !ok {
			return nil, refuse(ErrEvents, "the header has no column %.60q", n)
		}
	}
	return c, nil
}

// get returns the cell of a column, "" where there is none.
func (c *columns) get(name string) string {
	if i, ok := c.index[strings.ToLower(name)]; ok && name != "" {
		return strings.TrimSpace(c.cells[i])
	}
	return ""
}

// number returns the whole number in a column, -1 for none.
func (c *columns) number(name string) (int, error) { return wholeNumber(name, c.get(name)) }

func wholeNumber(name, s string) (int, error) {
	if s == "" {
		return -1, nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f != float64(int(f)) || f < -99 || f > 1e9 {
		return -1, fmt.Errorf("%s %.40q is no whole number", name, s)
	}
	if f < 0 { // codes for unknown, as -9 and -99
		return -1, nil
	}
	return int(f), nil
}

// cell reduces the coordinates in two columns; "" where there are none.
func (c *columns) cell(latitude, longitude string) (string, error) {
	return cellOfTexts(c.get(latitude), c.get(longitude), c.level)
}

func cellOfTexts(latitude, longitude string, level int) (string, error) {
	if latitude == "" && longitude == "" {
		return "", nil
	}
	lat, err1 := strconv.ParseFloat(latitude, 64)
	lon, err2 := strconv.ParseFloat(longitude, 64)
	if err1 != nil || err2 != nil {
		return "", errors.New("its coordinates are no numbers")
	}
	token, ok := cellOf(lat, lon, level)
	if !ok {
		return "", errors.New("its coordinates are on no map")
	}
	return token, nil
}

// dayIn reads a day written in one of the forms, and returns it as 2006-01-02.
func dayIn(s string, forms ...string) (string, error) {
	for _, f := range forms {
		if t, err := time.Parse(f, s); err == nil {
			return t.UTC().Format(time.DateOnly), nil
		}
	}
	return "", fmt.Errorf("day %.40q is no date", s)
}

// mappedForm reads CSV by a mapping.
func mappedForm(m *EventColumns) tableForm {
	needs := nonEmpty(append(append([]string{m.ID, m.From, m.To, m.Type, m.Text, m.Country, m.Province, m.District, m.Latitude, m.Longitude, m.Deaths}, m.Actors...), m.Sources...)...)
	form := m.Days
	if form == "" {
		form = time.DateOnly
	}
	return tableForm{header: true, needs: needs, read: func(c *columns) (ev Event, err error) {
		ev = Event{ID: c.get(m.ID), Type: c.get(m.Type), Text: c.get(m.Text), Country: c.get(m.Country), Province: c.get(m.Province), District: c.get(m.District), DeathsLow: -1, DeathsHigh: -1}
		if m.ID == "" {
			ev.ID = fmt.Sprintf("line %d", c.line)
		}
		if ev.From, err = dayIn(c.get(m.From), form); err != nil {
			return ev, err
		}
		if to := c.get(m.To); to != "" {
			if ev.To, err = dayIn(to, form); err != nil {
				return ev, err
			}
		}
		if ev.Cell, err = c.cell(m.Latitude, m.Longitude); err != nil {
			return ev, err
		}
		for _, name := range m.Actors {
			ev.Actors = append(ev.Actors, c.get(name))
		}
		for _, name := range m.Sources {
			ev.Sources = append(ev.Sources, c.get(name))
		}
		ev.Deaths, err = c.number(m.Deaths)
		return ev, err
	}}
}
