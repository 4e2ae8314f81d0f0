package main

import (
	"os"

	"golang.org/x/term"

	"entente/internal/config"
	"entente/internal/keyring"
)

// keysCmd changes how a member's keys are kept.
type keysCmd struct {
	Passphrase keysPassphrase `cmd:"" help:"Change the passphrase of a stopped node's keys."`
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
