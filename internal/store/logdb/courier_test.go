package logdb

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"entente/internal/store"
)

// Envelopes wait with the copy that they came in until it is adopted, go with it
// when it is given up, and pass to another copy that is adopted before it.
func TestEnvelopesWaitForTheirBundle(t *testing.T) {
	ctx := context.Background()
	l, err := Open(filepath.Join(t.TempDir(), "log.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	keep := func(file string, from, to uint64) {
		t.Helper()
		var es []Relayed
		for s := from; s <= to; s++ {
			es = append(es, Relayed{"SYR", Filed{Incarnation: 1, Sequence: s, Header: fmt.Append(nil, file, s), Body: []byte("body")}})
		}
		do(l.KeepRelayed(ctx, file, es))
	}
	want := func(what string, headers string) {
		t.Helper()
		es, err := l.Relaying(ctx, "SYR", 0, 0, 100)
		do(err)
		var got, listed string
		for _, e := range es {
			got += string(e.Header) + " "
		}
		pages := 0
		do(l.RelayHeaders(ctx, "SYR", 2, func(h []byte) { listed += string(h); pages++ }))
		from, err := l.RelayFrom(ctx)
		do(err)
		if got != headers || from["SYR"] != len(es) || pages != (len(es)+1)/2 || len(listed) != len(got)-len(es) {
			t.Errorf("%s: %q for the lead, want %q; counted %v, listed %q", what, got, headers, from, listed)
		}
	}
	do(l.BeginAdopting(ctx, "a", "custodian"))
	keep("a", 1, 2)
	want("not adopted", "")
	do(l.BeginAdopting(ctx, "b", "custodian"))
	keep("b", 1, 3)
	do(l.FinishAdopting(ctx, "b", BundleIn{Member: "SYR", Number: 2}))
	want("another that holds them is adopted", "b1 b2 b3 ")
	keep("a", 1, 4)
	want("again", "b1 b2 b3 ")
	do(l.DropAdopting(ctx, "a"))
	want("the first is given up", "b1 b2 b3 ")
	keep("c", 4, 5)
	do(l.FinishAdopting(ctx, "c", BundleIn{Member: "SYR", Number: 3}))
	want("given up, they come again", "b1 b2 b3 c4 c5 ")
}
