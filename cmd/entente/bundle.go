package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"entente/internal/bundle"
	"entente/internal/client"
	"entente/internal/plural"
	"entente/internal/web/api"
)

// bundleCmd is the exchange by courier (spec/bundle.md).
type bundleCmd struct {
	Export  bundleExport  `cmd:"" help:"Make the next bundle for a member and write its file."`
	Import  bundleImport  `cmd:"" help:"Verify a bundle and import all of it, or nothing."`
	Inspect bundleInspect `cmd:"" help:"Verify a bundle, say what is inside, and store nothing."`
	Status  bundleStatus  `cmd:"" help:"Show where the exchange with each member stands."`
	Ledger  bundleLedger  `cmd:"" help:"State which bundles left a node without a line, so that it signs again."`
}

// Help gives examples.
func (bundleCmd) Help() string {
	return "Examples:\n\n    entente bundle export --to SYR --out stick/b.age --as rus.custodian\n    entente bundle import stick/b.age --as syr.custodian\n    entente bundle export --to SYR --from 7\n    entente bundle status\n\n" +
		"For the custodian. A bundle is signed, sealed to its addressee, numbered and padded: who finds the file learns its size class and that it is an age file. " +
		"It carries the log with heads and cosignatures, envelopes to be logged, receipts and attachments.\n\n" +
		"Exit code 1 when a bundle is refused, or one is missing; nothing of it is stored then."
}

type bundleExport struct {
	asOfficer
	To    string `help:"The addressee." required:"" placeholder:"SYR"`
	From  uint64 `help:"Hold everything from this bundle on, for a member that lacks it; what comes after the last one without it." placeholder:"N"`
	All   bool   `help:"Hold the whole log, whatever the addressee is known to have."`
	Again uint64 `help:"Make nothing: write the file of the last bundle, of this number, again, or the rest of it." placeholder:"N"`
	Out   string `help:"File to write; bundle-DIGEST.age without it." placeholder:"FILE"`
}

// Help gives examples.
func (bundleExport) Help() string {
	return "Examples:\n\n    entente bundle export --to SYR --out stick/b.age\n    entente bundle export --to SYR --from 7 --out stick/b.age\n    entente bundle export --to SYR --again 9 --out stick/b.age\n\nThe file gets its name when all of it is written; until then it lies beside it with a name that ends in .part. An export that broke off goes on with the same command, or with --again. The node keeps the last file for each addressee."
}

// Run makes a bundle and fetches its file.
func (c *bundleExport) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	if c.Again > 0 && (c.From > 0 || c.All) {
		return usage("--again makes no bundle: leave --from and --all out")
	}
	if c.Again > 0 && c.Out == "" {
		return usage("say with --out which file goes on")
	}
	// A number that was given out is not taken back: the file comes first.
	if err := mayWrite(c.Out); err != nil {
		return err
	}
	b, err := c.begun(w, cl)
	if err != nil {
		return err
	}
	if b == nil {
		if b, err = cl.MakeBundle(w.ctx, api.NewBundle{To: c.To, Since: c.From, All: c.All}, w.progress("making")); err != nil {
			return w.refused(err)
		}
	}
	out := c.file(b)
	if err := fetchBundle(w, cl, b, out); err != nil {
		w.notef("bundle %d for %s is made; what came of its file lies in %s, and goes on with entente bundle export --to %s --again %d --out %s", b.Number, b.To, half(out, b), b.To, b.Number, out)
		return w.refused(err)
	}
	return w.answer(b, func() {
		w.printf("bundle %d for %s: %s", b.Number, b.To, out)
		w.printf("  leaves %d to %d, %d bytes", b.LogFrom, b.LogTo, b.Size)
		if b.Since < b.Number {
			w.printf("  holds everything from bundle %d on", b.Since)
		}
		w.printf("  write into the courier's ledger: %s %d", b.To, b.Number)
	})
}

