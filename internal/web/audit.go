package web

import (
	"context"
	"encoding/hex"
	"net/http"

	"entente/internal/section"
	"entente/internal/web/api"
)

func (s *Server) audit() {
	sec := s.node.Section()
	register(s, operation{id: "listAudit", method: http.MethodGet, path: "/audit", tag: "audit", op: section.OpAuditRead, summary: "The audit log, newest first"},
		func(ctx context.Context, c caller, in *struct {
			Before int64  `query:"before" minimum:"0" doc:"Only rows before this one."`
			Login  string `query:"login" maxLength:"64" doc:"Only this officer's."`
			Object string `query:"object" maxLength:"200" doc:"Only on this object."`
			Limit  int    `query:"limit" minimum:"0" maximum:"500" doc:"Rows in the answer, 100 when absent."`
		}) (*body[api.Audit], error) {
			q := section.AuditQuery{Before: in.Before, Login: in.Login, Object: in.Object, Limit: limited(in.Limit, 100)}
			rows, err := sec.Audit(ctx, c.officer, q)
			if err != nil {
				return nil, err
			}
			next, err := nextPage(rows, q.Limit, func(r section.AuditRow) string { return digits(r.Seq) }, func(r section.AuditRow) ([]section.AuditRow, error) {
				more := q
				more.Before, more.Limit = r.Seq, 1
				return sec.Audit(ctx, c.officer, more)
			})
			if err != nil {
				return nil, err
			}
			out := api.Audit{Rows: make([]api.AuditRow, 0, len(rows)), Next: next}
			for _, r := range rows {
				out.Rows = append(out.Rows, api.AuditRow{Seq: r.Seq, At: r.At.UTC(), Login: r.Login, Op: r.Op, Object: r.Object, Outcome: r.Outcome, Detail: r.Detail, Hash: hex.EncodeToString(r.Hash[:])})
			}
			return answer(out)
		})
	register(s, operation{id: "verifyAudit", method: http.MethodPost, path: "/audit/verify", tag: "audit", op: section.OpAuditVerify, slow: true,
		summary: "Check the audit log's chain", description: "Finds every row that was changed, dropped, inserted or moved; rows cut off the end only with heads exported earlier. The check is itself a row."},
		func(ctx context.Context, c caller, in *struct{ Body api.VerifyAudit }) (*body[api.AuditVerdict], error) {
			var earlier []section.AuditHead
			for _, line := range in.Body.Heads {
				h, err := section.ParseAuditHead(line)
				if err != nil {
					return nil, err
				}
				earlier = append(earlier, h)
			}
			head, faults, err := sec.VerifyAudit(ctx, c.officer, earlier...)
			if err != nil {
				return nil, err
			}
			out := api.AuditVerdict{Head: section.FormatAuditHead(head), Rows: head.Seq, Intact: len(faults) == 0, Faults: []api.AuditFault{}}
			for _, f := range faults {
				out.Faults = append(out.Faults, api.AuditFault{Seq: f.Seq, What: f.What})
			}
			return answer(out)
		})
}
