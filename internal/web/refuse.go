package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"entente/act"
	"entente/internal/centre"
	"entente/internal/feed"
	"entente/internal/node"
	"entente/internal/section"
	"entente/internal/store"
	"entente/internal/store/viewdb"
	"entente/internal/web/api"
	"entente/label"
	"entente/seal"
)

// problem is a refusal on its way out. It implements huma.StatusError.
type problem struct {
	body   api.Error
	status int
	retry  int // seconds, for Retry-After
}

// Error implements error.
func (p *problem) Error() string { return p.body.Message }

// GetStatus implements huma.StatusError.
func (p *problem) GetStatus() int { return p.status }

// GetHeaders implements huma.HeadersError.
func (p *problem) GetHeaders() http.Header {
	if p.retry == 0 {
		return nil
	}
	return http.Header{"Retry-After": {strconv.Itoa(p.retry)}}
}

// ContentType implements huma.ContentTypeFilter.
func (p *problem) ContentType(string) string { return "application/json" }

// MarshalJSON writes the body alone.
func (p *problem) MarshalJSON() ([]byte, error) { return json.Marshal(p.body) }

// The framework has one hook for refusals of its own, for the whole program,
// and one way of writing lists.
func init() {
	huma.NewError = newError
	huma.DefaultArrayNullable = false
}

// newError is called by the framework for requests that do not fit the
// description. Where in the request it is wrong is said, what stood there is
// not: it may be a password.
func newError(status int, message string, errs ...error) huma.StatusError {
	p := &problem{status: status, body: api.Error{Code: api.CodeRequest, Message: message}}
	for _, e := range errs {
		var bytes *http.MaxBytesError
		if errors.As(e, &bytes) {
			return tooLarge()
		}
		var d huma.ErrorDetailer
		if errors.As(e, &d) {
			at := d.ErrorDetail()
			p.body.Message += ": " + at.Message
			if at.Location != "" {
				p.body.Message += " (" + at.Location + ")"
			}
		}
	}
	switch status {
	case http.StatusRequestEntityTooLarge:
		return tooLarge()
	case http.StatusInternalServerError:
		p.body = api.Error{Code: api.CodeInternal, Message: "the node could not do it; its log says why"}
	}
	if len(p.body.Message) > 1000 {
		p.body.Message = p.body.Message[:1000]
	}
	return p
}

// tooLarge refuses a request for its size.
func tooLarge() *problem {
	return refusal(http.StatusRequestEntityTooLarge, api.CodeTooLarge,
		"the request is larger than the API takes: a draft has 2 MiB at most, a file that is attached or taken in 100 MiB (the charter may say less); divide it")
}

func refusal(status int, code, message string) *problem {
	return &problem{status: status, body: api.Error{Code: code, Message: message}}
}

// refuse turns an error of the node into what an officer is told. What is not
// there and what the officer may not know of are answered with the same bytes.
func (s *Server) refuse(err error) error {
	if err == nil {
		return nil
	}
	p := s.problem(err)
	s.metrics.refused(p.body.Code)
	return p
}

