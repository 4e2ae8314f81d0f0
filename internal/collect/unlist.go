package collect

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"entente/act"
)

// maxListBytes bounds a consolidated list; the one in force has 2 MB.
const maxListBytes = 32 << 20

// An Entry is one designation of the list, reduced to what a designation may
// hold.
type Entry struct {
	Designation act.Designation
	// Digest is [act.DesignationDigest] of it: what was left out does not
	// enter, so that an entry whose passport number alone changed is unchanged.
	Digest act.Digest
	// LeftOut counts what was left out of it, by rule.
	LeftOut LeftOut
	// Quoted says that the designation's basis is in the list's own words.
	Quoted bool
	// At is the place in the import behind this entry.
	At Cursor
	// Generated is the day of the list.
	Generated string
}

// LeftOut counts what of a listing was not taken in.
type LeftOut struct {
	// Documents counts identity documents and names with numbers in them,
	// Addresses places finer than a province, Births days and places of birth
	// that were made coarser, Remarks sentences of the remarks.
	Documents, Addresses, Births, Remarks int
}

// A List is what is known of a consolidated list when all of it was read.
type List struct {
	Result
	// Generated is when the publisher made the list.
	Generated time.Time
	// Digests holds the digest of each entry by its reference number.
	Digests map[string]act.Digest
	// Persons and Entities count the entries; they are public designations by
	// a named authority and exempt from the counts of rule 2.
	Persons, Entities int
}

// UNList reads the United Nations Security Council's consolidated list in its
// publisher's XML, as a stream, and calls fn for each entry; fn may be nil, to
// check a file or to look what is new in it before anything is stored.
//
// An entry that cannot be brought into the form of a designation, a reference
// that stands twice, a list that breaks off, an empty one, a document type
// declaration or a processing instruction refuse the whole list: what fn was
// given of it before must be dropped. No entity but the five of XML is known,
// and nothing is fetched.
func UNList(r io.Reader, o Options, fn func(Entry) error) (List, error) {
	in := &intake{o: &o, src: newSource(r, maxListBytes)}
	p := &listReader{dec: xml.NewDecoder(in.src), in: in, fn: fn}
	p.list.Digests = make(map[string]act.Digest)
	if err := p.read(); err != nil {
		if !isRefusal(err) && !errors.Is(err, errFiling) {
			err = refuse(ErrXML, "line %d: %v", lineOf(p.dec), err)
		}
		return List{}, err
	}
	var err error
	if p.list.Result, err = in.result(); err != nil {
		return List{}, err
	}
	p.list.Original.Dropped = true // addresses, documents and days of birth are in it
	return p.list, nil
}

func lineOf(d *xml.Decoder) int {
	line, _ := d.InputPos()
	return line
}

// errFiling marks errors of the caller's function.
var errFiling = errors.New("filing the entry")

type listReader struct {
	dec  *xml.Decoder
	in   *intake
	fn   func(Entry) error
	list List
}

// read walks CONSOLIDATED_LIST / (INDIVIDUALS | ENTITIES) / entry.
func (p *listReader) read() error {
	root, err := p.start()
	if err != nil {
		return err
	}
	if root == nil || root.Name.Local != "CONSOLIDATED_LIST" {
		return errors.New("the root is not CONSOLIDATED_LIST")
	}
	for _, a := range root.Attr {
		if a.Name.Local == "dateGenerated" {
			if p.list.Generated, err = time.Parse(time.RFC3339, a.Value); err != nil {
				return fmt.Errorf("dateGenerated %.40q", a.Value)
			}
		}
	}
	if p.list.Generated.IsZero() {
		return errors.New("no dateGenerated")
	}
	p.list.Generated = p.list.Generated.UTC()
	for {
		group, err := p.start()
		if err != nil {
			return err
		}
		if group == nil {
			break
		}
		if err := p.group(group.Name.Local); err != nil {
			return err
		}
	}
	if _, err := p.start(); !errors.Is(err, io.EOF) {
		if err == nil {
			err = errors.New("data after the list")
		}
		return err
	}
	if len(p.list.Digests) == 0 {
		return errors.New("the list is empty")
	}
	return nil
}

