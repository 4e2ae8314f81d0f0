// Package tlog is the Merkle log of Entente: RFC 6962 hashing, tiles,
// checkpoints, cosignatures, proofs, evidence of forks, and the static export
// with its offline verifier.
//
// It is a core without a clock, a network or SQL. It knows leaves as opaque
// byte strings; what they say is the business of others. Whoever stores a log
// hands in a [TileReader] and takes the tiles that a [Frontier] hands out.
//
// Hashing is that of golang.org/x/mod/sumdb/tlog (RFC 6962 section 2.1). Wire
// formats are those of C2SP: signed-note, tlog-checkpoint, tlog-cosignature
// (Ed25519, cosignature/v1), tlog-tiles, tlog-proof, and the body of
// tlog-witness's add-checkpoint for consistency proofs. Where C2SP leaves a
// choice, spec/log.md makes it, and this package refuses what that page
// refuses; each refusal wraps one of the Err values, whose code [Code] returns.
package tlog
