package places

import (
	"strings"
	"unicode/utf8"
)

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
// places.
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

// arabicPrefixes are the particles that Arabic writes together with the next
// word, longest first; lil swallows the alif of the article.
var arabicPrefixes = []struct{ from, to string }{
	{"وبال", "ال"}, {"وفي", ""}, {"ولل", "ال"}, {"بال", "ال"}, {"وال", "ال"}, {"كال", "ال"}, {"فال", "ال"}, {"لل", "ال"}, {"و", ""}, {"ب", ""}, {"ل", ""}, {"ف", ""},
}

// sorani and persian suffixes written with the name: definite, locative,
// izafa, plural.
var arabicSuffixes = []string{"یەکان", "ەکانی", "ييه", "دا", "یش", "هوه", "ي", "ه"}

// arabic handles a word of the Arabic script, which has no capitals: a name in
// the gazetteer that is no common word, with particles taken off if need be.
func (p *spotter) arabic(i int) int {
	k := string(p.s.keyOf(i))
	if arabicCommon[k] || utf8.RuneCountInString(k) < 2 {
		if !arabicHeads[k] {
			return 0
		}
		// "تل رفعت": the first word alone is no name, the two together are.
		n, at := p.longest(i, false, func(n int) bool { return n > 1 })
		if n < 2 {
			p.matches = p.matches[:at]
			return 0
		}
		p.add(i, n, at, false)
		return n
	}
	if person := arabicNames[k]; person && !p.placeBefore(i) {
		// "حسن" is a village; without a word for one before it, it is a man.
		if n, at := p.longest(i, false, func(n int) bool { return n > 1 }); n > 1 && p.worthy(i, n, at) {
			p.add(i, n, at, false)
			return n
		} else if n > 0 {
			p.matches = p.matches[:at]
		}
		return 1
	}
	n, at := p.longest(i, false, func(n int) bool { return true })
	if n == 0 {
		n, at = p.stripped(i, k)
	}
	if n == 0 {
		return 0
	}
	if !p.worthy(i, n, at) {
		p.matches = p.matches[:at]
		return 0
	}
	p.add(i, n, at, p.placeBefore(i))
	return n
}

// stripped looks the word up without its particles and suffixes.
func (p *spotter) stripped(i int, k string) (n, at int) {
	at = len(p.matches)
	for _, a := range arabicPrefixes {
		if len(k) >= len(a.from)+6 && k[:len(a.from)] == a.from {
			p.key = append(append(p.key[:0], a.to...), k[len(a.from):]...)
			p.matches, _ = p.g.lookup(p.key, p.matches, p.hits)
			if len(p.matches) > at && !arabicCommon[string(p.key)] && !arabicNames[string(p.key)] {
				return 1, at
			}
			p.matches = p.matches[:at]
		}
	}
	sorani := strings.ContainsAny(p.s.text[p.s.words[i].start:p.s.words[i].end], "ەێۆڕڵ")
	for _, s := range arabicSuffixes {
		if !sorani {
			break // in Arabic and Persian the ya makes it "Iraqi"
		}
		if len(k) >= len(s)+6 && k[len(k)-len(s):] == s {
			p.key = append(p.key[:0], k[:len(k)-len(s)]...)
			p.matches, _ = p.g.lookup(p.key, p.matches, p.hits)
			if len(p.matches) > at && p.large(at) {
				return 1, at
			}
			p.matches = p.matches[:at]
		}
	}
	return 0, at
}

// placeBefore reports that a word for a place or a place's preposition stands
// before word i.
func (p *spotter) placeBefore(i int) bool {
	return i > 0 && p.s.words[i].gap == gapSpace && arabicPlaceWords[string(p.s.keyOf(i-1))]
}

// worthy demands of a name in a script without capitals that it be known, long
// or introduced: every second word is a village somewhere.
func (p *spotter) worthy(i, n, at int) bool {
	if p.placeBefore(i) || n > 1 && !arabicCommon[string(p.s.keyOf(i+1))] {
		return true
	}
	for _, m := range p.matches[at:] {
		rec := p.g.record(m.ref)
		if rec.class != City && rec.class != Section && rec.class != Spot || rec.population >= 5000 {
			return true
		}
	}
	return false
}

