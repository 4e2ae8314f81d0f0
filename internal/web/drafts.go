package web

import (
	"context"
	"encoding/hex"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"entente/internal/node"
	"entente/internal/section"
	"entente/internal/web/api"
)

// maxDraft bounds the bytes of a draft on its way in.
const maxDraft = 2 << 20

var draftStates = map[section.DraftState]string{section.Drafted: "drafted", section.Planned: "planned", section.Released: "released", section.Discarded: "discarded"}

func shownDraft(d section.Draft) api.Draft {
	out := api.Draft{ID: d.ID, Kind: d.Kind, ETag: d.ETag(), State: draftStates[d.State], Version: d.Version, Digest: hex.EncodeToString(d.Digest[:]),
		Batch: d.Batch, Decision: d.Decision, Created: d.Created.UTC(), Modified: d.Modified.UTC()}
	if len(d.Content) > 0 {
		out.Content = d.Content
		d.Head = d.Content
	}
	out.Title = node.TitleOf(d.Head)
	return out
}

// DraftPath names a draft.
type DraftPath struct {
	ID string `path:"id" maxLength:"64" doc:"Id of the draft."`
}

// AtVersion names the version of a draft that is changed.
type AtVersion struct {
	IfMatch string `header:"If-Match" required:"true" maxLength:"200" doc:"The etag of the version that is changed."`
}

// contentBody describes a draft's content as a request's body. It is read by
// the node's own parser, which refuses everything that is not in its list.
func contentBody() *huma.RequestBody {
	return &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: ref("Content")}}}
}

