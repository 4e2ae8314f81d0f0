package charter

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxDepth bounds the nesting of JSON (spec/README.md, "Conventions").
const maxDepth = 32

// decodeStrict reads one JSON value into v as spec/README.md demands.
//
// Go's encoding/json takes field names in any case, keeps the last of two
// equal keys, reads null as "leave it" and repairs broken text. Members sign
// these bytes and other implementations read them, so each of that is refused
// here before encoding/json sees the value: every field of a struct must stand
// in the text exactly once under exactly its name, but for those that their type declares optional.
//
// Below a type that unmarshals itself only duplicate keys, depth and text are
// checked; the rest is that type's own affair.
func decodeStrict(data []byte, v any) error {
	if !utf8.Valid(data) {
		return fmt.Errorf("%w: JSON is not valid UTF-8", ErrSyntax)
	}
	if err := checkSurrogates(data); err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if err := walk(dec, reflect.TypeOf(v).Elem(), "", 0); err != nil {
		return err
	}
	// Unmarshal also refuses what the walk over tokens does not see: broken
	// grammar between them, and data after the value.
	if err := json.Unmarshal(data, v); err != nil {
		if errors.Is(err, ErrSyntax) || errors.Is(err, ErrKey) || errors.Is(err, ErrScope) {
			return err
		}
		return fmt.Errorf("%w: %w", ErrSyntax, err)
	}
	return nil
}

// checkSurrogates refuses \u escapes of half a surrogate pair, which Go would
// read as U+FFFD and others as something else.
func checkSurrogates(data []byte) error {
	unit := func(i int) (uint64, bool) {
		if i+6 > len(data) || data[i] != '\\' || data[i+1] != 'u' {
			return 0, false
		}
		u, err := strconv.ParseUint(string(data[i+2:i+6]), 16, 16)
		return u, err == nil
	}
	for i := 0; i < len(data); i++ {
		if data[i] != '\\' {
			continue
		}
		u, ok := unit(i)
		if !ok {
			i++ // the escaped character, were it a backslash
			continue
		}
		switch {
		case u >= 0xd800 && u < 0xdc00:
			if low, ok := unit(i + 6); !ok || low < 0xdc00 || low > 0xdfff {
				return fmt.Errorf("%w: JSON escape of half a surrogate pair", ErrSyntax)
			}
			i += 11
		case u >= 0xdc00 && u <= 0xdfff:
			return fmt.Errorf("%w: JSON escape of half a surrogate pair", ErrSyntax)
		default:
			i += 5
		}
	}
	return nil
}

var (
	jsonUnmarshaler = reflect.TypeFor[json.Unmarshaler]()
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// walk reads one value from dec and holds it against t; a nil t takes anything.
func walk(dec *json.Decoder, t reflect.Type, path string, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("%w: JSON nested deeper than %d at %s", ErrSyntax, maxDepth, path)
	}
	if t != nil && t.Kind() == reflect.Interface {
		t = nil
	}
	nullable := t == nil
	if t != nil && t.Kind() == reflect.Pointer {
		nullable, t = true, t.Elem()
	}
	textual := false
	if t != nil {
		switch p := reflect.PointerTo(t); {
		case p.Implements(jsonUnmarshaler):
			t = nil
		case p.Implements(textUnmarshaler):
			textual = true
		}
	}
	tok, err := dec.Token()
	if err != nil {
		return fmt.Errorf("%w: JSON: %v", ErrSyntax, err)
	}
	switch tok := tok.(type) {
	case json.Delim:
		if tok == '{' {
			return walkObject(dec, t, path, depth)
		}
		return walkArray(dec, t, path, depth)
	case nil:
		if !nullable {
			return fmt.Errorf("%w: %s is null; give it a value", ErrSyntax, path)
		}
	case json.Number:
		if t != nil && isInteger(t.Kind()) && !canonicalInteger(string(tok)) {
			return fmt.Errorf("%w: %s: %q is not a whole number in plain digits", ErrSyntax, path, tok)
		}
	case string:
		if t != nil && t.Kind() != reflect.String && !textual {
			return fmt.Errorf("%w: %s is a string; it should be %s", ErrSyntax, path, t.Kind())
		}
	}
	return nil
}

func walkObject(dec *json.Decoder, t reflect.Type, path string, depth int) error {
	seen := make(map[string]bool)
	for dec.More() {
		tok, err := dec.Token()
		if err != nil {
			return fmt.Errorf("%w: JSON: %v", ErrSyntax, err)
		}
		key, _ := tok.(string)
		at := path + "/" + clip(key)
		if seen[key] {
			return fmt.Errorf("%w: key %s stands twice; keep one", ErrSyntax, at)
		}
		seen[key] = true
		var inner reflect.Type
		switch {
		case t == nil:
		case t.Kind() == reflect.Struct:
			f, ok := fieldByName(t, key)
			if !ok {
				return fmt.Errorf("%w: unknown field %s; remove it", ErrSyntax, at)
			}
			inner = f
		case t.Kind() == reflect.Map:
			inner = t.Elem()
		}
		if err := walk(dec, inner, at, depth+1); err != nil {
			return err
		}
	}
	if _, err := dec.Token(); err != nil {
		return fmt.Errorf("%w: JSON: %v", ErrSyntax, err)
	}
	if t == nil || t.Kind() != reflect.Struct {
		return nil
	}
	for i := range t.NumField() {
		if name, optional := jsonName(t.Field(i)); name != "" && !optional && !seen[name] {
			return fmt.Errorf("%w: field %s/%s is missing; every field stands in the text", ErrSyntax, path, name)
		}
	}
	return nil
}

func walkArray(dec *json.Decoder, t reflect.Type, path string, depth int) error {
	var inner reflect.Type
	if t != nil && t.Kind() == reflect.Slice {
		inner = t.Elem()
	}
	for i := 0; dec.More(); i++ {
		if err := walk(dec, inner, path+"/"+strconv.Itoa(i), depth+1); err != nil {
			return err
		}
	}
	if _, err := dec.Token(); err != nil {
		return fmt.Errorf("%w: JSON: %v", ErrSyntax, err)
	}
	return nil
}

func fieldByName(t reflect.Type, name string) (reflect.Type, bool) {
	for i := range t.NumField() {
		if n, _ := jsonName(t.Field(i)); n != "" && n == name {
			return t.Field(i).Type, true
		}
	}
	return nil, false
}

// jsonName is the name of a field in the text, "" for one that is not in it,
// and whether it may be left out.
func jsonName(f reflect.StructField) (name string, optional bool) {
	name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
	if name == "-" {
		return "", false
	}
	return name, strings.Contains(options, "omit")
}

func isInteger(k reflect.Kind) bool { return k >= reflect.Int && k <= reflect.Uint64 }

// canonicalInteger tells "0" and "17" from "-0", "1e3" and "1.0".
func canonicalInteger(s string) bool {
	n, err := strconv.ParseInt(s, 10, 64)
	return err == nil && strconv.FormatInt(n, 10) == s
}

// clip shortens foreign text before it is quoted in an error.
func clip(s string) string {
	const limit = 48
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "..."
}
