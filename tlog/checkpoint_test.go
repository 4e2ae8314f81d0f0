package tlog

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"pgregory.net/rapid"
)

// publishedCheckpoint is the example of the C2SP texts tlog-checkpoint and
// tlog-cosignature: a log's and a witness's line, of keys that nobody here has.
const publishedCheckpoint = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n" +
	"— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n" +
	"— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"

func TestPublishedExample(t *testing.T) {
	cp, lines, err := ParseCheckpoint([]byte(publishedCheckpoint))
	if err != nil {
		t.Fatal(err)
	}
	if cp.Origin != "example.com/behind-the-sofa" || cp.Size != 20852163 || cp.Root.String() != "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=" {
		t.Errorf("checkpoint %+v", cp)
	}
	if len(lines) != 2 || lines[1].Name != "witness.example.com/w1" || lines[1].KeyID != 0x8d66cf3f || len(lines[1].Signature) != timedSize {
		t.Fatalf("lines %+v", lines)
	}
	for i, want := range strings.Split(publishedCheckpoint, "\n")[4:6] {
		if got := lines[i].String(); got != want {
			t.Errorf("line %d is %q, want %q", i, got, want)
		}
	}
}

// TestCheckpointAgainstOracle opens signed checkpoints with x/mod's note, and
// x/mod's with this package.
func TestCheckpointAgainstOracle(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		origin := rapid.StringMatching(`[!-*,-~]{1,40}`).Draw(rt, "origin")
		cp := Checkpoint{origin, rapid.Int64Range(1, MaxSize).Draw(rt, "size"), LeafHash([]byte(rapid.String().Draw(rt, "root")))}
		s := logSigner(t, origin, rapid.String().Draw(rt, "seed"))
		signed, err := SignCheckpoint(cp, s)
		if err != nil {
			rt.Fatal(err)
		}
		v, err := note.NewVerifier(s.Verifier.String())
		if err != nil {
			rt.Fatal(err)
		}
		n, err := note.Open(signed, note.VerifierList(v))
		if err != nil {
			rt.Fatal(err)
		}
		if text, err := cp.Text(); err != nil || n.Text != string(text) {
			rt.Fatalf("note text %q, want %q, %v", n.Text, text, err)
		}
		// Written again by x/mod it is the same note, and read here.
		again, err := note.Sign(n)
		if err != nil || !bytes.Equal(again, signed) {
			rt.Fatalf("x/mod writes %q, this package %q", again, signed)
		}
		got, err := VerifyCheckpoint(again, origin, s.Verifier)
		if err != nil || got != cp {
			rt.Fatalf("%+v, %v; want %+v", got, err, cp)
		}
	})
}

