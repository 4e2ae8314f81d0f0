package collect

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"entente/act"
	"entente/label"
)

// options are what an officer of IRQ says of an import in the tests.
func options() Options {
	rel := label.Members("IRN", "IRQ", "RUS", "SYR")
	return Options{
		Origin: Origin{
			Label: label.Label{Policy: "CENTRE", Class: "RESTRICTED", Rel: rel, Originators: label.Members("IRQ")},
			Grade: act.Grade{Reliability: "B", Credibility: "3"},
			Source: act.Source{
				Descriptor: "Invented newspaper, read on the day of its publication", Kind: act.KindOpen, Originator: "IRQ",
			},
		},
		Name: "original.txt", MediaType: "text/plain",
	}
}

// build makes an act of a draft, as a node would, and so checks everything
// that a reader checks.
func build(t testing.TB, d Draft) act.Act {
	t.Helper()
	if d.Title == "" || d.Key == "" || d.Digest.IsZero() || d.At.Count == 0 {
		t.Fatalf("draft without title, key, digest or cursor: %+v", d)
	}
	var ps []act.Portion
	for _, in := range d.Portions {
		p, err := act.NewPortion(in)
		if err != nil {
			t.Fatalf("%s: %v", d.Key, err)
		}
		ps = append(ps, p)
	}
	a, err := act.BuildView(act.View{
		Type: d.Type, Title: d.Title, Written: time.Date(2016, 1, 5, 0, 0, 0, 0, time.UTC), To: label.Members("RUS"),
		Label: d.Portions[0].Label, Batch: act.Digest{1},
	}, ps)
	if err != nil {
		t.Fatalf("%s: %v", d.Key, err)
	}
	return a
}

// realData opens a file of the development data, or skips.
func realData(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", path))
	if err != nil {
		t.Skipf("development data is not here: %v", err)
	}
	return b
}

func texts(ds []Draft) (out []string) {
	for _, d := range ds {
		for _, p := range d.Portions {
			out = append(out, p.Text)
		}
	}
	return out
}

func all(ds []Draft) string { return strings.Join(texts(ds), "\n\n") }
