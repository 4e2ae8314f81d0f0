package centre

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"testing"
	"time"

	"entente/charter"
	"entente/internal/store"
	"entente/internal/store/logdb"
	"entente/label"
	"entente/seal"
)

// New keys come into force while all stations run: what is filed after the
// certificate bears the new header key at once, heads the other keys once the
// log holds it, and the links are opened anew. That holds for a member and for
// the lead, and a restart between changes nothing.
func TestNewKeysWhileRunning(t *testing.T) {
	c := newCentre(t, nil)
	c.tune = Tuning{RetryMin: 5 * time.Millisecond, RetryMax: 100 * time.Millisecond, CompareEvery: 100 * time.Millisecond}
	c.start(four...)
	defer c.stopAll()
	ctx := context.Background()
	size := int64(1)
	c.certified(size, four...)
	c.recovered(four...)
	for _, m := range []label.MemberID{"RUS", "IRQ", "RUS"} {
		p := c.posts[m]
		serial, incarnation, next := p.NextCertificate()
		if incarnation != 1 || next != 2 {
			t.Fatalf("%s is told incarnation %d, next %d", m, incarnation, next)
		}
		c.file(m, 3)
		filed, err := p.Certify(ctx, c.certify(m, serial, incarnation))
		check(t, err)
		c.file(m, 3) // under the new key, whether or not the log has it yet
		c.file("SYR", 1)
		size += 8
		c.certified(size, four...)
		want := c.later[m][len(c.later[m])-1]
		for _, o := range four {
			if got := c.posts[o].State().TLSKeys()[m]; got != charter.PublicKeyOf(want.tls) {
				t.Errorf("%s holds another TLS key of %s", o, m)
			}
		}
		// A node that starts later finds the same keys in force.
		c.stop(m)
		c.start(m)
		c.file(m, 1)
		size++
		c.certified(size, four...)
		if _, ok, err := c.posts[m].log.OwnIndex(ctx, filed.Incarnation, filed.Sequence); err != nil || !ok {
			t.Errorf("the certificate of %s is not in its log: %v", m, err)
		}
	}
	// The ended TLS key opens nothing.
	old := tlsCert(t, c.keys["RUS"].tls)
	thief := &Link{Addresses: map[label.MemberID]string{"SYR": "SYR"}, Dialer: side{c.net, "RUS"}, Cert: func() tls.Certificate { return old }, Station: func() *Station { return c.posts["RUS"].Station }}
	defer thief.Close()
	client, base, err := thief.Client("SYR")
	check(t, err)
	if resp, err := client.Get(base + linkPath + "/head"); err == nil {
		t.Errorf("a connection under an ended key is answered with HTTP %d", resp.StatusCode)
		resp.Body.Close()
	}
	await(t, c.posts["IRQ"].Station, "cosignatures under all new keys", func() bool {
		st, err := c.posts["IRQ"].Status(ctx)
		return err == nil && len(st.Missing) == 0
	})
	c.same(four...)
}

// A member whose new certificate is logged while it has no line to the lead shows
// the new key as soon as the others refuse the old one, and learns the rest from
// them.
func TestNewKeysWithoutTheLead(t *testing.T) {
	c := newCentre(t, func(ch *charter.Charter) { ch.MergeDelaySeconds = 1 })
	c.tune = Tuning{RetryMin: 5 * time.Millisecond, RetryMax: 100 * time.Millisecond, CompareEvery: 100 * time.Millisecond}
	c.start(four...)
	defer c.stopAll()
	c.certified(1, four...)
	c.recovered(four...)
	c.file("RUS", 1)
	c.certified(2, four...)
	c.net.part("RUS", "IRQ", true)
	_, err := c.posts["RUS"].Certify(context.Background(), c.certify("RUS", 2, 1))
	check(t, err)
	c.certified(3, four...) // handed in by whoever chased it
	c.file("RUS", 1)
	c.certified(4, four...)
	c.same(four...)
}

// What is signed with an ended key is refused, wherever it comes.
func TestEndedKey(t *testing.T) {
	simulate(t, nil, func(t *testing.T, c *centreOf) {
		c.startAll()
		c.file("RUS", 1)
		_, err := c.posts["RUS"].Certify(context.Background(), c.certify("RUS", 2, 1))
		check(t, err)
		c.certified(3, four...)
		thief := &maker{c: c, id: "RUS", keys: c.keys["RUS"], chain: c.posts["RUS"].chains["RUS"]}
		e := thief.make(nil)
		if status, a := c.ask("SYR", "IRQ", "POST", "/submit", e); status != 422 || a.Code != "key-id" {
			t.Errorf("submitted: HTTP %d %q", status, a.Code)
		}
		if status, a := c.ask("RUS", "SYR", "POST", "/announce", e[:seal.HeaderSize]); status != 422 || a.Code != "key-id" {
			t.Errorf("announced: HTTP %d %q", status, a.Code)
		}
		c.file("RUS", 1)
		c.certified(4, four...)
	})
}

