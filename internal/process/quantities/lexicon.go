package quantities

import (
	"strings"
	"sync"

	"entente/internal/process/language"
	"entente/internal/process/passage"
)

// role is what a word does around a number.
type role uint32

const (
	rEvent   role = 1 << iota // says what happened to those who are counted
	rBefore                   // an event word that comes before its number
	rAfter                    // one that comes after it
	rNoun                     // an event word that is itself what is counted: 12 dead, ١٢ قتيلا
	rPop                      // who is counted
	rAtLeast                  // qualifiers
	rMore
	rAtMost
	rAbout
	rBetween
	rTo
	rPart  // including, of whom
	rMoney // a currency
	rUnit  // what else is counted: houses, vehicles
	rTime  // a unit of time or length: no quantity here
	rPost  // a qualifier that comes after the number
	rAux   // may stand between a number and its event word
	rTwo   // a dual, which is a number itself
)

// sense is what a word means around a number.
type sense struct {
	role role
	kind Kind
	name string // the population, unit or currency
}

func merge(a, b sense) sense {
	a.role |= b.role
	if b.kind != "" {
		a.kind = b.kind
	}
	if b.name != "" && a.name == "" {
		a.name = b.name
	}
	return a
}

// The word lists: "role[ kind or name]: words". Events carry where they stand:
// b before, a after, n as a noun that is counted. Written by hand from general
// knowledge of the five languages; the codes of money are those of ISO 4217.
var lists = map[language.Tag]string{
	language.English: `
event-ab killed: killed; slain; shot dead; murdered; executed; martyred; beheaded
event-b killed: killing; claimed the lives of; claimed the life of; claiming the lives of; lives of; death toll; toll; death of; deaths of; deaths; fatalities; killings of; bodies of
event-a killed: dead; died; die; deaths; were dead; lost their lives; perished; fatalities; lives; bodies
event-ab injured: wounded; injured; hurt; maimed
event-b injured: wounding; injuring; injuries to; hurting
event-a injured: injuries; sustained injuries
event-ab casualties: casualties
event-ab displaced: displaced; evacuated; uprooted
event-b displaced: displacing; forced; displacement of; evacuating
event-a displaced: fled; have fled; had fled; been displaced; flee; idps; refugees
event-ab detained: detained; arrested; imprisoned; captured; jailed; rounded up
event-b detained: detaining; arresting; arrest of; detention of; capturing; arrests of
event-n detained: detainees; arrests; prisoners
event-a detained: in custody; behind bars; in detention
event-ab abducted: kidnapped; abducted; taken hostage
event-b abducted: kidnapping; abducting; abduction of; kidnapping of
event-n abducted: hostages; captives
event-ab missing: missing; unaccounted for; disappeared
event-a missing: went missing; remain missing
event-ab freed: released; freed
event-b freed: releasing; freeing; release of
pop persons: people; persons; person; individuals; others; residents; inhabitants; citizens; victims; souls; locals
pop civilians: civilians; civilian; noncombatants
pop children: children; child; minors; boys; girls; schoolchildren; infants; kids; students; pupils; babies
pop women: women; woman
pop men: men
pop fighters: fighters; militants; rebels; gunmen; insurgents; terrorists; jihadists; militiamen; extremists; guerrillas; combatants; fighter; attackers; members; elements; subversives
pop soldiers: soldiers; troops; soldier; servicemen; officers; army; personnel; conscripts; military; marines
pop police: police; policemen; police officers; security personnel; security forces; guards
pop journalists: journalists; reporters
pop medics: medics; doctors; medical workers; aid workers; nurses; humanitarian workers; rescuers; volunteers
pop pilgrims: pilgrims; worshippers
pop peasants: peasants; farmers
pop refugees: refugees; migrants; idps
pop families: families; households
pop suspects: suspects
unit vehicles: vehicles; tanks; cars; trucks; buses; aircraft; planes; helicopters
unit buildings: houses; homes; buildings; schools; hospitals; mosques; villages; towns; settlements
time: hours; hour; minutes; minute; seconds; days; day; weeks; week; months; month; years; year; year-old; kilometers; kilometres; km; miles; meters; metres; metre; am; pm; degrees; mm; cm; kg; tons; tonnes; kilograms; times; percent of
atleast: at least; no fewer than; no less than; not less than; a minimum of; minimum of
more: more than; over; upwards of; in excess of; exceeding
atmost: up to; at most; fewer than; less than; no more than; as many as; under; below
about: about; around; some; approximately; nearly; almost; roughly; an estimated; estimated; close to
between: between; from
to: to; and; or
part: including; among them; among whom; of whom; of them; most of them; mostly
post more: or more; at least; plus
aux: were; was; have; had; been; has; are; being; be; reported; reportedly; confirmed; others; other; more; also; were also; of; them; whom; got; left; is; feared; believed; went; remain; remained; presumed; the
money USD: $; dollar; dollars; usd; us dollars; u.s. dollars
money EUR: €; euro; euros; eur
money GBP: £; pounds sterling; gbp
money IQD: dinars; iraqi dinars; iqd
money SYP: syrian pounds; syp
money IRR: rials; irr
money RUB: rubles; roubles; rub; ₽
money TRY: lira; liras; turkish lira
`,
	language.Russian: `
event-ab killed: убиты; убито; убит; убита; погибли; погибло; погиб; погибла; скончались; скончался; умерли; расстреляны; казнены; ликвидированы; уничтожены; уничтожено; ликвидировано
event-b killed: убил; убили; убив; гибели; гибель; гибелью; смерть; смерти; жизни; жертвами; жертв; жертвой; число погибших; число жертв; количество погибших; уничтожили; ликвидировали; унес жизни; унесли жизни; убийстве; убийство
event-n killed: убитых; погибших; убитыми; погибшими; жертв; погибшего; погибшие; убитые
event-ab injured: ранены; ранено; ранен; ранена; пострадали; пострадало; пострадал; травмированы; получили ранения; получил ранения; получили травмы; ранения получили; травмы получили; ранение получил
event-b injured: ранил; ранили; ранив; ранения; ранение; травмы; ранению; число раненых; число пострадавших
event-n injured: раненых; пострадавших; ранеными; раненые; пострадавшие
event-ab displaced: перемещены; эвакуированы; эвакуировано; бежали; бежало; бежать; покинуть; покинули; покинуло; эвакуировали; переместились; ушли; вышли; покинули свои дома
event-n displaced: перемещенных; беженцев; переселенцев; вынужденных переселенцев; внутренне перемещенных; перемещенных лиц
event-ab detained: задержаны; задержано; задержан; задержана; арестованы; арестовано; арестован; взяты в плен; захвачены в плен; взяли в плен; взял в плен; захватили в плен; попали в плен
event-b detained: задержали; задержание; задержании; арест; аресте; арестовали; задержаний
event-n detained: задержанных; арестованных; заключенных; пленных
event-ab abducted: похищены; похищено; похищен; взяты в заложники
event-b abducted: похитили; похищение; похищении; захватили в заложники; взяли в заложники; захватил в заложники
event-n abducted: заложников; похищенных
event-ab missing: пропали без вести; пропали; пропал; пропало; пропал без вести; считаются пропавшими; числятся пропавшими
event-n missing: пропавших; пропавших без вести; пропавшими; пропавшими без вести
event-ab freed: освобождены; освобождено
event-b freed: освободили; освобождение; освобождении; освобождения; освобождению; освободив
pop persons: человек; человека; людей; лиц; лица; граждан; жителей; люди; жителя; человеку
pop civilians: мирных жителей; мирных жителя; мирные жители; мирных граждан; гражданских лиц; гражданских; гражданских лица; мирных людей; мирный житель
pop children: детей; ребенка; дети; ребенок; несовершеннолетних; школьников; подростков; подростка; детьми
pop women: женщин; женщины; женщина; женщинами
pop men: мужчин; мужчины
pop fighters: боевиков; боевика; боевики; террористов; террориста; террористы; экстремистов; повстанцев; бойцов; бойца; бойцы; ополченцев; экстремиста
pop soldiers: военнослужащих; военнослужащего; военных; солдат; солдата; солдаты; военнослужащие; офицеров; офицера; силовиков; морпехов
pop police: полицейских; полицейского; полицейские; сотрудников полиции; сотрудника полиции; сотрудников
pop journalists: журналистов; журналиста; журналисты; корреспондентов
pop medics: медиков; врачей; врача; спасателей
pop refugees: беженцев; мигрантов
pop pilgrims: паломников; паломника; верующих
pop families: семей; семьи; семья
pop suspects: подозреваемых; подозреваемого
unit vehicles: машин; автомобилей; танков; танка; автомобиля; самолетов; грузовиков; бронемашин
unit buildings: домов; зданий; школ; дома; больниц; населенных пунктов; деревень; сел
time: час; часа; часов; минут; минуты; секунд; дней; дня; день; суток; недель; недели; неделю; месяцев; месяца; месяц; лет; года; год; году; км; километров; километра; метров; м; кг; тонн; раз; раза; градусов; годах; годов; летний; летняя
atleast: не менее; не меньше; по меньшей мере; по крайней мере; минимум; как минимум
more: более; более чем; больше; свыше; более
atmost: до; не более; менее; меньше; не больше; максимум
about: около; примерно; порядка; почти; приблизительно; приблизительно; ориентировочно; порядка
between: от; между
to: до; и; или
part: включая; в том числе; из них; среди них; среди которых; из которых; из числа
post more: и более; как минимум
aux: были; было; был; была; еще; уже; также; получили; стали; оказались; из; них; числа; них; ; бойцов; есть
money USD: долларов; доллара; доллар; долл; usd; $; долларов сша
money EUR: евро; eur; €
money RUB: рублей; рубля; рубль; руб; ₽
money IQD: динаров; динара; иракских динаров
money SYP: сирийских фунтов
money IRR: риалов
money TRY: лир; турецких лир
`,
	language.Arabic: `
event-ab killed: قتل; قتلوا; قتلت; مقتل; استشهد; استشهاد; استشهدوا; لقوا; مصرع; مصرعهم; لقي; وفاة; توفي; أعدم; إعدام; قضى; مقتلهم; أودى بحياة; أودت بحياة; حياة; حتفهم; راح ضحيته; راح ضحيتها; ضحيتها; ضحيته; اغتيال; تصفية; قتلى; يقتل; بمقتل; سقوط; سقط; حصيلة القتلى; عدد القتلى; عدد الضحايا; حصيلة الضحايا
event-n killed: قتيل; قتيلا; قتلى; شهيد; شهيدا; شهداء; قتيلين; قتيلان; ضحية; ضحايا; جثة; جثث; قتيلة
event-ab injured: أصيب; إصابة; أصيبوا; جرح; جرحوا; بجروح; أصابت; إصابات; جرحت; يصاب; عدد الجرحى; عدد المصابين
event-n injured: جريح; جريحا; جرحى; مصاب; مصابا; مصابين; جريحين; جريحان; مصابون; إصابة
event-ab displaced: نزح; نزوح; تهجير; هجر; نزحوا; نزحت; فر; فرار; تشريد; أجلي; إجلاء; لجأ; شرد; فروا; لجوء; نزحوا
event-n displaced: نازح; نازحا; نازحين; لاجئ; لاجئا; لاجئين; مهجر; مهجرا; مشرد
event-ab detained: اعتقل; اعتقال; اعتقلت; توقيف; أوقف; أوقفت; القبض على; إلقاء القبض على; احتجاز; احتجز; احتجزت; أسر; أسروا; أسرت; ضبط; اعتقلوا; القت القبض على; القبض; أوقفوا
event-n detained: معتقل; معتقلا; معتقلين; موقوفا; أسير; أسيرا; أسرى; محتجزا; سجين; سجينا; سجناء; محتجزين
event-ab abducted: خطف; اختطاف; اختطف; خطفت; اختطفت; خطفوا
event-n abducted: مخطوف; مخطوفا; مختطف; مختطفا; مختطفين; رهينة; رهائن
event-ab missing: فقد; فقدت; فقدان; اختفاء; اختفى; فقدوا; في عداد المفقودين; عداد المفقودين; عدد المفقودين
event-n missing: مفقود; مفقودا; مفقودين
event-ab freed: أفرج; إطلاق سراح; الإفراج عن; إفراج; تحرير; أطلق سراح; أطلقت سراح; أفرجت
pop persons: شخص; شخصا; أشخاص; مواطن; مواطنا; مواطنين; آخرين; آخرون; نسمة; فرد; فردا; أفراد; فردا; مواطنون; ضحايا; إنسان; آخر
pop civilians: مدني; مدنيا; مدنيين; مدنيون; من المدنيين; المدنيين
pop children: طفل; طفلا; أطفال; طفلة; قاصر; قاصرا; تلميذ; تلميذا; تلاميذ; طلاب; رضع; الأطفال
pop women: امرأة; نساء; سيدة; سيدات; النساء
pop men: رجل; رجلا; رجال
pop fighters: مسلح; مسلحا; مسلحين; مسلحون; مقاتل; مقاتلا; مقاتلين; إرهابي; إرهابيا; إرهابيين; عنصر; عنصرا; عناصر; متشدد; متشددا; متشددين; متمرد; متمردا; مقاتلون; انتحاري; انتحاريا; انتحاريين; إرهابيون
pop soldiers: جندي; جنديا; جنود; عسكري; عسكريا; عسكريين; ضابط; ضابطا; ضباط; عسكريون; من الجيش
pop police: شرطي; شرطيا; شرطة; رجل أمن; رجال أمن; عناصر الشرطة; من الشرطة; رجال الشرطة
pop journalists: صحفي; صحفيا; صحفيين; صحافي; صحافيا; صحافيين
pop medics: طبيب; طبيبا; أطباء; مسعف; مسعفا; مسعفين
pop pilgrims: حاج; حجاج; مصل; مصلين; زائرين
pop journalists: صحافيين; صحفيين; الصحفيين; صحافيين اثنين
pop families: عائلة; عائلات; أسرة; أسر; عوائل
pop refugees: لاجئ; لاجئا
pop suspects: مشتبه; مشتبها; متهم; متهما; مطلوب; مطلوبا; مطلوبين
two persons: شخصان; شخصين; مواطنان; مواطنين اثنين
two children: طفلان; طفلين; طفلتان; طفلتين
two soldiers: جنديان; جنديين; ضابطان; ضابطين; عسكريان
two women: امرأتان; امرأتين
two civilians: مدنيان
two fighters: عنصران; عنصرين; مسلحان; انتحاريان; مقاتلان
two police: شرطيان; شرطيين
two journalists: صحفيان; صحافيان
two killed: قتيلان; قتيلين; شهيدان; شهيدين
two injured: جريحان; جريحين
unit vehicles: سيارة; سيارات; دبابة; دبابات; آلية; آليات; مركبة; مركبات; عجلة; شاحنة; شاحنات; عربة
unit buildings: منزل; منزلا; منازل; مبنى; مدرسة; مدارس; مستشفى; مستشفيات; قرية; قرى
time: ساعة; ساعات; دقيقة; دقائق; ثانية; يوم; يوما; أيام; أسبوع; أسابيع; شهر; شهرا; أشهر; سنة; سنوات; عام; عاما; أعوام; كيلومتر; كيلومترا; كيلومترات; كم; متر; مترا; أمتار; كيلو; كيلوغرام; طن; طنا; مرة; مرات; درجة; سنين
atleast: ما لا يقل عن; لا يقل عن; على الأقل; ما لايقل عن
more: أكثر من; ما يزيد على; ما يزيد عن; يزيد على; يزيد عن; فوق; تجاوز; أزيد من
atmost: أقل من; ما لا يزيد على; ما لا يزيد عن; حتى; ما يصل إلى; لا يتجاوز; لا يزيد عن
about: نحو; حوالي; قرابة; زهاء; ما يقارب; ما يقرب من; تقريبا; قرابة; نحوا من
between: بين; ما بين; من
to: إلى; الى; و; أو; حتى
part: بينهم; من بينهم; بمن فيهم; منهم; بينهن; ضمنهم; بمن فيهم; غالبيتهم; معظمهم; بينهما
post more: على الأقل; أو أكثر; فأكثر; على الاقل
aux: من; آخرين; آخرون; كانوا; قد; جدد; نحو; إلى; الى; عن; على; آخر; ما; بينهم
money USD: دولار; دولارا; دولارات; دولار أميركي; دولار أمريكي; $
money EUR: يورو; €
money IQD: دينار; دينارا; دينار عراقي; دنانير
money SYP: ليرة سورية; ليرة
money TRY: ليرة تركية
money IRR: ريال إيراني
money SAR: ريال; ريال سعودي
money RUB: روبل
`,
	language.Persian: `
event-ab killed: کشته; کشته شدند; کشته شد; کشته شدن; کشته شده_اند; جان باختند; جان باختن; جان باخت; جان خود را از دست دادند; به شهادت رسیدند; شهادت; به هلاکت رسیدند; هلاکت; کشتن; کشتند; کشت; مرگ; کشته_اند; اعدام; اعدام شدند; جان_باختگان; جان باخته_اند; شهید; شهید شدند; شهید شد; جان; کشته_شدن; تلف شدند; درگذشتند; فوت; کشتار; ترور; به قتل رسیدند; قربانی
event-b killed: قربانیان; شمار کشته_ها; کشته_شدگان; کشته_ها; جان_باختگان; شمار قربانیان
event-b injured: زخمی_ها; مجروحان; زخمیان; مصدومان
event-b displaced: آوارگان
event-b detained: بازداشت_شدگان; دستگیرشدگان
event-b missing: مفقودان; مفقودشدگان; ناپدیدشدگان
event-n killed: کشته; شهید; کشته_ای; جسد; قربانی; جان_باخته; جانباخته
event-ab injured: زخمی; مجروح; زخمی شدند; مجروح شدند; زخمی شدن; مجروح شدن; مصدوم; مصدوم شدند; جراحت; زخمی شد; زخمی کرد; زخمی کردند; آسیب دیدند
event-n injured: زخمی; مجروح; مصدوم
event-ab displaced: آواره; آواره شدند; آوارگی; بی_خانمان; گریختند; فرار کردند; کوچ; تخلیه; آواره کرد; آواره شده_اند; جابجا; ترک کردند; کوچ کردند; گریخته_اند; بی_خانمان شدند
event-n displaced: آواره; پناهنده; پناهجو; بی_خانمان
event-ab detained: بازداشت; دستگیر; بازداشت شدند; دستگیر شدند; دستگیری; اسیر; به اسارت; زندانی; دستگیر کردند; بازداشت کردند; اسارت; توقیف
event-n detained: بازداشتی; زندانی; اسیر
event-ab abducted: ربوده; ربودن; ربوده شدند; ربودند; گروگان; آدم_ربایی; به گروگان
event-n abducted: گروگان
event-ab missing: مفقود; ناپدید; مفقود شدند; ناپدید شدند; مفقودالاثر; گم; ناپدید شدن; مفقود شدن
event-n missing: مفقود; گمشده; مفقودالاثر
event-ab freed: آزاد; آزاد شدند; آزادی; آزاد کردند
pop persons: نفر; تن; شخص; فرد; شهروند; نفری; نفر دیگر; تن دیگر
pop civilians: غیرنظامی; غیر نظامی; غیرنظامیان
pop children: کودک; کودکان; بچه; دانش_آموز; نوجوان; فرزند
pop women: زن; زنان; بانو
pop men: مرد
pop fighters: شبه_نظامی; شبه نظامی; تروریست; شورشی; ستیزه_جو; عضو; مهاجم; عنصر; پیکارجو; رزمنده; جنگجو; عامل; افراد مسلح; فرد مسلح
pop soldiers: سرباز; نظامی; سرباز ارتش; افسر; ارتشی; نیروی ارتش; نیرو; نیروی امنیتی
pop police: پلیس; نیروی پلیس; مامور پلیس; مامور; مأمور
pop journalists: خبرنگار; روزنامه_نگار
pop medics: پزشک; امدادگر; پرستار
pop families: خانواده; خانوار
pop refugees: پناهنده; پناهجو
pop suspects: مظنون; متهم
pop pilgrims: زائر
unit vehicles: خودرو; دستگاه; تانک; خودروی; کامیون; ماشین; اتوبوس; هواپیما
unit buildings: خانه; ساختمان; مدرسه; بیمارستان; روستا; باب; منزل
time: ساعت; دقیقه; ثانیه; روز; هفته; ماه; سال; ساله; کیلومتر; کیلومتری; متر; متری; کیلو; کیلوگرم; تن مواد; بار; درجه; روزه; ماهه; دهه; ساعته
atleast: دست_کم; دست کم; حداقل; لااقل; دستکم; کم_کم; نه کمتر از; کمینه
more: بیش از; بیشتر از; افزون بر; متجاوز از; بالغ بر
atmost: حداکثر; کمتر از; تا; نه بیش از
about: حدود; نزدیک به; تقریبا; قریب به; در حدود; قریب; حدودا; نزدیک
between: بین; میان; از
to: تا; و; الی; یا
part: از جمله; شامل; که در میان آنها; در میان آنها; در میان آنان; در بین آنها; از آنها; از آنان; بینشان; میان آنها
post more: یا بیشتر; و بیشتر
aux: دیگر; از; نیز; هم; آنها; را; به; شهروند; در; تن; نفر; شمار; عراقی; سوری; سوریه; عراق
money USD: دلار; دلار آمریکا; $
money EUR: یورو; €
money IRR: ریال
money IRT: تومان
money IQD: دینار; دینار عراق
money RUB: روبل
money TRY: لیر
`,
	language.Sorani: `
event-b killed: ژمارەی کوژراوان; ژمارەی قوربانیان; کوژراوان; لەسێدارەدانی
event-b injured: برینداران; ژمارەی برینداران
event-ab killed: کوژران; کوژرا; کوژراون; کوژرانی; کوژراوە; شەهید بوون; شەهید بوو; شەهیدبوون; گیانیان لەدەست دا; گیانیان لە دەست دا; گیانی لەدەست دا; گیانیان لەدەستدا; گیانیان; مردن; مرد; کوشت; کوشتن; کوشتنی; کوشتیان; لەسێدارە دران; تیرۆر کران; مردنی; گیانلەدەستدانی; گیانیان سپارد; شەهیدبوونی
event-n killed: کوژراو; شەهید; قوربانی; تەرم; کوژراوی
event-ab injured: بریندارکراون; بریندار کراون; بریندار بوون; بریندار بوو; برینداربوون; بریندار; برینداربوونی; بریندار بوونی; بریندارکرد; بریندار کران; برینداربوو; بریندار کرد; بریندارن
event-n injured: بریندار; برینداری
event-ab displaced: ئاوارە بوون; ئاوارەبوون; ئاوارە; ئاوارەبوونی; ئاوارە بوونی; کۆچیان کرد; هەڵاتن; ڕایانکرد; ئاوارەکران; چۆڵکرد; کۆچیانکرد
event-n displaced: ئاوارە; پەنابەر; کۆچبەر
event-ab detained: دەستگیر کران; دەستگیرکران; دەستگیر; دەستگیرکردنی; دەستگیر کرد; دەستگیرکرد; دەستگیر کرا; زیندانی; دیل; بەند کران; گیران; دەستگیرکرا; دەستگیرکردن; بەدیل گیران; دەستگیریان; دەستگیرکراون; دەستگیر کراون
event-n detained: دەستگیرکراو; زیندانی; دیل; گیراو; بەندکراو
event-ab abducted: ڕفێنران; ڕفێندران; ڕفاندنی; ڕفێنرا; ڕفاندن; ڕفاند; ڕفاندیان; بارمتە
event-n abducted: بارمتە; ڕفێنراو
event-ab missing: بێسەروشوێن; بێ سەروشوێن; بێسەروشوێنن; ونبوون; بێسەروشوێن بوون; بێسەروشوێنبوونی; دیار نەماون; بێسەروشوێن بوونی; ون بوون; بزربوون
event-n missing: بێسەروشوێن; ونبوو; بزربوو
event-ab freed: ئازاد کران; ئازادکران; ئازادکردنی; ئازاد; ئازادکرد
pop persons: کەس; هاوڵاتی; هاووڵاتی; کەسی دیکە; کەسی تر; کەسیش; کەسی; دانیشتوو
pop civilians: مەدەنی; سڤیل; هاوڵاتی مەدەنی; هاوڵاتی سڤیل; کەسی مەدەنی; کەسی سڤیل; هاووڵاتی مەدەنی; خەڵکی سڤیل
pop children: منداڵ; خوێندکار; قوتابی
pop women: ژن; ئافرەت
pop men: پیاو
pop fighters: چەکدار; تیرۆریست; شەڕڤان; گەریلا; ئەندام; شەڕکەر; گەریلای; خۆکوژ
pop soldiers: سەرباز; پێشمەرگە; ئەفسەر; سەربازی; هێزی سەربازی
pop police: پۆلیس; ئاسایش; کارمەندی پۆلیس; ئەندامی پۆلیس; کارمەندی ئاسایش
pop journalists: ڕۆژنامەنووس; ڕۆژنامەوان
pop medics: پزیشک; پەرستار
pop families: خێزان; ماڵ; بنەماڵە
pop refugees: پەنابەر
pop suspects: گومانلێکراو; تۆمەتبار
unit vehicles: ئۆتۆمبێل; تانک; ئۆتۆمۆبیل; بارهەڵگر
unit buildings: خانوو; قوتابخانە; نەخۆشخانە; گوند; باڵەخانە
time: کاتژمێر; سەعات; خولەک; ڕۆژ; هەفتە; مانگ; ساڵ; ساڵە; کیلۆمەتر; مەتر; جار; کیلۆ; تۆن; دەیە; پلە
atleast: لانیکەم; لانی کەم; بەلایەنی کەم; بەلایەنی کەمەوە; بە لایەنی کەمەوە; کەمەکەی; لایەنی کەم
more: زیاتر لە; پتر لە; زیاد لە; زۆرتر لە; سەرووی
atmost: کەمتر لە; تا; زۆرترین
about: نزیکەی; دەوروبەری; نزیک; نزیک لە; نزیک بە; بە نزیکەیی; لە دەوروبەری
between: لە نێوان; نێوان; لە
to: بۆ; تا; و; یان
part: لەوانە; لەنێویاندا; لە نێویاندا; لەوانەش; لە نێوانیاندا; بە; لەناویاندا; لە ناویاندا; کە
post more: یان زیاتر; زیاتر
aux: دیکە; دیکەش; تر; تریش; لە; بوون; بوو; کەس; ی; کوردی; عێراقی; سووری; بە
money USD: دۆلار; دۆلاری ئەمریکی; $
money EUR: یۆرۆ; €
money IQD: دینار; دیناری عێراقی
money IRR: ڕیال
money IRT: تمەن
`,
}

