package places

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// build writes entries to a file and opens it.
func build(t interface {
	Helper()
	Fatalf(string, ...any)
}, entries []Entry, shapes []Shape) *Gazetteer {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, entries, shapes, []Source{{Name: "made", Licence: "none"}}); err != nil {
		t.Fatalf("write: %v", err)
	}
	g, err := Read(b.Bytes())
	if err != nil {
		t.Fatalf("read: %v", err)
	}
	return g
}

// TestFileRoundTrip: what is written is read again, place by place, and each
// place is found by each of its names.
func TestFileRoundTrip(t *testing.T) {
	name := rapid.StringOfN(rapid.SampledFrom([]rune("abcdefgh بتثджз-' ")), 1, 12, -1).Filter(func(s string) bool { return key(s) != "" })
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 400).Draw(t, "places")
		entries := make([]Entry, n)
		for i := range entries {
			e := &entries[i]
			e.ID = fmt.Sprintf("%s:%d", []string{"geonames", "wof", "pcode"}[i%3], i)
			e.Name = name.Draw(t, "name")
			if i%3 == 0 {
				e.Names = []string{name.Draw(t, "further")}
				if e.Names[0] == e.Name {
					e.Names = nil
				}
			}
			e.Class = Class(i % int(classCount))
			e.Capital = i%7 == 0
			e.At = LatLon{float64(i%170-85) + 0.12345, float64(i%350-175) - 0.5}
			e.Km = float64(1 + i%50)
			e.Population = i * 1000
			e.CountryCode = []string{"", "SY", "IQ"}[i%3]
			if i%5 == 0 {
				e.Same = []string{fmt.Sprintf("other:%d", i)}
			}
			if i >= 3 {
				e.Admin1 = entries[i%3].ID
			}
		}
		g := build(t, entries, nil)
		got := map[string]Entry{}
		g.Each(func(e Entry) bool { got[e.ID] = e; return true })
		if len(got) != n || g.Len() != n {
			t.Fatalf("%d of %d places", len(got), n)
		}
		for _, e := range entries {
			o := got[e.ID]
			if len(o.Names) == 0 {
				o.Names = nil
			}
			if e.At.Km(o.At) > 0.01 {
				t.Fatalf("%s lies at %v, was %v", e.ID, o.At, e.At)
			}
			o.At = e.At
			if !reflect.DeepEqual(e, o) {
				t.Fatalf("wrote %+v\nread  %+v", e, o)
			}
			for _, n := range append([]string{e.Name}, e.Names...) {
				hits, _ := g.files[0].lookup([]byte(key(n)), nil)
				if !slices.ContainsFunc(hits, func(h hit) bool { return g.id(ref{0, h.entry}) == e.ID }) {
					t.Fatalf("%s is not found by %q", e.ID, n)
				}
			}
		}
	})
}

// TestLookupLonger: a key that begins others says so, which is what a longer
// name in a text is followed by.
func TestLookupLonger(t *testing.T) {
	var entries []Entry
	for i, n := range []string{"Khan", "Khan Shaykhun", "Tall", "Zor"} {
		entries = append(entries, Entry{ID: fmt.Sprint("x:", i), Name: n, At: LatLon{1, float64(i)}})
	}
	g := build(t, entries, nil)
	for k, want := range map[string]bool{"khan": true, "khanshaykhun": false, "ta": true, "zor": false, "zz": false, "k": true} {
		if _, longer := g.files[0].lookup([]byte(k), nil); longer != want {
			t.Errorf("after %q longer names: %v, want %v", k, longer, want)
		}
	}
}

func TestWriteRefuses(t *testing.T) {
	for why, entries := range map[string][]Entry{
		"no name":     {{ID: "x:1", At: LatLon{1, 1}}},
		"no id":       {{Name: "a", At: LatLon{1, 1}}},
		"off globe":   {{ID: "x:1", Name: "a", At: LatLon{91, 0}}},
		"given twice": {{ID: "x:1", Name: "a", At: LatLon{1, 1}}, {ID: "x:1", Name: "b", At: LatLon{1, 1}}},
	} {
		if err := Write(&bytes.Buffer{}, entries, nil, nil); !errors.Is(err, ErrEntry) {
			t.Errorf("%s: %v", why, err)
		}
	}
}

// TestReadRefuses: a damaged byte anywhere is noticed.
func TestReadRefuses(t *testing.T) {
	var b bytes.Buffer
	if err := Write(&b, []Entry{{ID: "x:1", Name: "Homs", At: LatLon{34, 36}, CountryCode: "SY"}}, nil, nil); err != nil {
		t.Fatal(err)
	}
	for i := range b.Len() {
		bad := bytes.Clone(b.Bytes())
		bad[i] ^= 0x41
		if _, err := Read(bad); !errors.Is(err, ErrFile) {
			t.Fatalf("byte %d changed: %v", i, err)
		}
		if _, err := Read(b.Bytes()[:i]); !errors.Is(err, ErrFile) {
			t.Fatalf("cut to %d bytes: %v", i, err)
		}
	}
}

// FuzzRead opens files whose checksum fits and whose inside does not.
func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	entries := []Entry{{ID: "x:1", Name: "Homs", Names: []string{"حمص"}, At: LatLon{34, 36}, CountryCode: "SY"}, {ID: "x:2", Name: "Hama", At: LatLon{35, 36}, CountryCode: "SY", Admin1: "x:1"}}
	shape := Shape{ID: "x:1", Loops: [][]LatLon{{{34, 36}, {35, 36}, {35, 37}}}}
	if err := Write(&b, entries, []Shape{shape}, nil); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes(), 40, byte(1))
	f.Fuzz(func(t *testing.T, data []byte, at int, to byte) {
		if len(data) < 12 || len(data) > 1<<16 {
			return
		}
		data = bytes.Clone(data)
		data[uint(at)%uint(len(data))] = to
		end := len(data) - 4
		binary.LittleEndian.PutUint32(data[end:], crc32.Checksum(data[:end], castagnoli))
		g, err := Read(data)
		if err != nil {
			return
		}
		if g.Len() > 1<<12 {
			return
		}
		g.Each(func(Entry) bool { return true })
		g.Find("Homs and حمص and Hama")
		g.Resolve(Query{Name: "Hims", Country: "SY"})
		g.District(LatLon{34.5, 36.2})
	})
}
