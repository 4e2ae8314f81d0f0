package tlog

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"
)

// maker makes the cases of the vectors: all inputs and what to expect of each
// are stated here, the rest of a valid case's result is filled in by running
// it.
type maker struct {
	t     testing.TB
	cases map[string]vector
	log   Signer
	ss    []Signer
	tree  MemTiles // 1,000 leaves
	fork  MemTiles // the same with leaf 5 changed
}

const vectorLogSeed = "entente vector: log"

func cosignerSeed(i int) string { return fmt.Sprintf("entente vector: cosigner %d", i) }

func makeVectors(t testing.TB) map[string]vector {
	m := &maker{t: t, cases: map[string]vector{}, log: logSigner(t, testOrigin, vectorLogSeed)}
	for i, id := range []string{"IRN", "IRQ", "RUS", "SYR"} {
		s, err := NewCosigner(id+"/cosignature", testKey(cosignerSeed(i)))
		wantErr(t, err, nil)
		m.ss = append(m.ss, s)
	}
	hashes := make([]Hash, 1000)
	for i := range hashes {
		hashes[i] = LeafHash(vectorLeaf(int64(i)))
	}
	m.tree = treeOf(t, hashes)
	hashes[5] = LeafHash([]byte("another leaf 5"))
	m.fork = treeOf(t, hashes)
	m.checkpoints()
	m.signing()
	m.keys()
	m.trees()
	m.certified()
	m.forks()
	m.exports()
	return m.cases
}

func ptr[T any](v T) *T { return &v }

func (m *maker) add(name, about, want string, v vector) {
	m.t.Helper()
	v.About, v.Want = about, want
	name = v.Op + "-" + name
	if _, ok := m.cases[name]; ok {
		m.t.Fatalf("two cases %s", name)
	}
	m.cases[name] = v
}

func (m *maker) logKey() *vectorKey {
	return &vectorKey{vectorLogSeed, m.log.Verifier.String()}
}

func (m *maker) cosigners() []vectorKey {
	var ks []vectorKey
	for i, s := range m.ss {
		ks = append(ks, vectorKey{cosignerSeed(i), s.Verifier.String()})
	}
	return ks
}

func (m *maker) root(size int64, tiles TileReader) Hash {
	h, err := RootAt(size, tiles)
	wantErr(m.t, err, nil)
	return h
}

