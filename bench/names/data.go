// Package names measures the comparison and the search of names: quality on public lists that lie outside the
// repository, speed on names made up for it. Each measurement is a function that returns its figures.
package names

import (
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"entente/internal/process/names"
)

// ErrNoData is returned where a data file is absent; the message names it.
var ErrNoData = errors.New("bench: name data absent")

// Figure is one measured value.
type Figure struct {
	// Name says what was measured.
	Name string
	// Split is "dev" for what the method was improved on, "held" for what it was not, "" where there is no difference.
	Split string
	// Value is the measured value: a share from 0 to 1, or a number a second.
	Value float64
	// Unit is "R@1", "F1", "share" or the like, "1/s" for speeds.
	Unit string
	// N is the number of questions or pairs.
	N int
	// PerSecond is the speed while measuring, in questions a second of processor time; 0 where it was not taken.
	PerSecond float64
}

// String gives the figure in one line.
func (f Figure) String() string {
	s := fmt.Sprintf("%-44s %-4s %-6s %10.4f  n=%d", f.Name, f.Split, f.Unit, f.Value, f.N)
	if f.PerSecond > 0 {
		s += fmt.Sprintf("  %.0f/s", f.PerSecond)
	}
	return s
}

// Splits of a figure.
const (
	Dev  = "dev"
	Held = "held"
)

// A Probe is called for each question that was answered wrongly, with what was found; it serves error analysis and
// may be nil.
type Probe func(f Figure, asked, found, want string)

// wordPair is a name in two scripts.
type wordPair struct{ foreign, latin string }

func open(dir, file string) (*os.File, error) {
	f, err := os.Open(filepath.Join(dir, file))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoData, err)
	}
	return f, nil
}

func readWordPairs(dir, file string, latinFirst bool) ([]wordPair, error) {
	f, err := open(dir, file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []wordPair
	sc := bufio.NewScanner(f)
	for sc.Scan() {
		c := strings.Split(sc.Text(), "\t")
		switch {
		case len(c) < 2:
		case latinFirst:
			out = append(out, wordPair{strings.ReplaceAll(c[1], " ", ""), c[0]})
		default:
			out = append(out, wordPair{c[0], c[1]})
		}
	}
	return out, sc.Err()
}

// entry is an entry of the consolidated list of the Security Council as far as names go.
type entry struct {
	ID      string `xml:"DATAID"`
	First   string `xml:"FIRST_NAME"`
	Second  string `xml:"SECOND_NAME"`
	Third   string `xml:"THIRD_NAME"`
	Fourth  string `xml:"FOURTH_NAME"`
	Script  string `xml:"NAME_ORIGINAL_SCRIPT"`
	Aliases []struct {
		Quality string `xml:"QUALITY"`
		Name    string `xml:"ALIAS_NAME"`
	} `xml:"INDIVIDUAL_ALIAS"`
	OtherNames []struct {
		Quality string `xml:"QUALITY"`
		Name    string `xml:"ALIAS_NAME"`
	} `xml:"ENTITY_ALIAS"`
	kind names.Kind
}

func (e *entry) primary() string {
	return strings.Join(strings.Fields(strings.Join([]string{e.First, e.Second, e.Third, e.Fourth}, " ")), " ")
}

// aliases gives the other names of a quality; "Low" marks the list's own doubt, "" asks for all.
func (e *entry) aliases(quality ...string) []string {
	var out []string
	for _, a := range append(e.Aliases, e.OtherNames...) {
		ok := len(quality) == 0
		for _, q := range quality {
			ok = ok || a.Quality == q
		}
		if n := strings.TrimSpace(a.Name); n != "" && ok {
			out = append(out, n)
		}
	}
	return out
}

func (e *entry) split() string {
	if names.Part(e.ID) < 3 {
		return Dev
	}
	return Held
}

// readUN reads UN_consolidated.xml.
func readUN(dir string) ([]entry, error) {
	f, err := open(dir, "UN_consolidated.xml")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var doc struct {
		I []entry `xml:"INDIVIDUALS>INDIVIDUAL"`
		E []entry `xml:"ENTITIES>ENTITY"`
	}
	if err := xml.NewDecoder(f).Decode(&doc); err != nil {
		return nil, fmt.Errorf("bench: UN_consolidated.xml: %w", err)
	}
	for i := range doc.I {
		doc.I[i].kind = names.Person
	}
	for i := range doc.E {
		doc.E[i].kind = names.Organization
	}
	return append(doc.I, doc.E...), nil
}

// cpuSeconds is the processor time of this process; wall time says little on a machine that others use.
func cpuSeconds() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}