// badNotes are notes that must not be read, each with one fault.
func badNotes() map[string]string {
	root := strings.Repeat("A", 43) + "="
	sig := "— n AAAAAAA=\n"
	text := func(l ...string) string { return strings.Join(l, "\n") + "\n" }
	good := text("o", "1", root)
	many := strings.Repeat(sig, MaxSignatures)
	return map[string]string{
		"nothing":              "",
		"newlines":             "\n\n",
		"text alone":           good,
		"no signature":         good + "\n",
		"no blank line":        good + sig,
		"two blank lines":      good + "\n\n" + sig,
		"line not ended":       good + "\n— n AAAAAAA=",
		"blank after":          good + "\n" + sig + "\n",
		"text after":           good + "\n" + sig + "x\n",
		"blank between":        good + "\n" + sig + "\n" + sig,
		"control":              "o\x01\n" + text("1", root) + "\n" + sig,
		"carriage":             strings.ReplaceAll(good+"\n"+sig, "\n", "\r\n"),
		"not UTF-8":            "\xff\n" + text("1", root) + "\n" + sig,
		"hyphen":               good + "\n- n AAAAAAA=\n",
		"no name":              good + "\n—  AAAAAAA=\n",
		"plus in name":         good + "\n— a+b AAAAAAA=\n",
		"wide space in name":   good + "\n— a\u2003b AAAAAAA=\n",
		"no signature in line": good + "\n— n\n",
		"short signature":      good + "\n— n AAAAAA==\n",
		"stray bits":           good + "\n— n AAAAAAB=\n",
		"no padding":           good + "\n— n AAAAAAA\n",
		"URL base64":           good + "\n— n AAAAAA_=\n",
		"carriage in base64":   good + "\n— n AAA\rAAAA=\n",
		"control in name":      good + "\n— a\x01b AAAAAAA=\n",
		"three fields":         good + "\n— n AAAAAAA= x\n",
		"trailing space":       good + "\n— n AAAAAAA= \n",
		"long name":            good + "\n— " + strings.Repeat("n", MaxName+1) + " AAAAAAA=\n",
		"long line":            good + "\n— n " + strings.Repeat("AAAA", MaxLine/4) + "\n",
		"many lines":           good + "\n" + many + sig,
		"large":                good + "\n" + strings.Repeat("— n "+strings.Repeat("AAAA", 2000)+"\n", 17),
		"empty origin":         text("", "1", root) + "\n" + sig,
		"origin with space":    text("a b", "1", root) + "\n" + sig,
		"origin with plus":     text("a+b", "1", root) + "\n" + sig,
		"long origin":          text(strings.Repeat("o", MaxName+1), "1", root) + "\n" + sig,
		"two lines":            text("o", "1") + "\n" + sig,
		"extension":            text("o", "1", root, "extra") + "\n" + sig,
		"no size":              text("o", "", root) + "\n" + sig,
		"negative":             text("o", "-1", root) + "\n" + sig,
		"signed size":          text("o", "+1", root) + "\n" + sig,
		"leading zero":         text("o", "01", root) + "\n" + sig,
		"hex size":             text("o", "0x1", root) + "\n" + sig,
		"size with space":      text("o", " 1", root) + "\n" + sig,
		"too large a size":     text("o", fmt.Sprint(MaxSize+1), root) + "\n" + sig,
		"size past 64 bits":    text("o", "99999999999999999999999999", root) + "\n" + sig,
		"short root":           text("o", "1", root[4:]) + "\n" + sig,
		"long root":            text("o", "1", "AAAA"+root) + "\n" + sig,
		"root with stray bits": text("o", "1", strings.Repeat("A", 42)+"B=") + "\n" + sig,
		"root of nothing":      text("o", "0", root) + "\n" + sig,
	}
}

