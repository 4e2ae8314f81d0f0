package web

import (
	"bytes"
	"errors"
	"net/http"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"entente/internal/web/api"
)

func TestOneRange(t *testing.T) {
	for _, x := range []struct {
		header   string
		from, to int64
		part     bool
		status   int
	}{
		{"bytes=0-", 0, 100, true, 0},
		{"bytes=40-", 40, 100, true, 0},
		{"bytes=40-59", 40, 60, true, 0},
		{"bytes=99-99", 99, 100, true, 0},
		{"bytes=40-1000", 40, 100, true, 0},
		{"bytes=-10", 90, 100, true, 0},
		{"bytes=-1000", 0, 100, true, 0},
		{"bytes=100-", 0, 0, false, 416},
		{"bytes=-0", 0, 0, false, 416},
		{"bytes=0-1,5-6", 0, 100, false, 0}, // several ranges: the whole
		{"bytes=50-40", 0, 100, false, 0},
		{"bytes=x-", 0, 100, false, 0},
		{"bytes=", 0, 100, false, 0},
		{"lines=1-2", 0, 100, false, 0},
		{"bytes=99999999999999999999-", 0, 100, false, 0},
	} {
		from, to, part, err := oneRange(x.header, 100)
		var p *problem
		if status := 0; errors.As(err, &p) {
			if status = p.status; status != x.status {
				t.Errorf("%q: %v", x.header, err)
			}
			continue
		}
		if x.status != 0 || from != x.from || to != x.to || part != x.part {
			t.Errorf("%q: %d-%d part %v, want %d-%d part %v status %d", x.header, from, to, part, x.from, x.to, x.part, x.status)
		}
	}
}

func FuzzOneRange(f *testing.F) {
	f.Add("bytes=0-", int64(10))
	f.Add("bytes=-3", int64(10))
	f.Add("bytes=2-5", int64(0))
	f.Fuzz(func(t *testing.T, h string, size int64) {
		if size < 0 {
			return
		}
		from, to, part, err := oneRange(h, size)
		switch {
		case err != nil:
		case from < 0 || to > size || from > to || part && from == to || !part && (from != 0 || to != size):
			t.Errorf("%q of %d: %d-%d part %v", h, size, from, to, part)
		}
	})
}

// However a file comes in pieces, the range that was asked for goes out, and
// the headers before its first byte.
func TestFileWriterWritesTheRange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		file := rapid.SliceOfN(rapid.Byte(), 1, 200).Draw(t, "file")
		from := rapid.IntRange(0, len(file)-1).Draw(t, "from")
		to := rapid.IntRange(from+1, len(file)).Draw(t, "to")
		var out bytes.Buffer
		begun := 0
		w := &fileWriter{w: &out, skip: int64(from), left: int64(to - from), begin: func() { begun++ }}
		for rest := file; len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "piece")
			wrote, err := w.Write(rest[:n])
			if errors.Is(err, errEnough) {
				break
			}
			if err != nil || wrote != n {
				t.Fatalf("%d of %d: %v", wrote, n, err)
			}
			rest = rest[n:]
		}
		if !bytes.Equal(out.Bytes(), file[from:to]) || begun != 1 {
			t.Fatalf("%d-%d of %d gives %d bytes, begun %d times", from, to, len(file), out.Len(), begun)
		}
	})
}

func TestUploadIsBounded(t *testing.T) {
	b := newBed(t)
	post := func(body any, query string, headers ...string) (int, string) {
		w := b.request("POST", base+"/attachments"+query, "duty", body, headers...)
		if w.Code == 201 {
			return w.Code, ""
		}
		return w.Code, refusalOf(t, w).Code
	}
	file := []byte("a file")
	for _, x := range []struct {
		what    string
		query   string
		headers []string
		status  int
		code    string
	}{
		{"a file", "?name=a.txt", []string{"Content-Type", "Text/Plain; charset=utf-8"}, 201, ""},
		{"a file of no kind", "?name=a.txt", nil, 201, ""},
		{"a kind that is none", "?name=a.txt", []string{"Content-Type", "nonsense"}, 415, "request"},
		{"no name", "", nil, 422, "request"},
		{"a name that is too long", "?name=" + strings.Repeat("a", 201), nil, 422, "request"},
	} {
		if status, code := post(file, x.query, x.headers...); status != x.status || code != x.code {
			t.Errorf("%s: HTTP %d %s, want %d %s", x.what, status, code, x.status, x.code)
		}
	}
	// The room for uploads is bounded, and is left again.
	for range maxUploads {
		b.server.uploads <- struct{}{}
	}
	w := b.request("POST", base+"/attachments?name=a.txt", "duty", file)
	if e := refusalOf(t, w); w.Code != http.StatusTooManyRequests || e.Code != api.CodeBusy || w.Header().Get("Retry-After") == "" {
		t.Errorf("HTTP %d %+v", w.Code, e)
	}
	for range maxUploads {
		<-b.server.uploads
	}
	if status, _ := post(file, "?name=a.txt"); status != 201 || len(b.server.uploads) != 0 {
		t.Errorf("HTTP %d, %d rooms taken", status, len(b.server.uploads))
	}
}

// A file beyond the charter's bound is refused while it comes in.
func TestUploadTooLargeIsRefused(t *testing.T) {
	b := newBed(t)
	w := b.request("POST", base+"/attachments?name=a.bin", "duty", &zeros{left: maxUpload + 1})
	if e := refusalOf(t, w); w.Code != http.StatusRequestEntityTooLarge || e.Code != api.CodeTooLarge {
		t.Errorf("HTTP %d %+v", w.Code, e)
	}
}