func (m *maker) checkpoints() {
	v := func(note string) vector { return vector{Op: "checkpoint", Note: &note, Log: m.logKey()} }
	good := string(head(m.t, m.log, 1000, m.tree))
	s, err := parseSigned([]byte(good))
	wantErr(m.t, err, nil)
	own := s.lines[0]
	text := string(s.text)
	with := func(lines ...SignatureLine) string { return string(joinNote(s.text, lines)) }
	wrong := SignatureLine{own.Name, own.KeyID, make([]byte, 64)}

	m.add("valid", "signed by the log", "ok", v(good))
	m.add("valid-empty", "a log without leaves", "ok", v(string(head(m.t, m.log, 0, m.tree))))
	m.add("valid-largest", "the largest size", "ok", v(string(sign(m.t, m.log, Checkpoint{testOrigin, MaxSize, LeafHash(nil)}))))
	m.add("valid-unknown-lines", "lines of unknown keys, of other lengths and scripts, are ignored", "ok",
		v(with(SignatureLine{"witness.example", 7, make([]byte, 72)}, own, SignatureLine{"свидетель.пример", 8, make([]byte, 2428)})))
	m.add("valid-wrong-line-too", "a wrong line of the log's own key beside its right one does no harm", "ok", v(with(wrong, own)))

	m.add("unsigned-by-log", "only a cosigner has signed", "log-signature", v(string(cosignedBy(m.t, []byte(with(SignatureLine{"x", 1, []byte{1}})), 100, m.ss[0]))))
	m.add("wrong-signature", "the log's only line does not verify", "log-signature", v(with(wrong)))
	m.add("wrong-name", "the right signature under another name", "log-signature", v(with(SignatureLine{"x", own.KeyID, own.Signature})))
	m.add("wrong-id", "the right signature under another key id", "log-signature", v(with(SignatureLine{own.Name, own.KeyID ^ 1, own.Signature})))
	m.add("another-size", "signed for another size", "log-signature", v(strings.Replace(good, "\n1000\n", "\n1001\n", 1)))
	m.add("other-log", "a checkpoint of the log of another term, signed with the same private key", "log-origin",
		v(string(head(m.t, logSigner(m.t, "entente/0123456789abcdef/2", vectorLogSeed), 1000, m.tree))))
	m.add("s-not-canonical", "the signature's S plus the group order: the same number, another encoding", "log-signature",
		v(with(SignatureLine{own.Name, own.KeyID, addOrder(own.Signature)})))
	small := vectorKey{"", ""}
	one := append([]byte{1}, make([]byte, 31)...)
	small.VKey = rawVKey(testOrigin, algLog, one)
	m.add("key-of-small-order", "with the point of order 1 as key this signature verifies for any text; the key is refused", "log-key",
		vector{Op: "checkpoint", Log: &small, Note: ptr(text + "\n" + SignatureLine{testOrigin, keyID(testOrigin, algLog, one), append(one, make([]byte, 32)...)}.String() + "\n")})

	bad := badNotes()
	for name, want := range map[string]string{
		"text alone": "log-malformed", "no signature": "log-malformed", "no blank line": "log-malformed", "two blank lines": "log-malformed",
		"line not ended": "log-malformed", "text after": "log-malformed", "carriage": "log-malformed", "control": "log-malformed",
		"hyphen": "log-malformed", "plus in name": "log-malformed", "wide space in name": "log-malformed", "short signature": "log-malformed",
		"stray bits": "log-malformed", "no padding": "log-malformed", "URL base64": "log-malformed", "carriage in base64": "log-malformed", "control in name": "log-malformed", "trailing space": "log-malformed",
		"many lines": "log-too-large", "long line": "log-too-large", "origin with space": "log-malformed", "long origin": "log-malformed",
		"two lines": "log-malformed", "extension": "log-malformed", "leading zero": "log-malformed", "signed size": "log-malformed",
		"negative": "log-malformed", "too large a size": "log-range", "size past 64 bits": "log-range", "short root": "log-malformed",
		"root with stray bits": "log-malformed", "root of nothing": "log-malformed",
	} {
		m.add("form-"+strings.ToLower(strings.ReplaceAll(name, " ", "-")), "form: "+name, want, v(bad[name]))
	}
}

// addOrder returns an Ed25519 signature with the order of the group added to
// its S.
func addOrder(sig []byte) []byte {
	order, _ := new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)
	le := slices.Clone(sig[32:])
	slices.Reverse(le)
	s := new(big.Int).SetBytes(le)
	le = s.Add(s, order).FillBytes(make([]byte, 32))
	slices.Reverse(le)
	return append(slices.Clone(sig[:32]), le...)
}

