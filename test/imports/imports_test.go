// Package imports holds the shape of the house: imports run only downwards
// (doc/architecture.md).
package imports

import (
	"errors"
	"os/exec"
	"strings"
	"testing"
)

// module is the path under which the packages stand.
const module = "entente/"

// packages returns every package of the module with what it imports, directly
// or not, tests apart. Paths of the module are without its name.
func packages(t *testing.T) map[string][]string {
	t.Helper()
	out, err := exec.Command("go", "list", "-f", "{{.ImportPath}} {{range .Deps}}{{.}} {{end}}", module+"...").Output()
	if err != nil {
		var said *exec.ExitError
		if errors.As(err, &said) {
			t.Fatalf("go list: %v\n%s", err, said.Stderr)
		}
		t.Fatalf("go list: %v", err)
	}
	all := map[string][]string{}
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		f := strings.Fields(line)
		var deps []string
		for _, d := range f[1:] {
			// The standard library has an "internal" of its own.
			if of, ok := strings.CutPrefix(d, module); ok {
				deps = append(deps, of)
			} else if !strings.HasPrefix(d, "internal/") {
				deps = append(deps, d)
			}
		}
		all[strings.TrimPrefix(f[0], module)] = deps
	}
	return all
}

// upper are the rooms that only what joins the stages may know.
var upper = []string{"internal/node", "internal/web", "internal/service", "internal/backup", "internal/demo", "internal/client", "cmd", "bench", "test"}

func also(rooms ...string) []string { return append(rooms, upper...) }

// pure is what a core must not know: disk and network below the standard
// library's own use of them.
var pure = []string{"net/http", "database/sql", "os/exec"}

func core(rooms ...string) []string { return append(also(rooms...), pure...) }

