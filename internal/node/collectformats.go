package node

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"entente/act"
	"entente/internal/collect"
	"entente/internal/process/places"
	"entente/internal/section"
	"entente/label"
	"entente/seal"
)

// eventFormats has what the kinds of event data are called by their reader.
var eventFormats = map[CollectKind]collect.EventFormat{
	CollectUCDP: collect.UCDP, CollectACLED: collect.ACLED, CollectGTD: collect.GTD, CollectGDELT: collect.GDELT,
	CollectCSV: collect.EventCSV, CollectGeoJSON: collect.GeoJSON, CollectCoT: collect.CursorOnTarget,
}

// asked checks what a request says of its kind alone.
func (r *CollectRequest) asked(members label.MemberSet) error {
	switch {
	case (r.Mapping != "") != (r.Kind == CollectCSV):
		return refuseCollect("a mapping of columns goes with CSV, and CSV with one")
	case r.Reduce && r.Kind != CollectSTIX && r.Kind != CollectMISP:
		return refuseCollect("kind %s is always reduced, or never", r.Kind)
	case len(r.Sharing) > 0 && r.Kind != CollectMISP:
		return refuseCollect("distribution and sharing groups are MISP's")
	case len(r.Sharing) > maxSharing:
		return refuseCollect("%d sharing groups, at most %d", len(r.Sharing), maxSharing)
	}
	for name, to := range r.Sharing {
		if name != "1" && name != "2" && name != "3" && len(name) != 36 {
			return refuseCollect("%.40q is no distribution that can be shared with anybody (1, 2, 3), and no UUID of a sharing group", name)
		}
		if strange := to.Minus(members); !strange.IsEmpty() {
			return &Refused{[]act.Finding{{Code: CodeStranger, Rule: "7",
				Text: fmt.Sprintf("%s is to be shared with %s, who is no member; the members are %s (rule 7)", name, strange, members)}}}
		}
	}
	return nil
}

// maxSharing bounds the sharing groups that one import maps.
const maxSharing = 100

// say keeps what the import says beside its drafts. The position counts it.
func (in *importing) say(line int, rule, text string) {
	if len(in.said) < section.MaxImportNotes {
		in.said = append(in.said, section.ImportNote{Line: int64(line), Rule: rule, Text: text})
	}
	in.pos.Noted = int64(len(in.said))
}

func (in *importing) sayAll(notes []collect.Note) {
	for _, n := range notes {
		in.say(0, n.Rule, n.Text)
	}
}

// replaces says who holds a released form of an entry and would not get the one
// that takes its place: what was released is not taken back by releasing less
// (rule 10).
func (in *importing) replaces(previous string, to label.MemberSet) error {
	had, err := in.n.viewsOf(in.ctx, previous)
	switch {
	case errors.Is(err, errNotYet):
		in.later = true
		in.say(0, "10", "an earlier form was released and is on its way: look whom it reaches before this one replaces it")
		return nil
	case err != nil:
		return err
	}
	var left label.MemberSet
	for m := range had {
		if !to.Contains(m) {
			left = left.With(m)
		}
	}
	if !left.IsEmpty() {
		in.later = true
		in.say(0, "10", fmt.Sprintf("%s holds an earlier form and is not among those to whom the new one is released: a narrower form takes nothing back, so recall the earlier one", left))
	}
	return nil
}

// fromFile makes a key that is unique among files of one kind.
func (in *importing) fromFile(key string) string { return in.pos.File.String() + "/" + key }

// events takes in MISP's events.
func (in *importing) events() error {
	read := func(o collect.Options, fn func(collect.Draft) error) (collect.Result, error) {
		r, err := in.src.open()
		if err != nil {
			return collect.Result{}, err
		}
		defer r.Close()
		return collect.MISP(r, collect.MISPOptions{Options: o, Sharing: in.r.Sharing, Reduce: in.r.Reduce}, fn)
	}
	digests, forms := map[string]act.Digest{}, collect.MISPForms{}
	res, err := read(in.opt, func(d collect.Draft) error {
		digests[d.Key] = d.Digest
		forms.Add(d.Portions)
		in.sayAll(d.Notes)
		return nil
	})
	if err != nil {
		return err
	}
	in.known(res, noTime)
	if err := in.since(forms, digests); err != nil {
		return err
	}
	return in.store(digests, func(o collect.Options) error {
		_, err := read(o, func(d collect.Draft) error {
			if _, taken := digests[d.Key]; !taken {
				return nil // older than what stands
			}
			return in.add(d.Key, &d)
		})
		return err
	})
}

