package section

import (
	"container/list"
	"crypto/rand"
	"crypto/sha256"
	"sync"
	"time"
)

// Throttle bounds failed log-ins, for each log-in name and in total. The
// delays double from Base to Max.
type Throttle struct {
	Free int           // after this many failures of one name the delays begin
	Base time.Duration // the first delay
	Max  time.Duration // the longest
	// Forget is after how long without a failure a name starts anew.
	Forget time.Duration

	TotalFree int           // after this many failures of all names they begin for everybody
	TotalBase time.Duration // the first of these delays
	TotalMax  time.Duration // the longest
	// TotalLeak is how often one failure is taken off the total.
	TotalLeak time.Duration
}

// DefaultThrottle lets five failures of one name pass, then makes it wait 1 s,
// 2 s, ... up to 15 min. In total it lets 30 pass and settles at about one
// failure a second, so that a flood of names delays an honest log-in by at
// most half a minute.
var DefaultThrottle = Throttle{
	Free: 5, Base: time.Second, Max: 15 * time.Minute, Forget: 24 * time.Hour,
	TotalFree: 30, TotalBase: 250 * time.Millisecond, TotalMax: 30 * time.Second, TotalLeak: time.Second,
}

func (t Throttle) check() error {
	if t.Free < 1 || t.TotalFree < 1 || t.Base <= 0 || t.TotalBase <= 0 || t.Max < t.Base || t.TotalMax < t.TotalBase || t.Forget <= 0 || t.TotalLeak <= 0 {
		return refuseBounds("the throttle of log-ins has a field that is not above zero", "start from DefaultThrottle")
	}
	return nil
}

// maxNames bounds how many names are remembered; beyond it the one that failed
// longest ago is forgotten.
const maxNames = 4096

// throttle counts an attempt as failed when it begins, so that many attempts
// at once cannot all pass before the first has failed; success takes it back.
type throttle struct {
	policy Throttle

	mu    sync.Mutex
	salt  [16]byte // names are kept as salted hashes: a name may be a password typed in the wrong field
	names map[[sha256.Size]byte]*list.Element
	order *list.List // of *failures, the one that failed last in front
	total failures
}

type failures struct {
	name  [sha256.Size]byte
	count int
	last  time.Time
	until time.Time
}

func newThrottle(policy Throttle) *throttle {
	t := &throttle{policy: policy, names: map[[sha256.Size]byte]*list.Element{}, order: list.New()}
	rand.Read(t.salt[:])
	return t
}

func (t *throttle) key(login string) [sha256.Size]byte {
	return sha256.Sum256(append(t.salt[:], login...))
}

// begin asks whether a log-in may be checked now. It returns 0 and counts the
// attempt, or how long to wait, and does not count it: waiting ends although
// others keep trying.
func (t *throttle) begin(login string, now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	k := t.key(login)
	f := &failures{name: k}
	e := t.names[k]
	if e != nil {
		f = e.Value.(*failures)
	}
	if now.Sub(f.last) >= t.policy.Forget {
		f.count, f.until = 0, time.Time{}
	}
	if n := int(now.Sub(t.total.last) / t.policy.TotalLeak); n > 0 {
		t.total.count = max(0, t.total.count-n)
		t.total.last = now
	}
	if wait := max(f.wait(now, t.policy.Max), t.total.wait(now, t.policy.TotalMax)); wait > 0 {
		return wait
	}
	if e == nil {
		// Only an attempt that is checked is remembered, so names that are
		// tried while everybody waits push out nobody.
		e = t.order.PushFront(f)
		t.names[k] = e
		if t.order.Len() > maxNames {
			delete(t.names, t.order.Remove(t.order.Back()).(*failures).name)
		}
	}
	t.order.MoveToFront(e)
	f.count++
	f.last = now
	f.until = now.Add(delay(f.count-t.policy.Free, t.policy.Base, t.policy.Max))
	t.total.count++
	t.total.until = now.Add(delay(t.total.count-t.policy.TotalFree, t.policy.TotalBase, t.policy.TotalMax))
	return 0
}

// success takes the attempt back and starts the name anew.
func (t *throttle) success(login string) { t.end(login, true) }

// cancel takes an attempt back that was not checked after all.
func (t *throttle) cancel(login string) { t.end(login, false) }

func (t *throttle) end(login string, forget bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.total.count = max(0, t.total.count-1)
	if t.total.count < t.policy.TotalFree {
		t.total.until = time.Time{}
	}
	e := t.names[t.key(login)]
	if e == nil {
		return
	}
	f := e.Value.(*failures)
	f.count = max(0, f.count-1)
	if forget {
		f.count = 0
	}
	if f.count < t.policy.Free {
		f.until = time.Time{}
	}
}

// wait is how long until the next attempt. When the clock was set back the
// delay begins anew at most, so that it ends by the clock that is.
func (f *failures) wait(now time.Time, longest time.Duration) time.Duration {
	if f.last.After(now) {
		f.last = now
	}
	if end := now.Add(longest); f.until.After(end) {
		f.until = end
	}
	return max(0, f.until.Sub(now))
}

// delay is what follows a failure when n is how far it goes beyond the free
// ones: nothing below 0, then base, 2 base, 4 base, ... up to longest.
func delay(n int, base, longest time.Duration) time.Duration {
	if n < 0 {
		return 0
	}
	d := base
	for i := 0; i < n && d < longest; i++ {
		d *= 2
	}
	return min(d, longest)
}
