package stix

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/iotest"
)

func TestLinesAreAnsweredInOrder(t *testing.T) {
	good := string(validObjects(t)[0])
	in := strings.Join([]string{good, `[` + good + `,` + good + `]`, `{}`, ``, `nope`, `[` + good + `,{}]`, `"` + strings.Repeat("x", 100_000) + `"`, good}, "\n")
	for name, r := range map[string]*strings.Reader{"with a last line feed": strings.NewReader(in + "\n"), "without": strings.NewReader(in)} {
		var out bytes.Buffer
		if err := ValidateJSONL(iotest.HalfReader(r), &out, Options{Limits: Limits{Object: 50_000}}); err != nil {
			t.Fatal(err)
		}
		var verdicts []bool
		for line := range bytes.Lines(out.Bytes()) {
			var row struct {
				Valid  *bool
				Errors []Error
			}
			if err := json.Unmarshal(line, &row); err != nil || row.Valid == nil || row.Errors == nil {
				t.Fatalf("%s: %v", line, err)
			}
			if *row.Valid != (len(row.Errors) == 0) {
				t.Errorf("verdict and findings disagree: %s", line)
			}
			verdicts = append(verdicts, *row.Valid)
		}
		want := []bool{true, true, false, false, false, false, false, true}
		if len(verdicts) != len(want) {
			t.Fatalf("%s: %v", name, verdicts)
		}
		for i := range want {
			if verdicts[i] != want[i] {
				t.Errorf("%s: line %d is %v", name, i+1, verdicts[i])
			}
		}
	}
	var out bytes.Buffer
	if err := ValidateJSONL(strings.NewReader(""), &out, Options{}); err != nil || out.Len() > 0 {
		t.Errorf("nothing was answered with %q, %v", out.String(), err)
	}
	broken := errors.New("the pipe broke")
	if err := ValidateJSONL(iotest.ErrReader(broken), &out, Options{}); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}

func TestPatternLines(t *testing.T) {
	in := `{"pattern":"[file:name = 'a']"}
{"pattern":"[file:name = 'a'"}
{"pattern":"[file:name = 'a'] START '2016-04-06T20:03:48Z' STOP '2017-04-06T20:03:48Z'","pattern_version":"2.0"}
{"pattern":5}
[]
`
	var out bytes.Buffer
	if err := PatternJSONL(strings.NewReader(in), &out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 5 || lines[0] != `{"valid":true,"error":null}` {
		t.Fatalf("%q", lines)
	}
	for _, i := range []int{1, 3, 4} {
		if !strings.HasPrefix(lines[i], `{"valid":false,"error":"`) {
			t.Errorf("line %d: %s", i+1, lines[i])
		}
	}
}

func TestIdentifierLines(t *testing.T) {
	in := `{"type":"ipv4-addr","value":"198.51.100.3"}
{"type":"process","pid":1}
{"type":"campaign"}
nope
`
	var out bytes.Buffer
	if err := IDJSONL(strings.NewReader(in), &out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 4 || lines[0] != `{"id":"ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4"}` {
		t.Fatalf("%q", lines)
	}
	var row struct{ ID string }
	if err := json.Unmarshal([]byte(lines[1]), &row); err != nil || !strings.Contains(lines[1], `"deterministic":false`) {
		t.Errorf("%s", lines[1])
	}
	if typ, version, ok := splitID([]byte(row.ID)); !ok || string(typ) != "process" || version != 4 {
		t.Errorf("no random identifier: %s", row.ID)
	}
	for _, l := range lines[2:] {
		if !strings.HasPrefix(l, `{"id":null,"error":"`) {
			t.Errorf("%s", l)
		}
	}
}

func TestFilesAreReported(t *testing.T) {
	for _, c := range []struct {
		text  string
		valid bool
		want  string
	}{
		{string(validObjects(t)[0]), true, "f: valid, 1 object, 0 not valid\n"},
		{`[{},5]`, false, "f: not valid, 2 objects, 2 not valid\n"},
		{`[{}`, false, "f: error: -: "},
		{"{\"type\":\"campaign\",\"id\":\"\\u001b[2J\"}", false, `\x1b[2J`},
		{``, false, "not valid, 0 objects"},
	} {
		var out bytes.Buffer
		valid, err := ValidateFile("f", strings.NewReader(c.text), &out, Options{})
		if err != nil || valid != c.valid || !strings.Contains(out.String(), c.want) || strings.Contains(out.String(), "\x1b") {
			t.Errorf("%s: %v, %v, %q", c.text, valid, err, out.String())
		}
		out.Reset()
		valid, err = SummarizeFile("f", strings.NewReader(c.text), &out, Options{})
		var row struct {
			Valid  bool
			Errors []Error
		}
		if err != nil || valid != c.valid || json.Unmarshal(out.Bytes(), &row) != nil || row.Valid != c.valid || row.Valid != (len(row.Errors) == 0) {
			t.Errorf("%s: %v, %v, %s", c.text, valid, err, out.Bytes())
		}
	}
}