// A certificate that cannot come into force is refused before anything is
// signed with it.
func TestCertifyRefuses(t *testing.T) {
	simulate(t, nil, func(t *testing.T, c *centreOf) {
		c.startAll()
		p := c.posts["RUS"]
		ctx := context.Background()
		good := c.certify("RUS", 2, 1)
		absent := keysOf("elsewhere")
		absent.root = c.keys["RUS"].root
		for name, tc := range map[string]struct {
			cert []byte
			want error
		}{
			"rubbish":                  {[]byte("rubbish"), ErrCertify},
			"another member's":         {c.certify("SYR", 2, 1), ErrCertify},
			"a wrong serial":           {c.certify("RUS", 3, 1), ErrCertify},
			"a key that was in use":    {c.keys["SYR"].certified(t, "RUS", c.found, 2, 1), ErrCertify},
			"keys that are not here":   {absent.certified(t, "RUS", c.found, 2, 1), ErrKeys},
			"one of the founding file": {[]byte(c.found.Charter().Members[2].Keys), ErrCertify},
		} {
			if _, err := p.Certify(ctx, tc.cert); !errors.Is(err, tc.want) {
				t.Errorf("%s: %v, want %v", name, err, tc.want)
			}
		}
		if n, err := p.log.OutboxSize(ctx); err != nil || n != 0 {
			t.Errorf("%d envelopes are filed (%v)", n, err)
		}
		c.net.sever("RUS", true)
		if _, err := p.Certify(ctx, good); err != nil {
			t.Fatal(err)
		}
		if _, err := p.Certify(ctx, c.certify("RUS", 3, 1)); !errors.Is(err, ErrCertifying) {
			t.Errorf("a second certificate before the first is logged: %v", err)
		}
		// What was filed is kept over a restart, with the key that it names.
		c.file("RUS", 1)
		c.stop("RUS")
		c.net.sever("RUS", false)
		c.start("RUS")
		c.certified(3, four...)
		c.file("RUS", 1)
		c.certified(4, four...)
	})
}

// A follower that was away while the lead changed its keys, and is far behind,
// believes the head ahead by the certificate that comes before it.
func TestFarBehindNewKeys(t *testing.T) {
	simulate(t, nil, func(t *testing.T, c *centreOf) {
		c.tune.CatchUp = 16
		c.pace(time.Minute)
		c.startAll()
		c.stop("SYR")
		c.file("RUS", 40)
		for serial := range uint32(2) {
			_, err := c.posts["IRQ"].Certify(context.Background(), c.certify("IRQ", serial+2, 1))
			check(t, err)
			c.file("RUS", 40)
			c.certified(int64(41+41*(serial+1)), "IRQ", "IRN", "RUS")
		}
		c.start("SYR")
		c.certified(123, four...)
		c.same(four...)
	})
}

// loseHeader files and announces an envelope of a member that its backup does
// not hold and that never reaches the lead, and restores the backup.
func loseHeader(t *testing.T, c *centreOf, m label.MemberID) {
	t.Helper()
	c.startAll()
	c.file(m, 2)
	c.certified(3, four...)
	backup := t.TempDir() + "/log.db"
	check(t, store.Copy(context.Background(), c.posts[m].log.DB().Path(), backup))
	c.net.part(m, "IRQ", true)
	c.file(m, 1)
	time.Sleep(time.Second)
	c.stop(m)
	copyFile(t, backup, c.path(m))
	c.net.part(m, "IRQ", false)
	c.start(m)
}

// A node that lost what it had announced signs nothing until its root has
// certified a new incarnation; then it goes on, and nobody accuses it.
func TestNewIncarnation(t *testing.T) {
	simulate(t, nil, func(t *testing.T, c *centreOf) {
		ctx := context.Background()
		loseHeader(t, c, "RUS")
		time.Sleep(10 * time.Minute)
		p := c.posts["RUS"]
		if _, err := p.File(ctx, c.items("RUS", 1, 100, "")); !errors.Is(err, ErrRecovering) {
			t.Fatalf("a node in doubt files: %v", err)
		}
		if _, err := p.Certify(ctx, c.certify("RUS", 2, 1)); !errors.Is(err, ErrRecovering) {
			t.Errorf("a node in doubt goes on under new keys: %v", err)
		}
		serial, _, next := p.NextCertificate()
		filed, err := p.Certify(ctx, c.certify("RUS", serial, next))
		check(t, err)
		if filed.Incarnation != 2 || filed.Sequence != 1 {
			t.Errorf("the new incarnation begins at %+v", filed)
		}
		c.file("RUS", 2)
		c.certified(6, four...)
		c.file("SYR", 1)
		c.certified(7, four...)
		time.Sleep(10 * time.Minute)
		for _, m := range four {
			st, err := c.posts[m].Status(ctx)
			check(t, err)
			if len(st.Withheld) > 0 || st.Halted != nil || st.Recovering || c.posts[m].State().Suspended("RUS") {
				t.Errorf("%s: %+v", m, st)
			}
			if kept, err := c.posts[m].log.AllEvidence(ctx); err != nil || len(kept) > 0 {
				t.Errorf("%s keeps evidence (%v)", m, err)
			}
		}
		c.same(four...)
	})
}

