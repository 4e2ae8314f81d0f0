package centre

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"entente/seal"
)

// An originator that signs fork after fork against itself is suspended by one
// of them; it fills no disk, no outbox and no log with the rest.
func TestEvidenceIsBounded(t *testing.T) {
	simulate(t, nil, func(t *testing.T, c *centreOf) {
		ctx := context.Background()
		c.startAll()
		c.stop("IRQ") // nothing is logged meanwhile, so nothing suspends yet
		rus := &maker{c: c, id: "RUS", keys: c.keys["RUS"]}
		const forks = 5 * maxEvidence
		var first string
		for i := range forks {
			a, b := rus.make(nil), rus.make(nil)
			data, err := seal.MarshalEvidence(seal.NewFork(a[:seal.HeaderSize], b[:seal.HeaderSize]))
			check(t, err)
			if i == 0 {
				first = evidenceID(data)
			}
			if status, answer := c.ask("IRN", "SYR", "POST", "/evidence", data); status != http.StatusNoContent {
				t.Fatalf("proof %d is answered %d %+v", i, status, answer)
			}
		}
		syr := c.posts["SYR"]
		if n, err := syr.log.CountEvidence(ctx); err != nil || n != maxEvidence {
			t.Errorf("%d proofs of %d are kept (%v), want %d", n, forks, err, maxEvidence)
		}
		if _, ok, err := syr.log.OneEvidence(ctx, first); !ok || err != nil {
			t.Errorf("the first proof is not kept (%v)", err)
		}
		// After a restart, which reads no proof before it needs it, it is filed.
		c.stop("SYR")
		c.start("SYR", "IRQ")
		await(t, c.posts["SYR"].Station, "the suspension", func() bool { return c.posts["SYR"].State().Suspended("RUS") })
		if n := c.posts["SYR"].Size(); n > 1+2*maxEvidence {
			t.Errorf("the log has %d leaves over one fault", n)
		}
	})
}

// Proofs that suspend nobody, because their key has ended, do not use up the
// place of one that does, nor those of one fault the place of another's.
func TestEvidenceClasses(t *testing.T) {
	c := newCentre(t, nil)
	rus := &maker{c: c, id: "RUS", keys: c.keys["RUS"]}
	irn := &maker{c: c, id: "IRN", keys: c.keys["IRN"]}
	fork := func(m *maker) *seal.Fork {
		a, b := m.make(nil), m.make(nil)
		return seal.NewFork(a[:seal.HeaderSize], b[:seal.HeaderSize])
	}
	r := fork(rus)
	classes := []string{
		sealClass(r, Accusation{Accused: "RUS"}),
		sealClass(r, Accusation{Accused: "RUS", Suspends: true}),
		sealClass(fork(irn), Accusation{Accused: "IRN"}),
		sealClass(&seal.BrokenSignature{Header: r.A}, Accusation{Accused: "RUS"}),
		sealClass(&seal.Missing{Header: r.A}, Accusation{}),
		sealClass(&seal.Missing{Header: fork(irn).A}, Accusation{}),
	}
	seen := map[string]bool{}
	for _, class := range classes {
		if seen[class] || !strings.HasPrefix(class, evidenceSeal+"/") {
			t.Errorf("class %q of %q", class, classes)
		}
		seen[class] = true
	}
	if again := sealClass(fork(rus), Accusation{Accused: "RUS", Suspends: true}); again != classes[1] {
		t.Errorf("two forks under one key are of %q and %q", again, classes[1])
	}
}
