package section

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"entente/internal/store"
	"entente/internal/store/localdb"
)

// cheap is a password hash that costs nothing, for tests that are not about
// hashing.
var cheap = Argon2{Time: 1, MemoryKiB: 8, Threads: 1}

const password = "seven wet stones in a row"

// clock is a clock that tests move.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clock { return &clock{t: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// bed is a section of IRQ with one officer of every role, and a second one with
// the release role.
type bed struct {
	*Section
	t     testing.TB
	ctx   context.Context
	clock *clock
	path  string
	fault store.FaultFunc // asked at each commit, when not nil

	duty, analyst, fdo, fdo2, inspector, dpo, custodian Officer
}

func newBed(t testing.TB) *bed { return newBedWith(t, Options{}) }

func newBedWith(t testing.TB, o Options) *bed {
	t.Helper()
	c := newClock()
	o.Nation, o.Now, o.Argon2 = "IRQ", c.now, cheap
	b := &bed{t: t, ctx: context.Background(), clock: c, path: filepath.Join(t.TempDir(), "local.db")}
	db, err := localdb.Open(b.path, store.Options{Relaxed: true, Readers: 2, Fault: func(at store.Stage) error {
		if b.fault != nil {
			return b.fault(at)
		}
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if b.Section, err = Open(db, o); err != nil {
		t.Fatal(err)
	}
	must(t, b.Found(b.ctx, NewOfficer{Login: "irq.cust", Name: "Custodian", Roles: RolesOf(RoleCustodian), Password: password, KeepPassword: true}))
	b.custodian = b.logIn("irq.cust")
	for _, x := range []struct {
		at    *Officer
		login string
		roles Roles
	}{
		{&b.duty, "irq.duty", RolesOf(RoleDuty)},
		{&b.analyst, "irq.an", RolesOf(RoleAnalyst)},
		{&b.fdo, "irq.fdo", RolesOf(RoleRelease)},
		{&b.fdo2, "irq.fdo2", RolesOf(RoleRelease, RoleDuty)},
		{&b.inspector, "irq.insp", RolesOf(RoleInspector)},
		{&b.dpo, "irq.dpo", RolesOf(RoleDPO)},
	} {
		must(t, b.AddOfficer(b.ctx, b.custodian, NewOfficer{Login: x.login, Name: "Officer " + x.login, Roles: x.roles, Password: password, KeepPassword: true}))
		*x.at = b.logIn(x.login)
	}
	return b
}

func (b *bed) logIn(login string) Officer {
	b.t.Helper()
	_, o, err := b.LogIn(b.ctx, login, password, "test")
	must(b.t, err)
	return o
}

// draft is a new draft of the duty officer.
func (b *bed) draft(text string) Draft {
	b.t.Helper()
	d, err := b.CreateDraft(b.ctx, b.duty, Content{Kind: "report", Bytes: []byte(text)})
	must(b.t, err)
	return d
}

var somePlan = Digest{1, 2, 3}

// planned is a new draft of the duty officer with a plan.
func (b *bed) planned(text string) Draft {
	b.t.Helper()
	d := b.draft(text)
	must(b.t, b.PlanDrafts(b.ctx, b.duty, Plan{Draft: d.ID, Content: d.Digest, Plan: somePlan}))
	return b.load(d.ID)
}

func (b *bed) load(id string) Draft {
	b.t.Helper()
	d, err := b.Draft(b.ctx, b.inspector, id)
	must(b.t, err)
	return d
}

// prepared is a decision on the drafts, prepared by the duty officer.
func (b *bed) prepared(ids ...string) Decision {
	b.t.Helper()
	d, err := b.PrepareRelease(b.ctx, b.duty, Release{Drafts: ids})
	must(b.t, err)
	return d
}

// approved is a decision on a new draft, approved by fdo.
func (b *bed) approved(text string) (Decision, Draft) {
	b.t.Helper()
	d := b.planned(text)
	p := b.prepared(d.ID)
	p, err := b.ApproveRelease(b.ctx, b.fdo, p.ID, p.Digest)
	must(b.t, err)
	return p, b.load(d.ID)
}

func (b *bed) decision(id string) Decision {
	b.t.Helper()
	d, err := b.Decision(b.ctx, b.inspector, id)
	must(b.t, err)
	return d
}

// rows is the whole audit log, the oldest first.
func (b *bed) rows() []AuditRow {
	b.t.Helper()
	var out []AuditRow
	before := int64(0)
	for {
		page, err := b.db.Read(b.ctx).Audit(AuditQuery{Before: before, Limit: 100})
		must(b.t, err)
		if len(page) == 0 {
			break
		}
		out = append(out, page...)
		before = page[len(page)-1].Seq
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out
}

func (b *bed) lastRow() AuditRow {
	rows := b.rows()
	return rows[len(rows)-1]
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// refusal checks that err is a refusal of the kind and names the rule, what
// would cure it, and returns it.
func refusal(t testing.TB, err, kind error, rule int) *Refusal {
	t.Helper()
	var r *Refusal
	if !errors.As(err, &r) || !errors.Is(err, kind) {
		t.Fatalf("got %v, want a refusal %v", err, kind)
	}
	if r.Rule != rule {
		t.Errorf("refusal %q names rule %d, want %d", r, r.Rule, rule)
	}
	if r.What == "" || r.Cure == "" || r.Code == "" {
		t.Errorf("refusal %#v lacks what, cure or code", r)
	}
	return r
}

// rawSQL changes the database behind the section's back; the statement may name
// one argument several times.
func rawSQL(t testing.TB, path, statement string, args ...any) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path)
	must(t, err)
	defer db.Close()
	for _, one := range strings.Split(statement, ";") {
		n := strings.Count(one, "?")
		_, err = db.Exec(one, args[:n]...)
		must(t, err)
	}
}

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	must(t, err)
	return b
}
