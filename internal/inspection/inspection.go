// Package inspection is the form of a national inspector's report (rule 29,
// spec/inspection.md), and its verification offline: every leaf that the report
// names stands in a log that a quorum has cosigned.
package inspection

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"entente/act"
	"entente/charter"
	"entente/internal/logcopy"
	"entente/label"
	"entente/seal"
	"entente/tlog"
)

// Parts of an inspection on the disk.
const (
	FileReport  = "report.jsonl" // one Entry a line, Head first, End last
	FileText    = "report.txt"   // the same to be printed
	FileCustody = "custody.json"
	DirCopy     = "copy" // a copy of the log, see package logcopy
)

// maxLine bounds a line of a report: an act and its envelope in base64.
const maxLine = 1 << 20

// ErrReport is wrapped by refusals of a report.
var ErrReport = errors.New("the report of the inspection does not hold")

// Head is the first line.
type Head struct {
	Inspection int            `json:"inspection"` // 1
	Charter    string         `json:"charter"`    // hash, hex
	Member     label.MemberID `json:"member"`
	From       int64          `json:"from"` // leaves [From, To)
	To         int64          `json:"to"`
	// At is the log time, to the minute, by which the state of each entry is
	// told.
	At       string `json:"at"`
	Evidence bool   `json:"evidence,omitempty"`
}

// Entry is one envelope that this nation sent, or that was sealed to it.
type Entry struct {
	Index  int64  `json:"index"`
	Header string `json:"header"` // SHA-256 of the leaf, hex
	// What is originated, received, asked, answered, refused, quarantined or
	// erased.
	What       string         `json:"what"`
	Originator label.MemberID `json:"originator"`
	Logged     string         `json:"logged"` // log time, to the minute
	Type       string         `json:"type,omitempty"`
	Step       string         `json:"step,omitempty"`  // of a statement; of an answer the state of each part as it left
	Truth      string         `json:"truth,omitempty"` // of an own answer, as what it was drafted, where that is another
	About      string         `json:"about,omitempty"` // id of the act that a statement answers, acknowledges, joins or closes
	ID         string         `json:"id,omitempty"`
	Written    string         `json:"written,omitempty"`
	To         []string       `json:"to,omitempty"`
	Title      string         `json:"title,omitempty"`
	Mark       string         `json:"mark,omitempty"`
	Portions   []Portion      `json:"portions,omitempty"`
	Ended      bool           `json:"ended,omitempty"`
	Doubt      string         `json:"doubt,omitempty"`
	ReviewBy   string         `json:"review_by,omitempty"` // of personal data
	Due        string         `json:"due,omitempty"`       // of a request for redress
	Overdue    bool           `json:"overdue,omitempty"`
	Code       string         `json:"code,omitempty"`  // why it is quarantined
	By         string         `json:"by,omitempty"`    // who erased it; empty: the node
	Basis      string         `json:"basis,omitempty"` // why
	ActDigest  string         `json:"act_sha256,omitempty"`
	// Evidence is there where it was asked for, Withheld why it is not.
	Evidence *Evidence `json:"evidence,omitempty"`
	Withheld string    `json:"withheld,omitempty"`
}

// Portion names a portion of a report.
type Portion struct {
	ID     act.ID     `json:"id"`
	Digest act.Digest `json:"digest"`
}

// Evidence proves to a third party what an originator signed: the sealed body,
// whose digest is in the leaf, and the key that opens it.
type Evidence struct {
	Act  []byte `json:"act"`
	Body []byte `json:"body"`
	Key  []byte `json:"key"`
}

// End is the last line: a report without it is not whole.
type End struct {
	End     bool             `json:"end"`
	Entries int64            `json:"entries"`
	Overdue int64            `json:"overdue"`
	Counts  map[string]int64 `json:"counts"` // by What
	Digest  string           `json:"sha256"` // of all lines before, hex
}

// A Writer writes the lines of a report.
type Writer struct {
	w   io.Writer
	h   hash.Hash
	end End
}

