package tlog

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// forkedTrees are two trees of n leaves each that part at leaf at.
func forkedTrees(t testing.TB, n, at int) (a, b MemTiles) {
	t.Helper()
	hashes := make([]Hash, n)
	for i := range hashes {
		hashes[i] = LeafHash(testLeaf(int64(i)))
	}
	a = treeOf(t, hashes)
	for i := at; i < n; i++ {
		hashes[i] = LeafHash(append(testLeaf(int64(i)), 'x'))
	}
	return a, treeOf(t, hashes)
}

func TestConflict(t *testing.T) {
	log := logSigner(t, testOrigin, "log")
	other := logSigner(t, testOrigin, "other")
	ta, tb := forkedTrees(t, 40, 30)
	for _, c := range []struct {
		what string
		a, b []byte
		fork bool
		want error
	}{
		{"one head", head(t, log, 40, ta), head(t, log, 40, ta), false, nil},
		{"before they part", head(t, log, 30, ta), head(t, log, 30, tb), false, nil},
		{"after they part", head(t, log, 31, ta), head(t, log, 31, tb), true, nil},
		{"other sizes", head(t, log, 40, ta), head(t, log, 39, tb), false, nil},
		{"second not signed by the log", head(t, log, 40, ta), head(t, other, 40, tb), false, ErrSignature},
		{"first not signed by the log", head(t, other, 40, ta), head(t, log, 40, tb), false, ErrSignature},
		{"another log", head(t, log, 40, ta), head(t, logSigner(t, "o", "log"), 40, tb), false, ErrOrigin},
		{"malformed", head(t, log, 40, ta), []byte("x"), false, ErrMalformed},
	} {
		t.Run(c.what, func(t *testing.T) {
			for _, pair := range [][2][]byte{{c.a, c.b}, {c.b, c.a}} {
				ev, err := Conflict(pair[0], pair[1], log.Verifier)
				wantErr(t, err, c.want)
				if (ev != nil) != c.fork {
					t.Fatalf("evidence %v", ev)
				}
				if ev == nil {
					continue
				}
				f, err := VerifyEvidence(*ev, log.Verifier)
				if err != nil || f.A.Size != 31 || f.B.Size != 31 || f.A.Root == f.B.Root || f.Prefix != nil || !strings.Contains(f.String(), "rule 27") {
					t.Fatalf("%v, %v", f, err)
				}
				checkEvidenceText(t, *ev)
			}
		})
	}
	x, err := Conflict(head(t, log, 31, ta), head(t, log, 31, tb), log.Verifier)
	wantErr(t, err, nil)
	y, err := Conflict(head(t, log, 31, tb), head(t, log, 31, ta), log.Verifier)
	wantErr(t, err, nil)
	if !bytes.Equal(evidenceText(t, *x), evidenceText(t, *y)) {
		t.Error("the order in which heads are compared shows in the evidence")
	}
}

func evidenceText(t testing.TB, ev Evidence) []byte {
	t.Helper()
	b, err := MarshalEvidence(ev)
	wantErr(t, err, nil)
	return b
}

// checkEvidenceText writes, reads, and tampers with evidence.
func checkEvidenceText(t testing.TB, ev Evidence) {
	t.Helper()
	log := logSigner(t, testOrigin, "log")
	text := evidenceText(t, ev)
	again, err := ParseEvidence(text)
	if err != nil || !bytes.Equal(again.A, ev.A) || !bytes.Equal(again.B, ev.B) || (again.Prefix == nil) != (ev.Prefix == nil) {
		t.Fatalf("read back: %v", err)
	}
	if ev.Prefix != nil && (again.Prefix.Root != ev.Prefix.Root || !slices.Equal(again.Prefix.Proof, ev.Prefix.Proof)) {
		t.Fatal("the prefix is read back as another")
	}
	for i := range text {
		bad := bytes.Clone(text)
		bad[i] ^= 1
		if ev, err := ParseEvidence(bad); err == nil {
			if f, err := VerifyEvidence(ev, log.Verifier); err == nil {
				t.Fatalf("byte %d changed, and it still shows %v", i, f)
			}
		}
		if _, err := ParseEvidence(text[:i]); err == nil {
			t.Fatalf("cut at byte %d, and still read", i)
		}
	}
	if _, err := ParseEvidence(append(bytes.Clone(text), '\n')); err == nil {
		t.Fatal("a byte after the end is accepted")
	}
}

