package tlog

import (
	"bytes"
	"testing"
)

func TestBundle(t *testing.T) {
	leaves := [][]byte{{}, []byte("a"), bytes.Repeat([]byte{7}, 256), make([]byte, MaxLeaf)}
	var b []byte
	var err error
	for _, l := range leaves {
		b, err = AppendEntry(b, l)
		wantErr(t, err, nil)
	}
	got, err := ParseBundle(b, len(leaves))
	wantErr(t, err, nil)
	for i := range leaves {
		if !bytes.Equal(got[i], leaves[i]) {
			t.Errorf("leaf %d", i)
		}
	}
	_, err = AppendEntry(nil, make([]byte, MaxLeaf+1))
	wantErr(t, err, ErrTooLarge)
	for what, c := range map[string]struct {
		data  []byte
		width int
		want  error
	}{
		"too few":          {b, 5, ErrMalformed},
		"too many":         {b, 3, ErrMalformed},
		"no leaves":        {nil, 0, ErrRange},
		"too wide":         {make([]byte, 600), 257, ErrRange},
		"cut in a leaf":    {b[:len(b)-1], 4, ErrMalformed},
		"cut in a length":  {[]byte{0, 1, 'a', 0}, 2, ErrMalformed},
		"a byte after all": {append(bytes.Clone(b), 0), 4, ErrMalformed},
		"empty":            {nil, 1, ErrMalformed},
	} {
		if _, err := ParseBundle(c.data, c.width); Code(err) != Code(c.want) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if got, err := ParseBundle(make([]byte, 512), 256); err != nil || len(got) != 256 {
		t.Errorf("256 empty leaves: %v", err)
	}
	// Views must not reach into each other when somebody appends to one.
	two := []byte{0, 1, 'a', 0, 1, 'b'}
	got, err = ParseBundle(two, 2)
	wantErr(t, err, nil)
	_ = append(got[0], 'x')
	if two[3] == 'x' {
		t.Error("appending to a leaf writes into the bundle")
	}
}

func FuzzParseBundle(f *testing.F) {
	f.Add([]byte{0, 1, 'a', 0, 0}, 2)
	f.Add(make([]byte, 512), 256)
	f.Fuzz(func(t *testing.T, data []byte, width int) {
		leaves, err := ParseBundle(data, width)
		if err != nil {
			if Code(err) == "" {
				t.Fatalf("refused without a code: %v", err)
			}
			return
		}
		var b []byte
		for _, l := range leaves {
			if b, err = AppendEntry(b, l); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(b, data) || len(leaves) != width {
			t.Fatalf("read %x, written %x", data, b)
		}
	})
}

func FuzzParsePath(f *testing.F) {
	f.Add("tile/0/x001/x234/067.p/3")
	f.Add("tile/entries/000")
	f.Fuzz(func(t *testing.T, path string) {
		level, index, width, err := parsePath(path)
		if err != nil {
			return
		}
		again := BundlePath(index, width)
		if level != entriesLevel {
			again = TilePath(level, index, width)
		}
		if again != path || tileWidth(MaxSize, max(level, 0), index) < 0 {
			t.Fatalf("%q is read as %q", path, again)
		}
	})
}

func FuzzParseVerifier(f *testing.F) {
	f.Add(logSigner(f, testOrigin, "log").Verifier.String())
	f.Add(cosigner(f, "IRQ/cosignature").Verifier.String())
	f.Fuzz(func(t *testing.T, vkey string) {
		v, err := ParseVerifier(vkey)
		if err != nil {
			if Code(err) == "" {
				t.Fatalf("refused without a code: %v", err)
			}
			return
		}
		if v.String() != vkey {
			t.Fatalf("read %q, written %q", vkey, v)
		}
	})
}
