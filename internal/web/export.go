package web

import (
	"archive/tar"
	"context"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"entente/internal/logcopy"
	"entente/internal/section"
	"entente/internal/web/api"
)

// registerExport gives the log out as one tar stream with the parts that
// package logcopy writes into a directory: unpacked, it is what `entente
// verify` and any other outside verifier read. Headers and public leaves are in
// it, no sealed body is.
func (s *Server) registerExport() {
	register(s, operation{id: "exportLog", method: http.MethodGet, path: "/log/export", tag: "oversight", op: section.OpStatusRead, stream: true,
		summary:     "A copy of the log for an outside verifier, as a tar stream",
		description: "founding.note, public (bodies of the public leaves) and log/ (C2SP tlog-tiles), up to the last certified head. A stream that breaks off has no checkpoint, which comes last.",
		responses:   bytesResponse(api.TypeTar, "The copy, as a POSIX tar.")},
		func(ctx context.Context, c caller, _ *none) (*huma.StreamResponse, error) {
			log := s.node.Station().Log()
			head, err := log.LastHead(ctx)
			if err != nil {
				return nil, err
			}
			if head.Note == nil {
				return nil, refusal(http.StatusConflict, api.CodeNotCertified, "no head was certified here yet; bring a quorum of members into reach")
			}
			leave := take(s.exports)
			if leave == nil {
				return nil, errRoom
			}
			return &huma.StreamResponse{Body: func(hc huma.Context) {
				defer leave()
				_, w := humago.Unwrap(hc)
				w.Header().Set("Content-Type", api.TypeTar)
				w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="log-%s-%d.tar"`, s.node.Self(), head.Size))
				out := &tarDir{w: tar.NewWriter(s.pace(w)), at: time.Unix(head.Time, 0)}
				err := logcopy.WriteTo(ctx, log, s.node.Founding(), head, out, nil)
				if err == nil {
					err = out.w.Close()
				}
				if err != nil {
					s.logger.Warn("an export of the log broke off", "err", err)
					panic(http.ErrAbortHandler) // the reader must not take it for whole
				}
			}}, nil
		})
}

// tarDir is a directory that is written once, in the order of writing, as a
// tar. It implements tlog.ExportDir.
type tarDir struct {
	w  *tar.Writer
	at time.Time
}

// ReadFile says that nothing is there yet.
func (d *tarDir) ReadFile(name string) ([]byte, error) {
	return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrNotExist}
}

// WriteFile appends a file.
func (d *tarDir) WriteFile(name string, data []byte) error {
	err := d.w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Size: int64(len(data)), ModTime: d.at, Format: tar.FormatPAX})
	if err != nil {
		return err
	}
	_, err = d.w.Write(data)
	return err
}

// paced gives each piece of a stream its own time to go out.
type paced struct {
	w    http.ResponseWriter
	rc   *http.ResponseController
	idle time.Duration
}

func (s *Server) pace(w http.ResponseWriter) io.Writer {
	return &paced{w, http.NewResponseController(w), s.patience.idle}
}

// Write implements io.Writer.
func (p *paced) Write(b []byte) (int, error) {
	p.rc.SetWriteDeadline(time.Now().Add(p.idle)) // tests' recorders have none
	return p.w.Write(b)
}

// pacedReader gives each piece of a request's body its own time to come in.
type pacedReader struct {
	r    io.Reader
	rc   *http.ResponseController
	idle time.Duration
	done bool
}

func (s *Server) pacedBody(c caller) *pacedReader {
	return &pacedReader{r: c.request.Body, rc: http.NewResponseController(c.writer), idle: s.patience.idle}
}

// Read implements io.Reader.
func (p *pacedReader) Read(b []byte) (int, error) {
	p.rc.SetReadDeadline(time.Now().Add(p.idle))
	n, err := p.r.Read(b)
	if err == io.EOF {
		p.done = true
		p.rc.SetReadDeadline(time.Time{}) // what follows may take its time
	}
	return n, err
}
