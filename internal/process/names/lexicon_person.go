package names

import (
	"slices"
	"strings"
)

// The word lists of this file are general linguistic knowledge, written by hand: Arabic, Persian, Turkic, Slavic and
// European name particles, forms of address, and spellings of one given name in neighbouring languages as onomastic
// handbooks list them (Kunze; Superanskaya; Annemarie Schimmel, Islamic Names, 1989). None is taken from a list of
// persons, from aliases or from test pairs. All entries are in folded form.

// words makes a set from a blank-separated list.
func words(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[string(new(folder).fold(w))] = true
	}
	return m
}

// articleWords are the Arabic definite article in its spellings.
var articleWords = words("al el ul ال аль эль ал ель")

// sunArticles are assimilated spellings of the article; they count only when they are joined to a word that begins
// with the assimilated consonant (the sun letters t th d dh r z s sh l n).
var sunArticles = words("ad ed ud ar er ur as es us ash esh ush az ez uz an en un at et ut ath eth adh edh ад эд ар эр ас эс аш эш аз эз ан эн ат эт ут уд ур ус уш уз ун")

// nasabWords link a name to the father's or the mother's (nasab), and the Turkic and Persian forms of the same.
var nasabWords = words(`bin ibn ben ibnu bint bent binti binte ould uld wuld walad wald ouled ag bn
	بن ابن بنت ولد كور كوڕى ибн бин бен бинт бинти вульд ульд ульд валад
	oglu oglou ogly oghlu ugli ogli kyzy kizi qizi gizi kizy qyzy uulu ulu оглы оглу угли кызы кизи уулу улы
	اوغلو اوغلي قيزي`)

// kunyaWords open a kunya: father of, mother of.
var kunyaWords = words("abu abou abo abi aba bou umm um oum umu ummu ابو ابي ابا ام ئەبو абу аби умм ум")

// abdWords open a name "servant of" a divine name.
var abdWords = words(`abd abdul abdel abdal abdol abdil abdur abdar abder abdus abdas abdes abdan abdun abden abdoul abdou abdu abdo abed abid abdad abdud abdaz abduz abdez abdush abdash
	عبد عەبد абд абдул абдуль абдель абдал абдур абдус абду абдаль абдол`)

// divineWords are the divine names that follow "abd" where the article was left out, as one check against reading
// "Abdu Kiar" as a compound; only the letters after a possible article count.
var allahWords = words("allah allahi ullah ollah lillah oullah allh الله اللە اللة алла аллах улла уллах لله")

var dinWords = words("din deen dine dien eddin eddine uddin uddine aldin aldeen aldine addin addine oddin eddeen den الدين دين дин аддин эддин уддин eldin eldeen eldine ulddin")

// titleWords are forms of address, ranks and honorifics; they carry next to nothing.
var titleWords = words(`mr mrs ms miss dr prof professor sir lord lady dame eng engr ing mister doctor capt captain col colonel lt lieutenant maj major gen general brig brigadier
	sgt sergeant cmdr commander adm admiral marshal president minister judge senator shri smt rev reverend fr father sister brother st
	sheikh shaikh shaykh sheik cheikh shaik sheykh mullah mulla molla mullo maulavi mawlawi maulvi molavi moulavi mawlavi maulana mawlana moulana hajji haji hadji hajj hadj al-hajj alhaji alhadji elhadj elhadji
	sayyid sayed syed seyed sayyed seyyed saiyid hafiz hafez qari ustad ustadh ostad ayatollah ayatullah hojjatoleslam imam emir qazi akhund akhond khwaja khawaja effendi bey pasha beg hoca
	agha aga aqa pahlawan pahlavan monsieur mme mlle don dona herr frau signor senor
	السيد سيد الشيخ شيخ الحاج حاج حاجي حجي ملا مولوي مولانا الدكتور دكتور د الاستاذ استاذ المهندس مهندس العقيد اللواء العميد الفريق النقيب الملازم الرائد قاري حافظ ايه اميرال سردار سرتيپ سرهنگ دكتر آقاي خانم مامۆستا شێخ کاک خواجه آخوند
	шейх шайх мулла хаджи хадж г-н господин доктор профессор полковник генерал майор капитан имам аятолла устаз ага`)

