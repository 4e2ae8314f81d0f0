package names

import (
	"slices"
	"strings"
)

// Group is an armed, political or international group that has a name of its own in several languages.
type Group struct {
	// ID is a stable short word, unique among groups.
	ID string
	// Name is the neutral name shown by default.
	Name string
}

// groupLines is public knowledge: the names by which press agencies and the United Nations call these groups in
// Arabic, Persian, Sorani, Russian and English, and their abbreviations. Fields: id | name | other names | source: "list"
// where a name of the group stands on the consolidated list of the Security Council, "press" where it
// does not and the names are those in general use; all by hand. A name that stands in several lines is ambiguous and stays
// open until a context decides. A leading "!" marks a name that is an everyday word and counts only in capitals or alone.
const groupLines = `
isil|Islamic State (Daesh)|ISIL;ISIS;IS;Daesh;Da'esh;Daish;Dawlat al-Islam;Islamic State;Islamic State group;Islamic State of Iraq and the Levant;Islamic State in Iraq and the Levant;Islamic State of Iraq and Syria;Islamic State in Iraq and Syria;Islamic State of Iraq and al-Sham;Islamic State in Iraq and al-Sham;So-called Islamic State;al-Dawla al-Islamiya;الدولة الإسلامية;تنظيم الدولة;تنظيم الدولة الإسلامية;الدولة الإسلامية في العراق والشام;داعش;تنظيم داعش;دولت اسلامی;حکومت اسلامی;دولت اسلامی عراق و شام;گروه دولت اسلامی;دەوڵەتی ئیسلامی;دەوڵەتی ئیسلامی لە عێراق و شام;ИГ;ИГИЛ;ИГИШ;ДАИШ;Исламское государство;Исламское государство Ирака и Леванта;Исламское государство Ирака и Шама;IŞİD;DEAŞ;EI;État islamique|list
isilk|Islamic State - Khorasan|ISIL-K;ISIS-K;ISKP;IS-K;Islamic State Khorasan;Islamic State Khorasan Province;Islamic State of Iraq and the Levant - Khorasan;داعش خراسان;ولاية خراسان;Вилаят Хорасан;ИГИЛ-Хорасан|list
aq|Al-Qaida|Al-Qaida;Al-Qaeda;Al Qaida;AQ;القاعدة;تنظيم القاعدة;القاعده;ئەلقاعیدە;Аль-Каида|list
aqi|Al-Qaida in Iraq|AQI;Al-Qaida in Iraq;Tanzim Qaidat al-Jihad fi Bilad al-Rafidayn;القاعدة في العراق;تنظيم القاعدة في بلاد الرافدين;Аль-Каида в Ираке|list
aqap|Al-Qaida in the Arabian Peninsula|AQAP;Al-Qaida in the Arabian Peninsula;القاعدة في جزيرة العرب;تنظيم القاعدة في جزيرة العرب;АКАП;Аль-Каида на Аравийском полуострове|list
aqim|Al-Qaida in the Islamic Maghreb|AQIM;AQMI;Al-Qaida in the Islamic Maghreb;القاعدة في بلاد المغرب الإسلامي;АКИМ;Аль-Каида в странах исламского Магриба|list
hts|Hay'at Tahrir al-Sham|HTS;Hayat Tahrir al-Sham;Tahrir al-Sham;Organization for the Liberation of the Levant;هيئة تحرير الشام;هیئت تحریر الشام;دەستەی تەحریری شام;ХТШ;Хайят Тахрир аш-Шам;Тахрир аш-Шам|press
nusra|Al-Nusrah Front|Al-Nusrah Front;Jabhat al-Nusra;Nusra Front;Nusra;Al-Nusra;جبهة النصرة;النصرة;جبهه النصره;بەرەی نوسرە;Джебхат ан-Нусра;Фронт ан-Нусра|list
ahrar|Ahrar al-Sham|Ahrar al-Sham;Free Men of Syria;أحرار الشام;حركة أحرار الشام الإسلامية;احرار الشام;Ахрар аш-Шам|press
jaishislam|Jaysh al-Islam|Jaysh al-Islam;Jaish al-Islam;Army of Islam;جيش الإسلام;جیش الاسلام;Джейш аль-Ислам|press
fsa|Free Syrian Army|FSA;Free Syrian Army;الجيش السوري الحر;الجيش الحر;ارتش آزاد سوریه;سوپای ئازادی سوریا;ССА;Свободная сирийская армия|press
sna|Syrian National Army|SNA;Syrian National Army;الجيش الوطني السوري;ارتش ملی سوریه;СНА;Сирийская национальная армия|press
saa|Syrian Arab Army|SAA;Syrian Arab Army;الجيش العربي السوري;ارتش عربی سوریه;Сирийская арабская армия|press
sdf|Syrian Democratic Forces|SDF;QSD;Syrian Democratic Forces;قوات سوريا الديمقراطية;قسد;نیروهای دموکراتیک سوریه;هێزەکانی سووریای دیموکرات;هەسەدە;СДС;Силы демократической Сирии;Сирийские демократические силы|press
ypg|People's Protection Units|YPG;People's Protection Units;Yekineyen Parastina Gel;وحدات حماية الشعب;یگان‌های مدافع خلق;یەکینەکانی پاراستنی گەل;یەپەگە;Отряды народной самообороны|press
ypj|Women's Protection Units|YPJ;Women's Protection Units;وحدات حماية المرأة;یەکینەکانی پاراستنی ژنان;Женские отряды самообороны|press
pkk|Kurdistan Workers' Party|PKK;Kurdistan Workers' Party;Partiya Karkeren Kurdistan;حزب العمال الكردستاني;حزب کارگران کردستان;پ ک ک;پارتی کرێکارانی کوردستان;پەکەکە;РПК;Рабочая партия Курдистана|press
pyd|Democratic Union Party|PYD;Democratic Union Party;حزب الاتحاد الديمقراطي;پارتی یەکێتیی دیموکرات;Партия демократического союза|press
kdp|Kurdistan Democratic Party|KDP;PDK;Kurdistan Democratic Party;الحزب الديمقراطي الكردستاني;حزب دموکرات کردستان;پارتی دیموکراتی کوردستان;پدک;ДПК;Демократическая партия Курдистана|press
puk|Patriotic Union of Kurdistan|PUK;YNK;Patriotic Union of Kurdistan;الاتحاد الوطني الكردستاني;اتحادیه میهنی کردستان;یەکێتیی نیشتمانیی کوردستان;ینک;ПСК;Патриотический союз Курдистана|press
peshmerga|Peshmerga|Peshmerga;Pesh Merga;البيشمركة;قوات البيشمركة;پیشمرگه;پێشمەرگە;Пешмерга|press
pmf|Popular Mobilization Forces|PMF;PMU;Hashd al-Shaabi;Popular Mobilization Forces;Popular Mobilisation Units;Popular Mobilization Units;Popular Mobilization;الحشد الشعبي;هيئة الحشد الشعبي;حشد شعبی;حەشدی شەعبی;Хашд аш-Шааби;Аль-Хашд аш-Шааби;Силы народной мобилизации|press
kh|Kata'ib Hizballah|Kata'ib Hizballah;Kataib Hezbollah;Hezbollah Brigades;كتائب حزب الله;کتائب حزب‌الله;کەتائیبی حزبوڵڵا;Катаиб Хезболла;Бригады Хезболлы|press
aah|Asa'ib Ahl al-Haq|AAH;Asaib Ahl al-Haq;League of the Righteous;عصائب أهل الحق;عصائب اهل حق;عەسائیبی ئەهلی حەق;Асаиб Ахль аль-Хакк|press
badr|Badr Organization|Badr Organization;Badr Brigade;Badr Corps;منظمة بدر;فيلق بدر;سازمان بدر;ڕێکخراوی بەدر;Организация Бадр|press
hezbollah|Hizballah|Hizballah;Hezbollah;Hizbullah;Hizbollah;Party of God;Lebanese Hezbollah;حزب الله;حزب‌الله;حزب‌الله لبنان;حیزبوڵڵا;Хезболла;Хизбалла|press
irgc|Islamic Revolutionary Guard Corps|IRGC;Islamic Revolutionary Guard Corps;Islamic Revolutionary Guards Corps;Revolutionary Guards;Revolutionary Guard;Pasdaran;Sepah;Sepah-e Pasdaran;Army of the Guardians of the Islamic Revolution;الحرس الثوري;الحرس الثوري الإيراني;حرس الثورة الإسلامية;سپاه;سپاه پاسداران;سپاه پاسداران انقلاب اسلامی;سوپای پاسداران;سوپای پاسدارانی شۆڕشی ئیسلامی;КСИР;Корпус стражей исламской революции;Стражи исламской революции|press
qods|Quds Force|Quds Force;Qods Force;IRGC-QF;IRGC Qods Force;Jerusalem Force;فيلق القدس;قوة القدس;نیروی قدس;هێزی قودس;Силы Кудс;Аль-Кудс|press
basij|Basij|Basij;Basij Resistance Force;البسيج;قوات الباسيج;بسیج;سازمان بسیج مستضعفین;بەسیج;Басидж|press
hamas|Hamas|Hamas;Islamic Resistance Movement;حماس;حركة المقاومة الإسلامية;جنبش مقاومت اسلامی;حەماس;ХАМАС|press
pij|Palestinian Islamic Jihad|PIJ;Palestinian Islamic Jihad;حركة الجهاد الإسلامي في فلسطين;جهاد اسلامی فلسطین;Палестинский исламский джихад|press
houthi|Ansar Allah (Houthi movement)|Houthi;Houthis;Houthi movement;Ansar Allah;Ansarallah;أنصار الله;الحوثيون;الحوثي;جماعة الحوثي;انصارالله;حوثی‌ها;حوسییەکان;Хуситы;Ансар Аллах|list
taliban|Taliban|Taliban;Taleban;Islamic Emirate of Afghanistan;طالبان;حركة طالبان;إمارة أفغانستان الإسلامية;امارت اسلامی افغانستان;تاڵیبان;Талибан;Исламский Эмират Афганистан|press
ttp|Tehrik-e Taliban Pakistan|TTP;Tehrik-e Taliban Pakistan;Tehrik-i-Taliban Pakistan;Pakistani Taliban;تحريك طالبان باكستان;طالبان باكستان;تحریک طالبان پاکستان;Техрик-е Талибан Пакистан|list
haqqani|Haqqani Network|HQN;Haqqani Network;شبكة حقاني;شبکه حقانی;Сеть Хаккани|list
imu|Islamic Movement of Uzbekistan|IMU;Islamic Movement of Uzbekistan;الحركة الإسلامية الأوزبكية;حركة أوزبكستان الإسلامية;جنبش اسلامی ازبکستان;ИДУ;Исламское движение Узбекистана|list
etim|Turkistan Islamic Party|TIP;ETIM;Turkistan Islamic Party;Turkestan Islamic Party;East Turkistan Islamic Movement;Eastern Turkistan Islamic Movement;الحزب الإسلامي التركستاني;حزب اسلامی ترکستان;Исламская партия Туркестана;Исламское движение Восточного Туркестана|list
let|Lashkar-e-Tayyiba|LeT;Lashkar-e-Tayyiba;Lashkar-e-Taiba;Lashkar-i-Taiba;لشکر طیبہ;لشكر طيبة;لشکر طیبه;Лашкар-е-Тайба;Лашкаре-Тайба|list
jem|Jaish-e-Mohammed|JeM;Jaish-e-Mohammed;Jaish-i-Mohammed;Army of Mohammed;جيش محمد;جیش محمد;Джаиш-е-Мухаммед|list
lej|Lashkar-i-Jhangvi|LeJ;LJ;Lashkar-i-Jhangvi;Lashkar-e-Jhangvi;لشكر جهنكوي;لشکر جهنگوی;Лашкар-е-Джангви|list
shabaab|Al-Shabaab|Al-Shabaab;Al Shabab;Harakat al-Shabaab al-Mujahidin;حركة الشباب المجاهدين;الشباب المجاهدين;الشباب;حركة الشباب;Аш-Шабаб;Аль-Шабааб|list
bokoharam|Boko Haram|Boko Haram;Jama'atu Ahlis Sunna Lidda'awati wal-Jihad;بوكو حرام;بوکو حرام;Боко Харам|list
iswap|Islamic State West Africa Province|ISWAP;Islamic State West Africa Province;ولاية غرب أفريقيا;Западноафриканская провинция Исламского государства|list
jnim|Jama'a Nusrat ul-Islam wa al-Muslimin|JNIM;Jamaat Nusrat al-Islam wal-Muslimin;Group for the Support of Islam and Muslims;جماعة نصرة الإسلام والمسلمين;ДНИМ;Группа поддержки ислама и мусульман|list
asg|Abu Sayyaf Group|ASG;Abu Sayyaf;Abu Sayyaf Group;جماعة أبو سياف;ابوسیاف;Абу Сайяф|list
ji|Jemaah Islamiyah|Jemaah Islamiyah;Jemaah Islamiya;Джемаа Исламия|list
ansarislam|Ansar al-Islam|Ansar al-Islam;Supporters of Islam;أنصار الإسلام;انصار الاسلام;ئەنسار ئیسلام;Ансар аль-Ислам|list
hurras|Hurras al-Din|Hurras al-Din;Guardians of Religion;حراس الدين;Хуррас ад-Дин|press
muslimbrothers|Muslim Brotherhood|Muslim Brotherhood;Ikhwan;Ikhwan al-Muslimin;الإخوان المسلمون;الإخوان المسلمين;جماعة الإخوان المسلمين;اخوان المسلمین;برایانی موسڵمان;Братья-мусульмане|press
mek|People's Mojahedin Organization of Iran|MEK;MKO;PMOI;Mojahedin-e Khalq;People's Mujahedin of Iran;مجاهدي خلق;منظمة مجاهدي خلق;مجاهدین خلق;سازمان مجاهدین خلق ایران;ОМИН;Моджахедин-э Халк|press
pjak|Kurdistan Free Life Party|PJAK;Kurdistan Free Life Party;پژاک;پارتی ژیانی ئازادی کوردستان;حزب الحياة الحرة الكردستاني;ПЖАК|press
isf|Iraqi Security Forces|ISF;Iraqi Security Forces;القوات الأمنية العراقية;قوات الأمن العراقية;نیروهای امنیتی عراق;هێزە ئەمنییەکانی عێراق;Иракские силы безопасности|press
inis|Iraqi National Intelligence Service|INIS;Iraqi National Intelligence Service;جهاز المخابرات الوطني العراقي|press
cts|Iraqi Counter Terrorism Service|ICTS;Counter Terrorism Service;جهاز مكافحة الإرهاب;دژەتیرۆر;Служба по борьбе с терроризмом|press
fsb|Federal Security Service|FSB;Federal Security Service;ФСБ;Федеральная служба безопасности;جهاز الأمن الفيدرالي الروسي;سرویس امنیت فدرال روسیه|press
gru|Main Intelligence Directorate|GRU;Main Intelligence Directorate;ГРУ;Главное разведывательное управление|press
mois|Ministry of Intelligence of Iran|MOIS;VAJA;VEVAK;وزارت اطلاعات;وزارة الاستخبارات الإيرانية|press
wagner|Wagner Group|Wagner;Wagner Group;PMC Wagner;فاغنر;مجموعة فاغنر;گروه واگنر;واگنەر;Вагнер;ЧВК Вагнер;Группа Вагнера|press
un|United Nations|UN;UNO;United Nations;United Nations Organization;الأمم المتحدة;سازمان ملل;سازمان ملل متحد;نەتەوە یەکگرتووەکان;ООН;Организация Объединенных Наций;Организация Объединённых Наций|press
unsc|United Nations Security Council|UNSC;UN Security Council;United Nations Security Council;Security Council;مجلس الأمن;مجلس الأمن الدولي;شورای امنیت;شورای امنیت سازمان ملل;ئەنجومەنی ئاسایش;Совет Безопасности;Совбез ООН;СБ ООН|press
unhcr|UN High Commissioner for Refugees|UNHCR;UN Refugee Agency;Office of the United Nations High Commissioner for Refugees;المفوضية السامية للأمم المتحدة لشؤون اللاجئين;کمیساریای عالی پناهندگان;УВКБ ООН;УВКБ|press
icrc|International Committee of the Red Cross|ICRC;CICR;International Committee of the Red Cross;اللجنة الدولية للصليب الأحمر;کمیته بین‌المللی صلیب سرخ;МККК;Международный комитет Красного Креста|press
sarc|Syrian Arab Red Crescent|SARC;Syrian Arab Red Crescent;الهلال الأحمر العربي السوري;هلال احمر سوریه;Сирийский Красный Полумесяц|press
nato|North Atlantic Treaty Organization|NATO;OTAN;North Atlantic Treaty Organization;الناتو;حلف الناتو;حلف شمال الأطلسي;ناتو;پیمان آتلانتیک شمالی;ناتۆ;НАТО;Организация Североатлантического договора|press
eu|European Union|EU;European Union;الاتحاد الأوروبي;اتحادیه اروپا;یەکێتیی ئەوروپا;ЕС;Европейский союз;Евросоюз|press
arableague|League of Arab States|Arab League;League of Arab States;LAS;جامعة الدول العربية;الجامعة العربية;اتحادیه عرب;کۆمکاری عەرەبی;ЛАГ;Лига арабских государств|press
opcw|Organisation for the Prohibition of Chemical Weapons|OPCW;Organisation for the Prohibition of Chemical Weapons;منظمة حظر الأسلحة الكيميائية;سازمان منع سلاح‌های شیمیایی;ОЗХО;Организация по запрещению химического оружия|press
whitehelmets|Syria Civil Defence|White Helmets;Syria Civil Defence;Syrian Civil Defence;الخوذ البيضاء;الدفاع المدني السوري;کلاه سفیدها;Белые каски|press
inherent|Global Coalition against Daesh|Global Coalition;Global Coalition against Daesh;Global Coalition to Defeat ISIS;Combined Joint Task Force - Operation Inherent Resolve;CJTF-OIR;Operation Inherent Resolve;US-led coalition;US-led international coalition;International Coalition;Coalition;التحالف الدولي;التحالف الدولي ضد داعش;التحالف;ائتلاف بین‌المللی;ائتلاف;ائتلاف ضد داعش;هاوپەیمانی نێودەوڵەتی;هاوپەیمانان;Международная коалиция;Коалиция;Коалиция во главе с США|press
arabcoalition|Saudi-led coalition in Yemen|Arab Coalition;Saudi-led coalition;Coalition to Support Legitimacy in Yemen;Coalition;التحالف العربي;التحالف;تحالف دعم الشرعية في اليمن;ائتلاف سعودی;ائتلاف;هاوپەیمانی عەرەبی;هاوپەیمانان;Арабская коалиция;Коалиция|press
natcoalition|National Coalition for Syrian Revolutionary and Opposition Forces|Syrian National Coalition;National Coalition for Syrian Revolutionary and Opposition Forces;Coalition;الائتلاف الوطني السوري;الائتلاف الوطني لقوى الثورة والمعارضة السورية;الائتلاف;ائتلاف ملی سوریه;ائتلاف;Коалиция;Национальная коалиция сирийских революционных и оппозиционных сил|press
ieccoalition|Baghdad information centre (Iraq, Iran, Russia, Syria)|4+1 coalition;Quadrilateral coalition;Baghdad coalition;Coalition;التحالف الرباعي;التحالف;ائتلاف چهارجانبه;ائتلاف;هاوپەیمانان;Коалиция;Багдадский информационный центр|press`

