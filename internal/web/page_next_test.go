package web

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"entente/act"
	"entente/internal/web/api"
	"entente/label"
)

// A page that is cut says where the next one begins, and the last page says
// nothing, also where it is full.
func TestPagesSayWhereTheNextOneBegins(t *testing.T) {
	b := newBed(t)
	var made []string
	for _, title := range []string{"one", "two", "three", "four"} {
		d := decode[api.Draft](t, b.request("POST", base+"/drafts", "duty", api.Content{ReportType: act.INTREP, Title: title, Portions: []act.PortionInput{{
			Lang: "en", Text: title, Grade: act.Grade{Reliability: "B", Credibility: "2"},
			Label:   label.Label{Policy: "CENTRE", Class: "RESTRICTED", Rel: label.Members("IRQ", "RUS"), Originators: label.Members("IRQ")},
			Sources: []act.Source{{Descriptor: "a resident", Kind: act.KindHuman, Originator: "IRQ"}}}}}))
		made = append(made, d.ID)
		decode[api.Plan](t, b.request("POST", base+"/drafts/"+d.ID+"/plan", "duty", nil))
		decode[api.Release](t, b.request("POST", base+"/releases", "duty", api.PrepareRelease{Drafts: []string{d.ID}}))
	}
	slices.Sort(made)
	walk := func(path, flag string, read func(string) (ids []string, next string)) {
		t.Helper()
		for limit := 1; limit <= 5; limit++ {
			var got []string
			query, pages := "", 0
			for {
				ids, next := read(base + path + "?limit=" + itoa(int64(limit)) + query)
				got = append(got, ids...)
				if pages++; next == "" {
					break
				}
				if pages > 100 || len(ids) != limit {
					t.Fatalf("%s by %d: page %d has %d rows and goes on with %q", path, limit, pages, len(ids), next)
				}
				at, id, _ := strings.Cut(next, ",")
				query = "&" + flag + "=" + url.QueryEscape(at)
				if id != "" {
					query += "&" + flag + "_id=" + url.QueryEscape(id)
				}
			}
			sorted := slices.Clone(got)
			slices.Sort(sorted)
			if path == "/drafts" && !slices.Equal(sorted, made) || len(slices.Compact(sorted)) != len(got) || len(got) < len(made) {
				t.Errorf("%s by %d: %d rows, %v", path, limit, len(got), got)
			}
			if want := (len(got) + limit - 1) / limit; pages != want {
				t.Errorf("%s by %d: %d pages, want %d", path, limit, pages, want)
			}
		}
	}
	walk("/drafts", "before", func(u string) (ids []string, next string) {
		p := decode[api.Drafts](t, b.request("GET", u, "duty", nil))
		for _, d := range p.Drafts {
			if ids = append(ids, d.ID); d.Title == "" || d.Content != nil {
				t.Errorf("a draft in a list is %+v", d)
			}
		}
		return ids, p.Next
	})
	walk("/releases", "after", func(u string) (ids []string, next string) {
		p := decode[api.Releases](t, b.request("GET", u, "release", nil))
		for _, r := range p.Releases {
			ids = append(ids, r.ID)
		}
		return ids, p.Next
	})
	walk("/audit", "before", func(u string) (ids []string, next string) {
		p := decode[api.Audit](t, b.request("GET", u, "inspector", nil))
		for _, r := range p.Rows {
			ids = append(ids, itoa(r.Seq))
		}
		return ids, p.Next
	})
}

func TestNextPage(t *testing.T) {
	name := func(n int) string { return itoa(int64(n)) }
	for _, c := range []struct {
		rows, behind []int
		limit        int
		want         string
	}{{nil, []int{9}, 2, ""}, {[]int{1}, []int{9}, 2, ""}, {[]int{1, 2}, []int{9}, 2, "2"}, {[]int{1, 2}, nil, 2, ""}} {
		got, err := nextPage(c.rows, c.limit, name, func(last int) ([]int, error) { return c.behind, nil })
		if err != nil || got != c.want {
			t.Errorf("%v of %d: %q (%v), want %q", c.rows, c.limit, got, err, c.want)
		}
	}
}
