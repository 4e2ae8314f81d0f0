package charter

import (
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/hpke"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"entente/label"
)

const (
	// EpochKeySize is the length of an epoch's public key: ML-KEM-768
	// encapsulation key (1,184 bytes) and X25519 public key (32 bytes).
	EpochKeySize = 1216

	// MaxEpochLines bounds the keys in one statement.
	MaxEpochLines = 8

	// PublishAhead is how many epochs after the one in force must have a
	// published key, so that a node without a line stays reachable.
	PublishAhead = 3

	contextEpochKeys = "entente/v1/epoch-keys"
	maxEpochKeys     = 16 << 10
)

// EpochPublicKey is an HPKE public key of the hybrid KEM MLKEM768-X25519
// (KEM id 0x647a) to which members seal set keys for one epoch.
type EpochPublicKey [EpochKeySize]byte

// HPKE returns the key for use with crypto/hpke. Errors: ErrKey.
func (k *EpochPublicKey) HPKE() (hpke.PublicKey, error) {
	pub, err := hpke.MLKEM768X25519().NewPublicKey(k[:])
	if err != nil {
		return nil, fmt.Errorf("%w: epoch key: %v", ErrKey, err)
	}
	return pub, nil
}

// EpochKeys is a member's statement of its keys for one or more epochs
// (spec/keys.md), the payload of a leaf of kind epoch-keys.
type EpochKeys struct {
	Charter     Hash
	Member      label.MemberID
	Incarnation uint32
	// Keys holds 1 to MaxEpochLines entries, epochs rising.
	Keys []EpochKey
}

// EpochKey is the key of one epoch.
type EpochKey struct {
	Epoch uint32
	Key   EpochPublicKey
}

func (e *EpochKeys) text() (string, error) {
	if _, err := label.ParseMemberID(string(e.Member)); err != nil {
		return "", fmt.Errorf("epoch keys: %w: %w", ErrSyntax, err)
	}
	if e.Incarnation < 1 {
		return "", fmt.Errorf("epoch keys: %w: incarnation counts from 1", ErrSyntax)
	}
	if err := e.check(); err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n%s\n%d\n", contextEpochKeys, e.Charter, e.Member, e.Incarnation)
	for i := range e.Keys {
		fmt.Fprintf(&b, "%d %s\n", e.Keys[i].Epoch, base64.StdEncoding.EncodeToString(e.Keys[i].Key[:]))
	}
	return b.String(), nil
}

func (e *EpochKeys) check() error {
	if len(e.Keys) < 1 || len(e.Keys) > MaxEpochLines {
		return fmt.Errorf("epoch keys: %w: %d epochs, one statement holds 1 to %d", ErrSyntax, len(e.Keys), MaxEpochLines)
	}
	for i := range e.Keys {
		if i > 0 && e.Keys[i].Epoch <= e.Keys[i-1].Epoch {
			return fmt.Errorf("epoch keys: %w: epoch %d after %d; epochs rise", ErrSyntax, e.Keys[i].Epoch, e.Keys[i-1].Epoch)
		}
		if err := checkEpochKey(&e.Keys[i].Key); err != nil {
			return fmt.Errorf("epoch keys: epoch %d: %w", e.Keys[i].Epoch, err)
		}
	}
	return nil
}

// probe is any X25519 scalar: a point of small order gives zero under each.
var probe = func() *ecdh.PrivateKey {
	k, err := ecdh.X25519().NewPrivateKey([]byte("entente: any scalar tells a probe"[:32]))
	if err != nil {
		panic(err)
	}
	return k
}()

