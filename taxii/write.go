package taxii

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"entente/stix"
)

// maxContent bounds a body where an API root's max_content_length is larger or
// wrong.
const maxContent = 1 << 30

// add answers the endpoint of clause 5.5.
func (r *request) add(w http.ResponseWriter, c *Collection) error {
	if !contentTypeOK(r.http.Header) {
		return &problem{status: http.StatusUnsupportedMediaType, title: "Unsupported media type", text: "The Content-Type must be " + MediaType + " or the type without version."}
	}
	most := r.root.Info.MaxContentLength
	if most <= 0 || most > maxContent {
		most = maxContent
	}
	if r.http.ContentLength > most {
		return ErrTooLarge
	}
	change := Change{Root: r.root.Name, Collection: c.ID, At: r.now()}
	err := ReadObjects(http.MaxBytesReader(w, r.http.Body, most), &change)
	if err != nil {
		return err
	}
	st, err := r.Store.Apply(r.http.Context(), r.user, change)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusAccepted, st)
	return nil
}

func (s *Server) now() Timestamp {
	if s.Now != nil {
		return TimestampOf(s.Now())
	}
	return TimestampOf(time.Now())
}

// ReadObjects reads an envelope into a change: what the rules of STIX let pass
// into Add, the rest into Refused with the reason. The error wraps
// [ErrUnprocessable] when the body is no envelope or holds no object.
func ReadObjects(r io.Reader, change *Change) error {
	var found []Object
	_, _, err := readEnvelope(r, "objects", func(raw []byte) error {
		o, err := ReadObject(raw)
		if err != nil || o.ID == "" || o.Type == "" {
			// A status names objects by their identifier; this one has none.
			change.Refused = append(change.Refused, StatusDetail{ID: "object " + strconv.Itoa(len(found)+len(change.Refused)), Version: change.At.String(), Message: "is no STIX object with an identifier (STIX 2.1 clause 3.2)"})
			return nil
		}
		found = append(found, o)
		return nil
	})
	if err != nil {
		return err
	}
	if len(found)+len(change.Refused) == 0 {
		return fmt.Errorf("%w: the envelope holds no objects", ErrUnprocessable)
	}
	faults, err := validate(found)
	if err != nil {
		return err
	}
	for i := range found {
		o := &found[i]
		if faults[i] != "" {
			version := o.Version
			if version == "" {
				version = change.At.String()
			}
			change.Refused = append(change.Refused, StatusDetail{ID: clip(o.ID), Version: clip(version), Message: faults[i]})
			continue
		}
		change.Add = append(change.Add, *o)
	}
	return nil
}

// validate returns what is wrong with each object, empty for nothing. An
// object without spec_version is judged as one of STIX 2.0, unless it is an
// observable: an envelope, as a bundle, may hold both (STIX 2.1 clause 3.2).
func validate(objects []Object) ([]string, error) {
	faults := make([]string, len(objects))
	if len(objects) == 0 {
		return faults, nil
	}
	parts := make([]io.Reader, 0, 2*len(objects)+1)
	parts = append(parts, bytes.NewReader([]byte(`{"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000000","objects":[`)))
	comma := []byte(",")
	for i := range objects {
		if i > 0 {
			parts = append(parts, bytes.NewReader(comma))
		}
		parts = append(parts, bytes.NewReader(objects[i].Raw))
	}
	parts = append(parts, bytes.NewReader([]byte("]}")))
	_, err := stix.ValidateStream(io.MultiReader(parts...), stix.Options{Limits: stix.Limits{Errors: 3}}, func(res stix.Result) error {
		i := res.Object.Index
		if i < 0 || i >= len(faults) {
			return nil
		}
		for _, e := range res.Errors {
			if !e.Advice {
				faults[i] = clipTo(e.Message+" ("+ruleOf(e.Clause)+", at "+pathInObject(e.Path)+")", 400)
				break
			}
		}
		if faults[i] == "" && (len(objects[i].ID) > maxValue || len(objects[i].Version) > 64) {
			faults[i] = "identifier or version is too long"
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrUnprocessable, err)
	}
	return faults, nil
}

// ruleOf names the document of a clause where the finding does not.
func ruleOf(clause string) string {
	if clause != "" && clause[0] >= '0' && clause[0] <= '9' {
		return "STIX 2.1 clause " + clause
	}
	return clause
}

// pathInObject makes a path from the list of objects one from the object.
func pathInObject(path string) string {
	if rest, ok := strings.CutPrefix(path, "$.objects["); ok {
		if _, rest, ok = strings.Cut(rest, "]"); ok {
			return "$" + rest
		}
	}
	return path
}

func clipTo(s string, n int) string {
	if len(s) > n {
		return string(bytes.ToValidUTF8([]byte(s[:n]), nil)) + "..."
	}
	return s
}

// delete answers the endpoint of clause 5.7.
func (r *request) delete(w http.ResponseWriter, c *Collection) error {
	q, err := parseQuery(r.http.URL.RawQuery, objectFields)
	if err != nil {
		return err
	}
	q.filter.IDs = []string{r.seg[3]}
	_, err = r.Store.Apply(r.http.Context(), r.user, Change{Root: r.root.Name, Collection: c.ID, Delete: &q.filter, At: r.now()})
	if err != nil {
		return err
	}
	write(w, http.StatusOK, nil)
	return nil
}
