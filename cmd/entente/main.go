// Command entente is a member's whole node and every tool around it in one
// binary: it founds and serves a node, plays the demonstration, and reads
// names, places, texts and exchange formats from standard input.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"syscall"
	"unicode/utf8"

	"github.com/alecthomas/kong"
	kongcompletion "github.com/jotaen/kong-completion"

	"entente/internal/client"
	"entente/internal/web/api"
)

// Exit codes of every command.
const (
	exitDone     = 0 // done
	exitFindings = 1 // done, and something was found wanting: invalid, no match, a check is red
	exitUsage    = 2 // the command line is wrong, or names a file that cannot be read
	exitFailure  = 3 // the command could not be carried out
)

// errFindings ends a command that did its work and found something wanting;
// the findings themselves are already written.
var errFindings = errors.New("done with findings")

// errUsage is wrapped by what is wrong with a command line that the parser
// cannot see.
var errUsage = errors.New("wrong usage")

// usage says what is wrong with the command line.
func usage(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errUsage, fmt.Sprintf(format, args...))
}

// world is what a command may touch of the process around it: its streams,
// whether answers are to be JSON, and a context that ends on interrupt.
type world struct {
	ctx  context.Context
	in   io.Reader
	out  io.Writer
	err  io.Writer
	json bool
}

// cli is the command line; every field is a command in a file of its name.
type cli struct {
	JSON       bool                      `help:"Write answers as JSON."`
	Version    kong.VersionFlag          `help:"Print the version and end."`
	Init       initCmd                   `cmd:"" help:"Make keys; join a founded centre."`
	Keys       keysCmd                   `cmd:"" help:"Renew a member's keys: draw, certify, file, retire; change a passphrase."`
	Charter    charterCmd                `cmd:"" help:"Draft, sign and show the founding file."`
	Login      loginCmd                  `cmd:"" help:"Log an officer in at a node."`
	Logout     logoutCmd                 `cmd:"" help:"End the session."`
	Report     reportCmd                 `cmd:"" help:"Write, plan, release, list and search reports."`
	Consent    consentCmd                `cmd:"" help:"Ask for, grant, refuse, record and withdraw consent."`
	Review     reviewCmd                 `cmd:"" help:"Decide on records with personal data at their review date."`
	Recall     recallCmd                 `cmd:"" help:"Take back what was released, and answer what others take back."`
	Redress    redressCmd                `cmd:"" help:"Ask that records of persons be put right, and answer."`
	Ledger     ledgerCmd                 `cmd:"" help:"Show who holds what of ours, and what was refused."`
	Rfi        rfiCmd                    `cmd:"" help:"Ask other members for information, answer them, close what was asked."`
	Needs      requirementCmd            `cmd:"" name:"requirement" help:"Keep the register of requirements: PIR and EEI."`
	Coverage   coverageCmd               `cmd:"" help:"Say who covers what."`
	Collect    collectCmd                `cmd:"" help:"Take files in: texts, web pages, the UN list, STIX, MISP, event data."`
	Suggest    suggestCmd                `cmd:"" help:"Confirm what was read in texts: names, places, dates, quantities, statements."`
	Officer    officerCmd                `cmd:"" help:"Appoint and change officers."`
	Status     statusCmd                 `cmd:"" help:"Show the condition of a node."`
	Members    membersCmd                `cmd:"" help:"Show the members and the fingerprints to compare."`
	Audit      auditCmd                  `cmd:"" help:"Read and check the audit log."`
	Inspect    inspectCmd                `cmd:"" help:"Report on this nation's part of the log, for its inspector."`
	Evidence   evidenceCmd               `cmd:"" help:"List and save proofs of faults."`
	Serve      serveCmd                  `cmd:"" help:"Serve a node."`
	Config     configCmd                 `cmd:"" help:"Check and explain the configuration."`
	Verify     verifyCmd                 `cmd:"" help:"Verify a log offline."`
	Bundle     bundleCmd                 `cmd:"" help:"Exchange files by courier with members without a line."`
	Export     exportCmd                 `cmd:"" help:"Write a copy of the log for an outside verifier."`
	Rebuild    rebuildCmd                `cmd:"" help:"Make the views again."`
	Backup     backupCmd                 `cmd:"" help:"Back up a node, running or not."`
	Restore    restoreCmd                `cmd:"" help:"Make a node's directory again from a backup."`
	Completion kongcompletion.Completion `cmd:"" help:"Print the line that adds completion to a shell."`
	Demo       demoCmd                   `cmd:"" help:"Play the main job whole with four nodes."`
	Stix       stixCmd                   `cmd:"" help:"Check STIX 2.1 documents and patterns, derive identifiers."`
	Taxii      taxiiCmd                  `cmd:"" help:"Serve and read TAXII 2.1; take over a medallion server."`
	Name       nameCmd                   `cmd:"" help:"Compare and search names across scripts; resolve names of groups."`
	Place      placeCmd                  `cmd:"" help:"Put names of places on the map, alone and in texts."`
	Text       textCmd                   `cmd:"" help:"Read what texts say: names, places, dates, numbers, statements."`
}

