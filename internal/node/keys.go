package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"entente/charter"
	"entente/internal/centre"
	"entente/internal/section"
)

// A member's keys by purpose are renewed in three steps (spec/keys.md): the
// node draws them ([Node.NextKeys]), the root certifies them where it is kept,
// offline, and the node files the certificate ([Node.FileCertificate]). What has
// ended is destroyed when the custodian says so ([Node.RetireKeys]).
//
// They are one at a time; the caller sees to it.

// settingNext keeps in log.db the keys that wait for a certificate, so that
// asking twice draws them once.
const settingNext = "keys-next"

// KeyStatus says under which certificate this node signs.
type KeyStatus struct {
	InForce charter.KeyCertificate // by the log here
	// Filed: a later certificate is in the outbox and not in the log yet.
	Filed bool
	// Waiting: keys are drawn that no certificate names yet.
	Waiting bool
	// Recovering: the node signs nothing yet (spec/recovery.md).
	Recovering bool
}

// KeyStatus says under which certificate this node signs.
func (n *Node) KeyStatus(ctx context.Context) (KeyStatus, error) {
	cert, _ := n.station.State().Certificate(n.self, math.MaxInt64)
	cs, err := n.station.Status(ctx)
	if err != nil {
		return KeyStatus{}, err
	}
	waiting, err := n.waitingKeys(ctx)
	if err != nil {
		return KeyStatus{}, err
	}
	return KeyStatus{InForce: *cert, Filed: n.keysFiled(), Waiting: waiting != nil, Recovering: cs.Recovering}, nil
}

// keysFiled says whether the header key that signs here is a later one than the
// log knows.
func (n *Node) keysFiled() bool {
	cert, _ := n.station.State().Certificate(n.self, math.MaxInt64)
	h := n.station.HeaderSigner()
	return h != nil && charter.PublicKey(h.PublicKey()) != cert.Keys.Header
}

// nextKeys is what settingNext holds.
type nextKeys struct {
	Serial uint32              `json:"serial"`
	Keys   charter.PurposeKeys `json:"keys"`
}

// waitingKeys returns the keys that were drawn for the next certificate and are
// still here, or nil.
func (n *Node) waitingKeys(ctx context.Context) (*charter.PurposeKeys, error) {
	raw, err := n.log.Setting(ctx, settingNext)
	if err != nil || raw == nil {
		return nil, err
	}
	var w nextKeys
	if err := json.Unmarshal(raw, &w); err != nil {
		return nil, fmt.Errorf("the keys that wait for a certificate: %w", err)
	}
	serial, _, _ := n.station.NextCertificate()
	if w.Serial != serial || n.keysFiled() {
		return nil, nil // certified by now
	}
	if _, err := n.ring.Signers(w.Keys); err != nil {
		return nil, nil // restored from a backup without them
	}
	return &w.Keys, nil
}

// NextKeys draws keys for this member's next certificate and returns it, not
// signed yet: that is for the root. Asked again before one is filed it returns
// the same keys. begin asks for a new incarnation, for a node that cannot leave
// recovering (spec/recovery.md). Errors: section.ErrForbidden,
// centre.ErrCertify, and those of the disk.
func (n *Node) NextKeys(ctx context.Context, o section.Officer, begin bool) (*charter.KeyCertificate, error) {
	if err := n.section.Authorise(ctx, o, section.OpKeys, "next"); err != nil {
		return nil, err
	}
	if n.keysFiled() {
		return nil, centre.ErrCertifying
	}
	serial, incarnation, next := n.station.NextCertificate()
	if serial > charter.MaxSerial {
		return nil, fmt.Errorf("%w: its serial would be %d, the last is %d; join again with a new root", centre.ErrCertify, serial, charter.MaxSerial)
	}
	if begin {
		incarnation = next
	}
	keys, err := n.waitingKeys(ctx)
	if err != nil {
		return nil, err
	}
	if keys == nil {
		drawn, err := n.ring.Generate()
		if err != nil {
			return nil, err
		}
		raw, err := json.Marshal(nextKeys{serial, drawn})
		if err != nil {
			return nil, err
		}
		if err := n.log.SetSetting(ctx, settingNext, raw); err != nil {
			return nil, err
		}
		keys = &drawn
	}
	detail := fmt.Sprintf("serial %d, incarnation %d", serial, incarnation)
	if err := n.section.Record(ctx, o, section.OpKeys, "next", section.OutcomeDone, detail); err != nil {
		return nil, err
	}
	return &charter.KeyCertificate{Charter: n.found.Hash(), Member: n.self, Incarnation: incarnation, Serial: serial, Keys: *keys}, nil
}

