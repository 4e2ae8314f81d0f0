package collect

import (
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"strconv"
	"strings"

	"entente/act"
	"entente/internal/plural"
	"entente/label"
)

// A Draft is a report in the making. Nothing in it has been released or seen
// by anybody but the officer who imports it.
type Draft struct {
	// Key names the draft within its file, stably: a reference number, an
	// object's id and version, "1" for the first part of a text.
	Key string
	// Digest is that of the entry: of a designation as act.md defines it, of a
	// STIX object SHA-256 of its bytes, of a text that of its portions' texts.
	Digest act.Digest
	// At is the place in the import behind this draft.
	At Cursor

	Type     act.ReportType
	Title    string
	Portions []act.PortionInput
	// Files are to be attached.
	Files []File
	// Original is the file from which the draft was made.
	Original File
	// Persons counts the records of persons that are no public designations.
	Persons int
	// Personal are the indices of the portions that hold a record of a person. Their
	// labels do not say so: by when it is reviewed hangs on the day, and the digest
	// of an entry does not (rule 21).
	Personal []int
	// Notes tell the officer what was left out, and by which rule.
	Notes []Note
}

// A File is an original or an attachment in the making.
type File struct {
	// Name is a file name without a path.
	Name      string
	MediaType string
	// Path is where the file lies, Bytes what it is where it is a part of
	// another one; of an attachment exactly one of them is set.
	Path  string
	Bytes []byte
	// Size and Digest (SHA-256) are those of the file's bytes.
	Size   int64
	Digest act.Digest
	// Portion is the index of the portion that it belongs to.
	Portion int
	// Dropped says that the file must not be kept: something in it is finer
	// than rule 3 lets in, so that only its digest remains.
	Dropped bool
}

// A Note says that something was left out.
type Note struct {
	// Rule is the number of the rule, empty where none is the reason.
	Rule string
	Text string
}

// An Origin is what an officer says once for all portions of an import.
type Origin struct {
	Label  label.Label
	Grade  act.Grade
	Source act.Source
	// Lang is the language of the text, empty where the file says it or nobody
	// knows.
	Lang string
}

// Options are those of one import.
type Options struct {
	Origin Origin
	// Name, Path and MediaType describe the file that is read. Name has no
	// path in it.
	Name, Path, MediaType string
	// Type is the type of the reports; INTREP where it is empty. Listings are
	// always DESIGNATION.
	Type act.ReportType
	// MaxPersons bounds the records of persons in one file (rule 2);
	// [DefaultPersons] where it is 0.
	MaxPersons int
	// Markings collects the marking definitions of a bundle, and knows those of
	// an earlier reading; nil where one reading has to do.
	Markings *Markings
	// Resume is the cursor of the last draft that was stored: it and those
	// before it are not handed out again.
	Resume Cursor
	// Progress is called now and then, and at the end; it may be nil.
	Progress func(Progress)
}

// Bounds of imports.
const (
	// DefaultPersons is the bound on records of persons where the charter or
	// the operator sets none.
	DefaultPersons = 20
	// MaxItems bounds the entries of one file.
	MaxItems = 500_000
)

// Progress says how far an import is.
type Progress struct {
	Bytes int64
	Items int64
}

// A Cursor is a place in an import: how many entries came before it, and the
// running hash h(n) = SHA-256(h(n-1) || digest of entry n) over them, from
// zero. The zero Cursor is the beginning.
type Cursor struct {
	Count int64
	Hash  act.Digest
}

// String returns the written form, "17:<64 hex digits>".
func (c Cursor) String() string { return strconv.FormatInt(c.Count, 10) + ":" + c.Hash.String() }

// ParseCursor reads the written form; the empty string is the beginning.
func ParseCursor(s string) (c Cursor, err error) {
	if s == "" {
		return c, nil
	}
	n, h, _ := strings.Cut(s, ":")
	if c.Count, err = strconv.ParseInt(n, 10, 64); err != nil || c.Count < 0 {
		return Cursor{}, refuse(ErrCursor, "cursor %.80q is malformed", s)
	}
	if c.Hash, err = act.ParseDigest(h); err != nil {
		return Cursor{}, refuse(ErrCursor, "cursor %.80q is malformed", s)
	}
	return c, nil
}

