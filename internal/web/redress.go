package web

import (
	"context"
	"net/http"

	"entente/internal/node"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/internal/web/api"
)

// redress lets data-protection officers ask for correction, erasure and
// restriction, and answer (rule 22). It is carried out by a recall.
func (s *Server) redress() {
	register(s, operation{id: "askRedress", method: http.MethodPost, path: "/redress", tag: "redress", op: section.OpRedress, status: http.StatusCreated, raw: true,
		request: statementBody[api.RedressContent](s, "RedressContent"),
		summary: "Ask the originator of portions to put them right, or pass such a request on", description: "It is sealed to that member alone, and put up for an officer with the release role."},
		func(ctx context.Context, c caller, in *struct{ RawBody []byte }) (*body[api.Issued], error) {
			var r node.Redress
			if err := redressContent(in.RawBody, &r); err != nil {
				return nil, err
			}
			x, err := s.node.AskRedress(ctx, c.officer, r)
			return shownIssued(x, err)
		})
	register(s, operation{id: "answerRedress", method: http.MethodPost, path: "/redress/answers", tag: "redress", op: section.OpRedress, status: http.StatusCreated, raw: true,
		request: statementBody[api.RedressAnswerContent](s, "RedressAnswerContent"),
		summary: "Answer a request for redress", description: "What it grants has been done before, by a recall that names the request. It is put up for an officer with the release role."},
		func(ctx context.Context, c caller, in *struct{ RawBody []byte }) (*body[api.Issued], error) {
			var a node.RedressAnswer
			if err := redressContent(in.RawBody, &a); err != nil {
				return nil, err
			}
			x, err := s.node.AnswerRedress(ctx, c.officer, a)
			return shownIssued(x, err)
		})
	register(s, operation{id: "listRedress", method: http.MethodGet, path: "/redress", tag: "redress", op: section.OpRedressRead,
		summary: "Requests for redress that this member asks and is asked, newest first"},
		func(ctx context.Context, c caller, in *struct {
			Side    string `query:"side" enum:"asked,received" doc:"Only what this member asks, or is asked."`
			Open    bool   `query:"open" doc:"Only what has standing and no final answer."`
			Overdue bool   `query:"overdue" doc:"Only that of it whose date is past."`
			Before  int64  `query:"before" minimum:"0" doc:"Only those before this index."`
			Limit   int    `query:"limit" minimum:"0" maximum:"500" doc:"Rows in the answer, 50 when absent."`
		}) (*body[api.Redresses], error) {
			q := viewdb.RedressQuery{Asked: in.Side == "asked", Received: in.Side == "received", Open: in.Open, Before: in.Before, Limit: limited(in.Limit, 50)}
			rows, err := s.node.Redresses(ctx, c.officer, q, in.Overdue)
			if err != nil {
				return nil, err
			}
			out := api.Redresses{Redress: []api.Redress{}}
			for i := range rows {
				out.Redress = append(out.Redress, shownRedress(&rows[i]))
			}
			out.Next, err = nextPage(rows, q.Limit, func(last node.RedressRow) string { return digits(last.Index) }, func(last node.RedressRow) ([]node.RedressRow, error) {
				q.Before, q.Limit = last.Index, 1
				return s.node.Redresses(ctx, c.officer, q, in.Overdue)
			})
			if err != nil {
				return nil, err
			}
			return answer(out)
		})
	register(s, operation{id: "getRedress", method: http.MethodGet, path: "/redress/{id}", tag: "redress", op: section.OpRedressRead,
		summary: "One request for redress, with what was answered and what came of it here"},
		func(ctx context.Context, c caller, in *struct {
			ID string `path:"id" maxLength:"64" doc:"Id of the act."`
		}) (*body[api.Redress], error) {
			x, err := s.node.RedressByID(ctx, c.officer, in.ID)
			if err != nil {
				return nil, noneSuch(err, "request for redress", "entente redress list")
			}
			out := shownRedress(&x.RedressRow)
			out.Late, out.Undone, out.Reports, out.Recalls, out.Versions, out.Passed = x.Late, x.Undone, x.Reports, x.Recalls, x.Versions, x.Passed
			for i := range x.Replies {
				out.Replies = append(out.Replies, shownRedressReply(&x.Replies[i]))
			}
			return answer(out)
		})
}

// redressContent reads what an officer wrote; what is in no list of the format is
// refused by the node.
func redressContent(raw []byte, into any) error {
	if len(raw) > maxDraft {
		return refusal(http.StatusRequestEntityTooLarge, api.CodeTooLarge, "the request is larger than a node takes; say less in one act")
	}
	return node.ReadRedress(raw, into)
}

func shownRedress(x *node.RedressRow) api.Redress {
	r := x.Redress
	return api.Redress{ID: x.ID, Index: x.Index, From: x.Originator, To: x.Member, Own: x.Own, Written: x.Written, State: x.State, Doubt: x.Doubt,
		Ask: string(r.Ask), Reason: string(r.Reason), Text: r.Text, LegalBasis: r.LegalBasis, For: string(r.For), Identity: string(r.Identity), Portions: shownRefs(r.Portions),
		MayPass: r.MayPass, Due: r.Due.UTC(), Overdue: x.Overdue, Passes: string(x.Passes), Draft: x.Draft}
}

func shownRedressReply(x *node.RedressReply) api.RedressReply {
	a := x.Answer
	out := api.RedressReply{ID: x.ID, Index: x.Index, From: x.Originator, Own: x.Own, Written: x.Written, Outcome: string(a.Outcome), Ground: string(a.Ground), Text: a.Text, Doubt: x.Doubt}
	if len(a.Portions) > 0 {
		out.Portions = shownRefs(a.Portions)
	}
	if len(a.Replacements) > 0 {
		out.Replacements = shownRefs(a.Replacements)
	}
	return out
}
