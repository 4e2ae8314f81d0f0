// Command bench measures what the project promises and prints a table; the
// same goes as JSON lines into bench/results/latest.jsonl. A figure beside a
// baseline is measured in the same run, for machines are noisy: read the ratio.
//
// It exits with 0 when every bar was reached, with 1 when one was missed or a
// measurement failed, which its last lines name, and with 3 when it could not
// run. What needs data that is not here is named as well and fails nothing.
//
// Without -full it takes 15 minutes at most on two cores; figures that need a
// million envelopes or 100,000 reports are then taken on fewer, which their
// names say, and held to the same bar as a rate.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"entente/bench/formats"
	"entente/bench/names"
	"entente/bench/texts"
)

// figure is one line of the results.
type figure struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
	// Bar is what must be reached: at least, or at most where AtMost is set.
	Bar    *float64 `json:"bar"`
	AtMost bool     `json:"at_most,omitempty"`
	// Baseline is what the plainest way does in the same run, Ratio the value
	// over it.
	Baseline *float64 `json:"baseline"`
	Ratio    *float64 `json:"ratio"`
	RatioBar *float64 `json:"ratio_bar,omitempty"`
	// OK is null where nothing could be measured or nothing is demanded.
	OK   *bool  `json:"ok"`
	Note string `json:"note,omitempty"`

	why error // it could not be measured
}

// least demands a value, most bounds it.
func least(name string, value float64, unit string, bar float64) figure {
	ok := value >= bar
	return figure{Name: name, Value: value, Unit: unit, Bar: &bar, OK: &ok}
}

func most(name string, value float64, unit string, bar float64) figure {
	ok := value <= bar
	return figure{Name: name, Value: value, Unit: unit, Bar: &bar, AtMost: true, OK: &ok}
}

// shown is a figure of which nothing is demanded.
func shown(name string, value float64, unit string) figure {
	return figure{Name: name, Value: value, Unit: unit}
}

// over sets a figure beside a baseline; the ratio must reach a bar too, unless
// that is 0.
func (f figure) over(baseline, bar float64) figure {
	ratio := f.Value / baseline
	f.Baseline, f.Ratio = &baseline, &ratio
	if bar > 0 {
		f.RatioBar = &bar
		ok := ratio >= bar && (f.OK == nil || *f.OK)
		f.OK = &ok
	}
	return f
}

// noted says something about a figure.
func (f figure) noted(format string, args ...any) figure {
	f.Note = fmt.Sprintf(format, args...)
	return f
}

// absent is a figure that could not be measured.
func absent(name string, why error) figure {
	return figure{Name: name, Note: why.Error(), why: why}
}

// measurement takes one or several figures.
type measurement struct {
	name string
	take func(ctx context.Context, r *run) ([]figure, error)
}

// run is what measurements share.
type run struct {
	full bool
	dir  string // for scratch
	data string // development data, outside of the repository
}

// scratch makes an empty directory.
func (r *run) scratch() (string, error) { return os.MkdirTemp(r.dir, "m-*") }

func measurements() []measurement {
	return []measurement{
		{"label", labels},
		{"sequence", sequence},
		{"latency", latency},
		{"catch-up", catchUp},
		{"reports", reports},
		{"names", nameFigures},
		{"places", placeFigures},
		{"texts", textFigures},
		{"formats", formatFigures},
		{"taxii", taxiiFigures},
		{"courier", courierFigures},
		{"ledger", ledgerFigures},
		{"recall", recallFigures},
	}
}

func main() {
	full := flag.Bool("full", false, "take what needs a million envelopes or 100,000 reports")
	only := flag.String("only", "", "names of measurements, divided by commas")
	data := flag.String("data", filepath.Join("..", "shared", "data"), "development data; what needs it is left out where it is absent")
	child := flag.String("open", "", "open the node of this member in -dir, say what it took, and end")
	dir := flag.String("dir", "", "directory of the nodes, with -open")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if *child != "" {
		exit(openNode(ctx, *dir, *child))
	}
	exit(takeAll(ctx, &run{full: *full, data: *data}, *only))
}

