package node

import (
	"context"
	"crypto/ed25519"
	"errors"

	"entente/charter"
	"entente/internal/keyring"
	"entente/label"
	"entente/seal"
)

// trialKey names the set keys that may fit an envelope.
type trialKey struct {
	originator  label.MemberID
	incarnation uint32
	epoch       uint32
}

// trial is the set keys of one originator, incarnation and epoch.
type trial struct {
	keys []seal.SetKey
	try  *seal.Trial
}

// takePacket opens a key packet and keeps the set key, if there is one for this
// node. Its own packets it opens when it was restored from a backup that is
// older than they are: every own set holds this member.
func (n *Node) takePacket(ctx context.Context, state *charter.State, o *opened, body []byte) error {
	payload, err := seal.Payload(o.header, body)
	if err != nil {
		return nil // a public leaf was checked before it was stored; only deletion leaves it empty
	}
	pub, ok := state.HeaderKey(o.h.Originator, o.index)
	if !ok {
		return nil
	}
	packet, err := seal.ParsePacket(payload)
	if err != nil {
		n.logger.Warn("a key packet is malformed", "index", o.index, "originator", string(o.h.Originator), "code", seal.Code(err))
		o.code = seal.Code(err)
		return nil
	}
	if want := n.found.Charter().Slots; len(packet.Slots) != want {
		// Its length would tell how many recipients it has room for: it is as if
		// it were not there, and shown.
		n.logger.Warn("a key packet has not the charter's number of slots and is void", "index", o.index, "originator", string(o.h.Originator), "slots", len(packet.Slots), "charter", want)
		o.code = codePacketSlots
		return nil
	}
	place, err := seal.PlaceOf(&o.h, packet)
	if err != nil {
		n.logger.Warn("a key packet is void", "index", o.index, "originator", string(o.h.Originator), "code", seal.Code(err))
		o.code = seal.Code(err)
		return nil
	}
	id := keyring.PacketID{Originator: place.Originator, Incarnation: place.Incarnation, Epoch: place.Epoch, Number: place.Number}
	if o.h.Originator == n.self {
		held, err := n.ring.HasSetKey(ctx, id)
		if err != nil || held {
			return err
		}
	}
	privates, err := n.ring.EpochPrivateKeys(ctx, o.h.Epoch)
	if errors.Is(err, keyring.ErrForgotten) {
		return nil // the epoch is over and its key destroyed
	}
	if err != nil {
		return err
	}
	for _, private := range privates {
		key, found, mismatch, err := seal.OpenPacket(payload, place, private, ed25519.PublicKey(pub[:]))
		if err != nil {
			n.logger.Warn("a key packet is refused", "index", o.index, "originator", string(o.h.Originator), "code", seal.Code(err))
			return nil
		}
		if mismatch != nil {
			if err := n.station.KeepFault(ctx, &seal.SlotMismatch{Header: o.header, Payload: payload, Statement: *mismatch}); err != nil {
				n.logger.Error("a key packet contradicts itself", "index", o.index, "err", err)
			}
		}
		if !found {
			continue
		}
		err = n.ring.PutSetKey(ctx, id, key)
		if errors.Is(err, keyring.ErrConflict) || errors.Is(err, keyring.ErrForgotten) {
			n.logger.Warn("a set key is not kept", "index", o.index, "originator", string(o.h.Originator), "err", err)
			continue
		}
		if err != nil {
			return err
		}
	}
	n.projector.mu.Lock()
	delete(n.projector.trials, trialKey{o.h.Originator, o.h.Incarnation, o.h.Epoch})
	n.projector.mu.Unlock()
	return nil
}

// codePacketSlots is the code under which a key packet is shown that has
// another number of slots than the charter says.
const codePacketSlots = "packet_slots"

// loadTrials readies the set keys that the leaves may need.
func (n *Node) loadTrials(ctx context.Context, leaves []opened) error {
	p := &n.projector
	for i := range leaves {
		h := &leaves[i].h
		if h.Kind != seal.Sealed {
			continue
		}
		k := trialKey{h.Originator, h.Incarnation, h.Epoch}
		p.mu.Lock()
		_, ok := p.trials[k]
		p.mu.Unlock()
		if ok {
			continue
		}
		t := &trial{}
		held, err := n.ring.SetKeys(ctx, h.Originator, h.Incarnation, h.Epoch)
		if err != nil && !errors.Is(err, keyring.ErrForgotten) {
			return err
		}
		for _, k := range held {
			t.keys = append(t.keys, k.Key)
		}
		t.try = seal.NewTrial(n.hash(), t.keys)
		p.mu.Lock()
		p.trials[k] = t
		p.mu.Unlock()
	}
	return nil
}

// storedKeys returns the keys kept of envelopes whose set key may be gone.
func (n *Node) storedKeys(ctx context.Context, leaves []opened) (map[keyring.EnvelopeID]seal.EnvelopeKey, error) {
	var ids []keyring.EnvelopeID
	for i := range leaves {
		h := &leaves[i].h
		if h.Kind != seal.Sealed {
			continue
		}
		t := n.projector.trials[trialKey{h.Originator, h.Incarnation, h.Epoch}]
		if len(t.keys) == 0 {
			ids = append(ids, keyring.EnvelopeID{Originator: h.Originator, Incarnation: h.Incarnation, Sequence: h.Sequence})
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return n.ring.EnvelopeKeys(ctx, ids)
}
