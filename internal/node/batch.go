package node

import (
	"context"
	"crypto/sha256"
	"errors"
	"runtime"
	"slices"
	"sync"
	"time"

	"entente/act"
	"entente/internal/collect"
	"entente/internal/section"
	"entente/label"
)

// BatchState says how far an import has come.
type BatchState string

// The states of an import, by what of it is furthest behind.
const (
	BatchImporting BatchState = "importing" // not all of the file was taken in; give the same file again
	BatchDrafts    BatchState = "drafts"    // to be put up for release
	BatchPrepared  BatchState = "prepared"  // up for release
	BatchReleased  BatchState = "released"  // all of it has left, or was given up
	BatchEmpty     BatchState = "empty"     // nothing in it was new
)

// BatchInfo is an import in a list.
type BatchInfo struct {
	ID    string      `json:"id"`
	Kind  CollectKind `json:"kind"`
	Name  string      `json:"name"`
	State BatchState  `json:"state"`
	// File is SHA-256 of the file, Digest that of all its entries as one batch
	// (spec/act.md), Items their number; zero for what Collect did not make.
	File      act.Digest `json:"file"`
	Digest    act.Digest `json:"digest"`
	Items     int64      `json:"items"`
	Generated time.Time  `json:"generated,omitzero"`
	Login     string     `json:"login"`
	Created   time.Time  `json:"created"`
	Modified  time.Time  `json:"modified"`
	// Added, Changed and Same count what became of the entries.
	Added   int64 `json:"added"`
	Changed int64 `json:"changed"`
	Same    int64 `json:"same"`
	// NotTaken counts rows that were not taken in, Noted what the import says
	// beside its drafts; Reduced says that the original is not kept (rule 3).
	NotTaken int64 `json:"not_taken"`
	Noted    int64 `json:"noted"`
	Reduced  bool  `json:"reduced"`
	// Drafts, Deciding, Released and Discarded count the drafts by where they
	// stand; Deciding are among Drafts. Decision is the open one, if any.
	Drafts    int64  `json:"drafts"`
	Deciding  int64  `json:"deciding"`
	Released  int64  `json:"released"`
	Discarded int64  `json:"discarded"`
	Decision  string `json:"decision,omitempty"`
}

