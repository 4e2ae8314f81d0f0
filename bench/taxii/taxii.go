// Package taxii measures the TAXII 2.1 server over HTTP on the loopback
// interface: pages of a collection that holds little and much, and additions.
package taxii

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"entente/internal/store/taxiidb"
	"entente/taxii"
)

const (
	root       = "bench"
	collection = "6ba7b810-9dad-41d1-80b4-00c04fd430c8"
	user       = "bench"
	password   = "bench"
)

// begin is the date of the first object; the others follow by a microsecond.
var begin = taxii.TimestampOf(time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC))

// House is a server with a number of objects.
type House struct {
	db   *taxiidb.DB
	srv  *httptest.Server
	held int
}

// Object makes the indicator of a number.
func Object(i int) []byte {
	sum := sha256.Sum256(fmt.Appendf(nil, "bench %d", i))
	sum[6], sum[8] = sum[6]&0x0f|0x40, sum[8]&0x3f|0x80
	at := begin.Time().Add(time.Duration(i) * time.Second).Format("2006-01-02T15:04:05.000Z")
	return fmt.Appendf(nil, `{"type":"indicator","spec_version":"2.1","id":"indicator--%x-%x-%x-%x-%x","created":%q,"modified":%q,"name":"Indicator %d","description":"Made up to measure with; it has the length that indicators in circulation have.","indicator_types":["malicious-activity"],"pattern":"[file:hashes.'SHA-256' = '%x']","pattern_type":"stix","valid_from":%q,"confidence":50,"labels":["made-up"]}`,
		sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16], at, at, i, sum, at)
}

// Open fills a collection in dir with n objects and serves it.
func Open(ctx context.Context, dir string, n int) (*House, error) {
	db, err := taxiidb.Open(dir)
	if err != nil {
		return nil, err
	}
	const part = 20_000
	for from := 0; from < n || from == 0; from += part {
		f := &taxii.MedallionFile{Roots: []taxii.MedallionRoot{{
			Name: root,
			Info: taxii.APIRoot{Title: root, Versions: []string{taxii.MediaType}, MaxContentLength: 64 << 20},
			Collections: []taxii.MedallionCollection{{
				Collection: taxii.Collection{ID: collection, Title: root, CanRead: true, CanWrite: true, MediaTypes: []string{taxii.StixMediaType("2.1")}},
			}},
		}}}
		c := &f.Roots[0].Collections[0]
		for i := from; i < min(from+part, n); i++ {
			o, err := taxii.ReadObject(Object(i))
			if err != nil {
				return nil, err
			}
			c.Objects = append(c.Objects, taxii.MedallionObject{Object: o, Added: begin + taxii.Timestamp(i)})
		}
		if _, err := db.Import(ctx, f, begin, nil); err != nil {
			return nil, errors.Join(err, db.Close())
		}
	}
	return &House{db: db, held: n, srv: httptest.NewServer(&taxii.Server{Store: db, Authenticate: taxii.BasicAuth(user, password), MaxPage: 1000})}, nil
}

// Close ends the server.
func (h *House) Close() error {
	h.srv.Close()
	return h.db.Close()
}

func (h *House) request(ctx context.Context, method string, q url.Values, body []byte) (int64, error) {
	req, err := http.NewRequestWithContext(ctx, method, h.srv.URL+"/"+root+"/collections/"+collection+"/objects/?"+q.Encode(), bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.SetBasicAuth(user, password)
	req.Header.Set("Accept", taxii.MediaType)
	if body != nil {
		req.Header.Set("Content-Type", taxii.MediaType)
	}
	resp, err := h.srv.Client().Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	n, err := io.Copy(io.Discard, resp.Body)
	if err == nil && resp.StatusCode/100 != 2 {
		err = fmt.Errorf("status %d", resp.StatusCode)
	}
	return n, err
}

// Pages asks for requests pages of size objects, each beginning elsewhere,
// with a number of clients at once, and returns requests per second. typ, when
// not empty, goes into match[type].
func (h *House) Pages(ctx context.Context, requests, clients, size int, typ string) (float64, error) {
	order := rand.New(rand.NewPCG(1, 2)).Perm(max(1, (h.held-size)/size))
	return many(clients, func(i int, _ time.Duration) bool { return i < requests }, func(i int) error {
		from := begin + taxii.Timestamp(order[i%len(order)]*size) - 1
		q := url.Values{"limit": {fmt.Sprint(size)}, "added_after": {from.String()}}
		if typ != "" {
			q.Set("match[type]", typ)
		}
		n, err := h.request(ctx, http.MethodGet, q, nil)
		if err == nil && n < int64(size)*400 {
			err = fmt.Errorf("a page of only %d bytes", n)
		}
		return err
	})
}

// many has a number of clients ask, each one request after another, as long as
// go on says so of a request's number and the time since the first, and returns
// requests per second.
func many(clients int, goOn func(i int, since time.Duration) bool, ask func(i int) error) (float64, error) {
	var next, done atomic.Int64
	var failed atomic.Value
	start := time.Now()
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() {
			for failed.Load() == nil {
				i := int(next.Add(1)) - 1
				if !goOn(i, time.Since(start)) {
					return
				}
				if err := ask(i); err != nil {
					failed.Store(err)
				}
				done.Add(1)
			}
		})
	}
	wg.Wait()
	if err, ok := failed.Load().(error); ok {
		return 0, err
	}
	return float64(done.Load()) / time.Since(start).Seconds(), nil
}

// envelope makes a body of size objects from a number on.
func envelope(from, size int) []byte {
	b := []byte(`{"objects":[`)
	for i := range size {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, Object(from+i)...)
	}
	return append(b, "]}"...)
}

// Add sends new objects, size in a request, and returns objects per second.
func (h *House) Add(ctx context.Context, requests, size int) (float64, error) {
	bodies := make([][]byte, requests)
	for r := range bodies {
		bodies[r] = envelope(h.held+r*size, size)
	}
	start := time.Now()
	for _, b := range bodies {
		if _, err := h.request(ctx, http.MethodPost, nil, b); err != nil {
			return 0, err
		}
	}
	h.held += requests * size
	return float64(requests*size) / time.Since(start).Seconds(), nil
}