// start returns the next start element, nil at the end of the one around it,
// and io.EOF at the end of the file.
func (p *listReader) start() (*xml.StartElement, error) {
	for {
		tok, err := p.dec.Token()
		if err != nil {
			return nil, err
		}
		switch t := tok.(type) {
		case xml.StartElement:
			return &t, nil
		case xml.EndElement:
			return nil, nil
		case xml.Directive:
			return nil, errors.New("a document type declaration")
		case xml.ProcInst:
			if t.Target != "xml" {
				return nil, errors.New("a processing instruction")
			}
		case xml.CharData:
			if len(strings.TrimSpace(string(t))) > 0 {
				return nil, errors.New("text between elements")
			}
		}
	}
}

func (p *listReader) group(name string) error {
	entry := map[string]string{"INDIVIDUALS": "INDIVIDUAL", "ENTITIES": "ENTITY"}[name]
	if entry == "" {
		return fmt.Errorf("unknown element %.40q", name)
	}
	for {
		el, err := p.start()
		if err != nil || el == nil {
			return err
		}
		if el.Name.Local != entry {
			return fmt.Errorf("unknown element %.40q", el.Name.Local)
		}
		var e listEntry
		if err := p.dec.DecodeElement(&e, el); err != nil {
			return err
		}
		if err := p.entry(&e, entry == "INDIVIDUAL"); err != nil {
			return err
		}
	}
}

func (p *listReader) entry(x *listEntry, person bool) error {
	e := x.designation(person)
	ref := e.Designation.Reference
	if err := e.Designation.Validate(); err != nil {
		return fmt.Errorf("entry %.64q: %w", ref, err)
	}
	if _, twice := p.list.Digests[ref]; twice {
		return refuse(ErrRepeated, "reference %s", ref)
	}
	e.Digest = act.DesignationDigest(&e.Designation)
	e.Generated = p.list.Generated.Format(time.DateOnly)
	p.list.Digests[ref] = e.Digest
	if person {
		p.list.Persons++
	} else {
		p.list.Entities++
	}
	return p.in.entry(e.Digest, func(at Cursor) error {
		if p.fn == nil {
			return nil
		}
		e.At = at
		if err := p.fn(e); err != nil {
			return fmt.Errorf("%w %s: %w", errFiling, ref, err)
		}
		return nil
	})
}

// Held is what a node holds of an authority's list.
type Held struct {
	// Generated is when the publisher made the list that was taken in last,
	// zero if none was.
	Generated time.Time
	// Digests holds, by reference, the designations in force.
	Digests map[string]act.Digest
}

// Changes says what a list changes in what is held, by reference, in rising
// order.
type Changes struct {
	Added, Updated, Ended []string
	Unchanged             int
}

// IsEmpty reports whether the list says nothing new.
func (c Changes) IsEmpty() bool { return len(c.Added)+len(c.Updated)+len(c.Ended) == 0 }

// Takes reports whether the entry with this reference is new or changed.
func (c Changes) Takes(reference string) bool {
	_, a := slices.BinarySearch(c.Added, reference)
	_, u := slices.BinarySearch(c.Updated, reference)
	return a || u
}

// Diff compares a list with what is held. Taking the same list in twice
// changes nothing. A list that is older than the one held is refused: it would
// end what was added since.
func Diff(held Held, l List) (Changes, error) {
	if l.Generated.Before(held.Generated) {
		return Changes{}, refuse(ErrOlder, "generated %s, held %s", l.Generated.Format(time.RFC3339), held.Generated.Format(time.RFC3339))
	}
	var c Changes
	for ref, d := range l.Digests {
		switch h, ok := held.Digests[ref]; {
		case !ok:
			c.Added = append(c.Added, ref)
		case h != d:
			c.Updated = append(c.Updated, ref)
		default:
			c.Unchanged++
		}
	}
	for ref := range held.Digests {
		if _, ok := l.Digests[ref]; !ok {
			c.Ended = append(c.Ended, ref)
		}
	}
	slices.Sort(c.Added)
	slices.Sort(c.Updated)
	slices.Sort(c.Ended)
	return c, nil
}

// EndedEntry returns the entry for a designation that a list of this day no
// longer has. The authority has said nothing else about it, so all else stays.
func EndedEntry(d act.Designation, generated time.Time) Entry {
	d.Status = act.Ended
	d.UpdatedOn = generated.UTC().Format(time.DateOnly)
	return Entry{Designation: d, Digest: act.DesignationDigest(&d), Generated: d.UpdatedOn}
}
