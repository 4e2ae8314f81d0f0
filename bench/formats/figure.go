// Package formats measures the readers of exchange formats on real data:
// whether they decide rightly, lose nothing, and how fast they are. The data is
// no part of the repository; without it every function returns [ErrNoData].
package formats

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// written is when what is measured was written.
var written = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// ErrNoData means that the development data is not there.
var ErrNoData = errors.New("formats: the development data is absent")

// A Figure is one thing measured.
type Figure struct {
	// Name says what was measured.
	Name string
	// Value is the figure in Unit: "share" of N cases, "objects/s",
	// "rows/s" and "reports/s" of one core.
	Value float64
	Unit  string
	// N is how many cases or objects the figure is over.
	N int
	// Misses names the cases that were not right, at most ten.
	Misses []string
}

// String renders the figure on one line.
func (f Figure) String() string {
	if f.Unit == "share" {
		return fmt.Sprintf("%-44s %7.2f %% of %d", f.Name, 100*f.Value, f.N)
	}
	return fmt.Sprintf("%-44s %9.0f %s over %d", f.Name, f.Value, f.Unit, f.N)
}

// tally counts what is right.
type tally struct {
	name     string
	right, n int
	misses   []string
}

func (t *tally) add(right bool, miss string) {
	t.n++
	if right {
		t.right++
	} else if len(t.misses) < 10 {
		t.misses = append(t.misses, miss)
	}
}

func (t *tally) figure() Figure {
	f := Figure{Name: t.name, Unit: "share", N: t.n, Misses: t.misses}
	if t.n > 0 {
		f.Value = float64(t.right) / float64(t.n)
	}
	return f
}

// lines reads a file of JSON values, one a line.
func lines[T any](path string, each func(row *T) error) error {
	f, err := open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<26)
	for n := 1; sc.Scan(); n++ {
		row := new(T)
		if err := json.Unmarshal(sc.Bytes(), row); err != nil {
			return fmt.Errorf("%s line %d: %w", path, n, err)
		}
		if err := each(row); err != nil {
			return fmt.Errorf("%s line %d: %w", path, n, err)
		}
	}
	return sc.Err()
}

func open(path string) (*os.File, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", ErrNoData, path)
	}
	return f, err
}

func read(path string) ([]byte, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", ErrNoData, path)
	}
	return raw, err
}
