package centre

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"entente/charter"
	"entente/internal/store"
	"entente/internal/store/logdb"
	"entente/label"
	"entente/seal"
	"entente/tlog"
)

// testKeys are one member's keys, made from a printed seed.
type testKeys struct {
	root, header, checkpoint, cosignature, tls, epoch ed25519.PrivateKey
}

func keysOf(seed string) *testKeys {
	k := func(purpose string) ed25519.PrivateKey {
		s := sha256.Sum256([]byte(seed + "/" + purpose))
		return ed25519.NewKeyFromSeed(s[:])
	}
	return &testKeys{k("root"), k("header"), k("checkpoint"), k("cosignature"), k("tls"), k("epoch")}
}

func (k *testKeys) Header() seal.Signer { return seal.NewSigner(k.header) }
func (k *testKeys) Checkpoint(name string) (tlog.Signer, error) {
	return tlog.NewLogSigner(name, k.checkpoint)
}
func (k *testKeys) Cosignature(name string) (tlog.Signer, error) {
	return tlog.NewCosigner(name, k.cosignature)
}

func (k *testKeys) certificate(t testing.TB, m label.MemberID) string {
	c := charter.KeyCertificate{Member: m, Incarnation: 1, Serial: 1, Keys: charter.PurposeKeys{
		Header: charter.PublicKeyOf(k.header), Checkpoint: charter.PublicKeyOf(k.checkpoint),
		Cosignature: charter.PublicKeyOf(k.cosignature), TLS: charter.PublicKeyOf(k.tls), Epoch: charter.PublicKeyOf(k.epoch)}}
	note, err := c.Sign(k.root)
	check(t, err)
	return string(note)
}

