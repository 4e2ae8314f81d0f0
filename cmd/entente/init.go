package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"entente/charter"
	"entente/internal/config"
	"entente/internal/keyring"
	"entente/internal/node"
	"entente/internal/section"
	"entente/label"
)

// initCmd makes a member's keys and lets a node join a founded centre.
type initCmd struct {
	Keys initKeys `cmd:"" help:"Make the keys of a member: the node's, and the root key that is kept offline."`
	Join initJoin `cmd:"" help:"Pin a founding file after its fingerprint was compared, and make the node's configuration."`
}

// offer is what a member hands to the one who drafts the founding file.
// Everything in it is public.
type offer struct {
	Member      label.MemberID `json:"member"`
	Name        string         `json:"name"`
	Root        string         `json:"root"`
	Keys        string         `json:"keys"`
	Fingerprint string         `json:"fingerprint"`
}

type initKeys struct {
	Member string `required:"" help:"The member's id, ISO 3166-1 alpha-3." placeholder:"IRQ"`
	Name   string `help:"The member's name as the charter is to give it; its id without one."`
	Dir    string `required:"" help:"The node's directory; made if it is not there." placeholder:"DIR"`
	Root   string `required:"" help:"File for the root key; move it to a place without a line afterwards." placeholder:"FILE"`
	Out    string `help:"File for the public offer; standard output without it." placeholder:"FILE"`
	passphrase
	RootPassphraseFile string `help:"File with the passphrase of the root key; the same as the node's without it." placeholder:"FILE" type:"existingfile"`
}

// Help gives an example.
func (initKeys) Help() string {
	return "Example:\n\n    entente init keys --member IRQ --dir irq --root irq.root --out irq.offer\n\nThe offer is public. Hand it to whoever drafts the founding file, and read its fingerprint to them over another line."
}

// Run makes the keys.
func (c *initKeys) Run(w *world) error {
	m := label.MemberID(c.Member)
	if c.Name == "" {
		c.Name = c.Member
	}
	u, err := c.unlock(w, "passphrase of the node's keys", true)
	if err != nil {
		return err
	}
	defer u.Wipe()
	rootUnlock := u
	if c.RootPassphraseFile != "" {
		if rootUnlock, err = config.PassphraseFile(c.RootPassphraseFile); err != nil {
			return w.unreadable(c.RootPassphraseFile, err)
		}
		defer rootUnlock.Wipe()
	}
	o, err := makeKeys(c.Dir, c.Root, m, c.Name, u, rootUnlock)
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(o, "", "  ")
	if err != nil {
		return err
	}
	if err := w.writeNew(c.Out, append(text, '\n'), 0o644); err != nil {
		return err
	}
	w.notef("The keys of %s are in %s, its root key in %s: keep that one offline. A lost passphrase is a lost key; there is no other way in.", m, c.Dir, c.Root)
	w.notef("Fingerprint of the offer: %s", o.Fingerprint)
	return nil
}

// makeKeys makes a member's keyring and root and certifies the one with the
// other.
func makeKeys(dir, rootFile string, m label.MemberID, name string, u, rootUnlock keyring.Unlock) (*offer, error) {
	k, err := keyring.Create(dir, m, u, keyring.Standard)
	if err != nil {
		return nil, err
	}
	defer k.Close()
	root, err := keyring.CreateRoot(rootFile, m, rootUnlock, keyring.Standard)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	keys, err := k.Newest()
	if err != nil {
		return nil, err
	}
	cert, err := root.Certify(&charter.KeyCertificate{Member: m, Incarnation: 1, Serial: 1, Keys: keys})
	if err != nil {
		return nil, err
	}
	pub := root.PublicKey()
	text, err := pub.MarshalText()
	if err != nil {
		return nil, err
	}
	return &offer{Member: m, Name: name, Root: string(text), Keys: string(cert), Fingerprint: charter.Fingerprint(pub)}, nil
}

// readOffer reads an offer. That its certificate fits its root key is checked
// when the founding file is drafted.
func (w *world) readOffer(path string) (*charter.Member, error) {
	text, err := w.readFile(path, 64<<10)
	if err != nil {
		return nil, err
	}
	var o offer
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.DisallowUnknownFields()
	if err := d.Decode(&o); err != nil {
		return nil, w.unreadable(path, fmt.Errorf("it is no offer of entente init keys: %w", err))
	}
	m := &charter.Member{ID: o.Member, Name: o.Name, Keys: o.Keys}
	if err := m.Root.UnmarshalText([]byte(o.Root)); err != nil {
		return nil, w.unreadable(path, err)
	}
	return m, nil
}

