// Package nodes drives whole nodes for measurements: it holds a founding
// ceremony for four members in a directory, runs their nodes over loopback TLS
// in this process, files reports in bulk and waits until they can be found.
// Keys are locked with parameters that cost nothing; all else is as in
// service: every head is cosigned by a quorum, every write durable.
//
// Build a [House], [House.Start] the members, then measure with [House.Bulk],
// [House.Latency], [House.CatchUp], [House.Rebuild] and [House.Open]:
//
//	h, err := nodes.New(dir)
//	err = h.Start(ctx, nodes.Members...)
//	defer h.Stop()
//	bulk, err := h.Bulk(ctx, "IRQ", 1, 0, 5000) // seed, first number, how many
//
// Nothing here is for use: the passphrase is a constant.
package nodes

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"time"

	"entente/charter"
	"entente/internal/centre"
	"entente/internal/keyring"
	"entente/internal/node"
	"entente/internal/section"
	"entente/label"
)

// Members are the four members, the first lead first.
var Members = []label.MemberID{"IRQ", "IRN", "RUS", "SYR"}

const passphrase = "a passphrase for measurements"

// House is the nodes of all members. It is for one goroutine.
type House struct {
	dir     string
	lines   *lines
	running map[label.MemberID]*running
	// Logger is given to nodes that are started; nil discards.
	Logger *slog.Logger
}

type running struct {
	*node.Node
	stop     func() error
	duty     section.Officer
	release  section.Officer
	officers bool
}

// New holds a founding ceremony in dir, which must be empty, and gives every
// member a directory of its own in it, under its id.
func New(dir string) (*House, error) {
	h := &House{dir: dir, lines: newLines(), running: map[label.MemberID]*running{}}
	c := charter.New()
	c.Name = "Centre of the measurements"
	c.Founded = label.At(2026, 1, 1, 0, 0)
	c.Leads = Members
	c.Policies = charter.Policies{Common: "CENTRE", List: []label.Policy{label.DemonstrationPolicy()}}
	c.SecondPersonAbove = "RESTRICTED"
	c.ReceiptSeconds = 1
	c.Quotas.LeavesPerMinute = 10_000_000
	c.Quotas.BytesPerMinute = 1 << 40
	unlock := keyring.Passphrase([]byte(passphrase))
	var roots []*keyring.Root
	ids := slices.Sorted(slices.Values(Members))
	for _, m := range ids {
		member, root, err := found(dir, m, unlock)
		if err != nil {
			return nil, err
		}
		c.Members = append(c.Members, member)
		roots = append(roots, root)
	}
	file, err := c.Text()
	if err != nil {
		return nil, err
	}
	for _, r := range roots {
		if file, err = r.SignFounding(file); err != nil {
			return nil, err
		}
	}
	for _, m := range Members {
		if _, err := node.Pin(context.Background(), h.Dir(m), file); err != nil {
			return nil, err
		}
	}
	return h, nil
}

// At takes up a house that New has made in dir before.
func At(dir string) (*House, error) {
	return &House{dir: dir, lines: newLines(), running: map[label.MemberID]*running{}}, nil
}

// found makes the keys of one member.
func found(dir string, m label.MemberID, unlock keyring.Unlock) (charter.Member, *keyring.Root, error) {
	k, err := keyring.Create(filepath.Join(dir, string(m)), m, unlock, keyring.ForTestsOnly)
	if err != nil {
		return charter.Member{}, nil, err
	}
	defer k.Close()
	root, err := keyring.CreateRoot(filepath.Join(dir, string(m)+".root"), m, unlock, keyring.ForTestsOnly)
	if err != nil {
		return charter.Member{}, nil, err
	}
	keys, err := k.Newest()
	if err != nil {
		return charter.Member{}, nil, err
	}
	cert, err := root.Certify(&charter.KeyCertificate{Member: m, Incarnation: 1, Serial: 1, Keys: keys})
	return charter.Member{ID: m, Name: "Member " + string(m), Root: root.PublicKey(), Keys: string(cert)}, root, err
}

// Dir returns the directory of a member's node.
func (h *House) Dir(m label.MemberID) string { return filepath.Join(h.dir, string(m)) }

