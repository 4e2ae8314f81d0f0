package attributions

import (
	"strings"
	"sync"

	"entente/internal/process/language"
	"entente/internal/process/passage"
)

// role is what a word does in an attribution.
type role uint32

const (
	rVerb      role = 1 << iota // says that somebody said something
	rPrep                       // according to: the speaker follows
	rThat                       // begins what was said
	rSource                     // a noun for those who speak: spokesman, source, ministry
	rAnon                       // one that names nobody
	rAgency                     // a news agency, paper or station
	rMedium                     // in a statement, at a briefing
	rPronoun                    // he, she, they
	rDet                        // the, a
	rIn                         // stands inside a name for a speaker: of, for
	rStop                       // ends a name for a speaker
	rAdverb                     // may stand between speaker and verb, or before both
	rReporters                  // those who are told
	rHearsay                    // reportedly
	rVia                        // citing, quoted by: another source follows
	rNegative                   // found no evidence
	rTo                         // leads to those who are told
	rNot                        // not
	rAdj                        // a word before a noun for those who speak
	rCredit                     // reporting by, source:
	rNobody                     // agencies: a credit that names none
	rSaid                       // his saying: ends the speaker of «نقلت عن»
	rWith                       // after a medium, leads to who is told
)

type sense struct {
	role     role
	modality Modality
	// name is the agency or the kind of medium.
	name string
}

func merge(a, b sense) sense {
	a.role |= b.role
	if a.modality == "" {
		a.modality = b.modality
	}
	if a.name == "" {
		a.name = b.name
	}
	return a
}

// agencies name who carries news, in all five languages; the first word of a
// line is the name under which they are known. Written by hand from general
// knowledge of the region's press.
const agencies = `
AFP: afp; agence france-presse; agence france presse; france presse; афп; франс пресс; فرانس برس; وكالة فرانس برس; الفرنسية; فرانس_پرس; خبرگزاری فرانسه; فرانسە پرێس; فڕانس پرێس; أ ف ب
Reuters: reuters; рейтер; рейтерс; رويترز; وكالة رويترز; رویترز; خبرگزاری رویترز; ڕۆیتەرز
AP: ap; associated press; the associated press; ассошиэйтед пресс; أسوشيتد برس; الأسوشيتد برس; آسوشیتدپرس; ئەسۆشیەیتد پرێس; آسوشیتد پرس
TASS: tass; itar-tass; тасс; итар-тасс; تاس; وكالة تاس; خبرگزاری تاس
RIA: ria novosti; ria; риа новости; риа; نوفوستي; ریانووستی; ریا نووستی
Interfax: interfax; интерфакс; интерфаксу; إنترفاكس; انترفاكس; اینترفاکس
Sputnik: sputnik; спутник; سبوتنيك; اسپوتنیک
SANA: sana; сана; سانا; وكالة سانا; خبرگزاری سانا
IRNA: irna; ирна; إرنا; ارنا; ایرنا; خبرگزاری ایرنا
ISNA: isna; исна; ایسنا; خبرگزاری ایسنا; إيسنا
Fars: fars; fars news; фарс; فارس; خبرگزاری فارس; وكالة فارس
Tasnim: tasnim; тасним; تسنیم; خبرگزاری تسنیم; تسنيم
Mehr: mna; mehr news; خبرگزاری مهر
INA: ina; واع; وكالة الأنباء العراقية
NINA: nina; نينا
Anadolu: anadolu; anadolu agency; анадолу; الأناضول; وكالة الأناضول; آناتولی; خبرگزاری آناتولی; ئانادۆڵو
Xinhua: xinhua; синьхуа; شينخوا; شینهوا
DPA: dpa; د ب أ; الألمانية
BBC: bbc; би-би-си; بي بي سي; بی_بی_سی; بی بی سی; بی بی سی فارسی
CNN: cnn; سي إن إن; سی_ان_ان; سی ان ان
Al Jazeera: al jazeera; al-jazeera; аль-джазира; الجزيرة; قناة الجزيرة; الجزیره
Al Arabiya: al arabiya; al-arabiya; аль-арабия; العربية نت; قناة العربية; العربیه
Al Mayadeen: al mayadeen; al-mayadeen; الميادين; قناة الميادين; المیادین
Al Alam: al-alam; alalam; قناة العالم; العالم
Al Manar: al-manar; al manar; المنار; قناة المنار
Rudaw: rudaw; рудав; روداو; ڕووداو; تۆڕی میدیایی ڕووداو
Kurdistan24: kurdistan 24; کوردستان 24; كوردستان 24
NRT: nrt; ئێن ئاڕ تی
Shafaq: shafaq news; shafaq; شفق نيوز
Al Sumaria: alsumaria; السومرية نيوز; السومرية
BasNews: basnews; باسنیوز
Press TV: press tv; پرس_تی_وی; پرس تی وی
NNA: nna; الوكالة الوطنية للإعلام
Petra: petra; بترا
WAM: wam; وام
SPA: spa; واس
MENA: أ ش أ
EFE: efe
UPI: upi
ANSA: ansa
ACAN: acan
ACAN-EFE: acan-efe
New York Times: new york times; the new york times; нью-йорк таймс; نيويورك تايمز; نیویورک تایمز
Washington Post: washington post; the washington post; واشنطن بوست; واشنگتن پست
Wall Street Journal: wall street journal; the wall street journal; وول ستريت جورنال
Guardian: the guardian; الغارديان
Kommersant: коммерсант; коммерсанту; коммерсантъ
Izvestia: известия; известиям
RT: rt; russia today; روسيا اليوم
`

