package centre

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"entente/label"
	"entente/seal"
	"entente/tlog"
)

// record keeps what members sign, and every byte that they hand to a
// connection, so that a test can look at all signatures that ever left.
type record struct {
	mu     sync.Mutex
	signed map[string]signature // by the bytes of the signature
	sent   []*bytes.Buffer
	dead   map[label.MemberID]bool // what these say is heard by nobody
}

// signature is what somebody signed.
type signature struct {
	by      label.MemberID
	message string
}

func newRecord() *record {
	return &record{signed: map[string]signature{}, dead: map[label.MemberID]bool{}}
}

// clone returns a record that goes on from this one.
func (r *record) clone() *record {
	r.mu.Lock()
	defer r.mu.Unlock()
	return &record{signed: maps.Clone(r.signed), sent: slices.Clone(r.sent), dead: map[label.MemberID]bool{}}
}

func (r *record) sign(by label.MemberID, message, sig []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.signed[string(sig)] = signature{by, string(message)}
}

// stream begins what one member hands to one connection.
func (r *record) stream() *bytes.Buffer {
	r.mu.Lock()
	defer r.mu.Unlock()
	b := &bytes.Buffer{}
	r.sent = append(r.sent, b)
	return b
}

func (r *record) write(by label.MemberID, b *bytes.Buffer, p []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.dead[by] {
		b.Write(p)
	}
}

func (r *record) die(m label.MemberID, dead bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.dead[m] = dead
}

// recordingKeys are a member's keys that tell the record what they sign.
type recordingKeys struct {
	*testKeys
	by label.MemberID
	r  *record
}

type recordingSigner struct {
	seal.Signer
	k *recordingKeys
}

func (s recordingSigner) Sign(context string, message []byte) ([]byte, error) {
	sig, err := s.Signer.Sign(context, message)
	if err == nil {
		s.k.r.sign(s.k.by, message, sig)
	}
	return sig, err
}

type recordingKey struct {
	ed25519.PrivateKey
	k *recordingKeys
}

func (s recordingKey) Sign(rand io.Reader, message []byte, o crypto.SignerOpts) ([]byte, error) {
	sig, err := s.PrivateKey.Sign(rand, message, o)
	if err == nil {
		s.k.r.sign(s.k.by, message, sig)
	}
	return sig, err
}

func (k *recordingKeys) Header() seal.Signer { return recordingSigner{k.testKeys.Header(), k} }
func (k *recordingKeys) Checkpoint(name string) (tlog.Signer, error) {
	return tlog.NewLogSigner(name, recordingKey{k.checkpoint, k})
}
func (k *recordingKeys) Cosignature(name string) (tlog.Signer, error) {
	return tlog.NewCosigner(name, recordingKey{k.cosignature, k})
}

// listen makes the centre's stations sign and speak under the record.
func (r *record) listen(c *centreOf) {
	c.options = func(m label.MemberID, o *Options) {
		o.Keys, o.Signers = &recordingKeys{c.keys[m], m, r}, nil
		o.Peers = recordingPeers{o.Peers.(*plainPeers), m, r, &sync.Map{}}
	}
	for _, m := range four {
		c.serve[m] = func(h http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
				h.ServeHTTP(&recordingWriter{w, m, r, r.stream()}, req)
			})
		}
	}
}

type recordingWriter struct {
	http.ResponseWriter
	by label.MemberID
	r  *record
	b  *bytes.Buffer
}

func (w *recordingWriter) Write(p []byte) (int, error) {
	w.r.write(w.by, w.b, p)
	return w.ResponseWriter.Write(p)
}
func (w *recordingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

type recordingPeers struct {
	*plainPeers
	by      label.MemberID
	r       *record
	clients *sync.Map
}

func (p recordingPeers) Client(m label.MemberID) (*http.Client, string, error) {
	c, base, err := p.plainPeers.Client(m)
	if err != nil {
		return nil, "", err
	}
	kept, _ := p.clients.LoadOrStore(m, &http.Client{Transport: recordingTransport{c.Transport, p.by, p.r}})
	return kept.(*http.Client), base, nil
}

type recordingTransport struct {
	under http.RoundTripper
	by    label.MemberID
	r     *record
}

func (t recordingTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return nil, err
		}
		p, err := io.ReadAll(body)
		if err != nil {
			return nil, err
		}
		t.r.write(t.by, t.r.stream(), p)
	}
	return t.under.RoundTrip(req)
}

var signatureLine = regexp.MustCompile(`— (\S+) ([A-Za-z0-9+/=]+)`)

// innocent fails when any two signatures that left convict one who made them, or
// would, if the log were another than this one: two headers in one place, a
// signed head that is not the log's, a cosignature that goes back.
func (r *record) innocent(t testing.TB, log *Station) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	places := map[string]string{}
	type cosigned struct{ size, time int64 }
	cosignatures := map[label.MemberID]map[cosigned]bool{}
	heads := map[string]bool{}
	headers := 0
	for _, b := range r.sent {
		p := b.Bytes()
		for at := 0; ; at++ {
			i := bytes.Index(p[at:], []byte("ENTH\x01"))
			if i < 0 {
				break
			}
			at += i
			if len(p)-at < seal.HeaderSize {
				break
			}
			raw := p[at : at+seal.HeaderSize]
			s, ok := r.signed[string(raw[192:])]
			if !ok {
				continue
			}
			headers++
			place := fmt.Sprintf("%s incarnation %d sequence %d", s.by, be32(raw[44:]), be64(raw[48:]))
			if other, ok := places[place]; ok && other != string(raw) {
				t.Errorf("two headers of %s have left", place)
			}
			places[place] = string(raw)
		}
		for _, m := range signatureLine.FindAllSubmatch(p, -1) {
			raw, err := base64.StdEncoding.DecodeString(string(m[2]))
			if err != nil || len(raw) < 68 {
				continue
			}
			s, ok := r.signed[string(raw[len(raw)-64:])]
			if !ok {
				continue
			}
			f := strings.Split(s.message, "\n")
			if f[0] == "cosignature/v1" {
				at, _ := strconv.ParseInt(strings.TrimPrefix(f[1], "time "), 10, 64)
				size, _ := strconv.ParseInt(f[3], 10, 64)
				if cosignatures[s.by] == nil {
					cosignatures[s.by] = map[cosigned]bool{}
				}
				cosignatures[s.by][cosigned{size, at}] = true
				f = f[2:]
			}
			heads[f[1]+" "+f[2]] = true
		}
	}
	for h := range heads {
		size, root, _ := strings.Cut(h, " ")
		n, _ := strconv.ParseInt(size, 10, 64)
		want, err := tlog.RootAt(n, log.log)
		if err != nil || want.String() != root {
			t.Errorf("a head of size %s and root %s was signed; the log has %v there (%v)", size, root, want, err)
		}
	}
	for m, cs := range cosignatures {
		for a := range cs {
			for b := range cs {
				if a.size < b.size && a.time > b.time {
					t.Errorf("%s cosigned size %d at %d and size %d at %d: a roll-back", m, b.size, b.time, a.size, a.time)
				}
			}
		}
	}
	if headers == 0 || len(heads) == 0 || len(cosignatures) < 3 {
		t.Errorf("the record shows %d headers, %d heads, cosignatures of %d members: it does not hear", headers, len(heads), len(cosignatures))
	}
}
