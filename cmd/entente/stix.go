package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"entente/act"
	"entente/internal/collect"
	"entente/stix"
)

type stixCmd struct {
	Validate stixValidateCmd `cmd:"" help:"Check documents against the MUST rules of STIX 2.1."`
	Pattern  stixPatternCmd  `cmd:"" help:"Check STIX patterns, one a line."`
	ID       stixIDCmd       `cmd:"" name:"id" help:"Derive identifiers of cyber observables, one a line."`
	Reduce   stixReduceCmd   `cmd:"" help:"Write a bundle without what rules 3, 18 and 20 do not let in: places, observations of persons, traits, links of family."`
}

type stixValidateCmd struct {
	Files  []string `arg:"" optional:"" help:"Documents of any size; - or none for standard input."`
	JSONL  bool     `name:"jsonl" help:"Read one document a line from standard input and answer each with one line of JSON."`
	Advice bool     `help:"Also say what does not make a document invalid."`
	Strict bool     `help:"Take every MUST of the specification as an error, also those that published content breaks and the OASIS validator lets pass."`
}

// Help gives examples.
func (stixValidateCmd) Help() string {
	return `Examples:

    entente stix validate bundle.json
    cat documents.jsonl | entente stix validate --jsonl

A document is a STIX object, a bundle, or a list of these, which is valid if
all are. Files are read as a stream, in bounded memory. Each finding stands on
a line with its path and the clause of STIX 2.1; exit code 1 when something is
not valid.

With --jsonl each line is answered by {"valid":true,"errors":[]} or by
{"valid":false,"errors":[{"path":...,"clause":...,"message":...}]}, in the same
order; exit code 0 whatever the answers are.`
}

// Run validates.
func (c *stixValidateCmd) Run(w *world) error {
	opt := stix.Options{Advice: c.Advice, Strict: c.Strict}
	if c.JSONL {
		if len(c.Files) > 0 {
			return usage("--jsonl reads standard input; leave the files out")
		}
		return stix.ValidateJSONL(&interruptible{w, w.stdin()}, w.out, opt)
	}
	if len(c.Files) == 0 {
		c.Files = []string{"-"}
	}
	all := true
	for _, name := range c.Files {
		valid, err := c.file(w, name, opt)
		if err != nil {
			return err
		}
		all = all && valid
	}
	if !all {
		return errFindings
	}
	return nil
}

func (c *stixValidateCmd) file(w *world, name string, opt stix.Options) (valid bool, err error) {
	if name == "-" {
		return c.check(w, "standard input", w.stdin(), 0, opt)
	}
	f, err := w.open(name)
	if err != nil {
		return false, err
	}
	defer f.Close()
	size := int64(0)
	if st, err := f.Stat(); err == nil {
		size = st.Size()
	}
	return c.check(w, name, f, size, opt)
}

func (c *stixValidateCmd) check(w *world, name string, in io.Reader, size int64, opt stix.Options) (bool, error) {
	in = &interruptible{w, in}
	if size > 64<<20 { // what takes a second or longer
		in = &measured{r: in, size: size, step: w.progress("checking " + name)}
	}
	if w.json {
		return stix.SummarizeFile(name, in, w.out, opt)
	}
	return stix.ValidateFile(name, in, w.out, opt)
}

// interruptible reads until the command is interrupted.
type interruptible struct {
	w *world
	r io.Reader
}

func (i *interruptible) Read(p []byte) (int, error) {
	if err := i.w.ctx.Err(); err != nil {
		return 0, err
	}
	return i.r.Read(p)
}

// measured shows how much of a file is read.
type measured struct {
	r          io.Reader
	done, size int64
	step       func(done, total int64)
}

func (m *measured) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	m.done += int64(n)
	m.step(min(m.done, m.size), m.size)
	return n, err
}

type stixPatternCmd struct {
	Pattern []string `arg:"" optional:"" help:"Patterns; none with --jsonl."`
	JSONL   bool     `name:"jsonl" help:"Read {\"pattern\":...} a line from standard input and answer each with one line of JSON."`
}

// Help gives examples.
func (stixPatternCmd) Help() string {
	return `Examples:

    entente stix pattern "[file:name = 'a']"
    echo '{"pattern":"[file:name = 1"}' | entente stix pattern --jsonl

With --jsonl each line is answered by {"valid":true,"error":null} or
{"valid":false,"error":"..."}; exit code 0 whatever the answers are. A member
"pattern_version" of the line may ask for the grammar of "2.0". Patterns on the
command line give exit code 1 when one is not valid.`
}

// Run checks patterns.
func (c *stixPatternCmd) Run(w *world) error {
	switch {
	case c.JSONL && len(c.Pattern) == 0:
		return stix.PatternJSONL(&interruptible{w, w.stdin()}, w.out)
	case c.JSONL || len(c.Pattern) == 0:
		return usage("give either patterns or --jsonl")
	}
	all := true
	out := bufio.NewWriter(w.out)
	for _, text := range c.Pattern {
		if _, err := stix.ParsePattern(text); err != nil {
			all = false
			fmt.Fprintf(out, "not valid: %v\n", err)
		} else {
			fmt.Fprintln(out, "valid")
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if !all {
		return errFindings
	}
	return nil
}

type stixIDCmd struct {
	JSONL bool `name:"jsonl" help:"Taken for granted: one observable a line."`
}

// Help gives an example.
func (stixIDCmd) Help() string {
	return `Example:

    echo '{"type":"ipv4-addr","value":"198.51.100.3"}' | entente stix id --jsonl

Each line, a cyber observable, is answered by {"id":...}: the deterministic
identifier of clause 3.4. Where that clause gives none (a process, or none of
the ID contributing properties) a random one is drawn and "deterministic":false
stands beside it. What is no cyber observable gives {"id":null,"error":...}.`
}

// Run derives identifiers.
func (c *stixIDCmd) Run(w *world) error {
	return stix.IDJSONL(&interruptible{w, w.stdin()}, w.out)
}

type stixReduceCmd struct {
	File string `arg:"" help:"A bundle; - for standard input."`
}

// Help gives an example.
func (stixReduceCmd) Help() string {
	return `Example:

    entente stix reduce bundle.json > reduced.json

What an import would refuse by rules 3, 18 and 20 is taken out: coordinates, street
addresses, postal codes, observations of persons, fields for religion, people,
views and health, links of family. Everything else is copied byte
for byte. What went, and the SHA-256 of the original, stand on standard error;
the digest is all of the original that may be kept.`
}

// Run reduces.
func (c *stixReduceCmd) Run(w *world) error {
	var in io.Reader
	if c.File == "-" {
		in = w.stdin()
	} else {
		f, err := w.open(c.File)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	out := bufio.NewWriter(w.out)
	red, err := collect.ReduceSTIX(&interruptible{w, in}, out, collect.Options{Name: filepath.Base(c.File), MediaType: "application/stix+json"})
	var refused *act.Refusal
	if errors.As(err, &refused) {
		return w.unreadable(c.File, err)
	}
	if err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	for _, n := range red.Notes {
		w.notef("rule %s: %s", n.Rule, n.Text)
	}
	w.notef("%d objects, %d reduced, %d left out; original SHA-256 %s, %d bytes", red.Objects, red.Reduced, red.Dropped, red.Original.Digest, red.Original.Size)
	return nil
}