// groupContext lists words beside which an ambiguous name means one group; folded, one line a group.
var groupContext = map[string]map[string]bool{
	"inherent":       words("us usa american america centcom pentagon international global daesh isis isil inherent anbar mosul raqqa ramadi washington rotorcraft الدولي الدوليه الاميركي الامريكي واشنطن داعش الموصل الرقه بين آمريكا امريكا داعش نێودەوڵەتی сша международной международная американской пентагон игил вашингтон мосул ракка"),
	"arabcoalition":  words("saudi yemen yemeni houthi houthis sanaa hodeidah hodeida riyadh emirati aden marib اليمن الحوثي الحوثيين صنعاء الرياض السعوديه السعودي الحديده عدن العربي يمن سعودي عربستان حوثي صنعا يەمەن саудовской саудовская йемен йемене хуситов хуситы сана эр-рияд аравии"),
	"natcoalition":   words("opposition istanbul hnc geneva negotiation المعارضه السوري الوطني اسطنبول جنيف اپوزيسيون مخالفان оппозиции оппозиционных стамбул женева"),
	"ieccoalition":   words("quadrilateral baghdad-centre intelligence-sharing iran russia الرباعي ايران روسيا روسيه چهارجانبه иран россия ирана россии багдадский"),
	"fsa":            nil,
	"muslimbrothers": nil,
}