// TestInconsistent parts trees at every leaf and compares heads of all sizes:
// evidence exactly when the smaller head is no beginning of the larger one.
func TestInconsistent(t *testing.T) {
	log := logSigner(t, testOrigin, "log")
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 600).Draw(rt, "leaves")
		at := rapid.IntRange(0, n).Draw(rt, "parted at")
		ta, tb := forkedTrees(t, n, at)
		m := rapid.IntRange(0, n).Draw(rt, "smaller")
		small, large := head(t, log, int64(m), ta), head(t, log, int64(n), tb)
		if rapid.Bool().Draw(rt, "swap") {
			small, large = large, small
		}
		ev, err := Inconsistent(small, large, log.Verifier, tb)
		if err != nil {
			rt.Fatal(err)
		}
		if (ev != nil) != (at < m) {
			rt.Fatalf("parted at %d, heads of %d and %d: evidence %v", at, m, n, ev)
		}
		if ev == nil {
			return
		}
		f, err := VerifyEvidence(*ev, log.Verifier)
		if err != nil || f.A.Size != int64(m) || f.B.Size != int64(n) || (f.Prefix == nil) != (m == n) || !strings.Contains(f.String(), "rule 27") {
			rt.Fatalf("%v, %v", f, err)
		}
		again, err := ParseEvidence(evidenceText(t, *ev))
		if err != nil {
			rt.Fatal(err)
		}
		if g, err := VerifyEvidence(again, log.Verifier); err != nil || g.String() != f.String() {
			rt.Fatalf("%v, %v", g, err)
		}
		// The smaller tree's tiles show nothing about the larger head.
		if m < n && at < n {
			if _, err := Inconsistent(small, large, log.Verifier, ta); Code(err) != "log-tiles" {
				rt.Fatalf("tiles of the other tree: %v", err)
			}
		}
	})
}

func TestInconsistentTampering(t *testing.T) {
	log := logSigner(t, testOrigin, "log")
	ta, tb := forkedTrees(t, 40, 5)
	ev, err := Inconsistent(head(t, log, 21, ta), head(t, log, 40, tb), log.Verifier, tb)
	wantErr(t, err, nil)
	checkEvidenceText(t, *ev)
}

func TestVerifyEvidenceRefuses(t *testing.T) {
	log := logSigner(t, testOrigin, "log")
	other := logSigner(t, testOrigin, "other")
	ta, tb := forkedTrees(t, 40, 5)
	a21, b21, a40, b40 := head(t, log, 21, ta), head(t, log, 21, tb), head(t, log, 40, ta), head(t, log, 40, tb)
	ev, err := Inconsistent(a21, b40, log.Verifier, tb)
	wantErr(t, err, nil)
	rootA, err := RootAt(21, ta)
	wantErr(t, err, nil)
	honest, err := ConsistencyProof(21, 40, ta)
	wantErr(t, err, nil)
	pair, err := Conflict(a21, b21, log.Verifier)
	wantErr(t, err, nil)
	for _, c := range []struct {
		what string
		ev   Evidence
		log  Verifier
		want error
	}{
		{"the same head twice", Evidence{a21, a21, nil}, log.Verifier, ErrEvidence},
		{"a head and its continuation", Evidence{a21, a40, &Prefix{rootA, honest}}, log.Verifier, ErrEvidence},
		{"another log's key", *ev, other.Verifier, ErrSignature},
		{"one head of another key", Evidence{pair.A, head(t, other, 21, tb), nil}, log.Verifier, ErrSignature},
		{"a made-up root", Evidence{a21, a40, &Prefix{LeafHash(nil), honest}}, log.Verifier, ErrProof},
		{"a proof of the other tree", Evidence{a21, b40, &Prefix{ev.Prefix.Root, honest}}, log.Verifier, ErrProof},
		{"a proof cut short", Evidence{a21, b40, &Prefix{ev.Prefix.Root, ev.Prefix.Proof[1:]}}, log.Verifier, ErrProof},
		{"larger first", Evidence{b40, a21, ev.Prefix}, log.Verifier, ErrMalformed},
		{"one size, wrong order", Evidence{pair.B, pair.A, nil}, log.Verifier, ErrMalformed},
		{"no prefix", Evidence{a21, b40, nil}, log.Verifier, ErrMalformed},
		{"a prefix for one size", Evidence{pair.A, pair.B, ev.Prefix}, log.Verifier, ErrMalformed},
		{"nothing", Evidence{}, log.Verifier, ErrMalformed},
	} {
		t.Run(c.what, func(t *testing.T) {
			_, err := VerifyEvidence(c.ev, c.log)
			wantErr(t, err, c.want)
		})
	}
}

