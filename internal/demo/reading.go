package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"entente/act"
	"entente/internal/web/api"
	"entente/label"
)

// texts returns every text of a portion that a member's analyst can read.
func (d *demo) texts(ctx context.Context, m label.MemberID) (map[string]*api.Report, error) {
	out := map[string]*api.Report{}
	err := d.eachReport(ctx, m, func(rep *api.Report) error {
		read, err := readAct(rep.Act)
		if err != nil {
			return err
		}
		for _, p := range read.Portions {
			out[p.Text] = rep
		}
		return nil
	})
	return out, err
}

// eachReport visits every report but listings that a member's analyst can see.
func (d *demo) eachReport(ctx context.Context, m label.MemberID, visit func(*api.Report) error) error {
	an := d.desks[m]["an"]
	var before int64
	for {
		page, err := an.Reports(ctx, api.Find{Before: before, Limit: 500})
		if err != nil {
			return err
		}
		for _, row := range page {
			before = row.Index
			if row.Type == string(act.DESIGNATION) {
				continue
			}
			rep, err := an.Report(ctx, row.ID)
			if err != nil {
				return err
			}
			if err := visit(rep); err != nil {
				return fmt.Errorf("report %s: %w", row.ID, err)
			}
		}
		if len(page) < 500 {
			return nil
		}
	}
}

func (d *demo) holds(ctx context.Context, m label.MemberID) error {
	got, err := d.texts(ctx, m)
	if err != nil {
		return err
	}
	for _, t := range d.played.told {
		may, has := slices.Contains(t.sealedTo(), m) && !t.recalled, got[t.text] != nil
		switch {
		case has && !may:
			return fmt.Errorf("it reads portion %d of %q, which is not released to it", t.number, t.of.key)
		case may && !has:
			return fmt.Errorf("it lacks portion %d of %q", t.number, t.of.key)
		}
		delete(got, t.text)
	}
	if len(got) > 0 {
		return fmt.Errorf("it holds %d portions that nobody filed", len(got))
	}
	return nil
}

func (d *demo) finds(ctx context.Context, m label.MemberID) error {
	for _, t := range d.played.told {
		page, err := d.desks[m]["an"].Reports(ctx, api.Find{Text: t.marker})
		if err != nil {
			return err
		}
		// Of its own reports a member finds every view that left.
		may := slices.Contains(t.sealedTo(), m) && !t.recalled
		if may != (len(page) > 0) || len(page) > 1 && t.of.from != m {
			return fmt.Errorf("it finds %d reports with the word of portion %d of %q", len(page), t.number, t.of.key)
		}
	}
	return nil
}

// files looks through every byte of a node's directory.
func (d *demo) files(m label.MemberID) error {
	var words [][]byte
	var whose []*told
	for _, t := range d.played.told {
		if !slices.Contains(t.readers(t.of.from), m) {
			words = append(words, []byte(t.marker))
			whose = append(whose, t)
		}
	}
	if len(words) == 0 {
		return errors.New("there is no portion that it may not read; the scenario is wrong")
	}
	return filepath.WalkDir(d.house.configs[m].Dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) { // a write-ahead log that was taken in meanwhile
			return nil
		}
		if err != nil {
			return err
		}
		for i, w := range words {
			if bytes.Contains(data, w) {
				return fmt.Errorf("%s holds a word of portion %d of %q", filepath.Base(path), whose[i].number, whose[i].of.key)
			}
		}
		return nil
	})
}

// closedTo returns a portion that a member may not read.
func (d *demo) closedTo(m label.MemberID) *told {
	for _, t := range d.played.told {
		if !slices.Contains(t.readers(t.of.from), m) {
			return t
		}
	}
	return nil
}

func (d *demo) nonsense(ctx context.Context) error {
	for _, m := range members() {
		a, err := d.raw(ctx, m, "/reports?text="+d.closedTo(m).marker)
		if err != nil {
			return err
		}
		b, err := d.raw(ctx, m, "/reports?text=qxnonsense99999")
		if err != nil {
			return err
		}
		if !bytes.Equal(a, b) {
			return fmt.Errorf("%s gets different answers", m)
		}
	}
	return nil
}