// arabicPlaceWords introduce a place: city, town, village, province, district,
// camp, "in", "near", in Arabic, Persian and Sorani, folded.
var arabicPlaceWords = foldedSet(`مدينة بلدة قرية ناحية منطقة محافظة قضاء ريف مخيم حي بلدتي قريتي مدينتي بلدات قرى شمال جنوب شرق غرب شمالي جنوبي شرقي غربي
	في قرب باتجاه نحو الى
	شهر شهرستان استان روستای روستا بخش دهستان شهرک در نزدیکی حومه به از شمال جنوب
	شاری شار گوندی گوند ناوچەی پارێزگای قەزای ناحیەی لە بۆ نزیک`)

// arabicCommon are words of news in the Arabic script that are also names of
// places, folded.
var arabicCommon = foldedSet(`من في على الى إلى عن مع هذا هذه ذلك التي الذي كان كانت قد لقد بعد قبل حتى عند بين كل بعض غير اي او أو ان أن إن لا ما لم لن
	هو هي هم نحن انا كما ثم اذا منذ خلال ضد دون حول تحت فوق امام وراء اليوم امس غدا الان صباح مساء يوم شهر سنة عام ليلة ساعة
	قال قالت اكد اعلن اضاف ذكر افاد وقال واضاف مدينة قرية بلدة ناحية منطقة محافظة الجيش القوات قوات الحكومة الرئيس الوزير مجلس الامن حرب سلام
	قتل قصف هجوم مدني مدنيين اطفال نساء رجل رجال ابو ام ابن بن بنت عبد الله محمد احمد علي حسن حسين
	وسط نصر فتح جديد جديدة قديم كبير كبيرة صغير صغيرة اول ثاني ثالث واحد اثنين ثلاثة عشرة الف مئة مليون
	الحرية العدل السلام النصر الوحدة الثورة الشهداء المحطة السوق الجسر النهر البحر الجبل الوادي السهل الارض السماء الشمس القمر
	و در از به که این آن را با برای تا بر هم یا اما نیز هر اگر چون پس پیش روز شب ماه سال ساعت امروز دیروز فردا گفت کرد شد است بود شده خود
	مردم کشور دولت رئیس جمهور ارتش نیرو جنگ صلح شهر روستا استان مرکز شرق غرب شمال جنوب راه خانه کار زن مرد
	بۆ لە بە و کە ئەو ئەم لەگەڵ هەر دوای پێش ڕۆژ شەو مانگ ساڵ وتی گوتی کرد شار گوند هێز شەڕ ئاشتی خەڵک سەرۆک ئەوە بوو دەکات
	الشمالي الجنوبي الشرقي الغربي الشمالية الجنوبية الشرقية الغربية الاوسط الوسطى المركزي المركز الاعلى الادنى الكبير الكبيرة الصغير
	عنوان اسم باب راس عين تل دير كفر خان حصن قلعة برج بيت دار وادي جبل نهر بحر`)

// arabicHeads are words that begin names of places without being ones, folded.
var arabicHeads = foldedSet(`تل كفر دير خان عين راس باب ابو ام بيت قلعة حصن برج دار وادي جبل خربة بير بئر جسر نهر بحر عبد مدينة شهر ابن بن بنت رأس تپه
	اسلام خرم شاه علي محمد حسن حسين`)

// arabicNames are frequent names of persons that are villages too, folded.
var arabicNames = foldedSet(`محمد احمد علي حسن حسين عمر عثمان خالد سالم سليم سعيد كريم جميل فارس نور نورا زيد يوسف ابراهيم اسماعيل اسحاق موسى عيسى داود
	سليمان يعقوب مصطفى محمود حامد حميد ماجد وليد رشيد طارق بلال بشار حافظ الاسد صدام قاسم جاسم عباس جعفر صادق كاظم رضا مهدي باقر
	هادي ناصر منصور فاطمة زينب مريم خديجة عائشة سعاد حسینی حسن رضا اکبر اصغر امیر بهرام رستم سهراب داریوش`)

// foldedSet is set with every word folded as a key.
func foldedSet(words string) map[string]bool {
	out := map[string]bool{}
	for w := range set(words) {
		out[key(w)] = true
	}
	return out
}
