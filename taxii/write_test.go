package taxii_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"entente/taxii"

	"pgregory.net/rapid"
)

// indicator makes an indicator of a number and a version.
func indicator(n int, modified, name string) string {
	return fmt.Sprintf(`{"type":"indicator","spec_version":"2.1","id":"indicator--%08d-4444-4111-8111-111111111111","created":"2020-01-01T00:00:00.000Z","modified":%q,"name":%q,"pattern":"[url:value = 'a']","pattern_type":"stix","valid_from":"2020-01-01T00:00:00Z"}`, n, modified, name)
}

func envelope(objects ...string) string { return `{"objects":[` + strings.Join(objects, ",") + `]}` }

func (h *house) add(collection string, objects ...string) taxii.Status {
	h.t.Helper()
	a := h.ask("POST", at(collection, "objects/"), envelope(objects...))
	var st taxii.Status
	if err := json.Unmarshal(a.Body.Bytes(), &st); err != nil || a.Code != 202 {
		h.t.Fatalf("%d %s", a.Code, a.Body)
	}
	return st
}

func TestWhatIsAddedIsThereAtOnce(t *testing.T) {
	h := open(t)
	const v = "2020-01-01T00:00:00.000Z"
	st := h.add(emptyID, indicator(1, v, "a"), indicator(2, v, "b"), `{"type":"ipv4-addr","id":"ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4","value":"198.51.100.3"}`,
		strings.Replace(indicator(3, v, "c"), `"pattern_type":"stix",`, "", 1), `{"no":"identifier"}`, "5")
	if st.Status != taxii.StatusComplete || st.TotalCount != 6 || st.SuccessCount != 3 || st.FailureCount != 3 || st.PendingCount != 0 || len(st.Successes) != 3 || len(st.Failures) != 3 {
		t.Fatalf("%+v", st)
	}
	for _, d := range append(st.Successes, st.Failures...) {
		if d.ID == "" || d.Version == "" {
			t.Errorf("%+v", d)
		}
	}
	if !strings.Contains(st.Failures[2].Message+st.Failures[0].Message, "pattern_type") {
		t.Errorf("the reason is not told: %+v", st.Failures)
	}
	if m := st.Failures[2].Message; !strings.HasSuffix(m, "(STIX 2.1 clause 4.7, at $)") {
		t.Errorf("the rule is not told: %s", m)
	}
	if st.RequestTimestamp != "2022-01-01T00:00:00.000000Z" {
		t.Errorf("request_timestamp %q", st.RequestTimestamp)
	}
	var again taxii.Status
	if a := h.get("/one/status/" + st.ID + "/"); json.Unmarshal(a.Body.Bytes(), &again) != nil || fmt.Sprint(again) != fmt.Sprint(st) {
		t.Errorf("status: %d %s", a.Code, a.Body)
	}
	if a := h.get(at(emptyID, "objects/")); len(a.Objects) != 3 {
		t.Errorf("%s", a.Body)
	}
	// The version that the status tells is one that finds the object.
	if a := h.get(at(emptyID, "objects/"+st.Successes[2].ID+"/?match[version]="+st.Successes[2].Version)); len(a.Objects) != 1 {
		t.Errorf("%d %s", a.Code, a.Body)
	}
}

func TestDuplicates(t *testing.T) {
	h := open(t)
	const v = "2020-01-01T00:00:00.000Z"
	ip := func(more string) string {
		return `{"type":"ipv4-addr","id":"ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4","value":"198.51.100.3"` + more + `}`
	}
	first := h.add(emptyID, indicator(1, v, "a"), ip(""), strings.Replace(indicator(1, v, "a"), ",", " , ", 3))
	if first.SuccessCount != 3 {
		t.Errorf("a duplicate in one request is no failure: %+v", first)
	}
	for name, c := range map[string]struct {
		object  string
		failure bool
	}{
		"the same bytes":                       {indicator(1, v, "a"), false},
		"the same in other words":              {strings.Replace(indicator(1, v, "a"), `"type":"indicator",`, "", 1)[:0] + strings.Replace(strings.TrimSuffix(indicator(1, v, "a"), "}"), `"type":"indicator",`, "", 1) + `,"type":"indicator"}`, false},
		"another object of the version":        {indicator(1, v, "other"), true},
		"the version in other words":           {indicator(1, "2020-01-01T00:00:00.000000Z", "other"), true},
		"an observable again":                  {ip(""), false},
		"an observable with more known of it":  {ip(`,"resolves_to_refs":["mac-addr--65cfcf98-8a6e-5a1b-8f61-379ac4f92d00"]`), false},
		"that again, as it has no own version": {ip(`,"resolves_to_refs":["mac-addr--65cfcf98-8a6e-5a1b-8f61-379ac4f92d00"]`), false},
	} {
		if st := h.add(emptyID, c.object); (st.FailureCount == 1) != c.failure {
			t.Errorf("%s: %+v", name, st)
		}
	}
	if a := h.get(at(emptyID, "manifest/?match[version]=all")); len(a.Objects) != 3 {
		t.Errorf("held: %s", a.Body)
	}
}

