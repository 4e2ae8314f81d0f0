package viewdb

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// What was released to one member was given to no other.
func TestGivenToIsOfItsReaderAlone(t *testing.T) {
	ctx := context.Background()
	v := open(t, t.TempDir())
	apply(t, v, Batch{Cursor: 1, Reports: []Report{{Index: 0, ID: "a", Originator: "IRQ", Own: true, Recipients: []string{"RUS"}, Portions: []Portion{stated(1)}, Act: []byte("a")}}})
	for member, want := range map[string]int{"RUS": 1, "IRN": 0, "US": 0} {
		got, err := v.GivenTo(ctx, member, [][16]byte{pid(1)})
		if err != nil || len(got) != want {
			t.Errorf("to %q were given %d portions, want %d (%v)", member, len(got), want, err)
		}
	}
}

// Of the words on a portion those are read that count: the last of each of the
// originators that are named, and no more than one about each member and digest.
func TestLastWordsAreThoseThatCount(t *testing.T) {
	ctx := context.Background()
	v := open(t, t.TempDir())
	b := Batch{}
	say := func(by, step, answers string) {
		i := b.Cursor
		b.Cursor++
		b.Said = append(b.Said, Said{Index: i, ID: string(rune('a' + i)), Originator: "IRQ", Type: "consent", Act: []byte("{}"),
			Consents: []Consent{{Index: i, Portion: pid(1), Originator: by, Member: "IRN", Step: step, Answers: answers}}})
	}
	say("IRQ", "ask", "")
	say("IRQ", "withdraw", "")
	say("IRQ", "grant", "a")
	say("X VIA IRQ", "refuse", "a")
	say("SYR", "withdraw", "")
	apply(t, v, b)
	at := func(words []Consent, err error) (out []int64) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range words {
			out = append(out, w.Index)
		}
		return out
	}
	on, by := [][16]byte{pid(1), pid(2)}, []string{"IRQ", "X VIA IRQ"}
	for _, c := range []struct {
		name      string
		got, want []int64
	}{
		{"the last", at(v.LatestConsents(ctx, on, by)), []int64{2, 3}},
		{"of one alone", at(v.LatestConsents(ctx, on, by[:1])), []int64{2}},
		{"before", at(v.LatestBefore(ctx, on, by, "IRN", 2)), []int64{1}},
		{"about another", at(v.LatestBefore(ctx, on, by, "RUS", 9)), nil},
		{"withdrawals", at(v.LastWithdrawals(ctx, on, by)), []int64{1}},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, c.got, c.want)
		}
	}
	got, err := v.AnswersBy(ctx, []AskTo{{"a", "IRQ"}, {"a", "SYR"}})
	if err != nil || len(got) != 1 || got[AskTo{"a", "IRQ"}] != "grant" {
		t.Errorf("the ask is answered by %v (%v)", got, err)
	}
	// Of two answers the last in the log says how the ask stands.
	for _, last := range []string{"refuse", "grant", "refuse"} {
		b = Batch{Cursor: b.Cursor}
		say("IRQ", last, "a")
		apply(t, v, b)
		if got, err := v.AnswersBy(ctx, []AskTo{{"a", "IRQ"}}); err != nil || got[AskTo{"a", "IRQ"}] != last {
			t.Errorf("after %s the ask is answered by %v (%v)", last, got, err)
		}
	}
}

// A portion is known by id and digest together: a word on what has another digest
// under the same id takes nothing from the last word on the first.
func TestWordsAreOnePortions(t *testing.T) {
	v := open(t, t.TempDir())
	var b Batch
	say := func(digest byte, step string) {
		i := b.Cursor
		b.Cursor++
		b.Said = append(b.Said, Said{Index: i, ID: string(rune('a' + i)), Originator: "IRQ", Type: "consent", Act: []byte("{}"),
			Consents: []Consent{{Index: i, Portion: pid(1), Digest: [32]byte{digest}, Originator: "IRQ", Member: "IRN", Step: step}}})
	}
	say(1, "grant")
	say(1, "withdraw")
	say(2, "withdraw")
	say(2, "grant")
	apply(t, v, b)
	for name, read := range map[string]func() ([]Consent, error){
		"withdraw1 grant2": func() ([]Consent, error) {
			return v.LatestConsents(context.Background(), [][16]byte{pid(1)}, []string{"IRQ"})
		},
		"withdraw1 withdraw2": func() ([]Consent, error) {
			return v.LastWithdrawals(context.Background(), [][16]byte{pid(1)}, []string{"IRQ"})
		},
		"grant1": func() ([]Consent, error) {
			return v.LatestBefore(context.Background(), [][16]byte{pid(1)}, []string{"IRQ"}, "IRN", 1)
		},
	} {
		words, err := read()
		var got []string
		for _, w := range words {
			got = append(got, fmt.Sprint(w.Step, w.Digest[0]))
		}
		if err != nil || strings.Join(got, " ") != name {
			t.Errorf("%v (%v), want %s", got, err, name)
		}
	}
}
