package node

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"entente/act"
	"entente/internal/keyring"
	"entente/internal/section"
	"entente/label"
)

// Two processes over one directory would sign over each other.
func TestADirectoryIsOpenedOnce(t *testing.T) {
	h := newHouse(t, nil)
	h.start("IRQ")
	defer h.stopAll()
	o := Options{Dir: filepath.Join(h.dir, "IRQ"), Self: "IRQ", Unlock: keyring.Passphrase([]byte(testPassphrase))}
	if _, err := Open(context.Background(), o); !errors.Is(err, ErrRunning) {
		t.Errorf("a second opening: %v, want %v", err, ErrRunning)
	}
	o.Dir = filepath.Join(h.dir, "nowhere")
	if _, err := Open(context.Background(), o); err == nil {
		t.Error("a directory that is not there was opened")
	}
}

// What could never be sealed is refused when it is saved, not when it leaves.
func TestDraftsThatCouldNeverLeaveAreNotSaved(t *testing.T) {
	h := newHouse(t, nil)
	h.start("IRQ")
	defer h.stopAll()
	n, duty := h.nodes["IRQ"], h.officer("IRQ", "duty", section.RoleDuty)
	all := mark("RESTRICTED", "IRQ", four...)
	strange := all
	strange.Rel = label.Members("IRQ", "USA")
	for name, c := range map[string]struct {
		draft Draft
		code  string
	}{
		"a title with a control character": {Draft{ReportType: act.INTREP, Title: "a\x1bb", Portions: []act.PortionInput{portion(all, "IRQ", "text")}}, "act_control_character"},
		"a release to no member":           {Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(strange, "IRQ", "text")}}, CodeStranger},
	} {
		_, err := n.SaveDraft(context.Background(), duty, "", "", &c.draft)
		var r *Refused
		if !errors.As(err, &r) || r.Findings[0].Code != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
}
