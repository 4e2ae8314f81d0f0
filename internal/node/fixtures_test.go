package node

import (
	"context"
	"crypto/tls"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"entente/act"
	"entente/charter"
	"entente/internal/centre"
	"entente/internal/keyring"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var four = []label.MemberID{"IRQ", "IRN", "RUS", "SYR"}

// testPatience is how long a test waits for nodes that share busy processors:
// only a test that fails ever waits for so long.
const testPatience = 4 * time.Minute

const testPassphrase = "a passphrase of the tests"

// house is the nodes of all members on this machine, over TLS on sockets of the
// file system: a port that a node has left, as it does when it is stopped, may be
// given to any other program before it starts again.
type house struct {
	t     testing.TB
	dir   string
	addrs map[label.MemberID]string // paths of their sockets
	found *charter.Founding
	nodes map[label.MemberID]*running
	// change alters how nodes are opened.
	change func(label.MemberID, *Options)
}

type running struct {
	*Node
	stop     func()
	officers map[string]section.Officer
}

// found holds a founding ceremony for the four members.
func newHouse(t testing.TB, change func(*charter.Charter)) *house {
	h := &house{t: t, dir: t.TempDir(), addrs: map[label.MemberID]string{}, nodes: map[label.MemberID]*running{}}
	// A socket's path is short; a test's directory bears its name.
	lines, err := os.MkdirTemp("", "entente")
	check(t, err)
	t.Cleanup(func() { os.RemoveAll(lines) })
	c := charter.New()
	c.Name = "Centre of the tests"
	c.Founded = label.At(2026, 1, 1, 0, 0)
	c.Leads = four
	c.Policies = charter.Policies{Common: "CENTRE", List: []label.Policy{label.DemonstrationPolicy()}}
	c.SecondPersonAbove = "RESTRICTED"
	c.ReceiptSeconds = 1
	if change != nil {
		change(c)
	}
	unlock := keyring.Passphrase([]byte(testPassphrase))
	roots := map[label.MemberID]*keyring.Root{}
	for _, m := range []label.MemberID{"IRN", "IRQ", "RUS", "SYR"} {
		k, err := keyring.Create(filepath.Join(h.dir, string(m)), m, unlock, keyring.ForTestsOnly)
		check(t, err)
		root, err := keyring.CreateRoot(filepath.Join(h.dir, string(m)+".root"), m, unlock, keyring.ForTestsOnly)
		check(t, err)
		keys, err := k.Newest()
		check(t, err)
		cert, err := root.Certify(&charter.KeyCertificate{Member: m, Incarnation: 1, Serial: 1, Keys: keys})
		check(t, err)
		c.Members = append(c.Members, charter.Member{ID: m, Name: "Member " + string(m), Root: root.PublicKey(), Keys: string(cert)})
		check(t, k.Close())
		roots[m] = root
		h.addrs[m] = filepath.Join(lines, string(m))
	}
	file, err := c.Text()
	check(t, err)
	for _, r := range roots {
		file, err = r.SignFounding(file)
		check(t, err)
	}
	for _, m := range four {
		h.found, err = Pin(context.Background(), filepath.Join(h.dir, string(m)), file)
		check(t, err)
	}
	return h
}

// sockets opens connections to paths.
type sockets struct{ net.Dialer }

// DialContext implements centre.Dialer.
func (s sockets) DialContext(ctx context.Context, _, address string) (net.Conn, error) {
	return s.Dialer.DialContext(ctx, "unix", address)
}

// options are how a member's node is opened.
func (h *house) options(m label.MemberID) Options {
	logger := slog.New(slog.DiscardHandler)
	if os.Getenv("ENTENTE_TEST_LOG") != "" {
		logger = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	o := Options{
		Dir: filepath.Join(h.dir, string(m)), Self: m, Unlock: keyring.Passphrase([]byte(testPassphrase)), Addresses: h.addrs, Dialer: sockets{}, Logger: logger,
		Tuning:  centre.Tuning{CompareEvery: 200 * time.Millisecond},
		Section: section.Options{Argon2: section.Argon2{Time: 1, MemoryKiB: 64, Threads: 1}},
	}
	if h.change != nil {
		h.change(m, &o)
	}
	return o
}

// rebuild makes the views of a stopped node again.
func (h *house) rebuild(m label.MemberID) {
	h.t.Helper()
	n, err := Open(context.Background(), h.options(m))
	check(h.t, err)
	defer n.Close()
	check(h.t, n.Rebuild(context.Background(), nil))
}

func (h *house) start(ms ...label.MemberID) {
	h.t.Helper()
	for _, m := range ms {
		n, err := Open(context.Background(), h.options(m))
		check(h.t, err)
		h.run(n)
	}
}

// run runs an opened node.
func (h *house) run(n *Node) {
	h.t.Helper()
	path := h.addrs[n.Self()]
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) { // left by a process that was cut off
		check(h.t, err)
	}
	l, err := net.Listen("unix", path)
	check(h.t, err)
	srv := &http.Server{Handler: n.LinkHandler(), ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0)}
	go srv.Serve(tls.NewListener(l, n.LinkTLS()))
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- n.Run(ctx) }()
	r := &running{Node: n, officers: map[string]section.Officer{}}
	r.stop = func() {
		cancel()
		<-done
		srv.Close()
		n.Close()
	}
	h.nodes[n.Self()] = r
}

