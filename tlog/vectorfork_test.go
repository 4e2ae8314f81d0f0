package tlog

import (
	"encoding/binary"
	"slices"
	"strings"
)

func (m *maker) certified() {
	bare := head(m.t, m.log, 1000, m.tree)
	s, err := parseSigned(bare)
	wantErr(m.t, err, nil)
	v := func(note []byte) vector {
		return vector{Op: "certified", Note: ptr(string(note)), Log: m.logKey(), Cosigners: m.cosigners(), Quorum: ptr(3)}
	}
	by := func(note []byte, time int64, who ...int) []byte {
		for _, i := range who {
			note = cosignedBy(m.t, note, time+int64(i), m.ss[i])
		}
		return note
	}
	line := func(note []byte, l SignatureLine) []byte {
		note, err := AddSignature(note, l.append(nil))
		wantErr(m.t, err, nil)
		return note
	}
	const at = 1790000000
	wrong := SignatureLine{m.ss[3].name, m.ss[3].id, binary.BigEndian.AppendUint64(nil, at)}
	wrong.Signature = append(wrong.Signature, make([]byte, 64)...)
	stranger, err := NewCosigner("XXX/cosignature", testKey("entente vector: stranger"))
	wantErr(m.t, err, nil)
	m.add("three-of-four", "the quorum of four", "ok", v(by(bare, at, 0, 1, 2)))
	m.add("four-of-four", "all; log time is the lower median", "ok", v(by(bare, at, 3, 2, 1, 0)))
	m.add("wrong-line-too", "three and a wrong line of the fourth", "ok", v(line(by(bare, at, 0, 1, 2), wrong)))
	m.add("wrong-and-right", "a wrong and a right line of one cosigner", "ok", v(by(line(bare, wrong), at, 0, 1, 3)))
	m.add("twice-earliest", "a cosigner who cosigned twice counts once, with its earliest time", "ok", v(by(by(bare, at+1000, 0), at, 0, 1, 2)))
	m.add("stranger-too", "a line of an unknown cosigner is ignored", "ok", v(cosignedBy(m.t, by(bare, at, 0, 1, 2), at, stranger)))

	m.add("two-of-four", "one too few", "log-quorum", v(by(bare, at, 0, 1)))
	m.add("none", "no cosignature", "log-quorum", v(bare))
	m.add("two-and-wrong", "two and a wrong line of a third", "log-quorum", v(line(by(bare, at, 0, 1), wrong)))
	m.add("two-and-repeated", "two, one of them twice", "log-quorum", v(by(by(bare, at, 0, 1), at+9, 0)))
	m.add("two-and-stranger", "two and an unknown cosigner", "log-quorum", v(cosignedBy(m.t, by(bare, at, 0, 1), at, stranger)))
	older, err := parseSigned(by(head(m.t, m.log, 999, m.tree), at, 2))
	wantErr(m.t, err, nil)
	m.add("two-and-older-head", "two and a cosignature of an older head", "log-quorum", v(line(by(bare, at, 0, 1), older.lines[1])))
	renamed, err := parseSigned(by(bare, at, 0))
	wantErr(m.t, err, nil)
	m.add("two-and-renamed", "two and the line of one of them under a third one's name and key id", "log-quorum",
		v(line(by(bare, at, 0, 1), SignatureLine{m.ss[2].name, m.ss[2].id, renamed.lines[1].Signature})))
	m.add("not-signed-by-log", "all cosigned, and the log has not signed", "log-signature",
		v(by(joinNote(s.text, []SignatureLine{wrong}), at, 0, 1, 2, 3)))
	other := v(by(bare, at, 0, 1, 2))
	other.Log = &vectorKey{"entente vector: another log", logSigner(m.t, testOrigin, "entente vector: another log").Verifier.String()}
	m.add("other-log-key", "signed by another key than the log's", "log-signature", other)
	twice := v(by(bare, at, 0, 1, 2))
	twin, err := NewCosigner("TWN/cosignature", testKey(cosignerSeed(0)))
	wantErr(m.t, err, nil)
	twice.Cosigners[3] = vectorKey{cosignerSeed(0), twin.Verifier.String()}
	m.add("one-key-two-names", "one key is listed under two names", "log-key", twice)
	named := v(by(bare, at, 0, 1, 2))
	alias, err := NewCosigner(m.ss[0].name, testKey(cosignerSeed(3)))
	wantErr(m.t, err, nil)
	named.Cosigners[3] = vectorKey{cosignerSeed(3), alias.Verifier.String()}
	m.add("one-name-two-keys", "one name is listed with two keys", "log-key", named)
	for name, q := range map[string]int{"quorum-zero": 0, "quorum-five": 5} {
		c := v(by(bare, at, 0, 1, 2))
		c.Quorum = ptr(q)
		m.add(name, "a quorum that cannot be", "log-range", c)
	}

	merge := func(notes ...[]byte) vector {
		v := vector{Op: "merge"}
		for _, n := range notes {
			v.Notes = append(v.Notes, string(n))
		}
		return v
	}
	m.add("valid", "lines of three notes, some in two of them", "ok", merge(by(bare, at, 0), by(bare, at, 1, 0), by(bare, at, 2)))
	m.add("one", "one note is itself", "ok", merge(by(bare, at, 0)))
	m.add("other-text", "notes of two sizes", "log-text", merge(bare, head(m.t, m.log, 999, m.tree)))
	m.add("malformed", "one is no note", "log-malformed", merge(bare, []byte("x")))
	many := make([]SignatureLine, MaxSignatures)
	for i := range many {
		many[i] = SignatureLine{"x", uint32(i), []byte{1}}
	}
	m.add("too-many-lines", "101 different lines", "log-too-large", merge(joinNote(s.text, many), bare))
}

