package seal

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/crypto/chacha20poly1305"

	"entente/label"
)

// vectorDirs hold the language-neutral vectors of this package, one case a
// file (spec/evidence.md, "Vectors").
var vectorDirs = []string{"header", "body", "packet", "chain", "attachment", "evidence"}

const vectorRoot = "../testdata/vectors"

// hexBytes are bytes in lower-case hex.
type hexBytes []byte

func (h hexBytes) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(h)), nil }

func (h *hexBytes) UnmarshalText(b []byte) error {
	out, err := hex.DecodeString(string(b))
	*h = out
	return err
}

type vectorPlace struct {
	Charter     hexBytes       `json:"charter"`
	Originator  label.MemberID `json:"originator"`
	Incarnation uint32         `json:"incarnation"`
	Sequence    uint64         `json:"sequence"`
	Previous    hexBytes       `json:"previous"`
	Time        int64          `json:"time"`
	Epoch       uint32         `json:"epoch"`
}

func (p *vectorPlace) place() Place {
	return Place{Hash(p.Charter), p.Originator, p.Incarnation, p.Sequence, Hash(p.Previous), p.Time, p.Epoch}
}

type vectorPacketPlace struct {
	Charter     hexBytes       `json:"charter"`
	Originator  label.MemberID `json:"originator"`
	Incarnation uint32         `json:"incarnation"`
	Epoch       uint32         `json:"epoch"`
	Number      uint16         `json:"number"`
}

type vectorFields struct {
	Kind        Kind           `json:"kind"`
	Class       Class          `json:"class"`
	Charter     hexBytes       `json:"charter"`
	Originator  label.MemberID `json:"originator"`
	Incarnation uint32         `json:"incarnation"`
	Sequence    uint64         `json:"sequence"`
	Previous    hexBytes       `json:"previous"`
	Time        int64          `json:"time"`
	Epoch       uint32         `json:"epoch"`
	Digest      hexBytes       `json:"digest"`
	Tag         hexBytes       `json:"tag"`
	KeyID       hexBytes       `json:"key_id"`
	Hash        hexBytes       `json:"hash"`
}

func fieldsOf(h *Header, raw []byte) vectorFields {
	hash := HashHeader(raw)
	return vectorFields{h.Kind, h.Class, h.Charter[:], h.Originator, h.Incarnation, h.Sequence, h.Previous[:],
		h.Time, h.Epoch, h.Digest[:], h.Tag[:], h.KeyID[:], hash[:]}
}

type vectorChain struct {
	Incarnation uint32   `json:"incarnation"`
	Sequence    uint64   `json:"sequence"`
	Last        hexBytes `json:"last"`
}

func chainsOf(in map[label.MemberID]vectorChain) map[label.MemberID]Chain {
	out := map[label.MemberID]Chain{}
	for id, c := range in {
		out[id] = Chain{c.Incarnation, c.Sequence, Hash(c.Last)}
	}
	return out
}

type vectorKey struct {
	Originator  label.MemberID `json:"originator"`
	Incarnation uint32         `json:"incarnation,omitempty"` // of evidence
	From        int            `json:"from,omitempty"`        // of a run: first header
	Public      hexBytes       `json:"public"`
}

type vectorMismatch struct {
	Recipient  hexBytes `json:"recipient"`
	Commitment hexBytes `json:"commitment"`
	Signature  hexBytes `json:"signature"`
}

// vectorPart is a string of bytes repeated up to a size.
type vectorPart struct {
	Repeat hexBytes `json:"repeat"`
	Size   int      `json:"size"`
}

func join(parts []vectorPart) []byte {
	var out []byte
	for _, p := range parts {
		for i := range p.Size {
			out = append(out, p.Repeat[i%len(p.Repeat)])
		}
	}
	return out
}

type vectorChunk struct {
	Parts  []vectorPart `json:"parts"`
	Number uint64       `json:"number"`
	Last   bool         `json:"last"`
}

type vectorPortion struct {
	Act     hexBytes `json:"act"`
	Portion hexBytes `json:"portion"`
	Digest  hexBytes `json:"digest"`
}

