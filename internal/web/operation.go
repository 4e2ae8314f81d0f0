package web

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"entente/internal/section"
	"entente/internal/web/api"
)

// operation describes one route.
type operation struct {
	id, method, path string
	summary          string
	description      string
	tag              string
	op               section.Op // what it is, to be permitted by roles; empty: any officer
	public           bool       // needs no session
	status           int        // of success; 200, or 204 when it has no body
	slow             bool       // works through a whole import
	stream           bool       // has no bound of time but must move
	raw              bool       // the node's own parser reads the body
	request          *huma.RequestBody
	responses        map[string]*huma.Response
}

// caller is who is behind a request.
type caller struct {
	officer section.Officer
	token   string
	request *http.Request
	writer  http.ResponseWriter
}

type callerKey struct{}

// behind returns who is behind a request; every registered operation has one.
func behind(ctx context.Context) caller { return ctx.Value(callerKey{}).(caller) }

// register adds an operation. Before anything of the request is read it asks
// who is behind it, whether a page may act with that session, and whether the
// officer's roles permit the operation; refusals of permission are audited by
// the section.
func register[I, O any](s *Server, d operation, h func(ctx context.Context, c caller, in *I) (*O, error)) {
	op := huma.Operation{
		OperationID: d.id, Method: d.method, Path: base + d.path, Summary: d.summary, Description: s.describe(d), Tags: []string{d.tag},
		DefaultStatus: d.status, MaxBodyBytes: maxBody, BodyReadTimeout: s.patience.ordinary, RequestBody: d.request, SkipValidateBody: d.raw, Responses: d.responses,
		Middlewares: huma.Middlewares{s.ask(d)},
		Extensions:  map[string]any{},
	}
	if d.responses != nil {
		d.responses["default"] = &huma.Response{Description: "Error", Content: map[string]*huma.MediaType{"application/json": {Schema: schemaOf[api.Error](s.api.OpenAPI().Components.Schemas)}}}
	}
	if d.public {
		op.Security = []map[string][]string{}
	}
	if d.op != "" {
		roles := []string{}
		for _, r := range section.Permitted(d.op).List() {
			roles = append(roles, r.String())
		}
		op.Extensions["x-operation"] = string(d.op)
		op.Extensions["x-roles"] = roles
	}
	huma.Register(s.api, op, func(ctx context.Context, in *I) (*O, error) {
		c := behind(ctx)
		if !d.stream {
			// The body is in. The server goes on listening whether the reader
			// is still there, and must not take the end of the time for a body
			// for the reader's going.
			http.NewResponseController(c.writer).SetReadDeadline(time.Now().Add(s.limit(d) + s.patience.idle))
		}
		out, err := h(ctx, c, in)
		if err != nil {
			return nil, s.refuse(err)
		}
		return out, nil
	})
}

// describe says in words what the description's machine-readable part says.
func (s *Server) describe(d operation) string {
	var b strings.Builder
	b.WriteString(d.description)
	sep := func() {
		if b.Len() > 0 {
			b.WriteString("\n\n")
		}
	}
	switch {
	case d.public:
		sep()
		b.WriteString("Needs no session.")
	case d.op == "":
		sep()
		b.WriteString("For every officer with a session.")
	default:
		sep()
		b.WriteString("For officers with one of the roles " + strings.ReplaceAll(section.Permitted(d.op).String(), ",", ", ") + " (" + string(d.op) + ").")
	}
	return b.String()
}

// ask is the gate of every operation.
func (s *Server) ask(d operation) func(huma.Context, func(huma.Context)) {
	return func(hc huma.Context, next func(huma.Context)) {
		r, w := humago.Unwrap(hc)
		c := caller{request: r, writer: w}
		ctx := hc.Context()
		if !d.public {
			var byCookie bool
			c.token, byCookie = s.token(r)
			var err error
			if byCookie && !safe(r.Method) && r.Header.Get(api.HeaderDesk) == "" {
				err = refusal(http.StatusForbidden, api.CodeOrigin, "a session kept in a cookie changes something only with the header "+api.HeaderDesk+"; send it, or use a bearer token")
			}
			if err == nil {
				c.officer, err = s.node.Section().Authenticate(ctx, c.token)
			}
			if err == nil && d.op != "" {
				err = s.node.Section().Authorise(ctx, c.officer, d.op, object(r))
			}
			if err != nil {
				var p *problem
				errors.As(s.refuse(err), &p)
				writeProblem(w, p)
				return
			}
		}
		rc := http.NewResponseController(w)
		limit := s.limit(d)
		switch {
		case d.stream:
			// Each piece gets its own, see pace.
			rc.SetReadDeadline(time.Time{})
			rc.SetWriteDeadline(time.Time{})
			// The server reads what is left of a body before it closes.
			defer func() { rc.SetReadDeadline(time.Now().Add(s.patience.idle)) }()
		default:
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, limit)
			defer cancel()
			rc.SetWriteDeadline(time.Now().Add(limit + s.patience.idle))
		}
		next(huma.WithContext(hc, context.WithValue(ctx, callerKey{}, c)))
	}
}

// limit is how long an operation may take.
func (s *Server) limit(d operation) time.Duration {
	if d.slow {
		return s.patience.slow
	}
	return s.patience.ordinary
}

// object is the identifier in a path, for the audit log.
func object(r *http.Request) string {
	for _, name := range []string{"id", "login"} {
		if v := r.PathValue(name); v != "" {
			return v
		}
	}
	return ""
}

// token returns the session token that a request carries, and whether it was
// the browser that sent it. A bearer goes before a cookie.
func (s *Server) token(r *http.Request) (string, bool) {
	if t, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return t, false
	}
	if c, err := r.Cookie(s.cookie()); err == nil {
		return c.Value, true
	}
	return "", false
}

// body wraps what an operation answers.
type body[T any] struct{ Body T }

func answer[T any](v T) (*body[T], error) { return &body[T]{v}, nil }

type none struct{}

// limited returns how many rows a page has.
func limited(n, usual int) int {
	if n == 0 {
		return usual
	}
	return n
}
