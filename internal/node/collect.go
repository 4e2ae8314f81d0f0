package node

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"entente/act"
	"entente/internal/collect"
	"entente/internal/section"
	"entente/label"
)

// CollectKind names what a file is taken in as. It is also the room within
// which the keys of its entries are unique.
type CollectKind string

// The kinds of file that are taken in.
const (
	CollectText     CollectKind = "text"
	CollectHTML     CollectKind = "html"
	CollectMarkdown CollectKind = "markdown"
	CollectUNList   CollectKind = "un-list"
	CollectSTIX     CollectKind = "stix"
	CollectMISP     CollectKind = "misp"
	CollectUCDP     CollectKind = "ucdp"
	CollectACLED    CollectKind = "acled"
	CollectGTD      CollectKind = "gtd"
	CollectGDELT    CollectKind = "gdelt"
	CollectCSV      CollectKind = "csv"
	CollectGeoJSON  CollectKind = "geojson"
	CollectCoT      CollectKind = "cot"
)

// CollectKinds returns the closed list.
func CollectKinds() []CollectKind {
	return []CollectKind{CollectText, CollectHTML, CollectMarkdown, CollectUNList, CollectSTIX,
		CollectMISP, CollectUCDP, CollectACLED, CollectGTD, CollectGDELT, CollectCSV, CollectGeoJSON, CollectCoT}
}

// written says whether a kind is of written reports, which are no entries of a
// larger whole.
func (k CollectKind) written() bool {
	return k == CollectText || k == CollectHTML || k == CollectMarkdown
}

// CollectRequest is one file to be taken in, and what the officer says once
// for all of it.
type CollectRequest struct {
	Kind CollectKind
	// Name is the file's name, for people; a path before it is cut off.
	Name string
	// Path is where the file lies, Reader what it holds: exactly one is given.
	// Reader is read once, to its end.
	Path   string
	Reader io.Reader
	// MediaType may name the encoding of a web page; it may be empty.
	MediaType string
	// Origin is the label, grade, source and language of every portion. With
	// no label the drafts get the strictest class of the common policy,
	// released to nobody but this member, until an officer says otherwise.
	// With no grade texts stay ungraded, which blocks their release; entries
	// of a list or a bundle get F6, which says that they cannot be judged.
	// With no source, lists and bundles name the file; texts stay unsourced.
	Origin collect.Origin
	// Type is the type of the reports, INTREP when empty. Listings are always
	// DESIGNATION.
	Type act.ReportType
	// Reduce takes a bundle of STIX objects or events of MISP with places finer
	// than rule 3 lets in, without them: the reduced form is stored, and of the
	// original the digest alone. Otherwise such a file is refused.
	Reduce bool
	// Mapping says in TOML what the columns of a CSV file mean (spec/stix.md).
	Mapping string
	// Sharing says to which members the distribution levels of MISP ("1", "2",
	// "3") and its sharing groups (by UUID) release. What is not in it, and a
	// group of nobody, releases to nobody beyond the label's originators.
	Sharing map[string]label.MemberSet
	// Progress is called now and then, on the caller's goroutine; it may be nil.
	Progress func(CollectProgress)
}

// CollectProgress says how far an import is.
type CollectProgress struct {
	// Done and Total count the bytes of the file; Total is 0 while it is read
	// for the first time.
	Done, Total int64
	// Items counts entries, and Added, Changed, Same and Ended what became of
	// them so far.
	Items, Added, Changed, Same, Ended int64
}

