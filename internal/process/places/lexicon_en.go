package places

import "strings"

// set makes a set of the words of a text.
func set(words ...string) map[string]bool {
	out := map[string]bool{}
	for _, w := range words {
		for f := range strings.FieldsSeq(w) {
			out[f] = true
		}
	}
	return out
}

// The lists of this file are written by hand from general knowledge of English
// news.

// functionWords stand with a capital at a sentence's or headline's start and
// are never a place by themselves, though villages of the world bear their
// letters.
var functionWords = set(`a an and are as at be been but by can could did do does down for from get had has have he her here
	him his how if in into is it its just let may me might mr mrs ms my no nor not now of off on once one only or our out over
	per she should since so some such than that the their them then there these they this those though through thus to too
	under until up upon us very was we were what when where which while who whom whose why will with would yes yet you your
	about above across after again against all almost along already also although always among another any around away back
	because before behind being below beneath beside besides between beyond both during each either else ever every few first
	further he's i i'm instead last least less like many more most much must near never next none nothing other others own
	perhaps quite rather same several shall still themselves today tomorrow tonight toward towards two three four five six
	seven eight nine ten twelve twenty hundred thousand million unless unlike usually within without yesterday`)

// commonWords are words of English news that are names of places too; a lone
// one is a place only where something in the text says so.
var commonWords = set(`monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
	september october november december spring summer autumn winter fall
	police church school university college hospital court county city town village state country nation republic kingdom
	government president minister mayor governor senator congress senate house council board committee commission department
	district office officer chief captain general colonel major sergeant judge attorney lawyer sheriff deputy reporter editor
	street road avenue lane drive highway bridge park river lake mountain valley hill bay beach island forest field station
	center centre building hall tower market mall store shop bank company group club team league association society union
	army navy force guard corps air fire water power energy health safety service security justice education science art arts
	music film media press news times post star sun herald tribune journal gazette photo story report call man men woman women
	child children boy girl family father mother son daughter brother sister wife husband friend people person students student
	teacher doctor nurse patient victim victims suspect driver farmer worker workers owner member members leader leaders
	officials official best better big bigger black blue brown green grey gray red white yellow gold golden silver
	orange pink new old young good great grand high low long short small little early late hard easy free full half real right
	left true open public private local national international federal central general social special human world global
	western eastern northern southern north south east west northeast northwest southeast southwest upper lower middle
	mission liberty freedom hope faith love peace unity victory glory grace joy trinity providence independence union justice
	battle war fight play game games match race win wins rose hit run runs drive ride walk stop start end begin open close
	cash price cost sale market trade stock fund bill law act order rule plan project program deal issue case cause charge
	trial crime murder death dead life live birth born body head heart hand face eye back foot home house room door floor wall
	table book page line list number part piece point place side area ground land earth sea ocean wind rain snow ice storm heat
	day week month year hour minute second time night morning evening date age
	bird birds fish dog cat horse bear wolf fox deer eagle hawk lion tiger bull cow pig sheep duck corn rice wheat bread
	apple cherry olive grape berry bush tree oak pine maple elm ash cedar rose lily flower garden farm ranch mill mine
	car bus train truck plane boat ship gas oil coal iron steel stone rock sand clay salt sugar paper plastic glass wood
	king queen prince princess duke earl lord lady sir saint bishop pope father reverend pastor rabbi imam
	of the and mobile reading nice split bath wells cork deal rugby sandwich ware hull sale stone most male brest bergen
	ham enterprise commerce industry defiance normal boring accident surprise hell paradise eden babylon
	university institute foundation museum library theater theatre festival award prize cup bowl series final finals
	internet web google facebook twitter yahoo microsoft apple amazon ford toyota honda boeing shell
	islam muslim muslims christian christians jewish jews catholic baptist methodist lutheran presbyterian
	republican republicans democrat democrats democratic liberal conservative labour labor party
	english french german spanish italian russian chinese japanese arabic persian kurdish turkish hebrew greek latin
	arab arabs kurd kurds turk turks persian persians american americans british european african asian
	flu fever virus swine ebola zika malaria cholera measles outbreak vaccine disease cases
	asked said told says met added noted began became came went got gave made took found left
	says man woman photos video watch read click page top local update breaking
	van de la le el al ben bin abu von der den del los las san santa st saint fort mount port
	guy miller carter taylor porter cooper baker mason hunter fisher clark page price king knight young white brown green black
	bond banks brooks fields woods rivers waters stone wells hill hills dale glen marsh moss
	bill mark frank rich pat rob bob jack gene dean ray roy ward grant lance chase chance drew miles victor max art don
	ma pa ok hi oh or in me la al id ms mo co de va wa ct`)