// lists holds "role[ modality or name]: words" a line, written by hand from
// general knowledge of how the press of the five languages attributes.
var lists = map[language.Tag]string{
	language.English: `
verb: quoted; said; says; say; told; stated; states; stating; added; adding; adds; announced; announces; announcing; reported; reports; reporting; confirmed; confirms; confirming; claimed; claims; claiming; declared; declares; noted; noting; explained; stressed; stressing; insisted; argued; revealed; disclosed; wrote; tweeted; admitted; acknowledged; saying; pointed out; underlined; underscored; affirmed; reiterated; emphasized; emphasised; emphasizing; commented; remarked; maintained; asserted; testified; recalled; informed; indicated; concluded; estimated; quoted as saying; was quoted as saying; were quoted as saying; described; accused; blamed; condemned; replied; responded; hailed; called on; urged; demanded; vowed; was reported by; suggested; indicated; telling
verb deny: denied; denies; denying; rejected; rejects; refuted; dismissed; disputed; dismissing; rejecting
verb question: asked; questioned; wondered; asks; inquired
verb forecast: predicted; predicts; warned; warns; warning; expects; forecast; forecasts; expected; threatened; anticipates; projected
verb hearsay: alleged; alleges; rumored; rumoured
prep: according to; in the words of; as per; in the view of
hearsay: reportedly; allegedly; it was rumored that; it was rumoured that; rumors that; rumours that; unconfirmed reports; it is said that; it was said that; there were reports; there are reports; it was reported that; it is reported that; there were reports that; supposedly; purportedly
negative: found no bodies; found no survivors; found no victims; found no casualties; found no weapons; found no explosives; found no traces; found no signs; found no proof; found no indication; found no indications; found no remains; found no wreckage; found no one; found nobody; found nothing; found no link; found no suspects; found no mines; found no evidence; no evidence; found no sign; no sign of; found no trace; could not confirm; could not verify; could not immediately verify; could not independently verify; could not be independently verified; could not be verified; could not immediately be verified; unable to confirm; unable to verify; no independent confirmation; not possible to verify; was not possible to verify; no confirmation; could not independently confirm; did not find; cannot confirm; cannot verify; there was no immediate confirmation; no immediate confirmation
that: that; whether
source: spokesman; spokeswoman; spokesperson; spokesmen; official; officials; minister; ministry; president; premier; prime minister; general; colonel; major; captain; commander; governor; mayor; monitor; monitors; observatory; chief; head; director; leader; army; military; government; police; group; organization; organisation; agency; coalition; council; committee; command; commission; office; department; union; nations; center; centre; network; movement; party; army; media; television; tv; newspaper; channel; station; daily; radio; statement; report; ambassador; envoy; diplomat; secretary; deputy; analyst; expert; researcher; lawyer; officer; officers; soldier; employee; spokespeople; judge; prosecutor; doctor; medic; medics; kremlin; pentagon; hospital; authorities; authority; administration; embassy; battalion; brigade; front; court; journalist; reporter; correspondent; king; emir; sheikh; bishop; priest; archbishop; chairman; negotiator; opposition; agency's; observers; monitor; staff; institute; foundation; congress; embassy; garrison; corps; institution; lieutenant; senator; congressman; deputies; sister; father; mother; brother; candidate; rector; bureau
anon: source; sources; witness; witnesses; eyewitness; eyewitnesses; activist; activists; resident; residents; locals; official; officials; rebels; diplomats; medics; villagers; analysts; experts; observers; fighters; insiders; refugees; survivors; relatives; informant; informants; caller
pronoun: he; she; they; it; who; we; i; you
det: the; a; an; one; another; some; several; two; three; his; their; its; many; other; this; that
in: of; for; and; 's; at; in; from; to; with; on
adverb: also; later; earlier; meanwhile; has; have; had; however; then; reportedly; further; previously; repeatedly; today; yesterday; immediately; again; was; were; is; would; will; recently; officially; categorically; strongly; publicly; now; who; but; and
reporters: reporters; journalists; newsmen; correspondents; lawmakers; parliament; deputies; a news conference
medium statement: in a statement; a statement; in its statement; in an official statement; in a written statement; in a communique; in a press release; in a report; in its report; in a letter
medium interview: in an interview; in interview; interview with
medium briefing: in a press conference; at a press conference; press conference; a news conference; at a news conference; at a briefing; during a briefing; at a press briefing; in a briefing
medium social: on twitter; on facebook; on telegram; on social media; on its website; on his twitter account; on x; via twitter; in a tweet; on their website; on its telegram channel; on his facebook page; via telegram
medium television: on television; on state television; on state tv; on tv; in a televised address; in a televised speech; on live television; in a televised interview
medium phone: by telephone; by phone; via skype; over the phone; via internet; by e-mail; by email
medium speech: in a speech; in his speech; in an address
via: citing; quoting; quoted by; cited by; as quoted by; in comments carried by; carried by; reported by; as reported by
to: to; told
not: not; n't; never; neither; nor; didn't; hasn't; cannot
adj: military; security; medical; local; senior; state; human; rights; opposition; government; rebel; western; regional; official; unnamed; anonymous; russian; syrian; iraqi; iranian; israeli; turkish; us; u; american; intelligence; foreign; defence; defense; interior; health; monitoring; war; high-ranking; top; news; police; army; top; former; diplomatic; kurdish; tribal; field; press; pro-government; pro-regime; britain-based; judicial; church; political; union; company; aid; relief; city; provincial; municipal; deputy; chief; international; national; united; palestinian; hospital; media; based; independent; well-informed; informed; reliable; unidentified; jihadist; salvadoran; colombian; peruvian; guerrilla
credit: reporting by; additional reporting by; writing by; editing by; written by; compiled by; source :; source:; with agencies; with reporting by; with additional reporting by; translated by
nobody: agencies; news agencies; wires; wire services; agencies and
`,
	language.Russian: `
verb: подтвердило; объявило; отметило; признало; обвинило; уточнило; добавило; указало; сказал; сказала; сказали; заявил; заявила; заявили; заявляет; заявило; сообщил; сообщила; сообщили; сообщает; сообщают; сообщило; рассказал; рассказала; рассказали; рассказывает; отметил; отметила; отметили; отмечает; добавил; добавила; добавили; подчеркнул; подчеркнула; подчеркивает; пояснил; пояснила; уточнил; уточнила; уточнили; утверждает; утверждают; утверждал; подтвердил; подтвердила; подтвердили; подтверждает; объявил; объявила; объявили; передает; передают; передал; пишет; пишут; написал; написала; говорил; говорила; говорили; говорит; говорят; говорится; указал; указала; признал; признала; констатировал; информирует; напомнил; проинформировал; доложил; цитирует; считает; поделился; отмечается; сообщается; обвинил; обвинила; обвинили; призвал; потребовал
verb deny: опровергло; отрицало; отвергло; опроверг; опровергла; опровергли; отрицает; отрицают; отверг; отвергла; отрицал; опровергает; опровергают
verb question: спросил; спросила; поинтересовался; усомнился
verb forecast: предупредило; предупредила; предупредили; предупредил; предупредила; прогнозирует; предсказал; ожидает; спрогнозировал; предположил; предрек; прогнозируют; ожидают; предупреждают; пригрозил
prep: по словам; по данным; по информации; по сообщению; по сообщениям; по версии; по оценке; по оценкам; согласно; как утверждает; по мнению; по сведениям; по утверждению
hearsay: якобы; по слухам; по неподтвержденным данным; предположительно; по непроверенным данным; по неофициальным данным; как говорят; ходят слухи; появились сообщения
negative: не удалось подтвердить; не нашли; не обнаружили; не обнаружено; не выявлено; не нашел; не обнаружил; не обнаружила; нет доказательств; нет подтверждения; нет подтверждений; не подтвердились; не подтверждается; не нашла; не удалось проверить; не выявила; не подтвердилась; не может подтвердить; не найдено; не располагает данными; не располагают данными; невозможно проверить
that: что; будто; чтобы
source: представитель; представительница; официальный представитель; глава; министр; министерство; минобороны; мид; президент; премьер; премьер-министр; пресс-секретарь; пресс-служба; генерал; командующий; командир; губернатор; директор; руководитель; замглавы; заместитель; посол; депутат; дипломат; эксперт; военкор; корреспондент; журналист; штаб; ведомство; командование; правительство; полиция; военные; армия; госсекретарь; обсерватория; центр; организация; агентство; телеканал; газета; издание; портал; радиостанция; управление; комитет; совет; кремль; пентагон; оон; начальник; спикер; аналитик; лидер; врач; адвокат; пресс-центр; коалиция; омбудсмен; следователь; прокуратура; мэр; сенатор; секретарь; прокурор; судья; следствие; власти; оппозиция; врачи; повстанцы; группировка; администрация; миссия; комиссия; союз; блок; парламент; служба; фонд; движение; партия; группировка; сопредседатель; спецпосланник; мчс; фсб; штаб-квартира; полковник; майор; офицер
anon: источник; источники; очевидец; очевидцы; активисты; активист; местные жители; жители; собеседник; собеседник агентства; собеседник издания; свидетели; свидетель; медики; дипломаты; эксперты; правозащитники; чиновник; чиновники; высокопоставленный; беженцы; родственники; военный источник
pronoun: он; она; они; мы; я; оно
in: в; во; из; при; и; по; с; со; на; от; о
adverb: также; ранее; позже; при этом; уже; в свою очередь; между тем; тем временем; вечером; утром; накануне; однако; затем; об этом; как; еще; тогда; в частности; официально; категорически; сегодня; вчера; далее; а; и; но
stop: что; который; которая; которые
reporters: журналистам; агентству; корреспонденту; телеканалу; газете; изданию; радио; порталу; репортерам; корреспондентам; прессе
medium statement: в заявлении; в сообщении; в пресс-релизе; в докладе; в отчете; в своем заявлении; в письме; в коммюнике
medium interview: в интервью; в беседе с; в разговоре с; в беседе; в эксклюзивном интервью
medium briefing: на брифинге; на пресс-конференции; в ходе брифинга; в ходе пресс-конференции; на заседании; на встрече с журналистами
medium social: в твиттере; в twitter; в telegram; в своем telegram-канале; в телеграме; в facebook; в фейсбуке; на своей странице; на сайте; в соцсетях; в telegram-канале; в своем твиттере
medium television: в эфире; по телевидению; в телеэфире; в эфире телеканала; в телеобращении
medium phone: по телефону
medium speech: в выступлении; в своем выступлении; в обращении
via: со ссылкой на; ссылаясь на; цитирует; приводит слова; слова которого приводит; слова которой приводит; слова которого передает; чьи слова приводит; передает слова
not: не; ни
credit: источник :; источник:; подготовил; автор :; автор:; по материалам
nobody: информагентства; агентства; по материалам сми
`,
	language.Arabic: `
verb: قال; قالت; قالوا; يقول; تقول; صرح; صرحت; أعلن; أعلنت; أعلنوا; أكد; أكدت; أكدوا; يؤكد; أفاد; أفادت; أفادوا; تفيد; ذكر; ذكرت; ذكروا; أضاف; أضافت; أوضح; أوضحت; أشار; أشارت; مشيرا; مشيرة; أشاروا; كشف; كشفت; نقلت; نقل; كتب; كتبت; شدد; شددت; اعتبر; اعتبرت; لفت; لفتت; زعم; زعمت; ادعى; ادعت; اعترف; اعترفت; تابع; تابعت; أخبر; أخبرت; روى; اتهم; اتهمت; مضيفا; مضيفة; مؤكدا; مؤكدة; موضحا; أبلغ; أبلغت; تحدث; تحدثت; طالب; طالبت; دعا; دعت; وصف; رأى; جاء في; أدان; أدانت; يفيد; بث; بثت; ورد في; أوردت; أورد
verb deny: نفى; نفت; نفوا; ينفي; رفض; رفضت; كذب; دحض; فند; تنفي; نافيا; نافية; فندت
verb question: سأل; سألت; تساءل; تساءلت; استفسر; شكك; شككت
verb forecast: توقع; توقعت; حذر; حذرت; تنبأ; رجح; رجحت; يتوقع; توقعوا; هدد; هددت; محذرا; يرجح; تتوقع; محذرة
prep: بحسب; حسب; وفقا ل; وفق; وفقا; طبقا; على حد قول; حسبما; على لسان; استنادا إلى; وبحسب
hearsay: يقال; تردد; ترددت أنباء; أنباء عن; أنباء غير مؤكدة; قيل; شائعات; يشاع; بزعم; يزعم; ثمة أنباء; معلومات غير مؤكدة; تسربت أنباء; ترددت; يعتقد
negative: لم يتسن التأكد; لم يتسن التحقق; لم تعثر; لم يعثر; لم يجد; لم تجد; لا دليل; لا يوجد دليل; لا توجد أدلة; تعذر التحقق; لا أدلة; لم نجد; يتعذر التحقق; لم يتأكد; لم تتأكد; لم يعثروا; لم يتم العثور; لم يتسن; لم تتمكن من التحقق; لم تتمكن من التأكد; لم يثبت; عدم وجود أدلة
that: إن; أن; بأن; إنه; أنه; إنها; أنها; بأنه; بأنها; أنهم; إنهم; ان; انه; انها; عما; ما إذا; إننا; أننا; إنني
source: المتحدث; الناطق; متحدث; متحدثة; ناطق; رئيس; وزير; وزارة; الوزارة; الوزير; الرئيس; قائد; القائد; مدير; محافظ; المحافظ; المرصد; منظمة; المنظمة; الجيش; القوات; الشرطة; الحكومة; قيادة; مجلس; لجنة; هيئة; مكتب; مركز; وكالة; قناة; صحيفة; موقع; تلفزيون; التلفزيون; إذاعة; مراسل; مراسلنا; سفير; السفير; مبعوث; المبعوث; نائب; عضو; الأمين; أمين; المدير; اللواء; العميد; العقيد; الفريق; الملازم; المشير; العماد; القاضي; الشيخ; السيد; التحالف; الأمم; البنتاغون; الكرملين; الخارجية; الدفاع; الداخلية; الصحة; النائب; زعيم; الزعيم; الإعلام; خلية; دائرة; جهاز; مفوضية; بيان; تقرير; مديرية; الرائد; النقيب; المقدم; المفوض; المستشار; مستشار; خبير; محلل; الحزب; حركة; حزب; الائتلاف; عمدة; طبيب; الشيخ; النيابة; السلطات; الكاتب; الدكتور; منسق; ممثل; الرئاسة; عمليات
anon: مصدر; مصادر; شاهد; شهود; شهود عيان; ناشط; ناشطون; ناشطين; نشطاء; سكان; مسؤول; مسؤولون; مسؤولين; مسئول; أهالي; دبلوماسي; دبلوماسيون; مصدرا; قيادي; المصدر; المصادر; السكان; الأهالي; مراقبون; النشطاء; مقربون
pronoun: هو; هي; هم
stop: مقتل; بدء; وقف; عودة; وصول; سقوط; خروج; دخول; مسؤوليته; مسؤوليتها; مسؤولية; تحرير; تنفيذ; تشكيل; تعليق; تمديد; تدمير; تسليم; توقيع; إصابة; صحة; وجود; أي; قصف; ذلك; هذا; في; على; خلال; عبر; إلى; الى; عقب; بعد; قبل; حول; بشأن; ضمن; يوم; اليوم; أمس; إثر; أثناء; لدى; حيث; لدي; من; عن; مساء; صباح
reporters: للصحفيين; للصحافيين; الصحفيين; الصحافيين; لمراسلين; صحفيين; لوسائل; للإعلام; صحافيين
medium statement: في بيان; بيان; في تقرير; في بيان لها; في بيان له; في تقريره; في تقريرها; في بيان صحفي; في رسالة; في بيان رسمي
medium interview: في مقابلة; في حديث; في تصريح; في تصريحات; في تصريح صحفي; خلال مقابلة; في حوار; في اتصال
medium briefing: في مؤتمر صحفي; خلال مؤتمر صحفي; في مؤتمر صحافي; خلال مؤتمر صحافي; في إيجاز; في إحاطة
medium social: على تويتر; عبر تويتر; على فيسبوك; عبر فيسبوك; في تغريدة; على حسابه; عبر حسابه; على صفحته; على تلغرام; عبر صفحته; على موقعها; على موقعه; عبر تلغرام
medium television: في كلمة متلفزة; على التلفزيون; في مقابلة تلفزيونية
medium phone: عبر الهاتف; هاتفيا; في اتصال هاتفي
medium speech: في كلمة; في كلمته; في خطاب; في خطابه; خلال كلمة
via: نقلا عن; عن
said: قوله; قولها; قولهم; قولهما
with: مع; ل
not: لم; لا; لن
adverb: بدورها; بدوره; من جهته; من جهتها; من جانبه; من جانبها; أيضا; كما; في المقابل; لاحقا; قد; وقد; كذلك; فيما; رسميا
credit: المصدر :; المصدر:; تحرير :; إعداد :; تقرير :; كتابة :; إعداد; المصدر - 
nobody: وكالات; الوكالات; مواقع; متابعات
`,
	language.Persian: `
verb: گفت; گفتند; گفته است; گفته_اند; گفته; می_گوید; می_گویند; اعلام کرد; اعلام کردند; اعلام کرده است; اعلام کرده; اعلام داشت; افزود; افزودند; اظهار داشت; اظهار کرد; اظهار داشتند; تاکید کرد; تأکید کرد; تأکید کردند; تاکید کردند; خبر داد; خبر دادند; خبر داده است; گزارش داد; گزارش دادند; گزارش داده است; گزارش کرد; گزارش می_دهد; نوشت; نوشته است; بیان کرد; بیان داشت; تصریح کرد; خاطرنشان کرد; یادآور شد; مدعی شد; مدعی شدند; مدعی است; ادعا کرد; ادعا کردند; تایید کرد; تأیید کرد; تأیید کردند; تایید کردند; توضیح داد; اشاره کرد; ابراز داشت; ابراز کرد; متهم کرد; اذعان کرد; عنوان کرد; ادامه داد; خواستار شد; اعلام می_کند; فاش کرد; آورده است; دانست; محکوم کرد; خواند
verb deny: تکذیب کرد; تکذیب کردند; رد کرد; رد کردند; تکذیب کرده است; انکار کرد; تکذیب; منکر شد; رد کرده است; انکار کردند
verb question: پرسید; پرسیدند; سوال کرد; سؤال کرد; زیر سوال برد; تردید کرد; ابراز تردید کرد
verb forecast: پیش_بینی کرد; پیش_بینی می_کند; هشدار داد; هشدار دادند; پیش بینی کرد; تهدید کرد; پیش_بینی کردند; ابراز نگرانی کرد; هشدار داده است
prep: به گفته; به گفتهٔ; به گفته_ی; به گزارش; بنا بر; بنابر; بر اساس; براساس; طبق; به نوشته; به نوشتهٔ; بنا به; به اعتقاد; از قول; طبق گزارش; به ادعای; بر پایه; به باور; مطابق
hearsay: گویا; ظاهرا; ظاهراً; گفته می_شود; شایع شده; شایعه; شایعات; بنا بر شنیده_ها; گزارش_های تاییدنشده; گزارش_های تأییدنشده; گفته شده; گزارش_های تایید نشده; به ظاهر; شنیده شده
negative: هیچ مدرکی; هیچ نشانه_ای; نتوانست تایید; نتوانسته است تایید; به طور مستقل تایید نشده; تأیید نشده است; تایید نشده است; شواهدی نیافت; مدرکی نیافت; شواهدی یافت نشد; نیافتند; پیدا نکرد; پیدا نکردند; امکان تأیید; امکان تایید; هیچ شواهدی; نتوانسته; اثری یافت نشد; نیافت; اثری پیدا نکردند; مدرکی پیدا نکرد
that: که; اینکه
source: سخنگوی; سخنگو; رئیس; وزیر; وزارت; رئیس_جمهور; رئیس جمهور; نخست_وزیر; نخست وزیر; فرمانده; فرماندهی; فرماندار; استاندار; مدیر; مدیرکل; مدیر کل; معاون; دبیر; دبیرکل; نماینده; سفیر; ارتش; پلیس; دولت; سازمان; دیدبان; دیده_بان; شورای; شورا; کمیته; ستاد; سپاه; مرکز; خبرگزاری; شبکه; روزنامه; تلویزیون; خبرنگار; سردار; سرتیپ; سرهنگ; ژنرال; دادستان; دادستانی; پنتاگون; کرملین; ائتلاف; جنبش; حزب; گروه; کاخ; فرستاده; مشاور; رهبر; پزشک; بیمارستان; هلال احمر; صلیب سرخ; بیانیه; سازمان ملل; دفتر; نهاد; مقام_های; مقامات; مقام; کارشناس; تحلیلگر; عضو; دکتر; اداره; نماینده_ی; سخنگوی_; جبهه; رسانه_های; رسانه
anon: منبع; یک منبع; منابع; شاهد; شاهدان; شاهدان عینی; فعال; فعالان; ساکنان; اهالی; یک مقام; مقامات; مقام_های; مقام; دیپلمات; یک دیپلمات; منبعی; مقامی; ساکنین; آگاه; مطلع; یک مسئول; مسئولان; کارشناسان; ناظران; بومیان
pronoun: او; وی; آنها; آنان; ایشان; ما; من
stop: گشایش; اعدام; حمله; حملات; مسئولیت; ادعا; ادعای; ادعاهای; خبر; خبرهای; آغاز; پایان; بازداشت; مرگ; دخالت; حضور; نقش; استفاده; دست; کشته; انفجار; هرگونه; وجود; آزادی; وقوع; شمار; آمار; تعداد; در; به; با; طی; روز; از; برای; بر; پس; بعد; ضمن; درباره; امروز; دیروز; شامگاه; صبح; عصر; را; شنبه; یکشنبه; دوشنبه; سه_شنبه; چهارشنبه; پنجشنبه; پنج_شنبه; جمعه; همچنین
adverb: نیز; هم; همچنین; اما; در ادامه; در همین حال; پیشتر; پیش_تر; بعدا; در این حال; سپس; و; وی
reporters: خبرنگاران; خبرنگار; رسانه_ها; نمایندگان
medium statement: در بیانیه_ای; در بیانیه; با انتشار بیانیه_ای; طی بیانیه_ای; در گزارشی; در گزارش; در نامه_ای; با صدور بیانیه_ای; در اطلاعیه_ای; در پیامی
medium interview: در گفتگو با; در گفت_وگو با; در مصاحبه با; در مصاحبه_ای; طی مصاحبه_ای; در گفتگویی; در گفت_وگویی; در گفت_و_گو با; در گفت و گو با; در گفتگوی
medium briefing: در نشست خبری; در کنفرانس خبری; در یک نشست خبری; در یک کنفرانس خبری; در کنفرانسی خبری; در نشستی خبری
medium social: در توییتر; در تلگرام; در صفحه; در توییتی; در فیسبوک; در شبکه_های اجتماعی; در حساب توییتر; در پیامی توییتری
medium television: در تلویزیون; در سخنانی تلویزیونی
medium phone: تلفنی; در تماس تلفنی
medium speech: در سخنرانی; در سخنانی; در یک سخنرانی; در سخنرانی خود
via: به نقل از; از قول; به استناد
to: به; با
not: نه
credit: منبع :; منبع:; گزارش :; ترجمه :; گردآوری :; نویسنده :; ترجمه:
nobody: خبرگزاری_ها; خبرگزاریها; رسانه_ها
`,
	language.Sorani: `
verb: وت; گوت; وتی; گوتی; وتیان; گوتیان; دەڵێت; دەڵێن; ڕایگەیاند; ڕایانگەیاند; ڕاگەیاند; ئاماژەی بەوە دا; ئاماژەی بەوەدا; ئاماژەی بەوە کرد; ئاماژەی کرد; ئاماژەی پێدا; وتوویەتی; گوتوویەتی; ڕایگەیاندووە; جەختی کردەوە; جەختی لەوە کردەوە; جەختیکردەوە; پشتڕاستی کردەوە; پشتڕاست کردەوە; پشتڕاستکردەوە; پشتڕاستیکردەوە; ئاشکرای کرد; ئاشکرایکرد; بڵاوی کردەوە; بڵاویکردەوە; نووسی; نووسیویەتی; نووسیویانە; نووسیبووی; ڕوونی کردەوە; ڕوونیکردەوە; زیاتر وتی; زیاتر گوتی; باسی کرد; باسی لەوە کرد; دانی بەوەدا نا; تۆمەتبار کرد; تۆمەتباری کرد; ئیدیعای کرد; بانگەشەی کرد; ئەوەی خستەڕوو; خستەڕوو; خستییەڕوو; ڕایگەیاندبوو; ڕاگەیاندووە; ڕایگەیاندوە; هێمای بەوە کرد; پێی وایە; پشتڕاستیان کردەوە; ئاشکرایان کرد; وتبووی; داوای کرد
verb deny: ڕەتکردەوە; ڕەت کردەوە; ڕەتی کردەوە; ڕەتیکردەوە; ڕەتیان کردەوە; بەدرۆی خستەوە; بەدرۆیخستەوە; ڕەتیدەکاتەوە; ڕەتیانکردەوە; ڕەتدەکاتەوە; ڕەت کردەوە; بەدرۆیان خستەوە
verb question: پرسی; پرسیاری کرد; پرسیان; گومانی خستە سەر; پرسیاریان کرد
verb forecast: پێشبینی دەکەن; پێشبینیی دەکەن; پێشبینی کرد; پێشبینیی کرد; پێشبینی دەکات; هۆشداری دا; هۆشداریی دا; هۆشداریدا; هۆشدارییان دا; پێشبینیکرد; هەڕەشەی کرد; هۆشداری داوە; پێشبینیی دەکات; هۆشدارییدا; پێشبینییان کرد
prep: بەپێی; بە پێی; بە وتەی; بە گوتەی; بەوتەی; بەگوتەی; بەگوێرەی; بە گوێرەی; بە قسەی; بەپێی زانیارییەکانی; بەگوێرەی زانیارییەکانی; بە بڕوای
hearsay: گوایە; دەوترێت; دەگوترێت; باس لەوە دەکرێت; دەنگۆی; دەنگۆ; بە قسەی خەڵک; زانیاریی پشتڕاستنەکراوە; هەواڵی پشتڕاستنەکراوە; باسدەکرێت; هەواڵ هەیە
negative: هیچ بەڵگەیەک; هیچ نیشانەیەک; نەتوانرا پشتڕاست; پشتڕاست نەکراوەتەوە; نەیتوانی پشتڕاستی; نەدۆزییەوە; نەدۆزرایەوە; نەیاندۆزییەوە; نەدۆزراوەتەوە; پشتڕاستنەکراوەتەوە; نەیدۆزییەوە; ناتوانرێت پشتڕاست; هیچ شوێنەوارێک
that: کە; بەوەی; ئەوەی
source: پزیشک; گرووپ; وەزارەت; هاوپەیمانان; هاوپەیمان; لیژنە; ڕێکخراو; سوپا; ئاژانس; کەناڵ; ڕۆژنامە; بەڕێوەبەر; پەرلەمان; داواکاری گشتی; داواکار; وتەبێژ; گوتەبێژ; شارەوانی; یاخیبووان; وتەبێژی; گوتەبێژی; وتەبێژێکی; گوتەبێژێکی; سەرۆکی; سەرۆک; سەرۆک وەزیران; سەرۆک وەزیرانی; وەزیری; وەزارەتی; فەرماندەی; فەرماندەیەکی; پارێزگاری; قایمقامی; بەڕێوەبەری; بەڕێوەبەرایەتیی; بەڕێوەبەرایەتی; جێگری; ئەندامی; ئەندامێکی; پەرلەمانتاری; باڵیۆزی; سوپای; سوپا; پۆلیسی; پۆلیس; حکومەتی; ئەنجومەنی; دەستەی; ڕێکخراوی; ڕوانگەی; ناوەندی; کەناڵی; ئاژانسی; ڕۆژنامەی; پەیامنێری; پەیامنێرەکەمان; نوێنەری; ئاسایشی; هێزەکانی; پێنتاگۆن; کرێملن; هاوپەیمانی; هاوپەیمانان; لیژنەی; پارتی; یەکێتی; بزووتنەوەی; بزووتنەوەیی; لیوا; عەقید; پزیشکێکی; ڕاوێژکاری; سکرتێری; بەرپرسی; دادگای; بەیاننامەی; ڕاپۆرتی; نووسینگەی; حیزبی; وتەبێژەکەی
anon: سەرچاوەیەک; سەرچاوەیەکی; سەرچاوەکان; سەرچاوەکانی; سەرچاوە; شایەتحاڵێک; شایەتحاڵان; شایەتحاڵەکان; چالاکوانان; چالاکوانێک; چالاکوانانی; دانیشتووان; دانیشتووانی; بەرپرسێک; بەرپرسێکی; بەرپرسان; خەڵکی; دیپلۆماتێک; شارەزایان; چاودێران; شایەتێک; دانیشتوویەکی; دیپلۆماتکارێک; بەرپرسانی
pronoun: ئەو; ئەوان; ئێمە; من; ناوبراو
stop: هێرشی; هێرشەکانی; هێرشەکە; کوژرانی; لەسێدارەدانی; بەرپرسیارێتی; بەرپرسیارێتیی; کردنەوەی; دەستگیرکردنی; هەواڵی; هەواڵەکانی; بوونی; ئامادەیی; تۆمەتەکانی; ڕاپۆرتەکانی; نزیکەی; ژمارەی; لە; بە; بۆ; لەگەڵ; دوێنێ; ئەمڕۆ; ڕۆژی; کە; لەبارەی; دوای; پاش; سەبارەت
adverb: هەروەها; بەڵام; دواتر; هاوکات; لەلایەن خۆیەوە; لای خۆیەوە; لەلای خۆیەوە; پێشتر; و; هەر; ئەمڕۆ
reporters: ڕۆژنامەنووسان; میدیاکان; ڕۆژنامەوانان; میدیا
medium statement: لە بەیاننامەیەکدا; لە ڕاگەیەندراوێکدا; بە بەیاننامەیەک; لە ڕاپۆرتێکدا; لە بەیاننامەکەیدا; لە نامەیەکدا
medium interview: لە لێدوانێکدا; لە چاوپێکەوتنێکدا; لە لێدوانێکی تایبەتدا; لە لێدوانێکی ڕۆژنامەوانیدا; لە دیدارێکدا
medium briefing: لە کۆنفرانسێکی ڕۆژنامەوانیدا; لە کۆنگرەیەکی ڕۆژنامەوانیدا; لە کۆنفرانسێکی ڕۆژنامەنووسیدا; لە کۆنگرەیەکی ڕۆژنامەنووسیدا
medium social: لە تویتەر; لە فەیسبووک; لە پەڕەی; لە تۆڕی کۆمەڵایەتی; لە تێلێگرام; لە ئێکس
medium television: لە تەلەڤیزیۆن
medium speech: لە وتارێکدا; لە وتارەکەیدا
via: لە زاری; بە سەرچاوەگرتن لە
to: بە; بۆ
with: لەگەڵ; بۆ
not: نە
credit: سەرچاوە :; سەرچاوە:; ئامادەکردنی; وەرگێڕانی
nobody: ئاژانسەکان; ئاژانسەکانی هەواڵ
`,
}

