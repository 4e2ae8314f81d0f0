package act

import (
	"errors"
	"testing"
)

// Portions made together are those made one by one, and an error says which.
func TestNewPortionsIsNewPortionForAll(t *testing.T) {
	var in []PortionInput
	for _, text := range []string{"one", "two", "three"} {
		p := sampleInput()
		p.ID, p.Salt, p.Text = NewID(), string(NewID()), text
		in = append(in, p)
	}
	in[1].Label.Class = "SECRET"
	got, err := NewPortions(in)
	if err != nil {
		t.Fatal(err)
	}
	for i := range in {
		want, err := NewPortion(in[i])
		if err != nil || string(got[i].Raw) != string(want.Raw) || !got[i].Label.Equal(want.Label) || got[i].Digest != want.Digest {
			t.Errorf("portion %d: %s, by itself %s (%v)", i+1, got[i].Raw, want.Raw, err)
		}
	}
	in[2].Text = "a\xff"
	if _, err := NewPortions(in); !errors.Is(err, ErrUTF8) || err.Error()[:9] != "portion 3" {
		t.Errorf("%v", err)
	}
}
