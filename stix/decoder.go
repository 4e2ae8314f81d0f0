package stix

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// Object is one STIX object in its original bytes.
type Object struct {
	// Raw is the object exactly as it stood in the document. Where a Decoder
	// gives it, it holds until the next call of Next only; Clone keeps it. It
	// is nil for an object larger than Limits.Object, of which only the place
	// is known.
	Raw []byte
	// Type and ID are the object's own, empty where it has none. A Decoder
	// leaves them empty; ParseObject and ValidateStream fill them.
	Type, ID string
	// Index counts the objects of a bundle, or of a list, from 0.
	Index int
	// Offset and Size are its place in the document, in bytes.
	Offset, Size int64
	// InBundle tells that it stands in a bundle.
	InBundle bool
}

// Clone returns the object with bytes of its own.
func (o Object) Clone() Object {
	o.Raw = bytes.Clone(o.Raw)
	return o
}

// ParseObject reads one STIX object, keeping raw itself as its bytes. It fails
// with ErrSyntax, ErrTooLarge or ErrNotObject; it does not validate.
func ParseObject(raw []byte) (Object, error) {
	t := newTape(Limits{})
	if err := t.parse(raw); err != nil {
		return Object{}, err
	}
	if t.nodes[0].kind != kObject {
		return Object{}, fmt.Errorf("%w: it is %s", ErrNotObject, kindNames[t.nodes[0].kind])
	}
	o := Object{Raw: raw, Size: int64(len(raw))}
	o.Type, o.ID = t.names(0)
	return o, nil
}

// names returns the type and id of object n, empty where they are no strings.
func (t *tape) names(n uint32) (typ, id string) {
	if t.nodes[n].kind != kObject {
		return "", ""
	}
	h := t.head(n)
	if h.typ != 0 && t.nodes[h.typ].kind == kString {
		typ = string(t.str(h.typ))
	}
	if h.id != 0 && t.nodes[h.id].kind == kString {
		id = string(t.str(h.id))
	}
	return typ, id
}

// Decoder reads the STIX objects of one document from a stream: those of a
// bundle, those of a list, or the one that the document is. Its memory is
// bounded by Limits.Object whatever the document's size. It finds where each
// object begins and ends; whether an object is well formed is for its reader
// (Validate, ParseObject) to see.
//
// A bundle whose type comes after its objects is recognised as long as the
// document fits Limits.Object; a larger one is taken for a bundle, and an error
// follows at its end if it is none.
type Decoder struct {
	r    io.Reader
	lim  Limits
	buf  []byte
	pos  int   // next byte to look at
	keep int   // first byte that is still needed
	off  int64 // offset in the document of buf[0]
	err  error // of the reader, io.EOF at its end

	state decoderState
	index int
	head  []byte // the bundle up to and with the [ of its objects
	tail  []byte // and from after their ]
	typ   string // of the document, as far as known
	seen  bool   // nothing is left but the end of the document
	hold  bool   // white space belongs to what is kept
}

type decoderState uint8

const (
	atStart decoderState = iota
	inBundle
	inList
	atEnd
)

const decoderChunk = 64 << 10

// NewDecoder returns a Decoder that reads from r.
func NewDecoder(r io.Reader, lim Limits) *Decoder {
	return &Decoder{r: r, lim: lim.filled()}
}

// Next returns the next object, io.EOF after the last. Any other error ends the
// decoding and wraps ErrSyntax, ErrTooLarge or the reader's error; the objects
// returned before it stand.
func (d *Decoder) Next() (Object, error) {
	for {
		var o Object
		var more bool
		var err error
		switch d.state {
		case atStart:
			o, more, err = d.start()
		case inBundle, inList:
			o, more, err = d.element()
		default:
			return Object{}, io.EOF
		}
		if err != nil {
			d.state = atEnd
			return Object{}, err
		}
		if more {
			return o, nil
		}
	}
}

// Envelope returns the bundle without its objects, as a JSON text of its own
// with an empty list in their place; nil if the document is no bundle. It is
// complete once Next has returned io.EOF.
func (d *Decoder) Envelope() []byte {
	if d.head == nil {
		return nil
	}
	return append(append(bytes.Clone(d.head), ']'), d.tail...)
}