func TestDeleting(t *testing.T) {
	for _, c := range []struct {
		query  string
		status int
		left   []string // versions, of every specification version
	}{
		{"", 200, nil},
		{"?match[version]=all", 200, nil},
		{"?match[version]=last", 200, []string{"2020-01-01T00:00:00.000Z", "2020-02-01T00:00:00.000Z"}},
		{"?match[version]=first", 200, []string{"2020-02-01T00:00:00.000Z", "2020-03-01T00:00:00.500Z"}},
		{"?match[version]=2020-02-01T00:00:00Z", 200, []string{"2020-01-01T00:00:00.000Z", "2020-03-01T00:00:00.500Z"}},
		{"?match[version]=2020-02-01T00:00:00Z,last", 200, []string{"2020-01-01T00:00:00.000Z"}},
		{"?match[spec_version]=2.0", 404, []string{"2020-01-01T00:00:00.000Z", "2020-02-01T00:00:00.000Z", "2020-03-01T00:00:00.500Z"}},
		{"?match[version]=2019-02-01T00:00:00Z", 404, []string{"2020-01-01T00:00:00.000Z", "2020-02-01T00:00:00.000Z", "2020-03-01T00:00:00.500Z"}},
	} {
		h := open(t)
		a := h.ask("DELETE", at(heldID, "objects/"+thrice+"/"+c.query), "")
		if a.Code != c.status || a.Code == 200 && a.Body.Len() > 0 {
			t.Errorf("%s: %d %s", c.query, a.Code, a.Body)
		}
		a = h.get(at(heldID, "objects/"+thrice+"/versions/?match[spec_version]=2.0,2.1"))
		if !slices.Equal(a.Versions, c.left) {
			t.Errorf("%s: left %q", c.query, a.Versions)
		}
		if len(c.left) == 0 {
			if a := h.get(at(heldID, "objects/"+thrice+"/")); a.Code != 404 {
				t.Errorf("%s: %d after it was deleted", c.query, a.Code)
			}
			continue
		}
		// What is latest now is what is meant.
		a = h.get(at(heldID, "objects/"+thrice+"/"))
		if last := c.left[len(c.left)-1]; len(a.Objects) != 1 || !strings.Contains(string(a.Objects[0]), last) {
			t.Errorf("%s: %s is not meant: %s", c.query, last, a.Body)
		}
		if len(h.get(at(heldID, "objects/")).Objects) != 7 {
			t.Errorf("%s: something else is gone too", c.query)
		}
	}
	// The twin of the latest specification version goes, the other comes up.
	h := open(t)
	h.ask("DELETE", at(heldID, "objects/"+twin+"/?match[spec_version]=2.1"), "")
	if a := h.get(at(heldID, "objects/"+twin+"/")); len(a.Objects) != 1 || !strings.Contains(string(a.Objects[0]), "of 2.0") {
		t.Errorf("%s", a.Body)
	}
}

func TestMediaTypesFollowWhatIsHeld(t *testing.T) {
	h := open(t)
	h.add(emptyID, `{"type":"malware","id":"`+twin+`","created":"2020-01-01T00:00:00.000Z","modified":"2020-04-01T00:00:00.000Z","name":"of 2.0","labels":["worm"]}`)
	if a := h.get(at(emptyID, "")); !strings.Contains(a.Body.String(), `"media_types":["application/stix+json;version=2.1","application/stix+json;version=2.0"]`) {
		t.Errorf("%s", a.Body)
	}
}

