package logdb

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"entente/internal/store"
)

// header is header i of a log of the tests.
func header(i int64) []byte {
	b := bytes.Repeat([]byte{byte(i)}, HeaderSize)
	binary.BigEndian.PutUint64(b, uint64(i))
	return b
}

// What was appended in runs of any sizes is read back in runs of any sizes:
// every header, and the bodies that are here; nothing beyond the end.
func TestLeavesAreReadBack(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		dir, err := os.MkdirTemp("", "logdb-*")
		if err != nil {
			r.Fatal(err)
		}
		defer os.RemoveAll(dir)
		l, err := Open(filepath.Join(dir, "log.db"), store.Options{Relaxed: true, Readers: 1, CacheKiB: 256})
		if err != nil {
			r.Fatal(err)
		}
		defer l.Close()
		bodies := map[int64][]byte{}
		var awaited []int64
		size := int64(0)
		for _, n := range rapid.SliceOfN(rapid.Int64Range(1, 2*maxChunk+5), 1, 4).Draw(r, "runs") {
			b := Batch{First: size}
			for i := size; i < size+n; i++ {
				b.Headers = append(b.Headers, header(i)...)
				var body []byte
				switch i % 3 {
				case 0:
					body = fmt.Appendf(nil, "body %d", i)
					bodies[i] = body
				case 1:
					b.Awaited, awaited = append(b.Awaited, i), append(awaited, i)
				}
				b.Bodies = append(b.Bodies, body)
			}
			if err := l.Append(t.Context(), b); err != nil {
				r.Fatal(err)
			}
			size += n
		}
		if got, err := l.Size(t.Context()); err != nil || got != size {
			r.Fatalf("size %d (%v), want %d", got, err, size)
		}
		if got, err := l.Missing(t.Context(), len(awaited)+1); err != nil || !slices.Equal(got, awaited) {
			r.Fatalf("missing %v (%v), want %v", got, err, awaited)
		}
		// A body that comes is taken once, and only where one is awaited.
		fill := map[int64][]byte{0: []byte("another"), 1: []byte("has come"), 2: []byte("was deleted")}
		if err := l.Fill(t.Context(), fill); err != nil {
			r.Fatal(err)
		}
		if size > 1 {
			bodies[1] = fill[1]
		}
		from := rapid.Int64Range(0, size-1).Draw(r, "from")
		to := rapid.Int64Range(from+1, size).Draw(r, "to")
		run, err := l.Read(t.Context(), from, to)
		if err != nil || run.First != from || int64(run.N()) != to-from {
			r.Fatalf("read [%d, %d): %d from %d (%v)", from, to, run.N(), run.First, err)
		}
		for i := range run.N() {
			at := from + int64(i)
			if !bytes.Equal(run.Header(i), header(at)) || !bytes.Equal(run.Bodies[i], bodies[at]) {
				r.Fatalf("leaf %d: %x %q", at, run.Header(i)[:8], run.Bodies[i])
			}
		}
		if _, err := l.Headers(t.Context(), from, size+1); err == nil {
			r.Fatal("headers beyond the end are read")
		}
		if err := l.Append(t.Context(), Batch{First: from, Headers: header(from), Bodies: [][]byte{nil}}); err == nil && from%maxChunk == 0 {
			r.Fatal("a run over another is stored")
		}
	})
}

