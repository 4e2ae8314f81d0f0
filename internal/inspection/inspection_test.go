package inspection

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func written(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := NewWriter(&b, Head{Charter: "00", Member: "IRQ", From: 0, To: 10, At: "2015-09-30T06:40Z"})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range []Entry{{Index: 2, Logged: "2015-09-30T06:10Z", What: "originated", Originator: "IRQ", Type: "INTREP", Title: "Flour"}, {Index: 5, Logged: "2015-09-30T06:20Z", What: "received", Originator: "RUS", Overdue: true}} {
		if err := w.Write(&e); err != nil {
			t.Fatal(err)
		}
	}
	end, err := w.Close()
	if err != nil || end.Entries != 2 || end.Overdue != 1 || end.Counts["received"] != 1 {
		t.Fatalf("end %+v (%v)", end, err)
	}
	return b.Bytes()
}

func read(raw []byte) (entries int, err error) {
	_, _, err = Read(bytes.NewReader(raw), func(Head, *Entry) error { entries++; return nil })
	return entries, err
}

// A report is read as it was written, and refused with any byte of it changed,
// cut off or added.
func TestReportIsReadWholeOrNotAtAll(t *testing.T) {
	raw := written(t)
	if n, err := read(raw); err != nil || n != 2 {
		t.Fatalf("%d entries (%v)", n, err)
	}
	for i := range raw {
		if _, err := read(raw[:i]); !errors.Is(err, ErrReport) {
			t.Fatalf("cut at %d: %v", i, err)
		}
	}
	lines := strings.SplitAfter(string(raw), "\n")
	for name, text := range map[string]string{
		"more":         string(raw) + "{}\n",
		"another type": strings.Replace(string(raw), "INTREP", "SITREP", 1),
		"left out":     lines[0] + lines[2] + lines[3],
		"out of order": lines[0] + lines[2] + lines[1] + lines[3],
		"unknown":      strings.Replace(string(raw), `"what"`, `"whom"`, 1),
		"out of range": strings.Replace(string(raw), `"index":5`, `"index":10`, 1),
		"version":      strings.Replace(string(raw), `"inspection":1`, `"inspection":2`, 1),
		"overdue":      strings.Replace(string(raw), `"overdue":1,"counts"`, `"overdue":0,"counts"`, 1),
		"counts":       strings.Replace(string(raw), `"received":1`, `"refused":1`, 1),
		"counts more":  strings.Replace(string(raw), `"received":1`, `"received":1,"refused":9`, 1),
		"long":         lines[0] + `{"title":"` + strings.Repeat("x", maxLine+1<<17) + `"}` + "\n",
	} {
		if _, err := read([]byte(text)); !errors.Is(err, ErrReport) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(written(f))
	f.Add([]byte(`{"inspection":1}` + "\n" + `{"end":true}` + "\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if _, err := read(raw); err != nil && !errors.Is(err, ErrReport) {
			t.Fatal(err)
		}
	})
}

// The log times of entries go forward, to the end of the report and no further.
func TestLogTimesGoForward(t *testing.T) {
	for name, times := range map[string][2]string{
		"backward":     {"2015-09-30T06:20Z", "2015-09-30T06:10Z"},
		"past the end": {"2015-09-30T06:10Z", "2015-09-30T06:41Z"},
		"none":         {"2015-09-30T06:10Z", ""},
		"no minute":    {"2015-09-30T06:10Z", "2015-09-30T06:10:00Z"},
	} {
		var b bytes.Buffer
		w, err := NewWriter(&b, Head{Charter: "00", Member: "IRQ", From: 0, To: 10, At: "2015-09-30T06:40Z"})
		if err != nil {
			t.Fatal(err)
		}
		for i, at := range times {
			if err := w.Write(&Entry{Index: int64(i), What: "received", Logged: at}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := read(b.Bytes()); !errors.Is(err, ErrReport) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