func TestNextWithAnotherQueryIsRefused(t *testing.T) {
	h := open(t)
	a := h.get(at(heldID, "objects/?limit=2"))
	if b := h.get(at(heldID, "objects/?limit=3&next="+a.Next)); b.Code != 200 || len(b.Objects) != 3 {
		t.Errorf("another limit: %d %s", b.Code, b.Body)
	}
	for _, q := range []string{at(heldID, "objects/?match[type]=indicator&next="), at(emptyID, "objects/?next="), at(heldID, "objects/?added_after=2020-01-01T00:00:00Z&next=")} {
		if b := h.get(q + a.Next); b.Code != 400 {
			t.Errorf("%s: %d", q, b.Code)
		}
	}
}

// TestPagingWhileObjectsAreAdded reads a collection page by page while objects
// are added and deleted between the pages, by next or by the date of the last
// object (clause 3.5): whatever was there all the time in the version that is
// latest in the end comes exactly once, in order, and what was added comes too.
func TestPagingWhileObjectsAreAdded(t *testing.T) {
	h := open(t)
	run := 0
	rapid.Check(t, func(r *rapid.T) {
		run++
		base := run * 10_000
		start := h.get(at(emptyID, "manifest/?match[version]=all&limit=50"))
		for start.More {
			start = h.get(at(emptyID, "manifest/?match[version]=all&limit=50&added_after="+start.Header().Get("X-TAXII-Date-Added-Last")))
		}
		from := "2000-01-01T00:00:00.000000Z"
		if last := start.Header().Get("X-TAXII-Date-Added-Last"); last != "" {
			from = last
		}
		latest := map[string]int{} // by identifier
		seen := map[string]int{}
		version := func(k int) string { return fmt.Sprintf("2020-01-01T00:%02d:%02d.000Z", k/60, k%60) }
		change := func(r *rapid.T) {
			for range rapid.IntRange(1, 6).Draw(r, "changes") {
				n := base + rapid.IntRange(0, 12).Draw(r, "number")
				id := fmt.Sprintf("indicator--%08d-4444-4111-8111-111111111111", n)
				if _, ok := latest[id]; ok && rapid.IntRange(0, 4).Draw(r, "delete") == 0 {
					h.ask("DELETE", at(emptyID, "objects/"+id+"/"), "")
					delete(latest, id)
					for name := range seen { // it comes again when it is added again
						if strings.HasPrefix(name, id) {
							delete(seen, name)
						}
					}
					continue
				}
				k := rapid.IntRange(0, 100).Draw(r, "version")
				h.add(emptyID, indicator(n, version(k), "x"))
				if old, ok := latest[id]; !ok || k > old {
					latest[id] = k
				}
			}
		}
		for range 4 {
			change(r)
		}
		limit := rapid.IntRange(1, 5).Draw(r, "limit")
		byDate := rapid.Bool().Draw(r, "by date")
		query := func() string { return at(emptyID, fmt.Sprintf("objects/?limit=%d&added_after=%s", limit, from)) }
		url := query()
		lastDate := ""
		for page := 0; ; page++ {
			a := h.get(url)
			if a.Code != 200 || len(a.Objects) > limit {
				r.Fatalf("%s: %d %s", url, a.Code, a.Body)
			}
			for _, n := range a.names() {
				if seen[n]++; seen[n] > 1 {
					r.Fatalf("%s came twice", n)
				}
			}
			if first := a.Header().Get("X-TAXII-Date-Added-First"); first != "" {
				if first <= lastDate {
					r.Fatalf("a page begins at %s, the one before ended at %s", first, lastDate)
				}
				lastDate = a.Header().Get("X-TAXII-Date-Added-Last")
			}
			if !a.More {
				break
			}
			if page < 5 {
				change(r)
			}
			if byDate {
				from = lastDate
				url = query()
			} else {
				url = query() + "&next=" + a.Next
			}
		}
		for id, k := range latest {
			if seen[id+" "+version(k)] != 1 {
				r.Fatalf("%s %s did not come; seen %v", id, version(k), seen)
			}
		}
	})
}
