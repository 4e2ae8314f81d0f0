package web

import (
	"context"
	"net/http"

	"entente/act"
	"entente/internal/node"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/internal/web/api"
)

// recalls lets officers take back what was released, and answer what others take
// back.
func (s *Server) recalls() {
	register(s, operation{id: "issueRecall", method: http.MethodPost, path: "/recalls", tag: "recalls", op: section.OpRecall, status: http.StatusCreated, raw: true,
		request: statementBody[api.RecallContent](s, "RecallContent"),
		summary: "Take back, correct, narrow or doubt what was released, at once", description: "It gives nobody anything, so one officer with the release role is enough (rule 6); it goes before all else, and straight to its readers as well."},
		func(ctx context.Context, c caller, in *struct{ RawBody []byte }) (*body[api.Issued], error) {
			r, err := recallContent(in.RawBody)
			if err != nil {
				return nil, err
			}
			x, err := s.node.IssueRecall(ctx, c.officer, *r)
			return shownIssued(x, err)
		})
	register(s, operation{id: "draftRecall", method: http.MethodPost, path: "/recalls/drafts", tag: "recalls", op: section.OpDraftSave, status: http.StatusCreated, raw: true,
		request: statementBody[api.RecallContent](s, "RecallContent"),
		summary: "Write a recall, or what clears one, and put it up for an officer with the release role", description: "What is cleared needs a second person, as everything does that gives something back."},
		func(ctx context.Context, c caller, in *struct{ RawBody []byte }) (*body[api.Issued], error) {
			r, err := recallContent(in.RawBody)
			if err != nil {
				return nil, err
			}
			x, err := s.node.PutUp(ctx, c.officer, node.KindRecall, *r)
			return shownIssued(x, err)
		})
	register(s, operation{id: "listRecalls", method: http.MethodGet, path: "/recalls", tag: "recalls", op: section.OpReportRead,
		summary: "Recalls, own ones with how far each reader has followed them, newest first"},
		func(ctx context.Context, c caller, in *struct {
			From   string `query:"from" enum:"own,others" doc:"Only this member's, or only others'."`
			Before int64  `query:"before" minimum:"0" doc:"Only those before this index."`
			Limit  int    `query:"limit" minimum:"0" maximum:"500" doc:"Rows in the answer, 50 when absent."`
		}) (*body[api.Recalls], error) {
			q := node.RecallQuery{Own: in.From == "own", Others: in.From == "others", Before: in.Before, Limit: limited(in.Limit, 50)}
			words, err := s.node.Recalls(ctx, c.officer, q)
			if err != nil {
				return nil, err
			}
			out := api.Recalls{Recalls: []api.RecallAct{}}
			for i := range words {
				out.Recalls = append(out.Recalls, shownRecall(&words[i]))
			}
			out.Next, err = nextPage(words, q.Limit, func(last node.RecallWord) string { return digits(last.Index) }, func(last node.RecallWord) ([]node.RecallWord, error) {
				q.Before, q.Limit = last.Index, 1
				return s.node.Recalls(ctx, c.officer, q)
			})
			if err != nil {
				return nil, err
			}
			return answer(out)
		})
	register(s, operation{id: "getRecall", method: http.MethodGet, path: "/recalls/{id}", tag: "recalls", op: section.OpReportRead, summary: "One recall, with the reports here that hold any of it"},
		func(ctx context.Context, c caller, in *struct {
			ID string `path:"id" maxLength:"64" doc:"Id of the act."`
		}) (*body[api.RecallAct], error) {
			w, err := s.node.RecallOf(ctx, c.officer, in.ID)
			if err != nil {
				return nil, noneSuch(err, "recall", "entente recall list")
			}
			return answer(shownRecall(w))
		})
	register(s, operation{id: "acknowledgeRecall", method: http.MethodPost, path: "/recalls/{id}/acknowledge", tag: "recalls", op: section.OpAcknowledge, status: http.StatusCreated,
		summary: "Say what was done about another member's recall", description: "That it was received and quarantined is in the receipts already. What a data-protection officer says an officer with the release role lets go."},
		func(ctx context.Context, c caller, in *struct {
			ID   string `path:"id" maxLength:"64" doc:"Id of the act."`
			Body api.AcknowledgementContent
		}) (*body[api.Issued], error) {
			x, err := s.node.Acknowledge(ctx, c.officer, node.Acknowledgement{Recall: act.ID(in.ID), State: act.AckState(in.Body.State), Complete: in.Body.Complete, Basis: in.Body.Basis})
			return shownIssued(x, err)
		})
	register(s, operation{id: "listReviews", method: http.MethodGet, path: "/reviews", tag: "recalls", op: section.OpReportRead,
		summary: "Reports that are under review or in doubt and not replaced, newest first"},
		func(ctx context.Context, c caller, in *struct {
			Own    bool  `query:"own" doc:"Only this member's own."`
			Before int64 `query:"before" minimum:"0" doc:"Only those before this index."`
			Limit  int   `query:"limit" minimum:"0" maximum:"500" doc:"Rows in the answer, 50 when absent."`
		}) (*body[api.Reports], error) {
			limit := limited(in.Limit, 50)
			rows, err := s.node.UnderReview(ctx, c.officer, in.Own, in.Before, limit)
			if err != nil {
				return nil, err
			}
			out := api.Reports{Reports: []api.ReportRow{}}
			for _, r := range rows {
				out.Reports = append(out.Reports, shownRow(r))
			}
			out.Next, err = nextPage(rows, limit, func(last viewdb.Row) string { return digits(last.Index) }, func(last viewdb.Row) ([]viewdb.Row, error) {
				return s.node.UnderReview(ctx, c.officer, in.Own, last.Index, 1)
			})
			if err != nil {
				return nil, err
			}
			return answer(out)
		})
}

