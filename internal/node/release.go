package node

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"time"

	"entente/act"
	"entente/internal/centre"
	"entente/internal/section"
	"entente/internal/store/viewdb"
	"entente/label"
	"entente/seal"
)

// DecideRelease is the kind of decision by which reports leave.
const DecideRelease = section.DecideRelease

// Prepare puts drafts, or a whole import, up for release by another officer.
// Each is planned first, so that what is decided on is who will see what.
func (n *Node) Prepare(ctx context.Context, o section.Officer, drafts []string, batch string) (section.Decision, error) {
	if batch != "" {
		if p, err := n.PlanBatch(ctx, o, batch); err != nil {
			return section.Decision{}, err
		} else if len(p.Blocked) > 0 {
			b := p.Blocked[0]
			return section.Decision{}, fmt.Errorf("%w: %d of %d drafts, the first is %s: %s", label.ErrBlocked, p.BlockedCount, p.Count+p.BlockedCount, b.Draft, b.Why)
		}
	}
	for _, id := range drafts {
		p, err := n.Plan(ctx, o, id)
		if err != nil {
			return section.Decision{}, err
		}
		if len(p.Findings) > 0 {
			return section.Decision{}, &Refused{p.Findings}
		}
		if p.Blocked != "" {
			return section.Decision{}, fmt.Errorf("%w: %s", label.ErrBlocked, p.Blocked)
		}
	}
	return n.section.PrepareRelease(ctx, o, section.Release{Kind: DecideRelease, Drafts: drafts, Batch: batch})
}

// Approve lets a decision go ahead; the node then seals and sends.
func (n *Node) Approve(ctx context.Context, o section.Officer, id string, digest section.Digest) (section.Decision, error) {
	d, err := n.section.ApproveRelease(ctx, o, id, digest)
	if err != nil {
		return d, err
	}
	select {
	case n.kick <- struct{}{}:
	default:
	}
	return d, nil
}

// release sends what was approved, and what was left over by a crash, until ctx
// ends. An approved release is durable before anything is sealed; every envelope
// carries a reference to its draft, so that none is filed twice.
func (n *Node) release(ctx context.Context) error {
	wait := time.Second
	for {
		left, err := n.releaseAll(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		again := (<-chan time.Time)(nil)
		var t *time.Timer
		if err != nil || left {
			if err != nil && !errors.Is(err, centre.ErrRecovering) && !errors.Is(err, ErrNoSetKey) && !errors.Is(err, errNotYet) {
				n.logger.Error("a release waits", "err", err)
			}
			t = time.NewTimer(wait)
			again = t.C
		}
		changed := n.station.Changed()
		if err == nil && !left {
			changed = nil
		}
		select {
		case <-n.kick:
		case <-again:
		case <-changed:
			if err := pause(ctx, 20*time.Millisecond); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
		if t != nil {
			t.Stop()
		}
	}
}

// releaseAll sends every approved or leaving decision; left says that some
// could not go yet.
func (n *Node) releaseAll(ctx context.Context) (left bool, err error) {
	n.releasing.Lock()
	defer n.releasing.Unlock()
	var errs []error
	for _, state := range []section.DecisionState{section.Leaving, section.Approved} {
		ds, err := n.section.DecisionsIn(ctx, state, time.Time{}, "", 500)
		if err != nil {
			return true, err
		}
		for _, d := range ds {
			if _, err := n.section.BeginRelease(ctx, d.ID); err != nil {
				if errors.Is(err, section.ErrChanged) || errors.Is(err, section.ErrForbidden) {
					n.logger.Warn("an approved release is void", "decision", d.ID, "err", err)
					continue
				}
				errs = append(errs, err)
				continue
			}
			if err := n.send(ctx, d); err != nil {
				errs = append(errs, fmt.Errorf("decision %s: %w", d.ID, err))
				left = true
			}
		}
	}
	return left, errors.Join(errs...)
}

// send seals and files the drafts of one decision.
func (n *Node) send(ctx context.Context, d section.Decision) error {
	batch, err := n.batchOf(ctx, d)
	if err != nil {
		return err
	}
	s := &sender{n: n, d: d, batch: batch, keys: map[setKeyOf]seal.SetKey{}}
	after := ""
	for {
		drafts, err := n.section.LeavingDrafts(ctx, d.ID, after, releaseRun)
		if err != nil || len(drafts) == 0 {
			return err
		}
		after = drafts[len(drafts)-1].ID
		made, err := s.all(ctx, drafts)
		if err != nil {
			return err
		}
		var left []section.Left
		var items []centre.Item
		var owner []int // into drafts, for each item
		for i, its := range made {
			for range its {
				owner = append(owner, i)
			}
			items = append(items, its...)
		}
		filed, err := n.station.File(ctx, items)
		if err != nil {
			return err
		}
		positions := make([][]section.Position, len(drafts))
		for k, f := range filed {
			positions[owner[k]] = append(positions[owner[k]], section.Position{Incarnation: f.Incarnation, Sequence: f.Sequence})
		}
		for i, dr := range drafts {
			left = append(left, section.Left{Draft: dr.ID, Positions: positions[i]})
		}
		done, err := n.section.CompleteRelease(ctx, d.ID, left...)
		if err != nil || done {
			return err
		}
	}
}

// releaseRun is how many drafts are sealed and stored together.
const releaseRun = 250

// sender makes the envelopes of one decision.
type sender struct {
	n     *Node
	d     section.Decision
	batch act.Digest // of a bulk import that is released as one, else zero

	mu   sync.Mutex
	keys map[setKeyOf]seal.SetKey
}

type setKeyOf struct {
	epoch uint32
	set   string
}

// setKey returns the set key for recipients, each asked for once.
func (s *sender) setKey(ctx context.Context, epoch uint32, set label.MemberSet) (seal.SetKey, error) {
	of := setKeyOf{epoch, set.String()}
	s.mu.Lock()
	defer s.mu.Unlock()
	if k, ok := s.keys[of]; ok {
		return k, nil
	}
	k, err := s.n.setKey(ctx, epoch, set)
	if err == nil {
		s.keys[of] = k
	}
	return k, err
}

// all makes the envelopes of drafts, on all processors.
func (s *sender) all(ctx context.Context, drafts []section.Draft) ([][]centre.Item, error) {
	made := make([][]centre.Item, len(drafts))
	workers := min(runtime.GOMAXPROCS(0), 1+len(drafts)/16)
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(drafts) && errs[w] == nil; i += workers {
				made[i], errs[w] = s.envelopes(ctx, drafts[i])
			}
		})
	}
	wg.Wait()
	return made, errors.Join(errs...)
}

