package act

import (
	"encoding/base64"
	"strconv"
)

// The writer of acts. One content has one spelling here: fields in the order
// of their shape, no blanks, nothing escaped but what JSON requires, absent
// what is empty. Readers do not rely on it; they keep the bytes they got.

// object writes the fields of one object of the given shape.
type object struct {
	b  []byte
	sh *shape
	n  int
}

func begin(b []byte, sh *shape) object { return object{b: append(b, '{'), sh: sh} }

// key writes the name of field i; the caller appends the value to o.b.
func (o *object) key(i int) {
	if o.n > 0 {
		o.b = append(o.b, ',')
	}
	o.n++
	o.b = append(o.b, '"')
	o.b = append(o.b, o.sh.fields[i].name...)
	o.b = append(o.b, '"', ':')
}

func (o *object) str(i int, s string) {
	o.key(i)
	o.b = appendString(o.b, s)
}

// opt writes a string unless it is empty.
func (o *object) opt(i int, s string) {
	if s != "" {
		o.str(i, s)
	}
}

func (o *object) integer(i int, v int64) {
	o.key(i)
	o.b = strconv.AppendInt(o.b, v, 10)
}

func (o *object) end() []byte { return append(o.b, '}') }

// list writes field i as the list of es, each by write, unless it is empty.
func list[E any](o *object, i int, es []E, write func([]byte, *E) []byte) {
	if len(es) == 0 {
		return
	}
	o.key(i)
	o.b = append(o.b, '[')
	for k := range es {
		if k > 0 {
			o.b = append(o.b, ',')
		}
		o.b = write(o.b, &es[k])
	}
	o.b = append(o.b, ']')
}

func appendStr(b []byte, s *string) []byte { return appendString(b, *s) }

// appendString writes s as a JSON string. What a reader would refuse (invalid
// UTF-8, control characters) is written so that it is refused and never
// silently repaired.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	from := 0
	for i := range len(s) {
		var esc string
		switch c := s[i]; {
		case c == '"':
			esc = `\"`
		case c == '\\':
			esc = `\\`
		case c == '\n':
			esc = `\n`
		case c == '\t':
			esc = `\t`
		case c < ' ':
			esc = `\u00` + string("0123456789abcdef"[c>>4]) + string("0123456789abcdef"[c&15])
		default:
			continue
		}
		b = append(append(b, s[from:i]...), esc...)
		from = i + 1
	}
	return append(append(b, s[from:]...), '"')
}

func appendBase64(b, data []byte) []byte {
	b = append(b, '"')
	b = base64.StdEncoding.AppendEncode(b, data)
	return append(b, '"')
}
