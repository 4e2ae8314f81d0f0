package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func runName(t *testing.T, in string, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(context.Background(), append([]string{"name"}, args...), strings.NewReader(in), &o, &e)
	return code, o.String(), e.String()
}

func TestNameCommands(t *testing.T) {
	list := filepath.Join(t.TempDir(), "list.tsv")
	if err := os.WriteFile(list, []byte("1\tKarim Tamimi\n2\tСергей Петренков\n2\tAbu Zarnik\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	broken := filepath.Join(t.TempDir(), "broken.tsv")
	if err := os.WriteFile(broken, []byte("no tab\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		label, in string
		args      []string
		code      int
		out, errs string // what they must hold; "" nothing at all
	}{
		{"compare", "Karim\tKarim\tPerson\nKarim\tOlga\tPerson\n", []string{"compare"}, exitDone, "1.0000\tmatch\n0.0000\tno\n", ""},
		{"explain", "Karim\tكريم\tPerson\n", []string{"compare", "--explain"}, exitDone, "karim = كريم", ""},
		{"odd letters", "K\xffrim\tKarim\tPerson\n", []string{"compare"}, exitDone, "\t", "1 of 1 line has names with odd letters"},
		{"a line too long", strings.Repeat("k", 100_000) + "\n", []string{"compare"}, exitFindings, "0.0000\tno\n", "the first of them line 1"},
		{"search", "كريم التميمي\nnobody\n", []string{"search", "--list", list, "--top", "1", "--matches"}, exitDone, "كريم التميمي\t1\t1\tKarim Tamimi\t", ""},
		{"search finds nothing", "Wolfeschlegel\n", []string{"search", "--list", list, "--matches"}, exitDone, "", ""},
		{"no list", "", []string{"search"}, exitUsage, "", "--list"},
		{"no hits asked for", "", []string{"search", "--list", list, "--top", "0"}, exitUsage, "", "--top is 0"},
		{"a broken list", "", []string{"search", "--list", broken}, exitUsage, "", "line 1 is not id<TAB>name"},
		{"group", "", []string{"group", "ИГИЛ"}, exitDone, "ИГИЛ\tisil\tIslamic State (Daesh)\n", ""},
		{"open group", "", []string{"group", "coalition"}, exitFindings, "coalition\tarabcoalition\t", ""},
		{"unknown group", "", []string{"group", "Zarnik"}, exitFindings, "", ""},
	} {
		code, out, errs := runName(t, c.in, c.args...)
		if code != c.code || !strings.Contains(out, c.out) || !strings.Contains(errs, c.errs) || (out != "") != (c.out != "") || (errs != "") != (c.errs != "") {
			t.Errorf("%s: exit %d\nout %q\nerr %q\nwant exit %d, %q, %q", c.label, code, out, errs, c.code, c.out, c.errs)
		}
	}
}
