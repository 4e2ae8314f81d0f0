// Package numerals reads numbers in the words and digits of Arabic, Persian,
// Sorani, Russian and English: "twenty-three", «двадцать три», «ثلاثة وعشرون»,
// «بیست و سه», «بیست و سێ», "1,234", "1.5 million", "dozens", "third".
package numerals

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"entente/internal/process/language"
	"entente/internal/process/passage"
)

// Number is a number that a text states.
type Number struct {
	// First and Last are the tokens that state it, Last exclusive.
	First, Last int
	// Low and High bound it; they are equal for an exact number, and High is
	// +Inf for "dozens".
	Low, High float64
	Ordinal   bool
	// Digits says that it is written in digits alone; Whole that these are one
	// run of them, as days and years are.
	Digits, Whole bool
	// And says that a prefix that means "and" is written together with it, as
	// Arabic does.
	And bool
}

// Exact reports whether the number is stated as one value.
func (n *Number) Exact() bool { return n.Low == n.High }

// Find returns the numbers of a text in order; none overlap.
func Find(tokens []passage.Token) []Number {
	var out []Number
	for i := 0; i < len(tokens); {
		n, ok := at(tokens, i)
		if !ok {
			i++
			continue
		}
		out = append(out, n)
		i = n.Last
	}
	return out
}

// at reads the number that begins at token i.
func at(tokens []passage.Token, i int) (Number, bool) {
	t := &tokens[i]
	switch t.Kind {
	case passage.Number:
		return digits(tokens, i)
	case passage.Word:
		return words(tokens, i)
	}
	return Number{}, false
}

// digits reads a number that begins with digits, and multipliers after it.
func digits(tokens []passage.Token, i int) (Number, bool) {
	t := &tokens[i]
	n := Number{First: i, Last: i + 1, Digits: true, Whole: true}
	s := t.Key
	if len(s) > 15 {
		return n, false
	}
	russian := t.Lang == language.Russian
	// touching returns the digits after a sign at j if all of it touches.
	touching := func(j int, signs string) string {
		if j+1 < len(tokens) && tokens[j].Kind == passage.Mark && !tokens[j].Space && strings.Contains(signs, tokens[j].Key) && tokens[j+1].Kind == passage.Number && !tokens[j+1].Space {
			return tokens[j+1].Key
		}
		return ""
	}
	chain := func(j int) bool { return touching(j, ".,/-") != "" || touching(j, ":") != "" }
	// Thousands.
	for len(s) <= 12 {
		g := touching(n.Last, ",'")
		if len(g) == 3 && len(t.Key) <= 3 && (!chain(n.Last+2) || len(touching(n.Last+2, ",'.")) > 0) {
			s += g
			n.Last += 2
			n.Whole = false
			continue
		}
		if g == "" && russian && len(t.Key) <= 3 && n.Last < len(tokens) && tokens[n.Last].Kind == passage.Number && tokens[n.Last].Space && tokens[n.Last].Breaks == 0 &&
			len(tokens[n.Last].Key) == 3 && t.Key != "0" {
			s += tokens[n.Last].Key
			n.Last++
			n.Whole = false
			continue
		}
		break
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return n, false
	}
	// A decimal fraction; "1.10.2015" is a date and no number.
	if g := touching(n.Last, ".,"); g != "" && len(g) <= 3 && !chain(n.Last+2) {
		comma := tokens[n.Last].Key == ","
		switch {
		case len(g) == 3 && !comma && t.Lang != language.English && t.Lang != language.Persian && len(s) <= 3 && n.Whole:
			if w, err := strconv.ParseFloat(s+g, 64); err == nil {
				v, n.Last, n.Whole = w, n.Last+2, false
			}
		case !comma || russian || t.Lang != language.English && len(g) <= 2:
			if w, err := strconv.ParseFloat(s+"."+g, 64); err == nil {
				v, n.Last, n.Whole = w, n.Last+2, false
			}
		}
	}
	n.Low, n.High = v, v
	n.multiply(tokens)
	n.further(tokens)
	return n, n.High <= maxNumeral || math.IsInf(n.High, 1)
}

