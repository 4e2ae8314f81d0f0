package demo

import (
	"fmt"
	"slices"
	"strings"

	"entente/act"
	"entente/label"
)

// The scenario is invented: events, sources and wordings are nobody's. Places
// are districts, as hard rule 3 asks; no private person is named (rule 34).

// portion is one portion of a report of the scenario.
type portion struct {
	rel   string // "all", or members divided by spaces; the originator's own is added
	class label.Class
	grade string // "B2"
	lang  string
	text  string
	kind  act.SourceKind
	src   string // descriptor; two parties are divided by " + "
	// cites names portions by "report/number"; they must be readable by the
	// one who cites.
	cites []string
}

// report is one report of the scenario.
type report struct {
	key      string
	from     label.MemberID
	kind     act.ReportType
	title    string
	replaces string // key of the report that this one supersedes
	consent  *consent
	portions []portion
}

// Classes, by their portion marks.
const (
	u = label.Class("UNCLASSIFIED")
	r = label.Class("RESTRICTED")
	c = label.Class("CONFIDENTIAL")
	s = label.Class("SECRET")
)

func p(rel string, class label.Class, grade, lang, src, text string, cites ...string) portion {
	return portion{rel: rel, class: class, grade: grade, lang: lang, text: text, kind: act.KindHuman, src: src, cites: cites}
}