func (m *maker) signing() {
	good := string(head(m.t, m.log, 1000, m.tree))
	for _, size := range []int64{0, 1, 1000} {
		m.add(fmt.Sprint("size-", size), "the note of a checkpoint, byte for byte", "ok",
			vector{Op: "sign", Origin: ptr(testOrigin), Size: ptr(size), Root: ptr(m.root(size, m.tree)), Seed: ptr(vectorLogSeed)})
	}
	m.add("root-of-nothing", "size 0 has one root only", "log-malformed", vector{Op: "sign", Origin: ptr(testOrigin), Size: ptr(int64(0)), Root: &Hash{}, Seed: ptr(vectorLogSeed)})
	m.add("too-large", "one more than the largest size", "log-range", vector{Op: "sign", Origin: ptr(testOrigin), Size: ptr(MaxSize + 1), Root: &Hash{}, Seed: ptr(vectorLogSeed)})
	m.add("origin-with-plus", "a plus in the origin", "log-key", vector{Op: "sign", Origin: ptr("a+b"), Size: ptr(int64(1)), Root: &Hash{}, Seed: ptr(vectorLogSeed)})

	co := func(time int64) vector {
		return vector{Op: "cosign", Note: &good, Name: ptr(m.ss[1].name), Seed: ptr(cosignerSeed(1)), Time: &time}
	}
	m.add("valid", "a cosignature, byte for byte", "ok", co(1790000000))
	m.add("latest", "the latest time", "ok", co(MaxTime))
	m.add("time-zero", "no time", "log-range", co(0))
	m.add("time-too-late", "after the year 9999", "log-range", co(MaxTime+1))

	key := vectorKey{cosignerSeed(1), m.ss[1].Verifier.String()}
	v := func(note []byte) vector { return vector{Op: "cosignature", Note: ptr(string(note)), Cosigner: &key} }
	bare := []byte(good)
	s, err := parseSigned(bare)
	wantErr(m.t, err, nil)
	raw := func(time uint64, msg string) []byte {
		sig, err := m.ss[1].sign([]byte(msg))
		wantErr(m.t, err, nil)
		return joinNote(s.text, []SignatureLine{s.lines[0], {m.ss[1].name, m.ss[1].id, append(binary.BigEndian.AppendUint64(nil, time), sig...)}})
	}
	m.add("valid", "cosigned once", "ok", v(cosignedBy(m.t, bare, 1790000000, m.ss[1])))
	m.add("earliest", "cosigned three times: the earliest time counts", "ok",
		v(cosignedBy(m.t, cosignedBy(m.t, cosignedBy(m.t, bare, 1790000009, m.ss[1]), 1790000003, m.ss[1]), 1790000007, m.ss[1])))
	m.add("by-another", "cosigned by another member", "log-cosignature", v(cosignedBy(m.t, bare, 1790000000, m.ss[0])))
	m.add("time-changed", "the time beside the signature is not the one that was signed", "log-cosignature",
		v(raw(1790000001, "cosignature/v1\ntime 1790000000\n"+string(s.text))))
	m.add("time-leading-zero", "the time was signed with a leading zero", "log-cosignature", v(raw(1790000000, "cosignature/v1\ntime 01790000000\n"+string(s.text))))
	m.add("time-zero", "time 0, rightly signed", "log-cosignature", v(raw(0, "cosignature/v1\ntime 0\n"+string(s.text))))
	m.add("time-64-bits", "a time past 2^63, rightly signed", "log-cosignature", v(raw(1<<63+5, "cosignature/v1\ntime 9223372036854775813\n"+string(s.text))))
	m.add("text-alone", "the checkpoint's text was signed without the heading", "log-cosignature", v(raw(1790000000, string(s.text))))
	m.add("other-head", "a cosignature of an earlier head", "log-cosignature",
		v(raw(1790000000, "cosignature/v1\ntime 1790000000\n"+strings.Replace(string(s.text), "\n1000\n", "\n999\n", 1))))
	m.add("malformed", "no note", "log-malformed", v([]byte("x")))
}

func rawVKey(name string, alg byte, key []byte) string {
	return fmt.Sprintf("%s+%08x+%s", name, keyID(name, alg, key), base64.StdEncoding.EncodeToString(append([]byte{alg}, key...)))
}

func (m *maker) keys() {
	v := func(s string) vector { return vector{Op: "vkey", VKey: &s} }
	good := m.log.Verifier.String()
	m.add("log", "a log's key", "ok", v(good))
	m.add("cosigner", "a cosigner's key", "ok", v(m.ss[0].Verifier.String()))
	m.add("wrong-id", "the key id is of another key", "log-malformed", v(strings.Replace(good, fmt.Sprintf("%08x", m.log.KeyID()), "00000000", 1)))
	m.add("upper-case-id", "hex digits in upper case", "log-malformed", v(strings.Replace(good, fmt.Sprintf("%08x", m.log.KeyID()), strings.ToUpper(fmt.Sprintf("%08x", m.log.KeyID())), 1)))
	m.add("two-parts", "no key", "log-malformed", v(testOrigin+"+00000000"))
	m.add("stray-bits", "base64 that is not canonical", "log-malformed", v(strings.TrimSuffix(good, "=")+"A"))
	m.add("type-2", "a type that is not used", "log-key", v(rawVKey(testOrigin, 2, m.log.PublicKey())))
	m.add("name-with-space", "a space in the name", "log-key", v(rawVKey("a b", algLog, m.log.PublicKey())))
	m.add("name-not-ascii", "a name of another script", "log-key", v(rawVKey("é", algLog, m.log.PublicKey())))
	for what, key := range badKeys(m.t) {
		if len(key) == 32 && (!strings.HasPrefix(what, "not canonical") || key[0] == 0xed || key[0] == 0xff || key[0] == 0xf3) {
			name := strings.TrimSuffix(what, hex.EncodeToString(key)) + fmt.Sprintf(" %02x%02x", key[0], key[31])
			m.add(strings.Join(strings.Fields(name), "-"), "a key that must be refused: "+what, "log-key", v(rawVKey(testOrigin, algLog, key)))
		}
	}
}

