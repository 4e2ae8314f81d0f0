package centre

import (
	"encoding/json"
	"errors"
	"fmt"

	"entente/charter"
	"entente/label"
	"entente/seal"
	"entente/tlog"
)

// InvalidLog proves that a lead signed a head over leaves that no log may hold:
// one that is invalid in itself, two of one originator that contradict each
// other, or a run that lacks or ends what it must not (spec/evidence.md).
type InvalidLog struct {
	Head   string      `json:"head"` // checkpoint note with the lead's signature
	Prefix *HeadPrefix `json:"prefix"`
	Leaves []ShownLeaf `json:"leaves"` // rising index
}

// HeadPrefix ties the leaves to a head that reaches further than who shows them
// has the log: the root at a smaller size, and the consistency proof to the head.
type HeadPrefix struct {
	Size  int64    `json:"size"`
	Root  []byte   `json:"root"`
	Proof [][]byte `json:"proof"`
}

// ShownLeaf is a leaf with its inclusion proof.
type ShownLeaf struct {
	Index  int64    `json:"index"`
	Header []byte   `json:"header"`
	Proof  [][]byte `json:"proof"`
}

// maxShown bounds the leaves of one proof. A lead whose batches are longer can
// only be refused, not convicted, by the faults that need whole runs.
const maxShown = 1024

func (m Means) invalid(data []byte) (Accusation, error) {
	var ev InvalidLog
	if err := strictJSON(data, &ev); err != nil {
		return Accusation{}, err
	}
	cp, _, err := tlog.ParseCheckpoint([]byte(ev.Head))
	if err != nil {
		return Accusation{}, err
	}
	v, err := m.cache.at(m.State, cp.Size)
	if err != nil {
		return Accusation{}, err
	}
	if cp, err = tlog.VerifyCheckpoint([]byte(ev.Head), m.State.Origin(), v.log); err != nil {
		return Accusation{}, err
	}
	size, root := cp.Size, cp.Root
	if p := ev.Prefix; p != nil {
		proof, err := hashes(p.Proof)
		if err != nil {
			return Accusation{}, err
		}
		if len(p.Root) != tlog.HashSize || p.Size < 1 || p.Size >= cp.Size {
			return Accusation{}, fmt.Errorf("%w: prefix of size %d", ErrEvidence, p.Size)
		}
		size, root = p.Size, tlog.Hash(p.Root)
		if err := tlog.CheckConsistency(proof, size, cp.Size, root, cp.Root); err != nil {
			return Accusation{}, err
		}
	}
	if len(ev.Leaves) < 1 || len(ev.Leaves) > maxShown {
		return Accusation{}, fmt.Errorf("%w: %d leaves", ErrEvidence, len(ev.Leaves))
	}
	for i, l := range ev.Leaves {
		if len(l.Header) != seal.HeaderSize || i > 0 && l.Index <= ev.Leaves[i-1].Index {
			return Accusation{}, fmt.Errorf("%w: leaf of %d bytes at index %d", ErrEvidence, len(l.Header), l.Index)
		}
		proof, err := hashes(l.Proof)
		if err != nil {
			return Accusation{}, err
		}
		if err := tlog.CheckInclusion(proof, l.Index, size, tlog.LeafHash(l.Header), root); err != nil {
			return Accusation{}, err
		}
	}
	what, err := m.fault(ev.Leaves, ev.Prefix == nil && ev.Leaves[len(ev.Leaves)-1].Index == cp.Size-1)
	if err != nil {
		return Accusation{}, err
	}
	return Accusation{Form: evidenceInvalid, Accused: m.State.Lead(), StopsLog: true,
		Cause: fmt.Errorf("%w: the head of size %d holds %s", ErrInvalidLog, cp.Size, what)}, nil
}