// groupTable resolves folded names.
type groupTable struct {
	groups []Group
	byName map[string][]int
}

var groupIndex = func() *groupTable {
	t := &groupTable{byName: map[string][]int{}}
	for line := range strings.SplitSeq(groupLines, "\n") {
		f := strings.Split(line, "|")
		if len(f) != 4 {
			continue
		}
		n := len(t.groups)
		t.groups = append(t.groups, Group{ID: f[0], Name: f[1]})
		for _, name := range append(strings.Split(f[2], ";"), f[1]) {
			k := groupKey(name)
			if k != "" && !slices.Contains(t.byName[k], n) {
				t.byName[k] = append(t.byName[k], n)
			}
		}
	}
	return t
}()

// groupKey folds a group's name to its words without articles and prepositions, in order, joined.
func groupKey(name string) string {
	var f folder
	return groupKeyFolded(f.fold(name))
}

func groupKeyFolded(folded []rune) string {
	var b strings.Builder
	for w := range strings.FieldsFuncSeq(string(folded), isSeparator) {
		if articleWords[w] || sunArticles[w] || minorWords[w] {
			continue
		}
		if scriptOf([]rune(w)[0]) == Arabic {
			w = trimArabicArticle(w)
		}
		b.WriteString(w)
	}
	if b.Len() == 0 {
		// "UN" has the letters of an article
		for w := range strings.FieldsFuncSeq(string(folded), isSeparator) {
			b.WriteString(w)
		}
	}
	return b.String()
}

