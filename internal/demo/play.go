package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"entente/act"
	"entente/internal/collect"
	"entente/internal/web/api"
	"entente/label"
)

// told is a portion of the scenario as it was filed.
type told struct {
	of     *report
	number int // from 1
	portion
	marker  string
	id      act.ID
	digest  act.Digest
	origins label.MemberSet // of its label, with those of what it cites
	text    string

	recalled bool // taken back by its originator at the end
}

// sealedTo says in whose nodes a portion must be: nothing leaves for a portion
// that its originator keeps to itself.
func (t *told) sealedTo() []label.MemberID {
	if all := t.readers(t.of.from); len(all) > 1 {
		return all
	}
	return nil
}

// played is what the scenario came to.
type played struct {
	told    []*told
	byName  map[string]*told  // "report/number"
	drafts  map[string]string // report -> draft
	list    int               // entries of the list
	batch   string
	listing []byte
	said    map[label.MemberID]int // statements released, by whom

	bundles []carriedBundle
}

// listOf writes or reads the list that IRQ imports.
func listOf(path string) ([]byte, int, error) {
	if path != "" {
		text, err := os.ReadFile(path)
		return text, bytes.Count(text, []byte("<INDIVIDUAL>")) + bytes.Count(text, []byte("<ENTITY>")), err
	}
	var b bytes.Buffer
	err := collect.WriteInventedList(&b, inventedEntries, 2015)
	return b.Bytes(), inventedEntries, err
}

// inventedEntries is how many designations the invented list has.
const inventedEntries = 60

// play files the whole scenario through the nodes' APIs. between is called
// once, in the middle.
func (d *demo) play(ctx context.Context, between func() error) error {
	reports := scenario()
	d.played = &played{byName: map[string]*told{}, drafts: map[string]string{}, said: map[label.MemberID]int{}}
	for i := range reports {
		if i == len(reports)/2 && between != nil {
			if err := between(); err != nil {
				return err
			}
		}
		if err := d.file(ctx, i, &reports[i]); err != nil {
			return fmt.Errorf("report %q of %s: %w", reports[i].key, reports[i].from, err)
		}
		d.step("filed", i+1, len(reports))
	}
	if err := d.importList(ctx); err != nil {
		return fmt.Errorf("import of the list: %w", err)
	}
	if err := d.settle(ctx); err != nil {
		return err
	}
	if err := d.exchange(ctx); err != nil {
		return err
	}
	return d.agree(ctx)
}

// content writes a report of the scenario as an officer would.
func (d *demo) content(ctx context.Context, at int, rep *report) (*api.Content, []*told, error) {
	out := &api.Content{ReportType: rep.kind, Title: rep.title}
	if rep.replaces != "" {
		out.Supersedes = d.played.drafts[rep.replaces]
	}
	var tolds []*told
	for i, p := range rep.portions {
		t := &told{of: rep, number: i + 1, portion: p, marker: marker(at, i), origins: label.Members(rep.from)}
		t.text = p.text + " " + t.marker
		in := act.PortionInput{Lang: p.lang, Text: t.text,
			Grade: act.Grade{Reliability: act.Reliability(p.grade[:1]), Credibility: act.Credibility(p.grade[1:])}}
		for _, name := range p.cites {
			cited := d.played.byName[name]
			if cited == nil {
				return nil, nil, fmt.Errorf("it cites %q, which was not filed before", name)
			}
			if err := d.readable(ctx, rep.from, cited); err != nil {
				return nil, nil, err
			}
			in.Cites = append(in.Cites, act.Cite{Portion: cited.id, Digest: cited.digest, Originator: cited.of.from})
			t.origins = t.origins.Union(cited.origins)
		}
		parties := strings.Split(p.src, " + ")
		for k, src := range parties {
			one := act.Source{Descriptor: src, Kind: p.kind, Originator: string(rep.from)}
			if len(parties) > 1 {
				// Who it is, which leaves as a word (rule 25); the descriptor says what.
				one.Party = fmt.Sprintf("%s, known at the desk as %d", src, k+1)
			}
			in.Sources = append(in.Sources, one)
		}
		rel := p.readers(rep.from)
		if d.Plant == PlantLeak && rep.key == "crossing" && i == 3 {
			rel = members()
		}
		in.Label = label.Label{Policy: "CENTRE", Class: p.class, Rel: label.Members(rel...), Originators: t.origins}
		out.Portions = append(out.Portions, in)
		tolds = append(tolds, t)
	}
	return out, tolds, nil
}