var roleNames = map[string]role{
	"event-ab": rEvent | rBefore | rAfter, "event-b": rEvent | rBefore, "event-a": rEvent | rAfter, "event-n": rEvent | rNoun | rAfter,
	"pop": rPop, "unit": rUnit, "time": rTime, "atleast": rAtLeast, "more": rMore, "atmost": rAtMost, "about": rAbout, "between": rBetween,
	"to": rTo, "part": rPart, "post": rPost, "aux": rAux, "money": rMoney, "two": rTwo,
}

var lexicons = sync.OnceValue(func() *[language.Other + 1]*passage.Lexicon[sense] {
	var all [language.Other + 1]*passage.Lexicon[sense]
	for tag, list := range lists {
		l := passage.NewLexicon[sense](tag)
		for line := range strings.SplitSeq(list, "\n") {
			head, words, ok := strings.Cut(line, ":")
			if !ok {
				continue
			}
			name, arg, _ := strings.Cut(head, " ")
			s := sense{role: roleNames[name]}
			switch {
			case s.role&rEvent != 0:
				s.kind = Kind(arg)
			case s.role == rTwo && (arg == string(Killed) || arg == string(Injured)):
				s.kind = Kind(arg)
				s.role |= rEvent | rNoun
			default:
				s.name = arg
			}
			l.Add(words, s, merge)
		}
		if tag == language.English {
			// Headlines say it in the present.
			stem := strings.TrimSuffix(string(Killed), "ed")
			l.Add(stem+";"+stem+"s", sense{role: rEvent | rBefore, kind: Killed}, merge)
			l.Add("wounds;injures;injure", sense{role: rEvent | rBefore, kind: Injured}, merge)
		}
		all[tag] = l
	}
	return &all
})
