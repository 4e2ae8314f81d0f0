package node

import (
	"context"
	"errors"
	"strings"
	"testing"

	"entente/internal/collect"
	"entente/internal/section"
)

// An export that is older than what stands changes nothing of it, alone or
// beside newer events; one that holds less of an event says what has gone.
func TestOlderAndShrinkingExportsOfMISP(t *testing.T) {
	h := newHouse(t, nil)
	h.start("IRQ")
	defer h.stopAll()
	const own = `"distribution":"0"`
	alpha, beta, gamma := mispAttribute(1, "word alpha", own), mispAttribute(2, "word beta", own), mispAttribute(3, "word gamma", own)
	at := func(raw, seconds string) string { return strings.Replace(raw, "1451865600", seconds, 1) }
	newer := at(mispEvent(own, alpha, beta, gamma), "1451952000")
	first := h.collect("IRQ", shared(newer))
	if first.Added != 1 || first.Noted != 0 {
		t.Fatalf("%+v", first)
	}
	words := func() string {
		t.Helper()
		known, err := h.nodes["IRQ"].Section().Known(context.Background(), h.officer("IRQ", "duty", section.RoleDuty), string(CollectMISP), []string{inventedEvent})
		check(t, err)
		ds, err := h.nodes["IRQ"].Section().DraftsOf(context.Background(), []string{known[inventedEvent].Draft})
		check(t, err)
		d, err := ParseDraft(ds[0].Content)
		check(t, err)
		var out []string
		for _, p := range d.Portions {
			out = append(out, p.Text)
		}
		return strings.Join(out, "|")
	}
	stands := words()

	// Older, and nothing else in the file: refused as an older list is.
	older := mispEvent(own, alpha, beta)
	_, err := h.nodes["IRQ"].Collect(context.Background(), h.officer("IRQ", "duty", section.RoleDuty), shared(older))
	if !errors.Is(err, collect.ErrOlder) || !strings.Contains(err.Error(), "changed 2016-01-04T00:00:00Z, held 2016-01-05T00:00:00Z") {
		t.Fatalf("an older export: %v", err)
	}
	if words() != stands {
		t.Errorf("an older export changed what stands:\n%s", words())
	}

	// Older beside an event that is new: that one is taken in, and it is said.
	const otherEvent = "5a7d1c52-9c1c-4f0e-8a38-3b0c8f0a9d03"
	both := strings.TrimSuffix(older, `]}`) + `,` + strings.TrimPrefix(strings.ReplaceAll(mispEvent(own, mispAttribute(9, "word delta", own)), inventedEvent, otherEvent), `{"response":[`)
	got := h.collect("IRQ", shared(both))
	if got.Added != 1 || got.Changed != 0 || got.Noted != 1 {
		t.Errorf("beside a new one: %+v", got)
	}
	if n := h.importNotes("IRQ", got.Batch); !strings.Contains(n, "event "+inventedEvent+" was changed 2016-01-04T00:00:00Z") || !strings.Contains(n, "older than what stands, and nothing was changed") {
		t.Errorf("notes %q", n)
	}
	if words() != stands {
		t.Errorf("an older export changed what stands:\n%s", words())
	}

	// Newer, and with less in it: taken in, and what has gone is named.
	less := h.collect("IRQ", shared(at(mispEvent(own, alpha), "1452038400")))
	if less.Changed != 1 || less.Noted != 1 {
		t.Errorf("a shrinking export: %+v", less)
	}
	n := h.importNotes("IRQ", less.Batch)
	if !strings.Contains(n, "2 things less than what stands of it: attribute text word beta; attribute text word gamma.") || strings.Contains(n, "alpha") {
		t.Errorf("notes %q", n)
	}
	if now := words(); strings.Contains(now, "beta") || !strings.Contains(now, "alpha") {
		t.Errorf("what stands is %q", now)
	}
	// The same again: nothing has gone since.
	if again := h.collect("IRQ", shared(at(mispEvent(own, alpha), "1452038400"))); again.Changed+again.Added != 0 || again.Noted != 0 {
		t.Errorf("the same again: %+v", again)
	}
}
