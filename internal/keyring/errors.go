package keyring

import "errors"

// Errors of the package. Every error that it returns for a reason of its own
// wraps one of these and says what would cure it.
var (
	// ErrUnlock: the passphrase or credential is not the one with which the
	// file was locked, or the file was changed. The two cannot be told apart.
	ErrUnlock = errors.New("keyring: not unlocked")

	// ErrFormat: a key file is not one, or asks for more than its bounds.
	ErrFormat = errors.New("keyring: malformed key file")

	// ErrVersion: a key file of a newer program.
	ErrVersion = errors.New("keyring: key file of an unknown version")

	// ErrExists: keys are there already; nothing is ever overwritten by new ones.
	ErrExists = errors.New("keyring: keys exist already")

	// ErrMissing: there is no such key here.
	ErrMissing = errors.New("keyring: no such key")

	// ErrExposed: a key file can be read by others than its owner.
	ErrExposed = errors.New("keyring: key file open to others")

	// ErrPurpose: a key was asked to sign what is not its purpose.
	ErrPurpose = errors.New("keyring: not this key's purpose")

	// ErrForgotten: the keys of that epoch, or the key of that envelope, have
	// been destroyed.
	ErrForgotten = errors.New("keyring: forgotten")

	// ErrConflict: another key stands in that place already.
	ErrConflict = errors.New("keyring: another key is held there")

	// ErrDamaged: a row of keys.db does not open under the local key.
	ErrDamaged = errors.New("keyring: keys.db is damaged")

	// ErrUnsuitable: a passphrase, credential or parameter that would not protect.
	ErrUnsuitable = errors.New("keyring: unsuitable")
)
