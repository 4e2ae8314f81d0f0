package section

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"entente/internal/store"
	"entente/internal/store/localdb"
)

// Unknown officer, wrong password, disabled officer and nonsense get one and
// the same answer.
func TestLogInAnswersAlike(t *testing.T) {
	b := newBed(t)
	must(t, b.Disable(b.ctx, b.custodian, "irq.an"))
	var first string
	for _, c := range []struct{ name, login, password string }{
		{"wrong password", "irq.duty", "another password here"},
		{"unknown officer", "irq.nobody", password},
		{"disabled officer", "irq.an", password},
		{"empty", "", ""},
		{"not a login", "Irq Duty; --", password},
		{"password of a disabled officer wrong", "irq.an", "another password here"},
		{"password with characters it cannot have", "irq.duty", "seven\x00wet stones"},
		{"password too long", "irq.duty", strings.Repeat("x", 5000)},
	} {
		token, o, err := b.LogIn(b.ctx, c.login, c.password, "test")
		r := refusal(t, err, ErrCredentials, 0)
		if token != (Token{}) || o != (Officer{}) {
			t.Errorf("%s: a token or an officer came with the refusal", c.name)
		}
		if first == "" {
			first = r.Error()
		}
		if r.Error() != first || r.Code != CodeCredentials {
			t.Errorf("%s: %q, others %q", c.name, r, first)
		}
		row := b.lastRow()
		if row.Op != "log.in" || row.Outcome != OutcomeRefused {
			t.Errorf("%s: audit row %+v", c.name, row)
		}
		if strings.HasPrefix(c.login, "irq.") && c.login != "irq.nobody" {
			if row.Login != c.login {
				t.Errorf("%s: audit names %q", c.name, row.Login)
			}
		} else if row.Login != "" {
			t.Errorf("%s: audit names %q, who is no officer", c.name, row.Login)
		}
	}
}

func TestLogInThrottled(t *testing.T) {
	b := newBed(t)
	for range DefaultThrottle.Free {
		_, _, err := b.LogIn(b.ctx, "irq.duty", "wrong password", "")
		refusal(t, err, ErrCredentials, 0)
	}
	rows := len(b.rows())
	_, _, err := b.LogIn(b.ctx, "irq.duty", password, "")
	r := refusal(t, err, ErrThrottled, 0)
	if r.RetryAfter != 1 {
		t.Errorf("retry after %d s, want 1", r.RetryAfter)
	}
	if len(b.rows()) != rows {
		t.Error("a throttled log-in filled the audit log")
	}
	// Others are not held up, and the delay ends.
	b.logIn("irq.an")
	b.clock.advance(time.Second)
	b.logIn("irq.duty")
	// Guessing the present password of an open session is throttled too.
	for range DefaultThrottle.Free {
		refusal(t, b.ChangePassword(b.ctx, b.duty, "wrong", "eight dry stones in a row"), ErrCredentials, 0)
	}
	refusal(t, b.ChangePassword(b.ctx, b.duty, password, "eight dry stones in a row"), ErrThrottled, 0)
}

func TestSessionEnds(t *testing.T) {
	b := newBedWith(t, Options{Idle: 30 * time.Minute, Life: 2 * time.Hour})
	open := func() string {
		token, _, err := b.LogIn(b.ctx, "irq.duty", password, "")
		must(t, err)
		return token.Text()
	}
	lives := func(token string) bool {
		o, err := b.Authenticate(b.ctx, token)
		if err == nil && (o.Login != "irq.duty" || o.Nation != "IRQ" || !o.Roles.Has(RoleDuty) || !isHexID(o.Session)) {
			t.Errorf("authenticated %+v", o)
		}
		if err != nil {
			refusal(t, err, ErrSession, 0)
		}
		return err == nil
	}

	idle := open()
	b.clock.advance(30*time.Minute - time.Millisecond)
	if !lives(idle) {
		t.Error("ended before its idle time")
	}
	b.clock.advance(30 * time.Minute)
	if lives(idle) {
		t.Error("idle session still open")
	}

	used := open()
	for range 12 {
		b.clock.advance(10*time.Minute - time.Second)
		if !lives(used) {
			t.Fatal("a session in use ended")
		}
	}
	b.clock.advance(time.Minute)
	if lives(used) {
		t.Error("open beyond its life, for it was used")
	}

	loggedOut := open()
	must(t, b.LogOut(b.ctx, loggedOut))
	if lives(loggedOut) {
		t.Error("open after log-out")
	}
	refusal(t, b.LogOut(b.ctx, loggedOut), ErrSession, 0)

	disabled := open()
	must(t, b.Disable(b.ctx, b.custodian, "irq.duty"))
	if lives(disabled) {
		t.Error("open although the officer is disabled")
	}
	must(t, b.Enable(b.ctx, b.custodian, "irq.duty"))
	if lives(disabled) {
		t.Error("enabling opened an old session")
	}
}