// envelopes makes the envelopes of one draft: one for each distinct view, and
// dummies, all of one size (spec/envelope.md, "Views and dummies").
func (s *sender) envelopes(ctx context.Context, dr section.Draft) ([]centre.Item, error) {
	n, d := s.n, s.d
	draft, err := ParseDraft(dr.Content)
	if err != nil {
		return nil, err
	}
	rel, findings, err := n.releasePlan(ctx, draft)
	if err != nil {
		return nil, err
	}
	if len(findings) > 0 {
		return nil, &Refused{findings}
	}
	if err := rel.Ready(); err != nil {
		return nil, err
	}
	portions := make([]act.Portion, len(draft.Portions))
	for i := range draft.Portions {
		if portions[i], err = act.NewPortion(draft.Portions[i]); err != nil {
			return nil, err
		}
	}
	epoch := n.station.Epoch()
	// Views of one report share no field, so that only a report of one view
	// names its batch.
	views, err := n.replacing(ctx, draft.Supersedes, rel.Views)
	if err != nil {
		return nil, err
	}
	bulk := !s.batch.IsZero() && len(views) == 1
	var sealed []outgoing
	for _, v := range views {
		o, err := s.view(ctx, dr, draft, v, portions, epoch, bulk)
		if err != nil {
			return nil, err
		}
		sealed = append(sealed, o)
	}
	want := len(sealed)
	if c := n.found.Charter(); c.FillViews && !bulk {
		want = n.found.Members().Len() - 1
	}
	if want < 1 {
		want = 1 // a release to nobody leaves as one dummy, so that it is on record
	}
	least := seal.Class(0)
	for _, o := range sealed {
		c, err := seal.ClassFor(len(o.act), true)
		if err != nil {
			return nil, err
		}
		least = max(least, c)
	}
	for len(sealed) < want {
		own, err := s.setKey(ctx, epoch, label.Members(n.self))
		if err != nil {
			return nil, err
		}
		sealed = append(sealed, outgoing{act: act.Dummy(), key: own})
	}
	items := make([]centre.Item, len(sealed))
	for k, o := range sealed {
		items[k] = centre.Item{
			Ref: "release/" + d.ID + "/" + dr.ID + "/" + fmt.Sprint(k),
			Seal: func(p seal.Place) (seal.Envelope, error) {
				if p.Epoch != epoch {
					return seal.Envelope{}, errEpochTurned
				}
				e, _, err := seal.Seal(p, o.key, o.act, least, n.signers.Header())
				return e, err
			},
		}
	}
	return items, nil
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

// outgoing is one act on its way out.
type outgoing struct {
	act []byte
	key seal.SetKey
}

// view builds one view of a report.
func (s *sender) view(ctx context.Context, dr section.Draft, draft *Draft, v replacingView, portions []act.Portion, epoch uint32, bulk bool) (outgoing, error) {
	n := s.n
	seen := make([]act.Portion, len(v.Portions))
	for i, k := range v.Portions {
		seen[i] = portions[k]
	}
	to := v.Recipients.With(n.self)
	view := act.View{
		ID: act.NewID(), Type: draft.ReportType, Title: n.titleFor(draft, v.Recipients), Written: dr.Modified.UTC().Truncate(time.Minute),
		To: to, Label: v.Banner, Supersedes: v.replaces,
	}
	if bulk {
		view.Batch = s.batch
	}
	a, err := act.BuildView(view, seen)
	if err != nil {
		return outgoing{}, err
	}
	key, err := s.setKey(ctx, epoch, to)
	return outgoing{act: a.Raw, key: key}, err
}

// titleFor returns the title that all of a view's readers may see: the
// officer's where its label lets them, else the type alone.
func (n *Node) titleFor(d *Draft, readers label.MemberSet) string {
	general := string(d.ReportType)
	if strings.TrimSpace(d.Title) == "" {
		return general
	}
	var mark label.Label
	if d.TitleLabel != nil {
		mark = *d.TitleLabel
	} else {
		var labels []label.Label
		for i := range d.Portions {
			labels = append(labels, d.Portions[i].Label)
		}
		whole, _, err := label.Rollup(n.table, labels, label.Consents{})
		if err != nil {
			return general
		}
		mark = whole
	}
	if mark.Rel.Includes(readers.Minus(label.Members(n.self))) {
		return d.Title
	}
	return general
}

// errNotYet: a release has to wait for an earlier one, which it replaces.
var errNotYet = errors.New("the report that this one replaces is not certified yet: it leaves when it is")

// replacingView is a view on its way out, with the earlier view of the same
// readers that it replaces, if it replaces one.
type replacingView struct {
	label.View
	replaces act.ID
}

// replacing returns the views that somebody else sees, divided so that the
// readers of each had one and the same view of the report that is replaced: a
// view names the one that it replaces, and must not tell of another.
func (n *Node) replacing(ctx context.Context, draft string, views []label.View) ([]replacingView, error) {
	var had map[label.MemberID]act.ID
	if draft != "" {
		var err error
		if had, err = n.viewsOf(ctx, draft); err != nil {
			return nil, err
		}
	}
	var out []replacingView
	for _, v := range views {
		at := map[act.ID]int{}
		for m := range v.Recipients.Minus(label.Members(n.self)).All() {
			id := had[m]
			k, ok := at[id]
			if !ok {
				k = len(out)
				at[id] = k
				part := v
				part.Recipients = label.MemberSet{}
				out = append(out, replacingView{View: part, replaces: id})
			}
			out[k].Recipients = out[k].Recipients.With(m)
		}
	}
	return out, nil
}

// viewsOf says which view of a released draft each of its readers got.
func (n *Node) viewsOf(ctx context.Context, draft string) (map[label.MemberID]act.ID, error) {
	positions, err := n.section.EnvelopesOf(ctx, draft)
	if err != nil {
		return nil, err
	}
	had := map[label.MemberID]act.ID{}
	for _, p := range positions {
		i, ok, err := n.log.OwnIndex(ctx, p.Incarnation, p.Sequence)
		if err != nil {
			return nil, err
		}
		if cursor, _ := n.Projected(); !ok || i >= cursor {
			return nil, errNotYet
		}
		full, err := n.views.At(ctx, i)
		if errors.Is(err, viewdb.ErrNotFound) {
			continue // a dummy, or forgotten
		}
		if err != nil {
			return nil, err
		}
		a, err := act.Parse(full.Act)
		if err != nil || a.Report == nil {
			continue
		}
		for m := range a.Report.To.Minus(label.Members(n.self)).All() {
			had[m] = a.Report.ID
		}
	}
	return had, nil
}

// State says where the envelopes of a released draft stand.
type State struct {
	// State is draft, waiting (approved, not sealed yet), filed (durable
	// here), logged (certified by a quorum).
	State string `json:"state"`
	// Views are the reports that readers got, by id, with who has proved to
	// have received each.
	Views []ViewState `json:"views,omitempty"`
}

// ViewState is one view of a released draft.
type ViewState struct {
	Report     string           `json:"report"`
	Index      int64            `json:"index"`
	Recipients []string         `json:"recipients"`
	Received   []label.MemberID `json:"received"`
}

// StateOf says what became of a draft.
func (n *Node) StateOf(ctx context.Context, o section.Officer, id string) (State, error) {
	d, err := n.section.Draft(ctx, o, id)
	if err != nil {
		return State{}, err
	}
	positions, err := n.section.Positions(ctx, o, id)
	if err != nil {
		return State{}, err
	}
	if len(positions) == 0 {
		if d.Decision != "" {
			return State{State: "waiting"}, nil
		}
		return State{State: "draft"}, nil
	}
	st := State{State: "logged"}
	certified := n.station.Certified().Size
	for _, p := range positions {
		i, ok, err := n.log.OwnIndex(ctx, p.Incarnation, p.Sequence)
		if err != nil {
			return State{}, err
		}
		if !ok || i >= certified {
			st.State = "filed"
			continue
		}
		full, err := n.views.At(ctx, i)
		if err != nil {
			continue // a dummy, or not projected yet
		}
		st.Views = append(st.Views, ViewState{Report: full.ID, Index: i, Recipients: full.Recipients, Received: n.receipts.by(i, full.Recipients)})
	}
	return st, nil
}
