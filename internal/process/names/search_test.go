package names

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// inventedList is a list of invented names under ids.
func inventedList(n int) []listed {
	given := strings.Fields("Karim Nasser Hassan Omar Yousef Ivan Sergei Pyotr Andrei Reza Parviz Sherko Azad Jong-su Min-ho Laila Zhila Anna Olga Vera")
	family := strings.Fields("Tamimi Zubaidi Harbi Shirazi Golshani Petrenkov Zarnikov Baranenko Kim Pak Ri al-Masri Haddad Rostami Jabbarov Aliyev Zangeneh Barzanji Talabani Suvorin")
	r := rand.New(rand.NewPCG(1, 2))
	var out []listed
	for i := range n {
		name := given[r.IntN(len(given))] + " " + given[r.IntN(len(given))] + " " + family[r.IntN(len(family))]
		out = append(out, listed{fmt.Sprint("p", i), name, Person})
	}
	return out
}

func indexOf(list []listed) *Index {
	b := NewIndexBuilder()
	for _, e := range list {
		b.Add(e.id, e.name, e.kind)
	}
	return b.Build()
}

func TestSearch(t *testing.T) {
	x := indexOf([]listed{
		{"1", "Mohammed Youssef al-Tamimi", Person},
		{"1", "Abu Zarnik", Person},
		{"2", "Иван Сергеевич Петренков", Person},
		{"3", "علی‌رضا محمدی", Person},
		{"4", "Ri Chong-su", Person},
		{"5", "Zarnik Trading Limited Liability Company", Organization},
		{"6", "Islamic State in Iraq and the Levant", Organization},
		{"7", "Nasser Khalid al-Zubaidi", Person},
	})
	s := NewSearcher(x)
	for _, c := range []struct{ query, want string }{
		{"محمد يوسف التميمي", "1"},
		{"TAMIMI, Muhammad Yusuf", "1"},
		{"Мохаммед Юсеф ат-Тамими", "1"},
		{"Abou Zarnik", "1"},
		{"Ivan Petrenkov", "2"},
		{"Petrenkow, Iwan", "2"},
		{"Alireza Mohammadi", "3"},
		{"Lee Jong Soo", "4"},
		{"ООО Зарник", "5"},
		{"داعش", "6"},
		{"ИГИЛ", "6"},
		{"Nasir Zubaydi", "7"},
		{"NasserKhalid alZubaidi", "7"},
	} {
		h := s.Search(c.query, Guess, 3)
		if len(h) == 0 || h[0].ID != c.want {
			t.Errorf("%q finds %+v, want %s first", c.query, h, c.want)
		}
	}
	for _, q := range []string{"", "  ", "...", "\xff"} {
		if h := s.Search(q, Guess, 3); len(h) != 0 {
			t.Errorf("%q finds %+v", q, h)
		}
	}
	if h := s.Search("Tamimi", Guess, 0); len(h) != 0 {
		t.Errorf("no hits were asked for, got %+v", h)
	}
}

// An id is found once, by the name of it that fits best.
func TestSearchGivesAnIDOnce(t *testing.T) {
	s := NewSearcher(indexOf([]listed{{"1", "Karim Zarnik", Person}, {"1", "Kareem Zarnik", Person}, {"2", "Karim Zarniko", Person}}))
	h := s.Search("Kareem Zarnik", Guess, 5)
	if len(h) != 2 || h[0].ID != "1" || h[0].Name != "Kareem Zarnik" || h[1].ID != "2" {
		t.Errorf("%+v", h)
	}
}

func TestSearchFindsItself(t *testing.T) {
	list := inventedList(600)
	x := indexOf(list)
	s := NewSearcher(x)
	for _, e := range list {
		h := s.Search(e.name, Guess, 1)
		if len(h) != 1 || h[0].Similarity != 1 || h[0].Name != e.name {
			t.Fatalf("%q finds %+v", e.name, h)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		e := rapid.SampledFrom(list).Draw(t, "entry")
		ws := rapid.Permutation(strings.Fields(e.name)).Draw(t, "order")
		h := s.Search(strings.Join(ws, " "), Guess, 1)
		if len(h) != 1 || h[0].Similarity < 0.95 {
			t.Fatalf("%q finds %+v", ws, h)
		}
	})
}

// What a search finds depends on the list, not on the order of its lines.
func TestOrderOfTheListDoesNotMatter(t *testing.T) {
	list := append(inventedList(70), inventedList(10)...) // with doubles
	straight := NewSearcher(indexOf(list))
	rapid.Check(t, func(t *rapid.T) {
		other := NewSearcher(indexOf(rapid.Permutation(list).Draw(t, "order")))
		for range 5 {
			q := drawName(t, "query")
			if rapid.Bool().Draw(t, "near") {
				q = rapid.SampledFrom(list).Draw(t, "entry").name + "x"
			}
			a, b := fmt.Sprint(straight.Search(q, Guess, 10)), fmt.Sprint(other.Search(q, Guess, 10))
			if a != b {
				t.Fatalf("%q finds\n%s\n%s", q, a, b)
			}
		}
	})
}

// What earlier queries left behind does not change an answer.
func TestSearcherHasNoMemoryThatShows(t *testing.T) {
	list := inventedList(300)
	x := indexOf(list)
	used := NewSearcher(x)
	rapid.Check(t, func(t *rapid.T) {
		q := drawName(t, "query")
		if a, b := fmt.Sprint(used.Search(q, Guess, 5)), fmt.Sprint(NewSearcher(x).Search(q, Guess, 5)); a != b {
			t.Fatalf("%q finds\n%s\nand afresh\n%s", q, a, b)
		}
	})
}

// A hit's similarity is that of Compare for the same kind.
func TestHitsAgreeWithCompare(t *testing.T) {
	list := inventedList(300)
	s := NewSearcher(indexOf(list))
	rapid.Check(t, func(t *rapid.T) {
		q := rapid.SampledFrom(list).Draw(t, "entry").name + rapid.SampledFrom([]string{"", "ov", " Karim", " LLC"}).Draw(t, "end")
		for _, h := range s.Search(q, Person, 5) {
			if want := Similarity(q, h.Name, Person); h.Similarity != want {
				t.Fatalf("%q and %q: hit %v, compared %v", q, h.Name, h.Similarity, want)
			}
		}
	})
}

func BenchmarkSearch(b *testing.B) {
	list := inventedList(1000)
	s := NewSearcher(indexOf(list))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		s.Search(list[i%len(list)].name+"x", Guess, 10)
	}
}
