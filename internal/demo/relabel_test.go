package demo

import (
	"strings"
	"testing"
	"time"

	"entente/act"
	"entente/label"
)

// Every byte of every label is a place, each of its class, and a change in any
// of them shows in the act.
func TestPlacesOfLabels(t *testing.T) {
	mark := label.Label{Policy: "CENTRE", Class: "SECRET", Rel: label.Members("IRQ", "RUS"), Originators: label.Members("IRQ")}
	portions, err := act.NewPortions([]act.PortionInput{{Lang: "en", Text: `a "label": {} in a text`, Label: mark, Grade: act.Grade{Reliability: "B", Credibility: "2"},
		Sources: []act.Source{{Descriptor: "a resident", Kind: act.KindHuman, Originator: "IRQ"}}}})
	if err != nil {
		t.Fatal(err)
	}
	a, err := act.BuildView(act.View{ID: act.NewID(), Type: act.INTREP, Title: "t", Written: time.Date(2026, 10, 1, 8, 0, 0, 0, time.UTC), To: label.Members("IRQ", "RUS"), Label: mark}, portions)
	if err != nil {
		t.Fatal(err)
	}
	places, err := labelPlaces(a.Raw)
	if err != nil {
		t.Fatal(err)
	}
	classes := map[string]string{}
	for _, p := range places {
		classes[p.class] += string(a.Raw[p.at])
	}
	for class, want := range map[string]string{"text of policy": "CENTRE", "text of class": "SECRET", "text of rel": "IRQ", "text of originators": "IRQ", "between": "{", "name of a field": "policyclassreloriginators"} {
		if !strings.Contains(classes[class], want) {
			t.Errorf("%s holds %q", class, classes[class])
		}
	}
	if err := actsDiffer(a.Raw, places); err != nil {
		t.Error(err)
	}
	// The check can fail: a byte outside of all that is signed by portion or
	// label says the same.
	i := strings.Index(string(a.Raw), `"title":"t"`)
	if i < 0 {
		t.Fatalf("%s", a.Raw)
	}
	if err := actsDiffer(a.Raw, []place{{i + len(`"title":"`), "title"}}); err == nil {
		t.Error("a change that no label shows was taken for one")
	}
}
