// Package stations runs a whole centre in one process, for measuring: every
// member's [centre.Station] over its own log.db in a directory, joined over
// real TLS on the loopback interface, with every write on the disk before it
// counts. It drives load through them and reports rates and percentiles.
//
// The way through: [Open] a centre, [Centre.Sequence] for how much it takes,
// [Centre.Latency] for how soon an envelope is certified and readable at
// another member, [Centre.Close] at the end. What is measured is what a member
// does in earnest: originators sign, seal and keep before they submit, the lead
// and every mirror verify every header's origin and every body, store it, and
// cosign.
package stations

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"entente/charter"
	"entente/internal/centre"
	"entente/internal/store"
	"entente/internal/store/logdb"
	"entente/label"
	"entente/seal"
	"entente/tlog"
)

// Options say how large a centre is and where it lies.
type Options struct {
	// Dir is an empty directory for the members' files.
	Dir string
	// Members is the number of members, 2 to 16; 4 when 0.
	Members int
	// ActBytes is the size of the act in each envelope; 2,004 when 0, which
	// makes a body of 2,048 bytes.
	ActBytes int
	// Act, when set, is the act in each envelope in the place of ActBytes
	// zeros, and Read what a reader does with one that it has opened.
	Act  []byte
	Read func(act []byte) error
	// Tuning is handed to each station.
	Tuning centre.Tuning
	// Relaxed leaves out fsync. A figure measured so must be named so.
	Relaxed bool
	// Logger takes what the stations say; nil is silent.
	Logger *slog.Logger
}

// Centre is a running centre.
type Centre struct {
	options   Options
	founding  *charter.Founding
	addresses map[label.MemberID]string
	members   []*member
}

// member is one member's station and what belongs to it.
type member struct {
	id      label.MemberID
	keys    *keys
	station *centre.Station
	setKey  seal.SetKey
	close   func() error
}

// keys are a member's keys, new for each centre. They implement centre.Keys.
type keys struct {
	root, header, checkpoint, cosignature, tls, epoch ed25519.PrivateKey
}

func newKeys() (*keys, error) {
	k := &keys{}
	for _, p := range []*ed25519.PrivateKey{&k.root, &k.header, &k.checkpoint, &k.cosignature, &k.tls, &k.epoch} {
		var err error
		if _, *p, err = ed25519.GenerateKey(rand.Reader); err != nil {
			return nil, err
		}
	}
	return k, nil
}

// Header signs headers.
func (k *keys) Header() seal.Signer { return seal.NewSigner(k.header) }

// Checkpoint signs heads as lead.
func (k *keys) Checkpoint(name string) (tlog.Signer, error) {
	return tlog.NewLogSigner(name, k.checkpoint)
}

// Cosignature cosigns heads.
func (k *keys) Cosignature(name string) (tlog.Signer, error) {
	return tlog.NewCosigner(name, k.cosignature)
}

func (k *keys) certify(m label.MemberID) (string, error) {
	c := charter.KeyCertificate{Member: m, Incarnation: 1, Serial: 1, Keys: charter.PurposeKeys{
		Header: charter.PublicKeyOf(k.header), Checkpoint: charter.PublicKeyOf(k.checkpoint),
		Cosignature: charter.PublicKeyOf(k.cosignature), TLS: charter.PublicKeyOf(k.tls), Epoch: charter.PublicKeyOf(k.epoch)}}
	note, err := c.Sign(k.root)
	return string(note), err
}

// ids are the members' ids, the lead of the first term first.
var ids = []label.MemberID{"IRQ", "IRN", "RUS", "SYR", "AAA", "BBB", "CCC", "DDD", "EEE", "FFF", "GGG", "HHH", "JJJ", "KKK", "LLL", "MMM"}

// found signs a charter for new members.
func found(n int) (*charter.Founding, []*member, error) {
	c := charter.New()
	c.Name = "Centre for measuring"
	c.Founded = label.At(2026, 1, 1, 0, 0)
	c.Policies = charter.Policies{Common: "CENTRE", List: []label.Policy{label.DemonstrationPolicy()}}
	c.SecondPersonAbove = "RESTRICTED"
	c.Slots = max(c.Slots, n)
	c.Quotas.LeavesPerMinute, c.Quotas.BytesPerMinute = 10_000_000, 1<<40
	byID := map[label.MemberID]*member{}
	var members []*member
	for _, id := range ids[:n] {
		k, err := newKeys()
		if err != nil {
			return nil, nil, err
		}
		m := &member{id: id, keys: k}
		if _, err := rand.Read(m.setKey[:]); err != nil {
			return nil, nil, err
		}
		members, byID[id] = append(members, m), m
		c.Leads = append(c.Leads, id)
	}
	var all label.MemberSet
	for id := range byID {
		all = all.With(id)
	}
	for id := range all.All() {
		k := byID[id].keys
		cert, err := k.certify(id)
		if err != nil {
			return nil, nil, err
		}
		c.Members = append(c.Members, charter.Member{ID: id, Name: "Member " + string(id), Root: charter.PublicKeyOf(k.root), Keys: cert})
	}
	file, err := c.Text()
	for _, m := range members {
		if err == nil {
			file, err = charter.Sign(file, m.id, m.keys.root)
		}
	}
	if err != nil {
		return nil, nil, err
	}
	f, err := charter.ParseFounding(file)
	return f, members, err
}