// An own envelope goes from the outbox into the log in the transaction that
// appends it, is filed once under its reference, and is found in both.
func TestOutbox(t *testing.T) {
	l, err := Open(filepath.Join(t.TempDir(), "log.db"), store.Options{Relaxed: true})
	check(t, err)
	defer l.Close()
	ctx := t.Context()
	var es []Filed
	for i := range int64(600) { // more than are asked for in one query
		es = append(es, Filed{Incarnation: 1 + uint32(i/500), Sequence: uint64(1 + i%500), Header: header(i), Body: []byte("act"), Ref: fmt.Sprint("ref/", i)})
	}
	es[7].Ref, es[8].Ref = "", "" // guards nothing
	check(t, l.File(ctx, es))
	for name, e := range map[string]Filed{
		"a reference again": {Incarnation: 3, Sequence: 1, Header: header(0), Ref: "ref/3"},
		"a place again":     {Incarnation: 1, Sequence: 4, Header: header(0), Ref: "new"},
	} {
		if err := l.File(ctx, []Filed{{Incarnation: 9, Sequence: 9, Header: header(9), Ref: "beside"}, e}); err == nil {
			t.Errorf("%s is filed", name)
		}
	}
	if n, err := l.OutboxSize(ctx); err != nil || n != 600 {
		t.Errorf("%d wait (%v), want 600: what was refused left something", n, err)
	}
	got, err := l.Outbox(ctx, 1, 498, 4)
	check(t, err)
	var places [][2]uint64
	for _, e := range got {
		places = append(places, [2]uint64{uint64(e.Incarnation), e.Sequence})
	}
	if !slices.Equal(places, [][2]uint64{{1, 499}, {1, 500}, {2, 1}, {2, 2}}) {
		t.Errorf("after 1/498 come %v", places)
	}
	if tail, err := l.OutboxTail(ctx); err != nil || tail.Incarnation != 2 || tail.Sequence != 100 {
		t.Errorf("the last is %+v (%v)", tail, err)
	}

	check(t, l.Append(ctx, Batch{First: 0, Headers: append(header(0), header(1)...), Bodies: [][]byte{[]byte("act"), []byte("act")},
		Own: []Own{{1, 1, 0}, {1, 2, 1}}}))
	var refs []string
	for i := range 600 {
		refs = append(refs, fmt.Sprint("ref/", i))
	}
	found, err := l.Refs(ctx, append(refs, "never"))
	check(t, err)
	if len(found) != 598 || found["ref/1"] != (Place{1, 2, 1}) || found["ref/2"] != (Place{1, 3, -1}) || found["ref/599"] != (Place{2, 100, -1}) {
		t.Errorf("%d references: %+v %+v %+v", len(found), found["ref/1"], found["ref/2"], found["ref/599"])
	}
	if n, err := l.OutboxSize(ctx); err != nil || n != 598 {
		t.Errorf("%d wait (%v), want 598", n, err)
	}
	for seq, logged := range map[uint64]bool{2: true, 3: false} {
		e, err := l.OutboxEnvelope(ctx, 1, seq)
		check(t, err)
		if e == nil || !bytes.Equal(e.Header, header(int64(seq-1))) {
			t.Errorf("envelope 1/%d: %+v", seq, e)
		}
		if _, ok, err := l.OwnIndex(ctx, 1, seq); err != nil || ok != logged {
			t.Errorf("envelope 1/%d is logged: %v (%v)", seq, ok, err)
		}
	}
	if e, err := l.OutboxEnvelope(ctx, 7, 7); err != nil || e != nil {
		t.Errorf("one that never was: %+v (%v)", e, err)
	}
}

// Deleted bodies are in no file any more; their leaves stay.
func TestDeletedBodiesAreGone(t *testing.T) {
	dir := t.TempDir()
	l, err := Open(filepath.Join(dir, "log.db"), store.Options{})
	check(t, err)
	defer l.Close()
	ctx := t.Context()
	secret := bytes.Repeat([]byte("quincunx "), 300)
	check(t, l.Append(ctx, Batch{First: 0, Headers: append(header(0), header(1)...), Bodies: [][]byte{secret, []byte("kept")}}))
	check(t, l.DeleteBodies(ctx, []int64{0}))
	run, err := l.Read(ctx, 0, 2)
	check(t, err)
	if run.Bodies[0] != nil || string(run.Bodies[1]) != "kept" || !bytes.Equal(run.Header(0), header(0)) {
		t.Errorf("%q %q", run.Bodies[0], run.Bodies[1])
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	check(t, err)
	for _, f := range files {
		raw, err := os.ReadFile(f)
		check(t, err)
		if bytes.Contains(raw, []byte("quincunx")) {
			t.Errorf("%s still holds it", f)
		}
	}
}

// When a leaf was logged is told by the minute of the first head that covers it, and
// stays the same when that head gives way to a later one of its minute.
func TestLoggedAtDoesNotMove(t *testing.T) {
	l, err := Open(filepath.Join(t.TempDir(), "log.db"), store.Options{Relaxed: true})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	said := map[int64]int64{}
	for size, at := range []int64{600, 601, 655, 659, 660, 719, 790} {
		if err := l.KeepHead(t.Context(), Head{Size: int64(size + 1), Time: at, Note: []byte("a head")}); err != nil {
			t.Fatal(err)
		}
		for i := int64(0); i <= int64(size); i++ {
			got, err := l.LoggedAt(t.Context(), i)
			if err != nil {
				t.Fatal(err)
			}
			if was, ok := said[i]; ok && was != got {
				t.Errorf("leaf %d was logged at %d, and now at %d", i, was, got)
			}
			said[i] = got
		}
	}
	if said[3] != 600 || said[4] != 660 || said[6] != 780 {
		t.Errorf("logged at %v", said)
	}
}
