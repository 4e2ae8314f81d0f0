package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// terminal opens a pseudo-terminal: what is typed, and where a program reads.
func terminal(t *testing.T) (typed, read *os.File) {
	t.Helper()
	typed, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("there are no pseudo-terminals here: %v", err)
	}
	t.Cleanup(func() { typed.Close() })
	n, err := unix.IoctlGetInt(int(typed.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(typed.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		read, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	}
	if err != nil {
		t.Skipf("there are no pseudo-terminals here: %v", err)
	}
	t.Cleanup(func() { read.Close() })
	return typed, read
}

// Whoever types a command that reads standard input is told that it waits.
func TestReadingATerminalIsSaid(t *testing.T) {
	for _, line := range []string{"name compare", "place resolve", "place find", "text read --no-places", "stix validate --jsonl", "stix id"} {
		typed, read := terminal(t)
		if _, err := typed.Write([]byte("\x04")); err != nil { // Ctrl-D
			t.Fatal(err)
		}
		var out, errs strings.Builder
		run(context.Background(), strings.Fields(line), read, &out, &errs)
		if !strings.Contains(errs.String(), "reading standard input") {
			t.Errorf("%s says %q", line, errs.String())
		}
		if _, _, errs := command("", strings.Fields(line)...); strings.Contains(errs, "reading standard input") {
			t.Errorf("%s says so without a terminal", line)
		}
	}
}
