package demo

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// outsideVerifier is the verifier that was written from the specification
// alone, where the source is at hand.
const outsideVerifier = "testdata/verify.py"

// hasPython says whether that verifier can run here.
func hasPython() bool {
	_, err := os.Stat(outsideVerifier)
	_, missing := exec.LookPath("python3")
	return err == nil && missing == nil
}

// python has the verifier of the source look at a copy of the log. ran is false
// where it or Python is not there.
func python(ctx context.Context, dir string) (ran bool, err error) {
	if _, err := os.Stat(outsideVerifier); err != nil {
		return false, nil
	}
	program, err := exec.LookPath("python3")
	if err != nil {
		return false, nil
	}
	out, err := exec.CommandContext(ctx, program, outsideVerifier, filepath.Join(dir, "founding.note"), dir).CombinedOutput()
	if err != nil {
		return true, fmt.Errorf("%s: %w: %s", outsideVerifier, err, strings.TrimSpace(string(out)))
	}
	return true, nil
}
