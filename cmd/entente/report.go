package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"entente/act"
	"entente/internal/client"
	"entente/internal/plural"
	"entente/internal/web/api"
	"entente/label"
)

// reportCmd is the officers' daily work with reports.
type reportCmd struct {
	New     reportNew     `cmd:"" help:"Write a report as a draft."`
	Drafts  reportDrafts  `cmd:"" help:"List drafts."`
	Draft   reportDraft   `cmd:"" help:"Show a draft with its marks and texts."`
	Discard reportDiscard `cmd:"" help:"Give up drafts that have not left."`
	Plan    reportPlan    `cmd:"" help:"Dry-run: who would see what, and why not the rest."`
	Release reportRelease `cmd:"" help:"Put up, decide on and list releases."`
	State   reportState   `cmd:"" help:"What became of a draft: waiting, filed, logged, received by whom."`
	List    reportList    `cmd:"" help:"List what this node may read, newest first."`
	Search  reportSearch  `cmd:"" help:"Search what this node may read."`
	Show    reportShow    `cmd:"" help:"Show one report, verified by this node."`
	Attach  reportAttach  `cmd:"" help:"Seal a file to be attached to a portion."`
	Fetch   reportFetch   `cmd:"" help:"Fetch an attachment of a report."`
	Export  reportExport  `cmd:"" help:"Write reports as a STIX 2.1 bundle or as events of MISP."`
}

type reportNew struct {
	asOfficer
	File    string   `arg:"" optional:"" help:"The draft as JSON; - or nothing for standard input."`
	Text    string   `help:"Instead of a file: the text of a report of one portion." placeholder:"TEXT"`
	Type    string   `help:"Type of the report, with --text." default:"INTREP"`
	Title   string   `help:"Title, with --text."`
	Class   string   `help:"Class, with --text; the strictest of the common policy without it."`
	Rel     []string `help:"Members to whom it may be released, with --text." placeholder:"IRN,IRQ"`
	Grade   string   `help:"Grade, with --text." placeholder:"B2"`
	Src     string   `name:"source" help:"Descriptor of the source, with --text." placeholder:"TEXT"`
	Lang    string   `help:"Language of the text, BCP 47." default:"und"`
	Replace string   `help:"Id of the draft to change; needs its etag." placeholder:"ID"`
	ETag    string   `name:"etag" help:"Version of the draft that is changed." placeholder:"ETAG"`

	Supersedes string `help:"Id of the released draft that this one replaces for its readers." placeholder:"ID"`
}

// Help gives an example.
func (reportNew) Help() string {
	return `Examples:

    entente report new --title "Road closed" --text "The road is closed." --class RESTRICTED --rel IRN,RUS --grade B2 --source "a resident" --lang en

    entente report new <<'END'
    {"report_type": "INTREP", "title": "Movement at a crossing",
     "portions": [
      {"lang": "en", "text": "Twelve trucks crossed westward.",
       "label": {"policy": "CENTRE", "class": "RESTRICTED", "rel": ["IRN", "IRQ", "RUS", "SYR"], "originators": ["IRQ"]},
       "grade": {"reliability": "B", "credibility": "2"},
       "sources": [{"descriptor": "a resident", "kind": "human", "originator": "IRQ"}]}]}
    END

A portion without label or grade is refused; one without source or citation is saved and cannot be released. spec/act.md and spec/label.md say what stands in a portion.`
}

// maxDraft bounds a draft on its way to the node.
const maxDraft = 2 << 20

