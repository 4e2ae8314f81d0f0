package stix

import (
	"bufio"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// ValidateJSONL reads one document a line from in and writes one line a
// document to out: {"valid":true,"errors":[]}, or false with the findings. A
// line may be a list of objects, valid if all are. The order of the lines is
// kept. A line that exceeds Limits.Object, or is blank, is not valid; the lines
// after it are read on. The error is that of in or out.
//
// It serves "entente stix validate --jsonl".
func ValidateJSONL(in io.Reader, out io.Writer, opt Options) error {
	v := newValidator(opt)
	return eachJSONLine(in, out, v.opt.Limits.Object, func(line []byte, whole bool, w *bufio.Writer) error {
		errs := tooLong(v.opt.Limits.Object)
		if whole {
			errs = v.document(line)
		}
		if len(errs) == 0 {
			_, err := w.WriteString(`{"valid":true,"errors":[]}` + "\n")
			return err
		}
		return writeJSON(w, struct {
			Valid  bool    `json:"valid"`
			Errors []Error `json:"errors"`
		}{Valid(errs), errs})
	})
}

func tooLong(limit int) []Error {
	return []Error{{Path: "$", Clause: "bound", Message: fmt.Sprintf("the line exceeds the bound of %d bytes", limit)}}
}

// PatternJSONL reads {"pattern":...} a line from in and writes
// {"valid":true,"error":null} or {"valid":false,"error":"..."} a line to out. A member
// "pattern_version" may name the version of the grammar, "2.0" or "2.1".
//
// It serves "entente stix pattern --jsonl".
func PatternJSONL(in io.Reader, out io.Writer) error {
	type answer struct {
		Valid bool    `json:"valid"`
		Error *string `json:"error"`
	}
	t := newTape(Limits{})
	return eachJSONLine(in, out, DefaultObject, func(line []byte, whole bool, w *bufio.Writer) error {
		if fault := patternLine(t, line, whole); fault != "" {
			return writeJSON(w, answer{Error: &fault})
		}
		return writeJSON(w, answer{Valid: true})
	})
}

func patternLine(t *tape, line []byte, whole bool) string {
	if !whole {
		return tooLong(DefaultObject)[0].Message
	}
	if err := t.parse(line); err != nil {
		return err.Error()
	}
	n, ok := t.member(0, "pattern")
	if !ok || t.nodes[n].kind != kString {
		return `a line {"pattern":"..."} is wanted`
	}
	version := "2.1"
	if p, ok := t.member(0, "pattern_version"); ok && t.nodes[p].kind == kString {
		version = string(t.str(p))
	}
	if _, err := parsePattern(t.str(n), version); err != nil {
		return err.Error()
	}
	return ""
}

// IDJSONL reads one cyber observable a line from in and writes {"id":...} a
// line to out: the deterministic identifier of clause 3.4, or, where the
// specification has none for the object (a process, or no ID contributing
// property), a random one with "deterministic":false. A line that is no cyber
// observable gives {"id":null,"error":...}.
//
// It serves "entente stix id --jsonl".
func IDJSONL(in io.Reader, out io.Writer) error {
	type answer struct {
		ID            *string `json:"id"`
		Deterministic *bool   `json:"deterministic,omitempty"`
		Error         string  `json:"error,omitempty"`
	}
	return eachJSONLine(in, out, DefaultObject, func(line []byte, whole bool, w *bufio.Writer) error {
		if !whole {
			return writeJSON(w, answer{Error: tooLong(DefaultObject)[0].Message})
		}
		id, err := DeterministicID(line)
		if err == nil {
			return writeJSON(w, answer{ID: &id})
		}
		var none *NoDeterministicIDError
		if !errors.As(err, &none) || !none.Observable {
			return writeJSON(w, answer{Error: err.Error()})
		}
		var u [16]byte
		rand.Read(u[:])
		id = none.Type + "--" + uuidText(u, 4)
		no := false
		return writeJSON(w, answer{ID: &id, Deterministic: &no})
	})
}

func writeJSON(w *bufio.Writer, v any) error {
	b, err := json.Marshal(v)
	if err == nil {
		_, err = w.Write(append(b, '\n'))
	}
	return err
}

// eachJSONLine hands the lines of in to do, with whole false and no line for
// one that exceeds limit. Output is flushed whenever no input is waiting, so
// that a caller at the other end of a pipe is answered.
func eachJSONLine(in io.Reader, out io.Writer, limit int, do func(line []byte, whole bool, w *bufio.Writer) error) error {
	r := bufio.NewReaderSize(in, 64<<10)
	w := bufio.NewWriterSize(out, 64<<10)
	var long []byte
	for {
		line, whole, err := readLine(r, &long, limit)
		if err != nil && err != io.EOF {
			return errors.Join(err, w.Flush())
		}
		if err == io.EOF && whole && len(line) == 0 {
			return w.Flush()
		}
		if err := do(line, whole, w); err != nil {
			return err
		}
		if err == io.EOF {
			return w.Flush()
		}
		if r.Buffered() == 0 {
			if err := w.Flush(); err != nil {
				return err
			}
		}
	}
}

// readLine reads up to and without the next line feed. Of a line longer than
// limit it keeps nothing.
func readLine(r *bufio.Reader, long *[]byte, limit int) (line []byte, whole bool, err error) {
	*long = (*long)[:0]
	whole = true
	for {
		part, err := r.ReadSlice('\n')
		if err == nil {
			part = part[:len(part)-1]
		}
		if whole && len(*long)+len(part) > limit {
			whole = false
			*long = nil
		}
		if err == nil && len(*long) == 0 {
			if !whole {
				return nil, false, nil
			}
			return part, true, nil
		}
		if whole {
			*long = append(*long, part...)
		}
		if err != bufio.ErrBufferFull {
			return *long, whole, err
		}
	}
}

// ValidateFile validates one document of any size from in and writes what is
// wrong to out, one finding a line after the name of the file, and a line of
// counts at the end. It tells whether the document is valid. The error is that
// of in or out; a document that is no I-JSON is reported and not valid.
//
// It serves "entente stix validate FILE".
func ValidateFile(name string, in io.Reader, out io.Writer, opt Options) (bool, error) {
	w := bufio.NewWriter(out)
	sum, err := ValidateStream(in, opt, func(res Result) error {
		for _, e := range res.Errors {
			label := "error"
			if e.Advice {
				label = "advice"
			}
			id := res.Object.ID
			if id == "" {
				id = "-"
			}
			if _, err := fmt.Fprintf(w, "%s: %s: %s: %s\n", name, label, printable(id), e.Error()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		if !errors.Is(err, ErrSyntax) && !errors.Is(err, ErrTooLarge) {
			return false, errors.Join(err, w.Flush())
		}
		fmt.Fprintf(w, "%s: error: -: %v\n", name, err)
	}
	verdict := "valid"
	if !sum.Valid {
		verdict = "not valid"
	}
	objects := "objects"
	if sum.Objects == 1 {
		objects = "object"
	}
	fmt.Fprintf(w, "%s: %s, %d %s, %d not valid\n", name, verdict, sum.Objects, objects, sum.Invalid)
	return sum.Valid, w.Flush()
}

// SummarizeFile is ValidateFile with one line of JSON for an answer: the file,
// whether it is valid, how many objects it holds and how many are not valid,
// and the first findings, as many as opt.Limits.Errors allows for the whole.
//
// It serves "entente --json stix validate FILE".
func SummarizeFile(name string, in io.Reader, out io.Writer, opt Options) (bool, error) {
	answer := struct {
		File    string  `json:"file"`
		Valid   bool    `json:"valid"`
		Objects int     `json:"objects"`
		Invalid int     `json:"invalid"`
		Errors  []Error `json:"errors"`
	}{File: name, Errors: []Error{}}
	most := opt.Limits.filled().Errors
	sum, err := ValidateStream(in, opt, func(res Result) error {
		room := max(0, most-len(answer.Errors))
		answer.Errors = append(answer.Errors, res.Errors[:min(room, len(res.Errors))]...)
		return nil
	})
	if err != nil {
		if !errors.Is(err, ErrSyntax) && !errors.Is(err, ErrTooLarge) {
			return false, err
		}
		answer.Errors = append(answer.Errors, Error{Path: "$", Clause: "RFC 8259", Message: err.Error()})
	}
	answer.Valid, answer.Objects, answer.Invalid = sum.Valid, sum.Objects, sum.Invalid
	w := bufio.NewWriter(out)
	return sum.Valid, errors.Join(writeJSON(w, answer), w.Flush())
}

// printable keeps foreign text from moving a terminal's cursor.
func printable(s string) string {
	q := quoted([]byte(s))
	return q[1 : len(q)-1]
}
