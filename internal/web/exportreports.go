package web

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"entente/internal/collect"
	"entente/internal/node"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/internal/web/api"
)

func (s *Server) exportReports() {
	content := map[string]*huma.MediaType{
		"application/stix+json": {Schema: &huma.Schema{Type: huma.TypeObject, Description: "A STIX 2.1 bundle."}},
		"application/json":      {Schema: &huma.Schema{Type: huma.TypeObject, Description: "MISP's events in a response."}},
	}
	register(s, operation{id: "exportReports", method: http.MethodPost, path: "/reports/export", tag: "reports", op: section.OpReportRead, stream: true,
		summary: "Reports that the officer may read, as a STIX 2.1 bundle or as events of MISP",
		description: "What is not here and what is for others have the same answer, and nothing of either is counted. The file holds all that a reader holds, keys of attachments included: " +
			"it goes to nobody to whom the reports were not released. The audit log records the export. The header " + api.HeaderNotes + " says what the format could not carry.",
		responses: map[string]*huma.Response{"200": {Description: "The file.", Content: content}}},
		func(ctx context.Context, c caller, in *struct{ Body api.ExportReports }) (*huma.StreamResponse, error) {
			b := &in.Body
			if err := s.known(b.Originator); err != nil {
				return nil, err
			}
			r := node.ExportRequest{Format: node.ExportFormat(b.Format), Reports: b.Reports, KeepDistribution: b.KeepDistribution,
				Query: viewdb.Query{Originator: b.Originator, Type: b.Type, Batch: b.Batch}}
			if b.Since != nil {
				r.Since = *b.Since
			}
			leave := take(s.exports)
			if leave == nil {
				return nil, errRoom
			}
			// It is made before anything goes out: a fault has a status of its own.
			x, err := s.node.Export(ctx, c.officer, r)
			var file bytes.Buffer
			var notes []collect.Note
			if err == nil {
				notes, err = x.Write(&file)
			}
			if err != nil {
				leave()
				return nil, err
			}
			return &huma.StreamResponse{Body: func(hc huma.Context) {
				defer leave()
				_, w := humago.Unwrap(hc)
				h := w.Header()
				h.Set("Content-Type", x.MediaType())
				h.Set("Content-Length", strconv.Itoa(file.Len()))
				h.Set("Content-Disposition", `attachment; filename="reports.`+b.Format+`.json"`)
				h.Set(api.HeaderReports, strconv.Itoa(len(x.Reports)))
				if len(notes) > 0 {
					h.Set(api.HeaderNotes, headerNotes(notes))
				}
				if _, err := file.WriteTo(s.pace(w)); err != nil {
					panic(http.ErrAbortHandler) // the reader must not take it for whole
				}
			}}, nil
		})
}

// maxHeaderNotes bounds the header of notes in bytes.
const maxHeaderNotes = 4 << 10

// headerNotes writes as many notes as go into the header, in ASCII.
func headerNotes(notes []collect.Note) string {
	out := []byte{'['}
	for i, n := range notes {
		raw, err := json.Marshal(api.Note{Rule: n.Rule, Text: n.Text})
		if err != nil || len(out)+6*len(raw) > maxHeaderNotes {
			break
		}
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, raw...)
	}
	out = append(out, ']')
	var b bytes.Buffer
	for _, r := range string(out) {
		if r < 0x7f {
			b.WriteRune(r)
		} else {
			q := strconv.QuoteRuneToASCII(r)
			if r > 0xffff { // JSON writes these as two
				hi, lo := (r-0x10000)>>10+0xd800, (r-0x10000)&0x3ff+0xdc00
				q = `'\u` + strconv.FormatInt(int64(hi), 16) + `\u` + strconv.FormatInt(int64(lo), 16) + `'`
			}
			if r == 0x7f {
				q = `'\u007f'`
			}
			b.WriteString(q[1 : len(q)-1])
		}
	}
	return b.String()
}