// Batches returns up to limit imports, the newest first, older than the one
// created at before with id beforeID; from the newest on when before is zero.
func (n *Node) Batches(ctx context.Context, o section.Officer, before time.Time, beforeID string, limit int) ([]BatchInfo, error) {
	bs, err := n.section.Batches(ctx, o, before, beforeID, limit)
	if err != nil {
		return nil, err
	}
	out := make([]BatchInfo, 0, len(bs))
	for _, b := range bs {
		x, err := n.batchInfo(ctx, o, b)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

// Batch returns one import.
func (n *Node) Batch(ctx context.Context, o section.Officer, id string) (BatchInfo, error) {
	b, err := n.section.Batch(ctx, o, id)
	if err != nil {
		return BatchInfo{}, err
	}
	return n.batchInfo(ctx, o, b)
}

func (n *Node) batchInfo(ctx context.Context, o section.Officer, b section.Batch) (BatchInfo, error) {
	c, err := n.section.BatchCounts(ctx, o, b.ID)
	if err != nil {
		return BatchInfo{}, err
	}
	p, _ := parsePosition(b.Position)
	x := BatchInfo{
		ID: b.ID, Kind: CollectKind(b.SourceKind), Name: b.Source, File: p.File, Digest: p.Digest, Items: p.Items, Generated: p.Generated,
		Login: b.Login, Created: b.Created, Modified: b.Modified, Added: b.Added, Changed: b.Changed, Same: b.Same,
		NotTaken: p.NotTaken, Noted: p.Noted, Reduced: p.Reduced,
		Drafts: c.Drafts, Deciding: c.Deciding, Released: c.Released, Discarded: c.Discarded, Decision: c.Decision,
	}
	switch {
	case !b.Closed:
		x.State = BatchImporting
	case c.Drafts > c.Deciding:
		x.State = BatchDrafts
	case c.Deciding > 0:
		x.State = BatchPrepared
	case c.Released+c.Discarded > 0:
		x.State = BatchReleased
	default:
		x.State = BatchEmpty
	}
	return x, nil
}

// BatchPlan is the dry-run of the release of a whole import.
type BatchPlan struct {
	Batch string `json:"batch"`
	// Count is how many drafts can leave, Views to whom how many of them go.
	Count int64       `json:"count"`
	Views []BatchView `json:"views"`
	// Blocked names the first of those that cannot leave, and why.
	Blocked      []BlockedDraft `json:"blocked"`
	BlockedCount int64          `json:"blocked_count"`
}

// BatchView says how many views go to exactly these members.
type BatchView struct {
	To    []label.MemberID `json:"to"`
	Count int64            `json:"count"`
}

// BlockedDraft is a draft that cannot leave.
type BlockedDraft struct {
	Draft string `json:"draft"`
	Why   string `json:"why"`
}

const maxBlocked = 50

// PlanBatch computes the dry-run of every draft of an import that has not
// left, and attaches it to those that can leave, so that they can be put up
// for release together.
func (n *Node) PlanBatch(ctx context.Context, o section.Officer, batch string) (*BatchPlan, error) {
	out := &BatchPlan{Batch: batch, Views: []BatchView{}, Blocked: []BlockedDraft{}}
	if _, err := n.section.Batch(ctx, o, batch); err != nil {
		return nil, err
	}
	views := viewCounts{}
	after := ""
	for {
		ds, err := n.section.BatchDrafts(ctx, o, batch, after, section.MaxPage)
		if err != nil {
			return nil, err
		}
		if len(ds) == 0 {
			break
		}
		judged, err := n.judgeAll(ctx, ds)
		if err != nil {
			return nil, err
		}
		var plans []section.Plan
		for i := range ds {
			d, j := &ds[i], judged[i]
			after = d.ID
			if j == nil {
				continue
			}
			if j.blocked != "" {
				if out.BlockedCount++; len(out.Blocked) < maxBlocked {
					out.Blocked = append(out.Blocked, BlockedDraft{d.ID, j.blocked})
				}
				continue
			}
			out.Count++
			views.add(j.rel, n.self)
			if d.Plan == nil || *d.Plan != j.digest {
				plans = append(plans, section.Plan{Draft: d.ID, Content: d.Digest, Plan: j.digest})
			}
		}
		if len(plans) > 0 {
			if err := n.section.PlanDrafts(ctx, o, plans...); err != nil {
				return nil, err
			}
		}
	}
	out.Views = views.list()
	return out, nil
}

// judgeAll judges those of the drafts that have not left and are not up for
// release, on all processors; the others are nil.
func (n *Node) judgeAll(ctx context.Context, ds []section.Draft) ([]*judgement, error) {
	out := make([]*judgement, len(ds))
	workers := min(runtime.GOMAXPROCS(0), 1+len(ds)/32)
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(ds) && errs[w] == nil; i += workers {
				d := &ds[i]
				if d.State != section.Drafted && d.State != section.Planned || d.Decision != "" {
					continue
				}
				draft, err := ParseDraft(d.Content)
				if err == nil {
					out[i], err = n.judge(ctx, draft)
				}
				errs[w] = err
			}
		})
	}
	wg.Wait()
	return out, errors.Join(errs...)
}

// viewCounts counts views by their recipients.
type viewCounts map[string]*BatchView

func (c viewCounts) add(rel *label.ReleasePlan, self label.MemberID) {
	for _, v := range rel.Views {
		c.one(v.Recipients, self)
	}
}

func (c viewCounts) one(recipients label.MemberSet, self label.MemberID) {
	to := recipients.Minus(label.Members(self))
	key := to.String()
	if c[key] == nil {
		c[key] = &BatchView{To: to.Slice()}
	}
	c[key].Count++
}

func (c viewCounts) list() []BatchView {
	out := make([]BatchView, 0, len(c))
	for _, v := range c {
		out = append(out, *v)
	}
	slices.SortFunc(out, func(a, b BatchView) int { return slices.Compare(a.To, b.To) })
	return out
}

// Decision is a release up for decision, as the officer who decides sees it:
// by the digest, the number and the recipients of what would leave.
type Decision struct {
	section.Decision
	// Batch is the import that all drafts came with; empty for others.
	Batch string
	// Entries is the digest of all entries as one batch, which each of the
	// released reports will carry; zero for others.
	Entries act.Digest
	Views   []BatchView
	// Titles are those of the first drafts, at most 20.
	Titles []string
}

const maxTitles = 20

