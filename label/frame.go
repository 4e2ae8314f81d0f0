package label

import "math/bits"

// frame holds the effective labels of one call as bit sets over the members,
// external originators and caveats that occur in them. Banners of many subsets
// of the same portions (one for each view, one for each remedy) then cost a few
// machine words a portion. [Join] is the definition; a property test holds
// frame.join to the fold of it.
type frame struct {
	t       *Table
	index   memberIndex
	members MemberSet // those of index
	exts    ExternalSet
	cavs    []string
	rows    []row
	w       widths
	bits    []uint64 // rows of w.total words: rel, originators, consent needed, external, caveats
}

// widths are the numbers of words of the parts of a row.
type widths struct{ member, ext, cav, total int }

// row is what of a label is no set of names.
type row struct {
	policy   *tablePolicy
	rank     int
	codes    UseCodes
	personal bool
	review   Instant
	expires  Instant
}

func words(n int) int { return (n + 63) / 64 }

// newFrame packs the effective labels. The members of the raw labels and more
// are in the frame too, whether they occur in the effective ones or not. nil
// entries are allowed and must not be joined.
func newFrame(t *Table, labels, raw []*Label, more MemberSet) (*frame, error) {
	f := &frame{t: t, rows: make([]row, len(labels))}
	f.index.add(more)
	for i, l := range labels {
		if l == nil {
			continue
		}
		p, rank, err := t.lookup(l.Policy, l.Class)
		if err != nil {
			return nil, err
		}
		f.rows[i] = row{p, rank, l.UseCodes, l.Personal, l.ReviewBy, l.Expires}
		f.index.add(l.Rel)
		if raw[i] != l {
			f.index.add(raw[i].Rel)
		}
		f.index.add(l.Originators)
		f.index.add(l.ConsentNeeded)
		f.exts = f.exts.Union(l.External)
		f.cavs = union(f.cavs, l.Caveats.texts)
	}
	f.members = f.index.members()
	f.w = widths{member: words(f.members.Len()), ext: words(f.exts.Len()), cav: words(len(f.cavs))}
	f.w.total = 3*f.w.member + f.w.ext + f.w.cav
	f.bits = make([]uint64, len(labels)*f.w.total)
	for i, l := range labels {
		if l == nil {
			continue
		}
		p := f.parts(f.row(i))
		f.index.pack(p.rel, l.Rel)
		f.index.pack(p.originators, l.Originators)
		f.index.pack(p.consent, l.ConsentNeeded)
		pack(p.ext, f.exts.keys, l.External.keys)
		pack(p.cav, f.cavs, l.Caveats.texts)
	}
	return f, nil
}

func (f *frame) row(i int) []uint64 { return f.bits[i*f.w.total : (i+1)*f.w.total] }

// parts cuts a row.
type parts struct{ rel, originators, consent, ext, cav []uint64 }

func (f *frame) parts(r []uint64) parts {
	m, e := f.w.member, f.w.ext
	return parts{r[:m], r[m : 2*m], r[2*m : 3*m], r[3*m : 3*m+e], r[3*m+e:]}
}

// memberIndex is a set of members with the place of each in their order.
type memberIndex struct {
	has    [codes/64 + 1]uint64
	before [codes/64 + 1]uint16 // members in the words before
}

func (x *memberIndex) add(s MemberSet) {
	for _, c := range s.codes {
		x.has[c/64] |= 1 << (c % 64)
	}
}

// members returns the members and fixes their places.
func (x *memberIndex) members() MemberSet {
	var all []code
	for k, w := range x.has {
		x.before[k] = uint16(len(all))
		for ; w != 0; w &= w - 1 {
			all = append(all, code(k*64+bits.TrailingZeros64(w)))
		}
	}
	return MemberSet{all}
}

// pack sets in dst the places of the members of s.
func (x *memberIndex) pack(dst []uint64, s MemberSet) {
	for _, c := range s.codes {
		i := int(x.before[c/64]) + bits.OnesCount64(x.has[c/64]&(1<<(c%64)-1))
		dst[i/64] |= 1 << (i % 64)
	}
}

// pack sets in dst the positions in all of the elements of some, which is a
// subset of it.
func pack[T ~string](dst []uint64, all, some []T) {
	j := 0
	for _, x := range some {
		for all[j] != x {
			j++
		}
		dst[j/64] |= 1 << (j % 64)
	}
}

// unpack is the inverse of pack.
func unpack[T any](all []T, src []uint64) []T {
	n := 0
	for _, w := range src {
		n += bits.OnesCount64(w)
	}
	if n == 0 {
		return nil
	}
	out := make([]T, 0, n)
	for k, w := range src {
		for ; w != 0; w &= w - 1 {
			out = append(out, all[k*64+bits.TrailingZeros64(w)])
		}
	}
	return out
}

// join returns the join of the labels whose positions are set in some, which
// must not be empty.
func (f *frame) join(some []uint64) (Label, error) {
	var (
		acc    = make([]uint64, f.w.total)
		m      = f.w.member
		l      Label
		policy *tablePolicy
		rank   int
		up     = -1
		alone  *tablePolicy // a policy without equivalences
		mixed  bool
		first  = true
	)
	for k, w := range some {
		for ; w != 0; w &= w - 1 {
			i := k*64 + bits.TrailingZeros64(w)
			r := &f.rows[i]
			b := f.row(i)
			if first {
				policy, rank = r.policy, r.rank
				copy(acc[:m], b[:m])
				first = false
			} else {
				for j := range acc[:m] {
					acc[j] &= b[j]
				}
			}
			for j := m; j < len(acc); j++ {
				acc[j] |= b[j]
			}
			mixed = mixed || r.policy != policy
			rank = max(rank, r.rank)
			if r.policy.up != nil {
				up = max(up, r.policy.up[r.rank])
			} else {
				alone = r.policy
			}
			l.UseCodes |= r.codes
			l.Personal = l.Personal || r.personal
			l.ReviewBy = l.ReviewBy.Min(r.review)
			l.Expires = l.Expires.Min(r.expires)
		}
	}
	switch {
	case first:
		return Label{}, ErrNoPortions
	case !mixed:
		l.Policy, l.Class = policy.ID, policy.Classes[rank]
	case alone != nil:
		return Label{}, noEquivalence(alone.ID, f.t.common.ID)
	default:
		l.Policy, l.Class = f.t.common.ID, f.t.common.Classes[up]
	}
	p := f.parts(acc)
	l.Rel = MemberSet{unpack(f.members.codes, p.rel)}
	l.Originators = MemberSet{unpack(f.members.codes, p.originators)}
	l.ConsentNeeded = MemberSet{unpack(f.members.codes, p.consent)}
	l.External = ExternalSet{unpack(f.exts.keys, p.ext)}
	l.Caveats = CaveatSet{unpack(f.cavs, p.cav)}.strictest()
	return l, l.bounded()
}

// everything is the set of the first n positions.
func everything(n int) []uint64 {
	s := make([]uint64, words(n))
	for i := range n {
		s[i/64] |= 1 << (i % 64)
	}
	return s
}

// positions returns the positions set in s, rising.
func positions(s []uint64) []int {
	n := 0
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	out := make([]int, 0, n)
	for k, w := range s {
		for ; w != 0; w &= w - 1 {
			out = append(out, k*64+bits.TrailingZeros64(w))
		}
	}
	return out
}

func isEmpty(s []uint64) bool {
	for _, w := range s {
		if w != 0 {
			return false
		}
	}
	return true
}
