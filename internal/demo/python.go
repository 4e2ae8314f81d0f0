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

// python has the verifier of the source look at a copy of the log, where both
// it and Python are there; the program's own outside verifier has agreed by
// then.
func (d *demo) python(ctx context.Context, dir string) error {
	if _, err := os.Stat(outsideVerifier); err != nil {
		return nil
	}
	python, err := exec.LookPath("python3")
	if err != nil {
		return nil
	}
	out, err := exec.CommandContext(ctx, python, outsideVerifier, filepath.Join(dir, "founding.note"), dir).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", outsideVerifier, err, strings.TrimSpace(string(out)))
	}
	return nil
}
