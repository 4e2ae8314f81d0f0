package names

import (
	"math"
	"strings"
	"sync"
)

// A ruleTable prices the difference of two spellings in one script: letters that transliteration schools, dialects
// and keyboards confuse are cheap, others cost 100 a letter. It shares the alignment with the learned tables.
//
// The tables below are general knowledge of romanisation (ALA-LC, BGN/PCGN, DIN 31635, ISO 9, GOST R 52535.1, the
// French and German press habits), of Arabic dialects and of spelling variants; nothing in them is taken from lists
// or test pairs.

// letterCost is the price of one letter inserted, dropped or replaced by an unrelated one.
const letterCost = 100

// ruleSet is the source form of a table: "a b c:30" says that any two of a, b and c may stand for one another at 30;
// an underscore is nothing. ^ and $ are the edges of the word.
type ruleSet struct {
	letters string
	vowels  string
	// vowelSwap and vowelGap are the prices of one vowel for another and of a vowel that only one spelling has.
	vowelSwap, vowelGap int
	double              int
	swap                int
	rules               string
}

var latinRules = ruleSet{
	letters: "abcdefghijklmnopqrstuvwxyz0123456789&", vowels: "aeiouy",
	vowelSwap: 65, vowelGap: 50, double: 8, swap: 75,
	rules: `
e i:18  o u:15  a e:24  e y:30  i y:8  a o:45  e o:50  a u:60  ^a ^e:20  ^o ^u:12  ^e ^i:25
u ou oo:8  o ou:12  o oo:14  i ee:14  e ee:10  i ie:14  i ei:22  e ei:14  ei ey:8  ai ay:6  ai ei ay ey:14  ae ai:16  ai e:24  ei ai:12  e ai ay:22  a ai:28
au aw:8  au av:14  ou aw:20  ow aw:16  au ou:18  o au:22  oe o:18  ue u:18  ae a:18  ae e:18  eu ou:22  iy i:6  iy y:6  ii i:6  ii iy:6  yi i:10  yy i:10  ij iy:8  ij y:14  ij i:14
ya ia:5  yu iu:5  ye ie:6  yo io:6  ja ya:10  ju yu:10  je ye:12  jo yo:12  ja ia:12  ju iu:12  ji yi:12  ji i:16  jo io:14  je ie:14  j y:24  ye e:15  je e:22  ie e:15  yo e:30  io e:34  yo eo:22
ea ia:14  ia iya:4  ia iia:4  ya iya:8  eia eya:8  ea eya:8  aya aia:6  aye aie:6  oya oia:6  uya uia:6  ie iye:6  ey ei:6  aa a:8  ah a:14  eh e:14  eh a:20  ah$ a$:8  eh$ a$:12  eh$ e$:8  he$ eh$:10  ah$ eh$:8  a$ e$:20  oh o:16  uh u:16  ih i:16  h$ _:30  e$ _:35
h _:45  w u:25  w v:20  w oo:25  w ou:22  v u:45  v f:35  ^v ^w:15  uw u:15  uw ou:12  uwa ua:8  oua wa:8  oua ua:10  wa ua:10  we ue:12  wi ui:12  iw iu:20
k q:10  k c:12  c q:15  ck k:5  kk k:6  cq k:12  ch k:35  kh h:25  kh k:25  kh ch:25  kh x:20  ch h:35  ch c:30  h x:30  gh g:18  gh q:28  gh k:45  g q:35  g k:55  g h:50  qu k:12  qu q:10  gu g:10  gu w:40  x ks:6  x kz:10  x cs:8  x cks:10  x gz:15  x sh:40  x s:40  kc kts:20
sh ch:35  sh sch:10  sh s:35  sh sz:15  sh x:40  sh c:45  sch s:35  sch sk:40  ch c:30  ch tch:6  ch tsch:8  ch tsh:8  ch cz:10  ch tj:20  ch j:45  ch sch:30  shch sch:14  shch sh:22  shch shh:8  shch sc:25  shch szcz:10
zh j:22  zh g:35  zh z:30  zh sh:40  zh dj:22  zh dzh:14  zh rz:20  zh c:60  zh x:60
j dj:6  j dzh:8  j g:28  dj g:30  j dsch:10  dj dzh:8  j c:40  dj d:45  j gi:25  g dzh:25  j ch:45  j z:50  dj dg:14  j dg:16  y g:50
th t:14  th s:35  th d:45  th z:45  dh d:14  dh z:28  dh th:25  d z:55  d t:45  dd d:6  dh zh:40  d$ t$:35  d$ dt$:15  t$ dt$:15  td d:25
s z:35  s c:40  ss s:6  ss z:30  ts c:20  ts tz:6  ts z:40  tz z:30  ts s:40  tc c:30  ts cz:30  tz c:25  sc s:35  zz z:6  dz z:30  dz ds:15  ts zz:30  z c:45  tsy tsi:6  tsi ci:15
ph f:5  ff f:6  pf f:25  b p:40  b v:45  bb b:6  pp p:6  ll l:6  mm m:6  nn n:6  rr r:6  tt t:6  gg g:6
m n:55  n ng:30  ng nk:30  ny n:20  nh n:25  gn n:30  gn ny:12  gn nj:12  nj ny:10  nj n:22  ly l:22  lj l:22  lj ly:10  lh l:25  l r:65  rh r:18  wr r:20  kn n:35  mb m:45  nd n:50  lt l:45  mac mc:12  mac mac:0
iou$ ev$:14  ou$ ov$:10  ou$ ev$:16  au$ ov$:14  au$ av$:10  ous ovs:10  aus ovs:14  eus evs:10  jo e:22
lde ld:15  son sen:35  sohn son:25  sson son:15  ssen sen:15  ov off:10  ov ow:10  ov of:12  ev eff:12  ev ew:12  ev ef:12  ovsk owsk:10  sky ski:4  sky skiy:4  skiy ski:5  skyy ski:6  skij ski:8  skyi ski:6  skii ski:5  skii skiy:3  skyi skiy:3  skij skiy:5
oy oi:5  oy oj:8  oi oj:10  iyy iy:6  yi iy:8  yy iy:6  ij ii:10  ay aj:8  ai aj:8  ey ej:8  ei ej:8  uy uj:8  ui uj:8  ui uy:6  yj iy:10
zade zada:5  oglu ogly:6  oglu ogli:10  ogli ogly:6
lla lah:8  lla llah:4  la lah:20
din deen:6  din dine:8  din den:14  deen dine:8  ddin din:4`,
}