// CollectResult says what an import came to. All of it is durable.
type CollectResult struct {
	// Batch is the import. It is released as one with Prepare.
	Batch string      `json:"batch"`
	Kind  CollectKind `json:"kind"`
	Name  string      `json:"name"`
	// File is SHA-256 of the file, Size its bytes.
	File act.Digest `json:"file"`
	Size int64      `json:"size"`
	// Digest is the digest of all entries as one batch (spec/act.md).
	Digest act.Digest `json:"digest"`
	// Generated is when the publisher of a list made it.
	Generated time.Time `json:"generated,omitzero"`
	Items     int64     `json:"items"`
	Added     int64     `json:"added"`
	Changed   int64     `json:"changed"`
	Same      int64     `json:"same"`
	// Ended counts listings that the list has no longer, beside Changed.
	Ended int64 `json:"ended"`
	// Drafts are the drafts made or changed, at most 1,000 of them.
	Drafts []string `json:"drafts"`
	// NotTaken counts rows that are broken or that a rule does not let in, Noted
	// what the import says beside its drafts: the section has all of it (section.ImportNotes).
	NotTaken int64 `json:"not_taken"`
	Noted    int64 `json:"noted"`
	// Reduced says that the original is not kept, by rule 3.
	Reduced bool `json:"reduced"`
	// Notes say what was left out, and by which rule: the first of them.
	Notes []collect.Note `json:"notes"`
	// Resumed says that an import that was interrupted went on.
	Resumed bool `json:"resumed"`
	// Ignored says that the file was taken in before with something else asked
	// for, which stays; a note says what to do.
	Ignored bool `json:"ignored,omitempty"`
}

// ErrCollect refuses a request before the file is looked at.
var ErrCollect = &act.Refusal{Code: "import_request",
	Why: "the request to take a file in is not complete", Cure: "name one of the kinds that the API lists, one file, and the mapping of its columns where it is CSV"}

const (
	// maxSpool bounds a text or list that is held in memory while it is read
	// twice; it is above every importer's own bound, so that theirs is the
	// refusal.
	maxSpool = 33 << 20
	// importRun and importBytes bound what is stored in one transaction.
	importRun   = 250
	importBytes = 6 << 20
	maxNotes    = 20
)

// position is an importer's place in its file, as the section keeps it: an
// import that was interrupted is found by it and goes on behind At.
type position struct {
	File      act.Digest `json:"file"`
	Size      int64      `json:"size"`
	Digest    act.Digest `json:"digest"`
	Items     int64      `json:"items"`
	Generated time.Time  `json:"generated,omitzero"`
	NotTaken  int64      `json:"not_taken,omitempty"`
	Noted     int64      `json:"noted,omitempty"`
	Reduced   bool       `json:"reduced,omitempty"`
	// Begun is when an import of event data began: by it rule 3's delay counts.
	Begun time.Time `json:"begun,omitzero"`
	// Asked names what was asked for beside the file (askedDigest).
	Asked act.Digest `json:"asked,omitzero"`
	At    string     `json:"at"`
}

func parsePosition(s string) (p position, ok bool) {
	if s == "" {
		return p, true
	}
	err := json.Unmarshal([]byte(s), &p)
	return p, err == nil
}

// Collect takes a file in: its entries become drafts of this section, in a
// batch that two officers release as one. The file is checked whole before
// anything is stored. Nothing is taken in twice: the same file again adds
// nothing, a newer list changes what differs and ends what it has no longer,
// and an import that was interrupted goes on where it was when the same file
// is given again.
//
// A refusal carries a code (act.Code) and what would cure it. The officer
// needs a role that may import.
func (n *Node) Collect(ctx context.Context, o section.Officer, r CollectRequest) (CollectResult, error) {
	if err := n.section.Authorise(ctx, o, section.OpImport, string(r.Kind)); err != nil {
		return CollectResult{}, err
	}
	in := &importing{n: n, ctx: ctx, o: o, r: r, out: CollectResult{Kind: r.Kind, Drafts: []string{}, Notes: []collect.Note{}}}
	if err := in.begin(); err != nil {
		return CollectResult{}, err
	}
	defer func() { in.src.drop() }() // which may have become the reduced form
	leave, err := n.taking.begin(ctx, in.turn())
	if err != nil {
		return CollectResult{}, err
	}
	defer leave()
	switch r.Kind {
	case CollectUNList:
		err = in.list()
	case CollectSTIX:
		err = in.bundle()
	case CollectMISP:
		err = in.events()
	case CollectUCDP, CollectACLED, CollectGTD, CollectGDELT, CollectCSV, CollectGeoJSON, CollectCoT:
		err = in.rows()
	default:
		err = in.text()
	}
	return in.out, err
}

