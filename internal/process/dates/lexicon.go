package dates

import (
	"strconv"
	"strings"
	"sync"

	"entente/internal/process/language"
	"entente/internal/process/passage"
)

// class is a set of things that a word can be in a date.
type class uint32

const (
	cMonth   class = 1 << iota // a month's name
	cWeekday                   // a day's name
	cRelDay                    // yesterday: whole days from the document's
	cUnit                      // day, week, month ... to count
	cLast                      // last, past
	cThis                      // this, current
	cNext                      // next, coming
	cAgo                       // ago
	cSince                     // since: open to the document's date
	cFrom                      // from: begins a range
	cTo                        // to: between the ends of a range
	cUntil                     // until: open before
	cBefore                    // before
	cAfter                     // after
	cBetween                   // between
	cEarly                     // early, beginning of
	cMid                       // middle of
	cLate                      // late, end of
	cYearW                     // the word "year" before or after a number
	cIn                        // prepositions that make a number a year
	cMore                      // more than, over
	cFor                       // for, during: a stretch of time
	cOf                        // stands between the parts of a date
	cEra                       // after a year: its calendar
	cPart                      // morning, night ...
	cSeason                    // a season
	cMonthW                    // the word "month" before a name or number
	cShort                     // an abbreviation, which needs a number beside it
	cDayW                      // the word "day" before a weekday
	cNow                       // now, today: ends a range at the document's date
	cAnd
)

// Units of time.
const (
	hour = iota
	day
	week
	month
	year
	decade
)

// meaning is what a word can mean in a date.
type meaning struct {
	class class
	cal   Calendar
	// n is the number of a month or weekday; off the days from the document's
	// date; unit a unit, and many how many of it a dual means.
	n, off, unit, many int8
}

func both(a, b meaning) meaning {
	a.class |= b.class
	if b.n != 0 {
		a.n, a.cal = b.n, b.cal
	}
	if b.off != 0 {
		a.off = b.off
	}
	if b.unit != 0 {
		a.unit = b.unit
	}
	if b.many != 0 {
		a.many = b.many
	}
	return a
}

