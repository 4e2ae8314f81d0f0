package web

import (
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
)

// An upload passes through in pieces: what is allocated does not grow with the
// file.
func TestAnUploadIsNotHeldInMemory(t *testing.T) {
	b := newBed(t)
	allocated := func(size int64) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		w := b.request("POST", base+"/attachments?name=a.bin", "duty", &zeros{left: size})
		runtime.ReadMemStats(&after)
		if w.Code != http.StatusCreated {
			t.Fatalf("HTTP %d %s", w.Code, w.Body)
		}
		return after.TotalAlloc - before.TotalAlloc
	}
	b.token("duty")
	if few, many := allocated(1<<20), allocated(32<<20); many > few+8<<20 {
		t.Errorf("1 MiB allocates %d bytes, 32 MiB %d", few, many)
	}
}

func BenchmarkUpload(b *testing.B) {
	bed := newBed(b)
	const size = 8 << 20
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		if w := bed.request("POST", base+"/attachments?name=a.bin", "duty", &zeros{left: size}); w.Code != http.StatusCreated {
			b.Fatalf("HTTP %d %s", w.Code, w.Body)
		}
	}
}

// benchmarkGet measures a whole request over the handler, with session and
// permission.
func benchmarkGet(b *testing.B, path string) {
	bed := newBed(b)
	bed.log.Grow(64 << 20)
	token := bed.token("analyst")
	b.ReportAllocs()
	for b.Loop() {
		req := httptest.NewRequest("GET", base+path, nil)
		req.Host = "localhost"
		req.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		bed.handler.ServeHTTP(w, req)
		if w.Code != http.StatusOK {
			b.Fatalf("HTTP %d %s", w.Code, w.Body)
		}
	}
}

func BenchmarkWhoAmI(b *testing.B)      { benchmarkGet(b, "/session") }
func BenchmarkStatus(b *testing.B)      { benchmarkGet(b, "/status") }
func BenchmarkFindReports(b *testing.B) { benchmarkGet(b, "/reports?text=bridge") }
func BenchmarkListDrafts(b *testing.B)  { benchmarkGet(b, "/drafts") }
func BenchmarkMembers(b *testing.B)     { benchmarkGet(b, "/members") }
func BenchmarkCheckedBody(b *testing.B) {
	bed := newBed(b)
	token := bed.token("duty")
	b.ReportAllocs()
	for b.Loop() {
		w := bed.request("POST", base+"/releases", "", map[string]any{"drafts": []string{}, "batch": ""}, "Authorization", "Bearer "+token)
		if w.Code != http.StatusUnprocessableEntity {
			b.Fatalf("HTTP %d %s", w.Code, w.Body)
		}
	}
}