// neverAlone are words that no lone mention means as a place.
var neverAlone = set(`february march may sham ngo jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun sana vice
	north south east west northern southern eastern western northeast northwest southeast southwest upper lower
	middle central lake river mount mountain mountains valley bay beach island islands fort port saint new old great grand big
	little city county town village district province state country hill hills park street road police the of university
	january february april june july august september october november december monday tuesday wednesday thursday friday
	saturday sunday man men women president minister house senate church school college hospital court department`)

// neverFirst are words that no name of a place begins with in English text.
var neverFirst = set("a an in at on of by for to and or is was are as with from his her its their our my your this that he she it they we i if but not")

// featureWords after a name, and featureHeads before one, make it the name of
// something else.
var (
	featureWords = set("island islands lake lakes river creek bay canyon mountain mountains gulf strait reservoir dam peninsula glacier falls swamp bayou cove pond")
	featureHeads = set("lake mount mt cape camp river hurricane tropical")
)

// placeWords may follow a place inside a longer name of the place itself.
var placeWords = set(`county parish borough city town township village district province state governorate region island islands
	river lake bay valley beach creek heights hills springs park prairie peninsula oblast krai raion prefecture municipality
	subdistrict department canton commune`)

// roadWords after a name make it a street.
var roadWords = set(`street st road rd avenue ave lane ln drive dr boulevard blvd highway hwy court ct way parkway pkwy circle
	terrace pike turnpike plaza square expressway freeway alley trail crescent close mews row`)

// orgWords may follow a place whose name an institution bears; the place is
// meant all the same.
var orgWords = set(`police sheriff sheriffs department fire council school schools high public community city mayor highway
	jail national president attorney board superior regional senior volunteer circuit army court coroner chamber medical
	detention democratic area electric international arts house hospital health gov governor university courthouse municipal
	middle democrat democrats republican republicans environmental fair central water museum commissioners parks common senate
	division commission association metropolitan village elementary junior college academy institute airport district
	county authority office officials official government residents resident native citizens people prime foreign minister
	ministry parliament supreme federal state county civic youth senior center centre library theatre theater church baptist
	symphony orchestra festival marathon stadium arena bridge times post herald tribune news daily journal gazette star
	reporter observer examiner chronicle press register sun bureau embassy consulate legislature assembly general house
	bank chamber club football soccer basketball baseball rugby cricket united rovers town athletic hockey team
	housing school transportation transit water power light gas electric utilities memorial veterans river valley lake
	police's university's fairgrounds speedway mall hotel inn zoo gardens park parks recreation planning zoning street streets
	tribune-democrat times-dispatch daily court judge rep sen reps sens lt capt sgt chief detective officer deputy trooper
	troopers guard airlines airways radio tv television army navy air coast border customs`)

// headWords stand before a place without being part of a person's name.
var headWords = set(`the a an in at from to near of by for and or but with into outside inside downtown uptown midtown greater
	metro metropolitan central inner outer historic old suburban rural coastal mainland former neighboring neighbouring nearby
	north south east west northern southern eastern western northeast northwest southeast southwest northeastern northwestern
	southeastern southwestern upper lower mid sub-saharan only over while during two three four five six missing miss acting
	when where state rep police interstate via through across around throughout toward towards beyond between since after
	before until although though this that these those some most many all both our his her their its is was are were as if
	once then here there today yesterday tomorrow monday tuesday wednesday thursday friday saturday sunday january february
	march april may june july august september october november december photo ap afp reuters than under against welcome visit
	city town village county district province governorate state republic kingdom region island lake mount fort new`)

// titleWords stand before a person's name.
var titleWords = set(`mr mrs ms miss dr prof professor sir dame lord lady rev reverend fr father pastor bishop pope sen senator rep
	representative gov governor pres president vice prime minister chancellor king queen prince princess sheikh imam ayatollah
	gen general col colonel maj major capt captain lt lieutenant sgt sergeant cpl pvt adm admiral cmdr commander chief deputy
	officer detective det agent judge justice attorney atty sheriff mayor councilman councilwoman councillor commissioner
	chairman chairwoman chairperson secretary ambassador coach saint st brother sister uncle aunt spokesman spokeswoman
	spokesperson director manager superintendent principal dean analyst author actor actress singer defendant inmate
	congressman congresswoman assemblyman coroner trooper constable pc inspector executive`)

