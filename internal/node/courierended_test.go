package node

import (
	"context"
	"os"
	"runtime"
	"testing"
)

// An import that broke off while it was being adopted is finished by the same
// file, which looking at it does not take away; and it is unfinished no more when
// a later bundle has brought what it holds.
func TestCourierAnUnfinishedImportEnds(t *testing.T) {
	h := courierHouse(t)
	h.custodian("SYR")
	h.cut("SYR")
	syr, o := h.nodes["SYR"], h.custodian("SYR")
	h.photograph("with a photograph quincunx")
	file := h.export("RUS", "SYR", 0)
	id, err := h.stage("SYR", file)
	check(t, err)
	ctx, gone := context.WithCancel(t.Context())
	defer gone()
	if _, err := syr.ImportBundle(ctx, o, id, func(done, total int64) {
		if done > total/2 { // it is being adopted
			gone()
		}
	}); err == nil {
		t.Fatal("it was not broken off")
	}
	unfinished := func() int {
		t.Helper()
		st, err := syr.BundleStatus(t.Context(), o)
		check(t, err)
		return len(st.Adopting)
	}
	copies := func() int {
		t.Helper()
		es, err := os.ReadDir(syr.courierDir("in"))
		check(t, err)
		return len(es)
	}
	if unfinished() != 1 || copies() != 1 {
		t.Fatalf("%d unfinished, %d copies", unfinished(), copies())
	}
	rep, err := h.inspectFile("SYR", file)
	check(t, err)
	if rep.Imported || unfinished() != 1 || copies() != 1 {
		t.Errorf("looked at: %+v, %d unfinished, %d copies", rep, unfinished(), copies())
	}
	_, err = h.importFile("SYR", h.export("RUS", "SYR", 1))
	check(t, err)
	if unfinished() != 0 || copies() != 0 {
		t.Errorf("after another brought it: %d unfinished, %d copies", unfinished(), copies())
	}
}

// A copy whose bundle was noted just before the node fell is gone at the next
// start, for nobody could import it any more; one that waits stays.
func TestCourierKeepsNoCopyOfWhatWasImported(t *testing.T) {
	h := courierHouse(t)
	h.custodian("SYR")
	h.cut("SYR")
	syr, o := h.nodes["SYR"], h.custodian("SYR")
	one, _, three := h.export("RUS", "SYR", 0), h.export("RUS", "SYR", 0), h.export("RUS", "SYR", 0)
	_, err := h.importFile("SYR", three)
	if courierCode(err) != "bundle_gap" {
		t.Fatalf("out of order: %v", err)
	}
	id, err := h.stage("SYR", one)
	check(t, err)
	syr.fault = func(stage string, _ int64) {
		if stage == "courier/noted" {
			runtime.Goexit()
		}
	}
	fell := make(chan struct{})
	go func() {
		defer close(fell)
		syr.ImportBundle(t.Context(), o, id, nil)
	}()
	<-fell
	h.leave("SYR")
	h.cutStart("SYR")
	h.eventually("the copy that waits to be the only one", func() bool {
		es, err := os.ReadDir(h.nodes["SYR"].courierDir("in"))
		check(t, err)
		return len(es) == 1
	})
	st, err := h.nodes["SYR"].BundleStatus(t.Context(), o)
	check(t, err)
	if len(st.Waiting) != 1 || st.Waiting[0].Number != 3 || st.Waiting[0].MissingFrom != 2 || st.Waiting[0].MissingTo != 2 {
		t.Errorf("it shows %+v", st.Waiting)
	}
}
