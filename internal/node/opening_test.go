package node

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"entente/act"
	"entente/internal/store/viewdb"
	"entente/label"
)

// What a panic says may quote what was being read. The log tells its type and
// where it came from, and no word of it.
func TestAPanicLogsNoContents(t *testing.T) {
	h := newHouse(t, nil)
	var log bytes.Buffer
	h.change = func(m label.MemberID, o *Options) {
		if m == "SYR" {
			o.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		}
	}
	h.start("IRQ", "IRN", "RUS")
	syr, err := Open(t.Context(), h.options("SYR"))
	check(t, err)
	const word = "quincunxzebra"
	syr.fault = func(string, int64) { panic(word) }
	h.run(syr)
	defer h.stopAll()
	h.ready("IRQ")
	h.releaseReport("IRQ", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(mark("RESTRICTED", "IRQ", four...), "IRQ", "the bridge")}})
	h.find("IRQ", viewdb.Query{Text: "bridge"}, 1)
	if got := h.quarantined("SYR", 1); got[0] != codePanic {
		t.Fatalf("SYR quarantined %v, and this test shows nothing", got)
	}
	h.stopAll()
	if strings.Contains(log.String(), word) {
		t.Error("the log quotes the panic")
	}
	if !strings.Contains(log.String(), "panic=string") || !strings.Contains(log.String(), "node.(*Node).open (opening.go:") {
		t.Errorf("the log does not tell where it broke:\n%s", log.String())
	}
}
