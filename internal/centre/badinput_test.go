package centre

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"entente/charter"
	"entente/label"
	"entente/seal"
	"entente/tlog"
)

// ask sends one request on the member link as a member, and returns status and
// code.
func (c *centreOf) ask(from, to label.MemberID, method, path string, body []byte) (int, submitAnswer) {
	c.t.Helper()
	p := &plainPeers{n: c.net, self: from}
	defer p.Close()
	client, base, _ := p.Client(to)
	req, err := http.NewRequest(method, base+linkPath+path, bytes.NewReader(body))
	check(c.t, err)
	resp, err := client.Do(req)
	check(c.t, err)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	check(c.t, err)
	var a submitAnswer
	json.Unmarshal(raw, &a) // what is no JSON has no code
	return resp.StatusCode, a
}

// maker makes a member's envelopes by hand.
type maker struct {
	c     *centreOf
	id    label.MemberID
	keys  *testKeys
	chain seal.Chain
}

// make makes the envelope after the chain; change alters what it is signed as.
func (m *maker) make(change func(p *seal.Place)) []byte {
	m.c.t.Helper()
	place := m.chain.Place(seal.Hash(m.c.found.Hash()), m.id, 1_772_000_000, 0)
	if change != nil {
		change(&place)
	}
	var key seal.SetKey
	rand.Read(key[:])
	e, _, err := seal.Seal(place, key, []byte("an act"), 0, m.keys.Header())
	check(m.c.t, err)
	return append(e.Header, e.Body...)
}

// next makes the envelope after the chain and moves the chain on.
func (m *maker) next() []byte {
	e := m.make(nil)
	check(m.c.t, m.chain.Next(e[:seal.HeaderSize]))
	return e
}

