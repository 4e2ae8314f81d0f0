package tlog

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"pgregory.net/rapid"
)

// timedVerifier verifies a cosignature the way tlog-cosignature says, for
// x/mod's note: the oracle for what Cosign writes.
type timedVerifier struct{ Verifier }

func (v timedVerifier) KeyHash() uint32 { return v.KeyID() }

func (v timedVerifier) Verify(msg, sig []byte) bool {
	if len(sig) != 72 {
		return false
	}
	text := "cosignature/v1\ntime " + itoa(binary.BigEndian.Uint64(sig)) + "\n" + string(msg)
	return v.verify([]byte(text), sig[8:])
}

func itoa(n uint64) string {
	s := ""
	for ; n > 0; n /= 10 {
		s = string(rune('0'+n%10)) + s
	}
	return s
}

func TestCosignAgainstOracle(t *testing.T) {
	log := logSigner(t, testOrigin, "log")
	c := cosigner(t, "IRQ/cosignature")
	n := cosignedBy(t, head(t, log, 9, smallTree(t, 9)), 1679315147, c)
	lv, err := note.NewVerifier(log.Verifier.String())
	wantErr(t, err, nil)
	opened, err := note.Open(n, note.VerifierList(lv, timedVerifier{c.Verifier}))
	wantErr(t, err, nil)
	if len(opened.Sigs) != 2 {
		t.Fatalf("x/mod verifies %d signatures of 2", len(opened.Sigs))
	}
	got, err := VerifyCosignature(n, c.Verifier)
	if err != nil || got != (Cosigned{"IRQ/cosignature", 1679315147}) {
		t.Fatalf("%+v, %v", got, err)
	}
}

func TestCosignRefuses(t *testing.T) {
	log := logSigner(t, testOrigin, "log")
	c := cosigner(t, "IRQ/cosignature")
	n := head(t, log, 9, smallTree(t, 9))
	for _, time := range []int64{0, -1, MaxTime + 1} {
		_, err := Cosign(n, c, time)
		wantErr(t, err, ErrRange)
	}
	for _, time := range []int64{1, MaxTime} {
		_, err := Cosign(n, c, time)
		wantErr(t, err, nil)
	}
	_, err := Cosign([]byte("o\n1\n"), c, 1)
	wantErr(t, err, ErrMalformed)
	_, err = VerifyCosignature(n, c.Verifier)
	wantErr(t, err, ErrCosignature)
	_, err = VerifyCosignature(n, log.Verifier)
	wantErr(t, err, ErrKey)
}

