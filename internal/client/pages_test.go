package client_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"

	"entente/internal/client"
	"entente/internal/web/api"
)

// All pages are walked, each report comes once, and a walk that is left asks
// for no more.
func TestAllReports(t *testing.T) {
	const all = 23
	asked := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		before, limit := int64(all), 0
		if v := r.URL.Query().Get("before"); v != "" {
			before, _ = strconv.ParseInt(v, 10, 64)
		}
		limit, _ = strconv.Atoi(r.URL.Query().Get("limit"))
		out := api.Reports{Reports: []api.ReportRow{}}
		for i := before - 1; i >= 0 && len(out.Reports) < limit; i-- {
			out.Reports = append(out.Reports, api.ReportRow{Index: i})
		}
		json.NewEncoder(w).Encode(out)
	}))
	defer srv.Close()
	c, err := client.New(srv.URL, client.Options{})
	check(t, err)
	for limit := 1; limit <= all+1; limit++ {
		next := int64(all)
		for r, err := range c.AllReports(t.Context(), api.Find{Limit: limit}) {
			check(t, err)
			if next--; r.Index != next {
				t.Fatalf("limit %d: report %d, want %d", limit, r.Index, next)
			}
		}
		if next != 0 {
			t.Errorf("limit %d: %d reports are missing", limit, next)
		}
	}
	again := c.AllReports(t.Context(), api.Find{Limit: 10})
	for range 2 {
		n := 0
		for range again {
			n++
		}
		if n != all {
			t.Errorf("%d reports in one of two walks", n)
		}
	}
	asked = 0
	for range c.AllReports(t.Context(), api.Find{Limit: 5}) {
		break
	}
	if asked != 1 {
		t.Errorf("%d pages were asked for", asked)
	}
	srv.Close()
	n := 0
	for _, err := range c.AllReports(t.Context(), api.Find{}) {
		if n++; err == nil || n > 1 {
			t.Errorf("row %d: %v", n, err)
		}
	}
}
