// Package keyring keeps a member's private keys, at rest and in use, and
// forgets those that must be forgotten (spec/keys.md, "At rest" and
// "Forgetting").
//
// Two places hold them, both in the node's directory. The long-lived keys are
// files under keys/: one for each purpose and generation, encrypted under a
// master key, which is encrypted under what the operator unlocks the node
// with. The many short-lived ones (epoch keys, set keys, envelope keys) are
// rows of keys.db, encrypted under the local key. The root key is a file of
// its own, wherever its member keeps it, and is no part of a [Keyring].
//
// Nothing outside of this package sees a long-lived private key: a [Keyring]
// gives out signers, each of which signs for its purpose alone.
//
// What Go cannot do: values that crypto/hpke, crypto/tls and the garbage
// collector have copied are not wiped. Keys held here are overwritten when the
// keyring is closed.
package keyring