// Decision returns a release with what would leave, and to whom.
func (n *Node) Decision(ctx context.Context, o section.Officer, id string) (Decision, error) {
	d, err := n.section.Decision(ctx, o, id)
	if err != nil {
		return Decision{}, err
	}
	out := Decision{Decision: d}
	views := viewCounts{}
	after, first := "", true
	for {
		page, err := n.section.SubjectDrafts(ctx, id, after, section.MaxPage)
		if err != nil {
			return Decision{}, err
		}
		for i := range page {
			dr := &page[i]
			after = dr.ID
			if first {
				out.Batch, first = dr.Batch, false
			} else if dr.Batch != out.Batch {
				out.Batch = ""
			}
			if len(dr.Content) == 0 || n.section.Hides(o, *dr) {
				continue // erased since, or hidden until it is
			}
			if dr.Kind != KindReport {
				if err := n.decideStatement(ctx, *dr, &out, views); err != nil {
					return Decision{}, err
				}
				continue
			}
			draft, err := ParseDraft(dr.Content)
			if err != nil {
				return Decision{}, err
			}
			if len(out.Titles) < maxTitles {
				out.Titles = append(out.Titles, draft.Title)
			}
			rel, _, _, err := n.planViews(ctx, draft)
			if err != nil {
				return Decision{}, err
			}
			views.add(rel, n.self)
		}
		if len(page) < section.MaxPage {
			break
		}
	}
	if out.Entries, err = n.batchOf(ctx, d); err != nil {
		return Decision{}, err
	}
	out.Views = views.list()
	return out, nil
}

// decideStatement adds what a draft that is no report would leave in.
func (n *Node) decideStatement(ctx context.Context, d section.Draft, out *Decision, views viewCounts) error {
	_, s, err := n.planStatement(ctx, d)
	if err != nil {
		return err
	}
	if len(out.Titles) < maxTitles {
		out.Titles = append(out.Titles, d.Kind)
	}
	for _, a := range s.acts {
		views.one(a.to, n.self)
	}
	return nil
}

// isBulk returns the kind of an import and says whether it is one of many
// acts, which a text is not, however long.
func (n *Node) isBulk(ctx context.Context, batch string) (CollectKind, bool, error) {
	b, err := n.section.SourceOf(ctx, batch)
	if err != nil {
		return "", false, err
	}
	kind := CollectKind(b.SourceKind)
	return kind, !kind.written(), nil
}

// entryDigest is the digest under which a draft counts in its batch
// (spec/act.md, "Batches"): of a listing, of an object's bytes, of a file that
// stands for it, of the portions where they are the entry, else of the draft.
func entryDigest(kind CollectKind, d *section.Draft) (act.Digest, error) {
	if kind.written() || len(d.Content) == 0 {
		return act.Digest(d.Digest), nil
	}
	draft, err := ParseDraft(d.Content)
	if err != nil {
		return act.Digest{}, err
	}
	if kind != CollectUNList && kind != CollectSTIX || len(draft.Portions[0].Cites) > 0 { // reports of ours cite
		return collect.EntryDigest(draft.Portions), nil
	}
	for i := range draft.Portions {
		p := &draft.Portions[i]
		switch {
		case p.Designation != nil:
			return act.DesignationDigest(p.Designation), nil
		case p.Object != nil:
			return sha256.Sum256(p.Object.Bytes), nil
		case len(p.Attachments) > 0:
			return p.Attachments[0].PlainDigest, nil
		}
	}
	return act.Digest(d.Digest), nil
}

// batchOf returns the digest under which the reports of a bulk import that is
// released as one stand together; zero for any other release.
func (n *Node) batchOf(ctx context.Context, d section.Decision) (act.Digest, error) {
	if d.Subjects < 2 {
		return act.Digest{}, nil
	}
	var entries []act.Digest
	kind, batch, after := CollectKind(""), "", ""
	for {
		ds, err := n.section.SubjectDrafts(ctx, d.ID, after, section.MaxPage)
		if err != nil {
			return act.Digest{}, err
		}
		for i := range ds {
			dr := &ds[i]
			after = dr.ID
			if batch == "" && dr.Batch != "" {
				batch = dr.Batch
				bulk := false
				if kind, bulk, err = n.isBulk(ctx, batch); err != nil || !bulk {
					return act.Digest{}, err
				}
			}
			if dr.Batch == "" || dr.Batch != batch {
				return act.Digest{}, nil
			}
			digest, err := entryDigest(kind, dr)
			if err != nil {
				return act.Digest{}, err
			}
			entries = append(entries, digest)
		}
		if len(ds) < section.MaxPage {
			return act.BatchDigest(entries), nil
		}
	}
}
