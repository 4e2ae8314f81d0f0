package places

import (
	"bytes"
	"cmp"
	"compress/flate"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/golang/geo/s2"
)

// The gazetteer file. All integers are little-endian or unsigned LEB128:
//
//	magic, 8 bytes
//	length of the head, 4 bytes; the head, JSON (fileHead)
//	chunks: entries, then keys, then shapes, each deflated by itself
//	CRC-32C of everything before, 4 bytes
//
// Entries stand sorted by country and S2 cell, so that a country and a
// neighbourhood are runs. Keys stand sorted and front-coded in blocks; the
// first key of each block is in the deflated directory. Nothing but the
// directory is read on opening; a chunk is inflated when first asked for.
const (
	fileMagic   = "ENTPLC01"
	entryChunk  = 256 // entries a chunk
	keyBlock    = 16  // keys a block
	blocksChunk = 128 // blocks a chunk
	capitalBit  = 0x80
	// MaxEntries bounds the places of one gazetteer file.
	MaxEntries = 4_000_000
	maxNames   = 200     // names of one entry
	maxChunk   = 8 << 20 // inflated bytes of a chunk
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Source is a collection that entries come from, with what its licence asks to
// be said.
type Source struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	Licence string `json:"licence,omitempty"`
}

// fileHead is the readable head of a gazetteer file.
type fileHead struct {
	Fold      int       `json:"fold"`
	Entries   int       `json:"entries"`
	Sources   []Source  `json:"sources,omitempty"`
	Issuers   []string  `json:"issuers"`
	Countries []country `json:"countries"`
	Directory span      `json:"directory"`
}

// country is the run of entries of one country.
type country struct {
	Code string `json:"code"`
	At   int    `json:"at"`
	N    int    `json:"n"`
}

// span is a range of bytes of the file.
type span struct {
	At int64 `json:"at"`
	N  int64 `json:"n"`
}

// ErrEntry is an entry that a gazetteer cannot take.
var ErrEntry = errors.New("place entry is not usable")

// Shape is the outline of an area: closed loops of points, the first outer;
// further loops are holes or islands, told apart by crossing parity.
type Shape struct {
	// ID is the entry's identifier.
	ID    string
	Loops [][]LatLon
}

// Write builds a gazetteer file from entries and the shapes of some of them
// and writes it out. Entries without a name or a valid point are refused with
// ErrEntry; shapes of entries that are not there are left out.
func Write(w io.Writer, entries []Entry, shapes []Shape, sources []Source) error {
	if len(entries) > MaxEntries {
		return fmt.Errorf("%w: %d places are more than the %d of one gazetteer; load fewer countries", ErrEntry, len(entries), MaxEntries)
	}
	b := builder{head: fileHead{Fold: foldVersion, Entries: len(entries), Sources: sources}}
	if err := b.sort(entries); err != nil {
		return err
	}
	b.issuers()
	chunks := b.entryChunks()
	keyChunks, heads := b.keyChunks()
	shapeChunks, boxes := b.shapeChunks(shapes)

	var body bytes.Buffer
	var dir []byte
	put := func(chunks [][]byte) error {
		dir = binary.AppendUvarint(dir, uint64(len(chunks)))
		for _, c := range chunks {
			z, err := deflate(c)
			if err != nil {
				return err
			}
			dir = binary.AppendUvarint(dir, uint64(len(z)))
			body.Write(z)
		}
		return nil
	}
	for _, c := range [][][]byte{chunks, keyChunks, shapeChunks} {
		if err := put(c); err != nil {
			return err
		}
	}
	dir = append(dir, heads...)
	dir = append(dir, boxes...)
	z, err := deflate(dir)
	if err != nil {
		return err
	}
	b.head.Directory = span{At: int64(body.Len()), N: int64(len(z))}
	body.Write(z)
	head, err := json.Marshal(b.head)
	if err != nil {
		return err
	}
	out := make([]byte, 0, len(fileMagic)+8+len(head)+body.Len())
	out = append(out, fileMagic...)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(head)))
	out = append(out, head...)
	out = append(out, body.Bytes()...)
	out = binary.LittleEndian.AppendUint32(out, crc32.Checksum(out, castagnoli))
	_, err = w.Write(out)
	return err
}

// builder holds what Write works out.
type builder struct {
	head    fileHead
	entries []Entry
	index   map[string]int // ID -> place in entries
	start   []int          // by entry: where its country begins
	issuer  map[string]int
}

