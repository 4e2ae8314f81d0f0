package main

import (
	"errors"
	"time"

	"entente/internal/backup"
	"entente/internal/plural"
)

type backupCmd struct {
	configured
	Dir string `arg:"" help:"Directory for the backup: new, empty, or one in which a backup was interrupted."`
}

// Help gives an example and says how long a backup may live.
func (backupCmd) Help() string {
	return `Examples:

    entente backup --config irq/entente.toml /backups/irq-monday
    entente --json backup --config irq/entente.toml /backups/irq-monday

Copies founding file, configuration, keys, log, bodies, officers, drafts, decisions, audit and attachments, at a moment when the node runs or while it stands still; run it as the user whose node it is. The views are not copied: the node makes them again. An interrupted backup has no manifest and is none; the same command takes it again.

A backup is secret: what this nation's officers read lies open in it. It has no passphrase in it, and is useless without: keep that one elsewhere. It outlives what the node forgets, so that every copy of it has to be destroyed within the charter's grace (rule 21); the command says until when. Exit code 1 when an attachment in the node's directory is damaged and was left out.`
}

// Run takes a backup.
func (c *backupCmd) Run(w *world) error {
	conf, err := c.load(w)
	if err != nil {
		return err
	}
	m, damaged, err := backup.Take(w.ctx, conf, c.Config, c.Dir, backup.Options{Now: time.Now(), Progress: w.progress("backing up")})
	if errors.Is(err, backup.ErrNotEmpty) {
		return usage("%v", err)
	}
	if err != nil {
		return err
	}
	if damaged == nil {
		damaged = []string{}
	}
	if err := w.answer(map[string]any{"backup": c.Dir, "member": m.Member, "charter": m.Charter, "log_size": m.LogSize, "taken": m.Taken, "destroy": m.Destroy,
		"files": len(m.Files), "bytes": m.Bytes(), "damaged": damaged}, func() {
		w.printf("The node of %s is backed up in %s: %d files, %d bytes, a log of %d leaves.", m.Member, c.Dir, len(m.Files), m.Bytes(), m.LogSize)
		w.printf("It is secret. Rule 21: destroy every copy of it by %s.", m.Destroy.Format(time.RFC3339))
		for _, name := range damaged {
			w.printf("left out, for it is not what it was: %s", name)
		}
	}); err != nil {
		return err
	}
	if len(damaged) > 0 {
		return errFindings
	}
	return nil
}

type restoreCmd struct {
	Dir string `arg:"" help:"The backup." type:"existingdir"`
	To  string `required:"" help:"The node's directory: new or empty." placeholder:"NEWDIR"`
}

// Help gives an example and says what happens next.
func (restoreCmd) Help() string {
	return `Example:

    entente restore /backups/irq-monday --to irq
    entente serve --config irq/entente.toml

Holds every file against the manifest before it writes any, refuses a damaged backup, and writes over nothing. The configuration is made to name the new directory. The passphrase is not in a backup: put its file where the configuration names it.

A restored node starts recovering (spec/recovery.md): it signs nothing until a quorum of the other members has told it what it signed since. What it filed and nobody holds ends only with a new incarnation: entente keys next --new-incarnation. Officers, drafts, decisions and audit are those of the backup: a draft that was released since stands as a draft again, and its report is among the reports. Never start the old directory again: two nodes of one member contradict each other, which is evidence against it. Exit code 1 when the configuration cannot be used as it is, or the backup should have been destroyed by now (rule 21).`
}

// Run restores.
func (c *restoreCmd) Run(w *world) error {
	now := time.Now()
	m, path, err := backup.Restore(w.ctx, c.Dir, c.To, backup.Options{Now: now, Progress: w.progress("restoring")})
	for _, wrong := range []error{backup.ErrNotEmpty, backup.ErrNoBackup, backup.ErrIncomplete, backup.ErrVersion} {
		if errors.Is(err, wrong) {
			return usage("%v", err)
		}
	}
	if err != nil {
		return err
	}
	found := []string{}
	if conf, err := (configured{Config: path}).load(w); err != nil {
		found = append(found, err.Error())
	} else {
		found = append(found, conf.Check()...)
	}
	if m.Overdue(now) {
		found = append(found, "rule 21: this backup should have been destroyed by "+m.Destroy.Format(time.RFC3339)+"; what was forgotten since it was taken is back: forget it again, and destroy the backup")
	}
	if err := w.answer(map[string]any{"config": path, "member": m.Member, "charter": m.Charter, "log_size": m.LogSize, "taken": m.Taken, "findings": found}, func() {
		w.printf("The node of %s is restored to %s as it was at %s, with a log of %s.", m.Member, c.To, m.Taken.Format(time.RFC3339), plural.Of(m.LogSize, "leaf"))
		for _, f := range found {
			w.printf("%s", f)
		}
		w.printf("Start it:    entente serve --config %s", path)
		w.printf("It starts recovering: it signs nothing until a quorum of the other members has told it what it signed since; what the log has comes back from them. Drafts, decisions and officers are those of the backup: see whether the log has a draft's report before you release it again. Never start the old directory again.")
	}); err != nil {
		return err
	}
	if len(found) > 0 {
		return errFindings
	}
	return nil
}