// Run saves a draft.
func (c *reportNew) Run(w *world) error {
	described := c.Title != "" || c.Class != "" || len(c.Rel) > 0 || c.Grade != "" || c.Src != ""
	switch {
	case c.File != "" && (c.Text != "" || described):
		return usage("a draft is given by a file or by flags, not by both")
	case c.Text == "" && described:
		return usage("flags describe a report of one portion: give its --text")
	case (c.Replace == "") != (c.ETag == ""):
		return usage("--replace and --etag go together: the etag says which version is changed")
	}
	var raw []byte
	if c.Text == "" {
		var err error
		if raw, err = readDraft(w, c.File); err != nil {
			return err
		}
	}
	cl, err := c.desk()
	if err != nil {
		return err
	}
	if c.Text != "" {
		if raw, err = c.written(w, cl); err != nil {
			return err
		}
	}
	if c.Supersedes != "" {
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(raw, &fields); err != nil {
			return fmt.Errorf("the draft is no JSON object; compare it with entente report new --help: %w", err)
		}
		fields["supersedes"], _ = json.Marshal(c.Supersedes) // a string can be written
		if raw, err = json.Marshal(fields); err != nil {
			return err
		}
	}
	var d *api.Draft
	if c.Replace != "" {
		d, err = cl.SaveDraftJSON(w.ctx, c.Replace, c.ETag, raw)
	} else {
		d, err = cl.CreateDraftJSON(w.ctx, raw)
	}
	if err != nil {
		return w.refused(err)
	}
	return w.answer(d, func() { w.printf("%s", d.ID) })
}

// written makes the draft that the flags describe.
func (c *reportNew) written(w *world, cl *client.Client) ([]byte, error) {
	mark, own, err := markOf(w, cl, c.Class, c.Rel)
	if err != nil {
		return nil, err
	}
	in := act.PortionInput{Lang: c.Lang, Text: c.Text, Label: mark}
	if c.Grade != "" {
		if len(c.Grade) != 2 {
			return nil, usage("--grade %s: write reliability and credibility, such as B2", c.Grade)
		}
		in.Grade = act.Grade{Reliability: act.Reliability(c.Grade[:1]), Credibility: act.Credibility(c.Grade[1:])}
	}
	if c.Src != "" {
		in.Sources = []act.Source{{Descriptor: c.Src, Kind: act.KindHuman, Originator: string(own)}}
	}
	return json.Marshal(api.Content{ReportType: act.ReportType(c.Type), Title: c.Title, Portions: []act.PortionInput{in}})
}

// markOf makes a label of the common policy from flags: with no class the
// strictest, with no members this one alone.
func markOf(w *world, cl *client.Client, class string, to []string) (label.Label, label.MemberID, error) {
	me, err := cl.WhoAmI(w.ctx)
	if err != nil {
		return label.Label{}, "", err
	}
	members, err := cl.Members(w.ctx)
	if err != nil {
		return label.Label{}, "", err
	}
	own := label.MemberID(me.Officer.Nation)
	rel := label.Members(own)
	for _, m := range to {
		rel = rel.With(label.MemberID(m))
	}
	if class == "" && len(members.Classes) > 0 {
		class = members.Classes[len(members.Classes)-1]
	}
	return label.Label{Policy: label.PolicyID(members.Policy), Class: label.Class(class), Rel: rel, Originators: label.Members(own)}, own, nil
}

