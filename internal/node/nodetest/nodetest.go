// Package nodetest runs the nodes of a founded centre on this machine, over
// loopback TLS, for tests of what stands on a node: its API, its clients.
package nodetest

import (
	"context"
	"crypto/tls"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"entente/charter"
	"entente/internal/centre"
	"entente/internal/keyring"
	"entente/internal/node"
	"entente/internal/section"
	"entente/label"
)

// Four are the members of a centre of the tests, in the order of leads.
var Four = []label.MemberID{"IRQ", "IRN", "RUS", "SYR"}

// Password is every officer's.
const Password = "correct horse battery"

const passphrase = "a passphrase of the tests"

// Centre is the founded centre; its nodes run as they are started.
type Centre struct {
	t     testing.TB
	dir   string
	addrs map[label.MemberID]string
	held  map[label.MemberID]net.Listener // so that nobody takes a port before its node starts
	stops map[label.MemberID]func()

	// Nodes are those that were started.
	Nodes map[label.MemberID]*node.Node
	// Section is how the sections of nodes started from now on are run.
	Section section.Options
}

// Found holds the founding ceremony of the four members. change may alter the
// charter before it is signed; nil leaves it. All nodes stop when the test ends.
func Found(t testing.TB, change func(*charter.Charter)) *Centre {
	t.Helper()
	c := &Centre{t: t, dir: t.TempDir(), addrs: map[label.MemberID]string{}, held: map[label.MemberID]net.Listener{}, stops: map[label.MemberID]func(){}, Nodes: map[label.MemberID]*node.Node{},
		Section: section.Options{Argon2: section.Argon2{Time: 1, MemoryKiB: 64, Threads: 1}}}
	t.Cleanup(c.stop)
	ch := charter.New()
	ch.Name = "Centre of the tests"
	ch.Founded = label.At(2026, 1, 1, 0, 0)
	ch.Leads = Four
	ch.Policies = charter.Policies{Common: "CENTRE", List: []label.Policy{label.DemonstrationPolicy()}}
	ch.SecondPersonAbove = "RESTRICTED"
	ch.ReceiptSeconds = 1
	if change != nil {
		change(ch)
	}
	unlock := keyring.Passphrase([]byte(passphrase))
	var roots []*keyring.Root
	for _, m := range []label.MemberID{"IRN", "IRQ", "RUS", "SYR"} { // as a founding file lists them
		k, err := keyring.Create(c.Dir(m), m, unlock, keyring.ForTestsOnly)
		c.check(err)
		root, err := keyring.CreateRoot(filepath.Join(c.dir, string(m)+".root"), m, unlock, keyring.ForTestsOnly)
		c.check(err)
		keys, err := k.Newest()
		c.check(err)
		cert, err := root.Certify(&charter.KeyCertificate{Member: m, Incarnation: 1, Serial: 1, Keys: keys})
		c.check(err)
		ch.Members = append(ch.Members, charter.Member{ID: m, Name: "Member " + string(m), Root: root.PublicKey(), Keys: string(cert)})
		c.check(k.Close())
		roots = append(roots, root)
		l, err := net.Listen("tcp", "127.0.0.1:0")
		c.check(err)
		c.addrs[m], c.held[m] = l.Addr().String(), l
	}
	file, err := ch.Text()
	c.check(err)
	for _, r := range roots {
		file, err = r.SignFounding(file)
		c.check(err)
	}
	for _, m := range Four {
		_, err := node.Pin(context.Background(), c.Dir(m), file)
		c.check(err)
	}
	return c
}

// Dir is the directory of a member's node.
func (c *Centre) Dir(m label.MemberID) string { return filepath.Join(c.dir, string(m)) }

func (c *Centre) check(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// Start starts the nodes of members, each once, or of all four when none is named, and
// appoints one officer for each role, with the role's name as login.
func (c *Centre) Start(ms ...label.MemberID) {
	c.t.Helper()
	if len(ms) == 0 {
		ms = Four
	}
	for _, m := range ms {
		n, err := node.Open(context.Background(), node.Options{Dir: c.Dir(m), Self: m, Unlock: keyring.Passphrase([]byte(passphrase)), Addresses: c.addrs,
			Tuning: centre.Tuning{CompareEvery: 200 * time.Millisecond}, Section: c.Section})
		c.check(err)
		l := c.held[m]
		delete(c.held, m)
		srv := &http.Server{Handler: n.LinkHandler(), ErrorLog: slog.NewLogLogger(slog.NewTextHandler(io.Discard, nil), slog.LevelError)}
		go srv.Serve(tls.NewListener(l, n.LinkTLS()))
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- n.Run(ctx) }()
		c.Nodes[m] = n
		c.stops[m] = func() {
			cancel()
			<-done
			srv.Close()
			n.Close()
		}
		c.appoint(n)
	}
}

func (c *Centre) stop() {
	for _, stop := range c.stops {
		stop()
	}
	for _, l := range c.held {
		l.Close()
	}
}

// appoint adds the officers of a node that has none.
func (c *Centre) appoint(n *node.Node) {
	c.t.Helper()
	ctx, s := context.Background(), n.Section()
	err := s.Found(ctx, section.NewOfficer{Login: "custodian", Name: "Custodian", Roles: section.RolesOf(section.RoleCustodian), Password: Password, KeepPassword: true})
	c.check(err)
	_, custodian, err := s.LogIn(ctx, "custodian", Password, "test")
	c.check(err)
	for _, r := range section.AllRoles() {
		if r != section.RoleCustodian {
			c.check(s.AddOfficer(ctx, custodian, section.NewOfficer{Login: r.String(), Name: "Officer " + r.String(), Roles: section.RolesOf(r), Password: Password, KeepPassword: true}))
		}
	}
}

// Ready waits until the nodes may release to every member, and sign and cosign.
func (c *Centre) Ready(ms ...label.MemberID) {
	c.t.Helper()
	for _, m := range ms {
		n := c.Nodes[m]
		c.Wait(m, func() bool {
			st, err := n.Status(context.Background())
			c.check(err)
			return st.Ready && !st.Centre.Recovering
		})
	}
}

// Wait waits until something holds, looking again whenever the node's log or
// views move, and fails the test after four minutes: a machine may be busy.
func (c *Centre) Wait(m label.MemberID, holds func() bool) {
	c.t.Helper()
	limit := time.NewTimer(4 * time.Minute)
	defer limit.Stop()
	n := c.Nodes[m]
	for {
		changed := n.Station().Changed()
		_, moved := n.Projected()
		if holds() {
			return
		}
		again := time.NewTimer(50 * time.Millisecond) // receipts move neither
		select {
		case <-changed:
		case <-moved:
		case <-again.C:
		case <-limit.C:
			st, _ := n.Status(context.Background())
			c.t.Fatalf("%s waited in vain: %+v", m, st)
		}
		again.Stop()
	}
}
