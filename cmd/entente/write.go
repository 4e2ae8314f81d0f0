package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// answer writes what a command found: v as JSON with --json, else by text.
func (w *world) answer(v any, text func()) error {
	if !w.json {
		text()
		return nil
	}
	enc := json.NewEncoder(w.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// printf writes a line for people. What is filled in makes no line of its own,
// and commands no terminal: it may be another member's word.
func (w *world) printf(format string, args ...any) {
	fmt.Fprintf(w.out, format+"\n", harmless(args)...)
}

// notef writes a line beside the answer, for people at a terminal or a log.
func (w *world) notef(format string, args ...any) {
	fmt.Fprintf(w.err, format+"\n", harmless(args)...)
}

// writeNew writes a file that must not exist yet; "" and "-" mean standard
// output.
func (w *world) writeNew(path string, text []byte, mode fs.FileMode) error {
	if path == "" || path == "-" {
		_, err := w.out.Write(text)
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		if errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("%s is there already; name another file or move it away", path)
		}
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}
