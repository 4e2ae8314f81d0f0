package web

import (
	"context"
	"net/http"
	"time"

	"entente/act"
	"entente/internal/node"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/internal/web/api"
	"entente/label"
)

// draftOf registers the drafting of statements of a kind.
func draftOf[T any](s *Server, id, path, tag, kind, schema, summary, description string) {
	register(s, operation{id: id, method: http.MethodPost, path: path, tag: tag, op: section.OpDraftSave, status: http.StatusCreated, raw: true,
		request: statementBody[T](s, schema), summary: summary, description: description + " It leaves like every draft: put it up for release."},
		func(ctx context.Context, c caller, in *struct{ RawBody []byte }) (*body[api.Draft], error) {
			return s.saveStatement(ctx, c, kind, in.RawBody)
		})
}

// requests lets officers ask other members, answer them, and close what they
// asked; and keep the registers.
func (s *Server) requests() {
	draftOf[api.RequestContent](s, "createRequest", "/requests", "requests", node.KindRequest, "RequestContent",
		"Draft a request to chosen members", "Each gets an act of its own and learns of no other. The plan of the draft names open requests here that ask much the same.")
	draftOf[api.AnswerContent](s, "createAnswer", "/answers", "requests", node.KindAnswer, "AnswerContent",
		"Draft an answer to a request", "What it gives stands in reports that were released to the asker.")
	draftOf[api.ClosingContent](s, "createClosing", "/closings", "requests", node.KindClosing, "ClosingContent",
		"Draft the closing of own requests", "It says what was got.")
	draftOf[api.RequirementContent](s, "createRequirement", "/requirements", "registers", node.KindRequirement, "RequirementContent",
		"Draft a line of the register of requirements", "Whoever is told of it learns of no other who is.")
	draftOf[api.CoverageContent](s, "createCoverage", "/coverage", "registers", node.KindCoverage, "CoverageContent",
		"Draft a line of who covers what", "Whoever is told of it learns of no other who is.")
	register(s, operation{id: "listRequests", method: http.MethodGet, path: "/requests", tag: "requests", op: section.OpReportRead,
		summary: "The board: what this member asks and is asked, newest first"},
		func(ctx context.Context, c caller, in *struct {
			Side   string `query:"side" enum:"asked,received" doc:"Only what this member asks, or is asked."`
			Open   bool   `query:"open" doc:"Only what is neither closed nor lapsed nor in doubt."`
			Before int64  `query:"before" minimum:"0" doc:"Only those before this index."`
			Limit  int    `query:"limit" minimum:"0" maximum:"500" doc:"Rows in the answer, 50 when absent."`
		}) (*body[api.Requests], error) {
			q := viewdb.RequestQuery{Open: in.Open, Before: in.Before, Limit: limited(in.Limit, 50)}
			if in.Side != "" {
				own := in.Side == "asked"
				q.Own = &own
			}
			rows, err := s.node.Requests(ctx, c.officer, q)
			if err != nil {
				return nil, err
			}
			out := api.Requests{Requests: []api.Request{}}
			for i := range rows {
				out.Requests = append(out.Requests, s.shownRequest(&rows[i]))
			}
			out.Next, err = nextPage(rows, q.Limit, func(last node.RequestRow) string { return digits(last.Index) }, func(last node.RequestRow) ([]node.RequestRow, error) {
				q.Before, q.Limit = last.Index, 1
				return s.node.Requests(ctx, c.officer, q)
			})
			if err != nil {
				return nil, err
			}
			return answer(out)
		})
	register(s, operation{id: "getRequest", method: http.MethodGet, path: "/requests/{id}", tag: "requests", op: section.OpReportRead,
		summary: "One request, with all that was said to it", description: "Own answers show as what they were drafted, for the nation's own inspector."},
		func(ctx context.Context, c caller, in *struct {
			ID string `path:"id" maxLength:"64" doc:"Id of the act."`
		}) (*body[api.Request], error) {
			row, replies, joined, err := s.node.RequestByID(ctx, c.officer, in.ID)
			if err != nil {
				return nil, noneSuch(err, "request", "entente rfi list")
			}
			out := s.shownRequest(&row)
			for i := range replies {
				out.Replies = append(out.Replies, shownReply(row.Request, &replies[i]))
			}
			for i := range joined {
				out.Joined = append(out.Joined, s.shownRequest(&joined[i]))
			}
			return answer(out)
		})
	s.listRegister("listRequirements", "/requirements", act.TypeRequirement, "Requirements that stand, newest first")
	s.listRegister("listCoverage", "/coverage", act.TypeCoverage, "Who covers what, newest first")
}

