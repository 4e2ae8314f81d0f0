package main

import (
	"context"
	"os/exec"
	"regexp"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// shows PATTERN PROGRAM... runs a program, whatever it exits with, until its
// output matches, as long as what it is to show is on its way.
func shows(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: shows PATTERN PROGRAM...")
	}
	pattern, err := regexp.Compile(`(?m)` + args[0])
	ts.Check(err)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	for {
		err := ts.Exec(args[1], args[2:]...)
		if _, ran := err.(*exec.ExitError); err != nil && !ran {
			ts.Fatalf("%v", err)
		}
		if pattern.MatchString(ts.ReadFile("stdout")) {
			return
		}
		if ctx.Err() != nil {
			ts.Fatalf("in vain: %v shows no %s", args[1:], args[0])
		}
		time.Sleep(20 * time.Millisecond)
	}
}