func (d *demo) unknown(ctx context.Context) error {
	// A view that others got: its id from the originator's state of the draft.
	for _, t := range d.played.told {
		readers := t.readers(t.of.from)
		st, err := d.desks[t.of.from]["duty"].DraftState(ctx, d.played.drafts[t.of.key])
		if err != nil {
			return err
		}
		for _, v := range st.Views {
			for _, m := range members() {
				if slices.Contains(v.Recipients, string(m)) || slices.Contains(readers, m) {
					continue
				}
				a, errA := d.raw(ctx, m, "/reports/"+v.Report)
				b, errB := d.raw(ctx, m, "/reports/00000000000000000000000000000000")
				if errA == nil || errB == nil || !bytes.Equal(a, b) || errA.Error() != errB.Error() {
					return fmt.Errorf("%s gets different answers (%v, %v)", m, errA, errB)
				}
			}
		}
	}
	return nil
}

func (d *demo) titles(ctx context.Context) error {
	for _, m := range members() {
		if err := d.eachReport(ctx, m, func(rep *api.Report) error {
			for _, t := range d.played.told {
				if rep.Title == t.of.title && t.of.from == label.MemberID(rep.Originator) && !slices.Contains(t.readers(t.of.from), m) {
					return fmt.Errorf("%s reads the title of %q, and may not read its portion %d", m, t.of.key, t.number)
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

func (d *demo) views(ctx context.Context) error {
	ids := map[string]int{}
	for m, want := range map[label.MemberID]int{"IRN": 4, "RUS": 4, "SYR": 3} {
		page, err := d.desks[m]["an"].Reports(ctx, api.Find{Text: d.played.byName["crossing/1"].marker})
		if err != nil {
			return err
		}
		if len(page) != 1 {
			return fmt.Errorf("%s finds %d reports", m, len(page))
		}
		rep, err := d.desks[m]["an"].Report(ctx, page[0].ID)
		if err != nil {
			return err
		}
		if rep.Portions != want || len(rep.Marks) != want {
			return fmt.Errorf("%s sees %d portions, %d marks, not %d", m, rep.Portions, len(rep.Marks), want)
		}
		if s := string(rep.Act); m == "SYR" && (strings.Contains(s, `"of"`) || strings.Contains(s, "total")) {
			return errors.New("the act that SYR reads tells of more")
		}
		ids[rep.ID]++
	}
	if len(ids) != 2 {
		return fmt.Errorf("there are %d views of the report, not 2", len(ids))
	}
	return nil
}

func (d *demo) citations(ctx context.Context) error {
	// SYR reads the addition's first portion and lacks none of its citations;
	// IRN reads portion 2 of the merged report's sources, not portion 1's.
	cited := d.played.byName["crossing/4"]
	for _, m := range members() {
		held := slices.Contains(cited.readers(cited.of.from), m)
		if err := d.eachReport(ctx, m, func(rep *api.Report) error {
			for _, c := range rep.Cites {
				if c.Portion == string(cited.id) && c.Held != held {
					return fmt.Errorf("%s: held is %v", m, c.Held)
				}
				if !c.Held && (!strings.Contains(c.Text, c.Originator) || len(c.Text) > 40) {
					return fmt.Errorf("%s reads %q of a portion that it lacks", m, c.Text)
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

func (d *demo) replaced(ctx context.Context) error {
	older, newer := d.played.byName["water/1"], d.played.byName["water-2/1"]
	for _, m := range members() {
		if m == older.of.from {
			continue // its originator sees every view of both
		}
		a, err := d.desks[m]["an"].Reports(ctx, api.Find{Text: older.marker})
		if err != nil {
			return err
		}
		b, err := d.desks[m]["an"].Reports(ctx, api.Find{Text: newer.marker})
		if err != nil {
			return err
		}
		if len(a) != 1 || len(b) != 1 || a[0].SupersededBy != b[0].ID || b[0].Supersedes != a[0].ID {
			return fmt.Errorf("%s does not see which replaces which", m)
		}
	}
	return nil
}