// particleWords are European particles of family names.
var particleWords = words("de la le du des del della di da do dos das den der van von zu zum zur ten ter y e af av und et del' dello degli san santa den op ван фон де ла ди да дер дель el-")

// generationWords tell father and son of one name apart.
var generationWords = map[string]string{
	"jr": "jr", "junior": "jr", "sr": "sr", "senior": "sr", "ii": "2", "iii": "3", "iv": "4", "filho": "jr", "neto": "3", "младший": "jr", "старший": "sr", "мл": "jr", "ст": "sr",
}

// givenVariants lists spellings of one given name in neighbouring languages and the usual short forms: one line a
// name. Names whose kinship is only historical (Ivan and John) are left apart unless one person commonly carries
// both in passports of neighbouring states.
const givenVariants = `
alexander aleksandr александр олександр аляксандр اسكندر alexandr oleksandr aliaksandr alyaksandr aleksander aleksandar alexandre alessandro alejandro alexandros iskander sandro oleksander oleksandar
alexandra aleksandra oleksandra aliaksandra alessandra alejandra
alexei aleksei алексей олексій аляксей alexey aleksey oleksiy oleksii oleksij aliaksei alyaksey aliaxei alexej aleksej alexis
andrei andrey андрей андрій andriy andrii andrij andrew andre andreas andres andrzej andrej andrea ondrej
anatoly anatoliy анатолий анатолій anatolii anatol anatolij anatoli
anna hanna анна ганна ganna hanne ann anne anya
anton antony anthony antonio antoine antoni antonius antonin
arkady arkadiy аркадий arkadii arkadi
artem artyom артем артём artiom artsiom artsem
bogdan bohdan
boris barys borys
catherine katherine екатерина катерина kathryn katarina katerina kateryna ekaterina yekaterina katsiaryna katarzyna caterina catalina kate kathy
charles carl karl carlos carlo karol
christian cristian kristian
christopher christoph christophe kristofer cristobal krzysztof chris
daniel danil даниил данил данило daniil danylo danila danielle dan
darya daria darja
david davyd dawid davide davit dave
dmitry dmitri дмитрий дмитро dmitriy dmitrii dmytro dzmitry dzmitriy dimitri dimitry dimitrios dimitar dima dmitrij dmitro dzmitri
edward eduard edvard edouard eduardo edoardo
egor yegor yahor igar iegor
elena yelena елена олена olena alena jelena helena helen helene ilena
elizabeth elisabeth elizaveta yelizaveta elisaveta elzbieta isabel yelyzaveta
emil emile emilio
eugene yevgeny евгений євген evgeny evgeni evgeniy evgenii yevgeni yevgeniy yevgenii yevhen yevheniy yauhen yauheni ievgen evhen eugen eugenio eugeniusz evgenij jewgeni zhenya yevgenij
eugenia evgenia yevgenia yevheniya evgeniya yevgeniya yauheniya yevheniia
fedor fyodor федор федір fiodor fedir theodor theodore feodor teodor
francis francisco francesco francois franz frank franciszek
frederick frederic friedrich fryderyk federico fred
galina halyna galyna halina
gabriel gavriil gavril havryil gabriele
gennady gennadiy геннадий геннадій gennadii gennadi henadz hennadiy hennadii gennadij henadiy genadi
george georgy георгий георгій georgi georgiy georgii heorhiy heorhii georges georg jorge giorgio giorgi jerzy jiri
gregory grigory григорий григорій grigori grigoriy grigorii hryhoriy hryhorii ryhor gregor grigor gregorio hryhorij grzegorz
hans johannes johann
henry henri heinrich enrique enrico henryk genrikh
igor ihor игорь ігор ihar
ilya ilia illia illya ilja elijah
ignat ihnat ignatius ignacy ignacio
inna ina
irina iryna ирина ірина irena irene
ivan ivano иван іван iwan
jacob yakov яков яків yakiv yakau jakob jakub iakov jacobo jacques
james jim jimmy jaime
john jon johnny jean jan juan joao giovanni johan jack
joseph josef иосиф йосип iosif yosyp josip jose giuseppe jozef yosif osip joe
julia yulia юлия юлія yuliya yuliia iuliia giulia julie yulija
kirill kiril кирилл кирило kyrylo kiryl cyril kirilo kyryl
konstantin constantin константин костянтин constantine kostiantyn kostyantyn kanstantsin konstantine konstantinos kostyantin
ksenia xenia kseniya kseniia
larisa larysa larissa
leonid leanid леонид леонід leonyd
lev leo leon leu
louis luis luigi ludwig luiz
ludmila lyudmila liudmila lyudmyla liudmyla ludmilla lyudmyla
lukas lucas luke luca luka lukasz
marc mark marco marcos markus marcus marek
margaret margarita marharyta marguerite margarete
maria mary мария марія مريا marie mariya mariia maryia marija
martin martyn marcin
maxim maksim максим maksym maxime maksims maxym
matthew mathew matvei matvey matthias mateo matteo mateusz matthieu matviy mathieu
michael mikhail михаил михайло mykhailo mykhaylo mikhael michel miguel mihail mihai michal mikael mike michele mikhailo mykhaylo mihailo mihal
natalia natalya наталья наталія nataliya nataliia natallia natalie natalija nathalie natasha
nicholas nikolai николай микола nikolay mykola mikalai mikalay nicolas nicolai nikola nikolaos nicola nikolas niklas mikola nikolaj mikolaj nick
oksana aksana oxana
oleg oleh олег aleh
olga olha ольга volha
paul pavel павел павло pavlo pablo paulo paolo pawel pal pavol
peter petr петр петро pyotr petro piotr pyatro pierre pedro pietro petar petros petur pjotr
philip phillip филипп filip filipp philippe felipe pylyp
raphael rafael rafal rafail
robert roberto rob bob bobby
richard ricardo riccardo rick dick
rostislav rostyslav rastsislau
samuel samuil sam
semyon semen simeon semion siamion simyon
sergei sergey сергей сергій serhiy serhii siarhei siarhey sergiy sergii serge sergio sergej sergiu syarhey serhij serguei sergiusz sergueï
simon simone
sofia sofya sophia sofiya sophie
stanislav stanislau станислав станіслав stanislaw stanislaus
stephen steven степан stefan stepan stsiapan stephane stefano esteban szczepan steve stephan stepfan
svetlana svitlana светлана світлана sviatlana
svyatoslav sviatoslav sviatoslau
tatiana tatyana татьяна тетяна tetiana tetyana tatsiana tatjana tetjana
thomas tomas tommaso tomasz tom foma
timothy timofei тимофей timofey tymofiy tsimafei tim
vadim vadym vadzim
valentin valentyn valiantsin valentine valentino
valentina valentyna valiantsina
valery valeriy валерий валерій valerii valeri valeryi valerij
vasily vasiliy василий василь vasilii vasyl vasil vasili basil vassily wassili vassili vasilij vasile
vera vira
veronica veronika
victor viktor виктор віктор viktar vittorio wiktor
victoria viktoria viktoriya viktoriia viktoryia
vitaly vitaliy виталий віталій vitalii vital vitali vitalij
vladimir volodymyr владимир володимир uladzimir wladimir volodimir vladimer wlodzimierz vladimír vladymyr
vladislav vladyslav владислав uladzislau wladyslaw
vsevolod usevalad
vyacheslav viacheslav вячеслав vyachaslau viachaslau vjacheslav viatcheslav wjatscheslaw vyatcheslav slava
william wilhelm guillaume guillermo bill will billy willem
yaroslav iaroslav jaroslav yaraslau jaroslaw
yuri yury юрий юрій yuriy yurii iurii iouri juri jurij youri iury jury yurij iuri
abdullah abdallah cabdullahi cabdullaahi cabdullaah عبدالله abdulla abdollah abdoullah abdala abdela
ahmad ahmed axmed احمد ахмад ахмед ahmet akhmed akhmad achmed akhmet ahmadu amadou ehmed
mohammed muhammad maxamed محمد мухаммад мухаммед магомед мохаммед mohamed mohammad muhammed mohamad mohamet mehmet mehmed muhamed muhamad magomed mukhammad mamadou mahamat mohd md muhd mhd mahammad muhammet mihemed mahomet moh mahamed muxammad mukhamed magomet mohamud mahamed
mahmoud mahmud maxamuud محمود махмуд mahmood makhmud mahmut mehmud mamoud
mustafa mustapha مصطفى مصطفي мустафа mostafa moustafa mostapha mustafo mistefa
ali aly cali علي али
hassan hasan xasan حسن хасан khasan hesen
hussein hussain xuseen حسين хусейн хуссейн гусейн husain husayn hossein hosein hussien huseyin husein houssein hussayn khusein hocine hussin husseyn huseyn hoseyn hisen khusain
ibrahim ebrahim ibraahim ابراهيم ибрагим ибрахим ibraheem ibragim brahim ibrahima ebrahem birahim
ismail ismael اسماعيل исмаил esmail ismaeel ismoil ismagil esmaeil smail ismayil
omar umar cumar عمر омар умар omer ömer umer oumar omor omarou
osman usman cusman cismaan عثمان усман осман othman uthman outhman ousmane osmon ushman
yusuf yousef yuusuf يوسف юсуф юсеф youssef yusef yousuf yusif yussuf youssouf yosef joussef yusup iusuf yousif
yunus younis يونس юнус younes yunis younus iunus junus
yaqub yaqoub يعقوب якуб yakub yaqoob yacoub yakoub yaghoub yakup yaakoub iakub
yahya yahia يحيى яхья yehia yihia jahja yaya yahyo
musa mousa موسى муса moussa moosa mussa muso
isa issa ciise عيسى иса eisa essa iso
mahdi mehdi مهدي махди мехди mahdy
mujahid mojahed mujahed
murad mourad مراد мурад mrad murod
nasir nasser ناصر насир насер naser nassir nacer
qasim kasim قاسم касим касем qassem qasem ghasem kassem kassim qassim gasim gasem kacem
rashid rasheed رشيد рашид rachid rashed reshid
ramadan ramazan رمضان рамадан рамзан ramzan ramadhan
reza rida رضا реза рида riza ridha redha
said saeed سعيد саид saied sayeed saïd saeid
salah
saleh salih صالح салех салих saalih solih
salim saleem سليم selim
samir sameer سمير самир
sulaiman suleiman سليمان сулейман sulayman suleyman solaiman soleiman soleyman souleymane sulejman slimane sliman suleman sulaymon silêman
tariq tarek طارق тарик tareq tarik tariq
usama osama اسامه усама oussama ousama usamah osamah
walid waleed وليد валид oualid valid
zaid zayd زيد zeid
zainab zaynab زينب zeinab zeynep zineb zeynab
fatima fatimah فاطمه фатима fatma fatemeh fatma fatoumata
aisha ayesha عايشه aysha aicha aishah ayse
khadija khadijah khadidja hatice khadijeh
maryam mariam مريم мариам miriam meryem
ayman aiman ايمن айман aymen
jafar jaafar جعفر джафар jaffar djafar cafer djaafar gafar
jamal gamal جمال джамаль djamel cemal jamel djamal
jamil jameel جميل cemil gamil djamil
jawad javad جواد джавад cevat djawad jawed
kamal kemal كمال камаль kamel
karim kareem كريم карим kerim
khalid khaled خالد халид халед halit chalid
khalil halil خليل халиль khaleel
latif lateef لطيف
majid majeed مجيد magid madjid medjid mecit
hamid hameed حميد khamid
hamza hamzah حمزه хамза hamzeh khamza
haidar haydar حيدر хайдар heidar haider hyder heydar
habib habeeb حبيب хабиб khabib
hakim hakeem حكيم хаким khakim hekim
dawud daoud داود дауд dawood daud davud davood daoud dawod
bashir basheer بشير башир bachir beshir bechir
bilal belal بلال bilel
amin ameen امين амин emin amine
anwar enver انور анвар anvar anouar
aziz azeez عزيز азиз azis
faisal faysal فيصل файсал фейсал feisal fayçal
farid fareed فريد фарид ferit
ghulam gholam غلام gulam golam
idris idrees ادريس идрис idriss driss edris
iqbal eqbal اقبال ikbal
jalal celal جلال джалал djalal galal jalol
munir mounir منير muneer
nur noor نور нур nour
rahim raheem رحيم рахим
rafiq rafik رفيق рафик rafeeq
sharif shareef شريف шариф cherif sherif charif
siddiq sediq صديق siddique seddiq siddiq
sadiq sadeq صادق садик sadegh sadik
shafiq shafeeq شفيق chafik
tahir taher طاهر тахир
umran omran عمران imran emran
wahid waheed وحيد
zahir zaher ظاهر زاهر
zaki zeki زكي
ziad ziyad زياد zyad
ghani غني гани ghany ghanii
ghafar غفار гафар ghaffar gaffar qaffar
ghafur غفور гафур ghafour ghafoor gafur gafour gofur
haq haqq حق хак хакк hak haqqi
haqqani حقاني хаккани haqani haqqany
jabbar جبار джаббар djabbar gabbar cabbar jabar
kabir كبير кабир kabeer kebir
qadir قادر кадир qader kader kadir kadr abdelkader qadeer ghader
qadeer قدير
razzaq رزاق раззак razaq razzak razak rezzak razzaque razzagh
rahman رحمن рахман rehman rahmon rahmane rahmaan rachman rochman
salam سلام салам salaam
samad صمد самад samed
sattar ستار саттар satar settar
wahab وهاب вахаб wahhab vahab ouahab wahab
wahhid وحيد вахид vahid
wali ولي вали vali waly
wakil وكيل вакиль vakil
hai hayy حي хай hay haye hey
hadi هادي хади hady hedi
basir بصير басир baseer
manan منان манан mannan
malik مالك малик malek melik
muhsin محسن мухсин mohsen mohsin mouhsin muhsen
muhammadi محمدي мохаммади mohammadi mohamadi
majeed مجيد меджид meguid mejid meguid
nabi نبي наби naby
naim نعيم наим naeem nayeem
qayyum قيوم кайюм qayum qayoom gayum kayum
qudus قدوس куддус quddus qudous ghodous kuddus qoddus
salman سلمان салман selman
shukur شكور шукур shakur shakoor shukor
zahid زاهد захид zahed
obaid عبيد убайд ubaid obeid ubayd obayd
obaida عبيده убайда ubaida ubaydah obaidah ubaidah obeida abuubaida
amr عمرو амр amro amru amrou
adnan عدنان аднан
ahmadi احمدي ахмади ahmady
akram اكرم акрам
akhtar اختر ахтар
asad اسد асад assad esad
asadullah
ashraf اشرف ашраф achraf eshraf
asim عاصم асим asem assem
atif عاطف атиф atef
bakr بكر бакр bakar baker bekir bakir bekr
burhan برهان бурхан
fadhil فاضل фадиль fadil fadel fazil fazel
fadl فضل фазл fazl fadhl fazal fadel
fahd فهد фахд fahad
farooq فاروق фарук farouk faruq faruk farouq
fayez فايز файез faiz fayiz faez
ghazi غازي гази gazi qazi
haji حاجي хаджи hadji hacı
hafs حفص хафс hafez
hanif حنيف ханиф haneef hanef
harun هارون харун haroun haroon
hashim هاشم хашим hashem hachem hashimi
hisham هشام хишам hesham hicham
imad عماد имад emad
isam عصام исам essam issam esam
ihsan احسان ихсан ehsan
jabir جابر джабир jaber gaber djaber cabir
jabr جبر джабр
jan جان джан
khan خان хан
kazim كاظم казим kadhim kazem kadhem kadim
labib لبيب лабиб
luqman لقمان лукман loqman lokman
mansur منصور мансур mansour mansoor
marwan مروان марван marouane merwan
masud مسعود масуд masoud massoud masood messaoud mesud
mubarak مبارك мубарак moubarak mobarak
muin معين муин moein moin mueen
mukhtar مختار мухтар mokhtar moukhtar muhtar
munzir منذر мунзир munther mundhir mondher monther
muslim مسلم муслим moslem mouslim
muqbil مقبل мукбиль
nadir نادر надир nader
najib نجيب наджиб najeeb naguib nedjib necip
najm نجم наджм
nasr نصر наср nasser
nazar نظر назар
nizar نزار низар
qari قاري кари ghari
qutb قطب кутб
rabi ربيع раби rabie rabee
rafi رفيع рафи
raouf رووف рауф rauf raoof rawf
riyad رياض рияд riad riyadh
rustam رستم рустам rostam
saad سعد саад sad saed
sabir صابر сабир saber
safi صافي сафи
sahib صاحب сахиб saheb
saif سيف саиф sayf seif saef
salahaldin صلاحالدين
sami سامي сами samy
shafi شفيع шафи
shah شاه шах
shahab شهاب шихаб shihab chihab
shakir شاكر шакир shaker chaker
shams شمس шамс chams
shaukat شوكت шаукат shawkat shokat sevket
sirajaldin سراجالدين
subhi صبحي субхи sobhi sobhy subhy
sultan سلطان султан soltan
taha طه таха
talib طالب талиб taleb
taufiq توفيق тауфик tawfiq tewfik taoufik tofik tevfik
tayyib طيب тайиб tayeb taieb taib tayib tayyeb tayib
ubaydallah عبيدالله
umair عمير умайр umayr omair omeir
wasim وسيم васим waseem ouassim
yasin ياسين ясин yaseen yassin yassine jasin
yasir ياسر ясир yasser yaser jasser
zakariya زكريا закария zakaria zakariyya zekeriya zakaria zakariyah
zarqawi زرقاوي заркави
zuhair زهير зухайр zoher zuhayr zouheir zohair
zubair زبير зубайр zubayr zobeir zoubair zubeyr
zulfiqar zulfikar ذوالفقار zolfaghar dhulfiqar zulfaqar`

