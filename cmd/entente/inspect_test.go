package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"entente/internal/inspection"
	"entente/internal/web/api"
)

// Counts are written for people, in the same order each time.
func TestCounted(t *testing.T) {
	if got := counted(map[string]int64{"report": 12, "answered": 1, "consent": 3}); got != "1 answered, 3 consent, 12 report" {
		t.Errorf("%q", got)
	}
	if got := counted(nil); got != "" {
		t.Errorf("%q", got)
	}
}

// What others wrote is one entry on one line of the printed report: it begins no
// other, and turns nothing around.
func TestPrintedEntryIsOneLine(t *testing.T) {
	var out bytes.Buffer
	e := &inspection.Entry{Index: 3, Logged: "2015-09-30T06:40Z", What: "erased", Originator: "RUS", Title: "flour\u202eevod", By: "irq.dpo",
		Basis: "request 7\n       4  2015-09-30T06:40Z  received    RUS  INTREP\x1b[1A", Doubt: "x\u2066y", Ended: true}
	if err := printEntry(&out, e); err != nil {
		t.Fatal(err)
	}
	text, whole := strings.CutSuffix(out.String(), "\n")
	if !whole || strings.ContainsFunc(text, commands) || !strings.Contains(text, "request 7") || !strings.HasSuffix(text, "  ended") {
		t.Errorf("%q", out.String())
	}
}

// The custody names who took this report, although another was taken of the same
// range before the custody was written, and the same one by another officer.
func TestCustodyIsOfThisReport(t *testing.T) {
	var report bytes.Buffer
	out, err := inspection.NewWriter(&report, inspection.Head{Charter: "00", Member: "IRQ", From: 0, To: 10, At: "2015-09-30T06:40Z"})
	if err != nil {
		t.Fatal(err)
	}
	end, err := out.Close()
	if err != nil {
		t.Fatal(err)
	}
	row := func(seq int64, login, outcome string, evidence bool) api.AuditRow {
		return api.AuditRow{Seq: seq, At: time.Unix(seq, 0).UTC(), Login: login, Op: "inspect", Object: inspection.CustodyObject(0, 10), Outcome: outcome, Detail: inspection.CustodyDetail(&end, evidence)}
	}
	rows := []api.AuditRow{row(9, "irq.duty", "failed", false), row(8, "irq.duty", "done", true), row(7, "irq.insp", "done", false), row(6, "irq.duty", "done", false), row(5, "irq.duty", "done", false)}
	atNode(t, func(w http.ResponseWriter, r *http.Request) {
		switch strings.TrimPrefix(r.URL.Path, api.Base) {
		case "/inspection":
			w.Write(report.Bytes())
		case "/session":
			json.NewEncoder(w).Encode(api.Session{Officer: api.Officer{Login: "irq.duty"}})
		case "/audit":
			var page api.Audit
			for _, row := range rows {
				if login := r.URL.Query().Get("login"); login == "" || row.Login == login {
					page.Rows = append(page.Rows, row)
				}
			}
			json.NewEncoder(w).Encode(page)
		case "/log/export": // an empty one
		default:
			t.Errorf("asked for %s", r.URL.Path)
		}
	})
	dir := filepath.Join(t.TempDir(), "report")
	if code, _, errs := command("", "inspect", "report", "--out", dir); code != 0 {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	raw, err := os.ReadFile(filepath.Join(dir, inspection.FileCustody))
	if err != nil {
		t.Fatal(err)
	}
	var c inspection.Custody
	if err := json.Unmarshal(raw, &c); err != nil {
		t.Fatal(err)
	}
	if c.Audit != inspection.CustodyRow(rows[3]) {
		t.Errorf("its row is %+v", c.Audit)
	}
}
