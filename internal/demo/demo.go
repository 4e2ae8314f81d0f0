// Package demo plays the main job whole: it founds a centre of four members,
// starts their four nodes, each with its own directory, keys and database,
// files a scenario of invented reports and an invented list of designations
// through the nodes' APIs, and then looks, through those APIs and into the
// files, whether what was promised holds.
package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"

	"entente/internal/client"
	"entente/internal/section"
	"entente/internal/web/api"
	"entente/label"
)

// Fault is one that is planted to see a check turn red.
type Fault string

// The faults. PlantNone plants nothing: every check is to be green.
const (
	PlantNone Fault = ""
	PlantLeak Fault = "leak" // a portion is released wider than the scenario says
	PlantFork Fault = "fork" // the lead signs two heads of one size
	PlantBody Fault = "body" // a body is deleted from a node's file
)

// Options of a run.
type Options struct {
	Dir       string // empty: a temporary directory, removed at the end
	Bare      bool   // found and start the nodes only, play nothing
	Password  string // of every officer; drawn anew when empty
	Once      bool   // play, check, stop; else stay up until ctx ends
	Processes bool   // one process for each node
	Program   string // this program, for Processes
	UNList    string // the UN's list to import instead of an invented one
	// PortShift moves all ports, for runs beside each other.
	PortShift int
	Plant     Fault
	Logger    *slog.Logger
	Stderr    io.Writer // of child processes
	// Step is told how far the run is; it may be nil.
	Step func(text string, done, total int)
	// Up is called when the nodes stay up: what to tell the one who watches.
	Up func(text string)
}

type demo struct {
	Options
	house  *house
	desks  map[label.MemberID]map[string]*client.Client
	played *played
	tools  []tool // of the member whose node serves them
	checks []Check
	http   *http.Client
}

func (d *demo) step(text string, done, total int) {
	if d.Step != nil {
		d.Step(text, done, total)
	}
}

// Run plays the demonstration. What it found wrong is in the summary, not in
// the error: that says that the run could not be made.
func Run(ctx context.Context, o Options) (sum Summary, err error) {
	d := &demo{Options: o, desks: map[label.MemberID]map[string]*client.Client{},
		http: &http.Client{Transport: &http.Transport{DialContext: client.DialLocalhost, MaxIdleConnsPerHost: 4}}}
	if d.Logger == nil {
		d.Logger = slog.New(slog.DiscardHandler)
	}
	if d.Stderr == nil {
		d.Stderr = io.Discard
	}
	if d.Dir == "" {
		if d.Dir, err = os.MkdirTemp("", "entente-demo-*"); err != nil {
			return sum, err
		}
		defer os.RemoveAll(d.Dir)
	}
	if d.Dir, err = filepath.Abs(d.Dir); err != nil {
		return sum, err
	}
	if err := d.preflight(); err != nil {
		return sum, err
	}
	d.step("founding: keys of four members, one founding file signed by all", 0, 0)
	c, err := found(ctx, d.Dir, d.PortShift, d.Password)
	if err != nil {
		return sum, fmt.Errorf("the founding: %w", err)
	}
	// What is played ends with a node that ends by itself; the others stay up.
	nodes := ctx
	died := make(chan error, len(members()))
	ctx, abort := context.WithCancelCause(ctx)
	defer abort(nil)
	d.house = &house{centre: c, stops: map[label.MemberID]stop{}, run: here{d.Logger}, ctx: nodes, ended: func(m label.MemberID, err error) {
		err = endedByItself(m, err)
		abort(err)
		died <- err
	}}
	if d.Processes {
		d.house.run = processes{program: d.Program, stderr: d.Stderr}
	}
	defer func() {
		if cause := context.Cause(ctx); errors.Is(cause, errEnded) && nodes.Err() == nil {
			err = cause // everything else that failed, failed by that
		}
		err = errors.Join(err, d.house.stopAll())
	}()
	for _, m := range members() {
		if err := d.house.start(ctx, m); err != nil {
			return sum, err
		}
	}
	d.step("four nodes are open", 0, 0)
	if o.Bare {
		if d.Up != nil {
			d.Up(d.invitation(sum))
		}
		d.stayUp(nodes, died)
		return sum, nil
	}
	if err := d.logIn(ctx); err != nil {
		return sum, err
	}
	if err := d.play(ctx, d.between(ctx)); err != nil {
		return sum, err
	}
	if err := d.equip(ctx); err != nil {
		return sum, err
	}
	if err := d.plant(ctx); err != nil {
		return sum, err
	}
	d.inspect(ctx)
	if err := ctx.Err(); err != nil {
		return sum, err
	}
	sum = d.summary()
	if o.Once {
		return sum, nil
	}
	if d.Up != nil {
		d.Up(d.invitation(sum))
	}
	d.stayUp(nodes, died)
	return sum, nil
}

// errEnded: a node ended that nobody had asked to.
var errEnded = errors.New("it ended by itself; --verbose shows its log")

func endedByItself(m label.MemberID, err error) error {
	if err == nil {
		return fmt.Errorf("the node of %s: %w", m, errEnded)
	}
	return fmt.Errorf("the node of %s: %w: %w", m, errEnded, err)
}

// stayUp waits for the end, and tells of nodes that end before it.
func (d *demo) stayUp(ctx context.Context, died <-chan error) {
	for {
		select {
		case err := <-died:
			if d.Up != nil {
				d.Up(err.Error() + "\nThe others stay up.")
			}
		case <-ctx.Done():
			return
		}
	}
}