// The word lists. A line is a kind, its numbers, a colon, and the words.
// Months are "mN" Gregorian, "hN" Hijri, "sN" Solar Hijri, "kN" Kurdish;
// weekdays "wN" from Sunday 0; "rN" days from the document's; "uN" units and
// "dN" duals of units; others name their class.
var lists = map[language.Tag]string{
	language.English: `
m1: january
m1 short: jan
m2: february
m2 short: feb
m3: march
m3 short: mar
m4: april
m4 short: apr
m5: may
m6: june
m6 short: jun
m7: july
m7 short: jul
m8: august
m8 short: aug
m9: september
m9 short: sept; sep
m10: october
m10 short: oct
m11: november
m11 short: nov
m12: december
m12 short: dec
h1: muharram
h2: safar
h3: rabi al-awwal
h8: shaban; sha'ban
h9: ramadan; ramazan
h10: shawwal
h12: dhu al-hijjah; dhul hijja
w0: sunday; sundays
w1: monday; mondays
w2: tuesday; tuesdays
w3: wednesday; wednesdays
w4: thursday; thursdays
w5: friday; fridays
w6: saturday; saturdays
w0 short: sun
w1 short: mon
w2 short: tue; tues
w3 short: wed
w4 short: thu; thur; thurs
w5 short: fri
w6 short: sat
r0: today; tonight; this morning; this afternoon; this evening
r-1: yesterday; last night
r1: tomorrow
r-2: the day before yesterday; day before yesterday
r2: the day after tomorrow; day after tomorrow
u0: hour; hours; minute; minutes
u1: day; days
u2: week; weeks
u3: month; months
u4: year; years
u5: decade; decades
last: last; past; previous; preceding
this: this; current
next: next; coming; upcoming
ago: ago; earlier
since: since; ever since
from: from
to: to; through; until; till; and
until: until; till; up to; by
before: before; prior to
after: after; following
between: between
early: early; early in; the beginning of; beginning of; the start of; start of; at the beginning of; at the start of
mid: mid; the middle of; middle of; in the middle of
late: late; late in; the end of; end of; at the end of
in: in; since; from; until; till; by; before; after; during; of; through; to; between; early; mid; late; and; year
more: over; more than; nearly; almost; about; around; some; at least; less than
for: for; during; in; within; throughout; over
of: of; ","
year: the year; year
era: ad; ce
part: morning; evening; afternoon; night; dawn; noon; midnight
season1: spring
season2: summer
season3: autumn; fall
season4: winter
monthw: month of; the month of
now: now; the present; present; today
`,
	language.Russian: `
m1: январь; января; январе; январю; январем
m1 short: янв
m2: февраль; февраля; феврале; февралю
m2 short: фев; февр
m3: март; марта; марте; марту
m4: апрель; апреля; апреле; апрелю
m4 short: апр
m5: май; мая; мае; маю
m6: июнь; июня; июне; июню
m7: июль; июля; июле; июлю
m8: август; августа; августе; августу
m8 short: авг
m9: сентябрь; сентября; сентябре; сентябрю
m9 short: сен; сент
m10: октябрь; октября; октябре; октябрю
m10 short: окт
m11: ноябрь; ноября; ноябре; ноябрю
m11 short: ноя; нояб
m12: декабрь; декабря; декабре; декабрю
m12 short: дек
h1: мухаррам; мухаррама
h8: шаабан; шаабана
h9: рамадан; рамадана; рамазана
h10: шавваль; шавваля
w0: воскресенье; воскресенья
w1: понедельник; понедельника; понедельнику
w2: вторник; вторника; вторнику
w3: среда; среду; среды; среде
w4: четверг; четверга; четвергу
w5: пятница; пятницу; пятницы; пятнице
w6: суббота; субботу; субботы; субботе
r0: сегодня; сегодняшний; сегодняшнего; сегодняшнее
r-1: вчера; накануне; вчерашнего; вчерашний
r1: завтра; завтрашнего
r-2: позавчера
r2: послезавтра
u0: час; часа; часов; часы; минут; минуты; минуту; сутки
u1: день; дня; дней; дни; суток; дню
u2: неделя; недели; неделю; недель; неделе
u3: месяц; месяца; месяцев; месяцы; месяце
u4: год; года; лет; году; годы; годов; годах
u5: десятилетие; десятилетия; десятилетии; десятилетий
last: прошлый; прошлого; прошлом; прошлую; прошлой; прошлое; прошедший; прошедшей; прошедшего; прошедшую; минувший; минувшую; минувшей; минувшего; минувшем; последний; последние; последних; последнюю; последнего; последнее; предыдущий; предыдущего
this: этот; этого; этом; этой; эту; текущий; текущего; текущем; текущей; нынешний; нынешнего; нынешнем; нынешней
next: следующее; следующие; будущее; ближайшее; ближайший; предстоящее; наступающее; следующий; следующего; следующем; следующую; следующей; будущий; будущего; будущем; ближайшие; ближайших; предстоящий; наступающего
ago: назад; тому назад
since: с; со; начиная с
from: с; со; от; с момента
to: по; до
until: до; по; вплоть до; к
before: перед
after: после
between: между
early: в начале; начале; начала; начало
mid: в середине; середине; середины
late: в конце; конце; конца; концу; конец
in: в; во; с; до; по; к; на; от; после; за; начале; конце; середине; и
more: более; больше; свыше; около; почти; порядка; примерно
for: в течение; за; на протяжении; течение
of: ","
year: год; года; году; годом; годы; годах; годов; г; гг
era: н э
part: утром; вечером; ночью; днем; утра; вечера
season1: весной; весна; весны; весну
season2: летом; лето; лета
season3: осенью; осень; осени
season4: зимой; зима; зимы; зиму
monthw: месяце; месяца
now: настоящее время; сих пор; сегодняшний день
and: и
`,
	language.Arabic: `
m1: يناير; كانون الثاني; جانفي; ينايركانون
m2: فبراير; شباط; فيفري
m3: مارس; آذار; اذار
m4: أبريل; ابريل; إبريل; نيسان; أفريل
m5: مايو; أيار; ايار; ماي; مايس
m6: يونيو; يونيه; حزيران; جوان
m7: يوليو; يوليه; تموز; جويلية; يوليوز
m8: أغسطس; اغسطس; آب; أوت; غشت
m9: سبتمبر; أيلول; ايلول; شتنبر
m10: أكتوبر; اكتوبر; تشرين الأول; تشرين الاول
m11: نوفمبر; تشرين الثاني; نونبر
m12: ديسمبر; كانون الأول; كانون الاول; دجنبر
h1: محرم; المحرم
h2: صفر
h3: ربيع الأول
h4: ربيع الآخر; ربيع الثاني
h5: جمادى الأولى; جمادى الأول
h6: جمادى الآخرة; جمادى الثانية; جمادى الثاني
h7: رجب
h8: شعبان
h9: رمضان
h10: شوال
h11: ذو القعدة; ذي القعدة
h12: ذو الحجة; ذي الحجة
w0: الأحد
w1: الاثنين; الإثنين; الأثنين
w2: الثلاثاء
w3: الأربعاء; الاربعاء
w4: الخميس
w5: الجمعة
w6: السبت
r0: اليوم; الليلة; هذا اليوم; هذه الليلة
r-1: أمس; البارحة; الليلة الماضية; ليلة أمس; يوم أمس; ليل أمس; الامس; الأمس
r1: غدا; الغد; يوم غد; غد
r-2: أول أمس; أول من أمس; قبل أمس
r2: بعد غد; بعد الغد
u0: ساعة; ساعات; الساعات; الساعة; دقيقة; دقائق
d0: ساعتين; ساعتان
u1: يوم; يوما; أيام; الأيام; اليوم
d1: يومين; يومان; اليومين
u2: أسبوع; أسبوعا; أسابيع; الأسبوع; الأسابيع
d2: أسبوعين; أسبوعان; الأسبوعين
u3: شهر; شهرا; أشهر; شهور; الشهر; الأشهر
d3: شهرين; شهران; الشهرين
u4: سنة; سنوات; سنين; عام; عاما; أعوام; العام; السنة; السنوات; الأعوام
d4: سنتين; سنتان; عامين; عامان; العامين; السنتين
u5: عقد; عقود; العقد
d5: عقدين; العقدين
last: الماضي; الماضية; الماضيين; المنصرم; المنصرمة; الفائت; الفائتة; الأخيرة; الأخير; السابق; السابقة; الماضيتين
this: هذا; هذه; الجاري; الجارية; الحالي; الحالية
next: المقبل; المقبلة; القادم; القادمة; المقبلين; القادمين; التالي
ago: قبل
since: منذ; اعتبارا من; ابتداء من
from: من; منذ
to: إلى; الى; حتى; ولغاية; لغاية; وحتى
until: حتى; لغاية; إلى غاية; إلى
before: قبل
after: بعد
between: بين; ما بين
early: مطلع; أوائل; بداية; مستهل; في بداية
mid: منتصف; أواسط; في منتصف
late: نهاية; أواخر; آخر; في نهاية; ختام
in: في; منذ; من; حتى; عام; سنة; قبل; بعد; خلال; بين; عامي; العام; إلى; الى
more: أكثر من; نحو; حوالي; قرابة; ما يزيد على; أكثر; ما يقارب
for: خلال; طوال; مدى; على مدى; طيلة; في غضون; لمدة
of: من; ","
year: عام; سنة; العام; للعام; عامي; أعوام; السنة
era h: هـ; هجري; هجرية; للهجرة; الهجري
era m: م; ميلادي; ميلادية; الميلادي
part: صباح; مساء; فجر; ظهر; عصر; ليل; ليلة; صباحا; مساء; فجرا; ظهرا; ليلا; عصر; بعد ظهر
season1: ربيع; الربيع
season2: صيف; الصيف
season3: خريف; الخريف
season4: شتاء; الشتاء
monthw: شهر
dayw: يوم; نهار
now: الآن; اليوم; الوقت الحاضر
and: و
`,
	language.Persian: `
m1: ژانویه
m2: فوریه
m3: مارس
m4: آوریل; آپریل
m5: مه; می
m6: ژوئن; جون
m7: ژوئیه; جولای; ژوییه
m8: اوت; آگوست; اگست
m9: سپتامبر
m10: اکتبر
m11: نوامبر
m12: دسامبر
h1: محرم; محرم‌الحرام
h2: صفر
h3: ربیع‌الاول; ربیع الاول
h4: ربیع‌الثانی; ربیع الثانی
h5: جمادی‌الاول; جمادی الاول; جمادی الاولی
h6: جمادی‌الثانی; جمادی الثانی
h7: رجب
h8: شعبان
h9: رمضان
h10: شوال
h11: ذی‌القعده; ذیقعده
h12: ذی‌الحجه; ذیحجه
s1: فروردین
s2: اردیبهشت
s3: خرداد
s4: تیر
s5: مرداد; امرداد
s6: شهریور
s7: مهر
s8: آبان
s9: آذر
s10: دی
s11: بهمن
s12: اسفند
w0: یکشنبه; یک‌شنبه; یک شنبه
w1: دوشنبه; دو شنبه
w2: سه‌شنبه; سه شنبه
w3: چهارشنبه; چهار شنبه
w4: پنجشنبه; پنج‌شنبه; پنج شنبه
w5: جمعه; آدینه
w6: شنبه
r0: امروز; امشب; امروزی
r-1: دیروز; دیشب; روز گذشته; شب گذشته
r1: فردا
r-2: پریروز; پریشب
r2: پس‌فردا; پس فردا
y0: امسال
y-1: پارسال
u0: ساعت; دقیقه
u1: روز; شبانه‌روز; روزهای
u2: هفته; هفته‌های
u3: ماه; ماه‌های
u4: سال; سال‌های
u5: دهه
last: گذشته; پیش; قبل; اخیر; پیشین
this: این; جاری; کنونی
next: آینده; بعد; پیش رو; آتی
ago: پیش; قبل
since: از; از زمان
from: از
to: تا; الی
until: تا; تا پایان
before: پیش از; قبل از
after: پس از; بعد از
between: بین; میان; ما بین
early: اوایل; ابتدای; آغاز; در اوایل
mid: اواسط; نیمه; میانه
late: اواخر; پایان; انتهای; آخر
in: در; سال; از; تا; سال‌های; بین; و
more: بیش از; حدود; نزدیک به; بیشتر از; قریب
for: طی; در طول; ظرف; در مدت; طول; در
of: ","; ماه
year: سال; سال‌های
era h: قمری; هجری قمری; ه ق
era s: شمسی; خورشیدی; هجری شمسی; هجری خورشیدی
era m: میلادی
part: صبح; عصر; شب; بامداد; ظهر; بعدازظهر; شامگاه
season1: بهار
season2: تابستان
season3: پاییز; پائیز
season4: زمستان
monthw: ماه
dayw: روز
now: اکنون; کنون; امروز; تاکنون; به امروز
and: و
`,
	language.Sorani: `
m1: کانوونی دووەم; کانونی دووەم; یەنایەر; جانیوەری
m2: شوبات; فێبریوەری
m3: ئازار; ئادار; مارت; مارچ
m4: نیسان; ئەپریل
m5: ئایار; مایس; مەی
m6: حوزەیران; حزەیران; حوزەیرانی; جون
m7: تەممووز; تەمموز; تەموز; تەمووز; جولای
m8: ئاب; ئۆگۆست
m9: ئەیلوول; ئەیلول; سێپتەمبەر
m10: تشرینی یەکەم; ئۆکتۆبەر
m11: تشرینی دووەم; نۆڤەمبەر
m12: کانوونی یەکەم; کانونی یەکەم; دیسەمبەر
h1: موحەڕەم
h9: ڕەمەزان; ڕەمەدان
h10: شەوال
k1: خاکەلێوە; نەورۆز
k2: گوڵان; بانەمەڕ
k3: جۆزەردان
k4: پووشپەڕ; پوشپەڕ
k5: گەلاوێژ
k6: خەرمانان
k7: ڕەزبەر
k8: خەزەڵوەر; گەڵاڕێزان
k9: سەرماوەز
k10: بەفرانبار
k11: ڕێبەندان
k12: ڕەشەمە; ڕەشەممە; ڕەشەممێ
w0: یەکشەممە; یەک شەممە; یەکشەمە
w1: دووشەممە; دوو شەممە; دووشەمە
w2: سێشەممە; سێ شەممە; سێشەمە
w3: چوارشەممە; چوار شەممە; چوارشەمە
w4: پێنجشەممە; پێنج شەممە; پێنجشەمە; پێنج‌شەممە
w5: هەینی
w6: شەممە; شەمە
r0: ئەمڕۆ; ئەمشەو; ئەمڕۆژە
r-1: دوێنێ; دوێ شەو; دوێشەو; دوێنێ شەو; شەوی ڕابردوو; ڕۆژی ڕابردوو
r1: سبەی; سبەینێ; بەیانی
r-2: پێرێ; پێریێ
r2: دووسبەی; دوو سبەی
y0: ئەمساڵ
y-1: پار; پارساڵ; پارەکە
u0: کاتژمێر; سەعات; خولەک
u1: ڕۆژ; ڕۆژی
u2: هەفتە; هەفتەی
u3: مانگ; مانگی
u4: ساڵ; ساڵی
u5: دەیە
last: ڕابردوو; پێشوو; ڕابوردوو; کۆتایی
this: ئەم; ئێستا
next: داهاتوو; ئایندە; دێت
ago: لەمەوبەر; پێش ئێستا; لەوەوبەر; پێش; بەر لە ئێستا; بەر لە
since: لە
from: لە
to: بۆ; تا; تاکوو; هەتا
until: تا; هەتا; تاکوو; تاوەکوو
before: پێش; بەر لە
after: دوای; پاش; لە دوای
between: لە نێوان; نێوان
early: سەرەتای; لە سەرەتای
mid: ناوەڕاستی; لە ناوەڕاستی
late: کۆتایی; لە کۆتایی
in: لە; ساڵی; تا; و; هەتا
more: زیاتر لە; نزیکەی; زیاد لە; پتر لە
for: لە ماوەی; ماوەی; لەماوەی; بۆ ماوەی; بۆ
of: ","; ی; مانگی
year: ساڵی; ساڵانی; ساڵ
era m: زایینی
era k: کوردی
era h: کۆچی
part: بەیانی; ئێوارە; شەو; نیوەڕۆ; بەرەبەیان
season1: بەهار; بەهاری
season2: هاوین; هاوینی
season3: پاییز; پاییزی
season4: زستان; زستانی
monthw: مانگی
dayw: ڕۆژی
now: ئێستا; ئەمڕۆ
and: و
`,
}

