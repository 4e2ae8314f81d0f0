package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"entente/act"
	"entente/internal/collect"
	"entente/internal/node"
	"entente/internal/section"
	"entente/internal/web/api"
	"entente/label"
)

// tellEvery is how often a stream of progress says how far it is.
const tellEvery = 100 * time.Millisecond

func (s *Server) registerCollect() {
	reg := s.api.OpenAPI().Components.Schemas
	register(s, operation{id: "collect", method: http.MethodPost, path: "/collect", tag: "files", op: section.OpImport, stream: true,
		summary: "Take a file in as drafts",
		description: "The answer is a stream of lines, each a JSON object; the last one has result or error. Nothing is taken in twice: the same file again adds nothing, a newer list changes what differs, " +
			"and an import that was interrupted goes on where it was when the same file is given again. A file that is refused before anything was stored is refused with a status of its own.",
		request:   upload("The file. Content-Type may name its encoding."),
		responses: streamResponse(schemaOf[api.CollectLine](reg), "One line for each step (application/x-ndjson).")},
		func(ctx context.Context, c caller, in *struct {
			Kind    string `query:"kind" required:"true" enum:"text,html,markdown,un-list,stix,misp,ucdp,acled,gtd,gdelt,csv,geojson,cot" doc:"What the file is taken in as."`
			Name    string `query:"name" required:"true" minLength:"1" maxLength:"200" doc:"File name, for people."`
			Type    string `query:"type" enum:"INTREP,SUPINTREP,INTSUM,SITREP,ASSESSMENT,ANSWER,DESIGNATION" doc:"Type of the reports; INTREP when absent. Listings are always DESIGNATION."`
			Origin  string `query:"origin" maxLength:"4000" doc:"What is said once for all of it: CollectOrigin as JSON."`
			Reduce  string `query:"reduce" enum:"true,false" doc:"Of a STIX bundle or MISP events: store it without what rules 3, 18 and 20 do not let in, and of the original the digest alone."`
			Mapping string `query:"mapping" maxLength:"3000" doc:"Of CSV: what its columns mean, in TOML."`
			Sharing string `query:"sharing" maxLength:"3000" doc:"Of MISP: a JSON object of member sets by distribution (1, 2, 3) or UUID of a sharing group. What is not in it releases to nobody else."`
		}) (*huma.StreamResponse, error) {
			origin, err := originOf(in.Origin)
			if err != nil {
				return nil, err
			}
			sharing, err := sharingOf(in.Sharing)
			if err != nil {
				return nil, err
			}
			leave := take(s.uploads)
			if leave == nil {
				return nil, errRoom
			}
			return &huma.StreamResponse{Body: func(hc huma.Context) {
				defer leave()
				_, w := humago.Unwrap(hc)
				file := s.pacedBody(c)
				out := &lineWriter{w: w, server: s}
				res, err := s.node.Collect(ctx, c.officer, node.CollectRequest{
					Kind: node.CollectKind(in.Kind), Name: in.Name, Reader: file, MediaType: c.request.Header.Get("Content-Type"), Origin: origin, Type: act.ReportType(in.Type),
					Reduce: in.Reduce == "true", Mapping: in.Mapping, Sharing: sharing,
					Progress: func(p node.CollectProgress) {
						// While the body comes in nothing goes out: the sender
						// knows how much it has sent.
						if file.done && p.Total > 0 {
							out.tell(api.CollectLine{Progress: &api.CollectProgress{Done: p.Done, Total: p.Total, Items: p.Items, Added: p.Added, Changed: p.Changed, Same: p.Same, Ended: p.Ended}})
						}
					},
				})
				if err != nil {
					out.fail(err, func(e api.Error) any { return api.CollectLine{Error: &e} })
					return
				}
				r := shownCollected(res)
				out.write(api.CollectLine{Result: &r})
			}}, nil
		})
	reg.Schema(typeOf[api.CollectOrigin](), true, "CollectOrigin")
}

func shownCollected(r node.CollectResult) api.Collected {
	out := api.Collected{Batch: r.Batch, Kind: string(r.Kind), Name: r.Name, File: r.File.String(), Size: r.Size, Digest: r.Digest.String(), Generated: moment(r.Generated),
		Items: r.Items, Added: r.Added, Changed: r.Changed, Same: r.Same, Ended: r.Ended,
		NotTaken: r.NotTaken, Noted: r.Noted, Reduced: r.Reduced, Drafts: list(r.Drafts), Notes: []api.Note{}, Resumed: r.Resumed, Ignored: r.Ignored}
	for _, n := range r.Notes {
		out.Notes = append(out.Notes, api.Note{Rule: n.Rule, Text: n.Text})
	}
	return out
}

// originOf reads what an officer says once for all of a file.
func originOf(text string) (collect.Origin, error) {
	if text == "" {
		return collect.Origin{}, nil
	}
	var in struct {
		Label  *label.Label
		Grade  *act.Grade
		Source *act.Source
		Lang   string
	}
	dec := json.NewDecoder(strings.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&in); err != nil || dec.More() {
		return collect.Origin{}, refusal(http.StatusUnprocessableEntity, api.CodeRequest, "the origin is not a CollectOrigin in JSON; see "+base+"/openapi.json")
	}
	o := collect.Origin{Lang: in.Lang}
	if in.Label != nil {
		o.Label = *in.Label
	}
	if in.Grade != nil {
		o.Grade = *in.Grade
	}
	if in.Source != nil {
		o.Source = *in.Source
	}
	return o, nil
}

// sharingOf reads to whom distributions and sharing groups release.
func sharingOf(text string) (map[string]label.MemberSet, error) {
	if text == "" {
		return nil, nil
	}
	var m map[string]label.MemberSet
	dec := json.NewDecoder(strings.NewReader(text))
	if err := dec.Decode(&m); err != nil || dec.More() {
		return nil, refusal(http.StatusUnprocessableEntity, api.CodeRequest, "sharing is not a JSON object of member sets, each in rising order")
	}
	return m, nil
}

func streamResponse(line *huma.Schema, what string) map[string]*huma.Response {
	return map[string]*huma.Response{"200": {Description: what, Content: map[string]*huma.MediaType{api.TypeNDJSON: {Schema: line}}}}
}

// lineWriter writes a stream of JSON lines. It begins with its first line: what
// fails before has a status of its own.
type lineWriter struct {
	w      http.ResponseWriter
	server *Server
	begun  bool
	told   time.Time
}

// tell writes a line of progress, unless one has just gone out.
func (l *lineWriter) tell(v any) {
	if now := time.Now(); now.Sub(l.told) >= tellEvery {
		l.told = now
		l.write(v)
	}
}

func (l *lineWriter) write(v any) {
	rc := http.NewResponseController(l.w)
	if !l.begun {
		l.begun = true
		l.w.Header().Set("Content-Type", api.TypeNDJSON)
		l.w.WriteHeader(http.StatusOK)
	}
	rc.SetWriteDeadline(time.Now().Add(l.server.patience.idle))
	json.NewEncoder(l.w).Encode(v) // a reader that has gone shows by the context
	rc.Flush()
}

// fail ends the stream with a refusal: as an answer of its own where nothing
// has gone out yet.
func (l *lineWriter) fail(err error, line func(api.Error) any) {
	var p *problem
	errors.As(l.server.refuse(err), &p)
	if !l.begun {
		writeProblem(l.w, p)
		return
	}
	l.write(line(p.body))
}
