package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"entente/internal/web/api"
)

// Sentinels that errors.Is finds in what the methods return.
var (
	// ErrAddress: the address of the node cannot be used.
	ErrAddress = errors.New("this is no address of a node; give one like http://irq.localhost:8701")
	// ErrUnreachable: no whole answer came; the cause is wrapped.
	ErrUnreachable = errors.New("the node does not answer")
	// ErrAnswer: what answered does not speak this API.
	ErrAnswer = errors.New("the answer is not one of a node's API")
	// ErrTooLong: an id or a text is longer than a node takes; it was not asked.
	ErrTooLong = errors.New("an id, or a text to search for, is longer than a node takes; shorten it")
	// ErrIncomplete: a stream ended before its end.
	ErrIncomplete = errors.New("the stream broke off before its end")

	ErrUnauthenticated = errors.New("no session: log in")                    // 401 unauthenticated
	ErrCredentials     = errors.New("log-in and password do not fit")        // 401 credentials
	ErrForbidden       = errors.New("not permitted")                         // 403 forbidden
	ErrSecondPerson    = errors.New("another officer must decide (rule 6)")  // 403 second_person
	ErrNotFound        = errors.New("there is no such thing here")           // 404 not_found
	ErrConflict        = errors.New("changed by somebody else")              // 409 conflict
	ErrChanged         = errors.New("what was seen is not what would leave") // 409 changed
	ErrState           = errors.New("its state does not allow this")         // 409 state
	ErrExists          = errors.New("there is one already")                  // 409 exists
	ErrThrottled       = errors.New("too many failures; wait")               // 429 throttled
	ErrBusy            = errors.New("the node is busy; try again")           // 429 busy, 503 timeout
	ErrQuota           = errors.New("the quota is used up")                  // 429 quota
	ErrTooLarge        = errors.New("too large")                             // 413 too_large
	ErrInvalid         = errors.New("refused as it is")                      // any other 4xx
	ErrFull            = errors.New("the node's disk is full")               // 507 full
	ErrInternal        = errors.New("the node failed; its own log says why") // any other 5xx
)

var byCode = map[string]error{
	api.CodeSession: ErrUnauthenticated, api.CodeCredentials: ErrCredentials, api.CodeForbidden: ErrForbidden, api.CodeSecondPerson: ErrSecondPerson,
	api.CodeNotFound: ErrNotFound, api.CodeConflict: ErrConflict, api.CodeChanged: ErrChanged, api.CodeState: ErrState, api.CodeExists: ErrExists,
	api.CodeThrottled: ErrThrottled, api.CodeBusy: ErrBusy, api.CodeTimeout: ErrBusy, api.CodeQuota: ErrQuota, api.CodeTooLarge: ErrTooLarge,
	api.CodeFull: ErrFull, api.CodeInternal: ErrInternal,
}

// Error is a refusal of the node.
type Error struct {
	// Code is stable, Message says what, why, and what would cure it; Rule is
	// the number of the hard rule that is the reason, or empty.
	Code, Message, Rule string
	// Findings are all that stands against it, where it is more than one.
	Findings []api.Finding
	// Status is the HTTP status; 0 where a stream had begun.
	Status int
	// RetryAfter is how long to wait before trying again; 0 where the node
	// does not say.
	RetryAfter time.Duration
}

// Is lets errors.Is find the sentinel of the refusal's code.
func (e *Error) Is(kind error) bool {
	if k, ok := byCode[e.Code]; ok {
		return kind == k
	}
	switch {
	case e.Status >= 500:
		return kind == ErrInternal
	default:
		return kind == ErrInvalid
	}
}

// Error is the message of the refusal.
func (e *Error) Error() string {
	if e.Message == "" {
		return fmt.Sprintf("the node refuses with %s (HTTP %d)", e.Code, e.Status)
	}
	return e.Message
}

func refusal(e api.Error) *Error {
	return &Error{Code: e.Code, Message: e.Message, Rule: e.Rule, Findings: e.Findings}
}

// readError reads a refusal from an answer.
func readError(resp *http.Response) error {
	raw, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	var body api.Error
	if json.Unmarshal(raw, &body) != nil || body.Code == "" {
		return fmt.Errorf("%w: HTTP %d", ErrAnswer, resp.StatusCode)
	}
	e := refusal(body)
	e.Status = resp.StatusCode
	if n, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && n > 0 {
		e.RetryAfter = time.Duration(n) * time.Second
	}
	return e
}
