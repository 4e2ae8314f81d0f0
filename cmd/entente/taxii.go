package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"entente/internal/plural"
	"entente/internal/store/taxiidb"
	"entente/taxii"
)

// maxTaxiiFile bounds a data file that is imported; it is read into memory.
const maxTaxiiFile = 8 << 30

type taxiiCmd struct {
	Import taxiiImportCmd `cmd:"" help:"Take over the data file of a medallion server."`
	Serve  taxiiServeCmd  `cmd:"" help:"Serve collections over TAXII 2.1."`
	Flaws  taxiiFlawsCmd  `cmd:"" help:"List objects held that break a rule of STIX."`
	Poll   taxiiPollCmd   `cmd:"" help:"Read a collection of a TAXII 2.1 server, from where the last poll stopped."`
	User   taxiiUserCmd   `cmd:"" help:"Accounts of the section's own tools at a node."`
}

type taxiiData struct {
	Data string `help:"Directory that holds the collections; without it, entente/taxii in the user's directory for data." placeholder:"DIR"`
}

// dir is the directory that holds the collections, the same for every command.
func (d *taxiiData) dir() (string, error) {
	if d.Data != "" {
		return d.Data, nil
	}
	base, err := userData()
	if err != nil {
		return "", usage("--data: there is no directory for the user's data (%v): name one", err)
	}
	return filepath.Join(base, "entente", "taxii"), nil
}

// userData is where programs keep a user's data: XDG Base Directory
// Specification 0.8, and what else the system has for its settings.
func userData() (string, error) {
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return dir, nil
	}
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		return os.UserConfigDir()
	}
	home, err := os.UserHomeDir()
	return filepath.Join(home, ".local", "share"), err
}

type taxiiImportCmd struct {
	taxiiData
	File string `arg:"" help:"The JSON file of medallion's memory backend."`
}

// Help gives an example.
func (taxiiImportCmd) Help() string {
	return `Examples:

    entente taxii import default_data.json
    entente taxii import default_data.json --data taxii

Discovery, API roots, collections, objects with all their versions, the dates at
which they were added and statuses are taken over, all or nothing. The same file
may be imported again; what is held stays as it is. Objects that break a rule of
STIX are carried and flagged: entente taxii flaws lists them. What else is not as
TAXII wants it is said, and what was done about it; the exit code is 0 then too,
for everything was carried. Where it went is said; entente taxii serve finds it
there.`
}

// Run imports.
func (c *taxiiImportCmd) Run(w *world) error {
	f, err := w.open(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	data, err := taxii.ReadMedallion(&interruptible{w, f}, maxTaxiiFile)
	if err != nil {
		return w.unreadable(c.File, err)
	}
	dir, err := c.dir()
	if err != nil {
		return err
	}
	db, err := taxiidb.Open(dir)
	if err != nil {
		return err
	}
	defer db.Close()
	n, err := db.Import(w.ctx, data, taxii.TimestampOf(time.Now()), w.progress("importing"))
	if err != nil {
		return err
	}
	findings := data.Findings
	if findings == nil {
		findings = []string{}
	}
	return w.answer(struct {
		taxiidb.Imported
		Data     string   `json:"data"`
		Findings []string `json:"findings"`
	}{n, dir, findings}, func() {
		for _, f := range findings {
			w.printf("%s", f)
		}
		w.printf("%s, %s, %s (%d flawed, %d without date_added), %d already held, %s, in %s", plural.Of(n.Roots, "API root"), plural.Of(n.Collections, "collection"), plural.Of(n.Objects, "object"), n.Flawed, n.Undated, n.Held, plural.Of(n.Statuses, "status"), dir)
	})
}

type taxiiFlawsCmd struct {
	taxiiData
}

// Help gives an example.
func (taxiiFlawsCmd) Help() string {
	return "Example:\n\n    entente taxii flaws --data taxii\n\nOne line an object; with --json one JSON object a line. Exit code 1 when there is any."
}

// Run lists.
func (c *taxiiFlawsCmd) Run(w *world) error {
	dir, err := c.dir()
	if err != nil {
		return err
	}
	if _, err := os.Stat(dir); err != nil {
		return w.unreadable(dir, err)
	}
	db, err := taxiidb.Open(dir)
	if err != nil {
		return err
	}
	defer db.Close()
	out := bufio.NewWriter(w.out)
	enc := json.NewEncoder(out)
	any := false
	err = db.Flaws(w.ctx, func(f taxiidb.Flaw) error {
		any = true
		if w.json {
			return enc.Encode(f)
		}
		_, err := fmt.Fprintf(out, "%s/%s %s %s: %s\n", f.Root, f.Collection, f.ID, f.Version, f.Flaw)
		return err
	})
	if err = errors.Join(err, out.Flush()); err != nil {
		return err
	}
	if any {
		return errFindings
	}
	return nil
}

type taxiiServeCmd struct {
	taxiiData
	Listen  string `default:"127.0.0.1:5000" help:"Address to listen on; a loopback address unless a certificate is given."`
	User    string `required:"" help:"Name of the user; the password is read from standard input."`
	MaxPage int    `default:"100" help:"Greatest number of objects in one answer."`
	Cert    string `help:"Certificate chain in PEM, for HTTPS." type:"existingfile" placeholder:"FILE"`
	Key     string `help:"Private key in PEM, for HTTPS." type:"existingfile" placeholder:"FILE"`
}

// Help gives an example.
func (taxiiServeCmd) Help() string {
	return `Example:

    entente taxii serve --data taxii --listen 127.0.0.1:5000 --user admin < password.txt

Serves TAXII 2.1 with HTTP Basic authentication until interrupted; discovery is
at /taxii2/. Without --data it serves what entente taxii import took over without
it. A collection that may be neither read nor written is listed so, and its
content refused. Plain HTTP is for loopback addresses alone; elsewhere --cert and
--key are needed. With --json the address is printed as one line when it is open.`
}

// Run serves.
func (c *taxiiServeCmd) Run(w *world) error {
	if (c.Cert == "") != (c.Key == "") {
		return usage("--cert and --key belong together: give both or none")
	}
	if c.MaxPage < 1 || c.MaxPage > 100_000 {
		return usage("--max-page is a number from 1 to 100000")
	}
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return usage("--listen: %v", err)
	}
	if ip := net.ParseIP(host); c.Cert == "" && host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return usage("--listen %s: plain HTTP is served on loopback addresses alone, since the password and all content would go in the clear: give --cert and --key, or listen on 127.0.0.1", c.Listen)
	}
	if c.Cert != "" {
		if _, err := tls.LoadX509KeyPair(c.Cert, c.Key); err != nil {
			return w.unreadable(c.Cert, err)
		}
	}
	password, err := askSecret(w, "password of "+c.User, false)
	if err != nil {
		return err
	}
	dir, err := c.dir()
	if err != nil {
		return err
	}
	db, err := taxiidb.Open(dir)
	if err != nil {
		return err
	}
	defer db.Close()
	l, err := new(net.ListenConfig).Listen(w.ctx, "tcp", c.Listen)
	if err != nil {
		return err
	}
	scheme := "http"
	if c.Cert != "" {
		scheme = "https"
	}
	srv := &http.Server{
		Handler: &taxii.Server{
			Store:        db,
			Authenticate: taxii.BasicAuth(c.User, string(password)),
			MaxPage:      c.MaxPage,
			Rightless:    true,
			Log:          slog.New(slog.NewTextHandler(w.err, nil)),
		},
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       5 * time.Minute,
		WriteTimeout:      5 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    256 << 10,
		ErrorLog:          slog.NewLogLogger(slog.NewTextHandler(w.err, nil), slog.LevelWarn),
	}
	address := scheme + "://" + l.Addr().String() + "/taxii2/"
	if w.json {
		json.NewEncoder(w.out).Encode(map[string]string{"discovery": address, "data": dir})
	} else {
		w.notef("serving %s from %s", address, dir)
	}
	stopped := make(chan error, 1)
	go func() {
		<-w.ctx.Done()
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		stopped <- srv.Shutdown(ctx)
	}()
	if c.Cert != "" {
		err = srv.ServeTLS(l, c.Cert, c.Key)
	} else {
		err = srv.Serve(l)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return <-stopped
	}
	return err
}

