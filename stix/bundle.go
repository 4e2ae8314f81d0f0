package stix

import (
	"fmt"
	"io"
)

// BundleWriter writes a bundle (clause 8) around objects that it copies byte
// for byte.
type BundleWriter struct {
	w     io.Writer
	count int
	err   error
}

// NewBundleWriter begins a bundle with the given identifier, "bundle--" and a
// UUID. It fails if id is none.
func NewBundleWriter(w io.Writer, id string) (*BundleWriter, error) {
	if typ, _, ok := splitID([]byte(id)); !ok || string(typ) != "bundle" {
		return nil, fmt.Errorf("stix: %q is no identifier of a bundle", clip(id))
	}
	b := &BundleWriter{w: w}
	b.write(`{"type":"bundle","id":"` + id + `"`)
	return b, b.err
}

func (b *BundleWriter) write(s string) {
	if b.err == nil {
		_, b.err = io.WriteString(b.w, s)
	}
}

// Add writes one object, which must be a JSON object text, as it is.
func (b *BundleWriter) Add(raw []byte) error {
	if len(raw) == 0 || raw[0] != '{' || raw[len(raw)-1] != '}' {
		return fmt.Errorf("%w: the text is no JSON object", ErrNotObject)
	}
	if b.count == 0 {
		b.write(`,"objects":[`)
	} else {
		b.write(",")
	}
	b.count++
	if b.err == nil {
		_, b.err = b.w.Write(raw)
	}
	return b.err
}

// Close ends the bundle. It does not close the writer below.
func (b *BundleWriter) Close() error {
	if b.count > 0 {
		b.write("]")
	}
	b.write("}\n")
	return b.err
}
