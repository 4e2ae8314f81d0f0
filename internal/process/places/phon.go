package places

import (
	"strings"
	"unicode/utf8"
)

// A name's sound is a string of the letters below: consonants in upper case,
// one for all letters of all scripts that stand for much the same sound, and
// vowels in lower case. Long vowels are all that the Arabic script writes, so
// vowels weigh little in a comparison.
//
//	B b p   F f   T t ṭ   D d ḍ   Z z ẓ dh   S s ṣ th   X sh ch   J j zh
//	G g gh  K k q  H h ḥ kh   L  M  N  R   a e i u

var latinSound = [26]byte{
	'a', 'B', 'K', 'D', 'e', 'F', 'G', 'H', 'i', 'J', 'K', 'L', 'M', 'N', 'u', 'B', 'K', 'R', 'S', 'T', 'u', 'u', 'u', 'H', 'i', 'Z',
}

var arabicSound = map[rune]byte{
	'ا': 'a', 'ب': 'B', 'پ': 'B', 'ت': 'T', 'ث': 'S', 'ج': 'J', 'چ': 'X', 'ح': 'H', 'خ': 'H', 'د': 'D', 'ذ': 'Z', 'ر': 'R', 'ز': 'Z', 'ژ': 'J',
	'س': 'S', 'ش': 'X', 'ص': 'S', 'ض': 'D', 'ط': 'T', 'ظ': 'Z', 'ع': 0, 'غ': 'G', 'ف': 'F', 'ڤ': 'u', 'ق': 'K', 'ك': 'K', 'گ': 'G', 'ل': 'L',
	'م': 'M', 'ن': 'N', 'ه': 'H', 'و': 'u', 'ي': 'i',
}

var cyrillicSound = map[rune]string{
	'а': "a", 'б': "B", 'в': "u", 'г': "G", 'д': "D", 'е': "e", 'ж': "J", 'з': "Z", 'и': "i", 'й': "i", 'к': "K", 'л': "L", 'м': "M", 'н': "N",
	'о': "u", 'п': "B", 'р': "R", 'с': "S", 'т': "T", 'у': "u", 'ф': "F", 'х': "H", 'ц': "TS", 'ч': "X", 'ш': "X", 'щ': "X", 'ъ': "", 'ы': "i",
	'ь': "", 'э': "e", 'ю': "iu", 'я': "ia", 'і': "i", 'ї': "i", 'є': "e", 'ґ': "G",
}

// articles stand before a word of an Arabic or Kurdish name and are written or
// left out as the writer likes.
var articles = set("al el ad ed as es ash esh at et ath eth az ez ar er an en adh edh l il ul aal",
	"эль аль ал эн ан эз аз эш аш эт ат эс ас эр ар эд ад")

// genericWords name the kind of a place beside its name, in the five
// languages, folded; what they say of the class is the value.
var genericWords = func() map[string]Class {
	out := map[string]Class{}
	for class, words := range map[Class]string{
		City: `city town village hamlet locality municipality settlement villages towns farm farms mazraat mazraa qaryat qarya qaryah karyat madinat madina madinah baldat balda camp
			مدينة بلدة قرية مزرعة مخيم ضاحية ضيعة بلدات قرى شهر شهرک روستای روستا ده شار گوند گوندی شارۆچکە شارۆچکەی
			город городок деревня село посёлок поселок пгт аул хутор лагерь`,
		Section: `neighborhood neighbourhood neighborhoods quarter quarters suburb حي احياء أحياء محله گەڕەک گەڕەکی квартал микрорайон`,
		Admin3:  `subdistrict nahiya nahiyah nahia nahiyat ناحية ناحیە ناحیەی بخش دهستان район`,
		Admin2:  `district county shahrestan qada qadaa caza mintaqat mintaqah mintaqa markaz منطقة قضاء شهرستان قەزا قەزای округ уезд`,
		Admin1:  `governorate province muhafazat muhafazah muhafaza oblast region state محافظة استان پارێزگا پارێزگای провинция мухафаза область край губерния`,
	} {
		for w := range strings.FieldsSeq(words) {
			out[key(w)] = class
		}
	}
	return out
}()

// nearWords say that the place meant lies about the one named: "north of",
// "outskirts", "countryside".
var nearWords = foldedSet(`near north south east west northern southern eastern western northeast northwest southeast southwest outskirts
	around outside countryside rural of the in between area vicinity surroundings suburbs
	airbase airport airfield base military checkpoint crossing hospital refinery
	مطار مستشفى حاجز معبر قاعدة مشفى
	شمال جنوب شرق غرب شمالي جنوبي شرقي غربي ريف قرب محيط اطراف ضواحي شمالية الشمالي الجنوبي الشرقي الغربي الشمالية الجنوبية الشرقية الغربية
	حومه نزدیک شمال جنوب شرق غرب
	север юг восток запад севернее южнее восточнее западнее близ около пригород окрестности`)

