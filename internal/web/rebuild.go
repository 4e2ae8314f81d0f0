package web

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"entente/internal/section"
	"entente/internal/web/api"
)

// registerRebuild lets a custodian make the views again. How that is done while
// the node serves is the business of whoever runs it ([Options].Rebuild);
// without such a way the answer says what to do instead.
func (s *Server) registerRebuild() {
	reg := s.api.OpenAPI().Components.Schemas
	register(s, operation{id: "rebuild", method: http.MethodPost, path: "/rebuild", tag: "oversight", op: section.OpOperate, stream: true,
		summary:     "Make the views again from log, bodies and keys",
		description: "Officers, drafts, audit and annotations are not views and stay as they are. The answer is a stream of lines, each a JSON object; the last one has done or error.",
		responses:   streamResponse(schemaOf[api.RebuildLine](reg), "One line for each step (application/x-ndjson).")},
		func(ctx context.Context, c caller, _ *none) (*huma.StreamResponse, error) {
			if s.rebuild == nil {
				return nil, refusal(http.StatusConflict, api.CodeOffline, "this node makes its views again only while it does not run; stop it, run entente rebuild, and start it again")
			}
			leave := take(s.rebuilds)
			if leave == nil {
				return nil, errRoom
			}
			if err := s.node.Section().Record(ctx, c.officer, section.OpOperate, "views", section.OutcomeDone, "rebuild begun"); err != nil {
				leave()
				return nil, err
			}
			return &huma.StreamResponse{Body: func(hc huma.Context) {
				defer leave()
				_, w := humago.Unwrap(hc)
				out := &lineWriter{w: w, server: s}
				var last api.RebuildLine
				// Begun, it is finished, whoever still listens.
				err := s.rebuild(context.WithoutCancel(ctx), func(done, total int64) {
					last.Leaves, last.Total = done, total
					out.tell(last)
				})
				if err != nil {
					out.fail(err, func(e api.Error) any { last.Error = &e; return last })
					return
				}
				last.Done = true
				out.write(last)
			}}, nil
		})
}
