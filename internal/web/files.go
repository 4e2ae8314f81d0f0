package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"entente/act"
	"entente/internal/section"
	"entente/internal/web/api"
)

// maxUpload bounds a file on its way in; the charter may allow less.
const maxUpload = act.MaxAttachment

// upload describes a request whose body is a file.
func upload(what string) *huma.RequestBody {
	return &huma.RequestBody{Required: true, Description: what, Content: map[string]*huma.MediaType{
		api.TypeBytes: {Schema: &huma.Schema{Type: "string", Format: "binary", Description: what}}}}
}

func (s *Server) files() {
	register(s, operation{id: "uploadAttachment", method: http.MethodPost, path: "/attachments", tag: "files", op: section.OpDraftSave, status: http.StatusCreated, stream: true,
		summary:     "Seal a file beside the node's databases",
		description: "At most 100 MiB, or what the charter allows; streamed, never held in memory. The answer goes into the attachments of a draft's portion, and holds the key.",
		request:     upload("The file. Content-Type says what it is.")},
		func(ctx context.Context, c caller, in *struct {
			Name string `query:"name" required:"true" minLength:"1" maxLength:"200" doc:"File name without a path."`
		}) (*body[api.Attachment], error) {
			leave := take(s.uploads)
			if leave == nil {
				return nil, errRoom
			}
			defer leave()
			kind, err := mediaType(c.request.Header.Get("Content-Type"))
			if err != nil {
				return nil, err
			}
			a, err := s.node.Attach(ctx, c.officer, in.Name, kind, s.pacedBody(c), nil)
			if err != nil {
				return nil, err
			}
			return answer(a)
		})
	register(s, operation{id: "getAttachment", method: http.MethodGet, path: "/reports/{id}/attachments/{digest}", tag: "files", op: section.OpReportRead, stream: true,
		summary:     "A file of a report",
		description: "Fetched from its originator where it is not here yet. Takes Range, so that a broken transfer goes on where it stopped.",
		responses:   fileResponses()},
		func(ctx context.Context, c caller, in *struct {
			ID     string `path:"id" maxLength:"32" doc:"Id of the report."`
			Digest string `path:"digest" maxLength:"64" doc:"Digest of the attachment, as the portion says."`
			Range  string `header:"Range" maxLength:"100" doc:"One range of bytes."`
			If     string `header:"If-Range" maxLength:"100" doc:"The etag for which the range holds."`
		}) (*huma.StreamResponse, error) {
			at, err := s.attachment(ctx, c.officer, in.ID, in.Digest)
			if err != nil {
				return nil, err
			}
			from, to, part := int64(0), at.Size, false
			etag := `"` + at.PlainDigest.String() + `"`
			if in.Range != "" && (in.If == "" || in.If == etag) {
				if from, to, part, err = oneRange(in.Range, at.Size); err != nil {
					return nil, err
				}
			}
			return &huma.StreamResponse{Body: func(hc huma.Context) {
				_, w := humago.Unwrap(hc)
				out := &fileWriter{w: s.pace(w), skip: from, left: to - from, begin: func() {
					h := w.Header()
					h.Set("Content-Type", api.TypeBytes) // whatever it claims to be, no browser opens it here
					h.Set("Content-Disposition", disposition(at.Name))
					h.Set("Accept-Ranges", "bytes")
					h.Set("ETag", etag)
					h.Set("Content-Length", strconv.FormatInt(to-from, 10))
					if part {
						h.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to-1, at.Size))
						w.WriteHeader(http.StatusPartialContent)
						return
					}
					w.WriteHeader(http.StatusOK)
				}}
				err := s.node.Attachment(ctx, c.officer, in.ID, at.Digest, out)
				switch {
				case err == nil || errors.Is(err, errEnough):
					out.start()
				case out.started:
					s.logger.Warn("a file broke off", "err", err)
					panic(http.ErrAbortHandler)
				default:
					var p *problem
					errors.As(s.refuse(err), &p)
					writeProblem(w, p)
				}
			}}, nil
		})
	s.registerCollect()
}

