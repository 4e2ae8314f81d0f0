package feed

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store"
	"entente/internal/store/localdb"
	"entente/internal/store/taxiidb"
	"entente/internal/store/viewdb"
	"entente/label"
	"entente/taxii"
)

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var (
	members = label.Members("IRQ", "IRN", "RUS", "SYR")
	founded = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
)

// bed is a feed of IRQ over views that a test fills, without a node.
type bed struct {
	t       testing.TB
	ctx     context.Context
	dir     string
	views   *viewdb.Views
	section *section.Section
	keeper  section.Officer
	feed    *Feed
	secrets map[string]string

	mu     sync.Mutex
	now    time.Time       // the clock
	log    int64           // log time
	logged map[int64]int64 // by leaf
	cursor int64
	taken  []string // what came into the intake, as "account officer bytes"
	refuse func(raw []byte) (int, error)
	deny   error
}

func newBed(t testing.TB) *bed {
	t.Helper()
	b := &bed{t: t, ctx: context.Background(), dir: t.TempDir(), secrets: map[string]string{}, logged: map[int64]int64{},
		now: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC), log: founded.Unix()}
	var err error
	b.views, _, err = viewdb.Open(filepath.Join(b.dir, "view.db"), store.Options{Readers: 2})
	check(t, err)
	t.Cleanup(func() { b.views.Close() })
	b.views.Follow(b.LogTime)
	db, err := localdb.Open(filepath.Join(b.dir, "local.db"), store.Options{Relaxed: true, Readers: 2})
	check(t, err)
	t.Cleanup(func() { db.Close() })
	b.section, err = section.Open(db, section.Options{Nation: "IRQ", Now: b.clock, Argon2: section.Argon2{Time: 1, MemoryKiB: 8, Threads: 1}})
	check(t, err)
	const password = "seven wet stones in a row"
	check(t, b.section.Found(b.ctx, section.NewOfficer{Login: "keeper", Name: "Keeper", Roles: section.RolesOf(section.RoleCustodian), Password: password, KeepPassword: true}))
	_, b.keeper, err = b.section.LogIn(b.ctx, "keeper", password, "test")
	check(t, err)
	check(t, b.section.AddOfficer(b.ctx, b.keeper, section.NewOfficer{Login: "duty", Name: "Duty", Roles: section.RolesOf(section.RoleDuty), Password: password, KeepPassword: true}))
	b.open()
	t.Cleanup(func() { b.feed.Close() })
	return b
}

func (b *bed) open() {
	b.t.Helper()
	var err error
	b.feed, err = Open(b.ctx, Options{Dir: b.dir, Self: "IRQ", Members: members, Table: label.DemonstrationTable(), Founded: founded, Key: make([]byte, 32),
		Views: b.views, Known: b.section.KnownAccounts, Node: b, Now: b.clock, MaxPersons: 3})
	check(b.t, err)
}

// reopen closes and opens the feed; afresh, its file is lost in between.
func (b *bed) reopen(afresh bool) {
	b.t.Helper()
	check(b.t, b.feed.Close())
	if afresh {
		for _, f := range []string{taxiidb.File, taxiidb.File + "-wal", taxiidb.File + "-shm"} {
			os.Remove(filepath.Join(b.dir, f))
		}
	}
	b.open()
	b.turn()
}

func (b *bed) clock() time.Time { b.mu.Lock(); defer b.mu.Unlock(); return b.now }

// LogTime, LoggedBy, Inspect and Take make the bed the feed's Node.
func (b *bed) LogTime() int64 { b.mu.Lock(); defer b.mu.Unlock(); return b.log }

func (b *bed) LoggedBy(_ context.Context, i int64) (int64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.logged[i], nil
}

func (b *bed) Inspect(raw []byte) (int, error) {
	if b.refuse != nil {
		return b.refuse(raw)
	}
	return 0, nil
}

func (b *bed) Take(_ context.Context, account, officer string, objects [][]byte) error {
	if b.deny != nil {
		return b.deny
	}
	for _, o := range objects {
		if strings.Contains(string(o), "poison") {
			return fmt.Errorf("%w: poison", ErrRefused)
		}
	}
	for _, o := range objects {
		b.taken = append(b.taken, account+" "+officer+" "+string(o))
	}
	return nil
}

func (b *bed) turn() { b.t.Helper(); check(b.t, b.feed.turn(b.ctx)) }

// account makes an account.
func (b *bed) account(name string, g Grants) {
	b.t.Helper()
	officer := ""
	if g.Write {
		officer = "duty"
	}
	check(b.t, b.feed.Check(name, officer, g))
	text, err := g.Text()
	check(b.t, err)
	b.secrets[name], err = b.section.AddAccount(b.ctx, b.keeper, section.Account{Name: name, Officer: officer, Grants: text})
	check(b.t, err)
	check(b.t, b.feed.Reload(b.ctx))
	b.turn()
}

