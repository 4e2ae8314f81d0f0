package web

import (
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"entente/internal/section"
	"entente/internal/web/api"
)

func scrape(t *testing.T, b *bed) string {
	t.Helper()
	req := httptest.NewRequest("GET", "/metrics", nil)
	req.Host = "127.0.0.1:9701"
	w := httptest.NewRecorder()
	b.server.Metrics().ServeHTTP(w, req)
	if w.Code != 200 {
		t.Fatalf("HTTP %d %s", w.Code, w.Body)
	}
	return w.Body.String()
}

func TestFiguresTellTheConditionOfTheNode(t *testing.T) {
	b := newBed(t)
	b.request("GET", base+"/reports?text=quincunx", "analyst", nil)
	b.request("GET", base+"/reports/"+strings.Repeat("5", 32), "analyst", nil)
	b.request("GET", "/wp-login.php", "", nil)
	text := scrape(t, b)
	for _, want := range []string{
		"entente_status_up 1", "entente_link_over_quota_total 0", "entente_log_leaves ", "entente_log_certified_leaves 0", "entente_log_uncertified_leaves ", `entente_peer_lag_leaves{member="RUS"} 0`,
		"entente_envelopes_filed ", "entente_reports_logged 0", `entente_envelopes_received{member="SYR"} 0`, "entente_quarantined 0", "entente_evidence 0",
		`entente_refusals_total{code="quota"} 0`, `entente_refusals_total{code="not_found"} 1`, `entente_file_bytes{file="log.db"} `, "entente_disk_free_bytes ", "entente_ready 0",
		`entente_http_request_seconds_count{method="GET",route="GET /api/v1/reports/{id}",status="4xx"} 1`, `route="none"`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the figures lack %s\n%s", want, text)
		}
	}
	for _, word := range []string{"quincunx", strings.Repeat("5", 32), "wp-login", "analyst"} {
		if strings.Contains(text, word) {
			t.Errorf("the figures hold %q", word)
		}
	}
	// What they are labelled with is a closed list.
	for _, m := range regexp.MustCompile(`(?m)^entente_\w+\{([^}]*(?:\{[^}]*\}[^}]*)*)\}`).FindAllStringSubmatch(text, -1) {
		for _, l := range regexp.MustCompile(`(\w+)="`).FindAllStringSubmatch(m[1], -1) {
			switch l[1] {
			case "member", "code", "file", "route", "method", "status", "le":
			default:
				t.Errorf("a figure is labelled with %s", l[1])
			}
		}
	}
}

func TestFiguresAreOnlyRead(t *testing.T) {
	b := newBed(t)
	req := httptest.NewRequest("POST", "/metrics", nil)
	req.Host = "localhost"
	w := httptest.NewRecorder()
	b.server.Metrics().ServeHTTP(w, req)
	if w.Code != 405 {
		t.Errorf("HTTP %d", w.Code)
	}
	// They are not on the officers' listener.
	if w := b.request("GET", "/metrics", "custodian", nil); w.Code != 404 {
		t.Errorf("HTTP %d on the desk", w.Code)
	}
}

func TestStatusTellsWhatCertifiesAHead(t *testing.T) {
	b := newBed(t)
	st := decode[api.Status](t, b.request("GET", base+"/status", "custodian", nil))
	if st.Member != "IRQ" || st.Lead != "IRQ" || st.Log.Quorum != 3 || st.Log.LogTime != nil || st.Ready || len(st.Peers) != 3 || st.Log.UnknownAt != nil || st.Halted != nil ||
		st.Disk.Free <= 0 || st.Versions.API != Version || st.Versions.Act == 0 {
		t.Errorf("status %+v", st)
	}
	ms := decode[api.Members](t, b.request("GET", base+"/members", "analyst", nil))
	if len(ms.Members) != 4 || ms.Fingerprint != b.node.Founding().Fingerprint() || ms.Members[0].ID != "IRN" || !ms.Members[1].Self || !ms.Members[1].Lead {
		t.Errorf("members %+v", ms)
	}
	for _, m := range ms.Members {
		if f, ok := b.node.Founding().Member(b.node.Self()); !ok || m.Self && m.Root.Fingerprint != f.Root.Fingerprint() || m.Keys.TLS.Key == "" || m.Incarnation != 1 {
			t.Errorf("member %+v", m)
		}
	}
	if e := decode[api.Epochs](t, b.request("GET", base+"/epochs", "analyst", nil)).Epochs; len(e) != epochsAhead+1 || !e[0].Present {
		t.Errorf("epochs %+v", e)
	}
	for _, path := range []string{"/log/checkpoint", "/log/export"} {
		if e := refusalOf(t, b.request("GET", base+path, "analyst", nil)); e.Code != "not_certified" {
			t.Errorf("%s: %+v", path, e)
		}
	}
	if w := b.request("GET", "/readyz", "", nil); w.Code != 200 && refusalOf(t, w).Code != "recovering" {
		t.Errorf("readiness: HTTP %d %s", w.Code, w.Body)
	}
}

func TestAuditIsVerified(t *testing.T) {
	b := newBed(t)
	v := decode[api.AuditVerdict](t, b.request("POST", base+"/audit/verify", "inspector", api.VerifyAudit{}))
	if !v.Intact || v.Rows == 0 || len(v.Faults) != 0 {
		t.Errorf("verdict %+v", v)
	}
	if v2 := decode[api.AuditVerdict](t, b.request("POST", base+"/audit/verify", "custodian", api.VerifyAudit{Heads: []string{v.Head}})); !v2.Intact || v2.Rows <= v.Rows {
		t.Errorf("verdict %+v after %+v", v2, v)
	}
	forged := section.FormatAuditHead(section.AuditHead{Seq: 1, Hash: [32]byte{1}})
	if v := decode[api.AuditVerdict](t, b.request("POST", base+"/audit/verify", "inspector", api.VerifyAudit{Heads: []string{forged}})); v.Intact || len(v.Faults) == 0 {
		t.Errorf("a head that is not on the chain: %+v", v)
	}
	if e := refusalOf(t, b.request("POST", base+"/audit/verify", "inspector", api.VerifyAudit{Heads: []string{"x"}})); e.Code != "bounds" {
		t.Errorf("refusal %+v", e)
	}
	page := decode[api.Audit](t, b.request("GET", base+"/audit?limit=2", "inspector", nil)).Rows
	next := decode[api.Audit](t, b.request("GET", base+"/audit?limit=2&before="+itoa(page[1].Seq), "inspector", nil)).Rows
	if len(page) != 2 || len(next) != 2 || next[0].Seq != page[1].Seq-1 {
		t.Errorf("pages %+v, %+v", page, next)
	}
}