// Whatever comes over the member link that should not is refused with its
// stable code, and neither the log nor what follows is touched by it.
func TestBadInput(t *testing.T) {
	simulate(t, nil, func(t *testing.T, c *centreOf) {
		c.startAll()
		c.stop("RUS")
		rus := &maker{c: c, id: "RUS", keys: c.keys["RUS"]}
		first := rus.next()
		_, a := c.ask("RUS", "IRQ", "POST", "/submit", first)
		if a.Accepted != 1 || a.Next != 2 || a.Code != "" {
			t.Fatalf("an envelope is answered with %+v", a)
		}
		second, thief := rus.make(nil), &maker{c: c, id: "RUS", keys: c.keys["IRN"], chain: rus.chain}
		at := func(e []byte, i int, b byte) []byte {
			e = slices.Clone(e)
			e[i] ^= b
			return e
		}
		third := func() []byte {
			m := *rus
			m.next()
			return m.make(nil)
		}()
		wrongKeyID := thief.make(nil)
		wrongSignature := thief.make(nil)
		copy(wrongSignature[168:176], second[168:176])
		header := second[:seal.HeaderSize]
		head := c.posts["IRQ"].checkNote
		line := func(m label.MemberID, keys *testKeys) []byte {
			s, err := keys.Cosignature(cosignerName(m))
			check(t, err)
			l, err := tlog.Cosign(head, s, time.Now().Unix())
			check(t, err)
			return append(putU64(nil, uint64(c.posts["IRQ"].Size())), l...)
		}
		size := c.posts["IRQ"].Size()
		for name, tc := range map[string]struct {
			to       label.MemberID
			method   string
			path     string
			body     []byte
			status   int
			code     string
			accepted int
		}{
			"half a header":                {body: second[:100], status: 422, code: "truncated"},
			"half a body":                  {body: second[:500], status: 422, code: "truncated"},
			"a good one, then half of one": {body: append(slices.Clone(first), second[:300]...), status: 422, code: "truncated", accepted: 1},
			"above all bounds":             {body: make([]byte, maxFrame+1), status: 413, code: "too_large"},
			"of no format":                 {body: make([]byte, 1280), status: 422, code: "magic"},
			"the same again":               {body: first, status: 200, accepted: 1},
			"the same twice":               {body: append(slices.Clone(first), first...), status: 422, code: "previous"},
			"out of order":                 {body: append(slices.Clone(third), second...), status: 409, code: "sequence"},
			"with a gap":                   {body: third, status: 409, code: "sequence"},
			"an unknown key":               {body: wrongKeyID, status: 422, code: "key-id"},
			"a wrong signature":            {body: wrongSignature, status: 422, code: "signature"},
			"another predecessor":          {body: rus.make(func(p *seal.Place) { p.Previous[3] ^= 1 }), status: 422, code: "previous"},
			"another incarnation":          {body: rus.make(func(p *seal.Place) { p.Incarnation, p.Sequence, p.Previous = 2, 1, seal.Hash{} }), status: 422, code: "incarnation"},
			"another body":                 {body: at(second, 700, 1), status: 422, code: "digest"},
			"another charter":              {body: rus.make(func(p *seal.Place) { p.Charter[0] ^= 1 }), status: 422, code: "charter"},
			"an unknown version":           {body: at(second, 4, 2), status: 422, code: "version"},
			"an unknown kind":              {body: at(second, 5, 7), status: 422, code: "kind"},
			"an unknown class":             {body: at(second, 6, 99), status: 422, code: "class"},
			"a stranger":                   {body: (&maker{c: c, id: "XXX", keys: c.keys["RUS"]}).make(nil), status: 422, code: "originator"},
			"to a follower":                {to: "SYR", body: second, status: 409, code: "not_lead"},

			"announce nothing":                {to: "SYR", path: "/announce", status: 422, code: "truncated"},
			"announce half a header":          {to: "SYR", path: "/announce", body: header[:255], status: 422, code: "truncated"},
			"announce too many":               {to: "SYR", path: "/announce", body: make([]byte, 4097*seal.HeaderSize), status: 422, code: "truncated"},
			"announce another's":              {to: "SYR", path: "/announce", body: (&maker{c: c, id: "IRN", keys: c.keys["IRN"]}).make(nil)[:seal.HeaderSize], status: 422, code: "originator"},
			"announce what does not follow":   {to: "SYR", path: "/announce", body: append(slices.Clone(header), header...), status: 422, code: "previous"},
			"announce with a wrong signature": {to: "SYR", path: "/announce", body: wrongSignature[:seal.HeaderSize], status: 422, code: "signature"},

			"cosign nothing":            {path: "/cosign", body: make([]byte, 8), status: 422, code: "truncated"},
			"cosign with a bad line":    {path: "/cosign", body: append(putU64(nil, uint64(size)), "rubbish"...), status: 422, code: "log-malformed"},
			"cosign as a stranger":      {path: "/cosign", body: line("XXX", c.keys["RUS"]), status: 422, code: "originator"},
			"cosign with another's key": {path: "/cosign", body: line("RUS", c.keys["IRN"]), status: 422, code: "log-cosignature"},

			"evidence of nothing":          {to: "SYR", path: "/evidence", status: 422, code: "log-malformed"},
			"evidence in loose JSON":       {to: "SYR", path: "/evidence", body: []byte(`{"member": "x"}`), status: 422, code: "evidence"},
			"evidence in other JSON":       {to: "SYR", path: "/evidence", body: []byte(`{"member":"RUS/cosignature","small":"","large":"","more":1}`), status: 422, code: "evidence"},
			"a roll-back that is none":     {to: "SYR", path: "/evidence", body: mustJSON(t, Rollback{"IRQ/cosignature", string(head), string(head)}), status: 422, code: "evidence"},
			"evidence of an unknown type":  {to: "SYR", path: "/evidence", body: []byte("ENTV\x01\x63\x00\x00"), status: 422, code: "version"},
			"a fork of one header":         {to: "SYR", path: "/evidence", body: append([]byte("ENTV\x01\x01\x00\x00"), append(slices.Clone(header), header...)...), status: 422, code: "evidence"},
			"an invalid log that is valid": {to: "SYR", path: "/evidence", body: validLog(t, c.posts["IRQ"].Station), status: 422, code: "evidence"},

			"a stream from before":     {method: "GET", path: "/stream?from=-1", status: 404, code: "not_found"},
			"a range backwards":        {method: "GET", path: "/range?from=1&to=1", status: 404, code: "not_found"},
			"a range beyond":           {method: "GET", path: "/range?from=0&to=99999", status: 404, code: "not_found"},
			"an envelope that is none": {method: "GET", path: "/envelope?incarnation=1&sequence=77", status: 404, code: "not_found"},
			"what is known of another": {method: "GET", path: "/known?member=SYR", status: 404, code: "not_found"},
			"a body by its digest":     {method: "GET", path: "/body?digest=00", status: 404},
			"a path of nothing":        {method: "GET", path: "/", status: 404},
		} {
			if tc.to == "" {
				tc.to = "IRQ"
			}
			if tc.method == "" {
				tc.method = "POST"
			}
			if tc.path == "" {
				tc.path = "/submit"
			}
			status, a := c.ask("RUS", tc.to, tc.method, tc.path, tc.body)
			if status != tc.status || a.Code != tc.code || a.Accepted != tc.accepted {
				t.Errorf("%s: HTTP %d %q, %d accepted (%s); want HTTP %d %q, %d", name, status, a.Code, a.Accepted, a.Message, tc.status, tc.code, tc.accepted)
			}
			if strings.Contains(a.Message, c.dir) {
				t.Errorf("%s: the answer tells of the node's files: %s", name, a.Message)
			}
		}
		if n := c.posts["IRQ"].Size(); n != size {
			t.Errorf("the log has %d leaves, had %d", n, size)
		}
		_, a = c.ask("RUS", "IRQ", "POST", "/submit", second)
		if a.Accepted != 1 || a.Code != "" {
			t.Errorf("after all that, the next envelope is answered with %+v", a)
		}
		c.certified(size+1, "IRQ", "IRN", "SYR")
	})
}

