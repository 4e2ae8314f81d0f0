package node

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"sort"
	"sync"
	"time"

	"entente/internal/centre"
	"entente/label"
)

// Receipts: each member tells each originator, at fixed intervals and in one
// size, how much of what was sealed to it has been opened (spec/delivery.md).

const (
	receiptSize    = 256
	contextReceipt = "entente/v1/receipt"
)

// ErrReceipt refuses bytes that are no receipt of the caller's for this node.
var ErrReceipt = errors.New("this is no valid receipt for this member: make it anew as spec/delivery.md says, signed with the header key in force")

// Receipt is what is known of what a member has received of this node.
type Receipt struct {
	Member label.MemberID `json:"member"`
	// Upto is the log size up to which everything sealed to the member has
	// been opened there.
	Upto   int64     `json:"upto"`
	Opened int64     `json:"opened"`
	Failed int64     `json:"failed"`
	At     time.Time `json:"at"`
	// Differs says that the member has opened something else than was meant
	// for it.
	Differs bool `json:"differs"`

	hash [32]byte
}

type receipts struct {
	mu sync.Mutex
	m  map[label.MemberID]*Receipt
	// early are the last ones that reach further than the views here. To a member
	// that lives by courier another comes with the next bundle only, and reaches to
	// the end of that one's log.
	early map[label.MemberID][]byte
}

func (r *receipts) load(n *Node) {
	r.m, r.early = map[label.MemberID]*Receipt{}, map[label.MemberID][]byte{}
	for m := range n.found.Members().All() {
		if m != n.self {
			r.m[m] = &Receipt{Member: m}
		}
	}
}

func (r *receipts) list() []Receipt {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []Receipt
	for _, x := range r.m {
		out = append(out, *x)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Member < out[j].Member })
	return out
}

// by returns which of the recipients have proved to hold the envelope at index.
func (r *receipts) by(index int64, recipients []string) []label.MemberID {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []label.MemberID
	for m, x := range r.m {
		if x.Upto > index && !x.Differs && slices.Contains(recipients, string(m)) {
			out = append(out, m)
		}
	}
	slices.Sort(out)
	return out
}

// receiptFor makes this node's receipt for an originator.
func (n *Node) receiptFor(to label.MemberID) ([]byte, error) {
	p := &n.projector
	p.mu.Lock()
	cursor, t := p.cursor, p.tallies[string(to)]
	p.mu.Unlock()
	b := make([]byte, receiptSize)
	copy(b, "ENTR")
	b[4] = 1
	copy(b[5:], n.self)
	copy(b[8:], to)
	h := n.hash()
	copy(b[16:], h[:])
	binary.BigEndian.PutUint64(b[48:], uint64(cursor))
	binary.BigEndian.PutUint64(b[56:], uint64(t.Opened))
	copy(b[64:], t.Hash[:])
	binary.BigEndian.PutUint64(b[96:], uint64(t.Failed))
	n.appendRetired(b, cursor)
	sig, err := n.signers.Header().Sign(contextReceipt, b[:192])
	if err != nil {
		return nil, err
	}
	copy(b[192:], sig)
	return b, nil
}

// sendReceipts sends a receipt to every other member at the charter's interval.
func (n *Node) sendReceipts(ctx context.Context) error {
	tick := time.NewTicker(time.Duration(n.found.Charter().ReceiptSeconds) * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		n.takeEarly(ctx)
		var wg sync.WaitGroup
		for m := range n.found.Members().All() {
			if m == n.self {
				continue
			}
			wg.Go(func() {
				if err := n.sendReceipt(ctx, m); err != nil && ctx.Err() == nil {
					n.logger.Debug("a receipt was not taken", "by", string(m), "err", err)
				}
			})
		}
		wg.Wait()
	}
}

func (n *Node) sendReceipt(ctx context.Context, to label.MemberID) error {
	b, err := n.receiptFor(to)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	client, base, err := n.link.Client(to)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/entente/v1/receipt", bytes.NewReader(b))
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, io.LimitReader(resp.Body, 4096))
	if resp.StatusCode != http.StatusNoContent {
		return fmt.Errorf("HTTP %d", resp.StatusCode)
	}
	return nil
}

