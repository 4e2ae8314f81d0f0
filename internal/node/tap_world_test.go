package node

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"entente/label"
	"entente/seal"
	"entente/tlog"
)

// tap hears what every node is asked and what it answers, inside TLS: all
// that crosses a member's sockets, in both directions.
type tap struct {
	mu     sync.Mutex
	events []event
}

// event is one thing said, in the form of leaks.md: what is sealed, signed or
// hashed is replaced by its length.
type event struct {
	at       time.Duration // since worldStart
	from, to label.MemberID
	what     string
}

func (t *tap) say(at time.Time, from, to label.MemberID, what string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.events = append(t.events, event{at.Sub(worldStart), from, to, what})
}

// of returns what members of a coalition said or heard from a moment on,
// sorted: what happens in one virtual instant has no order.
func (t *tap) of(from time.Duration, coalition ...label.MemberID) []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []string
	for _, e := range t.events {
		if e.at >= from && (slices.Contains(coalition, e.from) || slices.Contains(coalition, e.to)) {
			out = append(out, fmt.Sprintf("%10s %s>%s %s", e.at, e.from, e.to, e.what))
		}
	}
	slices.Sort(out)
	return out
}

// around wraps a node's handler.
func (t *tap) around(n *Node, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from, _ := n.station.CallerTLS(r)
		asked, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(asked))
		path := r.Method + " " + strings.TrimPrefix(r.URL.Path, "/entente/v1")
		query := r.URL.RawQuery
		if strings.Contains(path, "/attachment/") {
			path = "GET /attachment/DIGEST"
		}
		t.say(time.Now(), from, n.self, fmt.Sprintf("%s?%s %s", path, query, request(path, asked)))
		heard := &listener{ResponseWriter: w, t: t, from: from, node: n.self, path: path, status: 200}
		next.ServeHTTP(heard, r)
		heard.end()
	})
}

// listener hears an answer while it is written.
type listener struct {
	http.ResponseWriter
	t          *tap
	from, node label.MemberID
	path       string
	status     int
	body       []byte // of a stream: what is not a whole frame yet
}

func (l *listener) Unwrap() http.ResponseWriter { return l.ResponseWriter }

func (l *listener) Flush() { l.ResponseWriter.(http.Flusher).Flush() }

func (l *listener) WriteHeader(status int) {
	l.status = status
	l.ResponseWriter.WriteHeader(status)
}

func (l *listener) Write(b []byte) (int, error) {
	l.body = append(l.body, b...)
	if strings.HasSuffix(l.path, "/stream") {
		l.frames()
	}
	return l.ResponseWriter.Write(b)
}

func (l *listener) frames() {
	for len(l.body) >= 5 {
		n := int(binary.BigEndian.Uint32(l.body[1:5]))
		if len(l.body) < 5+n {
			return
		}
		for _, what := range frame(l.body[0], l.body[5:5+n]) {
			l.t.say(time.Now(), l.node, l.from, "stream "+what)
		}
		l.body = l.body[5+n:]
	}
}

func (l *listener) end() {
	if strings.HasSuffix(l.path, "/stream") {
		return
	}
	what := fmt.Sprintf("%d %s", l.status, masked(string(l.body)))
	if strings.HasPrefix(l.path, "GET /attachment") || strings.HasPrefix(l.path, "GET /range") || strings.HasPrefix(l.path, "GET /envelope") {
		what = fmt.Sprintf("%d, %d bytes", l.status, len(l.body))
	}
	l.t.say(time.Now(), l.node, l.from, "answers "+l.path+" "+what)
}

// request says what a request holds, masked.
func request(path string, b []byte) string {
	var out []string
	switch {
	case strings.HasSuffix(path, "/announce"):
		for ; len(b) >= seal.HeaderSize; b = b[seal.HeaderSize:] {
			out = append(out, headerLine(b[:seal.HeaderSize]))
		}
	case strings.HasSuffix(path, "/submit"):
		for len(b) >= seal.HeaderSize {
			h, err := seal.ParseHeader(b[:seal.HeaderSize])
			if err != nil {
				break
			}
			out = append(out, headerLine(b[:seal.HeaderSize]))
			b = b[seal.HeaderSize+h.Class.Size():]
		}
	case strings.HasSuffix(path, "/receipt") && len(b) == receiptSize:
		out = append(out, fmt.Sprintf("upto %d opened %d failed %d", binary.BigEndian.Uint64(b[48:]), binary.BigEndian.Uint64(b[56:]), binary.BigEndian.Uint64(b[96:])))
	case strings.HasSuffix(path, "/cosign") && len(b) >= 8:
		out = append(out, fmt.Sprintf("%d and %d bytes", binary.BigEndian.Uint64(b), len(b)-8))
	default:
		out = append(out, fmt.Sprintf("%d bytes", len(b)))
	}
	return strings.Join(out, ", ")
}