func (s *Server) drafts() {
	sec := s.node.Section()
	// Content stands in requests and, as exact bytes, in answers: it is made
	// known to the description here.
	s.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[api.Content](), true, "Content")

	register(s, operation{id: "createDraft", method: http.MethodPost, path: "/drafts", tag: "drafts", op: section.OpDraftSave, status: http.StatusCreated, raw: true, request: contentBody(),
		summary: "File a report as a draft", description: "Ids of portions are fixed here, so that later drafts can cite them."},
		func(ctx context.Context, c caller, in *struct{ RawBody []byte }) (*body[api.Draft], error) {
			return s.saveDraft(ctx, c, "", "", in.RawBody)
		})
	register(s, operation{id: "saveDraft", method: http.MethodPut, path: "/drafts/{id}", tag: "drafts", op: section.OpDraftSave, raw: true, request: contentBody(),
		summary: "Change a draft", description: "Its plan, and an open decision that it was part of, are void with it."},
		func(ctx context.Context, c caller, in *struct {
			DraftPath
			AtVersion
			RawBody []byte
		}) (*body[api.Draft], error) {
			return s.saveDraft(ctx, c, in.ID, in.IfMatch, in.RawBody)
		})
	register(s, operation{id: "listDrafts", method: http.MethodGet, path: "/drafts", tag: "drafts", op: section.OpDraftRead, summary: "Drafts, the one changed last first"},
		func(ctx context.Context, c caller, in *struct {
			State    string    `query:"state" enum:"drafted,planned,released,discarded" doc:"Only in this state; absent, all but discarded."`
			Before   time.Time `query:"before" doc:"Only those changed before; the last row's time for the next page."`
			BeforeID string    `query:"before_id" maxLength:"64" doc:"The last row's id, beside before."`
			Limit    int       `query:"limit" minimum:"0" maximum:"500" doc:"Rows in the answer, 50 when absent."`
		}) (*body[api.Drafts], error) {
			q := section.DraftQuery{BeforeModified: in.Before, BeforeID: in.BeforeID, Limit: limited(in.Limit, 50)}
			for st, name := range draftStates {
				if name == in.State {
					q.State = &st
				}
			}
			ds, err := sec.Drafts(ctx, c.officer, q)
			if err != nil {
				return nil, err
			}
			next, err := nextPage(ds, q.Limit, func(d section.Draft) string { return placed(d.Modified, d.ID) }, func(d section.Draft) ([]section.Draft, error) {
				return sec.Drafts(ctx, c.officer, section.DraftQuery{State: q.State, BeforeModified: d.Modified, BeforeID: d.ID, Limit: 1})
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
	register(s, operation{id: "getDraft", method: http.MethodGet, path: "/drafts/{id}", tag: "drafts", op: section.OpDraftRead, summary: "One draft with its content"},
		func(ctx context.Context, c caller, in *DraftPath) (*body[api.Draft], error) {
			d, err := sec.Draft(ctx, c.officer, in.ID)
			if err != nil {
				return nil, err
			}
			return answer(shownDraft(d))
		})
	register(s, operation{id: "discardDraft", method: http.MethodDelete, path: "/drafts/{id}", tag: "drafts", op: section.OpDraftDiscard, status: http.StatusNoContent, summary: "Give up a draft that has not left"},
		func(ctx context.Context, c caller, in *struct {
			DraftPath
			AtVersion
		}) (*none, error) {
			return nil, sec.DiscardDraft(ctx, c.officer, in.ID, in.IfMatch)
		})
	register(s, operation{id: "eraseDraft", method: http.MethodPost, path: "/drafts/{id}/erase", tag: "drafts", op: section.OpErase, status: http.StatusNoContent,
		summary: "Destroy the content of a draft, released or not", description: "Who wrote it, its digests and as what it left remain."},
		func(ctx context.Context, c caller, in *struct {
			DraftPath
			Body api.Erase
		}) (*none, error) {
			return nil, sec.EraseDraft(ctx, c.officer, in.ID, in.Body.Basis)
		})
	register(s, operation{id: "unmaskDraft", method: http.MethodPost, path: "/drafts/{id}/unmask", tag: "drafts", op: section.OpReleaseUnmask,
		summary: "Decide that masked names leave in clear", description: "Names of private persons and local sources are masked at release (rule 25). The decision is a new version of the draft, whose author the officer becomes: another one lets it go (rule 6). The next change of the draft ends it."},
		func(ctx context.Context, c caller, in *struct {
			DraftPath
			AtVersion
			Body api.Unmask
		}) (*body[api.Draft], error) {
			d, err := s.node.UnmaskDraft(ctx, c.officer, in.ID, in.IfMatch, in.Body.Reason)
			if err != nil {
				return nil, err
			}
			return answer(shownDraft(d))
		})
	register(s, operation{id: "planDraft", method: http.MethodPost, path: "/drafts/{id}/plan", tag: "drafts", op: section.OpDraftPlan,
		summary: "Plan a release: who would see what, and why not the rest", description: "A plan against which nothing stands is attached to the draft, so that it can be put up for release."},
		func(ctx context.Context, c caller, in *DraftPath) (*body[api.Plan], error) {
			p, err := s.node.Plan(ctx, c.officer, in.ID)
			if err != nil {
				return nil, err
			}
			return s.shownPlan(p)
		})
	register(s, operation{id: "readPlan", method: http.MethodGet, path: "/drafts/{id}/plan", tag: "drafts", op: section.OpDraftRead,
		summary: "What the plan of a draft says now", description: "Changes nothing, so that who approves or inspects sees who would see what, also of a draft that is up for release. Compare its digest with that of the decision's drafts."},
		func(ctx context.Context, c caller, in *DraftPath) (*body[api.Plan], error) {
			p, err := s.node.ReadPlan(ctx, c.officer, in.ID)
			if err != nil {
				return nil, err
			}
			return s.shownPlan(p)
		})
	register(s, operation{id: "draftState", method: http.MethodGet, path: "/drafts/{id}/state", tag: "drafts", op: section.OpDraftRead,
		summary: "What became of a draft: waiting, filed, logged, received by whom"},
		func(ctx context.Context, c caller, in *DraftPath) (*body[api.DraftState], error) {
			st, err := s.node.StateOf(ctx, c.officer, in.ID)
			if err != nil {
				return nil, err
			}
			return answer(s.shownState(st))
		})
}

func (s *Server) saveDraft(ctx context.Context, c caller, id, etag string, raw []byte) (*body[api.Draft], error) {
	if len(raw) > maxDraft {
		return nil, refusal(http.StatusRequestEntityTooLarge, api.CodeTooLarge, "the draft is larger than a node takes; attach files")
	}
	d, err := node.ParseDraft(raw)
	if err != nil {
		return nil, err
	}
	saved, err := s.node.SaveDraft(ctx, c.officer, id, etag, d)
	if err != nil {
		return nil, err
	}
	return answer(shownDraft(saved))
}

// shownState adds to the node's state when every view has arrived.
func (s *Server) shownState(st node.State) api.DraftState {
	out := api.DraftState{State: st.State, Views: []api.SentView{}}
	all := len(st.Views) > 0 && st.Unread == 0
	readers := 0
	for _, v := range st.Views {
		to := []string{} // others: this member has it anyhow
		for _, m := range v.Recipients {
			if m != string(s.node.Self()) {
				to = append(to, m)
			}
		}
		all = all && len(v.Received) == len(to)
		readers += len(to)
		out.Views = append(out.Views, api.SentView{Report: v.Report, Act: v.Act, Index: v.Index, Recipients: to, Received: members(v.Received)})
	}
	if st.State == "logged" && all && readers > 0 {
		out.State = "received"
	}
	return out
}
