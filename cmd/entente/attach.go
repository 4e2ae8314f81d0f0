package main

import (
	"errors"
	"fmt"
	"mime"
	"os"
	"path/filepath"
)

type reportAttach struct {
	asOfficer
	File string `arg:"" help:"The file, up to the charter's bound (100 MiB)." type:"existingfile"`
	Type string `help:"Media type; guessed from the name without it." placeholder:"TYPE"`
}

// Help gives an example.
func (reportAttach) Help() string {
	return "Example:\n\n    entente report attach photo.jpg\n\nSeals the file beside the node's databases and prints what a portion of a draft says of it, to be put into its \"attachments\". It goes to those to whom that portion is released."
}

// Run uploads a file.
func (c *reportAttach) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	f, err := w.open(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	if st.Mode().IsRegular() && st.Size() == 0 {
		w.notef("%s is empty: 0 bytes", c.File)
	}
	kind := c.Type
	if kind == "" {
		if kind, _, err = mime.ParseMediaType(mime.TypeByExtension(filepath.Ext(c.File))); err != nil {
			kind = "application/octet-stream"
		}
	}
	step := w.progress("sealing")
	a, err := cl.Upload(w.ctx, filepath.Base(c.File), kind, f, st.Size(), func(n int64) { step(n, st.Size()) })
	if err != nil {
		return w.refused(err)
	}
	w.json = true // what is printed goes into a draft
	return w.answer(a, nil)
}

type reportFetch struct {
	asOfficer
	Report string `arg:"" help:"Id of the report."`
	Digest string `arg:"" help:"Digest of the attachment, as the report says."`
	To     string `arg:"" help:"File to write, - for standard output; what is there of it already is not fetched again."`
}

// Help gives an example.
func (reportFetch) Help() string {
	return "Example:\n\n    entente report fetch 3b9c... 77ab... photo.jpg\n\nInterrupted, it goes on when it is run again."
}

// Run downloads an attachment into a file, going on where an earlier run broke
// off.
func (c *reportFetch) Run(w *world) (err error) {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	if c.To == "-" {
		if w.json {
			return usage("a file and JSON do not go over one standard output: leave --json out, or name a file")
		}
		_, err := cl.Download(w.ctx, c.Report, c.Digest, 0, w.out, nil)
		if err != nil {
			return w.refused(err)
		}
		return nil
	}
	part := c.To + ".part"
	if _, err := os.Stat(c.To); err == nil {
		return fmt.Errorf("%s is there already; name another file or move it away", c.To)
	}
	f, err := os.OpenFile(part, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, f.Close())
		// What came is kept for the next run; nothing is not.
		if st, serr := os.Stat(part); serr == nil && st.Size() == 0 {
			err = errors.Join(err, os.Remove(part))
		}
	}()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	step := w.progress("fetching")
	if _, err := cl.Download(w.ctx, c.Report, c.Digest, st.Size(), f, func(n int64) { step(n, n) }); err != nil {
		return w.refused(err)
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := os.Rename(part, c.To); err != nil {
		return err
	}
	return w.answer(map[string]string{"file": c.To}, func() { w.printf("%s", c.To) })
}