// rooms says of each room and all in it what they must not import. A room
// within a room has its own rule, and those of the rooms around it.
var rooms = map[string][]string{
	// The bottom knows nothing of this module but the bottom.
	"label":   core("charter", "act", "seal", "tlog", "stix", "taxii", "internal"),
	"charter": core("act", "seal", "tlog", "stix", "taxii", "internal"),
	"act":     core("tlog", "stix", "taxii", "internal"),
	"seal":    core("act", "charter", "tlog", "stix", "taxii", "internal"),
	"tlog":    core("act", "charter", "seal", "stix", "taxii", "internal"),
	"stix":    core("act", "charter", "seal", "tlog", "taxii", "internal"),
	"taxii":   also("act", "charter", "seal", "tlog", "internal"),

	// The centre never sees plaintext, nor does what weighs for it, copies its
	// log or carries it.
	"internal/centre":     also("act", "stix", "taxii", "internal/store/viewdb", "internal/store/localdb", "internal/process", "internal/analysis", "internal/product", "internal/collect", "internal/section", "internal/keyring", "internal/exchange"),
	"internal/weigh":      core("act", "stix", "internal/store", "internal/centre", "internal/keyring"),
	"internal/logcopy":    also("act", "stix", "internal/centre", "internal/store/viewdb", "internal/store/localdb", "internal/keyring", "internal/section", "net/http"),
	"internal/inspection": also("stix", "internal/centre", "internal/store/viewdb", "internal/store/localdb", "internal/keyring", "internal/section", "net/http"),
	"internal/bundle":     also("act", "internal/store", "internal/centre", "internal/keyring", "net/http"),

	// Words of messages.
	"internal/plural": core("label", "charter", "act", "seal", "tlog", "stix", "taxii", "internal"),

	// The tables know no stage.
	"internal/store":         also("charter", "act", "internal/centre", "internal/section", "internal/keyring", "internal/collect", "internal/exchange", "internal/analysis", "internal/product"),
	"internal/store/logdb":   {"stix", "internal/process", "internal/store/viewdb", "internal/store/localdb", "internal/store/taxiidb"},
	"internal/store/localdb": {"seal", "tlog", "stix", "internal/process", "internal/store/logdb", "internal/store/viewdb", "internal/store/taxiidb"},
	"internal/store/viewdb":  {"seal", "tlog", "internal/store/logdb", "internal/store/localdb", "internal/store/taxiidb"},
	"internal/store/taxiidb": {"seal", "tlog", "internal/process", "internal/store/logdb", "internal/store/localdb", "internal/store/viewdb"},

	// The stages do not know each other.
	"internal/keyring":  also("act", "tlog", "stix", "internal/centre", "internal/section", "internal/store/logdb", "internal/store/viewdb", "internal/store/localdb", "internal/collect", "net/http"),
	"internal/collect":  core("tlog", "internal/store", "internal/centre", "internal/section", "internal/keyring"),
	"internal/exchange": core("tlog", "charter", "internal/store", "internal/centre", "internal/section", "internal/keyring", "internal/collect"),
	"internal/section":  also("act", "seal", "tlog", "internal/centre", "internal/store/logdb", "internal/store/viewdb", "internal/collect", "internal/keyring", "net/http"),
	"internal/process":  core("act", "charter", "label", "seal", "tlog", "stix", "internal/store", "internal/centre", "internal/collect", "internal/section"),
	"internal/analysis": core("internal/store", "internal/centre", "internal/section", "internal/keyring", "internal/collect"),
	"internal/feed":     also("charter", "tlog", "internal/centre", "internal/store/logdb", "internal/keyring", "internal/collect"),
	"internal/product":  also("internal/store", "internal/centre", "internal/keyring", "net/http"),
	"internal/config":   also("act", "internal/centre", "internal/section", "internal/store/logdb", "internal/store/viewdb", "internal/store/localdb", "net/http"),

	// What joins them.
	"internal/node":    {"internal/web", "internal/service", "internal/backup", "internal/demo", "internal/client", "cmd", "bench"},
	"internal/backup":  {"internal/web", "internal/service", "internal/demo", "internal/client", "cmd", "bench"},
	"internal/web":     {"internal/service", "internal/backup", "internal/demo", "internal/client", "cmd", "bench"},
	"internal/web/api": {"charter", "tlog", "stix", "internal/store", "internal/centre", "internal/section", "internal/node", "internal/keyring", "database/sql"},
	"internal/service": {"internal/backup", "internal/demo", "internal/client", "cmd", "bench"},
	// What another's program would know of a node, and no more.
	"internal/client": {"charter", "tlog", "internal/node", "internal/centre", "internal/store", "internal/section", "internal/keyring", "internal/service", "internal/demo", "cmd", "bench", "database/sql"},
	"internal/demo":   {"cmd", "bench"},
	"cmd":             {"bench", "internal/node/nodetest"},
	"bench":           {"cmd", "internal/demo", "internal/web", "internal/service", "internal/client"},
	"bench/names":     {"internal/node", "internal/store"},
	"bench/places":    {"internal/node", "internal/store"},
	"bench/texts":     {"internal/node", "internal/store"},
	"bench/formats":   {"internal/node", "internal/store"},
	"bench/stations":  {"act", "internal/node"}, // the centre alone, without plaintext
	"test":            {"internal", "cmd", "bench"},
}

// in says whether a path is a room or lies in it.
func in(path, room string) bool { return path == room || strings.HasPrefix(path, room+"/") }

func TestImportsRunDownwards(t *testing.T) {
	used := map[string]bool{}
	for pkg, deps := range packages(t) {
		ruled := false
		for room, forbidden := range rooms {
			if !in(pkg, room) {
				continue
			}
			ruled, used[room] = true, true
			for _, dep := range deps {
				for _, f := range forbidden {
					// A room may have rooms of its own.
					if in(dep, f) && !in(dep, room) {
						t.Errorf("%s imports %s, which %s must not know", pkg, dep, room)
					}
				}
			}
		}
		if !ruled {
			t.Errorf("%s stands in no room: say here what it must not import", pkg)
		}
	}
	for _, room := range []string{"label", "internal/centre", "internal/exchange", "internal/keyring", "internal/config", "internal/service", "internal/process", "bench"} {
		if !used[room] {
			t.Errorf("no package is in %s: the rule guards nothing", room)
		}
	}
}

// Names that say nothing hide what belongs elsewhere.
func TestNoRoomWithoutASubject(t *testing.T) {
	for pkg := range packages(t) {
		switch pkg[strings.LastIndex(pkg, "/")+1:] {
		case "util", "utils", "common", "helpers", "manager", "misc":
			t.Errorf("%s is a room without a subject", pkg)
		}
	}
}
