package main

import (
	"path/filepath"
	"time"

	"entente/internal/client"
	"entente/internal/web/api"
)

// collectCmd takes files in.
type collectCmd struct {
	Text     collectFile    `cmd:"" help:"Take a plain text in as a draft."`
	HTML     collectFile    `cmd:"" name:"html" help:"Take a web page in as a draft."`
	Markdown collectFile    `cmd:"" help:"Take a Markdown text in as a draft."`
	UNList   collectFile    `cmd:"" name:"un-list" help:"Take the UN's consolidated list (XML) in: each designation an act; a newer list updates and ends."`
	STIX     collectFile    `cmd:"" name:"stix" help:"Take a STIX 2.1 bundle in, its bytes kept."`
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

// Help gives examples.
func (collectCmd) Help() string {
	return "Examples:\n\n    entente collect un-list consolidated.xml --class UNCLASSIFIED --rel IRN,IRQ,RUS,SYR\n    entente collect text statement.txt --grade B2 --source \"a resident\" --lang ar\n    entente report release ask --batch ID\n\nInterrupted, it goes on when the same file is given again; the same file twice adds nothing."
}

// AfterApply notes which kind was chosen.
func (c *collectCmd) AfterApply() error {
	c.Text.kind, c.HTML.kind, c.Markdown.kind, c.UNList.kind, c.STIX.kind = api.CollectText, api.CollectHTML, api.CollectMarkdown, api.CollectUNList, api.CollectSTIX
	return nil
}

// Run takes the file in.
func (c *collectFile) Run(w *world) error {
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
	res, err := cl.Collect(w.ctx, client.CollectRequest{Kind: c.kind, Name: filepath.Base(c.File), Type: c.Type, Origin: origin, Reader: f, Size: st.Size(),
		Progress: func(p api.CollectProgress) { step(p.Done, p.Total) }})
	if err != nil {
		return w.refused(err)
	}
	return w.answer(res, func() {
		w.printf("import %s: %d entries, %d added, %d changed, %d ended, %d the same", res.Batch, res.Items, res.Added, res.Changed, res.Ended, res.Same)
		for _, n := range res.Notes {
			if n.Rule != "" {
				w.printf("  rule %s: %s", n.Rule, n.Text)
			} else {
				w.printf("  %s", n.Text)
			}
		}
	})
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
	Limit int `help:"How many." default:"50"`
}

// Help gives an example.
func (collectList) Help() string { return "Example:\n\n    entente collect list" }

// Run lists imports.
func (c *collectList) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	bs, err := cl.Batches(w.ctx, time.Time{}, "", c.Limit)
	if err != nil {
		return w.refused(err)
	}
	if bs == nil {
		bs = []api.Batch{}
	}
	return w.answer(api.Batches{Batches: bs}, func() {
		for _, b := range bs {
			w.printf("%s  %s  %-9s %s by %s: %d added, %d changed, %d the same", b.ID, b.Created.UTC().Format(time.RFC3339), b.State, b.Name, b.Login, b.Added, b.Changed, b.Same)
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
	return w.answer(api.Discarded{Drafts: n}, func() { w.printf("%d drafts were given up", n) })
}