// file is where a bundle's file goes.
func (c *bundleExport) file(b *api.Bundle) string {
	if c.Out == "" {
		return "bundle-" + b.File[:16] + ".age"
	}
	return c.Out
}

// half is where a file lies that has not all come. Its name says no more than the
// bundle would.
func half(out string, b *api.Bundle) string {
	return out + "." + b.File[:16] + ".part"
}

// begun returns the bundle whose file is written again, or goes on: with --again
// the one of that number, else the last one where half of its file lies here;
// nil when there is none. The node keeps the file of the last one alone.
func (c *bundleExport) begun(w *world, cl *client.Client) (b *api.Bundle, err error) {
	if c.From > 0 || c.All {
		return nil, nil
	}
	st, err := cl.BundleStatus(w.ctx)
	if err != nil {
		return nil, w.refused(err)
	}
	for _, m := range st.Members {
		if m.Member == c.To {
			b = m.Last
		}
	}
	absent := func(format string, args ...any) error {
		return w.refused(&client.Error{Code: "bundle_absent", Message: fmt.Sprintf(format, args...)})
	}
	switch {
	case c.Again == 0 && b == nil:
		return nil, nil
	case c.Again == 0:
		if _, err := os.Stat(half(c.file(b), b)); err != nil {
			return nil, nil
		}
		w.notef("goes on with bundle %d for %s, whose export broke off; remove %s to make another", b.Number, b.To, half(c.file(b), b))
	case b == nil:
		return nil, absent("no bundle was made for %s; leave --again out to make the first", c.To)
	case b.Number != c.Again:
		return nil, absent("the last bundle made for %s is number %d, and the node keeps the file of that one alone; entente bundle export --to %s --from %d makes one that holds all from number %d on", c.To, b.Number, c.To, min(c.Again, b.Number), min(c.Again, b.Number))
	}
	return b, nil
}

