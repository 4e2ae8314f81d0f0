package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"entente/act"
	"entente/internal/node/nodetest"
	"entente/internal/web/api"
	"entente/label"
)

// same says whether two answers are equal in status, headers and bytes.
func same(a, b *httptest.ResponseRecorder) bool {
	return a.Code == b.Code && a.Body.String() == b.Body.String() && headerText(a.Header()) == headerText(b.Header())
}

func headerText(h http.Header) string {
	var b strings.Builder
	h.Write(&b)
	return b.String()
}

func marked(class label.Class, m label.MemberID, rel ...label.MemberID) label.Label {
	return label.Label{Policy: "CENTRE", Class: class, Rel: label.Members(rel...), Originators: label.Members(m)}
}

func said(l label.Label, text string) act.PortionInput {
	return act.PortionInput{Label: l, Grade: act.Grade{Reliability: "B", Credibility: "2"}, Lang: "en", Text: text,
		Sources: []act.Source{{Descriptor: "a resident", Kind: act.KindHuman, Originator: "IRQ"}}}
}

// Rule 9: an id that exists and is not for the reader, and one that never was,
// have the same answer, byte for byte; so have a word of a portion that was not
// released and a nonsense word, and a page where more would follow.
func TestWhatIsNotReleasedDoesNotShow(t *testing.T) {
	c := nodetest.Found(t, nil)
	c.Start()
	c.Ready("IRQ")
	beds := map[label.MemberID]*bed{}
	for _, m := range nodetest.Four {
		s := New(c.Nodes[m], Options{})
		beds[m] = &bed{t: t, node: c.Nodes[m], server: s, handler: s.Handler(), tokens: map[string]string{}}
	}
	irq := beds["IRQ"]
	release := func(content api.Content) {
		t.Helper()
		d := decode[api.Draft](t, irq.request("POST", base+"/drafts", "duty", content))
		r := decode[api.Release](t, irq.request("POST", base+"/releases", "duty", api.PrepareRelease{Drafts: []string{d.ID}}))
		if w := irq.request("POST", base+"/releases/"+r.ID+"/approve", "release", api.Approve{Digest: r.Digest}); w.Code != 200 {
			t.Fatalf("HTTP %d %s", w.Code, w.Body)
		}
	}
	all, three := marked("RESTRICTED", "IRQ", "IRQ", "IRN", "RUS", "SYR"), marked("SECRET", "IRQ", "IRQ", "IRN", "RUS")
	file := decode[api.Attachment](t, irq.request("POST", base+"/attachments?name=picture.bin", "duty", []byte("some bytes of a file"), "Content-Type", "application/octet-stream"))
	withFile := said(three, "delta quincunx depot")
	withFile.Attachments = []act.Attachment{file}
	release(api.Content{ReportType: act.INTREP, Title: "A quincunx", Portions: []act.PortionInput{said(all, "the bridge is open"), withFile}})
	release(api.Content{ReportType: act.INTREP, Portions: []act.PortionInput{said(three, "quincunx again")}})

	for m, want := range map[label.MemberID]int{"RUS": 2, "SYR": 1} {
		c.Wait(m, func() bool {
			return len(decode[api.Reports](t, beds[m].request("GET", base+"/reports", "analyst", nil)).Reports) == want
		})
	}
	rus := decode[api.Reports](t, beds["RUS"].request("GET", base+"/reports?text=quincunx", "analyst", nil)).Reports
	if len(rus) != 2 {
		t.Fatalf("RUS finds %d", len(rus))
	}
	if w := beds["RUS"].request("GET", base+"/reports/"+rus[0].ID, "analyst", nil); w.Code != 200 {
		t.Fatalf("RUS does not read it: %d", w.Code)
	}
	syr := beds["SYR"]
	never := strings.Repeat("7", 32)
	digest := file.Digest.String()
	other := strings.Repeat("7", 64)
	own := decode[api.Reports](t, syr.request("GET", base+"/reports", "analyst", nil)).Reports[0]
	for _, x := range []struct{ what, is, isNot string }{
		{"a report", "/reports/" + rus[0].ID, "/reports/" + never},
		{"a report's bytes", "/reports/" + rus[0].ID + "/act", "/reports/" + never + "/act"},
		{"another report", "/reports/" + rus[1].ID, "/reports/" + never},
		{"a file", "/reports/" + rus[1].ID + "/attachments/" + digest, "/reports/" + never + "/attachments/" + other},
		{"a file of a report that is here", "/reports/" + own.ID + "/attachments/" + digest, "/reports/" + own.ID + "/attachments/" + other},
		{"a report that is here without a file", "/reports/" + own.ID + "/attachments/" + other, "/reports/" + never + "/attachments/" + other},
		{"a search", "/reports?text=quincunx", "/reports?text=xyzzyplugh"},
		{"a prefix", "/reports?text=quinc*", "/reports?text=xyzzy*"},
		{"a page with the hidden one behind it", "/reports?limit=1", "/reports?limit=500"},
		{"a page before the hidden one", "/reports?before=" + itoa(rus[0].Index), "/reports?before=" + itoa(rus[0].Index+1)},
	} {
		a, b := syr.request("GET", base+x.is, "analyst", nil), syr.request("GET", base+x.isNot, "analyst", nil)
		if !same(a, b) {
			t.Errorf("%s shows:\n%d %s%s\nagainst\n%d %s%s", x.what, a.Code, headerText(a.Header()), a.Body, b.Code, headerText(b.Header()), b.Body)
		}
	}
	for _, format := range []string{api.ExportSTIX, api.ExportMISP} {
		hidden, nothing := api.ExportReports{Format: format, Reports: []string{own.ID, rus[0].ID}}, api.ExportReports{Format: format, Reports: []string{own.ID, never}}
		if a, b := syr.request("POST", base+"/reports/export", "analyst", hidden), syr.request("POST", base+"/reports/export", "analyst", nothing); !same(a, b) || a.Code != 404 {
			t.Errorf("an export as %s shows:\n%d %s%s\nagainst\n%d %s%s", format, a.Code, headerText(a.Header()), a.Body, b.Code, headerText(b.Header()), b.Body)
		}
		since := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
		w := syr.request("POST", base+"/reports/export", "analyst", api.ExportReports{Format: format, Since: &since})
		if all := headerText(w.Header()) + w.Body.String(); w.Code != 200 || w.Header().Get(api.HeaderReports) != "1" || strings.Contains(all, "uincunx") || strings.Contains(all, digest) || strings.Contains(all, rus[0].ID) {
			t.Errorf("SYR exports %d %s", w.Code, all)
		}
	}
	if w := syr.request("POST", base+"/reports/"+rus[0].ID+"/forget", "dpo", api.Erase{Basis: "r"}); !same(w, syr.request("POST", base+"/reports/"+never+"/forget", "dpo", api.Erase{Basis: "r"})) {
		t.Errorf("forgetting shows: %d %s", w.Code, w.Body)
	}
	// What SYR has shows no trace of what it lacks.
	r := syr.request("GET", base+"/reports/"+own.ID, "analyst", nil)
	if strings.Contains(r.Body.String(), "uincunx") || strings.Contains(r.Body.String(), digest) {
		t.Errorf("SYR reads %s", r.Body)
	}
	// A custodian reads nothing, there or not (rule 26).
	if a, b := irq.request("GET", base+"/reports/"+rus[0].ID, "custodian", nil), irq.request("GET", base+"/reports/"+never, "custodian", nil); !same(a, b) || a.Code != 403 {
		t.Errorf("the custodian sees a difference: %d %s, %d %s", a.Code, a.Body, b.Code, b.Body)
	}
}