// Options returns how a member's node is opened.
func (h *House) Options(m label.MemberID) node.Options {
	return node.Options{
		Dir: h.Dir(m), Self: m, Unlock: keyring.Passphrase([]byte(passphrase)), Addresses: memberNames(), Dialer: h.lines, Logger: h.Logger,
		Tuning:  centre.Tuning{CompareEvery: 500 * time.Millisecond},
		Section: section.Options{Argon2: section.Argon2{Time: 1, MemoryKiB: 64, Threads: 1}},
	}
}

// Node returns a running node, nil when it does not run.
func (h *House) Node(m label.MemberID) *node.Node {
	if r := h.running[m]; r != nil {
		return r.Node
	}
	return nil
}

// Start runs the nodes of members and, when all of them run, waits until each
// may release to every other.
func (h *House) Start(ctx context.Context, ms ...label.MemberID) error {
	for _, m := range ms {
		if err := h.start(ctx, m); err != nil {
			return fmt.Errorf("start %s: %w", m, err)
		}
	}
	if len(h.running) < len(Members) {
		return nil
	}
	for _, m := range Members {
		if err := h.until(ctx, m, func(n *node.Node) (bool, error) {
			st, err := n.Status(ctx)
			return st.Ready, err
		}); err != nil {
			return fmt.Errorf("%s does not get ready: %w", m, err)
		}
	}
	return nil
}

func (h *House) start(ctx context.Context, m label.MemberID) error {
	n, err := node.Open(ctx, h.Options(m))
	if err != nil {
		return err
	}
	l, err := h.lines.listen(m)
	if err != nil {
		return errors.Join(err, n.Close())
	}
	srv := &http.Server{Handler: n.LinkHandler(), ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0), ReadHeaderTimeout: 10 * time.Second}
	go srv.Serve(tls.NewListener(l, n.LinkTLS()))
	life, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan error, 1)
	go func() { done <- n.Run(life) }()
	h.running[m] = &running{Node: n, stop: func() error {
		cancel()
		err := <-done
		return errors.Join(err, srv.Close(), n.Close())
	}}
	return nil
}

// Stop stops the nodes of members, all of them when none is named.
func (h *House) Stop(ms ...label.MemberID) error {
	if len(ms) == 0 {
		ms = Members
	}
	var errs []error
	for _, m := range ms {
		if r := h.running[m]; r != nil {
			errs = append(errs, r.stop())
			delete(h.running, m)
		}
	}
	return errors.Join(errs...)
}

// until waits until a member's node is as wanted.
func (h *House) until(ctx context.Context, m label.MemberID, wanted func(*node.Node) (bool, error)) error {
	for wait := time.Millisecond; ; wait = min(2*wait, 100*time.Millisecond) {
		done, err := wanted(h.running[m].Node)
		if err != nil || done {
			return err
		}
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return ctx.Err()
		}
	}
}

// officers logs two officers of a member in, appointing them first: one who
// files and one who releases.
func (h *House) officers(ctx context.Context, m label.MemberID) (duty, release section.Officer, err error) {
	r := h.running[m]
	if r.officers {
		return r.duty, r.release, nil
	}
	const password = "correct horse battery"
	s := r.Section()
	if _, _, err = s.LogIn(ctx, "custodian", password, "measurement"); err != nil {
		var custodian section.Officer
		new := func(login string, role section.Role) section.NewOfficer {
			return section.NewOfficer{Login: login, Name: login, Roles: section.RolesOf(role), Password: password, KeepPassword: true}
		}
		if err = s.Found(ctx, new("custodian", section.RoleCustodian)); err == nil {
			if _, custodian, err = s.LogIn(ctx, "custodian", password, "measurement"); err == nil {
				err = errors.Join(s.AddOfficer(ctx, custodian, new("duty", section.RoleDuty)), s.AddOfficer(ctx, custodian, new("release", section.RoleRelease)))
			}
		}
		if err != nil {
			return duty, release, err
		}
	}
	if _, r.duty, err = s.LogIn(ctx, "duty", password, "measurement"); err != nil {
		return duty, release, err
	}
	if _, r.release, err = s.LogIn(ctx, "release", password, "measurement"); err != nil {
		return duty, release, err
	}
	r.officers = true
	return r.duty, r.release, nil
}
