package verify_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"entente/charter"
	"entente/internal/logcopy"
	"entente/label"
	"entente/seal"
)

// Evidence leaves are weighed by an outside verifier as by every node: a fork
// under keys in force suspends its originator, one with a key that had ended
// before suspends nobody. What a suspended member says after it stands in no valid log.
func TestSuspensionByACopy(t *testing.T) {
	fork := func(s *scribe, m label.MemberID) []byte {
		place := s.place(m)
		a, b := s.make(m, seal.Sealed, []byte("one"), place), s.make(m, seal.Sealed, []byte("two"), place)
		raw, err := seal.MarshalEvidence(seal.NewFork(a.Header, b.Header))
		check(t, err)
		return raw
	}
	renew := func(s *scribe, m label.MemberID) {
		s.keys[m]["header"] = keyOf("renewed " + string(m))
		s.add(m, seal.Keys, s.certificate(m, 2, s.found.Hash()))
	}
	for name, c := range map[string]struct {
		write func(s *scribe)
		want  []label.MemberID
	}{
		"nobody forked": {func(s *scribe) {}, nil},
		"a fork under the key in force": {func(s *scribe) {
			s.add("IRN", seal.Evidence, fork(s, "SYR"))
		}, []label.MemberID{"SYR"}},
		"a fork under a key that had ended": {func(s *scribe) {
			proof := fork(s, "SYR")
			renew(s, "SYR")
			s.add("IRN", seal.Evidence, proof)
		}, nil},
		"a fork under the new key": {func(s *scribe) {
			renew(s, "SYR")
			s.add("IRN", seal.Evidence, fork(s, "SYR"))
		}, []label.MemberID{"SYR"}},
		"a fork across the change of keys": {func(s *scribe) {
			place := s.place("SYR")
			a := s.make("SYR", seal.Sealed, []byte("one"), place)
			s.keys["SYR"]["header"] = keyOf("renewed SYR")
			b := s.make("SYR", seal.Keys, s.certificate("SYR", 2, s.found.Hash()), place)
			s.put("SYR", b)
			raw, err := seal.MarshalEvidence(seal.NewFork(a.Header, b.Header))
			check(t, err)
			s.add("IRN", seal.Evidence, raw)
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScribe(t, "Centre of "+name)
			s.fill(4)
			c.write(s)
			for _, m := range []label.MemberID{"IRN", "IRQ", "RUS"} {
				s.add(m, seal.Sealed, []byte("after"))
			}
			dir := s.write(t.TempDir())
			pinned := charter.Hash(s.found.Hash())
			v, err := logcopy.Verify(os.DirFS(dir), &pinned, nil)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(v.Suspended, c.want) {
				t.Errorf("suspended: %v, want %v", v.Suspended, c.want)
			}
			if a := python(t, filepath.Join(dir, logcopy.FileFounding), dir); !a.OK {
				t.Errorf("the other verifier refuses: %+v", a.Refused)
			}
		})
	}

	s := newScribe(t, "Centre of the suspended")
	s.add("IRN", seal.Evidence, fork(s, "SYR"))
	s.add("SYR", seal.Sealed, []byte("after all"))
	dir := s.write(t.TempDir())
	if _, err := logcopy.Verify(os.DirFS(dir), nil, nil); !errors.Is(err, charter.ErrSuspended) {
		t.Errorf("a leaf of a suspended member: %v", err)
	}
	if a := python(t, filepath.Join(dir, logcopy.FileFounding), dir); a.OK {
		t.Error("the other verifier takes a leaf of a suspended member")
	}
}