// ResolveGroup says which groups a name may mean. One result is an answer; several are an ambiguity that the reader
// must resolve (the name "coalition" has four); none is an unknown name. The context, words of the sentence or
// paragraph around the name, narrows an ambiguous name only when it speaks for exactly one of the candidates.
func ResolveGroup(name, context string) []Group {
	ids := groupIndex.byName[groupKey(name)]
	if len(ids) > 1 && context != "" {
		var hit []int
		var f folder
		text := strings.FieldsFunc(string(f.fold(context)), isSeparator)
		for _, id := range ids {
			cues := groupContext[groupIndex.groups[id].ID]
			for _, w := range text {
				if cues[w] || scriptOf([]rune(w)[0]) == Arabic && cues[trimArabicArticle(w)] {
					hit = append(hit, id)
					break
				}
			}
		}
		if len(hit) == 1 {
			ids = hit
		}
	}
	out := make([]Group, len(ids))
	for i, id := range ids {
		out[i] = groupIndex.groups[id]
	}
	return out
}

// ResolveAbbreviation is ResolveGroup for text in which the letters' case matters: names of two letters that are also
// everyday words ("is", "un", "let") count only when they are written in capitals.
func ResolveAbbreviation(word, context string) []Group {
	if len([]rune(word)) <= 3 && word != strings.ToUpper(word) && strings.ToLower(word) == word && scriptOf([]rune(word + " ")[0]) != Arabic {
		return nil
	}
	return ResolveGroup(word, context)
}

func isSeparator(r rune) bool {
	switch r {
	case sepSpace, sepComma, sepOpen, sepClose, sepDot, sepJoin, '&':
		return true
	}
	return false
}

// trimArabicArticle takes "ال" and "وال" off a folded Arabic word when at least three letters are left.
func trimArabicArticle(w string) string {
	if rest, ok := strings.CutPrefix(w, "ال"); ok && len(rest) >= 6 {
		return rest
	}
	if rest, ok := strings.CutPrefix(w, "وال"); ok && len(rest) >= 6 {
		return rest
	}
	return w
}
