package taxii

import (
	"bufio"
	"bytes"
	"context"
	_ "embed" // for the script
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"entente/taxii"
)

//go:embed baseline.py
var baselineScript []byte

// packages are what the baseline is made of; OpenTAXII does not work with later
// versions of its database layer.
var packages = []string{"opentaxii", "gunicorn", "psycopg2-binary", "sqlalchemy<2"}

// Baseline is OpenTAXII with PostgreSQL under gunicorn, filled with the objects
// of a House. Its collections are public: no request pays for a password there.
type Baseline struct {
	base  string
	paths []string
	sizes []int
	cmd   *exec.Cmd
	in    io.Closer
	dir   string
	said  lines // on its standard error
}

// lines keeps the end of what a program says.
type lines struct {
	mu  sync.Mutex
	end []byte
}

// Write implements io.Writer.
func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.end = append(l.end, p...)
	l.end = l.end[max(0, len(l.end)-400):]
	return len(p), nil
}

// String returns it on one line.
func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(strings.Fields(string(l.end)), " ")
}

// OpenBaseline starts the baseline with one collection for each size. The
// programs stand in a virtual environment that is made once under the user's
// cache directory, or under ENTENTE_BENCH_CACHE; ENTENTE_BENCH_PYTHON names the
// Python to make it with. The error says what is missing where it cannot be
// had.
func OpenBaseline(ctx context.Context, sizes ...int) (*Baseline, error) {
	python, err := baselinePython(ctx)
	if err != nil {
		return nil, err
	}
	// A socket's path must be short, and PostgreSQL's own user must reach it.
	dir, err := os.MkdirTemp("/tmp", "taxii-*")
	if err != nil {
		return nil, err
	}
	b := &Baseline{dir: dir, sizes: sizes}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(err, b.Close())
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	l.Close()
	script := filepath.Join(dir, "baseline.py")
	if err := errors.Join(os.Chmod(dir, 0o755), os.WriteFile(script, baselineScript, 0o600), os.Mkdir(filepath.Join(dir, "run"), 0o755)); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	args := []string{script, filepath.Join(dir, "run"), port}
	for _, n := range sizes {
		args = append(args, strconv.Itoa(n))
	}
	b.base = "http://127.0.0.1:" + port
	b.cmd = exec.CommandContext(ctx, python, args...)
	b.cmd.Stderr = &b.said
	b.cmd.Cancel = func() error { return b.in.Close() } // it ends what it started
	b.cmd.WaitDelay = 20 * time.Second
	if b.in, err = b.cmd.StdinPipe(); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	out, err := b.cmd.StdoutPipe()
	if err == nil {
		err = b.cmd.Start()
	}
	if err != nil {
		b.cmd = nil
		return nil, errors.Join(err, b.Close())
	}
	var answer struct{ Collections []string }
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &answer)
	}
	if err != nil || len(answer.Collections) != len(sizes) {
		b.Close()
		return nil, fmt.Errorf("the baseline does not start: %v: %s", err, &b.said)
	}
	b.paths = answer.Collections
	return b, nil
}

// baselinePython returns the Python of the environment, which it makes where
// there is none.
func baselinePython(ctx context.Context) (string, error) {
	python := os.Getenv("ENTENTE_BENCH_PYTHON")
	if python == "" {
		python = "python3"
	}
	python, err := exec.LookPath(python)
	if err != nil {
		return "", fmt.Errorf("no baseline: there is no Python here")
	}
	cache := os.Getenv("ENTENTE_BENCH_CACHE")
	if cache == "" {
		if cache, err = os.UserCacheDir(); err != nil {
			return "", fmt.Errorf("no baseline: %w", err)
		}
		cache = filepath.Join(cache, "entente-bench")
	}
	env := filepath.Join(cache, "opentaxii")
	inside, done := filepath.Join(env, "bin", "python"), filepath.Join(env, "complete")
	if _, err := os.Stat(done); err == nil {
		return inside, nil
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	for _, args := range [][]string{{python, "-m", "venv", "--clear", env}, append([]string{inside, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"}, packages...)} {
		if out, err := exec.CommandContext(ctx, args[0], args[1:]...).CombinedOutput(); err != nil {
			return "", fmt.Errorf("no baseline: OpenTAXII cannot be installed here: %v: %.200s", err, out)
		}
	}
	return inside, os.WriteFile(done, nil, 0o600)
}

// Close ends the baseline.
func (b *Baseline) Close() error {
	if b.cmd != nil {
		b.in.Close()
		b.cmd.Wait() // that it was told to end is no failure
	}
	return os.RemoveAll(b.dir)
}

// alone keeps no connection, for the baseline closes them as it likes.
var alone = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

func (b *Baseline) request(ctx context.Context, method string, which int, q url.Values, body []byte) (int64, error) {
	req, err := http.NewRequestWithContext(ctx, method, b.base+b.paths[which]+"objects/?"+q.Encode(), bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Accept", taxii.MediaType)
	if body != nil {
		req.Header.Set("Content-Type", taxii.MediaType)
	}
	resp, err := alone.Do(req)
	if err != nil {
		return 0, fmt.Errorf("the baseline: %w: %s", err, &b.said)
	}
	defer resp.Body.Close()
	n, err := io.Copy(io.Discard, resp.Body)
	if err == nil && resp.StatusCode/100 != 2 {
		err = fmt.Errorf("the baseline answers %d", resp.StatusCode)
	}
	return n, err
}

// Pages asks as House.Pages does, for the time given and at least three
// requests of each client, and returns requests per second.
func (b *Baseline) Pages(ctx context.Context, which int, during time.Duration, clients, size int) (float64, error) {
	order := rand.New(rand.NewPCG(1, 2)).Perm(max(1, (b.sizes[which]-size)/size))
	return many(clients, func(i int, since time.Duration) bool { return i < 3*clients || since < during }, func(i int) error {
		from := begin + taxii.Timestamp(order[i%len(order)]*size) - 1
		n, err := b.request(ctx, http.MethodGet, which, url.Values{"limit": {strconv.Itoa(size)}, "added_after": {from.String()}}, nil)
		if err == nil && n < int64(size)*400 {
			err = fmt.Errorf("a page of only %d bytes", n)
		}
		return err
	})
}

// Add sends new objects as House.Add does and returns objects per second.
func (b *Baseline) Add(ctx context.Context, which, requests, size int) (float64, error) {
	start := time.Now()
	for r := range requests {
		if _, err := b.request(ctx, http.MethodPost, which, nil, envelope(b.sizes[which]+r*size, size)); err != nil {
			return 0, err
		}
	}
	return float64(requests*size) / time.Since(start).Seconds(), nil
}
