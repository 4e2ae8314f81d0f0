package web

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"entente/internal/node"
	"entente/internal/section"
	"entente/internal/web/api"
)

// SuggestionsOf narrows a list of suggestions.
type SuggestionsOf struct {
	ID    string `path:"id" maxLength:"64" doc:"Id of the draft or of the report."`
	Kind  string `query:"kind" enum:"person,group,organisation,place,date,quantity,statement,credit,language" doc:"Only of this kind."`
	State string `query:"state" enum:"open,accepted,rejected" doc:"Only in this state."`
	After string `query:"after" maxLength:"40" doc:"Behind this suggestion: next of the page before."`
	Wait  int    `query:"wait" minimum:"0" maximum:"10" doc:"Seconds to wait for the reader, where it has still to read."`
	Limit int    `query:"limit" minimum:"0" maximum:"500" doc:"Rows in the answer, 500 when absent."`
}

// SuggestionPath names a suggestion.
type SuggestionPath struct {
	ID string `path:"id" maxLength:"40" doc:"Id of the suggestion."`
}

func (s *Server) suggestions() {
	about := "Suggestions are this member's own: no other member learns of them. They never change what was filed."
	register(s, operation{id: "listDraftSuggestions", method: http.MethodGet, path: "/drafts/{id}/suggestions", tag: "suggestions", op: section.OpSuggestionRead,
		summary: "What was read in a draft, in the order of its text", description: about},
		func(ctx context.Context, c caller, in *SuggestionsOf) (*body[api.Suggestions], error) {
			return s.listSuggestions(ctx, c, in, node.SuggestionQuery{Draft: in.ID})
		})
	register(s, operation{id: "listReportSuggestions", method: http.MethodGet, path: "/reports/{id}/suggestions", tag: "suggestions", op: section.OpSuggestionRead,
		summary: "What was read in a report, in the order of its text", description: about},
		func(ctx context.Context, c caller, in *SuggestionsOf) (*body[api.Suggestions], error) {
			return s.listSuggestions(ctx, c, in, node.SuggestionQuery{Report: in.ID})
		})
	register(s, operation{id: "judgeSuggestions", method: http.MethodPost, path: "/suggestions/judge", tag: "suggestions", op: section.OpSuggestionJudge,
		summary: "Accept, reject or reopen suggestions, all of them or none", description: "What was said before is kept, with who and when."},
		func(ctx context.Context, c caller, in *struct{ Body api.Judge }) (*body[api.JudgedCount], error) {
			ids := make([]node.SuggestionID, 0, len(in.Body.IDs))
			for _, text := range in.Body.IDs {
				id, ok := node.ParseSuggestion(text)
				if !ok {
					return nil, node.ErrSuggestion
				}
				ids = append(ids, id)
			}
			says := map[string]section.Says{"accept": section.SaysAccepted, "reject": section.SaysRejected, "reopen": section.SaysOpen}[in.Body.Says]
			n, err := s.node.JudgeSuggestions(ctx, c.officer, says, ids)
			if err != nil {
				return nil, err
			}
			return answer(api.JudgedCount{Changed: n})
		})
	register(s, operation{id: "listCandidates", method: http.MethodGet, path: "/suggestions/{id}/candidates", tag: "suggestions", op: section.OpSuggestionRead,
		summary: "The listings held here that a name in a text may mean", description: "With an explanation of each. An officer says which are the same; nothing is decided or merged (rule 24)."},
		func(ctx context.Context, c caller, in *SuggestionPath) (*body[api.Candidates], error) {
			id, ok := node.ParseSuggestion(in.ID)
			if !ok {
				return nil, node.ErrSuggestion
			}
			cs, err := s.node.Candidates(ctx, c.officer, id)
			if err != nil {
				return nil, err
			}
			out := api.Candidates{Candidates: []api.Candidate{}}
			for _, x := range cs {
				a := api.Candidate{Key: x.Key, Kind: x.Kind, Name: x.Name, Like: x.Like, Status: x.Status, Reports: list(x.Reports), Match: x.Match,
					Likeness: x.Likeness, Explained: x.Explained, Judgements: []api.Pair{}}
				if x.Standing != nil {
					a.Judgements = append(a.Judgements, shownPair(*x.Standing))
				}
				out.Candidates = append(out.Candidates, a)
			}
			return answer(out)
		})
	register(s, operation{id: "judgeName", method: http.MethodPost, path: "/suggestions/{id}/names", tag: "suggestions", op: section.OpSuggestionJudge, status: http.StatusNoContent,
		summary: "Say whether two names are those of one bearer", description: "The same, not the same, unsure; or withdraw what was said. It stands for this member, is kept, and merges nothing."},
		func(ctx context.Context, c caller, in *struct {
			SuggestionPath
			Body api.JudgeName
		}) (*none, error) {
			st := node.NameStatement{Listing: in.Body.Listing, Reason: in.Body.Reason, Says: sameOf[in.Body.Says]}
			var ok bool
			if st.Name, ok = node.ParseSuggestion(in.ID); !ok {
				return nil, node.ErrSuggestion
			}
			if (in.Body.Listing == "") == (in.Body.Other == "") {
				return nil, refusal(http.StatusUnprocessableEntity, api.CodeRequest, "name a listing or another suggestion, one of both")
			}
			if in.Body.Other != "" {
				if st.Other, ok = node.ParseSuggestion(in.Body.Other); !ok {
					return nil, node.ErrSuggestion
				}
			}
			return nil, s.node.JudgeName(ctx, c.officer, st)
		})
	register(s, operation{id: "readingStatus", method: http.MethodGet, path: "/suggestions/status", tag: "suggestions", op: section.OpStatusRead,
		summary: "How far the reading of texts is, without contents"},
		func(ctx context.Context, c caller, _ *none) (*body[api.ReadingStatus], error) {
			st, err := s.node.ReadingStatus(ctx, c.officer)
			if err != nil {
				return nil, err
			}
			return answer(api.ReadingStatus{Methods: strings.Fields(st.Methods), Texts: st.Texts, Earlier: st.Earlier, Open: st.Found - st.Accepted - st.Rejected,
				Accepted: st.Accepted, Rejected: st.Rejected, Drafts: st.Queued, Read: st.Read, Projected: st.Projected, Failed: st.Failed})
		})
}