// mayWrite refuses a file that is there already, or whose directory cannot be
// written into.
func mayWrite(out string) error {
	if out != "" {
		if _, err := os.Lstat(out); err == nil {
			return usage("%s is there already; name another file with --out", out)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return usage("%v", err)
		}
	}
	probe, err := os.CreateTemp(filepath.Dir(out), ".bundle-*")
	if err != nil {
		return usage("%s cannot be written into: %v", filepath.Dir(out), err)
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// fetchBundle writes the file of a bundle. It has its name when all of it is
// there and has its digest; what came of it before goes on.
func fetchBundle(w *world, cl *client.Client, b *api.Bundle, out string) error {
	part := half(out, b)
	f, err := os.OpenFile(part, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return w.unreadable(part, err)
	}
	defer f.Close()
	for {
		have, err := f.Seek(0, io.SeekEnd)
		if err != nil {
			return err
		}
		if have > b.Size {
			have = 0
			if err := emptied(f); err != nil {
				return err
			}
		}
		if have < b.Size {
			step := w.progress("writing")
			if _, err := cl.BundleFile(w.ctx, b.To, b.Number, have, f, func(n int64) { step(n, b.Size) }); err != nil {
				if at, _ := f.Seek(0, io.SeekEnd); at == 0 {
					os.Remove(part)
				}
				return err
			}
		}
		step := w.progress("checking")
		sum, err := sumOf(w, f, func(n int64) { step(n, b.Size) })
		if err != nil {
			return err
		}
		if sum == b.File {
			break
		}
		if err := emptied(f); err != nil {
			return err
		}
		if have == 0 {
			return fmt.Errorf("%w: the file came with another digest; write it again", client.ErrIncomplete)
		}
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := mayWrite(out); err != nil {
		return err // it has come there meanwhile
	}
	return os.Rename(part, out)
}

// emptied makes a file empty, to be written from its beginning.
func emptied(f *os.File) error {
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err := f.Seek(0, io.SeekStart)
	return err
}

// sumOf is the SHA-256 of a whole file, hex.
func sumOf(w *world, f io.ReadSeeker, step func(int64)) (string, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	sum := sha256.New()
	buf := make([]byte, 1<<20)
	var done int64
	for {
		n, err := f.Read(buf)
		sum.Write(buf[:n])
		done += int64(n)
		step(done)
		if err == io.EOF {
			return hex.EncodeToString(sum.Sum(nil)), nil
		}
		if err != nil {
			return "", err
		}
		if err := w.ctx.Err(); err != nil {
			return "", err
		}
	}
}

type bundleImport struct {
	asOfficer
	File string `arg:"" help:"The bundle."`
}

// Help gives an example.
func (bundleImport) Help() string {
	return "Example:\n\n    entente bundle import stick/b.age --as syr.custodian\n\nInterrupted, it goes on when the same file is given again. Exit code 1 when it is refused; nothing of it is stored then."
}

// Run imports.
func (c *bundleImport) Run(w *world) error { return takeBundle(w, c.asOfficer, c.File, false) }

type bundleInspect struct {
	asOfficer
	File string `arg:"" help:"The bundle."`
}

// Help gives an example.
func (bundleInspect) Help() string {
	return "Example:\n\n    entente bundle inspect stick/b.age --as syr.custodian\n\nHeads, cosignatures, leaves and the sender's signature are verified as for an import. Only the addressee's node can open it."
}

// Run inspects.
func (c *bundleInspect) Run(w *world) error { return takeBundle(w, c.asOfficer, c.File, true) }

// takeBundle offers a file to the node and has it verified.
func takeBundle(w *world, as asOfficer, path string, inspect bool) error {
	cl, err := as.desk()
	if err != nil {
		return err
	}
	f, err := w.open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	if st.Mode().IsRegular() && st.Size() == 0 {
		return w.refused(&client.Error{Code: bundle.Code(bundle.ErrEmpty), Message: path + ": " + bundle.ErrEmpty.Error()})
	}
	read := w.progress("reading")
	sum, err := sumOf(w, f, func(n int64) { read(n, st.Size()) })
	if err != nil {
		return w.unreadable(path, err)
	}
	have, err := cl.StagedBundle(w.ctx, sum)
	if err != nil {
		return w.refused(err)
	}
	if !have.Whole {
		if _, err := f.Seek(have.Have, io.SeekStart); err != nil {
			return err
		}
		step := w.progress("offering")
		if err := cl.StageBundle(w.ctx, sum, have.Have, st.Size(), f, func(n int64) { step(n, st.Size()) }); err != nil {
			return w.refused(err)
		}
	}
	what := "importing"
	if inspect {
		what = "verifying"
	}
	b, err := cl.ImportBundle(w.ctx, sum, inspect, w.progress(what))
	if err != nil {
		return w.refused(err)
	}
	return w.answer(b, func() {
		verb := "imported"
		if !b.Imported {
			verb = "verified, nothing stored"
		}
		if b.Before {
			verb += "; it was imported before, or one that holds the same was"
		}
		w.printf("bundle %d of %s: %s", b.Number, b.From, verb)
		if b.Since < b.Number {
			w.printf("  holds everything from bundle %d on", b.Since)
		}
		w.printf("  leaves %d to %d, %d of them new; heads, cosignatures and bodies hold", b.LogFrom, b.LogTo, b.New)
		w.printf("  %s of %s for the lead, %s of faults, %s", plural.Of(b.Envelopes, "envelope"), b.From, plural.Of(b.Evidence, "proof"), plural.Of(b.Attachments, "attachment"))
		w.printf("  inside: %s; made %s, as %s says", strings.Join(b.Contents, ", "), b.Made.UTC().Format(time.RFC3339), b.From)
	})
}

type bundleStatus struct{ asOfficer }

// Help gives an example.
func (bundleStatus) Help() string {
	return "Example:\n\n    entente bundle status --as rus.custodian\n\nIt names the bundles that are missing, and copies that wait for them.\n\nExit code 1 while an import is not finished, a copy waits, or this node is recovering."
}

// Run shows where the exchange stands.
func (c *bundleStatus) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	st, err := cl.BundleStatus(w.ctx)
	if err != nil {
		return w.refused(err)
	}
	if err := w.answer(st, func() {
		if st.Recovering {
			w.printf("recovering: signs nothing; import a bundle, then state what left with entente bundle ledger")
		}
		for _, f := range st.Unfinished {
			w.printf("the import of %s is not finished: give the file again", f)
		}
		for _, b := range st.Waiting {
			w.waits(b)
		}
		for _, m := range st.Members {
			dark := ""
			if m.Missing {
				dark = ", dark: its cosignature is missing"
			}
			w.printf("%s  cosigned %d%s%s", m.Member, m.Cosigned, since(m.At), dark)
			if m.Made > 0 {
				w.printf("     made for it: %d, to leaf %d; it has imported %d", m.Made, m.MadeTo, m.Received)
				if m.Received+1 < m.Made {
					w.printf("     %s not known to have arrived: where any is lost, entente bundle export --to %s --from %d makes one that holds them", bundles(m.Received+1, m.Made), m.Member, m.Received+1)
				}
			}
			if m.Taken > 0 {
				w.printf("     imported from it: %d%s", m.Taken, since(m.TakenAt))
			}
			if m.Relaying > 0 {
				w.printf("     %d of its envelopes are on their way to the lead", m.Relaying)
			}
		}
	}); err != nil {
		return err
	}
	if st.Recovering || len(st.Unfinished)+len(st.Waiting) > 0 {
		return errFindings
	}
	return nil
}

// waits says what a copy that lies at the node waits for.
func (w *world) waits(b api.BundleWaiting) {
	switch {
	case !b.Whole:
		w.printf("of the file %s %d bytes are here: give it again, and it goes on", b.File, b.Have)
	case b.MissingFrom == 0:
		w.printf("bundle %d of %s waits, and nothing is missing before it any more: give its file again", b.Number, b.From)
	default:
		w.printf("bundle %d of %s waits; missing: %s of %s: ask for that again, or for one that holds it (there: entente bundle export --from %d)", b.Number, b.From, bundles(b.MissingFrom, b.MissingTo), b.From, b.MissingFrom)
	}
}

// bundles names the bundles of a range.
func bundles(from, to uint64) string {
	if from == to {
		return fmt.Sprintf("bundle %d", from)
	}
	return fmt.Sprintf("bundles %d to %d", from, to)
}

func since(t *time.Time) string {
	if t == nil {
		return ""
	}
	return " at " + t.UTC().Format(time.RFC3339)
}

type bundleLedger struct {
	asOfficer
	Last []string `arg:"" optional:"" help:"The last bundle that left, for each member to whom any has."`
}

// Help gives an example.
func (bundleLedger) Help() string {
	return "Example:\n\n    entente bundle ledger RUS=7 IRQ=2 --as syr.custodian\n\nFor a node without a line, which signs nothing after a start until it is known what it signed before. Read the numbers off the courier's ledger, not off the node. Where they agree with the node's records, nothing that left is unknown to it, and it signs again once a bundle was imported. The statement stands in the audit log."
}

// Run states.
func (c *bundleLedger) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	last := map[string]uint64{}
	for _, s := range c.Last {
		m, n, ok := strings.Cut(s, "=")
		number, err := strconv.ParseUint(n, 10, 53)
		if !ok || err != nil || len(m) != 3 {
			return usage("%s: write member and number, such as RUS=7", s)
		}
		last[m] = number
	}
	if err := cl.ConfirmBundles(w.ctx, last); err != nil {
		return w.refused(err)
	}
	slices.Sort(c.Last)
	if len(c.Last) == 0 {
		return w.done("stated: nothing has left")
	}
	return w.done("stated: %s", strings.Join(c.Last, ", "))
}