// parts splits a name at everything that is no letter, digit or mark inside a
// word, and folds each word as a key; presentation forms and case are gone.
func parts(name string) []string {
	var out []string
	for w := range strings.FieldsFuncSeq(clip(name), func(r rune) bool { return r != utf8.RuneError && foldRune(r) == apartRune }) {
		if k := key(w); k != "" {
			out = append(out, k)
		}
	}
	return out
}

// sound is a name as it is compared.
type sound struct {
	phon   string // all sounds
	skel   string // merged consonants
	script script
}

// soundings gives the sounds that a query's words may have: as written, with
// an article that was written together with its word ("Elsharqiyeh") left off,
// and with th for the sound between d and z ("Thibeen") instead of that
// between t and s.
func soundings(words []string) []sound {
	out := []sound{soundOf(words)}
	add := func(change func(w string) string) {
		var changed []string
		for i, w := range words {
			if c := change(w); c != w {
				if changed == nil {
					changed = append([]string(nil), words...)
				}
				changed[i] = c
			}
		}
		if changed != nil {
			if s := soundOf(changed); s != out[0] && len(out) < 4 {
				out = append(out, s)
			}
		}
	}
	joined := func(w string) string {
		switch {
		case len(w) > 5 && (w[:2] == "el" || w[:2] == "al"), len(w) > 6 && (w[0] == 'a' || w[0] == 'e') && w[1] == w[2]:
			return w[2:]
		case w == "abul" || w == "abdul":
			return w[:len(w)-1]
		}
		return w
	}
	add(joined)
	add(func(w string) string { return strings.ReplaceAll(w, "th", "dh") })
	add(func(w string) string { return strings.ReplaceAll(joined(w), "th", "dh") })
	return out
}

// soundOf works out the sound of the words of a name, articles left out.
func soundOf(words []string) sound {
	var s sound
	var buf, skel [96]byte
	p, k := buf[:0], skel[:0]
	for i, w := range words {
		r, _ := utf8.DecodeRuneInString(w)
		sc := scriptOf(r)
		if s.script == scriptNone {
			s.script = sc
		}
		if articles[w] && len(words) > 1 && i+1 < len(words) {
			continue
		}
		from := len(p)
		p = appendSound(p, w, sc)
		k = appendSkeleton(k, p[from:])
		if len(p) > 80 {
			break
		}
	}
	s.phon, s.skel = string(p), string(k)
	return s
}

// appendSound appends the sounds of one folded word.
func appendSound(dst []byte, w string, sc script) []byte {
	start := len(dst)
	put := func(c byte) {
		if c != 0 && (len(dst) == start || dst[len(dst)-1] != c) {
			dst = append(dst, c)
		}
	}
	switch sc {
	case scriptLatin:
		for i := 0; i < len(w); i++ {
			c := w[i]
			if c >= '0' && c <= '9' {
				put(c)
				continue
			}
			if c < 'a' || c > 'z' {
				continue
			}
			next := byte(0)
			if i+1 < len(w) {
				next = w[i+1]
			}
			switch {
			case next == 'h' && (c == 's' || c == 'c'):
				put('X')
				i++
			case next == 'h' && c == 'k':
				put('H')
				i++
			case next == 'h' && c == 'g':
				put('G')
				i++
			case next == 'h' && c == 't':
				put('S')
				i++
			case next == 'h' && c == 'd':
				put('Z')
				i++
			case next == 'h' && c == 'z', next == 'j' && c == 'd':
				put('J')
				i++
			case next == 'h' && c == 'p':
				put('F')
				i++
			case c == 'h' && next == 0 && i > 0 && strings.IndexByte("aeiou", w[i-1]) >= 0:
				// the silent h of a feminine ending
			case c == 'c' && (next == 'e' || next == 'i'):
				put('J') // Turkish and Kurdish c; English s meets it through the edit cost
			default:
				put(latinSound[c-'a'])
			}
		}
	case scriptArabic:
		rs := w
		// The article and its alif.
		if strings.HasPrefix(rs, "ال") && utf8.RuneCountInString(rs) >= 4 {
			rs = rs[len("ال"):]
		}
		for i, r := range rs {
			switch {
			case r >= '0' && r <= '9':
				put(byte(r))
			case r == 'ه' && i+len("ه") == len(rs) && i > 0:
				put('a') // the feminine ending
			default:
				put(arabicSound[r])
			}
		}
	case scriptCyrillic:
		for _, r := range w {
			for _, c := range []byte(cyrillicSound[r]) {
				put(c)
			}
		}
	default:
		for i := 0; i < len(w); i++ {
			put(w[i])
		}
	}
	return dst
}

