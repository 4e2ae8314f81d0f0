package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// grammar is the command line as it is parsed.
func grammar(t *testing.T) *kong.Kong {
	t.Helper()
	var c cli
	p, err := newParser(&c, kong.Exit(func(int) {}))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Whoever reads the help of a flag that takes one of a few values reads all of
// them there, and none that is empty.
func TestHelpNamesTheValuesOfEveryChoice(t *testing.T) {
	seen := 0
	for _, leaf := range grammar(t).Model.Leaves(true) {
		for _, f := range leaf.Flags {
			if f.Enum == "" {
				continue
			}
			seen++
			help := valueHelp(f.Value)
			for _, v := range choices(f.Value) {
				if !regexp.MustCompile(`(^|\W)` + regexp.QuoteMeta(v) + `(\W|$)`).MatchString(help) {
					t.Errorf("%s --%s: the help %q does not name %s", leaf.Path(), f.Name, help, v)
				}
			}
			if shown := f.FormatPlaceHolder(); shown == `""` || shown == "STRING" {
				t.Errorf("%s --%s=%s says nothing of what it takes", leaf.Path(), f.Name, shown)
			}
		}
	}
	if seen < 20 {
		t.Errorf("%d flags with a list of values were seen: the rule guards nothing", seen)
	}
}

// That is what help prints, and what a wrong value is answered with.
func TestChoicesAsTheyAreShown(t *testing.T) {
	for _, c := range []struct {
		args       []string
		says, hush string
	}{
		{[]string{"rfi", "close", "--help"}, "met, partly met, not met, withdrawn", "--outcome=STRING"},
		{[]string{"rfi", "list", "--help"}, "asked, received", `--side=""`},
		{[]string{"rfi", "list", "--side", "mine"}, `must be one of "asked","received" but got "mine"`, `""`},
	} {
		var out bytes.Buffer
		run(t.Context(), c.args, strings.NewReader(""), &out, &out)
		if text := strings.Join(strings.Fields(out.String()), " "); !strings.Contains(text, c.says) || strings.Contains(text, c.hush) {
			t.Errorf("%v: %s", c.args, out.String())
		}
	}
}

// named finds command lines in texts, in prose as in examples.
var named = regexp.MustCompile(`(?:^|[^\w/.:-])(?:bin/)?entente[ \t]+([a-z-][^\n;()|<>"` + "`" + `]*)`)

// wordOf is a word of a command: what people write behind or before it, and
// what is filled in, is none.
var wordOf = regexp.MustCompile(`^[a-z][a-z-]*$`)

// wrongCommand says what in a command line, as a text names it, the grammar does
// not know; "" when it knows all. Arguments are not checked.
func wrongCommand(model *kong.Application, line string) string {
	at := model.Node
	words := strings.Fields(strings.TrimPrefix(line, "--json "))
	for len(words) > 0 && len(at.Children) > 0 {
		word := strings.TrimRight(words[0], ",.:'")
		i := slices.IndexFunc(at.Children, func(n *kong.Node) bool { return n.Name == word })
		switch {
		case i < 0 && strings.HasPrefix(word, "--"): // a flag of the group, below
		case i < 0 && at != model.Node && !wordOf.MatchString(word):
			return "" // the group is named, and the sentence goes on
		case i < 0:
			return fmt.Sprintf("%s has no %q", at.FullPath(), word)
		default:
			at = at.Children[i]
		}
		ended := word != words[0]
		if i >= 0 {
			words = words[1:]
		}
		if ended || i < 0 {
			break
		}
	}
	var flags []*kong.Flag
	for _, group := range at.AllFlags(false) {
		flags = append(flags, group...)
	}
	for j, word := range words {
		name, value, given := strings.Cut(strings.TrimRight(word, ",.:'"), "=")
		if !strings.HasPrefix(name, "--") || name == "--" {
			continue
		}
		i := slices.IndexFunc(flags, func(f *kong.Flag) bool { return "--"+f.Name == name })
		if i < 0 {
			return fmt.Sprintf("%s has no %s", at.FullPath(), name)
		}
		if !given && j+1 < len(words) {
			value = words[j+1]
		}
		value = strings.Trim(value, ",.:'")
		if may := choices(flags[i].Value); len(may) > 0 && wordOf.MatchString(value) && !slices.ContainsFunc(may, func(v string) bool { return strings.Fields(v)[0] == value }) {
			return fmt.Sprintf("%s %s takes no %q", at.FullPath(), name, value)
		}
	}
	return ""
}

// Every command line that a refusal, a help text or a page names is one: who is
// told to write it can.
func TestCommandsThatTextsNameAreThere(t *testing.T) {
	model := grammar(t).Model
	seen := 0
	look := func(where, text string) {
		text = strings.ReplaceAll(text, "\\\n", " ")
		for _, m := range named.FindAllStringSubmatch(text, -1) {
			seen++
			if wrong := wrongCommand(model, m[1]); wrong != "" {
				t.Errorf("%s: entente %s: %s", where, strings.TrimSpace(m[1]), wrong)
			}
		}
	}
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && len(d.Name()) > 2 || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		switch {
		case d.IsDir() || strings.HasSuffix(path, "_test.go"):
		case strings.HasSuffix(path, ".go"):
			files := token.NewFileSet()
			f, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			ast.Inspect(f, func(n ast.Node) bool {
				if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
					if text, err := strconv.Unquote(l.Value); err == nil {
						look(files.Position(l.Pos()).String(), text)
					}
				}
				return true
			})
		case strings.HasSuffix(path, ".md"):
			raw, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			look(path, string(raw))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 200 {
		t.Errorf("%d command lines were seen: the rule guards nothing", seen)
	}
	t.Logf("%d command lines", seen)
}

// The rule above sees what it is made to see.
func TestWrongCommand(t *testing.T) {
	model := grammar(t).Model
	for line, right := range map[string]bool{
		"recall list --own": false, "recall list --from own": true, "recall list --from ours": false, "recall list": true,
		"review, as below": true, "consent": true, "keys of nobody": false, "init --charter FILE": false, "rfi cloze": false, "frobnicate": false, "status --json": true,
		"bundle export --to %s --from %d": true, "bundle export --two %s": false, "rfi close --outcome 'partly met'": true, "rfi close ID --outcome=gone": false,
	} {
		if wrong := wrongCommand(model, line); (wrong == "") != right {
			t.Errorf("entente %s: %q", line, wrong)
		}
	}
}
