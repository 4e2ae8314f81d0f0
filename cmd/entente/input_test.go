package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// One rule for all commands: a file that is not there, that is a directory, or
// that is not of the form the command reads ends with the code of wrong usage.
func TestInputFilesThatCannotBeRead(t *testing.T) {
	t.Setenv("ENTENTE_SESSIONS", filepath.Join(t.TempDir(), "sessions.json"))
	t.Setenv("ENTENTE_CONFIG", "")
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	garbage, pass, list := file("garbage", "\x00 this is nothing ["), file("pass", "a long password\n"), file("list", "1\tKarim\n")
	empty := filepath.Join(dir, "empty")
	if err := os.Mkdir(empty, 0o700); err != nil {
		t.Fatal(err)
	}
	const in = "@" // where the file stands
	for _, c := range []struct {
		args string
		dir  bool // it names a directory
		form bool // its form is the command's business, too
		made bool // it is made where it is missing
	}{
		{args: "report new @", form: true},
		{args: "report attach @"},
		{args: "collect text @"},
		{args: "collect html @"},
		{args: "collect markdown @"},
		{args: "collect un-list @"},
		{args: "collect stix @"},
		{args: "collect misp @"},
		{args: "collect csv LIST --mapping @"},
		{args: "collect ucdp @"},
		{args: "login http://127.0.0.1:1 irq.duty --password-file @"},
		{args: "officer add irq.x --role duty --password-file @"},
		{args: "officer password irq.x --password-file @"},
		{args: "name search --list @", form: true},
		{args: "place load --index INDEX @", form: true},
		{args: "place resolve --index @", dir: true},
		{args: "place find --index @", dir: true},
		{args: "place sources --index @", dir: true},
		{args: "text read --no-places @"},
		{args: "text read --no-places --lines @", form: true},
		{args: "stix validate @"},
		{args: "stix reduce @", form: true},
		{args: "taxii import @ --data DATA", form: true},
		{args: "taxii flaws --data @", dir: true},
		{args: "taxii serve --data DATA --user x --cert @ --key @", form: true},
		{args: "taxii poll http://127.0.0.1:1 --root /x/ --collection y --position @", form: true, made: true},
		{args: "charter draft --name X @", form: true},
		{args: "charter draft --name X --policy @ LIST", form: true},
		{args: "charter sign @ --root LIST --passphrase-file PASS"},
		{args: "charter sign LIST --root @ --passphrase-file PASS"},
		{args: "charter merge @"},
		{args: "charter show @", form: true},
		{args: "keys certify @ --root LIST --passphrase-file PASS", form: true},
		{args: "keys file @"},
		{args: "keys passphrase --dir @ --passphrase-file PASS --new-passphrase-file PASS", dir: true},
		{args: "init join --dir EMPTY --charter @ --fingerprint x --member IRQ --passphrase-file PASS", form: true},
		{args: "init keys --member IRQ --dir DATA --root ROOT --passphrase-file @"},
		{args: "verify @", dir: true},
		{args: "verify EMPTY --charter @", form: true},
		{args: "export @ TO", dir: true},
		{args: "serve --config @", form: true},
		{args: "rebuild --config @", form: true},
		{args: "config check @"},
		{args: "demo --once --un-list @"},
		{args: "demo --once --password-file @"},
	} {
		line := func(path string) []string {
			args := strings.Fields(c.args)
			for i, a := range args {
				switch a {
				case in:
					args[i] = path
				case "LIST":
					args[i] = list
				case "PASS":
					args[i] = pass
				case "EMPTY":
					args[i] = empty
				case "INDEX", "DATA", "ROOT", "TO":
					args[i] = filepath.Join(dir, strings.ToLower(a))
				}
			}
			return args
		}
		var wrong []string
		if !c.made {
			wrong = append(wrong, filepath.Join(dir, "missing"))
		}
		if !c.dir {
			wrong = append(wrong, empty)
		}
		if c.form {
			wrong = append(wrong, garbage)
		}
		for _, path := range wrong {
			code, out, errs := command("a password\n", line(path)...)
			if code != exitUsage || errs == "" || out != "" {
				t.Errorf("%s with %s: exit code %d, want %d\n%s%s", c.args, filepath.Base(path), code, exitUsage, out, errs)
			}
			code, out, errs = command("a password\n", append(line(path), "--json")...)
			if e := fault(t, c.args, errs); code != exitUsage || out != "" || e.Code != faultInput && e.Code != faultUsage {
				t.Errorf("%s with %s and --json: exit code %d, %+v, %s", c.args, filepath.Base(path), code, e, out)
			}
		}
	}
}

// The rule is where people look for it.
func TestExitCodesAreExplained(t *testing.T) {
	_, out, _ := command("", "--help")
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"0 done", "1 done with findings", "2 usage", "an input file that cannot be read", "3 and above failure"} {
		if !strings.Contains(strings.Join(strings.Fields(out), " "), want) || !strings.Contains(string(readme), want) {
			t.Errorf("the help or the README does not say %q", want)
		}
	}
}

// Wrong usage names the help of the command that was meant.
func TestUsageNamesTheCommandsHelp(t *testing.T) {
	t.Setenv("ENTENTE_SESSIONS", filepath.Join(t.TempDir(), "sessions.json"))
	for line, want := range map[string]string{
		"frobnicate":                          "see entente --help",
		"report":                              "see entente report --help",
		"report plan":                         "see entente report plan --help",
		"report release ask":                  "see entente report release ask --help",
		"report new --title x":                "see entente report new --help",
		"status --frobnicate":                 "see entente status --help",
		"stix pattern":                        "see entente stix pattern --help",
		"text read --date x":                  "see entente text read --help",
		"name search --list ../none --top 10": "see entente name search --help",
	} {
		if code, _, errs := command("", strings.Fields(line)...); code != exitUsage || !strings.Contains(errs, want) {
			t.Errorf("%s: exit code %d, %q lacks %q", line, code, errs, want)
		}
	}
}

// What pathOf writes is how a command is called, for all of them.
func TestPathsOfCommands(t *testing.T) {
	var c cli
	parser, err := kong.New(&c, kong.Name("entente"), kong.Vars{"version": "test"})
	if err != nil {
		t.Fatal(err)
	}
	for _, leaf := range parser.Model.Leaves(true) {
		if p := pathOf(leaf); !strings.HasPrefix(p, "entente ") || strings.ContainsAny(p, "<[(") {
			t.Errorf("%q", p)
		}
	}
}

func TestDraftsThatAreNotJSON(t *testing.T) {
	for text, want := range map[string]string{
		"":                       "it is empty",
		"nonsense":               "line 1, column 2",
		"{\"a\": 1,\n \"b\": é}": "line 2, column 7",
		"{\"a\": 1":              "line 1, column 8",
		"{\"a\": 1}\n{\"a\": 2}": "line 2, column 1",
	} {
		if code, _, errs := command(text, "report", "new"); code != exitUsage || !strings.Contains(errs, want) || strings.Contains(errs, "json.") {
			t.Errorf("%q: exit code %d, %q lacks %q", text, code, errs, want)
		}
	}
}