// readInput reads a file, or standard input for "-", up to a bound.
func readInput(w *world, path string, limit int64) ([]byte, error) {
	var in io.Reader
	if path == "-" || path == "" {
		in = w.stdin()
	} else {
		f, err := w.open(path)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	raw, err := io.ReadAll(io.LimitReader(in, limit+1))
	if err == nil && int64(len(raw)) > limit {
		err = fmt.Errorf("it is longer than %d bytes; attach large files", limit)
	}
	return raw, w.unreadable(path, err)
}

// readDraft reads a draft that is JSON; what else it has to be is for the node
// to say.
func readDraft(w *world, path string) ([]byte, error) {
	raw, err := readInput(w, path, maxDraft)
	if err != nil {
		return nil, err
	}
	if at := noUTF8(raw); at >= 0 {
		return nil, w.unreadable(path, fmt.Errorf("it is not UTF-8 from byte %d on; convert it first, as with iconv -f WINDOWS-1256 -t UTF-8", at+1))
	}
	var any json.RawMessage
	if err := json.Unmarshal(raw, &any); err != nil {
		return nil, w.unreadable(path, notJSON(raw, err))
	}
	return raw, nil
}

// noUTF8 is the place of the first byte that is not UTF-8, -1 when there is none.
// What JSON's readers put in the place of such bytes would be another text.
func noUTF8(raw []byte) int {
	for at := 0; at < len(raw); {
		r, n := utf8.DecodeRune(raw[at:])
		if r == utf8.RuneError && n == 1 {
			return at
		}
		at += n
	}
	return -1
}

// notJSON says in words where and why text is not JSON.
func notJSON(raw []byte, err error) error {
	var syntax *json.SyntaxError
	if len(bytes.TrimSpace(raw)) == 0 {
		return errors.New("it is empty; a draft is a JSON object, see the example")
	}
	if !errors.As(err, &syntax) {
		return fmt.Errorf("it is not JSON: %w", err)
	}
	before := raw[:max(0, min(len(raw), int(syntax.Offset)-1))]
	if int(syntax.Offset) >= len(raw) && strings.Contains(err.Error(), "unexpected end") {
		before = raw
	}
	line := 1 + bytes.Count(before, []byte("\n"))
	column := 1 + utf8.RuneCount(before[1+bytes.LastIndexByte(before, '\n'):])
	return fmt.Errorf("it is not JSON from line %d, column %d on: %s", line, column, syntax)
}

type reportDrafts struct {
	asOfficer
	State string `help:"Only drafts in this state." enum:",drafted,planned,released,discarded" default:""`
	newestFirst
}

// Help gives an example.
func (reportDrafts) Help() string { return "Example:\n\n    entente report drafts --state drafted" }

// Run lists drafts.
func (c *reportDrafts) Run(w *world) error {
	before, id, err := placed("before", c.Before)
	if err != nil {
		return err
	}
	cl, err := c.desk()
	if err != nil {
		return err
	}
	page, err := cl.DraftsPage(w.ctx, api.FindDrafts{State: c.State, Before: before, BeforeID: id, Limit: c.Limit})
	if err != nil {
		return w.refused(err)
	}
	defer w.more("before", page.Next)
	return w.answer(page, func() {
		for _, d := range page.Drafts {
			w.printf("%s  %-9s  %s  %s", d.ID, d.State, d.Modified.Format(time.RFC3339), kindAndTitle(d.Kind, d.Title))
		}
	})
}

type reportDraft struct {
	asOfficer
	ID string `arg:"" help:"Id of the draft."`
}

// Help gives an example.
func (reportDraft) Help() string {
	return "Example:\n\n    entente report draft 0c1d..."
}

// Run shows a draft.
func (c *reportDraft) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	d, err := cl.Draft(w.ctx, c.ID)
	if err != nil {
		return w.refused(err)
	}
	return w.answer(d, func() { w.draft(d) })
}

// draft writes a draft for people.
func (w *world) draft(d *api.Draft) {
	w.printf("draft %s, version %d, %s, etag %s", d.ID, d.Version, d.State, d.ETag)
	var content api.Content
	if json.Unmarshal(d.Content, &content) != nil {
		return // erased
	}
	if d.Kind != "report" {
		w.statementDraft(d)
		return
	}
	w.printf("%s: %s", content.ReportType, content.Title)
	for i, p := range content.Portions {
		mark := "(unmarked)"
		if p.Label.Class != "" {
			mark = fmt.Sprintf("(%s REL %s)", p.Label.Class, p.Label.Rel)
		}
		w.printf("%d. %s %s  %s", i+1, mark, p.Grade, indented(p.Text, 5))
		for _, src := range p.Sources {
			w.printf("     source: %s (%s, %s)", src.Descriptor, src.Kind, src.Originator)
		}
		for _, c := range p.Cites {
			w.printf("     cites a portion of %s", c.Originator)
		}
	}
}