func (m *maker) trees() {
	for _, n := range []int64{0, 1, 2, 3, 4, 7, 8, 255, 256, 257, 1000} {
		m.add(fmt.Sprint(n), "the root of leaves \"leaf 0\" ...", "ok", vector{Op: "root", Leaves: &n})
	}
	inc := func(index, size int64) vector {
		p, err := InclusionProof(index, size, m.tree)
		wantErr(m.t, err, nil)
		return vector{Op: "inclusion", Index: &index, Size: &size, Leaf: ptr(LeafHash(vectorLeaf(index))), Root: ptr(m.root(size, m.tree)), Proof: &p}
	}
	for _, c := range [][2]int64{{0, 1}, {0, 2}, {1, 2}, {2, 3}, {0, 8}, {5, 8}, {6, 7}, {255, 256}, {256, 257}, {511, 513}, {999, 1000}} {
		m.add(fmt.Sprintf("valid-%d-%d", c[0], c[1]), "a right proof", "ok", inc(c[0], c[1]))
	}
	con := func(old, size int64) vector {
		p, err := ConsistencyProof(old, size, m.tree)
		wantErr(m.t, err, nil)
		return vector{Op: "consistency", Old: &old, Size: &size, OldRoot: ptr(m.root(old, m.tree)), Root: ptr(m.root(size, m.tree)), Proof: &p}
	}
	for _, c := range [][2]int64{{0, 0}, {0, 5}, {5, 5}, {1, 2}, {1, 8}, {4, 8}, {3, 7}, {6, 8}, {7, 8}, {255, 257}, {256, 1000}, {999, 1000}} {
		m.add(fmt.Sprintf("valid-%d-%d", c[0], c[1]), "a right proof", "ok", con(c[0], c[1]))
	}
	// change states one fault by a change of a right proof.
	change := func(name, about, want string, v vector, f func(*vector)) {
		v.Proof = ptr(slices.Clone(*v.Proof))
		f(&v)
		m.add(name, about, want, v)
	}
	change("other-leaf", "the proof of another leaf", "log-proof", inc(5, 8), func(v *vector) { v.Leaf = ptr(LeafHash(vectorLeaf(4))) })
	change("other-root", "another tree's root", "log-proof", inc(5, 8), func(v *vector) { v.Root = ptr(m.root(8, m.fork)) })
	change("other-index", "the proof of another index", "log-proof", inc(5, 8), func(v *vector) { v.Index = ptr(int64(4)) })
	change("short", "the last hash is missing", "log-proof", inc(5, 8), func(v *vector) { v.Proof = ptr((*v.Proof)[:2]) })
	change("long", "a hash too many", "log-proof", inc(5, 8), func(v *vector) { v.Proof = ptr(append(*v.Proof, Hash{})) })
	change("swapped", "two hashes exchanged", "log-proof", inc(5, 8), func(v *vector) { p := *v.Proof; p[0], p[1] = p[1], p[0] })
	change("reversed", "from the root down", "log-proof", inc(5, 8), func(v *vector) { slices.Reverse(*v.Proof) })
	change("one-leaf-with-proof", "a tree of one leaf has an empty proof", "log-proof", inc(0, 1), func(v *vector) { *v.Proof = []Hash{{}} })
	change("index-is-size", "no such leaf", "log-range", inc(7, 8), func(v *vector) { v.Index = ptr(int64(8)) })
	change("negative-index", "no such leaf", "log-range", inc(7, 8), func(v *vector) { v.Index = ptr(int64(-1)) })
	change("size-too-large", "above the largest size", "log-range", inc(7, 8), func(v *vector) { v.Size = ptr(MaxSize + 1) })

	change("other-old-root", "the older root is another", "log-proof", con(6, 8), func(v *vector) { v.OldRoot = ptr(m.root(6, m.fork)) })
	change("other-old-root-power", "the older root is another, of a size that is a power of two", "log-proof", con(4, 8), func(v *vector) { v.OldRoot = &Hash{} })
	change("other-root", "the newer root is another", "log-proof", con(6, 8), func(v *vector) { v.Root = ptr(m.root(8, m.fork)) })
	change("empty", "an empty proof for two sizes", "log-proof", con(6, 8), func(v *vector) { *v.Proof = []Hash{} })
	change("short", "the last hash is missing", "log-proof", con(6, 8), func(v *vector) { v.Proof = ptr((*v.Proof)[:2]) })
	change("long", "a hash too many", "log-proof", con(6, 8), func(v *vector) { v.Proof = ptr(append(*v.Proof, Hash{})) })
	change("power-with-root", "the older root stands before the proof although it is a power of two", "log-proof", con(4, 8), func(v *vector) { v.Proof = ptr(append([]Hash{*v.OldRoot}, *v.Proof...)) })
	change("same-size-other-root", "one size and two roots", "log-proof", con(5, 5), func(v *vector) { v.OldRoot = &Hash{} })
	change("same-size-with-proof", "one size and a proof", "log-proof", con(5, 5), func(v *vector) { *v.Proof = []Hash{{}} })
	change("from-nothing-with-proof", "from size 0 the proof is empty", "log-proof", con(0, 5), func(v *vector) { *v.Proof = []Hash{{}} })
	change("from-nothing-other-root", "the root of nothing is the hash of nothing", "log-proof", con(0, 5), func(v *vector) { v.OldRoot = &Hash{} })
	change("backwards", "the older size is the larger", "log-range", con(6, 8), func(v *vector) { v.Old, v.Size = v.Size, v.Old })

	n := cosignedBy(m.t, head(m.t, m.log, 1000, m.tree), 1790000000, m.ss[:3]...)
	p, err := InclusionProof(5, 1000, m.tree)
	wantErr(m.t, err, nil)
	v := func(text string) vector {
		return vector{Op: "tlog-proof", Text: &text, Leaf: ptr(LeafHash(vectorLeaf(5))), Log: m.logKey(), Cosigners: m.cosigners(), Quorum: ptr(3)}
	}
	good := string(mustMarshal(m.t, Inclusion{5, nil, p, n}))
	extra := string(mustMarshal(m.t, Inclusion{5, []byte("leaf 5"), p, n}))
	m.add("valid", "a proof complete in itself", "ok", v(good))
	m.add("valid-extra", "with the leaf as extra data", "ok", v(extra))
	m.add("other-index", "the proof of another index", "log-proof", v(strings.Replace(good, "index 5\n", "index 4\n", 1)))
	m.add("index-beyond", "an index beyond the checkpoint", "log-range", v(strings.Replace(good, "index 5\n", "index 1000\n", 1)))
	m.add("index-leading-zero", "a leading zero", "log-malformed", v(strings.Replace(good, "index 5\n", "index 05\n", 1)))
	m.add("other-version", "another version", "log-malformed", v(strings.Replace(good, "@v1", "@v2", 1)))
	m.add("index-before-extra", "lines in another order", "log-malformed", v(strings.Replace(extra, "extra bGVhZiA1\nindex 5\n", "index 5\nextra bGVhZiA1\n", 1)))
	m.add("too-few-cosigners", "not certified", "log-quorum", v(string(mustMarshal(m.t, Inclusion{5, nil, p, cosignedBy(m.t, head(m.t, m.log, 1000, m.tree), 1790000000, m.ss[:2]...)}))))
	m.add("long-proof", "more hashes than any tree asks for", "log-too-large", v(strings.Replace(good, "\n\n", "\n"+strings.Repeat(Hash{}.String()+"\n", MaxProof)+"\n", 1)))
}

