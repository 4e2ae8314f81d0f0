package service

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"entente/internal/feed"
	"entente/internal/node"
	"entente/internal/section"
	"entente/label"
	"entente/taxii"
)

// authority is a certification authority of a test.
type authority struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pool *x509.CertPool
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tpl := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority of the test"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, tpl, tpl, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	a := &authority{t: t, key: key, pool: x509.NewCertPool()}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	a.pool.AddCert(a.cert)
	return a
}

// serves writes a certificate for a name, and its key, into files.
func (a *authority) serves(name string) (cert, key string) {
	a.t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	tpl := &x509.Certificate{SerialNumber: big.NewInt(2), DNSNames: []string{name}, NotBefore: a.cert.NotBefore, NotAfter: a.cert.NotAfter, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	der, err := x509.CreateCertificate(rand.Reader, tpl, a.cert, private.Public(), a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		a.t.Fatal(err)
	}
	dir := a.t.TempDir()
	for _, f := range []struct {
		to         *string
		name, kind string
		der        []byte
	}{{&cert, "cert.pem", "CERTIFICATE", der}, {&key, "key.pem", "PRIVATE KEY", raw}} {
		*f.to = filepath.Join(dir, f.name)
		if err := os.WriteFile(*f.to, pem.EncodeToMemory(&pem.Block{Type: f.kind, Bytes: f.der}), 0o600); err != nil {
			a.t.Fatal(err)
		}
	}
	return cert, key
}

// A tool that trusts the authority of the node's certificate finds the node's
// collections over TLS, writes to its own and reads it; one that does not trust
// it sends nothing, and in the clear nothing is answered.
func TestToolsAreServedOverTLS(t *testing.T) {
	ca := newAuthority(t)
	c := configured(t)
	c.Taxii.Listen = "127.0.0.1:0"
	c.Taxii.Cert, c.Taxii.Key = ca.serves("localhost")

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	cheap := section.Options{Argon2: section.Argon2{Time: 1, MemoryKiB: 64, Threads: 1}}
	s, done, err := node.OpenSection(c.Dir, c.Member, cheap)
	if err != nil {
		t.Fatal(err)
	}
	const password = "correct horse battery"
	if err := s.Found(ctx, section.NewOfficer{Login: "custodian", Name: "Custodian", Roles: section.RolesOf(section.RoleCustodian), Password: password, KeepPassword: true}); err != nil {
		t.Fatal(err)
	}
	done()
	n, err := Open(ctx, c, Options{Section: cheap})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	_, custodian, err := n.Section().LogIn(ctx, "custodian", password, "test")
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Section().AddOfficer(ctx, custodian, section.NewOfficer{Login: "duty", Name: "Duty", Roles: section.RolesOf(section.RoleDuty), Password: password, KeepPassword: true}); err != nil {
		t.Fatal(err)
	}
	secret, err := n.AddAccount(ctx, custodian, "sensor", "duty", feed.Grants{Clearance: feed.Clearance{Class: "RESTRICTED", Members: label.Members("IRQ")}, Write: true})
	if err != nil {
		t.Fatal(err)
	}
	ready, ended := make(chan Addresses, 1), make(chan error, 1)
	go func() { ended <- Serve(ctx, n, c, Options{Ready: func(a Addresses) { ready <- a }}) }()
	var at string
	select {
	case open := <-ready:
		_, port, _ := strings.Cut(open.Taxii, ":")
		at = "localhost:" + port
	case err := <-ended:
		t.Fatalf("it did not open: %v", err)
	}

	as := func(server string, conf *tls.Config) *taxii.Client {
		t.Helper()
		tr := &http.Transport{TLSClientConfig: conf}
		t.Cleanup(tr.CloseIdleConnections)
		cl, err := taxii.NewClient(server, tr)
		if err != nil {
			t.Fatal(err)
		}
		cl.User, cl.Password = "sensor", secret
		return cl
	}
	tool := as("https://"+at, &tls.Config{RootCAs: ca.pool})
	found, err := tool.Discovery(ctx)
	if err != nil || len(found.APIRoots) != 1 {
		t.Fatalf("discovery: %+v, %v", found, err)
	}
	root := found.APIRoots[0]
	if cs, err := tool.Collections(ctx, root); err != nil || len(cs) != 1 || cs[0].Alias != "sensor" {
		t.Errorf("collections: %+v, %v", cs, err)
	}
	object := []byte(`{"type":"tool","spec_version":"2.1","id":"tool--00000001-17d4-4cbf-938f-98ee46b3cd3f","created":"2016-04-06T20:03:48.000Z","modified":"2016-04-06T20:03:48.000Z","name":"Quern"}`)
	if st, err := tool.Add(ctx, root, "sensor", [][]byte{object}); err != nil || st.SuccessCount != 1 {
		t.Fatalf("adding: %+v, %v", st, err)
	}
	read, err := tool.Objects(ctx, root, "sensor", nil)
	if err != nil || len(read.Objects) != 1 || !bytes.Equal(read.Objects[0], object) {
		t.Errorf("reading: %+v, %v", read, err)
	}
	// TAXII 2.1 asks for TLS 1.2 at least (clause 8.2.2).
	if _, err := as("https://"+at, &tls.Config{RootCAs: ca.pool, MaxVersion: tls.VersionTLS12}).Discovery(ctx); err != nil {
		t.Errorf("TLS 1.2: %v", err)
	}
	for what, cl := range map[string]*taxii.Client{
		"an authority that the tool does not know": as("https://"+at, &tls.Config{RootCAs: newAuthority(t).pool}),
		"another name": as("https://"+strings.Replace(at, "localhost", "127.0.0.1", 1), &tls.Config{RootCAs: ca.pool}),
		"TLS 1.1":      as("https://"+at, &tls.Config{RootCAs: ca.pool, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}),
		"no TLS":       as("http://"+at, nil),
	} {
		if found, err := cl.Discovery(ctx); err == nil {
			t.Errorf("%s: answered %+v", what, found)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("stopped, it ends with %v", err)
	}
}