// multiply takes the multipliers after a number: 20 thousand, 3 млн.
func (n *Number) multiply(tokens []passage.Token) {
	for n.Last < len(tokens) && tokens[n.Last].Kind == passage.Word && tokens[n.Last].Breaks == 0 {
		t := &tokens[n.Last]
		w, ok := lexicon()[t.Lang][t.Key]
		if !ok || w.class != times && !(w.class == times100 && n.Low < 100) || w.ordinal || w.value == 2000 || w.value == 2e6 {
			return
		}
		if utf8.RuneCountInString(t.Key) == 1 && (t.Space || !n.Digits) {
			return // "5 m" is a length, "5m" an amount
		}
		if n.Whole && n.Digits && n.Low >= 1900 && n.Low <= 2100 && w.value == 12 {
			return
		}
		n.Low *= w.value
		n.High *= w.value
		n.Last++
		n.Digits, n.Whole = false, false
		if n.Last < len(tokens) && tokens[n.Last].Key == "." && !tokens[n.Last].Space && (t.Key == "тыс" || t.Key == "млн" || t.Key == "млрд") {
			n.Last++
		}
	}
}

// further adds the smaller part of a number: «۳ میلیون و ۲۰۰ هزار».
func (n *Number) further(tokens []passage.Token) {
	if n.Low < 1e6 || n.Digits || n.Last+2 >= len(tokens) || tokens[n.Last].Key != arabicAnd || tokens[n.Last+1].Kind != passage.Number {
		return
	}
	m, ok := digits(tokens, n.Last+1)
	unit := 1e6
	if n.Low >= 1e9 {
		unit = 1e9
	}
	if ok && !m.Digits && m.Low >= 1000 && m.Low < unit {
		n.Low += m.Low
		n.High += m.Low
		n.Last = m.Last
	}
}

// lookup finds a number word, without the prefixes that Arabic writes together
// with it.
func lookup(t *passage.Token) (w word, joined, ok bool) {
	m := lexicon()[t.Lang]
	if m == nil {
		return w, false, false
	}
	if w, ok = m[t.Key]; ok || t.Lang != language.Arabic {
		return w, false, ok
	}
	k := t.Key
	if s, found := strings.CutPrefix(k, arabicAnd); found {
		k, joined = s, true
		if w, ok = m[k]; ok {
			return w, true, true
		}
	}
	r, size := utf8.DecodeRuneInString(k)
	if strings.ContainsRune(foldedPre, r) {
		if w, ok = m[k[size:]]; ok {
			return w, joined, true
		}
		if s, found := strings.CutPrefix(k[size:], "ل"); found && r == 'ل' {
			// For the article after li-: للثلاثة.
			w, ok = m[s]
			return w, joined, ok
		}
		k = k[size:]
	}
	if s, found := strings.CutPrefix(k, arabicAl); found {
		w, ok = m[s]
	}
	return w, joined, ok
}

var foldedPre = passage.Fold(arabicPre)

