package feed

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"entente/taxii"
)

// Dates are those of the log: a feed whose file was lost gives every object the
// date and the place that it had, so that pollers go on where they were.
func TestDatesAreTheSameWhenTheFeedIsMadeAgain(t *testing.T) {
	b := newBed(t)
	b.account("low", Grants{Clearance: low, Read: []string{Reports}})
	for i := range 30 {
		b.file(item{name: fmt.Sprint("report ", i), by: "IRQ", minute: int64(i / 4), objects: []string{tool(i%7, v1), tool(100+i, v1)}})
		if i%3 == 0 {
			b.turn()
		}
	}
	b.turn()
	before := b.everything("low", toolID(3), toolID(104))
	b.reopen(false)
	if again := b.everything("low", toolID(3), toolID(104)); again != before {
		t.Fatalf("opened again: %s", firstDifference(before, again))
	}
	b.reopen(true)
	if again := b.everything("low", toolID(3), toolID(104)); again != before {
		t.Fatalf("made again: %s", firstDifference(before, again))
	}
	// No date is before the report was in the log, and no two are equal.
	e, _ := b.page("low", Reports, "manifest", "limit=1000")
	last := taxii.TimestampOf(founded)
	for _, raw := range e.Objects {
		var m taxii.ManifestRecord
		check(t, json.Unmarshal(raw, &m))
		if m.DateAdded < last {
			t.Fatalf("%s at %s, after %s", m.ID, m.DateAdded, last)
		}
		last = m.DateAdded + 1
	}
}

// A reader that pages by next, or by the last date that it was given, gets
// everything that is there all the time once, whatever is added and taken away
// meanwhile.
func TestPagingWhileReportsComeAndGo(t *testing.T) {
	check(t, flag.Set("rapid.checks", "12")) // each has databases of its own
	rapid.Check(t, func(r *rapid.T) {
		b := newBed(t)
		b.account("low", Grants{Clearance: low, Read: []string{Reports}})
		n, minute := 0, int64(0)
		var there []int64
		stays := map[string]bool{}
		file := func(stay bool) {
			minute += int64(rapid.IntRange(0, 2).Draw(r, "minutes"))
			at := b.file(item{name: fmt.Sprint("report ", n), by: "IRQ", minute: minute, objects: []string{tool(n, v1), tool(1000+n%3, v1)}})
			if stay {
				stays[toolID(n)] = true
			} else {
				there = append(there, at...)
			}
			n++
		}
		for range rapid.IntRange(1, 8).Draw(r, "at first") {
			file(rapid.Bool().Draw(r, "stays"))
		}
		b.turn()
		byDate := rapid.Bool().Draw(r, "by date")
		limit := rapid.IntRange(1, 9).Draw(r, "limit")
		at := ""
		seen := map[string]int{}
		for range 500 {
			e, code := b.page("low", Reports, "manifest", fmt.Sprintf("limit=%d%s", limit, at))
			if code != http.StatusOK {
				r.Fatalf("HTTP %d", code)
			}
			for _, raw := range e.Objects {
				var m taxii.ManifestRecord
				check(t, json.Unmarshal(raw, &m))
				seen[m.ID]++
				if byDate {
					at = "&added_after=" + m.DateAdded.String()
				}
			}
			if !e.More {
				break
			}
			if !byDate {
				at = "&next=" + e.Next
			}
			if n < 30 && rapid.Bool().Draw(r, "more comes") {
				file(false)
				b.turn()
			}
			if len(there) > 0 && rapid.Bool().Draw(r, "one goes") {
				k := rapid.IntRange(0, len(there)-1).Draw(r, "which")
				check(t, b.views.Delete(b.ctx, there[k:k+1]))
				check(t, b.feed.Forget(b.ctx, there[k:k+1]))
				there = slices.Delete(there, k, k+1)
			}
		}
		for id := range stays {
			if seen[id] != 1 {
				r.Fatalf("%s came %d times", id, seen[id])
			}
		}
	})
}

func (b *bed) post(user, collection string, objects ...string) (taxii.Status, int) {
	b.t.Helper()
	said := b.said(user, http.MethodPost, "/entente/collections/"+collection+"/objects/", `{"objects":[`+strings.Join(objects, ",")+`]}`)
	var code int
	fmt.Sscan(said, &code)
	var st taxii.Status
	if code == http.StatusAccepted {
		check(b.t, json.Unmarshal([]byte(said[strings.LastIndex(said, "\r\n")+3:]), &st))
	}
	return st, code
}

