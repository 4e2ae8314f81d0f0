package section

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"
	"pgregory.net/rapid"
)

// RFC 9106's test vector for argon2id uses a key and associated data, which
// the PHC hash has none of; this one is of the reference implementation
// (phc-winner-argon2, test.c: version 19, t=2, m=2^16 KiB, p=1).
func TestArgon2Vector(t *testing.T) {
	if testing.Short() {
		t.Skip("64 MiB")
	}
	got := argon2.IDKey([]byte("password"), []byte("somesalt"), 2, 1<<16, 1, 32)
	want := "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	if b64.EncodeToString(got) != want {
		t.Errorf("got %s, want %s", b64.EncodeToString(got), want)
	}
}

func TestPHC(t *testing.T) {
	h := hashPassword(password, cheap)
	back, err := parsePHC(h.String())
	must(t, err)
	if back.Argon2 != cheap || !bytes.Equal(back.salt, h.salt) || !bytes.Equal(back.key, h.key) {
		t.Errorf("%s came back as %s", h, back)
	}
	if !back.fits(password) || back.fits(password+" ") || back.fits("") {
		t.Error("the hash fits other passwords than its own")
	}
	if again := hashPassword(password, cheap); again.String() == h.String() {
		t.Error("two hashes of one password are the same")
	}
	const (
		salt = "AAECAwQFBgcICQoLDA0ODw"
		key  = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	)
	good := "$argon2id$v=19$m=65536,t=3,p=4$" + salt + "$" + key
	if _, err := parsePHC(good); err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]string{
		"empty":                "",
		"another kind":         strings.Replace(good, "argon2id", "argon2i", 1),
		"another version":      strings.Replace(good, "v=19", "v=16", 1),
		"no version":           strings.Replace(good, "$v=19", "", 1),
		"fields in disorder":   strings.Replace(good, "m=65536,t=3", "t=3,m=65536", 1),
		"a further field":      strings.Replace(good, "p=4", "p=4,x=1", 1),
		"leading zero":         strings.Replace(good, "t=3", "t=03", 1),
		"sign":                 strings.Replace(good, "t=3", "t=+3", 1),
		"no passes":            strings.Replace(good, "t=3", "t=0", 1),
		"too many passes":      strings.Replace(good, "t=3", "t=65", 1),
		"too much memory":      strings.Replace(good, "m=65536", "m=1048577", 1),
		"memory overflows":     strings.Replace(good, "m=65536", "m=4294967297", 1),
		"too little memory":    strings.Replace(good, "m=65536", "m=31", 1),
		"no lanes":             strings.Replace(good, "p=4", "p=0", 1),
		"lanes overflow":       strings.Replace(good, "p=4", "p=260", 1),
		"padded salt":          strings.Replace(good, salt, salt+"==", 1),
		"salt not canonical":   strings.Replace(good, salt, "AAECAwQFBgcICQoLDA0ODx", 1),
		"short salt":           strings.Replace(good, salt, "AAECAwQFBgc", 1),
		"short key":            strings.Replace(good, key, key[:22], 1),
		"newline":              good + "\n",
		"newline in the key":   strings.Replace(good, key, key[:20]+"\n"+key[20:], 1),
		"something behind":     good + "$",
		"something in front":   "x" + good,
		"url alphabet":         strings.Replace(good, key, "-"+key[1:], 1),
		"longer than the most": good + strings.Repeat("A", 256),
	} {
		if h, err := parsePHC(bad); !errors.Is(err, ErrBounds) {
			t.Errorf("%s: %q was read as %v, %v", name, bad, h, err)
		}
	}
}