func (n *Node) serveReceipt(w http.ResponseWriter, r *http.Request, from label.MemberID) error {
	b, err := io.ReadAll(io.LimitReader(r.Body, receiptSize+1))
	if err == nil {
		err = n.takeReceipt(r.Context(), from, b)
	}
	if err != nil {
		n.logger.Warn("a receipt is refused", "from", string(from), "err", err)
		centre.WriteError(w, http.StatusUnprocessableEntity, "receipt", ErrReceipt.Error())
		return nil
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// takeEarly takes the receipts that reached further than the views when they came.
func (n *Node) takeEarly(ctx context.Context) {
	n.receipts.mu.Lock()
	early := maps.Clone(n.receipts.early)
	clear(n.receipts.early)
	n.receipts.mu.Unlock()
	for m, b := range early {
		if err := n.takeReceipt(ctx, m, b); err != nil {
			n.logger.Warn("a receipt is refused", "from", string(m), "err", err)
		}
	}
}

// takeReceipt holds a receipt against what this node has sealed to the member;
// one that reaches further than the views is held against it when they are there.
func (n *Node) takeReceipt(ctx context.Context, from label.MemberID, b []byte) error {
	h := n.hash()
	if len(b) != receiptSize || string(b[:4]) != "ENTR" || b[4] != 1 || string(b[5:8]) != string(from) ||
		string(b[8:11]) != string(n.self) || !bytes.Equal(b[16:48], h[:]) || !zero(b[11:16]) || !zero(b[120:192]) {
		return ErrReceipt
	}
	key, ok := n.station.State().HeaderKey(from, n.station.Size())
	if !ok || !key.Verify(contextReceipt, b[:192], b[192:]) {
		return fmt.Errorf("%w: signature", ErrReceipt)
	}
	upto := int64(binary.BigEndian.Uint64(b[48:]))
	count := int64(binary.BigEndian.Uint64(b[56:]))
	failed := int64(binary.BigEndian.Uint64(b[96:]))
	ended, size := int64(binary.BigEndian.Uint64(b[104:])), int64(binary.BigEndian.Uint64(b[112:]))
	switch {
	case ended < 0 || size < 0 || (ended == 0) != (size == 0):
		return fmt.Errorf("%w: of what is destroyed it gives a time without a size, or a size without a time", ErrReceipt)
	case size > upto:
		return fmt.Errorf("%w: it says that more is destroyed than was opened", ErrReceipt)
	}
	hash := [32]byte(b[64:96])

	n.receipts.mu.Lock()
	defer n.receipts.mu.Unlock()
	r := n.receipts.m[from]
	if r == nil {
		return ErrReceipt
	}
	cursor, _ := n.Projected()
	switch {
	case upto < r.Upto:
		return nil // older than one we have
	case upto > cursor:
		// About leaves that we have not looked at ourselves yet.
		n.receipts.early[from] = slices.Clone(b)
		return nil
	}
	next, err := n.expected(ctx, *r, upto)
	if err != nil {
		return err
	}
	next.Failed, next.At = failed, time.Now().UTC()
	if next.Opened != count || next.hash != hash {
		r.Differs, r.At, r.Failed = true, next.At, failed
		n.logger.Error("a member has opened something else than was sealed to it", "member", string(from), "upto", upto, "meant", next.Opened, "opened", count)
		return nil
	}
	*r = next
	return n.takeRetired(ctx, from, b)
}

// expected carries a verified receipt on to a later log size, over what was
// sealed to the member in between.
func (n *Node) expected(ctx context.Context, r Receipt, upto int64) (Receipt, error) {
	at := r.Upto
	for {
		sent, err := n.views.SentTo(ctx, at, upto, 1000)
		if err != nil {
			return r, err
		}
		for _, s := range sent {
			at = s.Index + 1
			if slices.Contains(s.Recipients, string(r.Member)) {
				r.Opened++
				r.hash = sha256.Sum256(append(r.hash[:], s.Hash[:]...))
			}
		}
		if len(sent) < 1000 {
			r.Upto, r.Differs = upto, false
			return r, nil
		}
	}
}

func zero(b []byte) bool {
	for _, x := range b {
		if x != 0 {
			return false
		}
	}
	return true
}
