package names

import (
	"cmp"
	"strings"
)

// cityLines are capitals and large cities of the region and of trade as they stand in names of bodies, in the
// languages of the centre: general knowledge. ";" between the names of one, which may have several words.
const cityLines = `
hong kong;hongkong;hk;гонконг;هونغ كونغ;هنگ كنگ;هنگ کنگ;香港
new york;нью йорк;نيويورك
saint petersburg;st petersburg;sankt petersburg;санкт петербург;петербург
minsk;минск;minsky;минский
kyiv;kiev;киев;київ;كييف
istanbul;стамбул;اسطنبول;استانبول
ankara;анкара;انقره;آنکارا
beirut;beyrouth;бейрут;بيروت
amman;амман;عمان الاردن
cairo;каир;القاهره;قاهره
riyadh;эр рияд;الرياض
jeddah;jidda;джидда;جده
doha;доха;الدوحه
sanaa;сана;صنعاء
aden;аден;عدن
kabul;кабул;كابل;كابول
islamabad;исламабад;اسلام اباد
karachi;карачи;كراتشي;كراچي
lahore;лахор;لاهور
peshawar;пешавар;بيشاور;پيشاور
delhi;new delhi;дели;دلهي
mumbai;bombay;мумбаи;بومباي
beijing;peking;пекин;بكين;پکن;北京
shanghai;шанхай;شنغهاي;شانگهاي;上海
shenzhen;шэньчжэнь;深圳
guangzhou;canton;гуанчжоу;广州
dalian;далянь;大连
tianjin;тяньцзинь;天津
seoul;сеул;سيول
pyongyang;пхеньян;بيونغ يانغ
tokyo;токио;طوكيو
london;лондон;لندن
paris;париж;باريس;پاريس
berlin;берлин;برلين
hamburg;гамбург;هامبورغ
frankfurt;франкфурт
munich;munchen;мюнхен
vienna;wien;вена
geneva;geneve;женева;جنيف
zurich;цюрих
rome;roma;рим
milan;milano;милан
madrid;мадрид
novosibirsk;новосибирск
yekaterinburg;ekaterinburg;екатеринбург
kazan;казань;казанский;kazansky
samara;самара
rostov;ростов
sevastopol;севастополь;севастопольский
grozny;грозный
makhachkala;махачкала
basra;basrah;басра;البصره;بصره
kirkuk;киркук;كركوك
erbil;arbil;эрбиль;اربيل;هولير
sulaymaniyah;sulaimaniya;сулеймания;السليمانيه;سليماني
raqqa;raqqah;ракка;الرقه
homs;hims;хомс;حمص
hama;хама;حماه
latakia;lattakia;латакия;اللاذقيه
idlib;идлиб;ادلب
deir ezzor;deir ez zor;dayr al zawr;дейр эз зор;دير الزور
isfahan;esfahan;исфахан;اصفهان
shiraz;шираз;شيراز
tabriz;тебриз;تبريز
mashhad;мешхед;مشهد
qom;qum;кум;قم
ahvaz;ahwaz;ахваз;اهواز
tripoli;триполи;طرابلس
benghazi;бенгази;بنغازي
khartoum;хартум;الخرطوم
nairobi;найроби
mogadishu;могадишо;مقديشو
tashkent;ташкент;طشقند
almaty;алматы
astana;астана
bishkek;бишкек
dushanbe;душанбе
baku;баку;باكو
tbilisi;тбилиси
yerevan;ереван
rawalpindi;равалпинди
quetta;кветта;كويته
kandahar;qandahar;кандагар;قندهار
herat;герат;هرات
sharjah;шарджа;الشارقه
abu dhabi;абу даби;ابو ظبي;ابوظبي
kuala lumpur;куала лумпур
jakarta;джакарта`

// shortPlaces are abbreviations of countries, by a name of the country in the tables.
const shortPlaces = `
uk united kingdom
usa united states
us united states
uae united arab emirates
prc china
drc congo - kinshasa
ksa saudi arabia
dprk korea
кндр korea
rok korea
rf russia
рф russia
сша united states
оаэ united arab emirates`

// placeNode is a word of the tree of places with several words.
type placeNode struct {
	next map[string]*placeNode
	id   uint16
}

// placeTree holds the places of several words; addPlaces puts those of one word into m.
var placeTree = &placeNode{next: map[string]*placeNode{}}

// addPlaces reads the cities and the territories of CLDR, which the table holds in folded letters. A name that m knows gives its number to the others of the
// line.
func addPlaces(m map[string]uint16, last uint16) {
	var f folder
	phrases := map[string]uint16{}
	insert := func(folded []string) {
		id := uint16(0)
		for _, k := range folded {
			if id == 0 {
				id = cmp.Or(m[k], phrases[k])
			}
			if id == 0 && scriptOf([]rune(k)[0]) == Arabic {
				id = m[trimArabicArticle(k)]
			}
		}
		if id == 0 {
			last++
			id = last
		}
		for _, k := range folded {
			ws := strings.Fields(k)
			if len(ws) == 1 {
				if _, known := concepts[k]; !known && m[k] == 0 && !minorWords[k] && runeLen(k) > 1 {
					m[k] = id
				}
				continue
			}
			n := placeTree
			for _, w := range ws {
				if n.next[w] == nil {
					n.next[w] = &placeNode{next: map[string]*placeNode{}}
				}
				n = n.next[w]
			}
			if n.id == 0 {
				n.id, phrases[k] = id, id
			}
		}
	}
	for line := range strings.SplitSeq(cityLines, "\n") {
		var cities []string
		for n := range strings.SplitSeq(line, ";") {
			if k := strings.Join(strings.FieldsFunc(string(f.fold(n)), isSeparator), " "); k != "" {
				cities = append(cities, k)
			}
		}
		if len(cities) > 0 {
			insert(cities)
		}
	}
	b, err := tables.ReadFile("tables/territories.tsv")
	if err != nil {
		panic(err) // embedded
	}
	for line := range strings.SplitSeq(string(b), "\n") {
		if c := strings.Split(line, "\t"); len(c) > 1 {
			insert(c[1:])
		}
	}
	for line := range strings.SplitSeq(shortPlaces, "\n") {
		if short, long, ok := strings.Cut(line, " "); ok {
			insert([]string{strings.ReplaceAll(long, " - ", " "), short})
		}
	}
}

// placeAt finds the longest place of several words that begins at word i and tells how many words it has.
func placeAt(ws []word, i int) (id uint16, used int) {
	n := placeTree
	for k := i; k < len(ws); k++ {
		if n = n.next[ws[k].text]; n == nil {
			break
		}
		if n.id != 0 {
			id, used = n.id, k-i+1
		}
	}
	return id, used
}
