package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"entente/internal/web/api"
)

// Flags that were not applied are said, with the way to apply them.
func TestCollectSaysThatFlagsWereNotApplied(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.txt")
	if err := os.WriteFile(file, []byte("The road is closed."), 0o600); err != nil {
		t.Fatal(err)
	}
	for ignored, want := range map[bool]int{true: exitFindings, false: exitDone} {
		atNode(t, func(w http.ResponseWriter, r *http.Request) {
			switch filepath.Base(r.URL.Path) {
			case "session":
				json.NewEncoder(w).Encode(api.Session{Officer: api.Officer{Nation: "IRQ"}})
			case "members":
				json.NewEncoder(w).Encode(api.Members{Policy: "CENTRE", Classes: []string{"UNCLASSIFIED", "SECRET"}})
			default:
				json.NewEncoder(w).Encode(api.CollectLine{Result: &api.Collected{Batch: "7f20", Same: 1, Ignored: ignored}})
			}
		})
		code, _, errs := command("", "collect", "text", file, "--grade", "B2")
		if code != want || strings.Contains(errs, "flags were not applied") != ignored || strings.Contains(errs, "entente collect discard 7f20") != ignored {
			t.Errorf("ignored is %v: exit code %d, %s", ignored, code, errs)
		}
	}
}
