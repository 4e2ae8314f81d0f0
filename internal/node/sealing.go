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
	"entente/label"
	"entente/seal"
)

// sender makes the envelopes of one decision.
type sender struct {
	n     *Node
	d     section.Decision
	batch act.Digest // of a bulk import that is released as one, else zero

	mu   sync.Mutex
	keys map[setKeyOf]seal.SetKey
	// direct are the readers, by the reference of an envelope, to whom it goes
	// beside the log.
	direct map[string]label.MemberSet
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
				if made[i], errs[w] = s.envelopes(ctx, drafts[i]); errs[w] != nil {
					errs[w] = fmt.Errorf("draft %s: %w", drafts[i].ID, errs[w])
				}
			}
		})
	}
	wg.Wait()
	return made, errors.Join(errs...)
}

// envelopes makes the envelopes of one draft: one for each distinct view, and
// dummies, all of one size (spec/envelope.md, "Views and dummies").
func (s *sender) envelopes(ctx context.Context, dr section.Draft) ([]centre.Item, error) {
	epoch := s.n.station.Epoch()
	if dr.Kind != KindReport {
		sealed, err := s.statements(ctx, dr, epoch)
		if err != nil {
			return nil, err
		}
		return s.filled(ctx, s.refOf(dr), sealed, epoch, false)
	}
	sealed, bulk, err := s.views(ctx, dr, epoch)
	if err != nil {
		return nil, err
	}
	return s.filled(ctx, s.refOf(dr), sealed, epoch, bulk)
}

// refOf names the envelopes of a draft in the decision.
func (s *sender) refOf(dr section.Draft) func(k int) string {
	return func(k int) string { return releaseRef(s.d.ID, dr.ID, k) }
}

// views makes one act for each distinct view of a report; bulk says that it
// leaves as it is, in a batch of many.
func (s *sender) views(ctx context.Context, dr section.Draft, epoch uint32) (sealed []outgoing, bulk bool, err error) {
	n := s.n
	draft, err := ParseDraft(dr.Content)
	if err != nil {
		return nil, false, err
	}
	rel, uses, at, err := n.planViews(ctx, draft)
	if err != nil {
		return nil, false, err
	}
	if err := rel.Ready(); err != nil {
		return nil, false, fmt.Errorf("%w (%v)", ErrPlanChanged, err)
	}
	// Time has passed since the approval: an expiry or a consent may have.
	digest, err := planDigest(rel, uses)
	if err != nil {
		return nil, false, err
	}
	if dr.Plan == nil || *dr.Plan != digest {
		return nil, false, ErrPlanChanged
	}
	// What a portion shows by itself is checked when its bytes are made.
	if draft.cites() || draft.Supersedes != "" || draft.Unmask != nil {
		findings, err := n.against(ctx, draft, at)
		if err != nil {
			return nil, false, err
		}
		if len(findings) > 0 {
			return nil, false, &Refused{findings}
		}
	}
	portions, err := act.NewPortions(draft.leaving())
	if err != nil {
		return nil, false, err
	}
	// Views of one report share no field, so that only a report of one view
	// names its batch.
	views, err := n.replacing(ctx, draft.Supersedes, rel.Views)
	if err != nil {
		return nil, false, err
	}
	bulk = !s.batch.IsZero() && len(views) == 1
	for _, v := range views {
		o, err := s.view(ctx, dr, draft, v, portions, epoch, bulk)
		if err != nil {
			return nil, false, err
		}
		sealed = append(sealed, o)
	}
	if own, ok := rel.ViewOf(n.self); ok && len(sealed) == 0 {
		// What is released to nobody is filed for this member alone, so that it
		// is on record, can be found and can be cited.
		o, err := s.view(ctx, dr, draft, replacingView{View: own}, portions, epoch, bulk)
		if err != nil {
			return nil, false, err
		}
		sealed = append(sealed, o)
	}
	return sealed, bulk, nil
}

// filled adds dummies and makes envelopes of one size of them all
// (spec/envelope.md, "Views and dummies").
func (s *sender) filled(ctx context.Context, ref func(k int) string, sealed []outgoing, epoch uint32, bulk bool) ([]centre.Item, error) {
	n := s.n
	want := len(sealed)
	if c := n.found.Charter(); c.FillViews && !bulk {
		all := max(1, n.found.Members().Len()-1)
		want = max(1, (len(sealed)+all-1)/all) * all // a withdrawal may have more acts than readers
	}
	if want < 1 {
		want = 1
	}
	least, urgent := seal.Class(0), false
	for _, o := range sealed {
		urgent = urgent || !o.direct.IsEmpty()
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
		if !o.direct.IsEmpty() {
			s.mu.Lock()
			s.direct[ref(k)] = o.direct
			s.mu.Unlock()
		}
		items[k] = centre.Item{
			Ref:     ref(k),
			Reserve: urgent,
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

// outgoing is one act on its way out.
type outgoing struct {
	act []byte
	key seal.SetKey
	// direct are the readers to whom it goes beside the log as well.
	direct label.MemberSet
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
	if v.Recipients.Equal(label.Members(n.self)) {
		view.To = label.MemberSet{} // kept to ourselves (spec/act.md, "report")
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
