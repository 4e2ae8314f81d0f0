package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"entente/bench/formats"
	"entente/bench/names"
)

// A bar that is missed, and a measurement that fails, are named and fail the
// run; what needs absent data is named and fails nothing.
func TestJudge(t *testing.T) {
	reached := []figure{least("a", 2, "1/s", 1), most("b", 1, "s", 1), shown("c", 0, "s"), least("d", 2, "1/s", 1).over(1, 2)}
	absentData := []figure{absent("e", fmt.Errorf("%w: x", formats.ErrNoData)), absent("f", fs.ErrNotExist), absent("g", errSilent), absent("h", errNotTaken)}
	for name, c := range map[string]struct {
		all    []figure
		missed bool
		says   string
	}{
		"all reached":      {reached, false, "4 figures, 0 below the bar, 0 failed, 0 left out"},
		"data is absent":   {absentData, false, "left out: e: "},
		"one too little":   {append(reached[:4:4], least("h", 1, "1/s", 2)), true, "BELOW: h\n"},
		"one too much":     {[]figure{most("h", 3, "s", 2)}, true, "BELOW: h\n"},
		"a ratio too low":  {[]figure{least("h", 3, "1/s", 2).over(2, 2)}, true, "BELOW: h\n"},
		"one that failed":  {[]figure{absent("h", errors.New("no node"))}, true, "FAILED: h: no node\n"},
		"nothing measured": {nil, false, "0 figures"},
	} {
		var b strings.Builder
		err := judge(&b, c.all)
		if errors.Is(err, errMissed) != c.missed || !strings.Contains(b.String(), c.says) {
			t.Errorf("%s: %v\n%s", name, err, b.String())
		}
	}
}

// What says how much is right is held to the whole, what a long bundle takes to
// a bound, and one set of aliases to the bar of aliases.
func TestBarsOfFormatsAndNames(t *testing.T) {
	for _, c := range []struct {
		f    figure
		want string
	}{
		{formatFigure(formats.Figure{Name: "STIX verdicts", Unit: "share", Value: 0.99}), "BELOW: STIX verdicts\n"},
		{formatFigure(formats.Figure{Name: "MISP objects that come back", Unit: "share", Value: 0.99}), "BELOW: MISP objects that come back\n"},
		{formatFigure(formats.Figure{Name: "MISP objects said as misp-stix does", Unit: "share", Value: 0.5}), "1 figures, 0 below"},
		{formatFigure(formats.Figure{Name: "memory", Unit: "MB", Value: 900}), "BELOW: memory\n"},
		{nameFigure(names.Figure{Name: "UN alias, good and organizations", Split: names.Held, Unit: "R@1", Value: 0.61}), "BELOW: names: UN alias, good and organizations [" + names.Held + "]\n"},
		{nameFigure(names.Figure{Name: "UN alias, all", Split: names.Held, Unit: "R@1", Value: 0.5}), "1 figures, 0 below"},
		{nameFigure(names.Figure{Name: "UN pairs, persons", Split: names.Held, Unit: "F1", Value: 0.74}), "BELOW: names: UN pairs, persons [" + names.Held + "]\n"},
	} {
		var b strings.Builder
		judge(&b, []figure{c.f})
		if !strings.Contains(b.String(), c.want) {
			t.Errorf("%s: %s", c.f.Name, b.String())
		}
	}
}
