package node

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"entente/act"
	"entente/internal/collect"
	"entente/internal/exchange"
	"entente/internal/plural"
	"entente/internal/store/viewdb"
	"entente/label"
	"entente/stix"
)

// ErrNotReleasedHere refuses a report that was never released to this member.
var ErrNotReleasedHere = &act.Refusal{Code: "import_not_released", Rule: "7",
	Why: "the report's marking does not release it to this member", Cure: "ask its originators to release it; a file does not"}

// maxExchanged bounds a bundle of reports, which is held in memory.
const maxExchanged = 256 << 20

// holdsReports reads the file as a bundle of reports if it names the extension
// that reports have; nil where it holds none.
func (in *importing) holdsReports() (*exchange.Imported, error) {
	r, err := in.src.open()
	if err != nil {
		return nil, err
	}
	named, err := names(r, exchange.ReportExtension)
	r.Close()
	if err != nil || !named {
		return nil, err
	}
	if r, err = in.src.open(); err != nil {
		return nil, err
	}
	defer r.Close()
	counted := &meter{ctx: in.ctx, r: io.LimitReader(r, maxExchanged+1)}
	ours, err := exchange.Import(counted)
	switch {
	case counted.n > maxExchanged:
		return nil, fmt.Errorf("a bundle of reports of more than %d bytes: %w", maxExchanged, collect.ErrTooLarge)
	case errors.Is(err, stix.ErrTooLarge):
		return nil, fmt.Errorf("%v: %w", err, collect.ErrTooLarge)
	case errors.Is(err, stix.ErrSyntax), errors.Is(err, stix.ErrNotObject):
		return nil, fmt.Errorf("%v: %w", err, collect.ErrSTIX)
	case err != nil:
		return nil, err
	case len(ours.Reports) == 0:
		return nil, nil
	}
	return &ours, nil
}

// names reports whether a text stands anywhere in a stream.
func names(r io.Reader, text string) (bool, error) {
	b := bufio.NewReaderSize(r, 64<<10)
	for {
		window, err := b.Peek(64 << 10)
		if bytes.Contains(window, []byte(text)) {
			return true, nil
		}
		if err != nil {
			if err == io.EOF {
				err = nil
			}
			return false, err
		}
		if _, err := b.Discard(len(window) - len(text)); err != nil {
			return false, err
		}
	}
}

// reports takes in reports that a node exported. Each becomes a draft of this
// member: its portions with their texts, grades, sources, listings and objects,
// each citing the portion that it was, under a marking that keeps whose it is
// (rules 7 and 8). The file itself is not kept: its parts are marked, and a file
// has no marking of its own.
func (in *importing) reports(ours *exchange.Imported) error {
	drafts := make([]collect.Draft, 0, len(ours.Reports))
	digests := map[string]act.Digest{}
	at := collect.Cursor{}
	entries := make([]act.Digest, 0, len(ours.Reports))
	for i := range ours.Reports {
		d, err := in.fromReport(ours.Reports[i].Report)
		if err != nil {
			return fmt.Errorf("report %.80q: %w", ours.Reports[i].Report.Title, err)
		}
		if _, twice := digests[d.Key]; twice {
			return fmt.Errorf("report %s: %w", d.Key, collect.ErrRepeated)
		}
		at = at.Next(d.Digest)
		d.At = at
		digests[d.Key] = d.Digest
		entries = append(entries, d.Digest)
		drafts = append(drafts, d)
	}
	foreign := in.foreign(ours.Foreign)
	if n := len(foreign); n > 0 {
		in.say(0, "", fmt.Sprintf("%s that %s to none of the reports %s not taken in: give %s as a bundle of %s own", plural.Of(n, "object"), plural.Choose(n, "belongs", "belong"), plural.Choose(n, "is", "are"), plural.Choose(n, "it", "them"), plural.Choose(n, "its", "their")))
	}
	in.known(collect.Result{Original: collect.File{Digest: act.Digest(in.src.sealed.ref.Plain), Size: in.src.sealed.ref.Size}, End: at, Batch: act.BatchDigest(entries)}, noTime)
	return in.store(digests, func(o collect.Options) error {
		for i := range drafts {
			if drafts[i].At.Count > o.Resume.Count {
				if err := in.add(drafts[i].Key, &drafts[i]); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// foreign leaves out what every export holds beside reports.
func (in *importing) foreign(objects []stix.Object) []stix.Object {
	return slices.DeleteFunc(objects, func(o stix.Object) bool {
		return o.Type == "marking-definition" || o.Type == "extension-definition"
	})
}

// fromReport makes a draft of a report that a node exported.
func (in *importing) fromReport(r *act.Report) (collect.Draft, error) {
	d := collect.Draft{Key: "report/" + string(r.ID), Type: r.Type, Title: r.Title}
	for i := range r.Portions {
		p, err := in.fromPortion(&r.Portions[i])
		if err != nil {
			return d, fmt.Errorf("portion %d: %w", i+1, err)
		}
		d.Portions = append(d.Portions, p)
	}
	d.Digest = collect.EntryDigest(d.Portions)
	return d, nil
}

// fromPortion makes a portion of this member's own that says what another one
// says, and cites it. Its marking is at least as strict as the cited one, with
// this member as one of the originators, and within what the officer said.
func (in *importing) fromPortion(p *act.Portion) (act.PortionInput, error) {
	n := in.n
	if !p.Label.Rel.Contains(n.self) {
		return act.PortionInput{}, fmt.Errorf("of %s: %w", p.Label.Originators, ErrNotReleasedHere)
	}
	out := p.PortionInput
	out.ID, out.Salt = "", ""
	out.Label.Originators = p.Label.Originators.Union(label.Members(n.self))
	if in.marked {
		var err error
		if out.Label, err = label.Join(n.table, out.Label, in.r.Origin.Label); err != nil {
			return out, fmt.Errorf("%v: %w", err, act.ErrLabel)
		}
	}
	by, held, err := in.heldBy(p.ID, p.Digest)
	if err != nil {
		return out, err
	}
	if !held {
		by = p.Label.Originators.Slice()[0]
		in.say(0, "7", fmt.Sprintf("a portion of %s is not held here as it was released: a draft that cites it cannot leave until it is", p.Label.Originators))
	}
	out.Cites = nil
	for _, c := range p.Cites {
		if _, held, err := in.heldBy(c.Portion, c.Digest); err != nil {
			return out, err
		} else if held && len(out.Cites) < act.MaxCites-1 {
			out.Cites = append(out.Cites, c)
		} // what is not held stands behind the portion that is cited
	}
	out.Cites = append(out.Cites, act.Cite{Portion: p.ID, Digest: p.Digest, Originator: by})
	out.Attachments = nil
	for _, a := range p.Attachments {
		switch _, err := os.Stat(filepath.Join(n.dir, DirAttached, a.Digest.String())); {
		case err == nil:
			out.Attachments = append(out.Attachments, a)
		case errors.Is(err, os.ErrNotExist):
			in.say(0, "", fmt.Sprintf("the file %.100s is not here: fetch it with its report, and import again", a.Name))
		default:
			return out, err
		}
	}
	return out, nil
}

// heldBy says whose portion one that is held here is.
func (in *importing) heldBy(id act.ID, digest act.Digest) (label.MemberID, bool, error) {
	p, by, err := in.n.portionOf(in.ctx, act.PortionRef{Portion: id, Digest: digest})
	if errors.Is(err, viewdb.ErrNotFound) {
		return "", false, nil
	}
	return by, err == nil && p.Digest == digest, err
}
