package web

import (
	"archive/tar"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"entente/internal/logcopy"
	"entente/internal/node"
	"entente/internal/section"
	"entente/internal/store/logdb"
	"entente/internal/web/api"
	"entente/seal"
	"entente/tlog"
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
				return nil, refusal(http.StatusConflict, "not_certified", "no head was certified here yet; bring a quorum of members into reach")
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
				if err := writeCopy(ctx, s.node, head, out); err != nil {
					s.logger.Warn("an export of the log broke off", "err", err)
					panic(http.ErrAbortHandler) // the reader must not take it for whole
				}
			}}, nil
		})
}

// writeCopy writes a copy of the log up to a head.
func writeCopy(ctx context.Context, n *node.Node, head logdb.Head, out *tarDir) error {
	log := n.Station().Log()
	if err := out.WriteFile(logcopy.FileFounding, n.Founding().Note()); err != nil {
		return err
	}
	public, err := publicBodies(ctx, log, head.Size)
	if err != nil {
		return err
	}
	if err := out.WriteFile(logcopy.FilePublic, public); err != nil {
		return err
	}
	out.prefix = logcopy.DirLog + "/"
	if err := tlog.Export(out, leaves{ctx, log}, head.Note, nil); err != nil {
		return err
	}
	return out.w.Close()
}

// publicBodies returns the bodies of the public leaves below size, each as
// u64(index) || u32(length) || body.
func publicBodies(ctx context.Context, log *logdb.Log, size int64) ([]byte, error) {
	list, err := log.PublicLeaves(ctx, 0)
	if err != nil {
		return nil, err
	}
	var out []byte
	for _, p := range list {
		if p.Index >= size {
			break
		}
		run, err := log.Read(ctx, p.Index, p.Index+1)
		if err != nil {
			return nil, err
		}
		if run.Bodies[0] == nil {
			return nil, fmt.Errorf("%w: the body of public leaf %d is not here", logcopy.ErrCopy, p.Index)
		}
		out = binary.BigEndian.AppendUint64(out, uint64(p.Index))
		out = binary.BigEndian.AppendUint32(out, uint32(len(run.Bodies[0])))
		out = append(out, run.Bodies[0]...)
	}
	return out, nil
}

// leaves is the log as tlog reads it.
type leaves struct {
	ctx context.Context
	log *logdb.Log
}

// ReadTile implements tlog.TileReader.
func (l leaves) ReadTile(level int, index int64, width int) ([]tlog.Hash, error) {
	return l.log.ReadTile(level, index, width)
}

// ReadLeaves implements tlog.Source.
func (l leaves) ReadLeaves(first int64, n int) ([][]byte, error) {
	raw, err := l.log.Headers(l.ctx, first, first+int64(n))
	if err != nil {
		return nil, err
	}
	out := make([][]byte, 0, n)
	for ; len(raw) > 0; raw = raw[seal.HeaderSize:] {
		out = append(out, raw[:seal.HeaderSize])
	}
	return out, nil
}

// tarDir is a directory that is written once, in the order of writing, as a
// tar. It implements tlog.ExportDir.
type tarDir struct {
	w      *tar.Writer
	at     time.Time
	prefix string
}

// ReadFile says that nothing is there yet.
func (d *tarDir) ReadFile(name string) ([]byte, error) {
	return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrNotExist}
}

// WriteFile appends a file.
func (d *tarDir) WriteFile(name string, data []byte) error {
	err := d.w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: d.prefix + name, Mode: 0o644, Size: int64(len(data)), ModTime: d.at, Format: tar.FormatPAX})
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