// While somebody else signs with a member's key the member stays silent; a new
// incarnation under new keys ends it, what it had filed and not logged is filed
// again, and the thief's fork does not suspend it.
func TestStolenKey(t *testing.T) {
	for _, answered := range []bool{true, false} {
		t.Run(fmt.Sprint("others answer first: ", answered), func(t *testing.T) { stolenKey(t, answered) })
	}
}

func stolenKey(t *testing.T, answered bool) {
	simulate(t, nil, func(t *testing.T, c *centreOf) {
		ctx := context.Background()
		c.startAll()
		c.net.sever("RUS", true)
		_, err := c.posts["RUS"].File(ctx, c.items("RUS", 2, 100, "act")) // never leaves
		check(t, err)
		c.stop("RUS")
		thief := &maker{c: c, id: "RUS", keys: c.keys["RUS"]}
		stolen := thief.next()
		c.net.sever("RUS", false)
		c.ask("RUS", "IRQ", "POST", "/submit", stolen)
		c.certified(2, "IRQ", "IRN", "SYR")
		if !answered {
			c.net.part("RUS", "IRN", true) // it mirrors before enough have answered
		}
		c.start("RUS")
		p := c.posts["RUS"]
		if !answered {
			await(t, p.Station, "the thief's leaf", func() bool { return p.Size() == 2 })
			c.net.part("RUS", "IRN", false)
		}
		await(t, p.Station, "the theft to show", func() bool { return p.recovery.isStolen() })
		await(t, p.Station, "enough answers", func() bool {
			p.recovery.mu.Lock()
			defer p.recovery.mu.Unlock()
			return len(p.recovery.heard) == 3
		})
		serial, _, next := p.NextCertificate()
		if _, err := p.Certify(ctx, c.keys["RUS"].certified(t, "RUS", c.found, serial, next)); !errors.Is(err, ErrCertify) {
			t.Errorf("the stolen key goes on: %v", err)
		}
		_, err = p.Certify(ctx, c.certify("RUS", serial, next))
		check(t, err)
		_, err = p.File(ctx, c.items("RUS", 2, 100, "act"))
		check(t, err)
		c.certified(5, four...)
		// Now that the key is ended, its fork is kept and shown, and suspends nobody.
		fork := (&maker{c: c, id: "RUS", keys: c.keys["RUS"]}).make(nil)
		check(t, c.posts["SYR"].KeepFault(ctx, seal.NewFork(stolen[:seal.HeaderSize], fork[:seal.HeaderSize])))
		data, err := seal.MarshalEvidence(seal.NewFork(stolen[:seal.HeaderSize], fork[:seal.HeaderSize]))
		check(t, err)
		c.posts["SYR"].watch.fileEvidence(ctx, "test", data)
		c.certified(6, four...)
		for _, m := range four {
			if c.posts[m].State().Suspended("RUS") {
				t.Errorf("%s has suspended RUS over a key that had ended", m)
			}
		}
		c.file("RUS", 1)
		c.certified(7, four...)
	})
}

// A cosignature's time never falls, over a restart with the clock set back, and
// it is on the disk before it is signed.
func TestCosignatureTimes(t *testing.T) {
	c := newCentre(t, nil)
	ctx := context.Background()
	l, err := logdb.Open(c.path("RUS"), store.Options{Relaxed: true})
	check(t, err)
	defer l.Close()
	open := func() *Station {
		s, err := Open(ctx, Options{Self: "RUS", Founding: c.found, Log: l, Keys: c.keys["RUS"], Peers: &plainPeers{n: c.net, self: "RUS"}})
		check(t, err)
		s.recovery.coOK = true
		return s
	}
	lie := &liar{t: t, c: c, keys: c.keys["IRQ"]}
	note, _ := lie.head(&lies{})
	s := open()
	ahead := time.Now().Unix() + 86400
	s.cosignedNotBefore(ahead)
	_, at, err := s.cosign(ctx, note, 0)
	check(t, err)
	if at != ahead {
		t.Errorf("cosigned at %d, want not before %d", at, ahead)
	}
	s = open() // the clock is a day behind what was signed
	if _, at, err = s.cosign(ctx, note, 0); err != nil || at != ahead {
		t.Errorf("after a restart cosigned at %d (%v), before at %d", at, err, ahead)
	}
	s.cosignTop = 5
	if _, _, err := s.cosign(ctx, note, 0); err == nil {
		t.Error("a smaller head is cosigned after a larger one")
	}
}
