package node

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"entente/act"
	"entente/internal/feed"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
	"entente/taxii"
)

// tool is a tool that asks a node.
type tool struct {
	h      *house
	node   *running
	name   string
	secret string
}

func (h *house) tool(m label.MemberID, name, officer string, g feed.Grants) *tool {
	h.t.Helper()
	n := h.nodes[m]
	h.officer(m, "duty", section.RoleDuty) // founds the section
	secret, err := n.AddAccount(context.Background(), n.officers["custodian"], name, officer, g)
	check(h.t, err)
	return &tool{h, n, name, secret}
}

func (c *tool) ask(method, path, body string) (int, string) {
	r := httptest.NewRequest(method, "http://localhost"+path, strings.NewReader(body))
	r.SetBasicAuth(c.name, c.secret)
	r.Header.Set("Accept", taxii.MediaType)
	r.Header.Set("Content-Type", taxii.MediaType)
	w := httptest.NewRecorder()
	c.node.FeedHandler(0).ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

// sees waits until a collection holds, or does not hold, a text.
func (c *tool) sees(collection, text string, want bool) {
	c.h.t.Helper()
	c.h.eventually(text, func() bool {
		code, body := c.ask(http.MethodGet, "/entente/collections/"+collection+"/objects/?limit=1000", "")
		return code == http.StatusOK && strings.Contains(body, text) == want
	})
}

// A tool of each member is served what that member may read, as far as it is
// cleared; what an officer destroys is in no later answer and in no file.
func TestToolsAreServedWhatTheirMemberMayRead(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	all := label.Members(four...)
	read := func(class label.Class) feed.Grants {
		return feed.Grants{Clearance: feed.Clearance{Class: class, Members: all}, Read: []string{feed.Reports}}
	}
	irq, lower, syr := h.tool("IRQ", "platform", "", read("SECRET")), h.tool("IRQ", "lower", "", read("RESTRICTED")), h.tool("SYR", "platform", "", read("SECRET"))
	h.releaseReport("IRQ", &Draft{ReportType: act.INTREP, Title: "Open", Portions: []act.PortionInput{portion(mark("RESTRICTED", "IRQ", four...), "IRQ", "The word is xylography.")}})
	h.releaseReport("IRQ", &Draft{ReportType: act.INTREP, Title: "Closed", Portions: []act.PortionInput{
		portion(mark("SECRET", "IRQ", "IRQ", "IRN"), "IRQ", "The word is quincunx.")}})
	irq.sees("reports", "xylography", true)
	syr.sees("reports", "xylography", true)
	lower.sees("reports", "xylography", true)
	h.find("IRN", viewdb.Query{Text: "quincunx"}, 1)
	irq.sees("reports", "quincunx", true)
	for _, c := range []*tool{lower, syr} {
		if _, body := c.ask(http.MethodGet, "/entente/collections/reports/objects/?limit=1000", ""); strings.Contains(body, "quincunx") {
			t.Fatalf("%s of %s reads what it may not", c.name, c.node.Self())
		}
	}
	// Made again, the views bring nothing anew and take nothing away.
	_, before := irq.ask(http.MethodGet, "/entente/collections/reports/manifest/?limit=1000", "")
	h.nodes["IRQ"].stop()
	h.rebuild("IRQ")
	h.start("IRQ")
	irq.node = h.nodes["IRQ"]
	h.nodes["IRQ"].officers["duty"] = section.Officer{}
	delete(h.nodes["IRQ"].officers, "duty")
	if _, after := irq.ask(http.MethodGet, "/entente/collections/reports/manifest/?limit=1000", ""); after != before {
		t.Fatalf("after a rebuild:\n%s\n%s", before, after)
	}
	// An officer destroys the copy.
	rows := h.find("IRQ", viewdb.Query{Text: "quincunx"}, 1)
	_, custodian, err := h.nodes["IRQ"].Section().LogIn(ctx, "custodian", "correct horse battery", "test")
	check(t, err)
	h.nodes["IRQ"].officers["custodian"] = custodian
	dpo := h.officer("IRQ", "dpo", section.RoleDPO)
	_, err = irq.node.Forget(ctx, dpo, "request 7", rows[0].ID)
	check(t, err)
	if _, body := irq.ask(http.MethodGet, "/entente/collections/reports/objects/?limit=1000", ""); strings.Contains(body, "quincunx") {
		t.Fatal("what was destroyed is handed out")
	}
	files, err := filepath.Glob(filepath.Join(h.dir, "IRQ", "taxii.db*"))
	check(t, err)
	for _, f := range files {
		raw, err := os.ReadFile(f)
		check(t, err)
		if bytes.Contains(raw, []byte("quincunx")) || !bytes.Contains(raw, []byte("xylography")) && filepath.Base(f) == "taxii.db" {
			t.Errorf("%s still holds what was destroyed, or nothing at all", filepath.Base(f))
		}
	}
}

// What a tool writes becomes a draft of the officer who answers for it, marked
// for the member alone; what rule 3 does not let in is refused with its number.
func TestWhatAToolWritesAwaitsOfficers(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	c := h.tool("IRQ", "sensor", "duty", feed.Grants{Clearance: feed.Clearance{Class: "RESTRICTED", Members: label.Members("IRQ")}, Write: true})
	const good = `{"type":"tool","spec_version":"2.1","id":"tool--00000001-17d4-4cbf-938f-98ee46b3cd3f","created":"2016-04-06T20:03:48.000Z","modified":"2016-04-06T20:03:48.000Z","name":"Quern"}`
	const fine = `{"type":"location","spec_version":"2.1","id":"location--00000002-17d4-4cbf-938f-98ee46b3cd3f","created":"2016-04-06T20:03:48.000Z","modified":"2016-04-06T20:03:48.000Z","region":"western-asia","latitude":33.3,"longitude":44.4}`
	code, body := c.ask(http.MethodPost, "/entente/collections/sensor/objects/", `{"objects":[`+good+`,`+fine+`]}`)
	var st taxii.Status
	check(t, json.Unmarshal([]byte(body), &st))
	if code != http.StatusAccepted || st.SuccessCount != 1 || st.FailureCount != 1 || !strings.Contains(st.Failures[0].Message, "rule 3") {
		t.Fatalf("HTTP %d %s", code, body)
	}
	if _, body := c.ask(http.MethodGet, "/entente/collections/sensor/objects/", ""); !strings.Contains(body, good) || strings.Contains(body, "latitude") {
		t.Fatal(body)
	}
	duty := h.officer("IRQ", "duty", section.RoleDuty)
	if code, body := c.ask(http.MethodDelete, "/entente/collections/sensor/objects/tool--00000001-17d4-4cbf-938f-98ee46b3cd3f/", ""); code != http.StatusOK {
		t.Fatal(body)
	}
	var batch string
	h.eventually("the intake", func() bool {
		bs, err := c.node.Batches(ctx, duty, noTime, "", 10)
		check(t, err)
		if len(bs) == 1 && bs[0].State == BatchDrafts {
			batch = bs[0].ID
		}
		return batch != ""
	})
	drafts, err := c.node.Section().BatchDrafts(ctx, duty, batch, "", 10)
	check(t, err)
	found := false
	for _, d := range drafts {
		parsed, err := ParseDraft(d.Content)
		check(t, err)
		p := parsed.Portions[0]
		found = found || p.Object != nil && string(p.Object.Bytes) == good
		if !p.Label.Rel.Equal(label.Members("IRQ")) || p.Label.Class != "SECRET" {
			t.Errorf("marked %+v before anybody marked it", p.Label)
		}
	}
	if !found {
		t.Fatalf("no draft of %d has the object", len(drafts))
	}
}
