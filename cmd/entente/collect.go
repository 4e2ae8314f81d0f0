package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"entente/internal/client"
	"entente/internal/plural"
	"entente/internal/web/api"
	"entente/label"
)

// collectCmd takes files in.
type collectCmd struct {
	Text     collectFile    `cmd:"" help:"Take a plain text in as a draft."`
	HTML     collectFile    `cmd:"" name:"html" help:"Take a web page in as a draft."`
	Markdown collectFile    `cmd:"" help:"Take a Markdown text in as a draft."`
	UNList   collectFile    `cmd:"" name:"un-list" help:"Take the UN's consolidated list (XML) in: each designation an act; a newer list updates and ends."`
	STIX     collectSTIX    `cmd:"" name:"stix" help:"Take a STIX 2.1 bundle in, its bytes kept; reports that a node exported become drafts that cite them."`
	MISP     collectMISP    `cmd:"" name:"misp" help:"Take events of MISP in (JSON)."`
	UCDP     collectFile    `cmd:"" name:"ucdp" help:"Take events of UCDP GED in (CSV)."`
	ACLED    collectFile    `cmd:"" name:"acled" help:"Take events of ACLED in (CSV)."`
	GTD      collectFile    `cmd:"" name:"gtd" help:"Take events of the Global Terrorism Database in (CSV)."`
	GDELT    collectFile    `cmd:"" name:"gdelt" help:"Take events of GDELT 1.0 or 2.0 in (tab-separated)."`
	CSV      collectCSV     `cmd:"" name:"csv" help:"Take events in from CSV whose columns a mapping explains."`
	GeoJSON  collectFile    `cmd:"" name:"geojson" help:"Take events in from a FeatureCollection."`
	CoT      collectFile    `cmd:"" name:"cot" help:"Take observations of Cursor on Target in; no live positions."`
	Show     collectShow    `cmd:"" help:"Show an import, and what it left out or could not take in."`
	List     collectList    `cmd:"" help:"List imports."`
	Discard  collectDiscard `cmd:"" help:"Give up the drafts of an import that have not left."`
}

type collectFile struct {
	asOfficer
	File  string   `arg:"" help:"The file." type:"existingfile"`
	Class string   `help:"Class of every portion, of the common policy; the strictest without it." placeholder:"CLASS"`
	Rel   []string `help:"Members to whom every portion may be released; this member alone without it." placeholder:"IRQ,IRN"`
	Grade string   `help:"Grade of every portion, such as B2." placeholder:"B2"`
	Src   string   `name:"source" help:"Descriptor of the source of every portion." placeholder:"TEXT"`
	Lang  string   `help:"Language of the text, BCP 47." placeholder:"ar"`
	Type  string   `help:"Type of the report." placeholder:"INTREP"`
	kind  string
}

type collectSTIX struct {
	collectFile
	Reduce bool `help:"Store the bundle without what rules 3, 18 and 20 do not let in (places, observations of persons, traits, links of family), and of the original its digest alone."`
}

type collectMISP struct {
	collectFile
	Reduce bool     `help:"Store the events without what rules 3, 18 and 20 do not let in, and of the original its digest alone."`
	Share  []string `help:"To whom a distribution (1, 2, 3) or a sharing group (UUID) releases; what is not named releases to nobody else." placeholder:"1=IRN,IRQ" sep:"none"`
}

type collectCSV struct {
	collectFile
	Mapping string `help:"What the columns mean, in TOML: spec/stix.md." type:"existingfile" required:"" placeholder:"FILE"`
}

// Help gives examples.
func (collectCmd) Help() string {
	return `Examples:

    entente collect un-list consolidated.xml --class UNCLASSIFIED --rel IRN,IRQ,RUS,SYR
    entente collect text statement.txt --grade B2 --source "a resident" --lang ar
    entente collect misp events.json --class RESTRICTED --rel IRN,IRQ,RUS --share 1=IRN,IRQ --share 3=IRN,IRQ,RUS
    entente collect stix bundle.json --reduce
    entente collect ucdp ged.csv --class UNCLASSIFIED --rel IRN,IRQ,RUS,SYR
    entente collect csv incidents.csv --mapping incidents.toml
    entente report release ask --batch ID

Interrupted, it goes on when the same file is given again; the same file twice adds nothing. Exit code 1 when rows were not taken in (collect show names them by line), and when the file was taken in before with other flags: these are not applied then; discard that import and collect the file again.`
}

// AfterApply notes which kind was chosen.
func (c *collectCmd) AfterApply() error {
	c.Text.kind, c.HTML.kind, c.Markdown.kind, c.UNList.kind, c.STIX.kind = api.CollectText, api.CollectHTML, api.CollectMarkdown, api.CollectUNList, api.CollectSTIX
	c.MISP.kind, c.UCDP.kind, c.ACLED.kind, c.GTD.kind, c.GDELT.kind = api.CollectMISP, api.CollectUCDP, api.CollectACLED, api.CollectGTD, api.CollectGDELT
	c.CSV.kind, c.GeoJSON.kind, c.CoT.kind = api.CollectCSV, api.CollectGeoJSON, api.CollectCoT
	return nil
}