var arabicRules = ruleSet{
	letters: "ابتثجحخدذرزسشصضطظعغفقكلمنهوياپچژگڤڕڵێۆە0123456789", vowels: "اويەێۆ",
	vowelSwap: 70, vowelGap: 55, double: 15, swap: 75,
	rules: `
ه ە:10  ه ا:40  ه$ _:40  ه$ ا$:22  ه$ ت$:30  ي ێ:5  و ۆ:5  ر ڕ:4  ل ڵ:4  لل ل:20  ەه ه:10
ە _:14  ێ _:35  ا ە:30  ي ه:60  و وو:8  ي يي:10  يا يه:25  ا اا:8
پ ب:25  گ ك:25  گ ج:35  گ غ:35  گ ق:45  چ ج:30  چ ش:40  چ تش:8  ژ ز:35  ژ ج:35  ڤ ف:12  ڤ و:30  ڤ ب:45  ف و:70  ج غ:40  ج ك:60  غ ق:45  ق ك:45  ق ج:60
س ث:35  س ص:30  ث ت:40  ت ط:25  د ذ:35  د ض:40  ذ ز:25  ز ظ:25  ض ظ:20  ض ز:35  ذ ظ:30  ص ز:50  س ز:45  س ش:60  ش تش:40  ش ج:60  ت د:55  ح ه:35  ح خ:55  خ ك:50  خ ه:50  ع _:40  ع ا:35  ع غ:60
كس خ:60  كس اكس:20  كس ز:50  الله اللا:20`,
}

var cyrillicRules = ruleSet{
	letters: "абвгдежзийклмнопрстуфхцчшщъыьэюя0123456789", vowels: "аеиоуыэюяй",
	vowelSwap: 55, vowelGap: 60, double: 8, swap: 75,
	rules: `
ь _:4  ъ _:4  е э:8  и й:12  ий и:12  ый ы:20  ый ий:14  и ы:20  ии ий:10  ия иа:10  ья иа:12  я иа:12  я йа:5  я а:28  ю йу:5  ю у:24  ю иу:12  е йе:6  е ие:14  ьи и:8  ьо о:10  о ё:20  йо е:25  ьо е:20  о а:38  е и:30  а э:28  о у:30  е я:40  ай ей:18  ай ай:0  эй ей:6  аи ай:6  еи ей:6
г х:35  г к:55  к х:45  х кх:15  г гх:8  д т:45  б п:45  в ф:40  в у:35  в уа:60  уа ва:12  з с:40  ж ш:45  ж дж:14  дж ч:40  дз з:25  ц тс:8  ц с:45  ц ч:45  ч тч:8  ш щ:12  щ шч:6  с ш:45  ш ч:40  з ж:45  з дз:25  т тх:8  ф т:60  ф в:40  к г:50  кс х:60  м н:60  нг н:30  л р:70  оглы оглу:5  заде зада:5  улла алла:12  эль аль:5  ль л:4  нь н:4`,
}

