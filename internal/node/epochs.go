package node

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"entente/charter"
	"entente/internal/centre"
	"entente/internal/keyring"
	"entente/label"
	"entente/seal"
)

// ErrNoSetKey: no key packet for this recipient set and epoch is in the log
// yet.
var ErrNoSetKey = errors.New("no key packet for these recipients is in the log yet: a member's node has not published its epoch keys; wait until it has run once, or release without that member")

// ErrPacketQuota: the charter lets no more recipient sets be used in this epoch.
var ErrPacketQuota = errors.New("the charter's quota of key packets for this epoch is used up: release to recipients that were released to before, or wait for the next epoch")

// epochs is the life of this node's keys: published ahead, used, closed,
// destroyed (spec/keys.md).
type epochs struct {
	mu       sync.Mutex
	complete bool     // packets for every set of the present epoch are filed
	oldest   uint32   // the first epoch whose keys may still be here
	upto     int64    // how long the log was when this node could first sign
	seen     bool     // what stood in it then is projected
	lost     []uint32 // epochs whose stated keys are not here
	renewed  uint32   // serial of the certificate under which lost keys were stated anew; the keeper alone touches it
}

func (e *epochs) ready() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.complete
}

func (e *epochs) lostOnes() []uint32 {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.lost)
}

// keepEpochs publishes epoch keys and packets, closes epochs that are over and
// destroys what must be forgotten, until ctx ends.
func (n *Node) keepEpochs(ctx context.Context) error {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for {
		changed := n.station.Changed()
		_, moved := n.Projected()
		if err := n.turnEpochs(ctx); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if !errors.Is(err, centre.ErrRecovering) {
				n.logger.Error("the keys' life is interrupted", "err", err)
			}
		}
		// The log's growth is looked at not more often than it matters: at
		// once while something is missing, else now and then.
		if n.epochs.ready() && len(n.epochs.lostOnes()) == 0 {
			select {
			case <-tick.C:
			case <-ctx.Done():
				return ctx.Err()
			}
			continue
		}
		select {
		case <-changed:
		case <-moved:
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// sawOwn says whether every packet that this node has in the log is known here.
// After a restore some may not be, and a new one must not get the number of one
// that is there: its readers hold to the first.
func (n *Node) sawOwn() bool {
	cursor, _ := n.Projected()
	e := &n.epochs
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.seen && n.station.MaySign() {
		if e.upto == 0 {
			e.upto = n.station.Size()
		}
		e.seen = cursor >= e.upto
	}
	return e.seen
}

// turnEpochs does what the present state of the log calls for.
func (n *Node) turnEpochs(ctx context.Context) error {
	state := n.station.State()
	if n.station.Certified().Size == 0 {
		return nil // epochs go by log time, and there is none yet
	}
	now := n.station.Epoch()
	if err := n.publishKeys(ctx, state, now); err != nil {
		return err
	}
	if err := n.publishPackets(ctx, state, now); err != nil {
		return err
	}
	if err := n.closeEpochs(ctx, state, now); err != nil {
		return err
	}
	return n.forgetEpochs(ctx, state, now)
}

// publishKeys states this node's public keys for the present epoch and those
// ahead of it.
func (n *Node) publishKeys(ctx context.Context, state *charter.State, now uint32) error {
	missing := state.Unpublished(n.self, now)
	keys, err := n.restated(ctx, state, now)
	if err != nil {
		return err
	}
	if len(missing)+len(keys) == 0 {
		return nil
	}
	all, err := n.ring.EnsureEpochKeys(ctx, now)
	if err != nil {
		return err
	}
	for _, k := range all {
		if slices.Contains(missing, k.Epoch) {
			keys = append(keys, k)
		}
	}
	ref := fmt.Sprintf("epoch-keys/%d/%d", n.incarnation(), keys[len(keys)-1].Epoch)
	if len(keys) > len(missing) {
		cert, _ := state.Certificate(n.self, state.Next())
		ref += fmt.Sprintf("/%d", cert.Serial)
	}
	stmt := charter.EpochKeys{Charter: n.found.Hash(), Member: n.self, Incarnation: n.incarnation(), Keys: keys}
	sign, err := n.signers.current()
	if err != nil {
		return err
	}
	payload, err := sign.Epoch.SignEpochKeys(&stmt)
	if err != nil {
		return err
	}
	if _, err = n.station.File(ctx, []centre.Item{{
		Ref: ref, Keep: true,
		Seal: func(p seal.Place) (seal.Envelope, error) {
			return seal.SealPublic(p, seal.EpochKeys, payload, n.signers.Header())
		},
	}}); err == nil && len(keys) > len(missing) {
		cert, _ := state.Certificate(n.self, state.Next())
		n.epochs.renewed = cert.Serial
	}
	return err
}

// restated draws other keys for the epochs ahead whose stated ones are lost here,
// as after a restore of a backup from before they were drawn: what would be
// sealed to them nobody could open. They can be stated only under a certificate
// newer than that of the lost ones; until it is there the loss is told of.
func (n *Node) restated(ctx context.Context, state *charter.State, now uint32) ([]charter.EpochKey, error) {
	var lost, renew []uint32
	for e := uint64(now); e <= min(uint64(now)+charter.PublishAhead, 1<<32-1); e++ {
		pub, ok := state.EpochKey(n.self, uint32(e))
		if !ok {
			continue
		}
		has, err := n.ring.HasEpochKey(ctx, uint32(e), pub)
		switch {
		case err != nil:
			return nil, err
		case has:
		case state.MayRestate(n.self, uint32(e)):
			renew = append(renew, uint32(e))
		default:
			lost = append(lost, uint32(e))
		}
	}
	n.epochs.mu.Lock()
	gone := slices.Concat(lost, renew)
	told := slices.Equal(n.epochs.lost, gone)
	n.epochs.lost = gone
	n.epochs.mu.Unlock()
	if len(lost) > 0 && !told {
		n.logger.Error("private keys that others will seal to are not here, as after a restore; renew this member's certificate: entente keys next", "epochs", lost)
	}
	cert, ok := state.Certificate(n.self, state.Next())
	if len(renew) == 0 || !ok || n.epochs.renewed == cert.Serial || !n.station.MaySign() {
		return nil, nil // stated already, and on its way into the log; or not to be stated yet
	}
	n.logger.Warn("epoch keys that are lost here are stated anew", "epochs", renew)
	return n.ring.RenewEpochKeys(ctx, renew...)
}

// incarnation is the one in which this node signs.
func (n *Node) incarnation() uint32 { return n.station.State().Incarnation(n.self) }

// publishPackets files the key packets for every recipient set, so that the
// first use of a set shows nothing (spec/envelope.md). A set whose members have
// not all published their keys waits.
func (n *Node) publishPackets(ctx context.Context, state *charter.State, epoch uint32) error {
	c := n.found.Charter()
	others := n.found.Members().Minus(label.Members(n.self)).Slice()
	if len(others)+1 > c.AllSets {
		n.epochs.mu.Lock()
		n.epochs.complete = true
		n.epochs.mu.Unlock()
		return nil
	}
	complete := true
	var sets []label.MemberSet
	for mask := range 1 << len(others) {
		set := label.Members(n.self)
		for i, m := range others {
			if mask&(1<<i) != 0 {
				set = set.With(m)
			}
		}
		if !n.reachable(state, set, epoch) {
			complete = false
			continue
		}
		sets = append(sets, set)
	}
	if err := n.filePackets(ctx, state, epoch, sets); err != nil {
		return err
	}
	n.epochs.mu.Lock()
	n.epochs.complete = complete
	n.epochs.mu.Unlock()
	return nil
}

// reachable says whether every member of a set has published its key for an
// epoch.
func (n *Node) reachable(state *charter.State, set label.MemberSet, epoch uint32) bool {
	for m := range set.All() {
		if _, ok := state.EpochKey(m, epoch); !ok {
			return false
		}
	}
	return true
}

// filePackets files packets for those sets that have none yet, shuffled.
func (n *Node) filePackets(ctx context.Context, state *charter.State, epoch uint32, sets []label.MemberSet) error {
	incarnation := n.incarnation()
	if !n.sawOwn() {
		for _, s := range sets {
			if _, ok, err := n.ring.OwnSet(ctx, incarnation, epoch, s); err != nil {
				return err
			} else if !ok {
				return fmt.Errorf("%w: its own key packets are still being read from the log", centre.ErrRecovering)
			}
		}
	}
	own, _, err := n.ring.CreateOwnSets(ctx, incarnation, epoch, sets)
	if err != nil {
		return err
	}
	refs := make([]string, len(own))
	for i, s := range own {
		refs[i] = packetRef(s.Packet)
	}
	filed, err := n.log.Refs(ctx, refs)
	if err != nil {
		return err
	}
	quota := n.found.Charter().Quotas.PacketsPerEpoch
	var items []centre.Item
	for i, s := range own {
		if _, ok := filed[refs[i]]; ok {
			continue
		}
		if int64(s.Packet.Number) >= quota {
			return fmt.Errorf("%w (%d)", ErrPacketQuota, quota)
		}
		var recipients []seal.Recipient
		for m := range s.Recipients.All() {
			k, ok := state.EpochKey(m, epoch)
			if !ok {
				return fmt.Errorf("%w (%s)", ErrNoSetKey, m)
			}
			recipients = append(recipients, seal.Recipient{Member: m, EpochKey: k[:]})
		}
		place := seal.PacketPlace{Charter: n.hash(), Originator: n.self, Incarnation: incarnation, Epoch: epoch, Number: s.Packet.Number}
		payload, err := seal.MakePacket(place, s.Key, recipients, n.found.Charter().Slots, n.signers.Header())
		if err != nil {
			return err
		}
		items = append(items, centre.Item{Ref: refs[i], Seal: func(p seal.Place) (seal.Envelope, error) {
			if p.Epoch != epoch {
				return seal.Envelope{}, errEpochTurned
			}
			return seal.SealPublic(p, seal.Packet, payload, n.signers.Header())
		}})
	}
	if len(items) == 0 {
		return nil
	}
	if _, err := n.station.File(ctx, items); err != nil {
		return err
	}
	n.projector.mu.Lock()
	delete(n.projector.trials, trialKey{n.self, incarnation, epoch})
	n.projector.mu.Unlock()
	return nil
}

func packetRef(p keyring.PacketID) string {
	return fmt.Sprintf("packet/%d/%d/%d", p.Incarnation, p.Epoch, p.Number)
}

// errEpochTurned: log time passed into the next epoch between choosing a key and
// filing; what asked tries again with the new epoch's keys.
var errEpochTurned = errors.New("the key epoch has just turned: try again")

// setKey returns the set key for recipients in an epoch, filing its packet
// first where the charter has too many members to publish all sets.
func (n *Node) setKey(ctx context.Context, epoch uint32, set label.MemberSet) (seal.SetKey, error) {
	incarnation := n.incarnation()
	own, ok, err := n.ring.OwnSet(ctx, incarnation, epoch, set)
	if err != nil {
		return seal.SetKey{}, err
	}
	if ok {
		filed, err := n.log.Refs(ctx, []string{packetRef(own.Packet)})
		if err != nil {
			return seal.SetKey{}, err
		}
		if len(filed) == 1 {
			return own.Key, nil
		}
	}
	state := n.station.State()
	for m := range set.All() {
		if _, ok := state.EpochKey(m, epoch); !ok {
			return seal.SetKey{}, fmt.Errorf("%w (%s)", ErrNoSetKey, m)
		}
	}
	if err := n.filePackets(ctx, state, epoch, []label.MemberSet{set}); err != nil {
		return seal.SetKey{}, err
	}
	own, _, err = n.ring.OwnSet(ctx, incarnation, epoch, set)
	return own.Key, err
}

// closeEpochs says of past epochs that nothing more will be sealed under them.
func (n *Node) closeEpochs(ctx context.Context, state *charter.State, now uint32) error {
	if now == 0 {
		return nil
	}
	last := now - 1
	if _, closed := state.ClosedBy(n.self, last); closed {
		return nil
	}
	payload, err := charter.Close{Charter: n.found.Hash(), Member: n.self, Incarnation: n.incarnation(), Epoch: last}.Payload()
	if err != nil {
		return err
	}
	_, err = n.station.File(ctx, []centre.Item{{
		Ref: fmt.Sprintf("close/%d/%d", n.incarnation(), last), Keep: true,
		Seal: func(p seal.Place) (seal.Envelope, error) {
			return seal.SealPublic(p, seal.Close, payload, n.signers.Header())
		},
	}})
	return err
}

// forgetEpochs destroys the keys of epochs that all members have closed, once
// the grace is past by log time and no body up to the last closing leaf is
// outstanding here.
func (n *Node) forgetEpochs(ctx context.Context, state *charter.State, now uint32) error {
	head := n.station.Certified()
	grace := int64(n.found.Charter().GraceDays) * 86400
	// Epochs are forgotten in order; those before the first that is left are gone.
	for e := n.epochs.oldest; e < now && head.Time >= n.found.Charter().EpochEnd(e)+grace; e++ {
		last, ok := state.ClosedByAll(e)
		if !ok || last >= head.Size {
			return nil
		}
		if cursor, _ := n.Projected(); cursor <= last {
			return nil
		}
		if err := n.ring.ForgetEpoch(ctx, e); err != nil && !errors.Is(err, keyring.ErrForgotten) {
			return err
		}
		n.epochs.oldest = e + 1
		n.projector.mu.Lock()
		for k := range n.projector.trials {
			if k.epoch == e {
				delete(n.projector.trials, k)
			}
		}
		n.projector.mu.Unlock()
		n.logger.Info("the keys of an epoch are destroyed", "epoch", e)
	}
	return nil
}
