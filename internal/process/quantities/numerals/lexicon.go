package numerals

import (
	"strconv"
	"strings"
	"sync"

	"entente/internal/process/language"
	"entente/internal/process/passage"
)

// class is what a number word does in a number.
type class uint8

const (
	unit     class = iota + 1 // 1 to 9
	teen                      // 10 to 19
	ten                       // 20 to 90
	hundred                   // 200 to 900 in one word
	times100                  // a hundred: alone, or times what is before it
	times                     // thousand and above
	open                      // dozens, hundreds of: a lower bound
	some                      // several
	and                       // joins parts
)

// word is the meaning of a number word.
type word struct {
	class   class
	value   float64
	ordinal bool
	// weak words mean something else more often than not, and count only
	// beside another number word or in front of a counter.
	weak bool
}

// lists holds for each language "class value word word ..." a line. A line
// with o before the class has ordinals, with w weak words. Written by hand from
// general knowledge of the five languages.
var lists = map[language.Tag]string{
	language.English: `
u 1 one
u 2 two
u 3 three
u 4 four
u 5 five
u 6 six
u 7 seven
u 8 eight
u 9 nine
t 10 ten
t 11 eleven
t 12 twelve
t 13 thirteen
t 14 fourteen
t 15 fifteen
t 16 sixteen
t 17 seventeen
t 18 eighteen
t 19 nineteen
T 20 twenty
T 30 thirty
T 40 forty fourty
T 50 fifty
T 60 sixty
T 70 seventy
T 80 eighty
T 90 ninety
H 100 hundred
x 12 dozen
x 1000 thousand k
x 1e6 million mln m
x 1e9 billion bn
x 1e12 trillion
O 24 dozens
O 40 scores
O 200 hundreds
O 2000 thousands
O 2e6 millions
s 3 several few
ou 1 first
ou 2 second
ou 3 third
ou 4 fourth
ou 5 fifth
ou 6 sixth
ou 7 seventh
ou 8 eighth
ou 9 ninth
ot 10 tenth
ot 11 eleventh
ot 12 twelfth
ot 13 thirteenth
ot 14 fourteenth
ot 15 fifteenth
ot 16 sixteenth
ot 17 seventeenth
ot 18 eighteenth
ot 19 nineteenth
oT 20 twentieth
oT 30 thirtieth
a 0 and
`,
	language.Russian: `
u 1 один одна одно одного одной одному одним одну
u 2 два две двух двум двумя двое двоих
u 3 три трех трем тремя трое троих
u 4 четыре четырех четырем четырьмя четверо четверых
u 5 пять пяти пятью пятеро пятерых
u 6 шесть шести шестью шестеро шестерых
u 7 семь семи семью семеро семерых
u 8 восемь восьми восемью восьмеро
u 9 девять девяти девятью девятеро
t 10 десять десяти десятью десятеро
t 11 одиннадцать одиннадцати одиннадцатью
t 12 двенадцать двенадцати двенадцатью
t 13 тринадцать тринадцати
t 14 четырнадцать четырнадцати
t 15 пятнадцать пятнадцати
t 16 шестнадцать шестнадцати
t 17 семнадцать семнадцати
t 18 восемнадцать восемнадцати
t 19 девятнадцать девятнадцати
T 20 двадцать двадцати двадцатью
T 30 тридцать тридцати тридцатью
T 40 сорок сорока
T 50 пятьдесят пятидесяти
T 60 шестьдесят шестидесяти
T 70 семьдесят семидесяти
T 80 восемьдесят восьмидесяти
T 90 девяносто девяноста
h 100 сто ста
h 200 двести двухсот двумстам
h 300 триста трехсот тремстам
h 400 четыреста четырехсот
h 500 пятьсот пятисот
h 600 шестьсот шестисот
h 700 семьсот семисот
h 800 восемьсот восьмисот
h 900 девятьсот девятисот
x 1000 тысяча тысячи тысяч тысячу тысяче тысячей тыс
x 1e6 миллион миллиона миллионов миллионам млн
x 1e9 миллиард миллиарда миллиардов млрд
x 1e12 триллион триллиона триллионов трлн
O 20 десятки десятков десяткам десятками
O 200 сотни сотен сотням
O 2000 тысячам тысячами
s 3 несколько нескольких нескольким
u 1.5 полтора полторы
x 12 дюжина дюжины
ou 1 первое первого первому первый первом
ou 2 второе второго второму второй
ou 3 третье третьего третьему третий
ou 4 четвертое четвертого четвертый
ou 5 пятое пятого пятый
ou 6 шестое шестого шестой
ou 7 седьмое седьмого седьмой
ou 8 восьмое восьмого восьмой
ou 9 девятое девятого девятый
ot 10 десятое десятого десятый
ot 11 одиннадцатое одиннадцатого
ot 12 двенадцатое двенадцатого
ot 13 тринадцатое тринадцатого
ot 14 четырнадцатое четырнадцатого
ot 15 пятнадцатое пятнадцатого
ot 16 шестнадцатое шестнадцатого
ot 17 семнадцатое семнадцатого
ot 18 восемнадцатое восемнадцатого
ot 19 девятнадцатое девятнадцатого
oT 20 двадцатое двадцатого
oT 30 тридцатое тридцатого
`,
	language.Arabic: `
u 1 واحد واحدة واحدا أحد إحدى
u 2 اثنان اثنين اثنتان اثنتين اثنا اثني اثنتا اثنتي إثنان إثنين
u 3 ثلاثة ثلاث
u 4 أربعة أربع
u 5 خمسة خمس
u 6 ستة ست
u 7 سبعة سبع
u 8 ثمانية ثمان ثماني
u 9 تسعة تسع
t 10 عشرة عشر
T 20 عشرون عشرين
T 30 ثلاثون ثلاثين
T 40 أربعون أربعين
T 50 خمسون خمسين
T 60 ستون ستين
T 70 سبعون سبعين
T 80 ثمانون ثمانين
T 90 تسعون تسعين
H 100 مئة مائة
h 200 مئتان مئتين مائتان مائتين مئتا مئتي
h 300 ثلاثمئة ثلاثمائة
h 400 أربعمئة أربعمائة
h 500 خمسمئة خمسمائة
h 600 ستمئة ستمائة
h 700 سبعمئة سبعمائة
h 800 ثمانمئة ثمانمائة ثمانيمئة
h 900 تسعمئة تسعمائة
x 1000 ألف ألفا آلاف
X 2000 ألفان ألفين ألفا ألفي
x 1e6 مليون مليونا ملايين
X 2e6 مليونان مليونين مليوني
x 1e9 مليار مليارا مليارات
X 2e9 ملياران مليارين
O 20 عشرات العشرات
O 200 مئات المئات مائات
O 2000 الآلاف
s 3 عدة بضعة بضع
ou 1 الأول الأولى الحادي الحادية
ou 2 الثاني الثانية
ou 3 الثالث الثالثة
ou 4 الرابع الرابعة
ou 5 الخامس الخامسة
ou 6 السادس السادسة
ou 7 السابع السابعة
ou 8 الثامن الثامنة
ou 9 التاسع التاسعة
ot 10 العاشر العاشرة
oT 20 العشرين العشرون
oT 30 الثلاثين الثلاثون
`,
	language.Persian: `
u 1 یک
u 2 دو
u 3 سه
u 4 چهار
u 5 پنج
u 6 شش
u 7 هفت
u 8 هشت
wu 9 نه
t 10 ده
t 11 یازده
t 12 دوازده
t 13 سیزده
t 14 چهارده
t 15 پانزده
t 16 شانزده
t 17 هفده
t 18 هجده هیجده
t 19 نوزده
T 20 بیست
T 30 سی
T 40 چهل
T 50 پنجاه
T 60 شصت
T 70 هفتاد
T 80 هشتاد
T 90 نود
H 100 صد یکصد
h 200 دویست
h 300 سیصد
h 400 چهارصد
h 500 پانصد
h 600 ششصد
h 700 هفتصد
h 800 هشتصد
h 900 نهصد
x 1000 هزار
x 1e6 میلیون
x 1e9 میلیارد
x 1e12 تریلیون
O 20 ده_ها دهها
O 200 صدها
O 2000 هزاران
O 2e6 میلیون_ها
s 3 چند چندین
ou 1 اول یکم
ou 2 دوم
ou 3 سوم
ou 4 چهارم
ou 5 پنجم
ou 6 ششم
ou 7 هفتم
ou 8 هشتم
ou 9 نهم
ot 10 دهم
ot 11 یازدهم
ot 12 دوازدهم
ot 13 سیزدهم
ot 14 چهاردهم
ot 15 پانزدهم
ot 16 شانزدهم
ot 17 هفدهم
ot 18 هجدهم
ot 19 نوزدهم
oT 20 بیستم
oT 30 سی_ام سیم
a 0 و
`,
	language.Sorani: `
u 1 یەک یەکێک
u 2 دوو
u 3 سێ
u 4 چوار
u 5 پێنج
u 6 شەش
u 7 حەوت
u 8 هەشت
u 9 نۆ
wt 10 دە
t 11 یازدە یانزە
t 12 دوازدە دوانزە
t 13 سێزدە سیانزە
t 14 چواردە
t 15 پازدە پانزە
t 16 شازدە شانزە
t 17 حەڤدە حەفدە
t 18 هەژدە
t 19 نۆزدە
T 20 بیست
T 30 سی
T 40 چل
T 50 پەنجا
T 60 شەست
T 70 حەفتا
T 80 هەشتا
T 90 نەوەد
H 100 سەد
h 200 دووسەد
h 300 سێسەد
h 400 چوارسەد
h 500 پێنجسەد
h 600 شەشسەد
h 700 حەوتسەد
h 800 هەشتسەد
h 900 نۆسەد
x 1000 هەزار
x 1e6 ملیۆن
x 1e9 ملیار ملیارد
O 20 دەیان
O 200 سەدان
O 2000 هەزاران
O 2e6 ملیۆنان
s 3 چەند چەندین
ou 1 یەکەم یەکەمی
ou 2 دووەم دووەمی
ou 3 سێیەم سێیەمی
ou 4 چوارەم چوارەمی
ou 5 پێنجەم پێنجەمی
ou 6 شەشەم شەشەمی
ou 7 حەوتەم حەوتەمی
ou 8 هەشتەم هەشتەمی
ou 9 نۆیەم نۆیەمی
ot 10 دەیەم دەیەمی
a 0 و
`,
}

var classes = map[string]class{"u": unit, "t": teen, "T": ten, "h": hundred, "H": times100, "x": times, "X": times, "O": open, "s": some, "a": and}

var lexicon = sync.OnceValue(func() *[language.Other + 1]map[string]word {
	var all [language.Other + 1]map[string]word
	for tag, list := range lists {
		m := map[string]word{}
		for line := range strings.SplitSeq(list, "\n") {
			f := strings.Fields(line)
			if len(f) < 3 {
				continue
			}
			w := word{}
			kind := f[0]
			if kind[0] == 'o' {
				w.ordinal, kind = true, kind[1:]
			}
			if kind[0] == 'w' {
				w.weak, kind = true, kind[1:]
			}
			w.class = classes[kind]
			w.value, _ = strconv.ParseFloat(f[1], 64)
			for _, s := range f[2:] {
				if _, ok := m[passage.Fold(s)]; !ok {
					m[passage.Fold(s)] = w
				}
			}
		}
		all[tag] = m
	}
	return &all
})

// Prefixes that Arabic writes together with the next word.
const (
	arabicAnd  = "و"
	arabicAl   = "ال"
	arabicPre  = "بلكف"
	maxNumeral = 1e15
)
