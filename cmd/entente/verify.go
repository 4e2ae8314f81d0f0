package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"entente/charter"
	"entente/internal/inspection"
	"entente/internal/logcopy"
	"entente/internal/node"
	"entente/internal/plural"
	"entente/internal/store"
	"entente/internal/store/logdb"
	"entente/label"
	"entente/tlog"
)

type verifyCmd struct {
	Dir     string `arg:"" help:"A node's directory, a copy of the log made by entente export, or a report made by entente inspect." type:"existingdir"`
	Charter string `help:"The founding file that is known to be right; without it the copy's own, whose fingerprint is shown." type:"existingfile" placeholder:"FILE"`
}

// Help gives an example.
func (verifyCmd) Help() string {
	return "Examples:\n\n    entente verify irq\n    entente verify copy-of-the-log --charter founding.note\n\nVerifies offline: founding signatures, every hash of the tree, the quorum's cosignatures, every originator's chain and keys. Nothing sealed is opened. Exit code 1 when something does not hold. testdata/verify.py of the source does the same, written from the specification alone."
}

// Run verifies.
func (c *verifyCmd) Run(w *world) error {
	var pinned *charter.Hash
	if c.Charter != "" {
		f, err := w.founding(c.Charter)
		if err != nil {
			return err
		}
		h := f.Hash()
		pinned = &h
	}
	dir := c.Dir
	if _, err := os.Stat(filepath.Join(dir, node.FileLog)); err == nil {
		tmp, err := os.MkdirTemp("", "entente-verify-*")
		if err != nil {
			return err
		}
		defer os.RemoveAll(tmp)
		if err := copyLog(w, dir, tmp); err != nil {
			if errors.Is(err, tlog.ErrTiles) {
				return c.found(w, err) // the node's own log does not make up its head
			}
			return err
		}
		dir = tmp
	}
	if _, err := os.Stat(filepath.Join(dir, inspection.FileReport)); err == nil {
		return c.inspection(w, dir, pinned)
	}
	if _, err := os.Stat(filepath.Join(dir, logcopy.FileFounding)); err != nil {
		return w.unreadable(c.Dir, errors.New("it is neither a node's directory nor a copy of the log"))
	}
	step := w.progress("verifying")
	v, err := logcopy.Verify(os.DirFS(dir), pinned, func(done, total int64) error { step(done, total); return w.ctx.Err() })
	if err != nil {
		return c.found(w, err)
	}
	return w.answer(struct {
		OK bool `json:"ok"`
		*logcopy.Verdict
	}{true, v}, func() {
		w.printf("The log holds: %s, root %s\nfounding %s\ncosigned by %s, quorum %d; log time %s", plural.Of(v.Size, "leaf"), v.Root, v.Charter, cosigners(v.Cosigned), v.Quorum, time.Unix(v.LogTime, 0).UTC().Format(time.RFC3339))
	})
}

// inspection verifies an inspector's report with the copy of the log beside it.
func (c *verifyCmd) inspection(w *world, dir string, pinned *charter.Hash) error {
	step := w.progress("verifying")
	v, err := inspection.Verify(os.DirFS(dir), pinned, func(done, total int64) error { step(done, total); return w.ctx.Err() })
	if err != nil {
		return c.found(w, err)
	}
	return w.answer(struct {
		OK bool `json:"ok"`
		*inspection.Verdict
	}{true, v}, func() {
		w.printf("The report of %s holds: %s (%s) of leaves %d to %d, each in its place in a log of %s\nfounding %s\ncosigned by %s, quorum %d\n%s opened from their evidence; %d past review or unanswered",
			v.Member, plural.Of(v.Entries, "entry"), counted(v.Counts), v.From, v.To, plural.Of(v.Size, "leaf"), v.Charter, cosigners(v.Cosigned), v.Quorum, plural.Of(v.Proven, "entry"), v.Overdue)
		unproven := ""
		if n := v.Entries - v.Proven; n > 0 {
			unproven = fmt.Sprintf(", and what %s without evidence %s", plural.Of(n, "entry"), plural.Choose(n, "says", "say"))
		}
		w.printf("That nothing is left out%s, is the word of %s: the log proves when and by whom", unproven, v.Member)
	})
}

// cosigners names the members that have cosigned a head.
func cosigners(ms []label.MemberID) string {
	if len(ms) == 0 {
		return "nobody"
	}
	names := make([]string, len(ms))
	for i, m := range ms {
		names[i] = string(m)
	}
	return strings.Join(names, ", ")
}

// found tells what does not hold. What could not be read accuses nobody.
func (c *verifyCmd) found(w *world, err error) error {
	if cerr := w.ctx.Err(); cerr != nil {
		return cerr
	}
	var disk *fs.PathError
	if errors.As(err, &disk) && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s cannot be verified: %w", c.Dir, err)
	}
	if werr := w.answer(map[string]any{"ok": false, "message": err.Error()}, func() { w.printf("It does not hold: %v", err) }); werr != nil {
		return werr
	}
	return errFindings
}

type exportCmd struct {
	Dir string `arg:"" help:"A node's directory; the node may be running." type:"existingdir"`
	To  string `arg:"" help:"Directory for the copy; goes on where an earlier copy ended."`
}

// Help gives an example.
func (exportCmd) Help() string {
	return "Example:\n\n    entente export irq copy-of-the-log\n\nWrites the log as static tiles (C2SP tlog-tiles) with the founding file and the public leaves: all that an outside verifier needs, and nothing sealed."
}

// Run exports.
func (c *exportCmd) Run(w *world) error {
	if _, err := os.Stat(filepath.Join(c.Dir, node.FileCharter)); err != nil {
		return w.unreadable(c.Dir, errors.New("it is no node's directory"))
	}
	if err := os.MkdirAll(c.To, 0o755); err != nil {
		return err
	}
	if err := copyLog(w, c.Dir, c.To); err != nil {
		return err
	}
	return w.answer(map[string]any{"copy": c.To}, func() { w.printf("A copy of the log is in %s; verify it with: entente verify %s", c.To, c.To) })
}

func copyLog(w *world, dir, to string) (err error) {
	file, err := os.ReadFile(filepath.Join(dir, node.FileCharter))
	if err != nil {
		return w.unreadable(dir, fmt.Errorf("it is no node's directory: %w", err))
	}
	f, err := charter.ParseFounding(file)
	if err != nil {
		return err
	}
	log, err := logdb.Open(filepath.Join(dir, node.FileLog), store.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	step := w.progress("copying")
	_, err = logcopy.Write(w.ctx, log, f, to, func(done, total int64) error { step(done, total); return w.ctx.Err() })
	return err
}
