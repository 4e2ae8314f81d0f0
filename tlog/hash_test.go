package tlog

import (
	"bytes"
	"encoding/hex"
	"testing"

	xtlog "golang.org/x/mod/sumdb/tlog"
)

// The leaves and roots of the reference tests of Certificate Transparency
// (RFC 6962), for trees of one to eight leaves.
var (
	rfcLeaves = []string{"", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"}
	rfcRoots  = []string{
		"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
		"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
		"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
		"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
		"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
		"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
		"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
		"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
	}
	rfcEmpty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestRFC6962Roots(t *testing.T) {
	f, err := NewFrontier(0, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := f.Root(); got != Hash(unhex(t, rfcEmpty)) || got != EmptyRoot() {
		t.Errorf("root of nothing = %x", got)
	}
	for i, leaf := range rfcLeaves {
		if err := f.Append([]Hash{LeafHash(unhex(t, leaf))}); err != nil {
			t.Fatal(err)
		}
		if got := f.Root(); got != Hash(unhex(t, rfcRoots[i])) {
			t.Errorf("root of %d leaves = %x, want %s", i+1, got, rfcRoots[i])
		}
	}
}

// TestRFC6962Paths holds the audit paths and consistency proofs of the
// reference tests, written as the nodes they consist of.
func TestRFC6962Paths(t *testing.T) {
	hashes := make([]Hash, len(rfcLeaves))
	for i, l := range rfcLeaves {
		hashes[i] = LeafHash(unhex(t, l))
	}
	tiles := treeOf(t, hashes)
	h := func(s string) Hash { return Hash(unhex(t, s)) }
	for _, c := range []struct {
		index, size int64
		want        []Hash
	}{
		{0, 1, []Hash{}},
		{0, 8, []Hash{
			h("96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"),
			h("5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"),
			h("6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4")}},
		{5, 8, []Hash{
			h("bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"),
			h("ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"),
			h("d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")}},
		{2, 3, []Hash{h("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")}},
	} {
		got, err := InclusionProof(c.index, c.size, tiles)
		if err != nil || len(got) != len(c.want) {
			t.Fatalf("path of %d in %d: %v, %v", c.index, c.size, got, err)
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("path of %d in %d, node %d: %x, want %x", c.index, c.size, i, got[i], c.want[i])
			}
		}
	}
	// 6 to 8: RFC 6962 section 2.1.3's shape, l then the whole left side.
	got, err := ConsistencyProof(6, 8, tiles)
	want := []Hash{
		h("0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"),
		h("ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"),
		h("d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
	}
	if err != nil || len(got) != len(want) {
		t.Fatalf("consistency of 6 with 8: %v, %v", got, err)
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("consistency of 6 with 8, node %d: %x, want %x", i, got[i], want[i])
		}
	}
}

// TestLeafHashSizes compares with x/mod around the size at which LeafHash
// changes its way.
func TestLeafHashSizes(t *testing.T) {
	for n := range 1100 {
		leaf := bytes.Repeat([]byte{byte(n)}, n)
		if LeafHash(leaf) != xtlog.RecordHash(leaf) {
			t.Fatalf("leaf of %d bytes", n)
		}
	}
	if n := testing.AllocsPerRun(100, func() { LeafHash(make([]byte, 256)) }); n != 0 {
		t.Errorf("hashing a header allocates %v times", n)
	}
}

func TestParseHash(t *testing.T) {
	good := LeafHash(nil).String()
	if h, err := parseHash([]byte(good)); err != nil || h != LeafHash(nil) {
		t.Fatalf("%v, %v", h, err)
	}
	for _, bad := range []string{
		"", good[:43], good + "=", good[:43] + "A", "\r" + good[1:], good[:42] + "B=", "-" + good[1:], good[:40] + "\r\r\r\r",
	} {
		_, err := parseHash([]byte(bad))
		wantErr(t, err, ErrMalformed)
	}
}
