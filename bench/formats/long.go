package formats

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"entente/stix"
)

// Long validates a bundle of size bytes that is made while it is read, and
// never stands anywhere as a whole: the seconds it took, and by how many
// megabytes the resident memory of the process grew at most. Without a /proc
// the second figure is left out.
func Long(size int64) ([]Figure, error) {
	src := &longBundle{left: size, rest: []byte(`{"type":"bundle","id":"bundle--ff1e0780-358c-4808-a8c7-d0fca4ef6ef4","objects":[`)}
	before, known := resident()
	most, n := before, 0
	begin := time.Now()
	sum, err := stix.ValidateStream(src, stix.Options{}, func(stix.Result) error {
		if n++; n%20_000 == 0 {
			now, _ := resident()
			most = max(most, now)
		}
		return nil
	})
	took := time.Since(begin)
	if err == nil && !sum.Valid {
		err = fmt.Errorf("formats: %d of %d objects that were made are not valid", sum.Invalid, sum.Objects)
	}
	if err != nil {
		return nil, err
	}
	name := fmt.Sprintf("STIX bundle of %d MB", size>>20)
	out := []Figure{{Name: name + ", time", Value: took.Seconds(), Unit: "s", N: sum.Objects}}
	if known {
		now, _ := resident()
		out = append(out, Figure{Name: name + ", resident memory grows by", Value: float64(max(most, now)-before) / (1 << 20), Unit: "MB", N: sum.Objects})
	}
	return out, nil
}

// longBundle makes a bundle of tools.
type longBundle struct {
	rest []byte
	left int64
	n    int
	done bool
}

// Read implements [io.Reader].
func (b *longBundle) Read(p []byte) (int, error) {
	if len(b.rest) == 0 {
		if b.done {
			return 0, io.EOF
		}
		comma := ","
		if b.n == 0 {
			comma = ""
		}
		b.rest = fmt.Appendf(b.rest, `%s{"type":"tool","spec_version":"2.1","id":"tool--%08x-358c-4808-a8c7-d0fca4ef6ef4","created":"2016-04-06T20:03:48.000Z","modified":"2016-04-06T20:03:48.000Z","name":"n","description":"%s"}`, comma, b.n, filler)
		b.n++
		if b.left -= int64(len(b.rest)); b.left <= 0 {
			b.rest, b.done = append(b.rest, "]}"...), true
		}
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	return n, nil
}

// filler gives a tool the length that objects in circulation have.
var filler = strings.Repeat("Made up to measure with. ", 40)

// resident is the resident memory of this process in bytes.
func resident() (int64, bool) {
	raw, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, false
	}
	f := strings.Fields(string(raw))
	if len(f) < 2 {
		return 0, false
	}
	pages, err := strconv.ParseInt(f[1], 10, 64)
	return pages * int64(os.Getpagesize()), err == nil
}
