package plural

import "testing"

func TestOf(t *testing.T) {
	for _, c := range []struct {
		n    int
		noun string
		want string
	}{
		{0, "draft", "0 drafts"}, {1, "draft", "1 draft"}, {2, "draft", "2 drafts"},
		{1, "entry", "1 entry"}, {0, "entry", "0 entries"}, {2, "body", "2 bodies"}, {3, "day", "3 days"}, {2, "key", "2 keys"},
		{1, "leaf", "1 leaf"}, {7, "leaf", "7 leaves"}, {2, "status", "2 statuses"}, {2, "batch", "2 batches"}, {2, "API root", "2 API roots"},
		{-1, "row", "-1 rows"},
	} {
		if got := Of(c.n, c.noun); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
		if got := Of(int64(c.n), c.noun); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

func TestChoose(t *testing.T) {
	for n, want := range map[int]string{0: "are", 1: "is", 2: "are"} {
		if got := Choose(n, "is", "are"); got != want {
			t.Errorf("%d %s, want %s", n, got, want)
		}
	}
}
