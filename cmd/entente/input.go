package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"golang.org/x/term"
)

// errInput is wrapped by what is wrong with a file that the command line
// names: it is missing, it is closed to us, or it is not of the form that the
// command reads. It ends with the code of wrong usage, as a wrong argument
// does: nothing was done.
var errInput = errors.New("it cannot be read")

// unreadable says that an input file cannot be read, and why; nil for nil. An
// interrupt is not the file's fault.
func (w *world) unreadable(path string, err error) error {
	if err == nil || w.ctx.Err() != nil || errors.Is(err, errInput) {
		return err
	}
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err // the path stands there already
	}
	if path == "" || path == "-" {
		path = "standard input"
	}
	return &inputError{path, err}
}

type inputError struct {
	path string
	err  error
}

// Error names the file first.
func (e *inputError) Error() string { return fmt.Sprintf("%s cannot be read: %v", e.path, e.err) }

// Unwrap lets errors.Is find errInput and the cause.
func (e *inputError) Unwrap() []error { return []error{errInput, e.err} }

// open opens an input file; "-" is standard input. A directory is none.
func (w *world) open(path string) (*os.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, w.unreadable(path, err)
	}
	if st, err := f.Stat(); err != nil || st.IsDir() {
		f.Close()
		if err == nil {
			err = errors.New("it is a directory")
		}
		return nil, w.unreadable(path, err)
	}
	return f, nil
}

// readFile reads an input file of at most so many bytes.
func (w *world) readFile(path string, most int64) ([]byte, error) {
	f, err := w.open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(text)) > most {
		err = fmt.Errorf("it is longer than %d bytes; it is another file", most)
	}
	return text, w.unreadable(path, err)
}

// maxSmall bounds founding files, offers and policies on the command line.
const maxSmall = 16 << 20

// stdin returns standard input, and says so to a person who would wait for the
// command while it waits for input.
func (w *world) stdin() io.Reader {
	if f, ok := w.in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		w.notef("reading standard input; end it with Ctrl-D")
	}
	return w.in
}
