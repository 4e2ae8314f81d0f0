package node

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"entente/act"
	"entente/internal/feed"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
)

// askedFor is what an officer may ask a node for by name.
type askedFor struct {
	report     string
	portion    act.ID
	word       string
	file, said act.Digest
	suggestion SuggestionID
	objects    []string // as which the tools of a member are served it
}

// anyID are the identifiers in an answer: which one was asked for is no secret
// from who asked.
var anyID = regexp.MustCompile(`[0-9a-f]{32,}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// answered is an answer without what was asked for.
func answered(x *askedFor, v any, err error) string {
	raw, errJSON := json.Marshal(v)
	if errJSON != nil {
		raw = []byte(errJSON.Error())
	}
	out := string(raw)
	if err != nil {
		out = fmt.Sprintf("%v, not found is %v", err, errors.Is(err, viewdb.ErrNotFound))
	}
	return anyID.ReplaceAllString(strings.ReplaceAll(out, x.word, "WORD"), "ID")
}

// Rules 10 and 21: what has expired, what is overdue, and what is destroyed are
// answered at every outlet, word for word, as what never was; and what tells of
// many things has nothing of them.
func TestWhatHasEndedIsAnsweredAsWhatNeverWas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSlowWorld(t, 2)
		ctx := context.Background()
		end := w.in(24 * time.Hour)
		irq, rus := w.nodes["IRQ"], w.nodes["RUS"]
		file, err := irq.Attach(ctx, w.officer("IRQ", "duty", section.RoleDuty), "plan.bin", "application/octet-stream", bytes.NewReader([]byte("a plan")), nil)
		check(t, err)
		c := w.tool("RUS", "platform", "", feed.Grants{Clearance: feed.Clearance{Class: "SECRET", Members: label.Members(four...), Personal: true}, Read: []string{feed.Reports}})
		listing := portion(mark("RESTRICTED", "IRQ", four...), "IRQ", "A listing.")
		listing.Label.Expires = end
		listing.Designation = &act.Designation{Authority: "UN", List: "Invented", Reference: "INi.001", Kind: act.KindPerson, Status: act.InForce, ListedOn: "2015-01-01", Basis: "invented",
			Names: []act.Name{{Name: "Karim Hasan al-Namudhaji", Quality: act.NamePrimary}}}
		w.releaseReport("IRQ", &Draft{ReportType: act.DESIGNATION, Portions: []act.PortionInput{listing}})
		expiring := portion(mark("RESTRICTED", "IRQ", four...), "IRQ", told+" quincunx")
		expiring.Label.Expires = end
		overdue := personal(end, "IRQ", told+" hapaxlegomenon")
		gone := []*askedFor{{word: "quincunx"}, {word: "hapaxlegomenon"}}
		for i, p := range []act.PortionInput{expiring, overdue} {
			p.Attachments = []act.Attachment{file}
			w.releaseReport("IRQ", &Draft{ReportType: act.INTREP, Title: "About " + gone[i].word, Portions: []act.PortionInput{p}})
		}
		w.report("IRQ", "perihelion "+told)
		w.settle(10 * time.Minute)
		an, duty, dpo := w.officer("RUS", "an", section.RoleAnalyst), w.officer("RUS", "duty", section.RoleDuty), w.officer("RUS", "dpo", section.RoleDPO)
		inspector := w.officer("RUS", "inspector", section.RoleInspector)
		for _, x := range gone {
			row, ps := w.portions("RUS", x.word)
			x.report, x.portion, x.said, x.file = row.ID, ps[0].ID, ps[0].Digest, file.Digest
			got, err := rus.Suggestions(ctx, an, SuggestionQuery{Report: row.ID, Kind: "person"})
			if err != nil || len(got.List) == 0 {
				t.Fatalf("nothing is read in %s: %+v %v", x.word, got, err)
			}
			x.suggestion = got.List[0].ID
		}
		stays, err := rus.Suggestions(ctx, an, SuggestionQuery{Report: w.find("RUS", viewdb.Query{Text: "perihelion"}, 1)[0].ID, Kind: "person"})
		if err != nil || len(stays.List) == 0 {
			t.Fatalf("nothing is read in what stays: %+v %v", stays, err)
		}
		serve := func(path string) string {
			code, body := c.ask(http.MethodGet, "/entente/collections/reports/"+path, "")
			return fmt.Sprint(code, " ", body)
		}
		var served struct{ Objects []json.RawMessage }
		_, body := c.ask(http.MethodGet, "/entente/collections/reports/objects/?limit=1000", "")
		check(t, json.Unmarshal([]byte(body), &served))
		for _, raw := range served.Objects {
			var o struct{ ID string }
			check(t, json.Unmarshal(raw, &o))
			for _, x := range gone {
				if bytes.Contains(raw, []byte(x.word)) {
					x.objects = append(x.objects, o.ID)
				}
			}
		}
		for _, x := range gone {
			if len(x.objects) == 0 {
				t.Fatalf("nothing of %s is in the collection before: %.3000s", x.word, body)
			}
		}
		never := &askedFor{report: string(act.NewID()), portion: act.NewID(), word: "xylography", file: file.Digest, said: gone[0].said,
			suggestion: SuggestionID{Reading: 1 << 40}, objects: []string{"report--5a7d1c52-9c1c-4f0e-8a38-3b0c8f0a9d77"}}
		citing := func(x *askedFor) string {
			d, err := rus.SaveDraft(ctx, duty, "", "", &Draft{ReportType: act.INTSUM, Portions: []act.PortionInput{
				derived(mark("RESTRICTED", "IRQ", "IRQ", "RUS"), "said", act.Cite{Portion: x.portion, Digest: x.said, Originator: "IRQ"})}})
			check(t, err)
			return d.ID
		}
		drafts := map[*askedFor]string{gone[0]: citing(gone[0]), never: citing(never)}

		// What names one thing.
		type outlet struct {
			name string
			of   func(x *askedFor) (any, error)
		}
		reads := func(o section.Officer) func(x *askedFor) (any, error) {
			return func(x *askedFor) (any, error) { return rus.Report(ctx, o, x.report) }
		}
		export := func(f ExportFormat) func(x *askedFor) (any, error) {
			return func(x *askedFor) (any, error) {
				e, err := rus.Export(ctx, an, ExportRequest{Format: f, Reports: []string{x.report}})
				if err != nil {
					return nil, err
				}
				return len(e.Reports), nil
			}
		}
		outlets := []outlet{
			{"search", func(x *askedFor) (any, error) { return rus.Find(ctx, an, viewdb.Query{Text: x.word}) }},
			{"report, to an analyst", reads(an)}, {"report, to a duty officer", reads(duty)}, {"report, to a data-protection officer", reads(dpo)},
			{"report, to an inspector", reads(inspector)},
			{"attachment", func(x *askedFor) (any, error) { return nil, rus.Attachment(ctx, an, x.report, x.file, io.Discard) }},
			{"citation", func(x *askedFor) (any, error) {
				p, _, err := rus.portionOf(ctx, act.PortionRef{Portion: x.portion})
				return p, err
			}},
			{"citation in a draft", func(x *askedFor) (any, error) {
				d, err := rus.SaveDraft(ctx, duty, "", "", &Draft{ReportType: act.INTSUM, Portions: []act.PortionInput{
					derived(mark("RESTRICTED", "IRQ", "IRQ", "RUS"), "said", act.Cite{Portion: x.portion})}})
				return string(d.Content), err
			}},
			{"plan of what cites it", func(x *askedFor) (any, error) {
				if drafts[x] == "" {
					return nil, viewdb.ErrNotFound
				}
				p, err := rus.Plan(ctx, duty, drafts[x])
				if err != nil {
					return nil, err
				}
				return []any{p.Findings, p.Explain, p.Banner}, nil
			}},
			{"export as STIX", export(ExportSTIX)}, {"export for MISP", export(ExportMISP)},
			{"suggestions", func(x *askedFor) (any, error) { return rus.Suggestions(ctx, an, SuggestionQuery{Report: x.report}) }},
			{"name candidates", func(x *askedFor) (any, error) { return rus.Candidates(ctx, an, x.suggestion) }},
			{"object in a collection", func(x *askedFor) (any, error) {
				var all []string
				for _, id := range x.objects {
					all = append(all, serve("objects/"+id+"/"))
				}
				for i := range all {
					if all[i] != all[0] {
						return all, nil
					}
				}
				return all[:1], nil
			}},
		}
		compare := func(stage string, want bool) {
			t.Helper()
			for _, o := range outlets {
				v, err := o.of(never)
				none := answered(never, v, err)
				for _, x := range gone {
					if o.name == "plan of what cites it" && drafts[x] == "" {
						continue // nothing but a record of persons is made of one
					}
					v, err := o.of(x)
					if got := answered(x, v, err); (got == none) != want {
						t.Errorf("%s: %s answers\n %s\nof %s, and\n %s\nof what never was", stage, o.name, got, x.word, none)
					}
				}
			}
		}

		// What tells of many.
		text := func(v any, err error) string {
			check(t, err)
			raw, err := json.Marshal(v)
			check(t, err)
			return string(raw)
		}
		all := func(f ExportFormat) string {
			e, err := rus.Export(ctx, an, ExportRequest{Format: f, Since: worldStart.Add(-time.Hour)})
			check(t, err)
			var b strings.Builder
			_, err = e.Write(&b)
			check(t, err)
			return b.String()
		}
		titles := func(m label.MemberID) string {
			rows, err := w.nodes[m].Ledger(ctx, w.officer(m, "duty", section.RoleDuty), LedgerQuery{})
			check(t, err)
			var out []string
			for i := range rows {
				out = append(out, rows[i].Title)
			}
			return strings.Join(out, ";")
		}
		many := map[string]func() string{
			"the list":            func() string { return text(rus.Find(ctx, an, viewdb.Query{})) },
			"the export as STIX":  func() string { return all(ExportSTIX) },
			"the export for MISP": func() string { return all(ExportMISP) },
			"the collection":      func() string { return serve("objects/?limit=1000") },
			"the ledger of IRQ":   func() string { return titles("IRQ") },
		}
		tells := func(stage string, want bool, reports int64) {
			t.Helper()
			for name, of := range many {
				got := of()
				for _, x := range gone {
					if strings.Contains(got, x.word) != want || strings.Contains(got, x.report) && !want {
						t.Errorf("%s: %s of %s: %v is wanted in\n%.2000s", stage, name, x.word, want, got)
					}
				}
			}
			n, err := rus.views.Counts(ctx)
			check(t, err)
			if n.Reports != reports || (n.Listings == 1) != want {
				t.Errorf("%s: it counts %+v, want %d reports", stage, n, reports)
			}
			cs, err := rus.Candidates(ctx, an, stays.List[0].ID)
			check(t, err)
			if (len(cs) > 0) != want {
				t.Errorf("%s: the name candidates of what stays are %+v", stage, cs)
			}
		}
		compare("while it stands", false)
		tells("while it stands", true, 4)

		time.Sleep(25 * time.Hour)
		w.report("IRQ", "day one")
		w.settle(10 * time.Minute)
		compare("hidden", true)
		tells("hidden", false, 2)
		for _, x := range gone {
			if !strings.Contains(w.inspected("RUS"), x.report) {
				t.Errorf("the inspector is not told of %s while it is hidden (rule 29)", x.word)
			}
		}
		due, err := rus.Records(ctx, dpo, RecordQuery{})
		if err != nil || len(due) != 1 || string(due[0].ID) != gone[1].report || !due[0].Hidden || due[0].Title != "" {
			t.Errorf("the list of reviews has %+v (%v)", due, err)
		}

		time.Sleep(48 * time.Hour)
		w.report("IRQ", "day three")
		w.settle(2 * retentionEvery)
		compare("destroyed", true)
		tells("destroyed", false, 3)
		for _, x := range gone {
			if strings.Contains(w.inspected("RUS"), x.word) {
				t.Errorf("the inspector reads %s when it is destroyed", x.word)
			}
			if _, err := rus.views.IndexOf(ctx, x.report); !errors.Is(err, viewdb.ErrNotFound) {
				t.Errorf("%s is not destroyed, and this stage shows nothing: %v", x.word, err)
			}
		}
		if due, err := rus.Records(ctx, dpo, RecordQuery{}); err != nil || len(due) != 0 {
			t.Errorf("the list of reviews has %+v (%v)", due, err)
		}
	})
}
