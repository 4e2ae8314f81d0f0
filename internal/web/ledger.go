package web

import (
	"context"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"entente/act"
	"entente/internal/node"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/internal/web/api"
	"entente/label"
)

// ledger shows who holds what of this nation's (rule 29).
func (s *Server) ledger() {
	register(s, operation{id: "listLedger", method: http.MethodGet, path: "/ledger", tag: "ledger", op: section.OpLedgerRead, summary: "Who holds which portion of ours under what terms since when, newest first",
		description: "As far as this node knows: what it sealed, and what others sealed to it that carries this nation's mark."},
		func(ctx context.Context, c caller, in *struct {
			Holder   string `query:"holder" maxLength:"3" doc:"Only what this member holds."`
			Portion  string `query:"portion" maxLength:"32" doc:"Only this portion."`
			Overdue  bool   `query:"overdue" doc:"Only personal data whose review is overdue, what has waited longest first."`
			Ended    bool   `query:"ended" doc:"Only views that have ended."`
			Recalled bool   `query:"recalled" doc:"Only what was taken back from its holder, or is in doubt."`
			Before   string `query:"before" maxLength:"80" doc:"Only what comes behind this row: next of an earlier page."`
			Limit    int    `query:"limit" minimum:"0" maximum:"500" doc:"Rows in the answer, 50 when absent."`
		}) (*body[api.Ledger], error) {
			if err := s.known(in.Holder); err != nil {
				return nil, err
			}
			if raw, err := hex.DecodeString(in.Portion); in.Portion != "" && (err != nil || len(raw) != 16) {
				return nil, refusal(http.StatusUnprocessableEntity, api.CodeRequest, "portion is no id: give 32 hexadecimal digits, as a row of the ledger names it")
			}
			q := node.LedgerQuery{Holder: label.MemberID(in.Holder), Portion: act.ID(in.Portion), Overdue: in.Overdue, Ended: in.Ended, Recalled: in.Recalled, Limit: limited(in.Limit, 50)}
			var err error
			if q.After, err = ledgerPlace(in.Before); err != nil {
				return nil, err
			}
			limit := q.Limit
			q.Limit++ // one more says whether there is another page
			rows, err := s.node.Ledger(ctx, c.officer, q)
			if err != nil {
				return nil, err
			}
			out := api.Ledger{Disclosures: []api.Disclosure{}}
			if len(rows) > limit {
				rows = rows[:limit]
				at := rows[limit-1].DisclosureAt
				out.Next = fmt.Sprintf("%d,%d,%s,%d", at.Index, at.N, at.Holder, at.Review)
			}
			for i := range rows {
				d, err := shownDisclosure(&rows[i])
				if err != nil {
					return nil, err
				}
				out.Disclosures = append(out.Disclosures, d)
			}
			return answer(out)
		})
	register(s, operation{id: "listRefusals", method: http.MethodGet, path: "/ledger/refusals", tag: "ledger", op: section.OpLedgerRead, summary: "What this nation refused, withdrew and declined, newest first",
		description: "Consents that were refused or withdrawn, and answers to requests that declined a part or said that there is nothing to give."},
		func(ctx context.Context, c caller, in *struct {
			Before string `query:"before" maxLength:"20" doc:"Only what comes behind this row: next of an earlier page."`
			Limit  int    `query:"limit" minimum:"0" maximum:"500" doc:"Rows in the answer, 50 when absent."`
		}) (*body[api.Refusals], error) {
			before := int64(0)
			if in.Before != "" {
				var err error
				if before, err = strconv.ParseInt(in.Before, 10, 64); err != nil || before < 1 {
					return nil, notAPlace(in.Before)
				}
			}
			limit := limited(in.Limit, 50)
			rows, err := s.node.Refusals(ctx, c.officer, before, limit+1)
			if err != nil {
				return nil, err
			}
			out := api.Refusals{Refusals: []api.ConsentAct{}, Declined: []api.DeclinedAnswer{}}
			if len(rows) > limit {
				rows = rows[:limit]
				out.Next = digits(rows[limit-1].Index)
			}
			for i := range rows {
				if c := rows[i].Consent; c != nil {
					out.Refusals = append(out.Refusals, shownConsent(c))
				} else {
					out.Declined = append(out.Declined, shownDeclined(&rows[i]))
				}
			}
			return answer(out)
		})
}

