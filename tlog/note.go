package tlog

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of a signed note (spec/log.md section 3).
const (
	// MaxNote is the largest number of bytes in a checkpoint with its
	// signature lines.
	MaxNote = 128 << 10
	// MaxSignatures is the largest number of signature lines.
	MaxSignatures = 100
	// MaxLine is the largest number of bytes in a signature line; it leaves
	// room for post-quantum signatures of foreign witnesses.
	MaxLine = 8 << 10
)

// SignatureLine is one signature line of a note, verified or not.
type SignatureLine struct {
	// Name is the key's name; for lines of others it may be any UTF-8
	// without spaces and plus.
	Name string
	// KeyID is the key's id, see [Verifier.KeyID].
	KeyID uint32
	// Signature is what follows the key id: 64 bytes for type 0x01, 72 for
	// type 0x04, anything for others.
	Signature []byte
}

// String returns the line without its newline.
func (l SignatureLine) String() string { return string(l.append(nil)) }

const sigPrefix = "— "

func (l SignatureLine) append(dst []byte) []byte {
	dst = append(append(append(dst, sigPrefix...), l.Name...), ' ')
	raw := binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(l.Signature)), l.KeyID)
	return base64.StdEncoding.AppendEncode(dst, append(raw, l.Signature...))
}

// by reports whether the line claims to be of v's key.
func (l SignatureLine) by(v Verifier) bool { return l.KeyID == v.id && l.Name == v.name }

// splitNote takes a signed note apart into its text, with the final newline,
// and its signature lines (signed-note, Format). That the whole is UTF-8
// without control characters follows from what parseText and parseLine allow.
func splitNote(note []byte) (text []byte, lines []SignatureLine, err error) {
	if len(note) > MaxNote {
		return nil, nil, fmt.Errorf("%w: a note of %d bytes; at most %d are read", ErrTooLarge, len(note), MaxNote)
	}
	i := bytes.Index(note, []byte("\n\n"))
	if i < 0 {
		return nil, nil, fmt.Errorf("%w: a note without a blank line before its signatures", ErrMalformed)
	}
	text, rest := note[:i+1], note[i+2:]
	if len(rest) == 0 {
		return nil, nil, fmt.Errorf("%w: a note without signatures", ErrMalformed)
	}
	for len(rest) > 0 {
		if len(lines) == MaxSignatures {
			return nil, nil, fmt.Errorf("%w: a note with more than %d signature lines; drop those of unknown keys", ErrTooLarge, MaxSignatures)
		}
		line, after, ok := bytes.Cut(rest, []byte("\n"))
		if !ok {
			return nil, nil, fmt.Errorf("%w: a note whose last line is not ended", ErrMalformed)
		}
		l, err := parseLine(line)
		if err != nil {
			return nil, nil, err
		}
		lines, rest = append(lines, l), after
	}
	return text, lines, nil
}

// ParseSignatureLine reads one signature line, with or without its newline,
// such as a cosigner sends back.
func ParseSignatureLine(line []byte) (SignatureLine, error) {
	return parseLine(bytes.TrimSuffix(line, []byte("\n")))
}

func parseLine(line []byte) (SignatureLine, error) {
	if len(line) > MaxLine {
		return SignatureLine{}, fmt.Errorf("%w: a signature line of %d bytes; at most %d are read", ErrTooLarge, len(line), MaxLine)
	}
	rest, ok := bytes.CutPrefix(line, []byte(sigPrefix))
	name, b64, ok2 := bytes.Cut(rest, []byte(" "))
	if !ok || !ok2 || !validLineName(string(name)) {
		return SignatureLine{}, fmt.Errorf("%w: a signature line that is not \"— name base64\"", ErrMalformed)
	}
	raw, err := strictBase64.AppendDecode(nil, b64)
	if err != nil || len(raw) < 5 || bytes.ContainsAny(b64, "\r\n") {
		return SignatureLine{}, fmt.Errorf("%w: a signature of %q that is not canonical base64 of a key id and a signature", ErrMalformed, name)
	}
	return SignatureLine{string(name), binary.BigEndian.Uint32(raw), raw[4:]}, nil
}

// validLineName is signed-note's rule for key names, wider than checkName:
// lines of unknown keys are kept, not judged.
func validLineName(name string) bool {
	return name != "" && len(name) <= MaxName && utf8.ValidString(name) &&
		!strings.ContainsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || r == '+' || r < ' ' })
}

// joinNote is the inverse of splitNote.
func joinNote(text []byte, lines []SignatureLine) []byte {
	note := append(bytes.Clone(text), '\n')
	for _, l := range lines {
		note = append(l.append(note), '\n')
	}
	return note
}

// Merge returns one note with the checkpoint text that all given notes have
// and each different signature line of theirs once, in order of appearance.
// It verifies nothing. It refuses with ErrText when the texts differ (then see
// [Conflict]) and with ErrTooLarge when the lines pass the bounds of a note
// (then [Prune] each first).
func Merge(notes ...[]byte) ([]byte, error) {
	if len(notes) == 0 {
		return nil, fmt.Errorf("%w: no notes to merge", ErrMalformed)
	}
	var first []byte
	var all []SignatureLine
	seen := map[string]bool{}
	for i, n := range notes {
		s, err := parseSigned(n)
		if err != nil {
			return nil, fmt.Errorf("note %d of %d: %w", i+1, len(notes), err)
		}
		if i == 0 {
			first = s.text
		} else if !bytes.Equal(first, s.text) {
			return nil, fmt.Errorf("%w: note %d is not of the checkpoint of the first; merge only signatures of one text, and compare heads for a fork", ErrText, i+1)
		}
		for _, l := range s.lines {
			if k := l.String(); !seen[k] {
				seen[k] = true
				all = append(all, l)
			}
		}
	}
	if len(all) > MaxSignatures {
		return nil, fmt.Errorf("%w: %d signature lines together; drop those of unknown keys first", ErrTooLarge, len(all))
	}
	merged := joinNote(first, all)
	if len(merged) > MaxNote {
		return nil, fmt.Errorf("%w: %d bytes together; drop lines of unknown keys first", ErrTooLarge, len(merged))
	}
	return merged, nil
}