func mustJSON(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	check(t, err)
	return b
}

// validLog shows leaf 0 of a log, with which nothing is wrong.
func validLog(t testing.TB, s *Station) []byte {
	t.Helper()
	raw, err := s.log.Headers(context.Background(), 0, 1)
	check(t, err)
	proof, err := tlog.InclusionProof(0, s.checkSize, s.log)
	check(t, err)
	return mustJSON(t, InvalidLog{Head: string(s.checkNote), Leaves: []ShownLeaf{{0, raw, rawHashes(proof)}}})
}

// What is over an originator's quota is refused until the bucket has filled
// again; what came before it is kept, and what others hand in under its name
// without its signature uses nothing up.
func TestQuota(t *testing.T) {
	tight := func(c *charter.Charter) { c.Quotas.LeavesPerMinute = 60 }
	simulate(t, tight, func(t *testing.T, c *centreOf) {
		c.startAll()
		c.stop("RUS")
		rus := &maker{c: c, id: "RUS", keys: c.keys["RUS"]}
		thief := &maker{c: c, id: "RUS", keys: c.keys["IRN"]}
		for range 3 {
			forged := thief.make(nil)
			for range 300 {
				c.posts["IRQ"].sequencer.submit(context.Background(), run{forged[:seal.HeaderSize], [][]byte{forged[seal.HeaderSize:]}})
			}
		}
		var all []byte
		for range 605 {
			all = append(all, rus.next()...)
		}
		status, a := c.ask("RUS", "IRQ", "POST", "/submit", all)
		if status != http.StatusTooManyRequests || a.Code != "quota" || a.Accepted != 600 || a.Next != 601 {
			t.Fatalf("605 envelopes with a quota of 600: HTTP %d %+v", status, a)
		}
		if n := c.posts["IRQ"].OverQuota(); n != 1 {
			t.Errorf("%d refusals are counted", n)
		}
		one := len(all) / 605
		if status, a = c.ask("RUS", "IRQ", "POST", "/submit", all[600*one:]); status != http.StatusTooManyRequests {
			t.Errorf("at once again: HTTP %d %+v", status, a)
		}
		time.Sleep(6 * time.Second)
		if status, a = c.ask("RUS", "IRQ", "POST", "/submit", all[600*one:]); status != 200 || a.Accepted != 5 {
			t.Errorf("after six seconds: HTTP %d %+v", status, a)
		}
		c.certified(606, "IRQ", "IRN", "SYR")
	})
}

// A leaf of a version that this program does not know is mirrored, and no head
// over it is cosigned, after a restart neither.
func TestUnknownVersion(t *testing.T) {
	underLiar(t, func(t *testing.T, c *centreOf, l *liar) {
		l.do(func() {
			v := l.views["SYR"].clone()
			raw := slices.Clone(v.leaves.header(9))
			raw[4] = 2
			v.leaves.add(raw, make([]byte, 1024))
			for _, m := range four {
				l.views[m] = v
			}
		})
		c.file("RUS", 2)
		look := func() {
			t.Helper()
			for _, m := range []label.MemberID{"IRN", "RUS", "SYR"} {
				await(t, c.posts[m].Station, "the leaves", func() bool { return c.posts[m].Size() == 13 })
			}
			time.Sleep(time.Minute)
			for _, m := range []label.MemberID{"IRN", "RUS", "SYR"} {
				st, err := c.posts[m].Status(context.Background())
				check(t, err)
				if st.Certified != 10 || st.Opaque != 10 || st.Halted != nil {
					t.Errorf("%s: %d leaves certified, unknown version at %d, halted %v", m, st.Certified, st.Opaque, st.Halted)
				}
			}
		}
		look()
		c.stop("SYR")
		c.start("SYR")
		look()
		l.mu.Lock()
		defer l.mu.Unlock()
		for cp := range l.lines {
			if cp.Size > 10 {
				t.Errorf("a head of size %d is cosigned", cp.Size)
			}
		}
	})
}