// NewWriter writes the first line.
func NewWriter(w io.Writer, h Head) (*Writer, error) {
	x := &Writer{w: w, h: sha256.New(), end: End{End: true, Counts: map[string]int64{}}}
	h.Inspection = 1
	return x, x.line(h)
}

func (x *Writer) line(v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	raw = append(raw, '\n')
	x.h.Write(raw)
	_, err = x.w.Write(raw)
	return err
}

// Write writes one entry.
func (x *Writer) Write(e *Entry) error {
	x.end.Entries++
	x.end.Counts[e.What]++
	if e.Overdue {
		x.end.Overdue++
	}
	return x.line(e)
}

// Close writes the last line and returns it.
func (x *Writer) Close() (End, error) {
	x.end.Digest = hex.EncodeToString(x.h.Sum(nil))
	return x.end, x.line(x.end)
}

// Read reads a report line by line, one in memory, and checks that it is whole.
// Errors wrap ErrReport, or are those of each and of r.
func Read(r io.Reader, each func(Head, *Entry) error) (head Head, end End, err error) {
	in := bufio.NewReaderSize(r, 64<<10)
	h := sha256.New()
	last := int64(-1)
	logged, overdue, counts := "", int64(0), map[string]int64{}
	for n := 0; ; n++ {
		raw, err := readLine(in)
		if err != nil {
			return head, end, err
		}
		switch {
		case n == 0:
			if err := strictly(raw, &head); err != nil {
				return head, end, err
			}
			if head.Inspection != 1 {
				return head, end, fmt.Errorf("%w: it is of version %d, this program reads 1", ErrReport, head.Inspection)
			}
			if _, err := label.ParseMemberID(string(head.Member)); err != nil || !minute(head.At) || head.From >= head.To {
				return head, end, fmt.Errorf("%w: its head names no member, log time or range", ErrReport)
			}
		case bytes.HasPrefix(raw, []byte(`{"end":`)):
			if err := strictly(raw, &end); err != nil {
				return head, end, err
			}
			if !end.End || end.Digest != hex.EncodeToString(h.Sum(nil)) || end.Entries != int64(n-1) {
				return head, end, fmt.Errorf("%w: its lines are not those that its end tells of", ErrReport)
			}
			if end.Overdue != overdue || !maps.Equal(end.Counts, counts) {
				return head, end, fmt.Errorf("%w: its end counts other entries than there are", ErrReport)
			}
			if _, err := in.ReadByte(); err != io.EOF {
				return head, end, fmt.Errorf("%w: something stands behind its end", ErrReport)
			}
			return head, end, nil
		default:
			e := new(Entry)
			if err := strictly(raw, e); err != nil {
				return head, end, err
			}
			if e.Index <= last || e.Index < head.From || e.Index >= head.To {
				return head, end, fmt.Errorf("%w: leaf %d is out of order, or outside of its range", ErrReport, e.Index)
			}
			if !minute(e.Logged) || e.Logged < logged || e.Logged > head.At {
				return head, end, fmt.Errorf("%w: leaf %d was logged before an earlier one, or after the report's end", ErrReport, e.Index)
			}
			if err := e.formed(); err != nil {
				return head, end, err
			}
			last, logged = e.Index, e.Logged
			if counts[e.What]++; e.Overdue {
				overdue++
			}
			if err := each(head, e); err != nil {
				return head, end, err
			}
		}
		h.Write(raw)
	}
}

// kinds is all that an entry can be.
var kinds = []string{"originated", "received", "asked", "answered", "refused", "quarantined", "erased"}

// formed refuses an entry with something in it that is not what its field is for.
func (e *Entry) formed() error {
	if !slices.Contains(kinds, e.What) {
		return fmt.Errorf("%w: %.40q of leaf %d is nothing that an entry can be", ErrReport, e.What, e.Index)
	}
	for _, m := range e.To {
		if _, err := label.ParseMemberID(m); err != nil {
			return fmt.Errorf("%w: leaf %d went to %.40q, which is no member", ErrReport, e.Index, m)
		}
	}
	for i := range e.Portions {
		if _, err := act.ParseID(string(e.Portions[i].ID)); err != nil {
			return fmt.Errorf("%w: a portion of leaf %d has no id", ErrReport, e.Index)
		}
	}
	return nil
}

