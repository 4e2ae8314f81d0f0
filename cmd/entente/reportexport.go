package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"entente/internal/plural"
	"entente/internal/web/api"
)

// reportExport writes reports for other tools.
type reportExport struct {
	asOfficer
	Reports    []string `arg:"" optional:"" name:"report" help:"Ids of reports."`
	Format     string   `help:"stix: a STIX 2.1 bundle, which reads back without loss. misp: events of MISP." enum:"stix,misp" required:"" placeholder:"FORMAT"`
	Since      string   `help:"Instead of ids: all that were written since a day, or a moment (RFC 3339)." placeholder:"2015-10-01"`
	Originator string   `help:"With --since: only of this member." placeholder:"IRQ"`
	Type       string   `help:"With --since: only of this type." placeholder:"INTREP"`
	Batch      string   `help:"With --since: only of the release with this digest." placeholder:"HEX"`
	Keep       bool     `name:"keep-distribution" help:"With misp: events that came from MISP get the distribution with which they came; without it every event is for the own organisation alone."`
	Out        string   `short:"o" help:"Write to this file, which must not exist; standard output without it." placeholder:"FILE"`
}

// Help gives examples.
func (reportExport) Help() string {
	return `Examples:

    entente report export --format stix 3b9c... -o report.json
    entente report export --format misp --since 2015-10-01 --originator IRQ -o events.json

The file holds what a reader of the reports holds, keys of attachments included: give it to nobody to whom they were not released. The audit log records the export. What the format could not carry is said on standard error.`
}

// exported says what was written to a file.
type exported struct {
	File    string     `json:"file"`
	Format  string     `json:"format"`
	Reports int        `json:"reports"`
	Bytes   int        `json:"bytes"`
	SHA256  string     `json:"sha256"`
	Notes   []api.Note `json:"notes"`
}

// Run exports.
func (c *reportExport) Run(w *world) error {
	r := api.ExportReports{Format: c.Format, Reports: c.Reports, Originator: c.Originator, Type: c.Type, Batch: c.Batch, KeepDistribution: c.Keep}
	narrowed := c.Originator != "" || c.Type != "" || c.Batch != ""
	switch {
	case (len(c.Reports) == 0) == (c.Since == ""):
		return usage("name reports, or --since when")
	case narrowed && c.Since == "":
		return usage("--originator, --type and --batch narrow --since")
	case c.Keep && c.Format != api.ExportMISP:
		return usage("--keep-distribution goes with --format misp")
	}
	if c.Since != "" {
		t, err := time.Parse(time.RFC3339, c.Since)
		if err != nil {
			if t, err = time.Parse(time.DateOnly, c.Since); err != nil {
				return usage("--since %s: write a day, 2015-10-01, or a moment, 2015-10-01T06:00:00Z", c.Since)
			}
		}
		r.Since = &t
	}
	cl, err := c.desk()
	if err != nil {
		return err
	}
	var file bytes.Buffer
	n, notes, err := cl.ExportReports(w.ctx, r, &file)
	if err != nil {
		return w.refused(err)
	}
	if err := w.writeNew(c.Out, file.Bytes(), 0o600); err != nil {
		return err
	}
	for _, x := range notes {
		w.notef("%s", x.Text)
	}
	if c.Out == "" || c.Out == "-" {
		return nil // the file is the answer
	}
	sum := sha256.Sum256(file.Bytes())
	if notes == nil {
		notes = []api.Note{}
	}
	return w.answer(exported{File: c.Out, Format: c.Format, Reports: n, Bytes: file.Len(), SHA256: hex.EncodeToString(sum[:]), Notes: notes}, func() {
		w.printf("%s: %s, %s of %s", c.Out, plural.Of(n, "report"), plural.Of(file.Len(), "byte"), strings.ToUpper(c.Format))
	})
}
