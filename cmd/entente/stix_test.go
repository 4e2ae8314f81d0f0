package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestStixCommands(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad.json")
	if err := os.WriteFile(bad, []byte(`[{"type":"campaign"}]`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args string
		in   string
		code int
		want string
	}{
		{"stix validate " + bad, "", exitFindings, "1 not valid"},
		{"--json stix validate " + bad, "", exitFindings, `"valid":false`},
		{"stix validate", `{"type":"mutex","id":"mutex--ff1e0780-358c-5808-a8c7-d0fca4ef6ef4","name":"m"}`, exitDone, "standard input: valid, 1 object,"},
		{"stix validate --jsonl", "{}\nnope\n", exitDone, `{"valid":false,"errors":[`},
		{"stix validate --jsonl " + bad, "", exitUsage, ""},
		{"stix validate " + filepath.Join(dir, "absent"), "", exitUsage, ""},
		{"stix pattern --jsonl", `{"pattern":"[a:b = 1]"}`, exitDone, `{"valid":true,"error":null}`},
		{"stix pattern [a:b=1]", "", exitDone, "valid"},
		{"stix pattern [a:b=1", "", exitFindings, "not valid"},
		{"stix pattern", "", exitUsage, ""},
		{"stix id --jsonl", `{"type":"ipv4-addr","value":"198.51.100.3"}`, exitDone, `{"id":"ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4"}`},
		{"stix validate --help", "", exitDone, "exit code 0 whatever the answers are"},
		{"stix nothing", "", exitUsage, ""},
		{"stix reduce -", `{"type":"bundle","id":"bundle--ff1e0780-358c-4808-a8c7-d0fca4ef6ef4","objects":[{"type":"location","id":"location--ff1e0780-358c-4808-a8c7-d0fca4ef6ef4","country":"iq","latitude":33.31522,"longitude":44.36612}]}`, exitDone, `"left_out":["latitude","longitude"]`},
		{"stix reduce -", `{}`, exitUsage, ""},
	} {
		var out, errs bytes.Buffer
		code := run(context.Background(), strings.Fields(c.args), strings.NewReader(c.in), &out, &errs)
		if code != c.code || !strings.Contains(out.String(), c.want) {
			t.Errorf("%s: exit %d, want %d\n%s%s", c.args, code, c.code, out.String(), errs.String())
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	var out bytes.Buffer
	if code := run(ctx, []string{"stix", "validate"}, strings.NewReader("{}"), &out, &out); code != exitFailure {
		t.Errorf("interrupted: exit %d", code)
	}
}
