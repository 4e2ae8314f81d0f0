package centre

import (
	"bufio"
	"bytes"
	"context"
	"slices"
	"testing"

	"entente/charter"
	"entente/internal/store"
	"entente/internal/store/logdb"
	"entente/seal"
	"entente/tlog"
)

// sampleRun is two envelopes of RUS and a leaf without its body.
func sampleRun(t testing.TB) (*centreOf, run) {
	c := newCentre(t, nil)
	rus := &maker{c: c, id: "RUS", keys: c.keys["RUS"]}
	var r run
	for range 2 {
		e := rus.next()
		r.add(e[:seal.HeaderSize], e[seal.HeaderSize:])
	}
	r.add(rus.next()[:seal.HeaderSize], nil)
	return c, r
}

// What parses as entries is written again as the same bytes.
func FuzzEntries(f *testing.F) {
	_, r := sampleRun(f)
	whole := appendEntries(nil, logdb.Run{First: 7, Headers: r.headers, Bodies: r.bodies})[5:]
	f.Add(whole)
	f.Add(whole[:len(whole)-1])
	f.Add(append(slices.Clone(whole), 0))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, p []byte) {
		first, r, err := parseEntries(p)
		if err != nil {
			return
		}
		if got := appendEntries(nil, logdb.Run{First: first, Headers: r.headers, Bodies: r.bodies})[5:]; !bytes.Equal(got, p) {
			t.Errorf("%d bytes of entries are written again as %d others", len(p), len(got))
		}
	})
}

// What parses as a proof is written again as the same bytes.
func FuzzProof(f *testing.F) {
	f.Add(appendProof(nil, 3, 9, make([]tlog.Hash, 4))[5:])
	f.Add(appendProof(nil, 9, 9, nil)[5:])
	f.Add([]byte("short"))
	f.Fuzz(func(t *testing.T, p []byte) {
		m, n, proof, err := parseProof(p)
		if err != nil {
			return
		}
		if m > n || len(proof) > tlog.MaxProof {
			t.Errorf("a proof of %d hashes from %d to %d", len(proof), m, n)
		}
		if got := appendProof(nil, m, n, proof)[5:]; !bytes.Equal(got, p) {
			t.Error("a proof is written again as other bytes")
		}
	})
}

// Frames are read one after another to the end of a stream, each within its
// bound, and are written again as the same bytes.
func FuzzFrames(f *testing.F) {
	_, r := sampleRun(f)
	stream := appendEntries(nil, logdb.Run{First: 0, Headers: r.headers, Bodies: r.bodies})
	stream = appendProof(stream, 1, 2, make([]tlog.Hash, 1))
	stream = appendFrame(stream, frameCheckpoint, []byte("note"))
	stream = appendFrame(stream, frameKeys, []byte("certificate"))
	stream = appendFrame(stream, frameAlive, nil)
	f.Add(stream)
	f.Add([]byte{frameEntries, 0xff, 0xff, 0xff, 0xff})
	f.Add([]byte{frameAlive, 0, 0, 0, 1, 0})
	f.Fuzz(func(t *testing.T, p []byte) {
		var again []byte
		br := bufio.NewReader(bytes.NewReader(p))
		for {
			kind, payload, err := readFrame(br)
			if err != nil {
				break
			}
			if len(payload) > maxFrame {
				t.Errorf("a frame of %d bytes", len(payload))
			}
			again = appendFrame(again, kind, payload)
		}
		if !bytes.HasPrefix(p, again) {
			t.Error("frames are written again as other bytes")
		}
	})
}

// Envelopes that were split join to what they were; what does not split whole
// gives the whole ones before the fault.
func FuzzEnvelopes(f *testing.F) {
	_, r := sampleRun(f)
	two := slices.Concat(r.header(0), r.bodies[0], r.header(1), r.bodies[1])
	f.Add(two)
	f.Add(two[:len(two)-1])
	f.Add(two[:300])
	f.Fuzz(func(t *testing.T, p []byte) {
		r, err := splitEnvelopes(p)
		var again []byte
		for i := range r.n() {
			again = append(append(again, r.header(i)...), r.bodies[i]...)
		}
		if err == nil && !bytes.Equal(again, p) || !bytes.HasPrefix(p, again) {
			t.Error("envelopes join to other bytes")
		}
	})
}

// Evidence in any bytes is judged without harm; what stands has one form, and
// accuses a member or nobody.
func FuzzEvidence(f *testing.F) {
	c, r := sampleRun(f)
	l := &liar{t: f, c: c, keys: c.keys["IRQ"]}
	v := &lies{}
	v.leaves.add(r.header(0), r.bodies[0]) // no genesis: an invalid log
	note, cp := l.head(v)
	invalid := mustJSON(f, InvalidLog{Head: string(note), Leaves: []ShownLeaf{{0, r.header(0), [][]byte{}}}})
	f.Add(invalid)
	means := Means{State: charter.NewState(c.found, nil)}
	if a, err := means.Judge(invalid); err != nil || a.Accused != "IRQ" {
		f.Fatalf("an invalid log of one leaf, size %d: %+v, %v", cp.Size, a, err)
	}
	f.Add(mustJSON(f, Rollback{"IRQ/cosignature", string(note), string(note)}))
	f.Add([]byte("ENTV\x01\x01\x00\x00"))
	f.Add([]byte("entente/log-evidence/v1\n\nnote 0\n"))
	f.Fuzz(func(t *testing.T, p []byte) {
		a, err := means.Judge(p)
		if err != nil {
			return
		}
		if a.Accused != "" && !c.found.Members().Contains(a.Accused) || a.Cause == nil {
			t.Errorf("judged as %+v", a)
		}
	})
}

// A stream of any bytes moves the log nowhere but by what the lead has signed.
func FuzzStream(f *testing.F) {
	c, r := sampleRun(f)
	l := &liar{t: f, c: c, keys: c.keys["IRQ"]}
	genesis := l.genesis()
	v := &lies{}
	v.leaves.add(genesis.Header, genesis.Body)
	v.leaves.add(r.header(0), r.bodies[0])
	note, _ := l.head(v)
	stream := appendEntries(nil, logdb.Run{Headers: v.leaves.headers, Bodies: v.leaves.bodies})
	stream = appendFrame(stream, frameCheckpoint, note)
	f.Add(stream)
	f.Add(append(slices.Clone(stream), appendFrame(nil, frameCertified, note)...))
	f.Add(append(appendFrame(nil, frameCheckpoint, note), stream...))
	db, err := logdb.Open(c.path("SYR"), store.Options{Relaxed: true})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { db.Close() })
	s, err := Open(context.Background(), Options{Self: "SYR", Founding: c.found, Log: db, Keys: c.keys["SYR"], Peers: &plainPeers{n: c.net, self: "SYR"}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		follow := follower{s: s, from: "IRQ"}
		br := bufio.NewReader(bytes.NewReader(p))
		for {
			kind, payload, err := readFrame(br)
			if err != nil || follow.take(context.Background(), frame{kind, payload}, false) != nil {
				break
			}
		}
		if n := s.Size(); n != 0 {
			if cp, err := tlog.VerifyCheckpoint(s.checkNote, s.origin, s.verifiersAt(n).log); err != nil || cp.Size != n || cp.Root != s.root {
				t.Errorf("%d leaves are stored without a head of the lead: %v", n, err)
			}
		}
		if h := s.Halted(); h != nil {
			t.Errorf("halted: %s", h.Message)
		}
	})
}
