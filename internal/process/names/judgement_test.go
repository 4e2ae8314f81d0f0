package names

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func judge(t testing.TB, j *Judgements, a, b, member string, says SameAs) {
	t.Helper()
	if _, err := j.Judge(a, b, member, "officer", says, ""); err != nil {
		t.Fatal(err)
	}
}

func TestJudgementsNeverMerge(t *testing.T) {
	var j Judgements
	judge(t, &j, "a", "b", "IRQ", Same)
	judge(t, &j, "b", "a", "RUS", NotSame)
	judge(t, &j, "b", "c", "IRQ", Same)

	if got := j.InForce("b", "a"); len(got) != 2 || got[0].Member != "IRQ" || got[0].Says != Same || got[1].Says != NotSame {
		t.Errorf("both members' statements stand beside each other: %+v", got)
	}
	// What is one entity is for the reader to say, by whom he follows.
	for _, c := range []struct {
		follow []string
		want   string
	}{
		{nil, "a"},
		{[]string{"IRQ"}, "a b c"},
		{[]string{"RUS"}, "a"},
		{[]string{"IRQ", "RUS"}, "a"},
	} {
		if got := strings.Join(j.Cluster("a", c.follow...).IDs, " "); got != c.want {
			t.Errorf("who follows %v sees %q, want %q", c.follow, got, c.want)
		}
	}
	// Tied by others all the same: shown as contested.
	judge(t, &j, "a", "c", "IRQ", Same)
	c := j.Cluster("a", "IRQ", "RUS")
	if !slices.Equal(c.IDs, []string{"a", "b", "c"}) || len(c.Contested) != 1 || c.Contested[0].Member != "RUS" {
		t.Errorf("%+v", c)
	}
}

func TestJudgementsAreReversible(t *testing.T) {
	var j Judgements
	judge(t, &j, "a", "b", "IRQ", Same)
	if _, err := j.Withdraw("b", "a", "IRQ", "officer", "mistake"); err != nil {
		t.Fatal(err)
	}
	if got := j.Cluster("a", "IRQ").IDs; len(got) != 1 {
		t.Errorf("after the withdrawal: %v", got)
	}
	if h := j.History("a", "b"); len(h) != 2 || !h[1].Withdrawn || h[0].Says != Same {
		t.Errorf("the history keeps both: %+v", h)
	}
	if _, err := j.Withdraw("a", "b", "IRQ", "officer", ""); !errors.Is(err, ErrNoJudgement) {
		t.Errorf("nothing is left to withdraw: %v", err)
	}
	judge(t, &j, "a", "b", "IRQ", Unsure)
	if got := j.InForce("a", "b"); len(got) != 1 || got[0].Says != Unsure || got[0].Seq != 3 {
		t.Errorf("%+v", got)
	}
}

func TestJudgementRefuses(t *testing.T) {
	var j Judgements
	long := strings.Repeat("x", MaxJudgementID+1)
	for _, c := range []struct {
		a, b, member, by string
		says             SameAs
		reason           string
	}{
		{"", "b", "IRQ", "o", Same, ""}, {"a", "b", "", "o", Same, ""}, {"a", "b", "IRQ", "", Same, ""}, {"a", "a", "IRQ", "o", Same, ""},
		{"a", "b", "IRQ", "o", NotSame + 1, ""}, {long, "b", "IRQ", "o", Same, ""}, {"a", "b", "IRQ", "o", Same, strings.Repeat("x", MaxJudgementReason+1)},
	} {
		if _, err := j.Judge(c.a, c.b, c.member, c.by, c.says, c.reason); !errors.Is(err, ErrJudgement) {
			t.Errorf("%.30v: %v", c, err)
		}
	}
	if len(j.Log()) != 0 {
		t.Error("a refused statement is in the history")
	}
}

// The log says it all: judged again in its order it gives the same state.
func TestJudgementsReplay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var j, again Judgements
		id := rapid.SampledFrom([]string{"a", "b", "c", "d", "e"})
		member := rapid.SampledFrom([]string{"IRQ", "IRN", "RUS", "SYR"})
		for range rapid.IntRange(0, 25).Draw(t, "n") {
			a, b, m := id.Draw(t, "a"), id.Draw(t, "b"), member.Draw(t, "member")
			if rapid.IntRange(0, 4).Draw(t, "withdraw") == 0 {
				_, _ = j.Withdraw(a, b, m, "o", "") // refused where nothing is in force
				continue
			}
			_, _ = j.Judge(a, b, m, "o", SameAs(rapid.IntRange(0, 2).Draw(t, "says")), "") // refused for a == b
		}
		for _, x := range j.Log() {
			var err error
			if x.Withdrawn {
				_, err = again.Withdraw(x.Pair.A, x.Pair.B, x.Member, x.By, x.Reason)
			} else {
				_, err = again.Judge(x.Pair.A, x.Pair.B, x.Member, x.By, x.Says, x.Reason)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, a := range []string{"a", "b", "c", "d", "e"} {
			if x, y := fmt.Sprint(j.Cluster(a, "IRQ", "IRN", "SYR")), fmt.Sprint(again.Cluster(a, "IRQ", "IRN", "SYR")); x != y {
				t.Fatalf("%s and %s", x, y)
			}
			// a cluster is the same seen from each of its members
			c := j.Cluster(a, "IRQ", "RUS")
			for _, b := range c.IDs {
				if o := j.Cluster(b, "IRQ", "RUS"); !slices.Equal(o.IDs, c.IDs) {
					t.Fatalf("%v from %s, %v from %s", c.IDs, a, o.IDs, b)
				}
			}
		}
	})
}
