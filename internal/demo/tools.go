package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"entente/internal/web/api"
	"entente/label"
	"entente/taxii"
)

// One node of the demonstration serves its member's tools by TAXII 2.1
// (spec/feed.md): that of the member from which the most is withheld.
const served label.MemberID = "SYR"

// firstTaxii is the port of the first member's tools; the others would follow in
// the order of the lead.
const firstTaxii = 8721

// tool is a program of the member served, as far as it is cleared.
type tool struct {
	name    string
	class   label.Class
	members []label.MemberID
	secret  string // drawn by the node
}

// feedAddress is where tools ask.
func (d *demo) feedAddress() string { return "http://" + d.house.configs[served].Taxii.Listen }

// equip has the custodian make accounts for two tools, of which one is cleared
// for more than the other.
func (d *demo) equip(ctx context.Context) error {
	d.tools = []tool{
		{name: "platform", class: s, members: members()},
		{name: "display", class: r, members: []label.MemberID{"IRQ", "SYR"}},
	}
	for i := range d.tools {
		t := &d.tools[i]
		made := api.NewTaxiiUser{Name: t.name, Read: []string{"reports"}, Class: string(t.class)}
		for _, m := range t.members {
			made.Members = append(made.Members, string(m))
		}
		got, err := d.desks[served]["custodian"].AddTaxiiUser(ctx, made)
		if err != nil {
			return fmt.Errorf("an account for the tool %s: %w", t.name, err)
		}
		t.secret = got.Secret
	}
	return nil
}

// cleared says whether a tool may be handed a portion, by the table of the
// scenario: the classes rise in the order in which they stand there.
func (t *tool) cleared(p *told) bool {
	order := []label.Class{u, r, c, s}
	return slices.Contains(p.readers(p.of.from), served) && !p.recalled &&
		slices.Index(order, p.class) <= slices.Index(order, t.class) && label.Members(t.members...).Includes(p.origins)
}

// shaken says whether a portion rests on one that was taken back, any number of
// steps down: it is under review, and a tool could not be shown that it is.
func (d *demo) shaken(p *told) bool {
	return p.recalled || slices.ContainsFunc(p.cites, func(name string) bool { return d.shaken(d.played.byName[name]) })
}

// handed is what a tool must be handed of other members' reports, and what it
// must not see: a report goes whole or not at all, and one that was replaced no
// longer.
func (d *demo) handed(t *tool) (must, never []*told) {
	replaced := map[string]bool{}
	for _, rep := range d.filed() {
		replaced[rep.replaces] = true
	}
	whole := map[string]bool{}
	for _, p := range d.played.told {
		if slices.Contains(p.readers(p.of.from), served) {
			before, known := whole[p.of.key]
			whole[p.of.key] = t.cleared(p) && !d.shaken(p) && !replaced[p.of.key] && (before || !known)
		}
	}
	for _, p := range d.played.told {
		switch {
		case !t.cleared(p):
			never = append(never, p)
		case p.of.from == served: // of its own reports every view is there that left
		case whole[p.of.key]:
			must = append(must, p)
		default:
			never = append(never, p)
		}
	}
	return must, never
}

// tooled checks what a tool finds at the node, as any client of TAXII 2.1 would.
func (d *demo) tooled(ctx context.Context, t *tool) error {
	cl, err := taxii.NewClient(d.feedAddress(), nil)
	if err != nil {
		return err
	}
	cl.User, cl.Password = t.name, "another password"
	if _, err := cl.Collections(ctx, "/entente/"); err == nil {
		return errors.New("it is let in with another password")
	}
	cl.Password = t.secret
	must, never := d.handed(t)
	if len(must) == 0 || len(never) == 0 {
		return errors.New("there is nothing for it to see, or nothing to be kept from it; the scenario is wrong")
	}
	var seen strings.Builder
	var pos taxii.Position
	poll := taxii.Poll{Root: "/entente/", Collection: "reports"}
	ctx, cancel := context.WithTimeout(ctx, feedWait)
	defer cancel()
	var leaked error
	if err := d.wait(ctx, "what the tool "+t.name+" is to be handed", func() (bool, error) {
		err := poll.Run(ctx, cl, &pos, func(objects [][]byte, _ taxii.Position) error {
			for _, raw := range objects {
				seen.Write(raw)
			}
			return nil
		})
		if err != nil {
			return false, err
		}
		for _, p := range never {
			if strings.Contains(seen.String(), p.marker) {
				leaked = fmt.Errorf("it is handed portion %d of %q, which is not for it", p.number, p.of.key)
				return true, nil
			}
		}
		for _, p := range must {
			if !strings.Contains(seen.String(), p.marker) {
				return false, fmt.Errorf("it lacks portion %d of %q", p.number, p.of.key)
			}
		}
		return true, nil
	}); err != nil {
		return err
	}
	return leaked
}

// feedWait bounds how long the collections may take to follow the views.
const feedWait = 20 * time.Second

// feedInvitation tells how a tool asks.
func (d *demo) feedInvitation() string {
	text := fmt.Sprintf("\nTAXII 2.1 for the tools of %s: %s/taxii2/\n", served, d.feedAddress())
	if len(d.tools) == 0 {
		return text + fmt.Sprintf("  entente taxii user add NAME --help, as %s, makes an account\n", login(served, "custodian"))
	}
	for _, t := range d.tools {
		text += fmt.Sprintf("  %-9s cleared for %s of %s, password %s\n", t.name, t.class, label.Members(t.members...), t.secret)
	}
	last := d.tools[len(d.tools)-1]
	return text + fmt.Sprintf("  echo %s | bin/entente taxii poll %s --root /entente/ --collection reports --user %s\n", last.secret, d.feedAddress(), last.name)
}