// checkEpochKey refuses keys to which nobody could seal: an ML-KEM key out of
// range, or an X25519 point of small order, over which encapsulation fails. An
// accepted one would let its owner stop every packet that it is a recipient of.
func checkEpochKey(k *EpochPublicKey) error {
	if _, err := k.HPKE(); err != nil {
		return err
	}
	point, err := ecdh.X25519().NewPublicKey(k[EpochKeySize-32:])
	if err != nil {
		return fmt.Errorf("%w: epoch key: %v", ErrKey, err)
	}
	if _, err := probe.ECDH(point); err != nil {
		return fmt.Errorf("%w: epoch key: X25519 point of small order; make a new key", ErrKey)
	}
	return nil
}

// Sign returns the payload of the leaf: the statement and the signature of the
// member's epoch purpose key. Errors: ErrSyntax, ErrKey.
func (e *EpochKeys) Sign(priv ed25519.PrivateKey) ([]byte, error) {
	text, err := e.text()
	if err != nil {
		return nil, err
	}
	sig := SignContext(priv, contextEpochKeys, []byte(text))
	return []byte(text + base64.StdEncoding.EncodeToString(sig) + "\n"), nil
}

// OpenEpochKeys verifies a statement under the member's epoch purpose key.
// Whether charter, member and incarnation are the right ones is for the caller
// to judge. Errors: ErrSyntax, ErrVersion, ErrKey, ErrSignature.
func OpenEpochKeys(payload []byte, key PublicKey) (*EpochKeys, error) {
	e, signed, sig, err := parseEpochKeys(payload)
	if err != nil {
		return nil, err
	}
	if !key.Verify(contextEpochKeys, signed, sig) {
		return nil, fmt.Errorf("epoch keys of %s: %w: not signed by its epoch key in force", e.Member, ErrSignature)
	}
	// Last, since it is the dearest: about a tenth of a millisecond each.
	if err := e.check(); err != nil {
		return nil, err
	}
	return e, nil
}

// parseEpochKeys splits a statement into its fields, the bytes that are signed
// and the signature, neither of which it verifies.
func parseEpochKeys(payload []byte) (e *EpochKeys, signed, sig []byte, err error) {
	if len(payload) > maxEpochKeys {
		return nil, nil, nil, fmt.Errorf("epoch keys: %w: %d bytes, at most %d", ErrSyntax, len(payload), maxEpochKeys)
	}
	r := &lineReader{what: "epoch keys", rest: string(payload)}
	e = new(EpochKeys)
	r.version("epoch-keys")
	e.Charter = r.charter(false)
	e.Member = r.member()
	e.Incarnation = r.number("incarnation", 1)
	for r.err == nil {
		signed = payload[:len(payload)-len(r.rest)]
		l := r.line()
		epoch, key, found := strings.Cut(l, " ")
		if !found {
			if sig, err = decodeBase64(l, ed25519.SignatureSize); err != nil {
				r.fail("signature: %w", err)
			}
			break
		}
		n, err := parseNumber(epoch)
		if err != nil {
			r.fail("%w: epoch %q is not a decimal without leading zeros", ErrSyntax, clip(epoch))
		}
		raw, err := decodeBase64(key, EpochKeySize)
		if err != nil {
			r.fail("key of epoch %s: %w", strconv.FormatUint(uint64(n), 10), err)
			break
		}
		if len(e.Keys) == MaxEpochLines {
			r.fail("%w: more than %d epochs in one statement", ErrSyntax, MaxEpochLines)
		}
		e.Keys = append(e.Keys, EpochKey{Epoch: n, Key: EpochPublicKey(raw)})
	}
	r.end()
	if r.err != nil {
		return nil, nil, nil, r.err
	}
	for i := 1; i < len(e.Keys); i++ {
		if e.Keys[i].Epoch <= e.Keys[i-1].Epoch {
			return nil, nil, nil, fmt.Errorf("epoch keys: %w: epoch %d after %d; epochs rise",
				ErrSyntax, e.Keys[i].Epoch, e.Keys[i-1].Epoch)
		}
	}
	if len(e.Keys) == 0 {
		return nil, nil, nil, fmt.Errorf("epoch keys: %w: no epoch in it", ErrSyntax)
	}
	return e, signed, sig, nil
}
