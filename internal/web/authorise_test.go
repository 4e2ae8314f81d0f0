package web

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"entente/internal/section"
	"entente/internal/web/api"
)

// Who may do what, route by route: d duty, a analyst, r release, i inspector,
// p data-protection officer, c custodian. The table is written by hand and not
// taken from the code: a change of permissions shows here.
var permitted = map[string]string{
	"GET /session":                            "daripc",
	"DELETE /session":                         "daripc",
	"PUT /session/password":                   "daripc",
	"GET /sessions":                           "daripc",
	"DELETE /sessions/{id}":                   "daripc",
	"GET /officers":                           "ic",
	"POST /officers":                          "c",
	"PATCH /officers/{login}":                 "c",
	"PUT /officers/{login}/password":          "c",
	"GET /officers/{login}/sessions":          "ic",
	"DELETE /officers/{login}/sessions/{id}":  "c",
	"GET /reports":                            "darip",
	"GET /reports/{id}":                       "darip",
	"GET /reports/{id}/act":                   "darip",
	"GET /reports/{id}/attachments/{digest}":  "darip",
	"POST /reports/export":                    "darip",
	"POST /reports/{id}/forget":               "p",
	"GET /designations":                       "darip",
	"POST /drafts":                            "da",
	"GET /drafts":                             "darip",
	"GET /drafts/{id}":                        "darip",
	"PUT /drafts/{id}":                        "da",
	"DELETE /drafts/{id}":                     "dap",
	"POST /drafts/{id}/erase":                 "p",
	"POST /drafts/{id}/plan":                  "darp",
	"POST /drafts/{id}/unmask":                "r",
	"GET /drafts/{id}/plan":                   "darip",
	"GET /drafts/{id}/state":                  "darip",
	"POST /consents":                          "da",
	"GET /consents":                           "darip",
	"GET /consents/{id}":                      "darip",
	"GET /ledger":                             "darip",
	"GET /inspection":                         "i",
	"GET /ledger/refusals":                    "darip",
	"GET /drafts/{id}/suggestions":            "darip",
	"GET /reports/{id}/suggestions":           "darip",
	"POST /suggestions/judge":                 "da",
	"GET /suggestions/{id}/candidates":        "darip",
	"POST /suggestions/{id}/names":            "da",
	"GET /suggestions/status":                 "daripc",
	"GET /retention/records":                  "ip",
	"POST /retention/records/{id}/renew":      "p",
	"POST /retention/records/{id}/end":        "p",
	"GET /retention/ended":                    "ip",
	"POST /recalls":                           "r",
	"POST /recalls/drafts":                    "da",
	"GET /recalls":                            "darip",
	"GET /recalls/{id}":                       "darip",
	"POST /recalls/{id}/acknowledge":          "rp",
	"GET /reviews":                            "darip",
	"POST /redress":                           "p",
	"POST /redress/answers":                   "p",
	"GET /redress":                            "rip",
	"GET /redress/{id}":                       "rip",
	"POST /requests":                          "da",
	"GET /requests":                           "darip",
	"GET /requests/{id}":                      "darip",
	"POST /answers":                           "da",
	"POST /closings":                          "da",
	"POST /requirements":                      "da",
	"GET /requirements":                       "darip",
	"POST /coverage":                          "da",
	"GET /coverage":                           "darip",
	"POST /releases":                          "dap",
	"GET /releases":                           "darip",
	"GET /releases/{id}":                      "darip",
	"GET /releases/{id}/drafts":               "darip",
	"POST /releases/{id}/approve":             "r",
	"POST /releases/{id}/refuse":              "r",
	"POST /releases/{id}/withdraw":            "darp",
	"GET /batches":                            "darip",
	"GET /batches/{id}":                       "darip",
	"GET /batches/{id}/notes":                 "darip",
	"GET /batches/{id}/drafts":                "darip",
	"POST /batches/{id}/plan":                 "darp",
	"DELETE /batches/{id}":                    "da",
	"POST /attachments":                       "da",
	"POST /collect":                           "da",
	"GET /status":                             "daripc",
	"GET /members":                            "daripc",
	"GET /epochs":                             "daripc",
	"GET /quarantine":                         "daripc",
	"GET /evidence":                           "daripc",
	"GET /evidence/{id}":                      "i",
	"GET /log/checkpoint":                     "daripc",
	"GET /log/export":                         "daripc",
	"GET /keys":                               "c",
	"POST /keys/next":                         "c",
	"POST /keys/certificate":                  "c",
	"POST /keys/retire":                       "c",
	"GET /taxii/users":                        "ic",
	"POST /taxii/users":                       "c",
	"DELETE /taxii/users/{login}":             "c",
	"GET /bundles":                            "c",
	"POST /bundles/out":                       "c",
	"GET /bundles/out/{member}/{number}":      "c",
	"GET /bundles/in/{file}":                  "c",
	"PUT /bundles/in/{file}":                  "c",
	"DELETE /bundles/in/{file}":               "c",
	"POST /bundles/in/{file}":                 "c",
	"POST /bundles/ledger":                    "c",
	"GET /audit":                              "i",
	"POST /audit/verify":                      "ic",
	"POST /session (needs no session at all)": "",
}

var letters = map[string]string{"d": "duty", "a": "analyst", "r": "release", "i": "inspector", "p": "dpo", "c": "custodian"}

