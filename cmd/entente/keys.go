package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"entente/charter"
	"entente/internal/config"
	"entente/internal/keyring"
	"entente/internal/web/api"
	"entente/label"
)

// keysCmd renews a member's keys by purpose.
type keysCmd struct {
	Status     keysStatus     `cmd:"" help:"Show the certificate under which the node signs."`
	Next       keysNext       `cmd:"" help:"Draw keys for the next certificate and write what the root has to certify."`
	Certify    keysCertify    `cmd:"" help:"Certify drawn keys with the root key, offline."`
	File       keysFile       `cmd:"" help:"File a certificate at the running node; the keys before it end."`
	Retire     keysRetire     `cmd:"" help:"Destroy the private keys of ended certificates."`
	Passphrase keysPassphrase `cmd:"" help:"Change the passphrase of a stopped node's keys."`
}

type keysStatus struct{ asOfficer }

// Help gives an example.
func (keysStatus) Help() string {
	return "Example:\n\n    entente keys status --as irq.custodian\n\nFor the custodian. Exit code 1 while a certificate is filed and not in the log yet."
}

// Run shows the certificate in force.
func (c *keysStatus) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	st, err := cl.KeyStatus(w.ctx)
	if err != nil {
		return w.refused(err)
	}
	if err := w.answer(st, func() {
		w.printf("certificate %d, incarnation %d", st.Serial, st.Incarnation)
		for _, k := range []struct {
			purpose string
			key     api.Key
		}{{"header", st.Keys.Header}, {"checkpoint", st.Keys.Checkpoint}, {"cosignature", st.Keys.Cosignature}, {"tls", st.Keys.TLS}, {"epoch", st.Keys.Epoch}} {
			w.printf("  %-11s %s", k.purpose, k.key.Fingerprint)
		}
		if st.Filed {
			w.printf("a later certificate is filed and not in the log yet")
		}
		if st.Waiting {
			w.printf("keys are drawn that wait for a certificate: entente keys next prints them again")
		}
		if st.Recovering {
			w.printf("recovering: signs nothing until the others have told what it signed before")
		}
	}); err != nil {
		return err
	}
	if st.Filed {
		return errFindings
	}
	return nil
}

type keysNext struct {
	asOfficer
	NewIncarnation bool   `help:"Begin a new incarnation, for a node that cannot leave recovering because what it signed is lost."`
	Out            string `help:"File for the request; standard output without it." placeholder:"FILE"`
}

// Help gives an example.
func (keysNext) Help() string {
	return "Example:\n\n    entente keys next --as irq.custodian --out irq.request\n\nFor the custodian of a running node. The private keys are drawn and stay in the node, the request is public: carry it to where the root key is kept, and certify it there with entente keys certify. Asked again before that, the answer is the same."
}

// Run draws keys.
func (c *keysNext) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	r, err := cl.NextKeys(w.ctx, c.NewIncarnation)
	if err != nil {
		return w.refused(err)
	}
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := w.writeNew(c.Out, append(text, '\n'), 0o644); err != nil {
		return err
	}
	w.notef("Certificate %d of %s, incarnation %d, waits for the root: entente keys certify", r.Serial, r.Member, r.Incarnation)
	return nil
}

type keysCertify struct {
	Request string `arg:"" help:"The request, of entente keys next." type:"existingfile"`
	Root    string `required:"" help:"The root key." type:"existingfile" placeholder:"FILE"`
	Charter string `help:"The founding file that is known to be right; the request must be of its centre." type:"existingfile" placeholder:"FILE"`
	Out     string `help:"File for the certificate; standard output without it." placeholder:"FILE"`
	passphrase
}

// Help gives an example.
func (keysCertify) Help() string {
	return "Example:\n\n    entente keys certify irq.request --root irq.root --charter founding.note --out irq.certificate\n\nRuns where the root key is, without a line. It shows what is signed: compare the keys with what the node's custodian reads out. The certificate is public."
}

// Run certifies.
func (c *keysCertify) Run(w *world) error {
	raw, err := w.readFile(c.Request, maxRequest)
	if err != nil {
		return err
	}
	cert, err := parseRequest(raw)
	if err != nil {
		return w.unreadable(c.Request, fmt.Errorf("it is no request of entente keys next: %w", err))
	}
	if c.Charter != "" {
		if err := c.fits(w, cert); err != nil {
			return err
		}
	}
	u, err := c.unlock(w, "passphrase of the root key", false)
	if err != nil {
		return err
	}
	defer u.Wipe()
	root, err := keyring.OpenRoot(c.Root, u)
	if err != nil {
		return err
	}
	defer root.Close()
	signed, err := root.Certify(cert)
	if err != nil {
		return usage("%v", err)
	}
	if err := w.writeNew(c.Out, signed, 0o644); err != nil {
		return err
	}
	w.notef("Signed: certificate %d of %s, incarnation %d, for the centre %s", cert.Serial, cert.Member, cert.Incarnation, cert.Charter.Fingerprint())
	w.notef("File it: entente keys file. From then on the keys before it are ended.")
	return nil
}

