package places

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"sort"
	"sync"
	"sync/atomic"
)

// ErrFile is a gazetteer file that cannot be read: damaged, cut short, or made
// by another version. Loading the sources again cures it.
var ErrFile = errors.New("gazetteer file is not readable")

// file is one opened gazetteer.
type file struct {
	head    fileHead
	body    []byte
	entries lazy[[]record]
	keys    lazy[string]
	shapes  lazy[Shape]
	heads   []string // first key of each block
	boxes   []shapeBox
	sounds  fuzzyIndexes
	issuers []string
	byCode  map[string]country
}

// checksum is the last four bytes of a gazetteer file.
func checksum(data []byte) string {
	if len(data) < 4 {
		return "none"
	}
	return fmt.Sprintf("%08x", binary.LittleEndian.Uint32(data[len(data)-4:]))
}

// shapeBox is the bounding box of an outline in 1/10000 degree.
type shapeBox struct {
	entry int
	box   [4]int64
}

// record is an entry as it lies in memory; its strings share the chunk's bytes.
type record struct {
	lat, lon               int32 // 1/100000 degree
	population             uint32
	km                     float32
	admin1, admin2, admin3 int32 // entry numbers, -1 for none
	class                  Class
	capital                bool
	issuer                 uint8
	number                 string
	name                   string
	names                  []string
	same                   []string
}

// at gives the point of the record.
func (r *record) at() LatLon { return LatLon{float64(r.lat) / 1e5, float64(r.lon) / 1e5} }

// lazy holds chunks that are inflated and decoded when first asked for.
type lazy[T any] struct {
	spans  []span
	values []atomic.Pointer[T]
}

// inflaters are reused: a flate reader is 40 KB.
var inflaters = sync.Pool{New: func() any { return flate.NewReader(bytes.NewReader(nil)) }}

// inflate expands one chunk, refusing more than the bound.
func inflate(z []byte, bound int64) ([]byte, error) {
	r := inflaters.Get().(io.ReadCloser)
	defer inflaters.Put(r)
	if err := r.(flate.Resetter).Reset(bytes.NewReader(z), nil); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	out.Grow(int(min(bound, int64(len(z))*4)))
	n, err := io.Copy(&out, io.LimitReader(r, bound+1))
	if err != nil {
		return nil, err
	}
	if n > bound {
		return nil, fmt.Errorf("%w: a chunk inflates to more than %d bytes", ErrFile, bound)
	}
	return out.Bytes(), nil
}

// get returns the value of chunk i, decoding it on first use. A chunk that
// does not decode gives the zero value: the checksum held on opening, so this
// is a file made wrong, and what is left of it stays usable.
func (l *lazy[T]) get(f *file, i int, decode func(*file, int, []byte) T) *T {
	if p := l.values[i].Load(); p != nil {
		return p
	}
	s := l.spans[i]
	var v T
	if raw, err := inflate(f.body[s.At:s.At+s.N], maxChunk); err == nil {
		v = decode(f, i, raw)
	}
	l.values[i].CompareAndSwap(nil, &v)
	return l.values[i].Load()
}

// openFile reads the head and directory of a gazetteer file that is in memory.
func openFile(data []byte, check bool) (*file, error) {
	bad := func(why string) (*file, error) {
		return nil, fmt.Errorf("%w: %s; load its sources again", ErrFile, why)
	}
	if len(data) < len(fileMagic)+8 || string(data[:len(fileMagic)]) != fileMagic {
		return bad("it does not begin as one")
	}
	if check {
		end := len(data) - 4
		if crc32.Checksum(data[:end], castagnoli) != binary.LittleEndian.Uint32(data[end:]) {
			return bad("its checksum does not fit")
		}
	}
	rest := data[len(fileMagic):]
	n := int(binary.LittleEndian.Uint32(rest))
	rest = rest[4 : len(rest)-4]
	if n > len(rest) {
		return bad("its head is cut short")
	}
	f := &file{byCode: map[string]country{}}
	if err := json.Unmarshal(rest[:n], &f.head); err != nil {
		return bad("its head is not JSON")
	}
	f.body = rest[n:]
	h := &f.head
	if h.Fold != foldVersion {
		return bad(fmt.Sprintf("its names were folded by version %d, this program folds by %d", h.Fold, foldVersion))
	}
	if h.Entries < 0 || h.Entries > MaxEntries || h.Directory.At < 0 || h.Directory.N < 0 || h.Directory.At > int64(len(f.body)) || h.Directory.N > int64(len(f.body))-h.Directory.At {
		return bad("its head has impossible numbers")
	}
	at := 0
	for _, c := range h.Countries {
		if c.At != at || c.N < 0 || c.N > h.Entries-at {
			return bad("its countries do not fit its entries")
		}
		at += c.N
		f.byCode[c.Code] = c
	}
	if at != h.Entries {
		return bad("its countries do not fit its entries")
	}
	f.issuers = h.Issuers
	dir, err := inflate(f.body[h.Directory.At:h.Directory.At+h.Directory.N], 256<<20)
	if err != nil {
		return bad("its directory does not inflate")
	}
	if !f.readDirectory(dir) {
		return bad("its directory is cut short")
	}
	return f, nil
}

