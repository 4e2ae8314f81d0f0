package keyring

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"net"
	"testing"

	"entente/charter"
	"entente/tlog"
)

func testSigners(t *testing.T) (*Signers, charter.PurposeKeys) {
	t.Helper()
	k, _ := newKeyring(t)
	keys, err := k.Newest()
	if err != nil {
		t.Fatal(err)
	}
	s, err := k.Signers(keys)
	if err != nil {
		t.Fatal(err)
	}
	return s, keys
}

func TestHeaderSignsItsContextsAlone(t *testing.T) {
	s, keys := testSigners(t)
	for context, ok := range map[string]bool{
		"entente/v1/header": true, "entente/v1/slot": true, "entente/v1/receipt": true, "entente/v1/bundle": true,
		"entente/v1/epoch-keys": false, "entente/v1/keys": false, "": false, "entente/v1/header\x00": false, "cosignature/v1": false,
	} {
		sig, err := s.Header.Sign(context, []byte("message"))
		if ok && (err != nil || !keys.Header.Verify(context, []byte("message"), sig)) {
			t.Errorf("%q: %v", context, err)
		}
		if !ok && !errors.Is(err, ErrPurpose) {
			t.Errorf("%q: %v, want ErrPurpose", context, err)
		}
	}
}

// The log's own code can sign with these keys, and the keys refuse everything
// that is not a checkpoint or a cosignature of one.
func TestLogSigners(t *testing.T) {
	s, keys := testSigners(t)
	const origin = "entente/0123456789abcdef/1"
	log, err := tlog.NewLogSigner(origin, s.Checkpoint)
	if err != nil {
		t.Fatal(err)
	}
	cosigner, err := tlog.NewCosigner("IRQ/cosignature", s.Cosignature)
	if err != nil {
		t.Fatal(err)
	}
	note, err := tlog.SignCheckpoint(tlog.Checkpoint{Origin: origin, Size: 17, Root: sha256.Sum256([]byte("root"))}, log)
	if err != nil {
		t.Fatal(err)
	}
	line, err := tlog.Cosign(note, cosigner, 1780000000)
	if err != nil {
		t.Fatal(err)
	}
	if note, err = tlog.AddSignature(note, line); err != nil {
		t.Fatal(err)
	}
	logKey, err := tlog.NewLogVerifier(origin, keys.Checkpoint[:])
	if err != nil {
		t.Fatal(err)
	}
	cosignKey, err := tlog.NewCosignerVerifier("IRQ/cosignature", keys.Cosignature[:])
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := tlog.Certified(note, logKey, []tlog.Verifier{cosignKey}, 1); err != nil {
		t.Error(err)
	}
	checkpoint := []byte(origin + "\n17\nxCvTcLWhvGlm5G6P54lGqVQnFB2+2GmGDJjf9Po0Afg=\n")
	cosignature := append([]byte("cosignature/v1\ntime 1780000000\n"), checkpoint...)
	for _, tc := range []struct {
		name    string
		signer  crypto.Signer
		message []byte
		ok      bool
	}{
		{"checkpoint", s.Checkpoint, checkpoint, true},
		{"checkpoint key, cosignature", s.Checkpoint, cosignature, false},
		{"cosignature", s.Cosignature, cosignature, true},
		{"cosignature key, checkpoint", s.Cosignature, checkpoint, false},
		{"an extension line", s.Checkpoint, append(bytes.Clone(checkpoint), "more\n"...), false},
		{"a checkpoint of another log", s.Checkpoint, bytes.Replace(checkpoint, []byte("entente/"), []byte("other/"), 1), false},
		{"something before it", s.Checkpoint, append([]byte("x\n"), checkpoint...), false},
		{"nothing", s.Checkpoint, nil, false},
		{"time zero", s.Cosignature, bytes.Replace(cosignature, []byte("1780000000"), []byte("0"), 1), false},
		{"a header", s.Checkpoint, []byte("entente/v1/header\x00ENTH"), false},
		{"a handshake", s.Cosignature, handshakes[0], false},
	} {
		sig, err := tc.signer.Sign(nil, tc.message, crypto.Hash(0))
		if tc.ok && (err != nil || !ed25519.Verify(tc.signer.Public().(ed25519.PublicKey), tc.message, sig)) {
			t.Errorf("%s: %v", tc.name, err)
		}
		if !tc.ok && !errors.Is(err, ErrPurpose) {
			t.Errorf("%s: %v, want ErrPurpose", tc.name, err)
		}
	}
	if _, err := s.Checkpoint.Sign(nil, checkpoint, crypto.SHA512); !errors.Is(err, ErrPurpose) {
		t.Errorf("over a hash: %v", err)
	}
}