// What an older program mirrored without knowing its version, the next one
// verifies, and then cosigns; it needs nothing else for it.
func TestVersionLearnt(t *testing.T) {
	simulate(t, nil, func(t *testing.T, c *centreOf) {
		old := true
		c.options = func(m label.MemberID, o *Options) {
			if m == "SYR" && old {
				o.older = func(raw []byte) bool { return seal.Kind(raw[5]) == seal.Keys }
			}
		}
		c.startAll()
		c.file("SYR", 1)
		c.certified(2, four...)
		_, err := c.posts["RUS"].Certify(context.Background(), c.certify("RUS", 2, 1))
		check(t, err)
		c.file("RUS", 2)
		c.file("SYR", 2)
		syr := func() *Station { return c.posts["SYR"].Station }
		await(t, syr(), "7 leaves", func() bool { return syr().Size() == 7 })
		c.certified(7, "IRQ", "IRN", "RUS") // a quorum without SYR
		if st, err := syr().Status(context.Background()); err != nil || st.Opaque < 2 {
			t.Errorf("SYR knows all up to %d (%v)", st.Opaque, err)
		}
		for range 2 { // what the next program has learnt it need not learn again
			c.stop("SYR")
			old = false
			c.start("SYR")
			if st, err := syr().Status(context.Background()); err != nil || st.Opaque != -1 || st.Outbox != 0 {
				t.Errorf("after the update SYR knows all up to %d and has %d envelopes waiting (%v)", st.Opaque, st.Outbox, err)
			}
			size := syr().Size()
			c.recovered("SYR")
			c.net.sever("IRN", true) // now SYR makes the quorum
			c.file("SYR", 1)
			c.file("RUS", 1)
			c.certified(size+2, "IRQ", "RUS", "SYR")
			c.same("IRQ", "RUS", "SYR")
			c.net.sever("IRN", false)
			c.certified(size+2, "IRN")
		}
	})
}

// An originator that signs two headers in one place is suspended by evidence in
// the log; the log goes on without it.
func TestOriginatorForks(t *testing.T) {
	for _, how := range []string{"submits both to the lead", "announces another than it submits"} {
		t.Run(how, func(t *testing.T) {
			simulate(t, nil, func(t *testing.T, c *centreOf) {
				c.startAll()
				c.stop("RUS")
				rus := &maker{c: c, id: "RUS", keys: c.keys["RUS"]}
				other := rus.make(nil)
				if how[0] == 'a' {
					if status, a := c.ask("RUS", "SYR", "POST", "/announce", other[:seal.HeaderSize]); status != http.StatusNoContent {
						t.Fatalf("HTTP %d %+v", status, a)
					}
				}
				c.ask("RUS", "IRQ", "POST", "/submit", rus.next())
				if how[0] == 's' {
					if status, a := c.ask("RUS", "IRQ", "POST", "/submit", other); status != http.StatusConflict || a.Code != "fork" {
						t.Errorf("HTTP %d %+v", status, a)
					}
				}
				for _, m := range []label.MemberID{"IRQ", "IRN", "SYR"} {
					await(t, c.posts[m].Station, "the suspension", func() bool { return c.posts[m].State().Suspended("RUS") })
				}
				if status, a := c.ask("RUS", "IRQ", "POST", "/submit", rus.make(nil)); status != 422 || a.Code != "suspended" {
					t.Errorf("the suspended originator is answered with HTTP %d %+v", status, a)
				}
				if status, a := c.ask("RUS", "SYR", "POST", "/announce", rus.make(nil)[:seal.HeaderSize]); a.Code != "suspended" {
					t.Errorf("its announcement is answered with HTTP %d %+v", status, a)
				}
				size := c.posts["IRQ"].Size()
				c.file("SYR", 3)
				c.certified(size+3, "IRQ", "IRN", "SYR")
				c.same("IRQ", "IRN", "SYR")
				for _, m := range []label.MemberID{"IRQ", "IRN", "SYR"} {
					c.stop(m)
					c.start(m)
					if !c.posts[m].State().Suspended("RUS") {
						t.Errorf("%s has forgotten the suspension", m)
					}
				}
			})
		})
	}
}

