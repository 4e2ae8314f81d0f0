package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"entente/internal/web/api"
)

// atNodeCommands makes, for every command that asks a node, a line that fits its
// arguments: each gets a value of its kind.
func atNodeCommands(t *testing.T) map[string][]string {
	t.Helper()
	var c cli
	parser, err := kong.New(&c, kong.Vars{"version": "test"}, kong.Exit(func(int) {}))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	value := func(v *kong.Value) string {
		switch {
		case v.Tag.Enum != "":
			for _, one := range v.EnumSlice() {
				if one != "" {
					return one
				}
			}
		case v.Tag.Type == "existingfile":
			return file
		case v.Tag.Type == "existingdir":
			return filepath.Dir(file)
		}
		kind := v.Target.Type()
		if kind.Kind() == reflect.Slice {
			kind = kind.Elem()
		}
		switch kind.Kind() {
		case reflect.Int, reflect.Int64, reflect.Uint64, reflect.Float64:
			return "1"
		}
		return "x"
	}
	lines := map[string][]string{}
	for _, leaf := range parser.Model.Leaves(true) {
		args := strings.Fields(leaf.FullPath())[1:]
		asks := false
		for _, f := range leaf.Flags {
			asks = asks || f.Name == "as"
			if f.Required {
				args = append(args, "--"+f.Name+"="+value(f.Value))
			}
		}
		for _, p := range leaf.Positional {
			args = append(args, value(p))
		}
		if asks {
			lines[leaf.FullPath()] = args
		}
	}
	return lines
}

// fault reads standard error of a command that failed with --json: one object on
// the last line, and nothing else but notes for people before it.
func fault(t *testing.T, what, errs string) api.Error {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(errs, "\n"), "\n")
	var got map[string]api.Error
	d := json.NewDecoder(strings.NewReader(lines[len(lines)-1]))
	d.DisallowUnknownFields()
	if err := d.Decode(&got); err != nil || len(got) != 1 || got["error"].Code == "" || got["error"].Message == "" {
		t.Errorf("%s: %v; standard error ends with %s", what, err, lines[len(lines)-1])
	}
	for _, l := range lines[:len(lines)-1] {
		if strings.HasPrefix(l, "{") {
			t.Errorf("%s: standard error has a second object, %s", what, l)
		}
	}
	return got["error"]
}

// Whatever goes wrong, and whoever says so, the form is one: with --json an
// object {"error":{"code","message"}} on standard error, and on standard output
// nothing, for every command that asks a node.
func TestErrorsHaveOneForm(t *testing.T) {
	t.Setenv("ENTENTE_NODE", "")
	t.Setenv("ENTENTE_AS", "")
	closed := func(t *testing.T) {
		atNode(t, func(w http.ResponseWriter, _ *http.Request) {
			c, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				c.Close()
			}
		})
	}
	no := api.Error{Code: "scope", Message: "it is not in the charter's scope", Rule: "5", Findings: []api.Finding{{Portion: 2, Code: "grade", Text: "it has no grade"}}}
	for _, c := range []struct {
		name, code string
		exit       int
		node       func(*testing.T)
	}{
		{"refused", "scope", exitFindings, func(t *testing.T) { atNode(t, refuses(http.StatusUnprocessableEntity, no)) }},
		{"the node fails", "internal", exitFailure, func(t *testing.T) {
			atNode(t, refuses(http.StatusInternalServerError, api.Error{Code: "internal", Message: "its log says why"}))
		}},
		{"no answer", faultUnreachable, exitFailure, closed},
		{"no node", faultAnswer, exitFailure, func(t *testing.T) {
			atNode(t, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "<html>", http.StatusNotFound) })
		}},
		{"no session", faultSession, exitFailure, func(t *testing.T) {
			t.Setenv("ENTENTE_SESSIONS", filepath.Join(t.TempDir(), "sessions.json"))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.node(t)
			all, asked := 0, 0
			for what, args := range atNodeCommands(t) {
				code, out, errs := command("{}\n", append([]string{"--json"}, args...)...)
				if strings.HasSuffix(what, "logout") && code == exitDone {
					continue // a session that the node does not know is forgotten here
				}
				all++
				e := fault(t, what, errs)
				if out != "" {
					t.Errorf("%s: standard output has %s", what, out)
				}
				switch {
				case code == exitUsage && (e.Code == faultUsage || e.Code == faultInput):
					continue // an argument of the test is none of this command's
				case code != c.exit || e.Code != c.code:
					t.Errorf("%s: exit code %d, want %d; %+v", what, code, c.exit, e)
				case c.name == "refused" && !reflect.DeepEqual(e, no):
					t.Errorf("%s: %+v, want %+v", what, e, no)
				}
				asked++
			}
			if asked*3 < all*2 {
				t.Errorf("%d of %d commands came as far as the node", asked, all)
			}
		})
	}
}

// A command line that is wrong is said in the same form, for every command.
func TestWrongLinesHaveOneForm(t *testing.T) {
	var c cli
	parser, err := kong.New(&c, kong.Vars{"version": "test"}, kong.Exit(func(int) {}))
	if err != nil {
		t.Fatal(err)
	}
	for _, leaf := range parser.Model.Leaves(true) {
		args := append(strings.Fields(leaf.FullPath())[1:], "--json", "--frobnicate")
		code, out, errs := command("", args...)
		if e := fault(t, leaf.Path(), errs); code != exitUsage || out != "" || e.Code != faultUsage {
			t.Errorf("%s: exit code %d, %+v, %s", leaf.Path(), code, e, out)
		}
	}
}

// So does what needs no session.
func TestErrorsWithoutASessionHaveOneForm(t *testing.T) {
	t.Setenv("ENTENTE_SESSIONS", filepath.Join(t.TempDir(), "sessions.json"))
	for _, c := range []struct {
		args, code string
		exit       int
	}{
		{"login http://127.0.0.1:1 irq.duty", faultUnreachable, exitFailure},
		{"taxii poll http://127.0.0.1:1 --root /r/ --collection c", faultOther, exitFailure},
		{"backup --config testdata/none.toml to", faultInput, exitUsage},
		{"completion --frobnicate", faultUsage, exitUsage},
	} {
		code, out, errs := command("a password\n", append(strings.Fields(c.args), "--json")...)
		if e := fault(t, c.args, errs); code != c.exit || out != "" || e.Code != c.code {
			t.Errorf("%s: exit code %d, %+v, %s", c.args, code, e, out)
		}
	}
}
