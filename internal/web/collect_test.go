package web

import (
	"net/url"
	"strings"
	"testing"

	"entente/internal/web/api"
)

func TestCollectAnswersInLines(t *testing.T) {
	b := newBed(t)
	q := "?kind=text&name=river.txt&origin=" + url.QueryEscape(`{"lang":"en"}`)
	w := b.request("POST", base+"/collect"+q, "analyst", []byte("The bridge is closed.\n"))
	lines := strings.Split(strings.TrimSpace(w.Body.String()), "\n")
	if w.Code != 200 || w.Header().Get("Content-Type") != api.TypeNDJSON || !strings.HasPrefix(lines[len(lines)-1], `{"result":{`) {
		t.Errorf("HTTP %d %s\n%s", w.Code, w.Header(), w.Body)
	}
	bs := decode[api.Batches](t, b.request("GET", base+"/batches", "inspector", nil)).Batches
	if len(bs) != 1 || bs[0].Login != "analyst" || bs[0].Added != 1 {
		t.Errorf("imports %+v", bs)
	}
	// Refused before anything went out, it has a status of its own.
	for query, code := range map[string]string{
		"?kind=un-list&name=x.xml": "import_xml", "?kind=text&name=x&origin=nonsense": "request", "?kind=text&name=x&origin=%7B%22lable%22%3A%7B%7D%7D": "request",
		"?kind=text&name=x&origin=%7B%7D%7B%7D": "request", "?kind=text": "request", "?kind=text&name=x&type=OTHER": "request",
	} {
		if e := refusalOf(t, b.request("POST", base+"/collect"+query, "duty", []byte("x"))); e.Code != code {
			t.Errorf("%s: %+v, want %s", query, e, code)
		}
	}
	if len(b.server.uploads) != 0 {
		t.Errorf("%d rooms are still taken", len(b.server.uploads))
	}
}

func FuzzOrigin(f *testing.F) {
	f.Add(`{"label":{"policy":"CENTRE","class":"SECRET","rel":["IRQ"],"originators":["IRQ"]},"lang":"en"}`)
	f.Add(`{"grade":{"reliability":"B","credibility":"2"},"source":{"descriptor":"x","kind":"human","originator":"IRQ"}}`)
	f.Add(`{} {}`)
	f.Add(`null`)
	f.Fuzz(func(t *testing.T, text string) {
		o, err := originOf(text)
		if err != nil {
			return
		}
		// What is taken is a label, or none.
		if o.Label.Policy != "" {
			if err := o.Label.Validate(); err != nil {
				t.Errorf("%q gives a label that is not valid: %v", text, err)
			}
		}
	})
}

func FuzzSharing(f *testing.F) {
	f.Add(`{"1":["IRN","IRQ"],"5a7d1c52-9c1c-4f0e-8a38-3b0c8f0a9d01":[]}`)
	f.Add(`{"1":["IRQ","IRN"]}`)
	f.Add(`[] {}`)
	f.Fuzz(func(t *testing.T, text string) {
		m, err := sharingOf(text)
		if err != nil {
			return
		}
		for _, set := range m {
			for id := range set.All() {
				if len(id) != 3 {
					t.Errorf("%q names a member %q", text, id)
				}
			}
		}
	})
}