// shortForms lists short forms that stand for a full given name; unlike variants they are one-directional knowledge
// and count a little less.
const shortForms = `
alexander alex sasha aleksandr
michael misha mike mick
vladimir vova volodya
nicholas kolya nick
dmitry dima
eugene zhenya gene
william bill will billy liam
robert bob rob bobby
richard rick dick rich
edward ed eddie ted
thomas tom tommy
anthony tony
andrew andy drew
james jim jimmy jamie
joseph joe joey
john jack johnny
katherine kate kathy katie
elizabeth liz beth lisa betty
margaret maggie meg peggy
daniel dan danny
david dave
donald don
gerald jerry
gregory greg
jeffrey jeff
kenneth ken
lawrence larry
matthew matt
patrick pat
peter pete
philip phil
raymond ray
ronald ron
samuel sam
stephen steve
susan sue
timothy tim
christopher chris
benjamin ben
charles charlie chuck
frederick fred
henry harry hank
leonard len
nathaniel nathan nate
theodore ted theo
walter walt
vincent vince
zachary zach
alexander sasha саша шура sanya саня
alexei lyosha lesha alyosha леша алеша
andrei andryusha андрюша
anatoly tolya толя
anna anya аня nyura
antonina tonya тоня
boris borya боря
dmitry dima дима mitya митя
eugene zhenya женя
catherine katya катя
fedor fedya федя
gennady gena гена
george zhora жора gosha гоша
gregory grisha гриша
ivan vanya ваня
irina ira ира
konstantin kostya костя
leonid lyonya лёня леня
ludmila lyuda люда
maria masha маша
michael misha миша
natalia natasha наташа
nicholas kolya коля
nadezhda nadya надя
oksana ksyusha
olga olya оля
paul pasha паша
peter petya петя
roman roma рома
sergei seryozha сережа seryoga
stanislav stas стас
svetlana sveta света
tatiana tanya таня
valentin valya валя
vasily vasya вася
victor vitya витя
vladimir vova вова volodya володя
vyacheslav slava слава
yuri yura юра
yakov yasha яша
galina galya галя
elena lena лена
julia yulya юля
lubov lyuba люба`

