package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"entente/internal/web/api"
)

// A list that is cut says so, and goes on where it says.
func TestListsSayThatTheyAreCut(t *testing.T) {
	at := time.Date(2026, 10, 1, 8, 0, 0, 123e6, time.UTC)
	place := "2026-10-01T08:00:00.123Z,5f"
	for _, c := range []struct {
		line   string
		answer func(next string) any
		next   string
		flag   string
		asked  string // what the next page is asked with
	}{
		{"report list", func(n string) any { return api.Reports{Reports: []api.ReportRow{{Index: 7}}, Next: n} }, "7", "before", "before=7"},
		{"report search fuel", func(n string) any { return api.Reports{Reports: []api.ReportRow{{Index: 7}}, Next: n} }, "7", "before", "before=7"},
		{"report drafts", func(n string) any {
			return api.Drafts{Drafts: []api.Draft{{ID: "5f", Title: "Road closed", Modified: at}}, Next: n}
		}, place, "before", "before=2026-10-01T08%3A00%3A00.123Z&before_id=5f"},
		{"report release list", func(n string) any { return api.Releases{Releases: []api.Release{{ID: "5f"}}, Next: n} }, place, "after", "after=2026-10-01T08%3A00%3A00.123Z&after_id=5f"},
		{"collect list", func(n string) any { return api.Batches{Batches: []api.Batch{{ID: "5f"}}, Next: n} }, place, "before", "before=2026-10-01T08%3A00%3A00.123Z&before_id=5f"},
		{"audit list", func(n string) any { return api.Audit{Rows: []api.AuditRow{{Seq: 7}}, Next: n} }, "7", "before", "before=7"},
		{"evidence list", func(n string) any { return api.EvidenceList{Evidence: []api.Evidence{{ID: "5f"}}, Next: n} }, "5f", "after", "after=5f"},
	} {
		next, query := c.next, ""
		atNode(t, func(w http.ResponseWriter, r *http.Request) {
			query += r.URL.RawQuery + "\n" // a list may ask for more than one state
			json.NewEncoder(w).Encode(c.answer(next))
		})
		args := strings.Fields(c.line)
		if _, _, errs := command("", args...); !strings.Contains(errs, "… more: --"+c.flag+" "+c.next+"\n") {
			t.Errorf("%s says %q", c.line, errs)
		}
		_, out, errs := command("", append([]string{"--json"}, args...)...)
		if !strings.Contains(out, `"next": "`+c.next+`"`) || !strings.Contains(errs, "… more") {
			t.Errorf("%s --json says %q and %q", c.line, out, errs)
		}
		if code, _, errs := command("", append(args, "--"+c.flag, c.next, "--limit", "3")...); code > exitFindings || !strings.Contains(query, c.asked) || !strings.Contains(query, "limit=3") {
			t.Errorf("%s goes on with %q: exit code %d, %s", c.line, query, code, errs)
		}
		next = ""
		if _, out, errs := command("", args...); strings.Contains(errs, "more") || c.line == "report drafts" && !strings.Contains(out, "Road closed") {
			t.Errorf("%s, whole, says %q, %q", c.line, out, errs)
		}
		for _, wrong := range []string{"--limit 0", "--limit 501"} {
			if code, _, _ := command("", append(args, strings.Fields(wrong)...)...); code != exitUsage {
				t.Errorf("%s %s: exit code %d", c.line, wrong, code)
			}
		}
	}
	for _, wrong := range []string{"report list --before x", "report drafts --before 7", "report release list --after x,", "collect list --before x", "audit list --before -1"} {
		if code, _, errs := command("", strings.Fields(wrong)...); code != exitUsage {
			t.Errorf("%s: exit code %d, %s", wrong, code, errs)
		}
	}
}

// What a decision came to is shown with its reason.
func TestReleasesThatEndedSayWhy(t *testing.T) {
	atNode(t, func(w http.ResponseWriter, r *http.Request) {
		one := api.Release{ID: "5f", State: "failed", Drafts: 1, Reason: "draft 5f: too large"}
		if strings.HasSuffix(r.URL.Path, "/releases") {
			json.NewEncoder(w).Encode(api.Releases{Releases: []api.Release{one}})
			return
		}
		if strings.HasSuffix(r.URL.Path, "/drafts") {
			json.NewEncoder(w).Encode(api.ReleaseDrafts{Drafts: []api.ReleaseDraft{}})
			return
		}
		json.NewEncoder(w).Encode(api.ReleaseDetail{Release: one})
	})
	for _, line := range []string{"report release show 5f", "report release list --state failed"} {
		if code, out, _ := command("", strings.Fields(line)...); code != exitDone || !strings.Contains(out, "failed: draft 5f: too large") || !strings.Contains(out, "0 of 1 draft left") || strings.Contains(out, "1 drafts") {
			t.Errorf("%s: exit code %d\n%s", line, code, out)
		}
	}
}

// A finding on the whole is not called one of portion 0.
func TestFindingsNameTheirPlace(t *testing.T) {
	plan := api.Plan{Banner: "RESTRICTED", Findings: []api.Finding{{Code: "c", Text: "x"}, {Portion: 2, Code: "c", Text: "y"}}}
	atNode(t, func(w http.ResponseWriter, _ *http.Request) { json.NewEncoder(w).Encode(plan) })
	code, out, _ := command("", "report", "plan", "5f")
	if code != exitFindings || !strings.Contains(out, "the whole (c): x") || !strings.Contains(out, "portion 2 (c): y") || strings.Contains(out, "portion 0") || strings.Contains(out, "Digest of the plan") {
		t.Errorf("exit code %d\n%s", code, out)
	}
	atNode(t, refuses(http.StatusUnprocessableEntity, api.Error{Code: "c", Message: "m", Findings: plan.Findings}))
	if _, _, errs := command("", "report", "plan", "5f"); strings.Contains(errs, "portion 0") || !strings.Contains(errs, "the whole") {
		t.Errorf("%s", errs)
	}
}

// What stands against a plan is printed once, with its code, and the remedies once.
func TestPlansSayEachThingOnce(t *testing.T) {
	for _, c := range []struct {
		plan api.Plan
		once []string
	}{
		{api.Plan{Blocked: "portion 2: too wide", Findings: []api.Finding{{Portion: 2, Code: "act_taint", Text: "too wide"}},
			Members: []api.PlanMember{{Member: "SYR", Explain: "SYR would see nothing. Remedies: drop it.", Remedies: []api.PlanRemedy{{Text: "drop it"}}}}}, []string{"too wide", "act_taint", "drop it", "Nothing of it leaves as it is"}},
		{api.Plan{Blocked: "portion 1 is expired"}, []string{"portion 1 is expired", "Nothing of it leaves as it is"}},
	} {
		c.plan.Portions = []api.PlanPortion{{Number: 1}}
		atNode(t, func(w http.ResponseWriter, _ *http.Request) { json.NewEncoder(w).Encode(c.plan) })
		_, out, _ := command("", "report", "plan", "5f")
		for _, text := range c.once {
			if n := strings.Count(out, text); n != 1 {
				t.Errorf("%q is said %d times:\n%s", text, n, out)
			}
		}
	}
}
