package demo

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"entente/internal/config"
	"entente/internal/section"
	"entente/internal/service"
	"entente/label"
)

// runner starts and stops members' nodes.
type runner interface {
	start(ctx context.Context, c *config.Config) (stop, error)
}

// stop ends a node: in order, or at once as a loss of power would.
type stop func(atOnce bool) error

// startWait bounds how long a node may take to open.
const startWait = 30 * time.Second

// here runs nodes in this process.
type here struct {
	logger *slog.Logger
}

func (h here) start(ctx context.Context, c *config.Config) (stop, error) {
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
	return func(bool) error {
		cancel()
		return <-done
	}, nil
}

// processes runs each node as a process of this program.
type processes struct {
	program string
	stderr  io.Writer
}

func (p processes) start(ctx context.Context, c *config.Config) (stop, error) {
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
	return func(atOnce bool) error {
		if atOnce {
			cmd.Process.Kill()
			cmd.Wait()
			return nil
		}
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			return err
		}
		return cmd.Wait()
	}, nil
}

// house is the running nodes.
type house struct {
	*centre
	run   runner
	stops map[label.MemberID]stop
}

func (h *house) start(ctx context.Context, m label.MemberID) error {
	s, err := h.run.start(ctx, h.configs[m])
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
