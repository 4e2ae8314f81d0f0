package names

import "strings"

// legalForms are the legal forms of companies of many countries (ISO 20275 lists them) and their written-out words;
// they tell little about which company is meant. General knowledge, folded.
var legalForms = words(`llc llp lp ltd limited inc incorporated corp corporation co company companies plc pty pte pvt private public gmbh mbh ag kg kgaa ohg ug se sa sas sarl srl spa
	snc scs sca sl slu bv nv cv ab as asa oy oyj aps kft rt zrt nyrt sro doo dd ad ead eood ood jsc ojsc cjsc pjsc ao oao zao pao ooo odo tov tdv prat pat at chp fop ip up oup chup rup gup mup fgup too dup
	ks k s oe ee ae epe ike bhd sdn fze fzc fzco fzllc dmcc pjs psc wll bsc saog saoc est establishment cie societe anonyme limitee
	limitada ltda eireli sac sapi cv scrl sprl bvba vof eurl holding holdings sirketi anonim san tic ve vs kabushiki kaisha kk yk gk pt tbk cpt jv joint stock open closed
	ооо оао зао пао ао нао тоо тов тдв пат прат ат чп фоп ип оуп одо чуп руп гуп муп фгуп пк кфх чао аао уп ооо зат ват осоо оссо
	ذمم شذمم مساهمه محدوده المحدوده محدود سهامي خاص عام`)

