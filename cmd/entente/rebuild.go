package main

import (
	"entente/internal/plural"
	"entente/internal/service"
)

type rebuildCmd struct {
	configured
}

// Help gives an example.
func (rebuildCmd) Help() string {
	return "Example:\n\n    entente rebuild --config irq/entente.toml\n\nMakes the views again from log, bodies and keys, on a node that does not run. Officers, drafts, audit and annotations are not views and stay as they are. Interrupted, it goes on when the node starts."
}

// Run rebuilds.
func (c *rebuildCmd) Run(w *world) error {
	conf, err := c.load(w)
	if err != nil {
		return err
	}
	n, err := service.Open(w.ctx, conf, service.Options{Logger: service.Logger(conf.Log, w.err)})
	if err != nil {
		return err
	}
	defer n.Close()
	if err := n.Rebuild(w.ctx, w.progress("rebuilding")); err != nil {
		return err
	}
	st, err := n.Status(w.ctx)
	if err != nil {
		return err
	}
	return w.answer(map[string]any{"projected": st.Cursor, "views": st.Views}, func() {
		w.printf("The views were made again from %s of the log.", plural.Of(st.Cursor, "leaf"))
	})
}
