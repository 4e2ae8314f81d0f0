package taxii

import (
	"encoding/json"
	"errors"
	"strings"
)

// MediaType is the media type of every request and response (clause 1.6.8).
const MediaType = "application/taxii+json;version=2.1"

// StixMediaType returns the media type of STIX objects of a specification
// version such as "2.1".
func StixMediaType(spec string) string { return "application/stix+json;version=" + spec }

// Errors of the protocol. A [Store] returns them, wrapped or not; the server
// answers with their status.
var (
	// ErrNotFound: there is no such resource, or none that this user may see.
	ErrNotFound = errors.New("taxii: not found")
	// ErrForbidden: the user may see the collection, but not do this.
	ErrForbidden = errors.New("taxii: forbidden")
	// ErrQuery: a query parameter is malformed.
	ErrQuery = errors.New("taxii: malformed query")
	// ErrUnprocessable: the body cannot be processed.
	ErrUnprocessable = errors.New("taxii: unprocessable content")
	// ErrTooLarge: a bound is exceeded.
	ErrTooLarge = errors.New("taxii: too large")
)

// Discovery is the resource of clause 4.1.1. URLs of API roots are as the
// server's keeper wrote them.
type Discovery struct {
	Title       string   `json:"title"`
	Description string   `json:"description,omitempty"`
	Contact     string   `json:"contact,omitempty"`
	Default     string   `json:"default,omitempty"`
	APIRoots    []string `json:"api_roots,omitempty"`
}

// APIRoot is the resource of clause 4.2.1.
type APIRoot struct {
	Title       string   `json:"title"`
	Description string   `json:"description,omitempty"`
	Versions    []string `json:"versions"`
	// MaxContentLength bounds the body of a request, in bytes.
	MaxContentLength int64 `json:"max_content_length"`
}

// Collection is the resource of clause 5.2.1, as one user may see it.
type Collection struct {
	ID          string   `json:"id"`
	Title       string   `json:"title"`
	Description string   `json:"description,omitempty"`
	Alias       string   `json:"alias,omitempty"`
	CanRead     bool     `json:"can_read"`
	CanWrite    bool     `json:"can_write"`
	MediaTypes  []string `json:"media_types,omitempty"`
}

// Status is the resource of clause 4.3.1.
type Status struct {
	ID               string         `json:"id"`
	Status           string         `json:"status"` // StatusComplete or StatusPending
	RequestTimestamp string         `json:"request_timestamp,omitempty"`
	TotalCount       int            `json:"total_count"`
	SuccessCount     int            `json:"success_count"`
	Successes        []StatusDetail `json:"successes,omitempty"`
	FailureCount     int            `json:"failure_count"`
	Failures         []StatusDetail `json:"failures,omitempty"`
	PendingCount     int            `json:"pending_count"`
	Pendings         []StatusDetail `json:"pendings,omitempty"`
}

// The values of Status.Status.
const (
	StatusComplete = "complete"
	StatusPending  = "pending"
)

// StatusDetail tells what became of one object (clause 4.3.1).
type StatusDetail struct {
	ID      string `json:"id"`
	Version string `json:"version"`
	Message string `json:"message,omitempty"`
}

// UnmarshalJSON also reads the bare identifiers that servers of TAXII 2.0
// wrote in place of the details.
func (d *StatusDetail) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] == '"' {
		*d = StatusDetail{}
		return json.Unmarshal(raw, &d.ID)
	}
	type plain StatusDetail
	return json.Unmarshal(raw, (*plain)(d))
}

// Succeed notes an object that is in the collection.
func (s *Status) Succeed(d StatusDetail) {
	s.Successes, s.SuccessCount = append(s.Successes, d), s.SuccessCount+1
	s.TotalCount++
}

// Fail notes an object that is not.
func (s *Status) Fail(d StatusDetail) {
	s.Failures, s.FailureCount = append(s.Failures, d), s.FailureCount+1
	s.TotalCount++
}

// ErrorMessage is the body of an error (clause 3.6.1).
type ErrorMessage struct {
	Title       string `json:"title"`
	Description string `json:"description,omitempty"`
	ErrorCode   string `json:"error_code,omitempty"`
	HTTPStatus  string `json:"http_status,omitempty"`
}

// ManifestRecord is an entry of a manifest (clause 5.3.1).
type ManifestRecord struct {
	ID        string    `json:"id"`
	DateAdded Timestamp `json:"date_added"`
	Version   string    `json:"version"`
	MediaType string    `json:"media_type,omitempty"`
}

// Root is an API root with the collections that a user may see.
type Root struct {
	// Name is the path of the root without slashes around it.
	Name        string
	Info        APIRoot
	Collections []Collection
}

// Directory is what a user may see of a server. It is read only once handed
// over.
type Directory struct {
	// Discovery is nil where the server has none.
	Discovery *Discovery
	Roots     []Root
}

// Root finds an API root by its name.
func (d *Directory) Root(name string) *Root {
	for i := range d.Roots {
		if d.Roots[i].Name == name {
			return &d.Roots[i]
		}
	}
	return nil
}

// Collection finds a collection by its identifier or alias.
func (r *Root) Collection(name string) *Collection {
	for i := range r.Collections {
		if c := &r.Collections[i]; c.ID == name {
			return c
		}
	}
	for i := range r.Collections {
		if c := &r.Collections[i]; c.Alias == name && name != "" {
			return c
		}
	}
	return nil
}

// TypeOf returns the type that an identifier begins with, empty without one.
func TypeOf(id string) string {
	typ, _, ok := strings.Cut(id, "--")
	if !ok {
		return ""
	}
	return typ
}
