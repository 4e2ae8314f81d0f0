package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"entente/internal/demo"
)

// runDemo plays the demonstration as the command does, apart from others.
func runDemo(t *testing.T, flags ...string) (demo.Summary, int) {
	t.Helper()
	shift, err := freePorts()
	if err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	args := append([]string{"--json", "demo", "--once", "--port-shift", strconv.Itoa(shift)}, flags...)
	code := run(context.Background(), args, nil, &out, &errs)
	var sum demo.Summary
	if err := json.Unmarshal(out.Bytes(), &sum); err != nil {
		t.Fatalf("exit code %d, no summary: %v\n%s", code, err, errs.String())
	}
	return sum, code
}

func TestDemonstrationHolds(t *testing.T) {
	sum, code := runDemo(t)
	if code != exitDone || !sum.OK() {
		t.Errorf("exit code %d\n%s", code, sum)
	}
	if sum.Members != 4 || sum.Acts < 100 || len(sum.Checks) < 20 {
		t.Errorf("%d members, %d acts, %d checks", sum.Members, sum.Acts, len(sum.Checks))
	}
}

// Each node is a process of its own here, and one of them is lost at once in
// the middle of the scenario.
func TestDemonstrationOfProcessesSurvivesALoss(t *testing.T) {
	program := t.TempDir() + "/entente"
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("the program cannot be built: %v\n%s", err, out)
	}
	shift, err := freePorts()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "--json", "demo", "--once", "--processes", "--port-shift", strconv.Itoa(shift))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	var sum demo.Summary
	if jerr := json.Unmarshal(out, &sum); jerr != nil {
		t.Fatalf("no summary: %v, %v", jerr, err)
	}
	if err != nil || !sum.OK() {
		t.Errorf("%v\n%s", err, sum)
	}
}

// A fault that is planted must turn a check red: else the checks say nothing.
func TestPlantedFaultsAreFound(t *testing.T) {
	for _, c := range []struct{ fault, check string }{
		{"leak", "SYR finds the words of what it may read, and no other"},
		{"fork", "no node holds evidence of a fault"},
		{"body", "SYR holds every body, and each fits its header"},
	} {
		t.Run(c.fault, func(t *testing.T) {
			sum, code := runDemo(t, "--plant", c.fault)
			if code != exitFindings {
				t.Errorf("exit code %d, want %d", code, exitFindings)
			}
			for _, got := range sum.Checks {
				if got.Name == c.check {
					if got.OK {
						t.Errorf("%q stayed green", c.check)
					}
					return
				}
			}
			t.Errorf("there is no check %q", c.check)
		})
	}
}