// vector is one file. Which fields an op has, spec/evidence.md lists.
type vector struct {
	About string `json:"about"`
	Op    string `json:"op"`
	Want  string `json:"want"`

	Seed    string             `json:"seed,omitempty"`
	Public  hexBytes           `json:"public,omitempty"`
	Private hexBytes           `json:"private,omitempty"`
	Header  hexBytes           `json:"header,omitempty"`
	Body    hexBytes           `json:"body,omitempty"`
	Fields  *vectorFields      `json:"fields,omitempty"`
	Place   *vectorPlace       `json:"place,omitempty"`
	Packet  *vectorPacketPlace `json:"packet,omitempty"`
	Kind    *Kind              `json:"kind,omitempty"`
	Least   *Class             `json:"least,omitempty"`
	SetKey  hexBytes           `json:"set_key,omitempty"`
	Nonce   hexBytes           `json:"nonce,omitempty"`
	Key     hexBytes           `json:"key,omitempty"`
	Act     *hexBytes          `json:"act,omitempty"`
	Payload *hexBytes          `json:"payload,omitempty"`

	Number     *uint16         `json:"number,omitempty"`
	Epoch      *uint32         `json:"epoch,omitempty"`
	Slots      int             `json:"slots,omitempty"`
	Commitment hexBytes        `json:"commitment,omitempty"`
	Found      *bool           `json:"found,omitempty"`
	Mismatch   *vectorMismatch `json:"mismatch,omitempty"`

	Charter hexBytes                       `json:"charter,omitempty"`
	Chains  map[label.MemberID]vectorChain `json:"chains,omitempty"`
	Headers []hexBytes                     `json:"headers,omitempty"`
	Keys    []vectorKey                    `json:"keys,omitempty"`
	After   map[label.MemberID]vectorChain `json:"after,omitempty"`
	Index   *int                           `json:"index,omitempty"`

	Content    []vectorPart  `json:"content,omitempty"`
	Chunks     []vectorChunk `json:"chunks,omitempty"`
	Digest     hexBytes      `json:"digest,omitempty"`
	Plain      hexBytes      `json:"plain,omitempty"`
	Size       *int64        `json:"size,omitempty"`
	SealedSize *int64        `json:"sealed_size,omitempty"`

	Evidence hexBytes        `json:"evidence,omitempty"`
	Leaf     bool            `json:"leaf,omitempty"`
	Portions []vectorPortion `json:"portions,omitempty"`
	Missing  bool            `json:"missing,omitempty"`
	Type     string          `json:"type,omitempty"`
	Accused  label.MemberID  `json:"accused,omitempty"`
}