// What a tool writes is in its collection at once, byte for byte, and comes
// into the intake as its officer's; deleting it takes it out of the collection
// and not out of the intake, even where it had not arrived there.
func TestWhatAToolWrites(t *testing.T) {
	b := newBed(t)
	b.account("sensor", Grants{Clearance: low, Write: true})
	b.account("reader", Grants{Clearance: high, Read: []string{Reports, "sensor"}})
	b.account("small", Grants{Clearance: low, Read: []string{Reports}})
	b.deny = errors.New("the disk is full")
	odd := strings.Replace(tool(2, v1), `"name"`, ` "name" `, 1)
	st, code := b.post("sensor", "sensor", tool(1, v1), odd)
	if code != http.StatusAccepted || st.SuccessCount != 2 || st.Status != taxii.StatusComplete {
		t.Fatalf("HTTP %d %+v", code, st)
	}
	for _, user := range []string{"sensor", "reader"} {
		e, _ := b.page(user, "sensor", "objects", "")
		if len(e.Objects) != 2 || string(e.Objects[1]) != odd {
			t.Fatalf("%s reads %s", user, e.Objects)
		}
	}
	if _, code := b.page("small", "sensor", "objects", ""); code != http.StatusNotFound {
		t.Fatalf("an account without the right: HTTP %d", code)
	}
	if _, code := b.post("reader", "sensor", tool(3, v1)); code != http.StatusForbidden {
		t.Fatalf("a reader writes: HTTP %d", code)
	}
	if s := b.said("reader", http.MethodDelete, "/entente/collections/sensor/objects/"+toolID(1)+"/", ""); !strings.HasPrefix(s, "403") {
		t.Fatalf("a reader deletes: %s", s)
	}
	if s := b.said("sensor", http.MethodDelete, "/entente/collections/sensor/objects/"+toolID(1)+"/", ""); !strings.HasPrefix(s, "200") {
		t.Fatal(s)
	}
	if _, code := b.page("sensor", "sensor", "objects/"+toolID(1), ""); code != http.StatusNotFound {
		t.Fatalf("deleted and HTTP %d", code)
	}
	// A status is told to nobody else.
	if s := b.said("reader", http.MethodGet, "/entente/status/"+st.ID+"/", ""); !strings.HasPrefix(s, "404") {
		t.Fatal(s)
	}
	if err := b.feed.turn(b.ctx); err == nil || len(b.taken) != 0 {
		t.Fatalf("%v %v", err, b.taken)
	}
	b.deny = nil
	b.reopen(false) // nothing of it is lost
	if want := []string{"sensor duty " + tool(1, v1), "sensor duty " + odd}; !slices.Equal(b.taken, want) {
		t.Fatalf("taken %q", b.taken)
	}
	// The same again is neither a failure nor taken in again.
	if st, _ := b.post("sensor", "sensor", odd); st.SuccessCount != 1 {
		t.Fatalf("%+v", st)
	}
	b.turn()
	if len(b.taken) != 2 {
		t.Fatalf("taken %q", b.taken)
	}
	// One that the intake refuses keeps no other back.
	b.post("sensor", "sensor", tool(4, v1), tool(5, v1, `,"description":"poison"`), tool(6, v1))
	b.turn()
	if len(b.taken) != 4 {
		t.Fatalf("taken %q", b.taken)
	}
}

// What a hard rule does not let in is refused by object, with the rule, and
// stored nowhere; records of persons have a bound for a day.
func TestWhatARuleDoesNotLetIn(t *testing.T) {
	b := newBed(t)
	b.account("sensor", Grants{Clearance: low, Write: true})
	b.refuse = func(raw []byte) (int, error) {
		if strings.Contains(string(raw), "fine place") {
			return 0, errors.New("rule 3: a place finer than a district")
		}
		return 1, nil
	}
	st, _ := b.post("sensor", "sensor", tool(1, v1), tool(2, v1, `,"description":"fine place"`), tool(3, v1), tool(4, v1), tool(5, v1))
	if st.SuccessCount != 3 || st.FailureCount != 2 || !strings.Contains(st.Failures[0].Message, "rule 3") || !strings.Contains(st.Failures[1].Message, "rule 2") {
		t.Fatalf("%+v", st)
	}
	b.turn()
	if got := b.ids("sensor", "sensor"); len(got) != 3 || contains(got, toolID(2)) || len(b.taken) != 3 {
		t.Fatalf("%v %v", got, b.taken)
	}
	if st, _ := b.post("sensor", "sensor", tool(6, v1)); st.FailureCount != 1 {
		t.Fatalf("a fourth person on the same day: %+v", st)
	}
	b.mu.Lock()
	b.now = b.now.Add(25 * time.Hour)
	b.mu.Unlock()
	if st, _ := b.post("sensor", "sensor", tool(6, v1)); st.SuccessCount != 1 {
		t.Fatalf("the next day: %+v", st)
	}
}

