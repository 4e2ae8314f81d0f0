package demo

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"

	"entente/internal/config"
	"entente/internal/keyring"
	"entente/internal/node"
	"entente/internal/store"
	"entente/internal/store/logdb"
	"entente/label"
	"entente/tlog"
)

// plant plants the fault that was asked for, so that the checks can be seen to
// fail. A leak was planted when the scenario was filed.
func (d *demo) plant(ctx context.Context) error {
	switch d.Plant {
	case PlantNone, PlantLeak:
		return nil
	case PlantBody:
		return d.loseBody(ctx, "SYR")
	case PlantFork:
		return d.forkHead(ctx)
	}
	return fmt.Errorf("there is no fault named %q", d.Plant)
}

// loseBody deletes the last body from a node's file.
func (d *demo) loseBody(ctx context.Context, m label.MemberID) error {
	log, err := logdb.Open(filepath.Join(d.house.configs[m].Dir, node.FileLog), store.Options{})
	if err != nil {
		return err
	}
	defer log.Close()
	size, err := log.Size(ctx)
	if err != nil {
		return err
	}
	return log.DeleteBodies(ctx, []int64{size - 1})
}

// signersOf opens a member's keys.
func (d *demo) signersOf(m label.MemberID) (*keyring.Signers, error) {
	conf := d.house.configs[m]
	u, err := config.PassphraseFile(conf.Unlock.PassphraseFile)
	if err != nil {
		return nil, err
	}
	defer u.Wipe()
	k, err := keyring.Open(conf.Dir, u)
	if err != nil {
		return nil, err
	}
	defer k.Close()
	keys, err := k.Newest()
	if err != nil {
		return nil, err
	}
	return k.Signers(keys)
}

// forkHead has the lead sign a second head of the size of the first, and SYR
// show both to IRN.
func (d *demo) forkHead(ctx context.Context) error {
	lead, err := d.signersOf("IRQ")
	if err != nil {
		return err
	}
	syr, err := d.signersOf("SYR")
	if err != nil {
		return err
	}
	note, err := d.desks["IRN"]["insp"].Checkpoint(ctx)
	if err != nil {
		return err
	}
	cp, _, err := tlog.ParseCheckpoint(note)
	if err != nil {
		return err
	}
	signer, err := tlog.NewLogSigner(cp.Origin, lead.Checkpoint)
	if err != nil {
		return err
	}
	other := cp
	other.Root = tlog.Hash(sha256.Sum256(cp.Root[:]))
	forged, err := tlog.SignCheckpoint(other, signer)
	if err != nil {
		return err
	}
	verifier, err := tlog.NewLogVerifier(cp.Origin, lead.Checkpoint.Public().(ed25519.PublicKey))
	if err != nil {
		return err
	}
	ev, err := tlog.Conflict(note, forged, verifier)
	if err != nil {
		return err
	}
	data, err := tlog.MarshalEvidence(*ev)
	if err != nil {
		return err
	}
	// The evidence speaks for itself; whom it is handed to need not be proven.
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{syr.TLS}, InsecureSkipVerify: true}}}
	defer client.CloseIdleConnections()
	url := "https://" + d.house.configs["IRN"].Link.Listen + "/entente/v1/evidence"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(data))
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusNoContent {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 1000))
		return errors.New("the evidence was not taken: " + resp.Status + " " + string(text))
	}
	return nil
}