var classNames = map[string]class{
	"last": cLast, "this": cThis, "next": cNext, "ago": cAgo, "since": cSince, "from": cFrom, "to": cTo, "until": cUntil, "before": cBefore,
	"after": cAfter, "between": cBetween, "early": cEarly, "mid": cMid, "late": cLate, "year": cYearW, "in": cIn, "more": cMore, "for": cFor,
	"of": cOf, "era": cEra, "part": cPart, "monthw": cMonthW, "dayw": cDayW, "now": cNow, "and": cAnd,
}

var eras = map[string]Calendar{"h": Hijri, "m": Gregorian, "s": Solar, "k": Kurdish}

// thisYear and lastYear are the offsets by which "this year" and "last year"
// in one word are told from days.
const yearOffset = 100

var lexicons = sync.OnceValue(func() *[language.Other + 1]*passage.Lexicon[meaning] {
	var all [language.Other + 1]*passage.Lexicon[meaning]
	for tag, list := range lists {
		l := passage.NewLexicon[meaning](tag)
		for line := range strings.SplitSeq(list, "\n") {
			head, words, ok := strings.Cut(line, ":")
			if !ok {
				continue
			}
			f := strings.Fields(head)
			if tag == language.Persian && head[0] == 's' && !strings.HasPrefix(head, "season") {
				// «مهرماه» beside «مهر ماه».
				words += ";" + strings.ReplaceAll(strings.TrimSpace(words), ";", "ماه;") + "ماه"
			}
			l.Add(strings.ReplaceAll(words, `","`, ","), kindOf(f), both)
		}
		all[tag] = l
	}
	return &all
})

// kindOf reads the head of a line of the word lists.
func kindOf(f []string) (m meaning) {
	name := f[0]
	if c, ok := classNames[name]; ok {
		m.class = c
		if len(f) > 1 {
			m.cal = eras[f[1]]
		}
		return m
	}
	if s, ok := strings.CutPrefix(name, "season"); ok {
		n, _ := strconv.Atoi(s)
		return meaning{class: cSeason, n: int8(n)}
	}
	n, _ := strconv.Atoi(name[1:])
	switch name[0] {
	case 'm', 'h', 's', 'k':
		m = meaning{class: cMonth, n: int8(n), cal: map[byte]Calendar{'m': Gregorian, 'h': Hijri, 's': Solar, 'k': Kurdish}[name[0]]}
	case 'w':
		m = meaning{class: cWeekday, off: int8(n)}
	case 'r':
		m = meaning{class: cRelDay, off: int8(n)}
	case 'y':
		m = meaning{class: cRelDay, off: int8(yearOffset + n)}
	case 'u':
		m = meaning{class: cUnit, unit: int8(n)}
	case 'd':
		m = meaning{class: cUnit, unit: int8(n), many: 2}
	}
	if len(f) > 1 && f[1] == "short" {
		m.class |= cShort
	}
	return m
}