// TestCertified is the table of what counts towards the quorum.
func TestCertified(t *testing.T) {
	log := logSigner(t, testOrigin, "log")
	ss, vs := members(t, 4)
	stranger := cosigner(t, "XXX/cosignature")
	tiles := smallTree(t, 30)
	bare := head(t, log, 30, tiles)
	older := cosignedBy(t, head(t, log, 29, tiles), 100, ss[3])
	s, err := parseSigned(bare)
	wantErr(t, err, nil)
	so, err := parseSigned(older)
	wantErr(t, err, nil)
	three := cosignedBy(t, bare, 100, ss[0], ss[1], ss[2])
	add := func(n []byte, l SignatureLine) []byte {
		n, err := AddSignature(n, l.append(nil))
		wantErr(t, err, nil)
		return n
	}
	line := func(i int, time int64) []byte {
		l, err := Cosign(bare, ss[i], time)
		wantErr(t, err, nil)
		return l
	}
	parsed := func(i int, time int64) SignatureLine {
		l, err := ParseSignatureLine(line(i, time))
		wantErr(t, err, nil)
		return l
	}
	retimed := parsed(3, 100)
	binary.BigEndian.PutUint64(retimed.Signature, 101)
	zeroTime := SignatureLine{ss[3].name, ss[3].id, nil}
	raw, err := ss[3].sign(cosignedMessage(s.text, 0))
	wantErr(t, err, nil)
	zeroTime.Signature = append(make([]byte, 8), raw...)
	huge := SignatureLine{ss[3].name, ss[3].id, nil}
	raw, err = ss[3].sign([]byte("cosignature/v1\ntime 18446744073709551615\n" + string(s.text)))
	wantErr(t, err, nil)
	huge.Signature = append(bytes.Repeat([]byte{0xff}, 8), raw...)
	raw, err = ss[3].sign(cosignedMessage(s.text, MaxTime+1))
	wantErr(t, err, nil)
	late := SignatureLine{ss[3].name, ss[3].id, append(binary.BigEndian.AppendUint64(nil, uint64(MaxTime)+1), raw...)}
	untimed, err := ss[3].sign(s.text)
	wantErr(t, err, nil)

	two := cosignedBy(t, bare, 100, ss[0], ss[1])
	for _, c := range []struct {
		what  string
		note  []byte
		names string
		want  error
	}{
		{"three of four", three, "IRN IRQ RUS", nil},
		{"all four", cosignedBy(t, bare, 100, ss...), "IRN IRQ RUS SYR", nil},
		{"in another order", cosignedBy(t, bare, 100, ss[3], ss[1], ss[0]), "IRN IRQ SYR", nil},
		{"two", two, "IRN IRQ", ErrQuorum},
		{"none", bare, "", ErrQuorum},
		{"two and a stranger", cosignedBy(t, two, 100, stranger), "IRN IRQ", ErrQuorum},
		{"two and one of them twice", add(two, parsed(0, 200)), "IRN IRQ", ErrQuorum},
		{"two and a cosignature of an older head", add(two, so.lines[1]), "IRN IRQ", ErrQuorum},
		{"two and another time over the signature", add(two, retimed), "IRN IRQ", ErrQuorum},
		{"two and time zero", add(two, zeroTime), "IRN IRQ", ErrQuorum},
		{"two and a time past 63 bits", add(two, huge), "IRN IRQ", ErrQuorum},
		{"two and a time after the year 9999", add(two, late), "IRN IRQ", ErrQuorum},
		{"two and a few bytes", add(two, SignatureLine{ss[3].name, ss[3].id, []byte{1, 2, 3}}), "IRN IRQ", ErrQuorum},
		{"two and a byte too many", add(two, SignatureLine{ss[3].name, ss[3].id, append(parsed(3, 100).Signature, 0)}), "IRN IRQ", ErrQuorum},
		{"two and a signature without a time", add(two, SignatureLine{ss[3].name, ss[3].id, untimed}), "IRN IRQ", ErrQuorum},
		{"two and another member's line renamed", add(two, SignatureLine{ss[3].name, ss[3].id, parsed(0, 100).Signature}), "IRN IRQ", ErrQuorum},
		{"two and the name with another key id", add(two, SignatureLine{ss[3].name, ss[3].id ^ 1, parsed(3, 100).Signature}), "IRN IRQ", ErrQuorum},
		{"three and a wrong line of the fourth", add(three, SignatureLine{ss[3].name, ss[3].id, make([]byte, 72)}), "IRN IRQ RUS", nil},
		{"three, a wrong line of the fourth and its right one", add(add(three, SignatureLine{ss[3].name, ss[3].id, make([]byte, 72)}), parsed(3, 9)), "IRN IRQ RUS SYR", nil},
		{"no signature of the log", cosignedBy(t, joinNote(s.text, []SignatureLine{parsed(0, 1)}), 100, ss...), "", ErrSignature},
	} {
		t.Run(c.what, func(t *testing.T) {
			cp, cs, err := Certified(c.note, log.Verifier, vs, 3)
			wantErr(t, err, c.want)
			var names []string
			for _, x := range cs {
				names = append(names, strings.TrimSuffix(x.Name, "/cosignature"))
			}
			if got := strings.Join(names, " "); got != c.names {
				t.Errorf("cosigned by %q, want %q", got, c.names)
			}
			if c.want != ErrSignature && cp != s.cp {
				t.Errorf("checkpoint %+v", cp)
			}
			if errors.Is(err, ErrQuorum) && !strings.Contains(err.Error(), "SYR/cosignature") {
				t.Errorf("the missing member is not named: %v", err)
			}
			if list, err := Cosignatures(c.note, vs); err != nil || c.want != ErrSignature && !slices.Equal(list, cs) {
				t.Errorf("Cosignatures: %v, %v", list, err)
			}
		})
	}

	t.Run("quorum", func(t *testing.T) {
		for _, q := range []int{-1, 0, 5} {
			_, _, err := Certified(three, log.Verifier, vs, q)
			wantErr(t, err, ErrRange)
		}
	})
	t.Run("listed twice", func(t *testing.T) {
		twin, err := NewCosignerVerifier("TWN/cosignature", vs[0].PublicKey())
		wantErr(t, err, nil)
		_, _, err = Certified(three, log.Verifier, append([]Verifier{twin}, vs...), 3)
		wantErr(t, err, ErrKey)
		_, _, err = Certified(three, log.Verifier, append([]Verifier{vs[2]}, vs...), 3)
		wantErr(t, err, ErrKey)
		_, _, err = Certified(three, log.Verifier, []Verifier{log.Verifier}, 1)
		wantErr(t, err, ErrKey)
	})
}