// fill reads more, moving what is kept to the front. It returns by how much the
// bytes moved, and false at the end of the input.
func (d *Decoder) fill() (shift int, ok bool) {
	if d.err != nil {
		return 0, false
	}
	if d.keep > 0 && (d.keep >= len(d.buf)/2 || cap(d.buf)-len(d.buf) < decoderChunk) {
		shift = d.keep
		n := copy(d.buf, d.buf[d.keep:])
		d.buf = d.buf[:n]
		d.pos -= shift
		d.off += int64(shift)
		d.keep = 0
	}
	if cap(d.buf)-len(d.buf) < decoderChunk {
		bigger := make([]byte, len(d.buf), 2*cap(d.buf)+decoderChunk)
		copy(bigger, d.buf)
		d.buf = bigger
	}
	for range 100 {
		n, err := d.r.Read(d.buf[len(d.buf):cap(d.buf)])
		d.buf = d.buf[:len(d.buf)+n]
		if err != nil {
			d.err = err
		}
		if n > 0 {
			return shift, true
		}
		if err != nil {
			return shift, false
		}
	}
	d.err = io.ErrNoProgress
	return shift, false
}

func (d *Decoder) fail(msg string) error {
	if d.pos >= len(d.buf) {
		if d.err != nil && !errors.Is(d.err, io.EOF) {
			return fmt.Errorf("stix: reading the document: %w", d.err)
		}
		msg = "unexpected end of the document"
	}
	return fmt.Errorf("%w: %s at byte %d (RFC 8259)", ErrSyntax, msg, d.off+int64(d.pos))
}

// space skips white space and returns the byte after it, 0 at the end. Where
// nothing is being held, the white space is let go of at once.
func (d *Decoder) space() byte {
	for {
		for d.pos < len(d.buf) {
			switch c := d.buf[d.pos]; c {
			case ' ', '\t', '\n', '\r':
				d.pos++
			default:
				return c
			}
		}
		if !d.hold {
			d.keep = d.pos
		} else if d.pos-d.keep > d.lim.Object {
			d.err = fmt.Errorf("%w: white space in the document exceeds %d bytes", ErrTooLarge, d.lim.Object)
		}
		if _, ok := d.fill(); !ok {
			return 0
		}
	}
}

func (d *Decoder) start() (Object, bool, error) {
	switch c := d.space(); c {
	case '{':
		return d.document()
	case '[':
		d.pos++
		d.state = inList
		return Object{}, false, nil
	case 0:
		return Object{}, false, d.fail("expected a JSON value")
	case 0xef:
		return Object{}, false, d.fail("a byte order mark stands before the document")
	case '"', '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 't', 'f', 'n':
		// A value that is no object is judged like any other.
	default:
		return Object{}, false, d.fail(fmt.Sprintf("this is another kind of file: no JSON text begins with the byte 0x%02x; a STIX document is an object, or a list of objects, in UTF-8", c))
	}
	d.keep = d.pos
	o, err := d.value()
	d.state, d.seen, d.index = inList, true, 1
	return o, true, err
}

// document reads the members of an object until it knows whether it is a
// bundle: then its objects follow one by one, otherwise it is the only one.
func (d *Decoder) document() (Object, bool, error) {
	d.keep, d.hold = d.pos, true
	d.pos++
	objects := -1 // where the list of objects begins, relative to keep
	for first := true; ; first = false {
		c := d.space()
		if c == '}' {
			d.pos++
			break
		}
		if !first {
			if c != ',' {
				return Object{}, false, d.fail("expected , or } in an object")
			}
			d.pos++
			d.space()
		}
		key, err := d.key()
		if err != nil {
			return Object{}, false, err
		}
		if key == "objects" && d.buf[d.pos] == '[' && objects < 0 {
			objects = d.pos - d.keep
			if d.typ == "bundle" {
				return d.open(objects)
			}
		}
		start := d.pos - d.keep
		whole, err := d.skip(false)
		if err != nil {
			return Object{}, false, err
		}
		if !whole {
			if objects >= 0 && (d.typ == "" || d.typ == "bundle") {
				return d.open(objects)
			}
			return d.oversize()
		}
		if key == "type" {
			d.typ = stringText(d.buf[d.keep+start : d.pos])
		}
	}
	if d.typ == "bundle" && objects >= 0 {
		return d.open(objects)
	}
	o := Object{Raw: d.buf[d.keep:d.pos:d.pos], Offset: d.off + int64(d.keep), Size: int64(d.pos - d.keep)}
	// The end is looked at by the next call, so that Raw stays where it is.
	d.state, d.seen, d.hold, d.index = inList, true, false, 1
	return o, true, nil
}