type initJoin struct {
	Dir         string            `required:"" help:"The node's directory, with its keys." placeholder:"DIR" type:"existingdir"`
	Charter     string            `required:"" help:"The founding file with everybody's signature." placeholder:"FILE" type:"existingfile"`
	Fingerprint string            `required:"" help:"The fingerprint as compared with the other members over another line; spaces do not matter."`
	Member      string            `required:"" help:"The member whose node this is." placeholder:"IRQ"`
	Desk        string            `help:"Where the officers' API listens." default:"127.0.0.1:8701"`
	Link        string            `help:"Where the members' link listens." default:"127.0.0.1:8711"`
	Peer        map[string]string `help:"The other members' links, as IRN=host:port; once for each." placeholder:"IRN=HOST:PORT"`
	Metrics     string            `help:"Loopback address for metrics; none without it." placeholder:"HOST:PORT"`
	Custodian   string            `help:"Log-in of the first officer, the custodian, who appoints the others." default:"custodian"`
	passphrase
	Credential   string `help:"Name of the systemd credential that unlocks the keys, instead of a passphrase file." placeholder:"NAME"`
	PasswordFile string `help:"File with the custodian's first password; without it, it is asked for." placeholder:"FILE" type:"existingfile"`
}

// Help gives an example.
func (initJoin) Help() string {
	return "Example:\n\n    entente init join --dir irq --member IRQ --charter founding.note --fingerprint \"1a2b ...\" \\\n        --peer IRN=irn.example:8711 --peer RUS=rus.example:8711 --peer SYR=syr.example:8711 --passphrase-file irq.pass\n\nThe fingerprint is the whole trust in the other members' keys: compare it with each of them over the telephone or face to face, never by the way the file came."
}

// Run pins the charter, appoints the custodian and writes the configuration.
func (c *initJoin) Run(w *world) error {
	if (c.PassphraseFile == "") == (c.Credential == "") {
		return usage("name one of --passphrase-file and --credential: the node opens its keys without a person")
	}
	file, err := w.readFile(c.Charter, maxSmall)
	if err != nil {
		return err
	}
	f, err := charter.ParseFounding(file)
	if err != nil {
		return w.unreadable(c.Charter, err)
	}
	squeeze := func(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), "")) }
	if squeeze(c.Fingerprint) != squeeze(f.Fingerprint()) {
		return fmt.Errorf("rule 5: the founding file has the fingerprint %s, which is not the one given; somebody has another file, find out who before going on", f.Fingerprint())
	}
	m := label.MemberID(c.Member)
	if _, ok := f.Member(m); !ok {
		return fmt.Errorf("%s is no member of this centre; its members are %s", m, f.Members())
	}
	conf := &config.Config{Version: config.Version, Member: m, Dir: ".", Desk: config.Desk{Listen: c.Desk}, Metrics: config.Metrics{Listen: c.Metrics},
		Link: config.Link{Listen: c.Link, Members: map[label.MemberID]string{}}, Unlock: config.Unlock{Credential: c.Credential}}
	if c.PassphraseFile != "" {
		if conf.Unlock.PassphraseFile, err = filepath.Abs(c.PassphraseFile); err != nil {
			return err
		}
	}
	for id, addr := range c.Peer {
		conf.Link.Members[label.MemberID(id)] = addr
	}
	text, err := conf.Text()
	if err != nil {
		return err
	}
	if _, err := config.Parse(text); err != nil {
		return err
	}
	var password []byte
	if c.PasswordFile != "" {
		if password, err = w.secretFile(c.PasswordFile); err != nil {
			return err
		}
	} else if password, err = askSecret(w, "first password of "+c.Custodian, true); err != nil {
		return err
	}
	if _, err := node.Pin(w.ctx, c.Dir, file); err != nil {
		return err
	}
	if err := found(w.ctx, c.Dir, m, section.NewOfficer{Login: c.Custodian, Name: "Custodian of " + c.Member, Roles: section.RolesOf(section.RoleCustodian), Password: string(password)}); err != nil {
		return err
	}
	path := filepath.Join(c.Dir, config.File)
	if err := w.writeNew(path, text, 0o600); err != nil {
		return err
	}
	return w.answer(map[string]any{"config": path, "fingerprint": f.Fingerprint()}, func() {
		w.printf("The node of %s has joined the centre %s.\nStart it:    entente serve --config %s", m, f.Fingerprint(), path)
	})
}

// found appoints the first officer of a node that does not run.
func found(ctx context.Context, dir string, m label.MemberID, first section.NewOfficer) error {
	s, done, err := node.OpenSection(dir, m, section.Options{})
	if err != nil {
		return err
	}
	return errors.Join(s.Found(ctx, first), done())
}
