package node

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"

	"entente/act"
	"entente/internal/collect"
	"entente/internal/feed"
	"entente/internal/section"
	"entente/internal/store/logdb"
	"entente/internal/store/viewdb"
)

// settingFeed keeps the key by which the dates of a feed are shuffled.
const settingFeed = "feed"

// openFeed opens the feed for the member's own tools.
func (n *Node) openFeed(ctx context.Context) (err error) {
	key, err := n.log.Setting(ctx, settingFeed)
	if err != nil {
		return err
	}
	if key == nil {
		key = make([]byte, 32)
		rand.Read(key) // never fails
		if err := n.log.SetSetting(ctx, settingFeed, key); err != nil {
			return err
		}
	}
	n.feed, err = feed.Open(ctx, feed.Options{
		Dir: n.dir, Self: n.self, Members: n.found.Members(), Table: n.table, Founded: n.found.Charter().Founded.Time(), Key: key, Views: n.views,
		Known: n.section.KnownAccounts, Node: feeding{n}, Logger: n.logger, Now: n.now, MaxPersons: collect.DefaultPersons,
	})
	return err
}

// FeedHandler serves the member's own tools by TAXII 2.1, at most maxPage
// objects in an answer.
func (n *Node) FeedHandler(maxPage int) http.Handler { return n.feed.Handler(maxPage) }

// AddAccount makes an account of a tool with rights, and returns its secret,
// which is shown once. Errors: feed.ErrGrants and those of the section.
func (n *Node) AddAccount(ctx context.Context, o section.Officer, name, officer string, g feed.Grants) (string, error) {
	if err := n.section.Authorise(ctx, o, section.OpAccountChange, name[:min(len(name), 64)]); err != nil {
		return "", err
	}
	if err := n.feed.Check(name, officer, g); err != nil {
		return "", err
	}
	text, err := g.Text()
	if err != nil {
		return "", err
	}
	secret, err := n.section.AddAccount(ctx, o, section.Account{Name: name, Officer: officer, Grants: text})
	if err != nil {
		return "", err
	}
	return secret, n.feed.Reload(ctx)
}

// RemoveAccount ends an account, and what it wrote is gone from its
// collection; what came into the intake stays there.
func (n *Node) RemoveAccount(ctx context.Context, o section.Officer, name string) error {
	if err := n.section.RemoveAccount(ctx, o, name); err != nil {
		return err
	}
	return n.feed.Reload(ctx)
}

// feedArrived tells the feed what was projected. A statement can end, narrow or
// put in doubt reports that are there.
func (n *Node) feedArrived(b *viewdb.Batch) {
	if len(b.Said)+len(b.Withdrawn) > 0 {
		n.feed.Changed()
	}
	for i := range b.Said {
		if r := b.Said[i].Recall; r != nil && r.Kind == string(act.RecallCleared) {
			n.feed.Lifted()
			break
		}
	}
	var replaces []string
	ends := int64(0)
	for i := range b.Reports {
		r := &b.Reports[i]
		if r.Supersedes != "" {
			replaces = append(replaces, r.Supersedes)
		}
		if r.Ends > 0 && (ends == 0 || r.Ends < ends) {
			ends = r.Ends
		}
	}
	n.feed.Arrived(replaces, ends)
}

// feeding is what the feed sees of the node.
type feeding struct{ n *Node }

// LogTime implements feed.Node.
func (f feeding) LogTime() int64 { return f.n.station.Certified().Time }

// LoggedBy implements feed.Node: by the end of its minute.
func (f feeding) LoggedBy(ctx context.Context, index int64) (int64, error) {
	t, err := f.n.log.LoggedAt(ctx, index)
	if errors.Is(err, logdb.ErrNotCertified) {
		return 0, fmt.Errorf("%w: leaf %d", feed.ErrNotYet, index)
	}
	return t + 60, err
}

// Inspect implements feed.Node.
func (f feeding) Inspect(raw []byte) (int, error) {
	res, err := collect.STIX(bundled([][]byte{raw}), collect.Options{Name: "taxii"}, nil)
	return res.Persons, err
}

// Take implements feed.Node: the objects become one import, marked for this
// member alone in the strictest class until an officer marks them.
func (f feeding) Take(ctx context.Context, account, officer string, objects [][]byte) error {
	o, err := f.n.section.ActingFor(ctx, section.Account{Officer: officer})
	if err != nil {
		return err
	}
	_, err = f.n.Collect(ctx, o, CollectRequest{Kind: CollectSTIX, Name: "taxii-" + account + ".json", Reader: bundled(objects),
		Origin: collect.Origin{Source: act.Source{Descriptor: "TAXII account " + account, Kind: act.KindTechnicalPublic, Originator: string(f.n.self)}}})
	var refused *act.Refusal
	var findings *Refused
	if errors.As(err, &refused) || errors.As(err, &findings) {
		return fmt.Errorf("%w: %w", feed.ErrRefused, err)
	}
	return err
}

// bundled puts objects into a STIX bundle, byte for byte. Its identifier is
// derived from them, so that the same objects make the same bundle.
func bundled(objects [][]byte) io.Reader {
	h := sha256.New()
	parts := []io.Reader{nil}
	for i, raw := range objects {
		h.Write(raw)
		if i > 0 {
			parts = append(parts, bytes.NewReader([]byte(",")))
		}
		parts = append(parts, bytes.NewReader(raw))
	}
	u := h.Sum(nil)[:16]
	u[6], u[8] = u[6]&0x0f|0x40, u[8]&0x3f|0x80
	parts[0] = bytes.NewReader(fmt.Appendf(nil, `{"type":"bundle","id":"bundle--%x-%x-%x-%x-%x","objects":[`, u[:4], u[4:6], u[6:8], u[8:10], u[10:]))
	return io.MultiReader(append(parts, bytes.NewReader([]byte("]}")))...)
}
