package main

import (
	"bufio"
	"fmt"
	"strings"

	"entente/internal/plural"
	"entente/internal/process/names"
)

// nameCmd groups what is done with names of persons, bodies and groups.
type nameCmd struct {
	Compare nameCompareCmd `cmd:"" help:"Tell of pairs of names whether they are spellings of one."`
	Search  nameSearchCmd  `cmd:"" help:"Search a list for names, one query a line."`
	Group   nameGroupCmd   `cmd:"" help:"Tell which groups a name or an abbreviation may mean."`
}

type nameCompareCmd struct {
	Explain bool `help:"Add a column that says which parts matched how."`
}

// Help explains the columns.
func (nameCompareCmd) Help() string {
	return fmt.Sprintf(`Reads lines of two names and, if wanted, a schema (Person or Organization;
anything else counts as Organization), parted by tabs, and writes for each line
the similarity from 0 to 1 and "match" or "no". The threshold is %g for all
pairs of all scripts. A similarity is no judgement: that two names are one
person's is for an officer to say.

  printf 'Mohammed Youssef\tمحمد يوسف\tPerson\n' | entente name compare --explain

Exits with 1 when a line was longer than %d bytes: it was compared by its
beginning; and when a line is not two names parted by a tab.`, names.Threshold, names.MaxLine)
}

// Run compares standard input line by line.
func (c *nameCompareCmd) Run(w *world) error {
	tally, err := names.CompareTSV(w.stdin(), w.out, names.CompareOptions{Explain: c.Explain, JSON: w.json})
	if err != nil {
		return err
	}
	if err := warnOfNames(w, tally, "compared by their beginning"); err != nil || tally.Malformed == 0 {
		return err
	}
	return errFindings
}

// warnOfNames tells of odd lines on the error stream; long ones are findings.
func warnOfNames(w *world, t names.Tally, how string) error {
	if t.Flagged > t.Long {
		fmt.Fprintf(w.err, "entente: %d of %s %s names with odd letters (broken encoding, invisible characters, mixed scripts)\n", t.Flagged-t.Long, plural.Of(t.Lines, "line"), plural.Choose(t.Flagged-t.Long, "has", "have"))
	}
	if t.Malformed > 0 {
		fmt.Fprintf(w.err, "entente: %d of %s, the first of them line %d, %s not two names parted by a tab\n", t.Malformed, plural.Of(t.Lines, "line"), t.FirstMalformed, plural.Choose(t.Malformed, "is", "are"))
	}
	if t.Long == 0 {
		return nil
	}
	fmt.Fprintf(w.err, "entente: %d of %d lines, the first of them line %d, have more than %d bytes and were %s\n", t.Long, t.Lines, t.FirstLong, names.MaxLine, how)
	return errFindings
}

type nameSearchCmd struct {
	List    string `help:"File of lines id<TAB>name; several lines may share an id." type:"existingfile" required:"" placeholder:"FILE"`
	Top     int    `help:"How many ids a query gives at most." default:"10" placeholder:"N"`
	Matches bool   `help:"Keep only what passes the threshold of name compare."`
}

// Help explains the columns.
func (nameSearchCmd) Help() string {
	return `Reads a query a line and writes for each hit a line of the query as it was
given, its rank, the id, the name and the similarity, parted by tabs, best
first. A query without a hit prints nothing. There is no quoting.

  entente name search --list list.tsv --top 3 <queries.txt

Exits with 1 when a query was too long to be searched.`
}

// Validate checks the number of hits.
func (c *nameSearchCmd) Validate() error {
	if c.Top < 1 || c.Top > names.MaxTop {
		return fmt.Errorf("--top is %d; give a number from 1 to %d", c.Top, names.MaxTop)
	}
	return nil
}

// Run searches the list for each line of standard input.
func (c *nameSearchCmd) Run(w *world) error {
	f, err := w.open(c.List)
	if err != nil {
		return err
	}
	x, err := names.ReadList(f)
	f.Close()
	if err != nil {
		return w.unreadable(c.List, err)
	}
	tally, err := names.SearchTSV(x, w.stdin(), w.out, names.SearchOptions{Top: c.Top, Matches: c.Matches, JSON: w.json})
	if err != nil {
		return err
	}
	return warnOfNames(w, tally, "not searched")
}

type nameGroupCmd struct {
	Names   []string `arg:"" help:"Names or abbreviations in any of the five languages."`
	Context string   `help:"The sentence around the name." placeholder:"TEXT"`
}

// Help explains the columns.
func (nameGroupCmd) Help() string {
	return `Writes for each name the groups it may mean: the name as given, the group's id
and its neutral name, parted by tabs. Several lines for a name are an open
question: "coalition" is not one thing. A context decides only when it speaks
for exactly one of them. Exits with 1 when a name is unknown or stays open.

  entente name group ИГИЛ داعش ISIS
  entente name group coalition --context 'The Saudi-led air raids on Sanaa ...'`
}

// Run resolves the names of the command line.
func (c *nameGroupCmd) Run(w *world) error {
	out := bufio.NewWriter(w.out)
	open := false
	for _, n := range c.Names {
		gs := names.ResolveGroup(n, c.Context)
		open = open || len(gs) != 1
		for _, g := range gs {
			fmt.Fprintf(out, "%s\t%s\t%s\n", strings.NewReplacer("\t", " ", "\n", " ").Replace(n), g.ID, g.Name)
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if open {
		return errFindings
	}
	return nil
}
