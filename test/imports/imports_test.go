// Package imports holds the shape of the house: imports run only downwards
// (doc/architecture.md).
package imports

import (
	"os/exec"
	"strings"
	"testing"
)

// deps returns what a package imports, directly or not, of this module.
func deps(t *testing.T, pkg string) map[string]bool {
	t.Helper()
	out, err := exec.Command("go", "list", "-deps", "entente/"+pkg).Output()
	if err != nil {
		t.Fatalf("go list %s: %v", pkg, err)
	}
	set := map[string]bool{}
	for _, line := range strings.Fields(string(out)) {
		set[line] = true
	}
	return set
}

func TestImportsRunDownwards(t *testing.T) {
	upper := []string{"internal/node", "internal/web", "internal/service", "internal/demo", "internal/client", "cmd/entente"}
	for _, c := range []struct {
		pkg    string
		forbid []string
	}{
		// The bottom knows nothing of this module but the bottom.
		{"label", []string{"charter", "act", "seal", "tlog", "stix", "internal/"}},
		{"charter", []string{"act", "seal", "tlog", "stix", "internal/"}},
		{"act", []string{"tlog", "stix", "internal/"}},
		{"seal", []string{"act", "tlog", "stix", "internal/"}},
		{"tlog", []string{"act", "seal", "stix", "charter", "internal/"}},
		{"stix", []string{"act", "seal", "tlog", "internal/"}},
		// The centre never sees plaintext.
		{"internal/centre", append([]string{"act", "stix", "internal/store/viewdb", "internal/store/localdb", "internal/process", "internal/analysis", "internal/collect", "internal/section"}, upper...)},
		{"internal/store/logdb", append([]string{"act", "internal/store/viewdb", "internal/store/localdb", "internal/process", "internal/centre"}, upper...)},
		{"internal/logcopy", append([]string{"act", "internal/centre", "internal/store/viewdb", "internal/keyring"}, upper...)},
		{"internal/bundle", append([]string{"act", "internal/store", "internal/centre", "internal/keyring", "net/http"}, upper...)},
		// The stages do not know each other.
		{"internal/collect", append([]string{"tlog", "internal/store", "internal/centre", "internal/section"}, upper...)},
		{"internal/section", append([]string{"seal", "tlog", "internal/centre", "internal/store/logdb", "internal/store/viewdb", "internal/collect"}, upper...)},
		{"internal/process", append([]string{"seal", "tlog", "internal/store", "internal/centre", "net/http"}, upper...)},
		{"internal/node", []string{"internal/web", "internal/service", "internal/demo", "internal/client", "cmd/entente"}},
		{"internal/client", []string{"internal/node", "internal/centre", "internal/store", "internal/section"}},
	} {
		for dep := range deps(t, c.pkg) {
			for _, f := range c.forbid {
				full := "entente/" + f
				if !strings.Contains(f, ".") && strings.HasPrefix(f, "net/") {
					full = f
				}
				if dep == strings.TrimSuffix(full, "/") || strings.HasPrefix(dep, strings.TrimSuffix(full, "/")+"/") {
					t.Errorf("%s imports %s", c.pkg, dep)
				}
			}
		}
	}
}

// Names that say nothing hide what belongs elsewhere.
func TestNoRoomWithoutASubject(t *testing.T) {
	out, err := exec.Command("go", "list", "entente/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, pkg := range strings.Fields(string(out)) {
		switch pkg[strings.LastIndex(pkg, "/")+1:] {
		case "util", "utils", "common", "helpers", "manager", "misc":
			t.Errorf("%s is a room without a subject", pkg)
		}
	}
}