// Run takes the file in.
func (c *collectFile) Run(w *world) error { return c.take(w, client.CollectRequest{}) }

// Run takes the bundle in.
func (c *collectSTIX) Run(w *world) error {
	return c.take(w, client.CollectRequest{Reduce: c.Reduce})
}

// Run takes the events in.
func (c *collectMISP) Run(w *world) error {
	sharing, err := sharingOf(c.Share)
	if err != nil {
		return err
	}
	return c.take(w, client.CollectRequest{Reduce: c.Reduce, Sharing: sharing})
}

// Run takes the table in.
func (c *collectCSV) Run(w *world) error {
	mapping, err := readInput(w, c.Mapping, 64<<10)
	if err != nil {
		return err
	}
	return c.take(w, client.CollectRequest{Mapping: string(mapping)})
}

// sharingOf reads "1=IRN,IRQ" for each distribution or sharing group.
func sharingOf(flags []string) (map[string]label.MemberSet, error) {
	out := map[string]label.MemberSet{}
	for _, f := range flags {
		name, to, ok := strings.Cut(f, "=")
		if _, twice := out[name]; !ok || name == "" || twice {
			return nil, usage("--share %s: write a distribution or sharing group once, and the members, such as 1=IRN,IRQ", f)
		}
		var set label.MemberSet
		for m := range strings.SplitSeq(to, ",") {
			if m == "" {
				continue // a group of nobody
			}
			if len(m) != 3 || strings.ToUpper(m) != m {
				return nil, usage("--share %s: %s is no member", f, m)
			}
			set = set.With(label.MemberID(m))
		}
		out[name] = set
	}
	return out, nil
}

// take takes the file in, as the request says beyond the flags of all kinds.
func (c *collectFile) take(w *world, r client.CollectRequest) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	f, err := w.open(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	origin, err := c.origin(w, cl)
	if err != nil {
		return err
	}
	step := w.progress("taking in")
	r.Kind, r.Name, r.Type, r.Origin, r.Reader, r.Size = c.kind, filepath.Base(c.File), c.Type, origin, f, st.Size()
	r.Progress = func(p api.CollectProgress) { step(p.Done, p.Total) }
	res, err := cl.Collect(w.ctx, r)
	var refused *client.Error
	if errors.As(err, &refused) && refused.Code == "import_too_large" {
		return w.unreadable(c.File, errors.New(refused.Message)) // as report new says it
	}
	if err != nil {
		return w.refused(err)
	}
	var read *api.Suggestions
	if r.Kind == api.CollectText || r.Kind == api.CollectHTML || r.Kind == api.CollectMarkdown {
		if read, err = suggestionsOf(w, cl, res.Drafts); err != nil {
			return err
		}
	}
	answer := struct {
		*api.Collected
		Suggestions *suggested `json:"suggestions,omitempty"`
	}{Collected: res}
	if read != nil {
		answer.Suggestions = &suggested{Open: read.Open, Accepted: read.Accepted, Rejected: read.Rejected, Waiting: read.Waiting}
	}
	err = w.answer(answer, func() {
		w.printf("import %s: %s, %d added, %d changed, %d ended, %d the same", res.Batch, plural.Of(res.Items, "entry"), res.Added, res.Changed, res.Ended, res.Same)
		if read != nil {
			for _, id := range res.Drafts {
				w.printf("  draft %s", id)
			}
			w.printf("  %s; entente suggest list DRAFT shows them", standing(read))
		}
		for _, n := range res.Notes {
			if n.Rule != "" {
				w.printf("  rule %s: %s", n.Rule, n.Text)
			} else {
				w.printf("  %s", n.Text)
			}
		}
		if res.NotTaken > 0 {
			w.printf("  not taken in: %s", plural.Of(res.NotTaken, "row"))
		}
		if res.Noted > 0 {
			w.printf("  %s: entente collect show %s", plural.Of(res.Noted, "note"), res.Batch)
		}
	})
	if res.Ignored {
		w.notef("The flags were not applied: this file was taken in before with others. To apply these:\n  entente collect discard %s\nand collect it again.", res.Batch)
	}
	if err == nil && (res.NotTaken > 0 || res.Ignored) {
		err = errFindings
	}
	return err
}

// suggested says how many suggestions stand of what was taken in.
type suggested struct {
	Open     int  `json:"open"`
	Accepted int  `json:"accepted"`
	Rejected int  `json:"rejected"`
	Waiting  bool `json:"waiting"`
}

