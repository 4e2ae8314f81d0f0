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
	return "Examples:\n\n    entente bundle export --to SYR --out stick/b.age\n    entente bundle export --to SYR --from 7 --out stick/b.age\n    entente bundle export --to SYR --again 9 --out stick/b.age\n\nA transfer that broke off goes on with --again: what was written lies in FILE.part. The node keeps the last file for each addressee."
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
	if c.Out != "" {
		// A number that was given out is not taken back: the file comes first.
		if err := mayWrite(c.Out); err != nil {
			return err
		}
	}
	b := &api.Bundle{To: c.To, Number: c.Again}
	if c.Again == 0 {
		if b, err = cl.MakeBundle(w.ctx, api.NewBundle{To: c.To, Since: c.From, All: c.All}, w.progress("making")); err != nil {
			return w.refused(err)
		}
	}
	out := c.Out
	if out == "" {
		out = "bundle-" + b.File[:16] + ".age"
	}
	if err := fetchBundle(w, cl, b, out); err != nil {
		if c.Again > 0 && !errors.Is(err, client.ErrIncomplete) {
			return w.refused(err)
		}
		w.notef("bundle %d for %s is made; what came of its file lies in %s.part, and goes on with --again %d", b.Number, b.To, out, b.Number)
		return w.refused(err)
	}
	return w.answer(b, func() {
		w.printf("bundle %d for %s: %s", b.Number, b.To, out)
		if c.Again == 0 {
			w.printf("  leaves %d to %d, %d bytes", b.LogFrom, b.LogTo, b.Size)
			if b.Since < b.Number {
				w.printf("  holds everything from bundle %d on", b.Since)
			}
			w.printf("  write into the courier's ledger: %s %d", b.To, b.Number)
		}
	})
}

// mayWrite refuses a file that is there already, or whose directory is not.
func mayWrite(out string) error {
	if _, err := os.Lstat(out); err == nil {
		return usage("%s is there already", out)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return usage("%v", err)
	}
	if st, err := os.Stat(filepath.Dir(out)); err != nil || !st.IsDir() {
		return usage("%s is no directory to write into", filepath.Dir(out))
	}
	return nil
}

// fetchBundle writes the file of a bundle; what is there of it is kept.
func fetchBundle(w *world, cl *client.Client, b *api.Bundle, out string) error {
	if err := mayWrite(out); err != nil {
		return err
	}
	f, err := os.OpenFile(out+".part", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return w.unreadable(out, err)
	}
	defer f.Close()
	have, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if b.File != "" && have > 0 {
		// A new bundle: what is there belongs to another.
		if have, err = 0, f.Truncate(0); err != nil {
			return err
		}
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return err
		}
	}
	step := w.progress("writing")
	if have < b.Size || b.Size == 0 {
		if _, err := cl.BundleFile(w.ctx, b.To, b.Number, have, f, func(n int64) { step(n, b.Size) }); err != nil {
			if at, _ := f.Seek(0, io.SeekEnd); at == 0 {
				os.Remove(out + ".part")
			}
			return err
		}
	}
	if b.File != "" {
		if sum, err := sumOf(w, f, nil); err != nil {
			return err
		} else if sum != b.File {
			return fmt.Errorf("%w: the file came with another digest; write it again", client.ErrIncomplete)
		}
	}
	if err := f.Sync(); err != nil {
		return err
	}
	return os.Rename(out+".part", out)
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
		if done += int64(n); step != nil {
			step(done)
		}
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
	sum, err := sumOf(w, f, nil)
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
	return "Example:\n\n    entente bundle status --as rus.custodian\n\nExit code 1 while an import is not finished, or this node is recovering."
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
		for _, m := range st.Members {
			dark := ""
			if m.Missing {
				dark = ", dark: its cosignature is missing"
			}
			w.printf("%s  cosigned %d%s%s", m.Member, m.Cosigned, since(m.At), dark)
			if m.Made > 0 {
				w.printf("     made for it: %d, to leaf %d; it has imported %d", m.Made, m.MadeTo, m.Received)
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
	if st.Recovering || len(st.Unfinished) > 0 {
		return errFindings
	}
	return nil
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