// FileCertificate files a certificate that this member's root has signed for
// keys of [Node.NextKeys]. Headers are signed with the new key from here on, and
// heads once the log holds the certificate; it waits for that until ctx ends,
// and says whether it has seen it. One that is in force already, or on its way, is
// not filed again. Errors: section.ErrForbidden, centre.ErrCertify,
// centre.ErrCertifying while another is on its way, centre.ErrKeys,
// centre.ErrRecovering, and those of the disk.
func (n *Node) FileCertificate(ctx context.Context, o section.Officer, certificate []byte) (c *charter.KeyCertificate, inForce bool, err error) {
	if err := n.section.Authorise(ctx, o, section.OpKeys, "certificate"); err != nil {
		return nil, false, err
	}
	m, _ := n.found.Member(n.self)
	if c, err = charter.OpenKeyCertificate(certificate, n.found.Hash(), n.self, m.Root); err != nil {
		return nil, false, fmt.Errorf("%w: %w", centre.ErrCertify, err)
	}
	now, _ := n.station.State().Certificate(n.self, math.MaxInt64)
	if *c == *now { // it was filed before
		return c, true, nil
	}
	if last := n.station.Signing(); last != nil && *c == *last {
		return c, n.awaitKeys(ctx), nil
	}
	filed, err := n.station.Certify(ctx, certificate)
	if c.Serial <= now.Serial && errors.Is(err, centre.ErrCertify) {
		err = fmt.Errorf("%w: this is certificate %d, and certificate %d is in force", err, c.Serial, now.Serial)
	}
	if err != nil {
		outcome := section.OutcomeRefused
		if centre.Code(err) == "internal" {
			outcome = section.OutcomeFailed
		}
		return nil, false, errors.Join(err, n.section.Record(ctx, o, section.OpKeys, "certificate", outcome, centre.Code(err)))
	}
	detail := fmt.Sprintf("serial %d, incarnation %d, filed as %d", c.Serial, c.Incarnation, filed.Sequence)
	if err := n.section.Record(context.WithoutCancel(ctx), o, section.OpKeys, "certificate", section.OutcomeDone, detail); err != nil {
		return nil, false, err
	}
	return c, n.awaitKeys(ctx), nil
}

// awaitKeys waits until the log holds what was filed, and says whether it did
// before ctx ended.
func (n *Node) awaitKeys(ctx context.Context) bool {
	for {
		changed := n.station.Changed()
		if !n.keysFiled() {
			return true
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return false
		}
	}
}

// RetireKeys destroys the private keys of ended certificates: what has been
// revoked can then no longer be misused. Those in force stay, and those that
// wait for a certificate. Errors: section.ErrForbidden, centre.ErrCertifying while a
// certificate is on its way, and those of the disk.
func (n *Node) RetireKeys(ctx context.Context, o section.Officer) error {
	if err := n.section.Authorise(ctx, o, section.OpKeys, "retire"); err != nil {
		return err
	}
	if n.keysFiled() {
		return fmt.Errorf("%w; until then the keys before it are needed", centre.ErrCertifying)
	}
	now, _ := n.station.State().Certificate(n.self, math.MaxInt64)
	keep := []charter.PurposeKeys{now.Keys}
	waiting, err := n.waitingKeys(ctx)
	if err != nil {
		return err
	}
	if waiting != nil {
		keep = append(keep, *waiting)
	}
	if err := n.ring.Retire(keep...); err != nil {
		return err
	}
	return n.section.Record(ctx, o, section.OpKeys, "retire", section.OutcomeDone, fmt.Sprintf("serial %d stays", now.Serial))
}