// TestRepeatedCosignature: the earliest time counts, in whatever order the
// lines stand.
func TestRepeatedCosignature(t *testing.T) {
	log := logSigner(t, testOrigin, "log")
	c := cosigner(t, "IRQ/cosignature")
	bare := head(t, log, 9, smallTree(t, 9))
	for _, times := range [][]int64{{5, 7, 9}, {9, 7, 5}, {7, 5, 9}} {
		n := bare
		for _, at := range times {
			n = cosignedBy(t, n, at, c)
		}
		got, err := VerifyCosignature(n, c.Verifier)
		if err != nil || got.Time != 5 {
			t.Errorf("times %v: %+v, %v", times, got, err)
		}
	}
}

// TestCertifiedProperty shuffles valid, wrong, repeated and foreign lines: the
// outcome depends on who cosigned validly and on nothing else.
func TestCertifiedProperty(t *testing.T) {
	log := logSigner(t, testOrigin, "log")
	ss, vs := members(t, 7)
	stranger := cosigner(t, "XXX/cosignature")
	bare := head(t, log, 12, smallTree(t, 12))
	s, err := parseSigned(bare)
	wantErr(t, err, nil)
	rapid.Check(t, func(rt *rapid.T) {
		lines := []SignatureLine{s.lines[0]}
		var want []Cosigned
		for _, m := range ss {
			kind := rapid.IntRange(0, 4).Draw(rt, m.name)
			time := rapid.Int64Range(1, 1000).Draw(rt, "time")
			good := func(at int64) {
				l, err := Cosign(bare, m, at)
				if err != nil {
					rt.Fatal(err)
				}
				p, err := ParseSignatureLine(l)
				if err != nil {
					rt.Fatal(err)
				}
				lines = append(lines, p)
			}
			switch kind {
			case 1: // once
				good(time)
			case 2: // twice
				good(time + 5)
				good(time)
			case 3: // wrong only
				lines = append(lines, SignatureLine{m.name, m.id, make([]byte, 72)})
			case 4: // wrong and right
				lines = append(lines, SignatureLine{m.name, m.id, make([]byte, 72)})
				good(time)
			}
			if kind == 1 || kind == 2 || kind == 4 {
				want = append(want, Cosigned{m.name, time})
			}
		}
		lines = append(lines, SignatureLine{stranger.name, stranger.id, make([]byte, 72)})
		rand.New(rand.NewSource(rapid.Int64().Draw(rt, "order"))).Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		n := joinNote(s.text, lines)
		q := rapid.IntRange(1, 7).Draw(rt, "quorum")
		cp, got, err := Certified(n, log.Verifier, vs, q)
		if cp != s.cp || !slices.Equal(got, want) || (len(want) >= q) != (err == nil) {
			rt.Fatalf("quorum %d: %v, %v; want %v", q, got, err, want)
		}
		pruned, err := Prune(n, log.Verifier, vs)
		if err != nil {
			rt.Fatal(err)
		}
		p, err := parseSigned(pruned)
		if err != nil || len(p.lines) != 1+len(want) {
			rt.Fatalf("pruned to %d lines, %v; want %d", len(p.lines), err, 1+len(want))
		}
		if _, again, err := Certified(pruned, log.Verifier, vs, q); !slices.Equal(again, want) || (err == nil) != (len(want) >= q) {
			rt.Fatalf("pruned: %v, %v", again, err)
		}
		// Any distribution over notes merges back to the same.
		cut := rapid.IntRange(1, len(lines)-1).Draw(rt, "cut")
		merged, err := Merge(joinNote(s.text, lines[:cut]), joinNote(s.text, lines[cut:]), n)
		if err != nil || !bytes.Equal(merged, n) && len(lines) == len(slices.Compact(lineTexts(lines))) {
			rt.Fatalf("merged: %v", err)
		}
		if _, again, _ := Certified(merged, log.Verifier, vs, q); !slices.Equal(again, want) {
			rt.Fatalf("merged: %v, want %v", again, want)
		}
	})
}