// conceptLines lists words of organisation names that mean one thing in the languages of the centre and in the
// languages companies are registered in: one line a concept, folded words. The first field is the weight of the
// concept in tenths: how much it tells about which organisation is meant.
const conceptLines = `
1 company co companies firm compagnie compania companhia cia compagnia société société societe societa sociedad sociedade gesellschaft шركة شركه الشركه شرکت شركت компания компании компанія предприятие підприємство firma фирма фірма kompaniya kompania sherkat sharikat sirketi şirketi kumpanya kaisha كۆمپانيا كومپانيا shirkat
1 limited liability responsibility responsabilité ответственностью відповідальністю ограниченной обмеженою мас'uliyat مسووليه مسئوليت مسيوليه المسووليه
1 joint stock акционерное акціонерне aktsionernoe aktsionernoye открытое закрытое публичное публічне otkrytoe zakrytoe hissedar
1 obshchestvo общество obschestvo obshchestva товариство товарищество tovaristvo tovarystvo
1 with c s со с з mit avec con
1 incorporated inc corporation corp корпорация корпорація corporacion korporatsiya شركات مؤسسات
1 private pvt частное приватне chastnoe خاص خاصه
2 group groupe جماعه jamaah jamaat jemaah jamaa jama جماعه jamaah jamaat jemaah jamaa jama gruppe grupo gruppa grup gruppo группа група مجموعه گروه guruh
2 holding holdings холдинг هولدينگ القابضه
2 trading trade trade commerce commercial handel commerciale comercio comercial торговый торговая торговля торговельний torgovy torgovyi torgovaya torg tijara تجاره تجاري تجاريه التجاريه للتجاره بازرگاني ticaret تجارت tejarat bazargani bazargan
2 international intl internacional internationale internazionale internasional международный международная международное міжнародний mezhdunarodny mezhdunarodnyi الدوليه دولي دوليه العالميه بينالمللي uluslararasi دەولي
2 general عمومي عام عامه العامه общий общая главный главное генеральный genel umumi
2 enterprise enterprises entreprise empresa entreprises impresa betrieb
2 investment investments invest инвестиции инвест инвестиционная инвестиционный inwest investissement inversiones استثمار للاستثمار سرمايهگذاري سرمايه yatirim
2 industry industries industrial industrie industria промышленность промышленный промышленная промисловий صناعه صناعات صناعي الصناعيه للصناعات صنعت صنايع صنعتي sanayi sanaye sanat پيشه‌سازي
2 import imports импорт استيراد واردات ithalat imp
2 export exports экспорт تصدير صادرات ihracat exp экспортный
3 service services сервис услуги служба servicios servizi خدمات للخدمات hizmetleri khadamat dienste dienst
3 technology technologies tech technical technic technique технология технологии технологический технический tekhnologii فناوري تكنولوجيا تقنيه teknoloji teknik technologie tecnologia tecnologias
2 management управление управлiння мديريت اداره yonetim gestion
3 engineering инжиниринг مهندسي هندسه هندسيه muhendislik mohandesi engineers ingenieria ingegneria
3 construction building строительство строительная строительный stroy строй بناء انشاءات ساختماني ساختمان عمران للمقاولات مقاولات insaat construcciones construcao bau stroi
3 development развитие развития تنميه توسعه التنميه toseh tosee gelistirme desarrollo
3 transport transportation transports транспорт транспортный نقل للنقل النقل ترابري حمل تاشي tasimacilik nakliyat transporte
3 shipping shpg маritime maritime морской судоходная пароходство شحن ملاحه كشتيراني الملاحه بحريه البحريه denizcilik keshtirani marine navigation
3 logistics logistic логистика لوجستيه nakliye logistik
3 bank banking banks banque banco bankasi банк بنك مصرف بانك بانکی المصرف البنك bankas banka
3 exchange صرافه صيرفه صرافي للصرافه الصرافه sarrafi exchangers обмен hawala الحواله حواله
3 insurance страхование страховая تامين التامين بيمه bimeh sigorta assurance assurances versicherung seguros
3 oil petroleum нефть нефтяная نفط النفط نفت petrol naft
3 gas газ غاز گاز gaz
3 steel сталь فولاد حديد foolad fulad celik
3 chemical chemicals chemistry химия химический كيماويه كيميايي shimi petrochemical petrochemicals
3 energy энергия энерго энергетическая طاقه الطاقه انرژي enerji energie energia
3 electric electrical electronics electronic электронный электроника كهرباء برق الكترونيك elektronik
3 pharmaceutical pharmaceuticals pharma dawa دارو دارويي
3 travel tour tours tourism туризм سفر سياحه سياحت turizm
3 foundation fund fonds fondation fundacion fundacao stiftung фонд موسسه مؤسسه بنياد صندوق vakif vakfi bonyad mu'assasat foundations وقف
3 charity charitable благотворительный благотворительная خيري خيريه الخيريه hayir khayriyah
3 relief aid help помощь помощи اغاثه للاغاثه الاغاثه امداد yardim
3 organization organisation org organizations организация організація منظمه المنظمه سازمان sazman orgutu organisasi organizacion organizzazione تنظيم rêkxistin رێكخراو رێكخراوي
3 association ассоциация جمعيه الجمعيه انجمن dernegi asociacion verein общественная جمعيات anjoman
3 committee committees комитет لجنه اللجنه كميته komite comite كۆميته commission комиссия komiteh
3 council совет рада مجلس المجلس شوراي شورا shura meclisi consejo conseil rat
3 ministry ministère ministerio ministerium министерство міністерство وزاره وزارت vezarat wizara bakanligi وەزارەتي
3 department dept департамент отдел управление دايره اداره departement departamento vahed
3 headquarters hq base штаб قرارگاه مقر
3 directorate directorat дирекция مديريه
3 institute institut instituto институт معهد موسسه پژوهشكده enstitusu
3 university universite universidad università универсiтет университет جامعه دانشگاه daneshgah universitesi zanko universitat universidade
3 school школа مدرسه madrasa madrasah madrassa okul ecole escuela
3 academy академия اكاديميه فرهنگستان akademi
3 research нии nii исследования исследовательский научно научный بحث بحوث ابحاث تحقيقات پژوهش arastirma recherche pajuhesh
3 center centre centro zentrum центр مركز المركز مرکز markaz merkezi sanat
3 office bureau бюро офис مكتب دفتر buro ofis maktab
3 agency agence agencia agentur агентство وكاله الوكاله آژانس ajans ajansi ajansi خبرگزاري
3 factory plant works завод фабрика مصنع كارخانه fabrika zavod karkhaneh
3 hospital госпиталь больница مستشفى بيمارستان نەخۆشخانە hastane
3 mosque мечеть مسجد جامع cami masjid
3 federation федерация اتحاد الاتحاد فدراسيون federasyonu
3 union союз اتحاديه birlik birligi sendika
3 state دوله dawla dawlah daula government gov государственный государственное государственная державне حكومي حكومه دولتي دولت gosudarstvennoe staatlich devlet
3 finance financial finances финансы финансовый финансовая finans مالي ماليه finanz finanzas
3 leasing lizing лизинг
3 capital капитал kapital
3 consulting consultancy consultants консалтинг konsalting مشاوره استشارات
3 production productions manufacturing manufacture производство производственный производственная производственное فراورده انتاج توليد توليدي uretim produccion
3 machinery machine machines mashin машиностроение машиностроительный машина ماشين الات ماشينالات makine maquinaria
3 metallurgy metallurgical металлургия металлургический metalurgia متالورژي
3 metal metals metall металл металлы فلزات معادن metales
3 aviation aviacion авиация авиационный авиационная هواپيمايي هوايي طيران للطيران havacilik
3 airlines airline airways air авиакомпания авиалинии خطوط
3 airport аэропорт مطار فرودگاه
3 helicopter helicopters вертолет вертолеты هليكوپتر
3 aerospace аэрокосмический هوافضا
3 shipbuilding shipyard судостроение судостроительный верфь كشتيسازي
3 repair repairs ремонт ремонтный تعمير
3 port порт بندر ميناء
3 railway railways railroad железнодорожный железные راهاهن
3 automobile automotive auto avto автомобиль автомобильный авто خودرو سيارات otomotiv
3 design конструкторский конструкторское дизайн طراحي
3 instrument instruments instrumentation приборостроение приборостроительный прибор
3 radio радио راديو
3 electronic electronics электроника электронный электронные الكترونيك elektronika
3 optical optics оптика оптический optik
3 laser лазер ليزر
3 system systems система системы سيستم انظمه sistem sistemas
3 solution solutions решение решения راهكار حلول
3 equipment оборудование تجهيزات معدات ekipman
3 material materials материал материалы مواد
3 product products продукт продукты продукция محصولات منتجات
3 mining горный горнодобывающий معدن تعدين madencilik
3 coal уголь угольный زغال فحم
3 timber wood forest лес лесной چوب اخشاب
3 agro agricultural agriculture сельскохозяйственный аграрный агро كشاورزي زراعي زراعه tarim agricola
3 food foods пищевой продовольствие غذايي غذا اغذيه gida alimentos
3 textile textiles текстиль текстильный نساجي منسوجات tekstil
3 cement цемент سيمان اسمنت cimento
3 media медиа رسانه اعلام medya
3 television tv телевидение телеканал تلويزيون
3 news новости اخبار خبر haber
3 publishing publisher издательство انتشارات
3 hotel hotels гостиница отель هتل فندق otel
3 estate недвижимость املاك عقارات
3 property properties имущество
3 software программное نرمافزار yazilim
3 information informational информация информационный информационные اطلاعاتي معلومات
3 computer computers компьютер كامپيوتر
3 communication communications telecom telecommunications связь телекоммуникации مخابراتي اتصالات ارتباطات
3 water вода водный اب مياه
3 sport sports спорт спортивный ورزش رياضي
3 club клуб باشگاه نادي kulubu
3 culture cultural культура культурный فرهنگي ثقافي kultur
4 national национальный национальная национальное національний وطني وطنيه الوطنيه ملي milli ulusal melli nazionale nacional nationale نيشتماني
4 central центральный центральная مركزي المركزي merkez
4 people peoplesыйаяоеая شعب الشعب الشعبي الشعبيه شعبي خلق halk gel گەل
4 democratic демократический демократическая ديمقراطي الديمقراطيه دموكراتيك demokratik ديموكرات
4 party партия حزب الحزب partisi partiya hizb hezb parti پارتي partido partito partei
4 movement движение рух حركه الحركه جنبش haraka harakat harekat hareketi بزووتنەوەي بزوتنەوه jonbesh harekati
4 front фронт جبهه الجبهه jabha jabhat jabhah cephesi cephe بەرەي
4 army армия армія جيش الجيش ارتش ordu ordusu سوپاي jaish jaysh artesh
4 forces force силы сила قوات القوات نيروي نيروهاي quwat hezen hiz هێزەكاني güçleri gucleri niru niruye
4 armed вооруженные вооружённые مسلحه المسلحه مسلح silahli
4 brigade brigades бригада бригады لواء الويه تيپ liwa' liwa tugay tugayi كەتيبە lewa katibat katiba katibah kataib كتيبه كتايب کتائب kataeb كتائب
4 battalion battalions батальон батальоны كتيبه الكتيبه گردان taburu bataillon фوج
4 division дивизия фرقه فرقه الفرقه لشكر لشکر tumen furqat ferqa
4 regiment полк فوج هنگ الفوج fawj
4 corps корпус فيلق الفيلق سپاه faylaq sepah kolordu
4 unit подразделение отряд وحده الوحده يگان birim
4 guard guards гвардия страж حرس الحرس پاسداران pasdaran muhafiz
4 network сеть شبكه الشبكه shabakeh
4 resistance сопротивление مقاومه المقاومه مقاومت moqavemat muqawama direnis
4 liberation освобождение освобождения تحرير التحرير آزادي kurtulus tahrir ازادي رزگاري
4 jihad джихад جهاد الجهاد cihad jihadi jehad
4 defence defense defensa оборона обороны دفاع الدفاع savunma defa
4 security безопасность безопасности امن الامن امنيت امنيه guvenlik ئاسايش asayish emniyet
4 military военный военная военное عسكري عسكريه العسكري نظامي askeri
4 intelligence разведка разведки مخابرات المخابرات استخبارات اطلاعات istihbarat ettelaat
4 police полиция милиция شرطه الشرطه پليس polis
4 islamic исламский исламская исламское اسلامي اسلاميه الاسلاميه الاسلامي ئيسلامي islami islamiya islamiyah islamiyya islamique islamica eslami islam
4 revolutionary revolution революционный революция революции ثوره الثوره ثوري انقلاب انقلابي devrim enqelab thawra inqilab
4 salvation спасения انقاذ الانقاذ نجات
4 popular
4 mobilization mobilisation мобилизация мобилизации حشد الحشد بسيج basij hashd
4 coalition коалиция تحالف التحالف ايتلاف الايتلاف koalisyon هاوپەيمانان هاوپيماني
4 republic республика جمهوريه جمهوري cumhuriyeti jomhuri كۆماري
4 fighting fighters combatant combat مقاتله مقاتلين مقاتلون боевая сражающаяся
4 heritage تراث наследие miras
4 revival احياء ihya возрождение
4 monotheism توحيد tawhid tawheed единобожие
4 emirate امارت اماره إمارة эмират emirlik
4 province ولايه wilayat wilayah wilaya вилаят провинция vilayet
4 mujahideen mujahidin mujahedin مجاهدين مجاهدون моджахеды
4 martyrs martyr شهداء شهيد shuhada мученики
4 youth شباب shabab молодежь
4 victory نصره nusra nusrah فتح fath победа
4 companions sahaba صحابه
4 muslims muslim مسلمين مسلمون мусульмане
4 arab arabic arabian عرب عربي عربيه арабский арабская арабское
4 world عالم
4 call دعوه dawa
4 humanitarian انسانيه انساني гуманитарный
4 children اطفال дети
4 orphans ايتام
4 medical طبي طبيه медицинский
4 scientific علمي علميه научный
4 sons ابناء сыны
4 land ارض بلاد
4 nuclear هسته ذري نووي ядерный atomic atom
4 space فضا فضاي космический
4 missile rocket موشك صاروخ ракетный
4 fighting fighters combatant combat مقاتله مقاتلين مقاتلون боевая сражающаяся
4 heritage تراث наследие miras
4 revival احياء ihya возрождение
4 monotheism توحيد tawhid tawheed единобожие
4 emirate امارت اماره إمارة эмират emirlik
4 province ولايه wilayat wilayah wilaya вилаят провинция vilayet
4 mujahideen mujahidin mujahedin مجاهدين مجاهدون моджахеды
4 martyrs martyr شهداء شهيد shuhada мученики
4 youth شباب shabab молодежь
4 victory نصره nusra nusrah فتح fath победа
4 companions sahaba صحابه
4 muslims muslim مسلمين مسلمون мусульмане
4 arab arabic arabian عرب عربي عربيه арабский арабская арабское
4 call دعوه
4 humanitarian انسانيه انساني гуманитарный
4 children اطفال дети
4 orphans ايتام
4 medical طبي طبيه медицинский
4 scientific علمي علميه научный
4 land ارض بلاد
4 nuclear هسته ذري نووي ядерный atomic atom
4 space فضا فضاي космический
4 missile rocket موشك صاروخ ракетный
4 new новый новая новое نو جديد الجديد الجديده yeni noveh neue nouveau nueva novy novaya
4 global world всемирный мировой глобальный عالمي العالمي جهاني dunya monde mundial globale mondiale welt
4 first perviy первый الاول
4 free свободный свободная حر الحر ازاد آزاد ozgur hur
4 united объединенный объединённый متحده المتحده متحد birlesik
4 media медиа اعلام الاعلام رسانه medya press presse пресса
4 news новости اخبار haber
4 support поддержки поддержка دعم پشتيباني
4 society
4 house дом دار بيت خانه
4 aviation aerospace авиация авиационный طيران هوايي هوانوردي havacilik air
4 airlines airline авиалинии خطوط هواپيمايي havayollari
4 metal metals металл معادن فلزات maden metall
4 mining горно горный تعدين معدن madencilik
4 food foods продукты пищевой غذاييه اغذيه مواد gida
4 agricultural agriculture сельскохозяйственный زراعي زراعيه كشاورزي tarim agro
4 real estate недвижимость عقارات املاك emlak
4 north northern северный северная شمال الشمال شمالي kuzey nord norte sever
4 south southern южный южная جنوب الجنوب جنوبي guney sud sur yug
4 east eastern восточный восточная شرق الشرق شرقي dogu ost est vostok
4 west western западный западная غرب الغرب غربي bati ouest zapad`

