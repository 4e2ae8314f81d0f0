package node

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"entente/label"
)

// jsonFault says in words where what an officer wrote as JSON cannot be read as
// a value of v's type, and why: line and column count from 1, columns in
// characters. v is never set. cause is what the decoder said; it is told only
// where nothing better is found.
func jsonFault(raw []byte, v any, cause error) string {
	var syntax *json.SyntaxError
	if errors.As(cause, &syntax) {
		return at(raw, syntax.Offset-1) + syntax.Error()
	}
	if errors.Is(cause, io.EOF) || errors.Is(cause, io.ErrUnexpectedEOF) {
		return at(raw, int64(len(raw))) + "it ends too soon"
	}
	w := &jsonWalk{raw: raw, dec: json.NewDecoder(bytes.NewReader(raw))}
	if w.value(reflect.TypeOf(v).Elem(), nil); w.fault != "" {
		return w.fault
	}
	return plainCause(cause)
}

// at is a place in words, to stand before what is wrong there.
func at(raw []byte, offset int64) string {
	before := raw[:max(0, min(offset, int64(len(raw))))]
	return fmt.Sprintf("line %d, column %d: ", 1+bytes.Count(before, []byte("\n")), 1+utf8.RuneCount(before[1+bytes.LastIndexByte(before, '\n'):]))
}

// nothingFollows refuses a draft behind whose end something stands.
func nothingFollows(raw []byte, end int64) error {
	rest := bytes.TrimLeft(raw[end:], " \t\r\n")
	if len(rest) == 0 {
		return nil
	}
	return fmt.Errorf("%w: %ssomething follows its end", ErrDraft, at(raw, int64(len(raw)-len(rest))))
}

// jsonWalk goes through a value beside the type that it should have, and stops
// at the first thing that does not fit.
type jsonWalk struct {
	raw   []byte
	dec   *json.Decoder
	fault string
}

// next is where the next token begins.
func (w *jsonWalk) next() int64 {
	i := w.dec.InputOffset()
	for i < int64(len(w.raw)) && strings.IndexByte(" \t\r\n:,", w.raw[i]) >= 0 {
		i++
	}
	return i
}

func (w *jsonWalk) fail(offset int64, path []string, format string, args ...any) bool {
	where := ""
	if len(path) > 0 {
		where = strings.Join(path, ", ") + ": "
	}
	w.fault = at(w.raw, offset) + where + fmt.Sprintf(format, args...)
	return false
}

var (
	readsJSON  = reflect.TypeFor[json.Unmarshaler]()
	readsText  = reflect.TypeFor[encoding.TextUnmarshaler]()
	labelFound = reflect.TypeFor[label.Label]()
)

// labelShape names what stands in a label (spec/label.md), each with what it is
// read by; that a label is whole is checked by its own reader.
type labelShape struct {
	Policy        string          `json:"policy"`
	Class         string          `json:"class"`
	Rel           label.MemberSet `json:"rel"`
	Originators   label.MemberSet `json:"originators"`
	ConsentNeeded label.MemberSet `json:"consent_needed"`
	External      json.RawMessage `json:"external"`
	UseCodes      []string        `json:"use_codes"`
	Caveats       []string        `json:"caveats"`
	Personal      bool            `json:"personal"`
	ReviewBy      label.Instant   `json:"review_by"`
	Expires       label.Instant   `json:"expires"`
}