func (s *Server) problem(err error) *problem {
	var p *problem
	var r *section.Refusal
	var refused *node.Refused
	var ar *act.Refusal
	var withdrawn *node.ErrWithdrawn
	var bytes *http.MaxBytesError
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &r):
		p := refusal(statusOf(r.Code), string(r.Code), r.Error())
		if r.Rule > 0 {
			p.body.Rule = strconv.Itoa(r.Rule)
		}
		if p.status == http.StatusTooManyRequests {
			p.retry = max(1, r.RetryAfter)
		}
		return p
	case errors.As(err, &refused):
		f := refused.Findings[0]
		return &problem{status: http.StatusUnprocessableEntity, body: api.Error{Code: f.Code, Rule: f.Rule, Message: refused.Error(), Findings: findings(refused.Findings)}}
	case errors.As(err, &ar):
		p := refusal(http.StatusUnprocessableEntity, ar.Code, err.Error())
		p.body.Rule = ar.Rule
		return p
	case errors.As(err, &withdrawn):
		p := refusal(http.StatusGone, api.CodeWithdrawn, err.Error())
		p.body.Rule = "8"
		return p
	case errors.Is(err, viewdb.ErrNotFound), errors.Is(err, node.ErrNoAttachment), errors.Is(err, centre.ErrNotFound):
		return notFound()
	case errors.Is(err, node.ErrCatchingUp):
		p := refusal(http.StatusServiceUnavailable, api.CodeCatchingUp, err.Error())
		p.body.Rule, p.retry = "10", 1
		return p
	case errors.Is(err, label.ErrBlocked):
		return refusal(http.StatusUnprocessableEntity, api.CodeBlocked, strings.TrimPrefix(err.Error(), "label: "))
	case errors.Is(err, node.ErrMixed), errors.Is(err, node.ErrKind):
		return refusal(http.StatusUnprocessableEntity, api.CodeDraft, err.Error())
	case errors.Is(err, node.ErrDraft):
		return refusal(http.StatusUnprocessableEntity, api.CodeDraft, err.Error())
	case errors.Is(err, feed.ErrGrants):
		return refusal(http.StatusUnprocessableEntity, api.CodeGrants, err.Error())
	case errors.Is(err, node.ErrOnItsWay):
		return refusal(http.StatusConflict, api.CodeOnItsWay, err.Error())
	case errors.Is(err, node.ErrInspect):
		return refusal(http.StatusUnprocessableEntity, api.CodeRequest, err.Error())
	case errors.Is(err, node.ErrBasis):
		return refusal(http.StatusUnprocessableEntity, api.CodeBasis, err.Error())
	case errors.Is(err, node.ErrAttachmentQuota):
		return refusal(http.StatusTooManyRequests, api.CodeQuota, err.Error())
	case errors.As(err, &bytes), errors.Is(err, seal.ErrTooLarge):
		return refusal(http.StatusRequestEntityTooLarge, api.CodeTooLarge, "the file is larger than the charter allows for one attachment; split it")
	case errors.Is(err, store.ErrFull):
		return refusal(http.StatusInsufficientStorage, api.CodeFull, store.ErrFull.Error())
	case errors.Is(err, context.DeadlineExceeded):
		return refusal(http.StatusServiceUnavailable, api.CodeTimeout, "it took longer than the node allows; try again, or ask for less at once")
	case errors.Is(err, context.Canceled):
		return refusal(499, api.CodeCancelled, "the request was broken off")
	}
	if code := node.BundleCode(err); code != "" {
		return refusal(bundleStatusOf(err), code, err.Error())
	}
	if p := suggestionProblem(err); p != nil {
		return p
	}
	if code := centre.Code(err); code != api.CodeInternal {
		return refusal(http.StatusConflict, code, err.Error())
	}
	s.logger.Error("the API failed", "err", err)
	return refusal(http.StatusInternalServerError, api.CodeInternal, "the node could not do it; its log says why")
}

// notFound is the one answer for what never was, what is not released to this
// member, and what was deleted.
func notFound() *problem {
	return refusal(http.StatusNotFound, api.CodeNotFound, viewdb.ErrNotFound.Error())
}

// noneSuch is notFound for one kind of thing: it names the kind, and the list of
// what there is. What is another member's and what never was are one answer.
func noneSuch(err error, what, list string) error {
	if !errors.Is(err, viewdb.ErrNotFound) {
		return err
	}
	return refusal(http.StatusNotFound, api.CodeNotFound, "no "+what+" of that id is here: "+list+" shows those that are")
}

func statusOf(c section.Code) int {
	switch c {
	case section.CodeForbidden, section.CodeSecondPerson:
		return http.StatusForbidden
	case section.CodeCredentials, section.CodeSession:
		return http.StatusUnauthorized
	case section.CodeThrottled, section.CodeBusy:
		return http.StatusTooManyRequests
	case section.CodeNotFound:
		return http.StatusNotFound
	case section.CodeConflict, section.CodeChanged, section.CodeState, section.CodeExists:
		return http.StatusConflict
	}
	return http.StatusUnprocessableEntity
}

func findings(fs []act.Finding) []api.Finding {
	out := make([]api.Finding, 0, len(fs))
	for _, f := range fs {
		out = append(out, api.Finding{Portion: f.Portion, Code: f.Code, Rule: f.Rule, Text: f.Text})
	}
	return out
}

func writeError(w http.ResponseWriter, status int, e api.Error) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(e) // a broken connection is the reader's loss
}

func writeProblem(w http.ResponseWriter, p *problem) {
	for k, v := range p.GetHeaders() {
		w.Header()[k] = v
	}
	writeError(w, p.status, p.body)
}