// scenario returns the reports in the order in which they are filed: a report
// stands after those it cites.
func scenario() []report {
	return []report{
		// Journey J1: three portions for all, the fourth not for SYR.
		{key: "crossing", from: "IRQ", kind: act.INTREP, title: "Movement at a crossing in al-Qaim district", portions: []portion{
			p("all", r, "B2", "en", "a resident", "Twelve pickup trucks crossed westward in the night of 3 to 4 October."),
			p("all", r, "B3", "ar", "a resident", "أغلقت الأسواق في قضاء القائم منذ صباح الأحد."),
			p("all", u, "C3", "en", "a local broadcaster", "The district's council asked residents to stay indoors."),
			p("IRN RUS", s, "B2", "en", "a liaison officer", "The fuel for the crossing came from a depot in Anah district."),
		}},
		// Journey J4: what is merged below.
		{key: "depot-rus", from: "RUS", kind: act.INTREP, title: "Depot in Deir ez-Zor governorate", portions: []portion{
			p("IRQ", s, "A2", "ru", "снимок с воздуха", "Склад в мухафазе Дейр-эз-Зор пополнен в начале октября."),
			p("all", r, "B2", "ru", "местная газета", "По сообщениям печати, дорога на Пальмиру закрыта."),
		}},
		{key: "depot-irn", from: "IRN", kind: act.INTREP, title: "Supplies on the Euphrates road", portions: []portion{
			p("IRQ RUS SYR", c, "C2", "fa", "یک راننده", "کامیون‌ها شب‌ها از جادهٔ فرات می‌گذرند."),
		}},
		{key: "merged", from: "IRQ", kind: act.INTSUM, title: "Supply along the Euphrates, first week of October", portions: []portion{
			p("RUS", s, "B2", "en", "analysis of the section", "The depot was filled while the road was closed to others.", "depot-rus/1"),
			p("IRN RUS SYR", c, "C2", "en", "analysis of the section", "Trucks use the Euphrates road by night.", "depot-irn/1"),
			p("all", r, "B3", "en", "a resident", "Fuel prices in Anah district doubled within a week."),
		}},
		{key: "checkpoint", from: "SYR", kind: act.SITREP, title: "Roads in Homs governorate", portions: []portion{
			p("all", r, "B2", "ar", "دائرة الطرق", "طريق حمص تدمر مقطوع عند ناحية الفرقلس."),
			p("RUS", c, "B2", "ar", "ضابط ارتباط", "وصلت تعزيزات إلى ناحية الفرقلس مساء الأحد."),
		}},
		{key: "crossing-2", from: "IRQ", kind: act.SUPINTREP, title: "Movement at a crossing in al-Qaim district, addition", portions: []portion{
			p("all", r, "B2", "en", "a second resident", "The trucks returned empty on 5 October.", "crossing/1"),
			p("IRN RUS", s, "C3", "en", "a liaison officer", "Two of them stopped at the depot in Anah district.", "crossing/4"),
		}},
		{key: "river", from: "IRQ", kind: act.INTREP, title: "Ferries in Haditha district", portions: []portion{
			p("all", r, "B2", "en", "a ferryman", "Ferries run after dark against the standing order."),
			p("RUS SYR", c, "D4", "en", "a trader", "One ferry carries tents and field kitchens."),
		}},
		{key: "schools", from: "SYR", kind: act.INTREP, title: "Schools in Raqqa governorate", portions: []portion{
			p("all", u, "B1", "ar", "وكالة إغاثة + مدير مدرسة", "أُغلقت سبع مدارس في محافظة الرقة."),
		}},
		{key: "bread", from: "SYR", kind: act.INTREP, title: "Supply of flour", portions: []portion{
			p("IRN IRQ", r, "C3", "ar", "صاحب مخبز", "نقص الطحين في قضاء البوكمال منذ أسبوعين."),
			p("all", u, "B3", "ar", "صحيفة محلية", "ارتفع سعر الخبز ثلاثة أضعاف."),
		}},
		{key: "convoy-rus", from: "RUS", kind: act.SITREP, title: "Roads in Hama governorate", portions: []portion{
			p("SYR", c, "B2", "ru", "наблюдатель", "Движение на дороге Хама — Саламия восстановлено."),
			p("all", u, "B2", "ru", "местное радио", "Школы в Саламии открыты."),
		}},
		{key: "border-irn", from: "IRN", kind: act.SITREP, title: "Crossings in Kermanshah province", portions: []portion{
			p("IRQ", r, "A2", "fa", "گمرک", "گذرگاه خسروی باز است و رفت‌وآمد عادی است."),
			p("all", u, "B2", "fa", "خبرگزاری محلی", "صف کامیون‌ها در مرز کوتاه شده است."),
		}},
		{key: "relief", from: "IRN", kind: act.INTREP, title: "Relief through Kermanshah province", portions: []portion{
			p("IRQ SYR", r, "B2", "fa", "هلال احمر", "چهل کامیون کمک‌رسانی از مرز گذشتند."),
		}},
		{key: "sinjar", from: "IRQ", kind: act.INTREP, title: "Sinjar district", portions: []portion{
			p("IRN RUS", c, "B3", "ckb", "دانیشتوویەک", "ڕێگای شنگال بۆ باشوور داخراوە."),
			p("all", r, "C3", "en", "a local broadcaster", "Families left two villages of the district."),
		}},
		{key: "power", from: "IRQ", kind: act.SITREP, title: "Electricity in Anbar", portions: []portion{
			p("all", u, "B2", "en", "the ministry's bulletin", "Power is on for six hours a day in Ramadi district."),
		}},
		{key: "bridge", from: "RUS", kind: act.INTREP, title: "A bridge in Deir ez-Zor governorate", portions: []portion{
			p("IRQ SYR", s, "A2", "ru", "снимок с воздуха", "Мост через Евфрат повреждён и закрыт для грузовиков."),
			p("IRN IRQ SYR", c, "B3", "ru", "наблюдатель", "Рядом наводится понтонная переправа."),
		}},
		{key: "bridge-2", from: "RUS", kind: act.SUPINTREP, title: "A bridge in Deir ez-Zor governorate, addition", portions: []portion{
			p("IRN IRQ SYR", c, "B2", "ru", "второй наблюдатель", "Понтонная переправа действует только ночью.", "bridge/2"),
		}},
		{key: "ferry-syr", from: "SYR", kind: act.SUPINTREP, title: "Crossing of the Euphrates", portions: []portion{
			p("IRN IRQ RUS", c, "C2", "ar", "صياد", "شوهدت العبّارات قرب الجسر المقطوع.", "bridge/2"),
		}},
		{key: "week-irq", from: "IRQ", kind: act.INTSUM, title: "Anbar, second week of October", portions: []portion{
			p("all", r, "B2", "en", "summary of the section", "Traffic by night fell by half after the crossing was watched.", "crossing/1"),
			p("IRN RUS SYR", c, "B3", "en", "summary of the section", "Two ferries were taken out of service."),
			p("RUS", s, "C3", "en", "a liaison officer", "A second depot is thought to be in Rutba district."),
		}},
		{key: "week-irn", from: "IRN", kind: act.INTSUM, title: "Border provinces, second week of October", portions: []portion{
			p("all", u, "B2", "fa", "جمع‌بندی بخش", "رفت‌وآمد در مرز در هفتهٔ دوم مهر عادی بود."),
			p("IRQ RUS", c, "B3", "fa", "جمع‌بندی بخش", "قاچاق سوخت در دو شهرستان افزایش یافته است."),
		}},
		{key: "week-rus", from: "RUS", kind: act.INTSUM, title: "Central Syria, second week of October", portions: []portion{
			p("SYR", s, "A2", "ru", "сводка секции", "За неделю дорога на Пальмиру закрывалась трижды."),
			p("all", r, "B2", "ru", "сводка секции", "Подвоз продовольствия в Хомс идёт без перерыва."),
		}},
		{key: "week-syr", from: "SYR", kind: act.INTSUM, title: "Eastern governorates, second week of October", portions: []portion{
			p("RUS", c, "B2", "ar", "خلاصة القسم", "تحسن الأمن على طريق السلمية."),
			p("all", u, "B2", "ar", "خلاصة القسم", "عادت المياه إلى ثلاث نواحٍ في محافظة دير الزور."),
		}},
		{key: "assess-fuel", from: "IRQ", kind: act.ASSESSMENT, title: "Fuel along the Euphrates", portions: []portion{
			p("RUS", s, "B2", "en", "assessment of the section", "It is likely that the depots in Anah and Deir ez-Zor are supplied by the same carriers; confidence is moderate.", "merged/1"),
			p("IRN RUS SYR", c, "C2", "en", "assessment of the section", "The night traffic is probably commercial in part.", "merged/2"),
		}},
		{key: "assess-roads", from: "RUS", kind: act.ASSESSMENT, title: "Roads to Palmyra", portions: []portion{
			p("all", r, "B3", "ru", "оценка секции", "Вероятно, дорога останется закрытой до конца месяца.", "depot-rus/2"),
		}},
		{key: "assess-bread", from: "SYR", kind: act.ASSESSMENT, title: "Bread in the eastern governorates", portions: []portion{
			p("all", u, "B3", "ar", "تقدير القسم", "من المحتمل أن يستمر ارتفاع الأسعار حتى الحصاد.", "bread/2"),
		}},
		{key: "assess-border", from: "IRN", kind: act.ASSESSMENT, title: "Trade through the border provinces", portions: []portion{
			p("IRQ", c, "B3", "fa", "ارزیابی بخش", "احتمالاً تجارت مرزی تا پایان ماه به حال عادی بازمی‌گردد.", "border-irn/1"),
		}},
		{key: "answer-depot", from: "RUS", kind: act.ANSWER, title: "Answer on the depot", portions: []portion{
			p("IRQ", s, "A2", "ru", "анализ снимков", "Склад в Рутбе на снимках не обнаружен.", "week-irq/3"),
		}},
		{key: "answer-road", from: "SYR", kind: act.ANSWER, title: "Answer on the road to Palmyra", portions: []portion{
			p("IRN IRQ RUS", r, "B2", "ar", "دائرة الطرق", "يُتوقع فتح الطريق جزئياً يوم الخميس.", "assess-roads/1"),
		}},
		{key: "answer-trucks", from: "IRN", kind: act.ANSWER, title: "Answer on the trucks", portions: []portion{
			p("IRQ RUS", s, "B3", "fa", "پلیس راه", "شماره‌های ثبت‌شده متعلق به شرکت‌های حمل‌ونقل است.", "crossing/4"),
		}},
		{key: "dust", from: "IRN", kind: act.SITREP, title: "Dust storm in Khuzestan province", portions: []portion{
			p("all", u, "A1", "fa", "سازمان هواشناسی + فرودگاه اهواز", "پروازها در استان خوزستان به‌دلیل گردوغبار لغو شد."),
		}},
		{key: "weather-rus", from: "RUS", kind: act.SITREP, title: "Weather in Latakia governorate", portions: []portion{
			p("all", u, "A2", "ru", "метеослужба", "Ожидаются дожди; дороги в горах размыты."),
			p("SYR", r, "B2", "ru", "дежурный", "Один перевал закрыт до среды."),
		}},
		{key: "market-irq", from: "IRQ", kind: act.INTREP, title: "A market in Falluja district", portions: []portion{
			p("SYR", r, "C3", "ar", "تاجر", "عُرضت مواد إغاثة للبيع في سوق بقضاء الفلوجة."),
			p("all", u, "B3", "ar", "صحيفة محلية", "أُعيد فتح السوق الكبير يوم الأربعاء."),
		}},
		{key: "water", from: "SYR", kind: act.SITREP, title: "Water in Aleppo governorate", portions: []portion{
			p("all", u, "B2", "ar", "مؤسسة المياه", "انقطعت المياه عن ثلاث نواحٍ في محافظة حلب."),
			p("IRN RUS", c, "C3", "ar", "مهندس", "السبب عطل في محطة الضخ وليس عملاً مقصوداً."),
		}},
		{key: "water-2", from: "SYR", kind: act.SITREP, title: "Water in Aleppo governorate, corrected", replaces: "water", portions: []portion{
			p("all", u, "A2", "ar", "مؤسسة المياه", "انقطعت المياه عن ناحيتين، لا ثلاث، في محافظة حلب."),
		}},
		{key: "kurdish", from: "IRQ", kind: act.INTREP, title: "Roads in Makhmur district", portions: []portion{
			p("IRN", c, "B2", "ckb", "شۆفێرێک", "ڕێگای مەخموور بۆ ماوەی دوو ڕۆژ داخرا."),
			p("IRN RUS SYR", r, "C3", "en", "a driver", "Traffic was led over Gwer."),
		}},
		{key: "camp", from: "IRQ", kind: act.INTREP, title: "Displaced families in Ninewa", portions: []portion{
			p("all", u, "B2", "en", "a relief agency", "About four hundred families reached a camp in Makhmur district within a week."),
			p("IRN", r, "C3", "en", "a camp's council", "The camp needs tents for the winter.", "kurdish/2"),
		}},
		{key: "harbour", from: "RUS", kind: act.INTREP, title: "Port of Tartus", portions: []portion{
			p("IRN SYR", c, "B2", "ru", "портовая служба", "Разгрузка зерна задержана на три дня."),
		}},
		{key: "grain", from: "SYR", kind: act.SUPINTREP, title: "Grain at Tartus", portions: []portion{
			p("IRN RUS", c, "B2", "ar", "مؤسسة الحبوب", "وصلت الدفعة الأولى من القمح إلى محافظة حمص.", "harbour/1"),
		}},
		{key: "radio", from: "IRN", kind: act.INTREP, title: "Broadcasts in the border provinces", portions: []portion{
			p("SYR", r, "D5", "fa", "شنونده‌ای", "یک ایستگاه ناشناس شایعهٔ بسته‌شدن مرز را پخش کرد."),
			p("all", u, "B2", "fa", "گمرک", "مرز باز است و شایعه نادرست است."),
		}},
		{key: "strictest", from: "SYR", kind: act.INTREP, title: "For two members alone", portions: []portion{
			p("IRN", s, "B2", "ar", "ضابط ارتباط", "عُدّل موعد الاجتماع في دمشق."),
		}},
		{key: "national", from: "IRQ", kind: act.INTREP, title: "A note of the section", portions: []portion{
			p("IRQ", c, "B2", "ar", "ضابط مناوب", "ملاحظة داخلية للقسم العراقي عن جدول المناوبات."),
			p("RUS", r, "B3", "en", "the duty officer", "The joint watch begins at 0400Z on Monday."),
		}},
		{key: "rumour", from: "RUS", kind: act.INTREP, title: "A rumour about a dam", portions: []portion{
			p("all", r, "E5", "ru", "пересказ в сети", "Слух о повреждении плотины не подтверждается."),
			p("IRQ", c, "B2", "ru", "наблюдатель", "Уровень воды в водохранилище обычный."),
		}},
		{key: "harvest", from: "IRN", kind: act.INTREP, title: "Date harvest", portions: []portion{
			p("all", u, "A2", "fa", "جهاد کشاورزی", "برداشت خرما در خوزستان به پایان رسید."),
		}},
		{key: "night", from: "IRQ", kind: act.SITREP, title: "Night of 12 to 13 October", portions: []portion{
			p("IRN RUS SYR", r, "B2", "en", "the duty officer", "No movement at the watched crossings."),
			p("IRN RUS", s, "C3", "en", "a liaison officer", "The depot in Anah district was empty at dawn.", "crossing-2/2"),
		}},
		{key: "month", from: "IRQ", kind: act.INTSUM, title: "October, common picture", portions: []portion{
			p("IRN RUS SYR", c, "B2", "en", "summary of the section", "The night traffic on the Euphrates road has ended.", "week-irq/2"),
			p("all", u, "B2", "en", "summary of the section", "Markets are open again in four districts.", "market-irq/2"),
		}},
		// Journey J4: what RUS gave to IRQ alone reaches IRN by the consent of RUS.
		{key: "loan", from: "RUS", kind: act.INTREP, title: "Grain stores", portions: []portion{
			p("IRQ", s, "A2", "ru", "наблюдатель", "Зерно вывезено из трёх складов в провинции Найнава."),
		}},
		{key: "lent", from: "IRQ", kind: act.INTSUM, title: "Grain in Nineveh governorate", consent: &consent{of: "RUS", to: "IRN", cited: "loan/1"}, portions: []portion{
			p("IRN RUS", s, "B2", "en", "summary of the section", "Stores in the governorate hold no grain any more.", "loan/1"),
		}},
		// Journey J5: what IRN takes back at the end, and what was made of it.
		{key: "wrong", from: "IRN", kind: act.INTREP, title: "A bridge", portions: []portion{
			p("all", r, "C3", "fa", "یک راننده", "پل روی رودخانه در استان ایلام بسته است."),
		}},
		{key: "wrong-rus", from: "RUS", kind: act.INTSUM, title: "Roads to the border", portions: []portion{
			p("all", r, "C3", "ru", "сводка отделения", "Дорога к границе перекрыта у моста.", "wrong/1"),
		}},
		{key: "wrong-syr", from: "SYR", kind: act.ASSESSMENT, title: "What the closed road means", portions: []portion{
			p("all", r, "C3", "ar", "تقدير القسم", "ستتأخر القوافل أسبوعاً.", "wrong-rus/1"),
		}},
	}
}

