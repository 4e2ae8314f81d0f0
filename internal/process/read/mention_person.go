package read

import (
	"strings"
	"unicode/utf8"

	"entente/internal/process/language"
	"entente/internal/process/passage"
)

// Persons in Arabic script are not told by capitals. They are known by the given name that opens them, by kunya and
// nasab, by the ending of a family name, and by the words before and behind them.

// most tokens of a person's name.
const maxPerson = 6

// given says what token i is as a given name.
func (f *namer) given(i int) givenKind {
	if !f.word(i) {
		return noGiven
	}
	t := &f.tokens[i]
	g := givenOf()[t.Lang]
	if g == nil {
		return noGiven
	}
	k := g.given[t.Key]
	if k == noGiven {
		// names are written the neighbour's way as well, and short texts are taken for the neighbour's language
		for _, l := range arabicScript {
			if givenOf()[l].given[t.Key] == plainGiven && !f.is(i, isStop|isTitle|isHead) {
				k = plainGiven
			}
		}
	}
	if k == weakGiven && f.is(i, isStop|isTitle|isHead) {
		return noGiven
	}
	if k != noGiven && t.Lang == language.Arabic && strings.HasSuffix(f.text[t.Start:t.End], "ى") && t.Key == keyAli {
		return noGiven // the preposition, not the name
	}
	return k
}

var arabicScript = [...]language.Tag{language.Arabic, language.Persian, language.Sorani}

var keyAli = passage.Fold("علي")

// nameful says whether token i may be a part of a name at all.
func (f *namer) nameful(i int) bool {
	if i >= f.to || !f.word(i) || f.tokens[i].Script != language.ArabicScript || f.tokens[i].Breaks > 1 {
		return false
	}
	if f.announces(i) {
		return false
	}
	roles := f.roles[i]
	if t := &f.tokens[i]; t.Lang == language.Arabic && strings.HasPrefix(t.Key, "ال") && !articleStops[t.Key] {
		roles &^= isStop // that of the word without its article: العلي is no على
	}
	return roles&(isStop|isTitle|isHead|isGroup) == 0 && utf8.RuneCountInString(f.tokens[i].Key) >= 2
}

// announces says whether token i is a word after which a person's name follows.
func (f *namer) announces(i int) bool {
	g := givenOf()[f.tokens[i].Lang]
	if g == nil {
		return false
	}
	_, n := g.call.At(f.tokens, i)
	return n > 0
}

// called says whether the words before token i announce a person's name.
func (f *namer) called(i int) bool {
	g := givenOf()[f.tokens[i].Lang]
	if g == nil {
		return false
	}
	for n := 1; n <= 3 && i-n >= f.from; n++ {
		if _, used := g.call.At(f.tokens, i-n); used == n {
			return true
		}
	}
	return i > f.from && f.is(i-1, isTitle)
}

// family says whether the word ends as family names do.
func (f *namer) family(i int) bool {
	k := f.tokens[i].Key
	n := utf8.RuneCountInString(k)
	switch f.tokens[i].Lang {
	case language.Arabic:
		// a feminine adjective says of a woman what she is like
		return strings.HasPrefix(k, "ال") && n >= 5 && !articleStops[k] && !strings.HasSuffix(k, "ه")
	case language.Persian:
		if strings.HasPrefix(k, "ال") && n >= 6 {
			return true
		}
		for _, end := range persianEndings {
			if strings.HasSuffix(k, end) && n >= utf8.RuneCountInString(end)+2 {
				return true
			}
		}
		return strings.HasSuffix(k, "ی") && n >= 4
	case language.Sorani:
		return false
	}
	return false
}