// rows takes in event data. What is not a day old is left out as it was when
// the import began, also when it goes on after an interruption.
func (in *importing) rows() error {
	columns, now := (*collect.EventColumns)(nil), in.n.now()
	cut := in.n.found.Charter().Reduction
	if in.r.Kind == CollectCSV {
		var err error
		if columns, err = collect.ParseEventColumns(strings.NewReader(in.r.Mapping)); err != nil {
			return err
		}
	}
	in.pos.File = act.Digest(in.src.sealed.ref.Plain)
	if b, p, err := in.interrupted(); err != nil {
		return err
	} else if b.ID != "" && !p.Begun.IsZero() {
		now = p.Begun
	}
	read := func(o collect.Options, fn func(collect.Draft) error) (collect.EventResult, error) {
		r, err := in.src.open()
		if err != nil {
			return collect.EventResult{}, err
		}
		defer r.Close()
		return collect.Events(r, collect.EventOptions{Options: o, Format: eventFormats[in.r.Kind], Columns: columns, Now: now,
			CellLevel: places.LevelFor(cut.CellKM), Delay: time.Duration(cut.DelayH) * time.Hour}, fn)
	}
	digests := map[string]act.Digest{}
	res, err := read(in.opt, func(d collect.Draft) error {
		digests[in.fromFile(d.Key)] = d.Digest
		return nil
	})
	if err != nil {
		return err
	}
	in.known(res.Result, noTime)
	in.pos.Begun, in.pos.NotTaken = now.UTC().Truncate(time.Second), int64(res.NotTaken)
	in.out.NotTaken = in.pos.NotTaken
	for _, b := range res.Broken {
		rule := ""
		if rest, ok := strings.CutPrefix(b.Why, "rule "); ok {
			rule, _, _ = strings.Cut(rest, ":")
		}
		in.say(b.Line, rule, b.Why)
	}
	return in.store(digests, func(o collect.Options) error {
		_, err := read(o, func(d collect.Draft) error { return in.add(in.fromFile(d.Key), &d) })
		return err
	})
}

// store takes in what the first reading has found good, unless it is here.
func (in *importing) store(digests map[string]act.Digest, read func(collect.Options) error) error {
	in.out.Noted, in.out.Reduced = in.pos.Noted, in.pos.Reduced
	if same, err := in.unchanged(digests); err != nil || same {
		return err
	}
	opt := in.opt
	var err error
	if opt.Resume, err = in.open(); err != nil {
		return err
	}
	opt.Progress = func(p collect.Progress) { in.done = p.Bytes }
	if err := read(opt); err != nil {
		return err
	}
	return in.finish()
}

// interrupted returns the import of this file that was begun and not finished,
// if there is one.
func (in *importing) interrupted() (found section.Batch, at position, err error) {
	err = in.n.eachBatch(in.ctx, in.o, func(b section.Batch, p position) (bool, error) {
		if b.Closed || b.SourceKind != string(in.r.Kind) || p.File != in.pos.File {
			return true, nil
		}
		found, at = b, p
		return false, nil
	})
	return found, at, err
}

// reduce puts the reduced form of a bundle in the place of the original, of
// which the digest is noted and nothing kept (rule 3). A bundle without
// anything to reduce stays as it is.
func (in *importing) reduce() error {
	r, err := in.src.open()
	if err != nil {
		return err
	}
	defer r.Close()
	pr, pw := io.Pipe()
	var red collect.Reduction
	var failed error
	done := make(chan struct{})
	go func() {
		defer close(done)
		red, failed = collect.ReduceSTIX(r, pw, in.opt)
		pw.CloseWithError(failed)
	}()
	s, err := in.n.sealFile(in.ctx, in.r.Name, "application/stix+json", pr, nil)
	pr.CloseWithError(errReduced)
	<-done
	if failed != nil && !errors.Is(failed, errReduced) {
		err = failed
	}
	if err != nil {
		if s != nil {
			s.drop()
		}
		if errors.Is(err, seal.ErrTooLarge) {
			return fmt.Errorf("the reduced form: %w", collect.ErrTooLarge)
		}
		return err
	}
	if red.Reduced+red.Dropped == 0 {
		s.drop()
		return nil
	}
	in.original = &collect.File{Name: in.r.Name, Size: red.Original.Size, Digest: red.Original.Digest, Dropped: true}
	in.src.drop()
	in.src = &spool{sealed: s}
	in.pos.Reduced = true
	in.sayAll(red.Notes)
	return nil
}

var errReduced = errors.New("the reading has ended")
