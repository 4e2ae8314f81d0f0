package node

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"entente/act"
	"entente/charter"
	"entente/internal/centre"
	"entente/internal/store/viewdb"
	"entente/label"
	"entente/seal"
)

// put files an envelope with these bytes as its act, sealed to all, as a node
// that does not care for the form of acts would.
func (h *house) put(m label.MemberID, raw []byte) {
	h.t.Helper()
	ctx := context.Background()
	n := h.nodes[m]
	key, err := n.setKey(ctx, n.station.Epoch(), label.Members(four...))
	check(h.t, err)
	_, err = n.station.File(ctx, []centre.Item{{Seal: func(p seal.Place) (seal.Envelope, error) {
		e, _, err := seal.Seal(p, key, raw, 0, n.signers.Header())
		return e, err
	}}})
	check(h.t, err)
}

// quarantined waits until a node shows so many quarantined envelopes, and
// returns their codes, oldest first.
func (h *house) quarantined(m label.MemberID, want int) (codes []string) {
	h.t.Helper()
	h.eventually("quarantine", func() bool {
		st, err := h.nodes[m].Status(context.Background())
		check(h.t, err)
		codes = nil
		for _, q := range st.Quarantine {
			codes = append([]string{q.Code}, codes...)
		}
		return len(codes) >= want
	})
	return codes
}

// Whatever stands in an envelope, it stops nobody: what is not understood is
// shown and passed, what breaks the program too, and a rebuild tries it again.
func TestNoReportStopsTheLog(t *testing.T) {
	h := newHouse(t, nil)
	h.start("IRQ", "IRN", "RUS")
	syr, err := Open(context.Background(), h.options("SYR"))
	check(t, err)
	var broken atomic.Int64
	broken.Store(-1)
	// The program of SYR has a fault that one report sets off.
	syr.fault = func(_ string, index int64) {
		if index == broken.Load() {
			panic("a fault of the program")
		}
	}
	h.run(syr)
	defer h.stopAll()
	h.ready(four...)
	all := mark("RESTRICTED", "IRQ", four...)
	h.releaseReport("IRQ", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(all, "IRQ", "the first report")}})
	first := h.find("RUS", viewdb.Query{Text: "first"}, 1)[0]
	full, err := h.nodes["RUS"].Views().Get(context.Background(), first.ID)
	check(t, err)

	h.put("IRQ", []byte(`{"v":1,"type":"report"`))                                                  // no JSON
	h.put("IRQ", []byte(`{"v":9,"type":"report"}`))                                                 // of a later version
	h.put("IRQ", full.Act)                                                                          // the same view again
	h.put("IRQ", []byte(strings.Replace(string(full.Act), "the first report", "a changed one", 1))) // its id and portion with other words
	other := strings.Replace(string(full.Act), `"id":"`+first.ID+`"`, `"id":"`+string(act.NewID())+`"`, 1)
	h.put("IRQ", []byte(strings.Replace(other, "the first report", "a changed one", 1))) // its portion with other words
	want := "[act_json act_unknown_version view_repeated view_repeated portion_conflict]"
	for _, m := range four {
		if got := fmt.Sprint(h.quarantined(m, 5)); got != want {
			t.Errorf("%s quarantined %s, want %s", m, got, want)
		}
	}

	h.atRest(four...) // what is put next is the next leaf
	broken.Store(h.nodes["IRQ"].Station().Size())
	h.put("IRQ", []byte(strings.ReplaceAll(strings.Replace(string(full.Act), `"id":"`+first.ID+`"`, `"id":"`+string(act.NewID())+`"`, 1),
		fmt.Sprintf("%x", portionOf(t, full.Act)), string(act.NewID()))))
	h.releaseReport("IRQ", &Draft{ReportType: act.INTREP, Portions: []act.PortionInput{portion(all, "IRQ", "the last report")}})
	for _, m := range four {
		h.find(m, viewdb.Query{Text: "last"}, 1)
	}
	if got := h.quarantined("SYR", 6); got[5] != codePanic {
		t.Errorf("SYR quarantined %v", got)
	}
	if got := h.quarantined("RUS", 5); len(got) != 5 {
		t.Errorf("RUS quarantined %v", got)
	}
	h.find("RUS", viewdb.Query{Text: "first"}, 2)

	// The mended program reads it when the views are made again.
	h.nodes["SYR"].stop()
	delete(h.nodes, "SYR")
	h.rebuild("SYR")
	h.start("SYR")
	if got := h.quarantined("SYR", 5); len(got) != 5 {
		t.Errorf("after the rebuild SYR has quarantined %v", got)
	}
	h.find("SYR", viewdb.Query{Text: "first"}, 2)
}

// portionOf returns the id of the first portion of a report.
func portionOf(t testing.TB, raw []byte) []byte {
	t.Helper()
	a, err := act.Parse(raw)
	check(t, err)
	id, err := act.ParseID(string(a.Report.Portions[0].ID))
	check(t, err)
	var b []byte
	_, err = fmt.Sscanf(string(id), "%x", &b)
	check(t, err)
	return b
}

