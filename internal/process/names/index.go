package names

import (
	"slices"
	"strings"
)

// Index holds a list of names for retrieval. It is safe for concurrent searches once it is built.
//
// The vocabulary holds each different token once; tokens are found by the keys of their consonant skeleton (see
// keysOf), by their class in the lexicons and by their exact letters, and lead to the names that hold them. What is
// found is then compared letter by letter.
type Index struct {
	ids  []string
	raw  []string
	kind []Kind
	sure []bool

	start  []uint32  // name -> first of its tokens
	tokens []uint32  // vocabulary numbers
	weight []float32 // of each name: its tokens by how rare they are in the list

	vocab  []Token
	rough  []rough
	brief  []uint8           // see briefOf
	byText map[string]uint32 // letters -> the last vocabulary number with them
	next   []uint32          // vocabulary number -> the one before with the same letters, itself at the end

	postStart []uint32 // vocabulary number -> first posting
	postings  []uint32 // names

	keyStart map[uint64][2]uint32 // key -> range of keyTokens
	keyToken []uint32

	acronym map[uint32]string   // stated in parentheses
	whole   map[string][]uint32 // folded letters of whole names, groups and acronyms -> names
}

// maxJoinedNames is the size of list up to which neighbouring tokens are also indexed written together.
const maxJoinedNames = 20_000

// IndexBuilder collects the names of a list.
type IndexBuilder struct {
	entries []listed
	x       *Index
	parser  parser
	joined  [][2]uint32 // (vocabulary number, name): found by it, not part of the name
}

// listed is a name as it was added.
type listed struct {
	id, name string
	kind     Kind
}

// NewIndexBuilder begins a list.
func NewIndexBuilder() *IndexBuilder { return &IndexBuilder{} }

// Add appends a name under an id; several names may share an id.
func (b *IndexBuilder) Add(id, name string, kind Kind) {
	b.entries = append(b.entries, listed{id, name, kind})
}

// Len is the number of names added so far.
func (b *IndexBuilder) Len() int { return len(b.entries) }

// Build closes the list. The index depends on what was added, not on its order.
func (b *IndexBuilder) Build() *Index {
	slices.SortFunc(b.entries, func(p, q listed) int {
		if c := strings.Compare(p.id, q.id); c != 0 {
			return c
		}
		if c := strings.Compare(p.name, q.name); c != 0 {
			return c
		}
		return int(p.kind) - int(q.kind)
	})
	x := &Index{byText: map[string]uint32{}, whole: map[string][]uint32{}, acronym: map[uint32]string{}, start: []uint32{0}}
	b.x = x
	for _, e := range b.entries {
		b.insert(e.id, e.name, e.kind)
	}
	x.buildPostings(b.joined)
	x.buildKeys()
	*b = IndexBuilder{}
	return x
}

// insert takes a name apart and keeps its words.
func (b *IndexBuilder) insert(id, name string, kind Kind) {
	x := b.x
	n := b.parser.parse(name, kind)
	num := uint32(len(x.raw))
	x.ids = append(x.ids, id)
	x.raw = append(x.raw, name)
	x.kind = append(x.kind, n.Kind)
	x.sure = append(x.sure, n.sure)
	for i := range n.Tokens {
		t := &n.Tokens[i]
		x.tokens = append(x.tokens, b.intern(t))
	}
	x.start = append(x.start, uint32(len(x.tokens)))
	x.weight = append(x.weight, 0)
	if n.acronym != "" {
		x.acronym[num] = n.acronym
	}
	for _, k := range wholeKeys(&n, false) {
		x.whole[k] = append(x.whole[k], num)
	}
	for i := range n.roman {
		b.joined = append(b.joined, [2]uint32{b.intern(&n.roman[i]), num})
	}
	for i := range n.plain {
		b.joined = append(b.joined, [2]uint32{b.intern(&n.plain[i]), num})
	}
	if num < maxJoinedNames {
		for i := 0; i+1 < len(n.Tokens); i++ {
			if t, ok := joinedToken(&n.Tokens[i], &n.Tokens[i+1]); ok {
				b.joined = append(b.joined, [2]uint32{b.intern(&t), num})
			}
		}
	}
}

// joinedToken is two neighbours written together, when that can be a name.
func joinedToken(x, y *Token) (Token, bool) {
	if x.Script != y.Script || x.Script > Cyrillic || !joinable(x.Role) || !joinable(y.Role) || runeLen(x.Text)+runeLen(y.Text) > 16 {
		return Token{}, false
	}
	t := newToken(x.Text+y.Text, RoleName)
	t.class = 0
	return t, true
}

func joinable(r Role) bool {
	return r == RoleName || r == RoleInitial || r == RoleParticle || r == RoleGeneric
}