var stateWords = map[section.Says]string{section.SaysOpen: "open", section.SaysAccepted: "accepted", section.SaysRejected: "rejected"}

var sameOf = map[string]section.SameAs{"same": section.NamesSame, "not same": section.NamesNotSame, "unsure": section.NamesUnsure, "withdraw": section.NamesWithdrawn}

func (s *Server) listSuggestions(ctx context.Context, c caller, in *SuggestionsOf, q node.SuggestionQuery) (*body[api.Suggestions], error) {
	q.Kind, q.After, q.Limit = in.Kind, in.After, in.Limit
	for says, word := range stateWords {
		if word == in.State {
			q.Says = &says
		}
	}
	got, err := s.node.SuggestionsSoon(ctx, c.officer, q, time.Duration(in.Wait)*time.Second)
	if err != nil {
		return nil, err
	}
	out := api.Suggestions{Suggestions: make([]api.Suggestion, 0, len(got.List)), Waiting: got.Waiting, Open: got.Open, Accepted: got.Accepted, Rejected: got.Rejected, Next: got.Next}
	for i := range got.List {
		out.Suggestions = append(out.Suggestions, shownSuggestion(&got.List[i]))
	}
	return answer(out)
}

func shownSuggestion(x *node.Suggestion) api.Suggestion {
	m := x.Meaning
	out := api.Suggestion{ID: node.FormatSuggestion(x.ID), Portion: string(x.Portion), Number: x.Number, Kind: x.Kind, Bytes: x.Bytes[:], Points: x.Points[:], Text: x.Text,
		Method: x.Method, Version: x.Version, Confidence: x.Confidence, State: stateWords[x.Says], Judgements: []api.Said{}, Names: []api.Pair{},
		Meaning: api.Meaning{Names: m.Names, Place: m.Place, Name: m.Name, Class: m.Class, Country: m.Country, Cell: m.Cell, Others: m.Others, From: m.From, To: m.To, At: m.At,
			Precision: m.Precision, Calendar: m.Calendar, Low: m.Low, High: m.High, Event: m.Event, Unit: m.Unit, Population: m.Population, Speaker: x.Speaker(),
			SpeakerKind: m.SpeakerKind, Content: x.Content(), Modality: m.Modality, Direct: m.Direct, Credit: m.Credit, Agency: m.Agency, Language: m.Language}}
	for _, j := range x.Judgments {
		out.Judgements = append(out.Judgements, api.Said{State: stateWords[j.Says], Login: j.Login, At: j.At})
	}
	for _, p := range x.Names {
		out.Names = append(out.Names, shownPair(p))
	}
	return out
}

func shownPair(j section.NameJudged) api.Pair {
	out := api.Pair{Name: node.FormatSuggestion(j.Name), Other: j.Listing, Login: j.Login, At: j.At, Reason: j.Reason}
	if j.Listing == "" {
		out.Other = node.FormatSuggestion(j.Other)
	}
	for word, says := range sameOf {
		if says == j.Says {
			out.Says = word
		}
	}
	return out
}

// suggestionProblem is what is told of a suggestion that is not here, or that
// the officer may not know of; nil for another error.
func suggestionProblem(err error) *problem {
	switch {
	case errors.Is(err, node.ErrSuggestion), errors.Is(err, node.ErrListing):
		return refusal(http.StatusNotFound, api.CodeNotFound, err.Error())
	case errors.Is(err, node.ErrNotAName):
		return refusal(http.StatusUnprocessableEntity, api.CodeRequest, err.Error())
	}
	return nil
}
