package main

import (
	"errors"

	"entente/internal/client"
	"entente/internal/plural"
	"entente/internal/web/api"
)

type reportDiscard struct {
	asOfficer
	IDs []string `arg:"" name:"id" help:"Ids of drafts."`
}

// Help gives an example.
func (reportDiscard) Help() string {
	return `Gives up drafts that have not left, of reports and of statements alike; what a
failed release left behind is settled with it. The content is destroyed, who
wrote it remains. A release that a draft is up for is void with it. An import is
given up whole with entente collect discard; what has left is recalled.

Example:

    entente report discard 0c1d... 51aa...

Exit code 1 when one of them is refused; the others are given up all the same.`
}

// Run gives up.
func (c *reportDiscard) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	var n int64
	var wanting error
	for _, id := range c.IDs {
		if err := discard(w, cl, id); err != nil {
			if err = w.refused(err); !errors.Is(err, errFindings) {
				return err
			}
			wanting = err
			continue
		}
		n++
	}
	if n == 0 {
		return wanting
	}
	return errors.Join(w.answer(api.Discarded{Drafts: n}, func() { w.printf("given up: %s", plural.Of(n, "draft")) }), wanting)
}

// discard gives up a draft as it stands now.
func discard(w *world, cl *client.Client, id string) error {
	d, err := cl.Draft(w.ctx, id)
	if err != nil {
		return err
	}
	return cl.DiscardDraft(w.ctx, d.ID, d.ETag)
}
