package main

import (
	"context"
	"errors"
	"io"
	"os"

	"entente/internal/config"
	"entente/internal/demo"
	"entente/internal/plural"
	"entente/internal/service"
)

type demoCmd struct {
	Once         bool   `help:"Play, check, stop; exit code 1 when a check fails."`
	Bare         bool   `help:"Found the centre and start its nodes, but play nothing: an empty centre to try by hand."`
	PasswordFile string `help:"File with the password of all officers; without it one is drawn and shown." type:"existingfile" placeholder:"FILE"`
	Processes    bool   `help:"Run each node as a process of its own; one of them is lost at once on the way and comes back."`
	UNList       string `name:"un-list" help:"The UN's consolidated list in XML, instead of an invented one." type:"existingfile" placeholder:"FILE"`
	Dir          string `help:"Directory for the four nodes; must be empty. Without it a temporary one, removed at the end." placeholder:"DIR"`
	PortShift    int    `help:"Move all ports by this much, for demonstrations beside each other." placeholder:"N"`
	Plant        string `help:"Plant a fault to see a check fail." enum:",leak,fork,body" default:"" placeholder:"FAULT"`
	Verbose      bool   `short:"v" help:"Show the nodes' own logs."`
}

// Help gives examples.
func (demoCmd) Help() string {
	return "Examples:\n\n    entente demo\n    entente demo --once --json\n    entente demo --once --processes --un-list consolidated.xml\n\nFounds a centre of four members, starts their nodes at http://irq.localhost:8701 to http://syr.localhost:8704, serves the tools of SYR by TAXII at 127.0.0.1:8724, files a scenario of invented reports and a list of designations, and checks through the nodes' APIs and files what was promised. Without --once the nodes stay up until Ctrl-C."
}

// demoPorts is the first of the hundred ports among which the demonstration's
// lie.
const demoPorts = 8700

// Run plays the demonstration.
func (c *demoCmd) Run(w *world) error {
	if c.Once && c.Bare {
		return usage("--once plays and stops, --bare plays nothing: choose one")
	}
	if c.PortShift < 1024-demoPorts || c.PortShift > 65535-demoPorts-100 {
		return usage("--port-shift %d: the ports from %d to %d, moved by it, must lie from 1024 to 65535", c.PortShift, demoPorts, demoPorts+100)
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	o := demo.Options{Dir: c.Dir, Once: c.Once, Processes: c.Processes, Program: program, UNList: c.UNList, PortShift: c.PortShift, Plant: demo.Fault(c.Plant), Stderr: io.Discard}
	if c.PasswordFile != "" {
		password, err := passwordOf(w, c.PasswordFile, "")
		if err != nil {
			return err
		}
		o.Password = string(password)
	}
	o.Bare = c.Bare
	if c.Verbose {
		o.Logger = service.Logger(config.Log{}, w.err)
		o.Stderr = w.err
	}
	if !w.json {
		o.Step = func(text string, done, total int) {
			switch {
			case total > 0 && done == total:
				w.notef("%s %s", text, plural.Of(done, "report"))
			case total == 0 && done == 0:
				w.notef("%s", text)
			}
		}
	}
	up := false
	o.Up = func(text string) {
		up = true
		w.printf("%s", lines(text))
	}
	sum, err := demo.Run(w.ctx, o)
	if errors.Is(err, demo.ErrList) {
		return w.unreadable(c.UNList, err)
	}
	if err != nil && up && w.ctx.Err() != nil {
		// To end it is what was asked for; how a node ended is told all the same.
		if !errors.Is(err, context.Canceled) {
			w.notef("%v", err)
		}
		err = nil
	}
	if err != nil && w.ctx.Err() != nil {
		return interruption("interrupted before the demonstration was over; it begins again in an empty directory")
	}
	if err != nil {
		return err
	}
	if c.Once {
		if err := w.answer(sum, func() {
			w.printf("%s\n%s, %s, %s", sum, plural.Of(sum.Members, "member"), plural.Of(sum.Acts, "act"), plural.Of(len(sum.Checks), "check"))
		}); err != nil {
			return err
		}
	}
	if !c.Bare && !sum.OK() {
		return errFindings
	}
	return nil
}