// low is cleared for unmarked RESTRICTED material of IRQ and IRN, high for all.
var (
	low  = Clearance{Class: "RESTRICTED", Members: label.Members("IRQ", "IRN")}
	high = Clearance{Class: "SECRET", Members: members, Codes: []string{"H0", "H1", "H2", "H3"}, Caveats: []string{"TLP:RED", "PAP:RED", "named officers only"}, Personal: true}
)

// item is a report in the making.
type item struct {
	name       string
	by         label.MemberID
	mark       func(*label.Label)
	objects    []string
	supersedes string // name of the report it replaces
	minute     int64  // of the log
	ends       int64
}

// id names a report or portion by words, so that it is the same in two worlds.
func id(parts ...any) act.ID {
	d := act.PortionDigest([]byte(fmt.Sprintln(parts...)))
	return act.ID(d.String()[:32])
}

func plain(by label.MemberID) label.Label {
	return label.Label{Policy: "CENTRE", Class: "RESTRICTED", Rel: members, Originators: label.Members(by)}
}

// report makes the act of an item: one portion for each object, or one.
func (b *bed) report(it item) act.Act {
	b.t.Helper()
	l := plain(it.by)
	if it.mark != nil {
		it.mark(&l)
	}
	objects := it.objects
	if len(objects) == 0 {
		objects = []string{""}
	}
	var ps []act.Portion
	for i, o := range objects {
		in := act.PortionInput{ID: id(it.name, i), Salt: string(id("salt", it.name, i)), Label: l, Grade: act.Grade{Reliability: "B", Credibility: "2"}, Lang: "en", Text: "Text of " + it.name + ".",
			Sources: []act.Source{{Descriptor: "a resident", Kind: act.KindHuman, Originator: string(it.by)}}}
		if l.Personal {
			in.PersonData = &act.PersonData{Categories: []act.Category{act.CategoryWitness}, Purpose: "An invented case.", LegalBasis: "Invented law."}
		}
		if o != "" {
			in.Object = &act.Object{MediaType: act.MediaTypeSTIX, Bytes: []byte(o)}
		}
		p, err := act.NewPortion(in)
		check(b.t, err)
		ps = append(ps, p)
	}
	v := act.View{ID: id(it.name), Type: act.INTREP, Title: it.name, Written: time.Date(2026, 5, 1, 6, 0, 0, 0, time.UTC), To: l.Rel, Label: l}
	if it.supersedes != "" {
		v.Supersedes = id(it.supersedes)
	}
	a, err := act.BuildView(v, ps)
	check(b.t, err)
	return a
}

// file puts reports into the views and the feed, and returns where they stand.
func (b *bed) file(items ...item) []int64 {
	b.t.Helper()
	batch := viewdb.Batch{}
	var at []int64
	var replaces []string
	ends := int64(0)
	for _, it := range items {
		a := b.report(it)
		i := b.cursor
		b.cursor++
		at = append(at, i)
		b.mu.Lock()
		b.logged[i] = founded.Unix() + (it.minute+1)*60
		b.log = max(b.log, b.logged[i])
		b.mu.Unlock()
		if it.ends > 0 && (ends == 0 || it.ends < ends) {
			ends = it.ends
		}
		r := viewdb.Report{Index: i, ID: string(a.Report.ID), Originator: string(it.by), Type: "INTREP", Title: it.name, Act: a.Raw, Text: "words", Supersedes: string(a.Report.Supersedes), Ends: it.ends}
		for k := range a.Report.Portions {
			r.Portions = append(r.Portions, viewdb.Portion{ID: [16]byte{byte(i), byte(k)}})
		}
		if r.Supersedes != "" {
			replaces = append(replaces, r.Supersedes)
		}
		batch.Reports = append(batch.Reports, r)
	}
	batch.Cursor = b.cursor
	check(b.t, b.views.Apply(b.ctx, batch))
	b.feed.Arrived(replaces, ends)
	return at
}

// tool makes an object in circulation.
func tool(n int, modified string, more ...string) string {
	return fmt.Sprintf(`{"type":"tool","spec_version":"2.1","id":"tool--%08d-17d4-4cbf-938f-98ee46b3cd3f","created":"2016-04-06T20:03:48.000Z","modified":"%s","name":"n %d"%s}`, n, modified, n, strings.Join(more, ""))
}

const (
	v1 = "2016-04-06T20:03:48.000Z"
	v2 = "2017-04-06T20:03:48.000Z"
)

