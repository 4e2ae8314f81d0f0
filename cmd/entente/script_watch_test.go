package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"entente/internal/client"
	"entente/internal/web/api"
)

// watch OFFICER FRESH GONE REPORT asks a node in the background, as that officer
// and as fast as it answers, whether anything shows the word GONE (a search, the
// report with that id, an export of it), each time after having asked for the
// word FRESH, until "watched OFFICER" ends it. Where FRESH was found, GONE must
// show nowhere; it must have shown before. With "-" as FRESH and as REPORT it
// must never show.
func watch(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: watch OFFICER FRESH GONE REPORT")
	}
	var open sessions
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(ts.Getenv("ENTENTE_SESSIONS"))), &open))
	w := &watcher{fresh: args[1], gone: args[2], report: args[3], enough: make(chan struct{}), done: make(chan struct{})}
	for _, s := range open.Open {
		if s.Login == args[0] {
			cl, err := client.New(s.Node, client.Options{Token: s.Token})
			ts.Check(err)
			w.cl = cl
		}
	}
	if w.cl == nil {
		ts.Fatalf("%s has not logged in", args[0])
	}
	ctx, stop := context.WithCancel(context.Background())
	w.stop = stop
	go func() { defer close(w.done); w.run(ctx) }()
	ts.Defer(func() { stop(); <-w.done })
	key := ts.Getenv("WORK") + " " + args[0]
	all, _ := watchers.LoadOrStore(key, &[]*watcher{})
	*all.(*[]*watcher) = append(*all.(*[]*watcher), w)
}

// watched OFFICER ends what watch began for an officer, once it has seen FRESH
// (with "-": once it has asked), and says whether what it saw was in order.
func watched(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: watched OFFICER")
	}
	all, ok := watchers.LoadAndDelete(ts.Getenv("WORK") + " " + args[0])
	if !ok {
		ts.Fatalf("nothing is watched as %s", args[0])
	}
	for _, w := range *all.(*[]*watcher) {
		select {
		case <-w.enough:
		case <-w.done:
		case <-time.After(2 * time.Minute):
		}
		w.stop()
		<-w.done
		ts.Check(w.verdict())
		ts.Logf("%s: asked %d times, shown %d times, then not", w.gone, w.asked, w.shown)
	}
}

// watchers are those of all scripts that run, by directory and officer.
var watchers sync.Map

type watcher struct {
	cl                  *client.Client
	fresh, gone, report string
	stop                func()
	enough, done        chan struct{}

	asked, shown, came int
	fault              error
}

// run asks until ctx ends or something is wrong.
func (w *watcher) run(ctx context.Context) {
	for ctx.Err() == nil && w.fault == nil {
		came, err := w.found(ctx, w.fresh)
		where := ""
		if err == nil {
			where, err = w.where(ctx)
		}
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			w.fault = err
		case where != "" && (came || w.fresh == "-"):
			w.fault = fmt.Errorf("%s shows in %s after %d questions", w.gone, where, w.asked)
		case where != "":
			w.shown++
		case came:
			w.came++
		}
		if w.asked++; w.asked == 1 && w.fresh == "-" || w.came == 1 && came {
			close(w.enough)
		}
	}
}

// found says whether a search finds a word. A node that shows nothing yet finds
// nothing.
func (w *watcher) found(ctx context.Context, word string) (bool, error) {
	if word == "-" {
		return false, nil
	}
	rows, err := w.cl.Reports(ctx, api.Find{Text: word})
	return len(rows) > 0, unlessHidden(err)
}

// where says where the word shows, "" nowhere.
func (w *watcher) where(ctx context.Context) (string, error) {
	if found, err := w.found(ctx, w.gone); found || err != nil || w.report == "-" {
		return map[bool]string{true: "a search"}[found], err
	}
	r, err := w.cl.Report(ctx, w.report)
	if err != nil {
		return "", unlessHidden(err)
	}
	shown, err := json.Marshal(r)
	if err != nil || bytes.Contains(shown, []byte(w.gone)) {
		return "the report", err
	}
	var out strings.Builder
	if _, _, err := w.cl.ExportReports(ctx, api.ExportReports{Format: "stix", Reports: []string{w.report}}, &out); err != nil {
		return "", unlessHidden(err)
	}
	if strings.Contains(out.String(), w.gone) {
		return "an export", nil
	}
	return "", nil
}

// unlessHidden passes errors but that a node shows nothing before it has looked
// for recalls, and that what is withdrawn is not there.
func unlessHidden(err error) error {
	var refused *client.Error
	if errors.As(err, &refused) && (refused.Code == api.CodeCatchingUp || refused.Status == 404) {
		return nil
	}
	return err
}

func (w *watcher) verdict() error {
	switch {
	case w.fault != nil:
		return w.fault
	case w.fresh == "-" && w.asked > 0:
		return nil
	case w.shown == 0 || w.came == 0:
		return fmt.Errorf("%s was shown %d times before %s came %d times: this shows nothing", w.gone, w.shown, w.fresh, w.came)
	}
	return nil
}