// sort puts the entries in the order of the file.
func (b *builder) sort(in []Entry) error {
	type keyed struct {
		e    *Entry
		cell s2.CellID
	}
	all := make([]keyed, len(in))
	for i := range in {
		e := &in[i]
		if e.Name == "" || e.ID == "" || !e.At.Valid() {
			return fmt.Errorf("%w: entry %d (%q, %q) lacks an id, a name or a point on the globe", ErrEntry, i, clip(e.ID), clip(e.Name))
		}
		all[i] = keyed{e, s2.CellIDFromLatLng(s2.LatLngFromDegrees(e.At.Lat, e.At.Lon))}
	}
	slices.SortStableFunc(all, func(x, y keyed) int {
		return cmp.Or(cmp.Compare(x.e.CountryCode, y.e.CountryCode), cmp.Compare(x.cell, y.cell), cmp.Compare(x.e.ID, y.e.ID))
	})
	b.index = make(map[string]int, len(all))
	for i, k := range all {
		e := *k.e
		if _, twice := b.index[e.ID]; twice {
			return fmt.Errorf("%w: the id %q is given twice", ErrEntry, clip(e.ID))
		}
		b.index[e.ID] = i
		if n := len(b.head.Countries); n == 0 || b.head.Countries[n-1].Code != e.CountryCode {
			b.head.Countries = append(b.head.Countries, country{Code: e.CountryCode, At: i})
		}
		c := &b.head.Countries[len(b.head.Countries)-1]
		c.N++
		b.start = append(b.start, c.At)
		b.entries = append(b.entries, e)
	}
	return nil
}

// issuers numbers the part of the identifiers before the colon.
func (b *builder) issuers() {
	b.issuer = map[string]int{}
	add := func(id string) {
		name, _ := splitID(id)
		if _, ok := b.issuer[name]; !ok && len(b.issuer) < 250 {
			b.issuer[name] = len(b.head.Issuers)
			b.head.Issuers = append(b.head.Issuers, name)
		}
	}
	add("")
	for i := range b.entries {
		add(b.entries[i].ID)
		for _, s := range b.entries[i].Same {
			add(s)
		}
	}
}

// splitID parts an identifier into issuer and rest.
func splitID(id string) (issuer, rest string) {
	if name, rest, ok := strings.Cut(id, ":"); ok && len(name) < 32 {
		return name, rest
	}
	return "", id
}

// entryChunks encodes the entries.
func (b *builder) entryChunks() [][]byte {
	var chunks [][]byte
	for at := 0; at < len(b.entries); at += entryChunk {
		var c []byte
		var lat, lon int64
		for i := at; i < min(at+entryChunk, len(b.entries)); i++ {
			e := &b.entries[i]
			kind := byte(e.Class)
			if e.Capital {
				kind |= capitalBit
			}
			c = append(c, kind)
			la, lo := int64(math.Round(e.At.Lat*1e5)), int64(math.Round(e.At.Lon*1e5))
			c = binary.AppendVarint(c, la-lat)
			c = binary.AppendVarint(c, lo-lon)
			lat, lon = la, lo
			c = binary.AppendUvarint(c, uint64(max(0, e.Population)))
			c = binary.AppendUvarint(c, uint64(math.Round(max(0, min(e.Km, 20000))*10)))
			for _, id := range [...]string{e.Admin1, e.Admin2, e.Admin3} {
				c = binary.AppendUvarint(c, b.adminRef(i, id))
			}
			c = b.appendID(c, e.ID)
			c = appendString(c, e.Name)
			var names []string
			if !e.Terse {
				names = furtherNames(e)
			}
			c = binary.AppendUvarint(c, uint64(len(names)))
			for _, n := range names {
				c = appendString(c, n)
			}
			same := e.Same[:min(len(e.Same), maxNames)]
			c = binary.AppendUvarint(c, uint64(len(same)))
			for _, s := range same {
				c = b.appendID(c, s)
			}
		}
		chunks = append(chunks, c)
	}
	return chunks
}

// furtherNames are the names of an entry beside its first, each once.
func furtherNames(e *Entry) []string {
	var out []string
	for _, n := range e.Names {
		n = clip(n)
		if n != "" && n != e.Name && !slices.Contains(out, n) && len(out) < maxNames {
			out = append(out, n)
		}
	}
	return out
}

// adminRef is 0 for none, else one more than the area's place in its country.
func (b *builder) adminRef(entry int, id string) uint64 {
	if id == "" {
		return 0
	}
	at, ok := b.index[id]
	if !ok || b.start[at] != b.start[entry] {
		return 0
	}
	return uint64(at-b.start[entry]) + 1
}

func (b *builder) appendID(c []byte, id string) []byte {
	name, rest := splitID(id)
	n, ok := b.issuer[name]
	if !ok {
		n, rest = 0, id
	}
	return appendString(append(c, byte(n)), rest)
}

func appendString(c []byte, s string) []byte {
	s = clip(s)
	return append(binary.AppendUvarint(c, uint64(len(s))), s...)
}