// words reads a number in words that begins at token i.
func words(tokens []passage.Token, i int) (Number, bool) {
	n := Number{First: i, Last: i}
	w, joined, ok := lookup(&tokens[i])
	if !ok {
		if m, o := article(tokens, i); o {
			return m, true
		}
		return half(tokens, i)
	}
	n.And = joined
	if w.class == and || len(tokens[i].Key) == 1 {
		return n, false
	}
	if w.class == open || w.class == some {
		return vague(tokens, i, w)
	}
	arabic := tokens[i].Lang == language.Arabic
	total, group := 0.0, 0.0
	var last class
	strong := false
	prevOrdinal := false
	count := 0
	for j := i; j < len(tokens); {
		t := &tokens[j]
		if j > i && t.Breaks > 1 {
			break
		}
		linked := false // an "and" stands before this word
		k := j
		if j > i {
			if t.Kind == passage.Mark && t.Key == "-" && !t.Space && j+1 < len(tokens) && !tokens[j+1].Space && last == ten {
				k++
			} else if w, _, ok := lookup(t); ok && w.class == and && t.Kind == passage.Word {
				k++
				linked = true
			}
		}
		if k >= len(tokens) || tokens[k].Kind != passage.Word || tokens[k].Lang != tokens[i].Lang {
			break
		}
		w, joined, ok := lookup(&tokens[k])
		if !ok || w.class == and || w.class == open || w.class == some || len(tokens[k].Key) == 1 {
			break
		}
		if j > i && joined {
			linked = true
		}
		if !fits(last, w, linked, arabic, group, tokens[i].Lang) || prevOrdinal && !(arabic && (w.class == ten || w.class == teen)) {
			break
		}
		switch w.class {
		case unit, teen, ten, hundred:
			group += w.value
		case times100:
			group = max(group, 1) * 100
		case times:
			if w.value == 12 {
				group = max(group, 1) * 12
				break
			}
			if w.value == 2000 || w.value == 2e6 || w.value == 2e9 {
				total += w.value
			} else {
				total += max(group, 1) * w.value
			}
			group = 0
		}
		count++
		strong = strong || !w.weak
		last = w.class
		if w.ordinal {
			prevOrdinal = true
		}
		j = k + 1
		n.Last = j
	}
	// «около двух десятков»
	if n.Last < len(tokens) && total == 0 && group > 1 && group < 20 && tokens[i].Lang == language.Russian {
		if w, ok := lexicon()[language.Russian][tokens[n.Last].Key]; ok && w.class == open && w.value <= 200 {
			group *= w.value / 2
			n.Last++
		}
	}
	n.Ordinal = prevOrdinal
	n.Low = total + group
	n.High = n.Low
	if n.Last == i || !strong && count < 2 && !counterFollows(tokens, n.Last) {
		return n, false
	}
	if n.Low > maxNumeral {
		return n, false
	}
	return n, true
}

// fits reports whether a number word can follow another in one number.
func fits(last class, w word, linked, arabic bool, group float64, tag language.Tag) bool {
	if last == 0 {
		return true
	}
	// Where "and" is said between parts, it has to be there.
	needAnd := tag != language.English && tag != language.Russian
	switch w.class {
	case unit:
		if last == ten || last == hundred || last == times100 || last == times {
			return linked == needAnd || tag == language.English && linked && last != ten
		}
	case teen:
		if arabic && last == unit && !linked {
			return w.value == 10
		}
		if last == hundred || last == times100 || last == times {
			return linked == needAnd || tag == language.English && linked
		}
	case ten:
		if arabic && last == unit && linked {
			return true
		}
		if last == hundred || last == times100 || last == times {
			return linked == needAnd || tag == language.English && linked
		}
	case hundred:
		return last == times && (linked == needAnd)
	case times100:
		return last == unit && !linked || last == times && (linked == needAnd)
	case times:
		return !linked && last != times
	}
	return false
}

// vague reads dozens, hundreds of thousands, several hundred.
func vague(tokens []passage.Token, i int, w word) (Number, bool) {
	n := Number{First: i, Last: i + 1, Low: w.value, High: math.Inf(1)}
	m := lexicon()[tokens[i].Lang]
	if w.class == open && w.value >= 2000 && tokens[i].Lang == language.Russian {
		return n, true
	}
	j := i + 1
	if j < len(tokens) && tokens[j].Key == "of" {
		j++
	}
	if j < len(tokens) && tokens[j].Kind == passage.Word {
		x, ok := m[tokens[j].Key]
		if !ok && tokens[j].Lang == language.Arabic {
			x, ok = m[strings.TrimPrefix(tokens[j].Key, arabicAl)]
		}
		switch {
		case !ok:
		case x.class == times && x.value >= 1000:
			n.Low *= x.value
			n.Last = j + 1
		case x.class == open && w.class == open && x.value >= 2000:
			// tens of thousands, عشرات الآلاف: the second is the unit.
			n.Low *= x.value / 2
			n.Last = j + 1
		case w.class == some && (x.class == times || x.class == times100):
			v := x.value
			n.Low *= v
			n.Last = j + 1
		case w.class == some && x.class == open:
			n.Low = x.value * 3 / 2
			n.Last = j + 1
		}
	}
	return n, true
}

