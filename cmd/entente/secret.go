package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"

	"golang.org/x/term"

	"entente/internal/config"
	"entente/internal/keyring"
)

// passphrase says where the passphrase of a key file comes from.
type passphrase struct {
	PassphraseFile string `help:"File that holds the passphrase, readable by its owner alone; without it, it is asked for." placeholder:"FILE" type:"existingfile"`
}

// unlock reads the passphrase; twice when it is a new one typed by a person.
func (p passphrase) unlock(w *world, what string, anew bool) (keyring.Unlock, error) {
	if p.PassphraseFile != "" {
		u, err := config.PassphraseFile(p.PassphraseFile)
		return u, w.unreadable(p.PassphraseFile, err)
	}
	text, err := askSecret(w, what, anew)
	if err != nil {
		return keyring.Unlock{}, err
	}
	return keyring.Passphrase(text), nil
}

// secretFile reads a password from a file that nobody but its owner may read.
func (w *world) secretFile(path string) ([]byte, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, w.unreadable(path, err)
	}
	if st.Mode().Perm()&0o077 != 0 {
		return nil, w.unreadable(path, fmt.Errorf("the password file is open to others (mode %o); chmod 600 it", st.Mode().Perm()))
	}
	text, err := w.readFile(path, maxSmall)
	if err != nil {
		return nil, err
	}
	if text = bytes.TrimRight(text, "\r\n"); len(text) == 0 || len(text) > maxSecret {
		return nil, w.unreadable(path, fmt.Errorf("it holds no password of 1 to %d bytes", maxSecret))
	}
	return text, nil
}

// maxSecret bounds a typed passphrase or password.
const maxSecret = 1024

// askSecret reads a secret without showing it, or one line of standard input
// where that is no terminal.
func askSecret(w *world, what string, anew bool) ([]byte, error) {
	f, ok := w.in.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		line, err := bufio.NewReaderSize(w.in, maxSecret+2).ReadSlice('\n')
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 || len(line) > maxSecret {
			if err == nil || len(line) > maxSecret {
				err = fmt.Errorf("one line of 1 to %d bytes is needed", maxSecret)
			}
			return nil, fmt.Errorf("no %s on standard input: %w", what, err)
		}
		return bytes.Clone(line), nil
	}
	read := func(prompt string) ([]byte, error) {
		fmt.Fprint(w.err, prompt)
		text, err := term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(w.err)
		return text, err
	}
	text, err := read(what + ": ")
	if err != nil {
		return nil, err
	}
	if len(text) == 0 {
		return nil, fmt.Errorf("no %s was given", what)
	}
	if anew {
		again, err := read(what + " again: ")
		if err != nil {
			return nil, err
		}
		if !bytes.Equal(text, again) {
			return nil, errors.New("the two do not agree; try again")
		}
	}
	return text, nil
}
