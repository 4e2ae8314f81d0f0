package web

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"entente/internal/node"
	"entente/internal/section"
	"entente/internal/store/logdb"
	"entente/internal/web/api"
	"entente/label"
)

// bundles lets the custodian exchange files with members by courier. Files
// stream in and out in pieces, and a transfer that broke off goes on.
func (s *Server) bundles() {
	reg := s.api.OpenAPI().Components.Schemas
	lines := func() map[string]*huma.Response {
		return streamResponse(schemaOf[api.BundleLine](reg), "One line for each step (application/x-ndjson).")
	}
	register(s, operation{id: "bundleStatus", method: http.MethodGet, path: "/bundles", tag: "bundles", op: section.OpOperate,
		summary: "Where the exchange by courier stands"},
		func(ctx context.Context, c caller, _ *none) (*body[api.BundleStatus], error) {
			st, err := s.node.BundleStatus(ctx, c.officer)
			if err != nil {
				return nil, err
			}
			return answer(shownBundles(st))
		})
	register(s, operation{id: "makeBundle", method: http.MethodPost, path: "/bundles/out", tag: "bundles", op: section.OpOperate, stream: true,
		summary: "Make the next bundle for a member",
		description: "Signed, sealed to the member, numbered and padded (spec/bundle.md). It lies on the node's disk until a later one for the same member is made. " +
			"The answer is a stream of lines, each a JSON object; the last one has made or error.",
		responses: lines()},
		func(ctx context.Context, c caller, in *struct{ Body api.NewBundle }) (*huma.StreamResponse, error) {
			return s.bundleLines(func(out *lineWriter) (api.BundleLine, error) {
				b, err := s.node.ExportBundle(ctx, c.officer, node.BundleRequest{To: label.MemberID(in.Body.To), Since: in.Body.Since, All: in.Body.All,
					Progress: func(done, total int64) { out.tell(api.BundleLine{Done: done, Total: total}) }})
				made := shownBundle(b)
				return api.BundleLine{Made: &made}, err
			})
		})
	register(s, operation{id: "getBundle", method: http.MethodGet, path: "/bundles/out/{member}/{number}", tag: "bundles", op: section.OpOperate, stream: true,
		summary:     "The file of a bundle that was made",
		description: "Takes Range, so that a broken transfer goes on where it stopped.",
		responses:   fileResponses()},
		func(ctx context.Context, c caller, in *struct {
			Member string `path:"member" maxLength:"32" doc:"The addressee."`
			Number uint64 `path:"number" doc:"Number of the bundle."`
		}) (*huma.StreamResponse, error) {
			f, b, err := s.node.BundleFile(ctx, c.officer, label.MemberID(in.Member), in.Number)
			if err != nil {
				return nil, err
			}
			return &huma.StreamResponse{Body: func(hc huma.Context) {
				defer f.Close()
				r, w := humago.Unwrap(hc)
				w.Header().Set("Content-Type", api.TypeBytes)
				w.Header().Set("ETag", `"`+b.File+`"`)
				http.ServeContent(pacedResponse{w, s}, r, "", time.Time{}, f)
			}}, nil
		})
	register(s, operation{id: "stagedBundle", method: http.MethodGet, path: "/bundles/in/{file}", tag: "bundles", op: section.OpOperate,
		summary: "How much of a bundle's file is here"},
		func(ctx context.Context, c caller, in *bundleFile) (*body[api.StagedBundle], error) {
			have, whole, err := s.node.StagedBundle(ctx, c.officer, in.File)
			if err != nil {
				return nil, err
			}
			return answer(api.StagedBundle{Have: have, Whole: whole})
		})
	register(s, operation{id: "stageBundle", method: http.MethodPut, path: "/bundles/in/{file}", tag: "bundles", op: section.OpOperate, status: http.StatusNoContent, stream: true,
		summary:     "Offer the file of a bundle",
		description: "From an offset on: what came before a broken transfer is kept. The file counts when all of it is there and has its SHA-256; nothing of it is looked at before.",
		request:     upload("The file from the offset on.")},
		func(ctx context.Context, c caller, in *struct {
			File   string `path:"file" maxLength:"64" doc:"SHA-256 of the file, hex."`
			Offset int64  `query:"offset" minimum:"0" doc:"Of the first byte in the request; as many bytes must be here."`
			Size   int64  `query:"size" required:"true" minimum:"1" doc:"Of the whole file, in bytes."`
		}) (*none, error) {
			leave := take(s.uploads)
			if leave == nil {
				return nil, errRoom
			}
			defer leave()
			return nil, s.node.StageBundle(ctx, c.officer, in.File, in.Offset, in.Size, s.pacedBody(c), nil)
		})
	register(s, operation{id: "dropBundle", method: http.MethodDelete, path: "/bundles/in/{file}", tag: "bundles", op: section.OpOperate, status: http.StatusNoContent,
		summary: "Remove the copy of a bundle that was not imported"},
		func(ctx context.Context, c caller, in *bundleFile) (*none, error) {
			return nil, s.node.DropStaged(ctx, c.officer, in.File)
		})
	register(s, operation{id: "importBundle", method: http.MethodPost, path: "/bundles/in/{file}", tag: "bundles", op: section.OpOperate, stream: true,
		summary: "Verify a bundle and import all of it, or nothing",
		description: "Everything is verified before anything is stored. Begun to be stored, it is finished, whatever interrupts it. " +
			"The answer is a stream of lines, each a JSON object; the last one has taken or error.",
		responses: lines()},
		func(ctx context.Context, c caller, in *struct {
			File    string `path:"file" maxLength:"64" doc:"SHA-256 of the file, hex."`
			Inspect bool   `query:"inspect" doc:"Verify it and store nothing."`
		}) (*huma.StreamResponse, error) {
			return s.bundleLines(func(out *lineWriter) (api.BundleLine, error) {
				run := s.node.ImportBundle
				if in.Inspect {
					run = s.node.InspectBundle
				}
				rep, err := run(ctx, c.officer, in.File, func(done, total int64) { out.tell(api.BundleLine{Done: done, Total: total}) })
				if err != nil {
					return api.BundleLine{}, err
				}
				taken := shownTaken(rep)
				return api.BundleLine{Taken: &taken}, nil
			})
		})
	register(s, operation{id: "confirmBundles", method: http.MethodPost, path: "/bundles/ledger", tag: "bundles", op: section.OpOperate, status: http.StatusNoContent,
		summary: "State which bundles left this node last",
		description: "For a node without a line: where the courier's ledger agrees with the node's records, nothing that has left is unknown to it, and it signs again " +
			"once a bundle has told what its sender knows (spec/bundle.md, section 9). The statement stands in the audit log."},
		func(ctx context.Context, c caller, in *struct{ Body api.BundleLedger }) (*none, error) {
			last := map[label.MemberID]uint64{}
			for m, n := range in.Body.Last {
				last[label.MemberID(m)] = n
			}
			return nil, s.node.ConfirmBundles(ctx, c.officer, last)
		})
}