func isHexID(s string) bool {
	return len(s) == 32 && strings.Trim(s, "0123456789abcdef") == ""
}

// Roles taken away count at once, also for an officer value looked up before.
func TestRolesAreReadAnew(t *testing.T) {
	b := newBed(t)
	must(t, b.SetRoles(b.ctx, b.custodian, "irq.duty", RolesOf(RoleAnalyst)))
	must(t, b.SetRoles(b.ctx, b.custodian, "irq.an", RolesOf(RoleDPO)))
	_, err := b.CreateDraft(b.ctx, b.analyst, Content{Kind: "report", Bytes: []byte("x")})
	refusal(t, err, ErrForbidden, 0)
	must(t, b.Disable(b.ctx, b.custodian, "irq.duty"))
	_, err = b.CreateDraft(b.ctx, b.duty, Content{Kind: "report", Bytes: []byte("x")})
	refusal(t, err, ErrForbidden, 0)
	if row := b.lastRow(); row.Login != "irq.duty" || row.Op != "draft.save" || row.Outcome != OutcomeRefused || row.Detail != "code=forbidden" {
		t.Errorf("audit row %+v", row)
	}
}

func TestTokensAreNotStored(t *testing.T) {
	b := newBed(t)
	token, _, err := b.LogIn(b.ctx, "irq.duty", password, "")
	must(t, err)
	var seen []string
	for _, row := range b.rows() {
		seen = append(seen, fmt.Sprintf("%+v", row))
	}
	list, err := b.Sessions(b.ctx, b.duty, "irq.duty")
	must(t, err)
	seen = append(seen, fmt.Sprintf("%+v %v %+v %#v %s", list, token, token, token, token))
	all := strings.Join(seen, "\n")
	for _, secret := range []string{token.Text(), token.Text()[len(tokenPrefix):], fmt.Sprintf("%x", token[:]), fmt.Sprint([32]byte(token)), password} {
		if strings.Contains(all, secret) {
			t.Errorf("a secret is shown: %s", all)
		}
	}
	raw, _, err := b.db.Read(b.ctx).Session([32]byte(token))
	if !errors.Is(err, localdb.ErrNotFound) {
		t.Errorf("the token itself is the key of the session: %+v, %v", raw, err)
	}
}

func TestSessionsOfAnOfficer(t *testing.T) {
	b := newBed(t)
	var tokens []string
	for i := range MaxSessions + 3 {
		b.clock.advance(time.Second)
		token, _, err := b.LogIn(b.ctx, "irq.duty", password, fmt.Sprintf("desk %d", i))
		must(t, err)
		tokens = append(tokens, token.Text())
	}
	list, err := b.Sessions(b.ctx, b.duty, "irq.duty")
	must(t, err)
	if len(list) != MaxSessions || list[0].Client != fmt.Sprintf("desk %d", MaxSessions+2) {
		t.Fatalf("%d sessions, the first %+v", len(list), list[0])
	}
	for i, token := range tokens {
		_, err := b.Authenticate(b.ctx, token)
		if open := err == nil; open != (i >= 3) {
			t.Errorf("session %d open: %v", i, open)
		}
	}
	// One's own sessions end by their id, others' only by a custodian.
	must(t, b.RevokeSession(b.ctx, b.duty, "irq.duty", list[0].ID))
	refusal(t, b.RevokeSession(b.ctx, b.duty, "irq.duty", list[0].ID), ErrNotFound, 0)
	refusal(t, b.RevokeSession(b.ctx, b.analyst, "irq.duty", list[1].ID), ErrForbidden, 26)
	refusal(t, b.RevokeSession(b.ctx, b.duty, "irq.duty", b.analyst.Session), ErrNotFound, 0)
	must(t, b.RevokeSession(b.ctx, b.custodian, "irq.duty", list[1].ID))
	_, err = b.Sessions(b.ctx, b.analyst, "irq.duty")
	refusal(t, err, ErrForbidden, 26)
	list, err = b.Sessions(b.ctx, b.inspector, "irq.duty")
	must(t, err)
	if len(list) != MaxSessions-2 {
		t.Errorf("%d sessions left, want %d", len(list), MaxSessions-2)
	}
}

