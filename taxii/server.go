package taxii

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// DefaultPage is the greatest number of objects in one answer where the
// keeper of the server sets none.
const DefaultPage = 100

// maxSegments bounds the path of a request.
const maxSegments = 16

// Server answers TAXII 2.1 requests from a store. It is an http.Handler.
type Server struct {
	// Store holds what is served.
	Store Store
	// Authenticate returns the user of a request and whether there is one.
	// Everything is refused with 401 where it says no.
	Authenticate func(*http.Request) (user string, ok bool)
	// MaxPage is the greatest number of objects in one answer, DefaultPage
	// when 0.
	MaxPage int
	// Now is the clock; time.Now when nil.
	Now func() time.Time
	// Rightless lists collections that may be neither read nor written, with
	// both rights false, and refuses their content with 403, as medallion
	// does. Without it they do not exist for anybody.
	Rightless bool
	// Log gets failures of the store; nothing is logged when nil.
	Log *slog.Logger
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	err := s.serve(w, r)
	if err == nil {
		return
	}
	p := problemOf(err)
	if p.status == http.StatusInternalServerError && r.Context().Err() == nil && s.Log != nil {
		s.Log.Error("taxii", "method", r.Method, "path", r.URL.Path, "error", err)
	}
	writeError(w, p)
}

// problem is an error with its status.
type problem struct {
	status      int
	title, text string
	header      [2]string
}

func (p *problem) Error() string { return p.title + ": " + p.text }

func problemOf(err error) *problem {
	var p *problem
	var big *http.MaxBytesError
	switch {
	case errors.As(err, &p):
		return p
	case errors.Is(err, ErrNotFound):
		// The same words for what is not there and what is not to be seen.
		return &problem{status: http.StatusNotFound, title: "Not found", text: "There is no such resource, or none that you may see."}
	case errors.Is(err, ErrForbidden):
		return &problem{status: http.StatusForbidden, title: "Forbidden", text: reason(err)}
	case errors.Is(err, ErrQuery):
		return &problem{status: http.StatusBadRequest, title: "Malformed request", text: reason(err)}
	case errors.Is(err, ErrUnprocessable):
		return &problem{status: http.StatusUnprocessableEntity, title: "Unprocessable content", text: reason(err)}
	case errors.Is(err, ErrTooLarge), errors.As(err, &big):
		return &problem{status: http.StatusRequestEntityTooLarge, title: "Too large", text: "The body exceeds max_content_length of the API root; send fewer objects at a time."}
	}
	return &problem{status: http.StatusInternalServerError, title: "Internal error", text: "The request could not be carried out; nothing of it was half done. Try again later."}
}

// reason is what an error adds to its sentinel.
func reason(err error) string {
	text := err.Error()
	for _, e := range []error{ErrForbidden, ErrQuery, ErrUnprocessable} {
		text = strings.TrimPrefix(text, e.Error()+": ")
	}
	return text
}

func writeError(w http.ResponseWriter, p *problem) {
	h := w.Header()
	if p.header[0] != "" {
		h.Set(p.header[0], p.header[1])
	}
	status := strconv.Itoa(p.status)
	writeJSON(w, p.status, ErrorMessage{Title: p.title, Description: p.text, ErrorCode: strings.ToLower(strings.ReplaceAll(p.title, " ", "_")), HTTPStatus: status})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil { // a type of this package that cannot be written
		panic(err)
	}
	write(w, status, body)
}