func (h *house) stopAll() {
	for _, n := range h.nodes {
		n.stop()
	}
	h.nodes = map[label.MemberID]*running{}
}

// officer logs an officer of a member in, appointing him first.
func (h *house) officer(m label.MemberID, login string, roles ...section.Role) section.Officer {
	h.t.Helper()
	n := h.nodes[m]
	ctx := context.Background()
	if o, ok := n.officers[login]; ok {
		return o
	}
	const password = "correct horse battery"
	custodian, ok := n.officers["custodian"]
	if !ok {
		check(h.t, n.Section().Found(ctx, section.NewOfficer{Login: "custodian", Name: "Custodian", Roles: section.RolesOf(section.RoleCustodian), Password: password, KeepPassword: true}))
		_, custodian, _ = n.Section().LogIn(ctx, "custodian", password, "test")
		n.officers["custodian"] = custodian
	}
	check(h.t, n.Section().AddOfficer(ctx, custodian, section.NewOfficer{Login: login, Name: login, Roles: section.RolesOf(roles...), Password: password, KeepPassword: true}))
	_, o, err := n.Section().LogIn(ctx, login, password, "test")
	check(h.t, err)
	n.officers[login] = o
	return o
}

func mark(class label.Class, m label.MemberID, rel ...label.MemberID) label.Label {
	return label.Label{Policy: "CENTRE", Class: class, Rel: label.Members(rel...), Originators: label.Members(m)}
}

func portion(l label.Label, m label.MemberID, text string) act.PortionInput {
	return act.PortionInput{Label: l, Grade: act.Grade{Reliability: "B", Credibility: "2"}, Lang: "en", Text: text,
		Sources: []act.Source{{Descriptor: "a resident", Kind: act.KindHuman, Originator: string(m)}}}
}

// releaseReport files, plans, and has another officer release a report.
func (h *house) releaseReport(m label.MemberID, d *Draft) string {
	h.t.Helper()
	ctx := context.Background()
	n := h.nodes[m]
	duty := h.officer(m, "duty", section.RoleDuty)
	fdo := h.officer(m, "fdo", section.RoleRelease)
	saved, err := n.SaveDraft(ctx, duty, "", "", d)
	check(h.t, err)
	dec, err := n.Prepare(ctx, duty, []string{saved.ID}, "")
	check(h.t, err)
	_, err = n.Approve(ctx, fdo, dec.ID, dec.Digest)
	check(h.t, err)
	return saved.ID
}

// find waits until a node's officers find something, or for the deadline.
func (h *house) find(m label.MemberID, q viewdb.Query, want int) []viewdb.Row {
	h.t.Helper()
	n := h.nodes[m]
	limit := time.NewTimer(testPatience)
	defer limit.Stop()
	for {
		_, moved := n.Projected()
		rows, err := n.Views().Find(context.Background(), q)
		check(h.t, err)
		if len(rows) >= want {
			return rows
		}
		select {
		case <-moved:
		case <-limit.C:
			st, _ := n.Status(context.Background())
			h.t.Fatalf("%s found %d of %d for %+v: %+v", m, len(rows), want, q, st)
		}
	}
}

// atRest waits until nothing is on its way between members: what was approved is
// filed, what was filed is certified, and all hold and have projected the same.
// That one of them finds a report says less: the dummies of that release may be
// logged after it, and the others may certify it later.
func (h *house) atRest(ms ...label.MemberID) {
	h.t.Helper()
	h.eventually("nothing to be on its way", func() bool {
		size := int64(-1)
		for _, m := range ms {
			// In the order in which a release goes: else it passes unseen.
			approved, err := h.nodes[m].section.DecisionsIn(context.Background(), section.Approved, noTime, "", 1)
			check(h.t, err)
			st, err := h.nodes[m].Status(context.Background())
			check(h.t, err)
			if size < 0 {
				size = st.Centre.Size
			}
			cursor, _ := h.nodes[m].Projected() // the views' own moves before all is done that follows it
			if st.Waiting+len(approved)+st.Centre.Outbox > 0 || st.Centre.Size != size || st.Centre.Certified != size || cursor != size {
				return false
			}
		}
		return true
	})
}

// eventually waits for what nothing announces.
func (h *house) eventually(what string, done func() bool) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), testPatience)
	defer cancel()
	for !done() {
		if err := pause(ctx, 20*time.Millisecond); err != nil {
			h.t.Fatalf("waited %v for %s", testPatience, what)
		}
	}
}

// ready waits until members may release to all others, and sign and cosign: one
// that has not heard all others yet could not do so any more when another is
// stopped.
func (h *house) ready(ms ...label.MemberID) {
	h.t.Helper()
	for _, m := range ms {
		n := h.nodes[m]
		limit := time.NewTimer(testPatience)
		ready := func() bool {
			st, err := n.station.Status(context.Background())
			check(h.t, err)
			return n.epochs.ready() && !st.Recovering
		}
		for {
			ch := n.station.Changed()
			if ready() {
				break
			}
			select {
			case <-ch:
			case <-time.After(20 * time.Millisecond):
			case <-limit.C:
				st, _ := n.Status(context.Background())
				h.t.Fatalf("%s is not ready: %+v", m, st)
			}
		}
		limit.Stop()
	}
}