// fits holds a request against a founding file that is known to be right.
func (c *keysCertify) fits(w *world, cert *charter.KeyCertificate) error {
	f, err := w.founding(c.Charter)
	if err != nil {
		return err
	}
	if f.Hash() != cert.Charter {
		return fmt.Errorf("rule 5: the request is of another centre, %s, than the founding file, %s; ask the node's custodian which one is right", cert.Charter.Fingerprint(), f.Fingerprint())
	}
	if !f.Members().Contains(cert.Member) {
		return fmt.Errorf("%s is no member of this centre; its members are %s", cert.Member, f.Members())
	}
	return nil
}

// maxRequest bounds a request and a certificate.
const maxRequest = 4096

// parseRequest reads a request. What it says is judged when it is signed.
func parseRequest(raw []byte) (*charter.KeyCertificate, error) {
	var r api.CertificateRequest
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the request")
	}
	m, err := label.ParseMemberID(r.Member)
	if err != nil {
		return nil, err
	}
	c := &charter.KeyCertificate{Member: m, Incarnation: r.Incarnation, Serial: r.Serial}
	if c.Charter, err = charter.ParseHash(r.Charter); err != nil {
		return nil, err
	}
	for _, k := range []struct {
		text string
		to   *charter.PublicKey
	}{{r.Keys.Header, &c.Keys.Header}, {r.Keys.Checkpoint, &c.Keys.Checkpoint}, {r.Keys.Cosignature, &c.Keys.Cosignature}, {r.Keys.TLS, &c.Keys.TLS}, {r.Keys.Epoch, &c.Keys.Epoch}} {
		if err := k.to.UnmarshalText([]byte(k.text)); err != nil {
			return nil, err
		}
	}
	_, err = c.Text()
	return c, err
}

type keysFile struct {
	asOfficer
	Certificate string        `arg:"" help:"The certificate, of entente keys certify." type:"existingfile"`
	Wait        time.Duration `help:"How long to wait until the log holds it." default:"1m"`
}

// Help gives an example.
func (keysFile) Help() string {
	return "Example:\n\n    entente keys file irq.certificate --as irq.custodian\n\nFor the custodian of the running node. When the log holds the certificate its keys are in force and all keys before it are ended. The node goes on meanwhile. Exit code 1 when it is filed and not in the log within --wait."
}

// Run files a certificate.
func (c *keysFile) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	cert, err := w.readFile(c.Certificate, maxRequest)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(w.ctx, c.Wait)
	defer cancel()
	filed, err := cl.FileCertificate(w.ctx, cert)
	if err != nil {
		return w.refused(err)
	}
	for !filed.InForce && ctx.Err() == nil {
		st, err := cl.KeyStatus(w.ctx)
		if err != nil {
			return w.refused(err)
		}
		if filed.InForce = st.Serial >= filed.Serial; filed.InForce {
			break
		}
		select {
		case <-time.After(200 * time.Millisecond):
		case <-ctx.Done():
		}
	}
	if err := w.answer(filed, func() {
		if filed.InForce {
			w.printf("Certificate %d is in force, incarnation %d.", filed.Serial, filed.Incarnation)
		} else {
			w.printf("Certificate %d is filed and not in the log yet; entente keys status tells when it is.", filed.Serial)
		}
	}); err != nil {
		return err
	}
	if !filed.InForce {
		return errFindings
	}
	return nil
}

type keysRetire struct{ asOfficer }

// Help gives an example.
func (keysRetire) Help() string {
	return "Example:\n\n    entente keys retire --as irq.custodian\n\nFor the custodian. Destroys the private keys of ended certificates on the node's disk. A backup made before still holds them: it has to expire."
}

// Run retires.
func (c *keysRetire) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	if err := cl.RetireKeys(w.ctx); err != nil {
		return w.refused(err)
	}
	return w.done("The private keys of ended certificates are destroyed.")
}

type keysPassphrase struct {
	Dir string `required:"" help:"The stopped node's directory." placeholder:"DIR" type:"existingdir"`
	passphrase
	NewPassphraseFile string `help:"File with the new passphrase, readable by its owner alone; without it, it is asked for." placeholder:"FILE" type:"existingfile"`
}

// Help gives an example.
func (keysPassphrase) Help() string {
	return "Example:\n\n    entente keys passphrase --dir irq --passphrase-file irq.pass --new-passphrase-file irq.next\n\nOn a node that does not run. A copy made before, in a backup say, still opens with the old passphrase: whoever fears that it is known certifies new keys. Name the new file in the node's configuration."
}

// Run changes the passphrase.
func (c *keysPassphrase) Run(w *world) error {
	if f, ok := w.in.(*os.File); c.PassphraseFile == "" && c.NewPassphraseFile == "" && (!ok || !term.IsTerminal(int(f.Fd()))) {
		return usage("two passphrases do not come over one standard input: name --passphrase-file or --new-passphrase-file")
	}
	old, err := c.unlock(w, "present passphrase of the node's keys", false)
	if err != nil {
		return err
	}
	defer old.Wipe()
	var next keyring.Unlock
	if c.NewPassphraseFile != "" {
		next, err = config.PassphraseFile(c.NewPassphraseFile)
		err = w.unreadable(c.NewPassphraseFile, err)
	} else {
		next, err = passphrase{}.unlock(w, "new passphrase of the node's keys", true)
	}
	if err != nil {
		return err
	}
	defer next.Wipe()
	if err := keyring.ChangeUnlock(c.Dir, old, next, keyring.Standard); err != nil {
		return err
	}
	return w.done("The keys in %s open with the new passphrase.", c.Dir)
}