// articleStops are words with an article that are in no name, and adjectives that look like a nisba.
var articleStops = foldedSet(`الذي التي الذين اللذين اللتين اليوم السبت الأحد الاثنين الثلاثاء الأربعاء الخميس الجمعة الى الآن الإسلامي الوطني السياسي العسكري الأمني الدولي الرئيسي
	الحالي الماضي المقبل الثاني التالي الجوي البري البحري الشرقي الغربي الشمالي الجنوبي المحلي الطبي الصحفي الرسمي الحكومي الشعبي المدني الإعلامي القضائي الميداني الإقليمي الأهلي`)

// nisba says whether an Arabic word is a name of origin: it has an article and the ending.
func (f *namer) nisba(i int) bool {
	k := f.tokens[i].Key
	return f.tokens[i].Lang == language.Arabic && strings.HasPrefix(k, "ال") && strings.HasSuffix(k, "ی") && utf8.RuneCountInString(k) >= 6 && !articleStops[k]
}

// persianEndings are second parts of Persian family names, folded.
var persianEndings = func() []string {
	var out []string
	for w := range strings.FieldsSeq("زاده پور نژاد یان فر نیا وند منش دوست چی بخش فرد خواه تبار لو راد مهر زاد") {
		out = append(out, passage.Fold(w))
	}
	return out
}()

var (
	kunyaKeys = foldedSet("أبو أبي أبا ابو ئەبو")
	motherKey = passage.Fold("أم")
	sonKeys   = foldedSet("بن ابن بنت ولد كوري")
	servant   = passage.Fold("عبد")
)

// innerTitles are forms of address that stand inside a name before the father's.
var innerTitles = foldedSet("مەلا شێخ حاجی سەید ملا شیخ حاج سید")

func foldedSet(list string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(list) {
		m[passage.Fold(w)] = true
	}
	return m
}

// person reads a person's name that begins at token i.
func (f *namer) person(i int) (mention, bool) {
	t := &f.tokens[i]
	if givenOf()[t.Lang] == nil {
		return mention{}, false
	}
	called := f.called(i)
	j, plain, weak := i, 0, 0
	switch {
	case kunyaKeys[t.Key] && f.nameful(i+1):
		j, plain = i+2, 2
	case t.Key == motherKey && f.given(i+1) != noGiven:
		j, plain = i+2, 2
	case t.Key == servant && f.nameful(i+1) && strings.HasPrefix(f.tokens[i+1].Key, "ال"), t.Key == servant && i+1 < f.to && f.tokens[i+1].Key == "الله":
		j, plain = i+2, 1
	case f.given(i) == plainGiven:
		j, plain = i+1, 1
	case f.given(i) == weakGiven:
		j, weak = i+1, 1
	default:
		return mention{}, false
	}
	first := j
	families, loose, origin := 0, false, false
	for j < f.to && j-i < maxPerson {
		switch {
		case sonKeys[f.tokens[j].Key] && (f.nameful(j+1) || f.given(j+1) != noGiven):
			plain++
			j += 2
			continue
		case kunyaKeys[f.tokens[j].Key] && f.nameful(j+1) && j-i < maxPerson-1 && families == 0 && t.Lang == language.Arabic && f.tokens[j].Key != f.tokens[i].Key && j > first:
			j += 2
			continue
		case innerTitles[f.tokens[j].Key] && f.given(j+1) != noGiven && plain > 0:
			plain++
			j += 2
			continue
		case j+1 < f.to && f.tokens[j+1].Key == "الله" && f.word(j) && !f.is(j, isStop|isHead|isGroup):
			plain++
			j += 2
			continue
		case f.tokens[j].Key == servant && j+1 < f.to && f.word(j+1) && strings.HasPrefix(f.tokens[j+1].Key, "ال"):
			plain++
			j += 2
			continue
		case families > 0 && t.Lang == language.Arabic && !f.family(j):
		case f.given(j) == plainGiven && f.tokens[j].Breaks < 2:
			plain++
			j++
			continue
		case f.given(j) == weakGiven && f.tokens[j].Breaks < 2:
			weak++
			j++
			continue
		case f.nameful(j) && f.family(j) && families < 2 && !(t.Lang == language.Persian && families > 0):
			families++
			origin = origin || f.nisba(j)
			j++
			continue
		case f.nameful(j) && !f.behind(j) && families == 0 && !loose && (called || f.speechBehind(j)) && (plain+weak < 2 || t.Lang == language.Sorani && plain+weak < 3) && !kunyaKeys[t.Key]:
			// an unknown family name, where the words around say that there is a name
			loose = true
			families++
			j++
			continue
		}
		break
	}
	parts := j - i
	kunya := kunyaKeys[t.Key] || t.Key == motherKey
	switch {
	case parts == 1 && called && plain > 0 && f.ended(j):
	case parts < 2:
		return mention{}, false
	case plain == 0 && weak < 2 && families == 0:
		return mention{}, false
	case plain == 0 && !called && !origin && !f.speechBehind(j-1):
		return mention{}, false
	}
	m := mention{first: i, last: j, kind: mentionPerson, confidence: 0.6}
	switch {
	case called && !loose:
		m.confidence = 0.8
	case called, kunya, f.speaker[i]:
		m.confidence = 0.72
	case plain+families >= 2 && !loose:
		m.confidence = 0.66
	}
	if parts > 1 && !kunya {
		f.last[f.tokens[j-1].Key] = true
	}
	return m, true
}

