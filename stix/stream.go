package stix

import (
	"fmt"
	"io"
)

// Result is what validating one object of a stream gave.
type Result struct {
	// Object is the object; its Raw holds until the callback returns. For the
	// bundle itself, which comes last, Index is -1 and Raw is the bundle
	// without its objects. An empty list gives one result without Raw.
	Object Object
	// Errors are the findings, with paths from the root of the document.
	Errors []Error
}

// Summary counts what a stream held.
type Summary struct {
	// Objects is how many objects were read, Invalid how many of them broke a
	// rule.
	Objects, Invalid int
	// Valid tells whether the whole document is valid.
	Valid bool
}

// ValidateStream validates one document of any size in memory bounded by
// opt.Limits.Object, and hands every object with its findings to each as it
// comes. An error of each ends the validation and is returned. A fault in the
// document's structure ends it too and is returned after everything before it
// was handed over; it wraps ErrSyntax or ErrTooLarge.
//
// The version that a bundle declares only reaches the objects if it stands
// before them; a bundle of STIX 2.1 declares none.
func ValidateStream(r io.Reader, opt Options, each func(Result) error) (Summary, error) {
	v := newValidator(opt)
	d := NewDecoder(r, opt.Limits)
	sum := Summary{Valid: true}
	count := func(res Result) error {
		if !Valid(res.Errors) {
			sum.Valid = false
			if res.Object.Index >= 0 {
				sum.Invalid++
			}
		}
		return each(res)
	}
	in := container{bundle: true}
	for {
		o, err := d.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			sum.Valid = false
			return sum, err
		}
		if o.InBundle && in.version == "" {
			in.version = v.declaredVersion(d.head)
		}
		sum.Objects++
		if err := count(v.streamed(&o, in, d.state == inList && !d.seen)); err != nil {
			return sum, err
		}
	}
	if env := d.Envelope(); env != nil {
		return sum, count(v.envelope(env, sum.Objects == 0))
	}
	if sum.Objects == 0 {
		v.reset()
		v.fail("2.12", "the list is empty; an object is wanted")
		return sum, count(Result{Object{Index: -1}, v.result()})
	}
	return sum, nil
}

// streamed validates one object that a Decoder gave.
func (v *validator) streamed(o *Object, in container, list bool) Result {
	v.reset()
	if o.InBundle {
		v.push([]byte("objects"), 0)
	}
	if o.InBundle || list {
		v.push(nil, o.Index)
	}
	if o.Raw == nil {
		v.fail("bound", fmt.Sprintf("object of %d bytes exceeds the bound of %d", o.Size, v.opt.Limits.Object))
		return Result{*o, v.result()}
	}
	if err := v.tape.parse(o.Raw); err != nil {
		err.pos += int(min(o.Offset, 1<<52))
		v.syntax(err)
		return Result{*o, v.result()}
	}
	o.Type, o.ID = v.tape.names(0)
	if o.InBundle {
		v.stixObject(0, in)
	} else {
		v.top(0)
	}
	return Result{*o, v.result()}
}

// envelope validates a bundle without its objects.
func (v *validator) envelope(raw []byte, empty bool) Result {
	v.reset()
	o := Object{Raw: raw, Type: "bundle", Index: -1}
	if err := v.tape.parse(raw); err != nil {
		v.syntax(err)
		return Result{o, v.result()}
	}
	_, o.ID = v.tape.names(0)
	v.bundleHead(0)
	if empty {
		v.failAt("objects", "8.1", "empty lists are not allowed; leave objects out")
	}
	return Result{o, v.result()}
}

// declaredVersion reads the spec_version that stands before a bundle's objects.
func (v *validator) declaredVersion(head []byte) string {
	v.reset()
	defer v.result()
	if v.tape.parse(append(append([]byte(nil), head...), "]}"...)) != nil {
		return "2.1"
	}
	return v.tape.bundleVersion(0)
}