// minorWords are prepositions and conjunctions of organisation names; they carry nothing.
var minorWords = words(`of the and for in on at by to a an & de la le les des du di del della e y et und der die das für fur fuer von zu al el و في من على علي عن
	ve ile و در از به براي и в на по для з за та і o os as los las im in zum plus wa wal pour en dans par sur bil fi i`)

// ordinals are the number words one to twelve of the languages of the centre; digits with an ordinal ending are read
// by the tokeniser.
var ordinals = func() map[string]string {
	lines := `
1 first 1st один первый первая первое первой الاول الاولي اولي اول يكم نخستين birinci yekem يەكەم premier premiere primero erste
2 second 2nd второй вторая второе второй الثاني الثانيه ثاني ثانيه دوم ikinci دووەم deuxieme segundo zweite
3 third 3rd третий третья третье третьей الثالث الثالثه ثالث سوم ucuncu سێيەم troisieme tercero dritte
4 fourth четвертый четвертая четвёртая четвертое четвертой الرابع الرابعه رابع چهارم dorduncu چوارەم quatrieme cuarto vierte
5 fifth пятый пятая пятое пятой الخامس الخامسه خامس پنجم besinci پێنجەم cinquieme quinto funfte
6 sixth шестой шестая шестое السادس السادسه سادس ششم altinci شەشەم sixieme sexto sechste
7 seventh седьмой седьмая седьмое السابع السابعه سابع هفتم yedinci حەوتەم septieme septimo siebte
8 eighth восьмой восьмая восьмое الثامن الثامنه ثامن هشتم sekizinci هەشتەم huitieme octavo achte
9 ninth девятый девятая девятое التاسع التاسعه تاسع نهم dokuzuncu نۆيەم neuvieme noveno neunte
10 tenth десятый десятая десятое العاشر العاشره عاشر دهم onuncu دەيەم dixieme decimo zehnte
11 eleventh одиннадцатый одиннадцатая يازدهم
12 twelfth двенадцатый двенадцатая دوازدهم`
	m := map[string]string{}
	var f folder
	for line := range strings.SplitSeq(lines, "\n") {
		fs := strings.Fields(line)
		if len(fs) < 2 {
			continue
		}
		for _, w := range fs[1:] {
			m[string(f.fold(w))] = fs[0]
		}
	}
	return m
}()

