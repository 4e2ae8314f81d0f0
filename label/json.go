package label

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// MaxJSON bounds the JSON form of a label in bytes.
const MaxJSON = 64 << 10

// jsonForm fixes the names and the order of the fields.
type jsonForm struct {
	Policy        PolicyID   `json:"policy"`
	Class         Class      `json:"class"`
	Rel           MemberSet  `json:"rel"`
	Originators   MemberSet  `json:"originators"`
	ConsentNeeded *MemberSet `json:"consent_needed,omitempty"`
	External      []External `json:"external,omitempty"`
	UseCodes      []string   `json:"use_codes,omitempty"`
	Caveats       []string   `json:"caveats,omitempty"`
	Personal      bool       `json:"personal,omitempty"`
	ReviewBy      Instant    `json:"review_by,omitzero"`
	Expires       Instant    `json:"expires,omitzero"`
}

// MarshalJSON writes the label's fields in a fixed order, empty ones left out
// except rel and originators. It refuses a label that is not valid.
func (l Label) MarshalJSON() ([]byte, error) {
	if err := l.Validate(); err != nil {
		return nil, err
	}
	f := jsonForm{
		Policy: l.Policy, Class: l.Class, Rel: l.Rel, Originators: l.Originators,
		UseCodes: l.UseCodes.tokens(),
		Personal: l.Personal, ReviewBy: l.ReviewBy, Expires: l.Expires,
	}
	if !l.ConsentNeeded.IsEmpty() {
		f.ConsentNeeded = &l.ConsentNeeded
	}
	for x := range l.External.All() {
		f.External = append(f.External, x)
	}
	for c := range l.Caveats.All() {
		f.Caveats = append(f.Caveats, c)
	}
	return json.Marshal(f)
}

// labelFields maps the name of each field to its place in the bit set of
// fields seen.
var labelFields = map[string]int{
	"policy": 0, "class": 1, "rel": 2, "originators": 3, "consent_needed": 4, "external": 5,
	"use_codes": 6, "caveats": 7, "personal": 8, "review_by": 9, "expires": 10,
}

// UnmarshalJSON reads a label and refuses, by an error that wraps [ErrSyntax],
// [ErrTooMany], [ErrMember] or [ErrInvalid], everything that is not the JSON
// form of a valid label: more than [MaxJSON] bytes, bytes that are not UTF-8,
// unknown and repeated fields, null, sets out of order, missing policy, class,
// rel or originators.
func (l *Label) UnmarshalJSON(b []byte) error {
	if len(b) > MaxJSON {
		return fmt.Errorf("%w: a label of %d bytes, at most %d", ErrTooMany, len(b), MaxJSON)
	}
	var v Label
	err := eachField(b, "label", labelFields, 1<<0|1<<1|1<<2|1<<3, func(dec *json.Decoder, field int) error {
		switch field {
		case 0:
			return decodeText(dec, (*string)(&v.Policy))
		case 1:
			return decodeText(dec, (*string)(&v.Class))
		case 2:
			return dec.Decode(&v.Rel)
		case 3:
			return dec.Decode(&v.Originators)
		case 4:
			return dec.Decode(&v.ConsentNeeded)
		case 5:
			return decodeExternals(dec, &v.External)
		case 6:
			tokens, err := decodeTexts(dec, useCodes)
			if err == nil {
				v.UseCodes, err = useCodesInOrder(tokens)
			}
			return err
		case 7:
			texts, err := decodeTexts(dec, MaxCaveats)
			if err == nil {
				v.Caveats, err = caveatsInOrder(texts)
			}
			return err
		case 8:
			var p *bool
			if err := dec.Decode(&p); err != nil || p == nil {
				return fmt.Errorf("%w: personal is true or false", ErrSyntax)
			}
			v.Personal = *p
			return nil
		case 9:
			return decodeInstant(dec, &v.ReviewBy)
		default:
			return decodeInstant(dec, &v.Expires)
		}
	})
	if err != nil {
		return err
	}
	if err := v.Validate(); err != nil {
		return err
	}
	*l = v
	return nil
}

