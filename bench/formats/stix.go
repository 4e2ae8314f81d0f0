package formats

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"entente/stix"
)

// Documents compares verdicts on documents with those of a file: one
// {"doc":...,"valid":...} a line. The second and third figure are the shares of
// valid documents accepted and of the others refused.
func Documents(path string) ([]Figure, error) {
	all := tally{name: "STIX verdicts"}
	good := tally{name: "STIX valid documents accepted"}
	bad := tally{name: "STIX faulty documents refused"}
	err := lines(path, func(row *struct {
		Test  string
		Valid bool
		Doc   json.RawMessage
	}) error {
		errs := stix.Validate(row.Doc)
		right := stix.Valid(errs) == row.Valid
		miss := row.Test
		if len(errs) > 0 {
			miss += ": " + errs[0].Error()
		}
		all.add(right, miss)
		if row.Valid {
			good.add(right, miss)
		} else {
			bad.add(right, miss)
		}
		return nil
	})
	return []Figure{all.figure(), good.figure(), bad.figure()}, err
}

// Patterns compares verdicts on patterns: one {"pattern":...,"valid":...} a
// line.
func Patterns(path string) ([]Figure, error) {
	all := tally{name: "STIX patterns"}
	err := lines(path, func(row *struct {
		Pattern string
		Valid   bool
	}) error {
		_, err := stix.ParsePattern(row.Pattern)
		all.add((err == nil) == row.Valid, row.Pattern)
		return nil
	})
	return []Figure{all.figure()}, err
}

// Identifiers compares the identifiers of observables with those of
// python-stix2: one {"doc":...,"id_by_python_stix2":...} a line. A process has
// a random identifier there, and must have none here.
func Identifiers(path string) ([]Figure, error) {
	all := tally{name: "STIX identifiers of observables"}
	err := lines(path, func(row *struct {
		ID  string `json:"id_by_python_stix2"`
		Doc json.RawMessage
	}) error {
		id, err := stix.DeterministicID(row.Doc)
		if strings.HasPrefix(row.ID, "process--") {
			all.add(errors.Is(err, stix.ErrNoDeterministicID), row.ID)
		} else {
			all.add(err == nil && id == row.ID, row.ID)
		}
		return nil
	})
	return []Figure{all.figure()}, err
}

// Bundles validates whole bundles as streams: the share that is valid, the
// share that comes back byte for byte when taken apart and put together, and
// objects a second of one core.
func Bundles(paths ...string) ([]Figure, error) {
	valid := tally{name: "STIX bundles valid"}
	same := tally{name: "STIX bundles returned byte for byte"}
	var objects int
	var spent time.Duration
	for _, path := range paths {
		raw, err := read(path)
		if err != nil {
			return nil, err
		}
		begin := time.Now()
		sum, err := stix.ValidateStream(bytes.NewReader(raw), stix.Options{}, func(stix.Result) error { return nil })
		spent += time.Since(begin)
		objects += sum.Objects
		name := filepath.Base(path)
		valid.add(err == nil && sum.Valid, fmt.Sprintf("%s: %d of %d objects not valid", name, sum.Invalid, sum.Objects))
		back, err := reassembled(raw)
		same.add(err == nil && bytes.Equal(back, raw), name)
	}
	speed := Figure{Name: "STIX validation", Unit: "objects/s", N: objects}
	if spent > 0 {
		speed.Value = float64(objects) / spent.Seconds()
	}
	return []Figure{valid.figure(), same.figure(), speed}, nil
}

// reassembled takes a bundle apart and puts it together from its objects and
// what stands between them.
func reassembled(raw []byte) ([]byte, error) {
	d := stix.NewDecoder(bytes.NewReader(raw), stix.Limits{})
	var back []byte
	end := int64(0)
	for {
		o, err := d.Next()
		if err == io.EOF {
			return append(back, raw[end:]...), nil
		}
		if err != nil {
			return nil, err
		}
		back = append(append(back, raw[end:o.Offset]...), o.Raw...)
		end = o.Offset + o.Size
	}
}