// speechBehind says whether behind token j stands what follows a person's name.
func (f *namer) speechBehind(j int) bool {
	if j+1 >= f.to {
		return false
	}
	g := givenOf()[f.tokens[j].Lang]
	return g.speech[f.tokens[j+1].Key] || f.is(j+1, isTitle) && f.tokens[j].Lang != language.Arabic
}

// behind says whether token j is itself a word that stands behind names.
func (f *namer) behind(j int) bool {
	g := givenOf()[f.tokens[j].Lang]
	return g != nil && g.speech[f.tokens[j].Key]
}

// ended says whether a name of one word ends before token j: no further name follows unread.
func (f *namer) ended(j int) bool {
	return j >= f.to || f.tokens[j].Kind != passage.Word || f.is(j, isStop) || !f.nameful(j) || givenOf()[f.tokens[j-1].Lang].speech[f.tokens[j].Key]
}

// joined reads a person's name behind the Arabic "and" that is written together with it.
func (f *namer) joined(i int) (mention, bool) {
	t := &f.tokens[i]
	rest, ok := strings.CutPrefix(t.Key, conjunction)
	if !ok || t.Lang != language.Arabic || utf8.RuneCountInString(rest) < 3 || f.roles[i]&(isTitle|isHead|isGroup) != 0 || !strings.HasPrefix(f.text[t.Start:t.End], conjunction) {
		return mention{}, false
	}
	whole, roles := t.Key, f.roles[i]
	t.Key, f.roles[i] = rest, 0
	m, ok := f.person(i)
	t.Key, f.roles[i] = whole, roles
	if ok && m.last-m.first < 2 {
		return mention{}, false
	}
	m.lead = len(conjunction)
	return m, ok
}

const conjunction = "و"

// surname reads the last name alone of a person who was named before, or a name of origin to which words are ascribed.
func (f *namer) surname(i int) (mention, bool) {
	if f.nisba(i) && f.nameful(i) && f.called(i) && !f.is(i-1, isTitle) && (i+1 >= f.to || f.is(i+1, isStop) || f.tokens[i+1].Kind != passage.Word) {
		return mention{first: i, last: i + 1, kind: mentionPerson, confidence: 0.55}, true
	}
	if k := f.tokens[i].Key; !f.last[k] || utf8.RuneCountInString(k) < 5 || !f.nameful(i) || !f.family(i) && !f.called(i) {
		return mention{}, false
	}
	return mention{first: i, last: i + 1, kind: mentionPerson, confidence: 0.7}, true
}