// eachField reads the one JSON object in b, calls read for each of its fields
// with the decoder before the value, and refuses unknown, repeated and missing
// fields; required is the bit set of those that must be there.
func eachField(b []byte, what string, fields map[string]int, required uint, read func(*json.Decoder, int) error) error {
	if !utf8.Valid(b) {
		return fmt.Errorf("%w: %s is not UTF-8", ErrSyntax, what)
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	if tok, err := dec.Token(); err != nil || tok != json.Delim('{') {
		return fmt.Errorf("%w: %s is not a JSON object", ErrSyntax, what)
	}
	var seen uint
	for dec.More() {
		tok, err := dec.Token()
		if err != nil {
			return fmt.Errorf("%w: %s: %v", ErrSyntax, what, err)
		}
		name, _ := tok.(string)
		i, ok := fields[name]
		if !ok {
			return fmt.Errorf("%w: %s has no field %q: remove it", ErrSyntax, what, clip(name))
		}
		if seen&(1<<i) != 0 {
			return fmt.Errorf("%w: %s: field %s stands twice: write it once", ErrSyntax, what, name)
		}
		seen |= 1 << i
		if err := read(dec, i); err != nil {
			return fmt.Errorf("%s: field %s: %w", what, name, err)
		}
	}
	if _, err := dec.Token(); err != nil {
		return fmt.Errorf("%w: %s: %v", ErrSyntax, what, err)
	}
	if dec.More() {
		return fmt.Errorf("%w: %s: text after its end", ErrSyntax, what)
	}
	for name, i := range fields {
		if required&(1<<i) != 0 && seen&(1<<i) == 0 {
			return fmt.Errorf("%w: %s without the field %s: write it", ErrSyntax, what, name)
		}
	}
	return nil
}

func decodeText(dec *json.Decoder, s *string) error {
	var p *string
	if err := dec.Decode(&p); err != nil || p == nil {
		return fmt.Errorf("%w: not a string", ErrSyntax)
	}
	*s = *p
	return nil
}

func decodeTexts(dec *json.Decoder, limit int) ([]string, error) {
	var ps []*string
	if err := dec.Decode(&ps); err != nil || ps == nil {
		return nil, fmt.Errorf("%w: not an array of strings", ErrSyntax)
	}
	if len(ps) > limit {
		return nil, fmt.Errorf("%w: %d entries, at most %d", ErrTooMany, len(ps), limit)
	}
	out := make([]string, len(ps))
	for i, p := range ps {
		if p == nil {
			return nil, fmt.Errorf("%w: null in an array of strings", ErrSyntax)
		}
		out[i] = *p
	}
	return out, nil
}

func decodeInstant(dec *json.Decoder, i *Instant) error {
	var s string
	if err := decodeText(dec, &s); err != nil {
		return err
	}
	v, err := ParseInstant(s)
	*i = v
	return err
}

var externalFields = map[string]int{"id": 0, "holder": 1}

func decodeExternals(dec *json.Decoder, s *ExternalSet) error {
	var raw []json.RawMessage
	if err := dec.Decode(&raw); err != nil || raw == nil {
		return fmt.Errorf("%w: not an array of external originators", ErrSyntax)
	}
	if len(raw) > MaxExternals {
		return fmt.Errorf("%w: %d external originators, at most %d", ErrTooMany, len(raw), MaxExternals)
	}
	xs := make([]External, len(raw))
	for i, b := range raw {
		err := eachField(b, "external originator", externalFields, 3, func(dec *json.Decoder, field int) error {
			if field == 0 {
				return decodeText(dec, (*string)(&xs[i].ID))
			}
			return decodeText(dec, (*string)(&xs[i].Holder))
		})
		if err != nil {
			return err
		}
	}
	v, err := externalsInOrder(xs)
	*s = v
	return err
}
