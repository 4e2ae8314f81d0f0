package places

import "testing"

// A charter may be stricter than ten kilometres, never finer (rule 3).
func TestLevelForIsNeverFinerThanTheCharter(t *testing.T) {
	for _, c := range []struct{ km, level int }{{1, 10}, {10, 10}, {11, 9}, {20, 9}, {100, 6}, {1000, 3}} {
		if got := LevelFor(c.km); got != c.level {
			t.Errorf("%d km: level %d, want %d", c.km, got, c.level)
		}
	}
}

func TestCoarseAtIsNeverFiner(t *testing.T) {
	p := LatLon{36.4736, 37.0971}
	fine, _ := Coarse(p)
	if c, _ := CoarseAt(p, 20); c != fine {
		t.Errorf("a finer level gives %+v", c)
	}
	if c, _ := CoarseAt(p, 6); c.Km < 40 || c.Token == fine.Token {
		t.Errorf("a coarser level gives %+v", c)
	}
}