// givenNames are frequent given names of English-language news.
var givenNames = set(`aaron abby abigail abraham adam adrian agnes aidan al alan albert alex alexander alexandra alexis alfred ali alice
	alicia allan allen allison alyssa amanda amber amir amy ana andre andrea andrew andy angel angela angelica anita ann anna anne
	annette annie anthony antonio april ariel arlene arnold arthur ashley audrey austin avery bailey barack barbara barry beatrice
	becky ben benjamin bernard bernice bert beth betty beverly bill billy blake bob bobby bonnie brad bradley brandi brandon brandy
	breanna brenda brent brett brian bridget brittany brooke bruce bryan bryce caitlin caleb calvin cameron carl carla carlos carmen
	carol caroline carolyn carrie casey cassandra catherine cathy cecil chad charlene charles charlie charlotte chelsea cheryl chester
	chris christian christina christine christopher cindy claire clara clarence claude claudia clayton clifford clinton clyde cody cole
	colin colleen connie connor corey cory courtney craig cristina crystal curtis cynthia daisy dale dan dana daniel danielle danny
	darlene darrell darren darryl dave david dawn dean deanna debbie deborah debra denise dennis derek derrick diana diane dick
	dominic don donald donna doris dorothy doug douglas duane dustin dwayne dwight dylan earl eddie edgar edith edmund edna eduardo
	edward edwin eileen elaine eleanor elena eli elijah elizabeth ella ellen elmer emily emma eric erica erik erin ernest esther ethan
	eugene eva evan evelyn faith felicia felix fernando florence floyd frances francis francisco frank franklin fred freddie frederick
	gabriel gail garrett gary gavin gene george gerald geraldine gilbert gina gladys glen glenda glenn gloria gordon grace greg gregory
	guy gwen hannah harold harriet harry harvey heather hector heidi helen henry herbert herman hillary hilary holly howard hugh ian
	ida irene iris isaac isabel isabella isaiah ivan jack jackie jackson jacob jacqueline jaime jake james jamie jan jane janet janice
	jared jasmine jason jay jean jeanette jeff jeffery jeffrey jenna jennifer jenny jeremiah jeremy jerome jerry jesse jessica jesus
	jill jim jimmy jo joan joann joanna joanne joe joel joey john johnnie johnny jon jonathan jordan jorge jose joseph josh joshua
	joy joyce juan juanita judith judy julia julian julie june justin kaitlyn karen karl kate katelyn katherine kathleen kathryn kathy
	katie kayla keith kelly kelsey ken kenneth kent kevin kim kimberly kirk kristen kristin kristina kurt kyle lance larry latoya laura
	lauren laurie lawrence leah lee leo leon leonard leroy leslie lester lewis liam lillian linda lindsay lindsey lisa lloyd logan lois
	loretta lori lorraine louis louise lucas lucille lucy luis luke lydia lynn mackenzie madison mae malik manuel marc marcia marcus
	margaret maria mariah marie marilyn mario marion marissa marjorie mark marlene marsha marshall martha martin marvin mary mason
	mathew matt matthew maureen maurice max megan melanie melinda melissa melvin mercedes meredith michael micheal michele michelle
	miguel mike mildred milton miranda misty mitchell mohammad mohammed molly monica morgan morris muhammad myrtle nancy natalie natasha
	nathan nathaniel neil nicholas nick nicole nina noah noel nora norma norman oliver olivia omar oscar owen paige pamela pat patricia
	patrick patty paul paula pauline peggy penny perry peter phil philip phillip phyllis preston priscilla rachel ralph ramon randall
	randy raul ray raymond rebecca regina renee rhonda ricardo richard rick ricky rita rob robert roberta roberto robin rodney roger
	roland ron ronald ronnie rosa rose rosemary ross roy ruby russell ruth ryan sabrina sally sam samantha samuel sandra sara sarah
	saul scott sean seth shane shannon sharon shaun shawn sheila shelby shelly sherri sherry shirley sidney sierra simon sonia sophia
	spencer stacey stacy stanley stella stephanie stephen steve steven stuart sue summer susan suzanne sydney sylvia tamara tammy tanya
	tara taylor ted teresa terrance terri terry thelma theodore theresa thomas tiffany tim timothy tina todd tom tommy toni tony tonya
	tracey tracy travis trevor troy tyler tyrone valerie vanessa vera vernon veronica vicki vickie victor victoria vincent viola violet
	virginia vivian wade wallace walter wanda warren wayne wendy wesley whitney willard william willie winston yolanda yvonne zachary`)