// givenClass maps a folded given name to its class; 0 is none. shortClass does the same for short forms.
var givenClass, shortClass = func() (map[string]uint16, map[string][]uint16) {
	g, s := map[string]uint16{}, map[string][]uint16{}
	var f folder
	for line := range strings.SplitSeq(givenVariants, "\n") {
		fs := strings.Fields(line)
		if len(fs) == 0 {
			continue
		}
		id := uint16(len(g) + 1)
		for _, w := range fs {
			w = string(f.fold(w))
			if _, ok := g[w]; !ok && !strings.ContainsAny(w, "- ") {
				g[w] = id
			}
		}
	}
	spellings := map[uint16][]string{}
	for w, id := range g {
		spellings[id] = append(spellings[id], w)
	}
	delete(spellings, 0)
	next := uint16(20000)
	for line := range strings.SplitSeq(shortForms, "\n") {
		fs := strings.Fields(line)
		if len(fs) == 0 {
			continue
		}
		next++
		for i, w := range fs {
			w = string(f.fold(w))
			fs[i] = w
			s[w] = append(s[w], next)
		}
		// the full name in all its spellings
		for _, w := range spellings[g[fs[0]]] {
			if !slices.Contains(fs, w) {
				s[w] = append(s[w], next)
			}
		}
	}
	return g, s
}()
