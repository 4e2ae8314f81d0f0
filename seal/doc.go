// Package seal makes and opens envelopes: what a member signs, seals and hands
// to the log, byte for byte as spec/envelope.md says, and what proves to a
// third party that an originator did it wrong (spec/evidence.md).
//
// An envelope is a header of [HeaderSize] bytes, which is the leaf of the log,
// and a body beside it. [Seal] and [SealPublic] make one, [VerifyHeader],
// [CheckBody] and [Open] or [Payload] take it apart. [CheckRun] checks headers
// by the hundred thousand. [MakePacket] and [OpenPacket] hand set keys to the
// members of a set, [EncryptAttachment] and [DecryptAttachment] carry what is
// too large for a body, and [ParseEvidence] and [Verify] judge faults offline.
//
// The package knows nothing of what an act says. It draws randomness from
// crypto/rand and otherwise depends on its arguments alone: no clock, no disk,
// no network, no private keys of its own (see [Signer]). It never logs.
//
// What the construction promises: of one header all honest openers accept the
// same bytes, whatever the originator did, because the tag in the signed header
// commits to the one key under which the body opens; and every way in which an
// originator gives members different things under one name leaves evidence.
package seal