// Open founds a centre and starts every member's station. It returns when all
// of them have recovered and the genesis is certified.
func Open(ctx context.Context, o Options) (_ *Centre, err error) {
	if o.Members == 0 {
		o.Members = 4
	}
	if o.Members < 2 || o.Members > len(ids) {
		return nil, fmt.Errorf("%d members; a centre has 2 to %d", o.Members, len(ids))
	}
	if o.Act != nil {
		o.ActBytes = len(o.Act)
	}
	if o.ActBytes == 0 {
		o.ActBytes = 2004
	}
	f, members, err := found(o.Members)
	if err != nil {
		return nil, err
	}
	c := &Centre{options: o, founding: f, addresses: map[label.MemberID]string{}, members: members}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.Close())
		}
	}()
	listeners := map[label.MemberID]net.Listener{}
	for _, m := range members {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		c.addresses[m.id], listeners[m.id] = l.Addr().String(), l
	}
	for _, m := range members {
		if err := m.start(ctx, f, o, c.addresses, listeners[m.id]); err != nil {
			return nil, err
		}
	}
	return c, c.await(ctx, 1)
}

func (m *member) start(ctx context.Context, f *charter.Founding, o Options, addresses map[label.MemberID]string, listener net.Listener) error {
	l, err := logdb.Open(filepath.Join(o.Dir, string(m.id), "log.db"), store.Options{Relaxed: o.Relaxed})
	if err != nil {
		listener.Close()
		return err
	}
	cert, err := linkCertificate(m.keys.tls)
	if err != nil {
		return errors.Join(err, l.Close(), listener.Close())
	}
	link := &centre.Link{Addresses: addresses, Cert: func() tls.Certificate { return cert }, Station: func() *centre.Station { return m.station }}
	m.station, err = centre.Open(ctx, centre.Options{Self: m.id, Founding: f, Log: l, Keys: m.keys, Peers: link, Tuning: o.Tuning, Logger: o.Logger})
	if err != nil {
		return errors.Join(err, l.Close(), listener.Close())
	}
	server := &http.Server{Handler: m.station.Handler(m.station.CallerTLS), ErrorLog: slog.NewLogLogger(slog.NewTextHandler(io.Discard, nil), slog.LevelError)}
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var ended sync.WaitGroup
	var runErr error
	ended.Go(func() { runErr = m.station.Run(running) })
	ended.Go(func() { server.Serve(tls.NewListener(listener, m.station.TLS(cert, ""))) })
	m.close = func() error {
		cancel()
		err := server.Close()
		link.Close()
		ended.Wait()
		return errors.Join(err, runErr, l.Close())
	}
	return nil
}

func linkCertificate(key ed25519.PrivateKey) (tls.Certificate, error) {
	t := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<33, 0)}
	der, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
}

// Members returns the members, the lead first.
func (c *Centre) Members() []label.MemberID {
	out := make([]label.MemberID, len(c.members))
	for i, m := range c.members {
		out[i] = m.id
	}
	return out
}

// Station returns one member's station, in the order of [Centre.Members].
func (c *Centre) Station(i int) *centre.Station { return c.members[i].station }

// Close stops all stations and closes their files.
func (c *Centre) Close() error {
	var errs []error
	for _, m := range c.members {
		if m.close != nil {
			errs = append(errs, m.close())
			m.close = nil
		}
	}
	return errors.Join(errs...)
}

// await waits until every member holds a certified head of at least a size.
func (c *Centre) await(ctx context.Context, size int64) error {
	for _, m := range c.members {
		for {
			changed := m.station.Changed()
			if h := m.station.Halted(); h != nil {
				return fmt.Errorf("%s halted: %s", m.id, h.Message)
			}
			if m.station.Certified().Size >= size {
				break
			}
			select {
			case <-changed:
			case <-ctx.Done():
				return fmt.Errorf("%s has %d certified leaves of %d: %w", m.id, m.station.Certified().Size, size, ctx.Err())
			}
		}
	}
	return nil
}

// item makes one envelope of the size that the options say.
func (m *member) item(act []byte) centre.Item {
	return centre.Item{Seal: func(p seal.Place) (seal.Envelope, error) {
		e, _, err := seal.Seal(p, m.setKey, act, 0, m.keys.Header())
		return e, err
	}}
}

// hashOf names an envelope by its header.
func hashOf(header []byte) [32]byte { return sha256.Sum256(header) }