// between is what happens in the middle of the scenario: with processes, one
// node is lost at once, the others file and certify without it, and it comes
// back.
func (d *demo) between(ctx context.Context) func() error {
	if !d.Processes {
		return nil
	}
	return func() error {
		if err := d.house.stop(lost, true); err != nil {
			return err
		}
		d.step("the process of "+string(lost)+" is lost at once; the others go on without it", 0, 0)
		before, err := d.desks["IRQ"]["insp"].Status(ctx)
		if err != nil {
			return err
		}
		reports := whileLost()
		for i := range reports {
			if err := d.file(ctx, len(scenario())+i, &reports[i]); err != nil {
				return err
			}
		}
		if err := d.wait(ctx, "what was filed without "+string(lost)+" to be certified", func() (bool, error) {
			st, err := d.desks["IRQ"]["insp"].Status(ctx)
			return err == nil && st.Log.Certified >= before.Log.Size+int64(len(reports)*(len(members())-1)) && st.Log.Outbox == 0, err
		}); err != nil {
			return err
		}
		if err := d.house.start(ctx, lost); err != nil {
			return err
		}
		d.step(string(lost)+" is back", 0, 0)
		return d.ready(ctx, lost)
	}
}

// lost is the member whose process is lost on the way.
const lost label.MemberID = "RUS"

// logIn waits for the nodes and logs every officer in.
func (d *demo) logIn(ctx context.Context) error {
	for _, m := range members() {
		d.desks[m] = map[string]*client.Client{}
		if err := d.custodian(ctx, m); err != nil {
			return err
		}
		for _, o := range officers[1:] {
			if err := d.logInAs(ctx, m, o.login, d.house.password); err != nil {
				return err
			}
		}
	}
	for _, m := range members() {
		if err := d.ready(ctx, m); err != nil {
			return err
		}
	}
	// At IRQ one officer holds both roles: he still may not decide on what he
	// put up himself.
	first := newPassword()
	if err := d.desks["IRQ"]["custodian"].AddOfficer(ctx, api.NewOfficer{Login: login("IRQ", "chief"), Name: "Officer irq.chief", Password: first,
		Roles: []string{section.RoleDuty.String(), section.RoleRelease.String()}}); err != nil {
		return err
	}
	if err := d.logInAs(ctx, "IRQ", "chief", first); err != nil {
		return err
	}
	return d.desks["IRQ"]["chief"].ChangePassword(ctx, first, d.house.password)
}

func (d *demo) custodian(ctx context.Context, m label.MemberID) error {
	return d.logInAs(ctx, m, officers[0].login, d.house.password)
}

func (d *demo) logInAs(ctx context.Context, m label.MemberID, name, password string) error {
	c, err := client.New(d.url(m), client.Options{HTTP: d.http})
	if err != nil {
		return err
	}
	if _, err := c.LogIn(ctx, login(m, name), password); err != nil {
		return fmt.Errorf("%s cannot log in: %w", login(m, name), err)
	}
	d.desks[m][name] = c
	return nil
}

// raw asks a member's node as its analyst and returns the bytes of the answer;
// an answer that refuses is an error of its status beside them.
func (d *demo) raw(ctx context.Context, m label.MemberID, path string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.url(m)+api.Base+path, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+d.desks[m]["an"].Token())
	resp, err := d.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err == nil && resp.StatusCode != http.StatusOK {
		err = errors.New(resp.Status)
	}
	return text, err
}

// collectList hands the list to IRQ's node.
func (d *demo) collectList(ctx context.Context) (*api.Collected, error) {
	return d.desks["IRQ"]["duty"].Collect(ctx, client.CollectRequest{Kind: api.CollectUNList, Name: "consolidated.xml",
		Origin: &api.CollectOrigin{Label: &label.Label{Policy: "CENTRE", Class: u, Rel: label.Members(members()...), Originators: label.Members("IRQ")}},
		Reader: bytes.NewReader(d.played.listing), Size: int64(len(d.played.listing))})
}

// url is where a member's desk is called.
func (d *demo) url(m label.MemberID) string {
	for i, other := range members() {
		if other == m {
			return fmt.Sprintf("http://%s:%d", host(m), firstDesk+d.PortShift+i)
		}
	}
	return ""
}

// ready waits until a node may release to every member, and sign and cosign.
func (d *demo) ready(ctx context.Context, m label.MemberID) error {
	return d.wait(ctx, string(m)+" to be ready", func() (bool, error) {
		st, err := d.desks[m]["insp"].Status(ctx)
		return err == nil && st.Ready && !st.Log.Recovering, err
	})
}

// invitation tells how to go on by hand.
func (d *demo) invitation(sum Summary) string {
	text := sum.String() + "\nThe four nodes stay up until you press Ctrl-C.\n\n"
	for _, m := range members() {
		text += fmt.Sprintf("  %s   %s\n", m, d.url(m))
	}
	again, filed := "", ""
	if !d.Bare {
		again = "          the same word, another member: nothing of what is not released to it"
		filed = "\n  bin/entente report search Anah"
	}
	password := "the password that you gave"
	if d.Password == "" {
		password = "password " + d.house.password
	}
	text += fmt.Sprintf(`
Log-ins at every node, %s for all:
  irq.duty files, irq.fdo releases, irq.an reads, irq.insp inspects, irq.dpo reviews and answers for redress, irq.custodian appoints (likewise irn., rus., syr.)

Try, in another window:
  bin/entente login %s irq.duty
  bin/entente report list%s
  bin/entente login %s syr.duty%s%s
  bin/entente status
  bin/entente verify %s
`, password, d.url("IRQ"), filed, d.url("SYR"), filed, again, filepath.Join(d.Dir, "IRQ"))
	return text + d.feedInvitation()
}
