package node

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"entente/act"
	"entente/internal/collect"
	"entente/internal/exchange"
	"entente/internal/section"
	"entente/internal/store/viewdb"
)

// ExportFormat names a format in which reports leave for other tools.
type ExportFormat string

// The formats of an export of reports.
const (
	ExportSTIX ExportFormat = "stix"
	ExportMISP ExportFormat = "misp"
)

// ExportRequest says which reports are exported, and how.
type ExportRequest struct {
	Format ExportFormat
	// Reports names them, or Since takes all that were written at or after it
	// and that Query narrows (its Text, Before and Limit are not looked at).
	Reports []string
	Since   time.Time
	Query   viewdb.Query
	// KeepDistribution gives events that came from MISP the distribution with
	// which they came; without it every event says "your organisation only".
	KeepDistribution bool
}

// ErrExport refuses a request of an export.
var ErrExport = &act.Refusal{Code: "export_request",
	Why: "the request of an export is not complete, or asks for too much", Cure: "name a format, stix or misp, and at most 10,000 reports, or since when"}

// ErrExportUnsettled refuses to export a report that is under review or in
// doubt: a file has no way of saying later what came of it (rule 10).
var ErrExportUnsettled = &act.Refusal{Code: "export_unsettled", Rule: "10",
	Why: "a portion of it is under review or in doubt, or its marking is, and a file cannot take back what it says", Cure: "wait until that has ended or a new version replaces it; entente recall review lists what is"}

// maxExportBytes bounds the acts of one export, which are held in memory.
const maxExportBytes = 256 << 20

// An Export is what was found, ready to be written.
type Export struct {
	// Reports are in the order in which they were logged.
	Reports []act.Act
	// Unsettled counts those that were not named, and are left out because they
	// are under review or in doubt.
	Unsettled int
	req       ExportRequest
}

// Export finds reports that the officer may read. One that is not here and one
// that is for others get the same refusal, and nothing of either is counted
// (rule 9). The audit log records the export.
func (n *Node) Export(ctx context.Context, o section.Officer, r ExportRequest) (*Export, error) {
	if err := n.section.Authorise(ctx, o, section.OpReportRead, "export"); err != nil {
		return nil, err
	}
	refuse := func(format string, args ...any) error {
		return fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), ErrExport)
	}
	switch {
	case r.Format != ExportSTIX && r.Format != ExportMISP:
		return nil, refuse("format %.40q", r.Format)
	case (len(r.Reports) == 0) == r.Since.IsZero():
		return nil, refuse("name reports, or since when")
	case len(r.Reports) > exchange.MaxReports:
		return nil, refuse("%d reports", len(r.Reports))
	}
	ids, err := slices.Clone(r.Reports), error(nil)
	if len(ids) == 0 {
		if ids, err = n.since(ctx, r); err != nil {
			return nil, err
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if err := n.CatchingUp(); err != nil {
		return nil, err
	}
	list, err := n.views.Acts(ctx, ids)
	if err != nil {
		return nil, err
	}
	if len(r.Reports) > 0 && len(list) < len(ids) {
		return nil, viewdb.ErrNotFound
	}
	slices.SortFunc(list, func(a, b viewdb.ActAt) int { return cmp.Compare(a.Index, b.Index) })
	out := &Export{req: r}
	size := 0
	for _, f := range list {
		if f.Unsettled {
			if len(r.Reports) > 0 {
				return nil, fmt.Errorf("report %s: %w", f.ID, ErrExportUnsettled)
			}
			out.Unsettled++
			continue
		}
		if size += len(f.Act); size > maxExportBytes {
			return nil, refuse("more than %d bytes of reports", maxExportBytes)
		}
		a, err := act.Parse(f.Act)
		if err != nil {
			return nil, err
		}
		if f.Withdrawn > 0 {
			gone, err := n.views.WithdrawnOf(ctx, f.Index)
			if err != nil {
				return nil, err
			}
			if err := without(&a, gone); err != nil {
				return nil, err
			}
		}
		out.Reports = append(out.Reports, a)
	}
	return out, n.section.RecordExport(ctx, o, fmt.Sprintf("format=%s reports=%d", r.Format, len(out.Reports)))
}

// since finds the ids of what was written since a time, in bounded pages.
func (n *Node) since(ctx context.Context, r ExportRequest) ([]string, error) {
	var ids []string
	from := r.Since.UTC().Format(time.RFC3339)
	q := r.Query
	q.Text, q.Before, q.Limit = "", 0, 500
	for {
		rows, err := n.views.Find(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			q.Before = row.Index
			if row.Written < from { // both in UTC, to the second or finer
				continue
			}
			if len(ids) == exchange.MaxReports {
				return nil, fmt.Errorf("more than %d reports: %w", exchange.MaxReports, ErrExport)
			}
			ids = append(ids, row.ID)
		}
		if len(rows) < q.Limit || q.Before == 0 {
			return ids, nil
		}
	}
}

// Write writes the export: a STIX 2.1 bundle, which reads back without loss, or
// events of MISP. The notes say what was left out, and what the format could not
// carry.
func (e *Export) Write(w io.Writer) (notes []collect.Note, err error) {
	if e.Unsettled > 0 {
		notes = append(notes, collect.Note{Rule: "10", Text: fmt.Sprintf("reports under review or in doubt are left out: %d", e.Unsettled)})
	}
	if e.req.Format != ExportMISP {
		return notes, exchange.Export(w, e.Reports...)
	}
	lost, err := collect.ExportMISP(w, collect.MISPExportOptions{Keep: e.req.KeepDistribution}, e.Reports...)
	return append(notes, lost...), err
}

// MediaType is that of what Write writes.
func (e *Export) MediaType() string {
	if e.req.Format == ExportSTIX {
		return "application/stix+json;version=2.1"
	}
	return "application/json"
}