// oversize steps over the rest of a document that is one object beyond the
// bound.
func (d *Decoder) oversize() (Object, bool, error) {
	begin := d.off + int64(d.keep)
	d.pos = d.keep
	if _, err := d.skip(true); err != nil {
		return Object{}, false, err
	}
	o := Object{Offset: begin, Size: d.off + int64(d.pos) - begin}
	d.keep = d.pos
	d.state, d.seen, d.hold, d.index = inList, true, false, 1
	return o, true, nil
}

// open begins to read the list of objects that stands at, relative to keep.
func (d *Decoder) open(at int) (Object, bool, error) {
	d.pos = d.keep + at + 1
	d.head = bytes.Clone(d.buf[d.keep:d.pos])
	d.keep, d.hold = d.pos, false
	d.state = inBundle
	return Object{}, false, nil
}

// key reads a member name and steps to the value. d.pos is at its quote.
func (d *Decoder) key() (string, error) {
	if d.pos >= len(d.buf) || d.buf[d.pos] != '"' {
		return "", d.fail("expected a member name in quotes")
	}
	start := d.pos - d.keep
	if whole, err := d.skip(false); err != nil {
		return "", err
	} else if !whole {
		return "", fmt.Errorf("%w: a member name exceeds %d bytes", ErrTooLarge, d.lim.Object)
	}
	name := stringText(d.buf[d.keep+start : d.pos])
	if d.space() != ':' {
		return "", d.fail("expected : after a member name")
	}
	d.pos++
	if d.space() == 0 {
		return "", d.fail("")
	}
	return name, nil
}

// stringText decodes a JSON string for comparing it; other values give "".
func stringText(raw []byte) string {
	if len(raw) < 2 || len(raw) > 1024 || raw[0] != '"' {
		return ""
	}
	t := newTape(Limits{Nodes: 2})
	if t.parse(raw) != nil {
		return ""
	}
	return string(t.str(0))
}

// element returns the next object of a bundle or list, or closes it.
func (d *Decoder) element() (Object, bool, error) {
	if d.seen {
		return Object{}, false, d.finish()
	}
	c := d.space()
	if c == ']' {
		return Object{}, false, d.closeList()
	}
	if d.index > 0 {
		if c != ',' {
			return Object{}, false, d.fail("expected , or ] in a list")
		}
		d.pos++
		if c = d.space(); c == ']' {
			return Object{}, false, d.fail("expected a value after ,")
		}
	}
	d.keep = d.pos
	o, err := d.value()
	o.InBundle = d.state == inBundle
	d.index++
	return o, true, err
}

// value reads one value, however large.
func (d *Decoder) value() (Object, error) {
	begin := d.off + int64(d.pos)
	whole, err := d.skip(true)
	if err != nil {
		return Object{}, err
	}
	o := Object{Index: d.index, Offset: begin, Size: d.off + int64(d.pos) - begin}
	if whole {
		o.Raw = d.buf[d.keep:d.pos:d.pos]
	}
	return o, nil
}

func (d *Decoder) closeList() error {
	d.pos++
	d.keep = d.pos
	if d.state == inList {
		return d.finish()
	}
	d.hold = true
	for {
		switch d.space() {
		case '}':
			d.pos++
			d.tail = bytes.Clone(d.buf[d.keep:d.pos])
			if d.typ != "bundle" {
				return fmt.Errorf("%w: the document exceeds %d bytes and is of type %q, not a bundle", ErrTooLarge, d.lim.Object, clip(d.typ))
			}
			return d.finish()
		case ',':
			d.pos++
		default:
			return d.fail("expected , or } in an object")
		}
		d.space()
		key, err := d.key()
		if err != nil {
			return err
		}
		if key == "objects" {
			return fmt.Errorf("%w: member name \"objects\" stands twice in the bundle (RFC 7493)", ErrSyntax)
		}
		start := d.pos - d.keep
		whole, err := d.skip(false)
		if err != nil {
			return err
		}
		if !whole {
			return fmt.Errorf("%w: the bundle's own properties exceed %d bytes", ErrTooLarge, d.lim.Object)
		}
		if key == "type" {
			d.typ = stringText(d.buf[d.keep+start : d.pos])
		}
	}
}

// finish looks for nothing but white space up to the end.
func (d *Decoder) finish() error {
	d.hold = false
	if c := d.space(); c != 0 || d.pos < len(d.buf) {
		return d.fail("unexpected bytes after the document")
	}
	if d.err != nil && !errors.Is(d.err, io.EOF) {
		return fmt.Errorf("stix: reading the document: %w", d.err)
	}
	d.state = atEnd
	return nil
}