func TestVectors(t *testing.T) {
	for _, dir := range vectorDirs {
		files, err := filepath.Glob(filepath.Join(vectorRoot, dir, "*.json"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no vectors in %s: %v", dir, err)
		}
		wants := map[bool]int{}
		for _, name := range files {
			t.Run(dir+"/"+filepath.Base(name), func(t *testing.T) {
				data, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				var v vector
				d := json.NewDecoder(bytes.NewReader(data))
				d.DisallowUnknownFields()
				if err := d.Decode(&v); err != nil {
					t.Fatal(err)
				}
				wants[v.Want == "ok"]++
				judge(t, &v)
			})
		}
		if wants[true] == 0 || wants[false] == 0 {
			t.Errorf("%s has %d valid and %d invalid vectors", dir, wants[true], wants[false])
		}
	}
}

// judge runs a vector and compares every result that it states.
func judge(t *testing.T, v *vector) {
	ops := map[string]func(*testing.T, *vector) error{
		"header": judgeHeader, "public-key": judgeKey,
		"seal": judgeSeal, "seal-public": judgeSealPublic, "open": judgeOpen, "payload": judgePayload, "derive": judgeDerive,
		"packet": judgePacket, "open-packet": judgeOpenPacket, "run": judgeRun,
		"attachment-size": judgeSize, "encrypt": judgeEncrypt, "decrypt": judgeDecrypt, "evidence": judgeEvidence,
	}
	op := ops[v.Op]
	if op == nil {
		t.Fatalf("op %q", v.Op)
	}
	got := "ok"
	if err := op(t, v); err != nil {
		if got = Code(err); got == "" {
			t.Fatalf("no code: %v", err)
		}
	}
	if got != v.Want {
		t.Fatalf("%s: got %s, want %s", v.About, got, v.Want)
	}
}

func same(t *testing.T, what string, got, want []byte) {
	t.Helper()
	if !bytes.Equal(got, want) {
		t.Errorf("%s\n got %x\nwant %x", what, got, want)
	}
}

func judgeHeader(t *testing.T, v *vector) error {
	h, err := ParseHeader(v.Header)
	if err != nil {
		return err
	}
	if v.Public != nil {
		if err := VerifyHeader(v.Header, ed25519.PublicKey(v.Public)); err != nil {
			return err
		}
	}
	got, _ := json.Marshal(fieldsOf(&h, v.Header))
	want, _ := json.Marshal(v.Fields)
	same(t, "fields", got, want)
	return nil
}

func judgeKey(_ *testing.T, v *vector) error { return CheckPublicKey(ed25519.PublicKey(v.Public)) }

func judgeSeal(t *testing.T, v *vector) error {
	nonce := [nonceSize]byte(v.Nonce)
	e, k, err := seal(v.Place.place(), SetKey(v.SetKey), *v.Act, *v.Least, NewSigner(keyFromSeed(v.Seed)), &nonce)
	if err != nil {
		return err
	}
	same(t, "header", e.Header, v.Header)
	same(t, "body", e.Body, v.Body)
	same(t, "key", k[:], v.Key)
	return nil
}

func judgeSealPublic(t *testing.T, v *vector) error {
	e, err := SealPublic(v.Place.place(), *v.Kind, *v.Payload, NewSigner(keyFromSeed(v.Seed)))
	if err != nil {
		return err
	}
	same(t, "header", e.Header, v.Header)
	same(t, "body", e.Body, v.Body)
	return nil
}

func judgeOpen(t *testing.T, v *vector) error {
	act, err := Open(v.Header, v.Body, EnvelopeKey(v.Key))
	if err == nil {
		same(t, "act", act, *v.Act)
	}
	return err
}

func judgePayload(t *testing.T, v *vector) error {
	payload, err := Payload(v.Header, v.Body)
	if err == nil {
		same(t, "payload", payload, *v.Payload)
	}
	return err
}

func judgeDerive(t *testing.T, v *vector) error {
	k := DeriveKey(SetKey(v.SetKey), v.Header)
	same(t, "key", k[:], v.Key)
	if !k.Fits(v.Header) {
		return ErrTag
	}
	return nil
}

func judgePacket(t *testing.T, v *vector) error {
	p, err := ParsePacket(*v.Payload)
	if err == nil && (p.Number != *v.Number || p.Epoch != *v.Epoch || len(p.Slots) != v.Slots || !bytes.Equal(p.Commitment[:], v.Commitment)) {
		t.Errorf("number %d, epoch %d, %d slots", p.Number, p.Epoch, len(p.Slots))
	}
	return err
}

func judgeOpenPacket(t *testing.T, v *vector) error {
	private, err := slotKEM.NewPrivateKey(v.Private)
	if err != nil {
		t.Fatal(err)
	}
	place := PacketPlace{Hash(v.Packet.Charter), v.Packet.Originator, v.Packet.Incarnation, v.Packet.Epoch, v.Packet.Number}
	key, found, mismatch, err := OpenPacket(*v.Payload, place, private, ed25519.PublicKey(v.Public))
	if err != nil {
		return err
	}
	if found != *v.Found {
		t.Fatalf("found: %v", found)
	}
	if found {
		same(t, "set key", key[:], v.SetKey)
	}
	if (mismatch != nil) != (v.Mismatch != nil) {
		t.Fatalf("mismatch: %v", mismatch)
	}
	if mismatch != nil {
		same(t, "recipient", mismatch.Recipient[:], v.Mismatch.Recipient)
		same(t, "commitment", mismatch.Commitment[:], v.Mismatch.Commitment)
		same(t, "signature", mismatch.Signature[:], v.Mismatch.Signature)
	}
	return nil
}

func judgeRun(t *testing.T, v *vector) error {
	var run []byte
	for _, h := range v.Headers {
		run = append(run, h...)
	}
	chains := chainsOf(v.Chains)
	err := CheckRun(Hash(v.Charter), chains, run, func(i int, h *Header) (ed25519.PublicKey, error) {
		var key ed25519.PublicKey
		for _, k := range v.Keys { // the last one that has begun
			if k.Originator == h.Originator && k.From <= i {
				key = ed25519.PublicKey(k.Public)
			}
		}
		return key, nil
	})
	if re := (*RunError)(nil); errors.As(err, &re) && (v.Index == nil || re.Index != *v.Index) {
		t.Errorf("at header %d", re.Index)
	}
	if err == nil && !maps.Equal(chains, chainsOf(v.After)) {
		t.Errorf("chains after: %+v", chains)
	}
	return err
}

func judgeSize(t *testing.T, v *vector) error {
	n, err := AttachmentSealedSize(*v.Size)
	if err == nil && n != *v.SealedSize {
		t.Errorf("sealed size %d, want %d", n, *v.SealedSize)
	}
	return err
}

func judgeEncrypt(t *testing.T, v *vector) error {
	ref, err := encryptAttachment(io.Discard, bytes.NewReader(join(v.Content)), *v.Size, AttachmentKey(v.Key))
	if err != nil {
		return err
	}
	same(t, "digest", ref.Digest[:], v.Digest)
	same(t, "plain", ref.Plain[:], v.Plain)
	if ref.SealedSize != *v.SealedSize {
		t.Errorf("sealed size %d", ref.SealedSize)
	}
	return nil
}

func judgeDecrypt(t *testing.T, v *vector) error {
	ct := chunksOf(v.Key, v.Chunks)
	ref := AttachmentRef{Hash(v.Digest), Hash(v.Plain), AttachmentKey(v.Key), *v.Size, *v.SealedSize}
	var out bytes.Buffer
	err := DecryptAttachment(&out, bytes.NewReader(ct), ref)
	if err == nil {
		same(t, "content", out.Bytes(), join(v.Content))
	}
	return err
}

// chunksOf seals chunks one by one, in whatever order and with whatever marks.
func chunksOf(key []byte, chunks []vectorChunk) []byte {
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		panic(err)
	}
	var ct []byte
	for _, c := range chunks {
		nonce := attachmentNonce(c.Number, c.Last)
		ct = aead.Seal(ct, nonce[:], join(c.Parts), nil)
	}
	return ct
}

