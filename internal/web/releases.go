package web

import (
	"context"
	"encoding/hex"
	"net/http"
	"time"

	"entente/internal/node"
	"entente/internal/section"
	"entente/internal/web/api"
)

var releaseStates = map[section.DecisionState]string{
	section.Prepared: "prepared", section.Approved: "approved", section.Leaving: "leaving", section.Done: "done",
	section.Refused: "refused", section.Withdrawn: "withdrawn", section.Void: "void", section.Failed: "failed",
}

func shownRelease(d section.Decision) api.Release {
	return api.Release{ID: d.ID, State: releaseStates[d.State], Digest: hex.EncodeToString(d.Digest[:]), Drafts: d.Subjects, Left: d.Released,
		PreparedBy: d.PreparedBy, Prepared: d.Prepared.UTC(), DecidedBy: d.DecidedBy, Decided: moment(d.Decided), Reason: d.Reason}
}

// ReleasePath names a decision.
type ReleasePath struct {
	ID string `path:"id" maxLength:"64" doc:"Id of the decision."`
}

func (s *Server) releases() {
	sec := s.node.Section()
	register(s, operation{id: "prepareRelease", method: http.MethodPost, path: "/releases", tag: "releases", op: section.OpReleasePrepare, status: http.StatusCreated, slow: true,
		summary: "Put drafts, or a whole import, up for release", description: "Each draft is planned first, so that what is decided on is who will see what. Another officer decides (rule 6)."},
		func(ctx context.Context, c caller, in *struct{ Body api.PrepareRelease }) (*body[api.Release], error) {
			d, err := s.node.Prepare(ctx, c.officer, in.Body.Drafts, in.Body.Batch)
			if err != nil {
				return nil, err
			}
			return answer(shownRelease(d))
		})
	register(s, operation{id: "listReleases", method: http.MethodGet, path: "/releases", tag: "releases", op: section.OpReleaseRead,
		summary: "Decisions in one state, the oldest first", description: "Without a state: what waits for a releasing officer."},
		func(ctx context.Context, c caller, in *struct {
			State   string    `query:"state" enum:"prepared,approved,leaving,done,refused,withdrawn,void,failed" doc:"Only in this state; prepared when absent."`
			After   time.Time `query:"after" doc:"Only those prepared after; the last row's time for the next page."`
			AfterID string    `query:"after_id" maxLength:"64" doc:"The last row's id, beside after."`
			Limit   int       `query:"limit" minimum:"0" maximum:"500" doc:"Rows in the answer, 50 when absent."`
		}) (*body[api.Releases], error) {
			state := section.Prepared
			for st, name := range releaseStates {
				if name == in.State {
					state = st
				}
			}
			limit := limited(in.Limit, 50)
			ds, err := sec.Decisions(ctx, c.officer, state, in.After, in.AfterID, limit)
			if err != nil {
				return nil, err
			}
			next, err := nextPage(ds, limit, func(d section.Decision) string { return placed(d.Prepared, d.ID) }, func(d section.Decision) ([]section.Decision, error) {
				return sec.Decisions(ctx, c.officer, state, d.Prepared, d.ID, 1)
			})
			if err != nil {
				return nil, err
			}
			ids := make([]string, 0, len(ds))
			for _, d := range ds {
				ids = append(ids, d.ID)
			}
			first, err := sec.FirstDrafts(ctx, c.officer, ids)
			if err != nil {
				return nil, err
			}
			out := api.Releases{Releases: make([]api.Release, 0, len(ds)), Next: next}
			for _, d := range ds {
				r := shownRelease(d)
				r.Kind, r.Title = first[d.ID].Kind, node.TitleOf(first[d.ID].Head)
				out.Releases = append(out.Releases, r)
			}
			return answer(out)
		})
	register(s, operation{id: "getRelease", method: http.MethodGet, path: "/releases/{id}", tag: "releases", op: section.OpReleaseRead, slow: true,
		summary: "One decision, as the officer who decides sees it", description: "By the digest, the number and the recipients of what would leave."},
		func(ctx context.Context, c caller, in *ReleasePath) (*body[api.ReleaseDetail], error) {
			d, err := s.node.Decision(ctx, c.officer, in.ID)
			if err != nil {
				return nil, err
			}
			out := api.ReleaseDetail{Release: shownRelease(d.Decision), Batch: d.Batch, Views: viewCounts(d.Views), Titles: list(d.Titles)}
			if !d.Entries.IsZero() {
				out.Entries = d.Entries.String()
			}
			return answer(out)
		})
	register(s, operation{id: "listReleaseDrafts", method: http.MethodGet, path: "/releases/{id}/drafts", tag: "releases", op: section.OpReleaseRead, summary: "What a decision is about"},
		func(ctx context.Context, c caller, in *struct {
			ReleasePath
			After string `query:"after" maxLength:"64" doc:"Only those behind this draft."`
			Limit int    `query:"limit" minimum:"0" maximum:"500" doc:"Rows in the answer, 100 when absent."`
		}) (*body[api.ReleaseDrafts], error) {
			if _, err := sec.Decision(ctx, c.officer, in.ID); err != nil {
				return nil, err
			}
			limit := limited(in.Limit, 100)
			xs, err := sec.Subjects(ctx, c.officer, in.ID, in.After, limit)
			if err != nil {
				return nil, err
			}
			next, err := nextPage(xs, limit, func(x section.Subject) string { return x.Draft }, func(x section.Subject) ([]section.Subject, error) {
				return sec.Subjects(ctx, c.officer, in.ID, x.Draft, 1)
			})
			if err != nil {
				return nil, err
			}
			out := api.ReleaseDrafts{Drafts: make([]api.ReleaseDraft, 0, len(xs)), Next: next}
			for _, x := range xs {
				out.Drafts = append(out.Drafts, api.ReleaseDraft{Draft: x.Draft, Content: hex.EncodeToString(x.Content[:]), Plan: hex.EncodeToString(x.Plan[:]), Left: x.Released})
			}
			return answer(out)
		})
	register(s, operation{id: "approveRelease", method: http.MethodPost, path: "/releases/{id}/approve", tag: "releases", op: section.OpReleaseApprove, slow: true,
		summary: "Let it leave the nation", description: "Refused to whoever prepared it or wrote in it (rule 6), and where the digest is not that of what would leave."},
		func(ctx context.Context, c caller, in *struct {
			ReleasePath
			Body api.Approve
		}) (*body[api.Release], error) {
			var digest section.Digest
			raw, err := hex.DecodeString(in.Body.Digest)
			if err != nil || copy(digest[:], raw) != len(digest) {
				return nil, refusal(http.StatusUnprocessableEntity, api.CodeRequest, "the digest is not 64 hexadecimal digits; send the one of the decision")
			}
			d, err := s.node.Approve(ctx, c.officer, in.ID, digest)
			if err != nil {
				return nil, err
			}
			return answer(shownRelease(d))
		})
	register(s, operation{id: "refuseRelease", method: http.MethodPost, path: "/releases/{id}/refuse", tag: "releases", op: section.OpReleaseRefuse, summary: "Send it back"},
		func(ctx context.Context, c caller, in *struct {
			ReleasePath
			Body api.Reason
		}) (*body[api.Release], error) {
			if err := sec.RefuseRelease(ctx, c.officer, in.ID, in.Body.Reason); err != nil {
				return nil, err
			}
			return s.release(ctx, c, in.ID)
		})
	register(s, operation{id: "withdrawRelease", method: http.MethodPost, path: "/releases/{id}/withdraw", tag: "releases", op: section.OpReleaseWithdraw,
		summary: "Take it back before it leaves", description: "By who prepared it, or by who approved it."},
		func(ctx context.Context, c caller, in *struct {
			ReleasePath
			Body api.Reason
		}) (*body[api.Release], error) {
			if err := sec.WithdrawRelease(ctx, c.officer, in.ID, in.Body.Reason); err != nil {
				return nil, err
			}
			return s.release(ctx, c, in.ID)
		})
}

func (s *Server) release(ctx context.Context, c caller, id string) (*body[api.Release], error) {
	d, err := s.node.Section().Decision(ctx, c.officer, id)
	if err != nil {
		return nil, err
	}
	return answer(shownRelease(d))
}