// readDirectory fills the chunk spans, the blocks' first keys and the boxes.
func (f *file) readDirectory(dir []byte) bool {
	d := decoder{b: dir}
	var at int64
	spans := func() []span {
		n := d.count(1)
		out := make([]span, 0, n)
		for range n {
			size := int64(d.uvarint())
			if size < 0 || size > f.head.Directory.At-at {
				d.bad = true
				return nil
			}
			out = append(out, span{at, size})
			at += size
		}
		return out
	}
	f.entries.spans, f.keys.spans, f.shapes.spans = spans(), spans(), spans()
	f.entries.values = make([]atomic.Pointer[[]record], len(f.entries.spans))
	f.keys.values = make([]atomic.Pointer[string], len(f.keys.spans))
	f.shapes.values = make([]atomic.Pointer[Shape], len(f.shapes.spans))
	d.s = string(dir)
	n := d.count(1)
	f.heads = make([]string, 0, n)
	for range n {
		f.heads = append(f.heads, d.str())
	}
	for range d.count(5) {
		b := shapeBox{entry: int(d.uvarint())}
		for k := range b.box {
			b.box[k] = d.varint()
		}
		if b.entry < 0 || b.entry >= f.head.Entries {
			d.bad = true
		}
		f.boxes = append(f.boxes, b)
	}
	return !d.bad && len(f.boxes) == len(f.shapes.spans) &&
		len(f.entries.spans) == (f.head.Entries+entryChunk-1)/entryChunk &&
		len(f.keys.spans) == (len(f.heads)+blocksChunk-1)/blocksChunk
}

// entry gives record i.
func (f *file) entry(i int) *record {
	rs := *f.entries.get(f, i/entryChunk, decodeEntries)
	if k := i % entryChunk; k < len(rs) {
		return &rs[k]
	}
	return &record{admin1: -1, admin2: -1, admin3: -1}
}

// decodeEntries reads a chunk of entries.
func decodeEntries(f *file, chunk int, raw []byte) []record {
	d := decoder{b: raw, s: string(raw)}
	first := chunk * entryChunk
	n := min(entryChunk, f.head.Entries-first)
	out := make([]record, n)
	var lat, lon int64
	c := sort.Search(len(f.head.Countries), func(k int) bool { return f.head.Countries[k].At+f.head.Countries[k].N > first })
	for i := range out {
		for c < len(f.head.Countries)-1 && first+i >= f.head.Countries[c].At+f.head.Countries[c].N {
			c++
		}
		r := &out[i]
		kind := d.byte()
		r.class, r.capital = min(Class(kind&^capitalBit), classCount-1), kind&capitalBit != 0
		lat += d.varint()
		lon += d.varint()
		r.lat, r.lon = int32(lat), int32(lon)
		r.population = uint32(min(d.uvarint(), 1<<32-1))
		r.km = float32(d.uvarint()) / 10
		for _, p := range [...]*int32{&r.admin1, &r.admin2, &r.admin3} {
			*p = -1
			if ref := d.uvarint(); ref > 0 && ref <= uint64(f.head.Countries[c].N) {
				*p = int32(f.head.Countries[c].At + int(ref) - 1)
			}
		}
		r.issuer, r.number = d.byte(), d.str()
		r.name = d.str()
		if k := d.count(1); k > 0 {
			r.names = make([]string, 0, min(k, maxNames))
			for range k {
				r.names = append(r.names, d.str())
			}
		}
		for range d.count(2) {
			r.same = append(r.same, f.id(d.byte(), d.str()))
		}
		if d.bad {
			return out[:i]
		}
	}
	return out
}

