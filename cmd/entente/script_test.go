package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"entente": main})
}

// The scenarios of test/script read like the journeys: whole programs, real
// sockets, one member's officers at a time.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "../../test/script",
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("ENTENTE_SESSIONS", e.WorkDir+"/sessions.json")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"ports": ports, "ready": ready, "eventually": eventually, "keep": keep, "same": same, "flip": flip,
			"shows": shows, "alike": alike,
			"decide": decide, "until": until, "soon": soon, "cite": cite,
			"cut": cut, "shorten": shorten,
			"watch": watch, "watched": watched,
			"tool": tool, "marked": marked, "polls": polls,
			"ahead": ahead, "fill": fill,
			"api": apiAnswer, "nonesuch": nonesuch, "passed": passed,
		},
	})
}

// ports finds room for a demonstration's ports and those of its TAXII servers, and sets SHIFT to how far
// they are moved, and IRQ, IRN, RUS, SYR to the desks' addresses.
func ports(ts *testscript.TestScript, neg bool, args []string) {
	shift, err := freePorts()
	if err != nil {
		ts.Fatalf("%v", err)
	}
	ts.Setenv("SHIFT", strconv.Itoa(shift))
	for i, m := range []string{"IRQ", "IRN", "RUS", "SYR"} {
		ts.Setenv(m, fmt.Sprintf("http://%s.localhost:%d", strings.ToLower(m), 8701+shift+i))
		ts.Setenv(m+"LINK", fmt.Sprintf("127.0.0.1:%d", 8711+shift+i))
		ts.Setenv(m+"DESK", fmt.Sprintf("127.0.0.1:%d", 8701+shift+i))
		ts.Setenv(m+"TAXII", fmt.Sprintf("127.0.0.1:%d", 8721+shift+i))
	}
}

// portTries counts the places that freePorts has looked at: none is given to
// two of the tests that run beside each other, between looking and listening.
var portTries atomic.Int32

// Places for a demonstration's ports: all stay below those that the system
// gives to outgoing connections, and below those of the tests of internal/demo.
const (
	firstShift = 1000
	shiftStep  = 40
	shifts     = (21900 - firstShift) / shiftStep
	heldPort   = 8700
)

// held are listeners that keep places for this process until it ends: the ports
// of a place are looked at now and listened on later, and again after a restart,
// and another test process beside this one must not choose it meanwhile.
var held struct {
	sync.Mutex
	places []net.Listener
}

// freePorts returns how far a demonstration's ports can be moved. It begins at
// a place that depends on the process, so that two test processes beside each
// other do not look at the same ones in the same order.
func freePorts() (shift int, err error) {
	for {
		k := int(portTries.Add(1))
		if k > shifts {
			return 0, errors.New("no free ports for a demonstration")
		}
		shift = firstShift + shiftStep*((97*os.Getpid()+k)%shifts)
		place, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(heldPort+shift))
		if err != nil {
			continue
		}
		free := true
		for _, base := range []int{8701, 8702, 8703, 8704, 8711, 8712, 8713, 8714, 8721, 8722, 8723, 8724} {
			l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(base+shift))
			if err != nil {
				free = false
				break
			}
			l.Close()
		}
		if free {
			held.Lock()
			held.places = append(held.places, place)
			held.Unlock()
			return shift, nil
		}
		place.Close()
	}
}

