package main

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"entente/taxii"
)

// tool SERVER NAME SECRETFILE add|delete COLLECTION FILE|ID asks a node as one
// of its member's tools does; with ! it is refused.
func tool(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 6 {
		ts.Fatalf("usage: tool SERVER NAME SECRETFILE add|delete COLLECTION FILE|ID")
	}
	cl, err := taxii.NewClient(args[0], nil)
	ts.Check(err)
	cl.User, cl.Password = args[1], strings.TrimSpace(ts.ReadFile(args[2]))
	ctx := context.Background()
	switch args[3] {
	case "add":
		var st *taxii.Status
		if st, err = cl.Add(ctx, "/entente/", args[4], [][]byte{[]byte(strings.TrimSpace(ts.ReadFile(args[5])))}); err == nil && st.FailureCount > 0 {
			ts.Fatalf("refused: %+v", st.Failures)
		}
	case "delete":
		err = cl.Delete(ctx, "/entente/", args[4], args[5], nil)
	default:
		ts.Fatalf("%s is neither add nor delete", args[3])
	}
	if (err == nil) == neg {
		ts.Fatalf("%s: %v", args[3], err)
	}
}

// polls TEXT ADDRESS NAME SECRETFILE POSITION polls the reports, each time from
// where the last poll stopped, until an object with the text has come. Every
// object must come once.
func polls(ts *testscript.TestScript, neg bool, args []string) {
	cl, err := taxii.NewClient("http://"+args[1], nil)
	ts.Check(err)
	cl.User, cl.Password = args[2], strings.TrimSpace(ts.ReadFile(args[3]))
	var pos taxii.Position
	if raw, err := os.ReadFile(ts.MkAbs(args[4])); err == nil {
		ts.Check(json.Unmarshal(raw, &pos))
	}
	seen := map[string]bool{}
	limit := time.Now().Add(5 * time.Minute)
	for found := false; !found; time.Sleep(20 * time.Millisecond) {
		poll := taxii.Poll{Root: "/entente/", Collection: "reports"}
		ts.Check(poll.Run(context.Background(), cl, &pos, func(objects [][]byte, _ taxii.Position) error {
			for _, raw := range objects {
				if seen[string(raw)] {
					ts.Fatalf("came twice: %s", raw)
				}
				seen[string(raw)] = true
				found = found || strings.Contains(string(raw), args[0])
			}
			return nil
		}))
		if time.Now().After(limit) {
			ts.Fatalf("in vain: no object with %s", args[0])
		}
	}
	raw, err := json.Marshal(pos)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[4]), raw, 0o600))
}

// marked DRAFT OUT CLASS MEMBER... writes the content of a draft, as the
// program shows it, with every portion marked anew.
func marked(ts *testscript.TestScript, neg bool, args []string) {
	var d struct {
		Content struct {
			Type     string           `json:"report_type"`
			Title    string           `json:"title"`
			Portions []map[string]any `json:"portions"`
		} `json:"content"`
	}
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &d))
	for _, p := range d.Content.Portions {
		p["label"] = map[string]any{"policy": "CENTRE", "class": args[2], "rel": args[3:], "originators": []string{"IRQ"}}
		p["grade"] = map[string]any{"reliability": "B", "credibility": "3"}
	}
	raw, err := json.Marshal(d.Content)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), raw, 0o600))
}