func toolID(n int) string { return fmt.Sprintf("tool--%08d-17d4-4cbf-938f-98ee46b3cd3f", n) }

// said is an answer as a client sees it: status, what headers tell, body.
func (b *bed) said(user, method, path, body string) string {
	b.t.Helper()
	r := httptest.NewRequest(method, "http://localhost"+path, strings.NewReader(body))
	r.SetBasicAuth(user, b.secrets[user])
	r.Header.Set("Accept", taxii.MediaType)
	if body != "" {
		r.Header.Set("Content-Type", taxii.MediaType)
	}
	w := httptest.NewRecorder()
	b.feed.Handler(0).ServeHTTP(w, r)
	var h strings.Builder
	check(b.t, w.Result().Header.Write(&h))
	return fmt.Sprintf("%d\n%s\n%s", w.Code, h.String(), w.Body)
}

// envelope is the body of an answer with objects.
type envelope struct {
	Objects  []json.RawMessage
	Versions []string
	More     bool
	Next     string
}

func (b *bed) page(user, collection, endpoint, query string) (envelope, int) {
	b.t.Helper()
	said := b.said(user, http.MethodGet, "/entente/collections/"+collection+"/"+endpoint+"/?"+query, "")
	var code int
	fmt.Sscan(said, &code)
	var e envelope
	if code == http.StatusOK {
		check(b.t, json.Unmarshal([]byte(said[strings.LastIndex(said, "\r\n")+3:]), &e))
	}
	return e, code
}

// ids lists the identifiers in a collection.
func (b *bed) ids(user, collection string) []string {
	b.t.Helper()
	var out []string
	next := ""
	for {
		e, code := b.page(user, collection, "manifest", "match[version]=all&limit=7"+next)
		if code != http.StatusOK {
			b.t.Fatalf("manifest: %d", code)
		}
		for _, raw := range e.Objects {
			var m taxii.ManifestRecord
			check(b.t, json.Unmarshal(raw, &m))
			out = append(out, m.ID)
		}
		if !e.More {
			return out
		}
		next = "&next=" + e.Next
	}
}

// everything is what a user can find out by asking: all endpoints, all pages
// of several sizes, and questions for identifiers.
func (b *bed) everything(user string, asked ...string) string {
	b.t.Helper()
	var out strings.Builder
	ask := func(path string) string {
		s := b.said(user, http.MethodGet, path, "")
		fmt.Fprintf(&out, "== %s\n%s\n", path, s)
		return s
	}
	ask("/taxii2/")
	ask("/entente/")
	ask("/entente/collections/")
	ask("/entente/status/00000000-0000-4000-8000-000000000000/")
	c := "/entente/collections/" + Reports + "/"
	ask(c)
	for _, endpoint := range []string{"objects", "manifest"} {
		for _, filter := range []string{"", "match[version]=all", "match[version]=first", "match[version]=" + v1, "match[version]=" + v2, "match[type]=tool", "match[type]=relationship,report,note", "match[spec_version]=2.1", "match[spec_version]=2.0",
			"added_after=2026-01-01T00:05:00.000000Z", "match[id]=" + strings.Join(asked, ","), "match[version]=all&match[id]=" + strings.Join(asked, ",")} {
			for _, limit := range []string{"1", "3", "1000"} {
				next := ""
				for {
					s := ask(c + endpoint + "/?limit=" + limit + "&" + filter + next)
					_, rest, more := strings.Cut(s, `"next":"`)
					if !more {
						break
					}
					token, _, _ := strings.Cut(rest, `"`)
					next = "&next=" + token
				}
			}
		}
	}
	for _, id := range asked {
		for _, q := range []string{"", "?match[version]=all", "?match[version]=first", "?match[version]=" + v2, "?added_after=2027-01-01T00:00:00.000000Z"} {
			ask(c + "objects/" + id + "/" + q)
		}
		ask(c + "objects/" + id + "/versions/")
		s := b.said(user, http.MethodDelete, c+"objects/"+id+"/", "")
		fmt.Fprintf(&out, "== DELETE %s\n%s\n", id, s)
	}
	s := b.said(user, http.MethodPost, c+"objects/", `{"objects":[`+tool(99, v1)+`]}`)
	fmt.Fprintf(&out, "== POST\n%s\n", s)
	return out.String()
}

// firstDifference shows where two texts part.
func firstDifference(a, b string) string {
	la, lb := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(la), len(lb)) {
		if la[i] != lb[i] {
			return fmt.Sprintf("line %d:\n%.600s\n%.600s", i, la[i], lb[i])
		}
	}
	return fmt.Sprintf("%d and %d lines", len(la), len(lb))
}
