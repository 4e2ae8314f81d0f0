package main

import (
	"archive/tar"
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"entente/internal/client"
	"entente/internal/inspection"
	"entente/internal/logcopy"
	"entente/internal/web/api"
)

// inspectCmd is what a nation's overseer takes out of the node (rule 29).
type inspectCmd struct {
	Report inspectReport `cmd:"" help:"Report on what this nation originated, received, asked, refused and erased."`
}

type inspectReport struct {
	asOfficer
	Out      string `help:"Directory to write; must not exist yet." required:"" placeholder:"DIR"`
	From     int64  `help:"From this leaf of the log on."`
	To       int64  `help:"Before this leaf; without it all that is certified."`
	Since    string `help:"Instead of --from: certified since, as 2015-09-30T00:00Z." placeholder:"TIME"`
	Until    string `help:"Instead of --to: certified before." placeholder:"TIME"`
	Evidence bool   `help:"With what proves to a third party what was signed: acts, sealed bodies, their keys. Mark and keep it accordingly."`
}

// Help gives examples.
func (inspectReport) Help() string {
	return "Writes report.jsonl, report.txt to print, custody.json (who took it, when, and the digests), and a copy of the log, with which it verifies offline: entente verify DIR. For the same range the report has the same bytes.\n\nExamples:\n\n    entente inspect report --out inspection\n    entente inspect report --since 2015-09-01T00:00Z --until 2015-10-01T00:00Z --evidence --out september\n\nExit code 1 when personal data are past their review, or evidence was withheld."
}

// Run reports.
func (c *inspectReport) Run(w *world) (err error) {
	f := api.FindInspection{From: c.From, To: c.To, Evidence: c.Evidence}
	for _, t := range []struct {
		name, text string
		at         *time.Time
	}{{"since", c.Since, &f.Since}, {"until", c.Until, &f.Until}} {
		if t.text == "" {
			continue
		}
		if *t.at, err = time.Parse("2006-01-02T15:04Z07:00", t.text); err != nil {
			return usage("--%s %q is not a time to the minute such as 2015-12-31T00:00Z", t.name, t.text)
		}
	}
	cl, err := c.desk()
	if err != nil {
		return err
	}
	if _, err := os.Lstat(c.Out); err == nil {
		return fmt.Errorf("%s is there already; name another directory or move it away", c.Out)
	}
	// It appears whole or not at all.
	dir, err := os.MkdirTemp(filepath.Dir(filepath.Clean(c.Out)), ".inspection-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	end, head, withheld, err := c.take(w, cl, f, dir)
	if err != nil {
		return err
	}
	if err := custody(w, cl, head, end, dir); err != nil {
		return err
	}
	if err := copyFrom(w, cl, filepath.Join(dir, inspection.DirCopy)); err != nil {
		return err
	}
	if err := os.Rename(dir, c.Out); err != nil {
		return err
	}
	err = w.answer(map[string]any{"out": c.Out, "head": head, "end": end, "withheld": withheld}, func() {
		w.printf("%s has the report of leaves %d to %d: %d entries (%s), %d past review or unanswered, %d withheld; verify it with: entente verify %s", c.Out, head.From, head.To, end.Entries, counted(end.Counts), end.Overdue, withheld, c.Out)
	})
	if err == nil && (end.Overdue > 0 || withheld > 0) {
		return errFindings
	}
	return err
}

// take writes the report, and the same to be printed.
func (c *inspectReport) take(w *world, cl *client.Client, f api.FindInspection, dir string) (end inspection.End, head inspection.Head, withheld int64, err error) {
	path := filepath.Join(dir, inspection.FileReport)
	lines, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return end, head, 0, err
	}
	defer func() { err = errors.Join(err, lines.Close()) }()
	out := bufio.NewWriter(lines)
	if err := cl.Inspect(w.ctx, f, out); err != nil {
		return end, head, 0, w.refused(err)
	}
	if err := errors.Join(out.Flush(), lines.Sync()); err != nil {
		return end, head, 0, err
	}
	if _, err := lines.Seek(0, io.SeekStart); err != nil {
		return end, head, 0, err
	}
	text, err := os.OpenFile(filepath.Join(dir, inspection.FileText), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return end, head, 0, err
	}
	defer func() { err = errors.Join(err, text.Sync(), text.Close()) }()
	page := bufio.NewWriter(text)
	head, end, err = inspection.Read(lines, func(h inspection.Head, e *inspection.Entry) error {
		if e.Withheld != "" {
			withheld++
		}
		return printEntry(page, e)
	})
	if err != nil {
		return end, head, 0, err
	}
	fmt.Fprintf(page, "\nInspection of %s, leaves %d to %d, as of %s by the log's time.\n%d entries: %s; %d past review or unanswered.\nSHA-256 of the lines: %s\n", head.Member, head.From, head.To, head.At, end.Entries, counted(end.Counts), end.Overdue, end.Digest)
	return end, head, withheld, page.Flush()
}