// frame says what a frame of a stream holds, masked. How entries are parted
// into frames hangs on the machine's scheduling, so each entry stands alone.
func frame(kind byte, p []byte) []string {
	switch kind {
	case 'E':
		if len(p) < 12 {
			break
		}
		first, n := binary.BigEndian.Uint64(p), binary.BigEndian.Uint32(p[8:])
		p = p[12:]
		var out []string
		for i := range uint64(n) {
			size := int(binary.BigEndian.Uint32(p[1:]))
			out = append(out, fmt.Sprintf("entry %d: flag %d, %s, body of %d", first+i, p[0], headerLine(p[5:5+seal.HeaderSize]), size))
			p = p[5+seal.HeaderSize+size:]
		}
		return out
	case 'C':
		if cp, _, err := tlog.ParseCheckpoint(p); err == nil {
			return []string{fmt.Sprintf("C %d", cp.Size)}
		}
	case 'Q':
		// Whether a certified head goes out, or the member has gathered the
		// same cosignatures itself by then, is a race of one instant.
		return nil
	}
	return []string{fmt.Sprintf("%c, %d bytes", kind, len(p))}
}

// headerLine is what leaks.md says that everybody sees of a header.
func headerLine(raw []byte) string {
	h, err := seal.ParseHeader(raw)
	if err != nil {
		return "no header"
	}
	return fmt.Sprintf("%s/%d/%d %s class %d time %d epoch %d", h.Originator, h.Incarnation, h.Sequence, h.Kind, h.Class, h.Time, h.Epoch)
}

var (
	longHex    = regexp.MustCompile(`[0-9a-f]{16,}`)
	longBase64 = regexp.MustCompile(`[A-Za-z0-9+/_-]{40,}={0,2}`)
	cosignLine = regexp.MustCompile(`(\\n|\n)— [A-Z]{3}/cosignature <base64 \d+>`)
	cosigned   = regexp.MustCompile(`"cosigned":\[[^\]]*\]`)
	disk       = regexp.MustCompile(`"disk":\{[^\]]*\]\}`)
	skew       = regexp.MustCompile(`"clock_skew_s":-?\d+`)
	finger     = regexp.MustCompile(`([0-9a-f]{4} ){9}[0-9a-f]{4}`)
	password   = regexp.MustCompile(`\$argon2id\$\S+`)
	ownRef     = regexp.MustCompile(`packet/1/0/\d+|release/<hex 32>/<hex 32>/\d+`)
)

// masked replaces what is random by its length. Which three of four members'
// cosignatures came first hangs on the machine's scheduling; that they are
// there does not.
func masked(s string) string {
	s = password.ReplaceAllString(s, "PASSWORD")
	s = longHex.ReplaceAllStringFunc(s, func(x string) string { return fmt.Sprintf("<hex %d>", len(x)) })
	s = longBase64.ReplaceAllStringFunc(s, func(x string) string { return fmt.Sprintf("<base64 %d>", len(x)) })
	s = cosignLine.ReplaceAllString(s, "")
	s = cosigned.ReplaceAllString(s, "COSIGNED")
	s = disk.ReplaceAllString(s, "DISK")
	s = skew.ReplaceAllString(s, "SKEW")
	s = finger.ReplaceAllString(s, "FINGERPRINT")
	return ownRef.ReplaceAllString(s, "REF")
}

// maskedJSON is an answer of the node as its officers get it, masked.
func maskedJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return masked(string(b))
}

// differences returns the lines that stand in one world and not in the other.
func differences(a, b []string) []string {
	count := map[string]int{}
	for _, x := range a {
		count[x]++
	}
	for _, x := range b {
		count[x]--
	}
	var out []string
	for x, n := range count {
		if n > 0 {
			out = append(out, "only in the first:  "+x)
		} else if n < 0 {
			out = append(out, "only in the second: "+x)
		}
	}
	slices.Sort(out)
	return out
}
