package demo

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"entente/internal/config"
	"entente/internal/section"
	"entente/internal/service"
	"entente/label"
)

// runner starts and stops members' nodes.
type runner interface {
	// start returns when the node is open. ended is called once if it ends by
	// itself later, not when it is stopped.
	start(ctx context.Context, c *config.Config, ended func(error)) (stop, error)
}

// stop ends a node: in order, or at once as a loss of power would.
type stop func(atOnce bool) error

// running is a node that is open.
type running struct {
	mu    sync.Mutex
	asked bool // to stop
	done  chan struct{}
	err   error // how it ended
}

// watch waits for the node's end, and tells of one that nobody asked for.
func watch(wait func() error, ended func(error)) *running {
	r := &running{done: make(chan struct{})}
	go func() {
		r.err = wait()
		r.mu.Lock()
		asked := r.asked
		r.mu.Unlock()
		close(r.done)
		if !asked {
			ended(r.err)
		}
	}()
	return r
}

// stop asks the node to end, and waits until it has.
func (r *running) stop(ask func() error) error {
	r.mu.Lock()
	r.asked = true
	r.mu.Unlock()
	select {
	case <-r.done: // by itself, and told of
		return r.err
	default:
	}
	err := ask()
	<-r.done
	if errors.Is(err, os.ErrProcessDone) {
		err = nil
	}
	return errors.Join(err, r.err)
}

// startWait bounds how long a node may take to open, on a busy machine too.
const startWait = 3 * time.Minute

// here runs nodes in this process.
type here struct {
	logger *slog.Logger
}

func (h here) start(ctx context.Context, c *config.Config, ended func(error)) (stop, error) {
	ctx, cancel := context.WithCancel(ctx)
	ready := make(chan struct{})
	done := make(chan error, 1)
	go func() {
		done <- service.Run(ctx, c, service.Options{Logger: h.logger, Section: section.Options{}, Ready: func(service.Addresses) { close(ready) }})
	}()
	select {
	case <-ready:
	case err := <-done:
		cancel()
		if err == nil {
			err = errors.New("it ended at once")
		}
		return nil, fmt.Errorf("the node of %s does not start: %w", c.Member, err)
	}
	r := watch(func() error { return <-done }, func(err error) {
		if ctx.Err() == nil { // else all are ending
			ended(err)
		}
	})
	return func(bool) error {
		return r.stop(func() error { cancel(); return nil })
	}, nil
}

// processes runs each node as a process of this program.
type processes struct {
	program string
	stderr  io.Writer
}

func (p processes) start(ctx context.Context, c *config.Config, ended func(error)) (stop, error) {
	cmd := exec.Command(p.program, "--json", "serve", "--config", filepath.Join(c.Dir, config.File))
	cmd.Stderr = p.stderr
	// A child outlives an interrupt at the terminal until this program, which
	// gets it too, stops it.
	cmd.SysProcAttr = childAttr()
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("the node of %s does not start: %w", c.Member, err)
	}
	ready := make(chan error, 1)
	go func() {
		line, err := bufio.NewReader(out).ReadBytes('\n')
		var a service.Addresses
		if err == nil {
			err = json.Unmarshal(line, &a)
		}
		ready <- err
		io.Copy(io.Discard, out)
	}()
	timer := time.NewTimer(startWait)
	defer timer.Stop()
	select {
	case err = <-ready:
	case <-timer.C:
		err = fmt.Errorf("it was not open after %s", startWait)
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		cmd.Process.Kill()
		return nil, errors.Join(fmt.Errorf("the node of %s does not start: %w", c.Member, err), cmd.Wait())
	}
	r := watch(cmd.Wait, ended)
	return func(atOnce bool) error {
		if atOnce {
			r.stop(cmd.Process.Kill) // how it ends is known
			return nil
		}
		return r.stop(func() error { return cmd.Process.Signal(syscall.SIGTERM) })
	}, nil
}

// house is the running nodes.
type house struct {
	*centre
	run   runner
	stops map[label.MemberID]stop
	ended func(label.MemberID, error) // a node ended by itself
	ctx   context.Context             // of the nodes: they outlive what is played
}

func (h *house) start(ctx context.Context, m label.MemberID) error {
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	s, err := h.run.start(h.ctx, h.configs[m], func(err error) { h.ended(m, err) })
	if err == nil {
		h.stops[m] = s
	}
	return err
}

func (h *house) stop(m label.MemberID, atOnce bool) error {
	s := h.stops[m]
	if s == nil {
		return nil
	}
	delete(h.stops, m)
	return s(atOnce)
}

func (h *house) stopAll() error {
	var errs []error
	for _, m := range members() {
		errs = append(errs, h.stop(m, false))
	}
	return errors.Join(errs...)
}