// importing is one import under way.
type importing struct {
	n   *Node
	ctx context.Context
	o   section.Officer
	r   CollectRequest
	src *spool
	opt collect.Options
	out CollectResult
	pos position
	// said is what the import says beside its drafts, from its first reading.
	said []section.ImportNote
	// later says that something was said after the first reading.
	later bool
	// marked says that the officer gave a label.
	marked bool
	// original is the file of a bundle that was reduced, and is not kept.
	original *collect.File

	chunk []section.ImportItem
	to    []label.MemberSet // whom each of the chunk may reach at most
	bytes int
	done  int64 // bytes of the file
}

func refuseCollect(format string, args ...any) error {
	return fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), ErrCollect)
}

// begin checks the request, fills in what was left open and takes up the file.
func (in *importing) begin() error {
	r := &in.r
	if !slices.Contains(CollectKinds(), r.Kind) {
		return refuseCollect("kind %.40q", r.Kind)
	}
	if (r.Path == "") == (r.Reader == nil) {
		return refuseCollect("give a path, or the file itself")
	}
	if r.Name == "" {
		r.Name = r.Path
	}
	r.Name = strings.TrimSpace(filepath.Base(strings.ReplaceAll(r.Name, `\`, "/")))
	r.Name = strings.TrimLeft(strings.ReplaceAll(r.Name, ":", "_"), ".") // as attachments are named
	if r.Name == "" || r.Name == "/" {
		r.Name = string(r.Kind)
	}
	if !utf8.ValidString(r.Name) || strings.ContainsFunc(r.Name, func(c rune) bool { return c < ' ' || c == 0x7f }) || len(r.Name) > 200 {
		return refuseCollect("the file's name is not 1 to 200 bytes of printable UTF-8")
	}
	in.out.Name = r.Name
	if err := r.asked(in.n.found.Members()); err != nil {
		return err
	}
	var err error
	if in.pos.Asked, err = askedDigest(r); err != nil {
		return err
	}
	if err := in.origin(); err != nil {
		return err
	}
	in.opt = collect.Options{Origin: r.Origin, Name: r.Name, MediaType: r.MediaType, Type: r.Type}
	in.src, err = in.n.spool(in.ctx, r, in.progressRead)
	return err
}

// origin fills in what the officer left open, and refuses a label that the
// charter does not know.
func (in *importing) origin() error {
	r, n := &in.r, in.n
	bulk := !r.Kind.written()
	if in.marked = !r.Origin.Label.Equal(label.Label{}); !in.marked {
		r.Origin.Label = n.ownOnly()
	}
	if err := n.table.Check(r.Origin.Label); err != nil {
		return fmt.Errorf("%v: %w", err, act.ErrUnknownClass)
	}
	if strange := n.strangers(0, &r.Origin.Label); len(strange) > 0 {
		return &Refused{strange}
	}
	if r.Origin.Grade.IsZero() && bulk {
		r.Origin.Grade = act.Grade{Reliability: "F", Credibility: "6"}
	}
	if r.Origin.Source == (act.Source{}) && bulk {
		r.Origin.Source = act.Source{Descriptor: r.Name, Kind: act.KindTechnicalPublic, Originator: string(n.self)}
		if r.Kind == CollectUNList {
			r.Origin.Source.Descriptor = "Consolidated list of the United Nations Security Council"
			r.Origin.Source.Kind, r.Origin.Source.Party = act.KindOfficial, "UN"
		}
	}
	// What is wrong with it would be wrong with every draft.
	probe := act.PortionInput{Label: r.Origin.Label, Grade: r.Origin.Grade, Lang: "und", Text: "-"}
	if r.Origin.Lang != "" {
		probe.Lang = r.Origin.Lang
	}
	if r.Origin.Source != (act.Source{}) {
		probe.Sources = []act.Source{r.Origin.Source}
	}
	for _, f := range act.CheckDraft(probe) {
		if !f.Is(act.ErrNoGrade) {
			return &Refused{[]act.Finding{f}}
		}
	}
	return nil
}

// ownOnly is the label of what nobody has marked yet: the strictest class of
// the common policy, for this member alone.
func (n *Node) ownOnly() label.Label {
	p, _ := n.table.Policy(n.table.Common())
	return label.Label{Policy: p.ID, Class: p.Classes[len(p.Classes)-1], Rel: label.Members(n.self), Originators: label.Members(n.self)}
}

func (in *importing) progressRead(done int64) {
	in.done = done
	in.tell(0)
}

func (in *importing) tell(total int64) {
	if in.r.Progress != nil {
		in.r.Progress(CollectProgress{Done: in.done, Total: total, Items: in.out.Items,
			Added: in.out.Added, Changed: in.out.Changed, Same: in.out.Same, Ended: in.out.Ended})
	}
}

// known takes over what the first reading has shown of the file.
func (in *importing) known(res collect.Result, generated time.Time) {
	file := res.Original
	if in.original != nil {
		file = *in.original
	}
	in.out.File, in.out.Size, in.out.Digest, in.out.Generated = file.Digest, file.Size, res.Batch, generated
	p := &in.pos
	p.File, p.Size, p.Digest, p.Items, p.Generated = file.Digest, file.Size, res.Batch, res.End.Count, generated
	p.Reduced = p.Reduced || res.Original.Dropped
}

// open finds the import of this file that was interrupted, or begins one. It
// returns the cursor behind which to go on.
func (in *importing) open() (collect.Cursor, error) {
	var at collect.Cursor
	b, p, err := in.interrupted()
	if err != nil {
		return at, err
	}
	if b.ID != "" {
		in.out.Batch, in.out.Resumed = b.ID, true
		in.askedBefore(p)
		return collect.ParseCursor(p.At)
	}
	b, err = in.n.section.OpenBatch(in.ctx, in.o, string(in.r.Kind), in.r.Name)
	if err != nil {
		return at, err
	}
	in.out.Batch = b.ID
	pos, err := json.Marshal(in.pos)
	if err != nil {
		return at, err
	}
	return at, in.n.section.NoteImport(in.ctx, in.o, b.ID, string(pos), in.said)
}

// eachBatch calls fn for imports, the newest first, until it returns false.
func (n *Node) eachBatch(ctx context.Context, o section.Officer, fn func(section.Batch, position) (bool, error)) error {
	var before time.Time
	id := ""
	for {
		bs, err := n.section.Batches(ctx, o, before, id, section.MaxPage)
		if err != nil {
			return err
		}
		for _, b := range bs {
			before, id = b.Created, b.ID
			p, ok := parsePosition(b.Position)
			if !ok {
				continue // of an importer that is not this one
			}
			if more, err := fn(b, p); err != nil || !more {
				return err
			}
		}
		if len(bs) < section.MaxPage {
			return nil
		}
	}
}

// add puts a draft among those that are stored together.
func (in *importing) add(key string, d *collect.Draft) error {
	if err := in.ctx.Err(); err != nil {
		return err
	}
	draft := Draft{ReportType: d.Type, Title: d.Title, Portions: slices.Clone(d.Portions)}
	markSources(draft.Portions)
	for _, i := range d.Personal {
		in.personal(&draft.Portions[i].Label)
	}
	for i := range draft.Portions {
		p := &draft.Portions[i]
		p.ID, p.Salt = act.NewID(), string(act.NewID())
		for _, f := range act.CheckDraft(*p) {
			if !f.Is(act.ErrNoGrade) {
				f.Portion = i + 1
				return fmt.Errorf("entry %.80q: %w", key, &Refused{[]act.Finding{f}})
			}
		}
	}
	for _, f := range d.Files {
		a, err := in.file(&f)
		if err != nil {
			return err
		}
		p := &draft.Portions[f.Portion]
		p.Attachments = append(slices.Clone(p.Attachments), a)
	}
	in.note(d.Notes)
	raw, err := json.Marshal(draft)
	if err != nil {
		return err
	}
	if len(in.chunk) == importRun || in.bytes+len(raw) > importBytes {
		if err := in.flush(); err != nil {
			return err
		}
	}
	content := func(d *Draft, raw []byte) section.Content {
		c := d.content(raw)
		c.Read = in.r.Kind.written() // lists and bundles say it in fields
		return c
	}
	in.pos.At = d.At.String()
	in.bytes += len(raw)
	var to label.MemberSet
	for i := range draft.Portions {
		to = to.Union(draft.Portions[i].Label.Rel)
	}
	in.to = append(in.to, to)
	in.chunk = append(in.chunk, section.ImportItem{
		Key: key, Source: section.Digest(d.Digest), Content: content(&draft, raw),
		Correct: func(previous string) (section.Content, error) {
			next := draft
			next.Supersedes = previous
			raw, err := json.Marshal(next)
			return content(&next, raw), err
		},
	})
	return nil
}

// personal marks the portion of a record of a person that came with a file, so that
// all rules about persons hold of it: it leaves when an officer has said as what
// person, for what and by what law (rules 17 and 21), and it is reviewed as that of
// somebody who is nothing but "other", until then and if it does not leave.
func (in *importing) personal(l *label.Label) {
	l.Personal = true
	l.ReviewBy = l.ReviewBy.Min(label.Instant(in.n.minute().AddDate(0, 0, act.ReviewDaysOther).Unix()))
}

// note keeps what was left out, once for each rule and thing.
func (in *importing) note(notes []collect.Note) {
	for _, x := range notes {
		if !in.r.Kind.written() {
			x.Text, _, _ = strings.Cut(x.Text, " (") // counts are of one entry
		}
		if len(in.out.Notes) < maxNotes && !slices.Contains(in.out.Notes, x) {
			in.out.Notes = append(in.out.Notes, x)
		}
	}
}

// flush stores what was gathered, together with the place behind it.
func (in *importing) flush() error {
	if len(in.chunk) == 0 {
		return nil
	}
	pos, err := json.Marshal(in.pos)
	if err != nil {
		return err
	}
	got, err := in.n.section.ImportDrafts(in.ctx, in.o, in.out.Batch, string(pos), in.chunk)
	if err != nil {
		return err
	}
	for i, g := range got {
		if g.Previous != "" {
			if err := in.replaces(g.Previous, in.to[i]); err != nil {
				return err
			}
		}
		switch g.Outcome {
		case section.ImportAdded:
			in.out.Added++
		case section.ImportChanged:
			in.out.Changed++
		default:
			in.out.Same++
			continue
		}
		if len(in.out.Drafts) < 1000 {
			in.out.Drafts = append(in.out.Drafts, g.Draft)
		}
	}
	in.out.Items += int64(len(got))
	in.chunk, in.to, in.bytes = in.chunk[:0], in.to[:0], 0
	in.tell(in.pos.Size)
	return nil
}

// finish stores the rest and closes the import.
func (in *importing) finish() error {
	if err := in.flush(); err != nil {
		return err
	}
	if in.later { // what was found only while storing
		pos, err := json.Marshal(in.pos)
		if err != nil {
			return err
		}
		if err := in.n.section.NoteImport(in.ctx, in.o, in.out.Batch, string(pos), in.said); err != nil {
			return err
		}
		in.out.Noted = in.pos.Noted
	}
	in.n.suggesting.poke()
	return in.n.section.CloseBatch(in.ctx, in.o, in.out.Batch)
}

// unchanged reports whether an earlier import took in all entries with these
// digests, by key, and if so takes over which: there is nothing to do.
func (in *importing) unchanged(digests map[string]act.Digest) (bool, error) {
	keys := make([]string, 0, len(digests))
	for k := range digests {
		keys = append(keys, k)
	}
	known, err := in.n.section.Known(in.ctx, in.o, string(in.r.Kind), keys)
	if err != nil {
		return false, err
	}
	for k, d := range digests {
		if x, ok := known[k]; !ok || x.Digest != section.Digest(d) {
			return false, nil
		}
	}
	found := false
	err = in.n.eachBatch(in.ctx, in.o, func(b section.Batch, p position) (bool, error) {
		if b.SourceKind != string(in.r.Kind) || p.File != in.pos.File || !b.Closed {
			return true, nil
		}
		found, in.out.Batch = true, b.ID
		in.askedBefore(p)
		return false, nil
	})
	if err != nil || !found {
		return false, err
	}
	in.out.Items, in.out.Same = int64(len(digests)), int64(len(digests))
	in.tell(in.pos.Size)
	return true, nil
}
