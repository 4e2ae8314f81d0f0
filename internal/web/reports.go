package web

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"entente/internal/node"
	"entente/internal/section"
	"entente/internal/store/viewdb"
)

type body[T any] struct{ Body T }

func (s *Server) reports() {
	huma.Register(s.api, huma.Operation{
		OperationID: "findReports", Method: http.MethodGet, Path: base + "/reports", Summary: "List and search what this node may read, newest first",
	}, func(ctx context.Context, in *struct {
		Credentials
		Text       string `query:"text" maxLength:"1000" doc:"words that must all occur; a * at the end makes the last one a prefix"`
		Originator string `query:"originator" maxLength:"3"`
		Type       string `query:"type" maxLength:"16"`
		Batch      string `query:"batch" maxLength:"64"`
		Own        string `query:"own" enum:"true,false,"`
		Before     int64  `query:"before" minimum:"0" doc:"log index: only older ones, for the next page"`
		Limit      int    `query:"limit" minimum:"0" maximum:"500"`
	}) (*body[struct {
		Reports []viewdb.Row `json:"reports"`
	}], error) {
		o, err := s.officer(ctx, in.Credentials)
		if err != nil {
			return nil, s.refuse(err)
		}
		q := viewdb.Query{Text: in.Text, Originator: in.Originator, Type: in.Type, Batch: in.Batch, Before: in.Before, Limit: in.Limit}
		if in.Own != "" {
			own := in.Own == "true"
			q.Own = &own
		}
		rows, err := s.node.Find(ctx, o, q)
		if err != nil {
			return nil, s.refuse(err)
		}
		out := &body[struct {
			Reports []viewdb.Row `json:"reports"`
		}]{}
		if out.Body.Reports = rows; rows == nil {
			out.Body.Reports = []viewdb.Row{}
		}
		return out, nil
	})
	huma.Register(s.api, huma.Operation{
		OperationID: "getReport", Method: http.MethodGet, Path: base + "/reports/{id}", Summary: "One report, verified by this node, with the exact bytes of its act",
	}, func(ctx context.Context, in *struct {
		Credentials
		ID string `path:"id" maxLength:"32"`
	}) (*body[node.Report], error) {
		o, err := s.officer(ctx, in.Credentials)
		if err != nil {
			return nil, s.refuse(err)
		}
		r, err := s.node.Report(ctx, o, in.ID)
		if err != nil {
			return nil, s.refuse(err)
		}
		return &body[node.Report]{*r}, nil
	})
	huma.Register(s.api, huma.Operation{
		OperationID: "listDesignations", Method: http.MethodGet, Path: base + "/designations", Summary: "Public designations by authority, by reference",
	}, func(ctx context.Context, in *struct {
		Credentials
		After string `query:"after" maxLength:"64"`
		Limit int    `query:"limit" minimum:"0" maximum:"1000"`
	}) (*body[struct {
		Designations []viewdb.Listing `json:"designations"`
	}], error) {
		o, err := s.officer(ctx, in.Credentials)
		if err != nil {
			return nil, s.refuse(err)
		}
		if err := s.node.Section().Authorise(ctx, o, section.OpReportRead, "designations"); err != nil {
			return nil, s.refuse(err)
		}
		limit := in.Limit
		if limit == 0 {
			limit = 100
		}
		ls, err := s.node.Views().Designations(ctx, in.After, limit)
		if err != nil {
			return nil, s.refuse(err)
		}
		out := &body[struct {
			Designations []viewdb.Listing `json:"designations"`
		}]{}
		if out.Body.Designations = ls; ls == nil {
			out.Body.Designations = []viewdb.Listing{}
		}
		return out, nil
	})
}

// Draft is a draft as shown.
type Draft struct {
	ID       string          `json:"id"`
	ETag     string          `json:"etag" doc:"names this version; send it as If-Match when changing the draft"`
	State    string          `json:"state"`
	Version  int64           `json:"version"`
	Batch    string          `json:"batch,omitempty"`
	Decision string          `json:"decision,omitempty"`
	Created  time.Time       `json:"created"`
	Modified time.Time       `json:"modified"`
	Content  json.RawMessage `json:"content,omitempty"`
}

var draftStates = map[section.DraftState]string{section.Drafted: "drafted", section.Planned: "planned", section.Released: "released", section.Discarded: "discarded"}

func shownDraft(d section.Draft) Draft {
	out := Draft{ID: d.ID, ETag: d.ETag(), State: draftStates[d.State], Version: d.Version, Batch: d.Batch, Decision: d.Decision, Created: d.Created, Modified: d.Modified}
	if len(d.Content) > 0 {
		out.Content = d.Content
	}
	return out
}

