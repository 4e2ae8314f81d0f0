package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"entente/internal/config"
	"entente/internal/service"
)

// configured names the configuration file of the node that a command works on.
type configured struct {
	Config string `help:"The node's configuration." default:"entente.toml" placeholder:"FILE" env:"ENTENTE_CONFIG"`
}

func (c configured) load(w *world) (*config.Config, error) {
	conf, err := config.Load(c.Config)
	return conf, w.unreadable(c.Config, err)
}

type serveCmd struct {
	configured
}

// Help gives an example.
func (serveCmd) Help() string {
	return "Example:\n\n    entente serve --config irq/entente.toml\n\nServes the officers' API, the members' link and the metrics until interrupted. What was filed is durable however it ends. With --json it prints its addresses as one line when it is open."
}

// Run serves a node.
func (c *serveCmd) Run(w *world) error {
	conf, err := c.load(w)
	if err != nil {
		return err
	}
	if found := conf.Check(); len(found) > 0 {
		return w.unreadable(c.Config, fmt.Errorf("%w: %s", config.ErrConfig, strings.Join(found, "; ")))
	}
	return service.Run(w.ctx, conf, service.Options{
		Logger: service.Logger(conf.Log, w.err),
		Ready: func(a service.Addresses) {
			if w.json {
				json.NewEncoder(w.out).Encode(a)
			}
		},
	})
}

// configCmd checks and explains the configuration file.
type configCmd struct {
	Check  configCheck  `cmd:"" help:"Say whether a configuration can be used."`
	Schema configSchema `cmd:"" help:"Print the JSON Schema of the configuration."`
}

type configCheck struct {
	File string `arg:"" optional:"" help:"The configuration." default:"entente.toml"`
}

// Help gives an example.
func (configCheck) Help() string {
	return "Example:\n\n    entente config check irq/entente.toml\n\nExit code 1 when something is found."
}

// Run checks.
func (c *configCheck) Run(w *world) error {
	var found []string
	f, err := w.open(c.File)
	if err != nil {
		return err
	}
	f.Close()
	conf, err := config.Load(c.File)
	if err != nil {
		found = []string{err.Error()}
	} else {
		found = conf.Check()
	}
	if found == nil {
		found = []string{}
	}
	if err := w.answer(map[string]any{"ok": len(found) == 0, "findings": found}, func() {
		for _, f := range found {
			w.printf("%s", f)
		}
		if len(found) == 0 {
			w.printf("%s can be used: node of %s in %s", c.File, conf.Member, conf.Dir)
		}
	}); err != nil {
		return err
	}
	if len(found) > 0 {
		return errFindings
	}
	return nil
}

type configSchema struct{}

// Help gives an example.
func (configSchema) Help() string {
	return "Example:\n\n    entente config schema > entente.schema.json"
}

// Run prints the schema.
func (configSchema) Run(w *world) error {
	_, err := w.out.Write(config.Schema())
	return err
}

// progress returns a function that shows on a terminal how far a long task is.
func (w *world) progress(what string) func(done, total int64) {
	f, ok := w.err.(*os.File)
	if !ok {
		return func(int64, int64) {}
	}
	if st, err := f.Stat(); err != nil || st.Mode()&os.ModeCharDevice == 0 {
		return func(int64, int64) {}
	}
	last := int64(-1)
	return func(done, total int64) {
		if total <= 0 {
			return
		}
		if p := done * 100 / total; p != last {
			last = p
			fmt.Fprintf(f, "\r%s %d %%", what, p)
			if done == total {
				fmt.Fprintln(f)
			}
		}
	}
}