// wholeKeys are the keys by which a whole name is found: its letters, its group, its acronym. An acronym is looked up
// among the first letters of longer names and the other way round, so list and query differ in the mark.
func wholeKeys(n *Name, query bool) []string {
	long, short := "\x02", "\x03"
	if query {
		long, short = short, long
	}
	keys := make([]string, 0, 4)
	for _, g := range n.groups {
		keys = append(keys, "\x01"+groupIndex.groups[g].ID)
	}
	if n.Kind == Organization {
		letters, words := make([]rune, 0, maxTokens), 0
		var last string
		for i := range n.Tokens {
			if n.Tokens[i].Role != RoleLegal {
				r, _ := firstRune(n.Tokens[i].Text)
				letters = append(letters, r)
				last = n.Tokens[i].Text
				words++
			}
		}
		if words >= 3 {
			keys = append(keys, long+string(letters))
		}
		if words == 1 && len(last) <= 16 {
			keys = append(keys, short+last)
		}
	} else if len(n.Tokens) == 1 && len(n.Tokens[0].Text) <= 16 {
		keys = append(keys, short+n.Tokens[0].Text)
	}
	if n.acronym != "" {
		keys = append(keys, long+n.acronym, short+n.acronym)
	}
	return append(keys, n.folded)
}

// intern gives the number of a token in the vocabulary. Tokens that differ in anything are different: a word weighs
// otherwise in the name of a company than in that of a person.
func (b *IndexBuilder) intern(t *Token) uint32 {
	x := b.x
	head, ok := x.byText[t.Text]
	if ok {
		for id := head; ; id = x.next[id] {
			if x.vocab[id] == *t {
				return id
			}
			if x.next[id] == id {
				break
			}
		}
	}
	id := uint32(len(x.vocab))
	c := *t
	c.Text, c.Alt = strings.Clone(t.Text), strings.Clone(t.Alt)
	x.vocab = append(x.vocab, c)
	if ok {
		x.next = append(x.next, head)
	} else {
		x.next = append(x.next, id)
	}
	x.byText[c.Text] = id
	return id
}

func (x *Index) buildPostings(joined [][2]uint32) {
	count := make([]uint32, len(x.vocab)+1)
	for _, t := range x.tokens {
		count[t+1]++
	}
	for _, j := range joined {
		count[j[0]+1]++
	}
	for i := 1; i < len(count); i++ {
		count[i] += count[i-1]
	}
	x.postStart = count
	fill := slices.Clone(count)
	x.postings = make([]uint32, len(x.tokens)+len(joined))
	for n := range x.raw {
		for _, t := range x.tokens[x.start[n]:x.start[n+1]] {
			x.postings[fill[t]] = uint32(n)
			fill[t]++
		}
	}
	for _, j := range joined {
		x.postings[fill[j[0]]] = j[1]
		fill[j[0]]++
	}
	for n := range x.raw {
		var sum float32
		for _, t := range x.tokens[x.start[n]:x.start[n+1]] {
			sum += x.vocab[t].weight * rarity(int(x.postStart[t+1]-x.postStart[t]), len(x.raw))
		}
		x.weight[n] = sum
	}
}

// tokenKeys are the retrieval keys of a token: skeletons, and its class when it has one. The sets are told apart by
// the top bits.
func tokenKeys(t *Token, letters []rune, work []skeleton, keys []uint64, cuts bool) ([]skeleton, []uint64) {
	if t.Script <= Cyrillic && t.Role != RoleNumber && t.Role != RoleInitial && t.Role != RoleGroup {
		work, keys = keysOf(letters, work, keys, cuts)
	}
	if t.Alt != "" {
		work, keys = keysOf([]rune(t.Alt), work, keys, cuts)
	}
	if h := compoundHead(t); h != "" {
		work, keys = keysOf([]rune(h), work, keys, false)
	}
	if t.class != 0 {
		keys = append(keys, 1<<62|uint64(t.Role)<<32|uint64(t.class))
	}
	for _, c := range shortClass[t.Text] {
		keys = append(keys, 1<<62|1<<40|uint64(c))
	}
	return work, keys
}

func (x *Index) buildKeys() {
	type entry struct {
		key uint64
		id  uint32
	}
	var entries []entry
	var work []skeleton
	var keys []uint64
	var letters []rune
	x.rough = make([]rough, len(x.vocab))
	x.brief = make([]uint8, len(x.vocab))
	for id := range x.vocab {
		t := &x.vocab[id]
		letters = letters[:0]
		for _, r := range t.Text {
			letters = append(letters, r)
		}
		r := roughOf(letters)
		r.length, r.script, r.alt = uint8(min(len(letters), 255)), t.Script, t.Alt != ""
		x.rough[id] = r
		if x.brief[id] = briefOf(len(letters), t.Script); t.Alt != "" {
			x.brief[id] = briefOf(0, t.Script)
		}
		work, keys = tokenKeys(t, letters, work, keys[:0], true)
		for _, k := range keys {
			entries = append(entries, entry{k, uint32(id)})
		}
	}
	slices.SortFunc(entries, func(a, b entry) int {
		switch {
		case a.key < b.key:
			return -1
		case a.key > b.key:
			return 1
		}
		return int(a.id) - int(b.id)
	})
	x.keyToken = make([]uint32, len(entries))
	x.keyStart = make(map[uint64][2]uint32)
	for i := 0; i < len(entries); {
		j := i
		for j < len(entries) && entries[j].key == entries[i].key {
			x.keyToken[j] = entries[j].id
			j++
		}
		x.keyStart[entries[i].key] = [2]uint32{uint32(i), uint32(j)}
		i = j
	}
}

// Len is the number of names.
func (x *Index) Len() int { return len(x.raw) }

// name builds the parsed form of name n.
func (x *Index) name(n uint32, into []Token) []Token {
	into = into[:0]
	for _, t := range x.tokens[x.start[n]:x.start[n+1]] {
		into = append(into, x.vocab[t])
	}
	return into
}
