package node

import (
	"bytes"
	"fmt"
	"io"
	"slices"

	"entente/act"
	"entente/internal/collect"
	"entente/internal/plural"
	"entente/internal/section"
)

// text takes in a written report.
func (in *importing) text() error {
	read := map[CollectKind]func(io.Reader, collect.Options) ([]collect.Draft, error){
		CollectText: collect.Text, CollectHTML: collect.HTML, CollectMarkdown: collect.Markdown,
	}[in.r.Kind]
	r, err := in.src.open()
	if err != nil {
		return err
	}
	defer r.Close()
	drafts, err := read(r, in.opt)
	if err != nil {
		return err
	}
	last := &drafts[len(drafts)-1]
	in.known(collect.Result{Original: last.Original, End: last.At, Batch: collect.Batch(drafts)}, noTime)
	// A text has no key of its own: the file's digest is.
	key := func(d *collect.Draft) string { return in.pos.File.String() + "/" + d.Key }
	digests := map[string]act.Digest{}
	for i := range drafts {
		digests[key(&drafts[i])] = drafts[i].Digest
	}
	if same, err := in.unchanged(digests); err != nil || same {
		return err
	}
	at, err := in.open()
	if err != nil {
		return err
	}
	for i := range drafts {
		if drafts[i].At.Count > at.Count {
			if err := in.add(key(&drafts[i]), &drafts[i]); err != nil {
				return err
			}
		}
	}
	return in.finish()
}

// list takes in the United Nations Security Council's consolidated list.
func (in *importing) list() error {
	read := func(o collect.Options, fn func(collect.Entry) error) (collect.List, error) {
		r, err := in.src.open()
		if err != nil {
			return collect.List{}, err
		}
		defer r.Close()
		return collect.UNList(r, o, fn)
	}
	l, err := read(in.opt, nil)
	if err != nil {
		return err
	}
	in.known(l.Result, l.Generated)
	held, err := in.held()
	if err != nil {
		return err
	}
	if _, err := collect.Diff(held, l); err != nil {
		return err
	}
	gone, standing, err := in.gone(l)
	if err != nil {
		return err
	}
	if len(gone)*manyGone > standing {
		note := collect.Note{Text: fmt.Sprintf("this list ends %d of %s that %s: see that it is the whole list before the import is released", len(gone), plural.Of(standing, "listing"), plural.Choose(standing, "stands", "stand"))}
		in.out.Notes = append(in.out.Notes, note)
		in.say(0, note.Rule, note.Text)
		in.out.Noted = in.pos.Noted
	}
	if len(gone) == 0 {
		if same, err := in.unchanged(l.Digests); err != nil || same {
			return err
		}
	}
	opt := in.opt
	if opt.Resume, err = in.open(); err != nil {
		return err
	}
	opt.Progress = func(p collect.Progress) { in.done = p.Bytes }
	if _, err = read(opt, func(e collect.Entry) error {
		d := e.Draft(opt)
		return in.add(d.Key, &d)
	}); err != nil {
		return err
	}
	for _, d := range gone {
		e := collect.EndedEntry(d, l.Generated)
		e.At = l.End
		draft := e.Draft(opt)
		if err := in.add(draft.Key, &draft); err != nil {
			return err
		}
		in.out.Ended++
	}
	if err := in.finish(); err != nil {
		return err
	}
	in.out.Changed -= min(in.out.Ended, in.out.Changed)
	return nil
}

// manyGone: a list without one in so many of the listings that stand may be a
// part of the list, and is warned of.
const manyGone = 10

// held is the newest list that was taken in, as far as its time says: an older
// one is refused.
func (in *importing) held() (collect.Held, error) {
	var h collect.Held
	err := in.n.eachBatch(in.ctx, in.o, func(b section.Batch, p position) (bool, error) {
		if b.SourceKind == string(in.r.Kind) && p.Generated.After(h.Generated) {
			h.Generated = p.Generated
		}
		return true, nil
	})
	return h, err
}

// gone returns the listings in force here that the list has no longer, by
// reference.
func (in *importing) gone(l collect.List) (out []act.Designation, standing int, err error) {
	after := ""
	for {
		items, err := in.n.section.Items(in.ctx, in.o, string(in.r.Kind), after, section.MaxPage)
		if err != nil {
			return nil, 0, err
		}
		for _, it := range items {
			after = it.Item
			if _, listed := l.Digests[it.Item]; listed {
				standing++
				continue
			}
			d, err := in.designation(it.Draft)
			if err != nil {
				return nil, 0, err
			}
			if d != nil && d.Status == act.InForce {
				out = append(out, *d)
				standing++
			}
		}
		if len(items) < section.MaxPage {
			return out, standing, nil
		}
	}
}

// designation returns the listing in a draft; nil when its content was erased.
func (in *importing) designation(id string) (*act.Designation, error) {
	d, err := in.n.section.Draft(in.ctx, in.o, id)
	if err != nil || len(d.Content) == 0 {
		return nil, err
	}
	draft, err := ParseDraft(d.Content)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(draft.Portions, func(p act.PortionInput) bool { return p.Designation != nil })
	if i < 0 {
		return nil, nil
	}
	return draft.Portions[i].Designation, nil
}

// bundle takes in a bundle of STIX objects. The bundle itself, byte for byte,
// goes with the cover, which is the last draft.
func (in *importing) bundle() error {
	if in.r.Reduce {
		if err := in.reduce(); err != nil {
			return err
		}
	}
	if ours, err := in.holdsReports(); err != nil {
		return err
	} else if ours != nil {
		return in.reports(ours)
	}
	in.opt.Markings = new(collect.Markings)
	read := func(o collect.Options, fn func(collect.Draft) error) (collect.Result, error) {
		r, err := in.src.open()
		if err != nil {
			return collect.Result{}, err
		}
		defer r.Close()
		return collect.STIX(r, o, fn)
	}
	digests := map[string]act.Digest{}
	res, err := read(in.opt, func(d collect.Draft) error {
		digests[d.Key] = d.Digest
		return nil
	})
	if err != nil {
		return err
	}
	in.known(res, noTime)
	in.sayAll(in.opt.Markings.Notes())
	cover := res.Cover(in.opt)
	cover.Key = "cover/" + in.pos.File.String()
	if in.original != nil {
		p := &cover.Portions[0]
		p.Text = fmt.Sprintf("%s It is the reduced form of a file of %d bytes, SHA-256 %s, which was not kept (rule 3).", p.Text, in.original.Size, in.original.Digest)
	}
	digests[cover.Key] = cover.Digest
	return in.store(digests, func(o collect.Options) error {
		if _, err := read(o, func(d collect.Draft) error { return in.add(d.Key, &d) }); err != nil {
			return err
		}
		if err := in.flush(); err != nil {
			return err
		}
		return in.add(cover.Key, &cover)
	})
}

// file seals a file of a draft and returns how a portion names it.
func (in *importing) file(f *collect.File) (act.Attachment, error) {
	if f.Bytes == nil {
		return in.src.keep()
	}
	return in.n.attach(in.ctx, f.Name, f.MediaType, bytes.NewReader(f.Bytes), nil)
}