// compile lays the rules out as a dense table. The result has one group table for both sides, so that it is symmetric.
func (r ruleSet) compile() *multigram {
	singles := append([]rune(r.letters), '^', '$')
	ids := newGroupTrie([]string{string(singles)})
	intern := ids.intern
	for _, l := range singles {
		intern(string(l))
	}
	type row struct {
		a, b uint16
		cost int
	}
	var rows []row
	for f := range strings.SplitSeq(strings.ReplaceAll(r.rules, "\n", "  "), "  ") {
		body, num, ok := strings.Cut(strings.TrimSpace(f), ":")
		if !ok {
			continue
		}
		cost := 0
		for _, d := range num {
			cost = cost*10 + int(d-'0')
		}
		words := strings.Fields(body)
		for i, a := range words {
			for _, b := range words[i+1:] {
				if a == "_" {
					a = ""
				}
				if b == "_" {
					b = ""
				}
				rows = append(rows, row{intern(a), intern(b), cost})
			}
		}
	}
	for _, l := range r.letters {
		rows = append(rows, row{intern(string([]rune{l, l})), intern(string(l)), r.double})
	}
	n := int(ids.size)
	m := &multigram{groupA: ids, groupB: ids, nB: n, joint: filled(n * n), swap: int32(r.swap), rules: true}
	isVowel := func(l rune) bool { return strings.ContainsRune(r.vowels, l) }
	put := func(a, b uint16, cost int) {
		for _, k := range [2]int{int(a)*n + int(b), int(b)*n + int(a)} {
			m.joint[k] = min(m.joint[k], uint16(cost))
		}
	}
	for _, a := range singles {
		ia := intern(string(a))
		edgeA := a == '^' || a == '$'
		put(ia, ia, 0)
		gap := letterCost * 85 / 100 // a letter left out is the commonest slip
		if isVowel(a) {
			gap = r.vowelGap
		}
		if edgeA {
			continue
		}
		put(ia, 0, gap)
		for _, b := range singles {
			if a == b || b == '^' || b == '$' {
				continue
			}
			cost := letterCost
			switch {
			case isVowel(a) && isVowel(b):
				cost = r.vowelSwap
			case isVowel(a) || isVowel(b):
				cost = letterCost * 11 / 10
			}
			put(ia, intern(string(b)), cost)
		}
	}
	// Groups are read straight through at no cost; longer rules may override a letter's default only downwards.
	for _, x := range rows {
		put(x.a, x.b, x.cost)
	}
	m.delA, m.insB = filled(n), filled(n)
	for g := range n {
		m.delA[g] = m.joint[g*n]
		m.insB[g] = m.joint[g]
	}
	m.margA = filled(n)
	m.margB = m.margA
	m.unknown = letterCost
	return m
}

var (
	latnRules = sync.OnceValue(latinRules.compile)
	arabRules = sync.OnceValue(arabicRules.compile)
	cyrlRules = sync.OnceValue(cyrillicRules.compile)
)

// ruleScale is the cost per letter at which the similarity is 1/e, rulePower how sharply it falls there.
const ruleScale, rulePower = 0.335, 1.55

// worstRule is the price per letter, in hundredths of a letter, from which two spellings are not alike at all.
const worstRule = 35

// ruleSimilarity turns a rule cost into 0..1: d is the cost per letter in units of a whole letter. The shape says
// that one unrelated letter in ten still reads as a slip, one in five rarely does.
func ruleSimilarity(cost int32, letters float64) float64 {
	if cost >= infinite {
		return 0
	}
	d := float64(cost) / letterCost / math.Max(letters-0.8, 2.2)
	return math.Exp(-math.Pow(d/ruleScale, rulePower))
}