func fileResponses() map[string]*huma.Response {
	r := bytesResponse(api.TypeBytes, "The file.")
	r["206"] = bytesResponse(api.TypeBytes, "The range asked for.")["200"]
	return r
}

// mediaType reads a file's Content-Type, without parameters.
func mediaType(h string) (string, error) {
	if h == "" {
		return api.TypeBytes, nil
	}
	kind, _, err := mime.ParseMediaType(h)
	if err != nil || len(kind) > 127 || !strings.Contains(kind, "/") {
		return "", refusal(http.StatusUnsupportedMediaType, api.CodeRequest, "the Content-Type is not a media type; leave it out, or send application/octet-stream")
	}
	return kind, nil
}

// attachment finds what a report says of a file. What is not in the report is
// answered as a report is that is not here.
func (s *Server) attachment(ctx context.Context, o section.Officer, report, digest string) (act.Attachment, error) {
	r, err := s.node.Report(ctx, o, report)
	if err != nil {
		return act.Attachment{}, err
	}
	a, err := act.Parse(r.Act)
	if err != nil {
		return act.Attachment{}, err
	}
	for i := range a.Report.Portions {
		for _, at := range a.Report.Portions[i].Attachments {
			if at.Digest.String() == digest {
				return at, nil
			}
		}
	}
	return act.Attachment{}, notFound()
}

func disposition(name string) string {
	if v := mime.FormatMediaType("attachment", map[string]string{"filename": name}); v != "" {
		return v
	}
	return "attachment"
}

// oneRange reads a Range header of one range of bytes (RFC 9110 section 14.2).
// Several ranges, and other units, are answered with the whole file.
func oneRange(h string, size int64) (from, to int64, part bool, err error) {
	spec, ok := strings.CutPrefix(h, "bytes=")
	if !ok || strings.Contains(spec, ",") {
		return 0, size, false, nil
	}
	first, last, ok := strings.Cut(strings.TrimSpace(spec), "-")
	if !ok {
		return 0, size, false, nil
	}
	switch {
	case first == "":
		n, bad := strconv.ParseUint(last, 10, 62)
		if bad != nil {
			return 0, size, false, nil
		}
		from, to = max(0, size-int64(n)), size
	default:
		a, bad := strconv.ParseUint(first, 10, 62)
		if bad != nil {
			return 0, size, false, nil
		}
		from, to = int64(a), size
		if last != "" {
			b, bad := strconv.ParseUint(last, 10, 62)
			if bad != nil || b < a {
				return 0, size, false, nil
			}
			to = min(size, int64(b)+1)
		}
	}
	if from >= to {
		return 0, 0, false, refusal(http.StatusRequestedRangeNotSatisfiable, api.CodeRequest, fmt.Sprintf("the range lies outside of the file of %d bytes", size))
	}
	return from, to, true, nil
}

var errEnough = errors.New("all that was asked for is out")

// fileWriter writes one range of what is written to it, and the headers before
// its first byte: until then a failure can still be told.
type fileWriter struct {
	w          io.Writer
	skip, left int64
	begin      func()
	started    bool
}

func (f *fileWriter) start() {
	if !f.started {
		f.started = true
		f.begin()
	}
}

// Write implements io.Writer.
func (f *fileWriter) Write(p []byte) (int, error) {
	n := len(p)
	if drop := min(f.skip, int64(len(p))); drop > 0 {
		f.skip -= drop
		p = p[drop:]
	}
	if len(p) == 0 {
		return n, nil
	}
	f.start()
	p = p[:min(int64(len(p)), f.left)]
	if _, err := f.w.Write(p); err != nil {
		return 0, err
	}
	if f.left -= int64(len(p)); f.left == 0 {
		return n, errEnough
	}
	return n, nil
}
