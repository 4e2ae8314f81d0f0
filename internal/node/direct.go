package node

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"entente/act"
	"entente/internal/centre"
	"entente/internal/keyring"
	"entente/internal/store/logdb"
	"entente/internal/store/viewdb"
	"entente/label"
	"entente/seal"
)

// What withholds goes to its readers beside the log as well, as the same bytes
// (spec/recall.md, "Before anything else"). It may hide, never show.

// maxDirect bounds what is kept of one originator until the log certifies it.
const maxDirect = 4096

// errNotWithholding refuses an envelope that is not for the provisional overlay.
var errNotWithholding = errors.New("this is no act that withholds something of the caller's own from this member, or cannot be opened here yet; send it through the log")

// directly returns to whom an act goes beside the log.
func (a spoken) directly(self label.MemberID, withholds bool) label.MemberSet {
	if !withholds || a.act.Type != act.TypeRecall {
		return label.MemberSet{}
	}
	return a.to.Minus(label.Members(self))
}

// directly is what this node sends beside the log.
type directly struct {
	n *Node

	mu  sync.Mutex
	ctx context.Context // while the node runs
	wg  sync.WaitGroup
}

// run lets envelopes be sent until ctx ends.
func (d *directly) run(ctx context.Context) error {
	d.mu.Lock()
	d.ctx = ctx
	d.mu.Unlock()
	<-ctx.Done()
	d.mu.Lock()
	d.ctx = nil
	d.mu.Unlock()
	d.wg.Wait()
	return ctx.Err()
}

// send sends an own envelope straight to its readers, and again until they have
// it or the log certifies it. What is lost with the process reaches them by the
// log.
func (d *directly) send(f centre.Filed, to label.MemberSet) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ctx == nil || to.IsEmpty() {
		return
	}
	ctx := d.ctx
	for m := range to.All() {
		d.wg.Go(func() {
			if err := d.untilTaken(ctx, m, f); err != nil && ctx.Err() == nil {
				d.n.logger.Info("what withholds reaches a member by the log alone", "member", string(m), "err", err)
			}
		})
	}
}

// wait waits until all has been sent.
func (d *directly) wait() { d.wg.Wait() }

func (d *directly) untilTaken(ctx context.Context, m label.MemberID, f centre.Filed) error {
	pause := 100 * time.Millisecond
	for {
		e, err := d.n.log.OutboxEnvelope(ctx, f.Incarnation, f.Sequence)
		if err != nil || e == nil {
			return err
		}
		final, err := d.n.post(ctx, m, "/direct", append(bytes.Clone(e.Header), e.Body...))
		if err == nil || final {
			return err
		}
		t := time.NewTimer(pause)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return ctx.Err()
		}
		pause = min(2*pause, 10*time.Second)
		if i, ok, err := d.n.log.OwnIndex(ctx, f.Incarnation, f.Sequence); err != nil || ok && i < d.n.station.Certified().Size {
			return err // whoever is in reach now has it from the log
		}
	}
}

// post sends one request on the member link; final says that trying again would
// bring the same answer.
func (n *Node) post(ctx context.Context, to label.MemberID, path string, body []byte) (final bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	client, base, err := n.link.Client(to)
	if err != nil {
		return false, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/entente/v1"+path, bytes.NewReader(body))
	if err != nil {
		return false, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return false, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 4096))
	if err != nil || resp.StatusCode == http.StatusNoContent {
		return false, err
	}
	var said struct{ Code string }
	json.Unmarshal(answer, &said) // an answer that is none has no code
	return resp.StatusCode == http.StatusNotFound, fmt.Errorf("HTTP %d %.64s", resp.StatusCode, said.Code)
}