func FuzzParsePHC(f *testing.F) {
	f.Add("$argon2id$v=19$m=65536,t=3,p=4$AAECAwQFBgcICQoLDA0ODw$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Add("$argon2id$v=19$m=8,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Add("$argon2i$$$$")
	f.Fuzz(func(t *testing.T, s string) {
		h, err := parsePHC(s)
		if err != nil {
			return
		}
		if h.String() != s {
			t.Errorf("%q is read, but its form is %q", s, h)
		}
		if h.check() != nil || len(h.salt) != saltBytes || len(h.key) != keyBytes {
			t.Errorf("%q is out of bounds", s)
		}
	})
}

func TestPasswordPolicy(t *testing.T) {
	b := newBed(t)
	for _, c := range []struct {
		name, password string
		ok             bool
	}{
		{"long enough", "seven wet stones", true},
		{"Arabic", "سبعة أحجار مبللة في صف", true},
		{"Persian with a joiner", "هفت سنگ می\u200cماند کنار رود", true},
		{"Sorani", "حەوت بەردی تەڕ لە ڕیزێکدا", true},
		{"Russian", "семь мокрых камней", true},
		{"too short", "seven stones", false},
		{"empty", "", false},
		{"few characters", "abababababababababab", false},
		{"the login", "xx-irq.duty-1234567", false},
		{"the login in capitals", "xx-IRQ.DUTY-1234567", false},
		{"the name", "my name is ali hassan ok", false},
		{"control character", "seven wet\x00 stones here", false},
		{"newline", "seven wet\n stones here", false},
		{"not UTF-8", "seven wet stones \xff", false},
		{"too long", strings.Repeat("seven wet stones ", 100), false},
	} {
		_, err := b.checkPassword(c.password, "irq.duty", "Ali Hassan")
		if c.ok && err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if !c.ok {
			if err == nil {
				t.Errorf("%s: accepted", c.name)
				continue
			}
			r := refusal(t, err, ErrPassword, 0)
			if c.password != "" && strings.Contains(r.Error(), c.password) {
				t.Errorf("%s: the refusal shows the password", c.name)
			}
		}
	}
}

// The same characters are the same password in whatever form a keyboard sends
// them (RFC 8265).
func TestPasswordForms(t *testing.T) {
	for _, c := range [][2]string{
		{"caf\u00e9 au lait tous les jours", "cafe\u0301 au lait tous les jours"}, // composed, decomposed
		{"آب سرد از کوه می آید", "ا\u0653ب سرد از کوه می آید"},
		{"seven wet stones", "seven\u00a0wet\u3000stones"}, // other spaces
	} {
		a, ok1 := preparePassword(c[0])
		b, ok2 := preparePassword(c[1])
		if !ok1 || !ok2 || a != b {
			t.Errorf("%q and %q are two passwords", c[0], c[1])
		}
	}
}

// No more hashes at once than there are slots, however many ask.
func TestHashesAtOnce(t *testing.T) {
	h := newHasher(cheap, 2)
	var now, most atomic.Int32
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			err := h.do(context.Background(), func() {
				n := now.Add(1)
				for {
					m := most.Load()
					if n <= m || most.CompareAndSwap(m, n) {
						break
					}
				}
				hashPassword("x", cheap)
				now.Add(-1)
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if most.Load() > 2 {
		t.Errorf("%d hashes at once, at most 2 allowed", most.Load())
	}
}

func TestHasherRefusesWhenTooManyWait(t *testing.T) {
	h := newHasher(cheap, 1)
	block, running := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		h.do(context.Background(), func() { close(running); <-block })
	})
	<-running
	ctx, cancel := context.WithCancel(context.Background())
	for range maxWaiting {
		wg.Go(func() {
			if err := h.do(ctx, func() {}); !errors.Is(err, context.Canceled) {
				t.Errorf("waiting: %v, want cancelled", err)
			}
		})
	}
	for h.waiting.Load() < maxWaiting {
		runtime.Gosched()
	}
	refusal(t, h.do(context.Background(), func() { t.Error("ran") }), ErrBusy, 0)
	cancel()
	for h.waiting.Load() > 0 {
		runtime.Gosched()
	}
	close(block)
	wg.Wait()
	if err := h.do(context.Background(), func() {}); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// An unknown officer costs the same hash as a known one; were it skipped, the
// answer would come a thousand times sooner.
func TestUnknownOfficerCostsAHash(t *testing.T) {
	dear := Argon2{Time: 2, MemoryKiB: 4 << 10, Threads: 1}
	h := newHasher(dear, 1)
	stored := hashPassword(password, dear).String()
	took := func(stored string) time.Duration {
		start := time.Now()
		if ok, _, err := h.verify(context.Background(), stored, "not the password"); ok || err != nil {
			t.Fatal(ok, err)
		}
		return time.Since(start)
	}
	// In turns: whatever else this machine does slows down both.
	known, unknown := time.Hour, time.Hour
	for range 15 {
		known, unknown = min(known, took(stored)), min(unknown, took(""))
	}
	if unknown < known/4 {
		t.Errorf("unknown officer: %v, known officer: %v", unknown, known)
	}
	if ok, _, _ := h.verify(context.Background(), "", ""); ok {
		t.Error("the empty password fits an unknown officer")
	}
}

func TestThrottleDelaysGrow(t *testing.T) {
	p := Throttle{Free: 3, Base: time.Second, Max: 10 * time.Second, Forget: time.Hour, TotalFree: 1000, TotalBase: time.Second, TotalMax: time.Minute, TotalLeak: time.Second}
	th := newThrottle(p)
	now := time.Unix(1_000_000, 0)
	for i, want := range []time.Duration{0, 0, 1, 2, 4, 8, 10, 10} {
		if wait := th.begin("a", now); wait != 0 {
			t.Fatalf("attempt %d waits %v", i, wait)
		}
		want *= time.Second
		if wait := th.begin("a", now); i >= 2 && wait != want {
			t.Errorf("after attempt %d: wait %v, want %v", i+1, wait, want)
		} else if i < 2 {
			if wait != 0 {
				t.Errorf("after attempt %d: wait %v, want none", i+1, wait)
			}
			th.cancel("a")
		}
		if wait := th.begin("b", now); wait != 0 {
			t.Errorf("another name waits %v", wait)
		}
		th.success("b")
		now = now.Add(want)
	}
	// Trying during the delay does not make it longer.
	th.begin("c", now)
	for range 2 {
		th.begin("c", now)
	}
	for range 100 {
		th.begin("c", now)
	}
	if wait := th.begin("c", now.Add(time.Second)); wait != 0 {
		t.Errorf("after the delay: %v", wait)
	}
	// Success, and a long time, start a name anew.
	th.success("c")
	if wait := th.begin("c", now.Add(2*time.Second)); wait != 0 {
		t.Errorf("after success: %v", wait)
	}
	now = now.Add(p.Forget)
	for i := range 2 {
		if wait := th.begin("a", now); wait != 0 {
			t.Errorf("attempt %d after a long time: %v", i, wait)
		}
	}
}

// A flood of names delays everybody, and settles at the rate of the leak.
func TestThrottleInTotal(t *testing.T) {
	p := DefaultThrottle
	th := newThrottle(p)
	now := time.Unix(1_000_000, 0)
	passed := 0
	for i := range 3600 * 10 { // an hour, ten names a second
		if th.begin(string(rune('a'+i%26))+time.Duration(i).String(), now) == 0 {
			passed++
		}
		now = now.Add(100 * time.Millisecond)
	}
	if most := p.TotalFree + int(time.Hour/p.TotalLeak) + 1; passed > most {
		t.Errorf("%d attempts passed in an hour, at most %d expected", passed, most)
	}
	if wait := th.begin("honest", now); wait > p.TotalMax {
		t.Errorf("an honest log-in waits %v, longer than %v", wait, p.TotalMax)
	}
	if th.order.Len() > maxNames || len(th.names) != th.order.Len() {
		t.Errorf("%d names remembered, %d in order", len(th.names), th.order.Len())
	}
}

// A clock that is set back by a year does not lock anybody out for a year.
func TestThrottleClockSetBack(t *testing.T) {
	th := newThrottle(DefaultThrottle)
	now := time.Unix(2_000_000_000, 0)
	for range DefaultThrottle.Free {
		th.begin("a", now)
	}
	now = now.AddDate(-1, 0, 0)
	if wait := th.begin("a", now); wait <= 0 || wait > DefaultThrottle.Max {
		t.Fatalf("wait %v", wait)
	}
	if wait := th.begin("a", now.Add(DefaultThrottle.Max)); wait != 0 {
		t.Errorf("still waits %v", wait)
	}
}

// Many attempts at once do not pass together.
func TestThrottleAtOnce(t *testing.T) {
	th := newThrottle(DefaultThrottle)
	now := time.Unix(1_000_000, 0)
	var passed atomic.Int32
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			if th.begin("a", now) == 0 {
				passed.Add(1)
			}
		})
	}
	wg.Wait()
	if int(passed.Load()) != DefaultThrottle.Free {
		t.Errorf("%d of 100 attempts passed, want %d", passed.Load(), DefaultThrottle.Free)
	}
}

// Whatever happens, waiting ends: nobody waits longer than the longest delay,
// also when the clock is set back, and the memory is bounded.
func TestThrottleProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Throttle{Free: 2, Base: time.Second, Max: time.Minute, Forget: time.Hour, TotalFree: 5, TotalBase: time.Second, TotalMax: 10 * time.Second, TotalLeak: time.Second}
		th := newThrottle(p)
		now := time.Unix(1_000_000, 0)
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.Int64Range(-int64(2*time.Minute), int64(3*time.Minute)).Draw(t, "d")))
			name := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "name")
			wait := th.begin(name, now)
			if wait > max(p.Max, p.TotalMax) || wait < 0 {
				t.Fatalf("wait %v", wait)
			}
			if wait > 0 {
				continue
			}
			switch rapid.IntRange(0, 3).Draw(t, "end") {
			case 0:
				th.success(name)
			case 1:
				th.cancel(name)
			default:
				if th.names[th.key(name)].Value.(*failures).count >= p.Free && th.begin(name, now) == 0 {
					t.Fatal("the free failures are used up, and the next attempt does not wait")
				}
			}
			if th.total.count < 0 {
				t.Fatal("total below zero")
			}
		}
	})
}
