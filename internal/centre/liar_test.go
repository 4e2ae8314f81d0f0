package centre

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"entente/charter"
	"entente/internal/store/logdb"
	"entente/label"
	"entente/seal"
	"entente/tlog"
)

// liar is a lead that does what a test tells it. It speaks the member link and
// signs with the lead's keys, and shows each member a log of its own.
type liar struct {
	t    testing.TB
	c    *centreOf
	keys *testKeys

	mu      sync.Mutex
	views   map[label.MemberID]*lies
	changed chan struct{}
	lines   map[tlog.Checkpoint][][]byte // cosignatures that came, by head
	take    func(r run)                  // what is done with a submission; mu is held
	stop    func()

	cosigners []tlog.Verifier
}

// lies is one log that the liar shows.
type lies struct {
	leaves run
}

func (v *lies) clone() *lies {
	return &lies{run{slices.Clone(v.leaves.headers), slices.Clone(v.leaves.bodies)}}
}

func (v *lies) frontier() *tlog.Frontier {
	f, _ := tlog.NewFrontier(0, nil)
	for i := range v.leaves.n() {
		f.Append([]tlog.Hash{tlog.LeafHash(v.leaves.header(i))})
	}
	return f
}

// lie starts a lead that is honest until told otherwise.
func (c *centreOf) lie() *liar {
	l := &liar{t: c.t, c: c, keys: c.keys["IRQ"], views: map[label.MemberID]*lies{}, changed: make(chan struct{}), lines: map[tlog.Checkpoint][][]byte{}}
	keys, err := (&verifierCache{}).at(charter.NewState(c.found, nil), 0)
	check(c.t, err)
	l.cosigners = keys.cosigners
	e := l.genesis()
	first := &lies{}
	first.leaves.add(e.Header, e.Body)
	for _, m := range four {
		l.views[m] = first
	}
	l.take = l.logged(four...)
	ln := c.net.listen("IRQ")
	srv := &http.Server{Handler: http.HandlerFunc(l.serve), ConnContext: withCaller}
	var ended sync.WaitGroup
	ended.Go(func() { srv.Serve(ln) })
	l.stop = func() {
		srv.Close()
		ended.Wait()
	}
	return l
}

// genesis makes leaf 0.
func (l *liar) genesis() seal.Envelope {
	payload, err := l.c.found.Genesis()
	check(l.t, err)
	e, err := seal.SealPublic((&seal.Chain{}).Place(seal.Hash(l.c.found.Hash()), "IRQ", 1_772_000_000, 0), seal.Genesis, payload, l.keys.Header())
	check(l.t, err)
	return e
}

// logged returns what logs submissions in the views of some members.
func (l *liar) logged(ms ...label.MemberID) func(run) {
	return func(r run) {
		next := map[*lies]*lies{}
		for _, m := range ms {
			old := l.views[m]
			if next[old] == nil {
				v := old.clone()
				for i := range r.n() {
					if !slices.ContainsFunc(v.leaves.all(), func(h []byte) bool { return string(h) == string(r.header(i)) }) {
						v.leaves.add(r.header(i), r.bodies[i])
					}
				}
				next[old] = v
			}
			l.views[m] = next[old]
		}
	}
}

func (r *run) all() [][]byte {
	var out [][]byte
	for i := range r.n() {
		out = append(out, r.header(i))
	}
	return out
}

// do changes what the liar shows.
func (l *liar) do(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f()
	close(l.changed)
	l.changed = make(chan struct{})
}

// head signs the head of a view, now.
func (l *liar) head(v *lies) ([]byte, tlog.Checkpoint) {
	f := v.frontier()
	cp := tlog.Checkpoint{Origin: l.c.found.Origin(1), Size: f.Size(), Root: f.Root()}
	s, err := l.keys.Checkpoint(cp.Origin)
	check(l.t, err)
	note, err := tlog.SignCheckpoint(cp, s)
	check(l.t, err)
	co, err := l.keys.Cosignature(cosignerName("IRQ"))
	check(l.t, err)
	line, err := tlog.Cosign(note, co, time.Now().Unix())
	check(l.t, err)
	note, err = tlog.AddSignature(note, line)
	check(l.t, err)
	return note, cp
}

