package demo

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"entente/internal/collect"
	"entente/internal/config"
	"entente/label"
)

// freeShift is a shift of ports of which none is taken: below those that the
// system gives to outgoing connections, and above those of the scenarios of
// cmd/entente, which may run at the same time.
func freeShift(t *testing.T) int {
	t.Helper()
	for shift := 22000; shift < 23900; shift += 113 {
		if (Options{PortShift: shift}).portsFree() == nil {
			return shift
		}
	}
	t.Fatal("no free ports")
	return 0
}

// What would stop the run later is found before keys are drawn.
func TestWhatIsInTheWayIsFoundFirst(t *testing.T) {
	shift := freeShift(t)
	run := func(o Options) error {
		o.PortShift, o.Once = shift, true
		if o.Dir == "" {
			o.Dir = filepath.Join(t.TempDir(), "centre")
		}
		_, err := Run(t.Context(), o)
		if _, serr := os.Stat(filepath.Join(o.Dir, "IRQ")); serr == nil {
			t.Errorf("keys were drawn before %v", err)
		}
		return err
	}
	// Two of the eight ports are taken, and both are named.
	for _, addr := range []string{address(firstDesk, shift, 1), address(firstLink, shift, 3)} {
		l, err := net.Listen("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
	}
	err := run(Options{})
	if !errors.Is(err, ErrPorts) || !strings.Contains(err.Error(), address(firstDesk, shift, 1)+" (desk of IRN)") || !strings.Contains(err.Error(), address(firstLink, shift, 3)+" (link of SYR)") ||
		strings.Contains(err.Error(), "desk of IRQ") {
		t.Errorf("ports: %v", err)
	}
	shift = freeShift(t)

	dir := t.TempDir()
	for name, text := range map[string]string{"garbage": "no list", "empty": ""} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := run(Options{UNList: path}); !errors.Is(err, ErrList) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := run(Options{UNList: filepath.Join(dir, "missing")}); !errors.Is(err, ErrList) {
		t.Errorf("a list that is not there: %v", err)
	}
	if err := run(Options{Dir: dir}); !errors.Is(err, errNotEmpty) {
		t.Errorf("a directory that is not empty: %v", err)
	}
	good := filepath.Join(dir, "list.xml")
	f, err := os.Create(good)
	if err == nil {
		err = errors.Join(collect.WriteInventedList(f, 3, 1), f.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := checkList(good); err != nil {
		t.Errorf("a good list: %v", err)
	}
}

// ending are nodes that end by themselves when they are told to.
type ending struct {
	mu  sync.Mutex
	end map[label.MemberID]chan error
}

func (e *ending) start(_ context.Context, c *config.Config, ended func(error)) (stop, error) {
	ch := make(chan error, 1)
	e.mu.Lock()
	e.end[c.Member] = ch
	e.mu.Unlock()
	r := watch(func() error { return <-ch }, ended)
	return func(bool) error { return r.stop(func() error { ch <- nil; return nil }) }, nil
}

// A node that ends by itself is told of, once; one that is stopped is not.
func TestNodesThatEndByThemselvesAreNoticed(t *testing.T) {
	e := &ending{end: map[label.MemberID]chan error{}}
	told := make(chan error, 4)
	h := &house{centre: &centre{configs: map[label.MemberID]*config.Config{"IRQ": {Member: "IRQ"}, "RUS": {Member: "RUS"}}}, run: e, stops: map[label.MemberID]stop{}, ctx: t.Context(),
		ended: func(m label.MemberID, err error) { told <- endedByItself(m, err) }}
	for _, m := range []label.MemberID{"IRQ", "RUS"} {
		if err := h.start(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.stop("IRQ", false); err != nil {
		t.Errorf("stopped in order: %v", err)
	}
	broken := errors.New("exit status 3")
	e.end["RUS"] <- broken
	err := <-told
	if !errors.Is(err, errEnded) || !errors.Is(err, broken) || !strings.Contains(err.Error(), "the node of RUS") {
		t.Errorf("told %v", err)
	}
	if err := h.stop("RUS", false); !errors.Is(err, broken) {
		t.Errorf("stopped after its end: %v", err)
	}
	if len(told) > 0 {
		t.Errorf("told again: %v", <-told)
	}
	// Who watches is told at once.
	ctx, cancel := context.WithCancel(t.Context())
	died := make(chan error, 1)
	died <- err
	var seen string
	d := &demo{Options: Options{Up: func(text string) { seen = text; cancel() }}}
	d.stayUp(ctx, died)
	if !strings.Contains(seen, "ended by itself") || !strings.Contains(seen, "RUS") {
		t.Errorf("shown %q", seen)
	}
}