type bundleFile struct {
	File string `path:"file" maxLength:"64" doc:"SHA-256 of the file, hex."`
}

// bundleLines answers with the lines of a task.
func (s *Server) bundleLines(run func(out *lineWriter) (api.BundleLine, error)) (*huma.StreamResponse, error) {
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		_, w := humago.Unwrap(hc)
		out := &lineWriter{w: w, server: s}
		last, err := run(out)
		if err != nil {
			out.fail(err, func(e api.Error) any { return api.BundleLine{Error: &e} })
			return
		}
		out.write(last)
	}}, nil
}

// pacedResponse gives each piece of an answer its own time to be taken.
type pacedResponse struct {
	http.ResponseWriter
	s *Server
}

// Write implements io.Writer.
func (p pacedResponse) Write(b []byte) (int, error) { return p.s.pace(p.ResponseWriter).Write(b) }

func shownBundle(b logdb.BundleOut) api.Bundle {
	return api.Bundle{To: b.Member, Number: b.Number, Since: b.Since, LogFrom: b.LogFrom, LogTo: b.LogTo, Digest: b.Digest, File: b.File, Size: b.Size}
}

func shownTaken(r *node.BundleReport) api.BundleTaken {
	m := &r.Manifest
	return api.BundleTaken{From: string(m.From), Number: m.Number, Since: m.Since, LogFrom: m.LogFrom, LogTo: m.LogTo, Made: time.Unix(m.Made, 0).UTC(), Contents: m.Contents, Received: m.Received,
		Digest: r.Digest, Size: r.Size, New: r.New, Envelopes: r.Envelopes, Evidence: r.Evidence, Attachments: r.Attachments, Imported: r.Imported, Before: r.Before}
}

func shownBundles(st node.BundleStatus) api.BundleStatus {
	out := api.BundleStatus{Recovering: st.Recovering, Unfinished: list(st.Adopting), Waiting: []api.BundleWaiting{}, Members: []api.BundleMember{}}
	for _, w := range st.Waiting {
		out.Waiting = append(out.Waiting, api.BundleWaiting{File: w.File, Have: w.Have, Whole: w.Whole, From: string(w.From), Number: w.Number, Since: w.Since, MissingFrom: w.MissingFrom, MissingTo: w.MissingTo})
	}
	for _, m := range st.Members {
		x := api.BundleMember{Member: string(m.Member), Made: m.Made.Number, MadeTo: m.Made.LogTo, Received: m.Taken.Received, Taken: m.Taken.Number,
			Cosigned: m.Cosigned, At: moment(m.At), Missing: m.Missing, Relaying: m.Relaying}
		if m.Made.Number > 0 {
			last := shownBundle(m.Made)
			x.Last, x.MadeAt = &last, moment(time.Unix(m.Made.Made, 0))
		}
		if m.Taken.Number > 0 {
			x.TakenAt = moment(time.Unix(m.Taken.At, 0))
		}
		out.Members = append(out.Members, x)
	}
	return out
}

// bundleStatusOf is the HTTP status of a courier's refusal.
func bundleStatusOf(err error) int {
	switch {
	case errors.Is(err, node.ErrBundleAbsent):
		return http.StatusNotFound
	case errors.Is(err, node.ErrBundleBusy), errors.Is(err, node.ErrBundleReplay), errors.Is(err, node.ErrBundleGap), errors.Is(err, node.ErrBundleOffset), errors.Is(err, node.ErrBundleLedger):
		return http.StatusConflict
	}
	return http.StatusUnprocessableEntity
}