// Rights that would hand out more than the clearance are not given.
func TestRightsThatNobodyCanHave(t *testing.T) {
	b := newBed(t)
	b.account("sensor", Grants{Clearance: low, Write: true})
	for why, c := range map[string]struct {
		name, officer string
		g             Grants
	}{
		"unmarked material for a low clearance": {"a", "", Grants{Clearance: low, Read: []string{"sensor"}}},
		"a class that is none":                  {"a", "", Grants{Clearance: Clearance{Class: "COSMIC", Members: members}, Read: []string{Reports}}},
		"nobody's material":                     {"a", "", Grants{Clearance: Clearance{Class: "SECRET"}, Read: []string{Reports}}},
		"nothing to do":                         {"a", "", Grants{Clearance: low}},
		"writing with nobody to answer":         {"a", "", Grants{Clearance: low, Write: true}},
		"an officer for nothing":                {"a", "duty", Grants{Clearance: low, Read: []string{Reports}}},
		"a collection that is not there":        {"a", "", Grants{Clearance: high, Read: []string{"nothing"}}},
		"the name of the reports":               {Reports, "", Grants{Clearance: low, Read: []string{Reports}}},
		"a code that is none":                   {"a", "", Grants{Clearance: Clearance{Class: "SECRET", Members: members, Codes: []string{"H9"}}, Read: []string{Reports}}},
	} {
		if err := b.feed.Check(c.name, c.officer, c.g); !errors.Is(err, ErrGrants) {
			t.Errorf("%s: %v", why, err)
		}
	}
}

// A removed account is let in no more, its collection is gone, and who read it
// is served what else there is.
func TestRemovingAnAccount(t *testing.T) {
	b := newBed(t)
	b.account("sensor", Grants{Clearance: low, Write: true})
	b.account("reader", Grants{Clearance: high, Read: []string{Reports, "sensor"}})
	b.post("sensor", "sensor", tool(1, v1))
	b.turn()
	check(t, b.section.RemoveAccount(b.ctx, b.keeper, "sensor"))
	check(t, b.feed.Reload(b.ctx))
	b.turn()
	if s := b.said("sensor", http.MethodGet, "/taxii2/", ""); !strings.HasPrefix(s, "401") {
		t.Fatal(s)
	}
	if _, code := b.page("reader", "sensor", "objects", ""); code != http.StatusNotFound {
		t.Fatalf("HTTP %d", code)
	}
	if _, code := b.page("reader", Reports, "objects", ""); code != http.StatusOK {
		t.Fatalf("HTTP %d", code)
	}
	if len(b.taken) != 1 {
		t.Fatalf("taken %q", b.taken)
	}
	all, err := b.feed.db.Collections(b.ctx, root)
	check(t, err)
	if len(all) != 1 {
		t.Fatalf("kept %v", all)
	}
}

// Wrong credentials get one answer whatever is wrong with them, and beyond a
// bound another; whoever has the right ones is let in all the while.
func TestGuessing(t *testing.T) {
	b := newBed(t)
	b.account("low", Grants{Clearance: low, Read: []string{Reports}})
	h := b.feed.Handler(0)
	ask := func(user, secret string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, "http://localhost/taxii2/", nil)
		r.Header.Set("Accept", taxii.MediaType)
		if user != "" {
			r.SetBasicAuth(user, secret)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	first := ask("", "").Body.String()
	for i := range guessFree {
		w := ask([]string{"low", "nobody", strings.Repeat("x", 5000)}[i%3], []string{"", "wrong", b.secrets["low"] + "x"}[i/3%3])
		if w.Code != http.StatusUnauthorized || w.Body.String() != first || w.Header().Get("WWW-Authenticate") == "" {
			t.Fatalf("guess %d: HTTP %d %s", i, w.Code, w.Body)
		}
	}
	if w := ask("low", "wrong"); w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") != "1" {
		t.Fatalf("HTTP %d", w.Code)
	}
	if w := ask("low", b.secrets["low"]); w.Code != http.StatusOK {
		t.Fatalf("the right one: HTTP %d", w.Code)
	}
	b.mu.Lock()
	b.now = b.now.Add(2 * time.Second)
	b.mu.Unlock()
	for i, want := range []int{401, 401, 429} {
		if w := ask("low", "wrong"); w.Code != want {
			t.Fatalf("guess %d after two seconds: HTTP %d", i, w.Code)
		}
	}
}
