package demo

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"entente/charter"
	"entente/internal/config"
	"entente/internal/keyring"
	"entente/internal/node"
	"entente/internal/section"
	"entente/label"
)

// Ports of the demonstration: the desk of the first member, and its members'
// link; the others follow in the order of the lead.
const (
	firstDesk = 8701
	firstLink = 8711
)

// officer is one log-in of the demonstration.
type officer struct {
	login string
	roles section.Roles
}

// officers of every nation.
var officers = []officer{
	{"custodian", section.RolesOf(section.RoleCustodian)},
	{"duty", section.RolesOf(section.RoleDuty)},
	{"an", section.RolesOf(section.RoleAnalyst)},
	{"fdo", section.RolesOf(section.RoleRelease)},
	{"insp", section.RolesOf(section.RoleInspector)},
	{"dpo", section.RolesOf(section.RoleDPO)},
}

// login is the log-in of an officer of a nation, "irq.duty".
func login(m label.MemberID, name string) string { return strings.ToLower(string(m)) + "." + name }

// host is the name of a member's desk.
func host(m label.MemberID) string { return strings.ToLower(string(m)) + ".localhost" }

// centre is the directories of all members on one machine. Nothing is shared
// between them but the founding file, which is public.
type centre struct {
	dir      string
	found    *charter.Founding
	configs  map[label.MemberID]*config.Config
	password string // of every officer; made anew each time
}

// found holds a founding ceremony for the members in dir, which must be empty:
// each makes its keys, all sign one file, each pins it. Without a password one
// is drawn for all officers.
func found(ctx context.Context, dir string, shift int, password string) (*centre, error) {
	if password == "" {
		password = newPassword()
	}
	c := &centre{dir: dir, configs: map[label.MemberID]*config.Config{}, password: password}
	ch := charter.New()
	ch.Name = "Demonstration centre"
	ch.Leads = members()
	ch.Policies = charter.Policies{Common: "CENTRE", List: []label.Policy{label.DemonstrationPolicy()}}
	ch.SecondPersonAbove = r
	ch.Founded = label.At(2026, 1, 1, 0, 0)
	ch.ReceiptSeconds = 1

	type made struct {
		member charter.Member
		root   *keyring.Root
		err    error
	}
	// The keys lie behind argon2id, which takes its time: all at once.
	results := map[label.MemberID]*made{}
	secrets := map[label.MemberID]string{}
	var wg sync.WaitGroup
	for _, m := range members() {
		r := &made{}
		results[m] = r
		secrets[m] = newPassword()
		wg.Go(func() { r.member, r.root, r.err = c.keys(m, secrets[m]) })
	}
	wg.Wait()
	for _, m := range []label.MemberID{"IRN", "IRQ", "RUS", "SYR"} {
		if results[m].err != nil {
			return nil, results[m].err
		}
		defer results[m].root.Close()
		ch.Members = append(ch.Members, results[m].member)
	}
	file, err := ch.Text()
	if err != nil {
		return nil, err
	}
	for _, m := range members() {
		if file, err = results[m].root.SignFounding(file); err != nil {
			return nil, err
		}
	}
	for i, m := range members() {
		conf := c.config(m, i, shift)
		if c.found, err = node.Pin(ctx, conf.Dir, file); err != nil {
			return nil, err
		}
		if err := c.appoint(ctx, conf); err != nil {
			return nil, err
		}
		text, err := conf.Text()
		if err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(conf.Dir, config.File), text, 0o600); err != nil {
			return nil, err
		}
		c.configs[m] = conf
	}
	return c, nil
}

// keys makes a member's keyring, its root key, and the passphrase file that
// lets its node start without a person.
func (c *centre) keys(m label.MemberID, passphrase string) (charter.Member, *keyring.Root, error) {
	dir := filepath.Join(c.dir, string(m))
	u := keyring.Passphrase([]byte(passphrase))
	k, err := keyring.Create(dir, m, u, keyring.Standard)
	if err != nil {
		return charter.Member{}, nil, err
	}
	defer k.Close()
	root, err := keyring.CreateRoot(filepath.Join(c.dir, strings.ToLower(string(m))+".root"), m, u, keyring.Standard)
	if err != nil {
		return charter.Member{}, nil, err
	}
	if err := os.WriteFile(filepath.Join(c.dir, strings.ToLower(string(m))+".passphrase"), []byte(passphrase+"\n"), 0o600); err != nil {
		return charter.Member{}, nil, err
	}
	keys, err := k.Newest()
	if err != nil {
		return charter.Member{}, nil, err
	}
	cert, err := root.Certify(&charter.KeyCertificate{Member: m, Incarnation: 1, Serial: 1, Keys: keys})
	if err != nil {
		return charter.Member{}, nil, err
	}
	return charter.Member{ID: m, Name: names[m], Root: root.PublicKey(), Keys: string(cert)}, root, nil
}

var names = map[label.MemberID]string{"IRQ": "Republic of Iraq", "IRN": "Islamic Republic of Iran", "RUS": "Russian Federation", "SYR": "Syrian Arab Republic"}

// config of the i-th member; shift moves all ports.
func (c *centre) config(m label.MemberID, i, shift int) *config.Config {
	conf := &config.Config{
		Version: config.Version, Member: m, Dir: filepath.Join(c.dir, string(m)),
		Unlock: config.Unlock{PassphraseFile: filepath.Join(c.dir, strings.ToLower(string(m))+".passphrase")},
		Desk:   config.Desk{Listen: address(firstDesk, shift, i), Names: []string{host(m)}},
		Link:   config.Link{Listen: address(firstLink, shift, i), Members: map[label.MemberID]string{}},
		Log:    config.Log{Level: "warn"},
	}
	if m == served {
		conf.Taxii.Listen = address(firstTaxii, shift, i)
	}
	for j, other := range members() {
		if other != m {
			conf.Link.Members[other] = address(firstLink, shift, j)
		}
	}
	return conf
}

// appoint appoints a nation's officers, all with the demonstration's password.
func (c *centre) appoint(ctx context.Context, conf *config.Config) error {
	s, done, err := node.OpenSection(conf.Dir, conf.Member, section.Options{})
	if err != nil {
		return err
	}
	defer done()
	first := officers[0]
	if err := s.Found(ctx, c.officer(conf.Member, first)); err != nil {
		return err
	}
	token, custodian, err := s.LogIn(ctx, login(conf.Member, first.login), c.password, "founding")
	if err != nil {
		return err
	}
	for _, o := range officers[1:] {
		if err := s.AddOfficer(ctx, custodian, c.officer(conf.Member, o)); err != nil {
			return err
		}
	}
	return s.LogOut(ctx, token.Text())
}

func (c *centre) officer(m label.MemberID, o officer) section.NewOfficer {
	return section.NewOfficer{Login: login(m, o.login), Name: "Officer " + login(m, o.login), Roles: o.roles, Password: c.password, KeepPassword: true}
}

// newPassword draws a password of 100 bits.
func newPassword() string {
	var b [13]byte
	rand.Read(b[:])
	s := strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:]))[:20]
	return s[:5] + "-" + s[5:10] + "-" + s[10:15] + "-" + s[15:]
}

// errNotEmpty refuses a directory in which something lies already.
var errNotEmpty = errors.New("the demonstration begins in an empty directory; name another, or remove this one; a node whose data lie here goes on with: entente serve --config DIR/IRQ/entente.toml, and likewise for the other members")

func emptyDir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	es, err := os.ReadDir(dir)
	if err == nil && len(es) > 0 {
		err = fmt.Errorf("%s: %w", dir, errNotEmpty)
	}
	return err
}
