package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// Every command says what it is for and shows an example, itself or through
// the group that it belongs to.
func TestEveryCommandHasHelpAndAnExample(t *testing.T) {
	var c cli
	parser, err := kong.New(&c, kong.Vars{"version": "test"}, kong.Exit(func(int) {}))
	if err != nil {
		t.Fatal(err)
	}
	for _, leaf := range parser.Model.Leaves(true) {
		path := leaf.Path()
		if leaf.Name == "completion" { // a library's, with a text of its own
			continue
		}
		if leaf.Help == "" {
			t.Errorf("%s has no help", path)
		}
		example := false
		for n := leaf; n != nil; n = n.Parent {
			example = example || strings.Contains(n.Detail, "entente ")
		}
		if !example {
			t.Errorf("%s shows no example", path)
		}
		for _, f := range leaf.Flags {
			if f.Help == "" {
				t.Errorf("%s --%s has no help", path, f.Name)
			}
		}
	}
}

func TestExitCodes(t *testing.T) {
	for _, c := range []struct {
		name string
		args []string
		in   string
		want int
	}{
		{"help is done", []string{"--help"}, "", exitDone},
		{"the version is done", []string{"--version"}, "", exitDone},
		{"no command is usage", nil, "", exitUsage},
		{"an unknown command is usage", []string{"frobnicate"}, "", exitUsage},
		{"an unknown flag is usage", []string{"status", "--frobnicate"}, "", exitUsage},
		{"a release of nothing is usage", []string{"report", "release", "ask"}, "", exitUsage},
		{"joining without a way to unlock is usage", []string{"init", "join", "--dir", ".", "--charter", "main.go", "--fingerprint", "x", "--member", "IRQ"}, "", exitUsage},
		{"a directory that is no log is usage", []string{"verify", "."}, "", exitUsage},
		{"an invalid document is a finding", []string{"stix", "validate", "testdata/invalid.json"}, "", exitFindings},
		{"a configuration that is not there is usage", []string{"config", "check", "testdata/none.toml"}, "", exitUsage},
		{"a node that is not there is a failure", []string{"login", "http://127.0.0.1:1", "irq.duty"}, "a password\n", exitFailure},
		{"no session is a failure", []string{"status"}, "", exitFailure},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("ENTENTE_SESSIONS", t.TempDir()+"/sessions.json")
			var out, errs bytes.Buffer
			if got := run(context.Background(), c.args, strings.NewReader(c.in), &out, &errs); got != c.want {
				t.Errorf("exit code %d, want %d\n%s%s", got, c.want, out.String(), errs.String())
			}
		})
	}
}