// statementDraft writes a statement's draft: what it is, and what an officer
// wrote in it, one field a line.
func (w *world) statementDraft(d *api.Draft) {
	w.printf("%s", d.Kind)
	var fields bytes.Buffer
	if json.Indent(&fields, d.Content, "  ", "  ") == nil {
		for line := range strings.Lines(fields.String()) {
			w.printf("  %s", strings.TrimSuffix(line, "\n"))
		}
	}
}

type reportPlan struct {
	asOfficer
	Draft string `arg:"" help:"Id of the draft."`
	Read  bool   `help:"Only look: for a draft that is up for release."`
}

// Help gives an example.
func (reportPlan) Help() string {
	return "Example:\n\n    entente report plan 0c1d...\n\nExit code 1 when something stands against the release."
}

// Run plans.
func (c *reportPlan) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	plan := cl.PlanDraft
	if c.Read {
		plan = cl.ReadPlan
	}
	p, err := plan(w.ctx, c.Draft)
	if err != nil {
		return w.refused(err)
	}
	if err := w.answer(p, func() { printPlan(w, p) }); err != nil {
		return err
	}
	if p.Blocked != "" || len(p.Findings) > 0 {
		return errFindings
	}
	return nil
}

// placeOf says of what in a draft a finding is.
func placeOf(f api.Finding) string {
	if f.Portion == 0 {
		return "the whole"
	}
	return fmt.Sprintf("portion %d", f.Portion)
}

func printPlan(w *world, p *api.Plan) {
	if p.Banner != "" {
		w.printf("%s", p.Banner)
	}
	for _, a := range p.Acts {
		w.printf("  %s to %s", a.Type, strings.Join(a.Recipients, ", "))
	}
	for _, f := range p.Findings {
		w.printf("  %s (%s): %s", placeOf(f), f.Code, f.Text)
	}
	if p.Blocked != "" {
		if len(p.Findings) == 0 { // else it is the first of them
			w.printf("  blocked: %s", p.Blocked)
		}
		if len(p.Portions) > 0 { // of a report
			w.printf("  Nothing of it leaves as it is. By its markings alone:")
		}
	}
	for _, m := range p.Members {
		w.printf("  %s  %s", m.Member, m.Explain) // with the remedies
	}
	w.printf("Digest of who would see what: %s (equal for drafts with equal markings; a release is approved by its own digest)", p.Digest)
}

type reportState struct {
	asOfficer
	Draft string        `arg:"" help:"Id of the draft."`
	Wait  string        `help:"Wait until it is logged or received." enum:",logged,received" default:""`
	For   time.Duration `name:"timeout" help:"Wait so long at most." default:"5m"`
}

// Help gives an example.
func (reportState) Help() string {
	return "Example:\n\n    entente report state 0c1d... --wait received"
}

// Run shows what became of a draft.
func (c *reportState) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	late := time.NewTimer(c.For)
	defer late.Stop()
	for {
		st, err := cl.DraftState(w.ctx, c.Draft)
		if err != nil {
			return w.refused(err)
		}
		if c.Wait == "" || st.State == c.Wait || st.State == "received" {
			return w.answer(st, func() {
				w.printf("%s", st.State)
				for _, v := range st.Views {
					if v.Report == "" {
						v.Report = v.Act // a statement has no views: it is what its act is called
					}
					w.printf("  %s  leaf %d  to %s  received by %s", v.Report, v.Index, strings.Join(v.Recipients, " "), strings.Join(v.Received, " "))
				}
			})
		}
		select {
		case <-tick.C:
		case <-late.C:
			return fmt.Errorf("after %s it is still %s; look whether it was released, and whether its recipients are in reach", c.For, st.State)
		case <-w.ctx.Done():
			return w.ctx.Err()
		}
	}
}

// narrow are the flags that narrow a list of reports.
type narrow struct {
	Originator string `help:"Only of this member." placeholder:"IRQ"`
	Type       string `help:"Only of this type." placeholder:"INTREP"`
	Batch      string `help:"Only of the release with this digest." placeholder:"HEX"`
	newestFirst
}