// keyChunks encodes the sorted keys with the entries they lead to, and the
// directory of the blocks' first keys.
func (b *builder) keyChunks() (chunks [][]byte, heads []byte) {
	type posting struct {
		key   string
		entry uint32
		kind  nameKind
	}
	var all []posting
	for i := range b.entries {
		e := &b.entries[i]
		seen := map[string]bool{}
		add := func(name string, kind nameKind) {
			k := key(name)
			if k != "" && !seen[k] {
				seen[k] = true
				all = append(all, posting{k, uint32(i), kind})
			}
		}
		add(e.Name, nameFirst)
		for _, n := range e.Names[:min(len(e.Names), maxNames)] {
			if isCode(n) {
				add(n, nameCode)
			} else {
				add(n, nameFurther)
			}
		}
	}
	slices.SortFunc(all, func(x, y posting) int {
		return cmp.Or(strings.Compare(x.key, y.key), cmp.Compare(x.entry, y.entry))
	})
	var chunk, block []byte
	var offsets []int
	var count, inBlock, blocks int
	var previous string
	flushBlock := func() {
		if inBlock > 0 {
			offsets = append(offsets, len(chunk))
			chunk = append(binary.AppendUvarint(chunk, uint64(inBlock)), block...)
			block, inBlock = block[:0], 0
		}
	}
	flushChunk := func() {
		flushBlock()
		if len(offsets) > 0 {
			var c []byte
			for _, o := range offsets {
				c = binary.LittleEndian.AppendUint32(c, uint32(o))
			}
			chunks = append(chunks, append(c, chunk...))
			chunk, offsets = nil, nil
		}
	}
	var dir []byte
	for i := 0; i < len(all); {
		j := i
		for j < len(all) && all[j].key == all[i].key {
			j++
		}
		k := all[i].key
		if count%keyBlock == 0 {
			flushBlock()
			if count%(keyBlock*blocksChunk) == 0 {
				flushChunk()
			}
			dir = appendString(dir, k)
			blocks++
			previous = ""
		}
		shared := 0
		for shared < len(k) && shared < len(previous) && k[shared] == previous[shared] {
			shared++
		}
		block = binary.AppendUvarint(block, uint64(shared))
		block = appendString(block, k[shared:])
		block = binary.AppendUvarint(block, uint64(j-i))
		var last uint32
		for ; i < j; i++ {
			block = binary.AppendUvarint(block, uint64(all[i].entry-last)<<2|uint64(all[i].kind))
			last = all[i].entry
		}
		previous = k
		inBlock++
		count++
	}
	flushChunk()
	return chunks, append(binary.AppendUvarint(nil, uint64(blocks)), dir...)
}

// shapeChunks encodes outlines, one a chunk, and the directory of their boxes.
func (b *builder) shapeChunks(shapes []Shape) (chunks [][]byte, boxes []byte) {
	n := 0
	for _, s := range shapes {
		at, ok := b.index[s.ID]
		if !ok || len(s.Loops) == 0 {
			continue
		}
		var c []byte
		box := [4]int64{math.MaxInt32, math.MaxInt32, math.MinInt32, math.MinInt32}
		c = binary.AppendUvarint(c, uint64(len(s.Loops)))
		for _, l := range s.Loops {
			c = binary.AppendUvarint(c, uint64(len(l)))
			var lat, lon int64
			for _, p := range l {
				la, lo := int64(math.Round(p.Lat*1e4)), int64(math.Round(p.Lon*1e4))
				c = binary.AppendVarint(c, la-lat)
				c = binary.AppendVarint(c, lo-lon)
				lat, lon = la, lo
				box = [4]int64{min(box[0], la), min(box[1], lo), max(box[2], la), max(box[3], lo)}
			}
		}
		if len(c) > maxChunk {
			continue
		}
		chunks = append(chunks, c)
		boxes = binary.AppendUvarint(boxes, uint64(at))
		for _, v := range box {
			boxes = binary.AppendVarint(boxes, v)
		}
		n++
	}
	return chunks, append(binary.AppendUvarint(nil, uint64(n)), boxes...)
}

func deflate(raw []byte) ([]byte, error) {
	var z bytes.Buffer
	w, err := flate.NewWriter(&z, flate.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(raw); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return z.Bytes(), nil
}

// nameKind says how a key belongs to an entry.
type nameKind uint8

const (
	nameFirst   nameKind = iota // the name that is shown
	nameFurther                 // a further name
	nameCode                    // a short code in capitals: "LA", "KAC"
)

// isCode tells short Latin codes from names.
func isCode(n string) bool {
	if len(n) > 4 {
		return false
	}
	for i := 0; i < len(n); i++ {
		if (n[i] < 'A' || n[i] > 'Z') && n[i] != '.' {
			return false
		}
	}
	return true
}