// id puts issuer and number together.
func (f *file) id(issuer uint8, number string) string {
	if int(issuer) < len(f.issuers) && f.issuers[issuer] != "" {
		return f.issuers[issuer] + ":" + number
	}
	return number
}

// hit is an entry that a key leads to.
type hit struct {
	entry int32
	kind  nameKind
}

// lookup appends the entries that the key leads to, and tells whether a longer
// key begins with it.
func (f *file) lookup(k []byte, dst []hit) (hits []hit, longer bool) {
	// The block before the first head that is greater holds the key.
	lo, hi := 0, len(f.heads)
	for lo < hi {
		m := int(uint(lo+hi) >> 1)
		if f.heads[m] <= string(k) {
			lo = m + 1
		} else {
			hi = m
		}
	}
	longer = lo < len(f.heads) && len(f.heads[lo]) > len(k) && f.heads[lo][:len(k)] == string(k)
	if lo == 0 {
		return dst, longer
	}
	d, n := f.block(lo - 1)
	var buf [64]byte
	current := buf[:0]
	for range n {
		shared := int(d.uvarint())
		tail := d.str()
		postings := d.count(1)
		if d.bad || shared > len(current) {
			return dst, longer
		}
		current = append(current[:shared], tail...)
		switch c := bytes.Compare(current, k); {
		case c == 0:
			var e uint64
			for range postings {
				v := d.uvarint()
				e += v >> 2
				if e < uint64(f.head.Entries) {
					dst = append(dst, hit{int32(e), nameKind(v & 3)})
				}
			}
		case c > 0:
			return dst, longer || bytes.HasPrefix(current, k)
		default:
			for range postings {
				d.uvarint()
			}
		}
	}
	return dst, longer
}

// block positions a decoder at the keys of block i.
func (f *file) block(i int) (decoder, int) {
	s := *f.keys.get(f, i/blocksChunk, func(_ *file, _ int, raw []byte) string { return string(raw) })
	blocks := min(blocksChunk, len(f.heads)-i/blocksChunk*blocksChunk)
	k := i % blocksChunk
	if len(s) < blocks*4 {
		return decoder{}, 0
	}
	at := blocks*4 + int(uint32(s[k*4])|uint32(s[k*4+1])<<8|uint32(s[k*4+2])<<16|uint32(s[k*4+3])<<24)
	if at > len(s) {
		return decoder{}, 0
	}
	d := decoder{s: s, at: at, text: true}
	return d, d.count(3)
}

// decoder reads the integers and strings of a chunk; what is cut short or out
// of bounds sets bad, and everything after reads as zero.
type decoder struct {
	b    []byte
	s    string
	at   int
	bad  bool
	text bool // read from s alone
}

func (d *decoder) size() int {
	if d.text {
		return len(d.s)
	}
	return len(d.b)
}

func (d *decoder) byte() byte {
	if d.bad || d.at >= d.size() {
		d.bad = true
		return 0
	}
	d.at++
	if d.text {
		return d.s[d.at-1]
	}
	return d.b[d.at-1]
}

func (d *decoder) uvarint() uint64 {
	var v uint64
	for shift := uint(0); shift < 64; shift += 7 {
		c := d.byte()
		v |= uint64(c&0x7f) << shift
		if c < 0x80 {
			return v
		}
	}
	d.bad = true
	return 0
}

func (d *decoder) varint() int64 {
	u := d.uvarint()
	return int64(u>>1) ^ -int64(u&1)
}

// count reads a number of things of at least size bytes each; more than can
// follow is bad.
func (d *decoder) count(size int) int {
	n := d.uvarint()
	if d.bad || n > uint64((d.size()-d.at)/size) {
		d.bad = true
		return 0
	}
	return int(n)
}

func (d *decoder) str() string {
	n := d.count(1)
	if d.bad {
		return ""
	}
	d.at += n
	return d.s[d.at-n : d.at]
}