// Whoever is disabled, or gets another password, while his password is being
// checked, does not get in by the old one.
func TestLogInOvertaken(t *testing.T) {
	for name, overtake := range map[string]func(*bed) error{
		"disabled": func(b *bed) error { return b.Disable(b.ctx, b.custodian, "irq.duty") },
		"password": func(b *bed) error {
			return b.db.Update(b.ctx, func(tx *localdb.Tx) error { return tx.SetPassword("irq.duty", "$", b.clock.now(), true) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBedWith(t, Options{Hashes: 1})
			running, free := make(chan struct{}), make(chan struct{})
			var wg sync.WaitGroup
			wg.Go(func() { b.hasher.do(b.ctx, func() { close(running); <-free }) })
			<-running
			var err error
			wg.Go(func() { _, _, err = b.LogIn(b.ctx, "irq.duty", password, "") })
			for b.hasher.waiting.Load() == 0 { // it has read the officer, and waits to hash
				runtime.Gosched()
			}
			must(t, overtake(b))
			close(free)
			wg.Wait()
			refusal(t, err, ErrCredentials, 0)
		})
	}
}

func TestChangePassword(t *testing.T) {
	b := newBed(t)
	const next = "eight dry stones in a row"
	other, _, err := b.LogIn(b.ctx, "irq.duty", password, "other")
	must(t, err)
	token, o, err := b.LogIn(b.ctx, "irq.duty", password, "this")
	must(t, err)
	refusal(t, b.ChangePassword(b.ctx, o, "wrong", next), ErrCredentials, 0)
	refusal(t, b.ChangePassword(b.ctx, o, password, password), ErrPassword, 0)
	refusal(t, b.ChangePassword(b.ctx, o, password, "short"), ErrPassword, 0)
	must(t, b.ChangePassword(b.ctx, o, password, next))
	if _, err := b.Authenticate(b.ctx, token.Text()); err != nil {
		t.Errorf("this session: %v", err)
	}
	_, err = b.Authenticate(b.ctx, other.Text())
	refusal(t, err, ErrSession, 0)
	_, _, err = b.LogIn(b.ctx, "irq.duty", password, "")
	refusal(t, err, ErrCredentials, 0)
	_, _, err = b.LogIn(b.ctx, "irq.duty", next, "")
	must(t, err)
	for _, row := range b.rows() {
		if strings.Contains(fmt.Sprintf("%+v", row), next) {
			t.Errorf("the password is in the audit log: %+v", row)
		}
	}
}

// What a custodian sets, the officer changes before anything else.
func TestPasswordSetByCustodian(t *testing.T) {
	b := newBed(t)
	const given, own = "given by the custodian", "known to nobody else at all"
	token, _, err := b.LogIn(b.ctx, "irq.duty", password, "")
	must(t, err)
	refusal(t, b.SetPassword(b.ctx, b.duty, "irq.an", given), ErrForbidden, 26)
	refusal(t, b.SetPassword(b.ctx, b.custodian, "irq.cust", given), ErrForbidden, 26)
	refusal(t, b.SetPassword(b.ctx, b.custodian, "irq.nobody", given), ErrNotFound, 0)
	must(t, b.SetPassword(b.ctx, b.custodian, "irq.duty", given))
	_, err = b.Authenticate(b.ctx, token.Text())
	refusal(t, err, ErrSession, 0)
	_, o, err := b.LogIn(b.ctx, "irq.duty", given, "")
	must(t, err)
	if !o.MustChange {
		t.Fatal("the officer need not change the password")
	}
	_, err = b.CreateDraft(b.ctx, o, Content{Kind: "report", Bytes: []byte("x")})
	refusal(t, err, ErrForbidden, 0)
	must(t, b.ChangePassword(b.ctx, o, given, own))
	_, o, err = b.LogIn(b.ctx, "irq.duty", own, "")
	must(t, err)
	_, err = b.CreateDraft(b.ctx, o, Content{Kind: "report", Bytes: []byte("x")})
	must(t, err)
}

// A hash of another cost is replaced at the next log-in, and the password stays
// the same.
func TestHashIsUpgraded(t *testing.T) {
	b := newBed(t)
	dearer := Argon2{Time: 2, MemoryKiB: 64, Threads: 2}
	again, err := Open(b.db, Options{Nation: "IRQ", Now: b.clock.now, Argon2: dearer})
	must(t, err)
	before, err := b.db.Read(b.ctx).Officer("irq.duty")
	must(t, err)
	_, _, err = again.LogIn(b.ctx, "irq.duty", "wrong password", "")
	refusal(t, err, ErrCredentials, 0)
	after, err := b.db.Read(b.ctx).Officer("irq.duty")
	must(t, err)
	if after.Password != before.Password {
		t.Error("a failed log-in replaced the hash")
	}
	for range 2 {
		_, _, err = again.LogIn(b.ctx, "irq.duty", password, "")
		must(t, err)
	}
	after, err = b.db.Read(b.ctx).Officer("irq.duty")
	must(t, err)
	h, err := parsePHC(after.Password)
	must(t, err)
	if h.Argon2 != dearer || !h.fits(password) || after.PasswordNo != before.PasswordNo {
		t.Errorf("after: %+v", after)
	}
	b.logIn("irq.duty") // and back, by the section with the cheap cost
}

func TestOfficers(t *testing.T) {
	b := newBed(t)
	good := NewOfficer{Login: "irq.new", Name: "New", Roles: RolesOf(RoleDuty), Password: password}
	for _, c := range []struct {
		name string
		edit func(*NewOfficer)
		kind error
		rule int
	}{
		{"login taken", func(n *NewOfficer) { n.Login = "irq.duty" }, ErrExists, 0},
		{"login empty", func(n *NewOfficer) { n.Login = "" }, ErrBounds, 0},
		{"login capital", func(n *NewOfficer) { n.Login = "Irq" }, ErrBounds, 0},
		{"login Cyrillic", func(n *NewOfficer) { n.Login = "irq.dutу" }, ErrBounds, 0},
		{"login too long", func(n *NewOfficer) { n.Login = strings.Repeat("a", 65) }, ErrBounds, 0},
		{"login begins with a digit", func(n *NewOfficer) { n.Login = "1irq" }, ErrBounds, 0},
		{"name empty", func(n *NewOfficer) { n.Name = "" }, ErrBounds, 0},
		{"name too long", func(n *NewOfficer) { n.Name = strings.Repeat("a", 201) }, ErrBounds, 0},
		{"name turns the text round", func(n *NewOfficer) { n.Name = "Ali\u202egnissim" }, ErrBounds, 0},
		{"name with a newline", func(n *NewOfficer) { n.Name = "Ali\nHassan" }, ErrBounds, 0},
		{"name not UTF-8", func(n *NewOfficer) { n.Name = "\xff" }, ErrBounds, 0},
		{"name in spaces", func(n *NewOfficer) { n.Name = " Ali" }, ErrBounds, 0},
		{"no role", func(n *NewOfficer) { n.Roles = 0 }, ErrBounds, 0},
		{"custodian who reads", func(n *NewOfficer) { n.Roles = RolesOf(RoleCustodian, RoleDuty) }, ErrRoles, 26},
		{"weak password", func(n *NewOfficer) { n.Password = "short" }, ErrPassword, 0},
	} {
		n := good
		c.edit(&n)
		t.Run(c.name, func(t *testing.T) { refusal(t, b.AddOfficer(b.ctx, b.custodian, n), c.kind, c.rule) })
	}
	refusal(t, b.AddOfficer(b.ctx, b.fdo, good), ErrForbidden, 26)
	refusal(t, b.SetRoles(b.ctx, b.custodian, "irq.cust", RolesOf(RoleDuty)), ErrForbidden, 26)
	refusal(t, b.Disable(b.ctx, b.custodian, "irq.cust"), ErrForbidden, 26)
	refusal(t, b.SetRoles(b.ctx, b.custodian, "irq.nobody", RolesOf(RoleDuty)), ErrNotFound, 0)
	refusal(t, b.SetRoles(b.ctx, b.custodian, "irq.duty", RolesOf(RoleInspector, RoleDuty)), ErrRoles, 29)
	for _, name := range []string{"علی\u200cرضا", "Ҳасан", "Ölmez-Kaya", "حەسەن"} {
		must(t, b.Rename(b.ctx, b.custodian, "irq.duty", name))
	}
	list, err := b.Officers(b.ctx, b.inspector)
	must(t, err)
	if len(list) != 7 || list[0].Login != "irq.an" || list[3].Name != "حەسەن" && list[2].Name != "حەسەن" {
		t.Errorf("officers: %+v", list)
	}
	_, err = b.Officers(b.ctx, b.duty)
	refusal(t, err, ErrForbidden, 26)
}

func TestSixtyFourOfficers(t *testing.T) {
	b := newBed(t)
	add := func(i int) error {
		return b.AddOfficer(b.ctx, b.custodian, NewOfficer{Login: fmt.Sprintf("irq.n%d", i), Name: "N", Roles: RolesOf(RoleDuty), Password: password})
	}
	for i := range MaxOfficers - 7 {
		must(t, add(i))
	}
	refusal(t, add(100), ErrBounds, 0)
	must(t, b.Disable(b.ctx, b.custodian, "irq.n0"))
	must(t, add(100))
	refusal(t, b.Enable(b.ctx, b.custodian, "irq.n0"), ErrBounds, 0)
}

func TestFound(t *testing.T) {
	b := newBed(t)
	refusal(t, b.Found(b.ctx, NewOfficer{Login: "second", Name: "S", Roles: RolesOf(RoleCustodian), Password: password}), ErrExists, 26)
	db, err := localdb.Open(filepath.Join(t.TempDir(), "local.db"), store.Options{})
	must(t, err)
	defer db.Close()
	s, err := Open(db, Options{Nation: "SYR", Now: b.clock.now, Argon2: cheap})
	must(t, err)
	refusal(t, s.Found(b.ctx, NewOfficer{Login: "first", Name: "F", Roles: RolesOf(RoleDuty), Password: password}), ErrBounds, 0)
	must(t, s.Found(b.ctx, NewOfficer{Login: "first", Name: "F", Roles: RolesOf(RoleCustodian), Password: password}))
	// An officer of another nation is nobody here, whatever the login.
	o, err := s.actor(db.Read(b.ctx), Officer{Nation: "SYR", Login: "first"})
	must(t, err)
	if o.Nation != "SYR" {
		t.Errorf("officer of %s", o.Nation)
	}
	foreign := b.custodian
	foreign.Login = "first"
	refusal(t, s.AddOfficer(b.ctx, foreign, NewOfficer{Login: "x", Name: "X", Roles: RolesOf(RoleDuty), Password: password}), ErrForbidden, 6)
	_, err = s.CreateDraft(b.ctx, b.duty, Content{Kind: "report", Bytes: []byte("x")})
	refusal(t, err, ErrForbidden, 6)
}

func TestOptionsInBounds(t *testing.T) {
	b := newBed(t)
	for name, edit := range map[string]func(*Options){
		"no nation":       func(o *Options) { o.Nation = "" },
		"nation in small": func(o *Options) { o.Nation = "irq" },
		"no clock":        func(o *Options) { o.Now = nil },
		"free hashes":     func(o *Options) { o.Argon2 = Argon2{Time: 0, MemoryKiB: 8, Threads: 1} },
		"huge hashes":     func(o *Options) { o.Argon2 = Argon2{Time: 3, MemoryKiB: 1 << 21, Threads: 1} },
		"many hashes":     func(o *Options) { o.Hashes = 65 },
		"short passwords": func(o *Options) { o.MinPassword = 7 },
		"endless life":    func(o *Options) { o.Life = 8 * 24 * time.Hour },
		"idle over life":  func(o *Options) { o.Idle = 13 * time.Hour },
		"throttle":        func(o *Options) { o.Throttle = Throttle{Free: 1} },
	} {
		o := Options{Nation: "IRQ", Now: time.Now, Argon2: cheap}
		edit(&o)
		if _, err := Open(b.db, o); !errors.Is(err, ErrBounds) {
			t.Errorf("%s: %v, want out of bounds", name, err)
		}
	}
}

func TestParseToken(t *testing.T) {
	token := NewToken()
	back, err := ParseToken(token.Text())
	if err != nil || back != token {
		t.Fatalf("%v, %v", back, err)
	}
	zero := Token{}.Text()
	for name, bad := range map[string]string{
		"empty":         "",
		"prefix alone":  tokenPrefix,
		"no prefix":     zero[len(tokenPrefix):],
		"short":         zero[:len(zero)-1],
		"long":          zero + "A",
		"padded":        zero + "=",
		"not canonical": zero[:len(zero)-1] + "B",
		"newline":       zero[:len(zero)-1] + "\n",
		"other letters": zero[:len(zero)-1] + "+",
		"capitals":      "ENTENTE_" + zero[len(tokenPrefix):],
		"space":         " " + zero,
	} {
		if _, err := ParseToken(bad); !errors.Is(err, ErrSession) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err = newBed(t).Authenticate(context.Background(), zero)
	refusal(t, err, ErrSession, 0)
}

func FuzzParseToken(f *testing.F) {
	f.Add(Token{}.Text())
	f.Add(Token{0xff, 31: 0xff}.Text())
	f.Add(tokenPrefix + strings.Repeat("_", 43))
	f.Fuzz(func(t *testing.T, s string) {
		if token, err := ParseToken(s); err == nil && token.Text() != s {
			t.Errorf("%q is read, but its form is %q", s, token.Text())
		}
	})
}