func (s *Server) listRegister(id, path string, typ act.Type, summary string) {
	register(s, operation{id: id, method: http.MethodGet, path: path, tag: "registers", op: section.OpReportRead, summary: summary},
		func(ctx context.Context, c caller, in *struct {
			Member string `query:"member" maxLength:"3" doc:"Only this member's."`
			Open   bool   `query:"open" doc:"Only what is in force."`
			Before int64  `query:"before" minimum:"0" doc:"Only those before this index."`
			Limit  int    `query:"limit" minimum:"0" maximum:"500" doc:"Rows in the answer, 50 when absent."`
		}) (*body[api.Register], error) {
			if err := s.known(in.Member); err != nil {
				return nil, err
			}
			limit := limited(in.Limit, 50)
			page := func(before int64, limit int) ([]node.RegisterLine, error) {
				return s.node.Register(ctx, c.officer, typ, in.Open, label.MemberID(in.Member), before, limit)
			}
			rows, err := page(in.Before, limit)
			if err != nil {
				return nil, err
			}
			out := api.Register{Lines: []api.RegisterLine{}}
			for i := range rows {
				out.Lines = append(out.Lines, shownLine(&rows[i]))
			}
			out.Next, err = nextPage(rows, limit, func(last node.RegisterLine) string { return digits(last.Index) }, func(last node.RegisterLine) ([]node.RegisterLine, error) {
				return page(last.Index, 1)
			})
			if err != nil {
				return nil, err
			}
			return answer(out)
		})
}

// since returns a time for an answer, nil for none.
func since(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

func (s *Server) shownRequest(x *node.RequestRow) api.Request {
	r := x.Request
	out := api.Request{ID: x.ID, Index: x.Index, From: x.Originator, To: x.Member, Own: x.Own, Written: x.Written, State: x.State, Outcome: string(x.Outcome),
		Title: r.Title, Purpose: r.Purpose, LegalBasis: r.LegalBasis, Requirement: r.Requirement, About: string(r.About), LTIOV: r.LTIOV.UTC(),
		Joins: x.Joins, JoinCounts: x.JoinCounts, Draft: x.Draft, WantedBy: since(x.WantedBy), Overdue: x.Overdue, Parts: []api.RequestPart{}, Similar: shownSimilar(x.Similar)}
	if b, err := label.Banner(r.Label); err == nil {
		out.Mark = b
	}
	if r.Decision != nil {
		out.Decision = &api.RequestDecision{Officer: r.Decision.Officer, Text: r.Decision.Text}
	}
	for i, p := range x.Parts {
		out.Parts = append(out.Parts, api.RequestPart{Number: i + 1, Text: p.Text, State: string(p.State), Portions: shownGiven(&p)})
	}
	for _, a := range x.Together {
		out.Together = append(out.Together, api.AskedTogether{Member: string(a.Member), ID: string(a.ID)})
	}
	return out
}

// shownGiven are the portions that answer a part, with what stands against them.
func shownGiven(p *node.RequestPart) []api.GivenPortion {
	var out []api.GivenPortion
	for _, r := range shownRefs(p.Portions) {
		out = append(out, api.GivenPortion{Portion: r.Portion, Digest: r.Digest})
	}
	for i, r := range p.Portions {
		switch s := p.Standing[r]; {
		case s.Withdrawn:
			out[i].Standing = "withdrawn"
		case s.Doubt:
			out[i].Standing = "in doubt"
		case s.Review:
			out[i].Standing = "under review"
		}
	}
	return out
}

func shownSimilar(in []node.Similar) []api.SimilarRequest {
	out := make([]api.SimilarRequest, 0, len(in))
	for _, x := range in {
		out = append(out, api.SimilarRequest(x))
	}
	return out
}

func shownReply(r *act.Request, x *node.RequestReply) api.RequestReply {
	out := api.RequestReply{ID: x.ID, Index: x.Index, Type: x.Type, From: x.Originator, Own: x.Own, Written: x.Written, Counts: x.Counts}
	if x.Closing != nil {
		out.Outcome, out.Note = string(x.Closing.Outcome), x.Closing.Note
	}
	if x.Answer != nil {
		out.Note, out.Final = x.Answer.Note, x.Answer.Final
		for _, p := range x.Answer.Parts {
			said := api.RequestPartSaid{State: string(p.State)}
			for i := range r.Parts {
				if r.Parts[i].ID == p.Part {
					said.Number = i + 1
				}
			}
			if x.Truth != nil {
				for _, t := range x.Truth.Parts {
					if t.Number == said.Number {
						said.Truth = string(t.State)
					}
				}
			}
			out.Parts = append(out.Parts, said)
		}
	}
	return out
}

func shownLine(x *node.RegisterLine) api.RegisterLine {
	out := api.RegisterLine{ID: x.ID, Index: x.Index, Member: x.Originator, Own: x.Own, Written: x.Written, State: x.State, InForce: x.InForce, Told: x.Told}
	if x.Until != 0 {
		out.Until = since(time.Unix(x.Until, 0))
	}
	if r := x.Requirement; r != nil {
		out.Reference, out.Kind, out.Parent, out.Title, out.Text = r.Reference, string(r.Kind), r.Parent, r.Title, r.Text
	}
	if c := x.Coverage; c != nil {
		out.Subject, out.Reference = c.Subject, c.Requirement
	}
	return out
}
