package web

import (
	"context"
	"net/http"
	"time"

	"entente/internal/node"
	"entente/internal/section"
	"entente/internal/web/api"
)

func shownBatch(b node.BatchInfo) api.Batch {
	return api.Batch{ID: b.ID, Kind: string(b.Kind), Name: b.Name, State: string(b.State), File: b.File.String(), Digest: b.Digest.String(), Items: b.Items,
		Generated: moment(b.Generated), Login: b.Login, Created: b.Created.UTC(), Modified: b.Modified.UTC(), Added: b.Added, Changed: b.Changed, Same: b.Same,
		NotTaken: b.NotTaken, Noted: b.Noted, Reduced: b.Reduced, Drafts: b.Drafts, Deciding: b.Deciding, Released: b.Released, Discarded: b.Discarded, Decision: b.Decision}
}

func viewCounts(vs []node.BatchView) []api.ViewCount {
	out := make([]api.ViewCount, 0, len(vs))
	for _, v := range vs {
		out = append(out, api.ViewCount{To: members(v.To), Count: v.Count})
	}
	return out
}

// BatchPath names an import.
type BatchPath struct {
	ID string `path:"id" maxLength:"64" doc:"Id of the import."`
}

func (s *Server) batches() {
	sec := s.node.Section()
	register(s, operation{id: "listBatches", method: http.MethodGet, path: "/batches", tag: "files", op: section.OpDraftRead, summary: "Imports, the newest first"},
		func(ctx context.Context, c caller, in *struct {
			Before   time.Time `query:"before" doc:"Only those begun before; the last row's time for the next page."`
			BeforeID string    `query:"before_id" maxLength:"64" doc:"The last row's id, beside before."`
			Limit    int       `query:"limit" minimum:"0" maximum:"500" doc:"Rows in the answer, 50 when absent."`
		}) (*body[api.Batches], error) {
			limit := limited(in.Limit, 50)
			bs, err := s.node.Batches(ctx, c.officer, in.Before, in.BeforeID, limit)
			if err != nil {
				return nil, err
			}
			next, err := nextPage(bs, limit, func(b node.BatchInfo) string { return placed(b.Created, b.ID) }, func(b node.BatchInfo) ([]node.BatchInfo, error) {
				return s.node.Batches(ctx, c.officer, b.Created, b.ID, 1)
			})
			if err != nil {
				return nil, err
			}
			out := api.Batches{Batches: make([]api.Batch, 0, len(bs)), Next: next}
			for _, b := range bs {
				out.Batches = append(out.Batches, shownBatch(b))
			}
			return answer(out)
		})
	register(s, operation{id: "getBatch", method: http.MethodGet, path: "/batches/{id}", tag: "files", op: section.OpDraftRead, summary: "One import, and where its drafts stand"},
		func(ctx context.Context, c caller, in *BatchPath) (*body[api.Batch], error) {
			b, err := s.node.Batch(ctx, c.officer, in.ID)
			if err != nil {
				return nil, err
			}
			return answer(shownBatch(b))
		})
	register(s, operation{id: "planBatch", method: http.MethodPost, path: "/batches/{id}/plan", tag: "files", op: section.OpDraftPlan, slow: true,
		summary: "Plan the release of a whole import", description: "Attaches the plan to the drafts that can leave, so that they can be put up for release together."},
		func(ctx context.Context, c caller, in *BatchPath) (*body[api.BatchPlan], error) {
			p, err := s.node.PlanBatch(ctx, c.officer, in.ID)
			if err != nil {
				return nil, err
			}
			out := api.BatchPlan{Batch: p.Batch, Count: p.Count, Views: viewCounts(p.Views), Blocked: []api.BlockedDraft{}, BlockedCount: p.BlockedCount}
			for _, b := range p.Blocked {
				out.Blocked = append(out.Blocked, api.BlockedDraft{Draft: b.Draft, Why: b.Why})
			}
			return answer(out)
		})
	register(s, operation{id: "listBatchDrafts", method: http.MethodGet, path: "/batches/{id}/drafts", tag: "files", op: section.OpDraftRead, summary: "The drafts of an import, by id"},
		func(ctx context.Context, c caller, in *struct {
			BatchPath
			After string `query:"after" maxLength:"64" doc:"Only those behind this draft."`
			Limit int    `query:"limit" minimum:"0" maximum:"500" doc:"Rows in the answer, 50 when absent."`
		}) (*body[api.Drafts], error) {
			if _, err := sec.Batch(ctx, c.officer, in.ID); err != nil {
				return nil, err
			}
			limit := limited(in.Limit, 50)
			ds, err := sec.BatchDrafts(ctx, c.officer, in.ID, in.After, limit)
			if err != nil {
				return nil, err
			}
			next, err := nextPage(ds, limit, func(d section.Draft) string { return d.ID }, func(d section.Draft) ([]section.Draft, error) {
				return sec.BatchDrafts(ctx, c.officer, in.ID, d.ID, 1)
			})
			if err != nil {
				return nil, err
			}
			out := api.Drafts{Drafts: make([]api.Draft, 0, len(ds)), Next: next}
			for _, d := range ds {
				out.Drafts = append(out.Drafts, shownDraft(d))
			}
			return answer(out)
		})
	register(s, operation{id: "listBatchNotes", method: http.MethodGet, path: "/batches/{id}/notes", tag: "files", op: section.OpDraftRead,
		summary: "What an import left out or could not take in", description: "Rows by their line in the file, and what the format has and reports have not."},
		func(ctx context.Context, c caller, in *struct {
			BatchPath
			After int64 `query:"after" minimum:"0" doc:"Only those behind this place."`
			Limit int   `query:"limit" minimum:"0" maximum:"500" doc:"Rows in the answer, 50 when absent."`
		}) (*body[api.ImportNotes], error) {
			ns, err := sec.ImportNotes(ctx, c.officer, in.ID, in.After, limited(in.Limit, 50))
			if err != nil {
				return nil, err
			}
			out := api.ImportNotes{Notes: make([]api.ImportNote, 0, len(ns))}
			for _, n := range ns {
				out.Notes = append(out.Notes, api.ImportNote{Place: n.Place, Line: n.Line, Rule: n.Rule, Text: n.Text})
			}
			return answer(out)
		})
	register(s, operation{id: "discardBatch", method: http.MethodDelete, path: "/batches/{id}", tag: "files", op: section.OpImport, slow: true,
		summary: "Give up what of an import has not left", description: "Drafts that are up for release stay. Its items may be taken in again."},
		func(ctx context.Context, c caller, in *BatchPath) (*body[api.Discarded], error) {
			n, err := sec.DiscardBatch(ctx, c.officer, in.ID)
			if err != nil {
				return nil, err
			}
			return answer(api.Discarded{Drafts: n})
		})
}
