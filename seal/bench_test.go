package seal

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"entente/label"
)

func BenchmarkSeal(b *testing.B) {
	for _, size := range []int{500, 1900, 8000, 60000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			m := newMember("IRQ")
			signer, key, data, place := m.signer(), NewSetKey(), act(size), m.place()
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := Seal(place, key, data, 0, signer); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkOpen(b *testing.B) {
	for _, size := range []int{1900, 60000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			m := newMember("IRQ")
			e, k := m.seal(b, NewSetKey(), act(size))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Open(e.Header, e.Body, k); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkVerifyHeader(b *testing.B) {
	m := newMember("IRQ")
	e, _ := m.seal(b, NewSetKey(), act(10))
	pub := m.public()
	b.ReportAllocs()
	for b.Loop() {
		if err := VerifyHeader(e.Header, pub); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkTrial tries eight set keys, of which none fits: the case of most
// envelopes. One operation is one envelope.
func BenchmarkTrial(b *testing.B) {
	m := newMember("IRQ")
	e, _ := m.seal(b, NewSetKey(), act(10))
	keys := make([]SetKey, 8)
	for i := range keys {
		keys[i] = NewSetKey()
	}
	trial := NewTrial(testCharter, keys)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, ok := trial.Find(e.Header); ok {
			b.Fatal("fits")
		}
	}
}

// BenchmarkCheckRun reports headers a second over runs of n headers of four
// members, as in catch-up.
func BenchmarkCheckRun(b *testing.B) {
	for _, n := range []int{256, 1024, 8192} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			ms := fourMembers()
			run := stream(b, n, ms...)
			keys := keysOf(ms...)
			b.ReportAllocs()
			for b.Loop() {
				if err := CheckRun(testCharter, map[label.MemberID]Chain{}, run, keys); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "headers/s")
		})
	}
}

func BenchmarkMakePacket(b *testing.B) {
	ms := fourMembers()
	rs := []Recipient{ms[0].recipient(), ms[1].recipient(), ms[2].recipient()}
	key, place, signer := NewSetKey(), ms[0].packetPlace(0), ms[0].signer()
	for b.Loop() {
		if _, err := MakePacket(place, key, rs, 8, signer); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpenPacket(b *testing.B) {
	ms := fourMembers()
	rs := []Recipient{ms[0].recipient(), ms[1].recipient(), ms[2].recipient()}
	payload, err := MakePacket(ms[0].packetPlace(0), NewSetKey(), rs, 8, ms[0].signer())
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, found, _, err := OpenPacket(payload, ms[0].packetPlace(0), ms[1].epoch, ms[0].public()); err != nil || !found {
			b.Fatal(found, err)
		}
	}
}

func BenchmarkAttachment(b *testing.B) {
	const size = 8 << 20
	data := act(size)
	b.Run("encrypt", func(b *testing.B) {
		b.SetBytes(size)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := EncryptAttachment(io.Discard, bytes.NewReader(data), size); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("decrypt", func(b *testing.B) {
		var ct bytes.Buffer
		ref, err := EncryptAttachment(&ct, bytes.NewReader(data), size)
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(size)
		b.ReportAllocs()
		for b.Loop() {
			if err := DecryptAttachment(io.Discard, bytes.NewReader(ct.Bytes()), ref); err != nil {
				b.Fatal(err)
			}
		}
	})
}
