package places

import "unicode/utf8"

// russianEndings maps the ending of an inflected name to those of its
// nominative (Zaliznyak, Grammatical Dictionary of Russian: the declensions of
// proper nouns), longest first.
var russianEndings = []struct {
	from string
	to   []string
}{
	{"ского", []string{"ский", "ское"}}, {"скому", []string{"ский", "ское"}}, {"ском", []string{"ский", "ск", "ское"}}, {"ской", []string{"ская"}}, {"скую", []string{"ская"}},
	{"ого", []string{"ый", "ое", "ой"}}, {"его", []string{"ий", "ее"}}, {"ому", []string{"ый", "ое"}}, {"ыми", []string{"ые"}}, {"ией", []string{"ия"}}, {"ями", []string{"и"}}, {"ами", []string{"ы"}},
	{"ии", []string{"ия"}}, {"ию", []string{"ия"}}, {"ой", []string{"а", "ая"}}, {"ом", []string{"", "о", "ый"}}, {"ем", []string{"ь", "й", "е", ""}}, {"ей", []string{"я", "а"}},
	{"ах", []string{"ы", "а"}}, {"ов", []string{"ы", ""}}, {"ью", []string{"ь"}}, {"ую", []string{"ая"}}, {"ым", []string{"ый"}}, {"ве", []string{"ва", "в", "во"}},
	{"а", []string{"", "о"}}, {"у", []string{"", "а", "о"}}, {"е", []string{"", "а", "о", "ь", "й"}}, {"и", []string{"ь", "а", "я"}}, {"ы", []string{"а"}}, {"ю", []string{"ь", "я", "й"}}, {"я", []string{"ь", "й"}},
}

// cyrillic handles a capitalised Cyrillic word: the name as it stands, else
// its nominative.
func (p *spotter) cyrillic(i int) int {
	words := p.s.words
	if russianCommon[string(p.s.keyOf(i))] {
		return 0
	}
	compound := i+1 < len(words) && words[i+1].gap == gapJoin && words[i+1].script == scriptCyrillic
	n, at := p.longest(i, true, func(n int) bool { return n > 1 || len(p.s.keyOf(i)) > 4 && !compound })
	if n == 0 {
		n, at = p.nominative(i)
		if n == 0 || n == 1 && compound {
			p.matches = p.matches[:at]
			return 0
		}
	}
	// A given name and a family name stand together; a place after a
	// capitalised word is one only at a sentence's beginning.
	if n == 1 && i > 0 && words[i].gap == gapSpace && words[i-1].capital && words[i-1].script == scriptCyrillic && utf8.RuneCount(p.s.keyOf(i-1)) > 3 &&
		words[i-1].gap == gapSpace && (len(p.mentions) == 0 || p.mentions[len(p.mentions)-1].to != i) {
		p.matches = p.matches[:at]
		return 1
	}
	p.add(i, n, at, false)
	return n
}

// russianCommon are capitalised words of Russian news that are also small
// places, written by hand from general knowledge.
var russianCommon = set(`в на по из от до за при под над для как что это его она они оно мы вы он кто где когда если но или
	россиянин президент министр генерал полковник совет партия армия война мир труд победа союз область район город село
	январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь понедельник вторник среда четверг пятница
	суббота воскресенье ранее также однако после между сегодня вчера завтра`)

// nominative tries the nominatives of a word, alone and together with its
// companion in each of its forms: "Нижнего Новгорода", "Хан-Шейхуна".
func (p *spotter) nominative(i int) (n, at int) {
	at = len(p.matches)
	first := p.forms(i)
	if p.joined(i+1) && p.s.words[i+1].capital && p.s.words[i+1].script == scriptCyrillic {
		second := p.forms(i + 1)
		for _, a := range first {
			for _, b := range second {
				p.key = append(append(p.key[:0], a...), b...)
				if p.matches, _ = p.g.lookup(p.key, p.matches, p.hits); len(p.matches) > at {
					return 2, at
				}
			}
		}
	}
	for _, a := range first[1:] {
		p.key = append(p.key[:0], a...)
		if p.matches, _ = p.g.lookup(p.key, p.matches, p.hits); len(p.matches) > at {
			return 1, at
		}
	}
	return 0, at
}

// forms gives the word's own form and its possible nominatives.
func (p *spotter) forms(i int) []string {
	k := string(p.s.keyOf(i))
	out := []string{k}
	for _, e := range russianEndings {
		if len(k) >= len(e.from)+6 && k[len(k)-len(e.from):] == e.from {
			for _, to := range e.to {
				out = append(out, k[:len(k)-len(e.from)]+to)
			}
		}
	}
	return out[:min(len(out), 12)]
}