func (m *maker) exports() {
	leaves := [][]byte{vectorLeaf(0), vectorLeaf(1), vectorLeaf(2)}
	src := &memSource{m.tree, leaves}
	d := newDir()
	wantErr(m.t, Export(d, src, cosignedBy(m.t, head(m.t, m.log, 2, m.tree), 1790000000, m.ss[:3]...), nil), nil)
	wantErr(m.t, Export(d, src, cosignedBy(m.t, head(m.t, m.log, 3, m.tree), 1790000000, m.ss[:3]...), nil), nil)
	v := func(change func(map[string]string)) vector {
		files := map[string]string{}
		for name, f := range d.files {
			files[name] = hex.EncodeToString(f.Data)
		}
		change(files)
		return vector{Op: "export", Files: files, Log: m.logKey(), Cosigners: m.cosigners(), Quorum: ptr(3)}
	}
	flip := func(name string) func(map[string]string) {
		return func(f map[string]string) {
			b := []byte(f[name])
			if b[len(b)-1]++; b[len(b)-1] == 'g' || b[len(b)-1] == ':' {
				b[len(b)-1] = '0'
			}
			f[name] = string(b)
		}
	}
	m.add("valid", "three leaves, with the partial files of an earlier head of two", "ok", v(func(map[string]string) {}))
	m.add("valid-without-earlier", "three leaves", "ok", v(func(f map[string]string) {
		delete(f, "tile/0/000.p/2")
		delete(f, "tile/entries/000.p/2")
	}))
	m.add("entry-changed", "a byte of the last leaf", "log-export", v(flip("tile/entries/000.p/3")))
	m.add("tile-changed", "a byte of the last hash", "log-export", v(flip("tile/0/000.p/3")))
	m.add("earlier-tile-changed", "a byte of the earlier head's tile", "log-export", v(flip("tile/0/000.p/2")))
	m.add("checkpoint-cut", "the checkpoint's last newline is missing", "log-malformed", v(func(f map[string]string) {
		f["checkpoint"] = strings.TrimSuffix(f["checkpoint"], "0a")
	}))
	m.add("tile-missing", "no tile", "log-export", v(func(f map[string]string) { delete(f, "tile/0/000.p/3") }))
	m.add("entries-missing", "no entries", "log-export", v(func(f map[string]string) { delete(f, "tile/entries/000.p/3") }))
	m.add("checkpoint-missing", "no checkpoint", "log-export", v(func(f map[string]string) { delete(f, "checkpoint") }))
	m.add("stranger", "a file that does not belong", "log-export", v(func(f map[string]string) { f["tile/0/001.p/1"] = strings.Repeat("00", 32) }))
	m.add("extended", "a wider tile than the checkpoint needs", "log-export", v(func(f map[string]string) { f["tile/0/000.p/4"] = f["tile/0/000.p/3"] + strings.Repeat("00", 32) }))
	m.add("older-checkpoint", "the checkpoint of two leaves over files of three", "log-export", v(func(f map[string]string) {
		f["checkpoint"] = hex.EncodeToString(cosignedBy(m.t, head(m.t, m.log, 2, m.tree), 1790000000, m.ss[:3]...))
	}))
	m.add("too-few-cosigners", "not certified", "log-quorum", v(func(f map[string]string) {
		f["checkpoint"] = hex.EncodeToString(cosignedBy(m.t, head(m.t, m.log, 3, m.tree), 1790000000, m.ss[:2]...))
	}))

	b := func(data string, width int) vector { return vector{Op: "bundle", Hex: &data, Width: &width} }
	two := "0001" + "61" + "0000"
	m.add("valid", "two leaves, one of them empty", "ok", b(two, 2))
	m.add("too-few", "one leaf missing", "log-malformed", b(two, 3))
	m.add("too-many", "a leaf too many", "log-malformed", b(two, 1))
	m.add("cut", "cut within a leaf", "log-malformed", b("000261", 1))
	m.add("width-zero", "no leaves", "log-range", b("", 0))
	m.add("width-257", "too wide", "log-range", b(strings.Repeat("0000", 257), 257))
	if !bytes.Equal(leaves[0], []byte("leaf 0")) {
		m.t.Fatal("the leaves of vectors are not what spec/log.md says")
	}
}