func (m *maker) forks() {
	const at = 1790000000
	a8, b8 := head(m.t, m.log, 8, m.tree), head(m.t, m.log, 8, m.fork)
	a5, b13, a13 := head(m.t, m.log, 5, m.tree), head(m.t, m.log, 13, m.fork), head(m.t, m.log, 13, m.tree)
	v := func(a, b []byte) vector {
		return vector{Op: "conflict", A: ptr(string(a)), B: ptr(string(b)), Log: m.logKey()}
	}
	other := logSigner(m.t, testOrigin, "entente vector: another log")
	m.add("fork", "one size, two roots", "ok", v(a8, b8))
	m.add("fork-swapped", "the same, in the other order, is the same evidence", "ok", v(b8, a8))
	m.add("same", "one head with different cosignatures", "ok", v(cosignedBy(m.t, a8, at, m.ss[0]), cosignedBy(m.t, a8, at, m.ss[1])))
	m.add("before-the-fork", "both trees are the same up to here", "ok", v(a5, head(m.t, m.log, 5, m.fork)))
	m.add("other-sizes", "two sizes: two heads alone show nothing", "ok", v(a8, b13))
	m.add("one-not-signed", "one head is not of the log's key", "log-signature", v(a8, head(m.t, other, 8, m.fork)))
	m.add("other-log", "one head is of another log", "log-origin", v(a8, head(m.t, logSigner(m.t, "o", vectorLogSeed), 8, m.fork)))

	w := func(text string) vector {
		return vector{Op: "evidence", Text: &text, Log: m.logKey(), Cosigners: m.cosigners()}
	}
	text := func(ev Evidence) string { return string(evidenceText(m.t, ev)) }
	same, err := Conflict(cosignedBy(m.t, a8, at, m.ss[0], m.ss[1], m.ss[2]), cosignedBy(m.t, b8, at, m.ss[2], m.ss[3]), m.log.Verifier)
	wantErr(m.t, err, nil)
	prefix, err := Inconsistent(a8, b13, m.log.Verifier, m.fork)
	wantErr(m.t, err, nil)
	honest, err := ConsistencyProof(8, 13, m.tree)
	wantErr(m.t, err, nil)
	m.add("one-size", "one size, two roots; one member cosigned both", "ok", w(text(*same)))
	m.add("two-sizes", "the larger tree does not begin with the smaller one", "ok", w(text(*prefix)))
	m.add("same-head", "one head twice", "log-evidence", w(text(Evidence{a8, a8, nil})))
	m.add("continuation", "the larger head continues the smaller one", "log-evidence", w(text(Evidence{a8, a13, &Prefix{m.root(8, m.tree), honest}})))
	m.add("made-up-root", "a root that no proof leads from", "log-proof", w(text(Evidence{a8, a13, &Prefix{Hash{}, honest}})))
	m.add("short-proof", "a hash of the proof is missing", "log-proof", w(text(Evidence{prefix.A, prefix.B, &Prefix{prefix.Prefix.Root, prefix.Prefix.Proof[1:]}})))
	m.add("one-not-signed", "one head is not of the log's key", "log-signature", w(string(rawEvidence(a8, head(m.t, other, 8, m.fork), true))))
	m.add("unordered", "the heads in the wrong order", "log-malformed", w(string(rawEvidence(same.B, same.A, false))))
	m.add("trailing", "a byte after the end", "log-malformed", w(text(*same)+"\n"))
	m.add("cut", "the last byte is missing", "log-malformed", w(strings.TrimSuffix(text(*same), "\n")))
	m.add("no-prefix", "two sizes without a proof", "log-malformed", w(string(rawEvidence(a8, b13, false))))
	long := text(*prefix)
	i := strings.Index(long, "\n\n")
	m.add("long-proof", "more hashes than any tree asks for", "log-too-large", w(long[:i+1]+strings.Repeat(Hash{}.String()+"\n", MaxProof)+long[i+1:]))
}

// rawEvidence writes evidence of heads of one size without the checks of
// MarshalEvidence, sorted or as they are given.
func rawEvidence(a, b []byte, sorted bool) []byte {
	if sorted {
		notes := [][]byte{a, b}
		slices.SortFunc(notes, func(x, y []byte) int {
			cx, _, _ := ParseCheckpoint(x)
			cy, _, _ := ParseCheckpoint(y)
			return slices.Compare(cx.Root[:], cy.Root[:])
		})
		a, b = notes[0], notes[1]
	}
	text := []byte(evidenceHead + "\n")
	for _, n := range [][]byte{a, b} {
		text = append(text, "note "+itoa(uint64(len(n)))+"\n"...)
		text = append(text, n...)
	}
	return text
}
