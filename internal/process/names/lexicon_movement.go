package names

// movementLines are further words of the names of movements, charities, societies and their units that mean one thing
// in Arabic (with its usual romanisations), Persian, Urdu, Turkish, Russian, French and English: dictionary knowledge,
// in the form of conceptLines. A line whose first word stands in conceptLines adds to that concept. Most of them are
// parts of persons' names too, so none of them decides that a name is an organisation's.
const movementLines = `
4 soldiers soldier jund junud jond askar soldats جند جنود عساكر سربازان солдаты воины askerleri serbazan
4 supporters supporter helpers partisans partisan followers ansar ansarul ansarou ansor anshar انصار هواداران сторонники ансар taraftarlari partisanes
4 emigrants migrants muhajirin muhajirun muhajireen muhajiroun muhajirine mouhajirine mouhajiroun مهاجرين مهاجرون مهاجران мухаджиры мухаджирун muhacirler
4 caliphate califate khilafah khilafa khilafat khalifa khalifah khalifat califat خلافه خلافت халифат hilafet hilafat
4 sharia shariah charia sharea shariat cheriat seriat شريعه شريعت шариат
4 sunna sunnah sounna sunnat سنه سنت сунна
4 hadith hadis hadees حديث
4 lions usud osoud aslan اسود شيران львы aslanlari
4 swords sword suyuf sayf سيوف سيف شمشير мечи меч kilic
4 knights knight fursan foursan فرسان рыцари
4 eagles eagle nusur nosour نسور عقاب orly kartallari
4 lights anwar انوار
4 vanguard vanguards talai talaea tala طلايع طليعه پيشاهنگ پيشتاز авангард avantgarde
4 sentinels sentinel murabitun murabitoun mourabitoun mourabitoune almoravids مرابطون مرابطين часовые sentinelles
4 protection protectors protect himaya hemayat حمايه حمايت защита защиты koruma protection
4 unity unification wahda wahdat vahdat wehdet وحده وحدت توحيدی единство единства unité unification вахдат
4 monotheism tauhid tauheed tevhid touhid tawhed единобожия таухид
4 youth shabaab chabab chabaab shebab shabibah jeunes jeunesse молодёжь молодежи молодежный javanan جوانان شبيبه genclik gencler لاوان
4 mujahideen mujahid mujahidiin mujahedeen mujaheddin moudjahidine moudjahidin mojahedin mojahed mujahidun مجاهد مجاهدو مجاهدی مجاهدان муджахиды муджахеды mucahit mucahitler mucahidin
4 martyrs shahid shaheed martir chouhada shohada şehitler sehitler shahidan شهيدان شهدای
4 victory conquest triumph fateh feth nasr nusret pirozi پيروزي victoire zafer فتوح
4 muslims musulmans musulmane moslem moslems muslimin muslimeen muslimun muslimoun muslimina musulmanes müslüman musliman مسلمانان مسلمانها мусульманский мусульманская мусульман
4 believers muminin mumineen muminun mominin مومنين مومنون مومنان верующие
4 islamic islamia islamiah islamiyet islamiyyah islamiyyat islamiat islamisch islamiste islamist islamico islamia ісламський исламской исламского
4 jihad djihad jehad jihadiya jihadiyya جهادي джихада
4 call dawa dawat daawa dawah daawah daouah dawaat davet daavat دعوت дава призыв predication preaching proselytism تبليغ tabligh
4 army jeish djeich djaich jaich cheich jeysh gaysh jaysch armee armée ejercito lashkar lashkari lashgar esercito armia لشكري
4 movement harakatul harakatu harakatou haraket herekat mouvement movimiento movimento gerakan tehrik tehreek tahreek tahrik tehrike техрик хизб bewegung tevgera تحريك نهضت nahzat nahdat
4 group jamaat djamaat jamaatu jamaa jamat djemaa djemaah cemaat gemaat groupement groupes گروهك джамаат джамаа جماعت
4 party hizbul hizbu hizbi hezbe hizbe partija parteiya
4 front jabhatul djabha djebhat djabhat jebhat jebhe cephesi fronte frente frontul джебхат
4 battalion kateeba katibet katiba katibat katibatu katibatou katiba khatiba khatibat kataibu katiibat gordan bataillons tabur
4 brigade livaye liwaa lewaa liva brigada brigaden
4 squad sariya saraya seraya sarayat سرايا سريه отряды
4 organization tandhim tandheem tanzim tanzeem tandim tanthim tensim organisatie organizatsiya teshkilat تشكيلات tashkilat teskilati
4 association jamiyat jamiat jamiyah jamiyya jamiya jamiah jamyah jamyat jamiyet djamiyat djamia cemiyet cemiyeti cemaati anjuman verband vereniging جمعيت общество обществo
4 separate independent отдельный отдельная отдельное مستقل مستقله ayri bağımsız самостоятельный независимый
4 motorized mechanized motorised мотострелковый мотострелковая механизированный مكانيزه موتوري
4 armored armoured tank танковый танковая бронетанковый زرهي مدرع مدرعه zirhli
4 fleet navy naval флот военноморской نيروي بحري اسطول donanma
4 border frontier пограничный пограничная مرزي حدود الحدود sinir hudud
4 special специальный специальная специального خاص ويژه ozel
4 society societies
4 foundation muassasa muassasat muassasah moassese moasese moasseseh muessese stichting waqf vaqf awqaf wakaf vakfi trust endowment اوقاف وقفيه
4 relief ighatha igatha ighasa igasa egatha emdad imdad yardimlasma secours assistance aide hilfe امدادي
4 charity khayriya khairiya khayriyya khairiyah khayriyah kheyriye charities bienfaisance caritative
4 cooperation cooperative taawun taawon teavun hamkari сотрудничество сотрудничества تعاون تعاوني همكاري kooperatif cooperativa coopération
4 reform islah eslah islahat reforme реформа реформы اصلاح اصلاحات
4 awakening sahwa sahwah sahva صحوه بيداري пробуждение eveil
4 justice adala adalat adaletin adalah edalet عداله عدالت справедливость адалат
4 welfare falah refah rifah rafah bienetre رفاه فلاح благосостояние
4 humanity insaniat insaniyat insaniyet humanite انسانيت человечество
4 education tarbiya taalim talim amoozesh amuzesh enseignement egitim تربيه تعليم اموزش آموزش просвещение образование
4 sciences ulum ulom olum علوم науки
4 guidance hidaya hidayah hidayet irshad ershad هدايه هدايت ارشاد
4 dignity karama kerama karamat كرامه كرامت достоинство
4 martyrdom istishhad shahadat shahada شهاده شهادت
4 students talaba talabeh tollab tullab طلبه طلاب студенты etudiants ogrenci
4 workers worker labour labor kargaran ummal karkeren عمال كارگران كريكاران рабочие рабочих isciler travailleurs
4 women nisa zanan kadin femmes نساء زنان женщины женский ژنان
4 scholars ulama ulema olama alims علماء علما улемы
4 camp muaskar muaskarat معسكر اردوگاه лагерь
4 operations amaliyat operation عمليات операции
4 wing janah
4 branch shoba shubah shobeh shube subesi filial filiale succursale فرع شعبه филиал отделение chapter
4 office maktaba daftar defter ofisi daftarcha bureaus
4 exchange exchanges changer moneychanger sarafi saraf sarrafan hawalah hawaladar sarafan hawale havaleh صرافان
4 money currency currencies nuqud valuta валюта валюты پول نقود
4 house dar bayt beit bait beyt khana khaneh maison casa
4 school medressa medrese madaris madresa madrese madrassas مدارس medreseler seminary darul дарул
4 mosque masjed mesjid masjids camii moschee mosquee
4 heritage turath turas turaath mirath patrimoine торас
4 revival ihyaa ahya ehya ihyau renaissance نوزايي
4 liberation libération liberacion befreiung rizgari azadi azadiya kurtulusu libere
4 revolution revolutions thawrah saura ثوره shoresh
4 resistance moqawama mukavemet muqawamah moqawamat resistencia
4 people peuple pueblo volk shaab shabi народ народный народная народное gele xelk
4 national watani wataniya wataniyah wataniyya vatani natsionalny natsionalnaya nasional
4 land lands biladi bilad belad ard ardh دیار ديار земля земли terre
4 country countries balad paese pays страна
4 sons abna abnaa ibna اولاد awlad
4 companions ashab asahab صحابة сподвижники
4 pure tayyiba taiba tayba tayyibah taibah toiba طيبه طيبة
4 righteous salihin saliheen salehin صالحين праведные
4 truth haqq haqiqat حق حقيقه حقيقت истина правда hakikat verite
4 path sabil rah tariq سبيل путь yol
4 company hoesa hoisa sahoe kongsi gongsa hwesa
4 bank unhaeng unhaengi eunhaeng unhang bankasi
4 trading muyok mooyok muyeok sangsa sangsahoe tejarat tijari tijariya targovina
4 general chong chongguk
4 airlines hangong
4 shipping haeun haeunhoesa hajun sonbak seonbak
4 fighting muqatila muqatilah mukatila moukatila combattant combattante kampf kampfer
4 bandits gang gangs gangster عصابه banda bande банда
4 criminal crime criminals
4 state dawlat dawlatul dawlatu devleti dawlet etat estado staat daulat доула
4 salvation nijat nejat salut salvacion inqadh enqaz
4 defence defense difa defaa defah savunmasi verteidigung оборонный
4 research pazhuhesh pazhoohesh pajohesh tahghighat tahqiqat investigaciones recherches forschung
4 industries sanaye sanayeh sanaie sanayi industriya
4 industry sanat sanate sannat
4 complex mojtama mojtame mojtamae mujamma kompleks комплекс مجمع مجتمع combinat комбинат
4 factory karkhane karkhana karkhanejat usine fabrik fabrica
4 engineering mohandesie muhandisi handasa handasiyya
4 construction sakhteman sakhtemani inshaat
4 shipping keshti keshtirani kashtirani denizcilik
4 defence defai
4 aerospace havafaza
4 institute moassesseh pajouheshgah pazhoheshgah pajuheshkadeh`
