package seal

import (
	"crypto/ed25519"
	"crypto/hpke"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"testing"

	"entente/label"
)

// testCharter is the charter of all tests.
var testCharter = Hash(sha256.Sum256([]byte("charter of the tests")))

// testTime is 2026-01-01T00:00:00Z.
const testTime = 1767225600

// member is a made-up member with keys derived from its name, as the vectors
// derive theirs: the Ed25519 seed is SHA-256 of the seed string.
type member struct {
	id    label.MemberID
	key   ed25519.PrivateKey
	epoch hpke.PrivateKey
	chain Chain
}

func keyFromSeed(seed string) ed25519.PrivateKey {
	s := sha256.Sum256([]byte(seed))
	return ed25519.NewKeyFromSeed(s[:])
}

func epochFromSeed(seed string) hpke.PrivateKey {
	s := sha256.Sum256([]byte(seed))
	k, err := slotKEM.DeriveKeyPair(s[:])
	if err != nil {
		panic(err)
	}
	return k
}

func newMember(id label.MemberID) *member {
	return &member{id: id, key: keyFromSeed(string(id) + " header"), epoch: epochFromSeed(string(id) + " epoch")}
}

func (m *member) signer() Signer { return NewSigner(m.key) }

func (m *member) public() ed25519.PublicKey { return m.key.Public().(ed25519.PublicKey) }

func (m *member) recipient() Recipient {
	return Recipient{Member: m.id, EpochKey: m.epoch.PublicKey().Bytes()}
}

func (m *member) place() Place { return m.chain.Place(testCharter, m.id, testTime, 0) }

func (m *member) packetPlace(number uint16) PacketPlace {
	return PacketPlace{Charter: testCharter, Originator: m.id, Incarnation: 1, Epoch: 0, Number: number}
}

// take moves the member's chain on.
func (m *member) take(e Envelope) Envelope {
	if err := m.chain.Next(e.Header); err != nil {
		panic(err)
	}
	return e
}

func (m *member) seal(t testing.TB, setKey SetKey, act []byte) (Envelope, EnvelopeKey) {
	t.Helper()
	e, k, err := Seal(m.place(), setKey, act, 0, m.signer())
	if err != nil {
		t.Fatal(err)
	}
	return m.take(e), k
}

func (m *member) public1(t testing.TB, kind Kind, payload []byte) Envelope {
	t.Helper()
	e, err := SealPublic(m.place(), kind, payload, m.signer())
	if err != nil {
		t.Fatal(err)
	}
	return m.take(e)
}

// resign changes a header and signs it again, as an originator may who wrote
// its own software. change may be nil.
func resign(raw []byte, key ed25519.PrivateKey, change func(raw []byte)) []byte {
	out := append([]byte(nil), raw...)
	if change != nil {
		change(out)
	}
	id := KeyID(key.Public().(ed25519.PublicKey))
	copy(out[atKeyID:], id[:])
	sig, _ := NewSigner(key).Sign(contextHeader, out[:signedSize])
	copy(out[atSignature:], sig)
	return out
}

// withBody points a header at another body.
func withBody(raw, body []byte, key ed25519.PrivateKey) []byte {
	return resign(raw, key, func(raw []byte) {
		d := sha256.Sum256(body)
		copy(raw[atDigest:], d[:])
	})
}

// meansOf lets evidence be judged by the header keys of the given members.
func meansOf(members ...*member) Means {
	return Means{
		Charter: testCharter,
		HeaderKey: func(o label.MemberID, _ uint32, id [8]byte) (ed25519.PublicKey, error) {
			for _, m := range members {
				if m.id == o && KeyID(m.public()) == id {
					return m.public(), nil
				}
			}
			return nil, errUnknownKey
		},
	}
}

var errUnknownKey = errors.New("no certificate for this key")

// keysOf is a KeyFunc over members whose keys never change.
func keysOf(members ...*member) KeyFunc {
	return func(_ int, h *Header) (ed25519.PublicKey, error) {
		for _, m := range members {
			if m.id == h.Originator {
				return m.public(), nil
			}
		}
		return nil, errUnknownKey
	}
}

func wantCode(t testing.TB, err error, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got %v, want %v", err, want)
	}
}

// stream is a run of n sealed headers of the given members in turn. Their
// bodies are made up: only headers are looked at.
func stream(t testing.TB, n int, members ...*member) []byte {
	t.Helper()
	var run []byte
	for i := range n {
		m := members[i%len(members)]
		h := Header{Kind: Sealed, Charter: testCharter, Originator: m.id, Time: testTime}
		p := m.place()
		h.Incarnation, h.Sequence, h.Previous = p.Incarnation, p.Sequence, p.Previous
		binary.BigEndian.PutUint64(h.Digest[:], uint64(i))
		binary.BigEndian.PutUint64(h.Tag[:], uint64(i))
		raw := resign(h.AppendTo(nil), m.key, nil)
		if err := m.chain.Next(raw); err != nil {
			t.Fatal(err)
		}
		run = append(run, raw...)
	}
	return run
}

func fourMembers() []*member {
	var ms []*member
	for _, id := range []label.MemberID{"IRN", "IRQ", "RUS", "SYR"} {
		ms = append(ms, newMember(id))
	}
	return ms
}

func act(n int) []byte {
	b := make([]byte, 0, n+16)
	for i := 0; len(b) < n; i++ {
		b = fmt.Appendf(b, "act %d; ", i)
	}
	return b[:n]
}