// serveDirect takes what another member withholds, before the log certifies it.
func (n *Node) serveDirect(w http.ResponseWriter, r *http.Request, from label.MemberID) error {
	raw, err := io.ReadAll(io.LimitReader(r.Body, seal.HeaderSize+seal.MaxBody+1))
	if err != nil {
		return err
	}
	switch err := n.takeDirect(r.Context(), from, raw); {
	case errors.Is(err, errNotWithholding):
		n.logger.Warn("what came beside the log is refused", "from", string(from), "err", err)
		centre.WriteError(w, http.StatusUnprocessableEntity, "not_withholding", errNotWithholding.Error())
		return nil
	case err != nil:
		n.logger.Warn("what came beside the log is refused", "from", string(from), "err", err)
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// takeDirect verifies an envelope, keeps it and applies it provisionally.
func (n *Node) takeDirect(ctx context.Context, from label.MemberID, raw []byte) error {
	if len(raw) < seal.HeaderSize {
		return centre.ErrTruncated
	}
	h, err := seal.ParseHeader(raw[:seal.HeaderSize])
	if err != nil {
		return err
	}
	if h.Originator != from {
		return fmt.Errorf("%w: %s sends for %s", seal.ErrOriginator, from, h.Originator)
	}
	kept, err := n.log.CountDirect(ctx, string(from))
	if err != nil {
		return err
	}
	if kept >= maxDirect {
		return centre.ErrQuota
	}
	row, err := n.openDirect(ctx, raw)
	if err != nil {
		return err
	}
	// The projection must not be past its leaf before it is applied here.
	n.projector.busy.Lock()
	defer n.projector.busy.Unlock()
	if certified, err := n.heardAlready(ctx, row.Act, row.By); err != nil || certified {
		return err
	}
	// What has ended and is sent again stays ended: only the log brings it back.
	expired, err := n.log.PutDirect(ctx, logdb.Direct{Hash: seal.HashHeader(raw[:seal.HeaderSize]), Originator: string(from), Envelope: raw, Seen: n.now().Unix()})
	if err != nil || expired {
		return err
	}
	if _, err = n.views.Provisionally(ctx, []viewdb.Recall{*row}); err == nil {
		n.feed.Changed()
	}
	return err
}

// openDirect opens an envelope that withholds something of its originator's own
// from this member.
func (n *Node) openDirect(ctx context.Context, raw []byte) (*viewdb.Recall, error) {
	header, body := raw[:seal.HeaderSize], raw[seal.HeaderSize:]
	h, err := seal.ParseHeader(header)
	if err != nil {
		return nil, err
	}
	if h.Charter != n.hash() || h.Kind != seal.Sealed {
		return nil, errNotWithholding
	}
	pub, ok := n.station.State().HeaderKey(h.Originator, n.station.Size())
	if !ok {
		return nil, errNotWithholding
	}
	if err := seal.VerifyHeader(header, ed25519.PublicKey(pub[:])); err != nil {
		return nil, err
	}
	held, err := n.ring.SetKeys(ctx, h.Originator, h.Incarnation, h.Epoch)
	if err != nil && !errors.Is(err, keyring.ErrForgotten) {
		return nil, err
	}
	keys := make([]seal.SetKey, len(held))
	for i := range held {
		keys[i] = held[i].Key
	}
	k, _, ok := seal.NewTrial(n.hash(), keys).Find(header)
	if !ok {
		return nil, errNotWithholding
	}
	inner, err := seal.Open(header, body, k)
	if err != nil {
		return nil, err
	}
	a, err := act.Parse(inner)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", errNotWithholding, err)
	}
	if a.Recall == nil || !a.Recall.Kind.Withholds() {
		return nil, errNotWithholding
	}
	row := n.recallRow(&opened{h: h}, a.Recall)
	if row == nil {
		return nil, errNotWithholding
	}
	own, err := n.views.Bears(ctx, row)
	if err == nil && !own {
		err = errNotWithholding
	}
	return row, err
}

// applyDirect applies again what came beside the log and is not certified, after
// a start or after the views were emptied.
func (n *Node) applyDirect(ctx context.Context) error {
	list, err := n.log.Directs(ctx)
	if err != nil {
		return err
	}
	for _, d := range list {
		if d.Expired {
			continue
		}
		row, err := n.openDirect(ctx, d.Envelope)
		if err != nil {
			n.logger.Warn("what came beside the log cannot be opened any more", "originator", d.Originator, "err", err)
			continue
		}
		certified, err := n.heardAlready(ctx, row.Act, row.By)
		if err == nil && certified {
			err = n.log.DropDirect(ctx, d.Hash)
		}
		if err != nil {
			return err
		}
		if certified {
			continue
		}
		if _, err := n.views.Provisionally(ctx, []viewdb.Recall{*row}); err != nil {
			return err
		}
	}
	return nil
}

// certifiedDirect forgets what came beside the log and is in a run of it.
func (n *Node) certifiedDirect(ctx context.Context, leaves []opened) error {
	var hashes [][32]byte
	for i := range leaves {
		if o := &leaves[i]; o.said != nil && o.said.Recall != nil {
			hashes = append(hashes, seal.HashHeader(o.header))
		}
	}
	return n.log.DropDirect(ctx, hashes...)
}

// expireDirect ends what the log has not certified within the charter's window.
func (n *Node) expireDirect(ctx context.Context) error {
	list, err := n.log.Directs(ctx)
	if err != nil {
		return err
	}
	due := n.now().Unix() - int64(n.found.Charter().WindowDays)*86400
	for _, d := range list {
		if d.Expired || d.Seen > due {
			continue
		}
		n.projector.busy.Lock()
		row, err := n.openDirect(ctx, d.Envelope)
		ended := err
		if err == nil {
			ended = n.views.EndProvisional(ctx, row.Act, row.By)
		}
		if err == nil {
			n.feed.Lifted()
		}
		n.projector.busy.Unlock()
		if err == nil && ended != nil {
			return ended // it still hides, and is ended the next time
		}
		if err != nil {
			n.logger.Warn("what came beside the log cannot be opened any more", "originator", d.Originator, "err", err)
		}
		if err := n.log.ExpireDirect(ctx, d.Hash); err != nil {
			return err
		}
		n.logger.Warn("a recall that the log never certified has ended", "originator", d.Originator, "came", time.Unix(d.Seen, 0).UTC())
	}
	return nil
}