// skeletonOf merges consonants that are often taken for one another; 0 drops
// vowels.
var skeletonOf = func() (t [256]byte) {
	for c := range t {
		t[c] = byte(c)
	}
	for _, v := range []byte("aeiu") {
		t[v] = 0
	}
	t['Z'], t['X'], t['J'] = 'D', 'S', 'G'
	return t
}()

// appendSkeleton appends a word's consonants: repeated ones once, an H at the
// end, which is a silent letter more often than not, left out.
func appendSkeleton(dst, phon []byte) []byte {
	start := len(dst)
	for i, c := range phon {
		m := skeletonOf[c]
		if m == 0 || m == 'H' && i == len(phon)-1 {
			continue
		}
		if len(dst) > start && dst[len(dst)-1] == m {
			continue
		}
		dst = append(dst, m)
	}
	return dst
}

// soundCost is the cost of changing one sound into another.
func soundCost(a, b byte) uint8 {
	va, vb := a >= 'a', b >= 'a'
	switch {
	case a == b:
		return 0
	case va && vb:
		return 2
	case va != vb:
		return 12
	case skeletonOf[a] == skeletonOf[b]:
		return 4
	case strings.Contains(closePairs, string([]byte{a, b})), strings.Contains(closePairs, string([]byte{b, a})):
		return 6
	}
	return 10
}

// soundLetters are all sounds.
const soundLetters = "BFTDZSXJGKHLMNRaeiu"

// closePairs are sounds that spellings of one name exchange.
const closePairs = "TD KG HK TS SJ GH SZ FB NM"

// dropCost is the cost of a sound that the other name lacks.
func dropCost(c byte, cross bool) uint8 {
	switch {
	case c >= 'a' && cross:
		return 1
	case c >= 'a':
		return 3
	case c == 'H':
		return 5
	}
	return 10
}

// Costs by sound, worked out once; a sound's number is its byte's low seven
// bits.
var (
	changeCosts = allChangeCosts()
	dropCosts   = allDropCosts()
)

// allChangeCosts fills the table; what is no sound, such as a digit, changes
// into nothing else cheaply.
func allChangeCosts() *[128][128]uint8 {
	t := new([128][128]uint8)
	for x := range t {
		for y := range t[x] {
			if x != y {
				t[x][y] = 10
			}
		}
	}
	for i := range len(soundLetters) {
		for k := range len(soundLetters) {
			t[soundLetters[i]][soundLetters[k]] = soundCost(soundLetters[i], soundLetters[k])
		}
	}
	return t
}

// allDropCosts fills the tables within one script and across two.
func allDropCosts() *[2][128]uint8 {
	t := new([2][128]uint8)
	for c := range t[0] {
		t[0][c], t[1][c] = dropCost(byte(c), false), dropCost(byte(c), true)
	}
	return t
}

// alike compares two sounds: 1 for the same, 0 for nothing in common. Across
// scripts short vowels cost next to nothing, because one side cannot write
// them.
func alike(a, b string, cross bool) float64 {
	if a == b {
		return 1
	}
	if len(a) > 64 {
		a = a[:64]
	}
	if len(b) > 64 {
		b = b[:64]
	}
	drop := &dropCosts[0]
	if cross {
		drop = &dropCosts[1]
	}
	// One row suffices: diagonal keeps what the cell before was in the last.
	var row [65]uint16
	for j := range len(b) {
		row[j+1] = row[j] + uint16(drop[b[j]&0x7f])
	}
	total := row[len(b)]
	for i := range len(a) {
		da := uint16(drop[a[i]&0x7f])
		change := &changeCosts[a[i]&0x7f]
		total += da
		diagonal := row[0]
		left := diagonal + da
		row[0] = left
		for j := range len(b) {
			c := b[j] & 0x7f
			up := row[j+1]
			left = min(up+da, left+uint16(drop[c]), diagonal+uint16(change[c]))
			diagonal = up
			row[j+1] = left
		}
	}
	if total == 0 {
		return 1
	}
	return max(0, 1-2*float64(row[len(b)])/float64(total))
}