// errMissed: the measurements were taken, and the results show what they do not
// reach.
var errMissed = errors.New("done with findings")

func exit(err error) {
	if errors.Is(err, errMissed) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(3)
	}
	os.Exit(0)
}

// takeAll takes the measurements and writes the results. A measurement that
// fails is a figure that is absent; the others go on.
func takeAll(ctx context.Context, r *run, only string) error {
	tmp, err := os.MkdirTemp("", "entente-bench-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	r.dir = tmp
	results := filepath.Join("bench", "results")
	if err := os.MkdirAll(results, 0o755); err != nil {
		return err
	}
	out, err := os.Create(filepath.Join(results, "latest.jsonl"))
	if err != nil {
		return err
	}
	defer out.Close()
	wanted := func(name string) bool {
		if only == "" {
			return true
		}
		for _, o := range strings.Split(only, ",") {
			if strings.TrimSpace(o) == name {
				return true
			}
		}
		return false
	}
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	fmt.Printf("%-58s %14s %-12s %12s %8s  %s\n", "what", "measured", "", "demanded", "ratio", "")
	any := false
	var all []figure
	for _, m := range measurements() {
		if !wanted(m.name) {
			continue
		}
		any = true
		began := time.Now()
		figures, err := m.take(ctx, r)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			figures = append(figures, absent(m.name, err))
		}
		for _, f := range figures {
			if err := enc.Encode(f); err != nil {
				return err
			}
			all = append(all, f)
			f.print()
		}
		fmt.Fprintf(os.Stderr, "%s took %.1f s\n", m.name, time.Since(began).Seconds())
	}
	if !any {
		return errors.New("there is no measurement of that name")
	}
	fmt.Println("bench/results/latest.jsonl has the figures")
	return judge(os.Stdout, all)
}

// judge names the figures that miss what is demanded, those whose measurement
// failed, and those whose data is not here, and returns errMissed for the first
// two: what nobody could see is no success.
func judge(w io.Writer, all []figure) error {
	missed, failed, left := 0, 0, 0
	for _, f := range all {
		switch {
		case errors.Is(f.why, fs.ErrNotExist), errors.Is(f.why, formats.ErrNoData), errors.Is(f.why, texts.ErrNoData), errors.Is(f.why, names.ErrNoData), errors.Is(f.why, errSilent), errors.Is(f.why, errNotTaken):
			left++
			fmt.Fprintf(w, "left out: %s: %v\n", f.Name, f.why)
		case f.why != nil:
			failed++
			fmt.Fprintf(w, "FAILED: %s: %v\n", f.Name, f.why)
		case f.OK != nil && !*f.OK:
			missed++
			fmt.Fprintf(w, "BELOW: %s\n", f.Name)
		}
	}
	fmt.Fprintf(w, "%d figures, %d below the bar, %d failed, %d left out\n", len(all), missed, failed, left)
	if missed+failed > 0 {
		return fmt.Errorf("%w: %d figures below the bar, %d failed", errMissed, missed, failed)
	}
	return nil
}

// errSilent: the system does not tell what is to be measured.
var errSilent = errors.New("this system does not say")

// errNotTaken: the measurement is left to the full run.
var errNotTaken = errors.New("not taken")

// print writes a row of the table.
func (f figure) print() {
	bar, ratio, verdict := "", "", ""
	if f.Bar != nil {
		sign := "≥"
		if f.AtMost {
			sign = "≤"
		}
		bar = fmt.Sprintf("%s %.6g", sign, *f.Bar)
	}
	if f.Ratio != nil {
		ratio = fmt.Sprintf("%.3g", *f.Ratio)
		if f.RatioBar != nil {
			ratio += fmt.Sprintf("≥%.3g", *f.RatioBar)
		}
	}
	if f.OK != nil {
		verdict = "ok"
		if !*f.OK {
			verdict = "BELOW"
		}
	}
	fmt.Printf("%-58s %14.6g %-12s %12s %8s  %s %s\n", f.Name, f.Value, f.Unit, bar, ratio, verdict, f.Note)
}