var roleNames = map[string]role{
	"verb": rVerb, "prep": rPrep, "that": rThat, "source": rSource, "anon": rSource | rAnon, "medium": rMedium, "pronoun": rPronoun,
	"det": rDet, "in": rIn, "stop": rStop, "adverb": rAdverb, "reporters": rReporters, "hearsay": rHearsay, "via": rVia, "negative": rNegative,
	"to": rTo, "not": rNot, "adj": rAdj, "credit": rCredit, "nobody": rNobody, "said": rSaid, "with": rWith,
}

var lexicons = sync.OnceValue(func() *[language.Other + 1]*passage.Lexicon[sense] {
	var all [language.Other + 1]*passage.Lexicon[sense]
	for tag, list := range lists {
		l := passage.NewLexicon[sense](tag)
		for line := range strings.SplitSeq(agencies, "\n") {
			if name, words, ok := strings.Cut(line, ":"); ok {
				l.Add(spaced(words), sense{role: rAgency, name: name}, merge)
			}
		}
		for line := range strings.SplitSeq(list, "\n") {
			head, words, ok := strings.Cut(line, ":")
			if !ok {
				continue
			}
			name, arg, _ := strings.Cut(head, " ")
			s := sense{role: roleNames[name]}
			switch s.role {
			case rVerb:
				s.modality = Assert
				if arg != "" {
					s.modality = modalities[arg]
				}
			case rHearsay:
				s.modality = Hearsay
			case rNegative:
				s.modality = NegativeFinding
			default:
				s.name = arg
			}
			l.Add(spaced(words), s, merge)
		}
		all[tag] = l
	}
	return &all
})

// spaced parts words from the signs that are tokens of their own.
func spaced(words string) string {
	return strings.NewReplacer("-", " - ", ":", " : ").Replace(words)
}
