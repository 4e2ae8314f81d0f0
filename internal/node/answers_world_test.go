package node

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"entente/act"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// WorldAPI makes the API of a node, and its description in OpenAPI.
var WorldAPI func(n *Node) (http.Handler, []byte)

// desk is an officer before the API of a node.
type desk struct {
	t       testing.TB
	handler http.Handler
	token   string
}

func (d *desk) call(method, path string, in any) *httptest.ResponseRecorder {
	d.t.Helper()
	body, err := json.Marshal(in)
	check(d.t, err)
	r := httptest.NewRequest(method, "http://localhost"+path, bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	if d.token != "" {
		r.Header.Set("Authorization", "Bearer "+d.token)
	}
	w := httptest.NewRecorder()
	d.handler.ServeHTTP(w, r)
	return w
}

// everyPath returns the paths of the API that can be got.
func everyPath(t testing.TB, description []byte) []string {
	t.Helper()
	var api struct {
		Paths map[string]map[string]any
	}
	check(t, json.Unmarshal(description, &api))
	var out []string
	for path, methods := range api.Paths {
		if _, ok := methods["get"]; ok {
			out = append(out, path)
		}
	}
	slices.Sort(out)
	return out
}

// askAPI is officers of every role going through all that the API lets anybody
// get, for what is there, what is not, and what is elsewhere.
func askAPI(w *world, m label.MemberID, base int64) []string {
	n := w.nodes[m]
	handler, description := WorldAPI(n.Node)
	paths := everyPath(w.t, description)
	if len(paths) < 15 {
		w.t.Fatalf("the API has only %d paths", len(paths))
	}
	rows, err := n.views.Find(context.Background(), viewdb.Query{})
	check(w.t, err)
	ids := []string{strings.Repeat("0", 32)}
	for _, r := range rows {
		ids = append(ids, r.ID)
	}
	for _, typ := range []act.Type{act.TypeConsent, act.TypeRecall, act.TypeRequest, act.TypeAnswer, act.TypeClosing} {
		said, err := n.views.AllSaid(context.Background(), string(typ), 0, 100)
		check(w.t, err)
		for _, s := range said {
			ids = append(ids, s.ID)
		}
	}
	var queries []string
	for _, word := range []string{"", "bridge", "charlie", wordsOfFirst, wordsOfSecond, "neverwas"} {
		queries = append(queries, "?text="+url.QueryEscape(word), "?limit=1&text="+url.QueryEscape(word))
	}
	var out []string
	for _, role := range []section.Role{section.RoleAnalyst, section.RoleInspector, section.RoleDPO} {
		login := map[section.Role]string{section.RoleAnalyst: "an", section.RoleInspector: "inspector", section.RoleDPO: "dpo"}[role]
		w.officer(m, login, role)
		w.settle(time.Second) // so that the sessions of an officer have an order
		d := &desk{t: w.t, handler: handler}
		in := d.call(http.MethodPost, "/api/v1/session", map[string]any{"login": login, "password": "correct horse battery"})
		var session struct{ Token string }
		check(w.t, json.Unmarshal(in.Body.Bytes(), &session))
		if d.token = session.Token; d.token == "" {
			w.t.Fatalf("%s is not let in: %d %s", login, in.Code, in.Body)
		}
		for _, path := range paths {
			if strings.HasSuffix(path, "/log/export") {
				continue // a copy of the log, of which every leaf is compared already
			}
			var asked []string
			switch {
			case strings.Contains(path, "{"):
				for _, id := range ids {
					asked = append(asked, strings.NewReplacer("{id}", id, "{login}", "duty", "{digest}", strings.Repeat("0", 64)).Replace(path))
				}
			case strings.HasSuffix(path, "/reports"):
				for _, q := range queries {
					asked = append(asked, path+q)
				}
			default:
				asked = append(asked, path)
			}
			for _, p := range asked {
				began := time.Now()
				got := d.call(http.MethodGet, p, nil)
				line := fmt.Sprintf("%s/%s GET %s: %d %s after %s", m, login, masked(p), got.Code, masked(got.Body.String()), time.Since(began))
				out = append(out, spots(line, base))
			}
		}
	}
	return out
}