type taxiiPollCmd struct {
	Server     string   `arg:"" help:"URL of the server."`
	Root       string   `required:"" help:"API root, a URL or a path." placeholder:"URL"`
	Collection string   `required:"" help:"Identifier or alias of the collection." placeholder:"ID"`
	User       string   `help:"Name of the user; the password is read from standard input."`
	Position   string   `help:"File that keeps where the poll stopped." placeholder:"FILE"`
	Match      []string `help:"Filter, such as type=indicator or version=all; may be repeated." placeholder:"FIELD=VALUES" sep:"none"`
	Limit      int      `help:"Objects asked for at a time; the server's own number without it."`
}

// Help gives an example.
func (taxiiPollCmd) Help() string {
	return `Example:

    entente taxii poll http://127.0.0.1:5000 --root /api1/ --collection indicators \
        --user admin --position indicators.json < password.txt >> indicators.jsonl

Writes each object that was added since the last poll on a line, without the
white space between its members, and then moves the position on.`
}

// Run polls.
func (c *taxiiPollCmd) Run(w *world) error {
	cl, err := taxii.NewClient(c.Server, nil)
	if err != nil {
		return err
	}
	if c.User != "" {
		password, err := askSecret(w, "password of "+c.User, false)
		if err != nil {
			return err
		}
		cl.User, cl.Password = c.User, string(password)
	}
	var pos taxii.Position
	if c.Position != "" {
		raw, err := os.ReadFile(c.Position)
		if err == nil {
			err = json.Unmarshal(raw, &pos)
		}
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return w.unreadable(c.Position, err)
		}
	}
	poll := taxii.Poll{Root: c.Root, Collection: c.Collection, Limit: c.Limit, Query: url.Values{}}
	for _, m := range c.Match {
		field, value, ok := strings.Cut(m, "=")
		if !ok {
			return usage("--match %s: FIELD=VALUES is wanted", m)
		}
		poll.Query.Set("match["+field+"]", value)
	}
	out := bufio.NewWriter(w.out)
	return poll.Run(w.ctx, cl, &pos, func(objects [][]byte, pos taxii.Position) error {
		for _, raw := range objects {
			var line bytes.Buffer
			if err := json.Compact(&line, raw); err != nil {
				return err
			}
			line.WriteByte('\n')
			out.Write(line.Bytes())
		}
		if err := out.Flush(); err != nil || c.Position == "" {
			return err
		}
		raw, err := json.Marshal(pos)
		if err != nil {
			return err
		}
		// Written beside and renamed, so that a cut leaves the old one.
		if err := os.WriteFile(c.Position+".new", append(raw, '\n'), 0o600); err != nil {
			return err
		}
		return os.Rename(c.Position+".new", c.Position)
	})
}