// minute says whether a text is a time to the minute as a report writes it, so
// that texts compare as times do.
func minute(s string) bool {
	_, err := time.Parse(minuteForm, s)
	return err == nil && len(s) == len(minuteForm)
}

// minuteForm is log time to the minute.
const minuteForm = "2006-01-02T15:04Z"

func readLine(in *bufio.Reader) ([]byte, error) {
	var out []byte
	for {
		part, err := in.ReadSlice('\n')
		out = append(out, part...)
		switch {
		case len(out) > maxLine:
			return nil, fmt.Errorf("%w: a line is longer than %d bytes", ErrReport, maxLine)
		case err == nil:
			return out, nil
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF):
			return nil, fmt.Errorf("%w: it breaks off; take it again", ErrReport)
		default:
			return nil, err
		}
	}
}

// strictly reads one JSON value as spec/README.md demands. Go's encoding/json
// would take the name of a field in any case, the last of two equal ones, null and
// what stands behind, base64 in several spellings, and nothing where a field has to
// stand: a report could say one thing to it and another to others.
func strictly(raw []byte, v any) error {
	if err := spelled(raw); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("%w: %v", ErrReport, err)
	}
	again, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("%w: %v", ErrReport, err)
	}
	if !stands(untyped(again), untyped(raw)) {
		return fmt.Errorf("%w: a line lacks a field, or has it in another form", ErrReport)
	}
	return nil
}

// untyped reads JSON that was read before.
func untyped(raw []byte) (v any) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	_ = d.Decode(&v)
	return v
}

// stands says whether all of one JSON value stands in another, objects with fewer
// fields in those with more.
func stands(all, in any) bool {
	switch all := all.(type) {
	case map[string]any:
		in, ok := in.(map[string]any)
		for name, x := range all {
			y, there := in[name]
			ok = ok && there && stands(x, y)
		}
		return ok
	case []any:
		in, ok := in.([]any)
		ok = ok && len(in) == len(all)
		for i := 0; ok && i < len(all); i++ {
			ok = stands(all[i], in[i])
		}
		return ok
	}
	return all == in
}

// spelled refuses JSON that readers may read differently. All names of the
// format, those of files and of what entries are among them, are of these letters.
func spelled(raw []byte) error {
	if !utf8.Valid(raw) {
		return fmt.Errorf("%w: a line is not UTF-8", ErrReport)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	var open []map[string]bool // the fields of each object that is open; nil of a list
	for name := false; ; {
		token, err := d.Token()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("%w: %v", ErrReport, err)
		}
		switch x := token.(type) {
		case json.Delim:
			switch {
			case x == '}' || x == ']':
				if open = open[:len(open)-1]; len(open) == 0 && len(bytes.TrimSpace(raw[d.InputOffset():])) > 0 {
					return fmt.Errorf("%w: something stands behind the JSON of a line", ErrReport)
				}
			case len(open) >= maxDepth:
				return fmt.Errorf("%w: a line is nested deeper than %d", ErrReport, maxDepth)
			case x == '{':
				open = append(open, map[string]bool{})
			default:
				open = append(open, nil)
			}
			name = len(open) > 0 && open[len(open)-1] != nil
			continue
		case nil:
			return fmt.Errorf("%w: a field is null", ErrReport)
		case string:
			if name {
				fields := open[len(open)-1]
				if strings.Trim(x, "abcdefghijklmnopqrstuvwxyz0123456789_.") != "" || fields[x] {
					return fmt.Errorf("%w: %.40q is no name of a field, or stands twice", ErrReport, x)
				}
				fields[x] = true
				name = false
				continue
			}
		}
		name = len(open) > 0 && open[len(open)-1] != nil
	}
}

// maxDepth bounds the nesting of JSON (spec/README.md, "Conventions").
const maxDepth = 32

