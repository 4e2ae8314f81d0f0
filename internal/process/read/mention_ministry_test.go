package read

import (
	"slices"
	"testing"
)

// A person behind a ministry's short name is a person, not a part of it; what
// else follows one is not.
func TestPersonBehindMinistry(t *testing.T) {
	for text, want := range map[string][]string{
		"По словам представителя Минобороны Игоря Петренкова, погибших нет.":  {"person Игоря Петренкова"},
		"Заявление Минобороны Игоря Петренкова опубликовано.":                 {"person Игоря Петренкова"},
		"Об этом сообщил представитель МИД Мария Ивлева.":                     {"person Мария Ивлева"},
		"По словам представителя Минобороны Саудовской Аравии, погибших нет.": {"organisation Минобороны Саудовской Аравии"},
	} {
		got := []string{}
		for _, m := range (&Reader{}).Text(text, Options{Plain: true}).Mentions {
			got = append(got, m.Kind+" "+m.Text)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