// What the views cannot store is quarantined, and what came with it is stored.
func TestWhatCannotBeStoredIsQuarantined(t *testing.T) {
	h := newHouse(t, nil)
	n, err := Open(context.Background(), h.options("RUS"))
	check(t, err)
	defer n.Close()
	b := viewdb.Batch{Cursor: 3, Reports: []viewdb.Report{{Index: 0, ID: "a", Originator: "IRQ", Act: []byte{}}, {Index: 1, ID: "b", Originator: "IRQ", Act: []byte{}}, {Index: 2, ID: "c", Originator: "IRQ", Act: []byte{}}}}
	check(t, n.views.Apply(context.Background(), viewdb.Batch{Reports: []viewdb.Report{{Index: 1, ID: "x", Act: []byte{}}}}))
	check(t, n.store(context.Background(), &b, map[string]viewdb.Tally{"IRQ": {Originator: "IRQ", Opened: 3}}))
	c, err := n.views.Counts(context.Background())
	check(t, err)
	tally, err := n.views.Tallies(context.Background())
	check(t, err)
	if c.Reports != 3 || c.Quarantined != 1 || tally["IRQ"].Failed != 1 {
		t.Errorf("%+v %+v", c, tally)
	}
}

// A key packet with another number of slots than the charter's is void and
// shown: what is sealed under it opens nowhere.
func TestPacketHasTheChartersSlots(t *testing.T) {
	h := newHouse(t, nil)
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	ctx := context.Background()
	n := h.nodes["IRN"]
	state := n.station.State()
	epoch := n.station.Epoch()
	var recipients []seal.Recipient
	for _, m := range four {
		k, ok := state.EpochKey(m, epoch)
		if !ok {
			t.Fatal(m)
		}
		recipients = append(recipients, seal.Recipient{Member: m, EpochKey: k[:]})
	}
	key := seal.SetKey{1, 2, 3}
	place := seal.PacketPlace{Charter: n.hash(), Originator: "IRN", Incarnation: 1, Epoch: epoch, Number: 4000}
	payload, err := seal.MakePacket(place, key, recipients, len(four), n.signers.Header())
	check(t, err)
	_, err = n.station.File(ctx, []centre.Item{
		{Keep: true, Seal: func(p seal.Place) (seal.Envelope, error) {
			return seal.SealPublic(p, seal.Packet, payload, n.signers.Header())
		}},
		{Keep: true, Seal: func(p seal.Place) (seal.Envelope, error) {
			e, _, err := seal.Seal(p, key, act.Dummy(), 0, n.signers.Header())
			return e, err
		}},
	})
	check(t, err)
	if got := h.quarantined("RUS", 1); len(got) != 1 || got[0] != codePacketSlots {
		t.Errorf("RUS shows %v", got)
	}
	held, err := h.nodes["RUS"].ring.SetKeys(ctx, "IRN", 1, epoch)
	check(t, err)
	for _, k := range held {
		if k.Key == key {
			t.Error("RUS keeps the key of the void packet")
		}
	}
	st, err := h.nodes["RUS"].Status(ctx)
	check(t, err)
	if raw, err := json.Marshal(st); err != nil || !strings.Contains(string(raw), `"code":"packet_slots"`) {
		t.Errorf("%v %s", err, raw)
	}
}

// An originator keeps to the charter's quota of packets before it signs.
func TestPacketQuota(t *testing.T) {
	h := newHouse(t, func(c *charter.Charter) { c.Quotas.PacketsPerEpoch = 64; c.AllSets = 0 })
	h.start(four...)
	defer h.stopAll()
	h.ready(four...)
	n := h.nodes["IRQ"]
	ctx := context.Background()
	h.eventually("everybody's epoch keys, and its own packets", func() bool {
		return n.sawOwn() && n.reachable(n.station.State(), label.Members(four...), n.station.Epoch())
	})
	// All numbers below the quota are given away.
	for i := range 9 {
		var sets []label.MemberSet
		for mask := range 8 {
			set := label.Members("IRQ")
			for b, m := range four[1:] {
				if mask&(1<<b) != 0 {
					set = set.With(m)
				}
			}
			set = set.With(label.MemberID(fmt.Sprintf("A%cA", 'A'+i)))
			sets = append(sets, set)
		}
		_, _, err := n.ring.CreateOwnSets(ctx, 1, n.station.Epoch(), sets)
		check(t, err)
	}
	set := label.Members("IRQ", "RUS")
	if _, err := n.setKey(ctx, n.station.Epoch(), set); err == nil || !strings.Contains(err.Error(), "quota") {
		t.Errorf("a packet over the quota: %v", err)
	}
	own, ok, err := n.ring.OwnSet(ctx, 1, n.station.Epoch(), set)
	if err != nil || !ok || own.Packet.Number < 64 {
		t.Fatalf("%v %v %+v", err, ok, own.Packet)
	}
	if filed, err := n.log.Refs(ctx, []string{packetRef(own.Packet)}); err != nil || len(filed) != 0 {
		t.Errorf("it was filed all the same: %v %v", filed, err)
	}
}
