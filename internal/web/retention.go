package web

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"entente/internal/node"
	"entente/internal/section"
	"entente/internal/web/api"
	"entente/label"
)

// retention lets data-protection officers decide on records with personal data
// at their review date, and see what became of those that ended (rule 21).
func (s *Server) retention() {
	register(s, operation{id: "listRecordReviews", method: http.MethodGet, path: "/retention/records", tag: "retention", op: section.OpReviewRead,
		summary: "Records with personal data whose review is due or overdue, own and received, what has waited longest first"},
		func(ctx context.Context, c caller, in *struct {
			From  string `query:"from" enum:"own,others" doc:"Only this member's, or only others'."`
			Days  int    `query:"days" minimum:"0" maximum:"3650" doc:"Due within so many days, 30 when absent; what is overdue is always there."`
			After string `query:"after" maxLength:"45" doc:"Only what comes behind this row: next of an earlier page."`
			Limit int    `query:"limit" minimum:"0" maximum:"500" doc:"Rows in the answer, 50 when absent."`
		}) (*body[api.RecordReviews], error) {
			q := node.RecordQuery{Own: in.From == "own", Others: in.From == "others", Within: time.Duration(in.Days) * 24 * time.Hour}
			by, index, err := retentionPlace("after", in.After)
			if err != nil {
				return nil, err
			}
			if in.After != "" {
				q.After = &node.RecordAt{By: by, Index: index}
			}
			limit := limited(in.Limit, 50)
			q.Limit = limit + 1 // one more says whether there is another page
			rows, err := s.node.Records(ctx, c.officer, q)
			if err != nil {
				return nil, err
			}
			out := api.RecordReviews{Records: []api.RecordReview{}}
			if len(rows) > limit {
				rows = rows[:limit]
				out.Next = fmt.Sprintf("%d,%d", rows[limit-1].ReviewBy.Unix(), rows[limit-1].Index)
			}
			for i := range rows {
				out.Records = append(out.Records, shownRecord(&rows[i]))
			}
			return answer(out)
		})
	register(s, operation{id: "renewRecord", method: http.MethodPost, path: "/retention/records/{id}/renew", tag: "retention", op: section.OpReview, status: http.StatusCreated,
		summary: "Keep an own record until another review: put up a newer version of it", description: "An officer with the release role lets it go; its readers get it in the place of the old one, which takes its course."},
		func(ctx context.Context, c caller, in *struct {
			ID   string `path:"id" maxLength:"64" doc:"A released own draft, a view of it, or a portion."`
			Body api.RenewalContent
		}) (*body[api.Issued], error) {
			by, ok := label.InstantOf(in.Body.ReviewBy)
			if !ok {
				return nil, refusal(http.StatusUnprocessableEntity, api.CodeRequest, "review_by lies outside of the years 0001 to 9999")
			}
			x, err := s.node.RenewRecord(ctx, c.officer, in.ID, by, in.Body.Reason)
			return shownIssued(x, err)
		})
	register(s, operation{id: "endRecord", method: http.MethodPost, path: "/retention/records/{id}/end", tag: "retention", op: section.OpReview,
		summary: "End a record before its term", description: "Another's copy here is destroyed, and what tells its originator is put up. An own record is recalled from all who hold it; once that is logged, the same order destroys the own copy and the draft."},
		func(ctx context.Context, c caller, in *struct {
			ID   string `path:"id" maxLength:"64" doc:"A report that is here, a portion, or an own draft."`
			Body api.EndingContent
		}) (*body[api.EndedRecord], error) {
			x, err := s.node.EndRecord(ctx, c.officer, in.ID, in.Body.Reason)
			if err != nil {
				return nil, err
			}
			var out api.EndedRecord
			if f := x.Destroyed; f != nil {
				out.Destroyed = &api.ErasedCopies{Reports: f.Reports, Drafts: f.Drafts, Files: f.Files}
			}
			if x.Issued != nil {
				issued, err := shownIssued(x.Issued, nil)
				if err != nil {
					return nil, err
				}
				out.Issued = &issued.Body
			}
			return answer(out)
		})
	register(s, operation{id: "listEndedReports", method: http.MethodGet, path: "/retention/ended", tag: "retention", op: section.OpReviewRead,
		summary: "Own reports that have ended, with what each reader has said of its copy, what ended last first"},
		func(ctx context.Context, c caller, in *struct {
			Before string `query:"before" maxLength:"45" doc:"Only what comes behind this row: next of an earlier page."`
			Limit  int    `query:"limit" minimum:"0" maximum:"500" doc:"Rows in the answer, 50 when absent."`
		}) (*body[api.EndedReports], error) {
			ended, index, err := retentionPlace("before", in.Before)
			if err != nil {
				return nil, err
			}
			limit := limited(in.Limit, 50)
			rows, err := s.node.EndedReports(ctx, c.officer, &node.EndedAt{Ended: ended, Index: index}, limit+1)
			if err != nil {
				return nil, err
			}
			out := api.EndedReports{Reports: []api.EndedReport{}}
			if len(rows) > limit {
				rows = rows[:limit]
				out.Next = fmt.Sprintf("%d,%d", rows[limit-1].Ended.Unix(), rows[limit-1].Index)
			}
			for _, r := range rows {
				x := api.EndedReport{ID: string(r.ID), Index: r.Index, Ended: r.Ended, Destroyed: r.Destroy, Here: r.Here, Holders: []api.EndedHolder{}}
				for _, h := range r.Holders {
					x.Holders = append(x.Holders, api.EndedHolder{Member: string(h.Member), State: h.State, Told: moment(h.Told)})
				}
				out.Reports = append(out.Reports, x)
			}
			return answer(out)
		})
}

// retentionPlace reads a place in a list by log time and index; zeros for none.
func retentionPlace(name, s string) (at, index int64, err error) {
	if s == "" {
		return 0, 0, nil
	}
	if n, err := fmt.Sscanf(s, "%d,%d", &at, &index); err != nil || n != 2 || at < 0 || index < 0 || fmt.Sprintf("%d,%d", at, index) != s {
		return 0, 0, refusal(http.StatusUnprocessableEntity, api.CodeRequest, name+" is no row of an earlier page; give what that page named as next")
	}
	return at, index, nil
}

func shownRecord(r *node.Record) api.RecordReview {
	out := api.RecordReview{ID: string(r.ID), Index: r.Index, Originator: string(r.Originator), Own: r.Own, ReportType: string(r.Type), Title: r.Title, State: "due",
		ReviewBy: r.ReviewBy, Destroyed: r.Destroy, Categories: []string{}, Since: r.Since, SupersededBy: r.SupersededBy, Draft: r.Draft}
	if r.Hidden {
		out.State = "hidden"
	}
	for _, c := range r.Categories {
		out.Categories = append(out.Categories, string(c))
	}
	return out
}