func notAPlace(s string) error {
	return refusal(http.StatusUnprocessableEntity, api.CodeRequest, "before is no row of an earlier page; give what that page named as next")
}

// ledgerPlace reads a place in the ledger; nil for none.
func ledgerPlace(s string) (*viewdb.DisclosureAt, error) {
	if s == "" {
		return nil, nil
	}
	f := strings.Split(s, ",")
	if len(f) != 4 || len(f[2]) != 3 {
		return nil, notAPlace(s)
	}
	var n [3]int64
	for i, k := range []int{0, 1, 3} {
		v, err := strconv.ParseInt(f[k], 10, 64)
		if err != nil || v < 0 {
			return nil, notAPlace(s)
		}
		n[i] = v
	}
	return &viewdb.DisclosureAt{Index: n[0], N: int(n[1]), Holder: f[2], Review: n[2]}, nil
}

func shownDisclosure(d *node.Disclosed) (api.Disclosure, error) {
	raw, err := d.Label.MarshalJSON()
	if err != nil {
		return api.Disclosure{}, err
	}
	mark, err := label.Full(d.Label)
	if err != nil {
		return api.Disclosure{}, err
	}
	out := api.Disclosure{View: d.View, Index: d.Index, ReportType: d.Type, Title: d.Title, Portion: hex.EncodeToString(d.Portion[:]), Digest: hex.EncodeToString(d.Digest[:]),
		Number: d.N + 1, Holder: d.Holder, Via: d.Originator, Mark: mark, Label: raw, Overdue: d.Overdue, Ended: d.Ended, Destroyed: d.Destroyed, Receipt: d.Receipt,
		Recalled: d.Standing.Kind, Reason: d.Standing.Reason, Followed: d.Followed, Review: d.Standing.Review, SupersededBy: d.SupersededBy}
	out.Since = moment(d.Logged)
	if d.Ends != 0 {
		out.Until = moment(time.Unix(d.Ends, 0))
	}
	if d.DisclosureAt.Review != 0 {
		out.ReviewBy = moment(time.Unix(d.DisclosureAt.Review, 0))
	}
	if d.Standing.Kind != "" {
		out.RecalledSince, out.RecallID = moment(d.Stands), d.Standing.Act
	}
	if w := d.Consent; w != nil {
		c := shownWord(w)
		out.Consent = &c
	}
	for i := range d.Outside {
		out.Outside = append(out.Outside, shownWord(&d.Outside[i]))
	}
	return out, nil
}

func shownWord(w *node.Word) api.LedgerConsent {
	return api.LedgerConsent{By: w.By, Step: string(w.Step), Since: w.Since, Until: moment(w.Until), Lapsed: w.Lapsed, Use: w.Use, Index: w.Act}
}

func shownDeclined(r *node.Refusal) api.DeclinedAnswer {
	asked := r.Request
	if asked == nil {
		asked = &act.Request{}
	}
	x := shownReply(asked, r.Answer)
	out := api.DeclinedAnswer{ID: x.ID, Index: x.Index, Written: x.Written, Request: string(r.Answer.Answer.Request), Title: asked.Title, Note: x.Note, Parts: []api.DeclinedPart{}}
	for _, m := range r.Answer.Recipients {
		if m != r.Answer.Originator {
			out.To = m
		}
	}
	for _, p := range x.Parts {
		if p.State != string(act.AnswerDeclined) && p.State != string(act.AnswerNothing) {
			continue
		}
		part := api.DeclinedPart{Number: p.Number, State: p.State, Truth: p.Truth}
		if p.Number > 0 {
			part.Text = asked.Parts[p.Number-1].Text
		}
		out.Parts = append(out.Parts, part)
	}
	return out
}
