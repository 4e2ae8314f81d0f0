package names

// letterForms is a spelling ready for alignment: its letters and its forms against each script, made when first needed.
type letterForms struct {
	script  Script
	letters []rune
	outline outline
	forms   [3]prepared
	have    [3]bool
	korean  *string // the neutral spelling of a word of Korean syllables, once it was asked for
}

func (f *letterForms) reset(text string, s Script) {
	f.script = s
	f.letters = f.letters[:0]
	for _, r := range text {
		f.letters = append(f.letters, r)
	}
	f.have = [3]bool{}
	f.korean = nil
	f.outline = outlineOf(f.letters)
}

func (f *letterForms) form(i int, t *multigram, trie *groupTrie, marg []uint16) *prepared {
	if !f.have[i] {
		t.prepare(&f.forms[i], trie, marg, f.letters)
		f.have[i] = true
	}
	return &f.forms[i]
}

// tokenForms is a token with its spelling and, when it has one, the second reading.
type tokenForms struct {
	token *Token
	*letterForms
	alt *letterForms
}

// formCache keeps the forms of the spellings met last: the tokens of a query meet many names, those of a list many
// queries. What it gives stays valid until sweep is called.
type formCache struct {
	byText map[string]*letterForms
	made   []*letterForms
	used   int
}

// maxForms bounds the cache; a form takes about two kilobytes. Between two sweeps fewer than formRoom are asked for.
const (
	maxForms = 4096
	formRoom = 2048
)

// sweep empties the cache when it is nearly full. The memory is used again.
func (c *formCache) sweep() {
	if c.used > maxForms-formRoom {
		clear(c.byText)
		c.used = 0
	}
}

func (c *formCache) get(text string, s Script) *letterForms {
	if f, ok := c.byText[text]; ok {
		return f
	}
	if c.byText == nil {
		c.byText = make(map[string]*letterForms)
	}
	if c.used == len(c.made) {
		c.made = append(c.made, new(letterForms))
	}
	f := c.made[c.used]
	c.used++
	f.reset(text, s)
	c.byText[text] = f
	return f
}

// of gives the forms of a token.
func (c *formCache) of(t *Token) tokenForms {
	f := tokenForms{token: t, letterForms: c.get(t.Text, t.Script)}
	if t.Alt != "" {
		f.alt = c.get(t.Alt, t.Script)
	}
	return f
}

// koreanSpelling is the neutral spelling of a Latin word of two and more Korean syllables, "" when it is none.
func (f *letterForms) koreanSpelling(text string) string {
	if f.korean == nil {
		n := ""
		if f.script == Latin && len(text) >= leastKorean {
			n = koreanNeutral(text, koreanSyllables)
		}
		f.korean = &n
	}
	return *f.korean
}
