package read

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"entente/internal/process/places"
)

// What is proposed lies in the text, in its order, and survives being kept.
func TestProposals(t *testing.T) {
	g, err := places.World()
	if err != nil {
		t.Fatal(err)
	}
	r := &Reader{Places: g}
	list, left := r.Text(report, Options{Plain: true}).Proposals()
	if left != 0 || len(list) < 8 {
		t.Fatalf("%d proposals, %d left", len(list), left)
	}
	kinds := map[string]bool{}
	for i, p := range list {
		kinds[p.Kind] = true
		if p.N != i+1 || i > 0 && p.Bytes[0] < list[i-1].Bytes[0] || p.Bytes[1] > len(report) || p.Method == "" || p.Version == "" || p.Confidence < 0 || p.Confidence > 1 || !slices.Contains(Kinds(), p.Kind) {
			t.Errorf("%+v", p)
		}
	}
	for _, k := range []string{KindDate, KindQuantity, KindStatement, KindLanguage} {
		if !kinds[k] {
			t.Errorf("no %s", k)
		}
	}
	raw, err := EncodeProposals(list)
	if err != nil {
		t.Fatal(err)
	}
	again, err := DecodeProposals(raw, len(report))
	if err != nil || !reflect.DeepEqual(again, list) {
		t.Errorf("kept otherwise: %v", err)
	}
	if _, err := DecodeProposals(raw, 20); !errors.Is(err, ErrProposals) {
		t.Errorf("beside the text: %v", err)
	}
	if _, err := DecodeProposals([]byte("{"), 20); !errors.Is(err, ErrProposals) {
		t.Errorf("no JSON: %v", err)
	}
}

// Where a text names a person or a group, a town is a cell of about 10 km
// without an identifier, and a time of day is left out (rule 3); where it names
// nobody, and for districts and countries, they are not.
func TestProposalsAreCoarseAboutPersons(t *testing.T) {
	g, err := places.World()
	if err != nil {
		t.Fatal(err)
	}
	r := &Reader{Places: g}
	for _, c := range []struct {
		text      string
		town, day bool
	}{
		{"At 130930Z OCT 15 the bridge at Baiji in Iraq was closed.", false, false},
		{"At 130930Z OCT 15 Colonel Karim Hassan was in Baiji in Iraq.", true, true},
		{"At 130930Z OCT 15 Daesh was in Baiji in Iraq.", true, true},
	} {
		town, country, date := 0, 0, 0
		list, _ := r.Text(c.text, Options{Plain: true}).Proposals()
		for _, p := range list {
			m := p.Meaning
			switch {
			case p.Kind == KindPlace && m.Class == "country":
				country++
				if m.Place == "" {
					t.Errorf("%s: the country is left out", c.text)
				}
			case p.Kind == KindPlace:
				town++
				if (m.Place == "") != c.town || m.Cell == "" || c.town && m.Others != nil {
					t.Errorf("%s: %+v", c.text, m)
				}
			case p.Kind == KindDate && m.From == "2015-10-13":
				date++
				if (m.At == "") != c.day || (m.Precision == "minute") == c.day {
					t.Errorf("%s: %+v", c.text, m)
				}
			}
		}
		if town != 1 || country != 1 || date != 1 {
			t.Errorf("%s: %d towns, %d countries, %d dates in %+v", c.text, town, country, date, list)
		}
	}
}

// Whatever is merged: what was judged stays as it was, nothing else of the old
// is left, everything new is there once, numbers are unique, and merging the
// same again changes nothing.
func TestMergeProposals(t *testing.T) {
	draw := func(t *rapid.T, name, version string) []Proposal {
		out := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Proposal {
			from := rapid.IntRange(0, 5).Draw(t, "from")
			return Proposal{Kind: rapid.SampledFrom([]string{KindDate, KindPlace}).Draw(t, "kind"), Bytes: [2]int{from, from + rapid.IntRange(0, 2).Draw(t, "size")}, Version: version}
		}), 0, 8).Draw(t, name)
		slices.SortStableFunc(out, func(a, b Proposal) int { return a.Bytes[0] - b.Bytes[0] })
		for i := range out {
			out[i].N = i + 1
		}
		return out
	}
	rapid.Check(t, func(t *rapid.T) {
		old, now := draw(t, "old", "1"), draw(t, "now", "2")
		mask := rapid.Uint16().Draw(t, "judged")
		judged := func(n int) bool { return mask>>n&1 == 1 }
		got := MergeProposals(old, judged, now)
		seen := map[int]bool{}
		places := func(list []Proposal, version string) map[string]int {
			out := map[string]int{}
			for _, p := range list {
				if version == "" || p.Version == version {
					out[strings.Join([]string{p.Kind, string(rune('0' + p.Bytes[0])), string(rune('0' + p.Bytes[1]))}, " ")]++
				}
			}
			return out
		}
		kept := 0
		for _, p := range got {
			if seen[p.N] || p.N <= 0 {
				t.Fatalf("number %d comes twice", p.N)
			}
			seen[p.N] = true
			if p.Version == "1" {
				kept++
				if !judged(p.N) || !reflect.DeepEqual(old[p.N-1], p) {
					t.Fatalf("%+v is left of the old", p)
				}
			}
		}
		want := 0
		for _, p := range old {
			if judged(p.N) {
				want++
			}
		}
		if kept != want {
			t.Fatalf("%d of %d judged are kept", kept, want)
		}
		whole := places(got, "")
		for k, n := range places(now, "") {
			if whole[k] < n {
				t.Fatalf("%s: %d of %d", k, whole[k], n)
			}
		}
		if again := MergeProposals(got, judged, now); !reflect.DeepEqual(again, got) {
			t.Fatalf("merged again: %+v, was %+v", again, got)
		}
	})
}
