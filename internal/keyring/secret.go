package keyring

import (
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
)

// notShown stands wherever a secret would be printed.
const notShown = "[secret]"

// secret is a key of 32 bytes. No verb of fmt and no handler of slog prints it.
type secret [32]byte

func newSecret() *secret {
	s := new(secret)
	rand.Read(s[:]) // never fails (crypto/rand)
	return s
}

func (s *secret) wipe() {
	if s != nil {
		clear(s[:])
	}
}

// Format implements fmt.Formatter.
func (secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, notShown) }

// LogValue implements slog.LogValuer.
func (secret) LogValue() slog.Value { return slog.StringValue(notShown) }

// hidden is embedded in exported types that hold secrets.
type hidden struct{}

// String returns a remark in place of the keys.
func (hidden) String() string { return notShown }

// Format implements fmt.Formatter: no verb prints the keys.
func (hidden) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, notShown) }

// LogValue implements slog.LogValuer: no handler logs the keys.
func (hidden) LogValue() slog.Value { return slog.StringValue(notShown) }

// MarshalText writes a remark in place of the keys: no encoder sees them.
func (hidden) MarshalText() ([]byte, error) { return []byte(notShown), nil }