// whileLost returns what the others file while a member's node is lost.
func whileLost() []report {
	return []report{
		{key: "lost-irq", from: "IRQ", kind: act.SITREP, title: "While a node was away", portions: []portion{
			p("all", r, "B2", "en", "the duty officer", "The bridge in Hit district is open to one lane."),
		}},
		{key: "lost-syr", from: "SYR", kind: act.INTREP, title: "While a node was away, too", portions: []portion{
			p("RUS", c, "B2", "ar", "ضابط ارتباط", "تأخرت القافلة يوماً واحداً في محافظة حمص."),
			p("all", u, "B3", "ar", "صحيفة محلية", "أُعيدت الكهرباء إلى حيين في حمص."),
		}},
	}
}

// filed returns every report that a run files.
func (d *demo) filed() []report {
	if d.Processes {
		return append(scenario(), whileLost()...)
	}
	return scenario()
}

// letters make words that no language of the scenario has.
const letters = "bdfgjklmnprstvz"

// marker returns an invented word that stands in one portion of the scenario
// alone, so that who can find it says who can read the portion.
func marker(report, portion int) string {
	n := report*8 + portion
	vowels := "aeiou"
	w := []byte("qx")
	for range 4 {
		w = append(w, vowels[n%5], letters[n%len(letters)])
		n = n*7 + 11
	}
	return fmt.Sprintf("%s%04d", w, report*8+portion)
}

// readers says who may read a portion: an independent reading of the table
// above, against which the nodes are checked.
func (p portion) readers(from label.MemberID) []label.MemberID {
	if p.rel == "all" {
		return members()
	}
	out := []label.MemberID{}
	for _, m := range members() {
		if m == from || containsWord(p.rel, string(m)) {
			out = append(out, m)
		}
	}
	return out
}

// containsWord reports whether w is one of the words divided by spaces.
func containsWord(words, w string) bool {
	return slices.Contains(strings.Fields(words), w)
}

// members of the demonstration, in the order of the lead.
func members() []label.MemberID { return []label.MemberID{"IRQ", "IRN", "RUS", "SYR"} }