// Announcements alone stop nothing: of who cannot produce what it announced, or
// produces what no log may hold, nobody waits for it.
func TestEmptyAnnouncements(t *testing.T) {
	simulate(t, nil, func(t *testing.T, c *centreOf) {
		answer := []byte(nil)
		c.startAll()
		c.stop("RUS")
		ln := c.net.listen("RUS")
		srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if answer == nil || r.URL.Path != linkPath+"/envelope" {
				WriteError(w, 404, "not_found", "")
				return
			}
			w.Write(answer)
		})}
		go srv.Serve(ln)
		t.Cleanup(func() { srv.Close() })
		rus := &maker{c: c, id: "RUS", keys: c.keys["RUS"]}
		broken := rus.make(nil)
		broken[300] ^= 1 // not the body that was signed for
		for name, a := range map[string][]byte{"nothing": nil, "a broken body": broken, "rubbish": []byte("rubbish")} {
			answer = a
			e := rus.make(nil)
			if a != nil && len(a) > seal.HeaderSize {
				e = a
			}
			if status, a := c.ask("RUS", "SYR", "POST", "/announce", e[:seal.HeaderSize]); status != http.StatusNoContent {
				t.Fatalf("%s: HTTP %d %+v", name, status, a)
			}
			size := c.posts["SYR"].Size()
			time.Sleep(5 * time.Minute)
			c.file("IRN", 1)
			c.certified(size+1, "IRQ", "IRN", "SYR")
			if st, err := c.posts["SYR"].Status(context.Background()); err != nil || len(st.Withheld) > 0 {
				t.Errorf("%s: SYR sees %v withheld (%v)", name, st.Withheld, err)
			}
		}
	})
}

// An honest lead that overlooked an envelope logs it when another member hands
// it in.
func TestChase(t *testing.T) {
	simulate(t, nil, func(t *testing.T, c *centreOf) {
		c.startAll()
		c.net.part("RUS", "IRQ", true)
		c.file("RUS", 3)
		time.Sleep(50 * time.Second)
		if n := c.posts["IRQ"].Size(); n != 1 {
			t.Fatalf("the lead has %d leaves", n)
		}
		time.Sleep(30 * time.Second)
		c.certified(4, "IRQ", "IRN", "SYR")
		for _, m := range four {
			if st, err := c.posts[m].Status(context.Background()); err != nil || len(st.Withheld) > 0 {
				t.Errorf("%s sees %v withheld (%v)", m, st.Withheld, err)
			}
		}
		c.net.part("RUS", "IRQ", false)
		c.certified(4, "RUS")
	})
}

// A stream that garbles what it carries is refused and asked for again; nobody
// is accused of it.
func TestGarbledStream(t *testing.T) {
	for name, garble := range map[string]func([]byte) []byte{
		"a body":   func(p []byte) []byte { return flip(p, frameEntries, len(p)-9) },
		"a header": func(p []byte) []byte { return flip(p, frameEntries, 5+entriesHead+entryOverhead+90) },
		"an index": func(p []byte) []byte { return flip(p, frameEntries, 5+7) },
		"a length": func(p []byte) []byte { return flip(p, frameEntries, 1) },
		"the type": func(p []byte) []byte { return flip(p, frameEntries, 0) },
		"a head":   func(p []byte) []byte { return flip(p, frameCheckpoint, 50) },
		"its signature": func(p []byte) []byte {
			return flip(p, frameCheckpoint, bytes.Index(p, []byte("IRQ/cosignature"))-20)
		},
	} {
		t.Run(name, func(t *testing.T) {
			simulate(t, nil, func(t *testing.T, c *centreOf) {
				left := 3
				c.serve["IRQ"] = func(h http.Handler) http.Handler {
					return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						if from, _ := plainCaller(r); from == "SYR" && strings.HasSuffix(r.URL.Path, "/stream") && left > 0 {
							left--
							w = &garbler{w, garble}
						}
						h.ServeHTTP(w, r)
					})
				}
				c.start(four...)
				c.file("RUS", 2)
				c.certified(3, four...)
				if left > 0 {
					t.Errorf("%d garbled streams were not noticed", left)
				}
				c.same(four...)
				if c.posts["SYR"].Halted() != nil {
					t.Error("SYR accuses the lead of what the stream did")
				}
			})
		})
	}
}

func flip(p []byte, kind byte, at int) []byte {
	if p[0] != kind || at < 0 || at >= len(p) {
		return p
	}
	p = slices.Clone(p)
	p[at] ^= 0x11
	return p
}

type garbler struct {
	http.ResponseWriter
	garble func([]byte) []byte
}

func (g *garbler) Write(p []byte) (int, error) { return g.ResponseWriter.Write(g.garble(p)) }
func (g *garbler) Unwrap() http.ResponseWriter { return g.ResponseWriter }
