package web

import (
	"context"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"entente/internal/node"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/internal/web/api"
)

// statementBody describes the content of a draft that is no report. It is read
// by the node's own parser, which refuses everything that is not in its list.
func statementBody[T any](s *Server, name string) *huma.RequestBody {
	s.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[T](), true, name)
	return &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: ref(name)}}}
}

// saveStatement stores a draft that becomes no report.
func (s *Server) saveStatement(ctx context.Context, c caller, kind string, raw []byte) (*body[api.Draft], error) {
	if len(raw) > maxDraft {
		return nil, refusal(http.StatusRequestEntityTooLarge, api.CodeTooLarge, "the draft is larger than a node takes; say less in one act")
	}
	d, err := s.node.SaveStatement(ctx, c.officer, kind, "", "", raw)
	if err != nil {
		return nil, err
	}
	return answer(shownDraft(d))
}

// consents lets officers ask originators for consent, and give it.
func (s *Server) consents() {
	register(s, operation{id: "createConsent", method: http.MethodPost, path: "/consents", tag: "consents", op: section.OpDraftSave, status: http.StatusCreated, raw: true,
		request: statementBody[api.ConsentContent](s, "ConsentContent"),
		summary: "Draft an ask for consent, a grant, a refusal or a withdrawal", description: "It leaves like every draft: put it up for release."},
		func(ctx context.Context, c caller, in *struct{ RawBody []byte }) (*body[api.Draft], error) {
			return s.saveStatement(ctx, c, node.KindConsent, in.RawBody)
		})
	register(s, operation{id: "listConsents", method: http.MethodGet, path: "/consents", tag: "consents", op: section.OpReportRead, summary: "What was asked, granted, refused and withdrawn, newest first"},
		func(ctx context.Context, c caller, in *struct {
			Open   bool  `query:"open" doc:"Only asks that nobody has answered."`
			Mine   bool  `query:"mine" doc:"Only what others said to this member."`
			Before int64 `query:"before" minimum:"0" doc:"Only those before this index."`
			Limit  int   `query:"limit" minimum:"0" maximum:"499" doc:"Rows in the answer, 50 when absent."`
		}) (*body[api.Consents], error) {
			limit := limited(in.Limit, 50)
			words, err := s.node.Consents(ctx, c.officer, viewdb.ConsentQuery{Open: in.Open, Mine: in.Mine, Before: in.Before, Limit: limit + 1})
			if err != nil {
				return nil, err
			}
			out := api.Consents{Consents: []api.ConsentAct{}, More: len(words) > limit}
			for i := range words[:min(limit, len(words))] {
				out.Consents = append(out.Consents, shownConsent(&words[i]))
			}
			return answer(out)
		})
	register(s, operation{id: "getConsent", method: http.MethodGet, path: "/consents/{id}", tag: "consents", op: section.OpReportRead, summary: "One consent act, and what answers it"},
		func(ctx context.Context, c caller, in *struct {
			ID string `path:"id" maxLength:"64" doc:"Id of the act."`
		}) (*body[api.ConsentAct], error) {
			word, answers, err := s.node.ConsentAct(ctx, c.officer, in.ID)
			if err != nil {
				return nil, noneSuch(err, "ask, grant, refusal or withdrawal", "entente consent list")
			}
			out := shownConsent(&word)
			for i := range answers {
				out.Answered = append(out.Answered, shownConsent(&answers[i]))
			}
			return answer(out)
		})
}

func shownConsent(w *node.ConsentWord) api.ConsentAct {
	c := w.Consent
	out := api.ConsentAct{ID: w.ID, Index: w.Index, Originator: w.Originator, Own: w.Own, Written: w.Written, To: w.Recipients, Step: string(c.Step),
		By: c.By.String(), Members: members(c.Members.Slice()), Use: c.Use, Basis: c.Basis, Answers: string(c.Answers), Counts: w.Counts, State: w.State,
		Portions: []api.ConsentPortion{}}
	if !c.Until.IsZero() {
		until := c.Until.UTC()
		out.Until = &until
	}
	for _, p := range c.Portions {
		out.Portions = append(out.Portions, api.ConsentPortion{PortionRef: api.PortionRef{Portion: string(p.Portion), Digest: p.Digest.String()}, Text: w.Texts[p.Portion]})
	}
	return out
}

func shownUses(uses []node.ConsentUse) (out []api.ConsentUse) {
	for i := range uses {
		u := &uses[i]
		out = append(out, api.ConsentUse{Member: string(u.Member), By: u.By, Use: u.Use, Until: moment(u.Until), Act: u.Act, Portions: numbers(u.Portions)})
	}
	return out
}
