package read

import (
	"strings"
	"sync"

	"entente/internal/process/language"
	"entente/internal/process/passage"
)

// What a word does around a name.
type nameRole uint8

const (
	isTitle  nameRole = 1 << iota // stands before a person's name: Colonel, سرتیپ
	isRank                        // a title after which the name follows at once
	isHead                        // the noun of an organisation: Ministry, منظمة
	isGroup                       // begins the name of a group: جبهة, گروه
	isStop                        // is in no name
	isInner                       // may stand inside a name: of, al, bin
	isNation                      // an adjective of a nation: in the name of a body, in no person's
	isTail                        // ends the name of an organisation in English: Party, Front
)

var nameLists = map[language.Tag]string{
	language.English: `
title: president; minister; prime minister; foreign minister; defence minister; defense minister; secretary; ambassador; governor; mayor; chief; chairman; spokesman; spokeswoman; spokesperson; director; head; leader; envoy; senator; king; prince; premier; chancellor; secretary-general; commander; deputy; congressman; attorney; judge; father; bishop; archbishop; priest; candidate; reporter; correspondent; journalist; lawyer; resident; activist; analyst; professor; imam; ayatollah; emir; sultan; pope
rank: mr; mrs; ms; dr; gen; general; lt; lieutenant; col; colonel; maj; major; capt; captain; sgt; sergeant; brig; brigadier; admiral; cmdr; sheikh; sayyid; hajj; rep; sen; gov; cpl; corporal; pvt; private; marshal; lord; sir
tail: press; defence; defense; coordination; committees; tv; television; awsat; weapons; revolution; rights; security; general commission; state; radio; helmets; museum; minister; party; front; army; movement; brigade; brigades; council; ministry; observatory; organization; organisation; agency; group; union; coalition; command; battalion; authority; committee; commission; forces; bureau; department; institute; foundation; federation; alliance; office; court; corps; guard; guards; directorate; association; university; hospital; nations; times; post; news; international; cross; crescent; watch; initiative; programme; program; fund; bank; company; parliament; congress; senate; pentagon; kremlin; house; service; network; center; centre; police; embassy; institution; school; legion; league; militia; division; regiment; cartel; corporation; agencies
head: ministry; university; office; bank; council; department; house; court; organization; organisation; union; front; party; league; embassy; high commissioner; observatory; movement; institute
nation: arab; syrian; iraqi; iranian; russian; american; turkish; kurdish; islamic; british; french; german; israeli; western; muslim; sunni; shiite; shia; christian; lebanese; jordanian; saudi; egyptian; palestinian; yemeni; libyan; afghan; ukrainian; european; middle; north; south; east; west; northern; southern; eastern; salvadoran; colombian; peruvian; islamist; takfiri
inner: of; for; the; al; el; bin; ibn; abu; de; van; von; da; and; la; los; las; del; y
stop: the; a; an; in; on; at; by; from; to; with; as; but; and; or; if; it; he; she; they; we; his; her; their; its; this; that; these; those; there; here; when; where; who; what; why; how; while; after; before; since; until; during; about; over; under; for; not; no; yes; is; are; was; were; be; been; has; have; had; will; would; could; should; may; might; can; do; does; did; said; says; told; also; more; most; some; many; several; all; both; each; other; another; new; meanwhile; however; according; two; three; four; five; six; seven; eight; nine; ten; at least; photo; image; video; read; share; published; updated; date; i; you; my; your; our; one; nobody; nothing; elsewhere; earlier; later; today; yesterday; tomorrow; last; next; every; dozens; hundreds; thousands; inside; outside; near; between; among; because; although; though; once; only; even; just; still; then; than; so; such; source; local; clashes; airstrikes; police; militants; reports; government; killed; attacked; ordered; arrived; announced; denied; today; yesterday; wounded; died; kidnapped; murdered; assassinated
`,
	language.Russian: `
title: президент; президента; министр; министра; премьер; премьер-министр; глава; главы; главой; представитель; представителя; губернатор; посол; директор; руководитель; лидер; лидера; спикер; депутат; сенатор; председатель; секретарь; госсекретарь; пресс-секретарь; командующий; начальник; замглавы; заместитель; спецпосланник; эксперт; журналист; корреспондент; король; принц; мэр; адвокат; активист
rank: генерал; генерал-майор; генерал-лейтенант; генерал-полковник; полковник; подполковник; майор; капитан; лейтенант; сержант; адмирал; маршал; шейх; господин; г-н; рядовой; прапорщик; полковника; генерала
head: министерство; министерства; минобороны; мид; оон; совет; комитет; армия; партия; партии; движение; фронт; фронта; организация; организации; обсерватория; агентство; управление; центр; служба; фсб; мчс; мвд; генштаб; госдума; кремль; пентагон; белый; дом; союз; коалиция; университет; суд; банк; нато; юнеско; обсе; красный; крест
inner: аль; эль; ибн; бин; бен; абу; ад; ар; ас; аш; ан; и; по; при
stop: в; во; на; по; из; с; со; к; о; об; от; до; за; при; для; и; а; но; как; что; это; этот; он; она; они; мы; его; ее; их; также; ранее; однако; между; после; перед; сегодня; вчера; завтра; не; по данным; напомним; согласно; число; около; более; свыше; всего; еще; в результате; двое; трое; пять; все; источник; источники; жители; полиция; армия; боевики; бойцы; очевидцы; врачи; эксперты; российский
nation: российский; российские; российская; сирийский; сирийские; сирийская; иракский; иракские; иранский; иранские; турецкий; турецкие; американский; американские; исламский; западный; западные
`,
	language.Arabic: `
title: الرئيس; رئيس; الوزير; وزير; المتحدث; الناطق; المحافظ; محافظ; القائد; قائد; المدير; مدير; السفير; سفير; المبعوث; النائب; نائب; عضو; الأمين العام; زعيم; الزعيم; القيادي; مستشار; المستشار; الملك; الأمير; رئيس الوزراء; وزير الخارجية; وزير الدفاع; الخبير; المحلل; الصحفي; الصحافي; الناشط; الخليفة; المرشد; أمير
rank: العميد; اللواء; العقيد; المقدم; الرائد; النقيب; الملازم; الفريق; المشير; الشيخ; السيد; الدكتور; السيدة; د; الحاج; العماد; الكابتن; آية الله; المهندس; الأستاذ
head: وزارة; منظمة; مجلس; المرصد; وكالة; هيئة; لجنة; جامعة; محكمة; مؤسسة; قيادة; مديرية; نقابة; اتحاد; مكتب; مفوضية; برلمان; حكومة; جمعية; شركة; بنك; مصرف; مستشفى; المفوضية; الجامعة; الأمم
group: تنظيم; جبهة; حزب; حركة; جماعة; جيش; كتائب; قوات; الحشد; عصائب; لواء; ألوية; سرايا; ميليشيا; فصيل; هيئة تحرير; وحدات; داعش; القاعدة; طالبان; حماس; النصرة; الحوثيون; الحوثيين; أنصار; البيشمركة; البشمركة; الدولة; المعارضة; التحالف; الإخوان; أحرار; حراس; جند; عصبة; كتيبة; هيئة; مجاهدي; حزب_الله; الجيش; الحرس; قسد; بيشمركة; فيلق; عصابات
stop: في; على; إلى; الى; من; عن; مع; إن; أن; ان; بأن; إنه; أنه; خلال; بعد; قبل; أمس; اليوم; يوم; قال; أكد; أعلن; الذي; التي; الذين; هذا; هذه; ذلك; قد; كان; كانت; كما; حيث; حول; عبر; ضد; بين; أو; و; لم; لا; لن; ما; هو; هي; ثم; حتى; منذ; بسبب; عقب; عند; لدى; السبت; الأحد; الاثنين; الثلاثاء; الأربعاء; الخميس; الجمعة; صباح; مساء; باسم; بيان; تصريح; مؤتمر; نفى; قوله; إثر; وقال; وأضاف; رفض; طلب; طلبت; صحفي; أمني; عسكري; طبي; محلي
inner: بن; ابن; أبو; عبد; أبي; آل; بنت; أم
`,
	language.Persian: `
title: رئیس_جمهور; نخست_وزیر; وزیر; سخنگوی; فرمانده; استاندار; فرماندار; رئیس; مدیر; معاون; دبیر; نماینده; سفیر; رهبر
rank: سرتیپ; سردار; سرلشکر; سرلشگر; سرهنگ; سرگرد; ژنرال; امیر; دکتر; آقای; خانم; آیت_الله; آیت الله; حجت_الاسلام; شیخ; سید; مهندس; دریادار; سپهبد; سروان; ستوان; حاج
head: وزارت; سازمان; شورای; کمیته; دانشگاه; دادگاه; خبرگزاری; مجلس; بنیاد; مرکز; دیدبان; دیده_بان; هلال; صلیب; کمیسیون; بانک; پلیس; اتحادیه
group: گروه; جبهه; حزب; جنبش; داعش; طالبان; القاعده; حماس; النصره; حزب_الله; حزب الله; سپاه; ارتش; پیشمرگه; حشد; حشدالشعبی; یگان_های; نیروهای; حوثی_ها; انصارالله; دولت اسلامی; پژاک; کومله; مجاهدین; النجبا; فاطمیون; حکومت اسلامی
stop: در; به; با; از; که; را; و; این; آن; است; شد; شدند; کرد; کردند; گفت; گفتند; برای; تا; بر; طی; پس; روز; نیز; هم; اما; یا; ها; های; خود; دیگر; بود; بودند; شده; کرده; بیان; اعلام; افزود; نفر; تن; امروز; دیروز; کل; ملی; محلی; امنیتی; نظامی; هر; یک; دو; سه; کشته; زخمی; می; خواهد; شنبه; یکشنبه; دوشنبه; سه_شنبه; چهارشنبه; پنجشنبه; جمعه; تاکید; تأکید; اظهار
inner: الدین; ابو; بن; ال; الله
`,
	language.Sorani: `
title: سەرۆک; سەرۆکی; وەزیری; وتەبێژی; گوتەبێژی; پارێزگاری; فەرماندەی; بەڕێوەبەری; نوێنەری; سەرۆک_وەزیران; قایمقامی; باڵیۆزی; جێگری
rank: عەمید; لیوا; عەقید; ژەنەڕاڵ; ژەنەراڵ; کاک; د; دکتۆر; شێخ; مەلا; فەریق; کۆڵۆنێل; ڕائید; نەقیب; ئەندازیار; پارێزەر; خاتوو; بەڕێز
head: وەزارەتی; ڕێکخراوی; ئەنجومەنی; زانکۆی; دادگای; ئاژانسی; پەرلەمانی; حکومەتی; لیژنەی; دەستەی; نەتەوە; یەکێتیی; بەڕێوەبەرایەتیی; بەڕێوەبەرایەتی; ڕوانگەی
group: داعش; پارتی; یەکێتی; حیزبی; حزبی; گۆڕان; پێشمەرگە; پێشمەرگەی; حەشدی; حەشد; یەپەگە; پەکەکە; پەیەدە; هەسەدە; گرووپی; ڕێکخستنی; بەرەی; تاڵیبان; قاعیدە; سوپای; هێزەکانی; حەماس; حیزبوڵڵا; دەوڵەتی; یەکینەکانی; کۆمەڵە; دیموکراتی; ئەنسار
stop: لە; بە; بۆ; کە; و; ئەو; ئەم; لەگەڵ; دا; وتی; گوتی; ڕایگەیاند; دوێنێ; ئەمڕۆ; ڕۆژی; هەروەها; بەڵام; یان; تا; کرد; کران; بوون; بوو; کەس; یەک; دوو; سێ; هەموو; هیچ; دوای; پێش; کوژران; بریندار; شەممە; یەکشەممە; دووشەممە; سێشەممە; چوارشەممە; پێنجشەممە; هەینی; ئەمنی; سەربازی
inner: بن; ئەبو
`,
}

var nameRoleNames = map[string]nameRole{"title": isTitle, "rank": isTitle | isRank, "head": isHead, "group": isGroup, "stop": isStop, "inner": isInner, "tail": isTail, "nation": isNation}

var nameWords = sync.OnceValue(func() *[language.Other + 1]*passage.Lexicon[nameRole] {
	var all [language.Other + 1]*passage.Lexicon[nameRole]
	for tag, list := range nameLists {
		l := passage.NewLexicon[nameRole](tag)
		for line := range strings.SplitSeq(list, "\n") {
			if head, words, ok := strings.Cut(line, ":"); ok {
				l.Add(strings.ReplaceAll(words, "-", " - "), nameRoleNames[head], func(a, b nameRole) nameRole { return a | b })
			}
		}
		all[tag] = l
	}
	return &all
})
