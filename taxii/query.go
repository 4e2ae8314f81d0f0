package taxii

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// maxValues bounds the values of one match parameter, maxValue the bytes of
// one value.
const (
	maxValues = 1000
	maxValue  = 300
)

// fields says which match fields an endpoint knows; others are passed over
// (clause 3.4).
type fields struct{ id, typ, version, spec bool }

var (
	collectionFields = fields{id: true, typ: true, version: true, spec: true}
	objectFields     = fields{version: true, spec: true}
	versionsFields   = fields{spec: true}
)

// query is what the URL of a request asks for.
type query struct {
	filter Filter
	limit  int // 0 is none
	next   string
}

// parseQuery reads the query of a URL. Errors wrap ErrQuery.
func parseQuery(raw string, known fields) (query, error) {
	q := query{filter: Filter{AddedAfter: NoTimestamp}}
	if strings.IndexByte(raw, ';') >= 0 {
		// url.ParseQuery refuses them with an error that tells less.
		return q, fmt.Errorf("%w: parameters are divided by &, a semicolon is written %%3B", ErrQuery)
	}
	values, err := url.ParseQuery(raw)
	if err != nil {
		return q, fmt.Errorf("%w: the query is not URL-encoded", ErrQuery)
	}
	for name, vs := range values {
		field, isMatch := strings.CutPrefix(name, "match[")
		if isMatch {
			if field, isMatch = strings.CutSuffix(field, "]"); !isMatch {
				continue
			}
		}
		switch {
		case !isMatch && (name == "added_after" || name == "limit" || name == "next"):
		case isMatch && (field == "id" && known.id || field == "type" && known.typ || field == "version" && known.version || field == "spec_version" && known.spec):
		default:
			continue
		}
		if len(vs) != 1 {
			return q, fmt.Errorf("%w: %s stands %d times; it may stand once", ErrQuery, name, len(vs))
		}
		if isMatch {
			err = q.match(field, vs[0])
		} else {
			err = q.plain(name, vs[0])
		}
		if err != nil {
			return q, err
		}
	}
	return q, nil
}

func (q *query) plain(name, v string) (err error) {
	switch name {
	case "added_after":
		q.filter.AddedAfter, err = ParseTimestamp(v)
	case "next":
		if q.next = v; v == "" {
			err = fmt.Errorf("%w: next is empty; give the value of the answer before, or leave it out", ErrQuery)
		}
	case "limit":
		q.limit, err = parseLimit(v)
	}
	return err
}

// parseLimit reads a positive integer of any size; what is too large for an
// int is as large as an int can be.
func parseLimit(v string) (int, error) {
	digits := len(v) > 0 && len(v) <= 1000 && strings.Trim(v, "0") != ""
	for i := range len(v) {
		digits = digits && v[i] >= '0' && v[i] <= '9'
	}
	if !digits {
		return 0, fmt.Errorf("%w: limit %q is no integer greater than zero", ErrQuery, clip(v))
	}
	n, err := strconv.Atoi(v)
	if err != nil {
		n = int(^uint(0) >> 1)
	}
	return n, nil
}

func (q *query) match(field, v string) error {
	values := strings.Split(v, ",")
	if len(values) > maxValues {
		return fmt.Errorf("%w: match[%s] has more than %d values; ask several times", ErrQuery, field, maxValues)
	}
	for _, s := range values {
		if !matchValueOK(field, s) {
			return fmt.Errorf("%w: %q is no value of match[%s]; values are divided by commas without spaces", ErrQuery, clip(s), field)
		}
	}
	switch field {
	case "id":
		q.filter.IDs = distinct(values)
	case "type":
		q.filter.Types = distinct(values)
	case "spec_version":
		q.filter.SpecVersions = distinct(values)
	case "version":
		return q.versions(values)
	}
	return nil
}

func distinct(values []string) []string {
	slices.Sort(values)
	return slices.Compact(values)
}

func matchValueOK(field, s string) bool {
	if s == "" || len(s) > maxValue {
		return false
	}
	for i := range len(s) {
		c := s[i]
		ok := true
		switch field {
		case "id":
			ok = c > ' ' && c != 0x7f
		case "type":
			ok = c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_'
		case "spec_version":
			ok = c >= '0' && c <= '9' || c == '.' && i > 0 && i < len(s)-1
		}
		if !ok {
			return false
		}
	}
	return field != "spec_version" || strings.Count(s, ".") == 1
}

// versions reads the values of match[version] (clause 3.4.1).
func (q *query) versions(values []string) error {
	v := &q.filter.Versions
	twice := func(s string) error {
		return fmt.Errorf("%w: match[version] has %q twice", ErrQuery, clip(s))
	}
	for _, s := range values {
		var word *bool
		switch s {
		case "all":
			word = &v.All
		case "first":
			word = &v.First
		case "last":
			word = &v.Last
		default:
			key, ok := VersionKey(s)
			if !ok {
				return fmt.Errorf("%w: match[version] %q is none of first, last, all, nor a timestamp of STIX", ErrQuery, clip(s))
			}
			if slices.Contains(v.At, key) {
				return twice(s)
			}
			v.At = append(v.At, key)
			continue
		}
		if *word {
			return twice(s)
		}
		*word = true
	}
	if v.All && len(values) > 1 {
		return fmt.Errorf("%w: match[version]=all stands alone", ErrQuery)
	}
	slices.Sort(v.At)
	return nil
}

// digest stands for what a filter asks of a collection, so that next is only
// taken with the query it was made for (clause 3.5).
func (f *Filter) digest(scope string) (sum [8]byte) {
	h := sha256.New()
	put := func(list []string) {
		fmt.Fprintf(h, "%d\n", len(list))
		for _, s := range list {
			fmt.Fprintf(h, "%d %s\n", len(s), s)
		}
	}
	put([]string{scope})
	fmt.Fprintf(h, "%d %t %t %t\n", f.AddedAfter, f.Versions.All, f.Versions.First, f.Versions.Last)
	put(f.IDs)
	put(f.Types)
	put(f.SpecVersions)
	put(f.Versions.At)
	copy(sum[:], h.Sum(nil))
	return sum
}

const tokenVersion = 1

// writeNext makes the opaque value of next: where the page ended and what was
// asked. It holds nothing that the reader was not just given.
func writeNext(p Place, query [8]byte) string {
	b := []byte{tokenVersion}
	b = binary.BigEndian.AppendUint64(b, uint64(p.Added))
	b = binary.BigEndian.AppendUint64(b, uint64(p.Seq))
	return base64.RawURLEncoding.EncodeToString(append(b, query[:]...))
}

// readNext reads what writeNext made for the same query.
func readNext(s string, query [8]byte) (Place, error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(b) != 25 || b[0] != tokenVersion {
		return Place{}, fmt.Errorf("%w: next is no value that this server gave", ErrQuery)
	}
	if [8]byte(b[17:]) != query {
		return Place{}, fmt.Errorf("%w: next was given for another query; repeat the filters of the request that it was given to (clause 3.5)", ErrQuery)
	}
	return Place{Timestamp(binary.BigEndian.Uint64(b[1:])), int64(binary.BigEndian.Uint64(b[9:]))}, nil
}
