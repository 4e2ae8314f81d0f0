package bundle

import (
	"crypto/hpke"
	"encoding/base64"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"

	"entente/charter"
)

// The standard post-quantum recipient of age (C2SP age, "mlkem768x25519"), over
// keys that are held elsewhere: age's own types take keys from its own text form
// alone, and ours stay in the keyring.

const (
	stanzaType = "mlkem768x25519"
	stanzaInfo = "age-encryption.org/mlkem768x25519"
	fileKey    = 16
	encSize    = 1120
)

// recipient implements age.Recipient over a member's epoch key.
type recipient struct{ key hpke.PublicKey }

// Wrap implements age.Recipient.
func (r recipient) Wrap(key []byte) ([]*age.Stanza, error) {
	enc, sender, err := hpke.NewSender(r.key, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), []byte(stanzaInfo))
	if err != nil {
		return nil, err
	}
	sealed, err := sender.Seal(nil, key)
	if err != nil {
		return nil, err
	}
	return []*age.Stanza{{Type: stanzaType, Args: []string{base64.RawStdEncoding.EncodeToString(enc)}, Body: sealed}}, nil
}

// identities implements age.Identity over the epoch keys that a member holds.
type identities []hpke.PrivateKey

// Unwrap implements age.Identity.
func (is identities) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	if len(stanzas) != 1 || stanzas[0].Type != stanzaType || len(stanzas[0].Args) != 1 || len(stanzas[0].Body) != fileKey+ageTag {
		return nil, fmt.Errorf("%w (the outer layer has other recipients than one of type %s)", ErrMalformed, stanzaType)
	}
	enc, err := base64.RawStdEncoding.Strict().DecodeString(stanzas[0].Args[0])
	if err != nil || len(enc) != encSize {
		return nil, fmt.Errorf("%w (the outer layer's recipient)", ErrMalformed)
	}
	for _, k := range is {
		r, err := hpke.NewRecipient(enc, k, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), []byte(stanzaInfo))
		if err != nil {
			continue
		}
		if key, err := r.Open(nil, stanzas[0].Body); err == nil {
			return key, nil
		}
	}
	return nil, age.ErrIncorrectIdentity
}

// sealTo begins the outer layer.
func sealTo(w io.Writer, to charter.EpochPublicKey) (io.WriteCloser, error) {
	key, err := hpke.MLKEM768X25519().NewPublicKey(to[:])
	if err != nil {
		return nil, fmt.Errorf("the addressee's key: %w", err)
	}
	return age.Encrypt(w, recipient{key})
}

// opened opens the outer layer and says in this package's words why it does not.
type opened struct{ r io.Reader }

func open(r io.Reader, keys []hpke.PrivateKey) (io.Reader, error) {
	in := &source{r: r}
	plain, err := age.Decrypt(in, identities(keys))
	var none *age.NoIdentityMatchError
	switch {
	case err == nil:
		return opened{plain}, nil
	case in.err != nil:
		return nil, in.err
	case Code(err) != "":
		return nil, err
	case errors.As(err, &none):
		return nil, ErrAddressee
	}
	return nil, fmt.Errorf("%w (its outer layer is not age's)", ErrDamaged)
}

// Read implements io.Reader.
func (o opened) Read(p []byte) (int, error) {
	n, err := o.r.Read(p)
	if err != nil && err != io.EOF {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = ErrTruncated
		} else {
			err = ErrDamaged
		}
	}
	return n, err
}

// source remembers why reading the file itself failed, which is no fault of the
// bundle.
type source struct {
	r   io.Reader
	err error
}

// Read implements io.Reader.
func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}
