package taxii

import (
	"encoding/json"
	"net/http"
	"sync"
)

// bodies are buffers of answers.
var bodies = sync.Pool{New: func() any { b := make([]byte, 0, 64<<10); return &b }}

// read answers the endpoints that list objects: 5.3, 5.4, 5.6 and 5.8.
func (r *request) read(w http.ResponseWriter, c *Collection, ep endpoint) error {
	known := collectionFields
	switch ep {
	case epObject:
		known = objectFields
	case epVersions:
		known = versionsFields
	}
	q, err := parseQuery(r.http.URL.RawQuery, known)
	if err != nil {
		return err
	}
	sel := Selection{Root: r.root.Name, Collection: c.ID, Filter: q.filter, After: Start, Limit: r.limit(q.limit), Bodies: ep == epObjects || ep == epObject}
	if ep == epObject || ep == epVersions {
		sel.Filter.IDs = []string{r.seg[3]}
	}
	if ep == epVersions {
		sel.Filter.Versions = Versions{All: true}
	} else if v := &sel.Filter.Versions; !v.All && !v.First && !v.Last && len(v.At) == 0 {
		v.Last = true
	}
	digest := sel.Filter.digest(r.root.Name + "\x00" + c.ID)
	if q.next != "" {
		if sel.After, err = readNext(q.next, digest); err != nil {
			return err
		}
	}
	page, err := r.Store.Page(r.http.Context(), r.user, sel)
	if err != nil {
		return err
	}
	if len(page.Records) == 0 {
		// An object that is not there, or not in this version, is not found
		// (5.7); one that other filters keep back is an empty answer (5.6).
		one := ep == epObject || ep == epVersions
		if one && q.next == "" && !page.Known {
			return ErrNotFound
		}
		write(w, http.StatusOK, []byte("{}"))
		return nil
	}
	h := w.Header()
	first, last := &page.Records[0], &page.Records[len(page.Records)-1]
	h.Set("X-TAXII-Date-Added-First", first.Place.Added.String())
	h.Set("X-TAXII-Date-Added-Last", last.Place.Added.String())
	buf := bodies.Get().(*[]byte)
	defer bodies.Put(buf)
	b := append((*buf)[:0], `{"more":`...)
	if page.More {
		b = append(b, `true,"next":"`...)
		b = append(b, writeNext(last.Place, digest)...)
		b = append(b, '"')
	} else {
		b = append(b, "false"...)
	}
	b = appendRecords(b, page.Records, ep)
	if cap(b) <= 4<<20 { // a rare large page is not kept
		*buf = b
	}
	write(w, http.StatusOK, b)
	return nil
}

func appendRecords(b []byte, records []Record, ep endpoint) []byte {
	if ep == epVersions {
		b = append(b, `,"versions":[`...)
	} else {
		b = append(b, `,"objects":[`...)
	}
	for i := range records {
		if i > 0 {
			b = append(b, ',')
		}
		rec := &records[i]
		switch ep {
		case epVersions:
			b = appendString(b, rec.Version)
		case epManifest:
			b = appendString(append(b, `{"id":`...), rec.ID)
			b = append(b, `,"date_added":"`...)
			b = rec.Place.Added.append(b)
			b = appendString(append(b, `","version":`...), rec.Version)
			b = appendString(append(b, `,"media_type":`...), rec.MediaType)
			b = append(b, '}')
		default:
			b = append(b, rec.Raw...)
		}
	}
	return append(b, "]}"...)
}

func appendString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= 0x7f {
			q, _ := json.Marshal(s) // a string cannot fail
			return append(b, q...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

// limit is what the client wants, bounded by what the server gives.
func (s *Server) limit(wanted int) int {
	most := s.MaxPage
	if most <= 0 {
		most = DefaultPage
	}
	if wanted <= 0 {
		return most
	}
	return min(wanted, most)
}
