package verify_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"entente/charter"
	"entente/internal/logcopy"
	"entente/label"
	"entente/seal"
	"entente/tlog"
)

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// purposes of the keys that a scribe holds, root first.
var purposes = []string{"root", "header", "checkpoint", "cosignature", "tls", "epoch"}

// scribe writes copies of a log with every member's keys in its hands, so that
// it can also sign what no honest member would.
type scribe struct {
	t        testing.TB
	file     []byte
	found    *charter.Founding
	keys     map[label.MemberID]map[string]ed25519.PrivateKey
	chains   map[label.MemberID]*seal.Chain
	leaves   [][]byte
	public   []byte
	setKey   seal.SetKey
	cosigned []label.MemberID // whose cosignature the head bears
}

func keyOf(seed string) ed25519.PrivateKey {
	s := sha256.Sum256([]byte(seed))
	return ed25519.NewKeyFromSeed(s[:])
}

func newScribe(t testing.TB, name string) *scribe {
	s := &scribe{t: t, keys: map[label.MemberID]map[string]ed25519.PrivateKey{}, chains: map[label.MemberID]*seal.Chain{},
		cosigned: []label.MemberID{"IRN", "IRQ", "RUS"}}
	c := charter.New()
	c.Name = name
	c.Founded = label.At(2026, 1, 1, 0, 0)
	c.Leads = []label.MemberID{"IRQ", "IRN", "RUS", "SYR"}
	c.Policies = charter.Policies{Common: "CENTRE", List: []label.Policy{label.DemonstrationPolicy()}}
	c.SecondPersonAbove = "RESTRICTED"
	for _, m := range []label.MemberID{"IRN", "IRQ", "RUS", "SYR"} {
		s.keys[m] = map[string]ed25519.PrivateKey{}
		for _, p := range purposes {
			s.keys[m][p] = keyOf("copy of a log, " + string(m) + " " + p)
		}
		s.chains[m] = &seal.Chain{}
		c.Members = append(c.Members, charter.Member{ID: m, Name: "Member " + string(m), Root: charter.PublicKeyOf(s.keys[m]["root"]),
			Keys: string(s.certificate(m, 1, charter.Hash{}))})
	}
	file, err := c.Text()
	check(t, err)
	for m, k := range s.keys {
		file, err = charter.Sign(file, m, k["root"])
		check(t, err)
	}
	s.file = file
	s.found, err = charter.ParseFounding(file)
	check(t, err)
	payload, err := s.found.Genesis()
	check(t, err)
	s.add("IRQ", seal.Genesis, payload)
	return s
}

// certificate makes a certificate of a member's present keys.
func (s *scribe) certificate(m label.MemberID, serial int, of charter.Hash) []byte {
	k := s.keys[m]
	c := charter.KeyCertificate{Charter: of, Member: m, Incarnation: 1, Serial: uint32(serial), Keys: charter.PurposeKeys{
		Header: charter.PublicKeyOf(k["header"]), Checkpoint: charter.PublicKeyOf(k["checkpoint"]),
		Cosignature: charter.PublicKeyOf(k["cosignature"]), TLS: charter.PublicKeyOf(k["tls"]), Epoch: charter.PublicKeyOf(k["epoch"])}}
	note, err := c.Sign(k["root"])
	check(s.t, err)
	return note
}

// place is the next one in a member's chain.
func (s *scribe) place(m label.MemberID) seal.Place {
	return s.chains[m].Place(seal.Hash(s.found.Hash()), m, 1767226000, 0)
}

// make seals an envelope for a place, signed with the member's header key.
func (s *scribe) make(m label.MemberID, kind seal.Kind, payload []byte, p seal.Place) seal.Envelope {
	signer := seal.NewSigner(s.keys[m]["header"])
	var e seal.Envelope
	var err error
	if kind == seal.Sealed {
		e, _, err = seal.Seal(p, s.setKey, payload, 0, signer)
	} else {
		e, err = seal.SealPublic(p, kind, payload, signer)
	}
	check(s.t, err)
	return e
}

// put appends an envelope to the log, whatever it says.
func (s *scribe) put(m label.MemberID, e seal.Envelope) {
	h, err := seal.ParseHeader(e.Header)
	check(s.t, err)
	if h.Kind != seal.Sealed {
		s.public = binary.BigEndian.AppendUint64(s.public, uint64(len(s.leaves)))
		s.public = binary.BigEndian.AppendUint32(s.public, uint32(len(e.Body)))
		s.public = append(s.public, e.Body...)
	}
	s.leaves = append(s.leaves, e.Header)
	s.chains[m] = &seal.Chain{Incarnation: h.Incarnation, Sequence: h.Sequence, Last: seal.HashHeader(e.Header)}
}

// add makes and appends the next envelope of a member.
func (s *scribe) add(m label.MemberID, kind seal.Kind, payload []byte) {
	s.put(m, s.make(m, kind, payload, s.place(m)))
}

// fill adds n sealed envelopes, spread over the members.
func (s *scribe) fill(n int) {
	ids := []label.MemberID{"IRN", "IRQ", "RUS", "SYR"}
	for i := range n {
		s.add(ids[i%4], seal.Sealed, []byte("an act"))
	}
}

// source offers the leaves in memory to tlog.Export.
type source struct {
	leaves [][]byte
	tiles  map[[2]int64][]tlog.Hash
}

func (s *source) ReadLeaves(first int64, n int) ([][]byte, error) {
	return s.leaves[first : first+int64(n)], nil
}

func (s *source) ReadTile(level int, index int64, width int) ([]tlog.Hash, error) {
	return s.tiles[[2]int64{int64(level), index}][:width], nil
}

// head signs and cosigns the head of all leaves so far.
func (s *scribe) head() (tlog.Checkpoint, []byte, *source) {
	src := &source{s.leaves, map[[2]int64][]tlog.Hash{}}
	frontier, err := tlog.NewFrontier(0, src)
	check(s.t, err)
	hashes := make([]tlog.Hash, len(s.leaves))
	for i, leaf := range s.leaves {
		hashes[i] = tlog.LeafHash(leaf)
	}
	check(s.t, frontier.Append(hashes))
	for _, tile := range frontier.TakeTiles() {
		src.tiles[[2]int64{int64(tile.Level), tile.Index}] = append([]tlog.Hash(nil), tile.Hashes...)
	}
	cp := tlog.Checkpoint{Origin: s.found.Origin(1), Size: int64(len(s.leaves)), Root: frontier.Root()}
	signer, err := tlog.NewLogSigner(cp.Origin, s.keys["IRQ"]["checkpoint"])
	check(s.t, err)
	note, err := tlog.SignCheckpoint(cp, signer)
	check(s.t, err)
	for i, m := range s.cosigned {
		co, err := tlog.NewCosigner(charter.CosignerName(m), s.keys[m]["cosignature"])
		check(s.t, err)
		line, err := tlog.Cosign(note, co, 1767226060+int64(i))
		check(s.t, err)
		note, err = tlog.AddSignature(note, line)
		check(s.t, err)
	}
	return cp, note, src
}

// write writes the copy into a directory and returns it.
func (s *scribe) write(dir string) string {
	_, note, src := s.head()
	check(s.t, tlog.Export(logcopy.Dir(filepath.Join(dir, logcopy.DirLog)), src, note, nil))
	check(s.t, os.WriteFile(filepath.Join(dir, logcopy.FileFounding), s.file, 0o600))
	check(s.t, os.WriteFile(filepath.Join(dir, logcopy.FilePublic), s.public, 0o600))
	return dir
}