// file writes, plans and releases one report: duty officer and release officer.
func (d *demo) file(ctx context.Context, at int, rep *report) error {
	if rep.consent != nil {
		if err := d.obtain(ctx, rep.from, rep.consent); err != nil {
			return err
		}
	}
	content, tolds, err := d.content(ctx, at, rep)
	if err != nil {
		return err
	}
	duty, fdo := d.desks[rep.from]["duty"], d.desks[rep.from]["fdo"]
	draft, err := duty.CreateDraft(ctx, *content)
	if err != nil {
		return err
	}
	plan, err := duty.PlanDraft(ctx, draft.ID)
	if err != nil {
		return err
	}
	if plan.Blocked != "" {
		return errors.New(plan.Blocked)
	}
	release, err := duty.PrepareRelease(ctx, draft.ID)
	if err != nil {
		return err
	}
	if _, err := fdo.Approve(ctx, release.ID, release.Digest); err != nil {
		return err
	}
	d.played.drafts[rep.key] = draft.ID
	for _, t := range tolds {
		d.played.told = append(d.played.told, t)
		d.played.byName[fmt.Sprintf("%s/%d", rep.key, t.number)] = t
	}
	return nil
}

// readable waits until a member can read a portion, and takes its id and
// digest from the bytes that this member holds.
func (d *demo) readable(ctx context.Context, m label.MemberID, t *told) error {
	return d.wait(ctx, fmt.Sprintf("%s to read what %s said", m, t.of.from), func() (bool, error) {
		an := d.desks[m]["an"]
		found, err := an.Reports(ctx, api.Find{Text: t.marker})
		if err != nil || len(found) == 0 {
			return false, err
		}
		full, err := an.Report(ctx, found[0].ID)
		if err != nil {
			return false, err
		}
		read, err := readAct(full.Act)
		if err != nil {
			return false, err
		}
		for _, p := range read.Portions {
			if p.Text == t.text {
				t.id, t.digest = p.ID, p.Digest
				return true, nil
			}
		}
		return false, fmt.Errorf("the report with the word %s has no such portion", t.marker)
	})
}

// readAct reads an act's bytes as another program would.
func readAct(raw []byte) (*act.Report, error) {
	a, err := act.Parse(raw)
	if err != nil {
		return nil, err
	}
	if a.Report == nil {
		return nil, fmt.Errorf("the act is a %s and no report", a.Type)
	}
	return a.Report, nil
}

// importList takes the list in at IRQ and has it released as one batch.
func (d *demo) importList(ctx context.Context) error {
	text, n, err := listOf(d.UNList)
	if err != nil {
		return err
	}
	d.played.listing, d.played.list = text, n
	duty, fdo := d.desks["IRQ"]["duty"], d.desks["IRQ"]["fdo"]
	done, err := d.collectList(ctx)
	if err != nil {
		return err
	}
	d.played.batch = done.Batch
	release, err := duty.PrepareBatch(ctx, done.Batch)
	if err != nil {
		return err
	}
	_, err = fdo.Approve(ctx, release.ID, release.Digest)
	return err
}

// settleWait bounds how long the nodes may take until all is received.
const settleWait = 5 * time.Minute

// settle waits until every report was received by all its recipients.
func (d *demo) settle(ctx context.Context) error {
	for _, rep := range d.filed() {
		id, duty := d.played.drafts[rep.key], d.desks[rep.from]["duty"]
		if err := d.wait(ctx, "receipts for "+rep.key, func() (bool, error) {
			st, err := duty.DraftState(ctx, id)
			return err == nil && (st.State == "received"), err
		}); err != nil {
			return err
		}
	}
	for _, m := range members() {
		if err := d.wait(ctx, string(m)+" to hold the list", func() (bool, error) {
			n, err := d.designations(ctx, m)
			return err == nil && n >= d.played.list, err
		}); err != nil {
			return err
		}
	}
	return d.agree(ctx)
}

// agree waits until all nodes hold one certified head, and their views have all
// of it.
func (d *demo) agree(ctx context.Context) error {
	return d.wait(ctx, "the heads to agree", func() (bool, error) {
		first := int64(-1)
		for _, m := range members() {
			st, err := d.desks[m]["insp"].Status(ctx)
			if err != nil {
				return false, err
			}
			l := st.Log
			if l.Size != l.Certified || l.Outbox > 0 || st.Views.Projected < l.Certified || first >= 0 && l.Certified != first {
				return false, nil
			}
			first = l.Certified
		}
		return true, nil
	})
}

// designations counts the listings that a member's analyst can see.
func (d *demo) designations(ctx context.Context, m label.MemberID) (int, error) {
	n, after := 0, ""
	for {
		page, err := d.desks[m]["an"].Designations(ctx, after, 500)
		if err != nil {
			return n, err
		}
		n += len(page)
		if len(page) < 500 {
			return n, nil
		}
		after = page[len(page)-1].Reference
	}
}

// wait asks again and again until something is so.
func (d *demo) wait(ctx context.Context, what string, so func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, settleWait)
	defer cancel()
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	var last error
	for {
		ok, err := so()
		if ok {
			return nil
		}
		if err != nil {
			last = err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("waited in vain for %s", what), last, context.Cause(ctx))
		}
	}
}