func TestDoubleCosigned(t *testing.T) {
	log := logSigner(t, testOrigin, "log")
	ss, vs := members(t, 4)
	ta, tb := forkedTrees(t, 40, 5)
	a := cosignedBy(t, head(t, log, 40, ta), 100, ss[0], ss[1], ss[2])
	b := cosignedBy(t, head(t, log, 40, tb), 100, ss[2], ss[3])
	ev, err := Conflict(a, b, log.Verifier)
	wantErr(t, err, nil)
	names, err := DoubleCosigned(*ev, vs)
	if err != nil || !slices.Equal(names, []string{"RUS/cosignature"}) {
		t.Errorf("%v, %v", names, err)
	}
	_, err = DoubleCosigned(*ev, append(vs, vs[0]))
	wantErr(t, err, ErrKey)
	_, err = DoubleCosigned(Evidence{a, nil, nil}, vs)
	wantErr(t, err, ErrMalformed)
}

// TestLargestEvidence reads evidence at its bounds.
func TestLargestEvidence(t *testing.T) {
	fill := func(cp Checkpoint) []byte {
		text, err := cp.Text()
		wantErr(t, err, nil)
		n := joinNote(text, []SignatureLine{{"x", 1, make([]byte, 64)}})
		// A line takes 7 bytes beside its base64.
		for room := MaxNote - len(n); room >= 7+8; room = MaxNote - len(n) {
			size := min(6000, (room-7)/4*3-4)
			n = append(SignatureLine{"x", 1, make([]byte, size)}.append(n), '\n')
		}
		return n
	}
	root := LeafHash(nil)
	ev := Evidence{fill(Checkpoint{strings.Repeat("o", MaxName), MaxSize - 1, root}), fill(Checkpoint{strings.Repeat("o", MaxName), MaxSize, root}), &Prefix{root, make([]Hash, MaxProof)}}
	text := evidenceText(t, ev)
	if len(ev.A) < MaxNote-50 || len(text) < 2*MaxNote {
		t.Errorf("the notes have %d bytes: not at the bound", len(ev.A))
	}
	_, err := ParseEvidence(make([]byte, MaxEvidence+1))
	wantErr(t, err, ErrTooLarge)
	ev.Prefix.Proof = make([]Hash, MaxProof+1)
	_, err = MarshalEvidence(ev)
	wantErr(t, err, ErrTooLarge)
}

func FuzzParseEvidence(f *testing.F) {
	log := logSigner(f, testOrigin, "log")
	ta, tb := forkedTrees(f, 40, 5)
	ev, err := Conflict(head(f, log, 40, ta), head(f, log, 40, tb), log.Verifier)
	wantErr(f, err, nil)
	f.Add(evidenceText(f, *ev))
	ev, err = Inconsistent(head(f, log, 21, ta), head(f, log, 40, tb), log.Verifier, tb)
	wantErr(f, err, nil)
	f.Add(evidenceText(f, *ev))
	f.Fuzz(func(t *testing.T, data []byte) {
		ev, err := ParseEvidence(data)
		if err != nil {
			if Code(err) == "" {
				t.Fatalf("refused without a code: %v", err)
			}
			return
		}
		if got := evidenceText(t, ev); !bytes.Equal(got, data) {
			t.Fatalf("read %q, written %q", data, got)
		}
		// Nobody can make evidence against this key by changing bytes, but
		// what is signed already may be shown.
		if fork, err := VerifyEvidence(ev, log.Verifier); err == nil && fork.A == fork.B {
			t.Fatalf("one head convicts: %v", fork)
		}
	})
}