// suggestionsOf adds up how many suggestions stand of drafts, waiting a little
// for texts that are still read; nil where nobody may tell.
func suggestionsOf(w *world, cl *client.Client, drafts []string) (*api.Suggestions, error) {
	if len(drafts) == 0 {
		return nil, nil
	}
	sum := &api.Suggestions{}
	until := time.Now().Add(5 * time.Second)
	for _, id := range drafts {
		got, err := cl.DraftSuggestions(w.ctx, id, api.FindSuggestions{Wait: max(0, time.Until(until)), Limit: 1})
		if err != nil {
			return nil, err
		}
		sum.Open, sum.Accepted, sum.Rejected, sum.Waiting = sum.Open+got.Open, sum.Accepted+got.Accepted, sum.Rejected+got.Rejected, sum.Waiting || got.Waiting
	}
	return sum, nil
}

// origin is what the flags say of every portion.
func (c *collectFile) origin(w *world, cl *client.Client) (*api.CollectOrigin, error) {
	mark, own, err := markOf(w, cl, c.Class, c.Rel)
	if err != nil {
		return nil, err
	}
	o := &api.CollectOrigin{Lang: c.Lang}
	if c.Class != "" || len(c.Rel) > 0 {
		o.Label = &mark
	}
	if c.Grade != "" {
		if len(c.Grade) != 2 {
			return nil, usage("--grade %s: write reliability and credibility, such as B2", c.Grade)
		}
		o.Grade = &api.CollectGrade{Reliability: c.Grade[:1], Credibility: c.Grade[1:]}
	}
	if c.Src != "" {
		o.Source = &api.CollectSource{Descriptor: c.Src, Kind: "document", Originator: string(own)}
	}
	return o, nil
}

type collectList struct {
	asOfficer
	newestFirst
}

// Help gives an example.
func (collectList) Help() string { return "Example:\n\n    entente collect list" }

// Run lists imports.
func (c *collectList) Run(w *world) error {
	before, id, err := placed("before", c.Before)
	if err != nil {
		return err
	}
	cl, err := c.desk()
	if err != nil {
		return err
	}
	page, err := cl.BatchesPage(w.ctx, before, id, c.Limit)
	if err != nil {
		return w.refused(err)
	}
	defer w.more("before", page.Next)
	return w.answer(page, func() {
		for _, b := range page.Batches {
			w.printf("%s", importLine(&b))
		}
	})
}

// importLine says in one line where an import stands.
func importLine(b *api.Batch) string {
	s := fmt.Sprintf("%s  %s  %-9s %-8s %s by %s: %d added, %d changed, %d the same", b.ID, b.Created.UTC().Format(time.RFC3339), b.State, b.Kind, b.Name, b.Login, b.Added, b.Changed, b.Same)
	if b.NotTaken > 0 {
		s += fmt.Sprintf(", %d not taken in", b.NotTaken)
	}
	if b.Noted > 0 {
		s += ", " + plural.Of(b.Noted, "note")
	}
	if b.Reduced {
		s += ", reduced"
	}
	return s
}

type collectShow struct {
	asOfficer
	ID string `arg:"" help:"Id of the import."`
}

// Help gives an example.
func (collectShow) Help() string {
	return "Example:\n\n    entente collect show 7f20...\n\nSays by line which rows were not taken in and why, and what a format has that reports have not."
}

// importReport is an import with all that it says.
type importReport struct {
	api.Batch
	Notes []api.ImportNote `json:"notes"`
}

// Run shows an import.
func (c *collectShow) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	b, err := cl.Batch(w.ctx, c.ID)
	if err != nil {
		return w.refused(err)
	}
	out := importReport{Batch: *b, Notes: []api.ImportNote{}}
	for after := int64(0); ; {
		page, err := cl.BatchNotes(w.ctx, c.ID, after, 500)
		if err != nil {
			return w.refused(err)
		}
		out.Notes = append(out.Notes, page...)
		if len(page) < 500 {
			break
		}
		after = page[len(page)-1].Place
	}
	return w.answer(out, func() {
		w.printf("%s\nfile SHA-256 %s, %s, digest %s", importLine(b), b.File, plural.Of(b.Items, "entry"), b.Digest)
		for _, n := range out.Notes {
			at := ""
			if n.Line > 0 {
				at = fmt.Sprintf("line %d: ", n.Line)
			}
			if n.Rule != "" && !strings.HasPrefix(n.Text, "rule ") {
				at += "rule " + n.Rule + ": "
			}
			w.printf("  %s%s", at, n.Text)
		}
	})
}

type collectDiscard struct {
	asOfficer
	ID string `arg:"" help:"Id of the import."`
}

// Help gives an example.
func (collectDiscard) Help() string {
	return "Example:\n\n    entente collect discard 7f20...\n\nGives up the drafts of an import that have not left, for example because it was taken in with the wrong marking."
}

// Run discards.
func (c *collectDiscard) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	n, err := cl.DiscardBatch(w.ctx, c.ID)
	if err != nil {
		return w.refused(err)
	}
	return w.answer(api.Discarded{Drafts: n}, func() { w.printf("given up: %s", plural.Of(n, "draft")) })
}