// certified certifies keys for a founded centre.
func (k *testKeys) certified(t testing.TB, m label.MemberID, f *charter.Founding, serial, incarnation uint32) []byte {
	c := charter.KeyCertificate{Charter: f.Hash(), Member: m, Incarnation: incarnation, Serial: serial, Keys: charter.PurposeKeys{
		Header: charter.PublicKeyOf(k.header), Checkpoint: charter.PublicKeyOf(k.checkpoint),
		Cosignature: charter.PublicKeyOf(k.cosignature), TLS: charter.PublicKeyOf(k.tls), Epoch: charter.PublicKeyOf(k.epoch)}}
	note, err := c.Sign(k.root)
	check(t, err)
	return note
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// founding makes the founding file of the four members of the tests.
func founding(t testing.TB, change func(*charter.Charter)) (*charter.Founding, map[label.MemberID]*testKeys) {
	if change == nil {
		usual.once.Do(func() { usual.found, usual.keys = found(t, nil) })
		return usual.found, usual.keys
	}
	return found(t, change)
}

// usual is the founding that most tests share: its keys come from fixed seeds.
var usual struct {
	once  sync.Once
	found *charter.Founding
	keys  map[label.MemberID]*testKeys
}

func found(t testing.TB, change func(*charter.Charter)) (*charter.Founding, map[label.MemberID]*testKeys) {
	keys := map[label.MemberID]*testKeys{}
	c := charter.New()
	c.Name = "Centre of the tests"
	c.Founded = label.At(2026, 1, 1, 0, 0)
	c.Leads = []label.MemberID{"IRQ", "IRN", "RUS", "SYR"}
	c.Policies = charter.Policies{Common: "CENTRE", List: []label.Policy{label.DemonstrationPolicy()}}
	c.SecondPersonAbove = "RESTRICTED"
	for _, m := range []label.MemberID{"IRN", "IRQ", "RUS", "SYR"} {
		keys[m] = keysOf(string(m))
		c.Members = append(c.Members, charter.Member{ID: m, Name: "Member " + string(m), Root: charter.PublicKeyOf(keys[m].root), Keys: keys[m].certificate(t, m)})
	}
	if change != nil {
		change(c)
	}
	file, err := c.Text()
	check(t, err)
	for m, k := range keys {
		file, err = charter.Sign(file, m, k.root)
		check(t, err)
	}
	f, err := charter.ParseFounding(file)
	check(t, err)
	return f, keys
}

func tlsCert(t testing.TB, key ed25519.PrivateKey) tls.Certificate {
	tpl := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<33, 0)}
	der, err := x509.CreateCertificate(rand.Reader, tpl, tpl, key.Public(), key)
	check(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// post is one running station of a test.
type post struct {
	*Station
	stop func()
}

// centreOf is four stations and the lines between them.
type centreOf struct {
	t       testing.TB
	net     *network
	found   *charter.Founding
	keys    map[label.MemberID]*testKeys
	later   map[label.MemberID][]*testKeys // certified after the founding
	dir     string
	posts   map[label.MemberID]*post
	tune    Tuning
	plain   bool                                               // lines without TLS
	opts    func(label.MemberID) store.Options                 // of a member's log.db
	options func(label.MemberID, *Options)                     // last word on a member's options
	serve   map[label.MemberID]func(http.Handler) http.Handler // in front of a member's handler
}

func newCentre(t testing.TB, change func(*charter.Charter)) *centreOf {
	f, keys := founding(t, change)
	return &centreOf{t: t, net: newNetwork(), found: f, keys: keys, dir: t.TempDir(), posts: map[label.MemberID]*post{}, later: map[label.MemberID][]*testKeys{}, serve: map[label.MemberID]func(http.Handler) http.Handler{}}
}

// keysFor returns the keys of a member that a certificate names, of the first or
// a later generation; nil when they were not made, or taken away.
func (c *centreOf) keysFor(m label.MemberID, keys charter.PurposeKeys) *testKeys {
	for _, k := range append(c.later[m], c.keys[m]) {
		if charter.PublicKeyOf(k.header) == keys.Header {
			return k
		}
	}
	return nil
}

// certify makes new keys of a member and their certificate.
func (c *centreOf) certify(m label.MemberID, serial, incarnation uint32) []byte {
	k := keysOf(fmt.Sprint(m, "/", serial, "/", incarnation))
	k.root = c.keys[m].root
	c.later[m] = append(c.later[m], k)
	return k.certified(c.t, m, c.found, serial, incarnation)
}

func (c *centreOf) start(ms ...label.MemberID) {
	c.t.Helper()
	for _, m := range ms {
		check(c.t, c.startOne(m))
	}
}

func (c *centreOf) path(m label.MemberID) string { return filepath.Join(c.dir, string(m), "log.db") }

func (c *centreOf) startOne(m label.MemberID) error {
	var o store.Options
	if c.opts != nil {
		o = c.opts(m)
	}
	l, err := logdb.Open(c.path(m), o)
	if err != nil {
		return err
	}
	logger := slog.New(slog.DiscardHandler)
	if os.Getenv("ENTENTE_TEST_LOG") != "" {
		logger = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	var s *Station
	opt := Options{Self: m, Founding: c.found, Log: l, Keys: c.keys[m], Tuning: c.tune, Logger: logger}
	current := func() tls.Certificate { return tlsCert(c.t, c.keysFor(m, s.LinkKeys()).tls) }
	opt.Signers = func(keys charter.PurposeKeys) (Keys, error) {
		if k := c.keysFor(m, keys); k != nil {
			return k, nil
		}
		return nil, errors.New("these keys are not here")
	}
	if c.plain {
		opt.Peers = &plainPeers{n: c.net, self: m}
	} else {
		link := &Link{Addresses: map[label.MemberID]string{}, Dialer: side{c.net, m}, Cert: current, Station: func() *Station { return s }}
		for _, o := range four {
			link.Addresses[o] = string(o)
		}
		opt.Peers = link
	}
	if c.options != nil {
		c.options(m, &opt)
	}
	if s, err = Open(context.Background(), opt); err != nil {
		l.Close()
		return err
	}
	ln := c.net.listen(m)
	caller, listener := s.CallerTLS, net.Listener(ln)
	if c.plain {
		caller = plainCaller
	} else {
		listener = tls.NewListener(ln, s.LinkTLS(current, ""))
	}
	handler := s.Handler(caller)
	if wrap := c.serve[m]; wrap != nil {
		handler = wrap(handler)
	}
	srv := &http.Server{Handler: handler, ConnContext: withCaller, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0)}
	var ended sync.WaitGroup
	ended.Go(func() { srv.Serve(listener) })
	ctx, cancel := context.WithCancel(context.Background())
	ended.Go(func() { s.Run(ctx) })
	c.posts[m] = &post{Station: s, stop: func() {
		cancel()
		srv.Close()
		opt.Peers.(interface{ Close() }).Close()
		ended.Wait()
		opt.Peers.(interface{ Close() }).Close()
		l.Close()
	}}
	return nil
}

func (c *centreOf) stop(ms ...label.MemberID) {
	for _, m := range ms {
		if p := c.posts[m]; p != nil {
			p.stop()
			delete(c.posts, m)
		}
	}
}

func (c *centreOf) stopAll() { c.stop(four...) }

// items makes n sealed envelopes of a size.
func (c *centreOf) items(m label.MemberID, n, size int, ref string) []Item {
	var key seal.SetKey
	rand.Read(key[:])
	act := make([]byte, size)
	out := make([]Item, n)
	for i := range out {
		out[i] = Item{Seal: func(p seal.Place) (seal.Envelope, error) {
			e, _, err := seal.Seal(p, key, act, 0, c.posts[m].HeaderSigner())
			return e, err
		}}
		if ref != "" {
			out[i].Ref = fmt.Sprintf("%s/%d", ref, i)
		}
	}
	return out
}

// await waits until cond holds for a station, woken by its changes.
func await(t testing.TB, s *Station, what string, cond func() bool) {
	t.Helper()
	// In virtual time both are long enough for the slowest pace, and cost nothing.
	wait, look := 4*time.Minute, 10*time.Millisecond
	if s.tune.CompareEvery > 3*time.Second {
		wait, look = 6*time.Hour, time.Second
	}
	limit := time.NewTimer(wait)
	defer limit.Stop()
	tick := time.NewTicker(look)
	defer tick.Stop()
	for {
		ch := s.Changed()
		if cond() {
			return
		}
		select {
		case <-ch:
		case <-tick.C:
		case <-limit.C:
			st, _ := s.Status(context.Background())
			t.Fatalf("%s: waited in vain for %s: %+v", s.Self(), what, st)
		}
	}
}