// ready ADDRESS... waits until nodes sign and serve.
func ready(ts *testscript.TestScript, neg bool, args []string) {
	limit := time.Now().Add(5 * time.Minute)
	for _, a := range args {
		for {
			resp, err := http.Get("http://" + a + "/readyz")
			if err == nil {
				resp.Body.Close()
				if resp.StatusCode == http.StatusOK {
					break
				}
			}
			if time.Now().After(limit) {
				ts.Fatalf("%s is not ready: %v", a, err)
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
}

// eventually runs a program until it succeeds (with ! until it fails), as
// long as what it asks for is on its way.
func eventually(ts *testscript.TestScript, neg bool, args []string) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	for {
		err := ts.Exec(args[0], args[1:]...)
		if (err == nil) != neg {
			return
		}
		if ctx.Err() != nil {
			ts.Fatalf("in vain: %s: %v", strings.Join(args, " "), err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// until PATTERN PROGRAM... runs a program until what it prints matches.
func until(ts *testscript.TestScript, neg bool, args []string) {
	pattern, err := regexp.Compile(args[0])
	ts.Check(err)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	for {
		err := ts.Exec(args[1], args[2:]...)
		if err == nil && pattern.MatchString(ts.ReadFile("stdout")) != neg {
			return
		}
		if ctx.Err() != nil {
			ts.Fatalf("in vain: %s: %v", strings.Join(args, " "), err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// keep NAME FIELD FILE sets a variable to the value of the first
// JSON field of that name in a file.
func keep(ts *testscript.TestScript, neg bool, args []string) {
	text := ts.ReadFile(args[2])
	_, rest, ok := strings.Cut(text, `"`+args[1]+`": "`)
	value, _, ok2 := strings.Cut(rest, `"`)
	if !ok || !ok2 {
		ts.Fatalf("there is no %s in %s", args[1], text)
	}
	ts.Setenv(args[0], value)
}

// decide FILE OFFICER approves, as that officer, the release that an answer in
// a file put up.
func decide(ts *testscript.TestScript, neg bool, args []string) {
	type release struct{ ID, Digest string }
	var r struct {
		release
		Release release // of what was written and put up at once
		Issued  struct{ Release release }
	}
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &r))
	if r.ID == "" {
		r.release = r.Release
	}
	if r.ID == "" {
		r.release = r.Issued.Release
	}
	ts.Check(ts.Exec("entente", "report", "release", "approve", r.ID, "--digest", r.Digest, "--as", args[1]))
}

// soon NAME [SECONDS] sets a variable to a time, to the minute, that is past
// within a minute and so many seconds and not within these seconds; a minute
// where none are named. NAMESECOND is the same time as JSON has it.
func soon(ts *testscript.TestScript, neg bool, args []string) {
	least := time.Minute
	if len(args) > 1 {
		n, err := strconv.Atoi(args[1])
		ts.Check(err)
		least = time.Duration(n) * time.Second
	}
	at := time.Now().UTC().Add(least + time.Minute).Truncate(time.Minute)
	ts.Setenv(args[0], at.Format("2006-01-02T15:04Z"))
	ts.Setenv(args[0]+"SECOND", at.Format(time.RFC3339))
}

// passed TIME waits until a time that soon gave is past. Nothing has ended by that
// alone: log time goes on with the log, once somebody files something.
func passed(ts *testscript.TestScript, neg bool, args []string) {
	at, err := time.Parse("2006-01-02T15:04Z", args[0])
	ts.Check(err)
	<-time.After(time.Until(at))
}

// cite WORD DRAFT SHOWN OUT puts a citation of the first portion of a report that
// was shown in the place of a word of a draft.
func cite(ts *testscript.TestScript, neg bool, args []string) {
	var shown struct {
		Act struct {
			Portions []struct {
				ID string `json:"id"`
			} `json:"portions"`
		} `json:"act"`
	}
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[2])), &shown))
	made := strings.ReplaceAll(ts.ReadFile(args[1]), args[0], `{"portion": "`+shown.Act.Portions[0].ID+`"}`)
	ts.Check(os.WriteFile(ts.MkAbs(args[3]), []byte(made), 0o600))
}

// same FILE FILE compares two answers.
func same(ts *testscript.TestScript, neg bool, args []string) {
	if (ts.ReadFile(args[0]) == ts.ReadFile(args[1])) == neg {
		ts.Fatalf("%s and %s: same is %v", args[0], args[1], neg)
	}
}

// flip FILE changes one byte in the middle of a file.
func flip(ts *testscript.TestScript, neg bool, args []string) {
	path := ts.MkAbs(args[0])
	data, err := os.ReadFile(path)
	ts.Check(err)
	data[len(data)/2] ^= 1
	ts.Check(os.WriteFile(path, data, 0o600))
}

// cut CONFIG takes a node's line away: its configuration names no other member,
// and it listens where none of them looks for it.
func cut(ts *testscript.TestScript, neg bool, args []string) {
	path := ts.MkAbs(args[0])
	text := ts.ReadFile(args[0])
	before, rest, ok := strings.Cut(text, "[link.members]\n")
	_, after, ok2 := strings.Cut(rest, "\n\n")
	if !ok || !ok2 {
		ts.Fatalf("there is no [link.members] in %s", text)
	}
	head, listen, ok := strings.Cut(before, "[link]\n")
	address, tail, ok2 := strings.Cut(listen, "\n")
	if !ok || !ok2 || !strings.HasPrefix(address, "listen = ") {
		ts.Fatalf("there is no [link] with an address in %s", text)
	}
	ts.Check(os.WriteFile(path, []byte(head+"[link]\nlisten = \"127.0.0.1:0\"\n"+tail+"[link.members]\n\n"+after), 0o600))
}

// shorten FILE N takes the last N bytes of a file away.
func shorten(ts *testscript.TestScript, neg bool, args []string) {
	path := ts.MkAbs(args[0])
	st, err := os.Stat(path)
	ts.Check(err)
	n, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	ts.Check(os.Truncate(path, st.Size()-n))
}
