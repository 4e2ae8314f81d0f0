package node

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"entente/internal/section"
	"entente/internal/store/logdb"
	"entente/label"
)

// Where the exchange by courier stands: what was made, what came, and what is
// missing (spec/bundle.md, sections 4 and 9).

// BundleStatus is where the exchange by courier stands.
type BundleStatus struct {
	Recovering bool
	Members    []BundleMember
	Adopting   []string // copies whose import is not finished
	Waiting    []BundleWaiting
}

// BundleWaiting is a copy that lies here and was not imported: bundles before it
// were missing, or it came only in part. What it says of itself is what its
// manifest claims; nothing of it is verified.
type BundleWaiting struct {
	File          string // SHA-256, hex
	Have          int64  // bytes
	Whole         bool   // all of the file is here; what follows is known then alone
	From          label.MemberID
	Number, Since uint64
	// MissingFrom to MissingTo are the bundles that have to come before it, 0
	// when it can be imported now.
	MissingFrom, MissingTo uint64
}

// BundleMember is where the exchange with one member stands.
type BundleMember struct {
	Member   label.MemberID
	Made     logdb.BundleOut // the last one made for it, zero for none
	Taken    logdb.BundleIn  // the last one imported from it, zero for none
	Cosigned int64           // the largest head that it is known to have cosigned
	At       time.Time
	Missing  bool // the certified head lacks its cosignature
	Relaying int  // its envelopes that are being handed to the lead
}

// BundleStatus says where the exchange by courier stands. Error:
// section.ErrForbidden.
func (n *Node) BundleStatus(ctx context.Context, o section.Officer) (BundleStatus, error) {
	var st BundleStatus
	if err := n.section.Authorise(ctx, o, section.OpOperate, "bundle"); err != nil {
		return st, err
	}
	cs, err := n.station.Status(ctx)
	if err != nil {
		return st, err
	}
	st.Recovering = cs.Recovering
	outs, err := n.log.LastBundlesOut(ctx)
	if err != nil {
		return st, err
	}
	ins, err := n.log.LastBundlesIn(ctx)
	if err != nil {
		return st, err
	}
	relaying, err := n.log.RelayFrom(ctx)
	if err != nil {
		return st, err
	}
	adopting, err := n.log.Adopting(ctx)
	if err != nil {
		return st, err
	}
	for f := range adopting {
		st.Adopting = append(st.Adopting, f)
	}
	slices.Sort(st.Adopting)
	if st.Waiting, err = n.waitingBundles(ctx, adopting); err != nil {
		return st, err
	}
	cosigning := n.station.Cosigning()
	for m := range n.found.Members().All() {
		if m == n.self {
			continue
		}
		b := BundleMember{Member: m, Relaying: relaying[string(m)], Missing: slices.Contains(cs.Missing, m)}
		if c, ok := cosigning[m]; ok {
			b.Cosigned, b.At = c.Size, c.At
		}
		for _, o := range outs {
			if o.Member == string(m) {
				b.Made = o
			}
		}
		for _, i := range ins {
			if i.Member == string(m) {
				b.Taken = i
			}
		}
		st.Members = append(st.Members, b)
	}
	return st, nil
}

// waitingBundles looks at the copies that wait, by sender and number.
func (n *Node) waitingBundles(ctx context.Context, adopting map[string]string) ([]BundleWaiting, error) {
	es, err := os.ReadDir(n.courierDir("in"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []BundleWaiting
	for _, e := range es {
		file, kind, _ := strings.Cut(e.Name(), ".")
		if _, begun := adopting[file]; begun {
			continue
		}
		i, err := e.Info()
		if err != nil {
			continue // it was taken or dropped meanwhile
		}
		w := BundleWaiting{File: file, Have: i.Size(), Whole: kind == "age"}
		if w.Whole {
			f, r, _, err := n.openBundle(ctx, filepath.Join(n.courierDir("in"), e.Name()))
			if err != nil {
				continue
			}
			f.Close()
			m := r.Manifest()
			w.From, w.Number, w.Since = m.From, m.Number, m.Since
			last, _, err := n.log.BundleIn(ctx, string(m.From), 0)
			if err != nil {
				return nil, err
			}
			if m.Number <= last.Number {
				continue // what it holds came another way
			}
			if m.Since > last.Number+1 {
				w.MissingFrom, w.MissingTo = last.Number+1, m.Since-1
			}
		}
		out = append(out, w)
	}
	slices.SortFunc(out, func(a, b BundleWaiting) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.Number, b.Number), cmp.Compare(a.File, b.File))
	})
	return out, nil
}

// ConfirmBundles takes a custodian's word which bundle left this node last for
// each member, from the courier's ledger; members to whom none has left need not
// stand in it. It lets a node without a line leave recovering (spec/bundle.md,
// section 9). Errors: section.ErrForbidden, ErrBundleLedger,
// centre.ErrRecovering for the lead.
func (n *Node) ConfirmBundles(ctx context.Context, o section.Officer, last map[label.MemberID]uint64) error {
	if err := n.section.Authorise(ctx, o, section.OpOperate, "bundle/ledger"); err != nil {
		return err
	}
	outs, err := n.log.LastBundlesOut(ctx)
	if err != nil {
		return err
	}
	held := map[label.MemberID]uint64{}
	for _, b := range outs {
		held[label.MemberID(b.Member)] = b.Number
	}
	var said []string
	for m := range n.found.Members().All() {
		if held[m] != last[m] {
			err := fmt.Errorf("%w (%s: stated %d)", ErrBundleLedger, m, last[m])
			return errors.Join(err, n.section.Record(ctx, o, section.OpOperate, "bundle/ledger", section.OutcomeRefused, "code="+ErrBundleLedger.code))
		}
		if last[m] > 0 {
			said = append(said, fmt.Sprintf("%s %d", m, last[m]))
		}
	}
	for m := range last {
		if m == n.self || !n.found.Members().Contains(m) {
			return fmt.Errorf("%w (%s)", ErrBundleAddressee, m)
		}
	}
	// On record before it has effect.
	if err := n.section.Record(ctx, o, section.OpOperate, "bundle/ledger", section.OutcomeDone, "last that left: "+strings.Join(said, ", ")); err != nil {
		return err
	}
	return n.station.Vouch()
}