// article reads "a dozen", "a hundred", "half a million", "tens of thousands",
// "a couple of".
func article(tokens []passage.Token, i int) (Number, bool) {
	t := &tokens[i]
	if t.Lang != language.English {
		return Number{}, false
	}
	next := func(k int) string {
		if i+k < len(tokens) && tokens[i+k].Breaks == 0 {
			return tokens[i+k].Key
		}
		return ""
	}
	m := lexicon()[language.English]
	switch t.Key {
	case "a", "an":
		w := m[next(1)]
		switch {
		case w.class == times && w.value >= 12 && len(next(1)) > 2, w.class == times100:
			n := Number{First: i, Last: i + 2, Low: w.value, High: w.value}
			n.multiply(tokens)
			return n, true
		case next(1) == "few":
			n, ok := vague(tokens, i+1, w)
			n.First = i
			return n, ok
		case next(1) == "couple":
			n := Number{First: i, Last: i + 2, Low: 2, High: 2}
			if next(2) == "of" {
				n.Last++
			}
			return n, true
		}
	case "half":
		if next(1) == "a" {
			if w := m[next(2)]; w.class == times && w.value >= 12 {
				return Number{First: i, Last: i + 3, Low: w.value / 2, High: w.value / 2}, true
			}
		}
	case "tens":
		if next(1) == "of" {
			if w := m[next(2)]; w.class == open && w.value >= 2000 {
				return Number{First: i, Last: i + 3, Low: w.value * 10, High: math.Inf(1)}, true
			}
		}
		return Number{First: i, Last: i + 1, Low: 20, High: math.Inf(1)}, true
	}
	return Number{}, false
}

// half reads "نصف مليون", «полмиллиона», «نیم میلیون», «نیو ملیۆن».
func half(tokens []passage.Token, i int) (Number, bool) {
	switch t := &tokens[i]; {
	case t.Key == "полмиллиона" || t.Key == "полтысячи":
		v := 5e5
		if t.Key == "полтысячи" {
			v = 500
		}
		return Number{First: i, Last: i + 1, Low: v, High: v}, true
	case t.Key == "نصف" || t.Key == "نیم" || t.Key == "نیو":
		if i+1 < len(tokens) {
			if w := lexicon()[t.Lang][tokens[i+1].Key]; w.class == times && w.value >= 1000 {
				return Number{First: i, Last: i + 2, Low: w.value / 2, High: w.value / 2}, true
			}
		}
	}
	return Number{}, false
}

// counters are the words that Persian and Sorani put between a number and what
// is counted, and the units of time.
var counters = func() map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq("نفر تن فرزند نفری روز ماه سال هفته ساعت دقیقه کشته زخمی شهید مجروح غیرنظامی کودک نظامی سرباز کەس ڕۆژ مانگ ساڵ هەفتە کاتژمێر دۆلار دینار پێشمەرگە منداڵ سەرباز چەکدار خێزان هاوڵاتی گەنج ژن مظنون پلیس مامور کارگر خبرنگار خودرو خانه خانواده زندانی عضو تروریست معترض گروگان زن مرد شورشی بیمار پزشک متهم گۆمانلێکراو گومانلێکراو پۆلیس ڕۆژنامەنووس") {
		m[passage.Fold(w)] = true
	}
	return m
}()

func counterFollows(tokens []passage.Token, i int) bool {
	return i < len(tokens) && counters[tokens[i].Key]
}

// Counter reports whether a word stands between a number and what is counted.
func Counter(key string) bool {
	return key == "نفر" || key == "تن" || key == "فرزند" || key == "نفری"
}