// fill replaces the names in a path by identifiers of nothing.
func fill(path string) string {
	return strings.NewReplacer("{id}", strings.Repeat("0", 32), "{digest}", strings.Repeat("0", 64), "{login}", "nobody", "{file}", strings.Repeat("0", 64), "{member}", "RUS", "{number}", "1").Replace(path)
}

func TestEveryRouteAsksForSessionAndRole(t *testing.T) {
	b := newBed(t)
	keys, _ := operations(document(t))
	var described []string
	for _, k := range keys {
		described = append(described, strings.Replace(k, base, "", 1))
	}
	for route, who := range permitted {
		if who == "" {
			continue
		}
		if !slices.Contains(described, route) {
			t.Errorf("%s is in the table and not in the API", route)
		}
	}
	for _, route := range described {
		if route == "POST /session" {
			continue
		}
		who, ok := permitted[route]
		if !ok {
			t.Errorf("%s is not in the table: say who may do it", route)
			continue
		}
		method, path, _ := strings.Cut(route, " ")
		path = base + fill(path)
		// Without a session, and with what is none, nothing is said but that.
		// Nothing of the request is looked at before: it is not even read.
		var first string
		for _, auth := range []string{"", "Bearer", "Bearer x", "Bearer entente_" + strings.Repeat("A", 43), "Basic eDp5"} {
			w := b.request(method, path, "", failing{}, "Authorization", auth)
			if e := refusalOf(t, w); w.Code != http.StatusUnauthorized || e.Code != api.CodeSession {
				t.Errorf("%s with %q: HTTP %d %s", route, auth, w.Code, e.Code)
			}
			if first == "" {
				first = w.Body.String()
			} else if w.Body.String() != first {
				t.Errorf("%s with %q answers %q, without %q", route, auth, w.Body, first)
			}
		}
		for letter, role := range letters {
			if route == "DELETE /session" || route == "PUT /session/password" {
				continue // tried at the end: it would end the sessions of this test
			}
			w := b.request(method, path, role, map[string]any{})
			forbidden := w.Code == http.StatusForbidden
			if want := !strings.Contains(who, letter); forbidden != want {
				t.Errorf("%s as %s: HTTP %d %s, permitted is %q", route, role, w.Code, w.Body, who)
			}
			if forbidden {
				if e := refusalOf(t, w); e.Code != api.CodeForbidden {
					t.Errorf("%s as %s: code %s", route, role, e.Code)
				}
			}
			if w.Code >= 500 {
				t.Errorf("%s as %s: HTTP %d %s", route, role, w.Code, w.Body)
			}
		}
	}
	for _, role := range letters {
		if w := b.request("PUT", base+"/session/password", role, api.NewPassword{Present: "x", Next: "y"}); w.Code == http.StatusForbidden {
			t.Errorf("%s may not change the own password: %s", role, w.Body)
		}
		if w := b.request("DELETE", base+"/session", role, nil); w.Code != http.StatusNoContent {
			t.Errorf("%s cannot log out: HTTP %d %s", role, w.Code, w.Body)
		}
		if w := b.request("GET", base+"/session", role, nil); w.Code != http.StatusUnauthorized {
			t.Errorf("%s is still there after log-out: HTTP %d", role, w.Code)
		}
	}
}

// failing is a body that must not be read.
type failing struct{}

func (failing) Read([]byte) (int, error) { panic("the body was read") }

// An officer whose password a custodian set may do nothing but change it.
func TestAPasswordThatACustodianKnowsOpensNothing(t *testing.T) {
	b := newBed(t)
	w := b.request("POST", base+"/officers", "custodian", api.NewOfficer{Login: "fresh", Name: "Fresh", Roles: []string{"analyst"}, Password: "nine dry leaves in a bowl"})
	if w.Code != http.StatusNoContent {
		t.Fatalf("HTTP %d %s", w.Code, w.Body)
	}
	s := decode[api.Session](t, b.request("POST", base+"/session", "", api.LogIn{Login: "fresh", Password: "nine dry leaves in a bowl"}))
	if !s.Officer.MustChange || slices.Contains(s.Allowed, string(section.OpReportRead)) {
		t.Errorf("session %+v", s)
	}
	b.tokens["fresh"] = s.Token
	if e := refusalOf(t, b.request("GET", base+"/reports", "fresh", nil)); e.Code != api.CodeForbidden || !strings.Contains(e.Message, "password") {
		t.Errorf("refusal %+v", e)
	}
	if w := b.request("PUT", base+"/session/password", "fresh", api.NewPassword{Present: "nine dry leaves in a bowl", Next: "ten dry leaves in a bowl"}); w.Code != http.StatusNoContent {
		t.Fatalf("HTTP %d %s", w.Code, w.Body)
	}
	if w := b.request("GET", base+"/reports", "fresh", nil); w.Code != http.StatusOK {
		t.Errorf("HTTP %d %s", w.Code, w.Body)
	}
}

// A refusal of permission is a fact that the inspector finds.
func TestWhatIsForbiddenIsAudited(t *testing.T) {
	b := newBed(t)
	id := strings.Repeat("a", 32)
	b.request("GET", base+"/reports/"+id, "custodian", nil)
	rows := decode[api.Audit](t, b.request("GET", base+"/audit?object="+id, "inspector", nil)).Rows
	if len(rows) != 1 || rows[0].Op != "report.read" || rows[0].Login != "custodian" || rows[0].Outcome != "refused" {
		t.Errorf("rows %+v", rows)
	}
}