var errNoPortions = errors.New("no portions")

func judgeEvidence(t *testing.T, v *vector) error {
	parse := ParseEvidence
	if v.Leaf {
		parse = ParseLeafEvidence
	}
	f, err := parse(v.Evidence)
	if err != nil {
		return err
	}
	err = Verify(f, Means{
		Charter: Hash(v.Charter),
		HeaderKey: func(o label.MemberID, incarnation uint32, id [8]byte) (ed25519.PublicKey, error) {
			for _, k := range v.Keys {
				if k.Originator == o && k.Incarnation == incarnation && KeyID(ed25519.PublicKey(k.Public)) == id {
					return ed25519.PublicKey(k.Public), nil
				}
			}
			return nil, ErrKeyID
		},
		Portions: func(act []byte) (map[PortionID]Hash, error) {
			out := map[PortionID]Hash{}
			for _, p := range v.Portions {
				if bytes.Equal(p.Act, act) {
					out[PortionID(p.Portion)] = Hash(p.Digest)
				}
			}
			if len(out) == 0 {
				return nil, errNoPortions
			}
			return out, nil
		},
		Missing: func(_, _ []byte) error {
			if v.Missing {
				return nil
			}
			return ErrEvidence
		},
	})
	if err != nil {
		return err
	}
	who, _ := f.Accused()
	if f.Type().String() != v.Type || who != v.Accused {
		t.Errorf("%v accuses %q", f.Type(), who)
	}
	return nil
}

// setKeyOf derives the set keys of the vectors.
func setKeyOf(name string) SetKey { return SetKey(sha256.Sum256([]byte(name))) }