// Next returns the cursor behind an entry with this digest.
func (c Cursor) Next(d act.Digest) Cursor {
	return Cursor{c.Count + 1, sha256.Sum256(append(c.Hash[:], d[:]...))}
}

// A Result is what is known of a file when all of it was read.
type Result struct {
	// Original is the file, hashed.
	Original File
	// End is the cursor behind the last entry; its count is that of all.
	End Cursor
	// Persons counts the records of persons that are no public designations.
	Persons int
	// Batch is the digest of all entries as one batch (act.md).
	Batch act.Digest
}

// Batch returns the digest under which two officers release the drafts as one.
func Batch(drafts []Draft) act.Digest {
	ds := make([]act.Digest, len(drafts))
	for i := range drafts {
		ds[i] = drafts[i].Digest
	}
	return act.BatchDigest(ds)
}

// source reads a file once, hashing and counting what it hands out.
type source struct {
	r    io.Reader
	n    int64
	most int64
	h    hash.Hash
}

func newSource(r io.Reader, most int64) *source {
	return &source{r: r, most: most, h: sha256.New()}
}

// Read returns [ErrTooLarge] where the file goes on behind the bound.
func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	s.n += int64(n)
	s.h.Write(p[:n])
	if s.n > s.most {
		return 0, refuse(ErrTooLarge, "more than %d bytes", s.most)
	}
	return n, err
}

// drain reads what is left, so that the hash is that of the whole file.
func (s *source) drain() error {
	_, err := io.Copy(io.Discard, s)
	return err
}

func (s *source) file(o *Options) File {
	f := File{Name: o.Name, MediaType: o.MediaType, Path: o.Path, Size: s.n}
	s.h.Sum(f.Digest[:0])
	return f
}

// intake counts the entries of one import and hands out those behind the
// cursor to resume from.
type intake struct {
	o       *Options
	src     *source
	at      Cursor
	digests []act.Digest
	persons int
}

// entry takes the next entry; out is called unless it was handed out before.
func (in *intake) entry(d act.Digest, out func(Cursor) error) error {
	if in.at.Count == MaxItems {
		return refuse(ErrTooMany, "more than %d entries", MaxItems)
	}
	in.at = in.at.Next(d)
	in.digests = append(in.digests, d)
	if in.at.Count%256 == 0 {
		in.progress()
	}
	switch r := in.o.Resume; {
	case in.at.Count > r.Count:
		return out(in.at)
	case in.at.Count == r.Count && in.at.Hash != r.Hash:
		return refuse(ErrCursor, "entry %d differs", r.Count)
	}
	return nil
}

// person counts records of persons against the bound of rule 2.
func (in *intake) person(n int) error {
	most := in.o.MaxPersons
	if most == 0 {
		most = DefaultPersons
	}
	if in.persons += n; in.persons > most {
		return refuse(ErrPersons, "more than %d records of persons", most)
	}
	return nil
}

func (in *intake) progress() {
	if in.o.Progress != nil {
		in.o.Progress(Progress{Bytes: in.src.n, Items: in.at.Count})
	}
}

func (in *intake) result() (Result, error) {
	if err := in.src.drain(); err != nil {
		return Result{}, err
	}
	if in.at.Count < in.o.Resume.Count {
		return Result{}, refuse(ErrCursor, "the file has %s, %d were taken in before", plural.Of(in.at.Count, "entry"), in.o.Resume.Count)
	}
	in.progress()
	return Result{Original: in.src.file(in.o), End: in.at, Persons: in.persons, Batch: act.BatchDigest(in.digests)}, nil
}

// isRefusal reports whether err already says what, why and what cures it.
func isRefusal(err error) bool {
	var r *act.Refusal
	return errors.As(err, &r)
}
