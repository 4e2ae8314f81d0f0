package taxii

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
)

// Object is a STIX object with what TAXII needs to know of it.
type Object struct {
	// Raw is the object byte for byte.
	Raw []byte
	// ID and Type are the object's own; the type is that of the identifier
	// where it has one.
	ID, Type string
	// Spec is the version of the STIX specification.
	Spec string
	// Version is modified, else created, else empty (clause 3.4.1).
	Version string
}

// ReadObject reads the head of a JSON object text. It does not validate; the
// error wraps [ErrUnprocessable].
func ReadObject(raw []byte) (Object, error) {
	o := Object{Raw: raw}
	var typ, created, modified, spec string
	err := members(raw, func(name string, m span) error {
		var to *string
		switch name {
		case "id":
			to = &o.ID
		case "type":
			to = &typ
		case "created":
			to = &created
		case "modified":
			to = &modified
		case "spec_version":
			to = &spec
		default:
			return nil
		}
		if v := raw[m.value:m.end]; v[0] == '"' {
			*to = unquote(v)
		}
		return nil
	})
	if err != nil {
		return o, err
	}
	o.Version = modified
	if o.Version == "" {
		o.Version = created
	}
	if o.Type = TypeOf(o.ID); o.Type == "" {
		o.Type = typ
	}
	switch {
	case spec != "":
		o.Spec = spec
	case o.Version == "":
		o.Spec = "2.1" // cyber observables, which 2.0 did not have on their own
	default:
		o.Spec = "2.0"
	}
	return o, nil
}

// span is where a member stands in an object: its name begins at name, its
// value at value and ends before end.
type span struct{ name, value, end int }

// members steps over the members of a JSON object text at its own level. The
// text must have passed a JSON parser; if it has not, the worst is an error or
// members that are not there.
func members(raw []byte, each func(name string, m span) error) error {
	i := blank(raw, 0)
	if i >= len(raw) || raw[i] != '{' {
		return fmt.Errorf("%w: no JSON object", ErrUnprocessable)
	}
	i++
	for {
		for i = blank(raw, i); i < len(raw) && raw[i] == ','; i = blank(raw, i+1) {
		}
		if i < len(raw) && raw[i] == '}' {
			return nil
		}
		m := span{name: i}
		end := valueEnd(raw, i)
		if end <= i || raw[i] != '"' {
			return fmt.Errorf("%w: broken JSON at byte %d", ErrUnprocessable, i)
		}
		name := unquote(raw[i:end])
		if i = blank(raw, end); i >= len(raw) || raw[i] != ':' {
			return fmt.Errorf("%w: broken JSON at byte %d", ErrUnprocessable, i)
		}
		m.value = blank(raw, i+1)
		if m.end = valueEnd(raw, m.value); m.end <= m.value {
			return fmt.Errorf("%w: broken JSON at byte %d", ErrUnprocessable, m.value)
		}
		if err := each(name, m); err != nil {
			return err
		}
		i = m.end
	}
}

func blank(raw []byte, i int) int {
	for i < len(raw) && (raw[i] == ' ' || raw[i] == '\n' || raw[i] == '\t' || raw[i] == '\r') {
		i++
	}
	return i
}

// valueEnd returns where the JSON value that begins at i ends.
func valueEnd(raw []byte, i int) int {
	depth := 0
	for i < len(raw) {
		switch c := raw[i]; c {
		case '"':
			for i++; i < len(raw) && raw[i] != '"'; i++ {
				if raw[i] == '\\' {
					i++
				}
			}
			i++
			if depth == 0 {
				return min(i, len(raw))
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth <= 0 {
				if depth < 0 {
					return i
				}
				return i + 1
			}
		case ',', ' ', '\n', '\t', '\r':
			if depth == 0 {
				return i
			}
		}
		i++
	}
	return i
}

func unquote(v []byte) string {
	if bytes.IndexByte(v, '\\') < 0 && len(v) >= 2 {
		return string(v[1 : len(v)-1])
	}
	var s string
	if json.Unmarshal(v, &s) != nil {
		return ""
	}
	return s
}

// SameObject tells whether two JSON texts say the same: members in any order,
// numbers by their digits.
func SameObject(a, b []byte) bool {
	if bytes.Equal(a, b) {
		return true
	}
	var va, vb any
	for _, p := range []struct {
		raw []byte
		to  *any
	}{{a, &va}, {b, &vb}} {
		d := json.NewDecoder(bytes.NewReader(p.raw))
		d.UseNumber()
		if d.Decode(p.to) != nil {
			return false
		}
	}
	return reflect.DeepEqual(va, vb)
}

// readEnvelope reads an envelope (clause 3.7) and hands over the bytes of each
// of its objects, and more and next where they stand. Members that the
// specification does not have are passed over (7.1.1). Errors wrap
// [ErrUnprocessable], or come from the reader or each.
func readEnvelope(r io.Reader, list string, each func(raw []byte) error) (more bool, next string, err error) {
	d := json.NewDecoder(r)
	broken := func(err error) error {
		var syntax *json.SyntaxError
		if err == io.EOF || err == io.ErrUnexpectedEOF || isA(err, &syntax) {
			return fmt.Errorf("%w: the body is no JSON envelope (%v)", ErrUnprocessable, err)
		}
		return err
	}
	if t, err := d.Token(); err != nil {
		return false, "", broken(err)
	} else if t != json.Delim('{') {
		return false, "", fmt.Errorf("%w: the body is no JSON object; an envelope {\"objects\":[...]} is wanted", ErrUnprocessable)
	}
	seen := map[string]bool{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return false, "", broken(err)
		}
		name, _ := t.(string)
		if seen[name] {
			return false, "", fmt.Errorf("%w: member %q stands twice (RFC 7493)", ErrUnprocessable, clip(name))
		}
		if seen[name] = true; len(seen) > 100 {
			return false, "", fmt.Errorf("%w: an envelope with more than 100 members", ErrUnprocessable)
		}
		if name != list {
			var v json.RawMessage
			if err := d.Decode(&v); err != nil {
				return false, "", broken(err)
			}
			switch name {
			case "more":
				more = string(v) == "true"
			case "next":
				next = unquote(v)
			}
			continue
		}
		if t, err := d.Token(); err != nil {
			return false, "", broken(err)
		} else if t != json.Delim('[') {
			return false, "", fmt.Errorf("%w: %q is no list", ErrUnprocessable, list)
		}
		for d.More() {
			var raw json.RawMessage
			if err := d.Decode(&raw); err != nil {
				return false, "", broken(err)
			}
			if err := each(raw); err != nil {
				return false, "", err
			}
		}
		if _, err := d.Token(); err != nil {
			return false, "", broken(err)
		}
	}
	if _, err := d.Token(); err != nil {
		return false, "", broken(err)
	}
	if _, err := d.Token(); err == nil {
		return false, "", fmt.Errorf("%w: something follows the envelope", ErrUnprocessable)
	} else if err != io.EOF {
		return false, "", broken(err)
	}
	return more, next, nil
}
