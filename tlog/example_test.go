package tlog_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"log"

	"entente/tlog"
)

// The way of a batch: the lead appends and signs, members cosign, anybody
// proves and checks.
func Example() {
	const origin = "entente/0123456789abcdef/1"
	lead, err := tlog.NewLogSigner(origin, exampleKey("lead"))
	if err != nil {
		log.Fatal(err)
	}
	var members []tlog.Signer
	var known []tlog.Verifier
	for _, id := range []string{"IRN", "IRQ", "RUS", "SYR"} {
		s, err := tlog.NewCosigner(id+"/cosignature", exampleKey(id))
		if err != nil {
			log.Fatal(err)
		}
		members, known = append(members, s), append(known, s.Verifier)
	}

	// The lead tries a batch on a clone, stores its tiles, and signs its head.
	held, err := tlog.NewFrontier(0, nil)
	if err != nil {
		log.Fatal(err)
	}
	stored := tlog.MemTiles{}
	next := held.Clone()
	batch := []tlog.Hash{tlog.LeafHash([]byte("first")), tlog.LeafHash([]byte("second")), tlog.LeafHash([]byte("third"))}
	if err := next.Append(batch); err != nil {
		log.Fatal(err)
	}
	stored.Put(next.TakeTiles())
	held = next
	note, err := tlog.SignCheckpoint(tlog.Checkpoint{Origin: origin, Size: held.Size(), Root: held.Root()}, lead)
	if err != nil {
		log.Fatal(err)
	}

	// Members who hold the same leaves cosign.
	for i, m := range members[:3] {
		line, err := tlog.Cosign(note, m, 1790000000+int64(i))
		if err != nil {
			log.Fatal(err)
		}
		if note, err = tlog.AddSignature(note, line); err != nil {
			log.Fatal(err)
		}
	}
	cp, cosigned, err := tlog.Certified(note, lead.Verifier, known, 3)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("certified:", cp.Size, "leaves by", len(cosigned), "at", tlog.LogTime(cosigned))

	// A proof that stands alone.
	path, err := tlog.InclusionProof(1, cp.Size, stored)
	if err != nil {
		log.Fatal(err)
	}
	proof := tlog.Inclusion{Index: 1, Proof: path, Note: note}
	_, err = proof.Verify(tlog.LeafHash([]byte("second")), origin, lead.Verifier, known, 3)
	fmt.Println("second is in the log:", err == nil)
	_, err = proof.Verify(tlog.LeafHash([]byte("never said")), origin, lead.Verifier, known, 3)
	fmt.Println("never said:", tlog.Code(err))

	// Another root for the same size convicts the lead.
	forged, err := tlog.SignCheckpoint(tlog.Checkpoint{Origin: origin, Size: 3, Root: tlog.LeafHash(nil)}, lead)
	if err != nil {
		log.Fatal(err)
	}
	evidence, err := tlog.Conflict(note, forged, lead.Verifier)
	fmt.Println("fork:", evidence != nil, err)
	// Output:
	// certified: 3 leaves by 3 at 1790000001
	// second is in the log: true
	// never said: log-proof
	// fork: true <nil>
}

func exampleKey(seed string) ed25519.PrivateKey {
	h := sha256.Sum256([]byte(seed))
	return ed25519.NewKeyFromSeed(h[:])
}
