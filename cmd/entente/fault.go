package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"entente/internal/client"
	"entente/internal/web/api"
)

// Codes with which a command ends that was not refused by a node; a refusal
// has the node's own.
const (
	faultUsage       = "usage"       // the command line is wrong
	faultInput       = "input"       // an input file cannot be read
	faultInterrupted = "interrupted" // somebody broke it off
	faultUnreachable = "unreachable" // no whole answer came from the node
	faultAnswer      = "answer"      // what answered is no node
	faultSession     = "no_session"  // nobody is logged in there
	faultOther       = "failure"     // anything else; the message says what
)

// errNoSession: no officer is logged in where a command is to act.
var errNoSession = errors.New("nobody is logged in there; entente login URL LOGIN")

// faultCode is the code of an error that no node gave.
func faultCode(err error) string {
	switch {
	case errors.Is(err, errUsage), errors.Is(err, client.ErrTooLong):
		return faultUsage
	case errors.Is(err, errInput):
		return faultInput
	case errors.Is(err, errNoSession):
		return faultSession
	case errors.Is(err, client.ErrUnreachable), errors.Is(err, client.ErrIncomplete):
		return faultUnreachable
	case errors.Is(err, client.ErrAnswer):
		return faultAnswer
	}
	return faultOther
}

// failed writes why a command ended on standard error, where JSON was asked for
// as one object on a line of its own, {"error":{"code","message"}} with "rule"
// and "findings" where a node gave them, and returns the exit code.
// Standard output has nothing but answers.
func failed(errs io.Writer, asJSON bool, exit int, e api.Error) int {
	if !asJSON {
		fmt.Fprintln(errs, "entente:", e.Message)
		return exit
	}
	writeFault(errs, e)
	return exit
}

func writeFault(errs io.Writer, e api.Error) error {
	enc := json.NewEncoder(errs)
	enc.SetEscapeHTML(false)
	return enc.Encode(map[string]api.Error{"error": e})
}

// refusalOf is a refusal of the node in err: its answer to this officer. That
// the node failed is none.
func refusalOf(err error) (api.Error, bool) {
	var r *client.Error
	if !errors.As(err, &r) || r.Code == "" || r.Status >= 500 {
		return api.Error{}, false
	}
	return api.Error{Code: r.Code, Message: r.Error(), Rule: r.Rule, Findings: r.Findings}, true
}

// interruption says of a command that was interrupted how it goes on.
type interruption string

// Error implements error.
func (i interruption) Error() string { return string(i) }

// refused shows a refusal of the node. It is a finding, not a failure of this
// command; any other error is returned as it is.
func (w *world) refused(err error) error {
	e, ok := refusalOf(err)
	if !ok {
		return err
	}
	if w.json {
		if err := writeFault(w.err, e); err != nil {
			return err
		}
		return errFindings
	}
	w.notef("refused (%s): %s", e.Code, e.Message)
	for _, f := range e.Findings {
		if e.Message == f.Text || e.Message == placeOf(f)+": "+f.Text {
			continue // the line above says it
		}
		w.notef("  %s (%s): %s", placeOf(f), f.Code, f.Text)
	}
	return errFindings
}