func TestEpochSigner(t *testing.T) {
	k, _ := newKeyring(t)
	keys, err := k.Newest()
	if err != nil {
		t.Fatal(err)
	}
	s, err := k.Signers(keys)
	if err != nil {
		t.Fatal(err)
	}
	epochs, err := k.EnsureEpochKeys(t.Context(), 5)
	if err != nil {
		t.Fatal(err)
	}
	payload, err := s.Epoch.SignEpochKeys(&charter.EpochKeys{Charter: charter.Hash{1}, Member: "IRQ", Incarnation: 1, Keys: epochs})
	if err != nil {
		t.Fatal(err)
	}
	if e, err := charter.OpenEpochKeys(payload, keys.Epoch); err != nil || len(e.Keys) != 4 || e.Keys[3].Epoch != 8 {
		t.Errorf("statement: %v", err)
	}
}

// Two members meet over TLS 1.3, each knowing the other by its key alone.
func TestLinkCertificate(t *testing.T) {
	s, keys := testSigners(t)
	again, err := linkCertificate("IRQ", s.TLS.PrivateKey.(*tlsSigner).key)
	if err != nil || !bytes.Equal(again.Certificate[0], s.TLS.Certificate[0]) {
		t.Errorf("two certificates of one key differ (%v)", err)
	}
	if pub, ok := s.TLS.Leaf.PublicKey.(ed25519.PublicKey); !ok || charter.PublicKey(pub) != keys.TLS {
		t.Error("the certificate is not of the TLS key")
	}
	peer, _ := testSigners(t)
	seen := make(chan charter.PublicKey, 2)
	config := func(own tls.Certificate) *tls.Config {
		return &tls.Config{
			MinVersion:         tls.VersionTLS13,
			Certificates:       []tls.Certificate{own},
			ClientAuth:         tls.RequireAnyClientCert,
			InsecureSkipVerify: true, // chains and names are ignored, keys are compared below
			VerifyConnection: func(cs tls.ConnectionState) error {
				seen <- charter.PublicKey(cs.PeerCertificates[0].PublicKey.(ed25519.PublicKey))
				return nil
			},
		}
	}
	left, right := net.Pipe()
	server, client := tls.Server(left, config(s.TLS)), tls.Client(right, config(peer.TLS))
	done := make(chan error, 1)
	go func() {
		err := server.Handshake()
		if err == nil {
			_, err = server.Write([]byte("x"))
		}
		done <- err
	}()
	if err := client.Handshake(); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	got := map[charter.PublicKey]bool{<-seen: true, <-seen: true}
	if !got[keys.TLS] || len(got) != 2 {
		t.Error("the peers have not seen each other's keys")
	}
	signer := s.TLS.PrivateKey.(crypto.Signer)
	for _, message := range []string{"", "entente/v1/header\x00", "TLS 1.3, server CertificateVerify\x00"} {
		if _, err := signer.Sign(nil, []byte(message), crypto.Hash(0)); !errors.Is(err, ErrPurpose) {
			t.Errorf("the TLS key signs %q: %v", message, err)
		}
	}
}