// Verdict is what holds of an inspection.
type Verdict struct {
	*logcopy.Verdict
	Member  label.MemberID   `json:"member"`
	From    int64            `json:"from"`
	To      int64            `json:"to"`
	Entries int64            `json:"entries"`
	Counts  map[string]int64 `json:"counts"`
	Overdue int64            `json:"overdue"`
	// Proven counts the entries whose evidence opens to the act that they name.
	Proven int64 `json:"proven"`
}

// Verify verifies an inspection offline: the copy of the log as
// logcopy.Verify does, that each leaf named stands in it at its place, and that
// evidence is what its originator sealed. Errors wrap ErrReport, or are those
// of logcopy.
func Verify(fsys fs.FS, pinned *charter.Hash, progress tlog.Progress) (*Verdict, error) {
	copied, err := fs.Sub(fsys, DirCopy)
	if err != nil {
		return nil, err
	}
	v := &Verdict{}
	if v.Verdict, err = logcopy.Verify(copied, pinned, progress); err != nil {
		return nil, err
	}
	f, err := fsys.Open(FileReport)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrReport, err)
	}
	defer f.Close()
	leaves := logcopy.NewLeaves(copied, v.Size)
	head, end, err := Read(f, func(h Head, e *Entry) error {
		if h.To > v.Size {
			return fmt.Errorf("%w: it goes to leaf %d, the copy of the log to %d", ErrReport, h.To, v.Size)
		}
		raw, err := leaves.At(e.Index)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(raw)
		header, err := seal.ParseHeader(raw)
		if err != nil || hex.EncodeToString(sum[:]) != e.Header || header.Originator != e.Originator {
			return fmt.Errorf("%w: leaf %d of the log is another than the report says", ErrReport, e.Index)
		}
		if e.Evidence == nil {
			return nil
		}
		v.Proven++
		return e.prove(&h, raw)
	})
	if err != nil {
		return nil, err
	}
	if head.At > time.Unix(v.LogTime, 0).UTC().Format(minuteForm) {
		return nil, fmt.Errorf("%w: it tells states as of %s, after the log's time in the copy beside it", ErrReport, head.At)
	}
	if err := checkCustody(fsys, &head, &end); err != nil {
		return nil, err
	}
	note, err := fs.ReadFile(copied, logcopy.FileFounding)
	if err != nil {
		return nil, err
	}
	founding, err := charter.ParseFounding(note)
	if err != nil {
		return nil, err
	}
	id := founding.Hash()
	if head.Charter != hex.EncodeToString(id[:]) {
		return nil, fmt.Errorf("%w: it is of another centre than the copy of the log beside it", ErrReport)
	}
	if !founding.Members().Contains(head.Member) {
		return nil, fmt.Errorf("%w: %s is no member of the centre", ErrReport, head.Member)
	}
	v.Member, v.From, v.To, v.Entries, v.Counts, v.Overdue = head.Member, head.From, head.To, end.Entries, end.Counts, end.Overdue
	return v, nil
}

// prove opens the sealed body again.
func (e *Entry) prove(h *Head, header []byte) error {
	x := e.Evidence
	var k seal.EnvelopeKey
	if len(x.Key) != len(k) {
		return fmt.Errorf("%w: the key of leaf %d has %d bytes", ErrReport, e.Index, len(x.Key))
	}
	copy(k[:], x.Key)
	if err := seal.CheckBody(header, x.Body); err != nil {
		return fmt.Errorf("%w: leaf %d: %w", ErrReport, e.Index, err)
	}
	if !k.Fits(header) {
		return fmt.Errorf("%w: the key of leaf %d is not the one that the leaf commits to", ErrReport, e.Index)
	}
	raw, err := seal.Open(header, x.Body, k)
	if err != nil {
		return fmt.Errorf("%w: leaf %d: %w", ErrReport, e.Index, err)
	}
	sum := sha256.Sum256(raw)
	if !bytes.Equal(raw, x.Act) || hex.EncodeToString(sum[:]) != e.ActDigest {
		return fmt.Errorf("%w: leaf %d holds another act than the report says", ErrReport, e.Index)
	}
	a, err := act.Parse(raw)
	if err != nil {
		return fmt.Errorf("%w: leaf %d: %w", ErrReport, e.Index, err)
	}
	return e.held(h, &a)
}