func write(w http.ResponseWriter, status int, body []byte) {
	h := w.Header()
	h.Set("Content-Type", MediaType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write(body) // a reader who has gone is no failure of the server
}

// endpoint is what is left of a path behind the API root.
type endpoint int

const (
	epNone endpoint = iota
	epRoot
	epStatus
	epCollections
	epCollection
	epManifest
	epObjects
	epObject
	epVersions
)

// shape reads the endpoint from the segments behind an API root.
func shape(seg []string) endpoint {
	switch {
	case len(seg) == 0:
		return epRoot
	case seg[0] == "status" && len(seg) == 2:
		return epStatus
	case seg[0] != "collections":
		return epNone
	}
	switch len(seg) {
	case 1:
		return epCollections
	case 2:
		return epCollection
	case 3:
		switch seg[2] {
		case "manifest":
			return epManifest
		case "objects":
			return epObjects
		}
	case 4:
		if seg[2] == "objects" {
			return epObject
		}
	case 5:
		if seg[2] == "objects" && seg[4] == "versions" {
			return epVersions
		}
	}
	return epNone
}

// segments divides a path; a slash at its end may be left out.
func segments(path string) ([]string, bool) {
	path = strings.TrimSuffix(strings.TrimPrefix(path, "/"), "/")
	if path == "" {
		return nil, true
	}
	seg := strings.Split(path, "/")
	if len(seg) > maxSegments {
		return nil, false
	}
	for _, s := range seg {
		if s == "" {
			return nil, false
		}
	}
	return seg, true
}

// request is one request under way.
type request struct {
	*Server
	http *http.Request
	user string
	dir  *Directory
	root *Root
	seg  []string // behind the root
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) error {
	user, ok := s.Authenticate(r)
	if !ok {
		return &problem{http.StatusUnauthorized, "Unauthorized", "Credentials of this server are needed (HTTP Basic).", [2]string{"WWW-Authenticate", `Basic realm="TAXII", charset="UTF-8"`}}
	}
	// What does not depend on what exists comes first, so that no answer tells
	// whether something does.
	if !acceptable(r.Header) {
		return &problem{status: http.StatusNotAcceptable, title: "Not acceptable", text: "The Accept header must have " + MediaType + " or the type without version."}
	}
	seg, ok := segments(r.URL.Path)
	if !ok {
		return ErrNotFound
	}
	dir, err := s.Store.Directory(r.Context(), user)
	if err != nil {
		return err
	}
	req := request{Server: s, http: r, user: user, dir: dir}
	if len(seg) == 1 && seg[0] == "taxii2" {
		if err := methods(r, http.MethodGet); err != nil {
			return err
		}
		if dir.Discovery == nil {
			return ErrNotFound
		}
		writeJSON(w, http.StatusOK, dir.Discovery)
		return nil
	}
	// The longest API root that the path begins with.
	for n := len(seg); n >= 0 && req.root == nil; n-- {
		if root := dir.Root(strings.Join(seg[:n], "/")); root != nil && shape(seg[n:]) != epNone {
			req.root, req.seg = root, seg[n:]
		}
	}
	if req.root == nil {
		return ErrNotFound
	}
	return req.answer(w, shape(req.seg))
}

// methods refuses other methods with 405. Reading is also HEAD.
func methods(r *http.Request, allowed ...string) error {
	for _, m := range allowed {
		if r.Method == m || m == http.MethodGet && r.Method == http.MethodHead {
			return nil
		}
	}
	list := strings.Join(allowed, ", ")
	return &problem{http.StatusMethodNotAllowed, "Method not allowed", "This endpoint knows " + list + ".", [2]string{"Allow", list}}
}

func (r *request) answer(w http.ResponseWriter, ep endpoint) error {
	allowed := []string{http.MethodGet}
	switch ep {
	case epObjects:
		allowed = append(allowed, http.MethodPost)
	case epObject:
		allowed = append(allowed, http.MethodDelete)
	}
	if err := methods(r.http, allowed...); err != nil {
		return err
	}
	switch ep {
	case epRoot:
		writeJSON(w, http.StatusOK, r.root.Info)
		return nil
	case epStatus:
		st, err := r.Store.Status(r.http.Context(), r.user, r.root.Name, r.seg[1])
		if err != nil {
			return err
		}
		writeJSON(w, http.StatusOK, st)
		return nil
	case epCollections:
		// A root without collections gives an empty object (clause 5.1.1).
		writeJSON(w, http.StatusOK, struct {
			Collections []Collection `json:"collections,omitempty"`
		}{r.visible()})
		return nil
	}
	c := r.root.Collection(r.seg[1])
	if c == nil || !r.shown(c) {
		return ErrNotFound
	}
	switch {
	case ep == epCollection:
		writeJSON(w, http.StatusOK, c)
		return nil
	case !c.CanRead && !c.CanWrite:
		return fmt.Errorf("%w: you may neither read this collection nor write to it", ErrForbidden)
	case r.http.Method == http.MethodPost:
		if !c.CanWrite {
			return fmt.Errorf("%w: you may read this collection, not write to it", ErrForbidden)
		}
		return r.add(w, c)
	case r.http.Method == http.MethodDelete:
		if !c.CanWrite || !c.CanRead {
			return fmt.Errorf("%w: deleting needs the right to read and to write", ErrForbidden)
		}
		return r.delete(w, c)
	case !c.CanRead:
		return fmt.Errorf("%w: you may write to this collection, not read it", ErrForbidden)
	}
	return r.read(w, c, ep)
}

// shown tells whether a collection exists for the user.
func (r *request) shown(c *Collection) bool { return r.Rightless || c.CanRead || c.CanWrite }

// visible leaves out collections that do not exist for the user.
func (r *request) visible() []Collection {
	all := true
	for i := range r.root.Collections {
		all = all && r.shown(&r.root.Collections[i])
	}
	if all {
		return r.root.Collections
	}
	var cs []Collection
	for i, c := range r.root.Collections {
		if r.shown(&r.root.Collections[i]) {
			cs = append(cs, c)
		}
	}
	return cs
}