func (s *Server) drafts() {
	huma.Register(s.api, huma.Operation{
		OperationID: "createDraft", Method: http.MethodPost, Path: base + "/drafts", Summary: "File a report as a draft", DefaultStatus: http.StatusCreated, MaxBodyBytes: 2 << 20,
	}, func(ctx context.Context, in *struct {
		Credentials
		RawBody []byte `contentType:"application/json"`
	}) (*body[Draft], error) {
		return s.saveDraft(ctx, in.Credentials, "", "", in.RawBody)
	})
	huma.Register(s.api, huma.Operation{
		OperationID: "saveDraft", Method: http.MethodPut, Path: base + "/drafts/{id}", Summary: "Change a draft", MaxBodyBytes: 2 << 20,
	}, func(ctx context.Context, in *struct {
		Credentials
		ID      string `path:"id" maxLength:"64"`
		IfMatch string `header:"If-Match" required:"true"`
		RawBody []byte `contentType:"application/json"`
	}) (*body[Draft], error) {
		return s.saveDraft(ctx, in.Credentials, in.ID, in.IfMatch, in.RawBody)
	})
	huma.Register(s.api, huma.Operation{
		OperationID: "listDrafts", Method: http.MethodGet, Path: base + "/drafts", Summary: "Drafts, the one changed last first",
	}, func(ctx context.Context, in *struct {
		Credentials
		State    string    `query:"state" enum:"drafted,planned,released,discarded,"`
		Before   time.Time `query:"before"`
		BeforeID string    `query:"before_id" maxLength:"64"`
		Limit    int       `query:"limit" minimum:"0" maximum:"500"`
	}) (*body[struct {
		Drafts []Draft `json:"drafts"`
	}], error) {
		o, err := s.officer(ctx, in.Credentials)
		if err != nil {
			return nil, s.refuse(err)
		}
		q := section.DraftQuery{BeforeModified: in.Before, BeforeID: in.BeforeID, Limit: in.Limit}
		if q.Limit == 0 {
			q.Limit = 50
		}
		for st, name := range draftStates {
			if name == in.State {
				q.State = &st
			}
		}
		ds, err := s.node.Section().Drafts(ctx, o, q)
		if err != nil {
			return nil, s.refuse(err)
		}
		out := &body[struct {
			Drafts []Draft `json:"drafts"`
		}]{}
		out.Body.Drafts = []Draft{}
		for _, d := range ds {
			out.Body.Drafts = append(out.Body.Drafts, shownDraft(d))
		}
		return out, nil
	})
	huma.Register(s.api, huma.Operation{
		OperationID: "getDraft", Method: http.MethodGet, Path: base + "/drafts/{id}", Summary: "One draft with its content",
	}, func(ctx context.Context, in *struct {
		Credentials
		ID string `path:"id" maxLength:"64"`
	}) (*body[Draft], error) {
		o, err := s.officer(ctx, in.Credentials)
		if err != nil {
			return nil, s.refuse(err)
		}
		d, err := s.node.Section().Draft(ctx, o, in.ID)
		if err != nil {
			return nil, s.refuse(err)
		}
		return &body[Draft]{shownDraft(d)}, nil
	})
	huma.Register(s.api, huma.Operation{
		OperationID: "discardDraft", Method: http.MethodDelete, Path: base + "/drafts/{id}", Summary: "Give up a draft that has not left", DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, in *struct {
		Credentials
		ID      string `path:"id" maxLength:"64"`
		IfMatch string `header:"If-Match" required:"true"`
	}) (*struct{}, error) {
		o, err := s.officer(ctx, in.Credentials)
		if err != nil {
			return nil, s.refuse(err)
		}
		return nil, s.refuse(s.node.Section().DiscardDraft(ctx, o, in.ID, in.IfMatch))
	})
	huma.Register(s.api, huma.Operation{
		OperationID: "planDraft", Method: http.MethodPost, Path: base + "/drafts/{id}/plan", Summary: "Dry-run: who would see what, and why not the rest",
	}, func(ctx context.Context, in *struct {
		Credentials
		ID string `path:"id" maxLength:"64"`
	}) (*body[node.Plan], error) {
		o, err := s.officer(ctx, in.Credentials)
		if err != nil {
			return nil, s.refuse(err)
		}
		p, err := s.node.Plan(ctx, o, in.ID)
		if err != nil {
			return nil, s.refuse(err)
		}
		return &body[node.Plan]{*p}, nil
	})
	huma.Register(s.api, huma.Operation{
		OperationID: "draftState", Method: http.MethodGet, Path: base + "/drafts/{id}/state", Summary: "What became of a draft: waiting, filed, logged, received by whom",
	}, func(ctx context.Context, in *struct {
		Credentials
		ID string `path:"id" maxLength:"64"`
	}) (*body[node.State], error) {
		o, err := s.officer(ctx, in.Credentials)
		if err != nil {
			return nil, s.refuse(err)
		}
		st, err := s.node.StateOf(ctx, o, in.ID)
		if err != nil {
			return nil, s.refuse(err)
		}
		return &body[node.State]{st}, nil
	})
}

func (s *Server) saveDraft(ctx context.Context, c Credentials, id, etag string, raw []byte) (*body[Draft], error) {
	o, err := s.officer(ctx, c)
	if err != nil {
		return nil, s.refuse(err)
	}
	d, err := node.ParseDraft(raw)
	if err != nil {
		return nil, s.refuse(err)
	}
	saved, err := s.node.SaveDraft(ctx, o, id, etag, d)
	if err != nil {
		return nil, s.refuse(err)
	}
	return &body[Draft]{shownDraft(saved)}, nil
}