func (l *liar) serve(w http.ResponseWriter, r *http.Request) {
	from, _ := plainCaller(r)
	body, _ := io.ReadAll(r.Body)
	switch r.URL.Path[len(linkPath):] {
	case "/known":
		writeJSON(w, 200, knownAnswer{})
	case "/head":
		writeJSON(w, 200, headAnswer{})
	case "/submit":
		e, err := splitEnvelopes(body)
		if err != nil {
			l.t.Error(err)
		}
		l.do(func() { l.take(e) })
		writeJSON(w, 200, submitAnswer{Accepted: e.n()})
	case "/cosign":
		size := int64(be64(body))
		l.do(func() {
			for _, v := range l.views {
				if _, cp := l.head(v); cp.Size == size {
					l.lines[cp] = append(l.lines[cp], body[8:])
				}
			}
		})
		w.WriteHeader(http.StatusNoContent)
	case "/range":
		first, _ := strconv.Atoi(r.URL.Query().Get("from"))
		end, _ := strconv.Atoi(r.URL.Query().Get("to"))
		l.mu.Lock()
		v := l.views[from]
		var entries []byte
		for i := first; i < min(end, v.leaves.n()); i++ {
			entries = appendEntry(entries, v.leaves.header(i), v.leaves.bodies[i])
		}
		l.mu.Unlock()
		w.Write(entries)
	case "/stream":
		at, _ := strconv.Atoi(r.URL.Query().Get("from"))
		l.stream(w, r, from, at)
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

func (l *liar) stream(w http.ResponseWriter, r *http.Request, to label.MemberID, at int) {
	w.WriteHeader(http.StatusOK)
	out := http.NewResponseController(w)
	var shown *lies
	certified := int64(0)
	for {
		l.mu.Lock()
		v, changed := l.views[to], l.changed
		var buf []byte
		if v != shown {
			shown = v
			if n := v.leaves.n(); n > at {
				buf = appendEntries(buf, logdb.Run{First: int64(at), Headers: v.leaves.headers[at*seal.HeaderSize:], Bodies: v.leaves.bodies[at:]})
				at = n
			}
			note, _ := l.head(v)
			buf = appendFrame(buf, frameCheckpoint, note)
		}
		note, cp := l.head(v)
		for _, line := range l.lines[cp] {
			if n, err := tlog.AddSignature(note, line); err == nil {
				note = n
			}
		}
		if cs, err := tlog.Cosignatures(note, l.cosigners); err == nil && len(cs) >= 3 && cp.Size > certified {
			certified = cp.Size
			buf = appendFrame(buf, frameCertified, note)
		}
		l.mu.Unlock()
		if len(buf) > 0 {
			if _, err := w.Write(buf); err != nil || out.Flush() != nil {
				return
			}
		}
		select {
		case <-changed:
		case <-r.Context().Done():
			return
		}
	}
}

// underLiar runs a test of three honest stations that follow a liar, with ten
// certified leaves.
func underLiar(t *testing.T, test func(t *testing.T, c *centreOf, l *liar)) {
	t.Helper()
	simulate(t, nil, func(t *testing.T, c *centreOf) {
		l := c.lie()
		c.start("IRN", "RUS", "SYR")
		for _, m := range []label.MemberID{"IRN", "RUS", "SYR"} {
			c.file(m, 3)
		}
		c.certified(10, "IRN", "RUS", "SYR")
		c.recovered("IRN", "RUS", "SYR")
		t.Cleanup(l.stop)
		test(t, c, l)
	})
}

// A lead that alters, reorders or drops what was submitted to it, or logs what
// no log may hold, is convicted by the first honest node to see it, with
// evidence that stands by the founding file alone; the others then need only be
// shown that.
func TestLeadTampers(t *testing.T) {
	honest := []label.MemberID{"IRN", "RUS", "SYR"}
	cases := map[string]func(l *liar, r run) run{
		"the last leaf is altered": func(l *liar, r run) run {
			r.headers[2*seal.HeaderSize+95] ^= 1
			return r
		},
		"a leaf before others is altered": func(l *liar, r run) run {
			r.headers[95] ^= 1
			return r
		},
		"a leaf is no header": func(l *liar, r run) run {
			r.headers[7] = 1
			return r
		},
		"a leaf is of another charter": func(l *liar, r run) run {
			r.headers[9] ^= 1
			return r
		},
		"two leaves are swapped": func(l *liar, r run) run {
			return run{slices.Concat(r.header(1), r.header(0), r.header(2)), [][]byte{r.bodies[1], r.bodies[0], r.bodies[2]}}
		},
		"a leaf is dropped": func(l *liar, r run) run {
			return run{slices.Concat(r.header(0), r.header(2)), [][]byte{r.bodies[0], r.bodies[2]}}
		},
		"the first leaf is dropped": func(l *liar, r run) run {
			return run{slices.Concat(r.header(1), r.header(2)), r.bodies[1:]}
		},
		"a leaf is logged twice": func(l *liar, r run) run {
			return run{slices.Concat(r.headers, r.header(2)), append(slices.Clone(r.bodies), r.bodies[2])}
		},
		"a public leaf is forged": func(l *liar, r run) run {
			chain := seal.Chain{Incarnation: be32(r.header(2)[44:]), Sequence: be64(r.header(2)[48:]), Last: seal.HashHeader(r.header(2))}
			e, err := seal.SealPublic(chain.Place(seal.Hash(l.c.found.Hash()), "RUS", 0, 0), seal.Close, []byte("x"), l.c.keys["RUS"].Header())
			check(l.t, err)
			e.Header[250] ^= 1
			r.add(e.Header, e.Body)
			return r
		},
	}
	for name, tamper := range cases {
		t.Run(name, func(t *testing.T) {
			underLiar(t, func(t *testing.T, c *centreOf, l *liar) {
				l.do(func() {
					l.take = func(r run) {
						copied := run{slices.Clone(r.headers), slices.Clone(r.bodies)}
						v := l.views["IRN"].clone()
						tampered := tamper(l, copied)
						for i := range tampered.n() {
							v.leaves.add(tampered.header(i), tampered.bodies[i])
						}
						// Only IRN is shown it.
						l.views["IRN"] = v
						l.take = func(run) {}
					}
				})
				c.file("RUS", 3)
				h := c.halted("IRN", "invalid_log")
				if a := c.evidence("IRN", h.EvidenceID); a.Accused != "IRQ" || !a.StopsLog || a.Form != evidenceInvalid {
					t.Errorf("the evidence shows %+v", a)
				}
				for _, m := range honest[1:] {
					c.halted(m, "invalid_log")
				}
				for _, m := range honest {
					if n := c.posts[m].Size(); n != 10 {
						t.Errorf("%s has stored %d leaves", m, n)
					}
				}
			})
		})
	}
}

// A lead that shows two members two logs is convicted as soon as these compare
// heads, whatever the sizes.
func TestLeadForks(t *testing.T) {
	for name, longer := range map[string]int{"of one size": 0, "of two sizes": 4} {
		t.Run(name, func(t *testing.T) {
			underLiar(t, func(t *testing.T, c *centreOf, l *liar) {
				l.do(func() { l.take = l.logged("IRN") })
				c.file("RUS", 2)
				await(t, c.posts["IRN"].Station, "the first log", func() bool { return c.posts["IRN"].Size() == 12 })
				l.do(func() { l.take = l.logged("SYR") })
				c.file("IRN", 2+longer)
				a := c.halted("SYR", "forked_log")
				b := c.halted("IRN", "forked_log")
				for m, h := range map[label.MemberID]*Halt{"SYR": a, "IRN": b} {
					if e := c.evidence(m, h.EvidenceID); e.Accused != "IRQ" || !e.StopsLog || e.Form != evidenceFork {
						t.Errorf("%s shows %+v", m, e)
					}
				}
				c.halted("RUS", "forked_log")
				// A restart makes no lead honest.
				c.stop("RUS")
				c.start("RUS")
				if c.posts["RUS"].Halted() == nil {
					t.Error("RUS follows again after a restart")
				}
			})
		})
	}
}

// A lead that shows a shorter log than before is convicted by its own
// cosignatures, also when the longer head was not certified.
func TestLeadRollsBack(t *testing.T) {
	for _, certified := range []bool{true, false} {
		t.Run("certified "+strconv.FormatBool(certified), func(t *testing.T) {
			underLiar(t, func(t *testing.T, c *centreOf, l *liar) {
				if !certified {
					l.do(func() { l.take = l.logged("SYR") })
					c.file("RUS", 4)
					await(t, c.posts["SYR"].Station, "14 leaves", func() bool { return c.posts["SYR"].Size() == 14 })
				}
				time.Sleep(2 * time.Second)
				l.do(func() {
					v := l.views["SYR"].clone()
					n := v.leaves.n() - 3
					v.leaves = run{v.leaves.headers[:n*seal.HeaderSize], v.leaves.bodies[:n]}
					l.views["SYR"] = v
				})
				h := c.halted("SYR", "rollback")
				if a := c.evidence("SYR", h.EvidenceID); a.Accused != "IRQ" || !a.StopsLog || a.Form != evidenceRollback {
					t.Errorf("the evidence shows %+v", a)
				}
				for _, m := range []label.MemberID{"IRN", "RUS"} {
					c.halted(m, "rollback")
				}
			})
		})
	}
}

// A lead that withholds one member's leaf finds nobody to cosign once the merge
// delay has passed twice, and what is withheld can be shown against a copy of
// the log; when it gives in, all goes on.
func TestLeadWithholds(t *testing.T) {
	underLiar(t, func(t *testing.T, c *centreOf, l *liar) {
		var held []run
		l.do(func() {
			rest := l.logged(four...)
			l.take = func(r run) {
				if string(r.header(0)[40:43]) == "RUS" {
					held = append(held, r)
					return
				}
				rest(r)
			}
		})
		c.file("RUS", 1)
		c.file("IRN", 1)
		c.certified(11, "IRN", "RUS", "SYR") // before the merge delay nothing is wrong
		time.Sleep(3 * time.Minute)
		c.file("IRN", 1)
		await(t, c.posts["SYR"].Station, "the leaf", func() bool { return c.posts["SYR"].Size() == 12 })
		time.Sleep(time.Minute)
		for _, m := range []label.MemberID{"IRN", "SYR"} {
			st, err := c.posts[m].Status(context.Background())
			check(t, err)
			if len(st.Withheld) != 1 || st.Certified != 11 {
				t.Errorf("%s sees %q withheld and %d leaves certified", m, st.Withheld, st.Certified)
			}
			kept, err := c.posts[m].log.AllEvidence(context.Background())
			check(t, err)
			if len(kept) == 0 {
				t.Fatalf("%s keeps no evidence", m)
			}
			for _, e := range kept {
				// A judge needs the founding file and somebody's copy of the log.
				judge := Means{State: charter.NewState(c.found, nil), Missing: c.posts["RUS"].lacks}
				if a, err := judge.Judge(e.Data); err != nil || a.Accused != "" {
					t.Errorf("evidence of %s: %+v, %v; want it to stand and accuse nobody", m, a, err)
				}
			}
		}
		l.do(func() {
			l.take = l.logged(four...)
			for _, r := range held {
				l.take(r)
			}
		})
		c.certified(13, "IRN", "RUS", "SYR")
	})
}

// A lead that says "quota" for ever is found out as well.
func TestQuotaIsNoExcuse(t *testing.T) {
	now := time.Now()
	delay := time.Minute
	for _, tc := range []struct {
		handedIn time.Duration // ago
		excused  bool
		want     bool
	}{
		{0, false, false}, {59 * time.Second, false, false}, {time.Minute, false, true},
		{time.Minute, true, false}, {10 * time.Minute, true, false}, {11 * time.Minute, true, true},
	} {
		n := notice{handedIn: now.Add(-tc.handedIn), excused: tc.excused}
		if got := n.held(delay); got != tc.want {
			t.Errorf("handed in %v ago, excused %v: withheld %v", tc.handedIn, tc.excused, got)
		}
	}
	if (&notice{}).held(delay) {
		t.Error("withheld before it was handed in")
	}
}