func (n narrow) find(w *world, a asOfficer, text string) error {
	before, err := numbered("before", n.Before)
	if err != nil {
		return err
	}
	cl, err := a.desk()
	if err != nil {
		return err
	}
	page, err := cl.ReportsPage(w.ctx, api.Find{Text: text, Originator: n.Originator, Type: n.Type, Batch: n.Batch, Before: before, Limit: n.Limit})
	if err != nil {
		return w.refused(err)
	}
	rows := page.Reports
	defer w.more("before", page.Next)
	if err := w.answer(page, func() {
		for _, r := range rows {
			w.printf("%s  %6d  %s  %-11s %s  %s  [%s]", r.ID, r.Index, r.Originator, r.Type, r.Grade, r.Title, r.Banner)
		}
	}); err != nil {
		return err
	}
	if len(rows) == 0 && text != "" {
		return errFindings
	}
	return nil
}

type reportList struct {
	asOfficer
	narrow
}

// Help gives an example.
func (reportList) Help() string {
	return "Example:\n\n    entente report list --originator RUS --type INTREP"
}

// Run lists.
func (c *reportList) Run(w *world) error { return c.find(w, c.asOfficer, "") }

type reportSearch struct {
	asOfficer
	Words []string `arg:"" help:"Words that must all occur; a * at the end makes the last one a prefix."`
	narrow
}

// Help gives an example.
func (reportSearch) Help() string {
	return "Example:\n\n    entente report search fuel depot\n\nExit code 1 when nothing is found: a word that is not released to this member is answered as a nonsense word is."
}

// Run searches.
func (c *reportSearch) Run(w *world) error {
	return c.find(w, c.asOfficer, strings.Join(c.Words, " "))
}

type reportShow struct {
	asOfficer
	ID string `arg:"" help:"Id of the report."`
}

// Help gives an example.
func (reportShow) Help() string { return "Example:\n\n    entente report show 3b9c..." }

// Run shows a report.
func (c *reportShow) Run(w *world) error {
	if c.ID == "" {
		return usage("name a report: entente report list shows their ids")
	}
	cl, err := c.desk()
	if err != nil {
		return err
	}
	r, err := cl.Report(w.ctx, c.ID)
	if err != nil {
		return w.refused(err)
	}
	return w.answer(r, func() {
		w.printf("%s\n%s of %s: %s\nwritten %s, leaf %d, %s\n", r.Banner, r.Type, r.Originator, r.Title, r.Written, r.Index, r.State)
		if a, err := act.Parse(r.Act); err == nil && a.Report != nil {
			seen := map[string]bool{}
			for _, p := range a.Report.Portions {
				seen[string(p.ID)] = true
			}
			number := 1
			for i, p := range a.Report.Portions {
				number = w.withdrawnBefore(r, number, seen)
				mark := ""
				if i < len(r.Marks) {
					mark = r.Marks[i]
				}
				w.printf("%d. %s %s  %s", number, mark, p.Grade, indented(p.Text, 5))
				number++
				w.standsAgainst(r, string(p.ID))
				if d := p.Designation; d != nil {
					w.printf("     %s, %s %s: %s, listed on %s, %s", d.Authority, d.List, d.Reference, d.Names[0].Name, d.ListedOn, d.Status)
				}
				for _, f := range p.Attachments {
					w.printf("     attachment %s  %s  %d bytes", f.Digest, f.Name, f.Size)
				}
			}
			w.withdrawnBefore(r, number, seen)
		}
		for _, c := range r.Cites {
			w.printf("cites %s: %s", c.Originator, indented(c.Text, 5))
			if c.Standing != "" {
				w.printf("     %s", c.Standing)
			}
		}
		w.uses(r.Uses)
		if c := r.Change; c != nil {
			w.printf("replaces %s: %s gone, %d new, %d kept", c.Replaces, plural.Of(len(c.Gone), "portion"), len(c.New), c.Kept)
		}
		w.printf("\n%s", r.Banner)
	})
}