// concept is an entry of the organisation lexicon.
type concept struct {
	id     uint16
	weight float32
}

// concepts maps folded words to concepts. Words of one script that also begin names of persons ("ansar", "islam",
// "din") keep their letters for the comparison; the concept only adds a way to match.
var concepts, movementWords = func() (m map[string]concept, added map[string]bool) {
	m, added = map[string]concept{}, map[string]bool{}
	var f folder
	last := uint16(0)
	at := 0 // lines read; those of movementLines follow those of conceptLines
	first := strings.Count(conceptLines, "\n") + 1
	for line := range strings.SplitSeq(conceptLines+"\n"+movementLines, "\n") {
		at++
		fs := strings.Fields(line)
		if len(fs) < 2 {
			continue
		}
		id, w := uint16(0), float32(fs[0][0]-'0')/10
		if c, ok := m[string(f.fold(fs[1]))]; ok {
			id, w = c.id, c.weight
		} else {
			last++
			id = last
		}
		for _, x := range fs[1:] {
			x = string(f.fold(x))
			if strings.ContainsAny(x, "- ") {
				continue
			}
			if _, ok := m[x]; !ok {
				m[x] = concept{id, w}
				if at > first {
					added[x] = true
				}
			}
		}
	}
	return m, added
}()

// placeWords are countries and adjectives of countries and large cities as they stand in names of organisations; they
// tell branches apart but are often left out. One line a place.
const placeLines = `
tunisia tunisian تونس تونسي تونسيه тунис tunisie tunisien
morocco moroccan المغرب مغرب مغربي مغربيه марокко maroc maghreb
algeria algerian الجزاير جزايري алжир algerie
sudan sudanese السودان سوداني судан
somalia somali الصومال صومالي сомали
mali مالي мали
nigeria نيجيريا نيجريا нигерия
sahara صحراء сахара
caucasus قوقاز القوقاز кавказ
chechnya chechen شيشان чечня
turkistan turkestan turkistani تركستان تركستاني туркестан
uzbekistan uzbek اوزبكستان ازبكستان узбекистан
india indian الهند هند индия
indonesia indonesian اندونيسيا индонезия
philippines filipino الفلبين филиппины
levant sham شام الشام левант шам
khorasan خراسان хорасан
sinai سيناء синай
peninsula جزيره полуостров
gaza غزه газа
jerusalem القدس قدس кудс quds qods
bosnia bosnian البوسنه босния
iran iranian ايران ايراني иран иранский iranien الايرانيه الايراني
iraq iraqi العراق عراق عراقي العراقي العراقيه ирак иракский irak عيراق
syria syrian سوريا سوريه السوري السوريه сирия сирийский сирийская syrie suriye
russia russian روسيا روسيه روسي российский российская россия российской rossiya rossiyskaya rosii русский
turkey turkish turkiye turk تركيا تركي تركيه турция турецкий türkiye
lebanon lebanese لبنان لبناني ливан ливанский liban
jordan jordanian الاردن اردن иордания
egypt egyptian مصر مصري египет египетский misr
libya libyan ليبيا ليبي ливия ливийский
yemen yemeni اليمن يمن يمني йемен
afghanistan afghan افغانستان افغان афганистан афганский
pakistan pakistani باكستان پاكستان пакистан
kurdistan kurdish كردستان كوردستان کرد كردي курдистан курдский kurd
korea korean корея корейский choson chosun
china chinese китай китайский
kuwait kuwaiti الكويت кувейт
saudi arabia السعوديه
emirates uae الامارات эмираты
dubai دبي дубай
palestine palestinian فلسطين فلسطيني палестина
ukraine ukrainian украина украинский украинская украина україна український
belarus belarusian беларусь белорусский белорусская belarusian
kazakhstan kazakh казахстан
germany german deutschland германия немецкий
france french франция francaise francais
america american usa us сша американский امريكا امريكي
britain british uk великобритания британский
europe european европа европейский europa اروپا اوروبا
asia asian азия азиатский اسيا
africa african африка افريقيا afrique africaine
tehran teheran تهران طهران тегеран
baghdad بغداد багдад bagdad
damascus دمشق дамаск damas
moscow москва московский moskva moskovsky
aleppo حلب алеппо halab
mosul الموصل موصل мосул`

// places maps folded words to places.
var places = func() map[string]uint16 {
	m := map[string]uint16{}
	var f folder
	id := uint16(0)
	for line := range strings.SplitSeq(placeLines, "\n") {
		fs := strings.Fields(line)
		if len(fs) == 0 {
			continue
		}
		id++
		for _, x := range fs {
			m[string(f.fold(x))] = id
		}
	}
	addPlaces(m, id)
	return m
}()