// fault says what is wrong with leaves that one head holds. toEnd says that the
// last of them is the head's last.
func (m Means) fault(leaves []ShownLeaf, toEnd bool) (string, error) {
	first, last := leaves[0], leaves[len(leaves)-1]
	a, err := seal.ParseHeader(first.Header)
	if errors.Is(err, seal.ErrVersion) || errors.Is(err, seal.ErrKind) {
		return "", fmt.Errorf("%w: leaf %d is of a version that this program does not know", ErrEvidence, first.Index)
	}
	if err != nil {
		return fmt.Sprintf("leaf %d, which is no header (%v)", first.Index, err), nil
	}
	if a.Charter != seal.Hash(m.State.Founding().Hash()) {
		return fmt.Sprintf("leaf %d, which is of another charter (rule 5)", first.Index), nil
	}
	if !m.State.Members().Contains(a.Originator) {
		return fmt.Sprintf("leaf %d, whose originator is no member", first.Index), nil
	}
	if first.Index == 0 && a.Kind != seal.Genesis {
		return "another first leaf than a genesis", nil
	}
	broken, err := m.broken(a, first.Header)
	if err != nil {
		return "", err
	}
	if len(leaves) == 1 && a.Kind != seal.Sealed && broken {
		return fmt.Sprintf("leaf %d, whose signature does not verify", first.Index), nil
	}
	whole := last.Index-first.Index == int64(len(leaves)-1)
	between := 0 // leaves of the same originator between first and last
	for _, l := range leaves[1:] {
		if l.Index != last.Index && label.MemberID(l.Header[40:43]) == a.Originator {
			between++
		}
	}
	if b, err := seal.ParseHeader(last.Header); err == nil && len(leaves) > 1 && b.Originator == a.Originator {
		switch {
		case b.Incarnation < a.Incarnation, b.Incarnation == a.Incarnation && b.Sequence <= a.Sequence:
			return fmt.Sprintf("leaf %d of %s after leaf %d, which follows it", last.Index, a.Originator, first.Index), nil
		case b.Incarnation == a.Incarnation && b.Sequence == a.Sequence+1 && b.Previous != seal.HashHeader(first.Header):
			return fmt.Sprintf("leaf %d of %s, whose predecessor is another than leaf %d", last.Index, a.Originator, first.Index), nil
		case b.Incarnation == a.Incarnation && b.Sequence == a.Sequence+1 && broken && b.KeyID != a.KeyID:
			return fmt.Sprintf("leaf %d, which no signature covers", first.Index), nil
		case b.Incarnation == a.Incarnation && b.Sequence > a.Sequence+1 && whole && between == 0:
			return fmt.Sprintf("leaf %d of %s, and not what stands between it and leaf %d", last.Index, a.Originator, first.Index), nil
		}
		return "", fmt.Errorf("%w: leaves %d and %d may stand together", ErrEvidence, first.Index, last.Index)
	}
	if whole && toEnd && broken && between == 0 {
		return fmt.Sprintf("leaf %d, which no signature covers", first.Index), nil
	}
	return "", fmt.Errorf("%w: the leaves from %d may stand in a log", ErrEvidence, first.Index)
}

// broken says whether a header's own signature fails under the certified key
// that it names. A key that is not certified as far as the judge knows decides
// nothing.
func (m Means) broken(h seal.Header, raw []byte) (bool, error) {
	k, ok := m.State.HeaderKeyByID(h.Originator, h.Incarnation, charter.KeyID(h.KeyID))
	if !ok {
		return false, nil
	}
	err := seal.VerifyHeader(raw, k[:])
	if err != nil && !errors.Is(err, seal.ErrSignature) {
		return false, err
	}
	return err != nil, nil
}

func hashes(in [][]byte) ([]tlog.Hash, error) {
	if len(in) > tlog.MaxProof {
		return nil, fmt.Errorf("%w: proof of %d hashes", ErrEvidence, len(in))
	}
	out := make([]tlog.Hash, len(in))
	for i, h := range in {
		if len(h) != tlog.HashSize {
			return nil, fmt.Errorf("%w: a hash of %d bytes", ErrEvidence, len(h))
		}
		out[i] = tlog.Hash(h)
	}
	return out, nil
}