// programVersion is the module's version and the commit it was built from, as
// the compiler noted them.
func programVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	commit := ""
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			commit = " " + s.Value[:12]
		}
	}
	return info.Main.Version + commit + " " + info.GoVersion
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run carries out one command line and returns its exit code.
func run(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) int {
	var c cli
	code := -1
	parser, err := newParser(&c,
		kong.Description("A joint information centre for sovereign members who do not fully trust one another.\n\nExit codes: 0 done; 1 done with findings (invalid, no match, refused by the node); 2 usage (a wrong argument, or an input file that cannot be read: missing, closed, not of the form); 3 and above failure.\n\nWith --json the answer is on standard output; where there is none, the last line of standard error says why: {\"error\":{\"code\",\"message\"}}, with rule and findings where the node gives them. Codes beside the node's own: usage, input, interrupted, unreachable, answer (what answered is no node), no_session, failure."),
		kong.Writers(out, errs),
		kong.Exit(func(n int) { code = n }),
	)
	if err != nil {
		return failed(errs, asked(args), exitFailure, api.Error{Code: faultOther, Message: err.Error()})
	}
	kongcompletion.Register(parser, kongcompletion.WithExitFunc(func(n int) { code = n }))
	if code >= 0 { // the shell asked how a line could go on
		return code
	}
	if i := slices.IndexFunc(args, func(a string) bool { return !utf8.ValidString(a) }); i >= 0 {
		return failed(errs, asked(args), exitUsage, api.Error{Code: faultUsage, Message: fmt.Sprintf("argument %d is not UTF-8; convert it first, or set the terminal to UTF-8", i+1)})
	}
	parsed, err := parser.Parse(args)
	if code >= 0 { // help or version was asked for and written
		return code
	}
	if err != nil {
		return failed(errs, asked(args), exitUsage, api.Error{Code: faultUsage, Message: fmt.Sprintf("%s; see %s --help", withoutEmpty(err.Error()), commandOf(err))})
	}
	w := &world{ctx: ctx, in: in, out: out, err: errs, json: c.JSON}
	err = w.refused(parsed.Run(w))
	fault := api.Error{Code: faultCode(err)}
	var node *client.Error
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errFindings):
		return exitFindings
	case ctx.Err() != nil:
		said := interruption("interrupted; what was done stays, and the same command goes on from there")
		errors.As(err, &said)
		fault.Code, fault.Message = faultInterrupted, said.Error()
		return failed(errs, c.JSON, exitFailure, fault)
	case errors.Is(err, errUsage), errors.Is(err, client.ErrTooLong):
		fault.Message = fmt.Sprintf("%v; see %s --help", err, pathOf(parsed.Selected()))
		return failed(errs, c.JSON, exitUsage, fault)
	case errors.Is(err, errInput):
		fault.Message = err.Error()
		return failed(errs, c.JSON, exitUsage, fault)
	case errors.As(err, &node) && node.Code != "":
		fault.Code, fault.Rule = node.Code, node.Rule
	}
	fault.Message = err.Error()
	return failed(errs, c.JSON, exitFailure, fault)
}

// asked says whether JSON was asked for, on a command line that may be wrong.
func asked(args []string) bool {
	for _, a := range args {
		if a == "--" {
			return false
		}
		if a == "--json" || a == "--json=true" {
			return true
		}
	}
	return false
}

// commandOf names the command that a wrong command line was on its way to.
func commandOf(err error) string {
	var p *kong.ParseError
	if !errors.As(err, &p) || p.Context == nil {
		return "entente"
	}
	var at *kong.Node
	for _, step := range p.Context.Path {
		if step.Command != nil {
			at = step.Command
		}
	}
	return pathOf(at)
}

// pathOf is a command as it is called, "entente report plan".
func pathOf(n *kong.Node) string {
	if n == nil {
		return "entente"
	}
	return n.FullPath()
}