// counted writes how many there are of each kind, by name.
func counted(of map[string]int64) string {
	parts := make([]string, 0, len(of))
	for _, k := range slices.Sorted(maps.Keys(of)) {
		parts = append(parts, fmt.Sprintf("%d %s", of[k], k))
	}
	return strings.Join(parts, ", ")
}

func printEntry(w io.Writer, e *inspection.Entry) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%8d  %s  %-11s %s", e.Index, e.Logged, e.What, e.Originator)
	for _, part := range []struct{ name, text string }{{"", e.Type}, {"", e.Step}, {"drafted as ", e.Truth}, {"", e.ID}, {"about ", e.About}, {"to ", strings.Join(e.To, ", ")}, {"", e.Mark}, {"", e.Title}, {"in doubt: ", e.Doubt},
		{"review by ", e.ReviewBy}, {"answer due by ", e.Due}, {"", e.Code}, {"by ", e.By}, {"basis: ", e.Basis}, {"act ", e.ActDigest}, {"withheld: ", e.Withheld}} {
		if part.text != "" {
			b.WriteString("  " + part.name + part.text)
		}
	}
	switch {
	case e.Overdue && e.Due != "":
		b.WriteString("  ANSWER OVERDUE")
	case e.Overdue:
		b.WriteString("  REVIEW OVERDUE")
	}
	if e.Ended {
		b.WriteString("  ended")
	}
	_, err := fmt.Fprintln(w, escaped(b.String()))
	return err
}

// copyFrom takes a copy of the log from the node.
func copyFrom(w *world, cl *client.Client, dir string) error {
	r, pipe := io.Pipe()
	go func() {
		_, err := cl.ExportLog(w.ctx, pipe, nil)
		pipe.CloseWithError(err)
	}()
	defer r.Close()
	in := tar.NewReader(r)
	for {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return w.refused(err)
		}
		if h.Typeflag != tar.TypeReg || !filepath.IsLocal(h.Name) || h.Size > 1<<30 {
			return fmt.Errorf("the copy of the log names %q, which is no file of one", h.Name)
		}
		data, err := io.ReadAll(io.LimitReader(in, h.Size))
		if err != nil {
			return w.refused(err)
		}
		if err := logcopy.Dir(dir).WriteFile(filepath.ToSlash(h.Name), data); err != nil {
			return err
		}
	}
}

// custody writes who took the report out and when: the row of the node's audit
// log, which is chained, and the digests of what was written. Others may have
// taken the same range meanwhile.
func custody(w *world, cl *client.Client, head inspection.Head, end inspection.End, dir string) error {
	me, err := cl.WhoAmI(w.ctx)
	if err != nil {
		return w.refused(err)
	}
	rows, err := cl.Audit(w.ctx, api.FindAudit{Login: me.Officer.Login, Object: inspection.CustodyObject(head.From, head.To)})
	if err != nil {
		return w.refused(err)
	}
	c := inspection.Custody{Member: head.Member, SHA256: map[string]string{}}
	i := slices.IndexFunc(rows, func(r api.AuditRow) bool {
		c.Audit = inspection.CustodyRow(r)
		return c.Audit.Of(&head, &end)
	})
	if i < 0 {
		return errors.New("the audit log of the node has no row of this report; take it again")
	}
	for _, name := range []string{inspection.FileReport, inspection.FileText} {
		if c.SHA256[name], err = inspection.Digest(os.DirFS(dir), name); err != nil {
			return err
		}
	}
	raw, err := json.MarshalIndent(c, "", " ")
	if err != nil {
		return err
	}
	return logcopy.Dir(dir).WriteFile(inspection.FileCustody, append(raw, '\n'))
}