// value reads the next value as one of type t and says whether it fits.
func (w *jsonWalk) value(t reflect.Type, path []string) bool {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	start := w.next()
	if start >= int64(len(w.raw)) {
		return false
	}
	own := reflect.PointerTo(t).Implements(readsJSON) || reflect.PointerTo(t).Implements(readsText)
	switch first := w.raw[start]; {
	case t == labelFound && first == '{':
		if !w.object(reflect.TypeFor[labelShape](), path) {
			return false
		}
		if err := json.Unmarshal(w.raw[start:w.dec.InputOffset()], new(label.Label)); err != nil {
			return w.fail(start, path, "%s", plainCause(err))
		}
		return true
	case t.Kind() == reflect.Struct && !own && first == '{':
		return w.object(t, path)
	case t.Kind() == reflect.Slice && !own && t.Elem().Kind() != reflect.Uint8 && first == '[':
		return w.list(t.Elem(), path)
	}
	var one json.RawMessage
	if err := w.dec.Decode(&one); err != nil {
		return w.fail(start, path, "%s", plainCause(err))
	}
	if want := wanted(t); want == "a list of members" && one[0] != '[' || want == "text" && one[0] != '"' && one[0] != 'n' {
		return w.fail(start, path, "%s is wanted, here stands %s", want, found(one[0]))
	}
	err := json.Unmarshal(one, reflect.New(t).Interface())
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &kind):
		return w.fail(start, path, "%s is wanted, here stands %s", wanted(t), found(one[0]))
	case err != nil:
		return w.fail(start, path, "%s", plainCause(err))
	}
	return true
}

func (w *jsonWalk) object(t reflect.Type, path []string) bool {
	fields := jsonFields(t)
	if _, err := w.dec.Token(); err != nil {
		return false
	}
	for w.dec.More() {
		start := w.next()
		token, err := w.dec.Token()
		if err != nil {
			return w.fail(start, path, "%s", plainCause(err))
		}
		name, _ := token.(string)
		field, ok := fields[strings.ToLower(name)]
		if !ok {
			var names []string
			for known := range fields {
				names = append(names, known)
			}
			slices.Sort(names)
			return w.fail(start, path, "there is no field %.40q; the fields are %s", name, strings.Join(names, ", "))
		}
		if !w.value(field, append(slices.Clone(path), name)) {
			return false
		}
	}
	_, err := w.dec.Token()
	return err == nil
}

func (w *jsonWalk) list(t reflect.Type, path []string) bool {
	if _, err := w.dec.Token(); err != nil {
		return false
	}
	for i := 1; w.dec.More(); i++ {
		entry := slices.Clone(path)
		if n := len(entry); n > 0 {
			entry[n-1] = fmt.Sprintf("%s %d", strings.TrimSuffix(entry[n-1], "s"), i)
		}
		if !w.value(t, entry) {
			return false
		}
	}
	_, err := w.dec.Token()
	return err == nil
}

// jsonFields are the fields of a struct as JSON names them, in small letters,
// those of embedded ones among them; an outer field goes before an inner one.
func jsonFields(t reflect.Type) map[string]reflect.Type {
	out := map[string]reflect.Type{}
	var inner []reflect.Type
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "":
			inner = append(inner, f.Type)
		case f.IsExported() && name != "-":
			if name == "" {
				name = f.Name
			}
			out[strings.ToLower(name)] = f.Type
		}
	}
	for _, x := range inner {
		for x.Kind() == reflect.Pointer {
			x = x.Elem()
		}
		for name, ft := range jsonFields(x) {
			if _, taken := out[name]; !taken {
				out[name] = ft
			}
		}
	}
	return out
}

// wanted is a type as an officer would call it.
func wanted(t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[label.MemberSet]():
		return "a list of members"
	case reflect.PointerTo(t).Implements(readsText):
		return "text"
	case t == labelFound:
		return "an object"
	}
	switch t.Kind() {
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "a whole number"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			return "text in base64"
		}
		return "a list"
	}
	return "an object"
}

// found is what a value that begins with a byte is.
func found(first byte) string {
	switch first {
	case '"':
		return "text"
	case '{':
		return "an object"
	case '[':
		return "a list"
	case 't', 'f':
		return "true or false"
	case 'n':
		return "null"
	}
	return "a number"
}

// goWords is how a reader within another one tells of a value that does not
// fit.
var goWords = regexp.MustCompile(`json: cannot unmarshal (\w+) into Go (?:value|struct field \S+) of type \S+`)

// plainCause is what a reader said, without the names of the program.
func plainCause(err error) string {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return fmt.Sprintf("%s is wanted, here stands another kind of value (%s)", wanted(kind.Type), kind.Value)
	}
	text := goWords.ReplaceAllString(err.Error(), "here stands $1")
	for _, prefix := range []string{"json: ", "label: ", "act: "} {
		text = strings.TrimPrefix(text, prefix)
	}
	return text
}