func lineTexts(lines []SignatureLine) []string {
	var s []string
	for _, l := range lines {
		s = append(s, l.String())
	}
	slices.Sort(s)
	return s
}

func TestMergeRefuses(t *testing.T) {
	log := logSigner(t, testOrigin, "log")
	tiles := smallTree(t, 9)
	a, b := head(t, log, 8, tiles), head(t, log, 9, tiles)
	_, err := Merge()
	wantErr(t, err, ErrMalformed)
	_, err = Merge(a, b)
	wantErr(t, err, ErrText)
	_, err = Merge(a, a[1:])
	wantErr(t, err, ErrText)
	_, err = Merge(a, []byte("x"))
	wantErr(t, err, ErrMalformed)
	s, err := parseSigned(a)
	wantErr(t, err, nil)
	filled := func(from, n, bytes int) []byte {
		lines := make([]SignatureLine, n)
		for i := range lines {
			lines[i] = SignatureLine{"x", uint32(from + i), make([]byte, bytes)}
		}
		return joinNote(s.text, lines)
	}
	_, err = Merge(filled(0, MaxSignatures, 64), a)
	wantErr(t, err, ErrTooLarge)
	_, err = Merge(filled(0, 20, 3000), filled(20, 20, 3000))
	wantErr(t, err, ErrTooLarge)
	_, err = Merge(filled(0, MaxSignatures, 64), filled(0, MaxSignatures, 64))
	wantErr(t, err, nil)
	// The cure that the refusal names.
	_, vs := members(t, 4)
	full, err := Merge(filled(0, MaxSignatures-1, 64), a)
	wantErr(t, err, nil)
	pruned, err := Prune(full, log.Verifier, vs)
	if err != nil || !bytes.Equal(pruned, a) {
		t.Fatalf("pruned %q, %v", pruned, err)
	}
	_, err = Prune(filled(0, 1, 64), log.Verifier, vs)
	wantErr(t, err, ErrSignature)
}

func TestLogTime(t *testing.T) {
	for _, c := range []struct {
		times []int64
		want  int64
	}{
		{nil, 0}, {[]int64{7}, 7}, {[]int64{9, 7}, 7}, {[]int64{9, 1, 7}, 7},
		{[]int64{9, 1, 7, 8}, 7}, {[]int64{5, 5, 5, 100, 0}, 5},
	} {
		var cs []Cosigned
		for _, at := range c.times {
			cs = append(cs, Cosigned{"x", at})
		}
		if got := LogTime(cs); got != c.want {
			t.Errorf("%v: %d, want %d", c.times, got, c.want)
		}
	}
	// While fewer than half lie, it lies between two honest times.
	rapid.Check(t, func(rt *rapid.T) {
		honest := rapid.SliceOfN(rapid.Int64Range(1000, 2000), 1, 9).Draw(rt, "honest")
		lies := rapid.SliceOfN(rapid.Int64Range(1, MaxTime), 0, len(honest)-1).Draw(rt, "lies")
		var cs []Cosigned
		for _, at := range append(slices.Clone(lies), honest...) {
			cs = append(cs, Cosigned{"x", at})
		}
		if got := LogTime(cs); got < slices.Min(honest) || got > slices.Max(honest) {
			rt.Fatalf("honest %v, lies %v: %d", honest, lies, got)
		}
	})
}

func BenchmarkSign(b *testing.B) {
	log := logSigner(b, testOrigin, "log")
	tiles := smallTree(b, 9)
	n := head(b, log, 9, tiles)
	ss, vs := members(b, 10)
	full := cosignedBy(b, n, 1700000000, ss...)
	b.Run("cosign", func(b *testing.B) {
		for b.Loop() {
			if _, err := Cosign(n, ss[0], 1700000000); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("verify-cosignature", func(b *testing.B) {
		for b.Loop() {
			if _, err := VerifyCosignature(full, vs[9]); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("certified-10-of-10", func(b *testing.B) {
		for b.Loop() {
			if _, _, err := Certified(full, log.Verifier, vs, 7); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("parse", func(b *testing.B) {
		for b.Loop() {
			if _, _, err := ParseCheckpoint(full); err != nil {
				b.Fatal(err)
			}
		}
	})
}