// recallContent reads what an officer wrote; what is in no list of the format is
// refused by the node.
func recallContent(raw []byte) (*node.Recall, error) {
	if len(raw) > maxDraft {
		return nil, refusal(http.StatusRequestEntityTooLarge, api.CodeTooLarge, "the recall is larger than a node takes; say less in one act")
	}
	var r node.Recall
	if err := node.ReadRecall(raw, &r); err != nil {
		return nil, err
	}
	return &r, nil
}

func shownIssued(x *node.Issued, err error) (*body[api.Issued], error) {
	if err != nil {
		return nil, err
	}
	out := api.Issued{Release: shownRelease(x.Decision), Drafts: x.Drafts, Acts: shownActs(x.Acts), Waits: x.Waits}
	return answer(out)
}

func shownRefs(refs []act.PortionRef) []api.PortionRef {
	out := []api.PortionRef{}
	for _, r := range refs {
		ref := api.PortionRef{Portion: string(r.Portion)}
		if !r.Digest.IsZero() {
			ref.Digest = r.Digest.String()
		}
		out = append(out, ref)
	}
	return out
}

func shownRecall(w *node.RecallWord) api.RecallAct {
	r := w.Recall
	out := api.RecallAct{ID: w.ID, Index: w.Index, Originator: w.Originator, Own: w.Own, Written: w.Written, To: list(w.Recipients), Kind: string(r.Kind), Reason: string(r.Reason),
		Text: r.Text, Portions: shownRefs(r.Portions), Provisional: w.Provisional, Bearing: w.Bearing, Reports: w.Reports}
	if len(r.Replacements) > 0 {
		out.Replacements = shownRefs(r.Replacements)
	}
	for _, h := range w.Holders {
		out.Holders = append(out.Holders, api.RecallHolder{Member: string(h.Member), State: h.State, Complete: h.Complete, Basis: h.Basis})
	}
	return out
}

func shownStates(ps []node.PortionState) (out []api.PortionState) {
	for _, p := range ps {
		out = append(out, api.PortionState{Number: p.Number, Portion: string(p.Portion), Withdrawn: p.Withdrawn, Doubt: p.Doubt, Review: p.Review,
			By: string(p.By), Kind: string(p.Kind), Reason: string(p.Reason), Recall: string(p.Recall), Provisional: p.Provisional, Text: p.Text()})
	}
	return out
}

func ids(in []act.ID) []string {
	out := make([]string, len(in))
	for i := range in {
		out[i] = string(in[i])
	}
	return out
}
