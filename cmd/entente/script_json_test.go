package main

import (
	"encoding/json"
	"reflect"

	"github.com/rogpeppe/go-internal/testscript"
)

// alike FILE FILE compares what two JSON files say, whatever the order of their
// names and the blanks between them.
func alike(ts *testscript.TestScript, neg bool, args []string) {
	var said [2]any
	for i := range said {
		ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[i])), &said[i]))
	}
	if reflect.DeepEqual(said[0], said[1]) == neg {
		ts.Fatalf("%s and %s: alike is %v", args[0], args[1], neg)
	}
}