func TestParseCheckpointRefuses(t *testing.T) {
	for what, n := range badNotes() {
		_, _, err := ParseCheckpoint([]byte(n))
		switch Code(err) {
		case "log-malformed", "log-too-large", "log-range":
		default:
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestBoundsAreReached reads a note at each of its bounds: the refusals above
// begin right after them.
func TestBoundsAreReached(t *testing.T) {
	root := strings.Repeat("A", 43) + "="
	text := strings.Repeat("o", MaxName) + "\n" + fmt.Sprint(MaxSize) + "\n" + root + "\n\n"
	line := "— n " + strings.Repeat("AAAA", (MaxLine-6)/4) + "\n"
	for what, n := range map[string]string{
		"lines": text + strings.Repeat("— n AAAAAAA=\n", MaxSignatures),
		"line":  text + line,
		"name":  text + "— " + strings.Repeat("n", MaxName) + " AAAAAAA=\n",
		// signed-note asks for 16 post-quantum signatures at least.
		"large":                  text + strings.Repeat("— n "+strings.Repeat("AAAA", 1700)+"\n", 16),
		"empty":                  "o\n0\n" + EmptyRoot().String() + "\n\n— n AAAAAAA=\n",
		"name of another script": text + "— свидетель.пример AAAAAAA=\n",
	} {
		if _, _, err := ParseCheckpoint([]byte(n)); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestVerifyCheckpoint(t *testing.T) {
	tiles := smallTree(t, 20)
	log := logSigner(t, testOrigin, "log")
	good := head(t, log, 20, tiles)
	other := logSigner(t, testOrigin, "another log's key")
	foreign := logSigner(t, "entente/0123456789abcdef/2", "log")
	junk := SignatureLine{testOrigin, log.KeyID(), make([]byte, 64)}.append(nil)
	withJunk, err := AddSignature(good, junk)
	wantErr(t, err, nil)
	s, err := parseSigned(good)
	wantErr(t, err, nil)
	for _, c := range []struct {
		what   string
		note   []byte
		origin string
		v      Verifier
		want   error
	}{
		{"good", good, testOrigin, log.Verifier, nil},
		{"bad line after", withJunk, testOrigin, log.Verifier, nil},
		{"bad line before", joinNote(s.text, []SignatureLine{{testOrigin, log.KeyID(), make([]byte, 64)}, s.lines[0]}), testOrigin, log.Verifier, nil},
		{"only a bad line", joinNote(s.text, []SignatureLine{{testOrigin, log.KeyID(), make([]byte, 64)}}), testOrigin, log.Verifier, ErrSignature},
		{"short signature", joinNote(s.text, []SignatureLine{{testOrigin, log.KeyID(), make([]byte, 3)}}), testOrigin, log.Verifier, ErrSignature},
		{"right signature under another id", joinNote(s.text, []SignatureLine{{testOrigin, log.KeyID() + 1, s.lines[0].Signature}}), testOrigin, log.Verifier, ErrSignature},
		{"right signature under another name", joinNote(s.text, []SignatureLine{{"x", log.KeyID(), s.lines[0].Signature}}), testOrigin, log.Verifier, ErrSignature},
		{"another key", good, testOrigin, other.Verifier, ErrSignature},
		{"another origin asked", good, foreign.Name(), log.Verifier, ErrOrigin},
		{"another log's head", head(t, foreign, 20, tiles), testOrigin, log.Verifier, ErrOrigin},
		{"a cosigner's key", good, testOrigin, cosigner(t, testOrigin).Verifier, ErrKey},
		{"no key", good, testOrigin, Verifier{}, ErrOrigin},
		{"no key, no origin", good, "", Verifier{}, ErrKey},
		{"malformed", good[1 : len(good)-1], testOrigin, log.Verifier, ErrMalformed},
	} {
		t.Run(c.what, func(t *testing.T) {
			cp, err := VerifyCheckpoint(c.note, c.origin, c.v)
			wantErr(t, err, c.want)
			if (err == nil) != (cp == s.cp) {
				t.Errorf("checkpoint %+v", cp)
			}
		})
	}
}

// TestEveryByteOfANoteCounts changes each byte of a note signed by the log and
// a cosigner: the log's signature or the cosignature is lost each time.
func TestEveryByteOfANoteCounts(t *testing.T) {
	log := logSigner(t, testOrigin, "log")
	ss, vs := members(t, 1)
	good := cosignedBy(t, head(t, log, 5, smallTree(t, 5)), 1700000000, ss...)
	if _, _, err := Certified(good, log.Verifier, vs, 1); err != nil {
		t.Fatal(err)
	}
	for i := range good {
		for _, x := range []byte{1, 0x20, 0x80} {
			bad := bytes.Clone(good)
			bad[i] ^= x
			if _, _, err := Certified(bad, log.Verifier, vs, 1); err == nil {
				t.Errorf("byte %d changed by %#x: still certified", i, x)
			}
		}
		if _, _, err := Certified(append(bytes.Clone(good[:i]), good[i+1:]...), log.Verifier, vs, 1); err == nil {
			t.Errorf("byte %d left out: still certified", i)
		}
	}
}

// FuzzParseCheckpoint: what is read is written again byte for byte, and x/mod
// reads it too.
func FuzzParseCheckpoint(f *testing.F) {
	f.Add([]byte(publishedCheckpoint))
	for _, n := range badNotes() {
		f.Add([]byte(n))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		cp, lines, err := ParseCheckpoint(data)
		if err != nil {
			if Code(err) == "" {
				t.Fatalf("refused without a code: %v", err)
			}
			return
		}
		text, err := cp.Text()
		if err != nil {
			t.Fatal(err)
		}
		if got := joinNote(text, lines); !bytes.Equal(got, data) {
			t.Fatalf("read %q, written %q", data, got)
		}
		if _, err := note.Open(data, nil); err != nil {
			if u, ok := err.(*note.UnverifiedNoteError); !ok || u.Note.Text != string(text) {
				t.Fatalf("x/mod refuses it: %v", err)
			}
		}
		if m, err := Merge(data, data); err == nil {
			if _, again, err := ParseCheckpoint(m); err != nil || len(again) > len(lines) {
				t.Fatalf("merged with itself: %v", err)
			}
		}
	})
}