func rawHashes(in []tlog.Hash) [][]byte {
	out := make([][]byte, len(in))
	for i := range in {
		out[i] = in[i][:]
	}
	return out
}

// overlay reads tiles that were not stored, in front of those that are.
type overlay struct {
	tiles tlog.MemTiles
	under tlog.TileReader
}

func (o overlay) ReadTile(level int, index int64, width int) ([]tlog.Hash, error) {
	if hs, err := o.tiles.ReadTile(level, index, width); err == nil && len(hs) >= width {
		return hs, nil
	}
	return o.under.ReadTile(level, index, width)
}

// signedRun is a run that was refused, and the head of the lead that covers it.
type signedRun struct {
	run    run
	head   []byte
	prefix *HeadPrefix // when the head reaches beyond the run
}

// convict makes the evidence against a lead that signed a head over a run which
// the station refused at one leaf, nil when what was refused shows nothing
// without the log. The caller holds appending.
func (s *Station) convict(r signedRun, refused *seal.RunError) ([]byte, error) {
	frontier := s.frontier.Clone()
	leaves := make([]tlog.Hash, r.run.n())
	for i := range leaves {
		leaves[i] = tlog.LeafHash(r.run.header(i))
	}
	if err := frontier.Append(leaves); err != nil {
		return nil, err
	}
	tiles := overlay{tlog.MemTiles{}, s.log}
	tiles.tiles.Put(frontier.TakeTiles())
	show := func(index int64, header []byte) (ShownLeaf, error) {
		proof, err := tlog.InclusionProof(index, frontier.Size(), tiles)
		return ShownLeaf{index, header, rawHashes(proof)}, err
	}
	at := refused.Index
	bad := r.run.header(at)
	same := func(raw []byte) bool { return string(raw[40:43]) == string(bad[40:43]) }
	// The originator's leaf before it, in the run or in the log.
	before, beforeIndex := []byte(nil), int64(-1)
	for i := at - 1; i >= 0 && before == nil; i-- {
		if same(r.run.header(i)) {
			before, beforeIndex = r.run.header(i), s.size+int64(i)
		}
	}
	if before == nil {
		if i, raw, err := s.findLeaf(s.lifeContext(), same); err == nil {
			before, beforeIndex = raw, i
		}
	}
	header := func(i int64) ([]byte, error) {
		if i >= s.size {
			return r.run.header(int(i - s.size)), nil
		}
		return s.log.Headers(s.lifeContext(), i, i+1)
	}
	span := func(from, to int64) []int64 {
		if to-from >= maxShown {
			return nil
		}
		var out []int64
		for i := from; i <= to; i++ {
			out = append(out, i)
		}
		return out
	}
	index, end := s.size+int64(at), frontier.Size()-1
	candidates := [][]int64{{index}, span(index, end)}
	if before != nil {
		candidates = append(candidates, []int64{beforeIndex, index}, span(beforeIndex, index))
	}
	for i := at + 1; i < r.run.n(); i++ {
		if same(r.run.header(i)) {
			candidates = append(candidates, []int64{index, s.size + int64(i)})
			break
		}
	}
	means := s.means(s.state)
	for _, c := range candidates {
		if len(c) == 0 {
			continue
		}
		ev := InvalidLog{Head: string(r.head), Prefix: r.prefix}
		for _, i := range c {
			raw, err := header(i)
			if err != nil {
				return nil, err
			}
			l, err := show(i, raw)
			if err != nil {
				return nil, err
			}
			ev.Leaves = append(ev.Leaves, l)
		}
		data, err := json.Marshal(ev)
		if err != nil {
			return nil, err
		}
		if _, err := means.Judge(data); err == nil {
			return data, nil
		}
	}
	return nil, nil
}
