package web

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"entente/internal/node"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/internal/web/api"
	"entente/label"
)

func (s *Server) reports() {
	register(s, operation{id: "findReports", method: http.MethodGet, path: "/reports", tag: "reports", op: section.OpReportRead,
		summary:     "List and search what this node may read, newest first",
		description: "The next page begins before the last index of this one. No total is told: a page that is not full is the last."},
		func(ctx context.Context, c caller, in *struct {
			Text       string `query:"text" maxLength:"1000" doc:"Words that must all occur; a * at the end makes the last one a prefix."`
			Originator string `query:"originator" maxLength:"3" doc:"Only this member's."`
			Type       string `query:"type" enum:"INTREP,SUPINTREP,INTSUM,SITREP,ASSESSMENT,ANSWER,DESIGNATION" doc:"Only of this type."`
			Batch      string `query:"batch" maxLength:"64" doc:"Only of this release."`
			Own        string `query:"own" enum:"true,false" doc:"Only this member's own, or only others'."`
			Before     int64  `query:"before" minimum:"0" doc:"Log index: only older ones."`
			Limit      int    `query:"limit" minimum:"0" maximum:"500" doc:"Rows in the answer, 50 when absent."`
		}) (*body[api.Reports], error) {
			if err := s.known(in.Originator); err != nil {
				return nil, err
			}
			q := viewdb.Query{Text: in.Text, Originator: in.Originator, Type: in.Type, Batch: in.Batch, Before: in.Before, Limit: limited(in.Limit, 50)}
			if in.Own != "" {
				own := in.Own == "true"
				q.Own = &own
			}
			rows, err := s.node.Find(ctx, c.officer, q)
			if err != nil {
				return nil, err
			}
			next, err := nextPage(rows, q.Limit, func(r viewdb.Row) string { return digits(r.Index) }, func(r viewdb.Row) ([]viewdb.Row, error) {
				if r.Index == 0 {
					return nil, nil // before 0 is from the newest on
				}
				more := q
				more.Before, more.Limit = r.Index, 1
				return s.node.Find(ctx, c.officer, more)
			})
			if err != nil {
				return nil, err
			}
			out := api.Reports{Reports: make([]api.ReportRow, 0, len(rows)), Next: next}
			for _, r := range rows {
				out.Reports = append(out.Reports, shownRow(r))
			}
			return answer(out)
		})
	register(s, operation{id: "getReport", method: http.MethodGet, path: "/reports/{id}", tag: "reports", op: section.OpReportRead,
		summary: "One report, verified by this node"},
		func(ctx context.Context, c caller, in *struct {
			ID string `path:"id" maxLength:"32" doc:"Id of the view that this member got."`
		}) (*body[api.Report], error) {
			r, err := s.node.Report(ctx, c.officer, in.ID)
			if err != nil {
				return nil, err
			}
			return answer(shownReport(r))
		})
	register(s, operation{id: "getReportAct", method: http.MethodGet, path: "/reports/{id}/act", tag: "reports", op: section.OpReportRead,
		summary: "The exact bytes of a report's act", description: "As they were sealed, for verifying digests elsewhere: within another answer they could be laid out anew.",
		responses: map[string]*huma.Response{"200": {Description: "The act.", Content: map[string]*huma.MediaType{"application/json": {Schema: ref("Act")}}}}},
		func(ctx context.Context, c caller, in *struct {
			ID string `path:"id" maxLength:"32" doc:"Id of the view that this member got."`
		}) (*bytesOut, error) {
			r, err := s.node.Report(ctx, c.officer, in.ID)
			if err != nil {
				return nil, err
			}
			for _, p := range r.Portions {
				if p.Withdrawn && !c.officer.Roles.Has(section.RoleInspector) {
					return nil, refusal(http.StatusGone, api.CodeWithdrawn, "rule 10: a portion of it is withdrawn, so its exact bytes are for inspectors alone; read the rest as a report")
				}
			}
			return &bytesOut{Type: "application/json", Body: r.Act}, nil
		})
	register(s, operation{id: "forgetReport", method: http.MethodPost, path: "/reports/{id}/forget", tag: "reports", op: section.OpErase, slow: true,
		summary: "Destroy this node's copy of a report", description: "Its body, key, rows, words and files, and of an own report its drafts. The log stays whole; other members keep their copies."},
		func(ctx context.Context, c caller, in *struct {
			ID   string `path:"id" maxLength:"32" doc:"Id of the report, or of a portion in it."`
			Body api.Erase
		}) (*body[api.Forgotten], error) {
			// What is half destroyed when the connection breaks is finished.
			ctx, cancel := detach(ctx, s.patience.slow)
			defer cancel()
			f, err := s.node.Forget(ctx, c.officer, in.Body.Basis, in.ID)
			if err != nil {
				return nil, err
			}
			return answer(api.Forgotten{Reports: f.Reports, Drafts: f.Drafts, Files: f.Files})
		})
	register(s, operation{id: "listDesignations", method: http.MethodGet, path: "/designations", tag: "reports", op: section.OpReportRead,
		summary: "Public designations by authority, by reference"},
		func(ctx context.Context, c caller, in *struct {
			After string `query:"after" maxLength:"64" doc:"Only those behind this reference."`
			Limit int    `query:"limit" minimum:"0" maximum:"1000" doc:"Rows in the answer, 100 when absent."`
		}) (*body[api.Designations], error) {
			if err := s.node.CatchingUp(); err != nil {
				return nil, err
			}
			list, err := s.node.Views().Designations(ctx, in.After, limited(in.Limit, 100))
			if err != nil {
				return nil, err
			}
			out := api.Designations{Designations: make([]api.Designation, 0, len(list))}
			for _, l := range list {
				out.Designations = append(out.Designations, api.Designation{Originator: l.Originator, Authority: l.Authority, List: l.List,
					Reference: l.Reference, Kind: l.Kind, Name: l.Name, Status: l.Status, Report: l.Report})
			}
			return answer(out)
		})
}

func shownRow(r viewdb.Row) api.ReportRow {
	return api.ReportRow{Index: r.Index, ID: r.ID, Originator: r.Originator, Own: r.Own, Type: r.Type, Title: r.Title, Written: r.Written,
		Class: r.Class, Banner: r.Banner, Grade: r.Grade, Portions: r.Portions, Recipients: list(r.Recipients), Batch: r.Batch,
		Supersedes: r.Supersedes, SupersededBy: r.SupersededBy, Doubt: r.Doubt, Withdrawn: r.Withdrawn, Review: r.Review, Doubted: r.Doubted}
}

func shownReport(r *node.Report) api.Report {
	out := api.Report{ReportRow: shownRow(r.Row), Act: r.Act, Marks: list(r.Marks), LogTime: r.LogTime, Received: members(r.Received),
		Cites: []api.CitedPortion{}, State: r.State, Verified: true, States: shownStates(r.Portions), Uses: shownUses(r.Uses)}
	if c := r.Change; c != nil {
		out.Change = &api.ReportChange{Replaces: string(c.Replaces), Gone: ids(c.Gone), New: ids(c.New), Kept: c.Kept}
	}
	for _, c := range r.Cites {
		out.Cites = append(out.Cites, api.CitedPortion{Portion: string(c.Portion), Originator: string(c.Originator), Text: c.Text, Held: c.Held, Standing: c.Standing})
	}
	return out
}

// list is never null.
func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

func members(ms []label.MemberID) []string {
	out := make([]string, len(ms))
	for i, m := range ms {
		out[i] = string(m)
	}
	return out
}
