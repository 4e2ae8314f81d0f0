package web

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"entente/internal/node"
	"entente/internal/section"
	"entente/internal/web/api"
)

// inspections gives inspectors their report (rule 29).
func (s *Server) inspections() {
	register(s, operation{id: "inspect", method: http.MethodGet, path: "/inspection", tag: "oversight", op: section.OpInspect, stream: true,
		summary:     "An inspector's report of what this nation originated, received, asked, refused and erased, one JSON object a line",
		description: "Its lines are those of spec/inspection.md; together with a copy of the log (exportLog) it can be verified offline. A stream that breaks off has no last line with \"end\".",
		responses:   bytesResponse(api.TypeNDJSON, "The report, line by line.")},
		func(ctx context.Context, c caller, in *struct {
			From     int64     `query:"from" minimum:"0" doc:"From this leaf of the log on."`
			To       int64     `query:"to" minimum:"0" doc:"Before this leaf; all that is certified when absent."`
			Since    time.Time `query:"since" doc:"Instead of from: what was certified since, by the log's time."`
			Until    time.Time `query:"until" doc:"Instead of to: what was certified before, by the log's time."`
			Evidence bool      `query:"evidence" doc:"With what proves to a third party what was signed: acts, sealed bodies and their keys. Without what H1 keeps back (rule 32)."`
		}) (*huma.StreamResponse, error) {
			x, err := s.node.Inspect(ctx, c.officer, node.InspectQuery{From: in.From, To: in.To, Since: in.Since, Until: in.Until, Evidence: in.Evidence})
			if err != nil {
				return nil, err
			}
			leave := take(s.exports)
			if leave == nil {
				return nil, errRoom
			}
			return &huma.StreamResponse{Body: func(hc huma.Context) {
				defer leave()
				_, w := humago.Unwrap(hc)
				from, to := x.Range()
				w.Header().Set("Content-Type", api.TypeNDJSON)
				w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="inspection-%s-%d-%d.jsonl"`, s.node.Self(), from, to))
				if err := x.Write(ctx, s.pace(w)); err != nil {
					s.logger.Warn("a report of an inspection broke off", "err", err)
					panic(http.ErrAbortHandler) // the reader must not take it for whole
				}
			}}, nil
		})
}
